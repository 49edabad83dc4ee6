"""The queue's order, recomputed a second time in plain Python: no index, no SQL, none of the rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.actor import Actor
from store.operations.promises import CallbackDraft, SnoozeDraft, callback, snooze
from store.operations.working import LeadDraft, reassign
from store.queries.queue import QueueRow, place, queue, reason, row, rows
from store.queries.today import today, views
from store.rules.closing import NewPerson
from store.rules.queue_views import View
from store.vocabulary import Disposition, Motion, Outcome, Stage
from tests.factories import ANA, BEN, DAY, HOUR, MINUTE, MONDAY, PRIYA, ZONE, Floor, open_floor

NUMBERS = ("+1 212 555 0142", "+44 20 7946 0018", "+81 3 5555 0142", "+1 503 555 0142", "")


# --- the same order in plain Python -----------------------------------------------------------------------------------


def plain_queue(floor: Floor, viewer: int | None, now: int, view: View = View.ALL) -> list[int]:
    """The ids of a view, from every row there is."""
    leads = table(floor, "SELECT l.*, c.zone AS person_zone, c.suppressed_at FROM lead l LEFT JOIN contact c"
                         " ON c.id = l.contact_id WHERE l.open = 1 AND l.void = 0")  # fmt: skip
    promises: dict[int, dict[str, Any]] = {}
    open_ones = table(floor, "SELECT * FROM callback WHERE state = 'open' AND void = 0 ORDER BY due_at DESC, id DESC")
    for promise in open_ones:
        promises[promise["lead_id"]] = promise
    keyed = []
    everything, viewer = view is View.UNROUTED, None if view is View.UNROUTED else viewer
    for lead in leads:
        where = standing(lead, promises.get(lead["id"]), viewer, now)
        if where is not None and (everything or view in where[0]):
            keyed.append((*where[1:], -lead["score"], -lead["value"], lead["opened_at"], lead["id"]))
    return [key[-1] for key in sorted(keyed)]


def standing(
    lead: dict[str, Any], promise: dict[str, Any] | None, viewer: int | None, now: int
) -> tuple[set[View], int, bool, int] | None:
    """The views an at bat is part of for somebody, then its tier, whether the person sleeps, and its due time."""
    asleep = lead["next_channel"] == "call" and sleeps(lead["person_zone"], now)
    if lead["owner_id"] != viewer:
        if viewer is None or promise is None or lead["stage"] == "disqualified" or lead["suppressed_at"]:
            return None
        mine = promise["promiser_id"] in (None, viewer)
        if promise["due_at"] > (now + 5 * MINUTE if mine else now - 30 * MINUTE):
            return None
        return {View.ALL, View.CALLBACKS}, 1, asleep, promise["due_at"]
    tier, due = lead["tier"], lead["due_at"]
    if lead["snoozed_until"] and lead["snoozed_until"] > now:
        return {View.LATER}, 6, False, lead["snoozed_until"]
    if tier == 1:
        if due > now + 5 * MINUTE:
            return {View.CALLBACKS, View.LATER}, 6, False, due
        return {View.ALL, View.CALLBACKS}, 1, asleep, due
    if tier in (4, 5) and lead["warn_at"] and lead["warn_at"] <= now:
        return {View.ALL, View.EXPIRING}, 3, asleep, lead["warn_at"]
    if tier == 6 or (tier == 5 and due >= midnight_after(now)):
        return {View.LATER}, 6, False, due
    more = {2: {View.HOT, View.NEW}, 4: {View.NEW}}
    return {View.ALL, *more.get(tier, ())}, tier, asleep, due


def sleeps(zones: str | None, now: int) -> bool:
    hours = [datetime.fromtimestamp(now // 1_000_000, ZoneInfo(zone)).hour for zone in (zones or "").split()]
    return any(not 8 <= hour < 21 for hour in hours)


def midnight_after(now: int) -> int:
    local = datetime.fromtimestamp(now // 1_000_000, ZoneInfo(ZONE)).date() + timedelta(days=1)
    return int(datetime(local.year, local.month, local.day, tzinfo=ZoneInfo(ZONE)).timestamp()) * 1_000_000


def table(floor: Floor, sql: str) -> list[dict[str, Any]]:
    """Rows by column name."""
    cursor = floor.store.connection.execute(sql)
    return [dict(zip([column[0] for column in cursor.description], found, strict=True)) for found in cursor]


def shown(floor: Floor, viewer: int | None, view: View = View.ALL) -> list[int]:
    """What the store shows now."""
    return list(queue(floor.store, viewer, floor.now, view=view, limit=-1).ids)


def words(floor: Floor, lead_id: int, actor: Actor) -> str:
    """Why a row is in somebody's queue."""
    found = row(floor.store, lead_id)
    assert found is not None
    return reason(floor.store, found, floor.now, viewer_id=actor.user_id).words


