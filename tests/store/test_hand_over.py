"""Handing an opportunity over: who may answer, what an answer does, and that an undo is as if nothing had been."""

from __future__ import annotations

from typing import Any

import pytest

from store.actor import Actor
from store.errors import Conflict, Refusal
from store.instants import DAY, MINUTE
from store.operations.converting import ReverseDraft, reverse
from store.operations.hand_over import (
    AcceptDraft,
    HandOverDraft,
    RejectDraft,
    accept_hand_over,
    hand_over,
    reject_hand_over,
)
from store.operations.new_lead import NewLeadDraft, new_lead
from store.operations.opportunity import LoseDraft, OpportunityDraft, lose, update_opportunity
from store.operations.tick import tick
from store.operations.undo import UndoDraft, undo
from store.vocabulary import Motion, OpportunityStage, Stage
from tests.factories import ANA, BEN, ED, PRIYA, Floor

Row = dict[str, Any]


def handed(floor: Floor, taker: Actor = ED, **more: Any) -> int:
    """An opportunity of Priya's that waits for the taker's answer."""
    lead = floor.lead(Stage.QUALIFIED)
    made = floor.convert(lead, taker_id=taker.user_id, **more).made
    assert made is not None
    return made["opportunity_id"]


def opportunity(floor: Floor, id: int) -> Row:
    return next(row for row in floor.dump()["opportunity"] if row["id"] == id)


def last_hand_over(floor: Floor) -> Row:
    return floor.dump()["hand_over"][-1]


def accept(floor: Floor, id: int, actor: Actor = ED, **more: Any) -> str:
    return accept_hand_over(floor.store, actor, floor.later(), AcceptDraft(id, **more)).sentence


def reject(floor: Floor, id: int, actor: Actor = ED, reason: str = "no_budget", **more: Any) -> str:
    return reject_hand_over(floor.store, actor, floor.later(), RejectDraft(id, reason, **more)).sentence


def test_accepting_ends_the_clock_met_and_moves_the_opportunity(floor: Floor) -> None:
    id = handed(floor)
    assert "accepted" in accept(floor, id)
    row = last_hand_over(floor)
    assert (row["answered_at"], row["accepted"], row["reason"]) == (floor.now, 1, "")
    assert (opportunity(floor, id)["owner_id"], opportunity(floor, id)["moved_at"]) == (ED.user_id, floor.now)
    clock = next(row for row in floor.dump()["clock"] if row["kind"] == "hand_over")
    assert (clock["met"], clock["owner_id"], clock["due_at"]) == (1, ED.user_id, row["due_at"])


def test_an_answer_after_the_due_time_is_missed_and_counted_once(floor: Floor) -> None:
    id = handed(floor)
    floor.later(4 * DAY)
    accept(floor, id)
    assert [row["met"] for row in floor.dump()["clock"] if row["kind"] == "hand_over"] == [0]
    with pytest.raises(Refusal, match="You accepted this 1 min ago"):
        accept(floor, id)


@pytest.mark.parametrize("answer", [accept, reject])
@pytest.mark.parametrize(
    ("actor", "refused"),
    [(ED, ""), (ANA, ""), (PRIYA, "handed to Ed"), (BEN, "handed to Ed")],
    ids=["taker", "team lead", "giver", "another rep"],
)
def test_who_may_answer(floor: Floor, answer: Any, actor: Actor, refused: str) -> None:
    id = handed(floor)
    if refused:
        with pytest.raises(Refusal, match=refused):
            answer(floor, id, actor)
        assert last_hand_over(floor)["answered_at"] is None
    else:
        answer(floor, id, actor)
        assert opportunity(floor, id)["owner_id"] == (ED.user_id if answer is accept else PRIYA.user_id)


def test_a_rejected_one_goes_back_to_the_giver_with_the_reason_and_an_alert(floor: Floor) -> None:
    id = handed(floor)
    said = reject(floor, id, note="they spend nothing before July")
    assert said.endswith("rejected by sales (no budget), back to Priya")
    row = opportunity(floor, id)
    assert (row["owner_id"], row["rejected_at"], row["open"]) == (PRIYA.user_id, floor.now, 1)
    assert (last_hand_over(floor)["accepted"], last_hand_over(floor)["reason"]) == (0, "no_budget")
    tables = floor.dump()
    assert [(a["owner_id"], a["cause"], a["closed_at"]) for a in tables["alert"]] == [
        (PRIYA.user_id, "no budget", None)
    ]
    assert tables["note"][-1]["text"] == "they spend nothing before July"


