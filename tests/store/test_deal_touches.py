"""Work on an opportunity: touches, promises and meetings on it, what they do by themselves, and its whole story."""

from __future__ import annotations

from typing import Any

import pytest

from store.actor import Actor
from store.errors import Conflict, Refusal
from store.instants import DAY, HOUR, MINUTE
from store.operations.converting import Member
from store.operations.deal_touch import DealCallbackDraft, log_on_opportunity, promise_on_opportunity
from store.operations.opportunity import (
    DealNoteDraft,
    GroupDraft,
    LoseDraft,
    OpportunityDraft,
    WinDraft,
    lose,
    note_opportunity,
    set_group,
    update_opportunity,
    win,
)
from store.operations.transaction import Done
from store.operations.undo import UndoDraft, undo
from store.queries.calendar_file import of_user
from store.queries.deals import deal_card, deal_of, deals, parts, reaches
from store.queries.rings import rings
from store.queries.timeline import Entry, EntryKind, count, deal_timeline, timeline
from store.queries.today import promises_kept, today
from store.rules.closing import NewPerson
from store.rules.deal_touch import DealTouchDraft
from store.vocabulary import Channel, Direction, Disposition, OpportunityStage, Role
from tests.factories import ANA, BEN, ED, PRIYA, Floor
from tests.store.test_hand_over import handed, opportunity
from tests.store.test_opportunity import owned

D = Disposition
Row = dict[str, Any]


def log(
    floor: Floor, id: int, came: D = D.NO_ANSWER, channel: Channel = Channel.CALL, actor: Actor = ED, **more: Any
) -> Done:
    return log_on_opportunity(floor.store, actor, floor.later(), DealTouchDraft(id, channel, came, **more))


def promise(floor: Floor, id: int, at: int, actor: Actor = ED, **more: Any) -> Done:
    return promise_on_opportunity(floor.store, actor, floor.later(), DealCallbackDraft(id, at, **more))


def last(floor: Floor, table: str) -> Row:
    return floor.dump()[table][-1]


def person(floor: Floor, id: int) -> int:
    return int(floor.value("SELECT contact_id FROM opportunity_contact WHERE opportunity_id = ?", id))


def test_a_touch_stands_on_the_opportunity_and_no_at_bat_moves(floor: Floor) -> None:
    id = owned(floor)
    leads = floor.dump()["lead"]
    moved = opportunity(floor, id)["moved_at"]
    done = log(floor, id, D.CONVERSATION, note="wants two sites first")
    assert done.sentence.startswith("conversation logged for Person1 Ortiz on ")
    touch = last(floor, "touch")
    assert (touch["lead_id"], touch["opportunity_id"], touch["contact_id"]) == (None, id, person(floor, id))
    assert (touch["attempt"], touch["connect"], touch["note"]) == (1, 1, "wants two sites first")
    assert floor.dump()["lead"] == leads
    assert opportunity(floor, id)["moved_at"] == moved
    assert (today(floor.store, ED.user_id, floor.now).attempts, today(floor.store, ED.user_id, floor.now).connects) == (
        1,
        1,
    )


def test_the_first_touch_of_whoever_was_asked_accepts_the_hand_over(floor: Floor) -> None:
    id = handed(floor)
    log(floor, id, D.REPLIED, Channel.EMAIL, PRIYA, direction=Direction.IN)
    assert last(floor, "hand_over")["answered_at"] is None
    log(floor, id)
    assert last(floor, "hand_over")["accepted"] == 1


def test_a_conversation_from_before_the_promise_does_not_end_it(floor: Floor) -> None:
    id = owned(floor)
    floor.later(3 * HOUR)
    before = floor.now - HOUR
    promise(floor, id, floor.now + DAY)
    log(floor, id, D.CONVERSATION, at=before)
    assert last(floor, "callback")["state"] == "open"
    log(floor, id, D.CONVERSATION)
    assert last(floor, "callback")["state"] == "dropped"
    with pytest.raises(Refusal, match="This opportunity was opened"):
        log(floor, id, at=floor.now - DAY)


