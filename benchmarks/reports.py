"""Every report on the big file: how long it takes, how much of that is its SQL, and its main figure by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec

from benchmarks.figures import Figure, Ground, in_turn, medians, milliseconds
from benchmarks.generate import NOW
from benchmarks.queries import traced
from store.database import Store, open_store
from store.reports.asked import Asked, asked
from store.reports.registry import REPORTS, Definition, report

MOST = 2_000  # ms
ROUNDS = 1  # of what takes seconds, after one that fills the cache
PERIODS = ("last_90_days", "all")

_PLAYED = "l.opened_day BETWEEN :first AND :last AND l.void = 0 AND l.merged_into_id IS NULL AND l.imported = 0"
_CONVERTED = "sum(l.stage = 'converted')"

# The figures that people open a report for, in the shortest SQL that we know for them: no other table of the report,
# no records behind a figure.
BY_HAND = {
    "funnel": f"""SELECT s.stage, count(DISTINCT s.lead_id), count(s.left_at) FROM lead l
        JOIN stage_spell s ON s.lead_id = l.id AND s.void = 0 WHERE {_PLAYED} GROUP BY 1""",
    "sources": f"""SELECT l.source, count(*), sum(l.connected_at IS NOT NULL), sum(v.id IS NOT NULL), sum(o.amount)
        FROM lead l LEFT JOIN conversion v ON v.lead_id = l.id AND v.void = 0 AND v.reversed_at IS NULL
        LEFT JOIN opportunity o ON o.id = v.opportunity_id WHERE {_PLAYED} GROUP BY 1""",
    "speed": f"SELECT l.first_touch_at - l.opened_at FROM lead l WHERE {_PLAYED}",
    "attempts": f"SELECT min(l.attempts, 13), count(*), {_CONVERTED} FROM lead l WHERE {_PLAYED} GROUP BY 1",
    "outcomes": f"SELECT l.outcome, l.reason, l.source, l.motion, l.owner_id, count(*) FROM lead l WHERE {_PLAYED}"
    " GROUP BY 1, 2, 3, 4, 5",
    "reps": f"""SELECT l.owner_id, count(*), sum(l.connected_at IS NOT NULL), {_CONVERTED}, sum(l.open)
        FROM lead l WHERE {_PLAYED} GROUP BY 1""",
    "sla": f"""SELECT c.kind, c.owner_id, count(*), sum(c.met) FROM clock c JOIN lead l ON l.id = c.lead_id
        WHERE c.void = 0 AND {_PLAYED} GROUP BY 1, 2""",
    "cohorts": f"""SELECT substr(l.opened_day, 1, 7), (l.closed_at - l.opened_at) / 604800000000, count(*),
        {_CONVERTED} FROM lead l WHERE {_PLAYED} GROUP BY 1, 2""",
    "experiments": f"""SELECT x.arm_id, count(*), {_CONVERTED} FROM experiment_assignment x
        JOIN lead l ON l.id = x.lead_id WHERE x.void = 0 AND {_PLAYED} GROUP BY 1""",
    "marketing": f"""SELECT l.source, count(*), sum(l.first_touch_at IS NOT NULL), sum(l.connected_at IS NOT NULL),
        {_CONVERTED} FROM lead l WHERE l.motion IN ('demo_request', 'campaign_response', 'event_follow_up')
        AND {_PLAYED} GROUP BY 1""",
    "recycling": "SELECT reason, count(*) FROM lead WHERE open = 0 AND eligible_at IS NOT NULL GROUP BY 1",
    "quality": """SELECT sum(l.source = ''), sum(c.account_id IS NULL), sum(c.title = '') FROM lead l
        LEFT JOIN contact c ON c.id = l.contact_id WHERE l.open = 1""",
    "capacity": "SELECT owner_id, stage, count(*) FROM lead WHERE open = 1 GROUP BY 1, 2",
}


def measure(ground: Ground) -> Iterator[Figure]:
    """The medians of a few runs in turn, everything in the cache."""
    store = open_store(ground.database, read_only=True)
    try:
        for definition in REPORTS.values():
            if find_spec(f"store.reports.{definition.module or definition.name}") is None:
                continue
            for days in PERIODS[1:] if definition.now_only else PERIODS:
                yield from _figures(store, ground, definition, asked(store, NOW, days=days))
    finally:
        store.close()


def _figures(store: Store, ground: Ground, definition: Definition, wanted: Asked) -> Iterator[Figure]:
    run = partial(report, store, definition.name, wanted, NOW)
    statements = traced(store, run)
    values = {"first": wanted.period.first.isoformat(), "last": wanted.period.last.isoformat()}

    def its_sql() -> None:
        for sql, bound in statements:
            store.connection.execute(sql, bound).fetchall()

    def by_hand() -> None:
        store.connection.execute(BY_HAND[definition.name], values).fetchall()

    runs: dict[str, Callable[[], object]] = {"report": run, "sql": its_sql}
    if definition.name in BY_HAND:
        runs["by hand"] = by_hand
    timed = {name: partial(milliseconds, each) for name, each in runs.items()}
    taken = medians(in_turn(min(ground.rounds, ROUNDS), timed))
    when = "" if definition.now_only else f", {wanted.period.words}"
    yield Figure(f"{definition.title.lower()}{when}", taken["report"], "ms", MOST)
    yield Figure(
        f"  over its own {len(statements)} statements", taken["report"], "ms", 1.3, taken["sql"], "its SQL by hand"
    )
    if "by hand" in taken:
        yield Figure("  its main figure alone, by hand", taken["by hand"], "ms")
