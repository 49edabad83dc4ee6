"""Each service-level clock: when it runs out, met or missed once, and whose that is. A week with Thanksgiving in it."""

from __future__ import annotations

from store.instants import DAY, HOUR, MINUTE
from store.operations.hand_over import AcceptDraft, accept_hand_over
from store.operations.working import ApprovalDraft, LeadDraft, accept, approve, reassign, send_back
from store.queries.explain import explain
from store.queries.team import team_now
from store.queries.today import today
from store.vocabulary import AlertKind, ClockKind, Disposition, Motion, Outcome, Stage, Status
from tests.factories import ANA, BEN, ED, PRIYA, Floor
from tests.store.clockwork import at, clock, clocks, signal, told, until, working

K = ClockKind


def test_first_touch_of_a_demo_request_in_five_business_minutes(floor: Floor) -> None:
    met, missed = (floor.lead(motion=Motion.DEMO_REQUEST) for _ in range(2))
    assert clock(floor, met, K.FIRST_TOUCH).due_at == at("2026-11-23 10:06")
    assert clock(floor, missed, K.FIRST_TOUCH).due_at == at("2026-11-23 10:07")
    floor.touch(met)
    assert clock(floor, met, K.FIRST_TOUCH)[2:] == (at("2026-11-23 10:03"), 1, PRIYA.user_id)
    until(floor, "2026-11-23 10:07")
    assert clock(floor, missed, K.FIRST_TOUCH).met is None, "due means until then"
    until(floor, "2026-11-23 10:08")
    assert clock(floor, missed, K.FIRST_TOUCH)[2:] == (None, 0, PRIYA.user_id)
    floor.touch(missed)
    assert clock(floor, missed, K.FIRST_TOUCH)[2:] == (at("2026-11-23 10:09"), 0, PRIYA.user_id)


def test_an_ending_without_a_touch_neither_meets_nor_misses_the_first_one(floor: Floor) -> None:
    in_time, late = (floor.lead(motion=Motion.CAMPAIGN_RESPONSE) for _ in range(2))
    floor.close(in_time, Outcome.NOT_READY, back_at=floor.now + 60 * DAY)
    ended = clock(floor, in_time, K.FIRST_TOUCH)
    assert (ended.ended_at, ended.met) == (floor.now, None)
    assert clock_share(floor) == (None, 0), "it counts for nothing"
    until(floor, "2026-11-23 14:00")
    floor.close(late, Outcome.NOT_READY, back_at=floor.now + 60 * DAY)
    assert clock(floor, late, K.FIRST_TOUCH)[2:] == (floor.now, 0, PRIYA.user_id)
    assert clock_share(floor) == (0.0, 1)
    story = explain(floor.store, in_time, floor.now).lines(floor.store.zone, floor.now)
    assert any("first touch ended without it, in time: neither met nor missed" in line for line in story)
    assert not any("first touch was met" in line for line in story)


def clock_share(floor: Floor) -> tuple[float | None, int]:
    """The share of Priya's clocks met today, and how many were missed as the team's board counts them."""
    mine = today(floor.store, PRIYA.user_id, floor.now)
    board = next(rep for rep in team_now(floor.store, floor.now).reps if rep.id == PRIYA.user_id)
    return mine.sla, board.figures.missed


def test_it_is_offered_to_all_after_three(floor: Floor) -> None:
    lead = floor.lead(motion=Motion.DEMO_REQUEST)
    until(floor, "2026-11-23 10:03")
    assert told(floor, AlertKind.OFFERED, lead) == []
    until(floor, "2026-11-23 10:04")
    assert told(floor, AlertKind.OFFERED, lead) == [None]


def test_first_touch_of_other_inbound_in_two_business_hours(floor: Floor) -> None:
    floor.now = at("2026-11-24 15:59")
    lead = floor.lead(motion=Motion.CAMPAIGN_RESPONSE)
    assert clock(floor, lead, K.FIRST_TOUCH).due_at == at("2026-11-25 10:00"), "an hour today, an hour tomorrow"
    until(floor, "2026-11-25 10:01")
    assert clock(floor, lead, K.FIRST_TOUCH).met == 0


