"""Who gets an at bat: by the rules, from the pool, or from a team lead.

The rules themselves are ``store.rules.routing``; see docs/model.md, "Routing".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from store.actor import Actor
from store.database import Store
from store.errors import Refusal
from store.instants import Instant, usable_zone
from store.lead_state import LeadState
from store.models import User
from store.operations.at_bat import advance, assign, require_open, spoken_name, take_up
from store.operations.experiments import arms_kept, arms_of_new
from store.operations.transaction import Done, Transaction, operation
from store.operations.working import held_by
from store.queries import queue
from store.rules.business import at_local
from store.rules.clocks import accept_due, first_touch_due
from store.rules.days_away import away_through
from store.rules.experiments import routing_of
from store.rules.queue_views import View
from store.rules.routing import (
    ASSIGNED,
    CLAIMED,
    Candidate,
    Step,
    Trace,
    Wanted,
    choose,
    counted_from,
)
from store.vocabulary import Motion, Stage, UserRole

_LOOKED_AT = 50  # of the pool's best; more than these can hardly all wait for an approval


@dataclass(frozen=True, slots=True)
class Routed:
    """Who gets it (None: nobody yet), by which rule, and which people were passed over and why."""

    owner_id: int | None
    rule: str
    trace: Trace


@dataclass(frozen=True, slots=True)
class ClaimDraft:
    """Taking the next at bat of the team's pool; it needs nothing."""


@dataclass(frozen=True, slots=True)
class AssignDraft:
    """An at bat that a team lead gives to somebody."""

    lead_id: int
    owner_id: int
    seen: int | None = None


# --- the rules, asked inside a transaction ---


def route(
    tx: Transaction,
    *,
    account_id: int | None,
    contact_id: int | None,
    motion: Motion,
    source: str,
    score: int,
    value: int,
    besides: Iterable[int] = (),
    product: str = "",
    lead_id: int | None = None,
) -> Routed:
    """Who gets a new at bat; nothing is written. ``value`` is in minor units.

    ``besides`` are users to avoid where the team has another: whoever had the last one, which got no response.
    ``lead_id`` is one that was opened before and is routed again, by the arm of an experiment that it was given then.
    """
    account = tx.store.row(_ACCOUNT, {"account": account_id, "contact": contact_id})
    size, industry, country, region, account_owner = account or (None, "", "", "", None)
    working = tx.store.rows(_WORKING, {"account": account_id, "contact": contact_id}) if account_id else []
    wanted = Wanted(
        motion,
        source,
        tx.store.team,
        size,
        industry,
        country,
        region,
        product,
        score,
        value,
        tuple(user_id for (user_id,) in working),
        account_owner,
        tuple(besides),
    )
    found = candidates(tx.store, tx.now, _first_due(tx, motion))
    arms = arms_of_new(tx, motion, contact_id, account_id) if lead_id is None else arms_kept(tx.store, lead_id)
    choice = choose(wanted, found, *routing_of(arms, tx.rules.routing))
    return Routed(choice.owner_id, choice.rule, choice.trace)


def _first_due(tx: Transaction, motion: Motion) -> Instant:
    """When the first clock of an at bat of this motion that opens now is due; now where it has none."""
    calendar = tx.store.calendar
    due = first_touch_due(motion, tx.now, tx.rules, calendar) or accept_due(motion, tx.now, tx.rules, calendar)
    return max(due or tx.now, tx.now)


def candidates(store: Store, now: Instant, until: Instant | None = None) -> list[Candidate]:
    """Everybody who uses the program, with what the rules look at; away is also who will be before ``until``."""
    rules, day = store.rules.routing, store.calendar.day
    last = day(now if until is None else until)
    values = {"today": day(now).isoformat(), "last": last.isoformat(), "limit": rules.open_lead_limit}
    found = [
        Candidate(
            id,
            name,
            team,
            UserRole(role),
            capacity,
            held,
            absent_until,
            bool(paused),
            bool(active),
            since=max(*changed, _back_at(store, last_away)),
        )
        for id, name, team, role, capacity, held, absent_until, last_away, paused, active, *changed in store.rows(
            _CANDIDATES, values
        )
    ]
    picked = dict(store.rows(_PICKED, (counted_from(found, rules, now),)))
    return [replace(one, picked=picked.get(one.user_id, 0)) for one in found]


