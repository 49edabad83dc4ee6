"""A rep's queue: best next action first, read in order from one index.

The order is docs/model.md, "The queue's order". Each tier is walked awake callers first, callers outside their
permitted hours after them; nothing is sorted but two short merges, so a pool of 680,000 reads as fast as 3,000.
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from itertools import chain, islice
from operator import itemgetter
from typing import Any, NamedTuple

from store.database import Store
from store.instants import Instant, moment
from store.lead_state import COLUMNS, LeadState, lead_state
from store.reach import USABLE, zones_of
from store.rules.business import at_local
from store.rules.passing_on import Promise, may_be_offered, rises_for, why_here
from store.rules.queue_order import CADENCE, DECIDE, FRESH, HOT, LATER, PROMISED, Why, tier_now
from store.rules.queue_views import View
from store.rules.touch import Reach
from store.ruleset import RuleSet
from store.vocabulary import Channel, Stage, Status

PAGE = 128
_ID = itemgetter(-1)


class QueueRow(NamedTuple):
    """One at bat in the queue, with the person and the company it is about.

    ``values`` are the at bat's columns, read when they are needed; ``phone`` is the first number that still works.
    ``promised`` is the open callback's id, if any.
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
    promised: int | None = None
    promiser_id: int | None = None
    promiser: str = ""

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

    @property
    def promise(self) -> Promise | None:
        """The callback that is promised, the earliest where there are several."""
        due = self.values[_CALLBACK_AT]
        return None if self.promised is None else Promise(due, self.promiser_id, self.promiser)


@dataclass(frozen=True, slots=True)
class Queue:
    """A snapshot of the order: every id, and the rows of the first page.

    Of a list that was narrowed or ordered otherwise, ``looked`` is how many at bats were looked through, and
    ``all_looked`` whether these are all there are.
    """

    ids: array[int]
    rows: Mapping[int, QueueRow]
    whole: bool
    looked: int = 0
    all_looked: bool = True


def queue(
    store: Store, owner_id: int | None, now: Instant, *, zone: str = "", view: View = View.ALL, limit: int = PAGE
) -> Queue:
    """The first ``limit`` at bats of an owner (None: the unrouted pool); ``limit`` -1 for the whole order.

    ``zone`` is the owner's, whose day decides what is due today. The view of what is unrouted is the pool's for all.
    """
    found = walk(store, owner_id, now, zone=zone, view=view, limit=limit)
    ids = array("q", found if limit < 0 else islice(found, limit))
    return Queue(ids, rows(store, ids[:PAGE]), limit < 0 or len(ids) < limit)


def walk(
    store: Store, owner_id: int | None, now: Instant, *, zone: str = "", view: View = View.ALL, limit: int = -1
) -> Iterator[int]:
    """The ids of a view in the queue's order, read as they are asked for; ``limit`` is the most that will be."""
    owner_id = whose(owner_id, view)
    values = {**moments(store, owner_id, now, zone), "limit": limit}
    for arms in _VIEWS[view]:
        for asleep in (0, 1) if _AWAKE_OR_ASLEEP in arms[0] else (0,):
            found = [store.rows(arm, {**values, "asleep": asleep}) for arm in arms if _concerns(arm, owner_id)]
            # Each arm comes in order: sorting them together only merges.
            merged = found[0] if len(found) == 1 else sorted(chain.from_iterable(found))
            yield from map(_ID, merged)


def whose(owner_id: int | None, view: View) -> int | None:
    """Whose at bats a view of somebody's queue shows."""
    return None if view is View.UNROUTED else owner_id


def moments(store: Store, owner_id: int | None, now: Instant, zone: str = "") -> dict[str, Any]:
    """Whose queue and when, as the conditions of the arms name it."""
    return {
        "owner": owner_id,
        "now": now,
        "lead": now + store.rules.queue.callback_lead,
        "missed": now - store.rules.callbacks.passes_on,
        "day_end": day_end(now, zone or store.zone),
        "today": store.calendar.day(now).isoformat(),
        "held": store.rules.routing.open_lead_limit,
    }


def is_free(store: Store, user_id: int | None, now: Instant) -> bool:
    """Whether what is offered to all is offered to this person: a rep who is here and may be given more."""
    return user_id is not None and store.value(f"SELECT {_FREE}", moments(store, user_id, now)) == 1


def is_offered(store: Store, lead_id: int) -> bool:
    """Whether an at bat is offered to all, because nobody touched it in time."""
    return store.value(_IS_OFFERED, (lead_id,)) is not None


