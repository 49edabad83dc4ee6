"""Time as the store keeps it: one integer of microseconds since 1970 in UTC.

An ``Instant`` sorts, compares and binds the same on every database and cannot be naive by accident. People's
zones come in only at the edges: typed times (``store.rules.when``) and the screen (``tui.present``).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

Instant = int  # microseconds since the epoch, UTC

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@lru_cache(maxsize=256)
def usable_zone(zone: str) -> str:
    """The zone, or empty where there is none of this name: whoever has it is in the team's then."""
    try:
        return ZoneInfo(zone).key if zone else ""
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        return ""


def instant(moment: datetime) -> Instant:
    """The instant of an aware datetime; raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone is ambiguous: give it one")
    return (moment - _EPOCH) // _MICROSECOND


def moment(at: Instant, zone: str = "UTC") -> datetime:
    """The aware datetime of an instant in ``zone`` (an IANA name)."""
    return (_EPOCH + timedelta(microseconds=at)).astimezone(ZoneInfo(zone))
