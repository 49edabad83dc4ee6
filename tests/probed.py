"""The app as it is in a real terminal, but for two more keys.

As a program (``python -m tests.probed --db FILE``) it is ``atbat`` in which F12 is answered by a mark among the bytes
sent to the terminal: every key pressed before has been acted on, what it began has ended, and it is drawn; the mark
says how many places to type in the screen has, which screen is in front and which at bat on it. F11 goes to the next
of those places and empties it. Where ``ATBAT_CLOCK`` names a file of ``HandClock``, its time is the app's. As a module
it has the driver that presses those keys.
"""

from __future__ import annotations

import asyncio
import mmap
import os
import re
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pexpect

from tests.pty_driver import PATIENCE, PtyDriver
from tests.rest import at_rest

PROGRAM = ("-m", "tests.probed")
_F11, _F12 = "\x1b[23~", "\x1b[24~"
_MARK = re.compile(rb"\x1b\]7770;(\d+);(\d+);(\w+);(\d+)\x07")
_CLOCK = "ATBAT_CLOCK"
_ROUNDS = 3  # what ended may have begun something else


class HandClock:
    """A clock in a file that one process sets by hand and others read."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Raises OSError for a file that is not there, and ValueError for an empty one."""
        with open(path, "r+b") as file:
            self._map = mmap.mmap(file.fileno(), 8)

    @classmethod
    def start(cls, path: Path, at: int) -> HandClock:
        """A new clock at ``path``, showing ``at``."""
        path.write_bytes(at.to_bytes(8, "little"))
        return cls(path)

    def now(self) -> int:
        """What it shows: microseconds, as everywhere."""
        return int.from_bytes(self._map[:], "little")

    def move(self, microseconds: int) -> None:
        """Move it on."""
        self._map[:] = (self.now() + microseconds).to_bytes(8, "little")


class ProbedDriver(PtyDriver):
    """Drives the app on a database, and knows when it is at rest.

    ``front`` is the class of the screen that was in front when it last settled, ``lead`` the at bat there, or 0.
    """

    def __init__(
        self,
        database: Path,
        person: str | None = "Priya N.",
        size: tuple[int, int] = (120, 36),
        environment: Mapping[str, str] | None = None,
        program: Sequence[str] = PROGRAM,
    ) -> None:
        who = ["--as", person] if person is not None else []
        super().__init__([*program, "--db", str(database), *who], size, environment)
        self.front = ""
        self.lead = 0
        self._asked = 0
        self._unshown = b""

    def __enter__(self) -> ProbedDriver:
        return self

    @property
    def ended(self) -> bool:
        """Whether the program has ended."""
        return not self.process.isalive()

    def screen_text(self) -> str:
        """What the terminal shows; working that out is slow, so it is put off until somebody looks."""
        self._stream.feed(self._unshown)
        self._unshown = b""
        return super().screen_text()

    def settle(self, patience: float = PATIENCE) -> int:
        """Wait until the app has dealt with everything sent so far; returns how many places to type in there are.

        Raises AssertionError when the app ended or hangs.
        """
        self._asked += 1
        self.send(_F12)
        end = time.monotonic() + patience
        seen = max(len(self.raw) - 100, 0)  # a mark may have begun to come
        while True:
            for number, places, front, lead in _MARK.findall(self.raw[seen:]):
                if int(number) == self._asked:
                    self.front, self.lead = front.decode(), int(lead)
                    return int(places)
            alive = self._read(end - time.monotonic())
            assert alive, f"the app ended:\n{self.screen_text()}"
            assert time.monotonic() < end, f"the app does not answer:\n{self.screen_text()}"

    def forget(self) -> bytes:
        """Give what was sent up to now, and keep it no longer: for runs so long that it would fill the memory.

        What the terminal shows is not known again before the app has drawn all of it.
        """
        sent, self.raw, self._unshown = self.raw, b"", b""
        return sent

    def next_place(self) -> None:
        """Go to the next place to type in, and empty it."""
        self.send(_F11)

    def press(self, keys: str) -> None:
        """Send keys and wait until they are dealt with."""
        self.send(keys)
        self.settle()

    def paste(self, text: str) -> None:
        """Send text as a terminal sends what is pasted."""
        self.process.send(b"\x1b[200~" + text.encode("utf-8", "surrogatepass") + b"\x1b[201~")

    def leave(self) -> int:
        """Quit; returns the exit code."""
        self.send("\x11")
        return self.wait_for_end()

    def _read(self, patience: float) -> bool:
        """Take what has come, without showing it; False at the end of the program."""
        try:
            some: bytes = self.process.read_nonblocking(65536, timeout=max(patience, 0.01))
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += some
        self._unshown += some
        return True


