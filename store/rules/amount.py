"""Money as people type it: ``12500``, ``12,500.50``, ``12.500,50``, ``€ 12k``, ``1.5m``."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from store.errors import Refusal

_LONGEST = 30  # characters
_MOST = 10**15  # minor units
_TIMES = {"": 1, "k": 1_000, "m": 1_000_000}
_CURRENCY = r"(?:[A-Z]{3}|[A-Z]{0,2}[$€£¥₹])?"
_TYPED = re.compile(rf"{_CURRENCY}\s*(?P<number>\d[\d\s.,'’]*?)\s*(?P<times>[km]?)\s*{_CURRENCY}", re.IGNORECASE)
_MINOR_DIGITS = {"JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0, "VND": 0, "BHD": 3, "JOD": 3, "KWD": 3, "OMR": 3, "TND": 3}
_DECIMALS = re.compile(r"[.,](\d{1,2})$")


def minor_digits(currency: str) -> int:
    """How many decimals a currency has: 2 for USD, none for JPY."""
    return _MINOR_DIGITS.get(currency, 2)


def parse_amount(text: str, digits: int, *, field: str = "amount") -> int:
    """An amount in minor units of a currency with ``digits`` decimals; nothing typed is nought.

    A comma or point with one or two digits after it at the end parts the decimals; elsewhere both group thousands.
    With ``k`` or ``m`` behind, every single comma or point parts decimals. Raises Refusal naming ``field``.
    """
    said = " ".join(text.split())
    if not said:
        return 0
    found = _TYPED.fullmatch(said) if len(said) <= _LONGEST else None
    if found is None:
        raise Refusal("That is no amount: write it like 12,500 or 12.5k.", field)
    number, times = re.sub(r"[\s'’]", "", found["number"]), _TIMES[found["times"].lower()]
    decimals = re.search(r"[.,](\d+)$", number) if times > 1 else _DECIMALS.search(number)
    whole, rest = (number[: decimals.start()], decimals[1]) if decimals else (number, "")
    try:
        value = Decimal(f"{re.sub(r'[.,]', '', whole)}.{rest or 0}") * times * 10**digits
    except InvalidOperation:
        raise Refusal("That is no amount: write it like 12,500 or 12.5k.", field) from None
    if value != value.to_integral_value():
        raise Refusal(f"That is finer than the currency: {digits or 'no'} decimals are kept.", field)
    if value > _MOST:
        raise Refusal("That is more money than fits: write a smaller amount.", field)
    return int(value)
