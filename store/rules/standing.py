"""What the rules do to an at bat as time goes by: its clocks, its alerts, and what happens to it by itself.

Everything here is worked out from the at bat and a few facts about it, for any instant, so that it does not matter
when somebody looks: ``store.operations.settle`` brings the rows in line after every act, and ``store.operations.tick``
does what has come due. See docs/model.md, "Clocks", "Expiry" and "Ticking".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from store.instants import DAY, Instant
from store.lead_state import LeadState
from store.rule_values import Duration, Unit
from store.rules import clocks, expiry
from store.rules.business import Calendar
from store.ruleset import RuleSet
from store.vocabulary import AlertKind, ClockKind, Decision, Motion, Stage, Status

_UNTOUCHED = (Stage.NEW, Stage.ACCEPTED)
_WORKED = (Stage.ATTEMPTING, Stage.CONNECTED, Stage.QUALIFIED)
ONCE = frozenset({ClockKind.FIRST_TOUCH, ClockKind.ACCEPT, ClockKind.CONNECT, ClockKind.QUALIFY, ClockKind.CONVERT})
"""Clocks that an at bat has at most once; the others start anew with each cause."""

WAITS_FOR: Mapping[ClockKind, str] = {
    ClockKind.FIRST_TOUCH: "first touch",
    ClockKind.ACCEPT: "acceptance",
    ClockKind.CONNECT: "a connect, or closing",
    ClockKind.QUALIFY: "qualifying or disqualifying",
    ClockKind.CONVERT: "converting",
    ClockKind.ACTIVITY: "some activity",
    ClockKind.RESPOND: "an answer to their signal",
    ClockKind.APPROVAL: "the decision on its approval",
    ClockKind.HAND_OVER: "the answer to the hand-over",
    ClockKind.OWN_TOUCH: "the new owner's first touch",
}
"""What each clock waits for, in words."""


class Act(StrEnum):
    """What happens to an at bat by itself, in the order in which it happens at the same instant."""

    MISS = "miss"  # a clock has run out
    RESCORE = "rescore"
    QUIET = "quiet"  # no reply for too long: trying to reach them again
    NO_SHOW = "no_show"  # not rebooked in time: the close is offered
    STALE = "stale"
    GIVE_UP = "give_up"  # stale and undecided: closed
    EXPIRE = "expire"  # the window is over: closed, or put to its owner


ORDER: Mapping[Act, int] = {act: number for number, act in enumerate(Act)}


@dataclass(frozen=True, slots=True)
class ClockRow:
    """A clock of an at bat as it is stored; ``met`` is None until it was met or missed."""

    id: int
    kind: ClockKind
    started_at: Instant
    due_at: Instant
    ended_at: Instant | None
    met: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at besides the at bat itself.

    ``counts_from`` is when an imported at bat came here: nothing is counted from before. ``last_connect_at`` is when
    the person was last reached, ``tried_since_at`` the first attempt after that. ``team_lead_id`` hears of what is put
    to the team lead; ``rescore_at`` is when the score next drops by itself; ``asked_at`` is since when it waits for
    approval.
    """

    clocks: tuple[ClockRow, ...] = ()
    counts_from: Instant | None = None
    last_signal_at: Instant | None = None
    last_connect_at: Instant | None = None
    tried_since_at: Instant | None = None
    asked_at: Instant | None = None
    approval_due_at: Instant | None = None
    team_lead_id: int | None = None
    rescore_at: Instant | None = None
    unrouted: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """A clock that should be running: since when, and when it runs out."""

    started_at: Instant
    due_at: Instant


@dataclass(frozen=True, slots=True)
class Cause:
    """What an alert is for: it stands from ``at`` on: for ``owner_id``, or for everybody where that is None."""

    at: Instant
    kind: AlertKind
    owner_id: int | None
    words: str


@dataclass(frozen=True, slots=True)
class Due:
    """Something that happens to the at bat by itself at ``at``; ``words`` say by which rule."""

    at: Instant
    act: Act
    words: str = field(default="", compare=False)


