"""Cohorts: of the at bats created in the same week or month, how many were reached, and converted, by which age.

The age of an at bat counts from its opening, in weeks of 7 or months of 30 days. An age is shown once the whole cohort
has reached it, so that no share is low only because its at bats are young. See docs/model.md, "Reports".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta

from store.database import Store
from store.instants import DAY, Instant, moment
from store.reports.asked import Asked
from store.reports.base import Base, at_bats
from store.reports.breakdown import Dimension, Measure, breakdowns
from store.reports.figures import Cell, Chart, Column, Counted, Line, Table, Unit
from store.reports.period import Period
from store.reports.registry import Made
from store.rules.business import at_local
from store.vocabulary import Stage

_WEEKS_UP_TO = 26 * 7  # days of the period; longer ones are shown by month
_AGES = 12
_MONTHS = 6
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a cohort is: those created in one week, or in one month."""

    head: str
    age: int  # days

    def starts(self, day: date) -> date:
        """The first day of the week or month that this day is in."""
        return day - timedelta(days=day.weekday()) if self is _WEEK else day.replace(day=1)

    def ends(self, start: date) -> date:
        """Its last day."""
        if self is _WEEK:
            return start + 6 * _ONE_DAY
        return (start + 31 * _ONE_DAY).replace(day=1) - _ONE_DAY

    def label(self, start: date) -> str:
        """What it is called: the day the week begins, or the month."""
        return start.isoformat() if self is _WEEK else start.isoformat()[:7]

    def column(self, age: int) -> str:
        """The head of an age."""
        return f"{age} wk" if self is _WEEK else f"{age * self.age} d"


_WEEK, _MONTH = _Kind("week", 7), _Kind("month", 30)


@dataclass(frozen=True, slots=True)
class _Deed:
    """What an at bat may have come to: the condition, and when that was."""

    name: str
    title: str
    where: str
    at: str


_DEEDS = (
    _Deed("converted", "Converted", f"l.stage = '{Stage.CONVERTED.value}'", "l.closed_at"),
    _Deed("connected", "Connected", "l.connected_at IS NOT NULL", "l.connected_at"),
)


@dataclass(frozen=True, slots=True)
class _Cohort:
    """At bats created in the same week or month of the period; ``reached``: the ages that all of them have reached."""

    label: str
    first: date
    last: date
    cut: str  # the days of it that are in the period, where that is not all of them
    reached: int
    created: int = 0
    ages: Mapping[int, int] = field(default_factory=dict)  # how many came to the deed at each age

    @property
    def title(self) -> str:
        """What it is called, and how much of it this is where the period cuts it."""
        return f"{self.label} ({self.cut})" if self.cut else self.label

    def by(self, age: int | None) -> int:
        """How many had come to it when they were this old; None is at any age."""
        return sum(count for at, count in self.ages.items() if age is None or at < age)


def make(store: Store, wanted: Asked, now: Instant) -> Made:
    """Created by month; then converted and connected by age, each as shares and as counts."""
    base = at_bats(store, wanted)
    rows = store.rows(f"SELECT l.opened_day, count(*) FROM {base.sql} GROUP BY 1", dict(base.values))
    created = {date.fromisoformat(day): count for day, count in rows}
    kind = _kind(wanted.period, created)
    cohorts = _cohorts(store, wanted.period, kind, created, now)
    tables = [_by_month(store, wanted, now)]
    for deed in _DEEDS:
        tables += _tables(base, kind, deed, _with_ages(store, base, kind, deed, cohorts))
    return (), tuple(tables)


def _by_month(store: Store, wanted: Asked, now: Instant) -> Table:
    """How many were created in each of six whole months, up to that in which the period ends; the newest first."""
    today = moment(now, store.zone).date()
    months = _months_up_to(min(wanted.period.last, today))
    last = min(_MONTH.ends(months[0]), today)
    base = at_bats(store, wanted._replace(period=Period("months", months[-1], last)))
    measures = (
        Measure("created", "created"),
        *(Measure(deed.name, deed.name, deed.where) for deed in reversed(_DEEDS)),
    )
    keys = [f"{month:%Y-%m}" for month in months]
    lines, total = breakdowns(store, base, (Dimension("month", "substr(l.opened_day, 1, 7)"),), measures, (keys,))[0]
    columns = tuple(measure.column for measure in measures)
    note = "Six whole months, up to that in which the period ends, however long it is."
    return Table("by_month", "Created by month", "month", columns, lines[::-1], total, note=note)


def _months_up_to(end: date) -> list[date]:
    """Their first days, the newest first; the calendar may begin later."""
    last = end.year * 12 + end.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(last, last - _MONTHS, -1) if month >= 12]


