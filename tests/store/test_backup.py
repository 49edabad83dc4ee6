"""Backups: whole while others write, checked before they count, never over anything; and the way back."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import pytest

from store import database, open_store
from store.backup import EVERY, Kept, automatic, backup, backup_folder, backups_of, damage, restore, superfluous
from store.doctor import check
from store.errors import StoreError
from store.instants import DAY, HOUR
from tests.factories import MONDAY, Floor

ROOT = Path(__file__).resolve().parents[2]

# Another process: logs touches until its input ends, and says after each how many operations there are.
WRITER = """
import sys, threading
from pathlib import Path
from store import open_store
from tests.factories import Floor
floor = Floor(open_store(sys.argv[1]), people=500)
stop = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
while not stop.is_set():
    floor.touch(floor.lead())
    print(floor.value("SELECT max(id) FROM operation"), flush=True)
floor.store.close()
"""
HOLDER = """
import sys
from store import open_store
store = open_store(sys.argv[1])
print(store.value("SELECT count(*) FROM lead"), flush=True)
sys.stdin.read()
"""


@contextmanager
def running(program: str, path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process with the database open; it has written or read once when this begins."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        assert process.stdout.readline()
        yield process
    finally:
        process.stdin.close()
        process.stdout.read()
        process.wait(30)


def seals(path: Path) -> list[tuple[int, str]]:
    """The chain of the history in a file."""
    store = open_store(path, read_only=True)
    try:
        return store.rows("SELECT operation_id, hash FROM seal ORDER BY operation_id")
    finally:
        store.close()


def sound(path: Path) -> bool:
    """Whether the doctor finds nothing in a file."""
    store = open_store(path, read_only=True)
    try:
        return not list(check(store))
    finally:
        store.close()


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder but the databases' shared memory."""
    return {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.is_file() and entry.suffix != ".shm"}


@pytest.fixture
def path(floor: Floor) -> Path:
    """A database with one at bat, still open."""
    floor.touch(floor.lead())
    return Path(floor.store.path)


# --- making one ---


def test_a_copy_holds_everything_is_private_and_stands_alone(floor: Floor, path: Path, tmp_path: Path) -> None:
    made = backup(path, tmp_path / "copy.db")
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir() if "copy" in entry.name] == ["copy.db"]
    assert seals(made) == seals(path)
    assert sound(made)


def test_it_says_how_far_it_is(path: Path, tmp_path: Path) -> None:
    told: list[float] = []
    backup(path, tmp_path / "copy.db", told.append)
    assert told[-1] == 1


def committed_prefixes(path: Path, folder: Path, times: int) -> None:
    """Back up while another process writes: each copy is sound and a beginning of the final history."""
    with running(WRITER, path):
        made = [backup(path, folder / f"{number}.db") for number in range(times)]
    whole = seals(path)
    lengths = []
    for copy in made:
        part = seals(copy)
        assert part == whole[: len(part)]
        assert sound(copy)
        lengths.append(len(part))
    assert lengths == sorted(lengths)
    assert lengths[-1] <= len(whole)


def test_a_copy_made_while_others_write_is_a_committed_beginning(floor: Floor, path: Path, tmp_path: Path) -> None:
    committed_prefixes(path, tmp_path, 3)


@pytest.mark.soak
def test_five_hundred_copies_made_while_others_write(floor: Floor, path: Path, tmp_path: Path) -> None:
    committed_prefixes(path, tmp_path, 500)


