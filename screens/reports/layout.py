"""Where everything of a report stands: its sentences and tables as lines of one width, and the cells one can go to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import NamedTuple

from rich.cells import cell_len

from screens.reports import words
from store.reports.figures import Cell, Chart, Key, Line, Report, Table, Unit
from tui import present

GAP = 2  # cells between two columns
LABEL_LEAST, LABEL_MOST = 14, 34
WORDS_MOST = 48
HEAD_LINES = 3
LEAST_TITLE = 7
_WORDS_FIRST = 4  # lines of sentences above the figures where the window is low
_TOTAL = "total"


class Place(NamedTuple):
    """A cell by name, which stays the same when the report is counted again."""

    table: str
    line: Key
    is_total: bool
    column: str


class Sort(NamedTuple):
    """By which column a table stands, and which way."""

    column: str
    descending: bool


class Told(NamedTuple):
    """A line of words across the page."""

    text: str
    style: str = "text"


class Head(NamedTuple):
    """One of the lines of a table's head."""

    table: int
    part: int


class Figures(NamedTuple):
    """A line of figures of a table, its total where ``line`` is that."""

    table: int
    line: Line
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a cell shows, in pieces that each have a place of their own in the column."""

    figure: str
    sign: str
    interval: str
    change: str
    heat: int  # 0 to 4


@dataclass(frozen=True, slots=True)
class Room:
    """How wide a column is, and the pieces in it; 0 for a piece that no cell has."""

    width: int
    title: tuple[str, ...]
    figure: int
    sign: int
    interval: int
    change: int
    heat: int
    is_words: bool


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with the width of its label and of each column, and its lines in their order."""

    table: Table
    label: int
    rooms: tuple[Room, ...]
    lines: tuple[Line, ...]
    hottest: float

    def fitting(self, width: int, column: int) -> tuple[int, int]:
        """The first column and the one after the last that are shown so that ``column`` is among them."""
        space, first = width - self.label, 0
        while True:
            last, used = first, 0
            while last < len(self.rooms) and used + GAP + self.rooms[last].width <= space:
                used += GAP + self.rooms[last].width
                last += 1
            last = max(last, first + 1)
            if column < last or last >= len(self.rooms):
                return first, min(last, len(self.rooms))
            first += 1


class Page:
    """A report laid out for a width: ``lines`` from top to bottom, and ``stops``, where the cursor can be."""

    def __init__(
        self,
        report: Report,
        width: int,
        currency: str,
        sorts: Mapping[str, Sort],
        *,
        enough: int = 0,
        low: bool = False,
    ) -> None:
        """A share is judged from ``enough`` cases up; where the window is ``low``, figures come before most words."""
        self.report = report
        self._low = low
        self.lines: list[Told | Head | Figures] = []
        self.stops: list[int] = []
        pen = Pen(currency, enough)
        self.grids = [_grid(table, width, pen, sorts.get(table.name)) for table in report.tables]
        below = self._say(report.sentences, width) if low and self.grids else ()
        if not low or not self.grids:
            self._tell_all(report.sentences, width)
        for number, grid in enumerate(self.grids):
            self._add(number, grid, width)
            if below and not number:
                self.lines.append(Told(""))
                self._tell_all(below, width)
        if said := self._legend(enough):
            self.lines.append(Told(""))
            self._tell(said, width, "muted")

    def stop_of(self, place: Place) -> int | None:
        """Which stop a place is at; None where that line is gone."""
        for index, y in enumerate(self.stops):
            found = self.lines[y]
            assert isinstance(found, Figures)
            table = self.grids[found.table].table
            if table.name == place.table and found.is_total == place.is_total and found.line.key == place.line:
                return index
        return None

    def _add(self, number: int, grid: Grid, width: int) -> None:
        table = grid.table
        if self.lines and not (self._low and number == 0):
            self.lines.append(Told(""))
        self._tell(table.title, width, "accent")
        if table.note and not self._low:
            self._tell(table.note, width, "muted")
        if not grid.lines and table.total is None:
            self._tell("Nothing to count here.", width, "muted")
            return
        self.lines += [Head(number, part) for part in range(max((len(room.title) for room in grid.rooms), default=1))]
        for line in grid.lines:
            self.stops.append(len(self.lines))
            self.lines.append(Figures(number, line))
        if table.total is not None:
            self.stops.append(len(self.lines))
            self.lines.append(Figures(number, table.total, True))
        if table.note and self._low:
            self._tell(table.note, width, "muted")

    def _say(self, sentences: Sequence[str], width: int) -> Sequence[str]:
        """The sentences for which there is room above the figures; what is left to say below them."""
        for number, sentence in enumerate(sentences):
            before = len(self.lines)
            self._tell_all([sentence], width)
            if len(self.lines) > _WORDS_FIRST:
                del self.lines[before:]
                return sentences[number:]
        return ()

    def _tell_all(self, sentences: Sequence[str], width: int) -> None:
        for sentence in sentences:
            self._tell(f"{words.BULLET} {sentence}", width, "strong", indent="  ")

    def _legend(self, enough: int) -> str:
        """What the brackets and the signs in the tables mean, where there are any."""
        rooms = [room for grid in self.grids for room in grid.rooms]
        said = []
        if any(room.interval for room in rooms):
            said.append(f"(…): where a share of fewer than {words.FEW} may truly lie, at 95 %.")
        if any(cell.benchmark for grid in self.grids for line in grid.lines for cell in line.cells):
            least = f"; a share of fewer than {enough} is not judged" if enough else ""
            said.append(f"✓ keeps to its benchmark, ! does not{least}.")
        return " ".join(said)

    def _tell(self, text: str, width: int, style: str, indent: str = "") -> None:
        lines = wrap(present.safe(text), max(width, 20), subsequent_indent=indent) or [""]
        self.lines += [Told(line, style) for line in lines]


