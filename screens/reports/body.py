"""A report as it is read: sentences and tables on one page, with a cursor that goes from figure to figure."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from screens.reports import layout
from screens.reports.ink import of_words, pieces_of, strip_of
from screens.reports.layout import GAP, Figures, Grid, Head, Page, Pen, Place, Sort, Told
from store.reports.figures import Cell, Column, Line, Report, Table
from tui.commands import Where, commands_of
from tui.present import cells
from tui.widgets.line_painter import INKS, PAPERS, Palette, palette_of

CURSOR = "▌"
GUTTER = 2
_DARKER = 0.13
_LOW = 30  # lines: in fewer, figures come before words


class Spot(NamedTuple):
    """The cell under the cursor, with what it belongs to."""

    table: Table
    line: Line
    column: Column
    cell: Cell


class ReportBody(ScrollView, can_focus=True):
    """Draws a report's page; only figures can be gone to. ``enter`` is the screen's, a click on the cursor opens."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"line-table--{name}" for name in (*INKS, *PAPERS)} | {"report--shade"}
    DEFAULT_CSS = """
    ReportBody {
        height: 1fr; background: $background; color: $foreground; scrollbar-size-vertical: 1;
        overflow-x: hidden; overflow-y: auto; scrollbar-gutter: stable;
        & > .line-table--muted { color: $text-muted; }
        & > .line-table--accent { color: $accent; }
        & > .line-table--late { color: $error; }
        & > .line-table--due { color: $warning; }
        & > .line-table--done { color: $success; }
        & > .line-table--cursor {
            background: $block-cursor-blurred-background; color: $block-cursor-blurred-foreground;
        }
        & > .line-table--marked { background: $surface; }
        & > .line-table--header { background: $surface; color: $text-muted; }
        & > .line-table--thumb { color: $scrollbar; }
        & > .report--shade { color: $secondary; }
        &:focus > .line-table--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *(replace(command.binding(), action=command.id.removeprefix("list.")) for command in commands_of([Where.LIST])),
    ]

    class Moved(Message):
        """The cursor is on another cell, or the cell it is on changed."""

    class Opened(Message):
        """The cell under the cursor was clicked."""

    def __init__(self) -> None:
        super().__init__()
        self._pen = Pen("")
        self._report: Report | None = None
        self._page: Page | None = None
        self._stop = 0
        self._column = 0
        self._wanted: Place | None = None  # the figure last gone to: the cursor is on it wherever it is there
        self._sorts: dict[str, Sort] = {}
        self._ink: Palette | None = None

    # --- what it shows ---

    @property
    def report(self) -> Report | None:
        """What is shown."""
        return self._report

    def show(self, report: Report | None, pen: Pen) -> None:
        """Show a report, written with ``pen``; the same one counted again keeps its cursor and its order."""
        self._pen = pen
        same = self._report is not None and report is not None and self._report.name == report.name
        if not same:
            self._wanted = None
            self._sorts.clear()
        self._report = report
        self._lay_out(self._wanted)
        if not same:
            self.scroll_to(0, 0, animate=False, immediate=True)

    @property
    def spot(self) -> Spot | None:
        """The cell under the cursor; None where there is no figure."""
        found = self._figures
        if found is None or self._page is None:
            return None
        table = self._page.grids[found.table].table
        if not found.line.cells:
            return None
        at = min(self._column, len(found.line.cells) - 1, len(table.columns) - 1)
        return Spot(table, found.line, table.columns[at], found.line.cells[at])

    @property
    def place(self) -> Place | None:
        """Where the cursor is, by name."""
        found, spot = self._figures, self.spot
        if found is None or spot is None:
            return None
        return Place(spot.table.name, found.line.key, found.is_total, spot.column.name)

    @property
    def grid(self) -> Grid | None:
        """The table that the cursor is in, or else the first."""
        if self._page is None or not self._page.grids:
            return None
        return self._page.grids[self._figures.table if self._figures is not None else 0]

    def sort(self) -> str:
        """Order the table by the cursor's column: the largest first, the smallest first, as it was; says which."""
        spot = self.spot
        if spot is None:
            return ""
        name, now = spot.table.name, self._sorts.get(spot.table.name)
        if now is None or now.column != spot.column.name:
            self._sorts[name] = Sort(spot.column.name, True)
            said = f"by {spot.column.title}, the largest first"
        elif now.descending:
            self._sorts[name] = Sort(spot.column.name, False)
            said = f"by {spot.column.title}, the smallest first"
        else:
            del self._sorts[name]
            said = "as it was"
        self._lay_out(self.place)
        return said

    def _lay_out(self, place: Place | None) -> None:
        width = self._width - GUTTER
        self._ink = None
        if self._report is None or width <= 0:
            self._page = None
            self.virtual_size = Size(self._width, 0)
        else:
            currency, enough = self._pen
            low = self.app.size.height < _LOW
            self._page = Page(self._report, width, currency, self._sorts, enough=enough, low=low)
            self.virtual_size = Size(self._width, len(self._page.lines))
            self._find(place)
        self.refresh()
        self.post_message(self.Moved())

    def _find(self, place: Place | None) -> None:
        """Put the cursor where it was, or at the first figure."""
        assert self._page is not None
        found = self._page.stop_of(place) if place is not None else None
        if found is not None and place is not None:
            self._stop = found
            columns = [column.name for column in self._table_at(found).columns]
            self._column = columns.index(place.column) if place.column in columns else 0
        elif place is None:
            self._stop = self._column = 0
        self._stop = max(min(self._stop, len(self._page.stops) - 1), 0)
        self._in_sight()

    # --- moving ---

    def action_down(self) -> None:
        """Go to the next line of figures; without any, scroll."""
        self._move(1)

    def action_up(self) -> None:
        """Go to the line before."""
        self._move(-1)

    def action_first(self) -> None:
        """Go to the first line of figures, with what stands above it."""
        self._go(0)

    def action_last(self) -> None:
        """Go to the last."""
        self._go(self._last)

    def action_page_down(self) -> None:
        """Go a page down."""
        self._page_by(self.size.height)

    def action_page_up(self) -> None:
        """Go a page up."""
        self._page_by(-self.size.height)

    def action_half_down(self) -> None:
        """Go half a page down."""
        self._page_by(max(self.size.height // 2, 1))

    def action_half_up(self) -> None:
        """Go half a page up."""
        self._page_by(-max(self.size.height // 2, 1))

    def step(self, columns: int) -> bool:
        """Go to a cell beside; False where there is none."""
        spot = self.spot
        if spot is None:
            return False
        last = len(spot.table.columns) - 1
        before = min(self._column, last)
        self._column = max(0, min(before + columns, last))
        if self._column == before:
            return False
        self._cursor_moved()
        return True

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    @property
    def _last(self) -> int:
        return len(self._page.stops) - 1 if self._page is not None else -1

    @property
    def _figures(self) -> Figures | None:
        if self._page is None or not self._page.stops:
            return None
        found = self._page.lines[self._page.stops[self._stop]]
        return found if isinstance(found, Figures) else None

    def _table_at(self, stop: int) -> Table:
        assert self._page is not None
        found = self._page.lines[self._page.stops[stop]]
        assert isinstance(found, Figures)
        return self._page.grids[found.table].table

    def _move(self, lines: int) -> None:
        if self._last < 0:
            self.scroll_relative(y=lines, animate=False)
        else:
            self._go(self._stop + lines)

    def _page_by(self, lines: int) -> None:
        if self._page is None or self._last < 0:
            self.scroll_relative(y=lines, animate=False)
            return
        wanted = self._page.stops[self._stop] + lines
        beyond = [index for index, y in enumerate(self._page.stops) if y >= wanted]
        self._go(beyond[0] if beyond else self._last)

    def _go(self, stop: int) -> None:
        if self._last < 0:
            return
        before, self._stop = self._stop, max(0, min(stop, self._last))
        if self._table_at(before) is not self._table_at(self._stop):
            self._column = min(self._column, len(self._table_at(self._stop).columns) - 1)
        self._cursor_moved()

    def _cursor_moved(self) -> None:
        self._wanted = self.place
        self._in_sight()
        self.refresh()
        self.post_message(self.Moved())

    def _in_sight(self) -> None:
        """Scroll so that the cursor's line is seen, of a table's first line with its head and title."""
        if self._page is None or not self._page.stops:
            return
        y = self._page.stops[self._stop]
        top = 0 if not self._stop else y
        while top and not isinstance(self._page.lines[top - 1], Figures):
            top -= 1
        if top == y and y and self._stop == self._last:
            y = len(self._page.lines) - 1
        seen = self.scroll_offset.y
        height = max(self.size.height, 1)
        wanted = seen
        if y >= seen + height:
            wanted = y - height + 1
        if top < wanted:
            wanted = max(top, y - height + 1)
        if wanted != seen:
            self.scroll_to(y=wanted, animate=False, immediate=True)

    # --- mouse ---

    def on_click(self, event: events.Click) -> None:
        """Go to the cell clicked; one that the cursor is on opens."""
        if self._page is None:
            return
        y, x = event.y + self.scroll_offset.y, event.x - GUTTER
        if y not in self._page.stops:
            return
        stop = self._page.stops.index(y)
        found = self._page.lines[y]
        assert isinstance(found, Figures)
        grid = self._page.grids[found.table]
        column = self._column_at(grid, x)
        if stop == self._stop and column == self._column:
            self.post_message(self.Opened())
            return
        self._stop, self._column = stop, column
        self._cursor_moved()

    def _column_at(self, grid: Grid, x: int) -> int:
        first, last = self._shown(grid)
        left = grid.label
        for at in range(first, last):
            left += GAP + grid.rooms[at].width
            if x < left:
                return at
        return last - 1

    # --- drawing ---

    def on_resize(self) -> None:
        """Lay everything out anew for the width there is."""
        if self._page is None or self._report is not None:
            self._lay_out(self.place)

    def notify_style_update(self) -> None:
        """Take the colours of another theme."""
        super().notify_style_update()
        self._ink = None

    def render_line(self, y: int) -> Strip:
        """One line of what is in sight."""
        if self._ink is None:
            self._ink = palette_of(self)
        ink, width = self._ink, self._width
        y += self.scroll_offset.y
        page = self._page
        if page is None or y >= len(page.lines):
            return Strip.blank(width, ink.plain)
        found = page.lines[y]
        if isinstance(found, Told):
            return strip_of([Segment(" " * GUTTER), Segment(found.text, of_words(found, ink))], width, ink.plain)
        grid = page.grids[found.table]
        if isinstance(found, Head):
            return strip_of(self._head(grid, found.part, ink), width, ink.header)
        here = bool(page.stops) and page.stops[self._stop] == y
        return self._line(grid, found.line, found.is_total, here, ink, width)

    def _shown(self, grid: Grid) -> tuple[int, int]:
        here = self._figures is not None and self._page is not None and self._page.grids[self._figures.table] is grid
        return grid.fitting(self._width - GUTTER, min(self._column, len(grid.rooms) - 1) if here else 0)

    def _head(self, grid: Grid, part: int, ink: Palette) -> list[Segment]:
        first, last = self._shown(grid)
        height = max((len(room.title) for room in grid.rooms), default=1)
        label = grid.table.head if part == height - 1 else ""
        more_before = "‹" if first and part == height - 1 else ""
        pieces = [Segment(" " * GUTTER), Segment(cells(label, grid.label))]
        for at in range(first, last):
            room = grid.rooms[at]
            line = part - height + len(room.title)
            said = room.title[line] if line >= 0 else ""
            gap = cells(more_before, GAP) if at == first else " " * GAP
            pieces.append(Segment(gap + cells(said, room.width, "left" if room.is_words else "right")))
        if last < len(grid.rooms) and part == height - 1:
            pieces.append(Segment(" ›"))
        return pieces

    def _line(self, grid: Grid, line: Line, is_total: bool, here: bool, ink: Palette, width: int) -> Strip:
        base = ink.marked if here else ink.plain
        first, last = self._shown(grid)
        label = ink.strong if is_total or here else ink.text
        pieces = [
            Segment(cells(CURSOR if here else "", GUTTER), ink.accent),
            Segment(cells(line.label, grid.label), label),
        ]
        at_cursor = min(self._column, len(grid.rooms) - 1)
        for at in range(first, min(last, len(line.cells))):
            pieces.append(Segment(" " * GAP))
            piece = self._cell(grid, at, line.cells[at], is_total, ink)
            if here and at == at_cursor:
                pieces += [Segment(text, (style or Style()).without_color + ink.cursor) for text, style, _ in piece]
            else:
                pieces += piece
        return strip_of(pieces, width, base)

    def _cell(self, grid: Grid, at: int, cell: Cell, is_total: bool, ink: Palette) -> list[Segment]:
        room = grid.rooms[at]
        shade = layout.heat(cell, grid.hottest) if room.heat and not is_total else 0
        seen = layout.drawn(cell, self._pen, shade)
        quiet = cell.value in (None, 0) and not seen.sign
        style = ink.muted if quiet else ink.strong if is_total else ink.text
        return pieces_of(room, seen, style, ink, self._shade(shade))

    def _shade(self, heat: int) -> Style:
        """The sign and the paper of a shaded cell."""
        component = self.get_component_styles("report--shade")
        paper = self.background_colors[1].blend(component.color, heat * _DARKER)
        return Style(color=component.color.rich_color, bgcolor=paper.rich_color)
