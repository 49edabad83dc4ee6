"""When at bats end, one test a row of the table."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from store.instants import DAY, HOUR, instant, moment
from store.rules.business import Calendar
from store.rules.expiry import (
    Played,
    effective_end,
    expired,
    latest_extension,
    may_extend,
    promise_holds_until,
    rule_words,
    warns_at,
    window_end,
)
from store.ruleset import Hours, load_rules
from store.vocabulary import Motion

ZONE = "Europe/Berlin"
CALENDAR = Calendar(ZONE, Hours(time(9), time(17), frozenset(range(5))))
RULES = load_rules()


def at(text: str) -> int:
    return instant(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)))


OPENED = at("2026-03-02 10:00")


def ends(motion: Motion, opened: int = OPENED, campaign_end: int | None = None) -> int | None:
    return window_end(motion, opened, RULES, CALENDAR, campaign_end)


def ended(motion: Motion, played: Played, now: int, expires: int | None = None, held: int | None = None) -> str | None:
    return expired(motion, played, ends(motion) if expires is None else expires, now, RULES, held)


def test_demo_request_ends_after_ten_business_days_without_connection() -> None:
    end = ends(Motion.DEMO_REQUEST)
    assert end == at("2026-03-16 10:00")
    assert ended(Motion.DEMO_REQUEST, Played(attempts=50), end - 1) is None
    assert ended(Motion.DEMO_REQUEST, Played(), end) == "demo request: 10 business days are over"
    assert ended(Motion.DEMO_REQUEST, Played(connected=True), end + 99 * DAY) is None


def test_event_follow_up_ends_after_thirty_days() -> None:
    end = ends(Motion.EVENT_FOLLOW_UP)
    assert end == OPENED + 30 * DAY
    assert ended(Motion.EVENT_FOLLOW_UP, Played(), end - 1) is None
    assert ended(Motion.EVENT_FOLLOW_UP, Played(), end) == "event follow up: 30 days are over"


def test_event_follow_up_ends_with_its_cadence() -> None:
    played = Played(cadence_completed=True)
    assert ended(Motion.EVENT_FOLLOW_UP, played, OPENED + DAY) == "event follow up: the cadence is completed"


@pytest.mark.parametrize(("attempts", "days", "over"), [(11, 44, False), (12, 1, True), (0, 45, True), (12, 45, True)])
def test_outbound_target_ends_after_twelve_attempts_or_forty_five_days(attempts: int, days: int, over: bool) -> None:
    assert bool(ended(Motion.OUTBOUND_TARGET, Played(attempts=attempts), OPENED + days * DAY)) is over


def test_outbound_target_names_the_rule_that_came_first() -> None:
    assert ended(Motion.OUTBOUND_TARGET, Played(attempts=12), OPENED) == "outbound target: 12 attempts made"
    assert ended(Motion.OUTBOUND_TARGET, Played(), OPENED + 45 * DAY) == "outbound target: 45 days are over"


@pytest.mark.parametrize(("direct", "partner", "over"), [(3, 0, False), (2, 1, False), (9, 0, False), (3, 1, True)])
def test_partner_referral_ends_after_three_direct_attempts_and_one_partner_follow_up(
    direct: int, partner: int, over: bool
) -> None:
    played = Played(attempts=direct + partner, direct_attempts=direct, partner_touches=partner)
    assert ends(Motion.PARTNER_REFERRAL) is None
    assert bool(ended(Motion.PARTNER_REFERRAL, played, OPENED + 999 * DAY)) is over


def test_reactivation_ends_with_its_campaigns_window() -> None:
    end = OPENED + 5 * DAY
    assert ends(Motion.REACTIVATION, campaign_end=end) == end
    assert ended(Motion.REACTIVATION, Played(), end - 1, expires=end) is None
    assert ended(Motion.REACTIVATION, Played(), end, expires=end) == "reactivation: its window is over"


def test_reactivation_without_a_window_or_with_one_already_past_ends_after_twenty_one_days() -> None:
    assert ends(Motion.REACTIVATION) == OPENED + 21 * DAY
    assert ends(Motion.REACTIVATION, campaign_end=OPENED) == OPENED + 21 * DAY
    assert ends(Motion.REACTIVATION, campaign_end=OPENED - DAY) == OPENED + 21 * DAY


OTHERS = [Motion.INTENT_SIGNAL, Motion.CAMPAIGN_RESPONSE, Motion.EXPANSION, Motion.REP_CREATED]


@pytest.mark.parametrize("motion", OTHERS)
def test_intent_campaign_expansion_and_rep_created_end_after_eight_attempts_or_twenty_one_days(motion: Motion) -> None:
    assert ends(motion) == OPENED + 21 * DAY
    assert ended(motion, Played(attempts=7), OPENED + 21 * DAY - 1) is None
    assert ended(motion, Played(attempts=8), OPENED)
    assert ended(motion, Played(), OPENED + 21 * DAY)


def test_a_campaigns_window_is_only_for_motions_that_have_one() -> None:
    assert ends(Motion.CAMPAIGN_RESPONSE, campaign_end=OPENED + DAY) == OPENED + 21 * DAY


def test_the_queue_warns_two_days_before() -> None:
    for connected in (False, True):
        assert warns_at(OPENED, Motion.INTENT_SIGNAL, RULES, connected=connected) == OPENED - 2 * DAY
        assert warns_at(None, Motion.INTENT_SIGNAL, RULES, connected=connected) is None
    assert warns_at(OPENED, Motion.DEMO_REQUEST, RULES) == OPENED - 2 * DAY
    assert warns_at(OPENED, Motion.DEMO_REQUEST, RULES, connected=True) is None


def test_a_promise_holds_expiry_until_one_business_day_after_it() -> None:
    callback = at("2026-03-20 15:00")  # a Friday, four days after the window
    held = promise_holds_until(callback, RULES, CALENDAR)
    assert held == at("2026-03-23 15:00")
    assert ended(Motion.DEMO_REQUEST, Played(), held - 1, held=held) is None
    assert ended(Motion.DEMO_REQUEST, Played(), held, held=held)
    assert ended(Motion.OUTBOUND_TARGET, Played(attempts=12), held - 1, held=held) is None
    assert effective_end(ends(Motion.DEMO_REQUEST), callback, RULES, CALENDAR) == held
    assert effective_end(ends(Motion.DEMO_REQUEST), None, RULES, CALENDAR) == ends(Motion.DEMO_REQUEST)
    assert effective_end(None, callback, RULES, CALENDAR) is None


def test_an_earlier_promise_does_not_shorten_the_window() -> None:
    assert effective_end(OPENED + 21 * DAY, OPENED + DAY, RULES, CALENDAR) == OPENED + 21 * DAY


def test_an_owner_extends_once_and_a_team_lead_again() -> None:
    assert may_extend(0, False, RULES)
    assert not may_extend(1, False, RULES)
    assert may_extend(1, True, RULES)
    assert may_extend(5, True, RULES)


def test_an_extension_is_at_most_the_original_window() -> None:
    end = ends(Motion.OUTBOUND_TARGET)
    latest = latest_extension(Motion.OUTBOUND_TARGET, OPENED, end, end, RULES, CALENDAR)
    assert latest == OPENED + 90 * DAY
    again = latest_extension(Motion.OUTBOUND_TARGET, OPENED, end, latest, RULES, CALENDAR)
    assert again == OPENED + 135 * DAY
    demo = ends(Motion.DEMO_REQUEST)
    assert latest_extension(Motion.DEMO_REQUEST, OPENED, demo, demo, RULES, CALENDAR) == at("2026-03-30 10:00")
    assert latest_extension(Motion.PARTNER_REFERRAL, OPENED, None, None, RULES, CALENDAR) is None


def test_an_extension_grants_the_attempts_once_more() -> None:
    later = OPENED + 90 * DAY
    assert ended(Motion.OUTBOUND_TARGET, Played(attempts=12, extensions=1), OPENED + DAY, expires=later) is None
    assert ended(Motion.OUTBOUND_TARGET, Played(attempts=24, extensions=1), OPENED + DAY, expires=later)
    event = Played(cadence_completed=True, extensions=1)
    assert ended(Motion.EVENT_FOLLOW_UP, event, OPENED + 31 * DAY, expires=later) is None
    assert ended(Motion.EVENT_FOLLOW_UP, event, later, expires=later)


def test_every_motion_says_what_ends_it() -> None:
    words = {motion: rule_words(motion, RULES) for motion in Motion}
    assert words[Motion.DEMO_REQUEST] == "10 business days without a connection"
    assert words[Motion.EVENT_FOLLOW_UP] == "30 days or the cadence's end"
    assert words[Motion.OUTBOUND_TARGET] == "12 attempts or 45 days"
    assert words[Motion.PARTNER_REFERRAL] == "3 direct attempts and 1 partner follow-up"
    assert words[Motion.REACTIVATION] == "the campaign's end or 21 days without a campaign"
    assert all(words.values())


def test_a_window_opened_on_a_day_off_counts_from_the_next_working_day() -> None:
    saturday = at("2026-03-07 12:00")
    end = ends(Motion.DEMO_REQUEST, saturday)
    assert end is not None
    assert moment(end, ZONE).strftime("%a %m-%d %H:%M") == "Mon 03-23 09:00"
    assert end - saturday > 10 * DAY + 9 * HOUR
