"""Which column of a file is which field of ours: presets for the usual systems, and mapping files for the others.

Both are TOML of one shape (see the files in ``presets``): ``[headers]`` lists names of columns under our field,
``[fields]`` says the same the other way round, ``[statuses]`` what each lead status means.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Table
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from store.errors import Refusal
from store.intake.rows import ContactRow
from store.intake.sniff import check_encoding
from store.intake.statuses import NEW_AT_BAT, NO_AT_BAT, Understanding, understanding
from store.rules.touch import DISPOSITIONS
from store.vocabulary import Channel, Disposition, MeetingResult, OpportunityStage, PhoneKind, PromiseState

GENERIC = "generic"
COMPANIES = "hubspot-companies"  # the preset of lists of companies
OWN = "atbat"  # the preset of our own exports, and how their rows' external ids call where they are from
AS_WRITTEN = " (as written)"  # ends the header of a field of the team's own that bears the name of one of ours
EMAIL_FIELDS = {"email": "", "email_work": "work", "email_home": "home", "email_other": "other"}
PHONE_FIELDS = {
    "phone": PhoneKind.OFFICE,
    "phone_direct": PhoneKind.DIRECT,
    "phone_mobile": PhoneKind.MOBILE,
    "phone_home": PhoneKind.HOME,
    "phone_switchboard": PhoneKind.SWITCHBOARD,
    "phone_other": PhoneKind.OTHER,
}
TEXT_FIELDS = (
    *("first_name", "last_name", "full_name", "title", "seniority", "company", "website", "domain", "industry"),
    *("street", "city", "state", "postal_code", "country", "status", "lifecycle", "owner", "source", "campaign"),
    "linkedin",
)
NOTE_FIELDS = ("description", "notes")
ID_FIELDS = ("external_id", "converted_opportunity_id", "converted_account_id", "merged_into_id")
DATE_FIELDS = ("created_at", "updated_at", "converted_at")
FLAG_FIELDS = ("opted_out_email", "do_not_call", "do_not_contact", "converted", "deleted")
OTHER_FIELDS = ("company_size", "time_zone")
FIELDS = frozenset(
    (*EMAIL_FIELDS, *PHONE_FIELDS, *TEXT_FIELDS, *NOTE_FIELDS, *ID_FIELDS, *DATE_FIELDS, *FLAG_FIELDS, *OTHER_FIELDS)
)


class FileKind(StrEnum):
    """What a row of a file tells of."""

    CONTACTS = "contacts"
    COMPANIES = "companies"
    DEALS = "deals"
    ACTIVITIES = "activities"


_OF_A_LINK = ("external_id", "owner", "contact_email", "contact_id")
FIELDS_OF: Table[FileKind, frozenset[str]] = {
    FileKind.CONTACTS: FIELDS,
    FileKind.COMPANIES: frozenset(
        (
            *("external_id", "company", "domain", "website", "industry", "company_size", "phone", "street", "city"),
            *("state", "postal_code", "country", "owner", "created_at", "updated_at"),
        )
    ),
    FileKind.DEALS: frozenset(
        (
            *(*_OF_A_LINK, "name", "stage", "amount", "currency", "probability", "close_date", "created_at"),
            *("updated_at", "lost_reason", "domain", "company", "company_id"),
        )
    ),
    FileKind.ACTIVITIES: frozenset(
        (
            *(*_OF_A_LINK, "type", "at", "notes", "title", "call_outcome", "direction", "duration"),
            *("meeting_outcome", "task_status", "due_at"),
        )
    ),
}
INCOMING = " in"  # ends the type of an activity that the other side made
_TYPES = (Channel.CALL, Channel.EMAIL, Channel.SMS, Channel.LINKEDIN, "meeting", "note", "task")
# Tables that say what the words of a column mean, and what they may mean; None for a number or what rules.toml knows.
_WORDS: Table[str, frozenset[str] | None] = {
    "stages": frozenset(map(str, OpportunityStage)) - {OpportunityStage.REVERSED},
    "probabilities": None,
    "lost_reasons": None,
    "types": frozenset(map(str, _TYPES)) | frozenset(f"{kind}{INCOMING}" for kind in _TYPES[:4]),
    "calls": frozenset(map(str, (*DISPOSITIONS[Channel.CALL], Disposition.UNKNOWN))),
    "meetings": frozenset(map(str, MeetingResult)),
    "tasks": frozenset(map(str, PromiseState)),
}
# What people have and companies do not; a column "name" may be of either.
_PEOPLES = frozenset(
    (
        *("first_name", "last_name", "title", "seniority", "company", "phone_direct", "phone_mobile", "phone_home"),
        *(*EMAIL_FIELDS, "opted_out_email", "do_not_call", "converted"),
    )
)
_PEOPLES_NAMES = frozenset(("fullname", "contactname", "personname", "leadname"))
IGNORED = "-"  # the field of a column that is left out altogether

_PRESETS = Path(__file__).with_name("presets")
_OWN = ("label", "system", "source", "zone", "region", "encoding", "delimiter", "day_first")
_SETTINGS = {
    "preset": str,
    "label": str,
    "system": str,
    "source": str,
    "zone": str,
    "region": str,
    "encoding": str,
    "delimiter": str,
    "day_first": bool,
    "blank_status": str,
    "columns": list,
    "known_by": list,
    "unless": list,
    "headers": dict,
    "fields": dict,
    "statuses": dict,
    "kind": str,
    **dict.fromkeys(_WORDS, dict),
}


@dataclass(frozen=True, slots=True)
class Mapping:
    """How to understand the columns and statuses of one system's files.

    ``fields`` goes from a folded header to a field; ``statuses`` from a folded lead status. ``zone``, ``region``,
    ``encoding``, ``delimiter`` and ``day_first`` are empty or None where the file or the team decides. ``columns``
    names those of a file without a header. ``kind`` is what a row tells of, ``words`` what the words of a deal's or
    an activity's columns mean: table, then folded word.
    """

    name: str
    label: str
    system: str
    source: str = ""
    zone: str = ""
    region: str = ""
    encoding: str = ""
    delimiter: str = ""
    day_first: bool | None = None
    columns: tuple[str, ...] = ()
    fields: Table[str, str] = field(default_factory=dict)
    statuses: Table[str, Understanding] = field(default_factory=dict)
    blank_status: Understanding = NEW_AT_BAT
    known_by: tuple[frozenset[str], ...] = ()
    unless: frozenset[str] = frozenset()
    kind: FileKind = FileKind.CONTACTS
    words: Table[str, Table[str, str]] = field(default_factory=dict)

    def meaning(self, table: str, word: str) -> str | None:
        """What a word of a column means, None where nobody explained it."""
        return self.words.get(table, {}).get(folded(word))

    def field_of(self, header: str) -> str | None:
        """Our field for a column of that name, None when it has none."""
        return self.fields.get(folded(header))

    def fits(self, headers: frozenset[str]) -> int:
        """How many of the marks of this system's files the (folded) headers bear."""
        return 0 if self.unless & headers else sum(marks <= headers for marks in self.known_by)


