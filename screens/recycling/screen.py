"""Coming back: who may be worked again, now and in the weeks to come, with what, and what was said last time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content

from screens.queue.filter_line import FilterLine
from screens.recycling import words
from screens.recycling.painter import RecyclingPainter, Shown
from screens.recycling.preview import RecyclingPreview
from screens.recycling.strip import RecyclingStrip
from screens.recycling.words import Scene
from screens.timeline.stream import Subject
from store.queries.recycling import Recyclable, Recycling, When, recycling
from store.rules.filter_terms import fold
from tui import present
from tui.commands import BY_ID, Where, bindings
from tui.desk import Change, Done
from tui.lead_screen import LeadRow, LeadScreen, ToAll, Whose
from tui.widgets.key_line import KeyLine
from tui.widgets.line_table import LineTable

_HINT = "words: a name, a company, a track, a reason, a rep, what was said"
_NARROW = 160  # cells; below, a row takes two lines


class Order(StrEnum):
    """In what order the list stands."""

    DUE = "due"
    TRACK = "track"
    COMPANY = "company"
    NUMBER = "number of at bats"
    LAST = "last words"

    @property
    def next(self) -> Order:
        """The one that comes after it."""
        orders = list(Order)
        return orders[(orders.index(self) + 1) % len(orders)]


class RecyclingScreen(LeadScreen):
    """The recycling list. What others did is announced and taken in when asked."""

    VIEW = "recycling"
    WHERE: ClassVar[tuple[Where, ...]] = (Where.RECYCLING, Where.LIST, Where.MARKS, Where.EVERYWHERE)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Where.RECYCLING), BY_ID["back"].binding()]
    AUTO_FOCUS = "LineTable"

    table: getters.query_one[LineTable[Shown]] = getters.query_one(LineTable)
    strip = getters.query_one(RecyclingStrip)
    preview = getters.query_one(RecyclingPreview)
    filter_line = getters.query_one(FilterLine)

    def __init__(self) -> None:
        super().__init__()
        self._found = Recycling(())
        self._filter = ""
        self._order = Order.DUE
        self._ahead = True
        self._stale = False  # something was written while another screen was in front
        self._two_lines = False

    def compose_body(self) -> ComposeResult:
        """Strip on top, list at the left, preview at the right."""
        self._two_lines = self._needs_two_lines()
        yield RecyclingStrip()
        yield FilterLine(_HINT)
        with Horizontal():
            with Vertical(id="list"):
                yield LineTable(self._painter(), opens=False)
            yield RecyclingPreview()

    def on_mount(self) -> None:
        """Show the list with the first frame."""
        app = self.app
        self._show(app.desk.read_now(recycling, app.desk.now()))
        self.watch(app, "clock", self._minute, init=False)
        app.changed.subscribe(self, self._changed)

    def on_screen_resume(self) -> None:
        """Coming back from another view, show what was done meanwhile."""
        if self._stale:
            self._stale = False
            self._read(self.table.cursor_id)

    # --- what a screen of leads gives ---

    def current_lead(self) -> LeadRow | None:
        """None: their last at bat is locked."""
        return None

    def whose(self) -> Whose | None:
        """The person under the cursor, and their company."""
        shown = self.table.cursor_row
        return Whose(shown.row.contact_id, shown.row.account_id) if shown is not None else None

    def lead_done(self, done: Done) -> None:
        """Read the list again; who follows comes under the cursor."""
        self.app.hold_keys(self._again())

    def marked_ids(self) -> Sequence[int]:
        """The marked rows in their order."""
        marked = self.table.marked
        return tuple(id for id in self.table.ids if id in marked)

    def marked_done(self, done: Done, did: frozenset[int]) -> None:
        """What was brought back is no longer marked."""
        self.table.unmark(did)
        self.lead_done(done)

    def why_none(self, verb: str) -> str:
        """What to say for a verb that only open at bats have."""
        take = self.app.key_of("accept")
        return f"To {BY_ID[verb].words} is for open at bats: {take} brings this person back first."

    # --- the verbs ---

    def action_accept(self) -> None:
        """Bring back who is under the cursor, or all marked."""
        from store.operations.recycle import RecycleDraft, recycle

        if ids := self.marked_ids():
            self.app.hold_keys(self._look_at_marked(tuple(ids)))
            return
        shown = self.table.cursor_row
        if shown is None:
            self.app.say("Nobody is selected to bring back.", urgent=True)
        else:
            draft = RecycleDraft(shown.row.id, shown.row.version, take=not self._leads_team)
            self.app.do(recycle, draft, self.verb_done)

    async def _look_at_marked(self, ids: tuple[int, ...]) -> None:
        """Show what bringing all marked ones back would do."""
        from store.operations.bulk import Verb, preview
        from store.operations.recycle import RecycleDraft

        desk, like = self.app.desk, RecycleDraft(0, take=not self._leads_team)
        assert desk.actor is not None
        seen = await desk.read(preview, desk.actor, desk.now(), Verb.RECYCLE, like, ids)
        self.app.open_dialog("to_all", ToAll(Verb.RECYCLE, like, seen), self._all_done)

    def action_timeline(self) -> None:
        """Open the person's timeline."""
        shown = self.table.cursor_row
        if shown is None:
            self.app.say("Nobody is selected whose timeline could be shown.", urgent=True)
        else:
            row = shown.row
            self.app.open_screen("timeline", Subject(row.contact_id, row.account_id, row.id))

    def action_later(self) -> None:
        """Show or hide who is to come."""
        self._ahead = not self._ahead
        self._list(self.table.cursor_id)

    def action_order(self) -> None:
        """Order the list otherwise, with the row under the cursor staying under it."""
        self._order = self._order.next
        self._list(self.table.cursor_id)
        self.app.say(f"ordered by {self._order.value}")

    def action_refresh(self) -> None:
        """Take in what others changed."""
        self._read(self.table.cursor_id)

    def action_filter(self) -> None:
        """Narrow the list letter by letter."""
        self.filter_line.show(self._filter, typing=True)

    def action_keep_filter(self) -> None:
        """Back to the list, narrowed as typed: also by a letter of which nobody has told yet."""
        self._type(self.filter_line.text)
        self.filter_line.show(self._filter)
        self.set_focus(self.table)

    def action_back(self) -> None:
        """Show all of it again, and go back to the list."""
        if self.filter_line.typing or self._filter:
            self._type("")
            self.filter_line.show("")
            self.set_focus(self.table)
        elif self.table.marked:
            self.table.clear_marks()
        else:
            self.app.go_to_view_before()

    @on(FilterLine.Typed)
    def _typed(self, event: FilterLine.Typed) -> None:
        self._type(event.text)

    def _type(self, text: str) -> None:
        if text != self._filter:
            self._filter = text
            self._list(self.table.cursor_id)

    # --- reading and showing ---

    @property
    def _scene(self) -> Scene:
        app = self.app
        return Scene(app.desk.now(), app.zone, app.team.rules, app.person.id if app.person else 0)

    def _painter(self) -> RecyclingPainter:
        return RecyclingPainter(lambda: self._scene, two_lines=self._two_lines)

    async def _again(self) -> None:
        table = self.table
        keep, after = table.cursor_id, table.ids[table.cursor_index + 1 :][:1]
        found = await self._all()
        here = {row.id for row in found.rows}
        self._show(found, keep if keep in here or not after else after[0])

    async def _all(self) -> Recycling:
        app = self.app
        return await app.desk.read(recycling, app.desk.now())

    @work(exclusive=True, group="recycling")
    async def _read(self, keep: int | None) -> None:
        self._show(await self._all(), keep)

    def _show(self, found: Recycling, keep: int | None = None) -> None:
        self._found = found
        self._list(keep)

    def _list(self, keep: int | None) -> None:
        """Show what the filter lets through, in its order."""
        scene = self._scene
        terms = fold(self._filter).split()
        rows = [row for row in self._found.rows if self._ahead or row.when is When.NOW]
        shown = [row for row in rows if not terms or _has(words.searched(row, scene), terms)]
        shown.sort(key=lambda row: _first(self._order, row, scene))
        table, before = self.table, self.table.cursor_id
        table.set_empty(Content(self._empty()))
        table.load([row.id for row in shown], _grouped(shown, self._order, scene), keep)
        order = "" if self._order is Order.DUE else self._order.value
        self.strip.show(shown, more=self._found.more, order=order, ahead=self._ahead)
        left = f"{len(shown):,} of {len(rows):,} · {self.app.key_of('back')} shows all" if terms else ""
        self.filter_line.say(present.joined(left) if left else Content())
        self.query_one(KeyLine).refresh()
        if not shown or table.cursor_id == before:
            self._preview_cursor()

    def _empty(self) -> str:
        """What to do about an empty list."""
        key = self.app.key_of
        if self._filter:
            return f"Nobody here is like that. {key('back')} shows all, {key('filter')} changes the filter."
        if not self._ahead and self._found.rows:
            return f"Nobody may come back now. {key('later')} shows who is to come."
        return (
            "Nobody is to come back so far. Whoever an at bat was closed on with a date or a trigger stands here in"
            f" time: {key('view_queue')} goes back to the queue."
        )

    def _preview_cursor(self) -> None:
        shown = self.table.cursor_row
        self.preview.show(shown.row if shown is not None else None, self._scene)

    @on(LineTable.Highlighted)
    def _highlighted(self, event: LineTable.Highlighted) -> None:
        self.preview.call_after_refresh(self._preview_cursor)  # the cursor moves first
        self.query_one(KeyLine).refresh()

    @on(LineTable.Selected)
    def _selected(self, event: LineTable.Selected) -> None:
        self.action_timeline()

    @on(LineTable.Marked)
    def _marks(self, event: LineTable.Marked) -> None:
        self.strip.show_marked(len(self.table.marked))

    def _minute(self) -> None:
        self.table.repaint()
        if self.app.screen is self:
            self._look()

    def _changed(self, change: Change) -> None:
        if self.app.screen is not self:
            self._stale = True
        elif change.done is None:
            self._look()

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        """Count what others changed, and whose date has come; nothing moves."""
        here = {row.id: (row.version, row.when) for row in self._found.rows}
        there = {row.id: (row.version, row.when) for row in (await self._all()).rows}
        self.strip.announce(sum(here.get(id) != there.get(id) for id in here.keys() | there.keys()))

    def on_resize(self) -> None:
        """Draw rows on as many lines as the window now asks for."""
        two_lines = self._needs_two_lines()
        if two_lines is not self._two_lines:
            self._two_lines = two_lines
            self.table.use(self._painter())

    def _needs_two_lines(self) -> bool:
        return self.app.size.width < _NARROW


def _has(text: str, terms: Iterable[str]) -> bool:
    return all(term in text for term in terms)


def _first(order: Order, row: Recyclable, scene: Scene) -> tuple[Any, ...]:
    """What an order compares; what is equal stays as it stood."""
    match order:
        case Order.DUE:
            return ()
        case Order.TRACK:
            return (words.track(row, scene),)
        case Order.COMPANY:
            return (not row.company, fold(row.company))
        case Order.NUMBER:
            return (-row.number,)
        case Order.LAST:
            return (-(row.last_at or 0),)


def _grouped(rows: Sequence[Recyclable], order: Order, scene: Scene) -> dict[int, Shown]:
    """The rows, each first one of a group with its name; in another order each with its own."""
    found: dict[int, Shown] = {}
    before = ""
    for row in rows:
        group = words.group(row, scene)
        found[row.id] = Shown(row, group if group != before or order is not Order.DUE else "")
        before = group
    return found