def rows(store: Store, ids: Sequence[int]) -> dict[int, QueueRow]:
    """The rows of these at bats by id; ids that are gone are left out."""
    return {
        found[0]: QueueRow(found[0], found[_VERSION], found[:_WIDTH], *found[_WIDTH:])
        for found in store.rows(_ROWS, (json.dumps(list(ids)),))
    }


def row(store: Store, lead_id: int) -> QueueRow | None:
    """One row."""
    return rows(store, (lead_id,)).get(lead_id)


class Facts(NamedTuple):
    """What the order looks at: an at bat, the person's zone, the promise, and whether they may be contacted."""

    lead: LeadState
    zone: str
    promise: Promise | None
    suppressed: bool


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
    ends, owner_id = day_end(now, zone or store.zone), whose(owner_id, view)
    mine = key_in(store, facts_of(found), owner_id, now, ends, view)
    if mine is None:
        return Placed(found, None)
    return Placed(found, bisect_left(ids, mine, key=lambda other: key_of(store, other, owner_id, now, ends) or mine))


def facts_of(row: QueueRow) -> Facts:
    """What the order looks at, from a row."""
    return Facts(row.lead, row.zone, row.promise, row.suppressed)


def key_of(store: Store, lead_id: int, owner_id: int | None, now: Instant, ends: Instant) -> tuple[Any, ...] | None:
    """Where an at bat stands in the total order; None when it is gone."""
    values = store.row(_KEYED, (lead_id,))
    if values is None:
        return None
    zone, suppressed, promised, promiser_id = values[_WIDTH:]
    lead = lead_state(values[:_WIDTH])
    promise = None if promised is None else Promise(lead.callback_at or 0, promiser_id, "")
    return _key(store, Facts(lead, zone, promise, bool(suppressed)), owner_id, now, ends)


def key_in(
    store: Store, facts: Facts, owner_id: int | None, now: Instant, ends: Instant, view: View
) -> tuple[Any, ...] | None:
    """Where an at bat stands in the total order; None when it is not part of this view."""
    lead = facts.lead
    if not lead.open:
        return None
    if lead.owner_id == owner_id:
        return _key(store, facts, owner_id, now, ends) if _in_view(view, lead, _tier(store, lead, now, ends)) else None
    return _key(store, facts, owner_id, now, ends) if comes_to(store, facts, owner_id, now, view) else None


def comes_to(store: Store, facts: Facts, viewer_id: int | None, now: Instant, view: View = View.ALL) -> bool:
    """Whether an open at bat of somebody else's stands in this person's view: its promise rises, or it is offered."""
    lead = facts.lead
    if facts.suppressed or lead.stage is Stage.DISQUALIFIED:
        return False
    if facts.promise is not None and rises_for(facts.promise, viewer_id, now, store.rules):
        return view in _WITH_CALLBACKS
    offered = view in _WITH_OFFERED and may_be_offered(lead) and is_offered(store, lead.id)
    return offered and is_free(store, viewer_id, now)


def _in_view(view: View, lead: LeadState, tier: int) -> bool:
    """Whether one's own at bat is part of a view, by the tier it has now."""
    match view:
        case View.CALLBACKS:  # a promise is never snoozed: what is not due yet stands below
            return tier == PROMISED or (tier == LATER and lead.tier == PROMISED)
        case View.EXPIRING:
            return tier == DECIDE and lead.tier != DECIDE
        case _:
            return tier in _TIERS[view]


def _tier(store: Store, lead: LeadState, now: Instant, ends: Instant) -> int:
    return tier_now(lead, now, ends, store.rules)


def _key(store: Store, facts: Facts, owner_id: int | None, now: Instant, ends: Instant) -> tuple[Any, ...]:
    """The total order of the queue."""
    lead = facts.lead
    if lead.owner_id == owner_id:
        tier = _tier(store, lead, now, ends)
        due = lead.warn_at if tier == DECIDE and lead.tier != DECIDE else lead.due_at
        if lead.snoozed_until is not None and lead.snoozed_until > now:
            due = lead.snoozed_until
    elif may_be_offered(lead):
        tier, due = HOT, lead.due_at
    else:
        tier, due = PROMISED, lead.callback_at
    # Who is asleep now may be called when what is due later falls due.
    asleep = tier != LATER and lead.next_channel is Channel.CALL and store.is_asleep(facts.zone, now)
    return (tier, asleep, due or 0, -lead.score, -lead.value, lead.opened_at, lead.id)


def reason(store: Store, row: QueueRow, now: Instant, zone: str = "", viewer_id: int | None = None) -> Why:
    """Why a row is in a person's queue, in words; its owner's by default."""
    viewer_id = row.lead.owner_id if viewer_id is None else viewer_id
    return why_row(row, viewer_id, now, zone or store.zone, store.rules)


