"""How the company's page and the edit dialogs look; see test_looks.py."""

from __future__ import annotations

import pytest

from store.instants import DAY, HOUR
from store.operations.edit import ContactDraft, edit_contact
from store.operations.edit_account import AccountEdit, edit_account
from store.operations.people import PersonDraft, add_person
from store.rules.closing import NewPerson
from store.vocabulary import Disposition, Outcome, Role, Stage
from tests.factories import ANA, BEN, PRIYA, Floor
from tests.snapshots.test_looks import SIZES, THEMES, Compare, look

PEOPLE = (
    ("Lee", "Wong", "VP Operations"),
    ("美咲", "山田", "COO"),
    ("[@click=app.quit]Bo[/]", "Li", "Head of [b]IT[/b]"),
    ("Moe", "Okafor", "Head of Procurement"),
    ("Gail", "Quincy", "Buyer"),
)


@pytest.fixture
def northwind(floor: Floor) -> Floor:
    """A company with people in both pools, worked by two, with an open opportunity; one has left, one said no."""
    leads = {}
    for number, (first, last, title) in enumerate(PEOPLE):
        who = NewPerson(first, last, title, f"+1 212 555 017{number}" if number % 2 else "", f"p{number}@nw.example")
        leads[last] = floor.lead(Stage.ATTEMPTING, company="Northwind [UK]", person=who, actor=BEN)
    floor.touch(leads["Wong"], Disposition.CONVERSATION, actor=BEN, note="budget in Q1, send the security sheet")
    floor.close(leads["Okafor"], Outcome.SUPPRESS, actor=BEN)
    floor.later(DAY)
    sold = floor.lead(
        Stage.CONNECTED, company="Northwind [UK]", person=NewPerson("Ada", "Byrne", "CTO", "", "a@nw.example")
    )
    wong = floor.state(leads["Wong"]).contact_id
    add_person(floor.store, PRIYA, floor.later(), PersonDraft(sold, Role.CHAMPION, contact_id=wong))
    floor.convert(sold, taker_id=5)
    floor.close(leads["Li"], Outcome.NO_RESPONSE, actor=BEN)
    floor.raw("UPDATE contact SET pool = 'marketing' WHERE id = ?", (floor.state(leads["Li"]).contact_id,))
    gail = floor.state(leads["Quincy"]).contact_id
    assert gail is not None
    floor.close(leads["Quincy"], Outcome.NO_RESPONSE, actor=BEN)
    edit_contact(floor.store, PRIYA, floor.later(), ContactDraft(gail, company="Globex"))
    draft = AccountEdit(1, industry="logistics", size="240", domain="northwind.example", owner="Ben", country="GB")
    edit_account(floor.store, ANA, floor.later(), draft)
    floor.later(HOUR)
    dana = NewPerson("Dana", "Ortiz", "CFO", "+1 212 555 0142", "dana@nw.example")
    floor.lead(Stage.ACCEPTED, company="Northwind [UK]", person=dana)
    floor.later(HOUR)
    return floor


@pytest.mark.parametrize("size", SIZES)
def test_company(snap_compare: Compare, northwind: Floor, size: str) -> None:
    assert look(snap_compare, northwind, ("C",), "edited", size)


def test_company_in_the_light(snap_compare: Compare, northwind: Floor) -> None:
    assert look(snap_compare, northwind, ("C",), "edited", "middle", THEMES[1])


@pytest.mark.parametrize("size", SIZES)
def test_edit_person(snap_compare: Compare, northwind: Floor, size: str) -> None:
    keys = ("E", "tab", "tab", *"COO", "tab", "tab", "ctrl+b")
    assert look(snap_compare, northwind, keys, "saves title", size)


def test_edit_person_in_the_light(snap_compare: Compare, northwind: Floor) -> None:
    assert look(snap_compare, northwind, ("E",), "Nothing was changed yet", "middle", THEMES[1])


@pytest.mark.parametrize("size", SIZES)
def test_edit_company(snap_compare: Compare, northwind: Floor, size: str) -> None:
    assert look(snap_compare, northwind, ("C", "tab", "E"), "Nothing was changed yet", size)
