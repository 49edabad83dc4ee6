"""Somebody else's queue, opened from the board: the same list, worked as oneself."""

from __future__ import annotations

from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from screens.queue.screen import QueueScreen
from screens.queue.shown import Whose
from store.queries import queue as queries
from store.queries.queue import Queue
from store.queries.sieve import Sieve
from tui import present
from tui.commands import Command


class RepQueueScreen(QueueScreen):
    """Opened with ``app.open_screen("rep_queue", whose)``; views are those of who looks, and so is every act."""

    VIEW = "team"
    FIRST_IN_KEY_LINE = ("reassign",)
    DEFAULT_CSS: ClassVar[str] = """
    RepQueueScreen #whose { height: 1; padding: 0 1; background: $panel; color: $text-muted; }
    """

    said = getters.query_one("#whose", Static)

    _whose: Whose = Whose(None, "")  # nobody's yet
    _before: Whose = _whose
    _same: bool = False  # opened again, on the same queue
    _first: Queue

    async def prepare(self, opening: Whose) -> None:
        """Read what the first frame shows."""
        self._before, self._whose = self._whose, opening
        self._same = opening == self._before
        self._sieve = Sieve()
        app = self.app
        limit = -1 if self._same and self.table.marked else queries.PAGE  # a mark may be on any of them
        self._first = await app.desk.read(queries.queue, opening.id, app.desk.now(), zone=opening.zone, limit=limit)

    def compose_body(self) -> ComposeResult:
        """Whose it is, above the queue."""
        yield Static(id="whose")
        yield from super().compose_body()

    def begin(self) -> None:
        """Show what was read, from its first row; what was marked here and is here still stays marked."""
        self._untold.clear()
        marked = self.table.marked | self._aside
        self._aside.clear()
        if self._same:
            self.table.marked = marked
        elif marked:
            self.table.clear_marks()
            rows, name = present.count(len(marked), "row"), present.safe(self._before.name, 40)
            self.app.say(f"{rows} of {name}: no longer marked")
        self.shown.open(0)
        self.table.use(self._painter())
        self.filter_line.show("")
        self._show(self._first)
        self.said.update(self._words())
        self.strip.look_at(self._whose)
        self.set_focus(self.table)
        self._count_own()

    def action_back(self) -> None:
        """Show all again where it was narrowed, else back to the board, on the same row."""
        if self.filter_line.typing or self.shown.spec.filter != self.shown.tab.spec.filter:
            super().action_back()
        else:
            self.app.pop_screen()

    def offers(self, command: Command) -> bool:
        """No session through somebody else's."""
        return super().offers(command) and (command.id != "session" or self._owner in (None, self._me))

    def action_session(self) -> None:
        """A session goes through at bats of one's own, or nobody's."""
        if self._owner in (None, self._me):
            super().action_session()
        else:
            name = present.safe(self._whose.name, 40)
            key = self.app.key_of("reassign")
            self.app.say(f"These are {name}’s: {key} {self._gives}, marked ones all at once.", urgent=True)

    @property
    def _owner(self) -> int | None:
        return self._whose.id

    @property
    def _zone(self) -> str:
        return self._whose.zone

    @property
    def _gives(self) -> str:
        """What the key that reassigns does for whoever looks."""
        return "gives one to somebody" if self._leads_team else "takes one over"

    def _words(self) -> Content:
        back = self.app.key_of("back")
        if self._owner is None:
            who, what = "Unrouted", f"nobody has these yet; {self.app.key_of('reassign')} {self._gives}"
        elif self._owner == self._me:
            who, what = "Your own queue", ""
        else:
            who, what = f"{present.safe(self._whose.name, 40)}’s queue", "what you do here is done as you"
        return present.joined(
            (who, "bold $foreground"), f"   {what}{' · ' if what else ''}{back} goes back to the team"
        )
