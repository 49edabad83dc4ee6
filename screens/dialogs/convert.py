"""Convert an at bat into an opportunity or a booked meeting: everything is proposed, everything can be changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from screens.dialogs.answers import AnswerFields
from screens.dialogs.lead_dialog import LeadDialog
from store.errors import Refusal
from store.instants import moment
from store.operations.converting import ConvertDraft, Member
from store.queries.converting import ConvertChoices, OpenOpportunity, convert_choices
from store.queries.queue import QueueRow
from store.rules import clocks
from store.rules.amount import parse_amount
from store.rules.deals import parse_close_date
from store.rules.qualification import Answers, check
from store.vocabulary import Outcome
from tui import present
from tui.lead_screen import Offered
from tui.theme import Urgency
from tui.widgets.choice_list import LETTERS, Choice, ChoiceList, lettered
from tui.widgets.field import InlineField
from tui.widgets.group_list import GroupList, Part
from tui.widgets.when_input import WhenInput

NEW, MEETING, NOBODY = "new", "meeting", 0


class ConvertDialog(LeadDialog):
    """Letters only pick here; enter converts. The proposal is whole where the four answers are known."""

    VERB = "Convert"
    LOOKS_BACK = True
    SAVES_ON_LETTER = False
    LETTERS_STAY = True
    DEFAULT_CSS = """
    ConvertDialog {
        .dialog--part { height: auto; margin-top: 1; }
        #campaigns, #alike { height: auto; width: 1fr; color: $text-muted; padding: 0 1; }
    }
    """

    choices: ConvertChoices

    async def prepare(self, opening: QueueRow | Offered) -> None:
        """Read the group, open opportunities, who can take one, and campaigns."""
        await super().prepare(opening)
        self.choices = await self.app.desk.read(convert_choices, self.lead.id, self.app.desk.now())

    def compose_form(self) -> ComposeResult:
        """Into what, the answers, then the opportunity or the meeting."""
        with Vertical(classes="dialog--part"):
            yield InlineField("into", "Into", ChoiceList[str | int](id="into"), also="opportunity_id")
            yield InlineField("alike", "", Static(id="alike"))
        with Vertical(classes="dialog--part"):
            yield AnswerFields()
            yield InlineField("when", "Meeting", WhenInput(placeholder="tomorrow 3pm, tue 15:00"))
        with Vertical(classes="dialog--part"):
            yield InlineField("name", "Name", Input(max_length=200, id="name"))
            yield InlineField("amount", "Amount", Input(max_length=30, id="amount"))
            yield InlineField("probability", "Probability", Input(max_length=5, id="probability"))
            yield InlineField("close_date", "Closes", Input(max_length=60, id="close-date"))
            yield InlineField("members", "People", GroupList(id="group"))
            yield InlineField("taker", "Handed to", ChoiceList[int](id="taker"))
            yield InlineField("words", "What about", Input(max_length=20_000, id="words"))
            yield InlineField("campaigns", "Campaigns", Static(id="campaigns"))

    def reset(self, opening: QueueRow | Offered) -> None:
        """Propose everything."""
        rules, choices = self.app.team.rules.lead, self.choices
        into = MEETING if self.offered is Outcome.MEETING_BOOKED else NEW
        self._list("into").set_choices(self._into(), into)
        self.query_one(AnswerFields).reset(self.lead)
        self.query_one(WhenInput).reset(contact_zone=self.contact_zone)
        closes = moment(self.app.desk.now(), self.app.team.zone).date() + timedelta(days=rules.close_days)
        amount = rules.amount / 10 ** present.minor_digits(choices.currency)
        proposed = {
            "name": choices.company or self.row.name,
            "amount": f"{amount:,.{0 if amount.is_integer() else present.minor_digits(choices.currency)}f}",
            "probability": str(rules.probability),
            "close-date": closes.isoformat(),
            "words": "",
        }
        for name, text in proposed.items():
            self._input(name).value = present.safe(text)
        self.query_one(GroupList).set_parts(
            [
                Part(m.contact_id, ", ".join(part for part in (m.name, m.title) if part), m.role, m.primary)
                for m in choices.members
            ]
        )
        takers = lettered([(taker.id, f"{taker.name} ({taker.open} open)") for taker in choices.takers])
        yourself = Choice("0", NOBODY, "you yourself")
        self._list("taker").set_choices([*takers, yourself], takers[0].value if takers else NOBODY)
        campaigns = ", ".join(present.safe(name, 60) for name in choices.campaigns)
        self.query_one("#campaigns", Static).update(present.joined(campaigns))
        self._warn()
        self._follow()

    def focus_first(self) -> None:
        """Whatever is still missing; with nothing missing, into what."""
        try:
            self.draft()
            missing = None
        except Refusal as refusal:
            missing = self._field(refusal.field)
        self.focus_field(missing or self._into_field())

    def draft(self) -> ConvertDraft:
        """The conversion as it stands."""
        into = self._list("into").value
        parts = self.query_one(GroupList).parts
        if not parts:
            add = self.app.key_of("person")
            raise Refusal(f"Nobody is on this at bat yet: close this and add a person with {add}.", "into")
        if into == MEETING:
            at = self.query_one(WhenInput).at
            if at is None:
                raise Refusal("When is the meeting? Type a time, such as: tue 15:00", "when")
            coming = tuple(Member(part.contact_id, part.role, part.primary) for part in parts if part.comes)
            words = self._input("words").value
            taker: int | None = self._list("taker").value or None
            return ConvertDraft(
                self.lead.id, self.seen, members=coming, taker_id=taker, meeting_at=at, meeting_words=words
            )
        answers = self.query_one(AnswerFields).answers
        check(answers)
        return self._into_opportunity(answers)

    def _into_opportunity(self, answers: Answers | None = None) -> ConvertDraft:
        """The draft of a new opportunity, or of joining the open one that was chosen."""
        into = self._list("into").value
        parts = self.query_one(GroupList).parts
        draft = ConvertDraft(
            self.lead.id,
            self.seen,
            members=tuple(Member(part.contact_id, part.role, part.primary) for part in parts),
            answers=answers,
        )
        if isinstance(into, int):
            return replace(draft, opportunity_id=into)
        return replace(
            draft,
            name=self._input("name").value,
            amount=parse_amount(
                self._input("amount").value,
                present.minor_digits(self.choices.currency),
                currency=self.choices.currency,
            ),
            probability=self._probability(),
            close_date=self._close_date(),
            taker_id=self._list("taker").value or None,
        )

    def operation(self) -> Callable[..., Any]:
        """Convert it."""
        from store.operations.converting import convert

        return convert

    def show_consequence(self) -> None:
        """Bring the fields in line with what it becomes first."""
        self._follow()
        super().show_consequence()

    def consequence(self) -> Content:
        """What it becomes, for whom, and that it is for good."""
        try:
            draft = self.draft()
        except Refusal as refusal:
            return self.lacks(refusal)
        undo = f"{self.app.key_of('undo')} undoes it for {present.span(self.app.team.rules.undo)}"
        words = self._meeting_words(draft) if draft.meeting_at is not None else self._opportunity_words(draft)
        return present.joined(" · ".join([*words, f"the at bat ends here, converted; {undo}"]))

    def action_enter(self) -> None:
        """Convert, from the people too."""
        if isinstance(self.focused, GroupList):
            self.action_submit()
        else:
            super().action_enter()

    @on(GroupList.Changed)
    def _group_changed(self) -> None:
        self.show_consequence()

    # --- what is shown ---

    def _follow(self) -> None:
        """Show the fields of what it becomes."""
        into = self._list("into").value
        meeting, new = into == MEETING, into == NEW
        self.query_one(AnswerFields).show(not meeting)
        for name in ("name", "amount", "probability", "close_date"):
            self._show(name, new)
        self._show("when", meeting)
        self._show("words", meeting)
        self._show("taker", meeting or new)
        self._show("campaigns", bool(self.choices.campaigns) and not meeting)
        self.query_one(GroupList).show_for_meeting(meeting)
        taker = self._field("taker")
        assert taker is not None
        taker.query_one(".field--label", Static).update(Content("Host" if meeting else "Handed to"))

    def _into(self) -> list[Choice[str | int]]:
        letters = [letter for letter in LETTERS if letter not in "nm"]
        choices: list[Choice[str | int]] = [
            Choice("n", NEW, "a new opportunity"),
            Choice("m", MEETING, "a booked meeting"),
        ]
        for letter, found in zip(letters, self.choices.opportunities, strict=False):
            choices.append(Choice(letter, found.id, self._said(found)))
        return choices

    def _said(self, found: OpenOpportunity) -> str:
        money = present.money(found.amount, found.currency)
        return f"{present.safe(found.name, 40)} · {found.stage.label}, {money} · {present.safe(found.owner, 20)}"

    def _warn(self) -> None:
        """Name what may be the same: open opportunities of the company, people who look alike."""
        words = []
        if count := len(self.choices.opportunities):
            words.append(f"{present.count(count, 'opportunity', 'opportunities')} open here already: a letter joins it")
        for same in self.choices.same:
            who = ", ".join(part for part in (same.name, same.title, same.company) if part)
            words.append(f"{present.safe(who, 80)} may be the same person as {present.safe(same.same_as, 40)}")
        lines = [f"{Urgency.DUE.sign} {word}" for word in words]
        self.query_one("#alike", Static).update(present.joined("\n".join(lines)))
        self._show("alike", bool(words))

    def _opportunity_words(self, draft: ConvertDraft) -> list[str]:
        people = present.count(len(draft.members), "person", "people")
        joined = next((o for o in self.choices.opportunities if o.id == draft.opportunity_id), None)
        if joined is not None:
            return [f"joins {present.safe(joined.name, 60)} with {people}", f"{joined.owner} goes on with it"]
        money = present.money(draft.amount, self.choices.currency)
        words = [f"a new opportunity over {money} with {people}"]
        if draft.taker_id is None:
            return [*words, "you keep it"]
        team, now = self.app.team, self.app.desk.now()
        due = clocks.hand_over_by(now, team.rules, team.calendar)
        return [*words, f"{self._taker(draft)} answers by {present.day(due, self.app.zone, now)}"]

    def _meeting_words(self, draft: ConvertDraft) -> list[str]:
        assert draft.meeting_at is not None
        people = present.count(len(draft.members), "person", "people")
        host = self._taker(draft) if draft.taker_id is not None else "you"
        at = present.exactly(draft.meeting_at, self.app.zone, self.app.desk.now())
        back = self.app.team.rules.outcomes[Outcome.MEETING_BOOKED].recycle_days
        words = [f"a meeting {at} with {people}, hosted by {host}"]
        return [*words, f"back {back} days after it, if no opportunity comes"] if back else words

    def _taker(self, draft: ConvertDraft) -> str:
        return next((taker.name for taker in self.choices.takers if taker.id == draft.taker_id), "")

    # --- what was typed ---

    def _probability(self) -> int:
        text = self._input("probability").value.strip().rstrip("%").strip()
        if not text:
            return 0
        if not (text.isascii() and text.isdigit() and int(text) <= 100):
            raise Refusal("The probability is a share from 0 to 100 %.", "probability")
        return int(text)

    def _close_date(self) -> str:
        """The date as stored; typed as a date or as people say it, in the team's zone."""
        text, team = self._input("close-date").value.strip(), self.app.team
        return parse_close_date(text, self.app.desk.now(), team.zone, team.calendar)

    def _list(self, name: str) -> ChoiceList[Any]:
        return self.query_one(f"#{name}", ChoiceList)

    def _input(self, name: str) -> Input:
        return self.query_one(f"#{name}", Input)

    def _into_field(self) -> InlineField:
        return self.query_one("#field-into", InlineField)

    def _show(self, name: str, shown: bool) -> None:
        field = self._field(name)
        assert field is not None
        field.show(shown)
