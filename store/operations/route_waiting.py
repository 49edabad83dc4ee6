"""At bats that routing found nobody for are routed again as soon as somebody may be given them.

See docs/model.md, "Routing".
"""

from __future__ import annotations

from dataclasses import dataclass

from store.actor import SYSTEM
from store.database import Store
from store.instants import Instant
from store.operations.at_bat import assign
from store.operations.routing import candidates, route
from store.operations.transaction import Done, Transaction, operation
from store.rules.routing import UNROUTED
from store.vocabulary import UserRole

_MOST = 50  # looked at each time; where turns are taken, the first of them finds whoever is free


@dataclass(frozen=True, slots=True)
class RouteDraft:
    """The oldest that can be routed; it needs nothing."""


def route_next_waiting(store: Store, now: Instant) -> bool:
    """Route the oldest at bat that waits for somebody to be free; whether there was one."""
    if store.value(_ANY) is None or not _somebody_is_free(store, now):
        return False
    key = f"route/{now}/{store.value('SELECT max(id) FROM operation')}"
    return route_waiting(store, SYSTEM, now, RouteDraft(), key=key).operation_id != 0


@operation("route_waiting")
def route_waiting(tx: Transaction, draft: RouteDraft) -> Done:
    """Give the oldest unrouted at bat to whom the rules find now; nothing where they find nobody for any."""
    for (lead_id,) in tx.store.rows(_WAITING, (UNROUTED, _MOST)):
        lead = tx.lead(lead_id)
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
        if routed.rule != UNROUTED:
            tx.not_before(max(lead.updated_at, lead.stage_at))
            tx.lead_id = lead.id
            assign(tx, lead, routed.owner_id, routed.rule, routed.trace)
            return Done(tx.id, "", lead.id)
    return Done(0, "")


def _somebody_is_free(store: Store, now: Instant) -> bool:
    """Whether anybody may be given one, or the team has a pool to put it in."""
    rules = store.rules.routing
    return rules.pull or any(
        one.available and one.role is not UserRole.AE and one.capacity and one.open < rules.open_lead_limit
        for one in candidates(store, now)
    )


_UNROUTED = """
FROM alert a JOIN lead l ON l.id = a.entity_id
WHERE a.kind = 'unrouted' AND a.entity = 'lead' AND a.closed_at IS NULL AND a.void = 0
  AND l.open = 1 AND l.owner_id IS NULL AND l.stage <> 'disqualified'"""
_ANY = f"SELECT 1 {_UNROUTED} LIMIT 1"
_WAITING = f"""
SELECT DISTINCT l.id {_UNROUTED} AND ? = (
    SELECT rule FROM assignment WHERE lead_id = l.id AND void = 0 ORDER BY id DESC LIMIT 1)
ORDER BY l.opened_at, l.id LIMIT ?"""
