"""``atbat simulate`` as a person runs it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.test_info import atbat

SHORT = ("--days", "4", "--reps", "2", "--signals", "40", "--seed", "3")


def test_it_says_what_the_time_came_to(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    done = atbat("simulate", *SHORT, "--out", str(path))
    assert (done.returncode, done.stderr) == (0, "")
    first, *lines = done.stdout.splitlines()
    assert first.startswith(f"4 days, 2 reps, 40 signals, seed 3: {path}, made in ")
    headings = [line for line in lines if line and not line.startswith(" ")]
    assert headings[:4] == ["counts", "signals", "conversion", "service"]
    assert lines[-1] == "doctor: nothing is wrong"
    assert atbat("--db", str(path), "doctor").returncode == 0


def test_json_is_for_programs_and_the_same_for_the_same_seed(tmp_path: Path) -> None:
    said = [
        json.loads(atbat("simulate", *SHORT, "--out", str(tmp_path / name), "--format", "json").stdout)
        for name in ("one.db", "two.db")
    ]
    assert said[0]["plan"] == {"days": 4, "reps": 2, "signals": 40, "seed": 3}
    assert said[0]["doctor"] == []
    assert said[0].pop("seconds") > 0
    said[1].pop("seconds")
    assert said[0] == said[1]


def test_it_refuses_what_it_cannot_do(tmp_path: Path) -> None:
    (tmp_path / "mine.db").write_text("mine")
    done = atbat("simulate", *SHORT, "--out", str(tmp_path / "mine.db"))
    assert done.returncode == 1
    assert "exists already" in done.stderr
    assert atbat("simulate", "--days", "0").returncode == 2
