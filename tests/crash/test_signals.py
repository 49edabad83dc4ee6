"""How the program ends and where it runs: signals, a closed terminal and a full disk during a write; odd terminals."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import pytest

from store import open_store
from tests.crash.conftest import faults_in, wrong_in
from tests.probed import ProbedDriver

ROOT = Path(__file__).resolve().parents[2]
GONE_WITHIN = 2.0
GRACE = 3.0  # for a machine that is busy with other tests


@contextmanager
def write_lock(database: Path) -> Iterator[None]:
    """Nobody else can write to the database inside."""
    connection = apsw.Connection(str(database))
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


def notes(database: Path) -> list[str]:
    """What has been written down in a database."""
    store = open_store(database, read_only=True)
    try:
        return [text for (text,) in store.rows("SELECT text FROM note ORDER BY id")]
    finally:
        store.close()


def wait_for_death(pid: int, patience: float) -> int:
    """The exit code of a child that must end in time."""
    handle = os.pidfd_open(pid)
    try:
        ready, _, _ = select.select([handle], [], [], patience)
        assert ready, "it is still running"
        _, status = os.waitpid(pid, 0)
        return os.waitstatus_to_exitcode(status)
    finally:
        os.close(handle)


@pytest.fixture
def before(database: Path) -> list[str]:
    """The notes there were."""
    return notes(database)


ENDINGS = [signal.SIGTERM, signal.SIGHUP]


@pytest.mark.parametrize("number", ENDINGS)
def test_a_signal_during_a_write_loses_nothing_that_was_said_to_be_saved(
    database: Path, before: list[str], number: signal.Signals
) -> None:
    with ProbedDriver(database) as driver:
        driver.settle()
        driver.press("nfirst\r")
        assert notes(database) == [*before, "first"]
        with write_lock(database):
            driver.send("jnsecond\r")
            driver.wait_for("Saving")
            driver.process.kill(number)
            assert driver.wait_for_end(GONE_WITHIN + GRACE) == 128 + number
    assert b"\x1b[?1049l" in driver.raw
    assert notes(database) == [*before, "first"]
    assert not wrong_in(database)


@pytest.mark.parametrize("number", ENDINGS)
def test_a_write_that_can_still_end_is_let_end(database: Path, before: list[str], number: signal.Signals) -> None:
    with ProbedDriver(database) as driver:
        driver.settle()
        with write_lock(database):
            driver.send("nfirst\r")
            driver.wait_for("Saving")
            driver.process.kill(number)
        assert driver.wait_for_end(GONE_WITHIN + GRACE) == 128 + number
    assert notes(database) == [*before, "first"]
    assert not wrong_in(database)


def test_a_closed_terminal_during_a_write_ends_it(database: Path, home: Path, before: list[str]) -> None:
    driver = ProbedDriver(database)
    driver.settle()
    driver.press("nfirst\r")
    with write_lock(database):
        driver.send("jnsecond\r")
        driver.wait_for("Saving")
        os.close(driver.process.child_fd)
        code = wait_for_death(driver.process.pid, GONE_WITHIN + GRACE)
    assert code in (128 + signal.SIGHUP, -signal.SIGHUP)
    assert notes(database) == [*before, "first"]
    assert not wrong_in(database)
    assert "fault" not in faults_in(home)


def test_a_terminal_that_goes_without_a_signal_ends_it(database: Path, home: Path) -> None:
    screen, inside = pty.openpty()
    program = subprocess.Popen(
        [sys.executable, "-m", "tui", "--db", str(database), "--as", "Priya N."],
        stdin=inside,
        stdout=inside,
        stderr=inside,
        cwd=ROOT,
        env={**os.environ, "ATBAT_HOME": str(home), "TERM": "xterm-256color"},
        start_new_session=True,  # which this terminal does not become the one of
    )
    os.close(inside)
    seen = b""
    while b"Queue" not in seen:
        assert select.select([screen], [], [], 30)[0], seen
        seen += os.read(screen, 1 << 16)
    os.close(screen)
    assert wait_for_death(program.pid, GONE_WITHIN + GRACE) == 128 + signal.SIGHUP
    assert not wrong_in(database)
    assert "fault" not in faults_in(home)


def test_signals_one_upon_the_other(database: Path) -> None:
    with ProbedDriver(database) as driver:
        driver.settle()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGTERM):
            driver.process.kill(number)
        assert driver.wait_for_end(GONE_WITHIN + GRACE) in {128 + number for number in ENDINGS}
    assert not wrong_in(database)


def test_a_full_disk_keeps_what_was_typed_and_the_next_try_saves_it(
    database: Path, before: list[str], tmp_path: Path, home: Path
) -> None:
    flag = tmp_path / "full"
    program = (
        "import sys; from pathlib import Path; from tests.full_disk import FullDisk\n"
        f"disk = FullDisk(Path({str(flag)!r}))\n"
        "sys.argv[0] = 'tests/probed.py'; import runpy; runpy.run_module('tests.probed', run_name='__main__')"
    )
    with ProbedDriver(database, program=("-c", program)) as driver:
        driver.settle()
        flag.touch()
        driver.press("nbudget in Q1\r")
        said = re.sub(r"[\s│]+", " ", driver.screen_text())
        assert "is full: free some room and do it again; nothing was saved" in said
        assert "budget in Q1" in driver.screen_text()
        assert notes(database) == before
        flag.unlink()
        driver.press("\r")
        assert notes(database) == [*before, "budget in Q1"]
        assert driver.leave() == 0
    assert not wrong_in(database)


# --- where it runs ---


# The quick tests take none, the least, the narrowest, the lowest, a small and a huge one; soak takes the others.
QUICK_SIZES = [(0, 0), (1, 1), (1, 50), (300, 1), (20, 5), (500, 200)]
OTHER_SIZES = [(5, 5), (40, 12), (80, 24), (200, 60), (500, 1000)]


@pytest.mark.parametrize("size", [*QUICK_SIZES, *(pytest.param(size, marks=pytest.mark.soak) for size in OTHER_SIZES)])
def test_windows_of_every_size(database: Path, home: Path, size: tuple[int, int]) -> None:
    with ProbedDriver(database, size=size) as driver:
        driver.settle()
        for keys in ("j", "l", "\x1b", "\r", "\x1b", "?", "\x1b", "x", "\x1b", "/a", "\x1b", "n"):
            driver.press(keys)
        driver.process.setwinsize(36, 120)
        driver.settle()
        driver.process.setwinsize(size[1], size[0])
        driver.press("\x1b")
        assert driver.leave() == 0
    assert not faults_in(home)
    assert b"Traceback" not in driver.raw


@pytest.mark.parametrize(
    "environment",
    [
        {"TERM": "dumb"},
        {"TERM": ""},
        {"TERM": "linux"},
        {"TERM": "no-such-terminal"},
        {"LC_ALL": "C", "LANG": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "latin-1"},
        {"LC_ALL": "no_SUCH.locale"},
        {"NO_COLOR": "1"},
        {"COLORTERM": "truecolor"},
    ],
    ids=lambda environment: "-".join(environment.values()),
)
def test_terminals_of_every_kind(database: Path, home: Path, environment: dict[str, str]) -> None:
    with ProbedDriver(database, environment=environment) as driver:
        driver.settle()
        driver.press("n" + "Zoë 日本\r")
        assert driver.leave() == 0
    assert notes(database)[-1] == "Zoë 日本"
    assert not faults_in(home)


def test_no_color_means_none(database: Path) -> None:
    with ProbedDriver(database, environment={"NO_COLOR": "1", "COLORTERM": "truecolor"}) as driver:
        driver.settle()
        driver.press("lb\x1b/b")  # dialogs with a field, with the letters of choices, and with a list
        codes = {int(code) for codes in re.findall(rb"\x1b\[([\d;]+)m", driver.raw) for code in codes.split(b";")}
        assert not {code for code in codes if 30 <= code <= 49 or 90 <= code <= 107}, "neither colours nor greys"
        assert {1, 2, 7} <= codes, "bold, dim and reverse in their place"
        assert driver.leave() == 0


def test_bytes_in_another_encoding_are_no_fault(database: Path, home: Path) -> None:
    with ProbedDriver(database) as driver:
        driver.settle()
        driver.send("n")
        driver.process.send("Zo\xeb M\xfcller".encode("latin-1"))
        driver.press("\r")
        assert driver.leave() == 0
    assert "�" in notes(database)[-1]
    assert not faults_in(home)


@pytest.mark.parametrize("redirection", ["</dev/null", ">/dev/null", "2>/dev/null"])
def test_without_a_terminal_it_says_so(database: Path, redirection: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" -m tui --db "$1" {redirection}', sys.executable, str(database)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert "no terminal to draw on" in done.stderr or redirection.startswith("2>")
