"""What the screen asks of the store's long reads: a report as its line of filters asks, and the records of a figure."""

from __future__ import annotations

from typing import NamedTuple

from store.database import Store
from store.instants import Instant
from store.reports.figures import Counted, Report
from store.reports.filters import asked_as
from store.reports.registry import report


class Wish(NamedTuple):
    """Which report, with which filters, alone or against the period before."""

    name: str
    filters: str
    compare: bool


class Found(NamedTuple):
    """A report, the currency of its money, and from how many cases up a share is judged."""

    report: Report
    currency: str
    enough: int = 0


def count(store: Store, wish: Wish, now: Instant) -> Found:
    """The report, of one moment of the database; raises Refusal, with what to do, for filters that are none."""
    with store.connection:  # one state of it, however long this takes
        wanted = asked_as(store, now, wish.filters)
        found = report(store, wish.name, wanted, now, compare=wish.compare)
    return Found(found, store.currency, store.rules.alerts.from_records)


def ids_of(store: Store, counted: Counted) -> tuple[int, ...]:
    """The records that a figure counts."""
    return counted.ids(store)
