"""Whom something that came in is from, and what it adds to what is known of them.

People are recognised as an import recognises them (``store.operations.import_people``). What is known is filled in
and kept up to date field by field, never overwritten by what is older or empty. See docs/model.md, "Intake of
signals".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from store.errors import Refusal
from store.instants import Instant
from store.intake.cells import ContactReader
from store.intake.clean import clean_line
from store.intake.mapping import FIELDS, GENERIC, preset
from store.intake.people import parse_email
from store.intake.phones import parse_phone
from store.intake.rows import Column, ContactRow, Defaults, Reject
from store.models import Contact, ExternalId
from store.operations.import_known import RECORD, Known, Person
from store.operations.import_people import People
from store.operations.transaction import Transaction

_CHANGING = ("title", "seniority", "street", "city", "state", "postal_code")
_KEPT = ("title", "seniority", "website", "industry", "company_size", "street", "city", "state", "postal_code")
ENRICHING = (*_KEPT, "country", "time_zone", "linkedin", "phone_direct", "phone_mobile", "phone_home", "phone_other")
"""The fields that a signal may bring along for the person or the company, by the names an import knows them."""


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody as what came in names them; ``record`` is what ``system`` calls them, ``fields`` are of ENRICHING."""

    name: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    company: str = ""
    domain: str = ""
    system: str = ""
    record: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recognised:
    """A contact, known or ``new``; ``near`` names others who may be the same, for somebody to look at."""

    contact_id: int
    new: bool
    near: tuple[str, ...] = ()


def recognise(tx: Transaction, who: Who, source: str, at: Instant) -> Recognised:
    """Find the person meant, or add them, and take in what this tells of them as of ``at``.

    Raises Refusal saying what is missing: a name, an e-mail or phone, a source. Whoever is known by their address or
    number alone has a name already.
    """
    row = _row(tx, who, source)
    near: list[tuple[int, str]] = []
    known = Known(tx.store, row.system, [row])
    people = People(tx, known, "", near)
    person = people.find(row).person
    new = person is None
    if person is None:
        person = people.add(row, worked=False)
    else:
        people.enrich(row, person)
        _doubt_company(known, row, person, near)
    people.write()
    if not new:
        renew(tx, person.id, row, at)
    if row.external_id and row.external_id not in known.by_record:
        known_by = {"source": row.system, "kind": RECORD, "value": row.external_id}
        tx.insert_many(ExternalId, [{**known_by, "entity": "contact", "entity_id": person.id}])
    return Recognised(person.id, new, tuple(sentence for _, sentence in near))


def enrich(tx: Transaction, contact_id: int, who: Who, source: str, at: Instant) -> None:
    """Take in what is told of somebody who was chosen by hand; nothing where it names no fact."""
    if not who.fields:
        return
    sql = "SELECT {0} FROM {1} WHERE contact_id = ? AND void = 0 ORDER BY position, id LIMIT 1"
    email = tx.store.value(sql.format("address", "email"), (contact_id,)) or ""
    phone = tx.store.value(sql.format("written_as", "phone"), (contact_id,)) or ""
    if email or phone:
        name = str(tx.get(Contact, contact_id)["name"])
        row = _row(tx, Who(name, email=who.email or email, phone=who.phone or phone, fields=who.fields), source)
        known = Known(tx.store, row.system, [row], ids=(contact_id,))
        people = People(tx, known, "", [])
        people.enrich(row, known.people[contact_id])
        people.write()
        renew(tx, contact_id, row, at)


def renew(tx: Transaction, contact_id: int, row: ContactRow, at: Instant) -> None:
    """Overwrite facts of a person that change in a life, each where what is known of it is older than ``at``."""
    contact = tx.get(Contact, contact_id)
    told = {name: getattr(row, name) for name in _CHANGING} | {"country": row.country_code or row.country}
    changed = {
        name: value
        for name, value in told.items()
        if value and value != contact[name] and _known_since(tx, contact_id, name) < at
    }
    if changed:
        tx.update(Contact, contact, **changed)


