"""A team lead decides what waits: one letter closes it, the other sends it back with a note."""

from __future__ import annotations

import pytest

from screens.dialogs.approve import ApproveDialog
from store.vocabulary import Stage
from tests.factories import ANA, PRIYA, Floor
from tests.screens.lead_app import at_the_plate, said


@pytest.mark.parametrize("key", ["x", "c", "A"])
async def test_the_keys_that_end_an_at_bat_decide_one_that_waits(floor: Floor, key: str) -> None:
    lead_id = floor.lead(Stage.DISQUALIFIED)
    async with at_the_plate(floor, lead_id, ANA) as d:
        await d.press(key)
        assert isinstance(d.app.screen, ApproveDialog)
        assert "Priya asks to close it: connected, bad fit, no need" in said(d)
        await d.press("a")
        assert d.keys == 2
    lead = floor.state(lead_id)
    assert (lead.stage, lead.reason, lead.eligible_on) == (Stage.CLOSED, "no_need", "high_intent")


async def test_sending_back_needs_a_note(floor: Floor) -> None:
    lead_id = floor.lead(Stage.DISQUALIFIED)
    async with at_the_plate(floor, lead_id, ANA) as d:
        await d.press("x", "s")
        assert isinstance(d.app.screen, ApproveDialog)
        await d.press("enter")
        assert "Say why it is sent back." in said(d)
        await d.type("ask for the COO")
        await d.press("enter")
    assert floor.state(lead_id).stage is Stage.NEW
    assert floor.value("SELECT answer FROM approval") == "ask for the COO"


async def test_nobody_else_decides_and_nothing_else_is_decided(floor: Floor) -> None:
    waiting, working = floor.lead(Stage.DISQUALIFIED), floor.lead(Stage.CONNECTED)
    async with at_the_plate(floor, waiting, PRIYA) as d:
        await d.press("A")
        assert "Only a team lead decides this." in said(d)
        await d.press("x")
        assert not isinstance(d.app.screen, ApproveDialog)
    async with at_the_plate(floor, working, ANA) as d:
        await d.press("A")
        assert "Nothing waits for approval here." in said(d)
