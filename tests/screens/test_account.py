"""The company's page: one key there, everybody in both pools, one stream, one key back to the same row."""

from __future__ import annotations

from typing import Any

import pytest

from screens.account.screen import AccountScreen
from screens.dialogs.new_lead import NewLeadDialog
from screens.timeline.screen import TimelineScreen
from store.operations.edit import ContactDraft, edit_contact
from store.operations.people import PersonDraft, add_person
from store.operations.working import NoteDraft, note
from store.rules.closing import NewPerson
from store.vocabulary import Disposition, Outcome, Role, Stage
from tests.drivers import AppDriver
from tests.factories import BEN, PRIYA, Floor
from tests.screens.lead_app import said
from tests.screens.queue_app import at_work, on_queue, queue_of
from tui.lead_screen import Whose

DANA = NewPerson("Dana", "Ortiz", "CFO", "+1 503 555 0142", "dana@northwind.example")
LEE = NewPerson("Lee", "Wong", "VP Operations", "+1 503 555 0143", "lee@northwind.example")
MOE = NewPerson("Moe", "Okafor", "Head of IT", "", "moe@northwind.example")


def page(driver: AppDriver) -> AccountScreen:
    """The page in front."""
    assert isinstance(driver.app.screen, AccountScreen)
    return driver.app.screen


def on_page(driver: AppDriver) -> bool:
    """Whether the page is in front."""
    return isinstance(driver.app.screen, AccountScreen)


def names(driver: AppDriver) -> list[str]:
    """Everybody listed, in order."""
    table = page(driver).table
    rows: list[Any] = [table._window.row(id) for id in table.ids]
    return [row.name for row in rows]


def northwind(floor: Floor) -> dict[str, int]:
    """Dana, worked by Priya; Lee, worked by Ben; Moe, in the marketing pool and never worked; the at bats by name."""
    dana = floor.lead(Stage.ACCEPTED, company="Northwind", person=DANA)
    lee = floor.lead(Stage.ATTEMPTING, company="Northwind", person=LEE, actor=BEN)
    moe = floor.lead(Stage.CLOSED, company="Northwind", person=MOE)
    floor.raw("UPDATE contact SET pool = 'marketing' WHERE id = ?", (floor.state(moe).contact_id,))
    note(floor.store, PRIYA, floor.later(), NoteDraft(dana, "wants the security sheet"))
    floor.touch(lee, Disposition.VOICEMAIL_LEFT, actor=BEN, note="left word with Lee")
    return {"dana": dana, "lee": lee, "moe": moe}


async def test_one_key_shows_everybody_in_both_pools_and_one_stream(floor: Floor) -> None:
    northwind(floor)
    async with at_work(floor) as d:
        await d.press("C")
        assert d.keys == 1
        assert names(d) == ["Lee Wong", "Dana Ortiz", "Moe Okafor"]
        screen = said(d)
        for words in (
            "3 people · 2 in the sales pool · 1 in the marketing pool · 2 worked now",
            "Ben · attempting",
            "marketing",
            "1 at bat before",
            "wants the security sheet",
            "left word with Lee",
        ):
            assert words in screen


async def test_it_begins_on_the_person_it_was_opened_on_and_one_key_goes_back(floor: Floor) -> None:
    for number in range(3):
        floor.lead(company=f"Other {number}")
    leads = northwind(floor)
    async with at_work(floor) as d:
        await d.press("G")
        before = (queue_of(d).table.cursor_id, queue_of(d).table.cursor_index)
        while queue_of(d).table.cursor_id != leads["dana"]:
            await d.press("k")
            before = (queue_of(d).table.cursor_id, queue_of(d).table.cursor_index)
        await d.press("C")
        assert page(d).table.cursor_row.name == "Dana Ortiz"  # type: ignore[union-attr]
        await d.press("escape")
        assert on_queue(d)
        assert (queue_of(d).table.cursor_id, queue_of(d).table.cursor_index) == before


async def test_enter_opens_a_persons_timeline_and_back_is_the_same_row(floor: Floor) -> None:
    northwind(floor)
    async with at_work(floor) as d:
        await d.press("C", "G", "enter")
        assert isinstance(d.app.screen, TimelineScreen)
        assert d.app.screen._story.name == "Moe Okafor"
        await d.press("escape")
        assert page(d).table.cursor_row.name == "Moe Okafor"  # type: ignore[union-attr]


async def test_from_a_timeline_too(floor: Floor) -> None:
    northwind(floor)
    async with at_work(floor) as d:
        await d.press("enter", "C")
        assert names(d)[1] == "Dana Ortiz"
        await d.press("escape")
        assert isinstance(d.app.screen, TimelineScreen)


async def test_the_verbs_work_on_whoever_is_selected(floor: Floor) -> None:
    leads = northwind(floor)
    async with at_work(floor) as d:
        await d.press("C", "k", "l", "n")
        await d.until(lambda: on_page(d))
        assert floor.state(leads["lee"]).attempts == 3
        assert page(d).table.cursor_row.name == "Lee Wong"  # type: ignore[union-attr]
        assert "no answer" in said(d)
        await d.press("G", "l")
        assert "Moe Okafor has no open at bat: i opens one" in said(d)


