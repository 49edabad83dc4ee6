"""The queue: the first thing a rep sees, best next action first, with the five questions beside it."""

from __future__ import annotations

from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content

from screens.queue.painter import QueuePainter
from screens.queue.preview import Preview
from screens.queue.strip import Strip
from store.queries import queue as queries
from store.queries.queue import Placed, Queue, QueueRow
from store.rules.queue_views import View
from tui.commands import Where, bindings
from tui.desk import Change, Done
from tui.lead_screen import LeadRow, LeadScreen
from tui.widgets.line_table import LineTable

_EMPTY = {
    View.ALL: "Nothing is due. {later} shows what is due later, {new} opens an at bat for an inbound call.",
    View.HOT: "Nobody is waiting for a first answer.",
    View.CALLBACKS: "No promise is open.",
    View.EXPIRING: "Nothing is about to expire.",
    View.NEW: "Everything new has been touched.",
    View.LATER: "Nothing is planned for later.",
}


class QueueScreen(LeadScreen):
    """One rep's list. Nothing moves under the cursor: what others did is announced and taken in when asked."""

    VIEW = "queue"
    WHERE: ClassVar[tuple[Where, ...]] = (Where.LEADS, Where.QUEUE, Where.LIST, Where.EVERYWHERE)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Where.QUEUE)]
    AUTO_FOCUS = "LineTable"

    table = getters.query_one(LineTable)
    strip = getters.query_one(Strip)
    preview = getters.query_one(Preview)

    def __init__(self) -> None:
        super().__init__()
        self._view = View.ALL
        self._two_lines = False

    def compose_body(self) -> ComposeResult:
        """Strip on top, list at the left, preview at the right."""
        self._two_lines = self._needs_two_lines()
        yield Strip()
        with Horizontal():
            with Vertical(id="list"):
                yield LineTable(self._painter(), opens=False)
            yield Preview()

    def on_mount(self) -> None:
        """Show the first page with the first frame."""
        self._show(self.app.desk.read_now(queries.queue, self._owner, self.app.desk.now(), zone=self.app.zone))
        self.watch(self.app, "clock", self._minute, init=False)
        self.app.changed.subscribe(self, self._changed)
        self.strip.refresh_figures()

    # --- what the verbs ask ---

    def current_lead(self) -> LeadRow | None:
        """The row under the cursor."""
        row: QueueRow | None = self.table.cursor_row
        return row

    def lead_done(self, done: Done) -> None:
        """Patch the row, or go on to the next one when it left its place."""
        self.strip.refresh_figures()
        if done.lead_id is not None:
            self.app.hold_keys(self._after(done.lead_id))

    async def _after(self, lead_id: int) -> None:
        table = self.table
        ids = [other for other in table.ids if other != lead_id]
        before: QueueRow | None = table.cursor_row if table.cursor_id == lead_id else None
        placed: Placed = await self.app.desk.read(
            queries.place, ids, lead_id, self._owner, self.app.desk.now(), self.app.zone, self._view
        )
        listed = len(ids) < table.row_count
        if placed.row is None or placed.index is None:
            if listed:
                table.remove_row(lead_id)
        elif not listed:
            table.insert_row(lead_id, placed.row, placed.index, select=True)
        elif before is not None and before.lead.touches == placed.row.lead.touches:
            table.patch(lead_id, placed.row)
        else:
            self._move_on(lead_id, placed.row, placed.index)

    def _move_on(self, lead_id: int, row: QueueRow, index: int) -> None:
        """Put the row where it belongs now, with the cursor on the one that came next."""
        table = self.table
        table.remove_row(lead_id)
        following = table.cursor_id
        table.insert_row(lead_id, row, index)
        if following is not None:
            table.move_to(following)

    # --- what the queue itself does ---

    def action_saved_view(self) -> None:
        """The next view."""
        views = list(View)
        self._open_view(views[(views.index(self._view) + 1) % len(views)])

    def action_later(self) -> None:
        """What is due later, and back."""
        self._open_view(View.ALL if self._view is View.LATER else View.LATER)

    def action_refresh(self) -> None:
        """Take in what others changed."""
        self._read(self.table.cursor_id)

    def neighbour(self, step: int) -> QueueRow | None:
        """Move the cursor by ``step`` rows and give the row there, for the timeline's previous and next."""
        table = self.table
        before = table.cursor_index
        for _ in range(abs(step)):
            table.action_down() if step > 0 else table.action_up()
        row: QueueRow | None = table.cursor_row
        return row if table.cursor_index != before else None

    def _open_view(self, view: View) -> None:
        self._view = view
        self.strip.show_view(view)
        self._read(None)

    @property
    def _owner(self) -> int | None:
        return self.app.person.id if self.app.person else None

    def _painter(self) -> QueuePainter:
        app = self.app
        return QueuePainter(app.team.rules, app.zone, app.desk.now, self._owner, two_lines=self._two_lines)

    def _show(self, found: Queue, keep: int | None = None) -> None:
        keys = {name: self.app.key_of(command) for name, command in _KEYS.items()}
        self.table.set_empty(Content(_EMPTY[self._view].format(**keys)))
        self.table.load(found.ids, found.rows, keep)
        self.strip.announce(0, 0)
        if not found.whole:
            self._read(self.table.cursor_id)

    @work(exclusive=True, group="queue")
    async def _read(self, keep: int | None) -> None:
        found = await self.app.desk.read(
            queries.queue, self._owner, self.app.desk.now(), zone=self.app.zone, view=self._view, limit=-1
        )
        self._show(found, keep)

    @on(LineTable.RowsWanted)
    @work
    async def _rows_wanted(self, event: LineTable.RowsWanted) -> None:
        self.table.deliver(await self.app.desk.read(queries.rows, event.ids))

    @on(LineTable.Highlighted)
    def _highlighted(self, event: LineTable.Highlighted) -> None:
        self.preview.call_after_refresh(self.preview.show, event.id)  # the cursor moves first

    @on(LineTable.Selected)
    def _selected(self, event: LineTable.Selected) -> None:
        self.action_timeline()

    def _minute(self) -> None:
        self.table.repaint()
        self.strip.refresh_figures()

    def _changed(self, change: Change) -> None:
        if change.done is None and self.is_current:
            self._look()

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        """Bring what is on the screen up to date in place, and count what would come or go."""
        now = self.app.desk.now()
        found = await self.app.desk.read(queries.queue, self._owner, now, zone=self.app.zone, view=self._view, limit=-1)
        here = set(self.table.ids)
        there = set(found.ids)
        rows = await self.app.desk.read(queries.rows, [*self.table.ids[: queries.PAGE]])
        for lead_id, row in rows.items():
            self.table.patch(lead_id, row)
        self.strip.announce(len(there - here), len(here - there))
        self.strip.refresh_figures()

    def on_resize(self) -> None:
        """Draw rows on as many lines as the window now asks for."""
        two_lines = self._needs_two_lines()
        if two_lines is not self._two_lines:
            self._two_lines = two_lines
            self.table.use(self._painter())

    def _needs_two_lines(self) -> bool:
        """Whether list and preview share a window that is not wide."""
        return 110 <= self.app.size.width < 160


_KEYS = {"later": "later", "new": "new_lead"}