def test_an_existing_file_is_never_replaced(path: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.db"
    kept.write_text("mine")
    with pytest.raises(StoreError, match=r"exists already: choose another name"):
        backup(path, kept)
    assert kept.read_text() == "mine"


def test_a_folder_gets_a_file_named_after_the_last_operation(floor: Floor, path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "usb"
    folder.mkdir()
    made = backup(path, folder)
    assert made == folder / f"leads-op{floor.value('SELECT max(id) FROM operation')}.db"


def test_a_target_that_cannot_be_written_is_one_sentence(path: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"cannot be written \(No such file or directory\): choose a folder"):
        backup(path, tmp_path / "none" / "copy.db")


def zero_a_page(path: Path, table: str) -> None:
    """Blank the first page of a table in a closed file."""
    connection = apsw.Connection(str(path))
    root = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).get
    size = connection.pragma("page_size")
    connection.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(bytes(size))


def test_a_damaged_database_gives_no_backup(template: Path, tmp_path: Path) -> None:
    path = tmp_path / "leads.db"
    shutil.copy(template, path)
    zero_a_page(path, "contact")
    with pytest.raises(StoreError, match=r"is damaged and was not copied"):
        backup(path, tmp_path / "copy.db")
    with pytest.raises(StoreError, match=r"is damaged and was not copied"):
        automatic(path, MONDAY)
    assert backups_of(path) == []
    assert not [name for name in os.listdir(tmp_path) if "copy" in name]


def test_looking_for_damage_while_others_write_finds_none(floor: Floor, path: Path) -> None:
    with running(WRITER, path):
        assert [damage(path) for _ in range(5)] == [None] * 5


# --- the way back ---


@pytest.fixture
def closed(floor: Floor, path: Path, tmp_path: Path) -> Iterator[Path]:
    """A database and a backup of it beside, ``copy.db``; one more at bat since, and nobody has it open.

    At the end it is opened again, for the doctor.
    """
    backup(path, tmp_path / "copy.db")
    floor.touch(floor.lead())
    floor.store.close()
    yield path
    floor.store = open_store(path)


def test_a_backup_takes_the_place_and_what_was_there_is_kept(closed: Path, tmp_path: Path) -> None:
    before, then = seals(closed), seals(tmp_path / "copy.db")
    kept = restore(closed, tmp_path / "copy.db", MONDAY)
    assert kept == Path(f"{closed}.replaced-2026-11-23T150000Z")
    assert seals(closed) == then
    assert seals(kept) == before
    assert len(then) < len(before)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o600
    assert sound(closed)
    again = restore(closed, kept, MONDAY)
    assert again == Path(f"{kept}-2")
    assert seals(closed) == before


def test_what_a_crash_left_in_the_log_is_kept_too(closed: Path, tmp_path: Path) -> None:
    dying = "import os, sys; from store import open_store; from tests.factories import Floor\n"
    dying += "floor = Floor(open_store(sys.argv[1]), people=500); floor.lead(); os._exit(0)"
    subprocess.run([sys.executable, "-c", dying, str(closed)], cwd=ROOT, check=True)
    assert Path(f"{closed}-wal").stat().st_size
    kept = restore(closed, tmp_path / "copy.db", MONDAY)
    assert kept is not None
    assert seals(closed) == seals(tmp_path / "copy.db")
    assert len(seals(kept)) > len(seals(tmp_path / "copy.db")) + 2


def test_it_is_refused_while_somebody_has_the_database_open(closed: Path, tmp_path: Path) -> None:
    before = seals(closed)
    with running(HOLDER, closed), pytest.raises(StoreError, match=r"is open somewhere: close At Bat everywhere"):
        restore(closed, tmp_path / "copy.db", MONDAY)
    assert seals(closed) == before
    assert not list(tmp_path.glob("*restoring*"))


def test_a_lost_or_emptied_database_is_restored(closed: Path, tmp_path: Path) -> None:
    closed.unlink()
    assert restore(closed, tmp_path / "copy.db", MONDAY) is None
    assert sound(closed)
    closed.write_bytes(b"")
    assert restore(closed, tmp_path / "copy.db", MONDAY) is not None
    assert sound(closed)


def damaged_copy(copy: Path) -> None:
    zero_a_page(copy, "contact")


def foreign_copy(copy: Path) -> None:
    connection = apsw.Connection(str(copy))
    connection.pragma("application_id", 1)
    connection.close()


def newer_copy(copy: Path) -> None:
    connection = apsw.Connection(str(copy))
    connection.execute("UPDATE schema_migration SET name = '9999_later' WHERE id = 1")
    connection.close()


def cut_copy(copy: Path) -> None:
    os.truncate(copy, copy.stat().st_size // 2)


def empty_copy(copy: Path) -> None:
    os.truncate(copy, 0)


def text_copy(copy: Path) -> None:
    copy.write_text("dear diary")


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (damaged_copy, "is damaged and was not copied"),
        (cut_copy, "is damaged and was not copied"),
        (foreign_copy, "some other program"),
        (newer_copy, "written by a newer program"),
        (empty_copy, "is empty"),
        (text_copy, "is damaged and was not copied"),
        (Path.unlink, "There is no backup at"),
    ],
)
def test_a_bad_backup_replaces_nothing(closed: Path, tmp_path: Path, harm, words: str) -> None:
    harm(tmp_path / "copy.db")
    before = contents(tmp_path)
    with pytest.raises(StoreError, match=words):
        restore(closed, tmp_path / "copy.db", MONDAY)
    assert contents(tmp_path) == before


def test_the_database_is_no_backup_of_itself(closed: Path) -> None:
    with pytest.raises(StoreError, match="is the database itself"):
        restore(closed, closed, MONDAY)


# --- automatic ones ---


