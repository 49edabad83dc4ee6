"""Find: one key and the letters, from anywhere, whatever is typed."""

from __future__ import annotations

import pytest

from screens.account.screen import AccountScreen
from screens.deals.story import DealStoryScreen
from screens.dialogs.find import FindDialog
from screens.timeline.screen import TimelineScreen
from store.actor import Actor
from store.rules.closing import NewPerson
from store.vocabulary import Disposition, Stage
from tests.drivers import AppDriver
from tests.factories import ANA, BEN, ED, PRIYA, Floor
from tests.hostile import HOSTILE
from tests.screens.queue_app import at_work, queue_of

DANA = NewPerson("Dana", "Ortiz", "CFO", "+1 503 555 0142", "dana.ortiz@northwind.example")
LEE = NewPerson("Lee", "Wong", "VP Ops", "+44 20 7946 0018", "lee@acme.example")


def finder(driver: AppDriver) -> FindDialog:
    """The dialog in front."""
    assert isinstance(driver.app.screen, FindDialog)
    return driver.app.screen


async def found(driver: AppDriver, letters: str) -> None:
    """Wait for the hits of what was typed."""
    await driver.until(lambda: finder(driver)._hits_of == letters)
    await driver.idle()


def opened(driver: AppDriver) -> str:
    """Whose timeline is in front."""
    assert isinstance(driver.app.screen, TimelineScreen)
    return driver.app.screen._story.name


LETTERS = ["dana", "ortiz", "ort", "dana ort", "CFO dana", "wind dana", "dana.ortiz@n"]
NUMBERS = ["(503) 555-0142", "5550142", "+1.503.555.0142"]


@pytest.mark.parametrize("letters", [*LETTERS, *NUMBERS])
async def test_one_key_and_the_letters(floor: Floor, letters: str) -> None:
    floor.lead(Stage.ACCEPTED, person=DANA, company="Northwind")
    floor.lead(Stage.ACCEPTED, person=LEE, company="Acme [UK] Ltd", actor=BEN)
    async with at_work(floor) as d:
        await d.press("/")
        await d.type(letters)
        await found(d, letters)
        assert d.keys == 1
        assert "Dana Ortiz" in d.screen_text()
        await d.press("enter")
        assert d.keys == 2
        assert opened(d) == "Dana Ortiz"
        await d.press("escape")
        assert queue_of(d).is_current


async def test_it_says_who_has_the_open_at_bat(floor: Floor) -> None:
    floor.lead(Stage.ATTEMPTING, person=LEE, company="Acme [UK] Ltd", actor=BEN)
    gone = floor.lead(Stage.ACCEPTED, person=DANA)
    floor.touch(gone, Disposition.DO_NOT_CONTACT)
    async with at_work(floor) as d:
        await d.press("/")
        await d.type("wong")
        await found(d, "wong")
        text = d.screen_text()
        assert "Attempting · Ben" in text
        assert "Acme [UK] Ltd" in text
        await d.press(*["backspace"] * 4)
        await d.type("dana")
        await found(d, "dana")
        assert "! do not contact" in d.screen_text()


async def test_up_and_down_choose_while_typing(floor: Floor) -> None:
    for first in ("Ada", "Bea", "Cleo"):
        floor.lead(Stage.ACCEPTED, person=NewPerson(first, "Quincy", email=f"{first}@example.com"))
    async with at_work(floor) as d:
        await d.press("/")
        await d.type("quin")
        await found(d, "quin")
        await d.press("down", "down", "up")
        await d.type("c")
        await d.press("backspace", "down", "enter")
        assert opened(d) == "Bea Quincy"


async def test_enter_before_the_hits_are_there_opens_the_best_of_what_was_typed(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED, person=DANA)
    floor.lead(Stage.ACCEPTED, person=LEE)
    async with at_work(floor) as d:
        await d.burst("/", *"wong", "enter")
        assert opened(d) == "Lee Wong"


async def test_it_works_from_a_timeline_and_back_leads_step_by_step(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED, person=DANA)
    floor.lead(Stage.ACCEPTED, person=LEE)
    async with at_work(floor) as d:
        await d.burst("/", *"dana", "enter")
        await d.burst("/", *"wong", "enter")
        assert opened(d) == "Lee Wong"
        await d.press("n")
        await d.type("asked for Dana")
        await d.press("enter", "escape")
        assert opened(d) == "Dana Ortiz"
        await d.press("escape")
        assert queue_of(d).is_current
        await d.press("/", "escape")
        assert queue_of(d).is_current


