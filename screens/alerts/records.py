"""The at bats that an alert about a share counts: a list to read and work through."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from screens.queue.painter import QueuePainter
from store.queries import queue
from store.queries.queue import QueueRow
from store.queries.shares import counted
from store.vocabulary import AlertKind
from tui import present
from tui.commands import BY_ID, Where, bindings
from tui.desk import Done
from tui.lead_screen import LeadRow, LeadScreen
from tui.widgets.line_table import LineTable


class Records(NamedTuple):
    """What to list: the alert's words and cause, its kind, and the record it stands on."""

    title: str
    cause: str
    kind: AlertKind | None
    entity_id: int


class RecordsScreen(LeadScreen):
    """Opened with ``app.open_screen("records", Records(...))``; rows are drawn as in the queue."""

    WHERE: ClassVar[tuple[Where, ...]] = (Where.LEADS, Where.LIST, Where.EVERYWHERE)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Where.LIST), BY_ID["back"].binding()]
    AUTO_FOCUS = "LineTable"
    DEFAULT_CSS: ClassVar[str] = """
    RecordsScreen #records-said { height: 1; padding: 0 1; background: $panel; color: $text-muted; }
    """

    table: getters.query_one[LineTable[QueueRow]] = getters.query_one(LineTable)
    said = getters.query_one("#records-said", Static)

    _opening: Records
    _ids: tuple[int, ...] = ()
    _rows: dict[int, QueueRow]

    async def prepare(self, opening: Records) -> None:
        """Read what the first frame shows."""
        self._opening = opening
        desk = self.app.desk
        self._ids = (
            () if opening.kind is None else await desk.read(counted, opening.kind, opening.entity_id, desk.now())
        )
        self._rows = await desk.read(queue.rows, self._ids[: queue.PAGE])

    def compose_body(self) -> ComposeResult:
        """What these are, above the list."""
        yield Static(id="records-said")
        with Vertical():
            app = self.app
            painter = QueuePainter(app.team.rules, app.zone, app.desk.now, None, two_lines=False)
            yield LineTable(painter, empty=Content("There are none any more."), markable=False, opens=False)

    def begin(self) -> None:
        """Show what was read, from its first row."""
        self.table.load(self._ids, self._rows)
        words = f"{present.safe(self._opening.cause, 200)} · {present.count(len(self._ids), 'at bat')}"
        self.said.update(present.joined((present.safe(self._opening.title), "bold $foreground"), f"   {words}"))
        self.set_focus(self.table)

    def current_lead(self) -> LeadRow | None:
        """The row under the cursor."""
        row: QueueRow | None = self.table.cursor_row
        return row

    def lead_done(self, done: Done) -> None:
        """Patch the row."""
        if done.lead_id is not None:
            self.app.hold_keys(self._patch(done.lead_id))

    async def _patch(self, lead_id: int) -> None:
        row = await self.app.desk.read(queue.row, lead_id)
        if row is not None and lead_id in self._ids:
            self.table.patch(lead_id, row)

    def action_back(self) -> None:
        """Back to the alerts, on the same row."""
        self.app.pop_screen()

    @on(LineTable.Selected)
    def _selected(self) -> None:
        self.action_timeline()

    @on(LineTable.RowsWanted)
    @work
    async def _rows_wanted(self, event: LineTable.RowsWanted) -> None:
        self.table.deliver(await self.app.desk.read(queue.rows, event.ids))
