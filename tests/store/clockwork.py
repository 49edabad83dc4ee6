"""What the tests of clocks, alerts and expiry share: time that passes with ticks, and what is told of an at bat."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from store.actor import SYSTEM
from store.instants import MINUTE, Instant, instant
from store.operations.receive_signal import SignalIn, receive_signal
from store.operations.tick import tick
from store.vocabulary import AlertKind, Channel, ClockKind, Disposition, Stage
from tests.factories import ZONE, Floor


class Kept(NamedTuple):
    """A clock as it is stored."""

    started_at: Instant
    due_at: Instant
    ended_at: Instant | None
    met: int | None
    owner_id: int | None


def at(words: str) -> Instant:
    """``2026-11-23 10:00`` on the team's clock."""
    return instant(datetime.fromisoformat(words).replace(tzinfo=ZoneInfo(ZONE)))


def until(floor: Floor, words: str) -> None:
    """Let time pass until then, with the rules doing what comes due."""
    floor.now = at(words)
    tick(floor.store, floor.now)


def clocks(floor: Floor, lead_id: int, kind: ClockKind) -> list[Kept]:
    """The clocks of this kind, oldest first."""
    sql = "SELECT started_at, due_at, ended_at, met, owner_id FROM clock WHERE lead_id = ? AND kind = ? AND void = 0"
    return [Kept(*row) for row in floor.store.rows(f"{sql} ORDER BY id", (lead_id, kind))]


def clock(floor: Floor, lead_id: int, kind: ClockKind) -> Kept:
    """The one clock of this kind."""
    (found,) = clocks(floor, lead_id, kind)
    return found


def told(floor: Floor, kind: AlertKind, entity_id: int, entity: str = "lead") -> list[int | None]:
    """Who has this alert open, everybody as None."""
    sql = (
        "SELECT owner_id FROM alert WHERE kind = ? AND entity = ? AND entity_id = ? AND closed_at IS NULL AND void = 0"
    )
    return sorted((row[0] for row in floor.store.rows(sql, (kind, entity, entity_id))), key=lambda id: id or 0)


def working(floor: Floor, **more: Any) -> int:
    """An at bat that is being worked: they spoke, and a meeting was held."""
    lead_id = floor.lead(Stage.CONNECTED, **more)
    floor.touch(lead_id, Disposition.HELD, Channel.MEETING)
    return lead_id


def signal(floor: Floor, lead_id: int, kind: str = "pricing_page") -> None:
    """They do something a minute later."""
    draft = SignalIn(kind, "website", contact_id=floor.state(lead_id).contact_id)
    receive_signal(floor.store, SYSTEM, floor.later(MINUTE), draft)
