"""When what is no longer needed is collected: in a pause, not while somebody types.

Python goes through all that lives long whenever much was made since. With a screen full of widgets that takes 20 to
50 ms, which the key that falls into it would wait.
"""

from __future__ import annotations

import asyncio
import gc
from contextlib import suppress
from time import monotonic

PAUSE = 0.3
"""Seconds without a key after which nobody is taken to type."""
_DUE, _OVERDUE = 10, 25  # collections of the middle generation since the last whole one
_NEVER = 1 << 30


class Garbage:
    """Has the oldest generation collected where nobody waits for it, once started."""

    def __init__(self) -> None:
        self._typed_at = 0.0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._planned = False
        self._before = gc.get_threshold()

    def start(self) -> None:
        """Begin, in the loop that is to wait for no collection; what is there now is taken to stay."""
        self._loop = asyncio.get_running_loop()
        self._before = gc.get_threshold()
        gc.freeze()
        gc.set_threshold(*self._before[:2], _NEVER)
        gc.callbacks.append(self._collected)
        gc.enable()

    def stop(self) -> None:
        """Leave it to Python again."""
        if self._loop is not None:
            self._loop = None
            gc.callbacks.remove(self._collected)
            gc.set_threshold(*self._before)

    def typed(self) -> None:
        """Somebody pressed a key."""
        self._typed_at = monotonic()

    def _collected(self, phase: str, _info: object) -> None:
        if self._loop is not None and not self._planned and gc.get_count()[2] > _DUE and phase == "stop":
            self._planned = True
            with suppress(RuntimeError):  # the loop has just been closed
                self._loop.call_soon_threadsafe(self._look)

    def _look(self) -> None:
        rest = self._typed_at + PAUSE - monotonic()
        if self._loop is not None and rest > 0 and gc.get_count()[2] < _OVERDUE:
            self._loop.call_later(rest, self._look)
            return
        self._planned = False
        gc.collect()
