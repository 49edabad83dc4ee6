"""The small acts: accept, status, note, amend, take over, people, qualify, convert, reverse, open a new one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from store import Refusal, open_store
from store.operations.converting import ConvertDraft, Member, QualifyDraft, ReverseDraft, convert, qualify, reverse
from store.operations.new_lead import NewLeadDraft, new_lead
from store.operations.people import PersonDraft, add_person
from store.operations.working import (
    AmendDraft,
    LeadDraft,
    NoteDraft,
    StatusDraft,
    accept,
    amend,
    note,
    reassign,
    set_status,
)
from store.rules.closing import NewPerson
from store.rules.qualification import Answers
from store.vocabulary import Answer, Channel, Decision, Direction, Disposition, Motion, Outcome, Role, Stage, Status
from tests.factories import ANA, BEN, CLOSE_DATE, DAY, ED, HOUR, PRIYA, YES, Floor
from tests.store.plain_model import PAIRS

# --- accept, take over, note, status ---


def test_accepting_stops_its_clock_once(floor: Floor) -> None:
    lead = floor.lead(motion=Motion.OUTBOUND_TARGET)
    accept(floor.store, PRIYA, floor.later(), LeadDraft(lead))
    assert (floor.state(lead).stage, floor.state(lead).accepted_at) == (Stage.ACCEPTED, floor.now)
    assert floor.store.rows("SELECT met, ended_at FROM clock WHERE kind = 'accept'") == [(1, floor.now)]
    with pytest.raises(Refusal, match="is accepted already"):
        accept(floor.store, PRIYA, floor.later(), LeadDraft(lead))


def test_nobody_accepts_what_is_anothers(floor: Floor) -> None:
    lead = floor.lead(actor=BEN)
    with pytest.raises(Refusal, match="Somebody else owns it"):
        accept(floor.store, PRIYA, floor.later(), LeadDraft(lead))
    due = floor.value("SELECT due_at FROM clock WHERE lead_id = ? AND kind = 'accept'", lead)
    reassign(floor.store, PRIYA, floor.later(), LeadDraft(lead))
    assert floor.state(lead).owner_id == PRIYA.user_id
    assert floor.value("SELECT due_at FROM clock WHERE lead_id = ? AND kind = 'accept'", lead) == due
    assert floor.store.rows("SELECT owner_id, rule FROM assignment ORDER BY id") == [
        (3, "made by hand"),
        (2, "taken over"),
    ]
    with pytest.raises(Refusal, match="yours already"):
        reassign(floor.store, PRIYA, floor.later(), LeadDraft(lead))


def test_an_open_lead_limit_holds_reps_and_not_team_leads(floor: Floor, tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text("[routing]\nopen_lead_limit = 1\n")
    floor.lead()
    theirs = floor.lead(actor=BEN)
    floor.lead(actor=ANA)
    store = open_store(floor.store.path, rules=rules)
    with pytest.raises(Refusal, match="1 is the limit"):
        reassign(store, PRIYA, floor.later(), LeadDraft(theirs))
    reassign(store, ANA, floor.later(), LeadDraft(theirs))
    store.close()


def test_a_note_is_no_activity(floor: Floor) -> None:
    lead = floor.lead(Stage.ATTEMPTING)
    before = floor.state(lead)
    note(floor.store, PRIYA, floor.later(), NoteDraft(lead, "has a dog called Rex"))
    after = floor.state(lead)
    assert (after.touches, after.last_touch_at, after.due_at) == (before.touches, before.last_touch_at, before.due_at)
    assert after.version == before.version + 1
    with pytest.raises(Refusal, match="Write the note first"):
        note(floor.store, PRIYA, floor.later(), NoteDraft(lead, "   "))
    with pytest.raises(Refusal):
        note(floor.store, PRIYA, floor.later(), NoteDraft(lead, "x" * 20_001))
    with pytest.raises(Refusal, match="new interest is a new at bat"):
        note(floor.store, PRIYA, floor.later(), NoteDraft(floor.lead(Stage.CLOSED), "late"))


@pytest.mark.parametrize("stage", [Stage.NEW, Stage.ACCEPTED, Stage.ATTEMPTING, Stage.CONNECTED, Stage.QUALIFIED])
@pytest.mark.parametrize("status", Status)
def test_a_status_set_by_hand_is_an_override_inside_the_stage(floor: Floor, stage: Stage, status: Status) -> None:
    lead = floor.lead(stage)
    before = floor.state(lead)
    act = StatusDraft(lead, status)
    if status not in PAIRS[stage] or status is before.status:
        with pytest.raises(Refusal, match=r"the status can be|already"):
            set_status(floor.store, PRIYA, floor.later(), act)
        assert floor.state(lead) == before
        return
    set_status(floor.store, PRIYA, floor.later(), act)
    after = floor.state(lead)
    assert (after.stage, after.status) == (stage, status)
    assert after.decision is (Decision.STALE if status is Status.STALE else None)
    assert floor.value("SELECT override FROM operation ORDER BY id DESC") == "status"
    assert floor.value("SELECT override FROM status_change ORDER BY id DESC") == 1


# --- amend ---


def test_ones_own_touch_can_be_amended_for_a_day_and_both_stay(floor: Floor) -> None:
    lead = floor.lead()
    floor.touch(lead, note="was out")
    amend(floor.store, PRIYA, floor.later(), AmendDraft(1, "was on holiday", Disposition.VOICEMAIL_LEFT))
    assert floor.store.rows("SELECT note, disposition, amended_at FROM touch") == [
        ("was on holiday", "voicemail_left", floor.now)
    ]
    assert floor.state(lead).last_disposition is Disposition.VOICEMAIL_LEFT
    kept = floor.store.rows(
        "SELECT s.before, s.after FROM change_secret s JOIN change c ON c.id = s.change_id WHERE c.entity = 'touch'"
    )
    assert kept == [('"was out"', '"was on holiday"')]
    with pytest.raises(Refusal, match="own touch"):
        amend(floor.store, BEN, floor.later(), AmendDraft(1, "mine"))
    with pytest.raises(Refusal, match="amended for a day"):
        amend(floor.store, PRIYA, floor.later(DAY), AmendDraft(1, "too late"))


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (Disposition.NO_ANSWER, Disposition.CONVERSATION),
        (Disposition.CONVERSATION, Disposition.NO_ANSWER),
        (Disposition.NO_ANSWER, Disposition.SENT),
        (Disposition.CONVERSATION, Disposition.REPLIED),
    ],
)
def test_a_touch_keeps_its_standing(floor: Floor, was: Disposition, becomes: Disposition) -> None:
    lead = floor.lead()
    floor.touch(lead, was)
    with pytest.raises(Refusal, match="undo it and log it anew"):
        amend(floor.store, PRIYA, floor.later(), AmendDraft(1, disposition=becomes))


def test_amending_an_older_touch_leaves_the_last_word(floor: Floor) -> None:
    lead = floor.lead()
    at = floor.now
    floor.touch(lead, at=at)
    floor.touch(lead, Disposition.GATEKEEPER, at=at)
    amend(floor.store, PRIYA, floor.later(), AmendDraft(1, disposition=Disposition.BUSY))
    assert floor.state(lead).last_disposition is Disposition.GATEKEEPER
    amend(floor.store, PRIYA, floor.later(), AmendDraft(2, disposition=Disposition.BUSY))
    assert floor.state(lead).last_disposition is Disposition.BUSY


# --- people ---


def test_the_first_person_of_a_company_becomes_its_primary(floor: Floor) -> None:
    known = floor.lead(Stage.CLOSED, company="Harbour Freight")
    contact = floor.state(known).contact_id
    lead = floor.company_lead()
    add_person(floor.store, PRIYA, floor.later(), PersonDraft(lead, Role.CHAMPION, contact_id=contact))
    assert (floor.state(lead).contact_id, floor.state(lead).number) == (contact, 2)
    add_person(floor.store, PRIYA, floor.later(), PersonDraft(lead, Role.BLOCKER, person=floor.person()))
    assert floor.state(lead).contact_id == contact
    assert floor.store.rows("SELECT role, is_primary FROM lead_contact WHERE lead_id = ?", (lead,)) == [
        ("champion", 1),
        ("blocker", 0),
    ]
    with pytest.raises(Refusal, match="on this at bat already"):
        add_person(floor.store, PRIYA, floor.later(), PersonDraft(lead, Role.USER, contact_id=contact))


@pytest.mark.parametrize("busy", ["open", "suppressed", "dealt"])
def test_nobody_taken_becomes_a_primary(floor: Floor, busy: str) -> None:
    theirs = floor.lead()
    contact = floor.state(theirs).contact_id
    if busy == "suppressed":
        floor.touch(theirs, Disposition.DO_NOT_CONTACT)
    if busy == "dealt":
        floor.convert(theirs)
    lead = floor.company_lead()
    with pytest.raises(Refusal, match=r"duplicate of it|not to be contacted|open opportunity"):
        add_person(floor.store, PRIYA, floor.later(), PersonDraft(lead, Role.USER, contact_id=contact))


@pytest.mark.parametrize(
    ("person", "sentence"),
    [
        (None, "Who is it"),
        (NewPerson(), "Who is it"),
        (NewPerson("Ann", email="no address"), "address"),
        (NewPerson("x" * 201), "200"),
    ],
)
def test_a_person_needs_a_name_and_what_is_given_must_be_one(
    floor: Floor, person: NewPerson | None, sentence: str
) -> None:
    lead = floor.lead()
    before = floor.dump()
    with pytest.raises(Refusal, match=sentence):
        add_person(floor.store, PRIYA, floor.later(), PersonDraft(lead, Role.USER, person=person))
    assert floor.dump() == before


# --- opening one ---


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (NewLeadDraft(Motion.DEMO_REQUEST, "", company="Acme"), "source"),
        (NewLeadDraft(Motion.DEMO_REQUEST, "   ", company="Acme"), "source"),
        (NewLeadDraft(Motion.DEMO_REQUEST, "web"), "name"),
        (NewLeadDraft(Motion.DEMO_REQUEST, "web", company="Acme", person=NewPerson("Ann")), "phone"),
        (NewLeadDraft(Motion.REP_CREATED, "idea", company="Acme"), "why"),
    ],
)
def test_an_at_bat_needs_a_name_a_way_to_reach_and_a_source(floor: Floor, draft: NewLeadDraft, field: str) -> None:
    before = floor.dump()
    with pytest.raises(Refusal) as refused:
        new_lead(floor.store, PRIYA, floor.later(), draft)
    assert refused.value.field == field
    assert floor.dump() == before


def test_an_inbound_call_makes_account_contact_and_at_bat_in_one_act(floor: Floor) -> None:
    draft = NewLeadDraft(Motion.DEMO_REQUEST, "phone", company="Acme Ltd", person=floor.person(), note="wants a demo")
    done = new_lead(floor.store, PRIYA, floor.later(), draft)
    assert done.made is not None
    lead = floor.state(done.made["lead_id"])
    assert (lead.stage, lead.connects, lead.attempts, lead.owner_id) == (Stage.CONNECTED, 1, 0, PRIYA.user_id)
    assert floor.store.rows("SELECT direction, note FROM touch") == [("in", "wants a demo")]
    assert floor.value("SELECT count(*) FROM operation WHERE at = ?", floor.now) == 1
    assert floor.store.rows("SELECT kind, met FROM clock WHERE kind = 'first_touch'") == [("first_touch", 1)]


def test_the_same_caller_is_the_same_contact(floor: Floor) -> None:
    person = floor.person()
    first = floor.lead(person=person, company="Acme Inc")
    floor.close(first, Outcome.NO_RESPONSE)
    second = floor.lead(person=NewPerson("Person1", "Ortiz", email=person.email.upper()), company="ACME")
    assert floor.state(second).contact_id == floor.state(first).contact_id
    assert floor.state(second).account_id == floor.state(first).account_id
    assert floor.state(second).number == 2


# --- qualify ---


@pytest.mark.parametrize("stage", [Stage.NEW, Stage.ACCEPTED, Stage.ATTEMPTING, Stage.CONNECTED])
def test_four_good_answers_qualify_from_wherever_it_stands(floor: Floor, stage: Stage) -> None:
    lead = floor.lead(stage)
    qualify(floor.store, PRIYA, floor.later(), QualifyDraft(lead, YES, "they move in spring"))
    after = floor.state(lead)
    assert (after.stage, after.status, after.learned) == (Stage.QUALIFIED, Status.QUALIFIED, "they move in spring")
    assert (after.need, after.timeline) == (Answer.YES, Answer.UNKNOWN)
    assert after.tier == 3
    assert after.connected


@pytest.mark.parametrize(
    "answers",
    [
        Answers(),
        Answers(Answer.YES, Answer.YES, Answer.YES),
        Answers(Answer.NO, Answer.YES, Answer.YES, Answer.YES),
        Answers(Answer.UNKNOWN, Answer.YES, Answer.YES, Answer.YES),
        Answers(Answer.YES, Answer.NO, Answer.YES, Answer.YES),
        Answers(Answer.YES, Answer.UNKNOWN, Answer.UNKNOWN, Answer.YES),
    ],
)
def test_less_than_that_is_kept_and_qualifies_nobody(floor: Floor, answers: Answers) -> None:
    lead = floor.lead(Stage.CONNECTED)
    done = qualify(floor.store, PRIYA, floor.later(), QualifyDraft(lead, answers))
    after = floor.state(lead)
    assert after.stage is Stage.CONNECTED
    assert (after.need, after.budget, after.authority, after.timeline) == (
        answers.need,
        answers.budget,
        answers.authority,
        answers.timeline,
    )
    refused = Answer.NO in (answers.need, answers.budget)
    assert (done.offer is not None and done.offer.outcome is Outcome.BAD_FIT) == refused
    with pytest.raises(Refusal):
        convert(floor.store, PRIYA, floor.later(), ConvertDraft(lead, close_date=CLOSE_DATE))


# --- convert ---


def test_converting_makes_all_of_it_in_one_act(floor: Floor) -> None:
    lead = floor.lead(Stage.QUALIFIED)
    add_person(floor.store, PRIYA, floor.later(), PersonDraft(lead, Role.DECISION_MAKER, person=floor.person()))
    before = floor.state(lead)
    done = floor.convert(lead, name="Fleet 2027", amount=1_250_000, probability=30, taker_id=ED.user_id)
    after = floor.state(lead)
    assert done.made is not None
    assert (after.stage, after.status, after.outcome) == (Stage.CONVERTED, Status.CONVERTED, Outcome.CONVERTED)
    assert floor.store.rows(
        "SELECT name, amount, currency, probability, close_date, owner_id, open, stage, account_id FROM opportunity"
    ) == [("Fleet 2027", 1_250_000, "USD", 30, CLOSE_DATE, ED.user_id, 1, "discovery", before.account_id)]
    assert floor.store.rows("SELECT contact_id, role, is_primary FROM opportunity_contact ORDER BY id") == [
        (before.contact_id, "other", 1),
        (2, "decision_maker", 0),
    ]
    assert floor.store.rows("SELECT from_stage, from_status, opportunity_id FROM conversion") == [
        ("qualified", "qualified", done.made["opportunity_id"])
    ]
    assert floor.store.rows("SELECT giver_id, taker_id, answered_at FROM hand_over") == [(2, 5, None)]
    with pytest.raises(Refusal, match="You converted this 1 min ago"):
        floor.convert(lead)


@pytest.mark.parametrize("stage", [Stage.NEW, Stage.ATTEMPTING, Stage.CONNECTED])
def test_a_conversion_skips_what_it_skips_and_never_qualified(floor: Floor, stage: Stage) -> None:
    lead = floor.lead(stage)
    floor.convert(lead)
    spells = dict(floor.store.rows("SELECT stage, skipped FROM stage_spell WHERE lead_id = ?", (lead,)))
    assert "qualified" not in spells
    assert spells["converted"] == 0
    assert spells["connected"] == (0 if stage is Stage.CONNECTED else 1)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"answers": None}, "need"),
        ({"answers": Answers(Answer.YES, Answer.YES, Answer.UNKNOWN, Answer.UNKNOWN)}, "timeline"),
        ({"answers": Answers(Answer.YES, Answer.NO, Answer.YES, Answer.YES)}, "budget"),
        ({"close_date": ""}, "close_date"),
        ({"close_date": "2020-01-01"}, "close_date"),
        ({"probability": 101}, "probability"),
        ({"probability": -1}, "probability"),
        ({"amount": -1}, "amount"),
        ({"name": "x" * 201}, "name"),
        ({"members": (Member(1, Role.USER),)}, "members"),
        ({"members": (Member(1, Role.USER, True), Member(2, Role.USER, True))}, "members"),
        ({"meeting_at": 5}, "when"),
        ({"taker_id": 3}, "taker"),
    ],
)
def test_a_conversion_refuses_each_field_by_name(floor: Floor, given: dict[str, Any], field: str) -> None:
    floor.lead()
    lead = floor.lead(Stage.CONNECTED)
    before = floor.dump()
    with pytest.raises(Refusal) as refused:
        floor.convert(lead, **given)
    assert refused.value.field == field, refused.value.sentence
    assert floor.dump() == before


def test_several_at_bats_of_a_company_make_one_opportunity(floor: Floor) -> None:
    one, two = floor.lead(company="Acme"), floor.lead(company="Acme", actor=BEN)
    made = floor.convert(one).made
    assert made is not None
    floor.convert(two, opportunity_id=made["opportunity_id"], actor=BEN)
    assert floor.value("SELECT count(*) FROM opportunity") == 1
    assert floor.store.rows("SELECT is_primary FROM opportunity_contact ORDER BY id") == [(1,), (0,)]
    with pytest.raises(Refusal, match="another company"):
        floor.convert(floor.lead(company="Other"), opportunity_id=made["opportunity_id"])


def test_a_company_alone_converts_when_somebody_is_named(floor: Floor) -> None:
    lead = floor.company_lead()
    with pytest.raises(Refusal, match="primary contact"):
        floor.convert(lead)
    with pytest.raises(Refusal, match="With whom"):
        floor.meet(lead)
    add_person(floor.store, PRIYA, floor.later(), PersonDraft(lead, Role.USER, person=floor.person()))
    floor.meet(lead)


def test_a_meeting_needs_no_answers_and_comes_back_after_it(floor: Floor) -> None:
    lead = floor.lead(Stage.ATTEMPTING)
    floor.meet(lead)
    after = floor.state(lead)
    assert (after.outcome, after.eligible_at) == (Outcome.MEETING_BOOKED, floor.now + 32 * DAY)
    assert floor.store.rows("SELECT booker_id, host_id, at, result FROM meeting") == [
        (2, 2, floor.now + 2 * DAY, "booked")
    ]
    floor.lead(contact_id=after.contact_id)


def test_no_new_at_bat_while_the_opportunity_is_open(floor: Floor) -> None:
    lead = floor.lead(Stage.CONVERTED)
    with pytest.raises(Refusal, match="open opportunity already"):
        floor.lead(contact_id=floor.state(lead).contact_id)


# --- reverse ---


@pytest.mark.parametrize("stage", [Stage.NEW, Stage.ATTEMPTING, Stage.CONNECTED, Stage.QUALIFIED])
@pytest.mark.parametrize("into", ["opportunity", "meeting"])
def test_a_reversal_puts_it_back_and_keeps_both_acts(floor: Floor, stage: Stage, into: str) -> None:
    lead = floor.lead(stage)
    before = floor.state(lead)
    floor.convert(lead) if into == "opportunity" else floor.meet(lead)
    reverse(floor.store, ANA, floor.later(HOUR), ReverseDraft(lead, "wrong company"))
    after = floor.state(lead)
    assert (after.stage, after.status, after.open) == (before.stage, before.status, 1)
    assert (after.outcome, after.closed_at, after.decision) == (None, None, Decision.RETURNED)
    assert floor.value("SELECT reversed_at FROM conversion") == floor.now
    if into == "opportunity":
        assert floor.store.rows("SELECT stage, open FROM opportunity") == [("reversed", 0)]
    else:
        assert floor.store.rows("SELECT result FROM meeting") == [("cancelled",)]
    assert floor.value("SELECT override FROM operation ORDER BY id DESC") == "reversal"
    floor.convert(lead)


def not_today(floor: Floor, lead: int) -> None:
    floor.later(DAY)


def newer_at_bat(floor: Floor, lead: int) -> None:
    floor.raw("UPDATE opportunity SET stage = 'lost', open = 0, closed_at = 1, lost_reason = 'timing'")
    floor.raw("UPDATE opportunity_spell SET left_at = 1, entered_at = 1")
    floor.raw("INSERT INTO opportunity_spell VALUES (99, 1, 'lost', 1, NULL, 0, 1)")
    floor.lead(contact_id=floor.state(lead).contact_id)


@pytest.mark.parametrize(
    ("actor", "why", "meanwhile", "sentence"),
    [
        (PRIYA, "a slip", None, "Only a team lead"),
        (ED, "a slip", None, "Only a team lead"),
        (ANA, "  ", None, "Say why"),
        (ANA, "a slip", not_today, "same day only"),
        (ANA, "a slip", newer_at_bat, "newer open at bat"),
    ],
)
def test_a_reversal_has_its_conditions(floor: Floor, actor: Any, why: str, meanwhile: Any, sentence: str) -> None:
    lead = floor.lead(Stage.CONVERTED)
    if meanwhile:
        meanwhile(floor, lead)
    with pytest.raises(Refusal, match=sentence):
        reverse(floor.store, actor, floor.later(), ReverseDraft(lead, why))
    assert floor.state(lead).stage is Stage.CONVERTED


def test_a_meeting_is_not_reversed_beside_a_newer_open_opportunity(floor: Floor) -> None:
    first = floor.lead()
    floor.meet(first)
    floor.convert(floor.lead(contact_id=floor.state(first).contact_id))
    with pytest.raises(Refusal, match="newer open opportunity"):
        reverse(floor.store, ANA, floor.later(), ReverseDraft(first, "a slip"))


def test_a_worked_opportunity_is_not_reversed(floor: Floor) -> None:
    one, two = floor.lead(company="Acme"), floor.lead(company="Acme")
    made = floor.convert(one).made
    assert made is not None
    floor.convert(two, opportunity_id=made["opportunity_id"])
    reverse(floor.store, ANA, floor.later(), ReverseDraft(two, "not theirs"))  # it only leaves
    assert floor.value("SELECT open FROM opportunity") == 1
    with pytest.raises(Refusal, match="worked on since"):
        reverse(floor.store, ANA, floor.later(), ReverseDraft(one, "a slip"))


def test_a_meeting_that_took_place_is_not_reversed(floor: Floor) -> None:
    lead = floor.lead(Stage.CONNECTED)
    floor.meet(lead)
    floor.touch(lead, Disposition.NO_SHOW, Channel.MEETING, direction=Direction.IN)
    with pytest.raises(Refusal, match="has its result"):
        reverse(floor.store, ANA, floor.later(), ReverseDraft(lead, "a slip"))


def test_what_was_not_converted_is_not_reversed(floor: Floor) -> None:
    for stage in (Stage.NEW, Stage.CLOSED):
        with pytest.raises(Refusal, match="was not converted"):
            reverse(floor.store, ANA, floor.later(), ReverseDraft(floor.lead(stage), "a slip"))
