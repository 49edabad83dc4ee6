"""The lines above: what the company is, what is open with it, how many people are known there."""

from __future__ import annotations

from textual import getters
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from store.instants import Instant, moment
from store.queries.account import Company, Deal, Headcount
from store.queries.sheet import Reached
from store.vocabulary import PhoneKind, Reachability
from tui import present
from tui.frame import Frame
from tui.theme import Urgency

_MUTED = "$muted"
_DOT = Content.styled(" · ", _MUTED)


class CompanyHead(Widget, can_focus=True):
    """A few lines, each as long as it takes. With the focus on it, no person is selected: edits are the company's."""

    app = getters.app(Frame)
    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self._company: Company | None = None

    def show(self, company: Company | None) -> None:
        """Show another company, or the same anew."""
        self._company = company
        self.refresh(layout=True)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as it may be."""
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line for each thing there is to say, more where the width asks for it."""
        return max(len(self._lines(width)), 1)

    def render(self) -> Content:
        """The lines for this width."""
        return Content("\n").join(self._lines(max(self.size.width, 1)))

    def on_focus(self) -> None:
        """Say what can be done here."""
        self.refresh(layout=True)

    def on_blur(self) -> None:
        """Take it away again."""
        self.refresh(layout=True)

    def _lines(self, width: int) -> list[Content]:
        company = self._company
        if company is None:
            return []
        now = self.app.desk.now()
        lines = present.flowed(_facts(company, self.app.zone, now), _DOT, width)
        start = present.joined(("open  ", _MUTED)) if company.deals else Content()
        lines += present.flowed(_deals(company), _DOT, width, start=start)
        lines += present.flowed(_people(company.people), _DOT, width)
        if self.has_focus:
            lines.append(present.joined((f"{self.app.key_of('edit')} edits the company", "$accent")))
        return lines


def _facts(company: Company, zone: str, now: Instant) -> list[Content]:
    parts = [present.content(company.name, "bold", limit=80, newlines=False)]
    customer = ""
    if company.customer_since is not None:
        since = moment(company.customer_since, zone)
        customer = f"customer since {since:%b %Y}"
    size = present.count(company.size, "person", "people") if company.size else ""
    site = company.domain or company.website
    owner = f"{company.owner}’s account" if company.owner else "nobody’s account"
    for words in (
        customer,
        company.industry,
        size,
        " ".join(filter(None, (company.city, company.country))),
        site,
        owner,
    ):
        if words:
            parts.append(present.content(words, limit=60, newlines=False))
    parts += [_phone(phone) for phone in company.phones[:2]]
    if company.zone and (there := present.local_time(now, company.zone)):
        parts.append(present.joined((f"{there} there", _MUTED)))
    return parts


def _phone(phone: Reached) -> Content:
    kind = "" if phone.kind in (None, PhoneKind.OTHER) else f" {phone.kind.label}"
    bad = (f" {Urgency.LATE.sign} bad", Urgency.LATE.style) if phone.state is Reachability.BAD else ""
    return present.joined(present.phone(phone.number), (kind, _MUTED), bad)


def _deals(company: Company) -> list[Content]:
    if not company.deals:
        return [present.joined(("no open opportunity", _MUTED))]
    parts = [_deal(deal) for deal in company.deals]
    if company.more_deals:
        parts.append(Content(f"{company.more_deals} more"))
    return parts


def _deal(deal: Deal) -> Content:
    amount = present.money(deal.amount, deal.currency)
    owner = f", {deal.owner}" if deal.owner else ""
    return present.content(f"{deal.name}, {deal.stage.label}, {amount}{owner}", limit=80, newlines=False)


def _people(people: Headcount) -> list[Content]:
    if not people.here and not people.former:
        return [present.joined(("nobody is known here", _MUTED))]
    words = [present.count(people.here, "person", "people")]
    words += [f"{number:,} {word}" for number, word in _counts(people) if number]
    return [present.joined((word, _MUTED)) for word in words]


def _counts(people: Headcount) -> tuple[tuple[int, str], ...]:
    return (
        (people.sales, "in the sales pool"),
        (people.marketing, "in the marketing pool"),
        (people.worked, "worked now"),
        (people.former, "left"),
    )
