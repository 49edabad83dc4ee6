"""``atbat init``: the team's database, by options and by answers."""

from __future__ import annotations

from pathlib import Path

import pexpect
import pytest

from store.database import open_store
from store.doctor import check
from tests.cli.test_info import ROOT, atbat

BY_OPTIONS = ("--zone", "Europe/Berlin", "--country", "de", "--user", "Ana K.:lead", "--user", "Bo")


def test_everything_by_options(tmp_path: Path) -> None:
    done = atbat("init", str(tmp_path / "team.db"), *BY_OPTIONS, "--team", "Nord", "--currency", "chf")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f'{tmp_path}/team.db is ready; open it as atbat --db {tmp_path}/team.db --as "Ana K."\n'
    store = open_store(tmp_path / "team.db")
    assert (store.team, store.zone, store.country, store.region, store.currency) == (
        "Nord",
        "Europe/Berlin",
        "DE",
        "DE",
        "CHF",
    )
    assert store.rows('SELECT name, role FROM "user" WHERE id > 1') == [("Ana K.", "lead"), ("Bo", "sdr")]
    assert list(check(store)) == []
    store.close()


def test_without_a_path_it_goes_where_the_settings_say(home: Path) -> None:
    assert atbat("init", *BY_OPTIONS).returncode == 0
    store = open_store(home / "leads.db")
    assert store.currency == "EUR"  # from the country
    store.close()
    assert atbat("--db", str(home / "sub" / "other.db"), "init", *BY_OPTIONS).returncode == 0
    assert (home / "sub" / "other.db").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "Give the time zone: --zone."),
        (("--zone", "Mars/Olympus", "--user", "Bo"), "“Mars/Olympus” is no time zone: give one such as"),
        (("--zone", "UTC"), 'Name at least one person who works here: --user "Ana K.:lead".'),
        (("--zone", "UTC", "--user", "Bo:boss"), "a role is one of sdr, ae, lead, admin"),
        (("--zone", "UTC", "--user", "Bo", "--country", "Atlantis"), "“Atlantis” is no country"),
        (("--zone", "UTC", "--user", "Bo", "--currency", "dollars"), "“dollars” is no currency"),
    ],
)
def test_what_is_missing_or_wrong_gets_a_sentence(home: Path, arguments: tuple[str, ...], sentence: str) -> None:
    done = atbat("init", *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert not (home / "leads.db").exists()


@pytest.mark.parametrize(
    ("users", "sentence"),
    [(("Bo", "Bo"), "There is a Bo already: choose another name."), ((":lead",), "A user needs a name.")],
)
def test_a_refusal_leaves_nothing_behind(home: Path, users: tuple[str, ...], sentence: str) -> None:
    named = [word for user in users for word in ("--user", user)]
    done = atbat("init", "--zone", "UTC", *named)
    assert done.returncode == 1
    assert done.stderr == f"atbat: {sentence}\n"
    assert not list(home.glob("leads.db*"))


def test_a_database_that_exists_is_left_alone(home: Path) -> None:
    assert atbat("init", *BY_OPTIONS).returncode == 0
    before = (home / "leads.db").read_bytes()
    done = atbat("init", *BY_OPTIONS)
    assert done.returncode == 1
    assert "exists already" in done.stderr
    assert (home / "leads.db").read_bytes() == before


def test_a_url_is_no_file() -> None:
    done = atbat("--db", "postgresql://db.example/sales", "init", *BY_OPTIONS)
    assert done.returncode == 2
    assert "Name a file" in done.stderr


def test_on_a_terminal_it_asks_for_what_was_not_given(tmp_path: Path) -> None:
    import sys

    program = pexpect.spawn(
        sys.executable,
        ["-m", "tui", "init", str(tmp_path / "asked.db"), "--country", "-"],
        cwd=str(ROOT),
        encoding="utf-8",
        timeout=30,
        dimensions=(24, 120),
    )
    for question, answer in (
        ("Time zone", "Nowhere"),
        ("is no time zone", "America/New_York"),
        ("Currency", ""),
        ("Your name", "Dana"),
        ("Role", ""),
        ("Another person", "Bo"),
        ("Role", "ae"),
        ("Another person", ""),
    ):
        program.expect(question)
        program.sendline(answer)
    program.expect("is ready")
    program.expect(pexpect.EOF)
    program.close()
    assert program.exitstatus == 0
    store = open_store(tmp_path / "asked.db")
    assert (store.zone, store.country, store.currency) == ("America/New_York", "", "USD")
    assert store.rows('SELECT name, role FROM "user" WHERE id > 1') == [("Dana", "admin"), ("Bo", "ae")]
    store.close()
