"""Data quality: what is missing, doubled or does not work in what is known of people, and at bats gone stale, by owner.

How things stand now, whatever the period. A person is whose open at bat it is, else whose company it is; the filters
go by that open at bat and the company. See docs/model.md, "Reports".
"""

from __future__ import annotations

from store.database import Store
from store.instants import DAY, Instant
from store.reach import USABLE
from store.reports.asked import Asked
from store.reports.base import IS_OPEN, OPEN, Base
from store.reports.breakdown import NOBODY, Dimension, Measure, breakdown, users
from store.reports.figures import Chart, Line, Records, Table
from store.reports.registry import Made

_LONG = 365 * DAY  # an open at bat that nobody touched for so long is stale, whatever its status says

_OWNER = Dimension("owner", "l.owner_id", users, NOBODY)
_UNREACHABLE = "NOT l.phone AND NOT l.email"
_WHAT_LACKS = "no title, no company, or nothing to reach them by"
_INCOMPLETE = f"l.title = '' OR l.account_id IS NULL OR {_UNREACHABLE}"
_PEOPLE = (
    Measure("people", "people"),
    Measure("incomplete", "incomplete", _INCOMPLETE, note=_WHAT_LACKS),
    Measure("incomplete_share", "of people", _INCOMPLETE, of="1"),
    Measure("no_title", "no title", "l.title = ''"),
    Measure("no_company", "no company", "l.account_id IS NULL"),
    Measure("no_phone", "no number", "NOT l.phone", note="of their own that works"),
    Measure("no_email", "no address", "NOT l.email", note="e-mail address that works"),
    Measure("unreachable", "neither", _UNREACHABLE),
    Measure("no_source", "no source", "l.told = ''", note="nobody wrote down where they come from"),
    Measure("shared", "shared", "l.shared", note="a number or address that somebody of another name has too"),
    Measure("bad", "bad", "l.bad", note="a number or address that does not work"),
    Measure("doubled", "doubled", "l.doubled", note="the name of another with the same number, address or company"),
)
# The last touch is not in the index, so it is asked of the oldest alone.
_SILENT = (
    f"SELECT l.id FROM {OPEN} WHERE {IS_OPEN} AND l.opened_at < :long_ago AND coalesce(l.last_touch_at, 0) < :long_ago"
)
_AT_BATS = (
    Measure("open", "open at bats"),
    Measure("stale", "stale", "l.status = 'stale'", note="waits for a decision"),
    Measure("silent", "silent for a year", f"l.id IN ({_SILENT})", note="open for a year or more without a touch"),
    Measure("no_source", "no source", "l.source = ''"),
    Measure("no_person", "no person", "l.contact_id IS NULL", note="of a company where nobody is known"),
)

# A value that two rows hold is found in its index alone; only its holders are looked at then.
_KNOWN = "void = 0 AND merged_into_id IS NULL AND bogus_at IS NULL"
_FLAGS = f"""
WITH worked AS MATERIALIZED (
    SELECT l.contact_id, l.owner_id, l.team_id, l.motion, l.source, l.campaign_id
    FROM {OPEN} WHERE {IS_OPEN} AND l.contact_id IS NOT NULL),
known(id, account_id, name) AS (SELECT id, account_id, lower(trim(name)) FROM contact WHERE {_KNOWN}),
held(value, id, name) AS MATERIALIZED (
    SELECT e.folded, k.id, k.name FROM (SELECT folded FROM email GROUP BY folded HAVING count(*) > 1) twice
    CROSS JOIN email e ON e.folded = twice.folded AND e.void = 0 CROSS JOIN known k ON k.id = e.contact_id
    WHERE e.folded <> ''
    UNION
    SELECT p.e164, k.id, k.name FROM (SELECT e164 FROM phone GROUP BY e164 HAVING count(*) > 1) twice
    CROSS JOIN phone p ON p.e164 = twice.e164 AND p.void = 0 CROSS JOIN known k ON k.id = p.contact_id
    WHERE p.e164 <> ''),
crowded(id) AS MATERIALIZED (  -- companies where two are called the same
    SELECT account_id FROM known WHERE account_id IS NOT NULL GROUP BY 1 HAVING count(*) > count(DISTINCT name)),
shared(id) AS MATERIALIZED (
    SELECT id FROM held WHERE value IN (SELECT value FROM held GROUP BY value HAVING min(name) < max(name))),
doubled(id) AS MATERIALIZED (
    SELECT id FROM held WHERE (value, name) IN (SELECT value, name FROM held GROUP BY value, name HAVING count(*) > 1)
    UNION ALL
    SELECT one.id FROM crowded CROSS JOIN known one ON one.account_id = crowded.id
    JOIN known other ON other.account_id = one.account_id AND other.name = one.name AND other.id <> one.id
    WHERE one.name <> ''),
bad(id) AS MATERIALIZED (
    SELECT contact_id FROM phone WHERE state = 'bad' AND void = 0 AND contact_id IS NOT NULL
    UNION ALL SELECT contact_id FROM email WHERE state = 'bad' AND void = 0)
SELECT c.id, c.created_at AS opened_at, c.title, c.account_id, c.source AS told,
       w.team_id, w.motion, w.source, w.campaign_id, coalesce(w.owner_id, k.owner_id) AS owner_id,
       c.id IN (SELECT contact_id FROM phone WHERE contact_id IS NOT NULL AND {USABLE}) AS phone,
       c.id IN (SELECT contact_id FROM email WHERE {USABLE}) AS email,
       c.id IN shared AS shared, c.id IN bad AS bad, c.id IN doubled AS doubled
FROM (SELECT * FROM contact WHERE {_KNOWN}) c
LEFT JOIN worked w ON w.contact_id = c.id
LEFT JOIN account k ON k.id = c.account_id"""


