"""The opportunities that at bats became, and the touchpoints by which the people on them had come before.

See docs/model.md, "Sources".
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from store.database import Store
from store.instants import Instant
from store.reports.asked import Asked
from store.reports.base import Base, at_bats
from store.reports.conditions import WITH_OPPORTUNITY


class Came(NamedTuple):
    """One touchpoint of an opportunity: a signal, or an at bat that no signal opened, with where it came from."""

    at: Instant
    source: str
    campaign_id: int | None


class Deal(NamedTuple):
    """An opportunity with its touchpoints in time order, of which there is one at least.

    ``days_to_win``, in microseconds, is from when its first at bat was opened until it was won.
    """

    id: int
    amount: int
    open: bool
    won: bool
    days_to_win: int | None
    came: Sequence[Came]


def deals(store: Store, wanted: Asked) -> list[Deal]:
    """Every opportunity that an at bat of the period became, once however many did, the newest first. Three queries."""
    # Only what is converted has one, which the index of reports knows before anything is looked up.
    base = at_bats(store, wanted, imported=True, joins=WITH_OPPORTUNITY)
    behind = Base(f"{base.sql} AND l.stage = 'converted'", base.values)
    newest = "ORDER BY o.opened_at DESC, o.id DESC"
    rows = store.rows(f"SELECT DISTINCT {_COLUMNS} FROM {behind.sql} {newest}", dict(behind.values))
    signals: dict[int, list[tuple[Instant, int, int, Came]]] = {row[0]: [] for row in rows}
    openers: dict[int, set[int]] = {row[0]: set() for row in rows}
    ids = {"ids": json.dumps([row[0] for row in rows])}
    for id, signal_id, at, source, campaign_id in store.rows(_SIGNALS, ids):
        signals[id].append((at, 0, signal_id, Came(at, source, campaign_id)))
        openers[id].add(signal_id)
    for id, lead_id, at, source, campaign_id, opened_by in store.rows(_LEADS, ids):
        if opened_by not in openers[id]:
            signals[id].append((at, 1, lead_id, Came(at, source, campaign_id)))
    found = []
    for id, amount, is_open, won, opened_at, source, to_win in rows:
        came = [each for *_, each in sorted(signals[id])] or [Came(opened_at, source, None)]
        found.append(Deal(id, amount, bool(is_open), bool(won), to_win, came))
    return found


_BEGAN = """
SELECT min(b.opened_at) FROM conversion w JOIN lead b ON b.id = w.lead_id AND b.void = 0
WHERE w.opportunity_id = o.id AND w.void = 0 AND w.reversed_at IS NULL"""
_COLUMNS = f"""o.id, o.amount, o.open, o.stage = 'won', o.opened_at, o.source,
CASE WHEN o.stage = 'won' THEN o.closed_at - ({_BEGAN}) END"""
_DEALS = """
WITH deal(id, opened_at) AS (
    SELECT id, opened_at FROM opportunity WHERE id IN (SELECT value FROM json_each(:ids)))"""
_PEOPLE = "deal d JOIN opportunity_contact p ON p.opportunity_id = d.id AND p.void = 0"
_AT_BATS = "deal d JOIN conversion w ON w.opportunity_id = d.id AND w.void = 0 AND w.reversed_at IS NULL"
_SIGNAL = "d.id, s.id, s.at, coalesce(nullif(s.source, ''), g.source, ''), s.campaign_id"
_COUNTS = (
    "LEFT JOIN campaign g ON g.id = s.campaign_id"
    " WHERE s.at <= d.opened_at AND s.void = 0 AND (s.source <> '' OR s.campaign_id IS NOT NULL)"
)
_SIGNALS = f"""{_DEALS}
SELECT {_SIGNAL} FROM {_PEOPLE} JOIN signal s ON s.contact_id = p.contact_id {_COUNTS} UNION
SELECT {_SIGNAL} FROM {_AT_BATS} JOIN signal s ON s.lead_id = w.lead_id {_COUNTS}"""
_LEAD = "d.id, s.id, s.opened_at, coalesce(nullif(s.source, ''), g.source, ''), s.campaign_id, s.signal_id"
_COUNTED = (
    "LEFT JOIN campaign g ON g.id = s.campaign_id"
    " WHERE s.opened_at <= d.opened_at AND s.void = 0 AND s.merged_into_id IS NULL"
    " AND (s.source <> '' OR s.campaign_id IS NOT NULL)"
)
_LEADS = f"""{_DEALS}
SELECT {_LEAD} FROM {_PEOPLE} JOIN lead s ON s.contact_id = p.contact_id {_COUNTED} UNION
SELECT {_LEAD} FROM {_AT_BATS} JOIN lead s ON s.id = w.lead_id {_COUNTED}"""
