"""Dials are counted by person and at bat, whatever is done to a touch."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.vocabulary import Disposition
from tests.factories import BEN, PRIYA, Floor
from tests.store.test_guards import taken_back

CHANGES = {
    "lead_id": st.sampled_from([1, 2, 3, None]),
    "user_id": st.sampled_from([PRIYA.user_id, BEN.user_id]),
    "channel": st.sampled_from(["call", "email"]),
    "direction": st.sampled_from(["out", "in"]),
    "attempt": st.sampled_from([0, 1]),
    "connect": st.sampled_from([0, 1]),
    "disposition": st.sampled_from(["no_answer", "conversation", "meeting_booked"]),
    "void": st.sampled_from([0, 1]),
}
ONE = st.sampled_from(sorted(CHANGES)).flatmap(lambda name: st.tuples(st.just(name), CHANGES[name]))


def made(floor: Floor) -> dict[tuple[int, int], tuple[int, int, int]]:
    """Dials, conversations and meetings booked on one, by at bat and person: counted touch by touch."""
    counts: dict[tuple[int, int], Counter[str]] = {}
    rows = floor.store.rows(
        "SELECT lead_id, user_id, channel, direction, attempt, connect, disposition, void FROM touch"
    )
    for lead, user, channel, direction, attempt, connect, disposition, void in rows:
        if lead is not None and (channel, direction, attempt, void) == ("call", "out", 1, 0):
            met = connect and disposition == "meeting_booked"
            counts.setdefault((lead, user), Counter()).update(dials=1, connects=connect, meetings=met)
    return {key: (found["dials"], found["connects"], found["meetings"]) for key, found in counts.items()}


def kept(floor: Floor) -> dict[tuple[int, int], tuple[int, int, int]]:
    rows = floor.store.rows("SELECT lead_id, user_id, dials, connects, meetings FROM dial_count")
    assert all(dials or not (connects or meetings) for *_, dials, connects, meetings in rows)
    return {(lead, user): (dials, connects, meetings) for lead, user, dials, connects, meetings in rows if dials}


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.integers(1, 9), ONE), max_size=12), again=st.integers(1, 9))
def test_they_are_those_of_the_touches(floor: Floor, changes: list[tuple[int, tuple[str, object]]], again: int) -> None:
    if not floor.value("SELECT count(*) FROM touch"):
        for actor in (PRIYA, BEN, PRIYA):
            lead = floor.lead(actor=actor)
            for disposition in (Disposition.NO_ANSWER, Disposition.CONVERSATION, Disposition.MEETING_BOOKED):
                floor.touch(lead, disposition, actor=actor)
    assert kept(floor) == made(floor)
    with taken_back(floor):
        for touch, (name, value) in changes:
            floor.raw(f"UPDATE touch SET {name} = ? WHERE id = ?", (value, touch))
            assert kept(floor) == made(floor), name
        columns = ", ".join(
            name for _, name, *_ in floor.store.rows("PRAGMA table_info(touch)") if name not in ("id", "void")
        )
        floor.raw(f"INSERT INTO touch ({columns}, void) SELECT {columns}, 0 FROM touch WHERE id = ?", (again,))
        assert kept(floor) == made(floor)
