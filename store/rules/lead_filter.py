"""The filter of a list of at bats: words that must occur, and conditions such as ``stage:connected score>50``.

Pure: what a filter looks at is in ``Facts``. The language is in docs/model.md, "Views, filters and orders".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from store.rules.filter_terms import SIGNS, begin_like, check_key, check_word, number, parse_terms, refusal
from store.vocabulary import Channel, Motion, Stage, Status, Word

VALUE_DIGITS = 3
"""Decimals of ``Facts.value``: as many as any currency has, so that a filter means the same in each."""
_DIGITS = 3  # of a word that are looked for in numbers too


class Facts(NamedTuple):
    """What a filter and an order look at, all text folded (see ``fold``).

    ``words`` holds everything that a plain word may match; ``digits`` those of every number. ``value`` is in
    thousandths of the team's currency, ``size`` in employees, ``age`` and ``quiet`` (since the last touch, else the
    opening) in days.
    """

    words: str = ""
    digits: str = ""
    name: str = ""
    title: str = ""
    company: str = ""
    industry: str = ""
    country: str = ""
    source: str = ""
    campaign: str = ""
    owner: str = ""
    mine: bool = True
    why: str = ""
    motion: str = ""
    stage: str = ""
    status: str = ""
    channel: str = ""
    score: int = 0
    value: int = 0
    size: int | None = None
    attempts: int = 0
    age: int = 0
    quiet: int = 0
    opened_at: int = 0
    touched_at: int = 0


Filter = Callable[[Facts], bool]


def parse(text: str) -> Filter:
    """The test that a filter is; an empty one lets everything through. Raises Refusal, naming the field ``filter``."""
    return parse_terms(text, _word, _condition)


_TEXTS = ("name", "title", "company", "industry", "source", "campaign", "why")
_CHOICES: Mapping[str, type[Word]] = {"motion": Motion, "stage": Stage, "status": Status, "channel": Channel}
_NUMBERS: Mapping[str, str] = {
    "score": "score>50",
    "size": "size>1000",
    "attempts": "attempts>3",
    "value": "value>50k",
    "age": "age>10 (days)",
    "quiet": "quiet>7 (days)",
}
KEYS = (*_TEXTS, *_CHOICES, "country", "owner", "phone", *_NUMBERS)
"""Everything that can stand before a sign."""


def _condition(key: str, sign: str, said: str) -> Filter:
    check_key(key, KEYS)
    if key in _NUMBERS:
        return _number(key, sign, said, VALUE_DIGITS if key == "value" else 0)
    wanted = check_word(key, sign, said, _EXAMPLES.get(key, "acme"))
    if key in _CHOICES:
        meant = begin_like(key, _CHOICES[key], wanted)
        return lambda facts: getattr(facts, key) in meant
    if key == "country":
        if len(wanted) > 2:
            raise refusal("“country:” needs the two letters of a country, such as country:DE for Germany.")
        return lambda facts: facts.country == wanted
    if key == "phone":
        return _phone(said)
    if key == "owner" and wanted in ("any", "me"):
        return lambda facts: wanted == "any" or facts.mine
    return lambda facts: wanted in getattr(facts, key)


def _word(wanted: str) -> Filter:
    digits = _digits_of(wanted) if not any(letter.isalpha() for letter in wanted) else ""
    if len(digits) < _DIGITS:
        return lambda facts: wanted in facts.words
    return lambda facts: wanted in facts.words or digits in facts.digits


def _phone(said: str) -> Filter:
    digits = _digits_of(said)
    if not digits:
        raise refusal("“phone:” needs digits, such as phone:5550142.")
    return lambda facts: digits in facts.digits


def _number(key: str, sign: str, said: str, digits: int) -> Filter:
    wanted, compare = number(key, said, digits, _NUMBERS[key]), SIGNS[sign]

    def test(facts: Facts) -> bool:
        has: int | None = getattr(facts, key)
        return has is not None and compare(has, wanted)

    return test


def _digits_of(text: str) -> str:
    return "".join(letter for letter in text if letter in "0123456789")


_EXAMPLES = {
    "name": "dana",
    "title": "cfo",
    "industry": "logistics",
    "source": "web",
    "campaign": "spring",
    "why": "expires",
    "motion": "demo",
    "stage": "connected",
    "status": "stale",
    "channel": "call",
    "country": "DE",
    "owner": "me",
    "phone": "5550142",
}
