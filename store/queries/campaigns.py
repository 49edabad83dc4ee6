"""Which campaigns there are: what an at bat can be said to belong to."""

from __future__ import annotations

from dataclasses import dataclass

from store.database import Store
from store.instants import Instant


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign with its window as ISO dates or empty; ``runs`` says that its window is not over."""

    id: int
    name: str
    source: str
    starts: str
    ends: str
    runs: bool


def campaigns(store: Store, now: Instant) -> tuple[CampaignRow, ...]:
    """Every campaign: those whose window is not over first, then the newest."""
    today = store.calendar.day(now).isoformat()
    return tuple(
        CampaignRow(id, name, source, starts, ends, bool(runs))
        for id, name, source, starts, ends, runs in store.rows(_CAMPAIGNS, (today,))
    )


_CAMPAIGNS = """
SELECT id, name, source, starts, ends, ends = '' OR ends >= ? AS runs FROM campaign WHERE void = 0
ORDER BY runs DESC, starts DESC, id DESC"""
