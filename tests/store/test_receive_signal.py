"""A signal through the operation: each row of the table, whose it is, what it adds, the same twice, held, released."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from store.actor import SYSTEM
from store.errors import Refusal
from store.instants import DAY, HOUR, MINUTE
from store.operations.deal_touch import log_on_opportunity
from store.operations.edit import ContactDraft, edit_contact
from store.operations.receive_signal import OUTSIDE, Received, SignalIn, receive_signal
from store.operations.tick import tick
from store.operations.undo import UndoDraft, undo
from store.queries.deals import deals
from store.queries.rings import rings
from store.rules.closing import NewPerson
from store.rules.deal_touch import DealTouchDraft
from store.rules.intake import Does
from store.rules.queue_order import HOT, why
from store.vocabulary import Channel, Disposition, Motion, Outcome, Pool, Stage, Status
from tests.factories import ANA, BEN, ED, PRIYA, Floor

DANA = NewPerson("Dana", "Ortiz", "CFO", "+1 503 555 0142", "dana@northwind.example")


def came(floor: Floor, kind: str = "pricing_page", **more: Any) -> Received:
    """A signal from outside, a minute later; of Dana at Northwind unless said otherwise."""
    if not {"name", "email", "contact_id", "account_id"} & set(more):
        more = {"name": "Dana Ortiz", "email": "dana@northwind.example", "company": "Northwind", **more}
    done = receive_signal(floor.store, SYSTEM, floor.later(), SignalIn(kind, more.pop("source", "website"), **more))
    assert isinstance(done, Received)
    return done


def signal(floor: Floor, done: Received) -> dict[str, Any]:
    """The signal that was kept."""
    assert done.made is not None
    columns = (
        "contact_id",
        "account_id",
        "lead_id",
        "opportunity_id",
        "decision",
        "held_until",
        "points",
        "campaign_id",
    )
    row = floor.store.row(f"SELECT {', '.join(columns)} FROM signal WHERE id = ?", (done.made["signal_id"],))
    assert row is not None
    return dict(zip(columns, row, strict=True))


def dana(floor: Floor, stage: Stage = Stage.NEW, **more: Any) -> int:
    """Dana's at bat at Northwind."""
    return floor.lead(stage, person=DANA, company="Northwind", **more)


def contact_of(floor: Floor, lead_id: int) -> int:
    contact_id = floor.state(lead_id).contact_id
    assert contact_id is not None
    return contact_id


def told(floor: Floor) -> list[tuple[Any, ...]]:
    """Whom was told of what, and by when they should have answered."""
    return floor.store.rows(
        "SELECT user_id, lead_id, opportunity_id, words, due_at, state FROM task WHERE kind = 'told' ORDER BY id"
    )


def leads(floor: Floor) -> int:
    return int(floor.value("SELECT count(*) FROM lead WHERE void = 0"))


def pool(floor: Floor, contact_id: int) -> str:
    return str(floor.value("SELECT pool FROM contact WHERE id = ?", contact_id))


# --- each row of the table ---


def test_contact_suppressed(floor: Floor) -> None:
    lead = dana(floor)
    floor.touch(lead, Disposition.DO_NOT_CONTACT)
    done = came(floor, "demo_request")
    assert (done.does, leads(floor), told(floor)) == (Does.RECORDED, 1, [])
    kept = signal(floor, done)
    assert (kept["contact_id"], kept["lead_id"], kept["decision"]) == (contact_of(floor, lead), None, done.decision)
    assert "asked not to be contacted" in done.sentence


def test_open_opportunity_with_this_contact(floor: Floor) -> None:
    floor.convert(dana(floor, Stage.CONNECTED))
    done = came(floor, "pricing_page")
    assert done.decision == "recorded on the opportunity: open with this person"
    assert (signal(floor, done)["opportunity_id"], leads(floor), done.lead_id) == (1, 1, None)
    due = floor.now + 5 * MINUTE
    assert told(floor) == [(PRIYA.user_id, None, 1, "signal: pricing page", due, "open")]


