"""Finding people and companies from what somebody types, whatever it is."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.operations.closing import close
from store.operations.converting import ConvertDraft, convert
from store.operations.opportunity import LoseDraft, OpportunityDraft, lose, update_opportunity
from store.operations.undo import UndoDraft, undo
from store.queries.search import Hit, Matched, find
from store.rules.closing import CloseDraft
from store.rules.qualification import Answers
from store.vocabulary import Answer, Disposition, OpportunityStage, Outcome, Stage
from tests.hostile import HOSTILE
from tests.store.query_world import ANA, PRIYA, World, counted


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Some people at some companies, never changed by a test."""
    world = World(tmp_path_factory.mktemp("search"))
    world.person("Dana", "Ortiz", "Northwind Traders", phone="+1 (503) 555-0142", email="d.ortiz@northwind.example")
    world.person("Daniel", "Dana", "Acme [UK] Ltd", phone="+44 20 7946 0018", title="VP Operations")
    world.person("Conan", "O'Brien", "C++ & Sons", phone="", title="Cook")
    world.person("Zoë", "Müller-Lüdenscheidt", "Äpfel GmbH", phone="0151 23 45 67 x12", actor=ANA)
    world.person("Jordan", "Li", "Northwind Traders", phone="+1 503 555 0199", title="Dana analyst")
    ended, _, _ = world.person("Danara", "Old", "Hallam & Co", phone="")
    close(world.store, PRIYA, world.later(), CloseDraft(ended, Outcome.NO_RESPONSE))
    never, _, _ = world.person("Nevermore", "Please", "Hallam & Co", phone="")
    world.log(never, Disposition.DO_NOT_CONTACT)
    world.person("Undone", "Person", "Undone Company", phone="")
    undo(world.store, PRIYA, world.later(), UndoDraft())
    yield world
    world.store.close()


def names(world: World, text: str) -> list[str]:
    return [hit.name for hit in find(world.store, text)]


def only(world: World, text: str) -> Hit:
    (hit,) = find(world.store, text)
    return hit


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("dana", "Dana Ortiz"),
        ("DANA OR", "Dana Ortiz"),
        ("ortiz dana", "Dana Ortiz"),
        ("ortiz", "Dana Ortiz"),
        ("o'brien", "Conan O'Brien"),
        ("O'B", "Conan O'Brien"),
        ("obrien", "Conan O'Brien"),
        ("conan obr", "Conan O'Brien"),
        ("o’brien c++", "Conan O'Brien"),
        ("mullerlud", "Zoë Müller-Lüdenscheidt"),
        ("zoe", "Zoë Müller-Lüdenscheidt"),
        ("muller", "Zoë Müller-Lüdenscheidt"),
        ("Müller-Lüd", "Zoë Müller-Lüdenscheidt"),
        ("denscheid", "Zoë Müller-Lüdenscheidt"),
        ("northwind traders", "Northwind Traders"),
        ("acme [uk]", "Acme [UK] Ltd"),
        ("C++", "C++ & Sons"),
        ("apfel", "Äpfel GmbH"),
        ("orth", "Northwind Traders"),
    ],
)
def test_words_beginnings_and_parts(world: World, typed: str, first: str) -> None:
    assert names(world, typed)[0] == first


def test_exact_before_beginning_and_open_before_ended(world: World) -> None:
    found = names(world, "dan")
    assert found[:3] == ["Dana Ortiz", "Daniel Dana", "Danara Old"]
    assert names(world, "daniel dana")[0] == "Daniel Dana"


def test_a_person_and_their_company_together(world: World) -> None:
    assert names(world, "ortiz northw") == ["Dana Ortiz"]
    assert names(world, "northwind jordan") == ["Jordan Li"]


def test_a_company_brings_its_people(world: World) -> None:
    found = find(world.store, "northwind")
    assert [(hit.name, hit.matched) for hit in found] == [
        ("Northwind Traders", Matched.NAME),
        ("Dana Ortiz", Matched.COMPANY),
        ("Jordan Li", Matched.COMPANY),
    ]


def test_titles_come_after_names(world: World) -> None:
    found = find(world.store, "dana")
    assert (found[-1].name, found[-1].matched) == ("Jordan Li", Matched.TITLE)
    assert names(world, "vp oper") == ["Daniel Dana"]


