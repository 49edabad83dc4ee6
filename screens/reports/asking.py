"""What is asked of whichever report is in front: a line of filters, and whether it stands against the period before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from store.errors import Refusal
from store.reports.filters import line, parts
from store.reports.period import DEFAULT, FIRST_DAY, Period, period

_ALL_TIME = "All time has no period before or after it: choose another one first."


class Asking:
    """The filters as they are typed, the same for every report; ``today`` is the team's."""

    def __init__(self, today: Callable[[], date]) -> None:
        self.filters = ""
        self.compare = False
        self._today = today

    @property
    def period(self) -> Period | None:
        """The period in force; None where the filters say none that can be."""
        try:
            return period(parts(self.filters).get("days", DEFAULT), self._today())
        except Refusal:
            return None

    def toggle_compare(self) -> None:
        """Against the period before, or alone again; raises Refusal where there is none."""
        asked = self.period
        if not self.compare and asked is not None and asked.name == "all":
            raise Refusal(_ALL_TIME)
        self.compare = not self.compare

    def shift(self, way: Callable[[Period], Period | None]) -> None:
        """Ask about the period before or after; raises Refusal where there is none."""
        asked, today = self.period, self._today()
        if asked is None:
            raise Refusal("Mend the filters first.")
        then = way(asked)
        if then is None:
            raise Refusal(_ALL_TIME)
        if then.first > today:
            raise Refusal("That is still to come.")
        if then.last < FIRST_DAY:
            raise Refusal("There was nothing then.")
        usual = period(DEFAULT, today)
        days = DEFAULT if (then.first, then.last) == (usual.first, usual.last) else then.name
        self.filters = line({**parts(self.filters), "days": days})
