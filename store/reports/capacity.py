"""Capacity: what each rep holds against the limit, and how many days of work stand in the queue.

How things stand now, whatever the period. A rep's pace is their own attempts a working day, over the last working
days before today on which they were not absent. See docs/model.md, "Reports".
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from typing import Any

from store.actor import SYSTEM_USER_ID
from store.database import Store
from store.instants import Instant
from store.queries.queue import moments
from store.queries.today import COUNTED, JUDGED
from store.reports.asked import Asked
from store.reports.base import IS_OPEN, OPEN, Base
from store.reports.breakdown import NOBODY, Dimension, Measure, breakdown
from store.reports.figures import Cell, Chart, Column, Counted, Line, Records, Table, Unit
from store.reports.registry import Made
from store.rules.queue_views import View
from store.rules.routing import one_or_many
from store.vocabulary import UserRole

_LATELY = 20  # working days before today, of which a pace is made
_LOOKED_BACK = 400  # days among which they are sought

_BY_OWNER = Dimension("rep", "l.owner_id")
_HELD = (Measure("open", "open"), Measure("qualified", "qualified", "l.stage = 'qualified'"))
_DUE = (Measure("due", "due today", COUNTED[View.ALL]),)
_FLOW = (
    Measure("came", "came", "l.opened_at >= :since"),
    Measure("ended", "ended", "l.open = 0 AND l.closed_at >= :since"),
)
_COLUMNS = (
    Column("open", "open", note="at bats that are open now"),
    Column("qualified", "qualified", note="of these, in stage Qualified: to be converted"),
    Column("limit", "limit", note="open at bats that a rep may hold before routing passes over them"),
    Column("load", "of limit", Unit.SHARE),
    Column("room", "room", note="how many more until the limit, whatever the filters; none while absent or paused"),
    Column("weight", "share", note="how much of what is given in turn"),
    Column("came", "came", note=f"at bats opened in the last {_LATELY} working days and today"),
    Column("ended", "ended", note=f"at bats that ended in the last {_LATELY} working days and today"),
    Column("due", "due today", note="what the queue shows now: due by the end of today, snoozed ones not"),
    Column("pace", "attempts a day", Unit.NUMBER, f"own, on the last {_LATELY} working days without absences"),
    Column("days", "days of work", Unit.NUMBER, "what is due ÷ attempts a day"),
    Column("here", "here", Unit.WORDS),
)
_NOTE = "Reps, and whoever else holds at bats or had some of late; open ones are counted with imported ones."


@dataclass(frozen=True, slots=True)
class _Rep:
    """Somebody who works at bats; ``away`` is why they are given none now, ``in_turn`` says that they are a rep."""

    id: int
    name: str
    weight: int
    away: str
    active: bool
    in_turn: bool


Cells = Mapping[str, Cell]


def make(store: Store, wanted: Asked, now: Instant) -> Made:
    """A line for each rep, one for what nobody has, and the team."""
    days = _working_days(store, now)
    by_owner, total = _at_bats(store, wanted, now, _midnight(store, days[-1]))
    reps = [rep for rep in _people(store, wanted, now) if rep.in_turn or rep.id in by_owner]
    attempts = _attempts(store, days, [rep.id for rep in reps])
    limit = store.rules.routing.open_lead_limit
    held = dict(store.rows(_HOLDS))
    lines = [
        _line(
            rep.id,
            rep.name,
            _of_rep(
                rep,
                {**_nothing(total, rep.id), **by_owner.get(rep.id, {})},
                attempts[rep.id],
                limit,
                held.get(rep.id, 0),
            ),
        )
        for rep in reps
    ]
    if None in by_owner:
        lines.append(_line(None, NOBODY, {**_nothing(total, None), **by_owner[None]}))
    table = Table("reps", "Reps", "rep", _COLUMNS, tuple(lines), None, Chart.BARS, ("open",), _NOTE)
    table = replace(table, total=_line(None, "all", _of_all(table, total, attempts)))
    return _sentences(reps, table), (table,)


def _line(key: int | None, label: str, cells: Cells) -> Line:
    return Line(key, label, tuple(cells.get(column.name, Cell(None, column.unit)) for column in _COLUMNS))


def _at_bats(store: Store, wanted: Asked, now: Instant, since: Instant) -> tuple[dict[Any, dict[str, Cell]], Cells]:
    """The cells that count at bats, by owner and of all."""
    narrowing, values = wanted.narrowing(store)
    of_company = "LEFT JOIN account a ON a.id = l.account_id" if wanted.segment else ""
    held = Base(f"{OPEN} {of_company} WHERE {IS_OPEN}{narrowing}", values)
    flow = Base(
        f"lead l {of_company} WHERE l.void = 0 AND l.merged_into_id IS NULL AND l.imported = 0"
        f" AND (l.opened_at >= :since OR l.closed_at >= :since){narrowing}",
        {**values, "since": since},
    )
    queued = f"(SELECT *, {JUDGED} FROM lead WHERE owner_id > 0 AND open = 1)"
    due = Base(f"{queued} l {of_company} WHERE 1{narrowing}", {**values, **moments(store, None, now)})
    by_owner: dict[Any, dict[str, Cell]] = defaultdict(dict)
    total: dict[str, Cell] = {}
    for base, measures in ((held, _HELD), (flow, _FLOW), (due, _DUE)):
        lines, whole = breakdown(store, base, _BY_OWNER, measures)
        for measure, cell in zip(measures, whole.cells, strict=True):
            total[measure.name] = cell
        for line in lines:
            by_owner[line.key] |= {measure.name: cell for measure, cell in zip(measures, line.cells, strict=True)}
    return by_owner, total


def _nothing(total: Cells, owner: int | None) -> dict[str, Cell]:
    """The cells of somebody who has none of these: the records of all, narrowed to this owner's."""
    found = {}
    for name, cell in total.items():
        assert cell.counted is not None
        ids = f"SELECT n.id FROM lead n WHERE n.owner_id IS :key AND n.id IN ({cell.counted.sql})"
        counted = replace(cell.counted, sql=ids, values=(*cell.counted.values, ("key", owner)))
        found[name] = Cell(0, counted=counted)
    return found