def test_undo_is_as_if_nothing_had_been(floor: Floor) -> None:
    id = owned(floor)
    promise(floor, id, floor.now + HOUR)
    before = floor.dump()
    log(floor, id, D.DO_NOT_CONTACT)
    assert floor.value("SELECT suppressed_at FROM contact WHERE id = ?", person(floor, id)) == floor.now
    assert last(floor, "callback")["state"] == "dropped"
    said = undo(floor.store, ED, floor.later(), UndoDraft()).sentence
    assert said.startswith("undone: touch for ")
    after = floor.dump()
    assert after["callback"][-1]["state"] == "open"
    assert after["contact"][0]["suppressed_at"] is None
    assert [row for row in after["touch"] if not row["void"]] == before["touch"]


def test_a_dead_number_and_a_bounced_address_are_marked(floor: Floor) -> None:
    id = owned(floor)
    log(floor, id, D.WRONG_NUMBER)
    log(floor, id, D.BOUNCED, Channel.EMAIL, direction=Direction.IN)
    assert (last(floor, "phone")["state"], last(floor, "email")["state"]) == ("bad", "bad")


def test_a_suppressed_person_gets_nothing_outbound_and_no_promise(floor: Floor) -> None:
    id = owned(floor)
    log(floor, id, D.DO_NOT_CONTACT)
    with pytest.raises(Refusal, match="asked not to be contacted"):
        log(floor, id)
    with pytest.raises(Refusal, match="asked not to be contacted"):
        promise(floor, id, floor.now + HOUR)
    log(floor, id, D.REPLIED, Channel.EMAIL, direction=Direction.IN)
    assert last(floor, "touch")["connect"] == 1


def test_an_open_at_bat_of_who_asks_not_to_be_contacted_ends(floor: Floor) -> None:
    id = owned(floor)
    other = floor.lead()
    contact = floor.state(other).contact_id
    set_group(floor.store, ED, floor.later(), GroupDraft(id, role=Role.USER, contact_id=contact))
    log(floor, id, D.DO_NOT_CONTACT, contact_id=contact)
    assert not floor.state(other).open


def test_who_unsubscribes_gets_no_mail_but_calls(floor: Floor) -> None:
    id = owned(floor)
    log(floor, id, D.UNSUBSCRIBE, Channel.EMAIL, direction=Direction.IN)
    with pytest.raises(Refusal, match="unsubscribed"):
        log(floor, id, D.SENT, Channel.EMAIL)
    log(floor, id)


@pytest.mark.parametrize(
    ("came", "channel", "more", "field"),
    [
        (D.CALLBACK_REQUESTED, Channel.CALL, {}, "when"),
        (D.CALLBACK_REQUESTED, Channel.CALL, {"next_at": -1}, "when"),
        (D.CALLBACK_REQUESTED, Channel.CALL, {"next_at": 90}, "when"),
        (D.MEETING_BOOKED, Channel.CALL, {}, "when"),
        (D.MEETING_BOOKED, Channel.CALL, {"next_at": -1}, "when"),
        (D.NO_ANSWER, Channel.CALL, {"next_at": 1}, "when"),
        (D.NO_ANSWER, Channel.CALL, {"at": 1}, "at"),
        (D.HELD, Channel.CALL, {}, None),
    ],
)
def test_what_a_touch_refuses(floor: Floor, came: D, channel: Channel, more: dict[str, int], field: str | None) -> None:
    id = owned(floor)
    times = {name: floor.now + days * DAY for name, days in more.items()}
    with pytest.raises(Refusal) as refused:
        log(floor, id, came, channel, ED, **times)
    assert refused.value.field == field
    assert all(row["opportunity_id"] is None for row in floor.dump()["touch"])


def test_somebody_who_is_not_on_it_is_refused(floor: Floor) -> None:
    id = owned(floor)
    stranger = floor.state(floor.lead()).contact_id
    with pytest.raises(Refusal, match="not on this opportunity"):
        log(floor, id, contact_id=stranger)


def test_what_has_ended_takes_no_touch_and_its_promise_ends(floor: Floor) -> None:
    id = owned(floor)
    promise(floor, id, floor.now + HOUR)
    win(floor.store, ED, floor.later(), WinDraft(id))
    assert last(floor, "callback")["state"] == "dropped"
    for act in (lambda: log(floor, id), lambda: promise(floor, id, floor.now + HOUR)):
        with pytest.raises(Refusal, match="won for good"):
            act()


def test_a_loss_after_its_time_misses_the_promise(floor: Floor) -> None:
    id = owned(floor)
    promise(floor, id, floor.now + HOUR)
    floor.later(2 * HOUR)
    lose(floor.store, ED, floor.later(), LoseDraft(id, "no_budget"))
    assert (last(floor, "callback")["state"], last(floor, "callback")["kept"]) == ("missed", 0)


