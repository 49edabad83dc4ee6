"""Speed to lead: how soon an at bat gets its first touch after it was opened, and whether that matters.

Elapsed time is what benchmarks speak of, business time what the team is held to. One that nobody has touched counts
among all and is within no time. One whose first touch is known by its day alone (imported) stays out. See
docs/model.md, "Speed to lead".
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress, pairwise
from operator import itemgetter
from typing import Any

from store.database import Store
from store.instants import DAY, HOUR, MINUTE, Instant
from store.reports.asked import Asked
from store.reports.breakdown import MEDIAN, NINTH, NOBODY, Base, Dimension, at_bats, users
from store.reports.conditions import QUALIFIED
from store.reports.figures import Cell, Chart, Column, Key, Line, Table, Unit
from store.reports.local_time import hour_sql
from store.reports.registry import Made
from store.rules.statistics import odds, percentile
from store.vocabulary import Motion, Outcome

_TOUCHED = "l.first_touch_at IS NOT NULL"
_ELAPSED = "max(l.first_touch_at - l.opened_at, 0)"
_WORKED = "worked(l.opened_at, l.first_touch_at)"
# A day alone is some midnight, which is a whole quarter of an hour everywhere: few touches need to be looked at.
_BY_DAY_ALONE = f"""coalesce(l.first_touch_at, 1) % {15 * MINUTE} = 0 AND EXISTS (
    SELECT 1 FROM touch t WHERE t.lead_id = l.id AND t.at = l.first_touch_at AND t.date_only = 1 AND t.void = 0)"""
_WITHIN = (("5_min", "5 min", 5 * MINUTE), ("1_h", "1 h", HOUR), ("24_h", "24 h", DAY))

_BANDS = (
    ("5_min", "up to 5 min", 5 * MINUTE),
    ("30_min", "5 to 30 min", 30 * MINUTE),
    ("60_min", "30 to 60 min", HOUR),
    ("24_h", "1 to 24 h", DAY),
    ("later", "over 24 h", None),
)
_UNTOUCHED = ("untouched", "untouched")
_BECAME = {
    "connected": "l.connected_at IS NOT NULL",
    "qualified": QUALIFIED,
    "converted": f"l.outcome IN ('{Outcome.CONVERTED.value}', '{Outcome.MEETING_BOOKED.value}')",
}
# A bit for each, so that one number says what became of an at bat.
_ENDS = " + ".join(f"{1 << at} * (({condition}) IS TRUE)" for at, condition in enumerate(_BECAME.values()))
_MOTION, _TIMES_AT = 3, 6  # where a row has them
_NOTE = (
    "At bats opened in the period; merged and imported ones are left out, and those whose first touch is known by its"
    " day alone. Shares are of all of them: untouched is not within."
)
_NO_TIME = "0 s: touched outside working hours, or within the second"


@dataclass(frozen=True, slots=True)
class _Measured:
    """One way to measure the time; ``prefix`` begins the names of its columns."""

    prefix: str
    title: str
    sql: str
    unit: Unit


_BOTH = (_Measured("", "elapsed", _ELAPSED, Unit.SPAN), _Measured("work_", "business", _WORKED, Unit.WORK))


@dataclass(frozen=True, slots=True)
class _Spread:
    """At bats of one line: how many, and of those touched how long each took, sorted, in both measures."""

    created: int
    times: tuple[Sequence[int], ...]


@dataclass(frozen=True, slots=True)
class _Timed:
    """At bats in the order of a time: a column of keys for each dimension, and the times.

    One pass over a column is several times as fast as over rows.
    """

    keys: Sequence[Sequence[Key]]
    times: Sequence[int]

    @classmethod
    def of(cls, keys: Sequence[Sequence[Key]], times: Sequence[int], order: Sequence[int]) -> _Timed:
        """In this order; the times lie together."""
        return cls([[column[at] for at in order] for column in keys], array("q", [times[at] for at in order]))


@dataclass(frozen=True, slots=True)
class _Rows:
    """The at bats: those touched by elapsed and by business time, and how many untouched there are of a kind.

    ``ends`` is what became of those touched, by elapsed time; the last of an untouched kind is the same.
    """

    touched: tuple[_Timed, ...]
    ends: Sequence[int]
    untouched: Mapping[tuple[Any, ...], int]


def make(store: Store, wanted: Asked, now: Instant) -> Made:
    """Both measures over all, what became of each response time, then by rep, team, source, motion and hour."""
    base = _timed(store, wanted)
    dimensions = _dimensions(store, wanted, now)
    rows = _read(store, base, dimensions)
    whole = _whole(rows)
    total = Line(None, "all", _cells(base, whole))
    tables = [_table(store, base, by, rows, at, total) for at, by in enumerate(dimensions)]
    overall = _overall_lines(base, whole)
    if wanted.motion is None:
        base, rows = _inbound(store, base), _inbound_rows(store, rows)
        whole = _whole(rows)
        overall += _overall_lines(base, whole, "inbound_", "inbound, ")
    bands = _bands(base, rows.touched[0].times, rows.ends, rows.untouched)
    compared = _compared(store, base, bands)
    columns = (_CREATED, *_columns(_BOTH[0]))
    note = f"{_NOTE} Business time of {_NO_TIME}."
    first = Table("overall", "Opening to first touch", "time", columns, overall, note=note)
    return (*_said(whole, wanted), *_odds_said(store, compared)), (first, bands, compared, *tables)


def held(store: Store, wanted: Asked, now: Instant) -> tuple[Table, ...]:
    """The tables with figures that are held against a benchmark."""
    base = _timed(store, wanted)
    if wanted.motion is None:
        base = _inbound(store, base)
    rows = store.rows(f"SELECT {_ELAPSED}, {_ENDS} FROM {base.sql} AND {_TOUCHED}", base.values)
    rows.sort(key=itemgetter(0))
    times, ends = ([row[at] for row in rows] for at in range(2))
    return (_compared(store, base, _bands(base, times, ends, {})),)  # which the untouched are no part of


def _timed(store: Store, wanted: Asked) -> Base:
    """The at bats whose time to the first touch is known."""
    base = at_bats(store, wanted)
    return replace(base, sql=f"{base.sql} AND NOT ({_BY_DAY_ALONE})")


def _dimensions(store: Store, wanted: Asked, now: Instant) -> tuple[Dimension, ...]:
    hours = {hour: f"{hour:02}:00" for hour in range(24)}
    return (
        Dimension("rep", "l.owner_id", users, NOBODY),
        Dimension("team", "l.team_id", lambda store: dict(store.rows("SELECT id, name FROM team")), "no team"),
        Dimension("source", "l.source"),
        Dimension("motion", "l.motion", lambda store: {motion.value: motion.label for motion in Motion}),
        Dimension("hour", hour_sql(store, wanted.period, now, "l.opened_at"), lambda store: hours),
    )


def _read(store: Store, base: Base, dimensions: Sequence[Dimension]) -> _Rows:
    """Each at bat once. Times are sorted here, once for all the lines they are in."""
    keys = ", ".join(by.key for by in dimensions)
    times = ", ".join(each.sql for each in _BOTH)
    rows = store.rows(f"SELECT {keys}, {_ENDS}, {times} FROM {base.sql} AND {_TOUCHED}", base.values)
    *of_rows, ends, elapsed, worked = [_shared(map(itemgetter(at), rows)) for at in range(_TIMES_AT)] + [
        list(map(itemgetter(_TIMES_AT + at), rows)) for at in range(len(_BOTH))
    ]
    del rows
    untouched = store.each(f"SELECT {keys}, {_ENDS} FROM {base.sql} AND NOT ({_TOUCHED})", base.values)
    soonest = sorted(range(len(elapsed)), key=elapsed.__getitem__)
    return _Rows(
        (_Timed.of(of_rows, elapsed, soonest), _Timed.of(of_rows, worked, sorted(soonest, key=worked.__getitem__))),
        [ends[at] for at in soonest],
        Counter(untouched),
    )


def _shared(values: Iterable[Any]) -> list[Any]:
    """The values, equal ones as one object: so that what goes over them by thousands finds them in the cache."""
    same: dict[Any, Any] = {}
    return [same.setdefault(value, value) for value in values]


def _whole(rows: _Rows) -> _Spread:
    times = tuple(timed.times for timed in rows.touched)
    return _Spread(len(times[0]) + sum(rows.untouched.values()), times)


def _inbound(store: Store, base: Base) -> Base:
    """Those that the other side began: an at bat of our own making answers nobody."""
    return replace(base, sql=f"{base.sql} AND l.motion IN ({', '.join(map(repr, _inbound_motions(store)))})")


def _inbound_motions(store: Store) -> list[str]:
    return [motion.value for motion, kind in store.rules.motions.items() if kind.inbound]


def _inbound_rows(store: Store, rows: _Rows) -> _Rows:
    """The same of those alone, without the keys of other dimensions."""
    inbound = frozenset(_inbound_motions(store))
    ours = [[motion in inbound for motion in timed.keys[_MOTION]] for timed in rows.touched]
    touched = tuple(_Timed((), list(compress(timed.times, of))) for timed, of in zip(rows.touched, ours, strict=True))
    untouched = {row: count for row, count in rows.untouched.items() if row[_MOTION] in inbound}
    return _Rows(touched, list(compress(rows.ends, ours[0])), untouched)


def _table(store: Store, base: Base, by: Dimension, rows: _Rows, at: int, total: Line) -> Table:
    names = by.labels(store)
    lines = [Line(key, by.label(names, key), _cells(base, spread, by.key, key)) for key, spread in _spreads(rows, at)]
    lines.sort(key=lambda line: (line.key is None or line.key == "", line.label.casefold()))
    columns = (_CREATED, *(column for each in _BOTH for column in _columns(each)))
    charted = (f"within_{_WITHIN[1][0]}",)
    return Table(f"by_{by.head}", f"By {by.head}", by.head, columns, tuple(lines), total, Chart.BARS, charted, _NOTE)


def _spreads(rows: _Rows, at: int) -> Iterator[tuple[Key, _Spread]]:
    """The at bats by the key of one dimension."""
    counts: Counter[Key] = Counter()
    for row, count in rows.untouched.items():
        counts[row[at]] += count
    found: list[dict[Key, list[int]]] = []
    for timed in rows.touched:
        times: dict[Key, list[int]] = {key: [] for key in set(timed.keys[at])}
        add = {key: of_key.append for key, of_key in times.items()}
        for key, value in zip(timed.keys[at], timed.times, strict=True):
            add[key](value)
        found.append(times)
    for key in counts.keys() | found[0].keys():
        of_key = tuple(times.get(key, []) for times in found)
        yield key, _Spread(counts[key] + len(of_key[0]), of_key)


_CREATED = Column("created", "at bats", note="opened in the period")


def _columns(measured: _Measured) -> tuple[Column, ...]:
    prefix, word = measured.prefix, f" {measured.title}" if measured.prefix else ""
    nought = f"; {_NO_TIME}" if measured.unit is Unit.WORK else ""
    return (
        *((Column("touched", "touched"),) if not prefix else ()),
        Column(f"{prefix}median", f"median{word}", measured.unit, f"of those touched{nought}"),
        Column(f"{prefix}ninth", f"90 %{word}", measured.unit, f"nine of ten touched took no longer{nought}"),
        *(
            Column(f"{prefix}within_{name}", f"in {title}{word}", Unit.SHARE, f"first touch within {title}, of all")
            for name, title, _ in _WITHIN
        ),
    )


def _cells(base: Base, spread: _Spread, by: str = "", key: Key = None) -> tuple[Cell, ...]:
    counted = base.counted("1", by, key)
    cells = [Cell(spread.created, counted=counted)]
    for measured, times in zip(_BOTH, spread.times, strict=True):
        cells += _time_cells(base, measured, spread.created, times, by, key)
    return tuple(cells)


def _time_cells(
    base: Base, measured: _Measured, created: int, times: Sequence[int], by: str = "", key: Key = None
) -> list[Cell]:
    touched = base.counted(_TOUCHED, by, key)
    first = [] if measured.prefix else [Cell(len(times), counted=touched)]
    percentiles = [Cell(percentile(times, share), measured.unit, counted=touched) for share in (MEDIAN, NINTH)]
    shares = [
        Cell.share(bisect_right(times, limit), created, base.counted(f"{measured.sql} <= {limit}", by, key))
        for _, _, limit in _WITHIN
    ]
    return [*first, *percentiles, *shares]


def _overall_lines(base: Base, whole: _Spread, prefix: str = "", words: str = "") -> tuple[Line, ...]:
    head = (Cell(whole.created, counted=base.counted("1")), Cell(len(whole.times[0]), counted=base.counted(_TOUCHED)))
    return tuple(
        Line(
            prefix + each.title,
            f"{words}{each.title} time",
            (*head, *_time_cells(base, each, whole.created, times)[-len(_WITHIN) - 2 :]),
        )
        for each, times in zip(_BOTH, whole.times, strict=True)
    )


def _bands(base: Base, times: Sequence[int], ends: Sequence[int], untouched: Mapping[tuple[Any, ...], int]) -> Table:
    """What became of the at bats by how long the first touch took: ``times`` in order, and each's end beside it."""
    limits = [bisect_right(times, limit) if limit is not None else len(times) for _, _, limit in _BANDS]
    found = [Counter(ends[low:high]) for low, high in pairwise((0, *limits))]
    never: Counter[int] = Counter()
    for row, count in untouched.items():
        never[row[-1]] += count
    lines = [
        _band(base, name, title, condition, became)
        for (name, title, condition), became in zip(_conditions(), (*found, never), strict=True)
    ]
    total = _band(base, None, "all", "1", sum(found, never))
    columns = (_CREATED, *(Column(name, name, Unit.SHARE, "of the at bats in the band") for name in _BECAME))
    note = (
        f"{_NOTE} Of inbound motions alone, unless one motion is asked for. "
        "Qualified: came there, not set back since; converted: an opportunity or a meeting."
    )
    title = "What becomes of them, by response time"
    return Table("bands", title, "first touch", columns, tuple(lines), total, Chart.BARS, ("converted",), note)


