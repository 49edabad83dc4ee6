"""Lift the suppression of somebody who asked not to be contacted: a team lead, with a reason.

See docs/model.md, "Suppression".
"""

from __future__ import annotations

from dataclasses import dataclass

from store.actor import Actor
from store.database import Store
from store.errors import Refusal
from store.intake.clean import clean_note
from store.models import Contact
from store.operations.at_bat import brief, keep_note
from store.operations.transaction import Done, Transaction, operation


@dataclass(frozen=True, slots=True)
class LiftDraft:
    """Whose suppression is lifted, and why."""

    contact_id: int
    reason: str


@operation("lift_suppression")
def lift_suppression(tx: Transaction, draft: LiftDraft) -> Done:
    """Let a person be worked again; the reason is kept as a note on them. Team leads only.

    It opens no at bat by itself. An e-mail address that was unsubscribed stays so.
    """
    if why := why_not_lifted(tx.store, tx.actor, draft.contact_id):
        raise Refusal(why)
    contact = tx.get(Contact, draft.contact_id)
    reason = clean_note(draft.reason, field="reason", limit=tx.rules.limits.note).strip()
    if not reason:
        raise Refusal("Say why they may be contacted again.", "reason")
    tx.override = "suppression"
    tx.update(Contact, contact, suppressed_at=None, suppressed_why="")
    keep_note(
        tx, f"suppression lifted: {reason}", lead_id=None, contact_id=contact["id"], account_id=contact["account_id"]
    )
    return tx.done(f"{brief(contact['name'])} may be contacted again", made={"contact_id": contact["id"]})


def why_not_lifted(store: Store, actor: Actor, contact_id: int) -> str:
    """Why this person cannot lift the suppression, as a sentence; empty where they can."""
    if not actor.leads_team:
        return "Only a team lead lifts a suppression."
    suppressed = store.value("SELECT suppressed_at FROM contact WHERE id = ?", (contact_id,))
    return "" if suppressed is not None else "They are not suppressed: they may be contacted."
