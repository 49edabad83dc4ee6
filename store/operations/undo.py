"""Take one's last act back: what it wrote is put back as it was, and both acts stay in the history."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from store.errors import Refusal
from store.lead_state import LeadState
from store.models import TABLES, Opportunity, Row
from store.operations.at_bat import DEEDS, spoken_name
from store.operations.deal import worked_anew
from store.operations.transaction import MADE, Done, Transaction, operation
from store.rules.queue_order import span

_MODELS: dict[str, type[Row]] = {str(model._meta.table_name): model for model in TABLES}
_UNDOABLE = frozenset(DEEDS) - {"undo"}

_LAST = """
SELECT o.id, o.kind, o.at, o.lead_id FROM operation o
WHERE o.actor_id = ? AND o.by = 'person'
  AND NOT EXISTS (SELECT 1 FROM operation u WHERE u.undoes_id = o.id) AND o.kind <> 'undo'
ORDER BY o.id DESC LIMIT 1"""
_CHANGES = """
SELECT c.operation_id, c.entity, c.entity_id, c."column", coalesce(s.before, c.before), c.id
FROM change c JOIN operation o ON o.id = c.operation_id
LEFT JOIN change_secret s ON s.change_id = c.id
WHERE c.operation_id = ? OR (c.operation_id > ? AND o.by = 'rule' AND o.lead_id IN (SELECT value FROM json_each(?)))
ORDER BY c.id DESC"""
_SINCE = """
SELECT u.name, o.kind, o.at FROM change c
JOIN operation o ON o.id = c.operation_id JOIN "user" u ON u.id = o.actor_id
WHERE c.entity = ? AND c.entity_id = ? AND c.operation_id > ?
  AND (o.by = 'import' OR (o.by = 'person' AND o.actor_id <> ?))
ORDER BY o.id DESC LIMIT 1"""


@dataclass(frozen=True, slots=True)
class UndoDraft:
    """Undo this operation, or one's last one where None."""

    operation_id: int | None = None


@operation("undo")
def undo(tx: Transaction, draft: UndoDraft) -> Done:
    """Take the last act back within the time the rules allow, while nobody else has touched the same rows.

    Raises Refusal saying who touched it, that the time is over, or that the person has a newer at bat.
    """
    row = tx.store.row(_LAST, (tx.actor.user_id,))
    if row is None:
        raise Refusal("There is nothing of yours to undo.")
    operation_id, kind, at, lead_id = row
    if draft.operation_id is not None and draft.operation_id != operation_id:
        raise Refusal("You did something else since: only the last act can be undone.")
    if kind not in _UNDOABLE:
        raise Refusal("Your last act cannot be undone.")
    if tx.now - at > tx.rules.undo:
        raise Refusal(f"That was {span(tx.now - at)} ago: an act can be undone for {span(tx.rules.undo)}.")
    leads = json.dumps(_leads(tx, operation_id))
    changes = tx.store.rows(_CHANGES, (operation_id, operation_id, leads))
    _nobody_since(tx, operation_id, {(change[1], change[2]) for change in changes})
    tx.undoes = operation_id
    tx.lead_id = lead_id
    was = _as_it_was(changes)
    for (entity, entity_id), columns in sorted(was.items(), key=_turn):
        if not _stays(tx, entity, entity_id, was):
            _put_back(tx, entity, entity_id, columns)
    for entity, entity_id in was:
        if entity == "opportunity":
            _check_alone(tx, entity_id)
    name = spoken_name(tx, tx.lead(lead_id)) if lead_id is not None else "it"
    return tx.done(f"undone: {kind.replace('_', ' ')} for {name}")


def _leads(tx: Transaction, operation_id: int) -> list[int]:
    found = tx.store.rows(
        "SELECT DISTINCT entity_id FROM change WHERE operation_id = ? AND entity = 'lead'", (operation_id,)
    )
    return [row[0] for row in found]


def _nobody_since(tx: Transaction, operation_id: int, rows: set[tuple[str, int]]) -> None:
    for entity, entity_id in sorted(rows):
        if entity not in ("lead", "opportunity", "contact", "account", "meeting"):
            continue
        other = tx.store.row(_SINCE, (entity, entity_id, operation_id, tx.actor.user_id))
        if other is not None:
            name, kind, at = other
            deed = DEEDS.get(kind, "changed this")
            raise Refusal(f"{name} {deed} {span(max(0, tx.now - at))} ago: it can no longer be undone.")


