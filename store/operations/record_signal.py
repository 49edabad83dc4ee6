"""Keep a signal on a row already named, deciding nothing: made-up data, and what is told after the fact.

Whatever comes in goes through ``store.operations.receive_signal``.
"""

from __future__ import annotations

from dataclasses import dataclass

from store.errors import Refusal
from store.instants import Instant
from store.intake.clean import clean_line, clean_note
from store.models import Contact, Opportunity, Signal
from store.operations.transaction import Done, Transaction, operation


@dataclass(frozen=True, slots=True)
class SignalDraft:
    """A signal on an at bat, else an opportunity, else a contact; ``at`` is when it happened (None: now).

    ``points`` (0 to 100) and ``high_intent`` are those of its kind, by the rules, where none are given.
    """

    kind: str
    source: str
    contact_id: int | None = None
    lead_id: int | None = None
    opportunity_id: int | None = None
    campaign_id: int | None = None
    at: Instant | None = None
    points: int | None = None
    high_intent: bool | None = None
    words: str = ""


@operation("record_signal")
def record_signal(tx: Transaction, draft: SignalDraft) -> Done:
    """Keep a signal in the stream of an at bat, an opportunity or a contact; nobody is told and nothing opens.

    The score of an open at bat it tells of follows. Raises Refusal without a kind or a source, without anything it
    belongs to, for points that are no score, and for one from the future.
    """
    limit = tx.rules.limits.name
    kind = clean_line(draft.kind, field="kind", limit=limit)
    source = clean_line(draft.source, field="source", limit=limit)
    if not kind:
        raise Refusal("What did they do? Give the kind of signal.", "kind")
    if not source:
        raise Refusal("Where does it come from? Give a source.", "source")
    at = tx.now if draft.at is None else draft.at
    if at > tx.now:
        raise Refusal("A signal cannot be in the future.", "at")
    weights = tx.rules.score
    points = weights.points_of(kind) if draft.points is None else draft.points
    if not 0 <= points <= 100:
        raise Refusal("A signal is worth 0 to 100 points.", "points")
    high_intent = weights.is_high_intent(kind) if draft.high_intent is None else draft.high_intent
    contact_id, account_id, decision = _belongs(tx, draft)
    signal_id = tx.insert(
        Signal,
        contact_id=contact_id,
        account_id=account_id,
        lead_id=draft.lead_id,
        opportunity_id=draft.opportunity_id,
        campaign_id=draft.campaign_id,
        kind=kind,
        source=source,
        at=at,
        points=points,
        high_intent=int(high_intent),
        words=clean_note(draft.words, field="words", limit=tx.rules.limits.note),
        decision=decision,
    )
    return tx.done("signal recorded", made={"signal_id": signal_id})


def _belongs(tx: Transaction, draft: SignalDraft) -> tuple[int | None, int | None, str]:
    """Whose it is: the contact, the company, and what was decided, in words for the stream."""
    if draft.lead_id is not None:
        lead = tx.lead(draft.lead_id)
        if lead.open:
            tx.save_lead(lead, {})
        return draft.contact_id or lead.contact_id, lead.account_id, "recorded on the at bat"
    if draft.opportunity_id is not None:
        opportunity = tx.get(Opportunity, draft.opportunity_id)
        return draft.contact_id, opportunity["account_id"], "recorded on the opportunity"
    if draft.contact_id is None:
        raise Refusal("Whose is it? Name the contact, the at bat or the opportunity.", "contact_id")
    contact = tx.get(Contact, draft.contact_id)
    return draft.contact_id, contact["account_id"], "recorded on the contact"
