"""The recycling list against an independent count, and bringing people back: to whom, as what, many at once."""

from __future__ import annotations

import threading
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import Store, open_store
from store.actor import SYSTEM
from store.errors import Conflict, Refusal
from store.instants import DAY
from store.operations.attendance import UserActDraft, pause_intake
from store.operations.bulk import Verb, batches, do_batch, preview
from store.operations.edit import ContactDraft, PhoneDraft, edit_contact
from store.operations.leaving import LeaveDraft, leave_team
from store.operations.opportunity import LoseDraft, lose
from store.operations.record_signal import SignalDraft, record_signal
from store.operations.recycle import KEPT, RecycleDraft, recycle
from store.operations.recycle_due import recycle_due
from store.operations.routing import AssignDraft, reassign_to
from store.operations.undo import UndoDraft, Undone, undo
from store.operations.working import NoteDraft, note
from store.queries import recycling as queries
from store.queries.lead_card import card
from store.queries.recycling import Recyclable, all_due, recyclable, recycling
from store.rules.recycling import By, Who
from store.vocabulary import Disposition, Motion, Outcome, Stage, Status, Trigger
from tests.factories import ANA, BEN, PRIYA, Floor

WEEK = 7 * DAY


def end(floor: Floor, outcome: Outcome = Outcome.NO_RESPONSE, **more: Any) -> int:
    """An at bat of Priya's that ended like this."""
    lead_id = floor.lead(Stage.CONNECTED if outcome is Outcome.NOT_READY else Stage.ATTEMPTING)
    if outcome is Outcome.NOT_READY:
        more = {"back_at": floor.now + 10 * DAY, **more}
    floor.close(lead_id, outcome, **more)
    return lead_id


def hears(floor: Floor, lead_id: int, kind: str = "page", **more: Any) -> None:
    """A signal of the person that this at bat was on."""
    draft = SignalDraft(kind, "website", contact_id=floor.state(lead_id).contact_id, **more)
    record_signal(floor.store, SYSTEM, floor.later(), draft)


def listed(floor: Floor, **more: Any) -> list[int]:
    return [row.id for row in recycling(floor.store, floor.now, **more).rows]


def one(floor: Floor, lead_id: int) -> Recyclable:
    found = recyclable(floor.store, lead_id, floor.now)
    assert found is not None
    return found


def bring(floor: Floor, lead_id: int, actor: Any = PRIYA, **more: Any) -> int:
    return floor.made(recycle(floor.store, actor, floor.later(), RecycleDraft(lead_id, **more)))


# --- the list ---


def test_the_list_says_who_when_with_what_and_what_was_said(floor: Floor) -> None:
    lead = floor.lead(Stage.CONNECTED)
    floor.touch(lead, Disposition.CONVERSATION, note="call me in spring")
    note(floor.store, BEN, floor.later(), NoteDraft(lead, "Globex has them until March"))
    floor.close(lead, Outcome.RE_ENGAGE, reason="competitor", competitor="Globex", back_at=floor.now + 40 * DAY)
    row = one(floor, lead)
    assert (row.name, row.company, row.number, row.rep) == ("Person1 Ortiz", "Company 1", 1, "Priya")
    assert (row.track, row.competitor, row.last_words) == ("recapture", "Globex", "Globex has them until March")
    assert (row.back.by, row.who, row.motion) == (By.DATE, Who.SAME, Motion.REACTIVATION)
    assert [(each.when.value, each.week) for each in recycling(floor.store, floor.now).rows] == [
        ("later", "2026-12-28")
    ]


def test_now_comes_first_the_newest_above_then_who_is_to_come(floor: Floor) -> None:
    first = end(floor)
    second = end(floor)
    later = end(floor, Outcome.NOT_READY, back_at=floor.now + 100 * DAY)
    soon = end(floor, Outcome.NOT_READY, back_at=floor.now + 93 * DAY)
    floor.now += 91 * DAY
    assert listed(floor) == [second, first, soon, later]
    assert listed(floor, ahead=False) == [second, first]
    assert [row.when.value for row in recycling(floor.store, floor.now).rows] == ["now", "now", "this week", "later"]


