"""The real app over a real database, with one at bat in front: what the tests of the lead dialogs drive."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from store import Actor, open_store
from store.queries.queue import QueueRow, row
from store.queries.users import users
from tests.drivers import AppDriver, driving
from tests.factories import PRIYA, Floor
from tui.app import AtBat
from tui.desk import Desk, Done
from tui.frame import MainView, TeamFacts
from tui.lead_screen import LeadRow, LeadScreen


class OneLead(LeadScreen):
    """A screen with one at bat on it; ``heard`` is what was done to it."""

    VIEW = "queue"
    lead_id = 0

    def __init__(self) -> None:
        super().__init__()
        self.row: QueueRow | None = None
        self.heard: list[Done] = []

    def compose_body(self) -> ComposeResult:
        """Who it is."""
        yield Static(id="who")

    def on_mount(self) -> None:
        """Read the at bat."""
        self.row = self.app.desk.read_now(row, self.lead_id)
        self.query_one("#who", Static).update(Content(self.row.name if self.row else "nobody"))

    def current_lead(self) -> LeadRow | None:
        """The one."""
        return self.row

    def lead_done(self, done: Done) -> None:
        """Remember it and read the at bat again."""
        self.heard.append(done)
        if self.lead_id:
            self.row = self.app.desk.read_now(row, self.lead_id)


@asynccontextmanager
async def at_the_plate(
    floor: Floor, lead_id: int = 0, actor: Actor = PRIYA, *, size: tuple[int, int] = (120, 36)
) -> AsyncIterator[AppDriver]:
    """Drive the app with ``lead_id`` in front of ``actor``; the floor's clock is the app's."""
    path = Path(floor.store.path)
    writer, reader = partial(open_store, path), partial(open_store, path, read_only=True)
    desk = Desk(writer, reader, clock=lambda: floor.now)
    store = floor.store
    person = next(user for user in users(store) if user.id == actor.user_id)
    OneLead.lead_id = lead_id
    app = AtBat(
        desk,
        TeamFacts(store.zone, store.calendar, store.rules),
        person,
        views=(MainView("queue", "Queue", "tests.screens.lead_app:OneLead"),),
    )
    async with driving(app, size) as driver:
        yield driver


def heard(driver: AppDriver) -> list[Done]:
    """What the screen was told was done."""
    screen = driver.app.screen_stack[0]
    assert isinstance(screen, OneLead)
    return screen.heard


def said(driver: AppDriver) -> str:
    """What the screen says, with its lines and boxes joined."""
    return " ".join(driver.screen_text().translate(_BOXES).split())


_BOXES = {ord(sign): " " for sign in "│╭╮╰╯─"}
