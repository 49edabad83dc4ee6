"""Attention: the figures furthest on the wrong side of their benchmark, and what is unlike the last eight weeks.

Both say it in sentences, of which there are five at most; the tables hold every one, with its records.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from math import sqrt
from statistics import fmean, stdev
from typing import Any, NamedTuple

from store.database import Store
from store.instants import Instant, moment
from store.reports import attempts, funnel, marketing, speed
from store.reports.against import against, in_its_unit, off, short
from store.reports.asked import Asked
from store.reports.figures import Cell, Column, Counted, Line, Records, Table, Unit
from store.reports.registry import Made

WEEKS = 8  # of the team's own past
MOST_SAID = 5
_UNUSUAL = 2.0  # standard deviations
_LEAST_A_WEEK = 5.0  # of fewer, chance is all there is
_HELD = (funnel, speed, attempts, marketing)


def make(store: Store, wanted: Asked, now: Instant) -> Made:
    """What is off, the furthest first, then what is unlike itself."""
    held = _furthest(store, wanted, now)
    unlike, said = _unlike(store, wanted, now)
    worst = [_sentence(line) for line in held.lines]
    room = MOST_SAID - min(len(said), 2)
    sentences = (*worst[:room], *said[: MOST_SAID - min(len(worst), room)])
    return sentences or ("Nothing is on the wrong side of its benchmark, or unlike the weeks before.",), (held, unlike)


# -- against the benchmarks ------------------------------------------------------------------------------------------


def _furthest(store: Store, wanted: Asked, now: Instant) -> Table:
    least = store.rules.alerts.from_records
    found = list(_benchmarked(store, wanted, now))
    many = Counter(cell.benchmark.label for *_, cell in found if cell.benchmark is not None)
    lines = sorted(
        (
            Line(f"{report}.{table.name}.{line.key}.{place}", _label(line, cell, many), (cell, Cell(far, Unit.SHARE)))
            for report, table, line, place, cell in found
            if (far := off(cell)) is not None and far > 0 and _enough(cell, line, least)
        ),
        key=lambda line: -float(line.cells[1].value or 0),
    )
    columns = (
        Column("figure", "figure", Unit.NUMBER, "as it is; its benchmark, with its source, stands below"),
        Column("off", "off by", Unit.SHARE, "how far on the wrong side, in proportion to the benchmark's nearer end"),
    )
    note = f"Figures with a benchmark, of {least} records at least, from the reports that they stand in."
    return Table("furthest", "Furthest off", "figure", columns, tuple(lines), note=note)


def _benchmarked(store: Store, wanted: Asked, now: Instant) -> Iterator[tuple[str, Table, Line, int, Cell]]:
    """Every cell of other reports that is held against something and has records."""
    for report in _HELD:
        for table in report.make(store, wanted, now)[1]:
            for line in (*table.lines, *([table.total] if table.total is not None else [])):
                for place, cell in enumerate(line.cells):
                    if cell.benchmark is not None and cell.counted is not None:
                        yield report.__name__.rpartition(".")[2], table, line, place, cell


def _enough(cell: Cell, line: Line, least: int) -> bool:
    """Whether there are records enough to judge: of a share what it is of, of a median those it is taken of."""
    of = cell.of if cell.unit is Unit.SHARE else line.cells[0].value
    return isinstance(of, int) and of >= least


def _label(line: Line, cell: Cell, many: Counter[str]) -> str:
    """The benchmark's own words, and whose it is where it is held against several lines."""
    assert cell.benchmark is not None
    about = cell.benchmark.label
    return about if line.key is None or many[about] == 1 else f"{about}: {line.label}"


def _sentence(line: Line) -> str:
    cell, far = line.cells[0], line.cells[1].value
    value, line_of = in_its_unit(cell), cell.benchmark
    assert line_of is not None
    assert value is not None
    assert isinstance(far, float)
    of = f" of {cell.of:,}" if cell.of is not None else ""
    held = f"{against(line_of)} ({line_of.source}, grade {line_of.grade})"
    said = f"{line.label}: {short(value)} {line_of.unit}{of} against {held}, off by {far * 100:.0f} %"
    chance = cell.interval is not None and line_of.low is not None and 100 * cell.interval.high >= line_of.low
    return f"{said[:1].upper()}{said[1:]}{', which may be chance' if chance else ''}."


# -- against the team's own past -------------------------------------------------------------------------------------


