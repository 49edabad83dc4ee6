"""The score: how well somebody fits, and how much what they did lately says that they want to talk.

Fit and intent are 0 to 100 each, the score is their weighted mean. Nothing is stored of it but its value on the
at bat: for any instant it follows from the facts and the signals. See docs/model.md, "Score".
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import floor, log2

from store.instants import DAY, HOUR, MINUTE, Instant
from store.ruleset import FitRules, ScoreRules

_MOST = 100
_HAIR = 1e-9  # half a point is rounded up, also where binary fractions fall a hair short of it
_FAR = 36_525 * DAY  # a drop a hundred years off is none
_WORDS = 60  # characters shown of what a signal says


class Quadrant(StrEnum):
    """What to do with somebody of this fit and this intent."""

    WORK_NOW = "work now"
    NURTURE = "nurture"
    QUALIFY_FIRST = "qualify first"
    LEAVE = "leave to marketing"


@dataclass(frozen=True, slots=True)
class Facts:
    """What fit is judged by; ``size`` in employees, ``country`` its two letters, empty where not known."""

    size: int | None = None
    industry: str = ""
    country: str = ""
    title: str = ""
    seniority: str = ""
    technologies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignalPoint:
    """One signal: when, what it was worth on that day, its kind, and what it says of itself.

    ``who`` sent it where that was somebody else at the company: it counts for the at bat they joined.
    """

    at: Instant
    points: int
    kind: str
    words: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What gave how much, in words: ``600 employees: 25 of 25``."""

    words: str
    points: float


@dataclass(frozen=True, slots=True)
class Fit:
    """How well somebody fits, 0 to 100, which is what the lines add up to."""

    total: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Intent:
    """How much they want to talk at an instant, 0 to 100, which is what the lines add up to; the newest first."""

    value: float
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """The score at an instant; ``share`` is how much of it is fit."""

    fit: Fit
    intent: Intent
    total: int
    quadrant: Quadrant
    share: float

    @property
    def lines(self) -> tuple[Line, ...]:
        """What the total is made of; unrounded, the lines add up to it."""
        parts = (("fit", self.fit.total, self.share), ("intent", self.intent.value, 1 - self.share))
        return tuple(Line(f"{share:.0%} of {what} {value:.0f}", share * value) for what, value, share in parts)

    @property
    def words(self) -> str:
        """The whole in a line: ``score 62: fit 70, intent 54 · work now``."""
        return f"score {self.total}: fit {self.fit.total}, intent {self.intent.value:.0f} · {self.quadrant}"


# --- fit ----------------------------------------------------------------------------------------------------------


def fit(facts: Facts, rules: ScoreRules) -> Fit:
    """How well a company and a person fit, line by line; what is not known gives nothing and says so."""
    given, highest = _points(facts, rules.fit), rules.fit.highest.values()
    size = "" if facts.size is None else f"{facts.size:,} {'employee' if facts.size == 1 else 'employees'}"
    known = (size, facts.industry, facts.title or facts.seniority, facts.country, ", ".join(facts.technologies))
    lines = tuple(
        Line(f"{_short(words) or f'{what} not known'}: {points} of {most}", points)
        for what, words, points, most in zip(_PARTS, known, given, highest, strict=True)
        if most
    )
    return Fit(sum(given), lines)


_PARTS = ("size", "industry", "role", "country", "technology")  # as FitRules.highest has them


def _points(facts: Facts, weights: FitRules) -> tuple[int, ...]:
    """What each part gives."""
    return (
        _size_points(facts.size, weights),
        _best(facts.industry, weights.industries),
        max(_best(facts.title, weights.roles), _best(facts.seniority, weights.roles)),
        _region_points(facts.country, weights),
        _best(" , ".join(facts.technologies), weights.technologies),
    )


def _size_points(size: int | None, weights: FitRules) -> int:
    if size is None:
        return 0
    band = bisect_right([band.employees for band in weights.size], size)
    return weights.size[band - 1].points if band else 0


def _region_points(country: str, weights: FitRules) -> int:
    if not country:
        return 0
    code, elsewhere = country.upper(), 0
    for region in weights.regions.values():
        if code in region.countries:
            return region.points
        if not region.countries:
            elsewhere = max(elsewhere, region.points)
    return elsewhere


def _best(text: str, weights: Mapping[str, int]) -> int:
    """The most that a word of the table gives which occurs in ``text``; of words inside each other the longer."""
    if not text or text.isspace():
        return 0
    words, pattern = _words_of(tuple(weights))
    found = pattern.findall(_folded(text))
    return max(weights[words[word]] for word in found) if found else weights.get("other", 0)


@lru_cache(maxsize=32)
def _words_of(keys: tuple[str, ...]) -> tuple[Mapping[str, str], re.Pattern[str]]:
    """The key of each word as it is looked for, and the pattern that finds them."""
    words = {_folded(key): key for key in keys if key != "other"}
    longest_first = sorted(words, key=len, reverse=True)
    any_of = "|".join(re.escape(word) for word in longest_first) or r"(?!)"
    return words, re.compile(rf"(?<!\w)(?:{any_of})(?!\w)")


