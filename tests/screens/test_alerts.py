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
from store.vocabulary import Decision, Motion, Stage
from tests.drivers import AppDriver
from tests.factories import ANA, BEN, PRIYA, Floor
from tests.screens.lead_app import said
from tests.screens.queue_app import at_work, on_queue
from tests.store.clockwork import working
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


# --- marked ---


def decided(floor: Floor, lead_id: int) -> tuple[int, int | None]:
    """Who decided what of a disqualification that waited."""
    sql = "SELECT decided_by_id, approved FROM approval WHERE lead_id = ? AND void = 0"
    return floor.store.rows(sql, (lead_id,))[0]


async def test_marked_ones_are_approved_at_once_from_where_they_are_seen(floor: Floor) -> None:
    leads = [floor.lead(Stage.DISQUALIFIED) for _ in range(3)]
    other = floor.lead(Stage.DISQUALIFIED, actor=BEN)
    async with at_work(floor, ANA) as d:
        await d.press("!")
        before = d.keys
        await d.press("j", "space", "space", "space")  # the newest, Ben's, stands first
        await d.until(lambda: "act on 3 marked at bats" in said(d))
        marking = d.keys
        await d.press("A")
        assert "3 asked by Priya: connected, bad fit" in said(d)
        await d.press("a")
        await d.until(lambda: "Approve 3 of 3: they close as was asked" in said(d))
        assert [floor.state(lead).open for lead in leads] == [1, 1, 1], "nothing is saved by looking"
        await d.press("enter")
        await d.until(lambda: d.app.screen is alerts_of(d) and len(alerts_of(d).table.ids) == 1)
        assert (marking - before, d.keys - marking) == (4, 3)
        assert [floor.state(lead).stage for lead in leads] == [Stage.CLOSED] * 3
        assert {decided(floor, lead) for lead in leads} == {(ANA.user_id, 1)}, "by whom is kept"
        assert floor.state(other).open
        await d.press("u")
        await d.until(lambda: len(alerts_of(d).table.ids) == 4)
        assert [floor.state(lead).stage for lead in leads] == [Stage.DISQUALIFIED] * 3


async def test_marked_ones_are_sent_back_with_one_note(floor: Floor) -> None:
    leads = [floor.lead(Stage.DISQUALIFIED) for _ in range(2)]
    late = floor.lead(motion=Motion.DEMO_REQUEST, actor=ANA)
    pass_time(floor, 10 * MINUTE)
    async with at_work(floor, ANA) as d:
        await d.press("!", "ctrl+a", "A", "s")
        await d.type("call once more")
        await d.press("enter")
        await d.until(lambda: "Send back 2 of 3" in said(d))
        assert "1 Nothing waits for approval here. Person3 Ortiz" in said(d)
        await d.press("enter")
        await d.until(lambda: d.app.screen is alerts_of(d))
        assert "2 of 3 sent back; 1 refused, still marked" in said(d)
        await d.press("escape")
        assert alerts_of(d).table.marked == set(), "esc takes the marks away first"
    assert [floor.state(lead).stage for lead in leads] == [Stage.NEW] * 2
    assert [floor.state(lead).decision for lead in leads] == [Decision.RETURNED] * 2
    assert {decided(floor, lead) for lead in leads} == {(ANA.user_id, 0)}
    assert floor.state(late).open


async def test_stale_ones_are_decided_and_given_on_where_they_are_seen(floor: Floor) -> None:
    lead_ids = [working(floor, actor=ANA) for _ in range(2)]
    pass_time(floor, 31 * DAY)
    async with at_work(floor, ANA) as d:
        await d.press("!")
        await d.until(lambda: "stale" in said(d))
        await d.press("ctrl+a", "r", "a")
        await d.until(lambda: "Give 2 of 2 to Ben" in said(d))
        await d.press("enter")
        await d.until(lambda: d.app.screen is alerts_of(d))
        assert [floor.state(lead).owner_id for lead in lead_ids] == [BEN.user_id] * 2
    async with at_work(floor, BEN) as d:
        await d.press("!")
        await d.until(lambda: "stale" in said(d))
        await d.press("ctrl+a", "x", "n")
        await d.type("in 3 months")
        await d.press("enter", "enter")
        await d.until(lambda: "Nothing needs a word from you." in said(d))
    assert [floor.state(lead).open for lead in lead_ids] == [0, 0]


