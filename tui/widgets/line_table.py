"""A list that draws its own lines: as fast with a million rows as with ten, and still under the cursor.

Textual's DataTable measures every row before the first paint; this widget knows only ids and the rows near the
screen, and repaints only the lines that changed. The figures are in benchmarks/keys.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from time import monotonic
from typing import Any, ClassVar, Generic, TypeVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

from tui.commands import Where, commands_of
from tui.widgets.line_painter import INKS, PAPERS, Line, Painter, palette_of
from tui.widgets.line_strips import GUTTER, Look, StripCache
from tui.widgets.row_window import PAGE, RowWindow

Row = TypeVar("Row")

FRAME_OUT = 0.015
"""Seconds after a key within which its frame is on the terminal."""
HELD = 0.08
"""Keys closer together than this, in seconds, are one run."""
WHEEL_ROWS = 3


class LineTable(Widget, Generic[Row], can_focus=True):
    """Rows drawn by a painter, with a cursor kept by identity, marks, mouse and paging.

    Rows it has no content for are asked for with ``RowsWanted`` and given to ``deliver``. It draws without border or
    padding: put it in a container that has them.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"line-table--{name}" for name in (*INKS, *PAPERS)}
    DEFAULT_CSS = """
    LineTable {
        height: 1fr;
        background: $background;
        color: $foreground;
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
        &:focus > .line-table--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            replace(command.binding(), action=command.id.removeprefix("list."))
            for command in commands_of([Where.LIST, Where.MARKS])
        ),
        Binding("enter", "select", "open", show=False, id="list.open", tooltip="Open the row under the cursor."),
    ]

    class Said(Message):
        """Something about a table; ``control`` lets ``@on`` take a selector."""

        def __init__(self, table: LineTable[Any]) -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> LineTable[Any]:
            """The table."""
            return self.table

    class Highlighted(Said):
        """The cursor came to rest on a row, or the row it rests on changed; a held key posts it when let go."""

        def __init__(self, table: LineTable[Any], id: int, row: Any) -> None:
            super().__init__(table)
            self.id = id
            self.row = row

    class Selected(Said):
        """A row was opened, by ``enter`` or a click on the cursor's row."""

        def __init__(self, table: LineTable[Any], id: int, row: Any) -> None:
            super().__init__(table)
            self.id = id
            self.row = row

    class Marked(Said):
        """Rows were marked or unmarked."""

    class RowsWanted(Said):
        """Rows about to be seen have no content yet: read ``ids`` and ``deliver`` them."""

        def __init__(self, table: LineTable[Any], ids: Sequence[int]) -> None:
            super().__init__(table)
            self.ids = ids

    def __init__(
        self,
        painter: Painter[Row],
        *,
        empty: Content | None = None,
        markable: bool = True,
        opens: bool = True,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """A table without rows as yet; ``empty`` says what to do when there are none.

        One that does not open leaves ``enter`` to the screen, which then acts before the next key; a click still opens.
        """
        super().__init__(name=name, id=id, classes=classes)
        self.marked: set[int] = set()
        self._painter = painter
        self._empty = empty or Content()
        self._markable = markable
        self._opens = opens
        self._window: RowWindow[Row] = RowWindow()
        self._cursor = 0
        self._top = 0
        self._pages = range(0)  # pages known to be held or asked for
        self._strips_now: StripCache[Row] | None = None
        self._announced: tuple[int, Row] | None = None
        self._moved_at = 0.0
        self._pending: list[asyncio.TimerHandle] = []
        self._opened_by_click = False

    # --- what is in it ---

    def load(self, ids: Iterable[int], rows: Mapping[int, Row], keep: int | None = None) -> None:
        """Show a new snapshot.

        The cursor goes to ``keep`` at the same height of the screen. If that row is gone it stays at its place in
        the order; without ``keep`` it goes to the first row. Marks on rows that are gone are dropped.
        """
        offset = self._cursor - self._top
        self._window.load(ids, rows)
        if keep is None:
            self._cursor = self._top = 0
        else:
            found = self._window.index(keep, self._cursor)
            self._cursor = self._clamped(self._cursor if found is None else found)
            self._top = self._cursor - offset
        if self.marked:
            self.marked.intersection_update(self._window.ids)
            self.post_message(self.Marked(self))
        self._rows_changed()

    def deliver(self, rows: Mapping[int, Row]) -> None:
        """Give the rows asked for; rows that are held already stay as they are, ``patch`` changes those."""
        self._window.hold(rows, self._top)
        self._refresh_ids(rows.keys())
        if self.cursor_id in rows:
            self._announce()

    def patch(self, id: int, row: Row) -> None:
        """Show a row's new content where it stands; nothing moves, and one that is the same costs nothing."""
        if self._window.row(id) == row:
            return
        self._window.replace(id, row)
        self._refresh_ids({id})
        if self.cursor_id == id:
            self._announce()

    def insert_row(self, id: int, row: Row, index: int, *, select: bool = False) -> None:
        """Put a new row at ``index``; what is under the cursor stays there and on its line of the screen.

        With ``select`` the cursor goes to the new row instead, and the list stays where it is.
        """
        index = max(0, min(index, len(self._window)))
        self._window.insert(id, row, index)
        if select:
            self._cursor = index
        elif index <= self._cursor and len(self._window) > 1:
            self._cursor += 1
            self._top += 1
        self._rows_changed()

    def remove_row(self, id: int) -> None:
        """Take a row out; when the cursor is on it, the next row comes under the cursor. An unknown id is ignored."""
        index = self._window.index(id, self._cursor)
        if index is None:
            return
        self._window.remove(index)
        if id in self.marked:
            self.marked.discard(id)
            self.post_message(self.Marked(self))
        if index < self._cursor:
            self._cursor -= 1
            self._top -= 1
        self._cursor = self._clamped(self._cursor)
        self._rows_changed()

    def set_empty(self, empty: Content) -> None:
        """What to say when there are no rows."""
        self._empty = empty
        self.refresh()

    def use(self, painter: Painter[Row]) -> None:
        """Draw rows with another painter from now on, the cursor's row staying in view."""
        self._painter = painter
        self._strips_now = None
        self._rows_changed()

    def repaint(self) -> None:
        """Paint every line anew, for words that change with the clock."""
        self._strips_now = None
        self.refresh()

    # --- where it stands ---

    @property
    def ids(self) -> Sequence[int]:
        """Every id, in order."""
        return self._window.ids

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return len(self._window)

    @property
    def cursor_index(self) -> int:
        """The cursor's place in the order, 0 when there are no rows."""
        return self._cursor

    @property
    def cursor_id(self) -> int | None:
        """The id under the cursor, None when there are no rows."""
        return self._window.ids[self._cursor] if self._window.ids else None

    @property
    def cursor_row(self) -> Row | None:
        """The row under the cursor, None when there is none or it has not been delivered."""
        id = self.cursor_id
        return None if id is None else self._window.row(id)

    @property
    def position(self) -> str:
        """The cursor's place in words, such as ``12/47``."""
        return f"{self._cursor + 1:,}/{len(self._window):,}" if self._window.ids else "0/0"

    def move_to(self, id: int) -> bool:
        """Put the cursor on a row; False when it is not in the list."""
        index = self._window.index(id, self._cursor)
        if index is None:
            return False
        self._place(index, self._top)
        return True

    def toggle_mark(self, id: int) -> None:
        """Mark a row, or take its mark away."""
        self.marked.symmetric_difference_update({id})
        self._refresh_ids({id})
        self.post_message(self.Marked(self))

    def unmark(self, ids: Collection[int]) -> None:
        """Take the marks of these rows away."""
        if not self.marked.isdisjoint(ids):
            self.marked.difference_update(ids)
            self.refresh()
            self.post_message(self.Marked(self))

    def clear_marks(self) -> None:
        """Take every mark away."""
        if self.marked:
            self.marked.clear()
            self.refresh()
            self.post_message(self.Marked(self))

    # --- keys and mouse ---

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave to others the keys of marks where rows cannot be marked, and ``enter`` where it does not open them."""
        if action == "select":
            return self._opens
        return self._markable or action not in ("mark", "mark_all")

    def action_down(self) -> None:
        """Go to the next row."""
        self._place(self._cursor + 1, self._top)

    def action_up(self) -> None:
        """Go to the previous row."""
        self._place(self._cursor - 1, self._top)

    def action_first(self) -> None:
        """Go to the first row."""
        self._place(0, 0)

    def action_last(self) -> None:
        """Go to the last row."""
        self._place(len(self._window) - 1, self._top)

    def action_page_down(self) -> None:
        """Scroll down a page."""
        self._page(self._rows_in_view)

    def action_page_up(self) -> None:
        """Scroll up a page."""
        self._page(-self._rows_in_view)

    def action_half_down(self) -> None:
        """Scroll down half a page."""
        self._page(max(self._rows_in_view // 2, 1))

    def action_half_up(self) -> None:
        """Scroll up half a page."""
        self._page(-max(self._rows_in_view // 2, 1))

    def action_select(self) -> None:
        """Open the row under the cursor."""
        id, row = self.cursor_id, self.cursor_row
        if id is not None and row is not None:
            self.post_message(self.Selected(self, id, row))

    def action_mark(self) -> None:
        """Mark or unmark the row under the cursor and go to the next."""
        if (id := self.cursor_id) is not None:
            self.toggle_mark(id)
            self.action_down()

    def action_mark_all(self) -> None:
        """Mark every row, or unmark all when every row is marked."""
        if len(self.marked) == len(self._window):
            self.clear_marks()
        else:
            self.marked = set(self._window.ids)
            self.refresh()
            self.post_message(self.Marked(self))

    def on_click(self, event: events.Click) -> None:
        """Select the row clicked; open it when it was selected already; the last column jumps."""
        event.stop()
        line = event.y - self._header_lines
        if not self._window.ids or line < 0:
            return
        if event.x >= self.size.width - 1:
            lines = max(self.size.height - self._header_lines - 1, 1)
            self._scroll_rows_to((len(self._window) - self._rows_in_view) * line // lines)
            return
        index = self._top + line // self._painter.lines
        if index >= len(self._window):
            return
        opens = index == self._cursor and not (event.chain > 1 and self._opened_by_click)
        self._opened_by_click = opens
        self._place(index, self._top)
        if opens:
            self.action_select()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll with the wheel."""
        event.stop()
        self._scroll_rows_to(self._top + WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll with the wheel."""
        event.stop()
        self._scroll_rows_to(self._top - WHEEL_ROWS)

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self._strips_now = None
        self._place(self._cursor, self._top)
        self._want_rows()
        self._announce()

    def on_unmount(self) -> None:
        """Say nothing more."""
        self._forget_timers()

    # --- moving ---

    @property
    def _header_lines(self) -> int:
        return int(self._painter.has_header)

    @property
    def _rows_in_view(self) -> int:
        return max((self.size.height - self._header_lines) // self._painter.lines, 1)

    def _clamped(self, index: int) -> int:
        return max(0, min(index, len(self._window) - 1))

    def _place(self, cursor: int, top: int) -> None:
        """Put the cursor and the top row, both brought into bounds, and repaint what that changes."""
        in_view = self._rows_in_view
        old_cursor, old_top = self._cursor, self._top
        self._cursor = cursor = self._clamped(cursor)
        top = min(max(top, cursor - in_view + 1), cursor, max(len(self._window) - in_view, 0))
        self._top = max(top, 0)
        if self._top != old_top:
            self.refresh()
            self._want_rows()
        elif cursor != old_cursor:
            self.refresh(self._region(old_cursor), self._region(cursor))
        if cursor != old_cursor or self._top != old_top:
            self._settle(self._top - old_top)

    def _page(self, rows: int) -> None:
        """Scroll by ``rows``; the cursor keeps its line of the screen."""
        self._place(self._cursor + rows, self._top + rows)

    def _scroll_rows_to(self, top: int) -> None:
        """Scroll without a key: the cursor is taken along at the edge, so that no key acts on a row out of sight."""
        in_view = self._rows_in_view
        top = max(0, min(top, len(self._window) - in_view))
        self._place(max(top, min(self._cursor, top + in_view - 1)), top)

    def _rows_changed(self) -> None:
        self._pages = range(0)
        self._place(self._cursor, self._top)
        self._want_rows()
        self.refresh(layout=self.styles.auto_dimensions)
        self._announce()

    def _want_rows(self) -> None:
        """Ask for the pages in view, then for their neighbours, once each."""
        if not self.size.height:
            return
        first, last = self._top, self._top + self._rows_in_view
        pages = range(max(first // PAGE - 1, 0), last // PAGE + 2)
        if pages == self._pages:
            return
        self._pages = pages
        for start, stop in ((first, last), (first - PAGE, last + PAGE)):
            if wanted := self._window.missing(start, stop):
                self.post_message(self.RowsWanted(self, wanted))

    def _settle(self, scrolled: int) -> None:
        """Once the frame is out, announce the row and paint the next page; a run of moves announces where it ends.

        The wait is short but needed: what runs at once would keep the thread that writes the frame waiting.
        """
        if not self.is_mounted:
            return
        now = monotonic()
        held = now - self._moved_at < HELD
        self._moved_at = now
        self._forget_timers()
        loop = asyncio.get_running_loop()
        self._pending.append(loop.call_later(HELD if held else FRAME_OUT, self._announce))
        if scrolled:
            self._pending.append(loop.call_later(FRAME_OUT, self._paint_ahead, 1 if scrolled > 0 else -1))

    def _forget_timers(self) -> None:
        while self._pending:
            self._pending.pop().cancel()

    def _announce(self) -> None:
        id, row = self.cursor_id, self.cursor_row
        if id is None or row is None:
            self._announced = None
        elif self.is_attached and self._announced != (id, row):
            self._announced = (id, row)
            self.post_message(self.Highlighted(self, id, row))

    # --- drawing ---

    def notify_style_update(self) -> None:
        """Forget every painted line: theme, focus or style changed."""
        super().notify_style_update()
        self._strips_now = None

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Lines for every row, for tables whose height follows their rows."""
        return max(len(self._window), 1) * self._painter.lines + self._header_lines

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a region, taken as they were painted before wherever nothing changed."""
        width, height = self.size
        if self._window.ids:
            thumb = self._thumb(height - self._header_lines)
            strips = [self._line(y, width, thumb) for y in crop.line_range]
        else:
            strips = self._empty_lines(width, height)[crop.y : crop.bottom]
        if crop.column_span != (0, width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips

    def _line(self, y: int, width: int, thumb: range) -> Strip:
        line = y - self._header_lines
        down, part = divmod(line, self._painter.lines)
        index = self._top + down
        if line < 0:
            return self._strips.header(width)
        if index >= len(self._window):
            return self._strips.blank(width)
        id = self._window.ids[index]
        look = Look(index == self._cursor, id in self.marked, line in thumb)
        return self._strips.line(id, self._window.row(id), part, width, look)

    def _empty_lines(self, width: int, height: int) -> list[Strip]:
        """What stands in for rows, one line down, on a whole screen of lines."""
        inside = max(width - 2 * GUTTER, 1)
        words = Visual.to_strips(self, self._empty, inside, None, self.visual_style, pad=True)
        blank = self._strips.blank(width)
        lines = [blank, *(self._strips.indented(line, width) for line in words)]
        return [*lines, *[blank] * (height - len(lines))]

    def _paint_ahead(self, way: int) -> None:
        """Paint the page that comes next, between frames: the key that asks for it then finds it done."""
        width, in_view = self.size.width, self._rows_in_view
        start = max(self._top + way * in_view, 0)
        for id in self._window.ids[start : start + in_view]:
            if (row := self._window.row(id)) is not None:
                self._strips.line(id, row, 0, width, Look(False, id in self.marked, False))

    def _thumb(self, lines: int) -> range:
        """The screen lines of the scroll bar's thumb, empty when every row is in view."""
        hidden = len(self._window) - self._rows_in_view
        if hidden <= 0 or lines <= 0:
            return range(0)
        size = max(lines * self._rows_in_view // len(self._window), 1)
        start = (lines - size) * self._top // hidden
        return range(start, start + size)

    def _region(self, index: int) -> Region:
        lines = self._painter.lines
        return Region(0, self._header_lines + (index - self._top) * lines, self.size.width, lines)

    def _refresh_ids(self, ids: Container[int]) -> None:
        """Repaint those of the rows in view whose ids are given."""
        stop = min(self._top + self._rows_in_view + 1, len(self._window))
        changed = [index for index in range(self._top, stop) if self._window.ids[index] in ids]
        if changed:
            self.refresh(*(self._region(index) for index in changed))

    @property
    def _strips(self) -> StripCache[Row]:
        """The lines painted so far; made anew when styles or size change."""
        if self._strips_now is None:
            self._strips_now = StripCache(self._painter, palette_of(self), self._finish())
        return self._strips_now

    def _finish(self) -> Callable[[Line], Line]:
        """What Textual does to every line of other widgets after ``render_line``: the app's filters."""
        filters = self.get_line_filters()
        _, background = self.background_colors

        def finish(line: Line) -> Line:
            for line_filter in filters:
                line = line_filter.apply(line, background)
            return line

        return finish
