"""``atbat tick`` as cron runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from time import time_ns

from store.doctor import check
from store.instants import DAY
from store.vocabulary import Motion, Stage
from tests.factories import make_template, open_floor

ROOT = Path(__file__).resolve().parents[2]


def atbat(path: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tui", "--db", str(path), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_it_does_what_is_due_once(tmp_path: Path) -> None:
    floor = open_floor(make_template(tmp_path / "template.db"), tmp_path)
    floor.now = time_ns() // 1000 - 60 * DAY
    lead = floor.lead(motion=Motion.DEMO_REQUEST)
    path = Path(floor.store.path)
    assert atbat(path, "tick").startswith("The rules were applied to ")
    assert floor.state(lead).stage is Stage.CLOSED
    assert floor.state(lead).reason == "expired_by_rule"
    assert atbat(path, "tick") == "The rules are up to date: nothing had come due for them.\n"
    assert [finding.sentence for finding in check(floor.store)] == []
    floor.store.close()
