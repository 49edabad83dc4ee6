"""Keys while another process imports people into the same file, against the same keys while nothing goes on: moves,
pages, and a filter of the list, letter by letter.

python -m benchmarks.busy DATABASE    (the loading, until it is killed)
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from statistics import median
from time import sleep

from benchmarks.app import started
from benchmarks.figures import PROJECT, Figure, Ground, p99
from benchmarks.generate import NOW
from benchmarks.imports import write_people
from benchmarks.terminal import Terminal

FILTERS = ("freight", "stage:attempting", "motion:demo attempts>1")
PEOPLE = 100_000  # more than are imported while the keys are pressed


def measure(ground: Ground) -> Iterator[Figure]:
    """First frame after the key, on the queue."""
    copy = str(ground.copy("busy"))
    calm: dict[str, list[float]] = {"keys": [], "letters": []}
    busy: dict[str, list[float]] = {"keys": [], "letters": []}
    beside: dict[str, list[float]] = {"keys": [], "letters": []}  # a process that only computes
    source = ground.folder / "busy.csv"
    with started(copy, ground.environment) as ours:
        for number in range(max(2, ground.rounds // 3)):
            _press(ours, calm)
            computing = subprocess.Popen([sys.executable, "-c", "while True: pass"])
            _press(ours, beside)
            computing.kill()
            computing.wait()
            write_people(source, PEOPLE + number)  # other people than the last time
            loading = _loading(copy, source, ground)
            _press(ours, busy)
            loading.kill()
            loading.wait()
    ground.discard(ground.folder / "busy.db")
    for kind, what in (("keys", "a key"), ("letters", "a letter of a filter")):
        at_rest, meanwhile = calm[kind], busy[kind]
        yield Figure(f"{what} while an import runs", median(meanwhile), "ms", 1.5, median(at_rest), "while at rest")
        yield Figure("  the slowest of a hundred", p99(meanwhile), "ms", 30)
        yield Figure("  the slowest of a hundred while at rest", p99(at_rest), "ms")
        yield Figure("  while another process only computes", median(beside[kind]), "ms")
        yield Figure("    the slowest of a hundred", p99(beside[kind]), "ms")


def _press(ours: Terminal, taken: dict[str, list[float]]) -> None:
    ours.send(b"g")
    keys = [*[b"j"] * 20, *[b"k"] * 20, *[b"\x1b[6~", b"\x1b[5~"] * 5]
    taken["keys"] += [ours.frames(key, 0.05)[0] for key in keys]
    for words in FILTERS:
        ours.send(b"f")
        taken["letters"] += [ours.frames(bytes([letter]), 0.05)[0] for letter in words.encode()]
        ours.send(b"\x1b")


def _loading(database: str, source: Path, ground: Ground) -> subprocess.Popen[bytes]:
    before = _imported(database)
    loading = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.busy", database, str(source)], env=ground.environment, cwd=PROJECT
    )
    while _imported(database) == before and loading.poll() is None:
        sleep(0.1)  # until its first rows are in
    return loading


def _imported(database: str) -> int:
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute("SELECT max(id) FROM contact").fetchone()[0])


def load(database: str, source: str) -> None:
    """Import the file."""
    from benchmarks.generate import REP
    from store.actor import Actor
    from store.database import open_store
    from store.intake.reading import describe
    from store.intake.rows import Defaults
    from store.operations.import_files import ImportDraft, import_file
    from store.vocabulary import ActorKind

    store = open_store(database)
    told = describe(Path(source), None, Defaults(store.region, store.zone))
    import_file(store, Actor(2, ActorKind.IMPORT), NOW, told, ImportDraft(REP))


if __name__ == "__main__":
    load(*sys.argv[1:])
