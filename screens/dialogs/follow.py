"""Go on with somebody who changed company: an at bat where they work now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input

from screens.dialogs.lead_dialog import LeadDialog
from store.errors import Refusal
from store.lead_state import LeadState
from store.operations.employment import FollowDraft
from store.queries.queue import QueueRow
from store.queries.sheet import PersonSheet, person_sheet
from tui import present
from tui.lead_screen import Offered
from tui.widgets.field import Field


class FollowDialog(LeadDialog):
    """Offered after an employer changed: enter opens the at bat, esc leaves it."""

    VERB = "At the new company"

    sheet: PersonSheet | None

    def works_on(self, lead: LeadState) -> bool:
        """The at bat it was offered on may well be over: another is opened."""
        return True

    async def prepare(self, opening: QueueRow | Offered) -> None:
        """Read where they work now."""
        await super().prepare(opening)
        contact_id = self.lead.contact_id
        self.sheet = await self.app.desk.read(person_sheet, contact_id) if contact_id is not None else None

    def _company(self) -> tuple[Any, ...]:
        return (" · ", present.content(self.sheet.company, limit=60)) if self.sheet is not None else ()

    def compose_form(self) -> ComposeResult:
        """What one knows of it."""
        yield Field("why", "What you know of it (may stay empty)", Input(max_length=20_000))

    def reset(self, opening: QueueRow | Offered) -> None:
        """Nothing yet."""
        self.query_one(Input).value = ""

    def draft(self) -> FollowDraft:
        """The at bat."""
        if self.sheet is None:
            raise Refusal("Nobody is known to go on with.")
        return FollowDraft(self.sheet.id, self.query_one(Input).value)

    def operation(self) -> Callable[..., Any]:
        """Open it."""
        from store.operations.employment import follow

        return follow

    def consequence(self) -> Content:
        """Which at bat it opens, and whose company that is."""
        sheet = self.sheet
        if sheet is None:
            return Content()
        words = [
            f"opens at bat {sheet.at_bats + 1} for {sheet.name} at {sheet.company}",
            "motion intent signal, because the employer changed",
            "yours",
        ]
        if sheet.account_owner:
            words.append(f"{sheet.company} is {sheet.account_owner}’s account")
        return present.joined(" · ".join(words))
