"""Every clock of the service-level table, from when it starts to when it is due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from store.instants import DAY, HOUR, instant, moment
from store.rule_values import Duration
from store.rules import clocks
from store.rules.business import Calendar
from store.rules.expiry import window_end
from store.ruleset import Hours, RuleSet, load_rules
from store.vocabulary import Motion

ZONE = "Europe/Berlin"
CALENDAR = Calendar(ZONE, Hours(time(9), time(17), frozenset(range(5))))
RULES = load_rules()
HOT = [Motion.DEMO_REQUEST, Motion.EXPANSION]
INBOUND = [Motion.EVENT_FOLLOW_UP, Motion.PARTNER_REFERRAL, Motion.INTENT_SIGNAL, Motion.CAMPAIGN_RESPONSE]
OURS = [Motion.OUTBOUND_TARGET, Motion.REACTIVATION, Motion.REP_CREATED]


def at(text: str) -> int:
    return instant(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)))


def local(due: int | None) -> str:
    assert due is not None
    return moment(due, ZONE).strftime("%a %m-%d %H:%M")


MONDAY = at("2026-03-02 10:00")
FRIDAY = at("2026-03-06 16:58")


def test_the_motions_are_all_here() -> None:
    assert {*HOT, *INBOUND, *OURS} == set(Motion)


@pytest.mark.parametrize("motion", HOT)
def test_first_touch_of_a_high_intent_inbound_within_five_minutes(motion: Motion) -> None:
    assert local(clocks.first_touch_due(motion, MONDAY, RULES, CALENDAR)) == "Mon 03-02 10:05"
    assert local(clocks.first_touch_due(motion, FRIDAY, RULES, CALENDAR)) == "Mon 03-09 09:03"
    assert local(clocks.offer_due(motion, MONDAY, RULES, CALENDAR)) == "Mon 03-02 10:03"
    assert clocks.accept_due(motion, MONDAY, RULES, CALENDAR) is None


@pytest.mark.parametrize("motion", INBOUND)
def test_first_touch_of_another_inbound_within_two_business_hours(motion: Motion) -> None:
    assert local(clocks.first_touch_due(motion, MONDAY, RULES, CALENDAR)) == "Mon 03-02 12:00"
    assert local(clocks.first_touch_due(motion, FRIDAY, RULES, CALENDAR)) == "Mon 03-09 10:58"
    assert clocks.offer_due(motion, MONDAY, RULES, CALENDAR) is None
    assert clocks.accept_due(motion, MONDAY, RULES, CALENDAR) is None


@pytest.mark.parametrize("motion", OURS)
def test_acceptance_of_what_we_started_within_two_business_days(motion: Motion) -> None:
    assert local(clocks.accept_due(motion, MONDAY, RULES, CALENDAR)) == "Wed 03-04 10:00"
    assert local(clocks.accept_due(motion, FRIDAY, RULES, CALENDAR)) == "Tue 03-10 16:58"
    assert clocks.first_touch_due(motion, MONDAY, RULES, CALENDAR) is None
    assert clocks.untouched_flag_at(motion, MONDAY, RULES, CALENDAR) is None


@pytest.mark.parametrize("motion", [*HOT, *INBOUND])
def test_inbound_new_and_untouched_is_flagged_after_24_hours_by_the_clock(motion: Motion) -> None:
    assert local(clocks.untouched_flag_at(motion, FRIDAY, RULES, CALENDAR)) == "Sat 03-07 16:58"


@pytest.mark.parametrize("motion", [*HOT, *INBOUND])
def test_inbound_attempting_escalates_after_five_business_days_and_alerts_after_seven(motion: Motion) -> None:
    ends = window_end(motion, MONDAY, RULES, CALENDAR)
    assert local(clocks.connect_due(motion, MONDAY, MONDAY, ends, RULES, CALENDAR)) == "Mon 03-09 10:00"
    assert local(clocks.connect_alert_at(motion, MONDAY, MONDAY, ends, RULES, CALENDAR)) == "Wed 03-11 10:00"


@pytest.mark.parametrize(
    ("motion", "days"), [(Motion.OUTBOUND_TARGET, 45), (Motion.REACTIVATION, 21), (Motion.REP_CREATED, 21)]
)
def test_other_motions_have_half_their_window_and_alert_at_three_quarters(motion: Motion, days: int) -> None:
    ends = window_end(motion, MONDAY, RULES, CALENDAR)
    started = MONDAY + DAY
    assert clocks.connect_due(motion, started, MONDAY, ends, RULES, CALENDAR) == started + days * DAY // 2
    assert clocks.connect_alert_at(motion, started, MONDAY, ends, RULES, CALENDAR) == started + days * DAY * 3 // 4


def test_the_share_of_a_window_never_goes_past_its_end() -> None:
    ends = window_end(Motion.OUTBOUND_TARGET, MONDAY, RULES, CALENDAR)
    late = MONDAY + 40 * DAY
    assert clocks.connect_due(Motion.OUTBOUND_TARGET, late, MONDAY, ends, RULES, CALENDAR) == ends
    assert clocks.connect_due(Motion.OUTBOUND_TARGET, late, MONDAY, None, RULES, CALENDAR) is None


@pytest.mark.parametrize(
    ("clock", "due"),
    [
        (clocks.respond_due, "Mon 03-02 10:05"),
        (clocks.hand_over_by, "Tue 03-03 10:00"),
        (clocks.approval_by, "Tue 03-03 10:00"),
        (clocks.qualify_by, "Mon 03-16 10:00"),
        (clocks.quiet_at, "Mon 03-09 10:00"),
        (clocks.activity_due, "Mon 03-09 10:00"),
        (clocks.silent_alert_at, "Mon 03-16 10:00"),
        (clocks.stale_at, "Wed 04-01 11:00"),  # thirty days by the clock, summer time in between
        (clocks.stale_decision_by, "Thu 03-05 10:00"),
        (clocks.convert_by, "Thu 03-05 10:00"),
        (clocks.expiry_escalation_at, "Tue 03-03 10:00"),
        (clocks.opportunity_alert_at, "Wed 04-01 11:00"),
    ],
)
def test_due_when_it_starts_on_a_monday_at_ten(clock: Callable[[int, RuleSet, Calendar], int], due: str) -> None:
    assert local(clock(MONDAY, RULES, CALENDAR)) == due


def test_a_business_clock_stands_still_while_an_approval_waits() -> None:
    duration = Duration.parse("2 business hours")
    due = CALENDAR.add(MONDAY, duration)
    resumed = at("2026-03-03 16:30")
    assert local(clocks.after_pause(due, at("2026-03-02 11:00"), resumed, duration, CALENDAR)) == "Wed 03-04 09:30"


def test_a_clock_of_business_days_stands_still_too() -> None:
    duration = Duration.parse("2 business days")
    due = CALENDAR.add(MONDAY, duration)
    assert local(clocks.after_pause(due, MONDAY, MONDAY + 7 * DAY, duration, CALENDAR)) == "Wed 03-11 10:00"


def test_a_plain_clock_goes_on_with_what_was_left() -> None:
    duration = Duration.parse("7 days")
    due = MONDAY + 7 * DAY
    assert clocks.after_pause(due, MONDAY + DAY, MONDAY + 3 * DAY, duration, CALENDAR) == due + 2 * DAY


def test_a_clock_that_had_run_out_stays_run_out() -> None:
    assert clocks.after_pause(MONDAY, MONDAY, MONDAY + DAY, Duration.parse("7 days"), CALENDAR) == MONDAY


def test_met_missed_or_neither() -> None:
    assert clocks.met(MONDAY, MONDAY, MONDAY + HOUR) is True
    assert clocks.met(MONDAY, MONDAY + 1, MONDAY + HOUR) is False
    assert clocks.met(MONDAY, None, MONDAY + 1) is False
    assert clocks.met(MONDAY, None, MONDAY) is None
