"""How a rep is drawn on the board: one line of columns, of which a narrow window shows those that matter most."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from rich.cells import cell_len as len_of

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
    coming: str
    on: str
    last: str
    beside: Urgency
    strong: bool
    figures: dict[str, tuple[str, str]] = field(default_factory=dict)


class Longest(NamedTuple):
    """How many cells the words of a column take at most, and of each column of figures by its name.

    ``coming`` is what they do and what is to come, together.
    """

    name: int
    doing: int
    coming: int
    on: int
    figures: Mapping[str, int]


def _figure(title: str, name: str, longest: Longest) -> Column[Drawn]:
    def value(row: Drawn) -> tuple[str, str]:
        return row.figures.get(name, ("", "muted"))

    return Column(f"{title} ", value, max(len_of(title) + 1, longest.figures.get(name, 0)), 1, align="right")


def _columns(width: int, longest: Longest) -> tuple[Column[Drawn], ...]:
    """The columns of a window: names first, then what they do, then whom they are with.

    What is to come has what is left of the room: it stands behind what they do where all of it fits.
    """
    with_whom = width >= _NEEDS_WITH
    figures = [_figure(title, name, longest) for title, name, needs in _FIGURES if needs <= width]
    others = [_LAST, *figures] if width >= _LAST.needs else figures
    room = width - sum(column.width + 1 for column in (_MARK, *others)) - (3 if with_whom else 2)
    least = _LEAST.on if with_whom else 0
    doing = max(min(longest.doing, room - least - _LEAST.name), _LEAST.doing)
    name = max(min(longest.name, room - least - doing), _LEAST.name)
    on = max(min(longest.on, room - name - doing), _LEAST.on) if with_whom else 0
    if doing < longest.coming <= room - name - on:
        doing = longest.coming

    def now(row: Drawn) -> tuple[str, str]:
        both = f"{row.doing} · {row.coming}"
        return both if row.coming and len_of(both) <= doing else row.doing, row.beside.component

    words: list[Column[Drawn]] = [
        Column("rep", lambda row: (row.name, "strong" if row.strong else "text"), name),
        Column("now", now, doing),
    ]
    if with_whom:
        words.append(Column("with", lambda row: (row.on, "text"), on, parts=" · "))
    return (_MARK, *words, *others)


_MARK: Column[Drawn] = Column("", lambda row: (row.sign.sign, row.sign.component), 1)
_FIGURES = (  # a title, the figure, and the cells of a window that shows it
    ("open", "open", 0),
    ("new", "new", 0),
    ("due", "due", 100),
    ("late", "late", 0),
    ("SLA", "missed", 0),
    ("stale", "stale", 100),
    ("waits", "waiting", 100),
    ("tries", "attempts", 0),
    ("conn", "connects", 0),
    ("mtg", "meetings", 0),
    ("kept", "kept", 100),
)
_LAST: Column[Drawn] = Column("last act", lambda row: (row.last, "muted"), 16, needs=150)
_NEEDS_WITH = 110  # cells of a window that says whom they are with
_LEAST, _MOST = Longest(8, 10, 0, 8, {}), (24, 30, 60, 60)


def _lengths(row: Drawn) -> tuple[int, int, int, int]:
    """The cells of the words of a row, as in ``Longest``; what is to come with what it stands behind."""
    doing = len_of(row.doing)
    return len_of(row.name), doing, doing + 3 + len_of(row.coming) if row.coming else 0, len_of(row.on)


class BoardPainter:
    """Draws the board as of ``now()``: words as wide as the longest of their column, figures in what is left over."""

    lines = 1
    has_header = True

    def __init__(self, rules: TeamRules, zone: str, now: Callable[[], Instant]) -> None:
        self._rules = rules
        self._zone = zone
        self._now = now
        self._longest = _LEAST
        self._painters: dict[int, ColumnPainter[Drawn]] = {}

    def fit(self, rows: Iterable[BoardRow]) -> bool:
        """Make room for the words of these rows; says whether every line is to be drawn anew."""
        drawn = [self._drawn(row) for row in rows]
        words = [_LEAST[:4], *(_lengths(row) for row in drawn)]
        figures = {
            name: max((len_of(row.figures.get(name, ("",))[0]) for row in drawn), default=0) for _, name, _ in _FIGURES
        }
        found = zip(zip(*words, strict=True), _MOST, strict=True)
        name, doing, coming, on = (min(max(lengths), most) for lengths, most in found)
        longest = Longest(name, doing, coming, on, figures)
        changed, self._longest = longest != self._longest, longest
        if changed:
            self._painters.clear()
        return changed

    def paint(self, row: BoardRow, width: int, palette: Palette) -> list[Line]:
        """The line of one row."""
        return self._painter(width).paint(self._drawn(row), width, palette)

    def header(self, width: int, palette: Palette) -> Line:
        """What the columns are."""
        return self._painter(width).header(width, palette)

    def _painter(self, width: int) -> ColumnPainter[Drawn]:
        found = self._painters.get(width)
        if found is None:
            self._painters.clear()  # the width before a resize is not coming back
            found = self._painters[width] = ColumnPainter(_columns(width, self._longest), titles=True)
        return found

    def _drawn(self, row: BoardRow) -> Drawn:
        figures = self._figures(row)
        if row.rep is None:
            return Drawn(Urgency.CALM, row.name, "", "", "", "", Urgency.QUIET, False, figures)
        rep, now = row.rep, self._now()
        doing, urgency = words.doing(rep, now, self._zone)
        name = f"{present.safe(row.name, 40)}{' · paused' if rep.paused else ''}"
        last = present.clock(rep.last_at, self._zone, now) if rep.last_at is not None else ""
        coming = words.coming(rep, now, self._zone)
        return Drawn(urgency, name, doing, coming, words.on_whom(rep), last, urgency, True, figures)

    def _figures(self, row: BoardRow) -> dict[str, tuple[str, str]]:
        marked = words.marks(row.figures, self._rules) if row.rep is not None else {}
        said = {}
        for name in row.counts:
            urgency, count = marked.get(name, Urgency.CALM), getattr(row.figures, name)
            text = f"{count:,}{'+' if row.more and name == 'open' else urgency.sign}"
            if name == "kept":
                text = f"{count} of {row.figures.promised}{urgency.sign}" if row.figures.promised else "– "
            quiet = name not in marked and not (row.figures.promised if name == "kept" else count)
            said[name] = (text, "muted" if quiet else urgency.component)
        return said
