"""Experiments: per experiment what became of the at bats of each arm, held against those of its first arm.

By the arm that an at bat was given when it was opened, whatever was done with it since. Conversion is what an
experiment is judged by; the rest is told with it. See docs/model.md, "Reports".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from store.database import Store
from store.instants import Instant, moment
from store.reports.asked import Asked
from store.reports.base import Base, at_bats
from store.reports.breakdown import Dimension, Measure, breakdowns
from store.reports.conditions import QUALIFIED
from store.reports.figures import Cell, Column, Line, Table, Unit
from store.reports.registry import Made
from store.reports.wording import points, probability
from store.rules.experiments import LEAST, LEAST_EXPECTED, Arm, needed, value_words
from store.rules.statistics import CONFIDENCE, Compared, compare, holm
from store.vocabulary import Motion, Subject

_REACHED = (
    ("connected", "l.connected_at IS NOT NULL"),
    ("qualified", QUALIFIED),
    ("converted", "l.stage = 'converted'"),
)
_JUDGED_BY = "converted"
_MEASURES = (
    Measure("at_bats", "at bats"),
    *(
        measure
        for name, where in _REACHED
        for measure in (Measure(name, name, where), Measure(f"{name}_share", f"{name} %", where, of="1"))
    ),
)
_COMPARED = (
    Column("difference", "difference", Unit.POINTS, "in points of a hundred"),
    Column("low", "from", Unit.POINTS, "the 95 % interval of the difference (Newcombe)"),
    Column("high", "to", Unit.POINTS),
    Column("lift", "lift", Unit.SHARE, "the difference in proportion to the first arm"),
    Column("p", "p", Unit.PROBABILITY, "two-sided test of two shares, pooled"),
)
_HOLM = Column("p_holm", "p, Holm", Unit.PROBABILITY, "raised for as many comparisons as there are")
_SAYS = Column("says", "says", Unit.WORDS)
_NOTE = (
    "By at bat opened in these days, by the arm given then; one still open has not converted so far. Imported, merged"
    " and undone ones count nowhere."
)
_ENOUGH = (
    f"Enough data: at least {LEAST} at bats in each arm, and at least {LEAST_EXPECTED} expected of either kind in each"
    " if the arms did not differ."
)


@dataclass(frozen=True, slots=True)
class Ran:
    """An experiment as it was set up, and its days (ISO, the team's; ``last`` empty while it runs)."""

    id: int
    name: str
    subject: Subject
    motion: Motion | None
    first: str
    last: str
    arms: tuple[Arm, ...]

    @property
    def when(self) -> str:
        """``running since 2026-01-05``, ``2026-01-05 to 2026-02-06``."""
        return f"{self.first} to {self.last}" if self.last else f"running since {self.first}"

    @property
    def whose(self) -> str:
        """Which at bats took part."""
        return f"{self.motion.label} at bats" if self.motion is not None else "all at bats"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an arm shows against the first in one respect; ``p`` is raised where there are more than two arms."""

    arm: Arm
    part: int
    of: int
    first_part: int
    first_of: int
    compared: Compared | None
    p: float | None

    @property
    def needed(self) -> int:
        """How many at bats each of the two must have."""
        return needed(self.part + self.first_part, self.of + self.first_of)

    @property
    def enough(self) -> bool:
        """Whether there is enough to tell anything."""
        both = self.part + self.first_part
        return 0 < both < self.of + self.first_of and min(self.of, self.first_of) >= self.needed

    @property
    def beyond_chance(self) -> bool:
        """Whether chance alone hardly explains it."""
        return self.enough and self.p is not None and self.p < 1 - CONFIDENCE

    @property
    def words(self) -> str:
        """In a few words, for a table."""
        if not self.enough:
            return "too little data"
        return "more than chance" if self.beyond_chance else "may be chance"


def make(store: Store, wanted: Asked, now: Instant) -> Made:
    """Each experiment that ran in these days, the newest first: its arms, and each held against the first."""
    sentences: list[str] = []
    tables: list[Table] = []
    for one in ran(store, wanted):
        said, found = of_one(store, wanted, one, now)
        sentences += said
        tables += found
    if not tables:
        sentences = ["No experiment ran in these days: `atbat experiments add` begins one."]
    return tuple(sentences), tuple(tables)


def ran(store: Store, wanted: Asked) -> tuple[Ran, ...]:
    """The experiments that ran on one of these days at least, the newest first."""
    first, last = wanted.period.first.isoformat(), wanted.period.last.isoformat()
    return tuple(one for one in every(store) if one.first <= last and (not one.last or one.last >= first))


def every(store: Store) -> tuple[Ran, ...]:
    """All there ever were, the newest first."""
    arms: dict[int, list[Arm]] = {}
    for experiment_id, *arm in store.rows(
        "SELECT experiment_id, id, name, share, value FROM experiment_arm ORDER BY id"
    ):
        arms.setdefault(experiment_id, []).append(Arm(*arm))
    return tuple(
        Ran(
            id,
            name,
            Subject(subject),
            Motion(motion) if motion else None,
            _day(store, starts_at),
            _day(store, ends_at) if ends_at is not None else "",
            tuple(arms.get(id, ())),
        )
        for id, name, subject, motion, starts_at, ends_at in store.rows(_EVERY)
    )


_EVERY = "SELECT id, name, subject, motion, starts_at, ends_at FROM experiment ORDER BY id DESC"


def _day(store: Store, at: Instant) -> str:
    return moment(at, store.zone).date().isoformat()


def of_one(store: Store, wanted: Asked, one: Ran, now: Instant) -> tuple[list[str], list[Table]]:
    """What one experiment shows in these days: its sentences, its arms, and each held against the first."""
    arms = _arms(store, wanted, one, moment(now, store.zone).date())
    verdicts = {name: _verdicts(one, arms, name) for name, _ in _REACHED}
    return _sentences(one, verdicts[_JUDGED_BY]), [arms, _against_first(one, verdicts)]


def _arms(store: Store, wanted: Asked, one: Ran, today: date) -> Table:
    base = _at_bats(store, wanted, one, today)
    names = {arm.id: arm.name for arm in one.arms}
    by = Dimension("arm", "x.arm_id", lambda store: names)
    ((lines, total),) = breakdowns(store, base, (by,), _MEASURES, (names,))
    in_order = {line.key: line for line in lines}
    given = "; ".join(f"{arm.name}: {value_words(one.subject, arm.value, store.rules)}" for arm in one.arms)
    return Table(
        f"experiment_{one.id}",
        f"{one.name}: {one.subject.label}, {one.whose}",
        "arm",
        tuple(measure.column for measure in _MEASURES),
        tuple(in_order[arm.id] for arm in one.arms),
        total,
        note=f"{given}. {_NOTE}",
    )


def _at_bats(store: Store, wanted: Asked, one: Ran, today: date) -> Base:
    """The at bats with an arm of it: ``x`` is the arm's assignment.

    Going through the assignments in the order of their arms saves the sorting; of a small part of an experiment the
    days are the faster way in, which SQLite sees by itself.
    """
    base = at_bats(store, wanted, experiment=one.id)
    through = "CROSS JOIN" if _covered(wanted, one, today) >= _MUCH else "JOIN"
    of_it = "x.lead_id = l.id AND x.experiment_id = :experiment AND x.void = 0"
    return replace(base, sql=f"experiment_assignment x {through} {base.sql} AND {of_it}", by_day=False)


def _covered(wanted: Asked, one: Ran, today: date) -> float:
    """How much of its time so far the days asked for cover."""
    first, last = date.fromisoformat(one.first), date.fromisoformat(one.last) if one.last else today
    days = (min(last, wanted.period.last) - max(first, wanted.period.first)).days + 1
    return days / max(1, (last - first).days + 1)


_MUCH = 0.3  # from here on all assignments are read faster than these days


def _verdicts(one: Ran, arms: Table, name: str) -> tuple[Verdict, ...]:
    """Each arm but the first against the first."""
    first, *others = (arms.cell(arm.id, f"{name}_share") for arm in one.arms)
    found = [compare(first.part or 0, first.of or 0, cell.part or 0, cell.of or 0) for cell in others]
    raised = iter(holm([each.p for each in found if each is not None]))
    return tuple(
        Verdict(arm, cell.part or 0, cell.of or 0, first.part or 0, first.of or 0, each, next(raised) if each else None)
        for arm, cell, each in zip(one.arms[1:], others, found, strict=True)
    )


def _against_first(one: Ran, verdicts: dict[str, tuple[Verdict, ...]]) -> Table:
    several = len(one.arms) > 2
    lines = [
        Line(f"{verdict.arm.id} {name}", f"{verdict.arm.name}: {name}", _cells(verdict, several=several))
        for at in range(len(one.arms) - 1)
        for name, found in verdicts.items()
        for verdict in (found[at],)
    ]
    columns = (*_COMPARED, *((_HOLM,) if several else ()), _SAYS)
    title = f"{one.name}: against {one.arms[0].name}"
    note = f"{_ENOUGH} With several arms p is raised after Holm." if several else _ENOUGH
    return Table(f"experiment_{one.id}_compared", title, "arm and what came of it", columns, tuple(lines), note=note)


def _cells(verdict: Verdict, *, several: bool) -> tuple[Cell, ...]:
    found = verdict.compared
    figures: Sequence[tuple[float | None, Unit]] = (
        (found and found.difference, Unit.POINTS),
        (found and found.interval.low, Unit.POINTS),
        (found and found.interval.high, Unit.POINTS),
        (found and found.lift, Unit.SHARE),
        (found and found.p, Unit.PROBABILITY),
        *(((verdict.p, Unit.PROBABILITY),) if several else ()),
    )
    return (*(Cell(value, unit) for value, unit in figures), Cell(verdict.words, Unit.WORDS))


# --- in plain words -----------------------------------------------------------------------------------------------


def _sentences(one: Ran, verdicts: Sequence[Verdict]) -> list[str]:
    return [f"{one.name} ({one.when}): {_said(one, verdict, len(verdicts))}" for verdict in verdicts]


def _said(one: Ran, verdict: Verdict, comparisons: int) -> str:
    first, arm = one.arms[0].name, verdict.arm.name
    if not verdict.enough:
        if min(verdict.of, verdict.first_of) >= verdict.needed:
            which = "all" if verdict.part else "none"
            return f"{which} of {first} and {arm} converted, so that there is nothing to compare yet."
        counts = f"{first} has {verdict.first_of:,} and {arm} {verdict.of:,} of {verdict.needed:,} at bats needed"
        return f"too little data to tell {first} from {arm}: {counts}."
    found = verdict.compared
    assert found is not None
    assert verdict.p is not None
    shares = (
        f"{arm} converts {_percent(verdict.part, verdict.of)}, {first} {_percent(verdict.first_part, verdict.first_of)}"
    )
    apart = f"{points(found.difference)} points, between {points(found.interval.low)} and {points(found.interval.high)}"
    lift = f", lift {found.lift * 100:+.0f} %".replace("-", "−") if found.lift is not None else ""
    p = f"p {probability(verdict.p)}" + (f" after Holm for {comparisons} comparisons" if comparisons > 1 else "")
    judged = "that is more than chance" if verdict.beyond_chance else "chance alone may well explain it"
    return f"{shares} ({apart}{lift}, {p}): {judged}."


def _percent(part: int, of: int) -> str:
    return f"{100 * part / of:.1f} % of {of:,}"