def test_suppressed_bogus_open_and_people_with_an_open_opportunity_are_left_out(floor: Floor) -> None:
    leads = [end(floor) for _ in range(5)]
    floor.now += 91 * DAY
    assert set(listed(floor)) == set(leads)
    contacts = [floor.state(lead).contact_id for lead in leads]
    floor.raw("UPDATE contact SET suppressed_at = ? WHERE id = ?", (floor.now, contacts[0]))
    floor.raw("UPDATE contact SET bogus_at = 1 WHERE id = ?", (contacts[1],))
    again = floor.lead(contact_id=contacts[2], company="")
    assert set(listed(floor)) == set(leads[3:])
    floor.close(again, Outcome.NO_RESPONSE)
    floor.now += 91 * DAY
    assert again in listed(floor)
    assert leads[2] not in listed(floor)
    deal = floor.lead(Stage.QUALIFIED, contact_id=contacts[3], company="")
    made = floor.convert(deal, close_date="2027-12-01").made
    assert made is not None
    assert leads[3] not in listed(floor)
    assert deal not in listed(floor)
    hears(floor, deal)
    assert deal not in listed(floor)
    lose(floor.store, PRIYA, floor.later(), LoseDraft(made["opportunity_id"], "timing"))
    assert deal not in listed(floor)  # the signal came while it was open
    hears(floor, deal)
    assert one(floor, deal).back.by is By.SIGNAL
    assert deal in listed(floor)


def test_a_trigger_a_high_intent_signal_and_a_number_put_right_bring_back(floor: Floor) -> None:
    waits = end(floor, Outcome.RE_ENGAGE, back_on=Trigger.TITLE_CHANGED)
    unfit = end(floor, Outcome.BAD_FIT, reason="wrong_product")
    dead = end(floor, Outcome.BAD_DATA, datum="phone")
    assert listed(floor) == []
    for lead in (waits, unfit, dead):
        hears(floor, lead)
    assert listed(floor) == []
    hears(floor, waits, "Title changed")
    hears(floor, unfit, "pricing_page")
    contact = floor.state(dead).contact_id or 0
    edit_contact(floor.store, BEN, floor.later(), ContactDraft(contact, phones=(PhoneDraft(text="+1 212 555 0177"),)))
    rows = {row.id: row.back.by for row in recycling(floor.store, floor.now).rows}
    assert rows == {waits: By.TRIGGER, unfit: By.HIGH_INTENT, dead: By.FIXED}
    floor.now += 91 * DAY
    assert {row.id for row in recycling(floor.store, floor.now).rows} == {dead}  # the signals are too old by now


def test_a_meeting_booked_comes_back_30_days_after_it_where_no_opportunity_came(floor: Floor) -> None:
    lead = floor.lead(Stage.CONNECTED)
    floor.meet(lead)
    at = floor.value("SELECT at FROM meeting")
    assert one(floor, lead).back.at == at + 30 * DAY
    floor.now = at + 29 * DAY
    with pytest.raises(Refusal, match="may come back on"):
        bring(floor, lead)
    floor.now = at + 31 * DAY
    assert listed(floor) == [lead]


def test_pages_follow_each_other_without_gap_or_repeat(floor: Floor) -> None:
    leads = [end(floor) for _ in range(7)]
    floor.now += 91 * DAY
    seen: list[int] = []
    after = None
    while True:
        page = recycling(floor.store, floor.now, limit=3, after=after)
        seen += [row.id for row in page.rows]
        if not page.more:
            break
        after = page.last
    assert seen == leads[::-1]
    assert [row.id for row in all_due(floor.store, floor.now, 4)] == leads[::-1][:4]