def _back_at(store: Store, last_away: str) -> Instant:
    """When somebody who was away until this day was back."""
    return at_local(date.fromisoformat(last_away) + timedelta(days=1), time(), store.zone) if last_away else 0


def route_anew(tx: Transaction, lead: LeadState) -> LeadState:
    """Ask the rules again who gets an at bat, now that its owner cannot keep it."""
    routed = route(
        tx,
        account_id=lead.account_id,
        contact_id=lead.contact_id,
        motion=lead.motion,
        source=lead.source,
        score=lead.score,
        value=lead.value,
        lead_id=lead.id,
    )
    return assign(tx, lead, routed.owner_id, routed.rule, routed.trace)


# --- the acts of people ---


@operation("claim_next")
def claim_next(tx: Transaction, draft: ClaimDraft) -> Done:
    """Take the best at bat that nobody has, by the queue's order, and accept it.

    The write lock is held from before it is looked for, so that no two people ever get the same one. Raises Refusal
    for who is absent or holds as many as they may, and where nothing is due in the pool.
    """
    _may_claim(tx)
    lead = _best_of_pool(tx)
    if lead is None and not tx.rules.routing.pull:
        raise Refusal("Nothing to claim: this team has no pool, new at bats are given in turn, and none is unrouted.")
    if lead is None:
        raise Refusal("Nothing to claim: nothing in the team's pool is due now.")
    tx.lead_id = lead.id
    tx.not_before(max(lead.updated_at, lead.stage_at))
    found = queue.row(tx.store, lead.id)
    zone = _zone_of(tx.store, tx.actor)
    why = queue.reason(tx.store, found, tx.now, zone, tx.actor.user_id).words if found is not None else ""
    lead = assign(tx, lead, tx.actor.user_id, CLAIMED)
    if lead.stage is Stage.NEW:
        advance(tx, lead, {"accepted_at": tx.now}, ((Stage.ACCEPTED, False),))
    return tx.done(f"{spoken_name(tx, lead)} is yours" + (f": {why}" if why else ""))


@operation("reassign_to")
def reassign_to(tx: Transaction, draft: AssignDraft) -> Done:
    """Give an at bat to somebody of the team, whatever they hold. Team leads only; not to who has left."""
    require_assigner(tx.actor)
    lead = take_up(tx, draft.lead_id, draft.seen)
    user = tx.get(User, draft.owner_id)
    require_active(user["name"], active=user["active"])
    may_assign(lead, draft.owner_id, user["name"])
    by = str(tx.get(User, tx.actor.user_id)["name"])
    assign(tx, lead, draft.owner_id, ASSIGNED, (Step(ASSIGNED, user["name"], f"by {by}", chosen=True),))
    return tx.done(f"{spoken_name(tx, lead)} goes to {user['name']}")


def require_assigner(actor: Actor) -> None:
    """Raise Refusal unless this person may give at bats to others."""
    if not actor.leads_team:
        raise Refusal("Only a team lead gives at bats to others.")


def require_active(name: str, *, active: int | None) -> None:
    """Raise Refusal where somebody is no longer, or never was, in the team."""
    if not active:
        raise Refusal(f"{name or 'That person'} has left: choose somebody else.", "owner")


def may_assign(lead: LeadState, owner_id: int, name: str) -> None:
    """Raise Refusal unless the at bat may be given to this person, who is in the team."""
    require_open(lead)
    if lead.owner_id == owner_id:
        raise Refusal(f"{name} has it already: choose somebody else.", "owner")


