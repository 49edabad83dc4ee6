"""The team's working time: hours, weekdays and holidays in the team's zone.

Rules of local time, here and wherever the rules make an instant of one: a time that the clocks skip in spring is
moved on by the hour skipped (02:30 becomes 03:30), a time that comes twice in autumn means the first.
See docs/model.md, "Clocks".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from store.errors import StoreError
from store.instants import Instant, instant, moment
from store.rule_values import Duration, Unit
from store.ruleset import Hours

_ONE_DAY = timedelta(days=1)


def at_local(day: date, clock: time, zone: str) -> Instant:
    """The instant of a local date and time in ``zone`` (an IANA name)."""
    return instant(datetime.combine(day, clock, ZoneInfo(zone)))


def holidays_unknown(country: str | None, subdivision: str | None) -> str | None:
    """A sentence when no public holidays are known for this place, else None; imports the holidays library."""
    try:
        _public_holidays(country, subdivision, 2026)
    except StoreError as error:
        return str(error)
    return None


@lru_cache(maxsize=256)
def _public_holidays(country: str | None, subdivision: str | None, year: int) -> frozenset[date]:
    if country is None:
        return frozenset()
    import holidays  # 180 ms: only when a day is first asked about

    try:
        return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year))
    except NotImplementedError:
        place = f"{country}-{subdivision}" if subdivision else country
        raise StoreError(
            f'no public holidays are known for "{place}": correct country and subdivision under [hours] in the '
            "rules file, or leave them out and list the days off in holidays."
        ) from None


@dataclass(frozen=True, slots=True)
class Calendar:
    """When the team works; every question takes instants and answers with instants.

    Raises StoreError at the first question about a year when the country's holidays are not known.
    """

    zone: str
    hours: Hours
    _shifts: dict[date, tuple[Instant, Instant] | None] = field(default_factory=dict, repr=False, compare=False)

    def day(self, at: Instant) -> date:
        """The team's date at this instant."""
        return moment(at, self.zone).date()

    def works(self, day: date) -> bool:
        """Whether anybody works on this date."""
        return self._shift(day) is not None

    def is_open(self, at: Instant) -> bool:
        """Whether the team is at work; the closing time itself is not."""
        shift = self._shift(self.day(at))
        return shift is not None and shift[0] <= at < shift[1]

    def next_open(self, at: Instant) -> Instant:
        """This instant when the team is at work, else the next opening."""
        opens, _ = next(self._shifts_from(at))
        return max(at, opens)

    def add(self, at: Instant, duration: Duration) -> Instant:
        """The instant a duration after ``at``.

        Clock units run through; business minutes and hours run in working time alone, and one that is used up at
        closing ends then, not at the next opening; business days are as in ``business_days_later``.
        """
        if duration.unit is Unit.BUSINESS_DAYS:
            return self.business_days_later(at, duration.amount)
        if not duration.unit.business:
            return at + duration.microseconds
        return self.add_working(at, duration.microseconds)

    def add_working(self, at: Instant, left: int) -> Instant:
        """The instant at which ``left`` microseconds of working time after ``at`` are used up."""
        if left == 0:
            return at
        for opens, closes in self._shifts_from(at):
            start = max(at, opens)
            if left <= closes - start:
                return start + left
            left -= closes - start
        raise OverflowError("the calendar ends before this duration does")

    def elapsed(self, start: Instant, end: Instant) -> int:
        """The working time between two instants, in microseconds; 0 when ``end`` is not after ``start``."""
        total = 0
        if start < end:
            for opens, closes in self._shifts_from(start):
                if opens >= end:
                    break
                total += min(end, closes) - max(start, opens)
        return total

    def business_days_later(self, at: Instant, days: int) -> Instant:
        """The same time of day, so many working days later.

        From a day off the count starts at the opening of the next working day: Saturday and one business day is
        Tuesday at opening.
        """
        if not self.works(self.day(at)):
            at = self.next_open(at)
        if days == 0:
            return at
        local = moment(at, self.zone)
        return at_local(self.working_day(local.date(), days), local.time(), self.zone)

    def working_day(self, day: date, days: int) -> date:
        """The date so many working days on; a day off counts as the next working day."""
        working = (later for later in _days(day) if self.works(later))
        return next(islice(working, days, None))

    def midnight(self, day: date) -> Instant:
        """The midnight with which a date begins in the team's zone."""
        return at_local(day, time(0), self.zone)

    def end_of_day(self, day: date | str) -> Instant:
        """The midnight with which a date (or its ISO text) ends in the team's zone."""
        if isinstance(day, str):
            day = date.fromisoformat(day)
        return at_local(day + _ONE_DAY, time(0), self.zone)

    def opening(self, day: date) -> Instant:
        """When the team opens on this date, or would if it worked."""
        return at_local(day, self.hours.opens, self.zone)

    def closing(self, day: date) -> Instant:
        """When the team closes on this date, or would if it worked."""
        return at_local(day, self.hours.closes, self.zone)

    def shifts(self, first: date, last: date) -> Iterator[tuple[Instant, Instant]]:
        """From when to when the team works on each date that it does, both dates in it."""
        for day in _days(first):
            if day > last:
                return
            shift = self._shift(day)
            if shift is not None:
                yield shift

    def _shifts_from(self, at: Instant) -> Iterator[tuple[Instant, Instant]]:
        """The working stretches that end after ``at``, in order."""
        for day in _days(self.day(at)):
            shift = self._shift(day)
            if shift is not None and shift[1] > at:
                yield shift

    def _shift(self, day: date) -> tuple[Instant, Instant] | None:
        if day not in self._shifts:
            opens, closes = self.opening(day), self.closing(day)
            self._shifts[day] = (opens, closes) if opens < closes and not self._is_off(day) else None
        return self._shifts[day]

    def _is_off(self, day: date) -> bool:
        hours = self.hours
        return (
            day.weekday() not in hours.weekdays
            or day in hours.holidays
            or day in _public_holidays(hours.country, hours.subdivision, day.year)
        )


def _days(day: date) -> Iterator[date]:
    while True:
        yield day
        day += _ONE_DAY
