"""Work on an opportunity while no at bat is open: touches, and callbacks promised on it. The at bats stay locked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from store.errors import Refusal
from store.instants import Instant
from store.intake.clean import clean_line, clean_note
from store.models import Callback, Contact, Conversion, Meeting, OpportunityContact, Touch
from store.operations.at_bat import brief
from store.operations.closing import suppress
from store.operations.deal import change, primary_contact, take_on, take_up_opportunity, unanswered
from store.operations.log_touch import mark_bad, stop_email
from store.operations.promises import give_up, keep, require_room
from store.operations.told import answered
from store.operations.transaction import Done, Transaction, operation
from store.reach import reach_of
from store.rules.deal_touch import DealEffect, DealTouchDraft, deal_effect, deal_touch_at
from store.rules.touch import check_promise
from store.vocabulary import MeetingResult, PromiseState


@dataclass(frozen=True, slots=True)
class DealCallbackDraft:
    """A promise to call one of an opportunity's people (the primary one if not said) at ``at``.

    It is its owner's, whoever makes it; anyone's where ``anyone``.
    """

    opportunity_id: int
    at: Instant | None
    seen: int | None = None
    words: str = ""
    anyone: bool = False
    contact_id: int | None = None


@operation("log_on_opportunity")
def log_on_opportunity(tx: Transaction, draft: DealTouchDraft) -> Done:
    """Store a touch on an open opportunity with what follows from it: promise, meeting, bad number, suppression.

    Anybody may log what happened. Raises Refusal when the touch may not be logged, Conflict when another person
    changed the opportunity meanwhile. Source: docs/model.md, "Work on an opportunity".
    """
    opportunity = take_up_opportunity(tx, draft.opportunity_id, draft.seen)
    contact = _person(tx, opportunity, draft.contact_id)
    contact_id = None if contact is None else contact["id"]
    note = clean_note(draft.note, field="note", limit=tx.rules.limits.note)
    promised = open_promises(tx, opportunity["id"])
    due, since = (promised[0]["due_at"], promised[0]["promised_at"]) if promised else (None, None)
    at = deal_touch_at(draft.at, opportunity["opened_at"], tx.now, tx.store.zone)
    will = deal_effect(reach_of(tx.store, contact_id), due, draft, tx.rules, tx.now, since)
    _insert(tx, opportunity, draft, will, contact_id, note, at)
    if will.ends_promise:
        for open_one in promised:
            keep(tx, open_one, at)
    if will.callback_at is not None:
        _promise(tx, opportunity, will.callback_at, note, contact_id, anyone=draft.anyone)
    if will.meeting_at is not None:
        _book(tx, opportunity, will.meeting_at, contact_id)
    if will.result is not None:
        _settle(tx, opportunity["id"], will.result)
    if will.mark_bad:
        mark_bad(tx, draft, opportunity["account_id"], contact_id, will.mark_bad)
    if will.stop_email:
        stop_email(tx, contact_id)
    if will.attempt or will.connect:
        answered(tx, at, opportunity_id=opportunity["id"])
    if will.suppress:
        suppress(tx, contact_id, "do not contact")
    accepted = ""
    if (will.attempt or will.connect) and any(
        row["taker_id"] == tx.actor.user_id for row in unanswered(tx, opportunity["id"])
    ):
        accepted = take_on(tx, opportunity)
    change(tx, opportunity)
    return tx.done(f"{draft.disposition.label} logged for {_said(contact, opportunity)}{accepted}")


@operation("promise_on_opportunity")
def promise_on_opportunity(tx: Transaction, draft: DealCallbackDraft) -> Done:
    """Promise a callback on an open opportunity; an earlier promise on it is moved.

    Raises Refusal for a time that is missing, past or too far off, for a suppressed person, and over the limit.
    """
    opportunity = take_up_opportunity(tx, draft.opportunity_id, draft.seen)
    check_promise(draft.at, tx.rules, tx.now)
    assert draft.at is not None
    contact = _person(tx, opportunity, draft.contact_id)
    contact_id = None if contact is None else contact["id"]
    if reach_of(tx.store, contact_id).suppressed:
        raise Refusal("This person asked not to be contacted: nothing may be promised.")
    words = clean_line(draft.words, field="words", limit=tx.rules.limits.note)
    _promise(tx, opportunity, draft.at, words, contact_id, anyone=draft.anyone)
    change(tx, opportunity)
    return tx.done(f"callback promised to {_said(contact, opportunity)}")


def open_promises(tx: Transaction, opportunity_id: int) -> list[dict[str, Any]]:
    """The promises on an opportunity that are open."""
    return tx.find(Callback, opportunity_id=opportunity_id, state=PromiseState.OPEN, void=0)


def _person(tx: Transaction, opportunity: dict[str, Any], contact_id: int | None) -> dict[str, Any] | None:
    """Whom it was with, by column: one of the opportunity's people; None while there is nobody."""
    if contact_id is None:
        return primary_contact(tx, opportunity["id"])
    contact = tx.get(Contact, contact_id)
    if not tx.find(OpportunityContact, opportunity_id=opportunity["id"], contact_id=contact_id, void=0):
        raise Refusal(f"{contact['name']} is not on this opportunity: add them to it first.", "whom")
    return contact


