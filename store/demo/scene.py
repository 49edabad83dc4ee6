"""The stage on which a season is played: simulated time, the people, and what they may do.

A story is a generator: it yields the instant at which it goes on, and acts in between through the real operations.
"""

from __future__ import annotations

import heapq
import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from store.actor import SYSTEM, Actor
from store.database import Store
from store.demo.arrival import Arrival, receive, target
from store.demo.names import HERE, Names, Place
from store.instants import SECOND, Instant, moment
from store.lead_state import COLUMNS, LeadState, lead_state
from store.operations.accounts import AccountDraft, add_account
from store.operations.closing import close
from store.operations.log_touch import log_touch
from store.operations.tick import tick
from store.operations.transaction import Done, Operation
from store.rules.business import at_local
from store.rules.closing import CloseDraft, NewPerson
from store.rules.touch import TouchDraft, direction_of
from store.vocabulary import ActorKind, Channel, Disposition, Motion, Outcome, UserRole

Story = Iterator[Instant]
_LEAD = f"SELECT {', '.join(COLUMNS)} FROM lead WHERE id = ?"


@dataclass(frozen=True, slots=True)
class Company:
    """A company on the stage."""

    id: int
    draft: AccountDraft

    @property
    def place(self) -> Place:
        return HERE[self.draft.city]


class Scene:
    """Where stories act; ``now`` only ever moves forward, up to ``end``."""

    def __init__(self, store: Store, seed: int, end: Instant, progress: Callable[[int], None]) -> None:
        self.store = store
        self.end = end
        self.now: Instant = 0
        self.names = Names(seed)
        self.opened = 0
        self.people: Mapping[str, Actor] = {
            name: Actor(user_id, ActorKind.PERSON, UserRole(role))
            for user_id, name, role in store.rows('SELECT id, name, role FROM "user" WHERE id > 1 ORDER BY id')
        }
        self._keys = random.Random(f"keys {seed}")
        self._waiting: list[tuple[Instant, int, Story]] = []
        self._told = progress
        self._number = 0

    # -- time --------------------------------------------------------------------------------------------------------

    def day(self, back: int, clock: str) -> Instant:
        """A time of day in the team's zone, ``back`` working days ago; 0 is today, negative days are to come."""
        day = moment(self.end, self.store.zone).date()
        step = timedelta(days=-1 if back > 0 else 1)
        left = abs(back)
        while left:
            day += step
            left -= self.store.calendar.works(day)
        return at_local(day, time.fromisoformat(clock), self.store.zone)

    def ago(self, length: int) -> Instant:
        """So long before the season ends."""
        return self.end - length

    def iso(self, days: int) -> str:
        """The ISO date so many days from the season's end."""
        return (self.today + timedelta(days=days)).isoformat()

    @property
    def today(self) -> date:
        """The last day of the season."""
        return moment(self.end, self.store.zone).date()

    def play(self, story: Story, at: Instant | None = None) -> None:
        """Let a story begin now, or at ``at``."""
        self._number += 1
        if at is not None:
            heapq.heappush(self._waiting, (at, self._number, story))
            return
        go_on = next(story, None)
        if go_on is not None:
            heapq.heappush(self._waiting, (go_on, self._number, story))

    def run(self) -> None:
        """Play every story in order of time until the season ends, with the rules at work all along.

        What was to come later never happens.
        """
        while self._waiting and self._waiting[0][0] <= self.end:
            at, _, story = heapq.heappop(self._waiting)
            self.now = max(self.now, at)
            tick(self.store, self.now)
            self.play(story)
        tick(self.store, self.end)

    # -- acting ------------------------------------------------------------------------------------------------------

    def do(self, act: Operation[Any], actor: Actor, draft: Any) -> Done:
        """Carry out an operation at this moment; a moment later comes the next."""
        key = uuid.UUID(int=self._keys.getrandbits(128), version=4)
        done = act(self.store, actor, self.now, draft, key)
        self.now = min(self.now + SECOND, self.end)
        return done

    def lead(self, lead_id: int) -> LeadState:
        """The at bat as it stands."""
        row = self.store.row(_LEAD, (lead_id,))
        assert row is not None
        return lead_state(row)

    def actor(self, user_id: int | None) -> Actor:
        """The person of this id; the system where there is none."""
        return next((actor for actor in self.people.values() if actor.user_id == user_id), SYSTEM)

    def company(self, name: str = "", city: str = "", *, industry: str = "", size: int = 0) -> Company:
        """Add a company: the named one, or any; of ``size`` employees, where that matters."""
        if name:
            draft = self.names.account(name, HERE[city], industry=industry or "software", size=size or 120)
        else:
            draft = self.names.company(HERE[city] if city else None, size)
        done = self.do(add_account, SYSTEM, draft)
        assert done.made is not None
        return Company(done.made["account_id"], draft)

    def somebody(self, company: Company, words: str = "") -> NewPerson:
        """Somebody at a company; ``words`` are first name, last name and title, separated by ``|``."""
        domain = company.draft.domain
        if not words:
            return self.names.person(company.place, domain)
        first, last, title = words.split("|")
        return self.names.named(first, last, title, company.place, domain)

    def open(self, arrival: Arrival, by: Actor = SYSTEM) -> tuple[int, int]:
        """Open an at bat; returns its id and its contact's (0 where there is none)."""
        done = self.do(target if arrival.motion in _TARGETED else receive, by, arrival)
        assert done.made is not None
        self.count()
        return done.made["lead_id"], done.made["contact_id"]

    def count(self) -> None:
        """One more at bat was opened."""
        self.opened += 1
        self._told(self.opened)

    def log(
        self, lead_id: int, channel: Channel, disposition: Disposition, *, by: Actor | None = None, **more: Any
    ) -> Done:
        """Log a touch as the at bat's owner."""
        more.setdefault("direction", direction_of(disposition))
        actor = by or self.actor(self.lead(lead_id).owner_id)
        return self.do(log_touch, actor, TouchDraft(lead_id, channel, disposition, **more))

    def close(self, lead_id: int, outcome: Outcome, *, by: Actor | None = None, **more: Any) -> Done:
        """End an at bat as its owner."""
        actor = by or self.actor(self.lead(lead_id).owner_id)
        return self.do(close, actor, CloseDraft(lead_id, outcome, **more))


_TARGETED = frozenset({Motion.OUTBOUND_TARGET, Motion.REACTIVATION, Motion.REP_CREATED})
