"""The opportunities as an account executive, a rep and a team lead see and work them, key by key."""

from __future__ import annotations

import pytest

from screens.deals.screen import DealsScreen
from screens.deals.story import DealStoryScreen
from screens.queue.screen import QueueScreen
from store.instants import DAY
from store.operations.edit import ContactDraft, edit_contact
from store.operations.opportunity import (
    GroupDraft,
    LoseDraft,
    OpportunityDraft,
    lose,
    set_group,
    update_opportunity,
)
from store.rules.closing import NewPerson
from store.vocabulary import OpportunityStage, Role, Stage
from tests.drivers import AppDriver
from tests.factories import ANA, BEN, ED, PRIYA, Floor
from tests.screens.lead_app import said
from tests.screens.queue_app import at_work
from tests.store.test_hand_over import accept, handed, reject
from tui.widgets.key_line import KeyLine


def desk_of(driver: AppDriver) -> DealsScreen:
    """The screen of the opportunities, which is in front."""
    screen = driver.app.screen
    assert isinstance(screen, DealsScreen)
    return screen


async def test_an_account_executive_starts_on_what_was_handed_over(floor: Floor) -> None:
    handed(floor)
    async with at_work(floor, ED) as d:
        assert isinstance(d.app.screen, DealsScreen)
        assert "answer by" in said(d)
        assert "from Priya" in said(d)
        await d.until(lambda: "came from" in said(d))
        await d.press("a")
        await d.until(lambda: "Handed to me 0" in said(d))
        assert d.keys == 1
        assert "closes" in said(d)


async def test_a_rep_starts_on_the_queue_and_a_key_shows_the_opportunities(floor: Floor) -> None:
    id = handed(floor)
    reject(floor, id)
    async with at_work(floor, PRIYA) as d:
        assert isinstance(d.app.screen, QueueScreen)
        await d.press("2")
        await d.until(lambda: "rejected by sales: no budget" in said(d))
        assert "Rejected by sales ! 1" in said(d)
        await d.press("1")
        assert isinstance(d.app.screen, QueueScreen)


async def test_enter_opens_the_story_and_esc_goes_back_to_the_row(floor: Floor) -> None:
    handed(floor)
    second = handed(floor)
    accept(floor, second)
    async with at_work(floor, ED) as d:
        await d.press("j", "enter")
        await d.until(lambda: "hand-over accepted" in said(d))
        assert "converted · opportunity" in said(d)
        await d.press("left_square_bracket")
        await d.until(lambda: "hand-over accepted" not in said(d))
        await d.press("escape")
        assert desk_of(d).table.cursor_index == 0


async def test_a_team_lead_sees_everybodys_with_the_owner(floor: Floor) -> None:
    handed(floor)
    async with at_work(floor, ANA, size=(200, 50)) as d:
        await d.press("2")
        await d.until(lambda: "from Priya to Ed" in said(d))


async def test_a_team_lead_passes_on_what_waits(floor: Floor) -> None:
    id = handed(floor)
    async with at_work(floor, ANA, size=(200, 50)) as d:
        await d.press("2", "r")
        await d.until(lambda: "Who takes it" in said(d))
        assert "Ed (" not in said(d)
        await d.press("a")
        await d.until(lambda: "handed over to" in said(d))
        await d.press("enter")
        await d.until(lambda: "passed on without an answer" in said(d))
    assert floor.value("SELECT count(*) FROM hand_over WHERE opportunity_id = ?", id) == 2


# --- the verbs, key by key ---


async def test_rejecting_takes_three_keys_and_the_giver_sees_why(floor: Floor) -> None:
    id = handed(floor)
    async with at_work(floor, ED) as d:
        await d.press("x", "r", "b")
        await d.until(lambda: "rejected by sales (no budget), back to Priya" in said(d))
        assert d.keys == 3
        assert isinstance(d.app.screen, DealsScreen)
    async with at_work(floor, PRIYA) as d:
        await d.press("2")
        await d.until(lambda: "rejected by sales: no budget" in said(d))
        d.keys = 0
        await d.press("r", "a")
        await d.until(lambda: "handed over to" in said(d))
        assert d.keys == 2
    assert floor.value("SELECT rejected_at FROM opportunity WHERE id = ?", id) is None


