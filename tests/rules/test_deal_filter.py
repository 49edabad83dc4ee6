"""What a filter of opportunities lets through, and what it says of one it does not understand."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import Refusal
from store.rules.business import Calendar
from store.rules.deal_filter import KEYS, DealFacts, DealOrder, parse_deal_filter
from store.ruleset import Hours

LOCAL = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)  # a Monday
CALENDAR = Calendar("UTC", Hours(time(9), time(17), frozenset(range(5))))
CLAIMS = DealFacts(
    words="claims, five sites\nnorthwind\ndana ortiz\ncfo\nproposal\nines r.",
    name="claims, five sites",
    company="northwind",
    person="dana ortiz",
    owner="ines r.",
    mine=True,
    stage="proposal",
    amount=36_000_000,
    probability=40,
    close="2026-12-05",
    unmoved=33,
)
WON = DealFacts(words="won", mine=False, stage="won")


def passes(text: str, facts: DealFacts = CLAIMS) -> bool:
    return parse_deal_filter(text, LOCAL, CALENDAR)(facts)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "claims",
        "CLÀIMS north dana",
        '"five sites"',
        "-renewal",
        "stage:prop",
        "name:sites",
        "company:wind",
        "person:ortiz",
        "owner:ines owner:me",
        "amount>20k",
        "amount>=36,000",
        "amount<36000.01",
        "probability=40",
        "unmoved>30",
        "close<2026-12-06",
        "close:2026-12-05",
        "close>today",
        "close<30d",
        "close<2w",
        "close<=5dec",
        'close<"6 dec"',
        "close>fri",
        "-stage:won amount>1k dana",
    ],
)
def test_it_lets_through(text: str) -> None:
    assert passes(text)


@pytest.mark.parametrize(
    "text",
    [
        "renewal",
        "-claims",
        "stage:won",
        "owner:marcus",
        "amount>36k",
        "unmoved>33",
        "close<fri",
        "close>5dec",
        "dana x9",
    ],
)
def test_it_leaves_out(text: str) -> None:
    assert not passes(text)


@pytest.mark.parametrize("text", ["close<2030-01-01", "unmoved>0", "probability>0", "owner:me"])
def test_what_is_over_or_not_known_passes_no_condition(text: str) -> None:
    assert not passes(text, WON)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("size>5", "There is no “size” to filter by: use name,"),
        ("stage:", "“stage:” needs a word, such as stage:proposal."),
        ("stage:x", "No stage begins like “x”: there are discovery, evaluation"),
        ("amount>lots", "“amount” needs a number after the sign, such as amount>20k."),
        ("unmoved>", "such as unmoved>30 (days)."),
        ("close<", "“close” needs a date after the sign, such as close<2026-12-31"),
        ("close<5", "needs a date"),
        ("close<5/12", "needs a date"),
        ("close<9999999d", "needs a date"),
        ("x" * 201, "at most 200 characters"),
    ],
)
def test_what_is_no_filter_gets_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        passes(text)
    assert refused.value.field == "filter"
    assert sentence in refused.value.sentence


@given(
    st.text(max_size=60) | st.tuples(st.sampled_from(KEYS), st.sampled_from(":<>="), st.text(max_size=20)).map("".join)
)
def test_any_text_is_a_filter_or_refused(text: str) -> None:
    with suppress(Refusal):
        passes(text)


def test_the_orders_go_round() -> None:
    order, seen = DealOrder.DUE, []
    for _ in DealOrder:
        seen.append(order)
        order = order.next
    assert order is DealOrder.DUE
    assert seen == list(DealOrder)
