"""Somebody calls: account, contact and at bat in one dialog, with whoever is known already shown while typing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from screens.dialogs.person_fields import PersonFields
from store.errors import Refusal
from store.operations.new_lead import NewLeadDraft
from store.queries import queue
from store.queries.likely import KnownCompany, KnownPerson, Likely, Typed, likely
from store.rules.closing import NewPerson
from store.vocabulary import Motion
from tui import present
from tui.desk import Done
from tui.dialog import Dialog
from tui.widgets.choice_list import Choice, ChoiceList
from tui.widgets.field import InlineField

Known = KnownPerson | KnownCompany


class NewLeadDialog(Dialog[Known | None, Done]):
    """Type, then enter. Down takes somebody who is known; one who is being worked already is gone to instead.

    Opened on a known person or company, these are filled in.
    """

    LETTERS_STAY = True
    SAVES_ON_LETTER = False
    BINDINGS = [Binding("down", "known(1)", show=False), Binding("up", "known(-1)", show=False)]
    DEFAULT_CSS = """
    NewLeadDialog .dialog--part { height: auto; margin-top: 1; }
    """

    def heading(self) -> Content:
        """What it makes."""
        return present.joined(("New at bat", "bold"))

    def compose_form(self) -> ComposeResult:
        """The company and the person, whoever is known, then why."""
        with Vertical(classes="dialog--part"):
            yield InlineField("company", "Company", Input(max_length=200, id="company"))
            yield PersonFields()
            yield InlineField("known", "Known", _KnownList(id="known"))
            yield InlineField("note", "Said", Input(max_length=20_000, id="note"))
        with Vertical(classes="dialog--part"):
            yield InlineField("motion", "Motion", ChoiceList[Motion](MOTIONS, id="motion"))
            yield InlineField("called", "They called", ChoiceList[bool](_CALLED, id="called"))
            yield InlineField("source", "Source", Input(max_length=200, id="source"))
            yield InlineField("why", "Why them", Input(max_length=20_000, id="why"))

    def reset(self, opening: Known | None) -> None:
        """An inbound call, from nobody known or from whoever it was opened on."""
        self._given = opening
        self._asked_to_go: int | None = None
        self._asked_who = opening is not None
        self.query_one(PersonFields).reset()
        for name in ("company", "why", "note"):
            self._input(name).value = ""
        self._list("motion").select(Motion.DEMO_REQUEST)
        self._list("called").select(True)
        self._motion = Motion.DEMO_REQUEST
        self._input("source").value = _SOURCES[True]
        self._show_known(Likely())
        self._list("known").select(opening)
        with self.prevent(Input.Changed):
            self._input("company").value = present.safe(_company_of(opening))
        self._follow()

    def focus_first(self) -> None:
        """Into the company; where that is known, on to the first thing that is not."""
        first = {KnownPerson: "note", KnownCompany: "first-name"}.get(type(self._given), "company")
        self.set_focus(self._input(first))

    def draft(self) -> NewLeadDraft:
        """The at bat as it stands."""
        known, company = self._list("known").value, self._input("company").value.strip()
        person = self.query_one(PersonFields).person
        if isinstance(known, KnownPerson):
            self._refuse(known)
        elif person == NewPerson() and not company and known is None:
            raise Refusal("Who is it? Give a name, or at least a company.", "company")
        elif not person.name and (person.phone or person.email or person.title):
            raise Refusal("Whose is that? Give at least a name.", "first_name")
        elif person.name and not person.phone and not person.email:
            raise Refusal("How can they be reached? Give a phone number or an e-mail address.", "phone")
        motion: Motion = self._list("motion").value or Motion.DEMO_REQUEST
        called = bool(self._list("called").value)
        why, note = self._input("why").value if motion is Motion.REP_CREATED else "", self._input("note").value
        nobody = not isinstance(known, KnownPerson) and not person.name
        if motion is Motion.REP_CREATED and not why.strip():
            raise Refusal("Say in a sentence why this is worth an at bat.", "why")
        if not self._input("source").value.strip():
            raise Refusal("Where does it come from? Give a source.", "source")
        return NewLeadDraft(
            motion,
            self._input("source").value,
            company=company,
            person=None if nobody or isinstance(known, KnownPerson) else person,
            contact_id=known.contact_id if isinstance(known, KnownPerson) else None,
            account_id=known.account_id if isinstance(known, KnownCompany) else None,
            why=why or (note if nobody or not called else ""),
            called=called,
            note=note,
        )

    def operation(self) -> Callable[..., Any]:
        """Open it."""
        from store.operations.new_lead import new_lead

        return new_lead

    def show_consequence(self) -> None:
        """Bring the fields in line with the motion first."""
        self._follow()
        super().show_consequence()

    def consequence(self) -> Content:
        """What is made anew, what is known, and where the at bat begins."""
        known = self._list("known").value
        if (taken := self._worked(known)) is not None:
            return present.joined(f"{_worker(taken)} works {present.safe(taken.name, 60)} already: enter goes there")
        if known is None and not self.typed_something:
            return Content("Type what you hear; down takes somebody who is known already, enter saves.")
        try:
            draft = self.draft()
        except Refusal as refusal:
            return present.joined(refusal.sentence)
        return present.joined(" · ".join(self._words(draft, known)))

    # --- keys ---

    def action_enter(self) -> None:
        """After a company alone, ask who it is, once: the person comes first to most."""
        if self.focused is self._input("company") and self._nobody_yet() and not self._asked_who:
            self._asked_who = True
            self.set_focus(self._input("first-name"))
            self.say("Who is it? Enter again opens it with nobody known yet.")
        else:
            super().action_enter()

    def action_submit(self) -> None:
        """Whoever is being worked already is gone to; what was typed here is asked about once."""
        taken = self._worked(self._list("known").value)
        if taken is None or taken.lead_id is None:
            super().action_submit()
        elif self._input("note").value and self._asked_to_go != taken.lead_id:
            self._asked_to_go = taken.lead_id
            self.say("Enter again goes to their at bat and drops what you wrote here: log it there.")
        else:
            self.app.hold_keys(self._go_to(taken.lead_id))

    def _nobody_yet(self) -> bool:
        """Whether a company was typed, and no person."""
        company, person = self._input("company").value.strip(), self.query_one(PersonFields).person
        return bool(company) and person == NewPerson() and not isinstance(self._list("known").value, KnownPerson)

    def action_known(self, step: int) -> None:
        """Take the next of those who are known; up from the first takes nobody."""
        choices = self._list("known")
        if step < 0 and choices.choices and choices.chosen is choices.choices[0]:
            choices.select(None)
        elif step > 0 or choices.chosen is not None:
            choices.action_over(step)

    async def _go_to(self, lead_id: int) -> None:
        row = await self.app.desk.read(queue.row, lead_id)
        if row is not None:
            self.dismiss()
            self.app.open_screen("timeline", row)

    # --- who is known ---

    @on(Input.Changed, "#company, #first-name, #last-name, #phone, #email")
    def _typed(self) -> None:
        self.look_soon(self._look)

    async def _look(self) -> None:
        person = self.query_one(PersonFields).person
        typed = Typed(self._input("company").value, person.name, person.phone, person.email)
        self._show_known(await self.app.desk.read(likely, typed))

    def _show_known(self, found: Likely) -> None:
        every: list[Known] = [*found.people, *found.companies]
        given: list[Known] = [self._given] if self._given is not None else []
        known_now = [*given, *(one for one in every if not _same(one, self._given))]
        choices: list[Choice[Known]] = []
        for one in known_now:
            if isinstance(one, KnownPerson):
                choices.append(Choice("", one, _said(one), self._standing(one)))
            else:
                choices.append(Choice("", one, one.name, _of(one)))
        known = self._list("known")
        known.set_choices(choices, known.value)
        field = self._field("known")
        assert field is not None
        field.show(bool(choices))

    def _standing(self, person: KnownPerson) -> str:
        if person.suppressed:
            return "asked not to be contacted"
        if person.lead_id is not None:
            return f"{_worker(person)} works them now"
        return f"{present.count(person.at_bats, 'at bat')} before" if person.at_bats else "known, never worked"

    def _worked(self, known: Known | None) -> KnownPerson | None:
        """The known person who was taken, if somebody works them already."""
        taken = isinstance(known, KnownPerson) and known.lead_id is not None and not known.suppressed
        return known if taken and isinstance(known, KnownPerson) else None

    def _refuse(self, known: KnownPerson) -> None:
        if known.suppressed:
            raise Refusal(f"{known.name} asked not to be contacted: no at bat can be opened.", "known")
        if known.lead_id is not None:
            raise Refusal(f"{_worker(known)} works {known.name} already.", "known")

    # --- what is shown ---

    def _follow(self) -> None:
        """An at bat of one's own making was not called in, and needs a reason."""
        motion: Motion = self._list("motion").value or Motion.DEMO_REQUEST
        if motion is not self._motion:
            was, is_now = (self.app.team.rules.motions[m].inbound for m in (self._motion, motion))
            self._motion = motion
            self._list("called").select(is_now)
            if self._input("source").value == _SOURCES[was]:
                self._input("source").value = _SOURCES[is_now]
        field = self._field("why")
        assert field is not None
        field.show(motion is Motion.REP_CREATED)

    def _words(self, draft: NewLeadDraft, known: Known | None) -> list[str]:
        if isinstance(known, KnownPerson):
            words = [f"at bat {known.at_bats + 1} for {present.safe(known.name, 60)}, who is known"]
        else:
            company = known.name if isinstance(known, KnownCompany) else draft.company
            at = f" at {present.safe(company, 60)}" if company else ""
            who = present.safe(draft.person.name, 60) if draft.person is not None else "nobody known yet"
            words = [f"a new at bat for {who}{at}" + (", which is known" if known is not None else "")]
        words.append("yours")
        if draft.called and (draft.person is not None or draft.contact_id is not None):
            words.append("the call is logged as a conversation: connected at once")
        return words

    def _list(self, name: str) -> ChoiceList[Any]:
        return self.query_one(f"#{name}", ChoiceList)

    def _input(self, name: str) -> Input:
        return self.query_one(f"#{name}", Input)