async def test_a_rejection_with_a_note_and_a_person_who_is_not_real(floor: Floor) -> None:
    id = handed(floor)
    async with at_work(floor, ED) as d:
        await d.press("x", "r", "O")
        await d.until(lambda: "needs a note" in said(d) or d.app.focused is not None)
        await d.press("ctrl+s")
        await d.until(lambda: "needs a note" in said(d))
        await d.type("no such company")
        await d.press("tab", "down", "ctrl+s")
        await d.until(lambda: isinstance(d.app.screen, DealsScreen))
    contact = floor.value("SELECT contact_id FROM opportunity_contact WHERE opportunity_id = ?", id)
    assert floor.value("SELECT bogus_at FROM contact WHERE id = ?", contact) == floor.now


async def test_the_stage_takes_two_keys_and_undo_one(floor: Floor) -> None:
    id = handed(floor)
    async with at_work(floor, ED) as d:
        await d.press("t", "p")
        await d.until(lambda: ": proposal" in said(d))
        assert d.keys == 2
        assert floor.value("SELECT stage FROM opportunity WHERE id = ?", id) == "proposal"
        await d.press("u")
        await d.until(lambda: "undone" in said(d))
        assert floor.value("SELECT stage FROM opportunity WHERE id = ?", id) == "discovery"
        assert floor.value("SELECT answered_at FROM hand_over") is None


async def test_winning_takes_two_keys_and_the_company_is_a_customer(floor: Floor) -> None:
    id = handed(floor)
    accept(floor, id)
    async with at_work(floor, ED) as d:
        await d.press("x")
        await d.until(lambda: "is a customer" in said(d))
        await d.press("w")
        await d.until(lambda: " won" in said(d))
        assert d.keys == 2
        await d.until(lambda: not desk_of(d).table.row_count)
        assert "shows what was won or lost" in said(d)
        await d.press("d")
        await d.until(lambda: "won today" in said(d))
        await d.press("t")
        await d.until(lambda: "won for good" in said(d))
    assert floor.value("SELECT customer_since FROM account") == floor.now


async def test_leaving_the_end_asks_once_for_what_was_typed(floor: Floor) -> None:
    accept(floor, handed(floor))
    async with at_work(floor, ED) as d:
        await d.press("x", "l", "c")
        await d.until(lambda: "Which competitor" in said(d))
        await d.type("Globex")
        await d.press("escape")
        await d.until(lambda: "What you typed is not saved" in said(d))
        assert "Globex" in said(d)
        await d.press("escape")
        await d.until(lambda: isinstance(d.app.screen, DealsScreen))


async def test_losing_to_a_competitor_asks_which(floor: Floor) -> None:
    id = handed(floor)
    accept(floor, id)
    async with at_work(floor, ED) as d:
        await d.press("x", "l", "c")
        await d.until(lambda: "Which competitor" in said(d))
        await d.type("Globex")
        await d.press("enter")
        await d.until(lambda: "lost: competitor chosen" in said(d))
        await d.press("d")
        await d.until(lambda: "lost to Globex" in said(d))


async def test_amount_and_close_date_are_typed_as_people_say_them(floor: Floor) -> None:
    id = handed(floor)
    accept(floor, id)
    async with at_work(floor, ED) as d:
        await d.press("E")
        await d.until(lambda: "Probability" in said(d))
        await d.type("12.5k")
        await d.until(lambda: "→ $12,500" in said(d))
        await d.press("tab", "ctrl+u")
        await d.type("in 3 weeks")
        await d.press("enter")
        await d.until(lambda: "changed" in said(d))
    assert floor.value("SELECT amount FROM opportunity WHERE id = ?", id) == 1_250_000
    assert floor.value("SELECT close_date FROM opportunity WHERE id = ?", id) == "2026-12-14"


