"""What is known of a meeting, by its result and the time; see docs/model.md, "Intake"."""

from __future__ import annotations

from store.instants import DAY, Instant
from store.vocabulary import MeetingResult

FORGOTTEN = 30 * DAY
"""After this long nobody will say any more what came of a meeting."""


def result_unknown(result: MeetingResult | None, at: Instant, now: Instant) -> bool:
    """Whether a meeting counts as one whose result nobody knows: still booked, a month after its time.

    It waits in no list to be confirmed, and is left out of what was held or missed, as out of what is still to come.
    """
    return result is MeetingResult.BOOKED and at + FORGOTTEN < now
