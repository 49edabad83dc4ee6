"""The team's board, key by key: who is on what, a rep's queue, and what others do while it is looked at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from screens.queue.screen import QueueScreen
from screens.team.queue import RepQueueScreen
from screens.team.screen import EVERYBODY, UNROUTED, TeamScreen
from store import Actor, Store, open_store
from store.instants import HOUR, MINUTE
from store.operations.attendance import AbsenceDraft, set_absent
from store.operations.leaving import LeaveDraft, leave_team
from store.operations.log_touch import log_touch
from store.operations.working import LeadDraft, accept
from store.rules.touch import TouchDraft
from store.vocabulary import Channel, Disposition, Stage
from tests.drivers import AppDriver, driving
from tests.factories import ANA, BEN, PRIYA, Floor
from tests.screens.lead_app import said
from tests.screens.queue_app import at_work, on_queue, program, queue_of


@pytest.fixture
def another(floor: Floor) -> Iterator[Store]:
    """The same database, opened by somebody else."""
    store = open_store(floor.store.path)
    yield store
    store.close()


def board_of(d: AppDriver) -> TeamScreen:
    """The board, which is in front."""
    assert isinstance(d.app.screen, TeamScreen)
    return d.app.screen


def theirs(d: AppDriver) -> RepQueueScreen:
    """Somebody's queue, which is in front."""
    assert isinstance(d.app.screen, RepQueueScreen)
    return d.app.screen


def line_of(d: AppDriver, name: str) -> str:
    """The line of the board that begins with a name."""
    lines = [" ".join(line.replace("▌", "").split()) for line in d.screen_text().splitlines()]
    return next((line for line in lines if line.startswith(name) or line[2:].startswith(name)), "")


async def on_board(d: AppDriver, actor: Actor | None = None) -> TeamScreen:
    """Go to the board, and to a rep."""
    await d.press("4")
    board = board_of(d)
    while actor is not None and board.table.cursor_id != actor.user_id:
        await d.press("j")
    return board


async def test_one_key_there_and_one_back_to_the_same_row(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED)
    second = floor.lead(Stage.ACCEPTED)
    floor.touch(floor.lead(actor=BEN), actor=BEN)
    async with at_work(floor) as d:
        await d.press("j")
        row = queue_of(d).table.cursor_id
        await d.press("4")
        assert line_of(d, "Ben").startswith("Ben at work, now Person3 Ortiz")
        assert line_of(d, "Priya").startswith("Priya at work, 2 min")
        await d.press("1")
        assert on_queue(d)
        assert queue_of(d).table.cursor_id == row
        await d.press("4", "enter")
        assert theirs(d)
        await d.press("1")
        assert on_queue(d)
    assert floor.state(second).open


async def test_enter_opens_a_reps_queue_and_esc_goes_back_to_the_row(floor: Floor) -> None:
    theirs_one = floor.lead(Stage.ACCEPTED, actor=BEN)
    mine = floor.lead(Stage.ACCEPTED)
    async with at_work(floor, ANA) as d:
        board = await on_board(d, PRIYA)
        index = board.table.cursor_index
        await d.press("enter")
        assert "Priya’s queue" in said(d)
        assert list(theirs(d).table.ids) == [mine]
        await d.press("escape")
        assert board_of(d).table.cursor_index == index
        await d.press("k", "enter")
        assert "Ben’s queue" in said(d)
        assert list(theirs(d).table.ids) == [theirs_one]
        await d.press("enter", "escape")
        assert theirs(d)
        await d.press("escape")
        assert board_of(d).table.cursor_id == BEN.user_id


async def test_what_is_done_in_a_reps_queue_is_done_as_oneself(floor: Floor) -> None:
    lead = floor.lead(Stage.ACCEPTED, actor=BEN)
    other = floor.lead(Stage.ACCEPTED, actor=BEN)
    async with at_work(floor, PRIYA) as d:
        await on_board(d, BEN)
        await d.press("enter")
        await d.until(lambda: list(theirs(d).table.ids) == [lead, other])
        await d.press("l", "n")
        assert floor.value("SELECT user_id FROM touch") == PRIYA.user_id
        touched = floor.value("SELECT lead_id FROM touch")
        rest = other if touched == lead else lead
        await d.until(lambda: theirs(d).table.cursor_id == rest)
        await d.press("r")
        assert floor.state(rest).owner_id == PRIYA.user_id
        await d.until(lambda: rest not in theirs(d).table.ids)
        await d.press("S")
        await d.until(lambda: "These are Ben’s" in said(d))
        await d.press("escape")
        board = board_of(d)
        assert board.table.cursor_id == BEN.user_id
        await d.until(lambda: line_of(d, "Priya").startswith("Priya at work"))


