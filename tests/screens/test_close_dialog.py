"""Closing: a letter for how it ended, a letter for why, and only what that ending needs."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from screens.dialogs.close import CloseDialog
from screens.dialogs.convert import ConvertDialog
from store.operations.at_bat import DEEDS
from store.operations.working import NoteDraft, note
from store.rules.closing import NewPerson
from store.vocabulary import Disposition, Outcome, Stage, Status, Trigger
from tests.drivers import AppDriver
from tests.factories import ANA, BEN, DAY, PRIYA, Floor
from tests.screens.lead_app import at_the_plate, heard, said
from tui.widgets.choice_list import ChoiceList
from tui.widgets.when_input import WhenInput

DANA = NewPerson("Dana", "Ortiz", "CFO", "+1 503 555 0142", "dana@northwind.example")


def met(floor: Floor, stage: Stage = Stage.CONNECTED) -> int:
    return floor.lead(stage, person=DANA, company="Northwind [UK]")


def in_dialog(d: AppDriver) -> bool:
    return isinstance(d.app.screen, CloseDialog)


@pytest.mark.parametrize(
    ("keys", "outcome", "reason"),
    [
        ("r", Outcome.NO_RESPONSE, "no_reply"),
        ("s", Outcome.NO_SHOW, "missed_meeting"),
        ("fb", Outcome.BAD_FIT, "no_budget"),
        ("fs", Outcome.BAD_FIT, "wrong_size"),
        ("be", Outcome.BAD_DATA, "bad_number_or_address"),
        ("eu", Outcome.EXISTING, "already_customer"),
        ("xq", Outcome.SUPPRESS, "asked_us_to_stop"),
        ("gc", Outcome.RE_ENGAGE, "later_trigger"),
    ],
)
async def test_outcome_and_reason_are_at_most_four_keys(floor: Floor, keys: str, outcome: Outcome, reason: str) -> None:
    lead_id = met(floor)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("x", *keys)
        assert not in_dialog(d)
        assert d.keys <= 4
        assert heard(d)[0].undo_until is not None
    lead = floor.state(lead_id)
    assert (lead.stage, lead.outcome, lead.reason) == (Stage.CLOSED, outcome, reason)


async def test_not_ready_asks_why_then_when(floor: Floor) -> None:
    lead_id = met(floor)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("x", "n", "b")
        assert isinstance(d.app.focused, Input)
        await d.type("in 3 months")
        assert "closed for good, nurture · no budget · back 23 Feb" in said(d)
        assert "before the next budget season" in said(d)
        await d.press("enter")
        assert d.keys == 4
    lead = floor.state(lead_id)
    assert (lead.outcome, lead.reason, lead.status) == (Outcome.NOT_READY, "no_budget", Status.NURTURE)
    assert lead.eligible_at is not None
    assert 88 * DAY < lead.eligible_at - floor.now < 94 * DAY


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("in 3 months", "timing"),
        ("next month", "timing"),
        ("tue", "timing"),
        ("15 jan", "timing"),
        ("+3mo", "timing"),
        ("jan 15", "timing"),
        ("tomorrow 3pm", "timing"),
        ("nin 3 months", "no_need"),
        ("nnext month", "no_need"),
    ],
)
async def test_a_date_typed_at_the_reasons_goes_into_the_date(floor: Floor, words: str, reason: str) -> None:
    lead_id = met(floor)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("x", "n")
        await d.type(words)
        typed = words.removeprefix("n") if reason == "no_need" else words
        await d.until(lambda: d.app.screen.query_one(WhenInput).text == typed)
        await d.press("enter")
        await d.until(lambda: not in_dialog(d))
    assert (floor.state(lead_id).reason, floor.state(lead_id).outcome) == (reason, Outcome.NOT_READY)


async def test_an_outcome_that_says_they_spoke_warns_where_nobody_was_reached(floor: Floor) -> None:
    lead_id = met(floor, Stage.ATTEMPTING)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("x")
        assert said(d).count("nobody was reached yet") == 2
        await d.press("n", "b")
        await d.type("in 3 months")
        await d.until(lambda: "if you spoke, log that first (l)" in said(d))
        await d.press("escape", "escape")
    floor.touch(lead_id, Disposition.CONVERSATION)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("x")
        assert "nobody was reached" not in said(d)


async def test_the_day_they_come_back_is_the_same_wherever_they_are(floor: Floor) -> None:
    lead_id = floor.lead(Stage.CONNECTED, person=NewPerson("Aiko", "Sato", "Buyer", "+81 3 1234 5678", "a@b.example"))
    async with at_the_plate(floor, lead_id) as d:
        await d.press("x", "n", "b")
        await d.type("23 feb")
        await d.until(lambda: "back 23 Feb" in said(d))
        assert "23 Feb 2027 09:00 there" in said(d)


async def test_a_competitor_is_asked_for_before_the_date(floor: Floor) -> None:
    lead_id = met(floor)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("x", "n", "c")
        await d.type("Rival [b]")
        await d.press("enter")
        await d.type("in 6 months")
        await d.press("enter")
        assert not in_dialog(d)
    assert floor.state(lead_id).competitor == "Rival [b]"


async def test_a_date_may_bring_them_back_as_well_as_a_trigger(floor: Floor) -> None:
    lead_id = met(floor)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("x", "g", "d")
        await d.type("in 30 days")
        await d.press("enter")
        assert d.keys == 4
    assert floor.state(lead_id).eligible_at is not None
    other = floor.lead(Stage.CONNECTED)
    async with at_the_plate(floor, other) as d:
        await d.press("x", "g", "b")
    assert floor.state(other).eligible_on == Trigger.BUDGET_APPROVED


async def test_the_reason_other_needs_a_note(floor: Floor) -> None:
    lead_id = met(floor)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("x", "f", "o")
        assert in_dialog(d)
        assert "needs a note" in said(d)
        await d.type("merged with us")
        await d.press("enter")
    assert floor.state(lead_id).outcome_note == "merged with us"


async def test_a_letter_that_is_no_reason_changes_nothing(floor: Floor) -> None:
    lead_id = met(floor)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("x", "f", "r")  # r would be "no response" among the outcomes
        assert in_dialog(d)
        assert "Why is it a bad fit?" in said(d)
    assert floor.state(lead_id).open


async def test_a_duplicate_is_chosen_by_name_and_taken_in(floor: Floor) -> None:
    lead_id = met(floor)
    other = floor.lead(Stage.ATTEMPTING, person=NewPerson("Dana", "Ortiz", "Finance", "", "d@else.example"))
    floor.lead(company="Northwind [UK]")
    async with at_the_plate(floor, lead_id) as d:
        await d.press("x", "d")
        assert "Dana Ortiz, Finance" in said(d)
        await d.press("a")
        assert d.keys == 3
    assert floor.state(lead_id).merged_into_id == other
    assert floor.state(other).stage is Stage.CONNECTED


async def test_without_another_at_bat_duplicate_says_so(floor: Floor) -> None:
    async with at_the_plate(floor, met(floor)) as d:
        await d.press("x", "d", "enter")
        assert in_dialog(d)
        assert "No other open at bat is like this one" in said(d)


async def test_the_right_person_gets_an_at_bat_and_may_be_unknown(floor: Floor) -> None:
    lead_id = met(floor)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("x", "w", "v")
        await d.type("Lee")
        await d.press("tab")
        await d.type("Wong")
        assert "opens an at bat for Lee Wong" in said(d)
        await d.press("enter")
    assert floor.value("SELECT count(*) FROM lead l JOIN contact c ON c.id = l.contact_id WHERE c.name = 'Lee Wong'")
    assert floor.value("SELECT count(*) FROM lead WHERE reason = 'left_company'") == 1
    other = floor.lead(Stage.CONNECTED)
    async with at_the_plate(floor, other) as d:
        await d.press("x", "w", "enter")
        assert d.keys == 3
    assert floor.state(other).outcome is Outcome.WRONG_PERSON


async def test_an_address_that_is_none_is_marked_at_its_field_and_kept(floor: Floor) -> None:
    lead_id = met(floor)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("x", "w", "w")
        await d.type("Lee")
        await d.press("tab", "tab", "tab", "tab")
        await d.type("lee@")
        await d.press("enter")
        assert in_dialog(d)
        assert "no e-mail" in said(d)
        assert [box.value for box in d.app.screen.query(Input) if box.value] == ["Lee", "lee@"]
        await d.type("northwind.example")
        await d.press("enter")
        assert not in_dialog(d)
    assert not floor.state(lead_id).open


async def test_an_open_opportunity_is_named_and_its_owner_told(floor: Floor) -> None:
    lead_id = met(floor)
    won = floor.lead(Stage.CONNECTED, company="Northwind [UK]")
    floor.convert(won, taker_id=5, name="Renewal", amount=5_000_000)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("x", "e")
        assert "Renewal · discovery · $50,000 · Ed" in said(d)
        await d.press("A")
        assert "Ed is told" in said(d)
        await d.press("enter")
    assert floor.value("SELECT user_id FROM task WHERE lead_id = ? AND kind = 'told'", lead_id) == 5


@pytest.mark.parametrize("letter", ["o", "m"])
async def test_a_conversion_goes_on_in_its_own_dialog(floor: Floor, letter: str) -> None:
    async with at_the_plate(floor, met(floor, Stage.QUALIFIED)) as d:
        await d.press("x", letter)
        assert isinstance(d.app.screen, ConvertDialog)
        assert ("When is the meeting?" in said(d)) is (letter == "m")


async def test_over_the_threshold_it_waits_and_says_so_before(floor: Floor) -> None:
    lead_id = met(floor)
    floor.raw("UPDATE account SET size = 5000")
    floor.rescore()
    async with at_the_plate(floor, lead_id) as d:
        await d.press("x", "f", "N")
        assert "waits in disqualified for a team lead" in said(d)
        await d.press("enter")
        assert "waits for a team lead's approval" in said(d)
        assert floor.state(lead_id).stage is Stage.DISQUALIFIED
        await d.press("x")
        assert not in_dialog(d)
        assert "waits for a team lead's approval" in said(d)


async def test_a_capital_letter_only_picks_so_that_the_reason_can_be_changed(floor: Floor) -> None:
    lead_id = met(floor)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("x", "R")
        assert in_dialog(d)
        await d.press("k")
    assert floor.state(lead_id).reason == "cold"


async def test_who_was_first_is_told_and_the_note_is_kept(floor: Floor) -> None:
    lead_id = met(floor)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("x", "F", "n")
        assert not in_dialog(d)
    other = floor.lead(Stage.CONNECTED)
    async with at_the_plate(floor, other) as d:
        await d.press("x", "f", "o")
        await d.type("they told me")
        note(floor.store, BEN, floor.later(), NoteDraft(other, "mine"))
        await d.press("enter")
        assert in_dialog(d)
        assert f"Ben {DEEDS['note']}" in said(d)
        assert d.app.screen.query_one("#note", Input).value == "they told me"
        await d.press("enter")
        assert not in_dialog(d)
    assert floor.state(other).outcome_note == "they told me"


async def test_escape_asks_once_and_a_resize_loses_nothing(floor: Floor) -> None:
    lead_id = met(floor)
    async with at_the_plate(floor, lead_id, size=(80, 24)) as d:
        await d.press("x", "f", "o")
        await d.type("long story")
        await d.resize(40, 12)
        await d.resize(200, 50)
        await d.press("escape")
        assert in_dialog(d)
        assert d.app.screen.query_one("#note", Input).value == "long story"
        await d.press("escape")
        assert not in_dialog(d)
        await d.press("x")
        assert d.app.screen.query_one("#note", Input).value == ""
        assert d.app.screen.query_one("#outcome", ChoiceList).value is None
    assert floor.state(lead_id).open


async def test_what_is_asked_next_is_in_sight_in_a_small_window(floor: Floor) -> None:
    async with at_the_plate(floor, met(floor), size=(80, 24)) as d:
        await d.press("x", "f")
        await d.until(lambda: "wrong fit: size" in said(d))


async def test_a_team_lead_decides_at_once(floor: Floor) -> None:
    lead_id = met(floor)
    floor.raw("UPDATE account SET size = 5000")
    floor.rescore()
    async with at_the_plate(floor, lead_id, ANA) as d:
        await d.press("x", "f", "n")
    assert floor.state(lead_id).stage is Stage.CLOSED
    assert floor.state(lead_id).owner_id == PRIYA.user_id
