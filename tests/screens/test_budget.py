"""Every row of docs/budget.toml, pressed key by key in the whole program, counted, and seen to have its effect.

A journey plays on a floor and returns the keys that it took. What people type in their own words is not counted.
"""

from __future__ import annotations

import tomllib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from docs.generate import BUDGET
from screens.dialogs.find import FindDialog
from screens.help.screen import HelpScreen
from screens.team.screen import TeamScreen
from screens.timeline.screen import TimelineScreen
from store.lead_state import LeadState
from store.rules.closing import NewPerson
from store.vocabulary import Motion, Outcome, Stage, Status
from tests.drivers import AppDriver
from tests.factories import BEN, DAY, PRIYA, Floor
from tests.screens.queue_app import at_work, on_queue, queue_of

Journey = Callable[[Floor], Awaitable[int]]
JOURNEYS: dict[str, Journey] = {}
WANTED: list[dict[str, Any]] = tomllib.loads(BUDGET.read_text(encoding="utf-8"))["wanted"]
MEASURED: dict[str, int] = {name: keys for row in WANTED for name, keys in row.get("measured", {}).items()}

DANA = NewPerson("Dana", "Ortiz", "CFO", "+1 503 555 0142", "dana.ortiz@northwind.example")


def journey(name: str) -> Callable[[Journey], Journey]:
    """Take up the journey below under the name that its figure has."""

    def take(play: Journey) -> Journey:
        JOURNEYS[name] = play
        return play

    return take


@pytest.mark.parametrize("name", MEASURED)
async def test_it_takes_the_keys_that_the_table_says(floor: Floor, name: str) -> None:
    assert await JOURNEYS[name](floor) == MEASURED[name]


def test_every_figure_is_counted_and_inside_its_budget() -> None:
    assert set(MEASURED) == set(JOURNEYS)
    assert len(MEASURED) == sum(len(row.get("measured", {})) for row in WANTED), "two figures of one name"
    assert [row["what"] for row in WANTED if max(row.get("measured", {"": 0}).values()) > row["most"]] == []


def test_everything_wanted_is_built() -> None:
    assert [row["what"] for row in WANTED if "measured" not in row] == []


# -- the journeys -----------------------------------------------------------------------------------------------------


def two(floor: Floor, stage: Stage = Stage.ACCEPTED) -> tuple[int, int]:
    """Two at bats, so that there is a next one."""
    return floor.lead(stage), floor.lead(stage)


def chosen(d: AppDriver) -> int:
    """The at bat under the queue's cursor."""
    lead_id = queue_of(d).table.cursor_id
    assert lead_id is not None
    return lead_id


async def play(d: AppDriver, *steps: str) -> None:
    """Press keys; ``type WORDS`` types them."""
    for step in steps:
        await (d.type(step.removeprefix("type ")) if step.startswith("type ") else d.press(step))


@journey("on opening")
async def on_opening(floor: Floor) -> int:
    two(floor)
    hot = floor.lead(Stage.NEW, motion=Motion.DEMO_REQUEST)
    async with at_work(floor) as d:
        assert chosen(d) == hot
        assert "first touch due in" in d.screen_text()
        return d.keys


async def log_and_go_on(floor: Floor, letter: str, disposition: str) -> int:
    """Log what reached nobody: the next step stands and the next row is selected."""
    leads = two(floor)
    async with at_work(floor) as d:
        first = chosen(d)
        await d.press("l", letter)
        assert {first, chosen(d)} == set(leads)
        assert floor.value("SELECT disposition FROM touch WHERE lead_id = ?", first) == disposition
        lead = floor.state(first)
        assert lead.next_channel is not None
        assert (lead.due_at or 0) > floor.now
        return d.keys


@journey("no answer")
async def no_answer(floor: Floor) -> int:
    return await log_and_go_on(floor, "n", "no_answer")


@journey("voicemail left")
async def voicemail_left(floor: Floor) -> int:
    return await log_and_go_on(floor, "v", "voicemail_left")


@journey("conversation")
async def conversation(floor: Floor) -> int:
    lead_id = floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        await play(d, "l", "c", "type budget in Q1, send security sheet", "enter")
        assert floor.value("SELECT note FROM touch WHERE lead_id = ?", lead_id) == "budget in Q1, send security sheet"
        return d.keys


async def promise(floor: Floor, *steps: str) -> int:
    """Promise to call back tomorrow at three."""
    lead_id = floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        await play(d, *steps, "type tomorrow 3pm", "enter")
        assert floor.state(lead_id).callback_at is not None
        return d.keys


@journey("with the call that it came of")
async def promise_with_the_call(floor: Floor) -> int:
    return await promise(floor, "l", "b")


@journey("by itself")
async def promise_by_itself(floor: Floor) -> int:
    return await promise(floor, "b")


