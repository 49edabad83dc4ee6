"""Keep words on an at bat, and set its status by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input

from screens.dialogs.lead_dialog import LeadDialog
from store.errors import Refusal
from store.lead_state import LeadState
from store.operations.working import NoteDraft, StatusDraft
from store.queries.queue import QueueRow
from store.rules.path import ALLOWED_STATUSES
from store.vocabulary import Status
from tui.guide import status_guide
from tui.lead_screen import Offered
from tui.widgets.choice_list import Choice, ChoiceList
from tui.widgets.field import Field


class NoteDialog(LeadDialog):
    """One line of words; a note is no activity."""

    VERB = "Note"

    def works_on(self, lead: LeadState) -> bool:
        """Also while it waits for a team lead."""
        return bool(lead.open)

    def compose_form(self) -> ComposeResult:
        """The words."""
        yield Field("text", "What to remember", Input(max_length=20_000))

    def reset(self, opening: QueueRow | Offered) -> None:
        """Empty."""
        self.query_one(Input).value = ""

    def draft(self) -> NoteDraft:
        """The note."""
        text = self.query_one(Input).value
        if not text.strip():
            raise Refusal("Write the note first.", "text")
        return NoteDraft(self.lead.id, text, self.seen)

    def operation(self) -> Callable[..., Any]:
        """Keep it."""
        from store.operations.working import note

        return note

    def consequence(self) -> Content:
        """What a note is not."""
        return Content("kept in the timeline; stops no clock and counts as no attempt")


class StatusDialog(LeadDialog):
    """The statuses this stage allows, each with its letter."""

    VERB = "Status"

    def compose_form(self) -> ComposeResult:
        """One list."""
        yield Field("status", "What is happening now", ChoiceList[Status]())

    def reset(self, opening: QueueRow | Offered) -> None:
        """Those the stage allows, but for the one it has."""
        means = {guidance.status: guidance.means for guidance in status_guide(self.app.team.rules)}
        choices = [
            Choice(status.label[0], status, status.label, means[status])
            for status in ALLOWED_STATUSES[self.lead.stage]
            if status is not self.lead.status and not (status is Status.RECYCLED and self.lead.number == 1)
        ]
        self.query_one(ChoiceList).set_choices(choices)

    def draft(self) -> StatusDraft:
        """The status chosen."""
        status: Status | None = self.query_one(ChoiceList).value
        if status is None:
            raise Refusal("Press the letter of a status.", "status")
        return StatusDraft(self.lead.id, status, self.seen)

    def operation(self) -> Callable[..., Any]:
        """Set it."""
        from store.operations.working import set_status

        return set_status

    def consequence(self) -> Content:
        """That it is an override."""
        if not self.query_one(ChoiceList).choices:
            return Content(f"In {self.lead.stage.label} there is no other status.")
        return Content("kept as an override of the rules, and reported: many of one kind mean that the rule is wrong")
