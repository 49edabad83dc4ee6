"""What stands in the queues of others: a callback that passes on, an at bat that is offered to all; in which words.

Whoever owns the at bat sees it in any case. Source: docs/model.md, "Callbacks that pass on" and "Alerts".
"""

from __future__ import annotations

from typing import NamedTuple

from store.instants import HOUR, Instant
from store.lead_state import LeadState
from store.rules.queue_order import HOT, PROMISED, Urgency, Why, clock, span, why
from store.ruleset import RuleSet
from store.vocabulary import Stage


class Promise(NamedTuple):
    """The open promise on an at bat, the earliest where there are several; by anyone where there is no promiser."""

    due_at: Instant
    promiser_id: int | None
    promiser: str


def rises_for(promise: Promise, viewer_id: int | None, now: Instant, rules: RuleSet) -> bool:
    """Whether a promise on an at bat that is somebody else's stands in this person's queue.

    Anyone's does once it is due, and one's own; one of another rep's once it was missed for ``callbacks.passes_on``.
    """
    if viewer_id is None:
        return False
    if promise.promiser_id is None or promise.promiser_id == viewer_id:
        return promise.due_at <= now + rules.queue.callback_lead
    return _missed(promise, now, rules)


def why_here(
    lead: LeadState,
    promise: Promise | None,
    viewer_id: int | None,
    now: Instant,
    zone: str,
    rules: RuleSet,
    steps: int,
    owner: str = "",
) -> Why:
    """Why an at bat is in this person's queue; whose promise it is, or whose it is, where it is not simply their own.

    ``owner`` is the name of whoever has it.
    """
    if promise is not None and lead.open and lead.stage is not Stage.DISQUALIFIED:
        owns = lead.owner_id == viewer_id
        told = promise.promiser_id != viewer_id and lead.tier == PROMISED
        if told if owns else rises_for(promise, viewer_id, now, rules):
            return _why_promised(promise, viewer_id, now, zone, rules)
    here = why(lead, now, zone, rules, steps)
    if owner and viewer_id not in (None, lead.owner_id) and may_be_offered(lead):
        return Why(here.urgency, f"offered: {here.words}, {owner}’s")
    return here


def may_be_offered(lead: LeadState) -> bool:
    """Whether an at bat is one of those that are offered to all once its owner does not touch it in time."""
    untouched = lead.first_touch_at is None and lead.stage in (Stage.NEW, Stage.ACCEPTED)
    return bool(lead.open) and untouched and lead.tier == HOT


def _why_promised(promise: Promise, viewer_id: int | None, now: Instant, zone: str, rules: RuleSet) -> Why:
    another = promise.promiser_id not in (None, viewer_id)
    words = f"callback {clock(promise.due_at, zone, now)}"
    if another:
        words = f"{promise.promiser}’s {words}"
    else:
        words = f"{words} for anyone" if promise.promiser_id is None else f"your {words}"
    if promise.due_at < now:
        passed = ": anyone’s now" if another and _missed(promise, now, rules) else ""
        return Why(Urgency.LATE, f"{words}, {span(now - promise.due_at)} late{passed}")
    return Why(Urgency.DUE if promise.due_at - now < HOUR else Urgency.CALM, words)


def _missed(promise: Promise, now: Instant, rules: RuleSet) -> bool:
    return promise.due_at <= now - rules.callbacks.passes_on
