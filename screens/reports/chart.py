"""The chart beside a table: its bars, or its lines, drawn by plotext, which is loaded when the first are shown.

Bars are drawn here: plotext takes every letter for one cell wide, and names of sources and people are not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from textual import getters
from textual.app import ComposeResult
from textual.color import Color
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from store.instants import HOUR
from store.reports.figures import Cell, Chart, Table, Unit
from store.rules.amount import minor_digits
from tui import figures, present
from tui.frame import Frame

if TYPE_CHECKING:
    from store.reports.figures import Line

_LABEL = 14  # the least cells of a label that is cut
_MOST_LINES = 24
_TICK = 16  # cells from one tick to the next
_MARKERS = ("braille", "+", "x", "o")
_COLOURS = ("accent", "warning", "success", "error")
_EIGHTHS = " ▏▎▍▌▋▊▉"
_IN = {Unit.SHARE: "%", Unit.SPAN: "hours", Unit.WORK: "hours"}


class ReportChart(Container):
    """Shows the chart of one table; plotext is not loaded before there is a line to draw."""

    app = getters.app(Frame)
    DEFAULT_CSS = """
    ReportChart { height: 12; background: $surface; padding: 0 1; }
    ReportChart Static { height: auto; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._currency = ""
        self._shown: tuple[Table, Sequence[Line]] | None = None
        self._plot: Any = None

    def compose(self) -> ComposeResult:
        """Where bars are drawn."""
        yield Static()

    @staticmethod
    def has_one(table: Table | None) -> bool:
        """Whether a table is drawn here; heat is drawn in the table itself."""
        return table is not None and table.chart in (Chart.BARS, Chart.LINE) and bool(table.lines)

    def show(self, table: Table, lines: Sequence[Line], currency: str) -> None:
        """Draw a table, its lines in this order."""
        if self._shown is not None and self._shown[0] is table and list(self._shown[1]) == list(lines):
            return
        self._currency = currency
        self._shown = (table, lines)
        self.call_after_refresh(self._draw)

    def on_resize(self) -> None:
        """Draw for the room there is."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        if self._shown is None or not self.size.width:
            return
        table, lines = self._shown
        along = table.chart is Chart.LINE
        self.query_one(Static).display = not along
        if along:
            self._draw_lines(table, lines)
        else:
            self.query_one(Static).update(bars(table, lines, self._currency, self.content_size.width, self.size.height))
        if self._plot is not None:
            self._plot.display = along

    def _draw_lines(self, table: Table, lines: Sequence[Line]) -> None:
        if self._plot is None:
            from textual_plotext import PlotextPlot  # plotext takes a tenth of a second

            self._plot = PlotextPlot()
            self._plot.can_focus = False
            self.mount(self._plot)
        self._plot.styles.height = min(self.size.height, _MOST_LINES)
        plt = self._plot.plt
        plt.clear_figure()
        columns = charted(table)
        plt.title(_narrow(title(table)))
        for number, at in enumerate(columns[: len(_MARKERS)]):
            scale = _scale(table.columns[at].unit, self._currency)
            found = [(x, drawable(line.cells[at])) for x, line in enumerate(lines)]
            points = [(x, value / scale) for x, value in found if value is not None]
            if points:
                plt.plot(
                    [x for x, _ in points],
                    [y for _, y in points],
                    marker=_MARKERS[number],
                    color=Color.parse(self.app.theme_variables[_COLOURS[number]]).rgb,
                    label=_narrow(table.columns[at].title) if len(columns) > 1 else None,
                )
        # Ticks far apart: plotext moves labels that would touch, another way in each process.
        step = max(-(-len(lines) * _TICK // max(self.size.width - _TICK, _TICK)), 1)
        ticks = list(range(0, len(lines), step))
        plt.xticks(ticks, [_narrow(lines[x].label)[:10] for x in ticks])
        self._plot.refresh(layout=True)


def bars(table: Table, lines: Sequence[Line], currency: str, width: int, height: int) -> Content:
    """A bar a line, to the eighth of a cell, with its figure; what finds no room is counted.

    A share is as long as it is of the whole, anything else in proportion to the largest.
    """
    at = charted(table)[0]
    found = [(line.label, value, line.cells[at]) for line in lines if (value := drawable(line.cells[at])) is not None]
    room = max(height - 2, 1)
    shown = found if len(found) <= room else found[: room - 1]
    is_share = table.columns[at].unit is Unit.SHARE
    most = 1.0 if is_share else max((abs(value) for _, value, _ in shown), default=0)
    said = [figures.figure(cell, currency) for _, _, cell in shown]
    longest = max((cell_len(present.safe(label, 80)) for label, _, _ in shown), default=0)
    beside = width - max(map(cell_len, said), default=0) - 3
    label_width = min(longest, max(beside - width // 3, _LABEL))
    space = max(beside - label_width, 1)
    parts: list[present.Part] = [(title(table), "$foreground"), "\n"]
    for (label, value, _), words in zip(shown, said, strict=True):
        bar = _bar(min(abs(value) / most, 1) * space if most else 0)
        parts += ["\n", (present.cells(label, label_width, "right"), "$foreground"), " ", (bar, "$accent"), f" {words}"]
    if len(shown) < len(found):
        parts.append(f"\n{' ' * label_width} and {len(found) - len(shown):,} more")
    return present.joined(*parts)


def _bar(length: float) -> str:
    whole, eighths = divmod(round(length * 8), 8)
    return "█" * whole + _EIGHTHS[eighths].strip()


def charted(table: Table) -> list[int]:
    """The columns that are drawn: those named, or the first that is no words."""
    named = [at for at, column in enumerate(table.columns) if column.name in table.charted]
    return named or [at for at, column in enumerate(table.columns) if column.unit is not Unit.WORDS][:1] or [0]


def drawable(cell: Cell) -> float | None:
    """The figure to draw, if there is one."""
    return None if cell.value is None or isinstance(cell.value, str) else float(cell.value)


def title(table: Table) -> str:
    """``met, kept by week, %``."""
    columns = [table.columns[at] for at in charted(table)]
    unit = _IN.get(columns[0].unit) if table.chart is Chart.LINE else None
    said = ", ".join(column.title for column in columns) if table.chart is Chart.LINE else columns[0].title
    return present.safe(f"{said} by {table.head}" + (f", {unit}" if unit else ""), 60)


def _narrow(text: str) -> str:
    """Text as plotext can place it: letters of one cell."""
    return "".join(letter if cell_len(letter) == 1 else "·" * cell_len(letter) for letter in present.safe(text, 40))


def _scale(unit: Unit, currency: str) -> float:
    match unit:
        case Unit.SHARE:
            return 0.01
        case Unit.SPAN | Unit.WORK:
            return float(HOUR)
        case Unit.MONEY:
            return float(10 ** minor_digits(currency))
    return 1