async def test_a_team_lead_gives_a_reps_at_bat_to_somebody_from_there(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED, actor=BEN)
    async with at_work(floor, ANA) as d:
        await on_board(d, BEN)
        await d.press("enter", "r")
        await d.until(lambda: "Who gets it" in said(d))
        assert "taken from Ben" in said(d)


async def test_a_filter_in_a_reps_queue_is_left_first(floor: Floor) -> None:
    for _ in range(3):
        floor.lead(Stage.ACCEPTED, actor=BEN)
    async with at_work(floor, ANA) as d:
        await on_board(d, BEN)
        await d.press("enter", "f")
        await d.type("person2")
        await d.press("enter")
        await d.until(lambda: len(theirs(d).table.ids) == 1)
        await d.press("escape")
        await d.until(lambda: len(theirs(d).table.ids) == 3)
        await d.press("escape")
        assert board_of(d)
        await d.press("enter")
        assert len(theirs(d).table.ids) == 3


async def test_the_same_screen_serves_the_next_rep_from_its_first_row(floor: Floor) -> None:
    for actor in (BEN, BEN, PRIYA, PRIYA):
        floor.lead(Stage.ACCEPTED, actor=actor)
    async with at_work(floor, ANA) as d:
        await on_board(d, BEN)
        await d.press("enter", "j", "space", "v", "escape", "j", "enter")
        assert "Priya’s queue" in said(d)
        queue = theirs(d)
        assert (len(queue.table.ids), queue.table.cursor_index, queue.table.marked) == (2, 0, set())
        await d.until(lambda: "All 2" in said(d))
        assert d.app.standing is not None
        assert d.app.standing.late == 0


async def test_another_programs_log_shows_while_one_looks_and_nothing_moves(floor: Floor, another: Store) -> None:
    leads = [floor.lead(Stage.ACCEPTED, actor=actor) for actor in (PRIYA, BEN)]
    async with at_work(floor, ANA) as d:
        board = await on_board(d, PRIYA)
        ids, index = list(board.table.ids), board.table.cursor_index
        assert board.table.cursor_row is not None
        assert board.table.cursor_row.figures.attempts == 0
        log_touch(another, BEN, floor.later(), TouchDraft(leads[1], Channel.CALL, Disposition.CONVERSATION))
        await d.until(lambda: "1 attempt · 1 connect" in said(d))
        assert (list(board.table.ids), board.table.cursor_index) == (ids, index)
        assert "Person2 Ortiz" in line_of(d, "Ben")
        log_touch(another, PRIYA, floor.later(), TouchDraft(leads[0], Channel.CALL, Disposition.NO_ANSWER))
        await d.until(lambda: board.table.cursor_row is not None and board.table.cursor_row.figures.attempts == 1)


async def test_what_happened_while_one_was_elsewhere_is_there_on_return(floor: Floor, another: Store) -> None:
    lead = floor.lead(actor=BEN)
    async with at_work(floor, ANA) as d:
        board = await on_board(d)
        assert board.table.cursor_row is not None
        assert board.table.cursor_row.figures.new == 1
        await d.press("1")
        accept(another, BEN, floor.later(), LeadDraft(lead))
        await d.until(lambda: board._stale)
        await d.press("4")
        await d.until(lambda: board.table.cursor_row is not None and board.table.cursor_row.figures.new == 0)


