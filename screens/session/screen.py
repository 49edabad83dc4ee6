"""Session mode: one at bat fills the screen, a letter says what came of it, and the next one is there."""

from __future__ import annotations

from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from screens.dialogs.foretold import ASKS_WHAT_WAS_LEARNED, CHANNEL_OF, SAID_TWICE, hint, words
from screens.session.course import Course
from screens.session.front import Came, Front
from screens.session.keys import Keys
from screens.session.line import CallTimer, SessionLine
from screens.session.log import Preset
from screens.session.summary import Leaving
from store.errors import Refusal
from store.operations.log_touch import log_touch
from store.operations.sessions import end_session, pause_session, resume_session
from store.queries import queue
from store.queries.queue import QueueRow
from store.queries.session import Figures, Found, Sitting, Turn, figures, sitting
from store.rules.touch import DISPOSITIONS, Effect, TouchDraft, direction_of, effect
from store.vocabulary import Channel, Disposition
from tui import present
from tui.commands import BY_ID, Where, bindings
from tui.desk import Change, Done
from tui.lead_screen import LeadRow, LeadScreen
from tui.programs import Way
from tui.widgets.header_line import HeaderLine

_CALLING = ("open", "log", "copy", "next_lead", "previous_lead", "timer", "undo", "timeline", "copy_script", "find",
            "help")  # fmt: skip
_COMMANDS = ("log", "convert", "close", "callback", "note", "snooze", "qualify", "accept", "timeline", "undo", "find",
             "help")  # fmt: skip


