"""Quarters of a year, in which somebody may be asked to speak for us only so often. Pure."""

from __future__ import annotations

from datetime import date


def quarter_of(day: date) -> tuple[int, int]:
    """The year, and the quarter from 1 to 4."""
    return day.year, (day.month - 1) // 3 + 1


def next_free(day: date) -> date:
    """The first day of the next quarter."""
    year, quarter = quarter_of(day)
    return date(year + 1, 1, 1) if quarter == 4 else date(year, quarter * 3 + 1, 1)