async def test_an_emptied_amount_is_asked_for_and_a_date_shown_in_full(floor: Floor) -> None:
    accept(floor, handed(floor))
    async with at_work(floor, ED) as d:
        await d.press("E", "ctrl+u")
        await d.until(lambda: "Give the amount: 0 while nobody knows it." in said(d))
        await d.type("12,50")
        await d.until(lambda: "→ $12.50" in said(d))
        await d.press("tab", "ctrl+u")
        await d.type("next friday")
        await d.until(lambda: "closes Fri 4 Dec" in said(d))


async def test_a_bad_amount_is_said_at_its_field_and_nothing_typed_is_lost(floor: Floor) -> None:
    accept(floor, handed(floor))
    async with at_work(floor, ED) as d:
        await d.press("E")
        await d.type("a lot")
        await d.press("enter")
        await d.until(lambda: "That is no amount" in said(d))
        assert "a lot" in said(d)


async def test_somebody_joins_with_a_part_and_another_becomes_primary(floor: Floor) -> None:
    id = handed(floor)
    accept(floor, id)
    async with at_work(floor, ED) as d:
        await d.press("p")
        await d.type("Mara")
        await d.press("enter", "d")
        await d.until(lambda: "Mara added" in said(d))
        await d.press("p", "shift+tab", "down", "p", "enter")
        await d.until(lambda: "parts changed" in said(d))
    rows = floor.store.rows(
        "SELECT c.name, m.role, m.is_primary FROM opportunity_contact m JOIN contact c ON c.id = m.contact_id"
        " WHERE m.opportunity_id = ? ORDER BY m.id",
        (id,),
    )
    assert [(name.split()[0], role, primary) for name, role, primary in rows] == [
        ("Person1", "other", 0),
        ("Mara", "decision_maker", 1),
    ]


async def test_a_part_is_of_the_person_in_front_only(floor: Floor) -> None:
    id = handed(floor)
    accept(floor, id)
    set_group(floor.store, ED, floor.later(), GroupDraft(id, role=Role.USER, person=NewPerson("Mara", "Li")))
    async with at_work(floor, ED) as d:
        await d.press("p", "shift+tab", "d", "p", "enter")
        await d.until(lambda: "parts changed" in said(d))
    rows = floor.store.rows(
        "SELECT role, is_primary FROM opportunity_contact WHERE opportunity_id = ? ORDER BY id", (id,)
    )
    assert rows == [("decision_maker", 1), ("user", 0)]


async def test_somebody_known_elsewhere_is_shown_and_taken(floor: Floor) -> None:
    id = handed(floor)
    accept(floor, id)
    floor.lead(company="Globex", person=NewPerson("Ulrike", "Sommer", "CFO", "", "ulrike@globex.example"), actor=BEN)
    people = floor.value("SELECT count(*) FROM contact")
    async with at_work(floor, ED) as d:
        await d.press("p")
        await d.type("Ulrike Sommer")
        await d.until(lambda: "Ulrike Sommer, CFO · Globex" in said(d))
        await d.press("down", "enter", "c")
        await d.until(lambda: "joins: champion" in said(d) or "added" in said(d))
        await d.until(lambda: "Ulrike Sommer added" in said(d))
    assert floor.value("SELECT count(*) FROM contact") == people


@pytest.mark.parametrize(
    ("typed", "refused"),
    [
        ("2020-01-01", "has passed"),
        ("2099-01-01", "more than ten years"),
        ("5", "A number alone is no date"),
        ("2026", "A number alone is no date"),
    ],
)
async def test_a_close_date_that_saving_refuses_is_not_promised(floor: Floor, typed: str, refused: str) -> None:
    accept(floor, handed(floor))
    async with at_work(floor, ED) as d:
        await d.press("E")
        await d.until(lambda: "Probability" in said(d))
        await d.press("tab", "ctrl+u")
        await d.type(typed)
        await d.until(lambda: refused in said(d))
        assert "closes" not in said(d).rpartition("Owner")[2]