def running(lead: LeadState, facts: Facts, rules: RuleSet, calendar: Calendar) -> dict[ClockKind, Run]:
    """The clocks that should run on this at bat as it stands; none of one that has ended.

    While an approval waits only that clock runs; the others stand still, and what they had left runs on afterwards.
    """
    if not lead.open:
        return {}
    if lead.stage is Stage.DISQUALIFIED:
        if facts.asked_at is None or facts.approval_due_at is None:
            return {}
        return {ClockKind.APPROVAL: Run(facts.asked_at, facts.approval_due_at)}
    found: dict[ClockKind, Run] = {}

    def run(kind: ClockKind, started: Instant, due: Instant | None) -> None:
        if due is not None:
            found[kind] = Run(started, due)

    entered = _from(lead.stage_at, facts)
    if not lead.imported and lead.stage in _UNTOUCHED:
        if lead.first_touch_at is None:
            run(ClockKind.FIRST_TOUCH, lead.opened_at, lead.first_touch_due_at)
        if lead.accepted_at is None:
            due = clocks.accept_due(lead.motion, lead.opened_at, rules, calendar)
            run(ClockKind.ACCEPT, lead.opened_at, due)
    if lead.stage is Stage.ATTEMPTING:
        window = (_from(lead.opened_at, facts), lead.expires_at)
        run(ClockKind.CONNECT, entered, clocks.connect_due(lead.motion, entered, *window, rules, calendar))
    elif lead.stage is Stage.CONNECTED:
        run(ClockKind.QUALIFY, entered, clocks.qualify_by(entered, rules, calendar))
    elif lead.stage is Stage.QUALIFIED:
        run(ClockKind.CONVERT, entered, clocks.convert_by(entered, rules, calendar))
    if lead.status is Status.WORKING:
        active = last_activity(lead, facts)
        run(ClockKind.ACTIVITY, active, clocks.activity_due(active, rules, calendar))
    if lead.unanswered_at is not None:
        run(ClockKind.RESPOND, lead.unanswered_at, clocks.respond_due(lead.unanswered_at, rules, calendar))
    if _is_anew(lead, facts):
        assert lead.assigned_at is not None
        own = length_of(ClockKind.OWN_TOUCH, lead.motion, rules)
        run(ClockKind.OWN_TOUCH, lead.assigned_at, calendar.add(lead.assigned_at, own))
    return found


def length_of(kind: ClockKind, motion: Motion, rules: RuleSet) -> Duration:
    """How long a clock of this kind runs; the one to connect has half a window where the motion is not inbound."""
    motion_rules, sla = rules.motions[motion], rules.sla
    return {
        ClockKind.FIRST_TOUCH: motion_rules.first_touch or sla.first_touch,
        ClockKind.ACCEPT: motion_rules.accept or sla.accept,
        ClockKind.CONNECT: sla.connect if motion_rules.inbound else Duration(1, Unit.DAYS),
        ClockKind.QUALIFY: sla.qualify,
        ClockKind.CONVERT: sla.convert,
        ClockKind.ACTIVITY: sla.working_activity,
        ClockKind.RESPOND: sla.respond_high_intent,
        ClockKind.APPROVAL: sla.approval,
        ClockKind.HAND_OVER: sla.hand_over,
        ClockKind.OWN_TOUCH: motion_rules.first_touch or motion_rules.accept or sla.accept,
    }[kind]


def last_activity(lead: LeadState, facts: Facts) -> Instant:
    """The last touch or signal, else when the stage was entered; a note is no activity."""
    known = [at for at in (lead.last_touch_at, facts.last_signal_at, facts.counts_from) if at is not None]
    return max(known, default=lead.stage_at)


def dues(lead: LeadState, facts: Facts, rules: RuleSet, calendar: Calendar) -> list[Due]:
    """Everything that will happen to this at bat by itself if nobody does anything, soonest first.

    Nothing happens to one that has ended; while it waits for approval only that clock can run out.
    """
    if not lead.open:
        return []
    found = list(_dues(lead, facts, rules, calendar))
    return sorted(found, key=lambda due: (due.at, ORDER[due.act]))


def _dues(lead: LeadState, facts: Facts, rules: RuleSet, calendar: Calendar) -> Iterator[Due]:
    waits = lead.stage is Stage.DISQUALIFIED
    for clock in facts.clocks:
        runs = not waits or clock.kind is ClockKind.APPROVAL
        if clock.met is None and clock.ended_at is None and clock.kind is not ClockKind.HAND_OVER and runs:
            yield Due(clock.due_at + 1, Act.MISS, clock.kind.label)
    if facts.rescore_at is not None:
        yield Due(facts.rescore_at, Act.RESCORE)
    if waits:
        return
    promised = lead.callback_at or 0
    if (quiet := _quiet_at(lead, facts, rules, calendar)) is not None:
        yield Due(max(quiet, promised), Act.QUIET, f"no reply for {rules.sla.quiet}")
    if lead.decision is Decision.REBOOK and lead.decision_at is not None:
        day = calendar.working_day(calendar.day(lead.decision_at), rules.queue.no_show_days)
        yield Due(calendar.end_of_day(day), Act.NO_SHOW, "not rebooked in time")
    if lead.status is Status.STALE:
        if lead.decision_at is not None:
            by = clocks.stale_decision_by(lead.decision_at, rules, calendar)
            held = expiry.promise_holds_until(lead.callback_at, rules, calendar) or 0
            yield Due(max(by, held), Act.GIVE_UP, f"stale, and undecided for {rules.sla.stale_decision}")
    elif lead.stage in _WORKED:
        silent = clocks.stale_at(last_activity(lead, facts), rules, calendar)
        yield Due(max(silent, promised), Act.STALE, f"no activity for {rules.sla.stale}")
    ends = None if lead.connected and lead.decision is not None else ends_at(lead, rules, calendar)
    if ends is not None:
        yield Due(ends, Act.EXPIRE, ended_by(lead, ends, rules, calendar))


