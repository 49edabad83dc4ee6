"""The four exports brought in by command, then worked in a real terminal: found, logged, converted, closed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from store import open_store
from store.doctor import check
from tests.acceptance.test_hubspot import ROWS
from tests.acceptance.test_real_files import FILES
from tests.pty_driver import PROJECT, PtyDriver

pytestmark = pytest.mark.acceptance


def atbat(*arguments: str) -> str:
    """What a command prints; it must succeed."""
    command = [sys.executable, "-m", "tui", *arguments]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def copies(data: Path, files: Iterable[str], folder: Path) -> list[str]:
    """The files in a folder of the test's own: what cannot be taken is written beside them."""
    return [str(shutil.copyfile(data / file, folder / Path(file).name)) for file in files]


def test_imported_people_are_worked(acceptance_data: Path, tmp_path: Path) -> None:
    database = str(tmp_path / "leads.db")
    atbat("init", database, "--zone", "America/New_York", "--country", "US", "--user", "Priya:sdr", "--user", "Ed:ae")
    for file in copies(acceptance_data, FILES, tmp_path):
        atbat("--db", database, "--as", "Priya", "import", file, "--owner", "Priya")
    assert "nothing is wrong" in atbat("--db", database, "doctor").lower()
    with PtyDriver(["-m", "tui", "--db", database, "--as", "Priya"], environment={"ATBAT_HOME": str(tmp_path)}) as app:
        app.wait_for("? help")
        app.send("/")
        app.wait_for("A name, a company")
        app.send("gob bl")
        app.wait_for("Gob")
        app.send("\r")
        app.wait_for("At bat 1 · open")
        app.send("lc")
        app.wait_for("What came of it")
        app.send("wants a demo\r")
        app.wait_for("conversation logged")
        app.send("c")
        app.wait_for("Convert ·")
        app.send("yyyu\r")
        app.wait_for("converted")
        app.send("/")
        app.wait_for("A name, a company")
        app.send("dwight")
        app.wait_for("Dwight")
        app.send("\r")
        app.wait_for("At bat 1 · open")
        app.send("xr")
        app.wait_for("closed: no response")
        app.send("\x11")
        assert app.wait_for_end() == 0
    store = open_store(database)
    ended = store.rows(
        "SELECT c.name, l.stage, l.outcome FROM lead l JOIN contact c ON c.id = l.contact_id"
        " WHERE l.closed_at IS NOT NULL AND c.name IN ('Gob Bluth', 'Dwight Shrute') ORDER BY c.name"
    )
    assert ended == [
        ("Dwight Shrute", "closed", "no_response"),
        ("Gob Bluth", "converted", "converted_to_opportunity"),
    ]
    assert store.value("SELECT note FROM touch WHERE disposition = 'conversation'") == "wants a demo"
    assert [finding.sentence for finding in check(store)] == []
    store.close()


def test_the_calls_of_somebody_imported_are_on_their_timeline(acceptance_data: Path, tmp_path: Path) -> None:
    database = str(tmp_path / "leads.db")
    atbat("init", database, "--zone", "America/New_York", "--country", "US", "--user", "Priya:sdr", "--user", "Pam:ae")
    files = copies(acceptance_data, [f"hubspot_dummy/hubspot_{kind}.csv" for kind in ROWS], tmp_path)
    bring = ("--db", database, "--as", "Priya", "import", "--preset", "hubspot", "--owner", "Priya", *files)
    told = {run: atbat(*bring, *more) for run, more in (("trial", ["--dry-run"]), ("first", []), ("again", []))}
    assert "all files   at bats         880   open 231, ended 422, converted 227" in told["trial"]
    figures = [line for line in told["trial"].splitlines() if line.startswith(("rows", "at bats", "deals  "))]
    assert figures == [line for line in told["first"].splitlines() if line.startswith(("rows", "at bats", "deals  "))]
    for line in ("96 × No Answer", "79 × Wrong Number", "79 × Left Voicemail", "78 × Connected", "70 × (blank)"):
        assert line in told["first"]
    assert "activities    2,000   new 0, enriched 0, unchanged 2,000" in told["again"]
    assert "nothing is wrong" in atbat("--db", database, "doctor").lower()
    with PtyDriver(["-m", "tui", "--db", database, "--as", "Priya"], environment={"ATBAT_HOME": str(tmp_path)}) as app:
        app.wait_for("? help")
        app.send("/")
        app.wait_for("A name, a company")
        app.send("david stone")
        app.wait_for("David Stone")
        app.send("\r")
        app.wait_for("At bat 1 · open")
        app.wait_for("call · no answer")
        rows = app.wait_for("at bat opened").splitlines()
        lines = {words: [row for row in rows if words in row] for words in ("call · no answer", "call · conversation")}
        assert [len(found) for found in lines.values()] == [2, 1]
        heading = next(number for number, row in enumerate(rows) if "At bat 1 · open · Connected · since" in row)
        opened = next(number for number, row in enumerate(rows) if "at bat opened" in row)
        assert all(heading < rows.index(row) < opened for found in lines.values() for row in found)
        app.send("\x11")
        assert app.wait_for_end() == 0
