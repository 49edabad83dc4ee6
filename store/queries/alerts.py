"""What a person must see: their open alerts, everybody's, and for a team lead what waits for their word.

Whose an alert is stands in docs/model.md, "Alerts".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from store.database import Store
from store.instants import Instant
from store.queries.queue import QueueRow
from store.queries.queue import rows as lead_rows
from store.rules.alert_words import ALERTS
from store.vocabulary import AlertKind, Outcome, Status, UserRole

URGENT = frozenset(kind for kind, alert in ALERTS.items() if alert.urgent)
"""What is late already; the others tell of what goes wrong slowly."""


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One thing to see. ``entity`` and ``entity_id`` name the record it leads to, ``lead`` the at bat where it is one.

    ``kind`` is None for a disqualification that waits for a team lead inside its time, and ``id`` is then below
    nought. ``name`` is who or what it is about, ``whose`` whose record that is; ``also`` the other alerts of the same
    at bat, which has one row. A row with ``leads`` tells a team lead of all of somebody's at bats that were not reached
    in time and have nothing else to tell: ``entity`` is their owner, and ``at`` since when the first of them stands.
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
    leads: tuple[int, ...] = ()

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

    @property
    def waits(self) -> bool:
        """Whether it is about a disqualification that waits for a team lead."""
        return self.lead is not None and self.lead.lead.status is Status.UNQUALIFIED

    @property
    def acted_on(self) -> tuple[int, ...]:
        """The at bats that an act on it is done to: its own, or all that it counts; none of other records."""
        return (self.entity_id,) if self.lead is not None else self.leads


def open_alerts(store: Store, user_id: int) -> tuple[AlertRow, ...]:
    """Everything open for a user, what is late first, then the newest; a team lead's approvals that wait among it.

    At bats of others that merely had no connect in time stand in one row for each owner.
    """
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
    return tuple(_gathered(by_lead.values(), user_id))


def _gathered(rows: Iterable[AlertRow], user_id: int) -> Iterator[AlertRow]:
    """The rows in their order, those of others' at bats that merely had no connect in time as one for each owner."""
    of_owner: dict[int, list[AlertRow]] = {}
    for row in rows:
        owner_id = row.lead.lead.owner_id if row.lead is not None else None
        merely = _ATTEMPTING.issuperset(one.kind for one in (row, *row.also))
        if not merely or owner_id in (None, user_id):
            yield row
        else:
            of_owner.setdefault(owner_id or 0, []).append(row)
    for owner_id, found in sorted(of_owner.items(), key=lambda item: -len(item[1])):
        if len(found) == 1:
            yield found[0]
            continue
        first, ids = min(found, key=lambda row: row.at), tuple(row.entity_id for row in found)
        cause = f"{len(ids):,} at bats attempting"
        yield replace(
            first,
            id=-_GATHERED - owner_id,
            kind=AlertKind.ATTEMPTING_LONG,
            also=(),
            cause=cause,
            entity="user",
            entity_id=owner_id,
            name=first.whose,
            company="",
            lead=None,
            leads=ids,
        )


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
_GATHERED = 1 << 40  # above every id: what is gathered for an owner has the id below nought
_MINE = "(owner_id = :user OR (owner_id IS NULL AND :everybody)) AND closed_at IS NULL AND void = 0"
_OPEN = f"SELECT id, kind, cause, opened_at, entity, entity_id, owner_id FROM alert WHERE {_MINE}"
# An at bat counts once, whatever is told of it; what waits for approval too. Then those that were merely not reached in
# time count once for each owner, but for one's own and nobody's.
_URGENT = ", ".join(f"'{kind.value}'" for kind in sorted(URGENT))
_ATTEMPTING = frozenset({AlertKind.ATTEMPTING_LONG, AlertKind.ATTEMPTING_OVERDUE})
_MERELY = ", ".join(f"'{kind.value}'" for kind in sorted(_ATTEMPTING))
_COUNT = f"""
SELECT count(*), coalesce(sum(late), 0) FROM (
    SELECT max(r.late) AS late FROM (
        SELECT entity, record, max(late) AS late, min(kind IN ({_MERELY})) AS merely, max(entity_id) AS entity_id FROM (
            SELECT entity, CASE entity WHEN 'lead' THEN entity_id ELSE id END AS record, kind, entity_id,
                   kind IN ({_URGENT}) AS late
            FROM alert WHERE {_MINE}
            UNION ALL SELECT 'lead', lead_id, '', lead_id, 0 FROM approval
            WHERE :decides AND decided_at IS NULL AND void = 0)
        GROUP BY entity, record) r
    LEFT JOIN lead l ON r.merely AND r.entity = 'lead' AND l.id = r.entity_id AND l.owner_id <> :user
    GROUP BY l.owner_id, CASE WHEN l.owner_id IS NULL THEN r.entity || r.record END)"""
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
