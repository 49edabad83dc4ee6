"""Take back a conversion that was a mistake: a team lead's correction of the same day."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input

from screens.dialogs.lead_dialog import LeadDialog
from store.errors import Refusal
from store.lead_state import LeadState
from store.operations.converting import ReverseDraft
from store.queries.converting import why_not_reversed
from store.queries.queue import QueueRow
from store.vocabulary import Stage
from tui.lead_screen import Offered
from tui.widgets.field import Field


class ReverseDialog(LeadDialog):
    """One line: why."""

    VERB = "Reverse the conversion"

    async def prepare(self, opening: QueueRow | Offered) -> None:
        """Refuse at once what no reason makes possible."""
        await super().prepare(opening)
        actor = self.app.desk.actor
        if actor is None or not actor.leads_team:
            raise Refusal("Only a team lead reverses a conversion; your own of the last minutes can be undone.")
        if why := await self.app.desk.read(why_not_reversed, self.lead.id, self.app.desk.now()):
            raise Refusal(why)

    def works_on(self, lead: LeadState) -> bool:
        """On what was converted."""
        return lead.stage is Stage.CONVERTED

    def compose_form(self) -> ComposeResult:
        """Why it was a mistake."""
        yield Field("why", "Why it was a mistake", Input(max_length=2_000))

    def reset(self, opening: QueueRow | Offered) -> None:
        """Empty."""
        self.query_one(Input).value = ""

    def draft(self) -> ReverseDraft:
        """The reversal."""
        why = self.query_one(Input).value
        if not why.strip():
            raise Refusal("Say why it is reversed.", "why")
        return ReverseDraft(self.lead.id, why, self.seen)

    def operation(self) -> Callable[..., Any]:
        """Reverse it."""
        from store.operations.converting import reverse

        return reverse

    def consequence(self) -> Content:
        """What is put back, and that both acts stay."""
        return Content("the at bat returns to the stage before; its opportunity is marked reversed; both acts stay")
