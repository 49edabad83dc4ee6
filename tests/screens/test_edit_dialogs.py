"""Editing a person or a company: one key, only what changed, nothing typed lost."""

from __future__ import annotations

from typing import Any

from screens.dialogs.close import CloseDialog
from screens.dialogs.edit_account import EditAccountDialog
from screens.dialogs.edit_person import EditPersonDialog
from screens.dialogs.follow import FollowDialog
from screens.timeline.screen import TimelineScreen
from store.operations.edit import ContactDraft, edit_contact
from store.rules.closing import NewPerson
from store.vocabulary import Outcome, Stage
from tests.drivers import AppDriver
from tests.factories import BEN, Floor
from tests.screens.lead_app import at_the_plate, heard, said
from tests.screens.queue_app import at_work, on_queue

DANA = NewPerson("Dana", "Ortiz", "CFO", "+1 503 555 0142", "dana@northwind.example")
LEE = NewPerson("Lee", "Wong", "VP Ops", "+1 503 555 0143", "lee@acme.example")


def dana(floor: Floor) -> int:
    """Her open at bat."""
    return floor.lead(Stage.ACCEPTED, person=DANA, company="Northwind")


def editing(driver: AppDriver) -> bool:
    """Whether the dialog is in front."""
    return isinstance(driver.app.screen, EditPersonDialog)


def contact(floor: Floor) -> dict[str, Any]:
    """Dana."""
    return floor.dump()["contact"][0]


async def go_to(driver: AppDriver, id: str) -> None:
    """Put the cursor into a field."""
    driver.app.screen.set_focus(driver.app.screen.query_one(f"#{id}"))
    await driver.idle()


async def test_a_title_is_one_key_the_title_and_enter(floor: Floor) -> None:
    lead = dana(floor)
    async with at_the_plate(floor, lead) as d:
        await d.press("E", "tab", "tab")
        await d.type("COO")
        await d.until(lambda: "saves title CFO → COO" in said(d))
        await d.press("enter")
        assert not editing(d)
        assert heard(d)[-1].sentence == "title of Dana Ortiz edited"
        await d.press("E")
        assert "Nothing was changed yet." in said(d)
        await d.press("escape")
        assert not editing(d)
    assert contact(floor)["title"] == "COO"


async def test_numbers_are_marked_ordered_and_added(floor: Floor) -> None:
    async with at_the_plate(floor, dana(floor)) as d:
        await d.press("E", "tab", "tab", "tab", "tab")
        assert "ctrl+b bad or good" in said(d)
        await d.press("ctrl+b")
        assert "! bad" in said(d)
        await d.press("tab")
        await d.type("020 7946 0018")
        await d.press("ctrl+u")
        await d.type("+44 20 7946 0018")
        await d.press("ctrl+o", "shift+up", "enter")
        assert not editing(d)
    found = floor.store.rows("SELECT e164, state FROM phone WHERE contact_id = 1 ORDER BY position")
    assert found == [("+442079460018", "valid"), ("+15035550142", "bad")]


async def test_marking_bad_is_asked_about_before_it_is_dropped(floor: Floor) -> None:
    async with at_the_plate(floor, dana(floor)) as d:
        await d.press("E", "tab", "tab", "tab", "tab", "ctrl+b", "escape")
        assert editing(d)
        assert "not saved" in said(d)
        await d.press("escape")
        assert not editing(d)
    assert floor.value("SELECT state FROM phone") == "valid"


async def test_what_is_wrong_is_said_at_its_field_and_everything_typed_stays(floor: Floor) -> None:
    async with at_the_plate(floor, dana(floor)) as d:
        await d.press("E", "tab", "tab")
        await d.type("COO")
        await go_to(d, "zone")
        await d.type("nowhere")
        assert "time zone →" not in said(d), "nothing is promised that is refused"
        await d.press("enter")
        assert editing(d)
        assert "“nowhere” is no time zone" in said(d)
        assert "COO" in said(d)
        await d.type("rome")
        await d.press("ctrl+u")
        await d.type("rome")
        assert "time zone → Europe/Rome" in said(d)
        await d.press("enter")
        assert not editing(d)
    assert (contact(floor)["zone"], contact(floor)["title"]) == ("Europe/Rome", "COO")


async def test_a_value_somebody_else_has_and_one_that_is_not_valid_are_warned_of(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED, person=LEE)
    lead = floor.lead(Stage.ACCEPTED, person=DANA, company="Northwind")
    async with at_the_plate(floor, lead) as d:
        await d.press("E", "tab", "tab", "tab", "tab", "tab")
        await d.type("+1 503 555 0143")
        await d.until(lambda: "Lee Wong has +1 503 555 0143 too" in said(d))
        await d.press("tab")
        await d.type("1 2 3 4 5 6 7 8 9 10 11")
        await d.until(lambda: "is no valid number: kept as it is written" in said(d))
        await d.press("enter")
        assert not editing(d)
    written = floor.store.rows("SELECT written_as, e164 FROM phone WHERE contact_id = 2 ORDER BY position")
    assert written[1:] == [("+1 503 555 0143", "+15035550143"), ("1 2 3 4 5 6 7 8 9 10 11", "")]


