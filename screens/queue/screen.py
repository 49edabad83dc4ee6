"""The queue: the first thing a rep sees, best next action first, with the five questions beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events, getters, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.timer import Timer

from screens.queue.filter_line import FilterLine
from screens.queue.painter import QueuePainter
from screens.queue.preview import Preview
from screens.queue.shown import Shown
from screens.queue.strip import Strip
from store.errors import Refusal
from store.queries import queue as queries
from store.queries import sieve
from store.queries.queue import Placed, Queue, QueueRow
from store.queries.sieve import Sieve
from store.queries.views import own_views
from store.rules.lead_filter import parse
from store.rules.queue_views import Spec, View
from store.ruleset import RuleSet
from tui import present
from tui.commands import BY_ID, Where, bindings
from tui.desk import Change, Done
from tui.lead_screen import LeadRow, LeadScreen
from tui.theme import Urgency
from tui.widgets.line_table import LineTable

_EMPTY = {
    View.ALL: "Nothing is due. {later} shows what comes later, {next} takes one nobody has, {new} opens a new one.",
    View.HOT: "Nobody is waiting for a first answer.",
    View.CALLBACKS: "No promise is open.",
    View.EXPIRING: "Nothing is about to expire.",
    View.NEW: "Everything new has been touched.",
    View.LATER: "Nothing is planned for later.",
    View.UNROUTED: "Every at bat has somebody. What routing finds nobody for is listed here.",
}


class QueueScreen(LeadScreen):
    """One rep's list. Nothing moves under the cursor: what others did is announced and taken in when asked."""

    VIEW = "queue"
    WHERE: ClassVar[tuple[Where, ...]] = (Where.LEADS, Where.QUEUE, Where.LIST, Where.MARKS, Where.EVERYWHERE)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Where.QUEUE), BY_ID["back"].binding()]
    AUTO_FOCUS = "LineTable"

    table = getters.query_one(LineTable)
    strip = getters.query_one(Strip)
    preview = getters.query_one(Preview)
    filter_line = getters.query_one(FilterLine)

    def __init__(self) -> None:
        super().__init__()
        self.shown = Shown()
        self._listed = Spec()  # what the list on the screen is of
        self._sieve = Sieve()
        self._aside: set[int] = set()  # marked rows that what is shown now leaves out
        self._untold: dict[int, Done] = {}  # what was done, by operation, while another screen was in front
        self._of = ""  # how many a filter looked through
        self._refusal = ""  # why what is typed as a filter cannot be one
        self._two_lines = False
        self._counting: Timer | None = None
        self._drawn_by: RuleSet | None = None

    def compose_body(self) -> ComposeResult:
        """Strip on top, list at the left, preview at the right."""
        self._two_lines = self._needs_two_lines()
        yield Strip(self.shown)
        yield FilterLine()
        with Horizontal():
            with Vertical(id="list"):
                yield LineTable(self._painter(), opens=False)
            yield Preview()

    def on_mount(self) -> None:
        """Show the first page with the first frame."""
        read, me = self.app.desk.read_now, self._me
        self._show(read(queries.queue, self._owner, self.app.desk.now(), zone=self._zone))
        if me is not None:
            self.shown.take(read(own_views, me))  # now: the first key may be to go through the views
        self.watch(self.app, "clock", self._minute, init=False)
        self.app.changed.subscribe(self, self._changed)
        self.strip.refresh_figures()
        self.call_after_refresh(self._count_own)  # it reads every row: the first frame comes before

    # --- what the verbs ask ---

    def current_lead(self) -> LeadRow | None:
        """The row under the cursor."""
        row: QueueRow | None = self.table.cursor_row
        return row

    def lead_done(self, done: Done) -> None:
        """Patch the row, or go on to the next one when it left its place."""
        self._untold.pop(done.operation_id, None)
        self.strip.refresh_figures()
        self._count_own_soon()
        if done.lead_id is not None:
            is_new = (getattr(done, "made", None) or {}).get("lead_id") == done.lead_id
            self.app.hold_keys(self._after(done.lead_id, is_new=is_new))
        else:
            self._read_own_views()

    def marked_ids(self) -> Sequence[int]:
        """The marked rows, in the order of the list."""
        marked = self.table.marked
        return [lead_id for lead_id in self.table.ids if lead_id in marked] if marked else ()

    def marked_done(self, done: Done, did: frozenset[int]) -> None:
        """Read the list anew, once; what was done loses its mark."""
        self._untold.clear()
        self.table.unmark(did)
        self.strip.refresh_figures()
        self.workers.cancel_group(self, "queue")
        self.app.hold_keys(self._list(self.table.cursor_id))

    async def _after(self, lead_id: int, *, is_new: bool = False) -> None:
        """Put the row where it belongs now; one just opened is shown, and selected, though it be due later."""
        table = self.table
        ids = [other for other in table.ids if other != lead_id]
        before: QueueRow | None = table.cursor_row if table.cursor_id == lead_id else None
        placed: Placed = await self.app.desk.read(
            sieve.place, ids, lead_id, self._owner, self.app.desk.now(), self._zone, self._listed
        )
        listed = len(ids) < table.row_count
        if placed.row is None or placed.index is None:
            if listed:
                table.remove_row(lead_id)
            elif is_new and (row := await self.app.desk.read(queries.row, lead_id)) is not None:
                table.insert_row(lead_id, row, max(table.cursor_index, 0), select=True)
        elif not listed:
            table.insert_row(lead_id, placed.row, placed.index, select=True)
        elif before is not None and before.lead.touches == placed.row.lead.touches:
            table.patch(lead_id, placed.row)
        else:
            self._move_on(lead_id, placed.row, placed.index)
        self._say_left()
        if not table.row_count:
            self.preview.show(None)

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
        """The next view, built in or one's own."""
        self._open_tab(self.shown.index + 1)

    def action_later(self) -> None:
        """What is due later, and back."""
        self.shown.open_view(View.ALL if self.shown.tab.own is None and self._spec.view is View.LATER else View.LATER)
        self._show_spec()

    def action_save_view(self) -> None:
        """Keep what is shown now as a view of one's own; rename and remove them there too."""
        from screens.dialogs.save_view import Kept

        own = self.shown.tab.own
        kept = Kept(self._spec, self.shown.own, own.id if own is not None else None)
        self.app.open_dialog("save_view", kept, self._view_kept)

    def action_claim_next(self) -> None:
        """Take the best at bat that nobody has, and go to it."""
        from store.operations.routing import ClaimDraft, claim_next

        self.app.do(claim_next, ClaimDraft(), self._claimed)

    def _claimed(self, done: Done) -> None:
        self._untold.pop(done.operation_id, None)
        self.app.say_done(done)
        self.strip.refresh_figures()
        self.shown.open_view(View.ALL)
        self._show_spec(done.lead_id)

    def action_order(self) -> None:
        """Order the list otherwise, with the row under the cursor staying under it."""
        self.shown.spec = self._spec._replace(order=self._spec.order.next)
        self._show_spec(self.table.cursor_id)
        self.app.say(f"ordered by {self._spec.order.value}")

    def action_filter(self) -> None:
        """Narrow the list letter by letter."""
        self.app.let_go()
        self.filter_line.show(self._spec.filter, typing=True)

    def action_keep_filter(self) -> None:
        """Back to the list, narrowed as typed; what is typed next waits until the list shows it."""
        if not self._type(self.filter_line.text):
            return
        self.filter_line.show(self._spec.filter)
        self.set_focus(self.table)
        if self._listed != self._spec:
            self.workers.cancel_group(self, "queue")
            self.app.hold_keys(self._list(self.table.cursor_id))

    def action_back(self) -> None:
        """Show again what the view itself shows, and go back to the list."""
        if self.filter_line.typing or self._spec.filter != self.shown.tab.spec.filter:
            self.shown.spec = self._spec._replace(filter=self.shown.tab.spec.filter)
            self.set_focus(self.table)
            self._show_spec(self.table.cursor_id)
        else:
            self.app.go_to_view_before()

    def action_refresh(self) -> None:
        """Take in what others changed; further keys wait for it."""
        self._aside.clear()
        self.workers.cancel_group(self, "queue")
        self.app.hold_keys(self._list(self.table.cursor_id))
        self._read_own_views()

    def action_session(self) -> None:
        """Call through the list as it stands, or through its marked rows, one at bat at a time."""
        from screens.session.start import begin

        marked = self.table.marked
        leads = [lead_id for lead_id in self.table.ids if not marked or lead_id in marked]
        self.app.hold_keys(begin(self.app, leads, self._spec.view.value))

    def neighbour(self, step: int) -> QueueRow | None:
        """Move the cursor by ``step`` rows and give the row there, for the timeline's previous and next."""
        table = self.table
        before = table.cursor_index
        for _ in range(abs(step)):
            table.action_down() if step > 0 else table.action_up()
        row: QueueRow | None = table.cursor_row
        return row if table.cursor_index != before else None

    # --- what is shown of it ---

    @property
    def _spec(self) -> Spec:
        return self.shown.spec

    @on(Strip.Picked)
    def _picked(self, event: Strip.Picked) -> None:
        self._open_tab(event.index)

    @on(FilterLine.Typed)
    def _typed(self, event: FilterLine.Typed) -> None:
        self._type(event.text)
        if self._listed != self._spec:
            self._read(self.table.cursor_id)

    def _type(self, text: str) -> bool:
        """Have this filter from now on; of one whose last condition is wrong or not at its end, what stands before."""
        self._refusal = why = _refusal(text)
        if why:
            self._say_refusal()
            text = text.rpartition(" ")[0]
            if _refusal(text):
                return False
        self.shown.spec = self._spec._replace(filter=text)
        self.strip.refresh()
        return not why

    def _open_tab(self, index: int) -> None:
        self.shown.open(index)
        self._show_spec()

    def _show_spec(self, keep: int | None = None) -> None:
        """Show what is to be shown now, from the first row or with ``keep`` under the cursor; further keys wait."""
        self._refusal = ""
        self.app.let_go()
        self.filter_line.show(self._spec.filter)
        if not self.filter_line.typing and self.focused is None:
            self.set_focus(self.table)
        self.strip.refresh()
        self.workers.cancel_group(self, "queue")
        self.app.hold_keys(self._list(keep))

    def _view_kept(self, done: Done) -> None:
        self.app.say_done(done)
        made = getattr(done, "made", None) or {}
        self.app.hold_keys(self._take_own_views(made.get("view_id")))

    @work(exclusive=True, group="own views")
    async def _read_own_views(self) -> None:
        await self._take_own_views()

    async def _take_own_views(self, open_one: int | None = None) -> None:
        """Have one's own views as they are kept, and go to one of them."""
        if self._me is None:
            return
        changed = self.shown.take(await self.app.desk.read(own_views, self._me))
        if open_one is not None:
            self.shown.open_own(open_one)
        if changed or self._listed != self._spec:
            self._show_spec(self.table.cursor_id)
        self.strip.refresh()
        self._count_own()

    def _count_own_soon(self) -> None:
        """Count after a run of acts rather than after each."""
        if self.shown.own:
            if self._counting is not None:
                self._counting.stop()
            self._counting = self.set_timer(_COUNTED_AFTER, self._count_own)

    @work(exclusive=True, group="counts")
    async def _count_own(self) -> None:
        if own := self.shown.own:
            specs = [view.spec for view in own]
            now = self.app.desk.now()
            counts = await self.app.desk.read(self._sieve.counts, self._owner, now, specs, zone=self._zone)
            self.strip.count_own({view.id: count for view, count in zip(own, counts, strict=True)})

    @property
    def _me(self) -> int | None:
        return self.app.person.id if self.app.person else None

    @property
    def _owner(self) -> int | None:
        """Whose queue it is."""
        return self._me

    @property
    def _zone(self) -> str:
        """Whose day decides what is due today: the owner's zone."""
        return self.app.zone

    def _painter(self) -> QueuePainter:
        app = self.app
        self._drawn_by = app.team.rules
        return QueuePainter(app.team.rules, app.zone, app.desk.now, self._owner, two_lines=self._two_lines)

    def _show(self, found: Queue, keep: int | None = None) -> None:
        """Put a list on the screen; marks on rows that it leaves out are kept aside until they are shown again."""
        table, other = self.table, self._listed != self._spec
        self._listed = self._spec
        marked = table.marked | self._aside if other else set(table.marked)
        table.set_empty(self._empty())
        self._fit_lines(len(found.ids))
        table.load(found.ids, found.rows, keep if keep is None or not other or keep in found.ids else None)
        if other and marked:
            self._aside = marked.difference(found.ids)
            table.marked = marked - self._aside
            table.refresh()
            table.post_message(LineTable.Marked(table))
            if self._aside:
                kept = present.count(len(self._aside), "marked row")
                self.app.say(f"{kept} not shown here: what you do now leaves {_them(len(self._aside))} alone")
        if not table.row_count:
            self.preview.show(None)
        self._say_found(found)
        self.strip.announce(0, 0)
        if not found.whole:
            self._read(table.cursor_id)

    def _say_refusal(self) -> None:
        self.filter_line.say(present.content(f"{Urgency.LATE.sign} {self._refusal}", "$warning", newlines=False))

    def _say_found(self, found: Queue) -> None:
        if self._refusal:
            self._say_refusal()
            return
        self._of = f"the first {found.looked:,}" if not found.all_looked else f"{found.looked:,}"
        self._say_left()
        if not found.all_looked and not self._spec.filter:
            self.app.say(f"only the first {found.looked:,} in due order are ordered here")

    def _say_left(self) -> None:
        """Say how much of what was looked through is on the list."""
        if self._refusal or not self._of:
            return
        words = f"{len(self.table.ids):,} of {self._of}" if self._spec.filter else ""
        esc = self.app.key_of("back")
        self.filter_line.say(present.joined(words, f" · {esc} shows all" if words and self.shown.changed else ""))

    def _empty(self) -> Content:
        """What to do about an empty list."""
        key = self.app.key_of
        if self._spec.filter:
            return present.joined(
                f"Nothing here is like that. {key('back')} shows all of the view, {key('filter')} changes the filter."
            )
        return Content(_EMPTY[self._spec.view].format(**{name: key(command) for name, command in _KEYS.items()}))

    @work(exclusive=True, group="queue")
    async def _read(self, keep: int | None) -> None:
        await self._list(keep)

    async def _list(self, keep: int | None) -> None:
        spec = self._spec
        found = await self._found(spec)
        if spec == self._spec:
            self._show(found, keep)

    async def _found(self, spec: Spec) -> Queue:
        return await self.app.desk.read(self._sieve.list, self._owner, self.app.desk.now(), spec, zone=self._zone)

    @on(LineTable.RowsWanted)
    @work
    async def _rows_wanted(self, event: LineTable.RowsWanted) -> None:
        self.table.deliver(await self.app.desk.read(queries.rows, event.ids))

    @on(LineTable.Highlighted)
    def _highlighted(self, event: LineTable.Highlighted) -> None:
        self.preview.call_after_refresh(self.preview.show, event.id, self._promised(event.row))  # the cursor first

    def _promised(self, row: QueueRow) -> str:
        """The whole reason why somebody else's at bat is in this queue: the list may have room for half of it."""
        if self._owner is None or row.lead.owner_id == queries.whose(self._owner, self._listed.view):
            return ""
        return queries.why_row(row, self._owner, self.app.desk.now(), self.app.zone, self.app.team.rules).words

    @on(LineTable.Selected)
    def _selected(self, event: LineTable.Selected) -> None:
        self.action_timeline()

    def _minute(self) -> None:
        if self._drawn_by is self.app.team.rules:
            self.table.repaint()
        else:  # the rules were changed
            self.table.use(self._painter())
        self.strip.refresh_figures()
        self._count_own()

    def _changed(self, change: Change) -> None:
        if change.done is not None:
            if self.app.screen is not self:
                self._untold[change.done.operation_id] = change.done
        elif self.is_current:
            self._look()

    @on(events.ScreenResume)
    def _in_front_again(self) -> None:
        """Take in what this person did meanwhile on a screen that tells no list behind it."""
        last = {done.lead_id: done for done in self._untold.values()}
        self._untold.clear()
        if None in last or len(last) > _MOST_TOLD:
            self.strip.refresh_figures()
            self.app.hold_keys(self._list(self.table.cursor_id))
            return
        for done in last.values():
            self.lead_done(done)

    @on(LineTable.Marked)
    def _marked(self) -> None:
        self.strip.show_marked(len(self.table.marked))

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        """Bring what is on the screen up to date in place, and count what would come or go."""
        found = await self._found(self._listed)
        here = set(self.table.ids)
        there = set(found.ids)
        rows = await self.app.desk.read(queries.rows, [*self.table.ids[: queries.PAGE]])
        for lead_id, row in rows.items():
            self.table.patch(lead_id, row)
        self.strip.announce(len(there - here), len(here - there))
        self.strip.refresh_figures()

    def on_resize(self) -> None:
        """Draw rows on as many lines as the window now asks for."""
        self._fit_lines(self.table.row_count)

    def _fit_lines(self, rows: int) -> None:
        two_lines = self._needs_two_lines(rows)
        if two_lines is not self._two_lines:
            self._two_lines = two_lines
            self.table.use(self._painter())

    def _needs_two_lines(self, rows: int = 0) -> bool:
        """Whether list and preview share a window that is not wide, or a short list leaves a narrow one half empty."""
        width, height = self.app.size
        return width < _WIDE and (width >= _MIDDLE or 0 < rows * 2 <= height - _AROUND)


def _refusal(text: str) -> str:
    """Why a text is no filter, as a sentence; empty where it is one."""
    try:
        parse(text)
    except Refusal as refusal:
        return refusal.sentence
    return ""


def _them(count: int) -> str:
    return "it" if count == 1 else "them"


_KEYS = {"later": "later", "new": "new_lead", "next": "claim_next"}
_MOST_TOLD = 20  # at bats brought in line one by one; of more the list is read anew
_MIDDLE, _WIDE = 110, 160  # cells: from there on the preview is beside the list, and has room
_AROUND = 5  # lines above and below the rows, and one to spare
_COUNTED_AFTER = 1.0  # seconds after the last act
