"""Telling whoever works somebody what happened, with a time by which they should have answered.

It is a task of kind ``told``, done with the next touch on the same at bat or opportunity. See docs/model.md, "Intake
of signals".
"""

from __future__ import annotations

from store.instants import Instant
from store.models import Task
from store.operations.transaction import Transaction
from store.vocabulary import PromiseState

TOLD = "told"


def tell(
    tx: Transaction,
    user_id: int | None,
    words: str,
    due_at: Instant,
    *,
    contact_id: int | None,
    lead_id: int | None = None,
    opportunity_id: int | None = None,
) -> None:
    """Tell somebody of the at bat or opportunity they work; nobody where it has no owner."""
    if user_id is None:
        return
    tx.insert(
        Task,
        lead_id=lead_id,
        opportunity_id=opportunity_id,
        contact_id=contact_id,
        user_id=user_id,
        kind=TOLD,
        words=words,
        due_at=due_at,
        state=PromiseState.OPEN,
    )


def answered(tx: Transaction, at: Instant, *, lead_id: int | None = None, opportunity_id: int | None = None) -> None:
    """What was told of an at bat or an opportunity is done, now that it was touched."""
    where = {"lead_id": lead_id} if lead_id is not None else {"opportunity_id": opportunity_id}
    for task in tx.find(Task, **where, kind=TOLD, state=PromiseState.OPEN, void=0):
        tx.update(Task, task, state=PromiseState.DONE, ended_at=at)
