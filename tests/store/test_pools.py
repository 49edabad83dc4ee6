"""Names go back to marketing by rule and come to sales with an at bat; a reference is asked twice a quarter."""

from __future__ import annotations

from typing import Any

import pytest

from store.actor import SYSTEM
from store.errors import Refusal
from store.instants import DAY
from store.operations.bulk import Verb, batches, do_batch
from store.operations.edit import ContactDraft, PoolDraft, change_pool, edit_contact
from store.operations.people import PersonDraft, add_person
from store.operations.record_signal import SignalDraft, record_signal
from store.operations.recycle import RecycleDraft, recycle
from store.operations.references import ReferenceDraft, use_reference, uses
from store.operations.tick import tick
from store.operations.undo import UndoDraft, undo
from store.operations.working import ApprovalDraft, approve
from store.rules.closing import CloseDraft
from store.vocabulary import Outcome, Pool, Role, Stage
from tests.factories import ANA, BEN, PRIYA, Floor


def pool(floor: Floor, lead_id: int) -> str:
    return str(floor.value("SELECT pool FROM contact WHERE id = ?", contact(floor, lead_id)))


def contact(floor: Floor, lead_id: int) -> int:
    return floor.state(lead_id).contact_id or 0


def again(floor: Floor, lead_id: int, actor: Any = PRIYA) -> int:
    return floor.lead(Stage.CLOSED, contact_id=contact(floor, lead_id), company="", actor=actor)


def demoted_by(floor: Floor, lead_id: int) -> tuple[str, str]:
    """The kind of operation that sent the name back, and by whose hand it was."""
    row = floor.store.row(
        "SELECT o.kind, o.by FROM change c JOIN operation o ON o.id = c.operation_id WHERE c.entity = 'contact'"
        " AND c.entity_id = ? AND c.\"column\" = 'pool' ORDER BY c.id DESC LIMIT 1",
        (contact(floor, lead_id),),
    )
    assert row is not None
    return row[0], row[1]


def test_two_at_bats_without_a_response_send_back_and_one_does_not(floor: Floor) -> None:
    first = floor.lead(Stage.CLOSED)
    assert pool(floor, first) == Pool.SALES
    again(floor, first)
    assert pool(floor, first) == Pool.MARKETING
    assert demoted_by(floor, first) == ("close", "person")


def test_a_conversation_in_between_counts_anew(floor: Floor) -> None:
    first = floor.lead(Stage.CLOSED)
    second = floor.lead(Stage.CONNECTED, contact_id=contact(floor, first), company="")
    floor.close(second, Outcome.NOT_READY, back_at=floor.now + DAY)
    again(floor, first)
    assert pool(floor, first) == Pool.SALES


def test_a_disqualification_sends_back_once_it_is_final(floor: Floor) -> None:
    lead = floor.lead(Stage.DISQUALIFIED)
    assert pool(floor, lead) == Pool.SALES
    approve(floor.store, ANA, floor.later(), ApprovalDraft(lead))
    assert pool(floor, lead) == Pool.MARKETING


def test_a_customer_stays_with_sales(floor: Floor) -> None:
    lead = floor.lead(Stage.ATTEMPTING)
    floor.close(lead, Outcome.EXISTING, is_customer=True)
    assert pool(floor, lead) == Pool.SALES


def test_a_rule_that_closes_sends_back_in_the_same_act(floor: Floor) -> None:
    first = floor.lead(Stage.CLOSED)
    floor.lead(Stage.ATTEMPTING, contact_id=contact(floor, first), company="")
    floor.now += 60 * DAY
    tick(floor.store, floor.now)
    assert pool(floor, first) == Pool.MARKETING
    assert demoted_by(floor, first) == ("tick", "rule")


def test_an_undo_brings_the_name_back_with_the_at_bat(floor: Floor) -> None:
    first = floor.lead(Stage.CLOSED)
    again(floor, first)
    undo(floor.store, PRIYA, floor.later(), UndoDraft())
    assert pool(floor, first) == Pool.SALES


def test_many_closed_at_once_send_back_each_and_go_back_as_one(floor: Floor) -> None:
    firsts = [floor.lead(Stage.CLOSED) for _ in range(3)]
    leads = [floor.lead(contact_id=contact(floor, first), company="") for first in firsts]
    like = CloseDraft(0, Outcome.NO_RESPONSE)
    act = "00000000-0000-0000-0000-000000000001"
    (batch,) = batches(act, Verb.CLOSE, like, [(id, floor.state(id).version) for id in leads])  # type: ignore[arg-type]
    do_batch(floor.store, PRIYA, floor.later(), batch)
    assert {pool(floor, first) for first in firsts} == {Pool.MARKETING}
    undo(floor.store, PRIYA, floor.later(), UndoDraft())
    assert {pool(floor, first) for first in firsts} == {Pool.SALES}


def test_nobody_who_is_in_an_open_at_bat_is_sent_back(floor: Floor) -> None:
    lead, other = floor.lead(Stage.ATTEMPTING), floor.lead(Stage.ATTEMPTING)
    add_person(floor.store, PRIYA, floor.later(), PersonDraft(other, Role.INFLUENCER, contact_id=contact(floor, lead)))
    floor.close(lead, Outcome.BAD_FIT, reason="no_need")
    assert pool(floor, lead) == Pool.SALES
    floor.now += 400 * DAY
    floor.raw("UPDATE lead SET rule_at = NULL WHERE open = 1")  # the other at bat lives on, so to speak
    tick(floor.store, floor.now)
    assert pool(floor, lead) == Pool.SALES
    floor.raw("UPDATE lead SET rule_at = updated_at WHERE open = 1")
    tick(floor.store, floor.now)


