"""Which step comes next, when, and what it says."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.instants import DAY, HOUR, instant, moment
from store.rules.business import Calendar
from store.rules.cadence import Planned, next_step, script
from store.rules.calling import may_call
from store.ruleset import Cadence, Calling, Hours, Step, load_rules
from store.vocabulary import Channel, Motion

ZONE = "Europe/Berlin"
CALENDAR = Calendar(ZONE, Hours(time(9), time(17), frozenset(range(5))))
CALLING = Calling(time(8), time(21))
CADENCE = Cadence(
    "test",
    "test",
    (
        Step(0, Channel.CALL, "call"),
        Step(0, Channel.EMAIL, "write"),
        Step(1, Channel.CALL, "again"),
        Step(3, Channel.EMAIL, "last"),
    ),
)


def at(text: str, zone: str = ZONE) -> int:
    return instant(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


def step(done: int, opened: str, now: str, zones: tuple[str, ...] = (), last: str | None = None) -> Planned | None:
    last_at = None if last is None else at(last)
    return next_step(CADENCE, done, at(opened), at(now), CALENDAR, CALLING, zones, last_at)


def due(done: int, opened: str, now: str, zones: tuple[str, ...] = (), last: str | None = None) -> str:
    planned = step(done, opened, now, zones, last)
    assert planned is not None
    return moment(planned.due, ZONE).strftime("%a %m-%d %H:%M")


def test_the_first_step_is_due_at_once() -> None:
    planned = step(0, "2026-03-02 10:00", "2026-03-02 10:00")
    assert planned == Planned(1, 4, Channel.CALL, "call", at("2026-03-02 10:00"))


def test_outside_working_hours_the_first_step_waits_for_opening() -> None:
    assert due(0, "2026-03-06 20:00", "2026-03-06 20:00") == "Mon 03-09 09:00"
    assert due(0, "2026-03-07 12:00", "2026-03-07 12:00") == "Mon 03-09 09:00"


def test_a_step_of_the_same_day_follows_at_once() -> None:
    assert due(1, "2026-03-02 10:00", "2026-03-02 10:05") == "Mon 03-02 10:05"


def test_a_later_step_is_due_when_its_day_opens() -> None:
    assert due(2, "2026-03-02 10:00", "2026-03-02 10:10") == "Tue 03-03 09:00"
    assert due(3, "2026-03-02 10:00", "2026-03-03 11:00") == "Thu 03-05 09:00"


def test_days_are_business_days() -> None:
    assert due(2, "2026-03-06 10:00", "2026-03-06 10:10") == "Mon 03-09 09:00"
    assert due(3, "2026-03-06 10:00", "2026-03-09 11:00") == "Wed 03-11 09:00"


def test_a_late_step_keeps_the_gap_to_the_next() -> None:
    assert due(3, "2026-03-02 10:00", "2026-03-06 10:00") == "Tue 03-10 09:00"  # two business days after the Friday


def test_a_step_made_early_leaves_the_next_on_its_day() -> None:
    assert due(3, "2026-03-02 10:00", "2026-03-02 12:00") == "Thu 03-05 09:00"


def test_the_gap_counts_from_when_the_last_step_was_made() -> None:
    assert due(3, "2026-03-02 10:00", "2026-03-06 10:00", last="2026-03-03 12:00") == "Fri 03-06 10:00"


def test_a_completed_cadence_has_no_next_step() -> None:
    assert step(4, "2026-03-02 10:00", "2026-03-05 10:00") is None
    assert step(9, "2026-03-02 10:00", "2026-03-05 10:00") is None


def test_a_call_waits_until_the_person_may_be_called_and_an_e_mail_does_not() -> None:
    assert due(0, "2026-03-02 10:00", "2026-03-02 10:00", ("America/New_York",)) == "Mon 03-02 14:00"
    assert due(1, "2026-03-02 10:00", "2026-03-02 10:00", ("America/New_York",)) == "Mon 03-02 10:00"


def test_a_call_falls_where_our_hours_and_theirs_meet() -> None:
    assert due(0, "2026-03-02 14:00", "2026-03-02 14:00", ("Asia/Tokyo",)) == "Tue 03-03 09:00"


def test_where_the_hours_never_meet_theirs_count() -> None:
    assert due(0, "2026-03-02 10:00", "2026-03-02 10:00", ("Pacific/Honolulu",)) == "Mon 03-02 19:00"


@given(
    st.sampled_from(list(Motion)),
    st.integers(0, 14),
    st.integers(at("2026-01-01 00:00"), at("2026-12-31 00:00")),
    st.integers(0, 40 * DAY // HOUR),
    st.sampled_from([(), (ZONE,), ("America/New_York",), ("Asia/Tokyo", ZONE)]),
)
def test_a_step_is_never_due_before_now_and_never_outside_working_and_calling_hours(
    motion: Motion, done: int, opened: int, hours: int, zones: tuple[str, ...]
) -> None:
    cadence = load_rules().cadence_of(motion)
    now = opened + hours * HOUR
    planned = next_step(cadence, done, opened, now, CALENDAR, CALLING, zones)
    assert (planned is None) == (done >= len(cadence.steps))
    if planned is not None:
        assert planned.due >= now
        assert planned.number == done + 1
        assert CALENDAR.is_open(planned.due)
        if planned.channel is Channel.CALL:
            assert may_call(planned.due, zones, CALLING) is not False


@given(st.integers(at("2026-01-01 00:00"), at("2026-12-31 00:00")), st.sampled_from(list(Motion)))
def test_a_cadence_followed_on_time_ends_on_its_last_day(opened: int, motion: Motion) -> None:
    cadence = load_rules().cadence_of(motion)
    now = opened
    for done in range(len(cadence.steps)):
        planned = next_step(cadence, done, opened, now, CALENDAR, CALLING)
        assert planned is not None
        now = planned.due
    # A rep who works each step when due is on plan, but for a day that closed before its second step.
    last_day = CALENDAR.working_day(CALENDAR.day(opened), cadence.steps[-1].day)
    assert last_day <= CALENDAR.day(now) <= CALENDAR.working_day(last_day, 1)


def test_a_script_is_filled_in() -> None:
    text = Step(0, Channel.CALL, "Hi {first_name} of {company}: {trigger}, {last_words}, {industry}")
    names = {"first_name": "Dana", "company": "Acme", "trigger": "demo", "last_words": "soon", "industry": "logistics"}
    assert script(text, names) == "Hi Dana of Acme: demo, soon, logistics"


@pytest.mark.parametrize("names", [{}, {"first_name": None, "company": ""}])
def test_what_is_not_known_gets_sensible_words(names: dict[str, str | None]) -> None:
    assert script(Step(0, Channel.CALL, "Hi {first_name} at {company}"), names) == "Hi there at your company"


@given(st.text(), st.text())
def test_names_are_taken_as_they_are(first_name: str, company: str) -> None:
    filled = script(Step(0, Channel.CALL, "{first_name}|{company}"), {"first_name": first_name, "company": company})
    assert filled == f"{first_name or 'there'}|{company or 'your company'}"


def test_braces_in_data_are_not_placeholders() -> None:
    assert script(Step(0, Channel.CALL, "{company} {odd} {}"), {"company": "{first_name}"}) == "{first_name} {odd} {}"


def test_every_shipped_script_can_be_filled() -> None:
    for cadence in load_rules().cadences.values():
        for planned in cadence.steps:
            assert "{" not in script(planned, {})
