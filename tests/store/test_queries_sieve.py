"""A queue narrowed and ordered: what is found, that the order is total and stable, and how little is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from store import Store
from store.errors import Refusal
from store.instants import DAY
from store.operations.promises import CallbackDraft, callback
from store.operations.working import NoteDraft, note
from store.queries.queue import queue
from store.queries.sieve import MOST, Sieve, place
from store.rules.closing import NewPerson
from store.rules.queue_views import Order, Spec, View
from store.vocabulary import Disposition, Motion, Stage
from tests.factories import BEN, HOUR, MINUTE, PRIYA, Floor
from tests.store.query_world import counted

ME = PRIYA.user_id


@pytest.fixture
def five(floor: Floor) -> dict[str, int]:
    """At bats that differ in everything, by the person's first name."""
    made = {}
    people = (
        ("Dana", "CFO", "+1 212 555 0142", "Möller & Söhne", Motion.DEMO_REQUEST, Stage.ACCEPTED, 500),
        ("Lee", "VP Operations", "+1 212 555 0150", "Acme [UK] Ltd", Motion.OUTBOUND_TARGET, Stage.NEW, 0),
        ("Bo", "", "+1 212 555 0152", "Zebra", Motion.CAMPAIGN_RESPONSE, Stage.NEW, 900),
        ("Ann", "Buyer", "+44 20 7946 0018", "acorn", Motion.PARTNER_REFERRAL, Stage.ACCEPTED, 900),
        ("Jo", "CEO", "+1 212 555 0160", "Bee", Motion.EVENT_FOLLOW_UP, Stage.ATTEMPTING, 0),
    )
    for first, title, phone, company, motion, stage, value in people:
        person = NewPerson(first, "Ortiz", title, phone)
        made[first] = floor.lead(stage, motion=motion, company=company, person=person, value=value)
    floor.raw("UPDATE account SET size = 1200, country = 'DE', industry = 'Logistics' WHERE name = 'Zebra'")
    scored = "UPDATE lead SET score = 80, rules = 'others' WHERE id IN (?, ?)"
    floor.raw(scored, (made["Bo"], made["Lee"]))
    floor.now += DAY
    return made


def listed(floor: Floor, spec: Spec, sieve: Sieve | None = None) -> list[int]:
    """What a spec shows."""
    return list((sieve or Sieve()).list(floor.store, ME, floor.now, spec).ids)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("dana", ["Dana"]),
        ("ortiz", ["Dana", "Lee", "Bo", "Ann", "Jo"]),
        ("moller", ["Dana"]),
        ("cfo", ["Dana"]),
        ("motion:demo", ["Dana"]),
        ("campaign response", ["Bo"]),
        ("stage:new", ["Lee", "Bo"]),
        ("uncontacted -stage:new", ["Dana", "Ann"]),
        ("55501", ["Dana", "Lee", "Bo", "Jo"]),
        ("7946", ["Ann"]),
        ("country:DE size>1000", ["Bo"]),
        ("logistics", []),
        ("industry:logistics", ["Bo"]),
        ("score>50", ["Lee", "Bo"]),
        ("value>=5", ["Dana", "Bo", "Ann"]),
        ("attempts>0", ["Jo"]),
        ("source:list", ["Dana", "Lee", "Bo", "Ann", "Jo"]),
        ("first touch", ["Dana", "Bo", "Ann"]),
        ("nobody has this", []),
    ],
)
def test_what_a_filter_finds(floor: Floor, five: dict[str, int], text: str, names: list[str]) -> None:
    found = listed(floor, Spec(View.ALL, text)) + listed(floor, Spec(View.LATER, text))
    assert sorted(found) == sorted(five[name] for name in names)


@pytest.mark.parametrize(
    ("order", "names"),
    [
        (Order.SCORE, ["Lee", "Bo", "Dana", "Ann"]),
        (Order.VALUE, ["Bo", "Ann", "Dana", "Lee"]),
        (Order.COMPANY, ["Lee", "Ann", "Dana", "Bo"]),
        (Order.AGE, ["Dana", "Lee", "Bo", "Ann"]),
    ],
)
def test_an_order_puts_ties_in_due_order(floor: Floor, five: dict[str, int], order: Order, names: list[str]) -> None:
    ids = [lead_id for lead_id in listed(floor, Spec(View.ALL, "", order)) if lead_id != five["Jo"]]
    assert ids == [five[name] for name in names]


