"""The app on a real terminal: start, fast keys, signals, a window that changes, nothing left behind."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.operations.init import TeamDraft, UserDraft, create_store
from tests.pty_driver import PtyDriver
from tui.desk import system_clock

PROGRAM = [
    "-c",
    "from tests import frame_fakes\n"
    "import tui.app\n"
    "tui.app.MAIN_VIEWS = frame_fakes.VIEWS\n"
    "from tui.__main__ import main\n"
    "import sys; sys.exit(main(sys.argv[1:]))",
]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A new database with two users."""
    path = tmp_path / "leads.db"
    create_store(path, TeamDraft("Team", "UTC", users=(UserDraft("Priya N."), UserDraft("Tom K."))), system_clock())
    return path


@pytest.fixture
def terminal(database: Path, home: Path) -> Iterator[PtyDriver]:
    """The app, started as Priya."""
    with PtyDriver([*PROGRAM, "--db", str(database), "--as", "priya n."]) as driver:
        yield driver


def test_it_starts_and_quits_and_leaves_the_terminal_as_it_was(terminal: PtyDriver) -> None:
    terminal.wait_for("now: Dana")
    assert "Priya N." in terminal.screen_text()
    terminal.send("\x11")
    assert terminal.wait_for_end() == 0
    assert b"\x1b[?1049l" in terminal.raw
    assert terminal.stray_controls() == b""


def test_the_first_start_asks_once_and_remembers(database: Path, home: Path) -> None:
    arguments = [*PROGRAM, "--db", str(database)]
    with PtyDriver(arguments) as driver:
        driver.wait_for("Who are you?")
        driver.send("b")
        driver.wait_for("now: Dana")
        driver.send("\x11")
        assert driver.wait_for_end() == 0
    assert 'person = "Tom K."' in (home / "config.toml").read_text()
    with PtyDriver(arguments) as driver:
        driver.wait_for("now: Dana")
        assert "Tom K." in driver.screen_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_within_two_seconds_with_a_plain_terminal(terminal: PtyDriver, number: signal.Signals) -> None:
    terminal.wait_for("now: Dana")
    terminal.process.kill(number)
    assert terminal.wait_for_end(patience=2.5) == 128 + number
    assert b"\x1b[?1049l" in terminal.raw


def test_a_signal_ends_it_even_while_the_database_keeps_a_write_waiting() -> None:
    stuck = "from tests.frame_fakes import *; s = FakeStore(); s.gate.clear(); a = fake_app(s); a.run()"
    with PtyDriver(["-c", f"{stuck}; raise SystemExit(a.return_code)"]) as driver:
        driver.wait_for("now: Dana")
        driver.send("ln")
        driver.wait_for("Saving")
        driver.process.kill(signal.SIGTERM)
        assert driver.wait_for_end(patience=2.5) == 128 + signal.SIGTERM
        assert b"\x1b[?1049l" in driver.raw


def test_keys_that_arrive_in_one_packet_are_each_acted_on(tmp_path: Path) -> None:
    told = tmp_path / "written"
    program = (
        "import sys; from tests.frame_fakes import *; s = FakeStore(); a = fake_app(s); a.run();"
        f" open({str(told)!r}, 'w').write(repr([(d.lead_id, d.what, d.note) for d, *_ in s.written]))"
    )
    with PtyDriver(["-c", program]) as driver:
        driver.wait_for("now: Dana")
        driver.send("lnlchi there\rlv")
        driver.wait_for("now: nobody")
        driver.send("\x11")
        driver.wait_for_end()
    assert told.read_text() == "[(1, 'no answer', ''), (2, 'conversation', 'hi there'), (3, 'voicemail', '')]"


def test_an_unknown_person_gets_one_sentence_in_the_shell(database: Path, home: Path) -> None:
    with PtyDriver([*PROGRAM, "--db", str(database), "--as", "Zed"]) as driver:
        assert driver.wait_for_end() != 0
        assert "Nobody here is called Zed" in driver.screen_text()
        assert "Traceback" not in driver.screen_text()


def test_a_missing_database_gets_one_sentence_in_the_shell(tmp_path: Path, home: Path) -> None:
    with PtyDriver([*PROGRAM, "--db", str(tmp_path / "none.db"), "--as", "Zed"]) as driver:
        assert driver.wait_for_end() != 0
        assert "none.db" in driver.screen_text()
        assert "Traceback" not in driver.screen_text()


def test_undo_with_nothing_to_undo_says_so(terminal: PtyDriver) -> None:
    terminal.wait_for("now: Dana")
    terminal.send("u")
    terminal.wait_for("There is nothing of yours to undo.")


def test_it_follows_the_window(terminal: PtyDriver) -> None:
    terminal.wait_for("now: Dana")
    terminal.resize(60, 15)
    terminal.wait_for("b callback   ? help")  # the strip as a narrow window has it
    terminal.send("?")
    terminal.wait_for("This lead is")
