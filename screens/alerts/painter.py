"""How an alert is drawn: what kind, who it is about, why, and since when."""

from __future__ import annotations

from collections.abc import Callable

from store.instants import Instant
from store.queries.alerts import AlertRow
from tui import present
from tui.theme import Urgency
from tui.widgets.line_painter import Column, ColumnPainter, Line, Palette


def urgency(row: AlertRow) -> Urgency:
    """How pressing it is: its sign and its colour."""
    return Urgency.LATE if row.urgent else Urgency.DUE


def _words(row: AlertRow) -> str:
    """What kind, and how many others there are of the same at bat, which stand in why."""
    return f"{row.words} +{len(row.also)}" if row.also else row.words


class AlertPainter:
    """Draws alerts as of ``now()``, on one line each."""

    lines = 1
    has_header = True

    def __init__(self, now: Callable[[], Instant], me: str) -> None:
        self._now = now
        self._me = me
        self._painter: ColumnPainter[AlertRow] = ColumnPainter(
            (
                Column("", lambda row: (urgency(row).sign, urgency(row).component), 1),
                Column("alert", lambda row: (_words(row), urgency(row).component), 22, 2),
                Column("about", lambda row: (row.name or "nobody yet", "strong"), 18, 2),
                Column(
                    "company", lambda row: (row.company if row.company != row.name else "", "text"), 14, 1, needs=96
                ),
                Column("why", lambda row: (row.causes, "muted"), 24, 4, needs=70),
                Column("whose", lambda row: (self._whose(row), "muted"), 9, needs=80),
                Column("since", lambda row: (present.span(self._now() - row.at), "muted"), 7, align="right"),
            ),
            titles=True,
        )

    def paint(self, row: AlertRow, width: int, palette: Palette) -> list[Line]:
        """The line of one alert."""
        return self._painter.paint(row, width, palette)

    def header(self, width: int, palette: Palette) -> Line:
        """What the columns are."""
        return self._painter.header(width, palette)

    def _whose(self, row: AlertRow) -> str:
        if not row.whose:
            return "nobody’s" if row.lead is not None else ""
        return "yours" if row.whose == self._me else row.whose
