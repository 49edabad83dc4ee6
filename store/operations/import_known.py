"""What the database knows of the people and companies that a batch of rows may mean, read in a few questions.

Rows taken earlier in the batch are added, so that two rows of one person meet. See docs/model.md, "Intake".
"""

from __future__ import annotations

import json
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from store.database import Store
from store.instants import Instant
from store.intake.objects import RECORD_KEY
from store.intake.rows import ContactRow
from store.models import Account, Contact
from store.vocabulary import Outcome, Stage

RECORD, DIGEST = "record", "digest"  # kinds of external id: the other system's name of a person; a row's cells
_CROWD = 20  # people who share a number or address; of more not even the names are compared

_CONTACT = tuple(Contact._meta.columns)
_ACCOUNT = tuple(Account._meta.columns)


class AtBat(NamedTuple):
    """An earlier or present at bat of a person."""

    id: int
    open: int
    stage: Stage
    outcome: Outcome | None
    opened_at: Instant
    closed_at: Instant | None
    eligible_at: Instant | None
    imported: int = 1
    why: str = ""


@dataclass(slots=True)
class Company:
    """A company as it is going to be; ``stored`` is how it stands in the database, None for a new one."""

    row: dict[str, Any]
    stored: dict[str, Any] | None = None
    numbers: set[tuple[str, str]] = field(default_factory=set)

    @property
    def id(self) -> int:
        """Its key."""
        return int(self.row["id"])


@dataclass(slots=True)
class Person:
    """A contact as it is going to be; ``stored`` as it stands, None for a new one; ``written_at`` when that was.

    ``numbers`` are digits with extension, ``records`` what the file's system calls them, ``job`` the employment
    without an end.
    """

    row: dict[str, Any]
    stored: dict[str, Any] | None = None
    written_at: Instant = 0
    emails: set[str] = field(default_factory=set)
    numbers: set[tuple[str, str]] = field(default_factory=set)
    records: set[str] = field(default_factory=set)
    at_bats: list[AtBat] = field(default_factory=list)
    in_talks: bool = False
    job: dict[str, Any] | None = None

    @property
    def id(self) -> int:
        """Their key."""
        return int(self.row["id"])

    @property
    def name(self) -> str:
        """Their name."""
        return str(self.row["name"])


@lru_cache(maxsize=16_384)
def name_words(name: str) -> tuple[str, ...]:
    """The words of a name as they are compared: without case, accents and punctuation."""
    plain = "".join(
        letter for letter in unicodedata.normalize("NFKD", name.casefold()) if letter.isalnum() or letter == " "
    )
    return tuple(plain.split())


def names_agree(one: str, other: str) -> bool:
    """Whether two names may be one person's: each word of the shorter is in the longer, or is an initial of one."""
    few, many = sorted((name_words(one), name_words(other)), key=len)
    return all(any(a == b or (min(len(a), len(b)) == 1 and a[0] == b[0]) for b in many) for a in few)


class KnownCompanies:
    """The companies a batch may mean, by name without legal form and by domain."""

    def __init__(self, store: Store, keys: Iterable[str], domains: Iterable[str]) -> None:
        self._store = store
        self.by_key: dict[str, Company] = {}
        self.by_domain: dict[str, Company] = {}
        self.companies: dict[int, Company] = {}
        self._read_companies(
            self._ask(_COMPANIES, json.dumps(sorted(set(keys))), json.dumps(sorted(set(domains) - {""})))
        )

    def add_company(self, company: Company) -> None:
        """Let later rows find a company by its name and domain."""
        self.companies[company.id] = company
        self.by_key.setdefault(company.row["key"], company)
        if company.row["domain"]:
            self.by_domain.setdefault(company.row["domain"], company)

    def more(self, ids: Iterable[int]) -> None:
        """Read these companies too."""
        self._read_companies(self._ask(_COMPANIES_BY_ID, _list(ids)))

    def _read_companies(self, found: Iterable[tuple[Any, ...]]) -> None:
        stored = [dict(zip(_ACCOUNT, values, strict=True)) for values in found]
        while missing := {each["merged_into_id"] for each in stored} - {each["id"] for each in stored} - {None}:
            stored += [
                dict(zip(_ACCOUNT, values, strict=True)) for values in self._ask(_COMPANIES_BY_ID, _list(missing))
            ]
        by_id = {each["id"]: each for each in stored}
        for each in stored:
            survivor = each
            while survivor["merged_into_id"] is not None:
                survivor = by_id[survivor["merged_into_id"]]
            if survivor["void"]:
                continue
            company = self.companies.setdefault(survivor["id"], Company(dict(survivor), survivor))
            self.by_key.setdefault(each["key"], company)
            if each["domain"]:
                self.by_domain.setdefault(each["domain"], company)
        for account_id, digits, extension in self._ask(_THEIR_NUMBERS, _list(self.companies)):
            self.companies[account_id].numbers.add((digits, extension))

    def _ask(self, sql: str, *params: str) -> Iterable[tuple[Any, ...]]:
        return self._store.connection.execute(sql, params)


