"""``atbat recycle`` as a person runs it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from time import time_ns

import pytest

from store.instants import DAY
from store.operations.undo import UndoDraft, undo
from store.rules.closing import NewPerson
from store.vocabulary import Outcome, Stage
from tests.cli.shell import run
from tests.factories import ANA, BEN, Floor, make_template, open_floor


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    floor = open_floor(make_template(tmp_path / "template.db"), tmp_path)
    floor.now = time_ns() // 1000 - 100 * DAY  # the command takes the time of the computer
    yield floor
    floor.store.close()


def recycle(floor: Floor, *arguments: str, who: str = "Ana") -> subprocess.CompletedProcess[str]:
    return run("--db", str(floor.store.path), "--as", who, "recycle", *arguments)


def ended(floor: Floor, count: int = 3) -> list[int]:
    return [floor.lead(Stage.CLOSED) for _ in range(count)]


def opened(floor: Floor) -> int:
    return int(floor.value("SELECT count(*) FROM lead WHERE open = 1"))


def test_the_list_names_who_with_what_and_counts(floor: Floor) -> None:
    lead = floor.lead(Stage.CONNECTED, person=NewPerson("Dana", "Ortiz", "CFO", "+1 503 555 0142"), company="Northwind")
    floor.close(lead, Outcome.RE_ENGAGE, reason="competitor", competitor="Globex \x1b[31m", back_at=floor.now + 2 * DAY)
    done = recycle(floor)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    row = done.stdout.splitlines()[1]
    assert row.startswith("now")
    assert "Dana Ortiz" in row
    assert "recapture: left for Globex" in row
    assert row.split()[-2:] == ["Priya", "1"]
    assert "1 now, 0 to come" in done.stdout
    assert opened(floor) == 0


def test_a_dry_run_changes_nothing_and_names_who_would_come(floor: Floor) -> None:
    ended(floor)
    before = floor.dump()
    done = recycle(floor, "--due", "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 now, 0 to come" in done.stdout
    assert floor.dump() == before


def test_all_due_come_back_or_as_many_as_asked_for_and_go_back_as_one(floor: Floor) -> None:
    ended(floor)
    assert recycle(floor, "--due", "--limit", "1").stdout == "1 of 1 brought back\n"
    assert opened(floor) == 1
    assert recycle(floor, "--due").stdout == "2 of 2 brought back\n"
    assert set(floor.store.rows("SELECT owner_id FROM lead WHERE open = 1")) == {(BEN.user_id,)}
    undo(floor.store, ANA, time_ns() // 1000, UndoDraft())
    assert opened(floor) == 1


def test_nobody_due_is_said(floor: Floor) -> None:
    assert recycle(floor).stdout == "nobody may come back now\n"
    assert recycle(floor, "--due").stdout == "nobody may come back now\n"


def test_wrong_options_are_told(floor: Floor) -> None:
    assert recycle(floor, "--dry-run").returncode == 2
    assert recycle(floor, "--due", "--limit", "0").returncode == 2
