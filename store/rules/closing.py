"""What closing an at bat needs and does, worked out before anything is written.

Source of every row: docs/model.md, "Outcomes".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from store.errors import Refusal
from store.instants import DAY, Instant
from store.lead_state import LeadState
from store.ruleset import ComesBack, Reason, RuleSet
from store.vocabulary import LOCKED_STAGES, Outcome, Stage, Status, Trigger

STATUS_AFTER: Mapping[Outcome, Status] = {
    Outcome.CONVERTED: Status.CONVERTED,
    Outcome.MEETING_BOOKED: Status.CONVERTED,
    Outcome.NOT_READY: Status.NURTURE,
    Outcome.BAD_FIT: Status.DISQUALIFIED,
    Outcome.NO_RESPONSE: Status.NURTURE,
    Outcome.NO_SHOW: Status.NURTURE,
    Outcome.DUPLICATE: Status.DISQUALIFIED,
    Outcome.WRONG_PERSON: Status.DISQUALIFIED,
    Outcome.BAD_DATA: Status.DISQUALIFIED,
    Outcome.EXISTING: Status.DISQUALIFIED,
    Outcome.SUPPRESS: Status.DISQUALIFIED,
    Outcome.RE_ENGAGE: Status.NURTURE,
}
# These never wait for a team lead, whatever the at bat is worth.
NEVER_WAITS = frozenset({Outcome.SUPPRESS, Outcome.DUPLICATE, Outcome.BAD_DATA})
CONVERSIONS = frozenset({Outcome.CONVERTED, Outcome.MEETING_BOOKED})


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person learned about while working an at bat; a name and one way to reach them, or at least a name."""

    first_name: str = ""
    last_name: str = ""
    title: str = ""
    phone: str = ""
    email: str = ""

    @property
    def name(self) -> str:
        """The whole name."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class CloseDraft:
    """An ending as it is being entered; ``back_at`` is when the contact may come back, ``seen`` the version looked at.

    ``duplicate_of`` is the at bat that lives on, ``opportunity_id`` the one already open, ``right_person`` who should
    have been called, ``datum`` which fact was bad.
    """

    lead_id: int
    outcome: Outcome
    seen: int | None = None
    reason: str = ""
    note: str = ""
    competitor: str = ""
    back_at: Instant | None = None
    back_on: Trigger | None = None
    duplicate_of: int | None = None
    opportunity_id: int | None = None
    is_customer: bool = False
    right_person: NewPerson | None = None
    datum: str = ""


@dataclass(frozen=True, slots=True)
class Ending:
    """How an at bat will end: through stage Disqualified where the outcome disqualifies, waiting there if it must."""

    outcome: Outcome
    status: Status
    reason: str
    note: str
    eligible_at: Instant | None
    eligible_on: str
    waits: bool

    @property
    def disqualifies(self) -> bool:
        """Whether it passes through stage Disqualified."""
        return self.status is Status.DISQUALIFIED


def reasons_for(outcome: Outcome, rules: RuleSet) -> tuple[Reason, ...]:
    """The reasons a person may choose for this outcome, in the rules file's order."""
    return tuple(reason for reason in rules.reasons.values() if outcome in reason.outcomes and not reason.by_rule)


def ending(
    lead: LeadState, draft: CloseDraft, rules: RuleSet, now: Instant, *, employees: int | None, leads_team: bool
) -> Ending:
    """The ending a draft asks for; raises Refusal naming the field that is missing or wrong."""
    if lead.stage in LOCKED_STAGES:
        raise Refusal(f"This at bat is {lead.stage.label} for good already.")
    if lead.stage is Stage.DISQUALIFIED:
        raise Refusal("This at bat waits for a team lead's approval: ask for it to be sent back first.")
    if draft.outcome in CONVERSIONS:
        raise Refusal("Convert it: that asks for the opportunity or the meeting.")
    _needs(draft)
    reason = _reason(draft, rules)
    status = STATUS_AFTER[draft.outcome]
    waits = (
        status is Status.DISQUALIFIED
        and draft.outcome not in NEVER_WAITS
        and not leads_team
        and over_threshold(lead, employees, rules)
    )
    note = draft.note or draft.datum
    return Ending(
        draft.outcome,
        status,
        reason,
        note,
        _back(draft, rules, now),
        draft.back_on or comes_back_on(draft.outcome, rules),
        waits,
    )


def over_threshold(lead: LeadState, employees: int | None, rules: RuleSet) -> bool:
    """Whether disqualifying this at bat needs a team lead's approval."""
    return (employees or 0) > rules.approval.employees or lead.value > rules.approval.expected


def _needs(draft: CloseDraft) -> None:
    if draft.outcome is Outcome.NOT_READY and draft.back_at is None:
        raise Refusal("When may we come back? Type a date, such as: in 3 months", "when")
    if draft.outcome is Outcome.RE_ENGAGE and draft.back_at is None and draft.back_on is None:
        raise Refusal("Name the date or the trigger on which to come back.", "when")
    if draft.outcome is Outcome.DUPLICATE and draft.duplicate_of is None:
        raise Refusal("Which at bat is the other one? Choose it.", "duplicate_of")
    if draft.outcome is Outcome.BAD_DATA and not draft.datum:
        raise Refusal("Which datum is bad: the phone, the e-mail, the name, the company?", "datum")
    if draft.outcome is Outcome.EXISTING and draft.opportunity_id is None and not draft.is_customer:
        raise Refusal("Name the open opportunity, or say that they are a customer.", "opportunity_id")


def _reason(draft: CloseDraft, rules: RuleSet) -> str:
    if not draft.reason:
        if draft.outcome is Outcome.BAD_FIT:
            raise Refusal("Why is it a bad fit? Choose a reason.", "reason")
        return rules.outcomes[draft.outcome].default_reason
    reason = rules.reasons.get(draft.reason)
    if reason is None or (draft.outcome not in reason.outcomes):
        raise Refusal(f"“{draft.reason}” is no reason for “{draft.outcome.label}”: choose one of the list.", "reason")
    if reason.needs_note and not draft.note.strip():
        raise Refusal(f"“{reason.label}” needs a note: say in a few words what it was.", "note")
    if reason.needs_competitor and not draft.competitor.strip():
        raise Refusal("Which competitor was chosen?", "competitor")
    return reason.key


def _back(draft: CloseDraft, rules: RuleSet, now: Instant) -> Instant | None:
    if draft.back_at is not None:
        if draft.back_at <= now:
            raise Refusal("That date has passed: give one to come.", "when")
        return draft.back_at
    days = rules.outcomes[draft.outcome].recycle_days
    return None if days is None else now + days * DAY


def comes_back_on(outcome: Outcome, rules: RuleSet) -> str:
    """What brings a contact back after this outcome where it is no date; "" where it is one."""
    comes_back = rules.outcomes[outcome].comes_back
    return "" if comes_back in (ComesBack.AFTER_DAYS, ComesBack.ON_DATE) else comes_back.value