# --- promises that pass on --------------------------------------------------------------------------------------------


def promised(floor: Floor, actor: Actor, *, anyone: bool = False, after: int = 2 * HOUR, owner: Actor = BEN) -> int:
    """An at bat of ``owner`` with a promise by ``actor``."""
    floor.people += 1
    person = NewPerson("Dana", f"N{floor.people}", phone=f"+1 212 555 {1000 + floor.people}")
    lead_id = floor.lead(Stage.ATTEMPTING, actor=owner, person=person)
    callback(floor.store, actor, floor.later(), CallbackDraft(lead_id, floor.now + after, anyone=anyone))
    return lead_id


@pytest.mark.parametrize(
    ("anyone", "late", "ben", "priya", "why"),
    [
        (False, -10, False, False, ""),
        (False, -5, True, False, ""),
        (False, 29, True, False, ""),
        (False, 30, True, True, "Ben’s callback 12:02, 30 min late: anyone’s now"),
        (False, 42, True, True, "Ben’s callback 12:02, 42 min late: anyone’s now"),
        (True, -6, False, False, ""),
        (True, -5, True, True, "callback 12:02 for anyone"),
        (True, 3, True, True, "callback 12:02 for anyone, 3 min late"),
        (True, 42, True, True, "callback 12:02 for anyone, 42 min late"),
    ],
)
def test_who_sees_a_promise_and_when(floor: Floor, anyone: bool, late: int, ben: bool, priya: bool, why: str) -> None:
    lead_id = promised(floor, BEN, anyone=anyone)
    floor.now = floor.value("SELECT due_at FROM callback") + late * MINUTE
    floor.now = floor.now // MINUTE * MINUTE
    assert (lead_id in shown(floor, BEN.user_id)) is ben
    assert (lead_id in shown(floor, PRIYA.user_id)) is priya
    assert (lead_id in shown(floor, ANA.user_id, View.CALLBACKS)) is priya
    assert lead_id not in shown(floor, None)
    if why:
        assert words(floor, lead_id, PRIYA) == why.replace("12:02", clock_of(floor))


def clock_of(floor: Floor) -> str:
    due = floor.value("SELECT due_at FROM callback") // 1_000_000
    return f"{datetime.fromtimestamp(due, ZoneInfo(ZONE)):%H:%M}"


def test_a_promise_stays_its_promisers_when_another_takes_the_lead_over(floor: Floor) -> None:
    lead_id = promised(floor, BEN)
    reassign(floor.store, PRIYA, floor.later(), LeadDraft(lead_id))
    floor.now = floor.value("SELECT due_at FROM callback")
    assert shown(floor, BEN.user_id) == [lead_id]
    assert shown(floor, PRIYA.user_id) == [lead_id]
    assert words(floor, lead_id, BEN) == f"your callback {clock_of(floor)}"
    assert words(floor, lead_id, PRIYA) == f"Ben’s callback {clock_of(floor)}"


def test_whoever_calls_keeps_the_promise_and_takes_nothing_over(floor: Floor) -> None:
    lead_id = promised(floor, BEN, anyone=True)
    floor.now = floor.value("SELECT due_at FROM callback") + 10 * MINUTE
    floor.touch(lead_id, Disposition.CONVERSATION, actor=PRIYA)
    assert floor.store.row("SELECT state, kept FROM callback") == ("kept", 1)
    assert floor.state(lead_id).owner_id == BEN.user_id
    assert shown(floor, PRIYA.user_id) == []


