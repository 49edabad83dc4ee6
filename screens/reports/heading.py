"""The line above a report: which it is, what it was asked, and what goes on."""

from __future__ import annotations

from textual import getters
from textual.timer import Timer
from textual.widgets import Static

from store.reports.figures import Report
from store.reports.registry import REPORTS
from tui import present
from tui.frame import Frame


class Heading(Static):
    """``Sources · last 90 days · against the period before``; while it counts, for how long."""

    app = getters.app(Frame)
    DEFAULT_CSS = """
    Heading { height: 1; color: $text-muted; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._report: Report | None = None
        self._compared = False
        self._changed = False
        self._of_before = False
        self._filters = ""
        self._counts = False
        self._since = 0
        self._clock: Timer | None = None

    def say(
        self, report: Report | None, filters: str, *, compared: bool, changed: bool, of_before: bool = False
    ) -> None:
        """Say what is in front; None is the list of reports. ``of_before``: not what the filters now say."""
        self._report, self._filters, self._compared = report, filters, compared
        self._changed, self._of_before = changed, of_before
        self._say()

    def counts(self) -> None:
        """It is being counted, from now on: said at once, and from the first second on for how long."""
        self.rests()
        self._counts, self._since = True, 0
        self._clock = self.set_interval(1.0, self._another_second)
        self._say()

    def rests(self) -> None:
        """Nothing is counted any more."""
        self._counts = False
        if self._clock is not None:
            self._clock.stop()
            self._clock = None
        self._say()

    def _another_second(self) -> None:
        self._since += 1
        self._say()

    def _say(self) -> None:
        self.update(present.joined(*self._words(), newlines=False))

    def _against(self, report: Report) -> str:
        before = report.against
        if before is None or before.first == before.last:
            return f" · against {before.first if before is not None else 'the period before'}"
        return f" · against the period before, {before.first}..{before.last}"

    def _words(self) -> list[present.Part]:
        key, report = self.app.key_of, self._report
        if report is None:
            said: list[present.Part] = [("Reports", "bold $foreground")]
            said.append(f" · {present.safe(self._filters, 80)}" if self._filters else "")
            said.append(f" · {key('timeline')} opens one, {key('saved_view')} and its letter too")
        else:
            said = [(report.title, "bold $foreground")]
            said += [(" · still of ", "$warning")] if self._of_before else [" · "] if report.asked else []
            said += [report.asked, self._against(report) if self._compared else ""]
        if self._of_before:
            said.append(("   ! not of what is typed now", "$warning"))
        elif self._counts:
            seconds = f" {self._since} s" if self._since else ""
            said.append((f"   counting …{seconds} · {key('back')} gives it up", "$accent"))
        elif report is not None and self._changed:
            said.append(f"   • changed since: {key('refresh')} counts again")
        elif report is not None and not self.screen.has_class("-narrow"):
            said.append((f"   {REPORTS[report.name].question}", "italic"))
        return said
