"""One contact's stream, newest first: everything of their at bats, and their part in other people's.

A page is read in two steps: the keys of its entries, walked along an index per kind with a limit, so that somebody
with 100,000 entries opens as fast as anybody; then what those entries say, one query per kind on the page.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

from store.database import Store
from store.instants import DAY, Instant
from store.queries.entries import FAMILIES, Entry, EntryKind, entries
from store.vocabulary import Motion, Outcome, Role, Stage, Status

__all__ = [
    "FAMILIES",
    "AtBat",
    "Colleague",
    "Cursor",
    "Entry",
    "EntryKind",
    "Page",
    "account_timeline",
    "at_bats",
    "colleagues",
    "count",
    "cursor_at",
    "deal_timeline",
    "lives_behind",
    "timeline",
]

PAGE = 100
_CROWD = 100  # people of a company from which its stream is looked through by pieces
_CROWDED = "SELECT 1 FROM contact WHERE account_id = ? LIMIT 1 OFFSET ?"
_LOOKS_BACK = (2 * DAY, 60 * DAY)
_RANK = {kind: number for number, kind in enumerate(EntryKind, 1)}
_KIND = {number: kind for kind, number in _RANK.items()}
_EVER = 2**62


class Cursor(NamedTuple):
    """The place of an entry in a stream; pages go on from the entries older than it."""

    at: Instant
    rank: int
    id: int


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, newest first; ``next`` reads on, None at the end."""

    entries: tuple[Entry, ...]
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class AtBat:
    """One band of the stream: an at bat, how it stands or how it ended.

    ``primary`` is False for another person's at bat that this one has a role in; ``person`` says whose it is.
    ``outcome`` and ``reason`` are the team's words for them, empty while it is open; ``merged_into`` is the at bat
    that took over a duplicate. ``signal_at`` is when the other side did what it opened for, ``rule`` how the owner came
    to it.
    """

    id: int
    number: int
    primary: bool
    person: str
    role: Role | None
    motion: Motion
    source: str
    stage: Stage
    status: Status
    open: bool
    outcome: str
    reason: str
    outcome_note: str
    owner_id: int | None
    owner: str
    opened_at: Instant
    stage_at: Instant
    closed_at: Instant | None
    eligible_at: Instant | None
    eligible_on: str
    touches: int
    attempts: int
    connects: int
    merged_into: int | None
    version: int
    signal_at: Instant | None
    rule: str = ""

    @property
    def begins_at(self) -> Instant:
        """When its part of the stream begins: with what it opened for, where that is known."""
        return self.opened_at if self.signal_at is None else min(self.opened_at, self.signal_at)


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody else at the same company with an open at bat, and who works it; no name where only the company is."""

    lead_id: int
    contact_id: int | None
    name: str
    title: str
    stage: Stage
    status: Status
    owner_id: int | None
    owner: str


def timeline(
    store: Store,
    contact_id: int,
    *,
    before: Cursor | None = None,
    limit: int = PAGE,
    kinds: frozenset[EntryKind] | None = None,
    find: str = "",
) -> Page:
    """A page of one contact's stream, of all kinds unless ``kinds`` are given, going on from ``before``.

    ``find`` keeps what has these letters in its note or words, small or capital. At most one query per kind, and one.
    """
    return _page(store, _PERSON, contact_id, before, limit, kinds, find)


def account_timeline(
    store: Store,
    account_id: int,
    *,
    before: Cursor | None = None,
    limit: int = PAGE,
    kinds: frozenset[EntryKind] | None = None,
    find: str = "",
) -> Page:
    """A page of a whole company's stream, everyone's in one; as ``timeline`` otherwise."""
    return _page(store, _COMPANY, account_id, before, limit, kinds, find)


def deal_timeline(
    store: Store,
    opportunity_id: int,
    *,
    before: Cursor | None = None,
    limit: int = PAGE,
    kinds: frozenset[EntryKind] | None = None,
    find: str = "",
) -> Page:
    """A page of what happened on an opportunity and on the at bats it came from; as ``timeline`` otherwise."""
    return _page(store, _DEAL, opportunity_id, before, limit, kinds, find)


def count(
    store: Store,
    who: int,
    *,
    before: Instant = _EVER,
    company: bool = False,
    deal: bool = False,
    kinds: frozenset[EntryKind] | None = None,
    find: str = "",
) -> int:
    """How many entries earlier than ``before`` the stream of a contact has, of a company, or of an opportunity."""
    values = {"who": who, "before": before, **_find_values(find)}
    return int(store.value(_count_sql(_scope(company, deal), _wanted(kinds), bool(find)), values))


def cursor_at(
    store: Store,
    who: int,
    skip: int,
    *,
    company: bool = False,
    deal: bool = False,
    kinds: frozenset[EntryKind] | None = None,
    find: str = "",
) -> Cursor | None:
    """Where to read on from to get a page that begins after the ``skip`` newest entries; None for none to skip."""
    if skip <= 0:
        return None
    keys = _keys(store, _scope(company, deal), who, None, skip, kinds, find, offset=skip - 1)
    return keys[0] if keys else Cursor(-_EVER, 0, 0)


def at_bats(store: Store, contact_id: int) -> tuple[AtBat, ...]:
    """Every at bat of a contact, newest first, then those of others that the contact has a role in."""
    return _read_at_bats(store, _AT_BATS, {"contact": contact_id})


def lives_behind(store: Store, opportunity_id: int) -> tuple[AtBat, ...]:
    """The at bats that an opportunity came from: those of the person of the newest one first, then the others'."""
    return _read_at_bats(store, _BEHIND, {"deal": opportunity_id})


