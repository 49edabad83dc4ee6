"""Working time, against a count of every minute and against days worked out by hand."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import StoreError
from store.instants import HOUR, MINUTE, instant, moment
from store.rule_values import Duration
from store.rules.business import Calendar, holidays_unknown
from store.ruleset import Hours

WEEK = frozenset(range(5))
HOURS = Hours(time(9), time(17), WEEK)
BERLIN = Calendar("Europe/Berlin", HOURS)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Havana", "Asia/Kolkata", "UTC")


def at(text: str, zone: str = "Europe/Berlin") -> int:
    return instant(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


def local(value: int, zone: str = "Europe/Berlin") -> str:
    return moment(value, zone).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("start", "duration", "due"),
    [
        ("2026-03-02 10:00", "5 business minutes", "2026-03-02 10:05"),
        ("2026-03-02 16:57", "5 business minutes", "2026-03-03 09:02"),
        ("2026-03-02 16:55", "5 business minutes", "2026-03-02 17:00"),  # used up at closing, not at next opening
        ("2026-03-06 16:00", "2 business hours", "2026-03-09 10:00"),  # over a weekend
        ("2026-03-07 12:00", "2 business hours", "2026-03-09 11:00"),  # arrived on a Saturday
        ("2026-03-06 20:00", "2 business hours", "2026-03-09 11:00"),  # arrived in the evening
        ("2026-03-06 10:30", "1 business day", "2026-03-09 10:30"),
        ("2026-03-06 20:00", "1 business day", "2026-03-09 20:00"),
        ("2026-03-07 15:00", "1 business day", "2026-03-10 09:00"),  # a day off counts from Monday's opening
        ("2026-03-07 15:00", "0 business days", "2026-03-09 09:00"),
        ("2026-03-02 10:00", "10 business days", "2026-03-16 10:00"),
        ("2026-03-27 10:00", "1 business day", "2026-03-30 10:00"),  # same time of day over the change of clocks
        ("2026-03-28 10:00", "24 hours", "2026-03-29 11:00"),  # 24 hours by the clock are not
        ("2026-03-02 10:00", "7 days", "2026-03-09 10:00"),
        ("2026-03-07 12:00", "0 business minutes", "2026-03-07 12:00"),
    ],
)
def test_add(start: str, duration: str, due: str) -> None:
    assert local(BERLIN.add(at(start), Duration.parse(duration))) == due


def test_own_and_public_holidays_are_days_off() -> None:
    hours = HOURS._replace(country="DE", subdivision="BY", holidays=frozenset({date(2026, 1, 5)}))
    calendar = Calendar("Europe/Berlin", hours)
    assert not calendar.works(date(2026, 1, 5))  # the team's own
    assert not calendar.works(date(2026, 1, 6))  # Epiphany, in Bavaria
    assert Calendar("Europe/Berlin", hours._replace(subdivision="BE")).works(date(2026, 1, 6))
    assert local(calendar.add(at("2026-01-02 16:30"), Duration.parse("1 business hour"))) == "2026-01-07 09:30"


def test_an_unknown_place_is_a_sentence_about_the_rules_file() -> None:
    with pytest.raises(StoreError, match=r'"XX".*\[hours\] in the rules file'):
        Calendar("UTC", HOURS._replace(country="XX")).works(date(2026, 3, 2))
    assert "DE-ZZ" in (holidays_unknown("DE", "ZZ") or "")
    assert holidays_unknown("DE", "BY") is None
    assert holidays_unknown(None, None) is None


def test_open_from_opening_until_closing() -> None:
    assert not BERLIN.is_open(at("2026-03-02 08:59"))
    assert BERLIN.is_open(at("2026-03-02 09:00"))
    assert BERLIN.is_open(at("2026-03-02 16:59"))
    assert not BERLIN.is_open(at("2026-03-02 17:00"))
    assert local(BERLIN.next_open(at("2026-03-06 17:00"))) == "2026-03-09 09:00"
    assert BERLIN.next_open(at("2026-03-02 12:34")) == at("2026-03-02 12:34")


def test_elapsed_counts_nothing_backwards() -> None:
    assert BERLIN.elapsed(at("2026-03-03 10:00"), at("2026-03-02 10:00")) == 0
    assert BERLIN.elapsed(at("2026-03-06 16:30"), at("2026-03-09 09:45")) == 75 * MINUTE


def test_the_teams_day_and_its_end() -> None:
    late = at("2026-03-02 23:30", "UTC")
    assert BERLIN.day(late) == date(2026, 3, 3)
    assert local(BERLIN.end_of_day("2026-03-29")) == "2026-03-30 00:00"
    assert BERLIN.end_of_day("2026-03-29") - BERLIN.end_of_day("2026-03-28") == 23 * HOUR
    assert BERLIN.working_day(date(2026, 3, 7), 0) == date(2026, 3, 9)
    assert BERLIN.working_day(date(2026, 3, 6), 2) == date(2026, 3, 10)


def test_hours_across_a_change_of_clocks_have_their_real_length() -> None:
    nights = Calendar("Europe/Berlin", Hours(time(0), time(8), frozenset(range(7))))
    assert nights.elapsed(at("2026-03-29 00:00"), at("2026-03-29 12:00")) == 7 * HOUR
    assert nights.elapsed(at("2026-10-25 00:00"), at("2026-10-25 12:00")) == 9 * HOUR


def test_opening_hours_that_the_clocks_skip_are_no_shift() -> None:
    small_hours = Calendar("Europe/Berlin", Hours(time(2), time(3), frozenset(range(7))))
    assert not small_hours.works(date(2026, 3, 29))
    assert small_hours.elapsed(at("2026-03-28 02:00"), at("2026-03-30 04:00")) == 2 * HOUR


def slow_count(calendar: Calendar, start: int, end: int) -> int:
    """Working time by asking a wall clock about every single minute."""
    hours, zone = calendar.hours, ZoneInfo(calendar.zone)
    total = 0
    for minute in range(start, end, MINUTE):
        wall = moment(minute, "UTC").astimezone(zone)
        working_day = wall.weekday() in hours.weekdays and wall.date() not in hours.holidays
        if working_day and hours.opens <= wall.time() < hours.closes:
            total += MINUTE
    return total


# Opening after four in the morning, since the count by wall clock cannot say what an opening time inside a change of
# clocks means; those have tests of their own above.
hours_of_a_team = st.builds(
    Hours,
    opens=st.builds(time, st.integers(4, 11), st.sampled_from([0, 15, 30])),
    closes=st.builds(time, st.integers(12, 23), st.sampled_from([0, 30, 59])),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    country=st.none(),
    subdivision=st.none(),
    holidays=st.frozensets(st.dates(date(2026, 3, 1), date(2026, 11, 30)), max_size=3),
)
calendars = st.builds(Calendar, zone=st.sampled_from(ZONES), hours=hours_of_a_team)
# Around the changes of clocks, where mistakes live.
starts = st.sampled_from(["2026-03-05", "2026-03-26", "2026-04-02", "2026-10-23", "2026-10-29"]).flatmap(
    lambda day: st.integers(0, 5 * 24 * 60).map(lambda minutes: at(day + " 00:00", "UTC") + minutes * MINUTE)
)


@given(calendars, starts, st.integers(0, 4 * 24 * 60))
def test_elapsed_equals_the_count_of_minutes(calendar: Calendar, start: int, minutes: int) -> None:
    end = start + minutes * MINUTE
    assert calendar.elapsed(start, end) == slow_count(calendar, start, end)


@given(calendars, starts, st.integers(0, 3000))
def test_add_and_elapsed_are_each_others_inverse(calendar: Calendar, start: int, minutes: int) -> None:
    due = calendar.add(start, Duration.parse(f"{minutes} business minutes"))
    assert calendar.elapsed(start, due) == minutes * MINUTE
    assert minutes == 0 or calendar.elapsed(start, due - 1) == minutes * MINUTE - 1  # and it is the first such instant


@given(calendars, starts, st.integers(1, 15))
def test_business_days_end_on_working_days_one_by_one(calendar: Calendar, start: int, days: int) -> None:
    due = calendar.business_days_later(start, days)
    assert calendar.works(calendar.day(due))
    first = calendar.day(start)
    while not calendar.works(first):
        first += timedelta(days=1)
    passed = [first + timedelta(days=n) for n in range(1, (calendar.day(due) - first).days + 1)]
    assert sum(calendar.works(day) for day in passed) == days
    if calendar.is_open(start):
        assert moment(due, calendar.zone).time() == moment(start, calendar.zone).time()


@given(calendars, starts)
def test_next_open_is_open_and_nothing_before_it_is(calendar: Calendar, start: int) -> None:
    opening = calendar.next_open(start)
    assert calendar.is_open(opening)
    assert calendar.elapsed(start, opening) == 0
