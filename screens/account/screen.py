"""A whole company on one page: its facts, everybody there in both pools, and one stream of what happened."""

from __future__ import annotations

from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import Input

from screens.account.head import CompanyHead
from screens.account.people import people_painter
from screens.account.stream import CompanyStream, first_of
from screens.timeline.stream import Stream, Subject
from store.database import Store
from store.queries import account as queries
from store.queries.account import Company, People, PersonLine
from store.queries.likely import KnownCompany, KnownPerson
from tui import present
from tui.commands import BY_ID, Where, bindings
from tui.desk import Change, Done
from tui.lead_screen import LeadRow, LeadScreen, Whose
from tui.person_screen import PersonScreen
from tui.widgets.line_table import LineTable

_LONGEST_FIND = 100
_BESIDE = 160  # cells from which the stream stands beside the people
_AROUND = 7  # lines: top line, company, two rules, keys


class AccountScreen(PersonScreen):
    """Opened with ``app.open_screen("account", Whose(...))``: the cursor begins on the person, the verbs are theirs."""

    WHERE: ClassVar[tuple[Where, ...]] = (Where.LEADS, Where.ACCOUNT, Where.LIST, Where.EVERYWHERE)
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Where.ACCOUNT),
        *(BY_ID[id].binding() for id in ("back", "new_lead")),
    ]
    AUTO_FOCUS = "#people LineTable"

    head = getters.query_one(CompanyHead)
    table: getters.query_one[LineTable[PersonLine]] = getters.query_one("#people LineTable", LineTable)
    stream = getters.query_one(CompanyStream)
    filter = getters.query_one("#filter", Input)

    _whose: Whose
    _company: Company | None
    _people: People
    _stream: Stream

    def __init__(self) -> None:
        super().__init__()
        self._find = ""
        self._done: list[Done] = []  # what the screen behind has not been told yet

    async def prepare(self, opening: Whose) -> None:
        """Read what the first frame shows."""
        self.workers.cancel_node(self)
        self._whose, self._find = opening, ""
        await self._read()

    def compose_body(self) -> ComposeResult:
        """The company, the letters that narrow its people, the people, the stream."""
        app = self.app
        yield CompanyHead()
        yield Input(id="filter", placeholder="letters of a name or title", max_length=_LONGEST_FIND)
        with Container(id="company"):
            with Vertical(id="people"):
                yield LineTable(people_painter(app.desk.now, app.zone), markable=False, opens=False)
            with Vertical(id="stream"):
                yield CompanyStream(app.zone, app.desk.now)

    def begin(self) -> None:
        """Show what was read, with the person it was opened on under the cursor."""
        with self.prevent(Input.Changed):
            self.filter.value = ""
        self.remove_class("-filtering")
        self._show()
        self.stream.show(self._subject, self._stream)
        if self._whose.contact_id is not None:
            self.table.move_to(self._whose.contact_id)
        self.set_focus(self.table)

    def on_mount(self) -> None:
        """Follow the clock and the store."""
        self.watch(self.app, "clock", self._minute, init=False)
        self.app.changed.subscribe(self, self._changed)

    def on_resize(self) -> None:
        """Where people and stream stand one above the other, each has at least half of the room."""
        stacked = self.size.width < _BESIDE
        self.table.styles.max_height = max((self.size.height - _AROUND) // 2, 4) if stacked else None

    # --- what the verbs ask ---

    @property
    def person(self) -> PersonLine | None:
        """Who is selected: the line under the cursor, unless the company itself or the stream has the focus."""
        elsewhere = self.head.has_focus or self.stream.has_focus
        return None if elsewhere else self.table.cursor_row

    def current_lead(self) -> LeadRow | None:
        """The open at bat of whoever is selected."""
        person: PersonLine | None = self.table.cursor_row
        return person.lead if person is not None else None

    def whose(self) -> Whose:
        """Whoever is selected; the company where nobody is."""
        person = self.person
        return Whose(person.contact_id if person is not None else None, self._account_id)

    def why_none(self, verb: str) -> str:
        """What to do about somebody without an open at bat."""
        person, key = self.table.cursor_row, self.app.key_of("new_lead")
        if person is None:
            return f"Nobody is selected: {key} opens an at bat here."
        if person.suppressed:
            return f"{present.safe(person.name, 60)} asked not to be contacted."
        return f"{present.safe(person.name, 60)} has no open at bat: {key} opens one."

    def neighbour(self, step: int) -> LeadRow | None:
        """The next person with an open at bat, for a timeline's previous and next."""
        table = self.table
        while True:
            before = table.cursor_index
            table.action_down() if step > 0 else table.action_up()
            if table.cursor_index == before:
                return None
            if (row := self.current_lead()) is not None:
                return row

    def lead_done(self, done: Done) -> None:
        """Show it at once; the screen behind hears of it when it is in front again."""
        self._done.append(done)
        self.app.hold_keys(self._again())

    # --- what the page itself does ---

    def action_timeline(self) -> None:
        """The selected person's whole story; from the stream, the company's."""
        person: PersonLine | None = self.table.cursor_row
        if self.stream.has_focus or person is None or person.contact_id is None:
            lead = person.lead.id if person is not None and person.lead is not None else None
            self.app.open_screen("timeline", Subject(None, self._account_id, lead))
        else:
            lead = person.lead.id if person.lead is not None else None
            self.app.open_screen("timeline", Subject(person.contact_id, person.account_id, lead))

    def action_company(self) -> None:
        """Where somebody who has left works now; otherwise this is the page."""
        person = self.person
        if person is not None and person.former and person.account_id is not None:
            self.app.open_screen("account", Whose(person.contact_id, person.account_id))
        else:
            self.app.say("This is the whole company.")

    def action_new_lead(self) -> None:
        """A new at bat: for the selected person where they have none, else for somebody new here."""
        person, company = self.person, self._company
        opening: KnownPerson | KnownCompany | None = None
        if company is not None and person is not None and person.contact_id is not None and person.lead is None:
            opening = KnownPerson(
                person.contact_id,
                person.account_id,
                person.name,
                person.title,
                "" if person.former else company.name,
                person.suppressed,
                person.at_bats,
                None,
                "",
            )
        elif company is not None:
            opening = KnownCompany(
                company.id, company.name, company.industry, company.size, company.owner, company.people.worked
            )
        self.app.open_dialog("new_lead", opening, self.verb_done)

    def action_filter(self) -> None:
        """Type letters of a name or a title."""
        self.add_class("-filtering")
        self.set_focus(self.filter)

    def action_back(self) -> None:
        """From the letters to everybody, from there back to where this page was opened."""
        if self.filter.has_focus or self._find:
            self.filter.value = ""
            self.remove_class("-filtering")
            self.set_focus(self.table)
            return
        behind = self._behind
        self.dismiss()
        if behind is not None:
            last = {done.lead_id: done for done in self._done}
            self._done.clear()
            for done in last.values():
                behind.lead_done(done)

    async def put_away(self) -> None:
        """A main view looks for itself at what was done meanwhile."""
        self._done.clear()

    @property
    def _behind(self) -> LeadScreen | None:
        stack = self.app.screen_stack
        below = stack[stack.index(self) - 1] if self in stack[1:] else None
        return below if isinstance(below, LeadScreen) else None

    @on(Input.Changed, "#filter")
    def _typed(self, event: Input.Changed) -> None:
        letters = event.value.strip()
        if letters != self._find:
            self._find = letters
            self._narrow()

    @on(Input.Submitted, "#filter")
    def _found(self) -> None:
        self.set_focus(self.table)
        self.set_class(bool(self._find), "-filtering")

    # --- reading and showing ---

    @property
    def _account_id(self) -> int:
        """The company, or the one it was merged into."""
        return self._company.id if self._company is not None else self._whose.account_id or 0

    @property
    def _subject(self) -> Subject:
        return Subject(None, self._account_id)

    async def _read(self) -> None:
        found = await self.app.desk.read(_page, self._whose.account_id or 0, self._find)
        self._company, self._people, self._stream = found

    async def _again(self) -> None:
        """Read it again; the same person stays under the cursor."""
        keep = self.table.cursor_id
        await self._read()
        self._show(keep)
        await self.stream.renew(self._stream)

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        await self._again()

    @work(exclusive=True, group="narrow")
    async def _narrow(self) -> None:
        self._people = await self.app.desk.read(queries.people, self._account_id, self._find)
        self._show(self.table.cursor_id)

    def _show(self, keep: int | None = None) -> None:
        self.head.show(self._company)
        self.table.set_empty(self._empty())
        self.table.load(self._people.ids, self._people.rows, keep)

    def _empty(self) -> Content:
        key = self.app.key_of
        if self._find:
            return Content(f"Nobody here has these letters. {key('back')} shows everybody again.")
        return Content(
            f"Nobody is known here yet: {key('new_lead')} opens an at bat and names the first person; "
            f"{key('edit')} edits the company."
        )

    @on(LineTable.RowsWanted, "#people LineTable")
    @work
    async def _rows_wanted(self, event: LineTable.RowsWanted) -> None:
        self.table.deliver(await self.app.desk.read(queries.rows, self._account_id, event.ids))

    @on(LineTable.Selected)
    def _selected(self) -> None:
        self.action_timeline()

    def _minute(self) -> None:
        if self.is_current:
            self.table.repaint()
            self.stream.repaint()
            self.head.refresh()

    def _changed(self, change: Change) -> None:
        if change.done is None and self.is_current:
            self._look()


def _page(store: Store, account_id: int, find: str) -> tuple[Company | None, People, Stream]:
    """Everything the page shows first."""
    company = queries.company(store, account_id)
    here = company.id if company is not None else account_id
    return company, queries.people(store, here, find), first_of(store, Subject(None, here))
