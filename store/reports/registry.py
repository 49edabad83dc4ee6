"""Every report by its name: one table, from which the screen, the command line and the pages are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module

from store.database import Store
from store.errors import Refusal
from store.instants import Instant, moment
from store.reports.asked import Asked, filters_of, in_words
from store.reports.figures import Days, Report, Table
from store.reports.period import Period

Made = tuple[tuple[str, ...], tuple[Table, ...]]
"""The sentences and the tables of a report."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A report: what question it answers, and the module under ``store.reports`` whose ``make`` answers it.

    ``now_only`` says that it is about how things stand, whatever the period.
    """

    name: str
    title: str
    question: str
    module: str = ""
    now_only: bool = False

    @property
    def make(self) -> Callable[[Store, Asked, Instant], Made]:
        """Loaded when first asked for: a command that reads one report needs no other."""
        found: Callable[[Store, Asked, Instant], Made] = import_module(f"store.reports.{self.module or self.name}").make
        return found


REPORTS: Mapping[str, Definition] = {
    each.name: each
    for each in (
        Definition("attention", "Attention", "What is furthest off, and which records are behind it?"),
        Definition("funnel", "Funnel", "Where does the funnel narrow, and how long does each stage take?"),
        Definition("sources", "Sources", "Which sources were worth working, and what did they bring?"),
        Definition("speed", "Speed to lead", "How soon is the first touch, and does it matter?"),
        Definition("attempts", "Attempts", "How many attempts does it take, and do people come back?"),
        Definition("outcomes", "Outcomes", "How do at bats end, and was it timing or fit?"),
        Definition("reps", "Reps", "Who connects, qualifies, converts, and closes cleanly?"),
        Definition("sla", "SLA", "Which clocks are met, by whom, week by week?"),
        Definition("cohorts", "Cohorts", "Of those created together, how many converted by which age?"),
        Definition("recycling", "Recycling", "Who may come back, when, and does it work?", now_only=True),
        Definition("experiments", "Experiments", "Which arm did better, and is that more than chance?"),
        Definition("marketing", "Marketing hand-off", "What became of marketing's leads, on both sides?"),
        Definition("quality", "Data quality", "What is missing, stale or doubled, and whose is it?", now_only=True),
        Definition("capacity", "Capacity", "Are there enough reps for what there is to do?", now_only=True),
    )
}


def report(store: Store, name: str, wanted: Asked, now: Instant, *, compare: bool = False) -> Report:
    """A report as of ``now``; with ``compare`` each figure has that of the period before beside it.

    Raises Refusal for a name that no report has.
    """
    found = REPORTS.get(name)
    if found is None:
        raise Refusal(f"There is no report {name}: say one of {', '.join(REPORTS)}.")
    sentences, tables = found.make(store, wanted, now)
    then = wanted.earlier() if compare else None
    if found.now_only:
        then = None
    if then is not None:
        before = {table.name: table for table in found.make(store, then, now)[1]}
        tables = tuple(table.beside(before.get(table.name)) for table in tables)
    return Report(
        found.name,
        found.title,
        in_words(store, wanted),
        sentences,
        tables,
        _days(wanted.period),
        filters_of(store, wanted),
        _days(then.period) if then is not None else None,
        moment(now, store.zone).isoformat(timespec="seconds"),
    )


def _days(period: Period) -> Days | None:
    return None if period.name == "all" else Days(period.first, period.last)