@pytest.mark.parametrize(
    "typed",
    ["+1 (503) 555-0142", "503-555-0142", "503.555.0142", "5550142", "15035550142", "001 503 555 0142", "555 0142 x9"],
)
def test_a_number_in_any_writing(world: World, typed: str) -> None:
    hit = find(world.store, typed)[0]
    assert (hit.name, hit.matched, hit.value) == ("Dana Ortiz", Matched.PHONE, "+1 (503) 555-0142")


@pytest.mark.parametrize("typed", ["+44 (0)20 7946 0018", "020 7946 0018", "7946 0018"])
def test_a_number_with_a_trunk_zero(world: World, typed: str) -> None:
    assert names(world, typed)[0] == "Daniel Dana"


def test_part_of_a_number_finds_all_that_have_it(world: World) -> None:
    assert set(names(world, "503 555")) == {"Dana Ortiz", "Jordan Li"}
    assert names(world, "55") == []


@pytest.mark.parametrize("typed", ["d.ortiz@northwind.example", "D.Ortiz@North", "ortiz@northwind"])
def test_an_address(world: World, typed: str) -> None:
    hit = only(world, typed)
    assert (hit.name, hit.matched, hit.value) == ("Dana Ortiz", Matched.EMAIL, "d.ortiz@northwind.example")


def test_a_hit_says_who_works_it(world: World) -> None:
    hit = find(world.store, "zoë")[0]
    assert (hit.stage, hit.owner, hit.company) == (Stage.NEW, "Ana", "Äpfel GmbH")
    assert hit.lead_id is not None
    ended = only(world, "danara")
    assert (ended.lead_id, ended.stage, ended.suppressed) == (None, None, False)
    assert only(world, "nevermore").suppressed


def test_what_was_undone_is_not_found(world: World) -> None:
    assert names(world, "undone") == []


def test_the_limit_holds(world: World) -> None:
    assert len(find(world.store, "d", limit=2)) == 2
    assert find(world.store, "d", limit=0) == ()


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_text_is_only_text(world: World, typed: str) -> None:
    find(world.store, typed)


_SIGNS = "\"'*^:(){}[]+-~<>=,.;?!@#$%&|/\\ \t\n\0aBé日🙂0 9"


def test_five_thousand_odd_strings_never_raise(world: World) -> None:
    rng = random.Random(5)
    words = ["NEAR", "AND", "OR", "NOT", "NEAR(", "name:", "contact_words", "dana", "5550142", "a*", '"', "*"]
    for _ in range(5_000):
        pieces = [rng.choice(words) if rng.random() < 0.4 else rng.choice(_SIGNS) for _ in range(rng.randint(0, 12))]
        find(world.store, rng.choice(["", " "]).join(pieces))


@given(st.text(st.characters(), max_size=40))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_at_all(world: World, typed: str) -> None:
    find(world.store, typed)


@pytest.mark.parametrize(
    "typed", ["a", "dana", "dana ortiz", "dana ortiz northwind traders", "+1 503 555", "x@y.example"]
)
def test_a_bounded_number_of_queries(world: World, typed: str) -> None:
    with counted(world.store) as statements:
        find(world.store, typed)
    assert len(statements) <= 18


@pytest.mark.parametrize("typed", ["田中", "太郎", "田中太郎", "中太郎", "東京", "東京電", "電力 太郎", "太郎 東京"])
def test_two_letters_anywhere_in_a_name_without_blanks(tmp_path: Path, typed: str) -> None:
    world = World(tmp_path)
    world.person("", "田中太郎", "東京電力株式会社", phone="", email="t@tepco.example")
    world.person("Dana", "Ortiz", "Acme")
    assert "田中太郎" in names(world, typed)
    assert "Dana Ortiz" not in names(world, typed)
    world.store.close()


