"""One person's whole story, newest first, and every verb on the at bat that is open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input

from screens.timeline import stream as streams
from screens.timeline.details import details
from screens.timeline.head import Head
from screens.timeline.kinds import KindsScreen
from screens.timeline.painter import TimelinePainter
from screens.timeline.reading import Reading
from screens.timeline.story import Story, story
from screens.timeline.stream import At, Row, Sight, Stream, Subject, Told
from store.instants import Instant
from store.queries.queue import QueueRow
from store.queries.timeline import Entry, EntryKind
from tui.commands import BY_ID, Where, bindings
from tui.desk import Change, Done
from tui.lead_screen import LeadRow, LeadScreen, Whose
from tui.person_screen import PersonScreen
from tui.widgets.line_table import LineTable

_LONGEST_FIND = 100


class TimelineScreen(PersonScreen):
    """Opened with ``app.open_screen("timeline", row, Subject or At)``, which reads before the first frame."""

    WHERE: ClassVar[tuple[Where, ...]] = (Where.LEADS, Where.TIMELINE, Where.LIST, Where.EVERYWHERE)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Where.TIMELINE), BY_ID["back"].binding()]
    AUTO_FOCUS = "LineTable"

    table: getters.query_one[LineTable[Row]] = getters.query_one(LineTable)
    head = getters.query_one(Head)
    reading = getters.query_one(Reading)
    filter = getters.query_one("#filter", Input)

    _subject: Subject
    _story: Story
    _stream: Stream

    def __init__(self) -> None:
        super().__init__()
        self._sight = Sight()
        self._opens_at: Instant | None = None
        self._done: list[Done] = []  # what the list behind has not been told yet

    async def prepare(self, opening: Subject | QueueRow | At) -> None:
        """Read what the first frame shows."""
        self._opens_at = None
        if isinstance(opening, At):
            opening, self._opens_at = opening
        self._turn_to(opening if isinstance(opening, Subject) else Subject.of(opening), Sight())
        self._story, self._stream = await self._read()

    def compose_body(self) -> ComposeResult:
        """Who it is, the words looked for, the stream, and the entry under the cursor in full."""
        yield Head()
        yield Input(id="filter", placeholder="words to find in this timeline", max_length=_LONGEST_FIND)
        with Horizontal(id="story"):
            with Vertical(id="stream"):
                yield LineTable(self._painter(), markable=False, opens=False)
            yield Reading()

    def begin(self) -> None:
        """Show what was read."""
        self.table.use(self._painter())
        self.reading.show(Content(), "")
        self._show(None if self._opens_at is None else self._stream.at(self._opens_at))
        self._opens_at = None
        self.set_focus(self.table)

    def on_mount(self) -> None:
        """Follow the clock and the store."""
        self.watch(self.app, "clock", self._minute, init=False)
        self.app.changed.subscribe(self, self._changed)

    # --- what the verbs ask ---

    def current_lead(self) -> LeadRow | None:
        """The person's open at bat, else their newest."""
        return self._story.row

    def why_not(self, verb: str, lead: LeadRow) -> str | None:
        """What has ended is locked, but a story may go on: new interest is a new at bat."""
        reason = super().why_not(verb, lead)
        if reason is None or lead.lead.open:
            return reason
        ended = f"At bat {lead.lead.number} is {lead.lead.stage.label} for good"
        return f"{ended}: {self.app.key_of('new_lead')} opens a new one for new interest."

    def whose(self) -> Whose | None:
        """The person, and where they work now; of a company without a person the company."""
        facts = self._story.facts
        return Whose(facts.contact_id, facts.account_id) if facts is not None else None

    def why_none(self, verb: str) -> str:
        """What to do about somebody without an at bat."""
        return self._story.without_lead(self.app.key_of("new_lead"))

    def lead_done(self, done: Done) -> None:
        """Show it at once; the list behind hears of it when it is in front again."""
        self._done.append(done)
        self.app.hold_keys(self._again())

    def action_amend(self) -> None:
        """Amend one's own touch of the last day, if the cursor is on one."""
        entry = self._entry
        if entry is None or not self._may_amend(entry):
            self.app.refuse("Only your own touch of the last day can be amended: go to it first.")
            return
        self.app.open_dialog("amend", entry, self.verb_done)

    def _may_amend(self, entry: Entry) -> bool:
        app = self.app
        own = app.person is not None and entry.who == app.person.name and not entry.imported
        fresh = entry.logged_at is not None and app.desk.now() - entry.logged_at <= app.team.rules.amend
        return entry.kind is EntryKind.TOUCH and own and fresh

    # --- what the timeline itself does ---

    def action_timeline(self) -> None:
        """Go into the entry's full text, and out again."""
        self.set_focus(self.table if self.reading.has_focus else self.reading)

    def action_back(self) -> None:
        """Back to the list, to the same row."""
        if self.reading.has_focus:
            self.set_focus(self.table)
            return
        if self.filter.has_focus:
            self._drop_filter()
            self._sight = Sight(self._sight.hidden)
            self._look()
            self.set_focus(self.table)
            return
        behind = self._behind
        self.dismiss()
        if behind is not None:
            self._tell(behind)

    async def put_away(self) -> None:
        """A main view looks for itself at what was done meanwhile."""
        self._done.clear()

    def action_previous_lead(self) -> None:
        """The lead before this one in the list behind."""
        self._go(-1)

    def action_next_lead(self) -> None:
        """The lead after this one in the list behind."""
        self._go(1)

    def action_kinds(self) -> None:
        """Choose the kinds shown."""
        self.app.push_screen(KindsScreen(self._sight.hidden, self._hide))

    def action_filter(self) -> None:
        """Type words to look for."""
        self.add_class("-filtering")
        self.set_focus(self.filter)

    @property
    def _behind(self) -> LeadScreen | None:
        """The screen this one was opened from, if it has leads on it."""
        stack = self.app.screen_stack
        below = stack[stack.index(self) - 1] if self in stack[1:] else None
        return below if isinstance(below, LeadScreen) else None

    def _tell(self, behind: LeadScreen) -> None:
        """Let the list behind catch up with what was done here, the last act of each lead."""
        last = {done.lead_id: done for done in self._done}
        self._done.clear()
        for done in last.values():
            behind.lead_done(done)

    def _go(self, step: int) -> None:
        behind = self._behind
        if behind is None:
            self.app.say("There is no list behind this timeline to go through.", urgent=True)
            return
        self._tell(behind)
        self.app.hold_keys(self._gone(behind, step))

    async def _gone(self, behind: LeadScreen, step: int) -> None:
        here = self._story.row
        row = behind.current_lead()
        if step < 0 or row is None or (here is not None and row.id == here.id):
            row = behind.neighbour(step)
        # Otherwise what was done here has moved this lead away, and the next one is under the cursor already.
        if not isinstance(row, QueueRow):
            self.app.say("That is the end of the list.")
            return
        self._turn_to(Subject.of(row), Sight(self._sight.hidden))
        self._story, self._stream = await self._read()
        self.begin()

    def _turn_to(self, subject: Subject, sight: Sight) -> None:
        """Be about somebody else from now on."""
        self.workers.cancel_node(self)
        self._subject, self._sight = subject, sight
        if self.is_mounted:
            self._drop_filter()

    def _drop_filter(self) -> None:
        with self.prevent(Input.Changed):
            self.filter.value = ""
        self.remove_class("-filtering")

    def _hide(self, hidden: frozenset[str]) -> None:
        self._sight = Sight(hidden, self._sight.find)
        self._look()

    @on(Input.Changed, "#filter")
    def _typed(self, event: Input.Changed) -> None:
        words = event.value.strip()
        if words != self._sight.find:
            self._sight = Sight(self._sight.hidden, words)
            self._look()

    @on(Input.Submitted, "#filter")
    def _found(self) -> None:
        self.set_focus(self.table)
        self.set_class(bool(self._sight.find), "-filtering")

    # --- reading and showing ---

    async def _read(self) -> tuple[Story, Stream]:
        return await self.app.desk.read(story, self._subject, self._sight, self.app.desk.now())

    async def _again(self) -> None:
        """Read the story again and show it from its newest entry."""
        self._story, self._stream = await self._read()
        self._show()

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        await self._again()

    @work(exclusive=True, group="look")
    async def _look_for_others(self) -> None:
        """Take in what others did to this person, with the row under the cursor staying under it."""
        told, stream = await self._read()
        if told == self._story and stream.begins_like(self._stream):
            return
        if self._stream.complete and not stream.complete:
            stream = await self._measured(stream)
        keep, at_top = self.table.cursor_id, self.table.cursor_index <= 1
        self._story, self._stream = told, stream
        self._show(keep, at_top=at_top)

    @work(exclusive=True, group="measure")
    async def _measure(self) -> None:
        """Count a story of which only the first page was read, so that it can be scrolled to its end."""
        short = self._stream
        stream = await self._measured(short)
        if short is self._stream:
            self._stream = stream
            self.table.load(stream.ids(), stream.rows(), stream.same(self.table.cursor_id, short))

    async def _measured(self, stream: Stream) -> Stream:
        begins = [at_bat.begins_at for at_bat in stream.at_bats]
        return stream.as_long_as(await self.app.desk.read(streams.measure, self._subject, self._sight, begins))

    def _show(self, keep: int | None = None, *, at_top: bool = True) -> None:
        """Show the story with ``keep`` under the cursor, by default the newest entry."""
        stream = self._stream
        self.head.show(self._story)
        self.table.set_empty(self._empty())
        self.table.load(stream.ids(), stream.rows(), None if at_top else keep)
        if at_top and (id := keep if keep is not None else stream.newest()) is not None:
            self.table.move_to(id)
        if not self.table.row_count:
            self.reading.show(Content(), "")
        if not stream.complete:
            self.call_after_refresh(self._measure)

    @on(LineTable.RowsWanted)
    def _rows_wanted(self, event: LineTable.RowsWanted) -> None:
        self._deliver(event.ids)

    @work(group="rows")
    async def _deliver(self, ids: Sequence[int]) -> None:
        stream, places = self._stream, self._stream.places(ids)
        rows = stream.headings()
        if places:
            mark, read = stream.mark(places.start), self.app.desk.read
            arguments = (self._subject, self._sight)
            if mark is None:
                page = await read(streams.page_at, *arguments, places.start, len(places))
            else:
                page = await read(streams.page, *arguments, mark, len(places))
            if stream is not self._stream:
                return
            rows.update(stream.take(page, places.start))
        self.table.deliver(rows)

    @on(LineTable.Highlighted)
    def _highlighted(self, event: LineTable.Highlighted) -> None:
        self.reading.show(*details(event.row, self.app.zone, self.app.desk.now()))

    @on(LineTable.Selected)
    def _selected(self) -> None:
        self.action_timeline()

    @property
    def _entry(self) -> Entry | None:
        """The entry under the cursor."""
        row: Row | None = self.table.cursor_row
        return row.entry if isinstance(row, Told) else None

    def _painter(self) -> TimelinePainter:
        app = self.app
        return TimelinePainter(app.zone, app.desk.now, company=self._subject.company)

    def _empty(self) -> Content:
        key = self.app.key_of
        if self._sight.find:
            return Content(f"Nothing here has these words. {key('back')} in their line shows everything again.")
        if self._sight.hidden:
            return Content(f"Every kind that there is here is hidden: {key('kinds')} shows them.")
        return Content("Nothing has happened yet.")

    def _minute(self) -> None:
        if not self.is_current:
            return
        self.table.repaint()
        self.head.refresh(layout=True)

    def _changed(self, change: Change) -> None:
        if change.done is None and self.is_current:
            self._look_for_others()
