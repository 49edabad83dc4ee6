"""When a person may be called, in their own time, and when to try again.

See docs/model.md, "Calling hours" and "Attempts are spread".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from store.instants import MINUTE, Instant, moment
from store.rules.business import Calendar, at_local
from store.ruleset import AttemptRules, Calling, PartOfDay

_ONE_DAY = timedelta(days=1)
_QUARTER = 15 * MINUTE
_DAYS_AHEAD = 31  # looked at for a retry
_MOST_ROUNDS = 14  # days tried for an hour that suits both the team and the person


def may_call(at: Instant, zones: Sequence[str] | None, calling: Calling) -> bool | None:
    """Whether a person may be called now: True, False, or None where nobody knows their zone and one must ask.

    Where a number leaves several zones possible it must be allowed in every one of them.
    """
    if not zones:
        return None
    return all(_allowed(at, zone, calling) for zone in zones)


def next_allowed(at: Instant, zones: Sequence[str] | None, calling: Calling) -> Instant | None:
    """The first instant from ``at`` on when a call is allowed in every zone; ``at`` itself where it is now.

    None where the zone is not known, or where the zones lie so far apart that no hour suits all of them.
    """
    if not zones:
        return None
    # The answer is now, or some zone's opening: nothing else turns a refusal into a yes.
    day = moment(at, "UTC").date() - _ONE_DAY
    openings = {at_local(day + _ONE_DAY * ahead, calling.opens, zone) for zone in zones for ahead in range(5)}
    later = sorted(opening for opening in openings if opening > at)
    return next((start for start in [at, *later] if all(_allowed(start, zone, calling) for zone in zones)), None)


def next_callable(at: Instant, zones: Sequence[str], calling: Calling, calendar: Calendar) -> Instant:
    """The first time from ``at`` on that suits the team and, in every zone they may be in, the person.

    Where the two never meet the person's hours win, on one of the team's working days. Where the person's zone is
    not known, or no hour suits all of its candidates, nothing better than the team's time can be said.
    """
    suits = next_allowed(at, zones, calling)
    if suits is None:
        return calendar.next_open(at)
    for _ in range(_MOST_ROUNDS):
        opens = calendar.next_open(suits)
        suits = next_allowed(opens, zones, calling)
        if suits == opens:
            return opens
        if suits is None:
            break
    theirs = next_allowed(at, zones, calling)
    for _ in range(_MOST_ROUNDS):
        if theirs is None:
            break
        if calendar.works(calendar.day(theirs)):
            return theirs
        theirs = next_allowed(calendar.end_of_day(calendar.day(theirs)), zones, calling)
    return calendar.next_open(at)


def suggest_retry(
    tries: Sequence[Instant],
    now: Instant,
    zones: Sequence[str],
    attempts: AttemptRules,
    calling: Calling,
    calendar: Calendar,
) -> Instant:
    """When to try again outside the cadence; only a suggestion.

    Another part of the contact's day than the last of ``tries`` (all attempts of the last days), at most so many tries
    a day and so many days running. It lies in the middle of what that part, the calling hours of every zone they may
    be in and the team's working time leave, on a quarter hour, on a day that is a working day both here and there;
    where the hours never meet, the team's give way, its days off do not. Their day is counted in the first of
    ``zones``; in the team's where none is known, or no hour suits them all.
    """
    if next_allowed(now, zones, calling) is None:
        zones = (calendar.zone,)
    home = zones[0]
    tried = [moment(at, home).date() for at in tries]
    last = part_of_day(max(tries), home, attempts) if tries else None
    parts = [part for part in attempts.parts_of_day if part != last] or [*attempts.parts_of_day]
    today = moment(now, home).date()
    days = [today + _ONE_DAY * ahead for ahead in range(_DAYS_AHEAD)]
    free = [(day, part) for day in days if not _too_much(day, tried, attempts) for part in parts]
    working = [(day, part) for day, part in free if calendar.works(day)]
    for slots, suits in ((working, calendar.is_open), (working, lambda at: calendar.works(calendar.day(at)))):
        for day, part in slots:
            times = [at for at in _quarters(day, part, home, now) if suits(at) and may_call(at, zones, calling)]
            if times:
                return times[len(times) // 2]
    return next_callable(now, zones, calling, calendar)  # parts of the day that calling hours never touch


def part_of_day(at: Instant, zone: str, attempts: AttemptRules) -> PartOfDay | None:
    """The part of the contact's day that an instant falls in, or None outside all of them."""
    clock = moment(at, zone).time()
    return next((part for part in attempts.parts_of_day if part.opens <= clock < part.closes), None)


def _allowed(at: Instant, zone: str, calling: Calling) -> bool:
    return calling.opens <= moment(at, zone).time() < calling.closes


def _too_much(day: date, tried: Sequence[date], attempts: AttemptRules) -> bool:
    """Whether one more try that day would be too many, or one more day in a row."""
    if tried.count(day) >= attempts.per_day:
        return True
    before = [day - _ONE_DAY * back for back in range(1, attempts.days_running + 1)]
    return all(earlier in tried for earlier in before)


def _quarters(day: date, part: PartOfDay, zone: str, now: Instant) -> Iterator[Instant]:
    """The quarter hours of a part of a day from ``now`` on; every zone in use keeps quarter hours."""
    start, end = max(at_local(day, part.opens, zone), now), at_local(day, part.closes, zone)
    yield from range(start + -start % _QUARTER, end, _QUARTER)
