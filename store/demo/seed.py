"""A made-up season: a team, its companies and people, and every at bat they had, through the real operations.

The same seed gives the same data, to the key of each operation. Its last day is ``SEASON_END``; ``store.demo.shift``
moves a copy to today.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from store.database import open_store
from store.demo.by_rule import BY_RULE
from store.demo.deals import DEALS
from store.demo.endings import ENDINGS
from store.demo.lives import Lives
from store.demo.scene import Scene
from store.demo.stories import BEGINNINGS
from store.demo.told import Told
from store.instants import DAY, HOUR, Instant, instant
from store.operations.attendance import CapacityDraft, set_capacity
from store.operations.campaigns import CampaignDraft, add_campaign
from store.operations.init import TeamDraft, UserDraft, create_store
from store.vocabulary import Motion, UserRole

ZONE = "America/New_York"
SEASON_END: Instant = instant(datetime(2026, 10, 20, 11, 0, tzinfo=ZoneInfo(ZONE)))  # a Tuesday morning
REP = "Priya N."
TEAM = (
    UserDraft(REP),
    UserDraft("Tom B."),
    UserDraft("Ana K.", zone="Europe/Berlin"),
    UserDraft("Marcus L.", UserRole.AE),
    UserDraft("Ines R.", UserRole.AE, zone="Europe/London"),
    UserDraft("Grace O.", UserRole.LEAD),
    UserDraft("Sam T.", UserRole.ADMIN),
)
STORIES = (*BEGINNINGS, *DEALS, *ENDINGS, *BY_RULE)
_LEADS_A_REP = 150  # from here on the team grows with the season
_DAYS = 120  # the season's length,
_WORKING_DAYS = 80  # and how many of them at bats are opened on


def seed(
    path: str | os.PathLike[str],
    *,
    leads: int,
    seed: int,
    now: Instant = SEASON_END,
    progress: Callable[[int], None] = lambda opened: None,
) -> None:
    """Make a database with ``leads`` at bats at ``path``, ending at ``now``; ``progress`` hears how many are opened.

    The special situations come first, so that a hundred at bats hold every one of them; the rest are ordinary lives.
    Raises StoreError for a path that exists.
    """
    team = TeamDraft("Inside sales", ZONE, "US", "US", "USD", (*TEAM, *_more_reps(leads // _LEADS_A_REP - 3)))
    create_store(path, team, now - (_DAYS + 5) * DAY)
    store = open_store(path)
    try:
        store.connection.pragma("synchronous", 0)  # a crash while seeding loses nothing that cannot be made again
        store.salt = random.Random(f"salt {seed}").randbytes
        scene = Scene(store, seed, now, progress)
        scene.now = now - (_DAYS + 4) * DAY
        lives = Lives(scene, random.Random(f"lives {seed}"), ())
        lives.campaigns = _campaigns(scene)
        scene.do(set_capacity, scene.people["Sam T."], CapacityDraft(scene.people[REP].user_id, 2))  # a busy rep
        told = Told(scene, lives)
        left = leads
        for story in STORIES:
            if story.leads <= left:
                left -= story.leads
                scene.play(story.tell(told))
        for at in _openings(left, scene, random.Random(f"openings {seed}")):
            scene.play(lives.begin(), at)
        scene.run()
        store.connection.pragma("wal_checkpoint", "TRUNCATE")
        store.connection.pragma("synchronous", "FULL")
    finally:
        store.close()


def _more_reps(count: int) -> list[UserDraft]:
    """Reps beyond the first three, where the season is so long that those could not hold it."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return [UserDraft(f"Rep {letters[n % 26]}{n // 26 or ''}.") for n in range(count)]


def _campaigns(scene: Scene) -> dict[Motion, int]:
    """The season's campaigns, by the motion whose at bats they bring."""
    admin = scene.people["Sam T."]
    made = {}
    for motion, draft in {
        Motion.CAMPAIGN_RESPONSE: CampaignDraft(
            "Autumn webinar", "webinar", "webinar", 480_000, scene.iso(-90), scene.iso(30)
        ),
        Motion.EVENT_FOLLOW_UP: CampaignDraft(
            "Logistics fair", "event", "trade fair", 2_150_000, scene.iso(-60), scene.iso(-57)
        ),
        Motion.REACTIVATION: CampaignDraft("Win back", "e-mail", "past at bats", 60_000, scene.iso(-45), scene.iso(12)),
    }.items():
        done = scene.do(add_campaign, admin, draft)
        assert done.made is not None
        made[motion] = done.made["campaign_id"]
    return made


def _openings(count: int, scene: Scene, rng: random.Random) -> Sequence[Instant]:
    """When the ordinary at bats begin: more of them lately, nearly all while somebody is at work."""
    mornings = [scene.day(back, "09:00") for back in range(_WORKING_DAYS)]
    openings = []
    for _ in range(count):
        morning = mornings[rng.randint(1, 11) if rng.random() < 0.6 else rng.randint(11, _WORKING_DAYS - 1)]
        at_work = rng.random() < 0.93
        openings.append(morning + round(rng.uniform(0, 7.6) * HOUR if at_work else rng.uniform(8, 15) * HOUR))
    return sorted(openings)
