"""A slip costs one key: every act goes back to exactly what was there, unless somebody else has built on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from store import SYSTEM, Actor, Refusal
from store.actor import SYSTEM_USER_ID
from store.instants import moment
from store.operations.accounts import AccountDraft, add_account
from store.operations.at_bat import DEEDS, take_up
from store.operations.attendance import (
    AbsenceDraft,
    CapacityDraft,
    ComingDraft,
    UserActDraft,
    ZoneDraft,
    back,
    not_away,
    pause_intake,
    resume_intake,
    set_absent,
    set_capacity,
    set_zone,
)
from store.operations.bulk import BULK
from store.operations.converting import QualifyDraft, ReverseDraft, qualify, reverse
from store.operations.leaving import LeaveDraft, leave_team
from store.operations.people import PersonDraft, add_person
from store.operations.promises import CallbackDraft, SnoozeDraft, callback, snooze
from store.operations.routing import AssignDraft, ClaimDraft, claim_next, reassign_to
from store.operations.transaction import Done, Transaction, operation
from store.operations.undo import UndoDraft, undo
from store.operations.undo_words import ACTS as ACTS_SAID
from store.operations.working import (
    AmendDraft,
    ApprovalDraft,
    LeadDraft,
    NoteDraft,
    StatusDraft,
    accept,
    amend,
    approve,
    note,
    reassign,
    send_back,
    set_status,
)
from store.vocabulary import ActorKind, Channel, Disposition, Outcome, Role, Stage, Status, Trigger
from tests.factories import ANA, BEN, DAY, ED, HOUR, MINUTE, PRIYA, YES, Floor
from tests.store.test_routing import arrives

KEPT_BY_AN_UNDO = ("version", "written_id", "updated_at")
HISTORY = ("operation", "change", "change_secret", "seal", "schema_migration")
Act = Callable[[Floor], Actor]


def standing(floor: Floor) -> dict[str, Any]:
    """Everything that counts: no history, no void row, no count of nought, no bookkeeping of who wrote last."""
    return {
        table: [
            {name: value for name, value in row.items() if name not in KEPT_BY_AN_UNDO}
            for row in rows
            if not row.get("void") and row.get("dials") != 0
        ]
        for table, rows in floor.dump().items()
        if table not in HISTORY
    }


# Each prepares what it needs when called first, and returns the act, which returns who did it.


def touch(said: Disposition, channel: Channel, stage: Stage) -> Callable[[Floor], Act]:
    def prepare(floor: Floor) -> Act:
        lead = floor.lead(stage)
        callback(floor.store, PRIYA, floor.later(), CallbackDraft(lead, floor.now + HOUR))

        def act(floor: Floor) -> Actor:
            promised = floor.now + DAY if said is Disposition.CALLBACK_REQUESTED else None
            floor.touch(lead, said, channel, next_at=promised, note="a word")
            return PRIYA

        return act

    return prepare


def close(outcome: Outcome, stage: Stage, **given: Any) -> Callable[[Floor], Act]:
    def prepare(floor: Floor) -> Act:
        lead = floor.lead(stage)
        callback(floor.store, PRIYA, floor.later(), CallbackDraft(lead, floor.now + HOUR))
        if outcome is Outcome.DUPLICATE:
            given["duplicate_of"] = floor.lead(Stage.ATTEMPTING, actor=BEN)
        if outcome is Outcome.NOT_READY:
            given["back_at"] = floor.now + DAY
        if outcome is Outcome.WRONG_PERSON:
            given["right_person"] = floor.person()

        def act(floor: Floor) -> Actor:
            floor.close(lead, outcome, **given)
            return PRIYA

        return act

    return prepare


def on(stage: Stage, run: Callable[[Floor, int], object], actor: Actor = PRIYA) -> Callable[[Floor], Act]:
    def prepare(floor: Floor) -> Act:
        lead = floor.lead(stage)

        def act(floor: Floor) -> Actor:
            floor.later()
            run(floor, lead)
            return actor

        return act

    return prepare


def held(floor: Floor) -> Act:
    lead = floor.lead(Stage.CONNECTED)
    floor.meet(lead)

    def act(floor: Floor) -> Actor:
        floor.touch(lead, Disposition.HELD, Channel.MEETING)
        return PRIYA

    return act


def second_conversion(floor: Floor) -> Act:
    made = floor.convert(floor.lead(Stage.QUALIFIED, company="Acme"), actor=BEN).made
    lead = floor.lead(Stage.CONNECTED, company="Acme")
    assert made is not None

    def act(floor: Floor) -> Actor:
        floor.convert(lead, opportunity_id=made["opportunity_id"])
        return PRIYA

    return act


def to_wait(floor: Floor) -> Act:
    add_account(floor.store, ANA, floor.later(), AccountDraft("Big Steel", size=5_000))
    lead = floor.lead(Stage.CONNECTED, company="Big Steel")

    def act(floor: Floor) -> Actor:
        floor.close(lead, Outcome.BAD_FIT, reason="no_need")
        return PRIYA

    return act


def to_a_company(floor: Floor) -> Act:
    lead = floor.company_lead()

    def act(floor: Floor) -> Actor:
        add_person(floor.store, PRIYA, floor.later(), PersonDraft(lead, Role.USER, person=floor.person()))
        return PRIYA

    return act


def opened(floor: Floor) -> Act:
    def act(floor: Floor) -> Actor:
        floor.lead()
        return PRIYA

    return act


def again(floor: Floor) -> Act:
    first = floor.lead(Stage.CLOSED)

    def act(floor: Floor) -> Actor:
        floor.lead(contact_id=floor.state(first).contact_id)
        return PRIYA

    return act


AWAY = ("2026-11-20", "2026-11-25")  # the floor's Monday lies in it
COMING = ("2026-12-24", "2026-12-31")


def about_priya(
    run: Callable[[Floor], Any], actor: Actor = PRIYA, *, away: bool = False, coming: bool = False, paused: bool = False
) -> Callable[[Floor], Act]:
    """An act on a rep who holds an at bat."""

    def ready(floor: Floor) -> Act:
        floor.lead()
        if away:
            set_absent(floor.store, ANA, floor.later(), AbsenceDraft(2, *AWAY))
        if coming:
            set_absent(floor.store, ANA, floor.later(), AbsenceDraft(2, *COMING))
        if paused:
            pause_intake(floor.store, ANA, floor.later(), UserActDraft(2))

        def act(floor: Floor) -> Actor:
            floor.later()
            run(floor)
            return actor

        return act

    return ready


def claimed(floor: Floor) -> Act:
    for actor in (PRIYA, BEN):
        pause_intake(floor.store, ANA, floor.later(), UserActDraft(actor.user_id))
    arrives(floor)

    def act(floor: Floor) -> Actor:
        claim_next(floor.store, PRIYA, floor.later(), ClaimDraft())
        return PRIYA

    return act


D, C = Disposition, Channel
ACTS: dict[str, Callable[[Floor], Act]] = {
    **{
        f"log {said.label} by {channel.label} on {stage}": touch(said, channel, stage)
        for stage in (Stage.NEW, Stage.CONNECTED, Stage.QUALIFIED)
        for said, channel in (
            (D.NO_ANSWER, C.CALL),
            (D.CONVERSATION, C.CALL),
            (D.CALLBACK_REQUESTED, C.CALL),
            (D.MEETING_BOOKED, C.OTHER),
            (D.NOT_INTERESTED, C.EMAIL),
            (D.WRONG_NUMBER, C.CALL),
            (D.BOUNCED, C.EMAIL),
            (D.DO_NOT_CONTACT, C.CALL),
            (D.UNSUBSCRIBE, C.EMAIL),
            (D.REPLIED, C.LINKEDIN),
            (D.NO_SHOW, C.MEETING),
        )
    },
    "log held on a converted one": held,
    **{
        f"close {outcome.label} from {stage}": close(outcome, stage, **given)
        for stage in (Stage.NEW, Stage.QUALIFIED)
        for outcome, given in (
            (Outcome.NO_RESPONSE, {}),
            (Outcome.NOT_READY, {}),
            (Outcome.BAD_FIT, {"reason": "no_need"}),
            (Outcome.DUPLICATE, {}),
            (Outcome.WRONG_PERSON, {}),
            (Outcome.BAD_DATA, {"datum": "phone"}),
            (Outcome.EXISTING, {"is_customer": True}),
            (Outcome.SUPPRESS, {}),
            (Outcome.RE_ENGAGE, {"back_on": Trigger.REGULATION}),
        )
    },
    "wait for approval": to_wait,
    "approve": on(
        Stage.DISQUALIFIED, lambda floor, lead: approve(floor.store, ANA, floor.now, ApprovalDraft(lead, "yes")), ANA
    ),
    "send back": on(
        Stage.DISQUALIFIED, lambda floor, lead: send_back(floor.store, ANA, floor.now, ApprovalDraft(lead, "no")), ANA
    ),
    "accept": on(Stage.NEW, lambda floor, lead: accept(floor.store, PRIYA, floor.now, LeadDraft(lead))),
    "note": on(Stage.NEW, lambda floor, lead: note(floor.store, PRIYA, floor.now, NoteDraft(lead, "a word"))),
    "set status": on(
        Stage.CONNECTED, lambda floor, lead: set_status(floor.store, PRIYA, floor.now, StatusDraft(lead, Status.STALE))
    ),
    "callback": on(
        Stage.NEW, lambda floor, lead: callback(floor.store, PRIYA, floor.now, CallbackDraft(lead, floor.now + DAY))
    ),
    "snooze": on(
        Stage.NEW, lambda floor, lead: snooze(floor.store, PRIYA, floor.now, SnoozeDraft(lead, floor.now + DAY))
    ),
    "reassign": on(Stage.NEW, lambda floor, lead: reassign(floor.store, BEN, floor.now, LeadDraft(lead)), BEN),
    "amend": on(
        Stage.ATTEMPTING, lambda floor, lead: amend(floor.store, PRIYA, floor.now, AmendDraft(1, "better", D.BUSY))
    ),
    "qualify": on(
        Stage.NEW, lambda floor, lead: qualify(floor.store, PRIYA, floor.now, QualifyDraft(lead, YES, "all"))
    ),
    "add a person": on(
        Stage.NEW,
        lambda floor, lead: add_person(
            floor.store, PRIYA, floor.now, PersonDraft(lead, Role.USER, person=floor.person())
        ),
    ),
    "add the first person": to_a_company,
    "convert": on(Stage.NEW, lambda floor, lead: floor.convert(lead, taker_id=5)),
    "convert into a known one": second_conversion,
    "book a meeting": on(Stage.QUALIFIED, lambda floor, lead: floor.meet(lead)),
    "reverse": on(
        Stage.CONVERTED, lambda floor, lead: reverse(floor.store, ANA, floor.now, ReverseDraft(lead, "a slip")), ANA
    ),
    "assign": on(
        Stage.NEW, lambda floor, lead: reassign_to(floor.store, ANA, floor.now, AssignDraft(lead, BEN.user_id)), ANA
    ),
    "claim": claimed,
    "absent": about_priya(lambda floor: set_absent(floor.store, PRIYA, floor.now, AbsenceDraft(2, *AWAY))),
    "back": about_priya(lambda floor: back(floor.store, PRIYA, floor.now, UserActDraft(2)), away=True),
    "not away": about_priya(
        lambda floor: not_away(floor.store, PRIYA, floor.now, ComingDraft(2, COMING[0])), coming=True
    ),
    "pause": about_priya(lambda floor: pause_intake(floor.store, PRIYA, floor.now, UserActDraft(2))),
    "resume": about_priya(lambda floor: resume_intake(floor.store, PRIYA, floor.now, UserActDraft(2)), paused=True),
    "zone": about_priya(lambda floor: set_zone(floor.store, ANA, floor.now, ZoneDraft(2, "Europe/Berlin")), ANA),
    "capacity": about_priya(lambda floor: set_capacity(floor.store, ANA, floor.now, CapacityDraft(2, 5)), ANA),
    "leave": about_priya(lambda floor: leave_team(floor.store, ANA, floor.now, LeaveDraft(2)), ANA),
    "open one": opened,
    "open a second one": again,
}


@pytest.mark.parametrize("name", ACTS)
def test_an_act_goes_back_to_exactly_what_was_there(floor: Floor, name: str) -> None:
    act = ACTS[name](floor)
    before = standing(floor)
    operations = floor.value("SELECT count(*) FROM operation")
    actor = act(floor)
    assert standing(floor) != before
    undo(floor.store, actor, floor.later(), UndoDraft())
    assert standing(floor) == before
    assert floor.value("SELECT count(*) FROM operation") == operations + 2
    undone = floor.store.row("SELECT kind, undoes_id FROM operation ORDER BY id DESC")
    assert undone == ("undo", operations + 1)


@pytest.mark.parametrize("name", ACTS)
def test_the_same_act_can_be_done_again_and_undone_again(floor: Floor, name: str) -> None:
    act = ACTS[name](floor)
    before = standing(floor)
    for _ in range(2):
        actor = act(floor)
        undo(floor.store, actor, floor.later(), UndoDraft())
    assert standing(floor) == before


def test_every_kind_of_act_is_tried() -> None:
    """``DEEDS`` names what an undo may take back; acts on many are tried in test_bulk."""
    tried = {"log_touch", "close", "convert", "new_lead", "qualify", "add_person", "accept", "note", "set_status"}
    tried |= {"reassign_to", "claim_next", "leave_team", "set_capacity", "set_zone"}
    tried |= {"set_absent", "back", "not_away", "pause_intake", "resume_intake"}
    tried |= {"callback", "snooze", "reassign", "amend", "reverse", "approve", "send_back"}
    tried |= {"accept_hand_over", "reject_hand_over", "hand_over", "update_opportunity", "win", "lose"}  # tested apart
    tried |= {"note_opportunity", "set_group", "open_opportunity", "log_on_opportunity", "promise_on_opportunity"}
    tried |= {"edit_contact", "edit_account", "change_pool", "follow"}  # in test_edit.py
    tried |= {"save_view", "rename_view", "drop_view"}  # in test_operations_views.py
    tried |= {"extend", "recycle", "use_reference", "receive_signal"}  # in the tests of each
    tried |= {"set_motion", "set_campaign", "lift_suppression", "set_back", "judge_status"}  # likewise
    single = {kind for kind in DEEDS if not kind.startswith(BULK)}
    assert single - tried <= {"undo", "merge"}
    assert set(ACTS_SAID) == set(DEEDS) - {"undo"}, "each has its own words"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("accept", "accepting Person1 Ortiz"),
        ("assign", "giving Person1 Ortiz to Ben"),
        ("reassign", "taking over Person1 Ortiz"),
        ("approve", "approving the closing of Person1 Ortiz"),
        ("send back", "sending back Person1 Ortiz"),
        ("convert", "converting Person1 Ortiz"),
        ("leave", "Priya leaving"),
        ("absent", "absence of Priya"),
        ("back", "coming back of Priya"),
        ("not away", "Priya being there after all"),
        ("pause", "nothing new for Priya"),
        ("capacity", "share of Priya"),
        ("claim", "claiming Person1 Ortiz"),
    ],
)
def test_an_undo_says_whose_it_was_in_the_fields_words(floor: Floor, name: str, said: str) -> None:
    actor = ACTS[name](floor)(floor)
    floor.now += 11 * MINUTE
    with pytest.raises(Refusal, match=f"Your last act, {said}, was 11 min ago"):
        undo(floor.store, actor, floor.now, UndoDraft())
    floor.now -= 10 * MINUTE
    assert undo(floor.store, actor, floor.now, UndoDraft()).sentence == f"undone: {said}"


def test_when_the_touch_was_is_told_in_the_zone_of_whoever_takes_it_back(floor: Floor) -> None:
    floor.touch(floor.lead(Stage.ACCEPTED))
    at = moment(floor.now, "Europe/London")
    floor.raw("UPDATE \"user\" SET zone = 'Europe/London' WHERE id = ?", (PRIYA.user_id,))
    assert undo(floor.store, PRIYA, floor.now, UndoDraft()).sentence.endswith(f": no answer, {at:%H:%M}")


def test_leaving_with_an_opportunity_is_the_colleagues_and_not_the_companys(floor: Floor) -> None:
    floor.lead(company="Davis, Williams and Turner")
    floor.convert(floor.lead(Stage.QUALIFIED, company="Acme"), taker_id=PRIYA.user_id)
    leave_team(floor.store, ANA, floor.later(), LeaveDraft(PRIYA.user_id, deals_to=ED.user_id))
    assert undo(floor.store, ANA, floor.later(), UndoDraft()).sentence == "undone: Priya leaving"


def test_an_undo_is_not_undone_and_the_act_before_is_next(floor: Floor) -> None:
    lead = floor.lead()
    first = standing(floor)
    floor.touch(lead)
    floor.touch(lead, Disposition.BUSY)
    last = floor.value("SELECT max(id) FROM operation")
    undo(floor.store, PRIYA, floor.later(), UndoDraft(last))
    with pytest.raises(Refusal, match="only the last act"):
        undo(floor.store, PRIYA, floor.later(), UndoDraft(last))
    undo(floor.store, PRIYA, floor.later(), UndoDraft(last - 1))
    assert standing(floor) == first


def test_there_must_be_something_of_ones_own(floor: Floor) -> None:
    floor.lead(actor=BEN)
    with pytest.raises(Refusal, match="nothing of yours"):
        undo(floor.store, PRIYA, floor.later(), UndoDraft())


def test_ten_minutes_and_not_one_more(floor: Floor) -> None:
    lead = floor.lead()
    floor.touch(lead)
    at = floor.now
    with pytest.raises(Refusal, match="10 min"):
        undo(floor.store, PRIYA, at + 10 * MINUTE + 1, UndoDraft())
    undo(floor.store, PRIYA, at + 10 * MINUTE, UndoDraft())


@pytest.mark.parametrize("name", ["log no answer by call on new", "accept", "qualify", "callback"])
def test_what_another_person_did_blocks_it(floor: Floor, name: str) -> None:
    actor = ACTS[name](floor)(floor)
    lead = floor.value("SELECT lead_id FROM operation ORDER BY id DESC")
    note(floor.store, BEN, floor.later(2 * MINUTE), NoteDraft(lead, "mine now"))
    before = floor.dump()
    with pytest.raises(Refusal, match="Ben added a note to this 3 min ago: it can no longer be undone"):
        undo(floor.store, actor, floor.later(3 * MINUTE), UndoDraft())
    assert floor.dump() == before


def test_an_opportunity_somebody_else_joined_blocks_it(floor: Floor) -> None:
    theirs = floor.lead(actor=BEN, company="Acme")
    made = floor.convert(floor.lead(company="Acme")).made
    assert made is not None
    floor.convert(theirs, actor=BEN, opportunity_id=made["opportunity_id"])
    with pytest.raises(Refusal, match="Ben converted this"):
        undo(floor.store, PRIYA, floor.later(), UndoDraft())


def test_a_meeting_somebody_else_held_blocks_it(floor: Floor) -> None:
    lead = floor.lead()
    floor.meet(lead)
    floor.touch(lead, Disposition.HELD, Channel.MEETING, actor=BEN)
    with pytest.raises(Refusal, match="Ben logged a touch"):
        undo(floor.store, PRIYA, floor.later(), UndoDraft())


@operation("tick")
def tick(tx: Transaction, lead_id: int) -> Done:
    """What a rule does to an at bat meanwhile."""
    lead = take_up(tx, lead_id, None)
    tx.save_lead(lead, {"value": lead.value + 5, "extensions": 1})
    return Done(tx.id, "ticked", lead_id)


def test_what_a_rule_did_meanwhile_goes_back_along(floor: Floor) -> None:
    lead = floor.lead()
    before = standing(floor)
    floor.touch(lead)
    tick(floor.store, SYSTEM, floor.later(), lead)
    tick(floor.store, SYSTEM, floor.later(), lead)
    undo(floor.store, PRIYA, floor.later(), UndoDraft())
    assert standing(floor) == before


def test_what_a_rule_did_before_stays(floor: Floor) -> None:
    lead = floor.lead()
    tick(floor.store, SYSTEM, floor.later(), lead)
    floor.touch(lead)
    undo(floor.store, PRIYA, floor.later(), UndoDraft())
    assert (floor.state(lead).value, floor.state(lead).attempts) == (5, 0)


def test_what_an_import_wrote_blocks_it(floor: Floor) -> None:
    lead = floor.lead()
    floor.touch(lead)
    tick(floor.store, Actor(SYSTEM_USER_ID, ActorKind.IMPORT), floor.later(), lead)
    with pytest.raises(Refusal, match="can no longer be undone"):
        undo(floor.store, PRIYA, floor.later(), UndoDraft())


def test_a_closing_followed_by_a_new_at_bat_stays(floor: Floor) -> None:
    first = floor.lead()
    floor.close(first, Outcome.NO_RESPONSE)
    second = floor.lead(contact_id=floor.state(first).contact_id, actor=BEN)
    with pytest.raises(Refusal, match="another open at bat"):
        undo(floor.store, PRIYA, floor.later(), UndoDraft())
    floor.close(second, Outcome.NO_RESPONSE, actor=BEN)
    with pytest.raises(Refusal, match="newer at bat"):
        undo(floor.store, PRIYA, floor.later(), UndoDraft())


def test_a_closing_stays_where_an_older_at_bat_is_open_again(floor: Floor) -> None:
    older = floor.lead()
    floor.meet(older)
    floor.close(floor.lead(contact_id=floor.state(older).contact_id), Outcome.NO_RESPONSE)
    reverse(floor.store, ANA, floor.later(), ReverseDraft(older, "a slip"))
    with pytest.raises(Refusal, match="another open at bat"):
        undo(floor.store, PRIYA, floor.later(), UndoDraft())


def test_a_company_somebody_else_works_by_now_stays(floor: Floor) -> None:
    floor.lead(company="Acme")
    theirs = floor.lead(company="Acme", actor=BEN)
    undo(floor.store, PRIYA, floor.later(), UndoDraft())
    account = floor.state(theirs).account_id
    assert floor.value("SELECT void FROM account WHERE id = ?", account) == 0
    assert floor.store.rows("SELECT void FROM contact ORDER BY id") == [(1,), (0,)]


def test_a_person_somebody_else_added_by_now_stays_with_their_numbers(floor: Floor) -> None:
    theirs = floor.lead(actor=BEN)
    contact = floor.state(floor.lead()).contact_id
    add_person(floor.store, BEN, floor.later(), PersonDraft(theirs, Role.USER, contact_id=contact))
    undo(floor.store, PRIYA, floor.later(), UndoDraft())
    for table, owner in (("contact", "id"), ("phone", "contact_id"), ("email", "contact_id")):
        assert floor.store.rows(f"SELECT void FROM {table} WHERE {owner} = ?", (contact,)) == [(0,)]


def test_what_cannot_be_undone_says_so(floor: Floor) -> None:
    add_account(floor.store, ANA, floor.later(), AccountDraft("Acme"))
    with pytest.raises(Refusal, match="cannot be undone"):
        undo(floor.store, ANA, floor.later(), UndoDraft())


def test_no_count_sees_what_was_undone(floor: Floor) -> None:
    first = floor.lead()
    contact = floor.state(first).contact_id
    floor.close(first, Outcome.NO_RESPONSE)
    floor.lead(contact_id=contact)
    undo(floor.store, PRIYA, floor.later(), UndoDraft())
    assert floor.state(floor.lead(contact_id=contact)).number == 2
