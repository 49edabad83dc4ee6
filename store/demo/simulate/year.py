"""Playing the plan: the database is made, everybody takes their place, and time runs."""

from __future__ import annotations

import os
import random
from collections.abc import Callable

from store.actor import Actor
from store.database import open_store
from store.demo.simulate import absences, season
from store.demo.simulate.arrivals import Arrivals
from store.demo.simulate.plan import Plan
from store.demo.simulate.reps import Rep
from store.demo.simulate.seniors import Executive, TeamLead
from store.demo.simulate.summary import Summary, summary
from store.demo.simulate.world import World
from store.instants import DAY, HOUR
from store.operations.campaigns import add_campaign
from store.operations.experiments import ArmDraft, ExperimentDraft, begin_experiment
from store.operations.init import create_store
from store.vocabulary import Motion, Subject, UserRole

# What this team tries out all year: calling people whose company shows interest as often as those who asked to talk.
_TRIED = ("Call interest like demos", "as now", "hot cadence", "inbound")


def simulate(
    path: str | os.PathLike[str], plan: Plan | None = None, *, tell: Callable[[int], None] = lambda days: None
) -> Summary:
    """Make a database at ``path`` in which a team has lived through the plan; ``tell`` hears how many days are over.

    The same plan makes the same of it, under the same rules: a rules file beside ``path`` is in force. Raises
    StoreError for a path that exists.
    """
    plan = plan or Plan()
    create_store(path, plan.team, plan.begins - 3 * DAY)
    store = open_store(path)
    try:
        store.connection.pragma("synchronous", 0)  # a crash loses nothing that cannot be made again
        store.connection.pragma("wal_autocheckpoint", 20_000)
        store.connection.pragma("cache_size", -200_000)
        store.salt = random.Random(f"salt {plan.seed}").randbytes
        world = World(store, plan)
        _take_places(world)
        world.run(tell)
        store.connection.pragma("wal_checkpoint", "TRUNCATE")
        store.connection.pragma("synchronous", "FULL")
        return summary(store, world.refused)
    finally:
        store.close()


def _take_places(world: World) -> None:
    """The campaigns are entered, the absences planned, an experiment begun; everybody begins on the first morning."""
    plan, admin, leader = world.plan, world.of_role(UserRole.ADMIN)[0], world.of_role(UserRole.LEAD)[0]
    campaigns = season.bursts(plan)
    world.now = plan.begins - 3 * DAY + 10 * HOUR  # the Friday before
    for campaign in campaigns:
        world.do(add_campaign, admin, campaign.draft)
    _try_out(world, leader)
    world.now = plan.begins
    absences.tell(world, leader)
    aes = world.of_role(UserRole.AE)
    for actor in world.of_role(UserRole.SDR):
        rep = Rep(world, actor, aes)
        world.hears[actor.user_id] = rep.hears
        world.play(rep, plan.begins)
    for actor in aes:
        world.play(Executive(world, actor), plan.begins)
    world.play(TeamLead(world, leader), plan.begins)
    arrivals = Arrivals(world, season.coming(plan, world.calendar, campaigns))
    if (first := arrivals.first()) is not None:
        world.play(arrivals, first)


def _try_out(world: World, leader: Actor) -> None:
    """Begin the team's experiment, where the rules in force have the cadence that it is about."""
    name, usual, other, cadence = _TRIED
    if cadence in world.store.rules.cadences:
        arms = (ArmDraft(usual), ArmDraft(other, value=cadence))
        world.do(begin_experiment, leader, ExperimentDraft(name, Subject.CADENCE, arms, Motion.INTENT_SIGNAL))
