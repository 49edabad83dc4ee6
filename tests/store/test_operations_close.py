"""The outcomes: what each needs, what it does, who comes back when; and the closings that wait for approval."""

from __future__ import annotations

from typing import Any

import pytest

from store import Refusal
from store.operations.accounts import AccountDraft, add_account
from store.operations.closing import close
from store.operations.promises import CallbackDraft, callback
from store.operations.working import (
    ApprovalDraft,
    NoteDraft,
    StatusDraft,
    approve,
    note,
    send_back,
    set_status,
)
from store.rules.closing import CloseDraft, NewPerson
from store.vocabulary import Decision, Disposition, Outcome, Stage, Status, Trigger
from tests.factories import ANA, BEN, DAY, HOUR, PRIYA, Floor

WORKED = (Stage.NEW, Stage.ACCEPTED, Stage.ATTEMPTING, Stage.CONNECTED, Stage.QUALIFIED)
NURTURE = (Outcome.NOT_READY, Outcome.NO_RESPONSE, Outcome.NO_SHOW, Outcome.RE_ENGAGE)
CLOSINGS = [outcome for outcome in Outcome if outcome not in (Outcome.CONVERTED, Outcome.MEETING_BOOKED)]
REASONS = {
    Outcome.NOT_READY: "timing",
    Outcome.BAD_FIT: "no_need",
    Outcome.NO_RESPONSE: "no_reply",
    Outcome.NO_SHOW: "missed_meeting",
    Outcome.DUPLICATE: "already_active",
    Outcome.WRONG_PERSON: "wrong_person",
    Outcome.BAD_DATA: "bad_number_or_address",
    Outcome.EXISTING: "already_in_talks",
    Outcome.SUPPRESS: "asked_us_to_stop",
    Outcome.RE_ENGAGE: "later_trigger",
}
AFTER_DAYS = {Outcome.NO_RESPONSE: 90, Outcome.NO_SHOW: 7}
WAITING = (Outcome.BAD_FIT, Outcome.WRONG_PERSON, Outcome.EXISTING)


def whole(floor: Floor, outcome: Outcome) -> dict[str, Any]:
    """Everything an outcome needs."""
    needs: dict[Outcome, dict[str, Any]] = {
        Outcome.NOT_READY: {"back_at": floor.now + 30 * DAY},
        Outcome.BAD_FIT: {"reason": "no_need"},
        Outcome.BAD_DATA: {"datum": "the phone"},
        Outcome.EXISTING: {"is_customer": True},
        Outcome.RE_ENGAGE: {"back_on": Trigger.REGULATION},
    }
    return {"duplicate_of": floor.lead()} if outcome is Outcome.DUPLICATE else needs.get(outcome, {})


@pytest.mark.parametrize("stage", WORKED)
@pytest.mark.parametrize("outcome", CLOSINGS)
def test_an_outcome_does_what_its_row_says(floor: Floor, outcome: Outcome, stage: Stage) -> None:
    lead = floor.lead(stage)
    callback(floor.store, PRIYA, floor.later(), CallbackDraft(lead, floor.now + HOUR))
    floor.close(lead, outcome, **whole(floor, outcome))
    after = floor.state(lead)
    assert (after.stage, after.open, after.outcome) == (Stage.CLOSED, 0, outcome)
    assert after.status is (Status.NURTURE if outcome in NURTURE else Status.DISQUALIFIED)
    assert (after.reason, after.closed_at) == (REASONS[outcome], floor.now)
    assert (after.due_at, after.decision, after.callback_at) == (None, None, None)
    stages = [name for (name,) in floor.store.rows("SELECT stage FROM stage_spell WHERE lead_id = ?", (lead,))]
    assert ("disqualified" in stages) == (outcome not in NURTURE)
    assert stages[-1] == "closed"
    assert floor.value("SELECT count(*) FROM clock WHERE lead_id = ? AND met IS NULL", lead) == 0
    assert floor.value("SELECT count(*) FROM callback WHERE lead_id = ? AND state = 'open'", lead) == 0
    if outcome in AFTER_DAYS:
        assert after.eligible_at == floor.now + AFTER_DAYS[outcome] * DAY


