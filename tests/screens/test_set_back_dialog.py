"""Setting a stage back, from the palette: the stage by its letter, why, and the owner is told."""

from __future__ import annotations

import pytest

from screens.dialogs.set_back import SetBackDialog
from store.vocabulary import Stage
from tests.factories import ANA, PRIYA, Floor
from tests.screens.lead_app import at_the_plate


async def test_a_team_lead_sets_a_stage_back(floor: Floor) -> None:
    lead_id = floor.lead(Stage.CONNECTED)
    async with at_the_plate(floor, lead_id, ANA) as d:
        await d.press(":")
        await d.type("set back")
        await d.press("enter")
        await d.until(lambda: isinstance(d.app.screen, SetBackDialog))
        await d.press("ctrl+s")
        await d.until(lambda: "Press the letter of a stage" in d.screen_text())
        await d.press("t")
        await d.press("ctrl+s")
        await d.until(lambda: "Say why it is set back" in d.screen_text())
        await d.type("that was [b]her assistant")
        await d.press("ctrl+s")
        await d.until(lambda: floor.state(lead_id).stage is Stage.ATTEMPTING)
    async with at_the_plate(floor, lead_id, PRIYA) as d:
        await d.press("l")
        await d.until(lambda: "set the stage back" in d.screen_text() and "[b]her assistant" in d.screen_text())


@pytest.mark.parametrize(
    ("stage", "who", "why"),
    [(Stage.CONNECTED, PRIYA, "Only a team lead"), (Stage.NEW, ANA, "There is no earlier stage")],
)
async def test_it_is_refused_before_anything_is_typed(floor: Floor, stage: Stage, who: object, why: str) -> None:
    lead_id = floor.lead(stage)
    async with at_the_plate(floor, lead_id, who) as d:  # type: ignore[arg-type]
        await d.app.run_action("screen.set_back")
        await d.until(lambda: why in d.screen_text())
        assert not isinstance(d.app.screen, SetBackDialog)
