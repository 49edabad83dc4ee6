"""Ending an at bat without a conversion: all ten outcomes, what each needs and does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from store.errors import Refusal
from store.intake.clean import clean_line, clean_note
from store.lead_state import LeadState
from store.models import (
    Account,
    Approval,
    Assignment,
    Callback,
    Contact,
    Lead,
    LeadContact,
    Meeting,
    Merge,
    Note,
    Opportunity,
    Signal,
    Task,
    Touch,
)
from store.operations.at_bat import (
    advance,
    keep_note,
    open_at_bat,
    require_open,
    spoken_name,
    take_up,
    why_no_new,
)
from store.operations.employment import offer_to_follow
from store.operations.people import add_contact, match_contact
from store.operations.promises import end_promises, give_up
from store.operations.transaction import Done, Offer, Transaction, operation
from store.rules import clocks, queue_order
from store.rules.closing import CloseDraft, Ending, ending
from store.rules.path import RANK, skipped
from store.rules.qualification import QUESTIONS
from store.ruleset import LimitRules
from store.vocabulary import Motion, Outcome, Role, Stage, Status


@operation("close")
def close(tx: Transaction, draft: CloseDraft) -> Done:
    """End an at bat with an outcome and a reason; see docs/model.md, "Outcomes".

    A disqualification over the team's threshold waits in stage Disqualified for a team lead. Closing as duplicate
    merges the two at bats. Raises Refusal naming the field that is missing, Conflict when somebody was first.
    """
    lead = take_up(tx, draft.lead_id, draft.seen)
    draft = cleaned(draft, tx.rules.limits)
    end = ending(lead, draft, tx.rules, tx.now, employees=_employees(tx, lead), leads_team=tx.actor.leads_team)
    name = spoken_name(tx, lead)
    if end.waits:
        _wait_for_approval(tx, lead, end, draft)
        named = _right_person(tx, lead, draft) if draft.right_person is not None else None
        return tx.done(f"{name} waits for a team lead's approval: {end.outcome.label}", made=named)
    if draft.outcome is Outcome.DUPLICATE:
        _absorb(tx, lead, draft)
    after = finish(tx, lead, end, draft)
    made: dict[str, int] = {}
    offer: Offer | None = None
    if draft.outcome is Outcome.SUPPRESS:
        suppress(tx, lead.contact_id, end.reason)
    elif draft.outcome is Outcome.WRONG_PERSON:
        made = _right_person(tx, after, draft) if draft.right_person is not None else {}
        offer = offer_to_follow(tx, after)
    elif draft.outcome is Outcome.EXISTING:
        _tell_owner(tx, after, draft)
    return tx.done(f"{name} closed: {draft.outcome.label}", made=made or None, offer=offer)


def cleaned(draft: CloseDraft, limits: LimitRules) -> CloseDraft:
    """The draft with its words cleaned; raises Refusal for what cannot be kept."""
    return replace(
        draft,
        note=clean_note(draft.note, field="note", limit=limits.note),
        competitor=clean_line(draft.competitor, field="competitor", limit=limits.name),
        datum=clean_line(draft.datum, field="datum", limit=limits.name),
    )


def finish(tx: Transaction, lead: LeadState, end: Ending, draft: CloseDraft) -> LeadState:
    """Put an at bat to its end: spells, status, promises, when the person may come back."""
    end_promises(tx, lead.id)
    through = ((Stage.DISQUALIFIED, False),) if end.disqualifies and lead.stage is not Stage.DISQUALIFIED else ()
    changes: dict[str, Any] = {
        "status": end.status,
        "outcome": end.outcome,
        "reason": end.reason,
        "outcome_note": end.note,
        "competitor": draft.competitor,
        "closed_at": tx.now,
        "open": 0,
        "eligible_at": end.eligible_at,
        "eligible_on": end.eligible_on,
        "decision": None,
        "decision_at": None,
        "callback_at": None,
        "snoozed_until": None,
        "due_at": None,
        "next_channel": None,
        "merged_into_id": draft.duplicate_of if end.outcome is Outcome.DUPLICATE else None,
    }
    return advance(tx, lead, changes, (*through, (Stage.CLOSED, False)))


def suppress(tx: Transaction, contact_id: int | None, why: str) -> None:
    """The person gets no sales lead and no outbound touch on any channel until a team lead lifts it.

    What is still open on them ends with it: their own at bat, where they were met on another's, and a callback that
    was promised to them on an opportunity.
    """
    if contact_id is None:
        return
    contact = tx.get(Contact, contact_id)
    if contact["suppressed_at"] is None:
        tx.update(Contact, contact, suppressed_at=tx.now, suppressed_why=why)
    for (promise_id,) in tx.store.rows(_PROMISED_ON_DEALS, (contact_id,)):
        give_up(tx, tx.get(Callback, promise_id))
    for row in tx.find(Lead, contact_id=contact_id, open=1):
        lead, draft = tx.lead(row["id"]), CloseDraft(row["id"], Outcome.SUPPRESS)
        tx.not_before(lead.stage_at)
        for asked in tx.find(Approval, lead_id=lead.id, decided_at=None, void=0):
            tx.update(Approval, asked, void=1)
        reason = tx.rules.outcomes[Outcome.SUPPRESS].default_reason
        finish(tx, lead, Ending(Outcome.SUPPRESS, Status.DISQUALIFIED, reason, "", None, "never", False), draft)


_PROMISED_ON_DEALS = """
SELECT id FROM callback WHERE opportunity_id IS NOT NULL AND contact_id = ? AND state = 'open' AND void = 0"""


def _employees(tx: Transaction, lead: LeadState) -> int | None:
    if lead.account_id is None:
        return None
    return tx.store.value("SELECT size FROM account WHERE id = ?", (lead.account_id,))  # type: ignore[no-any-return]


def _wait_for_approval(tx: Transaction, lead: LeadState, end: Ending, draft: CloseDraft) -> None:
    due = clocks.approval_by(tx.now, tx.rules, tx.store.calendar)
    tx.insert(
        Approval,
        lead_id=lead.id,
        asked_by_id=tx.actor.user_id,
        asked_at=tx.now,
        due_at=due,
        outcome=end.outcome,
        reason=end.reason,
        note=end.note,
        from_stage=lead.stage,
        from_status=lead.status,
    )
    changes: dict[str, Any] = {"status": Status.UNQUALIFIED, "decision": None, "decision_at": None, "due_at": due}
    changes.update(tier=queue_order.LATER, competitor=draft.competitor)
    advance(tx, lead, changes, ((Stage.DISQUALIFIED, False),))


def _absorb(tx: Transaction, lead: LeadState, draft: CloseDraft) -> None:
    """Move everything of a duplicate into the at bat that lives on, which takes the furthest stage's owner.

    Promised callbacks keep their promiser; the duplicate's clocks end with it.
    """
    assert draft.duplicate_of is not None
    if draft.duplicate_of == lead.id:
        raise Refusal("An at bat cannot be its own duplicate: choose the other one.", "duplicate_of")
    other = tx.lead(draft.duplicate_of)
    tx.not_before(max(other.updated_at, other.stage_at))
    if not other.open:
        raise Refusal("That at bat has ended: choose one that is open, or another outcome.", "duplicate_of")
    require_open(other)
    for model in (Touch, Note, Signal, Meeting, Task, Callback):
        for row in tx.find(model, lead_id=lead.id, void=0):
            tx.update(model, row, lead_id=other.id)
    members = {row["contact_id"] for row in tx.find(LeadContact, lead_id=other.id, void=0)}
    for row in tx.find(LeadContact, lead_id=lead.id, void=0):
        if row["contact_id"] not in members:
            role = Role(row["role"])
            tx.insert(LeadContact, lead_id=other.id, contact_id=row["contact_id"], role=role, added_at=tx.now)
    tx.insert(Merge, entity="lead", survivor_id=other.id, loser_id=lead.id, at=tx.now)
    changes: dict[str, Any] = {
        "touches": other.touches + lead.touches,
        "attempts": other.attempts + lead.attempts,
        "direct_attempts": other.direct_attempts + lead.direct_attempts,
        "partner_touches": other.partner_touches + lead.partner_touches,
        "connects": other.connects + lead.connects,
        "last_touch_at": _latest(other.last_touch_at, lead.last_touch_at),
        "last_attempt_at": _latest(other.last_attempt_at, lead.last_attempt_at),
        "first_touch_at": _earliest(other.first_touch_at, lead.first_touch_at),
        "connected_at": _earliest(other.connected_at, lead.connected_at),
        "callback_at": _earliest(other.callback_at, lead.callback_at),
    }
    if (lead.last_touch_at or 0) > (other.last_touch_at or 0):
        changes["last_disposition"] = lead.last_disposition
    for question in QUESTIONS:
        changes[question] = getattr(other, question) or getattr(lead, question)
    entered: tuple[tuple[Stage, bool], ...] = ()
    if RANK[lead.stage] > RANK[other.stage]:
        changes.update(status=lead.status, accepted_at=other.accepted_at or tx.now, stage=lead.stage, stage_at=tx.now)
        entered = (*((stage, True) for stage in skipped(other.stage, lead.stage)), (lead.stage, False))
        if lead.owner_id != other.owner_id:
            changes.update(owner_id=lead.owner_id, assigned_at=tx.now)
            tx.insert(Assignment, lead_id=other.id, owner_id=lead.owner_id, at=tx.now, rule="merged")
    changes.update(queue_order.place(other, changes, tx.rules, tx.store.calendar))
    advance(tx, other, changes, entered)


def _latest(one: int | None, two: int | None) -> int | None:
    return max((value for value in (one, two) if value is not None), default=None)


def _earliest(one: int | None, two: int | None) -> int | None:
    return min((value for value in (one, two) if value is not None), default=None)


def _right_person(tx: Transaction, lead: LeadState, draft: CloseDraft) -> dict[str, int]:
    """Open an at bat for who should have been called; one already being worked or suppressed is only linked."""
    assert draft.right_person is not None
    person = draft.right_person
    contact_id = match_contact(tx, person, lead.account_id)
    if contact_id is None:
        contact_id = add_contact(tx, person, account_id=lead.account_id, source=lead.source)
    contact = tx.get(Contact, contact_id)
    if why_no_new(tx, contact_id):
        keep_note(
            tx,
            f"named as the right person on at bat {lead.id}",
            lead_id=lead.id,
            contact_id=contact_id,
            account_id=lead.account_id,
        )
        return {"contact_id": contact_id}
    opened = open_at_bat(
        tx,
        contact_id=contact_id,
        account_id=contact["account_id"] or lead.account_id,
        motion=lead.motion if lead.motion is not Motion.REACTIVATION else Motion.REP_CREATED,
        source=lead.source,
        owner_id=lead.owner_id,
        rule="right person",
        why="named as the right person",
        campaign_id=lead.campaign_id,
    )
    return {"contact_id": contact_id, "lead_id": opened.id}


def _tell_owner(tx: Transaction, lead: LeadState, draft: CloseDraft) -> None:
    """The owner of the open opportunity, or of the customer, is told by a task."""
    if draft.opportunity_id is not None:
        opportunity = tx.get(Opportunity, draft.opportunity_id)
        if not opportunity["open"]:
            raise Refusal("That opportunity is closed: choose one that is open.", "opportunity_id")
        owner = opportunity["owner_id"]
    else:
        account = tx.get(Account, lead.account_id) if lead.account_id is not None else None
        owner = account["owner_id"] if account else None
        if account is not None and account["customer_since"] is None:
            tx.update(Account, account, customer_since=tx.now)
    tx.insert(
        Task,
        lead_id=lead.id,
        opportunity_id=draft.opportunity_id,
        contact_id=lead.contact_id,
        user_id=owner,
        kind="told",
        words="an at bat on somebody you work was closed",
        due_at=tx.now,
        state="open",
    )
