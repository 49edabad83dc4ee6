"""How the stream is drawn: one line an entry, and headings that tell at bats apart."""

from __future__ import annotations

from collections.abc import Callable

from rich.cells import cell_len
from rich.segment import Segment

from screens.timeline import words
from screens.timeline.stream import Heading, Row, Told
from store.instants import Instant
from tui import present
from tui.theme import Urgency
from tui.widgets.line_painter import Line, Palette

_SNIPPET = 400  # characters of a note that a line could ever show


_WHEN = 13
_WHAT = 28  # where the words of a note begin, unless what happened takes longer to say
_WORDS_AT_LEAST = 24
_WHO = 14
_WHO_NEEDS = 96  # cells


class TimelinePainter:
    """Draws rows as of ``now()`` in a zone; ``company`` names the person on each line."""

    lines = 1
    has_header = False

    def __init__(self, zone: str, now: Callable[[], Instant], *, company: bool) -> None:
        self._zone = zone
        self._now = now
        self._company = company

    def paint(self, row: Row, width: int, palette: Palette) -> list[Line]:
        """The line of a row."""
        if isinstance(row, Heading):
            return [self._heading(row, width, palette)]
        return [self._told(row, width, palette)]

    def header(self, width: int, palette: Palette) -> Line:
        """None: the words say what they are."""
        return []

    def _heading(self, row: Heading, width: int, palette: Palette) -> Line:
        if row.at_bat is None:
            name, rest = "Before the first at bat", ""
        else:
            name, rest = words.band(row.at_bat, self._zone, self._now())
        name = present.cells(name, min(cell_len(present.safe(name, 200)), width))
        rest = present.safe(f" · {rest}" if rest else "", 400)
        rest = present.cells(rest, min(cell_len(rest), max(width - cell_len(name), 0)))
        rule = " " + "─" * (width - cell_len(name) - cell_len(rest) - 1)
        return [Segment(name, palette.strong), Segment(rest, palette.muted), Segment(rule, palette.muted)]

    def _told(self, row: Told, width: int, palette: Palette) -> Line:
        entry, zone, now = row.entry, self._zone, self._now()
        sign, urgency = words.sign(entry)
        ink = palette.muted if urgency is Urgency.QUIET else palette.text
        who = _WHO if width >= _WHO_NEEDS else 0
        room = width - 2 - _WHEN - who
        line = [
            Segment(f"{sign} ", getattr(palette, urgency.component)),
            Segment(present.cells(words.stamp(entry, zone, now), _WHEN), palette.muted),
        ]
        what, said = present.safe(words.what(entry, zone, now), 200), self._said(row)
        if said:
            wide = max(min(cell_len(what), room - _WORDS_AT_LEAST), min(_WHAT, room // 2))
            line.append(Segment(present.cells(what, wide) + " ", ink))
            line.append(Segment(present.cells(said, room - wide - 1), palette.text))
        else:
            line.append(Segment(present.cells(what, room), ink))
        if who:
            line.append(Segment(" " + present.cells(words.who(entry), who - 1), palette.muted))
        return line

    def _said(self, row: Told) -> str:
        parts = (row.entry.person or row.entry.whom if self._company else "", row.elsewhere, row.entry.words[:_SNIPPET])
        return " · ".join(part for part in parts if part)
