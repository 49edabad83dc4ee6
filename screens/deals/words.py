"""What an opportunity says of itself in a few words, and how urgent that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from store.instants import DAY, HOUR, Instant, moment
from store.queries.deals import Deal, Section
from store.rules.business import Calendar
from store.rules.deals import stands_still
from store.ruleset import RuleSet
from store.vocabulary import OpportunityStage
from tui import present
from tui.theme import Urgency

_SOON = 2 * HOUR  # before a hand-over is due


@dataclass(frozen=True, slots=True)
class Scene:
    """As of when, where and by whose rules words are said; ``me`` is the user they are said to."""

    now: Instant
    zone: str
    rules: RuleSet
    calendar: Calendar
    me: int


def why(deal: Deal, scene: Scene) -> tuple[str, Urgency]:
    """Why it is where it is on the desk."""
    match deal.section:
        case Section.HANDED:
            return _handed(deal, scene)
        case Section.RETURNED:
            return f"rejected by sales: {reason(deal.reject_reason, scene)}", Urgency.LATE
        case Section.ENDED:
            return _ended(deal, scene)
        case Section.OPEN:
            return _open(deal, scene)


def reason(key: str, scene: Scene) -> str:
    """A reason in the team's words."""
    found = scene.rules.reasons.get(key)
    return found.label if found is not None else key.replace("_", " ") or "no reason given"


def closes(deal: Deal, scene: Scene) -> str:
    """When it is expected to close."""
    if not deal.close_date:
        return "no date"
    return present.on_date(deal.close_date, scene.zone, scene.now)


def unmoved(deal: Deal, scene: Scene) -> tuple[str, Urgency]:
    """How long its stage has stood still: a sign once that is long."""
    days = max(scene.now - deal.moved_at, 0) // DAY
    if not deal.open:
        return "", Urgency.QUIET
    if stands_still(deal.moved_at, scene.now, scene.rules, scene.calendar):
        return f"{Urgency.LATE.sign} {days} d still", Urgency.LATE
    return (f"{days} d" if days else "today"), Urgency.QUIET


def stage(deal: Deal) -> str:
    """Its stage and how likely it is."""
    return f"{deal.stage.label} {deal.probability} %" if deal.open else deal.stage.label


def _handed(deal: Deal, scene: Scene) -> tuple[str, Urgency]:
    giver = "you" if deal.giver_id == scene.me else deal.giver
    whom = "" if deal.taker_id == scene.me else f" to {deal.taker}"
    due = deal.due_at or scene.now
    if due < scene.now:
        return f"answer {present.due(due, scene.now)}: from {giver}{whom}", Urgency.LATE
    urgency = Urgency.DUE if due - scene.now > _SOON else Urgency.LATE
    return f"answer by {present.clock(due, scene.zone, scene.now)}: from {giver}{whom}", urgency


def _open(deal: Deal, scene: Scene) -> tuple[str, Urgency]:
    if deal.rejected_at is not None:
        return f"rejected by sales: {reason(deal.reject_reason, scene)}", Urgency.QUIET
    if deal.waits:
        return f"waits for {deal.taker}, {present.due(deal.due_at or scene.now, scene.now)}", Urgency.CALM
    if deal.close_date and deal.close_date < moment(scene.now, scene.zone).date().isoformat():
        days = (moment(scene.now, scene.zone).date() - date.fromisoformat(deal.close_date)).days
        return f"was to close {present.count(days, 'day')} ago", Urgency.LATE
    if stands_still(deal.moved_at, scene.now, scene.rules, scene.calendar):
        return f"unmoved for {max(scene.now - deal.moved_at, 0) // DAY} days", Urgency.DUE
    return f"closes {closes(deal, scene)}", Urgency.CALM


def _ended(deal: Deal, scene: Scene) -> tuple[str, Urgency]:
    at = present.day(deal.closed_at, scene.zone, scene.now) if deal.closed_at is not None else ""
    if deal.stage is OpportunityStage.WON:
        return f"won {at}", Urgency.DONE
    because = reason(deal.lost_reason, scene) + (f" ({deal.competitor})" if deal.competitor else "")
    return f"lost: {because}, {at}", Urgency.QUIET
