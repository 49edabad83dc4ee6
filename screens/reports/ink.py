"""How the lines of a report's page are drawn: pieces of styled text."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from screens.reports.layout import Drawn, Room, Told
from tui.present import cells
from tui.theme import Urgency
from tui.widgets.line_painter import Palette

_SHADES = (" ", "░", "▒", "▓", "█")
_SIGNS = {Urgency.LATE.sign: Urgency.LATE.component, Urgency.DONE.sign: Urgency.DONE.component}


def of_words(told: Told, ink: Palette) -> Style:
    """The style of a line of words."""
    style: Style = getattr(ink, told.style)
    return style + Style(bold=True) if told.style == "accent" else style


def pieces_of(room: Room, seen: Drawn, style: Style, ink: Palette, shade: Style) -> list[Segment]:
    """The pieces of a cell, each in its own place, so that digits stand below digits."""
    if room.is_words:
        return [Segment(cells(seen.figure, room.width), style)]
    pieces = [Segment(cells(seen.figure, room.figure, "right"), style)]
    if room.heat:
        pieces.insert(0, Segment(f"{_SHADES[seen.heat]} ", Style(color=shade.color)))
    if room.sign:
        pieces.append(Segment(cells(seen.sign, room.sign), getattr(ink, _SIGNS.get(seen.sign, "text"))))
    if room.interval:
        pieces.append(Segment(" " + cells(seen.interval, room.interval), ink.muted))
    if room.change:
        pieces.append(Segment(" " + cells(seen.change, room.change, "right"), ink.accent))
    used = sum(segment.cell_length for segment in pieces)
    pieces.insert(0, Segment(" " * (room.width - used)))
    if seen.heat and shade.bgcolor is not None:
        paper = Style(bgcolor=shade.bgcolor)
        pieces = [Segment(text, (style or Style()) + paper) for text, style, _ in pieces]
    return pieces


def strip_of(pieces: Sequence[Segment], width: int, base: Style) -> Strip:
    """Pieces on a background, filled or cut to the width."""
    line = [Segment(text, base + style if style else base) for text, style, _ in pieces]
    return Strip(Segment.adjust_line_length(line, width, base), width)
