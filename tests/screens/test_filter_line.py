"""The line in which a list is narrowed: why something is no filter is said whole."""

from __future__ import annotations

import pytest

from screens.queue.filter_line import FilterLine
from store.vocabulary import Stage
from tests.factories import Floor
from tests.screens.queue_app import at_work


@pytest.mark.parametrize("width", [80, 120, 200])
async def test_a_refusal_is_said_whole(floor: Floor, width: int) -> None:
    floor.lead(Stage.ACCEPTED)
    async with at_work(floor, size=(width, 24)) as d:
        await d.press("f")
        await d.type("foo:bar")
        await d.until(lambda: "no “foo”" in d.screen_text())
        await d.idle()
        assert "age or quiet." in d.screen_text()


async def test_what_is_short_stands_beside(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED, company="Northwind")
    async with at_work(floor, size=(80, 24)) as d:
        await d.press("f")
        await d.type("foo:bar")
        await d.until(lambda: "no “foo”" in d.screen_text())
        await d.press(*["backspace"] * 7)
        await d.type("north")
        await d.until(lambda: "1 of 1" in d.screen_text())
        await d.idle()
        assert d.app.screen.query_one(FilterLine).size.height == 1