def _kind(period: Period, created: Mapping[date, int]) -> _Kind:
    """Weeks for a period of up to 26 of them; all time is as long as there are at bats."""
    days = (max(created) - min(created)).days + 1 if period.name == "all" and created else period.days
    return _WEEK if days <= _WEEKS_UP_TO else _MONTH


def _cohorts(
    store: Store, period: Period, kind: _Kind, created: Mapping[date, int], now: Instant
) -> tuple[_Cohort, ...]:
    counts: Counter[date] = Counter()
    for day, count in created.items():
        counts[kind.starts(day)] += count
    found = []
    for start, count in sorted(counts.items()):
        first, last = max(start, period.first), min(kind.ends(start), period.last)
        complete = at_local(last + _ONE_DAY, time(), store.zone)
        reached = max(0, (now - complete) // (kind.age * DAY))
        cut = _cut(first if first > start else None, last if last < kind.ends(start) else None)
        found.append(_Cohort(kind.label(start), first, last, cut, min(reached, _AGES), count))
    return tuple(found)


def _cut(first: date | None, last: date | None) -> str:
    """From which day and to which, where either is not the cohort's own: ``from 08-25``."""
    begins, ends = (day.isoformat()[5:] if day is not None else "" for day in (first, last))
    if begins == ends:
        return begins
    return f"{begins} to {ends}" if begins and ends else f"from {begins}" if begins else f"to {ends}"


def _with_ages(store: Store, base: Base, kind: _Kind, deed: _Deed, cohorts: tuple[_Cohort, ...]) -> tuple[_Cohort, ...]:
    ages: dict[str, Counter[int]] = {cohort.label: Counter() for cohort in cohorts}
    sql = (
        f"SELECT l.opened_day, ({deed.at} - l.opened_at) / {kind.age * DAY}, count(*) FROM {base.sql}"
        f" AND {deed.where} GROUP BY 1, 2"
    )
    for day, age, count in store.rows(sql, dict(base.values)):
        ages[kind.label(kind.starts(date.fromisoformat(day)))][age] += count
    return tuple(replace(cohort, ages=ages[cohort.label]) for cohort in cohorts)


def _tables(base: Base, kind: _Kind, deed: _Deed, cohorts: tuple[_Cohort, ...]) -> tuple[Table, ...]:
    """The same as shares, and as counts."""
    shown = max((cohort.reached for cohort in cohorts), default=0) or 1
    columns = tuple((f"by_{age}", kind.column(age)) for age in range(1, shown + 1))
    note = (
        f"By age since creation; an age is shown once the whole {kind.head} has reached it, and the last line counts"
        " those that have. So far: at any age, all of them."
    )
    return tuple(
        Table(
            f"{deed.name}{suffix}",
            f"{deed.title}, {words} by age",
            kind.head,
            (
                Column("created", "created", note="at bats opened in the period"),
                *(Column(name, title, unit) for name, title in columns),
                Column("so_far", "so far", unit),
            ),
            tuple(
                Line(cohort.title, cohort.title, _cells(base, kind, deed, (cohort,), shown, unit)) for cohort in cohorts
            ),
            Line(None, "all", _cells(base, kind, deed, cohorts, shown, unit)),
            Chart.HEAT,
            tuple(name for name, _ in columns),
            note,
        )
        for suffix, words, unit in (("_share", "share", Unit.SHARE), ("", "count", Unit.COUNT))
    )


def _cells(
    base: Base, kind: _Kind, deed: _Deed, cohorts: tuple[_Cohort, ...], shown: int, unit: Unit
) -> tuple[Cell, ...]:
    """Created, by each age, and so far, of one cohort or of several together."""
    cells = [Cell(sum(cohort.created for cohort in cohorts), counted=_counted(base, "1", cohorts))]
    for age in (*range(1, shown + 1), None):
        old_enough = tuple(cohort for cohort in cohorts if age is None or cohort.reached >= age)
        if cohorts and not old_enough:
            cells.append(Cell(None, unit))
            continue
        part = sum(cohort.by(age) for cohort in old_enough)
        within = "" if age is None else f" AND {deed.at} - l.opened_at < {age * kind.age * DAY}"
        counted = _counted(base, deed.where + within, old_enough)
        whole = sum(cohort.created for cohort in old_enough)
        cells.append(Cell.share(part, whole, counted) if unit is Unit.SHARE else Cell(part, unit, counted=counted))
    return tuple(cells)


def _counted(base: Base, where: str, cohorts: tuple[_Cohort, ...]) -> Counted:
    """The at bats of these cohorts, which follow each other, where the condition holds."""
    if not cohorts:
        return base.counted(where)
    span = {"from": cohorts[0].first.isoformat(), "to": cohorts[-1].last.isoformat()}
    cohort = replace(base, values={**base.values, **span})
    return cohort.counted(f"l.opened_day BETWEEN :from AND :to AND {where}")
