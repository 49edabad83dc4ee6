"""The team's rules file: the last good copy of it, and what becomes of a file that changes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from store import open_store
from store.rules_kept import LAST_GOOD, RulesFile
from store.ruleset import RulesError, load_rules
from tests.factories import Floor

GOOD, BETTER, BAD = "[callbacks]\nlimit = 3\n", "[callbacks]\nlimit = 4\n", "[callbacks]\nlimit = 0\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rules.toml"


def limit(floor: Floor, file: Path, *, last_good: bool = False, read_only: bool = False) -> tuple[int, str]:
    """How many callbacks the rules allow a rep when the database is opened now, and what is wrong."""
    store = open_store(floor.store.path, rules=file, last_good=last_good, read_only=read_only)
    found = store.rules.callbacks.limit, store.rules_problem
    store.close()
    return found


def test_a_good_file_is_copied_beside_the_database_for_its_owner_alone(floor: Floor, file: Path) -> None:
    copy = Path(floor.store.path + LAST_GOOD)
    file.write_text(GOOD)
    assert limit(floor, file, read_only=True) == (3, "")
    assert not copy.exists()
    assert limit(floor, file) == (3, "")
    assert copy.read_text() == GOOD
    assert copy.stat().st_mode & 0o777 == 0o600
    file.write_text(BETTER)
    assert limit(floor, file) == (4, "")
    assert copy.read_text() == BETTER
    assert not list(copy.parent.glob(f"*{LAST_GOOD}.*"))


def test_a_bad_file_is_refused_unless_the_last_good_one_may_stand_in(floor: Floor, file: Path) -> None:
    file.write_text(BAD)
    with pytest.raises(RulesError, match=r"line 2: callbacks.limit is 0"):
        limit(floor, file)
    with pytest.raises(RulesError, match=r"line 2: callbacks.limit is 0"):
        limit(floor, file, last_good=True)
    file.write_text(GOOD)
    limit(floor, file)
    file.write_text(BAD)
    for read_only in (False, True):
        allowed, problem = limit(floor, file, last_good=True, read_only=read_only)
        assert allowed == 3
        assert f"{file}, line 2: callbacks.limit is 0: expected a whole number from 1" in problem
    assert Path(floor.store.path + LAST_GOOD).read_text() == GOOD
    with pytest.raises(RulesError):
        limit(floor, file)


def test_a_copy_that_cannot_be_made_stops_nothing(floor: Floor, file: Path) -> None:
    file.write_text(GOOD)
    Path(floor.store.path + LAST_GOOD).mkdir()
    assert limit(floor, file) == (3, "")


def test_a_change_of_the_file_is_seen_once(file: Path) -> None:
    watched = RulesFile(lambda: file if file.exists() else None)
    assert watched.look() is None
    for number, (text, allowed) in enumerate(((GOOD, 3), (BAD, None), (BETTER, 4))):
        file.write_text(text)
        os.utime(file, ns=(number, number))
        found = watched.look()
        if allowed is None:
            assert isinstance(found, RulesError)
        else:
            assert found is not None
            assert not isinstance(found, RulesError)
            assert found.callbacks.limit == allowed
        assert watched.look() is None
    file.unlink()
    assert watched.look() is load_rules()
