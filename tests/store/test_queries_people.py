"""A person as known, and who else somebody being entered may be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.instants import DAY
from store.operations.closing import close
from store.operations.converting import ConvertDraft, QualifyDraft, convert, qualify
from store.operations.undo import UndoDraft, undo
from store.queries.account import people
from store.queries.facts import facts
from store.queries.people import Sameness, duplicates
from store.queries.sheet import person_sheet
from store.rules.closing import CloseDraft
from store.rules.qualification import Answers
from store.vocabulary import Answer, Disposition, Lifecycle, Outcome, Pool
from tests.hostile import HOSTILE
from tests.store.query_world import ED, PRIYA, World, counted

YES = Answers(Answer.YES, Answer.YES, Answer.YES, Answer.UNKNOWN)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty database with three users."""
    world = World(tmp_path)
    yield world
    world.store.close()


def lifecycle(world: World, contact_id: int) -> Lifecycle:
    person = person_sheet(world.store, contact_id)
    assert person is not None
    return person.lifecycle


def test_a_person_as_known(world: World) -> None:
    _, id, account = world.person("Dana", "Ortiz")
    with counted(world.store) as statements:
        person = person_sheet(world.store, id)
    assert len(statements) == 3
    assert person is not None
    named = (person.name, person.first_name, person.company, person.account_id)
    assert named == ("Dana Ortiz", "Dana", "Acme [UK] Ltd", account)
    assert (len(person.phones), len(person.emails), person.pool, person.lifecycle) == (1, 1, "sales", Lifecycle.MQL)
    assert person_sheet(world.store, 99) is None


def test_the_timeline_and_the_company_say_the_same_lifecycle(world: World) -> None:
    _, id, account = world.person("Dana", "Ortiz")
    told, line = facts(world.store, id), people(world.store, account).rows[id]
    assert told is not None
    assert (told.lifecycle, told.pool) == (line.lifecycle, line.pool) == (Lifecycle.MQL, Pool.SALES)
    company = facts(world.store, None, account)
    assert company is not None
    assert (company.lifecycle, company.pool) == (None, None)


def test_lifecycle_is_worked_out(world: World) -> None:
    store = world.store
    lead, id, _ = world.person("Dana", "Ortiz")
    assert lifecycle(world, id) is Lifecycle.MQL
    world.log(lead, Disposition.NO_ANSWER)
    assert lifecycle(world, id) is Lifecycle.SAL
    qualify(store, PRIYA, world.later(), QualifyDraft(lead, YES))
    assert lifecycle(world, id) is Lifecycle.SQL
    convert(store, PRIYA, world.later(), ConvertDraft(lead, close_date="2027-01-29", taker_id=ED.user_id))
    assert lifecycle(world, id) is Lifecycle.OPPORTUNITY
    undo(store, PRIYA, world.later(), UndoDraft())
    close(
        store, PRIYA, world.later(), CloseDraft(lead, Outcome.NOT_READY, reason="timing", back_at=world.now + 90 * DAY)
    )
    assert lifecycle(world, id) is Lifecycle.MQL
    other, id, _ = world.person("Bo", "Li", phone="")
    close(store, PRIYA, world.later(), CloseDraft(other, Outcome.NO_RESPONSE))
    assert lifecycle(world, id) is Lifecycle.NAME


def test_likely_duplicates_the_surest_first(world: World) -> None:
    _, dana, _ = world.person("Dana", "Ortiz", email="d@acme.example", phone="+1 503 555 0142")
    _, bo, _ = world.person("Bo", "Li", phone="+1 503 555 0199", email="bo@acme.example")
    found = duplicates(
        world.store, name="Ortiz, Dana", company="ACME [UK] Limited", email="BO@acme.example", phone="(503) 555-0142"
    )
    assert [(match.contact_id, match.by) for match in found] == [(bo, Sameness.EMAIL), (dana, Sameness.PHONE)]
    assert (found[1].likeness, found[1].owner) == (100, "Priya")


@pytest.mark.parametrize("typed", ["Dana Ortiz", "dana ortiz", "Ortiz Dana", "Dana Ortis", "Danna Ortiz"])
def test_a_name_much_alike_at_the_same_company(world: World, typed: str) -> None:
    _, dana, _ = world.person("Dana", "Ortiz")
    (match,) = duplicates(world.store, name=typed, company="Acme [UK] Ltd.")
    assert match.contact_id == dana
    assert match.by is (Sameness.NAME if match.likeness == 100 else Sameness.LIKE_NAME)
    assert duplicates(world.store, name=typed, company="Northwind") == ()
    assert duplicates(world.store, name="Dan Brown", company="Acme [UK] Ltd") == ()


def test_a_number_that_two_share_offers_both(world: World) -> None:
    one, two = world.person("Dana", "Ortiz")[1], world.person("Bo", "Li")[1]
    found = duplicates(world.store, name="Cy Roe", phone="+15035550142")
    assert {match.contact_id for match in found} == {one, two}


def test_what_was_undone_is_nobody(world: World) -> None:
    world.person("Dana", "Ortiz")
    undo(world.store, PRIYA, world.later(), UndoDraft())
    assert duplicates(world.store, name="Dana Ortiz", company="Acme [UK] Ltd", phone="+1 503 555 0142") == ()


@pytest.mark.parametrize("typed", HOSTILE)
def test_whatever_is_typed(world: World, typed: str) -> None:
    plain = typed.encode("utf-8", "ignore").decode()
    with counted(world.store) as statements:
        duplicates(world.store, name=plain, company=plain, email=plain, phone=plain)
    assert len(statements) <= 4
