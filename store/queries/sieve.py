"""A queue narrowed by a filter and put in another order, letter by letter without reading it again.

What was read is kept until a minute has passed, or until somebody changed the at bat, its person or its company:
while an import commits by the second, only what it touched is read again. Of a list longer than ``MOST`` only the
first in due order are looked through, and the answer says so.
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from store.database import Store
from store.errors import Refusal
from store.instants import DAY, MINUTE, Instant
from store.queries.queue import (
    PAGE,
    Placed,
    Queue,
    QueueRow,
    day_end,
    facts_of,
    key_in,
    key_of,
    queue,
    row,
    rows,
    walk,
    whose,
    why_row,
)
from store.queries.queue import place as place_plainly
from store.rules.amount import minor_digits
from store.rules.filter_terms import fold
from store.rules.lead_filter import VALUE_DIGITS, Facts, parse
from store.rules.queue_views import Order, Spec, View

MOST = 5_000
_AT_ONCE = 500  # rows read between two chances for other threads


class Sieve:
    """Lists one person's queue (None: the unrouted pool). It belongs to the thread of the store it is given."""

    def __init__(self) -> None:
        self._seen: tuple[Any, ...] = ()
        self._version = -1
        self._facts: dict[int, Facts] = {}
        self._stamps: dict[int, tuple[int, ...]] = {}  # the versions that the facts were read in
        self._ids: dict[View, Sequence[int]] = {}

    def list(
        self, store: Store, owner_id: int | None, now: Instant, spec: Spec, *, zone: str = "", limit: int = -1
    ) -> Queue:
        """What a spec shows; ``limit`` is for built-in views as they are. Raises Refusal for a filter that is wrong."""
        if spec.plain:
            return queue(store, owner_id, now, zone=zone, view=spec.view, limit=limit)
        self._look(store, owner_id, now, zone)
        found, looked = self._found(store, owner_id, now, spec, zone), len(self._ids[spec.view])
        ids = array("q", found)
        return Queue(ids, rows(store, ids[:PAGE]), True, looked, looked < MOST)

    def counts(
        self, store: Store, owner_id: int | None, now: Instant, specs: Iterable[Spec], *, zone: str = ""
    ) -> tuple[int | None, ...]:
        """How many at bats each spec shows, of the first ``MOST``; None for one whose filter is not understood."""
        self._look(store, owner_id, now, zone)
        counted: list[int | None] = []
        for spec in specs:
            try:
                counted.append(len(self._found(store, owner_id, now, spec._replace(order=Order.DUE), zone)))
            except Refusal:
                counted.append(None)
        return tuple(counted)

    def _look(self, store: Store, owner_id: int | None, now: Instant, zone: str) -> None:
        """Forget what may have changed."""
        seen, version = (now // MINUTE, owner_id, zone), store.data_version()
        if seen != self._seen:
            self._facts.clear()
        if (seen, version) != (self._seen, self._version):
            self._seen, self._version = seen, version
            self._ids.clear()

    def _forget_changed(self, store: Store, ids: Sequence[int]) -> None:
        """Drop the facts of what is in another version now."""
        if self._facts:
            for lead_id, *stamp in store.rows(_STAMPS, (json.dumps(ids),)):
                if self._stamps.get(lead_id) != tuple(stamp):
                    self._facts.pop(lead_id, None)

    def _found(self, store: Store, owner_id: int | None, now: Instant, spec: Spec, zone: str) -> Sequence[int]:
        if spec.view not in self._ids:
            self._ids[spec.view] = tuple(
                islice(walk(store, owner_id, now, zone=zone, view=spec.view, limit=MOST), MOST)
            )
            self._forget_changed(store, self._ids[spec.view])
        ids = self._ids[spec.view]
        if spec.plain:
            return ids
        passes = parse(spec.filter)
        missing = [lead_id for lead_id in ids if lead_id not in self._facts]
        for start in range(0, len(missing), _AT_ONCE):
            some = missing[start : start + _AT_ONCE]
            self._stamps.update((row[0], row[1:]) for row in store.rows(_STAMPS, (json.dumps(some),)))
            self._facts.update(facts_read(store, some, owner_id, now, zone))
        facts = self._facts
        found = [lead_id for lead_id in ids if lead_id in facts and passes(facts[lead_id])]
        if spec.order is not Order.DUE:
            found.sort(key=lambda lead_id: _first(spec.order, facts[lead_id]))  # ties stay in due order
        return found


def place(
    store: Store, ids: Sequence[int], lead_id: int, owner_id: int | None, now: Instant, zone: str, spec: Spec
) -> Placed:
    """As ``queue.place``, in a list that may be narrowed and ordered otherwise."""
    if spec.plain:
        return place_plainly(store, ids, lead_id, owner_id, now, zone, spec.view)
    found = row(store, lead_id)
    if found is None:
        return Placed(None, None)
    ends, owner_id = day_end(now, zone or store.zone), whose(owner_id, spec.view)
    key = key_in(store, facts_of(found), owner_id, now, ends, spec.view)

    def first(other: int) -> tuple[Any, ...]:
        facts = facts_read(store, (other,), owner_id, now, zone).get(other)
        return () if facts is None else _first(spec.order, facts)

    facts = facts_read(store, (lead_id,), owner_id, now, zone)[lead_id]
    if key is None or not parse(spec.filter)(facts):
        return Placed(found, None)
    mine = (_first(spec.order, facts), key)

    def whole(other: int) -> tuple[Any, ...]:
        return (first(other), key_of(store, other, owner_id, now, ends) or key)

    return Placed(found, bisect_left(ids, mine, key=whole))


def facts_read(
    store: Store, ids: Sequence[int], owner_id: int | None, now: Instant, zone: str = ""
) -> Mapping[int, Facts]:
    """What a filter looks at, by at bat; as ``owner_id`` sees it."""
    zone = zone or store.zone
    more = {found[0]: found[1:] for found in store.rows(_MORE, (json.dumps(list(ids)),))}
    return {
        lead_id: _facts(store, row, more[lead_id], owner_id, now, zone)
        for lead_id, row in rows(store, ids).items()
        if lead_id in more
    }


def _facts(store: Store, row: QueueRow, more: tuple[Any, ...], owner_id: int | None, now: Instant, zone: str) -> Facts:
    industry, country, size, campaign, digits = more
    lead = row.lead
    name, title, company = fold(row.name), fold(row.title), fold(row.company)
    source, campaign = fold(lead.source), fold(campaign)
    motion, stage, status = fold(lead.motion.label), fold(lead.stage.label), fold(lead.status.label)
    why = fold(why_row(row, owner_id, now, zone, store.rules).words)
    return Facts(
        "\n".join((name, title, company, motion, source, campaign, stage, status, why)),
        digits,
        name,
        title,
        company,
        fold(industry),
        fold(country),
        source,
        campaign,
        fold(row.owner),
        lead.owner_id == owner_id,
        why,
        motion,
        stage,
        status,
        fold(lead.next_channel.label) if lead.next_channel is not None else "",
        lead.score,
        lead.value * 10 ** (VALUE_DIGITS - minor_digits(store.currency)),
        size,
        lead.attempts,
        (now - lead.opened_at) // DAY,
        (now - (lead.last_touch_at or lead.opened_at)) // DAY,
        lead.opened_at,
        lead.last_touch_at or 0,
    )


def _first(order: Order, facts: Facts) -> tuple[Any, ...]:
    """What an order compares before the due order; never touched, and longest ago, come first."""
    match order:
        case Order.DUE:
            return ()
        case Order.SCORE:
            return (-facts.score,)
        case Order.VALUE:
            return (-facts.value,)
        case Order.TOUCHED:
            return (facts.touched_at,)
        case Order.COMPANY:
            return (not facts.company, facts.company)
        case Order.AGE:
            return (facts.opened_at,)


_STAMPS = """
SELECT l.id, l.version, coalesce(c.version, 0), coalesce(a.version, 0)
FROM lead l LEFT JOIN contact c ON c.id = l.contact_id LEFT JOIN account a ON a.id = l.account_id
WHERE l.id IN (SELECT value FROM json_each(?))"""
_MORE = """
SELECT l.id, coalesce(a.industry, ''), coalesce(nullif(a.country, ''), c.country, ''), a.size, coalesce(m.name, ''),
       coalesce((SELECT group_concat(digits, ' ') FROM phone WHERE contact_id = l.contact_id AND void = 0), '')
FROM lead l LEFT JOIN contact c ON c.id = l.contact_id LEFT JOIN account a ON a.id = l.account_id
LEFT JOIN campaign m ON m.id = l.campaign_id
WHERE l.id IN (SELECT value FROM json_each(?))"""
