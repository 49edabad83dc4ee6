"""kill -9 in the middle of logging: what the screen said was saved is there, and the file is whole."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from store import open_store
from store.instants import DAY
from tests.crash.conftest import wrong_in
from tests.factories import MONDAY, Floor, make_template

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = make_template(tmp_path / "leads.db")
    floor = Floor(open_store(path))
    for _ in range(10):
        floor.lead()
    floor.store.close()
    return path


@pytest.fixture
def nursery(path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that makes children which log; see tests/crash/workers.py."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.crash.workers", "nursery", str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()
        process.wait(timeout=60)


def round_of(nursery: subprocess.Popen[str], seed: int, now: int, acts: int) -> list[str]:
    """Let a child log, kill it after ``acts`` acknowledgements; returns every key it acknowledged."""
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write(f"{seed} {now}\n")
    nursery.stdin.flush()
    child = int(nursery.stdout.readline().removeprefix("pid "))
    keys = []
    for line in nursery.stdout:
        if line == "gone\n":
            break
        keys.append(line.split()[2])
        if len(keys) == acts:
            os.kill(child, signal.SIGKILL)
    return keys


def run(path: Path, nursery: subprocess.Popen[str], rounds: int, seed: int) -> None:
    sys.stdout.write(f"\nATBAT_SEED={seed}\n")
    chance = random.Random(seed)
    acknowledged: set[str] = set()
    for number in range(rounds):
        acknowledged.update(
            round_of(nursery, chance.getrandbits(30), MONDAY + number * DAY // 8, chance.randint(1, 12))
        )
        store = open_store(path)
        kept = {key for (key,) in store.rows("SELECT key FROM operation WHERE kind = 'log_touch'")}
        said = {note.removeprefix("said ") for (note,) in store.rows("SELECT note FROM touch")}
        store.close()
        assert acknowledged <= kept, "an acknowledged touch is gone"
        assert kept == said, "half an act was kept"
        # Of each killed child at most the one act may be there that it had no time to acknowledge.
        assert len(kept - acknowledged) <= number + 1
        assert wrong_in(path) == []
    assert len(acknowledged) >= rounds


@pytest.fixture
def seed() -> int:
    return int(os.environ.get("ATBAT_SEED") or int.from_bytes(os.urandom(3), "big"))


def test_twenty_kills(path: Path, nursery: subprocess.Popen[str], seed: int) -> None:
    run(path, nursery, 20, seed)


@pytest.mark.soak
def test_five_thousand_kills(path: Path, nursery: subprocess.Popen[str], seed: int) -> None:
    run(path, nursery, 5_000, seed)