def _folded(text: str) -> str:
    return " ".join(text.replace("_", " ").casefold().split())


# --- intent -------------------------------------------------------------------------------------------------------


def intent(signals: Iterable[SignalPoint], at: Instant, rules: ScoreRules) -> Intent:
    """What the signals up to ``at`` are still worth then, line by line."""
    half_life = rules.half_life_days * DAY
    counted = sorted((signal for signal in signals if signal.at <= at and signal.points), key=_newest_first)
    lines = []
    for signal in counted:
        points = _decayed(signal, at, half_life)
        what = f"{_named(signal)} {_ago(at - signal.at)}"
        lines.append(Line(f"{what}: {signal.points} → {points:.1f}", points))
    total = sum(line.points for line in lines)
    if total > _MOST:
        lines.append(Line(f"no more than {_MOST} counts", _MOST - total))
    return Intent(min(_MOST, total), tuple(lines))


def _newest_first(signal: SignalPoint) -> tuple[Instant, int, str, str]:
    return -signal.at, -signal.points, signal.kind, signal.words


def _decayed(signal: SignalPoint, at: Instant, half_life: int) -> float:
    return float(signal.points * 2.0 ** ((signal.at - at) / half_life))


def _named(signal: SignalPoint) -> str:
    kind = signal.kind.replace("_", " ")
    said = f"{kind} ({_short(signal.words)})" if signal.words and signal.words != kind else kind
    return f"{said} of a colleague, {_short(signal.who)}," if signal.who else said


def _ago(length: int) -> str:
    for unit, name in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        if (number := length // unit) > 0:
            return f"{number} {name}{'' if number == 1 else 's'} ago"
    return "just now"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WORDS else f"{line[: _WORDS - 1]}…"


# --- the score ----------------------------------------------------------------------------------------------------


def score_at(facts: Facts, signals: Iterable[SignalPoint], at: Instant, rules: ScoreRules) -> Score:
    """The score at an instant, with all that explains it."""
    fits, wants = fit(facts, rules), intent(signals, at, rules)
    total = _mean(fits.total, wants.value, rules)
    return Score(fits, wants, total, quadrant(fits.total, wants.value, rules), rules.fit_share)


def total_at(facts: Facts, signals: Iterable[SignalPoint], at: Instant, rules: ScoreRules) -> int:
    """The score at an instant alone, five times faster than with what explains it."""
    counted = [signal for signal in signals if signal.at <= at]
    return _mean(sum(_points(facts, rules.fit)), _wanted(counted, at, rules), rules)


def _mean(fits: float, wants: float, rules: ScoreRules) -> int:
    return _rounded(rules.fit_share * fits + (1 - rules.fit_share) * min(_MOST, wants))


def _wanted(counted: Iterable[SignalPoint], at: Instant, rules: ScoreRules) -> float:
    half_life = rules.half_life_days * DAY
    return sum(_decayed(signal, at, half_life) for signal in sorted(counted, key=_newest_first))


def quadrant(fits: float, wants: float, rules: ScoreRules) -> Quadrant:
    """What to do with this fit and this intent; both count as they are shown, in whole points."""
    if _rounded(fits) >= rules.high_fit:
        return Quadrant.WORK_NOW if _rounded(wants) >= rules.high_intent else Quadrant.NURTURE
    return Quadrant.QUALIFY_FIRST if _rounded(wants) >= rules.high_intent else Quadrant.LEAVE


def as_of(signals: Iterable[SignalPoint], now: Instant, midnight: Instant) -> Instant:
    """The instant that the stored score is for: the last signal or the team's last ``midnight``, whichever is later."""
    return max((signal.at for signal in signals if midnight < signal.at <= now), default=midnight)


def next_drop(
    signals: Iterable[SignalPoint],
    facts: Facts,
    after: Instant,
    rules: ScoreRules,
    next_midnight: Callable[[Instant], Instant],
) -> Instant | None:
    """The first team midnight after ``after`` at which the rounded score is lower than then; None where it never is.

    ``next_midnight`` gives the first midnight after an instant. What is signalled after ``after`` is not foreseen.
    """
    known = [signal for signal in signals if signal.at <= after and signal.points]
    weight = 1 - rules.fit_share
    if not known or not weight:
        return None
    fits, now = sum(_points(facts, rules.fit)), _wanted(known, after, rules)
    total = _mean(fits, now, rules)
    least = (total - 0.5 - _HAIR - rules.fit_share * fits) / weight  # the intent below which the total is another
    if least <= _HAIR:
        return None
    falls = after + int(rules.half_life_days * DAY * log2(now / least)) if now > least else after
    if falls - after > _FAR:
        return None
    midnight = next_midnight(max(after, falls - MINUTE))  # a minute for the rounding of the logarithm
    while _mean(fits, _wanted(known, midnight, rules), rules) == total:
        midnight = next_midnight(midnight)
    return midnight


def _rounded(value: float) -> int:
    return floor(value + 0.5 + _HAIR)
