"""What every test stands on: a home of its own, and the acceptance data when it was asked for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("quick", deadline=None, print_blob=True)
settings.register_profile("soak", deadline=None, print_blob=True, max_examples=20_000)
settings.load_profile("quick")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that configuration, database and log go to by default, so that nobody's own are ever touched."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("ATBAT_HOME", str(folder))
    for name in ("ATBAT_DB", "ATBAT_AS"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture(scope="session")
def acceptance_data() -> Path:
    """The folder with the full data files; a run without it fails, because a skipped acceptance proves nothing."""
    folder = os.environ.get("ATBAT_ACCEPTANCE_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.fail("name the folder with the full data files: make acceptance DATA=folder")
    return Path(folder)