def test_one_that_passed_on_was_missed_even_when_it_is_called(floor: Floor) -> None:
    lead_id = promised(floor, BEN)
    floor.now = floor.value("SELECT due_at FROM callback") + 40 * MINUTE
    floor.touch(lead_id, Disposition.NO_ANSWER, actor=PRIYA)
    assert floor.store.row("SELECT state, kept FROM callback") == ("missed", 0)
    assert floor.state(lead_id).owner_id == BEN.user_id


def test_what_has_ended_or_waits_or_may_not_be_called_passes_to_nobody(floor: Floor) -> None:
    ended, waiting, stopped = (promised(floor, BEN, anyone=True) for _ in range(3))
    floor.close(ended, Outcome.NO_RESPONSE, actor=BEN)
    floor.bring(waiting, Stage.DISQUALIFIED, BEN)
    floor.touch(stopped, Disposition.DO_NOT_CONTACT, actor=BEN)
    floor.now += 5 * HOUR
    assert shown(floor, PRIYA.user_id) == []
    assert views(floor.store, PRIYA.user_id, floor.now) == dict.fromkeys(View, 0)


def test_the_row_leaves_the_others_queue_when_it_is_done(floor: Floor) -> None:
    lead_id, own = promised(floor, BEN, anyone=True), floor.lead(Stage.ACCEPTED)
    floor.now = floor.value("SELECT due_at FROM callback")
    assert shown(floor, PRIYA.user_id) == [lead_id, own]
    floor.touch(lead_id, Disposition.NO_ANSWER, actor=PRIYA)
    done = place(floor.store, [own], lead_id, PRIYA.user_id, floor.now, "", View.ALL)
    assert done.row is not None
    assert done.index is None


def test_it_costs_what_is_due_and_no_walk_over_the_rest(floor: Floor) -> None:
    from store.queries.queue import PASSED_ON, moments

    plan = floor.store.rows(
        f"EXPLAIN QUERY PLAN SELECT * FROM {PASSED_ON}", moments(floor.store, PRIYA.user_id, floor.now)
    )
    steps = [step[3] for step in plan]
    assert sum("USING INDEX callback_open (promiser_id=? AND due_at<?)" in step for step in steps) == 3, steps
    assert [step for step in steps if step.startswith("SCAN")] in ([], ["SCAN user USING COVERING INDEX user_name"])


# --- the order -------------------------------------------------------------------------------------------------------

ACTS: tuple[Callable[[Floor, int, Actor], object], ...] = (
    lambda floor, lead, by: None,
    lambda floor, lead, by: floor.touch(lead, Disposition.NO_ANSWER, actor=by),
    lambda floor, lead, by: floor.touch(lead, Disposition.VOICEMAIL_LEFT, actor=by),
    lambda floor, lead, by: floor.touch(lead, Disposition.CONVERSATION, actor=by),
    lambda floor, lead, by: floor.touch(lead, Disposition.MEETING_BOOKED, actor=by),
    lambda floor, lead, by: callback(floor.store, by, floor.later(), CallbackDraft(lead, floor.now + HOUR)),
    lambda floor, lead, by: callback(floor.store, by, floor.later(), CallbackDraft(lead, floor.now + DAY)),
    lambda floor, lead, by: callback(
        floor.store, by, floor.later(), CallbackDraft(lead, floor.now + 2 * HOUR, anyone=True)
    ),
    lambda floor, lead, by: snooze(floor.store, by, floor.later(), SnoozeDraft(lead, floor.now + 3 * HOUR)),
    lambda floor, lead, by: floor.close(lead, Outcome.NO_RESPONSE, actor=by),
)
MADE = st.tuples(
    st.sampled_from(list(Motion)),
    st.sampled_from((PRIYA, BEN)),
    st.sampled_from(NUMBERS),
    st.sampled_from((0, 500, 900)),
    st.sampled_from(ACTS),
    st.sampled_from((PRIYA, BEN)),
)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    made=st.lists(MADE, min_size=1, max_size=12),
    wait=st.sampled_from((0, 40 * MINUTE, 3 * HOUR, 11 * HOUR, DAY, 9 * DAY, 20 * DAY, 60 * DAY)),
)
def test_order_counts_and_places_are_those_of_a_plain_computation(
    template: Path, tmp_path_factory: pytest.TempPathFactory, made: list[Any], wait: int
) -> None:
    floor = open_floor(template, tmp_path_factory.mktemp("order"))
    try:
        for motion, owner, phone, value, act, by in made:
            floor.people += 1
            person = NewPerson(f"P{floor.people}", "Ortiz", phone=phone, email=f"p{floor.people}@example.com")
            act(floor, floor.lead(actor=owner, motion=motion, person=person, value=value), by)
        floor.now += wait
        for viewer in (PRIYA.user_id, BEN.user_id, ANA.user_id, None):
            assert_as_computed(floor, viewer)
    finally:
        floor.store.close()


