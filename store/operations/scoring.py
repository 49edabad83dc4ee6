"""The score that is kept on an open at bat: as of the last signal or the team's last midnight, whichever is later.

It is worked out where an at bat is opened, and again at the end of each operation that recorded a signal or changed
what fit is judged by. See docs/model.md, "Score".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from store.database import Store
from store.instants import Instant, moment
from store.lead_state import LeadState
from store.rules.business import at_local
from store.rules.scoring import Facts, Score, SignalPoint, as_of, next_drop, score_at, total_at

if TYPE_CHECKING:
    from store.operations.transaction import Transaction

Change = tuple[str, int, str, str | None, str | None]  # entity, its id, column, before, after

_FACTS = """
SELECT a.size, coalesce(a.industry, ''), coalesce(nullif(a.country, ''), c.country, ''), coalesce(c.title, ''),
       coalesce(c.seniority, ''), coalesce(a.custom, '')
FROM (SELECT 1) LEFT JOIN contact c ON c.id = ? LEFT JOIN account a ON a.id = ?"""
_SIGNALS = """
SELECT at, points, kind, words,
       CASE WHEN contact_id IS ?1 THEN ''
            ELSE coalesce((SELECT c.name FROM contact c WHERE c.id = signal.contact_id), '') END
FROM signal WHERE (contact_id = ?1 OR lead_id = ?2 OR id = ?3) AND void = 0"""
_TECHNOLOGIES = frozenset({"technologies", "technology", "tech_stack", "web_technologies"})


def facts_of(
    store: Store,
    contact_id: int | None,
    account_id: int | None,
    lead_id: int | None = None,
    signal_id: int | None = None,
) -> tuple[Facts, tuple[SignalPoint, ...]]:
    """What a person at a company is scored by: facts, and every signal of the person, this at bat or this one signal.

    Of a company without a person only what was recorded on its at bat is known. Two queries.
    """
    row = store.row(_FACTS, (contact_id, account_id))
    assert row is not None
    return facts(*row), signals_of(store, contact_id, lead_id, signal_id)


def signals_of(
    store: Store, contact_id: int | None, lead_id: int | None = None, signal_id: int | None = None
) -> tuple[SignalPoint, ...]:
    """Every signal of a person, of an at bat, or this one."""
    return tuple(SignalPoint(*row) for row in store.rows(_SIGNALS, (contact_id, lead_id, signal_id)))


def facts(size: int | None, industry: str, country: str, title: str, seniority: str, custom: str) -> Facts:
    """The facts from their columns; ``custom`` is the company's, as JSON, and may name what it uses."""
    return Facts(size, industry, country, title, seniority, _technologies(custom) if custom else ())


def _technologies(custom: str) -> tuple[str, ...]:
    try:
        fields = json.loads(custom)
    except ValueError:
        return ()
    found: list[str] = []
    for name, value in fields.items() if isinstance(fields, dict) else ():
        if "_".join(name.casefold().split()) in _TECHNOLOGIES:
            parts = value if isinstance(value, list) else re.split(r"[;,|]", str(value))
            found += [text for part in parts if (text := str(part).strip())]
    return tuple(found)


def last_midnight(store: Store, now: Instant) -> Instant:
    """The last midnight of the team, at or before ``now``."""
    return at_local(moment(now, store.zone).date(), time(), store.zone)


def next_midnight(store: Store, now: Instant) -> Instant:
    """The first midnight of the team after ``now``."""
    day = moment(now, store.zone).date() + timedelta(days=1)
    return at_local(day, time(), store.zone)


def score_of(
    store: Store,
    contact_id: int | None,
    account_id: int | None,
    now: Instant,
    lead_id: int | None = None,
    signal_id: int | None = None,
) -> Score:
    """The score that stands at ``now``, of a person with or without an at bat, or of a company's at bat."""
    return standing_score(store, *facts_of(store, contact_id, account_id, lead_id, signal_id), now)


def standing_score(store: Store, known: Facts, signals: Iterable[SignalPoint], now: Instant) -> Score:
    """The score that these facts and signals give at ``now``."""
    signals = tuple(signals)
    return score_at(known, signals, as_of(signals, now, last_midnight(store, now)), store.rules.score)


def total_of(
    store: Store,
    contact_id: int | None,
    account_id: int | None,
    now: Instant,
    lead_id: int | None = None,
    signal_id: int | None = None,
) -> int:
    """The same as a number alone, as it is kept on an at bat."""
    known, signals = facts_of(store, contact_id, account_id, lead_id, signal_id)
    return total_at(known, signals, as_of(signals, now, last_midnight(store, now)), store.rules.score)


def rescore(tx: Transaction, lead: LeadState) -> dict[str, Any]:
    """What to change of an open at bat so that its score is the one that stands now; nothing of one that ended."""
    if not lead.open:
        return {}
    return {"score": total_of(tx.store, lead.contact_id, lead.account_id, tx.now, lead.id)}


def drops_at(store: Store, lead: LeadState, now: Instant) -> Instant | None:
    """The midnight of the team at which the score kept of an at bat stops being the one; None where it never does."""
    signals = tuple(SignalPoint(*row) for row in store.rows(_SIGNALS, (lead.contact_id, lead.id, None)))
    if not signals:
        return None
    known = facts(*(store.row(_FACTS, (lead.contact_id, lead.account_id)) or ()))
    stands = as_of(signals, now, last_midnight(store, now))
    if total_at(known, signals, stands, store.rules.score) != lead.score:
        return stands
    return next_drop(signals, known, stands, store.rules.score, partial(next_midnight, store))


# --- after an operation -------------------------------------------------------------------------------------------

# The columns by which a row changes the score of open at bats; a row that was added changes it where it is a signal.
_COUNTS: Mapping[str, frozenset[str]] = {
    "signal": frozenset({"+", "at", "points", "contact_id", "lead_id", "void"}),
    "account": frozenset({"size", "industry", "country", "custom"}),
    "contact": frozenset({"title", "seniority", "country"}),
    "lead": frozenset({"score", "open", "contact_id", "account_id"}),
}
_LEADS_OF = {
    "signal": "SELECT l.id FROM signal s JOIN lead l ON l.id = s.lead_id OR l.contact_id = s.contact_id"
    " WHERE s.id = ? AND l.open = 1",
    "account": "SELECT id FROM lead WHERE account_id = ? AND open = 1",
    "contact": "SELECT id FROM lead WHERE contact_id = ? AND open = 1",
    "lead": "SELECT id FROM lead WHERE id = ? AND open = 1",
}


def rescore_changed(tx: Transaction, changes: Iterable[Change]) -> None:
    """Bring the score of every open at bat up to date whose facts or signals are among ``changes``."""
    rows = {(entity, row_id) for entity, row_id, column, *_ in changes if column in _COUNTS.get(entity, ())}
    leads = {lead_id for entity, row_id in rows for (lead_id,) in tx.store.rows(_LEADS_OF[entity], (row_id,))}
    for lead_id in sorted(leads):
        lead = tx.lead(lead_id)
        changed = rescore(tx, lead)
        if changed["score"] != lead.score:
            tx.save_lead(lead, changed)
