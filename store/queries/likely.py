"""Whom a few typed letters may mean: known people and companies, found while a new one is being entered."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from store.database import Store
from store.intake.companies import company_key
from store.queries.people import duplicates

SHOWN = 5
_OF_A_COMPANY = 200  # of one company, so many people are looked through
_SHORTEST = 2  # letters; fewer mean anybody


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person who is known; ``lead_id`` and ``owner`` are those of the open at bat, ``at_bats`` counts all of them."""

    contact_id: int
    account_id: int | None
    name: str
    title: str
    company: str
    suppressed: bool
    at_bats: int
    lead_id: int | None
    owner: str


@dataclass(frozen=True, slots=True)
class KnownCompany:
    """A company that is known, with how many at bats are open on it."""

    account_id: int
    name: str
    industry: str
    size: int | None
    owner: str
    open: int


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed so far."""

    company: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Likely:
    """The likeliest first."""

    people: tuple[KnownPerson, ...] = ()
    companies: tuple[KnownCompany, ...] = ()


def likely(store: Store, typed: Typed) -> Likely:
    """Known people and companies that the typed letters may mean, at most five of each; never raises.

    Whoever has that address, number or nearly that name at the company, then names that begin so.
    """
    typed = Typed(*(_storable(text) for text in (typed.company, typed.name, typed.phone, typed.email)))
    companies = _companies(store, typed.company)
    same = duplicates(store, name=typed.name, company=typed.company, email=typed.email, phone=typed.phone, limit=SHOWN)
    ids = [match.contact_id for match in same]
    if len(typed.name) >= _SHORTEST:
        ids += _by_name_at(store, typed.name, companies) + _by_name(store, typed.name)
    return Likely(_people(store, list(dict.fromkeys(ids))[:SHOWN]), companies)


def newcomers(store: Store, lead_id: int) -> tuple[KnownPerson, ...]:
    """The people of an at bat's company who have no part in it yet, by name; two hundred at most."""
    ids = [row[0] for row in store.rows(_NEWCOMERS, {"lead": lead_id, "most": _OF_A_COMPANY})]
    return tuple(sorted(_people(store, ids), key=lambda person: person.name.casefold()))


def of_company(store: Store, account_id: int | None, besides: Sequence[int]) -> tuple[KnownPerson, ...]:
    """The people of a company but for some, by name; two hundred at most."""
    ids = [row[0] for row in store.rows(_OF_ACCOUNT, (account_id, _OF_A_COMPANY)) if row[0] not in besides]
    return tuple(sorted(_people(store, ids), key=lambda person: person.name.casefold()))


def _storable(text: str) -> str:
    """The text without what no database can be asked for: NUL and halves of letters."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


def _people(store: Store, ids: list[int]) -> tuple[KnownPerson, ...]:
    found = {}
    for id, account_id, name, title, company, suppressed, at_bats, lead_id, owner in store.rows(
        _PEOPLE, (json.dumps(ids),)
    ):
        found[id] = KnownPerson(id, account_id, name, title, company, bool(suppressed), at_bats, lead_id, owner)
    return tuple(found[id] for id in ids if id in found)


def _companies(store: Store, text: str) -> tuple[KnownCompany, ...]:
    words = _prefixes(text)
    if not words:
        return ()
    return tuple(KnownCompany(*row) for row in store.rows(_COMPANIES, (words, company_key(text), SHOWN)))


def _by_name_at(store: Store, text: str, companies: tuple[KnownCompany, ...]) -> list[int]:
    words = text.casefold().split()
    found = (row for company in companies for row in store.rows(_OF_ACCOUNT, (company.account_id, _OF_A_COMPANY)))
    return [id for id, name in found if all(word in name.casefold() for word in words)]


def _by_name(store: Store, text: str) -> list[int]:
    words = _prefixes(text)
    return [row[0] for row in store.rows(_NAMED, (words, SHOWN))] if words else []


def _prefixes(text: str) -> str:
    """A full-text question for every word typed, each as a beginning; empty where nothing can be looked for."""
    words = [word for word in re.findall(r"\w+", text) if word.isalnum()]
    return " ".join(f'"{word}"*' for word in words) if sum(map(len, words)) >= _SHORTEST else ""


_OF_ACCOUNT = """
SELECT id, name FROM contact WHERE account_id = ? AND void = 0 AND merged_into_id IS NULL ORDER BY id LIMIT ?"""

_PEOPLE = """
SELECT c.id, c.account_id, c.name, c.title, coalesce(a.name, ''), c.suppressed_at IS NOT NULL,
       (SELECT count(*) FROM lead WHERE contact_id = c.id AND void = 0), l.id, coalesce(u.name, '')
FROM contact c LEFT JOIN account a ON a.id = c.account_id
LEFT JOIN lead l ON l.contact_id = c.id AND l.open = 1 LEFT JOIN "user" u ON u.id = l.owner_id
WHERE c.id IN (SELECT value FROM json_each(?)) AND c.void = 0 AND c.merged_into_id IS NULL"""

_COMPANIES = """
SELECT a.id, a.name, a.industry, a.size, coalesce(u.name, ''),
       (SELECT count(*) FROM lead WHERE account_id = a.id AND open = 1)
FROM (SELECT rowid AS id FROM account_words WHERE account_words MATCH 'name : (' || ?1 || ')' LIMIT 50) found
JOIN account a ON a.id = found.id LEFT JOIN "user" u ON u.id = a.owner_id
WHERE a.void = 0 AND a.merged_into_id IS NULL
ORDER BY a.key <> ?2, substr(a.key, 1, length(?2)) <> ?2, length(a.name), a.id LIMIT ?3"""

_NEWCOMERS = """
SELECT c.id FROM lead l JOIN contact c ON c.account_id = l.account_id
WHERE l.id = :lead AND c.void = 0 AND c.merged_into_id IS NULL
  AND c.id NOT IN (SELECT contact_id FROM lead_contact WHERE lead_id = :lead AND void = 0)
ORDER BY c.id LIMIT :most"""

_NAMED = "SELECT rowid FROM contact_words WHERE contact_words MATCH 'name : (' || ? || ')' LIMIT ?"
