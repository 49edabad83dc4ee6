"""The durable facts of one person or one company: who it is and how they may be reached."""

from __future__ import annotations

from dataclasses import dataclass

from store.database import Store
from store.instants import Instant
from store.queries.lifecycle import FACTS, lifecycle_of
from store.vocabulary import Lifecycle, PhoneKind, Pool, Reachability


@dataclass(frozen=True, slots=True)
class PhoneFact:
    """A number as stored (E.164, else as it was written), what it is for, whether it works, and whose it is."""

    number: str
    kind: PhoneKind
    state: Reachability
    of_company: bool


@dataclass(frozen=True, slots=True)
class EmailFact:
    """An address, and whether it works."""

    address: str
    state: Reachability


@dataclass(frozen=True, slots=True)
class Facts:
    """A person and their company; of a company alone the person's fields are empty.

    ``zone`` may hold several zones, parted by blanks, where a number does not tell; ``size`` is in employees.
    ``lifecycle`` is worked out; it and ``pool`` are None of a company alone.
    """

    contact_id: int | None
    account_id: int | None
    name: str
    title: str
    seniority: str
    persona: str
    pool: Pool | None
    lifecycle: Lifecycle | None
    zone: str
    suppressed_at: Instant | None
    suppressed_why: str
    email_stopped_at: Instant | None
    notes: str
    company: str
    industry: str
    size: int | None
    domain: str
    place: str
    account_owner: str
    customer_since: Instant | None
    phones: tuple[PhoneFact, ...]
    emails: tuple[EmailFact, ...]


def facts(store: Store, contact_id: int | None, account_id: int | None = None) -> Facts | None:
    """What is known of a contact, or of an account without one; None when there is no such row."""
    row = store.row(_COMPANY, (account_id,)) if contact_id is None else store.row(_PERSON, (contact_id,))
    if row is None:
        return None
    phones = store.rows(_PHONES, {"contact": contact_id, "account": row[1]})
    emails = store.rows(_EMAILS, (contact_id,))
    *who, pool, stands = row[:_STANDS]
    return Facts(  # type: ignore[call-arg]  # mypy cannot count the columns of a row
        *who,
        Pool(pool) if pool else None,
        lifecycle_of(stands) if stands else None,
        *row[_STANDS:],
        tuple(
            PhoneFact(number, PhoneKind(kind), Reachability(state), bool(of_company))
            for number, kind, state, of_company in phones
        ),
        tuple(EmailFact(address, Reachability(state)) for address, state in emails),
    )


_STANDS = 8  # columns up to what the lifecycle follows from
_OF_COMPANY = (
    "coalesce(a.name, ''), coalesce(a.industry, ''), a.size, coalesce(a.domain, ''),"
    " coalesce(trim(a.city || ' ' || a.country), ''), coalesce(u.name, ''), a.customer_since"
)
_PERSON = f"""
SELECT c.id, c.account_id, c.name, c.title, c.seniority, c.persona, c.pool, {FACTS}, c.zone,
       c.suppressed_at, c.suppressed_why, c.email_stopped_at, c.notes, {_OF_COMPANY}
FROM contact c LEFT JOIN account a ON a.id = c.account_id LEFT JOIN "user" u ON u.id = a.owner_id
WHERE c.id = ?"""
_COMPANY = f"""
SELECT NULL, a.id, '', '', '', '', '', '', a.zone, NULL, '', NULL, '', {_OF_COMPANY}
FROM account a LEFT JOIN "user" u ON u.id = a.owner_id WHERE a.id = ?"""
_PHONES = """
SELECT CASE WHEN e164 <> '' THEN e164 ELSE written_as END, kind, state, account_id IS NOT NULL FROM phone
WHERE (contact_id = :contact OR account_id = :account) AND void = 0 ORDER BY account_id IS NOT NULL, position, id"""
_EMAILS = "SELECT address, state FROM email WHERE contact_id = ? AND void = 0 ORDER BY position, id"