async def close(floor: Floor, outcome: Outcome, *steps: str) -> int:
    """Close with an outcome and the reason that comes with it or is chosen."""
    lead_id = floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        await play(d, "x", *steps)
        lead = floor.state(lead_id)
        assert (lead.stage, lead.outcome) == (Stage.CLOSED, outcome)
        assert lead.reason
        return d.keys


@journey("no response")
async def close_no_response(floor: Floor) -> int:
    return await close(floor, Outcome.NO_RESPONSE, "r")


@journey("bad fit")
async def close_bad_fit(floor: Floor) -> int:
    return await close(floor, Outcome.BAD_FIT, "f", "b")


@journey("not ready now, with its date")
async def close_not_ready(floor: Floor) -> int:
    return await close(floor, Outcome.NOT_READY, "n", "b", "type in 3 months", "enter")


@journey("convert")
async def convert(floor: Floor) -> int:
    lead_id = floor.lead(Stage.QUALIFIED)
    async with at_work(floor) as d:
        await d.press("c", "enter")
        assert floor.state(lead_id).outcome is Outcome.CONVERTED
        return d.keys


async def second_of_three(floor: Floor, d: AppDriver) -> int:
    """Move to the second row of three, which is not counted; returns its at bat."""
    queue = queue_of(d)
    await d.press("j")
    d.keys = 0
    assert queue.table.cursor_index == 1
    return chosen(d)


def three(floor: Floor) -> None:
    for _ in range(3):
        floor.lead(Stage.ACCEPTED)


def in_timeline(d: AppDriver) -> TimelineScreen:
    """The timeline in front."""
    assert isinstance(d.app.screen, TimelineScreen)
    return d.app.screen


def somebody(floor: Floor, lead_id: int) -> str:
    return str(floor.value("SELECT c.name FROM lead l JOIN contact c ON c.id = l.contact_id WHERE l.id = ?", lead_id))


@journey("there")
async def to_the_timeline(floor: Floor) -> int:
    three(floor)
    async with at_work(floor) as d:
        lead_id = await second_of_three(floor, d)
        await d.press("enter")
        assert in_timeline(d)
        assert somebody(floor, lead_id) in d.screen_text()
        return d.keys


@journey("back")
async def back_to_the_row(floor: Floor) -> int:
    three(floor)
    async with at_work(floor) as d:
        lead_id = await second_of_three(floor, d)
        await d.press("enter")
        d.keys = 0
        await d.press("escape")
        assert on_queue(d)
        assert chosen(d) == lead_id
        return d.keys


async def neighbour(floor: Floor, key: str, index: int) -> int:
    """Go from the timeline of the second row to that of another."""
    three(floor)
    async with at_work(floor) as d:
        await second_of_three(floor, d)
        await d.press("enter")
        d.keys = 0
        await d.press(key)
        name = somebody(floor, queue_of(d).table.ids[index])
        await d.until(lambda: in_timeline(d)._story.name == name)
        return d.keys


@journey("next")
async def to_the_next(floor: Floor) -> int:
    return await neighbour(floor, "]", 2)


@journey("previous")
async def to_the_previous(floor: Floor) -> int:
    return await neighbour(floor, "[", 0)


async def find(floor: Floor, *, from_timeline: bool) -> int:
    """Find one person by name, company, number and address; each takes the same key."""
    floor.lead(Stage.ACCEPTED, person=DANA, company="Northwind", actor=BEN)
    floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        counts = set()
        for letters in ("ortiz", "northw", "5550142", "dana.ortiz@n"):
            if from_timeline:
                await d.press("enter")
            d.keys = 0
            await d.press("/")
            await d.type(letters)
            dialog = d.app.screen
            assert isinstance(dialog, FindDialog)
            await d.until(lambda dialog=dialog, letters=letters: dialog._hits_of == letters)  # type: ignore[misc]
            await d.until(lambda: "Dana Ortiz" in d.screen_text())
            counts.add(d.keys)
            await d.press(*["escape"] * 3)
            await d.until(lambda: on_queue(d))
        (keys,) = counts
        return keys


@journey("from the queue")
async def find_from_the_queue(floor: Floor) -> int:
    return await find(floor, from_timeline=False)


@journey("from a timeline")
async def find_from_a_timeline(floor: Floor) -> int:
    return await find(floor, from_timeline=True)


@journey("accept")
async def accept(floor: Floor) -> int:
    lead_id = floor.lead(Stage.NEW)
    async with at_work(floor) as d:
        await d.press("a")
        assert floor.state(lead_id).stage is Stage.ACCEPTED
        return d.keys


@journey("snooze")
async def snooze(floor: Floor) -> int:
    lead_id = floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        await play(d, "s", "type in 3h", "enter")
        assert floor.state(lead_id).snoozed_until is not None
        return d.keys


@journey("status")
async def status(floor: Floor) -> int:
    lead_id = floor.lead(Stage.ATTEMPTING)
    floor.later(DAY)
    async with at_work(floor) as d:
        await d.press("t", "s")
        assert floor.state(lead_id).status is Status.STALE
        return d.keys


