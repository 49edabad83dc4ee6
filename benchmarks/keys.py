"""Key to paint: from a byte written to a terminal to the end of the last frame it causes.

Four programs run side by side, each in a pseudo-terminal of 150 × 45, and take the same keys in turn, so that a busy
machine slows all alike: the smallest Textual widget that draws lines itself (the limit), Textual's DataTable with
1,000 rows, and our line table with 1,000 and with 1,000,000. What counts are the ratios.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from statistics import median
from typing import NamedTuple

from benchmarks.figures import Figure, Ground
from benchmarks.terminal import COLUMNS, LINES, Terminal

SMALL, LARGE = 1_000, 1_000_000
KEYS = {"down": b"j", "up": b"k", "page down": b"\x1b[6~", "page up": b"\x1b[5~", "first": b"g"}
KINDS = ("move", "scroll", "page")


class Row(NamedTuple):
    why: str
    person: str
    title: str
    company: str
    stage: str
    attempts: str
    score: str
    local: str


def row(id: int) -> Row:
    """A row of a queue, the same for every program."""
    why = ("! callback 14:00, 7 min late", "• first touch due in 3 min", "  step 3 of 8: call")[id % 3]
    return Row(
        why, f"Dana Ortiz {id}", "CFO", f"Northwind [{id % 97}] Ltd", "Connected", f"{id % 12} of 12", "82", "09:07"
    )


WIDTHS = {"why": 30, "person": 24, "title": 12, "company": 28, "stage": 12, "attempts": 9, "score": 5, "local": 6}


# --- the programs ---


def minimal(count: int) -> None:
    """The least a Textual widget can do: one string a line, two lines repainted for a move."""
    from rich.segment import Segment
    from rich.style import Style
    from textual.app import App, ComposeResult
    from textual.geometry import Region
    from textual.strip import Strip
    from textual.widget import Widget

    class Lines(Widget, can_focus=True):
        BINDINGS = [
            ("j", "go(1)"),
            ("k", "go(-1)"),
            ("pagedown", f"go({LINES})"),
            ("pageup", f"go(-{LINES})"),
            ("g", f"go(-{count})"),
        ]
        cursor = top = 0

        def action_go(self, by: int) -> None:
            old, old_top = self.cursor, self.top
            self.cursor = max(0, min(self.cursor + by, count - 1))
            if abs(by) > 1:
                self.top += self.cursor - old
            self.top = max(0, min(max(self.top, self.cursor - LINES + 1), self.cursor, count - LINES))
            if self.top != old_top:
                self.refresh()
            else:
                self.refresh(Region(0, old - self.top, COLUMNS, 1), Region(0, self.cursor - self.top, COLUMNS, 1))

        def render_line(self, y: int) -> Strip:
            index = self.top + y
            text = " ".join(value.ljust(width) for value, width in zip(row(index), WIDTHS.values(), strict=True))
            return Strip([Segment(text[:COLUMNS].ljust(COLUMNS), STYLES[index == self.cursor])], COLUMNS)

    class Minimal(App[None]):
        def compose(self) -> ComposeResult:
            yield Lines()

    STYLES = (Style.parse("white on black"), Style.parse("black on white"))
    Minimal().run()


def data_table(count: int) -> None:
    """Textual's own table."""
    from rich.text import Text
    from textual.app import App, ComposeResult
    from textual.widgets import DataTable

    class Table(DataTable[Text]):
        BINDINGS = [("j", "cursor_down"), ("k", "cursor_up"), ("g", "scroll_top")]

    class Tables(App[None]):
        def compose(self) -> ComposeResult:
            yield Table(cursor_type="row", show_header=False)

        def on_mount(self) -> None:
            table = self.query_one(Table)
            for name, width in WIDTHS.items():
                table.add_column(name, width=width)
            for id in range(count):
                table.add_row(*(Text(value) for value in row(id)))

    Tables().run()


