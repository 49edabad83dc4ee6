"""The grammar of typed times: which days and clock times a few words name.

A table of patterns, each taking a piece off the front of what was said and noting a day, a clock time or a shift
from now. What the pieces mean together is decided in ``store.rules.when``.
"""

from __future__ import annotations

import re
from calendar import month_name, monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from store.errors import Refusal
from store.instants import HOUR, MINUTE
from store.rules.business import Calendar

_ONE_DAY = timedelta(days=1)
_A_LEAP_YEAR = 2024
_MOST_DAYS = 4000  # further is refused anyway, and working days are counted one by one


@dataclass(slots=True)
class Said:
    """The pieces found: ``exact`` is a shift in microseconds from now, or from this time of day on ``day``."""

    day: date | None = None
    clock: time | None = None
    exact: int | None = None
    weekday: int | None = None  # named beside a date; whether they agree is for the reader of this to say

    @staticmethod
    def days_from(today: date, back: bool) -> Iterator[date]:
        """Today and the days after it, or before it."""
        for ahead in range(3):
            yield today + ahead * (-_ONE_DAY if back else _ONE_DAY)


def read(said: str, local: datetime, calendar: Calendar, past: bool) -> Said | None:
    """The pieces of ``said`` (small letters, single blanks) for somebody whose time is ``local``.

    None where some of it is not in the grammar. Raises Refusal for a date that may be read in two ways, for a day or
    an hour that does not exist and for what names no day; OverflowError for a day that is too far away.
    """
    reading = _Reading(local.date(), calendar, past)
    rest = re.sub(r"(\d)t(\d)", r"\1 \2", said)  # 2026-12-05t14:00
    while rest:
        for pattern, take in _GRAMMAR:
            found = pattern.match(rest)
            if found and take(reading, found):
                rest = rest[found.end() :].lstrip()
                break
        else:
            return None
    return reading.said


def begins_a_word(text: str) -> bool:
    """Whether a day or time that is being typed may begin so, judged by its first word: ``nex``, ``tu``, ``in 3``."""
    word, blank, _ = text.lower().partition(" ")
    return any(known == word if blank else known.startswith(word) for known in _FIRST_WORDS)


