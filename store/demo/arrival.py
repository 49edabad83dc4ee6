"""How an at bat begins in the made-up season: a signal comes in, or somebody targets a person."""

from __future__ import annotations

from dataclasses import dataclass

from store.models import Signal
from store.operations.at_bat import open_at_bat
from store.operations.people import add_contact
from store.operations.transaction import Done, Transaction, operation
from store.rules.closing import NewPerson
from store.vocabulary import Motion


@dataclass(frozen=True, slots=True)
class Arrival:
    """An at bat to open: for a person known or new, or a company alone; ``signal`` is the kind of signal behind it."""

    motion: Motion
    source: str
    account_id: int
    person: NewPerson | None = None
    contact_id: int | None = None
    owner_id: int | None = None
    rule: str = "round robin"
    trigger: str = ""
    why: str = ""
    campaign_id: int | None = None
    score: int = 0
    value: int = 0
    signal: str = ""
    points: int = 0


def _arrive(tx: Transaction, draft: Arrival) -> Done:
    """Add the person where new, keep the signal, open the at bat."""
    contact_id = draft.contact_id
    if contact_id is None and draft.person is not None:
        contact_id = add_contact(tx, draft.person, account_id=draft.account_id, source=draft.source)
    signal_id = None
    if draft.signal:
        signal_id = tx.insert(
            Signal,
            contact_id=contact_id,
            account_id=draft.account_id,
            campaign_id=draft.campaign_id,
            kind=draft.signal,
            source=draft.source,
            at=tx.now,
            points=draft.points,
            high_intent=int(tx.store.rules.motions[draft.motion].high_intent),
            words=draft.trigger,
            decision="opened an at bat",
        )
    lead = open_at_bat(
        tx,
        contact_id=contact_id,
        account_id=draft.account_id,
        motion=draft.motion,
        source=draft.source,
        owner_id=draft.owner_id,
        rule=draft.rule if draft.owner_id is not None else "unrouted",
        trigger=draft.trigger,
        why=draft.why,
        value=draft.value,
        score=draft.score,
        campaign_id=draft.campaign_id,
        signal_id=signal_id,
    )
    if signal_id is not None:
        tx.update(Signal, tx.get(Signal, signal_id), lead_id=lead.id)
    return tx.done("at bat opened", lead_id=lead.id, made={"lead_id": lead.id, "contact_id": contact_id or 0})


receive = operation("receive_signal")(_arrive)
target = operation("new_lead")(_arrive)
