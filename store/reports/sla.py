"""SLA: which clocks were met, by kind, by whose they were, by team and week by week.

A clock counts once, in the period in which it was decided: when it was met, or when it ran out. One that still runs,
or that ended without an answer (the at bat was closed in time), is neither. See docs/model.md, "SLA".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from store.database import Store
from store.instants import MINUTE, Instant
from store.reports.asked import Asked
from store.reports.breakdown import NOBODY, Dimension, users
from store.reports.figures import Cell, Chart, Column, Counted, Key, Line, Records, Table, Unit
from store.reports.local_time import monday, span, week_sql
from store.reports.registry import Made
from store.vocabulary import ClockKind

_DECIDED = "min(c.due_at, coalesce(c.ended_at, c.due_at))"
# Whether the touch that ended a clock is known by its day alone, which is some midnight: few need to be looked at.
_BY_DAY_ALONE = f"""c.kind IN ('{ClockKind.FIRST_TOUCH.value}', '{ClockKind.OWN_TOUCH.value}',
    '{ClockKind.RESPOND.value}') AND coalesce(c.ended_at, 1) % {15 * MINUTE} = 0 AND EXISTS (
    SELECT 1 FROM touch t WHERE t.lead_id = c.lead_id AND t.at = c.ended_at AND t.date_only = 1 AND t.void = 0)"""
_COLUMNS = (
    Column("decided", "clocks", note="met or run out in the period"),
    Column("met", "met"),
    Column("missed", "missed", note="ran out first"),
    Column("share", "kept", Unit.SHARE, "met, of met and missed"),
)
_NOTE = "Clocks decided in the period: met, or run out. Those still running are neither. A miss is whose it was then."
_KINDS = tuple(kind.value for kind in ClockKind)
_TEAM_HAS_IT = "nobody (the team)"


@dataclass(frozen=True, slots=True)
class _Clocks:
    """The clocks that a report is about, as SQL; ``c`` is the clock, ``l`` its at bat, ``a`` the company."""

    sql: str
    values: Mapping[str, int | str]

    def counted(self, *conditions: str, **values: Key) -> Counted:
        """Those where all the conditions hold, the one decided last first."""
        where = " AND ".join(("1", *conditions))
        sql = f"SELECT c.id FROM {self.sql} AND {where} ORDER BY {_DECIDED} DESC, c.id DESC"
        return Counted(Records.CLOCK, sql, tuple({**self.values, **values}.items()))


@dataclass(frozen=True, slots=True)
class _Kept:
    """How many clocks were met and missed."""

    met: int = 0
    missed: int = 0

    def __add__(self, other: _Kept) -> _Kept:
        return _Kept(self.met + other.met, self.missed + other.missed)


_Counts = Mapping[tuple[Key, ...], _Kept]


def make(store: Store, wanted: Asked, now: Instant) -> Made:
    """By clock; misses by rep and clock; then by rep, team and week."""
    clocks = _decided(store, wanted)
    kind = Dimension("clock", "c.kind", lambda store: {kind.value: kind.label for kind in ClockKind})
    rep = Dimension("rep", "c.owner_id", users, _TEAM_HAS_IT)
    team = Dimension("team", "l.team_id", lambda store: dict(store.rows("SELECT id, name FROM team")), NOBODY)
    week = Dimension("week", week_sql(store, wanted.period, now, _DECIDED))
    counts = _counts(store, clocks, (kind, rep, team, week))

    by_kind = _table(store, clocks, kind, _by(counts, 0), _by_kind)
    misses = _misses(store, clocks, rep, counts)
    by_rep = _table(store, clocks, rep, _by(counts, 1), _by_label)
    by_team = _table(store, clocks, team, _by(counts, 2), _by_label)
    by_week = _weeks(clocks, week, _by(counts, 3))
    return tuple(_said(store, by_kind, misses)), (by_kind, misses, by_rep, by_team, by_week)


def _decided(store: Store, wanted: Asked) -> _Clocks:
    # Whose a clock was is said on the clock: the at bat may have changed hands since.
    narrowing, filters = wanted._replace(rep=None).narrowing(store)
    if wanted.rep is not None:
        narrowing, filters = f"{narrowing} AND c.owner_id = :rep", {**filters, "rep": wanted.rep}
    account = "LEFT JOIN account a ON a.id = l.account_id" if wanted.segment else ""
    start, end = span(store, wanted.period)
    sql = (
        f"clock c JOIN lead l ON l.id = c.lead_id {account} WHERE c.void = 0 AND c.met IS NOT NULL"
        f" AND {_DECIDED} >= :start AND {_DECIDED} < :end AND l.void = 0 AND l.merged_into_id IS NULL{narrowing}"
        f" AND NOT ({_BY_DAY_ALONE})"
    )
    return _Clocks(sql, {"start": start, "end": end, **filters})


def _counts(store: Store, clocks: _Clocks, dimensions: Sequence[Dimension]) -> _Counts:
    """How many were met and missed, by every key at once: one pass."""
    keys = ", ".join(by.key for by in dimensions)
    places = ", ".join(str(at + 1) for at in range(len(dimensions)))
    sql = f"SELECT {keys}, sum(c.met), count(*) FROM {clocks.sql} GROUP BY {places}"
    return {tuple(key): _Kept(met, of - met) for *key, met, of in store.rows(sql, dict(clocks.values))}


def _by(counts: _Counts, *places: int) -> dict[tuple[Key, ...], _Kept]:
    found: dict[tuple[Key, ...], _Kept] = defaultdict(_Kept)
    for key, kept in counts.items():
        found[tuple(key[at] for at in places)] += kept
    return found


def _by_label(line: Line) -> tuple[bool, str]:
    return line.key is None, line.label.casefold()


def _by_kind(line: Line) -> int:
    return _KINDS.index(str(line.key))


def _table(
    store: Store, clocks: _Clocks, by: Dimension, found: _Counts, order: Callable[[Line], bool | int | tuple[bool, str]]
) -> Table:
    names = by.labels(store)
    lines = [
        Line(key, by.label(names, key), _cells(clocks, kept, f"{by.key} IS :key", key=key))
        for (key,), kept in found.items()
    ]
    lines.sort(key=order)
    return Table(
        f"by_{by.head}",
        f"By {by.head}",
        by.head,
        _COLUMNS,
        tuple(lines),
        _total(clocks, found),
        Chart.BARS,
        ("share",),
        _NOTE,
    )


def _total(clocks: _Clocks, found: _Counts) -> Line:
    return Line(None, "all", _cells(clocks, sum(found.values(), _Kept())))


def _cells(clocks: _Clocks, kept: _Kept, *conditions: str, **values: Key) -> tuple[Cell, ...]:
    decided = kept.met + kept.missed
    met = clocks.counted(*conditions, "c.met = 1", **values)
    return (
        Cell(decided, counted=clocks.counted(*conditions, **values)),
        Cell(kept.met, counted=met),
        Cell(kept.missed, counted=clocks.counted(*conditions, "c.met = 0", **values)),
        Cell.share(kept.met, decided, met),
    )


def _weeks(clocks: _Clocks, week: Dimension, found: _Counts) -> Table:
    """A line for each week from the first to the last in which anything was decided."""
    numbers = [int(key) for (key,) in found if key is not None]
    lines = [
        Line(
            monday(number).isoformat(),
            f"week of {monday(number).isoformat()}",
            _cells(clocks, found.get((number,), _Kept()), f"{week.key} = :key", key=number),
        )
        for number in (range(min(numbers), max(numbers) + 1) if numbers else ())
    ]
    total = _total(clocks, found)
    note = f"{_NOTE} By the week in which they were decided, from its Monday."
    return Table("by_week", "By week", "week", _COLUMNS, tuple(lines), total, Chart.LINE, ("share",), note)


def _misses(store: Store, clocks: _Clocks, rep: Dimension, counts: _Counts) -> Table:
    """Who misses which clock: the share missed, which opens the clocks that were."""
    kinds = sorted({str(kind) for (kind,) in _by(counts, 0)}, key=_KINDS.index)
    found: dict[Key, dict[str, _Kept]] = defaultdict(dict)
    for (key, kind), kept in _by(counts, 1, 0).items():
        found[key][str(kind)] = kept
    whole = {str(kind): kept for (kind,), kept in _by(counts, 0).items()}

    def cells(of_line: Mapping[str, _Kept], *conditions: str, **values: Key) -> tuple[Cell, ...]:
        counted = (clocks.counted(*conditions, "c.met = 0", "c.kind = :kind", kind=kind, **values) for kind in kinds)
        kept = (of_line.get(kind, _Kept()) for kind in kinds)
        return tuple(Cell.share(of.missed, of.met + of.missed, ids) for of, ids in zip(kept, counted, strict=True))

    names = rep.labels(store)
    lines = [
        Line(key, rep.label(names, key), cells(of_line, f"{rep.key} IS :key", key=key))
        for key, of_line in found.items()
    ]
    lines.sort(key=_by_label)
    columns = tuple(Column(kind, ClockKind(kind).label, Unit.SHARE, "missed, of met and missed") for kind in kinds)
    total = Line(None, "all", cells(whole))
    title = "Who misses which clock"
    return Table("misses", title, "rep", columns, tuple(lines), total, Chart.HEAT, tuple(kinds), _NOTE)


def _said(store: Store, by_kind: Table, misses: Table) -> Iterable[str]:
    """The clock that is missed most, and who misses the first touch most; of few records nothing."""
    least = store.rules.alerts.from_records
    kept = [(line, line.cells[by_kind.column("share")]) for line in by_kind.lines]
    enough = [(line, cell) for line, cell in kept if (cell.of or 0) >= least]
    if enough:
        line, cell = min(enough, key=lambda each: float(each[1].value or 0))
        yield f"Met least: {line.label}, {float(cell.value or 0) * 100:.0f} % of {cell.of:,}."
    first = ClockKind.FIRST_TOUCH.value
    if first not in (column.name for column in misses.columns):
        return
    missed = [(line, line.cells[misses.column(first)]) for line in misses.lines if line.key is not None]
    missed = [(line, cell) for line, cell in missed if (cell.of or 0) >= least and cell.part]
    if missed:
        line, cell = max(missed, key=lambda each: float(each[1].value or 0))
        share = f"{float(cell.value or 0) * 100:.0f} %"
        yield f"Misses first touch most: {line.label}, {cell.part:,} of {cell.of:,} ({share})."
