"""The alerts: what a person must see, what is late first; enter goes to the record, the verbs work on its at bat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import Static

from screens.alerts.painter import AlertPainter
from screens.alerts.pane import AlertPane
from screens.records.screen import Records
from store.queries import deals as deal_queries
from store.queries.alerts import AlertRow, open_alerts
from store.queries.shares import counted
from tui import present
from tui.commands import BY_ID, Command, Where, bindings
from tui.desk import Change, Done
from tui.lead_screen import LeadRow, LeadScreen, Whose
from tui.widgets.key_line import KeyLine
from tui.widgets.line_table import LineTable


class Waiting(NamedTuple):
    """Only what waits for a team lead's word: of somebody, or of everybody where ``owner_id`` is None."""

    owner_id: int | None = None
    name: str = ""


class AlertScreen(LeadScreen):
    """Opened with ``app.open_screen("alerts", None)``, or with what to list of them; what was mended leaves by itself.

    An act on marked rows is done to the at bats they are about; a row that tells of many stands for all of them.
    """

    WHERE: ClassVar[tuple[Where, ...]] = (Where.LEADS, Where.LIST, Where.MARKS, Where.EVERYWHERE)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Where.LIST), BY_ID["back"].binding()]
    AUTO_FOCUS = "LineTable"
    FIRST_IN_KEY_LINE = ("approve",)
    DEFAULT_CSS: ClassVar[str] = """
    AlertScreen #alerts-said { height: 1; padding: 0 1; background: $panel; color: $text-muted; }
    """

    table: getters.query_one[LineTable[AlertRow]] = getters.query_one(LineTable)
    said = getters.query_one("#alerts-said", Static)
    pane = getters.query_one(AlertPane)

    _rows: tuple[AlertRow, ...] = ()
    _only: Waiting | None = None

    def __init__(self) -> None:
        super().__init__()
        self._done: list[Done] = []  # what the screen behind has not been told yet

    async def prepare(self, opening: Waiting | None) -> None:
        """Read what the first frame shows."""
        self._only = opening
        self._rows = await self._read()

    def compose_body(self) -> ComposeResult:
        """What these are, above the list."""
        yield Static(id="alerts-said")
        app = self.app
        painter = AlertPainter(app.desk.now, app.person.name if app.person else "")
        with Container(id="alerts"):
            with Vertical(id="alert-list"):
                yield LineTable(painter, empty=Content(self._empty()), opens=False)
            yield AlertPane()

    def begin(self) -> None:
        """Show what was read, from its first row."""
        self.table.clear_marks()
        self.table.set_empty(Content(self._empty()))
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

    def offers(self, command: Command) -> bool:
        """What would do something to the row under the cursor, or to the marked ones."""
        if command.id == "timeline":
            return self.table.cursor_row is not None and not self.table.marked
        return self.works_on_it(command)

    def why_none(self, verb: str) -> str:
        """What to do where an alert is about no at bat."""
        if self.table.cursor_row is None:
            return "No alert is selected."
        return f"This alert is about no single at bat: {self.app.key_of('timeline')} opens what it is about."

    def marked_ids(self) -> Sequence[int]:
        """The at bats of the marked rows, each once, in the order of the list."""
        marked = self.table.marked
        return tuple(dict.fromkeys(id for row in self._rows if row.id in marked for id in row.acted_on))

    def marked_done(self, done: Done, did: frozenset[int]) -> None:
        """Read the alerts again; a row loses its mark once all it is about was done."""
        self.table.unmark([row.id for row in self._rows if did.issuperset(row.acted_on)])
        self.lead_done(done)

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
        elif row.leads:
            self.app.open_screen("records", Records(f"{row.name}: {row.words}", "", row.leads))
        else:
            self.app.hold_keys(self._open_records(row))

    def action_back(self) -> None:
        """Take marks away, else back to where it was opened, which hears of what was done here."""
        if self.table.marked:
            self.table.clear_marks()
            return
        self.app.pop_screen()
        done, self._done = self._done, []
        screen = self.app.screen
        if done and isinstance(screen, LeadScreen):
            screen.lead_done(done[-1])

    async def put_away(self) -> None:
        """A main view looks for itself at what was done meanwhile."""
        self._done.clear()

    @on(LineTable.Marked)
    def _marked(self) -> None:
        """Nothing is done to many but at bats: the marks of other rows go, and it is said why."""
        others = [row.id for row in self._rows if not row.acted_on and row.id in self.table.marked]
        if others:
            self.table.unmark(others)
            what = "alerts are" if len(others) > 1 else "alert is"
            self.app.say(
                f"{len(others)} {what} about no at bat, and not marked: {self.app.key_of('timeline')} opens one.",
                urgent=True,
            )
        self._say()

    @on(LineTable.Highlighted)
    def _highlighted(self) -> None:
        self._say()
        self.pane.call_after_refresh(self.pane.show, self.table.cursor_row)  # the cursor first

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
        person, only = self.app.person, self._only
        rows = await self.app.desk.read(open_alerts, person.id) if person is not None else ()
        if only is None:
            return rows
        return tuple(row for row in rows if row.waits and only.owner_id in (None, _owner(row)))

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
        self._say()
        self.pane.show(self.table.cursor_row)

    def _say(self) -> None:
        """What these are, and the keys that do something now."""
        self.said.update(self._words(self._rows))
        self.query_one(KeyLine).refresh()

    def _words(self, rows: tuple[AlertRow, ...]) -> Content:
        key = self.app.key_of
        late = sum(row.urgent for row in rows)
        what = "alert" if self._only is None else "closing"
        how_many = present.count(len(rows), what) if rows else f"No {what}s"
        if self._only is not None and rows:
            how_many += f"{self._of()} {'waits' if len(rows) == 1 else 'wait'} for approval"
        marked = len(self.marked_ids())
        keys = [*([f"{key('timeline')} opens"] if rows else []), f"{key('back')} goes back"]
        row: AlertRow | None = self.table.cursor_row
        if row is not None and row.waits and self.offers(BY_ID["approve"]):
            keys.insert(1, f"{key('approve')} decides")
        if marked:
            acts = " ".join(key(act) for act in _ON_MARKED)
            more = f"{key('palette')} sets motion or campaign"
            keys = [f"{acts} act on {present.count(marked, 'marked at bat')}", more, f"{key('back')} unmarks"]
        return present.joined(
            (how_many, "bold $foreground"), f"{f', {late} of something late' if late else ''}   {' · '.join(keys)}"
        )

    def _of(self) -> str:
        return f" of {present.safe(self._only.name, 40)}’s" if self._only is not None and self._only.name else ""

    def _empty(self) -> str:
        back = f"{self.app.key_of('back')} goes back."
        if self._only is not None:
            return f"Nothing{self._of()} waits for approval. {back}"
        return f"Nothing needs a word from you. {back}"


_ON_MARKED = ("approve", "reassign", "close", "extend", "snooze", "accept")


def _owner(row: AlertRow) -> int | None:
    return row.lead.lead.owner_id if row.lead is not None else None