class Known(KnownCompanies):
    """The people and companies a batch may mean, by everything that may identify them."""

    def __init__(
        self,
        store: Store,
        system: str,
        rows: Sequence[ContactRow],
        keys: Iterable[str] = (),
        ids: Iterable[int] = (),
    ) -> None:
        super().__init__(store, (row.company_key for row in rows if row.company), (row.domain for row in rows))
        self._system = system
        self.people: dict[int, Person] = {}
        self.by_record: dict[str, int] = {}
        self.by_email: defaultdict[str, set[int]] = defaultdict(set)
        self.by_number: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        self.by_name: defaultdict[tuple[int, tuple[str, ...]], set[int]] = defaultdict(set)
        self.switchboards: set[str] = set()
        self._read_people(rows, keys, ids)

    def company(self, row: ContactRow) -> Company | None:
        """The known company a row names: by name without legal form, else by a domain that a column names.

        The domain of an e-mail address alone is enough where the row names no company.
        """
        if row.company_key and (found := self.by_key.get(row.company_key)):
            return found
        if row.domain and (row.domain_said or not row.company):
            return self.by_domain.get(row.domain)
        return None

    def named(self, key: str) -> list[Person]:
        """The people whom the key of another row names: more than one where they share an address."""
        if key.startswith(RECORD_KEY):
            contact_id = self.by_record.get(key.removeprefix(RECORD_KEY))
            return [] if contact_id is None else self.holders((contact_id,))
        return self.holders(self.by_email.get(key, ()))

    def holders(self, ids: Collection[int]) -> list[Person]:
        """The people with these keys, those merged into others as the survivors, each once; of a crowd nobody."""
        found: dict[int, Person] = {}
        if len(ids) > _CROWD:
            return []
        for contact_id in ids:
            person = self.people.get(contact_id)
            while person is not None and person.row["merged_into_id"] is not None:
                person = self.people.get(person.row["merged_into_id"])
            if person is not None and not person.row["void"]:
                found[person.id] = person
        return list(found.values())

    def add_person(self, person: Person) -> None:
        """Let later rows find a person by their name in the company; numbers and addresses are added one by one."""
        self.people[person.id] = person
        if person.row["account_id"] is not None:
            self.by_name[person.row["account_id"], name_words(person.name)].add(person.id)

    # -- reading ---------------------------------------------------------------------------------------------------

    def _read_people(self, rows: Sequence[ContactRow], keys: Iterable[str], ids: Iterable[int]) -> None:
        """Whom the rows may mean, and whom the keys of other rows name: addresses, and ids behind a mark."""
        named = set(keys)
        records = {row.external_id for row in rows if row.external_id}
        records |= {key.removeprefix(RECORD_KEY) for key in named if key.startswith(RECORD_KEY)}
        self.by_record.update(self._ask(_BY_RECORD, _list(records), self._system))
        own = set(filter(None, map(own_number, records)))
        addresses = named | {email.key for row in rows for email in row.emails}
        for folded, contact_id in self._ask(_BY_EMAIL, _list(addresses)):
            self.by_email[folded].add(contact_id)
        numbers = {phone.e164 for row in rows for phone in row.phones if phone.e164}
        for e164, extension, contact_id in self._ask(_BY_NUMBER, _list(numbers)):
            if contact_id is None:
                self.switchboards.add(e164)
            else:
                self.by_number[e164, extension].add(contact_id)
        names = {name_words(row.name) for row in rows}
        for contact_id, account_id, name in self._ask(_BY_ACCOUNT, _list(self.companies)):
            if (words := name_words(name)) in names:
                self.by_name[account_id, words].add(contact_id)
        groups = (*self.by_email.values(), *self.by_number.values(), *self.by_name.values())
        meant = {contact_id for group in groups if len(group) <= _CROWD for contact_id in group}
        self._read_each(meant | set(self.by_record.values()) | own | set(ids))

    def _read_each(self, ids: set[int]) -> None:
        wanted = ids
        while wanted:
            for written_at, *values in self._ask(_PEOPLE, _list(wanted)):
                stored = dict(zip(_CONTACT, values, strict=True))
                self.people[stored["id"]] = Person(dict(stored), stored, written_at)
            survivors = {person.row["merged_into_id"] for person in self.people.values()} - {None}
            wanted = survivors - self.people.keys() - wanted
        everybody = _list(self.people)
        for contact_id, folded in self._ask(_EMAILS_OF, everybody):
            self.people[contact_id].emails.add(folded)
        for contact_id, digits, extension in self._ask(_NUMBERS_OF, everybody):
            self.people[contact_id].numbers.add((digits, extension))
        for contact_id, value in self._ask(_RECORDS_OF, everybody, self._system):
            self.people[contact_id].records.add(value)
        for contact_id, *at_bat in self._ask(_AT_BATS_OF, everybody):
            self.people[contact_id].at_bats.append(AtBat(*at_bat))
        for (contact_id,) in self._ask(_IN_TALKS, everybody):
            self.people[contact_id].in_talks = True
        for job in self._ask(_JOBS_OF, everybody):
            self.people[job[1]].job = dict(zip(("id", "contact_id", "account_id", "ends"), job, strict=True))