def test_longest_untouched_comes_first(floor: Floor, five: dict[str, int]) -> None:
    floor.touch(five["Ann"], Disposition.CONVERSATION)
    floor.now += 3 * DAY
    ids = listed(floor, Spec(View.ALL, "", Order.TOUCHED))
    assert ids[-2:] == [five["Jo"], five["Ann"]]


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("text", ["", "ortiz", "-motion:demo"])
def test_every_row_goes_back_to_where_it_was(floor: Floor, five: dict[str, int], order: Order, text: str) -> None:
    spec = Spec(View.ALL, text, order)
    ids = listed(floor, spec)
    assert sorted(ids) == sorted(lead_id for lead_id in listed(floor, Spec()) if lead_id in ids)
    for index, lead_id in enumerate(ids):
        others = [other for other in ids if other != lead_id]
        assert place(floor.store, others, lead_id, ME, floor.now, "", spec).index == index
    for lead_id in set(five.values()) - set(ids):
        assert place(floor.store, ids, lead_id, ME, floor.now, "", spec).index is None


def test_a_promise_that_passed_on_is_found_like_any_other(floor: Floor) -> None:
    lead_id = floor.lead(Stage.ATTEMPTING, actor=BEN)
    callback(floor.store, BEN, floor.later(), CallbackDraft(lead_id, floor.now + HOUR))
    floor.now += HOUR + 45 * MINUTE
    assert listed(floor, Spec(View.CALLBACKS, "anyone’s")) == [lead_id]
    assert listed(floor, Spec(View.ALL, "owner:ben attempts>0", Order.SCORE)) == [lead_id]
    assert listed(floor, Spec(View.ALL, "owner:me")) == []


def test_counts_are_those_of_the_lists_and_a_wrong_filter_has_none(floor: Floor, five: dict[str, int]) -> None:
    specs = [Spec(View.ALL, "stage:new"), Spec(View.NEW), Spec(View.LATER, "", Order.SCORE), Spec(View.ALL, "x:y")]
    sieve = Sieve()
    assert sieve.counts(floor.store, ME, floor.now, specs) == (
        *(len(listed(floor, spec)) for spec in specs[:-1]),
        None,
    )


def test_one_letter_more_reads_nothing_but_the_rows_shown(floor: Floor, five: dict[str, int]) -> None:
    sieve = Sieve()
    listed(floor, Spec(View.ALL, "o"), sieve)
    with counted(floor.store) as statements:
        listed(floor, Spec(View.ALL, "or"), sieve)
    assert len(statements) == 2, statements  # whether anybody committed, and the first page


def test_what_others_commit_is_seen(floor: Floor, five: dict[str, int], tmp_path: Path) -> None:
    from store import open_store

    sieve = Sieve()
    reader = open_store(floor.store.path, read_only=True)
    try:
        specs = [Spec(view, "stage:connected") for view in (View.ALL, View.LATER)]
        assert sieve.counts(reader, ME, floor.now, specs) == (0, 0)
        floor.touch(five["Dana"], Disposition.CONVERSATION)
        assert sum(count or 0 for count in sieve.counts(reader, ME, floor.now, specs)) == 1
    finally:
        reader.close()


def test_only_what_others_changed_is_read_again(
    floor: Floor, five: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from store import open_store
    from store.queries import sieve as module

    sieve = Sieve()
    read: list[int] = []
    reader = open_store(floor.store.path, read_only=True)
    facts_read = module.facts_read

    def told(store: Store, ids: Sequence[int], *more: Any) -> Any:
        read.extend(ids)
        return facts_read(store, ids, *more)

    monkeypatch.setattr(module, "facts_read", told)
    try:
        spec, minute = [Spec(View.ALL, "o")], floor.now - floor.now % MINUTE
        sieve.counts(reader, ME, minute, spec)
        assert set(five.values()) >= set(read) != set()
        read.clear()
        note(floor.store, BEN, floor.now, NoteDraft(five["Dana"], "likes tea"))
        sieve.counts(reader, ME, minute, spec)
        assert read == [five["Dana"]]
        read.clear()
        floor.raw("UPDATE account SET name = 'Zebra', version = version + 1, written_id = 1 WHERE id = 2")
        sieve.counts(reader, ME, minute, spec)
        assert len(read) == 1
    finally:
        reader.close()


def test_a_long_list_is_looked_through_in_part_and_says_so(
    floor: Floor, five: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Sieve().list(floor.store, ME, floor.now, Spec(View.ALL, "ortiz"))
    assert (whole.looked, whole.all_looked) == (len(listed(floor, Spec())), True)
    assert MOST >= 3_000, "a rep's own list is looked through to its end"
    monkeypatch.setattr("store.queries.sieve.MOST", 2)
    part = Sieve().list(floor.store, ME, floor.now, Spec(View.ALL, "ortiz"))
    assert (list(part.ids), part.looked, part.all_looked) == (listed(floor, Spec())[:2], 2, False)


def test_a_wrong_filter_is_refused(floor: Floor) -> None:
    with pytest.raises(Refusal, match="to filter by"):
        listed(floor, Spec(View.ALL, "foo:bar"))


def test_a_built_in_view_as_it_is_costs_what_it_always_did(floor: Floor, five: dict[str, int]) -> None:
    plain = queue(floor.store, ME, floor.now, limit=-1)
    assert listed(floor, Spec()) == list(plain.ids)