class _Reading:
    """The pieces so far, and how each pattern adds one; False where it does not fit what is already there."""

    def __init__(self, today: date, calendar: Calendar, past: bool) -> None:
        self.today = today
        self.calendar = calendar
        self.past = past
        self.said = Said()
        self.day_is_of_weekday = False  # a date beside it says which week
        self.part: str | None = None  # the half of the day, where a word names it

    def _day(self, day: date | None) -> bool:
        if day is None or self.said.exact is not None or (self.said.day is not None and not self.day_is_of_weekday):
            return False
        self.said.day, self.day_is_of_weekday = day, False
        return True

    def _clock(self, clock: time) -> bool:
        if self.said.clock is not None or self.said.exact is not None:
            return False
        self.said.clock = clock
        return True

    def filler(self, found: re.Match[str]) -> bool:
        return True

    def now(self, found: re.Match[str]) -> bool:
        if self.said != Said():
            return False
        self.said.exact = 0
        return True

    # --- days --------------------------------------------------------------------------------------------------------

    def named_day(self, found: re.Match[str]) -> bool:
        return self._day(self.today + _ONE_DAY * _NAMED_DAYS[found[0]])

    def weekday(self, found: re.Match[str]) -> bool:
        """``tue``, ``next tue``, ``this tue``, ``last tue``."""
        wanted = _WEEKDAYS.index(found["name"][:3])
        monday = self.today - _ONE_DAY * self.today.weekday()
        if found["which"] in ("this", "next"):
            return self._day(monday + _ONE_DAY * (wanted + (7 if found["which"] == "next" else 0)))
        if self.said.weekday is not None or self.said.exact is not None:
            return False
        self.said.weekday = wanted
        if self.said.day is None:
            back = self.past or found["which"] == "last"
            days = (self.today + _ONE_DAY * ahead for ahead in (range(-1, -8, -1) if back else range(1, 8)))
            self.said.day, self.day_is_of_weekday = next(day for day in days if day.weekday() == wanted), True
        return True

    def next_period(self, found: re.Match[str]) -> bool:
        """``next week`` and ``next month`` mean their first working day."""
        if found["period"] == "week":
            return self._day(self._working_days(self.today + _ONE_DAY * (7 - self.today.weekday()), 0))
        return self._day(self._working_days(_months_later(self.today.replace(day=1), 1), 0))

    def end_of(self, found: re.Match[str]) -> bool:
        """Closing time: on the last working day of the week or month, or of a day named beside it."""
        closing = self._clock(self.calendar.hours.closes)
        if found["period"][:1] in ("", "d"):
            return closing
        last = self.today + _ONE_DAY * (6 - self.today.weekday())
        if found["period"].startswith("m"):
            last = self.today.replace(day=monthrange(self.today.year, self.today.month)[1])
        while not self.calendar.works(last) and last > self.today:
            last -= _ONE_DAY
        return closing and self._day(last)

    def full_date(self, found: re.Match[str]) -> bool:
        """Any way of writing day and month, with or without the year."""
        name = found["month"]
        return self._date_of(
            found["day"], int(name) if name.isdecimal() else _MONTHS.index(name[:3]) + 1, found["year"]
        )

    def _date_of(self, figures: str, month: int, in_year: str | None) -> bool:
        day, year = int(figures), int(in_year) + (2000 if len(in_year) == 2 else 0) if in_year else None
        if 1 <= month <= 12 and day > _longest(month, year):
            which, last = month_name[month] + (f" {year}" if year else ""), _longest(month, year)
            raise Refusal(f"{which} has no {_ordinal(day)}: it ends on the {_ordinal(last)}.", "when")
        if year:
            return self._day(_date(year, month, day))
        step = -1 if self.past else 1
        years = range(self.today.year, self.today.year + 9 * step, step)  # a 29 February is at most eight years away
        return self._day(self._first([_date(year, month, day) for year in years]))

    def day_of_month(self, found: re.Match[str]) -> bool:
        """``the 9th``, of this month or the nearest that has one."""
        first, step = self.today.replace(day=1), -1 if self.past else 1
        months = [_months_later(first, ahead * step) for ahead in range(4)]
        return self._day(self._first([_date(month.year, month.month, int(found["day"])) for month in months]))

    def _first(self, days: list[date | None]) -> date | None:
        """The first of these that is not on the wrong side of today."""
        right = (day for day in days if day is not None and (day <= self.today if self.past else day >= self.today))
        return next(right, None)

    def slashed_date(self, found: re.Match[str]) -> bool:
        """``22/12`` or ``12/22``, where only one reading is a day."""
        first, second = int(found["first"]), int(found["second"])
        if first <= 12 and second <= 12 and first != second:
            sentence = f'"{found[0]}" may be read as day or month first: write it like "5 dec" or "2026-12-05".'
            raise Refusal(sentence, "when")
        day, month = (found["second"], first) if second > 12 else (found["first"], second)
        return self._date_of(day, month, found["year"])

    def no_day(self, found: re.Match[str]) -> bool:
        """``next year`` names no day that anybody could keep."""
        like = '"5 dec" or "3 weeks ago"' if self.past else '"15 jan", "in 3 months" or "2026-12-05"'
        sentence = f'"{found[0]}" names no day: say one, like {like}.'
        raise Refusal(sentence, "when")

    # --- shifts ------------------------------------------------------------------------------------------------------

    def shift(self, found: re.Match[str]) -> bool:
        """``in 2h``, ``+2bd``, ``1h30m``, ``2 days ago``: hours and minutes are exact, longer units name a day."""
        if self.said != Said():
            return False
        said_way = found["sign"] or found["tail"]
        back = said_way in ("-", "ago") or (self.past and not said_way)
        direction = -1 if back else 1
        day, exact, is_exact = self.today, 0, False
        for amount, unit in _PIECE.findall(found["pieces"]):
            number = _NUMBERS.get(amount.strip()) or float(amount)
            if unit[0] in "hm" and not unit.startswith("mo"):
                is_exact = True
                exact += round(number * (HOUR if unit[0] == "h" else MINUTE))
            elif number.is_integer():
                day = self._shifted(day, int(number) * direction, unit)
            else:
                return False
        self.said.exact = exact * direction if is_exact else None
        self.said.day = None if is_exact and day == self.today else day
        return True

    def _shifted(self, day: date, number: int, unit: str) -> date:
        if abs(number) > _MOST_DAYS:
            raise OverflowError(f"{number} {unit}")
        if unit.startswith(("b", "wd", "wor")):
            return self._working_days(day, number)
        if unit.startswith(("mo", "y")):
            return _months_later(day, number * (12 if unit[0] == "y" else 1))
        return day + _ONE_DAY * number * (7 if unit[0] == "w" else 1)

    def _working_days(self, day: date, number: int) -> date:
        """So many working days on, or back: one from a Sunday is the Monday, as people count and spreadsheets do."""
        step = -_ONE_DAY if number < 0 else _ONE_DAY
        left = abs(number)
        while left or not self.calendar.works(day):
            day += step
            left -= min(left, int(self.calendar.works(day)))
        return day

    # --- clock times -------------------------------------------------------------------------------------------------

    def named_clock(self, found: re.Match[str]) -> bool:
        """``noon``, ``morning``, ``this evening``; beside a number it says which half of the day is meant."""
        name = found["name"]
        if (found["this"] or name == "tonight") and self.said.day is None:
            self._day(self.today)
        if name in _HALVES and self.part is None:
            self.part = name
            if self.said.clock is not None:
                self.said.clock = _in_half(self.said.clock, name)
                return True
        return self._clock(_CLOCKS.get(name, self.calendar.hours.opens))

    def clock_time(self, found: re.Match[str]) -> bool:
        hour, minute, half = int(found["hour"]), int(found["minute"] or 0), found["half"]
        if ":" in found[0] and not half and (hour > 23 or minute > 59):
            raise Refusal(f'"{found[0]}" is no time of day: hours go from 0:00 to 23:59.', "when")
        if hour > 23 or minute > 59 or (half and not 1 <= hour <= 12):
            return False
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
        elif len(found["hour"]) == 1 and 1 <= hour <= 6:
            hour += 12
        return self._figures(time(hour, minute))

    def spoken_clock(self, found: re.Match[str]) -> bool:
        """``half past 3``, ``quarter to 4``."""
        hour = int(found["hour"]) - (found["part"] == "quarter to")
        if not 0 <= hour <= 23:
            return False
        return self._figures(time(hour + (12 if 1 <= hour <= 6 else 0), _PAST_THE_HOUR[found["part"]]))

    def _figures(self, clock: time) -> bool:
        if self.part is not None and self.said.clock == _CLOCKS.get(self.part, self.calendar.hours.opens):
            self.said.clock = None  # "tomorrow evening at 7": the number says it more exactly
            clock = _in_half(clock, self.part)
        return self._clock(clock)


