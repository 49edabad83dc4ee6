"""``atbat seed``: invented people, any number of at bats."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest

from store.database import open_store
from store.demo.seed import SEASON_END
from tests.cli.test_info import atbat
from tui.cli.progress import progress


def newest(path: Path) -> int:
    store = open_store(path)
    at: int = store.value("SELECT max(at) FROM operation")
    store.close()
    return at


def test_it_makes_a_database_of_the_size_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    done = atbat("seed", str(path), "--leads", "12", "--seed", "3")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f'{path} has 12 at bats; try: atbat --db {path} --as "Priya N."\n'
    store = open_store(path)
    assert store.value("SELECT count(*) FROM lead") == 12
    store.close()
    assert newest(path) <= SEASON_END
    assert atbat("--db", str(path), "doctor").returncode == 0


def test_today_moves_it(tmp_path: Path) -> None:
    before = time.time_ns() // 1000
    assert atbat("seed", str(tmp_path / "s.db"), "--leads", "6", "--today").returncode == 0
    assert before <= newest(tmp_path / "s.db") <= time.time_ns() // 1000
    assert atbat("--db", str(tmp_path / "s.db"), "doctor").returncode == 0


def test_it_refuses_what_it_cannot_do(tmp_path: Path) -> None:
    (tmp_path / "mine.db").write_text("mine")
    done = atbat("seed", str(tmp_path / "mine.db"))
    assert done.returncode == 1
    assert "exists already" in done.stderr
    assert atbat("seed").returncode == 2
    assert atbat("seed", str(tmp_path / "x.db"), "--leads", "0").returncode == 2
    assert not (tmp_path / "x.db").exists()


class Terminal(io.StringIO):
    """Standard error as a terminal has it."""

    def isatty(self) -> bool:
        return True


def tell_of_three(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, patience: float) -> str:
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setattr("tui.cli.progress._PATIENCE", patience)
    with progress("opening at bats", 3) as tell:
        for done in (1, 2, 3):
            tell(done)
    return stream.getvalue()


def test_long_work_shows_how_far_it_is_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = tell_of_three(monkeypatch, Terminal(), patience=0)
    assert "opening at bats" in shown
    assert "100%" in shown


def test_quick_work_and_a_script_s_log_show_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tell_of_three(monkeypatch, Terminal(), patience=60) == ""
    assert tell_of_three(monkeypatch, io.StringIO(), patience=0) == ""
