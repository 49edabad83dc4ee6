"""Qualifying an at bat, converting it into an opportunity or a meeting, and reversing a conversion made by mistake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from store.errors import Refusal
from store.instants import DAY, Instant, moment
from store.intake.clean import clean_line, clean_note
from store.lead_state import LeadState
from store.models import (
    Conversion,
    HandOver,
    LeadContact,
    Meeting,
    MeetingAttendee,
    Opportunity,
    OpportunityCampaign,
    OpportunityContact,
    OpportunitySpell,
    Signal,
)
from store.operations.at_bat import advance, has_open_opportunity, require_open, spoken_name, take_up
from store.operations.promises import end_promises
from store.operations.transaction import Done, Offer, Transaction, operation
from store.reach import reach_of
from store.rules import clocks, queue_order
from store.rules.deals import check_close_date
from store.rules.path import skipped
from store.rules.qualification import REASON_OF_NO, Answers, against, check
from store.vocabulary import (
    Decision,
    MeetingResult,
    OpportunityStage,
    Outcome,
    Role,
    Stage,
    Status,
    UserRole,
)


@dataclass(frozen=True, slots=True)
class QualifyDraft:
    """The four answers and what was learned; answers not asked yet may be left None."""

    lead_id: int
    answers: Answers
    learned: str = ""
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A contact of the buying group and the role it takes on the opportunity."""

    contact_id: int
    role: Role
    primary: bool = False


@dataclass(frozen=True, slots=True)
class ConvertDraft:
    """A conversion as it is being entered.

    Into ``opportunity_id``, one open on the account, or a new one of ``name``, ``amount`` (minor units),
    ``probability`` (per cent) and ``close_date`` (ISO); or, with ``meeting_at``, into a booked meeting alone.
    """

    lead_id: int
    seen: int | None = None
    opportunity_id: int | None = None
    name: str = ""
    amount: int = 0
    probability: int = 0
    close_date: str = ""
    members: tuple[Member, ...] = ()
    campaigns: tuple[int, ...] = ()
    answers: Answers | None = None
    taker_id: int | None = None
    meeting_at: Instant | None = None
    meeting_words: str = ""


@dataclass(frozen=True, slots=True)
class ReverseDraft:
    """Why a conversion was a mistake."""

    lead_id: int
    why: str
    seen: int | None = None


@operation("qualify")
def qualify(tx: Transaction, draft: QualifyDraft) -> Done:
    """Store the answers; with need yes and at most one not known the at bat becomes Qualified.

    Otherwise it stays where it is, and the sentence says what stands against it. A no offers to close it as a bad
    fit, with the reason that the question stands for.
    """
    lead = take_up(tx, draft.lead_id, draft.seen)
    require_open(lead, tx)
    learned = clean_note(draft.learned, field="learned", limit=tx.rules.limits.note)
    changes: dict[str, Any] = {
        "need": draft.answers.need,
        "budget": draft.answers.budget,
        "authority": draft.answers.authority,
        "timeline": draft.answers.timeline,
    }
    if learned:
        changes["learned"] = learned
    name = spoken_name(tx, lead)
    if not draft.answers.qualified():
        advance(tx, lead, changes)
        words = against(draft.answers)
        return tx.done(f"answers kept for {name}; {words}", offer=_offer_of_no(tx, draft.answers))
    if lead.stage is Stage.QUALIFIED:
        advance(tx, lead, changes)
        return tx.done(f"answers kept for {name}")
    path = tuple((stage, True) for stage in skipped(lead.stage, Stage.QUALIFIED))
    changes.update(
        status=Status.QUALIFIED,
        accepted_at=lead.accepted_at or tx.now,
        connected_at=lead.connected_at or tx.now,
        stage=Stage.QUALIFIED,
        stage_at=tx.now,
        decision=None,
        decision_at=None,
        snoozed_until=None,
    )
    changes.update(queue_order.place(lead, changes, tx.rules, tx.store.calendar))
    advance(tx, lead, changes, (*path, (Stage.QUALIFIED, False)))
    return tx.done(f"{name} is qualified")


def _offer_of_no(tx: Transaction, answers: Answers) -> Offer | None:
    """A no proposes to close the at bat with the reason it stands for."""
    if not (refused := answers.refused()):
        return None
    reason = REASON_OF_NO[refused]
    return Offer("close", Outcome.BAD_FIT, reason if reason in tx.rules.reasons else "")


