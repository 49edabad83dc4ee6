"""A rules file with mistakes beside the database stops no command where there were good ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store import open_store
from tests.factories import Floor, make_template, open_floor
from tui import __main__ as entry

BAD = "[callbacks]\nlimit = 0\n"
COMMANDS = (
    ("tick",),
    ("users",),
    ("users", "pause"),
    ("users", "resume"),
    ("users", "capacity", "Priya", "2"),
    ("recycle",),
    ("deals",),
    ("score", "calibrate"),
    ("views", "list"),
    ("export", "contacts"),
    ("doctor",),
    ("rules", "show", "callbacks"),
    ("signal", "--kind", "webinar", "--source", "zoom", "--name", "Al B", "--email", "al@b.example"),
)


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    floor = open_floor(make_template(tmp_path / "template.db"), tmp_path)
    yield floor
    floor.store.close()


def beside(floor: Floor, text: str) -> None:
    Path(floor.store.path).with_suffix(".rules.toml").write_text(text, encoding="utf-8")


def run(floor: Floor, *arguments: str) -> int:
    return entry.main(["--db", str(floor.store.path), "--as", "Ana", *arguments])


def test_each_command_goes_on_with_the_last_good_rules_and_says_so_once(
    floor: Floor, capsys: pytest.CaptureFixture[str]
) -> None:
    beside(floor, "[callbacks]\nlimit = 3\n")
    open_store(floor.store.path).close()
    beside(floor, BAD)
    for arguments in COMMANDS:
        code = run(floor, *arguments)
        said = capsys.readouterr()
        assert code == 0, (arguments, said)
        assert said.err.count("The rules are the last good ones") == 1, (arguments, said)
        assert "line 2: callbacks.limit is 0" in said.err
        if arguments[0] == "rules":
            assert "callbacks.limit = 3" in said.out


def test_without_good_ones_only_what_needs_no_numbers_goes_on(floor: Floor, capsys: pytest.CaptureFixture[str]) -> None:
    beside(floor, BAD)
    for arguments in COMMANDS:
        code = run(floor, *arguments)
        said = capsys.readouterr()
        assert "line 2: callbacks.limit is 0" in said.err
        assert (code == 0) is (arguments[0] in ("doctor", "export")), (arguments, said)
        assert not Path(floor.store.path + ".last-rules.toml").exists()