MISSING = [
    (Outcome.NOT_READY, {}, "When may we come back", "when"),
    (Outcome.RE_ENGAGE, {}, "date or the trigger", "when"),
    (Outcome.BAD_FIT, {}, "Why is it a bad fit", "reason"),
    (Outcome.DUPLICATE, {}, "Which at bat is the other one", "duplicate_of"),
    (Outcome.BAD_DATA, {}, "Which datum is bad", "datum"),
    (Outcome.EXISTING, {}, "open opportunity, or say that they are a customer", "opportunity_id"),
    (Outcome.BAD_FIT, {"reason": "whim"}, "is no reason for", "reason"),
    (Outcome.BAD_FIT, {"reason": "no_reply"}, "is no reason for", "reason"),
    (Outcome.NO_RESPONSE, {"reason": "no_budget"}, "is no reason for", "reason"),
    (Outcome.BAD_FIT, {"reason": "competitor"}, "Which competitor", "competitor"),
    (Outcome.BAD_FIT, {"reason": "competitor", "competitor": "  "}, "Which competitor", "competitor"),
    (Outcome.CONVERTED, {}, "Convert it", None),
    (Outcome.MEETING_BOOKED, {}, "Convert it", None),
]


@pytest.mark.parametrize(("outcome", "given", "sentence", "field"), MISSING)
def test_what_is_missing_is_asked_for(
    floor: Floor, outcome: Outcome, given: dict[str, Any], sentence: str, field: str | None
) -> None:
    lead = floor.lead(Stage.CONNECTED)
    before = floor.dump()
    with pytest.raises(Refusal, match=sentence) as refused:
        floor.close(lead, outcome, **given)
    assert refused.value.field == field
    assert floor.dump() == before


@pytest.mark.parametrize("outcome", [Outcome.NOT_READY, Outcome.RE_ENGAGE])
def test_coming_back_is_in_the_future(floor: Floor, outcome: Outcome) -> None:
    lead = floor.lead(Stage.CONNECTED)
    with pytest.raises(Refusal, match="has passed"):
        floor.close(lead, outcome, back_at=floor.now - DAY)
    back = floor.now + DAY
    floor.close(lead, outcome, back_at=back)
    assert floor.state(lead).eligible_at == back


@pytest.mark.parametrize("reason", ["other"])
def test_another_reason_needs_its_note(floor: Floor, reason: str) -> None:
    lead = floor.lead(Stage.CONNECTED)
    with pytest.raises(Refusal, match="needs a note") as refused:
        floor.close(lead, Outcome.BAD_FIT, reason=reason)
    assert refused.value.field == "note"
    floor.close(lead, Outcome.BAD_FIT, reason=reason, note="they build it themselves")
    assert floor.state(lead).outcome_note == "they build it themselves"


@pytest.mark.parametrize("stage", [Stage.CLOSED, Stage.CONVERTED, Stage.DISQUALIFIED])
@pytest.mark.parametrize("outcome", CLOSINGS)
def test_what_has_ended_or_waits_is_not_closed_again(floor: Floor, stage: Stage, outcome: Outcome) -> None:
    lead = floor.lead(stage)
    given = whole(floor, outcome)
    with pytest.raises(Refusal, match=r"for good already|waits for a team lead"):
        floor.close(lead, outcome, **given)


def test_suppressing_keeps_the_person_away_for_good(floor: Floor) -> None:
    lead = floor.lead()
    floor.close(lead, Outcome.SUPPRESS)
    contact = floor.state(lead).contact_id
    assert floor.value("SELECT suppressed_at FROM contact WHERE id = ?", contact) == floor.now
    with pytest.raises(Refusal, match="asked not to be contacted"):
        floor.lead(contact_id=contact)


def test_the_next_at_bat_is_number_two_and_recycled(floor: Floor) -> None:
    first = floor.lead(Stage.CLOSED)
    second = floor.lead(contact_id=floor.state(first).contact_id)
    assert (floor.state(second).number, floor.state(second).status) == (2, Status.RECYCLED)
    with pytest.raises(Refusal, match="has an open at bat already"):
        floor.lead(contact_id=floor.state(first).contact_id)