async def test_the_stage_of_one_that_another_ended_is_not_promised(floor: Floor) -> None:
    id = handed(floor)
    accept(floor, id)
    async with at_work(floor, ED) as d:
        lose(floor.store, ANA, floor.later(), LoseDraft(id, "timing"))
        await d.press("t")
        await d.until(lambda: "lost for good" in said(d))
        assert "→" not in said(d)


async def test_an_undo_goes_back_to_the_row_it_was_about(floor: Floor) -> None:
    first = handed(floor)
    handed(floor), handed(floor)
    async with at_work(floor, ED) as d:
        await d.press("a")
        await d.until(lambda: "Handed to me • 2" in said(d))
        assert desk_of(d).table.cursor_id == first
        await d.press("g", "u")
        await d.until(lambda: "undone" in said(d))
        await d.until(lambda: desk_of(d).table.cursor_id == first)


async def test_the_cursor_stays_on_what_is_worked(floor: Floor) -> None:
    first = handed(floor)
    second = handed(floor)
    accept(floor, handed(floor))
    async with at_work(floor, ED) as d:
        await d.press("l", "n", "l", "n", "l", "v")
        await d.until(lambda: "voicemail left logged" in said(d))
        assert desk_of(d).table.cursor_id == first
        await d.press("g", "enter", "a")
        await d.until(lambda: "hand-over accepted" in said(d))
        await d.press("escape")
        await d.until(lambda: d.app.screen is desk_of(d))
        assert desk_of(d).table.cursor_id == second
        await d.press("x", "l", "t")
        await d.until(lambda: "lost: timing" in said(d))
        assert desk_of(d).table.cursor_id not in (second, None)
    touched = floor.store.rows("SELECT DISTINCT opportunity_id FROM touch WHERE opportunity_id IS NOT NULL")
    assert touched == [(first,)]


@pytest.mark.parametrize(
    ("keys", "before"),
    [("l", "accepts the hand-over"), ("t", "accepts the hand-over"), ("x", "accepts the hand-over")],
)
async def test_what_accepts_a_hand_over_says_so_before(floor: Floor, keys: str, before: str) -> None:
    handed(floor)
    async with at_work(floor, ED, size=(80, 24)) as d:
        await d.press(keys)
        await d.until(lambda: before in said(d))


async def test_what_accepted_a_hand_over_says_so_after_and_when_it_was(floor: Floor) -> None:
    id = handed(floor)
    async with at_work(floor, ED) as d:
        await d.press("E")
        await d.type("5k")
        await d.until(lambda: "accepts the hand-over · $0 → $5,000" in said(d))
        await d.press("enter")
        await d.until(lambda: "changed; hand-over accepted · u undoes" in said(d))
        await d.press("a")
        await d.until(lambda: "You accepted this 10:" in said(d))
        await d.until(lambda: "u undoes it if" in said(d))
        await d.press("u")
        await d.until(lambda: "undone" in said(d))
    assert floor.value("SELECT answered_at FROM hand_over WHERE opportunity_id = ?", id) is None


async def test_ending_says_the_amount_and_the_date_before_a_letter_ends_it(floor: Floor) -> None:
    id = handed(floor)
    accept(floor, id)
    update_opportunity(floor.store, ED, floor.later(), OpportunityDraft(id, amount=1_250_000))
    async with at_work(floor, ED) as d:
        await d.press("x")
        await d.until(lambda: "$12,500 · closes 29 Jan 2027" in said(d))
        assert "u undoes it for 10 min" in said(d)


