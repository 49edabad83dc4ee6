"""The top line: the main views, who is here, what time it is, how the clocks stand."""

from __future__ import annotations

from rich.cells import cell_len
from textual import events, getters
from textual.content import Content
from textual.widget import Widget

from store.instants import moment
from tui import present
from tui.frame import Frame
from tui.theme import Urgency

NAME = " At Bat  "
GAP = 2
_GIVES_WAY = ("sla", "person", "clock", "back", "late", "rules", "damaged")  # the least needed first


class HeaderLine(Widget):
    """One line; a click on a view's name goes there."""

    app = getters.app(Frame)
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    HeaderLine { dock: top; height: 1; background: $surface; color: $foreground; }
    """

    def __init__(self, view: str) -> None:
        super().__init__()
        self._view = view
        self._places: list[tuple[range, str]] = []

    def on_mount(self) -> None:
        """Follow what it shows."""
        for name in ("clock", "standing", "person", "damaged", "rules_problem"):
            self.watch(self.app, name, self._changed, init=False)

    def render(self) -> Content:
        """The line for the width there is: the right side gives way first, piece by piece, then the views' names."""
        left, parts = self._left_side(), self._right_side()
        for gone in ("", *_GIVES_WAY):
            parts.pop(gone, None)
            spaced = [piece for part in parts.values() for piece in (" · ", part)]
            right = present.joined(*spaced[1:])
            room = self.size.width - left.cell_length - right.cell_length - 1
            if room >= GAP:
                return Content.assemble(left, " " * room, right)
        return left.truncate(self.size.width, ellipsis=True)

    def on_click(self, event: events.Click) -> None:
        """Go to the view whose name was clicked."""
        for cells, view in self._places:
            if event.x in cells:
                self.app.call_later(self.app.run_action, f"view('{view}')")

    def _left_side(self) -> Content:
        parts: list[present.Part] = [(NAME, "bold")]
        at = cell_len(NAME)
        self._places = []
        for view in self.app.views:
            parts.append((f" {view.words} ", "reverse" if view.id == self._view else ""))
            width = cell_len(view.words) + 2
            self._places.append((range(at, at + width), view.id))
            at += width
        return present.joined(*parts)

    def _right_side(self) -> dict[str, present.Part]:
        app, late = self.app, Urgency.LATE
        parts: dict[str, present.Part] = {}
        if app.damaged:
            parts["damaged"] = (f"{late.sign} damaged, read only", late.style)
        if app.rules_problem:
            parts["rules"] = (f"{late.sign} rules file", late.style)
        if app.person is not None:
            parts["person"] = present.content(app.person.name, limit=24)
        if app.clock:
            local = moment(app.clock, app.zone)
            parts["clock"] = f"{local:%a %H:%M}"
        if app.standing is not None:
            if app.standing.sla is not None:
                parts["sla"] = f"SLA {present.percent(app.standing.sla)}"
            if app.standing.came_back:
                parts["back"] = (f"{late.sign} {app.standing.came_back} back", late.style)
            if app.standing.late:
                parts["late"] = (f"{late.sign} {app.standing.late} late", late.style)
        return parts

    def _changed(self) -> None:
        self.refresh()
