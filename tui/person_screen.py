"""A screen about people: what is done with somebody who has no open at bat goes on their open opportunity."""

from __future__ import annotations

from tui.lead_screen import LeadScreen

_ON_A_DEAL = frozenset({"log", "callback"})


class PersonScreen(LeadScreen):
    """A screen with people on it, of whom some have an at bat."""

    def open_verb(self, verb: str) -> None:
        """Log and promise on the person's open opportunity, where no at bat of theirs is open."""
        lead, who = self.current_lead(), self.whose()
        if verb not in _ON_A_DEAL or (lead is not None and lead.lead.open) or who is None or who.contact_id is None:
            super().open_verb(verb)
        else:
            self.app.hold_keys(self._open_on_deal(verb, who.contact_id))

    async def _open_on_deal(self, verb: str, contact_id: int) -> None:
        from store.queries.deals import deal_of  # only for somebody without an open at bat
        from tui.deal_screen import OnDeal

        person = self.app.person
        deal = await self.app.desk.read(deal_of, contact_id, person.id if person is not None else 0)
        if deal is None:
            super().open_verb(verb)
        else:
            self.app.open_dialog(f"deal_{verb}", OnDeal(deal, contact_id), self.verb_done)
