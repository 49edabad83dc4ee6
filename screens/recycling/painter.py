"""How somebody who may come back is drawn: on one line, or on two where the window is not wide enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from screens.recycling import words
from screens.recycling.words import Scene
from store.queries.recycling import Recyclable
from tui.present import Align
from tui.theme import Urgency
from tui.widgets.line_painter import Column, ColumnPainter, Line, Palette


@dataclass(frozen=True, slots=True)
class Shown:
    """A row of the list; ``group`` is named on the first of each group only."""

    row: Recyclable
    group: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The words of one row."""

    urgency: Urgency
    group: str
    why: str
    who: str
    track: str
    said: str
    gets: str
    number: str


def _column(
    title: str, name: str, width: int, *, grow: int = 0, style: str = "text", align: Align = "left"
) -> Column[Drawn]:
    def value(row: Drawn) -> tuple[str, str]:
        return getattr(row, name), style

    return Column(title, value, width, grow, align)


_SIGN: Column[Drawn] = Column("", lambda row: (row.urgency.sign, row.urgency.component), 1)
_WHY: Column[Drawn] = Column("may come back", lambda row: (row.why, row.urgency.component), 21, 1)
_GROUP = _column("", "group", 11, style="accent")
_WHO = _column("person", "who", 18, grow=3, style="strong")
_GETS = _column("gets it", "gets", 9, style="muted")
_TRACK = _column("with what", "track", 18, grow=3)
_SAID = _column("said last", "said", 16, grow=4, style="muted")
_NUMBER = _column("bats", "number", 4, style="muted", align="right")
_ONE = ((_SIGN, _GROUP, _WHY, _WHO, _TRACK, _SAID, _GETS, _NUMBER),)
_BLANK: tuple[Column[Drawn], ...] = (Column("", lambda row: "", 1), Column("", lambda row: "", 11))
_TWO = (
    (_SIGN, _GROUP, _WHO, _WHY, _GETS),
    (*_BLANK, _column("", "track", 18, grow=3), _column("", "said", 16, grow=4, style="muted")),
)


class RecyclingPainter:
    """Draws people who may come back as of ``scene()``."""

    has_header = True

    def __init__(self, scene: Callable[[], Scene], *, two_lines: bool) -> None:
        self._scene = scene
        self._painter: ColumnPainter[Drawn] = ColumnPainter(*(_TWO if two_lines else _ONE), titles=True)
        self.lines = self._painter.lines

    def paint(self, row: Shown, width: int, palette: Palette) -> list[Line]:
        """The lines of one row."""
        return self._painter.paint(self._drawn(row), width, palette)

    def header(self, width: int, palette: Palette) -> Line:
        """What the columns are."""
        return self._painter.header(width, palette)

    def _drawn(self, shown: Shown) -> Drawn:
        row, scene = shown.row, self._scene()
        why, urgency = words.why(row, scene)
        company = row.company if row.company != row.name else ""
        return Drawn(
            urgency,
            shown.group,
            why,
            " · ".join(part for part in (row.name, company) if part),
            words.track(row, scene),
            f"“{row.last_words}”" if row.last_words else "nothing said yet",
            words.gets(row, scene),
            str(row.number),
        )
