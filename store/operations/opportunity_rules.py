"""What the rules do to an opportunity as time goes by: a hand-over is missed, one that stands still is told of.

``settle_opportunity`` brings its alerts in line after every act on it and keeps when the rules come next;
the rest is done by a tick. See docs/model.md, "Ticking" and "Opportunities".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from store.instants import Instant
from store.models import Alert, Clock, HandOver, Opportunity
from store.operations.alerts import team_lead
from store.rules import clocks
from store.rules.standing import Cause
from store.vocabulary import AlertKind, ClockKind

if TYPE_CHECKING:
    from store.operations.transaction import Transaction

Deal = Mapping[str, Any]
"""An opportunity by column."""

_TOLD = frozenset({AlertKind.HAND_OVER_LATE, AlertKind.UNMOVED})  # the rest open and close with what people do
_ALERTS = """
SELECT id, kind, owner_id, opened_at FROM alert
WHERE entity = 'opportunity' AND entity_id = ? AND closed_at IS NULL AND void = 0 ORDER BY id"""


def miss_hand_overs(tx: Transaction, deal: Deal) -> None:
    """Record once that a hand-over was not answered in time; who answers it later only ends that clock."""
    for row in _unanswered(tx, deal):
        if row["due_at"] < tx.now and not hand_over_clock(tx, row):
            record_hand_over(tx, row, ended_at=None)


def settle_opportunity(tx: Transaction, opportunity_id: int) -> None:
    """Open and close the alerts of an opportunity, and keep when the rules come to it next."""
    deal = tx.get(Opportunity, opportunity_id)
    found = list(_causes(tx, deal))
    stand = {(cause.kind, cause.owner_id): cause.words for cause in found if cause.at <= tx.now}
    for alert_id, kind, owner_id, opened_at in tx.store.rows(_ALERTS, (opportunity_id,)):
        if kind in _TOLD and stand.pop((AlertKind(kind), owner_id), None) is None:
            tx.update(Alert, tx.get(Alert, alert_id), closed_at=max(tx.now, opened_at))
    for (kind, owner_id), words in stand.items():
        facts = {"kind": kind, "entity": "opportunity", "entity_id": opportunity_id, "owner_id": owner_id}
        tx.insert(Alert, **facts, cause=words, opened_at=tx.now)
    comes = min((cause.at for cause in found if cause.at > tx.now), default=None)
    if deal["rule_at"] != comes:
        sql = "UPDATE opportunity SET rule_at = ? WHERE id = ?"
        tx.store.connection.execute(sql, (comes, opportunity_id))


def hand_over_clock(tx: Transaction, hand_over: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The clock of a hand-over, where it was met or missed already."""
    facts = {"lead_id": hand_over["lead_id"], "kind": ClockKind.HAND_OVER, "started_at": hand_over["at"]}
    return tx.find(Clock, **facts, owner_id=hand_over["taker_id"], void=0)


def record_hand_over(tx: Transaction, hand_over: Mapping[str, Any], *, ended_at: Instant | None) -> None:
    """Record once whether a hand-over was answered in time, which is the taker's; ``ended_at`` is when it was."""
    tx.insert(
        Clock,
        lead_id=hand_over["lead_id"],
        kind=ClockKind.HAND_OVER,
        started_at=hand_over["at"],
        due_at=hand_over["due_at"],
        ended_at=ended_at,
        met=int(ended_at is not None and ended_at <= hand_over["due_at"]),
        owner_id=hand_over["taker_id"],
        rules=tx.rules.digest,
    )


def _unanswered(tx: Transaction, deal: Deal) -> list[dict[str, Any]]:
    if not deal["open"]:
        return []
    return tx.find(HandOver, opportunity_id=deal["id"], answered_at=None, void=0)


def _causes(tx: Transaction, deal: Deal) -> list[Cause]:
    """The alerts of an open opportunity, with the instant from which each stands if nobody does anything."""
    if not deal["open"]:
        return []
    leader = team_lead(tx.store, tx.store.team_id)
    waiting = _unanswered(tx, deal)
    found = [
        Cause(row["due_at"] + 1, AlertKind.HAND_OVER_LATE, hears, "a hand-over waits for its answer past its time")
        for row in waiting
        for hears in dict.fromkeys((row["taker_id"], leader))
    ]
    if not waiting and deal["rejected_at"] is None:
        at = clocks.opportunity_alert_at(deal["moved_at"], tx.rules, tx.store.calendar)
        words = f"unmoved for {tx.rules.sla.opportunity_unmoved}"
        found.append(Cause(at, AlertKind.UNMOVED, deal["owner_id"], words))
    return found
