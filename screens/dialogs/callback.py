"""Promise a callback, or put an at bat off: a time as people say it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input

from screens.dialogs.lead_dialog import LeadDialog
from store.errors import Refusal
from store.operations.promises import CallbackDraft, SnoozeDraft
from store.queries.queue import QueueRow
from store.rules import expiry
from tui import present
from tui.lead_screen import Offered
from tui.widgets.choice_list import Choice, ChoiceList
from tui.widgets.field import Field
from tui.widgets.when_input import WhenInput


class CallbackDialog(LeadDialog):
    """Promise to call back at a time in the person's own zone."""

    VERB = "Callback"

    def compose_form(self) -> ComposeResult:
        """The time first."""
        yield Field("when", "When to call, in their time", WhenInput())
        yield Field("words", "What about", Input(max_length=200, id="words"))
        yield Field("anyone", "Who will call", ChoiceList[bool](_WHO))

    def reset(self, opening: QueueRow | Offered) -> None:
        """No time yet; one's own promise."""
        self.query_one(WhenInput).reset(contact_zone=self.contact_zone)
        self.query_one("#words", Input).value = ""
        self.query_one(ChoiceList).select(False)

    def focus_first(self) -> None:
        """Into the time."""
        self.query_one(WhenInput).focus_input()

    def draft(self) -> CallbackDraft:
        """The promise."""
        at = self.query_one(WhenInput).at
        if at is None:
            raise Refusal("When did they ask to be called? Type a time, such as: tomorrow 3pm", "when")
        words = self.query_one("#words", Input).value
        return CallbackDraft(self.lead.id, at, self.seen, words, bool(self.query_one(ChoiceList).value))

    def operation(self) -> Callable[..., Any]:
        """Promise it."""
        from store.operations.promises import callback

        return callback

    def consequence(self) -> Content:
        """When it rises, and what it replaces."""
        rules = self.app.team.rules.callbacks
        words = f"goes to the top of the queue when due, to anyone {present.span(rules.passes_on)} after it was missed"
        if self.lead.callback_at is not None:
            words += "; replaces the promise made before"
        try:
            warning = self.hours_warning(self.query_one(WhenInput).at)
        except Refusal:
            warning = ""
        return present.joined(f"{warning}; {words}" if warning else words)


class SnoozeDialog(LeadDialog):
    """Put an at bat off until a time; no clock stops."""

    VERB = "Snooze"

    def compose_form(self) -> ComposeResult:
        """The time."""
        yield Field("when", "Until when", WhenInput(placeholder="2h, tomorrow, mon 9am"))

    def reset(self, opening: QueueRow | Offered) -> None:
        """No time yet."""
        self.query_one(WhenInput).reset(contact_zone=self.contact_zone)

    def focus_first(self) -> None:
        """Into the time."""
        self.query_one(WhenInput).focus_input()

    def draft(self) -> SnoozeDraft:
        """Until when."""
        at = self.query_one(WhenInput).at
        if at is None:
            raise Refusal("Until when? Type a time, such as: tomorrow 9am", "when")
        return SnoozeDraft(self.lead.id, at, self.seen)

    def operation(self) -> Callable[..., Any]:
        """Snooze it."""
        from store.operations.promises import snooze

        return snooze

    def consequence(self) -> Content:
        """How far it may be put off."""
        team, lead = self.app.team, self.lead
        ends = expiry.effective_end(lead.expires_at, lead.callback_at, team.rules, team.calendar)
        if ends is None:
            return Content("no clock stops")
        now = self.app.desk.now()
        return present.joined(f"no clock stops; at the latest until {present.day(ends, self.app.zone, now)}")


_WHO = [Choice("", False, "you"), Choice("", True, "anyone of the team")]
