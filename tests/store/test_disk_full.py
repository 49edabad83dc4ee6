"""A disk that is full at any one write: a plain sentence, nothing lost, nothing half-made, and the next try works."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import apsw
import pytest

from store import database, open_store
from store.backup import automatic, backup, backup_folder, restore
from store.doctor import check
from store.errors import StoreError
from store.operations.init import create_store
from store.operations.promises import CallbackDraft, SnoozeDraft, callback, snooze
from store.operations.undo import UndoDraft, undo
from store.operations.working import LeadDraft, NoteDraft, accept, note
from store.vocabulary import Disposition, Outcome, Stage
from tests.factories import MONDAY, PRIYA, TEAM, Floor
from tests.full_disk import FullDisk

HOUR = 3_600_000_000


@pytest.fixture
def disk() -> Iterator[FullDisk]:
    """The disk, under everything that is opened from now on."""
    disk = FullDisk()
    try:
        yield disk
    finally:
        disk.unregister()


@pytest.fixture
def floor(disk: FullDisk, template: Path, tmp_path: Path) -> Iterator[Floor]:
    """A team's store on that disk."""
    path = tmp_path / "leads.db"
    shutil.copyfile(template, path)
    floor = Floor(open_store(path))
    yield floor
    floor.store.close()


# What to do on the at bat, after what came before.
ACTS: dict[str, tuple[Stage, Callable[[Floor, int], Any]]] = {
    "log": (Stage.ATTEMPTING, lambda floor, lead: floor.touch(lead)),
    "conversation": (
        Stage.NEW,
        lambda floor, lead: floor.touch(lead, Disposition.CONVERSATION, note="has budget " * 900),
    ),
    "do not contact": (Stage.ATTEMPTING, lambda floor, lead: floor.touch(lead, Disposition.DO_NOT_CONTACT)),
    "accept": (Stage.NEW, lambda floor, lead: accept(floor.store, PRIYA, floor.later(), LeadDraft(lead))),
    "note": (Stage.NEW, lambda floor, lead: note(floor.store, PRIYA, floor.later(), NoteDraft(lead, "x" * 9000))),
    "callback": (
        Stage.CONNECTED,
        lambda floor, lead: callback(floor.store, PRIYA, floor.later(), CallbackDraft(lead, floor.now + HOUR)),
    ),
    "snooze": (
        Stage.ATTEMPTING,
        lambda floor, lead: snooze(floor.store, PRIYA, floor.later(), SnoozeDraft(lead, floor.now + HOUR)),
    ),
    "close": (Stage.ATTEMPTING, lambda floor, lead: floor.close(lead, Outcome.NO_RESPONSE)),
    "convert": (Stage.QUALIFIED, lambda floor, lead: floor.convert(lead)),
    "undo": (Stage.ATTEMPTING, lambda floor, lead: undo(floor.store, PRIYA, floor.later(), UndoDraft())),
    "new lead": (Stage.NEW, lambda floor, lead: floor.lead()),
}


def refusal(disk: FullDisk, room: int, act: Callable[[], Any]) -> str | None:
    """What doing it with room for so many writes is refused with; None when it was done."""
    try:
        with disk.full_after(room):
            act()
    except StoreError as error:
        return str(error)
    return None


@pytest.mark.parametrize("act", ACTS)
def test_a_write_that_finds_no_room_changes_nothing_and_can_be_repeated(
    floor: Floor, disk: FullDisk, act: str, tmp_path: Path
) -> None:
    stage, do = ACTS[act]
    lead = floor.lead(stage)
    before, people = floor.dump(), floor.people
    words = f"The disk holding {floor.store.path} is full: free some room and do it again; nothing was saved."
    refused = 0
    while True:
        now = floor.now
        said = refusal(disk, refused, lambda: do(floor, lead))
        if said is None:
            break
        assert said == words
        assert floor.store.connection.getautocommit()
        assert floor.dump() == before
        refused += 1
        floor.now, floor.people = now, people
    assert refused > 2
    assert floor.dump() != before
    assert not [finding.sentence for finding in check(floor.store)]


def test_a_database_that_finds_no_room_leaves_no_file(disk: FullDisk, tmp_path: Path) -> None:
    create_store(tmp_path / "whole.db", TEAM, MONDAY)
    writes = disk.writes
    for room in [0, 1, 2, *range(5, writes, max(writes // 12, 1)), writes - 1]:
        folder = tmp_path / f"room-{room}"
        folder.mkdir()
        said = refusal(disk, room, partial(create_store, folder / "leads.db", TEAM, MONDAY))
        if said is None:  # the last writes only tidy the log away
            assert room > writes * 0.95
            assert list(check(open_store(folder / "leads.db"))) == []
        else:
            assert "is full: free some room" in said
            assert os.listdir(folder) == []


def test_a_backup_that_finds_no_room_leaves_no_file(floor: Floor, disk: FullDisk, tmp_path: Path) -> None:
    floor.lead()
    path = Path(floor.store.path)
    for room in range(0, 60, 6):
        with pytest.raises(StoreError, match=r"is full: free some room and do it again; no backup was made"):  # noqa: SIM117
            with disk.full_after(room):
                backup(path, tmp_path / "copy.db")
        with pytest.raises(StoreError, match=r"is full"), disk.full_after(room):
            automatic(path, floor.now)
    assert [name for name in os.listdir(tmp_path) if "copy" in name] == []
    assert os.listdir(backup_folder(path)) == [".lock"]


def test_restoring_without_room_replaces_nothing(floor: Floor, disk: FullDisk, tmp_path: Path) -> None:
    path = Path(floor.store.path)
    backup(path, tmp_path / "copy.db")
    floor.lead()
    floor.store.close()
    before = {name: (tmp_path / name).read_bytes() for name in os.listdir(tmp_path)}
    for room in range(0, 60, 6):
        with pytest.raises(StoreError, match=r"is full"), disk.full_after(room):
            restore(path, tmp_path / "copy.db", floor.now)
    assert {name: (tmp_path / name).read_bytes() for name in os.listdir(tmp_path)} == before
    floor.store = open_store(path)


def test_a_migration_without_room_leaves_the_old_schema(
    floor: Floor, disk: FullDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = floor.store.path
    floor.store.close()
    folder = tmp_path / "migrations"
    shutil.copytree(database.MIGRATIONS, folder)
    more = "def up(migrator, db):\n    for n in range(9):\n        db.execute_sql(f'CREATE TABLE more{n} (x UNIQUE)')\n"
    (folder / "0099_more.py").write_text(more)
    monkeypatch.setattr(database, "MIGRATIONS", folder)
    monkeypatch.setattr(database, "_back_up_before_migration", lambda path: None)
    refused = 0
    while True:
        said = refusal(disk, refused, lambda: open_store(path).close())
        if said is None:
            break
        assert "is full" in said
        connection = apsw.Connection(path, flags=apsw.SQLITE_OPEN_READONLY)
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
        applied = {name for (name,) in connection.execute("SELECT name FROM schema_migration")}
        connection.close()
        assert ("0099_more" in applied) == ("more0" in names) == ("more8" in names)
        refused += 1
    assert refused > 2
    floor.store = open_store(path)
