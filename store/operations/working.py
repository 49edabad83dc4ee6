"""The small acts on an open at bat: accept, note, status, amend, take over, answer for a disqualification."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from store.actor import Actor
from store.database import Store
from store.errors import Refusal
from store.intake.clean import clean_note
from store.lead_state import LeadState
from store.models import Approval, Touch
from store.operations.at_bat import (
    advance,
    assign,
    note_on,
    require_open,
    spoken_name,
    take_offered,
    take_up,
    who_ended,
)
from store.operations.closing import finish
from store.operations.settle import resume
from store.operations.transaction import Done, Transaction, operation
from store.rules import queue_order
from store.rules.closing import STATUS_AFTER, CloseDraft, Ending, comes_back_on
from store.rules.expiry import warns_at
from store.rules.path import ALLOWED_STATUSES, allowed
from store.rules.routing import ACCEPTED, TAKEN_OVER
from store.rules.touch import DISPOSITIONS
from store.vocabulary import Channel, Decision, Disposition, Outcome, Stage, Status


@dataclass(frozen=True, slots=True)
class LeadDraft:
    """An act that needs nothing but the at bat."""

    lead_id: int
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class NoteDraft:
    """Words to keep on an at bat."""

    lead_id: int
    text: str
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class StatusDraft:
    """A status set by hand, with a word why."""

    lead_id: int
    status: Status
    seen: int | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class AmendDraft:
    """What one's own touch of the last day should have said; None leaves a thing as it is."""

    touch_id: int
    note: str | None = None
    disposition: Disposition | None = None


@dataclass(frozen=True, slots=True)
class ApprovalDraft:
    """A team lead's word on a disqualification: approved, or sent back with a note."""

    lead_id: int
    note: str = ""
    seen: int | None = None


@operation("accept")
def accept(tx: Transaction, draft: LeadDraft) -> Done:
    """Take an at bat up: New becomes Accepted; an unowned one, or one that is offered to all, becomes one's own.

    Refused once it was accepted, unless it is offered to all.
    """
    lead = take_up(tx, draft.lead_id, draft.seen)
    require_open(lead, tx)
    before, lead = lead.owner_id, take_offered(tx, lead)
    if lead.owner_id != before and lead.stage is not Stage.NEW:
        return tx.done(f"{spoken_name(tx, lead)} is yours")
    may_accept(lead, tx.actor.user_id)
    if lead.owner_id is None:
        lead = assign(tx, lead, tx.actor.user_id, ACCEPTED)
    advance(tx, lead, {"accepted_at": tx.now}, ((Stage.ACCEPTED, False),))
    return tx.done(f"{spoken_name(tx, lead)} accepted")


def may_accept(lead: LeadState, user_id: int, owner: str = "") -> None:
    """Raise Refusal, naming the owner where known, unless this person may take the at bat up."""
    require_open(lead)
    if lead.stage is not Stage.NEW:
        raise Refusal(f"It is {lead.stage.label} already.")
    if lead.owner_id not in (None, user_id):
        raise Refusal(f"{owner or 'Somebody else'} owns it: take it over first.")


@operation("note")
def note(tx: Transaction, draft: NoteDraft) -> Done:
    """Keep words on an at bat; a note is no activity and stops no clock."""
    lead = take_up(tx, draft.lead_id, draft.seen)
    if not lead.open:
        raise Refusal(who_ended(tx.store, lead, tx.actor, tx.now))
    text = clean_note(draft.text, field="text", limit=tx.rules.limits.note)
    if not text.strip():
        raise Refusal("Write the note first.", "text")
    note_on(tx, lead, text)
    tx.save_lead(lead, {})
    return tx.done(f"note added to {spoken_name(tx, lead)}")


@operation("set_status")
def set_status(tx: Transaction, draft: StatusDraft) -> Done:
    """Set the status by hand where the rules were wrong: recorded as an override. Refused outside the stage's list."""
    lead = take_up(tx, draft.lead_id, draft.seen)
    require_open(lead, tx)
    may_set_status(lead, draft.status)
    tx.override = "status"
    changes: dict[str, Any] = {"status": draft.status}
    if draft.status is Status.STALE:
        changes.update(decision=Decision.STALE, decision_at=tx.now)
    elif lead.decision is Decision.STALE:
        changes.update(decision=None, decision_at=None)
    changes.update(queue_order.place(lead, changes, tx.rules, tx.store.calendar))
    advance(tx, lead, changes)
    return tx.done(f"{spoken_name(tx, lead)} set to {draft.status.label}")


def may_set_status(lead: LeadState, status: Status) -> None:
    """Raise Refusal unless the at bat may have this status now."""
    require_open(lead)
    if not allowed(lead.stage, status):
        choices = ", ".join(status.label for status in ALLOWED_STATUSES[lead.stage])
        raise Refusal(f"In {lead.stage.label} the status can be: {choices}.", "status")
    if status is lead.status:
        raise Refusal(f"It is {lead.status.label} already.", "status")


