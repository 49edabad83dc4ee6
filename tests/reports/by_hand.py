"""What reports of at bats are held against: the filters, percentiles and order of records, worked out by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import Any

from store.database import Store
from store.reports.asked import Asked
from store.reports.figures import Table, Unit
from store.reports.period import FIRST_DAY, LAST_DAY, Period
from store.vocabulary import Motion
from tests.reports.raw import Raw, Row

ALL = Period("all", FIRST_DAY, LAST_DAY)

Figure = tuple[Any, Iterable[Row] | None]
"""The value of a cell and the at bats it counts; None where it counts none."""


def days(first: str, last: str) -> Period:
    """A period from a day to a day."""
    return Period(f"{first}..{last}", date.fromisoformat(first), date.fromisoformat(last))


def periods(rows: Raw) -> tuple[Period, ...]:
    """All time; a week from a Monday on; from the middle to long after the end; a year before anything was there."""
    opened = [date.fromisoformat(lead.opened_day) for lead in rows.leads]
    first, last = min(opened), max(opened)
    monday, middle = first + timedelta(days=14 - first.weekday()), first + (last - first) // 2
    spans = (
        (monday, monday + timedelta(days=6)),
        (middle, last + timedelta(days=40)),
        (date(first.year - 6, 1, 1), date(first.year - 6, 12, 31)),
    )
    return ALL, *(days(start.isoformat(), end.isoformat()) for start, end in spans)


def chosen(rows: Raw, wanted: Asked, segments: Mapping[str, int]) -> list[Row]:
    """The at bats that were asked about."""
    sizes = {account.id: account.size for account in rows.account}
    first, last = wanted.period.first, wanted.period.last
    return [
        lead
        for lead in rows.leads
        if first <= date.fromisoformat(lead.opened_day) <= last
        and wanted.team in (None, lead.team_id)
        and wanted.rep in (None, lead.owner_id)
        and wanted.motion in (None, lead.motion)
        and wanted.source in ("", lead.source)
        and wanted.campaign in (None, lead.campaign_id)
        and wanted.segment in ("", _segment(sizes.get(lead.account_id), segments))
    ]


def _segment(size: int | None, segments: Mapping[str, int]) -> str:
    fits = [(least, name) for name, least in segments.items() if size is not None and size >= least]
    return max(fits)[1] if fits else "unknown"


def every_filter(rows: Raw, store: Store, period: Period = ALL) -> list[Asked]:
    """A question for each filter and each value that occurs, and two of several filters together."""
    plain = Asked(period)
    found = [plain]
    for name, column in (("team", "team_id"), ("rep", "owner_id"), ("source", "source"), ("campaign", "campaign_id")):
        values = {getattr(lead, column) for lead in rows.lead} - {None, ""}
        found += [plain._replace(**{name: value}) for value in sorted(values)]
    found += [plain._replace(motion=Motion(motion)) for motion in sorted({lead.motion for lead in rows.lead})]
    found += [plain._replace(segment=segment) for segment in (*store.rules.segments, "unknown")]
    found.append(plain._replace(rep=2, motion=Motion.DEMO_REQUEST))
    found.append(plain._replace(team=1, rep=3, motion=Motion.OUTBOUND_TARGET, segment="mid"))
    return found


def percent_point(values: Iterable[int], share: str) -> int | None:
    """Hyndman and Fan's type 7 in fractions, rounded down; None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None
    place = (len(ordered) - 1) * Fraction(share)
    low = floor(place)
    high = min(low + 1, len(ordered) - 1)
    return floor(ordered[low] + (ordered[high] - ordered[low]) * (place - low))


def quotient(part: int, of: int) -> float | None:
    """A share; None of nothing."""
    return part / of if of else None


def agrees(store: Store, table: Table, expected: Mapping[tuple[Any, str], Figure]) -> None:
    """Every cell of the table has this figure, and opens exactly these at bats, the newest first."""
    lines = [*table.lines, *([table.total] if table.total else [])]
    found = {
        (line.key, column.name): (cell, column)
        for line in lines
        for column, cell in zip(table.columns, line.cells, strict=True)
    }
    assert found.keys() == expected.keys(), table.name
    for place, (value, leads) in expected.items():
        cell, column = found[place]
        assert cell.value == value, (table.name, place)
        assert cell.unit is column.unit
        if leads is None:
            assert cell.counted is None
            continue
        assert cell.counted is not None, (table.name, place)
        ids = [lead.id for lead in sorted(leads, key=lambda lead: (-lead.opened_at, -lead.id))]
        assert list(cell.counted.ids(store)) == ids, (table.name, place)
        if column.unit is Unit.COUNT:
            assert value == len(ids)
        if column.unit is Unit.SHARE:
            assert cell.part == len(ids)
