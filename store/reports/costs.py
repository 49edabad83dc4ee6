"""What campaigns cost in a period: their cost by day over their window. See docs/model.md, "Sources"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from store.database import Store
from store.reports.asked import Asked
from store.reports.figures import Key
from store.reports.period import Period


def cost_by(store: Store, wanted: Asked, of: str) -> Mapping[Key, int]:
    """What was spent in the period, in minor units, by a column of campaigns; nothing stands for what is not known.

    Costs are the team's, so that there are none where a report is about a team, a rep, a motion or a segment. One
    without a window has no days, and counts in all time alone.
    """
    if wanted.team is not None or wanted.rep is not None or wanted.motion or wanted.segment:
        return {}
    found: dict[Key, int] = {}
    for key, id, source, cost, starts, ends in store.rows(f"SELECT {of}, {_CAMPAIGNS}"):
        if wanted.source not in ("", source) or wanted.campaign not in (None, id):
            continue
        window = _window(starts, ends)
        if window is None:
            spent = cost if wanted.period.name == "all" else None
        else:
            spent = spent_in(cost, *window, wanted.period)
        if spent is not None:
            found[key] = found.get(key, 0) + spent
    return found


def spent_in(cost: int, starts: date, ends: date, period: Period) -> int | None:
    """The part of a cost that falls in a period; None where the window lies outside.

    Every day has the same share, rounded so that adjoining periods sum to the whole.
    """
    first, last = max(starts, period.first), min(ends, period.last)
    if last < first:
        return None
    days = (ends - starts).days + 1
    return cost * ((last - starts).days + 1) // days - cost * (first - starts).days // days


def cost_of_one(cost: int | None, count: int) -> int | None:
    """A cost by a count, rounded to the nearest minor unit, halves up; None where either is nothing."""
    return (2 * cost + count) // (2 * count) if cost is not None and count else None


def _window(starts: str, ends: str) -> tuple[date, date] | None:
    """The days of a campaign: of one with a single date that day, of one without any none."""
    if not (starts or ends):
        return None
    return date.fromisoformat(starts or ends), date.fromisoformat(ends or starts)


_CAMPAIGNS = "id, source, cost, starts, ends FROM campaign WHERE cost IS NOT NULL AND void = 0"
