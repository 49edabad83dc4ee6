"""What the tests of the whole program in a terminal stand on."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from store import open_store
from store.demo.example import copy_example
from store.doctor import check
from tests.once import once
from tests.probed import copy_database


@pytest.fixture(scope="session")
def alive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example database, moved so that its clocks run today; to be copied."""
    return once(tmp_path_factory, "alive.db", lambda path: copy_example(path, time.time_ns() // 1000))


@pytest.fixture
def database(alive: Path, tmp_path: Path) -> Path:
    """A copy of one's own."""
    return copy_database(alive, tmp_path / "leads.db")


@pytest.fixture
def quiet_programs(home: Path) -> None:
    """The phone and mail programs of this person do nothing."""
    (home / "config.toml").write_text('phone_command = "true {number}"\nmail_command = "true {address}"\n')


def wrong_in(path: Path) -> list[str]:
    """What the doctor finds in a database, a sentence each."""
    store = open_store(path, read_only=True)
    try:
        return [f"{finding.entity} {finding.entity_id}: {finding.sentence}" for finding in check(store)]
    finally:
        store.close()


def faults_in(home: Path) -> str:
    """The faults in the log of a test's home; empty when there was none."""
    log = home / "atbat.log"
    lines = log.read_text().splitlines() if log.exists() else []
    at: Callable[[str], bool] = lambda line: " ERROR " in line  # noqa: E731
    first = next((number for number, line in enumerate(lines) if at(line)), None)
    return "" if first is None else "\n".join(lines[first : first + 60])
