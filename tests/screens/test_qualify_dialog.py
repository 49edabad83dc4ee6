"""Qualifying: four letters, and a no leads on to closing with the reason it stands for."""

from __future__ import annotations

from textual.widgets import Input

from screens.dialogs.close import CloseDialog
from screens.dialogs.qualify import QualifyDialog
from store.vocabulary import Outcome, Stage
from tests.factories import Floor
from tests.screens.lead_app import at_the_plate, said


async def test_four_letters_and_enter_qualify(floor: Floor) -> None:
    lead_id = floor.lead(Stage.CONNECTED)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("Q", "y", "y", "u", "y")
        assert "→ qualified · to be converted by" in said(d)
        assert isinstance(d.app.focused, Input)
        await d.type("budget in Q1")
        await d.press("enter")
        assert d.keys == 6
    lead = floor.state(lead_id)
    assert (lead.stage, lead.learned) == (Stage.QUALIFIED, "budget in Q1")


async def test_some_answers_are_kept_and_the_next_opening_goes_on_there(floor: Floor) -> None:
    lead_id = floor.lead(Stage.CONNECTED)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("Q", "y", "y")
        assert "still to ask: authority, timeline" in said(d)
        await d.press("enter")
        assert floor.state(lead_id).stage is Stage.CONNECTED
        await d.press("Q", "y", "y", "enter")
    assert floor.state(lead_id).stage is Stage.QUALIFIED


async def test_a_no_is_kept_and_offers_to_close_with_its_reason(floor: Floor) -> None:
    lead_id = floor.lead(Stage.CONNECTED)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("Q", "y", "n", "u", "u")
        assert "then offers to close it as bad fit, no budget" in said(d)
        await d.press("enter")
        assert isinstance(d.app.screen, CloseDialog)
        assert floor.state(lead_id).budget == "no"
        await d.press("enter")
        assert not isinstance(d.app.screen, CloseDialog)
    lead = floor.state(lead_id)
    assert (lead.outcome, lead.reason) == (Outcome.BAD_FIT, "no_budget")


async def test_the_offer_can_be_left_and_the_answers_stay(floor: Floor) -> None:
    lead_id = floor.lead(Stage.CONNECTED)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("Q", "n", "enter", "escape")
    lead = floor.state(lead_id)
    assert lead.open
    assert lead.need == "no"


async def test_too_many_unknowns_are_kept_without_qualifying(floor: Floor) -> None:
    lead_id = floor.lead(Stage.CONNECTED)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("Q", "y", "u", "u", "y")
        assert "only one may be not known" in said(d)
        await d.press("enter")
        assert not isinstance(d.app.screen, QualifyDialog)
    assert floor.state(lead_id).stage is Stage.CONNECTED


async def test_what_was_learned_keeps_its_lines_unless_it_is_changed(floor: Floor) -> None:
    lead_id = floor.lead(Stage.CONNECTED)
    floor.raw("UPDATE lead SET learned = 'one' || char(10) || 'two' WHERE id = ?", (lead_id,))
    async with at_the_plate(floor, lead_id) as d:
        await d.press("Q", "y", "enter")
    assert floor.state(lead_id).learned == "one\ntwo"
