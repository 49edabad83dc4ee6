"""Steps that the acts on an opportunity share: taking it up, who may, moving it on, answering its hand-over."""

from __future__ import annotations

from typing import Any

from store.errors import Conflict, Refusal
from store.models import (
    Alert,
    Callback,
    Clock,
    Contact,
    HandOver,
    Note,
    Opportunity,
    OpportunityContact,
    OpportunitySpell,
)
from store.operations.at_bat import DEEDS
from store.operations.opportunity_rules import hand_over_clock, record_hand_over
from store.operations.promises import give_up
from store.operations.transaction import Transaction
from store.rules import clocks
from store.rules.deals import locked
from store.rules.queue_order import span
from store.vocabulary import OpportunityStage, PromiseState, UserRole

PASSED_ON = "passed_on"
"""The reason on a hand-over that was given to another before its taker said a word."""

REJECTED = "rejected_by_sales"
"""The kind of alert that a giver has of a hand-over that was rejected."""

_OTHERS = """
SELECT u.name, o.kind, o.at FROM change c
JOIN operation o ON o.id = c.operation_id JOIN "user" u ON u.id = o.actor_id
WHERE c.entity = 'opportunity' AND c.entity_id = ? AND c."column" = 'version' AND CAST(c.after AS INTEGER) > ?
  AND o.by = 'person' AND o.actor_id <> ?
ORDER BY o.id DESC LIMIT 1"""

_BEHIND = """
SELECT c.lead_id FROM conversion c
WHERE c.opportunity_id = ? AND c.void = 0 AND c.reversed_at IS NULL ORDER BY c.at DESC, c.id DESC LIMIT 1"""

# Somebody who has an at bat behind the opportunity, and another one that is open.
_WORKED_ANEW = """
SELECT p.name FROM conversion c JOIN lead l ON l.id = c.lead_id
JOIN lead anew ON anew.contact_id = l.contact_id AND anew.open = 1 AND anew.id <> l.id
JOIN contact p ON p.id = l.contact_id
WHERE c.opportunity_id = ? AND c.void = 0 AND c.reversed_at IS NULL LIMIT 1"""


def take_up_opportunity(tx: Transaction, opportunity_id: int, seen: int | None) -> dict[str, Any]:
    """The opportunity an operation works on, by column; raises Conflict when another person changed it since ``seen``.

    Raises Refusal for one that has ended, and where the person may not work it.
    """
    opportunity = tx.get(Opportunity, opportunity_id)
    if opportunity["void"]:
        raise Refusal("That opportunity was undone.")
    tx.lead_id = lead_behind(tx, opportunity_id)
    tx.not_before(max(opportunity["opened_at"], opportunity["moved_at"]))
    if seen is not None and opportunity["version"] > seen:
        other = tx.store.row(_OTHERS, (opportunity_id, seen, tx.actor.user_id))
        if other is not None:
            name, kind, at = other
            deed = DEEDS.get(kind, "changed this")
            ago = span(max(0, tx.now - at))
            again = "look again, then save once more" if opportunity["open"] else "it has ended"
            raise Conflict(f"{name} {deed} {ago} ago: {again}.", version=opportunity["version"])
    if why := locked(OpportunityStage(opportunity["stage"])):
        raise Refusal(why)
    return opportunity


def require_may_work(tx: Transaction, opportunity: dict[str, Any]) -> None:
    """Refuse whoever is neither the opportunity's owner, nor asked to take it, nor a team lead."""
    actor = tx.actor
    takers = {row["taker_id"] for row in unanswered(tx, opportunity["id"])}
    if actor.leads_team or actor.kind != "person" or actor.user_id in takers | {opportunity["owner_id"]}:
        return
    owner = tx.store.value('SELECT name FROM "user" WHERE id = ?', (opportunity["owner_id"],)) or "nobody"
    raise Refusal(f"This opportunity is {owner}’s: ask them, or a team lead.")


def lead_behind(tx: Transaction, opportunity_id: int) -> int | None:
    """The newest at bat that became this opportunity."""
    found = tx.store.value(_BEHIND, (opportunity_id,))
    return None if found is None else int(found)


def worked_anew(tx: Transaction, opportunity_id: int) -> str:
    """Who behind this opportunity has a newer open at bat, which cannot stand beside it; empty for nobody."""
    return str(tx.store.value(_WORKED_ANEW, (opportunity_id,)) or "")


def primary_contact(tx: Transaction, opportunity_id: int) -> dict[str, Any] | None:
    """The primary contact of an opportunity, by column."""
    rows = tx.find(OpportunityContact, opportunity_id=opportunity_id, is_primary=1, void=0)
    return tx.get(Contact, rows[0]["contact_id"]) if rows else None


# -- hand-overs ------------------------------------------------------------------------------------------------------


def unanswered(tx: Transaction, opportunity_id: int) -> list[dict[str, Any]]:
    """The hand-overs of an opportunity that nobody has answered, oldest first."""
    return tx.find(HandOver, opportunity_id=opportunity_id, answered_at=None, void=0)


