"""The databases that reports are held against."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from store.database import Store, open_store
from store.demo.simulate import Plan, simulate
from store.instants import Instant

SEASON = Plan(days=45, reps=4, signals=700, seed=5, starts=date(2026, 1, 5))


@pytest.fixture(scope="session")
def season_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A team's six weeks, made once for all the processes that test; ATBAT_SEASON names another database instead."""
    if other := os.environ.get("ATBAT_SEASON"):
        return Path(other)
    folder = tmp_path_factory.getbasetemp()
    folder = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    path = folder / "season.db"
    with open(f"{path}.making", "w") as making:
        fcntl.flock(making, fcntl.LOCK_EX)
        if not path.exists():
            made = folder / "season.made.db"
            simulate(made, SEASON)
            made.rename(path)
    return path


@pytest.fixture(scope="session")
def season(season_file: Path) -> Iterator[Store]:
    """It, open for reading."""
    store = open_store(season_file, read_only=True)
    yield store
    store.close()


@pytest.fixture(scope="session")
def season_end(season: Store) -> Instant:
    """When it ends: the last thing that was done there."""
    return int(season.value("SELECT max(at) FROM operation"))
