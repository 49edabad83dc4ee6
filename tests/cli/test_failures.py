"""What a failure looks like from outside: one sentence, the right exit code, a private log without personal data."""

from __future__ import annotations

import stat
from pathlib import Path

import click
import pytest

from store.errors import Refusal, StoreError
from tui import __main__ as entry
from tui.cli import with_settings
from tui.config import Settings


class Failing(click.Command):
    """A command whose body raises what it was given."""

    def __init__(self, error: BaseException) -> None:
        @with_settings
        def run(settings: Settings) -> None:
            raise error

        super().__init__("failing", callback=run)


@pytest.fixture
def fail(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run ``atbat failing`` with this error; returns the exit code and what was said on standard error."""

    def run(error: BaseException) -> tuple[int, str]:
        monkeypatch.setattr(entry.atbat, "get_command", lambda context, name: Failing(error))
        code = entry.main(["failing"])
        said = capsys.readouterr()
        assert said.out == ""
        return code, said.err

    return run


@pytest.mark.parametrize(
    "error", [StoreError("The file is damaged."), Refusal("Ana holds it."), click.ClickException("No.")]
)
def test_a_refusal_is_one_sentence(fail, error: Exception) -> None:
    assert fail(error) == (entry.REFUSED, f"atbat: {error}\n")


def test_a_file_that_cannot_be_written_is_named(fail) -> None:
    assert fail(PermissionError(13, "Permission denied", "out.csv")) == (1, "atbat: out.csv: Permission denied.\n")


def test_an_interruption_says_nothing(fail) -> None:
    code, said = fail(KeyboardInterrupt())
    assert code == entry.INTERRUPTED
    assert not said.strip()


def test_a_fault_names_the_log_and_shows_no_traceback(fail, home: Path) -> None:
    code, said = fail(RuntimeError("boom"))
    assert code == entry.FAULT
    assert said.count("\n") == 1
    assert str(home / "atbat.log") in said
    assert "boom" not in said


def test_the_log_is_private_and_tells_the_place_without_the_data(fail, home: Path) -> None:
    cause = ValueError("postgresql://ana:s3cret@db/x for 'Dana Ortiz', dana@northwind.example, +1 (503) 555-0142")
    error = RuntimeError("lead 17")
    error.__cause__ = cause
    fail(error)
    log = home / "atbat.log"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    written = log.read_text()
    assert "RuntimeError: lead 17" in written
    assert "ValueError" in written
    assert f"{Path(__file__).name}:" in written
    for personal in ("s3cret", "Dana", "northwind", "503", "555"):
        assert personal not in written.partition("\n")[2]  # the first line has the time and the process's number


def test_a_log_that_others_could_read_is_closed_to_them(fail, home: Path) -> None:
    log = home / "atbat.log"
    log.touch()
    log.chmod(0o644)
    fail(RuntimeError())
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_a_log_that_cannot_be_written_stops_nothing(fail, home: Path) -> None:
    (home / "atbat.log").mkdir()
    code, said = fail(RuntimeError())
    assert code == entry.FAULT
    assert said.count("\n") == 1
