"""Find any person, company, opportunity, number or address from a few letters.

Each arm asks one full-text index for a limited number of candidates; the ranking is done here on those few, because
ranking inside the index means reading every match. Arms that look for less likely things run only while there are
not enough hits. Whatever is typed is taken as text: nothing in it is search syntax.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from store.database import Store
from store.vocabulary import OpportunityStage, Stage, Word

LIMIT = 20
_LONGEST = 100  # characters of what was typed that count
_MOST_WORDS = 6
_CANDIDATES = 60  # of each arm
_TELLING = 2  # letters of a word that may tell a person from a company
_NAME = "{name also}"  # a name, and the other spelling that is kept of it (store/migrations/0012)
_SIGNS = dict.fromkeys(map(ord, "'’‘ʼ`´‐‑–-"))  # which that spelling leaves out
_GRAM = 3  # the shortest part of a word that an index of trigrams finds


class Matched(Word):
    """What of a hit was matched."""

    NAME = "name"
    TITLE = "title"
    COMPANY = "company"
    EMAIL = "email"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class DealHit:
    """What a hit that is an opportunity says besides; ``amount`` in minor units."""

    id: int
    stage: OpportunityStage
    open: bool
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A person (``contact_id``), an opportunity (``deal``), or a company alone, that matches.

    ``value`` is the number or address that matched. ``lead_id`` is the open at bat with its stage and ``owner``; a
    company without one names its account owner.
    """

    contact_id: int | None
    account_id: int | None
    name: str
    title: str
    company: str
    matched: Matched
    value: str
    lead_id: int | None
    stage: Stage | None
    owner: str
    suppressed: bool
    deal: DealHit | None = None


class _Rank(IntEnum):
    """How good a match is, best first."""

    EXACT = 0
    BEGINS = 1
    WORDS = 2
    DEAL_OF_COMPANY = 3
    COMPANY = 4
    TITLE = 5
    PART = 6
    ADDRESS = 7


@dataclass(slots=True)
class _Found:
    """The candidates so far, people, companies and opportunities apart, each with its best match."""

    people: dict[int, tuple[_Rank, Matched, str]] = field(default_factory=dict)
    companies: dict[int, tuple[_Rank, Matched, str]] = field(default_factory=dict)
    deals: dict[int, tuple[_Rank, Matched]] = field(default_factory=dict)

    def add(
        self, contact_id: int | None, account_id: int | None, rank: _Rank, matched: Matched, value: str = ""
    ) -> None:
        """Keep the first match of each, since arms run best first."""
        if contact_id is not None:
            self.people.setdefault(contact_id, (rank, matched, value))
        elif account_id is not None:
            self.companies.setdefault(account_id, (rank, matched, value))

    def add_deals(self, rows: Iterable[tuple[int]], rank: _Rank, matched: Matched) -> None:
        """Likewise for opportunities."""
        for (deal_id,) in rows:
            self.deals.setdefault(deal_id, (rank, matched))

    def __len__(self) -> int:
        """How many people and companies; opportunities have rows of their own."""
        return len(self.people) + len(self.companies)


