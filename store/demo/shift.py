"""Move a whole database in time, so that what was made on some day looks alive now. For demonstrations only.

What happened before the newest day moves by whole days and keeps its time of day; the newest day and everything still
to come move so that the newest moment is now. Order is kept everywhere. The history is sealed anew: this is for a
private copy, never for a team's own database.
"""

from __future__ import annotations

import os
import re
from datetime import date, time, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from store.actor import SYSTEM
from store.database import Store, open_store
from store.instants import DAY, Instant, moment
from store.lead_state import COLUMNS, LeadState, lead_state
from store.models import TABLES, Clock, HandOver
from store.operations.scoring import rescore
from store.operations.tick import tick
from store.operations.transaction import Done, Transaction, chain_hash, operation
from store.rules import clocks, queue_order
from store.rules.business import at_local
from store.rules.clocks import respond_due
from store.vocabulary import Stage

_ALSO_INSTANTS = frozenset({"snoozed_until", "customer_since", "held_until"})
# Days that follow from an instant beside them, and days that stand for themselves.
_DAYS_OF = (("touch", "day", "at"), ("lead", "opened_day", "opened_at"))
_DATES = (
    ("campaign", "starts"),
    ("campaign", "ends"),
    ("absence", "starts"),
    ("absence", "ends"),
    ("employment", "starts"),
    ("employment", "ends"),
    ("opportunity", "close_date"),
)

_DATE_SAID = re.compile(r"\b\d{4}-\d\d-\d\d\b")  # in the words of why somebody was passed over


def is_instant(column: str) -> bool:
    """Whether a column of any table holds an instant, by its name."""
    return column == "at" or column.endswith("_at") or column in _ALSO_INSTANTS


def move_to(path: str | os.PathLike[str], now: Instant) -> None:
    """Move the database at ``path`` so that its newest moment is ``now``; one transaction, then the queue is put right
    and what has come due by then is done.

    Nobody else may have it open. Raises StoreError for what is no database of this program.
    """
    store = open_store(path)
    try:
        store.connection.pragma("synchronous", 0)
        _move(store, now)
        _replace(store, SYSTEM, now, now, f"moved to {now}")
        tick(store, now)
        store.connection.pragma("synchronous", "FULL")
    finally:
        store.close()


