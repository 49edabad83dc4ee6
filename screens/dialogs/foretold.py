"""What logging will do, in words beside a choice: the same in the log dialog and in a session."""

from __future__ import annotations

from collections.abc import Callable

from store.errors import Refusal
from store.instants import Instant
from store.lead_state import LeadState
from store.rules.touch import DISPOSITIONS, Effect
from store.vocabulary import Channel, Disposition
from tui import present

# What a disposition says of the channel where the planned one cannot bring it.
CHANNEL_OF: dict[Disposition, Channel] = {
    disposition: next(channel for channel, possible in DISPOSITIONS.items() if disposition in possible)
    for disposition in Disposition
    if disposition is not Disposition.UNKNOWN
}
ASKS_WHAT_WAS_LEARNED = frozenset({Disposition.CONVERSATION, Disposition.GATEKEEPER})
# What keeps others away from a person is never one letter: enter says it again.
SAID_TWICE = frozenset({Disposition.DO_NOT_CONTACT, Disposition.UNSUBSCRIBE})
_NEEDS = {"when": "asks for the promised time"}


def words(will: Effect, lead: LeadState, now: Instant, zone: str, theirs: str | None) -> str:
    """What follows, the next step first, at the time it is in their zone."""
    told = list(will.words)
    due = will.changes.get("due_at")
    if will.offer:
        told.append(f"then offers to {will.offer.replace('_', ' ')}")
    elif will.close is None and due is not None:
        theirs = theirs or zone
        step = will.changes.get("next_channel") or lead.next_channel or Channel.CALL
        what = "callback" if will.callback_at else step.label
        there = " there" if present.exactly(due, theirs, now) != present.exactly(due, zone, now) else ""
        told.insert(0, f"next: {what} {present.exactly(due, theirs, now)}{there}")
    return "; ".join(told)


def hint(tell: Callable[[], str]) -> str:
    """The words for a choice, or what it still asks for, or why it cannot be."""
    try:
        return tell()
    except Refusal as refusal:
        return refusal.sentence if refusal.field is None else _NEEDS.get(refusal.field, refusal.sentence)
