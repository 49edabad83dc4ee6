"""How the opportunities look to an account executive, compared with pictures that a person has looked at."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from store.instants import DAY, HOUR
from store.operations.hand_over import AcceptDraft, accept_hand_over
from store.operations.opportunity import (
    GroupDraft,
    LoseDraft,
    OpportunityDraft,
    WinDraft,
    lose,
    set_group,
    update_opportunity,
    win,
)
from store.rules.closing import NewPerson
from store.vocabulary import Disposition, Motion, OpportunityStage, Role, Stage
from tests.drivers import AppDriver
from tests.factories import ED, Floor
from tests.screens.queue_app import program
from tests.snapshots.test_looks import SIZES, THEMES, Compare

MONEY = 100  # minor units


@pytest.fixture
def desk(floor: Floor) -> Floor:
    """An account executive's desk with one of everything."""
    people = (
        ("Northwind", NewPerson("Dana", "Ortiz", "CFO", "+1 212 555 0142", "dana@northwind.example"), 48_000),
        ("Acme [UK] Ltd", NewPerson("Lee", "Wong", "VP Operations", "+1 212 555 0150"), 12_500),
        ("株式会社山田製作所", NewPerson("美咲", "山田", "COO", "+1 212 555 0151"), 36_000),
        ("O'Brien [/b] Freight", NewPerson("[@click=app.quit]Bo[/]", "Li", "", "+1 212 555 0152"), 8_000),
        ("Möller & Söhne", NewPerson("Jürgen", "Möller", "CEO", "+1 212 555 0160"), 150_000),
        ("Hallam & Co", NewPerson("Ada", "Hallam", "Buyer", "+1 212 555 0161"), 5_000),
    )
    deals = []
    for company, person, amount in people:
        lead = floor.lead(Stage.CONNECTED, company=company, person=person, motion=Motion.DEMO_REQUEST)
        floor.touch(lead, Disposition.CONVERSATION, note="five sites, wants a fixed price")
        made = floor.convert(lead, amount=amount * MONEY, probability=20, taker_id=ED.user_id).made
        assert made is not None
        deals.append(made["opportunity_id"])
        floor.later(5 * HOUR)
    store = floor.store
    for id in deals[:4]:
        accept_hand_over(store, ED, floor.later(), AcceptDraft(id))
    win(store, ED, floor.later(), WinDraft(deals[3]))
    lose(store, ED, floor.later(), LoseDraft(deals[2], "competitor", competitor="Globex"))
    joins = GroupDraft(deals[1], role=Role.DECISION_MAKER, person=NewPerson("Mara", "Li", "CFO"))
    set_group(store, ED, floor.later(), joins)
    floor.later(33 * DAY)
    proposal = OpportunityDraft(deals[1], stage=OpportunityStage.PROPOSAL, probability=60)
    update_opportunity(store, ED, floor.later(), proposal)
    lead = floor.lead(Stage.QUALIFIED, company="شركة النور")
    floor.convert(lead, amount=21_000 * MONEY, taker_id=ED.user_id)
    floor.later(2 * HOUR)
    return floor


def look(compare: Compare, floor: Floor, keys: tuple[str, ...], shows: str, size: str, theme: str = THEMES[0]) -> bool:
    """Press keys as the account executive, wait until the screen shows some words, and compare the picture."""
    app = program(floor, ED, theme=theme)

    async def before(pilot: Pilot[int]) -> None:
        driver = AppDriver(app, pilot)
        await driver.idle()
        await driver.press(*keys)
        await driver.until(lambda: shows in driver.screen_text())
        await driver.idle()

    return compare(app, terminal_size=SIZES[size], run_before=before)


@pytest.mark.parametrize(
    ("size", "theme"), [*((size, THEMES[0]) for size in SIZES), ("middle", THEMES[1])], ids=lambda word: word
)
def test_deals(snap_compare: Compare, desk: Floor, size: str, theme: str) -> None:
    shows = "answer" if size == "narrow" else "── last touches"
    assert look(snap_compare, desk, ("d",), shows, size, theme)


@pytest.mark.parametrize("size", SIZES)
def test_ending(snap_compare: Compare, desk: Floor, size: str) -> None:
    assert look(snap_compare, desk, ("x", "r"), "Person", size)


def test_story(snap_compare: Compare, desk: Floor) -> None:
    assert look(snap_compare, desk, ("j", "j", "j", "enter"), "hand-over accepted", "middle")


def test_edit(snap_compare: Compare, desk: Floor) -> None:
    assert look(snap_compare, desk, ("E",), "Probability", "middle")


def test_people(snap_compare: Compare, desk: Floor) -> None:
    assert look(snap_compare, desk, ("j", "j", "p"), "On it", "middle")


@pytest.mark.parametrize("size", ["narrow", "middle"])
def test_log(snap_compare: Compare, desk: Floor, size: str) -> None:
    assert look(snap_compare, desk, ("l",), "reaches them", size)
