"""How an at bat is drawn in the queue: on one line, or on two where the list shares the window with the preview."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from store.instants import MINUTE, Instant
from store.queries.queue import QueueRow, why_row
from store.rules import queue_order
from store.rules.calling import may_call
from store.rules.path import standing
from store.rules.touch import attempt_limit
from store.ruleset import RuleSet
from store.vocabulary import Channel
from tui import present
from tui.present import Align
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
    outside: bool  # their calling hours, and a call is next


def _column(
    title: str,
    name: str,
    width: int,
    *,
    grow: int = 0,
    style: str = "",
    needs: int = 0,
    align: Align = "left",
    parts: str = "",
) -> Column[Drawn]:
    def value(row: Drawn) -> tuple[str, str]:
        return getattr(row, name), style or "text"

    return Column(title, value, width, grow, align, needs, parts)


def _sign(row: Drawn) -> tuple[str, str]:
    return row.urgency.sign, row.urgency.component


def _why(row: Drawn) -> tuple[str, str]:
    return row.why, row.urgency.component


def _there(row: Drawn) -> tuple[str, str]:
    if not row.outside:
        return f"  {row.there}", "muted"
    return f"{Urgency.LATE.sign} {row.there}", Urgency.DUE.component


_DOT = " · "
ONE_LINE: tuple[Column[Drawn], ...] = (
    Column("", _sign, 1),
    Column("why", _why, 24, 3),
    _column("person", "who", 18, grow=4, style="strong", parts=_DOT),
    _column("company", "company", 12, grow=2),
    _column("stage", "where", 20, style="muted", needs=100),
    _column("tries", "attempts", 8, style="muted", needs=90),
    _column("last touch", "last", 20, grow=1, style="muted", needs=150),
    _column("score", "score", 5, style="muted", needs=84, align="right"),
    Column("  there", _there, 7, needs=70),
)
# The second line stands in the columns of the first; its titles speak for both.
TWO_LINES: tuple[tuple[Column[Drawn], ...], ...] = (
    (
        Column("", _sign, 1),
        Column("", _why, 28, 1),
        _column("", "who", 17, grow=1, style="strong", parts=_DOT),
        _column("", "company", 22),
    ),
    (
        Column("", lambda row: "", 1),
        _column("why", "last", 28, grow=1, style="muted"),
        _column("person", "where", 17, grow=1, style="muted"),
        _column("company", "attempts", 8, style="muted"),
        _column("score", "score", 5, style="muted", align="right"),
        Column("  there", _there, 7),
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
        self._outside: dict[tuple[str, int], bool] = {}
        self._painter: ColumnPainter[Drawn] = ColumnPainter(*(TWO_LINES if two_lines else (ONE_LINE,)), titles=True)
        self.lines = self._painter.lines
        self.has_header = True

    def paint(self, row: QueueRow, width: int, palette: Palette) -> list[Line]:
        """The lines of one row."""
        return self._painter.paint(self._drawn(row), width, palette)

    def header(self, width: int, palette: Palette) -> Line:
        """What the columns are."""
        return self._painter.header(width, palette)

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
            f"{name}{_DOT}{row.title}" if row.title else name,
            row.company,
            standing(lead.stage, lead.status),
            f"{lead.attempts} of {limit}" if limit else present.count(lead.attempts, "try", "tries"),
            f"{last.label}, {present.ago(lead.last_touch_at, now)}" if last and lead.last_touch_at else "not tried yet",
            str(lead.score) if lead.score else "",
            present.local_time(now, zone) if zone else "",
            bool(lead.open) and lead.next_channel in (Channel.CALL, None) and self._is_outside(row.zone, now),
        )

    def _is_outside(self, zones: str, now: Instant) -> bool:
        """Whether somebody there may not be called at this minute; judged once for all rows."""
        asked = zones, now // MINUTE
        if asked not in self._outside:
            if len(self._outside) > _MOST_KEPT:
                self._outside.clear()
            self._outside[asked] = may_call(now, zones.split(), self._rules.calling) is False
        return self._outside[asked]


_MOST_KEPT = 1_000
