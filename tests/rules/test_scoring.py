"""The score as a function of facts and signals: what gives how much, how it decays, and when it next falls."""

from __future__ import annotations

import random
from dataclasses import replace
from math import isclose
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.instants import DAY, HOUR, MINUTE, Instant
from store.rules.scoring import (
    Facts,
    Quadrant,
    SignalPoint,
    as_of,
    fit,
    intent,
    next_drop,
    quadrant,
    score_at,
    total_at,
)
from store.ruleset import Region, ScoreRules, SizeBand, load_rules

RULES = load_rules().score
HALF = RULES.half_life_days * DAY
NOW: Instant = 20_000 * DAY + 15 * HOUR
CFO = Facts(600, "Logistics", "US", "CFO", technologies=("SAP",))


def next_midnight(at: Instant) -> Instant:
    return (at // DAY + 1) * DAY


def said(facts: Facts, rules: ScoreRules = RULES) -> list[str]:
    return [line.words for line in fit(facts, rules).lines]


signals = st.lists(
    st.builds(
        SignalPoint,
        st.integers(NOW - 400 * DAY, NOW),
        st.integers(0, 100),
        st.sampled_from(["form", "pricing_page", "webinar"]),
    ),
    max_size=8,
)
facts = st.builds(
    Facts,
    st.none() | st.integers(1, 50_000),
    st.sampled_from(["", "logistics", "Food and drink", "fishing"]),
    st.sampled_from(["", "US", "DE", "JP"]),
    st.sampled_from(["", "CFO", "Vice President", "Plant Manager", "Clerk"]),
)


def tuned(share: float, half_life: int) -> ScoreRules:
    return RULES._replace(fit_share=share, half_life_days=half_life)


rules = st.builds(tuned, st.sampled_from([0.0, 0.3, 0.35, 0.5, 0.75, 1.0]), st.integers(1, 60))


# -- fit -----------------------------------------------------------------------------------------------------------


def test_every_line_says_what_gave_how_much() -> None:
    assert said(CFO) == [
        "600 employees: 25 of 25",
        "Logistics: 20 of 20",
        "CFO: 25 of 25",
        "US: 15 of 15",
        "SAP: 15 of 15",
    ]
    assert fit(CFO, RULES).total == 100


def test_what_is_not_known_gives_nothing_and_says_so() -> None:
    assert said(Facts()) == [
        "size not known: 0 of 25",
        "industry not known: 0 of 20",
        "role not known: 0 of 25",
        "country not known: 0 of 15",
        "technology not known: 0 of 15",
    ]
    assert fit(Facts(), RULES).total == 0


@pytest.mark.parametrize(
    ("employees", "points"),
    [(None, 0), (0, 0), (1, 5), (19, 5), (20, 12), (199, 18), (200, 25), (1999, 25), (2000, 18), (90_000, 10)],
)
def test_size_counts_from_the_band_it_reaches(employees: int | None, points: int) -> None:
    assert fit(Facts(employees), RULES).total == points


@pytest.mark.parametrize(
    ("title", "points"),
    [
        ("CFO", 25),
        ("Chief Financial Officer", 25),
        ("President", 25),
        ("Vice President, Sales", 22),  # not what president alone would give
        ("vp operations", 22),
        ("Managing  Director", 25),
        ("Director of Finance", 20),
        ("Head of IT and CIO", 25),
        ("Office Manager", 12),
        ("Headhunter", 4),  # a word that only begins like one counts as any other role
        ("Clerk", 4),
        ("  ", 0),
    ],
)
def test_of_the_words_of_a_title_the_best_counts(title: str, points: int) -> None:
    assert fit(Facts(title=title), RULES).total == points


def test_the_seniority_counts_where_it_says_more_than_the_title() -> None:
    assert fit(Facts(title="Finance", seniority="VP"), RULES).total == 22
    assert said(Facts(seniority="Director"))[2] == "Director: 20 of 25"


def test_an_industry_may_be_worded_in_many_ways() -> None:
    for industry in ("Logistics and Supply Chain", "LOGISTICS_AND_SUPPLY_CHAIN", "third-party logistics"):
        assert fit(Facts(industry=industry), RULES).total == 20
    assert fit(Facts(industry="fishing"), RULES).total == RULES.fit.industries["other"]


def test_a_country_counts_for_its_region_and_elsewhere_for_the_rest() -> None:
    assert [fit(Facts(country=country), RULES).total for country in ("us", "DE", "JP")] == [15, 12, 4]


def test_a_team_may_leave_a_part_out() -> None:
    none = RULES.fit._replace(technologies={}, size=(SizeBand(10, 30),), regions={"home": Region(frozenset({"US"}), 9)})
    rules = RULES._replace(fit=none)
    assert said(CFO, rules) == ["600 employees: 30 of 30", "Logistics: 20 of 20", "CFO: 25 of 25", "US: 9 of 9"]
    assert fit(Facts(country="DE"), rules).total == 0


@given(facts, signals, st.integers(0, 500 * DAY), rules)
def test_everything_is_0_to_100_and_the_lines_add_up(
    facts: Facts, signals: list[SignalPoint], later: int, rules: ScoreRules
) -> None:
    score = score_at(facts, signals, NOW + later, rules)
    assert 0 <= score.fit.total <= 100
    assert 0 <= score.intent.value <= 100
    assert 0 <= score.total <= 100
    assert sum(line.points for line in score.fit.lines) == score.fit.total
    assert isclose(sum(line.points for line in score.intent.lines), score.intent.value, abs_tol=1e-9)
    assert abs(sum(line.points for line in score.lines) - score.total) <= 0.5 + 1e-6
    assert total_at(facts, signals, NOW + later, rules) == score.total


# -- intent --------------------------------------------------------------------------------------------------------


def test_a_line_of_intent_says_what_they_did_and_what_is_left_of_it() -> None:
    done = (
        SignalPoint(NOW - 3 * DAY, 15, "pricing_page"),
        SignalPoint(NOW - HOUR, 40, "form", "wants a demo"),
        SignalPoint(NOW, 2, "page_view"),
    )
    assert [line.words for line in intent(done, NOW, RULES).lines] == [
        "page view just now: 2 → 2.0",
        "form (wants a demo) 1 hour ago: 40 → 40.0",
        "pricing page 3 days ago: 15 → 14.0",
    ]


def test_more_than_100_counts_as_100() -> None:
    wants = intent([SignalPoint(NOW, 80, "form"), SignalPoint(NOW - 1, 60, "reply")], NOW, RULES)
    assert wants.value == 100
    assert wants.lines[-1].words == "no more than 100 counts"


def test_what_has_not_happened_yet_counts_nothing() -> None:
    assert intent([SignalPoint(NOW + 1, 80, "form")], NOW, RULES).value == 0


@given(signals, st.integers(0, 90 * DAY), rules)
def test_intent_never_rises_without_a_signal(signals: list[SignalPoint], later: int, rules: ScoreRules) -> None:
    assert intent(signals, NOW + later, rules).value <= intent(signals, NOW, rules).value


@given(signals, rules)
def test_intent_halves_after_a_half_life(signals: list[SignalPoint], rules: ScoreRules) -> None:
    small = [replace(signal, points=signal.points // 8) for signal in signals]  # below the cap of 100
    later = intent(small, NOW + rules.half_life_days * DAY, rules).value
    assert isclose(later, intent(small, NOW, rules).value / 2, abs_tol=1e-9)


@given(facts, signals, st.randoms(use_true_random=False))
def test_the_order_of_signals_does_not_matter(facts: Facts, signals: list[SignalPoint], rng: random.Random) -> None:
    other = list(signals)
    rng.shuffle(other)
    assert score_at(facts, other, NOW, RULES) == score_at(facts, signals, NOW, RULES)


# -- the whole -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fits", "wants", "meant"),
    [
        (60, 30, Quadrant.WORK_NOW),
        (60, 29, Quadrant.NURTURE),
        (59, 30, Quadrant.QUALIFY_FIRST),
        (59, 29, Quadrant.LEAVE),
        (60, 29.6, Quadrant.WORK_NOW),  # it reads 30
    ],
)
def test_what_to_do_with_whom(fits: float, wants: float, meant: Quadrant) -> None:
    assert quadrant(fits, wants, RULES) is meant


def test_the_score_in_a_line() -> None:
    score = score_at(CFO, [SignalPoint(NOW, 40, "form")], NOW, RULES)
    assert score.words == "score 70: fit 100, intent 40 · work now"
    assert [(line.words, line.points) for line in score.lines] == [("50% of fit 100", 50), ("50% of intent 40", 20)]


def test_half_a_point_is_rounded_up() -> None:
    assert score_at(Facts(1), [], NOW, RULES).total == 3  # half of 5


def test_the_stored_score_is_for_the_last_signal_or_the_last_midnight() -> None:
    midnight = NOW - 5 * HOUR
    assert as_of([], NOW, midnight) == midnight
    assert as_of([SignalPoint(midnight - 1, 5, "form")], NOW, midnight) == midnight
    assert as_of([SignalPoint(midnight + 1, 5, "form"), SignalPoint(NOW + 1, 5, "form")], NOW, midnight) == midnight + 1


# -- when it next falls ------------------------------------------------------------------------------------------------


def day_by_day(signals: list[SignalPoint], facts: Facts, after: Instant, rules: ScoreRules) -> Instant | None:
    """The slow way: look at every midnight until nothing is left that could fall."""
    total = score_at(facts, signals, after, rules).total
    midnight = after
    for _ in range(rules.half_life_days * 14):  # 800 points are then worth less than the least step of a half
        midnight = next_midnight(midnight)
        if score_at(facts, signals, midnight, rules).total != total:
            return midnight
    return None


@given(facts, signals, st.integers(0, 30 * DAY), st.builds(tuned, st.sampled_from([0.0, 0.5, 1.0]), st.integers(1, 20)))
def test_the_next_drop_is_the_one_found_day_by_day(
    facts: Facts, signals: list[SignalPoint], later: int, rules: ScoreRules
) -> None:
    after = NOW + later
    assert next_drop(signals, facts, after, rules, next_midnight) == day_by_day(signals, facts, after, rules)


@given(st.integers(0, 100), rules)
def test_it_is_found_to_the_minute_round_a_midnight(points: int, rules: ScoreRules) -> None:
    for after in (NOW // DAY * DAY, NOW // DAY * DAY - 1, NOW // DAY * DAY + MINUTE):
        signals = [SignalPoint(after, points, "form")]
        found = next_drop(signals, CFO, after, rules, next_midnight)
        if found is None:
            continue
        total = score_at(CFO, signals, after, rules).total
        assert found > after
        assert score_at(CFO, signals, found, rules).total < total
        assert found - DAY <= after or score_at(CFO, signals, found - DAY, rules).total == total


def test_without_signals_or_without_intent_in_the_score_it_never_falls() -> None:
    assert next_drop([], CFO, NOW, RULES, next_midnight) is None
    assert next_drop([SignalPoint(NOW, 50, "form")], CFO, NOW, tuned(1.0, 30), next_midnight) is None


def test_a_drop_that_nobody_lives_to_see_is_none() -> None:
    slow = RULES._replace(half_life_days=100_000)
    assert next_drop([SignalPoint(NOW, 100, "form")], CFO, NOW, slow, next_midnight) is not None
    ends = Facts(1)  # 2.5 points, rounded up: what is left of intent must fall to nothing
    assert next_drop([SignalPoint(NOW, 1, "form")], ends, NOW, slow, next_midnight) is None


def test_it_is_cheap() -> None:
    signals = [SignalPoint(NOW - day * DAY, 10 + day, "form") for day in range(12)]

    def took() -> float:
        began = perf_counter()
        for _ in range(200):
            next_drop(signals, CFO, NOW, RULES, next_midnight)
        return (perf_counter() - began) / 200

    assert min(took() for _ in range(5)) < 50e-6
