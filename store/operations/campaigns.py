"""Campaigns: where demand came from, what it cost and when it ran."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from store.errors import Refusal
from store.intake.clean import clean_line
from store.models import Campaign
from store.operations.transaction import Done, Transaction, operation


@dataclass(frozen=True, slots=True)
class CampaignDraft:
    """A campaign; ``starts`` and ``ends`` are ISO dates or empty, ``cost`` in minor units or None where unknown."""

    name: str
    channel: str = ""
    source: str = ""
    cost: int | None = None
    starts: str = ""
    ends: str = ""


@operation("add_campaign")
def add_campaign(tx: Transaction, draft: CampaignDraft) -> Done:
    """Add a campaign; team leads and admins only. Raises Refusal for a name in use and a window that ends first."""
    if not tx.actor.leads_team:
        raise Refusal("Only a team lead or an admin adds campaigns.")
    limit = tx.rules.limits.name
    name = clean_line(draft.name, field="name", limit=limit)
    if not name:
        raise Refusal("A campaign needs a name.", "name")
    if tx.find(Campaign, name=name):
        raise Refusal(f"There is a campaign {name} already: choose another name.", "name")
    if draft.cost is not None and draft.cost < 0:
        raise Refusal("The cost cannot be less than nothing.", "cost")
    starts, ends = _day(draft.starts, "starts"), _day(draft.ends, "ends")
    if starts and ends and ends < starts:
        raise Refusal("The campaign ends before it starts: swap the two dates.", "ends")
    campaign_id = tx.insert(
        Campaign,
        name=name,
        channel=clean_line(draft.channel, field="channel", limit=limit),
        source=clean_line(draft.source, field="source", limit=limit),
        cost=draft.cost,
        starts=starts,
        ends=ends,
    )
    return Done(tx.id, f"campaign {name} added", made={"campaign_id": campaign_id})


def _day(text: str, field: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise Refusal(f"“{text[:40]}” is no date: write it like 2026-11-30.", field) from None
