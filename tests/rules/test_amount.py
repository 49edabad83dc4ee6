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


@pytest.mark.parametrize("text", ["1,234,567.89", "1.234.567,89", "1 234 567,89", "1'234'567.89", "1234567.89"])
def test_thousands_go_in_groups_of_three(text: str) -> None:
    assert parse_amount(text, 2) == 123_456_789


@pytest.mark.parametrize(
    "text",
    [
        "1,2,3",
        "12.5.5k",
        "0.005",
        "1,23,456",
        "12,5000",
        "1,234 567",
        "1,234.567,8",
        "1,,234",
        "1,",
        "1.2.3",
        "1,2,3k",
        "0,500,000",
    ],
)
def test_what_is_grouped_or_parted_oddly_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        parse_amount(text, 2)


@pytest.mark.parametrize(
    ("text", "currency", "means_it"),
    [
        ("$12k", "USD", True),
        ("US$ 12", "USD", True),
        ("12 USD", "USD", True),
        ("$12", "CAD", True),
        ("C$12", "CAD", True),
        ("€12k", "USD", False),
        ("12 eur", "USD", False),
        ("C$12", "USD", False),
        ("£12", "EUR", False),
        ("12 eur", "EUR", True),
    ],
)
def test_the_sign_of_another_currency_is_refused(text: str, currency: str, means_it: bool) -> None:
    if means_it:
        assert parse_amount(text, 2, currency=currency) > 0
    else:
        with pytest.raises(Refusal, match=f"counted in {currency}"):
            parse_amount(text, 2, currency=currency)


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