def folded(header: str) -> str:
    """A header or status as it is compared: case, blanks, underscores and punctuation do not count."""
    return "".join(letter for letter in header.casefold() if letter.isalnum() or letter == "#")


@lru_cache(maxsize=1)
def presets() -> Table[str, Mapping]:
    """The presets by name, the generic one last."""
    names = sorted((path.stem for path in _PRESETS.glob("*.toml")), key=lambda name: (name == GENERIC, name))
    return {name: preset(name) for name in names}


@lru_cache(maxsize=16)
def preset(name: str) -> Mapping:
    """The preset of that name; raises Refusal."""
    path = _PRESETS / f"{name}.toml"
    if Path(name).name != name or not path.is_file():
        known = ", ".join(sorted(each.stem for each in _PRESETS.glob("*.toml")))
        raise Refusal(f"There is no preset “{name}”: use one of {known}.", "preset")
    return _read(path, name)


def read_mapping(path: Path) -> Mapping:
    """A team's own mapping file; what it leaves out is as in the preset it names, else as in the generic one.

    Raises Refusal, saying file, place and what was expected.
    """
    return _read(path, path.stem)


def choose(headers: Iterable[str]) -> Mapping:
    """The preset whose marks the headers bear, else the generic one; our own export may carry another's along."""
    given = frozenset(map(folded, headers))
    if preset(OWN).fits(given):
        return preset(OWN)
    return max(presets().values(), key=lambda each: each.fits(given)) if _any_fits(given) else preset(GENERIC)


