"""Another motion or campaign for an at bat: what follows it from now on, and what stays as it was written."""

from __future__ import annotations

import pytest

from store.errors import Conflict, Refusal
from store.instants import DAY, HOUR, MINUTE
from store.operations.campaigns import CampaignDraft, add_campaign
from store.operations.extend import ExtendDraft, extend
from store.operations.reclassify import LeadCampaignDraft, MotionDraft, set_campaign, set_motion
from store.operations.working import NoteDraft, note
from store.vocabulary import AlertKind, ClockKind, Disposition, Motion, Stage
from tests.factories import ANA, BEN, PRIYA, Floor
from tests.store.clockwork import at, clock, clocks, told, until

M, K = Motion, ClockKind


def become(floor: Floor, lead_id: int, motion: Motion) -> None:
    set_motion(floor.store, PRIYA, floor.later(), MotionDraft(lead_id, motion))


def test_from_now_on_it_is_worked_by_the_new_motion(floor: Floor) -> None:
    lead_id = floor.lead(motion=M.OUTBOUND_TARGET)
    opened = floor.state(lead_id).opened_at
    become(floor, lead_id, M.CAMPAIGN_RESPONSE)
    lead = floor.state(lead_id)
    assert (lead.motion, lead.cadence) == (M.CAMPAIGN_RESPONSE, "campaign")
    assert lead.expires_at == opened + 21 * DAY
    assert lead.warn_at == lead.expires_at - 2 * DAY
    assert (
        floor.value("SELECT before FROM change WHERE entity = 'lead' AND \"column\" = 'motion'") == '"outbound_target"'
    )


def test_a_clock_that_only_the_new_motion_has_begins_now(floor: Floor) -> None:
    lead_id = floor.lead(motion=M.OUTBOUND_TARGET)
    until(floor, "2026-11-23 15:00")
    become(floor, lead_id, M.DEMO_REQUEST)
    first = clock(floor, lead_id, K.FIRST_TOUCH)
    assert (first.started_at, first.due_at) == (floor.now, floor.now + 5 * MINUTE), "five minutes, not five hours late"
    assert floor.state(lead_id).tier == 2, "and it is hot"
    accept = clock(floor, lead_id, K.ACCEPT)
    assert (accept.ended_at, accept.met) == (floor.now, None), "neither met nor missed"
    floor.touch(lead_id)
    assert clock(floor, lead_id, K.FIRST_TOUCH).met == 1


def test_no_clock_that_runs_is_lengthened_or_lost(floor: Floor) -> None:
    lead_id = floor.lead(motion=M.DEMO_REQUEST)
    before = clock(floor, lead_id, K.FIRST_TOUCH)
    become(floor, lead_id, M.CAMPAIGN_RESPONSE)
    assert clock(floor, lead_id, K.FIRST_TOUCH) == before, "no way round the five minutes"
    become(floor, lead_id, M.OUTBOUND_TARGET)
    assert clock(floor, lead_id, K.FIRST_TOUCH) == before
    assert clock(floor, lead_id, K.ACCEPT).started_at == floor.now
    until(floor, "2026-11-23 10:20")
    assert clock(floor, lead_id, K.FIRST_TOUCH).met == 0


def test_a_shorter_one_is_due_sooner(floor: Floor) -> None:
    lead_id = floor.lead(motion=M.CAMPAIGN_RESPONSE)
    become(floor, lead_id, M.DEMO_REQUEST)
    assert clock(floor, lead_id, K.FIRST_TOUCH).due_at == floor.now + 5 * MINUTE == floor.state(lead_id).due_at


def test_what_was_missed_stays_missed(floor: Floor) -> None:
    lead_id = floor.lead(motion=M.OUTBOUND_TARGET)
    until(floor, "2026-11-30 10:00")
    assert clock(floor, lead_id, K.ACCEPT).met == 0
    become(floor, lead_id, M.EXPANSION)
    ended = clock(floor, lead_id, K.ACCEPT)
    assert (ended.met, ended.ended_at) == (0, floor.now)
    become(floor, lead_id, M.OUTBOUND_TARGET)
    assert [each.met for each in clocks(floor, lead_id, K.ACCEPT)] == [0, None]


def test_whoever_was_tried_keeps_clock_step_and_plan(floor: Floor) -> None:
    lead_id = floor.lead(Stage.ATTEMPTING, motion=M.OUTBOUND_TARGET)
    floor.later(2 * HOUR)
    before, connect = floor.state(lead_id), clock(floor, lead_id, K.CONNECT)
    become(floor, lead_id, M.INTENT_SIGNAL)
    lead = floor.state(lead_id)
    assert clock(floor, lead_id, K.CONNECT) == connect
    assert (lead.cadence, lead.cadence_step, lead.attempts) == ("intent", 1, 1)
    assert (lead.due_at, lead.next_channel) == (before.due_at, before.next_channel), "what is planned stays"
    assert clocks(floor, lead_id, K.FIRST_TOUCH) == []