@operation("convert")
def convert(tx: Transaction, draft: ConvertDraft) -> Done:
    """Turn an at bat into an opportunity, new or open already, or into a booked meeting (docs/model.md, "Converting").

    Raises Refusal naming the field; of two people converting the same at bat the second is told who was first.
    """
    lead = take_up(tx, draft.lead_id, draft.seen)
    require_open(lead, tx)
    if reach_of(tx.store, lead.contact_id).suppressed:
        raise Refusal("This person asked not to be contacted: it cannot be converted.")
    changes: dict[str, Any] = {}
    meeting_id = opportunity_id = None
    name = spoken_name(tx, lead)
    if draft.meeting_at is not None:
        meeting_id = _book(tx, lead, draft)
        outcome, said = Outcome.MEETING_BOOKED, f"{name}: meeting booked"
    else:
        changes.update(_answers(lead, draft))
        opportunity_id = make_opportunity(tx, lead, draft)
        outcome, said = Outcome.CONVERTED, f"{name} converted"
    tx.insert(
        Conversion,
        lead_id=lead.id,
        opportunity_id=opportunity_id,
        meeting_id=meeting_id,
        user_id=tx.actor.user_id,
        at=tx.now,
        from_stage=lead.stage,
        from_status=lead.status,
    )
    end_promises(tx, lead.id)
    changes.update(
        status=Status.CONVERTED,
        accepted_at=lead.accepted_at or tx.now,
        outcome=outcome,
        reason=tx.rules.outcomes[outcome].default_reason,
        closed_at=tx.now,
        open=0,
        decision=None,
        decision_at=None,
        callback_at=None,
        snoozed_until=None,
        due_at=None,
        next_channel=None,
        eligible_at=_eligible(tx, outcome, draft.meeting_at),
    )
    path = tuple((stage, True) for stage in skipped(lead.stage, Stage.CONVERTED))
    advance(tx, lead, changes, (*path, (Stage.CONVERTED, False)))
    if opportunity_id is not None:
        offer_to(tx, lead, opportunity_id, draft.taker_id)
    return tx.done(said, made={"opportunity_id": opportunity_id or 0, "meeting_id": meeting_id or 0})


def _answers(lead: LeadState, draft: ConvertDraft) -> dict[str, Any]:
    """The four answers an opportunity needs: those of the dialog over those known."""
    given = draft.answers or Answers()
    answers = Answers(
        given.need or lead.need,
        given.budget or lead.budget,
        given.authority or lead.authority,
        given.timeline or lead.timeline,
    )
    check(answers)
    return {
        "need": answers.need,
        "budget": answers.budget,
        "authority": answers.authority,
        "timeline": answers.timeline,
    }


def _book(tx: Transaction, lead: LeadState, draft: ConvertDraft) -> int:
    assert draft.meeting_at is not None
    if draft.meeting_at <= tx.now:
        raise Refusal("The meeting is in the past: give a time to come.", "when")
    if lead.contact_id is None:
        raise Refusal("With whom? Add the person to this at bat first.", "members")
    meeting_id = tx.insert(
        Meeting,
        lead_id=lead.id,
        contact_id=lead.contact_id,
        booker_id=tx.actor.user_id,
        host_id=draft.taker_id or tx.actor.user_id,
        at=draft.meeting_at,
        booked_at=tx.now,
        result=MeetingResult.BOOKED,
        words=clean_note(draft.meeting_words, field="words", limit=tx.rules.limits.note),
    )
    for contact_id in {member.contact_id for member in draft.members} | {lead.contact_id}:
        tx.insert(MeetingAttendee, meeting_id=meeting_id, contact_id=contact_id)
    return meeting_id


def make_opportunity(tx: Transaction, lead: LeadState, draft: ConvertDraft) -> int:
    """Join the open opportunity that the draft names, or make a new one, with its people and campaigns; its id."""
    members = draft.members or _group(tx, lead)
    if sum(member.primary for member in members) != 1:
        raise Refusal("Choose exactly one primary contact.", "members")
    if draft.opportunity_id is not None:
        opportunity = tx.get(Opportunity, draft.opportunity_id)
        if not opportunity["open"]:
            raise Refusal("That opportunity is closed: choose an open one, or make a new one.", "opportunity_id")
        if opportunity["account_id"] != lead.account_id:
            raise Refusal("That opportunity belongs to another company.", "opportunity_id")
        opportunity_id: int = opportunity["id"]
        tx.update(Opportunity, opportunity, moved_at=tx.now)
    else:
        opportunity_id = _new_opportunity(tx, lead, draft)
    _join(tx, opportunity_id, members)
    _attach_campaigns(tx, lead, opportunity_id, draft.campaigns)
    for meeting in tx.find(Meeting, lead_id=lead.id, void=0):
        tx.update(Meeting, meeting, opportunity_id=opportunity_id)
    return opportunity_id


