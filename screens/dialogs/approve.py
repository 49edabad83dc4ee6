"""A team lead's word on a disqualification that waits: it closes as asked, or goes back with a note."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from screens.dialogs.lead_dialog import LeadDialog
from store.errors import Refusal
from store.lead_state import LeadState
from store.operations.working import ApprovalDraft
from store.queries.closing import Asked, asked
from store.queries.queue import QueueRow
from store.vocabulary import Stage
from tui import present
from tui.lead_screen import Offered
from tui.widgets.choice_list import Choice, ChoiceList
from tui.widgets.field import InlineField

_APPROVE, _SEND_BACK = "approve", "send back"


class ApproveDialog(LeadDialog):
    """``a`` closes it as it was asked for; ``s`` asks for a note and sends it back."""

    VERB = "Decide"
    LETTERS_STAY = True
    DEFAULT_CSS = """
    ApproveDialog {
        #asked { height: auto; margin-top: 1; }
        .dialog--part { height: auto; margin-top: 1; }
    }
    """

    asked: Asked | None

    def works_on(self, lead: LeadState) -> bool:
        """On what waits."""
        return bool(lead.open) and lead.stage is Stage.DISQUALIFIED

    async def prepare(self, opening: QueueRow | Offered) -> None:
        """Read what was asked for."""
        await super().prepare(opening)
        self.asked = await self.app.desk.read(asked, self.lead.id)

    def compose_form(self) -> ComposeResult:
        """What was asked, the decision, the note."""
        yield Static(id="asked")
        with Vertical(classes="dialog--part"):
            yield InlineField("decision", "Decision", ChoiceList[str](_DECISIONS))
            yield InlineField("note", "Note", Input(max_length=20_000))

    def reset(self, opening: QueueRow | Offered) -> None:
        """Nothing decided."""
        self.query_one(ChoiceList).select(None)
        self.query_one(Input).value = ""
        self.query_one("#asked", Static).update(self._asked_words())

    def draft(self) -> ApprovalDraft:
        """The decision as it stands."""
        decision, note = self.query_one(ChoiceList).value, self.query_one(Input).value
        if decision is None:
            raise Refusal("Approve it or send it back? Press its letter.", "decision")
        if decision == _SEND_BACK and not note.strip():
            raise Refusal("Say why it is sent back.", "note")
        return ApprovalDraft(self.lead.id, note, self.seen)

    def operation(self) -> Callable[..., Any]:
        """Approve or send back."""
        from store.operations.working import approve, send_back

        return send_back if self.sends_back else approve

    @property
    def sends_back(self) -> bool:
        """Whether the decision is to send it back."""
        return bool(self.query_one(ChoiceList).value == _SEND_BACK)

    def consequence(self) -> Content:
        """Where the at bat goes."""
        decision = self.query_one(ChoiceList).value
        if decision is None or self.asked is None:
            return Content(
                "approving closes it for good; sent back, it is its owner's again, at the top of their queue"
            )
        if decision == _APPROVE:
            return present.joined(f"closed for good: {self.asked.outcome.label}")
        return present.joined(f"back to {self.asked.from_stage.label}, at the top of its owner's queue · an override")

    def _asked_words(self) -> Content:
        ask = self.asked
        if ask is None:
            return Content("Nothing waits for approval here any more.")
        zone, now = self.app.zone, self.app.desk.now()
        reason = self.app.team.rules.reasons.get(ask.reason)
        why = reason.label if reason is not None else ask.reason
        note = f" · “{present.safe(ask.note, 400)}”" if ask.note else ""
        due = f"to be decided by {present.day(ask.due_at, zone, now)}"
        return present.joined(
            f"{present.safe(ask.by, 60)} asks to close it: {ask.outcome.label}, {why}{note}",
            (f"\nasked {present.day(ask.at, zone, now)}, {due}", "$muted"),
        )


_DECISIONS = [Choice("a", _APPROVE, "approve: it closes"), Choice("s", _SEND_BACK, "send it back, with a note")]
