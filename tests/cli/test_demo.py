"""``atbat demo``: a private copy of the example, alive today."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from store.database import open_store
from store.demo.example import copy_example
from store.instants import DAY
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
    assert done.stdout == f'{home}/demo.db is ready (made just now): atbat --db {home}/demo.db --as "Priya N."\n'
    assert before <= newest(home / "demo.db") <= time.time_ns() // 1000
    assert atbat("--db", str(home / "demo.db"), "doctor").returncode == 0
    assert not (home / "leads.db").exists()


def test_a_copy_of_today_is_gone_on_with_until_another_is_asked_for(home: Path) -> None:
    demo = home / "demo.db"
    assert atbat("demo", "--no-open", "--keep").returncode == 0
    assert atbat("--db", str(demo), "--as", "Tom B.", "users", "pause").returncode == 0
    first = newest(demo)
    for flags in ((), ("--keep",)):
        again = atbat("demo", "--no-open", *flags)
        assert "(the copy made today at " in again.stdout
        assert "goes on; `atbat demo --new` makes another)" in again.stdout
        assert newest(demo) == first
    assert "made just now; what was done in the one before is gone" in atbat("demo", "--no-open", "--new").stdout
    assert newest(demo) > first
    assert atbat("demo", "--new", "--keep", "--no-open").returncode == 2


@pytest.mark.parametrize(("flags", "said"), [((), "made just now"), (("--keep",), "the copy made on 20")])
def test_a_copy_of_another_day_is_made_anew_unless_kept(home: Path, flags: tuple[str, ...], said: str) -> None:
    copy_example(home / "demo.db", time.time_ns() // 1000 - 2 * DAY)
    assert said in atbat("demo", "--no-open", *flags).stdout


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
def said() -> list[str]:
    """What the app was given to say at its start."""
    return []


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, said: list[str]) -> list[Settings]:
    """What the app was opened with."""
    seen: list[Settings] = []

    def run(settings: Settings, first_words: str = "") -> int:
        seen.append(settings)
        said.append(first_words)
        return 0

    monkeypatch.setattr("tui.start.run", run)
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


def test_the_start_says_which_copy_it_is(
    home: Path, opened: list[Settings], said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tui.__main__ import main

    monkeypatch.setattr("tui.cli.output.on_a_terminal", lambda: True)
    for more in ([], [], ["--new"]):
        assert main(["demo", *more]) == 0
    first, second, third = said
    assert first == "The demo: made just now."
    assert "goes on" in second
    assert "--new" in second
    assert "gone" in third