def _move(store: Store, now: Instant) -> None:
    newest = int(store.value("SELECT max(at) FROM operation"))
    today = moment(newest, store.zone).date()
    midnight = at_local(today, time(), store.zone)
    by = now - newest
    days = by // DAY + 1
    while (whole := at_local(today + timedelta(days=days), time(), store.zone) - midnight) > by:
        days -= 1
    later = moment(now, store.zone).date() - today
    connection = store.connection
    connection.execute("BEGIN EXCLUSIVE")
    try:
        triggers = store.rows("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        for name, _ in triggers:
            connection.execute(f'DROP TRIGGER "{name}"')
        _move_instants(store, midnight, whole, by)
        _move_days(store, later)
        _seal_anew(store)
        for _, sql in triggers:
            connection.execute(sql)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _move_instants(store: Store, midnight: Instant, before: int, after: int) -> None:
    def moved(value: str) -> str:
        return f"{value} + CASE WHEN {value} < {midnight} THEN {before} ELSE {after} END"

    names = set()
    for model in TABLES:
        columns = [column for column in model._meta.columns if is_instant(column)]
        names.update(columns)
        if columns:
            sets = ", ".join(f'"{column}" = {moved(column)}' for column in columns)
            store.connection.execute(f'UPDATE "{model._meta.table_name}" SET {sets}')
    # The history holds values as JSON, in which a whole number looks like itself.
    words = {side: f"CAST({moved(f'CAST({side} AS INTEGER)')} AS TEXT)" for side in ("before", "after")}
    store.connection.execute(
        f"UPDATE change SET before = {words['before']}, after = {words['after']}"
        f' WHERE "column" IN ({", ".join(repr(name) for name in sorted(names))})'
    )


def _move_days(store: Store, later: timedelta) -> None:
    def team_day(*at: Any) -> str:
        return moment(at[0], store.zone).date().isoformat()

    def moved_date(*day: Any) -> str:
        return (date.fromisoformat(day[0]) + later).isoformat()

    def moved_words(*words: Any) -> str:
        return _DATE_SAID.sub(lambda said: moved_date(said[0]), words[0])

    connection = store.connection
    connection.create_scalar_function("team_day", team_day, 1)
    connection.create_scalar_function("moved_words", moved_words, 1)
    connection.execute("UPDATE assignment SET trace = moved_words(trace)")
    for side in ("before", "after"):
        connection.execute(
            f"UPDATE change SET {side} = moved_words({side})"
            f" WHERE entity = 'assignment' AND \"column\" = 'trace' AND {side} IS NOT NULL"
        )
    connection.create_scalar_function("moved_date", moved_date, 1)
    for table, column, instant in _DAYS_OF:
        connection.execute(f"UPDATE {table} SET {column} = team_day({instant})")
    for table, column in _DATES:
        connection.execute(f"UPDATE {table} SET {column} = moved_date({column}) WHERE {column} <> ''")
        for side in ("before", "after"):
            connection.execute(
                f"UPDATE change SET {side} = json_quote(moved_date({side} ->> '$'))"
                f" WHERE entity = ? AND \"column\" = ? AND {side} ->> '$' <> ''",
                (table, column),
            )


def _seal_anew(store: Store) -> None:
    """The chain over the moved history, from its first operation on."""
    changes = groupby(
        store.rows('SELECT operation_id, entity, entity_id, "column", before, after FROM change ORDER BY 1, id'),
        key=itemgetter(0),
    )
    rows = {operation_id: [row[1:] for row in own] for operation_id, own in changes}
    last, seals = "", []
    for facts in store.rows(
        "SELECT id, key, at, kind, actor_id, by, role, override, undoes_id, lead_id FROM operation ORDER BY id"
    ):
        last = chain_hash(last, facts, rows.get(facts[0], []))
        seals.append((last, facts[0]))
    store.connection.executemany("UPDATE seal SET hash = ? WHERE operation_id = ?", seals)


@operation("move_in_time")
def _replace(tx: Transaction, now: Instant) -> Done:
    """Give every open at bat the place and the score that its moved times ask for: days end elsewhere than they did."""
    rows = tx.store.rows(f"SELECT {', '.join(COLUMNS)} FROM lead WHERE open = 1")
    for lead in map(lead_state, rows):
        _put_right(tx, lead)
        tx.touch(lead.id)  # the rules come to it at other times too
    for (opportunity_id,) in tx.store.rows("SELECT id FROM opportunity WHERE open = 1 AND void = 0"):
        tx.touch_opportunity(opportunity_id)
    for hand_over in tx.find(HandOver, answered_at=None, void=0):
        due = clocks.hand_over_by(hand_over["at"], tx.rules, tx.store.calendar)
        if min(due, hand_over["due_at"]) > now:  # what is late stays so
            tx.update(HandOver, hand_over, due_at=due)
    return Done(tx.id, "moved in time")


def _put_right(tx: Transaction, lead: LeadState) -> None:
    waits = lead.stage is Stage.DISQUALIFIED
    placed = {} if waits else queue_order.place(lead, {}, tx.rules, tx.store.calendar)
    placed |= rescore(tx, lead)
    if any(getattr(lead, name) != value for name, value in placed.items()):
        tx.save_lead(lead, placed)
    if lead.unanswered_at is not None:
        answer_by = respond_due(lead.unanswered_at, tx.rules, tx.store.calendar)
        for id, due_at in tx.store.rows(_TO_ANSWER, (lead.id,)):
            tx.update(Clock, {"id": id, "due_at": due_at}, due_at=answer_by)


# The clock of an answer says the same as the row in the queue: working hours lie elsewhere than they did.
_TO_ANSWER = "SELECT id, due_at FROM clock WHERE lead_id = ? AND kind = 'respond' AND ended_at IS NULL AND void = 0"
