"""``atbat users`` and ``atbat next`` as a person runs them: one sentence each, and the rules of the store."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import time_ns

import pytest

from store.operations.attendance import UserActDraft, pause_intake
from store.vocabulary import Motion
from tests.factories import ANA, BEN, PRIYA, Floor, make_template, open_floor
from tests.store.test_routing import arrives

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    floor = open_floor(make_template(tmp_path / "template.db"), tmp_path)
    yield floor
    floor.store.close()


def atbat(floor: Floor, who: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tui", "--db", str(floor.store.path), "--as", who, *arguments],
        cwd=ROOT,
        env=os.environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def said(floor: Floor, who: str, *arguments: str) -> str:
    done = atbat(floor, who, *arguments)
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


def listed(floor: Floor, name: str) -> list[str]:
    (line,) = [line for line in said(floor, "Ana", "users", "list").splitlines() if line.startswith(name)]
    return line.split()


def test_without_a_command_they_are_listed(floor: Floor) -> None:
    assert atbat(floor, "Ana", "users").stdout == atbat(floor, "Ana", "users", "list").stdout


def test_who_is_here_away_and_paused_is_said_and_listed(floor: Floor) -> None:
    assert said(floor, "Ana", "users", "list").splitlines()[0].split() == [
        "name", "role", "capacity", "open", "new", "ones",
    ]  # fmt: skip
    assert listed(floor, "Priya") == ["Priya", "sdr", "1", "0", "yes"]
    assert said(floor, "Priya", "users", "absent", "Priya", "today").startswith("Priya is absent 2")
    assert listed(floor, "Priya")[4:6] == ["absent", "until"]
    assert said(floor, "Priya", "users", "back") == "Priya is back\n"
    assert said(floor, "Priya", "users", "pause") == "Priya gets nothing new\n"
    assert listed(floor, "Priya")[4] == "paused"
    assert said(floor, "ana", "users", "resume", "priya") == "Priya gets new at bats again\n"
    assert said(floor, "Ana", "users", "capacity", "Ben", "3") == "Ben has a capacity of 3\n"
    assert listed(floor, "Ben")[2] == "3"
    assert said(floor, "Ana", "users", "add", "Zoe", "--capacity", "2") == "Zoe added\n"
    assert said(floor, "Ana", "users", "leave", "Zoe") == "Zoe has left\n"
    assert "Zoe" not in said(floor, "Ana", "users", "list")


def test_what_is_refused_is_one_sentence(floor: Floor) -> None:
    for who, arguments, why in (
        ("Priya", ("capacity", "Ben", "3"), "Only a team lead"),
        ("Priya", ("absent", "Ben", "tomorrow"), "Only Ben or a team lead"),
        ("Priya", ("absent", "Priya", "someday"), "is not a time I know"),
        ("Priya", ("absent", "Priya", "2026-01-01", "2026-01-02"), "have passed"),
        ("Ana", ("capacity", "Ben", "0"), "from 1 to 100"),
        ("Ana", ("pause", "Nobody"), "Nobody here is called Nobody: give one of Ana, Ben"),
        ("Nobody", ("back",), "use --as with one of"),
        ("Ana", ("leave", "Ana"), "last team lead"),
    ):
        done = atbat(floor, who, "users", *arguments)
        assert done.returncode == 1, done
        assert why in done.stderr
        assert done.stderr.count("\n") == 1


def test_next_takes_the_best_and_says_who_it_is(floor: Floor) -> None:
    floor.now = time_ns() // 1000 - 60_000_000  # the command's clock is the real one
    for actor in (PRIYA, BEN):
        pause_intake(floor.store, actor, floor.later(1), UserActDraft(actor.user_id))
    floor.now -= 120_000_000
    low = arrives(floor, motion=Motion.CAMPAIGN_RESPONSE)
    hot = arrives(floor, motion=Motion.DEMO_REQUEST)
    first = said(floor, "Priya", "next")
    assert first.startswith("Person2 Ortiz is yours: ")
    assert "Company 2" in first
    assert "503" in first
    assert said(floor, "Ben", "next").startswith("Person1 Ortiz is yours")
    assert [floor.state(lead).owner_id for lead in (hot, low)] == [PRIYA.user_id, BEN.user_id]
    nothing = atbat(floor, "Ana", "next")
    assert (nothing.returncode, nothing.stderr.count("\n")) == (1, 1)
    assert "Nothing to claim" in nothing.stderr
    assert ANA.leads_team
