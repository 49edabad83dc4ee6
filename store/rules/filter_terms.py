"""What the filters of all lists have in common: words that must occur, and conditions such as ``stage:proposal``.

Pure. The languages are in docs/model.md, "Views, filters and orders" and "Opportunities".
"""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from store.errors import Refusal
from store.rules.amount import parse_amount
from store.vocabulary import Word

Facts = TypeVar("Facts")

LONGEST = 200
SIGNS: Mapping[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    ":": operator.eq,
    "=": operator.eq,
}
"""How a sign compares what is there with what was typed."""
MOST_SHOWN = 30
"""Letters of what was typed in a refusal."""

_TERM = re.compile(
    r"(?P<no>-)?(?:(?P<key>[A-Za-z]+)(?P<sign>[<>]=?|[:=]))?" + r'(?:"(?P<quoted>[^"]*)"?|(?P<word>[^\s"]+))?'
)


def parse_terms(
    text: str,
    word: Callable[[str], Callable[[Facts], bool]],
    condition: Callable[[str, str, str], Callable[[Facts], bool]],
) -> Callable[[Facts], bool]:
    """The test that a filter is: ``word`` makes one of a folded word, ``condition`` of a key, a sign and what follows.

    All must hold; an empty filter lets everything through. Raises Refusal, naming the field ``filter``.
    """
    if len(text) > LONGEST:
        raise refusal(f"A filter has at most {LONGEST} characters: leave something out.")
    found = (_term(match, word, condition) for match in _TERM.finditer(" ".join(text.split())))
    tests = [test for test in found if test is not None]
    return lambda facts: all(test(facts) for test in tests)


def _term(
    found: re.Match[str],
    word: Callable[[str], Callable[[Facts], bool]],
    condition: Callable[[str, str, str], Callable[[Facts], bool]],
) -> Callable[[Facts], bool] | None:
    """One condition; None for what is not typed to its end yet and means nothing."""
    key, sign = found["key"], found["sign"]
    said = found["quoted"] if found["quoted"] is not None else found["word"] or ""
    if key is None:
        wanted = fold(said).strip()
        test = word(wanted) if wanted else None
    else:
        test = condition(key.lower(), sign, said.strip())
    if test is None or not found["no"]:
        return test
    plain = test
    return lambda facts: not plain(facts)


def fold(text: str) -> str:
    """Letters as a filter compares them: small, without accents."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def check_key(key: str, keys: tuple[str, ...]) -> None:
    """Raises Refusal for a key that is none of these."""
    if key not in keys:
        raise refusal(f"There is no “{key[:MOST_SHOWN]}” to filter by: use {', '.join(keys[:-1])} or {keys[-1]}.")


def check_word(key: str, sign: str, said: str, example: str) -> str:
    """The folded word after a key that takes one; raises Refusal, with an example, where there is none."""
    if sign not in (":", "=") or not said:
        raise refusal(f"“{key}:” needs a word, such as {key}:{example}.")
    return fold(said)


def begin_like(key: str, choices: Iterable[Word], wanted: str) -> frozenset[str]:
    """The folded labels that begin like this, as a whole or with one of their words; raises Refusal for none."""
    wanted = wanted.replace("_", " ")
    labels = [fold(word.label) for word in choices]
    meant = frozenset(label for label in labels if any(part.startswith(wanted) for part in (label, *label.split())))
    if not meant:
        raise refusal(f"No {key} begins like “{wanted[:MOST_SHOWN]}”: there are {', '.join(labels)}.")
    return meant


def number(key: str, said: str, digits: int, example: str) -> int:
    """The number after a sign, with this many decimals as a whole one; raises Refusal, with an example, for none."""
    try:
        if not said:
            raise Refusal("nothing")
        return parse_amount(said, digits)
    except Refusal:
        raise refusal(f"“{key}” needs a number after the sign, such as {example}.") from None


def refusal(sentence: str) -> Refusal:
    """Why a text is no filter."""
    return Refusal(sentence, "filter")
