"""Take one's last act back: what it wrote is put back as it was, and both acts stay in the history.

An act on many goes back batch by batch, newest first, each batch in a transaction of its own; what somebody else has
touched since stays, and the others go back. See docs/model.md, "Acts on many".
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from store.actor import Actor
from store.database import Store
from store.errors import Refusal
from store.instants import Instant
from store.lead_state import LeadState
from store.models import Opportunity
from store.operations.at_bat import DEEDS, spoken_name
from store.operations.bulk import BULK, NAMED, Refused
from store.operations.deal import worked_anew
from store.operations.transaction import MADE, Done, Transaction, operation
from store.operations.undo_words import MODELS, act_words, given_to, many_words, undone_words
from store.rules.queue_order import span

_UNDOABLE = frozenset(DEEDS) - {"undo"}

# Whatever undoes an act comes after it, so that only what came after is looked through.
_LAST = """
SELECT o.id, o.kind, o.at, o.lead_id, o.key FROM operation o
WHERE o.actor_id = ? AND o.by = 'person' AND o.kind <> 'undo'
  AND NOT EXISTS (SELECT 1 FROM operation u WHERE u.id > o.id AND u.undoes_id = o.id)
ORDER BY o.id DESC LIMIT 1"""
_CHANGES = """
WITH acts(id) AS MATERIALIZED (
    SELECT ? UNION ALL SELECT id FROM operation
    WHERE id > ? AND by = 'rule' AND lead_id IN (SELECT value FROM json_each(?)))
SELECT c.operation_id, c.entity, c.entity_id, c."column", coalesce(s.before, c.before), c.id
FROM acts JOIN change c ON c.operation_id = acts.id
LEFT JOIN change_secret s ON s.change_id = c.id
ORDER BY c.id DESC"""
_SINCE = """
SELECT u.name, o.kind, o.at FROM change c
JOIN operation o ON o.id = c.operation_id JOIN "user" u ON u.id = o.actor_id
WHERE c.entity = ? AND c.entity_id = ? AND c.operation_id > ?
  AND (o.by = 'import' OR (o.by = 'person' AND o.actor_id <> ?))
ORDER BY o.id DESC LIMIT 1"""


@dataclass(frozen=True, slots=True)
class UndoDraft:
    """Undo one's last act; where one is given, only if that is this operation, or a batch of this act on many."""

    operation_id: int | None = None
    act: str = ""


@dataclass(frozen=True, slots=True)
class Undone(Done):
    """What an undo took back of an act on many: ``left`` batches of ``act`` are still to be taken back, ``kind`` it is.

    ``to`` is who it gave them to; ``stays`` are the at bats that somebody else has touched since, ``names`` whose the
    first of them are.
    """

    act: str = ""
    kind: str = ""
    to: str = ""
    taken_back: int = 0
    stays: tuple[Refused, ...] = ()
    names: tuple[str, ...] = ()
    left: int = 0


@operation("undo")
def undo(tx: Transaction, draft: UndoDraft) -> Done:
    """Take the last act back within the time the rules allow, while nobody else has touched the same rows.

    Of an act on many one batch is taken back, see ``Undone``; doing it again goes on with the next. Raises Refusal
    saying who touched it, that the time is over, or that the person has a newer at bat.
    """
    row = tx.store.row(_LAST, (tx.actor.user_id,))
    if row is None:
        raise Refusal("There is nothing of yours to undo.")
    operation_id, kind, at, lead_id, key = row
    act = key.rpartition("/")[0] if kind.startswith(BULK) else ""
    if draft.operation_id not in (None, operation_id) or draft.act not in ("", act):
        raise Refusal("You did something else since: only the last act can be undone.")
    if kind not in _UNDOABLE:
        raise Refusal("Your last act cannot be undone.")
    if act:
        return _take_back_batch(tx, operation_id, kind, act)
    leads = json.dumps(_leads(tx, operation_id))
    changes = tx.store.rows(_CHANGES, (operation_id, operation_id, leads))
    was = _as_it_was(changes)
    _in_time(tx, at, lambda: act_words(tx, kind, lead_id, operation_id, was))
    _nobody_since(tx, operation_id, {(change[1], change[2]) for change in changes})
    tx.undoes = operation_id
    tx.lead_id = lead_id
    for (entity, entity_id), columns in sorted(was.items(), key=_turn):
        if not _stays(tx, entity, entity_id, was):
            _put_back(tx, entity, entity_id, columns)
    for entity, entity_id in was:
        if entity == "opportunity":
            _check_alone(tx, entity_id)
    about = {f"{entity}_id": entity_id for entity, entity_id in was if entity == "opportunity"} or None
    return tx.done(f"undone: {act_words(tx, kind, lead_id, operation_id, was)}", made=about)


