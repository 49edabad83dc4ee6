"""Somebody else was there first: a dialog that is opened or saved says who did what, and when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from store.operations.working import LeadDraft, StatusDraft, reassign, set_status
from store.vocabulary import Disposition, Outcome, Stage, Status
from tests.factories import BEN, HOUR, Floor
from tests.screens.lead_app import at_the_plate, said

ENDINGS: dict[str, tuple[Callable[[Floor, int], Any], str]] = {
    "closed": (lambda floor, lead: floor.close(lead, Outcome.NO_RESPONSE, actor=BEN), "closed this as no response"),
    "converted": (lambda floor, lead: floor.convert(lead, actor=BEN), "converted this"),
}
KEYS = "lxcbsntQp"


@pytest.mark.parametrize("how", ENDINGS)
@pytest.mark.parametrize("key", KEYS)
async def test_a_dialog_on_what_has_ended_meanwhile_stays_shut_and_says_who_ended_it(
    floor: Floor, key: str, how: str
) -> None:
    end, told = ENDINGS[how]
    lead_id = floor.lead(Stage.CONNECTED)
    async with at_the_plate(floor, lead_id, size=(200, 36)) as d:
        end(floor, lead_id)
        floor.later(2 * HOUR)
        before = floor.dump()
        await d.burst(key, "n")
        assert len(d.app.screen_stack) == 1
        assert d.app.notice is not None
        assert f"Ben {told} 2 h ago; nothing was saved" in d.app.notice.sentence
        assert floor.dump() == before


@pytest.mark.parametrize("how", ENDINGS)
async def test_a_dialog_open_meanwhile_is_told_when_it_is_saved_and_keeps_the_words(floor: Floor, how: str) -> None:
    end, told = ENDINGS[how]
    lead_id = floor.lead(Stage.CONNECTED)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("n")
        await d.type("call on Monday")
        end(floor, lead_id)
        floor.later(2 * HOUR)
        await d.press("enter")
        await d.until(lambda: f"Ben {told} 2 h ago; nothing was saved" in said(d))
        assert "call on Monday" in said(d)
    assert floor.value("SELECT count(*) FROM note") == 0


async def test_one_taken_over_meanwhile_is_shown_as_it_stands_and_told(floor: Floor) -> None:
    lead_id = floor.lead(Stage.CONNECTED)
    async with at_the_plate(floor, lead_id) as d:
        reassign(floor.store, BEN, floor.later(), LeadDraft(lead_id))
        floor.later(2 * HOUR)
        await d.press("l")
        assert "Ben took this over 2 h ago: this is how it stands now." in said(d)
        await d.press("n")
        await d.until(lambda: len(d.app.screen_stack) == 1)
    assert floor.value("SELECT disposition FROM touch") == Disposition.NO_ANSWER


async def test_ones_own_act_elsewhere_is_taken_in_without_a_word(floor: Floor) -> None:
    lead_id = floor.lead(Stage.CONNECTED)
    async with at_the_plate(floor, lead_id) as d:
        floor.touch(lead_id)
        await d.press("l")
        assert "attempt 4 of" in said(d)
        assert "this is how it stands" not in said(d)


async def test_one_that_waits_for_a_team_lead_meanwhile_is_refused_but_for_a_note(floor: Floor) -> None:
    lead_id = floor.lead(Stage.CONNECTED)
    async with at_the_plate(floor, lead_id, size=(200, 36)) as d:
        floor.bring(lead_id, Stage.DISQUALIFIED, BEN)
        floor.later(2 * HOUR)
        await d.press("b")
        assert "Ben closed this 2 h ago, and this cannot be done any more; nothing was saved." in said(d)
        await d.press("n")
        assert "What to remember" in said(d)


async def test_a_meeting_booked_meanwhile_may_still_get_its_result(floor: Floor) -> None:
    lead_id = floor.lead(Stage.CONNECTED)
    async with at_the_plate(floor, lead_id) as d:
        floor.meet(lead_id, actor=BEN)
        await d.press("l")
        assert "Ben converted this" in said(d)
        assert "the meeting was held" in said(d)


async def test_a_status_set_by_a_rule_costs_no_word(floor: Floor) -> None:
    lead_id = floor.lead(Stage.CONNECTED)
    async with at_the_plate(floor, lead_id) as d:
        set_status(floor.store, BEN, floor.later(), StatusDraft(lead_id, Status.WORKING))
        await d.press("t")
        assert "Ben set the status of this" in said(d)
        assert floor.state(lead_id).status is Status.WORKING