def test_a_touch_on_the_opportunity_answers_what_was_told_of_it(floor: Floor) -> None:
    floor.convert(dana(floor, Stage.CONNECTED))
    came(floor, "pricing_page")
    log_on_opportunity(floor.store, PRIYA, floor.later(), DealTouchDraft(1, Channel.CALL, Disposition.CONVERSATION))
    assert [task[-1] for task in told(floor)] == ["done"]


def test_its_owner_is_rung_for_and_finds_it_on_top_of_the_desk_until_it_is_answered(floor: Floor) -> None:
    floor.convert(floor.lead(Stage.CONNECTED))
    floor.convert(dana(floor, Stage.CONNECTED))
    came(floor, "pricing_page")
    first, second = deals(floor.store, PRIYA.user_id, floor.now)
    assert (first.id, first.rises, first.told) == (2, True, "signal: pricing page")
    assert (first.told_by, second.rises) == (floor.now + 5 * MINUTE, False)
    assert [(ring.words, ring.name) for ring in rings(floor.store, PRIYA.user_id, floor.now)] == [
        ("signal: pricing page", "Dana Ortiz")
    ]
    assert not any(row.rises for row in deals(floor.store, BEN.user_id, floor.now))
    log_on_opportunity(floor.store, PRIYA, floor.later(), DealTouchDraft(2, Channel.CALL, Disposition.NO_ANSWER))
    assert not any(row.rises for row in deals(floor.store, PRIYA.user_id, floor.now))
    assert rings(floor.store, PRIYA.user_id, floor.now) == ()


def test_open_opportunity_with_this_account(floor: Floor) -> None:
    floor.convert(dana(floor, Stage.CONNECTED))
    done = came(floor, "form", name="Li Wei", email="li@northwind.example", company="Northwind")
    assert (done.decision, leads(floor)) == ("recorded on the opportunity: open with this account", 1)
    assert (done.new, signal(floor, done)["opportunity_id"]) == (True, 1)


def test_open_opportunity_with_this_account_where_the_team_switches_it_off(floor: Floor) -> None:
    floor.convert(dana(floor, Stage.CONNECTED))
    rules = floor.store.rules
    floor.store.rules = rules._replace(intake=rules.intake._replace(accounts_open_opportunity=False))
    done = came(floor, "form", name="Li Wei", email="li@northwind.example", company="Northwind")
    assert (done.does, leads(floor)) == (Does.OPENS, 2)


def test_a_customer_high_intent_signal(floor: Floor) -> None:
    lead = dana(floor)
    floor.close(lead, Outcome.EXISTING, is_customer=True)
    account = floor.state(lead).account_id
    floor.raw("UPDATE account SET owner_id = ? WHERE id = ?", (ED.user_id, account))
    done = came(floor, "pricing_page")
    assert (done.does, done.lead_id) == (Does.EXPANSION, 2)
    opened = floor.state(2)
    assert (opened.motion, opened.owner_id, opened.status) == (Motion.EXPANSION, ED.user_id, Status.RECYCLED)
    assert floor.value("SELECT rule FROM assignment WHERE lead_id = 2") == "account owner"


def test_open_lead_for_this_contact(floor: Floor) -> None:
    lead = dana(floor, Stage.ATTEMPTING)
    done = came(floor, "pricing_page")
    assert (done.does, done.lead_id, leads(floor)) == (Does.ON_LEAD, lead, 1)
    state = floor.state(lead)
    assert (state.tier, state.unanswered_at) == (HOT, floor.now)
    assert why(state, floor.now + MINUTE, "UTC", floor.store.rules, 12).words == "signal 1 min ago: answer"
    clock = floor.store.row("SELECT started_at, due_at, met FROM clock WHERE kind = 'respond'")
    assert clock == (floor.now, floor.now + 5 * MINUTE, None)
    assert told(floor) == [(PRIYA.user_id, lead, None, "signal: pricing page", floor.now + 5 * MINUTE, "open")]
    floor.touch(lead, Disposition.CONVERSATION)
    assert floor.value("SELECT met FROM clock WHERE kind = 'respond'") == 1
    assert told(floor)[0][-1] == "done"


