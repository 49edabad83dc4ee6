"""How a rep is drawn on the board: one line of columns, of which a narrow window shows those that matter most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from screens.team import words
from store.instants import Instant
from store.queries.team import Figures, Rep
from store.ruleset import TeamRules
from tui import present
from tui.theme import Urgency
from tui.widgets.line_painter import Column, ColumnPainter, Line, Palette


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One line: a rep, what nobody has, or everybody together; ``more`` says that ``open`` is the least it may be."""

    name: str
    figures: Figures
    rep: Rep | None = None
    counts: tuple[str, ...] = Figures._fields
    more: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """The words of one row; figures end in the place of their sign, so that digits stand below digits."""

    sign: Urgency
    name: str
    doing: str
    on: str
    last: str
    beside: Urgency
    strong: bool
    figures: dict[str, tuple[str, str]] = field(default_factory=dict)


def _figure(title: str, name: str, width: int, needs: int = 0) -> Column[Drawn]:
    def value(row: Drawn) -> tuple[str, str]:
        return row.figures.get(name, ("", "muted"))

    return Column(f"{title} ", value, width, align="right", needs=needs)


_COLUMNS: tuple[Column[Drawn], ...] = (
    Column("", lambda row: (row.sign.sign, row.sign.component), 1),
    Column("rep", lambda row: (row.name, "strong" if row.strong else "text"), 12, 2),
    Column("now", lambda row: (row.doing, row.beside.component), 17, 1),
    Column("with", lambda row: (row.on, "text"), 14, 6, needs=110),
    Column("last act", lambda row: (row.last, "muted"), 16, needs=150),
    _figure("open", "open", 6),
    _figure("new", "new", 4),
    _figure("due", "due", 5, needs=100),
    _figure("late", "late", 5),
    _figure("SLA", "missed", 4),
    _figure("stale", "stale", 6, needs=100),
    _figure("waits", "waiting", 6, needs=100),
    _figure("tries", "attempts", 6),
    _figure("conn", "connects", 5),
    _figure("mtg", "meetings", 4),
    _figure("kept", "kept", 7, needs=100),
)


class BoardPainter:
    """Draws the board as of ``now()``."""

    lines = 1
    has_header = True

    def __init__(self, rules: TeamRules, zone: str, now: Callable[[], Instant]) -> None:
        self._rules = rules
        self._zone = zone
        self._now = now
        self._painter: ColumnPainter[Drawn] = ColumnPainter(_COLUMNS, titles=True)

    def paint(self, row: BoardRow, width: int, palette: Palette) -> list[Line]:
        """The line of one row."""
        return self._painter.paint(self._drawn(row), width, palette)

    def header(self, width: int, palette: Palette) -> Line:
        """What the columns are."""
        return self._painter.header(width, palette)

    def _drawn(self, row: BoardRow) -> Drawn:
        figures = self._figures(row)
        if row.rep is None:
            return Drawn(Urgency.CALM, row.name, "", "", "", Urgency.QUIET, False, figures)
        rep, now = row.rep, self._now()
        doing, urgency = words.doing(rep, now, self._zone)
        name = f"{row.name} · paused" if rep.paused else row.name
        last = present.clock(rep.last_at, self._zone, now) if rep.last_at is not None else ""
        return Drawn(urgency, name, doing, words.on_whom(rep), last, urgency, True, figures)

    def _figures(self, row: BoardRow) -> dict[str, tuple[str, str]]:
        marked = words.marks(row.figures, self._rules) if row.rep is not None else {}
        said = {}
        for name in row.counts:
            urgency, count = marked.get(name, Urgency.CALM), getattr(row.figures, name)
            text = f"{count:,}{'+' if row.more else urgency.sign}"
            if name == "kept":
                text = f"{count} of {row.figures.promised}{urgency.sign}" if row.figures.promised else "– "
            quiet = name not in marked and not (row.figures.promised if name == "kept" else count)
            said[name] = (text, "muted" if quiet else urgency.component)
        return said
