"""Persons as files name them: e-mail addresses and first and last names."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from store.errors import Refusal

# The everyday form of an address. Whatever else may be one is left to email-validator, which takes fifty times as long.
_PLAIN = re.compile(
    r"(?=.{1,64}@)[a-z0-9_+'-]+(?:\.[a-z0-9_+'-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}",
    re.IGNORECASE | re.ASCII,
)
_SEVERAL = re.compile(r"[;,|\s]+")
_TWO_WORDS = re.compile(r"([^\W\d_]{2,}) ([^\W\d_]{2,})")
_LONGEST_ADDRESS = 254


@dataclass(frozen=True, slots=True)
class Email:
    """An address as written, and the folded form that identifies (plus-tag kept)."""

    address: str
    key: str
    kind: str = ""


def parse_email(raw: str, kind: str = "") -> Email:
    """Read one address, alone or as ``Name <address>``; raises Refusal. Nothing is looked up.

    ``raw`` should have passed ``clean_line(..., joiners=False)``. ``kind`` says what it is for: "work", "home", "".
    """
    text = raw.strip(" .,;")
    if text[:7].lower() == "mailto:":
        text = text[7:]
    if len(text) <= _LONGEST_ADDRESS and _PLAIN.fullmatch(text):
        return Email(text, text.casefold(), kind)
    email = _careful(text)
    if email is None:
        raise Refusal(f"“{raw[:80]}” is no e-mail address: write it like ana@example.com.", "email")
    return replace(email, kind=kind)


def several(raw: str) -> list[str]:
    """The addresses of a cell that holds more than one; a cell with one comes back whole."""
    if raw.count("@") < 2:
        return [raw] if raw.strip() else []
    return [part for part in _SEVERAL.split(raw) if "@" in part]


def split_name(full: str) -> tuple[str, str]:
    """First and last name of a person given by full name; a title is dropped, a single word is the first name."""
    from nameparser import HumanName
    from nameparser.config import CONSTANTS

    plain = _TWO_WORDS.fullmatch(full)
    if plain and not _special(plain[1].lower(), plain[2].lower(), CONSTANTS):
        return plain[1], plain[2]
    try:
        name = HumanName(full)
    except Exception:  # the parser is a heuristic: a name that breaks it is kept whole
        return full, ""
    first = f"{name.first} {name.middle}".strip()
    last = f"{name.last} {name.suffix}".strip()
    return (first, last) if first or last else (full.strip(), "")


@lru_cache(maxsize=4096)
def _careful(text: str) -> Email | None:
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(
            text, check_deliverability=False, allow_display_name=True, globally_deliverable=False, test_environment=True
        )
    except (EmailNotValidError, ValueError):
        return None
    last = found.ascii_domain.rpartition(".")[2]
    if last == found.ascii_domain or not (last.isalpha() or last.startswith("xn--")):
        return None
    return Email(found.normalized, f"{found.local_part.casefold()}@{found.ascii_domain}")


def _special(first: str, last: str, constants: object) -> bool:
    """Whether either word is a title, particle or suffix, which takes the parser's whole grammar."""
    names = (
        "titles",
        "prefixes",
        "conjunctions",
        "suffix_acronyms",
        "suffix_not_acronyms",
        "suffix_acronyms_ambiguous",
    )
    return any(first in words or last in words for words in (getattr(constants, name, ()) for name in names))