def test_a_reply_that_was_logged_is_still_called_one(floor: Floor) -> None:
    lead = dana(floor, Stage.ATTEMPTING)
    floor.touch(lead, Disposition.REPLIED, Channel.EMAIL)
    words = why(floor.state(lead), floor.now + MINUTE, "UTC", floor.store.rules, 12).words
    assert words == "replied 1 min ago: answer"


def test_a_signal_that_is_not_high_intent_brings_the_next_step_to_now_and_starts_no_clock(floor: Floor) -> None:
    lead = dana(floor, Stage.ATTEMPTING)
    assert (floor.state(lead).due_at or 0) > floor.now
    came(floor, "webinar")
    state = floor.state(lead)
    assert (state.due_at, state.unanswered_at) == (floor.now, None)
    assert floor.value("SELECT count(*) FROM clock WHERE kind = 'respond'") == 0


def test_a_weak_signal_on_an_open_lead_counts_for_its_score_alone(floor: Floor) -> None:
    lead = dana(floor, Stage.ATTEMPTING)
    before = floor.state(lead)
    done = came(floor, "newsletter_click", words="spring issue")
    after = floor.state(lead)
    assert (done.does, after.due_at, after.tier) == (Does.ON_LEAD, before.due_at, before.tier)
    assert after.score > before.score


def test_a_signal_extends_the_window_of_a_reactivation(floor: Floor) -> None:
    lead = dana(floor, motion=Motion.REACTIVATION)
    ends = floor.state(lead).expires_at
    floor.later(5 * DAY)
    came(floor, "webinar")
    state = floor.state(lead)
    assert ends is not None
    assert (state.expires_at, state.warn_at) == (floor.now + 21 * DAY, floor.now + 19 * DAY)
    other = floor.lead(motion=Motion.OUTBOUND_TARGET)
    ends = floor.state(other).expires_at
    floor.later(5 * DAY)
    came(floor, "webinar", contact_id=contact_of(floor, other))
    assert floor.state(other).expires_at == ends


def test_a_signal_while_an_approval_waits_is_recorded_and_the_approver_told(floor: Floor) -> None:
    lead = dana(floor, Stage.DISQUALIFIED)
    before = floor.state(lead)
    done = came(floor, "pricing_page")
    state = floor.state(lead)
    assert (done.does, done.lead_id) == (Does.ON_LEAD, lead)
    assert (state.stage, state.tier, state.unanswered_at) == (Stage.DISQUALIFIED, before.tier, None)
    alerts = "SELECT owner_id FROM alert WHERE kind = 'approval_signal' AND closed_at IS NULL"
    assert floor.store.rows(alerts) == [(ANA.user_id,)]


def test_open_lead_at_the_account(floor: Floor) -> None:
    lead = dana(floor, Stage.ATTEMPTING)
    done = came(floor, "form", name="Li Wei", email="li@northwind.example", company="Northwind")
    assert (done.does, done.lead_id, leads(floor), done.new) == (Does.JOINS, lead, 1, True)
    group = floor.store.rows("SELECT c.name, g.is_primary FROM lead_contact g JOIN contact c ON c.id = g.contact_id")
    assert group == [("Dana Ortiz", 1), ("Li Wei", 0)]
    assert [task[0] for task in told(floor)] == [PRIYA.user_id]
    again = came(floor, "webinar", name="Li Wei", email="li@northwind.example", company="Northwind")
    assert (again.does, again.lead_id) == (Does.ON_LEAD, lead)  # in that at bat by now
    assert floor.value("SELECT count(*) FROM lead_contact") == 2


