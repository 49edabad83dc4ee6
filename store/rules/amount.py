"""Money as people type it: ``12500``, ``12,500.50``, ``12.500,50``, ``€ 12k``, ``1.5m``."""

from __future__ import annotations

import re
from decimal import Decimal

from store.errors import Refusal

_LONGEST = 30  # characters
_MOST = 10**15  # minor units
_TIMES = {"": 1, "k": 1_000, "m": 1_000_000}
_CURRENCY = r"[A-Z]{3}|[A-Z]{0,2}[$€£¥₹]"
_TYPED = re.compile(
    rf"(?P<before>{_CURRENCY})?\s*(?P<number>\d[\d\s.,'’]*?)\s*(?P<times>[km]?)\s*(?P<after>{_CURRENCY})?",
    re.IGNORECASE,
)
# Thousands in groups of three, all parted by one sign; decimals by another one.
_GROUPED = re.compile(
    r"(?P<whole>(?!0)\d{1,3}(?P<sign>[ .,'])\d{3}(?:(?P=sign)\d{3})*)(?:(?!(?P=sign))[.,](?P<rest>\d+))?"
)
_PLAIN = re.compile(r"(?P<whole>\d+)(?:[.,](?P<rest>\d+))?")
_MINOR_DIGITS = {"JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0, "VND": 0, "BHD": 3, "JOD": 3, "KWD": 3, "OMR": 3, "TND": 3}
_SIGNS = {
    "$": frozenset(
        [
            "ARS",
            "AUD",
            "BND",
            "BRL",
            "CAD",
            "CLP",
            "COP",
            "FJD",
            "HKD",
            "JMD",
            "MXN",
            "NAD",
            "NZD",
            "SGD",
            "TTD",
            "TWD",
            "USD",
            "UYU",
        ]
    ),
    "€": frozenset({"EUR"}),
    "£": frozenset({"GBP", "EGP"}),
    "¥": frozenset({"JPY", "CNY"}),
    "₹": frozenset({"INR"}),
}


def minor_digits(currency: str) -> int:
    """How many decimals a currency has: 2 for USD, none for JPY."""
    return _MINOR_DIGITS.get(currency, 2)


def parse_amount(text: str, digits: int, *, field: str = "amount", currency: str = "") -> int:
    """An amount in minor units of a currency with ``digits`` decimals; nothing typed is nought.

    A comma or point before three digits groups thousands, in groups of three throughout; with one or two digits
    after it at the end it parts decimals, and with ``k`` or ``m`` behind always. Raises Refusal naming ``field``,
    also for the sign of another currency than ``currency``, where that is given.
    """
    said = " ".join(text.split())
    if not said:
        return 0
    found = _TYPED.fullmatch(said) if len(said) <= _LONGEST else None
    times = _TIMES[found["times"].lower()] if found is not None else 1
    forms = (_PLAIN, _GROUPED) if times > 1 else (_GROUPED, _PLAIN)
    typed = found["number"].replace("’", "'") if found is not None else ""
    number = next((match for form in forms if (match := form.fullmatch(typed))), None)
    if found is None or number is None:
        raise Refusal("That is no amount: write it like 12,500 or 12.5k.", field)
    for sign in (found["before"], found["after"]):
        if sign and currency and not _means(sign.upper(), currency):
            raise Refusal(f"This is counted in {currency}: give the amount in that, without another sign.", field)
    rest = number["rest"] or ""
    whole = re.sub(r"[ .,']", "", number["whole"])
    value = Decimal(f"{whole}.{rest or 0}") * times * 10**digits
    if value != value.to_integral_value() or (times == 1 and len(rest) > max(digits, 2)):
        raise Refusal(f"That is finer than the currency: {digits or 'no'} decimals are kept.", field)
    if value > _MOST:
        raise Refusal("That is more money than fits: write a smaller amount.", field)
    return int(value)


def _means(sign: str, currency: str) -> bool:
    """Whether a sign or code, such as ``€``, ``US$`` or ``CHF``, can stand for a currency."""
    country, mark = (sign[:-1], sign[-1]) if sign[-1] in _SIGNS else (sign, "")
    return currency.startswith(country) and (not mark or currency in _SIGNS[mark])
