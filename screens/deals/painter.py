"""How an opportunity is drawn in the list: on one line, or on two where the list shares the window with the preview."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from screens.deals import words
from screens.deals.words import Scene
from store.queries.deals import Deal
from tui import present
from tui.present import Align
from tui.theme import Urgency
from tui.widgets.line_painter import Column, ColumnPainter, Line, Palette


@dataclass(frozen=True, slots=True)
class Drawn:
    """The words of one row."""

    urgency: Urgency
    why: str
    name: str
    who: str
    stage: str
    amount: str
    closes: str
    unmoved: str
    still: Urgency
    owner: str


def _column(
    name: str, width: int, *, grow: int = 0, style: str = "", needs: int = 0, align: Align = "left"
) -> Column[Drawn]:
    def value(row: Drawn) -> tuple[str, str]:
        return getattr(row, name), style or "text"

    return Column("", value, width, grow, align, needs=needs)


_SIGN: Column[Drawn] = Column("", lambda row: (row.urgency.sign, row.urgency.component), 1)
_WHY: Column[Drawn] = Column("", lambda row: (row.why, row.urgency.component), 26, 3)
_STILL: Column[Drawn] = Column("", lambda row: (row.unmoved, row.still.component), 11, needs=120)
_NAME = _column("name", 14, grow=3, style="strong")
_AMOUNT = _column("amount", 10, align="right")
_STAGE = _column("stage", 16, style="muted")


def _one_line(*, owners: bool) -> tuple[Column[Drawn], ...]:
    wide = (_column("who", 16, grow=2, needs=110), _AMOUNT, _STAGE, _column("closes", 11, style="muted", needs=130))
    owner = (_column("owner", 12, grow=1, style="muted", needs=90),) if owners else ()
    return (_SIGN, _WHY, _NAME, *wide, _STILL, *owner)


def _two_lines(*, owners: bool) -> tuple[tuple[Column[Drawn], ...], ...]:
    owner = (_column("owner", 12, grow=1, style="muted"),) if owners else ()
    second = (
        _column("amount", 1),
        _column("stage", 26, grow=3, style="muted"),
        _column("who", 14, grow=3, style="muted"),
        *owner,
        _column("closes", 9, style="muted", align="right"),
    )
    return ((_SIGN, _WHY, _NAME, _AMOUNT), second)


class DealPainter:
    """Draws opportunities as of ``scene()``; with ``owners`` it says whose each is."""

    has_header = False

    def __init__(self, scene: Callable[[], Scene], *, two_lines: bool, owners: bool) -> None:
        self._scene = scene
        layout = _two_lines(owners=owners) if two_lines else (_one_line(owners=owners),)
        self._painter: ColumnPainter[Drawn] = ColumnPainter(*layout)
        self.lines = self._painter.lines

    def paint(self, row: Deal, width: int, palette: Palette) -> list[Line]:
        """The lines of one row."""
        lines = self._painter.paint(self._drawn(row), width, palette)
        if self.lines == 2:
            lines[1][0] = lines[1][0]._replace(text="  ")
        return lines

    def header(self, width: int, palette: Palette) -> Line:
        """No header: the words say what they are."""
        return []

    def _drawn(self, deal: Deal) -> Drawn:
        scene = self._scene()
        why, urgency = words.why(deal, scene)
        unmoved, still = words.unmoved(deal, scene)
        person = ", ".join(part for part in (deal.person, deal.title) if part)
        company = "" if deal.company == deal.name else deal.company
        return Drawn(
            urgency,
            why,
            deal.name,
            " · ".join(part for part in (person or "nobody yet", company) if part),
            words.stage(deal),
            present.money(deal.amount, deal.currency),
            words.closes(deal, scene) if deal.open else "",
            unmoved,
            still,
            deal.owner or "nobody",
        )
