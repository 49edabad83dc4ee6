"""The last seven days against each seven of the eight weeks before: what is unlike the team's own past.

Each thing that is counted is read once, over the nine weeks, by the week that it falls into.
"""

from __future__ import annotations

from datetime import date, timedelta
from math import sqrt
from statistics import fmean, stdev
from typing import Any, NamedTuple

from store.database import Store
from store.instants import Instant, moment
from store.reports.against import short
from store.reports.asked import Asked
from store.reports.figures import Cell, Column, Counted, Line, Records, Table, Unit

WEEKS = 8  # of the team's own past
_UNUSUAL = 2.0  # standard deviations
_LEAST_A_WEEK = 5.0  # of fewer, chance is all there is


class _Counted(NamedTuple):
    """Records ``x``, with the at bat ``l`` that each is of; ``at`` is a moment, or the team's day where ``by_day``."""

    name: str
    title: str
    records: Records
    rows: str
    where: str
    at: str
    by_day: bool = False


_OF_LEAD = "JOIN lead l ON l.id = x.lead_id"
# Touches are found by whose they are and the day, along their index.
_TOUCHES = 'x.void = 0 AND x.user_id IN (SELECT id FROM "user") AND x.{} = 1'
_COUNTED = (
    _Counted("opened", "at bats opened", Records.LEAD, "lead l", "l.imported = 0", "l.opened_day", by_day=True),
    *(
        _Counted(name, title, Records.TOUCH, f"touch x {_OF_LEAD}", _TOUCHES.format(flag), "x.day", by_day=True)
        for name, title, flag in (("attempts", "attempts", "attempt"), ("connects", "conversations", "connect"))
    ),
    _Counted("meetings", "meetings booked", Records.MEETING, f"meeting x {_OF_LEAD}", "x.void = 0", "x.booked_at"),
    _Counted("missed", "clocks missed", Records.CLOCK, f"clock x {_OF_LEAD}", "x.void = 0 AND x.met = 0", "x.due_at"),
    _Counted(
        *("converted", "at bats converted", Records.LEAD, f"conversion x {_OF_LEAD}"),
        *("x.void = 0 AND x.reversed_at IS NULL", "x.at"),
    ),
)


def unlike(store: Store, wanted: Asked, now: Instant) -> tuple[Table, list[str]]:
    """Every count with what is usual, and what is unusual in sentences. Whole days, up to yesterday."""
    today = moment(now, store.zone).date()
    found = [_weekly(store, wanted, today, each) for each in _COUNTED]
    columns = (
        Column("latest", "last 7 days", note="up to yesterday, whatever the period"),
        Column("usual", "a week before", Unit.NUMBER, "the mean of the eight weeks before"),
        Column("low", "from", Unit.NUMBER, "two standard deviations below, of chance at least"),
        Column("high", "to", Unit.NUMBER, "and above"),
        Column("verdict", "", Unit.WORDS),
    )
    note = "The last seven whole days against the eight weeks before them, of the at bats that the filters let through."
    lines = tuple(line for line, _ in found)
    said = [sentence for _, sentence in found if sentence]
    return Table("unlike", "Unlike the weeks before", "figure", columns, lines, note=note), said


def _weekly(store: Store, wanted: Asked, today: date, each: _Counted) -> tuple[Line, str]:
    narrowing, filters = wanted.narrowing(store)
    account = "LEFT JOIN account a ON a.id = l.account_id" if wanted.segment else ""
    bounds = _bounds(store, today, by_day=each.by_day)
    rows = f"FROM {each.rows} {account} WHERE {each.where} AND l.void = 0 AND l.merged_into_id IS NULL{narrowing}"
    # By days an index has them in order; moments are first put in their week.
    week = " ".join(f"WHEN {each.at} >= :from_{number} THEN :from_{number}" for number in range(WEEKS + 1))
    key = each.at if each.by_day else f"CASE {week} END"
    sql = f"SELECT {key}, count(*) {rows} AND {each.at} >= :from_{WEEKS} AND {each.at} < :until GROUP BY 1"
    weeks = [bounds[f"from_{number}"] for number in range(WEEKS + 1)]
    counts = [0] * len(weeks)
    for at, count in store.rows(sql, {**filters, **bounds}):
        counts[next(number for number, begins in enumerate(weeks) if at >= begins)] += count
    latest, *before = counts
    values = {**filters, "from_0": bounds["from_0"], "until": bounds["until"]}
    id = "l.id" if each.records is Records.LEAD else "x.id"
    ids = f"SELECT {id} {rows} AND {each.at} >= :from_0 AND {each.at} < :until ORDER BY {each.at} DESC, {id} DESC"
    return _judged(each, latest, before, Counted(each.records, ids, tuple(values.items())))


def _judged(each: _Counted, latest: int, before: list[int], counted: Counted) -> tuple[Line, str]:
    usual, spread = fmean(before), max(stdev(before), sqrt(fmean(before)))
    low, high = max(0.0, usual - _UNUSUAL * spread), usual + _UNUSUAL * spread
    known = bool(before[-1]) and usual >= _LEAST_A_WEEK
    unusual = known and not low <= latest <= high
    cells = (
        Cell(latest, counted=counted),
        Cell(usual if known else None, Unit.NUMBER),
        Cell(low if known else None, Unit.NUMBER),
        Cell(high if known else None, Unit.NUMBER),
        Cell("too few to tell" if not known else "unusual" if unusual else "as usual", Unit.WORDS),
    )
    than = f"{short(usual)} a week before, {short(low)}–{short(high)} as a rule"
    said = f"Unlike the last eight weeks: {latest:,} {each.title} in seven days against {than}." if unusual else ""
    return Line(each.name, each.title, cells), said


def _bounds(store: Store, today: date, *, by_day: bool) -> dict[str, Any]:
    """Where each week begins, the last one first, and where that ends: days, or moments of the team's zone."""
    starts = {f"from_{week}": today - timedelta(days=7 * (week + 1)) for week in range(WEEKS + 1)}
    days = {**starts, "until": today}
    return {name: day.isoformat() if by_day else store.calendar.midnight(day) for name, day in days.items()}
