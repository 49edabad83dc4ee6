"""Everything that can be taken away: people, at bats and touches as rows of text, a header first.

The columns bear names that an import understands, and "At Bat ID" says which contact of which database a row was, so
that people exported and read in again are the same people. Rows are read as they are asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from store.database import Store
from store.instants import moment
from store.intake.mapping import AS_WRITTEN, OWN, preset
from store.rules.path import standing
from store.vocabulary import Channel, Direction, Disposition, Motion, Outcome, PhoneKind, Stage, Status, WithWhom

ID = "At Bat ID"

Line = tuple[str, ...]


def identity(store: Store) -> str:
    """What tells this database from every other: the beginning of its first seal."""
    return str(store.value("SELECT substr(hash, 1, 12) FROM seal ORDER BY operation_id LIMIT 1") or "")


def contacts(store: Store) -> Iterator[Line]:
    """Every person who was not merged away, with numbers, addresses, company and the fields of their own."""
    own = [row[0] for row in store.connection.execute(_OWN_FIELDS)]
    yield (ID, *_PERSON_HEADER, *map(_own_header, own))
    here = identity(store)
    for contact_id, emails, numbers, custom, created, zone, *plain in store.connection.execute(_PEOPLE):
        kept = json.loads(custom or "{}")
        by_kind: dict[str, list[str]] = {}
        for kind, number in json.loads(numbers):
            by_kind.setdefault(kind, []).append(number)
        yield (
            f"{contact_id}@{here}",
            "; ".join(json.loads(emails)),
            *("; ".join(by_kind.get(kind, ())) for kind in _KINDS.values()),
            _time(created),
            "" if " " in zone else zone,
            *map(_text, plain),
            *(kept.get(name, "") for name in own),
        )


def leads(store: Store) -> Iterator[Line]:
    """Every at bat, one's of the same person in their order; stage and status in the column "Lead Status"."""
    yield (ID, *_LEAD_HEADER)
    here = identity(store)
    for contact_id, stage, status, outcome, motion, *times_and_rest in store.connection.execute(_LEADS):
        times, rest = times_and_rest[: len(_LEAD_TIMES)], times_and_rest[len(_LEAD_TIMES) :]
        said = Outcome(outcome).label if outcome else standing(Stage(stage), Status(status))
        whose = "" if contact_id is None else f"{contact_id}@{here}"
        yield (whose, said, Motion(motion).label, *map(_time, times), *map(_text, rest))


def touches(store: Store) -> Iterator[Line]:
    """Every touch in the order of time."""
    yield (ID, *_TOUCH_HEADER)
    here = identity(store)
    for contact_id, at, channel, direction, disposition, whom, *rest in store.connection.execute(_TOUCHES):
        yield (
            "" if contact_id is None else f"{contact_id}@{here}",
            _time(at),
            Channel(channel).label,
            Direction(direction).label,
            Disposition(disposition).label,
            WithWhom(whom).label,
            *map(_text, rest),
        )


EXPORTS: Mapping[str, Callable[[Store], Iterator[Line]]] = {"contacts": contacts, "leads": leads, "touches": touches}
"""What can be exported -> its rows."""


def _own_header(name: str) -> str:
    """The header of a field of the team's own; one that would be read as something else says that it is not."""
    return f"{name}{AS_WRITTEN}" if preset(OWN).field_of(name) not in (None, *_BESIDE) else name


def _time(at: int | None) -> str:
    return "" if at is None else moment(at).isoformat(timespec="seconds")


def _text(value: Any) -> str:
    return "" if value is None else str(value)


_BESIDE = ("linkedin", "lifecycle")  # fields that are kept among a person's own, and are read back to there
_KINDS = {
    "Direct Phone": PhoneKind.DIRECT,
    "Mobile Phone": PhoneKind.MOBILE,
    "Office Phone": PhoneKind.OFFICE,
    "Home Phone": PhoneKind.HOME,
    "Other Phone": PhoneKind.OTHER,
    "Company Phone": PhoneKind.SWITCHBOARD,
}
_PLAIN = {
    "First Name": "CASE WHEN c.first_name || c.last_name = '' THEN c.name ELSE c.first_name END",
    "Last Name": "c.last_name",
    "Job Title": "c.title",
    "Seniority": "c.seniority",
    "Company": "a.name",
    "Company Domain": "a.domain",
    "Website": "a.website",
    "Industry": "a.industry",
    "Employees": "a.size",
    "Street": "c.street",
    "City": "c.city",
    "State": "c.state",
    "Postal Code": "c.postal_code",
    "Country": "c.country",
    "Source": "c.source",
    "Notes": "c.notes",
    "Email Opt Out": "CASE WHEN c.email_stopped_at IS NULL THEN '' ELSE 'yes' END",
    "Do Not Call": "CASE WHEN c.consent = 'no calls' THEN 'yes' ELSE '' END",
    "Do Not Contact": "CASE WHEN c.suppressed_at IS NULL THEN '' ELSE 'yes' END",
}
_PERSON_HEADER = ("E-mail", *_KINDS, "Created", "Time Zone", *_PLAIN)
_OWN_FIELDS = """
SELECT DISTINCT j.key FROM contact c, json_each(c.custom) j
WHERE c.custom <> '' AND c.void = 0 AND c.merged_into_id IS NULL ORDER BY 1"""
_NUMBER = """CASE WHEN p.e164 = '' THEN p.written_as
    WHEN p.extension = '' THEN p.e164 ELSE p.e164 || ' x' || p.extension END"""
