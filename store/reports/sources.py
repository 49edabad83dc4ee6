"""Sources: which were worth working, what they cost, and what they brought, by source and by campaign.

At bats count at the source that opened them. Opportunities count once, at the source of the first touch; what the
other models would credit stands beside it (``store.rules.attribution``). See docs/model.md, "Sources".
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from operator import attrgetter

from store.database import Store
from store.instants import Instant
from store.reports.asked import Asked
from store.reports.base import Base, at_bats
from store.reports.breakdown import MEDIAN, Dimension, Measure, breakdowns
from store.reports.conditions import BOOKED, HELD, QUALIFIED, REACHED, REJECTED
from store.reports.costs import cost_by, cost_of_one
from store.reports.credited import Deal, deals
from store.reports.figures import Cell, Chart, Column, Counted, Key, Line, Records, Table, Unit
from store.reports.registry import Made
from store.rules.attribution import Model, Touchpoint, credits
from store.rules.statistics import percentile

_MEASURES = (
    Measure("created", "created", note="at bats opened in the period"),
    Measure("reached", "reached", REACHED, note="reached Connected"),
    Measure("reached_share", "reached of created", REACHED, of="1", note="reached Connected, of all created"),
    Measure("booked", "meetings booked", BOOKED, note="at bats with a meeting, whatever came of it"),
    Measure("held", "meetings held", HELD, note="at bats with a meeting that was held"),
    Measure("held_share", "held of created", HELD, of="1", note="a meeting was held, of all created"),
    Measure("qualified", "qualified", QUALIFIED, note="entered Qualified, not skipped it"),
    Measure("rejected", "rejected by sales", REJECTED, note="sales sent their opportunity back, then or for good"),
)
_FIRST = "credited to the first touch"
_BROUGHT = (
    Column("opportunities", "opportunities", note=f"{_FIRST}, each once; not what sales sent back"),
    Column("pipeline", "pipeline", Unit.MONEY, f"amount of the open ones, {_FIRST}"),
    Column("won", "won", Unit.MONEY, f"amount of those won, {_FIRST}"),
    Column("days_to_win", "time to win", Unit.SPAN, "median, from when its first at bat was opened until it was won"),
    Column("cost", "cost", Unit.MONEY, "of campaigns, by day over their window: the days in the period"),
    Column(
        "cost_per_qualified",
        "cost a qualified",
        Unit.MONEY,
        "cost, by at bats that were qualified, where there is a cost",
    ),
)
_SUMS = tuple(product(("pipeline", "won"), Model))
_CREDITED = tuple(Column(f"{name}_{model}", f"{name}, {model.label}", Unit.MONEY) for name, model in _SUMS)

_MOST_NAMED = 3
_SOURCE = Dimension("source", "l.source")
_CAMPAIGN = Dimension(
    "campaign", "l.campaign_id", lambda store: dict(store.rows("SELECT id, name FROM campaign")), "no campaign"
)


def make(store: Store, wanted: Asked, now: Instant) -> Made:
    """By source and by campaign: what became of at bats, what they brought and cost, and four ways to credit it."""
    found = deals(store, wanted)
    half_life = store.rules.attribution.half_life_days
    dimensions = (_SOURCE, _CAMPAIGN)
    brought = [_brought(found, attribute, half_life) for attribute in ("source", "campaign_id")]
    costs = [cost_by(store, wanted, of) for of in ("source", "id")]
    also = [
        {*(key for key, share in each.by_key.items() if share.first), *cost}
        for each, cost in zip(brought, costs, strict=True)
    ]
    base = at_bats(store, wanted, imported=True)
    made = breakdowns(store, base, dimensions, _MEASURES, also)
    kinds = list(zip(dimensions, made, brought, costs, strict=True))
    tables = [_worth(base, by, lines, total, sums, cost) for by, (lines, total), sums, cost in kinds]
    tables += [_credited(store, by, sums) for by, _, sums, _ in kinds]
    return _sentences(store, tables[0]), tuple(tables)


# --- what opportunities come to by source --------------------------------------------------------------------------


@dataclass(slots=True)
class _Sum:
    """Opportunities and what they come to."""

    amount: int = 0
    deals: list[Deal] = field(default_factory=list)

    def add(self, deal: Deal, amount: int) -> None:
        self.amount += amount
        self.deals.append(deal)

    def cell(self) -> Cell:
        return Cell(self.amount, Unit.MONEY, counted=_counted(self.deals))


@dataclass(slots=True)
class _Share:
    """What one source has of all the opportunities: those it came first to, and the sums by model."""

    first: list[Deal] = field(default_factory=list)
    sums: tuple[_Sum, ...] = field(default_factory=lambda: tuple(_Sum() for _ in _SUMS))

    def cells(self) -> list[Cell]:
        """Opportunities, pipeline, won and time to win."""
        to_win = [deal for deal in self.first if deal.days_to_win is not None]
        median = percentile([deal.days_to_win for deal in to_win if deal.days_to_win is not None], MEDIAN)
        return [
            Cell(len(self.first), counted=_counted(self.first)),
            *(self.sums[_SUMS.index((name, Model.FIRST))].cell() for name in ("pipeline", "won")),
            Cell(median, Unit.SPAN, counted=_counted(to_win)),
        ]


@dataclass(frozen=True, slots=True)
class _Brought:
    by_key: Mapping[Key, _Share]
    total: _Share


def _brought(found: Sequence[Deal], attribute: str, half_life: int) -> _Brought:
    by_key: dict[Key, _Share] = defaultdict(_Share)
    total = _Share()
    key_of = attrgetter(attribute)
    for deal in found:
        touchpoints = [Touchpoint(came.at, key_of(came)) for came in deal.came]
        by_key[touchpoints[0].key].first.append(deal)
        total.first.append(deal)
        first, *rest = {each.key for each in touchpoints}
        alone = None if rest else {first: deal.amount}  # most have one source, which has all of it whatever the model
        stands = "pipeline" if deal.open else "won" if deal.won else ""
        for at, (name, model) in enumerate(_SUMS):
            if name == stands:
                shares = alone or credits(model, deal.amount, touchpoints, half_life)
                for key, amount in shares.items():
                    by_key[key].sums[at].add(deal, amount)
                total.sums[at].add(deal, deal.amount)
    return _Brought(dict(by_key), total)


def _counted(found: Iterable[Deal]) -> Counted:
    return Counted.these(Records.OPPORTUNITY, (deal.id for deal in found))


# --- tables --------------------------------------------------------------------------------------------------------


def _worth(
    base: Base, by: Dimension, lines: Sequence[Line], total: Line, brought: _Brought, cost: Mapping[Key, int]
) -> Table:
    """At bats, then opportunities, then cost; what sales rejected comes last."""
    qualified = next(at for at, measure in enumerate(_MEASURES) if measure.name == "qualified")

    paid = replace(base, values={**base.values, "paid": json.dumps(list(cost))})
    of_paid = paid.counted(f"({QUALIFIED}) AND {by.key} IN (SELECT value FROM json_each(:paid))")
    paid_for = sum(int(line.cells[qualified].value or 0) for line in lines if line.key in cost)

    def whole(line: Line, share: _Share, spent: int | None, one: Cell | None = None) -> Line:
        *cells, rejected = line.cells
        one = one or Cell(line.cells[qualified].value, counted=line.cells[qualified].counted)
        of_one = cost_of_one(spent, int(one.value or 0))
        behind = None if of_one is None else one.counted
        money = [Cell(spent, Unit.MONEY), Cell(of_one, Unit.MONEY, counted=behind)]
        return replace(line, cells=(*cells, *share.cells(), *money, rejected))

    *columns, rejected = (measure.column for measure in _MEASURES)
    return Table(
        f"by_{by.head}",
        f"By {by.head}",
        by.head,
        (*columns, *_BROUGHT, rejected),
        tuple(whole(line, brought.by_key.get(line.key, _Share()), cost.get(line.key)) for line in lines),
        whole(total, brought.total, sum(cost.values()) if cost else None, Cell(paid_for, counted=of_paid)),
        Chart.BARS,
        ("created",),
        "By at bats opened in the period, where they came from. Their opportunities stand where the first touch came"
        " from. Costs are the team's: there are none for a rep, a team, a motion or a segment alone.",
    )


def _credited(store: Store, by: Dimension, brought: _Brought) -> Table:
    names = by.labels(store)
    lines = [
        Line(key, by.label(names, key), tuple(each.cell() for each in share.sums))
        for key, share in brought.by_key.items()
        if any(each.deals for each in share.sums)
    ]
    lines.sort(key=lambda line: (line.key is None or line.key == "", line.label.casefold()))
    return Table(
        f"credit_by_{by.head}",
        f"Credit by {by.head}, four ways",
        by.head,
        _CREDITED,
        tuple(lines),
        Line(None, "all", tuple(each.cell() for each in brought.total.sums)),
        Chart.BARS,
        (_CREDITED[0].name,),
        "Each way credits the same amounts, by the signals and at bats of an opportunity's people until it was opened."
        f" By time decay one counts half after {_days(store.rules.attribution.half_life_days)}.",
    )


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"


def _sentences(store: Store, table: Table) -> tuple[str, ...]:
    return (*_worth_working(store, table), *_met(table))


def _worth_working(store: Store, table: Table) -> tuple[str, ...]:
    """The source that was worth working most and the one that was least, of those with enough at bats to tell."""
    least = store.rules.alerts.from_records
    place = table.column("reached_share")
    enough = [(line.label, line.cells[place]) for line in table.lines if (line.cells[place].of or 0) >= least]
    if len(enough) < 2:
        return ()
    by_share = sorted(enough, key=lambda each: (-float(each[1].value or 0), each[0]))
    best, worst = (
        f"{name or 'not said'}, {float(cell.value or 0) * 100:.0f} % of {cell.of:,} reached"
        for name, cell in (by_share[0], by_share[-1])
    )
    return (f"Most worth working: {best}. Least: {worst}.",)


def _met(table: Table) -> tuple[str, ...]:
    """The sources that most of the meetings held came from."""

    def count(line: Line, column: str) -> int:
        return int(line.cells[table.column(column)].value or 0)

    held = [line for line in table.lines if count(line, "held")]
    most = sorted(held, key=lambda line: (-count(line, "held"), line.label))[:_MOST_NAMED]
    named = (f"{line.label or 'not said'}, {count(line, 'held'):,} of {count(line, 'created'):,}" for line in most)
    return (f"Most meetings held: {'; '.join(named)} at bats.",) if most else ()
