"""Bring somebody back: a new at bat on who was worked before, given to whom the rules say.

See docs/model.md, "Recycling".
"""

from __future__ import annotations

from dataclasses import dataclass

from store.database import Store
from store.errors import Conflict, Refusal
from store.instants import Instant, moment
from store.intake.clean import clean_line
from store.lead_state import LeadState
from store.models import Campaign
from store.operations.at_bat import open_at_bat, take_up, why_no_new
from store.operations.routing import Routed, route
from store.operations.scoring import total_of
from store.operations.transaction import Done, Transaction, operation
from store.operations.working import held_by
from store.queries.recycling import Recyclable, recyclable
from store.rules.recycling import By, Who, cadence_of
from store.rules.routing import ACCOUNT_OWNER, TAKEN_OVER, Step
from store.vocabulary import Motion

KEPT = "same rep as before"
"""The rule of an assignment to who had the last at bat."""


@dataclass(frozen=True, slots=True)
class RecycleDraft:
    """Who comes back, by their last at bat and the version of it that was looked at.

    With ``take`` whoever acts gets them, unless a rule names somebody: a promise stays with its rep, no response goes
    to another. ``motion`` and ``trigger`` are worked out where none are given.
    """

    lead_id: int
    seen: int | None = None
    take: bool = False
    motion: Motion | None = None
    campaign_id: int | None = None
    trigger: str = ""


@operation("recycle")
def recycle(tx: Transaction, draft: RecycleDraft) -> Done:
    """Open at bat n+1 for somebody who may come back, status Recycled.

    Raises Refusal where they may not come back now, saying when they may, and Conflict where somebody was first.
    """
    last = take_up(tx, draft.lead_id, None)
    found = _found(tx, last)
    if draft.campaign_id is not None and tx.get(Campaign, draft.campaign_id)["void"]:
        raise Refusal("That campaign was undone: choose another.", "campaign")
    motion = draft.motion or found.motion
    trigger = clean_line(draft.trigger, field="trigger", limit=tx.rules.limits.name) or _trigger(found)
    score = total_of(tx.store, found.contact_id, found.account_id, tx.now)
    routed = _given_to(tx, found, motion, last, score, take=draft.take)
    opened = open_at_bat(
        tx,
        contact_id=found.contact_id,
        account_id=found.account_id,
        motion=motion,
        source=last.source,
        owner_id=routed.owner_id,
        rule=routed.rule,
        trace=routed.trace,
        trigger=trigger,
        value=last.value,
        campaign_id=draft.campaign_id,
        cadence=cadence_of(found.track, motion, last.cadence, found.outcome, tx.rules),
    )
    goes = _goes(tx, routed.owner_id)
    if found.away and routed.owner_id != found.given_id:
        goes += f", as {found.given} {found.away}"
    return tx.done(f"{found.name} comes back: at bat {opened.number} {goes}", lead_id=opened.id)


def _goes(tx: Transaction, owner_id: int | None) -> str:
    if owner_id is None:
        return "waits for whoever takes it" if tx.rules.routing.pull else "is nobody's yet: the team lead is told"
    if owner_id == tx.actor.user_id:
        return "is yours"
    return f"goes to {tx.store.value(_NAME, (owner_id,))}"


_NAME = 'SELECT name FROM "user" WHERE id = ?'


def may_recycle(store: Store, last: LeadState, now: Instant) -> str:
    """Raise Refusal unless who this at bat was on may come back now; says where the rules name their rep."""
    found = None if last.open else recyclable(store, last.id, now)
    if found is not None and found.back.at > now:  # without name and day, so that many are told as one
        raise Refusal("The date on which they may come back is still to come.")
    found = _back(store, last, now)
    return f"stay with {found.rep}" if found.who is Who.SAME and found.rep and not found.away else ""


def _found(tx: Transaction, last: LeadState) -> Recyclable:
    """What is known of who comes back; raises Refusal where they may not now."""
    if not last.open and last.contact_id is not None:
        if why := why_no_new(tx, last.contact_id):
            raise Refusal(why)
        newer = tx.store.row(_NEWER, (last.contact_id, last.number))
        if newer is not None:
            raise Conflict(f"Somebody brought them back already: at bat {newer[0]} is newer.", version=last.version)
    return _back(tx.store, last, tx.now)


def _back(store: Store, last: LeadState, now: Instant) -> Recyclable:
    if last.open:
        raise Refusal("This at bat is open: work it.")
    if last.contact_id is None:
        raise Refusal("Nobody is known on this at bat: open a new one on the company.")
    found = recyclable(store, last.id, now)
    if found is None:
        raise Refusal("Nothing brings them back for now, or somebody did already.")
    if found.back.at > now:
        day = moment(found.back.at, store.zone).date().isoformat()
        raise Refusal(
            f"{found.name} may come back on {day}; what shows that they want to talk brings them back sooner."
        )
    return found


_NEWER = "SELECT number FROM lead WHERE contact_id = ? AND number > ? AND void = 0 ORDER BY number DESC LIMIT 1"


def _trigger(found: Recyclable) -> str:
    """What brought them back: the kind of signal, else nothing; the reason stands on the last at bat."""
    return found.back.kind if found.back.by in (By.TRIGGER, By.SIGNAL, By.HIGH_INTENT) else ""


# --- who gets them ---


def _given_to(tx: Transaction, found: Recyclable, motion: Motion, last: LeadState, score: int, *, take: bool) -> Routed:
    """Who gets them, by which rule, and who was passed over."""
    named = _named(tx, found)
    if named is not None:
        return named
    avoided = {found.rep_id} if found.who is Who.OTHER and found.rep_id is not None else set()
    if take and tx.actor.user_id not in avoided:
        return _taken(tx)
    routed = route(
        tx,
        account_id=found.account_id,
        contact_id=found.contact_id,
        motion=motion,
        source=last.source,
        score=score,
        value=last.value,
        besides=avoided,
    )
    return routed


def _named(tx: Transaction, found: Recyclable) -> Routed | None:
    """The rep of before or the company's owner, where the rules name them and they can be given anything."""
    if found.who not in (Who.SAME, Who.OWNER):
        return None
    if found.given_id is None or found.away:
        return None
    rule = KEPT if found.who is Who.SAME else ACCOUNT_OWNER
    return Routed(found.given_id, rule, (Step(rule, found.given, chosen=True),))


def _taken(tx: Transaction) -> Routed:
    held, limit = held_by(tx.store, tx.actor), tx.rules.routing.open_lead_limit
    if held >= limit and not tx.actor.leads_team:
        raise Refusal(f"You hold {held} open at bats, and {limit} is the limit: end some.")
    name = str(tx.store.value(_NAME, (tx.actor.user_id,)))
    return Routed(tx.actor.user_id, TAKEN_OVER, (Step(TAKEN_OVER, name, chosen=True),))