def relative(name: str, headers: Iterable[str]) -> Mapping:
    """The preset of that name, or of its system's other files (``hubspot`` has ``hubspot-deals``) whose marks fit."""
    given = frozenset(map(folded, headers))
    family = [preset(name), *(each for key, each in presets().items() if key.startswith(f"{name}-"))]
    return max(family, key=lambda each: each.fits(given))


def is_family(name: object) -> bool:
    """Whether a preset names a system with several kinds of files, so that the columns tell which this is."""
    return any(key.startswith(f"{name}-") for key in presets())


def people_or_companies(mapping: Mapping, headers: Iterable[str]) -> bool:
    """Whether it cannot be told if a file taken for one of people lists companies.

    It can where a column is people's alone (first or last name, e-mail, job title, the company they are at, …), and
    where none tells of the size, industry or domain of companies.
    """
    given = frozenset(map(folded, headers))
    fields = {mapping.fields.get(name) for name in given}
    if mapping.kind is not FileKind.CONTACTS or "name" not in given or fields & _PEOPLES or given & _PEOPLES_NAMES:
        return False
    companies = preset(COMPANIES)
    return any(companies.fields.get(name) in ("domain", "industry", "company_size") for name in given)


def is_known(header: str) -> bool:
    """Whether any preset knows a column of that name."""
    name = folded(header)
    return any(name in each.fields for each in presets().values())


def understood(mapping: Mapping | str, row: ContactRow) -> Understanding:
    """How the at bat of ``row`` is to be made, by the status table of ``mapping`` (or the preset of that name).

    A row converted elsewhere is closed as already in talks, whatever its status says. A status nobody explained
    becomes a new at bat, with a warning.
    """
    mapping = preset(mapping) if isinstance(mapping, str) else mapping
    if row.converted:
        return _noted(mapping.statuses[folded("Converted")], row.status or "converted", mapping)
    if not row.status:
        return mapping.blank_status
    known = mapping.statuses.get(folded(row.status))
    if known is None:
        warning = f"lead status “{row.status}” is not known: taken as new; explain it in a mapping file"
        return _noted(replace(NEW_AT_BAT, warning=warning), row.status, mapping)
    return _noted(known, row.status, mapping)


def _noted(known: Understanding, status: str, mapping: Mapping) -> Understanding:
    return replace(known, note=f"{mapping.label}: {status}")


def _any_fits(given: frozenset[str]) -> bool:
    return any(each.fits(given) for each in presets().values())


def _read(path: Path, name: str) -> Mapping:
    table = _table(path)
    for key, value in table.items():
        if key not in _SETTINGS:
            raise Refusal(f"{path}: “{key}” is no setting{_meant(key, _SETTINGS)}.")
        if not isinstance(value, _SETTINGS[key]):
            raise Refusal(f"{path}: “{key}” is not written as it should be: expected {_expected(_SETTINGS[key])}.")
    base = _base(table, name, path)
    fields = {**base.fields, **dict(_fields(table, path, base.kind))}
    statuses = {**base.statuses, **dict(_statuses(table, path))}
    said = {key: table[key] for key in _OWN if key in table}
    mapping = replace(
        base,
        name=name,
        **{"label": name, "system": name, **said},
        fields=fields,
        statuses=statuses,
        columns=tuple(map(str, table.get("columns", ()))),
        known_by=tuple(frozenset(map(folded, marks)) for marks in table.get("known_by", ())),
        unless=frozenset(map(folded, table.get("unless", ()))),
        blank_status=_blank_status(table, path) or base.blank_status,
        words={key: {**base.words.get(key, {}), **dict(_words(table, key, path))} for key in _WORDS},
    )
    _check_settings(mapping, path)
    return mapping


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise Refusal(f"{path} cannot be read: {error.strerror or error}.") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Refusal(f"{path} is not TOML: {error}.") from None
    except ValueError:
        raise Refusal(f"{path} is not UTF-8 text: save it as UTF-8.") from None


