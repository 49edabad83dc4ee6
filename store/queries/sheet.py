"""A person or a company as known and as edited: every fact with its version, every number and address in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from store.database import Store
from store.errors import Refusal
from store.instants import Instant
from store.intake.people import parse_email
from store.intake.phones import parse_phone
from store.queries.lifecycle import FACTS, lifecycle_of
from store.queries.likely import KnownCompany, Typed, likely
from store.vocabulary import Lifecycle, PhoneKind, Pool, Reachability

_NAMED = 3  # others who have the same value, by name


@dataclass(frozen=True, slots=True)
class Reached:
    """A number or an address; ``kind`` is None for an address, ``e164`` empty where it is no valid number."""

    id: int | None
    text: str
    e164: str
    extension: str
    kind: PhoneKind | None
    state: Reachability

    @property
    def number(self) -> str:
        """The number in E.164, else as it was written."""
        return self.e164 or self.text


@dataclass(frozen=True, slots=True)
class PersonSheet:
    """A person; ``zone`` is as stored, ``company`` where they work, ``lead_company`` whose at bat is open on them.

    ``lifecycle`` is worked out, never typed.
    """

    id: int
    version: int
    account_id: int | None
    company: str
    name: str
    first_name: str
    last_name: str
    title: str
    zone: str
    notes: str
    is_reference: bool
    pool: Pool
    lifecycle: Lifecycle
    at_bats: int
    lead_id: int | None
    lead_company: str
    account_owner: str
    phones: tuple[Reached, ...]
    emails: tuple[Reached, ...]


@dataclass(frozen=True, slots=True)
class CompanySheet:
    """A company; ``size`` in employees, ``owner`` the name of who has it."""

    id: int
    version: int
    name: str
    domain: str
    website: str
    industry: str
    size: int | None
    country: str
    city: str
    zone: str
    owner_id: int | None
    owner: str
    customer_since: Instant | None
    phones: tuple[Reached, ...]


@dataclass(frozen=True, slots=True)
class Doubts:
    """What may be wrong with values that are being typed: no valid number, or another person's too (value, names).

    ``companies`` are known ones that a typed name may mean.
    """

    not_valid: tuple[str, ...] = ()
    shared: tuple[tuple[str, str], ...] = ()
    companies: tuple[KnownCompany, ...] = ()


def person_sheet(store: Store, contact_id: int) -> PersonSheet | None:
    """A person; None when there is none."""
    row = store.row(_PERSON, (contact_id,))
    if row is None:
        return None
    *known, reference, pool, stands, at_bats, lead_id, lead_company, owner = row
    phones, emails = _phones(store, "contact_id", contact_id), store.rows(_EMAILS, (contact_id,))
    return PersonSheet(  # type: ignore[call-arg]  # mypy cannot count the columns of a row
        *known,
        bool(reference),
        Pool(pool),
        lifecycle_of(stands),
        at_bats,
        lead_id,
        lead_company,
        owner,
        phones,
        tuple(Reached(id, text, "", "", None, Reachability(state)) for id, text, state in emails),
    )


def company_sheet(store: Store, account_id: int) -> CompanySheet | None:
    """A company; None when there is none."""
    row = store.row(_COMPANY, (account_id,))
    return None if row is None else CompanySheet(*row, _phones(store, "account_id", account_id))  # type: ignore[call-arg]


def doubts(
    store: Store,
    phones: Sequence[str] = (),
    emails: Sequence[str] = (),
    company: str = "",
    *,
    contact_id: int = 0,
    account_id: int = 0,
) -> Doubts:
    """What to say of values typed for a contact or an account, who themselves do not count; never raises."""
    not_valid, shared = [], []
    for text in phones:
        e164 = parse_phone(_storable(text), store.region).e164
        if e164 is None:
            not_valid.append(text)
        elif names := _others(store, _SHARE_NUMBER, e164, contact_id):
            shared.append((text, names))
    for text in emails:
        try:
            folded = parse_email(_storable(text)).key
        except Refusal:
            continue
        if names := _others(store, _SHARE_ADDRESS, folded, contact_id):
            shared.append((text, names))
    found = likely(store, Typed(company=company)).companies if company.strip() else ()
    companies = tuple(one for one in found if one.account_id != account_id)
    return Doubts(tuple(not_valid), tuple(shared), companies)


def _others(store: Store, sql: str, value: str, contact_id: int) -> str:
    names = [name for (name,) in store.rows(sql, (value, contact_id, _NAMED))]
    return ", ".join(names)


def _phones(store: Store, column: str, id: int) -> tuple[Reached, ...]:
    return tuple(
        Reached(id, text, e164, extension, PhoneKind(kind), Reachability(state))
        for id, text, e164, extension, kind, state in store.rows(_PHONES.format(column), (id,))
    )


def _storable(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


_PERSON = f"""
SELECT c.id, c.version, c.account_id, coalesce(a.name, ''), c.name, c.first_name, c.last_name, c.title, c.zone, c.notes,
       c.is_reference, c.pool, {FACTS}, (SELECT count(*) FROM lead WHERE contact_id = c.id AND void = 0), l.id,
       coalesce(b.name, ''), coalesce(u.name, '')
FROM contact c LEFT JOIN account a ON a.id = c.account_id LEFT JOIN "user" u ON u.id = a.owner_id
LEFT JOIN lead l ON l.contact_id = c.id AND l.open = 1 LEFT JOIN account b ON b.id = l.account_id
WHERE c.id = ?"""
_COMPANY = """
SELECT a.id, a.version, a.name, a.domain, a.website, a.industry, a.size, a.country, a.city, a.zone, a.owner_id,
       coalesce(u.name, ''), a.customer_since
FROM account a LEFT JOIN "user" u ON u.id = a.owner_id WHERE a.id = ?"""
_PHONES = """
SELECT id, written_as, e164, extension, kind, state FROM phone WHERE {} = ? AND void = 0 ORDER BY position, id"""
_EMAILS = "SELECT id, address, state FROM email WHERE contact_id = ? AND void = 0 ORDER BY position, id"
_SHARE_NUMBER = """
SELECT DISTINCT c.name FROM phone p JOIN contact c ON c.id = p.contact_id
WHERE p.e164 = ? AND p.void = 0 AND c.id <> ? AND c.void = 0 LIMIT ?"""
_SHARE_ADDRESS = """
SELECT DISTINCT c.name FROM email e JOIN contact c ON c.id = e.contact_id
WHERE e.folded = ? AND e.void = 0 AND c.id <> ? AND c.void = 0 LIMIT ?"""
