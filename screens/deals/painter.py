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
    aside: str
    beside: Urgency
    owner: str
    touched: str


def _column(
    title: str, name: str, width: int, *, grow: int = 0, style: str = "", align: Align = "left"
) -> Column[Drawn]:
    def value(row: Drawn) -> tuple[str, str]:
        return getattr(row, name), style or "text"

    return Column(title, value, width, grow, align)


_SIGN: Column[Drawn] = Column("", lambda row: (row.urgency.sign, row.urgency.component), 1)
_WHY: Column[Drawn] = Column("why", lambda row: (row.why, row.urgency.component), 24, 2)
_ASIDE: Column[Drawn] = Column("", lambda row: (row.aside, row.beside.component), 18, align="right")
_NAME = _column("opportunity", "name", 16, grow=3, style="strong")
_AMOUNT = _column("amount", "amount", 12, align="right")
_STAGE = _column("stage", "stage", 17, style="muted")


def _touched(needs: int) -> Column[Drawn]:
    """When it was touched last, where there is room."""
    return Column("", lambda row: (row.touched, "muted"), 18, align="right", needs=needs)


def _one_line(*, owners: bool) -> tuple[Column[Drawn], ...]:
    owner = (_column("owner", "owner", 12, style="muted"),) if owners else ()
    who = _column("company, person", "who", 24, grow=3)
    return (_SIGN, _WHY, _NAME, who, _AMOUNT, _STAGE, _ASIDE, _touched(150), *owner)


def _two_lines(*, owners: bool) -> tuple[tuple[Column[Drawn], ...], ...]:
    owner = (_column("", "owner", 10, style="muted"),) if owners else ()
    second = (_column("", "stage", 1), _column("", "who", 14 if owners else 24, grow=3, style="muted"))
    third = (*owner, _STAGE, _touched(90), _ASIDE)
    return ((_SIGN, _WHY, _NAME, _AMOUNT), (*second, *third))


class DealPainter:
    """Draws opportunities as of ``scene()``; with ``owners`` it says whose each is."""

    has_header = True

    def __init__(self, scene: Callable[[], Scene], *, two_lines: bool, owners: bool) -> None:
        self._scene = scene
        self._to = not (two_lines and owners)  # the owner, who was asked, stands beside it
        layout = _two_lines(owners=owners) if two_lines else (_one_line(owners=owners),)
        self._painter: ColumnPainter[Drawn] = ColumnPainter(*layout, titles=True)
        self.lines = self._painter.lines

    def paint(self, row: Deal, width: int, palette: Palette) -> list[Line]:
        """The lines of one row."""
        lines = self._painter.paint(self._drawn(row), width, palette)
        if self.lines == 2:
            lines[1][0] = lines[1][0]._replace(text="  ")
        return lines

    def header(self, width: int, palette: Palette) -> Line:
        """What the columns are."""
        return self._painter.header(width, palette)

    def _drawn(self, deal: Deal) -> Drawn:
        scene = self._scene()
        why, urgency = words.why(deal, scene)
        aside, beside = words.aside(deal, scene)
        return Drawn(
            urgency,
            why,
            deal.name,
            words.who(deal, scene, to=self._to),
            words.stage(deal),
            present.money(deal.amount, deal.currency),
            aside,
            beside,
            "you" if deal.owner_id == scene.me else deal.owner or "nobody",
            words.touched(deal, scene) if deal.open else "",
        )