def test_the_furthest_at_bat_of_the_company_is_joined(floor: Floor) -> None:
    dana(floor)
    further = floor.lead(Stage.CONNECTED, company="Northwind", actor=BEN)
    done = came(floor, "form", name="Li Wei", email="li@northwind.example", company="Northwind")
    assert done.lead_id == further


def test_the_first_person_of_a_companys_at_bat_becomes_primary(floor: Floor) -> None:
    lead = floor.company_lead("Northwind")
    done = came(floor, "form")
    assert (done.does, done.lead_id) == (Does.JOINS, lead)
    assert floor.state(lead).contact_id == signal(floor, done)["contact_id"]


def test_signal_below_the_threshold_and_score_under_mql(floor: Floor) -> None:
    done = came(floor, "newsletter_click", fields={"title": "Buyer"})
    assert (done.does, leads(floor), done.new) == (Does.ENRICHES, 0, True)
    kept = signal(floor, done)
    assert pool(floor, kept["contact_id"]) == Pool.MARKETING
    assert floor.value("SELECT title FROM contact") == "Buyer"
    assert (kept["lead_id"], kept["decision"]) == (None, done.decision)


def test_weak_signals_open_an_at_bat_once_the_score_crosses_mql(floor: Floor) -> None:
    floor.store.rules = floor.store.rules._replace(score=floor.store.rules.score._replace(mql=10))
    more = {"fields": {"title": "CFO"}}
    assert came(floor, "page_view", **more, external_id="1").does is Does.OPENS  # 12 for who they are


def test_a_name_is_promoted_when_its_score_crosses_mql(floor: Floor) -> None:
    lead = dana(floor)
    floor.close(lead, Outcome.NO_RESPONSE)
    contact = contact_of(floor, lead)
    floor.raw("UPDATE contact SET pool = 'marketing' WHERE id = ?", (contact,))
    floor.store.rules = floor.store.rules._replace(score=floor.store.rules.score._replace(mql=20))
    assert came(floor, "page_view").does is Does.HELD or pool(floor, contact) == Pool.MARKETING
    assert came(floor, "webinar").does is Does.HELD
    assert pool(floor, contact) == Pool.SALES


def test_otherwise_a_new_at_bat_routed(floor: Floor) -> None:
    done = came(floor, "demo_request", words="a quote for 40 seats")
    assert (done.does, done.new, done.lead_id) == (Does.OPENS, True, 1)
    state = floor.state(1)
    assert (state.motion, state.status, state.number) == (Motion.DEMO_REQUEST, Status.UNCONTACTED, 1)
    assert (state.owner_id, state.signal_id) == (PRIYA.user_id, signal(floor, done) and 1)
    assert floor.value("SELECT rule FROM assignment") == "in turn"
    assert floor.value("SELECT trigger FROM lead") == "demo request"
    assert pool(floor, 1) == Pool.SALES


def test_other_high_intent_inbound_has_five_minutes_too(floor: Floor) -> None:
    came(floor, "pricing_page")
    state = floor.state(1)
    assert (state.motion, state.tier) == (Motion.INTENT_SIGNAL, HOT)
    assert floor.store.rows("SELECT kind, due_at FROM clock") == [("first_touch", floor.now + 5 * MINUTE)]
    tick(floor.store, floor.now + 3 * MINUTE)
    assert floor.value("SELECT count(*) FROM alert WHERE kind = 'offered'") == 1
    came(floor, "webinar", name="Li Wei", email="li@other.example", company="Other")
    due = floor.value("SELECT due_at FROM clock WHERE lead_id = 2")
    assert due == floor.now + 2 * HOUR


def test_a_campaign_makes_it_a_campaign_response(floor: Floor) -> None:
    done = came(floor, "form", campaign="Spring")
    assert floor.state(1).motion is Motion.CAMPAIGN_RESPONSE
    assert floor.state(1).campaign_id == signal(floor, done)["campaign_id"] == 1
    came(floor, "form", name="Li Wei", email="li@other.example", company="Other", campaign="spring")
    assert floor.value("SELECT count(*) FROM campaign") == 1


# --- those who were worked before ---


