"""Session mode walked by keys, counted, with the database read afterwards."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from screens.session.screen import SessionScreen
from screens.session.summary import SummaryScreen
from store.actor import Actor
from store.instants import DAY, HOUR, MINUTE, SECOND
from store.operations.promises import CallbackDraft, callback
from store.operations.sessions import SessionDraft, resume_session
from store.operations.working import LeadDraft, NoteDraft, note, reassign
from store.queries.lead_card import card
from store.queries.session import Sitting, open_sitting, turn
from store.vocabulary import Disposition, Motion, Outcome, PromiseState, Stage
from tests.drivers import AppDriver
from tests.factories import BEN, PRIYA, Floor
from tests.screens.lead_app import said
from tests.screens.queue_app import at_work, on_queue, queue_of
from tui.present import exactly
from tui.programs import Programs


@pytest.fixture
def leads(floor: Floor) -> list[int]:
    """Five people to call, in the queue's order, at an hour when they may be called."""
    made = [floor.lead(motion=Motion.DEMO_REQUEST) for _ in range(5)]
    floor.later(3 * HOUR)
    return made


def session_of(d: AppDriver) -> SessionScreen:
    return next(screen for screen in d.app.screen_stack if isinstance(screen, SessionScreen))


def in_front(d: AppDriver) -> int | None:
    lead = session_of(d).current_lead()
    return lead.id if lead is not None else None


def over(d: AppDriver) -> bool:
    return isinstance(d.app.screen, SummaryScreen)


def left(floor: Floor) -> Sitting:
    found = open_sitting(floor.store, PRIYA.user_id)
    assert found is not None
    return found


def script_of(floor: Floor, lead_id: int) -> str:
    found = card(floor.store, lead_id, floor.now)
    assert found is not None
    assert found.step is not None
    return " ".join(found.step.script.split())[:30]


def touches(floor: Floor) -> list[tuple[int, str, int | None]]:
    return [tuple(row) for row in floor.store.rows("SELECT lead_id, disposition, duration FROM touch WHERE void = 0")]


async def test_one_key_begins_and_one_key_each_logs_and_goes_on(floor: Floor, leads: list[int]) -> None:
    async with at_work(floor) as d:
        await d.press("S")
        assert in_front(d) == leads[0]
        assert "n no answer" in d.screen_text()
        for place, lead in enumerate(leads[1:], 1):
            await d.press("n" if place % 2 else "v")
            assert in_front(d) == lead
            assert f"session  {place + 1} of 5" in d.screen_text()
        await d.press("n")
        assert d.keys == 1 + len(leads)
        assert over(d)
        assert "Session of" in d.screen_text()
        assert "5 of 5 done" in d.screen_text()
        await d.press("escape")
        assert on_queue(d)
        await d.until(lambda: not set(queue_of(d).table.ids) & set(leads) or "2 of 8" in d.screen_text())
    assert [lead for lead, *_ in touches(floor)] == leads
    assert open_sitting(floor.store, PRIYA.user_id) is None
    assert floor.value("SELECT ended_at FROM work_session") == floor.now


async def test_the_screen_says_who_why_now_what_to_say_and_what_was_said(floor: Floor) -> None:
    lead = floor.lead(motion=Motion.DEMO_REQUEST, company="Acme [UK] Ltd")
    contact = floor.state(lead).contact_id
    floor.close(lead, Outcome.NO_RESPONSE)
    floor.later(DAY)
    again = floor.lead(contact_id=contact, company="", motion=Motion.DEMO_REQUEST)
    floor.touch(again, Disposition.VOICEMAIL_LEFT)
    note(floor.store, PRIYA, floor.later(), NoteDraft(again, "budget in Q1"))
    floor.later(3 * HOUR)
    async with at_work(floor, size=(120, 40)) as d:
        if not queue_of(d).table.row_count:
            await d.press("d")
            await d.until(lambda: queue_of(d).table.row_count == 1)
        await d.press("S")
        text = d.screen_text()
        for words in ("Person1 Ortiz, Buyer", "Acme [UK] Ltd", "+1 503 555 1001", "there", "p1@example.com",
                      "step 2 of 8", "“budget in Q1”", "need", "timeline", "voicemail left", "── before",
                      "no response"):  # fmt: skip
            assert words in text, words


