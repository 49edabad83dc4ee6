"""The records that a figure or an alert counts: a list to read, to open one by one, and to work through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from screens.queue.shown import Whose as Queue
from screens.records.painter import RecordPainter, Shown
from screens.reports import words
from screens.timeline.stream import Subject
from store.database import Store
from store.queries import deals, queue
from store.queries.records import PAGE, RecordRow, records
from store.reports.figures import Records as Kind
from tui import present
from tui.commands import BY_ID, Command, Where, bindings
from tui.desk import Done
from tui.lead_screen import LeadRow, LeadScreen, Whose
from tui.widgets.key_line import KeyLine
from tui.widgets.line_table import LineTable


class Records(NamedTuple):
    """What to list: a title, words beside it, and the ids of records of one kind, in their order."""

    title: str
    cause: str
    ids: Sequence[int]
    kind: Kind = Kind.LEAD


class RecordsScreen(LeadScreen):
    """Opened with ``app.open_screen("records", Records(...))``; the verbs work on the at bat a record is about."""

    WHERE: ClassVar[tuple[Where, ...]] = (Where.LEADS, Where.LIST, Where.MARKS, Where.EVERYWHERE)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Where.LIST), BY_ID["back"].binding()]
    AUTO_FOCUS = "LineTable"
    DEFAULT_CSS: ClassVar[str] = """
    RecordsScreen #records-said { height: 1; padding: 0 1; background: $panel; color: $text-muted; }
    """

    table: getters.query_one[LineTable[Shown]] = getters.query_one(LineTable)
    said = getters.query_one("#records-said", Static)

    _opening: Records
    _rows: dict[int, Shown]

    async def prepare(self, opening: Records) -> None:
        """Read what the first frame shows."""
        self._opening = opening
        self._rows = await self.app.desk.read(_shown, opening.kind, opening.ids[:PAGE])

    def compose_body(self) -> ComposeResult:
        """What these are, above the list."""
        yield Static(id="records-said")
        with Vertical():
            app = self.app
            yield LineTable(
                RecordPainter(self._opening.kind, app.zone, app.desk.now), empty=Content("There are none."), opens=False
            )

    def begin(self) -> None:
        """Show what was read, from its first row."""
        app = self.app
        self.table.clear_marks()
        self.table.use(RecordPainter(self._opening.kind, app.zone, app.desk.now))
        self.table.load(self._opening.ids, self._rows)
        self._say()
        self.set_focus(self.table)

    # --- what the verbs ask ---

    def current_lead(self) -> LeadRow | None:
        """The at bat that the record under the cursor is about."""
        shown = self.table.cursor_row
        return shown.lead if shown is not None else None

    def whose(self) -> Whose | None:
        """Its person and company."""
        shown = self.table.cursor_row
        if shown is None or (shown.row.contact_id is None and shown.row.account_id is None):
            return None
        return Whose(shown.row.contact_id, shown.row.account_id)

    def offers(self, command: Command) -> bool:
        """What would do something to the record under the cursor, or to the marked ones."""
        if command.id == "timeline":
            return self.table.cursor_row is not None and not self.table.marked
        return self.works_on_it(command) and (command.id != "list.mark" or self._opening.kind is Kind.LEAD)

    def why_none(self, verb: str) -> str:
        """What to say where a record is about no at bat."""
        return f"This is about no single at bat: {self.app.key_of('timeline')} opens what it is about."

    def marked_ids(self) -> Sequence[int]:
        """The marked at bats in their order."""
        if self._opening.kind is not Kind.LEAD or not self.table.marked:
            return ()
        marked = self.table.marked
        return tuple(id for id in self.table.ids if id in marked)

    def marked_done(self, done: Done, did: frozenset[int]) -> None:
        """What was done is no longer marked."""
        self.table.unmark(did)
        self.app.hold_keys(self._again())

    def lead_done(self, done: Done) -> None:
        """Show how it stands now; it stays in the list, which says what was counted."""
        self.app.hold_keys(self._again())

    def neighbour(self, step: int) -> LeadRow | None:
        """Go to the record before or after, for the timeline’s keys; None at the end, or where none is about one."""
        table = self.table
        before = table.cursor_index
        for _ in range(abs(step)):
            table.action_down() if step > 0 else table.action_up()
        return self.current_lead() if table.cursor_index != before else None

    # --- keys ---

    def action_timeline(self) -> None:
        """Open the record: its timeline, its story, its company, its queue."""
        shown = self.table.cursor_row
        if shown is None:
            self.app.say("There is no record to open.", urgent=True)
            return
        row, app = shown.row, self.app
        if self._opening.kind is Kind.USER:
            app.open_screen("rep_queue", Queue(row.id, row.name))
        elif shown.lead is not None:
            app.open_screen("timeline", shown.lead)
        elif row.opportunity_id is not None:
            app.hold_keys(self._open_deal(row.opportunity_id))
        elif row.contact_id is not None:
            app.open_screen("timeline", Subject(row.contact_id, row.account_id))
        elif row.account_id is not None:
            app.open_screen("account", Whose(None, row.account_id))
        else:
            app.say("This record is about nobody that could be opened.", urgent=True)

    def action_back(self) -> None:
        """Take marks away, else back to where it was opened, on the same cell or row."""
        if self.table.marked:
            self.table.clear_marks()
        else:
            self.app.pop_screen()

    @on(LineTable.Selected)
    def _selected(self) -> None:
        self.action_timeline()

    @on(LineTable.Highlighted)
    def _highlighted(self) -> None:
        self.query_one(KeyLine).refresh()

    @on(LineTable.Marked)
    def _marks(self) -> None:
        self._say()

    @on(LineTable.RowsWanted)
    @work
    async def _rows_wanted(self, event: LineTable.RowsWanted) -> None:
        self.table.deliver(await self.app.desk.read(_shown, self._opening.kind, event.ids))

    # --- reading and showing ---

    async def _open_deal(self, opportunity_id: int) -> None:
        actor = self.app.desk.actor
        found = await self.app.desk.read(deals.deal, opportunity_id, actor.user_id if actor is not None else 0)
        if found is None:
            self.app.say("This opportunity is not there any more.", urgent=True)
        else:
            self.app.open_screen("deal_story", found)

    async def _again(self) -> None:
        """Read what is near the cursor again."""
        table = self.table
        first = max(table.cursor_index - PAGE, 0)
        ids = table.ids[first : table.cursor_index + PAGE]
        for id, shown in (await self.app.desk.read(_shown, self._opening.kind, list(ids))).items():
            table.patch(id, shown)

    def _say(self) -> None:
        self.query_one(KeyLine).refresh()
        opening = self._opening
        counted = words.counted(opening.kind, len(opening.ids))
        marked = f" · {len(self.table.marked):,} marked" if self.table.marked else ""
        cause = f"{present.safe(opening.cause, 200)} · " if opening.cause else ""
        self.said.update(
            present.joined((present.safe(opening.title, 120), "bold $foreground"), f"   {cause}{counted}{marked}")
        )


def _shown(store: Store, kind: Kind, ids: Sequence[int]) -> dict[int, Shown]:
    """The records, each with its at bat as the verbs need it: two queries, however many there are."""
    found: dict[int, RecordRow] = records(store, kind, list(ids))
    leads = queue.rows(store, sorted({row.lead_id for row in found.values() if row.lead_id is not None}))
    return {id: Shown(row, leads.get(row.lead_id or 0)) for id, row in found.items()}
