"""Stores for reads that may take seconds: of a big file in a process of its own, so that no key waits for Python."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from store.errors import StoreError

if TYPE_CHECKING:
    from store.ruleset import RuleSet

FAR_FROM = 100_000_000  # bytes of a database; in a smaller one nothing takes as long as a process takes to start
_BEHIND = 5  # how far it stands back for the screen's process where both want the processor
_LOOK_EVERY = 0.02  # seconds between looks for whether anybody still waits


def _frozen(items: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(items)


# Rules are made of them, and pickle does not know them by itself.
ForkingPickler.register(MappingProxyType, lambda mapping: (_frozen, (dict(mapping),)))


def open_for_long_reads(open_store: Callable[[], Any]) -> NearStore | FarStore:
    """By the size of the database; raises StoreError if it cannot be opened."""
    store = open_store()
    if os.stat(store.path).st_size < FAR_FROM or os.name != "posix":  # elsewhere no process is given an open line
        return NearStore(store)
    store.close()
    return FarStore(open_store)


class NearStore:
    """Runs queries here, one after the other."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.stop_when, self.use_rules, self.close = store.stop_when, store.use_rules, store.close

    def run(self, query: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """``query(store, *args)``; raises what it raises."""
        return query(self._store, *args, **kwargs)


class FarStore:
    """Runs queries in another process, one after the other; ``open_store`` and what is sent and answered is pickled."""

    def __init__(self, open_store: Callable[[], Any]) -> None:
        self._open_store = open_store
        self._unwanted: Callable[[], bool] = bool
        self._rules: RuleSet | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._line: Connection | None = None

    def run(self, query: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """``query(store, *args)`` over there; raises what it raises, and StoreError when it was given up."""
        line = self._line or self._start()
        try:
            line.send((query, args, kwargs))
            while not line.poll(_LOOK_EVERY):
                if self._unwanted():
                    self.close()  # whatever it is at, it ends now
                    raise StoreError("This was given up: nobody waits for it any more.")
            done, answer = line.recv()
        except (EOFError, ConnectionError):
            self.close()
            raise StoreError("The counting was ended from outside: press the key again to begin anew.") from None
        if not done:
            raise answer
        return answer

    def stop_when(self, asked: Callable[[], bool]) -> None:
        """Give up a read soon after ``asked()`` says so."""
        self._unwanted = asked

    def use_rules(self, rules: RuleSet) -> None:
        """Have these rules in force from now on."""
        self._rules = rules
        if self._line is not None:
            self.run(_use_rules, rules)

    def close(self) -> None:
        """End the process; the next read starts another."""
        if self._process is not None and self._line is not None:
            self._process.kill()
            self._process.wait()
            self._line.close()
        self._process = self._line = None

    def _start(self) -> Connection:
        # Not multiprocessing's own way: that wants the standard streams, which the screen has taken.
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _BEGIN, str(theirs.fileno()), *sys.path],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # what the terminal tells the program is not for it
            )
        self._line = Connection(ours.detach())
        self._line.send(self._open_store)
        if self._rules is not None:
            self.run(_use_rules, self._rules)
        return self._line


_BEGIN = """
import sys
sys.path[:] = sys.argv[2:]
from tui.far_store import serve
serve(int(sys.argv[1]))
"""


def _use_rules(store: Any, rules: RuleSet) -> None:
    store.use_rules(rules)


def serve(line_fd: int) -> None:
    """What the other process does: open the store at the first query, and answer until nobody is there any more."""
    os.nice(_BEHIND)
    line = Connection(line_fd)
    store: Any = None
    with suppress(EOFError, ConnectionError):
        open_store = line.recv()
        while True:
            query, args, kwargs = line.recv()
            try:
                store = store or open_store()
                answer = (True, query(store, *args, **kwargs))
            except Exception as error:
                answer = (False, error)
            line.send(answer)
