"""People and companies: finding the one meant, adding a new one, their numbers and addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from store.errors import Refusal
from store.intake.clean import clean_line
from store.intake.companies import company_key
from store.intake.people import parse_email
from store.intake.phones import Phone as Parsed
from store.intake.phones import candidate_zones, parse_phone
from store.lead_state import LeadState
from store.models import Account, Contact, Email, LeadContact, Phone
from store.operations.at_bat import advance, require_open, spoken_name, take_up, why_no_new
from store.operations.transaction import Done, Transaction, operation
from store.rules.closing import NewPerson
from store.vocabulary import Pool, Reachability, Role

_FEWEST_DIGITS = 7  # of a number that is not known to be one: shorter ones are extensions or slips


@dataclass(frozen=True, slots=True)
class PersonDraft:
    """A person who joins the buying group of an at bat: one already known, or a new one."""

    lead_id: int
    role: Role
    seen: int | None = None
    contact_id: int | None = None
    person: NewPerson | None = None
    primary: bool = False


@operation("add_person")
def add_person(tx: Transaction, draft: PersonDraft) -> Done:
    """Add a person with a role to an at bat; for an at bat on a company alone the first becomes its primary.

    Raises Refusal when the person is there already, has no name, or has an open at bat and would become primary.
    """
    lead = take_up(tx, draft.lead_id, draft.seen)
    require_open(lead, tx)
    contact_id = draft.contact_id
    if contact_id is None:
        if draft.person is None or not draft.person.name:
            raise Refusal("Who is it? Give at least a name.", "name")
        contact_id = match_contact(tx, draft.person, lead.account_id)
        if contact_id is None:
            contact_id = add_contact(tx, draft.person, account_id=lead.account_id, source=lead.source)
    contact = tx.get(Contact, contact_id)
    if any(row["contact_id"] == contact_id for row in tx.find(LeadContact, lead_id=lead.id, void=0)):
        raise Refusal(f"{contact['name']} is on this at bat already.", "name")
    primary = lead.contact_id is None
    if primary:
        if tx.store.value("SELECT 1 FROM lead WHERE contact_id = ? AND open = 1", (contact_id,)):
            raise Refusal(f"{contact['name']} has an open at bat: close this one as a duplicate of it.", "name")
        if why := why_no_new(tx, contact_id):
            raise Refusal(why, "name")
    advance(tx, lead, join(tx, lead, contact_id, draft.role))
    company = "" if primary else f" to {spoken_name(tx, lead)}'s at bat"
    return tx.done(f"{contact['name']} added{company}: {draft.role.label}", made={"contact_id": contact_id})


def join(tx: Transaction, lead: LeadState, contact_id: int, role: Role) -> dict[str, Any]:
    """Add a person to the buying group; where nobody is known yet they become primary: what this changes of it."""
    primary = lead.contact_id is None
    group = {"lead_id": lead.id, "contact_id": contact_id, "role": role, "is_primary": int(primary)}
    tx.insert(LeadContact, **group, added_at=tx.now)
    if not primary:
        return {}
    number = tx.store.value("SELECT count(*) FROM lead WHERE contact_id = ? AND void = 0", (contact_id,)) + 1
    return {"contact_id": contact_id, "number": number}


def match_contact(tx: Transaction, person: NewPerson, account_id: int | None) -> int | None:
    """The known contact a description means, or None; a value two people share identifies nobody.

    E-mail first, then a phone number where the name does not contradict, then the name inside the company.
    """
    if person.email:
        folded = parse_email(person.email).key
        found = tx.store.rows("SELECT DISTINCT contact_id FROM email WHERE folded = ? AND void = 0", (folded,))
        if len(found) == 1:
            return int(found[0][0])
    if person.phone:
        e164 = parse_phone(person.phone, tx.store.region).e164
        if e164:
            found = tx.store.rows(
                "SELECT DISTINCT c.id, c.name FROM phone p JOIN contact c ON c.id = p.contact_id"
                " WHERE p.e164 = ? AND p.void = 0 AND c.void = 0",
                (e164,),
            )
            if len(found) == 1 and _agrees(found[0][1], person.name):
                return int(found[0][0])
    if account_id is not None and person.name:
        found = tx.store.rows(
            "SELECT id FROM contact WHERE account_id = ? AND name = ? AND void = 0", (account_id, person.name)
        )
        if len(found) == 1:
            return int(found[0][0])
    return None


def _agrees(known: str, given: str) -> bool:
    return not given or known.casefold() == given.casefold()


def add_contact(tx: Transaction, person: NewPerson, *, account_id: int | None, source: str) -> int:
    """Add a person with their number and address; raises Refusal without a name."""
    limit = tx.rules.limits.name
    first = clean_line(person.first_name, field="first_name", limit=limit)
    last = clean_line(person.last_name, field="last_name", limit=limit)
    name = f"{first} {last}".strip()
    if not name:
        raise Refusal("Who is it? Give at least a name.", "name")
    phone = dialable(person.phone, tx.store.region, limit) if person.phone.strip() else None
    zones = candidate_zones(phone.e164) if phone and phone.e164 else ()
    contact_id = tx.insert(
        Contact,
        account_id=account_id,
        name=name,
        first_name=first,
        last_name=last,
        title=clean_line(person.title, field="title", limit=limit),
        zone=" ".join(zones),
        pool=Pool.SALES,
        source=source,
        created_at=tx.now,
    )
    if phone is not None:
        add_phone(tx, phone, contact_id=contact_id)
    if person.email.strip():
        add_email(tx, person.email, contact_id)
    return contact_id


def dialable(text: str, region: str, limit: int) -> Parsed:
    """A number typed by hand, which somebody must be able to dial; raises Refusal for anything else."""
    phone = parse_phone(clean_line(text, field="phone", limit=limit, joiners=False), region)
    if phone.e164 is None and len(phone.digits) < _FEWEST_DIGITS:
        raise Refusal(f"“{text.strip()[:40]}” is no phone number: write it like +1 503 555 0142.", "phone")
    return phone


def add_phone(
    tx: Transaction, phone: Parsed, *, contact_id: int | None = None, account_id: int | None = None, position: int = 0
) -> int:
    """Add a parsed number to a person or a company."""
    return tx.insert(
        Phone,
        contact_id=contact_id,
        account_id=account_id,
        written_as=phone.raw,
        e164=phone.e164 or "",
        digits=phone.digits,
        extension=phone.extension,
        kind=phone.kind,
        state=phone.state,
        position=position,
    )


def add_email(tx: Transaction, address: str, contact_id: int, position: int = 0) -> int:
    """Add an address to a person; raises Refusal for what is no address."""
    parsed = parse_email(address)
    return tx.insert(
        Email,
        contact_id=contact_id,
        address=parsed.address,
        folded=parsed.key,
        state=Reachability.UNKNOWN,
        position=position,
    )


def find_or_add_account(tx: Transaction, name: str, *, domain: str = "", website: str = "") -> int:
    """The company of this name (legal form aside) or domain; added where there is none."""
    name = clean_line(name, field="company", limit=tx.rules.limits.name)
    if not name:
        raise Refusal("Which company? Give its name.", "company")
    key = company_key(name)
    row = tx.store.row("SELECT id FROM account WHERE key = ? AND void = 0 AND merged_into_id IS NULL", (key,))
    if row is None and domain:
        row = tx.store.row("SELECT id FROM account WHERE domain = ? AND void = 0 AND merged_into_id IS NULL", (domain,))
    if row is not None:
        return int(row[0])
    return tx.insert(Account, name=name, key=key, domain=domain, website=website, created_at=tx.now)