def answer(tx: Transaction, hand_over: dict[str, Any], *, accepted: bool, reason: str = "") -> None:
    """Answer a hand-over, and record once whether that was in time: met or missed is the taker's."""
    tx.update(HandOver, hand_over, answered_at=tx.now, accepted=int(accepted), reason=reason)
    known = hand_over_clock(tx, hand_over)
    if not known:
        record_hand_over(tx, hand_over, ended_at=tx.now)
    for clock in known:
        tx.update(Clock, clock, ended_at=clock["ended_at"] or tx.now)


def offer(tx: Transaction, opportunity_id: int, lead_id: int, giver_id: int, taker_id: int) -> None:
    """Offer an opportunity to somebody, whose clock starts now."""
    tx.insert(
        HandOver,
        opportunity_id=opportunity_id,
        lead_id=lead_id,
        giver_id=giver_id,
        taker_id=taker_id,
        at=tx.now,
        due_at=clocks.hand_over_by(tx.now, tx.rules, tx.store.calendar),
    )


def pass_on(tx: Transaction, opportunity: dict[str, Any], taker_id: int) -> bool:
    """Offer what nobody has answered to another, with a time of their own; says whether anything waited.

    It stays the giver's to have back. In time it was neither met nor missed; late, it is the miss of who kept it.
    """
    waiting = unanswered(tx, opportunity["id"])
    for row in waiting:
        if tx.now > row["due_at"]:
            answer(tx, row, accepted=False, reason=PASSED_ON)
        else:
            tx.update(HandOver, row, answered_at=tx.now, accepted=0, reason=PASSED_ON)
    if waiting:
        last = waiting[-1]
        giver_id = last["giver_id"] if last["giver_id"] != taker_id else tx.actor.user_id
        offer(tx, opportunity["id"], last["lead_id"], giver_id, taker_id)
    return bool(waiting)


def take_on(tx: Transaction, opportunity: dict[str, Any]) -> str:
    """Working an opportunity accepts its hand-over too, as a first touch accepts an at bat; says so if one waited."""
    waiting = unanswered(tx, opportunity["id"])
    for row in waiting:
        answer(tx, row, accepted=True)
    return "; hand-over accepted" if waiting else ""


def require_taker(tx: Transaction, user_id: int, field: str) -> str:
    """The name of somebody who may take an opportunity; raises Refusal, naming ``field``, for anybody else."""
    row = tx.store.row('SELECT name, role, active FROM "user" WHERE id = ?', (user_id,))
    if row is None or row[1] not in (UserRole.AE, UserRole.LEAD, UserRole.ADMIN) or not row[2]:
        raise Refusal("An opportunity goes to an account executive: choose one.", field)
    return str(row[0])


def close_alerts(tx: Transaction, opportunity_id: int) -> None:
    """End the alert of a rejection, whose cause is gone."""
    for (alert_id,) in tx.store.rows(_REJECTIONS, (opportunity_id, REJECTED)):
        tx.update(Alert, tx.get(Alert, alert_id), closed_at=tx.now)


# What is open is named as the index on open alerts has it: a year of a team's closes thousands.
_REJECTIONS = """
SELECT id FROM alert
WHERE entity = 'opportunity' AND entity_id = ? AND kind = ? AND closed_at IS NULL AND void = 0 ORDER BY id"""


# -- changing it -----------------------------------------------------------------------------------------------------


def change(tx: Transaction, opportunity: dict[str, Any], **changes: Any) -> None:
    """Change an opportunity; its version moves even when nothing else does, so that others see it was touched."""
    tx.update(Opportunity, opportunity, **{"version": opportunity["version"] + 1, **changes})


def enter(tx: Transaction, opportunity: dict[str, Any], stage: OpportunityStage, **changes: Any) -> None:
    """Put an opportunity into another stage: the spell there was ends, the next one begins."""
    for spell in tx.find(OpportunitySpell, opportunity_id=opportunity["id"], left_at=None, void=0):
        tx.update(OpportunitySpell, spell, left_at=tx.now)
    tx.insert(OpportunitySpell, opportunity_id=opportunity["id"], stage=stage, entered_at=tx.now)
    change(tx, opportunity, stage=stage, moved_at=tx.now, **changes)


def end(tx: Transaction, opportunity: dict[str, Any], stage: OpportunityStage, **changes: Any) -> str:
    """End an opportunity for good, with everything that waited on it; says so where a hand-over was accepted by it."""
    accepted = take_on(tx, opportunity)
    close_alerts(tx, opportunity["id"])
    for promise in tx.find(Callback, opportunity_id=opportunity["id"], state=PromiseState.OPEN, void=0):
        give_up(tx, promise)
    enter(tx, opportunity, stage, open=0, closed_at=tx.now, **changes)
    return accepted


def keep_words(tx: Transaction, opportunity: dict[str, Any], text: str) -> None:
    """Keep words on an opportunity, and in the story of the at bat behind it."""
    contact = primary_contact(tx, opportunity["id"])
    tx.insert(
        Note,
        opportunity_id=opportunity["id"],
        lead_id=lead_behind(tx, opportunity["id"]),
        contact_id=None if contact is None else contact["id"],
        account_id=opportunity["account_id"],
        user_id=tx.actor.user_id,
        at=tx.now,
        text=text,
    )
