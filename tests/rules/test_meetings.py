"""A meeting of which nobody said what came of it is not to be confirmed for ever."""

from __future__ import annotations

import pytest

from store.instants import DAY
from store.rules.meetings import result_unknown
from store.vocabulary import MeetingResult

NOW = 1_800_000_000_000_000


@pytest.mark.parametrize(
    ("result", "days_ago", "unknown"),
    [
        (MeetingResult.BOOKED, 31, True),
        (MeetingResult.BOOKED, 30, False),
        (MeetingResult.BOOKED, -5, False),
        (MeetingResult.HELD, 400, False),
        (MeetingResult.NO_SHOW, 400, False),
        (None, 400, False),
    ],
)
def test_a_month_later_its_result_is_unknown(result: MeetingResult | None, days_ago: int, unknown: bool) -> None:
    assert result_unknown(result, NOW - days_ago * DAY, NOW) == unknown


def test_the_timeline_says_so() -> None:
    from screens.timeline.words import what
    from store.queries.entries import Entry, EntryKind
    from store.vocabulary import ActorKind

    for days, said in ((31, True), (2, False)):
        at = NOW - days * DAY
        entry = Entry(
            EntryKind.MEETING, 1, at, by=ActorKind.IMPORT, due_at=at, result=MeetingResult.BOOKED
        )  # fmt: skip
        assert what(entry, "UTC", NOW).endswith("result unknown") == said
