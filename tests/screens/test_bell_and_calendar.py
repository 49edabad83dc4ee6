"""What rings, once; what is written for the calendar; and how a person's goals show."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.instants import DAY, HOUR, MINUTE
from store.operations.deal_touch import DealCallbackDraft, promise_on_opportunity
from store.operations.promises import CallbackDraft, callback
from store.operations.working import LeadDraft, reassign
from store.queries.calendar_file import of_user
from store.rules.calendar_file import Event
from store.vocabulary import Channel, Disposition, Motion, Stage
from tests.drivers import AppDriver, driving
from tests.factories import ANA, BEN, ED, PRIYA, Floor
from tests.rules.test_calendar_file import read
from tests.screens.queue_app import program
from tests.store.test_opportunity import owned
from tui.app import AtBat
from tui.bell import Bell
from tui.config import Goals

D = Disposition


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each time the bell rang."""
    times: list[int] = []
    monkeypatch.setattr(AtBat, "bell", lambda self: times.append(1))
    return times


async def look(d: AppDriver) -> None:
    """Let the app see what others did, as it does once a second."""
    app = d.app
    assert isinstance(app, AtBat)
    app._listen()
    await app.workers.wait_for_complete([worker for worker in app.workers if worker.group == "bell"])
    await d.idle()


async def test_it_rings_once_for_a_hot_lead_of_anothers_making(floor: Floor, rung: list[int]) -> None:
    floor.lead(motion=Motion.DEMO_REQUEST)
    async with driving(program(floor, bell=Bell())) as d:
        await look(d)
        assert rung == [], "what was there at the start is not new"
        hot = floor.lead(motion=Motion.DEMO_REQUEST, actor=BEN)
        await look(d)
        assert rung == [], "it is Ben's"
        reassign(floor.store, PRIYA, floor.later(), LeadDraft(hot))
        await d.until(lambda: bool(rung))  # by itself: another's write was seen
        assert len(rung) == 1
        await d.until(lambda: "new hot lead: Person2 Ortiz" in d.screen_text())
        for _again in range(3):
            await look(d)
        assert len(rung) == 1


async def test_it_rings_for_a_reply_and_for_each_reply(floor: Floor, rung: list[int]) -> None:
    lead = floor.lead(Stage.ATTEMPTING)
    async with driving(program(floor, bell=Bell())) as d:
        await look(d)
        for number in (1, 2):
            floor.touch(lead, D.REPLIED, Channel.EMAIL, actor=ANA)
            await look(d)
            assert len(rung) == number
            assert "reply: Person1 Ortiz" in d.screen_text()
            floor.touch(lead, D.SENT, Channel.EMAIL, actor=ANA)
            await look(d)
        assert len(rung) == 2


async def test_it_rings_when_a_promise_falls_due(floor: Floor, rung: list[int]) -> None:
    lead = floor.lead(Stage.CONNECTED)
    callback(floor.store, PRIYA, floor.later(), CallbackDraft(lead, floor.now + HOUR))
    theirs = floor.lead(Stage.CONNECTED, actor=BEN)
    callback(floor.store, BEN, floor.later(), CallbackDraft(theirs, floor.now + HOUR))
    async with driving(program(floor, bell=Bell())) as d:
        await look(d)
        floor.later(50 * MINUTE)
        await look(d)
        assert rung == []
        floor.later(5 * MINUTE)
        d.app.clock = floor.now  # the minute passes
        await d.until(lambda: bool(rung))
        await d.until(lambda: "callback due: Person1 Ortiz" in d.screen_text())
        floor.later(5 * MINUTE)
        await look(d)
        assert len(rung) == 1


async def test_ones_own_new_lead_does_not_ring(floor: Floor, rung: list[int]) -> None:
    async with driving(program(floor, bell=Bell())) as d:
        await look(d)
        app = d.app
        assert isinstance(app, AtBat)
        hot = floor.lead(motion=Motion.DEMO_REQUEST)

        class Made:
            lead_id = hot

        app._listen(Made())
        await look(d)
        assert rung == []


async def test_a_silent_bell_only_says_it(floor: Floor, rung: list[int]) -> None:
    async with driving(program(floor, bell=Bell(on=False))) as d:
        await look(d)
        floor.lead(motion=Motion.DEMO_REQUEST)
        await look(d)
        assert "new hot lead: Person1 Ortiz" in d.screen_text()
        assert rung == []
        await d.press("B")
        assert "The bell rings" in d.screen_text()
        floor.lead(motion=Motion.DEMO_REQUEST), floor.lead(motion=Motion.DEMO_REQUEST)
        await look(d)
        assert len(rung) == 1, "once for both"
        assert "and 1 more" in d.screen_text()
        await d.press("B")
        assert "The bell is silent" in d.screen_text()


# --- calendar files ---


