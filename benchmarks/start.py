"""From starting the program to its first frame with the rep's own rows in it, against the smallest Textual program.

What must not have been imported by then is looked for as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import time_ns

from benchmarks.figures import Figure, Ground, in_turn, medians
from benchmarks.generate import REP
from benchmarks.terminal import Terminal

LATE = ("psycopg", "pandas", "pendulum", "holidays", "dateparser", "phonenumbers", "faker", "jinja2")
HELLO = """
from textual.app import App
from textual.widgets import Static
class Hello(App):
    def compose(self):
        yield Static("Hello there")
Hello().run()
"""
MODULES = """
import os, sys
import tui.app
from tui.__main__ import main
def note(app):
    with open(sys.argv.pop(), "w") as file:
        file.write("\\n".join(sys.modules))
    os._exit(0)
tui.app.AtBat._first_frame_is_there = note
main(sys.argv[1:-1])
"""


def measure(ground: Ground) -> Iterator[Figure]:
    """The start, and the modules imported too early."""
    arguments = ["--db", str(ground.database), "--as", REP]
    marker = _a_row_low_on_the_screen(ground.database)

    def first_frame(program: list[str], words: str) -> float:
        with Terminal(program, ground.environment) as terminal:
            return terminal.until(words, since=terminal.began)

    taken = medians(
        in_turn(
            ground.rounds,
            {
                "hello": lambda: first_frame(["-c", HELLO], "Hello there"),
                "queue": lambda: first_frame(["-m", "tui", *arguments], marker),
            },
        )
    )
    count = f"{ground.sizes.leads:,} leads"
    yield Figure(f"start to first live queue, {count}", taken["queue"], "ms", 1.3, taken["hello"], "Textual hello")
    early = _imported_early(ground, arguments)
    yield Figure("modules imported too early", len(early), "", 0, against=", ".join(early))


def _a_row_low_on_the_screen(database: Path) -> str:
    """Words of a row that is drawn with the first frame, near its end."""
    from store.database import open_store
    from store.queries.queue import queue
    from store.queries.users import users

    store = open_store(database, read_only=True)
    try:
        rep = next(user for user in users(store) if user.name == REP)
        found = queue(store, rep.id, time_ns() // 1000, zone=rep.zone)
        return found.rows[found.ids[min(15, len(found.ids) - 1)]].name
    finally:
        store.close()


def _imported_early(ground: Ground, arguments: list[str]) -> list[str]:
    listing = ground.folder / "modules"
    program = ["-c", MODULES, *arguments, str(listing)]
    with Terminal(program, ground.environment) as terminal, suppress(EOFError):  # it ends with its first frame
        terminal.settle(10)
    imported = {name.partition(".")[0] for name in listing.read_text().split()}
    return sorted(imported.intersection(LATE))
