"""The pools by rule: back to marketing after endings without hope, or when nobody minds a name for long.

A name is flagged, never moved out or deleted, and nobody who is worked is demoted. See docs/model.md,
"Pools and lifecycle".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from store.instants import Instant
from store.models import Contact
from store.rules.pools import demotes, ignored_at
from store.vocabulary import Outcome, Pool

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from store.operations.transaction import Transaction

Change = tuple[str, int, str, str | None, str | None]  # entity, its id, column, before, after


def settle_pools(tx: Transaction, changes: Iterable[Change]) -> None:
    """At the end of an operation: whose at bat it ended may go back, who is opened one comes to sales.

    An undo puts back what was; it decides nothing anew.
    """
    new, ended, watched = set(), set(), set()
    for entity, row_id, column, _, after in changes:
        if entity == "contact" and (column == "+" or (column == "pool" and after == f'"{Pool.SALES.value}"')):
            watched.add(row_id)
        elif entity == "lead" and (column in ("+", "contact_id") or (column == "open" and after == "1")):
            new.add(row_id)
        elif entity == "lead" and column == "stage" and after == '"closed"':
            ended.add(row_id)
    if tx.undoes is None:
        for contact_id in _people(tx, new, 1, Pool.MARKETING):
            tx.update(Contact, tx.get(Contact, contact_id), pool=Pool.SALES)
            watched.add(contact_id)
        for contact_id in _people(tx, ended, 0, Pool.SALES):
            _demote_after_endings(tx, contact_id)
    _watch(tx, watched)


def _people(tx: Transaction, leads: Iterable[int], is_open: int, pool: Pool) -> list[int]:
    """Whose of these at bats are open, or not, while they are in this pool."""
    ids = sorted(leads)
    return [row[0] for row in tx.store.rows(_OF_LEADS, (str(ids), is_open, pool))] if ids else []


def _demote_after_endings(tx: Transaction, contact_id: int) -> None:
    if is_worked(tx, contact_id):
        return
    rules = tx.rules.pools
    outcomes = [Outcome(row[0]) for row in tx.store.rows(_ENDINGS, (contact_id, rules.no_response or 1))]
    if demotes(outcomes, rules):
        tx.update(Contact, tx.get(Contact, contact_id), pool=Pool.MARKETING)


def is_worked(tx: Transaction, contact_id: int) -> bool:
    """Whether somebody is in an open at bat, theirs or another's, or on an open opportunity."""
    return tx.store.value(_WORKED, {"contact": contact_id}) is not None


def _watch(tx: Transaction, contacts: Iterable[int]) -> None:
    """Have the rules look at who came to sales once nobody may have minded them for long."""
    at = ignored_at(tx.now, tx.rules.pools)
    ids = sorted(contacts)
    if at is not None and ids:
        tx.store.connection.execute(_LOOK_AT, (at, str(ids)))


# --- as time goes by ---


def due(tx: Transaction, person: Mapping[str, Any]) -> Instant | None:
    """When this person counts as ignored if nothing happens; who is worked is looked at again a span later."""
    if person["pool"] != Pool.SALES or person["merged_into_id"] is not None:
        return None
    last = tx.now if is_worked(tx, person["id"]) else last_minded(tx, person)
    return ignored_at(last, tx.rules.pools)


def demote_ignored(tx: Transaction, person: Mapping[str, Any]) -> None:
    """Nobody minded this name: marketing has it again."""
    tx.update(Contact, person, pool=Pool.MARKETING)


def last_minded(tx: Transaction, person: Mapping[str, Any]) -> Instant:
    """The last touch, signal, ending of an at bat or change of pool, else when the person was added here."""
    return int(tx.store.value(_MINDED, {"contact": person["id"]}) or person["created_at"])


_OF_LEADS = """
SELECT DISTINCT c.id FROM lead l JOIN contact c ON c.id = l.contact_id
WHERE l.id IN (SELECT value FROM json_each(?)) AND l.open = ? AND c.pool = ?"""
_ENDINGS = """
SELECT outcome FROM lead WHERE contact_id = ? AND void = 0 AND open = 0 AND outcome IS NOT NULL
ORDER BY closed_at DESC, id DESC LIMIT ?"""
_WORKED = """
SELECT 1 WHERE EXISTS (SELECT 1 FROM lead WHERE contact_id = :contact AND open = 1)
  OR EXISTS (SELECT 1 FROM lead_contact p JOIN lead l ON l.id = p.lead_id
             WHERE p.contact_id = :contact AND p.void = 0 AND l.open = 1)
  OR EXISTS (SELECT 1 FROM opportunity_contact p JOIN opportunity o ON o.id = p.opportunity_id
             WHERE p.contact_id = :contact AND p.void = 0 AND o.open = 1)"""
_MINDED = """
SELECT max(at) FROM (
    SELECT max(at) AS at FROM touch WHERE contact_id = :contact AND void = 0
    UNION ALL SELECT max(at) FROM signal WHERE contact_id = :contact AND void = 0
    UNION ALL SELECT max(closed_at) FROM lead WHERE contact_id = :contact AND void = 0
    UNION ALL SELECT max(o.at) FROM change c JOIN operation o ON o.id = c.operation_id
              WHERE c.entity = 'contact' AND c.entity_id = :contact AND c."column" IN ('+', 'pool'))"""
_LOOK_AT = """
UPDATE contact SET rule_at = min(coalesce(rule_at, ?1), ?1)
WHERE id IN (SELECT value FROM json_each(?2)) AND pool = 'sales'"""