async def test_the_row_says_what_comes_next_and_whose_it_is(floor: Floor) -> None:
    accept(floor, handed(floor))
    async with at_work(floor, ED) as d:
        await d.press("b")
        await d.type("tomorrow 15:00")
        await d.press("enter")
        await d.until(lambda: "callback tomorrow 1" in said(d))
    async with at_work(floor, PRIYA) as d:
        await d.press("2")
        await d.until(lambda: "Person1 Ortiz, Buyer" in said(d))
        assert "Ed" in next(line for line in said(d).splitlines() if "Person1 Ortiz, Buyer" in line).split()


async def test_what_an_executive_logs_stands_first_and_the_rest_in_one_line(floor: Floor) -> None:
    accept(floor, handed(floor))
    async with at_work(floor, ED, size=(80, 24)) as d:
        await d.press("l")
        await d.until(lambda: "also y busy" in said(d))
        assert said(d).index("c conversation") < said(d).index("n no answer")
        await d.press("y")
        await d.until(lambda: "busy logged" in said(d))
        await d.press("l", "h")
        await d.until(lambda: "held logged" in said(d))


async def test_a_touch_is_not_from_before_the_opportunity(floor: Floor) -> None:
    handed(floor)
    async with at_work(floor, ED) as d:
        await d.press("l", "f2")
        await d.type("yesterday 15:00")
        await d.press("enter")
        await d.until(lambda: "This opportunity was opened today" in said(d))


async def test_the_key_line_offers_what_can_be_done(floor: Floor) -> None:
    id = handed(floor)
    async with at_work(floor, ED, size=(200, 50)) as d:
        keys = desk_of(d).query_one(KeyLine)
        await d.until(lambda: "a accept" in keys.render().plain)
        assert "space mark" not in keys.render().plain
        await d.press("x", "l", "t")
        await d.until(lambda: not desk_of(d).table.row_count)
        await d.press("d")
        await d.until(lambda: desk_of(d).table.cursor_id == id)
        await d.until(lambda: "enter story" in keys.render().plain)
        for gone in ("a accept", "end ", "stage", "edit", "people", "hand over", "note"):
            assert gone not in keys.render().plain


async def test_a_late_answer_says_its_whole_date(floor: Floor) -> None:
    handed(floor)
    floor.later(8 * DAY)
    async with at_work(floor, ED, size=(200, 50)) as d:
        await d.until(lambda: "by Tue 24 Nov" in said(d))


async def test_a_primary_contact_who_works_elsewhere_is_marked(floor: Floor) -> None:
    accept(floor, handed(floor))
    contact = floor.value("SELECT contact_id FROM opportunity_contact")
    edit_contact(floor.store, ED, floor.later(), ContactDraft(contact, company="Globex"))
    async with at_work(floor, ED, size=(200, 50)) as d:
        await d.until(lambda: "left the company" in said(d))


async def test_a_note_stands_in_the_story(floor: Floor) -> None:
    handed(floor)
    async with at_work(floor, PRIYA) as d:
        await d.press("2", "n")
        await d.type("likes tea")
        await d.press("enter")
        await d.until(lambda: "note added" in said(d))
        await d.press("enter")
        await d.until(lambda: "likes tea" in said(d))


async def test_a_letter_that_leads_alone_have_says_so(floor: Floor) -> None:
    handed(floor)
    async with at_work(floor, PRIYA) as d:
        await d.press("2", "c")
        await d.until(lambda: "this is an opportunity" in said(d))
        await d.press("a")
        await d.until(lambda: "handed to Ed" in said(d))


async def test_the_second_of_two_is_told_and_can_save_again(floor: Floor) -> None:
    id = handed(floor)
    async with at_work(floor, ED) as d:
        await d.press("t")
        accept(floor, id, ANA)
        await d.press("p")
        await d.until(lambda: "Ana accepted this" in said(d))
        await d.press("ctrl+s")
        await d.until(lambda: ": proposal" in said(d))


