"""The screens' only way to the store: read(), write(), and word of what changed.

The desk owns one writer and one reader thread, each with a store of its own, because a store belongs to the thread
that opened it; a third comes with the first read that may take seconds. Writes wait in line in one queue and survive
whoever asked for them: closing a screen, resizing or quitting never loses one.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from time import time_ns
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar
from uuid import UUID, uuid4

from store.actor import Actor
from store.errors import Refusal, StoreError
from store.instants import Instant

if TYPE_CHECKING:
    from store.rules_kept import RulesFile
    from store.ruleset import RulesError, RuleSet
    from tui.far_store import FarStore, NearStore

    LongStore = NearStore | FarStore

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

LOOK_EVERY = 1.0  # seconds between looks for other people's commits
QUIT_PATIENCE = 2.0  # seconds that quitting waits for writes under way
LEISURE = 0.02  # seconds between two rows of a tick, each of which takes some milliseconds
TOLD_EVERY = 50  # rows of a tick after which the screens hear of it


class AnyStore(Protocol):
    """What the desk itself asks of a store."""

    def data_version(self) -> int:
        """A number that changes when another connection has committed."""

    def rescue(self, reason: str) -> None:
        """Write nothing more, and refuse to with this reason."""

    def use_rules(self, rules: RuleSet) -> None:
        """Have these rules in force from now on."""

    def stop_when(self, asked: Callable[[], bool]) -> None:
        """Give up a read soon after ``asked()`` says so."""

    def close(self) -> None:
        """Close it."""


class Done(Protocol):
    """What every operation returns when it has succeeded."""

    @property
    def operation_id(self) -> int:
        """The operation in the history."""

    @property
    def sentence(self) -> str:
        """What was done, as a person would say it."""

    @property
    def lead_id(self) -> int | None:
        """The lead it was about, if one."""

    @property
    def undo_until(self) -> int | None:
        """Until when it can be undone."""


@dataclass(frozen=True, slots=True)
class Change:
    """Word that the store has changed: by our own write (``done``), or by somebody else (``done`` is None)."""

    done: Done | None


class StoreThread(Generic[T]):
    """A daemon thread with a store of its own that does one job after the other."""

    def __init__(self, name: str, open_store: Callable[[], T]) -> None:
        self.opened: Future[None] = Future()
        self._open_store = open_store
        self._jobs: SimpleQueue[tuple[Callable[[T], Any], Future[Any]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[T], Any]) -> Future[Any]:
        """Put a job in the queue; it gets the thread's store."""
        future: Future[Any] = Future()
        self._jobs.put((job, future))
        return future

    def stop(self) -> None:
        """Close the store after the jobs that are already waiting."""
        self._jobs.put(None)

    def join(self, timeout: float) -> bool:
        """Wait for the thread to end; says whether it did."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            store = self._open_store()
        except BaseException as error:
            self.opened.set_exception(error)
            self._refuse_all(error)
            return
        self.opened.set_result(None)
        try:
            while (item := self._jobs.get()) is not None:
                self._do(store, *item)
        finally:
            store.close()  # type: ignore[attr-defined]

    @staticmethod
    def _do(store: T, job: Callable[[T], Any], future: Future[Any]) -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            future.set_result(job(store))
        except BaseException as error:
            future.set_exception(error)

    def _refuse_all(self, error: BaseException) -> None:
        while (item := self._jobs.get()) is not None:
            item[1].set_exception(error)


def system_clock() -> Instant:
    """Now, from the machine's clock."""
    return time_ns() // 1000


