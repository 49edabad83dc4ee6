"""Promising a callback: in whose time, by whom, inside which hours, and not too far off."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from store.errors import Refusal
from store.instants import DAY, HOUR, Instant, instant
from store.operations.promises import CallbackDraft, callback
from store.rules.closing import NewPerson
from store.vocabulary import Outcome, Stage
from tests.drivers import AppDriver
from tests.factories import PRIYA, Floor
from tests.screens.lead_app import at_the_plate, said

LOS_ANGELES, LONDON, TOKYO = "America/Los_Angeles", "Europe/London", "Asia/Tokyo"
PLACES = "Pacific/Honolulu America/New_York"


def somebody(floor: Floor, zone: str) -> int:
    """An at bat on somebody in ``zone``."""
    lead = floor.lead(Stage.ACCEPTED, person=NewPerson("Dana", "Ortiz", "CFO", "", "dana@example.com"))
    floor.raw("UPDATE contact SET zone = ? WHERE id = ?", (zone, floor.state(lead).contact_id))
    return lead


def local(text: str, zone: str) -> Instant:
    return instant(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


def promised(floor: Floor) -> tuple[Instant, int | None]:
    """When the open promise is due, and whose it is."""
    found = floor.store.row("SELECT due_at, promiser_id FROM callback WHERE state = 'open' AND void = 0")
    assert found is not None
    return found


async def promise(d: AppDriver, words: str, *keys: str) -> None:
    await d.press("b")
    await d.type(words)
    await d.press(*keys, "enter")


# The clock shows Monday 23 November 2026, 10:00 in New York.
@pytest.mark.parametrize(
    ("now", "zone", "words", "due"),
    [
        ("2026-11-23 10:00", LOS_ANGELES, "tomorrow 3pm", "2026-11-24 15:00"),
        ("2026-11-23 10:00", TOKYO, "tomorrow 3pm", "2026-11-25 15:00"),  # it is Tuesday there already
        ("2026-11-23 10:00", LONDON, "tue 3pm", "2026-11-24 15:00"),
        ("2026-11-23 10:00", LOS_ANGELES, "in 2h", "2026-11-23 09:00"),
        ("2027-03-12 10:00", LOS_ANGELES, "mon 9am", "2027-03-15 09:00"),  # the clocks go forward on the Sunday
        ("2027-03-12 10:00", LONDON, "mon 9am", "2027-03-15 09:00"),  # a fortnight later in London
        ("2027-11-05 10:00", LOS_ANGELES, "mon 9am", "2027-11-08 09:00"),  # and back
        ("2027-03-13 10:00", LOS_ANGELES, "tomorrow 2:30am", "2027-03-14 03:30"),  # an hour that there is not
    ],
)
async def test_a_time_is_theirs(floor: Floor, now: str, zone: str, words: str, due: str) -> None:
    lead = somebody(floor, zone)
    floor.now = local(now, "America/New_York")
    async with at_the_plate(floor, lead) as d:
        await promise(d, words)
    assert promised(floor) == (local(due, zone), PRIYA.user_id)


async def test_both_times_are_shown(floor: Floor) -> None:
    lead = somebody(floor, LOS_ANGELES)
    async with at_the_plate(floor, lead) as d:
        await d.press("b")
        assert "in their time: 07:02 there now (America/Los_Angeles)" in said(d)
        await d.type("tomorrow 3pm")
        assert "tomorrow 15:00 there" in said(d)
        assert "tomorrow 18:00 here" in said(d)


async def test_without_a_zone_the_time_is_ones_own_and_it_says_so(floor: Floor) -> None:
    lead = somebody(floor, "")
    async with at_the_plate(floor, lead) as d:
        await d.press("b")
        assert "in your own time: nobody knows theirs" in said(d)
        await d.type("tomorrow 3pm")
        assert "nobody knows their time zone: ask before calling" in said(d)
        await d.press("enter")
    assert promised(floor)[0] == local("2026-11-24 15:00", "America/New_York")


async def test_one_key_makes_it_anyones(floor: Floor) -> None:
    lead = somebody(floor, LONDON)
    async with at_the_plate(floor, lead) as d:
        await d.press("b")
        await d.type("tomorrow 3pm")
        assert "▸y you" in said(d)
        await d.press("ctrl+o")
        assert "▸a anyone of the team" in said(d)
        assert "to anyone of the team when due" in said(d)
        await d.press("enter")
    assert promised(floor)[1] is None


async def test_outside_their_hours_it_warns_and_one_key_takes_the_next_allowed(floor: Floor) -> None:
    lead = somebody(floor, LOS_ANGELES)
    async with at_the_plate(floor, lead) as d:
        await d.press("b")
        await d.type("tomorrow 6am")
        assert "! 06:00 there is outside calling hours; allowed from tomorrow 08:00 there, ctrl+n takes it" in said(d)
        await d.press("ctrl+n")
        assert "outside calling hours" not in said(d)
        await d.press("enter")
    assert promised(floor)[0] == local("2026-11-24 08:00", LOS_ANGELES)


async def test_a_promise_outside_their_hours_can_still_be_made(floor: Floor) -> None:
    lead = somebody(floor, LOS_ANGELES)
    async with at_the_plate(floor, lead) as d:
        await promise(d, "tomorrow 6am")
    assert promised(floor)[0] == local("2026-11-24 06:00", LOS_ANGELES)


async def test_it_must_suit_every_place_they_may_be_in(floor: Floor) -> None:
    lead = somebody(floor, "America/New_York Pacific/Honolulu")
    async with at_the_plate(floor, lead, size=(160, 40)) as d:
        await d.press("b")
        await d.type("tomorrow 9am")
        assert "! 04:00 in Honolulu, where they may be, is outside calling hours" in said(d)
        assert "allowed from tomorrow 13:00 there" in said(d)
        await d.press("ctrl+n", "enter")
    assert promised(floor)[0] == local("2026-11-24 08:00", "Pacific/Honolulu")


async def test_a_promise_too_far_off_becomes_not_ready_now_with_that_date(floor: Floor) -> None:
    lead = somebody(floor, LONDON)
    async with at_the_plate(floor, lead) as d:
        await d.press("b")
        await d.type("in 3 months")
        assert "more than 60 days out, too far for a promise" in said(d)
        await d.press("tab")
        await d.type("budget in spring")
        await d.press("enter")
        assert "Close" in said(d)
        assert "budget in spring" in said(d)
        await d.press("enter")
    closed = floor.state(lead)
    assert closed.outcome is Outcome.NOT_READY
    assert closed.outcome_note == "budget in spring"
    assert closed.eligible_at is not None
    assert closed.eligible_at > floor.now + 80 * DAY


async def test_more_than_the_limit_is_refused_in_one_sentence_and_anyones_is_not(floor: Floor) -> None:
    for _ in range(25):
        callback(floor.store, PRIYA, floor.later(), CallbackDraft(floor.lead(), floor.now + HOUR))
    lead = somebody(floor, LONDON)
    with pytest.raises(Refusal):
        callback(floor.store, PRIYA, floor.later(), CallbackDraft(lead, floor.now + HOUR))
    async with at_the_plate(floor, lead) as d:
        await promise(d, "tomorrow 3pm")
        assert "You have 25 open callbacks, which is the limit: keep some first, or promise for anyone." in said(d)
        await d.press("ctrl+o", "enter")
    assert floor.value("SELECT count(*) FROM callback WHERE state = 'open' AND promiser_id IS NULL") == 1
