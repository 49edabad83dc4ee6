"""End an at bat: how it ended, why, and only what that ending needs besides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from screens.dialogs.lead_dialog import LeadDialog
from screens.dialogs.person_fields import PersonFields
from store.errors import Refusal
from store.queries.closing import CloseChoices, OtherAtBat, close_choices
from store.queries.queue import QueueRow
from store.rules import clocks
from store.rules.closing import CONVERSIONS, CloseDraft, Ending, NewPerson, ending, reasons_for
from store.rules.when_said import begins_a_word
from store.ruleset import ComesBack
from store.vocabulary import Outcome, Trigger
from tui import present
from tui.lead_screen import Offered
from tui.theme import Urgency
from tui.widgets.choice_list import Choice, ChoiceList, lettered
from tui.widgets.field import Field, InlineField
from tui.widgets.when_input import WhenInput

ON_A_DATE = "date"
A_CUSTOMER = "customer"
ALREADY_CUSTOMER = "already_customer"


class CloseDialog(LeadDialog):
    """The first letter says how it ended, the second why; it is saved as soon as nothing is missing."""

    VERB = "Close"
    LOOKS_BACK = True
    LETTERS_STAY = True

    DEFAULT_CSS = """
    CloseDialog .dialog--details { height: auto; margin-top: 1; }
    """

    choices: CloseChoices

    async def prepare(self, opening: QueueRow | Offered) -> None:
        """Read what can be chosen: other at bats, open opportunities."""
        await super().prepare(opening)
        self.choices = await self.app.desk.read(close_choices, self.lead.id)

    def compose_form(self) -> ComposeResult:
        """Outcome and reason, then what some outcomes need; only what the chosen one needs is shown."""
        yield Field("outcome", "How it ended · when they may come back", ChoiceList[Outcome](id="outcome"))
        with Vertical(classes="dialog--details"):
            yield InlineField("reason", "Why", ChoiceList[str](id="reason"))
            yield InlineField("competitor", "Competitor", Input(max_length=200, id="competitor"))
            yield InlineField("back_on", "Back on", ChoiceList[str](id="back-on"))
            yield InlineField("when", "Back when", WhenInput(placeholder="in 3 months, 15 jan"))
            yield InlineField("duplicate_of", "The other", ChoiceList[int](id="duplicate-of"))
            yield InlineField("opportunity_id", "Known as", ChoiceList[int | str](id="known-as"))
            yield InlineField("datum", "What is bad", ChoiceList[str](id="datum"))
            yield PersonFields()
            yield InlineField("note", "Note", Input(max_length=20_000, id="note"))

    def reset(self, opening: QueueRow | Offered) -> None:
        """Nothing chosen but what was offered."""
        self._followed: tuple[Outcome | None, str | None] | None = None
        self._date_meant = ""
        self._list("outcome").set_choices(self._outcomes(), self.offered)
        self._list("duplicate-of").set_choices(lettered([(o.id, self._other(o)) for o in self.choices.others]))
        self._list("known-as").set_choices(self._known_as())
        self._list("datum").set_choices(self._data())
        self._list("back-on").set_choices(self._triggers())
        for input_ in ("competitor", "note"):
            self.query_one(f"#{input_}", Input).value = ""
        taken = opening if isinstance(opening, Offered) else Offered(opening)
        self.query_one("#note", Input).value = taken.note
        self.query_one(WhenInput).reset(taken.when, contact_zone=self.contact_zone)
        self.query_one(PersonFields).reset()
        self._follow()
        if taken.reason:
            self._list("reason").select(taken.reason)
            self._follow()

    def focus_first(self) -> None:
        """The outcomes; where one was offered, what it still needs."""
        super().focus_first()
        opening = self.opening
        if self.offered is Outcome.WRONG_PERSON and isinstance(opening, Offered) and opening.reason:
            self._ask_who()
        elif self.offered is not None:
            self._ask_on(self.offered)

    def draft(self) -> CloseDraft:
        """The ending as it stands."""
        outcome: Outcome | None = self._list("outcome").value
        if outcome is None:
            raise Refusal("How did it end? Press its letter.", "outcome")
        reason: str | None = self._list("reason").value
        if reason is None and outcome is Outcome.SUPPRESS:
            raise Refusal("Why must nobody contact them again? Press its letter.", "reason")
        competitor = self.query_one("#competitor", Input).value if self._shown("competitor") else ""
        if self._shown("competitor") and not competitor.strip():
            raise Refusal("Which competitor was chosen?", "competitor")
        back_on = self._list("back-on").value if outcome is Outcome.RE_ENGAGE else None
        if outcome is Outcome.RE_ENGAGE and back_on is None:
            raise Refusal("On what may we come back? Press the letter of a trigger, or of a date.", "back_on")
        known_as = self._list("known-as").value if outcome is Outcome.EXISTING else None
        draft = CloseDraft(
            self.lead.id,
            outcome,
            seen=self.seen,
            reason=self._fitting(reason, known_as),
            note=self.query_one("#note", Input).value,
            competitor=competitor,
            back_at=self.query_one(WhenInput).at if self._shown("when") else None,
            back_on=Trigger(back_on) if back_on and back_on != ON_A_DATE else None,
            duplicate_of=self._list("duplicate-of").value if outcome is Outcome.DUPLICATE else None,
            opportunity_id=known_as if isinstance(known_as, int) else None,
            is_customer=known_as == A_CUSTOMER,
            right_person=self._right_person() if outcome is Outcome.WRONG_PERSON else None,
            datum=(self._list("datum").value or "") if outcome is Outcome.BAD_DATA else "",
        )
        self._ending(draft)
        return draft

    def operation(self) -> Callable[..., Any]:
        """Close it."""
        from store.operations.closing import close

        return close

    def show_consequence(self) -> None:
        """Bring the fields in line with the outcome first."""
        self._follow()
        super().show_consequence()

    def consequence(self) -> Content:
        """How it will end, when they may come back, and what else follows."""
        outcome: Outcome | None = self._list("outcome").value
        if outcome is None:
            return Content("A letter says how it ended; a capital letter only picks it, to change reason or note.")
        if outcome in CONVERSIONS:
            return present.joined(f"{self.app.key_of('submit')} goes on to convert.")
        try:
            draft = self.draft()
        except Refusal as refusal:
            return self.lacks(refusal)
        return present.joined(" · ".join(self._words(draft, self._ending(draft))))

    # --- keys ---

    def action_letter(self, letter: str) -> None:
        """An outcome that opens the convert dialog goes there; one that asks more than it needs goes on to that."""
        outcomes = self._list("outcome")
        choice = next((choice for choice in outcomes.choices if choice.letter == letter), None)
        if self.focused is outcomes and choice is not None and (choice.value in CONVERSIONS or choice.value in _ASKS):
            outcomes.pick(letter)
            self.show_consequence()
            self._ask_on(choice.value)
        elif self._begins_a_date(letter):
            self._type_date(letter)
        elif outcomes.value is Outcome.WRONG_PERSON and self.focused is self._list("reason"):
            self._say_why_then_who(letter)
        else:
            self._date_meant = ""
            super().action_letter(letter)
            if self._reason_in_doubt():
                self._date_meant = letter

    def _say_why_then_who(self, letter: str) -> None:
        """The right person is asked after the reason; neither has to be known."""
        if self._list("reason").pick(letter.lower()):
            self.show_consequence()
            self._ask_who()

    def _ask_who(self) -> None:
        first_name = self._field("first_name")
        assert first_name is not None
        self.focus_field(first_name)

    def key_plus(self) -> None:
        """A date such as ``+3mo`` may be begun from the reasons."""
        if self._begins_a_date("+"):
            self._type_date("+")

    def _begins_a_date(self, letter: str) -> bool:
        """Whether a key in the reasons, where it names none, is the beginning of the date that is asked for."""
        reasons = self._list("reason")
        named = any(choice.letter == letter.lower() for choice in reasons.choices)
        return self.focused is reasons and self._shown("when") and not named

    def _reason_in_doubt(self) -> bool:
        """Whether a letter has just gone on from the reasons to an empty date."""
        when = self.query_one(WhenInput)
        return self._shown("when") and not when.text and self.focused is when.query_one(Input)

    def _type_date(self, text: str) -> None:
        self.query_one(WhenInput).type_on(text)

    @on(Input.Changed)
    def _date_was_meant(self) -> None:
        """What chose a reason was the beginning of a date after all: ``next month``, ``tue``."""
        when = self.query_one(WhenInput)
        if not (self._date_meant and when.text):
            return
        whole = self._date_meant + when.text
        if begins_a_word(when.text):
            return
        meant, self._date_meant = begins_a_word(whole), ""
        outcome: Outcome | None = self._list("outcome").value
        if meant and outcome is not None:
            self._list("reason").select(self.app.team.rules.outcomes[outcome].default_reason)
            when.set_text(whole)

    def action_submit(self) -> None:
        """Converting is another dialog's."""
        outcome: Outcome | None = self._list("outcome").value
        if outcome in CONVERSIONS:
            self._convert(outcome)
        else:
            super().action_submit()

    def _ask_on(self, outcome: Outcome) -> None:
        if outcome in CONVERSIONS:
            self._convert(outcome)
            return
        try:
            self.draft()
            field = _ASKS.get(outcome)
        except Refusal as missing:
            field = _ASKS.get(outcome, missing.field)
        if (found := self._field(field)) is not None:
            self.focus_field(found)

    def _convert(self, outcome: Outcome) -> None:
        self.dismiss()
        self.app.open_dialog("convert", Offered(self.row, outcome), self._then)

    # --- what is shown ---

    def _follow(self) -> None:
        """Show the reasons and the fields of the outcome, once for each choice of either."""
        outcome: Outcome | None = self._list("outcome").value
        if self._followed is None or self._followed[0] is not outcome:
            self._show_reasons(outcome)
        reason: str | None = self._list("reason").value
        back_on = self._list("back-on").value
        self._followed = (outcome, reason)
        rules = self.app.team.rules
        shown = {
            "reason": bool(self._list("reason").choices),
            "back_on": outcome is Outcome.RE_ENGAGE,
            "when": outcome is Outcome.NOT_READY or (outcome is Outcome.RE_ENGAGE and back_on == ON_A_DATE),
            "competitor": reason is not None and rules.reasons[reason].needs_competitor,
            "duplicate_of": outcome is Outcome.DUPLICATE,
            "opportunity_id": outcome is Outcome.EXISTING,
            "datum": outcome is Outcome.BAD_DATA,
        }
        for name, visible in shown.items():
            field = self._field(name)
            assert field is not None
            field.show(visible)
        self.query_one(PersonFields).show(outcome is Outcome.WRONG_PERSON)

    def _show_reasons(self, outcome: Outcome | None) -> None:
        rules = self.app.team.rules
        reasons = () if outcome is None or outcome in CONVERSIONS else reasons_for(outcome, rules)
        proposed = None if outcome is None or outcome in _MUST_SAY_WHY else rules.outcomes[outcome].default_reason
        self._list("reason").set_choices(
            [Choice(reason.letter, reason.key, reason.label) for reason in reasons], proposed
        )

    def _outcomes(self) -> list[Choice[Outcome]]:
        rules = self.app.team.rules
        return [
            Choice(rules.outcomes[outcome].letter, outcome, rules.outcomes[outcome].label, self._hint(outcome))
            for outcome in Outcome
            if rules.outcomes[outcome].letter
        ]

    def _hint(self, outcome: Outcome) -> str:
        if outcome in CONVERSIONS:
            return "goes on to convert"
        never = f"{Urgency.LATE.sign} {_NEVER_REACHED} · " if self._never_reached(outcome) else ""
        return f"{never}{self._back_words(outcome)}"

    def _never_reached(self, outcome: Outcome) -> bool:
        """Whether this outcome says that they were spoken to, and nobody was."""
        return outcome in _SPOKE and not self.lead.connected

    def _back_words(self, outcome: Outcome) -> str:
        rules = self.app.team.rules.outcomes[outcome]
        words = _BACK[rules.comes_back].format(days=rules.recycle_days)
        rep = "same rep" if rules.same_rep else "another rep" if rules.other_rep else ""
        return f"{words}, {rep}" if rep else words

    def _other(self, other: OtherAtBat) -> str:
        who = ", ".join(part for part in (other.name or "nobody yet", other.title) if part)
        return " · ".join(part for part in (who, other.company, other.owner, other.stage.label) if part)

    def _known_as(self) -> list[Choice[int | str]]:
        opportunities: list[tuple[int | str, str]] = [
            (o.id, f"{o.name} · {o.stage.label} · {present.money(o.amount, o.currency)} · {o.owner}")
            for o in self.choices.opportunities
        ]
        customer = "a customer" if self.choices.customer else "a customer (noted on the company)"
        return [*lettered(opportunities), Choice("u", A_CUSTOMER, customer)]

    def _triggers(self) -> list[Choice[str]]:
        words = self.app.team.rules.triggers
        date = Choice("d", ON_A_DATE, "a date")
        return [date, *(Choice(letter, trigger.value, words[trigger]) for trigger, letter in _TRIGGER_LETTERS.items())]

    def _data(self) -> list[Choice[str]]:
        return [
            Choice("p", "phone number", "phone number"),
            Choice("e", "e-mail address", "e-mail address"),
            Choice("n", "name", "name"),
            Choice("c", "company", "company"),
        ]

    # --- what it will do ---

    def _ending(self, draft: CloseDraft) -> Ending:
        desk, rules = self.app.desk, self.app.team.rules
        leads_team = desk.actor is not None and desk.actor.leads_team
        employees = self.choices.employees
        if draft.outcome is Outcome.DUPLICATE and not self.choices.others:
            raise Refusal("No other open at bat is like this one: choose another outcome.", "outcome")
        return ending(self.lead, draft, rules, desk.now(), employees=employees, leads_team=leads_team)

    def _words(self, draft: CloseDraft, end: Ending) -> list[str]:
        team, now = self.app.team, self.app.desk.now()
        reason = team.rules.reasons[end.reason]
        if end.waits:
            due = clocks.approval_by(now, team.rules, team.calendar)
            words = [f"waits in disqualified for a team lead, to be decided by {present.day(due, self.app.zone, now)}"]
        else:
            words = [f"closed for good, {end.status.label}"]
        if self._never_reached(draft.outcome):
            log = self.app.key_of("log")
            words.insert(0, f"{Urgency.LATE.sign} {_NEVER_REACHED}: if you spoke, log that first ({log})")
        words.append(reason.label)
        if end.eligible_at is not None:
            zone = self.contact_zone if end.eligible_at == draft.back_at else None
            words.append(f"back {present.day(end.eligible_at, zone or self.app.zone, now)}")
        elif draft.back_on is not None:
            words.append(f"back on: {team.rules.triggers[draft.back_on]}")
        else:
            words.append(f"back {self._back_words(draft.outcome)}")
        if reason.track in team.rules.tracks and end.eligible_on != ComesBack.NEVER:
            words.append(f"next time {team.rules.tracks[reason.track]}")
        return [*words, *self._consequences(draft)]

    def _consequences(self, draft: CloseDraft) -> list[str]:
        words = []
        if draft.outcome is Outcome.SUPPRESS:
            words.append("no call, e-mail or message to them on any channel until a team lead lifts it")
        elif draft.outcome is Outcome.DUPLICATE:
            words.append("its touches, notes and promises go into the other at bat")
        elif draft.outcome is Outcome.EXISTING:
            words.append(self._told(draft))
        elif draft.outcome is Outcome.WRONG_PERSON:
            person = draft.right_person
            words.append(f"opens an at bat for {person.name}" if person else "no right person is named")
        if self.lead.callback_at is not None and draft.outcome is not Outcome.DUPLICATE:
            words.append("the callback promised is dropped")
        return words

    def _told(self, draft: CloseDraft) -> str:
        found = next((o.owner for o in self.choices.opportunities if o.id == draft.opportunity_id), "")
        owner = found or self.choices.account_owner
        return f"{owner} is told" if owner else "the company has no owner to tell"

    def _fitting(self, reason: str | None, known_as: int | str | None) -> str:
        """A customer is closed as one, unless another reason was chosen."""
        proposed = self.app.team.rules.outcomes[Outcome.EXISTING].default_reason
        if known_as == A_CUSTOMER and reason == proposed and ALREADY_CUSTOMER in self.app.team.rules.reasons:
            return ALREADY_CUSTOMER
        return reason or ""

    def _right_person(self) -> NewPerson | None:
        person = self.query_one(PersonFields).person
        if person == NewPerson():
            return None
        if not person.name:
            raise Refusal("Who is the right person? Give at least a name.", "first_name")
        return person

    def _list(self, name: str) -> ChoiceList[Any]:
        return self.query_one(f"#{name}", ChoiceList)

    def _shown(self, name: str) -> bool:
        field = self._field(name)
        return field is not None and bool(field.display)


