"""How the alerts and the story of an at bat look, compared with pictures that a person has looked at."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from store.instants import DAY, MINUTE
from store.operations.tick import tick
from store.rules.closing import NewPerson
from store.vocabulary import Disposition, Motion, Stage
from tests.drivers import AppDriver
from tests.factories import ANA, BEN, PRIYA, Floor
from tests.screens.queue_app import program
from tests.snapshots.test_looks import SIZES, THEMES, Compare


@pytest.fixture
def late(floor: Floor) -> Floor:
    """A week in which some things went wrong."""
    dana = NewPerson("Dana", "Ortiz", "CFO", "+1 212 555 0142")
    first = floor.lead(motion=Motion.DEMO_REQUEST, company="Northwind", person=dana)
    floor.lead(Stage.ATTEMPTING, motion=Motion.CAMPAIGN_RESPONSE, company="Möller & Söhne", actor=BEN)
    floor.now += 10 * MINUTE
    tick(floor.store, floor.now)
    floor.touch(first)
    floor.touch(first, Disposition.CONVERSATION)
    floor.now += 9 * DAY
    tick(floor.store, floor.now)
    floor.lead(Stage.DISQUALIFIED, company="Harbour Freight [UK]")
    floor.lead(motion=Motion.DEMO_REQUEST, company="美咲商事", actor=BEN)
    floor.now += 7 * MINUTE
    tick(floor.store, floor.now)
    return floor


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES)
def test_alerts(snap_compare: Compare, late: Floor, size: str, theme: str) -> None:
    async def before(pilot: Pilot[int]) -> None:
        d = AppDriver(pilot.app, pilot)  # type: ignore[arg-type]
        await d.press("!")
        await d.until(lambda: "approval" in d.screen_text())
        await d.until(lambda: size == "narrow" or "leave to marketing" in d.screen_text())  # the at bat beside it

    assert snap_compare(program(late, ANA, theme=theme), terminal_size=SIZES[size], run_before=before)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", ["narrow", "middle"])
def test_why(snap_compare: Compare, late: Floor, size: str, theme: str) -> None:
    async def before(pilot: Pilot[int]) -> None:
        d = AppDriver(pilot.app, pilot)  # type: ignore[arg-type]
        await d.press("j", "W")
        await d.until(lambda: "if nobody does anything" in d.screen_text())

    assert snap_compare(program(late, PRIYA, theme=theme), terminal_size=SIZES[size], run_before=before)