def test_accepting_what_we_started_in_two_business_days(floor: Floor) -> None:
    for motion in (Motion.OUTBOUND_TARGET, Motion.REACTIVATION):
        met, missed = (floor.lead(motion=motion) for _ in range(2))
        accept(floor.store, PRIYA, floor.later(), LeadDraft(met))
        assert clock(floor, met, K.ACCEPT)[3:] == (1, PRIYA.user_id)
        floor.now = at("2026-11-24 12:00")
        assert clock(floor, missed, K.ACCEPT).due_at // DAY == at("2026-11-25 12:00") // DAY
        floor.now = at("2026-11-23 11:00")
    until(floor, "2026-11-25 16:00")
    assert clock(floor, missed, K.ACCEPT)[2:] == (None, 0, PRIYA.user_id)
    floor.touch(missed)
    assert clock(floor, missed, K.ACCEPT).ended_at == floor.now, "a first touch accepts"


def test_answering_a_signal_of_high_intent_in_five_business_minutes(floor: Floor) -> None:
    met, missed = (floor.lead(Stage.ATTEMPTING) for _ in range(2))
    for lead in (met, missed):
        signal(floor, lead)
        assert clock(floor, lead, K.RESPOND).due_at == floor.now + 5 * MINUTE
    floor.touch(met)
    assert clock(floor, met, K.RESPOND)[3:] == (1, PRIYA.user_id)
    until(floor, "2026-11-23 10:30")
    assert clock(floor, missed, K.RESPOND)[3:] == (0, PRIYA.user_id)
    assert told(floor, AlertKind.SLA_MISSED, missed) == [PRIYA.user_id]


def test_attempting_until_connected_inbound_in_five_business_days_and_told_at_seven(floor: Floor) -> None:
    lead = floor.lead(Stage.ATTEMPTING, motion=Motion.CAMPAIGN_RESPONSE)
    assert clock(floor, lead, K.CONNECT).due_at == at("2026-12-01 10:02"), "Thursday is a holiday"
    until(floor, "2026-12-01 10:03")
    assert clock(floor, lead, K.CONNECT)[3:] == (0, PRIYA.user_id)
    assert told(floor, AlertKind.ATTEMPTING_LONG, lead) == [ANA.user_id]
    assert told(floor, AlertKind.ATTEMPTING_OVERDUE, lead) == []
    until(floor, "2026-12-03 10:03")
    assert told(floor, AlertKind.ATTEMPTING_OVERDUE, lead) == [PRIYA.user_id]
    reached = floor.lead(Stage.ATTEMPTING, motion=Motion.CAMPAIGN_RESPONSE)
    floor.touch(reached, Disposition.CONVERSATION)
    assert clock(floor, reached, K.CONNECT).met == 1


def test_attempting_until_connected_of_other_motions_in_half_their_window_and_told_at_three_quarters(
    floor: Floor,
) -> None:
    lead = floor.lead(Stage.ATTEMPTING, motion=Motion.OUTBOUND_TARGET)
    entered = floor.state(lead).stage_at
    assert clock(floor, lead, K.CONNECT).due_at == entered + 45 * DAY // 2
    floor.now = entered + 45 * DAY // 2 - HOUR
    floor.touch(lead)  # activity, so that nothing else comes of it
    until(floor, "2026-12-26 10:00")
    assert clock(floor, lead, K.CONNECT)[3:] == (0, PRIYA.user_id)
    assert told(floor, AlertKind.ATTEMPTING_LONG, lead) == [ANA.user_id]
    assert told(floor, AlertKind.ATTEMPTING_OVERDUE, lead) == []
    until(floor, "2026-12-27 10:00")
    assert told(floor, AlertKind.ATTEMPTING_OVERDUE, lead) == [PRIYA.user_id]