async def test_thresholds_are_said_by_a_sign_too(floor: Floor) -> None:
    lead = floor.lead(Stage.ACCEPTED, actor=BEN)
    floor.touch(lead, actor=BEN)
    for _ in range(10):
        floor.lead(actor=BEN)
    floor.now += 16 * MINUTE
    async with at_work(floor, ANA) as d:
        board = await on_board(d)
        await d.until(lambda: line_of(d, "Ben").startswith("! Ben idle 16 min"))
        assert "10•" in line_of(d, "Ben")
        assert line_of(d, "Priya").startswith("• Priya nothing yet")
        assert "! 1 idle • 1 not begun" in said(d)
        accept(floor.store, BEN, floor.now, LeadDraft(lead + 1))
        await d.until(lambda: line_of(d, "Ben").startswith("Ben at work"))
        floor.now += 3 * HOUR
        board._minute()
        await d.until(lambda: "idle 3 h" in line_of(d, "Ben"))


async def test_what_nobody_has_opens_too_and_everybody_together_does_not(floor: Floor) -> None:
    lead = floor.lead()
    floor.raw("UPDATE lead SET owner_id = NULL")
    async with at_work(floor, PRIYA) as d:
        board = await on_board(d)
        assert "! 1 unrouted" in said(d)
        assert list(board.table.ids)[-2:] == [UNROUTED, EVERYBODY]
        assert line_of(d, "everybody").startswith("everybody 1 "), "the sum has what nobody has"
        await d.press("G")
        await d.until(lambda: "enter queue" not in d.screen_text().splitlines()[-1])
        await d.press("enter")
        await d.until(lambda: "Everybody together has no queue" in said(d))
        await d.press("k", "enter")
        assert "nobody has these yet" in said(d)
        assert list(theirs(d).table.ids) == [lead]
        await d.press("r")
        await d.until(lambda: not theirs(d).table.row_count)
        await d.press("escape")
        await d.until(lambda: UNROUTED not in board.table.ids)
        assert "unrouted" not in said(d)
    assert floor.state(lead).owner_id == PRIYA.user_id


async def test_marks_are_there_on_return_to_the_same_queue_only(floor: Floor) -> None:
    leads = [floor.lead(Stage.ACCEPTED, actor=BEN) for _ in range(3)]
    floor.lead(Stage.ACCEPTED)
    async with at_work(floor, ANA) as d:
        await on_board(d, BEN)
        await d.press("enter", "space", "space", "escape", "enter")
        await d.until(lambda: theirs(d).table.marked == set(leads[:2]))
        await d.press("escape", "j", "enter")
        await d.until(lambda: "Priya’s queue" in said(d) and not theirs(d).table.marked)
        assert "2 rows of Ben: no longer marked" in said(d)
        await d.press("escape", "k", "enter")
        await d.until(lambda: "Ben’s queue" in said(d) and not theirs(d).table.marked)


async def test_what_one_comes_for_is_offered_in_a_reps_queue(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED, actor=BEN)
    async with at_work(floor, ANA) as d:
        await on_board(d, BEN)
        await d.press("enter")
        offered = d.screen_text().splitlines()[-1]
        assert "r reassign" in offered
        assert "S session" not in offered


async def test_a_closing_of_who_has_left_is_found_from_every_row(floor: Floor) -> None:
    floor.touch(floor.lead(Stage.ACCEPTED))
    floor.lead(Stage.DISQUALIFIED)
    leave_team(floor.store, ANA, floor.later(), LeaveDraft(PRIYA.user_id))
    async with at_work(floor, ANA) as d:
        board = await on_board(d)
        assert "unrouted" not in d.screen_text().splitlines()[1], "it needs a word, not a rep"
        assert line_of(d, "Priya").startswith("• Priya has left")
        assert "1 attempt" in said(d)
        for id in list(board.table.ids):
            board.table.move_to(id)
            await d.press("A")
            await d.until(lambda: "1 closing waits for approval" in said(d))
            await d.press("escape")


async def test_a_team_lead_starts_on_the_board_and_a_rep_on_the_queue(floor: Floor) -> None:
    async with driving(program(floor, ANA)) as d:
        board = board_of(d)
        await d.press("escape")
        assert d.app.screen is board
        await d.press("1", "escape")
        assert d.app.screen is board, "where one starts is home"
    async with driving(program(floor, PRIYA)) as d:
        assert on_queue(d)


