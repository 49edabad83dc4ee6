"""Log a touch on an opportunity: the same letters as on an at bat, which stays out of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from screens.dialogs.deal_person import OnADeal
from screens.dialogs.foretold import CHANNEL_OF, SAID_TWICE
from screens.dialogs.log import LogDialog, typed_past
from store.errors import Refusal
from store.instants import Instant
from store.queries.deals import Deal
from store.rules.deal_touch import DealEffect, DealTouchDraft, deal_effect, deal_touch_at
from store.rules.touch import DISPOSITIONS, direction_of
from store.vocabulary import Channel, Direction, Disposition, WithWhom
from tui import present
from tui.deal_screen import OnDeal
from tui.widgets.choice_list import ChoiceList
from tui.widgets.field import Field
from tui.widgets.when_input import WhenInput

_ASKS = {"when": "asks for the time"}
_USUAL = (
    Disposition.CONVERSATION,
    Disposition.HELD,
    Disposition.MEETING_BOOKED,
    Disposition.CALLBACK_REQUESTED,
    Disposition.SENT,
    Disposition.REPLIED,
    Disposition.NO_ANSWER,
    Disposition.VOICEMAIL_LEFT,
)


class DealLogDialog(OnADeal, LogDialog):  # type: ignore[misc]  # opened on something else, and drafts something else
    """As the log dialog, with whom of the opportunity's people it was; the primary contact unless another is chosen."""

    VERB = "Log"
    OTHERS = "also"

    _asked: Disposition | None = None  # of what is seldom, the one whose letter was pressed

    def compose_form(self) -> ComposeResult:
        """What came of it first, and before the exceptions whom it was with."""
        disposition, note, when, *exceptions = super().compose_form()
        yield from (disposition, note, when)
        yield Field("whom", "Whom", ChoiceList[int](id="whom"))
        yield from exceptions

    def reset(self, opening: OnDeal | Deal) -> None:  # type: ignore[override]
        """Nothing chosen; a call with the primary contact."""
        self._told_of_letters, self._asked = False, None
        self._input("note").value = ""
        self.query_one("#field-when .field--label", Static).update(Content("When to call back, or the meeting"))
        for when in self.query(WhenInput):
            when.reset(contact_zone=self.contact_zone)
        whom = self._list("whom")
        whom.set_choices(self.people(), self.contact_id)
        self._show_field("whom", len(self.choices.people) > 1)
        self._list("channel").select(Channel.CALL)
        self._list("with-whom").select(WithWhom.CONTACT)
        self._list("direction").select(Direction.OUT)
        self._list("disposition").set_choices(self._choices())
        self._show_by_another()

    def operation(self) -> Callable[..., Any]:
        """Log it."""
        from store.operations.deal_touch import log_on_opportunity

        return log_on_opportunity

    def consequence(self) -> Content:
        """What the choice will do, with the time promised or booked in the person's own zone."""
        disposition: Disposition | None = self._list("disposition").value
        if disposition is None:
            accepts = "An attempt or an answer accepts the hand-over. " if self._may_take_on else ""
            return Content(accepts) + self._how_to_go_on()
        try:
            draft: Any = self.draft()
        except Refusal as refusal:
            return self.lacks(refusal)
        warning = self.hours_warning(draft.next_at) if disposition is Disposition.CALLBACK_REQUESTED else ""
        will = self._effect(draft)
        takes = self.takes_on if self._may_take_on and (will.attempt or will.connect) else ""
        parts = (takes, warning, self._words(draft), "kept in its story, the stage stays")
        told = "; ".join(part for part in parts if part)
        if disposition not in SAID_TWICE:
            return present.joined(told)
        keys = f"enter or {self.app.key_of('submit')}"
        return present.joined((f"Not saved yet: {keys} logs “{disposition.label}”. ", "bold"), told)

    @on(ChoiceList.Changed, "#whom")
    def _whom_changed(self) -> None:
        """Somebody else: what may be done, and the zone of times, are theirs."""
        contact_id = self._list("whom").value
        if contact_id is None or contact_id == self.contact_id:
            return
        self.contact_id = contact_id
        for when in self.query(WhenInput):
            when.reset(when.text, self.contact_zone)
        choices = self._list("disposition")
        choices.set_choices(self._choices(), choices.value)
        self.query_one(".dialog--title", Static).update(self.heading())
        self.show_consequence()

    @property
    def _may_take_on(self) -> bool:
        """Whether an attempt or an answer accepts a hand-over."""
        me = self.app.person.id if self.app.person is not None else 0
        return self.deal.waits and self.deal.taker_id == me

    def _touch(self, disposition: Disposition, **more: Any) -> DealTouchDraft:  # type: ignore[override]
        channel: Channel = self._list("channel").value or Channel.CALL
        if disposition not in DISPOSITIONS[channel]:
            channel = CHANNEL_OF[disposition]
        direction = direction_of(disposition)
        return DealTouchDraft(
            self.deal.id,
            channel,
            disposition,
            direction if direction is Direction.IN else self._list("direction").value or direction,
            seen=self.seen,
            with_whom=self._list("with-whom").value or WithWhom.CONTACT,
            contact_id=self.contact_id,
            **more,
        )

    def _happened(self) -> Instant | None:
        at = typed_past(self.query(WhenInput).last())
        return None if at is None else deal_touch_at(at, self.deal.opened_at, self.app.desk.now(), self.app.zone)

    def _effect(self, draft: DealTouchDraft) -> DealEffect:  # type: ignore[override]
        app, deal = self.app, self.choices.deal
        return deal_effect(self.reach, deal.promised_at, draft, app.team.rules, app.desk.now(), deal.promised_since)

    def take_channel_of(self, disposition: Disposition) -> None:
        """Take what is seldom into the list, by the channel it can come of."""
        seldom = disposition in self._of_other_channels()
        super().take_channel_of(disposition)
        if seldom:
            self._asked = disposition
            self._show_choices()

    def _possible(self) -> list[Disposition]:
        """Every disposition that has a letter, what an account executive logs most before what telesales do."""
        return [one for one in dict.fromkeys((*_USUAL, *CHANNEL_OF)) if self._letter_of(one)]

    def _of_other_channels(self) -> list[Disposition]:
        """What is seldom: its letters stand together below the list."""
        return [one for one in self._possible() if one not in _USUAL and one is not self._asked]

    def _hint(self, disposition: Disposition) -> str:
        try:
            return self._words(self._touch(disposition))
        except Refusal as refusal:
            return _ASKS.get(refusal.field or "", refusal.sentence)

    def _words(self, draft: DealTouchDraft) -> str:  # type: ignore[override]
        """What follows, a time first; what working it does besides."""
        will, app = self._effect(draft), self.app
        at = will.callback_at or will.meeting_at
        told = list(will.words)
        if at is not None:
            what = "callback" if will.callback_at is not None else "meeting"
            theirs = self.contact_zone or app.zone
            there = " there" if self.contact_zone not in (None, app.zone) else ""
            told.insert(0, f"{what} {present.exactly(at, theirs, app.desk.now())}{there}")
        return "; ".join(told)
