"""The alerts key by key: what is told, where it leads, what works on it; and why an at bat stands where it stands."""

from __future__ import annotations

from functools import partial

import pytest

from screens.alerts.screen import AlertScreen
from screens.deals.screen import DealsScreen
from screens.dialogs.explain import ExplainScreen
from screens.queue.screen import QueueScreen
from screens.team.queue import RepQueueScreen
from screens.team.screen import TeamScreen
from screens.timeline.screen import TimelineScreen
from store.instants import DAY, HOUR, MINUTE
from store.operations.tick import tick
from store.vocabulary import Motion, Stage
from tests.drivers import AppDriver
from tests.factories import ANA, BEN, PRIYA, Floor
from tests.screens.lead_app import said
from tests.screens.queue_app import at_work, on_queue
from tests.store.test_hand_over import handed


def alerts_of(d: AppDriver) -> AlertScreen:
    """The alerts, which are in front."""
    assert isinstance(d.app.screen, AlertScreen)
    return d.app.screen


def pass_time(floor: Floor, span: int) -> None:
    """Let the rules do what comes due meanwhile."""
    floor.now += span
    tick(floor.store, floor.now)


async def test_the_strip_says_how_many_and_the_key_goes_there_and_back(floor: Floor) -> None:
    floor.lead(motion=Motion.DEMO_REQUEST)
    pass_time(floor, 10 * MINUTE)
    async with at_work(floor) as d:
        await d.until(lambda: "1 alert: press !" in said(d))
        await d.press("!")
        alerts_of(d)
        told = said(d)
        assert "clock missed +1" in told, "it is offered to all besides: one row an at bat"
        assert "Person1 Ortiz" in told
        await d.press("escape")
        assert on_queue(d)


async def test_nothing_to_see_says_so(floor: Floor) -> None:
    floor.lead()
    async with at_work(floor) as d:
        assert "alert" not in said(d)
        await d.press("!")
        assert "Nothing needs a word from you." in said(d)


async def test_enter_opens_the_timeline_and_a_verb_takes_the_cause_away(floor: Floor) -> None:
    lead_id = floor.lead(motion=Motion.DEMO_REQUEST)
    pass_time(floor, 10 * MINUTE)
    async with at_work(floor) as d:
        await d.press("!", "enter")
        assert isinstance(d.app.screen, TimelineScreen)
        await d.press("escape")
        await d.until(lambda: isinstance(d.app.screen, AlertScreen))
        await d.press("l", "n")
        await d.until(lambda: "Nothing needs a word from you." in said(d))
        await d.press("escape")
        assert on_queue(d)
        await d.until(lambda: "alerts" not in said(d))
    assert floor.state(lead_id).attempts == 1


async def test_a_team_lead_decides_what_waits_from_there(floor: Floor) -> None:
    lead_id = floor.lead(Stage.DISQUALIFIED)
    async with at_work(floor, ANA) as d:
        await d.until(lambda: "1 alert: press !" in said(d))
        await d.press("!")
        assert "waits for approval" in said(d)
        await d.press("A", "a")
        await d.until(lambda: "Nothing needs a word from you." in said(d))
    assert floor.state(lead_id).stage is Stage.CLOSED


def _in_front(d: AppDriver, view: type) -> bool:
    return type(d.app.screen) is view


@pytest.mark.parametrize("came_from", ["1", "2", "4"])
async def test_a_number_goes_to_its_view_whatever_lies_over_it(floor: Floor, came_from: str) -> None:
    handed(floor)
    lead_id = floor.lead(motion=Motion.DEMO_REQUEST)
    pass_time(floor, 10 * MINUTE)
    views = {"1": QueueScreen, "2": DealsScreen, "4": TeamScreen}
    async with at_work(floor, ANA) as d:
        for key, view in views.items():
            await d.press(came_from, "!", "enter", key)
            await d.until(partial(_in_front, d, view))
            await d.press(came_from)
            await d.until(lambda: type(d.app.screen) is views[came_from])
        await d.press("4", "enter")
        await d.until(lambda: isinstance(d.app.screen, RepQueueScreen))
        await d.press("1", "4")
        await d.until(lambda: type(d.app.screen) is TeamScreen)
        await d.press("enter", "4", "x", "r")  # nothing to close on the board
        await d.until(lambda: type(d.app.screen) is TeamScreen)
    assert floor.state(lead_id).open


async def test_what_concerns_others_is_not_told(floor: Floor) -> None:
    floor.lead(motion=Motion.CAMPAIGN_RESPONSE, actor=BEN)
    pass_time(floor, 3 * HOUR)
    async with at_work(floor, PRIYA) as d:
        await d.press("!")
        assert "Nothing needs a word from you." in said(d)
    async with at_work(floor, BEN) as d:
        await d.press("!")
        assert "clock missed" in said(d)


async def test_every_size_shows_who_and_what(floor: Floor) -> None:
    floor.lead(motion=Motion.DEMO_REQUEST)
    pass_time(floor, 10 * MINUTE)
    for size in ((80, 24), (120, 36), (200, 50)):
        async with at_work(floor, size=size) as d:
            await d.press("!")
            told = said(d)
            assert "clock missed" in told
            assert "Person1 Ortiz" in told


async def test_why_tells_the_story_and_closes_again(floor: Floor) -> None:
    floor.lead(motion=Motion.DEMO_REQUEST)
    pass_time(floor, 10 * MINUTE)
    async with at_work(floor) as d:
        await d.press("W")
        assert isinstance(d.app.screen, ExplainScreen)
        told = said(d)
        assert "Why · Person1 Ortiz, Company 1: at bat no. 1 (demo request)" in told
        assert "the clock for first touch ran out" in told
        assert "if nobody does anything" in told
        assert "opened by Priya: demo request, from list" in told
        await d.press("G", "k", "escape")
        assert on_queue(d)


async def test_why_of_one_that_is_over(floor: Floor) -> None:
    floor.lead(motion=Motion.DEMO_REQUEST)
    async with at_work(floor) as d:
        await d.press("enter")
        pass_time(floor, 40 * DAY)
        await d.press("W")
        assert "by rule: demo request: 10 business days are over" in said(d)
        assert "if nobody does anything" not in said(d)