def test_one_is_due_when_something_changed_and_half_an_hour_is_over(floor: Floor, path: Path) -> None:
    assert automatic(path, floor.now) is not None
    floor.touch(floor.lead())
    assert automatic(path, floor.now + EVERY // 2) is None
    assert automatic(path, floor.now + 2 * EVERY) is not None
    assert automatic(path, floor.now + 9 * EVERY) is None, "nothing has changed"
    assert len(backups_of(path)) == 2
    assert stat.S_IMODE(backup_folder(path).stat().st_mode) == 0o700
    assert all(sound(kept.path) for kept in backups_of(path))


def test_before_something_risky_there_is_always_one_and_its_name_says_why(floor: Floor, path: Path) -> None:
    automatic(path, floor.now)
    made = automatic(path, floor.now + 1_000_000, "import")
    assert made is not None
    newest = backups_of(path)[0]
    assert (newest.path, newest.why) == (made, "import")
    assert newest.operation == floor.value("SELECT max(id) FROM operation")


def test_several_programs_make_one_between_them(floor: Floor, path: Path) -> None:
    make = f"import sys; from store.backup import automatic; print(automatic(sys.argv[1], {floor.now}) is not None)"
    started = [
        subprocess.Popen([sys.executable, "-c", make, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    said = [process.communicate(timeout=60)[0].strip() for process in started]
    assert sorted(said) == ["False", "False", "False", "True"]
    assert len(backups_of(path)) == 1


def test_a_disk_that_is_nearly_full_is_left_its_room(floor: Floor, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.backup.shutil.disk_usage", lambda folder: shutil._ntuple_diskusage(1, 1, 1000))
    with pytest.raises(StoreError, match=r"No automatic backup was made: the disk holding .* is nearly full"):
        automatic(path, floor.now)
    assert backups_of(path) == []


def test_a_copy_that_was_broken_off_leaves_no_file(floor: Floor, path: Path) -> None:
    class Stop(Exception):
        """The app is closing."""

    def stop(share: float) -> None:
        raise Stop

    with pytest.raises(Stop):
        automatic(path, floor.now, progress=stop)
    assert os.listdir(backup_folder(path)) == [".lock"]


def every_half_hour(days: int) -> list[Kept]:
    count = days * DAY // EVERY
    return [Kept(Path(f"{number}.db"), MONDAY - number * EVERY, count - number) for number in range(count)]


def test_they_grow_thinner_with_age() -> None:
    kept = every_half_hour(800)
    gone = {one.path for one in superfluous(kept, MONDAY)}
    ages = [(MONDAY - one.at) / DAY for one in kept if one.path not in gone]
    assert len([age for age in ages if age < 1]) == DAY // EVERY
    assert 6 <= len([age for age in ages if 1 <= age < 7]) <= 7
    assert 4 <= len([age for age in ages if 7 <= age < 35]) <= 6
    assert 11 <= len([age for age in ages if 35 <= age < 366]) <= 13
    assert len([age for age in ages if age >= 366]) <= 3


def test_thinning_every_day_keeps_what_thinning_once_would() -> None:
    kept: list[Kept] = []
    for day in range(400):
        now = MONDAY + day * DAY
        kept += [Kept(Path(f"{day}-{hour}"), now + hour * HOUR, 0) for hour in (9, 13, 17)]
        gone = {one.path for one in superfluous(kept, now + 18 * HOUR)}
        kept = [one for one in kept if one.path not in gone]
    ages = [(MONDAY + 400 * DAY - one.at) / DAY for one in kept]
    assert len([age for age in ages if age < 7]) >= 7
    assert len([age for age in ages if 7 <= age < 35]) >= 4
    assert len([age for age in ages if 35 <= age < 366]) >= 10


def test_the_last_one_stays_however_old() -> None:
    only = [Kept(Path("old.db"), MONDAY - 3000 * DAY, 1)]
    assert superfluous(only, MONDAY) == []


# --- a migration ---


@pytest.fixture
def newer_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program knows one migration more than any file."""
    folder = tmp_path / "migrations"
    shutil.copytree(database.MIGRATIONS, folder)
    folder.joinpath("0099_more.py").write_text("def up(migrator, db):\n    db.execute_sql('CREATE TABLE more (id)')\n")
    monkeypatch.setattr(database, "MIGRATIONS", folder)
    return folder


def test_a_migration_is_preceded_by_a_backup(closed: Path, newer_program: Path) -> None:
    open_store(closed).close()
    (kept,) = backups_of(closed)
    assert kept.why == "migration"
    connection = apsw.Connection(str(kept.path), flags=apsw.SQLITE_OPEN_READONLY)
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
    connection.close()
    assert "lead" in tables
    assert "more" not in tables


def test_without_its_backup_a_migration_does_not_begin(closed: Path, newer_program: Path) -> None:
    backup_folder(closed).write_text("in the way")
    before = seals_by_hand(closed)
    with pytest.raises(StoreError, match="no backup was made"):
        open_store(closed)
    assert seals_by_hand(closed) == before
    backup_folder(closed).unlink()


def seals_by_hand(path: Path) -> str:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return json.dumps(connection.execute("SELECT * FROM seal").fetchall())
    finally:
        connection.close()


def test_an_open_program_keeps_its_file(floor: Floor, tmp_path: Path) -> None:
    # As the program does: one store to write, one to read, both in this process.
    path = floor.store.path
    reader = open_store(path, read_only=True)
    reader.value("SELECT count(*) FROM lead")
    copy = backup(path, str(tmp_path / "copy.db"))
    command = [sys.executable, "-m", "tui", "--db", path, "restore", str(copy)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    reader.close()
    assert done.returncode == 1
    assert "open" in done.stderr
    floor.lead()
