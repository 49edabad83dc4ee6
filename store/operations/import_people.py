"""Whom a row means, and what it adds to what is known of them: known facts are enriched, never impoverished.

See docs/model.md, "Intake".
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from store.intake.companies import company_key
from store.intake.mapping import AS_WRITTEN, OWN
from store.intake.phones import Phone as Number
from store.intake.phones import candidate_zones
from store.intake.rows import ContactRow
from store.models import Account, Contact, Email, Employment, Note, Phone, Row
from store.operations.import_known import Company, Known, Person, name_words, names_agree, own_number
from store.operations.transaction import Transaction
from store.vocabulary import PhoneKind, Pool, Reachability

NO_CALLS = "no calls"  # what a contact's consent says when calling alone is not wanted

# Addresses that belong to a function rather than to a person: they identify nobody by themselves.
_FUNCTIONS = frozenset(
    (
        *("admin", "billing", "contact", "enquiries", "hello", "help", "hr", "info", "jobs", "kontakt", "mail"),
        *("marketing", "office", "post", "reception", "sales", "service", "support", "team", "webmaster"),
    )
)
# Facts that newer data replaces; names and sources it only fills in.
_CHANGING = ("title", "seniority", "street", "city", "state", "postal_code", "country")
_WORKED_OUT = ("source", "zone")

Pending = defaultdict[type[Row], list[dict[str, Any]]]
"""Rows to be added at the end of the batch, by table."""


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom a row means: a person already known, or None; ``own`` when this very database wrote the row."""

    person: Person | None = None
    own: bool = False


