"""Every disposition does by itself what its row of the table says, from every stage it may be logged in."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest

from store import Refusal
from store.operations.people import PersonDraft, add_person
from store.operations.promises import CallbackDraft, SnoozeDraft, callback, snooze
from store.rules.touch import DISPOSITIONS
from store.vocabulary import (
    Channel,
    Decision,
    Direction,
    Disposition,
    Motion,
    Outcome,
    Role,
    Stage,
    Status,
    WithWhom,
)
from tests.factories import BEN, DAY, HOUR, MINUTE, PRIYA, Floor
from tests.store.plain_model import COMES_OF

D = Disposition
WORKED = (Stage.NEW, Stage.ACCEPTED, Stage.ATTEMPTING, Stage.CONNECTED, Stage.QUALIFIED)


@dataclass(frozen=True)
class Row:
    """One row of the table of dispositions."""

    said: Disposition
    channels: tuple[Channel, ...]
    reaches: bool
    attempt: bool = True
    decision: Decision | None = None
    offer: tuple[str, Outcome | None] | None = None
    more: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return self.said.value


CALL, ANY = (Channel.CALL,), tuple(Channel)
TRIED = (Channel.CALL, Channel.EMAIL, Channel.LINKEDIN, Channel.SMS)
WRITTEN = (Channel.EMAIL, Channel.LINKEDIN, Channel.SMS)
ROWS = [
    Row(D.NO_ANSWER, CALL, False),
    Row(D.BUSY, CALL, False),
    Row(D.VOICEMAIL_LEFT, CALL, False),
    Row(D.GATEKEEPER, CALL, False),
    Row(D.CONVERSATION, (Channel.CALL, Channel.OTHER), True),
    Row(D.MEETING_BOOKED, ANY, True, decision=Decision.CONVERT, offer=("convert", Outcome.MEETING_BOOKED)),
    Row(D.NOT_INTERESTED, ANY, True, decision=Decision.NOT_INTERESTED, offer=("close", Outcome.BAD_FIT)),
    Row(D.WRONG_PERSON, ANY, False, decision=Decision.WRONG_PERSON, offer=("close", Outcome.WRONG_PERSON)),
    Row(D.WRONG_NUMBER, CALL, False),
    Row(D.BOUNCED, (Channel.EMAIL,), False, attempt=False),
    Row(D.UNSUBSCRIBE, (Channel.EMAIL,), False, attempt=False),
    Row(D.SENT, WRITTEN, False),
    Row(D.REPLIED, WRITTEN, True, attempt=False),
    Row(D.HELD, (Channel.MEETING,), True),
    Row(D.NO_SHOW, (Channel.MEETING,), False, decision=Decision.REBOOK),
]
CASES = [(row, channel, stage) for row in ROWS for channel in row.channels for stage in WORKED]


@pytest.mark.parametrize(("row", "channel", "stage"), CASES, ids=str)
def test_a_disposition_does_what_its_row_says(floor: Floor, row: Row, channel: Channel, stage: Stage) -> None:
    lead = floor.lead(stage)
    before = floor.state(lead)
    done = floor.touch(lead, row.said, channel)
    after = floor.state(lead)
    tried = row.attempt and channel in TRIED
    assert after.touches == before.touches + 1
    assert after.attempts == before.attempts + tried
    assert after.connects == before.connects + row.reaches
    assert (after.last_disposition, after.last_touch_at) == (row.said, floor.now)
    expected = stage
    if row.reaches and stage in WORKED[:3]:
        expected = Stage.CONNECTED
    elif tried and stage in WORKED[:2]:
        expected = Stage.ATTEMPTING
    assert after.stage is expected
    assert after.status is status_after(before.status, before.stage, after.stage, row, before.connected)
    if row.decision is not None or (row.said is D.NO_SHOW):
        assert after.decision is row.decision
    assert (done.offer and (done.offer.what, done.offer.outcome)) == row.offer
    assert after.due_at is not None
    assert floor.value('SELECT attempt + 2 * "connect" FROM touch ORDER BY id DESC') == tried + 2 * row.reaches


def status_after(status: Status, was: Stage, stage: Stage, row: Row, connected: bool) -> Status:
    if stage is Stage.QUALIFIED:
        return Status.QUALIFIED
    if row.reaches:
        return Status.WORKING if connected or row.said is D.HELD else Status.CONNECTED
    return Status.ATTEMPTING if stage is Stage.ATTEMPTING else status


def test_the_table_has_every_disposition() -> None:
    told = {row.said for row in ROWS} | {D.CALLBACK_REQUESTED, D.DO_NOT_CONTACT, D.UNKNOWN}
    assert told == set(Disposition)
    assert {channel.value: sorted(said) for channel, said in DISPOSITIONS.items()} == {
        channel: sorted(said) for channel, said in COMES_OF.items()
    }


@pytest.mark.parametrize(
    ("channel", "said"),
    [(channel, said) for channel, said in product(Channel, Disposition) if said not in (*COMES_OF[channel], "unknown")],
)
def test_what_cannot_come_of_a_channel_is_refused(floor: Floor, channel: Channel, said: Disposition) -> None:
    lead = floor.lead()
    before = floor.dump()
    with pytest.raises(Refusal, match="cannot come of"):
        floor.touch(lead, said, channel)
    assert floor.dump() == before


# --- callbacks ---


@pytest.mark.parametrize("stage", WORKED)
def test_a_callback_is_a_promise_at_the_top(floor: Floor, stage: Stage) -> None:
    lead = floor.lead(stage)
    at = floor.now + 3 * HOUR
    floor.touch(lead, D.CALLBACK_REQUESTED, next_at=at, note="after lunch")
    after = floor.state(lead)
    assert after.callback_at == after.due_at == at
    assert after.tier == 1
    assert after.connects >= 1
    assert floor.store.rows("SELECT lead_id, promiser_id, due_at, words, state FROM callback") == [
        (lead, PRIYA.user_id, at, "after lunch", "open")
    ]


@pytest.mark.parametrize(
    ("when", "sentence"),
    [(None, "When did they ask"), (-HOUR, "has passed"), (61 * DAY, "more than 60 days out")],
)
def test_a_callback_needs_a_time_that_is_one(floor: Floor, when: int | None, sentence: str) -> None:
    lead = floor.lead()
    at = None if when is None else floor.now + when
    with pytest.raises(Refusal, match=sentence) as refused:
        floor.touch(lead, D.CALLBACK_REQUESTED, next_at=at)
    assert refused.value.field == "when"
    with pytest.raises(Refusal, match=sentence):
        callback(floor.store, PRIYA, floor.now, CallbackDraft(lead, at))


@pytest.mark.parametrize(("late", "state", "kept"), [(10 * MINUTE, "kept", 1), (40 * MINUTE, "missed", 0)])
def test_a_promise_is_kept_by_a_call_near_its_time(floor: Floor, late: int, state: str, kept: int) -> None:
    lead = floor.lead(Stage.CONNECTED)
    at = floor.now + HOUR
    callback(floor.store, PRIYA, floor.later(), CallbackDraft(lead, at))
    floor.now = at + late - MINUTE
    floor.touch(lead, actor=BEN)
    assert floor.store.rows("SELECT state, kept FROM callback") == [(state, kept)]
    assert floor.state(lead).callback_at is None


@pytest.mark.parametrize(
    ("channel", "said"), [(Channel.EMAIL, D.SENT), (Channel.EMAIL, D.REPLIED), (Channel.CALL, D.NO_ANSWER)]
)
def test_a_promise_stands_until_they_are_called_or_spoken_to(floor: Floor, channel: Channel, said: D) -> None:
    lead = floor.lead(Stage.CONNECTED)
    at = floor.now + 2 * DAY
    callback(floor.store, PRIYA, floor.later(), CallbackDraft(lead, at))
    floor.touch(lead, said, channel)
    after = floor.state(lead)
    assert floor.store.rows("SELECT state, kept FROM callback") == [("open", None)]
    assert after.callback_at == at
    assert (after.tier, after.due_at == at) == ((2, False) if said is D.REPLIED else (1, True)), "a reply comes first"
    floor.touch(lead, D.SENT, Channel.EMAIL)
    after = floor.state(lead)
    assert (after.tier, after.due_at, after.next_channel) == (1, at, Channel.CALL)


def test_speaking_to_them_before_the_time_neither_keeps_nor_misses_a_promise(floor: Floor) -> None:
    lead = floor.lead(Stage.CONNECTED)
    callback(floor.store, PRIYA, floor.later(), CallbackDraft(lead, floor.now + 2 * DAY))
    floor.touch(lead, D.CONVERSATION)
    assert floor.store.rows("SELECT state, kept FROM callback") == [("dropped", None)]
    assert floor.state(lead).callback_at is None


def test_a_conversation_from_before_the_promise_does_not_end_it(floor: Floor) -> None:
    lead_id = floor.lead(Stage.CONNECTED)
    floor.later(3 * HOUR)
    before, due = floor.now - HOUR, floor.now + DAY
    callback(floor.store, PRIYA, floor.later(), CallbackDraft(lead_id, due))
    floor.touch(lead_id, D.CONVERSATION, at=before)
    assert floor.store.rows("SELECT state FROM callback") == [("open",)]
    assert floor.state(lead_id).callback_at == due
    floor.touch(lead_id, D.CONVERSATION)
    assert floor.store.rows("SELECT state FROM callback") == [("dropped",)]


def test_a_promise_moved_or_closed_after_its_time_was_missed(floor: Floor) -> None:
    moved, closed = floor.lead(Stage.CONNECTED), floor.lead(Stage.CONNECTED)
    for lead in (moved, closed):
        callback(floor.store, PRIYA, floor.later(), CallbackDraft(lead, floor.now + HOUR))
    floor.later(2 * HOUR)
    callback(floor.store, PRIYA, floor.later(), CallbackDraft(moved, floor.now + HOUR))
    floor.close(closed, Outcome.BAD_FIT, reason="no_need")
    states = floor.store.rows("SELECT lead_id, state, kept FROM callback ORDER BY id")
    assert states == [(moved, "missed", 0), (closed, "missed", 0), (moved, "open", None)]


def test_a_promise_moved_is_one_promise(floor: Floor) -> None:
    lead = floor.lead(Stage.CONNECTED)
    callback(floor.store, PRIYA, floor.later(), CallbackDraft(lead, floor.now + HOUR))
    callback(floor.store, PRIYA, floor.later(), CallbackDraft(lead, floor.now + 2 * HOUR, anyone=True))
    assert floor.store.rows("SELECT state, promiser_id FROM callback ORDER BY id") == [("dropped", 2), ("open", None)]
    assert floor.state(lead).callback_at == floor.now + 2 * HOUR


def test_promises_have_a_limit_and_anyones_have_none(floor: Floor) -> None:
    for _ in range(25):
        callback(floor.store, PRIYA, floor.later(), CallbackDraft(floor.lead(), floor.now + HOUR))
    last = floor.lead()
    with pytest.raises(Refusal, match="25 open callbacks"):
        callback(floor.store, PRIYA, floor.later(), CallbackDraft(last, floor.now + HOUR))
    callback(floor.store, PRIYA, floor.later(), CallbackDraft(last, floor.now + HOUR, anyone=True))


def test_snoozing_goes_past_no_promise_and_no_end(floor: Floor) -> None:
    lead = floor.lead()
    snooze(floor.store, PRIYA, floor.later(), SnoozeDraft(lead, floor.now + DAY))
    assert floor.state(lead).snoozed_until == floor.now + DAY
    floor.touch(lead)
    assert floor.state(lead).snoozed_until is None
    with pytest.raises(Refusal, match="has passed"):
        snooze(floor.store, PRIYA, floor.later(), SnoozeDraft(lead, floor.now - 1))
    with pytest.raises(Refusal, match="after its window ends"):
        snooze(floor.store, PRIYA, floor.later(), SnoozeDraft(lead, floor.now + 60 * DAY))
    callback(floor.store, PRIYA, floor.later(), CallbackDraft(lead, floor.now + DAY))
    with pytest.raises(Refusal, match="move the promise"):
        snooze(floor.store, PRIYA, floor.later(), SnoozeDraft(lead, floor.now + HOUR))


# --- do not contact, and what marks numbers and addresses ---


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("stage", WORKED)
def test_do_not_contact_ends_it_on_every_channel(floor: Floor, channel: Channel, stage: Stage) -> None:
    lead = floor.lead(stage)
    before = floor.state(lead)
    floor.touch(lead, D.DO_NOT_CONTACT, channel)
    after = floor.state(lead)
    assert (after.stage, after.status, after.outcome) == (Stage.CLOSED, Status.DISQUALIFIED, Outcome.SUPPRESS)
    assert after.connects == before.connects
    assert after.connected == before.connected
    assert after.eligible_at is None
    assert floor.value("SELECT suppressed_at FROM contact WHERE id = ?", after.contact_id) == floor.now


def test_whoever_is_suppressed_gets_no_way_back_in(floor: Floor) -> None:
    lead = floor.lead()
    contact = floor.state(lead).contact_id
    group = floor.lead(Stage.CONNECTED)
    add_person(floor.store, PRIYA, floor.later(), PersonDraft(group, Role.USER, contact_id=contact))
    floor.touch(group, D.DO_NOT_CONTACT, contact_id=contact)
    assert floor.state(lead).stage is Stage.CLOSED  # their own at bat ended too
    with pytest.raises(Refusal, match="asked not to be contacted"):
        floor.lead(contact_id=contact)


@pytest.mark.parametrize("channel", [Channel.CALL, Channel.EMAIL, Channel.LINKEDIN, Channel.SMS])
def test_a_suppressed_member_of_a_group_gets_no_outbound_touch(floor: Floor, channel: Channel) -> None:
    theirs, group = floor.lead(), floor.lead(Stage.CONNECTED)
    contact = floor.state(theirs).contact_id
    add_person(floor.store, PRIYA, floor.later(), PersonDraft(group, Role.USER, contact_id=contact))
    floor.touch(theirs, D.DO_NOT_CONTACT)
    said = D.SENT if channel is not Channel.CALL else D.NO_ANSWER
    with pytest.raises(Refusal, match="no outbound touch"):
        floor.touch(group, said, channel, contact_id=contact)
    inbound = D.REPLIED if channel is not Channel.CALL else D.CONVERSATION
    floor.touch(group, inbound, channel, contact_id=contact, direction=Direction.IN)


def test_unsubscribing_stops_e_mail_and_leaves_the_phone(floor: Floor) -> None:
    lead = floor.lead()
    floor.touch(lead, D.UNSUBSCRIBE, Channel.EMAIL, direction=Direction.IN)
    assert floor.state(lead).open
    with pytest.raises(Refusal, match="unsubscribed from e-mail: call instead"):
        floor.touch(lead, D.SENT, Channel.EMAIL)
    floor.touch(lead, D.REPLIED, Channel.EMAIL, direction=Direction.IN)
    floor.touch(lead)


def test_the_next_at_bat_begins_with_a_channel_that_can_be_used(floor: Floor) -> None:
    lead = floor.lead(motion=Motion.EVENT_FOLLOW_UP)
    assert floor.state(lead).next_channel is Channel.EMAIL
    contact = floor.state(lead).contact_id
    floor.touch(lead, D.UNSUBSCRIBE, Channel.EMAIL, direction=Direction.IN)
    floor.close(lead, Outcome.NO_RESPONSE)
    again = floor.lead(motion=Motion.EVENT_FOLLOW_UP, contact_id=contact)
    assert floor.state(again).next_channel is Channel.CALL


def test_unsubscribing_with_no_phone_ends_it(floor: Floor) -> None:
    lead = floor.lead(person=floor.person(phones=0))
    floor.touch(lead, D.UNSUBSCRIBE, Channel.EMAIL, direction=Direction.IN)
    assert floor.state(lead).outcome is Outcome.SUPPRESS
    assert floor.value("SELECT suppressed_at FROM contact") is None


@pytest.mark.parametrize(
    ("said", "channel", "table", "other"),
    [(D.WRONG_NUMBER, Channel.CALL, "phone", "email"), (D.BOUNCED, Channel.EMAIL, "email", "phone")],
)
def test_a_dead_number_is_marked_and_the_last_one_offers_to_close(
    floor: Floor, said: Disposition, channel: Channel, table: str, other: str
) -> None:
    lead = floor.lead()
    done = floor.touch(lead, said, channel)
    assert floor.value(f"SELECT state FROM {table}") == "bad"
    assert floor.value(f"SELECT state FROM {other}") != "bad"
    assert done.offer is None
    floor.touch(lead, D.WRONG_NUMBER)
    done = floor.touch(lead, D.BOUNCED, Channel.EMAIL)
    assert done.offer is not None
    assert done.offer.outcome is Outcome.BAD_DATA
    assert floor.state(lead).decision is Decision.BAD_DATA


def test_a_dead_number_of_a_company_marks_nobody_elses(floor: Floor) -> None:
    floor.raw(
        "INSERT INTO account SELECT 90, 'Far', 'far', '', '', '', NULL, '', '', '', '', '', '', NULL, NULL, '', NULL,"
        " 1, 0, 0, 1"
    )
    floor.raw("INSERT INTO phone VALUES (90, NULL, 90, '1', '', '1', '', 'switchboard', 'valid', 0, 0, 1)")
    lead = floor.company_lead()
    floor.touch(lead, D.WRONG_NUMBER)
    assert floor.value("SELECT state FROM phone WHERE id = 90") == "valid"


# --- who, which way, when, by whom ---


@pytest.mark.parametrize("whom", WithWhom)
def test_only_the_person_is_reached(floor: Floor, whom: WithWhom) -> None:
    lead = floor.lead()
    floor.touch(lead, D.CONVERSATION, with_whom=whom)
    after = floor.state(lead)
    reached = whom is WithWhom.CONTACT
    assert (after.stage, after.connects) == ((Stage.CONNECTED, 1) if reached else (Stage.ATTEMPTING, 0))
    assert (after.direct_attempts, after.partner_touches) == (int(reached), int(whom is WithWhom.PARTNER))


def test_an_inbound_call_skips_what_it_skips(floor: Floor) -> None:
    lead = floor.lead()
    floor.touch(lead, D.CONVERSATION, direction=Direction.IN)
    assert floor.state(lead).attempts == 0
    spells = floor.store.rows("SELECT stage, skipped, entered_at = left_at FROM stage_spell WHERE lead_id = ?", (lead,))
    assert spells == [("new", 0, 0), ("accepted", 1, 1), ("attempting", 1, 1), ("connected", 0, None)]


def test_an_outbound_touch_accepts_and_skips_nothing(floor: Floor) -> None:
    lead = floor.lead()
    floor.touch(lead, D.CONVERSATION)
    assert floor.store.rows("SELECT stage, skipped FROM stage_spell WHERE lead_id = ? AND stage <> 'new'", (lead,)) == [
        ("accepted", 0),
        ("attempting", 0),
        ("connected", 0),
    ]
    assert floor.state(lead).accepted_at == floor.now


@pytest.mark.parametrize(
    ("said", "channel"), [(D.SENT, Channel.EMAIL), (D.REPLIED, Channel.EMAIL), (D.NO_ANSWER, Channel.CALL)]
)
def test_an_automated_touch_is_shown_and_counts_for_nothing(floor: Floor, said: Disposition, channel: Channel) -> None:
    lead = floor.lead()
    before = floor.state(lead)
    floor.touch(lead, said, channel, automated=True)
    after = floor.state(lead)
    changed = {name for name in before._fields if getattr(before, name) != getattr(after, name)}
    assert changed == {"touches", "version", "updated_at", "written_id"}


def test_yesterdays_call_can_be_entered_today(floor: Floor) -> None:
    lead = floor.lead()
    today = floor.later(2 * DAY)
    floor.touch(lead)
    floor.touch(lead, D.BUSY, at=today - DAY)
    after = floor.state(lead)
    assert after.last_disposition is D.NO_ANSWER
    assert after.first_touch_at == today - DAY
    assert after.last_attempt_at == after.last_touch_at == today + MINUTE
    assert floor.value("SELECT day FROM touch ORDER BY id DESC") == "2026-11-24"


@pytest.mark.parametrize("disposition", [D.VOICEMAIL_LEFT, D.CONVERSATION, D.REPLIED])
def test_a_touch_is_never_from_before_its_at_bat(floor: Floor, disposition: Disposition) -> None:
    lead = floor.lead(motion=Motion.DEMO_REQUEST)
    channel = Channel.EMAIL if disposition is D.REPLIED else Channel.CALL
    floor.later(HOUR)
    with pytest.raises(Refusal, match="opened today at 10:01: what happened before is no touch of it") as refused:
        floor.touch(lead, disposition, channel, at=floor.now - DAY)
    assert refused.value.field == "at"
    assert floor.state(lead).first_touch_at is None
    floor.later(DAY)
    with pytest.raises(Refusal, match="opened on 2026-11-23 at 10:01"):
        floor.touch(lead, disposition, channel, at=floor.now - 3 * DAY)


def test_the_minute_in_which_it_opened_counts(floor: Floor) -> None:
    floor.now += MINUTE // 3
    lead = floor.lead()
    opened_at = floor.state(lead).opened_at
    floor.touch(lead, at=opened_at - opened_at % MINUTE)
    assert floor.state(lead).first_touch_at == opened_at


def test_a_meetings_result_is_not_from_before_its_at_bat(floor: Floor) -> None:
    lead = floor.lead(Stage.CONNECTED)
    floor.meet(lead)
    floor.later(3 * DAY)
    with pytest.raises(Refusal, match="opened on"):
        floor.touch(lead, D.HELD, Channel.MEETING, at=floor.now - 9 * DAY)
    with pytest.raises(Refusal, match="cannot be in the future"):
        floor.touch(lead, D.HELD, Channel.MEETING, at=floor.now + DAY)


def test_a_touch_is_never_in_the_future(floor: Floor) -> None:
    lead = floor.lead()
    with pytest.raises(Refusal, match="cannot be in the future") as refused:
        floor.touch(lead, at=floor.now + HOUR)
    assert refused.value.field == "at"


def test_a_named_next_step_is_taken_and_else_the_cadences(floor: Floor) -> None:
    lead = floor.lead()
    floor.touch(lead, next_at=floor.now + 5 * HOUR, next_channel=Channel.SMS)
    assert (floor.state(lead).next_channel, floor.state(lead).due_at) == (Channel.SMS, floor.now - MINUTE + 5 * HOUR)
    assert floor.state(lead).cadence_step == 0
    floor.touch(lead)
    assert floor.state(lead).cadence_step == 1
    assert (floor.state(lead).due_at or 0) > floor.now
    with pytest.raises(Refusal, match="next step is in the past"):
        floor.touch(lead, next_at=floor.now - HOUR)


def test_a_reply_is_answered_first(floor: Floor) -> None:
    lead = floor.lead(Stage.ATTEMPTING)
    floor.touch(lead, D.REPLIED, Channel.EMAIL, direction=Direction.IN)
    assert (floor.state(lead).tier, floor.state(lead).unanswered_at) == (2, floor.now)
    floor.touch(lead, D.SENT, Channel.EMAIL)
    assert (floor.state(lead).tier, floor.state(lead).unanswered_at) == (5, None)


def test_the_last_attempt_of_its_window_asks_for_a_decision(floor: Floor) -> None:
    lead = floor.lead(motion=Motion.REP_CREATED)
    for _ in range(7):
        floor.touch(lead)
    assert floor.state(lead).decision is None
    floor.touch(lead)
    assert floor.state(lead).decision is Decision.EXPIRED


@pytest.mark.parametrize("stage", [Stage.CLOSED, Stage.CONVERTED, Stage.DISQUALIFIED])
@pytest.mark.parametrize("said", [D.NO_ANSWER, D.CONVERSATION, D.DO_NOT_CONTACT])
def test_nothing_is_logged_on_what_has_ended_or_waits(floor: Floor, stage: Stage, said: Disposition) -> None:
    lead = floor.lead(stage)
    before = floor.dump()
    with pytest.raises(Refusal, match=r"new interest is a new at bat|waits for a team lead"):
        floor.touch(lead, said)
    assert floor.dump() == before


def test_a_meeting_held_is_recorded_on_the_converted_at_bat(floor: Floor) -> None:
    lead = floor.lead(Stage.CONNECTED)
    floor.meet(lead)
    locked = floor.state(lead)
    done = floor.touch(lead, D.HELD, Channel.MEETING)
    assert floor.state(lead) == locked
    assert floor.store.rows("SELECT result, result_at FROM meeting") == [("held", floor.now)]
    assert done.offer is not None
    assert done.offer.what == "opportunity"
    with pytest.raises(Refusal, match="no meeting waiting"):
        floor.touch(lead, D.NO_SHOW, Channel.MEETING)


def test_a_hostile_note_is_kept_as_text(floor: Floor) -> None:
    lead = floor.lead()
    floor.touch(lead, note="[/b] \x1b[31m O'Brien; DROP TABLE lead --")
    assert "O'Brien; DROP TABLE lead --" in floor.value("SELECT note FROM touch")
    with pytest.raises(Refusal):
        floor.touch(lead, note="x" * 20_001)
