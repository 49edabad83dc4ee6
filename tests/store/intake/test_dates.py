"""Times as exports write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.instants import moment
from store.intake.dates import day_comes_first, parse_when

ZONE = "Europe/Zagreb"


@pytest.mark.parametrize(
    ("text", "utc", "date_only"),
    [
        ("2024-08-18", "2024-08-17T22:00", True),
        ("2024/08/18", "2024-08-17T22:00", True),
        ("20240818", "2024-08-17T22:00", True),
        ("2024-08-18 00:00:00", "2024-08-17T22:00", True),
        ("2024-08-18 10:21", "2024-08-18T08:21", False),
        ("2024-08-18 10:21 UTC", "2024-08-18T10:21", False),
        ("2024-08-18T10:21:33Z", "2024-08-18T10:21:33", False),
        ("2024-08-13T18:04:34.666+00:00", "2024-08-13T18:04:34.666", False),
        ("2024-07-01T11:54:49.95+00:00", "2024-07-01T11:54:49.950", False),
        ("2021-04-01T17:32:47.000+0000", "2021-04-01T17:32:47", False),
        ("07/15/2009 02:14:45+0800", "2009-07-14T18:14:45", False),
        ("8/18/2024", "2024-08-17T22:00", True),
        ("18/8/2024", "2024-08-17T22:00", True),
        ("3/4/2024", "2024-03-03T23:00", True),
        ("18.8.2024.", "2024-08-17T22:00", True),
        ("8/18/2024, 3:05 PM", "2024-08-18T13:05", False),
        ("8/18/24 12:05 am", "2024-08-17T22:05", False),
        ("18 Aug 2024", "2024-08-17T22:00", True),
        ("Aug 18, 2024", "2024-08-17T22:00", True),
        ("18-AUG-24", "2024-08-17T22:00", True),
        ("1627904830000", "2021-08-02T11:47:10", False),
        ("1627904830", "2021-08-02T11:47:10", False),
        ("45631.0", "2024-12-04T23:00", True),
        ("2024-03-31 02:30", "2024-03-31T01:30", False),
    ],
)
def test_a_time_is_understood(text: str, utc: str, date_only: bool) -> None:
    when = parse_when(text, ZONE)
    assert when is not None
    assert moment(when.at) == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert when.date_only is date_only


def test_day_first_settles_what_is_ambiguous() -> None:
    when = parse_when("3/4/2024", "UTC", day_first=True)
    assert when is not None
    assert moment(when.at).date().isoformat() == "2024-04-03"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "foo",
        "0000-00-00",
        "2024-02-30",
        "2024-13-45",
        "99",
        "1/1/1",
        "31/31/2024",
        "9999-12-31",
        "0001-01-01",
        "9" * 40,
    ],
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert parse_when(text, ZONE) is None


@given(st.text(alphabet="0123456789/-.:TZ +apmAPM ,", max_size=30))
def test_anything_like_a_time_never_raises(text: str) -> None:
    parse_when(text, ZONE)


def test_the_files_dates_tell_whether_the_day_comes_first() -> None:
    assert day_comes_first(["3/4/2024", "18/8/2024"]) is True
    assert day_comes_first(["3/4/2024", "8/18/2024"]) is False
    assert day_comes_first(["3/4/2024", "2024-08-18", ""]) is None
