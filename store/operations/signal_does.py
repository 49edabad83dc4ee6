"""Doing what was decided on a signal.

A signal that is held is decided on again when its date comes (``release``). See docs/model.md, "Intake of
signals".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from store.instants import Instant
from store.lead_state import LeadState
from store.models import Contact, Signal
from store.operations.at_bat import advance, open_at_bat, take_up
from store.operations.people import join
from store.operations.routing import Routed, candidates, route
from store.operations.signal_facts import Came, Last, Place, facts_of, score_with
from store.operations.told import tell
from store.operations.transaction import Transaction
from store.rules import clocks, expiry, queue_order
from store.rules.intake import Decision, Does, Facts, decide, extended_to, is_old, motion_of, strong
from store.rules.recycling import Who, goes_to
from store.rules.routing import ACCOUNT_OWNER, Step
from store.vocabulary import Decision as Asked
from store.vocabulary import Motion, Outcome, Pool, Role, Stage

SAME_REP = "same rep as before"


def does(tx: Transaction, came: Came, facts: Facts, place: Place, decision: Decision) -> tuple[int, int | None]:
    """Do what was decided and keep the signal with it: the signal's id, and the at bat's where there is one."""
    signal_id, lead_id = _DO[decision.does](tx, came, place, decision)
    if not facts.suppressed and not facts.bogus:
        worked = decision.does in (Does.ON_LEAD, Does.JOINS, Does.OPENS, Does.EXPANSION)
        promote(tx, came.contact_id, crossed=worked or facts.score >= tx.rules.score.mql)
    return signal_id, lead_id


def promote(tx: Transaction, contact_id: int | None, *, crossed: bool) -> None:
    """Sales works whose score crossed MQL, and whoever is in an at bat."""
    if contact_id is not None and crossed:
        tx.update(Contact, tx.get(Contact, contact_id), pool=Pool.SALES)


def keep(tx: Transaction, came: Came, decision: str, **where: Any) -> int:
    """Keep a signal where it belongs, with what was decided; one recorded before only moves there."""
    if came.signal_id is not None:
        tx.update(Signal, tx.get(Signal, came.signal_id), **{"held_until": None, "decision": decision, **where})
        return came.signal_id
    return tx.insert(
        Signal,
        contact_id=came.contact_id,
        account_id=came.account_id,
        campaign_id=came.campaign_id,
        kind=came.kind,
        source=came.source,
        at=came.at,
        points=came.points,
        high_intent=int(came.high_intent),
        words=came.words,
        payload=came.payload,
        decision=decision,
        **where,
    )


def _recorded(tx: Transaction, came: Came, place: Place, decision: Decision) -> tuple[int, int | None]:
    return keep(tx, came, decision.words), None


def _held(tx: Transaction, came: Came, place: Place, decision: Decision) -> tuple[int, int | None]:
    until = None if place.last is None else place.last.eligible_at
    assert until is not None
    assert came.contact_id is not None
    signal_id = keep(tx, came, decision.words, held_until=until)
    tx.wake(came.contact_id, until)
    return signal_id, None


def _on_opportunity(tx: Transaction, came: Came, place: Place, decision: Decision) -> tuple[int, int | None]:
    signal_id = keep(tx, came, decision.words, opportunity_id=place.opportunity_id)
    owner_id = tx.store.value("SELECT owner_id FROM opportunity WHERE id = ?", (place.opportunity_id,))
    tell(tx, owner_id, said(came), _by(tx, came), contact_id=came.contact_id, opportunity_id=place.opportunity_id)
    return signal_id, None


def _on_lead(tx: Transaction, came: Came, place: Place, decision: Decision) -> tuple[int, int | None]:
    assert place.lead_id is not None
    lead = take_up(tx, place.lead_id, None)
    signal_id = keep(tx, came, decision.words, lead_id=lead.id)
    _rises(tx, lead, came, {})
    return signal_id, lead.id


def _joins(tx: Transaction, came: Came, place: Place, decision: Decision) -> tuple[int, int | None]:
    assert place.lead_at_account_id is not None
    lead = take_up(tx, place.lead_at_account_id, None)
    changes = join(tx, lead, came.contact_id, Role.OTHER) if came.contact_id is not None else {}
    signal_id = keep(tx, came, decision.words, lead_id=lead.id)
    _rises(tx, lead, came, changes)
    return signal_id, lead.id


def _rises(tx: Transaction, lead: LeadState, came: Came, changes: Mapping[str, Any]) -> None:
    """Bring an at bat up in the queue and tell its owner; one that waits for approval stays, its approver is told.

    High intent waits for an answer; of what else counts the next step comes now, and a snooze ends. A reactivation's
    window is extended.
    """
    rules, calendar = tx.rules, tx.store.calendar
    changes = dict(changes)
    if lead.stage is not Stage.DISQUALIFIED and not is_old(came.at, tx.now, rules.intake):
        if came.high_intent:
            changes.update(unanswered_at=lead.unanswered_at or tx.now, snoozed_until=None)
        elif strong(came.points, came.high_intent, rules.intake):
            changes["snoozed_until"] = None
            if lead.tier == queue_order.CADENCE and (lead.due_at or 0) > tx.now:
                changes["due_at"] = tx.now
        ends = extended_to(lead.motion, lead.expires_at, came.at, rules)
        if ends != lead.expires_at:
            changes.update(
                expires_at=ends,
                warn_at=expiry.warns_at(ends, lead.motion, rules, connected=lead.connected_at is not None),
            )
            if lead.decision is Asked.EXPIRED and (ends or 0) > tx.now:
                changes.update(decision=None, decision_at=None)
        changes.update(queue_order.place(lead, changes, rules, calendar))
    advance(tx, lead, changes)
    if lead.stage is not Stage.DISQUALIFIED:
        tell(tx, lead.owner_id, said(came), _by(tx, came), contact_id=came.contact_id, lead_id=lead.id)


def _expansion(tx: Transaction, came: Came, place: Place, decision: Decision) -> tuple[int, int | None]:
    named = _named(tx, place.account_owner_id, ACCOUNT_OWNER)
    return _open(tx, came, decision, Motion.EXPANSION, came.source, named)


def _opens(tx: Transaction, came: Came, place: Place, decision: Decision) -> tuple[int, int | None]:
    rules, last = tx.rules, place.last
    motion = motion_of(came.kind, rules.intake, campaign=came.campaign_id is not None, hint=came.motion)
    named: Routed | None = None
    besides: tuple[int, ...] = ()
    source = came.source
    if last is not None and last.outcome is not None:
        who = goes_to(last.outcome, last.owner_id, place.account_owner_id, rules)
        if _late_reply(tx, came, last):
            who, source = Who.SAME, last.source or came.source
        if who is Who.SAME:
            named = _named(tx, last.owner_id, SAME_REP)
        elif who is Who.OWNER:
            named = _named(tx, place.account_owner_id, ACCOUNT_OWNER)
        elif who is Who.OTHER and last.owner_id is not None:
            besides = (last.owner_id,)
    return _open(tx, came, decision, motion, source, named, besides)


def _late_reply(tx: Transaction, came: Came, last: Last) -> bool:
    """Whether this answers what was tried before a closing without a response: the rep and the source stay."""
    until = tx.store.calendar.add(last.closed_at, tx.rules.sla.reply_keeps_owner)
    return came.kind.casefold() in ("reply", "replied") and last.outcome is Outcome.NO_RESPONSE and came.at <= until


def _named(tx: Transaction, user_id: int | None, rule: str) -> Routed | None:
    """Somebody the rules name, where they can be given anything now."""
    one = next((one for one in candidates(tx.store, tx.now) if one.user_id == user_id), None)
    if one is None or not one.available:
        return None
    return Routed(one.user_id, rule, (Step(rule, one.name, chosen=True),))


def _open(
    tx: Transaction,
    came: Came,
    decision: Decision,
    motion: Motion,
    source: str,
    named: Routed | None,
    besides: Iterable[int] = (),
) -> tuple[int, int | None]:
    """Open at bat n+1 for whom the rules name, else for whom routing finds."""
    signal_id = keep(tx, came, decision.words)
    score = score_with(tx.store, replace(came, signal_id=signal_id), tx.now)
    routed = named or route(
        tx,
        account_id=came.account_id,
        contact_id=came.contact_id,
        motion=motion,
        source=source,
        score=score,
        value=0,
        besides=besides,
    )
    opened = open_at_bat(
        tx,
        contact_id=came.contact_id,
        account_id=came.account_id,
        motion=motion,
        source=source,
        owner_id=routed.owner_id,
        rule=routed.rule,
        trace=routed.trace,
        trigger=came.kind.replace("_", " "),
        campaign_id=came.campaign_id,
        signal_id=signal_id,
        high_intent=came.high_intent,
    )
    tx.update(Signal, tx.get(Signal, signal_id), lead_id=opened.id)
    return signal_id, opened.id


def said(came: Came) -> str:
    """A signal in words for who is told: ``signal: pricing page``."""
    kind = f"signal: {came.kind.replace('_', ' ')}"
    return f"{kind}, {came.words}" if came.words else kind


def _by(tx: Transaction, came: Came) -> Instant:
    """By when whoever is told should have answered: at once where they want to talk."""
    rules, calendar = tx.rules, tx.store.calendar
    if came.high_intent:
        return clocks.respond_due(tx.now, rules, calendar)
    return calendar.add(tx.now, rules.sla.first_touch)


_DO: Mapping[Does, Callable[[Transaction, Came, Place, Decision], tuple[int, int | None]]] = {
    Does.RECORDED: _recorded,
    Does.ENRICHES: _recorded,
    Does.HELD: _held,
    Does.ON_OPPORTUNITY: _on_opportunity,
    Does.ON_LEAD: _on_lead,
    Does.JOINS: _joins,
    Does.EXPANSION: _expansion,
    Does.OPENS: _opens,
}


# --- signals that are held ---

_HELD_UNTIL = "SELECT min(held_until) FROM signal WHERE contact_id = ? AND held_until IS NOT NULL AND void = 0"
_HELD = """
SELECT id, kind, source, at, points, high_intent, words, campaign_id FROM signal
WHERE contact_id = ? AND held_until <= ? AND void = 0 ORDER BY at DESC, id DESC"""


def held_until(tx: Transaction, person: Mapping[str, Any]) -> Instant | None:
    """When the first signal of somebody that is held is decided on again."""
    found = tx.store.value(_HELD_UNTIL, (person["id"],))
    return None if found is None else int(found)


def release(tx: Transaction, person: Mapping[str, Any]) -> None:
    """Decide again on what was held for somebody: on the newest signal, and the others go along with it.

    Where an at bat was worked and has ended since, it is answered already.
    """
    tx.begin()  # as an act on nobody's at bat, so that undoing one there leaves this
    held = [
        Came(person["id"], person["account_id"], kind, source, at, points, bool(high), words, "", campaign, None, id)
        for id, kind, source, at, points, high, words, campaign in tx.store.rows(_HELD, (person["id"], tx.now))
    ]
    newest, *others = held
    facts, place = facts_of(tx.store, newest, tx.now)
    if place.lead_id is None and place.last is not None and place.last.opened_at > newest.at:
        for came in held:
            keep(tx, came, "recorded on the contact: they were worked since")
        return
    decision = decide(facts, tx.rules)
    signal_id, _ = does(tx, newest, facts, place, decision)
    went = tx.get(Signal, signal_id)
    for came in others:
        where = {name: went[name] for name in ("lead_id", "opportunity_id", "held_until")}
        keep(tx, came, decision.words, **where)