def _conditions() -> Iterable[tuple[str, str, str]]:
    above = -1
    for name, title, limit in _BANDS:
        upper = f" AND {_ELAPSED} <= {limit}" if limit is not None else ""
        yield name, title, f"{_ELAPSED} > {above}{upper}"
        above = limit or above
    yield *_UNTOUCHED, f"NOT ({_TOUCHED})"


def _band(base: Base, key: Key, title: str, condition: str, became: Mapping[int, int]) -> Line:
    created = sum(became.values())
    cells = [Cell(created, counted=base.counted(condition))]
    for at, where in enumerate(_BECAME.values()):
        part = sum(count for flags, count in became.items() if flags >> at & 1)
        cells.append(Cell.share(part, created, base.counted(f"({condition}) AND {where}")))
    return Line(key, title, tuple(cells))


# By the name of the benchmark: what is compared, and the bands of either side.
_COMPARED = {
    "within_the_hour": ("within 1 h against later", ("5_min", "30_min", "60_min"), ("24_h", "later")),
    "five_minutes": ("within 5 min against 30 to 60 min", ("5_min",), ("60_min",)),
}


def _compared(store: Store, base: Base, bands: Table) -> Table:
    """The odds to qualify after a quick first touch against those after a slower one, beside the benchmarks."""
    columns = (
        Column("soon", "soon", note="at bats touched sooner"),
        Column("soon_qualified", "soon, qualified", Unit.SHARE),
        Column("late", "late", note="at bats touched later"),
        Column("late_qualified", "late, qualified", Unit.SHARE),
        Column("odds", "odds", Unit.NUMBER, "times the odds to qualify, sooner against later"),
        Column("low", "from", Unit.NUMBER, "the odds may truly be as low as this (95 %)"),
        Column("high", "to", Unit.NUMBER, "or as high as this"),
    )
    lines = tuple(_odds(store, base, bands, name) for name in _COMPARED)
    least = store.rules.alerts.from_records
    note = (
        "Of the at bats in the table before. Odds where either side has"
        f" {least} at bats or more, some of which qualified and some not."
    )
    return Table("odds", "Does it matter?", "first touch", columns, lines, note=note)


