"""What the app does for its file while people work: looks once whether it is sound, and backs it up.

All of it happens in a thread of its own with short-lived connections of its own, so no key waits for it.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from store.errors import StoreError
from store.instants import Instant

log = logging.getLogger(__name__)

LOOK_EVERY = 300.0  # seconds between looks whether a backup is due
_LEAST_URGENT = 10  # niceness of the thread


class Upkeep:
    """Looks after the file at ``path`` once started.

    ``tell_damage`` is called, in the thread, with a sentence when the file is damaged; nothing is backed up then.
    ``tell_failure`` is called with the reason when a backup could not be made, once for each new reason.
    """

    def __init__(self, path: str, clock: Callable[[], Instant]) -> None:
        self._path = path
        self._clock = clock
        self._stopped = threading.Event()
        self._connection: Any = None
        self._told = ""

    def start(self, tell_damage: Callable[[str], object], tell_failure: Callable[[str], object]) -> None:
        """Begin; returns at once."""
        work = threading.Thread(target=self._run, args=(tell_damage, tell_failure), name="upkeep", daemon=True)
        work.start()

    def stop(self) -> None:
        """End soon: a look that is under way is broken off, and an unfinished backup leaves no file."""
        self._stopped.set()
        if self._connection is not None:
            with suppress(Exception):  # it may just have been closed
                self._connection.interrupt()

    def _run(self, tell_damage: Callable[[str], object], tell_failure: Callable[[str], object]) -> None:
        with suppress(OSError, AttributeError):  # not every system has threads of different urgency
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LEAST_URGENT)
        try:
            found = self._damage()
            if found is not None:
                log.error("the file is damaged: %s", found)
                tell_damage(damaged(self._path))
                return
            self._back_up(tell_failure)
            while not self._stopped.wait(LOOK_EVERY):
                self._back_up(tell_failure)
        except Exception:
            if not self._stopped.is_set():
                log.exception("looking after the file ended")

    def _damage(self) -> str | None:
        from store.backup import damage  # after the first frame

        def connected(connection: Any) -> None:
            self._connection = connection

        try:
            return damage(self._path, connected)
        finally:
            self._connection = None

    def _back_up(self, tell_failure: Callable[[str], object]) -> None:
        from store.backup import automatic

        try:
            automatic(self._path, self._clock(), progress=self._go_on)
        except _Stopped:
            return
        except StoreError as error:
            if str(error) != self._told:
                self._told = str(error)
                log.warning("no backup", exc_info=error)
                tell_failure(self._told)

    def _go_on(self, _share: float) -> None:
        if self._stopped.is_set():
            raise _Stopped


class _Stopped(Exception):
    """The app is closing."""


def damaged(path: str) -> str:
    """What a person is told of a damaged file."""
    return f"{path} is damaged and only read from now on: leave, then restore a backup (`atbat restore` lists them)."
