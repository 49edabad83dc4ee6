"""The statistics of reports against the standard library and against published examples."""

from __future__ import annotations

from fractions import Fraction
from math import erfc, floor, sqrt
from random import Random
from statistics import median, quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.rules.statistics import Compared, compare, percentile, wilson

VALUES = st.lists(st.integers(-(10**17), 10**17), min_size=1, max_size=60)


@st.composite
def shares(draw: st.DrawFn, least: int = 1, most: int = 5000) -> tuple[int, int]:
    """So many of so many."""
    of = draw(st.integers(least, most))
    return draw(st.integers(0, of)), of


# --- percentiles -----------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(-(10**12), 10**12), min_size=2, max_size=60), st.sampled_from([2, 4, 5, 10, 20, 100]))
def test_a_percentile_is_the_librarys_inclusive_quantile_rounded_down(values: list[int], n: int) -> None:
    """Asked in fractions, so that the library loses nothing to floats either."""
    cuts = quantiles([Fraction(value) for value in values], n=n, method="inclusive")
    assert [percentile(values, at / n) for at in range(1, n)] == [floor(cut) for cut in cuts]


@given(VALUES)
def test_the_median_of_whole_numbers_is_exact(values: list[int]) -> None:
    assert percentile(values, 0.5) == floor(median([Fraction(value) for value in values]))


@given(VALUES, st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1.0]))
def test_a_percentile_lies_among_the_values_and_asks_no_order(values: list[int], share: float) -> None:
    found = percentile(values, share)
    assert found is not None
    assert min(values) <= found <= max(values)
    assert found == percentile(sorted(values, reverse=True), share)
    assert percentile(values, 0) == min(values)
    assert percentile(values, 1) == max(values)


def _mixed(many: int, most: int) -> list[int]:
    chance = Random(many)
    return [chance.randrange(most) for _ in range(many)]


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(_mixed(50_001, 10**13), id="all different"),
        pytest.param(_mixed(50_000, 7), id="a few, many times"),
        pytest.param([0] * 49_999 + [10**13], id="one far out"),
        pytest.param(sorted(_mixed(20_000, 10**9)), id="in order"),
        pytest.param([10**6 if at % 25 else at for at in range(50_000)], id="the sample sees others than there are"),
    ],
)
def test_a_percentile_of_many_is_that_of_all_in_order(values: list[int]) -> None:
    ordered = sorted(values)
    for share in (0.0, 0.001, 0.1, 0.5, 0.9, 0.999, 1.0):
        place, rest = divmod((len(values) - 1) * round(share * 1000), 1000)
        above = ordered[min(place + 1, len(values) - 1)]
        expected = ordered[place] + (above - ordered[place]) * rest // 1000
        assert percentile(values, share) == percentile(ordered, share, ordered=True) == expected


@given(VALUES)
def test_percentiles_grow_with_the_share(values: list[int]) -> None:
    found = [percentile(values, at / 20) or 0 for at in range(21)]
    assert found == sorted(found)


@pytest.mark.parametrize(
    ("values", "share", "found"),
    [
        ([], 0.5, None),
        ([7], 0.9, 7),
        ([1, 2], 0.5, 1),
        ([-2, -1], 0.5, -2),
        ([1, 2, 3, 4], 0.5, 2),
        ([10, 20, 30, 40, 50], 0.9, 46),
        ([0, 10**17 + 1], 0.5, 5 * 10**16),
    ],
)
def test_percentiles_by_hand(values: list[int], share: float, found: int | None) -> None:
    assert percentile(values, share) == found


