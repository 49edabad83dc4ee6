"""Edits of people and companies: only what changed, with the history of it, taken back by one key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import Conflict, Refusal
from store.operations.edit import ContactDraft, EmailDraft, PhoneDraft, PoolDraft, change_pool, edit_contact
from store.operations.edit_account import AccountEdit, edit_account
from store.operations.employment import FollowDraft, follow
from store.operations.transaction import Done
from store.operations.undo import UndoDraft, undo
from store.queries.edits import Edited
from store.queries.timeline import EntryKind, account_timeline, timeline
from store.rules.closing import NewPerson
from store.vocabulary import Motion, Outcome, PhoneKind, Pool, Reachability, Stage
from tests.factories import ANA, BEN, PRIYA, Floor
from tests.store.test_undo import standing

DANA = NewPerson("Dana", "Ortiz", "CFO", "+1 503 555 0142", "dana@northwind.example")


@pytest.fixture
def dana(floor: Floor) -> int:
    """Dana, with an at bat that is open; her id."""
    return contact_of(floor, floor.lead(Stage.ACCEPTED, person=DANA, company="Northwind"))


def contact_of(floor: Floor, lead_id: int) -> int:
    contact_id = floor.state(lead_id).contact_id
    assert contact_id is not None
    return contact_id


def edit(floor: Floor, contact_id: int, **changes: Any) -> Done:
    actor = changes.pop("actor", PRIYA)
    return edit_contact(floor.store, actor, floor.later(), ContactDraft(contact_id, **changes))


def row(floor: Floor, table: str, id: int) -> dict[str, Any]:
    return next(row for row in floor.dump()[table] if row["id"] == id)


def numbers(floor: Floor, contact_id: int) -> list[tuple[Any, ...]]:
    sql = "SELECT e164, written_as, kind, state FROM phone WHERE contact_id = ? AND void = 0 ORDER BY position, id"
    return floor.store.rows(sql, (contact_id,))


def phone_ids(floor: Floor, contact_id: int) -> list[int]:
    sql = "SELECT id FROM phone WHERE contact_id = ? AND void = 0 ORDER BY position, id"
    return [id for (id,) in floor.store.rows(sql, (contact_id,))]


def addresses(floor: Floor, contact_id: int) -> list[tuple[Any, ...]]:
    sql = "SELECT address, folded, state FROM email WHERE contact_id = ? AND void = 0 ORDER BY position, id"
    return floor.store.rows(sql, (contact_id,))


# --- facts ---


def test_only_what_changed_is_written_and_the_history_has_both(floor: Floor, dana: int) -> None:
    done = edit(floor, dana, title="COO", first_name="Dana", last_name="Ortiz")
    assert done.sentence == "title of Dana Ortiz edited"
    changed = floor.store.rows(
        'SELECT c."column", s.before, s.after FROM change c LEFT JOIN change_secret s ON s.change_id = c.id'
        " WHERE c.operation_id = ? AND c.entity = 'contact' ORDER BY c.id",
        (done.operation_id,),
    )
    assert changed == [("title", '"CFO"', '"COO"'), ("version", None, None)]


def test_a_name_is_both_its_parts(floor: Floor, dana: int) -> None:
    edit(floor, dana, last_name="  Ortiz-Vega ")
    contact = row(floor, "contact", dana)
    assert (contact["name"], contact["first_name"], contact["last_name"]) == ("Dana Ortiz-Vega", "Dana", "Ortiz-Vega")
    assert floor.value("SELECT count(*) FROM contact_words WHERE contact_words MATCH 'vega'") == 1


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"first_name": "", "last_name": " "}, "first_name", "at least a name"),
        ({"title": "x" * 201}, "title", "201 characters"),
        ({"notes": "x" * 20_001}, "notes", "20,001 characters"),
        ({"first_name": "a\0b"}, "first_name", "NUL"),
        ({"zone": "Nowhere"}, "zone", "no time zone"),
        ({"phones": (PhoneDraft(text="call me"),)}, "phone", "no phone number"),
        ({"emails": (EmailDraft(text="dana at home"),)}, "email", "no e-mail address"),
        ({"phones": (PhoneDraft(id=1, text=""),)}, "phones", "mark it bad"),
        ({"emails": (EmailDraft(id=1, text=" "),)}, "emails", "mark it bad"),
        ({"phones": (PhoneDraft(id=1), PhoneDraft(text="(503) 555-0142"))}, "phones", "already"),
        ({"emails": (EmailDraft(id=1), EmailDraft(text="DANA@northwind.example"))}, "emails", "already"),
        ({"company": ""}, "company", "Give its name"),
        ({"pool": Pool.MARKETING}, "pool", "open at bat"),
        ({}, None, "Nothing was changed"),
        ({"title": "CFO"}, None, "Nothing was changed"),
    ],
)
def test_what_is_wrong_is_refused_at_its_field_and_nothing_is_written(
    floor: Floor, dana: int, changes: dict[str, Any], field: str | None, words: str
) -> None:
    before = floor.dump()
    with pytest.raises(Refusal, match=words) as refused:
        edit(floor, dana, **changes)
    assert refused.value.field == field
    assert floor.dump() == before


def test_text_is_cleaned_at_the_door(floor: Floor, dana: int) -> None:
    edit(floor, dana, title=" VP\u202e\x1b Sales\t", notes="likes\r\ntea\x07")
    contact = row(floor, "contact", dana)
    assert (contact["title"], contact["notes"]) == ("VP Sales", "likes\ntea")


def test_a_city_is_a_zone(floor: Floor, dana: int) -> None:
    edit(floor, dana, zone="new york")
    assert row(floor, "contact", dana)["zone"] == "America/New_York"


# --- numbers and addresses ---


def test_numbers_are_added_changed_marked_and_ordered(floor: Floor, dana: int) -> None:
    (first,) = phone_ids(floor, dana)
    new = PhoneDraft(text="020 7946 0018", kind=PhoneKind.OFFICE)
    edit(floor, dana, phones=(PhoneDraft(text="+44 20 7946 0018", kind=PhoneKind.OFFICE), PhoneDraft(first)))
    assert [(number, kind) for number, _, kind, _ in numbers(floor, dana)] == [
        ("+442079460018", "office"),
        ("+15035550142", "other"),
    ]
    second, first = phone_ids(floor, dana)
    edit(floor, dana, phones=(PhoneDraft(first, text="+1 503 555 0199", kind=PhoneKind.MOBILE), PhoneDraft(second)))
    edit(floor, dana, phones=(PhoneDraft(first), PhoneDraft(second, state=Reachability.BAD)))
    assert numbers(floor, dana) == [
        ("+15035550199", "+1 503 555 0199", "mobile", "valid"),
        ("+442079460018", "+44 20 7946 0018", "office", "bad"),
    ]
    with pytest.raises(Refusal, match="already"):
        edit(floor, dana, phones=(PhoneDraft(first), PhoneDraft(second), PhoneDraft(text="+44 20 7946 0018")))
    assert new.id is None


def test_another_number_is_not_bad_any_more(floor: Floor, dana: int) -> None:
    (first,) = phone_ids(floor, dana)
    edit(floor, dana, phones=(PhoneDraft(first, state=Reachability.BAD),))
    edit(floor, dana, phones=(PhoneDraft(first, text="(503) 555-0142"),))
    assert numbers(floor, dana)[0][3] == "bad"
    edit(floor, dana, phones=(PhoneDraft(first, text="+1 503 555 0143"),))
    assert numbers(floor, dana)[0][3] == "valid"


def test_a_number_that_is_not_valid_keeps_its_text(floor: Floor, dana: int) -> None:
    (first,) = phone_ids(floor, dana)
    edit(floor, dana, phones=(PhoneDraft(first), PhoneDraft(text="555 0142 99 11 22 33 4")))
    assert numbers(floor, dana)[1][:2] == ("", "555 0142 99 11 22 33 4")


def test_the_zone_follows_the_first_number_unless_it_was_given(floor: Floor, dana: int) -> None:
    (first,) = phone_ids(floor, dana)
    edit(floor, dana, phones=(PhoneDraft(first, text="+44 20 7946 0018"),))
    assert row(floor, "contact", dana)["zone"] == "Europe/London"
    edit(floor, dana, zone="Europe/Paris")
    edit(floor, dana, phones=(PhoneDraft(first, text="+1 503 555 0142"),))
    assert row(floor, "contact", dana)["zone"] == "Europe/Paris"


def test_addresses_are_folded_as_those_of_new_people(floor: Floor, dana: int) -> None:
    id = floor.value("SELECT id FROM email WHERE contact_id = ?", dana)
    edit(floor, dana, emails=(EmailDraft(text="Dana+Sales@Example.com"), EmailDraft(id, state=Reachability.BAD)))
    assert addresses(floor, dana) == [
        ("Dana+Sales@Example.com", "dana+sales@example.com", "unknown"),
        ("dana@northwind.example", "dana@northwind.example", "bad"),
    ]


# --- who was first ---


def test_whoever_was_first_is_named(floor: Floor, dana: int) -> None:
    edit(floor, dana, title="COO", actor=BEN)
    before = floor.dump()
    with pytest.raises(Conflict, match="Ben edited this 1 min ago: look again") as conflict:
        edit(floor, dana, title="CEO", seen=0)
    assert floor.dump() == before
    edit(floor, dana, title="CEO", seen=conflict.value.version)
    assert row(floor, "contact", dana)["title"] == "CEO"


def test_ones_own_edit_is_no_conflict(floor: Floor, dana: int) -> None:
    edit(floor, dana, title="COO")
    edit(floor, dana, title="CEO", seen=0)


def test_a_number_somebody_else_added_is_kept(floor: Floor, dana: int) -> None:
    (first,) = phone_ids(floor, dana)
    edit(floor, dana, phones=(PhoneDraft(text="+44 20 7946 0018"), PhoneDraft(first)), actor=BEN)
    edit(floor, dana, phones=(PhoneDraft(first, state=Reachability.BAD),))
    assert [number for number, *_ in numbers(floor, dana)] == ["+15035550142", "+442079460018"]


# --- where they work ---


def jobs(floor: Floor, contact_id: int) -> list[tuple[Any, ...]]:
    sql = (
        "SELECT a.name, e.starts, e.ends FROM employment e JOIN account a ON a.id = e.account_id"
        " WHERE e.contact_id = ? AND e.void = 0 ORDER BY e.id"
    )
    return floor.store.rows(sql, (contact_id,))


def test_changing_company_is_dated_and_at_bats_keep_theirs(floor: Floor, dana: int) -> None:
    lead = floor.value("SELECT id FROM lead WHERE contact_id = ?", dana)
    northwind = floor.state(lead).account_id
    done = edit(floor, dana, company="Globex", title="CEO")
    assert done.sentence == "Dana Ortiz works at Globex now"
    assert floor.state(lead).account_id == northwind
    assert jobs(floor, dana) == [("Northwind", "", "2026-11-23"), ("Globex", "2026-11-23", "")]
    assert floor.store.rows("SELECT kind, lead_id FROM signal WHERE contact_id = ?", (dana,)) == [
        ("employer_changed", lead)
    ]
    assert done.offer is not None
    assert (done.offer.what, done.offer.outcome, done.lead_id) == ("close", Outcome.WRONG_PERSON, lead)


def test_closing_as_the_wrong_person_offers_them_at_the_new_company(floor: Floor, dana: int) -> None:
    lead = edit(floor, dana, company="Globex").lead_id
    assert lead is not None
    offer = floor.close(lead, Outcome.WRONG_PERSON).offer
    assert offer is not None
    assert offer.what == "follow"
    new = floor.state(floor.made(follow(floor.store, PRIYA, floor.later(), FollowDraft(dana, "knows us already"))))
    assert (new.motion, new.trigger, new.number, new.owner_id) == (
        Motion.INTENT_SIGNAL,
        "employer changed",
        2,
        PRIYA.user_id,
    )
    assert floor.value("SELECT name FROM account WHERE id = ?", new.account_id) == "Globex"


def test_without_an_open_at_bat_the_new_one_is_offered_at_once(floor: Floor) -> None:
    contact = contact_of(floor, floor.lead(Stage.CLOSED, person=DANA))
    offer = edit(floor, contact, company="Globex").offer
    assert offer is not None
    assert offer.what == "follow"


def test_a_wrong_person_who_works_there_still_is_not_followed(floor: Floor, dana: int) -> None:
    lead = floor.value("SELECT id FROM lead WHERE contact_id = ?", dana)
    assert floor.close(lead, Outcome.WRONG_PERSON).offer is None


def test_changing_company_twice_leaves_one_employer(floor: Floor, dana: int) -> None:
    edit(floor, dana, company="Globex")
    edit(floor, dana, company="Initech")
    assert [(name, bool(ends)) for name, _, ends in jobs(floor, dana)] == [
        ("Northwind", True),
        ("Globex", True),
        ("Initech", False),
    ]


def test_a_first_company_is_no_change_of_employer(floor: Floor) -> None:
    contact = contact_of(floor, floor.lead(person=DANA, company=""))
    done = edit(floor, contact, company="Globex")
    assert (done.sentence, done.offer) == ("Dana Ortiz works at Globex now", None)
    assert jobs(floor, contact) == [("Globex", "", "")]
    assert floor.value("SELECT count(*) FROM signal") == 0


def test_nobody_suppressed_is_followed(floor: Floor, dana: int) -> None:
    lead = floor.value("SELECT id FROM lead WHERE contact_id = ?", dana)
    floor.close(lead, Outcome.SUPPRESS)
    assert edit(floor, dana, company="Globex").offer is None
    with pytest.raises(Refusal, match="asked not to be contacted"):
        follow(floor.store, PRIYA, floor.later(), FollowDraft(dana))


# --- companies ---


def account_of(floor: Floor, contact_id: int) -> int:
    return int(floor.value("SELECT account_id FROM contact WHERE id = ?", contact_id))


def edit_company(floor: Floor, account_id: int, **changes: Any) -> Done:
    actor = changes.pop("actor", PRIYA)
    return edit_account(floor.store, actor, floor.later(), AccountEdit(account_id, **changes))


def test_the_facts_of_a_company(floor: Floor, dana: int) -> None:
    account = account_of(floor, dana)
    done = edit_company(
        floor,
        account,
        name="Northwind Traders Ltd",
        domain="https://www.Northwind.example/en",
        website="https://northwind.example",
        industry="logistics",
        size="1,240",
        country="germany",
        owner="be",
        actor=ANA,
        zone="berlin",
        phones=(PhoneDraft(text="+49 30 901820", kind=PhoneKind.SWITCHBOARD),),
    )
    assert done.sentence.startswith("name, domain, website, industry, size, country, time zone, owner, phone of North")
    found = row(floor, "account", account)
    assert {name: found[name] for name in ("name", "key", "domain", "size", "country", "owner_id", "zone")} == {
        "name": "Northwind Traders Ltd",
        "key": "northwind traders",
        "domain": "northwind.example",
        "size": 1240,
        "country": "DE",
        "owner_id": BEN.user_id,
        "zone": "Europe/Berlin",
    }
    edit_company(floor, account, owner="", size="", actor=BEN)
    assert (row(floor, "account", account)["owner_id"], row(floor, "account", account)["size"]) == (None, None)


def test_a_rep_takes_a_company_that_nobody_has_and_gives_up_their_own(floor: Floor, dana: int) -> None:
    account = account_of(floor, dana)

    def owner() -> int | None:
        return cast("int | None", row(floor, "account", account)["owner_id"])

    for wanted in ("Ben", "Ed"):
        with pytest.raises(Refusal, match=r"^Only a team lead gives a company to somebody else\.$") as refused:
            edit_company(floor, account, owner=wanted)
        assert refused.value.field == "owner"
    assert owner() is None
    edit_company(floor, account, owner="Priya")
    assert owner() == PRIYA.user_id
    for wanted in ("Ben", ""):  # taken from somebody else, for oneself or for nobody
        with pytest.raises(
            Refusal, match="Only a team lead takes a company from somebody: this one is Priya"
        ) as refused:
            edit_company(floor, account, owner=wanted, actor=BEN)
        assert refused.value.field == "owner"
    edit_company(floor, account, owner="priya", industry="steel", actor=BEN)  # the owner stays
    with pytest.raises(Refusal, match="gives a company to somebody else"):
        edit_company(floor, account, owner="Ben")
    edit_company(floor, account, owner="")
    assert owner() is None
    for wanted in ("Priya", "Ben", ""):
        edit_company(floor, account, owner=wanted, actor=ANA)
    assert owner() is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"domain": "not a domain"}, "domain"),
        ({"size": "many"}, "size"),
        ({"size": "99999999999"}, "size"),
        ({"size": "²"}, "size"),
        ({"country": "Atlantis"}, "country"),
        ({"owner": "nobody i know"}, "owner"),
        ({"zone": "middle earth"}, "zone"),
        ({}, None),
    ],
)
def test_what_is_wrong_about_a_company_is_refused(
    floor: Floor, dana: int, changes: dict[str, Any], field: str | None
) -> None:
    with pytest.raises(Refusal) as refused:
        edit_company(floor, account_of(floor, dana), **changes)
    assert refused.value.field == field


def test_a_company_somebody_else_edited_says_who(floor: Floor, dana: int) -> None:
    account = account_of(floor, dana)
    edit_company(floor, account, industry="retail", actor=BEN)
    with pytest.raises(Conflict, match="Ben edited this"):
        edit_company(floor, account, industry="logistics", seen=0)


# --- pools ---


def test_a_rep_asks_for_a_name(floor: Floor) -> None:
    contact = contact_of(floor, floor.lead(Stage.CLOSED, person=DANA))
    floor.raw("UPDATE contact SET pool = 'marketing' WHERE id = ?", (contact,))
    done = change_pool(floor.store, PRIYA, floor.later(), PoolDraft(contact, Pool.SALES))
    assert done.sentence == "Dana Ortiz is in the sales pool now"
    assert row(floor, "contact", contact)["pool"] == "sales"
    with pytest.raises(Refusal, match="already"):
        change_pool(floor.store, PRIYA, floor.later(), PoolDraft(contact, Pool.SALES))


# --- what the timeline says, and undo ---


def test_edits_show_in_the_timeline_and_go_with_an_undo(floor: Floor, dana: int) -> None:
    edit(floor, dana, title="COO", phones=(PhoneDraft(phone_ids(floor, dana)[0], state=Reachability.BAD),))
    (entry,) = timeline(floor.store, dana, kinds=frozenset({EntryKind.EDIT})).entries
    assert (entry.who, entry.whom) == ("Priya", "Dana Ortiz")
    assert entry.edits == (
        Edited("phone", "state", "valid", "bad", "+1 503 555 0142"),
        Edited("contact", "title", "CFO", "COO", ""),
    )
    undo(floor.store, PRIYA, floor.later(), UndoDraft())
    assert timeline(floor.store, dana, kinds=frozenset({EntryKind.EDIT})).entries == ()


def test_an_erased_edit_still_says_that_it_was(floor: Floor, dana: int) -> None:
    edit(floor, dana, title="COO")
    floor.raw("DELETE FROM change_secret")
    (entry,) = timeline(floor.store, dana, kinds=frozenset({EntryKind.EDIT})).entries
    assert entry.edits == (Edited("contact", "title", "", "", ""),)


def test_a_companys_stream_has_the_edits_of_it_and_of_its_people(floor: Floor, dana: int) -> None:
    account = account_of(floor, dana)
    edit(floor, dana, title="COO")
    edit_company(floor, account, industry="retail")
    page = account_timeline(floor.store, account, kinds=frozenset({EntryKind.EDIT}))
    assert [entry.whom for entry in page.entries] == ["Northwind", "Dana Ortiz"]
    assert page.entries[0].edits == (Edited("account", "industry", "", "retail", ""),)


ACTS: dict[str, Callable[[Floor, int], object]] = {
    "facts": lambda floor, dana: edit(
        floor, dana, first_name="D.", title="COO", zone="paris", notes="tea", reference=True
    ),
    "numbers": lambda floor, dana: edit(
        floor, dana, phones=(PhoneDraft(text="+44 20 7946 0018"), PhoneDraft(1, state=Reachability.BAD))
    ),
    "addresses": lambda floor, dana: edit(
        floor, dana, emails=(EmailDraft(text="d@example.com"), EmailDraft(1, text="dana.ortiz@example.com"))
    ),
    "a new employer": lambda floor, dana: edit(floor, dana, company="Globex", title="CEO"),
    "a company": lambda floor, dana: edit_company(
        floor, account_of(floor, dana), name="Globex", size="12", owner="Priya"
    ),
}


@pytest.mark.parametrize("name", ACTS)
def test_an_edit_goes_back_to_exactly_what_was_there(floor: Floor, dana: int, name: str) -> None:
    before = standing(floor)
    for _ in range(2):
        ACTS[name](floor, dana)
        assert standing(floor) != before
        undo(floor.store, PRIYA, floor.later(), UndoDraft())
        assert standing(floor) == before


def test_following_goes_back_step_by_step(floor: Floor, dana: int) -> None:
    start = standing(floor)
    lead = edit(floor, dana, company="Globex").lead_id
    assert lead is not None
    floor.close(lead, Outcome.WRONG_PERSON)
    before = standing(floor)
    follow(floor.store, PRIYA, floor.later(), FollowDraft(dana))
    undo(floor.store, PRIYA, floor.later(), UndoDraft())
    assert standing(floor) == before
    for _ in range(2):
        undo(floor.store, PRIYA, floor.later(), UndoDraft())
    assert standing(floor) == start


def test_what_another_person_edited_blocks_an_undo(floor: Floor, dana: int) -> None:
    edit(floor, dana, title="COO")
    edit(floor, dana, title="CEO", actor=BEN)
    with pytest.raises(Refusal, match="Ben edited this"):
        undo(floor.store, PRIYA, floor.later(), UndoDraft())


_text = st.text(max_size=40)
_states = st.sampled_from([None, *Reachability])
_phones = st.lists(
    st.builds(PhoneDraft, st.none(), st.sampled_from(["+1 503 555 0177", "020 7946 0018", "12", "5550142 55"])),
    max_size=3,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    facts=st.fixed_dictionaries(
        {}, optional={"first_name": _text, "last_name": _text, "title": _text, "notes": _text, "company": _text}
    ),
    state=_states,
    new=_phones,
    first=st.booleans(),
)
def test_any_edit_undone_is_what_was_before(
    floor: Floor, facts: dict[str, str], state: Reachability | None, new: list[PhoneDraft], first: bool
) -> None:
    contact = contact_of(floor, floor.lead(Stage.ACCEPTED))
    (known,) = phone_ids(floor, contact)
    old = PhoneDraft(known, state=state)
    phones = (old, *new) if first else (*new, old)
    before = standing(floor)
    try:
        edit(floor, contact, phones=phones, **facts)
    except Refusal:
        assert standing(floor) == before
    else:
        undo(floor.store, PRIYA, floor.later(), UndoDraft())
        assert standing(floor) == before
    floor.close(floor.value("SELECT id FROM lead WHERE contact_id = ? AND open = 1", contact), Outcome.NO_RESPONSE)
