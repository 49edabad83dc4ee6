"""How days away are said, everywhere alike: the last one named is a day away too. See docs/model.md, "Routing"."""

from __future__ import annotations

from datetime import date


def away_through(last: str, today: str) -> str:
    """Of somebody who is away today: ``away through 24 Dec``, ``away through 6 Jan 2027``, ``away today``."""
    return "away today" if last == today else f"away through {_said(last, today)}"


def away_on(first: str, last: str, today: str) -> str:
    """Of any absence, by its first and last day: ``away on 24 Dec``, ``away 24 Dec through 6 Jan 2027``."""
    if first <= today <= last:
        return away_through(last, today)
    if first == last:
        return f"away on {_said(first, today)}"
    return f"away {_said(first, today)} through {_said(last, today)}"


def _said(iso: str, today: str) -> str:
    on = date.fromisoformat(iso)
    return f"{on.day} {on:%b}" + ("" if iso[:4] == today[:4] else f" {on.year}")
