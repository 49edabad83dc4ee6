"""Each alert: when it opens, whose it is, and that it closes itself when its cause is gone."""

from __future__ import annotations

import pytest

from store.actor import SYSTEM
from store.instants import DAY, MINUTE
from store.operations.attendance import UserActDraft, pause_intake
from store.operations.hand_over import (
    AcceptDraft,
    HandOverDraft,
    RejectDraft,
    accept_hand_over,
    hand_over,
    reject_hand_over,
)
from store.operations.opportunity import OpportunityDraft, update_opportunity
from store.operations.receive_signal import SignalIn, receive_signal
from store.operations.working import ApprovalDraft, LeadDraft, accept, approve, reassign
from store.queries.alerts import count, open_alerts
from store.vocabulary import AlertKind, Disposition, Motion, OpportunityStage, Outcome, Stage
from tests.factories import ANA, BEN, ED, PRIYA, Floor
from tests.store.clockwork import signal, told, until, working

A = AlertKind


def rows_of(floor: Floor, user_id: int) -> list[tuple[str, int]]:
    """What somebody sees: the words and the record of each."""
    found = open_alerts(floor.store, user_id)
    assert count(floor.store, user_id)[0] == len(found)
    return [(row.words, row.entity_id) for row in found]


def opportunity(floor: Floor, *, taker: int | None = None) -> int:
    """The opportunity of an at bat just converted."""
    lead_id = floor.lead(Stage.QUALIFIED)
    floor.convert(lead_id, taker_id=taker)
    found: int = floor.value("SELECT opportunity_id FROM conversion WHERE lead_id = ?", lead_id)
    return found


def test_unrouted_is_told_to_the_team_lead_until_somebody_has_it(floor: Floor) -> None:
    for rep in (PRIYA, BEN):
        pause_intake(floor.store, ANA, floor.later(), UserActDraft(rep.user_id))
    draft = SignalIn("demo_request", "website", name="Dana Ortiz", email="dana@northwind.example")
    lead_id = receive_signal(floor.store, SYSTEM, floor.later(), draft).lead_id
    assert lead_id is not None
    assert told(floor, A.UNROUTED, lead_id) == [ANA.user_id]
    assert rows_of(floor, ANA.user_id) == [("nobody has it", lead_id)]
    reassign(floor.store, BEN, floor.later(), LeadDraft(lead_id))
    assert told(floor, A.UNROUTED, lead_id) == []


def test_a_high_intent_one_untouched_for_three_minutes_is_offered_to_all(floor: Floor) -> None:
    lead_id = floor.lead(motion=Motion.DEMO_REQUEST, actor=BEN)
    until(floor, "2026-11-23 10:04")
    assert told(floor, A.OFFERED, lead_id) == [None]
    for user in (PRIYA, BEN, ANA):
        assert ("offered to all", lead_id) in rows_of(floor, user.user_id)
        assert count(floor.store, user.user_id) == (1, 0), "it is not late yet"
    assert rows_of(floor, ED.user_id) == [], "he takes opportunities"
    floor.touch(lead_id, actor=BEN)
    assert told(floor, A.OFFERED, lead_id) == []


def test_an_offer_ends_when_somebody_takes_it_over(floor: Floor) -> None:
    lead_id = floor.lead(motion=Motion.DEMO_REQUEST, actor=BEN)
    until(floor, "2026-11-23 10:04")
    accept(floor.store, BEN, floor.later(0), LeadDraft(lead_id))
    assert told(floor, A.OFFERED, lead_id) == [None], "accepted by its owner it is as untouched as before"
    accept(floor.store, PRIYA, floor.later(), LeadDraft(lead_id))
    assert told(floor, A.OFFERED, lead_id) == []
    assert floor.state(lead_id).owner_id == PRIYA.user_id


def test_a_clock_that_was_missed_until_what_it_waits_for(floor: Floor) -> None:
    lead_id = floor.lead(motion=Motion.CAMPAIGN_RESPONSE)
    until(floor, "2026-11-23 12:02")
    assert told(floor, A.SLA_MISSED, lead_id) == [PRIYA.user_id]
    reassign(floor.store, BEN, floor.later(), LeadDraft(lead_id))
    assert told(floor, A.SLA_MISSED, lead_id) == [BEN.user_id], "it is his to mend"
    floor.touch(lead_id, actor=BEN)
    assert told(floor, A.SLA_MISSED, lead_id) == []


