"""The score on an at bat: set when it opens, and right again after whatever changes facts or signals."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from store.actor import SYSTEM
from store.doctor.scores import misscored
from store.errors import Refusal
from store.instants import DAY, HOUR
from store.models import Signal
from store.operations.edit import ContactDraft, edit_contact
from store.operations.edit_account import AccountEdit, edit_account
from store.operations.record_signal import SignalDraft, record_signal
from store.operations.scoring import facts_of, last_midnight, next_midnight, rescore, score_of
from store.operations.transaction import Done, Transaction, operation
from store.operations.undo import UndoDraft, undo
from store.queries.score import Band, begun_in, by_thresholds, calibration, score_card, score_card_of_person, tens
from store.rules.closing import NewPerson
from store.rules.scoring import Facts, Quadrant, next_drop
from store.vocabulary import Motion, Outcome, Stage
from tests.factories import MONDAY, PRIYA, Floor

CFO = NewPerson("Dana", "Ortiz", "CFO", "+1 503 555 0142", "dana@northwind.example")


@operation("rescore")
def rescored(tx: Transaction, lead_id: int) -> Done:
    lead = tx.lead(lead_id)
    tx.save_lead(lead, rescore(tx, lead))
    return tx.done("rescored")


def signal(floor: Floor, kind: str, **more: Any) -> Done:
    return record_signal(floor.store, SYSTEM, floor.later(), SignalDraft(kind, "website", **more))


def account_of(floor: Floor, lead_id: int) -> int:
    account_id = floor.state(lead_id).account_id
    assert account_id is not None
    return account_id


def score(floor: Floor, lead_id: int) -> int:
    return floor.state(lead_id).score


def edited(floor: Floor, lead_id: int, **changes: Any) -> None:
    edit_account(floor.store, PRIYA, floor.later(), AccountEdit(account_of(floor, lead_id), **changes))


# -- where it comes from -----------------------------------------------------------------------------------------------


def test_an_at_bat_opens_with_the_score_of_its_person(floor: Floor) -> None:
    assert score(floor, floor.lead(person=CFO)) == 13  # half of the CFO's 25
    assert score(floor, floor.company_lead()) == 0


def test_what_somebody_did_before_counts_when_their_at_bat_opens(floor: Floor) -> None:
    first = floor.lead(Stage.CLOSED, person=CFO)
    contact_id = floor.state(first).contact_id
    signal(floor, "webinar", contact_id=contact_id)
    assert score(floor, first) == 13  # it is over
    assert score(floor, floor.lead(contact_id=contact_id)) == 23


def test_a_signal_raises_the_score_at_once_and_the_history_has_it(floor: Floor) -> None:
    lead_id = floor.lead(person=CFO)
    done = signal(floor, "Pricing page", lead_id=lead_id)
    assert score(floor, lead_id) == 25
    points, high = floor.store.rows("SELECT points, high_intent FROM signal")[0]
    assert (points, high) == (25, 1)
    sql = "SELECT before, after FROM change WHERE operation_id = ? AND \"column\" = 'score'"
    assert floor.store.rows(sql, (done.operation_id,)) == [("13", "25")]


def test_a_signal_on_the_person_reaches_their_open_at_bat(floor: Floor) -> None:
    lead_id = floor.lead(person=CFO)
    signal(floor, "form", contact_id=floor.state(lead_id).contact_id)
    assert score(floor, lead_id) == 33


def test_a_signal_on_a_company_without_a_person_counts_for_its_at_bat(floor: Floor) -> None:
    lead_id = floor.company_lead()
    signal(floor, "form", lead_id=lead_id)
    assert score(floor, lead_id) == 20


@pytest.mark.parametrize(("points", "expected"), [(0, 13), (100, 63)])
def test_a_signal_may_bring_its_own_points(floor: Floor, points: int, expected: int) -> None:
    lead_id = floor.lead(person=CFO)
    signal(floor, "form", lead_id=lead_id, points=points)
    assert score(floor, lead_id) == expected


@pytest.mark.parametrize("points", [-1, 101])
def test_points_that_are_no_score_are_refused(floor: Floor, points: int) -> None:
    with pytest.raises(Refusal, match="0 to 100 points"):
        signal(floor, "form", lead_id=floor.lead(), points=points)


CHANGES: dict[str, Callable[[Floor, int], object]] = {
    "the company's size": lambda floor, lead: edited(floor, lead, size="600"),
    "its industry": lambda floor, lead: edited(floor, lead, industry="logistics"),
    "its country": lambda floor, lead: edited(floor, lead, country="DE"),
    "the person's title": lambda floor, lead: edit_contact(
        floor.store, PRIYA, floor.later(), ContactDraft(floor.state(lead).contact_id or 0, title="Clerk")
    ),
    "another employer": lambda floor, lead: edit_contact(
        floor.store, PRIYA, floor.later(), ContactDraft(floor.state(lead).contact_id or 0, company="Elsewhere Ltd")
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_an_edit_moves_the_score_and_its_undo_moves_it_back(floor: Floor, change: Callable[[Floor, int], Any]) -> None:
    lead_id = floor.lead(person=CFO)
    signal(floor, "form", lead_id=lead_id)
    before = score(floor, lead_id)
    change(floor, lead_id)
    assert score(floor, lead_id) != before
    undo(floor.store, PRIYA, floor.later(), UndoDraft())
    assert score(floor, lead_id) == before


def test_what_the_company_uses_is_read_from_its_imported_fields(floor: Floor) -> None:
    lead_id = floor.lead(person=CFO)
    account_id = account_of(floor, lead_id)
    for custom, known in (
        ({"Technologies": "SAP; Excel, "}, ("SAP", "Excel")),
        ({"tech_stack": ["HubSpot", 7]}, ("HubSpot", "7")),
        ({"colour": "red"}, ()),
    ):
        floor.raw("UPDATE account SET custom = ? WHERE id = ?", (json.dumps(custom), account_id))
        assert facts_of(floor.store, None, account_id)[0].technologies == known
    floor.raw("UPDATE account SET custom = '[broken' WHERE id = ?", (account_id,))
    assert facts_of(floor.store, None, account_id)[0] == Facts()


# -- as of when --------------------------------------------------------------------------------------------------------


def test_during_a_day_nothing_decays_and_after_the_teams_midnight_it_has(floor: Floor) -> None:
    lead_id = floor.lead(person=CFO)
    signal(floor, "demo_request", lead_id=lead_id)
    assert score(floor, lead_id) == 38
    floor.later(9 * HOUR)
    rescored(floor.store, SYSTEM, floor.now, lead_id)
    assert score(floor, lead_id) == 38
    floor.now = next_midnight(floor.store, floor.now)
    assert last_midnight(floor.store, floor.now) == floor.now
    floor.later(60 * DAY)
    rescored(floor.store, SYSTEM, floor.now, lead_id)
    assert score(floor, lead_id) == 19  # 12.5 of fit, and a quarter of 25


def test_run_at_each_drop_it_is_always_what_it_would_be_worked_out_anew(floor: Floor) -> None:
    lead_id = floor.lead(person=CFO)
    signal(floor, "demo_request", lead_id=lead_id)
    store, lead = floor.store, floor.state(lead_id)
    facts, signals = facts_of(store, lead.contact_id, lead.account_id, lead_id)
    seen = []
    for _ in range(5):
        drop = next_drop(signals, facts, floor.now, store.rules.score, lambda at: next_midnight(store, at))
        assert drop is not None
        before = score_of(store, lead.contact_id, lead.account_id, drop - 1, lead_id).total
        assert before == score(floor, lead_id)
        floor.now = drop
        rescored(store, SYSTEM, drop, lead_id)
        seen.append(score(floor, lead_id))
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == 5


# -- the card ----------------------------------------------------------------------------------------------------------


def test_the_card_says_what_the_at_bat_stores(floor: Floor) -> None:
    lead_id = floor.lead(person=CFO, company="Northwind")
    edited(floor, lead_id, size="600", industry="logistics", country="US")
    signal(floor, "form", lead_id=lead_id)
    card = score_card(floor.store, lead_id, floor.now + HOUR)
    assert card is not None
    assert (card.name, card.company, card.score.total) == ("Dana Ortiz", "Northwind", score(floor, lead_id))
    assert card.score.words == "score 63: fit 85, intent 40 · work now"
    assert card.score.quadrant is Quadrant.WORK_NOW
    of_person = score_card_of_person(floor.store, floor.state(lead_id).contact_id or 0, floor.now + HOUR)
    assert of_person is not None
    assert of_person.score == card.score
    assert score_card(floor.store, 999, floor.now) is None
    assert score_card_of_person(floor.store, 999, floor.now) is None


def test_the_card_of_an_at_bat_that_ended_is_as_of_its_end(floor: Floor) -> None:
    lead_id = floor.lead(Stage.CLOSED, person=CFO)
    signal(floor, "form", contact_id=floor.state(lead_id).contact_id)
    card = score_card(floor.store, lead_id, floor.now + 90 * DAY)
    assert card is not None
    assert card.score.total == score(floor, lead_id) == 13


# -- calibration -------------------------------------------------------------------------------------------------------


def test_bands_cover_every_score_once(floor: Floor) -> None:
    for bands in (tens(), by_thresholds(floor.store.rules.score)):
        assert [score for band in bands for score in range(band.low, band.high + 1)] == list(range(101))
    assert by_thresholds(floor.store.rules.score._replace(mql=50, sql=50)) == (Band(0, 49), Band(50, 100))


def test_at_bats_are_counted_in_the_band_they_began_in(floor: Floor) -> None:
    won = floor.lead(person=CFO)
    lost = floor.lead(motion=Motion.OUTBOUND_TARGET)
    booked, waits, slip = floor.lead(), floor.lead(), floor.lead()
    undo(floor.store, PRIYA, floor.later(), UndoDraft())
    signal(floor, "demo_request", lead_id=won)  # what came after it began moves it to no other band
    floor.bring(won, Stage.QUALIFIED)
    floor.convert(won)
    floor.close(lost, Outcome.NO_RESPONSE)
    floor.bring(booked, Stage.CONNECTED)
    floor.meet(booked)
    day = floor.state(won).opened_day
    found = {row.band.low: row for row in calibration(floor.store, day, day, tens())}
    assert (found[10].leads, found[10].open, found[10].converted, found[10].rate) == (1, 0, 1, 1.0)
    assert (found[0].leads, found[0].open, found[0].converted, found[0].meetings) == (3, 1, 1, 1)
    assert (found[0].ended, found[0].rate, found[20].rate) == (2, 0.5, None)
    assert {row.id for row in begun_in(floor.store, day, day, found[0].band)} == {lost, booked, waits}
    assert [(row.id, row.score) for row in begun_in(floor.store, day, day, found[10].band)] == [(won, 13)]
    assert slip not in {row.id for row in begun_in(floor.store, day, day, Band(0, 100))}
    assert sum(row.leads for row in calibration(floor.store, "2020-01-01", "2020-12-31", tens())) == 0


# -- the doctor --------------------------------------------------------------------------------------------------------


def test_the_doctor_finds_a_score_that_nothing_gives(harmed: Floor) -> None:
    lead_id = harmed.lead(person=CFO)
    signal(harmed, "form", lead_id=lead_id)
    assert not list(misscored(harmed.store))
    for wrong in (80, 12):
        harmed.raw("UPDATE lead SET score = ? WHERE id = ?", (wrong, lead_id))
        (found,) = misscored(harmed.store)
        assert (found.entity, found.entity_id) == ("lead", lead_id)
        assert found.sentence == f"at bat {lead_id}: score is {wrong}, its facts and signals say 33"


def test_the_doctor_lets_a_score_stand_that_nobody_ran_the_rules_for_since(floor: Floor) -> None:
    lead_id = floor.lead(person=CFO)
    signal(floor, "form", lead_id=lead_id)
    floor.later(20 * DAY)
    floor.lead()  # somebody worked on, elsewhere
    assert score(floor, lead_id) == 33


def test_a_signal_that_is_undone_counts_no_more(floor: Floor) -> None:
    lead_id = floor.lead(person=CFO)
    made = signal(floor, "form", lead_id=lead_id).made
    assert made is not None

    @operation("void_signal")
    def void(tx: Transaction, signal_id: int) -> Done:
        tx.update(Signal, tx.get(Signal, signal_id), void=1)
        return tx.done("void")

    void(floor.store, SYSTEM, floor.later(), made["signal_id"])
    assert score(floor, lead_id) == 13
    assert floor.now > MONDAY
