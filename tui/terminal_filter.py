"""The last wall between the screens and the terminal: line filters for what may not get out.

``TERMINAL_FILTER`` lets no control or bidirectional character out, ``COLOUR_FILTER`` no colour where NO_COLOR is set.

Everything Textual draws passes a widget's line filters: content, border titles, toasts, tooltips, the palette. What
does not: the clipboard (``tui.present.clipboard``) and a message printed after the app has ended. Give it to the app:

    def get_line_filters(self) -> Sequence[LineFilter]:
        colours = (COLOUR_FILTER,) if self.no_color else super().get_line_filters()
        return (*colours, TERMINAL_FILTER)
"""

from __future__ import annotations

import re
from functools import lru_cache

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from tui.theme import REVERSED

# Everything removed is zero cells wide, everything replaced (half a surrogate pair, which no terminal encoding can
# carry) is one wide, so a line keeps its length.
_FORBIDDEN = re.compile(
    "[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u206f\ufff9-\ufffb]|[\ud800-\udfff]"
)


class TerminalFilter(LineFilter):
    """Takes control and bidirectional characters out of every segment, and out of link targets."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments when they are clean, which they nearly always are; otherwise cleaned copies."""
        for text, style, _control in segments:
            if not (text.isascii() and text.isprintable()) and _FORBIDDEN.search(text):
                break
            if style is not None and style.link is not None and _FORBIDDEN.search(style.link):
                break
        else:
            return segments
        return [Segment(_cleaned(text), _without_bad_link(style)) for text, style, _control in segments]


def _cleaned(text: str) -> str:
    return _FORBIDDEN.sub(lambda match: "\ufffd" if "\ud800" <= match[0] <= "\udfff" else "", text)


def _without_bad_link(style: Style | None) -> Style | None:
    if style is None or style.link is None or not _FORBIDDEN.search(style.link):
        return style
    return style.update_link(None)


TERMINAL_FILTER = TerminalFilter()
"""The one instance: strips remember their filtered form by the filter's identity."""


class ColourFilter(LineFilter):
    """Takes every colour out and leaves what a terminal draws without any: bold, dim, underline and reverse.

    What colour alone would set apart is kept apart by these: the cursor, a selection and the cell of a field's cursor
    are reversed; quiet words and rules are dim.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same words with no colour on them."""
        return [
            Segment(text, _without_colour(style) if style is not None else None, control)
            for text, style, control in segments
        ]


_QUIET = 0.25  # how much colour a grey has at most
_MIDDLE = (0.3, 0.7)  # brightness; words to be read first are beyond it, at one end in each theme
_STANDS_OUT = frozenset(Color.parse(colour).rgb for colour in REVERSED)


@lru_cache(4096)
def _without_colour(style: Style) -> Style:
    """A style's attributes, with those that stand for its colours."""
    reverse, dim = bool(style.reverse), bool(style.dim)
    ink, paper = _colour(style.color), _colour(style.bgcolor)
    if paper is not None and paper.rgb in _STANDS_OUT:
        reverse = True
    elif ink is not None and not reverse:
        dim = dim or (ink.hsl.s < _QUIET and _MIDDLE[0] < ink.brightness < _MIDDLE[1])
    return Style(
        bold=style.bold,
        dim=dim or None,
        italic=style.italic,
        underline=style.underline,
        reverse=reverse or None,
        strike=style.strike,
        link=style.link,
        meta=style.meta,
    )


def _colour(colour: RichColor | None) -> Color | None:
    return None if colour is None or colour.is_default else Color.from_rich_color(colour)


COLOUR_FILTER = ColourFilter()
"""The one instance, as above."""
