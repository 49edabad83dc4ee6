"""How an at bat begins in the made-up season: a signal comes in, or somebody targets a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from store.instants import DAY
from store.models import Signal, User
from store.operations.at_bat import open_at_bat
from store.operations.people import add_contact
from store.operations.routing import Routed, route
from store.operations.scoring import total_of
from store.operations.transaction import Done, Transaction, operation
from store.rules.closing import NewPerson
from store.rules.routing import IN_TURN, UNROUTED, Step
from store.vocabulary import Motion


@dataclass(frozen=True, slots=True)
class Arrival:
    """An at bat to open: for a person known or new, or a company alone; ``signal`` is the kind of signal behind it.

    ``before`` are the kinds of what they did on the days before, the last day first. ``routed`` asks the rules who
    gets it; else it is ``owner_id``, as if it had been their turn.
    """

    motion: Motion
    source: str
    account_id: int
    person: NewPerson | None = None
    contact_id: int | None = None
    owner_id: int | None = None
    routed: bool = False
    trigger: str = ""
    why: str = ""
    campaign_id: int | None = None
    value: int = 0
    signal: str = ""
    before: tuple[str, ...] = ()


def _arrive(tx: Transaction, draft: Arrival) -> Done:
    """Add the person where new, keep the signal, open the at bat."""
    contact_id = draft.contact_id
    if contact_id is None and draft.person is not None:
        contact_id = add_contact(tx, draft.person, account_id=draft.account_id, source=draft.source)
    for days, kind in enumerate(draft.before, 1):
        _signal(tx, contact_id, draft, kind, at=tx.now - days * DAY, decision="recorded on the contact")
    signal_id = None
    if draft.signal:
        told = {"campaign_id": draft.campaign_id, "words": draft.trigger}
        signal_id = _signal(tx, contact_id, draft, draft.signal, at=tx.now, decision="opened an at bat", **told)
    routed = _owner(tx, draft, contact_id, signal_id)
    lead = open_at_bat(
        tx,
        contact_id=contact_id,
        account_id=draft.account_id,
        motion=draft.motion,
        source=draft.source,
        owner_id=routed.owner_id,
        rule=routed.rule,
        trace=routed.trace,
        trigger=draft.trigger,
        why=draft.why,
        value=draft.value,
        campaign_id=draft.campaign_id,
        signal_id=signal_id,
    )
    if signal_id is not None:
        tx.update(Signal, tx.get(Signal, signal_id), lead_id=lead.id)
    return tx.done("at bat opened", lead_id=lead.id, made={"lead_id": lead.id, "contact_id": contact_id or 0})


def _owner(tx: Transaction, draft: Arrival, contact_id: int | None, signal_id: int | None) -> Routed:
    """Who gets it, by which rule: asked of the rules, or as the story wants it."""
    if draft.routed:
        return route(
            tx,
            account_id=draft.account_id,
            contact_id=contact_id,
            motion=draft.motion,
            source=draft.source,
            score=total_of(tx.store, contact_id, draft.account_id, tx.now, signal_id=signal_id),
            value=draft.value,
        )
    if draft.owner_id is None:
        return Routed(None, UNROUTED, ())
    if draft.owner_id == tx.actor.user_id and not draft.signal:
        return Routed(draft.owner_id, "made by hand", ())
    name = str(tx.get(User, draft.owner_id)["name"])
    return Routed(draft.owner_id, IN_TURN, (Step(IN_TURN, name, chosen=True),))


def _signal(tx: Transaction, contact_id: int | None, draft: Arrival, kind: str, **more: Any) -> int:
    return tx.insert(
        Signal,
        contact_id=contact_id,
        account_id=draft.account_id,
        kind=kind,
        source=draft.source,
        points=tx.rules.score.points_of(kind),
        high_intent=int(tx.rules.score.is_high_intent(kind)),
        **more,
    )


receive = operation("receive_signal")(_arrive)
target = operation("new_lead")(_arrive)