def assert_as_computed(floor: Floor, viewer: int | None) -> None:
    """Every view, its count, and for each row the place it would be put back to."""
    counted = views(floor.store, viewer, floor.now)
    for view in View:
        ids = shown(floor, viewer, view)
        assert ids == plain_queue(floor, viewer, floor.now, view), view
        assert counted[view.value] == len(ids) == len(set(ids))
        first = queue(floor.store, viewer, floor.now, view=view, limit=3)
        assert list(first.ids) == ids[:3], "the first page is the beginning of the whole"
        for index, lead_id in enumerate(ids):
            others = [other for other in ids if other != lead_id]
            assert place(floor.store, others, lead_id, viewer, floor.now, "", view).index == index
        for (lead_id,) in floor.store.rows("SELECT id FROM lead"):
            if lead_id not in ids:
                assert place(floor.store, ids, lead_id, viewer, floor.now, "", view).index is None
    if viewer is not None:
        found: dict[int, QueueRow] = rows(floor.store, shown(floor, viewer))
        late = sum(reason(floor.store, row, floor.now, viewer_id=viewer).urgency == "late" for row in found.values())
        assert today(floor.store, viewer, floor.now).late == late


def test_people_who_sleep_stand_at_the_end_of_their_tier_whatever_their_due_time(floor: Floor) -> None:
    def hot(number: int) -> int:
        person = NewPerson("P", f"N{number}", phone=NUMBERS[number], email=f"n{number}@example.com")
        return floor.lead(motion=Motion.DEMO_REQUEST, person=person)

    tokyo, york, london = hot(2), hot(0), hot(1)
    tried = floor.lead(Stage.ACCEPTED)
    assert shown(floor, PRIYA.user_id) == [york, london, tokyo, tried]
    floor.now = MONDAY + 10 * HOUR  # 20:00 in New York, one at night in London, ten in Tokyo
    assert shown(floor, PRIYA.user_id) == [tokyo, york, london, tried]


def test_promises_to_come_stand_by_their_time_whoever_sleeps_now(floor: Floor) -> None:
    leads = {}
    for number, after in (("+81 3 5555 0142", 2 * HOUR), ("+1 212 555 0142", 30 * HOUR)):
        floor.people += 1
        person = NewPerson("Dana", f"N{floor.people}", phone=number)
        leads[after] = floor.lead(Stage.ATTEMPTING, person=person)
        callback(floor.store, PRIYA, floor.later(), CallbackDraft(leads[after], floor.now + after))
    assert floor.store.is_asleep("Asia/Tokyo", floor.now)
    for view in (View.CALLBACKS, View.LATER):
        assert shown(floor, PRIYA.user_id, view) == [leads[2 * HOUR], leads[30 * HOUR]]


def test_reading_changes_nothing_and_gives_the_same_again(floor: Floor) -> None:
    for _ in range(8):
        floor.lead(Stage.ACCEPTED)
    first = shown(floor, PRIYA.user_id)
    assert first == shown(floor, PRIYA.user_id)
    assert datetime.fromtimestamp(floor.now // 1_000_000, UTC).year == 2026
