"""The service-level clocks: from when each runs and when it is due.

Every function answers with the due instant, or None where the clock does not run for this motion. Business units
count the team's working time, plain ones clock time. See docs/model.md, "Clocks".
"""

from __future__ import annotations

from store.instants import Instant
from store.rule_values import Duration
from store.rules.business import Calendar
from store.ruleset import RuleSet
from store.vocabulary import Motion


def first_touch_due(
    motion: Motion, opened_at: Instant, rules: RuleSet, calendar: Calendar, *, high_intent: bool = False
) -> Instant | None:
    """First touch of an inbound at bat, from its opening; ``high_intent``: whatever the motion, such a signal did."""
    due = _after(opened_at, rules.motions[motion].first_touch, calendar)
    if due is None or not high_intent:
        return due
    return min(due, calendar.add(opened_at, rules.sla.first_touch_high_intent))


def is_hot(
    motion: Motion, opened_at: Instant, first_touch_due_at: Instant | None, rules: RuleSet, calendar: Calendar
) -> bool:
    """Whether an untouched at bat goes before everything but a promise: by its motion, or by what opened it."""
    kind = rules.motions[motion]
    if not kind.inbound or kind.high_intent or first_touch_due_at is None:
        return kind.inbound and kind.high_intent
    return first_touch_due_at <= calendar.add(opened_at, rules.sla.first_touch_high_intent)


def offer_due(
    motion: Motion, opened_at: Instant, rules: RuleSet, calendar: Calendar, *, high_intent: bool = False
) -> Instant | None:
    """When an untouched high-intent at bat is offered to every free rep of the team."""
    if not rules.motions[motion].high_intent and not high_intent:
        return None
    return calendar.add(opened_at, rules.sla.offer_to_all)


def untouched_flag_at(motion: Motion, opened_at: Instant, rules: RuleSet, calendar: Calendar) -> Instant | None:
    """When an inbound at bat still New and untouched gets its red flag."""
    if not rules.motions[motion].inbound:
        return None
    return calendar.add(opened_at, rules.sla.untouched_flag)


def accept_due(motion: Motion, opened_at: Instant, rules: RuleSet, calendar: Calendar) -> Instant | None:
    """Acceptance of an at bat that we started, from its opening."""
    return _after(opened_at, rules.motions[motion].accept, calendar)


def respond_due(signal_at: Instant, rules: RuleSet, calendar: Calendar) -> Instant:
    """Answer to a high-intent signal on an open lead or opportunity."""
    return calendar.add(signal_at, rules.sla.respond_high_intent)


def connect_due(
    motion: Motion,
    attempting_at: Instant,
    opened_at: Instant,
    expires_at: Instant | None,
    rules: RuleSet,
    calendar: Calendar,
) -> Instant | None:
    """Attempting until connected or closed; after this the team lead hears of it.

    Inbound motions have a fixed time; the others have a share of their window (``opened_at`` to the original
    ``expires_at``), counted from the first attempt and never past the window's end.
    """
    if rules.motions[motion].inbound:
        return calendar.add(attempting_at, rules.sla.connect)
    return _share(rules.sla.connect_window_share, attempting_at, opened_at, expires_at)


def connect_alert_at(
    motion: Motion,
    attempting_at: Instant,
    opened_at: Instant,
    expires_at: Instant | None,
    rules: RuleSet,
    calendar: Calendar,
) -> Instant | None:
    """When an at bat still attempting raises its alert; counted as ``connect_due``."""
    if rules.motions[motion].inbound:
        return calendar.add(attempting_at, rules.sla.connect_alert)
    return _share(rules.sla.connect_alert_window_share, attempting_at, opened_at, expires_at)


def qualify_by(connected_at: Instant, rules: RuleSet, calendar: Calendar) -> Instant:
    """Connected until Qualified or Disqualified."""
    return calendar.add(connected_at, rules.sla.qualify)


def convert_by(qualified_at: Instant, rules: RuleSet, calendar: Calendar) -> Instant:
    """Qualified until Converted."""
    return calendar.add(qualified_at, rules.sla.convert)


def hand_over_by(handed_at: Instant, rules: RuleSet, calendar: Calendar) -> Instant:
    """A handed-over opportunity accepted or rejected by its AE."""
    return calendar.add(handed_at, rules.sla.hand_over)


def approval_by(asked_at: Instant, rules: RuleSet, calendar: Calendar) -> Instant:
    """A held disqualification decided by a team lead."""
    return calendar.add(asked_at, rules.sla.approval)


def quiet_at(last_activity_at: Instant, rules: RuleSet, calendar: Calendar) -> Instant:
    """When a connected at bat without a reply goes back to status Attempting."""
    return calendar.add(last_activity_at, rules.sla.quiet)


def activity_due(last_activity_at: Instant, rules: RuleSet, calendar: Calendar) -> Instant:
    """The next activity on an at bat that is Working; a touch or a signal counts, a note does not."""
    return calendar.add(last_activity_at, rules.sla.working_activity)


def silent_alert_at(last_activity_at: Instant, rules: RuleSet, calendar: Calendar) -> Instant:
    """When a silent Working at bat alerts its rep and the team lead."""
    return calendar.add(last_activity_at, rules.sla.working_alert)


def stale_at(last_activity_at: Instant, rules: RuleSet, calendar: Calendar) -> Instant:
    """When a silent at bat becomes Stale."""
    return calendar.add(last_activity_at, rules.sla.stale)


def stale_decision_by(alerted_at: Instant, rules: RuleSet, calendar: Calendar) -> Instant:
    """A stale at bat decided by its owner; after this the rule closes it."""
    return calendar.add(alerted_at, rules.sla.stale_decision)


def expiry_escalation_at(decision_at: Instant, rules: RuleSet, calendar: Calendar) -> Instant:
    """When an expiry that waits for its owner goes to the team lead."""
    return calendar.add(decision_at, rules.sla.expiry_escalation)


def opportunity_alert_at(moved_at: Instant, rules: RuleSet, calendar: Calendar) -> Instant:
    """When an opportunity that has not moved raises its alert."""
    return calendar.add(moved_at, rules.sla.opportunity_unmoved)


def after_pause(
    due_at: Instant, paused_at: Instant, resumed_at: Instant, duration: Duration, calendar: Calendar
) -> Instant:
    """The due time of a clock that stood still while an approval waited; ``duration`` is the clock's own.

    What was left of it when it was paused runs from ``resumed_at``, in working time for a business clock. A clock
    that had run out before the pause stays as it was.
    """
    if due_at <= paused_at:
        return due_at
    if not duration.unit.business:
        return resumed_at + (due_at - paused_at)
    left = calendar.elapsed(paused_at, due_at)
    return calendar.add_working(resumed_at, left)


def met(due_at: Instant, done_at: Instant | None, now: Instant) -> bool | None:
    """Whether a clock was met: None while it is open and inside its time."""
    if done_at is not None:
        return done_at <= due_at
    return False if now > due_at else None


def _after(start: Instant, duration: Duration | None, calendar: Calendar) -> Instant | None:
    return None if duration is None else calendar.add(start, duration)


def _share(share: float, start: Instant, opened_at: Instant, expires_at: Instant | None) -> Instant | None:
    if expires_at is None:
        return None
    return min(expires_at, start + round((expires_at - opened_at) * share))
