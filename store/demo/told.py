"""What every story of a season has at hand, and the lists that stories stand in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from store.actor import SYSTEM, Actor
from store.demo.arrival import Arrival
from store.demo.lives import KINDS, Lives
from store.demo.scene import Company, Scene, Story
from store.rules.qualification import Answers
from store.vocabulary import (
    Answer,
    Channel,
    Disposition,
    Motion,
    Outcome,
)

C, D, M, End = Channel, Disposition, Motion, Outcome
FIT = Answers(Answer.YES, Answer.YES, Answer.YES, Answer.UNKNOWN)


class Told:
    """What every story has at hand: the scene, the team by first name, and shorter ways to say things."""

    def __init__(self, scene: Scene, lives: Lives) -> None:
        self.scene = scene
        self.lives = lives
        self.let_lie: set[int] = set()  # opportunities whose taker does not answer as quickly as usual
        self.priya, self.tom, self.ana, self.marcus, self.ines, self.grace, self.sam = list(scene.people.values())[:7]

    def open(
        self, motion: Motion, owner: Actor | None, company: Company, person: str | int | None = "", **more: Any
    ) -> tuple[int, int]:
        """Open an at bat for somebody at a company: named, known by id, anybody (""), or nobody (None)."""
        kind = KINDS[motion]
        known = person if isinstance(person, int) else None
        new = self.scene.somebody(company, person) if isinstance(person, str) else None
        more.setdefault("trigger", kind.triggers[0])
        arrival = Arrival(
            motion,
            kind.sources[0],
            company.id,
            person=new,
            contact_id=known,
            owner_id=None if owner is None else owner.user_id,
            campaign_id=self.lives.campaigns.get(motion),
            signal=kind.signal,
            **more,
        )
        return self.scene.open(arrival, owner or SYSTEM)

    def tries(self, lead_id: int, first: int, last: int, clock: str) -> Story:
        """One try a working day, from ``first`` days back to ``last``, by the channel its cadence asks for."""
        for back in range(first, last - 1, -1):
            yield self.scene.day(back, clock)
            channel = self.scene.lead(lead_id).next_channel or C.CALL
            if channel in (C.EMAIL, C.LINKEDIN, C.SMS):
                self.scene.log(lead_id, channel, D.SENT)
            else:
                self.scene.log(lead_id, C.CALL, (D.NO_ANSWER, D.VOICEMAIL_LEFT, D.BUSY)[back % 3])


@dataclass(frozen=True, slots=True)
class Situation:
    """A story and how many at bats it opens."""

    leads: int
    tell: Callable[[Told], Story]


class Stories(list[Situation]):
    """The stories of one file, in its order."""

    def add(self, leads: int) -> Callable[[Callable[[Told], Story]], Callable[[Told], Story]]:
        """Take up the story below, which opens so many at bats."""

        def take(tell: Callable[[Told], Story]) -> Callable[[Told], Story]:
            self.append(Situation(leads, tell))
            return tell

        return take
