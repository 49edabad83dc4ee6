"""Log a touch: one letter where nothing more is needed, with what it will do said beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from screens.dialogs.foretold import ASKS_WHAT_WAS_LEARNED, CHANNEL_OF, SAID_TWICE, hint, told_once, words
from screens.dialogs.lead_dialog import LeadDialog
from store.errors import Refusal
from store.instants import Instant
from store.lead_state import LeadState
from store.queries.queue import QueueRow
from store.reach import promised_since, recent_tries
from store.rules.touch import (
    DISPOSITIONS,
    MEETING_RESULTS,
    TouchDraft,
    awaits_result,
    cadence_ends,
    direction_of,
    effect,
    happened_at,
)
from store.vocabulary import Channel, Direction, Disposition, WithWhom
from tui import present
from tui.lead_screen import Offered
from tui.widgets.choice_list import Choice, ChoiceList
from tui.widgets.field import Field
from tui.widgets.when_input import WhenInput


class LogDialog(LeadDialog):
    """Letters choose what came of it and save; digits only change how and with whom. What silences a person waits
    for enter after its letter.

    In the field of another list its own digits count and letters do nothing, since there they were meant as words.
    """

    VERB = "Log"
    DEFAULT_CSS = """
    LogDialog {
        .dialog--came { height: auto; }
        #by-another { height: auto; color: $text-muted; padding-left: 1; }
    }
    """
    ALSO_IN_KEY_LINE = ("when",)
    OTHERS = "by another channel"

    tries: tuple[Instant, ...] = ()
    since: Instant | None = None  # when the open callback was promised
    _told_of_letters = False

    async def prepare(self, opening: QueueRow | Offered) -> None:
        """Where the cadence ends, read when they were tried: the next try is spread over their day."""
        await super().prepare(opening)
        self.tries = ()
        if cadence_ends(self.lead, self.app.team.rules):
            now = self.app.desk.now()
            self.tries = await self.app.desk.read(recent_tries, self.lead.contact_id, self.lead.id, now)
        promised = self.lead.callback_at is not None
        self.since = await self.app.desk.read(promised_since, self.lead.id) if promised else None

    def works_on(self, lead: LeadState) -> bool:
        """Also on one that ended with a meeting, of which it is not known yet what became."""
        return super().works_on(lead) or awaits_result(lead)

    def compose_form(self) -> ComposeResult:
        """What came of it first: the rest is for the exception."""
        came = Vertical(ChoiceList[Disposition](id="disposition"), Static(id="by-another"), classes="dialog--came")
        yield Field("disposition", "What came of it", came)
        yield Field("note", "Note, what was learned", Input(max_length=20_000, id="note"))
        yield Field("when", "Next step or promised time (empty: the cadence's next step)", WhenInput())
        yield Field("channel", "How (digits change it, nothing is saved)", ChoiceList[Channel](_CHANNELS, id="channel"))
        yield Field("with_whom", "With whom", ChoiceList[WithWhom](_WITH, id="with-whom"))
        yield Field("direction", "Who called or wrote", ChoiceList[Direction](_DIRECTIONS, id="direction"))
        yield Field(
            "at",
            "When it was, by your own clock (empty: now)",
            WhenInput(past=True, placeholder="yesterday 4pm, 10:15"),
        )

    def reset(self, opening: QueueRow | Offered) -> None:
        """Nothing chosen; the planned channel, the person themself."""
        self._told_of_letters = False
        self.query_one("#note", Input).value = ""
        for when in self.query(WhenInput):
            when.reset(contact_zone=self.contact_zone)
        self._list("channel").select(self.lead.next_channel or Channel.CALL)
        self._list("with-whom").select(WithWhom.CONTACT)
        self._list("direction").select(Direction.OUT)
        self._list("disposition").set_choices(self._choices())
        self._show_by_another()

    def draft(self) -> TouchDraft:
        """The touch as it stands."""
        disposition: Disposition | None = self._list("disposition").value
        next_at, at = self.query(WhenInput).first().at, self._happened()
        if disposition is None:
            raise Refusal("What came of it? Press its letter.", "disposition")
        draft = self._touch(disposition, note=self.query_one("#note", Input).value, next_at=next_at, at=at)
        self._effect(draft)
        return draft

    def operation(self) -> Callable[..., Any]:
        """Log it."""
        from store.operations.log_touch import log_touch

        return log_touch

    def consequence(self) -> Content:
        """What the choice will do, with its next step in the person's own zone."""
        disposition: Disposition | None = self._list("disposition").value
        if disposition is None:
            return self._how_to_go_on()
        try:
            draft = self.draft()
        except Refusal as refusal:
            return self.lacks(refusal)
        calls = disposition is Disposition.CALLBACK_REQUESTED or (draft.next_channel or Channel.CALL) is Channel.CALL
        warning = self.hours_warning(draft.next_at) if calls and draft.next_at is not None else ""
        told = "; ".join(part for part in (warning, self._words(draft)) if part)
        if disposition not in SAID_TWICE:
            return present.joined(told)
        keys = f"enter or {self.app.key_of('submit')}"
        return present.joined((f"Not saved yet: {keys} logs “{disposition.label}”. ", "bold"), told)

    def action_letter(self, letter: str) -> None:
        """Digits change how it was done; a conversation goes on to the note, what silences waits, the rest saves."""
        choices = self._list("disposition")
        elsewhere = self.focused if self.focused is not choices else None
        if letter.isdigit():
            changed = [self._list(name) for name in ("channel", "with-whom", "direction")]
            if any(each.pick(letter) for each in changed if elsewhere in (None, each)):
                self._show_choices()
            return
        if elsewhere is not None:
            self._told_of_letters = True
            when = self.app.key_of("when")
            self.say(f"Nothing is logged: a letter is an outcome in the first list only. {when} types another time.")
            return
        self._change_channel_for(letter.lower())
        asks = {choice.letter for choice in choices.choices if choice.value in ASKS_WHAT_WAS_LEARNED}
        if letter in asks and not self.query_one("#note", Input).value:
            choices.pick(letter)
            self.show_consequence()
            self.set_focus(self.query_one("#note"))
            return
        if any(choice.letter == letter and choice.value in SAID_TWICE for choice in choices.choices):
            choices.pick(letter)
            self.show_consequence()
            return
        super().action_letter(letter)

    def action_enter(self) -> None:
        """Save; from the time it was, go on to what came of it as long as nothing is chosen."""
        if self.focused not in list(self.query(WhenInput).last().query(Input)) or self._list("disposition").chosen:
            super().action_enter()
            return
        try:
            self._happened()
        except Refusal as refusal:
            self.show_refusal(refusal)
        else:
            self.focus_first()
            self.call_after_refresh(self.query_one(".dialog--form").scroll_home, animate=False)

    def action_when(self) -> None:
        """Go to the time it was; enter there goes back to what came of it, as long as that is not chosen."""
        self.focus_field(next(field for field in self.query(Field) if field.field == "at"))

    @on(events.DescendantFocus)
    def _elsewhere_now(self) -> None:
        if self._told_of_letters:
            self._told_of_letters = False
            self.say(None)

    @on(ChoiceList.Changed, "#channel")
    def _show_choices(self) -> None:
        """What can come of the channel, the choice kept where it still can."""
        choices = self._list("disposition")
        choices.set_choices(self._choices(), choices.value)
        self._show_by_another()
        self.show_consequence()

    def _show_by_another(self) -> None:
        others = " · ".join(f"{self._letter_of(one)} {one.label}" for one in self._of_other_channels())
        told = self.query_one("#by-another", Static)
        told.display = bool(others)
        told.update(present.joined(f"{self.OTHERS}  {others}"))

    def _change_channel_for(self, letter: str) -> None:
        """A letter of what only another channel can bring takes that channel."""
        other = next((one for one in self._of_other_channels() if self._letter_of(one) == letter), None)
        if other is not None:
            self.take_channel_of(other)

    def take_channel_of(self, disposition: Disposition) -> None:
        """Take the channel that this can come of, where the one taken cannot bring it."""
        if disposition in self._of_other_channels():
            self._list("channel").select(CHANNEL_OF[disposition])
            self._show_choices()

    def _list(self, name: str) -> ChoiceList[Any]:
        return self.query_one(f"#{name}", ChoiceList)

    def _how_to_go_on(self) -> Content:
        """What the keys do as long as nothing is chosen, and the time it was, which may be out of sight."""
        try:
            at = self._happened()
        except Refusal as refusal:
            return present.joined(refusal.sentence)
        if at is None:
            return Content(
                "A letter saves at once; tab only looks. A capital letter goes on to what is below: ↓ note, next step, "
                "how, with whom, when it was."
            )
        happened = present.exactly(at, self.app.zone, self.app.desk.now())
        if self.focused is self._list("disposition"):
            return present.joined(f"It was {happened}: the letter of what came of it logs it so.")
        return present.joined(f"It was {happened}: enter goes to the outcomes, where a letter logs it so.")

    def _happened(self) -> Instant | None:
        """When it was, None for now; raises Refusal for a time that it cannot have been."""
        at = typed_past(self.query(WhenInput).last())
        return None if at is None else happened_at(at, self.lead.opened_at, self.app.desk.now(), self.app.zone)

    def _touch(self, disposition: Disposition, **more: Any) -> TouchDraft:
        channel: Channel = self._list("channel").value or Channel.CALL
        if disposition not in DISPOSITIONS[channel]:
            channel = CHANNEL_OF[disposition]
        direction = direction_of(disposition)
        return TouchDraft(
            self.lead.id,
            channel,
            disposition,
            direction if direction is Direction.IN else self._list("direction").value or direction,
            seen=self.seen,
            with_whom=self._list("with-whom").value or WithWhom.CONTACT,
            **more,
        )

    def _effect(self, draft: TouchDraft) -> Any:
        team, now = self.app.team, self.app.desk.now()
        return effect(self.lead, self.row.reach, draft, team.rules, team.calendar, now, self.tries, self.since)

    def _choices(self) -> list[Choice[Disposition]]:
        """What can come of the channel, with its letter and what it will do."""
        others = self._of_other_channels()
        return told_once(
            Choice(self._letter_of(one), one, one.label, self._hint(one))
            for one in self._possible()
            if one not in others
        )

    def _possible(self) -> list[Disposition]:
        """Every disposition that has a letter; of a meeting booked before, what became of it."""
        only = MEETING_RESULTS if awaits_result(self.lead) else frozenset(CHANNEL_OF)
        return [one for one in CHANNEL_OF if one in only and self._letter_of(one)]

    def _of_other_channels(self) -> list[Disposition]:
        """What can come of another channel only; nothing is left out of few."""
        channel: Channel = self._list("channel").value or Channel.CALL
        possible = self._possible()
        return [one for one in possible if one not in DISPOSITIONS[channel]] if len(possible) > _FEW else []

    def _letter_of(self, disposition: Disposition) -> str:
        return self.app.team.rules.dispositions[disposition].letter

    def _hint(self, disposition: Disposition) -> str:
        return hint(lambda: self._words(self._touch(disposition)))

    def _words(self, draft: TouchDraft) -> str:
        return words(self._effect(draft), self.lead, self.app.desk.now(), self.app.zone, self.contact_zone)


def typed_past(when: WhenInput) -> Instant | None:
    """What the field for when it was says; its refusals name that field."""
    try:
        return when.at
    except Refusal as refusal:
        raise Refusal(refusal.sentence, "at") from refusal


_FEW = 4
_CHANNELS = [Choice(str(number), channel, channel.label) for number, channel in enumerate(Channel, 1)]
_WITH = [Choice(str(number), whom, whom.label) for number, whom in enumerate(WithWhom, 7)]
_DIRECTIONS = [Choice("", Direction.OUT, "we did"), Choice("0", Direction.IN, "they did")]
