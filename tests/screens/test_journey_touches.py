"""A rep at the keys: every disposition from the queue, counted key by key and read back from the database."""

from __future__ import annotations

from typing import Any

import pytest

from store.rules.touch import CONNECTS
from store.vocabulary import Channel, Disposition, Stage
from tests.factories import BEN, Floor
from tests.screens.lead_app import said
from tests.screens.queue_app import at_work, on_queue, queue_of

D = Disposition


def newest(floor: Floor, columns: str) -> Any:
    """Columns of the touch logged last."""
    return floor.store.row(f"SELECT {columns} FROM touch WHERE void = 0 ORDER BY id DESC LIMIT 1")


# disposition: keys, then whether a note is typed before the last of them
ONE_LETTER = {
    D.NO_ANSWER: "n",
    D.VOICEMAIL_LEFT: "v",
    D.BUSY: "y",
    D.WRONG_NUMBER: "d",
    D.SENT: "s",
    D.REPLIED: "r",
    D.BOUNCED: "o",
    D.HELD: "h",
    D.NO_SHOW: "k",
}


@pytest.mark.parametrize("disposition", ONE_LETTER, ids=lambda found: found.value)
async def test_two_keys_log_it_and_go_on(floor: Floor, disposition: Disposition) -> None:
    first, second = floor.lead(Stage.ACCEPTED), floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        queue = queue_of(d)
        before = queue.table.cursor_id
        assert before in (first, second)
        await d.press("l", ONE_LETTER[disposition])
        assert d.keys == 2
        assert newest(floor, "lead_id, disposition") == (before, disposition.value)
        assert queue.is_current
        if disposition in (D.NO_ANSWER, D.VOICEMAIL_LEFT, D.BUSY, D.SENT):
            assert queue.table.cursor_id == ({first, second} - {before}).pop(), "the next row is selected"
    lead = floor.state(before)
    assert lead.touches == 1
    assert lead.connects == (disposition in CONNECTS)


@pytest.mark.parametrize(
    ("disposition", "letter", "told"),
    [
        (D.UNSUBSCRIBE, "u", "stops e-mail to this person"),
        (D.DO_NOT_CONTACT, "x", "suppresses this person on every channel"),
    ],
    ids=["unsubscribe", "do_not_contact"],
)
@pytest.mark.parametrize("saves", ["enter", "ctrl+s"])
async def test_what_silences_a_person_says_so_and_takes_one_key_more(
    floor: Floor, disposition: Disposition, letter: str, told: str, saves: str
) -> None:
    lead_id = floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        await d.press("l", letter)
        assert f"Not saved yet: enter or ctrl+s logs “{disposition.label}”." in said(d)
        assert told in said(d)
        await d.press("escape")
        assert on_queue(d)
        assert "Nothing was saved." in d.screen_text()
        assert newest(floor, "disposition") is None
        await d.press("l", letter, saves)
        await d.until(lambda: on_queue(d))
    assert newest(floor, "lead_id, disposition") == (lead_id, disposition.value)


@pytest.mark.parametrize(
    ("disposition", "letter"), [(D.CONVERSATION, "c"), (D.GATEKEEPER, "g")], ids=["conversation", "gatekeeper"]
)
async def test_three_keys_and_the_note(floor: Floor, disposition: Disposition, letter: str) -> None:
    lead_id = floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        await d.press("l", letter)
        await d.type("budget in Q1, send security sheet")
        await d.press("enter")
        assert d.keys == 3
    assert newest(floor, "lead_id, disposition, note") == (lead_id, disposition, "budget in Q1, send security sheet")


async def test_a_callback_is_promised_by_typed_time_in_three_keys(floor: Floor) -> None:
    lead_id = floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        await d.press("l", "b")
        await d.type("tomorrow 3pm")
        await d.press("enter")
        assert d.keys == 3
    promised = floor.store.row("SELECT lead_id, promiser_id, due_at FROM callback WHERE state = 'open' AND void = 0")
    assert promised is not None
    assert promised[:2] == (lead_id, 2)
    lead = floor.state(lead_id)
    assert (lead.stage, lead.callback_at, lead.tier) == (Stage.CONNECTED, promised[2], 1)