def test_the_answer_to_a_hand_over_in_one_business_day(floor: Floor) -> None:
    met, missed = floor.lead(Stage.QUALIFIED), floor.lead(Stage.QUALIFIED)
    for lead in (met, missed):
        floor.convert(lead, taker_id=ED.user_id)
    deals = {row[0]: row[1] for row in floor.store.rows("SELECT lead_id, opportunity_id FROM conversion")}
    accept_hand_over(floor.store, ED, floor.later(HOUR), AcceptDraft(deals[met]))
    assert clock(floor, met, K.HAND_OVER)[3:] == (1, ED.user_id)
    until(floor, "2026-11-24 12:30")
    assert clock(floor, missed, K.HAND_OVER)[3:] == (0, ED.user_id)


def test_the_decision_on_an_approval_in_one_business_day(floor: Floor) -> None:
    met, missed = floor.lead(Stage.DISQUALIFIED), floor.lead(Stage.DISQUALIFIED)
    approve(floor.store, ANA, floor.later(HOUR), ApprovalDraft(met))
    assert clock(floor, met, K.APPROVAL).met == 1
    assert clock(floor, missed, K.APPROVAL).due_at == clock(floor, missed, K.APPROVAL).started_at + DAY
    until(floor, "2026-11-24 12:30")
    assert clock(floor, missed, K.APPROVAL).met == 0
    assert told(floor, AlertKind.APPROVAL_LATE, missed) == [ANA.user_id]


def test_connected_until_qualified_or_disqualified_in_ten_business_days(floor: Floor) -> None:
    met, missed = floor.lead(Stage.CONNECTED), floor.lead(Stage.CONNECTED)
    floor.bring(met, Stage.QUALIFIED)
    assert clock(floor, met, K.QUALIFY)[3:] == (1, PRIYA.user_id)
    due = clock(floor, missed, K.QUALIFY).due_at
    assert due == at("2026-12-08 10:06")
    until(floor, "2026-12-08 10:07")
    assert clock(floor, missed, K.QUALIFY)[3:] == (0, PRIYA.user_id)
    assert told(floor, AlertKind.SLA_MISSED, missed) == [PRIYA.user_id]


def test_activity_while_working_every_seven_days(floor: Floor) -> None:
    lead = working(floor)
    first = clock(floor, lead, K.ACTIVITY)
    assert first.due_at == floor.now + 7 * DAY
    until(floor, "2026-11-27 10:00")
    floor.touch(lead, Disposition.CONVERSATION)
    assert clock(floor, lead, K.ACTIVITY).due_at == floor.now + 7 * DAY, "each activity winds it up"
    until(floor, "2026-12-04 10:02")
    assert clock(floor, lead, K.ACTIVITY)[3:] == (0, PRIYA.user_id)
    floor.touch(lead, Disposition.CONVERSATION)
    missed, running = clocks(floor, lead, K.ACTIVITY)
    assert (missed.met, running.met, running.due_at) == (0, None, floor.now + 7 * DAY)


def test_silent_while_working_is_told_at_fourteen_days_and_stale_at_thirty(floor: Floor) -> None:
    lead = working(floor)
    until(floor, "2026-12-07 10:02")
    assert told(floor, AlertKind.SILENT, lead) == []
    until(floor, "2026-12-07 10:10")
    assert told(floor, AlertKind.SILENT, lead) == [PRIYA.user_id, ANA.user_id]
    until(floor, "2026-12-23 10:10")
    assert floor.state(lead).status is Status.STALE


def test_qualified_until_converted_in_three_business_days(floor: Floor) -> None:
    met, missed = floor.lead(Stage.QUALIFIED), floor.lead(Stage.QUALIFIED)
    assert clock(floor, missed, K.CONVERT).due_at == at("2026-11-27 10:08"), "Thursday is a holiday"
    floor.convert(met)
    assert clock(floor, met, K.CONVERT)[3:] == (1, PRIYA.user_id)
    until(floor, "2026-11-27 10:09")
    assert clock(floor, missed, K.CONVERT)[3:] == (0, PRIYA.user_id)