# Where the cursor goes after an outcome that could be saved with less: what is worth asking first.
_ASKS = {
    Outcome.NOT_READY: "reason",
    Outcome.SUPPRESS: "reason",
    Outcome.RE_ENGAGE: "back_on",
    Outcome.WRONG_PERSON: "reason",
}
_SPOKE = frozenset({Outcome.NOT_READY, Outcome.BAD_FIT})
_NEVER_REACHED = "nobody was reached yet"
_MUST_SAY_WHY = frozenset({Outcome.BAD_FIT, Outcome.SUPPRESS, Outcome.CONVERTED, Outcome.MEETING_BOOKED})
_BACK = {
    ComesBack.AFTER_DAYS: "in {days} days",
    ComesBack.ON_DATE: "on a date you give",
    ComesBack.NEW_SIGNAL: "on a new signal",
    ComesBack.HIGH_INTENT: "on a high-intent signal",
    ComesBack.WHEN_FIXED: "when it is corrected",
    ComesBack.NEVER: "never",
}
_TRIGGER_LETTERS = {
    Trigger.TITLE_CHANGED: "t",
    Trigger.EMPLOYER_CHANGED: "e",
    Trigger.HIGH_INTENT_PAGE: "p",
    Trigger.NEW_CONTENT: "n",
    Trigger.COMPETITOR_FAILED: "c",
    Trigger.LEADERSHIP_CHANGED: "l",
    Trigger.REGULATION: "r",
    Trigger.BUDGET_APPROVED: "b",
    Trigger.OTHER: "o",
}
