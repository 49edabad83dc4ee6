"""The door: making a file, opening it, migrating it, and refusing what a newer program wrote."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import apsw
import pytest

from store import Refusal, StoreError, database, open_store
from store.database import create_file, migrate
from store.doctor import check
from store.operations.init import TeamDraft, UserDraft, create_store
from tests.factories import MONDAY, TEAM, Floor

ROOT = Path(__file__).resolve().parents[2]


def tables(path: Path) -> set[str]:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    finally:
        connection.close()


def test_a_new_database_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "leads.db"
    create_store(path, TEAM, MONDAY)
    for file in tmp_path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file
    store = open_store(path)
    assert (store.team, store.zone, store.currency) == ("Inside sales", "America/New_York", "USD")
    assert list(check(store)) == []
    store.close()


def test_an_existing_file_is_never_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "leads.db"
    path.write_bytes(b"precious")
    with pytest.raises(StoreError, match="exists already"):
        create_store(path, TEAM, MONDAY)
    assert path.read_bytes() == b"precious"


@pytest.mark.parametrize(
    ("team", "sentence"),
    [
        (TeamDraft(zone="Mars/Olympus"), "no time zone"),
        (TeamDraft(zone="../etc/passwd"), "no time zone"),
        (TeamDraft(users=(UserDraft(""),)), "needs a name"),
        (TeamDraft(users=(UserDraft("Ana"), UserDraft("Ana"))), "There is a Ana already"),
    ],
)
def test_a_refused_team_leaves_no_file(tmp_path: Path, team: TeamDraft, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        create_store(tmp_path / "leads.db", team, MONDAY)
    assert list(tmp_path.iterdir()) == []


def test_opening_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="There is no database at"):
        open_store(tmp_path / "leads.db")
    assert list(tmp_path.iterdir()) == []


def test_a_reader_cannot_write(floor: Floor) -> None:
    lead = floor.lead()
    reader = Floor(open_store(floor.store.path, read_only=True))
    assert reader.state(lead) == floor.state(lead)
    with pytest.raises(StoreError, match="for reading only"):
        reader.touch(lead)
    with pytest.raises(apsw.ReadOnlyError):
        reader.raw("UPDATE lead SET score = 1")
    reader.store.close()


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_vanished_is_not_written_to_as_a_ghost(floor: Floor, template: Path, replaced: bool) -> None:
    lead = floor.lead()
    path = Path(floor.store.path)
    away = path.rename(path.with_name("away.db"))
    if replaced:
        shutil.copyfile(template, path)
    with pytest.raises(StoreError, match="moved or replaced while open"):
        floor.touch(lead)
    if replaced:
        path.unlink()
    away.rename(path)
    floor.touch(lead)


# --- migrating ---


@pytest.fixture
def newer_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that knows one migration more than any file."""
    folder = tmp_path / "migrations"
    shutil.copytree(database.MIGRATIONS, folder)
    folder.joinpath("0099_more.py").write_text("def up(migrator, db):\n    db.execute_sql('CREATE TABLE more (id)')\n")
    monkeypatch.setattr(database, "MIGRATIONS", folder)


def test_migrating_twice_is_migrating_once(tmp_path: Path) -> None:
    path = tmp_path / "leads.db"
    create_file(path)
    before = path.read_bytes()
    assert migrate(str(path), backup=False) == []
    assert path.read_bytes() == before


@pytest.mark.usefixtures("newer_program")
def test_an_older_file_is_brought_up_to_date(template: Path, tmp_path: Path) -> None:
    path = tmp_path / "leads.db"
    shutil.copyfile(template, path)
    with pytest.raises(StoreError, match="older schema: open it once for writing"):
        open_store(path, read_only=True)
    assert "more" not in tables(path)
    open_store(path).close()
    assert "more" in tables(path)
    open_store(path, read_only=True).close()


def test_a_newer_file_is_refused_with_both_versions(template: Path, tmp_path: Path) -> None:
    path = tmp_path / "leads.db"
    shutil.copyfile(template, path)
    connection = apsw.Connection(str(path))
    connection.execute("UPDATE schema_migration SET name = '0100_later' WHERE id = 1")
    connection.close()
    before = path.read_bytes()
    newest = max(database._names())
    for read_only in (False, True):
        with pytest.raises(StoreError, match=f"newer program .schema 0100_later, this one knows {newest}.*update"):
            open_store(path, read_only=read_only)
    assert path.read_bytes() == before


@pytest.mark.usefixtures("newer_program")
def test_a_failing_migration_leaves_the_file_as_it_was(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (database.MIGRATIONS / "0099_more.py").write_text(
        "def up(migrator, db):\n    db.execute_sql('CREATE TABLE more (id)')\n    db.execute_sql('nonsense')\n"
    )
    path = tmp_path / "leads.db"
    shutil.copyfile(template, path)
    with pytest.raises(StoreError, match="refused the change; nothing was saved"):
        open_store(path)
    assert "more" not in tables(path)
    monkeypatch.undo()
    store = open_store(path)
    assert list(check(store)) == []
    store.close()


def test_four_programs_migrating_at_once_all_open_it(tmp_path: Path) -> None:
    path = tmp_path / "leads.db"
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    connection = apsw.Connection(str(path))
    connection.pragma("journal_mode", "wal")
    connection.pragma("application_id", database.APPLICATION_ID)
    connection.execute("CREATE TABLE schema_migration_placeholder (id)")
    connection.close()
    program = (
        "import sys; from store import open_store; sys.stdin.readline()\n"
        "store = open_store(sys.argv[1]); print(store.value('SELECT count(*) FROM schema_migration'))"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(path)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for one in running:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    said = [one.communicate(timeout=120) for one in running]
    assert [one.returncode for one in running] == [0, 0, 0, 0], said
    assert {out.strip() for out, _ in said} == {str(len(database._names()))}


def test_beside_a_held_state_another_connection_reads_the_same(floor: Floor) -> None:
    reader = open_store(floor.store.path, read_only=True)
    count = "SELECT count(*) FROM lead"
    assert reader.beside() is None, "it holds no state"
    assert floor.store.beside() is None, "what a writer sees may not be written yet"
    reader.use_rules(reader.rules._replace(digest="other"))
    reader.stop_when(lambda: reader.rules.digest == "unwanted")
    with reader.connection:
        seen = reader.value(count)
        other = reader.beside()
        assert other is not None
        floor.lead()
        assert (reader.value(count), other.value(count), floor.value(count)) == (seen, seen, seen + 1)
        assert other.rules.digest == "other"
        assert reader.beside() is None, "somebody has written since"
        reader.use_rules(reader.rules._replace(digest="unwanted"))
        with pytest.raises(apsw.InterruptError):
            other.value("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n")
        other.close()
    reader.close()
