"""The line above the queue: today's figures at the left, the views at the right, and what others changed."""

from __future__ import annotations

from textual import getters, work
from textual.content import Content
from textual.widget import Widget

from store.queries.today import Today, today
from store.rules.queue_views import View
from tui import present
from tui.frame import Frame, Standing

_NAMES = {View.ALL: "All", View.HOT: "Hot", View.CALLBACKS: "Callbacks", View.EXPIRING: "Expiring", View.NEW: "New"}


class Strip(Widget):
    """One line; figures are read when something was done and once a minute."""

    app = getters.app(Frame)
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Strip { height: 1; color: $text-muted; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._view = View.ALL
        self._today: Today | None = None
        self._came = 0
        self._went = 0

    def show_view(self, view: View) -> None:
        """Mark the view that is open."""
        self._view = view
        self.refresh()

    def announce(self, came: int, went: int) -> None:
        """Say what others changed, until it is taken in."""
        if (came, went) != (self._came, self._went):
            self._came, self._went = came, went
            self.refresh()

    @work(exclusive=True)
    async def refresh_figures(self) -> None:
        """Read the figures again."""
        person = self.app.person
        if person is None:
            return
        self._today = await self.app.desk.read(today, person.id, self.app.desk.now(), zone=self.app.zone)
        self.app.standing = Standing(self._today.sla, self._today.late)
        self.refresh()

    def render(self) -> Content:
        """Figures, then views; the figures give way first."""
        right = self._views()
        left = self._figures()
        room = self.size.width - left.cell_length - right.cell_length - 2
        if room < 1:
            return (
                right.truncate(self.size.width, ellipsis=True)
                if room < -40
                else Content.assemble(
                    " ", left.truncate(max(0, left.cell_length + room - 1), ellipsis=True), " ", right
                )
            )
        return Content.assemble(" ", left, " " * room, right, " ")

    def _figures(self) -> Content:
        if self._came or self._went:
            words = [f"{self._came} new"] if self._came else []
            words += [f"{self._went} gone"] if self._went else []
            key = self.app.key_of("refresh")
            return present.content(f"others changed the list: {', '.join(words)} · {key} takes it in", "$warning")
        figures = self._today
        if figures is None:
            return Content("")
        parts = [
            present.count(figures.attempts, "attempt"),
            present.count(figures.connects, "connect"),
            present.count(figures.meetings, "meeting"),
        ]
        if figures.first_touch is not None:
            parts.append(f"first touch {present.span(figures.first_touch)}")
        return present.joined("today  ", " · ".join(parts))

    def _views(self) -> Content:
        figures = self._today
        counts = dict(figures.views) if figures else {}
        parts: list[present.Part] = []
        for view, name in _NAMES.items():
            style = "bold $foreground" if view is self._view else ""
            count = counts.get(view.value)
            words = f"{name} {count}" if count is not None else name
            parts += [present.content(words, style), "  "]
        if self._view is View.LATER:
            parts += [present.content("Later", "bold $foreground"), "  "]
        return present.joined(*parts[:-1])
