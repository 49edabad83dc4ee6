"""Account executives with hand-overs, meetings and opportunities; the team lead with what is stuck or comes back."""

from __future__ import annotations

import random

from store.actor import Actor
from store.demo.lives import TALK
from store.demo.simulate import chances
from store.demo.simulate.chances import draw
from store.demo.simulate.world import Player, World
from store.instants import DAY, HOUR, MINUTE, Instant
from store.operations.closing import close
from store.operations.converting import ConvertDraft
from store.operations.deal_touch import log_on_opportunity
from store.operations.hand_over import AcceptDraft, RejectDraft, accept_hand_over, reject_hand_over
from store.operations.log_touch import log_touch
from store.operations.opportunity import (
    LoseDraft,
    OpportunityDraft,
    WinDraft,
    lose,
    open_opportunity,
    update_opportunity,
    win,
)
from store.operations.recycle import RecycleDraft, recycle
from store.operations.routing import AssignDraft, reassign_to
from store.operations.working import ApprovalDraft, approve, send_back
from store.queries.recycling import recycling
from store.rules.closing import CloseDraft
from store.rules.deal_touch import DealTouchDraft
from store.rules.touch import TouchDraft
from store.vocabulary import OPEN_OPPORTUNITY_STAGES, Channel, OpportunityStage, Outcome
from store.vocabulary import Disposition as D

_WAITS = """
SELECT h.opportunity_id FROM hand_over h JOIN opportunity o ON o.id = h.opportunity_id
WHERE h.taker_id = ? AND h.answered_at IS NULL AND h.void = 0 AND o.open = 1 AND h.at < ? ORDER BY h.at, h.id"""
_MET = """
SELECT m.lead_id FROM meeting m JOIN lead l ON l.id = m.lead_id
WHERE m.result = 'booked' AND m.host_id = ? AND m.at < ? AND m.void = 0 AND l.outcome = 'meeting_booked'
ORDER BY m.at, m.id LIMIT 1"""
_DEALS = """
SELECT o.id, o.stage, o.moved_at, o.amount FROM opportunity o
WHERE o.owner_id = ? AND o.open = 1 AND o.rejected_at IS NULL AND o.void = 0
  AND NOT EXISTS (SELECT 1 FROM hand_over h WHERE h.opportunity_id = o.id AND h.answered_at IS NULL AND h.void = 0)
ORDER BY o.moved_at, o.id"""


class Executive(Player):
    """An account executive, who answers, meets, and works opportunities to won or lost."""

    def __init__(self, world: World, actor: Actor) -> None:
        self.world = world
        self.actor = actor
        self.rng = random.Random(f"executive {world.plan.seed} {actor.user_id}")
        self._lie: dict[int, Instant] = {}  # what does not get its answer before then

    def turn(self) -> Instant | None:
        world, rng = self.world, self.rng
        if not world.at_work(self.actor):
            return world.next_morning(self.actor) + round(rng.uniform(5, 30) * MINUTE)
        if self._meet() or self._answer() or self._work():
            return world.now + round(rng.uniform(6, 25) * MINUTE)
        return world.now + round(rng.uniform(30, 60) * MINUTE)

    def _answer(self) -> bool:
        world, rng = self.world, self.rng
        for (deal_id,) in world.store.rows(_WAITS, (self.actor.user_id, world.now - HOUR)):
            if self._lie.get(deal_id, 0) > world.now:
                continue
            if deal_id not in self._lie and rng.random() < 0.08:
                self._lie[deal_id] = world.now + round(rng.uniform(0.5, 4) * DAY)
                continue
            if rng.random() < 0.1:
                bogus = rng.random() < 0.05
                reason = draw(rng, chances.REJECTED)
                draft = RejectDraft(deal_id, reason, "not what was said on the phone", bogus=bogus)
                if world.do(reject_hand_over, self.actor, draft) is not None:
                    return True
            return world.do(accept_hand_over, self.actor, AcceptDraft(deal_id)) is not None
        return False

    def _meet(self) -> bool:
        """Say what became of a meeting that is over, and open the opportunity that came of it."""
        world, rng = self.world, self.rng
        lead_id = world.store.value(_MET, (self.actor.user_id, world.now - 45 * MINUTE))
        if lead_id is None:
            return False
        if rng.random() < 0.25:
            return world.do(log_touch, self.actor, TouchDraft(lead_id, Channel.MEETING, D.NO_SHOW)) is not None
        held = TouchDraft(lead_id, Channel.MEETING, D.HELD, duration=1800, note=rng.choice(TALK))
        done = world.do(log_touch, self.actor, held)
        if done is not None and rng.random() < 0.6:
            amount, probability = rng.choice(chances.AMOUNTS), rng.choice((10, 20, 30))
            closes = world.iso(rng.randint(20, 120))
            draft = ConvertDraft(lead_id, amount=amount, probability=probability, close_date=closes)
            world.do(open_opportunity, self.actor, draft)
        return done is not None

    def _work(self) -> bool:
        """Move the opportunity that has waited longest beyond its time."""
        world, rng = self.world, self.rng
        for deal_id, stage, moved_at, amount in world.store.rows(_DEALS, (self.actor.user_id,)):
            patience = random.Random(f"patience {deal_id} {stage}").expovariate(1 / 12) + 2
            if moved_at + patience * DAY > world.now:
                continue
            chance = rng.random()
            if chance < 0.35:
                what = (D.CONVERSATION, D.NO_ANSWER)[rng.random() < 0.5]
                touch = DealTouchDraft(deal_id, Channel.CALL, what, note=rng.choice(TALK))
                if world.do(log_on_opportunity, self.actor, touch) is None:
                    continue
            if chance < 0.25:
                continue  # spoken to, and it stands where it stood
            return self._move(deal_id, OpportunityStage(stage), amount)
        return False

    def _move(self, deal_id: int, stage: OpportunityStage, amount: int) -> bool:
        rng, world = self.rng, self.world
        if rng.random() < 0.26:
            reason = draw(rng, chances.LOST)
            competitor = rng.choice(chances.COMPETITORS) if reason == "competitor" else ""
            return world.do(lose, self.actor, LoseDraft(deal_id, reason, competitor=competitor)) is not None
        further = OPEN_OPPORTUNITY_STAGES.index(stage) + 1
        if further == len(OPEN_OPPORTUNITY_STAGES):
            return world.do(win, self.actor, WinDraft(deal_id)) is not None
        draft = OpportunityDraft(
            deal_id,
            stage=OPEN_OPPORTUNITY_STAGES[further],
            probability=20 + 20 * further,
            amount=round(amount * rng.uniform(0.8, 1.2)) if rng.random() < 0.3 else None,
            close_date=world.iso(rng.randint(10, 60)),
        )
        return world.do(update_opportunity, self.actor, draft) is not None


