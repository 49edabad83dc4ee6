"""Where everything in a chart stands: bars, a line over time, shades. The page's template draws it.

A chart shows figures of one unit; a table that draws several units has a chart for each. Lengths are in pixels of a
chart as wide as ``width``, which is scaled to the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import floor, log10

from store.instants import DAY, HOUR, MINUTE, SECOND
from store.reports.figures import Cell, Chart, Column, Line, Table, Unit
from tui.figures import figure, written

WIDTH = 720
MOST_BARS = 30  # lines of a table that are drawn as bars: more can no longer be compared by eye
_MOST_LABEL, _VALUES = 240, 100  # beside bars: their labels, and the figures behind them
_BAR, _GAP = 16, 10
_LEFT, _TOP, _HEIGHT, _RIGHT = 70, 14, 180, 20
_CELL_HEIGHT, _NARROW, _BROAD = 26, 46, 90
_LETTER = 6.9  # about as wide as a letter of a label is


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; ``low`` and ``high`` are where a share may truly lie, None for no whisker or no figure."""

    series: int
    y: float
    length: float
    low: float | None
    high: float | None
    words: str
    said: str


@dataclass(frozen=True, slots=True)
class Point:
    """One figure on a line or in a field of shades; ``shade`` is 0 to 1, None for no figure."""

    x: float
    y: float
    words: str
    said: str
    shade: float | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """Words beside an axis; ``words`` are cut to the room there is, ``said`` whole."""

    x: float
    y: float
    words: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart: its kind, its words for those who do not see it, and where its parts stand."""

    kind: Chart
    title: str
    said: str
    width: float
    height: float
    series: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()
    lines: tuple[tuple[tuple[Point, ...], ...], ...] = ()  # of each series, its stretches without a gap
    points: tuple[Point, ...] = ()
    rows: tuple[Mark, ...] = ()
    columns: tuple[Mark, ...] = ()
    left: float = 0
    right: float = 0
    cell: tuple[float, float] = (0, 0)
    slanted: bool = False


def drawings(table: Table, currency: str) -> tuple[Drawing, ...]:
    """The charts of a table, none where it has no lines or nothing to draw."""
    draw = {Chart.BARS: _bars, Chart.LINE: _line, Chart.HEAT: _heat}.get(table.chart)
    if draw is None or not table.lines:
        return ()
    columns = [(at, table.columns[at]) for at in _drawn(table)]
    by_unit = [list(some) for _, some in groupby(sorted(columns, key=_unit_of), key=_unit_of)]
    return tuple(
        draw(table, some, currency)
        for some in by_unit
        if any(_number(line, at) for line in table.lines for at, _ in some)
    )


def _drawn(table: Table) -> list[int]:
    if table.charted:
        return [table.column(name) for name in table.charted]
    numbers = [at for at, column in enumerate(table.columns) if column.unit is not Unit.WORDS]
    return numbers[:1] if table.chart is Chart.BARS else numbers


def _unit_of(column: tuple[int, Column]) -> str:
    return column[1].unit.value


def _number(line: Line, at: int) -> float:
    """A figure as a length: nothing where there is none, or where it is below nothing."""
    value = line.cells[at].value
    return max(float(value), 0.0) if isinstance(value, int | float) else 0.0


# --- bars ---


def _bars(table: Table, columns: Sequence[tuple[int, Column]], currency: str) -> Drawing:
    lines = list(table.lines)
    if len(lines) > MOST_BARS:
        largest = sorted(range(len(lines)), key=lambda n: -max(_number(lines[n], at) for at, _ in columns))[:MOST_BARS]
        lines = [lines[n] for n in sorted(largest)]
    most = max(max(_number(line, at), _high(line.cells[at])) for line in lines for at, _ in columns)
    if columns[0][1].unit is Unit.SHARE:
        most = max(most, 1.0)  # as long as it is of the whole
    left = _label_room(lines)
    room = (WIDTH - left - _VALUES) / most
    bars, rows, y = [], [], 0.0
    for line in lines:
        middle = y + _BAR * len(columns) / 2
        rows.append(Mark(left - 10, middle, _cut(line.label, left - 10), line.label))
        for series, (at, column) in enumerate(columns):
            cell = line.cells[at]
            span = cell.interval
            low, high = (span.low * room, span.high * room) if span else (None, None)
            words = _words(cell, currency)
            said = f"{line.label}, {column.title}: {words}"
            bars.append(Bar(series, y, _number(line, at) * room, low, high, words, said))
            y += _BAR
        y += _GAP
    title = f"{table.title}: {_titles(columns)}"
    said = "; ".join(bar.said for bar in bars)
    if len(lines) < len(table.lines):
        title += f" (the {MOST_BARS} largest of {len(table.lines):,})"
    return Drawing(
        Chart.BARS, title, said, WIDTH, y - _GAP + 2, _series(columns), tuple(bars), rows=tuple(rows), left=left
    )


def _high(cell: Cell) -> float:
    return cell.interval.high if cell.interval else 0.0


def _words(cell: Cell, currency: str) -> str:
    """A figure, and of a share how many it is of: ``25 % of 51``."""
    return f"{figure(cell, currency)} of {cell.of:,}" if cell.of is not None else figure(cell, currency)


# --- a line along the lines, which are in time order ---


def _line(table: Table, columns: Sequence[tuple[int, Column]], currency: str) -> Drawing:
    unit = columns[0][1].unit
    top = _round_top(max(_number(line, at) for line in table.lines for at, _ in columns), unit)
    step = (WIDTH - _LEFT - _RIGHT) / max(len(table.lines) - 1, 1)
    series = []
    for at, column in columns:
        stretches: list[list[Point]] = [[]]
        for n, line in enumerate(table.lines):
            if line.cells[at].value is None:
                stretches.append([])
                continue
            words = _words(line.cells[at], currency)
            y = _TOP + _HEIGHT * (1 - _number(line, at) / top)
            stretches[-1].append(Point(_LEFT + n * step, y, words, f"{line.label}, {column.title}: {words}"))
        series.append(tuple(tuple(some) for some in stretches if some))
    rows = [Mark(_LEFT - 10, _TOP + _HEIGHT * (1 - part), written(top * part, unit, currency)) for part in (0, 0.5, 1)]
    every = -(-len(table.lines) // 8)
    marks = [
        Mark(_LEFT + n * step, _TOP + _HEIGHT + 20, _cut(line.label, max(every * step, 60)), line.label)
        for n, line in enumerate(table.lines)
        if n % every == 0
    ]
    said = "; ".join(point.said for stretches in series for stretch in stretches for point in stretch)
    return Drawing(
        Chart.LINE,
        f"{table.title}: {_titles(columns)}",
        said,
        WIDTH,
        _TOP + _HEIGHT + 30,
        _series(columns),
        lines=tuple(series),
        rows=tuple(rows),
        columns=tuple(marks),
        left=_LEFT,
        right=WIDTH - _RIGHT,
    )


def _round_top(most: float, unit: Unit) -> float:
    """The least round figure that is not below ``most``: 1, 2 or 5 with noughts, of the fitting unit of time."""
    if unit is Unit.SHARE:
        return next((top for top in (0.05, 0.1, 0.2, 0.5) if top >= most), 1.0)
    of = 1
    if unit in (Unit.SPAN, Unit.WORK):
        of = next((each for each in (DAY, HOUR, MINUTE) if most >= 2 * each), SECOND)
    most = max(most / of, 1e-9)
    tens = 10.0 ** floor(log10(most))
    top = next(step * tens for step in (1, 2, 5, 10) if step * tens >= most)
    # A count has no halves, and the middle of the axis has a mark.
    return max(top, 2 if unit is Unit.COUNT else 0) * of


# --- shades, lines by columns ---


def _heat(table: Table, columns: Sequence[tuple[int, Column]], currency: str) -> Drawing:
    left = _label_room(table.lines)
    width = min(_BROAD, max(_NARROW, (WIDTH - left) / len(columns)))
    slanted = any(len(column.title) * _LETTER > width for _, column in columns)
    top = min(max(len(column.title) for _, column in columns), 20) * _LETTER * 0.7 + 18 if slanted else 24.0
    most = max(_number(line, at) for line in table.lines for at, _ in columns)
    points = []
    for n, line in enumerate(table.lines):
        for m, (at, column) in enumerate(columns):
            cell = line.cells[at]
            shade = None if cell.value is None else _number(line, at) / most
            said = f"{line.label}, {column.title}: {_words(cell, currency)}"
            points.append(Point(left + m * width, top + n * _CELL_HEIGHT, figure(cell, currency), said, shade))
    rows = [
        Mark(left - 10, top + (n + 0.5) * _CELL_HEIGHT, _cut(line.label, left - 10), line.label)
        for n, line in enumerate(table.lines)
    ]
    heads = [
        Mark(left + (m + 0.5) * width, top - 8, _cut(column.title, 20 * _LETTER if slanted else width), column.title)
        for m, (_, column) in enumerate(columns)
    ]
    return Drawing(
        Chart.HEAT,
        table.title,
        "; ".join(point.said for point in points),
        left + len(columns) * width + (60 if slanted else 0),
        top + len(table.lines) * _CELL_HEIGHT + 2,
        points=tuple(points),
        rows=tuple(rows),
        columns=tuple(heads),
        cell=(width, _CELL_HEIGHT),
        slanted=slanted,
    )


# --- words ---


def _titles(columns: Sequence[tuple[int, Column]]) -> str:
    return ", ".join(column.title for _, column in columns)


def _series(columns: Sequence[tuple[int, Column]]) -> tuple[str, ...]:
    """The names of what is drawn side by side; one alone is named by the title."""
    return tuple(column.title for _, column in columns) if len(columns) > 1 else ()


def _label_room(lines: Sequence[Line]) -> float:
    """As much as the longest label takes, and no more than leaves room for what is drawn."""
    return min(_MOST_LABEL, max(len(line.label) for line in lines) * _LETTER + 14)


def _cut(words: str, room: float) -> str:
    most = max(int(room / _LETTER), 2)
    return words if len(words) <= most else words[: most - 1] + "…"
