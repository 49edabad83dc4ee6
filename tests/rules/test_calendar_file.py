"""Calendar files, read back by a plain reader of their own."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.instants import MINUTE, instant
from store.rules.calendar_file import Event, calendar_file
from tests.hostile import HOSTILE
from tui.calendar_file import file_stem, save

AT = instant(datetime(2026, 12, 5, 20, 0, tzinfo=UTC))
DANA = Event(
    "callback", "callback-7-x@atbat", AT, AT - 60 * MINUTE, 0, "Dana Ortiz", "Northwind", "+15035550142", "budget"
)


def read(content: bytes) -> list[tuple[str, str]]:
    """Name and value of every content line: unfolded, then unescaped, as RFC 5545 has it."""
    assert content.endswith(b"\r\n")
    physical = content[:-2].split(b"\r\n")
    assert all(len(line) <= 75 for line in physical)
    assert b"\n" not in b"".join(physical)
    assert b"\r" not in b"".join(physical)
    lines: list[bytes] = []
    for line in physical:
        if line.startswith(b" "):
            lines[-1] += line[1:]
        else:
            lines.append(line)
        line.decode()  # no letter was parted
    found = []
    for line in lines:
        name, _, value = line.decode().partition(":")
        text, rest = "", iter(value)
        for letter in rest:
            text += {"n": "\n", "N": "\n"}.get(escaped := next(rest), escaped) if letter == "\\" else letter
        found.append((name, text))
    return found


def test_a_callback_is_an_event_with_an_alarm() -> None:
    assert read(calendar_file([DANA])) == [
        ("BEGIN", "VCALENDAR"),
        ("VERSION", "2.0"),
        ("PRODID", "-//At Bat//At Bat//EN"),
        ("CALSCALE", "GREGORIAN"),
        ("BEGIN", "VEVENT"),
        ("UID", "callback-7-x@atbat"),
        ("DTSTAMP", "20261205T190000Z"),
        ("SEQUENCE", "0"),
        ("DTSTART", "20261205T200000Z"),
        ("DTEND", "20261205T201500Z"),
        ("SUMMARY", "Call Dana Ortiz, Northwind"),
        ("DESCRIPTION", "+15035550142\nbudget"),
        ("BEGIN", "VALARM"),
        ("ACTION", "DISPLAY"),
        ("DESCRIPTION", "Call Dana Ortiz, Northwind"),
        ("TRIGGER", "-PT5M"),
        ("END", "VALARM"),
        ("END", "VEVENT"),
        ("END", "VCALENDAR"),
    ]


anything = st.text(max_size=300) | st.sampled_from(HOSTILE)


@given(anything, anything, anything, st.sampled_from(["callback", "meeting"]))
def test_no_text_breaks_out_of_its_line(name: str, company: str, words: str, kind: str) -> None:
    event = Event(kind, "u", AT, AT, 3, name, company, "", words)
    lines = read(calendar_file([event, DANA]))
    assert [value for key, value in lines if key == "BEGIN"] == ["VCALENDAR", *["VEVENT", "VALARM"] * 2]
    assert [key for key, _ in lines].count("UID") == 2
    (said,) = [value for key, value in lines if key == "SUMMARY"][:1]
    rest = iter(said)
    assert all(letter in rest for letter in name if letter.isalnum()), "the name is in it, letter after letter"


@given(anything)
def test_the_file_name_is_safe_whatever_the_name(name: str) -> None:
    stem = file_stem(Event("callback", "u", AT, AT, 0, name, "", "", ""), "America/New_York")
    assert stem.startswith("callback-")
    assert stem.endswith("2026-12-05-1500")
    assert all(letter.isalnum() or letter == "-" for letter in stem)
    assert len(stem.encode()) < 200


def test_a_file_is_private_and_nothing_is_written_over(tmp_path: Path) -> None:
    folder = tmp_path / "calendar"
    first = save([DANA], folder, "America/New_York")
    assert first == folder / "callback-Dana-Ortiz-2026-12-05-1500.ics"
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert save([DANA], folder, "America/New_York") == first, "the same once more"
    first.write_text("mine")
    second = save([DANA], folder, "America/New_York")
    assert second.name == "callback-Dana-Ortiz-2026-12-05-1500-2.ics"
    assert first.read_text() == "mine"
    assert sorted(each.name for each in folder.iterdir()) == [second.name, first.name]


def test_a_link_is_not_followed_to_somebody_elses_file(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("kept")
    (tmp_path / "callback-Dana-Ortiz-2026-12-05-1500.ics").symlink_to(other)
    save([DANA], tmp_path, "America/New_York")
    assert other.read_text() == "kept"


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r"exists|directory"):
        save([DANA], tmp_path / "file", "UTC")
