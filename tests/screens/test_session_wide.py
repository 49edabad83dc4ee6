"""A session in a very wide window: the letters under what to say, the past and the company beside it."""

from __future__ import annotations

from screens.session.company import CompanyPane
from screens.session.front import Came, Front
from store.instants import DAY
from store.rules.closing import NewPerson
from store.vocabulary import Disposition, Stage
from tests.factories import BEN, Floor
from tests.screens.queue_app import at_work

DANA = NewPerson("Dana", "Ortiz", "CFO", "+1 212 555 0142")
LEE = NewPerson("Lee", "Wong", "VP Operations", "+1 212 555 0150")


async def test_who_else_is_there_stands_beside(floor: Floor) -> None:
    theirs = floor.lead(Stage.ATTEMPTING, company="Northwind", person=LEE, actor=BEN)
    floor.touch(theirs, Disposition.NO_ANSWER, actor=BEN)
    mine = floor.lead(Stage.ACCEPTED, company="Northwind", person=DANA)
    for _ in range(4):
        floor.touch(mine, Disposition.VOICEMAIL_LEFT)
    floor.later(12 * DAY)  # the next step is due
    async with at_work(floor, size=(200, 50)) as d:
        await d.press("S")
        await d.until(lambda: "Lee Wong  VP Operations" in d.screen_text())
        shown = d.screen_text()
        assert "── at Northwind" in shown
        assert "Ben · attempting" in shown
        assert shown.count("call, voicemail left") == 4
        assert d.app.screen.query_one(Came).region.right <= d.app.screen.query_one(CompanyPane).region.x


async def test_somebody_alone_there_is_said(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED, company="Northwind", person=DANA)
    async with at_work(floor, size=(200, 50)) as d:
        await d.press("S")
        await d.until(lambda: "nobody else is known there" in d.screen_text())


async def test_a_narrower_window_has_no_third_pane(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED, company="Northwind", person=DANA)
    async with at_work(floor, size=(200, 50)) as d:
        await d.press("S")
        await d.until(lambda: "── at Northwind" in d.screen_text())
        await d.resize(120, 36)
        assert "── at Northwind" not in d.screen_text()
        assert d.app.screen.query_one(Came).size.width == d.app.screen.query_one(Front).size.width - 2
