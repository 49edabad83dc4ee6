"""Lists that several dialogs offer to choose from, each with one query."""

from __future__ import annotations

from dataclasses import dataclass

from store.actor import SYSTEM_USER_ID
from store.database import Store
from store.instants import Instant, moment
from store.vocabulary import UserRole

MOST_COUNTED = 1_000
"""Where the count of a user's open at bats stops."""


@dataclass(frozen=True, slots=True)
class OwnerChoice:
    """Somebody an at bat may be given to, and how many they hold; ``away`` today, or their intake ``paused``."""

    id: int
    name: str
    role: UserRole
    open_leads: int
    paused: bool
    away: bool


@dataclass(frozen=True, slots=True)
class CampaignChoice:
    """A campaign; its window is two ISO dates, empty where it has none; ``running`` today."""

    id: int
    name: str
    channel: str
    source: str
    starts: str
    ends: str
    running: bool


def owners(store: Store, now: Instant) -> tuple[OwnerChoice, ...]:
    """Every active user an at bat may be given to, by name."""
    rows = store.rows(_OWNERS, {"system": SYSTEM_USER_ID, "today": _today(store, now), "most": MOST_COUNTED})
    return tuple(
        OwnerChoice(id, name, UserRole(role), held, bool(paused), bool(away))
        for id, name, role, held, paused, away in rows
    )


def campaigns(store: Store, now: Instant) -> tuple[CampaignChoice, ...]:
    """Every campaign, those that run today first, then the newest window."""
    return tuple(
        CampaignChoice(id, name, channel, source, starts, ends, bool(running))
        for id, name, channel, source, starts, ends, running in store.rows(_CAMPAIGNS, {"today": _today(store, now)})
    )


def _today(store: Store, now: Instant) -> str:
    return moment(now, store.zone).date().isoformat()


_OWNERS = """
SELECT u.id, u.name, u.role,
       (SELECT count(*) FROM (SELECT 1 FROM lead WHERE owner_id = u.id AND open = 1 LIMIT :most)), u.paused,
       EXISTS (SELECT 1 FROM absence WHERE user_id = u.id AND :today BETWEEN starts AND ends AND void = 0)
FROM "user" u WHERE u.active = 1 AND u.id <> :system ORDER BY u.name, u.id"""

_CAMPAIGNS = """
SELECT id, name, channel, source, starts, ends,
       (starts = '' OR starts <= :today) AND (ends = '' OR ends >= :today) AS running
FROM campaign WHERE void = 0 ORDER BY running DESC, starts DESC, name"""
