"""Many processes at one file: nothing lost, nothing doubled, and nobody ever sees "locked"."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from store import open_store
from store.vocabulary import Stage
from tests.crash.conftest import wrong_in
from tests.factories import Floor, make_template

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Forty at bats at several stages."""
    path = make_template(tmp_path / "leads.db")
    floor = Floor(open_store(path))
    for number in range(40):
        stage = (Stage.NEW, Stage.NEW, Stage.ATTEMPTING, Stage.CONNECTED)[number % 4]
        floor.lead(stage, company=f"Company {number % 7}")
    floor.store.close()
    return path


def run(path: Path, processes: int, acts: int, seed: int) -> None:
    sys.stdout.write(f"\nATBAT_SEED={seed}\n")
    before = count(path, "SELECT count(*) FROM operation"), count(path, "SELECT count(*) FROM touch")
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.crash.workers", "mix", str(path), str(seed + number), str(acts)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(processes)
    ]
    for one in running:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n", one.communicate()[1]
    for one in running:  # all of them, before the first one's end is waited for
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    said = [one.communicate(timeout=3_600) for one in running]
    assert [errors for _, errors in said] == [""] * processes
    assert [one.returncode for one in running] == [0] * processes
    lines = [line for out, _ in said for line in out.splitlines()]
    assert len(lines) == processes * acts
    done = [line.split() for line in lines if line != "refused"]
    keys = [key for _, _, key in done]
    assert len(set(keys)) == len(keys)
    check_all_is_there(path, keys, [kind for _, kind, _ in done], before)


def check_all_is_there(path: Path, keys: list[str], kinds: list[str], before: tuple[int, int]) -> None:
    """Every act that was acknowledged is in the history once, and no other; each touch and conversion likewise."""
    store = open_store(path, read_only=True)
    operations, touches = before
    kept = {key for (key,) in store.rows("SELECT key FROM operation WHERE id > ?", (operations,))}
    assert kept == set(keys)
    assert store.value("SELECT count(*) FROM touch") == touches + kinds.count("log_touch")
    assert store.value("SELECT count(*) FROM conversion") == kinds.count("convert")
    twice = "SELECT lead_id FROM conversion WHERE void = 0 AND reversed_at IS NULL GROUP BY lead_id HAVING count(*) > 1"
    assert store.rows(twice) == []
    store.close()
    assert wrong_in(path) == []


def count(path: Path, sql: str) -> int:
    store = open_store(path, read_only=True)
    try:
        return int(store.value(sql))
    finally:
        store.close()


@pytest.fixture
def seed() -> int:
    """ATBAT_SEED repeats a run as far as the processes' turns allow."""
    return int(os.environ.get("ATBAT_SEED") or int.from_bytes(os.urandom(3), "big"))


def test_eight_at_once(path: Path, seed: int) -> None:
    run(path, 8, 100, seed)


@pytest.mark.soak
def test_thirty_two_at_once_for_long(path: Path, seed: int) -> None:
    run(path, 32, 5_000, seed)
