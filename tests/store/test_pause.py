"""Clocks stand still while an approval waits, and run on with what they had left."""

from __future__ import annotations

from store.instants import DAY, HOUR
from store.operations.settle import clocks_of
from store.operations.tick import tick
from store.operations.working import ApprovalDraft, approve, send_back
from store.vocabulary import ClockKind, Outcome, Stage
from tests.factories import ANA, Floor


def waiting(floor: Floor) -> int:
    """An at bat that was reached and then asked to be disqualified, two hours later."""
    lead = floor.lead(Stage.CONNECTED, value=9_000_000)
    floor.later(2 * HOUR)
    floor.close(lead, Outcome.BAD_FIT, reason="no_need")
    assert floor.state(lead).stage is Stage.DISQUALIFIED
    return lead


def test_sent_back_they_have_what_they_had_left(floor: Floor) -> None:
    lead = waiting(floor)
    asked, before = floor.now, floor.state(lead)
    (clock,) = (clock for clock in clocks_of(floor.store, lead) if clock.kind is ClockKind.QUALIFY)
    left = floor.store.calendar.elapsed(asked, clock.due_at)
    floor.now += 30 * DAY
    tick(floor.store, floor.now)
    assert clocks_of(floor.store, lead)[[c.id for c in clocks_of(floor.store, lead)].index(clock.id)].met is None
    send_back(floor.store, ANA, floor.now, ApprovalDraft(lead, note="they have a need"))
    after = floor.state(lead)
    (clock,) = (clock for clock in clocks_of(floor.store, lead) if clock.kind is ClockKind.QUALIFY)
    assert clock.met is None
    assert floor.store.calendar.elapsed(floor.now, clock.due_at) == left
    assert before.expires_at is not None
    assert after.expires_at == before.expires_at + floor.now - asked
    (approval,) = (clock for clock in clocks_of(floor.store, lead) if clock.kind is ClockKind.APPROVAL)
    assert (approval.met, approval.ended_at) == (0, floor.now)


def test_approved_they_ended_when_it_was_asked_for(floor: Floor) -> None:
    lead = waiting(floor)
    asked = floor.now
    floor.now += 30 * DAY
    tick(floor.store, floor.now)
    approve(floor.store, ANA, floor.now, ApprovalDraft(lead))
    (clock,) = (clock for clock in clocks_of(floor.store, lead) if clock.kind is ClockKind.QUALIFY)
    assert (clock.met, clock.ended_at) == (1, asked)
