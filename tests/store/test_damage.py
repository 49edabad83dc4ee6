"""Files that are not what they should be: one sentence each, never written to, never taken for an empty database."""

from __future__ import annotations

import os
import random
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from store import open_store
from store.backup import damage
from store.doctor import check
from store.errors import StoreError
from store.operations.working import NoteDraft, note
from tests.factories import MONDAY, PRIYA, Floor, open_floor

ROOT = Path(__file__).resolve().parents[2]
PAGE = 4096
SENTENCES = ("is damaged", "is empty", "is not a database of this program", "is a folder", "cannot be opened",
             "There is no database at", "is no file", "some other program", "a newer program",
             "could not be read")  # fmt: skip

Harm = Callable[[Path], object]


@pytest.fixture(scope="module")
def worked(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed database with some at bats in it."""
    floor = open_floor(template, tmp_path_factory.mktemp("worked"))
    for _ in range(30):
        floor.touch(floor.lead())
    floor.store.close()
    return Path(floor.store.path)


@pytest.fixture
def path(worked: Path, tmp_path: Path) -> Path:
    """A copy of one's own."""
    copy = tmp_path / "leads.db"
    shutil.copy(worked, copy)
    return copy


def put(path: Path, at: int, some: bytes) -> None:
    """Overwrite a part of a file."""
    with path.open("r+b") as file:
        file.seek(at)
        file.write(some)


def root_page(path: Path, name: str) -> int:
    """Where a table or index begins in a closed file."""
    connection = apsw.Connection(str(path))
    try:
        return int(connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (name,)).get)
    finally:
        connection.close()


def put_pragma(path: Path, name: str, value: int) -> None:
    """Set a number in the header of a closed file."""
    connection = apsw.Connection(str(path))
    connection.pragma(name, value)
    connection.close()


def blank(name: str) -> Harm:
    return lambda path: put(path, (root_page(path, name) - 1) * PAGE, bytes(PAGE))


def cut_to(size: Callable[[int], int]) -> Harm:
    return lambda path: os.truncate(path, size(path.stat().st_size))


def replaced_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def replaced_by_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def replaced_by_link(target: str) -> Harm:
    def harm(path: Path) -> None:
        path.unlink()
        path.symlink_to(target)

    return harm


def replaced_by_bare_sqlite(path: Path) -> None:
    """A SQLite file with our mark and nothing in it."""
    path.unlink()
    connection = apsw.Connection(str(path))
    connection.pragma("application_id", 0x41744261)
    connection.close()


def renamed_migration(path: Path) -> None:
    connection = apsw.Connection(str(path))
    connection.execute("UPDATE schema_migration SET name = '9999_later' WHERE id = 1")
    connection.close()