@pytest.mark.parametrize(
    ("reason", "note", "field"),
    [("", "", "reason"), ("stale", "", "reason"), ("competitor", "", "reason"), ("other", "", "note")],
)
def test_what_a_rejection_needs(floor: Floor, reason: str, note: str, field: str) -> None:
    id = handed(floor)
    with pytest.raises(Refusal) as refused:
        reject(floor, id, reason=reason, note=note)
    assert refused.value.field == field


def test_the_giver_hands_it_over_again_to_another_and_the_alert_closes(floor: Floor) -> None:
    id = handed(floor)
    reject(floor, id)
    with pytest.raises(Refusal, match="Priya’s"):
        hand_over(floor.store, BEN, floor.later(), HandOverDraft(id, ANA.user_id))
    with pytest.raises(Refusal, match="account executive"):
        hand_over(floor.store, PRIYA, floor.later(), HandOverDraft(id, BEN.user_id))
    hand_over(floor.store, PRIYA, floor.later(), HandOverDraft(id, ANA.user_id))
    row = opportunity(floor, id)
    assert (row["owner_id"], row["rejected_at"]) == (ANA.user_id, None)
    assert [alert["closed_at"] for alert in floor.dump()["alert"]] == [floor.now]
    with pytest.raises(Refusal, match="Ana has it already"):
        hand_over(floor.store, PRIYA, floor.later(), HandOverDraft(id, ANA.user_id))
    accept(floor, id, ANA)


def test_or_closes_it_as_lost(floor: Floor) -> None:
    id = handed(floor)
    reject(floor, id)
    lose(floor.store, PRIYA, floor.later(), LoseDraft(id, "no_budget"))
    assert opportunity(floor, id)["stage"] == "lost"
    assert [alert["closed_at"] for alert in floor.dump()["alert"]] == [floor.now]


@pytest.mark.parametrize("actor", [ANA, PRIYA, ED], ids=["team lead", "giver", "taker"])
@pytest.mark.parametrize("late", [False, True])
def test_what_waits_is_passed_on_with_a_time_of_its_own(floor: Floor, actor: Actor, late: bool) -> None:
    id = handed(floor)
    with pytest.raises(Refusal, match="Ed’s"):
        hand_over(floor.store, BEN, floor.later(), HandOverDraft(id, ANA.user_id))
    floor.later(4 * DAY if late else MINUTE)
    tick(floor.store, floor.now)
    before = standing(floor)
    hand_over(floor.store, actor, floor.now, HandOverDraft(id, ANA.user_id))
    old, new = floor.dump()["hand_over"]
    assert (old["answered_at"], old["accepted"], old["reason"]) == (floor.now, 0, "passed_on")
    assert (new["taker_id"], new["giver_id"], new["at"], new["answered_at"]) == (
        ANA.user_id,
        PRIYA.user_id,
        floor.now,
        None,
    )
    assert new["due_at"] > floor.now
    undo(floor.store, actor, floor.later(MINUTE), UndoDraft())
    assert standing(floor) == before
    hand_over(floor.store, actor, floor.later(), HandOverDraft(id, ANA.user_id))
    accept(floor, id, ANA)
    missed = [
        (row["owner_id"], row["met"]) for row in floor.dump()["clock"] if row["kind"] == "hand_over" and not row["void"]
    ]
    assert missed == ([(ED.user_id, 0)] if late else []) + [(ANA.user_id, 1)]


def test_another_owner_inherits_no_late_answer(floor: Floor) -> None:
    id = handed(floor)
    floor.later(4 * DAY)
    draft = OpportunityDraft(id, owner_id=ANA.user_id)
    update_opportunity(floor.store, ED, floor.later(), draft)
    assert last_hand_over(floor)["taker_id"] == ANA.user_id
    assert last_hand_over(floor)["due_at"] > floor.now
    reject(floor, id, ANA)
    assert opportunity(floor, id)["owner_id"] == PRIYA.user_id


def test_one_taken_on_is_handed_to_another_who_answers(floor: Floor) -> None:
    id = handed(floor)
    accept(floor, id)
    with pytest.raises(Refusal, match="choose somebody else"):
        hand_over(floor.store, ANA, floor.later(), HandOverDraft(id, ED.user_id))
    with pytest.raises(Refusal, match="Choose somebody else"):
        hand_over(floor.store, ED, floor.later(), HandOverDraft(id, ED.user_id))
    hand_over(floor.store, ED, floor.later(), HandOverDraft(id, ANA.user_id))
    row = last_hand_over(floor)
    assert (row["giver_id"], row["taker_id"], row["answered_at"]) == (ED.user_id, ANA.user_id, None)
    accept(floor, id, ANA)


