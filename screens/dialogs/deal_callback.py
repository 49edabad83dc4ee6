"""Promise a callback on an opportunity: a time as people say it, in the time of whoever is to be called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import ComposeResult
from textual.content import Content

from screens.dialogs.callback import CallbackDialog
from screens.dialogs.deal_person import OnADeal
from store.errors import Refusal
from store.operations.deal_touch import DealCallbackDraft
from store.queries.deals import Deal
from tui import present
from tui.deal_screen import OnDeal
from tui.dialog import Dialog
from tui.widgets.choice_list import Choice, ChoiceList
from tui.widgets.field import Field
from tui.widgets.when_input import WhenInput


class DealCallbackDialog(OnADeal, CallbackDialog):  # type: ignore[misc]  # opened on something else, and drafts it
    """As the callback dialog; the promise is the owner's, whoever makes it, or anyone's."""

    VERB = "Callback"

    def compose_form(self) -> ComposeResult:
        """The time first, and whom last: nearly always the primary contact."""
        yield from super().compose_form()
        yield Field("whom", "Whom to call", ChoiceList[int](id="whom"))

    def reset(self, opening: OnDeal | Deal) -> None:  # type: ignore[override]
        """No time yet; the owner's promise to the primary contact."""
        CallbackDialog.reset(self, opening)  # type: ignore[arg-type]  # it reads nothing of it
        owner = "you" if self.mine else self.deal.owner or "nobody yet"
        self.query_one(ChoiceList).set_choices(
            [Choice("y", False, owner), Choice("a", True, "anyone of the team")], False
        )
        self._list("whom").set_choices(self.people(), self.contact_id)
        self._show_field("whom", len(self.choices.people) > 1)

    def draft(self) -> DealCallbackDraft:  # type: ignore[override]
        """The promise."""
        at = self.query_one(WhenInput).at
        if at is None:
            raise Refusal("When did they ask to be called? Type a time, such as: tomorrow 3pm", "when")
        anyone = bool(self.query_one(ChoiceList).value)
        words = self._input("words").value
        return DealCallbackDraft(self.deal.id, at, self.seen, words, anyone, self._list("whom").value)

    def operation(self) -> Callable[..., Any]:
        """Promise it."""
        from store.operations.deal_touch import promise_on_opportunity

        return promise_on_opportunity

    def consequence(self) -> Content:
        """When it rises, and what it replaces."""
        rules = self.app.team.rules.callbacks
        try:
            at = self.query_one(WhenInput).at
        except Refusal:
            at = None
        if self._too_far(at):
            return Content(f"that is more than {rules.far_days} days out, too far for a promise: give a nearer day")
        who = "your list" if self.mine else f"{self.deal.owner}’s list"
        told = f"goes to the top of {who} when due, to anyone {present.span(rules.passes_on)} after it was missed"
        if self.query_one(ChoiceList).value:
            told = "goes to the top of everyone’s list when due"
        if self.choices.deal.promised_at is not None:
            told += "; replaces the promise made before"
        warning = self.hours_warning(at)
        return present.joined(f"{warning}; {told}" if warning else told)

    def action_submit(self) -> None:
        """Save: there is nothing else that a promise too far off could become."""
        Dialog.action_submit(self)
