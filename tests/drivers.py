"""A person at the keyboard, for tests: presses keys, counts them, waits for what they cause, reads the screen.

``idle`` returns when every key has been acted on, no write is under way and every widget has dealt with its messages;
no test waits for a length of time.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual import events
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.keys import _character_to_key, key_to_character
from textual.pilot import Pilot

from tests.rest import at_rest
from tui.frame import Frame

LOOKS = 1.0  # seconds between the times of two keys pressed one after the other; those of a burst have the same
PATIENCE = 20.0  # seconds until a test is told that the app hangs


class AppDriver:
    """Drives one app; ``keys`` counts the keys pressed (typed text not included)."""

    def __init__(self, app: Frame, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot
        self.keys = 0
        self._pressed_at = 0.0  # the time of the last key event

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, each when the last has had its effect and was looked at."""
        for key in keys:
            self.keys += 1
            self._send(key, after=LOOKS)
            await self.idle()

    async def burst(self, *keys: str) -> None:
        """Press keys faster than they can be acted on."""
        self.send(*keys)
        await self.idle()

    def send(self, *keys: str) -> None:
        """Press keys and wait for nothing."""
        self.keys += len(keys)
        for number, key in enumerate(keys):
            self._send(key, after=0.0 if number else LOOKS)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds, looking again whenever every widget has dealt with its messages."""
        async with asyncio.timeout(PATIENCE):
            while not holds():
                await asyncio.sleep(0)
                await self._pumps_empty()

    async def type(self, text: str) -> None:
        """Type text into whatever has the focus."""
        for character in text:
            self._send(character)
        await self.idle()

    async def resize(self, width: int, height: int) -> None:
        """Change the size of the terminal."""
        await self.pilot.resize_terminal(width, height)
        await self.idle()

    async def idle(self) -> None:
        """Wait until everything that was begun has ended."""
        async with asyncio.timeout(PATIENCE):
            while True:
                await self._pumps_empty()
                if self.app.desk.busy:
                    await self.app.desk.drained()
                elif hold := self.app._hold:
                    await asyncio.wait({hold._task} if hold._task else set())
                elif self.app.keys_settled:
                    break
            await self._pumps_empty()
        # Twice: what the first makes a widget show may need a new layout.
        for _round in range(2):
            if self.app.screen_stack:
                self.app.screen._on_timer_update()
                await self._pumps_empty()

    def screen_text(self) -> str:
        """What the screen shows, a line a row."""
        width, height = self.app.size
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.crop(0, width).text.rstrip() for strip in strips[:height])

    def svg(self) -> str:
        """The screen as a picture."""
        return self.app.export_screenshot()

    async def _pumps_empty(self) -> None:
        # Twice: what the first round caused is done with in the second; no widget is asked when nothing is left to do.
        for _round in range(2):
            await asyncio.sleep(0)
            if self.app.is_running and not (self.app.screen_stack and at_rest(self.app)):
                await self.pilot._wait_for_screen()

    def _send(self, key: str, after: float = 0.0) -> None:
        name = _character_to_key(key) if len(key) == 1 else key
        event = events.Key(name, key if len(key) == 1 else key_to_character(name))
        self._pressed_at += after
        event.time = self._pressed_at
        event.set_sender(self.app)
        self.app.post_message(event)


def _parse_each_stylesheet_once() -> None:
    """Let the apps of one process share the rules of their stylesheets, which each would read anew for each theme."""
    known: dict[object, list[RuleSet]] = {}
    read: Callable[..., list[RuleSet]] = Stylesheet._parse_rules

    def parsed(stylesheet: Stylesheet, *of: Any, **more: Any) -> list[RuleSet]:
        key = (of, *more.items(), frozenset(stylesheet._variables.items()))
        if key not in known:
            known[key] = read(stylesheet, *of, **more)
        return known[key]

    Stylesheet._parse_rules = parsed  # type: ignore[method-assign,assignment]


_parse_each_stylesheet_once()


@asynccontextmanager
async def driving(app: Frame, size: tuple[int, int] = (120, 36)) -> AsyncIterator[AppDriver]:
    """Run ``app`` without a terminal and drive it."""
    async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
        driver = AppDriver(app, pilot)
        await driver.idle()
        try:
            yield driver
        finally:
            if app.is_running:
                await driver.idle()
            await app.desk.close()
            gc.unfreeze()  # the app froze all there was when it began: what others left would stay for ever
