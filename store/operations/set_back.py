"""Set the stage of an open at bat back where it was wrong: a team lead's correction. See docs/model.md, "The path"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from store.errors import Refusal
from store.intake.clean import clean_note
from store.lead_state import LeadState
from store.operations.at_bat import advance, note_on, require_open, spoken_name, take_up
from store.operations.transaction import Done, Transaction, operation
from store.rules.expiry import warns_at
from store.rules.path import set_back_to
from store.rules.queue_order import DECIDE
from store.vocabulary import Decision, Stage, Status


@dataclass(frozen=True, slots=True)
class SetBackDraft:
    """The earlier stage that is the true one, and why."""

    lead_id: int
    stage: Stage
    reason: str
    seen: int | None = None


@operation("set_back")
def set_back(tx: Transaction, draft: SetBackDraft) -> Done:
    """Set a stage back; recorded as an override, with its reason as a note, and put before the owner.

    What was logged stays: an at bat that somebody was reached on still counts as reached. Team leads only. Raises
    Refusal for a stage that is not an earlier one, and without a reason.
    """
    if not tx.actor.leads_team:
        raise Refusal("Only a team lead sets a stage back.")
    lead = take_up(tx, draft.lead_id, draft.seen)
    require_open(lead, tx)
    earlier = set_back_to(lead.stage)
    if draft.stage not in earlier:
        choices = ", ".join(stage.label for stage in earlier)
        raise Refusal(f"It can be set back to: {choices}." if earlier else "There is no earlier stage.", "stage")
    reason = clean_note(draft.reason, field="reason", limit=tx.rules.limits.note).strip()
    if not reason:
        raise Refusal("Say why it is set back.", "reason")
    tx.override = "set back"
    note_on(tx, lead, f"set back to {draft.stage.label}: {reason}")
    advance(tx, lead, _changes(tx, lead, draft.stage), ((draft.stage, False),))
    return tx.done(f"{spoken_name(tx, lead)} set back to {draft.stage.label}")


def _changes(tx: Transaction, lead: LeadState, stage: Stage) -> dict[str, Any]:
    changes: dict[str, Any] = {
        "status": _status(lead, stage),
        "decision": Decision.RETURNED,
        "decision_at": tx.now,
        "due_at": tx.now,
        "tier": DECIDE,
    }
    if stage is not Stage.CONNECTED and not lead.connects:
        changes["connected_at"] = None
        changes["warn_at"] = warns_at(lead.expires_at, lead.motion, tx.rules)
    if stage is Stage.NEW:
        changes["accepted_at"] = None
    return changes


def _status(lead: LeadState, stage: Stage) -> Status:
    """The status that an at bat has when it comes to a stage."""
    if stage in (Stage.NEW, Stage.ACCEPTED):
        return Status.RECYCLED if lead.number > 1 else Status.UNCONTACTED
    return Status.ATTEMPTING if stage is Stage.ATTEMPTING else Status.CONNECTED
