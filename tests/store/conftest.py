"""A store for each test; whatever a test did with it, the doctor must find nothing wrong afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.doctor import check
from tests.factories import Floor, make_template, open_floor


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with a team in it, made once and copied for each test."""
    return make_template(tmp_path_factory.mktemp("template") / "template.db")


@pytest.fixture
def floor(template: Path, tmp_path: Path) -> Iterator[Floor]:
    """A team's open store on a Monday morning."""
    floor = open_floor(template, tmp_path)
    yield floor
    floor.store.close()


@pytest.fixture
def harmed(floor: Floor) -> Floor:
    """The same without the guards, for planting faults; the doctor does not look at it by itself."""
    for (name,) in floor.store.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
        floor.raw(f"DROP TRIGGER {name}")
    floor.raw("PRAGMA ignore_check_constraints = 1")
    floor.raw("PRAGMA foreign_keys = 0")
    return floor


@pytest.fixture(autouse=True)
def doctor(request: pytest.FixtureRequest) -> Iterator[None]:
    """Look at a test's store when it is done: nothing that operations do may leave anything wrong."""
    if "floor" not in request.fixturenames or "harmed" in request.fixturenames:
        yield
        return
    floor: Floor = request.getfixturevalue("floor")
    yield
    assert [finding.sentence for finding in check(floor.store)] == []
