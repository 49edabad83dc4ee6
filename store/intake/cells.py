"""From the cells of one record to a contact, column by column."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import blake2b
from zoneinfo import ZoneInfo, available_timezones

from store.errors import Refusal
from store.intake import people, phones
from store.intake.clean import NAME_LIMIT, NOTE_LIMIT, clean_line, clean_note
from store.intake.companies import company_key, mail_domain, site_domain
from store.intake.countries import country_code, only_zone
from store.intake.dates import When, parse_when
from store.intake.mapping import (
    DATE_FIELDS,
    EMAIL_FIELDS,
    FLAG_FIELDS,
    ID_FIELDS,
    IGNORED,
    NOTE_FIELDS,
    PHONE_FIELDS,
    Mapping,
)
from store.intake.people import Email
from store.intake.phones import Phone
from store.intake.rejects import unsafe_cell
from store.intake.rows import Column, ContactRow, Defaults, Reject

_EMPTY = frozenset(("-", "--", "n/a", "#n/a", "(blank)", "(not set)", "[not provided]"))
EMPTY_VALUES = _EMPTY | {"null", "<null>", "none", "nan", "undefined", "\\n"}  # but people are called Null and None
_NAMES = frozenset(("first_name", "last_name", "full_name"))
_LIMITS = {"website": 2_000, "linkedin": 2_000, "domain": 2_000}
_ADDRESS_CELL = 2_000  # an e-mail or phone cell may hold several
_NULL_ID = re.compile(r"0{15}(?:AAA)?")
_YES = frozenset(("1", "1.0", "true", "t", "yes", "y", "x", "on", "wahr", "ja", "oui", "vrai", "si", "sí", "da"))
_SIZE = re.compile(
    r"(?:over|more than|about)?[<>~≥\s]*(\d{1,3}(?:[., ]\d{3})+|\d+)(?:\.\d{1,2})?\s*(k)?(?![\w.])", re.I
)
_LARGEST_COMPANY = 10_000_000


class ContactReader:
    """Makes contacts of records whose columns are understood as ``columns`` say."""

    def __init__(self, columns: Sequence[Column], mapping: Mapping, defaults: Defaults) -> None:
        self._columns = [(each, _taker(each.field)) for each in columns if each.field != IGNORED]
        self._system = defaults.system or mapping.system
        self._source = defaults.source or mapping.source
        self._region = mapping.region or defaults.region
        self._stamp_zone = mapping.zone or defaults.zone
        self._zone = defaults.zone
        self._day_first = bool(defaults.day_first)

    def read(self, line: int, cells: Sequence[str]) -> ContactRow | Reject:
        """The contact of one record, or why there is none; ``cells`` has one for every column."""
        draft = _Draft(self)
        try:
            for column, take in self._columns:
                cell = cells[column.position]
                if cell and not cell.isspace():
                    take(draft, column, unsafe_cell(cell))
            draft.read_phones()
        except Refusal as refusal:
            return Reject(line, refusal.sentence, tuple(cells), refusal.field)
        reason = draft.unfit()
        return Reject(line, reason, tuple(cells)) if reason else draft.contact(line, cells)

    @property
    def system(self) -> str:
        """Where the rows come from, as external ids name it."""
        return self._system

    def source(self, draft: _Draft) -> str:
        """The row's own source, else the one given for the file, else the system's."""
        return draft.text("source") or self._source

    def when(self, text: str) -> When | None:
        """The instant of a cell. A day alone is the team's; only stamps a machine wrote are in the system's zone."""
        zone = self._stamp_zone if text[:4].isdigit() else self._zone
        found = parse_when(text, zone, day_first=self._day_first)
        if found and found.date_only and zone != self._zone:
            return parse_when(text, self._zone, day_first=self._day_first)
        return found

    def phone_regions(self, country: str) -> tuple[str, ...]:
        """Whose numbering plan holds for a number without its country code; see ``phones.regions``."""
        return phones.regions(country, self._region)


class _Draft:
    """What the cells of one row have told so far."""

    __slots__ = (
        "custom",
        "dates",
        "emails",
        "flags",
        "notices",
        "phone_cells",
        "phones",
        "reader",
        "size",
        "texts",
        "zone",
    )

    def __init__(self, reader: ContactReader) -> None:
        self.reader = reader
        self.texts: dict[str, str] = {}
        self.dates: dict[str, When] = {}
        self.flags: set[str] = set()
        self.emails: list[Email] = []
        self.phone_cells: list[tuple[Column, str]] = []
        self.phones: list[Phone] = []
        self.size: int | None = None
        self.zone: str | None = None
        self.custom: dict[str, str] = {}
        self.notices: list[tuple[str, str]] = []

    def text(self, name: str) -> str:
        return self.texts.get(name, "")

    def put(self, column: Column, value: str) -> None:
        """The first column that speaks of a field decides; what another says differently is kept beside it."""
        field = column.field or ""
        if self.texts.setdefault(field, value) != value:
            self.custom[column.header] = value

    def keep(self, column: Column, value: str, what: str) -> None:
        """A value that could not be understood, kept as a custom field with a notice."""
        self.custom[column.header] = clean_note(value, field=column.header)
        self.doubt(column, value, f"is no {what}", "kept as a custom field")

    def doubt(self, column: Column, value: str, why: str, kept: str) -> None:
        """Say what is wrong with a value, and what becomes of it where the row is taken."""
        self.notices.append((f"{column.header}: “{value[:60]}” {why}", kept))

    def unfit(self) -> str:
        """Why this row makes no contact, or ""."""
        missing = []
        if not any(self.text(name) for name in _NAMES):
            missing.append("name")
        if not self.emails and not self.phones:
            missing.append("e-mail or phone")
        if not self.reader.source(self):
            missing.append("source")
        if "deleted" in self.flags:
            return f"deleted in {self.reader.system}"
        if merged := self.text("merged_into_id"):
            return f"merged into {merged} in {self.reader.system}"
        wrong = "; ".join(sentence for sentence, _ in self.notices)
        why = f" ({wrong})" if "e-mail or phone" in missing and wrong else ""
        return f"no {' and no '.join(missing)}{why}" if missing else ""

    def contact(self, line: int, cells: Sequence[str]) -> ContactRow:
        text = self.text
        first, last = text("first_name"), text("last_name")
        if not first and not last:
            first, last = people.split_name(text("full_name"))
            name = text("full_name")
        else:
            name = f"{first} {last}".strip()
        country = country_code(text("country")) if text("country") else None
        company, said_domain = text("company"), self._said_domain()
        domain = said_domain or self._mail_domain()
        if company.casefold() == name.casefold() and not (text("domain") or text("website")):
            company = domain = ""  # a private person, listed as their own company
        created, updated = self.dates.get("created_at"), self.dates.get("updated_at")
        converted = self.dates.get("converted_at")
        return ContactRow(
            line=line,
            system=self.reader.system,
            external_id=self.texts.get("external_id"),
            digest=blake2b("\x1f".join(cells).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest(),
            name=name,
            first_name=first,
            last_name=last,
            title=text("title"),
            seniority=text("seniority"),
            emails=tuple(self.emails),
            phones=tuple(self.phones),
            linkedin=text("linkedin"),
            company=company,
            company_key=company_key(company) if company else "",
            domain=domain,
            domain_said=bool(said_domain),
            website=text("website"),
            industry=text("industry"),
            company_size=self.size,
            street=text("street"),
            city=text("city"),
            state=text("state"),
            postal_code=text("postal_code"),
            country=text("country"),
            country_code=country,
            time_zone=self.zone or self._phone_zone() or (only_zone(country) if country else None),
            status=text("status"),
            lifecycle=text("lifecycle"),
            owner=text("owner"),
            source=self.reader.source(self),
            campaign=text("campaign"),
            created_at=created.at if created else None,
            created_date_only=created is not None and created.date_only,
            updated_at=updated.at if updated else None,
            updated_date_only=updated is not None and updated.date_only,
            description=text("description"),
            notes=text("notes"),
            opted_out_email="opted_out_email" in self.flags,
            do_not_call="do_not_call" in self.flags,
            do_not_contact="do_not_contact" in self.flags,
            converted="converted" in self.flags,
            converted_at=converted.at if converted else None,
            converted_opportunity_id=self.texts.get("converted_opportunity_id"),
            converted_account_id=self.texts.get("converted_account_id"),
            custom=self.custom,
            notices=tuple(f"{sentence}, {kept}" for sentence, kept in self.notices),
        )

    def read_phones(self) -> None:
        """Understand the numbers, now that every cell has told: the country says whose they are."""
        country = self.text("country")
        regions = self.reader.phone_regions(country)
        seen: set[tuple[str, str]] = set()
        for column, cell in self.phone_cells:
            for raw in phones.several(cell):
                text = clean_line(raw, field=column.header, joiners=False, limit=_ADDRESS_CELL)
                phone = phones.parse_phone(text, *regions, kind=PHONE_FIELDS[column.field or "phone"])
                if not phone.digits:
                    self.keep(column, raw, "phone number")
                elif (key := (phone.digits, phone.extension)) not in seen:
                    seen.add(key)
                    self.phones.append(phone)
                    if phone.e164 is None:
                        self.doubt(column, raw, phones.invalid(text, country), "kept as it is written")

    def _said_domain(self) -> str:
        return site_domain(self.text("domain")) or site_domain(self.text("website"))

    def _mail_domain(self) -> str:
        return next((domain for email in self.emails if (domain := mail_domain(email.key))), "")

    def _phone_zone(self) -> str | None:
        for phone in self.phones:
            if phone.e164 and len(zones := phones.candidate_zones(phone.e164)) == 1:
                return zones[0]
        return None


Taker = Callable[[_Draft, Column, str], None]


def _taker(field: str | None) -> Taker:
    """What reads the cells of a column."""
    kinds: tuple[tuple[object, Taker], ...] = (
        (EMAIL_FIELDS, _take_email),
        (PHONE_FIELDS, _take_phone),
        (NOTE_FIELDS, _take_note),
        (ID_FIELDS, _take_id),
        (DATE_FIELDS, _take_date),
        (FLAG_FIELDS, _take_flag),
        (("company_size",), _take_size),
        (("time_zone",), _take_zone),
    )
    if field is None:
        return _take_custom
    return next((taker for fields, taker in kinds if field in fields), _take_text)  # type: ignore[operator]


def _take_text(draft: _Draft, column: Column, cell: str) -> None:
    field = column.field or ""
    value = clean_line(cell, field=column.header, limit=_LIMITS.get(field, NAME_LIMIT))
    if value and value.lower() not in (_EMPTY if field in _NAMES else EMPTY_VALUES):
        draft.put(column, value)


def _take_note(draft: _Draft, column: Column, cell: str) -> None:
    value = clean_note(cell, field=column.header)
    if value.lower() not in EMPTY_VALUES:
        draft.put(column, value)


def _take_custom(draft: _Draft, column: Column, cell: str) -> None:
    if value := clean_note(cell, field=column.header, limit=NOTE_LIMIT):
        draft.custom[column.header] = value


def _take_id(draft: _Draft, column: Column, cell: str) -> None:
    value = clean_line(cell, field=column.header, joiners=False)
    if value.lower() not in EMPTY_VALUES and not _NULL_ID.fullmatch(value):
        draft.put(column, value)


def _take_email(draft: _Draft, column: Column, cell: str) -> None:
    value = clean_line(cell, field=column.header, joiners=False, limit=_ADDRESS_CELL)
    if value.lower() in EMPTY_VALUES:
        return
    for part in people.several(value):
        try:
            email = people.parse_email(part, EMAIL_FIELDS[column.field or "email"])
        except Refusal:
            draft.keep(column, part, "e-mail address")
        else:
            if all(email.key != other.key for other in draft.emails):
                draft.emails.append(email)


def _take_phone(draft: _Draft, column: Column, cell: str) -> None:
    if cell.strip().lower() not in EMPTY_VALUES:
        draft.phone_cells.append((column, cell))


def _take_date(draft: _Draft, column: Column, cell: str) -> None:
    value = clean_line(cell, field=column.header)
    if value.lower() in EMPTY_VALUES:
        return
    if when := draft.reader.when(value):
        draft.dates.setdefault(column.field or "", when)
    else:
        draft.keep(column, value, "date")


def _take_flag(draft: _Draft, column: Column, cell: str) -> None:
    if cell.strip().lower() in _YES:
        draft.flags.add(column.field or "")


def _take_size(draft: _Draft, column: Column, cell: str) -> None:
    """The size, of a band its lower end: that many there are at least."""
    value = clean_line(cell, field=column.header)
    if value.lower() in EMPTY_VALUES:
        return
    size = company_size(value)
    if size is None:
        draft.keep(column, value, "number of people")
    elif draft.size is None:
        draft.size = size


def company_size(text: str) -> int | None:
    """How many people a text says, of a band its lower end; None where it says no such number."""
    found = _SIZE.match(text)
    size = int(re.sub(r"\D", "", found[1])) * (1000 if found[2] else 1) if found else None
    return size if size is None or size <= _LARGEST_COMPANY else None


def _take_zone(draft: _Draft, column: Column, cell: str) -> None:
    value = clean_line(cell, field=column.header)
    if zone := _zone(value):
        draft.zone = draft.zone or zone
    elif value.lower() not in EMPTY_VALUES:
        draft.keep(column, value, "time zone")


@lru_cache(maxsize=1024)
def _zone(text: str) -> str | None:
    """The IANA name a text means, however it is spelt (``us_slash_eastern`` is how HubSpot writes US/Eastern)."""
    wanted = text.replace("_slash_", "/").replace(" ", "_").casefold()
    name = next((zone for zone in available_timezones() if zone.casefold() == wanted), None)
    return ZoneInfo(name).key if name else None