def _new_opportunity(tx: Transaction, lead: LeadState, draft: ConvertDraft) -> int:
    if not 0 <= draft.probability <= 100:
        raise Refusal("The probability is a share from 0 to 100 %.", "probability")
    if draft.amount < 0:
        raise Refusal("The amount cannot be less than nothing.", "amount")
    closes = check_close_date(draft.close_date, moment(tx.now, tx.store.zone).date())
    company = tx.store.value("SELECT name FROM account WHERE id = ?", (lead.account_id,))
    default = str(company or spoken_name(tx, lead))
    name = clean_line(draft.name, field="name", limit=tx.rules.limits.name) or default
    opportunity_id = tx.insert(
        Opportunity,
        account_id=lead.account_id,
        name=name,
        owner_id=draft.taker_id or tx.actor.user_id,
        stage=OpportunityStage.DISCOVERY,
        amount=draft.amount,
        currency=tx.store.currency,
        probability=draft.probability,
        close_date=closes,
        open=1,
        opened_at=tx.now,
        source=lead.source,
        moved_at=tx.now,
    )
    tx.insert(OpportunitySpell, opportunity_id=opportunity_id, stage=OpportunityStage.DISCOVERY, entered_at=tx.now)
    return opportunity_id


def _group(tx: Transaction, lead: LeadState) -> tuple[Member, ...]:
    """The at bat's buying group as it stands."""
    rows = tx.find(LeadContact, lead_id=lead.id, void=0)
    return tuple(Member(row["contact_id"], Role(row["role"]), row["contact_id"] == lead.contact_id) for row in rows)


def _join(tx: Transaction, opportunity_id: int, members: tuple[Member, ...]) -> None:
    """Put the group on the opportunity; a contact there already keeps the role it has."""
    there = {row["contact_id"]: row for row in tx.find(OpportunityContact, opportunity_id=opportunity_id, void=0)}
    has_primary = any(row["is_primary"] for row in there.values())
    for member in members:
        if member.contact_id not in there:
            tx.insert(
                OpportunityContact,
                opportunity_id=opportunity_id,
                contact_id=member.contact_id,
                role=member.role,
                is_primary=int(member.primary and not has_primary),
            )


def _attach_campaigns(tx: Transaction, lead: LeadState, opportunity_id: int, named: tuple[int, ...]) -> None:
    """The source campaign, those whose signals touched the at bat, and those the person named."""
    there = {row["campaign_id"] for row in tx.find(OpportunityCampaign, opportunity_id=opportunity_id, void=0)}
    touched = {row["campaign_id"] for row in tx.find(Signal, lead_id=lead.id, void=0)}
    for campaign_id in sorted(({lead.campaign_id, *touched, *named} - {None}) - there):
        tx.insert(
            OpportunityCampaign,
            opportunity_id=opportunity_id,
            campaign_id=campaign_id,
            is_source=int(campaign_id == lead.campaign_id),
        )


def offer_to(tx: Transaction, lead: LeadState, opportunity_id: int, taker_id: int | None) -> None:
    """Record the hand-over to an account executive, whose clock starts now."""
    if taker_id is None or taker_id == tx.actor.user_id:
        return
    role = tx.store.value('SELECT role FROM "user" WHERE id = ?', (taker_id,))
    if role not in (UserRole.AE, UserRole.LEAD, UserRole.ADMIN):
        raise Refusal("An opportunity is handed over to an account executive: choose one.", "taker")
    tx.insert(
        HandOver,
        opportunity_id=opportunity_id,
        lead_id=lead.id,
        giver_id=tx.actor.user_id,
        taker_id=taker_id,
        at=tx.now,
        due_at=clocks.hand_over_by(tx.now, tx.rules, tx.store.calendar),
    )


def _eligible(tx: Transaction, outcome: Outcome, meeting_at: Instant | None) -> Instant | None:
    days = tx.rules.outcomes[outcome].recycle_days
    return None if days is None else (meeting_at or tx.now) + days * DAY


