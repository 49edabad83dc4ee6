"""Reversing a conversion: a team lead's correction, with a reason."""

from __future__ import annotations

from store.vocabulary import Stage
from tests.factories import ANA, PRIYA, Floor
from tests.screens.lead_app import at_the_plate


async def test_a_team_lead_takes_back_a_conversion_of_today(floor: Floor) -> None:
    lead_id = floor.lead(Stage.QUALIFIED)
    floor.convert(lead_id)
    async with at_the_plate(floor, lead_id, ANA) as d:
        await d.press("U", "enter")
        assert "Say why it is reversed" in d.screen_text()
        await d.type("wrong company")
        await d.press("enter")
    assert floor.state(lead_id).stage is Stage.QUALIFIED
    assert floor.value("SELECT stage FROM opportunity") == "reversed"


async def test_a_rep_is_told_who_may(floor: Floor) -> None:
    lead_id = floor.lead(Stage.QUALIFIED)
    floor.convert(lead_id)
    async with at_the_plate(floor, lead_id, PRIYA) as d:
        await d.press("U")
        await d.type("wrong company")
        await d.press("enter")
        assert "Only a team lead reverses" in d.screen_text()
    assert floor.state(lead_id).stage is Stage.CONVERTED