async def test_a_row_of_many_opens_them_and_stands_for_all_of_them(floor: Floor) -> None:
    leads = [floor.lead(Stage.ATTEMPTING, motion=Motion.CAMPAIGN_RESPONSE, actor=BEN) for _ in range(3)]
    pass_time(floor, 9 * DAY)
    async with at_work(floor, ANA) as d:
        await d.press("!")
        assert "no connect in time" in said(d)
        assert "3 at bats attempting" in said(d)
        assert len(alerts_of(d).table.ids) == 1
        await d.press("l")
        assert "is about no single at bat: enter opens" in said(d)
        await d.press("enter")
        await d.until(lambda: "Ben: no connect in time" in said(d))
        await d.press("escape", "space", "r", "a")
        await d.until(lambda: "Give 3 of 3 to Priya" in said(d))
        await d.press("enter")
        await d.until(lambda: "Priya" in said(d) and d.app.screen is alerts_of(d))
    assert [floor.state(lead).owner_id for lead in leads] == [PRIYA.user_id] * 3


async def test_what_is_about_no_at_bat_is_not_marked(floor: Floor) -> None:
    handed(floor)
    pass_time(floor, 2 * DAY)
    async with at_work(floor, ANA) as d:
        await d.press("!")
        assert "hand-over unanswered" in said(d)
        await d.press("ctrl+a")
        await d.until(lambda: "1 alert is about no at bat, and not marked" in said(d))
        assert alerts_of(d).table.marked == set()


async def test_an_offer_is_not_called_late(floor: Floor) -> None:
    floor.lead(motion=Motion.DEMO_REQUEST, actor=BEN)
    pass_time(floor, 4 * MINUTE)
    async with at_work(floor) as d:
        await d.press("!")
        assert "1 alert enter opens" in said(d), "three minutes of five are over"
        assert "offered to all" in said(d)


async def test_what_waits_is_one_key_from_the_board(floor: Floor) -> None:
    of_priya, of_ben = floor.lead(Stage.DISQUALIFIED), floor.lead(Stage.DISQUALIFIED, actor=BEN)
    floor.lead(motion=Motion.DEMO_REQUEST, actor=ANA)
    pass_time(floor, 10 * MINUTE)
    async with at_work(floor, ANA) as d:
        await d.press("4")
        await d.until(lambda: isinstance(d.app.screen, TeamScreen) and d.app.screen.table.cursor_row is not None)
        while d.app.screen.table.cursor_id != PRIYA.user_id:  # type: ignore[attr-defined]
            await d.press("j")
        before = d.keys
        await d.press("A")
        await d.until(lambda: "1 closing of Priya’s waits for approval" in said(d))
        assert d.keys - before == 1
        await d.press("A", "a")
        await d.until(lambda: "Nothing of Priya’s waits for approval." in said(d))
        assert not floor.state(of_priya).open
        await d.press("escape", "G", "A")
        await d.until(lambda: "1 closing waits for approval" in said(d))
        await d.press("escape", "!")
        await d.until(lambda: "clock missed" in said(d))
    assert floor.state(of_ben).open
    async with at_work(floor, PRIYA) as d:
        await d.press("4", "A")
        await d.until(lambda: "Only a team lead decides what waits." in said(d))


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_marks_say_what_acts_on_them_in_every_window(floor: Floor, size: tuple[int, int]) -> None:
    floor.lead(Stage.DISQUALIFIED)
    async with at_work(floor, ANA, size=size) as d:
        await d.press("!", "space")
        await d.until(lambda: "act on 1 marked at bat" in said(d))


@pytest.mark.parametrize("size", [(120, 36), (200, 50)])
async def test_a_window_with_room_says_why_in_full(floor: Floor, size: tuple[int, int]) -> None:
    floor.lead(motion=Motion.DEMO_REQUEST, company="Northwind")
    pass_time(floor, 10 * MINUTE)
    async with at_work(floor, size=size) as d:
        await d.press("!")
        await d.until(lambda: "offered to all: untouched: whoever is free may take it" in said(d))
        await d.until(lambda: "outbound" in said(d) or "demo request" in said(d))  # the at bat, as beside the queue


async def test_the_keys_named_are_those_that_do_something_to_the_row(floor: Floor) -> None:
    floor.lead(Stage.DISQUALIFIED)
    floor.lead(motion=Motion.DEMO_REQUEST)
    pass_time(floor, 10 * MINUTE)
    async with at_work(floor, ANA) as d:
        await d.press("!")
        await d.until(lambda: "2 alerts" in said(d))
        at = alerts_of(d)
        waits = [row.id for row in at._rows if row.waits]
        at.table.move_to(waits[0])
        await d.until(lambda: "A decides" in said(d) and "A approve" in said(d) and "c convert" not in said(d))
        at.table.move_to(next(row.id for row in at._rows if not row.waits))
        await d.until(lambda: "A decides" not in said(d) and "A approve" not in said(d) and "l log" in said(d))