def _known_since(tx: Transaction, contact_id: int, column: str) -> Instant:
    """As of when a fact is known: when the signal happened that told it, else when it was written down."""
    row = tx.store.row(_WRITTEN, (contact_id, column))
    if row is None:
        return 0
    written_at, operation_id, kind = row
    if kind == "receive_signal" and (at := tx.store.value(_TOLD_BY, (operation_id,))) is not None:
        return int(at)
    return int(written_at)


_WRITTEN = """
SELECT o.at, o.id, o.kind FROM change c JOIN operation o ON o.id = c.operation_id
WHERE c.entity = 'contact' AND c.entity_id = ? AND c."column" IN (?, '+') ORDER BY c.id DESC LIMIT 1"""
_TOLD_BY = """
SELECT s.at FROM change c JOIN signal s ON s.id = c.entity_id
WHERE c.operation_id = ? AND c.entity = 'signal' AND c."column" = '+' LIMIT 1"""


def _doubt_company(known: Known, row: ContactRow, person: Person, near: list[tuple[int, str]]) -> None:
    """Say so where somebody is said to work elsewhere: a word from outside moves nobody."""
    company = known.company(row)
    if row.company and company is not None and company.id != person.row["account_id"]:
        near.append((0, f"{person.name} is said to work at {company.row['name']}: contact {person.id}"))


def _row(tx: Transaction, who: Who, source: str) -> ContactRow:
    unknown = sorted(set(who.fields) - set(ENRICHING))
    if unknown:
        raise Refusal(f"“{unknown[0]}” is no field of a person: use one of {', '.join(ENRICHING)}.", unknown[0])
    cells = {
        "full_name": "" if who.first_name or who.last_name else who.name or _name_known(tx, who),
        "first_name": who.first_name,
        "last_name": who.last_name,
        "email": who.email,
        "phone": who.phone,
        "company": who.company,
        "domain": who.domain,
        "external_id": who.record,
        "source": source,
        **who.fields,
    }
    assert set(cells) <= FIELDS
    given = [(name, value) for name, value in cells.items() if value]
    columns = [Column(number, name.replace("_", " "), name) for number, (name, _) in enumerate(given)]
    system = who.system or source
    reader = ContactReader(columns, preset(GENERIC), Defaults(tx.store.region, tx.store.zone, source, system))
    row = reader.read(0, [value for _, value in given])
    if isinstance(row, Reject):
        if row.field:  # what is wrong with one value is a sentence of its own
            raise Refusal(row.reason, row.field)
        about = "name" if row.reason.startswith("no name") else "phone" if who.phone and not who.email else "email"
        raise Refusal(f"A signal needs a name and an e-mail or phone: {row.reason.rstrip('.')}.", about)
    return row


def _name_known(tx: Transaction, who: Who) -> str:
    """The name of the only person known by this address or number; empty where there is none, or more than one."""
    keys: Mapping[str, Any] = {"email": "", "phone": ""}
    try:
        email = clean_line(who.email, field="email", joiners=False)
        phone = clean_line(who.phone, field="phone", joiners=False)
        keys = {
            "email": parse_email(email).key if email else "",
            "phone": (parse_phone(phone, tx.store.region).e164 or "") if phone else "",
        }
    except Refusal:
        pass
    found = tx.store.rows(_BY_EMAIL, (keys["email"],)) if keys["email"] else []
    if not found and keys["phone"]:
        found = tx.store.rows(_BY_PHONE, (keys["phone"],))
    return str(found[0][0]) if len(found) == 1 else ""


_BY_EMAIL = """
SELECT DISTINCT c.name, c.id FROM email e JOIN contact c ON c.id = e.contact_id
WHERE e.folded = ? AND e.void = 0 AND c.void = 0"""
_BY_PHONE = """
SELECT DISTINCT c.name, c.id FROM phone p JOIN contact c ON c.id = p.contact_id
WHERE p.e164 = ? AND p.void = 0 AND c.void = 0"""