class Desk:
    """Reads and writes for the screens, off the screen's thread.

    ``open_writer`` and ``open_reader`` each open a store in the thread that will use it; the reader opens after the
    writer, which may have to migrate first. ``clock`` gives the time that every write is made at.
    """

    def __init__(
        self,
        open_writer: Callable[[], AnyStore],
        open_reader: Callable[[], AnyStore],
        actor: Actor | None = None,
        clock: Callable[[], Instant] = system_clock,
    ) -> None:
        self.actor = actor
        self.now = clock
        self._listeners: list[Callable[[Change], None]] = []
        self._writes: set[asyncio.Task[Any]] = set()
        self._closing = False
        self._watching: asyncio.Task[None] | None = None
        self._seen_version = 0

        def open_writer_and_look() -> AnyStore:
            store = open_writer()
            self._seen_version = store.data_version()  # before any screen reads, so that nothing falls between
            return store

        self._writer: StoreThread[AnyStore] = StoreThread("store-writer", open_writer_and_look)

        def open_reader_after_writer() -> AnyStore:
            self._writer.opened.result()
            return open_reader()

        self._reader: StoreThread[AnyStore] = StoreThread("store-reader", open_reader_after_writer)
        self._open_reader = open_reader
        self._long_reader: StoreThread[LongStore] | None = None

    def wait_until_open(self, timeout: float | None = None) -> None:
        """Block until both stores are open; raises StoreError if one cannot be opened."""
        self._writer.opened.result(timeout)
        self._reader.opened.result(timeout)

    async def read(self, query: Callable[Concatenate[Any, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``query(store, *args)`` on the read-only store; raises StoreError when the database cannot be read.

        If the caller goes away before its turn has come, the query is not run.
        """
        future = self._reader.submit(lambda store: query(store, *args, **kwargs))
        result: T = await asyncio.wrap_future(future)
        return result

    def read_now(self, query: Callable[Concatenate[Any, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As ``read``, but blocking: for the moment before the screen is there."""
        result: T = self._reader.submit(lambda store: query(store, *args, **kwargs)).result()
        return result

    async def read_long(self, query: Callable[Concatenate[Any, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As ``read``, for what may take seconds: on a store of its own, so that no other read waits for it.

        For a big file that store is in a process of its own: query, arguments and result are pickled. Long reads
        wait for each other. One whose caller is cancelled is given up within milliseconds.
        """
        if self._long_reader is None:
            from tui.far_store import open_for_long_reads

            self._long_reader = StoreThread("store-long-reader", partial(open_for_long_reads, self._open_reader))
        unwanted = threading.Event()

        def job(store: LongStore) -> T:
            def is_unwanted() -> bool:
                return self._closing or unwanted.is_set()

            store.stop_when(is_unwanted)
            try:
                found: T = store.run(query, *args, **kwargs)
                return found
            except Exception as error:
                if is_unwanted():
                    raise StoreError("This was given up: nobody waits for it any more.") from error
                raise

        try:
            result: T = await asyncio.wrap_future(self._long_reader.submit(job))
        except asyncio.CancelledError:
            unwanted.set()
            raise
        return result

    async def write(
        self, operation: Callable[..., Any], *args: Any, key: UUID | None = None, actor: Actor | None = None
    ) -> Any | Refusal:
        """Run ``operation(store, actor, now, *args, key=key)`` and return its result, or the Refusal as a value.

        The actor is the person at the keyboard unless another is given, such as the system for ``tick``.

        The same ``key`` sent twice is done once. A database that cannot be written to comes back as a Refusal too,
        and so does a fault in the operation, so that a dialog keeps what was typed. The write goes on if the caller
        is cancelled.
        """
        if self._closing:
            return Refusal("The program is closing: this was not saved.")
        task = asyncio.get_running_loop().create_task(self._write(operation, args, key or uuid4(), actor or self.actor))
        self._writes.add(task)
        task.add_done_callback(self._writes.discard)
        return await asyncio.shield(task)

    async def look_at_rules(self, file: RulesFile) -> RuleSet | RulesError | None:
        """Take in the rules after a change of their file; what is wrong with them, where they stay as they were."""
        found: RuleSet | RulesError | None = await asyncio.wrap_future(
            self._writer.submit(lambda store: _look(file, store))
        )
        if found is not None and not isinstance(found, StoreError):
            await asyncio.wrap_future(self._reader.submit(lambda store: store.use_rules(found)))
            if self._long_reader is not None:
                self._long_reader.submit(lambda store: store.use_rules(found))
        return found

    async def let_time_pass(self, tick: Callable[..., int]) -> int:
        """Do what the rules have due by now, a row at a time and at leisure, so that no key and no write waits for it.

        ``tick(store, now, go_on=…)`` does one row after another; returns how many there were. What cannot be done now
        is left to the next time.
        """
        now, done = self.now(), 0
        while not self._closing:
            job = self._writer.submit(lambda store: tick(store, now, go_on=lambda done: False))
            try:
                if not await asyncio.wrap_future(job):
                    break
            except StoreError as error:
                log.error("the rules could not be applied", exc_info=error)
                break
            done += 1
            if done % TOLD_EVERY == 0:
                self._announce(Change(None))
            await asyncio.sleep(LEISURE)
        if done % TOLD_EVERY:
            self._announce(Change(None))
        return done

    def rescue(self, reason: str) -> None:
        """Write nothing more, because the file is damaged: from here on writes are refused with ``reason``."""
        self._writer.submit(lambda store: store.rescue(reason))

    def listen(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Call ``listener`` on the screen's thread with every change; the result stops it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def watch(self) -> None:
        """Begin to look for other people's commits once a second; they are announced as a Change without ``done``."""
        if self._watching is None:
            self._watching = asyncio.get_running_loop().create_task(self._watch())

    @property
    def busy(self) -> bool:
        """Whether a write is still under way."""
        return bool(self._writes)

    async def drained(self) -> None:
        """Wait until no write is under way."""
        while self._writes:
            await asyncio.wait(set(self._writes))

    async def close(self, patience: float = QUIT_PATIENCE) -> bool:
        """Refuse new writes, let those under way finish for ``patience`` seconds, and close both stores.

        Says whether all of them finished; one that did not is rolled back by the database, whole.
        """
        self._closing = True
        if self._watching is not None:
            self._watching.cancel()
            self._watching = None
        waiting = set(self._writes)
        unfinished = (await asyncio.wait(waiting, timeout=patience))[1] if waiting else set()
        self._writer.stop()
        self._reader.stop()
        if self._long_reader is not None:
            self._long_reader.stop()
        if unfinished:
            log.error("%d writes were not finished when the program closed", len(unfinished))
            return False
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, self._writer.join, patience)

    async def _write(
        self, operation: Callable[..., Any], args: tuple[Any, ...], key: UUID, actor: Actor | None
    ) -> Any | Refusal:
        if actor is None:
            return Refusal("Say first who you are: start with --as NAME.")

        now = self.now()  # the time of the key press, however long the queue

        def job(store: AnyStore) -> Any:
            return operation(store, actor, now, *args, key=key)

        try:
            done = await asyncio.wrap_future(self._writer.submit(job))
        except Refusal as refusal:
            return refusal
        except StoreError as error:
            log.error("a write failed", exc_info=error)
            return Refusal(str(error))
        except Exception as error:
            log.error("a fault in a write", exc_info=error)
            return Refusal("That could not be saved because of a fault in the program; the log file has the detail.")
        self._announce(Change(done))
        return done

    async def _watch(self) -> None:
        # The writer's connection is asked, because for it only other people's commits count.
        while True:
            try:
                version = await asyncio.wrap_future(self._writer.submit(lambda store: store.data_version()))
            except StoreError:
                log.error("could not look for other people's changes")
                return
            if version != self._seen_version:
                self._seen_version = version
                self._announce(Change(None))
            await asyncio.sleep(LOOK_EVERY)

    def _announce(self, change: Change) -> None:
        for listener in list(self._listeners):
            listener(change)


def _look(file: RulesFile, store: AnyStore) -> RuleSet | RulesError | None:
    found = file.look()
    if found is not None and not isinstance(found, StoreError):
        store.use_rules(found)
    return found
