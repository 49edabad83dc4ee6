"""An act on all marked rows: previewed, counted in keys, stopped between batches, taken back as one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest
from textual.widgets import OptionList

from screens.dialogs.bulk import BulkDialog, UndoDialog
from store.operations import bulk as store_bulk
from store.operations.campaigns import CampaignDraft, add_campaign
from store.operations.working import NoteDraft, note
from store.rules.closing import NewPerson
from store.vocabulary import Motion, Outcome, Stage, Status
from tests.drivers import AppDriver
from tests.factories import ANA, BEN, DAY, MINUTE, PRIYA, Floor
from tests.screens.lead_app import said
from tests.screens.queue_app import at_work, on_queue, queue_of


def ids_in(d: AppDriver) -> list[int]:
    return list(queue_of(d).table.ids)


async def whole(d: AppDriver, count: int) -> None:
    """Wait until the list has all its rows."""
    await d.until(lambda: queue_of(d).table.row_count == count)


def previewing(d: AppDriver) -> bool:
    return isinstance(d.app.screen, BulkDialog)


def stages(floor: Floor, ids: list[int]) -> list[Stage]:
    return [floor.state(lead).stage for lead in ids]


# --- the journey, and its keys ---


async def test_three_marked_are_accepted_in_one_key_more_and_undone_in_one(floor: Floor) -> None:
    leads = [floor.lead() for _ in range(5)]
    async with at_work(floor) as d:
        await d.press("space", "space", "space")
        marking = d.keys
        await d.press("a")
        assert previewing(d)
        assert stages(floor, leads) == [Stage.NEW] * 5, "nothing is saved by looking"
        assert "Accept 3 of 3" in said(d)
        await d.press("enter")
        assert d.keys - marking == 2
        await d.until(lambda: on_queue(d))
        assert sorted(stages(floor, leads)) == [Stage.ACCEPTED] * 3 + [Stage.NEW] * 2
        assert "3 accepted · u undoes" in said(d)
        assert queue_of(d).table.marked == set()
        await d.press("u")
        await d.until(lambda: stages(floor, leads) == [Stage.NEW] * 5)
        assert "undone: accepting 3 at bats" in said(d)


@pytest.mark.parametrize(
    ("keys", "typed", "more", "what"),
    [
        ("a", "", ("enter",), lambda lead: lead.stage is Stage.ACCEPTED),
        ("s", "tomorrow 9am", ("enter", "enter"), lambda lead: lead.snoozed_until is not None),
        ("xr", "", ("enter",), lambda lead: lead.outcome is Outcome.NO_RESPONSE),
        ("xfb", "", ("enter",), lambda lead: (lead.outcome, lead.reason) == (Outcome.BAD_FIT, "no_budget")),
    ],
)
async def test_every_act_costs_at_most_three_keys_more_than_on_one(
    floor: Floor, keys: str, typed: str, more: tuple[str, ...], what: Callable[[Any], bool]
) -> None:
    leads = [floor.lead() for _ in range(4)]
    async with at_work(floor) as d:
        await d.press("ctrl+a")
        await d.press(*keys)
        if typed:
            await d.type(typed)
        await d.press(*more)
        await d.until(lambda: on_queue(d))
        assert all(what(floor.state(lead)) for lead in leads)
        on_one = len(keys) + (1 if typed else 0)
        assert d.keys <= on_one + 3


async def test_a_status_is_set_on_those_that_may_have_it(floor: Floor) -> None:
    tried, met = floor.lead(Stage.ATTEMPTING), [floor.lead(Stage.CONNECTED) for _ in range(2)]
    async with at_work(floor) as d:
        await d.press("d")
        await whole(d, 3)
        before = d.keys
        await d.press("ctrl+a", "t")
        assert "3 marked at bats" in said(d)
        await d.press("w")
        assert "Set 2 of 3 to working" in said(d)
        assert "1 In attempting the status can be: attempting, stale. Person1 Ortiz" in said(d)
        await d.press("enter")
        await d.until(lambda: on_queue(d))
        assert d.keys - before <= 2 + 3
    assert [floor.state(lead).status for lead in met] == [Status.WORKING] * 2
    assert floor.state(tried).status is Status.ATTEMPTING


async def test_the_preview_warns_of_who_was_never_tried_or_is_hot(floor: Floor) -> None:
    floor.lead()
    floor.lead(motion=Motion.DEMO_REQUEST, person=NewPerson("Dana", "Ortiz", "CFO", "", "d@o.example"))
    async with at_work(floor) as d:
        await whole(d, 2)
        await d.press("ctrl+a", "x", "r")
        await d.until(lambda: previewing(d))
        assert "! 2 of them were never tried Dana Ortiz, Person1 Ortiz" in said(d)
        assert "! 1 of them are hot: high-intent, or waiting for an answer Dana Ortiz" in said(d)
        await d.press("escape", "escape", "s")
        await d.type("tomorrow 9am")
        await d.press("enter")
        await d.until(lambda: previewing(d))
        assert "of them are hot" in said(d)
        assert "never tried" not in said(d)


async def test_the_preview_says_who_is_left_and_why_and_they_stay_marked(floor: Floor) -> None:
    good = [floor.lead() for _ in range(3)]
    taken = floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        await whole(d, 4)
        await d.press("ctrl+a", "a")
        words = said(d)
        assert "Accept 3 of 4" in words
        assert "1 It is accepted already. Person4 Ortiz" in words
        await d.press("enter")
        await d.until(lambda: on_queue(d))
        assert stages(floor, good) == [Stage.ACCEPTED] * 3
        assert queue_of(d).table.marked == {taken}
        assert "3 of 4 accepted; 1 refused, still marked" in said(d)


async def test_where_nothing_can_be_done_any_key_goes_back(floor: Floor) -> None:
    leads = [floor.lead(Stage.ACCEPTED) for _ in range(2)]
    async with at_work(floor) as d:
        before = floor.dump()
        await d.press("ctrl+a", "a")
        assert "Nothing can be done here" in said(d)
        await d.press("enter")
        await d.until(lambda: on_queue(d))
        assert floor.dump() == before
        assert queue_of(d).table.marked == set(leads)


async def test_esc_leaves_everything_and_gives_the_form_back_as_typed(floor: Floor) -> None:
    for _ in range(2):
        floor.lead()
    async with at_work(floor) as d:
        before = floor.dump()
        await d.press("ctrl+a", "s")
        await d.type("tomorrow 9am")
        await d.press("enter")
        assert previewing(d)
        assert "Snooze 2 of 2 until tomorrow 09:00 (the team’s time," in said(d)
        assert "for all of them)" in said(d)
        await d.press("escape")
        assert "tomorrow 9am" in said(d)
        await d.press("escape", "escape")
        await d.until(lambda: on_queue(d))
        assert floor.dump() == before


async def test_a_mistake_in_the_form_is_said_at_its_field(floor: Floor) -> None:
    floor.lead()
    async with at_work(floor) as d:
        await d.press("ctrl+a", "s", "enter")
        assert "Until when? Type a time" in said(d)


async def test_another_writer_in_between_is_told_and_loses_nothing(floor: Floor) -> None:
    leads = [floor.lead() for _ in range(3)]
    async with at_work(floor) as d:
        await d.press("ctrl+a", "a")
        note(floor.store, BEN, floor.later(2 * MINUTE), NoteDraft(leads[1], "mine"))
        await d.press("enter")
        await d.until(lambda: "2 of 3 accepted; 1 refused, still marked" in said(d))
        assert previewing(d), "what was not said before must be read"
        assert "Ben added a note to this" in said(d)
        await d.press("enter")
        await d.until(lambda: on_queue(d))
        assert queue_of(d).table.marked == {leads[1]}
        assert stages(floor, leads) == [Stage.ACCEPTED, Stage.NEW, Stage.ACCEPTED]


async def test_keys_typed_ahead_of_a_short_act_reach_the_list(floor: Floor) -> None:
    for _ in range(6):
        floor.lead()
    async with at_work(floor) as d:
        await d.burst("space", "space", "a", "enter", "G", "a", "j")
        await d.until(lambda: on_queue(d))
        last = ids_in(d)[-1]
        await d.until(lambda: floor.state(last).stage is Stage.ACCEPTED)
        assert sum(floor.state(lead).stage is Stage.ACCEPTED for lead in ids_in(d)) == 3


async def test_a_team_lead_gives_what_is_marked_to_anybody(floor: Floor) -> None:
    leads = [floor.lead(actor=ANA) for _ in range(3)]
    async with at_work(floor, ANA) as d:
        await whole(d, 3)
        await d.press("ctrl+a", "r")
        assert "3 marked at bats" in said(d)
        assert "Ana, team lead (you)" in said(d)
        await d.press("a")
        await d.until(lambda: previewing(d))
        await d.until(lambda: "Give 3 of 3 to Ben" in said(d))
        await d.until(lambda: "3 of them are taken from Ana" in said(d))
        await d.press("enter")
        await d.until(lambda: on_queue(d))
        assert [floor.state(lead).owner_id for lead in leads] == [BEN.user_id] * 3
        assert "3 given to Ben" in said(d)
        assert d.keys == 4, "one more than on one"
        await d.press("u")
        await d.until(lambda: [floor.state(lead).owner_id for lead in leads] == [ANA.user_id] * 3)


async def test_a_rep_takes_over_what_is_marked_and_gives_nothing_away(floor: Floor) -> None:
    lead = floor.lead()
    async with at_work(floor) as d:
        await d.press("ctrl+a", "r")
        assert "Take over 0 of 1" in said(d)
        assert "1 It is yours already." in said(d)
        await d.press("escape", "A")
        assert "Only a team lead decides this." in said(d)
        assert on_queue(d)
    assert floor.state(lead).owner_id == PRIYA.user_id


async def command(d: AppDriver, words: str) -> None:
    """Choose a command that has no key."""
    await d.press(":")
    await d.type(words)
    await d.until(lambda: d.app.screen.query_one(OptionList).option_count > 0)
    await d.press("enter")


async def test_motion_and_campaign_are_set_on_what_is_marked_or_on_one(floor: Floor) -> None:
    leads = [floor.lead() for _ in range(2)]
    fair = add_campaign(floor.store, ANA, floor.later(), CampaignDraft("Spring [fair]", source="fair")).made
    assert fair is not None
    async with at_work(floor) as d:
        await whole(d, 2)
        await d.press("ctrl+a")
        await command(d, "set motion")
        await d.until(lambda: "Motion · 2 marked at bats" in said(d))
        await d.press("x")
        await d.until(lambda: previewing(d))
        await d.until(lambda: "Set 2 of 2 to expansion" in said(d))
        await d.until(lambda: "2 of them were outbound target" in said(d))
        await d.press("enter")
        await d.until(lambda: on_queue(d))
        assert [floor.state(lead).motion for lead in leads] == [Motion.EXPANSION] * 2
        await command(d, "set campaign")
        await d.until(lambda: "Spring [fair]" in said(d))
        await d.press("a")
        await d.until(lambda: on_queue(d))
        assert sorted(str(floor.state(lead).campaign_id) for lead in leads) == [str(fair["campaign_id"]), "None"]
        await d.press("ctrl+a")
        await command(d, "set campaign")
        await d.until(lambda: "marked at bats" in said(d))
        await d.press("a")
        await d.until(lambda: previewing(d))
        await d.until(lambda: "Put 1 of 2 to campaign Spring [fair]" in said(d))
        await d.until(lambda: "1 It belongs to that campaign already." in said(d))
        await d.press("enter")
        await d.until(lambda: on_queue(d))
    assert [floor.state(lead).campaign_id for lead in leads] == [fair["campaign_id"]] * 2


async def test_more_time_for_what_is_marked(floor: Floor) -> None:
    leads = [floor.lead(motion=Motion.CAMPAIGN_RESPONSE) for _ in range(2)]
    before = [floor.state(lead).expires_at or 0 for lead in leads]
    async with at_work(floor) as d:
        await whole(d, 2)
        await d.press("ctrl+a", "M")
        await d.type("on holiday")
        await d.press("enter")
        await d.until(lambda: previewing(d))
        await d.until(lambda: "Give 2 of 2 more time, as long as may be" in said(d))
        await d.press("enter")
        await d.until(lambda: on_queue(d))
    assert [floor.state(lead).expires_at for lead in leads] == [end + 21 * DAY for end in before]


# --- many batches ---


@contextmanager
def held_at(batch: int, monkeypatch: pytest.MonkeyPatch, operation: str = "do_batch") -> Iterator[tuple[Event, Event]]:
    """Hold the store's thread in the middle of a batch: the first event says that it is there, the second lets go."""
    there, go = Event(), Event()
    import screens.dialogs.bulk as dialogs

    real = getattr(dialogs, operation)
    calls = 0

    def holding(*args: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == batch:
            there.set()
            assert go.wait(20)
        return real(*args, **more)

    monkeypatch.setattr(dialogs, operation, holding)
    try:
        yield there, go
    finally:
        go.set()


@pytest.fixture
def gives_way() -> Iterator[None]:
    """Let the store's thread have its turns often: a driver that looks without end keeps it waiting for each."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.0002)
    yield
    sys.setswitchinterval(before)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three at bats in a batch."""
    monkeypatch.setattr(store_bulk.batches, "__defaults__", (3,))


@pytest.mark.usefixtures("small_batches")
async def test_it_is_stopped_between_batches_with_a_true_account(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    leads = [floor.lead() for _ in range(12)]
    async with at_work(floor) as d:
        await whole(d, 12)
        await d.press("ctrl+a", "a")
        with held_at(3, monkeypatch) as (there, go):
            d.send("enter")
            await d.until(there.is_set)
            assert "6 of 12 ━" in said(d)
            d.send("escape")
            await d.until(lambda: "stopping after this batch" in said(d))
            go.set()
            await d.until(lambda: "9 of 12 accepted; 3 untouched, still marked" in said(d))
        assert stages(floor, leads).count(Stage.ACCEPTED) == 9
        await d.press("escape")
        await d.until(lambda: on_queue(d))
        assert len(queue_of(d).table.marked) == 3
        await d.press("u")
        await d.until(lambda: stages(floor, leads) == [Stage.NEW] * 12)
        await d.until(lambda: on_queue(d))
        assert "undone: accepting 9 at bats" in said(d)
        await d.idle()


@pytest.mark.usefixtures("gives_way")
@pytest.mark.soak
async def test_five_thousand_are_stopped_on_the_way_and_taken_back_as_one(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = 5_000
    for _ in range(count):
        floor.lead()

    def of(stage: Stage) -> int:
        return int(floor.value("SELECT count(*) FROM lead WHERE stage = ?", stage))

    async with at_work(floor) as d:
        await whole(d, count)
        await d.press("ctrl+a", "a")
        await d.until(lambda: "Accept 5,000 of 5,000" in said(d))
        with held_at(20, monkeypatch) as (there, go):
            d.send("enter")
            await d.until(there.is_set)
            assert " of 5,000 ━" in said(d)
            d.send("escape")
            await d.until(lambda: "stopping after this batch" in said(d))
            go.set()
            await d.until(lambda: "untouched, still marked" in said(d))
        done = of(Stage.ACCEPTED)
        assert 0 < done < count
        assert f"{done:,} of 5,000 accepted; {count - done:,} untouched, still marked" in said(d)
        await d.press("escape")
        await d.until(lambda: on_queue(d))
        assert len(queue_of(d).table.marked) == count - done
        await d.press("u")
        await d.until(lambda: on_queue(d) and of(Stage.NEW) == count)
        await d.until(lambda: f"undone: accepting {done:,} at bats" in said(d))


@pytest.mark.usefixtures("small_batches")
async def test_an_undo_is_stopped_and_gone_on_with(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    leads = [floor.lead() for _ in range(12)]
    async with at_work(floor) as d:
        await whole(d, 12)
        await d.press("ctrl+a", "a", "enter")
        await d.until(lambda: on_queue(d))
        note(floor.store, BEN, floor.later(), NoteDraft(leads[0], "mine"))
        with held_at(2, monkeypatch, "undo") as (there, go):
            d.send("u")
            await d.until(there.is_set)
            await d.until(lambda: isinstance(d.app.screen, UndoDialog))
            d.send("escape")
            await d.until(lambda: "stopping after this batch" in said(d))
            go.set()
            await d.until(lambda: "3 still to go: u goes on" in said(d))
        await d.press("enter")
        await d.until(lambda: on_queue(d))
        assert stages(floor, leads).count(Stage.ACCEPTED) == 3
        await d.press("u")
        await d.until(lambda: on_queue(d) and stages(floor, leads).count(Stage.ACCEPTED) == 1)
        await d.until(lambda: "undone: accepting 2 at bats; 1 stays, changed by others since: Person1 Ortiz" in said(d))


@pytest.mark.usefixtures("small_batches")
async def test_a_full_disk_in_the_middle_stops_it_and_says_how_far_it_came(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from store import StoreError

    leads = [floor.lead() for _ in range(9)]
    import screens.dialogs.bulk as dialogs

    real, calls = store_bulk.do_batch, 0

    def full(*args: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise StoreError("The disk is full: free some room and do it again; nothing was saved.")
        return real(*args, **more)

    monkeypatch.setattr(dialogs, "do_batch", full)
    async with at_work(floor) as d:
        await whole(d, 9)
        await d.press("ctrl+a", "a", "enter")
        await d.until(lambda: "3 of 9 accepted; 6 untouched, still marked" in said(d))
        assert "The disk is full" in said(d)
        await d.press("enter")
        await d.until(lambda: on_queue(d))
        assert len(queue_of(d).table.marked) == 6
    assert stages(floor, leads).count(Stage.ACCEPTED) == 3


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_it_fits_every_window(floor: Floor, size: tuple[int, int]) -> None:
    for _ in range(3):
        floor.lead()
    for _ in range(2):
        floor.lead(Stage.ACCEPTED)
    async with at_work(floor, size=size) as d:
        await d.press("ctrl+a", "a")
        words = said(d)
        for part in ("Accept · 5 at bats", "Accept 3 of 5", "2 stay as they are", "does it", "takes it back as one"):
            assert part in words


async def test_hostile_names_are_only_shown(floor: Floor) -> None:
    for name in ("[@click=app.quit]Evil[/]", "Bell\u202e[red]", "O'Brien [UK]"):
        floor.lead(Stage.ACCEPTED, person=NewPerson(name, "", "", "+1 503 555 0142"), company=name)
    floor.lead()
    async with at_work(floor, size=(200, 50)) as d:
        await d.press("ctrl+a", "a")
        words = said(d)
        assert "[@click=app.quit]Evil[/], Bell[red], O'Brien [UK]" in words
        await d.press("enter")
        await d.until(lambda: on_queue(d))
