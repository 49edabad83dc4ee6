"""What every dialog about one opportunity shares: which one, the version it was seen in, and what to choose from."""

from __future__ import annotations

from typing import Any

from textual.content import Content
from textual.widgets import Input

from store.errors import Conflict, Refusal
from store.queries.deals import Deal, DealChoices, deal_choices
from store.rules.deals import locked
from tui import present
from tui.desk import Done
from tui.dialog import Dialog
from tui.widgets.choice_list import ChoiceList


class DealDialog(Dialog[Deal, Done]):
    """A dialog on one opportunity; a subclass says in VERB what it does, for the title."""

    VERB = ""

    deal: Deal
    choices: DealChoices
    seen: int

    async def prepare(self, opening: Deal) -> None:
        """Read the opportunity as it stands, and what can be chosen."""
        self.deal, self.seen = opening, opening.version
        found = await self._read()
        if found is not None:
            self.choices = found

    def heading(self) -> Content:
        """``Stage · Claims, five sites · Blaue Brücke``."""
        deal = self.deal
        company = deal.company if deal.company != deal.name else deal.person
        parts: list[present.Part] = [(self.VERB, "bold"), " · ", present.content(deal.name, limit=80)]
        if company:
            parts += [" · ", present.content(company, limit=60)]
        return present.joined(*parts, newlines=False)

    async def carry_out(self, draft: Any) -> Done | Refusal:
        """Save; having been told of somebody else's act, the next try is made in that knowledge."""
        result = await super().carry_out(draft)
        if isinstance(result, Conflict) and (found := await self._read()) is not None:
            self.choices, self.deal, self.seen = found, found.deal, found.deal.version
            self.show_consequence()
        return result

    async def _read(self) -> DealChoices | None:
        person = self.app.person
        return await self.app.desk.read(deal_choices, self.deal.id, person.id if person is not None else 0)

    @property
    def money(self) -> str:
        """Its amount as people say it."""
        return present.money(self.deal.amount, self.deal.currency)

    @property
    def over(self) -> str:
        """Why nothing can be changed any more, empty while it is open."""
        return locked(self.choices.deal.stage)

    @property
    def takes_on(self) -> str:
        """What working it does besides, while its hand-over waits."""
        return "accepts the hand-over" if self.deal.waits else ""

    def _list(self, name: str) -> ChoiceList[Any]:
        return self.query_one(f"#{name}", ChoiceList)

    def _input(self, name: str) -> Input:
        return self.query_one(f"#{name}", Input)

    def _show_field(self, name: str, shown: bool) -> None:
        field = self._field(name)
        assert field is not None
        field.show(shown)

    def _said(self, *words: str) -> Content:
        """What will happen, in one line; nothing does to what somebody else has ended meanwhile."""
        if why := self.over:
            return Content(why)
        undo = f"{self.app.key_of('undo')} undoes it for {present.span(self.app.team.rules.undo)}"
        return present.joined(" · ".join([word for word in words if word] + [undo]))
