"""What in a rules file is well formed and still cannot be, because it contradicts something else in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from store.ruleset import ComesBack, RuleSet

Place = tuple[str | int, ...]

EITHER: dict[Place, Place] = {
    ("hours", "closes"): ("hours", "opens"),
    ("calling", "closes"): ("calling", "opens"),
    ("score", "sql"): ("score", "mql"),
}
"""What is told of the one, and may stand in the other."""


def disagreements(rules: RuleSet) -> Iterator[tuple[Place, str]]:
    """Where values contradict each other, and what was expected there."""
    if rules.hours.opens >= rules.hours.closes:
        yield ("hours", "closes"), "a time later than hours.opens"
    if not rules.hours.weekdays:
        yield ("hours", "weekdays"), "at least one weekday"
    if rules.calling.opens >= rules.calling.closes:
        yield ("calling", "closes"), "a time later than calling.opens"
    if not rules.attempts.parts_of_day:
        yield ("attempts", "parts_of_day"), "at least one part of the day"
    if rules.score.mql > rules.score.sql:
        yield ("score", "sql"), "a number not below score.mql"
    for name, span in (("undo", rules.undo), ("amend", rules.amend)):
        if not span:
            yield (name,), "a length of time, longer than nothing"
    yield from _score_disagreements(rules)
    yield from _routing_disagreements(rules)
    for number, kind in enumerate(rules.intake.by_hand):
        if kind not in rules.score.points:
            yield ("intake", "by_hand", number), _one_of("[score.points]", kind, rules.score.points)
    for motion, worked in rules.motions.items():
        expiry = worked.expiry
        if worked.cadence not in rules.cadences:
            yield ("motions", motion, "cadence"), _one_of("[cadences]", worked.cadence, rules.cadences)
        if not (expiry.attempts or expiry.days or expiry.business_days or expiry.direct_attempts):
            yield (
                ("motions", motion, "expiry"),
                "attempts, days, business_days or direct_attempts: no at bat lives forever",
            )
    for key, cadence in rules.cadences.items():
        days = [step.day for step in cadence.steps]
        if not days or days != sorted(days):
            yield ("cadences", key, "steps"), "at least one step, in the order of their days"
    for outcome, ended in rules.outcomes.items():
        reason = rules.reasons.get(ended.default_reason)
        if reason is None or outcome not in reason.outcomes:
            known = [key for key, reason in rules.reasons.items() if outcome in reason.outcomes]
            yield (
                ("outcomes", outcome, "default_reason"),
                _one_of("reasons of this outcome", ended.default_reason, known),
            )
        if ended.comes_back is ComesBack.AFTER_DAYS and ended.recycle_days is None:
            yield ("outcomes", outcome, "recycle_days"), "a number of days, since it comes back after_days"
    for track, keys in rules.recycling.cadences.items():
        if track not in rules.tracks:
            yield ("recycling", "cadences", track), _one_of("[tracks]", track, rules.tracks)
        for key in keys:
            if key not in rules.cadences:
                yield ("recycling", "cadences", track), _one_of("[cadences]", key, rules.cadences)
    for key, reason in rules.reasons.items():
        if reason.track not in rules.tracks:
            yield ("reasons", key, "track"), _one_of("[tracks]", reason.track, rules.tracks)


def _score_disagreements(rules: RuleSet) -> Iterator[tuple[Place, str]]:
    fit, known = rules.score.fit, rules.score.points
    if (total := sum(fit.highest.values())) > 100:
        parts = " + ".join(f"{name} {points}" for name, points in fit.highest.items())
        yield ("score", "fit"), f"weights whose highest add up to at most 100, not {total} ({parts})"
    bands = [band.employees for band in fit.size]
    if bands != sorted(set(bands)):
        yield ("score", "fit", "size"), "bands in the order of their employees, each once"
    listed = [country for region in fit.regions.values() for country in sorted(region.countries)]
    for country in {country for country in listed if listed.count(country) > 1}:
        yield ("score", "fit", "regions"), f"each country in one region only, not {country} in several"
    for number, kind in enumerate(rules.score.high_intent_signals):
        if kind not in known:
            yield ("score", "high_intent_signals", number), _one_of("[score.points]", kind, known)


def _routing_disagreements(rules: RuleSet) -> Iterator[tuple[Place, str]]:
    for number, rule in enumerate(rules.routing.rules):
        when = ("routing", "rules", number, "when")
        if not any(rule.when):
            yield when, "at least one condition: it would fit every at bat"
        for code in rule.when.country:
            if not re.fullmatch("[A-Za-z]{2}", code.strip()):
                yield (*when, "country"), f'ISO country codes of two letters such as "DE", not "{code}"'
        if rule.when.score is not None and (rule.when.score.low or 0) > 100:
            yield (*when, "score"), "a comparison with a number from 0 to 100, as every score is"


def _one_of(what: str, word: str, known: Iterable[str]) -> str:
    return f'one of the {what}, not "{word}"{guess(word, list(known))}'


def guess(word: str, known: Sequence[str]) -> str:
    """The known word that may be meant, in brackets, else all there are where these are few."""
    import difflib  # only a mistake needs it

    near = difflib.get_close_matches(word, known, 1)
    if near:
        return f' (did you mean "{near[0]}"?)'
    return f" (one of {', '.join(known)})" if 0 < len(known) <= 20 else ""
