"""The lines below a report: the figure the cursor is on, what its column counts, and what it is held against."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from screens.reports import words
from screens.reports.body import Spot
from tui import present

_LONGEST = 300


class AboutLines(Static):
    """A line each, cut where the window is narrow, so that nothing moves from figure to figure."""

    DEFAULT_CSS = """
    AboutLines { height: 3; padding: 0 1; background: $panel; color: $text-muted; }
    """

    def show(self, spot: Spot | None, currency: str, enough: int = 0) -> None:
        """Say what is known of a figure, a share judged from ``enough`` cases up; nothing where there is none."""
        if spot is None:
            self.update(Content())
            return
        width = self.app.size.width - 2
        lines = [
            words.about(spot.line, spot.column, spot.cell, currency, width),
            present.content(" · ".join(filter(None, (spot.column.note, words.sure(spot.cell)))), limit=_LONGEST),
            present.joined(words.held_against(spot.cell, enough)),
        ]
        self.update(Content("\n").join(line.truncate(width, ellipsis=True) for line in lines))
