"""What a person is rung for: a hot at bat nobody touched yet, a reply, a promise that falls due."""

from __future__ import annotations

from dataclasses import dataclass

from store.database import Store
from store.instants import Instant
from store.rules.queue_order import HOT

_MOST = 200


@dataclass(frozen=True, slots=True)
class Ring:
    """One reason to ring: ``key`` is the same whenever it is read again; ``words`` say what it is.

    ``lead_id`` of a promise on an opportunity is the newest at bat behind it, 0 for none.
    """

    key: tuple[str, int, int]
    lead_id: int
    words: str
    name: str


def rings(store: Store, user_id: int, now: Instant) -> tuple[Ring, ...]:
    """Everything that a user could be rung for at ``now``, promises first; three queries, each along an index."""
    asked = {"user": user_id, "due": now + store.rules.queue.callback_lead, "now": now, "most": _MOST}
    promises = [
        Ring(("callback", id, due), lead_id, "callback due", name)
        for id, lead_id, due, name in store.rows(_PROMISES, asked)
    ]
    hot = [
        Ring(("reply", lead_id, unanswered) if unanswered is not None else ("hot", lead_id, 0), lead_id, words, name)
        for lead_id, unanswered, words, name in store.rows(_HOT, asked)
    ]
    told = [Ring(("told", id, due), lead_id, words, name) for id, due, lead_id, words, name in store.rows(_TOLD, asked)]
    return (*promises, *told, *hot)


_NAME = "coalesce(nullif(c.name, ''), a.name, '')"
# What is done on an opportunity is told of the newest at bat behind it.
_BEHIND = """(
    SELECT v.lead_id FROM conversion v WHERE v.opportunity_id = p.opportunity_id AND v.void = 0
      AND v.reversed_at IS NULL ORDER BY v.at DESC, v.id DESC LIMIT 1)"""
_PROMISES = f"""
SELECT p.id, coalesce(p.lead_id, {_BEHIND}, 0), p.due_at, {_NAME}
FROM callback p LEFT JOIN lead l ON l.id = p.lead_id LEFT JOIN opportunity o ON o.id = p.opportunity_id
LEFT JOIN contact c ON c.id = coalesce(l.contact_id, p.contact_id)
LEFT JOIN account a ON a.id = coalesce(l.account_id, o.account_id)
WHERE p.state = 'open' AND p.void = 0 AND p.due_at <= :due
  AND (p.promiser_id = :user OR p.promiser_id IS NULL AND coalesce(l.owner_id, o.owner_id) = :user)
ORDER BY p.due_at LIMIT :most"""
_TOLD = f"""
SELECT p.id, p.due_at, coalesce({_BEHIND}, 0), p.words, coalesce(nullif(c.name, ''), o.name)
FROM task p JOIN opportunity o ON o.id = p.opportunity_id LEFT JOIN contact c ON c.id = p.contact_id
WHERE p.user_id = :user AND p.state = 'open' AND p.void = 0 AND p.kind = 'told' AND o.open = 1
ORDER BY p.due_at LIMIT :most"""
_HOT = f"""
SELECT l.id, l.unanswered_at, CASE WHEN l.unanswered_at IS NULL THEN 'new hot lead'
       WHEN l.last_disposition = 'replied' AND l.last_touch_at = l.unanswered_at THEN 'reply' ELSE 'signal' END, {_NAME}
FROM lead l INDEXED BY lead_queue
LEFT JOIN contact c ON c.id = l.contact_id LEFT JOIN account a ON a.id = l.account_id
WHERE l.owner_id IS :user AND l.open = 1 AND l.tier = {HOT} AND (l.snoozed_until > :now) IS NOT 1
ORDER BY l.due_at LIMIT :most"""
