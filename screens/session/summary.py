"""What a session came to, when it is paused and at its end, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from screens.session.keys import Keys
from store.queries.session import Figures, Sitting
from store.queries.today import Today, today
from tui import present
from tui.commands import BY_ID, Where
from tui.view import View
from tui.widgets.header_line import HeaderLine

_MUTED = "$muted"
_KEY = "bold $footer-key-foreground"
_ROWS = (
    ("attempts", "attempts"),
    ("connects", "connects"),
    ("meetings", "meetings"),
    ("callbacks promised", "callbacks"),
    ("closed", "closed"),
    ("converted", "converted"),
)


class Paused(Protocol):
    """The session's screen, as it can be taken up or left."""

    def go_on(self) -> None:
        """Resume where it was paused."""

    def leave(self) -> None:
        """Back to the list."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """A session that was paused at somebody (``name``) or has ended, and its figures."""

    session: Sitting
    figures: Figures
    name: str
    screen: Paused


class SummaryScreen(View):
    """Opened over the session's screen with a ``Leaving``."""

    VIEW = "queue"
    WHERE: ClassVar[tuple[Where, ...]] = (Where.EVERYWHERE,)
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        BY_ID["session"].binding(),
        BY_ID["back"].binding(),
        Binding("enter", "back", show=False),
    ]

    opening: Leaving
    today: Today

    async def prepare(self, opening: Leaving) -> None:
        """Read how the day stands."""
        self.opening = opening
        app = self.app
        self.today = await app.desk.read(today, opening.session.user_id, app.desk.now(), zone=app.zone)

    def compose(self) -> ComposeResult:
        """Top line, the figures, keys."""
        yield HeaderLine(self.VIEW)
        with VerticalScroll(id="summary", can_focus=False):
            yield Static()
        yield Keys(("session", "back", "undo", "find", "help"))

    def begin(self) -> None:
        """Show it."""
        self.query_one("#summary Static", Static).update(self._words())
        self.query_one(Keys).show((*(("session",) if self._paused else ()), "back", "undo", "find", "help"))

    def action_session(self) -> None:
        """Resume, if it is paused."""
        if not self._paused:
            self.app.say(f"This session is over: {self.app.key_of('back')} goes back to the queue.", urgent=True)
            return
        self.opening.screen.go_on()

    def action_back(self) -> None:
        """Back to the list; the place is kept."""
        self.opening.screen.leave()

    @property
    def _paused(self) -> bool:
        return self.opening.session.ended_at is None

    def _words(self) -> Content:
        app, session, figures = self.app, self.opening.session, self.opening.figures
        began = present.clock(session.started_at, app.zone, app.desk.now())
        state = f"paused at {session.place + 1} of {len(session.leads)}" if self._paused else "over"
        skipped = f", {figures.skipped} passed over" if figures.skipped else ""
        lines: list[Content] = [
            present.joined((f"Session of {began}", "bold"), f" · {state}"),
            present.joined((f"{present.span(figures.worked)} worked · {figures.done} of {figures.leads} done{skipped}",
                            _MUTED)),
            Content(),
        ]  # fmt: skip
        for words, name in _ROWS:
            count: int = getattr(figures, name)
            rate = figures.per_hour(count)
            hourly = f"{rate:>8.1f} an hour" if rate is not None and count else ""
            lines.append(present.joined(f"{words:<20}", (f"{present.number(count):>5}", "bold"), (hourly, _MUTED)))
        return Content("\n").join([*lines, Content(), *self._next()])

    def _next(self) -> list[Content]:
        """What to do now, in the order of its worth."""
        key, day = self.app.key_of, self.today
        lines = [present.joined(("what next", _MUTED))]
        if self._paused:
            at = f" at {self.opening.name}" if self.opening.name else ""
            lines.append(present.joined((f"{key('session'):<5}", _KEY), f"goes on{at}; later too, from the queue"))
        waiting = []
        if day.callbacks_due:
            waiting.append(f"{present.count(day.callbacks_due, 'callback')} due today")
        if day.late:
            waiting.append(f"{day.late} late")
        what = ", ".join(waiting) or "the best next at bat first"
        lines.append(present.joined((f"{key('back'):<5}", _KEY), f"back to the queue: {what}"))
        if not self._paused and self.opening.figures.skipped:
            lines.append(present.joined((f"{'':<5}", ""), "who was passed over is still there"))
        return lines
