"""The opportunities: what was handed over first, what came back, then the open ones by when they close."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content

from screens.deals.painter import DealPainter
from screens.deals.preview import DealPreview
from screens.deals.strip import DealStrip
from screens.deals.words import Scene
from screens.queue.filter_line import FilterLine
from store.errors import Refusal
from store.instants import moment
from store.queries import deals as queries
from store.queries.deal_list import DealSpec, narrowed
from store.queries.deals import Deal, Section
from store.rules.deal_filter import parse_deal_filter
from store.vocabulary import UserRole
from tui import present
from tui.commands import BY_ID, Where, bindings
from tui.deal_screen import DealScreen
from tui.desk import Change, Done
from tui.theme import Urgency
from tui.widgets.key_line import KeyLine
from tui.widgets.line_table import LineTable

_ENDED = "{later} shows what was won or lost in the last 90 days."
_EMPTY = {
    UserRole.AE: f"Nothing was handed to you and nothing is open. {_ENDED}",
    UserRole.SDR: "None of your at bats stands behind an open opportunity. On the queue {convert} converts one.",
    UserRole.LEAD: f"No opportunity of the team is open. {_ENDED}",
    UserRole.ADMIN: f"No opportunity is open. {_ENDED}",
}
_HINT = "words, or such as stage:proposal amount>20k close<30d unmoved>30 owner:me"
_HANDED = {
    UserRole.AE: "Handed to me",
    UserRole.SDR: "",
    UserRole.LEAD: "Handed over",
    UserRole.ADMIN: "Handed over",
}


class DealsScreen(DealScreen):
    """One person's opportunities, or the team's. What others did is announced and taken in when asked."""

    VIEW = "deals"
    WHERE: ClassVar[tuple[Where, ...]] = (Where.DEALS, Where.DEAL_LIST, Where.LIST, Where.EVERYWHERE)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Where.DEAL_LIST), BY_ID["back"].binding()]
    AUTO_FOCUS = "LineTable"

    table: getters.query_one[LineTable[Deal]] = getters.query_one(LineTable)
    strip = getters.query_one(DealStrip)
    preview = getters.query_one(DealPreview)
    filter_line = getters.query_one(FilterLine)

    def __init__(self) -> None:
        super().__init__()
        self._deals: dict[int, Deal] = {}  # in due order, also what a filter leaves out
        self._spec = DealSpec()
        self._refusal = ""  # why what is typed as a filter cannot be one
        self._ended = False
        self._stale = False  # something was written while another screen was in front
        self._two_lines = False
        self._owners = False  # whether some are somebody else's, so that each says whose it is

    def compose_body(self) -> ComposeResult:
        """Strip on top, list at the left, preview at the right."""
        self._two_lines = self._needs_two_lines()
        yield DealStrip()
        yield FilterLine(_HINT)
        with Horizontal():
            with Vertical(id="list"):
                yield LineTable(self._painter(), markable=False, opens=False)
            yield DealPreview()

    def on_mount(self) -> None:
        """Show the list with the first frame."""
        app = self.app
        found = app.desk.read_now(queries.deals, self._me, app.desk.now(), everyone=self._everyone, ended=False)
        self._show(found)
        self.watch(app, "clock", self._minute, init=False)
        app.changed.subscribe(self, self._changed)

    def on_screen_resume(self) -> None:
        """Coming back from another view, show what was done meanwhile."""
        if self._stale:
            self._stale = False
            self._read(self.table.cursor_id)

    # --- what the verbs ask ---

    def current_deal(self) -> Deal | None:
        """The row under the cursor."""
        return self.table.cursor_row

    def deal_done(self, done: Done) -> None:
        """Read the list again: the row goes where it now belongs, and the cursor with it."""
        undone = (getattr(done, "made", None) or {}).get("opportunity_id") if done.undo_until is None else None
        self.app.hold_keys(self._after(undone))

    async def _after(self, undone: int | None) -> None:
        """Keep the cursor on what was worked, or go to what was undone; where that left the list, to what came next."""
        table = self.table
        keep, following = undone or table.cursor_id, table.ids[table.cursor_index + 1 : table.cursor_index + 2]
        self._show(await self._found(), keep)
        if following and keep not in table.ids:
            table.move_to(following[0])

    def action_timeline(self) -> None:
        """Open its story."""
        if (deal := self._deal_for("timeline")) is not None:
            self.app.open_screen("deal_story", deal)

    def action_later(self) -> None:
        """Show or hide what has ended."""
        self._ended = not self._ended
        self.app.hold_keys(self._again(self.table.cursor_id))

    def action_order(self) -> None:
        """Order the list otherwise, with the row under the cursor staying under it."""
        self._spec = replace(self._spec, order=self._spec.order.next)
        self._list(self.table.cursor_id)
        self.app.say(f"ordered by {self._spec.order.value}")

    def action_filter(self) -> None:
        """Narrow the list letter by letter."""
        self.filter_line.show(self._spec.filter, typing=True)

    def action_keep_filter(self) -> None:
        """Back to the list, narrowed as typed."""
        if self._type(self.filter_line.text):
            self.filter_line.show(self._spec.filter)
            self.set_focus(self.table)

    def action_back(self) -> None:
        """Show all of it again, and go back to the list."""
        if self.filter_line.typing or self._spec.filter:
            self._type("")
            self.filter_line.show("")
            self.set_focus(self.table)
        else:
            self.app.go_to_view_before()

    @on(FilterLine.Typed)
    def _typed(self, event: FilterLine.Typed) -> None:
        self._type(event.text)

    def _type(self, text: str) -> bool:
        """Have this filter from now on; of one whose last condition is wrong or not at its end, what stands before."""
        self._refusal = self._why_no_filter(text)
        before = text.rpartition(" ")[0]
        if not self._refusal:
            self._filter(text)
        elif not self._why_no_filter(before):
            self._filter(before)
        self._say_left()
        return not self._refusal

    def _filter(self, text: str) -> None:
        if text != self._spec.filter:
            self._spec = replace(self._spec, filter=text)
            self._list(self.table.cursor_id)

    def _why_no_filter(self, text: str) -> str:
        """Why a text is no filter, as a sentence; empty where it is one."""
        app = self.app
        try:
            parse_deal_filter(text, moment(app.desk.now(), app.zone), app.team.calendar)
        except Refusal as refusal:
            return refusal.sentence
        return ""

    def action_refresh(self) -> None:
        """Take in what others changed."""
        self._read(self.table.cursor_id)

    def next_deal(self, step: int) -> Deal | None:
        """Move the cursor by ``step`` rows and give the row there, for the story's previous and next."""
        table = self.table
        before = table.cursor_index
        for _ in range(abs(step)):
            table.action_down() if step > 0 else table.action_up()
        return table.cursor_row if table.cursor_index != before else None

    # --- reading and showing ---

    @property
    def _me(self) -> int:
        return self.app.person.id if self.app.person else 0

    @property
    def _everyone(self) -> bool:
        actor = self.app.desk.actor
        return actor is not None and actor.leads_team

    def _scene(self) -> Scene:
        app = self.app
        return Scene(app.desk.now(), app.zone, app.team.rules, app.team.calendar, self._me)

    def _painter(self) -> DealPainter:
        return DealPainter(self._scene, two_lines=self._two_lines, owners=self._owners)

    async def _found(self) -> tuple[Deal, ...]:
        app = self.app
        return await app.desk.read(queries.deals, self._me, app.desk.now(), everyone=self._everyone, ended=self._ended)

    async def _again(self, keep: int | None) -> None:
        self._show(await self._found(), keep)

    @work(exclusive=True, group="deals")
    async def _read(self, keep: int | None) -> None:
        await self._again(keep)

    def _show(self, found: tuple[Deal, ...], keep: int | None = None) -> None:
        """Have these; what is counted of them is what the list shows."""
        self._deals = {deal.id: deal for deal in found}
        owners = self._everyone or any(deal.owner_id != self._me for deal in found)
        if owners is not self._owners:
            self._owners = owners
            self.table.use(self._painter())
        self.strip.announce(0)
        if (standing := self.app.standing) is not None:
            back = sum(deal.section is Section.RETURNED and deal.owner_id == self._me for deal in found)
            self.app.standing = replace(standing, came_back=back)
        self._list(keep)

    def _list(self, keep: int | None) -> None:
        """Show what the filter lets through, in its order."""
        shown = self._narrowed(self._spec)
        self.table.set_empty(Content(self._empty()))
        self.table.load([deal.id for deal in shown], self._deals, keep)
        self.strip.show(shown, ended=self._ended, handed=_HANDED[self._role], order=self._spec.order)
        self._say_left()
        self.query_one(KeyLine).refresh()
        if not shown:
            self.preview.show(None)

    def _narrowed(self, spec: DealSpec) -> tuple[Deal, ...]:
        app = self.app
        return narrowed(tuple(self._deals.values()), spec, self._me, app.desk.now(), app.zone, app.team.calendar)

    @property
    def _role(self) -> UserRole:
        return self.app.person.role if self.app.person else UserRole.SDR

    def _empty(self) -> str:
        """What to do about an empty list."""
        key = self.app.key_of
        if self._spec.filter:
            return f"No opportunity here is like that. {key('back')} shows all, {key('filter')} changes the filter."
        return _EMPTY[self._role].format(later=key("later"), convert=key("convert"))

    def _say_left(self) -> None:
        """Say how much of it is on the list, or why what is typed is no filter."""
        if self._refusal:
            said = present.content(f"{Urgency.LATE.sign} {self._refusal}", "$warning", newlines=False)
        elif self._spec.filter:
            left = f"{self.table.row_count:,} of {len(self._deals):,}"
            said = present.joined(f"{left} · {self.app.key_of('back')} shows all")
        else:
            said = Content()
        self.filter_line.say(said)

    @on(LineTable.Highlighted)
    def _highlighted(self, event: LineTable.Highlighted) -> None:
        self.preview.call_after_refresh(self.preview.show, event.id)  # the cursor moves first
        self.query_one(KeyLine).refresh()

    @on(LineTable.Selected)
    def _selected(self, event: LineTable.Selected) -> None:
        self.action_timeline()

    def _minute(self) -> None:
        self.table.repaint()
        if self.is_current:
            self._look()  # a callback may have fallen due

    def _changed(self, change: Change) -> None:
        if not self.is_current:
            self._stale = True
        elif change.done is None:
            self._look()

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        """Count what others changed, and the callbacks that fell due; nothing moves."""
        here, there = self._deals, {deal.id: deal for deal in await self._found()}
        due = {id for id, deal in there.items() if deal.rises and not (id in here and here[id].rises)}
        changed = [id for id in here.keys() | there.keys() if id not in due and here.get(id) != there.get(id)]
        self.strip.announce(len(changed), len(due))

    def on_resize(self) -> None:
        """Draw rows on as many lines as the window now asks for."""
        two_lines = self._needs_two_lines()
        if two_lines is not self._two_lines:
            self._two_lines = two_lines
            self.table.use(self._painter())

    def _needs_two_lines(self) -> bool:
        """Whether the window is not wide enough for all of a row on one line."""
        return self.app.size.width < 190
