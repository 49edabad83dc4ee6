"""``atbat export`` and the files it meets."""

from __future__ import annotations

from pathlib import Path

from tests.cli.test_info import atbat


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
