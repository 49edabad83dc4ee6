"""What an at bat is counted as: the motion it is worked by and the campaign behind it, set right by hand.

What already happened stays as it was written: clocks that run or were decided, touches, the source and the signals. See
docs/model.md, "Motion and campaign".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from store.actor import Actor
from store.errors import Refusal
from store.instants import DAY
from store.lead_state import LeadState
from store.models import Campaign, Clock
from store.operations.at_bat import advance, campaign_end, require_open, spoken_name, take_up
from store.operations.settle import clocks_of, facts_of
from store.operations.transaction import Done, Transaction, operation
from store.reach import reach_of
from store.rules import clocks, expiry, queue_order
from store.rules.cadence import next_step
from store.rules.standing import running
from store.rules.touch import usable
from store.vocabulary import ClockKind, Decision, Motion, Stage

_CAME = "SELECT min(at) FROM assignment WHERE lead_id = ? AND void = 0"


@dataclass(frozen=True, slots=True)
class MotionDraft:
    """The motion that an at bat should be worked by."""

    lead_id: int
    motion: Motion
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class LeadCampaignDraft:
    """The campaign that an at bat belongs to; None for none."""

    lead_id: int
    campaign_id: int | None
    seen: int | None = None


@operation("set_motion")
def set_motion(tx: Transaction, draft: MotionDraft) -> Done:
    """Work an at bat by another motion from now on; its owner or a team lead.

    A clock that runs keeps its due time, one that only the new motion has begins now, and the window is the new
    motion's, counted from the opening. Raises Refusal where it has that motion already.
    """
    lead = take_up(tx, draft.lead_id, draft.seen)
    require_open(lead, tx)
    may_set_motion(lead, draft.motion, tx.actor)
    after = lead._replace(motion=draft.motion)
    changes: dict[str, Any] = {
        "motion": draft.motion,
        **_cadence(tx, lead, after),
        **_first_touch(tx, lead, after),
        **_window(tx, lead, after),
    }
    _set_clocks(tx, lead, lead._replace(**changes))
    changes.update(queue_order.place(lead, changes, tx.rules, tx.store.calendar))
    advance(tx, lead, changes)
    return tx.done(f"{spoken_name(tx, lead)} is {draft.motion.label} from now on")


def may_set_motion(lead: LeadState, motion: Motion, actor: Actor) -> None:
    """Raise Refusal unless this person may have the at bat worked by this motion."""
    require_open(lead)
    require_own(lead, actor, "changes its motion")
    if lead.motion is motion:
        raise Refusal(f"It is {motion.label} already: choose another motion.", "motion")


@operation("set_campaign")
def set_campaign(tx: Transaction, draft: LeadCampaignDraft) -> Done:
    """Say which campaign an at bat belongs to, or that it belongs to none; its owner or a team lead.

    Source, signals and what an opportunity was credited with stay. A window that ends with the campaign follows.
    """
    lead = take_up(tx, draft.lead_id, draft.seen)
    require_open(lead, tx)
    may_set_campaign(lead, draft.campaign_id, tx.actor)
    name = ""
    if draft.campaign_id is not None:
        campaign = tx.get(Campaign, draft.campaign_id)
        if campaign["void"]:
            raise Refusal("That campaign was undone: choose another.", "campaign")
        name = campaign["name"]
    after = lead._replace(campaign_id=draft.campaign_id)
    changes: dict[str, Any] = {"campaign_id": draft.campaign_id}
    if tx.rules.motions[lead.motion].expiry.campaign_window:
        changes.update(_window(tx, lead, after))
    changes.update(queue_order.place(lead, changes, tx.rules, tx.store.calendar))
    advance(tx, lead, changes)
    return tx.done(f"{spoken_name(tx, lead)} belongs to {f'campaign {name}' if name else 'no campaign'}")


def may_set_campaign(lead: LeadState, campaign_id: int | None, actor: Actor) -> None:
    """Raise Refusal unless this person may say that the at bat belongs to this campaign."""
    require_open(lead)
    require_own(lead, actor, "says which campaign it belongs to")
    if lead.campaign_id == campaign_id:
        already = (
            "It belongs to no campaign already." if campaign_id is None else "It belongs to that campaign already."
        )
        raise Refusal(already, "campaign")


def require_own(lead: LeadState, actor: Actor, act: str) -> None:
    """Raise Refusal unless it is theirs or they lead the team; ``act`` says what only these do."""
    if lead.owner_id != actor.user_id and not actor.leads_team:
        raise Refusal(f"Only its owner or a team lead {act}.")


def _cadence(tx: Transaction, lead: LeadState, after: LeadState) -> dict[str, Any]:
    """The new motion's cadence from the step reached; one that was chosen for this at bat alone stays.

    The step that is planned stays as planned, but where nobody has tried yet: then the first step is planned anew.
    """
    rules = tx.rules
    if lead.cadence != rules.motions[lead.motion].cadence:
        return {}
    plan = rules.cadence_of(after.motion)
    changes: dict[str, Any] = {"cadence": plan.key}
    if lead.touches or lead.callback_at is not None or lead.snoozed_until is not None or lead.decision is not None:
        return changes
    if lead.stage not in (Stage.NEW, Stage.ACCEPTED) or lead.unanswered_at is not None:
        return changes
    reach = reach_of(tx.store, lead.contact_id)
    first = next_step(
        plan,
        lead.cadence_step,
        lead.opened_at,
        tx.now,
        tx.store.calendar,
        rules.calling,
        reach.zones,
        usable=partial(usable, reach),
    )
    if first is not None:
        changes.update(next_channel=first.channel, due_at=first.due)
    return changes


def _first_touch(tx: Transaction, lead: LeadState, after: LeadState) -> dict[str, Any]:
    """When an untouched at bat must be touched: sooner where the new motion asks for that from now on, never later."""
    if lead.imported or lead.first_touch_at is not None or lead.stage not in (Stage.NEW, Stage.ACCEPTED):
        return {}
    due = clocks.first_touch_due(after.motion, tx.now, tx.rules, tx.store.calendar)
    if due is None or (lead.first_touch_due_at is not None and lead.first_touch_due_at <= due):
        return {}
    return {"first_touch_due_at": due}


def _set_clocks(tx: Transaction, lead: LeadState, after: LeadState) -> None:
    """Begin what only the new motion has, and end what it has not: neither met nor missed, unless it had run out.

    What has both goes on with the due time it has; a first touch that is asked for sooner is due sooner.
    """
    rules, calendar = tx.rules, tx.store.calendar
    there = {clock.kind: clock for clock in clocks_of(tx.store, lead.id) if clock.ended_at is None}
    should = running(after, facts_of(tx.store, after, tx.now), rules, calendar)
    for kind, clock in there.items():
        if kind not in should and kind is not ClockKind.HAND_OVER:
            missed = {"met": 0} if clock.met is None and clock.due_at < tx.now else {}
            tx.update(Clock, tx.get(Clock, clock.id), ended_at=tx.now, **missed)
    if after.first_touch_due_at != lead.first_touch_due_at and ClockKind.FIRST_TOUCH in there:
        clock = there[ClockKind.FIRST_TOUCH]
        tx.update(Clock, tx.get(Clock, clock.id), due_at=after.first_touch_due_at)
    starts = {
        ClockKind.FIRST_TOUCH: after.first_touch_due_at,
        ClockKind.ACCEPT: clocks.accept_due(after.motion, tx.now, rules, calendar),
    }
    for kind, due in starts.items():
        if due is not None and kind in should and kind not in there:
            tx.insert(
                Clock,
                lead_id=lead.id,
                kind=kind,
                started_at=tx.now,
                due_at=due,
                owner_id=lead.owner_id,
                rules=rules.digest,
            )


def _window(tx: Transaction, lead: LeadState, after: LeadState) -> dict[str, Any]:
    """The window as the at bat is now counted from its opening, or from its import.

    It ends by no surprise: not before the queue has warned, unless it would have ended before that anyhow. What was
    extended is not shortened, and one that is over and waits for a decision stays over.
    """
    if lead.decision is Decision.EXPIRED:
        return {}
    rules, calendar = tx.rules, tx.store.calendar
    opened = (tx.store.value(_CAME, (lead.id,)) if lead.imported else None) or lead.opened_at
    campaign = campaign_end(tx.store, after.campaign_id)
    ends = expiry.window_end(after.motion, opened, rules, calendar, campaign)
    if ends is not None:
        warned = tx.now + rules.queue.expiry_warning_days * DAY
        kept = lead.expires_at if lead.expires_at is not None else warned
        ends = max(ends, kept if lead.extensions else min(kept, warned))
    return {
        "expires_at": ends,
        "warn_at": expiry.warns_at(ends, after.motion, rules, connected=lead.connected_at is not None),
    }
