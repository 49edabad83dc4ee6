"""The last wall between data and the terminal: a line filter that lets no control or bidirectional character out.

Everything Textual draws passes a widget's line filters: content, border titles, toasts, tooltips, the palette. What
does not: the clipboard (``tui.present.clipboard``) and a message printed after the app has ended. Give it to the app:

    def get_line_filters(self) -> Sequence[LineFilter]:
        return (*super().get_line_filters(), TERMINAL_FILTER)
"""

from __future__ import annotations

import re

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

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