def _base(table: Table[str, Any], name: str, path: Path) -> Mapping:
    """What a mapping builds on: the preset it names, else the generic one where its rows are people."""
    if "preset" not in table and (name == GENERIC or "kind" in table):
        try:
            return Mapping(name, name, name, kind=FileKind(table.get("kind", FileKind.CONTACTS)))
        except ValueError:
            raise Refusal(f"{path}: “{table['kind']}” is no kind of file: use one of {', '.join(FileKind)}.") from None
    base = preset(table.get("preset", GENERIC))
    if table.get("kind", base.kind) != base.kind:
        raise Refusal(f"{path}: kind is that of the preset it builds on, {base.kind}: leave it out.")
    return base


def _fields(table: Table[str, Any], path: Path, kind: FileKind) -> Iterator[tuple[str, str]]:
    for our, headers in table.get("headers", {}).items():
        for header in [headers] if isinstance(headers, str) else headers:
            yield folded(str(header)), _field(our, path, kind)
    for header, our in table.get("fields", {}).items():
        yield folded(header), _field(our, path, kind)


def _field(name: object, path: Path, kind: FileKind) -> str:
    if name in FIELDS_OF[kind] or name == IGNORED:
        return str(name)
    raise Refusal(f"{path}: “{name}” is no field{_meant(str(name), FIELDS_OF[kind])}.")


def _words(table: Table[str, Any], key: str, path: Path) -> Iterator[tuple[str, str]]:
    known = _WORDS[key]
    for word, meaning in table.get(key, {}).items():
        if known is not None and str(meaning) not in known:
            raise Refusal(f"{path}: {key}, “{word}”: use one of {', '.join(sorted(known))}.")
        if key == "probabilities" and (not isinstance(meaning, int) or not 0 <= meaning <= 100):
            raise Refusal(f"{path}: {key}, “{word}”: write a share from 0 to 100.")
        yield folded(word), str(meaning)


def _statuses(table: Table[str, Any], path: Path) -> Iterator[tuple[str, Understanding]]:
    for word, entry in table.get("statuses", {}).items():
        if not isinstance(entry, dict):
            raise Refusal(f'{path}: status “{word}” is written like {{ stage = "new", status = "uncontacted" }}.')
        yield folded(word), understanding(entry, f"{path}: status “{word}”")


def _blank_status(table: Table[str, Any], path: Path) -> Understanding | None:
    word = table.get("blank_status")
    if word is None:
        return None
    if word not in ("new", "none"):
        raise Refusal(f"{path}: blank_status is “new” (an at bat) or “none” (the contact alone), not “{word}”.")
    return NEW_AT_BAT if word == "new" else NO_AT_BAT


def _check_settings(mapping: Mapping, path: Path) -> None:
    if len(mapping.delimiter) > 1 or mapping.delimiter in ('"', "\n", "\r"):
        raise Refusal(f"{path}: delimiter is a single character such as “;”.")
    if mapping.encoding:
        check_encoding(mapping.encoding)
    if mapping.zone:
        try:
            ZoneInfo(mapping.zone)
        except (KeyError, OSError, ValueError):
            raise Refusal(f"{path}: “{mapping.zone}” is no time zone: write one like Europe/Zagreb.") from None


def _meant(word: str, known: Iterable[str]) -> str:
    close = get_close_matches(word, list(known), 1)
    return f": did you mean “{close[0]}”?" if close else f": use one of {', '.join(sorted(known))}"


def _expected(kind: type) -> str:
    return {str: "a text", bool: "true or false", list: "a list", dict: "a table"}[kind]
