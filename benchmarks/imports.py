"""Reading a file of people in, with everything that makes it one, against putting the same rows there by hand.

By hand is one ``executemany`` for each table, in one transaction, of exactly the rows the import wrote: people,
companies, numbers, at bats, their history and its seals, with the same indexes, checks and search tables.
"""

from __future__ import annotations

import csv
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, Ground, milliseconds
from benchmarks.generate import NOW
from store.actor import Actor
from store.database import Store, open_store
from store.intake.reading import describe
from store.intake.rows import Defaults
from store.models import TABLES
from store.operations.import_files import ImportDraft, import_file
from store.operations.import_summary import Summary
from store.operations.init import TeamDraft, UserDraft, create_store
from store.vocabulary import ActorKind

TEAM = TeamDraft(zone="America/New_York", country="US", users=(UserDraft("Priya"),))
MEMORY = 250  # MB, whatever the size of the file

_FIRST = ("Ana", "Ben", "Cara", "Dan", "Eva", "Finn", "Gia", "Hugo", "Ida", "Jon", "Kim", "Leo", "Mia", "Ned", "Ola")
_LAST = ("Ortiz", "Novak", "Smith", "Li", "Haas", "Bauer", "Rossi", "Costa", "Silva", "Horvat", "Berg", "Dahl", "Park")
_STATUSES = ("New", "In Progress", "Connected", "Unqualified", "Attempted to Contact", "", "Bad Timing", "Open")
_HEADER = (
    *("Record ID", "First Name", "Last Name", "Email", "Phone Number", "Job Title", "Company", "Website URL"),
    *("City", "Country", "Lead Status", "Create Date"),
)


def measure(ground: Ground, rows: int = 0) -> Iterator[Figure]:
    """The import, the same file again, and how much memory it takes."""
    rows = rows or min(100_000, ground.sizes.leads)
    source, taken, by_hand = (ground.folder / name for name in ("people.csv", "imported.db", "raw.db"))
    write_people(source, rows)
    store = _empty(taken)
    try:
        first = milliseconds(lambda: _import(store, source))
        again = milliseconds(lambda: _import(store, source))
        raw = milliseconds_by_hand(store, by_hand)
    finally:
        store.close()
    for path in (taken, by_hand):
        ground.discard(path)
    yield Figure(f"import {rows:,} people", first / 1000, "s", 6, raw / 1000, "the same rows by hand")
    yield Figure("  the same file once more", again / 1000, "s", None, first / 1000, "the first time")
    yield Figure("  memory", _memory(source, taken), "MB", MEMORY)
    ground.discard(taken)


def write_people(path: Path, rows: int) -> None:
    """A file as HubSpot would export it: four people to a company, each with an address and a number of their own."""
    dice = random.Random(rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADER)
        for number in range(rows):
            first, last = dice.choice(_FIRST), dice.choice(_LAST) + dice.choice(_LAST).lower()
            company = number // 4
            phone = f"({dice.choice((212, 415, 503, 617, 713))}) {dice.randint(200, 999)}-{dice.randint(0, 9999):04}"
            writer.writerow(
                (
                    *(1_000_000 + number, first, last, f"{first}.{last}{number}@company{company}.com".lower(), phone),
                    *(dice.choice(("CFO", "Buyer", "Head of IT")), f"{_LAST[company % len(_LAST)]} {company} Ltd"),
                    *(f"https://www.company{company}.com", "Springfield", "United States", dice.choice(_STATUSES)),
                    f"2025-0{dice.randint(1, 9)}-1{dice.randint(0, 9)} 10:{dice.randint(10, 59)}",
                )
            )


def milliseconds_by_hand(store: Store, path: Path) -> float:
    """How long it takes to put every row of ``store`` into an empty database, a table at a time."""
    empty = _empty(path)
    try:
        work = []
        for model in TABLES:
            table = model._meta.table_name
            there = empty.value(f'SELECT coalesce(max(id), 0) FROM "{table}"')
            found = store.rows(f'SELECT * FROM "{table}" WHERE id > ?', (there,))
            if found:
                work.append((f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(found[0]))})', found))

        def write() -> None:
            empty.connection.execute("BEGIN IMMEDIATE")
            for sql, rows in work:
                empty.connection.executemany(sql, rows)
            empty.connection.execute("COMMIT")

        return milliseconds(write)
    finally:
        empty.close()


def _import(store: Store, source: Path) -> Summary:
    told = describe(source, None, Defaults(store.region, store.zone))
    return import_file(store, Actor(2, ActorKind.IMPORT), NOW, told, ImportDraft("Priya"))


def _empty(path: Path) -> Store:
    create_store(path, TEAM, NOW)
    return open_store(path)


def _memory(source: Path, path: Path) -> float:
    """The most memory that a process of its own takes for it, in MB."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.imports", str(source), str(path)], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


if __name__ == "__main__":
    given, made = map(Path, sys.argv[1:])
    opened = _empty(made)
    _import(opened, given)
    opened.close()
    # ru_maxrss would count what the parent had when it forked
    print(int(re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[0]) / 1024)