def ends_at(lead: LeadState, rules: RuleSet, calendar: Calendar) -> Instant | None:
    """When the rule of its motion ends this at bat as it stands, with a promise taken into account; None for never.

    After the last attempt allowed, and after the last step of a cadence that ends it, they have a while to answer
    (``extensions.answer_grace``).
    """
    limits, played = rules.motions[lead.motion].expiry, _played(lead, rules)
    if limits.unless_connected and lead.connected:
        return None
    ends = [] if lead.expires_at is None else [lead.expires_at]
    spent = expiry.expired(lead.motion, played, None, lead.updated_at, rules) is not None
    if spent and lead.last_touch_at is not None:
        ends.append(calendar.add(lead.last_touch_at, rules.extensions.answer_grace))
    if not ends:
        return None
    return max(min(ends), expiry.promise_holds_until(lead.callback_at, rules, calendar) or 0)


def ended_by(lead: LeadState, at: Instant, rules: RuleSet, calendar: Calendar) -> str:
    """Which rule ends this at bat at ``at``, in words for its history."""
    held = expiry.promise_holds_until(lead.callback_at, rules, calendar)
    window = _own_window(lead, rules, calendar)
    played = _played(lead, rules)
    return expiry.expired(lead.motion, played, lead.expires_at, at, rules, held, window) or "its window is over"


def _own_window(lead: LeadState, rules: RuleSet, calendar: Calendar) -> str:
    """What to call the window of an at bat made under other rules, or extended; empty for the motion's own."""
    if lead.expires_at is None or rules.motions[lead.motion].expiry.campaign_window or lead.imported:
        return ""
    if lead.expires_at == expiry.window_end(lead.motion, lead.opened_at, rules, calendar):
        return ""
    days = (lead.expires_at - lead.opened_at) // DAY
    return f"its window of {days:,} {'day' if days == 1 else 'days'} is"


def _played(lead: LeadState, rules: RuleSet) -> expiry.Played:
    plan = rules.cadences.get(lead.cadence) or rules.cadence_of(lead.motion)
    return expiry.Played(
        attempts=lead.attempts,
        direct_attempts=lead.direct_attempts,
        partner_touches=lead.partner_touches,
        cadence_completed=lead.cadence_step >= len(plan.steps),
        connected=lead.connected,
        extensions=lead.extensions,
    )


def _quiet_at(lead: LeadState, facts: Facts, rules: RuleSet, calendar: Calendar) -> Instant | None:
    """When somebody who was reached counts as gone quiet: spoke once and no more, or does not answer our attempt."""
    if lead.stage is not Stage.CONNECTED:
        return None
    if lead.status is Status.CONNECTED and facts.last_connect_at is not None:
        return clocks.quiet_at(_from(facts.last_connect_at, facts), rules, calendar)
    if lead.status is Status.WORKING and facts.tried_since_at is not None:
        return clocks.quiet_at(_from(facts.tried_since_at, facts), rules, calendar)
    return None


def causes(lead: LeadState, facts: Facts, rules: RuleSet, calendar: Calendar) -> list[Cause]:
    """The alerts of this at bat, with the instant from which each stands as long as nothing else happens."""
    return list(_causes(lead, facts, rules, calendar)) if lead.open else []


