"""The acts that can be done to many at bats at once: the single act behind each, and how one is judged beforehand.

A check is the act's own, asked without writing; see ``store.operations.bulk``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from store.actor import Actor
from store.database import Store
from store.errors import Refusal
from store.instants import Instant
from store.lead_state import LeadState
from store.operations.closing import cleaned, close
from store.operations.extend import ExtendDraft, extend, may_extend, reason_of
from store.operations.promises import SnoozeDraft, may_snooze, snooze
from store.operations.reclassify import (
    LeadCampaignDraft,
    MotionDraft,
    may_set_campaign,
    may_set_motion,
    set_campaign,
    set_motion,
)
from store.operations.recycle import RecycleDraft, may_recycle, recycle
from store.operations.routing import AssignDraft, may_assign, reassign_to, require_active, require_assigner
from store.operations.transaction import Operation
from store.operations.working import (
    ApprovalDraft,
    LeadDraft,
    StatusDraft,
    accept,
    approve,
    held_by,
    may_accept,
    may_reassign,
    may_set_status,
    reassign,
    require_decider,
    send_back,
    set_status,
)
from store.rules.closing import CONVERSIONS, CloseDraft, ending
from store.vocabulary import Outcome

# Outcomes that name something of their own on each at bat: what it became, the other one, the right person.
ONE_BY_ONE = CONVERSIONS | {Outcome.DUPLICATE, Outcome.WRONG_PERSON}


class Verb(StrEnum):
    """What can be done to many at once."""

    ACCEPT = "accept"
    SNOOZE = "snooze"
    STATUS = "set_status"
    CLOSE = "close"
    REASSIGN = "reassign"
    ASSIGN = "reassign_to"
    EXTEND = "extend"
    MOTION = "set_motion"
    CAMPAIGN = "set_campaign"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    RECYCLE = "recycle"


Like = (
    LeadDraft
    | SnoozeDraft
    | StatusDraft
    | CloseDraft
    | AssignDraft
    | ExtendDraft
    | MotionDraft
    | LeadCampaignDraft
    | ApprovalDraft
    | RecycleDraft
)
"""The draft of the act as it is meant for each; its at bat and version are filled in."""

Check = Callable[[LeadState, str, int | None], str]
"""Judges an at bat, its owner's name and its company's size: raises Refusal, or says what else would come of it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for an act, when, and what it is to be for each."""

    store: Store
    actor: Actor
    now: Instant
    like: Any


@dataclass(frozen=True, slots=True)
class Act:
    """One act: the operation on each at bat, how it is judged, what to say of so many, the rule that it overrides."""

    operation: Operation[Any]
    check: Callable[[Asked], Check]
    done: str = ""
    override: str = field(default="", kw_only=True)


def check_of(verb: Verb, asked: Asked) -> Check:
    """How this act is judged; raises Refusal where nobody could do it like this, naming the field."""
    return ACTS[verb].check(asked)


def for_many(like: Like) -> None:
    """Refuse what can be said of one at bat only."""
    if not isinstance(like, CloseDraft):
        return
    if like.outcome in ONE_BY_ONE:
        raise Refusal(f"“{like.outcome.label}” is said of one at bat at a time: close these one by one.", "outcome")
    if like.opportunity_id is not None:
        raise Refusal("An open opportunity is named for one at bat at a time: close these one by one.", "known_as")


# --- how each is judged ---


def _accept(asked: Asked) -> Check:
    def check(lead: LeadState, owner: str, _size: int | None) -> str:
        may_accept(lead, asked.actor.user_id, owner)
        return "" if lead.owner_id is not None else "were nobody's and become yours"

    return check


def _snooze(asked: Asked) -> Check:
    rules, calendar = asked.store.rules, asked.store.calendar

    def check(lead: LeadState, _owner: str, _size: int | None) -> str:
        may_snooze(lead, asked.like.until, asked.now, rules, calendar)
        return ""

    return check


def _status(asked: Asked) -> Check:
    def check(lead: LeadState, _owner: str, _size: int | None) -> str:
        may_set_status(lead, asked.like.status)
        return ""

    return check


def _close(asked: Asked) -> Check:
    for_many(asked.like)
    rules, leads_team = asked.store.rules, asked.actor.leads_team
    draft = cleaned(asked.like, rules.limits)

    def check(lead: LeadState, _owner: str, size: int | None) -> str:
        if ending(lead, draft, rules, asked.now, employees=size, leads_team=leads_team).waits:
            return "wait for a team lead's approval"
        return "drop a promised callback" if lead.callback_at is not None else ""

    return check


def _reassign(asked: Asked) -> Check:
    actor, limit = asked.actor, asked.store.rules.routing.open_lead_limit
    held = held_by(asked.store, actor)

    def check(lead: LeadState, owner: str, _size: int | None) -> str:
        nonlocal held
        may_reassign(lead, actor, held, limit)
        held += 0 if actor.leads_team else 1
        return _from(owner)

    return check


def _assign(asked: Asked) -> Check:
    require_assigner(asked.actor)
    owner_id = asked.like.owner_id
    name, active = asked.store.row('SELECT name, active FROM "user" WHERE id = ?', (owner_id,)) or ("", 0)
    require_active(name, active=active)

    def check(lead: LeadState, owner: str, _size: int | None) -> str:
        may_assign(lead, owner_id, name)
        return _from(owner)

    return check


def _from(owner: str) -> str:
    return f"are taken from {owner}" if owner else "were nobody's"


def _extend(asked: Asked) -> Check:
    reason_of(asked.like, asked.store.rules.limits.note)

    def check(lead: LeadState, _owner: str, _size: int | None) -> str:
        may_extend(asked.store, asked.actor, lead, asked.like.until, asked.now)
        return "" if lead.decision is None else f"have a decision that waits ({lead.decision.label})"

    return check


def _motion(asked: Asked) -> Check:
    def check(lead: LeadState, _owner: str, _size: int | None) -> str:
        may_set_motion(lead, asked.like.motion, asked.actor)
        return f"were {lead.motion.label}"

    return check


def _campaign(asked: Asked) -> Check:
    names = dict(asked.store.rows("SELECT id, name FROM campaign"))

    def check(lead: LeadState, _owner: str, _size: int | None) -> str:
        may_set_campaign(lead, asked.like.campaign_id, asked.actor)
        return "" if lead.campaign_id is None else f"leave campaign {names[lead.campaign_id]}"

    return check


def _decide(asked: Asked) -> Check:
    require_decider(asked.actor)
    waits = {lead_id: Outcome(outcome) for lead_id, outcome in asked.store.rows(_WAITS)}

    def check(lead: LeadState, _owner: str, _size: int | None) -> str:
        if lead.id not in waits:
            raise Refusal("Nothing waits for approval here.")
        return f"were to end as {waits[lead.id].label}"

    return check


def _send_back(asked: Asked) -> Check:
    if not asked.like.note.strip():
        raise Refusal("Say why it is sent back.", "note")
    return _decide(asked)


def _recycle(asked: Asked) -> Check:
    def check(lead: LeadState, _owner: str, _size: int | None) -> str:
        return may_recycle(asked.store, lead, asked.now)

    return check


_WAITS = "SELECT lead_id, outcome FROM approval WHERE decided_at IS NULL AND void = 0"

ACTS: Mapping[Verb, Act] = {
    Verb.ACCEPT: Act(accept, _accept, "accepted"),
    Verb.SNOOZE: Act(snooze, _snooze, "snoozed"),
    Verb.STATUS: Act(set_status, _status, override="status"),
    Verb.CLOSE: Act(close, _close),
    Verb.REASSIGN: Act(reassign, _reassign, "taken over"),
    Verb.ASSIGN: Act(reassign_to, _assign, "given to somebody else"),
    Verb.EXTEND: Act(extend, _extend, "given more time"),
    Verb.MOTION: Act(set_motion, _motion),
    Verb.CAMPAIGN: Act(set_campaign, _campaign, "put to another campaign"),
    Verb.APPROVE: Act(approve, _decide, "approved and closed"),
    Verb.SEND_BACK: Act(send_back, _send_back, "sent back", override="send back"),
    Verb.RECYCLE: Act(recycle, _recycle, "brought back"),
}


def words(verb: Verb, like: Like, count: int, waiting: int = 0, *, of: int = 0, to: str = "") -> str:
    """What was done to so many, where fewer than ``of``: ``1,200 of 5,000 accepted``; ``to`` names who got them."""

    def many(number: int) -> str:
        return f"{number:,} of {of:,}" if of > count else f"{number:,}"

    if isinstance(like, StatusDraft):
        return f"{many(count)} set to {like.status.label}"
    if isinstance(like, MotionDraft):
        return f"{many(count)} set to {like.motion.label}"
    if to and isinstance(like, AssignDraft | LeadCampaignDraft):
        return f"{many(count)} {'given' if verb is Verb.ASSIGN else 'put'} to {to}"
    if not isinstance(like, CloseDraft):
        return f"{many(count)} {ACTS[verb].done}"
    closed = f"{many(count - waiting)} closed: {like.outcome.label}" if count > waiting or not waiting else ""
    asked = f"{waiting:,} {'waits' if waiting == 1 else 'wait'} for a team lead's approval" if waiting else ""
    return "; ".join(filter(None, (closed, asked)))


__all__ = ["ACTS", "ONE_BY_ONE", "Act", "Asked", "Check", "Like", "Verb", "check_of", "for_many", "words"]
