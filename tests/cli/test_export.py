"""``atbat export`` and the files it meets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.instants import DAY
from store.operations.promises import CallbackDraft, callback
from store.vocabulary import Stage
from tests.cli.test_info import atbat
from tests.factories import BEN, PRIYA, Floor, make_template, open_floor
from tests.rules.test_calendar_file import read


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    """A team's open store."""
    floor = open_floor(make_template(tmp_path / "template.db"), tmp_path)
    yield floor
    floor.store.close()


def test_a_file_that_is_there_is_written_over_only_when_told_to(home: Path) -> None:
    assert atbat("init", "--zone", "UTC", "--country", "US", "--user", "Bob").returncode == 0
    target = home / "people.csv"
    target.write_text("mine")
    refused = atbat("export", "contacts", "-o", str(target))
    assert (refused.returncode, refused.stderr) == (
        1,
        f"atbat: {target} exists: name another file, or write over it with --force.\n",
    )
    assert target.read_text() == "mine"
    assert atbat("export", "contacts", "-o", str(target), "--force").returncode == 0
    assert target.read_text("utf-8-sig").startswith("At Bat ID,")


def test_a_calendar_is_somebodys_and_can_be_read(floor: Floor, home: Path) -> None:
    lead = floor.lead(Stage.CONNECTED)
    meeting = floor.meet(floor.lead())
    callback(floor.store, PRIYA, floor.later(), CallbackDraft(lead, floor.now + 50 * DAY, words="budget, yes"))
    callback(floor.store, BEN, floor.later(), CallbackDraft(floor.lead(actor=BEN), floor.now + DAY))
    assert meeting.lead_id is not None
    path = str(floor.store.path)
    done = atbat("--db", path, "--as", "priya", "export", "calendar")
    assert (done.returncode, done.stderr) == (0, "")
    target = home / "mine.ics"
    assert atbat("--db", path, "--as", "Priya", "export", "calendar", "-o", str(target)).returncode == 0
    said = read(target.read_bytes())
    assert [value for name, value in said if name == "SUMMARY"][-1] == "Call Person1 Ortiz, Company 1"
    (uid,) = {value for name, value in said if name == "UID" and value.startswith("callback")}
    key = floor.value(
        "SELECT key FROM operation o JOIN change c ON c.operation_id = o.id"
        " WHERE c.entity = 'lead' AND c.entity_id = ? AND c.\"column\" = '+'",
        lead,
    )
    assert uid == f"callback-{lead}-{key}@atbat"
    assert target.stat().st_mode & 0o777 == 0o600
    for who in ((), ("--as", "Nobody")):
        refused = atbat("--db", path, *who, "export", "calendar")
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "atbat --as NAME export calendar" in refused.stderr
