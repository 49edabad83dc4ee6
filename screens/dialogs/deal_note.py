"""Keep words on an opportunity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input

from screens.dialogs.deal_dialog import DealDialog
from store.errors import Refusal
from store.operations.opportunity import DealNoteDraft
from store.queries.deals import Deal
from tui.widgets.field import Field


class DealNoteDialog(DealDialog):
    """One line of words; a note moves nothing."""

    VERB = "Note"

    def compose_form(self) -> ComposeResult:
        """The words."""
        yield Field("text", "What to remember", Input(max_length=20_000))

    def reset(self, opening: Deal) -> None:
        """Empty."""
        self.query_one(Input).value = ""

    def draft(self) -> DealNoteDraft:
        """The note."""
        text = self.query_one(Input).value
        if not text.strip():
            raise Refusal("Write the note first.", "text")
        return DealNoteDraft(self.deal.id, text, self.seen)

    def operation(self) -> Callable[..., Any]:
        """Keep it."""
        from store.operations.opportunity import note_opportunity

        return note_opportunity

    def consequence(self) -> Content:
        """What a note is not."""
        return Content("kept in the story of this opportunity and of its person; moves nothing")
