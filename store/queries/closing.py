"""What the dialogs that end an at bat choose from, and what a disqualification that waits was asked for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from store.database import Store
from store.instants import Instant
from store.queries.converting import OpenOpportunity, open_opportunities
from store.vocabulary import Outcome, Stage

MOST = 12


@dataclass(frozen=True, slots=True)
class OtherAtBat:
    """An open at bat that another may be a duplicate of; no name where only the company is known."""

    id: int
    name: str
    title: str
    company: str
    owner: str
    stage: Stage


@dataclass(frozen=True, slots=True)
class CloseChoices:
    """``employees`` of the company where known, ``customer`` whether it is one, and what may be chosen."""

    employees: int | None
    customer: bool
    account_owner: str
    others: tuple[OtherAtBat, ...]
    opportunities: tuple[OpenOpportunity, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A disqualification that waits for a team lead: who asked for what, and why."""

    by: str
    at: Instant
    due_at: Instant
    outcome: Outcome
    reason: str
    note: str
    from_stage: Stage


def close_choices(store: Store, lead_id: int) -> CloseChoices:
    """What closing this at bat can choose from; three queries."""
    found = store.row(_COMPANY, (lead_id,))
    account_id, size, customer, owner = found or (None, None, None, "")
    return CloseChoices(
        size, customer is not None, owner, other_at_bats(store, lead_id), open_opportunities(store, account_id)
    )


def other_at_bats(store: Store, lead_id: int) -> tuple[OtherAtBat, ...]:
    """Open at bats this one may be a duplicate of: same name, number or address first, then others of the company."""
    found = store.rows(_OTHERS, {"lead": lead_id, "most": MOST})
    return tuple(
        OtherAtBat(id, name, title, company, owner, Stage(stage)) for id, name, title, company, owner, stage in found
    )


def asked(store: Store, lead_id: int) -> Asked | None:
    """The disqualification of this at bat that waits for a decision."""
    row = store.row(_ASKED, (lead_id,))
    if row is None:
        return None
    by, at, due_at, outcome, reason, note, stage = row
    return Asked(by, at, due_at, Outcome(outcome), reason, note, Stage(stage))


def asked_of_many(store: Store, ids: Sequence[int]) -> tuple[tuple[str, Outcome, int], ...]:
    """Of these at bats, who asked for which ending that waits, and of how many; the commonest first."""
    found = store.rows(_ASKED_OF_MANY, (json.dumps(list(ids)),))
    return tuple((by, Outcome(outcome), count) for by, outcome, count in found)


_COMPANY = """
SELECT a.id, a.size, a.customer_since, coalesce(u.name, '')
FROM lead l JOIN account a ON a.id = l.account_id LEFT JOIN "user" u ON u.id = a.owner_id WHERE l.id = ?"""

# Likeliest first: somebody of the same name, number or address, then the others of the company. A search ends at a NUL.
_OTHERS = """
WITH me AS (SELECT l.id, l.account_id, l.contact_id, c.name,
              CASE WHEN instr(CAST(c.name AS BLOB), x'00') THEN '' ELSE coalesce(c.name, '') END AS words
            FROM lead l LEFT JOIN contact c ON c.id = l.contact_id
            WHERE l.id = :lead),
alike(contact_id) AS (
  SELECT o.contact_id FROM me JOIN email e ON e.contact_id = me.contact_id AND e.void = 0
    JOIN email o ON o.folded = e.folded AND o.void = 0
  UNION SELECT o.contact_id FROM me JOIN phone p ON p.contact_id = me.contact_id AND p.void = 0 AND p.e164 <> ''
    JOIN phone o ON o.e164 = p.e164 AND o.void = 0
  UNION SELECT w.rowid FROM me JOIN contact_words w
    ON w.contact_words MATCH 'name : "' || replace(me.words, '"', '""') || '"'
    JOIN contact c ON c.id = w.rowid AND c.name = me.name),
likely(id, rank) AS (
  SELECT l.id, 0 FROM alike JOIN lead l ON l.contact_id = alike.contact_id AND l.open = 1
  UNION SELECT l.id, 1 FROM me JOIN lead l ON l.account_id = me.account_id AND l.open = 1)
SELECT l.id, coalesce(c.name, ''), coalesce(c.title, ''), coalesce(a.name, ''), coalesce(u.name, ''), l.stage
FROM (SELECT id, min(rank) AS rank FROM likely GROUP BY id) best
JOIN lead l ON l.id = best.id LEFT JOIN contact c ON c.id = l.contact_id LEFT JOIN account a ON a.id = l.account_id
LEFT JOIN "user" u ON u.id = l.owner_id
WHERE l.id <> :lead AND l.stage <> 'disqualified' ORDER BY best.rank, l.opened_at, l.id LIMIT :most"""

_ASKED = """
SELECT u.name, p.asked_at, p.due_at, p.outcome, p.reason, p.note, p.from_stage
FROM approval p JOIN "user" u ON u.id = p.asked_by_id
WHERE p.lead_id = ? AND p.decided_at IS NULL AND p.void = 0 ORDER BY p.id DESC LIMIT 1"""
_ASKED_OF_MANY = """
SELECT coalesce(u.name, ''), p.outcome, count(*) FROM approval p LEFT JOIN "user" u ON u.id = p.asked_by_id
WHERE p.lead_id IN (SELECT value FROM json_each(?)) AND p.decided_at IS NULL AND p.void = 0
GROUP BY u.id, p.outcome ORDER BY count(*) DESC, u.name, p.outcome"""
