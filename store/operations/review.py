"""Once a team day: the shares that are out of the ordinary are told to the team lead, and no longer when they are not.

A tick judges each night at its midnight, in turn with everything else that has come due, and dates it so; a night that
was judged is known by the key of its operation. See docs/model.md, "Alerts".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import NamedTuple

from store.database import Store
from store.instants import Instant, moment
from store.models import Alert
from store.operations.alerts import team_lead
from store.operations.transaction import Done, Transaction, operation
from store.queries import shares as counts
from store.rules import shares
from store.rules.business import at_local
from store.rules.shares import Judged
from store.vocabulary import AlertKind

_MOST = 400  # nights looked back for the last one judged
_FIRST = 14  # nights made up for where none was ever judged


@dataclass(frozen=True, slots=True)
class ReviewDraft:
    """The ISO day that begins at the midnight judged."""

    day: str


@operation("review")
def review(tx: Transaction, draft: ReviewDraft) -> Done:
    """Judge what ended up to this midnight; alerts open, close, or say how it stands now."""
    tx.begin()
    leader = team_lead(tx.store, tx.store.team_id)
    for kind, entity, judged in _judged(tx.store, tx.now):
        stand = {(one.id, leader): one.words for one in judged}
        for alert in tx.find(Alert, kind=kind, closed_at=None, void=0):
            words = stand.pop((alert["entity_id"], alert["owner_id"]), None)
            if words is None:
                tx.update(Alert, alert, closed_at=max(tx.now, alert["opened_at"]))
            else:
                tx.update(Alert, alert, cause=words)
        for (entity_id, owner_id), words in stand.items():
            facts = {"kind": kind, "entity": entity, "entity_id": entity_id, "owner_id": owner_id}
            tx.insert(Alert, **facts, cause=words, opened_at=tx.now)
    return Done(tx.id, "")


def _judged(store: Store, now: Instant) -> Iterator[tuple[AlertKind, str, list[Judged]]]:
    rules = store.rules.alerts
    yield AlertKind.SOURCE_DISQUALIFIED, "source", list(shares.disqualified(counts.by_source(store, now), rules))
    yield AlertKind.ACCOUNT_NURTURE, "account", list(shares.nurtured(counts.by_account(store, now), rules))
    yield AlertKind.RECYCLED_FAILING, "team", list(shares.failing(counts.recycled(store, now), rules))
    yield AlertKind.OVERRIDES, "user", list(shares.unusual(counts.by_rep(store, now), rules))


class Night(NamedTuple):
    """A midnight to be judged; ``key`` is that of its operation."""

    at: Instant
    draft: ReviewDraft
    key: str


def next_night(store: Store, until: Instant) -> Night | None:
    """The first midnight up to ``until`` that is not judged yet; None where all are.

    After the last one judged, however long ago; where none ever was, since the first act, and not for weeks.
    """
    today = moment(until, store.zone).date()
    if not store.team_id or _is_judged(store, today):
        return None
    nights = [today]
    while len(nights) < _MOST and not _is_judged(store, before := nights[-1] - timedelta(days=1)):
        nights.append(before)
    if len(nights) == _MOST:
        began = moment(int(store.value(_BEGAN) or until), store.zone).date()
        nights = [night for night in nights[:_FIRST] if night > began]
        if not nights:
            return None
    day = nights[-1]
    return Night(at_local(day, time(), store.zone), ReviewDraft(day.isoformat()), _key(day))


def _is_judged(store: Store, day: date) -> bool:
    return store.value("SELECT 1 FROM operation WHERE key = ?", (_key(day),)) is not None


def _key(day: date) -> str:
    return f"review/{day.isoformat()}"


_BEGAN = "SELECT at FROM operation ORDER BY id LIMIT 1"