def test_all_who_are_due_are_all_however_many_a_signal_brings_back(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    leads = [end(floor, Outcome.BAD_FIT, reason="wrong_product") for _ in range(4)]
    for lead in leads:
        hears(floor, lead, "pricing_page")
    monkeypatch.setattr(queries, "MOST", 2)
    assert len(recycling(floor.store, floor.now, limit=2).rows) == 2
    assert {row.id for row in all_due(floor.store, floor.now)} == set(leads)


def test_the_list_takes_a_bounded_number_of_queries_along_its_indexes(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(6):
        end(floor)
    floor.now += 91 * DAY
    asked: list[str] = []
    rows = Store.rows

    def counted(store: Store, sql: str, params: Any = ()) -> list[tuple[Any, ...]]:
        asked.append(sql)
        return rows(store, sql, params)

    monkeypatch.setattr(Store, "rows", counted)
    assert len(recycling(floor.store, floor.now).rows) == 6
    assert len(asked) == 5
    for sql in asked[:4]:
        values = {"at": 0, "id": 0, "limit": 1, "since": 0, "now": 0, "until": 0}
        named = {name: value for name, value in values.items() if f":{name}" in sql}
        plan = [row[3] for row in rows(floor.store, f"EXPLAIN QUERY PLAN {sql}", named)]
        assert not [step for step in plan if step.startswith("SCAN") and "INDEX" not in step and step != "SCAN s"], plan


ENDINGS = st.sampled_from([Outcome.NO_RESPONSE, Outcome.NOT_READY, Outcome.BAD_FIT, Outcome.NO_SHOW])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(ENDINGS, st.integers(1, 100), st.booleans(), st.booleans()), max_size=8), st.integers(0, 120))
def test_the_list_is_what_an_independent_count_over_the_raw_rows_says(
    floor: Floor, stories: list[tuple[Outcome, int, bool, bool]], days: int
) -> None:
    for outcome, back, again, high in stories:
        more: dict[str, Any] = {"back_at": floor.now + back * DAY} if outcome is Outcome.NOT_READY else {}
        more |= {"reason": "no_need"} if outcome is Outcome.BAD_FIT else {}
        lead = end(floor, outcome, **more)
        if high:
            hears(floor, lead, "pricing_page")
        if again:
            floor.lead(contact_id=floor.state(lead).contact_id, company="")
    floor.now += days * DAY
    assert set(listed(floor, ahead=False)) == recounted(floor)
    for (lead_id,) in floor.store.rows("SELECT id FROM lead WHERE open = 1"):
        floor.close(lead_id, Outcome.NO_RESPONSE)


def recounted(floor: Floor) -> set[int]:
    """Who may come back now, from whole tables and without any index, as the table of outcomes reads."""
    tables = floor.dump()
    found = set()
    for contact in tables["contact"]:
        leads = [lead for lead in tables["lead"] if lead["contact_id"] == contact["id"] and not lead["void"]]
        if contact["suppressed_at"] or contact["bogus_at"] or not leads or any(lead["open"] for lead in leads):
            continue
        last = max(leads, key=lambda lead: lead["number"])
        signals = [
            signal
            for signal in tables["signal"]
            if signal["contact_id"] == contact["id"] and signal["at"] > last["closed_at"]
        ]
        high = any(signal["high_intent"] and signal["at"] > floor.now - 90 * DAY for signal in signals)
        dated = {"no_response": 90, "no_show": 7}.get(last["outcome"])
        on = last["closed_at"] + dated * DAY if dated else last["eligible_at"]
        if high or (on is not None and on <= floor.now):
            found.add(last["id"])
    return found


# --- bringing back ---


def test_at_bat_n_plus_one_recycled_and_worked_anew(floor: Floor) -> None:
    lead = end(floor)
    floor.now += 91 * DAY
    made = floor.state(bring(floor, lead))
    before = floor.state(lead)
    assert (made.number, made.status, made.motion, made.stage) == (2, Status.RECYCLED, Motion.REACTIVATION, Stage.NEW)
    assert made.contact_id == before.contact_id
    assert made.source == before.source
    assert made.cadence == "reactivation" != before.cadence
    assert not before.open
    assert listed(floor) == []


