"""Something they did, recorded by hand: one letter, with what it does said beforehand, from any screen with a lead."""

from __future__ import annotations

import pytest

from screens.account.screen import AccountScreen
from screens.dialogs.signal import SignalDialog
from screens.timeline.screen import TimelineScreen
from store.rules.closing import NewPerson
from store.ruleset import load_rules
from store.vocabulary import Disposition, Outcome, Stage
from tests.drivers import AppDriver
from tests.factories import DAY, Floor
from tests.screens.lead_app import at_the_plate, heard, said
from tests.screens.queue_app import at_work

DANA = NewPerson("Dana", "Ortiz", "CFO", "+1 503 555 0142", "dana@northwind.example")


def dana(floor: Floor, stage: Stage = Stage.ATTEMPTING) -> int:
    return floor.lead(stage, person=DANA, company="Northwind [UK]")


def in_dialog(d: AppDriver) -> bool:
    return isinstance(d.app.screen, SignalDialog)


async def test_two_keys_record_it_and_say_what_it_did(floor: Floor) -> None:
    lead = dana(floor)
    async with at_the_plate(floor, lead) as d:
        await d.press("w")
        await d.until(lambda: in_dialog(d))
        assert "Something they did · Dana Ortiz, CFO · Northwind [UK]" in said(d)
        assert "recorded on the open at bat" in said(d)
        await d.press("p")
        await d.until(lambda: not in_dialog(d))
        assert d.keys == 2
        assert "Dana Ortiz: recorded on the open at bat" in said(d)
        assert heard(d)[0].lead_id == lead
    assert floor.store.rows("SELECT kind, source, lead_id, high_intent FROM signal") == [
        ("pricing_page", "told to us", lead, 1)
    ]
    assert floor.state(lead).unanswered_at is not None


async def test_a_capital_letter_only_picks_it_to_add_words(floor: Floor) -> None:
    async with at_the_plate(floor, dana(floor)) as d:
        await d.press("w", "W")
        await d.until(lambda: "recorded on the open at bat" in said(d))
        assert in_dialog(d)
        await d.type("asked about [routing]")
        await d.press("enter")
        await d.until(lambda: not in_dialog(d))
    assert floor.store.rows("SELECT kind, words FROM signal") == [("webinar", "asked about [routing]")]


async def test_of_somebody_whose_at_bat_has_ended_it_says_that_it_waits(floor: Floor) -> None:
    lead = dana(floor, Stage.CONNECTED)
    floor.close(lead, Outcome.NOT_READY, back_at=floor.now + 30 * DAY)
    async with at_the_plate(floor, lead) as d:
        await d.press("w")
        await d.until(lambda: in_dialog(d))
        assert "held until 2026-12-23" in said(d)
        assert "opened an at bat" in said(d)  # for what is high-intent
        await d.press("W", "enter")
        await d.until(lambda: not in_dialog(d))
        assert "Dana Ortiz: held until 2026-12-23" in said(d)
    assert floor.value("SELECT held_until FROM signal") is not None


async def test_of_who_asked_not_to_be_contacted_it_is_only_kept(floor: Floor) -> None:
    lead = dana(floor)
    floor.touch(lead, Disposition.DO_NOT_CONTACT)
    async with at_the_plate(floor, lead) as d:
        await d.press("w")
        await d.until(lambda: in_dialog(d))
        assert "opened an at bat" not in said(d)
        assert "answer within" not in said(d)
        await d.press("escape")
        await d.until(lambda: not in_dialog(d))


async def test_of_a_company_without_a_person(floor: Floor) -> None:
    lead = floor.company_lead("Harbour Freight")
    async with at_the_plate(floor, lead) as d:
        await d.press("w", "d")
        await d.until(lambda: len(heard(d)) == 1)
        assert "Harbour Freight: recorded on the open at bat" in said(d)
    assert floor.store.rows("SELECT contact_id, lead_id FROM signal") == [(None, lead)]


async def test_enter_without_a_kind_asks_for_one(floor: Floor) -> None:
    async with at_the_plate(floor, dana(floor)) as d:
        await d.press("w", "enter")
        await d.until(lambda: "What did they do?" in said(d))
        assert in_dialog(d)
    assert floor.value("SELECT count(*) FROM signal") == 0


async def test_undo_takes_it_back(floor: Floor) -> None:
    async with at_the_plate(floor, dana(floor)) as d:
        await d.press("w", "p")
        await d.until(lambda: len(heard(d)) == 1)
        await d.press("u")
        await d.until(lambda: "undone: signal for Dana Ortiz" in said(d))
    assert floor.value("SELECT void FROM signal") == 1


async def test_on_the_timeline_it_stands_with_what_was_decided(floor: Floor) -> None:
    dana(floor, Stage.NEW)
    async with at_work(floor) as d:
        await d.press("enter")
        await d.until(lambda: isinstance(d.app.screen, TimelineScreen))
        await d.press("w", "p")
        await d.until(lambda: "signal · pricing page · recorded on the open at bat" in said(d))


async def test_from_what_was_found_and_from_the_companys_page(floor: Floor) -> None:
    dana(floor)
    async with at_work(floor) as d:
        await d.press("slash")
        await d.type("ortiz")
        await d.until(lambda: "Dana Ortiz" in said(d))
        await d.press("enter")
        await d.until(lambda: isinstance(d.app.screen, TimelineScreen))
        await d.press("w", "d")
        await d.until(lambda: not in_dialog(d) and "recorded on the open at bat" in said(d))
        await d.press("C")
        await d.until(lambda: isinstance(d.app.screen, AccountScreen))
        await d.press("w")
        await d.until(lambda: in_dialog(d))


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_every_kind_and_the_keys_are_in_sight(floor: Floor, size: tuple[int, int]) -> None:
    async with at_the_plate(floor, dana(floor), size=size) as d:
        await d.press("w")
        await d.until(lambda: in_dialog(d))
        for kind in load_rules().intake.by_hand:
            assert kind.replace("_", " ") in said(d)
        assert "In words" in said(d)
        assert "save" in said(d)
