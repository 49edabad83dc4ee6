"""Times as people say them: ``tomorrow 3pm``, ``tue``, ``+2bd``, ``in 2h``, ``5 dec``, ``eod``.

The small grammar of ``store.rules.when_said`` comes first; dateparser is asked only where it ends. The rules where
speech is vague:

- A day alone means opening time; today alone means closing time once opening has passed.
- A clock time alone means its next coming or, for something already done, its last.
- A weekday's name never means today. ``next fri`` is the Friday of next week, ``this fri`` that of this week.
- An hour from 1 to 6 written with one digit means the afternoon: ``tue 3`` is 15:00, ``tue 03:00`` is not.
- ``+2bd`` counts working days: one from a Sunday is the Monday.
- A month's day without a year is the next one or, for something already done, the last.
- ``22/12`` and ``12/22`` are taken as the only day they can be; where both readings are days, one is asked for.
- ``next year`` and the like name no day and are refused.
- Local times that the clocks skip or repeat are taken as in ``store.rules.business``.

See docs/model.md, "Typed times".
"""

from __future__ import annotations

import re
from datetime import date, datetime, time

from store.errors import Refusal
from store.instants import DAY, Instant, instant, moment
from store.rules.business import Calendar, at_local
from store.rules.when_said import Said, read

_LONGEST = 60  # characters
_FURTHEST_YEARS = 10
_FURTHEST = _FURTHEST_YEARS * 366 * DAY
_EXAMPLES = '"tomorrow 3pm", "tue 15:00", "+2bd", "in 2h" or "5 dec"'
DAYS = '"tomorrow", "next fri" or "2026-12-24"'
_EXAMPLES_PAST = '"10:15", "yesterday 4pm", "mon 9am" or "2h ago"'


def parse_when(text: str, now: Instant, zone: str, calendar: Calendar, past: bool = False) -> Instant:
    """The instant that ``text`` means to somebody in ``zone``.

    A promise (the default) lies at or after ``now``, something done (``past``) at or before it. Raises Refusal,
    for the field "when", with a sentence that says what to write instead.
    """
    return _parsed(text, now, zone, calendar, past, "time", _EXAMPLES_PAST if past else _EXAMPLES)


def _parsed(text: str, now: Instant, zone: str, calendar: Calendar, past: bool, what: str, examples: str) -> Instant:
    """As ``parse_when``; ``what`` and ``examples`` are how a refusal calls what is missing, and what to write."""
    typed = " ".join(text.split())
    said = " ".join(text.lower().replace(",", " ").replace("@", " at ").split())
    if not said:
        raise _refusal(f"Say when: {examples}.")
    if len(said) > _LONGEST:
        raise _refusal(f"That is too long for a {what}: say it like {examples}.")
    try:
        at = _meant(said, now, zone, calendar, past)
    except OverflowError:
        raise _too_far(typed) from None
    if at is None:
        raise _refusal(f'"{typed}" is not a {what} I know: say it like {examples}.')
    if abs(at - now) > _FURTHEST:
        raise _too_far(typed)
    if past and at > now:
        raise _refusal(f'"{typed}" is still to come: say when it was, like {examples}.')
    if not past and at < now:
        raise _refusal(f'"{typed}" is already past: say when it will be, like {examples}.')
    return at


def parse_day(text: str, now: Instant, zone: str, calendar: Calendar) -> date:
    """The day that ``text`` means: an ISO date, ``today``, or a time as ``parse_when`` knows it, of which the day.

    Raises Refusal as that does, with days to write instead.
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        if text.strip().casefold() == "today":  # also after the team's hours
            return moment(now, zone).date()
        return moment(_parsed(text, now, zone, calendar, False, "day", DAYS), zone).date()


def whose_time(text: str) -> tuple[str, bool | None]:
    """The words without ``my time``, ``here``, ``their time`` or ``there`` at the end, and whether that was one's own.

    None where neither was said.
    """
    found = _WHOSE.search(text)
    if found is None:
        return text, None
    return text[: found.start()], found["mine"] is not None


_WHOSE = re.compile(
    r"\s+(?:in )?(?:(?P<mine>(?:my|our|own) time|here)|(?:their|his|her) time|there)\s*$", re.IGNORECASE
)


def _meant(said: str, now: Instant, zone: str, calendar: Calendar, past: bool) -> Instant | None:
    """The instant said, by the grammar, else by dateparser; None where neither understands."""
    found = read(said, moment(now, zone), calendar, past)
    if found is None:
        return _ask_dateparser(said, now, zone, calendar, past)
    if found.day is not None and found.weekday not in (None, found.day.weekday()):
        raise _refusal(f'"{said}": {found.day.isoformat()} is a {found.day:%A}. Leave out the day that is wrong.')
    return _instant_of(found, now, zone, calendar, past)


def _instant_of(said: Said, now: Instant, zone: str, calendar: Calendar, past: bool) -> Instant | None:
    local = moment(now, zone)
    if said.exact is not None:
        base = now if said.day is None else at_local(said.day, local.time(), zone)
        return base + said.exact
    if said.day is not None and said.clock is not None:
        return at_local(said.day, said.clock, zone)
    if said.day is not None:
        at = at_local(said.day, calendar.hours.opens, zone)
        if said.day != local.date():
            return at
        return min(at, now) if past else at if at >= now else at_local(said.day, calendar.hours.closes, zone)
    if said.clock is None:
        return None
    nearest = (at_local(day, said.clock, zone) for day in said.days_from(local.date(), back=past))
    return next(at for at in nearest if (at <= now if past else at >= now))


def _ask_dateparser(said: str, now: Instant, zone: str, calendar: Calendar, past: bool) -> Instant | None:
    """What dateparser makes of words that the grammar does not know; None where nothing.

    It makes months and years of bare figures, and passes over a figure that it does not understand: such texts and
    answers are not taken.
    """
    if not re.search(r"[a-z]{3}", said) or re.search(r"(?<![\w:])\d+(?![\w:])|\d[-./]\d", said):
        return None
    import dateparser  # 300 ms, seldom needed

    base = moment(now, zone).replace(tzinfo=None)
    settings = {
        "RELATIVE_BASE": base,
        "PREFER_DATES_FROM": "past" if past else "future",
        "PREFER_DAY_OF_MONTH": "first",
    }
    try:
        found: datetime | None = dateparser.parse(said, languages=["en"], settings=settings)
    except Exception:  # its slips on odd text (ValueError, AttributeError …) only mean that it does not understand
        return None
    if found is None:
        return None
    if found.tzinfo is not None:
        return instant(found)
    names_a_day_only = found.time() in (time(0), base.time())
    if names_a_day_only and re.search(r"\d", said):
        return None
    return at_local(found.date(), calendar.hours.opens if names_a_day_only else found.time(), zone)


def _refusal(sentence: str) -> Refusal:
    return Refusal(sentence, "when")


def _too_far(said: str) -> Refusal:
    return _refusal(f'"{said}" is more than {_FURTHEST_YEARS} years away: name a nearer day.')