def test_untouched_for_a_day_until_touched(floor: Floor) -> None:
    lead_id = floor.lead(motion=Motion.CAMPAIGN_RESPONSE)
    until(floor, "2026-11-24 10:02")
    assert told(floor, A.UNTOUCHED, lead_id) == [PRIYA.user_id]
    floor.touch(lead_id)
    assert told(floor, A.UNTOUCHED, lead_id) == []


def test_attempting_for_too_long_until_they_are_reached(floor: Floor) -> None:
    lead_id = floor.lead(Stage.ATTEMPTING, motion=Motion.CAMPAIGN_RESPONSE)
    until(floor, "2026-12-03 10:03")
    assert told(floor, A.ATTEMPTING_LONG, lead_id) == [ANA.user_id]
    assert told(floor, A.ATTEMPTING_OVERDUE, lead_id) == [PRIYA.user_id], "each hears of it once"
    floor.touch(lead_id, Disposition.CONVERSATION)
    assert told(floor, A.ATTEMPTING_LONG, lead_id) == told(floor, A.ATTEMPTING_OVERDUE, lead_id) == []


def test_a_team_lead_hears_first_and_the_owner_later_each_once(floor: Floor) -> None:
    lead_id = floor.lead(Stage.ATTEMPTING, motion=Motion.CAMPAIGN_RESPONSE)
    until(floor, "2026-12-01 10:03")
    assert rows_of(floor, ANA.user_id) == [("no connect in time", lead_id)]
    assert rows_of(floor, PRIYA.user_id) == []
    until(floor, "2026-12-03 10:03")
    assert rows_of(floor, ANA.user_id) == [("no connect in time", lead_id)]
    assert rows_of(floor, PRIYA.user_id) == [("attempting for too long", lead_id)]
    own = floor.lead(Stage.ATTEMPTING, motion=Motion.CAMPAIGN_RESPONSE, actor=ANA)
    until(floor, "2026-12-17 10:03")
    assert (told(floor, A.ATTEMPTING_LONG, own), told(floor, A.ATTEMPTING_OVERDUE, own)) == ([ANA.user_id], [])


def test_a_team_lead_has_one_row_for_all_of_a_rep_that_were_not_reached(floor: Floor) -> None:
    of_ben = [floor.lead(Stage.ATTEMPTING, motion=Motion.CAMPAIGN_RESPONSE, actor=BEN) for _ in range(3)]
    of_priya = floor.lead(Stage.ATTEMPTING, motion=Motion.CAMPAIGN_RESPONSE)
    own = [floor.lead(Stage.ATTEMPTING, motion=Motion.CAMPAIGN_RESPONSE, actor=ANA) for _ in range(2)]
    waits = floor.lead(Stage.ATTEMPTING, motion=Motion.CAMPAIGN_RESPONSE, actor=BEN)
    until(floor, "2026-12-03 10:30")
    floor.bring(waits, Stage.DISQUALIFIED, BEN)
    found = open_alerts(floor.store, ANA.user_id)
    (gathered,) = [row for row in found if row.leads]
    assert (set(gathered.leads), gathered.entity, gathered.name) == (set(of_ben), "user", "Ben")
    assert "3 at bats" in gathered.cause
    assert gathered.acted_on == gathered.leads
    alone = [row.entity_id for row in found if not row.leads]
    assert sorted(alone) == sorted([of_priya, *own, waits]), (
        "what has more to tell, one's own, and one alone, stand apart"
    )
    assert [row.entity_id for row in found if row.waits] == [waits]
    assert count(floor.store, ANA.user_id) == (5, 0)
    assert len(rows_of(floor, BEN.user_id)) == 3, "to him each is told"


def test_working_and_silent_until_there_is_activity(floor: Floor) -> None:
    lead_id = working(floor)
    until(floor, "2026-12-07 10:10")
    assert told(floor, A.SILENT, lead_id) == [PRIYA.user_id, ANA.user_id]
    signal(floor, lead_id, "download")
    assert told(floor, A.SILENT, lead_id) == []


def test_stale_until_it_is_decided(floor: Floor) -> None:
    lead_id = working(floor)
    until(floor, "2026-12-23 10:10")
    assert told(floor, A.STALE, lead_id) == [PRIYA.user_id]
    floor.touch(lead_id, Disposition.CONVERSATION)
    assert told(floor, A.STALE, lead_id) == []


def test_an_expiry_nobody_decided_goes_to_the_team_lead(floor: Floor) -> None:
    lead_id = floor.lead(Stage.CONNECTED, motion=Motion.CAMPAIGN_RESPONSE)
    floor.now += 10 * DAY
    floor.touch(lead_id)
    until(floor, "2026-12-14 11:00")
    assert floor.state(lead_id).decision == "expired"
    assert told(floor, A.EXPIRY, lead_id) == []
    until(floor, "2026-12-15 11:00")
    assert told(floor, A.EXPIRY, lead_id) == [ANA.user_id]
    floor.close(lead_id, Outcome.NOT_READY, back_at=floor.now + 60 * DAY)
    assert told(floor, A.EXPIRY, lead_id) == []


