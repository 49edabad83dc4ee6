"""A rep's queue: best next action first, read in order from one index.

The order is docs/model.md, "The queue's order". Each tier is walked awake callers first, callers outside their
permitted hours after them; nothing is sorted but two short merges, so a pool of 680,000 reads as fast as 3,000.
"""

from __future__ import annotations

import heapq
import json
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum
from itertools import islice
from typing import Any, NamedTuple

from store.database import Store
from store.instants import Instant, moment
from store.lead_state import COLUMNS, LeadState, lead_state
from store.reach import USABLE, zones_of
from store.rules.business import at_local
from store.rules.queue_order import (
    CADENCE,
    DECIDE,
    FRESH,
    HOT,
    LATER,
    PROMISED,
    Why,
    tier_now,
    why,
)
from store.rules.touch import Reach
from store.vocabulary import Channel, Status

PAGE = 128


class View(StrEnum):
    """What part of the queue to see."""

    ALL = "all"
    HOT = "hot"
    CALLBACKS = "callbacks"
    EXPIRING = "expiring"
    NEW = "new"
    LATER = "later"


class QueueRow(NamedTuple):
    """One at bat in the queue, with the person and the company it is about.

    ``values`` are the at bat's columns, read when they are needed; ``phone`` is the first number that still works.
    """

    id: int
    version: int
    values: tuple[Any, ...]
    name: str
    title: str
    company: str
    zone: str
    phone: str
    phones: int
    emails: int
    suppressed: bool
    email_stopped: bool
    owner: str

    @property
    def lead(self) -> LeadState:
        """The at bat itself."""
        return lead_state(self.values)

    @property
    def lead_id(self) -> int:
        """The at bat, as every row of a lead calls it."""
        return self.id

    @property
    def status(self) -> Status:
        """Its status."""
        return Status(self.values[_STATUS])

    @property
    def reach(self) -> Reach:
        """How the person may be reached."""
        return Reach(zones_of(self.zone), self.phones, self.emails, self.suppressed, self.email_stopped)


@dataclass(frozen=True, slots=True)
class Queue:
    """A snapshot of the order: every id, and the rows of the first page."""

    ids: array[int]
    rows: Mapping[int, QueueRow]
    whole: bool


def queue(
    store: Store, owner_id: int | None, now: Instant, *, zone: str = "", view: View = View.ALL, limit: int = PAGE
) -> Queue:
    """The first ``limit`` at bats of an owner (None: the unrouted pool); ``limit`` -1 for the whole order.

    ``zone`` is the owner's, whose day decides what is due today.
    """
    values = {
        "owner": owner_id,
        "now": now,
        "lead": now + store.rules.queue.callback_lead,
        "day_end": day_end(now, zone or store.zone),
        "limit": limit,
    }
    found = _walk(store, values, view)
    ids = array("q", found if limit < 0 else islice(found, limit))
    return Queue(ids, rows(store, ids[:PAGE]), limit < 0 or len(ids) < limit)


def rows(store: Store, ids: Sequence[int]) -> dict[int, QueueRow]:
    """The rows of these at bats by id; ids that are gone are left out."""
    return {found[0]: _row(found) for found in store.rows(_ROWS, (json.dumps(list(ids)),))}


def _row(found: tuple[Any, ...]) -> QueueRow:
    return QueueRow._make((found[0], found[_VERSION], found[:_WIDTH], *found[_WIDTH:]))


def row(store: Store, lead_id: int) -> QueueRow | None:
    """One row."""
    return rows(store, (lead_id,)).get(lead_id)


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an at bat now belongs among ``ids``; no index when it is not part of the view any more."""

    row: QueueRow | None
    index: int | None


def place(
    store: Store, ids: Sequence[int], lead_id: int, owner_id: int | None, now: Instant, zone: str, view: View
) -> Placed:
    """The row of an at bat after something was done to it, and its place in an order that is already on the screen.

    Found by halving: a snapshot of 3,000 costs a dozen reads of one row. ``ids`` must not hold the at bat itself.
    """
    found = row(store, lead_id)
    if found is None:
        return Placed(None, None)
    ends = day_end(now, zone or store.zone)
    lead = found.lead
    if not lead.open or lead.owner_id != owner_id or _tier(store, lead, now, ends) not in _TIERS[view]:
        return Placed(found, None)
    mine = _key(store, lead, found.zone, now, ends)

    def key_of(other: int) -> tuple[Any, ...]:
        values = store.row(_KEYED, (other,))
        return mine if values is None else _key(store, lead_state(values[:-1]), values[-1], now, ends)

    return Placed(found, bisect_left(ids, mine, key=key_of))


def _tier(store: Store, lead: LeadState, now: Instant, ends: Instant) -> int:
    return tier_now(lead, now, ends, store.rules)


def _key(store: Store, lead: LeadState, zone: str, now: Instant, ends: Instant) -> tuple[Any, ...]:
    """The total order of the queue."""
    tier = _tier(store, lead, now, ends)
    asleep = lead.next_channel is Channel.CALL and store.is_asleep(zone, now)
    due = lead.warn_at if tier == DECIDE and lead.tier != DECIDE else lead.due_at
    return (tier, asleep, due or 0, -lead.score, -lead.value, lead.opened_at, lead.id)


def reason(store: Store, row: QueueRow, now: Instant, zone: str = "") -> Why:
    """Why a row is here, in words."""
    lead = row.lead
    cadence = store.rules.cadences.get(lead.cadence)
    return why(lead, now, zone or store.zone, store.rules, len(cadence.steps) if cadence else 0)


def day_end(now: Instant, zone: str) -> Instant:
    """Midnight after ``now`` in ``zone``."""
    return at_local(moment(now, zone).date() + timedelta(days=1), time(), zone)


def _walk(store: Store, values: Mapping[str, Any], view: View) -> Iterator[int]:
    """Ids in the queue's order, one arm after another, each only when it is reached."""
    for arms in _VIEWS[view]:
        for asleep in (0, 1):
            streams = [_stream(store, arm, {**values, "asleep": asleep}) for arm in arms]
            merged = streams[0] if len(streams) == 1 else heapq.merge(*streams)
            yield from (found[-1] for found in merged)


