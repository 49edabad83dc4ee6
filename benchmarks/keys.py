"""Key to paint: from a byte written to a terminal to the end of the last frame it causes.

    python -m benchmarks.keys [ROUNDS]

Four programs run side by side, each in a pseudo-terminal of 150 × 45, and take the same keys in turn, so that a busy
machine slows all alike: the smallest Textual widget that draws lines itself (the limit), Textual's DataTable with
1,000 rows, and our line table with 1,000 and with 1,000,000. What counts are the ratios.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
from array import array
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

COLUMNS, LINES = 150, 45
SMALL, LARGE = 1_000, 1_000_000
FRAME_END = b"\x1b[?2026l"
ASKS_FOR_FRAMES, YES_FRAMES = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
STILL = 0.03  # seconds without output after which the last frame is out
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


# --- the terminal ---


class Terminal:
    """A pseudo-terminal with one of the programs in it."""

    def __init__(self, program: str) -> None:
        self._screen, inside = pty.openpty()
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.keys", "--program", program],
            stdin=inside,
            stdout=inside,
            stderr=inside,  # where Textual draws
            env=environment,
            cwd=Path(__file__).parents[1],
            start_new_session=True,
        )
        os.close(inside)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        os.close(self._screen)

    def settle(self) -> None:
        """Wait for the first frame and for all that follows it."""
        self._drain(3.0)

    def send(self, key: str) -> None:
        """Press a key that may change nothing, and wait until all is still."""
        os.write(self._screen, KEYS[key])
        self._drain(0.3)

    def press(self, key: str) -> float:
        """Milliseconds from the key to the end of the last frame it causes."""
        start = perf_counter()
        os.write(self._screen, KEYS[key])
        took = 0.0
        seen = b""
        while select.select([self._screen], [], [], STILL if took else 10)[0]:
            seen = seen[-len(FRAME_END) :] + os.read(self._screen, 1 << 16)
            if FRAME_END in seen:
                took = (perf_counter() - start) * 1000
                seen = b""
        if not took:
            raise TimeoutError(f"no frame within ten seconds of {key!r}")
        return took

    def memory(self) -> float:
        """Resident megabytes."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def _drain(self, quiet: float) -> None:
        """Read until nothing has come for ``quiet`` seconds; say yes when asked whether frames are understood."""
        while select.select([self._screen], [], [], quiet)[0]:
            if ASKS_FOR_FRAMES in os.read(self._screen, 1 << 16):
                os.write(self._screen, YES_FRAMES)


# --- the measurement ---


SCRIPT: tuple[tuple[str | None, str], ...] = (
    # what a key measures (None: it is only on the way), and the key
    *[("page", "page down")] * 20,  # rows never seen before
    (None, "first"),
    *[("move", "down")] * (LINES - 2),
    (None, "down"),
    *[("scroll", "down")] * 30,
)


def measure(rounds: int) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Median milliseconds by program and kind of key, and megabytes by program; each round starts them afresh."""
    times: dict[str, dict[str, list[float]]] = {name: {kind: [] for kind in KINDS} for name in PROGRAMS}
    memory: dict[str, float] = {}
    for _ in range(rounds):
        with ExitStack() as stack:
            terminals = {name: stack.enter_context(Terminal(name)) for name in PROGRAMS}
            for terminal in terminals.values():
                terminal.settle()
            for kind, key in SCRIPT:
                for name, terminal in terminals.items():
                    if kind is None:
                        terminal.send(key)
                    else:
                        times[name][kind].append(terminal.press(key))
            memory = {name: terminal.memory() for name, terminal in terminals.items()}
    return {name: {kind: median(taken) for kind, taken in kinds.items()} for name, kinds in times.items()}, memory


def main(rounds: int = 5) -> bool:
    """Measure and print; True when every bar is met."""
    times, memory = measure(rounds)
    print("key to paint, median ms   " + "".join(f"{kind:>10}" for kind in KINDS) + f"{'MB':>10}")
    for name in PROGRAMS:
        print(f"{name:<26}" + "".join(f"{times[name][kind]:10.2f}" for kind in KINDS) + f"{memory[name]:10.0f}")
    small, large = times["ours, 1,000"], times["ours, 1,000,000"]
    ratios = [
        *(("1,000 rows / minimal", kind, small[kind] / times["minimal"][kind], 1.3) for kind in KINDS),
        ("1,000 rows / DataTable", "scroll", small["scroll"] / times["DataTable"]["scroll"], 0.15),
        ("1,000 rows / DataTable", "page", small["page"] / times["DataTable"]["page"], 0.1),
        *(("1,000,000 / 1,000 rows", kind, large[kind] / small[kind], 1.2) for kind in KINDS),
        ("1,000,000 / 1,000 rows", "memory", memory["ours, 1,000,000"] / memory["ours, 1,000"], 1.2),
    ]
    print()
    for what, kind, ratio, bar in ratios:
        print(f"{what:<26}{kind:<8}{ratio:6.2f}   bar {bar:<5}{'met' if ratio <= bar else 'MISSED'}")
    return all(ratio <= bar for _, _, ratio, bar in ratios)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--program"]:
        program, count = PROGRAMS[sys.argv[2]]
        program(count)
    else:
        sys.exit(0 if main(*map(int, sys.argv[1:2])) else 1)