async def test_a_promise_without_a_touch_takes_two_keys_and_the_time(floor: Floor) -> None:
    lead_id = floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        await d.press("b")
        await d.type("+2bd")
        await d.press("enter")
        assert d.keys == 2
    assert floor.state(lead_id).callback_at is not None
    assert floor.state(lead_id).touches == 0


@pytest.mark.parametrize(
    ("letter", "disposition", "verb"),
    [("m", D.MEETING_BOOKED, "Convert"), ("i", D.NOT_INTERESTED, "Close"), ("w", D.WRONG_PERSON, "Close")],
)
async def test_what_decides_the_at_bat_offers_its_dialog(
    floor: Floor, letter: str, disposition: Disposition, verb: str
) -> None:
    floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        await d.press("l", letter)
        assert verb in d.screen_text()
        assert " undoes" not in d.screen_text(), "the key is a letter of the dialog now"
        await d.press("escape")
        assert on_queue(d)
    assert newest(floor, "disposition") == (disposition,)


async def test_undo_is_one_key_and_brings_the_row_back(floor: Floor) -> None:
    first, second = floor.lead(Stage.ACCEPTED), floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        before = queue_of(d).table.cursor_id
        await d.press("l", "n", "u")
        assert d.keys == 3
        assert queue_of(d).table.cursor_id == before
    assert {floor.state(lead).touches for lead in (first, second)} == {0}
    assert floor.value("SELECT count(*) FROM touch WHERE void = 1") == 1


async def test_small_acts_take_two_keys_each(floor: Floor) -> None:
    lead_id = floor.lead(Stage.NEW)
    async with at_work(floor) as d:
        await d.press("a")
        assert floor.state(lead_id).stage is Stage.ACCEPTED
        await d.press("n")
        await d.type("likes mornings")
        await d.press("enter")
        assert d.keys == 3, "one for accept, two for the note"
        await d.press("s")
        await d.type("in 3h")
        await d.press("enter")
        assert d.keys == 5
    assert floor.value("SELECT text FROM note WHERE lead_id = ?", lead_id) == "likes mornings"
    assert floor.state(lead_id).snoozed_until is not None


async def test_a_status_set_by_hand_is_an_override_in_two_keys(floor: Floor) -> None:
    lead_id = floor.lead(Stage.ATTEMPTING)
    floor.later(24 * 3600 * 1_000_000)
    async with at_work(floor) as d:
        await d.press("t", "s")
        assert d.keys == 2
    assert floor.state(lead_id).status == "stale"
    assert floor.value("SELECT count(*) FROM status_change WHERE lead_id = ? AND override = 1", lead_id) == 1


async def test_keys_pressed_at_once_reach_the_right_at_bats(floor: Floor) -> None:
    leads = [floor.lead(Stage.ACCEPTED) for _ in range(4)]
    async with at_work(floor) as d:
        await d.burst("l", "n", "l", "v", "l", "n")
    logged = floor.store.rows("SELECT lead_id, disposition FROM touch WHERE void = 0 ORDER BY id")
    assert [found for _, found in logged] == ["no_answer", "voicemail_left", "no_answer"]
    assert len({lead for lead, _ in logged}) == 3
    assert {lead for lead, _ in logged} <= set(leads)


async def test_the_second_of_two_is_told_who_did_what_and_loses_nothing(floor: Floor) -> None:
    lead_id = floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        await d.press("l", "c")
        await d.type("they want a quote")
        floor.touch(lead_id, D.NO_ANSWER, Channel.CALL, actor=BEN)
        await d.press("enter")
        shown = d.screen_text()
        assert "Ben logged a touch on this" in shown
        assert "they want a quote" in shown
        await d.press("enter")
        assert on_queue(d)
    assert newest(floor, "user_id, note") == (2, "they want a quote")
    assert floor.state(lead_id).touches == 2
