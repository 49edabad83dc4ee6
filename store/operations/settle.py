"""Bring an at bat's clocks and alerts in line with how it stands, and say when a rule next does something to it.

Called once at the end of every operation for each at bat it touched, so that no act has to think of clocks by itself.
Doing it twice changes nothing more. See docs/model.md, "Ticking".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from store.database import Store
from store.instants import Instant
from store.lead_state import LeadState
from store.models import Alert, Clock
from store.operations.alerts import team_lead
from store.operations.opportunity_rules import settle_opportunity
from store.operations.scoring import drops_at
from store.rule_values import Duration, Unit
from store.rules import clocks
from store.rules.standing import ONCE, Cause, ClockRow, Facts, Run, causes, length_of, next_rule, running
from store.vocabulary import AlertKind, ClockKind, Stage, Status

if TYPE_CHECKING:
    from store.operations.transaction import Transaction

UNROUTED = "unrouted"
"""The rule of an assignment to nobody."""

_CLOCKS = """
SELECT id, kind, started_at, due_at, ended_at, met FROM clock WHERE lead_id = ? AND void = 0 ORDER BY id"""
_SIGNAL = "SELECT max(at) FROM signal WHERE lead_id = ? AND void = 0"
_REACHED = "SELECT max(at) FROM touch WHERE lead_id = ? AND connect = 1 AND void = 0"
_TRIED = "SELECT min(at) FROM touch WHERE lead_id = ? AND attempt = 1 AND connect = 0 AND at > ? AND void = 0"
_CAME = "SELECT min(at) FROM assignment WHERE lead_id = ? AND void = 0"
_ASKED = "SELECT asked_at, due_at FROM approval WHERE lead_id = ? AND decided_at IS NULL AND void = 0"
_ASSIGNED = "SELECT rule FROM assignment WHERE lead_id = ? AND void = 0 ORDER BY id DESC LIMIT 1"
_ALERTS = """
SELECT id, kind, owner_id, opened_at FROM alert
WHERE entity = 'lead' AND entity_id = ? AND closed_at IS NULL AND void = 0 ORDER BY id"""
_HOLDER = "SELECT owner_id FROM assignment WHERE lead_id = ? AND at <= ? AND void = 0 ORDER BY at DESC, id DESC LIMIT 1"
_WAITED = """
SELECT entered_at FROM stage_spell WHERE lead_id = ? AND stage = 'disqualified' AND void = 0 ORDER BY id DESC LIMIT 1"""


def facts_of(store: Store, lead: LeadState, now: Instant, team_lead_id: int | None = None) -> Facts:
    """What the rules look at besides the at bat at ``now``: at most eight short queries, most often four."""
    reached = tried = asked = due = None
    if lead.stage is Stage.CONNECTED and lead.status in (Status.CONNECTED, Status.WORKING):
        reached = store.value(_REACHED, (lead.id,)) or lead.connected_at
        if lead.status is Status.WORKING:
            tried = store.value(_TRIED, (lead.id, reached or 0))
    if lead.stage is Stage.DISQUALIFIED and lead.open:
        asked, due = store.row(_ASKED, (lead.id,)) or (None, None)
    return Facts(
        clocks=clocks_of(store, lead.id),
        counts_from=store.value(_CAME, (lead.id,)) if lead.imported else None,
        last_signal_at=store.value(_SIGNAL, (lead.id,)),
        last_connect_at=reached,
        tried_since_at=tried,
        asked_at=asked,
        approval_due_at=due,
        team_lead_id=team_lead_id,
        rescore_at=drops_at(store, lead, now) if lead.open else None,
        unrouted=lead.owner_id is None and store.value(_ASSIGNED, (lead.id,)) == UNROUTED,
    )


def clocks_of(store: Store, lead_id: int) -> tuple[ClockRow, ...]:
    """The clocks of an at bat, oldest first."""
    return tuple(ClockRow(row[0], ClockKind(row[1]), *row[2:]) for row in store.rows(_CLOCKS, (lead_id,)))


def settle(tx: Transaction) -> None:
    """Settle every at bat and every opportunity that the operation has touched."""
    for lead_id in tuple(tx.touched):
        settle_lead(tx, lead_id)
    for opportunity_id in tuple(tx.touched_opportunities):
        settle_opportunity(tx, opportunity_id)


def settle_lead(tx: Transaction, lead_id: int) -> None:
    """Start and end clocks, open and close alerts, and keep when the rules come to this at bat next."""
    lead = tx.lead(lead_id)
    if lead.void:
        return
    rules, calendar = tx.rules, tx.store.calendar
    facts = facts_of(tx.store, lead, tx.now, team_lead(tx.store, lead.team_id) if lead.open else None)
    if _settle_clocks(tx, lead, facts, running(lead, facts, rules, calendar)):
        facts = facts_of(tx.store, lead, tx.now, facts.team_lead_id)
    alerts = causes(lead, facts, rules, calendar)
    _settle_alerts(tx, lead, alerts)
    if lead.open:
        tx.rule_next(lead, next_rule(lead, facts, alerts, rules, calendar, tx.now))


def _settle_clocks(tx: Transaction, lead: LeadState, facts: Facts, should: dict[ClockKind, Run]) -> bool:
    """End what no longer runs, start what does now; whether anything was changed."""
    waits, changed, runs = lead.open and lead.stage is Stage.DISQUALIFIED, False, set()
    for clock in facts.clocks:
        if clock.ended_at is not None or clock.kind is ClockKind.HAND_OVER:
            continue
        run = should.get(clock.kind)
        if run is not None or (waits and clock.kind is not ClockKind.APPROVAL):
            runs.add(clock.kind)
            if clock.kind is ClockKind.ACTIVITY and run is not None and run.due_at > clock.due_at:
                if clock.met is None:  # each activity winds it up again
                    tx.update(Clock, tx.get(Clock, clock.id), due_at=run.due_at)
                else:  # it was silent for too long once, and is active again
                    runs.discard(clock.kind)
                    end_clock(tx, lead, clock, run.started_at)
                changed = True
            continue
        end_clock(tx, lead, clock, _ended_at(tx, lead, clock))
        changed = True
    for kind, run in should.items():
        before = [clock for clock in facts.clocks if clock.kind is kind]
        if kind in runs or (before and (kind in ONCE or before[-1].started_at >= run.started_at)):
            continue
        tx.insert(
            Clock,
            lead_id=lead.id,
            kind=kind,
            started_at=run.started_at,
            due_at=run.due_at,
            owner_id=lead.owner_id,
            rules=tx.rules.digest,
        )
        changed = True
    return changed


def end_clock(tx: Transaction, lead: LeadState, clock: ClockRow, at: Instant) -> None:
    """Say when a clock ended and, once, whether it was met; a miss is whose the at bat was when it ran out.

    One that waited for a touch and ended in time without any is neither met nor missed.
    """
    changes: dict[str, Any] = {"ended_at": at}
    if clock.met is None:
        in_time = at <= clock.due_at
        changes["met"] = None if in_time and not _answered(lead, clock) else int(in_time)
        changes["owner_id"] = holder_at(tx, lead, min(at, clock.due_at))
    tx.update(Clock, tx.get(Clock, clock.id), **changes)


def miss_clock(tx: Transaction, lead: LeadState, clock: ClockRow) -> None:
    """Record that a clock ran out; it goes on until what it waits for happens."""
    tx.update(Clock, tx.get(Clock, clock.id), met=0, owner_id=holder_at(tx, lead, clock.due_at))


def resume(tx: Transaction, lead: LeadState, paused_at: Instant) -> Instant | None:
    """Let the clocks that stood still since ``paused_at`` run on with what was left; says when the window ends now."""
    calendar = tx.store.calendar
    for clock in clocks_of(tx.store, lead.id):
        if clock.met is None and clock.ended_at is None and clock.kind not in (ClockKind.APPROVAL, ClockKind.HAND_OVER):
            length = length_of(clock.kind, lead.motion, tx.rules)
            due = clocks.after_pause(clock.due_at, paused_at, tx.now, length, calendar)
            tx.update(Clock, tx.get(Clock, clock.id), due_at=due)
    if lead.expires_at is None:
        return None
    in_business_days = tx.rules.motions[lead.motion].expiry.business_days is not None
    unit = Duration(1, Unit.BUSINESS_DAYS if in_business_days else Unit.DAYS)
    return clocks.after_pause(lead.expires_at, paused_at, tx.now, unit, calendar)


def holder_at(tx: Transaction, lead: LeadState, at: Instant) -> int | None:
    """Who held an at bat at an instant: nobody means the team."""
    row = tx.store.row(_HOLDER, (lead.id, at))
    return lead.owner_id if row is None else row[0]


_BY_TOUCH = frozenset({ClockKind.FIRST_TOUCH, ClockKind.OWN_TOUCH, ClockKind.RESPOND})


def _answered(lead: LeadState, clock: ClockRow) -> bool:
    """Whether what a clock waited for happened; only one that waits for a touch can end without it."""
    return clock.kind not in _BY_TOUCH or (lead.last_touch_at or 0) >= clock.started_at


def _ended_at(tx: Transaction, lead: LeadState, clock: ClockRow) -> Instant:
    """When what a clock waited for happened; one that stood still for an approval ended when that was asked for."""
    happened: Instant | None = None
    if clock.kind is ClockKind.FIRST_TOUCH:
        happened = lead.first_touch_at
    elif clock.kind is ClockKind.ACCEPT:
        happened = lead.accepted_at
    elif clock.kind in (ClockKind.OWN_TOUCH, ClockKind.RESPOND):
        happened = lead.last_touch_at if _answered(lead, clock) else None
    if clock.kind not in (ClockKind.ACCEPT, ClockKind.ACTIVITY, ClockKind.APPROVAL) and happened is None:
        happened = tx.store.value(_WAITED, (lead.id,))
    if happened is None or happened < clock.started_at:
        return tx.now
    return min(happened, tx.now)


def _settle_alerts(tx: Transaction, lead: LeadState, found: list[Cause]) -> None:
    stand = {(cause.kind, cause.owner_id): cause.words for cause in found if cause.at <= tx.now}
    for alert_id, kind, owner_id, opened_at in tx.store.rows(_ALERTS, (lead.id,)):
        if stand.pop((AlertKind(kind), owner_id), None) is None:
            tx.update(Alert, tx.get(Alert, alert_id), closed_at=max(tx.now, opened_at))
    for (kind, owner_id), words in stand.items():
        facts_of_it = {"kind": kind, "entity": "lead", "entity_id": lead.id, "owner_id": owner_id}
        tx.insert(Alert, **facts_of_it, cause=words, opened_at=tx.now)
