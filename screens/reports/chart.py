"""The chart beside a table: its bars or its lines, drawn by plotext, which is loaded when the first is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual import getters
from textual.color import Color
from textual.containers import Container

from store.instants import HOUR
from store.reports.figures import Cell, Chart, Table, Unit
from store.rules.amount import minor_digits
from tui import present
from tui.frame import Frame
from tui.present import cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.reports.figures import Line

_LABEL = 18
_AROUND = 4  # lines: title, frame, ticks
_MOST_LINES = 24
_MARKERS = ("braille", "+", "x", "o")
_COLOURS = ("accent", "warning", "success", "error")


class ReportChart(Container):
    """Shows the chart of one table; nothing is made before there is one to show."""

    app = getters.app(Frame)
    DEFAULT_CSS = """
    ReportChart { height: 12; background: $surface; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._currency = ""
        self._shown: tuple[Table, Sequence[Line]] | None = None
        self._plot: Any = None

    @staticmethod
    def has_one(table: Table | None) -> bool:
        """Whether a table is drawn here; heat is drawn in the table itself."""
        return table is not None and table.chart in (Chart.BARS, Chart.LINE) and bool(table.lines)

    def show(self, table: Table, lines: Sequence[Line], currency: str) -> None:
        """Draw a table, its lines in this order."""
        self._currency = currency
        if self._shown is not None and self._shown[0] is table and list(self._shown[1]) == list(lines):
            return
        self._shown = (table, lines)
        if self._plot is None:
            from textual_plotext import PlotextPlot  # plotext takes a tenth of a second

            self._plot = PlotextPlot()
            self._plot.can_focus = False
            self.mount(self._plot)
        self.call_after_refresh(self._draw)

    def on_resize(self) -> None:
        """Draw for the room there is."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        if self._shown is None or self._plot is None:
            return
        table, lines = self._shown
        most = _MOST_LINES if table.chart is Chart.LINE else 2 * len(lines) + _AROUND
        self._plot.styles.height = max(min(self.size.height, most), 4)
        plt = self._plot.plt
        plt.clear_figure()
        plt.title(present.safe(_title(table), 60))
        if table.chart is Chart.LINE:
            self._lines(plt, table, lines)
        else:
            self._bars(plt, table, lines)
        self._plot.refresh(layout=True)

    def _bars(self, plt: Any, table: Table, lines: Sequence[Line]) -> None:
        at = charted(table)[0]
        unit = table.columns[at].unit
        room = max(self.size.height - _AROUND, 1)
        shown = [line for line in lines if drawable(line.cells[at])][:room]
        if not shown:
            return
        values = [self._value(line.cells[at], unit) for line in shown]
        labels = [cells(line.label, _LABEL, "right") for line in shown]
        plt.bar(labels[::-1], values[::-1], orientation="horizontal", width=0.6, color=self._colour(0))
        top = max([*values, 0]) or 1
        ticks = [top * part / 4 for part in range(5)] if top >= 4 else [0, top]
        plt.xticks(ticks, [f"{tick:,.0f}" if top >= 4 else f"{tick:,.1f}" for tick in ticks])
        plt.xlim(0, top)

    def _lines(self, plt: Any, table: Table, lines: Sequence[Line]) -> None:
        columns = charted(table)
        for number, at in enumerate(columns[: len(_MARKERS)]):
            points = [(x, self._value(line.cells[at], table.columns[at].unit)) for x, line in enumerate(lines)
                      if drawable(line.cells[at])]  # fmt: skip
            if points:
                plt.plot(
                    [x for x, _ in points],
                    [y for _, y in points],
                    marker=_MARKERS[number],
                    color=self._colour(number),
                    label=present.safe(table.columns[at].title, 24) if len(columns) > 1 else None,
                )
        step = max(len(lines) * 12 // max(self.size.width - 12, 12), 1)
        ticks = list(range(0, len(lines), step))
        plt.xticks(ticks, [present.safe(lines[x].label, 10) for x in ticks])

    def _colour(self, number: int) -> tuple[int, int, int]:
        red, green, blue = Color.parse(self.app.theme_variables[_COLOURS[number % len(_COLOURS)]]).rgb
        return red, green, blue

    def _value(self, cell: Cell, unit: Unit) -> float:
        value = cell.value
        assert value is not None
        assert not isinstance(value, str)
        return value / _scale(unit, self._currency)


def charted(table: Table) -> list[int]:
    """The columns that are drawn: those named, or the first that is no words."""
    named = [at for at, column in enumerate(table.columns) if column.name in table.charted]
    return named or [at for at, column in enumerate(table.columns) if column.unit is not Unit.WORDS][:1] or [0]


def drawable(cell: Cell) -> bool:
    """Whether there is a figure to draw."""
    return cell.value is not None and not isinstance(cell.value, str)


_IN = {Unit.SHARE: "%", Unit.SPAN: "hours", Unit.WORK: "hours"}


def _title(table: Table) -> str:
    columns = [table.columns[at] for at in charted(table)]
    said = columns[0].title if len(columns) == 1 else table.title
    unit = _IN.get(columns[0].unit)
    return f"{said} by {table.head}" + (f", {unit}" if unit else "")


def _scale(unit: Unit, currency: str) -> float:
    match unit:
        case Unit.SHARE:
            return 0.01
        case Unit.SPAN | Unit.WORK:
            return float(HOUR)
        case Unit.MONEY:
            return float(10 ** minor_digits(currency))
    return 1
