"""Give an at bat more time before its window is over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input

from screens.dialogs.lead_dialog import LeadDialog
from store.errors import Refusal
from store.instants import Instant
from store.operations.extend import ExtendDraft, may_extend
from store.queries.queue import QueueRow
from tui import present
from tui.lead_screen import Offered
from tui.widgets.field import Field
from tui.widgets.when_input import WhenInput


class ExtendDialog(LeadDialog):
    """Why, and until when: as long again as its window was unless a time is typed."""

    VERB = "More time"
    _latest: Instant | None = None

    async def prepare(self, opening: QueueRow | Offered) -> None:
        """Refuse at once what this person may not give; also how much may be given."""
        await super().prepare(opening)
        desk = self.app.desk
        assert desk.actor is not None
        self._latest = await desk.read(may_extend, desk.actor, self.lead, None, desk.now())

    def compose_form(self) -> ComposeResult:
        """The reason first: the time has a default."""
        yield Field("reason", "Why it needs more time", Input(max_length=20_000, id="reason"))
        yield Field("when", "Until when, if not as long as may be", WhenInput(placeholder="fri, +5bd, in 2 weeks"))

    def reset(self, opening: QueueRow | Offered) -> None:
        """Empty."""
        self.query_one("#reason", Input).value = ""
        self.query_one(WhenInput).reset(contact_zone=self.contact_zone)

    def focus_first(self) -> None:
        """Into the reason."""
        self.query_one("#reason", Input).focus()

    def draft(self) -> ExtendDraft:
        """The extension."""
        reason = self.query_one("#reason", Input).value
        if not reason.strip():
            raise Refusal("Say why it needs more time.", "reason")
        return ExtendDraft(self.lead.id, reason, self.query_one(WhenInput).at, self.seen)

    def operation(self) -> Callable[..., Any]:
        """Extend it."""
        from store.operations.extend import extend

        return extend

    def consequence(self) -> Content:
        """Until when it then lives."""
        if self._latest is None:
            return Content("it has no window: the number of attempts allowed is granted once more")
        until = present.day(self._latest, self.app.zone, self.app.desk.now())
        limit = self.app.team.rules.motions[self.lead.motion].expiry.attempts
        again = f", {present.count(limit, 'attempt')} once more" if limit else ""
        return present.joined(f"until {until} unless you type a time; never later{again}; kept with the reason")
