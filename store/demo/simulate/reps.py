"""A rep's day: take the first of the queue that can be worked now, do it, look again.

What is done with an at bat is ``store.demo.simulate.work``; here is when, and what comes when the queue is empty.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import islice

from store.actor import Actor
from store.demo.simulate.chances import LOST, draw
from store.demo.simulate.work import Work, asleep
from store.demo.simulate.world import Player, World
from store.instants import HOUR, MINUTE, SECOND, Instant
from store.operations.hand_over import HandOverDraft, hand_over
from store.operations.opportunity import LoseDraft, lose
from store.operations.routing import ClaimDraft, claim_next
from store.queries.queue import QueueRow, rows, walk

_LOOKS = (6, 80)  # how far down the queue one looks for what can be worked now
_IDLE = 15 * MINUTE
_TARGETS_A_DAY = 2  # at bats that a rep with time left begins by themself
_ENOUGH = 90  # open at bats of a rep who looks for no more
_REJECTED = """
SELECT id FROM opportunity WHERE owner_id = ? AND open = 1 AND rejected_at IS NOT NULL AND void = 0 ORDER BY id"""
_HELD = "SELECT count(*) FROM lead WHERE owner_id = ? AND open = 1"
_POOLED = "SELECT 1 FROM lead WHERE owner_id IS NULL AND open = 1 LIMIT 1"


class Rep(Player):
    """One SDR, who works their own queue in its order."""

    def __init__(self, world: World, actor: Actor, aes: Sequence[Actor]) -> None:
        self.world = world
        self.actor = actor
        self.rng = random.Random(f"rep {world.plan.seed} {actor.user_id}")
        self.aes = aes
        self.work = Work(world, actor, self.rng, aes)
        self.idle = False
        self._lunch = 3 * HOUR + self.rng.randrange(0, 60, 15) * MINUTE  # after the opening
        self._day = ""
        self._aside: set[int] = set()  # at bats that could not be worked today
        self._begun = 0

    def hears(self) -> None:
        """Something came in for them: whoever has nothing to do looks at once."""
        if self.idle and self.world.at_work(self.actor):
            self.world.wake(self, self.world.now + round(self.rng.uniform(20, 150)) * SECOND)

    def turn(self) -> Instant | None:
        world, rng = self.world, self.rng
        self.idle = False
        if not world.at_work(self.actor):
            return world.next_morning(self.actor) + round(rng.uniform(0, 12) * MINUTE)
        if (today := world.today.isoformat()) != self._day:
            self._day, self._begun = today, 0
            self._aside.clear()
            self._mind_rejected()
        if (ends := self._at_lunch()) is not None:
            return ends
        row = self._first()
        if row is not None:
            before = world.now
            took = self.work.on(row)
            if took is None:
                self._aside.add(row.id)
            return max(world.now, before + (took or MINUTE))
        if self._take_more():
            return world.now + MINUTE
        self.idle = True
        return world.now + _IDLE

    def _at_lunch(self) -> Instant | None:
        begins = self.world.calendar.opening(self.world.today) + self._lunch
        ends = begins + 45 * MINUTE
        return ends if begins <= self.world.now < ends else None

    # -- what to work --------------------------------------------------------------------------------------------------

    def _first(self) -> QueueRow | None:
        """The first of the queue that can be worked now."""
        store, now = self.world.store, self.world.now
        for limit in _LOOKS:
            ids = list(islice(walk(store, self.actor.user_id, now, limit=limit), limit))
            found = rows(store, [lead_id for lead_id in ids if lead_id not in self._aside])
            for lead_id in ids:
                if lead_id in found and self._can(found[lead_id]):
                    return found[lead_id]
            if len(ids) < limit:
                break
        return None

    def _can(self, row: QueueRow) -> bool:
        """Whether it can be worked now: a promise is not kept early, nobody is called in the night."""
        lead, now = row.lead, self.world.now
        if lead.callback_at is not None and lead.callback_at > now + MINUTE and lead.unanswered_at is None:
            return False
        if lead.decision is not None or not asleep(self.world, row):
            return True
        return lead.callback_at is None and bool(row.emails) and not row.email_stopped

    # -- what else there is to do --------------------------------------------------------------------------------------

    def _take_more(self) -> bool:
        """Claim the next of what nobody has; else begin one oneself. Says whether there is something to do now."""
        store = self.world.store
        if store.value(_POOLED) and self.world.do(claim_next, self.actor, ClaimDraft()) is not None:
            return True
        if self._begun >= _TARGETS_A_DAY or self.rng.random() < 0.5:
            return False
        if store.value(_HELD, (self.actor.user_id,)) >= _ENOUGH:
            return False
        self._begun += 1
        return self.work.target()

    def _mind_rejected(self) -> None:
        """What sales sent back is given again, or let go."""
        for (deal_id,) in self.world.store.rows(_REJECTED, (self.actor.user_id,)):
            if self.rng.random() < 0.5:
                draft = HandOverDraft(deal_id, self.rng.choice(self.aes).user_id)
                if self.world.do(hand_over, self.actor, draft) is not None:
                    continue
            reason = draw(self.rng, LOST[:2])
            self.world.do(lose, self.actor, LoseDraft(deal_id, reason))
