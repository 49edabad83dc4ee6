"""The alerts: what a person must see, what is late first; enter goes to the record, the verbs work on its at bat."""

from __future__ import annotations

from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from screens.alerts.painter import AlertPainter
from screens.records.screen import Records
from store.queries import deals as deal_queries
from store.queries.alerts import AlertRow, open_alerts
from store.queries.shares import counted
from tui import present
from tui.commands import BY_ID, Where, bindings
from tui.desk import Change, Done
from tui.lead_screen import LeadRow, LeadScreen, Whose
from tui.widgets.line_table import LineTable


class AlertScreen(LeadScreen):
    """Opened with ``app.open_screen("alerts", None)``; what was mended leaves the list by itself."""

    WHERE: ClassVar[tuple[Where, ...]] = (Where.LEADS, Where.LIST, Where.EVERYWHERE)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Where.LIST), BY_ID["back"].binding()]
    AUTO_FOCUS = "LineTable"
    DEFAULT_CSS: ClassVar[str] = """
    AlertScreen #alerts-said { height: 1; padding: 0 1; background: $panel; color: $text-muted; }
    """

    table: getters.query_one[LineTable[AlertRow]] = getters.query_one(LineTable)
    said = getters.query_one("#alerts-said", Static)

    _rows: tuple[AlertRow, ...] = ()

    def __init__(self) -> None:
        super().__init__()
        self._done: list[Done] = []  # what the screen behind has not been told yet

    async def prepare(self, opening: object) -> None:
        """Read what the first frame shows."""
        self._rows = await self._read()

    def compose_body(self) -> ComposeResult:
        """What these are, above the list."""
        yield Static(id="alerts-said")
        with Vertical():
            app = self.app
            painter = AlertPainter(app.desk.now, app.person.name if app.person else "")
            yield LineTable(painter, empty=Content(self._empty()), markable=False, opens=False)

    def begin(self) -> None:
        """Show what was read, from its first row."""
        self._show(self._rows, None)
        self.set_focus(self.table)

    def on_mount(self) -> None:
        """Follow the clock and the store."""
        self.watch(self.app, "clock", self._look_soon, init=False)
        self.app.changed.subscribe(self, self._changed)

    # --- what the verbs ask ---

    def current_lead(self) -> LeadRow | None:
        """The at bat of the alert under the cursor, where it is about one."""
        row: AlertRow | None = self.table.cursor_row
        return row.lead if row is not None else None

    def whose(self) -> Whose | None:
        """Its person and company; the company alone where the alert is about that."""
        row: AlertRow | None = self.table.cursor_row
        if row is not None and row.entity == "account":
            return Whose(None, row.entity_id)
        return super().whose()

    def why_none(self, verb: str) -> str:
        """What to do where an alert is about no at bat."""
        if self.table.cursor_row is None:
            return "No alert is selected."
        return f"This alert is about no single at bat: {self.app.key_of('timeline')} opens what it is about."

    def lead_done(self, done: Done) -> None:
        """Read the alerts again, before the next key."""
        self._done.append(done)
        self.app.hold_keys(self._once_more())

    def action_timeline(self) -> None:
        """Go to the record."""
        row: AlertRow | None = self.table.cursor_row
        if row is None:
            self.app.say("No alert is selected.", urgent=True)
        elif row.lead is not None:
            self.app.open_screen("timeline", row.lead)
        elif row.entity == "opportunity":
            self.app.hold_keys(self._open_deal(row.entity_id))
        elif row.entity == "account":
            self.app.open_screen("account", Whose(None, row.entity_id))
        else:
            self.app.hold_keys(self._open_records(row))

    def action_back(self) -> None:
        """Back to where it was opened, which hears of what was done here."""
        self.app.pop_screen()
        done, self._done = self._done, []
        screen = self.app.screen
        if done and isinstance(screen, LeadScreen):
            screen.lead_done(done[-1])

    async def put_away(self) -> None:
        """A main view looks for itself at what was done meanwhile."""
        self._done.clear()

    @on(LineTable.Selected)
    def _selected(self) -> None:
        self.action_timeline()

    async def _open_records(self, row: AlertRow) -> None:
        """List the at bats that an alert on a share counts."""
        desk = self.app.desk
        ids = () if row.kind is None else await desk.read(counted, row.kind, row.entity_id, desk.now())
        self.app.open_screen("records", Records(row.words, row.cause, ids))

    async def _open_deal(self, opportunity_id: int) -> None:
        me = self.app.person.id if self.app.person else 0
        deal = await self.app.desk.read(deal_queries.deal, opportunity_id, me)
        if deal is not None:
            self.app.open_screen("deal_story", deal)

    # --- the list ---

    async def _read(self) -> tuple[AlertRow, ...]:
        person = self.app.person
        return await self.app.desk.read(open_alerts, person.id) if person is not None else ()

    async def _once_more(self) -> None:
        self._show(await self._read(), self.table.cursor_id)

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        await self._once_more()

    def _look_soon(self) -> None:
        if self.app.screen is self:
            self._look()

    def on_screen_resume(self) -> None:
        """Coming back, show how it stands now."""
        if self.is_mounted and self._rows:
            self._look()

    def _changed(self, change: Change) -> None:
        if change.done is None:
            self._look_soon()

    def _show(self, rows: tuple[AlertRow, ...], keep: int | None) -> None:
        self._rows = rows
        by_id = {row.id: row for row in rows}
        self.table.load(list(by_id), by_id, keep)
        self.said.update(self._words(rows))

    def _words(self, rows: tuple[AlertRow, ...]) -> Content:
        key = self.app.key_of
        late = sum(row.urgent for row in rows)
        how_many = present.count(len(rows), "alert") if rows else "No alerts"
        keys = [f"{key('timeline')} opens", f"{key('back')} goes back"]
        if any(row.kind is None for row in rows):
            keys.insert(1, f"{key('approve')} decides")
        return present.joined(
            (how_many, "bold $foreground"), f"{f', {late} of something late' if late else ''}   {' · '.join(keys)}"
        )

    def _empty(self) -> str:
        return f"Nothing needs a word from you. {self.app.key_of('back')} goes back."
