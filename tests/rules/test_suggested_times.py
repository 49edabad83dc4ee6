"""No call is ever suggested outside permitted hours, whatever zones a person may be in and wherever clocks jump."""

from __future__ import annotations

import random
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from store.errors import Refusal
from store.instants import DAY, HOUR, MINUTE, Instant, instant
from store.intake.phones import candidate_zones
from store.lead_state import COLUMNS, LeadState
from store.rules.business import Calendar
from store.rules.touch import DISPOSITIONS, Reach, TouchDraft, direction_of, effect
from store.ruleset import Hours, load_rules
from store.vocabulary import Channel, Motion, Stage, Status

RULES = load_rules()
FIRST, LAST = instant(datetime(2024, 1, 1, tzinfo=UTC)), instant(datetime(2030, 1, 1, tzinfo=UTC))
PLACES = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))
TOLL_FREE = candidate_zones("+18005550142")
OFFICES = [
    Calendar(zone, Hours(time(opens), time(closes), frozenset(range(5)), country))
    for zone, country in (("America/New_York", "US"), ("Europe/London", "GB"), ("Asia/Tokyo", "JP"))
    for opens, closes in ((9, 17), (8, 12))
]


def jumps(zone: str) -> list[Instant]:
    """When the clocks of a zone change, to the hour."""
    place, hour = ZoneInfo(zone), timedelta(hours=1)
    at, found = datetime(2024, 1, 1, tzinfo=UTC), []
    while at.year < 2030:
        ahead = at + timedelta(days=7)
        if at.astimezone(place).utcoffset() != ahead.astimezone(place).utcoffset():
            while at.astimezone(place).utcoffset() == (at + hour).astimezone(place).utcoffset():
                at += hour
            found.append(instant(at))
        at = max(at + timedelta(days=1), ahead)
    return found


def anybody(rng: random.Random) -> tuple[str, ...]:
    """The zones a person may be in: mostly one, sometimes a few, sometimes those of a toll-free number or none."""
    kind = rng.randrange(10)
    if kind == 0:
        return ()
    if kind == 1:
        return TOLL_FREE
    near = rng.choice(PLACES)
    continent = [zone for zone in PLACES if zone.split("/")[0] == near.split("/")[0]]
    return (near, *rng.sample(continent, min(len(continent), rng.choice((0, 0, 0, 1, 3)))))


def any_lead(rng: random.Random, now: Instant) -> LeadState:
    """An at bat somewhere in its cadence, or past it."""
    motion = rng.choice(list(Motion))
    opened = now - rng.randrange(0, 40 * DAY)
    stage = rng.choice([Stage.NEW, Stage.ACCEPTED, Stage.ATTEMPTING, Stage.CONNECTED, Stage.QUALIFIED])
    steps = len(RULES.cadence_of(motion).steps)
    last = now - rng.randrange(0, 3 * DAY)
    reached = stage in (Stage.CONNECTED, Stage.QUALIFIED)
    blank = dict.fromkeys(COLUMNS, 0) | dict.fromkeys((name for name in COLUMNS if name.endswith("_at")), None)
    known = {
        "id": 1,
        "motion": motion,
        "stage": stage,
        "status": Status.QUALIFIED if stage is Stage.QUALIFIED else Status.CONNECTED if reached else Status.ATTEMPTING,
        "open": 1,
        "opened_at": opened,
        "stage_at": opened,
        "connected_at": opened if reached else None,
        "attempts": rng.randrange(0, 6),
        "last_attempt_at": last if rng.random() < 0.8 else None,
        "cadence": RULES.cadence_of(motion).key,
        "cadence_step": rng.choice([steps, steps - 1, rng.randrange(0, steps)]),
        "next_channel": rng.choice([Channel.CALL, Channel.EMAIL]),
        "next_words": "",
        "decision": None,
        "tier": 5,
    }
    return LeadState(**blank | known)  # type: ignore[arg-type]


def allowed_somewhere(zones: tuple[str, ...], near: Instant) -> bool:
    """Whether any hour within two days suits every zone, told minute by minute with plain wall clocks."""
    return any(allowed(near + quarter * 15 * MINUTE, zones) for quarter in range(2 * 96))


def allowed(at: Instant, zones: tuple[str, ...]) -> bool:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)
    return all(time(8) <= moment.astimezone(ZoneInfo(zone)).time() < time(21) for zone in zones)


def play(seed: int, count: int) -> int:
    """Log ``count`` touches, most of them near a change of clocks; returns how many calls were suggested."""
    rng, suggested = random.Random(seed), 0
    changes = {zone: jumps(zone) for zone in rng.sample(PLACES, 20)}
    around = [at for each in changes.values() for at in each] or [FIRST]
    for number in range(count):
        near = rng.choice(around) if rng.random() < 0.6 else rng.randrange(FIRST, LAST)
        now = near + rng.randrange(-3 * DAY, 3 * DAY)
        zones = anybody(rng) if rng.random() < 0.7 else (rng.choice([*changes]),)
        lead, office = any_lead(rng, now), rng.choice(OFFICES)
        channel = rng.choice(list(Channel))
        said = rng.choice(DISPOSITIONS[channel])
        reach = Reach(zones, rng.randrange(3), rng.randrange(3), email_stopped=rng.random() < 0.3)
        tries = tuple(now - rng.randrange(0, 4 * DAY) for _ in range(rng.randrange(5)))
        told = f"seed {seed}, touch {number}: {said} at {now} in {zones}, office {office.zone}"
        try:
            will = effect(lead, reach, TouchDraft(1, channel, said, direction_of(said)), RULES, office, now, tries)
        except Refusal:
            continue
        due = will.changes.get("due_at")
        if due is None or will.changes.get("decision") is not None or will.changes["next_channel"] is not Channel.CALL:
            continue
        if will.changes.get("tier") != 5:
            continue  # the due time of a clock, not a suggestion
        assert due >= now, told
        suggested += 1
        if allowed_somewhere(zones, now - now % HOUR):
            assert allowed(due, zones), told
        assert office.works(office.day(due)), told
    return suggested


@pytest.mark.parametrize("seed", range(4))
def test_no_call_is_suggested_in_their_night(seed: int) -> None:
    assert play(seed, 500) > 50


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 200))
def test_no_call_is_suggested_in_their_night_long(seed: int) -> None:
    assert play(seed, 10_000) > 1_000
