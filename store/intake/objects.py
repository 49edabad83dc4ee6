"""One row of a file as a company, a deal or an activity: clean, typed, frozen; or rejected with its line and reason."""

from __future__ import annotations

import re
from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from store.errors import Refusal
from store.instants import Instant
from store.intake.cells import EMPTY_VALUES, ContactReader, company_size
from store.intake.clean import NAME_LIMIT, clean_line, clean_note
from store.intake.companies import company_key, site_domain
from store.intake.countries import country_code
from store.intake.dates import When, parse_when
from store.intake.mapping import IGNORED, INCOMING, FileKind, Mapping
from store.intake.people import parse_email, several
from store.intake.phones import Phone, invalid, parse_phone, regions
from store.intake.rejects import unsafe_cell
from store.intake.rows import Column, ContactRow, Defaults, Reject
from store.vocabulary import Channel, PhoneKind

_NOTES = frozenset(("notes",))
_CELL = 2_000  # characters, of a cell that may hold several addresses or an address of a site
_LONG = frozenset(("website", "domain", "contact_email", "contact_id", "company_id"))
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2})")
RECORD_KEY = "#"  # begins the key of a person that is the other system's id; an e-mail address never begins so


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyRow:
    """A company as one row tells of it; as ``ContactRow`` otherwise. ``phones`` are its switchboards."""

    line: int
    system: str
    external_id: str | None
    digest: str
    company: str
    company_key: str
    domain: str
    website: str
    industry: str
    company_size: int | None
    phones: tuple[Phone, ...]
    street: str
    city: str
    state: str
    postal_code: str
    country: str
    owner: str
    created_at: Instant | None
    updated_at: Instant | None
    custom: Table[str, str] = field(default_factory=dict, hash=False)
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DealRow:
    """A deal as one row tells of it. ``stage``, ``amount``, ``probability`` and ``lost_reason`` are the file's words.

    ``close_date`` is ISO; ``keys`` name its people, by folded address or by the other system's id (``RECORD_KEY``).
    """

    line: int
    system: str
    external_id: str | None
    digest: str
    name: str
    stage: str
    amount: str
    currency: str
    probability: str
    close_date: str
    closed_at: Instant | None
    lost_reason: str
    owner: str
    company: str
    company_key: str
    company_id: str
    domain: str
    keys: tuple[str, ...]
    created_at: Instant | None
    updated_at: Instant | None
    custom: Table[str, str] = field(default_factory=dict, hash=False)
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRow:
    """Something that happened, or is to be done, with a person; ``at`` is a day's midnight where ``date_only``.

    ``type`` is a channel, or meeting, note or task, ``said`` the file's word for it and ``outcome`` for what came of
    it; ``duration`` is in seconds; ``due_at`` is a task's, midnight where ``due_day``. ``keys`` as in ``DealRow``.
    """

    line: int
    system: str
    external_id: str | None
    digest: str
    type: str
    said: str
    incoming: bool
    outcome: str
    at: Instant
    date_only: bool
    owner: str
    title: str
    notes: str
    duration: int | None
    due_at: Instant | None
    due_day: bool
    keys: tuple[str, ...]
    notices: tuple[str, ...] = ()


Row = ContactRow | CompanyRow | DealRow | ActivityRow
"""What a row of any file becomes."""


