"""What a report is made of: tables of cells, each with its figure and exactly the records it counts.

Nothing here knows how a figure is drawn; ``tui.figures`` does. A figure that cannot be had (a share of nothing, a
median of nothing) is None, which every reader shows as "–".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from store.database import Store
from store.rules.statistics import Interval, wilson
from store.ruleset import Benchmark

Key = str | int | None


class Unit(StrEnum):
    """What a figure is counted in."""

    COUNT = "count"
    NUMBER = "number"  # a float: credits, days of work
    SHARE = "share"  # 0 to 1
    SPAN = "span"  # microseconds that went by
    WORK = "work"  # microseconds of the team's hours
    MONEY = "money"  # minor units of the team's currency
    POINTS = "points"  # how far two shares lie apart, -1 to 1
    PROBABILITY = "probability"  # 0 to 1: of what is seen, if chance alone were at work
    WORDS = "words"


class Records(StrEnum):
    """What a figure counts: the table its ids are of."""

    LEAD = "lead"
    OPPORTUNITY = "opportunity"
    CONTACT = "contact"
    ACCOUNT = "account"
    TOUCH = "touch"
    MEETING = "meeting"
    CALLBACK = "callback"
    SIGNAL = "signal"
    CLOCK = "clock"
    STATUS_CHANGE = "status_change"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Counted:
    """The records behind a figure; ``sql`` gives their ids, the newest first."""

    records: Records
    sql: str
    values: tuple[tuple[str, Any], ...]

    @classmethod
    def these(cls, records: Records, ids: Iterable[int]) -> Counted:
        """Records that no condition says, in the order given: the newest first."""
        return cls(records, "SELECT value FROM json_each(:ids)", (("ids", json.dumps(list(ids))),))

    def ids(self, store: Store) -> tuple[int, ...]:
        """The records, each once."""
        return tuple(row[0] for row in store.rows(self.sql, dict(self.values)))


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure. A share says of what it is (``part`` of ``of``), which makes its interval.

    ``before`` is the figure of the period before, where that was asked for.
    """

    value: int | float | str | None
    unit: Unit = Unit.COUNT
    part: int | None = None
    of: int | None = None
    counted: Counted | None = None
    benchmark: Benchmark | None = None
    before: int | float | str | None = None

    @classmethod
    def share(cls, part: int, of: int, counted: Counted | None = None, benchmark: Benchmark | None = None) -> Cell:
        """``part`` in proportion to ``of``; nothing where that is nothing."""
        return cls(part / of if of else None, Unit.SHARE, part, of, counted, benchmark)

    @property
    def interval(self) -> Interval | None:
        """Where a share may truly lie (Wilson, 95 %)."""
        return wilson(self.part, self.of) if self.part is not None and self.of else None


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column; ``name`` is what files call it, ``note`` says what it counts."""

    name: str
    title: str
    unit: Unit = Unit.COUNT
    note: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: what it is about, and a cell for each column."""

    key: Key
    label: str
    cells: tuple[Cell, ...]


class Chart(StrEnum):
    """How a table is drawn beside its figures."""

    NONE = "none"
    BARS = "bars"  # a bar a line, of the first column that is no words
    LINE = "line"  # along the lines, which are in time order
    HEAT = "heat"  # shades, lines by columns


@dataclass(frozen=True, slots=True)
class Table:
    """Lines and columns under a title; ``head`` names what the lines are, ``total`` sums or spans all of them.

    ``chart`` and ``charted`` (names of columns) say what is drawn. ``note`` says how it counts.
    """

    name: str
    title: str
    head: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    total: Line | None = None
    chart: Chart = Chart.NONE
    charted: tuple[str, ...] = ()
    note: str = ""

    def column(self, name: str) -> int:
        """Where the column of this name stands."""
        return next(at for at, column in enumerate(self.columns) if column.name == name)

    def cell(self, key: Key, column: str) -> Cell:
        """The cell of a line and a column, by name; raises KeyError where there is no such line."""
        for line in self.lines:
            if line.key == key:
                return line.cells[self.column(column)]
        raise KeyError(key)

    def beside(self, earlier: Table | None) -> Table:
        """This table with the figures of the period before in it; a line that was not there had nothing."""
        if earlier is None:
            return self
        at = {column.name: place for place, column in enumerate(earlier.columns)}
        places = [at.get(column.name) for column in self.columns]
        then = {line.key: line for line in earlier.lines}
        nothing = earlier.total if not earlier.lines else None  # of nothing at all, each line was nothing too
        lines = tuple(_beside(line, then.get(line.key, _noughts(nothing)), places) for line in self.lines)
        total = _beside(self.total, earlier.total, places) if self.total else None
        return replace(self, lines=lines, total=total)


def _noughts(total: Line | None) -> Line | None:
    """A line of what was 0 in the total, which was 0 in each line."""
    if total is None:
        return None
    return replace(total, cells=tuple(cell if cell.value == 0 else replace(cell, value=None) for cell in total.cells))


def _beside(line: Line, earlier: Line | None, places: Sequence[int | None]) -> Line:
    """A line with the cells of another as those of before; ``places`` says where in it each column stands."""
    if earlier is None:
        return line
    cells = (
        cell if place is None else replace(cell, before=earlier.cells[place].value)
        for cell, place in zip(line.cells, places, strict=True)
    )
    return replace(line, cells=tuple(cells))


class Days(NamedTuple):
    """From the first day to the last, both in it."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Report:
    """A report as asked for: sentences first, then its tables. ``asked`` is said in words.

    ``days`` is None for all time; ``filters`` are names and values as they are said; ``against`` is the period before,
    where it is compared with that; ``made`` is an ISO 8601 time in the team's zone.
    """

    name: str
    title: str
    asked: str
    sentences: tuple[str, ...]
    tables: tuple[Table, ...]
    days: Days | None = None
    filters: tuple[tuple[str, str], ...] = ()
    against: Days | None = None
    made: str = ""
