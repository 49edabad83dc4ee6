"""The story of an at bat in sentences: what happened by which rule, what holds it, and what comes by itself.

Pure: it makes sentences of what was read. Times are in a zone that is given, numbers are those of the rules in force.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from store.instants import Instant, moment
from store.lead_state import LeadState
from store.rules import queue_order
from store.rules.business import Calendar
from store.rules.expiry import promise_holds_until
from store.rules.queue_order import span
from store.rules.standing import WAITS_FOR, Act, Cause, ClockRow, Due, ends_at
from store.ruleset import RuleSet
from store.vocabulary import Channel, ClockKind, Decision, Outcome, Stage, Status


class EventKind(StrEnum):
    """What an event of the story is about; a screen gives each its sign."""

    OPENED = "opened"
    ROUTED = "routed"
    CLOCK = "clock"
    ACT = "act"
    RULE = "rule"
    ALERT = "alert"
    ENDED = "ended"
    NEXT = "next"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened or will: ``words`` is a sentence without its time, ``more`` the lines that explain it."""

    at: Instant
    kind: EventKind
    words: str
    more: tuple[str, ...] = ()

    def sentence(self, zone: str, now: Instant) -> str:
        """With its time in front: ``30 Nov 10:00 by rule: no reply for 7 days → status attempting``."""
        return f"{stamp(self.at, zone, now)} {self.words}"


@dataclass(frozen=True, slots=True)
class Story:
    """An at bat told: ``events`` oldest first, ``holds`` how it stands, ``comes`` what happens if nobody acts.

    ``score`` is what gave how much of the score, a line each.
    """

    lead_id: int
    title: str
    events: tuple[Event, ...]
    holds: tuple[str, ...]
    comes: tuple[Event, ...]
    score: tuple[str, ...] = ()

    def lines(self, zone: str, now: Instant) -> list[str]:
        """The whole as lines of text, the newest last."""
        said = [self.title]
        for event in self.events:
            said += [event.sentence(zone, now), *(f"    {line}" for line in event.more)]
        if self.holds:
            said += ["", "now", *(f"  {line}" for line in self.holds)]
        if self.comes:
            said += ["", "if nobody does anything", *(f"  {one.sentence(zone, now)}" for one in self.comes)]
        if self.score:
            said += ["", *self.score]
        return said


def stamp(at: Instant, zone: str, now: Instant) -> str:
    """``today 10:00``, else ``30 Nov 10:00``, with the year where it is another one."""
    there = moment(at, zone)
    if (apart := (there.date() - moment(now, zone).date()).days) in _NEAR:
        return f"{_NEAR[apart]} {there:%H:%M}"
    year = "" if there.year == moment(now, zone).year else f" {there.year}"
    return f"{there.day} {there:%b}{year} {there:%H:%M}"


_NEAR = {-1: "yesterday", 0: "today", 1: "tomorrow"}


# --- what one act changed -----------------------------------------------------------------------------------------


@dataclass(slots=True)
class Changed:
    """The columns of an at bat that one act changed, each with what was there before and after."""

    columns: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    def to(self, column: str) -> Any:
        """What a column was changed to; None where it was not."""
        return self.columns.get(column, (None, None))[1]


def by_rule(changed: Changed, lead: LeadState, rules: RuleSet, *, faded: bool = True) -> str:
    """Which rule a tick followed, told from what it changed; empty where it changed nothing worth a sentence.

    ``faded``: a score that changed did so because intent fades, not because the rules were changed.
    """
    status, decision, stage = changed.to("status"), changed.to("decision"), changed.to("stage")
    if stage == Stage.CLOSED:
        return lead.outcome_note or "its window is over"
    if status == Status.ATTEMPTING:
        return f"no reply for {rules.sla.quiet}"
    if status == Status.STALE:
        return f"no activity for {rules.sla.stale}"
    if decision == Decision.EXPIRED:
        return "its window is over, and they were reached: its owner decides"
    if decision == Decision.NO_SHOW:
        return "the meeting was not rebooked in time"
    if "score" not in changed.columns:
        return ""
    return "intent fades with time" if faded else "its score is counted anew by the rules in force"