def _of_rep(rep: _Rep, counts: Cells, made: tuple[int, Sequence[str]], limit: int, holds: int) -> Cells:
    """``holds`` is all that they hold, whatever was asked about."""
    attempts, days = made
    due = _count(counts["due"])
    pace = attempts / len(days) if days else None
    found = {
        **counts,
        "weight": Cell(rep.weight),
        "pace": Cell(pace, Unit.NUMBER, counted=_touches([(rep.id, day) for day in days])),
        "days": Cell(due / pace if pace else None, Unit.NUMBER, counted=counts["due"].counted),
        "here": Cell(rep.away or "yes", Unit.WORDS),
    }
    if rep.active:
        room = 0 if rep.away or not rep.in_turn else max(0, limit - holds)
        found |= {"limit": Cell(limit), "load": Cell(_count(counts["open"]) / limit, Unit.SHARE), "room": Cell(room)}
    return found


def _of_all(table: Table, counts: Cells, attempts: Mapping[int, tuple[int, Sequence[str]]]) -> Cells:
    """The team: pace is that of all reps together, the share that of all limits together."""

    def summed(name: str, *, limited: bool = False) -> float:
        limit = table.column("limit")
        lines = [line for line in table.lines if not limited or line.cells[limit].value is not None]
        return sum(float(line.cells[table.column(name)].value or 0) for line in lines)

    limits, pace = int(summed("limit")), summed("pace")
    made = [(user_id, day) for user_id, (_, days) in attempts.items() for day in days]
    return {
        **counts,
        "limit": Cell(limits),
        "load": Cell(summed("open", limited=True) / limits if limits else None, Unit.SHARE),
        "room": Cell(int(summed("room"))),
        "weight": Cell(int(summed("weight"))),
        "pace": Cell(pace if made else None, Unit.NUMBER, counted=_touches(made)),
        "days": Cell(_count(counts["due"]) / pace if pace else None, Unit.NUMBER, counted=counts["due"].counted),
        "here": Cell("", Unit.WORDS),
    }


def _count(cell: Cell) -> int:
    return int(cell.value or 0)


# --- who, and how fast ---


