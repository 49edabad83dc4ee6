"""Whom one may call when, and when to try again."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from store.instants import DAY, HOUR, MINUTE, instant, moment
from store.rules.business import Calendar
from store.rules.calling import may_call, next_allowed, next_callable, part_of_day, suggest_retry
from store.ruleset import Calling, Hours, load_rules

CALLING = Calling(time(8), time(21))
ATTEMPTS = load_rules().attempts
NEW_YORK, LONDON, TOKYO, AUCKLAND = "America/New_York", "Europe/London", "Asia/Tokyo", "Pacific/Auckland"
ALWAYS = Calendar("UTC", Hours(time(0), time(23, 59), frozenset(range(7))))
ALL_DAY = Calendar(NEW_YORK, ALWAYS.hours)
ZONES = (NEW_YORK, LONDON, TOKYO, AUCKLAND, "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu")


def at(text: str, zone: str = "UTC") -> int:
    return instant(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


@pytest.mark.parametrize(
    ("clock", "allowed"),
    [("07:59", False), ("08:00", True), ("14:00", True), ("20:59", True), ("21:00", False), ("00:00", False)],
)
def test_from_opening_until_closing_in_their_time(clock: str, allowed: bool) -> None:
    assert may_call(at(f"2026-07-01 {clock}", NEW_YORK), [NEW_YORK], CALLING) is allowed


def test_several_candidate_zones_must_all_allow_it() -> None:
    nine_in_new_york = at("2026-07-01 09:00", NEW_YORK)  # six on the west coast
    assert may_call(nine_in_new_york, [NEW_YORK], CALLING)
    assert not may_call(nine_in_new_york, [NEW_YORK, "America/Los_Angeles"], CALLING)
    later = next_allowed(nine_in_new_york, [NEW_YORK, "America/Los_Angeles"], CALLING)
    assert later == at("2026-07-01 08:00", "America/Los_Angeles")


def test_without_a_zone_one_must_ask() -> None:
    assert may_call(0, None, CALLING) is None
    assert may_call(0, [], CALLING) is None
    assert next_allowed(0, None, CALLING) is None


def test_zones_that_never_share_an_hour_have_no_next_time() -> None:
    office = Calling(time(9), time(12))
    assert next_allowed(at("2026-07-01 10:00"), [LONDON, TOKYO], office) is None


def test_the_next_allowed_time_over_a_change_of_clocks() -> None:
    late = at("2026-03-07 22:00", NEW_YORK)  # the clocks go forward in the night
    opening = next_allowed(late, [NEW_YORK], CALLING)
    assert opening == at("2026-03-08 08:00", NEW_YORK) == late + 9 * HOUR


around_changes = st.sampled_from(
    ["2026-03-07", "2026-03-28", "2026-04-04", "2026-10-03", "2026-10-24", "2026-11-01", "2011-12-29"]
).flatmap(lambda day: st.integers(0, 3 * 24 * 60).map(lambda minutes: at(day + " 00:00") + minutes * MINUTE))
hours = st.builds(Calling, st.builds(time, st.integers(4, 11)), st.builds(time, st.integers(12, 23), st.just(30)))


@given(around_changes, st.lists(st.sampled_from(ZONES), min_size=1, max_size=3), hours)
def test_next_allowed_is_the_first_minute_that_is_allowed(start: int, zones: list[str], calling: Calling) -> None:
    found = next_allowed(start, zones, calling)
    minutes = range(start, start + 3 * DAY, MINUTE)
    first = next((minute for minute in minutes if may_call(minute, zones, calling)), None)
    assert found == first


@given(around_changes, st.lists(st.sampled_from(ZONES), min_size=1, max_size=3))
def test_allowed_means_between_the_hours_on_every_wall_clock(start: int, zones: list[str]) -> None:
    clocks = [moment(start, "UTC").astimezone(ZoneInfo(zone)).time() for zone in zones]
    assert may_call(start, zones, CALLING) == all(time(8) <= clock < time(21) for clock in clocks)


def retry(tries: list[str], now: str, zone: str = NEW_YORK, calendar: Calendar = ALL_DAY) -> str:
    made = [at(text, zone) for text in tries]
    found = suggest_retry(made, at(now, zone), [zone], ATTEMPTS, CALLING, calendar)
    return moment(found, zone).strftime("%a %H:%M")


def test_a_retry_goes_to_another_part_of_the_day() -> None:
    assert retry(["2026-07-01 09:30"], "2026-07-01 09:31") == "Wed 14:00"
    assert retry(["2026-07-01 15:00"], "2026-07-01 15:01") == "Wed 18:00"
    assert retry(["2026-07-01 18:00"], "2026-07-01 18:01") == "Thu 10:00"


def test_at_most_two_tries_a_day() -> None:
    assert retry(["2026-07-01 09:30", "2026-07-01 13:00"], "2026-07-01 13:01") == "Thu 10:00"


def test_at_most_two_days_running() -> None:
    assert retry(["2026-06-30 18:30", "2026-07-01 18:00"], "2026-07-01 20:30") == "Fri 10:00"


def test_a_retry_falls_into_the_teams_hours() -> None:
    office = Calendar(NEW_YORK, Hours(time(9), time(17), frozenset(range(5))))
    assert retry(["2026-07-01 15:00"], "2026-07-01 15:01", calendar=office) == "Wed 16:30"
    assert retry(["2026-07-03 16:30"], "2026-07-03 16:45", calendar=office) == "Mon 10:30"


def test_where_their_day_is_our_night_their_day_counts() -> None:
    office = Calendar(TOKYO, Hours(time(9), time(17), frozenset(range(5))))
    assert retry(["2026-07-01 09:30"], "2026-07-01 09:31", calendar=office) == "Wed 14:00"


def test_days_off_are_kept_even_where_the_hours_never_meet() -> None:
    office = Calendar(TOKYO, Hours(time(9), time(17), frozenset(range(5))))
    assert retry(["2026-07-02 16:30"], "2026-07-02 20:30", calendar=office) == "Fri 09:30"  # later is their Saturday
    assert retry(["2026-07-03 09:30"], "2026-07-03 16:45", calendar=office) == "Mon 14:00"


def test_a_holiday_gets_no_retry() -> None:
    office = Calendar(NEW_YORK, Hours(time(9), time(17), frozenset(range(5)), "US"))
    assert retry(["2026-12-24 16:30"], "2026-12-24 16:45", calendar=office) == "Mon 10:30"


def test_a_retry_suits_every_zone_they_may_be_in() -> None:
    tries = [at("2026-07-01 15:00", NEW_YORK)]
    both = [NEW_YORK, "Pacific/Honolulu"]
    found = suggest_retry(tries, tries[0] + MINUTE, both, ATTEMPTS, CALLING, ALL_DAY)
    assert moment(found, NEW_YORK).strftime("%a %H:%M") == "Wed 18:00"
    mornings = suggest_retry([at("2026-07-01 17:00", NEW_YORK)], tries[0] + 4 * HOUR, both, ATTEMPTS, CALLING, ALL_DAY)
    assert moment(mornings, NEW_YORK).strftime("%a %H:%M") == "Thu 15:00"  # their morning would be night in Honolulu


def test_without_a_zone_the_teams_own_day_is_spread_over() -> None:
    office = Calendar(NEW_YORK, Hours(time(9), time(17), frozenset(range(5))))
    made = at("2026-07-01 15:00", NEW_YORK)
    found = suggest_retry([made], made + MINUTE, (), ATTEMPTS, CALLING, office)
    assert moment(found, NEW_YORK).strftime("%a %H:%M") == "Wed 16:30"


OFFICES = [Calendar(zone, Hours(time(9), time(17), frozenset(range(5)), "US")) for zone in ZONES] + [ALWAYS]


@given(
    around_changes,
    st.lists(st.sampled_from(ZONES), max_size=3),
    st.lists(st.integers(0, 5 * 24 * 60), max_size=6),
    st.sampled_from(OFFICES),
)
@example(1792800000000000, ["Europe/London", "Asia/Tokyo", "Pacific/Auckland"], [], OFFICES[0])  # none from Sunday on
def test_nothing_is_suggested_outside_their_hours(
    now: int, zones: list[str], minutes_ago: list[int], office: Calendar
) -> None:
    tries = [now - minutes * MINUTE for minutes in minutes_ago]
    for found in (
        suggest_retry(tries, now, zones, ATTEMPTS, CALLING, office),
        next_callable(now, zones, CALLING, office),
    ):
        assert found >= now
        assert office.works(office.day(found))
        if not may_call(found, zones, CALLING):
            assert office.is_open(found), "nobody knows their hours, or they have none: ours count"
            hours = (now - now % HOUR + ahead * HOUR for ahead in range(1, 14 * 24))
            assert not any(may_call(at, zones, CALLING) and office.works(office.day(at)) for at in hours)


@given(around_changes, st.sampled_from(ZONES), st.lists(st.integers(0, 5 * 24 * 60), max_size=6))
def test_a_suggestion_keeps_every_rule(now: int, zone: str, minutes_ago: list[int]) -> None:
    tries = sorted(now - minutes * MINUTE for minutes in minutes_ago) or [now]
    found = suggest_retry(tries, now, [zone], ATTEMPTS, CALLING, ALWAYS)
    assert found >= now
    assert may_call(found, [zone], CALLING)
    part = part_of_day(found, zone, ATTEMPTS)
    assert part is not None
    assert part != part_of_day(tries[-1], zone, ATTEMPTS)
    day = moment(found, zone).date()
    days = [moment(made, zone).date() for made in tries]
    assert days.count(day) < ATTEMPTS.per_day
    assert not {day - timedelta(days=1), day - timedelta(days=2)} <= set(days)