def effects(changed: Changed, lead: LeadState, rules: RuleSet, zone: str, now: Instant) -> list[str]:
    """What an act did to the at bat, in a few words each: ``status attempting``, ``score 40 → 38``."""
    said: list[str] = []
    for column, word in (("stage", Stage), ("status", Status)):
        if (to := changed.to(column)) is not None:
            said.append(f"{column} {_label(word, to)}")
    if changed.to("stage") in (Stage.CLOSED, Stage.CONVERTED) and lead.outcome is not None:
        said.append(_ended(lead, rules))
        if lead.eligible_at is not None and changed.to("stage") == Stage.CLOSED:
            said.append(f"may come back from {_day(lead.eligible_at, zone, now)} on")
    if (decision := changed.to("decision")) is not None:
        said.append(f"to decide: {_label(Decision, decision)}")
    if "score" in changed.columns:
        before, after = changed.columns["score"]
        said.append(f"score {before} → {after}")
    if (step := changed.to("cadence_step")) is not None:
        said.append(_step_done(step, lead, rules))
    if (until := changed.to("snoozed_until")) is not None:
        said.append(f"put off until {stamp(until, zone, now)}")
    if "extensions" in changed.columns and changed.to("expires_at") is not None:
        said.append(f"its window extended to {_day(changed.to('expires_at'), zone, now)}")
    due, promised = changed.to("due_at"), changed.to("callback_at")
    if promised is not None:
        said.append(f"a callback is promised for {stamp(promised, zone, now)}")
    elif due is not None and changed.to("stage") not in (Stage.CLOSED, Stage.CONVERTED, Stage.DISQUALIFIED):
        channel = changed.to("next_channel")
        words = f"next: {_label(Channel, channel)}" if channel else "next step"
        said.append(f"{words} {stamp(due, zone, now)}")
    return said


def _step_done(step: int, lead: LeadState, rules: RuleSet) -> str:
    cadence = rules.cadences.get(lead.cadence)
    if cadence is None:
        return f"step {step} of its cadence done"
    if step >= len(cadence.steps):
        return f"the cadence “{cadence.label}” is completed"
    return f"step {step} of {len(cadence.steps)} of the cadence “{cadence.label}” done"


def _ended(lead: LeadState, rules: RuleSet) -> str:
    outcome, reason = rules.outcomes.get(Outcome(lead.outcome or "")), rules.reasons.get(lead.reason)
    words = outcome.label if outcome else (lead.outcome or Outcome.NO_RESPONSE).label
    return f"{words}, reason {reason.label}" if reason and reason.label != words else words


# --- clocks, alerts, what comes -----------------------------------------------------------------------------------


def clock_over(clock: ClockRow, holder: str, zone: str, now: Instant) -> Event | None:
    """A clock that was met, has run out or ended without either, by how much and whose; None for one that runs."""
    if clock.met is None and clock.ended_at is None:
        return None
    what, due = WAITS_FOR[clock.kind], stamp(clock.due_at, zone, now)
    if clock.met:
        at = clock.ended_at if clock.ended_at is not None else clock.due_at
        words = f"the clock for {what} was met: due {due}, {span(clock.due_at - at)} to spare"
        return Event(at, EventKind.CLOCK, f"{words} ({holder})")
    if clock.met is None and clock.ended_at is not None:
        words = f"the clock for {what} ended without it, in time: neither met nor missed"
        return Event(clock.ended_at, EventKind.CLOCK, words)
    words = f"the clock for {what} ran out"
    if clock.ended_at is not None and clock.ended_at > clock.due_at:
        words += f"; it came {span(clock.ended_at - clock.due_at)} late"
    return Event(clock.due_at, EventKind.CLOCK, f"{words} (missed by {holder})")