async def test_one_key_writes_the_callback(floor: Floor, tmp_path: Path) -> None:
    lead = floor.lead(Stage.CONNECTED, company="Northwind, Ltd")
    at = floor.now + DAY
    callback(floor.store, PRIYA, floor.later(), CallbackDraft(lead, at, words="budget; yes"))
    async with driving(program(floor, calendar_folder=tmp_path / "ics"), (160, 40)) as d:
        await d.press("v", "v", "I")  # callbacks, also those still to come
        assert "calendar file written" in d.screen_text()
    (file,) = (tmp_path / "ics").iterdir()
    lines = dict(read(file.read_bytes()))
    assert lines["UID"].startswith(f"callback-{lead}-")
    assert lines["SUMMARY"] == "Call Person1 Ortiz, Northwind, Ltd"
    assert lines["DTSTART"] == "20261124T150300Z"


async def test_a_promise_that_moves_keeps_its_place_in_the_calendar(floor: Floor) -> None:
    lead = floor.lead(Stage.CONNECTED)
    seen: list[Event] = []
    for hours in (1, 2):
        callback(floor.store, PRIYA, floor.later(), CallbackDraft(lead, floor.now + hours * HOUR))
        seen += of_user(floor.store, PRIYA.user_id, floor.now)
    first, second = seen
    assert first.uid == second.uid
    assert (first.revision, second.revision) == (0, 1)


async def test_the_meeting_of_a_converted_at_bat_is_written_from_its_timeline(floor: Floor, tmp_path: Path) -> None:
    lead = floor.lead()
    async with driving(program(floor, calendar_folder=tmp_path), (160, 40)) as d:
        await d.press("enter")
        floor.meet(lead)
        await d.press("I")
        await d.until(lambda: any(tmp_path.glob("meeting-*.ics")))
    (file,) = tmp_path.glob("meeting-*.ics")
    assert dict(read(file.read_bytes()))["SUMMARY"] == "Meeting with Person1 Ortiz, Company 1"


async def test_what_was_promised_on_an_opportunity_is_written_too(floor: Floor, tmp_path: Path) -> None:
    id = owned(floor)
    promise_on_opportunity(floor.store, ED, floor.later(), DealCallbackDraft(id, floor.now + DAY, words="price"))
    async with driving(program(floor, ED, calendar_folder=tmp_path), (160, 40)) as d:
        await d.press("I")
        await d.until(lambda: "calendar file written" in d.screen_text())
    (file,) = tmp_path.glob("*.ics")
    lines = dict(read(file.read_bytes()))
    assert lines["UID"].startswith(f"callback-{id}-deal-")
    assert lines["SUMMARY"] == "Call Person1 Ortiz, Company 1"


async def test_an_opportunity_without_anything_agreed_says_what_to_do(floor: Floor, tmp_path: Path) -> None:
    owned(floor)
    async with driving(program(floor, ED, calendar_folder=tmp_path), (160, 40)) as d:
        await d.press("I")
        await d.until(lambda: "b promises one" in d.screen_text())
    assert not list(tmp_path.glob("*.ics"))


async def test_without_anything_agreed_it_says_what_to_do(floor: Floor, tmp_path: Path) -> None:
    floor.lead()
    async with driving(program(floor, calendar_folder=tmp_path / "ics")) as d:
        await d.press("I")
        assert "No callback is promised and no meeting is to come here: b promises one." in d.screen_text()
    assert not (tmp_path / "ics").exists()


async def test_a_folder_that_is_none_is_told(floor: Floor, tmp_path: Path) -> None:
    lead = floor.lead(Stage.CONNECTED)
    callback(floor.store, PRIYA, floor.later(), CallbackDraft(lead, floor.now + MINUTE))
    (tmp_path / "file").touch()
    async with driving(program(floor, calendar_folder=tmp_path / "file"), (160, 40)) as d:
        await d.press("I")
        assert "the calendar file cannot be written" in d.screen_text()


# --- the strip ---


async def test_goals_and_promises_stand_on_the_strip(floor: Floor) -> None:
    lead = floor.lead(Stage.ATTEMPTING)
    async with driving(program(floor, goals=Goals(attempts=60, connects=1)), (200, 40)) as d:
        await d.until(lambda: "1 of 60 attempts" in d.screen_text())
        assert "0 of 1 connect" in d.screen_text()
        assert "0 meetings" in d.screen_text()
        assert "callbacks kept –" in d.screen_text()
        assert "of 25" not in d.screen_text()
    callback(floor.store, PRIYA, floor.later(), CallbackDraft(lead, floor.now + HOUR))
    floor.later(HOUR)
    floor.touch(lead, D.CONVERSATION)
    for _ in range(23):
        callback(floor.store, PRIYA, floor.later(), CallbackDraft(floor.lead(), floor.now + DAY))
    async with driving(program(floor, goals=Goals(connects=1)), (200, 40)) as d:
        await d.until(lambda: "callbacks kept 100 %" in d.screen_text())
        assert "1 of 1 connect ✓" in d.screen_text()
        assert "• callbacks 23 of 25" in d.screen_text()
