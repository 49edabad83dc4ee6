"""Who is away when: holidays said weeks before, and days of sickness, said by the team lead that morning."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from store.actor import Actor
from store.demo.simulate.plan import Plan
from store.demo.simulate.world import World
from store.instants import MINUTE, Instant
from store.operations.attendance import AbsenceDraft, set_absent
from store.vocabulary import UserRole

_SICK = 0.02  # the share of days on which somebody stays at home
_OFF = ((10, 0.5), (5, 1.0), (5, 1.0), (2, 1.5))  # holidays: calendar days, and how many of these a year
_TOLD_BEFORE = 21  # days


@dataclass(frozen=True, slots=True)
class Away:
    """Days somebody is away, first and last included; ``sick`` ones are known that morning."""

    user_id: int
    starts: date
    ends: date
    sick: bool

    @property
    def days(self) -> Iterator[date]:
        for number in range((self.ends - self.starts).days + 1):
            yield self.starts + timedelta(days=number)


def absences(plan: Plan, people: list[Actor]) -> list[Away]:
    """Everybody's, each person's by a chance of their own; whoever leads the team is always there."""
    found: list[Away] = []
    for actor in people:
        if actor.role in (UserRole.SDR, UserRole.AE):
            found.extend(_of(plan, actor.user_id, random.Random(f"away {plan.seed} {actor.user_id}")))
    return sorted(found, key=lambda away: (away.starts, away.user_id))


def _of(plan: Plan, user_id: int, rng: random.Random) -> Iterator[Away]:
    taken: set[date] = set()
    for length, times in _OFF:
        chance = times * plan.days / 365
        for _ in range(int(chance) + (rng.random() < chance % 1)):
            starts = plan.starts + timedelta(days=rng.randrange(plan.days))
            away = Away(user_id, starts, starts + timedelta(days=length - 1), sick=False)
            if not taken.intersection(away.days):
                taken.update(away.days)
                yield away
    for day in plan.dates:
        if rng.random() < _SICK and day not in taken:
            yield Away(user_id, day, day, sick=True)


def tell(world: World, leader: Actor) -> None:
    """Have each absence said in time, through the operation; from then on the world knows of it."""
    for away in absences(world.plan, world.people):
        world.later(_told_at(world, away), partial(_say, world, leader, away))


def _told_at(world: World, away: Away) -> Instant:
    calendar = world.calendar
    if away.sick:
        return calendar.opening(away.starts) - 15 * MINUTE
    day = max(away.starts - timedelta(days=_TOLD_BEFORE), world.plan.starts)
    while not calendar.works(day) and day < away.starts:
        day += timedelta(days=1)
    return calendar.opening(day) - 20 * MINUTE


def _say(world: World, leader: Actor, away: Away) -> None:
    if not world.calendar.works(world.today):
        return  # nobody is expected that day
    draft = AbsenceDraft(away.user_id, away.starts.isoformat(), away.ends.isoformat())
    if world.do(set_absent, leader, draft) is not None:
        world.away.update((away.user_id, day) for day in away.days)