class _KnownList(ChoiceList[Known], can_focus=False):
    """Walked from any field by down and up, so tab need not stop at it."""


def _same(one: Known, other: Known | None) -> bool:
    """Whether both are the same person, or the same company, however much is known of each."""
    if isinstance(one, KnownPerson):
        return isinstance(other, KnownPerson) and one.contact_id == other.contact_id
    return isinstance(other, KnownCompany) and one.account_id == other.account_id


def _company_of(opening: Known | None) -> str:
    if opening is None:
        return ""
    return opening.company if isinstance(opening, KnownPerson) else opening.name


def _said(person: KnownPerson) -> str:
    return " · ".join(part for part in (", ".join(p for p in (person.name, person.title) if p), person.company) if part)


def _of(company: KnownCompany) -> str:
    size = f"{company.size:,} people" if company.size else ""
    open_ = f"{present.count(company.open, 'at bat')} open" if company.open else ""
    return ", ".join(part for part in ("company", company.industry, size, company.owner, open_) if part)


def _worker(person: KnownPerson) -> str:
    return present.safe(person.owner, 40) or "The pool"


_SOURCES = {True: "inbound call", False: "own research"}  # by whether the motion is inbound
_CALLED = [Choice("y", True, "yes: log the conversation"), Choice("n", False, "no")]
MOTIONS = [
    Choice("d", Motion.DEMO_REQUEST, Motion.DEMO_REQUEST.label),
    Choice("c", Motion.CAMPAIGN_RESPONSE, Motion.CAMPAIGN_RESPONSE.label),
    Choice("e", Motion.EVENT_FOLLOW_UP, Motion.EVENT_FOLLOW_UP.label),
    Choice("p", Motion.PARTNER_REFERRAL, Motion.PARTNER_REFERRAL.label),
    Choice("x", Motion.EXPANSION, Motion.EXPANSION.label),
    Choice("i", Motion.INTENT_SIGNAL, Motion.INTENT_SIGNAL.label),
    Choice("r", Motion.REACTIVATION, Motion.REACTIVATION.label),
    Choice("t", Motion.OUTBOUND_TARGET, Motion.OUTBOUND_TARGET.label),
    Choice("m", Motion.REP_CREATED, "my own idea"),
]