def _in_time(tx: Transaction, at: Instant, what: Callable[[], str]) -> None:
    if tx.now - at > tx.rules.undo:
        ago = f"{span(tx.now - at)} ago: an act can be undone for {span(tx.rules.undo)}"
        raise Refusal(f"Your last act, {what()}, was {ago}.")


# --- an act on many ---

# A plus keeps SQLite from the index of that column, which would be the slower one.
_ACT = """
SELECT max(max(o.at), coalesce(max(u.at), 0)), count(*), sum(u.id IS NULL)
FROM operation o LEFT JOIN operation u ON u.id > o.id AND +u.undoes_id = o.id
WHERE o.key >= ? || '/' AND o.key < ? || '0' AND +o.actor_id = ?"""  # "0" follows "/"
_LEFT = """
SELECT count(*) FROM operation o CROSS JOIN change c ON c.operation_id = o.id
WHERE o.key >= ? || '/' AND o.key < ? || '0' AND +o.actor_id = ?
  AND +c.entity = 'lead' AND c."column" = 'version'
  AND NOT EXISTS (SELECT 1 FROM operation u WHERE u.id > o.id AND u.undoes_id = o.id)"""
_STILL_A_CUSTOMER = """
SELECT 1 FROM lead WHERE account_id = ? AND outcome = 'existing_customer_or_opportunity' AND open = 0 AND void = 0"""


def left_of(store: Store, actor: Actor, act: str) -> int:
    """How many at bats of an act on many are still to be taken back."""
    return int(store.value(_LEFT, (act, act, actor.user_id)))


def _take_back_batch(tx: Transaction, operation_id: int, kind: str, act: str) -> Undone:
    """Take back each at bat of a batch that nobody else has touched since, wholly or not at all.

    The ten minutes begin anew with every batch taken back, so that what was begun in time can be finished.
    """
    row = tx.store.row(_ACT, (act, act, tx.actor.user_id))
    assert row is not None
    at, batches, standing = row
    to = given_to(tx.store, operation_id)
    _in_time(tx, at, lambda: many_words(kind, left_of(tx.store, tx.actor, act), to))
    leads = _leads(tx, operation_id)
    changes = tx.store.rows(_CHANGES, (operation_id, operation_id, json.dumps(leads)))
    own, shared = _by_lead(tx, _as_it_was(changes), leads)
    tx.undoes = operation_id
    tx.begin()
    stays = []
    for lead_id, rows in own.items():
        try:
            with tx.part():
                _nobody_since(tx, operation_id, set(rows))
                for (entity, entity_id), columns in sorted(rows.items(), key=_turn):
                    _put_back(tx, entity, entity_id, columns)
        except Refusal as refusal:
            stays.append(Refused(lead_id, refusal.sentence))
    if len(stays) == len(own) and batches == 1:
        raise Refusal(stays[0].why if len(stays) == 1 else "All of them were changed since: none can be undone.")
    _put_back_shared(tx, operation_id, shared)
    names = tuple(spoken_name(tx, tx.lead(stay.lead_id)) for stay in stays[:NAMED])
    return Undone(
        tx.id,
        undone_words(kind, len(own) - len(stays), len(stays), names, to),
        act=act,
        kind=kind,
        to=to,
        taken_back=len(own) - len(stays),
        stays=tuple(stays),
        names=names,
        left=standing - 1,
    )


