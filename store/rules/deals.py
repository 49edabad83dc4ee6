"""What may be said of an opportunity's end, and when it has stood still for too long.

Source: docs/model.md, "Opportunities".
"""

from __future__ import annotations

from store.errors import Refusal
from store.instants import Instant
from store.rules.business import Calendar
from store.rules.clocks import opportunity_alert_at
from store.ruleset import Reason, RuleSet
from store.vocabulary import OpportunityStage, Outcome

_EXPLAINED = frozenset({Outcome.BAD_FIT, Outcome.NOT_READY})
"""The outcomes of an at bat whose reasons also say why sales lost or rejected what came of one."""


def lost_reasons(rules: RuleSet) -> tuple[Reason, ...]:
    """The reasons for which an opportunity may be lost, in the rules file's order."""
    return tuple(
        reason for reason in rules.reasons.values() if not reason.by_rule and _EXPLAINED.intersection(reason.outcomes)
    )


def rejection_reasons(rules: RuleSet) -> tuple[Reason, ...]:
    """The reasons for which a hand-over may be rejected: nobody lost to a competitor yet."""
    return tuple(reason for reason in lost_reasons(rules) if not reason.needs_competitor)


def check_reason(key: str, possible: tuple[Reason, ...], note: str, competitor: str = "") -> Reason:
    """The reason of this key with what it needs besides; raises Refusal naming the field that is missing."""
    reason = next((reason for reason in possible if reason.key == key), None)
    if reason is None:
        raise Refusal("Why? Press the letter of a reason.", "reason")
    if reason.needs_note and not note.strip():
        raise Refusal(f"“{reason.label}” needs a note: say in a few words what it was.", "note")
    if reason.needs_competitor and not competitor.strip():
        raise Refusal("Which competitor was chosen?", "competitor")
    return reason


def stands_still(moved_at: Instant, now: Instant, rules: RuleSet, calendar: Calendar) -> bool:
    """Whether an open opportunity has not moved for as long as raises an alert."""
    return now >= opportunity_alert_at(moved_at, rules, calendar)


def locked(stage: OpportunityStage) -> str:
    """Why nothing of an opportunity in this stage can be changed, as a sentence; empty while it is open."""
    if stage in (OpportunityStage.WON, OpportunityStage.LOST):
        return f"This opportunity is {stage.label} for good: new interest is a new at bat."
    if stage is OpportunityStage.REVERSED:
        return "This opportunity was reversed by a team lead: its at bat is open again."
    return ""
