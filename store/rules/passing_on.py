"""A callback is a promise of one rep, or of anyone: in whose queues it stands, and in which words.

Whoever owns the at bat sees it in any case. Source: docs/model.md, "Callbacks that pass on".
"""

from __future__ import annotations

from typing import NamedTuple

from store.instants import HOUR, Instant
from store.lead_state import LeadState
from store.rules.queue_order import PROMISED, Urgency, Why, clock, span, why
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
) -> Why:
    """Why an at bat is in this person's queue; whose promise it is, where it is not simply their own."""
    if promise is not None and lead.open and lead.stage is not Stage.DISQUALIFIED:
        owns = lead.owner_id == viewer_id
        told = promise.promiser_id != viewer_id and lead.tier == PROMISED
        if told if owns else rises_for(promise, viewer_id, now, rules):
            return _why_promised(promise, viewer_id, now, zone, rules)
    return why(lead, now, zone, rules, steps)


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
