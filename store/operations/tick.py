"""Let time pass: clocks run out, at bats go quiet, grow stale and expire, alerts come to stand.

``tick`` does what has come due in the order of time, one row and one operation after the other, each dated when it
was due; the team's midnights, when shares are judged, come in their turn. So a tick after three weeks leaves what a
tick a minute would have left, two at once do each thing once, and one that is killed is gone on with by the next. Its
cost follows what is due. See docs/model.md, "Ticking".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from store.actor import SYSTEM
from store.database import Store
from store.errors import StoreError
from store.instants import DAY, Instant
from store.lead_state import LeadState
from store.models import Opportunity
from store.operations.alerts import team_lead
from store.operations.at_bat import advance
from store.operations.closing import finish
from store.operations.contact_rules import TickContactDraft, tick_contact
from store.operations.new_rules import NewRulesDraft, are_new, new_rules
from store.operations.opportunity_rules import miss_hand_overs
from store.operations.review import next_night, review
from store.operations.route_waiting import route_next_waiting
from store.operations.scoring import rescore
from store.operations.settle import facts_of, miss_clock
from store.operations.transaction import Done, Operation, Transaction, operation
from store.rules import queue_order
from store.rules.closing import CloseDraft, Ending
from store.rules.standing import Act, Due, dues
from store.vocabulary import Decision, Outcome, Status

_FIRST = "SELECT * FROM (SELECT rule_at, '{0}', id, version FROM {0} WHERE rule_at <= ?1 ORDER BY rule_at, id LIMIT 1)"
_NEXT = " UNION ALL ".join(map(_FIRST.format, ("lead", "contact", "opportunity"))) + " ORDER BY 1, 2, 3 LIMIT 1"


@dataclass(frozen=True, slots=True)
class TickDraft:
    """The at bat whose time has come."""

    lead_id: int


def tick(store: Store, now: Instant, *, go_on: Callable[[int], bool] = lambda done: True) -> int:
    """Do everything that has come due by ``now``, oldest first; returns how many rows were looked at.

    ``go_on`` is asked after each with their number so far: answering no stops there, and the next tick goes on.
    """
    done, before, again = 0, None, 0
    while are_new(store):
        new_rules(store, SYSTEM, now, NewRulesDraft(), key=f"rules/{store.rules.digest}")
        if are_new(store):  # there are more than one transaction comes to
            done += 1
            if not go_on(done):
                return done
    night = next_night(store, now)
    while (found := store.row(_NEXT, (now,))) is not None or night is not None:
        if night is not None and (found is None or night.at <= found[0]):
            review(store, SYSTEM, night.at, night.draft, key=night.key)
            night, done = next_night(store, now), done + 1
            if not go_on(done):
                return done
            continue
        assert found is not None
        at, table, row_id, version = found
        again = again + 1 if found == before else 0
        if again > len(Act):
            what = "at bat" if table == "lead" else table
            raise StoreError(f"The rules do not come to an end with {what} {row_id}: run `atbat doctor`.")
        before = found
        act, draft = _TICKS[table]
        act(store, SYSTEM, at, draft(row_id), key=f"tick/{table}/{row_id}/{at}/{version}/{again}")
        done += 1
        if not go_on(done):
            return done
    while (done == 0 or go_on(done)) and route_next_waiting(store, now):
        done += 1
    return done


@operation("tick")
def tick_lead(tx: Transaction, draft: TickDraft) -> Done:
    """Do what has come due to one at bat; nothing where another process was first."""
    lead = tx.lead(draft.lead_id)
    if not lead.open or lead.rule_at is None or lead.rule_at > tx.now:
        return Done(0, "")
    tx.not_before(max(lead.updated_at, lead.stage_at))
    tx.lead_id = lead.id
    tx.touch(lead.id)
    facts = facts_of(tx.store, lead, tx.now, team_lead(tx.store, lead.team_id))
    due = [each for each in dues(lead, facts, tx.rules, tx.store.calendar) if each.at <= tx.now]
    if any(each.act is Act.MISS for each in due):
        for clock in facts.clocks:
            if clock.met is None and clock.ended_at is None and clock.due_at < tx.now:
                miss_clock(tx, lead, clock)
    if (scored := rescore(tx, lead))["score"] != lead.score:  # intent fades, or other rules are in force
        lead = tx.save_lead(lead, scored)
    happens = next((each for each in due if each.act in _HAPPENS), None)
    if happens is not None:
        _HAPPENS[happens.act](tx, lead, happens)
    return Done(tx.id, "", lead.id)


@dataclass(frozen=True, slots=True)
class TickOpportunityDraft:
    """The opportunity whose time has come."""

    opportunity_id: int


@operation("tick")
def tick_opportunity(tx: Transaction, draft: TickOpportunityDraft) -> Done:
    """Do what has come due to one opportunity; nothing where another process was first."""
    deal = tx.get(Opportunity, draft.opportunity_id)
    if deal["rule_at"] is None or deal["rule_at"] > tx.now:
        return Done(0, "")
    tx.touch_opportunity(deal["id"])
    miss_hand_overs(tx, deal)
    return Done(tx.id, "")


_TICKS: dict[str, tuple[Operation[Any], Callable[[int], Any]]] = {
    "lead": (tick_lead, TickDraft),
    "contact": (tick_contact, TickContactDraft),
    "opportunity": (tick_opportunity, TickOpportunityDraft),
}


def _quiet(tx: Transaction, lead: LeadState, due: Due) -> None:
    advance(tx, lead, {"status": Status.ATTEMPTING})


def _no_show(tx: Transaction, lead: LeadState, due: Due) -> None:
    _decide(tx, lead, Decision.NO_SHOW, {})


def _stale(tx: Transaction, lead: LeadState, due: Due) -> None:
    _decide(tx, lead, Decision.STALE, {"status": Status.STALE})


def _give_up(tx: Transaction, lead: LeadState, due: Due) -> None:
    """Nobody decided on a stale one: whoever was reached is cold and may come back, whoever was not did not respond."""
    if lead.connected:
        back = tx.now + tx.rules.sla.stale_back
        _close(tx, lead, Outcome.NOT_READY, "cold", due.words, back)
    else:
        _close(tx, lead, Outcome.NO_RESPONSE, "stale", due.words, _recycled(tx, Outcome.NO_RESPONSE))


def _expire(tx: Transaction, lead: LeadState, due: Due) -> None:
    """The window is over: one that was never reached closes itself, another is put to its owner."""
    if lead.connected:
        _decide(tx, lead, Decision.EXPIRED, {})
    else:
        back = _recycled(tx, Outcome.NO_RESPONSE)
        _close(tx, lead, Outcome.NO_RESPONSE, "expired_by_rule", due.words, back)


_HAPPENS: dict[Act, Callable[[Transaction, LeadState, Due], None]] = {
    Act.QUIET: _quiet,
    Act.NO_SHOW: _no_show,
    Act.STALE: _stale,
    Act.GIVE_UP: _give_up,
    Act.EXPIRE: _expire,
}


def _decide(tx: Transaction, lead: LeadState, decision: Decision, more: dict[str, Any]) -> None:
    changes = {**more, "decision": decision, "decision_at": tx.now, "due_at": tx.now, "snoozed_until": None}
    advance(tx, lead, {**changes, **queue_order.place(lead, changes, tx.rules, tx.store.calendar)})


def _close(tx: Transaction, lead: LeadState, outcome: Outcome, reason: str, words: str, back: Instant | None) -> None:
    end = Ending(outcome, Status.NURTURE, reason, words, back, "", False)
    finish(tx, lead, end, CloseDraft(lead.id, outcome))


def _recycled(tx: Transaction, outcome: Outcome) -> Instant | None:
    days = tx.rules.outcomes[outcome].recycle_days
    return None if days is None else tx.now + days * DAY


def waiting(store: Store, now: Instant) -> int:
    """How many rows have something due by ``now``; doing it may bring more."""
    return int(store.value(_WAITING, (now,)))


_WAITING = "SELECT " + " + ".join(
    f"(SELECT count(*) FROM {table} WHERE rule_at <= ?1)" for table in ("lead", "contact", "opportunity")
)
