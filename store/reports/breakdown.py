"""At bats counted by something: one SQL pass for every count, and from the same pieces the records behind each.

A measure is a condition on the at bat; its figure counts where it holds, and its records are the at bats where it
holds, so that the two cannot differ.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from store.database import Store
from store.reports.base import Base
from store.reports.columns import columns
from store.reports.figures import Cell, Column, Key, Line, Unit
from store.rules.statistics import percentile
from store.ruleset import Benchmark

MEDIAN, NINTH = 0.5, 0.9
NOBODY, NOTHING = "nobody", "not said"


@dataclass(frozen=True, slots=True)
class Measure:
    """One column: how many at bats ``where`` holds of, or what ``value`` comes to over them.

    With ``of`` it is a share: where both hold, of those where ``of`` holds. ``value`` is SQL for a whole number, of
    which ``share`` names the percentile, or which is summed up where that is None.
    """

    name: str
    title: str
    where: str = "1"
    of: str = ""
    value: str = ""
    share: float | None = None
    unit: Unit = Unit.COUNT
    note: str = ""
    benchmark: Benchmark | None = None

    @property
    def column(self) -> Column:
        """Its head."""
        return Column(self.name, self.title, Unit.SHARE if self.of else self.unit, self.note)


@dataclass(frozen=True, slots=True)
class Dimension:
    """What at bats are counted by: SQL for the key of one, and how keys are called."""

    head: str
    key: str
    labels: Callable[[Store], Mapping[Any, str]] = lambda store: {}
    nothing: str = NOTHING

    def label(self, names: Mapping[Any, str], key: Key) -> str:
        """What a key is called."""
        if key is None or key == "":
            return self.nothing
        return names.get(key, str(key))


def users(store: Store) -> Mapping[int, str]:
    """Everybody's name."""
    return dict(store.rows('SELECT id, name FROM "user"'))


@dataclass(slots=True)
class _Group:
    counts: list[int]
    values: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, counts: Sequence[int]) -> None:
        for at, count in enumerate(counts):
            self.counts[at] += count


def breakdown(store: Store, base: Base, by: Dimension, measures: Sequence[Measure]) -> tuple[tuple[Line, ...], Line]:
    """A line for each key, by name, and the total of all; each cell with its records."""
    return breakdowns(store, base, (by,), measures)[0]


def breakdowns(
    store: Store,
    base: Base,
    by: Sequence[Dimension],
    measures: Sequence[Measure],
    also: Sequence[Iterable[Key]] = (),
    rows: Iterable[Sequence[Any]] | None = None,
) -> list[tuple[tuple[Line, ...], Line]]:
    """The same by each of several dimensions, in one pass over the at bats.

    ``also`` are the keys of each dimension that get a line even where no at bat has them; ``rows`` what ``tallies``
    made of the same, where that is known already.
    """
    keys = ", ".join(dimension.key for dimension in by)
    found: list[dict[Key, _Group]] = [{} for _ in by]
    conditions = _conditions(measures)
    total = _Group([0] * len(conditions))
    for row in tallies(store, base, by, measures) if rows is None else rows:
        counts = row[len(by) :]
        total.add(counts)
        for groups, key in zip(found, row, strict=False):
            groups.setdefault(key, _Group([0] * len(conditions))).add(counts)
    for groups, keys_of_lines in zip(found, also, strict=False):
        for key in keys_of_lines:
            groups.setdefault(key, _Group([0] * len(conditions)))
    for at, measure in enumerate(measures):
        if measure.value:
            sql = f"SELECT {keys}, {measure.value} FROM {base.sql} AND ({measure.where})"
            for *of, value in store.rows(sql, dict(base.values)):
                if value is not None:
                    total.values[at].append(value)
                    for groups, key in zip(found, of, strict=True):
                        groups[key].values[at].append(value)
    whole = Line(None, "all", tuple(_cells(base, measures, total)))
    return [
        (_lines(store, base, dimension, measures, groups), whole) for dimension, groups in zip(by, found, strict=True)
    ]


def tallies(
    store: Store, base: Base, by: Sequence[Dimension], measures: Sequence[Measure], many: str = ""
) -> list[tuple[Any, ...]]:
    """A row for each combination of keys: these, then of how many at bats each condition of the measures holds.

    A share has two conditions: where both of its hold, and what it is of. ``many`` is SQL for how many at bats a row
    of ``base`` stands for, where not for one.
    """
    # A bit for each condition, counted in Python: SQL would sort every row to group it, which takes twice as long.
    conditions = _conditions(measures)
    bits = {each: 1 << at for at, each in enumerate(dict.fromkeys(each for all_of in conditions for each in all_of))}
    held = " + ".join(f"{bit} * (({condition}) IS TRUE)" for condition, bit in bits.items())
    kinds: Counter[tuple[Any, ...]] = Counter()
    asked_for = (*(dimension.key for dimension in by), held, *([many] if many else []))
    for found in columns(store, base, *asked_for, by_day=base.by_day):
        if many:
            for *kind, times in zip(*found, strict=True):
                kinds[tuple(kind)] += times
        else:
            kinds.update(zip(*found, strict=True))
    rows: dict[tuple[Any, ...], list[int]] = {}
    for (*of, kind), times in kinds.items():
        sums = rows.setdefault(tuple(of), [0] * len(conditions))
        for at, all_of in enumerate(conditions):
            if all(kind & bits[each] for each in all_of):
                sums[at] += times
    return [(*of, *sums) for of, sums in rows.items()]


def _conditions(measures: Sequence[Measure]) -> list[tuple[str, ...]]:
    """What must hold together for each count; a share has two."""
    conditions: list[tuple[str, ...]] = []
    for measure in measures:
        conditions += [(measure.where, measure.of), (measure.of,)] if measure.of else [(measure.where,)]
    return conditions


def _lines(
    store: Store, base: Base, by: Dimension, measures: Sequence[Measure], groups: Mapping[Key, _Group]
) -> tuple[Line, ...]:
    names = by.labels(store)
    lines = [
        Line(key, by.label(names, key), tuple(_cells(base, measures, group, by.key, key)))
        for key, group in groups.items()
    ]
    return tuple(sorted(lines, key=lambda line: (line.key is None or line.key == "", line.label.casefold())))


def _cells(base: Base, measures: Sequence[Measure], group: _Group, by: str = "", key: Key = None) -> list[Cell]:
    cells, at = [], 0
    for place, measure in enumerate(measures):
        part = group.counts[at]
        if measure.of:
            counted = base.counted(f"({measure.where}) AND ({measure.of})", by, key)
            cells.append(Cell.share(part, group.counts[at + 1], counted, measure.benchmark))
            at += 2
            continue
        at += 1
        if not measure.value:
            counted = base.counted(measure.where, by, key)
            cells.append(Cell(part, measure.unit, counted=counted, benchmark=measure.benchmark))
            continue
        values = group.values[place]
        counted = base.counted(f"({measure.where}) AND {measure.value} IS NOT NULL", by, key)
        found = sum(values) if measure.share is None else percentile(values, measure.share)
        cells.append(Cell(found, measure.unit, counted=counted, benchmark=measure.benchmark))
    return cells