class People:
    """Finds and makes the people and companies of one batch, and remembers what to write."""

    def __init__(self, tx: Transaction, known: Known, identity: str, near: list[tuple[int, str]]) -> None:
        self._tx = tx
        self._known = known
        self._identity = identity
        self._near = near
        self.pending: Pending = defaultdict(list)
        self._jobs: list[tuple[dict[str, Any], str]] = []

    # -- whom a row means ------------------------------------------------------------------------------------------

    def find(self, row: ContactRow) -> Meant:
        """By the other system's id, else e-mail, else number where the name fits, else name within the company.

        What several people share identifies none of them, but where their names differ.
        """
        if row.external_id:
            if (contact_id := self._known.by_record.get(row.external_id)) and (
                found := self._known.holders((contact_id,))
            ):
                return Meant(found[0])
            if own := self._own(row):
                return Meant(own, own=True)
        for email in row.emails:
            if person := self._by_email(row, email.key):
                return Meant(person)
        for number in row.phones:
            if person := self._by_number(row, number):
                return Meant(person)
        return Meant(self._by_name(row))

    def _own(self, row: ContactRow) -> Person | None:
        number = own_number(row.external_id or "")
        if number is None or not (row.external_id or "").endswith(f"@{self._identity}"):
            return None
        found = self._known.holders((number,))
        return found[0] if found and names_agree(found[0].name, row.name) else None

    def _by_email(self, row: ContactRow, key: str) -> Person | None:
        holders = self._known.holders(self._known.by_email.get(key, ()))
        if len(holders) == 1:
            (person,) = holders
            if names_agree(person.name, row.name):
                return person
            if key.partition("@")[0] in _FUNCTIONS or self._other_record(row, person):
                self._is_near(row, person, f"has {key} too")
                return None
            self._is_near(row, person, f"was taken for the same person by {key}, under another name")
            return person
        return self._one_of(row, holders, f"shares {key}")

    def _by_number(self, row: ContactRow, number: Number) -> Person | None:
        if not number.e164 or number.kind is PhoneKind.SWITCHBOARD or number.e164 in self._known.switchboards:
            return None
        holders = self._known.holders(self._known.by_number.get((number.e164, number.extension), ()))
        return self._one_of(row, holders, f"has the number {number.e164} too")

    def _by_name(self, row: ContactRow) -> Person | None:
        company, words = self._known.company(row), name_words(row.name)
        if company is None or len(words) < 2:
            return None
        holders = self._known.holders(self._known.by_name.get((company.id, words), ()))
        return self._one_of(row, holders, f"bears the same name at {company.row['name']}")

    def _one_of(self, row: ContactRow, holders: list[Person], how: str) -> Person | None:
        """The only one of several people whose name fits; the others are reported where nobody's does."""
        fitting = [each for each in holders if names_agree(each.name, row.name) and not self._other_record(row, each)]
        if len(fitting) == 1 and (len(holders) == 1 or name_words(fitting[0].name) == name_words(row.name)):
            return fitting[0]
        if holders:
            self._is_near(row, holders[0], how)
        return None

    def _other_record(self, row: ContactRow, person: Person) -> bool:
        """Whether the system that the row is from keeps this person under another id."""
        return bool(row.external_id and person.records and row.external_id not in person.records)

    def _is_near(self, row: ContactRow, person: Person, how: str) -> None:
        self._near.append((row.line, f"{row.name} {how}: {person.name}, contact {person.id}"))

    # -- what a row adds -------------------------------------------------------------------------------------------

    def add(self, row: ContactRow, *, worked: bool) -> Person:
        """A new person; ``worked`` puts them into the sales pool, else marketing has them."""
        person = Person({"id": self._tx.next_id(Contact), **_NOBODY}, written_at=self._tx.now)
        company = self._company(row)
        person.row.update(
            account_id=company.id if company else None,
            name=row.name,
            first_name=row.first_name,
            last_name=row.last_name,
            pool=Pool.SALES if worked else Pool.MARKETING,
            notes=_notes(row),
            custom=_as_text(dict(_custom(row, company))),
            created_at=min(row.created_at or self._tx.now, self._tx.now),
            **_facts(row),
        )
        if company:
            person.job = {"contact_id": person.id, "account_id": company.id, "title": row.title}
            self.pending[Employment].append(person.job)
        self._known.add_person(person)
        self._reach(row, person, company)
        return person

    def enrich(self, row: ContactRow, person: Person, *, own: bool = False) -> bool:
        """Add what the row knows and we do not, or knows later than we; returns whether there was anything.

        Of an ``own`` row, which an export of this database wrote, nothing is worked out that it does not say.
        """
        before, pending = dict(person.row), self._size()
        newer = row.updated_at is not None and row.updated_at > person.written_at
        for name, value in _facts(row).items():
            if value and (not person.row[name] or (newer and name in _CHANGING)) and not (own and name in _WORKED_OUT):
                person.row[name] = value
        company = self._known.company(row) if own else self._company(row)
        if company is not None and company.id != person.row["account_id"] and not own:
            self._employ(row, person, company, newer)
        self._keep_custom(row, person, company, newer)
        self._keep_notes(row, person)
        self._reach(row, person, company)
        return person.row != before or self._size() != pending

    def _size(self) -> int:
        return len(self._jobs) + sum(map(len, self.pending.values()))

    def write(self) -> None:
        """Write everything: companies first, people, then what hangs on them, then what changed of those known."""
        tx, known = self._tx, self._known
        tx.insert_many(Account, (each.row for each in known.companies.values() if each.stored is None))
        tx.insert_many(Contact, (each.row for each in known.people.values() if each.stored is None))
        for model in (Phone, Email, Employment, Note):
            tx.insert_many(model, self.pending[model])
        for job, ends in self._jobs:
            tx.update(Employment, job, ends=ends)
        for company in known.companies.values():
            if company.stored is not None:
                tx.update(Account, company.stored, **company.row)
        for person in known.people.values():
            if person.stored is not None:
                tx.update(Contact, person.stored, **person.row)

    def _company(self, row: ContactRow) -> Company | None:
        """The company of a row, made where it is new, else given what it lacks. An e-mail's domain alone makes none."""
        company = self._known.company(row)
        facts = {
            "domain": row.domain if row.domain_said else "",
            "website": row.website,
            "industry": row.industry,
            "size": row.company_size,
            "country": row.country_code or "",
            "state": row.state,
            "city": row.city,
        }
        if company is None and (row.company or row.domain_said):
            made = {"id": self._tx.next_id(Account), "name": row.company or row.domain, "created_at": self._tx.now}
            company = Company({**made, "key": company_key(row.company or row.domain), **facts})
            self._known.add_company(company)
        elif company is not None:
            company.row.update({name: value for name, value in facts.items() if value and not company.row[name]})
            if row.company and company.row["name"] == company.row["domain"]:  # known by its domain alone until now
                company.row.update(name=row.company, key=row.company_key)
            self._known.add_company(company)
        return company

    def _employ(self, row: ContactRow, person: Person, company: Company, newer: bool) -> None:
        """Let the person work there: from now on where the row is newer than what we know, else only if nowhere."""
        before = person.row["account_id"]
        if before is not None and not newer:
            return
        day = ""
        if before is not None:
            day = self._tx.today(row.updated_at)
            self._near.append((row.line, f"{row.name} changed company to {company.row['name']}: contact {person.id}"))
            self._end_job(person, before, day)
        if person.job is None:
            person.job = {"contact_id": person.id, "account_id": company.id, "title": row.title, "starts": day}
            self.pending[Employment].append(person.job)
        person.row["account_id"] = company.id
        self._known.add_person(person)

    def _end_job(self, person: Person, account_id: int, day: str) -> None:
        if person.job is None:
            self.pending[Employment].append({"contact_id": person.id, "account_id": account_id, "ends": day})
        elif "id" in person.job:
            self._jobs.append((person.job, day))
        else:
            person.job["ends"] = day
        person.job = None

    def _keep_custom(self, row: ContactRow, person: Person, company: Company | None, newer: bool) -> None:
        given = dict(_custom(row, company))
        kept: dict[str, str] = json.loads(person.row["custom"] or "{}")
        more = {name: value for name, value in given.items() if newer or name not in kept}
        if more.items() - kept.items():
            person.row["custom"] = _as_text({**kept, **more})

    def _keep_notes(self, row: ContactRow, person: Person) -> None:
        """Words beside words already there become a note in the person's stream; the same words are kept once."""
        words = _notes(row)
        if not person.row["notes"]:
            person.row["notes"] = words
        elif words and words not in person.row["notes"] and not self._noted(person, words):
            at = min(row.updated_at or self._tx.now, self._tx.now)
            note = {"contact_id": person.id, "user_id": self._tx.actor.user_id, "at": at, "text": words}
            self.pending[Note].append(note)

    def _noted(self, person: Person, words: str) -> bool:
        sql = "SELECT 1 FROM note WHERE contact_id = ? AND text = ? AND void = 0"
        return self._tx.store.value(sql, (person.id, words)) is not None

    def _reach(self, row: ContactRow, person: Person, company: Company | None) -> None:
        """Numbers, addresses, and by which of them the person does not want to be reached."""
        now = self._tx.now
        if row.do_not_call and not person.row["consent"]:
            person.row["consent"] = NO_CALLS
        for email in row.emails:
            if email.key not in person.emails:
                self._add_email(person, email.address, email.key)
        if row.opted_out_email and person.row["email_stopped_at"] is None:
            person.row["email_stopped_at"] = now
        for number in row.phones:
            if number.kind is PhoneKind.SWITCHBOARD and company is not None:
                if (number.digits, number.extension) not in company.numbers:
                    self.pending[Phone].append({"account_id": company.id, **_number(number, len(company.numbers))})
                    company.numbers.add((number.digits, number.extension))
                if number.e164:
                    self._known.switchboards.add(number.e164)
                if row.emails or len(row.phones) > 1:
                    continue  # it is the company's; the person's too only where nothing else reaches them
            if (number.digits, number.extension) not in person.numbers:
                self._add_number(person, number)

    def _add_email(self, person: Person, address: str, key: str) -> None:
        holders = self._known.holders(self._known.by_email[key])
        if any(each.row["suppressed_at"] or each.row["email_stopped_at"] for each in holders):
            person.row["email_stopped_at"] = person.row["email_stopped_at"] or self._tx.now  # the mailbox asked to stop
        position, state = len(person.emails), Reachability.UNKNOWN
        self.pending[Email].append(
            {"contact_id": person.id, "address": address, "folded": key, "state": state, "position": position}
        )
        person.emails.add(key)
        self._known.by_email[key].add(person.id)

    def _add_number(self, person: Person, number: Number) -> None:
        made = {"contact_id": person.id, **_number(number, len(person.numbers))}
        if person.row["consent"] == NO_CALLS:
            made["state"] = Reachability.BAD  # so that no call is ever offered
        self.pending[Phone].append(made)
        person.numbers.add((number.digits, number.extension))
        if number.e164:
            self._known.by_number[number.e164, number.extension].add(person.id)


