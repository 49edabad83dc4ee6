"""When each motion's at bat is over, what happens then, and what puts it off."""

from __future__ import annotations

import pytest

from store.actor import SYSTEM, Actor
from store.instants import DAY, HOUR, Instant
from store.operations.campaigns import CampaignDraft, add_campaign
from store.operations.promises import CallbackDraft, callback
from store.operations.receive_signal import SignalIn, receive_signal
from store.vocabulary import AlertKind, Channel, Decision, Disposition, Motion, Stage, Status, WithWhom
from tests.factories import ANA, PRIYA, Floor
from tests.store.clockwork import at, signal, told, until


def stands(floor: Floor, lead_id: int) -> tuple[object, ...]:
    """Stage, status, outcome and reason."""
    lead = floor.state(lead_id)
    return lead.stage, lead.status, lead.outcome, lead.reason


def touches(floor: Floor, lead_id: int, count: int, **more: object) -> None:
    """As many tries, two hours apart."""
    for _ in range(count):
        floor.later(2 * HOUR)
        floor.touch(lead_id, **more)  # type: ignore[arg-type]


CLOSED = (Stage.CLOSED, Status.NURTURE, "no_response", "expired_by_rule")


def ends(floor: Floor, lead_id: int) -> tuple[Instant | None, str]:
    """When it closed and by which rule."""
    lead = floor.state(lead_id)
    return lead.closed_at, lead.outcome_note


def test_demo_request_after_ten_business_days_without_connection(floor: Floor) -> None:
    lead = floor.lead(Stage.ATTEMPTING, motion=Motion.DEMO_REQUEST)
    until(floor, "2026-12-08 10:00")
    assert floor.state(lead).open
    until(floor, "2026-12-08 10:02")
    assert stands(floor, lead) == CLOSED
    assert ends(floor, lead) == (at("2026-12-08 10:01"), "demo request: 10 business days are over")


def test_demo_request_that_connected_has_no_window(floor: Floor) -> None:
    lead = floor.lead(Stage.CONNECTED, motion=Motion.DEMO_REQUEST)
    until(floor, "2026-12-15 10:00")
    assert floor.state(lead).open
    assert floor.state(lead).decision is None


def test_event_follow_up_after_thirty_days(floor: Floor) -> None:
    lead = floor.lead(Stage.ATTEMPTING, motion=Motion.EVENT_FOLLOW_UP)
    floor.now += 20 * DAY
    floor.touch(lead)
    until(floor, "2026-12-23 10:02")
    assert stands(floor, lead) == CLOSED
    assert ends(floor, lead) == (at("2026-12-23 10:01"), "event follow up: 30 days are over")


def test_event_follow_up_when_its_cadence_is_completed(floor: Floor) -> None:
    lead = floor.lead(motion=Motion.EVENT_FOLLOW_UP)
    touches(floor, lead, 8)
    last = floor.now
    assert floor.state(lead).open, "they have a business day to answer the last"
    assert floor.state(lead).expires_at is not None
    until(floor, "2026-11-30 12:00")
    assert stands(floor, lead) == CLOSED
    grace = floor.store.calendar.add(last, floor.store.rules.extensions.answer_grace)
    assert ends(floor, lead) == (grace, "event follow up: the cadence is completed")


def test_outbound_target_after_twelve_attempts(floor: Floor) -> None:
    lead = floor.lead(motion=Motion.OUTBOUND_TARGET)
    touches(floor, lead, 12)
    until(floor, "2026-11-30 12:00")
    assert stands(floor, lead) == CLOSED
    assert ends(floor, lead)[1] == "outbound target: 12 attempts made"


def test_outbound_target_after_forty_five_days(floor: Floor) -> None:
    lead = floor.lead(Stage.ATTEMPTING, motion=Motion.OUTBOUND_TARGET)
    for _ in range(2):
        floor.now += 20 * DAY
        floor.touch(lead)
    until(floor, "2027-01-07 10:02")
    assert stands(floor, lead) == CLOSED
    assert ends(floor, lead) == (at("2027-01-07 10:01"), "outbound target: 45 days are over")


def test_partner_referral_after_three_direct_attempts_and_one_follow_up_with_the_partner(floor: Floor) -> None:
    lead = floor.lead(motion=Motion.PARTNER_REFERRAL)
    touches(floor, lead, 4)
    until(floor, "2026-12-03 10:00")
    assert floor.state(lead).open, "nobody asked the partner yet"
    floor.touch(lead, with_whom=WithWhom.PARTNER)
    until(floor, "2026-12-05 10:00")
    assert stands(floor, lead) == CLOSED
    assert ends(floor, lead)[1] == "partner referral: 4 direct attempts and 1 partner follow-up made"


