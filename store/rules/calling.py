"""When a person may be called, in their own time, and when to try again.

See docs/model.md, "Calling hours" and "Attempts are spread".
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from store.instants import MINUTE, Instant, moment
from store.rules.business import Calendar, at_local
from store.ruleset import AttemptRules, Calling, PartOfDay

_ONE_DAY = timedelta(days=1)
_QUARTER = 15 * MINUTE


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


def suggest_retry(
    last_try: Instant,
    tries: Sequence[Instant],
    now: Instant,
    zone: str,
    attempts: AttemptRules,
    calling: Calling,
    calendar: Calendar,
) -> Instant:
    """When to try again outside the cadence, in the contact's ``zone``; only a suggestion.

    Another part of the contact's day than the last try, at most so many tries a day and so many days running;
    ``tries`` are all attempts so far. It lies in the middle of what that part, the calling hours and the team's
    working time leave, on a quarter hour; where they never meet, the team's working time gives way.
    """
    tried = [moment(at, zone).date() for at in tries]
    last = part_of_day(last_try, zone, attempts)
    parts = [part for part in attempts.parts_of_day if part != last] or [*attempts.parts_of_day]
    today = moment(now, zone).date()
    days = [today + _ONE_DAY * ahead for ahead in range(31)]
    slots = [(day, part) for day in days if not _too_much(day, tried, attempts) for part in parts]
    for team in (calendar, None):
        for day, part in slots:
            at = _within(day, part, now, zone, calling, team)
            if at is not None:
                return at
    return now  # parts of the day that calling hours never touch: nothing better to say


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


def _within(
    day: date, part: PartOfDay, now: Instant, zone: str, calling: Calling, team: Calendar | None
) -> Instant | None:
    """A quarter hour after ``now`` inside the part, the calling hours and the team's time; None when there is none."""
    opens, closes = max(part.opens, calling.opens), min(part.closes, calling.closes)
    if opens >= closes:
        return None
    start, end = max(at_local(day, opens, zone), now), at_local(day, closes, zone)
    if team is not None and start < end:
        start = team.next_open(start)
        end = min(end, team.closing(team.day(start)))
    middle = start + (end - start) // 2
    quarter = middle - middle % _QUARTER  # every zone in use keeps quarter hours
    return quarter if start <= quarter < end else None
