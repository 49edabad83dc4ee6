"""Amounts as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import Refusal
from store.rules.amount import parse_amount
from tests.hostile import HOSTILE


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("", 0),
        ("0", 0),
        ("12500", 1_250_000),
        ("12,500", 1_250_000),
        ("12.500", 1_250_000),
        ("12 500", 1_250_000),
        ("12'500", 1_250_000),
        ("12,500.5", 1_250_050),
        ("12.500,50", 1_250_050),
        ("99.95", 9_995),
        ("$ 1,000", 100_000),
        ("€12k", 1_200_000),
        ("12.5k", 1_250_000),
        ("1.5M", 150_000_000),
        ("1.234m", 123_400_000),
        ("1200 CHF", 120_000),
    ],
)
def test_what_is_meant(text: str, minor: int) -> None:
    assert parse_amount(text, 2) == minor


def test_a_currency_without_decimals() -> None:
    assert parse_amount("1,200", 0) == 1_200
    with pytest.raises(Refusal, match="no decimals"):
        parse_amount("12.50", 0)


@pytest.mark.parametrize("text", ["abc", "-5", "1e9", "12 apples and a pear", "9" * 29])
def test_what_is_no_amount_is_refused_at_its_field(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_amount(text, 2)
    assert refused.value.field == "amount"


@given(st.one_of(st.text(), st.sampled_from(HOSTILE)), st.integers(0, 3))
def test_any_text_is_an_amount_or_refused(text: str, digits: int) -> None:
    field, amount = "", 0
    try:
        amount = parse_amount(text, digits)
    except Refusal as refusal:
        field = refusal.field or "nowhere"
    assert field in ("", "amount")
    assert amount >= 0
