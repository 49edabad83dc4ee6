"""How an at bat is drawn in the queue: on one line, or on two where the list shares the window with the preview."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from store.instants import Instant
from store.queries.queue import QueueRow, why_row
from store.rules import queue_order
from store.rules.path import standing
from store.rules.touch import attempt_limit
from store.ruleset import RuleSet
from tui import present
from tui.theme import Urgency
from tui.widgets.line_painter import Column, ColumnPainter, Line, Palette

URGENCIES = {
    queue_order.Urgency.LATE: Urgency.LATE,
    queue_order.Urgency.DUE: Urgency.DUE,
    queue_order.Urgency.SOON: Urgency.DUE,
    queue_order.Urgency.CALM: Urgency.CALM,
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """The words of one row."""

    urgency: Urgency
    why: str
    who: str
    company: str
    where: str
    attempts: str
    last: str
    score: str
    there: str


def _column(title: str, name: str, width: int, *, grow: int = 0, style: str = "", needs: int = 0) -> Column[Drawn]:
    def value(row: Drawn) -> tuple[str, str]:
        return getattr(row, name), style or "text"

    return Column(title, value, width, grow, needs=needs)


_SIGN: Column[Drawn] = Column("", lambda row: (row.urgency.sign, row.urgency.component), 1)
_WHY: Column[Drawn] = Column("why", lambda row: (row.why, row.urgency.component), 24, 3)
_WHO = _column("who", "who", 18, grow=3, style="strong")
_COMPANY = _column("company", "company", 12, grow=2)
_WHERE = _column("stage", "where", 20, grow=1, style="muted", needs=100)
_ATTEMPTS = _column("tries", "attempts", 8, style="muted", needs=90)
_LAST = _column("last touch", "last", 20, grow=1, style="muted", needs=150)
_SCORE = _column("score", "score", 5, style="muted", needs=84)
_THERE = _column("there", "there", 5, style="muted", needs=70)

ONE_LINE = (_SIGN, _WHY, _WHO, _COMPANY, _WHERE, _ATTEMPTS, _LAST, _SCORE, _THERE)
TWO_LINES = (
    (_SIGN, _WHY, _WHO, _COMPANY),
    (
        _column("", "last", 1),
        _column("", "last", 24, grow=3, style="muted"),
        _column("", "where", 18, grow=3, style="muted"),
        _column("", "attempts", 9, grow=1, style="muted"),
        _column("", "score", 4, style="muted"),
        _column("", "there", 5, style="muted"),
    ),
)


class QueuePainter:
    """Draws queue rows as of ``now()``."""

    def __init__(
        self, rules: RuleSet, zone: str, now: Callable[[], Instant], viewer_id: int | None, *, two_lines: bool
    ) -> None:
        self._rules = rules
        self._viewer_id = viewer_id
        self._zone = zone
        self._now = now
        self._painter: ColumnPainter[Drawn] = (
            ColumnPainter(*TWO_LINES) if two_lines else ColumnPainter(ONE_LINE, titles=False)
        )
        self.lines = self._painter.lines
        self.has_header = False

    def paint(self, row: QueueRow, width: int, palette: Palette) -> list[Line]:
        """The lines of one row."""
        lines = self._painter.paint(self._drawn(row), width, palette)
        if self.lines == 2:
            lines[1][0] = lines[1][0]._replace(text="  ")
        return lines

    def header(self, width: int, palette: Palette) -> Line:
        """No header: the words say what they are."""
        return []

    def _drawn(self, row: QueueRow) -> Drawn:
        lead, now = row.lead, self._now()
        why = why_row(row, self._viewer_id, now, self._zone, self._rules)
        limit = attempt_limit(lead, self._rules)
        name = row.name or "nobody yet"
        last = lead.last_disposition
        zone = row.zone.split(" ", 1)[0]
        return Drawn(
            URGENCIES[why.urgency],
            why.words,
            f"{name} · {row.title}" if row.title else name,
            row.company,
            standing(lead.stage, lead.status),
            f"{lead.attempts} of {limit}" if limit else present.count(lead.attempts, "try", "tries"),
            f"{last.label}, {present.ago(lead.last_touch_at, now)}" if last and lead.last_touch_at else "not tried yet",
            str(lead.score) if lead.score else "",
            present.local_time(now, zone) if zone else "",
        )
