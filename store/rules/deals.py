"""What may be said of an opportunity's end, and when it has stood still for too long.

Source: docs/model.md, "Opportunities".
"""

from __future__ import annotations

import re
from datetime import date

from store.errors import Refusal
from store.instants import Instant, moment
from store.rules.business import Calendar
from store.rules.clocks import opportunity_alert_at
from store.ruleset import Reason, RuleSet
from store.vocabulary import OpportunityStage, Outcome

_FURTHEST_DAYS = 3653  # ten years
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


def parse_close_date(text: str, now: Instant, zone: str, calendar: Calendar) -> str:
    """The ISO date that an opportunity is expected to close on, typed as a date or as people say it.

    Raises Refusal for what is no date, for a bare number, and as ``check_close_date`` does.
    """
    said = text.strip()
    if not said:
        raise Refusal("When do you expect it to close? Give a date.", "close_date")
    if not any(letter.isalpha() for letter in said) and not re.search(r"\d\D+\d", said):
        raise Refusal("A number alone is no date: write it like 2026-12-24, 24 dec or in 3 weeks.", "close_date")
    try:
        day = date.fromisoformat(said)
    except ValueError:
        from store.rules.when import parse_when  # only where a time is typed

        try:
            day = moment(parse_when(said, now, zone, calendar), zone).date()
        except Refusal as refusal:
            raise Refusal(refusal.sentence, "close_date") from refusal
    return check_close_date(day.isoformat(), moment(now, zone).date())


def check_close_date(day: str, today: date) -> str:
    """An ISO date on which an opportunity may be expected to close; raises Refusal for one past or too far away."""
    try:
        said = date.fromisoformat(day)
    except ValueError:
        raise Refusal("When do you expect it to close? Give a date.", "close_date") from None
    if said < today:
        raise Refusal("The expected close date has passed.", "close_date")
    if (said - today).days > _FURTHEST_DAYS:
        raise Refusal("That is more than ten years away: give a nearer date.", "close_date")
    return said.isoformat()


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