class Pen(NamedTuple):
    """What figures are written with: the currency of money, and from how many cases up a share is judged."""

    currency: str
    enough: int = 0


def drawn(cell: Cell, pen: Pen, heat: int = 0) -> Drawn:
    """What a cell shows."""
    sign = words.sign(cell, pen.enough).sign.strip()
    return Drawn(words.figure(cell, pen.currency), sign, words.few(cell), words.change(cell, pen.currency), heat)


def heat(cell: Cell, hottest: float) -> int:
    """How dark a cell of a heat table is, 0 to 4."""
    if not hottest or cell.value is None or isinstance(cell.value, str):
        return 0
    return min(max(round(4 * cell.value / hottest), 1 if cell.value else 0), 4)


def _grid(table: Table, width: int, pen: Pen, sort: Sort | None) -> Grid:
    lines = ordered(table, sort)
    every = [*lines, *([table.total] if table.total is not None else [])]
    longest = max((cell_len(present.safe(line.label, 80)) for line in every), default=0)
    hottest = _hottest(table)
    rooms = tuple(_room(table, at, every, pen, sort, hottest) for at in range(len(table.columns)))
    left_over = width - sum(GAP + room.width for room in rooms)
    most = max(min(LABEL_MOST, width // 3), left_over, LABEL_LEAST)
    label = min(max(longest, cell_len(table.head), LABEL_LEAST), most)
    return Grid(table, label, rooms, tuple(lines), hottest)


def _room(table: Table, at: int, lines: Sequence[Line], pen: Pen, sort: Sort | None, hottest: float) -> Room:
    column = table.columns[at]
    cells = [drawn(line.cells[at], pen) for line in lines if at < len(line.cells)]
    is_words = column.unit is Unit.WORDS
    figure = max((cell_len(cell.figure) for cell in cells), default=1)
    figure = min(figure, WORDS_MOST) if is_words else figure
    sign, interval, change = (
        max((cell_len(getattr(cell, part)) for cell in cells), default=0) for part in ("sign", "interval", "change")
    )
    shaded = 2 if hottest and is_charted(table, at) else 0
    interval = 0 if shaded else interval  # of a shaded figure it stands in the line below the page
    inside = shaded + figure + sum(piece + 1 for piece in (interval, change) if piece) + sign
    arrow = (" ▾" if sort.descending else " ▴") if sort is not None and sort.column == column.name else ""
    title = _title(present.safe(column.title, 60) + arrow, inside)
    return Room(max(inside, *map(cell_len, title)), title, figure, sign, interval, change, shaded, is_words)


def _title(title: str, inside: int) -> tuple[str, ...]:
    """The title over as few lines as keep the column narrow."""
    for width in range(max(inside, LEAST_TITLE), 61):
        found = wrap(title, width, break_long_words=False)
        if len(found) <= HEAD_LINES and all(cell_len(line) <= width for line in found):
            return tuple(found) or ("",)
    return (title,)


def is_charted(table: Table, at: int) -> bool:
    """Whether a column is drawn in the table's chart."""
    return not table.charted or table.columns[at].name in table.charted


def _hottest(table: Table) -> float:
    if table.chart is not Chart.HEAT:
        return 0
    found = [
        float(cell.value)
        for line in table.lines
        for at, cell in enumerate(line.cells)
        if is_charted(table, at) and cell.value is not None and not isinstance(cell.value, str)
    ]
    return max(found, default=0)


def ordered(table: Table, sort: Sort | None) -> Sequence[Line]:
    """The lines in their order; what has no figure comes last whichever way."""
    if sort is None or all(column.name != sort.column for column in table.columns):
        return table.lines
    at = table.column(sort.column)
    having = [line for line in table.lines if line.cells[at].value is not None]
    having.sort(key=lambda line: _comparable(line.cells[at]), reverse=sort.descending)
    return [*having, *(line for line in table.lines if line.cells[at].value is None)]


def _comparable(cell: Cell) -> tuple[bool, float, str]:
    value = cell.value
    return (True, 0.0, value.casefold()) if isinstance(value, str) else (False, float(value or 0), "")