def test_new_and_untouched_inbound_has_a_red_flag_at_twenty_four_hours(floor: Floor) -> None:
    lead, outbound = floor.lead(motion=Motion.CAMPAIGN_RESPONSE), floor.lead()
    until(floor, "2026-11-24 10:00")
    assert told(floor, AlertKind.UNTOUCHED, lead) == []
    until(floor, "2026-11-24 10:02")
    assert told(floor, AlertKind.UNTOUCHED, lead) == [PRIYA.user_id]
    assert told(floor, AlertKind.UNTOUCHED, outbound) == []


def test_stale_and_undecided_for_three_business_days_is_closed(floor: Floor) -> None:
    never, reached = floor.lead(Stage.ATTEMPTING, motion=Motion.OUTBOUND_TARGET), working(floor)
    until(floor, "2026-12-23 10:10")
    stale_at = floor.state(never).decision_at or 0
    assert floor.state(never).status is floor.state(reached).status is Status.STALE
    until(floor, "2026-12-29 10:30")
    lead, other = floor.state(never), floor.state(reached)
    assert (lead.stage, lead.outcome, lead.reason) == (Stage.CLOSED, "no_response", "stale")
    assert lead.closed_at == floor.store.calendar.add(stale_at, floor.store.rules.sla.stale_decision)
    assert (other.outcome, other.reason) == ("connected_not_ready_now", "cold")
    assert other.eligible_at == (other.closed_at or 0) + 90 * DAY


def test_reassigning_resets_no_clock_and_the_new_owners_own_begins(floor: Floor) -> None:
    lead = floor.lead(motion=Motion.CAMPAIGN_RESPONSE)
    before = clock(floor, lead, K.FIRST_TOUCH)
    reassign(floor.store, BEN, floor.later(HOUR), LeadDraft(lead))
    assert clock(floor, lead, K.FIRST_TOUCH)[:2] == before[:2]
    own = clock(floor, lead, K.OWN_TOUCH)
    assert (own.started_at, own.due_at) == (floor.now, floor.now + 2 * HOUR)
    until(floor, "2026-11-23 12:10")
    assert clock(floor, lead, K.FIRST_TOUCH)[3:] == (0, BEN.user_id), "he had it when it ran out"
    floor.touch(lead, actor=BEN)
    assert clock(floor, lead, K.OWN_TOUCH)[3:] == (1, BEN.user_id)


def test_a_miss_is_whose_it_was_when_it_ran_out(floor: Floor) -> None:
    lead = floor.lead(motion=Motion.CAMPAIGN_RESPONSE)
    floor.now = at("2026-11-23 12:30")
    reassign(floor.store, BEN, floor.now, LeadDraft(lead))
    until(floor, "2026-11-23 12:31")
    assert clock(floor, lead, K.FIRST_TOUCH)[3:] == (0, PRIYA.user_id)


def test_clocks_stand_still_while_an_approval_waits(floor: Floor) -> None:
    floor.now = at("2026-11-23 10:00")
    lead = floor.lead(Stage.CONNECTED)
    before = clock(floor, lead, K.QUALIFY)
    floor.raw("UPDATE account SET size = 5000")
    floor.rescore()
    floor.close(lead, Outcome.BAD_FIT, reason="no_need")
    until(floor, "2026-12-09 10:00")
    assert clock(floor, lead, K.QUALIFY)[2:4] == (None, None), "it did not run out meanwhile"
    assert told(floor, AlertKind.SLA_MISSED, lead) == []
    send_back(floor.store, ANA, floor.later(), ApprovalDraft(lead, note="call again"))
    after = clock(floor, lead, K.QUALIFY)
    asked = at("2026-11-23 10:04")
    left = floor.store.calendar.elapsed(asked, before.due_at)
    assert after.due_at == floor.store.calendar.add_working(floor.now, left), "what it had left runs on"


def test_snoozing_and_time_itself_are_no_touch(floor: Floor) -> None:
    lead = floor.lead(motion=Motion.DEMO_REQUEST)
    floor.later(20 * MINUTE)
    until(floor, "2026-11-23 11:00")
    assert clock(floor, lead, K.FIRST_TOUCH).ended_at is None
