"""End an opportunity: won, lost with a reason, or a hand-over rejected with one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from screens.dialogs.deal_dialog import DealDialog
from store.errors import Refusal
from store.operations.hand_over import RejectDraft
from store.operations.opportunity import LoseDraft, WinDraft
from store.queries.deals import Deal
from store.rules.deals import check_reason, lost_reasons, rejection_reasons
from store.ruleset import Reason
from tui import present
from tui.widgets.choice_list import Choice, ChoiceList
from tui.widgets.field import Field, InlineField

WON, LOST, REJECTED = "won", "lost", "rejected"


class DealEndDialog(DealDialog):
    """The first letter says how it ends, the second why; it is saved as soon as nothing is missing."""

    VERB = "End"
    LETTERS_STAY = True
    DEFAULT_CSS = """
    DealEndDialog .dialog--details { height: auto; margin-top: 1; }
    """

    def compose_form(self) -> ComposeResult:
        """How, then what that needs; only that is shown."""
        yield Field("how", "How it ends · what follows", ChoiceList[str](id="how"))
        with Vertical(classes="dialog--details"):
            yield InlineField("reason", "Why", ChoiceList[str](id="reason"))
            yield InlineField("competitor", "Competitor", Input(max_length=200, id="competitor"))
            yield InlineField("note", "Note", Input(max_length=20_000, id="note"))
            yield InlineField("bogus", "Person", ChoiceList[bool](id="bogus"))

    def reset(self, opening: Deal) -> None:
        """Nothing chosen."""
        self._followed: tuple[str | None, str | None] | None = None
        self._list("how").set_choices(self._ways())
        self._list("reason").set_choices(())
        person = present.safe(self.deal.person, 40) or "the person"
        real = [Choice("", False, f"{person} is real"), Choice("", True, "is not a real person")]
        self._list("bogus").set_choices(real, False)
        for name in ("competitor", "note"):
            self._input(name).value = ""
        self._follow()

    def draft(self) -> WinDraft | LoseDraft | RejectDraft:
        """The ending as it stands."""
        how: str | None = self._list("how").value
        if how is None:
            raise Refusal("How does it end? Press its letter.", "how")
        if how == WON:
            return WinDraft(self.deal.id, self.seen)
        note, competitor = self._input("note").value, self._input("competitor").value
        reason = check_reason(self._list("reason").value or "", self._reasons(how), note, competitor).key
        if how == REJECTED:
            return RejectDraft(self.deal.id, reason, note, bool(self._list("bogus").value), self.seen)
        return LoseDraft(self.deal.id, reason, note, competitor, self.seen)

    def operation(self) -> Callable[..., Any]:
        """Win, lose or reject it."""
        from store.operations.hand_over import reject_hand_over
        from store.operations.opportunity import lose, win

        ends: dict[str, Callable[..., Any]] = {WON: win, LOST: lose, REJECTED: reject_hand_over}
        return ends[self._list("how").value or WON]

    def show_consequence(self) -> None:
        """Bring the fields in line with the ending first."""
        self._follow()
        super().show_consequence()

    def consequence(self) -> Content:
        """What follows from it."""
        how: str | None = self._list("how").value
        if how is None:
            return self._before()
        try:
            draft = self.draft()
        except Refusal as refusal:
            return present.joined(refusal.sentence)
        if isinstance(draft, WinDraft):
            company = present.safe(self.deal.company, 40) or "the company"
            return self._said(self.takes_on, f"won for good, {self.money}", f"{company} is a customer")
        why = self.app.team.rules.reasons[draft.reason].label
        if isinstance(draft, LoseDraft):
            return self._said(self.takes_on, f"lost for good: {why}", "the person may be worked again")
        giver = present.safe(self.deal.giver, 40)
        bogus = f"{present.safe(self.deal.person, 40)} is never worked again" if draft.bogus else ""
        return self._said(f"rejected by sales: {why}", f"back to {giver}, who is told", "out of the figures", bogus)

    def _before(self) -> Content:
        """What is at stake, since a letter ends it at once."""
        if why := self.over:
            return Content(why)
        app, closes = self.app, self.deal.close_date
        date = f"closes {present.on_date(closes, app.zone, app.desk.now())}" if closes else "no close date"
        undo = f"{app.key_of('undo')} undoes it for {present.span(app.team.rules.undo)}"
        return present.joined(
            (f"{self.money} · {date}", "bold"), f" · a letter ends it at once, a capital only picks it; {undo}"
        )

    @property
    def typed_something(self) -> bool:
        """Whether there are words that closing would lose; their fields are shown only once a letter asks for them."""
        return any(self._input(name).value.strip() for name in ("competitor", "note"))

    def _ways(self) -> list[Choice[str]]:
        deal, me = self.deal, self.app.person.id if self.app.person is not None else 0
        actor = self.app.desk.actor
        answers = deal.waits and (deal.taker_id == me or (actor is not None and actor.leads_team))
        company = present.safe(deal.company, 30) or "the company"
        takes = f"{self.takes_on}; " if self.takes_on else ""
        won = Choice("w", WON, "won", f"{takes}for good, {self.money}; {company} is a customer")
        reject = Choice("r", REJECTED, "reject it", f"back to {present.safe(deal.giver, 30)}, with the reason")
        return [
            *([reject] if answers else []),
            *([] if deal.rejected_at is not None else [won]),
            Choice("l", LOST, "lost", f"{takes}for good, with the reason"),
        ]

    def _reasons(self, how: str | None) -> tuple[Reason, ...]:
        rules = self.app.team.rules
        if how == REJECTED:
            return rejection_reasons(rules)
        return lost_reasons(rules) if how == LOST else ()

    def _follow(self) -> None:
        """Show the reasons of the ending, and what the chosen one needs."""
        how: str | None = self._list("how").value
        if self._followed is None or self._followed[0] != how:
            reasons = self._reasons(how)
            self._list("reason").set_choices([Choice(one.letter, one.key, one.label) for one in reasons])
        reason: str | None = self._list("reason").value
        self._followed = (how, reason)
        needs = self.app.team.rules.reasons[reason] if reason is not None else None
        self._show_field("reason", how in (LOST, REJECTED))
        self._show_field("note", how in (LOST, REJECTED))
        self._show_field("bogus", how == REJECTED and self.deal.contact_id is not None)
        self._show_field("competitor", needs is not None and needs.needs_competitor)