# --- wrong person ---


def test_the_right_person_is_next_at_bat(floor: Floor) -> None:
    lead = floor.lead(actor=BEN)
    done = floor.close(lead, Outcome.WRONG_PERSON, right_person=floor.person())
    assert done.made is not None
    opened = floor.state(done.made["lead_id"])
    ended = floor.state(lead)
    assert (opened.stage, opened.owner_id, opened.account_id) == (Stage.NEW, BEN.user_id, ended.account_id)
    assert (opened.source, opened.motion, opened.number) == (ended.source, ended.motion, 1)


@pytest.mark.parametrize("why", ["busy", "suppressed", "dealt"])
def test_a_right_person_who_is_taken_is_only_linked(floor: Floor, why: str) -> None:
    company = "Harbour Freight"
    person = floor.person()
    theirs = floor.lead(company=company, person=person)
    if why == "suppressed":
        floor.touch(theirs, Disposition.DO_NOT_CONTACT)
    if why == "dealt":
        floor.convert(theirs)
    lead = floor.lead(company=company)
    leads = floor.value("SELECT count(*) FROM lead")
    done = floor.close(lead, Outcome.WRONG_PERSON, right_person=NewPerson("P", "X", email=person.email))
    assert done.made == {"contact_id": floor.state(theirs).contact_id}
    assert floor.value("SELECT count(*) FROM lead") == leads
    assert "right person" in floor.value("SELECT text FROM note WHERE lead_id = ?", lead)


def test_wrong_person_without_the_right_one_just_ends(floor: Floor) -> None:
    lead = floor.lead()
    assert floor.close(lead, Outcome.WRONG_PERSON).made is None


# --- existing customer or opportunity ---


def test_the_owner_of_the_opportunity_is_told(floor: Floor) -> None:
    won = floor.convert(floor.lead(Stage.QUALIFIED), taker_id=5)
    assert won.made is not None
    lead = floor.lead()
    floor.close(lead, Outcome.EXISTING, opportunity_id=won.made["opportunity_id"])
    assert floor.store.rows("SELECT user_id, opportunity_id, kind, state FROM task") == [
        (5, won.made["opportunity_id"], "told", "open")
    ]
    with pytest.raises(Refusal, match="not in this database"):
        floor.close(floor.lead(), Outcome.EXISTING, opportunity_id=77)


def test_a_customer_is_noted_on_the_company_once(floor: Floor) -> None:
    made = add_account(floor.store, ANA, floor.later(), AccountDraft("Old Friend", owner_id=4)).made
    assert made is not None
    one, two = floor.lead(company="Old Friend"), floor.lead(company="Old Friend")
    floor.close(one, Outcome.EXISTING, is_customer=True)
    since = floor.now
    floor.close(two, Outcome.EXISTING, is_customer=True)
    assert floor.value("SELECT customer_since FROM account WHERE id = ?", floor.state(one).account_id) == since
    assert floor.store.rows("SELECT user_id FROM task") == [(4,), (4,)]


# --- duplicates ---