def line_table(count: int) -> None:
    """Ours, with the last wall in place and every row behind the first page read when asked for."""
    from textual.app import App, ComposeResult
    from textual.filter import LineFilter

    from tui.terminal_filter import TERMINAL_FILTER
    from tui.theme import DARK
    from tui.widgets.line_painter import Column, ColumnPainter
    from tui.widgets.line_table import LineTable

    def column(name: str, width: int) -> Column[Row]:
        style = {"why": "late", "attempts": "muted", "local": "muted"}.get(name, "text")
        return Column(name, lambda row: (getattr(row, name), style), width, grow=name == "company")

    painter = ColumnPainter([column(name, width) for name, width in WIDTHS.items()])

    class LineTables(App[None]):
        def compose(self) -> ComposeResult:
            yield LineTable(painter)

        def get_line_filters(self) -> Sequence[LineFilter]:
            return (*super().get_line_filters(), TERMINAL_FILTER)

        def on_mount(self) -> None:
            self.register_theme(DARK)
            self.theme = DARK.name
            self.query_one(LineTable).load(array("q", range(count)), {})

        def on_line_table_rows_wanted(self, wanted: LineTable.RowsWanted) -> None:
            wanted.table.deliver({id: row(id) for id in wanted.ids})

    LineTables().run()


PROGRAMS = {
    "minimal": (minimal, SMALL),
    "DataTable": (data_table, SMALL),
    "ours, 1,000": (line_table, SMALL),
    "ours, 1,000,000": (line_table, LARGE),
}


# --- the measurement ---


SCRIPT: tuple[tuple[str | None, str], ...] = (
    # what a key measures (None: it is only on the way), and the key
    *[("page", "page down")] * 20,  # rows never seen before
    (None, "first"),
    *[("move", "down")] * (LINES - 2),
    (None, "down"),
    *[("scroll", "down")] * 30,
)


def measure(ground: Ground) -> Iterator[Figure]:
    """Moving, scrolling and paging, each against its limits, and the memory of a million rows."""
    times, memory = _taken(max(2, ground.rounds // 3))
    small, large = times["ours, 1,000"], times["ours, 1,000,000"]
    for kind in KINDS:
        yield Figure(f"{kind}, 1,000 rows", small[kind], "ms", 1.3, times["minimal"][kind], "the smallest line widget")
    for kind, bar in (("scroll", 0.15), ("page", 0.1)):
        yield Figure(f"{kind}, 1,000 rows", small[kind], "ms", bar, times["DataTable"][kind], "Textual's DataTable")
    for kind in KINDS:
        yield Figure(f"{kind}, 1,000,000 rows", large[kind], "ms", 1.2, small[kind], "1,000 rows")
    held = memory["ours, 1,000"]
    yield Figure("memory, 1,000,000 rows", memory["ours, 1,000,000"], "MB", 1.2, held, "1,000 rows")


def _taken(rounds: int) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Median milliseconds by program and kind of key, and megabytes by program; each round starts them afresh."""
    times: dict[str, dict[str, list[float]]] = {name: {kind: [] for kind in KINDS} for name in PROGRAMS}
    memory: dict[str, float] = {}
    for _ in range(rounds):
        with ExitStack() as stack:
            terminals = {name: stack.enter_context(Terminal(["-m", "benchmarks.keys", name])) for name in PROGRAMS}
            for terminal in terminals.values():
                terminal.settle()
            for kind, key in SCRIPT:
                for name, terminal in terminals.items():
                    if kind is None:
                        terminal.send(KEYS[key])
                    else:
                        times[name][kind].append(terminal.press(KEYS[key]))
            memory = {name: terminal.memory() for name, terminal in terminals.items()}
    return {name: {kind: median(taken) for kind, taken in kinds.items()} for name, kinds in times.items()}, memory


if __name__ == "__main__":
    program, count = PROGRAMS[sys.argv[1]]
    program(count)
