"""What an opportunity says of itself in a few words, and how urgent that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from store.instants import DAY, Instant, moment
from store.queries.deals import Deal, Section
from store.rules.business import Calendar
from store.rules.deals import stands_still
from store.ruleset import RuleSet
from store.vocabulary import OpportunityStage
from tui import present
from tui.theme import Urgency


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
    promised = deal.promised_at is not None and (deal.rises or promise_is_due(deal, scene))
    if deal.rises and deal.told_by is not None and not (promised and (deal.promised_at or 0) < deal.told_by):
        return _told(deal, scene)
    if promised:
        return _promised(deal, scene)
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


def stands_long(deal: Deal, scene: Scene) -> bool:
    """Whether it is open and its stage has not moved for as long as raises an alert."""
    return deal.open and stands_still(deal.moved_at, scene.now, scene.rules, scene.calendar)


def moved(deal: Deal, scene: Scene) -> tuple[str, Urgency]:
    """When its stage moved last, with a sign once that is long ago."""
    if stands_long(deal, scene):
        return f"{Urgency.LATE.sign} unmoved {(scene.now - deal.moved_at) // DAY} d", Urgency.LATE
    what = "moved"
    if deal.moved_at == deal.handed_at:
        what = "handed over"
    elif deal.moved_at == deal.answered_at:
        what = "taken on" if deal.accepted else "came back"
    return f"{what} {present.ago(deal.moved_at, scene.now)}", Urgency.QUIET


def aside(deal: Deal, scene: Scene) -> tuple[str, Urgency]:
    """What its reason to be there leaves unsaid: when it closes, or how long it has stood still."""
    if not deal.open:
        return "", Urgency.QUIET
    if deal.section is Section.OPEN and not deal.rises:
        coming = _comes(deal, scene) is not None and not _overdue(deal, scene)
        if stands_long(deal, scene) if coming else _overdue(deal, scene) or not stands_long(deal, scene):
            return moved(deal, scene)
    return f"closes {closes(deal, scene)}", Urgency.QUIET


def touched(deal: Deal, scene: Scene) -> str:
    """When anybody was last in touch over it."""
    return "never touched" if deal.touched_at is None else f"touched {present.ago(deal.touched_at, scene.now)}"


def stage(deal: Deal) -> str:
    """Its stage and how likely it is."""
    return f"{deal.stage.label} {deal.probability} %" if deal.open else deal.stage.label


def who(deal: Deal, scene: Scene, *, to: bool = True) -> str:
    """Whom it is with, and before that from whom it was handed to whom while that waits; without ``to``, by whom."""
    person = ", ".join(part for part in (deal.person, deal.title) if part) or "nobody yet"
    company = "" if deal.company == deal.name else deal.company
    giver = "you" if deal.giver_id == scene.me else deal.giver
    taker = f" to {deal.taker}" if to and deal.taker_id != scene.me else ""
    handed = f"from {giver}{taker}" if deal.waits else ""
    return " · ".join(part for part in (handed, company, person) if part)


def promise_is_due(deal: Deal, scene: Scene) -> bool:
    """Whether the callback of one's own opportunity has fallen due, also since the list was read."""
    due = deal.promised_at if deal.open and deal.owner_id == scene.me else None
    return due is not None and due <= scene.now + scene.rules.queue.callback_lead


def _promised(deal: Deal, scene: Scene) -> tuple[str, Urgency]:
    """``callback 14:00, 7 min late``, and whose it is where it is somebody else's."""
    due = deal.promised_at or scene.now
    words = f"callback {present.clock(due, scene.zone, scene.now)}"
    if deal.promiser_id is None:
        words += " for anyone"
    elif deal.promiser_id != scene.me:
        words = f"{deal.promiser}’s {words}"
    if due < scene.now:
        return f"{words}, {present.span(scene.now - due)} late", Urgency.LATE
    return words, Urgency.DUE


def _told(deal: Deal, scene: Scene) -> tuple[str, Urgency]:
    """``signal: pricing page, answer by 10:06``, or by how much that is late."""
    due = deal.told_by or scene.now
    if due < scene.now:
        return f"{deal.told}, answer {present.due(due, scene.now)}", Urgency.LATE
    return f"{deal.told}, answer by {present.clock(due, scene.zone, scene.now)}", Urgency.DUE


def _overdue(deal: Deal, scene: Scene) -> bool:
    today = moment(scene.now, scene.zone).date().isoformat()
    return deal.open and bool(deal.close_date) and deal.close_date < today


def _handed(deal: Deal, scene: Scene) -> tuple[str, Urgency]:
    due = deal.due_at or scene.now
    if due < scene.now:
        return f"answer {present.due(due, scene.now)}", Urgency.LATE
    return f"answer by {present.clock(due, scene.zone, scene.now)}", Urgency.DUE


def _open(deal: Deal, scene: Scene) -> tuple[str, Urgency]:
    if deal.rejected_at is not None:
        return f"rejected by sales: {reason(deal.reject_reason, scene)}", Urgency.QUIET
    if deal.waits:
        late = deal.due_at is not None and deal.due_at < scene.now
        due = present.due(deal.due_at or scene.now, scene.now)
        return f"waits for {deal.taker}, {due}", Urgency.DUE if late else Urgency.CALM
    if _overdue(deal, scene):
        days = (moment(scene.now, scene.zone).date() - date.fromisoformat(deal.close_date)).days
        return f"was to close {present.count(days, 'day')} ago", Urgency.LATE
    if (coming := _comes(deal, scene)) is not None:
        return coming, Urgency.CALM
    if stands_long(deal, scene):
        return f"unmoved for {(scene.now - deal.moved_at) // DAY} days", Urgency.DUE
    return f"closes {closes(deal, scene)}", Urgency.CALM


def _comes(deal: Deal, scene: Scene) -> str | None:
    """What was agreed for a time to come, the earlier of callback and meeting; None where nothing was."""
    agreed = [
        (at, what) for at, what in ((deal.promised_at, "callback"), (deal.meeting_at, "meeting")) if at is not None
    ]
    if not agreed:
        return None
    at, what = min(agreed)
    return f"{what} {present.exactly(at, scene.zone, scene.now)}"


def _ended(deal: Deal, scene: Scene) -> tuple[str, Urgency]:
    at = present.day(deal.closed_at, scene.zone, scene.now) if deal.closed_at is not None else ""
    if deal.stage is OpportunityStage.WON:
        return f"won {at}", Urgency.DONE
    because = f"lost to {deal.competitor}" if deal.competitor else f"lost: {reason(deal.lost_reason, scene)}"
    return f"{because}, {at}", Urgency.QUIET