def _said(contact: dict[str, Any] | None, opportunity: dict[str, Any]) -> str:
    return (
        brief(opportunity["name"]) if contact is None else f"{brief(contact['name'])} on {brief(opportunity['name'])}"
    )


def _insert(
    tx: Transaction,
    opportunity: dict[str, Any],
    draft: DealTouchDraft,
    will: DealEffect,
    contact_id: int | None,
    note: str,
    at: Instant,
) -> None:
    tx.insert(
        Touch,
        opportunity_id=opportunity["id"],
        contact_id=contact_id,
        account_id=opportunity["account_id"],
        user_id=tx.actor.user_id,
        at=at,
        day=tx.today(at),
        logged_at=tx.now,
        channel=draft.channel,
        direction=draft.direction,
        with_whom=draft.with_whom,
        disposition=draft.disposition,
        attempt=int(will.attempt),
        connect=int(will.connect),
        phone_id=draft.phone_id,
        duration=draft.duration,
        note=note,
    )


def _promise(
    tx: Transaction, opportunity: dict[str, Any], at: Instant, words: str, contact_id: int | None, *, anyone: bool
) -> None:
    """Store the promise in place of an open one: the owner's, whoever took the call."""
    for open_one in open_promises(tx, opportunity["id"]):
        give_up(tx, open_one)
    promiser = None if anyone else opportunity["owner_id"]
    require_room(tx, promiser)
    tx.insert(
        Callback,
        opportunity_id=opportunity["id"],
        contact_id=contact_id,
        promiser_id=promiser,
        promised_at=tx.now,
        due_at=at,
        words=words,
        state=PromiseState.OPEN,
    )


def _book(tx: Transaction, opportunity: dict[str, Any], at: Instant, contact_id: int | None) -> None:
    """Keep a meeting that was booked: its owner hosts it."""
    tx.insert(
        Meeting,
        opportunity_id=opportunity["id"],
        contact_id=contact_id,
        booker_id=tx.actor.user_id,
        host_id=opportunity["owner_id"],
        at=at,
        booked_at=tx.now,
        result=MeetingResult.BOOKED,
    )


def _settle(tx: Transaction, opportunity_id: int, result: MeetingResult) -> None:
    """Say what became of the meeting that was next, on the opportunity or on an at bat it came from."""
    booked = tx.find(Meeting, opportunity_id=opportunity_id, result=MeetingResult.BOOKED, void=0)
    for conversion in tx.find(Conversion, opportunity_id=opportunity_id, reversed_at=None, void=0):
        booked += tx.find(Meeting, lead_id=conversion["lead_id"], result=MeetingResult.BOOKED, void=0)
    if booked:
        tx.update(Meeting, min(booked, key=lambda row: (row["at"], row["id"])), result=result, result_at=tx.now)
