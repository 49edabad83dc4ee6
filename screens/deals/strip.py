"""The line above the opportunities: how many wait, came back and are open, and what they are worth."""

from __future__ import annotations

from collections.abc import Sequence

from textual import getters
from textual.content import Content
from textual.widget import Widget

from store.queries.deals import Deal, Section
from store.rules.deal_filter import DealOrder
from tui import present
from tui.frame import Frame
from tui.theme import Urgency


class DealStrip(Widget):
    """One line; counted from what the list shows."""

    app = getters.app(Frame)
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    DealStrip { height: 1; color: $text-muted; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._deals: Sequence[Deal] = ()
        self._changed = 0
        self._due = 0
        self._ended = False
        self._handed = ""
        self._order = DealOrder.DUE

    def show(self, deals: Sequence[Deal], *, ended: bool, handed: str, order: DealOrder) -> None:
        """Count these; ``handed`` names what waits for an answer, empty where that is seldom anything."""
        self._deals, self._ended, self._handed, self._order = deals, ended, handed, order
        self.refresh()

    def announce(self, changed: int, due: int = 0) -> None:
        """Say that others changed the list, or that callbacks fell due, until it is taken in."""
        if (changed, due) != (self._changed, self._due):
            self._changed, self._due = changed, due
            self.refresh()

    def render(self) -> Content:
        """Counts at the left; at the right, while there is room, what is open is worth and how the list is ordered."""
        if self._changed or self._due:
            key = self.app.key_of("refresh")
            due = f"{Urgency.DUE.sign} {present.count(self._due, 'callback')} due" if self._due else ""
            others = f"others changed {present.count(self._changed, 'opportunity', 'opportunities')}"
            said = f" {' · '.join(part for part in (due, others if self._changed else '') if part)} · {key} takes it in"
            return present.content(said, "$warning").truncate(self.size.width, ellipsis=True)
        left, worth, order = self._counts(), self._worth(), self._ordered()
        both = Content("   ").join(part for part in (worth, order) if part.plain)
        for right in (both, order):
            room = self.size.width - left.cell_length - right.cell_length - 2
            if room >= 1:
                return Content.assemble(" ", left, " " * room, right, " ")
        return present.joined(" ", left).truncate(self.size.width, ellipsis=True)

    def _counts(self) -> Content:
        counts = {section: sum(deal.section is section for deal in self._deals) for section in Section}
        waiting = counts[Section.HANDED]
        parts: list[present.Part] = []
        if waiting or self._handed:
            sign, style = (f"{Urgency.DUE.sign} ", Urgency.DUE.style) if waiting else ("", "$foreground")
            parts += [f"{self._handed or 'Handed to me'} ", (f"{sign}{waiting}", f"bold {style}"), "   "]
        if returned := counts[Section.RETURNED]:
            parts += ["Rejected by sales ", (f"{Urgency.LATE.sign} {returned}", f"bold {Urgency.LATE.style}"), "   "]
        asked = sum(deal.section is Section.OPEN and deal.waits for deal in self._deals)
        if asked:
            parts += ["Waiting for an answer ", (str(asked), "bold $foreground"), "   "]
        parts += ["Open ", (str(counts[Section.OPEN] - asked), "bold $foreground")]
        if self._ended:
            parts += ["   Ended in 90 days ", (str(counts[Section.ENDED]), "bold $foreground")]
        return present.joined(*parts)

    def _ordered(self) -> Content:
        return Content.styled(f"by {self._order}", "$foreground") if self._order is not DealOrder.DUE else Content()

    def _worth(self) -> Content:
        """What is open and not rejected, whole and by its probability; of one currency, as a team has one."""
        counted = [deal for deal in self._deals if deal.open and deal.rejected_at is None]
        currencies = {deal.currency for deal in counted}
        if len(currencies) != 1:
            return Content()
        currency = currencies.pop()
        total = present.money(sum(deal.amount for deal in counted), currency)
        unit = 10 ** present.minor_digits(currency)
        likely = sum(deal.amount * deal.probability for deal in counted) // 100 // unit * unit
        return present.joined(f"pipeline {total}, {present.money(likely, currency)} by probability")
