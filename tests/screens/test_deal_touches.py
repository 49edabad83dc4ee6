"""An account executive works an opportunity: calls, promises and meetings on it, its story, and who leaves it."""

from __future__ import annotations

import pytest

from screens.account.screen import AccountScreen
from screens.deals.screen import DealsScreen
from screens.deals.story import DealStoryScreen
from screens.dialogs.deal_callback import DealCallbackDialog
from screens.dialogs.deal_log import DealLogDialog
from screens.timeline.screen import TimelineScreen
from store.instants import DAY, HOUR, MINUTE
from store.operations.deal_touch import DealCallbackDraft, promise_on_opportunity
from store.operations.opportunity import OpportunityDraft, update_opportunity
from store.vocabulary import Disposition
from tests.drivers import AppDriver
from tests.factories import ANA, BEN, ED, PRIYA, Floor
from tests.screens.lead_app import said
from tests.screens.queue_app import at_work
from tests.store.test_deal_touches import joined, log, promise
from tests.store.test_hand_over import handed
from tests.store.test_opportunity import owned


def on_the_desk(d: AppDriver) -> bool:
    return isinstance(d.app.screen, DealsScreen)


async def test_no_answer_takes_two_keys_and_undo_one(floor: Floor) -> None:
    id = owned(floor)
    async with at_work(floor, ED) as d:
        await d.press("l")
        await d.until(lambda: isinstance(d.app.screen, DealLogDialog))
        assert "on the opportunity" in said(d)
        await d.press("n")
        await d.until(lambda: on_the_desk(d) and "no answer logged for Person1 Ortiz on" in said(d))
        assert d.keys == 2
        assert floor.value("SELECT opportunity_id FROM touch WHERE opportunity_id IS NOT NULL") == id
        await d.press("u")
        await d.until(lambda: "undone: touch for" in said(d))
    assert floor.value("SELECT void FROM touch WHERE opportunity_id IS NOT NULL") == 1


async def test_a_conversation_goes_on_to_the_note(floor: Floor) -> None:
    owned(floor)
    async with at_work(floor, ED) as d:
        await d.press("l", "c")
        await d.type("wants two sites first")
        await d.press("enter")
        await d.until(lambda: on_the_desk(d) and "conversation logged" in said(d))
    assert floor.value("SELECT note FROM touch ORDER BY id DESC LIMIT 1") == "wants two sites first"


async def test_a_callback_asked_for_and_a_meeting_ask_for_their_time(floor: Floor) -> None:
    id = owned(floor)
    async with at_work(floor, ED) as d:
        await d.press("l", "b")
        await d.type("tomorrow 3pm")
        await d.until(lambda: "callback" in said(d) and "15:00" in said(d))
        await d.press("enter")
        await d.until(lambda: on_the_desk(d))
        await d.press("l", "m")
        await d.until(lambda: "When is the meeting?" in said(d))
        await d.type("tue 10am")
        await d.press("enter")
        await d.until(lambda: on_the_desk(d))
    # Who spoke with us about a meeting has been called back.
    assert floor.value("SELECT state FROM callback WHERE opportunity_id = ?", id) == "dropped"
    assert floor.value("SELECT host_id FROM meeting WHERE opportunity_id = ?", id) == ED.user_id


async def test_what_silences_a_person_waits_for_enter(floor: Floor) -> None:
    owned(floor)
    letter = floor.store.rules.dispositions[Disposition.DO_NOT_CONTACT].letter
    async with at_work(floor, ED) as d:
        await d.press("l", letter)
        await d.until(lambda: "Not saved yet" in said(d))
        assert floor.value("SELECT max(suppressed_at) FROM contact") is None
        await d.press("enter")
        await d.until(lambda: on_the_desk(d) and "do not contact logged" in said(d))
        assert floor.value("SELECT max(suppressed_at) FROM contact") is not None
        await d.press("l", "n")
        await d.until(lambda: "asked not to be contacted" in said(d))


async def test_another_of_its_people_can_be_the_one_who_was_called(floor: Floor) -> None:
    id = owned(floor)
    lee = joined(floor, id)
    async with at_work(floor, ED) as d:
        await d.press("l")
        await d.until(lambda: isinstance(d.app.screen, DealLogDialog))
        await d.press("C", "tab", "tab", "down")
        await d.until(lambda: "Log · Lee Fox" in said(d))
        await d.press("ctrl+s")
        await d.until(lambda: on_the_desk(d) and "conversation logged for Lee Fox" in said(d))
    assert floor.value("SELECT contact_id FROM touch ORDER BY id DESC LIMIT 1") == lee


