"""How a row of a line table is drawn: a painter turns it into pieces of styled text, one list a screen line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.widget import Widget

from tui.present import Align, cells

Row = TypeVar("Row")
Row_contra = TypeVar("Row_contra", contravariant=True)
Line = list[Segment]


INKS = ("muted", "accent", "late", "due", "done", "thumb")
PAPERS = ("cursor", "marked", "header")


@dataclass(frozen=True, slots=True)
class Palette:
    """The styles of the theme in force.

    Painters use the first seven, which colour text and leave the background to the table.
    """

    text: Style
    muted: Style
    strong: Style
    accent: Style
    late: Style
    due: Style
    done: Style
    plain: Style
    cursor: Style
    marked: Style
    header: Style
    thumb: Style


def palette_of(table: Widget) -> Palette:
    """The palette a line table has from its style sheet: a component class for each name."""

    def component(name: str) -> Style:
        return table.get_component_rich_style(f"line-table--{name}")

    return Palette(
        text=Style(),
        strong=Style(bold=True),
        plain=table.rich_style,
        **{name: component(name).without_color + Style(color=component(name).color) for name in INKS},
        **{name: component(name) for name in PAPERS},
    )


class Painter(Protocol[Row_contra]):
    """Draws rows of one kind.

    ``lines`` is how many screen lines a row takes. Text from outside goes through ``tui.present``; lines may be
    shorter or longer than ``width`` cells, the table cuts and fills. Cursor and marks are drawn by the table.
    """

    @property
    def lines(self) -> int: ...

    @property
    def has_header(self) -> bool: ...

    def paint(self, row: Row_contra, width: int, palette: Palette) -> Sequence[Line]:
        """The lines of a row."""
        ...

    def header(self, width: int, palette: Palette) -> Line:
        """The line above all rows, where ``has_header``."""
        ...


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column: its title, its words for a row, its width in cells.

    ``value`` gives the text, or the text and the name of a palette style. ``grow`` is its share of the space left
    over. The column is left out of tables narrower than ``needs`` cells. Of a text in ``parts``, parted by these
    letters, the last one goes where only its first few letters would be seen.
    """

    title: str
    value: Callable[[Row], str | tuple[str, str]]
    width: int
    grow: int = 0
    align: Align = "left"
    needs: int = 0
    parts: str = ""


class ColumnPainter(Generic[Row]):
    """Draws rows as columns, on one line or, given two lists of columns, on two.

    With ``titles``, those of the first list that has any stand above the rows.
    """

    def __init__(self, *lines: Sequence[Column[Row]], titles: bool = False) -> None:
        self._columns = lines
        self._titled = next((index for index, line in enumerate(lines) if any(column.title for column in line)), 0)
        self._titles = titles
        self._widths: dict[int, list[list[tuple[Column[Row], int]]]] = {}

    @property
    def lines(self) -> int:
        """Screen lines a row takes."""
        return len(self._columns)

    @property
    def has_header(self) -> bool:
        """Whether the columns' titles stand above the rows."""
        return self._titles

    def paint(self, row: Row, width: int, palette: Palette) -> list[Line]:
        """The lines of a row, one blank between columns."""
        return [[self._cell(column, row, space, palette) for column, space in line] for line in self._layout(width)]

    def header(self, width: int, palette: Palette) -> Line:
        """The titles of one line's columns."""
        titled = self._layout(width)[self._titled]
        return [Segment(cells(column.title, space, column.align) + " ") for column, space in titled]

    def _cell(self, column: Column[Row], row: Row, space: int, palette: Palette) -> Segment:
        value = column.value(row)
        words, style = value if isinstance(value, tuple) else (value, "text")
        if column.parts and cell_len(words) > space:
            words = _less(words, space, column.parts)
        return Segment(cells(words, space, column.align) + " ", getattr(palette, style))

    def _layout(self, width: int) -> list[list[tuple[Column[Row], int]]]:
        layout = self._widths.get(width)
        if layout is None:
            self._widths.clear()  # the width before a resize is not coming back
            layout = self._widths[width] = [_fitted(columns, width) for columns in self._columns]
        return layout


def _less(words: str, space: int, between: str) -> str:
    """Without its last part where that would be seen only as a stump."""
    first, _, last = words.rpartition(between)
    return first if first and last and space - cell_len(first) < len(between) + _STUMP else words


_STUMP = 8  # cells: under this a cut word says nothing


def _fitted(columns: Sequence[Column[Row]], width: int) -> list[tuple[Column[Row], int]]:
    """The columns that fit, with their cells; what is left over goes to the growing ones."""
    shown = [column for column in columns if column.needs <= width]
    spare = max(width - sum(column.width + 1 for column in shown), 0)
    shares = sum(column.grow for column in shown)
    return [(column, column.width + (spare * column.grow // shares if shares else 0)) for column in shown]
