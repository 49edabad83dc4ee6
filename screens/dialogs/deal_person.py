"""What the dialogs about one person on an opportunity share: who it is, and how they may be reached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.content import Content

from screens.dialogs.deal_dialog import DealDialog
from store.errors import Conflict, Refusal
from store.queries.deals import Deal, Part, reaches
from store.rules.touch import Reach
from tui import present
from tui.deal_screen import OnDeal
from tui.desk import Done
from tui.dialog import Dialog
from tui.widgets.choice_list import Choice


class OnADeal(DealDialog):
    """A dialog on an opportunity that is about one of its people; it stands before the dialog on an at bat it is like.

    Opened on ``OnDeal``, or on an opportunity alone, whose primary contact it is about then.
    """

    contact_id: int | None
    _reaches: dict[int, Reach]

    async def prepare(self, opening: OnDeal | Deal) -> None:
        """Read the opportunity, its people and how they may be reached; raises Refusal for one that has ended."""
        on = opening if isinstance(opening, OnDeal) else OnDeal(opening)
        await super().prepare(on.deal)
        if why := self.over:
            raise Refusal(why)
        self._reaches = await self.app.desk.read(reaches, on.deal.id)
        people = self.choices.people
        known = {part.contact_id for part in people}
        self.contact_id = on.contact_id if on.contact_id in known else next((one.contact_id for one in people), None)

    @property
    def person(self) -> Part | None:
        """Whom it is about; None while nobody is on the opportunity."""
        return next((part for part in self.choices.people if part.contact_id == self.contact_id), None)

    @property
    def reach(self) -> Reach:
        """How they may be reached."""
        return Reach() if self.contact_id is None else self._reaches.get(self.contact_id, Reach())

    @property
    def zones(self) -> tuple[str, ...]:
        """The zones that the person may be in."""
        return self.reach.zones

    @property
    def contact_zone(self) -> str | None:
        """The zone times are typed in: the person's, where one is known."""
        return self.zones[0] if self.zones else None

    @property
    def mine(self) -> bool:
        """Whether whoever is at the keyboard owns the opportunity."""
        return self.app.person is not None and self.deal.owner_id == self.app.person.id

    def heading(self) -> Content:
        """``Log · Dana Ortiz, CFO · on the opportunity Claims, five sites``."""
        who = _named(self.person) or "nobody yet"
        deal = ("on the opportunity ", present.content(self.deal.name, limit=80))
        return present.joined((self.VERB, "bold"), " · ", present.content(who, limit=60), " · ", *deal, newlines=False)

    def people(self) -> Sequence[Choice[int]]:
        """Everybody on it, with the part they play."""
        return [
            Choice("", part.contact_id, _named(part), "do not contact" if part.suppressed else part.role.label)
            for part in self.choices.people
        ]

    async def carry_out(self, draft: Any) -> Done | Refusal:
        """Save; having been told of somebody else's act, the next try is made in that knowledge."""
        result = await Dialog.carry_out(self, draft)
        if isinstance(result, Conflict) and (found := await self._read()) is not None:
            self.choices, self.deal, self.seen = found, found.deal, found.deal.version
            self.show_consequence()
        return result


def _named(part: Part | None) -> str:
    return "" if part is None else ", ".join(word for word in (part.name, part.title) if word)