def promised_to(floor: Floor, lead_id: int, words: str, *, actor: Actor = PRIYA, anyone: bool = False) -> None:
    """Promise a callback in two hours, and let them pass."""
    due = floor.now + 2 * HOUR
    callback(floor.store, actor, floor.now, CallbackDraft(lead_id, due, words=words, anyone=anyone))
    floor.later(2 * HOUR)


@pytest.mark.parametrize("by", ["you", "anyone"])
async def test_a_due_callback_shows_what_was_promised_in_place_of_the_script(
    floor: Floor, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = floor.lead(motion=Motion.DEMO_REQUEST)
    floor.later(3 * HOUR)
    floor.touch(lead, Disposition.CONVERSATION, note="likes the dashboards")
    floor.later()
    promised_to(floor, lead, "price for [40] seats", anyone=by != "you")
    copied: list[str] = []
    async with at_work(floor, size=(120, 40)) as d:
        monkeypatch.setattr(d.app, "copy_to_clipboard", copied.append)
        await d.press("S")
        due, made = exactly(floor.now, d.app.zone, floor.now), exactly(floor.now - 2 * HOUR, d.app.zone, floor.now)
        text = said(d)
        for words in (f"callback promised for {due}", f"promised {made} {'by' if by == 'you' else 'for'} {by}",
                      "“price for [40] seats”", "then step 2 of 8", "said last time",
                      "“likes the dashboards”"):  # fmt: skip
            assert words in text, words
        assert script_of(floor, lead) not in text
        await d.press("Y")
        assert copied == []
        assert "There is no script" in d.screen_text()
        await d.press("n")
        await d.until(lambda: over(d))
    assert floor.value("SELECT state FROM callback") == PromiseState.KEPT


async def test_once_the_promise_is_kept_the_script_is_back(floor: Floor) -> None:
    lead = floor.lead(motion=Motion.DEMO_REQUEST)
    floor.later(3 * HOUR)
    promised_to(floor, lead, "ask for Dana")
    floor.touch(lead)
    found = turn(floor.store, lead, floor.now)
    assert found is not None
    assert found.promised is None
    assert found.step == found.card.step is not None


async def test_the_words_of_a_promise_are_not_said_twice(floor: Floor) -> None:
    lead = floor.lead(motion=Motion.DEMO_REQUEST)
    floor.later(3 * HOUR)
    due = floor.now + 2 * HOUR
    floor.touch(lead, Disposition.CALLBACK_REQUESTED, note="after the board", next_at=due)
    floor.later(2 * HOUR)
    async with at_work(floor, size=(120, 40)) as d:
        await d.press("S")
        front = said(d).partition("last touches")[0]
        assert front.count("“after the board”") == 1 + front.count("what “after the board”")


async def test_a_decision_that_is_due_has_no_script(floor: Floor) -> None:
    lead = floor.lead(Stage.CONNECTED)
    floor.touch(lead, Disposition.NOT_INTERESTED)
    found = turn(floor.store, lead, floor.now)
    assert found is not None
    assert found.card.lead.decision is not None
    assert found.step is None
    async with at_work(floor, size=(120, 40)) as d:
        await d.press("S")
        assert "a decision is due, not a step" in said(d)


async def test_stopping_e_mail_is_never_one_letter_in_a_session(floor: Floor, leads: list[int]) -> None:
    async with at_work(floor) as d:
        await d.press("S")
        session_of(d).pick(Disposition.UNSUBSCRIBE)
        await d.until(lambda: "stops e-mail to this person" in d.screen_text())
        assert touches(floor) == []
        await d.press("escape")
        assert "Nothing was saved." in d.screen_text()
        assert in_front(d) == leads[0]


async def test_what_asks_for_more_opens_the_log_dialog_on_it(floor: Floor, leads: list[int]) -> None:
    async with at_work(floor) as d:
        await d.press("S", "c")
        assert "Log · Person1 Ortiz" in d.screen_text()
        await d.type("wants a demo")
        await d.press("enter")
        assert d.keys == 3
        assert in_front(d) == leads[1]
        await d.press("b")
        await d.type("tomorrow 3pm")
        await d.press("enter")
        assert in_front(d) == leads[2]
    assert floor.state(leads[0]).stage is Stage.CONNECTED
    assert floor.state(leads[1]).callback_at is not None


async def test_what_ends_it_for_good_is_never_one_key(floor: Floor, leads: list[int]) -> None:
    async with at_work(floor) as d:
        await d.press("S", "x")
        assert "suppresses this person on every channel" in d.screen_text()
        await d.press("escape")
        assert floor.state(leads[0]).open
        assert in_front(d) == leads[0]
        await d.press("x", "enter")
        assert not floor.state(leads[0]).open
        assert in_front(d) == leads[1]


async def test_tab_makes_all_letters_commands(floor: Floor, leads: list[int]) -> None:
    async with at_work(floor) as d:
        await d.press("S", "tab")
        assert "letters are commands" in d.screen_text()
        await d.press("n")
        assert "Note · Person1 Ortiz" in d.screen_text()
        await d.type("likes tea")
        await d.press("ctrl+s")
        assert in_front(d) == leads[0], "a note is no end of a turn"
        assert touches(floor) == []
        await d.press("b")
        assert "Callback · Person1" in d.screen_text()
        await d.press("escape", "tab", "n")
        assert in_front(d) == leads[1]
        assert "logs it and goes on" in d.screen_text()


async def test_the_keys_of_everywhere_stay_what_they_are(floor: Floor, leads: list[int]) -> None:
    async with at_work(floor) as d:
        await d.press("S")
        assert "busy (l y)" in d.screen_text()
        await d.press("y")
        assert d.app.clipboard == "+15035551001"
        await d.press("Y")
        assert "Person1" in d.app.clipboard
        await d.press("l", "y")
        assert in_front(d) == leads[1]
        await d.press("a")
        assert floor.state(leads[1]).stage is Stage.ACCEPTED
        assert in_front(d) == leads[1]
        await d.press("s")
        assert in_front(d) == leads[2], "a letter means the same at every at bat, by whatever channel it was"
        await d.press("tab", "s")
        assert "Snooze · Person3" in d.screen_text()
    assert touches(floor) == [(leads[0], Disposition.BUSY, None), (leads[1], Disposition.SENT, None)]


async def test_an_undo_goes_back_to_where_it_was(floor: Floor, leads: list[int]) -> None:
    async with at_work(floor) as d:
        await d.press("S", "n", "n", "u")
        assert in_front(d) == leads[1]
        assert floor.state(leads[1]).touches == 0
        await d.press("v")
        assert in_front(d) == leads[2]
        await d.until(lambda: "2 attempts" in d.screen_text())


async def test_skipping_and_going_back(floor: Floor, leads: list[int]) -> None:
    async with at_work(floor) as d:
        await d.press("S", "left_square_bracket")
        assert "the first of the session" in d.screen_text()
        await d.press("right_square_bracket", "n")
        assert in_front(d) == leads[2]
        await d.press("left_square_bracket", "left_square_bracket")
        assert in_front(d) == leads[0]
        await d.press("n")
        assert in_front(d) == leads[2], "what was dealt with has had its turn"


async def test_the_call_has_a_time_which_is_kept_with_the_touch(floor: Floor, leads: list[int]) -> None:
    async with at_work(floor) as d:
        d.app.programs = Programs(phone=(sys.executable, "-c", "", "{number}"))
        await d.press("S", "o")
        assert "● call  0:00" in d.screen_text()
        floor.now += 4 * MINUTE + 7 * SECOND
        session_of(d).line.refresh()
        await d.until(lambda: "● call  4:07" in d.screen_text())
        await d.press("n")
        assert "● call" not in d.screen_text()
        await d.press("T")
        floor.now += 30 * SECOND
        await d.press("T")
        floor.now += HOUR
        await d.press("c")
        await d.type("long talk")
        await d.press("enter", "n")
    assert touches(floor) == [
        (leads[0], Disposition.NO_ANSWER, 247),
        (leads[1], Disposition.CONVERSATION, 30),
        (leads[2], Disposition.NO_ANSWER, None),
    ]


async def test_leaving_pauses_and_shows_what_came_of_it(floor: Floor, leads: list[int]) -> None:
    async with at_work(floor) as d:
        await d.press("S", "n", "right_square_bracket")
        floor.now += 30 * MINUTE
        await d.press("escape")
        text = d.screen_text()
        assert over(d)
        assert "paused at 3 of 5" in text
        assert "30 min worked · 1 of 5 done, 1 passed over" in text
        assert "2.0 an hour" in text
        assert left(floor).resumed_at is None
        floor.now += HOUR
        await d.press("S")
        assert in_front(d) == leads[2]
        assert left(floor).resumed_at == floor.now
        assert left(floor).worked == 30 * MINUTE
        await d.press("escape", "escape")
        assert on_queue(d)


async def test_a_number_pauses_it_and_shows_the_list(floor: Floor, leads: list[int]) -> None:
    async with at_work(floor) as d:
        await d.press("S", "n", "2")
        await d.until(lambda: "session paused" in d.screen_text())
        assert left(floor).resumed_at is None
        await d.press("1")
        await d.until(lambda: on_queue(d))
        await d.press("S", "r")
        await d.until(lambda: "session  2 of 5" in d.screen_text())
        assert in_front(d) == leads[1]


@pytest.mark.parametrize("paused", [True, False], ids=["paused", "crashed"])
async def test_another_day_it_goes_on_at_the_same_place(floor: Floor, leads: list[int], paused: bool) -> None:
    async with at_work(floor) as d:
        await d.press("S", "n", "n")
        if paused:
            await d.press("escape")
    assert left(floor).current == leads[2]
    floor.later(20 * MINUTE)
    async with at_work(floor) as d:
        await d.press("S")
        text = d.screen_text()
        assert "Session of" in text
        assert "2 of 5 done" in text
        assert "r resume" in text
        await d.press("r")
        assert in_front(d) == leads[2]
        assert "session  3 of 5" in d.screen_text()
    assert left(floor).worked == 0, "the time away is not worked"


async def test_anew_goes_over_the_marked_rows_alone(floor: Floor, leads: list[int]) -> None:
    async with at_work(floor) as d:
        await d.press("S", "escape", "escape")
        await d.press("j", "space", "j", "space")
        await d.press("S", "n")
        assert left(floor).leads == (leads[1], leads[3])
        assert in_front(d) == leads[1]
        await d.press("n", "n")
        assert over(d)
    assert floor.value("SELECT count(*) FROM work_session WHERE ended_at IS NOT NULL") == 2


async def test_a_session_that_was_left_can_be_ended(floor: Floor, leads: list[int]) -> None:
    async with at_work(floor) as d:
        await d.press("S", "escape", "escape", "S", "e")
        assert on_queue(d)
        assert "The session is over" in d.screen_text()
    assert open_sitting(floor.store, PRIYA.user_id) is None


async def test_who_was_taken_or_closed_by_others_is_passed_over_with_a_word(floor: Floor, leads: list[int]) -> None:
    async with at_work(floor) as d:
        await d.press("S")
        reassign(floor.store, BEN, floor.later(), LeadDraft(leads[1]))
        floor.close(leads[2], Outcome.NO_RESPONSE, actor=BEN)
        session = session_of(d)
        await session._look()
        await d.press("right_square_bracket")
        assert in_front(d) == leads[3]
        assert "passed over: Person3 Ortiz is closed, and 1 more" in d.screen_text()


async def test_what_somebody_else_did_to_the_one_in_front_is_told(floor: Floor, leads: list[int]) -> None:
    async with at_work(floor) as d:
        await d.press("S")
        floor.touch(leads[0], Disposition.CONVERSATION, actor=BEN)
        await d.press("n")
        assert "Ben logged a touch on this" in d.screen_text()
        assert in_front(d) == leads[0]
        await session_of(d)._look()
        await d.press("n")
        assert in_front(d) == leads[1]


async def test_the_next_one_is_read_before_it_is_asked_for(floor: Floor, leads: list[int]) -> None:
    async with at_work(floor) as d:
        await d.press("S")
        for _ in range(3):
            ahead = session_of(d).course._ahead[1]
            await ahead
            shown = ahead.result()
            await d.press("n")
            assert session_of(d).course.found is shown


async def test_a_meeting_offers_its_conversion_before_it_goes_on(floor: Floor, leads: list[int]) -> None:
    async with at_work(floor) as d:
        await d.press("S", "m")
        assert "Convert · Person1 Ortiz" in d.screen_text()
        assert in_front(d) == leads[0]
        await d.press("escape")
        assert in_front(d) == leads[0]
        await d.press("right_square_bracket")
        assert in_front(d) == leads[1]


async def test_the_timeline_goes_through_the_session(floor: Floor, leads: list[int]) -> None:
    async with at_work(floor) as d:
        await d.press("S", "enter")
        assert "Person1 Ortiz" in d.screen_text()
        await d.press("right_square_bracket")
        await d.until(lambda: "Person2 Ortiz" in d.screen_text())
        await d.press("escape")
        assert in_front(d) == leads[1]
        await d.press("n")
        assert in_front(d) == leads[2]


async def test_two_windows_do_not_pull_at_one_session(floor: Floor, leads: list[int]) -> None:
    async with at_work(floor) as d:
        await d.press("S")
        resume_session(floor.store, PRIYA, floor.later(), SessionDraft(left(floor).id))
        await d.press("n")
        assert "goes on in another window" in d.screen_text()
        assert len(touches(floor)) == 1, "what was logged is logged"
        await d.press("escape")
        assert on_queue(d)


async def test_an_empty_list_says_what_to_do(floor: Floor) -> None:
    async with at_work(floor) as d:
        await d.press("S")
        assert on_queue(d)
        assert "There is nobody here to call: d shows what is due later" in d.screen_text()


async def test_somebody_without_a_number_can_still_be_logged(floor: Floor) -> None:
    floor.lead(person=floor.person(phones=0), motion=Motion.DEMO_REQUEST)
    company = floor.company_lead()
    floor.later(3 * HOUR)
    async with at_work(floor) as d:
        await d.press("S")
        d.app.programs = Programs(config_file=Path("/c.toml"))
        while in_front(d) != company:
            await d.press("right_square_bracket")
        assert "no number and no address is known" in d.screen_text()
        await d.press("o")
        assert "No number and no address of Harbour Freight" in d.screen_text()
        await d.press("n")
        assert len(touches(floor)) == 1


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50), (30, 10)])
async def test_it_works_in_every_size(floor: Floor, leads: list[int], size: tuple[int, int]) -> None:
    async with at_work(floor, size=size) as d:
        await d.press("S")
        assert "Person1" in d.screen_text()
        assert "n no answer" in d.screen_text() or size == (30, 10)
        for width, height in ((200, 50), (80, 24), (120, 36)):
            await d.resize(width, height)
            await d.until(lambda: "n no answer" in d.screen_text())
        await d.press("n")
        assert in_front(d) == leads[1]


async def test_keys_pressed_faster_than_they_can_be_acted_on_are_all_acted_on(floor: Floor, leads: list[int]) -> None:
    async with at_work(floor) as d:
        await d.burst("S", "n", "v", "n", "u", "n")
        assert in_front(d) == leads[3]
    assert [(lead, disposition) for lead, disposition, _ in touches(floor)] == [
        (leads[0], Disposition.NO_ANSWER),
        (leads[1], Disposition.VOICEMAIL_LEFT),
        (leads[2], Disposition.NO_ANSWER),
    ]
    assert left(floor).current == leads[3]
