"""Handing an opportunity over: an account executive accepts it, or rejects it with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from store.errors import Refusal
from store.intake.clean import clean_note
from store.models import Alert, Contact, HandOver, Lead
from store.operations.at_bat import brief
from store.operations.deal import (
    REJECTED,
    answer,
    change,
    close_alerts,
    keep_words,
    lead_behind,
    offer,
    pass_on,
    primary_contact,
    require_may_work,
    require_taker,
    take_up_opportunity,
    unanswered,
    worked_anew,
)
from store.operations.transaction import Done, Transaction, operation
from store.rules.deals import check_reason, rejection_reasons
from store.rules.queue_order import span


@dataclass(frozen=True, slots=True)
class AcceptDraft:
    """An opportunity that is taken on; ``seen`` is the version looked at."""

    opportunity_id: int
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class RejectDraft:
    """Why an opportunity goes back; ``bogus`` marks its person as not real, which keeps them out of every figure."""

    opportunity_id: int
    reason: str
    note: str = ""
    bogus: bool = False
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class HandOverDraft:
    """An opportunity that is offered to an account executive."""

    opportunity_id: int
    taker_id: int
    seen: int | None = None


@operation("accept_hand_over")
def accept_hand_over(tx: Transaction, draft: AcceptDraft) -> Done:
    """Take on what was handed over: the taker owns it, and its clock ends met or missed.

    The act of the one it was handed to, or of a team lead for them.
    """
    opportunity = take_up_opportunity(tx, draft.opportunity_id, draft.seen)
    waiting = _waiting(tx, opportunity)
    for row in waiting:
        answer(tx, row, accepted=True)
    close_alerts(tx, opportunity["id"])
    change(tx, opportunity, owner_id=waiting[-1]["taker_id"], moved_at=tx.now)
    return tx.done(f"{brief(opportunity['name'])} accepted")


@operation("reject_hand_over")
def reject_hand_over(tx: Transaction, draft: RejectDraft) -> Done:
    """Send what was handed over back to the one who gave it, marked as rejected by sales, with the reason.

    It stays open, theirs, and out of operating figures, until it is handed over anew or closed as lost.
    """
    opportunity = take_up_opportunity(tx, draft.opportunity_id, draft.seen)
    waiting = _waiting(tx, opportunity)
    note = clean_note(draft.note, field="note", limit=tx.rules.limits.note)
    reason = check_reason(draft.reason, rejection_reasons(tx.rules), note)
    if draft.bogus:
        _mark_bogus(tx, opportunity)
    for row in waiting:
        answer(tx, row, accepted=False, reason=reason.key)
    giver = waiting[-1]["giver_id"]
    change(tx, opportunity, owner_id=giver, rejected_at=tx.now, moved_at=tx.now)
    if note:
        keep_words(tx, opportunity, note)
    close_alerts(tx, opportunity["id"])
    tx.insert(
        Alert,
        kind=REJECTED,
        entity="opportunity",
        entity_id=opportunity["id"],
        owner_id=giver,
        cause=reason.label,
        opened_at=tx.now,
    )
    return tx.done(f"{brief(opportunity['name'])} rejected by sales ({reason.label}), back to {_user_name(tx, giver)}")


@operation("hand_over")
def hand_over(tx: Transaction, draft: HandOverDraft) -> Done:
    """Offer an opportunity to an account executive, whose clock starts now.

    The owner's act, or a team lead's; while it waits for an answer also that of who gave it, and then it is passed
    on: whoever had it need not answer any more.
    """
    opportunity = take_up_opportunity(tx, draft.opportunity_id, draft.seen)
    waiting = unanswered(tx, opportunity["id"])
    if all(row["giver_id"] != tx.actor.user_id for row in waiting):
        require_may_work(tx, opportunity)
    _require_to_give(tx, opportunity)
    if draft.taker_id == tx.actor.user_id and not tx.actor.leads_team:
        raise Refusal("Choose somebody else, who is to take it.", "taker")
    taker = require_taker(tx, draft.taker_id, "taker")
    has_it = waiting[-1]["taker_id"] if waiting else opportunity["owner_id"]
    if opportunity["rejected_at"] is None and draft.taker_id == has_it:
        raise Refusal(f"{taker} has it already: choose somebody else.", "taker")
    if not pass_on(tx, opportunity, draft.taker_id):
        lead_id = lead_behind(tx, opportunity["id"])
        if lead_id is None:
            raise Refusal("No at bat stands behind this opportunity: change its owner instead.")
        offer(tx, opportunity["id"], lead_id, tx.actor.user_id, draft.taker_id)
    change(tx, opportunity, owner_id=draft.taker_id, rejected_at=None, moved_at=tx.now)
    close_alerts(tx, opportunity["id"])
    return tx.done(f"{brief(opportunity['name'])} handed over to {taker}")


def _waiting(tx: Transaction, opportunity: dict[str, Any]) -> list[dict[str, Any]]:
    """The hand-overs to answer now; raises Refusal where there are none, or where they are somebody else's."""
    waiting = unanswered(tx, opportunity["id"])
    if not waiting:
        raise Refusal(_answered(tx, opportunity))
    if not tx.actor.leads_team and any(row["taker_id"] != tx.actor.user_id for row in waiting):
        taker = _user_name(tx, waiting[-1]["taker_id"])
        raise Refusal(f"This was handed to {taker}: they answer it, or a team lead.")
    return waiting


def _answered(tx: Transaction, opportunity: dict[str, Any]) -> str:
    """Why there is nothing to answer: nobody was asked, or the answer is there already."""
    given = tx.find(HandOver, opportunity_id=opportunity["id"], void=0)
    if not given:
        return "Nothing waits for an answer here: this opportunity was not handed over."
    last = given[-1]
    who = "You" if last["taker_id"] == tx.actor.user_id else _user_name(tx, last["taker_id"])
    ago = span(max(0, tx.now - last["answered_at"]))
    return f"{who} {'accepted' if last['accepted'] else 'rejected'} this {ago} ago: nothing waits for an answer."


def _require_to_give(tx: Transaction, opportunity: dict[str, Any]) -> None:
    """Refuse what came back and cannot stand beside a newer at bat, or is of somebody who is not real."""
    if opportunity["rejected_at"] is None:
        return
    if name := worked_anew(tx, opportunity["id"]):
        raise Refusal(f"{name} has a newer open at bat: convert that one into this opportunity.")
    contact = primary_contact(tx, opportunity["id"])
    if contact is not None and contact["bogus_at"] is not None:
        raise Refusal(f"{contact['name']} was rejected as not real: make somebody else primary first.")


def _user_name(tx: Transaction, user_id: int) -> str:
    """The name of a user."""
    return str(tx.store.value('SELECT name FROM "user" WHERE id = ?', (user_id,)))


def _mark_bogus(tx: Transaction, opportunity: dict[str, Any]) -> None:
    contact = primary_contact(tx, opportunity["id"])
    if contact is None:
        raise Refusal("No person is on this opportunity: reject it without that.", "bogus")
    if tx.find(Lead, contact_id=contact["id"], open=1):
        raise Refusal(f"{contact['name']} has an open at bat: close that one first.", "bogus")
    tx.update(Contact, contact, bogus_at=contact["bogus_at"] or tx.now)