def _people(store: Store, wanted: Asked, now: Instant) -> list[_Rep]:
    """Everybody but the system itself, by name, those who have left last."""
    found = []
    values = {"today": store.calendar.day(now).isoformat(), "system": SYSTEM_USER_ID}
    for id, name, role, team, weight, paused, active, until in store.rows(_PEOPLE, values):
        away = "" if active else "has left"
        away = away or (f"away through {until}" if until else "has paused intake" if paused else "")
        asked = wanted.rep in (None, id) and wanted.team in (None, team)
        found.append(_Rep(id, name, weight, away, bool(active), bool(active) and role == UserRole.SDR and asked))
    return found


def _working_days(store: Store, now: Instant) -> tuple[str, ...]:
    """The last working days before today, the newest first, as ISO dates."""
    today = store.calendar.day(now)
    before = (today - timedelta(days=back) for back in range(1, _LOOKED_BACK))
    return tuple(day.isoformat() for day in islice((day for day in before if store.calendar.works(day)), _LATELY))


def _midnight(store: Store, day: str) -> Instant:
    return store.calendar.end_of_day(date.fromisoformat(day) - timedelta(days=1))


def _attempts(store: Store, days: Sequence[str], user_ids: Sequence[int]) -> dict[int, tuple[int, tuple[str, ...]]]:
    """By user: the attempts made on these days, and on which of the days they were there."""
    away: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for user_id, starts, ends in store.rows("SELECT user_id, starts, ends FROM absence WHERE void = 0"):
        away[user_id].append((starts, ends))
    there = {
        id: tuple(day for day in days if not any(starts <= day <= ends for starts, ends in away[id])) for id in user_ids
    }
    made = Counter[int]()
    pairs = json.dumps([(id, day) for id, on in there.items() for day in on])
    made.update(dict(store.rows(f"SELECT t.user_id, count(*) {_MADE} GROUP BY 1", {"made": pairs})))
    return {id: (made[id], on) for id, on in there.items()}


def _touches(made: Sequence[tuple[int, str]]) -> Counted:
    sql = f"SELECT t.id {_MADE} ORDER BY t.at DESC, t.id DESC"
    return Counted(Records.TOUCH, sql, (("made", json.dumps(made)),))


_PEOPLE = """
SELECT u.id, u.name, u.role, u.team_id, u.capacity, u.paused, u.active,
       (SELECT max(ends) FROM absence WHERE user_id = u.id AND void = 0 AND :today BETWEEN starts AND ends)
FROM "user" u WHERE u.id <> :system ORDER BY u.active DESC, u.name, u.id"""

_HOLDS = "SELECT owner_id, count(*) FROM lead WHERE open = 1 AND owner_id IS NOT NULL GROUP BY owner_id"

_MADE = """
FROM json_each(:made) j CROSS JOIN touch t INDEXED BY touch_of_day
ON t.user_id = json_extract(j.value, '$[0]') AND t.day = json_extract(j.value, '$[1]')
WHERE t.attempt = 1 AND t.imported = 0 AND t.void = 0"""


# --- in words ---


def _sentences(reps: Sequence[_Rep], table: Table) -> tuple[str, ...]:
    """How many there are for how much, how much room is left, and who has most to do."""
    total = table.total
    assert total is not None

    def count(line: Line, name: str) -> int:
        return _count(line.cells[table.column(name)])

    staff = [rep for rep in reps if rep.in_turn]
    here = sum(1 for rep in staff if not rep.away)
    qualified = count(total, "qualified")
    each = f", {qualified / here:.1f} for each" if here else ""
    said = [
        f"{here} of {one_or_many(len(staff), 'rep')} can be given more, with {count(total, 'open'):,} open at bats:"
        f" {qualified:,} of them qualified{each}.",
        f"Room for {count(total, 'room'):,} more until the limit; in the last {_LATELY} working days"
        f" {count(total, 'came'):,} came and {count(total, 'ended'):,} ended.",
    ]
    longest = max(table.lines, key=lambda line: float(line.cells[table.column("days")].value or 0), default=None)
    if longest is not None and (days := longest.cells[table.column("days")].value):
        said.append(f"Most to do: {longest.label}, {float(days):.1f} days of work.")
    return tuple(said)
