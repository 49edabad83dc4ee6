"""What a rep does with the at bat in front of them, by how it stands, how warm they are, and chance."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from store.actor import SYSTEM, Actor
from store.demo.lives import LEARNED, TALK
from store.demo.names import HERE
from store.demo.simulate import chances
from store.demo.simulate.chances import draw
from store.demo.simulate.world import World
from store.instants import DAY, HOUR, MINUTE, SECOND
from store.lead_state import COLUMNS, LeadState, lead_state
from store.operations.closing import close
from store.operations.converting import ConvertDraft, QualifyDraft, convert, qualify
from store.operations.extend import ExtendDraft, extend
from store.operations.log_touch import log_touch
from store.operations.new_lead import NewLeadDraft, new_lead
from store.operations.people import PersonDraft, add_person
from store.operations.promises import SnoozeDraft, snooze
from store.operations.receive_signal import SignalIn, receive_signal
from store.operations.transaction import Done
from store.operations.undo import UndoDraft, undo
from store.operations.working import LeadDraft, NoteDraft, StatusDraft, accept, note, set_status
from store.queries.queue import QueueRow
from store.rules.closing import CloseDraft, NewPerson
from store.rules.path import RANK
from store.rules.qualification import Answers
from store.rules.touch import TouchDraft, direction_of
from store.vocabulary import (
    Answer,
    Channel,
    Decision,
    Direction,
    Motion,
    Outcome,
    Role,
    Stage,
    Status,
    Trigger,
    WithWhom,
)
from store.vocabulary import Disposition as D

_LEAD = f"SELECT {', '.join(COLUMNS)} FROM lead WHERE id = ?"
_CITY = "SELECT city, domain FROM account WHERE id = ?"
_OPEN_DEAL = "SELECT max(id) FROM opportunity WHERE account_id = ? AND open = 1 AND rejected_at IS NULL AND void = 0"
_TOOK = {  # minutes that each takes, with writing it down
    D.NO_ANSWER: (2, 4),
    D.BUSY: (1, 3),
    D.VOICEMAIL_LEFT: (2, 5),
    D.GATEKEEPER: (3, 6),
    D.WRONG_NUMBER: (2, 4),
    D.SENT: (3, 8),
    D.CONVERSATION: (6, 18),
    D.CALLBACK_REQUESTED: (3, 7),
    D.MEETING_BOOKED: (8, 20),
    D.NOT_INTERESTED: (2, 6),
}


def asleep(world: World, row: QueueRow) -> bool:
    """Whether the next step is a call, and this is no hour to make it."""
    return row.lead.next_channel in (Channel.CALL, None) and bool(world.store.is_asleep(row.zone, world.now))


class Work:
    """One rep's way with at bats; ``on`` answers how long it took, None where nothing could be done."""

    def __init__(self, world: World, actor: Actor, rng: random.Random, aes: Sequence[Actor]) -> None:
        self.world = world
        self.actor = actor
        self.rng = rng
        self.aes = aes

    def on(self, row: QueueRow) -> int | None:
        """Do what is next on an at bat, and now and then another small thing."""
        lead, rng = row.lead, self.rng
        if lead.decision is not None:
            done = self._decide(lead)
        elif rng.random() < 0.012 and self._put_off(lead):
            return MINUTE
        elif lead.stage is Stage.QUALIFIED:
            done = self._convert(lead)
        elif lead.unanswered_at is not None or lead.callback_at is not None:
            done = self._call(lead, row, eager=1.6)
        elif RANK[lead.stage] >= RANK[Stage.CONNECTED]:
            done = self._engage(lead, row)
        else:
            done = self._attempt(lead, row)
        if done is not None:
            self._besides(lead)
        return done

    # -- begun by oneself ----------------------------------------------------------------------------------------------

    def target(self) -> bool:
        """Begin an at bat on somebody who fits; says whether there is one now."""
        names = self.world.names
        company = names.company()
        made = self.rng.random() < 0.2
        draft = NewLeadDraft(
            Motion.REP_CREATED if made else Motion.OUTBOUND_TARGET,
            "own research" if made else "target list",
            company.name,
            names.person(HERE[company.city], company.domain),
            why="they are hiring for the work we save them" if made else "",
            called=False,
        )
        return self.world.do(new_lead, self.actor, draft) is not None

    # -- trying to reach them ------------------------------------------------------------------------------------------

    def _attempt(self, lead: LeadState, row: QueueRow) -> int | None:
        if lead.stage is Stage.NEW and self.rng.random() < 0.06:
            self.world.do(accept, self.actor, LeadDraft(lead.id))
        channel = lead.next_channel or Channel.CALL
        if asleep(self.world, row):
            channel = Channel.EMAIL
        if channel is Channel.CALL:
            return self._call(lead, row)
        if channel is Channel.OTHER:
            with_partner: dict[str, Any] = {"with_whom": WithWhom.PARTNER, "note": "will put in a word"}
            return self._log(lead, channel, D.CONVERSATION, **with_partner)
        return self._write(lead, channel)

    def _call(self, lead: LeadState, row: QueueRow, eager: float = 1.0) -> int | None:
        warmth, interest = chances.WARMTH[lead.motion], self.world.interest(lead.contact_id)
        if asleep(self.world, row) and row.emails and not row.email_stopped:
            return self._write(lead, Channel.EMAIL)
        if self.rng.random() >= min(0.85, chances.PICKS_UP * warmth * (0.25 + interest) * eager):
            return self._log(lead, Channel.CALL, draw(self.rng, chances.UNREACHED))
        if lead.contact_id is None and not self._meet(lead):
            return self._log(lead, Channel.CALL, D.GATEKEEPER)
        return self._talk(lead, draw(self.rng, chances.WARM if self.rng.random() < interest else chances.COOL))

    def _talk(self, lead: LeadState, said: D) -> int | None:
        rng = self.rng
        talk: dict[str, Any] = {"note": rng.choice(TALK), "duration": rng.randint(60, 900)}
        if said is D.CALLBACK_REQUESTED:
            length = rng.choice((3 * HOUR, DAY, 2 * DAY, 6 * DAY))
            at = self.world.at_opening(self.world.now + round(length * rng.uniform(0.8, 1.1)), rng)
            talk["next_at"] = at - at % (15 * MINUTE)
            talk["anyone"] = rng.random() < 0.1
            if (done := self._log(lead, Channel.CALL, said, **talk)) is not None:
                return done
            said = D.CONVERSATION  # one promise too many, or that hour has passed
            talk = {"note": talk["note"], "duration": talk["duration"]}
        done = self._log(lead, Channel.CALL, said, **talk)
        if done is not None and said is D.MEETING_BOOKED:
            self._decide(self._now(lead))
        return done

    def _meet(self, lead: LeadState) -> bool:
        """A company without a person: whoever answers says who it is about."""
        city, domain = self.world.store.row(_CITY, (lead.account_id,)) or ("", "")
        if city not in HERE:
            return False
        person = self.world.names.person(HERE[city], domain)
        draft = PersonDraft(lead.id, Role.DECISION_MAKER, person=person)
        return self.world.do(add_person, self.actor, draft) is not None

    def _write(self, lead: LeadState, channel: Channel) -> int | None:
        rng, world = self.rng, self.world
        took = self._log(lead, channel, D.SENT)
        if took is None or lead.contact_id is None:
            return took
        chance, at = rng.random(), world.now + round(rng.lognormvariate(1.2, 1.1) * HOUR)
        if channel is Channel.EMAIL and chance < chances.BOUNCES:
            world.later(world.now + MINUTE, partial(self._comes_back, lead.id, D.BOUNCED))
        elif channel is Channel.EMAIL and chance < chances.BOUNCES + chances.UNSUBSCRIBES:
            world.later(at, partial(self._comes_back, lead.id, D.UNSUBSCRIBE))
        elif channel is Channel.EMAIL and chance < chances.BOUNCES + chances.UNSUBSCRIBES + chances.OUT_OF_OFFICE:
            world.later(world.now + MINUTE, partial(self._comes_back, lead.id, D.SENT))
        elif rng.random() < chances.WRITES_BACK * chances.WARMTH[lead.motion] * (0.2 + world.interest(lead.contact_id)):
            world.later(at, partial(self._comes_back, lead.id, D.REPLIED))
        return took

    def _comes_back(self, lead_id: int, what: D) -> None:
        """What an e-mail brought: to the at bat while it is open, a late reply by intake."""
        world = self.world
        lead = self._read(lead_id)
        if lead.open and lead.stage is not Stage.DISQUALIFIED:
            note = {D.REPLIED: "sounds useful, call me this week", D.SENT: "Out of office until Monday"}.get(what, "")
            draft = TouchDraft(
                lead_id, Channel.EMAIL, what, direction=Direction.IN, note=note, automated=what is D.SENT
            )
            world.do(log_touch, SYSTEM, draft)
            world.heard(lead.owner_id)
        elif what is D.REPLIED and not lead.open and lead.contact_id is not None:
            signal = SignalIn(
                "reply", lead.source, contact_id=lead.contact_id, external_id=f"reply {lead_id} {world.now}"
            )
            done = world.do(receive_signal, SYSTEM, signal)
            if done is not None and done.lead_id is not None:
                world.heard(self._read(done.lead_id).owner_id)

    # -- once they spoke -----------------------------------------------------------------------------------------------

    def _engage(self, lead: LeadState, row: QueueRow) -> int | None:
        """Find out, qualify, put off, or let go."""
        rng, interest = self.rng, self.world.interest(lead.contact_id)
        chance = rng.random()
        if asleep(self.world, row):
            return self._write(lead, Channel.EMAIL)
        if chance < 0.16 + 0.3 * interest:
            return self._qualify(lead)
        if chance < 0.72:
            if lead.next_channel in (Channel.EMAIL, Channel.LINKEDIN) and rng.random() < 0.6:
                return self._write(lead, lead.next_channel)
            return self._call(lead, row, eager=2.2)
        if chance < 0.84:
            return self._not_ready(lead)
        if chance < 0.94:
            return self._bad_fit(lead)
        draft = CloseDraft(lead.id, Outcome.RE_ENGAGE, back_at=self.world.now + rng.randint(30, 200) * DAY)
        if rng.random() < 0.4:
            draft = CloseDraft(
                lead.id, Outcome.RE_ENGAGE, back_on=rng.choice((Trigger.TITLE_CHANGED, Trigger.BUDGET_APPROVED))
            )
        return self._do(close, draft, 2)

    def _qualify(self, lead: LeadState) -> int | None:
        rng = self.rng
        if lead.contact_id is None and not self._meet(lead):
            return None
        answers = Answers(Answer.YES, *rng.choice(chances.GOOD))
        if rng.random() < 0.12:
            answers = Answers(Answer.YES, Answer.NO, Answer.YES, Answer.UNKNOWN)
        done = self._do(qualify, QualifyDraft(lead.id, answers, learned=rng.choice(LEARNED)), 9)
        if done is not None and answers.refused():
            self._do(close, CloseDraft(lead.id, Outcome.BAD_FIT, reason="no_budget"), 2)
        elif done is not None and rng.random() < 0.5:
            self._convert(self._now(lead))
        return done

    def _convert(self, lead: LeadState) -> int | None:
        rng, world = self.rng, self.world
        chance = rng.random()
        if chance < 0.1:
            return self._not_ready(lead)
        if chance < 0.25:
            return self._log(lead, Channel.CALL, draw(rng, chances.UNREACHED[:3]))
        taker = rng.choice(self.aes).user_id
        known = world.store.value(_OPEN_DEAL, (lead.account_id,)) if lead.account_id is not None else None
        draft = ConvertDraft(
            lead.id,
            opportunity_id=known,
            amount=0 if known else rng.choice(chances.AMOUNTS),
            probability=0 if known else rng.choice((10, 20, 30)),
            close_date=world.iso(rng.randint(20, 120)),
            answers=Answers(Answer.YES, *rng.choice(chances.GOOD)),
            taker_id=None if known else taker,
        )
        return self._do(convert, draft, 6)

    def _not_ready(self, lead: LeadState) -> int | None:
        back = self.world.at_opening(self.world.now + self.rng.randint(20, 150) * DAY, self.rng)
        draft = CloseDraft(lead.id, Outcome.NOT_READY, reason=self.rng.choice(chances.NOT_READY), back_at=back)
        return self._do(close, draft, 2)

    def _bad_fit(self, lead: LeadState) -> int | None:
        draft = CloseDraft(lead.id, Outcome.BAD_FIT, reason=self.rng.choice(chances.BAD_FIT))
        if self.rng.random() < 0.15:
            competitor = self.rng.choice(chances.COMPETITORS)
            draft = CloseDraft(lead.id, Outcome.BAD_FIT, reason="competitor", competitor=competitor)
        return self._do(close, draft, 2)

    # -- what the rules ask to decide ----------------------------------------------------------------------------------

    def _decide(self, lead: LeadState) -> int | None:
        decide = _DECISIONS.get(lead.decision) if lead.decision is not None else None
        return decide(self, lead) if decide is not None else self._talk(lead, D.CONVERSATION)

    def _meeting(self, lead: LeadState) -> int | None:
        if lead.contact_id is None and not self._meet(lead):
            return None
        at = self.world.at_opening(self.world.now + self.rng.randint(1, 8) * DAY, self.rng)
        draft = ConvertDraft(lead.id, meeting_at=at - at % (15 * MINUTE), taker_id=self.rng.choice(self.aes).user_id)
        return self._do(convert, draft, 5)

    def _wrong_person(self, lead: LeadState) -> int | None:
        city, domain = self.world.store.row(_CITY, (lead.account_id,)) or ("", "")
        right: NewPerson | None = None
        if city in HERE and self.rng.random() < 0.5:
            right = self.world.names.person(HERE[city], domain)
        return self._do(close, CloseDraft(lead.id, Outcome.WRONG_PERSON, right_person=right), 3)

    def _bad_data(self, lead: LeadState) -> int | None:
        return self._do(close, CloseDraft(lead.id, Outcome.BAD_DATA, datum="phone and e-mail"), 1)

    def _expired(self, lead: LeadState) -> int | None:
        rng = self.rng
        if rng.random() < 0.1 and (took := self._do(extend, ExtendDraft(lead.id, "asked for two more weeks"), 2)):
            return took
        if lead.connected and rng.random() < 0.6:
            return self._not_ready(lead)
        return self._do(close, CloseDraft(lead.id, Outcome.NO_RESPONSE), 1)

    def _stale(self, lead: LeadState) -> int | None:
        if self.rng.random() < 0.4:
            return self._log(lead, Channel.CALL, draw(self.rng, chances.UNREACHED[:3]))
        return self._not_ready(lead) if lead.connected else self._do(close, CloseDraft(lead.id, Outcome.NO_RESPONSE), 1)

    def _again(self, lead: LeadState) -> int | None:
        """Sent back, or a meeting to book anew: they are called."""
        if self.rng.random() < 0.35:
            return self._talk(lead, D.MEETING_BOOKED if lead.decision is Decision.REBOOK else D.CONVERSATION)
        return self._log(lead, Channel.CALL, draw(self.rng, chances.UNREACHED[:3]))

    def _no_show(self, lead: LeadState) -> int | None:
        return self._do(close, CloseDraft(lead.id, Outcome.NO_SHOW), 1)

    # -- small things --------------------------------------------------------------------------------------------------

    def _put_off(self, lead: LeadState) -> bool:
        until = self.world.at_opening(self.world.now + self.rng.randint(1, 3) * DAY, self.rng)
        return lead.callback_at is None and self._do(snooze, SnoozeDraft(lead.id, until), 1) is not None

    def _besides(self, lead: LeadState) -> None:
        """Now and then: a slip taken back and done again later, a note, a status corrected by hand."""
        chance = self.rng.random()
        if chance < 0.004:
            self.world.do(undo, self.actor, UndoDraft())
        elif chance < 0.03:
            if self._now(lead).open:
                self.world.do(note, self.actor, NoteDraft(lead.id, self.rng.choice(LEARNED)))
        elif chance < 0.034:
            after = self._now(lead)
            if after.open and after.stage is Stage.CONNECTED and after.status is Status.CONNECTED:
                self.world.do(set_status, self.actor, StatusDraft(lead.id, Status.WORKING, why="we speak every day"))

    # -- acting --------------------------------------------------------------------------------------------------------

    def _log(self, lead: LeadState, channel: Channel, disposition: D, **more: Any) -> int | None:
        more.setdefault("direction", direction_of(disposition))
        if disposition is D.WRONG_NUMBER and lead.contact_id is None:
            disposition = D.NO_ANSWER
        low, high = _TOOK.get(disposition, (2, 4))
        minutes = self.rng.uniform(low, high)
        return self._do(log_touch, TouchDraft(lead.id, channel, disposition, **more), minutes)

    def _do(self, act: Any, draft: Any, minutes: float) -> int | None:
        done: Done | None = self.world.do(act, self.actor, draft)
        return None if done is None else round(minutes * 60) * SECOND

    def _read(self, lead_id: int) -> LeadState:
        row = self.world.store.row(_LEAD, (lead_id,))
        assert row is not None
        return lead_state(row)

    def _now(self, lead: LeadState) -> LeadState:
        return self._read(lead.id)


_DECISIONS: Mapping[Decision, Callable[[Work, LeadState], int | None]] = {
    Decision.CONVERT: Work._meeting,
    Decision.NOT_INTERESTED: Work._bad_fit,
    Decision.WRONG_PERSON: Work._wrong_person,
    Decision.BAD_DATA: Work._bad_data,
    Decision.EXPIRED: Work._expired,
    Decision.STALE: Work._stale,
    Decision.RETURNED: Work._again,
    Decision.REBOOK: Work._again,
    Decision.NO_SHOW: Work._no_show,
}