def test_one_that_was_kept_is_handed_over(floor: Floor) -> None:
    made = floor.convert(floor.lead(Stage.QUALIFIED)).made
    assert made is not None
    hand_over(floor.store, PRIYA, floor.later(), HandOverDraft(made["opportunity_id"], ED.user_id))
    accept(floor, made["opportunity_id"])


def test_the_second_of_two_is_told_who_was_first(floor: Floor) -> None:
    id = handed(floor)
    seen = opportunity(floor, id)["version"]
    accept(floor, id, ANA, seen=seen)
    with pytest.raises(Conflict, match="Ana accepted this") as conflict:
        reject(floor, id, ED, seen=seen)
    assert conflict.value.version == opportunity(floor, id)["version"]


def test_working_it_accepts_it_too(floor: Floor) -> None:
    id = handed(floor)
    draft = OpportunityDraft(id, stage=OpportunityStage.EVALUATION)
    update_opportunity(floor.store, ED, floor.later(), draft)
    assert last_hand_over(floor)["accepted"] == 1


def test_somebody_bogus_is_marked_and_not_worked_again(floor: Floor) -> None:
    id = handed(floor)
    reject(floor, id, reason="other", note="no such person", bogus=True)
    contact = floor.value("SELECT contact_id FROM opportunity_contact WHERE opportunity_id = ?", id)
    assert floor.value("SELECT bogus_at FROM contact WHERE id = ?", contact) == floor.now
    again = NewLeadDraft(Motion.REP_CREATED, "list", contact_id=contact, why="again")
    with pytest.raises(Refusal, match="rejected by sales as not real"):
        new_lead(floor.store, BEN, floor.later(), again)
    with pytest.raises(Refusal, match="not real: make somebody else primary"):
        hand_over(floor.store, PRIYA, floor.later(), HandOverDraft(id, ED.user_id))


def test_a_rejected_person_may_be_worked_anew_and_then_nothing_comes_back_beside_that(floor: Floor) -> None:
    id = handed(floor)
    reject(floor, id)
    contact = floor.value("SELECT contact_id FROM opportunity_contact WHERE opportunity_id = ?", id)
    floor.lead(contact_id=contact, company="", actor=BEN)
    with pytest.raises(Refusal, match="newer open at bat"):
        hand_over(floor.store, PRIYA, floor.later(), HandOverDraft(id, ED.user_id))
    with pytest.raises(Refusal, match="newer open at bat: it can no longer be undone"):
        undo(floor.store, ED, floor.later(), UndoDraft())


@pytest.mark.parametrize("answer", [accept, reject])
def test_an_answer_undone_is_as_if_it_had_not_been(floor: Floor, answer: Any) -> None:
    id = handed(floor)
    before = standing(floor)
    answer(floor, id)
    undo(floor.store, ED, floor.later(MINUTE), UndoDraft())
    assert standing(floor) == before
    assert "accepted" in accept(floor, id)


def standing(floor: Floor) -> dict[str, list[Row]]:
    """What stands: rows that are not void, without what only says when they were written."""
    tables = floor.dump()
    return {
        table: [
            {name: value for name, value in row.items() if name not in ("version", "written_id")}
            for row in rows
            if not row.get("void")
        ]
        for table, rows in tables.items()
        if table not in ("operation", "change", "change_secret", "seal")
    }


def test_a_reversal_too_late_says_what_can_be_done_instead(floor: Floor) -> None:
    lead = floor.lead(Stage.QUALIFIED)
    made = floor.convert(lead, taker_id=ED.user_id).made
    assert made is not None
    id = made["opportunity_id"]
    reverses = ReverseDraft(lead, "too early")
    update_opportunity(floor.store, ANA, floor.later(), OpportunityDraft(id, name="Nine sites"))
    with pytest.raises(Refusal, match="reject the hand-over, or close it as lost"):
        reverse(floor.store, ANA, floor.later(), reverses)
    accept(floor, id)
    with pytest.raises(Refusal, match="worked on since: close it as lost instead"):
        reverse(floor.store, ANA, floor.later(), reverses)
    lose(floor.store, ED, floor.later(), LoseDraft(id, "no_budget"))
    with pytest.raises(Refusal, match="it is lost for good"):
        reverse(floor.store, ANA, floor.later(), reverses)