def _causes(lead: LeadState, facts: Facts, rules: RuleSet, calendar: Calendar) -> Iterator[Cause]:
    owner, leader, kind = lead.owner_id, facts.team_lead_id, AlertKind
    if facts.unrouted and owner is None:
        yield Cause(lead.opened_at, kind.UNROUTED, leader, "nobody could be given this at bat")
    for clock in facts.clocks:
        if clock.kind is ClockKind.APPROVAL and clock.ended_at is None:
            yield Cause(clock.due_at + 1, kind.APPROVAL_LATE, leader, "an approval waits past its time")
    if lead.stage is Stage.DISQUALIFIED:
        if facts.asked_at is not None and (facts.last_signal_at or 0) > facts.asked_at:
            yield Cause(facts.last_signal_at or 0, kind.APPROVAL_SIGNAL, leader, "a signal came while it waits")
        return
    late = [clock for clock in facts.clocks if clock.ended_at is None and clock.kind in _OF_OWNER]
    if late:
        first = min(late, key=lambda clock: (clock.due_at, clock.id))
        yield Cause(first.due_at + 1, kind.SLA_MISSED, owner, f"the clock for {WAITS_FOR[first.kind]} ran out")
    if lead.stage in _UNTOUCHED and lead.first_touch_at is None and not lead.imported:
        hot = clocks.is_hot(lead.motion, lead.opened_at, lead.first_touch_due_at, rules, calendar)
        offered = clocks.offer_due(lead.motion, lead.opened_at, rules, calendar, high_intent=hot)
        if offered is not None and (lead.assigned_at or 0) <= offered:
            yield Cause(offered, kind.OFFERED, None, "untouched: whoever is free may take it")
        flag = clocks.untouched_flag_at(lead.motion, lead.opened_at, rules, calendar)
        if flag is not None and lead.stage is Stage.NEW:
            yield Cause(flag, kind.UNTOUCHED, owner, f"new and untouched for {rules.sla.untouched_flag}")
    if lead.stage is Stage.ATTEMPTING:
        yield from _attempting(lead, facts, rules, calendar)
    if lead.status is Status.WORKING:
        silent = clocks.silent_alert_at(last_activity(lead, facts), rules, calendar)
        for hears in dict.fromkeys((owner, leader)):
            words = f"working, and silent for {rules.sla.working_alert}"
            yield Cause(max(silent, lead.callback_at or 0), kind.SILENT, hears, words)
    if lead.status is Status.STALE and lead.decision_at is not None:
        yield Cause(lead.decision_at, kind.STALE, owner, f"no activity for {rules.sla.stale}: decide")
    if lead.decision is Decision.EXPIRED and lead.decision_at is not None and lead.connected:
        put = clocks.expiry_escalation_at(lead.decision_at, rules, calendar)
        yield Cause(put, kind.EXPIRY, leader, "its window is over and nobody decided")


def _attempting(lead: LeadState, facts: Facts, rules: RuleSet, calendar: Calendar) -> Iterator[Cause]:
    """Still attempting: the team lead hears of it when that clock has run out, the owner some time later; each once."""
    leader, kind = facts.team_lead_id, AlertKind
    clock = next((clock for clock in facts.clocks if clock.kind is ClockKind.CONNECT), None)
    if clock is not None and clock.ended_at is None:
        yield Cause(clock.due_at + 1, kind.ATTEMPTING_LONG, leader, "attempting, no connect in time")
    entered, window = _from(lead.stage_at, facts), (_from(lead.opened_at, facts), lead.expires_at)
    alert = clocks.connect_alert_at(lead.motion, entered, *window, rules, calendar)
    if alert is not None and lead.owner_id not in (None, leader):
        yield Cause(alert, kind.ATTEMPTING_OVERDUE, lead.owner_id, "attempting for too long")


_OF_OWNER = frozenset(
    {
        ClockKind.FIRST_TOUCH,
        ClockKind.ACCEPT,
        ClockKind.QUALIFY,
        ClockKind.CONVERT,
        ClockKind.ACTIVITY,
        ClockKind.RESPOND,
        ClockKind.OWN_TOUCH,
    }
)


def next_rule(
    lead: LeadState, facts: Facts, alerts: Sequence[Cause], rules: RuleSet, calendar: Calendar, now: Instant
) -> Instant | None:
    """When a rule next does something to this at bat: something happens, or an alert comes to stand; None for never."""
    happens = (due.at for due in dues(lead, facts, rules, calendar))
    return min((*happens, *(cause.at for cause in alerts if cause.at > now)), default=None)


def _from(at: Instant, facts: Facts) -> Instant:
    """An imported at bat is counted from when it came here."""
    return at if facts.counts_from is None else max(at, facts.counts_from)


def _is_anew(lead: LeadState, facts: Facts) -> bool:
    """Whether its owner was given it after it was opened, and has not touched it since."""
    if lead.owner_id is None or lead.assigned_at is None or lead.decision is not None:
        return False
    if lead.assigned_at <= _from(lead.opened_at, facts):
        return False
    return lead.last_touch_at is None or lead.last_touch_at < lead.assigned_at
