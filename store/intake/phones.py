"""Phone numbers as people write them: understood where possible, kept as written where not.

phonenumbers is imported when the first number is read. Its geocoder is never imported: it costs seconds and 200 MB.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from store.intake.countries import country_code
from store.vocabulary import PhoneKind, Reachability

_SEVERAL = re.compile(r"\s*(?:;(?!\s*ext)|[\r\n]|\s/\s)\s*", re.IGNORECASE)
_EXTENSION = re.compile(r"\s*(?:;?\s*ext(?:ension)?\.?|x|#|;ext=)\s*[=:]?\s*(\d{1,9})\s*$", re.IGNORECASE)
_MARKED = re.compile(r"\+?[\d\s().\-/]+", re.ASCII)
_MARKS = re.compile(r"[\s().\-/]+")
_FEWEST_DIGITS = 3
_INTERNATIONAL_DIGITS = 11  # from here on a number without + may still begin with its country code
_UNKNOWN_ZONE = "Etc/Unknown"


@dataclass(frozen=True, slots=True)
class Phone:
    """A number as written, and what was understood of it.

    ``e164`` is None where the text is no valid number; ``digits`` (without extension) is empty where nobody could
    dial it. ``state`` is VALID when the numbering plan knows the number, else UNKNOWN: reading never calls one bad.
    """

    raw: str
    e164: str | None
    digits: str
    kind: PhoneKind = PhoneKind.OTHER
    extension: str = ""
    state: Reachability = Reachability.UNKNOWN


def parse_phone(raw: str, *regions: str, kind: PhoneKind = PhoneKind.OTHER) -> Phone:
    """Read one number; ``regions`` (ISO codes) are tried in turn for a number without its country code.

    Never raises: what is no number keeps its text. ``raw`` should have passed ``clean_line``.
    """
    phone = _read(raw, regions)
    return phone if kind is phone.kind else replace(phone, kind=kind)


def regions(country: str, region: str) -> tuple[str, ...]:
    """Whose numbering plan (ISO code) holds for a number without its country code: that of the row's own country.

    ``country`` is the text of the row: only where it is empty does ``region``, the team's, hold. A country that nobody
    knows has no plan: read by the team's, a number of theirs would become the valid number of a stranger.
    """
    if not country:
        return (region,)
    code = country_code(country)
    return (code,) if code else ()


def invalid(raw: str, country: str) -> str:
    """What to say of a number that does not validate, in a row of that country."""
    if _international(raw):
        return "is no valid number"
    return f"is no valid number {'of the row’s country' if country else 'where the team is'}"


def several(raw: str) -> list[str]:
    """The numbers of a cell that holds more than one, separated by semicolon, line break or " / "."""
    return [part for part in _SEVERAL.split(raw.strip()) if part]


@lru_cache(maxsize=16_384)
def candidate_zones(e164: str) -> tuple[str, ...]:
    """Every time zone (IANA name) the number may be in, none when unknown; a toll-free number has dozens."""
    from phonenumbers import NumberParseException, parse, timezone

    try:
        zones = timezone.time_zones_for_number(parse(e164))
    except NumberParseException:
        return ()
    return tuple(zone for zone in zones if zone != _UNKNOWN_ZONE)


@lru_cache(maxsize=16_384)
def _read(raw: str, regions: tuple[str, ...]) -> Phone:
    import phonenumbers

    number, extension = _parted(raw.strip())
    for text, region in _readings(number, regions):
        try:
            found = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            continue
        # The length alone refuses most of what is no number, at a twentieth of the price.
        if phonenumbers.is_possible_number(found) and phonenumbers.is_valid_number(found):
            e164 = phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)
            return Phone(raw, e164, e164[1:], extension=extension or found.extension or "", state=Reachability.VALID)
    digits = phonenumbers.normalize_digits_only(number)
    if len(digits) < _FEWEST_DIGITS or not digits.strip("0"):
        return Phone(raw, None, "")
    return Phone(raw, None, digits, extension=extension)


def _parted(text: str) -> tuple[str, str]:
    """The number and its extension; a number of plain digits and marks comes without the marks, which mean nothing."""
    found = _EXTENSION.search(text)
    number, extension = (text[: found.start()].rstrip(" ,"), found[1]) if found else (text, "")
    return (_MARKS.sub("", number) if _MARKED.fullmatch(number) else number), extension


def _readings(number: str, regions: tuple[str, ...]) -> list[tuple[str, str | None]]:
    """How the text may be meant, most likely first: as written in each region, then with a lost + put back."""
    from phonenumbers import country_code_for_region

    if _international(number):
        return [(number, None)]
    as_written: list[tuple[str, str | None]] = [(number, region) for region in regions]
    if number.startswith("00"):
        return [("+" + number[2:], None), *as_written]
    long = number.isdigit() and len(number) >= _INTERNATIONAL_DIGITS
    tried = long and any(number.startswith(str(country_code_for_region(region))) for region in regions)
    return [*as_written, ("+" + number, None)] if long and not tried else as_written


def _international(number: str) -> bool:
    return number.startswith(("+", "＋")) or number[:5].lower() == "tel:+"
