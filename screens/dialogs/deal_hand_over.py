"""Offer an opportunity to an account executive: what came back, what was kept so far, what another has now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import ComposeResult
from textual.content import Content

from screens.dialogs.deal_dialog import DealDialog
from store.errors import Refusal
from store.operations.hand_over import HandOverDraft
from store.queries.deals import Deal
from store.rules import clocks
from tui import present
from tui.widgets.choice_list import ChoiceList, lettered
from tui.widgets.field import Field


class DealHandOverDialog(DealDialog):
    """Who can take it, the one with the fewest open first; a letter hands it over."""

    VERB = "Hand over"

    def compose_form(self) -> ComposeResult:
        """One list."""
        yield Field("taker", "Who takes it", ChoiceList[int](id="taker"))

    def reset(self, opening: Deal) -> None:
        """Everybody who can take one, but for who has it, and oneself unless one leads the team."""
        deal, actor = self.choices.deal, self.app.desk.actor
        has_it = {deal.owner_id, *((deal.taker_id,) if deal.waits else ())}
        if actor is not None and not actor.leads_team:
            has_it.add(actor.user_id)
        takers = [taker for taker in self.choices.takers if taker.id not in has_it]
        rejected = {self.deal.taker_id} if self.deal.rejected_at is not None else set()
        takers.sort(key=lambda taker: taker.id in rejected)
        said = [
            (taker.id, f"{taker.name} ({taker.open} open{', rejected it' if taker.id in rejected else ''})")
            for taker in takers
        ]
        self._list("taker").set_choices(lettered(said))

    def draft(self) -> HandOverDraft:
        """Whom it goes to."""
        taker: int | None = self._list("taker").value
        if taker is None:
            raise Refusal("Who takes it? Press a letter.", "taker")
        return HandOverDraft(self.deal.id, taker, self.seen)

    def operation(self) -> Callable[..., Any]:
        """Hand it over."""
        from store.operations.hand_over import hand_over

        return hand_over

    def consequence(self) -> Content:
        """By when it is answered."""
        if not self._list("taker").choices:
            return Content("Nobody else here can take an opportunity: an admin adds an account executive.")
        team, now = self.app.team, self.app.desk.now()
        due = clocks.hand_over_by(now, team.rules, team.calendar)
        again = "no longer rejected" if self.deal.rejected_at is not None else ""
        taken = f"{present.safe(self.deal.taker, 40)} need not answer any more" if self.deal.waits else ""
        return self._said("theirs from now on", again, taken, f"answered by {present.day(due, self.app.zone, now)}")
