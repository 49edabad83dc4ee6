"""One operation is one transaction: everything it changes, who did it, and what was there before.

``operation`` turns a function of a ``Transaction`` and a draft into the callable the program uses. It takes the
write lock first, so what a function reads inside is what it changes; it records every column that changed, and it
seals the record into the hash chain. Submitting the same key twice does the act once.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, Generic, TypeVar

import apsw
from peewee import SQL, NodeList, PeeweeException

from store.actor import Actor
from store.database import Prepared, Slot, Store, plain_words, slot
from store.errors import Refusal, StoreError
from store.instants import Instant, moment
from store.lead_state import COLUMNS, LeadState, lead_state
from store.models import HandOver, Lead, Opportunity, Row
from store.operations.pools import settle_pools
from store.operations.scoring import rescore_changed
from store.operations.settle import settle
from store.vocabulary import Outcome

Draft = TypeVar("Draft")

# Columns that identify a person or hold free words about one: their history stands in the erasable table.
PERSONAL: Mapping[str, frozenset[str]] = {
    "contact": frozenset({"name", "first_name", "last_name", "title", "notes", "street", "city", "postal_code"}),
    "phone": frozenset({"written_as", "e164", "digits", "extension"}),
    "email": frozenset({"address", "folded"}),
    "touch": frozenset({"note"}),
    "note": frozenset({"text"}),
    "lead": frozenset({"learned", "outcome_note", "why", "next_words"}),
    "signal": frozenset({"words", "payload"}),
    "callback": frozenset({"words"}),
    "meeting": frozenset({"words"}),
    "task": frozenset({"words"}),
    "saved_view": frozenset({"name", "spec"}),  # a filter may look for a person
}
WORKED_OUT = frozenset({"updated_at", "rule_at"})  # follow from the rest, so that the history need not hold them
MADE = "+"


@dataclass(frozen=True, slots=True)
class Offer:
    """What the program proposes to do next because of what was just logged."""

    what: str  # "convert", "close", "add_person"
    outcome: Outcome | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """What an operation did: ``sentence`` for the screen, ``undo_until`` when its author may still take it back."""

    operation_id: int
    sentence: str
    lead_id: int | None = None
    undo_until: Instant | None = None
    offer: Offer | None = None
    made: Mapping[str, int] | None = None
    repeated: bool = False


class Operation(Generic[Draft]):
    """A named act: call it with the store, who acts, when, and the draft."""

    def __init__(self, kind: str, run: Callable[[Transaction, Draft], Done]) -> None:
        self.kind = kind
        self.run = run
        self.__doc__ = run.__doc__
        self.__name__ = run.__name__

    def __call__(
        self, store: Store, actor: Actor, now: Instant, draft: Draft, key: uuid.UUID | str | None = None
    ) -> Done:
        """Do it once for this key; raises Refusal (nothing written) or StoreError."""
        with Transaction(store, self.kind, actor, now, str(key or uuid.uuid4())) as tx:
            if tx.repeats is not None:
                return Done(tx.repeats[0], "That was saved already.", tx.repeats[1], repeated=True)
            return self.run(tx, draft)


def operation(kind: str) -> Callable[[Callable[[Transaction, Draft], Done]], Operation[Draft]]:
    """Make an operation of a function; ``kind`` is what the history calls it."""

    def wrap(run: Callable[[Transaction, Draft], Done]) -> Operation[Draft]:
        return Operation(kind, run)

    return wrap


class Transaction:
    """The open write: read through it, change through it, and the history writes itself."""

    def __init__(self, store: Store, kind: str, actor: Actor, now: Instant, key: str) -> None:
        self.store = store
        self.kind = kind
        self.actor = actor
        self.now = now
        self.key = key
        self.id = 0
        self.lead_id: int | None = None
        self.override = ""
        self.undoes: int | None = None
        self.repeats: tuple[int, int | None] | None = None
        self.touched: dict[int, None] = {}
        self.touched_opportunities: dict[int, None] = {}
        self._changes: list[tuple[str, int, str, str | None, str | None]] = []
        self._last_ids: dict[str, int] = {}
        self._began = False

    # -- what a function of it uses --------------------------------------------------------------------------------

    @property
    def rules(self) -> Any:
        """The team's rules in force."""
        return self.store.rules

    @property
    def zone(self) -> str:
        """Where the actor is, for sentences that tell a time: the team's zone unless theirs is another."""
        own = self.store.value('SELECT zone FROM "user" WHERE id = ?', (self.actor.user_id,))
        return str(own or self.store.zone)

    def not_before(self, at: Instant) -> None:
        """Let this act come no earlier than what it acts on, where another computer's clock is ahead of this one's."""
        self.now = max(self.now, at)

    def today(self, at: Instant | None = None) -> str:
        """The ISO day of an instant (now) in the team's zone."""
        return moment(self.now if at is None else at, self.store.zone).date().isoformat()

    def lead(self, lead_id: int) -> LeadState:
        """The at bat as it stands inside this transaction; raises Refusal when there is none."""
        row = _LEAD.row(self.store, id=lead_id)
        if row is None:
            raise Refusal("That at bat is not in this database.")
        return lead_state(row)

    def get(self, model: type[Row], row_id: int) -> dict[str, Any]:
        """One row by column name; raises Refusal when there is none."""
        found = self.find(model, id=row_id)
        if not found:
            raise Refusal(f"That {_table(model).replace('_', ' ')} is not in this database.")
        return found[0]

    def find(self, model: type[Row], **where: Any) -> list[dict[str, Any]]:
        """Rows whose columns equal ``where``, oldest first."""
        # What is empty or nought stands in the text itself, where SQLite sees that a partial index will do.
        plain = {name: "IS NULL" if value is None else "= 0" for name, value in where.items() if value in (None, 0)}
        sql, columns = _find_sql(model, tuple(where), tuple(plain.items()))
        bound = [value for name, value in where.items() if name not in plain]
        return [dict(zip(columns, row, strict=True)) for row in self.store.rows(sql, bound)]

    def insert(self, model: type[Row], **values: Any) -> int:
        """Add a row, filling defaults; returns its id."""
        self._begin_history()
        sql, names, defaults = _insert_sql(model)
        values["written_id"] = self.id
        row = {**defaults, **values}
        if len(row) != len(defaults):
            raise TypeError(f"{_table(model)} has no column {sorted(set(values) - set(defaults))}")
        made = self.store.connection.execute(sql, [row[name] for name in names]).get
        self._last_ids.pop(_table(model), None)
        if model is Lead:
            self.touch(made)
        self._touch_deal(model, {**row, "id": made})
        self._changes.append((_table(model), made, MADE, None, None))
        return int(made)

    def next_id(self, model: type[Row]) -> int:
        """The id of a row that ``insert_many`` is to add before ``insert`` adds another to the same table."""
        table = _table(model)
        if table not in self._last_ids:
            self._last_ids[table] = int(self.store.value(f'SELECT coalesce(max(id), 0) FROM "{table}"'))
        self._last_ids[table] += 1
        return self._last_ids[table]

    def insert_many(self, model: type[Row], rows: Iterable[Mapping[str, Any]]) -> None:
        """Add many rows at once, filling defaults; a row without an ``id`` (see ``next_id``) gets the next one."""
        made = [row if "id" in row else {**row, "id": self.next_id(model)} for row in rows]
        if not made:
            return
        self._begin_history()
        sql, values_of, defaults = _insert_many_sql(model)
        if model is Opportunity:  # too many to settle here: the next tick looks at each
            made = [{"rule_at": self.now, **row} for row in made]
        if "written_id" in defaults:
            defaults = {**defaults, "written_id": self.id}
        filled = [{**defaults, **row} for row in made]
        if any(len(row) != len(defaults) for row in filled):
            raise TypeError(f"{_table(model)} lacks one of the columns {sorted(set().union(*made) - set(defaults))}")
        self.store.connection.executemany(sql, map(values_of, filled))
        table = _table(model)
        self._changes.extend((table, row["id"], MADE, None, None) for row in made)

    def update(self, model: type[Row], before: Mapping[str, Any], **changes: Any) -> None:
        """Change a row, recording each column that really differs from ``before`` (a row with its id)."""
        table = _table(model)
        changes = {name: value for name, value in changes.items() if before[name] != value}
        if not changes:
            return
        self._begin_history()
        if "version" in before:
            changes["version"] = before["version"] + 1
        sql = _update_sql(model, tuple(changes))
        self.store.connection.execute(sql, [*changes.values(), self.id, before["id"]])
        self._touch_deal(model, before)
        for name, value in changes.items():
            self._changes.append((table, before["id"], name, _json(before[name]), _json(value)))

    def save_lead(self, before: LeadState, changes: Mapping[str, Any]) -> LeadState:
        """Change an at bat; its version moves even when nothing else does, so that others see it was touched."""
        columns = {name: value for name, value in changes.items() if getattr(before, name) != value}
        self._begin_history()
        columns["version"] = before.version + 1
        columns["updated_at"] = self.now
        if not columns.get("open", before.open):
            columns["rule_at"] = None  # the rules are done with what has ended
        self.touch(before.id)
        sql = _update_sql(Lead, tuple(columns))
        self.store.connection.execute(sql, [*columns.values(), self.id, before.id])
        for name, value in columns.items():
            if name not in WORKED_OUT:
                self._changes.append(("lead", before.id, name, _json(getattr(before, name)), _json(value)))
        self.lead_id = before.id if self.lead_id is None else self.lead_id
        return self.lead(before.id)

    def touch(self, lead_id: int) -> None:
        """Have this at bat's clocks and alerts settled when the operation is done."""
        self.touched[lead_id] = None

    def touch_opportunity(self, opportunity_id: int) -> None:
        """Have this opportunity's alerts settled when the operation is done."""
        self.touched_opportunities[opportunity_id] = None

    def _touch_deal(self, model: type[Row], row: Mapping[str, Any]) -> None:
        if model is Opportunity:
            self.touch_opportunity(row["id"])
        elif model is HandOver:
            self.touch_opportunity(row["opportunity_id"])

    def rule_next(self, lead: LeadState, at: Instant | None) -> None:
        """Keep when a rule next does something to an open at bat; worked out from its state, so no history."""
        if lead.rule_at != at:
            self.store.connection.execute("UPDATE lead SET rule_at = ? WHERE id = ?", (at, lead.id))

    def wake(self, contact_id: int, at: Instant) -> None:
        """Have the rules look at a person at ``at`` or before; worked out from what is kept, so no history."""
        sooner = "UPDATE contact SET rule_at = min(coalesce(rule_at, ?1), ?1) WHERE id = ?2"
        self.store.connection.execute(sooner, (at, contact_id))

    def begin(self, lead_id: int | None = None) -> None:
        """Write the operation down before its first change: for one that may change nothing, or many at bats."""
        self.lead_id = lead_id
        self._begin_history()

    @contextmanager
    def part(self) -> Iterator[None]:
        """Do what is inside wholly or, where it raises, not at all; the rest of the operation stands either way."""
        connection, kept = self.store.connection, len(self._changes)
        connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if not connection.getautocommit():  # a full disk has rolled back everything by itself
                connection.execute("ROLLBACK TO part")
                connection.execute("RELEASE part")
            del self._changes[kept:]
            self._last_ids.clear()
            raise
        connection.execute("RELEASE part")

    def record(self, model: type[Row], row_id: int, column: str, before: Any, after: Any) -> None:
        """Note a change that was written by SQL over a set of rows."""
        self._begin_history()
        self._changes.append((_table(model), row_id, column, _json(before), _json(after)))

    def done(self, sentence: str, **more: Any) -> Done:
        """The answer of this operation, undoable for as long as the rules say."""
        undo = self.now + self.rules.undo if self.actor.kind == "person" and self.undoes is None else None
        more.setdefault("lead_id", self.lead_id)
        return Done(self.id, sentence, undo_until=undo, **more)

    # -- the transaction itself ------------------------------------------------------------------------------------

    def __enter__(self) -> Transaction:
        if self.store.read_only:
            raise StoreError(self.store.read_only_because)
        self.store.still_there()
        try:
            self.store.connection.execute("BEGIN IMMEDIATE")
        except apsw.Error as error:
            raise StoreError(plain_words(error, self.store.path)) from error
        try:
            row = self.store.row("SELECT id, lead_id FROM operation WHERE key = ?", (self.key,))
        except BaseException:  # what a damaged page raises must not leave the lock held
            self._roll_back()
            raise
        if row is not None:
            self.repeats = (row[0], row[1])
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: Any) -> None:
        connection = self.store.connection
        try:
            if error is None:
                rescore_changed(self, tuple(self._changes))
                settle_pools(self, tuple(self._changes))
                settle(self)
                if self._began:
                    self._seal()
                connection.execute("COMMIT")
                return
        except BaseException as failure:  # nothing of it may stay, nor the lock
            error = failure
        self._roll_back()
        if isinstance(error, apsw.ConstraintError):
            raise StoreError(f"The database refused that: {error}. Nothing was saved.") from error
        if isinstance(error, apsw.Error | PeeweeException):
            raise StoreError(plain_words(error, self.store.path)) from error
        if kind is None and error is not None:
            raise error

    def _roll_back(self) -> None:
        if not self.store.connection.getautocommit():  # a full disk makes SQLite do it by itself
            self.store.connection.execute("ROLLBACK")

    def _begin_history(self) -> None:
        if self._began:
            return
        self._began = True
        self.id = int(self.store.value("SELECT coalesce(max(id), 0) + 1 FROM operation"))
        actor = self.actor
        self.store.connection.execute(
            "INSERT INTO operation (id, key, at, kind, actor_id, by, role, override, undoes_id, lead_id)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self.id,
                self.key,
                self.now,
                self.kind,
                actor.user_id,
                actor.kind,
                actor.role,
                self.override,
                self.undoes,
                self.lead_id,
            ),
        )

    def _seal(self) -> None:
        """Write the recorded changes and chain their hash to the one before."""
        connection = self.store.connection
        first = int(self.store.value("SELECT coalesce(max(id), 0) + 1 FROM change"))
        rows, hidden = [], []
        for number, (entity, entity_id, column, before, after) in enumerate(self._changes, first):
            if column in PERSONAL.get(entity, ()):
                salt = self.store.salt(16)
                hidden.append((number, salt, before, after))
                rows.append((number, self.id, entity, entity_id, column, salted(salt, before), salted(salt, after)))
            else:
                rows.append((number, self.id, entity, entity_id, column, before, after))
        connection.executemany(
            'INSERT INTO change (id, operation_id, entity, entity_id, "column", before, after)'
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        if hidden:
            connection.executemany(
                "INSERT INTO change_secret (change_id, salt, before, after) VALUES (?, ?, ?, ?)", hidden
            )
        last = self.store.value("SELECT hash FROM seal ORDER BY operation_id DESC LIMIT 1") or ""
        connection.execute(
            "INSERT INTO seal (operation_id, hash) VALUES (?, ?)",
            (self.id, chain_hash(last, operation_facts(self.store, self.id), [row[2:] for row in rows])),
        )


def operation_facts(store: Store, operation_id: int) -> tuple[Any, ...]:
    """What the chain binds of an operation itself."""
    row = store.row(
        "SELECT id, key, at, kind, actor_id, by, role, override, undoes_id, lead_id FROM operation WHERE id = ?",
        (operation_id,),
    )
    assert row is not None
    return row


def chain_hash(last: str, facts: tuple[Any, ...], changes: list[tuple[Any, ...]]) -> str:
    """The seal of one operation: SHA-256 over the seal before it, its facts and its changes."""
    return hashlib.sha256(json.dumps([last, facts, changes], separators=(",", ":")).encode()).hexdigest()


def salted(salt: bytes, value: str | None) -> str | None:
    """What stands in the history in place of a personal value."""
    return None if value is None else "sha256:" + hashlib.sha256(salt + value.encode()).hexdigest()


_ENCODE = json.JSONEncoder(ensure_ascii=False).encode  # json.dumps makes an encoder anew for each value


def _json(value: Any) -> str | None:
    return None if value is None else _ENCODE(value)


def _table(model: type[Row]) -> str:
    return str(model._meta.table_name)


_LEAD = Prepared(Lead.select(*(Lead._meta.columns[name] for name in COLUMNS)).where(Lead.id == slot("id")))


@lru_cache(maxsize=256)
def _find_sql(
    model: type[Row], where: tuple[str, ...], plain: tuple[tuple[str, str], ...]
) -> tuple[str, tuple[str, ...]]:
    fields = model._meta.columns
    query = model.select(*fields.values()).order_by(fields["id"])
    for name in where:
        given = dict(plain).get(name)
        query = query.where(NodeList((fields[name], SQL(given))) if given else fields[name] == slot(name))
    return Prepared(query).sql, tuple(fields)


@lru_cache(maxsize=64)
def _insert_sql(model: type[Row]) -> tuple[str, tuple[str, ...], dict[str, Any]]:
    fields = {name: field for name, field in model._meta.columns.items() if name != "id"}
    query = model.insert({field: slot(name) for name, field in fields.items()}).returning(fields["written_id"].model.id)
    prepared = Prepared(query)
    order = tuple(part.name for part in prepared._template if isinstance(part, Slot))
    return prepared.sql, order, {name: field.default for name, field in fields.items()}


@lru_cache(maxsize=64)
def _insert_many_sql(model: type[Row]) -> tuple[str, Callable[[Mapping[str, Any]], tuple[Any, ...]], dict[str, Any]]:
    fields = model._meta.columns
    columns = ", ".join(f'"{name}"' for name in fields)
    sql = f'INSERT INTO "{_table(model)}" ({columns}) VALUES ({", ".join("?" * len(fields))})'
    return sql, itemgetter(*fields), {name: field.default for name, field in fields.items()}


@lru_cache(maxsize=512)
def _update_sql(model: type[Row], columns: tuple[str, ...]) -> str:
    sets = ", ".join(f'"{name}" = ?' for name in (*columns, "written_id"))
    return f'UPDATE "{_table(model)}" SET {sets} WHERE id = ?'
