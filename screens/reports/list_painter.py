"""How a report stands in the list: its letter, its title, and the question it answers where there is room."""

from __future__ import annotations

from typing import NamedTuple

from store.reports.registry import Definition
from tui.widgets.line_painter import Column, ColumnPainter, Line, Palette


class Listed(NamedTuple):
    """A report with its letter."""

    letter: str
    report: Definition


class ListPainter:
    """Draws reports: on one line with the question beside it, on two with the question below, or by title alone."""

    has_header = False

    def __init__(self, *, questions: bool, two_lines: bool) -> None:
        letter: Column[Listed] = Column("", lambda row: (row.letter, "accent"), 1)
        title: Column[Listed] = Column("", lambda row: (row.report.title, "strong"), 19, int(two_lines))
        question: Column[Listed] = Column("", lambda row: (row.report.question, "muted"), 20, 1)
        blank: Column[Listed] = Column("", lambda row: "", 1)
        lines = [[letter, title], [blank, question]] if two_lines else [[letter, title, *[question] * questions]]
        self._painter: ColumnPainter[Listed] = ColumnPainter(*lines)

    @property
    def lines(self) -> int:
        """Screen lines a report takes."""
        return self._painter.lines

    def paint(self, row: Listed, width: int, palette: Palette) -> list[Line]:
        """The lines of one report."""
        return self._painter.paint(row, width, palette)

    def header(self, width: int, palette: Palette) -> Line:
        """There is none."""
        return []
