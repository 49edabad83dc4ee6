"""Every report on the big file: how long it takes, and how long the same figures take in SQL alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from typing import Any
from unittest.mock import patch

from benchmarks.figures import Figure, Ground, in_turn, medians, milliseconds
from benchmarks.generate import NOW
from benchmarks.queries import traced
from store.database import Store, open_store
from store.instants import DAY, HOUR
from store.reports import breakdown
from store.reports.asked import Asked, asked
from store.reports.base import Base
from store.reports.columns import columns
from store.reports.registry import REPORTS, Definition, report

MOST = 2_000  # ms
ROUNDS = 1  # of what takes seconds, after one that fills the cache
PERIODS = ("last_90_days", "all")

Statements = list[tuple[str, Any]]

# The same figures as the report's, in the best SQL that we know, where the report itself is more than that: medians are
# taken by SQLite here, in Python there. No records behind a figure.
_PLAYED = "l.opened_day BETWEEN :first AND :last AND l.void = 0 AND l.merged_into_id IS NULL AND l.imported = 0"
_STAYED = ("new", "accepted", "attempting", "connected", "qualified")
_HELD = ("uncontacted", "recycled", "attempting", "connected", "working", "stale", "qualified", "unqualified")


def _times(place: str, span: str, among: tuple[str, ...]) -> str:
    """How many stays in each place, their median and the time that nine of ten keep to."""
    return ", ".join(
        f"{figure} FILTER (WHERE {place} = '{each}')"
        for each in among
        for figure in (f"count({span})", f"percentile({span}, 50)", f"percentile({span}, 90)")
    )


def _waited(key: str) -> str:
    """How long the first touch took, by something, elapsed and in the team's hours."""
    figures = []
    for time in ("max(l.first_touch_at - l.opened_at, 0)", "worked(l.opened_at, l.first_touch_at)"):
        figures += [f"percentile({time}, 50)", f"percentile({time}, 90)"]
        figures += [f"count(*) FILTER (WHERE {time} <= {limit})" for limit in (300_000_000, HOUR, DAY)]
    return (
        f"SELECT {key}, count(*), count(l.first_touch_at), {', '.join(figures)} FROM lead l WHERE {_PLAYED} GROUP BY 1"
    )


_BAND = f"""CASE WHEN l.first_touch_at IS NULL THEN 5 WHEN l.first_touch_at - l.opened_at <= 300000000 THEN 0
    WHEN l.first_touch_at - l.opened_at <= 1800000000 THEN 1 WHEN l.first_touch_at - l.opened_at <= {HOUR} THEN 2
    WHEN l.first_touch_at - l.opened_at <= {DAY} THEN 3 ELSE 4 END"""
_STEPS = ("1", "l.entered & 1", "l.entered & 2", "l.entered & 4", "l.entered & 8", "o.stage = 'won'")
BY_HAND = {
    "funnel": (
        f"""SELECT {
            ", ".join(
                f"count(*) FILTER (WHERE {here} AND {there}), count(*) FILTER (WHERE {here} AND l.open = 1)"
                for here, there in pairwise(_STEPS)
            )
        }
        FROM lead l LEFT JOIN conversion v ON v.lead_id = l.id AND v.void = 0 AND v.reversed_at IS NULL
        LEFT JOIN opportunity o ON o.id = v.opportunity_id WHERE {_PLAYED}""",
        f"""SELECT {_times("s.stage", "s.left_at - s.entered_at", _STAYED)} FROM lead l
        JOIN stage_spell s ON s.lead_id = l.id AND s.void = 0 AND s.skipped = 0 WHERE {_PLAYED}""",
        f"""SELECT {_times("status", "until - at", _HELD)} FROM (SELECT s.status, s.at, lead(s.at) OVER (
            PARTITION BY s.lead_id ORDER BY s.at, s.id) AS until
            FROM lead l JOIN status_change s ON s.lead_id = l.id AND s.void = 0 WHERE {_PLAYED})""",
        f"SELECT l.stage, l.status, count(*) FROM lead l WHERE {_PLAYED} GROUP BY 1, 2",
    ),
    "speed": (
        *(
            _waited(key)
            for key in ("1", "l.owner_id", "l.team_id", "l.source", "l.motion", f"l.opened_at / {HOUR} % 24")
        ),
        f"""SELECT {_BAND}, count(*), count(l.connected_at), sum(l.entered & 4 > 0), sum(l.stage = 'converted')
        FROM lead l WHERE {_PLAYED} GROUP BY 1""",
    ),
}


def measure(ground: Ground) -> Iterator[Figure]:
    """The medians of a few runs in turn, everything in the cache."""
    store = open_store(ground.database, read_only=True)
    try:
        for definition in REPORTS.values():
            for days in PERIODS[1:] if definition.now_only else PERIODS:
                yield from _figures(store, ground, definition, asked(store, NOW, days=days))
    finally:
        store.close()


def _figures(store: Store, ground: Ground, definition: Definition, wanted: Asked) -> Iterator[Figure]:
    run = partial(report, store, definition.name, wanted, NOW)
    values = {"first": wanted.period.first.isoformat(), "last": wanted.period.last.isoformat()}
    if definition.name in BY_HAND:
        by_hand: Statements = [(sql, values) for sql in BY_HAND[definition.name]]
    else:
        by_hand = _in_sql(store, run)

    def sql_alone() -> None:
        for sql, bound in by_hand:
            store.connection.execute(sql, bound).fetchall()

    def of_one_moment() -> None:
        with store.connection:  # as the screen and the command line ask for it
            run()

    runs: dict[str, Callable[[], object]] = {"report": of_one_moment, "sql": sql_alone}
    timed = {name: partial(milliseconds, each) for name, each in runs.items()}
    taken = medians(in_turn(min(ground.rounds, ROUNDS), timed))
    when = "" if definition.now_only else f", {wanted.period.words}"
    yield Figure(f"{definition.title.lower()}{when}", taken["report"], "ms", MOST)
    yield Figure("  the same", taken["report"], "ms", 1.3, taken["sql"], "SQL alone")


def _in_sql(store: Store, run: Callable[[], object]) -> Statements:
    """A report's own statements, those that Python counts the rows of as SQL would group and count them."""
    grouped: Statements = []
    replaced: list[str] = []

    def noted(store: Store, base: Base, *sql: str, by_day: bool = True) -> Iterator[list[list[Any]]]:
        places = ", ".join(str(place) for place in range(1, len(sql) + 1))
        grouped.append((f"SELECT {', '.join(sql)}, count(*) FROM {base.sql} GROUP BY {places}", base.values))
        replaced.append(f"SELECT {', '.join(f'json_group_array({each})' for each in sql)} FROM ")
        return columns(store, base, *sql, by_day=by_day)

    with patch.object(breakdown, "columns", noted):
        statements = traced(store, run)
    return [*grouped, *(each for each in statements if not each[0].startswith(tuple(replaced)))]
