"""What logging will do, in words beside a choice: the same in the log dialog and in a session."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from store.errors import Refusal
from store.instants import Instant
from store.lead_state import LeadState
from store.rules.touch import DISPOSITIONS, Effect
from store.vocabulary import Channel, Disposition
from tui import present
from tui.widgets.choice_list import Choice

# What a disposition says of the channel where the planned one cannot bring it.
CHANNEL_OF: dict[Disposition, Channel] = {
    disposition: next(channel for channel, possible in DISPOSITIONS.items() if disposition in possible)
    for disposition in Disposition
    if disposition is not Disposition.UNKNOWN
}
ASKS_WHAT_WAS_LEARNED = frozenset({Disposition.CONVERSATION, Disposition.GATEKEEPER})
# What keeps others away from a person is never one letter: enter says it again.
SAID_TWICE = frozenset({Disposition.DO_NOT_CONTACT, Disposition.UNSUBSCRIBE})
_NEXT = "next: "
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
        if due <= now:
            return "; ".join([f"{_NEXT}{what} now", *told])
        there = " there" if present.exactly(due, theirs, now) != present.exactly(due, zone, now) else ""
        told.insert(0, f"{_NEXT}{what} {present.exactly(due, theirs, now)}{there}")
    return "; ".join(told)


def told_once(choices: Iterable[Choice[Disposition]]) -> list[Choice[Disposition]]:
    """The same choices, where a next step that several have is said at the first, and ``as no answer`` at the others.

    So is what differs in one thing: ``as no answer, but becomes connected/working``.
    """
    told: list[Choice[Disposition]] = []
    first: dict[tuple[str, int], tuple[Choice[Disposition], list[str]]] = {}
    for choice in choices:
        parts = choice.hint.split("; ")
        like, its = first.setdefault((parts[0], len(parts)), (choice, parts))
        other = [part for part, same in zip(parts, its, strict=True) if part != same]
        if like is choice or not parts[0].startswith(_NEXT) or len(other) > 1:
            told.append(choice)
        else:
            but = f", but {other[0]}" if other else ""
            told.append(replace(choice, hint=f"as {like.words}{but}"))
    return told


def hint(tell: Callable[[], str]) -> str:
    """The words for a choice, or what it still asks for, or why it cannot be."""
    try:
        return tell()
    except Refusal as refusal:
        return refusal.sentence if refusal.field is None else _NEEDS.get(refusal.field, refusal.sentence)