_PEOPLE = f"""
SELECT c.id,
    (SELECT json_group_array(address) FROM (
        SELECT address FROM email WHERE contact_id = c.id AND void = 0 ORDER BY position, id)),
    (SELECT json_group_array(json_array(kind, number)) FROM (
        SELECT p.kind, {_NUMBER} AS number FROM phone p
        WHERE p.contact_id = c.id AND p.void = 0 ORDER BY p.position, p.id)),
    c.custom, c.created_at, c.zone, {", ".join(_PLAIN.values())}
FROM contact c LEFT JOIN account a ON a.id = c.account_id
WHERE c.void = 0 AND c.merged_into_id IS NULL ORDER BY c.id"""

_FIRST_EMAIL = "(SELECT address FROM email WHERE contact_id = c.id AND void = 0 ORDER BY position, id LIMIT 1)"
_FIRST_NUMBER = f"""(SELECT {_NUMBER} FROM phone p
    WHERE p.contact_id = c.id AND p.void = 0 ORDER BY p.position, p.id LIMIT 1)"""
_LEAD_TIMES = {
    "Created": "l.opened_at",
    "Accepted": "l.accepted_at",
    "Connected": "l.connected_at",
    "Last Touch": "l.last_touch_at",
    "Next Due": "l.due_at",
    "Expires": "l.expires_at",
    "Closed": "l.closed_at",
}
_LEAD_REST = {
    "At Bat": "l.number",
    "First Name": "c.first_name",
    "Last Name": "c.last_name",
    "E-mail": _FIRST_EMAIL,
    "Office Phone": _FIRST_NUMBER,
    "Company": "a.name",
    "Source": "l.source",
    "Campaign": "g.name",
    "Owner": "u.name",
    "Attempts": "l.attempts",
    "Score": "l.score",
    "Value": "l.value",
    "Reason": "l.reason",
    "Outcome Note": "l.outcome_note",
    "Learned": "l.learned",
}
_LEAD_HEADER = ("Lead Status", "Motion", *_LEAD_TIMES, *_LEAD_REST)
_LEADS = f"""
SELECT l.contact_id, l.stage, l.status, l.outcome, l.motion,
    {", ".join((*_LEAD_TIMES.values(), *_LEAD_REST.values()))}
FROM lead l LEFT JOIN contact c ON c.id = l.contact_id LEFT JOIN account a ON a.id = l.account_id
LEFT JOIN campaign g ON g.id = l.campaign_id LEFT JOIN "user" u ON u.id = l.owner_id
WHERE l.void = 0 ORDER BY coalesce(l.contact_id, 0), l.number, l.id"""

_TOUCH_REST = {
    "Contact": "c.name",
    "E-mail": _FIRST_EMAIL,
    "Company": "a.name",
    "At Bat": "l.number",
    "Owner": "u.name",
    "Attempt": "t.attempt",
    "Connect": "t.connect",
    "Seconds": "t.duration",
    "Notes": "t.note",
}
_TOUCH_HEADER = ("Created", "Channel", "Direction", "Disposition", "With", *_TOUCH_REST)
_TOUCHES = f"""
SELECT t.contact_id, t.at, t.channel, t.direction, t.disposition, t.with_whom, {", ".join(_TOUCH_REST.values())}
FROM touch t LEFT JOIN lead l ON l.id = t.lead_id LEFT JOIN contact c ON c.id = t.contact_id
LEFT JOIN account a ON a.id = coalesce(t.account_id, l.account_id) LEFT JOIN "user" u ON u.id = t.user_id
WHERE t.void = 0 ORDER BY t.at, t.id"""