def test_two_at_once_are_told_of_each_other(floor: Floor) -> None:
    id = owned(floor)
    seen = opportunity(floor, id)["version"]
    log(floor, id, actor=PRIYA)
    with pytest.raises(Conflict, match="Priya logged a touch on this"):
        log(floor, id, seen=seen)


# --- promises ---


def test_a_promise_is_the_owners_and_kept_by_whoever_calls_in_time(floor: Floor) -> None:
    id = owned(floor)
    log(floor, id, D.CALLBACK_REQUESTED, actor=PRIYA, next_at=floor.now + HOUR)
    made = last(floor, "callback")
    assert (made["promiser_id"], made["opportunity_id"], made["lead_id"]) == (ED.user_id, id, None)
    floor.later(HOUR + 5 * MINUTE)
    log(floor, id, actor=BEN)
    assert (last(floor, "callback")["state"], last(floor, "callback")["kept"]) == ("kept", 1)
    assert promises_kept(floor.store, ED.user_id, floor.now) == (1, 1)


def test_an_earlier_try_leaves_it_a_later_one_misses_it(floor: Floor) -> None:
    id = owned(floor)
    promise(floor, id, floor.now + 2 * HOUR, words="about the two sites")
    log(floor, id)
    assert last(floor, "callback")["state"] == "open"
    floor.later(3 * HOUR)
    log(floor, id)
    assert last(floor, "callback")["state"] == "missed"


def test_another_promise_moves_it_and_anyones_is_nobodys(floor: Floor) -> None:
    id = owned(floor)
    promise(floor, id, floor.now + HOUR)
    promise(floor, id, floor.now + 2 * HOUR, anyone=True)
    assert [(row["state"], row["promiser_id"]) for row in floor.dump()["callback"]] == [
        ("dropped", ED.user_id),
        ("open", None),
    ]


def test_an_undo_brings_back_the_promise_that_was_moved(floor: Floor) -> None:
    id = owned(floor)
    promise(floor, id, floor.now + HOUR)
    before = {name: value for name, value in last(floor, "callback").items() if name != "written_id"}
    promise(floor, id, floor.now + 2 * HOUR)
    assert undo(floor.store, ED, floor.later(), UndoDraft()).sentence.startswith("undone: callback for ")
    (back,) = [row for row in floor.dump()["callback"] if not row["void"]]
    assert {name: value for name, value in back.items() if name != "written_id"} == before


def test_the_limit_is_that_of_who_promises(floor: Floor) -> None:
    id, limit = owned(floor), floor.store.rules.callbacks.limit
    for _ in range(limit):
        promise(floor, owned(floor), floor.now + DAY)
    with pytest.raises(Refusal, match=f"You have {limit} open callbacks"):
        promise(floor, id, floor.now + DAY)
    with pytest.raises(Refusal, match=f"Ed has {limit} open callbacks"):
        promise(floor, id, floor.now + DAY, ANA)
    promise(floor, id, floor.now + DAY, anyone=True)


# --- meetings ---


@pytest.mark.parametrize(("came", "result"), [(D.HELD, "held"), (D.NO_SHOW, "no_show")])
def test_a_meeting_is_booked_and_has_its_result(floor: Floor, came: D, result: str) -> None:
    id = owned(floor)
    log(floor, id, D.MEETING_BOOKED, next_at=floor.now + DAY)
    log(floor, id, D.MEETING_BOOKED, next_at=floor.now + 2 * DAY)
    first, second = floor.dump()["meeting"]
    assert (first["opportunity_id"], first["host_id"], first["result"]) == (id, ED.user_id, "booked")
    floor.later(DAY)
    log(floor, id, came, Channel.MEETING)
    first, second = floor.dump()["meeting"]
    assert (first["result"], second["result"]) == (result, "booked")


# --- where it shows ---


def desk(floor: Floor, actor: Actor, **more: bool) -> list[tuple[int, bool]]:
    return [(deal.id, deal.rises) for deal in deals(floor.store, actor.user_id, floor.now, **more)]