def own_number(record: str) -> int | None:
    """The contact's key in ``17@4f6a…``, which is how a database of this program names its people in an export."""
    number, at, _ = record.partition("@")
    return int(number) if at and number.isascii() and number.isdigit() and len(number) < 16 else None


def seen_before(store: Store, system: str, digests: Iterable[str], entities: Sequence[str] = ("contact",)) -> set[str]:
    """Those of these digests whose row was taken before, as one of these entities."""
    return {value for (value,) in store.connection.execute(_SEEN, (_list(digests), system, _list(entities)))}


def by_record(store: Store, system: str, values: Iterable[str], entities: Sequence[str]) -> dict[str, tuple[str, int]]:
    """The entity and key of those that the other system calls so."""
    found = store.connection.execute(_RECORDS, (_list(values), system, _list(entities)))
    return {value: (entity, entity_id) for value, entity, entity_id in found}


def _list(values: Iterable[Any]) -> str:
    return json.dumps(list(values))


_AMONG = "IN (SELECT value FROM json_each(?1))"
_SEEN = f"""
SELECT e.value FROM json_each(?1) j CROSS JOIN external_id e
WHERE e.source = ?2 AND e.kind = '{DIGEST}' AND e.value = j.value
  AND e.entity IN (SELECT value FROM json_each(?3))"""
_RECORDS = f"""
SELECT e.value, e.entity, e.entity_id FROM json_each(?1) j CROSS JOIN external_id e
WHERE e.source = ?2 AND e.kind = '{RECORD}' AND e.value = j.value
  AND e.entity IN (SELECT value FROM json_each(?3))"""
_BY_RECORD = f"""
SELECT e.value, e.entity_id FROM json_each(?1) j CROSS JOIN external_id e
WHERE e.source = ?2 AND e.kind = '{RECORD}' AND e.value = j.value AND e.entity = 'contact'"""
_BY_EMAIL = "SELECT folded, contact_id FROM email WHERE void = 0 AND folded " + _AMONG
_BY_NUMBER = "SELECT e164, extension, contact_id FROM phone WHERE void = 0 AND e164 <> '' AND e164 " + _AMONG
_BY_ACCOUNT = "SELECT id, account_id, name FROM contact WHERE void = 0 AND account_id " + _AMONG
_COMPANIES = f"""
SELECT {", ".join(_ACCOUNT)} FROM account WHERE void = 0 AND key {_AMONG}
UNION SELECT {", ".join(_ACCOUNT)} FROM account
WHERE void = 0 AND domain <> '' AND domain IN (SELECT value FROM json_each(?2)) ORDER BY id"""
_COMPANIES_BY_ID = f"SELECT {', '.join(_ACCOUNT)} FROM account WHERE id {_AMONG}"
_THEIR_NUMBERS = "SELECT account_id, digits, extension FROM phone WHERE void = 0 AND account_id " + _AMONG
_PEOPLE = f"""
SELECT o.at, {", ".join(f"c.{name}" for name in _CONTACT)} FROM contact c JOIN operation o ON o.id = c.written_id
WHERE c.id {_AMONG}"""
_EMAILS_OF = "SELECT contact_id, folded FROM email WHERE void = 0 AND contact_id " + _AMONG
_NUMBERS_OF = "SELECT contact_id, digits, extension FROM phone WHERE void = 0 AND contact_id " + _AMONG
_RECORDS_OF = f"""
SELECT entity_id, value FROM external_id
WHERE entity = 'contact' AND source = ?2 AND kind = '{RECORD}' AND entity_id {_AMONG}"""
_AT_BATS_OF = f"""
SELECT contact_id, id, open, stage, outcome, opened_at, closed_at, eligible_at, imported, why FROM lead
WHERE void = 0 AND contact_id {_AMONG} ORDER BY contact_id, number"""
_IN_TALKS = f"""
SELECT DISTINCT l.contact_id FROM lead l JOIN conversion c ON c.lead_id = l.id AND c.void = 0 AND c.reversed_at IS NULL
JOIN opportunity o ON o.id = c.opportunity_id
WHERE o.open = 1 AND o.rejected_at IS NULL AND l.contact_id {_AMONG}"""
_JOBS_OF = f"""
SELECT id, contact_id, account_id, ends FROM employment WHERE ends = '' AND void = 0 AND contact_id {_AMONG}"""