def test_who_did_not_respond_goes_to_another_rep_as_at_bat_two(floor: Floor) -> None:
    floor.close(dana(floor), Outcome.NO_RESPONSE)
    done = came(floor, "demo_request")
    state = floor.state(done.lead_id or 0)
    assert (state.number, state.status, state.owner_id) == (2, Status.RECYCLED, BEN.user_id)


def test_a_reply_soon_after_no_response_keeps_rep_and_source(floor: Floor) -> None:
    floor.close(dana(floor), Outcome.NO_RESPONSE)
    floor.later(13 * DAY)
    done = came(floor, "reply", source="e-mail")
    state = floor.state(done.lead_id or 0)
    assert (state.owner_id, state.source) == (PRIYA.user_id, "list")
    assert floor.value("SELECT rule FROM assignment WHERE lead_id = ?", done.lead_id) == "same rep as before"


def test_a_late_reply_is_a_new_source_and_another_rep(floor: Floor) -> None:
    floor.close(dana(floor), Outcome.NO_RESPONSE)
    floor.later(15 * DAY)
    state = floor.state(came(floor, "reply", source="e-mail").lead_id or 0)
    assert (state.owner_id, state.source) == (BEN.user_id, "e-mail")


def test_a_dated_promise_keeps_its_rep(floor: Floor) -> None:
    floor.close(dana(floor, Stage.CONNECTED, actor=BEN), Outcome.NOT_READY, actor=BEN, back_at=floor.now + 30 * DAY)
    done = came(floor, "pricing_page")
    assert (done.does, floor.state(done.lead_id or 0).owner_id) == (Does.OPENS, BEN.user_id)


def test_a_bad_fit_comes_back_by_high_intent_alone(floor: Floor) -> None:
    floor.close(dana(floor, Stage.CONNECTED), Outcome.BAD_FIT, reason="no_need")
    done = came(floor, "webinar")
    assert (done.does, leads(floor)) == (Does.RECORDED, 1)
    assert done.decision == "recorded on the contact: only a high-intent signal brings them back"
    assert came(floor, "pricing_page").does is Does.OPENS


# --- held until the date ---


def nurtured(floor: Floor, days: int = 30) -> int:
    """Dana's at bat, closed until so many days from now."""
    lead = dana(floor, Stage.CONNECTED)
    floor.close(lead, Outcome.NOT_READY, back_at=floor.now + days * DAY)
    return lead


def test_held_until_the_date_and_released_then(floor: Floor) -> None:
    lead = nurtured(floor)
    back = floor.state(lead).eligible_at
    assert back is not None
    done = came(floor, "webinar", words="routing")
    kept = signal(floor, done)
    assert (done.does, kept["held_until"], leads(floor)) == (Does.HELD, back, 1)
    assert done.decision.startswith("held until 2026-12-23")
    tick(floor.store, back - 1)
    assert leads(floor) == 1
    tick(floor.store, back + 5 * DAY)
    kept = signal(floor, done)
    assert (kept["held_until"], kept["lead_id"], kept["decision"]) == (None, 2, "opened an at bat")
    state = floor.state(2)
    assert (state.opened_at, state.motion, state.number, state.owner_id) == (back, Motion.EVENT_FOLLOW_UP, 2, 2)


def test_several_that_were_held_open_one_at_bat(floor: Floor) -> None:
    back = floor.state(nurtured(floor)).eligible_at or 0
    held = [came(floor, kind) for kind in ("webinar", "event", "intent_data")]
    tick(floor.store, back)
    assert leads(floor) == 2
    assert [signal(floor, each)["lead_id"] for each in held] == [2, 2, 2]
    assert floor.state(2).motion is Motion.INTENT_SIGNAL  # by the newest
    assert told(floor) == []


