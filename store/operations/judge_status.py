"""Judge a change of status that was put before the team lead. See docs/model.md, "Spot checks"."""

from __future__ import annotations

from dataclasses import dataclass

from store.errors import Refusal
from store.intake.clean import clean_note
from store.models import SpotCheck
from store.operations.transaction import Done, Transaction, operation
from store.queries.spot_checks import spot_checks


@dataclass(frozen=True, slots=True)
class JudgeDraft:
    """Whether the status was right, and what there is to say; a wrong one needs words."""

    status_change_id: int
    right: bool
    note: str = ""


@operation("judge_status")
def judge_status(tx: Transaction, draft: JudgeDraft) -> Done:
    """Say whether a status was truly what happened; saying it again takes the place of what was said before.

    Team leads only. Raises Refusal for a change that is not among those of last month, and without words where it was
    wrong: the rep must be able to learn from it.
    """
    if not tx.actor.leads_team:
        raise Refusal("Only a team lead judges a status.")
    change = next((one for one in spot_checks(tx.store, tx.now) if one.id == draft.status_change_id), None)
    if change is None:
        raise Refusal("This change is not among those to judge: they are of last month.")
    note = clean_note(draft.note, field="note", limit=tx.rules.limits.note).strip()
    if not draft.right and not note:
        raise Refusal("Say what it should have been.", "note")
    judged = {"right": int(draft.right), "note": note, "judged_by_id": tx.actor.user_id, "judged_at": tx.now}
    known = tx.find(SpotCheck, status_change_id=change.id, void=0)
    if known:
        tx.update(SpotCheck, known[0], **judged)
    else:
        tx.insert(SpotCheck, status_change_id=change.id, user_id=change.user_id, month=change.month, **judged)
    verdict = "right" if draft.right else "wrong"
    return tx.done(f"{change.rep}’s {change.status.label} judged {verdict}", lead_id=None)
