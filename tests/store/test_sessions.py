"""A session keeps its place and its time through pauses, other windows and a crash; its figures are what was done."""

from __future__ import annotations

from typing import Any

import pytest

from store import Actor
from store.errors import Refusal
from store.instants import DAY, HOUR, MINUTE
from store.operations.promises import CallbackDraft, callback
from store.operations.sessions import (
    AdvanceDraft,
    SessionDraft,
    StartDraft,
    advance_session,
    end_session,
    pause_session,
    resume_session,
    start_session,
)
from store.operations.transaction import Done
from store.operations.undo import UndoDraft, undo
from store.queries.session import Sitting, dealt_with, figures, open_sitting, seek, sitting, turn
from store.vocabulary import Disposition, Motion, Outcome, Stage
from tests.factories import BEN, PRIYA, Floor
from tests.store.clockwork import until


def begin(floor: Floor, *leads: int, actor: Actor = PRIYA) -> int:
    """Start a session a minute later."""
    return made(start_session(floor.store, actor, floor.later(), StartDraft(leads, "all")))


def made(done: Done) -> int:
    assert done.made is not None
    return done.made["session_id"]


def now_open(floor: Floor, actor: Actor = PRIYA) -> Sitting:
    found = open_sitting(floor.store, actor.user_id)
    assert found is not None
    return found


def act(floor: Floor, operation: Any, session_id: int, *more: Any, actor: Actor = PRIYA) -> Done:
    draft = AdvanceDraft(session_id, *more) if operation is advance_session else SessionDraft(session_id, *more)
    done: Done = operation(floor.store, actor, floor.later(), draft)
    return done


def test_a_session_begins_at_the_first_of_its_list(floor: Floor) -> None:
    leads = [floor.lead() for _ in range(3)]
    session = begin(floor, leads[2], leads[0], leads[2], leads[1])
    found = now_open(floor)
    assert (found.id, found.leads, found.current) == (session, (leads[2], leads[0], leads[1]), leads[2])
    assert (found.place, found.view, found.worked_until(floor.now)) == (0, "all", 0)


def test_there_must_be_somebody_to_call(floor: Floor) -> None:
    with pytest.raises(Refusal, match="no at bat"):
        begin(floor)


def test_it_keeps_its_place_and_its_time_through_a_pause(floor: Floor) -> None:
    leads = [floor.lead() for _ in range(3)]
    session = begin(floor, *leads)
    act(floor, advance_session, session, leads[1])
    act(floor, pause_session, session)
    floor.later(HOUR)
    act(floor, resume_session, session)
    floor.later()
    found = now_open(floor)
    assert (found.current, found.place) == (leads[1], 1)
    assert found.worked_until(floor.now) == 3 * MINUTE
    act(floor, advance_session, session, None)
    act(floor, end_session, session)
    ended = sitting(floor.store, session)
    assert ended is not None
    assert (ended.place, ended.worked, ended.resumed_at) == (3, 5 * MINUTE, None)
    assert open_sitting(floor.store, PRIYA.user_id) is None


def test_after_a_crash_the_time_away_is_not_worked(floor: Floor) -> None:
    leads = [floor.lead() for _ in range(3)]
    session = begin(floor, *leads)
    act(floor, advance_session, session, leads[1])
    floor.later(5 * HOUR)
    act(floor, resume_session, session)
    found = now_open(floor)
    assert (found.current, found.worked_until(floor.now)) == (leads[1], MINUTE)


def test_beginning_anew_ends_the_one_before(floor: Floor) -> None:
    lead = floor.lead()
    first = begin(floor, lead)
    floor.later(2 * HOUR)
    second = begin(floor, lead)
    assert now_open(floor).id == second
    before = sitting(floor.store, first)
    assert before is not None
    assert before.ended_at == floor.now
    assert before.worked == 0, "nothing was heard of it since it began"


def test_everybody_has_their_own(floor: Floor) -> None:
    mine = begin(floor, floor.lead())
    begin(floor, floor.lead(actor=BEN), actor=BEN)
    assert now_open(floor).id == mine
    with pytest.raises(Refusal, match="not your session"):
        act(floor, pause_session, mine, actor=BEN)


def test_two_windows_do_not_pull_at_one_session(floor: Floor) -> None:
    leads = [floor.lead(), floor.lead()]
    session = begin(floor, *leads)
    seen = now_open(floor).version
    act(floor, resume_session, session, seen)
    with pytest.raises(Refusal, match="another window"):
        act(floor, advance_session, session, leads[1], seen)
    with pytest.raises(Refusal, match="not in this session"):
        act(floor, advance_session, session, floor.lead())
    act(floor, end_session, session)
    with pytest.raises(Refusal, match="has ended"):
        act(floor, resume_session, session)