@pytest.mark.parametrize("further", [True, False])
def test_merging_keeps_the_owner_of_the_one_further_on(floor: Floor, further: bool) -> None:
    """``further``: whether the one that ends was further on than the one that lives."""
    lives = floor.lead(Stage.ATTEMPTING if further else Stage.QUALIFIED, actor=PRIYA)
    ends = floor.lead(Stage.QUALIFIED if further else Stage.ATTEMPTING, actor=BEN)
    before = floor.state(lives)
    gone = floor.state(ends)
    note(floor.store, BEN, floor.later(), NoteDraft(ends, "prefers mornings"))
    floor.close(ends, Outcome.DUPLICATE, duplicate_of=lives, actor=BEN)
    after = floor.state(lives)
    assert after.stage is Stage.QUALIFIED
    assert after.owner_id == (BEN if further else PRIYA).user_id
    assert after.touches == before.touches + gone.touches
    assert (after.attempts, after.connects) == (before.attempts + gone.attempts, before.connects + gone.connects)
    assert after.first_touch_at == min(before.first_touch_at or 0, gone.first_touch_at or 0)
    assert after.last_touch_at == max(before.last_touch_at or 0, gone.last_touch_at or 0)
    assert after.need == "yes"
    assert floor.state(ends).merged_into_id == lives
    assert floor.store.rows("SELECT DISTINCT lead_id FROM touch") == [(lives,)]
    assert floor.store.rows("SELECT lead_id FROM note") == [(lives,)]
    members = {row[0] for row in floor.store.rows("SELECT contact_id FROM lead_contact WHERE lead_id = ?", (lives,))}
    assert members == {before.contact_id, gone.contact_id}
    assert floor.store.rows("SELECT entity, survivor_id, loser_id FROM merge") == [("lead", lives, ends)]


def test_a_promise_moves_with_its_promiser(floor: Floor) -> None:
    lives, ends = floor.lead(), floor.lead(actor=BEN)
    callback(floor.store, BEN, floor.later(), CallbackDraft(ends, floor.now + HOUR))
    at = floor.now + HOUR
    floor.close(ends, Outcome.DUPLICATE, duplicate_of=lives)
    assert floor.store.rows("SELECT lead_id, promiser_id, state FROM callback") == [(lives, BEN.user_id, "open")]
    assert (floor.state(lives).callback_at, floor.state(lives).tier) == (at, 1)


def test_two_promises_stay_two_and_the_earlier_is_due(floor: Floor) -> None:
    lives, ends = floor.lead(), floor.lead()
    callback(floor.store, PRIYA, floor.later(), CallbackDraft(lives, floor.now + 3 * HOUR))
    callback(floor.store, BEN, floor.later(), CallbackDraft(ends, floor.now + HOUR))
    at = floor.now + HOUR
    floor.close(ends, Outcome.DUPLICATE, duplicate_of=lives)
    assert floor.value("SELECT count(*) FROM callback WHERE lead_id = ? AND state = 'open'", lives) == 2
    assert floor.state(lives).callback_at == at


def test_an_at_bat_is_no_duplicate_of_itself_nor_of_an_ended_one(floor: Floor) -> None:
    lead = floor.lead()
    with pytest.raises(Refusal, match="own duplicate"):
        floor.close(lead, Outcome.DUPLICATE, duplicate_of=lead)
    for stage in (Stage.CLOSED, Stage.CONVERTED):
        with pytest.raises(Refusal, match="has ended"):
            floor.close(lead, Outcome.DUPLICATE, duplicate_of=floor.lead(stage))
    with pytest.raises(Refusal, match="waits for a team lead"):
        floor.close(lead, Outcome.DUPLICATE, duplicate_of=floor.lead(Stage.DISQUALIFIED))
    with pytest.raises(Refusal, match="not in this database"):
        floor.close(lead, Outcome.DUPLICATE, duplicate_of=999)


# --- approval ---


@pytest.fixture
def big(floor: Floor) -> int:
    """An at bat on a company over the threshold, with a conversation behind it."""
    add_account(floor.store, ANA, floor.later(), AccountDraft("Big Steel", size=1_001))
    return floor.lead(Stage.CONNECTED, company="Big Steel")


@pytest.mark.parametrize("outcome", CLOSINGS)
def test_only_a_disqualification_that_costs_much_waits(floor: Floor, big: int, outcome: Outcome) -> None:
    floor.close(big, outcome, **whole(floor, outcome))
    waits = outcome in WAITING
    assert floor.state(big).stage is (Stage.DISQUALIFIED if waits else Stage.CLOSED)
    assert floor.value("SELECT count(*) FROM approval") == waits
    if waits:
        assert floor.state(big).status is Status.UNQUALIFIED
        assert (floor.state(big).due_at or 0) > floor.now


