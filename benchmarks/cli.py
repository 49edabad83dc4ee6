"""A command that reads one thing, against a bare Python that opens the same file and asks it one question."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from benchmarks.figures import PROJECT, Figure, Ground, in_turn, medians, milliseconds
from benchmarks.generate import REP

BARE = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('SELECT name FROM team').fetchone())"


def measure(ground: Ground) -> Iterator[Figure]:
    """Whole processes, from start to end."""
    database = str(ground.database)

    def run(*arguments: str) -> float:
        command = [sys.executable, *arguments]
        return milliseconds(
            lambda: subprocess.run(command, env=ground.environment, cwd=PROJECT, capture_output=True, check=True)
        )

    shown = {"atbat info": ["info"], "atbat --help": ["--help"]}
    taken = medians(
        in_turn(
            ground.rounds,
            {"bare": lambda: run("-c", BARE, database)}
            | {
                name: lambda words=words: run("-m", "tui", "--db", database, "--as", REP, *words)
                for name, words in shown.items()
            },
        )
    )
    for name in shown:
        yield Figure(name, taken[name], "ms", 3, taken["bare"], "python -c 'import sqlite3; …'")
