"""Where a session is in its list, with the at bats around it read ahead so that the next is there at once."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from store.errors import Refusal
from store.operations.sessions import AdvanceDraft, SessionDraft
from store.queries.session import Found, Sitting, Turn, seek, turn
from tui.desk import Desk


class Course:
    """One session under way. ``found`` is the at bat in front; its ``turn`` is None at the end of the list."""

    def __init__(self, desk: Desk, session: Sitting) -> None:
        self.session = session
        self.found = Found(session.place, None)
        self._desk = desk
        self._version = session.version
        self._noted = session.current
        self._noting: asyncio.Task[Refusal | None] | None = None
        self._ahead: dict[int, asyncio.Task[Found]] = {}

    @property
    def turn(self) -> Turn | None:
        """The at bat in front."""
        return self.found.turn

    async def begin(self) -> None:
        """Find the first whose turn it is, from where the session stands."""
        self.found = await self._seek(self.session.place, 1)

    async def go(self, step: int) -> Found:
        """The next at bat, or the one before; stays where it is when there is none that way before the first."""
        task = self._ahead.pop(step, None)
        found = await (task if task is not None else self._read(step))
        if found.turn is not None or step > 0:
            self.found = found
            self._forget()
        return found

    async def go_to(self, lead_id: int) -> bool:
        """Go to one of its at bats, wherever it stands in the list; says whether it is there."""
        if lead_id not in self.session.leads:
            return False
        there = await self._desk.read(turn, lead_id, self._desk.now())
        if there is None:
            return False
        self.found = Found(self.session.leads.index(lead_id), there)
        self._forget()
        return True

    async def again(self) -> None:
        """Read the at bat in front anew, and those around it when they are asked for."""
        self._forget()
        before = self.found
        if before.turn is None:
            return
        now = await self._desk.read(turn, before.turn.row.id, self._desk.now())
        if self.found is before:  # nobody went on meanwhile
            self.found = Found(before.index, now)

    def look_ahead(self) -> None:
        """Read both neighbours before they are asked for."""
        for step in (1, -1):
            if step not in self._ahead:
                self._ahead[step] = self._task(self._read(step))

    def forget(self) -> None:
        """Leave nothing running."""
        self._forget()

    async def note_place(self) -> Refusal | None:
        """Write down where the session is; several steps in a row are written as one. A refusal comes back."""
        if self._noting is None or self._noting.done():
            self._noting = self._task(self._note())
        return await asyncio.shield(self._noting)

    async def act(self, operation: Any) -> Any | Refusal:
        """Pause, resume or end it, once its place is written."""
        refused = await self.note_place()
        if refused is not None:
            return refused
        done = await self._desk.write(operation, SessionDraft(self.session.id, self._version))
        if not isinstance(done, Refusal):
            self._version = done.made["version"]
        return done

    async def _note(self) -> Refusal | None:
        while (here := self.turn.row.id if self.turn is not None else None) != self._noted:
            from store.operations.sessions import advance_session

            done = await self._desk.write(advance_session, AdvanceDraft(self.session.id, here, self._version))
            if isinstance(done, Refusal):
                return done
            self._version, self._noted = done.made["version"], here
        return None

    def _read(self, step: int) -> Coroutine[Any, Any, Found]:
        return self._seek(self.found.index + step, step)

    async def _seek(self, start: int, step: int) -> Found:
        return await self._desk.read(seek, self.session, start, step, self._desk.now())

    def _forget(self) -> None:
        for task in self._ahead.values():
            task.cancel()
        self._ahead.clear()

    @staticmethod
    def _task(work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        return asyncio.get_running_loop().create_task(work)