def test_an_undo_finds_what_the_person_did_not_where_the_session_stood(floor: Floor) -> None:
    leads = [floor.lead(), floor.lead()]
    session = begin(floor, *leads)
    floor.touch(leads[0])
    act(floor, advance_session, session, leads[1])
    done = undo(floor.store, PRIYA, floor.later(), UndoDraft())
    assert done.lead_id == leads[0]
    assert floor.state(leads[0]).touches == 0
    assert dealt_with(floor.store, now_open(floor)) == frozenset()
    assert now_open(floor).current == leads[1]


def test_the_figures_are_what_was_done_while_it_ran(floor: Floor) -> None:
    leads = [floor.lead() for _ in range(7)]
    floor.touch(leads[0])
    session = begin(floor, *leads)
    floor.touch(leads[1], Disposition.NO_ANSWER)
    floor.touch(leads[2], Disposition.CONVERSATION)
    floor.close(leads[2], Outcome.NOT_READY, back_at=floor.now + 90 * DAY)
    floor.touch(leads[3], Disposition.VOICEMAIL_LEFT, actor=BEN)
    act(floor, pause_session, session)
    floor.touch(leads[4])
    act(floor, resume_session, session)
    floor.meet(leads[5])
    callback(floor.store, PRIYA, floor.later(), CallbackDraft(leads[6], floor.now + HOUR))
    floor.touch(leads[0])
    undo(floor.store, PRIYA, floor.later(), UndoDraft())
    act(floor, advance_session, session, leads[4])
    found = figures(floor.store, now_open(floor), floor.now)
    assert (found.attempts, found.connects, found.meetings, found.callbacks) == (2, 1, 1, 1)
    assert (found.closed, found.converted) == (1, 1)
    assert dealt_with(floor.store, now_open(floor)) == {leads[place] for place in (1, 2, 4, 5, 6)}
    assert (found.leads, found.done, found.skipped) == (7, 5, 2)
    assert found.worked == now_open(floor).worked_until(floor.now)


def test_what_came_after_a_crash_belongs_to_no_stretch(floor: Floor) -> None:
    leads = [floor.lead(), floor.lead()]
    session = begin(floor, *leads)
    floor.touch(leads[0])
    act(floor, advance_session, session, leads[1])
    floor.touch(floor.lead())
    act(floor, resume_session, session)
    assert figures(floor.store, now_open(floor), floor.now).attempts == 1


def test_per_hour_says_nothing_of_the_first_minutes(floor: Floor) -> None:
    begin(floor, floor.lead())
    assert figures(floor.store, now_open(floor), floor.now).per_hour(3) is None
    floor.later(30 * MINUTE)
    assert figures(floor.store, now_open(floor), floor.now).per_hour(3) == 6


def test_what_is_offered_to_all_has_its_turn_until_somebody_takes_it(floor: Floor) -> None:
    offered = floor.lead(motion=Motion.DEMO_REQUEST, actor=BEN)
    bens = floor.lead(actor=BEN)
    until(floor, "2026-11-23 10:04")
    begin(floor, bens, offered)
    found = seek(floor.store, now_open(floor), 0, 1, floor.now)
    assert found.index == 1
    assert found.turn is not None
    assert found.turn.row.id == offered
    assert [words.startswith("Ben has ") for words in found.passed] == [True], "what is simply his"
    floor.touch(offered, actor=BEN)
    assert seek(floor.store, now_open(floor), 0, 1, floor.now).turn is None


def test_a_callback_that_passed_on_has_its_turn(floor: Floor) -> None:
    bens = floor.lead(Stage.ATTEMPTING, actor=BEN)
    callback(floor.store, BEN, floor.later(), CallbackDraft(bens, floor.now + HOUR))
    session = begin(floor, bens)
    assert seek(floor.store, now_open(floor), 0, 1, floor.now).turn is None
    floor.now += HOUR + floor.store.rules.callbacks.passes_on
    assert now_open(floor).id == session
    found = seek(floor.store, now_open(floor), 0, 1, floor.now)
    assert found.turn is not None
    assert found.turn.row.id == bens


def test_a_turn_has_the_row_and_the_card(floor: Floor) -> None:
    lead = floor.lead(Stage.ATTEMPTING)
    found = turn(floor.store, lead, floor.now)
    assert found is not None
    assert (found.row.id, found.card.name) == (lead, found.row.name)
    assert turn(floor.store, 999, floor.now) is None