def test_no_response_goes_to_another_rep_and_after_that_to_another_cadence(floor: Floor) -> None:
    lead = end(floor)
    floor.now += 91 * DAY
    again = bring(floor, lead, take=True)  # Priya, who had it, does not get it by asking
    assert floor.state(again).owner_id == BEN.user_id
    floor.close(again, Outcome.NO_RESPONSE, actor=BEN)
    floor.now += 91 * DAY
    third = floor.state(bring(floor, again))
    assert (third.owner_id, third.cadence) == (PRIYA.user_id, "second_try")
    why = floor.value("SELECT trace FROM assignment WHERE lead_id = ?", third.id)
    assert "had the last one, which got no response" in why


def test_a_promise_stays_with_its_rep_whoever_brings_it_back(floor: Floor) -> None:
    lead = end(floor, Outcome.NOT_READY)
    floor.now += 11 * DAY
    made = bring(floor, lead, BEN, take=True)
    assert floor.state(made).owner_id == PRIYA.user_id
    assert floor.value("SELECT rule FROM assignment WHERE lead_id = ?", made) == KEPT


@pytest.mark.parametrize(("gone", "draft"), [(pause_intake, UserActDraft(2)), (leave_team, LeaveDraft(2))])
def test_a_rep_who_cannot_be_given_anything_is_passed_over(floor: Floor, gone: Any, draft: Any) -> None:
    lead = end(floor, Outcome.NO_SHOW)
    floor.now += 11 * DAY
    gone(floor.store, ANA, floor.later(), draft)
    assert floor.state(bring(floor, lead, ANA)).owner_id == BEN.user_id


def test_whoever_takes_one_that_is_anyones_gets_it(floor: Floor) -> None:
    lead = end(floor, Outcome.BAD_FIT, reason="wrong_product")
    hears(floor, lead, "pricing_page")
    made = floor.state(bring(floor, lead, BEN, take=True))
    assert (made.owner_id, made.motion, made.trigger) == (BEN.user_id, Motion.INTENT_SIGNAL, "pricing_page")


def test_the_rep_hears_why_it_ended_and_what_was_said_in_the_script_too(floor: Floor) -> None:
    lead = floor.lead(Stage.CONNECTED)
    floor.touch(lead, Disposition.CONVERSATION, note="after the merger")
    floor.close(lead, Outcome.NOT_READY, back_at=floor.now + 10 * DAY)
    floor.now += 11 * DAY
    found = card(floor.store, bring(floor, lead), floor.now)
    assert found is not None
    assert found.step is not None
    assert "after the merger" in found.step.script
    assert [(each.outcome, each.reason) for each in found.earlier] == [("connected, not ready now", "timing")]


def test_nobody_comes_back_twice_or_against_the_rules(floor: Floor) -> None:
    lead, never = end(floor), end(floor, Outcome.WRONG_PERSON)
    with pytest.raises(Refusal, match="may come back on 2027-02-21"):
        bring(floor, lead)
    with pytest.raises(Refusal, match="Nothing brings them back"):
        bring(floor, never)
    floor.now += 91 * DAY
    made = bring(floor, lead)
    with pytest.raises(Refusal, match="has an open at bat already"):
        bring(floor, lead)
    floor.close(made, Outcome.NO_RESPONSE, actor=BEN)
    with pytest.raises(Conflict, match="at bat 2 is newer"):
        bring(floor, lead)
    with pytest.raises(Refusal, match="is open"):
        bring(floor, floor.lead())


def test_whoever_holds_as_many_as_the_limit_takes_no_more(floor: Floor) -> None:
    lead = end(floor, Outcome.BAD_FIT, reason="wrong_product")
    hears(floor, lead, "pricing_page")
    floor.store.rules = floor.store.rules._replace(routing=floor.store.rules.routing._replace(open_lead_limit=1))
    floor.lead(actor=BEN)
    with pytest.raises(Refusal, match="You hold 1 open at bats"):
        bring(floor, lead, BEN, take=True)