REFUSED: dict[str, Harm] = {
    "missing": Path.unlink,
    "empty": cut_to(lambda size: 0),
    "a folder": replaced_by_folder,
    "a pipe": replaced_by_pipe,
    "a device": replaced_by_link("/dev/null"),
    "a link to itself": replaced_by_link("leads.db"),
    "a link to nothing": replaced_by_link("nowhere.db"),
    "words": lambda path: path.write_text("dear diary\n" * 1000),
    "all zeros": lambda path: path.write_bytes(bytes(10 * PAGE)),
    "wrong magic": lambda path: put(path, 0, b"SQLite format 4\0"),
    "the magic alone": cut_to(lambda size: 16),
    "the header alone": cut_to(lambda size: 100),
    "one page": cut_to(lambda size: PAGE),
    "half a page": cut_to(lambda size: PAGE // 2),
    "half the file": cut_to(lambda size: size // 2 // PAGE * PAGE),
    "the last page gone": cut_to(lambda size: size - PAGE),
    "a page size that is none": lambda path: put(path, 16, b"\x12\x34"),
    "a file format of the future": lambda path: put(path, 18, b"\x09\x09"),
    "the header zeroed behind the magic": lambda path: put(path, 16, bytes(84)),
    "the schema's page zeroed": lambda path: put(path, 100, bytes(PAGE - 100)),
    "the schema's words garbled": lambda path: put(path, PAGE - 400, b"\xff" * 400),
    "another program's": lambda path: put_pragma(path, "application_id", 7),
    "a newer program's": renamed_migration,
    "the team's page zeroed": blank("team"),
}
# These open, because reading them all would hold up the start; the look behind the first frame finds them.
FOUND_LATER: dict[str, Harm] = {
    "a table's page zeroed": blank("meeting"),
    "a table's page garbled": lambda path: put(path, (root_page(path, "meeting") - 1) * PAGE, b"\xa5" * PAGE),
    "an index's page zeroed": blank("lead_queue"),
    "a table's page cut short": lambda path: put(path, (root_page(path, "meeting") - 1) * PAGE, b"\x0d\0\0\xff\xff"),
    "the search's page zeroed": blank("contact_words_data"),
}


def state(path: Path) -> object:
    """What stands at a path, to the byte and to the moment of its last change."""
    try:
        what = os.lstat(path)
    except OSError:
        return None
    data = path.read_bytes() if stat.S_ISREG(what.st_mode) else b""
    return what.st_mode, what.st_ino, what.st_mtime_ns, data


def assert_sentence(said: str, path: Path) -> None:
    """One sentence that names the file and says what is wrong."""
    assert str(path) in said
    assert any(words in said for words in SENTENCES), said
    assert said.endswith((".", "(`atbat restore` lists them)."))
    assert "\n" not in said


@pytest.mark.parametrize("kind", REFUSED)
def test_a_bad_file_is_refused_in_one_sentence_and_left_alone(path: Path, kind: str) -> None:
    REFUSED[kind](path)
    before = state(path)
    for read_only in (False, True):
        with pytest.raises(StoreError) as said:
            open_store(path, read_only=read_only)
        assert_sentence(str(said.value), path)
    assert state(path) == before


@pytest.mark.parametrize("kind", FOUND_LATER)
def test_a_damaged_page_is_found_and_nothing_is_written_after_that(path: Path, kind: str) -> None:
    FOUND_LATER[kind](path)
    before = state(path)
    assert damage(path) is not None
    store = open_store(path)
    store.rescue("It is damaged.")
    with pytest.raises(StoreError, match=r"It is damaged\."):
        note(store, PRIYA, MONDAY, NoteDraft(1, "still there?"))
    assert store.value("SELECT count(*) FROM touch") == 30
    assert [finding.fact for finding in check(store)][:1] == ["the file is sound"]
    store.close()
    assert state(path) == before


def test_what_was_committed_before_the_damage_was_found_stays_in_the_log(path: Path) -> None:
    FOUND_LATER["a table's page zeroed"](path)
    before = state(path)
    floor = Floor(open_store(path))
    floor.touch(1)
    touches = floor.value("SELECT count(*) FROM touch")
    floor.store.rescue("It is damaged.")
    floor.store.close()
    assert state(path) == before
    again = open_store(path, read_only=True)
    assert again.value("SELECT count(*) FROM touch") == touches
    again.close()


def test_a_read_that_meets_damage_is_one_sentence(path: Path) -> None:
    FOUND_LATER["a table's page zeroed"](path)
    store = open_store(path)
    for read in (store.rows, store.each):
        with pytest.raises(StoreError) as said:
            list(read("SELECT * FROM meeting ORDER BY id"))
        assert_sentence(str(said.value), path)
    store.close()


def test_rows_come_one_by_one_and_a_wrong_statement_stays_the_programs_fault(path: Path) -> None:
    store = open_store(path)
    rows = store.each("SELECT id FROM lead WHERE id <= :most ORDER BY id", {"most": 3})
    assert next(rows) == (1,)
    assert list(rows) == [(2,), (3,)]
    with pytest.raises(apsw.SQLError):
        next(store.each("SELECT nothing FROM lead"))
    store.close()


def test_bytes_that_are_no_text_are_one_sentence(path: Path) -> None:
    connection = apsw.Connection(str(path))
    connection.execute("UPDATE account SET city = CAST(x'ff80' AS TEXT) WHERE id = 1")
    connection.close()
    store = open_store(path)
    with pytest.raises(StoreError) as said:
        store.row("SELECT city FROM account WHERE id = 1")
    assert_sentence(str(said.value), path)
    store.close()


def test_a_write_that_meets_damage_is_one_sentence_and_holds_no_lock(path: Path) -> None:
    floor = Floor(open_store(path))
    blank("operation")(path)
    floor.store.close()
    store = open_store(path)
    for _ in range(2):
        with pytest.raises(StoreError) as said:
            note(store, PRIYA, MONDAY, NoteDraft(1, "still there?"))
        assert_sentence(str(said.value), path)
        assert store.connection.getautocommit()
    store.close()


def test_a_sound_file_is_sound(path: Path) -> None:
    assert damage(path) is None


# --- what lies beside the file ---


def garbage_log(path: Path) -> None:
    path.with_name("leads.db-wal").write_bytes(random.Random(1).randbytes(3 * PAGE))


def anothers_log(path: Path) -> None:
    """A write-ahead log that some other database left behind."""
    other = path.with_name("other.db")
    dying = "import os, sys, apsw; c = apsw.Connection(sys.argv[1]); c.pragma('journal_mode', 'wal')\n"
    dying += "c.execute('CREATE TABLE x (y); INSERT INTO x VALUES (1)'); c.execute('INSERT INTO x VALUES (2)')\n"
    subprocess.run([sys.executable, "-c", dying + "os._exit(0)", str(other)], check=True)
    os.rename(f"{other}-wal", f"{path}-wal")


def garbage_memory(path: Path) -> None:
    path.with_name("leads.db-shm").write_bytes(random.Random(2).randbytes(8 * PAGE))


def emptied_log(path: Path) -> None:
    path.with_name("leads.db-wal").touch()


@pytest.mark.parametrize("beside", [garbage_log, garbage_memory, emptied_log])
def test_what_lies_beside_the_file_hides_nothing(path: Path, beside: Harm) -> None:
    beside(path)
    store = open_store(path)
    assert store.value("SELECT count(*) FROM touch") == 30
    assert list(check(store)) == []
    store.close()


def test_another_databases_log_is_not_taken_for_ours(path: Path) -> None:
    anothers_log(path)
    before = state(path)
    with pytest.raises(StoreError) as said:
        open_store(path)
    assert_sentence(str(said.value), path)
    assert state(path) == before


def test_a_log_that_was_lost_leaves_what_was_there_before_it(path: Path) -> None:
    dying = "import os, sys; from store import open_store; from tests.factories import Floor\n"
    dying += "floor = Floor(open_store(sys.argv[1]), people=500); floor.lead(); os._exit(0)"
    subprocess.run([sys.executable, "-c", dying, str(path)], cwd=ROOT, check=True)
    os.unlink(f"{path}-wal")
    store = open_store(path)
    assert store.value("SELECT count(*) FROM touch") == 30
    assert list(check(store)) == []
    store.close()


# --- rights ---


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not read the file")
@pytest.mark.parametrize(("file", "folder"), [(0o000, 0o755), (0o444, 0o755), (0o444, 0o555), (0o600, 0o700)])
def test_a_file_of_somebody_elses_is_one_sentence(path: Path, file: int, folder: int) -> None:
    path.chmod(file)
    path.parent.chmod(folder)
    before = state(path)
    stranger = (
        "import os, sys; sys.path.insert(0, sys.argv[2]); import store.database; os.setgroups([]); os.setuid(65534)\n"
        "from store.errors import StoreError\n"
        "try: store.database.open_store(sys.argv[1]).close()\n"
        "except StoreError as error: print(error)"
    )
    for above in path.parents[1:-2]:
        above.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-c", stranger, str(path), str(ROOT)], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert "cannot be opened" in done.stdout or "cannot be written" in done.stdout
    assert str(path) in done.stdout
    path.parent.chmod(0o755)
    assert state(path) == before


# --- anything anywhere ---


def harm_at_random(path: Path, seed: int) -> None:
    """Some bytes flipped, a stretch overwritten, a page moved, or the end lost."""
    rng = random.Random(seed)
    data = bytearray(path.read_bytes())
    kind = rng.randrange(4)
    if kind == 0:
        for _ in range(rng.randint(1, 20)):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    elif kind == 1:
        at = rng.randrange(len(data))
        some = rng.randbytes(rng.randint(1, 2 * PAGE))
        data[at : at + len(some)] = some
    elif kind == 2:
        pages = len(data) // PAGE
        one, other = (rng.randrange(pages) * PAGE for _ in range(2))
        data[one : one + PAGE] = data[other : other + PAGE]
    else:
        del data[rng.randrange(len(data)) :]
    path.write_bytes(data)


def assert_survived(path: Path, seed: int) -> None:
    """Refused in a sentence, or found damaged, or sound with everything in it; and not a byte was written."""
    before = state(path)
    found = damage(path) if path.read_bytes()[:16] == b"SQLite format 3\0" else "not SQLite"
    try:
        store = open_store(path)
    except StoreError as said:
        assert_sentence(str(said), path)
    else:
        try:
            if found is None:
                assert store.value("SELECT count(*) FROM touch") == 30
            else:
                store.rescue("It is damaged.")
        finally:
            store.close()
    assert state(path) == before, f"seed {seed}"


@pytest.mark.parametrize("seed", range(40))
def test_damage_of_any_kind(path: Path, seed: int) -> None:
    harm_at_random(path, seed)
    assert_survived(path, seed)


@pytest.mark.soak
def test_damage_of_any_kind_for_long(worked: Path, path: Path) -> None:
    for seed in range(1000, 3000):
        shutil.copy(worked, path)
        for beside in ("-wal", "-shm"):
            Path(f"{path}{beside}").unlink(missing_ok=True)
        harm_at_random(path, seed)
        assert_survived(path, seed)
