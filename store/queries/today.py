"""The line above the queue: a person's own day in figures, and how much stands in each view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time

from store.database import Store
from store.instants import DAY, Instant, moment
from store.queries.queue import OFFERED, PASSED_ON, day_end, moments
from store.rules.business import at_local
from store.rules.queue_views import View

MOST_COUNTED = 10_000
"""Where the counts of the views stop: only the unrouted pool ever has more."""


@dataclass(frozen=True, slots=True)
class Today:
    """One person's day so far, in their zone; see docs/model.md, "Reports", for each figure.

    ``sla`` is the share of clocks met, of those met or run out today (None before the first). ``first_touch`` is the
    median time from opening to first touch of the at bats first touched today, in microseconds: the middle one, or
    the mean of the middle two. ``late`` counts the rows that the queue marks as late; ``callbacks`` the promises open,
    of which ``callbacks_due`` are due today or before; ``kept`` is the share kept of those decided in the last days,
    see ``promises_kept`` (None where none was). ``views`` says by the view's value how many at bats it has.
    """

    attempts: int = 0
    connects: int = 0
    meetings: int = 0
    first_touch: int | None = None
    sla: float | None = None
    late: int = 0
    callbacks: int = 0
    callbacks_due: int = 0
    kept: float | None = None
    views: Mapping[str, int] = field(default_factory=dict)


def today(store: Store, user_id: int, now: Instant, *, zone: str = "") -> Today:
    """The figures of a user's day; ``zone`` is theirs, the team's where empty. Eight queries, each along an index."""
    zone = zone or store.zone
    start, end = at_local(moment(now, zone).date(), time(), zone), day_end(now, zone)
    span = {"user": user_id, "start": start, "end": end, "now": now}
    # Touches carry the day of the team's zone; a person elsewhere has parts of two of them.
    days = sorted({moment(at, store.zone).date().isoformat() for at in (start, end - 1)})
    attempts, connects = store.row(_TOUCHES, {**span, "first": days[0], "last": days[-1]}) or (0, 0)
    met, decided = store.row(_CLOCKS, span) or (0, 0)
    callbacks, callbacks_due = store.row(_CALLBACKS, span) or (0, 0)
    kept, promised = promises_kept(store, user_id, now)
    return Today(
        attempts=attempts,
        connects=connects,
        meetings=store.value(_MEETINGS, span),
        first_touch=median([row[1] for row in store.rows(_FIRST, {**span, "first": days[0], "last": days[-1]})]),
        sla=met / decided if decided else None,
        late=store.value(_LATE, moments(store, user_id, now, zone)),
        callbacks=callbacks,
        callbacks_due=callbacks_due,
        kept=kept / promised if promised else None,
        views=views(store, user_id, now, zone),
    )


def promises_kept(store: Store, user_id: int, now: Instant) -> tuple[int, int]:
    """How many promises of a user were kept, of how many that were decided, both by their due time in the last days.

    Decided is one that was kept, missed, or is open though its time and what the rules allow after it are over. One
    that was dropped (they spoke before, it was moved in time) is neither.
    """
    rules = store.rules.callbacks
    late, since = now - rules.kept_within, now - rules.kept_days * DAY
    kept, decided = store.row(_KEPT, {"user": user_id, "since": since, "late": late}) or (0, 0)
    return kept, decided


def median(values: Sequence[int]) -> int | None:
    """The middle value, or the mean of the middle two rounded down; None of nothing."""
    ordered = sorted(values)
    half = len(ordered) // 2
    if not ordered:
        return None
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) // 2


def views(store: Store, owner_id: int | None, now: Instant, zone: str = "") -> dict[str, int]:
    """How many at bats each view of an owner's queue has, by the view's value; see ``MOST_COUNTED``."""
    found = store.row(_VIEWS, {**moments(store, owner_id, now, zone), "most": MOST_COUNTED})
    assert found is not None
    return dict(zip((view.value for view in (*COUNTED, View.UNROUTED)), found, strict=True))


_TOUCHES = """
SELECT coalesce(sum(attempt), 0), coalesce(sum(connect), 0) FROM touch
WHERE user_id = :user AND day BETWEEN :first AND :last AND at >= :start AND at < :end AND void = 0"""

_FIRST = """
SELECT DISTINCT l.id, l.first_touch_at - l.opened_at FROM touch t
JOIN lead l ON l.id = t.lead_id AND l.first_touch_at = t.at AND l.void = 0
WHERE t.user_id = :user AND t.day BETWEEN :first AND :last AND t.at >= :start AND t.at < :end AND t.void = 0
  AND l.imported = 0"""

_MEETINGS = """
SELECT count(*) FROM meeting WHERE booker_id = :user AND booked_at >= :start AND booked_at < :end AND void = 0"""

# A clock was decided when it was met or, where that was too late or never, when it ran out; one that ended in time
# without what it waited for is neither.
_DECIDED = "min(due_at, coalesce(ended_at, due_at))"
DECIDED_TODAY = f"{_DECIDED} >= :start AND {_DECIDED} < :now AND void = 0 AND (met IS NOT NULL OR ended_at IS NULL)"
_CLOCKS = f"""
SELECT coalesce(sum(met IS 1), 0), count(*) FROM clock WHERE owner_id = :user AND {DECIDED_TODAY}"""

_CALLBACKS = """
SELECT count(*), coalesce(sum(due_at < :end), 0) FROM callback
WHERE promiser_id = :user AND state = 'open' AND void = 0"""

KEPT_OF = "state IN ('kept', 'missed') OR state = 'open' AND due_at < :late"
_KEPT = f"""
SELECT count(*) FILTER (WHERE state = 'kept'), count(*) FROM callback
WHERE promiser_id = :user AND due_at >= :since AND void = 0 AND ({KEPT_OF})"""

# The conditions of the queue's arms, counted in one walk of its index; ``JUDGED`` says what is warned and snoozed.
COUNTED: Mapping[View, str] = {
    View.ALL: "NOT snoozed AND (tier IN (2, 3, 4) OR tier = 1 AND due_at <= :lead"
    " OR tier = 5 AND (warned OR due_at < :day_end))",
    View.HOT: "NOT snoozed AND tier = 2",
    View.CALLBACKS: "NOT snoozed AND tier = 1",
    View.EXPIRING: "NOT snoozed AND tier IN (4, 5) AND warned",
    View.NEW: "NOT snoozed AND (tier = 2 OR tier = 4 AND NOT warned)",
    View.LATER: "snoozed OR tier = 6 OR tier = 1 AND due_at > :lead OR tier = 5 AND NOT warned AND due_at >= :day_end",
}
JUDGED = "(warn_at <= :now) IS 1 AS warned, (snoozed_until > :now) IS 1 AS snoozed"
# What others promised or own counts with the views it rises in; nothing passes on to the pool.
_RISES = ((PASSED_ON, (View.ALL, View.CALLBACKS)), (OFFERED, (View.ALL, View.HOT)))
_ELSEWHERE = " + CASE WHEN :owner IS NULL THEN 0 ELSE (SELECT count(*) FROM {}) END"
_PASSED = {
    view: "".join(_ELSEWHERE.format(arm) for arm, seen_in in _RISES if view in seen_in)
    for view in (View.ALL, View.HOT, View.CALLBACKS)
}
_VIEWS = f"""
SELECT {", ".join(f"count(*) FILTER (WHERE {where}){_PASSED.get(view, '')}" for view, where in COUNTED.items())},
       (SELECT count(*) FROM (SELECT 1 FROM lead INDEXED BY lead_queue WHERE owner_id IS NULL AND open = 1 LIMIT :most))
