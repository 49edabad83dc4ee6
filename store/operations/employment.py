"""Where a person works: changing company, and going on with them at the new one. See docs/model.md, "Employment"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from store.errors import Refusal
from store.intake.clean import clean_note
from store.lead_state import LeadState
from store.models import Contact, Employment, Signal
from store.operations.at_bat import open_at_bat, why_no_new
from store.operations.transaction import Done, Offer, Transaction, operation
from store.vocabulary import Motion, Outcome, Stage, Trigger

FOLLOW = "follow"
"""The dialog that is offered to go on with somebody at their new company."""

LEFT_COMPANY = "left_company"
"""Why an at bat is closed as the wrong person once they work elsewhere, where the rules have that reason."""


@dataclass(frozen=True, slots=True)
class FollowDraft:
    """An at bat on somebody at the company they work at now, because they changed to it."""

    contact_id: int
    why: str = ""


def move(tx: Transaction, contact: Mapping[str, Any], account_id: int, title: str) -> None:
    """Let a person work at another company from today on; the caller writes the contact itself.

    Their at bats keep their company. That they changed is kept as a signal, on their open at bat if there is one.
    """
    today, before = tx.today(), contact["account_id"]
    jobs = tx.find(Employment, contact_id=contact["id"], ends="", void=0)
    for job in jobs:
        tx.update(Employment, job, ends=today)
    if before is not None and not jobs:
        tx.insert(Employment, contact_id=contact["id"], account_id=before, title=contact["title"], ends=today)
    starts = "" if before is None else today
    tx.insert(Employment, contact_id=contact["id"], account_id=account_id, title=title, starts=starts)
    if before is not None:
        lead_id = open_lead(tx, contact["id"])
        tx.insert(
            Signal,
            contact_id=contact["id"],
            account_id=account_id,
            lead_id=lead_id,
            kind=Trigger.EMPLOYER_CHANGED.value,
            source="edited by hand",
            at=tx.now,
            points=tx.rules.score.points_of(Trigger.EMPLOYER_CHANGED),
            decision=f"recorded on the {'contact' if lead_id is None else 'open at bat'}",
        )


def offer_after(tx: Transaction, contact_id: int, account_id: int) -> Offer | None:
    """What to propose once somebody works elsewhere: end what is open on them there, else go on at the new company."""
    lead_id = open_lead(tx, contact_id)
    if lead_id is None:
        return _to_follow(tx, contact_id)
    lead = tx.lead(lead_id)
    if lead.account_id == account_id or lead.stage is Stage.DISQUALIFIED:
        return None
    return Offer("close", Outcome.WRONG_PERSON, LEFT_COMPANY if LEFT_COMPANY in tx.rules.reasons else "")


def offer_to_follow(tx: Transaction, lead: LeadState) -> Offer | None:
    """What to propose when an at bat was closed as the wrong person: them again, where they work by now."""
    if lead.contact_id is None or lead.open:
        return None
    account_id = tx.get(Contact, lead.contact_id)["account_id"]
    return None if account_id in (None, lead.account_id) else _to_follow(tx, lead.contact_id)


def open_lead(tx: Transaction, contact_id: int) -> int | None:
    """The open at bat of a person."""
    found = tx.store.value("SELECT id FROM lead WHERE contact_id = ? AND open = 1", (contact_id,))
    return None if found is None else int(found)


def _to_follow(tx: Transaction, contact_id: int) -> Offer | None:
    return None if why_no_new(tx, contact_id) else Offer(FOLLOW)


@operation("follow")
def follow(tx: Transaction, draft: FollowDraft) -> Done:
    """Open an at bat on somebody at their new company, for the reason that they changed to it; it is one's own.

    Raises Refusal where no company is known, and for somebody suppressed, worked now or in an open opportunity.
    """
    contact = tx.get(Contact, draft.contact_id)
    if contact["void"] or contact["account_id"] is None:
        raise Refusal("Nobody knows where they work: edit the person first.")
    company = tx.store.value("SELECT name FROM account WHERE id = ?", (contact["account_id"],))
    lead = open_at_bat(
        tx,
        contact_id=contact["id"],
        account_id=contact["account_id"],
        motion=Motion.INTENT_SIGNAL,
        source=Trigger.EMPLOYER_CHANGED.label,
        owner_id=tx.actor.user_id,
        rule="made by hand",
        trigger=Trigger.EMPLOYER_CHANGED.label,
        why=clean_note(draft.why, field="why", limit=tx.rules.limits.note),
    )
    return tx.done(f"at bat {lead.number} opened for {contact['name']} at {company}", lead_id=lead.id)
