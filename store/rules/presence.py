"""Whether somebody is at work just now, told from what they last did. See docs/model.md, "The team now"."""

from __future__ import annotations

from enum import Enum, auto

from store.instants import Instant
from store.ruleset import TeamRules


class Presence(Enum):
    """What a person seems to be doing now."""

    SESSION = auto()
    """Calling through a list."""
    AT_WORK = auto()
    """Did something a moment ago."""
    IDLE = auto()
    """Did something today, but nothing for too long, while the team works."""
    NOT_YET = auto()
    """Did nothing today, and the team works."""
    OFF = auto()
    """Did nothing for a while, outside the team's hours."""
    ABSENT = auto()
    """Is away today, and did nothing all the same."""
    LEFT = auto()
    """Uses the program no more."""


def presence(
    last_at: Instant | None,
    now: Instant,
    day_start: Instant,
    rules: TeamRules,
    *,
    active: bool = True,
    absent: bool = False,
    in_session: bool = False,
    team_works: bool = True,
) -> Presence:
    """What somebody is doing at ``now`` who last did something at ``last_at`` (None: never), on the team's day."""
    if not active:
        return Presence.LEFT
    if last_at is None or last_at < day_start:
        if absent:
            return Presence.ABSENT
        return Presence.NOT_YET if team_works else Presence.OFF
    if now - last_at <= rules.idle:
        return Presence.SESSION if in_session else Presence.AT_WORK
    return Presence.IDLE if team_works else Presence.OFF
