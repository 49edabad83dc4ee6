"""What the company's page reads: its facts, everybody in order, as fast for two thousand people as for two."""

from __future__ import annotations

from typing import Any

import pytest

from store.instants import DAY
from store.operations.edit import ContactDraft, edit_contact
from store.operations.people import PersonDraft, add_person
from store.queries import account as queries
from store.queries import timeline
from store.queries.account import ITSELF, PersonLine
from store.queries.sheet import company_sheet, doubts, person_sheet
from store.rules.closing import NewPerson
from store.vocabulary import Disposition, Outcome, Pool, Role, Stage
from tests.factories import BEN, PRIYA, Floor
from tests.store.query_world import counted

DANA = NewPerson("Dana", "Ortiz", "CFO", "+1 503 555 0142", "dana@northwind.example")


def account_of(floor: Floor, lead_id: int) -> int:
    account_id = floor.state(lead_id).account_id
    assert account_id is not None
    return account_id


def contact_of(floor: Floor, lead_id: int) -> int:
    contact_id = floor.state(lead_id).contact_id
    assert contact_id is not None
    return contact_id


def person(floor: Floor, first: str, stage: Stage = Stage.NEW, **more: Any) -> int:
    """Somebody at Northwind; the at bat."""
    who = NewPerson(first, "Quincy", "Buyer", "", f"{first.lower()}@northwind.example")
    return floor.lead(stage, company="Northwind", person=who, **more)


def lines(floor: Floor, account_id: int, find: str = "") -> list[PersonLine]:
    found = queries.people(floor.store, account_id, find)
    return [found.rows[id] for id in found.ids]


def crowd(floor: Floor, lead_id: int, people: int) -> None:
    """As many more people at the company of this at bat, none of them ever worked."""
    columns = ", ".join(
        f'"{row[1]}"' for row in floor.store.rows("PRAGMA table_info(contact)") if row[1] not in ("id", "name")
    )
    floor.raw(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
        f" INSERT INTO contact (name, {columns}) SELECT 'Name ' || i, {columns} FROM contact, n WHERE contact.id = ?",
        (people, contact_of(floor, lead_id)),
    )


def test_everybody_in_order_who_is_worked_first_then_both_pools_then_who_left(floor: Floor) -> None:
    new = person(floor, "Newt")
    account = account_of(floor, new)
    person(floor, "Cora", Stage.CONNECTED, actor=BEN)
    person(floor, "Zoe", Stage.CLOSED)
    name = person(floor, "Abe", Stage.CLOSED)
    floor.raw("UPDATE contact SET pool = 'marketing' WHERE id = ?", (contact_of(floor, name),))
    gone = person(floor, "Gail", Stage.CLOSED)
    edit_contact(floor.store, PRIYA, floor.later(), ContactDraft(contact_of(floor, gone), company="Globex"))
    found = lines(floor, account)
    assert [(line.name, line.pool, line.former) for line in found] == [
        ("Cora Quincy", Pool.SALES, False),
        ("Newt Quincy", Pool.SALES, False),
        ("Zoe Quincy", Pool.SALES, False),
        ("Abe Quincy", Pool.MARKETING, False),
        ("Gail Quincy", Pool.SALES, True),
    ]
    assert found[4].left == "2026-11-23"
    assert found[0].lead is not None
    assert found[0].lead.owner == "Ben"
    assert (found[2].lead, found[2].at_bats) == (None, 1)
    assert found[0].last_touch_at is not None
    assert (found[1].last_touch_at, found[1].phones, found[1].emails) == (None, 0, 1)
    facts = queries.company(floor.store, account)
    assert facts is not None
    assert (facts.people.sales, facts.people.marketing, facts.people.worked, facts.people.former) == (3, 1, 2, 1)


def test_suppressed_and_rejected_people_are_marked(floor: Floor) -> None:
    lead = person(floor, "Sue")
    floor.close(lead, Outcome.SUPPRESS)
    (line,) = lines(floor, account_of(floor, lead))
    assert line.suppressed
    assert line.lead is None


def test_parts_on_open_opportunities_and_on_at_bats(floor: Floor) -> None:
    lead, other = person(floor, "Amy", Stage.CONNECTED), person(floor, "Bob", Stage.CLOSED)
    account = account_of(floor, lead)
    add_person(floor.store, PRIYA, floor.later(), PersonDraft(lead, Role.CHAMPION, contact_id=contact_of(floor, other)))
    assert [(line.role, line.role_on) for line in lines(floor, account)] == [
        (None, ""),
        (Role.CHAMPION, "Amy Quincy"),
    ]
    floor.convert(lead, taker_id=5)
    facts = queries.company(floor.store, account)
    assert facts is not None
    (deal,) = facts.deals
    assert {(line.name, line.role_on) for line in lines(floor, account)} == {
        ("Amy Quincy", deal.name),
        ("Bob Quincy", deal.name),
    }


def test_an_at_bat_on_the_company_alone_comes_first(floor: Floor) -> None:
    lead = floor.company_lead("Northwind")
    person(floor, "Amy")
    first, _ = lines(floor, account_of(floor, lead))
    assert (first.id, first.contact_id) == (ITSELF, None)
    assert first.lead is not None
    assert first.lead.id == lead