@operation("reverse")
def reverse(tx: Transaction, draft: ReverseDraft) -> Done:
    """Take a conversion back: the opportunity is marked reversed, the at bat returns to the stage before.

    A team lead's act, with a reason, the same day, while the opportunity is untouched and the person has no newer
    at bat. Raises Refusal saying which of these does not hold.
    """
    lead = take_up(tx, draft.lead_id, draft.seen)
    if not tx.actor.leads_team:
        raise Refusal("Only a team lead reverses a conversion; your own of the last minutes can be undone.")
    if not draft.why.strip():
        raise Refusal("Say why it is reversed.", "why")
    made = tx.find(Conversion, lead_id=lead.id, reversed_at=None, void=0)
    if not made:
        raise Refusal("This at bat was not converted.")
    conversion = made[0]
    if tx.today(conversion["at"]) != tx.today():
        raise Refusal("A conversion can be reversed on the same day only.")
    newer = "SELECT 1 FROM lead WHERE contact_id = ? AND open = 1 AND id <> ?"
    if lead.contact_id is not None and tx.store.value(newer, (lead.contact_id, lead.id)):
        raise Refusal("The person has a newer open at bat: work that one.")
    if lead.contact_id is not None and has_open_opportunity(tx, lead.contact_id, besides=lead.id):
        raise Refusal("The person has a newer open opportunity: work that one.")
    tx.override = "reversal"
    if conversion["opportunity_id"] is not None:
        _reverse_opportunity(tx, conversion)
    for meeting in tx.find(Meeting, id=conversion["meeting_id"] or 0):
        if meeting["result"] != MeetingResult.BOOKED:
            raise Refusal("The meeting has its result already: it can no longer be reversed.")
        tx.update(Meeting, meeting, result=MeetingResult.CANCELLED, result_at=tx.now)
    tx.update(Conversion, conversion, reversed_at=tx.now)
    changes: dict[str, Any] = {
        "stage": Stage(conversion["from_stage"]),
        "stage_at": tx.now,
        "status": Status(conversion["from_status"]),
        "outcome": None,
        "reason": "",
        "closed_at": None,
        "open": 1,
        "eligible_at": None,
        "decision": Decision.RETURNED,
        "decision_at": tx.now,
        "due_at": tx.now,
        "tier": queue_order.DECIDE,
        "outcome_note": clean_note(draft.why, field="why", limit=tx.rules.limits.note),
    }
    advance(tx, lead, changes, ((Stage(conversion["from_stage"]), False),))
    return tx.done(f"conversion of {spoken_name(tx, lead)} reversed")


def _reverse_opportunity(tx: Transaction, conversion: dict[str, Any]) -> None:
    opportunity = tx.get(Opportunity, conversion["opportunity_id"])
    others = tx.find(Conversion, opportunity_id=opportunity["id"], reversed_at=None, void=0)
    if len(others) > 1:
        return  # other at bats stand behind it: it stays, only this one leaves
    if opportunity["opened_at"] != conversion["at"]:
        return  # it was open before: the at bat only leaves it
    touched = "SELECT 1 FROM change WHERE entity = 'opportunity' AND entity_id = ? AND operation_id > ?"
    if tx.store.value(touched, (opportunity["id"], conversion["written_id"])):
        raise Refusal(f"The opportunity was worked on since: {_instead_of_reversing(tx, opportunity)}.")
    for spell in tx.find(OpportunitySpell, opportunity_id=opportunity["id"], left_at=None, void=0):
        tx.update(OpportunitySpell, spell, left_at=tx.now)
    tx.insert(OpportunitySpell, opportunity_id=opportunity["id"], stage=OpportunityStage.REVERSED, entered_at=tx.now)
    tx.update(
        Opportunity,
        opportunity,
        stage=OpportunityStage.REVERSED,
        open=0,
        closed_at=tx.now,
        reversed_at=tx.now,
        moved_at=tx.now,
    )


def _instead_of_reversing(tx: Transaction, opportunity: dict[str, Any]) -> str:
    """What can still be done with an opportunity that was touched."""
    if not opportunity["open"]:
        return f"it is {OpportunityStage(opportunity['stage']).label} for good, and new interest is a new at bat"
    waits = tx.find(HandOver, opportunity_id=opportunity["id"], answered_at=None, void=0)
    return "reject the hand-over, or close it as lost" if waits else "close it as lost instead"
