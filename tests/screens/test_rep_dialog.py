"""What is said of a rep from the board, key by key; and the changes of status that are judged from there."""

from __future__ import annotations

import pytest

from screens.dialogs.judge import JudgeDialog
from screens.dialogs.rep import RepDialog
from screens.team.spot_checks import SpotCheckScreen
from screens.timeline.screen import TimelineScreen
from store import Actor
from store.instants import DAY
from store.vocabulary import Stage
from tests.drivers import AppDriver
from tests.factories import ANA, BEN, PRIYA, Floor
from tests.screens.queue_app import at_work
from tests.screens.test_team import on_board


async def says(d: AppDriver, of: Actor = PRIYA) -> None:
    """Open the dialog on somebody."""
    await on_board(d, of)
    await d.press("E")
    await d.until(lambda: isinstance(d.app.screen, RepDialog))


async def test_pausing_is_two_keys_from_the_board(floor: Floor) -> None:
    floor.lead()
    async with at_work(floor, ANA) as d:
        await says(d)
        await d.press("p")
        await d.until(lambda: floor.value('SELECT paused FROM "user" WHERE id = 2') == 1)
        await d.press("E")
        await d.until(lambda: "take new ones again" in d.screen_text())
        await d.press("r")
        await d.until(lambda: floor.value('SELECT paused FROM "user" WHERE id = 2') == 0)
        await d.press("u")
        await d.until(lambda: floor.value('SELECT paused FROM "user" WHERE id = 2') == 1)


async def test_an_absence_takes_days_as_people_say_them(floor: Floor) -> None:
    floor.lead()
    async with at_work(floor, ANA) as d:
        await says(d)
        await d.press("a")
        await d.until(lambda: "away today" in d.screen_text())  # what leaving both days empty means
        await d.type("gibberish")
        await d.press("enter")
        await d.until(lambda: 'not a day I know: say it like "tomorrow", "next fri"' in d.screen_text())
        await d.press("ctrl+u")
        await d.type("2026-12-24")
        await d.press("tab", "tab", "tab")  # among the two days alone
        await d.type("2026-12-31")
        await d.until(lambda: "away 24 Dec through 31 Dec" in d.screen_text())
        await d.press("enter")
        await d.until(lambda: not isinstance(d.app.screen, RepDialog))
        assert floor.store.rows("SELECT user_id, starts, ends FROM absence") == [(2, "2026-12-24", "2026-12-31")]
        await d.press("E")
        await d.until(lambda: "takes new ones · away 24 Dec through 31 Dec" in d.screen_text())
        await d.press("n")
        await d.until(lambda: "Priya is not away 24 Dec through 31 Dec" in d.screen_text())
        assert floor.value("SELECT count(*) FROM absence WHERE void = 0") == 0
        await d.press("u")
        await d.until(lambda: floor.value("SELECT count(*) FROM absence WHERE void = 0") == 1)


async def test_days_left_empty_are_today(floor: Floor) -> None:
    floor.lead()
    async with at_work(floor, ANA) as d:
        await says(d)
        await d.press("a")
        await d.until(lambda: "away today" in d.screen_text())
        assert floor.value("SELECT count(*) FROM absence") == 0  # the letter alone saves nothing
        await d.press("tab")
        await d.type("tomorrow")
        await d.press("enter")
        await d.until(lambda: not isinstance(d.app.screen, RepDialog))
        assert floor.store.rows("SELECT starts, ends FROM absence") == [("2026-11-23", "2026-11-24")]


async def test_leaving_is_never_a_letter_alone(floor: Floor) -> None:
    lead = floor.lead(actor=PRIYA)
    async with at_work(floor, ANA) as d:
        await says(d)
        await d.press("l")
        await d.until(lambda: "can no longer be chosen" in d.screen_text())
        assert floor.value('SELECT active FROM "user" WHERE id = 2') == 1
        await d.press("b")  # the second of the list: Ben
        assert isinstance(d.app.screen, RepDialog)
        await d.press("enter")
        await d.until(lambda: floor.value('SELECT active FROM "user" WHERE id = 2') == 0)
        assert floor.state(lead).owner_id == BEN.user_id


async def test_a_rep_says_it_of_themselves_alone(floor: Floor) -> None:
    floor.lead(actor=PRIYA)
    floor.lead(actor=BEN)
    async with at_work(floor, PRIYA) as d:
        await on_board(d, BEN)
        await d.press("E")
        await d.until(lambda: "Only Ben or a team lead says this" in d.screen_text())
        await says(d, PRIYA)
        assert "leave the team" not in d.screen_text()
        await d.press("p")
        await d.until(lambda: floor.value('SELECT paused FROM "user" WHERE id = 2') == 1)


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_changes_of_status_are_judged_one_after_the_other(floor: Floor, size: tuple[int, int]) -> None:
    for _ in range(3):
        floor.lead(Stage.ATTEMPTING)
    floor.now += 31 * DAY
    async with at_work(floor, ANA, size=size) as d:
        await on_board(d)
        await d.press("J")
        await d.until(lambda: isinstance(d.app.screen, SpotCheckScreen))
        await d.until(lambda: "November 2026:" in d.screen_text() and "to judge" in d.screen_text())
        await d.press("enter")  # at the change, not at what happened last
        await d.until(lambda: isinstance(d.app.screen, TimelineScreen))
        await d.press("escape")
        await d.until(lambda: isinstance(d.app.screen, SpotCheckScreen))
        before = floor.value("SELECT count(*) FROM spot_check")
        await d.press("A", "r")
        await d.until(lambda: floor.value("SELECT count(*) FROM spot_check") == before + 1)
        await d.until(lambda: isinstance(d.app.screen, SpotCheckScreen))
        await d.press("A", "w")
        await d.type("[b]nobody answered")
        await d.press("enter")
        await d.until(lambda: floor.value('SELECT count(*) FROM spot_check WHERE "right" = 0') == 1)
        await d.until(lambda: "wrong" in d.screen_text())
        await d.press("escape")
        await d.until(lambda: not isinstance(d.app.screen, SpotCheckScreen | JudgeDialog))


async def test_a_rep_judges_nothing(floor: Floor) -> None:
    floor.lead(Stage.ATTEMPTING)
    floor.now += 31 * DAY
    async with at_work(floor, PRIYA) as d:
        await on_board(d)
        await d.press("J")
        await d.until(lambda: isinstance(d.app.screen, SpotCheckScreen))
        await d.press("A")
        await d.until(lambda: "Only a team lead judges" in d.screen_text())


async def test_what_was_typed_in_a_field_shown_later_is_asked_for_once(floor: Floor) -> None:
    floor.lead()
    async with at_work(floor, ANA) as d:
        await says(d)
        await d.press("a")
        await d.until(lambda: d.app.focused is not None and d.app.focused.id is None)
        await d.type("+2bd")
        await d.press("escape")
        await d.until(lambda: "What you typed is not saved" in d.screen_text())
        await d.press("escape")
        await d.until(lambda: not isinstance(d.app.screen, RepDialog))
        assert floor.value("SELECT count(*) FROM absence") == 0
