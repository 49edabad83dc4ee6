"""How to reach a person, whose buying group they are in, and who else somebody being entered may be."""

from __future__ import annotations

import json
from dataclasses import dataclass

from store.database import Store
from store.errors import Refusal
from store.intake.companies import company_key
from store.intake.people import parse_email
from store.intake.phones import parse_phone
from store.vocabulary import PhoneKind, Reachability, Role, Word

_LOOKED_THROUGH = 500  # people of one company, when a name is compared
_ALIKE = 85  # per cent of likeness from which a name may be the same


@dataclass(frozen=True, slots=True)
class PhoneLine:
    """A number: of the person, or of the company (``of_company``); ``e164`` is empty where it is no valid number."""

    id: int
    written_as: str
    e164: str
    extension: str
    kind: PhoneKind
    state: Reachability
    of_company: bool


@dataclass(frozen=True, slots=True)
class EmailLine:
    """An address of the person."""

    id: int
    address: str
    state: Reachability


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a buying group and their part in it; ``lead_id`` and ``owner`` are of their own open at bat."""

    contact_id: int
    name: str
    title: str
    role: Role
    primary: bool
    suppressed: bool
    lead_id: int | None
    owner: str


class Sameness(Word):
    """What two people have in common, the surest first."""

    EMAIL = "email"
    PHONE = "phone"
    NAME = "name"
    LIKE_NAME = "like_name"


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody known who may be the person being entered; ``likeness`` of the names in per cent."""

    contact_id: int
    account_id: int | None
    name: str
    title: str
    company: str
    by: Sameness
    likeness: int
    lead_id: int | None
    owner: str
    suppressed: bool


def reached(
    store: Store, contact_id: int | None, account_id: int | None
) -> tuple[tuple[PhoneLine, ...], tuple[EmailLine, ...]]:
    """The numbers and addresses of a person, then the numbers of a company; those known to be bad come last."""
    phones, emails = [], []
    rows = store.rows(_REACHED, {"contact": contact_id, "account": account_id})
    for what, id, text, e164, extension, kind, state, of_company in rows:
        if what == "phone":
            line = PhoneLine(id, text, e164, extension, PhoneKind(kind), Reachability(state), bool(of_company))
            phones.append(line)
        else:
            emails.append(EmailLine(id, text, Reachability(state)))
    return tuple(phones), tuple(emails)


def group(store: Store, lead_id: int) -> tuple[Member, ...]:
    """The buying group of an at bat, its primary contact first."""
    return tuple(
        Member(contact_id, name, title, Role(role), bool(primary), bool(suppressed), other_id, owner)
        for contact_id, name, title, role, primary, suppressed, other_id, owner in store.rows(_GROUP, (lead_id,))
    )


def duplicates(
    store: Store, *, name: str = "", company: str = "", email: str = "", phone: str = "", limit: int = 5
) -> tuple[Match, ...]:
    """Known people who may be the one being entered, the surest first; never raises, whatever was typed.

    By address, then by number, then by a name that is the same or much alike (word order aside) inside the company.
    A number or address that two share offers both: it identifies neither. At most four queries.
    """
    from rapidfuzz import fuzz, utils

    by: dict[int, Sameness] = {}
    for contact_id in _by_email(store, email):
        by.setdefault(contact_id, Sameness.EMAIL)
    for contact_id in _by_phone(store, phone):
        by.setdefault(contact_id, Sameness.PHONE)
    colleagues = store.rows(_COLLEAGUES, (company_key(company), _LOOKED_THROUGH)) if name and company.strip() else []
    for contact_id, other in colleagues:
        likeness = fuzz.token_sort_ratio(name, other, processor=utils.default_process)
        if likeness >= _ALIKE:
            by.setdefault(contact_id, Sameness.NAME if likeness == 100 else Sameness.LIKE_NAME)
    if not by:
        return ()
    found = [
        Match(
            id,
            account_id,
            known,
            title,
            at,
            by[id],
            round(fuzz.token_sort_ratio(name, known, processor=utils.default_process)),
            lead_id,
            owner,
            bool(suppressed),
        )
        for id, account_id, known, title, at, lead_id, owner, suppressed in store.rows(_KNOWN, (json.dumps(list(by)),))
    ]
    order = list(Sameness)
    return tuple(sorted(found, key=lambda match: (order.index(match.by), -match.likeness, match.contact_id))[:limit])


def _by_email(store: Store, text: str) -> list[int]:
    try:
        folded = parse_email(text).key
    except Refusal:
        return []
    return [row[0] for row in store.rows("SELECT contact_id FROM email WHERE folded = ? AND void = 0", (folded,))]


def _by_phone(store: Store, text: str) -> list[int]:
    e164 = parse_phone(text, store.region).e164
    sql = "SELECT contact_id FROM phone WHERE e164 = ? AND contact_id IS NOT NULL AND void = 0"
    return [row[0] for row in store.rows(sql, (e164,))] if e164 else []


_REACHED = """
SELECT what, id, text, e164, extension, kind, state, of_company FROM (
    SELECT 'phone' AS what, id, written_as AS text, e164, extension, kind, state, 0 AS of_company, position
    FROM phone WHERE contact_id = :contact AND void = 0
    UNION ALL
    SELECT 'phone', id, written_as, e164, extension, kind, state, 1, position
    FROM phone WHERE account_id = :account AND void = 0
    UNION ALL
    SELECT 'email', id, address, '', '', '', state, 0, position FROM email WHERE contact_id = :contact AND void = 0)
ORDER BY of_company, state = 'bad', position, id"""

_GROUP = """
SELECT c.id, c.name, c.title, g.role, g.is_primary, c.suppressed_at IS NOT NULL, l.id, coalesce(u.name, '')
FROM lead_contact g JOIN contact c ON c.id = g.contact_id
LEFT JOIN lead l ON l.contact_id = c.id AND l.open = 1 AND l.id <> g.lead_id
LEFT JOIN "user" u ON u.id = l.owner_id
WHERE g.lead_id = ? AND g.void = 0 ORDER BY g.is_primary DESC, g.id"""

_COLLEAGUES = """
SELECT c.id, c.name FROM account a JOIN contact c ON c.account_id = a.id
WHERE a.key = ? AND a.void = 0 AND a.merged_into_id IS NULL AND c.void = 0 AND c.merged_into_id IS NULL LIMIT ?"""

_KNOWN = """
SELECT c.id, c.account_id, c.name, c.title, coalesce(a.name, ''), l.id, coalesce(u.name, ''),
       c.suppressed_at IS NOT NULL
FROM contact c LEFT JOIN account a ON a.id = c.account_id
LEFT JOIN lead l ON l.contact_id = c.id AND l.open = 1 LEFT JOIN "user" u ON u.id = l.owner_id
WHERE c.id IN (SELECT value FROM json_each(?)) AND c.void = 0 AND c.merged_into_id IS NULL"""
