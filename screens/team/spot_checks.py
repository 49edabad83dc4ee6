"""The changes of status that a team lead judges: of each rep five of last month, at random."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from screens.timeline.stream import At
from store.instants import Instant
from store.queries import queue
from store.queries.spot_checks import SpotCheck, month_to_judge, spot_checks
from tui import present
from tui.commands import BY_ID, Where, bindings
from tui.desk import Change, Done
from tui.theme import Urgency
from tui.view import View
from tui.widgets.line_painter import Column, ColumnPainter, Line, Palette
from tui.widgets.line_table import LineTable

_EMPTY = "No rep decided a status last month: there is nothing to judge."


class SpotCheckScreen(View):
    """Opened with ``app.open_screen("spot_checks", None)``; what is judged goes to the end of the list."""

    VIEW = "team"
    WHERE: ClassVar[tuple[Where, ...]] = (Where.SPOT_CHECKS, Where.LIST, Where.EVERYWHERE)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Where.SPOT_CHECKS), BY_ID["back"].binding()]
    AUTO_FOCUS = "LineTable"
    DEFAULT_CSS: ClassVar[str] = """
    SpotCheckScreen #to-judge { height: 1; padding: 0 1; background: $panel; color: $text-muted; }
    """

    table: getters.query_one[LineTable[SpotCheck]] = getters.query_one(LineTable)
    _found: tuple[SpotCheck, ...] = ()
    _month = ""

    async def prepare(self, opening: None) -> None:
        """Read what the first frame shows."""
        self._found = await self._read()

    def compose_body(self) -> ComposeResult:
        """How many wait, above the list."""
        yield Static(id="to-judge")
        with Vertical():
            painter = SpotCheckPainter(self.app.desk.now, self.app.zone)
            yield LineTable(painter, empty=Content(_EMPTY), markable=False, opens=False)

    def begin(self) -> None:
        """From the first row."""
        self._show(None)
        self.set_focus(self.table)

    def on_mount(self) -> None:
        """Follow the store."""
        self.app.changed.subscribe(self, self._changed)

    def action_approve(self) -> None:
        """Judge the one under the cursor."""
        row = self.table.cursor_row
        if row is None:
            self.app.say("Nothing is selected.", urgent=True)
        else:
            self.app.open_dialog("judge", row, self._judged)

    def action_timeline(self) -> None:
        """What happened with this person, to judge by: from the change on."""
        row = self.table.cursor_row
        if row is not None:
            self.app.hold_keys(self._open(row))

    def action_back(self) -> None:
        """Back to the board."""
        self.app.pop_screen()

    @on(LineTable.Selected)
    def _selected(self) -> None:
        self.action_timeline()

    def _judged(self, done: Done) -> None:
        self.app.say_done(done)
        self.app.hold_keys(self._next())

    async def _next(self) -> None:
        """Read again, and go on to what stands where the judged one stood."""
        at = self.table.cursor_index
        self._found = await self._read()
        self._show(self._found[min(at, len(self._found) - 1)].id if self._found else None)

    async def _open(self, row: SpotCheck) -> None:
        lead = await self.app.desk.read(queue.row, row.lead_id)
        if lead is not None:
            self.app.open_screen("timeline", At(lead, row.at))

    async def _read(self) -> tuple[SpotCheck, ...]:
        now = self.app.desk.now()
        self._month = month_to_judge(self.app.zone, now)
        return await self.app.desk.read(spot_checks, now)

    def _changed(self, change: Change) -> None:
        if change.done is None and self.app.screen is self:
            self._look()

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        self._found = await self._read()
        self._show(self.table.cursor_id)

    def _show(self, keep: int | None) -> None:
        rows = {one.id: one for one in self._found}
        self.table.load(list(rows), rows, keep)
        waiting = sum(one.right is None for one in self._found)
        key = self.app.key_of
        month = f"{date.fromisoformat(f'{self._month}-01'):%B %Y}"
        said = f"{month}: {present.count(waiting, 'change of status', 'changes of status')} to judge"
        self.query_one("#to-judge", Static).update(
            present.joined(
                (said if waiting else f"{month}: all is judged", "bold $foreground"),
                f"   {key('approve')} judges · {key('back')} goes back",
            )
        )


class SpotCheckPainter:
    """Draws them as of ``now()``, on one line each."""

    lines = 1
    has_header = True

    def __init__(self, now: Callable[[], Instant], zone: str) -> None:
        self._painter: ColumnPainter[SpotCheck] = ColumnPainter(
            (
                Column("", lambda row: (_sign(row), "muted"), 1),
                Column("rep", lambda row: (row.rep, "strong"), 12, 1),
                Column("status", _status, 26, 1),
                Column("how", lambda row: (row.act, "muted"), 16, needs=90),
                Column("about", lambda row: (row.person or row.company, "text"), 18, 2),
                Column("when", lambda row: (present.day(row.at, zone, now()), "muted"), 12, needs=76),
                Column("judged", lambda row: (_verdict(row), "text"), 16, 3),
            ),
            titles=True,
        )

    def paint(self, row: SpotCheck, width: int, palette: Palette) -> list[Line]:
        """The line of one change."""
        return self._painter.paint(row, width, palette)

    def header(self, width: int, palette: Palette) -> Line:
        """What the columns are."""
        return self._painter.header(width, palette)


def _sign(row: SpotCheck) -> str:
    return " " if row.right is None else "✓" if row.right else Urgency.LATE.sign


def _status(row: SpotCheck) -> tuple[str, str]:
    return f"{row.before.label} → {row.status.label}", "text"


def _verdict(row: SpotCheck) -> str:
    if row.right is None:
        return ""
    return f"{'right' if row.right else 'wrong'}{f': {row.note}' if row.note else ''}"
