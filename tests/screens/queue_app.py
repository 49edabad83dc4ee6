"""The whole program over a real database, opened on the queue: what the journeys are walked through."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from screens.queue.screen import QueueScreen
from store import Actor, open_store
from store.queries.users import users
from tests.drivers import AppDriver, driving
from tests.factories import PRIYA, Floor
from tui.app import AtBat
from tui.desk import Desk
from tui.frame import TeamFacts


def program(floor: Floor, actor: Actor = PRIYA, *, theme: str | None = None, **more: Any) -> AtBat:
    """The program as ``actor`` would start it; the floor's clock is the program's, and stands still."""
    path, store = floor.store.path, floor.store
    desk = Desk(partial(open_store, path), partial(open_store, path, read_only=True), clock=lambda: floor.now)
    person = next(user for user in users(store) if user.id == actor.user_id)
    return AtBat(desk, TeamFacts(store.zone, store.calendar, store.rules), person, theme=theme, **more)


@asynccontextmanager
async def at_work(floor: Floor, actor: Actor = PRIYA, *, size: tuple[int, int] = (120, 36)) -> AsyncIterator[AppDriver]:
    """Drive the program as ``actor``, on the queue: who starts elsewhere has gone there."""
    async with driving(program(floor, actor), size) as driver:
        if actor.leads_team:
            await driver.press("1")
            driver.keys = 0
        yield driver


def queue_of(driver: AppDriver) -> QueueScreen:
    """The queue's screen, wherever the driver is now."""
    screen = next(screen for screen in driver.app.screen_stack if isinstance(screen, QueueScreen))
    return screen


def on_queue(driver: AppDriver) -> bool:
    """Whether the queue is in front, with no dialog over it."""
    return driver.app.screen is queue_of(driver)