_Rows = dict[tuple[str, int], dict[str, Any]]


def _by_lead(tx: Transaction, was: _Rows, leads: list[int]) -> tuple[dict[int, _Rows], _Rows]:
    """The rows of each at bat, and those that belong to none alone: companies."""
    own: dict[int, _Rows] = {lead_id: {} for lead_id in leads}
    shared: _Rows = {}
    owners = _owners(tx, was, leads)
    for row, columns in was.items():
        own.get(owners.get(row, 0), shared)[row] = columns
    return own, shared


def _owners(tx: Transaction, was: _Rows, leads: list[int]) -> dict[tuple[str, int], int]:
    """Whose a row is: the at bat it names, or the one open on that person."""
    ids: dict[str, list[int]] = {}
    for entity, entity_id in was:
        ids.setdefault(entity, []).append(entity_id)
    owners = {("lead", lead_id): lead_id for lead_id in leads}
    for entity, found in ids.items():
        if entity == "contact":
            sql, given = "SELECT contact_id, id FROM lead WHERE id IN (SELECT value FROM json_each(?))", leads
        elif "lead_id" in MODELS[entity]._meta.columns:
            sql, given = f'SELECT id, lead_id FROM "{entity}" WHERE id IN (SELECT value FROM json_each(?))', found
        else:
            continue
        owners.update(((entity, row_id), lead_id) for row_id, lead_id in tx.store.rows(sql, (json.dumps(given),)))
    return owners


def _put_back_shared(tx: Transaction, operation_id: int, shared: _Rows) -> None:
    """A company goes back unless somebody else has touched it, or an at bat that stays says it is a customer."""
    for (entity, entity_id), columns in shared.items():
        if entity == "account" and tx.store.value(_STILL_A_CUSTOMER, (entity_id,)):
            continue
        try:
            with tx.part():
                _nobody_since(tx, operation_id, {(entity, entity_id)})
                _put_back(tx, entity, entity_id, columns)
        except Refusal:
            continue


# --- any act ---


def _leads(tx: Transaction, operation_id: int) -> list[int]:
    found = tx.store.rows(
        "SELECT DISTINCT entity_id FROM change WHERE operation_id = ? AND +entity = 'lead'", (operation_id,)
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
    model = MODELS[entity]
    if entity == "lead":
        if columns.get("void"):
            columns["open"] = 0
        lead = tx.lead(entity_id)
        _check_room(tx, lead, columns)
        tx.save_lead(lead, columns)
        return
    row = tx.get(model, entity_id)
    if entity == "contact" and columns.get("suppressed_at") is not None:
        _check_unworked(tx, entity_id, columns["suppressed_at"])
    if "void" in columns and "open" in row:
        columns["open"] = 0
    columns.pop("version", None)
    if entity == "account" and columns.get("customer_since", 0) is None and _won_here(tx, entity_id):
        columns.pop("customer_since")
    if "void" in columns and "void" not in row:
        raise Refusal("That cannot be taken back.")
    tx.update(model, row, **columns)


def _check_unworked(tx: Transaction, contact_id: int, since: Instant) -> None:
    """Refuse to suppress somebody again who was worked after it had been lifted."""
    if tx.store.value(_WORKED, {"contact": contact_id, "since": since}):
        raise Refusal("They were worked since: it can no longer be undone. Closing as suppress suppresses them again.")


_WORKED = """
SELECT 1 FROM lead WHERE contact_id = :contact AND open = 1
UNION ALL SELECT 1 FROM touch
WHERE contact_id = :contact AND at > :since AND direction = 'out' AND automated = 0 AND void = 0"""


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
        row = tx.get(MODELS[entity], entity_id)
        owner = ("contact", row["contact_id"]) if row["contact_id"] is not None else ("account", row["account_id"])
        return "void" in was.get(owner, {}) and not tx.get(MODELS[owner[0]], owner[1])["void"]
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
