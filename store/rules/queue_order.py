"""Where an at bat stands in its owner's queue, and why, in words.

``tier`` and ``due_at`` are worked out when something happens and kept on the row, so that the queue is read in
order from one index. What only time changes (a promise falls due, a warning begins) is judged when it is read.
Source of the order: docs/model.md, "The queue's order".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from store.instants import DAY, HOUR, MINUTE, Instant, moment
from store.lead_state import LeadState
from store.rules import clocks
from store.rules.business import Calendar
from store.ruleset import RuleSet
from store.vocabulary import Channel, Decision, Disposition, Stage, Status

PROMISED, HOT, DECIDE, FRESH, CADENCE, LATER = 1, 2, 3, 4, 5, 6


class Urgency(StrEnum):
    """How pressing a row is; the screen gives each a sign and a colour."""

    LATE = "late"
    DUE = "due"
    SOON = "soon"
    CALM = "calm"


@dataclass(frozen=True, slots=True)
class Why:
    """Why a row stands where it stands."""

    urgency: Urgency
    words: str


def place(lead: LeadState, changes: Mapping[str, Any], rules: RuleSet, calendar: Calendar) -> dict[str, Any]:
    """The tier and the sort time of an at bat once ``changes`` are made to it."""

    def now_is(column: str) -> Any:
        return changes[column] if column in changes else getattr(lead, column)

    due = now_is("due_at")
    if now_is("stage") is Stage.DISQUALIFIED:
        return {"tier": LATER, "due_at": due}
    if now_is("decision") is not None:
        return {"tier": DECIDE, "due_at": due if due is not None else now_is("decision_at")}
    promised, unanswered = now_is("callback_at"), now_is("unanswered_at")
    answer_by = None if unanswered is None else calendar.add(unanswered, rules.sla.respond_high_intent)
    if promised is not None and (answer_by is None or promised <= answer_by):
        return {"tier": PROMISED, "due_at": promised}
    if answer_by is not None:
        return {"tier": HOT, "due_at": answer_by}
    if now_is("stage") is Stage.QUALIFIED and now_is("status") is Status.QUALIFIED:
        return {"tier": DECIDE, "due_at": calendar.add(now_is("stage_at"), rules.sla.convert)}
    if now_is("first_touch_at") is None and now_is("stage") in (Stage.NEW, Stage.ACCEPTED):
        first = now_is("first_touch_due_at")
        facts = now_is("motion"), now_is("opened_at"), first
        tier = HOT if clocks.is_hot(*facts, rules, calendar) else FRESH
        return {"tier": tier, "due_at": first if first is not None else due}
    return {"tier": CADENCE, "due_at": due}


def tier_now(lead: LeadState, now: Instant, day_end: Instant, rules: RuleSet) -> int:
    """The tier to show at ``now``: what is due after ``day_end`` is later, what soon expires a decision."""
    if lead.snoozed_until is not None and lead.snoozed_until > now:
        return LATER
    if lead.tier == PROMISED:
        return PROMISED if (lead.due_at or 0) <= now + rules.queue.callback_lead else LATER
    if lead.tier in (FRESH, CADENCE) and _warned(lead, now):
        return DECIDE
    if lead.tier == CADENCE:
        return CADENCE if (lead.due_at or 0) < day_end else LATER
    return lead.tier


def _warned(lead: LeadState, now: Instant) -> bool:
    return lead.warn_at is not None and lead.warn_at <= now


def why(lead: LeadState, now: Instant, zone: str, rules: RuleSet, steps: int) -> Why:
    """Why this at bat is in the queue, as a person would say it; times in ``zone``."""
    late = lead.due_at is not None and lead.due_at < now
    if lead.stage is Stage.DISQUALIFIED:
        return Why(Urgency.CALM, "waits for a team lead's approval")
    if lead.snoozed_until is not None and lead.snoozed_until > now:
        return Why(Urgency.CALM, f"snoozed until {clock(lead.snoozed_until, zone, now)}")
    if lead.callback_at is not None and lead.tier == PROMISED:
        words = f"callback {clock(lead.callback_at, zone, now)}"
        if late:
            return Why(Urgency.LATE, f"{words}, {span(now - lead.callback_at)} late")
        return Why(Urgency.DUE if lead.callback_at - now < HOUR else Urgency.CALM, words)
    if lead.decision is not None:
        return Why(Urgency.LATE if lead.decision is Decision.EXPIRED else Urgency.DUE, _DECISIONS[lead.decision])
    if lead.tier == HOT and lead.unanswered_at is not None:
        return Why(Urgency.LATE if late else Urgency.DUE, f"{_did(lead)} {span(now - lead.unanswered_at)} ago: answer")
    if lead.tier == DECIDE:
        return Why(Urgency.LATE if late else Urgency.DUE, f"convert{_by(lead.due_at, zone, now)}")
    warned = lead.tier in (FRESH, CADENCE) and _warned(lead, now)
    if lead.tier in (HOT, FRESH) and lead.first_touch_due_at is not None and not warned:
        left = lead.first_touch_due_at - now
        if left < 0:
            return Why(Urgency.LATE, f"first touch {span(-left)} late")
        soon = Urgency.DUE if left < 10 * MINUTE else Urgency.SOON if left < 2 * HOUR else Urgency.CALM
        return Why(soon, f"first touch due in {span(left)}" if left >= MINUTE else "first touch due now")
    if warned and lead.expires_at is not None:
        left = lead.expires_at - now
        words = "window is over: decide" if left <= 0 else f"expires {_day(lead.expires_at, zone, now)}: decide"
        return Why(Urgency.LATE if left <= DAY else Urgency.DUE, words)
    return Why(Urgency.CALM, _step(lead, zone, now, steps))


def _did(lead: LeadState) -> str:
    """What waits for an answer: a reply that was logged, else a signal that came in."""
    replied = lead.last_disposition is Disposition.REPLIED and lead.last_touch_at == lead.unanswered_at
    return "replied" if replied else "signal"


def _step(lead: LeadState, zone: str, now: Instant, steps: int) -> str:
    channel = (lead.next_channel or Channel.CALL).label
    if lead.next_words:
        words = lead.next_words
    elif lead.stage in (Stage.NEW, Stage.ACCEPTED) and lead.first_touch_at is None:
        words = f"new: {channel}"
    elif lead.cadence_step < steps:
        words = f"step {lead.cadence_step + 1} of {steps}: {channel}"
    else:
        words = f"next: {channel}"
    if lead.due_at is not None and lead.due_at > now + HOUR:
        return f"{words} {clock(lead.due_at, zone, now)}"
    return words


_DECISIONS: Mapping[Decision, str] = {
    Decision.EXPIRED: "its window is over: decide",
    Decision.STALE: "gone stale: decide",
    Decision.RETURNED: "sent back by the team lead",
    Decision.CONVERT: "meeting booked: convert",
    Decision.REBOOK: "no-show: rebook",
    Decision.NO_SHOW: "no-show: close or rebook",
    Decision.NOT_INTERESTED: "not interested: close",
    Decision.WRONG_PERSON: "wrong person: close, add the right one",
    Decision.BAD_DATA: "no number or address works: close",
    Decision.REJECTED: "rejected by sales: look again",
}


def span(length: int) -> str:
    """A length of time in its largest fitting unit: ``7 min``, ``3 h``, ``2 d``."""
    if length < MINUTE:
        return "under 1 min"
    if length < 2 * HOUR:
        return f"{length // MINUTE} min"
    if length < 2 * DAY:
        return f"{length // HOUR} h"
    return f"{length // DAY} d"


def _by(due: Instant | None, zone: str, now: Instant) -> str:
    return "" if due is None else f" by {_day(due, zone, now)}"


def _day(at: Instant, zone: str, now: Instant) -> str:
    """``today``, ``tomorrow``, ``Tue``, ``5 Dec``: where the hour does not matter."""
    words = clock(at, zone, now)
    return "today" if words[0].isdigit() and ":" in words else words.removesuffix(f" {moment(at, zone):%H:%M}")


def clock(at: Instant, zone: str, now: Instant) -> str:
    """``14:30`` today, ``tomorrow``, ``Tue 14:30`` within a week, else ``5 Dec``."""
    there, here = moment(at, zone), moment(now, zone)
    days = (there.date() - here.date()).days
    if days == 0:
        return f"{there:%H:%M}"
    if days == 1:
        return f"tomorrow {there:%H:%M}"
    if -7 < days < 7:
        return f"{there:%a %H:%M}"
    return f"{there.day} {there:%b}" + ("" if there.year == here.year else f" {there.year}")