@pytest.mark.parametrize("letters", ["amy", "AMY qui", "buy", "quincy buyer", "% _", "\\", "'", '"', "\0", "\ud800"])
def test_letters_narrow_by_name_and_title_whatever_is_typed(floor: Floor, letters: str) -> None:
    account = account_of(floor, person(floor, "Amy"))
    person(floor, "Bob")
    names = [line.name for line in lines(floor, account, letters)]
    expected = {"amy": ["Amy Quincy"], "AMY qui": ["Amy Quincy"]}
    if letters in expected:
        assert names == expected[letters]
    elif "buy" in letters:
        assert len(names) == 2


def test_a_merged_company_shows_the_one_that_lives_on(floor: Floor) -> None:
    lives = account_of(floor, person(floor, "Amy"))
    loser = account_of(floor, floor.lead(company="Northwynd"))
    floor.raw("UPDATE account SET merged_into_id = ? WHERE id = ?", (lives, loser))
    facts = queries.company(floor.store, loser)
    assert facts is not None
    assert facts.id == lives
    assert queries.company(floor.store, 999) is None


def test_two_thousand_people_cost_no_more_queries_than_two(floor: Floor) -> None:
    lead = person(floor, "Amy")
    account = account_of(floor, lead)
    with counted(floor.store) as few:
        queries.company(floor.store, account)
        queries.people(floor.store, account)
    crowd(floor, lead, 2000)
    with counted(floor.store) as many:
        queries.company(floor.store, account)
        found = queries.people(floor.store, account)
    assert len(many) == len(few)
    assert (len(found.ids), len(found.rows)) == (2001, queries.FIRST)
    # Nobody of the crowd has a number of their own: they were copied for this test alone.
    floor.raw("UPDATE contact SET void = 1 WHERE id <> ?", (contact_of(floor, lead),))


def test_every_walk_is_along_an_index(floor: Floor) -> None:
    values = {"account": 1, "most": 1, "ids": "[]", **dict.fromkeys(("t0", "l0", "u0", "c0"), "")}
    named = (queries._ids_sql(1), queries._ROWS, queries._COUNT_FORMER)
    plain = (queries._HEADCOUNT, queries._OPEN_DEALS, queries._ON_ITSELF)
    asked: list[tuple[str, Any]] = [*((sql, values) for sql in named), *((sql, (1,)) for sql in plain)]
    for sql, given in asked:
        plan = [row[3] for row in floor.store.rows(f"EXPLAIN QUERY PLAN {sql}", given)]
        scans = [
            line for line in plan if line.startswith("SCAN") and "subquery" not in line and "json_each" not in line
        ]
        assert not scans, sql


def test_a_crowds_stream_read_by_pieces_is_the_whole_stream(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    leads = [person(floor, name, Stage.CONNECTED) for name in ("Amy", "Bob", "Cleo")]
    account = account_of(floor, leads[0])
    for days in (1, 5, 30, 90, 300):
        floor.now += days * DAY
        for lead in leads:
            if floor.state(lead).open:
                floor.touch(lead, Disposition.NO_ANSWER, note=f"after {days}")
    whole = timeline.account_timeline(floor.store, account, limit=1000).entries
    monkeypatch.setattr(timeline, "_CROWD", 1)
    assert timeline.account_timeline(floor.store, account, limit=1000).entries == whole
    found: list[Any] = []
    page = timeline.account_timeline(floor.store, account, limit=7)
    while True:
        found += page.entries
        if page.next is None:
            break
        page = timeline.account_timeline(floor.store, account, before=page.next, limit=7)
    assert tuple(found) == whole
    for skip in (0, 1, 9, len(whole)):
        cursor = timeline.cursor_at(floor.store, account, skip, company=True)
        assert timeline.account_timeline(floor.store, account, before=cursor, limit=1000).entries == whole[skip:]


def test_the_sheets_to_edit(floor: Floor) -> None:
    lead = floor.lead(person=DANA, company="Northwind")
    sheet = person_sheet(floor.store, contact_of(floor, lead))
    assert sheet is not None
    assert (sheet.name, sheet.title, sheet.company, sheet.lead_id, sheet.at_bats) == (
        "Dana Ortiz",
        "CFO",
        "Northwind",
        lead,
        1,
    )
    assert [phone.e164 for phone in sheet.phones] == ["+15035550142"]
    company = company_sheet(floor.store, account_of(floor, lead))
    assert company is not None
    assert (company.name, company.phones) == ("Northwind", ())
    assert person_sheet(floor.store, 999) is None
    assert company_sheet(floor.store, 999) is None


def test_doubts_about_values_never_raise(floor: Floor) -> None:
    lead = floor.lead(person=DANA, company="Northwind")
    me = contact_of(floor, lead)
    found = doubts(floor.store, ["(503) 555-0142", "12345678"], ["DANA@northwind.example", "no"], "north")
    assert found.not_valid == ("12345678",)
    assert found.shared == (("(503) 555-0142", "Dana Ortiz"), ("DANA@northwind.example", "Dana Ortiz"))
    assert [one.name for one in found.companies] == ["Northwind"]
    assert doubts(floor.store, ["(503) 555-0142"], contact_id=me).shared == ()
    for odd in ("'", "\0", "\ud800", "[b]", "%" * 500):
        doubts(floor.store, [odd], [odd], odd)