class SessionScreen(LeadScreen):
    """Opened with ``app.open_screen("session", sitting)`` on a session that is under way."""

    VIEW = "queue"
    WHERE: ClassVar[tuple[Where, ...]] = (Where.LEADS, Where.SESSION, Where.EVERYWHERE)
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Where.SESSION),
        BY_ID["back"].binding(),
        Binding("down,pagedown,ctrl+d", "read(1)", show=False),
        Binding("up,pageup,ctrl+u", "read(-1)", show=False),
    ]

    line = getters.query_one(SessionLine)
    front = getters.query_one(Front)
    came = getters.query_one(Came)
    keys = getters.query_one(Keys)

    course: Course

    def __init__(self) -> None:
        super().__init__()
        self._call = CallTimer()
        self._figures = Figures()
        self._last: Done | None = None  # what the list behind has not been told yet

    # --- one opening ---

    async def prepare(self, opening: Sitting) -> None:
        """Read the first at bat whose turn it is."""
        self.course = Course(self.app.desk, opening)
        self._call.reset()
        await self.course.begin()
        self._figures = await self._counted(opening)

    def compose(self) -> ComposeResult:
        """Top line, where the session is, the at bat, what may come of it, keys."""
        yield HeaderLine(self.VIEW)
        yield SessionLine(self._call)
        yield Front(self.pick)
        yield Keys(_CALLING)

    def begin(self) -> None:
        """Show it."""
        if self.course.turn is None:
            self.app.hold_keys(self._end())
        else:
            self._say_passed(self.course.found)
            self._arrived()

    def on_mount(self) -> None:
        """Follow the clock and the store."""
        self.watch(self.app, "clock", self._minute, init=False)
        self.app.changed.subscribe(self, self._changed)

    def on_unmount(self) -> None:
        """Leave nothing running."""
        self.course.forget()

    # --- what the verbs ask ---

    def current_lead(self) -> LeadRow | None:
        """The at bat in front."""
        turn = self.course.turn
        return turn.row if turn is not None else None

    def neighbour(self, step: int) -> QueueRow | None:
        """The at bat after or before it, for the timeline's keys; the session goes there too."""
        course = self.course
        ids = course.session.leads
        index = course.found.index + step
        while 0 <= index < len(ids):
            row = self.app.desk.read_now(queue.row, ids[index])
            if row is not None and row.lead.open:
                self.app.hold_keys(self._to(row.id))
                return row
            index += step
        return None

    def lead_done(self, done: Done) -> None:
        """Go on when its turn is over, else show it as it is now; an undo goes back to where it was."""
        self.app.hold_keys(self._after(done))

    def reached_out(self, way: Way) -> None:
        """A call was begun: its time counts."""
        if way.by_phone:
            self._call.start(self.app.desk.now())
            self.line.tick()

    def action_log(self) -> None:
        """The log dialog, with the call's time."""
        self._open_log(None)

    # --- what came of it ---

    def pick(self, disposition: Disposition) -> None:
        """Log what a letter names and go on; what asks for more, or ends the at bat, opens the log dialog on it."""
        turn = self.course.turn
        if turn is None or self._lead_for("log") is None:
            return
        try:
            will = self._effect(turn, draft := self._touch(turn, disposition))
        except Refusal as refusal:
            if refusal.field is None:
                self.app.say(refusal.sentence, urgent=True)
            else:
                self._open_log(disposition)
            return
        if disposition in ASKS_WHAT_WAS_LEARNED | SAID_TWICE or will.close is not None:
            self._open_log(disposition)
        else:
            self.app.do(log_touch, draft, self.verb_done)

    def _open_log(self, disposition: Disposition | None) -> None:
        if (lead := self._lead_for("log", self.app.refuse)) is not None:
            preset = Preset(lead, disposition=disposition, length=lambda: self._call.seconds(self.app.desk.now()))
            self.app.open_dialog("session_log", preset, self.verb_done)

    def _touch(self, turn: Turn, disposition: Disposition) -> TouchDraft:
        channel = _channel(turn)
        if disposition not in DISPOSITIONS[channel]:
            channel = CHANNEL_OF[disposition]
        seconds = self._call.seconds(self.app.desk.now()) if channel is Channel.CALL else None
        row = turn.row
        return TouchDraft(row.id, channel, disposition, direction_of(disposition), seen=row.version, duration=seconds)

    def _effect(self, turn: Turn, draft: TouchDraft) -> Effect:
        team, row = self.app.team, turn.row
        return effect(row.lead, row.reach, draft, team.rules, team.calendar, self.app.desk.now(), turn.tries)

    def _foretold(self, turn: Turn, disposition: Disposition) -> str:
        app, theirs = self.app, turn.row.zone.split(" ", 1)[0] or None
        return hint(
            lambda: words(
                self._effect(turn, self._touch(turn, disposition)), turn.row.lead, app.desk.now(), app.zone, theirs
            )
        )

    # --- from one at bat to another ---

    def action_next_lead(self) -> None:
        """The next one; this one is passed over."""
        self.app.hold_keys(self._go(1))

    def action_previous_lead(self) -> None:
        """The one before."""
        self.app.hold_keys(self._go(-1))

    def action_back(self) -> None:
        """Pause; what came of it so far is shown, and the place is kept."""
        self.app.hold_keys(self._pause())

    async def _go(self, step: int) -> None:
        found = await self.course.go(step)
        if found.turn is None and step < 0:
            self.app.say("This is the first of the session.")
            return
        self._say_passed(found)
        if found.turn is None:
            await self._end()
        else:
            self._arrived()

    def _say_passed(self, found: Found) -> None:
        for sentence in found.passed[-1:]:
            more = f", and {len(found.passed) - 1} more" if len(found.passed) > 1 else ""
            self.app.say(f"passed over: {sentence}{more}")

    async def _to(self, lead_id: int) -> None:
        if await self.course.go_to(lead_id):
            self._arrived()

    async def _after(self, done: Done) -> None:
        self._last = done
        turn, course = self.course.turn, self.course
        self._count()
        if done.lead_id is None or turn is None:
            return
        if done.lead_id != turn.row.id:
            await self._to(done.lead_id)
            return
        row = await self.app.desk.read(queue.row, done.lead_id)
        if row is not None and _is_over(turn.row, row) and getattr(done, "offer", None) is None:
            await self._go(1)
            return
        await course.again()
        if course.turn is not None:
            self._show()
            course.look_ahead()

    def _arrived(self) -> None:
        """Show the at bat whose turn it is, its letters meaning what came of it, and write down the place."""
        self._call.reset()
        self._show()
        self.front.to_top()
        self._letters(commands=False)
        self.course.look_ahead()
        self.run_worker(self._note_place(), group="place")

    async def _note_place(self) -> None:
        refused = await self.course.note_place()
        if refused is not None:
            self.app.say(refused.sentence, urgent=True)

    # --- pausing and ending ---

    async def _pause(self) -> None:
        await self._leave(pause_session, over=False)

    async def _end(self) -> None:
        await self._leave(end_session, over=True)

    async def _leave(self, operation: object, *, over: bool) -> None:
        course = self.course
        done = await course.act(operation)
        if isinstance(done, Refusal):
            self.app.say(done.sentence, urgent=True)
            self.leave()
            return
        self._call.reset()
        session = await self.app.desk.read(sitting, course.session.id) or course.session
        self._figures = await self._counted(session)
        turn = course.turn
        self.app.open_screen("session_summary", Leaving(session, self._figures, turn.card.name if turn else "", self))

    def go_on(self) -> None:
        """Resume where it was paused."""
        self.app.hold_keys(self._go_on())

    async def _go_on(self) -> None:
        await self._in_front()
        done = await self.course.act(resume_session)
        if isinstance(done, Refusal):
            self.app.say(done.sentence, urgent=True)
            return
        await self.course.again()
        self._count()
        if self.course.turn is not None:
            self._arrived()

    def leave(self) -> None:
        """Back to the list, which takes in what was done here."""
        self.app.hold_keys(self._left())

    async def _left(self) -> None:
        self.course.forget()
        await self._in_front()
        await self.app.pop_screen()
        behind, last = self.app.screen, self._last
        self._last = None
        if isinstance(behind, LeadScreen) and last is not None:
            behind.lead_done(last)
            if (refresh := getattr(behind, "action_refresh", None)) is not None:
                refresh()

    async def _in_front(self) -> None:
        """Away with the summary over it."""
        while self in self.app.screen_stack and self.app.screen is not self:
            await self.app.pop_screen()

    async def put_away(self) -> None:
        """Pause, as the key back does; it is said where it is gone on with."""
        done = await self.course.act(pause_session)
        self._last = None
        self._call.reset()
        self.course.forget()
        if not isinstance(done, Refusal):
            self.app.say(f"session paused: {self.app.key_of('session')} in the queue goes on at the same place")

    # --- the small keys ---

    def action_letters(self) -> None:
        """Change what the letters mean: what came of it, or the commands as on every screen."""
        self._letters(commands=not self.came.commanding)

    def action_timer(self) -> None:
        """Start or stop the call's time."""
        now = self.app.desk.now()
        self._call.stop(now) if self._call.running else self._call.start(now)
        self.line.tick()

    def action_copy_script(self) -> None:
        """Copy what to say."""
        turn = self.course.turn
        if turn is None or turn.step is None:
            self.app.say("There is no script: what is due is no step of the cadence.", urgent=True)
            return
        self.app.copy_to_clipboard(present.clipboard(turn.step.script))
        self.app.say("script copied")

    def action_read(self, way: int) -> None:
        """Scroll what does not fit."""
        self.front.read_on(way)

    def _letters(self, *, commands: bool) -> None:
        self.came.mean(commands=commands)
        self.set_class(commands, "-commands")
        self.keys.show(_COMMANDS if commands else _CALLING)

    # --- showing ---

    def _show(self) -> None:
        turn = self.course.turn
        if turn is None or not self.is_mounted:
            return
        self.front.show(turn)
        self.came.show(_channel(turn), lambda disposition: self._foretold(turn, disposition))
        self._show_line()

    def _show_line(self) -> None:
        self.line.show(self.course.found.index + 1, len(self.course.session.leads), self._figures)

    def _count(self) -> None:
        self.run_worker(self._read_figures(), exclusive=True, group="figures")

    async def _read_figures(self) -> None:
        session = await self.app.desk.read(sitting, self.course.session.id)
        if session is not None:
            self._figures = await self._counted(session)
            self._show_line()

    async def _counted(self, session: Sitting) -> Figures:
        return await self.app.desk.read(figures, session, self.app.desk.now())

    def on_resize(self) -> None:
        """Lay the words out for the room there is."""
        self._show()

    def _minute(self) -> None:
        if self.app.screen is self:
            self._show()
            self._count()

    def _changed(self, change: Change) -> None:
        """Others changed something: take it in; who is in front stays in front."""
        if change.done is None and self.course.turn is not None:
            self.run_worker(self._look(), exclusive=True, group="look")

    async def _look(self) -> None:
        await self.course.again()
        self._show()
        self.course.look_ahead()


def _channel(turn: Turn) -> Channel:
    return turn.row.lead.next_channel or Channel.CALL


def _is_over(before: QueueRow, after: QueueRow) -> bool:
    """Whether what was done to an at bat ends its turn: logged, promised, put off, or ended."""
    was, now = before.lead, after.lead
    if not now.open:
        return True
    return now.touches > was.touches or now.snoozed_until != was.snoozed_until or now.callback_at != was.callback_at