def test_a_promise_that_is_due_stands_on_top_of_its_owners_list(floor: Floor) -> None:
    first, second = owned(floor), owned(floor)
    floor.raw("UPDATE opportunity SET close_date = '2030-01-01' WHERE id = ?", (second,))
    handed(floor)
    promise(floor, second, floor.now + HOUR)
    assert [id for id, _ in desk(floor, ED)][1:] == [first, second]
    floor.later(HOUR)
    assert desk(floor, ED)[0] == (second, True)
    assert desk(floor, ANA, everyone=True)[0] == (second, True)
    assert (second, True) not in desk(floor, PRIYA)
    assert second not in [id for id, _ in desk(floor, BEN)]
    floor.later(HOUR)
    assert desk(floor, PRIYA)[0] == desk(floor, BEN)[0] == (second, True)
    log(floor, second)
    assert (second, True) not in desk(floor, ED)
    assert desk(floor, BEN) == []


def test_anyones_promise_rises_for_everybody_at_its_time(floor: Floor) -> None:
    id = owned(floor)
    promise(floor, id, floor.now + HOUR, anyone=True)
    assert desk(floor, BEN) == []
    floor.later(HOUR)
    assert desk(floor, BEN) == [(id, True)]


def test_the_card_shows_the_next_meeting_booked_on_it(floor: Floor) -> None:
    id = owned(floor)
    log(floor, id, D.MEETING_BOOKED, next_at=floor.now + DAY)
    card = deal_card(floor.store, id, ED.user_id, floor.now)
    assert card is not None
    assert card.meeting_at == last(floor, "meeting")["at"]
    assert card.touches[0].disposition is D.MEETING_BOOKED


def test_the_newest_open_opportunity_of_a_person_is_theirs(floor: Floor) -> None:
    id = owned(floor)
    contact = person(floor, id)
    found = deal_of(floor.store, contact, ED.user_id)
    assert found is not None
    assert found.id == id
    assert reaches(floor.store, id)[contact].phones == 1
    win(floor.store, ED, floor.later(), WinDraft(id))
    assert deal_of(floor.store, contact, ED.user_id) is None


def test_it_rings_for_the_owner_and_stands_in_their_calendar(floor: Floor) -> None:
    id = owned(floor)
    promise(floor, id, floor.now + HOUR)
    log(floor, id, D.MEETING_BOOKED, Channel.EMAIL, next_at=floor.now + DAY)
    told = of_user(floor.store, ED.user_id, floor.now)
    assert [(event.kind, event.name, event.company) for event in told] == [
        ("callback", "Person1 Ortiz", "Company 1"),
        ("meeting", "Person1 Ortiz", "Company 1"),
    ]
    assert rings(floor.store, ED.user_id, floor.now) == ()
    floor.later(HOUR)
    assert [ring.name for ring in rings(floor.store, ED.user_id, floor.now)] == ["Person1 Ortiz"]
    assert rings(floor.store, BEN.user_id, floor.now) == ()


# --- its story ---


def story(floor: Floor, id: int) -> list[Entry]:
    found = deal_timeline(floor.store, id).entries
    assert count(floor.store, id, deal=True) == len(found)
    return list(found)


def kinds(floor: Floor, id: int) -> set[EntryKind]:
    return {entry.kind for entry in story(floor, id)}


def test_its_story_has_what_was_done_on_it(floor: Floor) -> None:
    id = owned(floor)
    log(floor, id, D.MEETING_BOOKED, next_at=floor.now + HOUR)
    log(floor, id, D.CALLBACK_REQUESTED, next_at=floor.now + HOUR)
    note_opportunity(floor.store, PRIYA, floor.later(), DealNoteDraft(id, "their budget is in March"))
    floor.later(HOUR)
    log(floor, id, D.HELD, Channel.MEETING)
    entries = {entry.kind: entry for entry in story(floor, id)}
    assert {
        EntryKind.TOUCH,
        EntryKind.CALLBACK,
        EntryKind.CALLBACK_ENDED,
        EntryKind.MEETING,
        EntryKind.MEETING_RESULT,
        EntryKind.NOTE,
    } <= entries.keys()
    assert entries[EntryKind.CALLBACK].who == "Ed"
    assert entries[EntryKind.NOTE].words == "their budget is in March"
    contact = person(floor, id)
    told = timeline(floor.store, contact).entries
    assert {EntryKind.CALLBACK, EntryKind.MEETING, EntryKind.NOTE} <= {entry.kind for entry in told}
    assert count(floor.store, contact) == len(told)