@journey("reassign")
async def reassign(floor: Floor) -> int:
    lead_id = floor.lead(Stage.ACCEPTED, actor=BEN, person=DANA)
    async with at_work(floor) as d:
        await d.press("/")
        await d.type("ortiz")
        await d.until(lambda: "Dana Ortiz" in d.screen_text())
        await d.press("enter")
        assert in_timeline(d)
        d.keys = 0
        await d.press("r")
        assert floor.state(lead_id).owner_id == PRIYA.user_id
        return d.keys


@journey("note")
async def note(floor: Floor) -> int:
    lead_id = floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        await play(d, "n", "type likes mornings", "enter")
        assert floor.value("SELECT text FROM note WHERE lead_id = ?", lead_id) == "likes mornings"
        return d.keys


@journey("inbound call")
async def inbound_call(floor: Floor) -> int:
    async with at_work(floor) as d:
        await d.press("i")
        keys = d.keys
        for words in ("Harbour & Sons", "Dana", "Ortiz", "", "+1 212 555 0199"):
            await d.type(words)
            await d.press("tab")
        await d.press("ctrl+s")
        assert on_queue(d)
        made = "SELECT a.name, c.name FROM lead l JOIN contact c ON c.id = contact_id JOIN account a ON a.id = {}"
        assert floor.store.row(made.format("l.account_id")) == ("Harbour & Sons", "Dana Ortiz")
        return keys


@journey("account")
async def account(floor: Floor) -> int:
    floor.lead(Stage.ACCEPTED, company="Northwind", person=DANA)
    lee = NewPerson("Lee", "Wong", "VP Operations", email="lee@northwind.example")
    left = floor.lead(Stage.ACCEPTED, company="Northwind", person=lee, actor=BEN)
    floor.touch(left, note="left word with Lee")
    floor.close(left, Outcome.NO_RESPONSE)
    floor.raw("UPDATE contact SET pool = 'marketing' WHERE name = 'Lee Wong'")
    async with at_work(floor) as d:
        await d.press("C")
        for words in ("Northwind", "Dana Ortiz", "Lee Wong", "marketing", "left word with Lee"):
            await d.until(lambda words=words: words in d.screen_text())  # type: ignore[misc]
        return d.keys


async def on_fifty(floor: Floor, act: tuple[str, ...], holds: Callable[[LeadState], bool]) -> int:
    """The keys that an act takes on fifty rows, marking them among these, beyond those that it takes on one."""
    leads = [floor.lead() for _ in range(50)]
    async with at_work(floor) as d:
        await d.until(lambda: len(queue_of(d).table.ids) == len(leads))
        await play(d, "ctrl+a", *act, "enter")
        await d.until(lambda: on_queue(d))
        assert all(holds(floor.state(lead)) for lead in leads)
        return d.keys - sum(not step.startswith("type ") for step in act)


@journey("accept fifty")
async def accept_fifty(floor: Floor) -> int:
    return await on_fifty(floor, ("a",), lambda lead: lead.stage is Stage.ACCEPTED)


@journey("snooze fifty")
async def snooze_fifty(floor: Floor) -> int:
    return await on_fifty(floor, ("s", "type tomorrow 9am", "enter"), lambda lead: lead.snoozed_until is not None)


@journey("close fifty")
async def close_fifty(floor: Floor) -> int:
    return await on_fifty(floor, ("x", "r"), lambda lead: lead.outcome is Outcome.NO_RESPONSE)


@journey("undo")
async def undo(floor: Floor) -> int:
    two(floor)
    async with at_work(floor) as d:
        lead_id = chosen(d)
        await d.press("l", "n")
        d.keys = 0
        await d.press("u")
        assert chosen(d) == lead_id
        assert floor.value("SELECT count(*) FROM touch WHERE void = 0") == 0
        return d.keys


@journey("to the team")
async def to_the_team(floor: Floor) -> int:
    three(floor)
    async with at_work(floor) as d:
        await d.press("4")
        assert isinstance(d.app.screen, TeamScreen)
        await d.until(lambda: "Priya at work" in " ".join(d.screen_text().split()))
        return d.keys


@journey("to my queue, the same row")
async def back_from_the_team(floor: Floor) -> int:
    three(floor)
    async with at_work(floor) as d:
        lead_id = await second_of_three(floor, d)
        await d.press("4")
        d.keys = 0
        await d.press("1")
        assert on_queue(d)
        assert (chosen(d), queue_of(d).table.cursor_index) == (lead_id, 1)
        return d.keys


@journey("help")
async def ask_for_help(floor: Floor) -> int:
    floor.lead(Stage.ACCEPTED)
    async with at_work(floor, size=(120, 60)) as d:
        await d.press("?")
        assert isinstance(d.app.screen, HelpScreen)
        assert "Log a touch" in d.screen_text()
        assert "Nobody has tried yet" in d.screen_text()
        return d.keys
