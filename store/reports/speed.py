"""Speed to lead: how soon an at bat gets its first touch after it was opened, and whether that matters.

Elapsed time is what benchmarks speak of, business time what the team is held to. One that nobody has touched counts
among all and is within no time. One whose first touch is known by its day alone (imported) stays out. See
docs/model.md, "Speed to lead".
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress, count
from operator import add, itemgetter
from typing import Any

from store.database import Store
from store.instants import DAY, HOUR, MINUTE, Instant
from store.reports.asked import Asked
from store.reports.bands import CREATED, ELAPSED, ENDS, NOTE, TOUCHED, bands, compared, odds_said
from store.reports.base import Base, at_bats
from store.reports.breakdown import MEDIAN, NINTH, NOBODY, Dimension, users
from store.reports.columns import Packed, columns, numbered
from store.reports.figures import Cell, Chart, Column, Key, Line, Table, Unit
from store.reports.local_time import hour_sql
from store.reports.registry import Made
from store.rules.statistics import percentile
from store.rules.worked import Worked
from store.vocabulary import Motion

_WORKED = "worked(l.opened_at, l.first_touch_at)"
# A day alone is some midnight, which is a whole quarter of an hour everywhere: few touches need to be looked at.
_BY_DAY_ALONE = f"""coalesce(l.first_touch_at, 1) % {15 * MINUTE} = 0 AND EXISTS (
    SELECT 1 FROM touch t WHERE t.lead_id = l.id AND t.at = l.first_touch_at AND t.date_only = 1 AND t.void = 0)"""
_WITHIN = (("5_min", "5 min", 5 * MINUTE), ("1_h", "1 h", HOUR), ("24_h", "24 h", DAY))

_MOTION, _ENDS = 3, 5  # where a kind has them
_NO_TIME = "0 s: touched outside working hours, or within the second"


_Kind = tuple[Any, ...]
_Code = tuple[int, str]  # a kind as it is read: all but the source in one number


@dataclass(frozen=True, slots=True)
class _Measured:
    """One way to measure the time; ``prefix`` begins the names of its columns."""

    prefix: str
    title: str
    sql: str
    unit: Unit


_BOTH = (_Measured("", "elapsed", ELAPSED, Unit.SPAN), _Measured("work_", "business", _WORKED, Unit.WORK))


@dataclass(frozen=True, slots=True)
class _Spread:
    """At bats of one line: how many, and of those touched how long each took, sorted, in both measures."""

    created: int
    times: tuple[Sequence[int], ...]


@dataclass(frozen=True, slots=True)
class _Timed:
    """At bats in the order of a time: the place of each one's kind among the kinds, and the times.

    One pass over a column is several times as fast as over rows.
    """

    kinds: Sequence[int]
    times: Sequence[int]

    @classmethod
    def of(cls, kinds: Sequence[int], times: Sequence[int], order: Sequence[int]) -> _Timed:
        """In this order; they lie together, so that a pass over them finds them in the cache."""
        return cls(*(array("q", list(map(each.__getitem__, order))) for each in (kinds, times)))


@dataclass(frozen=True, slots=True)
class _Rows:
    """The at bats: those touched by elapsed and by business time, and how many untouched there are of a kind.

    A kind is a key for each dimension, and then what became of the at bat.
    """

    kinds: Sequence[_Kind]
    touched: tuple[_Timed, ...]
    untouched: Mapping[_Kind, int]

    def ends(self) -> list[int]:
        """What became of those touched, by elapsed time."""
        of = [kind[_ENDS] for kind in self.kinds]
        return [of[kind] for kind in self.touched[0].kinds]


def make(store: Store, wanted: Asked, now: Instant) -> Made:
    """Both measures over all, what became of each response time, then by rep, team, source, motion and hour."""
    base = _timed(store, wanted)
    dimensions = _dimensions(store, wanted, now)
    rows = _read(store, base, dimensions[-1])
    whole = _whole(rows)
    total = Line(None, "all", _cells(base, whole))
    tables = [_table(store, base, by, rows, at, total) for at, by in enumerate(dimensions)]
    overall = _overall_lines(base, whole)
    if wanted.motion is None:
        base, rows = _inbound(store, base), _inbound_rows(store, rows)
        whole = _whole(rows)
        overall += _overall_lines(base, whole, "inbound_", "inbound, ")
    ends = bands(base, rows.touched[0].times, rows.ends(), rows.untouched)
    odds = compared(store, base, ends)
    columns = (CREATED, *_columns(_BOTH[0]))
    note = f"{NOTE} Business time of {_NO_TIME}."
    first = Table("overall", "Opening to first touch", "time", columns, overall, note=note)
    return (*_said(whole, wanted), *odds_said(store, odds)), (first, ends, odds, *tables)


def held(store: Store, wanted: Asked, now: Instant) -> tuple[Table, ...]:
    """The tables with figures that are held against a benchmark."""
    base = _timed(store, wanted)
    if wanted.motion is None:
        base = _inbound(store, base)
    rows = store.rows(f"SELECT {ELAPSED}, {ENDS} FROM {base.sql} AND {TOUCHED}", base.values)
    rows.sort(key=itemgetter(0))
    times, ends = ([row[at] for row in rows] for at in range(2))
    return (compared(store, base, bands(base, times, ends, {})),)  # which the untouched are no part of


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


def _read(store: Store, base: Base, hour: Dimension) -> _Rows:
    """Each at bat once. Times are sorted here, once for all the lines they are in."""
    motions = tuple(Motion)
    teams = int(store.value("SELECT max(id) FROM team") or 0) + 1
    motion = numbered("l.motion", motions)
    packed = Packed((("l.owner_id", 0), ("l.team_id", teams), (motion, len(motions)), (hour.key, 24), (ENDS, 8)))
    codes, touched = _touched(store, base, packed.sql)
    untouched = _untouched(store, base, packed.sql)

    def kind(code: int, source: str) -> _Kind:
        owner, team, motion, hour, ends = packed.unpacked(code)
        return owner, team, source, motions[motion or 0], hour, ends

    never = {kind(*each): many for each, many in untouched.items()}
    return _Rows(tuple(kind(*each) for each in codes), touched, never)


def _touched(store: Store, base: Base, code: str) -> tuple[Iterable[_Code], tuple[_Timed, ...]]:
    """The kinds of those touched, in the order in which ``_Timed`` counts them, and those in order of either time."""
    places: defaultdict[_Code, int] = defaultdict(count().__next__)
    kinds: list[int] = []
    elapsed: list[int] = []
    worked: list[int] = []
    between = Worked(store.calendar).between  # in SQL it would be called row by row
    touched = replace(base, sql=f"{base.sql} AND {TOUCHED}")
    for *of, opened, after in columns(store, touched, code, "l.source", "l.opened_at", ELAPSED):
        kinds += map(places.__getitem__, zip(*of, strict=True))
        elapsed += after
        worked += map(between, opened, map(add, opened, after))
    soonest = sorted(range(len(kinds)), key=elapsed.__getitem__)
    by_worked = sorted(soonest, key=worked.__getitem__)
    return places, (_Timed.of(kinds, elapsed, soonest), _Timed.of(kinds, worked, by_worked))


def _untouched(store: Store, base: Base, code: str) -> Counter[_Code]:
    """How many there are of each kind."""
    counts: Counter[_Code] = Counter()
    for day in columns(store, replace(base, sql=f"{base.sql} AND NOT ({TOUCHED})"), code, "l.source"):
        counts.update(zip(*day, strict=True))
    return counts


def _whole(rows: _Rows) -> _Spread:
    times = tuple(timed.times for timed in rows.touched)
    return _Spread(len(times[0]) + sum(rows.untouched.values()), times)


def _inbound(store: Store, base: Base) -> Base:
    """Those that the other side began: an at bat of our own making answers nobody."""
    return replace(base, sql=f"{base.sql} AND l.motion IN ({', '.join(map(repr, _inbound_motions(store)))})")


def _inbound_motions(store: Store) -> list[str]:
    return [motion.value for motion, kind in store.rules.motions.items() if kind.inbound]


def _inbound_rows(store: Store, rows: _Rows) -> _Rows:
    """The same of those alone."""
    inbound = frozenset(_inbound_motions(store))
    ours = [kind[_MOTION] in inbound for kind in rows.kinds]

    def those(timed: _Timed) -> _Timed:
        of = [ours[kind] for kind in timed.kinds]
        return _Timed(list(compress(timed.kinds, of)), list(compress(timed.times, of)))

    untouched = {kind: many for kind, many in rows.untouched.items() if kind[_MOTION] in inbound}
    return _Rows(rows.kinds, tuple(map(those, rows.touched)), untouched)


def _table(store: Store, base: Base, by: Dimension, rows: _Rows, at: int, total: Line) -> Table:
    names = by.labels(store)
    lines = [Line(key, by.label(names, key), _cells(base, spread, by.key, key)) for key, spread in _spreads(rows, at)]
    lines.sort(key=lambda line: (line.key is None or line.key == "", line.label.casefold()))
    columns = (CREATED, *(column for each in _BOTH for column in _columns(each)))
    charted = (f"within_{_WITHIN[1][0]}",)
    return Table(f"by_{by.head}", f"By {by.head}", by.head, columns, tuple(lines), total, Chart.BARS, charted, NOTE)


def _spreads(rows: _Rows, at: int) -> Iterator[tuple[Key, _Spread]]:
    """The at bats by the key of one dimension."""
    counts: Counter[Key] = Counter()
    for kind, many in rows.untouched.items():
        counts[kind[at]] += many
    found: list[dict[Key, list[int]]] = []
    for timed in rows.touched:
        times: dict[Key, list[int]] = {kind[at]: [] for kind in rows.kinds}
        add = {key: of_key.append for key, of_key in times.items()}
        of_kind = [add[kind[at]] for kind in rows.kinds]
        for place, value in zip(timed.kinds, timed.times, strict=True):
            of_kind[place](value)
        found.append(times)
    for key in counts.keys() | found[0].keys():
        of_key = tuple(times.get(key, []) for times in found)
        yield key, _Spread(counts[key] + len(of_key[0]), of_key)


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
    touched = base.counted(TOUCHED, by, key)
    first = [] if measured.prefix else [Cell(len(times), counted=touched)]
    percentiles = [
        Cell(percentile(times, share, ordered=True), measured.unit, counted=touched) for share in (MEDIAN, NINTH)
    ]
    shares = [
        Cell.share(bisect_right(times, limit), created, base.counted(f"{measured.sql} <= {limit}", by, key))
        for _, _, limit in _WITHIN
    ]
    return [*first, *percentiles, *shares]


def _overall_lines(base: Base, whole: _Spread, prefix: str = "", words: str = "") -> tuple[Line, ...]:
    head = (Cell(whole.created, counted=base.counted("1")), Cell(len(whole.times[0]), counted=base.counted(TOUCHED)))
    return tuple(
        Line(
            prefix + each.title,
            f"{words}{each.title} time",
            (*head, *_time_cells(base, each, whole.created, times)[-len(_WITHIN) - 2 :]),
        )
        for each, times in zip(_BOTH, whole.times, strict=True)
    )


def _said(whole: _Spread, wanted: Asked) -> tuple[str, ...]:
    if not whole.created:
        return ()
    hour = bisect_right(whole.times[0], HOUR)
    untouched, kind = whole.created - len(whole.times[0]), "" if wanted.motion else "inbound "
    return (
        f"First touch within the hour: {hour / whole.created * 100:.0f} % of {whole.created:,} {kind}at bats;"
        f" {untouched:,} not touched at all.",
    )