_NOBODY: Mapping[str, Any] = {
    "account_id": None,
    "consent": "",
    "suppressed_at": None,
    "email_stopped_at": None,
    "bogus_at": None,
    "merged_into_id": None,
    "void": 0,
}


def _facts(row: ContactRow) -> dict[str, str]:
    """What a row says of the person in columns of their own."""
    facts = {name: getattr(row, name) for name in _CHANGING}
    zone = row.time_zone or next((" ".join(candidate_zones(each.e164)) for each in row.phones if each.e164), "")
    return {**facts, "country": row.country_code or row.country, "source": row.source, "zone": zone}


def _notes(row: ContactRow) -> str:
    return "\n\n".join(filter(None, (row.description, row.notes)))


def _as_text(custom: Mapping[str, str]) -> str:
    return json.dumps(custom, ensure_ascii=False, sort_keys=True) if custom else ""


def _custom(row: ContactRow, company: Company | None) -> Iterator[tuple[str, str]]:
    """What a row says beside our columns, by the name of its own."""
    for name, value in row.custom.items():
        yield (name.removesuffix(AS_WRITTEN) if row.system == OWN else name), value
    beside = {
        "LinkedIn": row.linkedin,
        "Lifecycle Stage": row.lifecycle,
        "Converted Opportunity ID": row.converted_opportunity_id,
        "Converted Account ID": row.converted_account_id,
    }
    if company is None:
        beside.update({"Company": row.company, "Website": row.website, "Industry": row.industry})
    yield from ((name, value) for name, value in beside.items() if value)


def _number(number: Number, position: int) -> dict[str, Any]:
    return {
        "written_as": number.raw,
        "e164": number.e164 or "",
        "digits": number.digits,
        "extension": number.extension,
        "kind": number.kind,
        "state": number.state,
        "position": position,
    }