def _read_at_bats(store: Store, sql: str, values: dict[str, Any]) -> tuple[AtBat, ...]:
    outcomes, reasons = store.rules.outcomes, store.rules.reasons
    found = []
    for row in store.rows(sql, values):
        at_bat = AtBat(*row)
        reason = reasons.get(at_bat.reason)
        found.append(
            replace(
                at_bat,
                primary=bool(at_bat.primary),
                role=Role(at_bat.role) if at_bat.role else None,
                motion=Motion(at_bat.motion),
                stage=Stage(at_bat.stage),
                status=Status(at_bat.status),
                open=bool(at_bat.open),
                outcome=outcomes[Outcome(at_bat.outcome)].label if at_bat.outcome else "",
                reason=reason.label if reason else at_bat.reason,
            )
        )
    return tuple(found)


def colleagues(store: Store, contact_id: int) -> tuple[Colleague, ...]:
    """Who else at the contact's company is being worked, and by whom, the furthest on first."""
    found = [
        Colleague(lead_id, other_id, name, title, Stage(stage), Status(status), owner_id, owner)
        for lead_id, other_id, name, title, stage, status, owner_id, owner in store.rows(_COLLEAGUES, (contact_id,))
    ]
    order = list(Stage)
    return tuple(sorted(found, key=lambda one: (-order.index(one.stage), one.name, one.lead_id)))


# --- keys -----------------------------------------------------------------------------------------------------------


class _Arm(NamedTuple):
    """Where the entries of a kind are found: by ``key`` in a table, timed by a column, ``only`` such rows."""

    kind: EntryKind
    table: str
    at: str
    scope: str
    key: str
    only: str
    words: str


_ANSWERED = "AND answered_at IS NOT NULL"
_KEPT_OR_MISSED = "AND state IN ('kept', 'missed')"
_ON_A_DEAL = "AND opportunity_id IS NOT NULL"
_ENDED_ON_A_DEAL = f"{_ON_A_DEAL} {_KEPT_OR_MISSED}"


