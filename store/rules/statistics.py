"""The statistics that reports state, each by one method that is said here: see docs/model.md, "Reports"."""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, exp, log, sqrt
from statistics import NormalDist
from typing import NamedTuple

CONFIDENCE = 0.95
_MANY, _SAMPLED, _AROUND = 20_000, 2_000, 100  # the sample is off by more than that once in a hundred thousand


class Interval(NamedTuple):
    """Where a share may truly lie, at 95 % confidence."""

    low: float
    high: float


class Compared(NamedTuple):
    """Two shares against each other: the difference, where it may lie, and how likely chance alone is to show it.

    ``lift`` is the difference in proportion to the first (None where that is nothing), ``p`` two-sided.
    """

    difference: float
    interval: Interval
    lift: float | None
    p: float


class Odds(NamedTuple):
    """The odds of one share in proportion to those of another, and where that may lie."""

    ratio: float
    interval: Interval


def percentile(values: Sequence[int], share: float, *, ordered: bool = False) -> int | None:
    """The value below which ``share`` of the values lie, rounded down to a whole number; None of nothing.

    ``ordered`` says that they are in order already. Between two values it lies in proportion (Hyndman and Fan 1996,
    type 7, as spreadsheets do it): the median of an even number is the mean of the middle two.
    """
    if not values:
        return None
    # Whole thousandths, because a median of microseconds must not lose any to a float.
    place, rest = divmod((len(values) - 1) * round(share * 1000), 1000)
    here, *above = values[place : place + 2] if ordered else _in_order(values, place)
    return here + (above[0] - here) * rest // 1000 if above else here


def _in_order(values: Sequence[int], place: int) -> Sequence[int]:
    """The value at a place in order, and the next where there is one.

    Of many, an even sample says about where the place lies, and only what lies there is sorted: a third of the time.
    """
    if len(values) >= _MANY:
        sample = sorted(values[:: len(values) // _SAMPLED])
        about = place * len(sample) // len(values)
        low, high = sample[max(about - _AROUND, 0)], sample[min(about + _AROUND, len(sample) - 1)]
        below = sum(map(low.__gt__, values))
        among = sorted([value for value in values if low <= value <= high])
        if below <= place < below + len(among) - 1:
            return among[place - below : place - below + 2]
    return sorted(values)[place : place + 2]


def wilson(part: int, of: int) -> Interval | None:
    """The interval around a share (Wilson 1927, without correction for continuity); None of nothing."""
    if not of:
        return None
    z = _z()
    share = part / of
    middle = share + z * z / (2 * of)
    spread = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    scale = 1 + z * z / of
    # None and all are ends of the interval themselves; a float may miss them by a hair.
    return Interval((middle - spread) / scale if part else 0.0, (middle + spread) / scale if part < of else 1.0)


def compare(part: int, of: int, other_part: int, other_of: int) -> Compared | None:
    """The second share against the first: z-test with pooled variance, difference with Newcombe's interval (1998).

    None where either has nothing. Where neither or both are whole, chance explains everything: p is 1.
    """
    first, second = wilson(part, of), wilson(other_part, other_of)
    if first is None or second is None:
        return None
    a, b = part / of, other_part / other_of
    difference = b - a
    pooled = (part + other_part) / (of + other_of)
    error = sqrt(pooled * (1 - pooled) * (1 / of + 1 / other_of))
    # erfc and not 1 less the distribution, which has no digits left where p is small.
    p = erfc(abs(difference) / error / sqrt(2)) if error else 1.0
    interval = Interval(
        difference - sqrt((b - second.low) ** 2 + (first.high - a) ** 2),
        difference + sqrt((second.high - b) ** 2 + (a - first.low) ** 2),
    )
    return Compared(difference, interval, difference / a if a else None, p)


def odds(part: int, of: int, other_part: int, other_of: int) -> Odds | None:
    """The odds of the first share against those of the second, with Woolf's interval (1955).

    None where either is nothing or whole: there is no such proportion then.
    """
    counts = (part, of - part, other_part, other_of - other_part)
    if not all(counts):
        return None
    a, b, c, d = counts
    ratio = a * d / (b * c)
    spread = _z() * sqrt(sum(1 / count for count in counts))
    return Odds(ratio, Interval(exp(log(ratio) - spread), exp(log(ratio) + spread)))


def holm(ps: Sequence[float]) -> tuple[float, ...]:
    """The p-values of several comparisons, raised so that all together mislead no more often than one (Holm 1979)."""
    adjusted, highest = [0.0] * len(ps), 0.0
    for rank, place in enumerate(sorted(range(len(ps)), key=lambda at: ps[at])):
        highest = max(highest, min(1.0, (len(ps) - rank) * ps[place]))
        adjusted[place] = highest
    return tuple(adjusted)


def _z() -> float:
    return NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
