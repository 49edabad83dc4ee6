"""The simulated team's world: time, whose turn comes when, who is away, and acting through the real operations."""

from __future__ import annotations

import heapq
import random
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from store.actor import Actor
from store.database import Store
from store.demo.names import Names
from store.demo.simulate.plan import Plan
from store.errors import Refusal
from store.instants import MINUTE, SECOND, Instant
from store.operations.tick import tick
from store.operations.transaction import Done, Operation
from store.rules.business import Calendar
from store.vocabulary import ActorKind, UserRole


class Player:
    """Somebody or something with turns: ``turn`` acts now and says when the next one is (None: never)."""

    due: Instant | None = None  # what the agenda holds for it; an entry of another time was overtaken by a wake

    def turn(self) -> Instant | None:
        raise NotImplementedError


class Once(Player):
    """Something that happens once."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._act = act

    def turn(self) -> None:
        self._act()


class World:
    """Where everybody acts; ``now`` only moves forward, and the rules have done what is due before every turn."""

    def __init__(self, store: Store, plan: Plan) -> None:
        self.store = store
        self.plan = plan
        self.now: Instant = plan.begins
        self.names = Names(plan.seed)
        self.people = [
            Actor(user_id, ActorKind.PERSON, UserRole(role))
            for user_id, role in store.rows('SELECT id, role FROM "user" WHERE id > 1 ORDER BY id')
        ]
        self.away: set[tuple[int, date]] = set()
        self.refused: Counter[str] = Counter()
        self.hears: dict[int, Callable[[], None]] = {}  # by user: what to call when something came in for them
        self._keys = random.Random(f"keys {plan.seed}")
        self._agenda: list[tuple[Instant, int, Player]] = []
        self._number = 0
        self._traits: dict[int, float] = {}

    @property
    def calendar(self) -> Calendar:
        """When the team works."""
        return self.store.calendar

    @property
    def today(self) -> date:
        """The team's day."""
        return self.calendar.day(self.now)

    def of_role(self, role: UserRole) -> list[Actor]:
        """Everybody of a role."""
        return [actor for actor in self.people if actor.role is role]

    # -- whose turn ----------------------------------------------------------------------------------------------------

    def play(self, player: Player, at: Instant) -> None:
        """Let somebody have the next turn at ``at``, instead of any other that was planned."""
        self._number += 1
        player.due = max(at, self.now)
        heapq.heappush(self._agenda, (player.due, self._number, player))

    def wake(self, player: Player, at: Instant) -> None:
        """Let somebody have their turn no later than at ``at``."""
        if player.due is None or at < player.due:
            self.play(player, at)

    def later(self, at: Instant, act: Callable[[], None]) -> None:
        """Let something happen once."""
        self.play(Once(act), at)

    def heard(self, user_id: int | None) -> None:
        """Something came in for somebody."""
        if user_id in self.hears:
            self.hears[user_id]()

    def run(self, tell: Callable[[int], None]) -> None:
        """Turn after turn until the plan's end; ``tell`` hears how many days have passed."""
        end, day = self.plan.ends, 0
        while self._agenda and self._agenda[0][0] < end:
            at, _, player = heapq.heappop(self._agenda)
            if player.due != at:
                continue
            self.now = max(self.now, at)
            if (passed := (self.today - self.plan.starts).days) > day:
                day = passed
                tell(day)
            tick(self.store, self.now)
            player.due = None
            after = player.turn()
            if after is not None:
                self.play(player, after)
        self.now = max(self.now, end)
        tick(self.store, self.now)
        tell(self.plan.days)

    # -- acting --------------------------------------------------------------------------------------------------------

    def do(self, act: Operation[Any], actor: Actor, draft: Any) -> Done | None:
        """Carry out an operation now; None where it was refused, which is counted. A moment later comes the next."""
        key = uuid.UUID(int=self._keys.getrandbits(128), version=4)
        try:
            done = act(self.store, actor, self.now, draft, key)
        except Refusal as refusal:
            self.refused[f"{act.kind}: {refusal}"] += 1
            return None
        self.now += SECOND
        return done

    def interest(self, contact_id: int | None) -> float:
        """How much somebody wants to talk, from 0 to 1: theirs for good."""
        who = contact_id or 0
        if who not in self._traits:
            self._traits[who] = random.Random(f"interest {self.plan.seed} {who}").betavariate(2, 2.6)
        return self._traits[who]

    # -- the team's time -----------------------------------------------------------------------------------------------

    def is_away(self, actor: Actor, day: date | None = None) -> bool:
        """Whether somebody does not work on a day (today)."""
        day = day or self.today
        return (actor.user_id, day) in self.away or not self.calendar.works(day)

    def at_work(self, actor: Actor) -> bool:
        """Whether somebody works now."""
        return self.calendar.is_open(self.now) and not self.is_away(actor)

    def next_morning(self, actor: Actor) -> Instant:
        """When somebody is back at work: the opening of the next day that they work on."""
        day = self.today
        while True:
            day += timedelta(days=1)
            if not self.is_away(actor, day):
                return self.calendar.opening(day)

    def at_opening(self, at: Instant, rng: random.Random) -> Instant:
        """This instant, or where the team does not work then some time in the morning of its next day."""
        opens = self.calendar.next_open(at)
        return at if opens == at else opens + round(rng.uniform(5, 150) * MINUTE)

    def iso(self, days: int) -> str:
        """The ISO date so many days from today."""
        return (self.today + timedelta(days=days)).isoformat()