def _may_claim(tx: Transaction) -> None:
    absent = tx.store.value(_ABSENT, {"user": tx.actor.user_id, "today": tx.today()})
    if absent:
        away = away_through(absent, tx.today())
        raise Refusal(f"You are down as {away}: say first that you are back (atbat users back).")
    held, limit = held_by(tx.store, tx.actor), tx.rules.routing.open_lead_limit
    if held >= limit:
        raise Refusal(f"You hold {held} open at bats, and {limit} is the limit: end some.")


def _best_of_pool(tx: Transaction) -> LeadState | None:
    """The first that can be worked, in the order in which the pool is shown to whoever takes from it."""
    zone = _zone_of(tx.store, tx.actor)
    for limit in (1, _LOOKED_AT):
        for lead_id in queue.walk(tx.store, None, tx.now, zone=zone, view=View.ALL, limit=limit):
            lead = tx.lead(lead_id)
            if lead.stage is not Stage.DISQUALIFIED:
                return lead
    return None


def _zone_of(store: Store, actor: Actor) -> str:
    return usable_zone(store.value('SELECT zone FROM "user" WHERE id = ?', (actor.user_id,)) or "")


_ACCOUNT = """
SELECT a.size, coalesce(a.industry, ''), coalesce(nullif(a.country, ''), c.country, ''), coalesce(a.state, ''),
       a.owner_id
FROM (SELECT 1) LEFT JOIN account a ON a.id = :account LEFT JOIN contact c ON c.id = :contact"""
# Who works the company: whoever is furthest on there first, then whoever came to it last.
_WORKING = """
SELECT owner_id FROM lead WHERE account_id = :account AND open = 1 AND owner_id IS NOT NULL
  AND (contact_id IS NULL OR contact_id IS NOT :contact)
GROUP BY owner_id
ORDER BY max(CASE stage WHEN 'new' THEN 0 WHEN 'accepted' THEN 1 WHEN 'attempting' THEN 2 WHEN 'connected' THEN 3
         WHEN 'qualified' THEN 4 ELSE -1 END) DESC, max(assigned_at) DESC, owner_id"""
_ABSENT = "SELECT max(ends) FROM absence WHERE user_id = :user AND void = 0 AND :today BETWEEN starts AND ends"
# What counts as having become available: being added, what routing looks at of a user, and an absence that ended.
_CANDIDATES = """
SELECT u.id, u.name, coalesce(t.name, ''), u.role, u.capacity,
       (SELECT count(*) FROM (SELECT 1 FROM lead INDEXED BY lead_queue
                              WHERE owner_id = u.id AND open = 1 LIMIT :limit)),
       coalesce((SELECT max(ends) FROM absence
                 WHERE user_id = u.id AND void = 0 AND starts <= :last AND ends >= :today), ''),
       coalesce((SELECT max(ends) FROM absence WHERE user_id = u.id AND void = 0 AND ends < :today), ''),
       u.paused, u.active,
       coalesce((SELECT max(o.at) FROM change c JOIN operation o ON o.id = c.operation_id
                 WHERE c.entity = 'user' AND c.entity_id = u.id
                   AND c."column" IN ('+', 'paused', 'active', 'capacity', 'role', 'team_id')), 0),
       coalesce((SELECT max(o.at) FROM absence a JOIN operation o ON o.id = a.written_id
                 WHERE a.user_id = u.id AND (a.void = 1 OR a.ends < :today)), 0)
FROM "user" u LEFT JOIN team t ON t.id = u.team_id WHERE u.id > 1"""
_PICKED = """
SELECT owner_id, count(*) FROM assignment INDEXED BY assignment_turn
WHERE at >= ? AND void = 0 AND (rule = 'in turn' OR rule >= 'rule ' AND rule < 'rule!') GROUP BY owner_id"""


__all__ = [
    "AssignDraft",
    "ClaimDraft",
    "Routed",
    "assign",
    "candidates",
    "claim_next",
    "reassign_to",
    "route",
    "route_anew",
]
