"""Asking a customer to speak for us, which the rules allow only so often; see docs/model.md, "Pools and lifecycle"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from store.database import Store
from store.errors import Refusal
from store.instants import Instant, moment
from store.intake.clean import clean_note
from store.models import Contact, Task
from store.operations.transaction import Done, Transaction, operation
from store.rules.references import next_free, quarter_of
from store.vocabulary import PromiseState

KIND = "reference"


@dataclass(frozen=True, slots=True)
class ReferenceDraft:
    """Who spoke, or is asked to speak, for us; ``words`` say to whom."""

    contact_id: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class Uses:
    """How often somebody was used as a reference: in all, in this quarter, and how often they may be in one."""

    total: int
    quarter: int
    limit: int


@operation("use_reference")
def use_reference(tx: Transaction, draft: ReferenceDraft) -> Done:
    """Count one use of a reference, kept as a task that is done.

    Raises Refusal for who is no reference or must not be contacted, and for one use too many in a quarter of the
    team's, saying when the next is free.
    """
    contact = tx.get(Contact, draft.contact_id)
    if contact["void"] or not contact["is_reference"]:
        raise Refusal(f"{contact['name']} is no reference: edit the person and say that they are one.")
    if contact["suppressed_at"] is not None:
        raise Refusal(f"{contact['name']} asked not to be contacted.")
    used = uses(tx.store, draft.contact_id, tx.now)
    if used.quarter >= used.limit:
        free = next_free(_today(tx.store, tx.now))
        raise Refusal(
            f"{contact['name']} was used {used.quarter} times this quarter, and {used.limit} is the limit:"
            f" free again from {free.isoformat()}."
        )
    tx.lead_id = tx.store.value(_NEWEST, (draft.contact_id,))
    tx.insert(
        Task,
        lead_id=tx.lead_id,  # so that it stands in the story
        contact_id=draft.contact_id,
        user_id=tx.actor.user_id,
        kind=KIND,
        words=clean_note(draft.words, field="words", limit=tx.rules.limits.note),
        due_at=tx.now,
        at=tx.now,
        state=PromiseState.DONE,
        ended_at=tx.now,
    )
    return tx.done(f"{contact['name']} is used as a reference: {used.quarter + 1} of {used.limit} this quarter")


def uses(store: Store, contact_id: int, now: Instant) -> Uses:
    """How often somebody was used as a reference until now; one query."""
    quarter = quarter_of(_today(store, now))
    made = [moment(at, store.zone).date() for (at,) in store.rows(_USES, (contact_id, now))]
    return Uses(len(made), sum(quarter_of(day) == quarter for day in made), store.rules.references.per_quarter)


def _today(store: Store, now: Instant) -> date:
    return moment(now, store.zone).date()


_USES = "SELECT at FROM task WHERE contact_id = ? AND kind = 'reference' AND void = 0 AND at <= ?"
_NEWEST = "SELECT id FROM lead WHERE contact_id = ? AND void = 0 ORDER BY open DESC, opened_at DESC, id DESC LIMIT 1"