@pytest.mark.parametrize(("size", "value", "waits"), [(1_000, 0, False), (1_001, 0, True), (10, 5_000_001, True)])
def test_what_costs_much_is_the_teams_number(floor: Floor, size: int, value: int, waits: bool) -> None:
    add_account(floor.store, ANA, floor.later(), AccountDraft("Acme", size=size))
    lead = floor.lead(company="Acme", value=value)
    floor.close(lead, Outcome.BAD_FIT, reason="no_need")
    assert (floor.state(lead).stage is Stage.DISQUALIFIED) == waits


def test_a_team_lead_waits_for_nobody(floor: Floor, big: int) -> None:
    floor.close(big, Outcome.BAD_FIT, reason="no_need", actor=ANA)
    assert floor.state(big).stage is Stage.CLOSED


def test_approved_it_closes_as_was_asked(floor: Floor, big: int) -> None:
    floor.close(big, Outcome.BAD_FIT, reason="competitor", competitor="Rival", note="signed last week")
    approve(floor.store, ANA, floor.later(), ApprovalDraft(big, "fair enough"))
    after = floor.state(big)
    assert (after.stage, after.outcome, after.reason) == (Stage.CLOSED, Outcome.BAD_FIT, "competitor")
    assert (after.competitor, after.outcome_note) == ("Rival", "signed last week")
    assert floor.store.rows("SELECT approved, decided_by_id, answer FROM approval") == [(1, 4, "fair enough")]


def test_sent_back_it_is_where_it_was_and_that_is_an_override(floor: Floor, big: int) -> None:
    before = floor.state(big)
    floor.close(big, Outcome.BAD_FIT, reason="no_need")
    with pytest.raises(Refusal, match="Say why"):
        send_back(floor.store, ANA, floor.later(), ApprovalDraft(big, " "))
    send_back(floor.store, ANA, floor.later(), ApprovalDraft(big, "ask for the budget"))
    after = floor.state(big)
    assert (after.stage, after.status, after.decision) == (before.stage, before.status, Decision.RETURNED)
    assert (after.tier, after.due_at) == (3, floor.now)
    assert floor.value("SELECT override FROM operation ORDER BY id DESC") == "send back"
    assert floor.value("SELECT override FROM stage_spell ORDER BY id DESC") == 1
    floor.touch(big)


@pytest.mark.parametrize("decide", [approve, send_back])
def test_only_a_team_lead_decides_and_only_what_waits(floor: Floor, big: int, decide: Any) -> None:
    with pytest.raises(Refusal, match="Nothing waits"):
        decide(floor.store, ANA, floor.later(), ApprovalDraft(big, "x"))
    floor.close(big, Outcome.BAD_FIT, reason="no_need")
    for rep in (PRIYA, BEN):
        with pytest.raises(Refusal, match="Only a team lead"):
            decide(floor.store, rep, floor.later(), ApprovalDraft(big, "x"))
    decide(floor.store, ANA, floor.later(), ApprovalDraft(big, "x"))
    with pytest.raises(Refusal, match="Nothing waits"):
        decide(floor.store, ANA, floor.later(), ApprovalDraft(big, "x"))


def test_what_waits_is_not_worked(floor: Floor, big: int) -> None:
    floor.close(big, Outcome.BAD_FIT, reason="no_need")
    for act in (
        lambda: floor.touch(big),
        lambda: floor.convert(big),
        lambda: floor.meet(big),
        lambda: callback(floor.store, PRIYA, floor.now, CallbackDraft(big, floor.now + HOUR)),
        lambda: set_status(floor.store, PRIYA, floor.now, StatusDraft(big, Status.WORKING)),
    ):
        with pytest.raises(Refusal, match="sent back first"):
            act()
    note(floor.store, PRIYA, floor.later(), NoteDraft(big, "they called again"))


def test_what_is_not_there_is_refused(floor: Floor) -> None:
    with pytest.raises(Refusal, match="not in this database"):
        close(floor.store, PRIYA, floor.now, CloseDraft(404, Outcome.NO_RESPONSE))
    with pytest.raises(Refusal, match="not in this database"):
        approve(floor.store, ANA, floor.now, ApprovalDraft(404))