def test_an_approval_past_its_time_until_it_is_decided(floor: Floor) -> None:
    lead_id = floor.lead(Stage.DISQUALIFIED)
    assert rows_of(floor, ANA.user_id) == [("waits for approval", lead_id)]
    assert rows_of(floor, PRIYA.user_id) == []
    until(floor, "2026-11-24 10:30")
    assert told(floor, A.APPROVAL_LATE, lead_id) == [ANA.user_id]
    assert rows_of(floor, ANA.user_id) == [("approval late", lead_id)], "told once"
    assert count(floor.store, ANA.user_id) == (1, 1)
    approve(floor.store, ANA, floor.later(), ApprovalDraft(lead_id))
    assert told(floor, A.APPROVAL_LATE, lead_id) == []
    assert rows_of(floor, ANA.user_id) == []


def test_a_signal_while_an_approval_waits_is_told_to_who_decides(floor: Floor) -> None:
    lead_id = floor.lead(Stage.DISQUALIFIED)
    signal(floor, lead_id)
    assert told(floor, A.APPROVAL_SIGNAL, lead_id) == [ANA.user_id]
    approve(floor.store, ANA, floor.later(), ApprovalDraft(lead_id))
    assert told(floor, A.APPROVAL_SIGNAL, lead_id) == []


def test_a_hand_over_unanswered_until_the_answer(floor: Floor) -> None:
    deal = opportunity(floor, taker=ED.user_id)
    until(floor, "2026-11-24 11:00")
    hears = told(floor, A.HAND_OVER_LATE, deal, "opportunity")
    assert ED.user_id in hears
    accept_hand_over(floor.store, ED, floor.later(), AcceptDraft(deal))
    assert told(floor, A.HAND_OVER_LATE, deal, "opportunity") == []


def test_rejected_by_sales_until_it_is_handed_over_again(floor: Floor) -> None:
    deal = opportunity(floor, taker=ED.user_id)
    reject_hand_over(floor.store, ED, floor.later(), RejectDraft(deal, "no_budget"))
    assert told(floor, A.REJECTED, deal, "opportunity") == [PRIYA.user_id]
    hand_over(floor.store, PRIYA, floor.later(), HandOverDraft(deal, ED.user_id))
    assert told(floor, A.REJECTED, deal, "opportunity") == []


def test_an_opportunity_unmoved_for_thirty_days_until_it_moves(floor: Floor) -> None:
    deal = opportunity(floor)
    until(floor, "2026-12-23 10:00")
    assert told(floor, A.UNMOVED, deal, "opportunity") == []
    until(floor, "2026-12-23 10:30")
    assert PRIYA.user_id in told(floor, A.UNMOVED, deal, "opportunity")
    update_opportunity(floor.store, PRIYA, floor.later(), OpportunityDraft(deal, stage=OpportunityStage.PROPOSAL))
    assert told(floor, A.UNMOVED, deal, "opportunity") == []


@pytest.mark.parametrize("times", [1, 2])
def test_an_alert_is_open_once_however_often_somebody_looks(floor: Floor, times: int) -> None:
    lead_id = floor.lead(motion=Motion.DEMO_REQUEST)
    for minute in range(10 * times):
        until(floor, f"2026-11-23 10:{10 + minute}")
    assert floor.value("SELECT count(*) FROM alert WHERE entity_id = ? AND kind = 'sla_missed'", lead_id) == 1


def test_what_is_late_stands_first_then_the_newest(floor: Floor) -> None:
    slow = floor.lead(Stage.ATTEMPTING, motion=Motion.CAMPAIGN_RESPONSE)
    until(floor, "2026-12-03 10:03")
    late = floor.lead(motion=Motion.DEMO_REQUEST)
    floor.later(10 * MINUTE)
    until(floor, "2026-12-03 11:00")
    found = open_alerts(floor.store, PRIYA.user_id)
    assert [row.entity_id for row in found] == [late, slow], "one row an at bat, with all that is told of it"
    assert [row.urgent for row in found] == [True, False]
    assert len(found[0].also) == 1
    assert found[0].also[0].words in found[0].causes
    assert count(floor.store, PRIYA.user_id) == (2, 1)
    assert found[0].lead is not None
    assert (found[0].name, found[0].whose) == ("Person2 Ortiz", "Priya")