async def test_a_promise_rises_with_the_words_why(floor: Floor) -> None:
    first, second = owned(floor), owned(floor)
    floor.raw("UPDATE opportunity SET close_date = '2030-01-01' WHERE id = ?", (second,))
    async with at_work(floor, ED) as d:
        await d.press("j", "b")
        await d.until(lambda: isinstance(d.app.screen, DealCallbackDialog) and "your list when due" in said(d))
        await d.type("in 2h")
        await d.press("enter")
        await d.until(lambda: on_the_desk(d) and "callback promised to" in said(d))
        assert floor.value("SELECT promiser_id FROM callback WHERE opportunity_id = ?", second) == ED.user_id
    floor.later(2 * HOUR + 7 * MINUTE)
    async with at_work(floor, ED) as d:
        await d.until(lambda: "7 min late" in said(d))
        desk = d.app.screen
        assert isinstance(desk, DealsScreen)
        assert list(desk.table.ids) == [second, first]
        await d.press("l", "n")
        await d.until(lambda: list(desk.table.ids) == [first, second])
    assert floor.value("SELECT state FROM callback") == "kept"


async def test_a_promise_that_falls_due_is_announced_and_taken_in(floor: Floor) -> None:
    first, second = owned(floor), owned(floor)
    floor.raw("UPDATE opportunity SET close_date = '2030-01-01' WHERE id = ?", (second,))
    promise(floor, second, floor.now + HOUR)
    async with at_work(floor, ED) as d:
        desk = d.app.screen
        assert isinstance(desk, DealsScreen)
        floor.now += HOUR
        d.app.clock = floor.now
        await d.until(lambda: "1 callback due" in said(d))
        assert list(desk.table.ids) == [first, second]
        await d.press("R")
        await d.until(lambda: list(desk.table.ids) == [second, first])
        await d.until(lambda: "callback due" not in said(d))


async def test_the_story_logs_too_and_tells_changes_in_words(floor: Floor) -> None:
    id = owned(floor)
    update_opportunity(floor.store, ED, floor.later(), OpportunityDraft(id, amount=1_200_000))
    update_opportunity(floor.store, ANA, floor.later(), OpportunityDraft(id, amount=1_800_000, probability=40))
    async with at_work(floor, ED) as d:
        await d.press("enter")
        await d.until(lambda: isinstance(d.app.screen, DealStoryScreen))
        await d.until(lambda: "amount $12,000 → $18,000" in said(d))
        assert "probability 0 % → 40 %" in said(d)
        assert "Ana" in said(d)
        await d.press("l", "n")
        await d.until(lambda: "call · no answer" in said(d))
        await d.press("b")
        await d.type("tomorrow 3pm")
        await d.press("enter")
        await d.until(lambda: "callback promised for" in said(d))
        await d.press("escape")
        await d.until(lambda: on_the_desk(d))
        await d.until(lambda: "callback tomorrow 18:00" in said(d))  # 15:00 where they are


@pytest.mark.parametrize(("key", "dialog"), [("l", DealLogDialog), ("b", DealCallbackDialog)])
async def test_somebody_found_without_an_open_at_bat_is_worked_on_their_opportunity(
    floor: Floor, key: str, dialog: type
) -> None:
    owned(floor)
    async with at_work(floor, PRIYA) as d:
        await d.press("slash")
        await d.type("Person1")
        await d.press("enter")
        await d.until(lambda: isinstance(d.app.screen, TimelineScreen))
        await d.press(key)
        await d.until(lambda: isinstance(d.app.screen, dialog))
        assert "Person1 Ortiz, Buyer · on the opportunity" in said(d)