def test_a_note_is_in_the_story_of_an_opportunity_that_no_at_bat_stands_behind(floor: Floor) -> None:
    id = owned(floor)
    note_opportunity(floor.store, ED, floor.later(), DealNoteDraft(id, "call the plant first"))
    assert last(floor, "note")["opportunity_id"] == id


def changes(floor: Floor, id: int) -> list[list[tuple[str, str, str]]]:
    return [
        [(one.column, one.before, one.after) for one in entry.edits]
        for entry in story(floor, id)
        if entry.kind is EntryKind.EDIT
    ]


def test_its_story_tells_what_was_changed_on_it(floor: Floor) -> None:
    id = owned(floor)
    draft = OpportunityDraft(id, amount=1_800_000, probability=40, close_date="2027-03-01")
    update_opportunity(floor.store, ED, floor.later(), draft)
    update_opportunity(floor.store, ANA, floor.later(), OpportunityDraft(id, owner_id=ANA.user_id, name="Two sites"))
    name = opportunity(floor, id)["name"]
    assert name == "Two sites"
    newest, first = changes(floor, id)
    assert set(first) == {
        ("amount", "0", "1800000"),
        ("probability", "0", "40"),
        ("close_date", "2027-01-29", "2027-03-01"),
    }
    assert ("owner_id", "Ed", "Ana") in newest
    edit = next(entry for entry in story(floor, id) if entry.kind is EntryKind.EDIT)
    assert (edit.who, edit.opportunity_id) == ("Ana", id)


def test_a_stage_alone_is_no_change_of_facts_and_an_undo_takes_the_entry_along(floor: Floor) -> None:
    id = owned(floor)
    update_opportunity(floor.store, ED, floor.later(), OpportunityDraft(id, stage=OpportunityStage.PROPOSAL))
    assert EntryKind.EDIT not in kinds(floor, id)
    update_opportunity(floor.store, ED, floor.later(), OpportunityDraft(id, amount=5))
    undo(floor.store, ED, floor.later(), UndoDraft())
    assert EntryKind.EDIT not in kinds(floor, id)


# --- people who leave it ---


def joined(floor: Floor, id: int) -> int:
    """Somebody who joined the opportunity as a user."""
    draft = GroupDraft(id, role=Role.USER, person=NewPerson("Lee", "Fox"))
    set_group(floor.store, ED, floor.later(), draft)
    return int(floor.value("SELECT max(contact_id) FROM opportunity_contact WHERE opportunity_id = ?", id))


def test_a_person_is_taken_off_and_comes_back_with_an_undo(floor: Floor) -> None:
    id = owned(floor)
    lee = joined(floor, id)
    promise(floor, id, floor.now + DAY, contact_id=lee)
    done = set_group(floor.store, ED, floor.later(), GroupDraft(id, removed=(lee,)))
    assert done.sentence.endswith(": Lee Fox taken off")
    assert [part.name for part in parts(floor.store, id)] == ["Person1 Ortiz"]
    assert last(floor, "callback")["state"] == "dropped"
    assert changes(floor, id)[0] == [("void", "0", "1")]
    undo(floor.store, ED, floor.later(), UndoDraft())
    assert [part.name for part in parts(floor.store, id)] == ["Person1 Ortiz", "Lee Fox"]
    assert last(floor, "callback")["state"] == "open"
    set_group(floor.store, ED, floor.later(), GroupDraft(id, removed=(lee,)))
    set_group(floor.store, ED, floor.later(), GroupDraft(id, role=Role.CHAMPION, contact_id=lee))
    assert [part.role for part in parts(floor.store, id)][1:] == [Role.CHAMPION]


def test_the_primary_is_not_taken_off_until_another_is_named(floor: Floor) -> None:
    id = owned(floor)
    first, lee = person(floor, id), joined(floor, id)
    with pytest.raises(Refusal, match="name another primary first"):
        set_group(floor.store, ED, floor.later(), GroupDraft(id, removed=(first,)))
    members = (Member(first, Role.OTHER), Member(lee, Role.CHAMPION, primary=True))
    set_group(floor.store, ED, floor.later(), GroupDraft(id, members, removed=(first,)))
    assert [(part.contact_id, part.primary) for part in parts(floor.store, id)] == [(lee, True)]
    with pytest.raises(Refusal, match="not on this opportunity any more"):
        set_group(floor.store, ED, floor.later(), GroupDraft(id, removed=(first,)))