_ASKED = "SELECT lead_id FROM approval WHERE decided_at IS NULL AND void = 0 AND asked_at < ? ORDER BY id"
_TOLD = """
SELECT a.entity_id, a.opened_at, l.connected_at FROM alert a JOIN lead l ON l.id = a.entity_id
WHERE a.entity = 'lead' AND a.kind = ? AND a.closed_at IS NULL AND a.void = 0 AND l.open = 1 ORDER BY a.id"""
_LEAST = """
SELECT u.id FROM "user" u WHERE u.role = 'sdr' AND u.active = 1
  AND NOT EXISTS (SELECT 1 FROM absence a WHERE a.user_id = u.id AND a.void = 0 AND ? BETWEEN a.starts AND a.ends)
ORDER BY (SELECT count(*) FROM lead WHERE owner_id = u.id AND open = 1), u.id LIMIT 1"""
_BACK_A_DAY = 15


class TeamLead(Player):
    """The team lead, who looks in four times a day."""

    def __init__(self, world: World, actor: Actor) -> None:
        self.world = world
        self.actor = actor
        self.rng = random.Random(f"lead {world.plan.seed}")
        self._recycled = ""

    def turn(self) -> Instant | None:
        world = self.world
        if not world.at_work(self.actor):
            return world.next_morning(self.actor) + round(self.rng.uniform(10, 40) * MINUTE)
        self._approve()
        self._give()
        self._decide()
        if self._recycled != (today := world.today.isoformat()):
            self._recycled = today
            self._bring_back()
        return world.now + round(self.rng.uniform(100, 140) * MINUTE)

    def _approve(self) -> None:
        for (lead_id,) in self.world.store.rows(_ASKED, (self.world.now - HOUR,)):
            chance = self.rng.random()
            if chance < 0.62:
                self.world.do(approve, self.actor, ApprovalDraft(lead_id, "agreed"))
            elif chance < 0.78:
                words = "call the plant manager first, they buy from us elsewhere"
                self.world.do(send_back, self.actor, ApprovalDraft(lead_id, words))

    def _give(self) -> None:
        """What nobody could be given goes to whoever has least."""
        for lead_id, *_ in self.world.store.rows(_TOLD, ("unrouted",)):
            rep = self.world.store.value(_LEAST, (self.world.today.isoformat(),))
            if rep is not None:
                self.world.do(reassign_to, self.actor, AssignDraft(lead_id, rep))
                self.world.heard(rep)

    def _decide(self) -> None:
        """What is stale, or over and undecided, for longer than a day: put off with a date, or let go."""
        world, rng = self.world, self.rng
        for kind in ("stale", "expiry"):
            for lead_id, told_at, connected_at in world.store.rows(_TOLD, (kind,)):
                if told_at > world.now - DAY or rng.random() < 0.6:
                    continue
                draft = CloseDraft(lead_id, Outcome.NO_RESPONSE)
                if connected_at is not None:
                    back = world.at_opening(world.now + rng.randint(60, 120) * DAY, rng)
                    draft = CloseDraft(lead_id, Outcome.NOT_READY, reason="cold", back_at=back)
                world.do(close, self.actor, draft)

    def _bring_back(self) -> None:
        """Some of those who may come back, the newest first, as many as the team has room for."""
        reps = len([rep for rep in self.world.people if rep.role == "sdr" and not self.world.is_away(rep)])
        page = recycling(self.world.store, self.world.now, ahead=False, limit=_BACK_A_DAY * 2)
        for row in page.rows[: min(_BACK_A_DAY, 1 + reps)]:
            done = self.world.do(recycle, self.actor, RecycleDraft(row.id))
            if done is not None and done.lead_id is not None:
                self.world.heard(self.world.store.value("SELECT owner_id FROM lead WHERE id = ?", (done.lead_id,)))
