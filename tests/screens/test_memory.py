"""A screen that is made for the moment leaves nothing behind: an app that is open all day stays as small as it was."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

from store.vocabulary import Stage
from tests.drivers import AppDriver
from tests.factories import Floor
from tests.screens.queue_app import at_work


@pytest.mark.parametrize(("way", "key"), [((), "?"), ((), ":"), (("enter",), "h"), (("enter",), "?")])
async def test_what_was_drawn_is_let_go(floor: Floor, way: tuple[str, ...], key: str) -> None:
    floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        await d.press(*way)
        drawn = await there_and_back(d, key)
        await there_and_back(d, key)  # what had the focus is known until something else has it
        await d.until(lambda: not kept(drawn))


def kept(drawn: list[weakref.ref[Any]]) -> list[Any]:
    """What is still there of it."""
    gc.collect()
    return [cache for cache in drawn if cache() is not None]


async def there_and_back(d: AppDriver, key: str) -> list[weakref.ref[Any]]:
    """Open a screen and leave it; returns what its widgets had drawn."""
    below = d.app.screen
    await d.press(key)
    assert d.app.screen is not below
    drawn = [weakref.ref(widget._styles_cache) for widget in d.app.screen.query("*")]
    await d.press("escape")
    await d.until(lambda: d.app.screen is below)
    return drawn