def test_the_window_ends_by_no_surprise(floor: Floor) -> None:
    lead_id = floor.lead(Stage.ATTEMPTING, motion=M.OUTBOUND_TARGET)
    floor.now += 25 * DAY
    floor.touch(lead_id)
    become(floor, lead_id, M.CAMPAIGN_RESPONSE)
    assert floor.state(lead_id).expires_at == floor.now + 2 * DAY, "its 21 days are over: the queue warns first"
    again = floor.state(lead_id).expires_at
    floor.now += DAY
    become(floor, lead_id, M.INTENT_SIGNAL)
    assert floor.state(lead_id).expires_at == again, "and changing to and fro gives no time"


def test_an_extension_stays_and_what_is_over_stays_over(floor: Floor) -> None:
    lead_id = floor.lead(motion=M.CAMPAIGN_RESPONSE)
    extend(floor.store, PRIYA, floor.later(), ExtendDraft(lead_id, "on holiday"))
    given = floor.state(lead_id).expires_at
    become(floor, lead_id, M.INTENT_SIGNAL)
    assert floor.state(lead_id).expires_at == given
    other = floor.lead(Stage.CONNECTED, motion=M.CAMPAIGN_RESPONSE)
    floor.now += 10 * DAY
    floor.touch(other)
    until(floor, "2026-12-14 11:00")
    assert floor.state(other).decision == "expired"
    over = floor.state(other).expires_at
    become(floor, other, M.OUTBOUND_TARGET)
    assert (floor.state(other).expires_at, floor.state(other).decision) == (over, "expired")


def test_a_motion_is_its_owners_or_a_team_leads(floor: Floor) -> None:
    lead_id = floor.lead()
    with pytest.raises(Refusal, match="Only its owner or a team lead"):
        set_motion(floor.store, BEN, floor.later(), MotionDraft(lead_id, M.EXPANSION))
    with pytest.raises(Refusal, match="outbound target already"):
        become(floor, lead_id, M.OUTBOUND_TARGET)
    set_motion(floor.store, ANA, floor.later(), MotionDraft(lead_id, M.EXPANSION))
    for stage in (Stage.CLOSED, Stage.DISQUALIFIED):
        with pytest.raises(Refusal):
            become(floor, floor.lead(stage), M.EXPANSION)


def test_of_two_the_second_is_told(floor: Floor) -> None:
    lead_id = floor.lead()
    seen = floor.state(lead_id).version
    note(floor.store, BEN, floor.later(), NoteDraft(lead_id, "mine"))
    with pytest.raises(Conflict, match="Ben added a note"):
        set_motion(floor.store, PRIYA, floor.later(), MotionDraft(lead_id, M.EXPANSION, seen))
    with pytest.raises(Conflict, match="Ben added a note"):
        set_campaign(floor.store, PRIYA, floor.later(), LeadCampaignDraft(lead_id, campaign(floor), seen))


def campaign(floor: Floor, name: str = "Spring fair", ends: str = "") -> int:
    done = add_campaign(floor.store, ANA, floor.later(), CampaignDraft(name, ends=ends))
    assert done.made is not None
    return done.made["campaign_id"]


def test_a_campaign_changes_nothing_that_happened(floor: Floor) -> None:
    lead_id, other = floor.lead(), campaign(floor)
    before = floor.state(lead_id)
    set_campaign(floor.store, PRIYA, floor.later(), LeadCampaignDraft(lead_id, other))
    after = floor.state(lead_id)
    kept = {
        "campaign_id": other,
        "version": before.version + 1,
        "updated_at": floor.now,
        "written_id": after.written_id,
    }
    assert after._asdict() == {**before._asdict(), **kept}
    assert after.campaign_id == other
    with pytest.raises(Refusal, match="that campaign already"):
        set_campaign(floor.store, PRIYA, floor.later(), LeadCampaignDraft(lead_id, other))
    set_campaign(floor.store, PRIYA, floor.later(), LeadCampaignDraft(lead_id, None))
    assert floor.state(lead_id).campaign_id is None


def test_a_window_that_ends_with_the_campaign_follows_it(floor: Floor) -> None:
    lead_id = floor.lead(motion=M.REACTIVATION)
    fair = campaign(floor, ends="2027-01-15")
    set_campaign(floor.store, PRIYA, floor.later(), LeadCampaignDraft(lead_id, fair))
    assert floor.state(lead_id).expires_at == at("2027-01-16 00:00")


def test_another_motion_takes_alerts_away_and_brings_them(floor: Floor) -> None:
    lead_id = floor.lead(motion=M.DEMO_REQUEST)
    until(floor, "2026-11-23 10:04")
    assert told(floor, AlertKind.OFFERED, lead_id) == [None]
    become(floor, lead_id, M.OUTBOUND_TARGET)
    assert told(floor, AlertKind.OFFERED, lead_id) == []
    floor.touch(lead_id, Disposition.CONVERSATION)
    become(floor, lead_id, M.PARTNER_REFERRAL)
    assert floor.state(lead_id).expires_at is None
