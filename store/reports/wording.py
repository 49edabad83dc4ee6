"""Figures that sentences of reports say too, written in one way."""

from __future__ import annotations

_LEAST = 0.001


def points(difference: float) -> str:
    """How far two shares lie apart, in points of a hundred: ``+4.0``, ``−1.2``, ``0.0``."""
    said = f"{abs(difference) * 100:.1f}"
    sign = "" if said == "0.0" else "−" if difference < 0 else "+"
    return f"{sign}{said}"


def probability(p: float) -> str:
    """``0.032``; what is smaller than a thousandth as ``< 0.001``."""
    return f"< {_LEAST}" if p < _LEAST else f"{p:.3f}"
