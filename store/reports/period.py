"""The days that a report covers, in the team's zone, and the same number of days or the month before."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple

from store.errors import Refusal

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(9999, 12, 31)
NAMED = (
    *("today", "yesterday", "this_week", "last_week", "this_month", "last_month", "this_quarter", "last_quarter"),
    *("this_year", "last_year", "last_30_days", "last_90_days", "last_365_days", "all"),
)
DEFAULT = "last_90_days"
_ONE_DAY = timedelta(days=1)
_SPAN = re.compile(r"(\d{4}-\d\d-\d\d)(?:\.\.(\d{4}-\d\d-\d\d)?)?")
_MONTH = re.compile(r"(\d{4})-(\d\d)")
_LAST = re.compile(r"last_([1-9]\d{0,3})_days")


class Period(NamedTuple):
    """From the first day to the last, both in it; ``name`` is as it was asked for."""

    name: str
    first: date
    last: date

    @property
    def words(self) -> str:
        """As a heading says it."""
        return "all time" if self.name == "all" else self.name.replace("_", " ")

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1


def period(name: str, today: date) -> Period:
    """The period of this name as seen on ``today``; also ``2026-03``, ``2026-03-09`` and ``2026-03-01..2026-03-09``.

    Raises Refusal for a name that is none.
    """
    name = name.strip().lower().replace(" ", "_").replace("-days", "_days")
    month = date(today.year, today.month, 1)
    quarter = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    monday = today - timedelta(days=today.weekday())
    year = date(today.year, 1, 1)
    spans = {
        "today": (today, today),
        "yesterday": (today - timedelta(days=1),) * 2,
        "this_week": (monday, monday + timedelta(days=6)),
        "last_week": (monday - timedelta(days=7), monday - timedelta(days=1)),
        "this_month": (month, _after(month, 1)),
        "last_month": (_months(month, -1), month - timedelta(days=1)),
        "this_quarter": (quarter, _after(quarter, 3)),
        "last_quarter": (_months(quarter, -3), quarter - timedelta(days=1)),
        "this_year": (year, date(today.year, 12, 31)),
        "last_year": (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
        "all": (FIRST_DAY, LAST_DAY),
    }
    if name in spans:
        return Period(name, *spans[name])
    try:
        return _written(name, today)
    except ValueError:
        if _is_reversed(name):
            raise Refusal(f"{name} ends before it begins: say the earlier day first.") from None
        raise Refusal(
            f"There is no period {name}: say one of {', '.join(NAMED)}, a month such as 2026-03,"
            " or days such as 2026-03-01..2026-03-09."
        ) from None


def reads_as_one(name: str) -> bool:
    """Whether a word is meant as a period; there may be no such days."""
    return name.lower() in NAMED or any(form.fullmatch(name.lower()) for form in (_SPAN, _MONTH, _LAST))


def before(asked: Period) -> Period | None:
    """What it is compared with: the month, quarter, year or number of days before; None where there is none."""
    try:
        last = asked.first - _ONE_DAY
        months = _whole_months(asked)
        start = _months(asked.first, -months) if months else asked.first - timedelta(days=asked.days)
    except (OverflowError, ValueError):  # before the calendar begins
        return None
    return None if asked.name == "all" else _between(start, last)


def after(asked: Period) -> Period | None:
    """The one that ``asked`` is the period before of; None where there is none."""
    try:
        start = asked.last + _ONE_DAY
        months = _whole_months(asked)
        end = _after(start, months) if months else asked.last + timedelta(days=asked.days)
    except (OverflowError, ValueError):  # after the calendar ends
        return None
    return None if asked.name == "all" else _between(start, end)


def _between(first: date, last: date) -> Period:
    """As one would type it: a month and a day by themselves."""
    if first == last:
        return Period(first.isoformat(), first, last)
    if first.day == 1 and last == _after(first, 1):
        return Period(first.isoformat()[:7], first, last)
    return Period(f"{first.isoformat()}..{last.isoformat()}", first, last)


def _is_reversed(name: str) -> bool:
    first, _, last = name.partition("..")
    return bool(_SPAN.fullmatch(name) and last) and _is_day(first) and _is_day(last) and last < first


def _is_day(name: str) -> bool:
    try:
        date.fromisoformat(name)
    except ValueError:
        return False
    return True


def _whole_months(asked: Period) -> int:
    """How many months these days are, from a first to a last; 0 where they are none, or were asked for as days."""
    first, last = asked.first, asked.last
    if first.day != 1 or last.day != monthrange(last.year, last.month)[1] or _LAST.fullmatch(asked.name):
        return 0
    return (last.year - first.year) * 12 + last.month - first.month + 1


def _written(name: str, today: date) -> Period:
    if found := _LAST.fullmatch(name):
        return Period(name, today - timedelta(days=int(found[1]) - 1), today)
    if found := _MONTH.fullmatch(name):
        month = date(int(found[1]), int(found[2]), 1)
        return Period(name, month, _after(month, 1))
    found = _SPAN.fullmatch(name)
    if not found:
        raise ValueError(name)
    first = date.fromisoformat(found[1])
    last = date.fromisoformat(found[2]) if found[2] else (today if ".." in name else first)
    if last < first:
        raise ValueError(name)
    return Period(name, first, last)


def _months(first: date, count: int) -> date:
    month = first.year * 12 + first.month - 1 + count
    return date(month // 12, month % 12 + 1, 1)


def _after(first: date, months: int) -> date:
    """The last day of so many months."""
    month = _months(first, months - 1)
    return month.replace(day=monthrange(month.year, month.month)[1])
