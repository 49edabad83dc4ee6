"""The line above the at bat: where the session is, what it came to so far, and the call's time."""

from __future__ import annotations

from textual import getters
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget

from store.instants import SECOND, Instant
from store.queries.session import Figures
from tui import present
from tui.frame import Frame

_RUNNING, _STOPPED = "●", "■"


class CallTimer:
    """How long a call takes: microseconds from when it was started, until it was stopped."""

    def __init__(self) -> None:
        self.started: Instant | None = None
        self.stopped: Instant | None = None

    @property
    def running(self) -> bool:
        """Whether it counts."""
        return self.started is not None and self.stopped is None

    def start(self, now: Instant) -> None:
        """Count from now on, from nothing."""
        self.started, self.stopped = now, None

    def stop(self, now: Instant) -> None:
        """Count no further."""
        self.stopped = now

    def reset(self) -> None:
        """As if there had been no call."""
        self.started = self.stopped = None

    def length(self, now: Instant) -> int | None:
        """What it shows; None without a call."""
        return None if self.started is None else max(0, (self.stopped or now) - self.started)

    def seconds(self, now: Instant) -> int | None:
        """The same as a touch keeps it."""
        length = self.length(now)
        return None if length is None else length // SECOND


class SessionLine(Widget):
    """One line; the call's time is drawn anew each second while it runs."""

    app = getters.app(Frame)
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    SessionLine { height: 1; color: $text-muted; }
    """

    def __init__(self, call: CallTimer) -> None:
        super().__init__()
        self._call = call
        self._place, self._of = 0, 0
        self._figures = Figures()
        self._ticking: Timer | None = None

    def on_mount(self) -> None:
        """Tick only while there is a call."""
        self._ticking = self.set_interval(1.0, self.refresh, pause=True)

    def show(self, place: int, of: int, figures: Figures) -> None:
        """Show another place, from 1, and other figures."""
        self._place, self._of, self._figures = place, of, figures
        self.tick()

    def tick(self) -> None:
        """Count while the call runs."""
        if self._ticking is not None:
            self._ticking.resume() if self._call.running else self._ticking.pause()
        self.refresh()

    def render(self) -> Content:
        """Place and figures at the left, the call at the right; the figures give way first."""
        right = self._right_side()
        room = max(self.size.width - right.cell_length - 3, 0)
        left = self._left_side()
        left = left.truncate(room, ellipsis=True) if left.cell_length > room else left
        return Content.assemble(" ", left, " " * max(room - left.cell_length + 1, 1), right, " ")

    def _left_side(self) -> Content:
        figures = self._figures
        parts = [
            present.count(figures.attempts, "attempt"),
            present.count(figures.connects, "connect"),
            present.count(figures.meetings, "meeting"),
            present.span(figures.worked),
        ]
        place = f"session  {self._place} of {self._of}"
        return present.joined((place, "bold $foreground"), "  ", " · ".join(parts))

    def _right_side(self) -> Content:
        now, key = self.app.desk.now(), self.app.key_of
        length = self._call.length(now)
        if length is None:
            return present.joined(
                (key("previous_lead"), "bold $footer-key-foreground"), " previous  ",
                (key("next_lead"), "bold $footer-key-foreground"), " next",
            )  # fmt: skip
        sign = _RUNNING if self._call.running else _STOPPED
        style = "bold $success" if self._call.running else "bold"
        minutes = present.timer(length)
        return present.joined((f"{sign} call {minutes:>5}", style), f"  {key('timer')} ",
                              "stops" if self._call.running else "starts anew")  # fmt: skip
