"""Give an at bat more time before its window is over. See docs/model.md, "Expiry"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from store.actor import Actor
from store.database import Store
from store.errors import Refusal
from store.instants import Instant
from store.intake.clean import clean_note
from store.lead_state import LeadState
from store.operations.at_bat import advance, campaign_end, note_on, require_open, spoken_name, take_up
from store.operations.transaction import Done, Transaction, operation
from store.rules import expiry, queue_order
from store.vocabulary import Decision

_CAME = "SELECT min(at) FROM assignment WHERE lead_id = ? AND void = 0"


@dataclass(frozen=True, slots=True)
class ExtendDraft:
    """More time until ``until`` (None: as much as may be given at once), and why."""

    lead_id: int
    reason: str
    until: Instant | None = None
    seen: int | None = None


@operation("extend")
def extend(tx: Transaction, draft: ExtendDraft) -> Done:
    """Extend a window: its owner once, a team lead again, each time by at most the original window.

    Limits of attempts are granted once more, and the reason is kept as a note. Raises Refusal without a reason, past
    the latest time, and where the owner has done it already.
    """
    lead = take_up(tx, draft.lead_id, draft.seen)
    require_open(lead, tx)
    reason = reason_of(draft, tx.rules.limits.note)
    until = may_extend(tx.store, tx.actor, lead, draft.until, tx.now)
    changes: dict[str, Any] = {
        "expires_at": until,
        "warn_at": expiry.warns_at(until, lead.motion, tx.rules, connected=lead.connected_at is not None),
        "extensions": lead.extensions + 1,
    }
    if lead.decision is Decision.EXPIRED:
        changes.update(decision=None, decision_at=None)
    changes.update(queue_order.place(lead, changes, tx.rules, tx.store.calendar))
    note_on(tx, lead, f"more time: {reason}")
    advance(tx, lead, changes)
    return tx.done(f"{spoken_name(tx, lead)} has more time")


def reason_of(draft: ExtendDraft, limit: int) -> str:
    """Why it needs more time, cleaned; raises Refusal for none."""
    reason = clean_note(draft.reason, field="reason", limit=limit).strip()
    if not reason:
        raise Refusal("Say why it needs more time.", "reason")
    return reason


def may_extend(store: Store, actor: Actor, lead: LeadState, wanted: Instant | None, now: Instant) -> Instant | None:
    """Until when this person may extend the window now: until ``wanted``, or as long as may be; else raises Refusal."""
    require_open(lead)
    if lead.owner_id != actor.user_id and not actor.leads_team:
        raise Refusal("Only its owner or a team lead gives it more time.")
    if not expiry.may_extend(lead.extensions, actor.leads_team, store.rules):
        raise Refusal("It was given more time already: a team lead may give it more.")
    latest = latest_end(store, lead, now)
    until = latest if wanted is None else wanted
    if until is not None and latest is not None:
        if until > latest:
            raise Refusal("That is more than its window was: choose an earlier time.", "when")
        if until <= max(now, lead.expires_at or 0):
            raise Refusal("That gives it no more time: choose a later one.", "when")
    return until


def latest_end(store: Store, lead: LeadState, now: Instant) -> Instant | None:
    """How far its window may be extended now; None where it has no window, and only attempts are granted anew.

    The original window is the one its motion gives from its opening, or from its import.
    """
    rules, calendar = store.rules, store.calendar
    opened = (store.value(_CAME, (lead.id,)) if lead.imported else None) or lead.opened_at
    original = expiry.window_end(lead.motion, opened, rules, calendar, campaign_end(store, lead.campaign_id))
    ends = None if lead.expires_at is None else max(lead.expires_at, now)
    return expiry.latest_extension(lead.motion, opened, original, ends, rules, calendar)
