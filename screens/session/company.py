"""The third pane of a session in a wide window: who else there is at the company, and what was before."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from textual import getters, work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from screens.account.people import at_bat, touched
from screens.queue.preview import before, group, rule
from store.instants import Instant
from store.queries.account import People, PersonLine
from store.queries.lead_card import LeadCard
from tui import present
from tui.frame import Frame
from tui.theme import Urgency

_MUTED = "$muted"
_STYLES = {"muted": _MUTED, "late": Urgency.LATE.style}
_SHOWN = 8  # people before "and more"


class CompanyPane(VerticalScroll, can_focus=False):
    """The company of the at bat in front; its people are read once it is in front."""

    app = getters.app(Frame)

    def __init__(self) -> None:
        super().__init__(id="company-pane")
        self._card: LeadCard | None = None
        self._people: tuple[int | None, People | None] = (None, None)

    def compose(self) -> ComposeResult:
        """One piece of text."""
        yield Static()

    def show(self, card: LeadCard | None) -> None:
        """Show another at bat's company, or nothing."""
        self._card = card
        account, _known = self._people
        if card is None or card.lead.account_id != account:
            self._people = (card.lead.account_id if card is not None else None, None)
        self._update()
        if card is not None and card.lead.account_id is not None:
            self._read(card.lead.account_id)

    @work(exclusive=True)
    async def _read(self, account_id: int) -> None:
        from store.queries.account import people

        found = await self.app.desk.read(people, account_id)
        if self._people[0] == account_id:
            self._people = (account_id, found)
            self._update()

    def _update(self) -> None:
        card, (_account, people) = self._card, self._people
        shown = Content()
        if card is not None:
            shown = words(card, people, self.app.desk.now(), self.app.zone)
        self.query_one(Static).update(shown)


def words(card: LeadCard, people: People | None, now: Instant, zone: str) -> Content:
    """The whole pane; ``people`` is None until they are read."""
    blocks = (colleagues(card, people, now, zone), group(card), before(card, now, zone))
    return Content("\n\n").join(Content("\n").join(lines) for block in blocks if (lines := list(block)))


def colleagues(card: LeadCard, people: People | None, now: Instant, zone: str) -> Iterator[Content]:
    """Everybody else at the company, two lines each: who, and how they stand with us."""
    if not card.company:
        return
    yield rule(f"at {present.safe(card.company, 40)}")
    if people is None:
        return
    others = [id for id in people.ids if id != (card.lead.contact_id or 0)]
    shown = [people.rows[id] for id in islice((id for id in others if id in people.rows), _SHOWN)]
    if not shown:
        yield present.content("nobody else is known there", _MUTED)
    for person in shown:
        yield from _colleague(person, now, zone)
    if len(others) > len(shown):
        yield present.content(f"and {len(others) - len(shown):,} more", _MUTED)


def _colleague(person: PersonLine, now: Instant, zone: str) -> Iterator[Content]:
    name = "the company itself" if person.contact_id is None else person.name or "somebody without a name"
    title = f"  {person.title}" if person.title else ""
    yield present.joined((present.safe(name, 60), "bold"), (present.safe(title, 60), _MUTED))
    stands, ink = at_bat(person, zone, now)
    touch = f" · {touched(person, now)[0]}" if person.last_touch_at is not None else ""
    yield present.joined("  ", (present.safe(stands, 80), _STYLES.get(ink, "")), (touch, _MUTED))