# What is looked through: what was written, and the words that stand beside it on the screen.
_MET_WITH = "iif(with_whom = 'contact', '', ' ' || with_whom)"
_TOUCHED = f"replace(replace(channel, 'email', 'e-mail') || ' · ' || disposition || {_MET_WITH}, '_', ' ')"
_SAID = {
    EntryKind.TOUCH: f"{_TOUCHED} || ' ' || note",
    EntryKind.NOTE: "'note ' || text",
    EntryKind.SIGNAL: "'signal · ' || replace(kind, '_', ' ') || ' · ' || decision || ' ' || words",
}
_AMENDED = f"'amended ' || {_SAID[EntryKind.TOUCH]}"
_MET = "'meeting ' || replace(result, '_', ' ') || ' ' || words"
_PROMISED = "'callback promised ' || words"
_ENDED = "'callback ' || state || ' ' || words"
_ASKED = "'approval asked: ' || replace(outcome, '_', ' ') || ' ' || note"
_DECIDED = "iif(approved, 'approved', 'sent back') || ' ' || answer"
_OF_ENDED = "(SELECT ' · ' || replace(outcome, '_', ' ') || ' ' || outcome_note FROM lead WHERE id = lead_id)"
_ENTERED = (
    f"iif(stage = 'new', 'at bat opened', stage) || iif(left_at IS NULL, coalesce({_OF_ENDED}, ''), '')"
    " || iif(override, ' set back by hand', '')"
)
_SET_TO = "'status set to ' || status || ' by hand'"
_GIVEN_TO = "coalesce('to ' || (SELECT name FROM \"user\" WHERE id = owner_id), 'unrouted') || ' ' || rule"
_DEAL_NAME = "coalesce((SELECT 'opportunity ' || name FROM opportunity WHERE id = opportunity_id), 'meeting')"
_MOVED = f"{_DEAL_NAME} || ' ' || stage"
_ANSWER = "iif(accepted, 'hand-over accepted', 'rejected by sales') || ' ' || replace(reason, '_', ' ')"


def _arms() -> tuple[_Arm, ...]:
    kind = EntryKind
    found = []
    for name, words in _SAID.items():
        found += [
            _Arm(name, name.value, "at", "people", "contact_id", "", words),
            _Arm(name, name.value, "at", "leads", "lead_id", "", words),
        ]
    for name, at, only in (
        (kind.MEETING, "booked_at", ""),
        (kind.MEETING_RESULT, "result_at", "AND result <> 'booked'"),
    ):
        found += [
            _Arm(name, "meeting", at, "people", "contact_id", only, _MET),
            _Arm(name, "meeting", at, "leads", "lead_id", only, _MET),
        ]
    return (
        *found,
        _Arm(kind.AMENDMENT, "touch", "amended_at", "leads", "lead_id", "AND amended_at IS NOT NULL", _AMENDED),
        _Arm(kind.TASK, "task", "at", "leads", "lead_id", "AND at IS NOT NULL", "'task ' || state || ' ' || words"),
        _Arm(kind.CALLBACK, "callback", "promised_at", "leads", "lead_id", "", _PROMISED),
        _Arm(kind.CALLBACK_ENDED, "callback", "ended_at", "leads", "lead_id", _KEPT_OR_MISSED, _ENDED),
        _Arm(kind.APPROVAL, "approval", "asked_at", "leads", "lead_id", "", _ASKED),
        _Arm(kind.APPROVAL_ANSWER, "approval", "decided_at", "leads", "lead_id", "", _DECIDED),
        _Arm(kind.STAGE, "stage_spell", "entered_at", "leads", "lead_id", "AND skipped = 0", _ENTERED),
        _Arm(kind.STATUS, "status_change", "at", "leads", "lead_id", "AND override = 1", _SET_TO),
        _Arm(kind.ASSIGNMENT, "assignment", "at", "leads", "lead_id", "", _GIVEN_TO),
        _Arm(kind.CONVERSION, "conversion", "at", "leads", "lead_id", "", f"'converted ' || {_DEAL_NAME}"),
        _Arm(kind.REVERSAL, "conversion", "reversed_at", "leads", "lead_id", "", "'conversion reversed'"),
        _Arm(kind.OPPORTUNITY, "opportunity_spell", "entered_at", "deals", "opportunity_id", "", _MOVED),
        _Arm(kind.HAND_OVER, "hand_over", "at", "deals", "opportunity_id", "", "'handed over'"),
        _Arm(kind.HAND_OVER_ANSWER, "hand_over", "answered_at", "deals", "opportunity_id", _ANSWERED, _ANSWER),
        _Arm(kind.CALLBACK, "callback", "promised_at", "deals", "opportunity_id", _ON_A_DEAL, _PROMISED),
        _Arm(kind.CALLBACK_ENDED, "callback", "ended_at", "deals", "opportunity_id", _ENDED_ON_A_DEAL, _ENDED),
        _Arm(kind.EDIT, "edit", "at", "deals", "opportunity_id", _ON_A_DEAL, "'edited'"),
        _Arm(kind.EDIT, "edit", "at", "people", "contact_id", "", "'edited'"),
        _Arm(kind.EDIT, "edit", "at", "company", "account_id", "", "'edited'"),
    )