# --- the interval around one share ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "of", "low", "high"),
    [  # Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3: score without correction
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_is_as_published(part: int, of: int, low: float, high: float) -> None:
    found = wilson(part, of)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_a_share_of_nothing_has_no_interval() -> None:
    assert wilson(0, 0) is None


@given(shares())
def test_an_interval_holds_its_share_inside_nought_and_one(share: tuple[int, int]) -> None:
    part, of = share
    found = wilson(part, of)
    assert found is not None
    assert 0 <= found.low <= part / of <= found.high <= 1
    assert found.low < found.high


@given(shares())
def test_an_interval_is_the_mirror_of_what_is_left(share: tuple[int, int]) -> None:
    part, of = share
    found, rest = wilson(part, of), wilson(of - part, of)
    assert found is not None
    assert rest is not None
    assert found.low == pytest.approx(1 - rest.high, abs=1e-12)


@given(shares(most=500), st.integers(2, 20))
def test_more_of_the_same_makes_it_narrower(share: tuple[int, int], times: int) -> None:
    few, many = wilson(*share), wilson(share[0] * times, share[1] * times)
    assert few is not None
    assert many is not None
    assert many.high - many.low < few.high - few.low


@given(shares(least=2))
def test_the_ends_of_an_interval_are_where_the_score_test_gives_up(share: tuple[int, int]) -> None:
    """Wilson's definition: the true shares from which this one is 1.96 standard errors away."""
    part, of = share
    found = wilson(part, of)
    assert found is not None
    for end in found:
        if 1e-9 < end < 1 - 1e-9:
            away = abs(part / of - end) / sqrt(end * (1 - end) / of)
            assert away == pytest.approx(1.959963984540054, rel=1e-6)


# --- two shares against each other ------------------------------------------------------------------------------------


def found(part: int, of: int, other_part: int, other_of: int) -> Compared:
    """The comparison, which there is."""
    compared = compare(part, of, other_part, other_of)
    assert compared is not None
    return compared


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [  # Newcombe, Statistics in Medicine 17 (1998), 873-890, table II, method 10; statsmodels agrees. First less second
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_the_interval_of_a_difference_is_as_published(
    one: tuple[int, int], other: tuple[int, int], low: float, high: float
) -> None:
    interval = found(*other, *one).interval  # the second against the first
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


def test_the_test_of_two_shares_by_hand() -> None:
    """60 of 100 against 45 of 100: pooled 0.525, z = 0.15 / sqrt(0.525 x 0.475 x 0.02) = 2.1240, p = 0.0337."""
    compared = found(45, 100, 60, 100)
    z = 0.15 / sqrt(0.525 * 0.475 * (1 / 100 + 1 / 100))
    assert round(z, 4) == 2.1240
    assert compared.p == pytest.approx(erfc(z / sqrt(2)), rel=1e-9)
    assert round(compared.p, 4) == 0.0337
    assert compared.difference == pytest.approx(0.15)
    assert compared.lift == pytest.approx(1 / 3)


def test_nothing_compares_with_nothing() -> None:
    assert compare(0, 0, 1, 2) is None
    assert compare(1, 2, 0, 0) is None


@pytest.mark.parametrize("whole", [(0, 10, 0, 20), (10, 10, 20, 20)])
def test_where_none_or_all_did_there_is_no_difference_to_explain(whole: tuple[int, int, int, int]) -> None:
    compared = found(*whole)
    assert (compared.difference, compared.p) == (0, 1)


def test_from_nothing_there_is_no_lift() -> None:
    assert found(0, 10, 5, 10).lift is None


@given(shares(), shares())
def test_a_comparison_holds_its_difference_and_turns_round(one: tuple[int, int], other: tuple[int, int]) -> None:
    here, there = found(*one, *other), found(*other, *one)
    assert here.interval.low <= here.difference <= here.interval.high
    assert here.interval.low >= -1 - 1e-12
    assert here.interval.high <= 1 + 1e-12
    assert 0 <= here.p <= 1
    assert here.difference == -there.difference
    assert here.p == pytest.approx(there.p, rel=1e-6)
    assert here.interval.low == pytest.approx(-there.interval.high, abs=1e-12)


@given(shares(), shares())
def test_p_is_the_two_tails_of_the_pooled_score(one: tuple[int, int], other: tuple[int, int]) -> None:
    (a, n), (b, m) = one, other
    pooled = Fraction(a + b, n + m)
    variance = pooled * (1 - pooled) * (Fraction(1, n) + Fraction(1, m))
    p = erfc(float(abs(Fraction(b, m) - Fraction(a, n))) / sqrt(variance) / sqrt(2)) if variance else 1.0
    assert found(a, n, b, m).p == pytest.approx(p, rel=1e-6, abs=0)