def _in_half(clock: time, part: str) -> time:
    """A clock time taken for the morning, or for the afternoon or evening."""
    if _HALVES[part] == "am":
        return clock.replace(hour=clock.hour % 12)
    return clock.replace(hour=clock.hour % 12 + 12)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _longest(month: int, year: int | None) -> int:
    """The last day of a month, of a leap year where no year is said."""
    return monthrange(year or _A_LEAP_YEAR, month)[1]


def _ordinal(day: int) -> str:
    ending = "th" if day // 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def _months_later(day: date, months: int) -> date:
    """The same day of another month, or its last day where it is shorter; OverflowError beyond the calendar."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError(f"{months} months")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


# --- the words -----------------------------------------------------------------------------------------------------

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED_DAYS = {
    "day after tomorrow": 2,
    "day before yesterday": -2,
    "today": 0,
    "tomorrow": 1,
    "tom": 1,
    "tmr": 1,
    "tmrw": 1,
    "yesterday": -1,
}
_CLOCKS = {  # the other names, such as morning, mean opening time
    "noon": time(12),
    "midday": time(12),
    "lunch": time(12),
    "midnight": time(0),
    "afternoon": time(14),
    "pm": time(14),
    "evening": time(18),
    "tonight": time(18),
}
_HALVES = {"morning": "am", "am": "am", "afternoon": "pm", "evening": "pm", "tonight": "pm", "pm": "pm"}
_PAST_THE_HOUR = {"half past": 30, "quarter past": 15, "quarter to": 45}
_NUMBER_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBERS = {"half an": 0.5, "half a": 0.5, "an": 1.0, "a": 1.0} | {
    word: float(number) for number, word in enumerate(_NUMBER_WORDS, 1)
}

_AMOUNT = rf"\d{{1,6}}(?:\.\d{{1,2}})? ?|\b(?:{'|'.join(_NUMBERS)}) "
_UNIT = "|".join(
    ("(?:business|working) ?days?", "[bw]ds?", "months?", "mo", "minutes?", "mins?", "m", "hours?", "hrs?", "h",
     "days?", "d", "weeks?", "wks?", "w", "years?", "yrs?", "y")
)  # fmt: skip
_PIECE = re.compile(rf"({_AMOUNT})({_UNIT})(?![a-z])")
_PIECES = rf"(?P<pieces>(?:(?:{_AMOUNT})(?:{_UNIT})(?![a-z])(?: and)? ?)+)"
_WEEKDAY = (
    "(?P<name>mon(?:day)?|tue(?:s|sday)?|wed(?:s|nesday)?|thu(?:r|rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
)
_MONTH = (
    "(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?: (?P<year>(?:19|20)\d\d))?"

_FIRST_WORDS = frozenset(
    [
        *(word for name in (*_NAMED_DAYS, *_CLOCKS, *_HALVES, *_NUMBERS) for word in name.split()[:1]),
        *("monday", "tuesday", "tues", "wednesday", "thursday", "thurs", "friday", "saturday", "sunday", *_WEEKDAYS),
        *(name.lower() for name in month_name if name),
        *_MONTHS,
        *("sept", "next", "this", "in", "on", "at", "by", "the", "end", "eod", "eow", "eom", "cob", "quarter", "first"),
    ]
)

# Tried in this order at each place; a pattern ends where a word does.
_GRAMMAR: list[tuple[re.Pattern[str], Callable[[_Reading, re.Match[str]], bool]]] = [
    (re.compile(pattern + r"(?!\w)"), take)
    for pattern, take in (
        (r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", _Reading.full_date),
        (r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4}|\d\d)?", _Reading.full_date),
        (rf"{_DAY}(?: of)? ?{_MONTH}{_YEAR}", _Reading.full_date),
        (rf"{_MONTH} {_DAY}(?! ?[ap]\.?m|[:.]\d){_YEAR}", _Reading.full_date),
        (r"(?P<day>\d{1,2})(?:st|nd|rd|th)", _Reading.day_of_month),
        (r"(?P<first>\d{1,2})/(?P<second>\d{1,2})(?:/(?P<year>\d{4}|\d\d))?", _Reading.slashed_date),
        (rf"(?P<sign>\+|-|in\b)? ?{_PIECES}(?P<tail>ago|from now|later)?", _Reading.shift),
        (f"(?:{'|'.join(_NAMED_DAYS)})", _Reading.named_day),
        (r"(?:now|right now)", _Reading.now),
        (rf"(?:(?P<which>next|this|last) )?{_WEEKDAY}\.?", _Reading.weekday),
        (r"next (?P<period>week|month)", _Reading.next_period),
        (r"(?:(?:next|this|last) (?:year|quarter)|(?:this|last) (?:week|month))", _Reading.no_day),
        (r"(?:eo|(?:the )?end of (?:the |this )?)(?P<period>day|week|month|d|w|m)", _Reading.end_of),
        (r"(?P<period>)(?:cob|close of business)", _Reading.end_of),
        (
            r"(?P<this>this )?(?P<name>early morning|morning|first thing|noon|midday|lunch|midnight|afternoon|evening"
            r"|tonight|am|pm)",
            _Reading.named_clock,
        ),
        (r"(?P<part>half past|quarter past|quarter to) (?P<hour>\d{1,2})", _Reading.spoken_clock),
        (r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))?(?: ?(?P<half>[ap])(?:\.?m\.?)?)?", _Reading.clock_time),
        (r"(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)(?P<half>)", _Reading.clock_time),
        (r"(?:at|on|the|in the|by|around|about|of|o'?clock)", _Reading.filler),
    )
]