class _Weekly(NamedTuple):
    """What is counted a week: records, and SQL for their ids over ``l``, the at bat; ``when`` says the days."""

    name: str
    title: str
    records: Records
    id: str
    rows: str
    when: str
    order: str


_ACCOUNT = "LEFT JOIN account a ON a.id = l.account_id"


def _weekly(name: str, title: str, records: Records, rows: str, where: str, at: str, *, day: bool = False) -> _Weekly:
    """``rows`` are of ``x``, which belongs to the at bat ``l``; ``at`` is a moment, or the team's day where ``day``."""
    when = f"{at} >= :from AND {at} < :to" if day else f"{at} >= :from_at AND {at} < :to_at"
    return _Weekly(name, title, records, "x.id", f"{rows} {_ACCOUNT} WHERE {where}", when, at)


_OF_LEAD = "JOIN lead l ON l.id = x.lead_id"
_WEEKLY = (
    _Weekly(
        *("opened", "at bats opened", Records.LEAD, "l.id", f"lead l {_ACCOUNT} WHERE l.imported = 0"),
        *("l.opened_day >= :from AND l.opened_day < :to", "l.opened_at"),
    ),
    _weekly(
        "attempts", "attempts", Records.TOUCH, f"touch x {_OF_LEAD}", "x.void = 0 AND x.attempt = 1", "x.day", day=True
    ),
    _weekly(
        "connects",
        "conversations",
        Records.TOUCH,
        f"touch x {_OF_LEAD}",
        "x.void = 0 AND x.connect = 1",
        "x.day",
        day=True,
    ),
    _weekly("meetings", "meetings booked", Records.MEETING, f"meeting x {_OF_LEAD}", "x.void = 0", "x.booked_at"),
    _weekly("missed", "clocks missed", Records.CLOCK, f"clock x {_OF_LEAD}", "x.void = 0 AND x.met = 0", "x.due_at"),
    _Weekly(
        *(
            "converted",
            "at bats converted",
            Records.LEAD,
            "l.id",
            f"conversion x {_OF_LEAD} {_ACCOUNT} WHERE x.void = 0",
        ),
        *("x.reversed_at IS NULL AND x.at >= :from_at AND x.at < :to_at", "x.at"),
    ),
)


def _unlike(store: Store, wanted: Asked, now: Instant) -> tuple[Table, list[str]]:
    """The last seven days against each seven days of the eight weeks before, and what is unusual in sentences."""
    today = moment(now, store.zone).date()
    narrowing, filters = wanted.narrowing(store)
    lines, said = [], []
    for each in _WEEKLY:
        sql = f"FROM {each.rows} AND l.void = 0 AND l.merged_into_id IS NULL{narrowing} AND {each.when}"
        weeks = [{**filters, **_days(store, today - timedelta(days=7 * week))} for week in range(WEEKS + 1)]
        counts = [int(store.value(f"SELECT count(*) {sql}", values)) for values in weeks]
        ids = f"SELECT {each.id} {sql} ORDER BY {each.order} DESC, {each.id} DESC"
        counted = Counted(each.records, ids, tuple(weeks[0].items()))
        latest, *before = counts
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
        lines.append(Line(each.name, each.title, cells))
        if unusual:
            than = f"{short(usual)} a week before, {short(low)}–{short(high)} as a rule"
            said.append(f"Unlike the last eight weeks: {latest:,} {each.title} in seven days against {than}.")
    columns = (
        Column("latest", "last 7 days", note="up to yesterday, whatever the period"),
        Column("usual", "a week before", Unit.NUMBER, "the mean of the eight weeks before"),
        Column("low", "from", Unit.NUMBER, "two standard deviations below, of chance at least"),
        Column("high", "to", Unit.NUMBER, "and above"),
        Column("verdict", "", Unit.WORDS),
    )
    note = "The last seven whole days against the eight weeks before them, of the at bats that the filters let through."
    return Table("unlike", "Unlike the weeks before", "figure", columns, tuple(lines), note=note), said


def _days(store: Store, end: date) -> dict[str, Any]:
    """The seven days before this one, as days and as moments of the team's zone."""
    start = end - timedelta(days=7)
    return {
        "from": start.isoformat(),
        "to": end.isoformat(),
        "from_at": store.calendar.midnight(start),
        "to_at": store.calendar.midnight(end),
    }
