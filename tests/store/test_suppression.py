"""Lifting a suppression: by a team lead, with a reason, taken back while nobody has built on it."""

from __future__ import annotations

import pytest

from store.actor import SYSTEM
from store.errors import Refusal
from store.operations.receive_signal import SignalIn, receive_signal
from store.operations.suppression import LiftDraft, lift_suppression
from store.operations.undo import UndoDraft, undo
from store.vocabulary import Channel, Disposition, Outcome
from tests.factories import ANA, BEN, PRIYA, Floor


def silenced(floor: Floor) -> int:
    """Somebody who asked not to be contacted."""
    lead_id = floor.lead()
    floor.touch(lead_id, Disposition.DO_NOT_CONTACT)
    contact_id = floor.state(lead_id).contact_id
    assert contact_id is not None
    assert suppressed(floor, contact_id)
    return contact_id


def suppressed(floor: Floor, contact_id: int) -> bool:
    return bool(floor.value("SELECT suppressed_at IS NOT NULL FROM contact WHERE id = ?", contact_id))


def lift(floor: Floor, contact_id: int) -> None:
    lift_suppression(floor.store, ANA, floor.later(), LiftDraft(contact_id, "they called us"))


def test_it_is_lifted_with_a_reason_that_is_kept_and_by_whom(floor: Floor) -> None:
    contact_id = silenced(floor)
    with pytest.raises(Refusal, match="Say why") as refused:
        lift_suppression(floor.store, ANA, floor.later(), LiftDraft(contact_id, " "))
    assert refused.value.field == "reason"
    lift(floor, contact_id)
    assert not suppressed(floor, contact_id)
    kept = floor.store.row("SELECT text, user_id FROM note WHERE contact_id = ? ORDER BY id DESC", (contact_id,))
    assert kept == ("suppression lifted: they called us", ANA.user_id)
    done = floor.store.row("SELECT kind, override, actor_id FROM operation ORDER BY id DESC")
    assert done == ("lift_suppression", "suppression", ANA.user_id)
    with pytest.raises(Refusal, match="not suppressed"):
        lift(floor, contact_id)


def test_they_may_be_worked_again_by_hand_and_by_what_shows_interest(floor: Floor) -> None:
    contact_id = silenced(floor)
    with pytest.raises(Refusal, match="asked not to be contacted"):
        floor.lead(contact_id=contact_id)
    lift(floor, contact_id)
    lead_id = floor.lead(contact_id=contact_id)
    floor.touch(lead_id)
    assert floor.state(lead_id).number == 2
    other = silenced(floor)
    lift(floor, other)
    weak = receive_signal(floor.store, SYSTEM, floor.later(), SignalIn("download", "website", contact_id=other))
    assert weak.lead_id is None
    draft = SignalIn("demo_request", "website", contact_id=other)
    assert receive_signal(floor.store, SYSTEM, floor.later(), draft).lead_id is not None


def test_what_was_unsubscribed_stays_so(floor: Floor) -> None:
    lead_id = floor.lead()
    contact_id = floor.state(lead_id).contact_id
    floor.touch(lead_id, Disposition.UNSUBSCRIBE, Channel.EMAIL)
    floor.close(lead_id, Outcome.SUPPRESS)
    lift(floor, contact_id or 0)
    assert floor.value("SELECT email_stopped_at IS NOT NULL FROM contact WHERE id = ?", contact_id)


def test_it_is_taken_back_unless_they_were_worked_since(floor: Floor) -> None:
    contact_id = silenced(floor)
    lift(floor, contact_id)
    undo(floor.store, ANA, floor.later(), UndoDraft())
    assert suppressed(floor, contact_id)
    lift(floor, contact_id)
    lead_id = floor.lead(contact_id=contact_id, actor=BEN)
    with pytest.raises(Refusal, match=r"can no longer be undone"):
        undo(floor.store, ANA, floor.later(), UndoDraft())
    floor.close(lead_id, Outcome.SUPPRESS, actor=PRIYA)
    assert suppressed(floor, contact_id)
