"""Working time between two instants, for a million of them: the same as ``Calendar.elapsed``, without walking days."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from typing import overload

from store.instants import Instant
from store.rules.business import Calendar


class Worked:
    """A calendar's working time added up shift by shift, for the years that were asked about."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._from = self._until = 0
        self._opens: list[Instant] = []
        self._closes: list[Instant] = []
        self._before: list[int] = []  # worked before each shift

    @overload
    def between(self, start: Instant, end: Instant) -> int: ...

    @overload
    def between(self, start: Instant | None, end: Instant | None) -> int | None: ...

    def between(self, start: Instant | None, end: Instant | None) -> int | None:
        """The working time from one instant to another, in microseconds; 0 where the end comes first, None of none."""
        if start is None or end is None:
            return None
        if end <= start:
            return 0
        if start < self._from or end >= self._until:
            self._cover(start, end)
        first, last = bisect_right(self._opens, start) - 1, bisect_right(self._opens, end) - 1
        if last < 0:
            return 0
        closes = self._closes[last]
        until = end if end < closes else closes
        if first == last:  # of most at bats: touched on the day on which they were opened
            return until - start if start < closes else 0
        worked = self._before[last] + until - self._opens[last]
        if first < 0:
            return worked
        closes = self._closes[first]
        return worked - self._before[first] - (start if start < closes else closes) + self._opens[first]

    def _cover(self, start: Instant, end: Instant) -> None:
        """Add up whole years, so that the next question hardly ever lies outside."""
        calendar = self._calendar
        if self._until:
            start, end = min(start, self._from), max(end, self._until - 1)
        first, last = date(calendar.day(start).year, 1, 1), date(calendar.day(end).year, 12, 31)
        self._from, self._until = calendar.midnight(first), calendar.end_of_day(last)
        self._opens, self._closes, self._before = [], [], []
        total = 0
        for opens, closes in calendar.shifts(first, last):
            self._opens.append(opens)
            self._closes.append(closes)
            self._before.append(total)
            total += closes - opens