def why_row(row: QueueRow, viewer_id: int | None, now: Instant, zone: str, rules: RuleSet) -> Why:
    """The same without a store, for who paints it."""
    lead = row.lead
    cadence = rules.cadences.get(lead.cadence)
    steps = len(cadence.steps) if cadence else 0
    return why_here(lead, row.promise, viewer_id, now, zone, rules, steps, row.owner)


def day_end(now: Instant, zone: str) -> Instant:
    """Midnight after ``now`` in ``zone``."""
    return at_local(moment(now, zone).date() + timedelta(days=1), time(), zone)


def _concerns(arm: str, owner_id: int | None) -> bool:
    """Promises pass on and offers are made to people, not to the pool of what nobody owns."""
    return owner_id is not None or arm not in (_PASSED_ON, _OFFERED)


_AWAKE_OR_ASLEEP = "AND (l.next_channel IS 'call' AND asleep(c.zone, :now)) = :asleep"
_NOT_SNOOZED = "AND (l.snoozed_until IS NULL OR l.snoozed_until <= :now)"
_ORDER = "l.due_at, l.score DESC, l.value DESC, l.opened_at, l.id"


def _arm(
    where: str,
    *,
    by: str = "l.due_at",
    index: str = "lead_queue",
    snoozed: str = _NOT_SNOOZED,
    hours: str = _AWAKE_OR_ASLEEP,
) -> str:
    order = _ORDER.replace("l.due_at", by, 1)
    return (
        f"SELECT {by}, -l.score, -l.value, l.opened_at, l.id FROM lead l INDEXED BY {index}"
        " LEFT JOIN contact c ON c.id = l.contact_id"
        f" WHERE l.owner_id IS :owner AND l.open = 1 AND {where} {snoozed} {hours}"
        f" ORDER BY {order} LIMIT :limit"
    )


_NOT_WARNED = "(l.warn_at IS NULL OR l.warn_at > :now)"
_PROMISED = _arm("l.tier = 1 AND l.due_at <= :lead")
# The promise on an at bat: the earliest that is open.
_OF_LEAD = "SELECT id FROM callback WHERE lead_id = l.id AND state = 'open' AND void = 0 ORDER BY due_at, id LIMIT 1"
_OPEN = "SELECT id, lead_id, due_at FROM callback INDEXED BY callback_open WHERE state = 'open' AND void = 0 AND"
# What rises for somebody who does not own the at bat, as ``passing_on.rises_for`` says; it costs what is due.
PASSED_ON = f"""
(SELECT p.due_at, l.id, l.score, l.value, l.opened_at, l.next_channel, c.zone
 FROM ({_OPEN} promiser_id IS NULL AND due_at <= :lead
       UNION ALL {_OPEN} promiser_id = :owner AND due_at <= :lead
       UNION ALL {_OPEN} promiser_id IN (SELECT id FROM "user" WHERE id <> :owner) AND due_at <= :missed) p
 CROSS JOIN lead l ON l.id = p.lead_id LEFT JOIN contact c ON c.id = l.contact_id
 WHERE l.open = 1 AND l.owner_id IS NOT :owner AND l.stage <> 'disqualified' AND c.suppressed_at IS NULL
   AND p.id = ({_OF_LEAD}))"""
_PASSED_ON = (
    f"SELECT l.due_at, -l.score, -l.value, l.opened_at, l.id FROM {PASSED_ON} l"
    f" WHERE {_AWAKE_OR_ASLEEP.removeprefix('AND ').replace('c.zone', 'l.zone')} ORDER BY {_ORDER} LIMIT :limit"
)
_FREE = """EXISTS (
    SELECT 1 FROM "user" u WHERE u.id = :owner AND u.active = 1 AND u.paused = 0 AND u.role = 'sdr' AND NOT EXISTS (
        SELECT 1 FROM absence WHERE user_id = u.id AND void = 0 AND :today BETWEEN starts AND ends)
      AND (SELECT count(*) FROM (SELECT 1 FROM lead INDEXED BY lead_queue
                                 WHERE owner_id = u.id AND open = 1 LIMIT :held)) < :held)"""
# What is offered to all because its owner did not touch it in time, as ``passing_on.may_be_offered`` says.
OFFERED = f"""
(SELECT l.due_at, l.id, l.score, l.value, l.opened_at, l.next_channel, c.zone
 FROM alert x INDEXED BY alert_of_owner CROSS JOIN lead l ON l.id = x.entity_id
 LEFT JOIN contact c ON c.id = l.contact_id
 WHERE x.owner_id IS NULL AND x.closed_at IS NULL AND x.void = 0 AND x.kind = 'offered' AND x.entity = 'lead'
   AND {_FREE}
   AND l.open = 1 AND l.owner_id IS NOT :owner AND l.tier = 2 AND l.first_touch_at IS NULL
   AND l.stage IN ('new', 'accepted') AND c.suppressed_at IS NULL)"""