class _Cells:
    """The cells of one record by field; the first column that speaks of a field decides."""

    __slots__ = ("_texts", "custom", "notices", "reader")

    def __init__(self, reader: ObjectReader, cells: Sequence[str]) -> None:
        self.reader = reader
        self.custom: dict[str, str] = {}
        self.notices: list[str] = []
        self._texts: dict[str, tuple[str, str]] = {}
        for column in reader.columns:
            cell = unsafe_cell(cells[column.position])
            if not cell or cell.isspace():
                continue
            if column.field is None or column.field in _NOTES:
                text = clean_note(cell, field=column.header)
            else:
                text = clean_line(cell, field=column.header, limit=_CELL if column.field in _LONG else NAME_LIMIT)
            if not text or text.lower() in EMPTY_VALUES:
                continue
            if column.field is None or self._texts.setdefault(column.field, (text, column.header))[0] != text:
                self.custom[column.header] = text

    def text(self, name: str) -> str:
        return self._texts.get(name, ("", ""))[0]

    def keep(self, name: str, what: str) -> None:
        """A value that could not be understood, kept beside with a notice."""
        text, header = self._texts[name]
        self.custom[header] = text
        self.notices.append(f"{header}: “{text[:60]}” is no {what}, kept as it is")

    def doubt(self, name: str, why: str) -> None:
        """Say what is wrong with a value that is taken as it is written."""
        text, header = self._texts[name]
        self.notices.append(f"{header}: “{text[:60]}” {why}, kept as it is written")

    def when(self, name: str) -> When | None:
        text = self.text(name)
        found = self.reader.when(text) if text else None
        if text and found is None:
            self.keep(name, "date")
        return found

    def day(self, name: str) -> Instant | None:
        found = self.when(name)
        return found.at if found else None

    def id(self) -> str | None:
        return self.text("external_id") or None

    def size(self) -> int | None:
        text = self.text("company_size")
        size = company_size(text) if text else None
        if text and size is None:
            self.keep("company_size", "number of people")
        return size

    def site(self) -> str:
        return site_domain(self.text("domain")) or site_domain(self.text("website"))

    def keys(self) -> tuple[str, ...]:
        """Who it is about, each once, in the file's order."""
        found: dict[str, None] = {}
        for part in several(self.text("contact_email")):
            try:
                found[parse_email(part, "").key] = None
            except Refusal:
                self.notices.append(f"“{part[:60]}” is no e-mail address")
        for part in re.split(r"[;,\s]+", self.text("contact_id")):
            if part:
                found[f"{RECORD_KEY}{part}"] = None
        return tuple(found)


