"""An at bat's story: each act with its cause, each rule by its name, what holds it, and what comes if nobody acts."""

from __future__ import annotations

import pytest

from store.actor import SYSTEM
from store.errors import Refusal
from store.instants import DAY, HOUR, MINUTE
from store.operations.attendance import UserActDraft, pause_intake
from store.operations.promises import CallbackDraft, callback
from store.operations.receive_signal import OUTSIDE, SignalIn, receive_signal
from store.operations.tick import tick
from store.operations.working import ApprovalDraft, LeadDraft, StatusDraft, reassign, send_back, set_status
from store.queries.explain import explain, leads_named
from store.rules.alert_words import ALERTS
from store.rules.story import EventKind, stamp
from store.vocabulary import AlertKind, Disposition, Motion, Outcome, Stage, Status
from tests.factories import ANA, BEN, PRIYA, Floor
from tests.store.clockwork import at, signal, until, working


def lines(floor: Floor, lead_id: int, as_of: int | None = None) -> str:
    """The whole story as text."""
    return "\n".join(explain(floor.store, lead_id, floor.now, as_of).lines(floor.store.zone, floor.now))


def test_what_opened_it_by_which_row_of_intake_and_who_was_passed_over(floor: Floor) -> None:
    pause_intake(floor.store, PRIYA, floor.later(), UserActDraft(PRIYA.user_id))
    draft = SignalIn("demo_request", "website", name="Dana Ortiz", email="dana@northwind.example", company="Northwind")
    lead_id = receive_signal(floor.store, SYSTEM, floor.later(), draft).lead_id
    assert lead_id is not None
    told = lines(floor, lead_id)
    assert told.startswith("Dana Ortiz, Northwind: at bat no. 1 (demo request)\n")
    assert "opened because of a signal: demo request from website\n    intake: " in told
    assert "given to Ben: in turn" in told
    assert "in turn: Priya passed over, has paused intake" in told


def test_every_step_clock_and_rule_in_the_order_of_time(floor: Floor) -> None:
    lead_id = floor.lead(motion=Motion.DEMO_REQUEST)
    until(floor, "2026-11-23 10:10")
    floor.touch(lead_id)
    floor.touch(lead_id, Disposition.CONVERSATION)
    until(floor, "2026-11-30 11:00")
    signal(floor, lead_id)
    callback(floor.store, PRIYA, floor.later(), CallbackDraft(lead_id, floor.now + 2 * DAY))
    story = explain(floor.store, lead_id, floor.now)
    assert [event.at for event in story.events] == sorted(event.at for event in story.events)
    told = lines(floor, lead_id)
    for sentence in (
        "23 Nov 10:04 everybody alerted: untouched: whoever is free may take it; over 23 Nov 10:11",
        "23 Nov 10:06 the clock for first touch ran out; it came 5 min late (missed by Priya)",
        "23 Nov 10:11 Priya logged call, no answer → stage attempting, status attempting, step 1 of 8 of the cadence",
        "23 Nov 10:12 the clock for a connect, or closing was met: due tomorrow 10:11, 7 d to spare (Priya)",
        "today 10:12 by rule: no reply for 7 days → status attempting",
        "they sent a signal, of high intent: pricing page from website",
        "Priya promised a callback for 2 Dec 11:02",
        "the clock for an answer to their signal runs out",
        "a callback is promised for 2 Dec 11:02",
    ):
        assert sentence in told, sentence


def test_times_are_told_in_the_zone_of_whoever_asks(floor: Floor) -> None:
    lead_id = floor.lead(motion=Motion.DEMO_REQUEST)
    callback(floor.store, PRIYA, floor.later(), CallbackDraft(lead_id, at("2026-12-02 11:02")))
    here, there = (
        "\n".join(explain(floor.store, lead_id, floor.now, zone=zone).holds) for zone in ("", "Europe/London")
    )
    assert "a callback is promised for 2 Dec 11:02" in here
    assert "a callback is promised for 2 Dec 16:02" in there
    assert "11:02" not in there


def test_what_comes_if_nobody_does_anything_is_what_a_tick_does(floor: Floor) -> None:
    for stage, motion in (
        (Stage.NEW, Motion.DEMO_REQUEST),
        (Stage.ATTEMPTING, Motion.CAMPAIGN_RESPONSE),
        (Stage.CONNECTED, Motion.OUTBOUND_TARGET),
    ):
        lead_id = floor.lead(stage, motion=motion)
        comes = [event for event in explain(floor.store, lead_id, floor.now).comes if "by rule" in event.words]
        tick(floor.store, comes[0].at - 1)
        before = floor.state(lead_id)
        tick(floor.store, comes[0].at)
        after = floor.state(lead_id)
        assert (before.stage, before.status) != (after.stage, after.status), comes[0].words
        assert after.status.label in comes[0].words or "closed" in comes[0].words


def test_by_hand_against_the_rules_and_who_has_it(floor: Floor) -> None:
    lead_id = working(floor)
    set_status(floor.store, PRIYA, floor.later(), StatusDraft(lead_id, Status.ATTEMPTING))
    reassign(floor.store, BEN, floor.later(), LeadDraft(lead_id))
    told = lines(floor, lead_id)
    assert "Priya set the status of it (against the rule: status) → status attempting" in told
    assert "given to Ben: taken over" in told
    assert "  Ben’s, stage connected since" in told