_ARMS = _arms()
# What was done on the opportunity itself, where its own story is read.
_DEAL_ARMS = (
    *(_Arm(kind, kind.value, "at", "deals", "opportunity_id", _ON_A_DEAL, words) for kind, words in _SAID.items()),
    _Arm(EntryKind.MEETING, "meeting", "booked_at", "deals", "opportunity_id", _ON_A_DEAL, _MET),
    _Arm(
        EntryKind.MEETING_RESULT,
        "meeting",
        "result_at",
        "deals",
        "opportunity_id",
        f"{_ON_A_DEAL} AND result <> 'booked'",
        _MET,
    ),
)
_NOBODYS = " AND (contact_id IS NULL OR contact_id NOT IN (SELECT id FROM people))"
_OF_NO_LEAD = " AND (lead_id IS NULL OR lead_id NOT IN (SELECT id FROM leads))"
_PERSON = "SELECT :who"
_COMPANY = "SELECT id FROM contact WHERE account_id = :who AND void = 0"
_DEAL = "SELECT id FROM contact WHERE 0"
_LEADS_OF = {
    _PERSON: "SELECT id FROM lead WHERE contact_id = :who AND void = 0",
    _COMPANY: "SELECT id FROM lead WHERE account_id = :who AND void = 0",
    _DEAL: "SELECT lead_id FROM conversion WHERE opportunity_id = :who AND void = 0 AND reversed_at IS NULL",
}
_DEALS = (
    "SELECT opportunity_id FROM opportunity_contact WHERE contact_id IN (SELECT id FROM people) AND void = 0"
    " UNION SELECT opportunity_id FROM conversion"
    " WHERE lead_id IN (SELECT id FROM leads) AND void = 0 AND opportunity_id IS NOT NULL"
)


def _scope(company: bool, deal: bool) -> str:
    """Whose stream: a company's, an opportunity's, else a person's."""
    return _DEAL if deal else _COMPANY if company else _PERSON


def _arms_of(people: str) -> tuple[_Arm, ...]:
    return (*_ARMS, *_DEAL_ARMS) if people == _DEAL else _ARMS


def _scopes(people: str) -> str:
    """The people, at bats and opportunities, and the company, that a stream is about, each read once."""
    return (
        f"WITH people(id) AS MATERIALIZED ({people}), leads(id) AS MATERIALIZED ({_LEADS_OF[people]}),"
        f" deals(id) AS MATERIALIZED ({'SELECT :who' if people == _DEAL else _DEALS}),"
        f" company(id) AS MATERIALIZED (SELECT :who{'' if people == _COMPANY else ' WHERE 0'})"
    )