async def test_somebody_without_an_open_at_bat_says_what_to_do(floor: Floor) -> None:
    floor.lead(Stage.CLOSED, person=DANA)
    async with at_work(floor) as d:
        await d.burst("/", *"dana", "enter")
        assert opened(d) == "Dana Ortiz"
        await d.press("x")
        assert "i opens a new one" in d.screen_text()


async def test_somebody_who_never_had_an_at_bat_says_what_to_do(floor: Floor) -> None:
    lead_id = floor.lead(Stage.ACCEPTED, person=DANA)
    contact = floor.value("SELECT contact_id FROM lead WHERE id = ?", lead_id)
    columns = ", ".join(
        row[1] for row in floor.store.rows("PRAGMA table_info(contact)") if row[1] not in ("id", "name")
    )
    floor.raw(
        f"INSERT INTO contact (name, {columns}) SELECT 'Zoe Quill', {columns} FROM contact WHERE id = ?", (contact,)
    )
    async with at_work(floor) as d:
        await d.burst("/", *"quill", "enter")
        assert opened(d) == "Zoe Quill"
        await d.press("l")
        assert "Zoe Quill has no at bat yet: i opens one" in d.screen_text()
        await d.press("j", "k", "G", "enter", "escape", "h", "escape", "escape")
        assert queue_of(d).is_current


async def test_a_company_opens_everything_that_happened_there(floor: Floor) -> None:
    lead_id = floor.lead(Stage.ACCEPTED, person=DANA, company="Northwind")
    floor.touch(lead_id, Disposition.NO_ANSWER, note="rang twice")
    async with at_work(floor) as d:
        await d.press("/")
        await d.type("northwind")
        await found(d, "northwind")
        hits = [finder(d).table._window.row(id) for id in finder(d).table.ids]
        place = next(number for number, hit in enumerate(hits) if hit and hit.contact_id is None)
        await d.press(*["down"] * place, "enter")
        assert isinstance(d.app.screen, AccountScreen)
        assert "Dana Ortiz · rang twice" in d.screen_text()
        await d.press("escape")
        assert queue_of(d).is_current


@pytest.mark.parametrize(("actor", "letters"), [(ED, "five si"), (PRIYA, "laims"), (ANA, "northw")])
async def test_an_opportunity_opens_its_story(floor: Floor, actor: Actor, letters: str) -> None:
    lead_id = floor.lead(Stage.QUALIFIED, person=DANA, company="Northwind")
    floor.convert(lead_id, name="Claims, five sites", amount=3_600_000, taker_id=ED.user_id)
    async with at_work(floor, actor) as d:
        await d.press("/")
        await d.type(letters)
        await found(d, letters)
        assert "Claims, five sites · Northwind" in d.screen_text()
        assert " opportunity " in d.screen_text()
        assert "Discovery · Ed" in d.screen_text()
        hits = [finder(d).table._window.row(id) for id in finder(d).table.ids]
        place = next(number for number, hit in enumerate(hits) if hit and hit.deal is not None)
        await d.press(*["down"] * place, "enter")
        await d.until(lambda: isinstance(d.app.screen, DealStoryScreen))
        assert "Claims, five sites" in d.screen_text()
        await d.press("escape")
        await d.until(lambda: not isinstance(d.app.screen, DealStoryScreen))


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50), (20, 5)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_whatever_is_typed_or_found_is_only_text(floor: Floor, size: tuple[int, int]) -> None:
    floor.lead(Stage.ACCEPTED, person=DANA)
    floor.lead(Stage.CONVERTED)
    async with at_work(floor, size=size) as d:
        await d.press("/")
        for text in HOSTILE:
            stored = text.encode("utf-8", "replace").decode().replace("\0", "")
            floor.raw("UPDATE contact SET name = ?, title = ?", (f"Dana {stored}", stored))
            floor.raw("UPDATE account SET name = ?", (stored or "x",))
            floor.raw("UPDATE opportunity SET name = ?", (f"Dana {stored}",))
            await finder(d)._look(text).wait()
            await finder(d)._look("dana").wait()
            await d.idle()
            screen = d.screen_text()
            assert "\x1b" not in screen
            assert "\u202e" not in screen
        await d.type("[@click=app.quit]")
        assert finder(d).is_current
    floor.raw("UPDATE account SET name = 'Northwind'")
    floor.rescore()