def clock_runs(clock: ClockRow, zone: str, now: Instant, told_at: Instant | None = None) -> str:
    """A clock that runs at ``now``: ``the clock for first touch runs out today 10:06, in 3 min``; told now or later."""
    due, what = stamp(clock.due_at, zone, now if told_at is None else told_at), WAITS_FOR[clock.kind]
    if clock.due_at < now:
        return f"the clock for {what} ran out {due}, {span(now - clock.due_at)} ago, and it still waits for that"
    return f"the clock for {what} runs out {due}, in {span(clock.due_at - now)}"


_HAPPENS: Mapping[Act, str] = {
    Act.MISS: "the clock for {} runs out",
    Act.RESCORE: "its score is counted anew: intent fades with time",
    Act.QUIET: "{} → status attempting",
    Act.NO_SHOW: "{} → closing as no-show is offered",
    Act.STALE: "{} → status stale, to be decided",
    Act.GIVE_UP: "{} → closed",
    Act.EXPIRE: "{} → closed as no response",
}
_CLOSES = frozenset({Act.GIVE_UP, Act.EXPIRE})


def to_come(
    lead: LeadState, dues: Iterable[Due], causes: Iterable[Cause], names: Mapping[int, str], now: Instant
) -> list[Event]:
    """What happens by itself from ``now`` on if nobody does anything, up to what closes it; soonest first."""
    coming: list[Due | Cause] = [*dues, *(cause for cause in causes if cause.at > now)]
    found: list[Event] = []
    for one in sorted(coming, key=lambda each: (each.at, isinstance(each, Cause))):
        if isinstance(one, Cause):
            hears = names.get(one.owner_id, "its owner") if one.owner_id is not None else "everybody"
            found.append(Event(one.at, EventKind.NEXT, f"{hears} is alerted: {one.words}"))
            continue
        found.append(Event(max(one.at, now), EventKind.NEXT, _will(one, lead, now)))
        if one.act in _CLOSES and not (one.act is Act.EXPIRE and lead.connected):
            break
    return found


def _will(due: Due, lead: LeadState, now: Instant) -> str:
    if due.act is Act.RESCORE and due.at <= now:
        return "by rule: its score is counted anew by the rules in force"
    if due.act is Act.EXPIRE and lead.connected:
        return f"by rule: {due.words} → put to its owner to decide"
    if due.act is Act.MISS:
        kind = next((kind for kind in ClockKind if kind.label == due.words), None)
        return _HAPPENS[due.act].format(WAITS_FOR[kind] if kind else due.words)
    return f"by rule: {_HAPPENS[due.act].format(due.words)}"


def standing_words(
    lead: LeadState, owner: str, rules: RuleSet, zone: str, now: Instant, calendar: Calendar
) -> list[str]:
    """How it stands now: whose, where on the path, why it is where it is in the queue, and until when."""
    if not lead.open:
        return []
    who = f"{owner}’s" if owner else "nobody’s"
    said = [f"{who}, stage {lead.stage.label} since {stamp(lead.stage_at, zone, now)}, status {lead.status.label}"]
    cadence = rules.cadences.get(lead.cadence)
    said.append(f"in the queue: {queue_order.why(lead, now, zone, rules, len(cadence.steps) if cadence else 0).words}")
    if lead.callback_at is not None:
        late = f", {span(now - lead.callback_at)} ago" if lead.callback_at < now else ""
        words = f"a callback is promised for {stamp(lead.callback_at, zone, now)}{late}"
        until = promise_holds_until(lead.callback_at, rules, calendar)
        if until is not None and until > now and ends_at(lead, rules, calendar) is not None:
            words += f"; no window ends it before {stamp(until, zone, now)}"
        said.append(words)
    if lead.snoozed_until is not None and lead.snoozed_until > now:
        said.append(f"put off until {stamp(lead.snoozed_until, zone, now)}; no clock stops")
    return said


def _label(word: Any, value: str) -> str:
    try:
        return str(word(value).label)
    except ValueError:
        return str(value)


def _day(at: Instant, zone: str, now: Instant) -> str:
    return stamp(at, zone, now).rpartition(" ")[0]
