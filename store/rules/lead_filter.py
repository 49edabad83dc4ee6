"""The filter of a list of at bats: words that must occur, and conditions such as ``stage:connected score>50``.

Pure: what a filter looks at is in ``Facts``. The language is in docs/model.md, "Views, filters and orders".
"""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import NamedTuple

from store.errors import Refusal
from store.rules.amount import parse_amount
from store.vocabulary import Channel, Motion, Stage, Status, Word

LONGEST = 200
VALUE_DIGITS = 3
"""Decimals of ``Facts.value``: as many as any currency has, so that a filter means the same in each."""
_DIGITS = 3  # of a word that are looked for in numbers too
_MOST_SHOWN = 30  # letters of what was typed in a refusal


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
    if len(text) > LONGEST:
        raise _refusal(f"A filter has at most {LONGEST} characters: leave something out.")
    terms = [term for found in _TERM.finditer(" ".join(text.split())) if (term := _term(found)) is not None]
    return lambda facts: all(term(facts) for term in terms)


def fold(text: str) -> str:
    """Letters as a filter compares them: small, without accents."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


_TERM = re.compile(
    r"(?P<no>-)?(?:(?P<key>[A-Za-z]+)(?P<sign>[<>]=?|[:=]))?" + r'(?:"(?P<quoted>[^"]*)"?|(?P<word>[^\s"]+))?'
)
_SIGNS: Mapping[str, Callable[[int, int], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    ":": operator.eq,
    "=": operator.eq,
}
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


def _term(found: re.Match[str]) -> Filter | None:
    """One condition; None for what is not typed to its end yet and means nothing."""
    key, sign = found["key"], found["sign"]
    said = found["quoted"] if found["quoted"] is not None else found["word"] or ""
    if key is None:
        wanted = fold(said).strip()
        term = _word(wanted) if wanted else None
    else:
        term = _condition(key.lower(), sign, said.strip())
    if term is None or not found["no"]:
        return term
    plain = term
    return lambda facts: not plain(facts)


def _condition(key: str, sign: str, said: str) -> Filter:
    if key not in KEYS:
        raise _refusal(f"There is no “{key[:_MOST_SHOWN]}” to filter by: use {', '.join(KEYS[:-1])} or {KEYS[-1]}.")
    if key in _NUMBERS:
        return _number(key, sign, said, VALUE_DIGITS if key == "value" else 0)
    if sign not in (":", "=") or not said:
        raise _refusal(f"“{key}:” needs a word, such as {key}:{_EXAMPLES.get(key, 'acme')}.")
    wanted = fold(said)
    if key in _CHOICES:
        return _choice(key, wanted)
    if key == "country":
        return lambda facts: facts.country == wanted
    if key == "phone":
        return _phone(said)
    if key == "owner" and wanted in ("any", "me"):
        return lambda facts: wanted == "any" or facts.mine
    return lambda facts: wanted in getattr(facts, key)


def _word(wanted: str) -> Filter:
    number = _digits_of(wanted) if not any(letter.isalpha() for letter in wanted) else ""
    if len(number) < _DIGITS:
        return lambda facts: wanted in facts.words
    return lambda facts: wanted in facts.words or number in facts.digits


def _phone(said: str) -> Filter:
    number = _digits_of(said)
    if not number:
        raise _refusal("“phone:” needs digits, such as phone:5550142.")
    return lambda facts: number in facts.digits


def _choice(key: str, wanted: str) -> Filter:
    """Any of the words that begin like this, as a whole or with one of their parts."""
    wanted = wanted.replace("_", " ")
    labels = [fold(word.label) for word in _CHOICES[key]]
    meant = frozenset(label for label in labels if any(part.startswith(wanted) for part in (label, *label.split())))
    if not meant:
        raise _refusal(f"No {key} begins like “{wanted[:_MOST_SHOWN]}”: there are {', '.join(labels)}.")
    return lambda facts: getattr(facts, key) in meant


def _number(key: str, sign: str, said: str, digits: int) -> Filter:
    try:
        if not said:
            raise Refusal("nothing")
        number = parse_amount(said, digits)
    except Refusal:
        raise _refusal(f"“{key}” needs a number after the sign, such as {_NUMBERS[key]}.") from None
    compare = _SIGNS[sign]

    def term(facts: Facts) -> bool:
        has: int | None = getattr(facts, key)
        return has is not None and compare(has, number)

    return term


def _digits_of(text: str) -> str:
    return "".join(letter for letter in text if letter in "0123456789")


def _refusal(sentence: str) -> Refusal:
    return Refusal(sentence, "filter")


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