async def test_whoever_was_first_is_named_and_a_second_try_saves(floor: Floor) -> None:
    lead = dana(floor)
    async with at_the_plate(floor, lead) as d:
        await d.press("E", "tab", "tab")
        edit_contact(floor.store, BEN, floor.later(), ContactDraft(1, notes="knows Ben"))
        await d.type("COO")
        await d.press("enter")
        await d.until(lambda: "Ben edited this" in said(d))
        assert editing(d)
        await d.press("enter")
        assert not editing(d)
    assert (contact(floor)["title"], contact(floor)["notes"]) == ("COO", "knows Ben")


async def test_another_company_offers_wrong_person_and_then_them_at_the_new_one(floor: Floor) -> None:
    lead = dana(floor)
    floor.lead(Stage.ACCEPTED, person=LEE, company="Globex", actor=BEN)
    async with at_work(floor) as d:
        while d.app.screen.current_lead().id != lead:  # type: ignore[attr-defined]
            await d.press("j")
        await d.press("E")
        await go_to(d, "company")
        await d.type("Globex")
        await d.until(lambda: "works at Globex from today, no longer at Northwind" in said(d))
        await d.until(lambda: "known" in said(d))
        await d.press("down", "enter")
        assert isinstance(d.app.screen, CloseDialog)
        assert "wrong person" in said(d)
        await d.press("ctrl+s")
        await d.until(lambda: isinstance(d.app.screen, FollowDialog))
        assert "opens at bat 2 for Dana Ortiz at Globex" in said(d)
        await d.type("knows us")
        await d.press("enter")
        await d.until(lambda: on_queue(d))
    assert floor.state(lead).outcome is Outcome.WRONG_PERSON
    assert floor.state(lead).reason == "left_company"
    assert floor.store.rows("SELECT count(*) FROM account WHERE name = 'Globex'") == [(1,)]
    newest = floor.state(floor.value("SELECT max(id) FROM lead"))
    assert (newest.trigger, newest.why) == ("employer changed", "knows us")


async def test_letters_choose_the_pool_where_it_has_the_focus(floor: Floor) -> None:
    lead = floor.lead(Stage.CLOSED, person=DANA)
    floor.raw("UPDATE contact SET pool = 'marketing'")
    async with at_the_plate(floor, lead) as d:
        await d.press("E")
        await go_to(d, "pool")
        await d.press("s")
        assert "sales pool" in said(d)
        await d.press("enter")
        assert not editing(d)
    assert contact(floor)["pool"] == "sales"


async def test_an_edit_shows_in_the_timeline_and_u_takes_it_back(floor: Floor) -> None:
    dana(floor)
    async with at_work(floor) as d:
        await d.press("enter", "E", "tab", "tab")
        await d.type("COO")
        await d.press("enter")
        assert isinstance(d.app.screen, TimelineScreen)
        assert "edited: title CFO → COO" in said(d)
        await d.press("u")
        await d.until(lambda: "edited: title" not in said(d))
    assert contact(floor)["title"] == "CFO"


async def test_a_company_is_edited_where_no_person_is_selected(floor: Floor) -> None:
    dana(floor)
    async with at_work(floor) as d:
        await d.press("C", "tab", "E")
        assert isinstance(d.app.screen, EditAccountDialog)
        await go_to(d, "size")
        await d.type("many")
        await d.press("enter")
        assert "is no number of employees" in said(d)
        await d.press("ctrl+u")
        await d.type("240")
        await go_to(d, "owner")
        await d.type("ben")
        await d.press("enter")
        await d.until(lambda: "Only a team lead gives a company to somebody else" in said(d))
        await d.press("ctrl+u")
        await d.type("priya")
        await d.press("enter")
        await d.until(lambda: "240 people" in said(d))
        assert "Priya’s account" in said(d)
        assert "edited: size → 240" in said(d)
    account = floor.dump()["account"][0]
    assert (account["size"], account["owner_id"]) == (240, 2)


async def test_a_company_alone_is_edited_from_the_queue(floor: Floor) -> None:
    lead = floor.company_lead("Harbour Freight")
    async with at_the_plate(floor, lead) as d:
        await d.press("E")
        assert isinstance(d.app.screen, EditAccountDialog)
        await d.type("Harbour Freight Inc")
        await d.press("enter")
    assert floor.dump()["account"][0]["key"] == "harbour freight"


async def test_somebody_whose_making_was_undone_is_not_edited(floor: Floor) -> None:
    lead = floor.lead(person=DANA)
    async with at_work(floor) as d:
        await d.press("enter", "u", "E", "tab", "tab")
        assert editing(d)
        await d.type("COO")
        await d.press("enter")
        assert "nothing is left to edit" in said(d)
        await d.press("escape", "escape")
    assert floor.state(lead).void