_OFFERED = _PASSED_ON.replace(PASSED_ON, OFFERED)
_HOT = _arm("l.tier = 2")
_DECIDE = _arm("l.tier = 3")
_EXPIRING = _arm("l.tier IN (4, 5) AND l.warn_at <= :now", by="l.warn_at", index="lead_expiring")
_FRESH = _arm(f"l.tier = 4 AND {_NOT_WARNED}")
_CADENCE = _arm(f"l.tier = 5 AND l.due_at < :day_end AND {_NOT_WARNED}")
_LATER_ARMS = (
    _arm("l.tier = 1 AND l.due_at > :lead", hours=""),
    _arm(f"l.tier = 5 AND l.due_at >= :day_end AND {_NOT_WARNED}", hours=""),
    _arm("l.snoozed_until > :now", by="l.snoozed_until", snoozed="", hours=""),
    _arm("l.tier = 6", hours=""),
)
_VIEWS: Mapping[View, tuple[tuple[str, ...], ...]] = {
    View.ALL: ((_PROMISED, _PASSED_ON), (_HOT, _OFFERED), (_DECIDE, _EXPIRING), (_FRESH,), (_CADENCE,)),
    View.HOT: ((_HOT, _OFFERED),),
    View.CALLBACKS: ((_PROMISED, _PASSED_ON), (_LATER_ARMS[0],)),
    View.EXPIRING: ((_EXPIRING,),),
    View.NEW: ((_HOT,), (_FRESH,)),
    View.LATER: (_LATER_ARMS,),
    View.UNROUTED: ((_PROMISED,), (_HOT,), (_DECIDE, _EXPIRING), (_FRESH,), (_CADENCE,), _LATER_ARMS),
}

_WIDTH = len(COLUMNS)
_VERSION = COLUMNS.index("version")
_STATUS = COLUMNS.index("status")
_CALLBACK_AT = COLUMNS.index("callback_at")
_TIERS: Mapping[View, frozenset[int]] = {
    View.ALL: frozenset({PROMISED, HOT, DECIDE, FRESH, CADENCE}),
    View.HOT: frozenset({HOT}),
    View.NEW: frozenset({HOT, FRESH}),
    View.LATER: frozenset({LATER}),
    View.UNROUTED: frozenset({PROMISED, HOT, DECIDE, FRESH, CADENCE, LATER}),
}
_WITH_CALLBACKS = (View.ALL, View.CALLBACKS)
_WITH_OFFERED = (View.ALL, View.HOT)
_IS_OFFERED = """
SELECT 1 FROM alert WHERE entity = 'lead' AND entity_id = ? AND kind = 'offered' AND closed_at IS NULL AND void = 0"""
_PROMISE = f"callback p ON p.id = CASE WHEN l.callback_at IS NOT NULL THEN ({_OF_LEAD}) END"
_KEYED = f"""
SELECT {", ".join(f'l."{column}"' for column in COLUMNS)}, coalesce(c.zone, ''), c.suppressed_at IS NOT NULL,
       p.id, p.promiser_id
FROM lead l LEFT JOIN contact c ON c.id = l.contact_id LEFT JOIN {_PROMISE} WHERE l.id = ?"""
_ROWS = f"""
SELECT {", ".join(f'l."{column}"' for column in COLUMNS)},
       coalesce(c.name, ''), coalesce(c.title, ''), coalesce(a.name, ''), coalesce(c.zone, ''),
       coalesce((SELECT CASE WHEN e164 <> '' THEN e164 ELSE written_as END FROM phone
                 WHERE contact_id = l.contact_id AND {USABLE} ORDER BY position LIMIT 1), ''),
       (SELECT count(*) FROM phone WHERE contact_id = l.contact_id AND {USABLE}),
       (SELECT count(*) FROM email WHERE contact_id = l.contact_id AND {USABLE}),
       c.suppressed_at IS NOT NULL, c.email_stopped_at IS NOT NULL, coalesce(u.name, ''),
       p.id, p.promiser_id, coalesce(w.name, '')
FROM lead l LEFT JOIN contact c ON c.id = l.contact_id LEFT JOIN account a ON a.id = l.account_id
LEFT JOIN "user" u ON u.id = l.owner_id LEFT JOIN {_PROMISE} LEFT JOIN "user" w ON w.id = p.promiser_id
WHERE l.id IN (SELECT value FROM json_each(?))"""