async def test_what_others_did_is_announced_and_taken_in_when_asked(floor: Floor) -> None:
    handed(floor)
    async with at_work(floor, ED) as d:
        handed(floor)
        await d.until(lambda: "others changed 1 opportunity" in said(d))
        assert desk_of(d).table.row_count == 1
        await d.press("R")
        await d.until(lambda: desk_of(d).table.row_count == 2)


async def test_what_was_converted_on_the_queue_is_there_at_once(floor: Floor) -> None:
    floor.lead(Stage.QUALIFIED)
    async with at_work(floor, PRIYA) as d:
        await d.press("2")
        await d.until(lambda: "None of your at bats" in said(d))
        await d.press("1", "c", "enter")
        await d.until(lambda: isinstance(d.app.screen, QueueScreen))
        await d.press("2")
        await d.until(lambda: desk_of(d).table.row_count == 1)


async def test_a_held_meeting_asks_for_the_opportunity(floor: Floor) -> None:
    lead = floor.lead(Stage.CONNECTED)
    floor.meet(lead)
    floor.later(3 * DAY)
    async with at_work(floor, PRIYA) as d:
        await d.press("slash")
        await d.type("Person1")
        await d.press("enter", "l", "h")
        await d.until(lambda: "Opportunity after the meeting" in said(d))
        await d.press("enter")
        await d.until(lambda: "opportunity opened" in said(d))
    assert floor.value("SELECT opportunity_id FROM conversion WHERE lead_id = ?", lead)


# --- narrowing and ordering ---


def three(floor: Floor) -> tuple[int, int, int]:
    """Small, big and middling, in due order: waiting, closing sooner, closing later."""
    waits = handed(floor, name="Small fleet", amount=500_000)
    big = handed(floor, name="Big depot", amount=9_000_000, close_date="2026-12-20")
    middle = handed(floor, name="Middle yard", amount=2_500_000, close_date="2027-03-01")
    accept(floor, big)
    accept(floor, middle)
    update_opportunity(floor.store, ED, floor.later(), OpportunityDraft(middle, stage=OpportunityStage.PROPOSAL))
    return waits, big, middle


async def test_the_list_is_narrowed_at_every_letter_and_esc_shows_all(floor: Floor) -> None:
    waits, big, middle = three(floor)
    async with at_work(floor, ED) as d:
        table = desk_of(d).table
        assert list(table.ids) == [waits, big, middle]
        await d.press("f")
        await d.type("middle")
        await d.until(lambda: list(table.ids) == [middle])
        assert "1 of 3 · esc shows all" in said(d)
        await d.press("enter", "t", "n")
        await d.until(lambda: "negotiation" in said(d))
        assert floor.value("SELECT stage FROM opportunity WHERE id = ?", middle) == "negotiation"
        await d.press("escape")
        await d.until(lambda: list(table.ids) == [waits, big, middle])
        assert table.cursor_id == middle


async def test_a_condition_narrows_and_what_leaves_it_makes_room(floor: Floor) -> None:
    _, _, middle = three(floor)
    async with at_work(floor, ED) as d:
        table = desk_of(d).table
        await d.press("f")
        await d.type("stage:prop amount>20k")
        await d.press("down")
        await d.until(lambda: list(table.ids) == [middle])
        await d.press("t", "d")
        await d.until(lambda: "No opportunity here is like that" in said(d))
        await d.press("u")
        await d.until(lambda: list(table.ids) == [middle])


async def test_a_bad_filter_gets_one_sentence_and_leaves_what_stood_before(floor: Floor) -> None:
    _, big, _ = three(floor)
    async with at_work(floor, ED, size=(200, 50)) as d:
        table = desk_of(d).table
        await d.press("f")
        await d.type("depot amount>lots")
        await d.until(lambda: "“amount” needs a number after the sign, such as amount>20k." in said(d))
        assert list(table.ids) == [big]
        await d.press("enter")
        assert desk_of(d).filter_line.typing
        await d.press("escape")
        await d.until(lambda: table.row_count == 3)
        assert d.app.focused is table


