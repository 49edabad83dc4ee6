"""Whole collections come in a pause; without one, when they are overdue."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from time import monotonic
from typing import Any

import pytest

import tui.garbage
from tests.drivers import PATIENCE
from tests.factories import Floor
from tests.screens.queue_app import at_work
from tui.garbage import PAUSE, Garbage


class Seen:
    """When all generations were collected."""

    def __init__(self) -> None:
        self.at: list[float] = []

    def __call__(self, phase: str, info: dict[str, int]) -> None:
        if phase == "stop" and info["generation"] == 2:
            self.at.append(monotonic())


@pytest.fixture
def seen() -> Iterator[Seen]:
    gc.collect()
    found, before = Seen(), gc.get_threshold()
    gc.callbacks.append(found)
    yield found
    gc.callbacks.remove(found)
    gc.unfreeze()
    assert gc.get_threshold() == before


def make_garbage() -> None:
    """As much as Python would go through everything for, but not yet overdue."""
    kept: list[Any] = []
    for _ in range(100_000):
        kept.append([])


async def until(seen: Seen) -> None:
    async with asyncio.timeout(PATIENCE):
        while not seen.at:
            await asyncio.sleep(0)


async def test_a_collection_waits_for_a_pause(seen: Seen) -> None:
    garbage = Garbage()
    garbage.start()
    try:
        garbage.typed()
        typed = monotonic()
        make_garbage()
        assert not seen.at
        await until(seen)
        assert seen.at[0] - typed >= PAUSE * 0.99
    finally:
        garbage.stop()


async def test_without_a_pause_it_comes_when_it_is_overdue(seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tui.garbage, "_OVERDUE", 20)
    garbage = Garbage()
    garbage.start()
    try:
        async with asyncio.timeout(PATIENCE):
            while not seen.at:
                garbage.typed()
                make_garbage()
                await asyncio.sleep(0)
        assert len(seen.at) == 1
    finally:
        garbage.stop()


async def test_every_key_of_the_app_puts_it_off(floor: Floor, seen: Seen) -> None:
    floor.lead()
    async with at_work(floor) as d:
        await d.press("j")
        make_garbage()
        for key in "kjkjk":
            seen.at.clear()
            before = monotonic()
            await d.press(key)
        await until(seen)
        assert seen.at[0] - before >= PAUSE * 0.99