def test_reactivation_when_its_campaign_ends(floor: Floor) -> None:
    draft = CampaignDraft("Win back", starts="2026-11-01", ends="2026-12-04")
    add_campaign(floor.store, ANA, floor.later(), draft)
    came = SignalIn("webinar", "website", name="Dana Ortiz", email="dana@northwind.example", campaign="Win back",
                    motion=Motion.REACTIVATION)  # fmt: skip
    lead = receive_signal(floor.store, SYSTEM, floor.later(), came).lead_id
    assert lead is not None
    owner = Actor(floor.state(lead).owner_id or 0)
    floor.touch(lead, actor=owner)
    over = floor.state(lead).expires_at
    assert over is not None
    assert at("2026-12-04 00:00") <= over <= at("2026-12-05 00:00")
    until(floor, "2026-12-05 00:01")
    assert stands(floor, lead) == CLOSED
    assert ends(floor, lead) == (over, "reactivation: its window is over")


def test_reactivation_without_a_campaign_after_twenty_one_days_unless_a_signal_comes(floor: Floor) -> None:
    lead, quiet = (floor.lead(Stage.ATTEMPTING, motion=Motion.REACTIVATION) for _ in range(2))
    window = floor.state(lead).expires_at or 0
    until(floor, "2026-12-10 10:00")
    signal(floor, lead, "webinar")
    assert (floor.state(lead).expires_at or 0) > window
    until(floor, "2026-12-14 10:30")
    assert stands(floor, quiet) == CLOSED
    assert ends(floor, quiet)[1] == "reactivation: its window is over"
    assert floor.state(lead).open


@pytest.mark.parametrize(
    "motion", [Motion.INTENT_SIGNAL, Motion.CAMPAIGN_RESPONSE, Motion.EXPANSION, Motion.REP_CREATED]
)
def test_the_others_after_eight_attempts_or_twenty_one_days(floor: Floor, motion: Motion) -> None:
    tried, waited = floor.lead(motion=motion), floor.lead(Stage.ATTEMPTING, motion=motion)
    touches(floor, tried, 8)
    until(floor, "2026-11-30 12:00")
    assert stands(floor, tried) == CLOSED
    assert ends(floor, tried)[1] == f"{motion.label}: 8 attempts made"
    until(floor, "2026-12-14 10:03")
    assert stands(floor, waited) == CLOSED
    assert ends(floor, waited) == (at("2026-12-14 10:02"), f"{motion.label}: 21 days are over")


def test_the_queue_warns_from_two_days_before(floor: Floor) -> None:
    lead = floor.state(floor.lead(motion=Motion.CAMPAIGN_RESPONSE))
    assert lead.warn_at == (lead.expires_at or 0) - 2 * DAY


def test_one_that_was_reached_is_put_to_its_owner_and_then_the_team_lead_never_closed(floor: Floor) -> None:
    lead = floor.lead(Stage.CONNECTED, motion=Motion.CAMPAIGN_RESPONSE)
    floor.now += 12 * DAY
    floor.touch(lead, Disposition.CONVERSATION)
    until(floor, "2026-12-14 10:02")
    state = floor.state(lead)
    assert (state.open, state.decision, state.tier) == (1, Decision.EXPIRED, 3)
    until(floor, "2026-12-15 10:02")
    assert told(floor, AlertKind.EXPIRY, lead) == [ANA.user_id]
    assert floor.state(lead).open


def test_a_promise_holds_it_until_a_business_day_after(floor: Floor) -> None:
    lead = floor.lead(Stage.ATTEMPTING, motion=Motion.CAMPAIGN_RESPONSE)
    floor.now += 18 * DAY
    callback(floor.store, PRIYA, floor.later(), CallbackDraft(lead, at("2026-12-16 15:00")))
    until(floor, "2026-12-17 14:59")
    assert floor.state(lead).open
    until(floor, "2026-12-17 15:01")
    assert stands(floor, lead) == CLOSED
    assert floor.state(lead).closed_at == at("2026-12-17 15:00")


def test_no_response_may_come_back_after_ninety_days(floor: Floor) -> None:
    lead = floor.lead(Stage.ATTEMPTING, motion=Motion.CAMPAIGN_RESPONSE)
    until(floor, "2026-12-14 10:03")
    state = floor.state(lead)
    assert state.eligible_at == (state.closed_at or 0) + 90 * DAY


def test_one_nobody_touched_closes_as_well(floor: Floor) -> None:
    lead = floor.lead(motion=Motion.DEMO_REQUEST)
    until(floor, "2026-12-08 10:02")
    assert stands(floor, lead) == CLOSED


def test_an_automated_mail_is_no_attempt_and_ends_nothing(floor: Floor) -> None:
    lead = floor.lead(motion=Motion.CAMPAIGN_RESPONSE)
    for _ in range(9):
        floor.touch(lead, Disposition.SENT, Channel.EMAIL, automated=True)
    until(floor, "2026-12-01 10:00")
    assert floor.state(lead).open


def test_who_was_reached_is_not_warned_of_a_window_that_holds_only_until_then(floor: Floor) -> None:
    lead = floor.lead(Stage.ATTEMPTING, motion=Motion.DEMO_REQUEST)
    assert floor.state(lead).warn_at is not None
    floor.touch(lead, Disposition.CONVERSATION)
    assert (floor.state(lead).warn_at, floor.state(lead).expires_at is not None) == (None, True)
    other = floor.lead(Stage.ATTEMPTING, motion=Motion.INTENT_SIGNAL)
    floor.touch(other, Disposition.CONVERSATION)
    assert floor.state(other).warn_at is not None