def _odds(store: Store, base: Base, bands: Table, name: str) -> Line:
    where = {key: f"({condition})" for key, _, condition in _conditions()}
    title, *sides = _COMPARED[name]
    cells, counts, conditions = [], [], []
    for side in sides:
        of = sum(int(bands.cell(key, "created").value or 0) for key in side)
        part = sum(bands.cell(key, "qualified").part or 0 for key in side)
        condition = " OR ".join(where[key] for key in side)
        qualified = base.counted(f"({condition}) AND {_BECAME['qualified']}")
        cells += [Cell(of, counted=base.counted(condition)), Cell.share(part, of, qualified)]
        counts += [part, of]
        conditions.append(condition)
    enough = min(counts[1], counts[3]) >= store.rules.alerts.from_records
    found = odds(*counts) if enough else None
    both = base.counted(" OR ".join(conditions))
    benchmark = store.rules.benchmarks.get(name)
    cells.append(Cell(found and found.ratio, Unit.NUMBER, counted=both, benchmark=benchmark))
    cells += [Cell(found and end, Unit.NUMBER, counted=both) for end in (found.interval if found else (None, None))]
    return Line(name, title, tuple(cells))


def _said(whole: _Spread, wanted: Asked) -> tuple[str, ...]:
    if not whole.created:
        return ()
    hour = bisect_right(whole.times[0], HOUR)
    untouched, kind = whole.created - len(whole.times[0]), "" if wanted.motion else "inbound "
    return (
        f"First touch within the hour: {hour / whole.created * 100:.0f} % of {whole.created:,} {kind}at bats;"
        f" {untouched:,} not touched at all.",
    )


def _odds_said(store: Store, compared: Table) -> Iterable[str]:
    """How either comparison came out beside its benchmark, or why it says nothing."""
    for line in compared.lines:
        soon, soon_share, late, late_share, ratio, low, high = line.cells
        begin = f"Qualified, first touch {line.label}:"
        sides = [f"{share.part:,} of {at_bats.value:,}" for at_bats, share in ((soon, soon_share), (late, late_share))]
        if ratio.value is not None:
            published = ratio.benchmark
            beside = f"; {published.low:g} times in {published.source}" if published and published.low else ""
            span = f"{low.value:.1f}–{high.value:.1f}"
            yield f"{begin} {sides[0]} against {sides[1]}, {ratio.value:.1f} times the odds ({span}){beside}."
        elif soon.value or late.value:
            least = store.rules.alerts.from_records
            yield f"{begin} {sides[0]} against {sides[1]}, too few to compare ({least} on either side)."