def make(store: Store, wanted: Asked, now: Instant) -> Made:
    """People by what is wrong with what is known of them, then open at bats, by owner."""
    people = _table(store, "people", "People", _people(store, wanted), _PEOPLE, "incomplete", _NOTE_PEOPLE)
    at_bats = _table(store, "at_bats", "Open at bats", _open(store, wanted, now), _AT_BATS, "stale", _NOTE_AT_BATS)
    return _sentences(people), (people, at_bats)


_NOTE_PEOPLE = (
    "All people but merged ones and those that sales rejected, as they are known now. A person is whose open at bat"
    " it is, else whose company it is."
)
_NOTE_AT_BATS = "Everything that is open now, imported ones too."


def _people(store: Store, wanted: Asked) -> Base:
    narrowing, values = wanted.narrowing(store)
    of_company = "LEFT JOIN account a ON a.id = l.account_id" if wanted.segment else ""
    # OFFSET keeps the flags from being worked out again for every condition on them.
    return Base(f"({_FLAGS} LIMIT -1 OFFSET 0) l {of_company} WHERE 1{narrowing}", values, Records.CONTACT)


def _open(store: Store, wanted: Asked, now: Instant) -> Base:
    narrowing, values = wanted.narrowing(store)
    of_company = "LEFT JOIN account a ON a.id = l.account_id" if wanted.segment else ""
    return Base(f"{OPEN} {of_company} WHERE {IS_OPEN}{narrowing}", {**values, "long_ago": now - _LONG})


def _table(
    store: Store, name: str, title: str, base: Base, measures: tuple[Measure, ...], charted: str, note: str
) -> Table:
    lines, total = breakdown(store, base, _OWNER, measures)
    columns = tuple(measure.column for measure in measures)
    return Table(name, title, _OWNER.head, columns, lines, total, Chart.BARS, (charted,), note)


def _sentences(people: Table) -> tuple[str, ...]:
    """How many are incomplete and whose most of them are; how many may be doubled."""

    def count(line: Line, name: str) -> int:
        return int(line.cells[people.column(name)].value or 0)

    total = people.total
    if total is None or not count(total, "people"):
        return ()
    incomplete, everybody, doubled = (count(total, name) for name in ("incomplete", "people", "doubled"))
    share = f"{incomplete / everybody * 100:.0f} %"
    said = [f"{incomplete:,} of {everybody:,} people are incomplete ({share}): {_WHAT_LACKS}."]
    owned = [line for line in people.lines if line.key is not None and count(line, "incomplete")]
    if owned:
        most = max(owned, key=lambda line: count(line, "incomplete"))
        said[0] = f"{said[0][:-1]}; most of what is owned with {most.label} ({count(most, 'incomplete'):,})."
    if doubled:
        said.append(f"{doubled:,} may be there twice: merge them.")
    return tuple(said)
