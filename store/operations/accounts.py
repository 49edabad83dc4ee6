"""Companies, with what is known of them."""

from __future__ import annotations

from dataclasses import dataclass

from store.errors import Refusal
from store.intake.clean import clean_line
from store.intake.companies import company_key
from store.intake.phones import parse_phone
from store.models import Account
from store.operations.people import add_phone
from store.operations.transaction import Done, Transaction, operation
from store.vocabulary import PhoneKind


@dataclass(frozen=True, slots=True)
class AccountDraft:
    """A company; ``size`` in employees, ``country`` an ISO code, ``zone`` an IANA name, ``phone`` its switchboard."""

    name: str
    domain: str = ""
    website: str = ""
    industry: str = ""
    size: int | None = None
    country: str = ""
    city: str = ""
    zone: str = ""
    phone: str = ""
    owner_id: int | None = None


@operation("add_account")
def add_account(tx: Transaction, draft: AccountDraft) -> Done:
    """Add a company; raises Refusal without a name, and where one of that name (legal form aside) is known."""
    limit = tx.rules.limits.name
    name = clean_line(draft.name, field="company", limit=limit)
    if not name:
        raise Refusal("Which company? Give its name.", "company")
    key = company_key(name)
    known = tx.store.value("SELECT name FROM account WHERE key = ? AND void = 0 AND merged_into_id IS NULL", (key,))
    if known is not None:
        raise Refusal(f"{known} is here already.", "company")
    if draft.size is not None and draft.size < 0:
        raise Refusal("A company cannot have fewer than no employees.", "size")
    account_id = tx.insert(
        Account,
        name=name,
        key=key,
        domain=clean_line(draft.domain, field="domain", limit=limit, joiners=False).casefold(),
        website=clean_line(draft.website, field="website", limit=limit, joiners=False),
        industry=clean_line(draft.industry, field="industry", limit=limit),
        size=draft.size,
        country=draft.country,
        city=clean_line(draft.city, field="city", limit=limit),
        zone=draft.zone,
        owner_id=draft.owner_id,
        created_at=tx.now,
    )
    if draft.phone.strip():
        phone = parse_phone(draft.phone, draft.country or tx.store.region, kind=PhoneKind.SWITCHBOARD)
        add_phone(tx, phone, account_id=account_id)
    return Done(tx.id, f"{name} added", made={"account_id": account_id})
