"""How a record behind a figure is drawn, whatever its kind: who, where, what, how it stands, whose, and when."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from store.instants import Instant
from store.queries.queue import QueueRow
from store.queries.records import RecordRow
from store.reports.figures import Records as Kind
from tui import present
from tui.widgets.line_painter import Column, ColumnPainter, Line, Palette


class Shown(NamedTuple):
    """A record, and the at bat it is about as the verbs need it."""

    row: RecordRow
    lead: QueueRow | None = None


def _what(shown: Shown) -> str:
    row = shown.row
    return present.money(row.amount, row.currency) if row.amount is not None else row.what


class Titles(NamedTuple):
    """What the columns of one kind of records are called; "" for one that such a record has nothing for."""

    company: str = "company"
    what: str = "what"
    stands: str = "stands"
    whose: str = "whose"
    when: str = "when"


_TITLES = {
    Kind.CONTACT: Titles(what="job", stands="latest at bat", when="known since"),
    Kind.ACCOUNT: Titles(company="", what="industry", stands="place", when="known since"),
    Kind.OPPORTUNITY: Titles(what="amount", stands="stage", when="opened"),
    Kind.LEAD: Titles(when="opened"),
    Kind.SIGNAL: Titles(stands="source"),
    Kind.USER: Titles(company="", what="role", stands="stands", whose="", when=""),
    Kind.CLOCK: Titles(what="clock", when="due"),
    Kind.CALLBACK: Titles(when="due"),
}


class RecordPainter:
    """Draws records of one kind on one line each."""

    lines = 1
    has_header = True

    def __init__(self, kind: Kind, zone: str, now: Callable[[], Instant]) -> None:
        titles = _TITLES.get(kind, Titles())
        self._zone = zone
        self._now = now
        columns: list[Column[Shown]] = [
            Column("name", lambda shown: (shown.row.name or shown.row.company or "nobody yet", "strong"), 18, 3),
            Column(titles.company, self._company, 16, 2, needs=96),
            Column(titles.what, lambda shown: (_what(shown), "text"), 18, 2, needs=60),
            Column(titles.stands, lambda shown: (shown.row.state, "text"), 20, 2),
            Column(titles.whose, lambda shown: (shown.row.owner, "muted"), 12, 1, needs=70),
            Column(titles.when, self._when, 12, align="right"),
        ]
        self._painter: ColumnPainter[Shown] = ColumnPainter([each for each in columns if each.title], titles=True)

    def paint(self, row: Shown, width: int, palette: Palette) -> list[Line]:
        """The line of one record."""
        return self._painter.paint(row, width, palette)

    def header(self, width: int, palette: Palette) -> Line:
        """What the columns are."""
        return self._painter.header(width, palette)

    def _company(self, shown: Shown) -> tuple[str, str]:
        row = shown.row
        return (row.company if row.name and row.company != row.name else "", "text")

    def _when(self, shown: Shown) -> tuple[str, str]:
        at = shown.row.at
        return ("" if at is None else present.day(at, self._zone, self._now()), "muted")