def copy_database(source: Path, target: Path) -> Path:
    """A copy of a closed database."""
    shutil.copyfile(source, target)
    return target


def _answer_f12() -> None:
    """Teach the app the key."""
    from textual import events
    from textual.pilot import Pilot
    from textual.widget import Widget
    from textual.widgets import Input, TextArea

    from tui.app import AtBat
    from tui.key_order import OrderedKeysApp
    from tui.lead_screen import LeadScreen
    from tui.widgets.line_table import LineTable

    send_key: Any = OrderedKeysApp._send_key
    asked = 0
    answering: set[asyncio.Task[None]] = set()

    async def held_back(app: AtBat) -> None:
        """A list tells of its cursor, and paints the rows around it, a moment after the last key."""
        loop = asyncio.get_running_loop()
        for table in app.screen.query(LineTable):
            for handle in list(table._pending):
                over = asyncio.Event()
                loop.call_at(handle.when(), over.set)
                await over.wait()

    def places_in(app: AtBat) -> list[Widget]:
        return [
            place
            for place in app.screen.query("Input, TextArea").results(Widget)
            if place.focusable and all(node.display for node in place.ancestors_with_self)
        ]

    def next_place(app: AtBat) -> None:
        places = places_in(app)
        if places:
            place = places[(places.index(app.focused) + 1) % len(places) if app.focused in places else 0]
            app.set_focus(place)
            if isinstance(place, Input | TextArea):
                place.clear()

    async def answer(app: AtBat, number: int) -> None:
        if _CLOCK in os.environ:  # its minute may have come, although none has passed here
            app.clock = app.desk.now()
        pilot: Pilot[int] = Pilot(app)
        for _ in range(_ROUNDS):
            await app.screen._mounted_event.wait()  # a click may come before the screen it falls on is up
            await held_back(app)
            with suppress(Exception):  # a widget that went away while it was waited for
                await pilot._wait_for_screen()
            for worker in list(app.workers):
                if not worker.is_finished and worker is not app._hold:
                    with suppress(Exception):
                        await worker.wait()
            if at_rest(app):
                break
        app.screen._on_timer_update()  # draws what is waiting to be drawn
        if app._driver is not None:
            screen = app.screen
            places = len(places_in(app))
            row = screen.current_lead() if isinstance(screen, LeadScreen) else None
            lead = row.id if row is not None else 0
            app._driver.write(f"\x1b]7770;{number};{places};{type(screen).__name__};{lead}\x07")
            app._driver.flush()

    async def send_or_answer(app: AtBat, event: Any) -> None:
        nonlocal asked
        if isinstance(event, events.Key) and event.key == "f12":
            asked += 1
            task = asyncio.get_running_loop().create_task(answer(app, asked))
            answering.add(task)
            task.add_done_callback(answering.discard)
        elif isinstance(event, events.Key) and event.key == "f11":
            next_place(app)
        else:
            await send_key(app, event)

    OrderedKeysApp._send_key = send_or_answer  # type: ignore[method-assign,assignment]


def _follow(clock: HandClock) -> None:
    """Let the app have its time from this clock."""
    from tui import desk, start

    start.Desk = partial(desk.Desk, clock=clock.now)  # type: ignore[attr-defined,assignment]


if __name__ == "__main__":
    from tui.__main__ import main

    if "--db" in sys.argv:
        _answer_f12()
    if _CLOCK in os.environ:
        _follow(HandClock(os.environ[_CLOCK]))
    sys.exit(main(sys.argv[1:]))
