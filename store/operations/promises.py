"""Callbacks are promises: making them, keeping them, moving them; and putting an at bat off for a while."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from store.errors import Refusal
from store.instants import Instant
from store.intake.clean import clean_line
from store.lead_state import LeadState
from store.models import Callback
from store.operations.at_bat import advance, require_open, spoken_name, take_up
from store.operations.transaction import Done, Transaction, operation
from store.reach import reach_of
from store.rules import expiry, queue_order
from store.rules.business import Calendar
from store.rules.touch import check_promise, promise_state
from store.ruleset import RuleSet
from store.vocabulary import Channel, PromiseState


@dataclass(frozen=True, slots=True)
class CallbackDraft:
    """A promise to call at ``at``; by anyone of the team where ``anyone``."""

    lead_id: int
    at: Instant | None
    seen: int | None = None
    words: str = ""
    anyone: bool = False


@dataclass(frozen=True, slots=True)
class SnoozeDraft:
    """Put an at bat off until ``until``."""

    lead_id: int
    until: Instant
    seen: int | None = None


@operation("callback")
def callback(tx: Transaction, draft: CallbackDraft) -> Done:
    """Promise a callback without logging a touch; an earlier promise on the at bat is moved.

    Raises Refusal for a time that is missing, past or too far off, for a suppressed person, and over the limit.
    """
    lead = take_up(tx, draft.lead_id, draft.seen)
    require_open(lead, tx)
    check_promise(draft.at, tx.rules, tx.now)
    assert draft.at is not None
    if reach_of(tx.store, lead.contact_id).suppressed:
        raise Refusal("This person asked not to be contacted: nothing may be promised.")
    words = clean_line(draft.words, field="words", limit=tx.rules.limits.note)
    promise(tx, lead, draft.at, words, anyone=draft.anyone)
    changes = {"callback_at": draft.at, "next_channel": Channel.CALL, "due_at": draft.at, "snoozed_until": None}
    advance(tx, lead, {**changes, **queue_order.place(lead, changes, tx.rules, tx.store.calendar)})
    return tx.done(f"callback promised to {spoken_name(tx, lead)}")


@operation("snooze")
def snooze(tx: Transaction, draft: SnoozeDraft) -> Done:
    """Take an at bat out of today's queue until a time; no clock stops, and expiry is never passed.

    Raises Refusal for a time past or beyond expiry, and where a promise is open.
    """
    lead = take_up(tx, draft.lead_id, draft.seen)
    require_open(lead, tx)
    may_snooze(lead, draft.until, tx.now, tx.rules, tx.store.calendar)
    advance(tx, lead, {"snoozed_until": draft.until})
    return tx.done(f"{spoken_name(tx, lead)} snoozed")


def may_snooze(lead: LeadState, until: Instant, now: Instant, rules: RuleSet, calendar: Calendar) -> None:
    """Raise Refusal unless the at bat may be put off until then."""
    require_open(lead)
    if until <= now:
        raise Refusal("That time has passed: give a time to come.", "when")
    if lead.callback_at is not None:
        raise Refusal("A callback is promised: move the promise instead.", "when")
    ends = expiry.effective_end(lead.expires_at, lead.callback_at, rules, calendar)
    if ends is not None and until > ends:
        raise Refusal("That is after its window ends: choose an earlier time, or decide now.", "when")


def promise(tx: Transaction, lead: LeadState, at: Instant, words: str, *, anyone: bool) -> None:
    """Store the promise, dropping an open one it replaces; refuses more than the limit of open ones."""
    end_promises(tx, lead.id)
    promiser = None if anyone else tx.actor.user_id
    require_room(tx, promiser)
    tx.insert(
        Callback,
        lead_id=lead.id,
        contact_id=lead.contact_id,
        promiser_id=promiser,
        promised_at=tx.now,
        due_at=at,
        words=words,
        state=PromiseState.OPEN,
    )


def require_room(tx: Transaction, promiser_id: int | None) -> None:
    """Refuse a promise of somebody who has as many open ones as they may have; anyone's have no limit."""
    limit = tx.rules.callbacks.limit
    if promiser_id is None or tx.store.value(_OPEN_PROMISES, (promiser_id,)) < limit:
        return
    mine = promiser_id == tx.actor.user_id
    who = "You have" if mine else f"{tx.store.value(_USER_NAME, (promiser_id,))} has"
    keep = "keep some first, or promise for anyone" if mine else "promise for anyone"
    raise Refusal(f"{who} {limit} open callbacks, which is the limit: {keep}.")


def keep_promises(tx: Transaction, lead_id: int, at: Instant) -> None:
    """They were called or spoken to: each promise on this at bat was kept, missed or, before its time, dropped."""
    for open_one in tx.find(Callback, lead_id=lead_id, state=PromiseState.OPEN, void=0):
        keep(tx, open_one, at)


def end_promises(tx: Transaction, lead_id: int) -> None:
    """Nobody will keep the promises on this at bat."""
    for open_one in tx.find(Callback, lead_id=lead_id, state=PromiseState.OPEN, void=0):
        give_up(tx, open_one)


def keep(tx: Transaction, promise: dict[str, Any], at: Instant) -> None:
    """An open promise was kept, missed or, before its time, dropped by what happened at ``at``."""
    _end(tx, promise, promise_state(promise["due_at"], at, tx.rules), at)


def give_up(tx: Transaction, promise: dict[str, Any]) -> None:
    """Nobody will keep an open promise: one whose time is over was missed, one still to come is dropped."""
    missed = promise_state(promise["due_at"], tx.now, tx.rules) is PromiseState.MISSED
    _end(tx, promise, PromiseState.MISSED if missed else PromiseState.DROPPED, tx.now)


def _end(tx: Transaction, promise: dict[str, Any], state: PromiseState, at: Instant) -> None:
    kept = None if state is PromiseState.DROPPED else int(state is PromiseState.KEPT)
    tx.update(Callback, promise, state=state, ended_at=at, kept=kept)


_OPEN_PROMISES = "SELECT count(*) FROM callback WHERE promiser_id = ? AND state = 'open' AND void = 0"
_USER_NAME = 'SELECT name FROM "user" WHERE id = ?'