def test_high_intent_does_not_wait_and_what_is_held_goes_along_while_that_at_bat_is_open(floor: Floor) -> None:
    back = floor.state(nurtured(floor, days=3)).eligible_at or 0
    held = came(floor, "webinar")
    assert came(floor, "pricing_page").does is Does.OPENS
    tick(floor.store, back)
    assert (leads(floor), signal(floor, held)["lead_id"], signal(floor, held)["held_until"]) == (2, 2, None)


def test_what_is_held_opens_nothing_once_they_were_worked_since(floor: Floor) -> None:
    back = floor.state(nurtured(floor)).eligible_at or 0
    held = came(floor, "webinar")
    floor.close(came(floor, "pricing_page").lead_id or 0, Outcome.NO_RESPONSE)
    tick(floor.store, back)
    kept = signal(floor, held)
    assert (leads(floor), kept["held_until"], kept["decision"]) == (
        2,
        None,
        "recorded on the contact: they were worked since",
    )


def test_what_is_held_for_who_asks_not_to_be_contacted_is_only_recorded(floor: Floor) -> None:
    lead = nurtured(floor)
    held = came(floor, "webinar")
    floor.raw("UPDATE contact SET suppressed_at = ? WHERE id = ?", (floor.now, contact_of(floor, lead)))
    tick(floor.store, (floor.state(lead).eligible_at or 0) + DAY)
    assert (leads(floor), signal(floor, held)["held_until"]) == (1, None)


def test_a_held_signal_that_was_undone_opens_nothing(floor: Floor) -> None:
    lead = nurtured(floor)
    draft = SignalIn("webinar", "phone", contact_id=contact_of(floor, lead), by_hand=True)
    receive_signal(floor.store, PRIYA, floor.later(), draft)
    undo(floor.store, PRIYA, floor.later(), UndoDraft())
    tick(floor.store, (floor.state(lead).eligible_at or 0) + DAY)
    assert leads(floor) == 1


# --- whose it is ---


def test_an_address_is_matched_whatever_its_case_and_keeps_its_plus_tag(floor: Floor) -> None:
    lead = dana(floor)
    assert came(floor, "form", name="Dana Ortiz", email="DANA@NorthWind.example").lead_id == lead
    tagged = came(floor, "form", name="Ortega Diaz", email="dana+news@northwind.example")
    assert tagged.new


def test_a_number_identifies_where_the_name_does_not_contradict(floor: Floor) -> None:
    lead = dana(floor)
    assert came(floor, "form", name="D. Ortiz", phone="(503) 555-0142").lead_id == lead
    other = came(floor, "form", name="Sam Lee", phone="(503) 555-0142", external_id="2")
    assert (other.new, len(other.near)) == (True, 1)
    assert "Dana Ortiz" in other.near[0]


def test_a_name_at_the_companys_domain_identifies(floor: Floor) -> None:
    lead = dana(floor)
    floor.raw("UPDATE account SET domain = 'northwind.example' WHERE id = ?", (floor.state(lead).account_id,))
    done = came(floor, "form", name="Dana Ortiz", phone="+1 503 555 0177", domain="northwind.example")
    assert (done.lead_id, done.new) == (lead, False)


def test_a_value_that_two_people_share_identifies_neither(floor: Floor) -> None:
    dana(floor)
    sam = contact_of(floor, floor.lead(person=NewPerson("Sam", "Lee", "", "+1 503 555 0199"), company="Other"))
    floor.raw(
        "INSERT INTO email (contact_id, address, folded, state, position, void, written_id)"
        " VALUES (?, 'dana@northwind.example', 'dana@northwind.example', 'unknown', 0, 0, 1)",
        (sam,),
    )
    done = came(floor, "form", name="Kim Park", email="dana@northwind.example")
    assert (done.new, bool(done.near)) == (True, True)


def test_whoever_is_known_by_their_address_alone_needs_no_name(floor: Floor) -> None:
    lead = dana(floor)
    assert came(floor, "page_view", email="dana@northwind.example", name="").lead_id == lead