def _within(arm: _Arm, find: bool) -> str:
    """The rows of an arm for one row ``s`` of its scope, which are older than the cursor."""
    spelt = " OR ".join(rf"{arm.words} LIKE :{spelling} ESCAPE '\'" for spelling in ("typed", "lower", "upper"))
    found = f" AND ({spelt})" if find else ""
    return (
        f"FROM {arm.table} WHERE {arm.key} = s.id AND void = 0 {arm.only}"
        f" AND ({arm.at}, id) < (:before, :below_{arm.kind.value}){found}"
    )


@lru_cache(maxsize=128)
def _keys_sql(people: str, kinds: tuple[EntryKind, ...], find: bool) -> str:
    """The newest keys of a stream. The correlated IN with its LIMIT walks each index no further than a page."""
    arms = [
        f"SELECT x.{arm.at} AS at, {_RANK[arm.kind]} AS rank, x.id AS id FROM {arm.scope} s CROSS JOIN {arm.table} x"
        f" ON x.id IN (SELECT id {_within(arm, find)} AND {arm.at} >= :since"
        f" ORDER BY {arm.at} DESC, id DESC LIMIT :most)"
        for arm in _arms_of(people)
        if arm.kind in kinds
    ]
    return f"{_scopes(people)} {' UNION '.join(arms)} ORDER BY at DESC, rank DESC, id DESC LIMIT :limit OFFSET :offset"


@lru_cache(maxsize=64)
def _count_sql(people: str, kinds: tuple[EntryKind, ...], find: bool) -> str:
    """The number of entries; what two arms of a kind both find is counted by the people's arm alone."""
    doubled = {arm.kind for arm in _ARMS if arm.scope == "people"}
    counts = []
    for arm in _arms_of(people):
        if arm.kind in kinds:
            within = _within(arm, find).replace(f":below_{arm.kind.value}", "0")
            other = _NOBODYS if arm.scope == "leads" and arm.kind in doubled else ""
            other = _OF_NO_LEAD if arm in _DEAL_ARMS else other
            counts.append(f"(SELECT coalesce(sum((SELECT count(*) {within}{other})), 0) FROM {arm.scope} s)")
    return f"{_scopes(people)} SELECT {' + '.join(counts) or '0'}"


def _keys(
    store: Store,
    people: str,
    who: int,
    before: Cursor | None,
    limit: int,
    kinds: frozenset[EntryKind] | None,
    find: str,
    offset: int = 0,
) -> list[Cursor]:
    wanted = _wanted(kinds)
    if not wanted or limit <= 0:
        return []
    start = before or Cursor(_EVER, len(_RANK) + 1, 0)
    values: dict[str, Any] = {"who": who, "before": start.at, "limit": limit - offset, "offset": offset, "most": limit}
    for kind in wanted:
        # Of the entries of the cursor's own moment, those of lower kinds are still to come.
        rank = _RANK[kind]
        values[f"below_{kind.value}"] = start.id if rank == start.rank else _EVER if rank < start.rank else 0
    values.update(_find_values(find))
    sql, found = _keys_sql(people, wanted, bool(find)), []
    for since in _reaches(store, people, who, start.at):
        found = store.rows(sql, {**values, "since": since})
        if len(found) >= limit - offset:
            break
    return [Cursor(*row) for row in found]


def _reaches(store: Store, people: str, who: int, before: Instant) -> tuple[Instant, ...]:
    """How far back to look, a little first: of a crowd, everybody's last page would be far more than a page."""
    if people != _COMPANY or store.value(_CROWDED, (who, _CROWD)) is None:
        return (-_EVER,)
    newest = min(before, int(store.value("SELECT at FROM operation ORDER BY id DESC LIMIT 1") or 0))
    return (*(newest - reach for reach in _LOOKS_BACK), -_EVER)