def test_a_name_of_marketing_comes_to_sales_with_an_at_bat(floor: Floor) -> None:
    first = floor.lead(Stage.CLOSED)
    again(floor, first)
    floor.now += 91 * DAY
    last = floor.value("SELECT max(id) FROM lead")
    recycle(floor.store, BEN, floor.later(), RecycleDraft(last))
    assert pool(floor, first) == Pool.SALES


def test_a_name_of_marketing_who_becomes_the_person_of_an_at_bat_comes_to_sales(floor: Floor) -> None:
    first = floor.lead(Stage.CLOSED)
    change_pool(floor.store, PRIYA, floor.later(), PoolDraft(contact(floor, first), Pool.MARKETING))
    company = floor.company_lead()
    add_person(floor.store, PRIYA, floor.later(), PersonDraft(company, Role.OTHER, contact_id=contact(floor, first)))
    assert pool(floor, first) == Pool.SALES


def test_ignored_for_180_days_goes_back_to_the_minute_whenever_the_tick_comes(floor: Floor) -> None:
    lead = floor.lead(Stage.CLOSED)
    closed = floor.state(lead).closed_at or 0
    tick(floor.store, closed + 180 * DAY - 1)
    assert pool(floor, lead) == Pool.SALES
    floor.now = closed + 400 * DAY
    tick(floor.store, floor.now)
    assert pool(floor, lead) == Pool.MARKETING
    assert demoted_by(floor, lead) == ("tick", "rule")
    assert floor.value("SELECT max(at) FROM operation WHERE kind = 'tick'") == closed + 180 * DAY
    assert floor.value("SELECT rule_at FROM contact WHERE id = ?", contact(floor, lead)) is None


def test_a_signal_puts_it_off_and_a_rep_who_asks_starts_it_anew(floor: Floor) -> None:
    lead = floor.lead(Stage.CLOSED)
    floor.now += 100 * DAY
    record_signal(floor.store, SYSTEM, floor.now, SignalDraft("page", "web", contact_id=contact(floor, lead)))
    heard = floor.now
    floor.now += 179 * DAY
    tick(floor.store, floor.now)
    assert pool(floor, lead) == Pool.SALES
    floor.now = heard + 181 * DAY
    tick(floor.store, floor.now)
    assert pool(floor, lead) == Pool.MARKETING
    change_pool(floor.store, BEN, floor.later(), PoolDraft(contact(floor, lead), Pool.SALES))
    asked = floor.now
    floor.now += 179 * DAY
    tick(floor.store, floor.now)
    assert pool(floor, lead) == Pool.SALES
    floor.now = asked + 181 * DAY
    tick(floor.store, floor.now)
    assert pool(floor, lead) == Pool.MARKETING


def test_a_second_tick_changes_nothing(floor: Floor) -> None:
    floor.lead(Stage.CLOSED)
    floor.now += 400 * DAY
    assert tick(floor.store, floor.now) >= 1
    before = floor.dump()
    assert tick(floor.store, floor.now) == 0
    assert floor.dump() == before


# --- references ---


@pytest.fixture
def customer(floor: Floor) -> int:
    """A person who speaks for us."""
    lead = floor.lead(Stage.CLOSED)
    edit_contact(floor.store, PRIYA, floor.later(), ContactDraft(contact(floor, lead), reference=True))
    return contact(floor, lead)


def test_a_reference_is_used_twice_a_quarter_and_then_in_the_next(floor: Floor, customer: int) -> None:
    for number in (1, 2):
        done = use_reference(floor.store, PRIYA, floor.later(), ReferenceDraft(customer, "for Northwind"))
        assert done.sentence == f"Person1 Ortiz is used as a reference: {number} of 2 this quarter"
    with pytest.raises(Refusal, match="free again from 2027-01-01"):
        use_reference(floor.store, BEN, floor.later(), ReferenceDraft(customer))
    floor.now += 60 * DAY
    use_reference(floor.store, BEN, floor.later(), ReferenceDraft(customer))
    counted = uses(floor.store, customer, floor.now)
    assert (counted.total, counted.quarter, counted.limit) == (3, 1, 2)


def test_a_use_that_was_undone_does_not_count(floor: Floor, customer: int) -> None:
    use_reference(floor.store, PRIYA, floor.later(), ReferenceDraft(customer))
    done = undo(floor.store, PRIYA, floor.later(), UndoDraft())
    assert done.sentence == "undone: use as a reference for Person1 Ortiz"
    assert uses(floor.store, customer, floor.now).total == 0


def test_who_is_no_reference_or_wants_no_contact_is_not_used(floor: Floor, customer: int) -> None:
    other = contact(floor, floor.lead())
    with pytest.raises(Refusal, match="is no reference"):
        use_reference(floor.store, PRIYA, floor.later(), ReferenceDraft(other))
    floor.raw("UPDATE contact SET suppressed_at = ? WHERE id = ?", (floor.now, customer))
    with pytest.raises(Refusal, match="not to be contacted"):
        use_reference(floor.store, PRIYA, floor.later(), ReferenceDraft(customer))
