"""Open tasks of another system become the next steps of the at bats they are on, where nothing is promised earlier."""

from __future__ import annotations

import pytest

from store.instants import DAY, HOUR
from store.operations.import_steps import BEHIND, ENDED, TAKEN
from store.operations.log_touch import log_touch
from store.operations.promises import CallbackDraft, callback
from store.operations.undo import UndoDraft, undo
from store.queries.queue import queue, reason
from store.rules.closing import NewPerson
from store.rules.touch import TouchDraft
from store.vocabulary import Channel, Decision, Disposition
from tests.factories import PRIYA, Floor
from tests.store.hubspot import Cells, activity, contact
from tests.store.test_import_files import Bring, bring, day, one

__all__ = ["bring"]  # the fixture
PEOPLE = [contact(status="In Progress", Contact_Owner="Priya")]


def task(due: str, number: int = 1, status: str = "Not Started", title: str = "", **more: str) -> Cells:
    made = activity("Task", "2026-11-01", status, number=number, Task_Due_Date=due, **more)
    return made | {"Call/Meeting Title/Subject": title or f"do {number}"}


def opens(text: str) -> int:
    return day(text) + 9 * HOUR


@pytest.mark.parametrize("apart", [False, True])
def test_an_open_task_is_the_next_step_in_its_words(floor: Floor, bring: Bring, apart: bool) -> None:
    some = [
        task("2026-12-03", 1),
        task("2026-12-01", 2, title="Send the price list"),
        task("2026-11-01", 3, "Completed"),
    ]
    if apart:
        bring(contacts=PEOPLE)
        told = bring(activities=some)["activities"]
    else:
        told = bring(contacts=PEOPLE, activities=some)["activities"]
    lead = floor.state(1)
    assert (lead.due_at, lead.next_words) == (opens("2026-12-01"), "Send the price list")
    assert told.made == {"tasks": 3, TAKEN: 1}
    assert told.warnings == {BEHIND: (1, (2,))}
    found = queue(floor.store, PRIYA.user_id, opens("2026-12-01"))
    assert [*found.ids] == [1]
    assert reason(floor.store, found.rows[1], floor.now).words == "Send the price list 1 Dec"


def test_a_time_is_kept_and_long_words_are_cut(floor: Floor, bring: Bring) -> None:
    bring(contacts=PEOPLE, activities=[task("12/01/2026 2:30 PM", title="x" * 150)])
    lead = floor.state(1)
    assert lead.due_at == day("2026-12-01") + 14 * HOUR + HOUR // 2
    assert lead.next_words == "x" * 79 + "…"


def test_a_new_at_bat_says_its_task(floor: Floor, bring: Bring) -> None:
    bring(contacts=[contact(status="New", Contact_Owner="Priya")], activities=[task("2026-11-20")])
    found = queue(floor.store, PRIYA.user_id, floor.now)
    assert reason(floor.store, found.rows[1], floor.now).words == "do 1"


def test_a_task_of_an_ended_at_bat_stands_in_the_timeline_alone(floor: Floor, bring: Bring) -> None:
    told = bring(contacts=[contact(status="Unqualified")], activities=[task("2026-12-01")])["activities"]
    assert one(floor, "SELECT open, due_at, next_words FROM lead") == (0, None, "")
    assert one(floor, "SELECT lead_id, state FROM task") == (1, "open")
    assert told.warnings == {ENDED: (1, (2,))}
    later = bring(activities=[task("2026-12-02", 2)])["activities"]
    assert later.warnings == {ENDED: (1, (2,))}
    assert TAKEN not in later.made


def test_what_is_still_to_be_done_keeps_an_at_bat_open(floor: Floor, bring: Bring) -> None:
    """Of somebody without a status what happened says whether it is over; what is planned says so too."""
    some = [activity(outcome="No Answer"), task("2026-12-01", 2)]
    bring(contacts=[contact()], activities=[each | {"Activity Date": "2026-07-01"} for each in some])
    lead = floor.state(1)
    assert (lead.open, lead.due_at) == (1, opens("2026-12-01"))


@pytest.mark.parametrize(("days", "due"), [(1, "2026-11-24"), (9, "2026-12-01")])
def test_a_promise_made_here_stays(floor: Floor, bring: Bring, days: int, due: str) -> None:
    bring(contacts=PEOPLE)
    promised = floor.later() + days * DAY
    callback(floor.store, PRIYA, floor.now, CallbackDraft(1, promised))
    told = bring(activities=[task(due)])["activities"]
    lead = floor.state(1)
    assert (lead.due_at, lead.callback_at, lead.next_words) == (promised, promised, "")
    assert told.warnings == {BEHIND: (1, (2,))}


@pytest.mark.parametrize(("due", "takes"), [("11/23/2026 4:00 PM", True), ("01/20/2027 4:00 PM", False)])
def test_on_an_at_bat_worked_here_the_earlier_step_counts(floor: Floor, bring: Bring, due: str, takes: bool) -> None:
    floor.lead(person=NewPerson("Dana", "Ortiz", email="dana@acme.com"))
    log_touch(floor.store, PRIYA, floor.later(), TouchDraft(1, Channel.CALL, Disposition.NO_ANSWER))
    before = floor.state(1).due_at
    bring(activities=[activity("Task", "2026-11-23", Task_Due_Date=due)])
    lead = floor.state(1)
    assert (lead.due_at, lead.next_words) == ((day("2026-11-23") + 16 * HOUR, "words 1") if takes else (before, ""))


def test_logging_it_does_the_task_and_undo_brings_it_back(floor: Floor, bring: Bring) -> None:
    bring(contacts=PEOPLE, activities=[task("2026-11-20"), task("2026-12-20", 2)])
    log_touch(floor.store, PRIYA, floor.later(), TouchDraft(1, Channel.CALL, Disposition.NO_ANSWER))
    assert floor.state(1).next_words == ""
    states = "SELECT state, ended_at FROM task ORDER BY id"
    assert floor.store.rows(states) == [("done", floor.now), ("open", None)]
    undo(floor.store, PRIYA, floor.later(), UndoDraft())
    assert floor.store.rows(states) == [("open", None), ("open", None)]
    assert floor.state(1).next_words == "do 1"


def test_a_task_that_was_done_there_gives_way_to_the_next_and_then_to_the_cadence(floor: Floor, bring: Bring) -> None:
    bring(contacts=PEOPLE, activities=[task("2026-11-20"), task("2026-12-20", 2)])
    bring(activities=[task("2026-11-21")])
    assert (floor.state(1).due_at, floor.state(1).next_words) == (opens("2026-11-21"), "do 1")
    bring(activities=[task("2026-11-21", status="Completed")])
    assert (floor.state(1).due_at, floor.state(1).next_words) == (opens("2026-12-20"), "do 2")
    bring(activities=[task("2026-12-20", 2, "Completed")])
    lead = floor.state(1)
    assert (lead.next_words, lead.decision) == ("", None)
    assert lead.due_at is not None
    assert lead.due_at < opens("2026-12-20")
    assert lead.decision is not Decision.STALE


def test_a_second_file_brings_the_earlier_task_to_the_front(floor: Floor, bring: Bring) -> None:
    bring(contacts=PEOPLE, activities=[task("2026-12-10")])
    assert bring(activities=[task("2026-12-20", 2)])["activities"].warnings == {BEHIND: (1, (2,))}
    assert TAKEN in bring(activities=[task("2026-12-05", 3)])["activities"].made
    assert floor.state(1).next_words == "do 3"
