"""How an ordinary at bat goes: it is opened, tried, perhaps reached, and ends in one of the usual ways.

The chances are those a team would recognise, not a study; see docs/model.md for what each step does.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from store.demo.arrival import Arrival
from store.demo.scene import Company, Scene, Story
from store.errors import Refusal
from store.instants import DAY, HOUR, MINUTE, Instant
from store.lead_state import LeadState
from store.operations.converting import ConvertDraft, QualifyDraft, convert, qualify
from store.operations.working import ApprovalDraft, LeadDraft, NoteDraft, accept, approve, note
from store.rules.path import RANK
from store.rules.qualification import Answers
from store.rules.queue_order import HOT
from store.rules.standing import ends_at
from store.vocabulary import Answer, Channel, Decision, Direction, Disposition, Motion, Outcome, Stage, WithWhom

D = Disposition


@dataclass(frozen=True, slots=True)
class Kind:
    """How at bats of one motion come about: how often, from where, what triggered them, how warm they are."""

    weight: int
    sources: tuple[str, ...]
    triggers: tuple[str, ...]
    warmth: float
    signal: str = ""


KINDS: Mapping[Motion, Kind] = {
    Motion.DEMO_REQUEST: Kind(14, ("website",), ("demo request, pricing page", "demo request"), 0.45, "demo_request"),
    Motion.EVENT_FOLLOW_UP: Kind(10, ("trade fair",), ("talk on returns", "visit at our stand"), 0.25, "event"),
    Motion.OUTBOUND_TARGET: Kind(26, ("target list", "LinkedIn"), ("fits the target list", "new plant opened"), 0.12),
    Motion.PARTNER_REFERRAL: Kind(7, ("Hallam Partners",), ("introduced by Hallam Partners",), 0.4, "referral"),
    Motion.REACTIVATION: Kind(8, ("past at bats",), ("title changed", "new budget year"), 0.2),
    Motion.EXPANSION: Kind(4, ("customer",), ("asked about a second site",), 0.5, "reply"),
    Motion.INTENT_SIGNAL: Kind(10, ("intent data",), ("compares vendors", "reads about returns"), 0.2, "intent"),
    Motion.CAMPAIGN_RESPONSE: Kind(16, ("webinar", "newsletter"), ("webinar: shorter lead times",), 0.25, "webinar"),
    Motion.REP_CREATED: Kind(5, ("own research",), ("read of their expansion",), 0.18),
}
_BEFORE = ("pricing_page", "download")  # what the warmer ones did on the days before
LEARNED = (
    "budget in Q1, send the security sheet",
    "two sites, wants to start with one",
    "uses spreadsheets, tired of them",
    "contract with their supplier ends in spring",
    "asked how long the set-up takes",
    "needs the CFO's word above 20k",
    "likes the reports, worried about the data import",
)
TALK = (
    "good talk, wants to see it with their own data",
    "short on time, friendly",
    "compares us with two others",
    "has to ask the plant manager",
    "liked the example from their industry",
)
_UNREACHED = ((D.NO_ANSWER, 52), (D.VOICEMAIL_LEFT, 30), (D.GATEKEEPER, 9), (D.BUSY, 5), (D.WRONG_NUMBER, 4))
_REACHED = (
    (D.CONVERSATION, 58),
    (D.CALLBACK_REQUESTED, 14),
    (D.MEETING_BOOKED, 9),
    (D.NOT_INTERESTED, 13),
    (D.WRONG_PERSON, 4),
    (D.DO_NOT_CONTACT, 2),
)
_BAD_FIT = ("no_need", "wrong_size", "wrong_industry", "wrong_geography", "no_budget", "wrong_product")
_NOT_READY = ("timing", "no_budget", "cold", "no_authority")

_OURS = frozenset({Motion.OUTBOUND_TARGET, Motion.REACTIVATION, Motion.REP_CREATED})  # begun by a rep
_AWAY = "SELECT 1 FROM absence WHERE user_id = ? AND ? BETWEEN starts AND ends AND void = 0"
_PATIENCE = 6  # refusals after which a rep leaves an at bat as it is


class Lives:
    """Plays at bats on a scene; draws on one source of chance."""

    def __init__(self, scene: Scene, rng: random.Random, companies: Sequence[Company]) -> None:
        self.scene = scene
        self.rng = rng
        self.companies = list(companies)
        self.campaigns: Mapping[Motion, int] = {}
        self._known: list[tuple[int, Company]] = []
        self._reps = [actor for actor in scene.people.values() if actor.role == "sdr"]
        self._ae = [actor for actor in scene.people.values() if actor.role == "ae"]
        self._lead = next(actor for actor in scene.people.values() if actor.role == "lead")

    def begin(self) -> Story:
        """One at bat from its opening on; what finds nobody is taken by somebody later that day or the next."""
        arrival = self._arrival()
        lead_id, contact_id = self.scene.open(arrival, self.scene.actor(arrival.owner_id))
        company = next(company for company in reversed(self.companies) if company.id == arrival.account_id)
        if contact_id:
            self._known.append((contact_id, company))
        if self.scene.lead(lead_id).owner_id is None:
            yield self._later(12 * HOUR)
            if self.scene.lead(lead_id).owner_id is None:
                self.scene.do(accept, self.rng.choice(self._reps), LeadDraft(lead_id))
        yield from self.work(lead_id)

    def work(self, lead_id: int) -> Story:
        """Everything that happens on an at bat until it ends."""
        refusals = 0
        while refusals < _PATIENCE:
            lead = self.scene.lead(lead_id)
            if not lead.open:
                return
            if lead.stage is Stage.DISQUALIFIED:
                yield self._later(3 * HOUR)
                if self.scene.lead(lead_id).stage is Stage.DISQUALIFIED:
                    self.scene.do(approve, self._lead, ApprovalDraft(lead_id))
                continue
            yield self._turn(lead)
            lead = self.scene.lead(lead_id)  # the rules may have come first
            if not lead.open or lead.stage is Stage.DISQUALIFIED or self._away(lead):
                continue
            try:
                self._step(lead)
            except Refusal:  # one promise too many, nobody to call: something else comes to mind
                refusals += 1

    # -- how it begins -----------------------------------------------------------------------------------------------

    def _arrival(self) -> Arrival:
        rng, scene = self.rng, self.scene
        motion = rng.choices(tuple(KINDS), [kind.weight for kind in KINDS.values()])[0]
        kind = KINDS[motion]
        company, contact_id = self._who(again=motion in (Motion.REACTIVATION, Motion.EXPANSION))
        ours = motion in _OURS
        owner = rng.choices(self._reps, (9, *(5 for _ in self._reps[1:])))[0] if ours else None
        return Arrival(
            motion,
            rng.choice(kind.sources),
            company.id,
            person=None if contact_id else scene.somebody(company),
            contact_id=contact_id,
            owner_id=None if owner is None else owner.user_id,
            routed=not ours,
            trigger=rng.choice(kind.triggers),
            why="they are hiring for the work we save them" if motion is Motion.REP_CREATED else "",
            campaign_id=self.campaigns.get(motion),
            value=rng.choice((0, 0, 0, 800_000, 1_500_000, 2_400_000, 4_000_000)),
            signal=kind.signal,
            before=_BEFORE if kind.signal and rng.random() < kind.warmth else (),
        )

    def _who(self, *, again: bool) -> tuple[Company, int | None]:
        rng = self.rng
        if self._known and rng.random() < (0.9 if again else 0.15):
            for contact_id, company in rng.sample(self._known, min(6, len(self._known))):
                if self._free(contact_id):
                    return company, contact_id
        if self.companies and rng.random() < 0.35:
            return rng.choice(self.companies), None
        company = self.scene.company()
        self.companies.append(company)
        return company, None

    def _free(self, contact_id: int) -> bool:
        return not self.scene.store.value(
            "SELECT 1 FROM contact c WHERE c.id = ? AND (c.suppressed_at IS NOT NULL OR EXISTS"
            " (SELECT 1 FROM lead WHERE contact_id = c.id AND (open = 1 OR closed_at > ? OR outcome = ?)))",
            (contact_id, self.scene.now - 20 * DAY, Outcome.CONVERTED),
        )

    # -- when and how it goes on -------------------------------------------------------------------------------------

    def _turn(self, lead: LeadState) -> Instant:
        """When its owner gets to it: within its clock as a rule, soon where it is hot, else some time that day."""
        rng, now = self.rng, self.scene.now
        due = max(now, lead.due_at or now)
        if (ends := self._spent(lead)) is not None:
            return ends + HOUR
        if lead.first_touch_at is None and lead.first_touch_due_at is not None:
            calendar = self.scene.store.calendar
            allowed = max(calendar.elapsed(now, lead.first_touch_due_at), MINUTE)
            share = rng.uniform(0.2, 0.95) if rng.random() < 0.93 else rng.uniform(1.1, 3)
            return calendar.add_working(now, round(allowed * share))
        if lead.tier == HOT:
            return self._at_work(now + round(rng.lognormvariate(0.8, 0.6) * MINUTE))
        if lead.callback_at is not None:
            return due + round(rng.uniform(-4, 12) * MINUTE)
        day_later = rng.random() < 0.12
        return self._at_work(due + DAY * day_later + round(rng.uniform(0.05, 6.5) * HOUR))

    def _away(self, lead: LeadState) -> bool:
        """Whether its owner is away today, so that it waits until they are back."""
        facts = (lead.owner_id, self.scene.store.calendar.day(self.scene.now).isoformat())
        return self.scene.store.value(_AWAY, facts) is not None

    def _spent(self, lead: LeadState) -> Instant | None:
        """When a rule ends one whose last attempt was made; None for one that may still be tried."""
        store = self.scene.store
        ends = ends_at(lead, store.rules, store.calendar) if lead.decision is None else None
        return ends if ends is not None and (lead.expires_at is None or ends < lead.expires_at) else None

    def _later(self, length: int) -> Instant:
        return self._at_work(self.scene.now + round(length * self.rng.uniform(0.3, 2)))

    def _at_work(self, at: Instant) -> Instant:
        opens = self.scene.store.calendar.next_open(at)
        return at if opens == at else opens + round(self.rng.uniform(1, 150) * MINUTE)

    def _step(self, lead: LeadState) -> None:
        """What the owner does at this turn."""
        if lead.decision is not None:
            self._decide(lead)
        elif lead.stage is Stage.QUALIFIED:
            self._convert(lead)
        elif RANK[lead.stage] >= RANK[Stage.CONNECTED]:
            self._engage(lead)
        else:
            self._attempt(lead)

    def _attempt(self, lead: LeadState) -> None:
        rng, scene = self.rng, self.scene
        channel = lead.next_channel or Channel.CALL
        warmth = KINDS[lead.motion].warmth
        if channel is Channel.CALL:
            if rng.random() < warmth * 0.55:
                self._reach(lead)
            else:
                scene.log(lead.id, channel, _draw(rng, _UNREACHED))
        elif channel is Channel.OTHER:
            scene.log(lead.id, channel, D.CONVERSATION, with_whom=WithWhom.PARTNER, note="will put in a word")
        elif channel is Channel.EMAIL and rng.random() < 0.04:
            scene.log(lead.id, channel, D.BOUNCED, direction=Direction.IN)
        elif lead.attempts and rng.random() < warmth * 0.35:
            scene.log(lead.id, channel, D.REPLIED, note="sounds useful, call me this week")
        else:
            scene.log(lead.id, channel, D.SENT)

    def _reach(self, lead: LeadState) -> None:
        rng, scene = self.rng, self.scene
        disposition = _draw(rng, _REACHED)
        talk: dict[str, Any] = {"note": rng.choice(TALK), "duration": rng.randint(60, 900)}
        if disposition is D.CALLBACK_REQUESTED:
            promised = self._at_work(
                scene.now + round(rng.choice((3 * HOUR, DAY, 2 * DAY, 6 * DAY)) * rng.uniform(0.8, 1))
            )
            scene.log(lead.id, Channel.CALL, disposition, next_at=promised - promised % (15 * MINUTE), **talk)
        else:
            scene.log(lead.id, Channel.CALL, disposition, **talk)

    def _engage(self, lead: LeadState) -> None:
        """They spoke: find out, qualify, put off, or let go."""
        rng, scene = self.rng, self.scene
        chance = rng.random()
        owner = scene.actor(lead.owner_id)
        if lead.unanswered_at is not None:
            self._reach(lead)
        elif chance < 0.30:
            answers = Answers(Answer.YES, *rng.choice(_GOOD))
            scene.do(qualify, owner, QualifyDraft(lead.id, answers, learned=rng.choice(LEARNED)))
        elif chance < 0.58:
            if rng.random() < 0.3:
                scene.do(note, owner, NoteDraft(lead.id, rng.choice(LEARNED)))
            if rng.random() < 0.45:
                self._reach(lead)
            elif rng.random() < 0.3:
                scene.log(lead.id, Channel.EMAIL, D.SENT)
            else:
                scene.log(lead.id, Channel.CALL, _draw(rng, _UNREACHED[:3]))
        elif chance < 0.68:
            back = scene.now + rng.randint(6, 110) * DAY
            scene.close(lead.id, Outcome.NOT_READY, reason=rng.choice(_NOT_READY), back_at=back)
        elif chance < 0.76:
            self._bad_fit(lead)
        elif chance < 0.80:
            scene.close(lead.id, Outcome.RE_ENGAGE, back_at=scene.now + rng.randint(10, 150) * DAY)
        elif chance < 0.85:
            scene.log(lead.id, Channel.CALL, D.MEETING_BOOKED, note=rng.choice(TALK))
        else:
            scene.log(lead.id, Channel.EMAIL, D.REPLIED, note="sorry for the silence, still interested")

    def _decide(self, lead: LeadState) -> None:
        scene, rng = self.scene, self.rng
        if lead.decision is Decision.CONVERT:
            at = self._at_work(scene.now + rng.randint(1, 6) * DAY)
            taker = rng.choice(self._ae).user_id
            scene.do(convert, scene.actor(lead.owner_id), ConvertDraft(lead.id, meeting_at=at, taker_id=taker))
            scene.play(self._meeting(lead.id), at + 40 * MINUTE)
        elif lead.decision is Decision.NOT_INTERESTED:
            self._bad_fit(lead)
        elif lead.decision is Decision.WRONG_PERSON:
            scene.close(lead.id, Outcome.WRONG_PERSON)
        elif lead.decision is Decision.BAD_DATA:
            scene.close(lead.id, Outcome.BAD_DATA, datum="phone and e-mail")
        elif lead.decision is Decision.EXPIRED:
            scene.close(lead.id, Outcome.NO_RESPONSE)
        else:
            self._reach(lead)

    def _meeting(self, lead_id: int) -> Story:
        """The booked meeting takes place, or nobody comes."""
        kept = self.rng.random() < 0.72
        if kept:
            self.scene.log(lead_id, Channel.MEETING, D.HELD, duration=1800, note=self.rng.choice(TALK))
        else:
            self.scene.log(lead_id, Channel.MEETING, D.NO_SHOW)
        yield from ()

    def _bad_fit(self, lead: LeadState) -> None:
        if self.rng.random() < 0.15:
            self.scene.close(lead.id, Outcome.BAD_FIT, reason="competitor", competitor="Brightlane")
        else:
            self.scene.close(lead.id, Outcome.BAD_FIT, reason=self.rng.choice(_BAD_FIT))

    def _convert(self, lead: LeadState) -> None:
        scene, rng = self.scene, self.rng
        owner = scene.actor(lead.owner_id)
        if rng.random() < 0.15:
            scene.close(lead.id, Outcome.NOT_READY, reason="timing", back_at=scene.now + 60 * DAY)
            return
        draft = ConvertDraft(
            lead.id,
            amount=lead.value or rng.choice((600_000, 1_200_000, 2_000_000)),
            probability=rng.choice((10, 20, 30)),
            close_date=scene.iso(rng.randint(20, 120)),
            taker_id=rng.choice(self._ae).user_id,
        )
        scene.do(convert, owner, draft)


_GOOD = (
    (Answer.YES, Answer.YES, Answer.YES),
    (Answer.YES, Answer.YES, Answer.UNKNOWN),
    (Answer.UNKNOWN, Answer.YES, Answer.YES),
    (Answer.YES, Answer.UNKNOWN, Answer.YES),
)


def _draw(rng: random.Random, odds: Sequence[tuple[Disposition, int]]) -> Disposition:
    return rng.choices([item for item, _ in odds], [weight for _, weight in odds])[0]