async def test_a_name_gets_a_new_at_bat_filled_in(floor: Floor) -> None:
    leads = northwind(floor)
    async with at_work(floor) as d:
        await d.press("C", "G", "i")
        assert isinstance(d.app.screen, NewLeadDialog)
        assert "at bat 2 for Moe Okafor, who is known" in said(d)
        await d.type("called about the pilot")
        await d.press("enter")
        await d.until(lambda: on_page(d))
        await d.until(lambda: page(d).current_lead() is not None)
    contact = floor.state(leads["moe"]).contact_id
    assert floor.value("SELECT max(number) FROM lead WHERE contact_id = ?", contact) == 2


async def test_letters_narrow_the_people_and_back_shows_everybody(floor: Floor) -> None:
    northwind(floor)
    async with at_work(floor) as d:
        await d.press("C", "f")
        await d.type("vp")
        await d.until(lambda: names(d) == ["Lee Wong"])
        await d.press("enter")
        assert page(d).table.has_focus
        await d.press("escape")
        await d.until(lambda: len(names(d)) == 3)
        assert on_page(d)


async def test_a_part_in_somebody_elses_at_bat_is_shown(floor: Floor) -> None:
    leads = northwind(floor)
    moe = floor.state(leads["moe"]).contact_id
    add_person(floor.store, BEN, floor.later(), PersonDraft(leads["lee"], Role.EVALUATOR, contact_id=moe))
    async with at_work(floor, size=(200, 50)) as d:
        await d.press("C")
        d.app.screen.query_one("#stream").display = False
        await d.idle()
        assert "evaluator, Lee Wong" in said(d)


async def test_an_at_bat_on_the_company_alone_is_a_line_of_its_own(floor: Floor) -> None:
    lead = floor.company_lead("Harbour Freight")
    async with at_work(floor) as d:
        await d.press("C")
        assert "the company itself" in said(d)
        await d.press("a")
        assert floor.state(lead).stage is Stage.ACCEPTED


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50), (20, 6)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_size_shows_it(floor: Floor, size: tuple[int, int]) -> None:
    northwind(floor)
    async with at_work(floor, size=size) as d:
        await d.press("C", "j", "tab", "G", "tab", "tab", "k")
        assert on_page(d)
        if size[0] >= 80:
            assert "Dana Ortiz" in said(d)
            assert "Northwind" in said(d)


async def test_nobody_known_says_what_to_do(floor: Floor) -> None:
    lead = floor.company_lead("Harbour Freight")
    floor.close(lead, Outcome.NO_RESPONSE)
    async with at_work(floor) as d:
        d.app.open_screen("account", Whose(None, floor.state(lead).account_id))
        await d.idle()
        assert "Nobody is known here yet: i opens an at bat and names the first person" in said(d)
        await d.press("i")
        assert isinstance(d.app.screen, NewLeadDialog)
        assert "Harbour Freight" in said(d)


async def test_help_says_what_the_letters_narrow(floor: Floor) -> None:
    northwind(floor)
    async with at_work(floor, size=(200, 120)) as d:
        await d.press("C", "?")
        assert "On a company's page" in said(d)


async def test_u_takes_an_act_back_here_too(floor: Floor) -> None:
    leads = northwind(floor)
    async with at_work(floor) as d:
        await d.press("C", "k", "l", "n")
        await d.until(lambda: on_page(d))
        await d.press("u")
        await d.until(lambda: floor.state(leads["lee"]).attempts == 2)
        assert page(d).table.cursor_row.name == "Lee Wong"  # type: ignore[union-attr]


async def test_whoever_left_is_marked_and_c_goes_where_they_work_now(floor: Floor) -> None:
    leads = northwind(floor)
    moe = floor.state(leads["moe"]).contact_id
    assert moe is not None
    edit_contact(floor.store, PRIYA, floor.later(), ContactDraft(moe, company="Globex"))
    async with at_work(floor) as d:
        await d.press("C", "G")
        assert "↗ Moe Okafor" in said(d)
        assert "left today" in said(d)
        await d.press("C")
        assert "Globex" in said(d)
        assert names(d) == ["Moe Okafor"]
        await d.press("escape")
        assert names(d)[-1] == "Moe Okafor"
        assert len(names(d)) == 3


async def test_what_others_do_moves_nothing_under_the_cursor(floor: Floor) -> None:
    leads = northwind(floor)
    async with at_work(floor) as d:
        await d.press("C", "tab", "j", "j", "j")
        stream = page(d).stream
        before: Any = stream.cursor_row
        floor.touch(leads["lee"], Disposition.NO_ANSWER, actor=BEN, note="nobody there")
        page(d)._look()
        await d.until(lambda: "nobody there" in said(d))
        assert stream.cursor_row.entry == before.entry  # type: ignore[union-attr]
        await d.press("enter")
        assert isinstance(d.app.screen, TimelineScreen)
        assert d.app.screen._story.name == "Northwind"
