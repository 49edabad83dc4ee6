"""The example database that ships with the program: where it is, how it is made, and a copy to play with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import apsw

from store.database import open_store
from store.demo.seed import TEAM, seed
from store.demo.shift import move_to
from store.errors import StoreError
from store.instants import Instant

NAME = "leads.db.example"
LEADS, SEED = 150, 1
_SMALL_PAGE = 1024  # half the file's size would else be the ends of pages


def make_example(path: Path, progress: Callable[[int], None] = lambda opened: None) -> None:
    """Make the example anew at ``path``: a single small file."""
    seed(path, leads=LEADS, seed=SEED, progress=progress)
    connection = apsw.Connection(os.fspath(path))
    try:
        connection.pragma("journal_mode", "delete")
        connection.pragma("page_size", _SMALL_PAGE)
        connection.execute("VACUUM")
    finally:
        connection.close()
    path.with_name(f"{path.name}.lock").unlink(missing_ok=True)


def find_example() -> Path:
    """The shipped example: in an installed program beside this file, in a checkout at its root."""
    here = Path(__file__).resolve()
    for place in (here.with_name(NAME), here.parents[2] / NAME):
        if place.exists():
            return place
    raise StoreError(f"{NAME} is missing from this installation: install At Bat again.")


def copy_example(target: Path, now: Instant) -> None:
    """Put a copy of the example at ``target``, moved in time so that its last moment is ``now``.

    An earlier copy is replaced; raises StoreError where anything else stands there.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists() and not _is_example(target):
        raise StoreError(f"{target} is not a copy of the example and would be lost: give it another name first.")
    for leftover in ("-wal", "-shm", ""):
        target.with_name(f"{target.name}{leftover}").unlink(missing_ok=True)
    fresh = target.with_name(f"{target.name}.new")
    shutil.copyfile(find_example(), fresh)
    fresh.chmod(0o600)
    connection = apsw.Connection(os.fspath(fresh))
    connection.pragma("page_size", 4096)
    connection.execute("VACUUM")
    connection.pragma("journal_mode", "wal")
    connection.close()
    move_to(fresh, now)
    fresh.replace(target)


def copied_at(target: Path) -> tuple[Instant, str] | None:
    """When the copy at ``target`` was made, and its team's zone; None where there is none that can be gone on with."""
    try:
        store = open_store(target, read_only=True)
    except StoreError:  # not there, damaged, or of another version
        return None
    try:
        at = store.value("SELECT max(at) FROM operation WHERE kind = 'move_in_time'")
        return None if at is None else (int(at), store.zone)
    finally:
        store.close()


def _is_example(path: Path) -> bool:
    """Whether the example's people work in this database, however long ago the copy was made."""
    try:
        connection = apsw.Connection(os.fspath(path), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            names = {name for (name,) in connection.execute("SELECT name FROM user")}
        finally:
            connection.close()
    except apsw.Error:
        return False
    return all(user.name in names for user in TEAM)


if __name__ == "__main__":  # after a change of the seed or of what it goes through: python -m store.demo.example
    example = Path(__file__).resolve().parents[2] / NAME
    example.unlink(missing_ok=True)
    make_example(example)