@pytest.mark.parametrize("width", [120, 200])
async def test_words_are_cut_only_where_there_is_no_room(floor: Floor, width: int) -> None:
    floor.touch(floor.lead(Stage.ACCEPTED, company="Northwind Paper Mills"))
    set_absent(floor.store, ANA, floor.later(), AbsenceDraft(BEN.user_id, "2026-11-23", "2026-11-23"))
    async with at_work(floor, ANA, size=(width, 36)) as d:
        await on_board(d)
        assert "…" not in line_of(d, "Ben") + line_of(d, "Priya")
        assert "Person1 Ortiz" in line_of(d, "Priya")
        assert ("Northwind Paper Mills" in line_of(d, "Priya")) is (width == 200)
        header = next(line for line in d.screen_text().splitlines() if " rep " in line)
        assert " " * 45 not in header, "what is left over goes to the figures"


@pytest.mark.parametrize(("width", "on_one", "said_too"), [(120, False, True), (120, True, False), (200, True, True)])
async def test_an_absence_to_come_stands_behind_what_they_do_where_there_is_room(
    floor: Floor, width: int, on_one: bool, said_too: bool
) -> None:
    lead = floor.lead(actor=BEN)
    if on_one:
        floor.touch(lead, actor=BEN)
    set_absent(floor.store, ANA, floor.later(), AbsenceDraft(BEN.user_id, "2026-11-25", "2026-11-27"))
    async with at_work(floor, ANA, size=(width, 36)) as d:
        await on_board(d)
        assert (" · away from Wed" in line_of(d, "Ben")) is said_too
        assert ("Person1 Ortiz · Company" in line_of(d, "Ben")) is on_one
        assert ("away" in line_of(d, "Ben")) is said_too, "whole, or not at all"
        assert "away" not in line_of(d, "Priya")


@pytest.mark.parametrize("actor", [PRIYA, ANA], ids=["rep", "team lead"])
@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_it_can_be_read_in_every_size_by_everybody(floor: Floor, size: tuple[int, int], actor: Actor) -> None:
    floor.touch(floor.lead(actor=BEN), actor=BEN)
    async with at_work(floor, actor, size=size) as d:
        await on_board(d)
        columns = ["rep", "now", "open", "new", "late", "SLA", "tries", "conn", "mtg"]
        header = next(line for line in d.screen_text().splitlines() if " rep " in line).split()
        assert [title for title in header if title in columns] == columns
        assert ("with" in header) is (size[0] >= 120)
        assert all(len(line) <= size[0] for line in d.screen_text().splitlines())
        await d.resize(80, 24)
        assert "stale" not in d.screen_text()
        assert "Ben" in d.screen_text()


async def test_the_keys_are_offered_and_help_names_them(floor: Floor) -> None:
    async with at_work(floor, ANA) as d:
        await on_board(d)
        assert "enter queue" in d.screen_text().splitlines()[-1]
        await d.press("?")
        await d.until(lambda: "On the team's board" in d.screen_text())
        await d.press("escape")
        assert not isinstance(d.app.screen, QueueScreen)


async def test_a_team_lead_gives_a_reps_at_bats_on_one_by_one_and_marked(floor: Floor) -> None:
    leads = [floor.lead(Stage.ACCEPTED) for _ in range(3)]
    async with at_work(floor, ANA) as d:
        await on_board(d, PRIYA)
        before = d.keys
        await d.press("enter", "r", "a")
        assert d.keys - before == 3
        await d.until(lambda: len(theirs(d).table.ids) == 2)
        assert [floor.state(lead).owner_id for lead in leads].count(BEN.user_id) == 1
        before = d.keys
        await d.press("ctrl+a", "r", "a", "enter")
        assert d.keys - before == 4
        await d.until(lambda: isinstance(d.app.screen, RepQueueScreen) and not d.app.screen.table.ids)
        assert [floor.state(lead).owner_id for lead in leads] == [BEN.user_id] * 3
        await d.press("u")
        await d.until(lambda: [floor.state(lead).owner_id for lead in leads].count(PRIYA.user_id) == 2)
        await d.press("escape")
        assert board_of(d).table.cursor_id == PRIYA.user_id
