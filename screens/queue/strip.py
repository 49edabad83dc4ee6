"""The line above the queue: today's figures at the left, the views at the right, and what others changed."""

from __future__ import annotations

from collections.abc import Mapping

from rich.cells import cell_len
from textual import events, getters, work
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from screens.queue.shown import GAP, MORE, Shown, Whose, fitting
from store.queries.alerts import count
from store.queries.deals import came_back
from store.queries.today import Today, today, views
from store.rules.queue_views import Order, View
from tui import present
from tui.commands import BY_ID
from tui.config import Goals
from tui.frame import Frame, Standing
from tui.theme import Urgency

_WIDE = 160  # cells; narrower, the views need the room
_MIDDLE = 110
_ON_MARKED = ("accept", "snooze", "status", "close", "reassign", "extend", "approve")
_NEAR_THE_LIMIT = 0.9  # of the open callbacks a rep may have


class Strip(Widget):
    """One line; figures are read when something was done and once a minute."""

    app = getters.app(Frame)
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Strip { height: 1; color: $text-muted; }
    """

    class Picked(Message):
        """The name of a view was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, shown: Shown) -> None:
        super().__init__()
        self._shown = shown
        self._own: Mapping[int, int | None] = {}
        self._places: list[tuple[range, int]] = []
        self._today: Today | None = None
        self._of: Whose | None = None  # whose figures, where they are not one's own
        self._came = 0
        self._went = 0
        self._marked = 0
        self._back = 0  # hand-overs
        self._back_place = range(0)
        self._alerts, self._urgent = 0, 0
        self._alerts_place = range(0)

    def show_marked(self, count: int) -> None:
        """Say how many rows are marked, and what can be done with all of them."""
        if count != self._marked:
            self._marked = count
            self.refresh()

    def count_own(self, counts: Mapping[int, int | None]) -> None:
        """Say how much is in each view of one's own, by the view's id."""
        self._own = counts
        self.refresh()

    def announce(self, came: int, went: int) -> None:
        """Say what others changed, until it is taken in."""
        if (came, went) != (self._came, self._went):
            self._came, self._went = came, went
            self.refresh()

    def look_at(self, of: Whose) -> None:
        """Show another's figures from now on."""
        self._of, self._today, self._own = of, None, {}
        self.announce(0, 0)
        self.refresh_figures()

    @work(exclusive=True)
    async def refresh_figures(self) -> None:
        """Read the figures again."""
        app, person = self.app, self.app.person
        if (of := self._of) is not None:
            now = app.desk.now()
            if of.id is None:  # nobody's day
                self._today = Today(views=await app.desk.read(views, None, now))
            else:
                self._today = await app.desk.read(today, of.id, now, zone=of.zone)
        elif person is not None:
            self._today = await app.desk.read(today, person.id, app.desk.now(), zone=app.zone)
            self._back = await app.desk.read(came_back, person.id)
            self._alerts, self._urgent = await app.desk.read(count, person.id)
            app.standing = Standing(self._today.sla, self._today.late, self._back)
        self.refresh()

    def render(self) -> Content:
        """What came back, figures, then views. The figures give way first, to a third; then the views not open."""
        width, back, alerts, figures = self.size.width, self._came_back(), self._alerted(), self._figures()
        first = Content.assemble(back, "   " if back and alerts else "", alerts)
        left, kept = Content.assemble(first, "   " if first and figures else "", figures), first.cell_length
        self._back_place = range(1, 1 + back.cell_length)
        self._alerts_place = range(1 + kept - alerts.cell_length, 1 + kept)
        right = self._views(max(width - left.cell_length - 3, (width - kept) * 2 // 3))
        room = width - left.cell_length - right.cell_length - 2
        if room < 1:
            news = self._marked or self._came or self._went
            left = _shortened(left, kept, left.cell_length + room - 1, whole=not news)
            room = width - left.cell_length - right.cell_length - 2
        start = left.cell_length + 1 + max(room, 0)
        self._places = [(range(cells.start + start, cells.stop + start), index) for cells, index in self._places]
        return Content.assemble(" ", left, " " * max(room, 0), right, " ").truncate(width, ellipsis=True)

    def on_click(self, event: events.Click) -> None:
        """Open the view whose name was clicked."""
        if event.x in self._back_place:
            self.app.call_later(self.app.run_command, BY_ID["view_deals"])
        if event.x in self._alerts_place:
            self.app.call_later(self.app.run_command, BY_ID["alerts"])
        for cells, index in self._places:
            if event.x in cells:
                self.post_message(self.Picked(index))

    def _came_back(self) -> Content:
        """What stands on another screen and waits for a decision of this person, whatever else is said here."""
        if not self._back:
            return Content("")
        what = present.count(self._back, "hand-over") if self.size.width >= _WIDE else present.number(self._back)
        came = f"{what} came back" if self.size.width >= _MIDDLE else f"{what} back"
        return present.joined((f"{Urgency.LATE.sign} {came}: {self._pressed('view_deals')}", Urgency.LATE.style))

    def _alerted(self) -> Content:
        """How many alerts there are, and the key to them; nothing where there are none, or in another's queue."""
        if not self._alerts or self._of is not None:
            return Content("")
        pressing = Urgency.LATE if self._urgent else Urgency.DUE
        return present.joined((f"{present.count(self._alerts, 'alert')}: {self._pressed('alerts')}", pressing.style))

    def _pressed(self, command: str) -> str:
        """A key as what to do."""
        return f"press {self.app.key_of(command)}"

    def _figures(self) -> Content:
        if self._marked:
            keys = " ".join(map(self.app.key_of, _ON_MARKED))
            more = f"{self.app.key_of('palette')} sets motion or campaign"  # which have no key
            return present.content(f"{self._marked:,} marked: {keys} act on all · {more}", "$foreground")
        if self._came or self._went:
            words = [f"{self._came} new"] if self._came else []
            words += [f"{self._went} gone"] if self._went else []
            key = self.app.key_of("refresh")
            return present.content(f"others changed the list: {', '.join(words)} · {key} takes it in", "$warning")
        figures = self._today
        if figures is None or (self._of is not None and self._of.id is None):
            return Content("")
        goals, limit = self.app.goals if self._of is None else Goals(), self.app.team.rules.callbacks.limit
        parts: list[present.Part] = [
            _toward(figures.attempts, goals.attempts, "attempt"),
            _toward(figures.connects, goals.connects, "connect"),
            _toward(figures.meetings, goals.meetings, "meeting"),
        ]
        if figures.callbacks >= limit * _NEAR_THE_LIMIT:
            parts.append((f"{Urgency.DUE.sign} callbacks {figures.callbacks} of {limit}", Urgency.DUE.style))
        if figures.first_touch is not None:
            parts.append(f"first touch {present.span(figures.first_touch)}")
        kept = "callbacks kept" if self.size.width >= _WIDE else "kept"
        parts.append(f"{kept} {present.percent(figures.kept)}")
        spaced: list[present.Part] = [piece for part in parts for piece in (" · ", part)]
        return present.joined("today  ", *spaced[1:])

    def _views(self, room: int) -> Content:
        """The names of the views with their counts, as many as there is room for, and how the list is ordered."""
        shown = self._shown
        spec = shown.spec
        by = f"by {spec.order.value}" if spec.order is not Order.DUE else ""
        room -= len(by) + GAP if by else 0
        # What is due later is named when it is open.
        tabs = [
            index for index, tab in enumerate(shown.tabs) if self._is_open(index) or self._always_named(tab.spec.view)
        ]
        words = [self._words(index) for index in tabs]
        kept = fitting([cell_len(word) for word in words], tabs.index(shown.index), room)
        parts: list[present.Part] = []
        self._places, at = [], 0
        for place in kept:
            style = "bold $foreground" if tabs[place] == shown.index else ""
            parts += [(words[place], style), " " * GAP]
            self._places.append((range(at, at + cell_len(words[place])), tabs[place]))
            at += cell_len(words[place]) + GAP
        if len(kept) < len(tabs):
            parts += [MORE, " " * GAP]
        if by:
            parts += [(by, "$foreground"), ""]
        return present.joined(*parts[:-1])

    def _always_named(self, view: View) -> bool:
        """Whether a built-in view is named when it is not open: what nobody has is for who gives or takes it."""
        if view is View.UNROUTED:
            actor = self.app.desk.actor
            return self.app.team.rules.routing.pull or (actor is not None and actor.leads_team)
        return view is not View.LATER

    def _is_open(self, index: int) -> bool:
        return index == self._shown.index or self._shown.tabs[index].own is not None

    def _words(self, index: int) -> str:
        tab = self._shown.tabs[index]
        counts = self._today.views if self._today else {}
        count = self._own.get(tab.own.id) if tab.own is not None else counts.get(tab.spec.view.value)
        name = present.safe(tab.name, 20)
        if index == self._shown.index and self._shown.changed and tab.own is not None:
            name += "*"  # not as it was kept
        later = tab.own is None and tab.spec.view is View.LATER
        return name if count is None or later else f"{name} {count}"


def _shortened(figures: Content, kept: int, room: int, *, whole: bool) -> Content:
    """As many whole figures as ``room`` cells hold; what stands in the first ``kept`` cells stays whatever happens.

    With ``whole`` none is cut: the first goes too where there is no room for it.
    """
    end = figures.plain.rfind(" · ", 0, room + len(" · "))
    if end > kept:
        return figures[:end]
    return figures[:kept] if whole else figures.truncate(max(kept, room), ellipsis=True)


def _toward(done: int, goal: int | None, one: str) -> str:
    """A figure of the day, beside the goal set for it: ``45 of 60 attempts``."""
    if goal is None:
        return present.count(done, one)
    reached = f" {Urgency.DONE.sign}" if done >= goal else ""
    return f"{present.number(done)} of {present.count(goal, one)}{reached}"
