"""Promise a callback, or put an at bat off: a time as people say it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from screens.dialogs.lead_dialog import LeadDialog
from store.errors import Refusal
from store.instants import DAY, Instant
from store.operations.promises import CallbackDraft, SnoozeDraft
from store.queries.queue import QueueRow
from store.rules import expiry
from store.vocabulary import Outcome
from tui import present
from tui.lead_screen import Offered
from tui.widgets.choice_list import Choice, ChoiceList
from tui.widgets.field import Field
from tui.widgets.when_input import WhenInput


class CallbackDialog(LeadDialog):
    """Promise to call back at a time in the person's own zone."""

    VERB = "Callback"
    SAVES_ON_LETTER = False

    def compose_form(self) -> ComposeResult:
        """The time first."""
        yield Field("when", "When to call", WhenInput())
        yield Field("words", "What about", Input(max_length=200, id="words"))
        yield Field("anyone", "Who will call", ChoiceList[bool](_WHO))

    def reset(self, opening: QueueRow | Offered) -> None:
        """No time yet; one's own promise."""
        self.query_one("#field-when .field--label", Static).update(self._whose_time())
        self.query_one("#field-anyone .field--label", Static).update(
            Content(f"Who will call ({self.app.key_of('anyone')} changes it)")
        )
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
        try:
            at = self.query_one(WhenInput).at
        except Refusal:
            at = None
        if self._too_far(at):
            label = Outcome.NOT_READY.label
            return present.joined(
                f"that is more than {rules.far_days} days out, too far for a promise: "
                f"{self.app.key_of('submit')} goes on to close as “{label}”, back on that date"
            )
        who = "to anyone of the team when due"
        if not self.query_one(ChoiceList).value:
            who = f"when due, to anyone {present.span(rules.passes_on)} after it was missed"
        words = f"goes to the top of the queue {who}"
        if self.lead.callback_at is not None:
            words += "; replaces the promise made before"
        warning = self.hours_warning(at)
        return present.joined(f"{warning}; {words}" if warning else words)

    def action_anyone(self) -> None:
        """Yours, or anyone's of the team."""
        who = self.query_one(ChoiceList)
        who.select(not who.value)

    def action_submit(self) -> None:
        """Save; a promise that would be too far off is offered as "not ready now", with that date."""
        when = self.query_one(WhenInput)
        try:
            too_far = self._too_far(when.at)
        except Refusal:
            too_far = False
        if not too_far:
            super().action_submit()
            return
        note = self.query_one("#words", Input).value
        self.dismiss()
        offered = Offered(self.row, Outcome.NOT_READY, when=when.text, note=note)
        self.app.open_dialog("close", offered, self._then)

    def _whose_time(self) -> Content:
        """In whose time a time is typed."""
        zone = self.contact_zone
        if zone is None:
            return Content("When to call, in your own time: nobody knows theirs")
        there = present.local_time(self.app.desk.now(), zone)
        return present.joined(f"When to call, in their time: {there} there now ({zone})")

    def _too_far(self, at: Instant | None) -> bool:
        return at is not None and at > self.app.desk.now() + self.app.team.rules.callbacks.far_days * DAY


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


_WHO = [Choice("y", False, "you"), Choice("a", True, "anyone of the team")]
