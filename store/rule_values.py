"""What a key of the rules file takes: each type reads one TOML value, or says in words what was expected."""

# Annotations stay values, and the types named tuples, because the first frame waits for this module (see ruleset.py).

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, NamedTuple, Self

from store.instants import DAY, HOUR, MINUTE
from store.vocabulary import Motion

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Unit(StrEnum):
    """What a duration is counted in; business units count only the team's working hours or days."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    BUSINESS_MINUTES = "business_minutes"
    BUSINESS_HOURS = "business_hours"
    BUSINESS_DAYS = "business_days"

    @property
    def business(self) -> bool:
        """Whether it counts working time only."""
        return self.value.startswith("business")


_UNITS = frozenset(unit.value for unit in Unit)
_MICROSECONDS = {
    Unit.MINUTES: MINUTE,
    Unit.HOURS: HOUR,
    Unit.DAYS: DAY,
    Unit.BUSINESS_MINUTES: MINUTE,
    Unit.BUSINESS_HOURS: HOUR,
}


class Duration(NamedTuple):
    """A length of time as the rules file writes it: ``5 business minutes``, ``2 business days``, ``24 hours``."""

    amount: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``"<whole number> <unit>"``; raises ValueError saying what was expected."""
        number, _, words = text.strip().lower().partition(" ")
        name = "_".join(words.split())
        name = name if name.endswith("s") else name + "s"
        if not (number.isascii() and number.isdigit() and len(number) <= 6 and name in _UNITS):
            raise ValueError('a duration such as "5 business minutes", "2 business days" or "24 hours"')
        return cls(int(number), Unit(name))

    @property
    def microseconds(self) -> int:
        """Its length in microseconds of clock or business time; raises ValueError for business days."""
        if self.unit is Unit.BUSINESS_DAYS:
            raise ValueError("business days have no fixed length: ask the calendar")
        return self.amount * _MICROSECONDS[self.unit]

    def __str__(self) -> str:
        words = self.unit.value.replace("_", " ")
        return f"{self.amount} {words[:-1] if self.amount == 1 else words}"


def between(low: int, high: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"a whole number from {low:,} to {high:,}")
        return value

    return read


def _share(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError("a share from 0 to 1, such as 0.5")
    return float(value)


def _span(value: Any) -> int:
    if not isinstance(value, str):
        raise ValueError('a length of time such as "10 minutes" or "1 day"')
    duration = Duration.parse(value)
    if duration.unit.business:
        raise ValueError('a length of clock time such as "10 minutes" or "1 day", not business time')
    return duration.microseconds


class Comparison(NamedTuple):
    """The numbers a rule is about, both ends included; None where an end is open."""

    low: int | None
    high: int | None

    def holds(self, number: int | None) -> bool:
        """Whether a number is one of them; one that is not known never is."""
        if number is None:
            return False
        return (self.low is None or number >= self.low) and (self.high is None or number <= self.high)

    def __str__(self) -> str:
        if self.low == self.high:
            return f"{self.low:,}"
        if self.low is None:
            return f"at most {self.high:,}"
        return f"at least {self.low:,}" if self.high is None else f"{self.low:,} to {self.high:,}"


def _comparison(value: Any) -> Comparison:
    found = re.fullmatch(r"(>=?|<=?|=)?\s*([\d,_]{1,15})(?:\s*-\s*([\d,_]{1,15}))?", str(value).strip())
    digits = [re.sub(r"[,_]", "", number) for number in (found[2], found[3] or "0")] if found else []
    if not isinstance(value, str) or found is None or not all(digits) or bool(found[1]) is bool(found[3]):
        raise ValueError('a comparison such as ">1000", ">=75", "<50", "=1" or "200-1000"')
    low, high = map(int, digits)
    if found[3]:
        if low > high:
            raise ValueError('two numbers such as "200-1000", the smaller one first')
        return Comparison(low, high)
    return {
        ">": Comparison(low + 1, None),
        ">=": Comparison(low, None),
        "<": Comparison(None, low - 1),
        "<=": Comparison(None, low),
        "=": Comparison(low, low),
    }[found[1]]


def _words(value: Any) -> tuple[str, ...]:
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not listed or not all(isinstance(one, str) and one.strip() for one in listed):
        raise ValueError('some text in quotes, or a list of such: "Ana Reyes" or ["Ana Reyes", "Ben Okafor"]')
    return tuple(listed)


def _motions(value: Any) -> tuple[Motion, ...]:
    known = [motion.value for motion in Motion]
    try:
        return tuple(Motion(word) for word in _words(value))
    except ValueError:
        raise ValueError(f"motions, one or a list, of {', '.join(known)}") from None


def _weekday(value: Any) -> int:
    if value not in WEEKDAYS:
        raise ValueError(f"a weekday: {', '.join(WEEKDAYS)}")
    return WEEKDAYS.index(value)


def _letter(value: Any) -> str:
    if not isinstance(value, str) or not (value == "" or (len(value) == 1 and value.isascii() and value.islower())):
        raise ValueError('one small letter a to z ("" offers no key)')
    return value


def _code(pattern: str, what: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise ValueError(what)
        return value

    return read


Count = Annotated[int, between(0, 100_000)]
Positive = Annotated[int, between(1, 100_000)]
Percent = Annotated[int, between(0, 100)]
Minor = Annotated[int, between(0, 10**15)]  # minor units of the team's currency
Share = Annotated[float, _share]
Span = Annotated[int, _span]  # microseconds of clock time
Weekday = Annotated[int, _weekday]
Letter = Annotated[str, _letter]
Words = Annotated[tuple[str, ...], _words]  # one or several
Motions = Annotated[tuple[Motion, ...], _motions]
Numbers = Annotated[Comparison, _comparison]
Country = Annotated[str, _code("[A-Z]{2}", 'an ISO country code of two capitals, such as "US" or "DE"')]
Subdivision = Annotated[str, _code("[A-Z0-9]{1,5}", 'a state or region code in capitals, such as "CA" or "BY"')]
Currency = Annotated[str, _code("[A-Z]{3}", 'an ISO currency code of three capitals, such as "EUR"')]
