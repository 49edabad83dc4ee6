"""The filter of a list of opportunities, and the orders it can stand in.

Pure: what they look at is in ``DealFacts``. The language is in docs/model.md, "Opportunities".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from store.errors import Refusal
from store.rules.business import Calendar
from store.rules.filter_terms import SIGNS, begin_like, check_key, check_word, fold, number, parse_terms, refusal
from store.rules.when_said import read
from store.vocabulary import OpportunityStage

AMOUNT_DIGITS = 3
"""Decimals of ``DealFacts.amount``: as many as any currency has, so that a filter means the same in each."""


class DealFacts(NamedTuple):
    """What a filter and an order look at, all text folded.

    ``words`` holds everything that a plain word may match; ``amount`` is in thousandths of its currency,
    ``probability`` in per cent, ``unmoved`` in days, ``close`` an ISO date, each None where it is not known or over.
    """

    words: str = ""
    name: str = ""
    company: str = ""
    person: str = ""
    owner: str = ""
    mine: bool = True
    stage: str = ""
    amount: int = 0
    probability: int | None = None
    close: str | None = None
    unmoved: int | None = None


DealFilter = Callable[[DealFacts], bool]


class DealOrder(StrEnum):
    """How a list of opportunities is ordered; ties stand in due order."""

    DUE = "due"
    CLOSE = "close date"
    AMOUNT = "amount"
    STAGE = "stage"
    UNMOVED = "unmoved longest"
    COMPANY = "company"

    @property
    def next(self) -> DealOrder:
        """The order that comes after this one, the first after the last."""
        orders = list(DealOrder)
        return orders[(orders.index(self) + 1) % len(orders)]


def parse_deal_filter(text: str, local: datetime, calendar: Calendar) -> DealFilter:
    """The test that a filter is, typed by somebody whose time is ``local``; an empty one lets everything through.

    Raises Refusal, naming the field ``filter``.
    """

    def condition(key: str, sign: str, said: str) -> DealFilter:
        check_key(key, KEYS)
        if key == "close":
            return _close(sign, said, local, calendar)
        if key in _NUMBERS:
            return _number(key, sign, said)
        wanted = check_word(key, sign, said, _EXAMPLES[key])
        if key == "stage":
            stages = begin_like(key, OpportunityStage, wanted)
            return lambda facts: facts.stage in stages
        if key == "owner" and wanted == "me":
            return lambda facts: facts.mine
        return lambda facts: wanted in getattr(facts, key)

    return parse_terms(text, lambda wanted: lambda facts: wanted in facts.words, condition)


_NUMBERS: Mapping[str, str] = {
    "amount": "amount>20k",
    "probability": "probability>50",
    "unmoved": "unmoved>30 (days)",
}
_EXAMPLES = {"name": "renewal", "company": "acme", "person": "dana", "owner": "me", "stage": "proposal"}
KEYS = (*_EXAMPLES, *_NUMBERS, "close")
"""Everything that can stand before a sign."""


def _number(key: str, sign: str, said: str) -> DealFilter:
    wanted, compare = number(key, said, AMOUNT_DIGITS if key == "amount" else 0, _NUMBERS[key]), SIGNS[sign]

    def test(facts: DealFacts) -> bool:
        has: int | None = getattr(facts, key)
        return has is not None and compare(has, wanted)

    return test


def _close(sign: str, said: str, local: datetime, calendar: Calendar) -> DealFilter:
    wanted, compare = _day(said, local, calendar).isoformat(), SIGNS[sign]
    return lambda facts: facts.close is not None and compare(facts.close, wanted)


def _day(said: str, local: datetime, calendar: Calendar) -> date:
    """The day that was typed: a date, or as people say it; the slow reader of times is not asked at every letter."""
    try:
        found = read(fold(said), local, calendar, past=False) if said else None
        if found is not None and found.day is not None:
            return found.day
        if found is not None and found.exact is not None:
            return (local + timedelta(microseconds=found.exact)).date()
    except (Refusal, OverflowError):
        pass
    raise refusal("“close” needs a date after the sign, such as close<2026-12-31, close<fri or close<4w.")