def find(store: Store, text: str, limit: int = LIMIT) -> tuple[Hit, ...]:
    """The ``limit`` best hits for what was typed: words and their beginnings, any three letters or more, digits.

    Exact matches come before beginnings, those before parts, people with an open at bat before others. Opportunities,
    found by their name and those that are open by their company's too, have a quarter of the rows, and what people and
    companies leave. Never raises, whatever the text.
    """
    text = clean(text)
    found = _Found()
    _by_phone(store, text, found)
    _by_email(store, text, found)
    words = words_of(text)
    if words:
        _by_words(store, words, found, limit)
        if len(found) < limit:
            _by_person_and_company(store, words, found)
    if len(found) < (limit if len(words) == 1 else 1):
        _by_letters(store, text, found)
    typed = fold(text)
    others, deals = _hits(store, found, typed), _deal_hits(store, found, typed)
    deals = deals[: max(limit // 4, limit - len(others))]
    best = sorted([*others[: limit - len(deals)], *deals], key=lambda ranked: ranked[0])
    return tuple(hit for _, hit in best)


def clean(text: str) -> str:
    """What was typed as one short line that any database takes."""
    text = text[:_LONGEST].encode("utf-8", "ignore").decode().replace("\0", " ")
    return " ".join(text.split())


def words_of(text: str) -> list[str]:
    """The words of a clean text; signs alone are none."""
    return [word for word in text.split() if any(letter.isalnum() for letter in word)][:_MOST_WORDS]


def fold(text: str) -> str:
    """Letters as the indexes compare them: small, without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def quoted(text: str) -> str:
    """A text as an FTS5 string."""
    return '"' + text.replace('"', '""') + '"'


def _all(words: Iterable[str], ending: str = "") -> str:
    """Every one of the words, in any order; with ``*`` also what begins like them. A sign in a word may be missing."""
    return " AND ".join(
        "(" + " OR ".join(f"{quoted(spelt)}{ending}" for spelt in dict.fromkeys((word, _closed(word)))) + ")"
        for word in words
    )


def _closed(word: str) -> str:
    return word.translate(_SIGNS) or word


# --- the arms -------------------------------------------------------------------------------------------------------

_PHONE = re.compile(r"[+(]?[\d\s().\-/+]*\d[\d\s().\-/]*(?:(?:x|ext\.?|#)\s*\d*)?", re.IGNORECASE | re.ASCII)
_EXTENSION = re.compile(r"(?:x|ext\.?|#).*", re.IGNORECASE)
_LOCAL = 7  # digits of a number that are the same however it is written


def _by_phone(store: Store, text: str, found: _Found) -> None:
    """Digits in any writing; where the country or trunk prefix differs, the last seven decide."""
    if not _PHONE.fullmatch(text):
        return
    digits = re.sub(r"\D", "", _EXTENSION.sub("", text.replace("(0)", "")))
    whole = digits.lstrip("0")
    for tried in dict.fromkeys((whole, whole[-_LOCAL:])):
        if len(tried) < _GRAM:
            return
        rows = store.rows(_PHONES, (quoted(tried), _CANDIDATES))
        for contact_id, account_id, known, written in rows:
            same = len(tried) >= _LOCAL and (known.endswith(whole) or whole.endswith(known))
            part = _Rank.BEGINS if known.endswith(tried) else _Rank.PART  # people say how a number ends
            found.add(contact_id, account_id, _Rank.EXACT if same else part, Matched.PHONE, written)
        if rows:
            return


def _by_email(store: Store, text: str, found: _Found) -> None:
    """An address, or how it begins."""
    if "@" not in text:
        return
    folded = text.casefold()
    for contact_id, address, known in store.rows(_EMAILS, (folded, f"{folded}\U0010ffff", _CANDIDATES)):
        rank = _Rank.EXACT if known == folded else _Rank.BEGINS
        found.add(contact_id, None, rank, Matched.EMAIL, address)


def _by_words(store: Store, words: Sequence[str], found: _Found, limit: int) -> None:
    """Names, then how they begin; companies with their people; titles."""
    for match in (_all(words), _all(words, "*")):
        for (contact_id,) in store.rows(_CONTACT_WORDS, (f"{_NAME} : ({match})", _CANDIDATES)):
            found.add(contact_id, None, _Rank.WORDS, Matched.NAME)
        for (account_id,) in store.rows(_ACCOUNT_WORDS, (f"{_NAME} : ({match})", _CANDIDATES)):
            found.add(None, account_id, _Rank.WORDS, Matched.NAME)
        found.add_deals(store.rows(_DEAL_WORDS, (match, _CANDIDATES)), _Rank.WORDS, Matched.NAME)
    if found.companies:
        companies = json.dumps(list(found.companies))
        rows = store.rows(_DEALS_OF, (companies, _CANDIDATES))
        found.add_deals(rows, _Rank.DEAL_OF_COMPANY, Matched.COMPANY)
        for contact_id, company in store.rows(_PEOPLE_OF, (companies, _CANDIDATES)):
            found.add(contact_id, None, _Rank.COMPANY, Matched.COMPANY, company)
    if len(found) < limit and max(map(len, words)) >= _TELLING:
        for (contact_id,) in store.rows(_CONTACT_WORDS, (_all(words, "*"), _CANDIDATES)):
            found.add(contact_id, None, _Rank.TITLE, Matched.TITLE)


def _by_person_and_company(store: Store, words: Sequence[str], found: _Found) -> None:
    """A person's words followed by their company's, or the other way round."""
    for split in reversed(range(1, min(len(words), 4))):  # a longer name is the rarer one
        for person, company in ((words[:split], words[split:]), (words[split:], words[:split])):
            if min(max(map(len, person)), max(map(len, company))) < _TELLING:
                continue
            match = (f"{_NAME} : ({_all(person, '*')})", f"{_NAME} : ({_all(company, '*')})", _CANDIDATES)
            rows = store.rows(_PERSON_AT, match)
            for (contact_id,) in rows:
                found.add(contact_id, None, _Rank.WORDS, Matched.NAME)
            if rows:
                return


def _by_letters(store: Store, text: str, found: _Found) -> None:
    """A domain, or any part of a name, a company or an address, from three letters up; all of several typed."""
    parts = [part for part in text.split() if len(part) >= _GRAM]
    if not parts:
        return
    match = _all(parts)
    for (account_id,) in store.rows(_ACCOUNT_WORDS, (f"domain : ({_all(parts, '*')})", _CANDIDATES)):
        found.add(None, account_id, _Rank.PART, Matched.NAME)
    for contact_id, account_id, address in store.rows(_LETTERS, {"match": match, "most": _CANDIDATES}):
        if address:
            found.add(contact_id, None, _Rank.ADDRESS, Matched.EMAIL, address)
        else:
            found.add(contact_id, account_id, _Rank.PART, Matched.NAME)
    found.add_deals(store.rows(_DEAL_LETTERS, (match, _CANDIDATES)), _Rank.PART, Matched.NAME)


# --- what is shown of the candidates --------------------------------------------------------------------------------


_Ranked = list[tuple[tuple[Any, ...], Hit]]


def _hits(store: Store, found: _Found, typed: str) -> _Ranked:
    """The people and the companies with what they are ordered by, best first."""
    ranked: _Ranked = []
    for table, candidates in ((_PEOPLE, found.people), (_COMPANIES, found.companies)):
        if not candidates:
            continue
        for row in store.rows(table, (json.dumps(list(candidates)),)):
            contact_id, account_id, name, title, company, lead_id, stage, owner, suppressed = row
            rank, matched, value = candidates[contact_id if contact_id is not None else account_id]
            hit = Hit(
                contact_id,
                account_id,
                name,
                title,
                company,
                matched,
                value,
                lead_id,
                Stage(stage) if stage else None,
                owner,
                bool(suppressed),
            )
            ranked.append((_order(hit, rank, typed), hit))
    ranked.sort(key=lambda entry: entry[0])
    return ranked


def _deal_hits(store: Store, found: _Found, typed: str) -> _Ranked:
    """The opportunities, likewise."""
    ranked: _Ranked = []
    for row in store.rows(_DEALS, (json.dumps(list(found.deals)),)) if found.deals else ():
        deal_id, account_id, name, company, stage, is_open, amount, currency, owner = row
        rank, matched = found.deals[deal_id]
        deal = DealHit(deal_id, OpportunityStage(stage), bool(is_open), amount, currency)
        hit = Hit(None, account_id, name, "", company, matched, "", None, None, owner, False, deal)
        ranked.append((_order(hit, rank, typed), hit))
    ranked.sort(key=lambda entry: entry[0])
    return ranked


def _order(hit: Hit, rank: _Rank, typed: str) -> tuple[Any, ...]:
    """Of what matches as well as another: people and companies, then opportunities; what is open; by name."""
    name, deal = fold(hit.name), hit.deal
    if rank in (_Rank.WORDS, _Rank.PART) and hit.matched is Matched.NAME:
        rank = _Rank.EXACT if name == typed else _Rank.BEGINS if name.startswith(typed) else rank
    if deal is not None:
        return (rank, True, not deal.open, name, False, deal.id)
    return (rank, False, hit.lead_id is None, name, hit.contact_id is None, hit.contact_id or hit.account_id)


_CONTACT_WORDS = "SELECT rowid FROM contact_words WHERE contact_words MATCH ? LIMIT ?"
_ACCOUNT_WORDS = "SELECT rowid FROM account_words WHERE account_words MATCH ? LIMIT ?"
_DEAL_WORDS = "SELECT rowid FROM opportunity_words WHERE opportunity_words MATCH ? ORDER BY rowid DESC LIMIT ?"
_DEAL_LETTERS = "SELECT rowid FROM opportunity_grams WHERE opportunity_grams MATCH ? ORDER BY rowid DESC LIMIT ?"
_DEALS_OF = """
SELECT id FROM opportunity WHERE account_id IN (SELECT value FROM json_each(?)) AND open = 1 LIMIT ?"""
_PHONES = """
SELECT p.contact_id, p.account_id, p.digits, p.written_as FROM phone_grams g JOIN phone p ON p.id = g.rowid
WHERE phone_grams MATCH ? AND p.void = 0 LIMIT ?"""
_EMAILS = """
SELECT contact_id, address, folded FROM email WHERE folded >= ? AND folded < ? AND void = 0 ORDER BY folded LIMIT ?"""
_PEOPLE_OF = """
SELECT c.id, a.name FROM account a JOIN contact c ON c.account_id = a.id
WHERE a.id IN (SELECT value FROM json_each(?)) LIMIT ?"""
_PERSON_AT = """
SELECT c.id FROM (SELECT rowid AS id FROM contact_words WHERE contact_words MATCH ? LIMIT 1000) n
CROSS JOIN contact c ON c.id = n.id
WHERE c.account_id IN (SELECT rowid FROM account_words WHERE account_words MATCH ? LIMIT 5000) LIMIT ?"""
_LETTERS = """
SELECT * FROM (SELECT rowid, NULL, '' FROM contact_grams WHERE contact_grams MATCH :match LIMIT :most)
UNION ALL
SELECT * FROM (SELECT NULL, rowid, '' FROM account_grams WHERE account_grams MATCH :match LIMIT :most)
UNION ALL
SELECT * FROM (SELECT e.contact_id, NULL, e.address FROM email_grams g JOIN email e ON e.id = g.rowid
               WHERE email_grams MATCH :match AND e.void = 0 LIMIT :most)"""
_PEOPLE = """
SELECT c.id, c.account_id, c.name, c.title, coalesce(a.name, ''), l.id, l.stage, coalesce(u.name, ''),
       c.suppressed_at IS NOT NULL
FROM contact c LEFT JOIN account a ON a.id = c.account_id
LEFT JOIN lead l ON l.contact_id = c.id AND l.open = 1 LEFT JOIN "user" u ON u.id = l.owner_id
WHERE c.id IN (SELECT value FROM json_each(?)) AND c.void = 0 AND c.merged_into_id IS NULL"""
_DEALS = """
SELECT o.id, o.account_id, o.name, coalesce(a.name, ''), o.stage, o.open, o.amount, o.currency, coalesce(u.name, '')
FROM opportunity o LEFT JOIN account a ON a.id = o.account_id LEFT JOIN "user" u ON u.id = o.owner_id
WHERE o.id IN (SELECT value FROM json_each(?)) AND o.void = 0 AND o.stage <> 'reversed' AND o.merged_into_id IS NULL"""
_COMPANIES = """
SELECT NULL, a.id, a.name, '', a.name, l.id, l.stage, coalesce(u.name, o.name, ''), 0
FROM account a LEFT JOIN lead l ON l.account_id = a.id AND l.contact_id IS NULL AND l.open = 1
LEFT JOIN "user" u ON u.id = l.owner_id LEFT JOIN "user" o ON o.id = a.owner_id
WHERE a.id IN (SELECT value FROM json_each(?)) AND a.void = 0 AND a.merged_into_id IS NULL"""