@operation("amend")
def amend(tx: Transaction, draft: AmendDraft) -> Done:
    """Correct one's own touch of the last day; both versions stay in the history.

    A disposition may only change to one with the same standing (attempt, connect and stage alike), so that nothing
    else on the at bat becomes untrue; anything further is undone and logged anew.
    """
    touch = tx.get(Touch, draft.touch_id)
    if touch["void"] or touch["user_id"] != tx.actor.user_id:
        raise Refusal("Only one's own touch can be amended.")
    if tx.now - touch["logged_at"] > tx.rules.amend:
        raise Refusal("A touch can be amended for a day: add a note instead.")
    lead = take_up(tx, touch["lead_id"], None)
    changes: dict[str, Any] = {"amended_at": tx.now}
    if draft.note is not None:
        changes["note"] = clean_note(draft.note, field="note", limit=tx.rules.limits.note)
    if draft.disposition is not None and draft.disposition != touch["disposition"]:
        _same_standing(touch, draft.disposition)
        changes["disposition"] = draft.disposition
    tx.update(Touch, touch, **changes)
    if lead.open:
        said_last = draft.disposition is not None and touch["id"] == tx.store.value(_LAST_TOUCH, (lead.id,))
        tx.save_lead(lead, {"last_disposition": draft.disposition} if said_last else {})
    return tx.done(f"touch with {spoken_name(tx, lead)} amended")


_LAST_TOUCH = "SELECT id FROM touch WHERE lead_id = ? AND void = 0 AND automated = 0 ORDER BY at DESC, id DESC LIMIT 1"
_ALIKE = (
    frozenset({Disposition.NO_ANSWER, Disposition.BUSY, Disposition.VOICEMAIL_LEFT, Disposition.GATEKEEPER}),
    frozenset({Disposition.CONVERSATION}),
    frozenset({Disposition.SENT}),
    frozenset({Disposition.REPLIED}),
)


def may_become(channel: Channel, disposition: Disposition) -> tuple[Disposition, ...]:
    """What a touch may be amended to, itself included: what has the same standing on its channel."""
    alike = next((group for group in _ALIKE if disposition in group), frozenset({disposition}))
    return tuple(other for other in DISPOSITIONS[channel] if other in alike)


def _same_standing(touch: dict[str, Any], disposition: Disposition) -> None:
    now = Disposition(str(touch["disposition"]))
    if disposition not in may_become(Channel(str(touch["channel"])), now):
        was = now.label
        raise Refusal(f"“{was}” cannot become “{disposition.label}”: undo it and log it anew.", "disposition")


@operation("reassign")
def reassign(tx: Transaction, draft: LeadDraft) -> Done:
    """Take an at bat over oneself. No clock of it starts anew; one's own begins now."""
    lead = take_up(tx, draft.lead_id, draft.seen)
    require_open(lead, tx)
    may_reassign(lead, tx.actor, held_by(tx.store, tx.actor), tx.rules.routing.open_lead_limit)
    assign(tx, lead, tx.actor.user_id, TAKEN_OVER)
    return tx.done(f"{spoken_name(tx, lead)} is yours")


def held_by(store: Store, actor: Actor) -> int:
    """How many open at bats this person holds; 0 for a team lead, who has no limit."""
    if actor.leads_team:
        return 0
    return int(store.value("SELECT count(*) FROM lead WHERE owner_id = ? AND open = 1", (actor.user_id,)))


def may_reassign(lead: LeadState, actor: Actor, held: int, limit: int) -> None:
    """Raise Refusal unless this person, who holds ``held`` of at most ``limit``, may take the at bat over."""
    require_open(lead)
    if lead.owner_id == actor.user_id:
        raise Refusal("It is yours already.")
    if held >= limit and not actor.leads_team:
        raise Refusal(f"You hold {held} open at bats, and {limit} is the limit: end some.")


@operation("approve")
def approve(tx: Transaction, draft: ApprovalDraft) -> Done:
    """Approve a disqualification that waits: it closes as was asked. Team leads only."""
    lead, asked = _waiting(tx, draft)
    tx.update(Approval, asked, decided_by_id=tx.actor.user_id, decided_at=tx.now, approved=1, answer=draft.note)
    outcome = Outcome(asked["outcome"])
    back_on = comes_back_on(outcome, tx.rules)
    end = Ending(outcome, STATUS_AFTER[outcome], asked["reason"], asked["note"], None, back_on, False)
    finish(tx, lead, end, CloseDraft(lead.id, outcome, competitor=lead.competitor))
    return tx.done(f"{spoken_name(tx, lead)} closed: {outcome.label}")


@operation("send_back")
def send_back(tx: Transaction, draft: ApprovalDraft) -> Done:
    """Send a disqualification back to the stage before, with a note; recorded as an override. Team leads only."""
    if not draft.note.strip():
        raise Refusal("Say why it is sent back.", "note")
    tx.override = "send back"
    lead, asked = _waiting(tx, draft)
    tx.update(Approval, asked, decided_by_id=tx.actor.user_id, decided_at=tx.now, approved=0, answer=draft.note)
    expires_at = resume(tx, lead, asked["asked_at"])
    changes = {
        "status": Status(asked["from_status"]),
        "expires_at": expires_at,
        "warn_at": warns_at(expires_at, lead.motion, tx.rules, connected=lead.connected_at is not None),
        "competitor": "",
        "decision": Decision.RETURNED,
        "decision_at": tx.now,
        "due_at": tx.now,
        "tier": queue_order.DECIDE,
    }
    advance(tx, lead, changes, ((Stage(asked["from_stage"]), False),))
    return tx.done(f"{spoken_name(tx, lead)} sent back")


def require_decider(actor: Actor) -> None:
    """Raise Refusal unless this person decides about disqualifications."""
    if not actor.leads_team:
        raise Refusal("Only a team lead decides this.")


def _waiting(tx: Transaction, draft: ApprovalDraft) -> tuple[LeadState, dict[str, Any]]:
    require_decider(tx.actor)
    lead = take_up(tx, draft.lead_id, draft.seen)
    asked = tx.find(Approval, lead_id=lead.id, decided_at=None, void=0)
    if not asked:
        raise Refusal("Nothing waits for approval here.")
    return lead, asked[0]
