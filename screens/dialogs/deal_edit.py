"""Edit the facts of an opportunity: amount, close date, probability, name, owner."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from screens.dialogs.deal_dialog import DealDialog
from store.errors import Refusal
from store.operations.opportunity import OpportunityDraft
from store.queries.deals import Deal
from store.rules.amount import parse_amount
from store.rules.business import at_local
from store.rules.deals import parse_close_date
from tui import present
from tui.widgets.choice_list import ChoiceList, lettered
from tui.widgets.field import InlineField


class DealEditDialog(DealDialog):
    """Every line is filled with what is known; enter saves what differs."""

    VERB = "Edit"
    SAVES_ON_LETTER = False
    DEFAULT_CSS = """
    DealEditDialog .dialog--part { height: auto; margin-top: 1; }
    """

    def compose_form(self) -> ComposeResult:
        """Money and date first, since those change most."""
        with Vertical(classes="dialog--part"):
            yield InlineField("amount", "Amount", Input(max_length=30, id="amount"))
            yield InlineField("close_date", "Closes", Input(max_length=60, id="close-date"))
            yield InlineField("probability", "Probability", Input(max_length=5, id="probability"))
            yield InlineField("name", "Name", Input(max_length=200, id="name"))
        with Vertical(classes="dialog--part"):
            yield InlineField("owner_id", "Owner", ChoiceList[int](id="owner"))

    def reset(self, opening: Deal) -> None:
        """As it stands."""
        deal = self.deal
        whole, rest = divmod(deal.amount, 10 ** present.minor_digits(deal.currency))
        digits = present.minor_digits(deal.currency)
        self._input("amount").value = f"{whole:,}" + (f".{rest:0{digits}}" if rest else "")
        self._input("close-date").value = deal.close_date
        self._input("probability").value = str(deal.probability)
        self._input("name").value = present.safe(deal.name)
        owners = [(taker.id, taker.name) for taker in self.choices.takers]
        if deal.owner_id is not None and all(id != deal.owner_id for id, _ in owners):
            owners.insert(0, (deal.owner_id, deal.owner))
        self._list("owner").set_choices(lettered(owners), deal.owner_id)
        self._show_field("owner_id", deal.rejected_at is None)

    def focus_first(self) -> None:
        """Into the amount, marked whole: typing replaces it."""
        amount = self._input("amount")
        self.set_focus(amount)
        amount.select_all()

    def draft(self) -> OpportunityDraft:
        """What differs."""
        deal = self.deal
        said, digits = self._input("amount").value.strip(), present.minor_digits(deal.currency)
        if not said:
            raise Refusal("Give the amount: 0 while nobody knows it.", "amount")
        amount = parse_amount(said, digits, currency=deal.currency)
        probability, closes = self._probability(), self._close_date()
        name = self._input("name").value.strip()
        if not name:
            raise Refusal("Give it a name.", "name")
        owner: int | None = self._list("owner").value if deal.rejected_at is None else None
        draft = OpportunityDraft(
            deal.id,
            self.seen,
            name=name if name != present.safe(deal.name) else None,
            amount=amount if amount != deal.amount else None,
            probability=probability if probability != deal.probability else None,
            close_date=closes if closes != deal.close_date else None,
            owner_id=owner if owner != deal.owner_id else None,
        )
        if draft == OpportunityDraft(deal.id, self.seen):
            raise Refusal("Nothing is different: change something first.")
        return draft

    def operation(self) -> Callable[..., Any]:
        """Save it."""
        from store.operations.opportunity import update_opportunity

        return update_opportunity

    def consequence(self) -> Content:
        """What changes, before and after."""
        try:
            draft = self.draft()
        except Refusal as refusal:
            return present.joined(refusal.sentence)
        return self._said("" if draft.owner_id is not None else self.takes_on_mine, *self._changes(draft))

    @property
    def takes_on_mine(self) -> str:
        """What editing one's own does besides."""
        me = self.app.person.id if self.app.person is not None else 0
        return self.takes_on if self.deal.owner_id == me else ""

    def _changes(self, draft: OpportunityDraft) -> list[str]:
        deal, now = self.deal, self.app.desk.now()
        words = []
        if draft.amount is not None:
            words.append(f"{self.money} → {present.money(draft.amount, deal.currency)}")
        if draft.close_date is not None:
            noon = at_local(date.fromisoformat(draft.close_date), time(12), self.app.zone)
            words.append(f"closes {present.full_day(noon, self.app.zone, now)}")
        if draft.probability is not None:
            words.append(f"{deal.probability} % → {draft.probability} %")
        if draft.name is not None:
            words.append(f"called {present.safe(draft.name, 60)}")
        if draft.owner_id is not None:
            owner = next((taker.name for taker in self.choices.takers if taker.id == draft.owner_id), "")
            words.append(f"{present.safe(owner, 40)}’s from now on" + (", to be answered" if deal.waits else ""))
        return words

    def _probability(self) -> int:
        text = self._input("probability").value.strip().rstrip("%").strip()
        if not (text.isascii() and text.isdigit() and int(text) <= 100):
            raise Refusal("The probability is a share from 0 to 100 %.", "probability")
        return int(text)

    def _close_date(self) -> str:
        """The date as stored; typed as a date or as people say it, in the team's zone."""
        text, team = self._input("close-date").value.strip(), self.app.team
        if text == self.deal.close_date:
            return text
        return parse_close_date(text, self.app.desk.now(), team.zone, team.calendar)