def test_a_new_name_is_found_in_both_spellings_and_the_old_in_neither(tmp_path: Path) -> None:
    from store.doctor import check
    from store.operations.edit import ContactDraft, edit_contact

    world = World(tmp_path)
    _, contact_id, _ = world.person("Conan", "O'Brien", "Acme", phone="")
    changed = ContactDraft(contact_id, first_name="Jean-Luc", last_name="太郎田中")
    edit_contact(world.store, PRIYA, world.later(), changed)
    for typed, found in (("obrien", False), ("jeanluc", False), ("田中", True), ("郎田", True), ("jean-luc", True)):
        assert bool(names(world, typed)) == found, typed
    assert [finding.sentence for finding in check(world.store)] == []
    world.store.close()


@pytest.mark.parametrize("name", ["O'" * 100, "-", "''", "田", "田" * 300, "한국 사람", "ﾀﾅｶ", "𠀀𠀁𠀂"])
def test_any_name_can_be_spelt(tmp_path: Path, name: str) -> None:
    from store.doctor import check

    world = World(tmp_path)
    world.person("", name[:200], "Acme", phone="", email="x@acme.example")
    assert [finding.sentence for finding in check(world.store)] == []
    world.store.close()


# --- opportunities ---


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A company with an opportunity, others with theirs, and more people of its name than a search shows."""
    world = World(tmp_path_factory.mktemp("sold"))
    lead, _, _ = world.person("Dana", "Ortiz", "Harbour Freight")
    convert_into(world, lead, "Claims, five sites")
    lead, _, _ = world.person("Mai", "Sato", "株式会社山田製作所")
    ended = convert_into(world, lead, "Überlandwerk Ausbau")
    lose(world.store, ANA, world.later(), LoseDraft(ended, "timing"))
    lead, _, _ = world.person("Lee", "Wong", "Acme [UK] Ltd")
    convert_into(world, lead, "Harbour crane")
    undo(world.store, PRIYA, world.later(), UndoDraft())
    for number in range(25):
        world.person("Harbour", f"Master{number}", "Quay & Co")
    yield world
    world.store.close()


def convert_into(world: World, lead: int, name: str) -> int:
    answers = Answers(Answer.YES, Answer.YES, Answer.YES, Answer.UNKNOWN)
    draft = ConvertDraft(lead, name=name, amount=3_600_000, close_date="2027-03-01", answers=answers)
    made = convert(world.store, PRIYA, world.later(), draft).made
    assert made is not None
    return made["opportunity_id"]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("claims", "Claims, five sites"),
        ("sites five", "Claims, five sites"),
        ("cl", "Claims, five sites"),
        ("laim", "Claims, five sites"),
        ("uberland", "Überlandwerk Ausbau"),
        ("landwerk", "Überlandwerk Ausbau"),
        ("harbour fr", "Claims, five sites"),
    ],
)
def test_an_opportunity_by_its_name_and_by_its_company(sold: World, typed: str, name: str) -> None:
    assert name in [hit.name for hit in find(sold.store, typed) if hit.deal is not None]


def test_an_opportunity_says_where_it_stands(sold: World) -> None:
    hit = only(sold, "claims")
    assert (hit.company, hit.owner, hit.contact_id, hit.lead_id) == ("Harbour Freight", "Priya", None, None)
    assert hit.deal is not None
    assert (hit.deal.stage, hit.deal.open, hit.deal.amount) == (OpportunityStage.DISCOVERY, True, 3_600_000)
    lost = only(sold, "ausbau").deal
    assert lost is not None
    assert (lost.stage, lost.open) == (OpportunityStage.LOST, False)


def test_an_undone_opportunity_is_not_found(sold: World) -> None:
    assert names(sold, "crane") == []


def test_many_people_leave_room_for_an_opportunity(sold: World) -> None:
    hits = find(sold.store, "harbour")
    assert len(hits) == 20
    assert [hit.name for hit in hits if hit.deal is not None] == ["Claims, five sites"]
    assert find(sold.store, "harbour", limit=0) == ()


def test_a_renamed_opportunity_is_found_by_its_new_name_only(sold: World) -> None:
    deal = only(sold, "claims").deal
    assert deal is not None
    update_opportunity(sold.store, PRIYA, sold.later(), OpportunityDraft(deal.id, name="Depot lights"))
    assert names(sold, "claims") == []
    assert names(sold, "epot") == ["Depot lights"]
    undo(sold.store, PRIYA, sold.later(), UndoDraft())
    assert names(sold, "claims") == ["Claims, five sites"]