def _page(
    store: Store,
    people: str,
    who: int,
    before: Cursor | None,
    limit: int,
    kinds: frozenset[EntryKind] | None,
    find: str,
) -> Page:
    keys = _keys(store, people, who, before, limit, kinds, find)
    wanted: dict[int, list[int]] = defaultdict(list)
    for key in keys:
        wanted[key.rank].append(key.id)
    read = {rank: entries(store, _KIND[rank], ids) for rank, ids in wanted.items()}
    page = tuple(read[key.rank][key.id] for key in keys)
    return Page(page, keys[-1] if len(keys) == limit else None)


def _wanted(kinds: frozenset[EntryKind] | None) -> tuple[EntryKind, ...]:
    return tuple(EntryKind) if kinds is None else tuple(sorted(kinds, key=_RANK.__getitem__))


def _find_values(find: str) -> dict[str, str]:
    """LIKE folds ASCII letters alone: other alphabets are looked for as typed, in small letters and in capitals."""
    if not find:
        return {}
    text = find.replace("\0", "").encode("utf-8", "ignore").decode()
    return {"typed": _pattern(text), "lower": _pattern(text.lower()), "upper": _pattern(text.upper())}


def _pattern(text: str) -> str:
    for letter in "\\%_":
        text = text.replace(letter, f"\\{letter}")
    return f"%{text}%"


_AT_BAT = """
SELECT l.id, l.number, {primary}, coalesce(c.name, ''), {role}, l.motion, l.source, l.stage, l.status, l.open,
       l.outcome, l.reason, l.outcome_note, l.owner_id, coalesce(u.name, ''), l.opened_at, l.stage_at, l.closed_at,
       l.eligible_at, l.eligible_on, l.touches, l.attempts, l.connects, l.merged_into_id, l.version,
       (SELECT at FROM signal WHERE id = l.signal_id),
       coalesce((SELECT rule FROM assignment WHERE lead_id = l.id AND void = 0
                 ORDER BY at DESC, id DESC LIMIT 1), '')"""
_JOINS = 'LEFT JOIN "user" u ON u.id = l.owner_id LEFT JOIN contact c ON c.id = l.contact_id'
_AT_BATS = f"""
{_AT_BAT.format(primary="1 AS is_primary", role="NULL")}
FROM lead l {_JOINS} WHERE l.contact_id = :contact AND l.void = 0
UNION ALL
{_AT_BAT.format(primary="0", role="p.role")}
FROM lead_contact p JOIN lead l ON l.id = p.lead_id {_JOINS}
WHERE p.contact_id = :contact AND p.void = 0 AND l.void = 0 AND l.contact_id IS NOT :contact
ORDER BY is_primary DESC, l.opened_at DESC, l.id DESC"""

_BEHIND = f"""
WITH behind(lead_id, at) AS (
    SELECT lead_id, at FROM conversion WHERE opportunity_id = :deal AND void = 0 AND reversed_at IS NULL),
newest(contact_id) AS (
    SELECT l.contact_id FROM behind b JOIN lead l ON l.id = b.lead_id ORDER BY b.at DESC, l.id DESC LIMIT 1)
{_AT_BAT.format(primary="l.contact_id IS (SELECT contact_id FROM newest) AS is_primary", role="NULL")}
FROM behind b JOIN lead l ON l.id = b.lead_id {_JOINS}
ORDER BY is_primary DESC, l.opened_at DESC, l.id DESC"""

_COLLEAGUES = """
SELECT l.id, l.contact_id, coalesce(c.name, ''), coalesce(c.title, ''), l.stage, l.status, l.owner_id,
       coalesce(u.name, '')
FROM contact me JOIN lead l ON l.account_id = me.account_id AND l.open = 1
LEFT JOIN contact c ON c.id = l.contact_id LEFT JOIN "user" u ON u.id = l.owner_id
WHERE me.id = ? AND l.contact_id IS NOT me.id"""