def _as_it_was(changes: list[tuple[Any, ...]]) -> dict[tuple[str, int], dict[str, Any]]:
    """Per row, what its columns held before; newest changes come first, so the earliest value wins."""
    rows: dict[tuple[str, int], dict[str, Any]] = {}
    for _operation, entity, entity_id, column, before, _id in changes:
        row = rows.setdefault((entity, entity_id), {})
        if column == MADE:
            row["void"] = 1
        elif not (entity == "lead" and column == "version"):
            row[column] = None if before is None else json.loads(before)
    return rows


def _turn(row: tuple[tuple[str, int], dict[str, Any]]) -> int:
    """What the act made goes first: an older row may only come back to a place that is free again.

    At bats come back after that, since one that is converted again must find its conversion; people and companies the
    act made go last, when it shows who else has built on them, and then their numbers and addresses.
    """
    (entity, _), columns = row
    if "void" in columns:
        return {"contact": 3, "account": 3, "phone": 4, "email": 4}.get(entity, 0)
    return 2 if entity == "lead" else 1


def _put_back(tx: Transaction, entity: str, entity_id: int, columns: dict[str, Any]) -> None:
    model = _MODELS[entity]
    if entity == "lead":
        if columns.get("void"):
            columns["open"] = 0
        lead = tx.lead(entity_id)
        _check_room(tx, lead, columns)
        tx.save_lead(lead, columns)
        return
    row = tx.get(model, entity_id)
    if "void" in columns and "open" in row:
        columns["open"] = 0
    columns.pop("version", None)
    if entity == "account" and columns.get("customer_since", 0) is None and _won_here(tx, entity_id):
        columns.pop("customer_since")
    if "void" in columns and "void" not in row:
        raise Refusal("That cannot be taken back.")
    tx.update(model, row, **columns)


def _won_here(tx: Transaction, account_id: int) -> bool:
    """Whether another opportunity of this company was won: it then stays a customer."""
    won = "SELECT 1 FROM opportunity WHERE account_id = ? AND stage = 'won' AND void = 0"
    return tx.store.value(won, (account_id,)) is not None


def _check_alone(tx: Transaction, opportunity_id: int) -> None:
    """Refuse to bring an opportunity back beside a newer open at bat of somebody behind it."""
    opportunity = tx.get(Opportunity, opportunity_id)
    if opportunity["open"] and opportunity["rejected_at"] is None and (name := worked_anew(tx, opportunity_id)):
        raise Refusal(f"{name} has a newer open at bat: it can no longer be undone.")


def _stays(tx: Transaction, entity: str, entity_id: int, was: dict[tuple[str, int], dict[str, Any]]) -> bool:
    """Whether others have built on a person or a company since: it then stays with its numbers and addresses."""
    if "void" not in was[entity, entity_id]:
        return False
    if entity in ("phone", "email"):
        row = tx.get(_MODELS[entity], entity_id)
        owner = ("contact", row["contact_id"]) if row["contact_id"] is not None else ("account", row["account_id"])
        return "void" in was.get(owner, {}) and not tx.get(_MODELS[owner[0]], owner[1])["void"]
    return any(
        tx.store.value(f"SELECT 1 FROM {table} WHERE {entity}_id = ? AND void = 0", (entity_id,))
        for table in _BUILT_ON.get(entity, ())
    )


_BUILT_ON = {
    "contact": ("lead", "lead_contact", "opportunity_contact"),
    "account": ("lead", "contact", "opportunity"),
}


def _check_room(tx: Transaction, lead: LeadState, columns: dict[str, Any]) -> None:
    """Refuse where another at bat has taken the place that this one would come back to."""
    contact_id = columns.get("contact_id", lead.contact_id)
    if not columns.get("open", lead.open):
        return
    if contact_id is None:
        another = "SELECT 1 FROM lead WHERE account_id = ? AND contact_id IS NULL AND open = 1 AND id <> ?"
        if tx.store.value(another, (lead.account_id, lead.id)):
            raise Refusal("The company has a newer open at bat: it can no longer be undone.")
    elif columns.get("open"):
        other = "SELECT open FROM lead WHERE contact_id = ? AND void = 0 AND id <> ? AND (open = 1 OR number > ?)"
        row = tx.store.row(other, (contact_id, lead.id, lead.number))
        if row is not None:
            which = "another open" if row[0] else "a newer"
            raise Refusal(f"The person has {which} at bat: it can no longer be undone.")
