"""The changes of status of last month that a team lead judges, five a rep; see docs/model.md, "Spot checks"."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, time, timedelta

from store.database import Store
from store.instants import Instant, moment
from store.rules.business import at_local
from store.rules.spot_check import sample
from store.vocabulary import Status


@dataclass(frozen=True, slots=True)
class SpotCheck:
    """One change of status: of whom, on which at bat, when, from what (None: none before) to what.

    ``act`` is the kind of operation that it came with, ``by_hand`` that the status was set against the rules.
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
    before: Status | None
    status: Status
    act: str
    by_hand: bool
    right: bool | None
    note: str
    judged_by: str


def month_to_judge(store: Store, now: Instant) -> str:
    """The last month that is over, in the team's zone: ``2026-10``."""
    return (moment(now, store.zone).date().replace(day=1) - timedelta(days=1)).strftime("%Y-%m")


def spot_checks(store: Store, now: Instant) -> tuple[SpotCheck, ...]:
    """What is put before the team lead for last month, what is not judged yet first, by rep. Two queries."""
    month = month_to_judge(store, now)
    picked = _picked(store, month)
    rows = store.rows(_CHANGES, {"ids": json.dumps(picked)})
    found = [
        SpotCheck(
            id,
            month,
            user_id,
            rep,
            lead_id,
            person,
            company,
            at,
            Status(before) if before else None,
            Status(status),
            act,
            bool(by_hand),
            None if right is None else bool(right),
            note or "",
            judged_by or "",
        )
        for id, user_id, rep, lead_id, person, company, at, before, status, act, by_hand, right, note, judged_by in rows
    ]
    return tuple(sorted(found, key=lambda one: (one.right is not None, one.rep, one.at, one.id)))


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


_MADE = """
SELECT o.actor_id, s.id FROM status_change s JOIN operation o ON o.id = s.written_id
JOIN "user" u ON u.id = o.actor_id
WHERE s.at >= :from AND s.at < :to AND s.void = 0 AND o.by = 'person' AND u.role = 'sdr'"""
_CHANGES = """
SELECT s.id, o.actor_id, u.name, s.lead_id, coalesce(c.name, ''), coalesce(a.name, ''), s.at,
       (SELECT b.status FROM status_change b WHERE b.lead_id = s.lead_id AND b.void = 0 AND (b.at, b.id) < (s.at, s.id)
        ORDER BY b.at DESC, b.id DESC LIMIT 1),
       s.status, o.kind, s.override, k."right", k.note, j.name
FROM json_each(:ids) e JOIN status_change s ON s.id = e.value
JOIN operation o ON o.id = s.written_id JOIN "user" u ON u.id = o.actor_id
JOIN lead l ON l.id = s.lead_id LEFT JOIN contact c ON c.id = l.contact_id LEFT JOIN account a ON a.id = l.account_id
LEFT JOIN spot_check k ON k.status_change_id = s.id AND k.void = 0 LEFT JOIN "user" j ON j.id = k.judged_by_id"""
