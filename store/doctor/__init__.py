"""Prove on any database that what must always hold does hold, and name each row that breaks a fact.

``check`` reads one snapshot and writes nothing, so it runs beside people at work and on a file opened for reading
only. See docs/model.md, "Facts that always hold".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import apsw

from store.database import Store
from store.doctor.experiments import EXPERIMENT_FACTS
from store.doctor.facts import FACTS, Fact, links
from store.doctor.finding import Finding
from store.doctor.history import altered_history
from store.doctor.kept import elsewhere, miscounted, misplaced, overlooked, searches, unsearchable, wrong_spells
from store.doctor.scores import misscored
from store.errors import StoreError
from store.instants import usable_zone

__all__ = ["Finding", "Progress", "check", "notes"]

Progress = Callable[[str, float], None]
"""Told before each check: what is looked at now, and the share of the checks that are done (0 to 1)."""

Step = tuple[str, Callable[[Store], Iterator[Finding]]]

# SQLite before this can damage a file when two writers checkpoint at the same moment.
_SOUND_SQLITE = (3, 51, 3)


def check(store: Store, progress: Progress | None = None) -> Iterator[Finding]:
    """Every fact that does not hold, one finding for each row that breaks it; nothing when all is well.

    A damaged file ends the check early, with a finding that says so.
    """
    steps = _steps()
    with _snapshot(store):
        for number, (what, look) in enumerate(steps):
            if progress is not None:
                progress(what, number / len(steps))
            try:
                yield from look(store)
            except StoreError as error:
                yield Finding("the file is sound", "database", None, str(error))
                return
    if progress is not None:
        progress("done", 1.0)


def notes(store: Store) -> list[str]:
    """What is worth knowing about this database and is no fault: the version of SQLite and its risks."""
    version = apsw.sqlite_lib_version()
    said = [f"SQLite {version}"]
    if tuple(int(part) for part in version.split(".")) < _SOUND_SQLITE:
        said.append(
            f"SQLite {version} can damage a file that two programs write to at once: install apsw 3.51.3 or newer"
        )
    size = int(store.value("PRAGMA page_count")) * int(store.value("PRAGMA page_size"))
    leads, operations = store.value("SELECT count(*) FROM lead"), store.value("SELECT count(*) FROM operation")
    said.append(f"{_count(leads, 'at bat')}, {_count(operations, 'operation')}, {size / 1_000_000:.1f} MB")
    return said


def _count(number: int, one: str) -> str:
    return f"{number} {one}{'' if number == 1 else 's'}"


def _steps() -> list[Step]:
    """The file first, since a damaged one makes every other answer worthless."""
    return [
        ("the file", _unsound),
        ("references", _dangling),
        *((fact.name, _asker(fact)) for fact in (*FACTS, *EXPERIMENT_FACTS, *links())),
        ("stages follow each other", wrong_spells),
        ("what is new", elsewhere),
        ("counters equal the touches", miscounted),
        ("places in the queue", misplaced),
        ("rules and clocks", overlooked),
        ("scores", misscored),
        ("the search", unsearchable),
        ("zones of users", _zoneless),
        ("the history", altered_history),
    ]


def _asker(fact: Fact) -> Callable[[Store], Iterator[Finding]]:
    def ask(store: Store) -> Iterator[Finding]:
        for row in store.each(fact.sql):
            yield Finding(fact.name, fact.entity, row[0], fact.sentence.format(*row))

    return ask


def _unsound(store: Store) -> Iterator[Finding]:
    for search, _ in searches(store):
        # Opening a search table makes FTS5 drop what it remembers of it; without that integrity_check takes what
        # another connection wrote meanwhile for damage.
        store.rows(f"SELECT rowid FROM {search} LIMIT 1")
    for (text,) in store.each("PRAGMA integrity_check(100)"):
        if text != "ok":
            yield Finding("the file is sound", "database", None, f"SQLite: {text}")


def _dangling(store: Store) -> Iterator[Finding]:
    for table, row_id, parent, _ in store.each("PRAGMA foreign_key_check"):
        yield Finding("references lead somewhere", table, row_id, f"{table} {row_id} refers to a {parent} that is gone")


def _zoneless(store: Store) -> Iterator[Finding]:
    for user_id, name, zone in store.each('SELECT id, name, zone FROM "user" WHERE active = 1'):
        if zone and not usable_zone(zone):
            yield Finding(
                "users are in zones that there are",
                "user",
                user_id,
                f"{name} is in {zone}, which is no time zone, and shown the team's: correct it with `atbat users zone`",
            )


@contextmanager
def _snapshot(store: Store) -> Iterator[None]:
    """One state of the database for all checks, whatever others write meanwhile."""
    if not store.connection.getautocommit():
        yield
        return
    store.connection.execute("BEGIN")
    try:
        yield
    finally:
        store.connection.execute("ROLLBACK")
