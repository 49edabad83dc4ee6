"""The changes of status of last month that a team lead judges, five a rep; see docs/model.md, "Spot checks"."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from store.database import Store
from store.instants import Instant, moment
from store.rules.business import at_local
from store.rules.spot_check import sample
from store.vocabulary import Channel, Status


@dataclass(frozen=True, slots=True)
class SpotCheck:
    """One change of status: of whom, on which at bat, when, from what to what.

    ``act`` says which act of theirs decided it: ``logged a call``, ``set by hand``, ``closed``.
    ``right`` is None until it is judged, by ``judged_by``.
    """

    id: int
    month: str
    user_id: int
    rep: str
    lead_id: int
    person: str
    company: str
    at: Instant
    before: Status
    status: Status
    act: str
    right: bool | None
    note: str
    judged_by: str


def month_to_judge(zone: str, now: Instant) -> str:
    """The last month that is over, in the team's zone: ``2026-10``."""
    return (moment(now, zone).date().replace(day=1) - timedelta(days=1)).strftime("%Y-%m")


def spot_checks(store: Store, now: Instant) -> tuple[SpotCheck, ...]:
    """What is put before the team lead for last month, what is not judged yet first, by rep. Two queries."""
    month = month_to_judge(store.zone, now)
    picked = _picked(store, month)
    rows = store.rows(_CHANGES, {"ids": json.dumps(picked)})
    found = [_check(month, row) for row in rows]
    return tuple(sorted(found, key=lambda one: (one.right is not None, one.rep, one.at, one.id)))


def _check(month: str, row: tuple[Any, ...]) -> SpotCheck:
    id, user_id, rep, lead_id, person, company, at, before, status, kind, channel, override, right, note, by = row
    return SpotCheck(
        id,
        month,
        user_id,
        rep,
        lead_id,
        person,
        company,
        at,
        Status(before),
        Status(status),
        _act(kind, channel, by_hand=bool(override)),
        None if right is None else bool(right),
        note or "",
        by or "",
    )


def to_judge(store: Store, now: Instant) -> int:
    """How many wait to be judged."""
    return sum(one.right is None for one in spot_checks(store, now))


def _picked(store: Store, month: str) -> list[int]:
    first = date.fromisoformat(f"{month}-01")
    after = (first + timedelta(days=31)).replace(day=1)
    span = {"from": at_local(first, time(), store.zone), "to": at_local(after, time(), store.zone)}
    changes: dict[int, list[int]] = {}
    for user_id, id in store.rows(_MADE, span):
        changes.setdefault(user_id, []).append(id)
    count = store.rules.team.spot_checks
    return [id for user_id, ids in changes.items() for id in sample(month, user_id, ids, count)]


def _act(kind: str, channel: str | None, *, by_hand: bool) -> str:
    """What somebody did that decided a status."""
    if kind == "log_touch" and channel is not None:
        return _LOGGED[Channel(channel)]
    return "set by hand" if by_hand else _DECIDES[kind]


_LOGGED = {
    Channel.CALL: "logged a call",
    Channel.EMAIL: "logged an e-mail",
    Channel.LINKEDIN: "logged LinkedIn",
    Channel.SMS: "logged an SMS",
    Channel.MEETING: "logged a meeting",
    Channel.OTHER: "logged a touch",
}
# The kinds of act by which a person decides what status an at bat has. The first one of an at bat is nobody's decision.
_DECIDES = {
    "log_touch": "logged a touch",
    "amend": "amended a touch",
    "set_status": "set by hand",
    "bulk_set_status": "set by hand",
    "qualify": "qualified",
    "convert": "converted",
    "close": "closed",
    "bulk_close": "closed",
}
_MADE = f"""
SELECT o.actor_id, s.id FROM status_change s JOIN operation o ON o.id = s.written_id
JOIN "user" u ON u.id = o.actor_id
WHERE s.at >= :from AND s.at < :to AND s.void = 0 AND o.by = 'person' AND u.role = 'sdr'
  AND o.kind IN ({", ".join(f"'{kind}'" for kind in _DECIDES)})
  AND EXISTS (
      SELECT 1 FROM status_change b WHERE b.lead_id = s.lead_id AND b.void = 0 AND (b.at, b.id) < (s.at, s.id))"""
_CHANGES = """
SELECT s.id, o.actor_id, u.name, s.lead_id, coalesce(c.name, ''), coalesce(a.name, ''), s.at,
       (SELECT b.status FROM status_change b WHERE b.lead_id = s.lead_id AND b.void = 0 AND (b.at, b.id) < (s.at, s.id)
        ORDER BY b.at DESC, b.id DESC LIMIT 1),
       s.status, o.kind,
       (SELECT t.channel FROM touch t WHERE t.lead_id = s.lead_id AND t.written_id = o.id AND t.void = 0),
       s.override, k."right", k.note, j.name
FROM json_each(:ids) e JOIN status_change s ON s.id = e.value
JOIN operation o ON o.id = s.written_id JOIN "user" u ON u.id = o.actor_id
JOIN lead l ON l.id = s.lead_id LEFT JOIN contact c ON c.id = l.contact_id LEFT JOIN account a ON a.id = l.account_id
LEFT JOIN spot_check k ON k.status_change_id = s.id AND k.void = 0 LEFT JOIN "user" j ON j.id = k.judged_by_id"""
