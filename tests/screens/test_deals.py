"""The opportunities as an account executive, a rep and a team lead see and work them, key by key."""

from __future__ import annotations

from screens.deals.screen import DealsScreen
from screens.queue.screen import QueueScreen
from tests.drivers import AppDriver
from tests.factories import ANA, ED, PRIYA, Floor
from tests.screens.lead_app import said
from tests.screens.queue_app import at_work
from tests.store.test_hand_over import accept, handed, reject


def desk_of(driver: AppDriver) -> DealsScreen:
    """The screen of the opportunities, which is in front."""
    screen = driver.app.screen
    assert isinstance(screen, DealsScreen)
    return screen


async def test_an_account_executive_starts_on_what_was_handed_over(floor: Floor) -> None:
    handed(floor)
    async with at_work(floor, ED) as d:
        assert isinstance(d.app.screen, DealsScreen)
        assert "answer by" in said(d)
        assert "from Priya" in said(d)
        await d.until(lambda: "came from" in said(d))
        await d.press("a")
        await d.until(lambda: "Handed over 0" in said(d))
        assert d.keys == 1
        assert "closes" in said(d)


async def test_a_rep_starts_on_the_queue_and_a_key_shows_the_opportunities(floor: Floor) -> None:
    id = handed(floor)
    reject(floor, id)
    async with at_work(floor, PRIYA) as d:
        assert isinstance(d.app.screen, QueueScreen)
        await d.press("2")
        await d.until(lambda: "rejected by sales: no budget" in said(d))
        assert "Rejected by sales ! 1" in said(d)
        await d.press("1")
        assert isinstance(d.app.screen, QueueScreen)


async def test_enter_opens_the_story_and_esc_goes_back_to_the_row(floor: Floor) -> None:
    handed(floor)
    second = handed(floor)
    accept(floor, second)
    async with at_work(floor, ED) as d:
        await d.press("j", "enter")
        await d.until(lambda: "hand-over accepted" in said(d))
        assert "converted · opportunity" in said(d)
        await d.press("left_square_bracket")
        await d.until(lambda: "hand-over accepted" not in said(d))
        await d.press("escape")
        assert desk_of(d).table.cursor_index == 0


async def test_a_team_lead_sees_everybodys_with_the_owner(floor: Floor) -> None:
    handed(floor)
    async with at_work(floor, ANA, size=(200, 50)) as d:
        await d.press("2")
        await d.until(lambda: "from Priya to Ed" in said(d))
