"""When signals come in: weekdays, hours, months, days off, and the bursts of campaigns.

The weights are what a business-to-business team would recognise, not a study.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta

from store.demo.simulate.plan import ZONE, Plan
from store.instants import DAY, HOUR, Instant
from store.operations.campaigns import CampaignDraft
from store.rules.business import Calendar, at_local

_WEEKDAYS = (1.1, 1.2, 1.15, 1.05, 0.8, 0.18, 0.14)
_DAY_OFF = 0.2
_MONTHS = (0.95, 1.05, 1.15, 1.1, 1.0, 0.95, 0.75, 0.7, 1.15, 1.25, 1.15, 0.75)
_HOURS = (1, 1, 1, 1, 2, 3, 6, 16, 40, 78, 96, 92, 66, 74, 92, 84, 64, 40, 22, 15, 12, 9, 5, 2)
_BY_CAMPAIGN = 0.28  # the share of signals that a campaign brings, where any runs
_LASTING = 3.5  # days that its echo lasts on average


@dataclass(frozen=True, slots=True)
class Burst:
    """A campaign, the day its signals begin to come, how many of them for each of a newsletter's, and of what kind."""

    draft: CampaignDraft
    day: date
    weight: float
    kinds: tuple[tuple[str, float], ...]

    @property
    def name(self) -> str:
        return self.draft.name


@dataclass(frozen=True, slots=True)
class Coming:
    """A signal to come: when, and the campaign that brings it."""

    at: Instant
    burst: Burst | None


def bursts(plan: Plan) -> list[Burst]:
    """The campaigns of these days: a newsletter a month, a webinar in most months, a fair a quarter."""
    found = list(_bursts(plan, random.Random(f"campaigns {plan.seed}")))
    return [burst for burst in found if plan.starts <= burst.day < plan.starts + timedelta(days=plan.days)]


def _bursts(plan: Plan, rng: random.Random) -> Iterator[Burst]:
    first = plan.starts.replace(day=1)
    for number in range(plan.days // 28 + 2):
        month = _month(first, number)
        named = f"{month:%B %Y}"
        yield _burst(f"Newsletter {named}", "newsletter", month + timedelta(8), 1, 30_000, _NEWSLETTER)
        if month.month not in (7, 8, 12):
            day = month + timedelta(rng.randint(14, 19))
            yield _burst(f"Webinar {named}", "webinar", day, 2.5, 480_000, _WEBINAR)
        if month.month in (3, 6, 9, 11):
            day = month + timedelta(rng.randint(10, 22))
            yield _burst(f"Logistics fair {named}", "trade fair", day, 5, 2_150_000, _FAIR)


def _burst(name: str, source: str, day: date, weight: float, cost: int, kinds: tuple[tuple[str, float], ...]) -> Burst:
    while day.weekday() > 3:  # nobody holds a webinar on a Friday
        day -= timedelta(days=1)
    ends = (day + timedelta(days=21)).isoformat()
    return Burst(CampaignDraft(name, source, source, cost, day.isoformat(), ends), day, weight, kinds)


_NEWSLETTER = (("newsletter_click", 8), ("page_view", 3), ("download", 3), ("form", 0.6))
_WEBINAR = (("webinar", 8), ("download", 2), ("page_view", 1), ("form", 0.8), ("demo_request", 0.4))
_FAIR = (("event", 9), ("form", 1), ("demo_request", 0.6))


def _month(first: date, number: int) -> date:
    years, month = divmod(first.month - 1 + number, 12)
    return date(first.year + years, month + 1, 1)


def coming(plan: Plan, calendar: Calendar, campaigns: list[Burst]) -> list[Coming]:
    """Every signal of these days in the order of time."""
    rng = random.Random(f"season {plan.seed}")
    dates = plan.dates
    weights = [_weight(day, calendar) for day in dates]
    hours = range(24)
    found = []
    for day in rng.choices(dates, weights, k=plan.signals):
        burst = rng.choices(campaigns, [each.weight for each in campaigns])[0] if campaigns else None
        at = at_local(day, time(rng.choices(hours, _HOURS)[0]), ZONE) + rng.randrange(HOUR)
        if burst is not None and rng.random() < _BY_CAMPAIGN:
            echo = at_local(burst.day, time(), ZONE) + round(rng.expovariate(1 / _LASTING)) * DAY
            at, day_at = echo + (at - at_local(day, time(), ZONE)), calendar.day(echo)
            if at < plan.ends and rng.random() < _weight(day_at, calendar):
                found.append(Coming(at, burst))
                continue
            at = at_local(day, time(rng.choices(hours, _HOURS)[0]), ZONE) + rng.randrange(HOUR)
        found.append(Coming(at, None))
    return sorted(found, key=lambda each: each.at)


def _weight(day: date, calendar: Calendar) -> float:
    off = _DAY_OFF if day.weekday() < 5 and not calendar.works(day) else 1
    return _WEEKDAYS[day.weekday()] * _MONTHS[day.month - 1] * off
