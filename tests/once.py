"""What is slow to make and never changed: made once for all the processes that test together."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def once(folders: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The file of this name that ``make`` makes, in a folder that all processes of this run share; to be copied."""
    folder = folders.getbasetemp()
    folder = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    path = folder / name
    with open(f"{path}.making", "w") as making:
        fcntl.flock(making, fcntl.LOCK_EX)
        if not path.exists():
            made = folder / f"made-{name}"
            make(made)
            made.rename(path)
    return path
