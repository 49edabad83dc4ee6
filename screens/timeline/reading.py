"""The pane that shows one entry in full, however long: only the lines in sight are drawn."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from tui import present

LONGEST = 20_000
"""Characters shown; more than a note may have."""
_MOST_LINES = 5_000


class Reading(ScrollView, can_focus=True):
    """Text to read; arrows scroll it while it has the focus."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", show=False),
        Binding("k", "scroll_up", show=False),
        Binding("space", "page_down", show=False),
        Binding("g", "scroll_home", show=False),
        Binding("G", "scroll_end", show=False),
        Binding("ctrl+d", "page_down", show=False),
        Binding("ctrl+u", "page_up", show=False),
    ]
    DEFAULT_CSS = """
    Reading { background: $background; scrollbar-size-vertical: 1; scrollbar-gutter: stable; overflow-x: hidden; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._facts = Content()
        self._text = ""
        self._lines: list[Content] = []
        self._width = 0

    def show(self, facts: Content, text: str) -> None:
        """Show other words: short facts, and below them a text from outside."""
        self._facts = facts
        self._text = text
        self._width = 0
        self._wrap()
        self.scroll_home(animate=False, immediate=True)

    @property
    def is_longer_than_seen(self) -> bool:
        """Whether there is more than fits."""
        return self.virtual_size.height > self.size.height

    def on_resize(self) -> None:
        """Wrap anew when the width is another."""
        self._wrap()

    def notify_style_update(self) -> None:
        """Colours changed: draw anew."""
        super().notify_style_update()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One wrapped line."""
        width = self.size.width
        base = self.rich_style
        index = y + self.scroll_offset.y
        if index >= len(self._lines):
            return Strip.blank(width, base)
        strips = Visual.to_strips(self, self._lines[index], width, 1, self.visual_style, pad=True)
        return strips[0] if strips else Strip.blank(width, base)

    def _wrap(self) -> None:
        width = self.size.width
        if width <= 0 or width == self._width:
            return
        self._width = width
        lines = self._facts.wrap(width) if self._facts else []
        if self._text:
            left_out = len(self._text) - LONGEST
            words = present.content(self._text[:LONGEST])
            wrapped = words.wrap(width)[:_MOST_LINES]
            lines = [*lines, Content(), *wrapped] if lines else wrapped
            if left_out > 0:
                lines.append(present.joined((f"… and {present.number(left_out)} characters more", "$muted")))
        self._lines = lines
        self.virtual_size = Size(width, len(lines))
        self.refresh()
