"""``atbat doctor`` as a person runs it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import apsw
import pytest

from tests.cli.shell import run
from tests.factories import Floor, make_template


def doctor(database: Path) -> subprocess.CompletedProcess[str]:
    return run("--db", str(database), "doctor")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = make_template(tmp_path / "leads.db")
    from store import open_store

    store = open_store(path)
    Floor(store).touch(Floor(store).lead())
    store.close()
    return path


def test_a_healthy_database(database: Path) -> None:
    done = doctor(database)
    assert (done.returncode, done.stderr) == (0, "")
    said = done.stdout.splitlines()
    assert said[0].startswith("SQLite 3.")
    assert said[1].startswith("1 at bat, 3 operations, ")
    assert said[2:] == ["nothing is wrong"]


def test_each_wrong_row_gets_a_line(database: Path) -> None:
    connection = apsw.Connection(str(database))
    connection.execute("UPDATE contact SET name = char(27) || '[31m' WHERE id = 1")
    connection.execute("UPDATE lead SET attempts = 5, status = 'attempting' WHERE id = 1")
    connection.close()
    done = doctor(database)
    assert (done.returncode, done.stderr) == (1, "")
    assert "lead 1: at bat 1: attempts is 5, its touches say 1 [counters equal the touches]" in done.stdout
    assert done.stdout.splitlines()[-1] == "1 wrong"
    assert "\x1b" not in done.stdout


def test_it_makes_and_changes_no_file(database: Path) -> None:
    before = database.read_bytes()
    doctor(database)
    assert database.read_bytes() == before
    missing = doctor(database.with_name("none.db"))
    assert missing.returncode == 1
    assert missing.stderr.startswith(f"atbat: There is no database at {database.with_name('none.db')}")
    assert not database.with_name("none.db").exists()
