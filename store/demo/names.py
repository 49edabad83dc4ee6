"""Invented companies and people: names from many places, addresses and numbers that belong to nobody.

Domains end in ``.example``, numbers lie in ranges kept free for films and books.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from store.intake.companies import company_key
from store.operations.accounts import AccountDraft
from store.rules.closing import NewPerson


@dataclass(frozen=True, slots=True)
class Place:
    """Where a company is: its city and zone, the Faker locale of its names, and its numbers (``#`` is a digit)."""

    country: str
    city: str
    zone: str
    locale: str
    number: str


PLACES = (
    *(
        Place("US", city, f"America/{zone}", "en_US", f"+1 {area} 555 01##")
        for area, city, zone in (
            ("212", "New York", "New_York"),
            ("617", "Boston", "New_York"),
            ("404", "Atlanta", "New_York"),
            ("312", "Chicago", "Chicago"),
            ("512", "Austin", "Chicago"),
            ("303", "Denver", "Denver"),
            ("503", "Portland", "Los_Angeles"),
            ("415", "San Francisco", "Los_Angeles"),
        )
    ),
    Place("CA", "Vancouver", "America/Vancouver", "en_US", "+1 604 555 01##"),
    Place("GB", "London", "Europe/London", "en_GB", "+44 20 7946 0###"),
    Place("GB", "Manchester", "Europe/London", "en_GB", "+44 161 496 0###"),
    Place("GB", "Leeds", "Europe/London", "en_GB", "+44 113 496 0###"),
    Place("DE", "Berlin", "Europe/Berlin", "de_DE", "+49 30 23125 ###"),
    Place("DE", "Munich", "Europe/Berlin", "de_DE", "+49 89 99998 ###"),
    Place("DE", "Hamburg", "Europe/Berlin", "de_DE", "+49 40 66969 ###"),
    Place("FR", "Paris", "Europe/Paris", "fr_FR", "+33 1 99 00 ## ##"),
    Place("SE", "Stockholm", "Europe/Stockholm", "sv_SE", "+46 8 465 004 ##"),
    Place("AU", "Sydney", "Australia/Sydney", "en_US", "+61 2 5550 ####"),
    # Tokyo has no range for fiction; 03-9 has never been given out.
    Place("JP", "Tokyo", "Asia/Tokyo", "ja_JP", "+81 3 9999 ####"),
)
_WEIGHTS = tuple({"US": 6, "CA": 2, "GB": 5, "DE": 5, "JP": 2}.get(place.country, 2) for place in PLACES)
HERE: Mapping[str, Place] = {place.city: place for place in PLACES}

INDUSTRIES = (
    "logistics",
    "manufacturing",
    "software",
    "healthcare",
    "retail",
    "banking",
    "insurance",
    "energy",
    "construction",
    "education",
    "media",
    "food and drink",
)
TITLES = (
    "CFO",
    "COO",
    "CIO",
    "VP Operations",
    "VP Sales",
    "Head of IT",
    "Head of Procurement",
    "Director of Finance",
    "IT Manager",
    "Operations Manager",
    "Plant Manager",
    "Business Analyst",
    "Office Manager",
    "Managing Director",
)


class Names:
    """A source of invented names; the same seed gives the same ones in the same order."""

    def __init__(self, seed: int) -> None:
        from faker import Faker

        self.rng = random.Random(f"names {seed}")
        self._fakers: dict[str, Any] = {}
        for locale in sorted({place.locale for place in PLACES}):
            self._fakers[locale] = Faker(locale)
            self._fakers[locale].seed_instance(f"{locale} {seed}")
        self._companies: set[str] = set()
        self._addresses: set[str] = set()

    def company(self, place: Place | None = None, size: int = 0) -> AccountDraft:
        """A company nobody has heard of yet, in ``place`` or anywhere."""
        rng = self.rng
        place = place or rng.choices(PLACES, _WEIGHTS)[0]
        name = str(self._fakers[place.locale].company())
        if company_key(name) in self._companies:
            name = f"{self._fakers[place.locale].last_name()} {name}"
        while company_key(name) in self._companies:
            name = f"{name} {rng.randint(2, 99)}"
        size = size or min(20_000, int(8 * 2 ** rng.uniform(0, 8)))
        return self.account(name, place, industry=rng.choice(INDUSTRIES), size=size)

    def account(self, name: str, place: Place, *, industry: str, size: int) -> AccountDraft:
        """The company of this name, with a domain and a switchboard of its own."""
        self._companies.add(company_key(name))
        domain = self._domain(name)
        return AccountDraft(
            name,
            domain=domain,
            website=f"https://www.{domain}",
            industry=industry,
            size=size,
            country=place.country,
            city=place.city,
            zone=place.zone,
            phone=self.number(place),
        )

    def person(self, place: Place, domain: str, *, title: str | None = None) -> NewPerson:
        """Somebody who works at a company in ``place``; a few have a number or an address only."""
        faker = self._fakers[place.locale]
        first, last = str(faker.first_name()), str(faker.last_name())
        reach = self.rng.random()
        return NewPerson(
            first,
            last,
            title or self.rng.choice(TITLES),
            phone=self.number(place) if reach > 0.06 else "",
            email=self.address(first, last, domain) if reach < 0.92 else "",
        )

    def named(self, first: str, last: str, title: str, place: Place, domain: str) -> NewPerson:
        """The person of this name, with a number and an address."""
        return NewPerson(first, last, title, self.number(place), self.address(first, last, domain))

    def number(self, place: Place) -> str:
        """A number in the place's range for fiction."""
        return "".join(str(self.rng.randint(0, 9)) if mark == "#" else mark for mark in place.number)

    def address(self, first: str, last: str, domain: str) -> str:
        """An address that nobody has yet."""
        local = ".".join(filter(None, (_ascii(first), _ascii(last)))) or f"p{self.rng.randint(100, 999)}"
        address, tries = f"{local}@{domain}", 1
        while address in self._addresses:
            tries += 1
            address = f"{local}{tries}@{domain}"
        self._addresses.add(address)
        return address

    def _domain(self, name: str) -> str:
        label = _ascii(company_key(name))[:30] or f"firm{self.rng.randint(100, 9999)}"
        return f"{label}.example"


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss").replace("ø", "o").replace("ł", "l"))
    return "".join(letter for letter in plain if letter.isascii() and letter.isalnum())
