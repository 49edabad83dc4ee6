"""The painted lines of a line table, kept until what they show changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, NamedTuple, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.strip import Strip

from tui.widgets.line_painter import Line, Painter, Palette

Row = TypeVar("Row")

CURSOR_SIGN = "▌"
MARK_SIGN = "✓"
THUMB_SIGN = "▐"
GUTTER = 2
"""Cells before a row's own: one for the cursor's sign, one for the mark."""
EDGE = 1
"""Cells after it, for the thumb of the scroll bar."""
KEPT = 1024


class Look(NamedTuple):
    """How a screen line of a row stands out."""

    cursor: bool
    marked: bool
    on_thumb: bool


class StripCache(Generic[Row]):
    """Paints lines with one palette and remembers them.

    A line is painted again when its row is another object than before. ``finish`` is what every line passes last.
    """

    def __init__(self, painter: Painter[Row], palette: Palette, finish: Callable[[Line], Line]) -> None:
        self._painter = painter
        self._palette = palette
        self._finish = finish
        self._rows: LRUCache[tuple[int, int, int, Look], tuple[Row, Strip]] = LRUCache(KEPT)
        self._others: dict[tuple[str, int], Strip] = {}

    def line(self, id: int, row: Row | None, part: int, width: int, look: Look) -> Strip:
        """Screen line ``part`` of a row; a quiet sign while the row has not been delivered."""
        if width <= GUTTER + EDGE:
            return self.blank(width)
        if row is None:
            waiting = [Segment("…", self._palette.muted)] if part == 0 else []
            return self._framed(waiting, part, width, look)
        painted = self._rows.get((id, part, width, look))
        if painted is not None and painted[0] is row:
            return painted[1]
        strips = [
            self._framed(segments, number, width, look)
            for number, segments in enumerate(self._painter.paint(row, width - GUTTER - EDGE, self._palette))
        ]
        for number, strip in enumerate(strips):
            self._rows[id, number, width, look] = (row, strip)
        return strips[part]

    def header(self, width: int) -> Strip:
        """The line above all rows."""
        strip = self._others.get(("header", width))
        if strip is None:
            titles = self._painter.header(width - GUTTER - EDGE, self._palette)
            strip = self._others["header", width] = self._plain(titles, width, self._palette.header)
        return strip

    def blank(self, width: int) -> Strip:
        """A line below the last row."""
        strip = self._others.get(("blank", width))
        if strip is None:
            strip = self._others["blank", width] = self._plain([], width, self._palette.plain)
        return strip

    def indented(self, content: Iterable[Segment], width: int) -> Strip:
        """A line of anything else, set in as the rows are; not remembered."""
        return self._plain(content, width, self._palette.plain)

    def _plain(self, segments: Iterable[Segment], width: int, base: Style) -> Strip:
        line = [Segment(" " * GUTTER, base), *_on(base, segments)]
        return Strip(self._finish(Segment.adjust_line_length(line, width, base)), width)

    def _framed(self, segments: Iterable[Segment], part: int, width: int, look: Look) -> Strip:
        """A row's line between gutter and scroll bar, on the cursor's or the mark's background."""
        palette = self._palette
        base = palette.cursor if look.cursor else palette.marked if look.marked else palette.plain
        signs = (CURSOR_SIGN if look.cursor else " ") + (MARK_SIGN if look.marked and part == 0 else " ")
        line = Segment.adjust_line_length(_on(base, segments), width - GUTTER - EDGE, base)
        edge = Segment(THUMB_SIGN, base + palette.thumb) if look.on_thumb else Segment(" ", base)
        return Strip(self._finish([Segment(signs, base + palette.accent), *line, edge]), width)


def _on(base: Style, segments: Iterable[Segment]) -> Line:
    """Segments on a background, neighbours of one style made one: fewer to measure, to filter and to write."""
    line: Line = []
    words, ink = "", None
    for text, style, _ in segments:
        if style is not ink and words:
            line.append(Segment(words, base + ink))
            words = ""
        words += text
        ink = style
    if words:
        line.append(Segment(words, base + ink))
    return line
