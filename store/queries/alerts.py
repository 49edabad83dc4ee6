"""What a person must see: their open alerts, everybody's, and for a team lead what waits for their word.

Whose an alert is stands in docs/model.md, "Alerts".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from store.database import Store
from store.instants import Instant
from store.queries.queue import QueueRow
from store.queries.queue import rows as lead_rows
from store.rules.alert_words import ALERTS
from store.vocabulary import AlertKind, Outcome, UserRole

URGENT = frozenset(kind for kind, alert in ALERTS.items() if alert.urgent)
"""What is late already; the others tell of what goes wrong slowly."""


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One thing to see. ``entity`` and ``entity_id`` name the record it leads to, ``lead`` the at bat where it is one.

    ``kind`` is None for a disqualification that waits for a team lead inside its time, and ``id`` is then below
    nought. ``name`` is who or what it is about, ``whose`` whose record that is; ``also`` the other alerts of the same
    at bat, which has one row.
    """

    id: int
    kind: AlertKind | None
    cause: str
    at: Instant
    entity: str
    entity_id: int
    everybody: bool
    name: str
    company: str
    whose: str
    lead: QueueRow | None

    also: tuple[AlertRow, ...] = ()

    @property
    def words(self) -> str:
        """What kind of alert it is."""
        return "waits for approval" if self.kind is None else ALERTS[self.kind].words

    @property
    def causes(self) -> str:
        """Why, with what else is told of the same record."""
        return " · ".join([self.cause, *(f"{one.words}: {one.cause}" for one in self.also)])

    @property
    def urgent(self) -> bool:
        """Whether something is late already."""
        return self.kind in URGENT


def open_alerts(store: Store, user_id: int) -> tuple[AlertRow, ...]:
    """Everything open for a user, what is late first, then the newest; a team lead's approvals that wait among it."""
    role = _role(store, user_id)
    found = store.rows(_OPEN, {"user": user_id, "everybody": role is not UserRole.AE})
    asked = store.rows(_WAITING) if role in _LEADS_TEAM else []
    late = {id for _, kind, _, _, entity, id, *_ in found if kind == AlertKind.APPROVAL_LATE and entity == "lead"}
    leads = lead_rows(store, [row[5] for row in found if row[4] == "lead"] + [row[0] for row in asked])
    told = [_row(store, row, leads) for row in found]
    for lead_id, at, who, outcome in asked:
        if lead_id not in late:
            cause = f"{Outcome(outcome).label}, asked by {who}"
            told.append(_on_lead(-lead_id, None, cause, at, lead_id, False, leads.get(lead_id)))
    by_lead: dict[tuple[str, int], AlertRow] = {}
    for row in sorted(told, key=lambda row: (not row.urgent, -row.at, -row.id)):
        record = (row.entity, row.entity_id if row.entity == "lead" else row.id)
        first = by_lead.get(record)
        by_lead[record] = row if first is None else replace(first, also=(*first.also, row))
    return tuple(by_lead.values())


def count(store: Store, user_id: int) -> tuple[int, int]:
    """How many rows ``open_alerts`` has for a user, and how many of them tell of something late."""
    role = _role(store, user_id)
    found = store.row(_COUNT, {"user": user_id, "everybody": role is not UserRole.AE, "decides": role in _LEADS_TEAM})
    return found if found is not None else (0, 0)


def _role(store: Store, user_id: int) -> UserRole:
    return UserRole(store.value('SELECT role FROM "user" WHERE id = ?', (user_id,)) or UserRole.SDR)


def _row(store: Store, row: tuple[Any, ...], leads: dict[int, QueueRow]) -> AlertRow:
    id, word, cause, at, entity, entity_id, owner_id = row
    kind = AlertKind(word)
    if entity == "lead":
        return _on_lead(id, kind, cause, at, entity_id, owner_id is None, leads.get(entity_id))
    name, company, whose = (*(store.row(_ABOUT[entity], (entity_id,)) or ()), "", "", "")[:3]
    return AlertRow(id, kind, cause, at, entity, entity_id, owner_id is None, name, company, whose, None)


def _on_lead(
    id: int, kind: AlertKind | None, cause: str, at: Instant, lead_id: int, everybody: bool, lead: QueueRow | None
) -> AlertRow:
    name, company, whose = (lead.name or lead.company, lead.company, lead.owner) if lead is not None else ("", "", "")
    return AlertRow(id, kind, cause, at, "lead", lead_id, everybody, name, company, whose, lead)


_LEADS_TEAM = (UserRole.LEAD, UserRole.ADMIN)
_MINE = "(owner_id = :user OR (owner_id IS NULL AND :everybody)) AND closed_at IS NULL AND void = 0"
_OPEN = f"SELECT id, kind, cause, opened_at, entity, entity_id, owner_id FROM alert WHERE {_MINE}"
# An at bat counts once, whatever is told of it; what waits for approval too.
_URGENT = ", ".join(f"'{kind.value}'" for kind in sorted(URGENT))
_COUNT = f"""
SELECT count(*), coalesce(sum(late), 0) FROM (
    SELECT max(late) AS late FROM (
        SELECT entity, CASE entity WHEN 'lead' THEN entity_id ELSE id END AS record, kind IN ({_URGENT}) AS late
        FROM alert WHERE {_MINE}
        UNION ALL SELECT 'lead', lead_id, 0 FROM approval WHERE :decides AND decided_at IS NULL AND void = 0)
    GROUP BY entity, record)"""
_WAITING = """
SELECT w.lead_id, w.asked_at, coalesce(u.name, ''), w.outcome
FROM approval w LEFT JOIN "user" u ON u.id = w.asked_by_id WHERE w.decided_at IS NULL AND w.void = 0"""
_ABOUT = {
    "opportunity": "SELECT o.name, coalesce(a.name, ''), coalesce(u.name, '') FROM opportunity o"
    ' LEFT JOIN account a ON a.id = o.account_id LEFT JOIN "user" u ON u.id = o.owner_id WHERE o.id = ?',
    "account": "SELECT a.name, '', coalesce(u.name, '') FROM account a"
    ' LEFT JOIN "user" u ON u.id = a.owner_id WHERE a.id = ?',
    "user": "SELECT name, '', name FROM \"user\" WHERE id = ?",
    "source": "SELECT 'source ' || source, '', '' FROM lead WHERE id = ?",
    "team": "SELECT name, '', '' FROM team WHERE id = ?",
}
