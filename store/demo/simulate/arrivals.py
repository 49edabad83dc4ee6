"""Who sends the signals that come in: strangers, colleagues of people known, people known; each goes in by intake."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from store.actor import SYSTEM
from store.demo.names import HERE
from store.demo.simulate.season import Burst, Coming
from store.demo.simulate.world import Player, World
from store.instants import Instant
from store.operations.accounts import AccountDraft
from store.operations.receive_signal import SignalIn, receive_signal
from store.rules.closing import NewPerson


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of signal: how often it comes, from where, and how often from somebody who is known already."""

    weight: float
    source: str
    known: float
    words: tuple[str, ...] = ("",)


KINDS = {
    "page_view": Kind(15, "website", 0.75),
    "newsletter_click": Kind(6, "newsletter", 0.9),
    "download": Kind(12, "website", 0.45, ("guide to returns", "price guide", "checklist for audits")),
    "page": Kind(5, "website", 0.7, ("security page", "customers", "careers")),
    "pricing_page": Kind(7, "website", 0.5),
    "demo_request": Kind(8, "website", 0.2, ("demo request", "demo request, pricing page")),
    "form": Kind(7, "website", 0.25, ("contact form", "asks for a call")),
    "trial": Kind(2.5, "website", 0.25),
    "chat": Kind(3, "chat", 0.3, ("asked about the price", "asked about the import")),
    "intent": Kind(10, "intent data", 0.3, ("compares vendors", "reads about returns")),
    "referral": Kind(3, "Hallam Partners", 0.05, ("introduced by Hallam Partners",)),
    "title_changed": Kind(1.5, "LinkedIn", 1),
    "budget_approved": Kind(0.7, "LinkedIn", 1),
    "leadership_changed": Kind(0.8, "LinkedIn", 1),
    "webinar": Kind(0, "webinar", 0.3),
    "event": Kind(0, "trade fair", 0.15, ("visit at our stand", "talk on returns")),
}
_COLLEAGUE = 0.25  # the share of strangers who work at a company that is known
_COMPANY_ALONE = 0.06  # the share of intent data that names a company and nobody
_AGAIN = 0.008  # the share of signals that come twice
_LATELY = 400  # of the people known, so many are the ones most likely to be heard of again


@dataclass(frozen=True, slots=True)
class Sender:
    """Somebody who may send a signal; ``draft`` is their company."""

    person: NewPerson
    draft: AccountDraft


class Arrivals(Player):
    """Lets every signal of the season come in at its time; whoever has the at bat that it comes to hears of it."""

    def __init__(self, world: World, signals: Sequence[Coming]) -> None:
        self.world = world
        self.rng = random.Random(f"arrivals {world.plan.seed}")
        self.known: list[Sender] = []
        self._companies: list[AccountDraft] = []
        self._signals = signals
        self._next = 0

    def first(self) -> Instant | None:
        """When the first signal comes in."""
        return self._signals[0].at if self._signals else None

    def turn(self) -> Instant | None:
        coming = self._signals[self._next]
        self._next += 1
        self._receive(coming.burst)
        return self._signals[self._next].at if self._next < len(self._signals) else None

    def _receive(self, burst: Burst | None) -> None:
        rng, world = self.rng, self.world
        kinds, weights = zip(*(burst.kinds if burst else _ORGANIC), strict=True)
        name = rng.choices(kinds, weights)[0]
        kind = KINDS[name]
        source = burst.draft.source if burst else kind.source
        sender = self._sender(kind.known)
        signal = SignalIn(
            name,
            source,
            first_name=sender.person.first_name,
            last_name=sender.person.last_name,
            email=sender.person.email,
            phone=sender.person.phone,
            company=sender.draft.name,
            domain=sender.draft.domain,
            external_id=f"s{self._next}",
            campaign=burst.name if burst else "",
            words=rng.choice(kind.words),
            fields=_fields(sender),
        )
        if name == "intent" and rng.random() < _COMPANY_ALONE:
            account_id = world.store.value("SELECT id FROM account WHERE domain = ?", (sender.draft.domain,))
            if account_id is not None:
                words = "somebody there compares vendors"
                signal = SignalIn(name, source, account_id=account_id, words=words, external_id=f"s{self._next}")
        for _ in range(2 if rng.random() < _AGAIN else 1):
            done = world.do(receive_signal, SYSTEM, signal)
        if done is not None and done.lead_id is not None:
            world.heard(world.store.value("SELECT owner_id FROM lead WHERE id = ?", (done.lead_id,)))

    def _sender(self, known: float) -> Sender:
        rng, names = self.rng, self.world.names
        if self.known and rng.random() < known:
            return rng.choice(self.known[-_LATELY:] if rng.random() < 0.6 else self.known)
        if self._companies and rng.random() < _COLLEAGUE:
            draft = rng.choice(self._companies)
        else:
            draft = names.company()
            self._companies.append(draft)
        sender = Sender(names.person(HERE[draft.city], draft.domain), draft)
        self.known.append(sender)
        return sender


def _fields(sender: Sender) -> dict[str, str]:
    draft = sender.draft
    told = {
        "title": sender.person.title,
        "industry": draft.industry,
        "company_size": str(draft.size),
        "country": draft.country,
        "city": draft.city,
        "time_zone": HERE[draft.city].zone,
    }
    return {name: value for name, value in told.items() if value}


_ORGANIC = tuple((name, kind.weight) for name, kind in KINDS.items() if kind.weight)