async def test_a_filter_does_not_take_in_what_others_did(floor: Floor) -> None:
    three(floor)
    async with at_work(floor, ED) as d:
        handed(floor, name="Middle mast")
        await d.until(lambda: "others changed 1 opportunity" in said(d))
        await d.press("f")
        await d.type("mid")
        await d.until(lambda: desk_of(d).table.row_count == 1)
        assert "others changed 1 opportunity" in said(d)
        await d.press("enter", "R")
        await d.until(lambda: desk_of(d).table.row_count == 2)


async def test_the_order_goes_round_and_keeps_the_row(floor: Floor) -> None:
    waits, big, middle = three(floor)
    async with at_work(floor, ED) as d:
        table = desk_of(d).table
        await d.press("j")
        for order, ids in {
            "close date": [big, waits, middle],
            "amount": [big, middle, waits],
            "stage": [middle, waits, big],
            "unmoved longest": [waits, big, middle],
            "company": [waits, big, middle],
        }.items():
            await d.press("O")
            await d.until(lambda order=order: f"ordered by {order}" in said(d))  # type: ignore[misc]
            assert list(table.ids) == ids, order
            assert table.cursor_id == big
            assert f"by {order}" in d.screen_text().splitlines()[1]
        await d.press("O")
        await d.until(lambda: "ordered by due" in said(d))
        assert list(table.ids) == [waits, big, middle]


# --- what came back ---


@pytest.mark.parametrize("width", [80, 120, 200])
async def test_what_came_back_is_said_in_the_givers_queue_with_the_key(floor: Floor, width: int) -> None:
    id = handed(floor)
    handed(floor)
    async with at_work(floor, PRIYA, size=(width, 36)) as d:
        assert "came back" not in said(d)
        reject(floor, id)
        what = "1 back" if width < 110 else "1 came back" if width < 160 else "1 hand-over came back"
        await d.until(lambda: f"! {what}: press 2" in d.screen_text().splitlines()[1])
        assert "! 1 back" in d.screen_text().splitlines()[0]
        assert "All" in d.screen_text().splitlines()[1]
        await d.press("2")
        await d.until(lambda: "rejected by sales: no budget" in said(d))
        await d.press("r", "a")
        await d.until(lambda: "handed over to" in said(d))
        await d.until(lambda: "1 back" not in d.screen_text().splitlines()[0])
        await d.press("1")
        await d.until(lambda: isinstance(d.app.screen, QueueScreen) and "came back" not in said(d))


async def test_what_came_back_to_another_is_not_said(floor: Floor) -> None:
    reject(floor, handed(floor))
    async with at_work(floor, BEN) as d:
        await d.until(lambda: "today" in d.screen_text().splitlines()[1])
        assert "came back" not in said(d)
        await d.press("2")
        await d.until(lambda: isinstance(d.app.screen, DealsScreen))
        assert " back" not in d.screen_text().splitlines()[0]


# --- help ---


async def test_help_lists_what_works_and_what_the_stages_mean(floor: Floor) -> None:
    handed(floor)
    async with at_work(floor, ED, size=(200, 100)) as d:
        await d.press("?")
        await d.until(lambda: "Opportunity stages" in said(d))
        assert "An offer with a price is with them." in said(d)
        assert "Marking rows" not in said(d)
        assert "mark all" not in said(d).lower()
        assert "In the list of opportunities" in said(d)
        await d.press("escape", "enter")
        await d.until(lambda: isinstance(d.app.screen, DealStoryScreen))
        await d.press("?")
        await d.until(lambda: "Opportunity stages" in said(d))
        assert "In the list of opportunities" not in said(d)
        await d.press("escape", "escape")
    async with at_work(floor, PRIYA, size=(200, 100)) as d:
        await d.press("?")
        await d.until(lambda: "Marking rows" in said(d))
        assert "Opportunity stages" not in said(d)
