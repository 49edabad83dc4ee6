"""``atbat demo``: a private copy of the example, alive today."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from store.database import open_store
from tests.cli.test_info import atbat
from tui.config import Settings


def newest(path: Path) -> int:
    store = open_store(path)
    at: int = store.value("SELECT max(at) FROM operation")
    store.close()
    return at


def test_it_prepares_a_copy_of_its_own(home: Path) -> None:
    before = time.time_ns() // 1000
    done = atbat("demo", "--no-open")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f'{home}/demo.db is ready: atbat --db {home}/demo.db --as "Priya N."\n'
    assert before <= newest(home / "demo.db") <= time.time_ns() // 1000
    assert atbat("--db", str(home / "demo.db"), "doctor").returncode == 0
    assert not (home / "leads.db").exists()


def test_keep_goes_on_with_the_last_copy(home: Path) -> None:
    assert atbat("demo", "--no-open", "--keep").returncode == 0
    first = newest(home / "demo.db")
    assert atbat("demo", "--no-open", "--keep").returncode == 0
    assert newest(home / "demo.db") == first
    assert atbat("demo", "--no-open").returncode == 0
    assert newest(home / "demo.db") > first


def test_a_database_of_that_name_that_is_not_the_example_is_left_alone(home: Path) -> None:
    mine = str(home / "demo.db")
    assert atbat("init", mine, "--zone", "UTC", "--country", "US", "--user", "Bob").returncode == 0
    done = atbat("demo", "--no-open")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"atbat: {mine} is not a copy of the example and would be lost: give it another name first.\n"
    assert atbat("--db", mine, "doctor").returncode == 0
    store = open_store(mine)
    assert store.value("SELECT count(*) FROM user WHERE name = 'Bob'") == 1
    store.close()


def test_it_takes_no_database_of_yours(home: Path) -> None:
    done = atbat("--db", str(home / "mine.db"), "demo", "--no-open")
    assert (done.returncode, done.stdout) == (2, "")
    assert "leave --db out" in done.stderr
    assert not (home / "demo.db").exists()


def test_it_draws_into_no_pipe(home: Path) -> None:
    done = atbat("demo")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("atbat: there is no terminal to draw on")
    assert not (home / "demo.db").exists()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """What the app was opened with."""
    seen: list[Settings] = []

    def run(settings: Settings) -> int:
        seen.append(settings)
        return 0

    monkeypatch.setattr("tui.app.run", run)
    return seen


@pytest.mark.parametrize(("flags", "person"), [((), "Priya N."), (("--as", "Grace O."), "Grace O.")])
def test_it_opens_the_copy_as_the_demo_rep_or_whoever_is_named(
    home: Path, opened: list[Settings], flags: tuple[str, ...], person: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tui.__main__ import main

    monkeypatch.setattr("tui.cli.output.on_a_terminal", lambda: True)
    (home / "config.toml").write_text('person = "Somebody of another database"\n')
    assert main([*flags, "demo"]) == 0
    assert [(settings.database, settings.person) for settings in opened] == [(str(home / "demo.db"), person)]