@pytest.mark.parametrize(("key", "dialog"), [("l", DealLogDialog), ("b", DealCallbackDialog)])
async def test_so_is_who_is_selected_on_the_companys_page(floor: Floor, key: str, dialog: type) -> None:
    id = owned(floor)
    floor.lead(company="Company 1")
    async with at_work(floor, PRIYA) as d:
        await d.press("C")
        await d.until(lambda: isinstance(d.app.screen, AccountScreen))
        await d.press("j")
        await d.press(key)
        await d.until(lambda: isinstance(d.app.screen, dialog))
        assert "Person1 Ortiz, Buyer · on the opportunity" in said(d)
        if key == "l":
            await d.press("n")
            await d.until(lambda: isinstance(d.app.screen, AccountScreen) and "no answer logged" in said(d))
            assert floor.value("SELECT opportunity_id FROM touch WHERE opportunity_id IS NOT NULL") == id


async def test_with_an_open_at_bat_it_is_that_which_is_worked(floor: Floor) -> None:
    floor.lead()
    async with at_work(floor, PRIYA) as d:
        await d.press("enter")
        await d.until(lambda: isinstance(d.app.screen, TimelineScreen))
        await d.press("l")
        await d.until(lambda: "What came of it" in said(d))
        assert not isinstance(d.app.screen, DealLogDialog)


async def test_a_rep_promises_for_the_owner(floor: Floor) -> None:
    id = handed(floor)
    async with at_work(floor, PRIYA) as d:
        await d.press("2", "b")
        await d.until(lambda: "top of Ed’s list" in said(d))
        await d.type("in 2h")
        await d.press("ctrl+o")
        await d.until(lambda: "everyone’s list" in said(d))
        await d.press("ctrl+o", "enter")
        await d.until(lambda: on_the_desk(d))
    assert floor.value("SELECT promiser_id FROM callback WHERE opportunity_id = ?", id) == ED.user_id


async def test_one_missed_stands_in_everybodys_list(floor: Floor) -> None:
    id = owned(floor)
    promise_on_opportunity(floor.store, ED, floor.later(), DealCallbackDraft(id, floor.now + HOUR))
    floor.later(2 * HOUR)
    async with at_work(floor, BEN) as d:
        await d.press("2")
        await d.until(lambda: "Ed’s callback" in said(d))


async def test_what_has_ended_is_not_worked(floor: Floor) -> None:
    owned(floor)
    async with at_work(floor, ED) as d:
        await d.press("x", "w")
        await d.until(lambda: " won" in said(d))
        await d.press("d", "l")
        await d.until(lambda: "won for good" in said(d))


async def test_a_person_who_left_is_taken_off(floor: Floor) -> None:
    id = owned(floor)
    joined(floor, id)
    async with at_work(floor, ED) as d:
        await d.press("p")
        await d.until(lambda: "Lee Fox" in said(d))
        await d.press("shift+tab", "down", "x")
        await d.until(lambda: "leaves" in said(d))
        await d.press("enter")
        await d.until(lambda: on_the_desk(d) and "Lee Fox taken off" in said(d))
        await d.press("u")
        await d.until(lambda: "undone: change of people" in said(d))
        await d.press("p", "shift+tab", "x", "enter")
        await d.until(lambda: "name another primary first" in said(d))
        await d.press("down", "p", "enter")
        await d.until(lambda: on_the_desk(d) and "taken off" in said(d))
    assert floor.value("SELECT count(*) FROM opportunity_contact WHERE void = 0") == 1


async def test_a_touch_logged_by_another_meanwhile_is_told(floor: Floor) -> None:
    id = owned(floor)
    async with at_work(floor, ED) as d:
        await d.press("l")
        await d.until(lambda: isinstance(d.app.screen, DealLogDialog))
        log(floor, id, actor=PRIYA)
        await d.press("n")
        await d.until(lambda: "Priya logged a touch on this" in said(d))
        await d.press("n")
        await d.until(lambda: on_the_desk(d))
    assert floor.value("SELECT count(*) FROM touch WHERE opportunity_id = ?", id) == 2


async def test_a_meeting_held_is_logged_with_its_letter(floor: Floor) -> None:
    id = owned(floor)
    log(floor, id, Disposition.MEETING_BOOKED, next_at=floor.now + DAY)
    floor.later(DAY)
    letter = floor.store.rules.dispositions[Disposition.HELD].letter
    async with at_work(floor, ED) as d:
        await d.press("l", letter)
        await d.until(lambda: on_the_desk(d) and "held logged" in said(d))
    assert floor.value("SELECT result FROM meeting WHERE opportunity_id = ?", id) == "held"
