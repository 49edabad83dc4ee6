"""The line above the recycling list: how many may come back now and later, and on which tracks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from textual import getters
from textual.content import Content
from textual.widget import Widget

from store.queries.recycling import Recyclable, When
from tui import present
from tui.frame import Frame
from tui.theme import Urgency


class RecyclingStrip(Widget):
    """One line; counted from what the list shows."""

    app = getters.app(Frame)
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    RecyclingStrip { height: 1; color: $text-muted; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._rows: Sequence[Recyclable] = ()
        self._more = False
        self._ahead = True
        self._order = ""
        self._marked = 0
        self._changed = 0

    def show(self, rows: Sequence[Recyclable], *, more: bool, order: str, ahead: bool = True) -> None:
        """Count these; with ``more`` there are more who may come back now than were read.

        Without ``ahead`` those to come are not listed, and so not counted either.
        """
        self._ahead = ahead
        self._rows, self._more, self._order, self._changed = rows, more, order, 0
        self.refresh()

    def show_marked(self, count: int) -> None:
        """Say how many rows are marked, and what can be done with all of them."""
        if count != self._marked:
            self._marked = count
            self.refresh()

    def announce(self, changed: int) -> None:
        """Say that others changed the list, until it is taken in."""
        if changed != self._changed:
            self._changed = changed
            self.refresh()

    def render(self) -> Content:
        """Counts, then tracks; marks and what others changed in their place."""
        key, width = self.app.key_of, self.size.width
        if self._marked:
            said = (
                f" {self._marked:,} marked · {key('accept')} brings all of them back · {key('list.mark_all')} unmarks"
            )
            return present.content(said, "$accent").truncate(width, ellipsis=True)
        if self._changed:
            said = f" {present.count(self._changed, 'row')} changed since · {key('refresh')} takes it in"
            return present.content(said, "$warning").truncate(width, ellipsis=True)
        left = self._counts()
        order = present.joined((f"by {self._order}", "$foreground")) if self._order else Content()
        room = width - order.cell_length - (3 if self._order else 1)
        both = Content.assemble(left, "   " if self._rows else "", self._tracks()).truncate(room, ellipsis=True)
        return Content.assemble(" ", both, " " * max(room - both.cell_length + 1, 1), order)

    def _counts(self) -> Content:
        counts = Counter(row.when for row in self._rows)
        now = f"{counts[When.NOW]:,}{'+' if self._more else ''}"
        style = f"bold {Urgency.DUE.style}" if counts[When.NOW] else "bold $foreground"
        sign = f"{Urgency.DUE.sign} " if counts[When.NOW] else ""
        parts: list[present.Part] = ["Now ", (f"{sign}{now}", style)]
        if not self._ahead:
            return present.joined(*parts, "   those to come are hidden")
        for when, word in ((When.THIS_WEEK, "This week"), (When.LATER, "Later")):
            parts += [f"   {word} ", (f"{counts[when]:,}", "bold $foreground")]
        return present.joined(*parts)

    def _tracks(self) -> Content:
        """How many stand on each track, the most first."""
        tracks = Counter(row.track for row in self._rows)
        parts: list[present.Part] = []
        for track, count in tracks.most_common():
            words = present.safe(track.replace("_", " "), 20)
            parts += [" · " if parts else "", f"{words} ", (f"{count:,}", "$foreground")]
        return present.joined(*parts)