FROM (SELECT tier, due_at, {JUDGED}
      FROM lead INDEXED BY lead_queue WHERE owner_id IS :owner AND open = 1 LIMIT :most)"""

# What ``queue_order.why`` calls late, of at bats that are open.
_RUNS_OUT = f"warn_at <= :now AND expires_at <= :now + {DAY}"
LATE = f"""(snoozed_until > :now) IS NOT 1 AND stage <> 'disqualified' AND CASE
        WHEN tier = 1 OR tier = 2 AND unanswered_at IS NOT NULL THEN due_at < :now
        WHEN tier = 3 THEN decision IS 'expired' OR decision IS NULL AND due_at < :now
        WHEN tier <= 4 AND first_touch_due_at IS NOT NULL AND (tier = 2 OR (warn_at <= :now) IS NOT 1)
        THEN first_touch_due_at < :now
        ELSE tier IN (4, 5) AND {_RUNS_OUT} END"""
_LATE = f"""
SELECT (SELECT count(*) FROM lead INDEXED BY lead_queue
        WHERE owner_id IS :owner AND open = 1 AND tier BETWEEN 1 AND 4 AND {LATE})
     + (SELECT count(*) FROM lead INDEXED BY lead_expiring
        WHERE owner_id IS :owner AND open = 1 AND warn_at <= :now AND tier = 5 AND {LATE})
     + (SELECT count(*) FROM {PASSED_ON} WHERE due_at < :now)"""
