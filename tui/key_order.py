"""Keys in the order they were pressed, however fast they come.

Textual hands each key to the widget that has the focus at that moment. When keys arrive faster than they are acted
on (a laggy line delivers several at once, a save is under way), a key would reach the screen that was there before
the last key's effect. Here each key waits until the one before it is done with, so none is lost or misread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable
from contextlib import suppress
from typing import Generic, TypeVar

from textual import events
from textual.app import App
from textual.message import Message
from textual.message_pump import MessagePump
from textual.worker import Worker, WorkerError

R = TypeVar("R")
Typed = events.Key | events.Paste


class OrderedKeysApp(App[R], Generic[R]):
    """An app that acts on one key at a time."""

    _key: Typed | None = None  # the key that widgets have now
    _key_target: MessagePump | None = None
    _key_returned: Message | None = None  # the key that no widget wanted, on its way back to the app
    _hold: Worker[None] | None = None

    def __init__(self) -> None:
        super().__init__()
        self._keys_waiting: deque[Typed] = deque()
        self._next_is_called = False

    def hold_keys(self, work: Awaitable[None]) -> Worker[None]:
        """Run ``work`` while further keys wait; they are acted on, in order, when it has ended."""
        before = self._hold

        async def hold() -> None:
            if before is not None and not before.is_finished:
                with suppress(WorkerError):  # its failure has been told where it happened
                    await before.wait()
            try:
                await work
            finally:
                if self._hold is worker:
                    self._hold = None
                    self._call_next()

        worker: Worker[None] = self.run_worker(hold())
        self._hold = worker
        return worker

    @property
    def keys_settled(self) -> bool:
        """Whether every key pressed so far has been acted on."""
        return self._key_is_done and self._hold is None and not self._keys_waiting

    @property
    def _key_is_done(self) -> bool:
        key = self._key
        return key is None or (key._stop_propagation and key is not self._key_returned)

    def post_message(self, message: Message) -> bool:
        if message is self._key:
            self._key_returned = message
        return super().post_message(message)

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, Typed):
            await super().on_event(event)
        elif event.is_forwarded:
            # Back from the widgets, none of which wanted it: bindings and actions come now.
            try:
                await super().on_event(event)
            finally:
                if event is self._key:
                    self._key = self._key_returned = None
                    await self._next_key()
        elif self.keys_settled or self._must_not_wait(event):
            await self._send_key(event)
        else:
            self._keys_waiting.append(event)
            self._follow(self._key, self._key_target)

    def _must_not_wait(self, event: Typed) -> bool:
        """Whether this key is acted on even while others wait."""
        return False

    async def _send_key(self, event: Typed) -> None:
        target: MessagePump = self.focused or self.screen
        await super().on_event(event)
        if event.is_forwarded:
            self._key, self._key_target, self._key_returned = event, target, None

    async def _next_key(self) -> None:
        while self._keys_waiting and self._key_is_done and self._hold is None:
            await self._send_key(self._keys_waiting.popleft())
        if self._keys_waiting:
            self._follow(self._key, self._key_target)

    def _follow(self, event: Typed | None, node: MessagePump | None) -> None:
        """Send the next key on when ``node`` and those around it are done with this one."""

        def after_the_key() -> None:
            if event is not self._key or event is self._key_returned:
                return
            if self._key_is_done:
                self._call_next()
            else:
                self._follow(event, node._parent if node is not None else None)

        if event is None or event is self._key_returned or self._hold is not None:
            return  # what holds the keys sends the next one when it ends
        if node is None or not node.call_later(after_the_key):
            self._key = None  # its widget is gone
            self._call_next()

    def _call_next(self) -> None:
        """Send the next key on soon: once, though every key that waits follows the one before them all."""
        if not self._next_is_called:
            self._next_is_called = True
            self.call_later(self._called_next)

    async def _called_next(self) -> None:
        self._next_is_called = False
        await self._next_key()
