"""What becomes of at bats by how long their first touch took, and the odds to qualify, sooner against later.

See docs/model.md, "Speed to lead".
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from store.database import Store
from store.instants import DAY, HOUR, MINUTE
from store.reports.base import Base
from store.reports.conditions import QUALIFIED
from store.reports.figures import Cell, Chart, Column, Key, Line, Table, Unit
from store.rules.statistics import odds
from store.vocabulary import Outcome

TOUCHED = "l.first_touch_at IS NOT NULL"
ELAPSED = "max(l.first_touch_at - l.opened_at, 0)"

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
ENDS = " + ".join(f"{1 << at} * (({condition}) IS TRUE)" for at, condition in enumerate(_BECAME.values()))
NOTE = (
    "At bats opened in the period; merged and imported ones are left out, and those whose first touch is known by its"
    " day alone. Shares are of all of them: untouched is not within."
)
CREATED = Column("created", "at bats", note="opened in the period")


def bands(base: Base, times: Sequence[int], ends: Sequence[int], untouched: Mapping[tuple[Any, ...], int]) -> Table:
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
    columns = (CREATED, *(Column(name, name, Unit.SHARE, "of the at bats in the band") for name in _BECAME))
    note = (
        f"{NOTE} Of inbound motions alone, unless one motion is asked for. "
        "Qualified: came there, not set back since; converted: an opportunity or a meeting."
    )
    title = "What becomes of them, by response time"
    return Table("bands", title, "first touch", columns, tuple(lines), total, Chart.BARS, ("converted",), note)


def _conditions() -> Iterable[tuple[str, str, str]]:
    above = -1
    for name, title, limit in _BANDS:
        upper = f" AND {ELAPSED} <= {limit}" if limit is not None else ""
        yield name, title, f"{ELAPSED} > {above}{upper}"
        above = limit or above
    yield *_UNTOUCHED, f"NOT ({TOUCHED})"


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


def compared(store: Store, base: Base, bands: Table) -> Table:
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


def odds_said(store: Store, compared: Table) -> Iterable[str]:
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
