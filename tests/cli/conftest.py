"""What the tests of commands start from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories import Floor, make_template, open_floor


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    """A team with a few people in a new database."""
    floor = open_floor(make_template(tmp_path / "template.db"), tmp_path)
    yield floor
    floor.store.close()