def _stream(store: Store, arm: str, values: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    yield from store.rows(arm, values)


_AWAKE_OR_ASLEEP = "AND (l.next_channel IS 'call' AND asleep(c.zone, :now)) = :asleep"
_NOT_SNOOZED = "AND (l.snoozed_until IS NULL OR l.snoozed_until <= :now)"
_ORDER = "l.due_at, l.score DESC, l.value DESC, l.opened_at, l.id"


def _arm(where: str, *, by: str = "l.due_at", index: str = "lead_queue", snoozed: str = _NOT_SNOOZED) -> str:
    order = _ORDER.replace("l.due_at", by, 1)
    return (
        f"SELECT {by}, -l.score, -l.value, l.opened_at, l.id FROM lead l INDEXED BY {index}"
        " LEFT JOIN contact c ON c.id = l.contact_id"
        f" WHERE l.owner_id IS :owner AND l.open = 1 AND {where} {snoozed} {_AWAKE_OR_ASLEEP}"
        f" ORDER BY {order} LIMIT :limit"
    )


_NOT_WARNED = "(l.warn_at IS NULL OR l.warn_at > :now)"
_PROMISED = _arm("l.tier = 1 AND l.due_at <= :lead")
_HOT = _arm("l.tier = 2")
_DECIDE = _arm("l.tier = 3")
_EXPIRING = _arm("l.tier IN (4, 5) AND l.warn_at <= :now", by="l.warn_at", index="lead_expiring")
_FRESH = _arm(f"l.tier = 4 AND {_NOT_WARNED}")
_CADENCE = _arm(f"l.tier = 5 AND l.due_at < :day_end AND {_NOT_WARNED}")
_LATER_ARMS = (
    _arm("l.tier = 1 AND l.due_at > :lead"),
    _arm(f"l.tier = 5 AND l.due_at >= :day_end AND {_NOT_WARNED}"),
    _arm("l.snoozed_until > :now", by="l.snoozed_until", snoozed=""),
    _arm("l.tier = 6"),
)
_VIEWS: Mapping[View, tuple[tuple[str, ...], ...]] = {
    View.ALL: ((_PROMISED,), (_HOT,), (_DECIDE, _EXPIRING), (_FRESH,), (_CADENCE,)),
    View.HOT: ((_HOT,),),
    View.CALLBACKS: ((_PROMISED,), (_LATER_ARMS[0],)),
    View.EXPIRING: ((_EXPIRING,),),
    View.NEW: ((_HOT,), (_FRESH,)),
    View.LATER: (_LATER_ARMS,),
}

_WIDTH = len(COLUMNS)
_VERSION = COLUMNS.index("version")
_STATUS = COLUMNS.index("status")
_TIERS: Mapping[View, frozenset[int]] = {
    View.ALL: frozenset({PROMISED, HOT, DECIDE, FRESH, CADENCE}),
    View.HOT: frozenset({HOT}),
    View.CALLBACKS: frozenset({PROMISED}),
    View.EXPIRING: frozenset({DECIDE}),
    View.NEW: frozenset({HOT, FRESH}),
    View.LATER: frozenset({LATER}),
}
_KEYED = (
    "SELECT " + ", ".join(f'l."{column}"' for column in COLUMNS) + ", coalesce(c.zone, '')"
    " FROM lead l LEFT JOIN contact c ON c.id = l.contact_id WHERE l.id = ?"
)
_ROWS = f"""
SELECT {", ".join(f'l."{column}"' for column in COLUMNS)},
       coalesce(c.name, ''), coalesce(c.title, ''), coalesce(a.name, ''), coalesce(c.zone, ''),
       coalesce((SELECT CASE WHEN e164 <> '' THEN e164 ELSE written_as END FROM phone
                 WHERE contact_id = l.contact_id AND {USABLE} ORDER BY position LIMIT 1), ''),
       (SELECT count(*) FROM phone WHERE contact_id = l.contact_id AND {USABLE}),
       (SELECT count(*) FROM email WHERE contact_id = l.contact_id AND {USABLE}),
       c.suppressed_at IS NOT NULL, c.email_stopped_at IS NOT NULL, coalesce(u.name, '')
FROM lead l LEFT JOIN contact c ON c.id = l.contact_id LEFT JOIN account a ON a.id = l.account_id
LEFT JOIN "user" u ON u.id = l.owner_id
WHERE l.id IN (SELECT value FROM json_each(?))"""
