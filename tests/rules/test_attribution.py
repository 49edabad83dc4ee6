"""Attribution: what each model gives, held against fractions worked out another way."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.instants import DAY
from store.rules.attribution import Model, Touchpoint, credits, split, weights

FINEST = 2**53


@st.composite
def touched(draw: st.DrawFn) -> list[Touchpoint]:
    """Touchpoints in time order, of few sources, so that some of them come twice."""
    times = draw(st.lists(st.integers(0, 120 * DAY), min_size=1, max_size=8))
    keys = draw(st.lists(st.sampled_from(("web", "webinar", "partner", "")), min_size=len(times), max_size=len(times)))
    return [Touchpoint(at, key) for at, key in zip(sorted(times), keys, strict=True)]


AMOUNTS = st.integers(0, 10**12)
HALF_LIVES = st.integers(1, 60)
MODELS = st.sampled_from(Model)


def exact_weights(model: Model, touchpoints: list[Touchpoint], half_life_days: int) -> list[Fraction]:
    """How much each counts, by fractions and sixty digits instead of floats."""
    if model is Model.LINEAR:
        return [Fraction(1, len(touchpoints))] * len(touchpoints)
    if model is not Model.DECAY:
        place = 0 if model is Model.FIRST else len(touchpoints) - 1
        return [Fraction(int(at == place)) for at in range(len(touchpoints))]
    with localcontext() as context:
        context.prec = 60
        ages = [(touchpoints[-1].at - each.at, half_life_days * DAY) for each in touchpoints]
        found = [
            Fraction(1, 2 ** (age // life)) * Fraction(Decimal(2) ** -(Decimal(age % life) / life))
            for age, life in ages
        ]
    return [Fraction(floor(each * FINEST), FINEST) for each in found]


def oracle(model: Model, amount: int, touchpoints: list[Touchpoint], half_life_days: int) -> dict[object, int]:
    """Credits by hand: exact quotas, each its whole part, then one more for the largest rest until all is given."""
    shares: dict[object, Fraction] = {}
    for each, weight in zip(touchpoints, exact_weights(model, touchpoints, half_life_days), strict=True):
        if weight > 0:
            shares[each.key] = shares.get(each.key, Fraction()) + weight
    quotas = {key: Fraction(amount) * share / sum(shares.values()) for key, share in shares.items()}
    given_out = {key: floor(quota) for key, quota in quotas.items()}
    waiting = list(quotas)
    while sum(given_out.values()) < amount:
        best = waiting[0]
        for key in waiting[1:]:
            if quotas[key] - floor(quotas[key]) > quotas[best] - floor(quotas[best]):
                best = key
        given_out[best] += 1
        waiting.remove(best)
    return given_out


@given(MODELS, AMOUNTS, touched(), HALF_LIVES)
def test_every_model_gives_away_exactly_the_amount(
    model: Model, amount: int, touchpoints: list[Touchpoint], days: int
) -> None:
    given_out = credits(model, amount, touchpoints, days)
    assert sum(given_out.values()) == amount
    assert min(given_out.values()) >= 0
    assert given_out.keys() <= {each.key for each in touchpoints}


@given(MODELS, AMOUNTS, touched(), HALF_LIVES)
def test_credits_are_those_of_fractions(model: Model, amount: int, touchpoints: list[Touchpoint], days: int) -> None:
    assert credits(model, amount, touchpoints, days) == oracle(model, amount, touchpoints, days)


@given(MODELS, AMOUNTS, touched(), HALF_LIVES)
def test_one_source_alone_takes_all(model: Model, amount: int, touchpoints: list[Touchpoint], days: int) -> None:
    alone = [each._replace(key="web") for each in touchpoints]
    assert credits(model, amount, alone, days) == {"web": amount}


@given(AMOUNTS, touched(), HALF_LIVES)
def test_first_and_last_give_all_to_one(amount: int, touchpoints: list[Touchpoint], days: int) -> None:
    assert credits(Model.FIRST, amount, touchpoints, days) == {touchpoints[0].key: amount}
    assert credits(Model.LAST, amount, touchpoints, days) == {touchpoints[-1].key: amount}


@given(AMOUNTS, touched(), HALF_LIVES, st.integers(0, 9000 * DAY))
def test_decay_depends_on_the_time_between_them_alone(
    amount: int, touchpoints: list[Touchpoint], days: int, later: int
) -> None:
    shifted = [each._replace(at=each.at + later) for each in touchpoints]
    assert credits(Model.DECAY, amount, shifted, days) == credits(Model.DECAY, amount, touchpoints, days)


@given(AMOUNTS, st.lists(st.integers(0, 10**9), min_size=1, max_size=12).filter(any))
def test_a_share_is_rounded_by_less_than_one(amount: int, shares: list[int]) -> None:
    for part, share in zip(split(amount, shares), shares, strict=True):
        assert abs(part - Fraction(amount * share, sum(shares))) < 1


def test_a_worked_example() -> None:
    """100.00 over three touchpoints a week apart: 1, 2 and 4 sevenths, and thirds that do not divide."""
    three = [Touchpoint(0, "partner"), Touchpoint(7 * DAY, "web"), Touchpoint(14 * DAY, "webinar")]
    assert credits(Model.LINEAR, 10_000, three, 7) == {"partner": 3_334, "web": 3_333, "webinar": 3_333}
    assert credits(Model.DECAY, 10_000, three, 7) == {"partner": 1_429, "web": 2_857, "webinar": 5_714}
    assert credits(Model.DECAY, 0, three, 7) == {"partner": 0, "web": 0, "webinar": 0}


def test_a_source_that_came_twice_counts_twice() -> None:
    twice = [Touchpoint(0, "web"), Touchpoint(1, "partner"), Touchpoint(2, "web")]
    assert credits(Model.LINEAR, 100, twice, 7) == {"web": 67, "partner": 33}


def test_what_is_too_long_ago_counts_for_nothing() -> None:
    """After as many half-lives as a weight has binary digits."""
    old = [Touchpoint(0, "newsletter"), Touchpoint(54 * 7 * DAY, "web")]
    assert weights(Model.DECAY, old, 7) == (0, FINEST)
    assert credits(Model.DECAY, 500, old, 7) == {"web": 500}


def test_nothing_is_credited_to_nobody() -> None:
    for model in Model:
        assert credits(model, 100, [], 7) == {}


@pytest.mark.parametrize(("amount", "shares"), [(-1, [1]), (1, []), (1, [0, 0]), (1, [2, -1])])
def test_what_cannot_be_split_is_refused(amount: int, shares: list[int]) -> None:
    with pytest.raises(ValueError, match="shares"):
        split(amount, shares)
