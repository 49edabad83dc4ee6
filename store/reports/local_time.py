"""The team's local time in SQL: a CASE over the offsets that its zone has had, because SQLite knows no zones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from store.database import Store
from store.instants import DAY, HOUR, SECOND, Instant, moment
from store.reports.period import FIRST_DAY, LAST_DAY, Period

_LATEST = 2**62
_MONDAY = 3  # 1970 began on a Thursday


def span(store: Store, asked: Period) -> tuple[Instant, Instant]:
    """From when to before when a period lasts."""
    first = 0 if asked.first <= FIRST_DAY else store.calendar.midnight(asked.first)
    return first, _LATEST if asked.last >= LAST_DAY else store.calendar.end_of_day(asked.last)


def hour_sql(store: Store, asked: Period, now: Instant, at: str) -> str:
    """The hour of the team's day at an instant of the period."""
    return f"({_local(store, asked, now, at)}) / {HOUR} % 24"


def week_sql(store: Store, asked: Period, now: Instant, at: str) -> str:
    """The number of the team's week, which begins on Monday, at an instant of the period; see ``monday``."""
    return f"(({_local(store, asked, now, at)}) / {DAY} + {_MONDAY}) / 7"


def monday(week: int) -> date:
    """The Monday with which a week of ``week_sql`` begins."""
    return date.fromordinal(FIRST_DAY.toordinal() + week * 7 - _MONDAY)


def _local(store: Store, asked: Period, now: Instant, at: str) -> str:
    """Microseconds since 1970 of the team's own clock."""
    first, end = span(store, asked)
    known = store.value("SELECT min(opened_at) FROM lead WHERE opened_day = (SELECT min(opened_day) FROM lead)")
    first, end = max(first, known or 0), min(end, now + DAY)
    zone = ZoneInfo(store.zone)
    changes = list(_changes(zone, first, end))
    whens = " ".join(f"WHEN {at} < {until} THEN {offset}" for until, offset in changes)
    last = _offset(zone, changes[-1][0] if changes else first)
    return f"{at} + CASE {whens} ELSE {last} END" if whens else f"{at} + {last}"


def _changes(zone: ZoneInfo, first: Instant, end: Instant) -> Iterator[tuple[Instant, int]]:
    """Each instant at which the zone's offset changes, and the offset until then."""
    for at in range(first, end, DAY):
        offset = _offset(zone, at)
        if offset == _offset(zone, at + DAY):
            continue
        low, high = at, at + DAY
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if _offset(zone, middle) == offset else (low, middle)
        yield high, offset


def _offset(zone: ZoneInfo, at: Instant) -> int:
    found = moment(at, zone.key).utcoffset()
    assert found is not None
    return int(found.total_seconds()) * SECOND