def test_two_at_once_make_one_at_bat(floor: Floor) -> None:
    lead = end(floor)
    floor.now += 91 * DAY
    barrier, said = threading.Barrier(2), []

    def go(actor: Any) -> None:
        store = open_store(floor.store.path)
        barrier.wait()
        try:
            recycle(store, actor, floor.now, RecycleDraft(lead))
            said.append("done")
        except Refusal:
            said.append("refused")
        finally:
            store.close()

    threads = [threading.Thread(target=go, args=(actor,)) for actor in (PRIYA, BEN)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["done", "refused"]
    assert floor.value("SELECT count(*) FROM lead WHERE open = 1") == 1


def test_it_can_be_undone_until_somebody_else_touched_it(floor: Floor) -> None:
    lead = end(floor)
    floor.now += 91 * DAY
    made = bring(floor, lead)
    done = undo(floor.store, PRIYA, floor.later(), UndoDraft())
    assert done.sentence == "undone: new at bat for Person1 Ortiz"
    assert floor.value("SELECT void FROM lead WHERE id = ?", made) == 1
    assert listed(floor) == [lead]
    again = bring(floor, lead)
    reassign_to(floor.store, ANA, floor.later(), AssignDraft(again, PRIYA.user_id))
    with pytest.raises(Refusal, match="Ana"):
        undo(floor.store, PRIYA, floor.later(), UndoDraft())


# --- many ---


def test_many_are_spread_over_the_reps_and_taken_back_as_one(floor: Floor) -> None:
    leads = [end(floor) for _ in range(5)]
    promised = end(floor, Outcome.NOT_READY)
    floor.now += 91 * DAY
    found = all_due(floor.store, floor.now)
    assert len(found) == 6
    assert list(recycle_due(floor.store, ANA, floor.later(), found)) == []
    owners = dict(floor.store.rows("SELECT contact_id, owner_id FROM lead WHERE open = 1"))
    contacts = [floor.state(lead).contact_id for lead in leads]
    assert {owners[contact] for contact in contacts} == {BEN.user_id}  # Priya had them, and Ana calls nobody
    assert owners[floor.state(promised).contact_id] == PRIYA.user_id
    assert listed(floor) == []
    done = undo(floor.store, ANA, floor.later(), UndoDraft())
    assert isinstance(done, Undone)
    assert (done.taken_back, done.left) == (6, 0)
    assert len(listed(floor)) == 6


def test_a_look_beforehand_says_what_would_come_and_what_is_refused(floor: Floor) -> None:
    lead, early, promised = (
        end(floor),
        end(floor, Outcome.NOT_READY, back_at=floor.now + 300 * DAY),
        end(floor, Outcome.NOT_READY),
    )
    floor.now += 91 * DAY
    seen = preview(floor.store, ANA, floor.now, Verb.RECYCLE, RecycleDraft(0), [lead, early, promised])
    assert [lead_id for lead_id, _ in seen.able] == [lead, promised]
    assert [refused.lead_id for refused in seen.refused] == [early]
    assert [(one.count, one.why) for one in seen.besides] == [(1, "stay with Priya")]
    (batch,) = batches(uuid4(), Verb.RECYCLE, RecycleDraft(0), seen.able)
    done = do_batch(floor.store, ANA, floor.later(), batch)
    assert (done.sentence, done.did) == ("2 brought back", (lead, promised))
    assert do_batch(floor.store, ANA, floor.later(), batch).repeated


def test_where_who_is_named_can_be_given_nothing_the_list_and_the_act_say_so(floor: Floor) -> None:
    lead_id = end(floor, Outcome.NOT_READY)
    floor.now += 11 * DAY
    pause_intake(floor.store, PRIYA, floor.later(), UserActDraft(PRIYA.user_id))
    found = recyclable(floor.store, lead_id, floor.now)
    assert found is not None
    assert (found.given, found.away) == ("Priya", "has paused intake")
    done = recycle(floor.store, BEN, floor.later(), RecycleDraft(lead_id, take=True))
    assert done.sentence == "Person1 Ortiz comes back: at bat 2 is yours, as Priya has paused intake"