def test_what_another_system_calls_somebody_identifies_them(floor: Floor) -> None:
    first = came(floor, "webinar", system="hubspot", record="77")
    second = came(floor, "webinar", name="D. O.", email="new@mail.example", system="hubspot", record="77")
    assert (second.new, second.made and second.made["contact_id"]) == (False, first.made and first.made["contact_id"])


@pytest.mark.parametrize(
    ("more", "missing"),
    [
        ({"name": "Dana Ortiz", "email": ""}, "no e-mail or phone"),
        ({"name": "", "email": "nobody@nowhere.example"}, "no name"),
        ({"name": "", "email": ""}, "no name and no e-mail or phone"),
        ({"name": "Dana Ortiz", "email": "dana"}, "no e-mail or phone"),
        ({"name": "Dana Ortiz", "email": "d@x.example", "source": " "}, "no source"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_written(floor: Floor, more: dict[str, str], missing: str) -> None:
    before = floor.dump()
    with pytest.raises(Refusal, match=missing):
        came(floor, **more)
    assert floor.dump() == before


def test_refused_without_a_kind_from_the_future_and_with_an_unknown_field(floor: Floor) -> None:
    with pytest.raises(Refusal, match="kind"):
        came(floor, " ")
    with pytest.raises(Refusal, match="future"):
        came(floor, at=floor.now + HOUR)
    with pytest.raises(Refusal, match="“shoe” is no field"):
        came(floor, fields={"shoe": "44"})
    assert floor.value("SELECT count(*) FROM contact") == 0


# --- what it adds ---


def facts(floor: Floor) -> tuple[Any, ...]:
    row = floor.store.row("SELECT title, city, country FROM contact WHERE id = 1")
    assert row is not None
    return row


def test_facts_are_filled_in_and_never_emptied(floor: Floor) -> None:
    came(floor, "webinar", fields={"title": "Buyer", "city": "Portland"})
    came(floor, "webinar", fields={"country": "US"}, external_id="2")
    assert facts(floor) == ("Buyer", "Portland", "US")


def test_each_fact_is_overwritten_by_newer_ones_alone(floor: Floor) -> None:
    now = floor.now
    came(floor, "webinar", at=now - 5 * DAY, fields={"title": "Buyer", "city": "Portland"})
    came(floor, "webinar", at=now - 2 * DAY, fields={"title": "Head of buying"})
    assert facts(floor)[:2] == ("Head of buying", "Portland")
    came(floor, "webinar", at=now - 3 * DAY, fields={"title": "Trainee", "city": "Salem"})
    assert facts(floor)[:2] == ("Head of buying", "Salem")  # older for one, newer for the other


def test_what_a_person_typed_later_stands(floor: Floor) -> None:
    came(floor, "webinar", fields={"title": "Buyer"})
    late = floor.now
    draft = ContactDraft(1, first_name="Dana", last_name="Ortiz", title="CFO")
    edit_contact(floor.store, PRIYA, floor.later(HOUR), draft)
    came(floor, "webinar", at=late, fields={"title": "Trainee"})
    assert facts(floor)[0] == "CFO"


def test_numbers_and_addresses_are_added_and_nobody_changes_company_by_it(floor: Floor) -> None:
    came(floor, "webinar")
    floor.company_lead("Contoso")
    done = came(
        floor, "webinar", name="Dana Ortiz", email="dana@northwind.example", phone="+15035550188", company="Contoso"
    )
    assert floor.store.rows("SELECT e164 FROM phone") == [("+15035550188",)]
    assert floor.value("SELECT a.name FROM contact c JOIN account a ON a.id = c.account_id") == "Northwind"
    assert done.near == ("Dana Ortiz is said to work at Contoso: contact 1",)


# --- the same twice, by hand, taken back ---


def test_the_same_signal_twice_changes_nothing(floor: Floor) -> None:
    for more in ({"external_id": "evt-1"}, {"at": floor.now - HOUR}, {"words": "without a time"}):
        came(floor, "form", **more)
        before = floor.dump()
        again = came(floor, "form", **more)
        assert (again.repeated, floor.dump()) == (True, before)
        assert again.decision


def test_without_a_time_it_counts_again_on_another_day(floor: Floor) -> None:
    came(floor, "webinar")
    floor.later(DAY)
    assert not came(floor, "webinar").repeated


def test_by_hand_each_is_new_and_can_be_undone(floor: Floor) -> None:
    lead = dana(floor, Stage.ATTEMPTING)
    before = floor.state(lead)
    draft = SignalIn("pricing_page", "phone", contact_id=contact_of(floor, lead), words="asked", by_hand=True)
    receive_signal(floor.store, PRIYA, floor.later(), draft)
    assert floor.state(lead).tier == HOT
    done = undo(floor.store, PRIYA, floor.later(), UndoDraft())
    assert done.sentence == "undone: signal for Dana Ortiz"
    assert (floor.state(lead).tier, floor.state(lead).unanswered_at) == (before.tier, None)
    assert floor.value("SELECT count(*) FROM signal WHERE void = 0") == 0
    assert floor.value("SELECT count(*) FROM task WHERE void = 0 AND kind = 'told'") == 0


def test_an_at_bat_that_was_opened_by_hand_goes_back_whole(floor: Floor) -> None:
    lead = nurtured(floor)
    draft = SignalIn("demo_request", "told to us", contact_id=contact_of(floor, lead), by_hand=True)
    done = receive_signal(floor.store, PRIYA, floor.later(), draft)
    assert done.lead_id == 2
    undo(floor.store, PRIYA, floor.later(), UndoDraft())
    assert (leads(floor), floor.state(2).void) == (1, 1)
    assert floor.value("SELECT count(*) FROM signal WHERE void = 0") == 0


def test_of_a_company_without_a_person(floor: Floor) -> None:
    lead = floor.company_lead("Northwind")
    account = floor.state(lead).account_id
    done = came(floor, "intent_data", account_id=account)
    assert (done.does, done.lead_id, done.name) == (Does.ON_LEAD, lead, "Northwind")
    floor.close(lead, Outcome.NO_RESPONSE)
    again = came(floor, "intent_data", account_id=account, words="again")
    assert (again.does, floor.state(again.lead_id or 0).contact_id) == (Does.OPENS, None)


def test_a_signal_too_old_to_act_on_counts_for_the_score_alone(floor: Floor) -> None:
    sent = SignalIn("demo_request", "website", name="Dana Ortiz", email="dana@northwind.example")
    old = replace(sent, at=floor.now - 15 * DAY)
    done = receive_signal(floor.store, OUTSIDE, floor.later(), old)
    assert isinstance(done, Received)
    assert (done.does, leads(floor)) == (Does.ENRICHES, 0)
    assert done.decision == "kept for the score only: older than 14 days, too old to act on"
    done = receive_signal(floor.store, OUTSIDE, floor.later(), replace(sent, at=floor.now - 13 * DAY))
    assert done.lead_id is not None
    receive_signal(floor.store, OUTSIDE, floor.later(), replace(old, at=floor.now - 20 * DAY))
    assert floor.state(done.lead_id).unanswered_at is None, "nor does it start a clock on an open at bat"


def test_what_was_not_understood_of_a_signal_is_told_and_left_out(floor: Floor) -> None:
    fields = {"country": "Atlantis", "time_zone": "Mars/Base", "title": "CFO"}
    sent = SignalIn("demo_reqest", "website", name="Dana Ortiz", email="dana@northwind.example", fields=fields)
    done = receive_signal(floor.store, OUTSIDE, floor.later(), sent)
    assert isinstance(done, Received)
    assert done.warnings == (
        "No rule names the kind demo_reqest: did you mean demo_request?",
        "country Atlantis is not known and was left out: write it like DE or Germany.",
        "time_zone Mars/Base is not known and was left out: write it like Europe/Berlin.",
    )
    assert floor.store.row("SELECT country, zone, title FROM contact WHERE name = 'Dana Ortiz'") == ("", "", "CFO")
