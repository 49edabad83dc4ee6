"""Reversing a conversion: a team lead's correction, with a reason."""

from __future__ import annotations

from screens.dialogs.reverse import ReverseDialog
from store.instants import DAY
from store.vocabulary import Stage
from tests.factories import ANA, PRIYA, Floor
from tests.screens.lead_app import at_the_plate
from tests.store.test_hand_over import accept, handed


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


async def test_a_rep_is_told_who_may_before_typing(floor: Floor) -> None:
    lead_id = floor.lead(Stage.QUALIFIED)
    floor.convert(lead_id)
    async with at_the_plate(floor, lead_id, PRIYA) as d:
        await d.press("U")
        await d.until(lambda: "Only a team lead reverses" in d.screen_text())
        assert not isinstance(d.app.screen, ReverseDialog)


async def test_what_no_reason_makes_possible_is_said_before_it_is_typed(floor: Floor) -> None:
    lead_id = floor.lead(Stage.QUALIFIED)
    floor.convert(lead_id)
    floor.later(2 * DAY)
    async with at_the_plate(floor, lead_id, ANA) as d:
        await d.press("U")
        await d.until(lambda: "on the same day only" in d.screen_text())
        assert not isinstance(d.app.screen, ReverseDialog)


async def test_an_opportunity_that_was_worked_on_is_not_reversed(floor: Floor) -> None:
    id = handed(floor)
    accept(floor, id)
    lead_id = floor.value("SELECT lead_id FROM conversion")
    async with at_the_plate(floor, lead_id, ANA) as d:
        await d.press("U")
        await d.until(lambda: "was worked on since" in d.screen_text())
        assert not isinstance(d.app.screen, ReverseDialog)
