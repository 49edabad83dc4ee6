"""Set a stage back that was wrong: a team lead's correction, with the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input

from screens.dialogs.lead_dialog import LeadDialog
from store.errors import Refusal
from store.operations.set_back import SetBackDraft
from store.queries.queue import QueueRow
from store.rules.path import set_back_to
from store.vocabulary import Stage
from tui.lead_screen import Offered
from tui.widgets.choice_list import Choice, ChoiceList
from tui.widgets.field import Field

_CHOICES = {
    Stage.CONNECTED: Choice("c", Stage.CONNECTED, "connected", "they were reached, and nothing is qualified"),
    Stage.ATTEMPTING: Choice("t", Stage.ATTEMPTING, "attempting", "nobody was reached yet"),
    Stage.ACCEPTED: Choice("a", Stage.ACCEPTED, "accepted", "its owner has it, nobody tried yet"),
    Stage.NEW: Choice("n", Stage.NEW, "new", "nobody has taken it on yet"),
}


class SetBackDialog(LeadDialog):
    """The earlier stages, each with its letter, and why."""

    VERB = "Set back"

    async def prepare(self, opening: QueueRow | Offered) -> None:
        """Refuse at once what no reason makes possible."""
        await super().prepare(opening)
        actor = self.app.desk.actor
        if actor is None or not actor.leads_team:
            raise Refusal("Only a team lead sets a stage back.")
        if not set_back_to(self.lead.stage):
            raise Refusal("There is no earlier stage.")

    def compose_form(self) -> ComposeResult:
        """The stage, then why."""
        yield Field("stage", "The stage it is truly in", ChoiceList[Stage]())
        yield Field("reason", "Why", Input(max_length=2_000))

    def reset(self, opening: QueueRow | Offered) -> None:
        """The stages before this one, the nearest chosen, and no reason."""
        self.query_one(ChoiceList).set_choices([_CHOICES[stage] for stage in set_back_to(self.lead.stage)])
        self.query_one(Input).value = ""

    def draft(self) -> SetBackDraft:
        """The stage chosen, and the reason."""
        stage: Stage | None = self.query_one(ChoiceList).value
        if stage is None:
            raise Refusal("Press the letter of a stage.", "stage")
        why = self.query_one(Input).value
        if not why.strip():
            raise Refusal("Say why it is set back.", "reason")
        return SetBackDraft(self.lead.id, stage, why, self.seen)

    def operation(self) -> Callable[..., Any]:
        """Set it back."""
        from store.operations.set_back import set_back

        return set_back

    def consequence(self) -> Content:
        """What stays, and who sees it."""
        return Content("kept as an override; what was logged stays, and its owner finds it at the top of the queue")