def test_an_approval_asked_for_and_sent_back(floor: Floor) -> None:
    lead_id = floor.lead(Stage.DISQUALIFIED)
    assert "Priya asked for approval: connected bad fit, to be decided by tomorrow" in lines(floor, lead_id)
    send_back(floor.store, ANA, floor.later(HOUR), ApprovalDraft(lead_id, note="call again"))
    assert "Ana sent it back" in lines(floor, lead_id)


def test_the_end_says_why_and_when_it_may_come_back(floor: Floor) -> None:
    lead_id = floor.lead(Stage.ATTEMPTING, motion=Motion.CAMPAIGN_RESPONSE)
    until(floor, "2026-12-14 10:03")
    story = explain(floor.store, lead_id, floor.now)
    last = story.events[-1]
    assert last.kind is EventKind.RULE
    assert last.words.startswith("by rule: campaign response: 21 days are over → stage closed")
    assert "no response, reason expired by rule, may come back from 14 Mar 2027 on" in last.words
    assert not story.holds
    assert not story.comes


def test_as_of_a_time_that_has_passed(floor: Floor) -> None:
    lead_id = floor.lead(motion=Motion.DEMO_REQUEST)
    until(floor, "2026-11-23 11:00")
    floor.touch(lead_id)
    then = explain(floor.store, lead_id, floor.now, at("2026-11-23 10:05"))
    assert all(event.at <= at("2026-11-23 10:05") for event in then.events)
    assert then.holds[0] == "Priya’s, stage new, status uncontacted"
    assert "the clock for first touch runs out today 10:06, in 1 min" in then.holds
    assert then.comes == ()
    assert explain(floor.store, lead_id, floor.now, at("2026-11-20 10:00")).holds == ("there was no such at bat yet",)


def test_found_by_number_name_and_address_open_ones_first(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.now += MINUTE
    assert [one.id for one in leads_named(floor.store, f"#{lead_id}")] == [lead_id]
    assert [one.id for one in leads_named(floor.store, "PERSON1 ORTIZ")] == [lead_id]
    assert [one.id for one in leads_named(floor.store, "p1@example.com")] == [lead_id]
    assert leads_named(floor.store, "nobody") == []
    company = floor.company_lead("Harbour Freight")
    assert [one.id for one in leads_named(floor.store, "harbour freight")] == [company]
    with pytest.raises(Refusal, match="There is no at bat 99"):
        explain(floor.store, 99, floor.now)


def test_every_alert_has_its_words() -> None:
    assert ALERTS.keys() == set(AlertKind)


def test_a_promise_says_until_when_no_window_ends_it_where_there_is_one(floor: Floor) -> None:
    lead_id = floor.lead(Stage.ATTEMPTING)
    promised = floor.now + 2 * HOUR
    callback(floor.store, PRIYA, floor.later(), CallbackDraft(lead_id, promised))
    clock = stamp(promised, floor.store.zone, floor.now)
    held = f"no window ends it before {clock.replace('today', 'tomorrow')}"
    assert f"a callback is promised for {clock}; {held}" in lines(floor, lead_id)
    floor.now = promised + 3 * HOUR
    assert f"a callback is promised for {clock}, 3 h ago; {held}" in lines(floor, lead_id)


def test_a_window_made_under_other_rules_is_told_by_its_own_length(floor: Floor) -> None:
    lead_id = floor.lead(motion=Motion.CAMPAIGN_RESPONSE)
    rules = floor.store.rules
    motion = rules.motions[Motion.CAMPAIGN_RESPONSE]
    shorter = motion._replace(expiry=motion.expiry._replace(days=5, business_days=None))
    floor.store.rules = rules._replace(motions={**rules.motions, Motion.CAMPAIGN_RESPONSE: shorter}, digest="other")
    ends = floor.state(lead_id).expires_at
    assert ends is not None
    window = (ends - floor.state(lead_id).opened_at) // DAY
    told = "\n".join(explain(floor.store, lead_id, floor.now).lines(floor.store.zone, floor.now))
    assert f"its window of {window} days is over" in told
    assert "5 days are over" not in told


def test_a_colleagues_signal_and_those_after_the_end_are_told_as_such(floor: Floor) -> None:
    lead_id = floor.lead()
    account = floor.state(lead_id).account_id
    company = floor.value("SELECT name FROM account WHERE id = ?", account)
    sent = SignalIn("pricing_page", "website", name="Zoe Zed", email="zoe@elsewhere.example", company=company)
    assert receive_signal(floor.store, OUTSIDE, floor.later(), sent).lead_id == lead_id
    story = explain(floor.store, lead_id, floor.now)
    assert any(event.words.startswith("Zoe Zed, a colleague, sent a signal") for event in story.events)
    assert any("of a colleague, Zoe Zed," in line for line in story.score)
    contact = floor.state(lead_id).contact_id
    floor.close(lead_id, Outcome.SUPPRESS, reason="asked_us_to_stop")
    receive_signal(floor.store, OUTSIDE, floor.later(), SignalIn("pricing_page", "website", contact_id=contact))
    last = explain(floor.store, lead_id, floor.now).events[-1]
    assert last.words == "they sent a signal: pricing page from website"
    assert last.more == ("intake: recorded on the contact: they asked not to be contacted",)