class ObjectReader:
    """Makes companies, deals or activities of records whose columns are understood as ``columns`` say."""

    def __init__(self, columns: Sequence[Column], mapping: Mapping, defaults: Defaults) -> None:
        kept = mapping.kind in (FileKind.COMPANIES, FileKind.DEALS)  # these keep what has no column of its own
        self.columns = [each for each in columns if each.field != IGNORED and (each.field or kept)]
        self.system = defaults.system or mapping.system
        self._mapping = mapping
        self._zone = defaults.zone
        self._stamp_zone = mapping.zone or defaults.zone
        self._region = mapping.region or defaults.region
        self._day_first = bool(defaults.day_first)
        self._make = {
            FileKind.COMPANIES: self._company,
            FileKind.DEALS: self._deal,
            FileKind.ACTIVITIES: self._activity,
        }[mapping.kind]

    def read(self, line: int, cells: Sequence[str]) -> CompanyRow | DealRow | ActivityRow | Reject:
        """What one record tells of, or why it cannot be taken; ``cells`` has one for every column."""
        digest = blake2b("\x1f".join(cells).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
        try:
            made = self._make(line, digest, _Cells(self, cells))
        except Refusal as refusal:
            return Reject(line, refusal.sentence, tuple(cells), refusal.field)
        return Reject(line, made, tuple(cells)) if isinstance(made, str) else made

    def when(self, text: str) -> When | None:
        """The instant of a cell. A day alone is the team's; only stamps a machine wrote are in the system's zone."""
        zone = self._stamp_zone if text[:4].isdigit() else self._zone
        found = parse_when(text, zone, day_first=self._day_first)
        if found and found.date_only and zone != self._zone:
            return parse_when(text, self._zone, day_first=self._day_first)
        return found

    def _company(self, line: int, digest: str, cells: _Cells) -> CompanyRow | str:
        domain = cells.site()
        name = cells.text("company") or domain
        if not name:
            return "no name and no domain"
        country = country_code(cells.text("country")) or ""
        if cells.text("country") and not country:
            cells.keep("country", "country")
        return CompanyRow(
            line=line,
            system=self.system,
            external_id=cells.id(),
            digest=digest,
            company=name,
            company_key=company_key(name),
            domain=domain,
            website=cells.text("website"),
            industry=cells.text("industry"),
            company_size=cells.size(),
            phones=tuple(self._phones(cells)),
            street=cells.text("street"),
            city=cells.text("city"),
            state=cells.text("state"),
            postal_code=cells.text("postal_code"),
            country=country,
            owner=cells.text("owner"),
            created_at=cells.day("created_at"),
            updated_at=cells.day("updated_at"),
            custom=cells.custom,
            notices=tuple(cells.notices),
        )

    def _phones(self, cells: _Cells) -> list[Phone]:
        text = cells.text("phone")
        if not text:
            return []
        country = cells.text("country")
        phone = parse_phone(text, *regions(country, self._region), kind=PhoneKind.SWITCHBOARD)
        if not phone.digits:
            cells.keep("phone", "phone number")
        elif phone.e164 is None:
            cells.doubt("phone", invalid(text, country))
        return [phone] if phone.digits else []

    def _deal(self, line: int, digest: str, cells: _Cells) -> DealRow | str:
        domain, keys = cells.site(), cells.keys()
        company, company_id = cells.text("company"), cells.text("company_id").split(";")[0].strip()
        name = cells.text("name")
        if not name:
            return "no deal name"
        if not (keys or domain or company or company_id):
            return "no contact and no company"
        closes = cells.when("close_date")
        return DealRow(
            line=line,
            system=self.system,
            external_id=cells.id(),
            digest=digest,
            name=name,
            stage=cells.text("stage"),
            amount=cells.text("amount"),
            currency=cells.text("currency").upper(),
            probability=cells.text("probability"),
            close_date=closes.day(self._zone) if closes else "",
            closed_at=closes.at if closes else None,
            lost_reason=cells.text("lost_reason"),
            owner=cells.text("owner"),
            company=company,
            company_key=company_key(company) if company else "",
            company_id=company_id,
            domain=domain,
            keys=keys,
            created_at=cells.day("created_at"),
            updated_at=cells.day("updated_at"),
            custom=cells.custom,
            notices=tuple(cells.notices),
        )

    def _activity(self, line: int, digest: str, cells: _Cells) -> ActivityRow | str:
        keys = cells.keys()
        if not keys:
            return "no contact: neither an e-mail address nor an id"
        if not cells.text("at"):
            return "no date"
        at = cells.when("at")
        if at is None:
            return f"“{cells.text('at')[:60]}” is no date"
        kind = self._type(cells)
        if kind is None:
            said = cells.text("type")
            return f"activity type “{said[:60]}” is not known: explain it in a mapping file" if said else "no type"
        word = {Channel.CALL: "call_outcome", "meeting": "meeting_outcome", "task": "task_status"}.get(kind, "")
        due = cells.when("due_at")
        incoming = (self._mapping.meaning("types", cells.text("type")) or "").endswith(INCOMING)
        return ActivityRow(
            line=line,
            system=self.system,
            external_id=cells.id(),
            digest=digest,
            type=kind,
            said=cells.text("type"),
            incoming=incoming or cells.text("direction").lower().startswith("in"),
            outcome=cells.text(word) if word else "",
            at=at.at,
            date_only=at.date_only,
            owner=cells.text("owner"),
            title=cells.text("title"),
            notes=cells.text("notes"),
            duration=_seconds(cells.text("duration")),
            due_at=due.at if due else None,
            due_day=due.date_only if due else False,
            keys=keys,
            notices=tuple(cells.notices),
        )

    def _type(self, cells: _Cells) -> str | None:
        """What the type column says; in a file without one what its other columns show."""
        if said := cells.text("type"):
            meant = self._mapping.meaning("types", said)
            return None if meant is None else meant.removesuffix(INCOMING)
        for column, kind in (("call_outcome", "call"), ("meeting_outcome", "meeting"), ("task_status", "task")):
            if cells.text(column):
                return kind
        return None


def reader_of(columns: Sequence[Column], mapping: Mapping, defaults: Defaults) -> ContactReader | ObjectReader:
    """What reads the rows of a file of the mapping's kind."""
    if mapping.kind is FileKind.CONTACTS:
        return ContactReader(columns, mapping, defaults)
    return ObjectReader(columns, mapping, defaults)


def _seconds(text: str) -> int | None:
    """A duration: ``75`` (seconds), ``1:15`` or ``00:01:15``."""
    if text.isascii() and text.isdigit():
        return int(text[:9])
    if found := _CLOCK.fullmatch(text):
        return int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3])
    return None
