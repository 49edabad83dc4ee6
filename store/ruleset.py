"""The team's numbers, as the named tuples that ``rules.toml`` is read into.

The classes are the schema of the file: their field names are its keys and their types say what each key takes.
``store.rules_file`` does the reading. See docs/model.md, "The rules file".
"""

# Named tuples, and no `from __future__ import annotations`, because the first frame waits for this module: as
# dataclasses these classes take 20 ms to make, and compiling each type from its text takes 2.

from collections.abc import Mapping
from datetime import date, time
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, NamedTuple

from store.errors import StoreError
from store.rule_values import (
    Count,
    Country,
    Currency,
    Duration,
    Letter,
    Minor,
    Motions,
    Numbers,
    Percent,
    Positive,
    Share,
    Span,
    Subdivision,
    Weekday,
    Words,
    between,
)
from store.vocabulary import Channel, Disposition, Motion, Outcome, Status, Trigger

PLACEHOLDERS = ("first_name", "company", "industry", "trigger", "last_words")  # what a script may ask for


# --- the tables ---------------------------------------------------------------------------------------------------


class Hours(NamedTuple):
    """When the team works, in the team's zone; ``weekdays`` counts Monday as 0."""

    opens: time
    closes: time
    weekdays: frozenset[Weekday]
    country: Country | None = None
    subdivision: Subdivision | None = None
    holidays: frozenset[date] = frozenset()


class Calling(NamedTuple):
    """When a person may be called, in their own local time; ``closes`` itself is already too late."""

    opens: time
    closes: time


class Expiry(NamedTuple):
    """What ends an at bat of one motion; ``direct_attempts`` and ``partner_touches`` must both be reached."""

    attempts: Positive | None = None
    days: Positive | None = None
    business_days: Positive | None = None
    direct_attempts: Positive | None = None
    partner_touches: Positive | None = None
    unless_connected: bool = False
    cadence_completed: bool = False
    campaign_window: bool = False  # ends with the campaign; ``days`` holds only where there is no window or a past one


class MotionRules(NamedTuple):
    """How at bats of one motion are worked; the two clocks come from ``[sla]`` where the motion names none."""

    inbound: bool
    high_intent: bool
    cadence: str
    expiry: Expiry
    first_touch: Duration | None = None
    accept: Duration | None = None


class SlaRules(NamedTuple):
    """The clocks that do not depend on the motion; docs/model.md, "Clocks", names each."""

    first_touch_high_intent: Duration
    offer_to_all: Duration
    respond_high_intent: Duration
    first_touch: Duration
    accept: Duration
    connect: Duration
    connect_alert: Duration
    connect_window_share: Share
    connect_alert_window_share: Share
    hand_over: Duration
    approval: Duration
    qualify: Duration
    quiet: Duration
    working_activity: Duration
    working_alert: Duration
    stale: Duration
    stale_decision: Duration
    stale_back: Span
    convert: Duration
    untouched_flag: Duration
    expiry_escalation: Duration
    opportunity_unmoved: Duration
    reply_keeps_owner: Duration


class ExtensionRules(NamedTuple):
    """How often a window may be extended, each time by at most the original window."""

    owner: Count
    promise_grace: Duration  # a promised callback holds expiry until this long after it
    answer_grace: Duration  # after the last attempt allowed they have this long to answer


class Step(NamedTuple):
    """One step of a cadence: ``day`` in business days from opening, ``script`` with its placeholders unfilled."""

    day: Count
    channel: Channel
    script: str


class Cadence(NamedTuple):
    """The planned steps of one at bat, in order; step numbers shown to people start at 1."""

    key: str
    label: str
    steps: tuple[Step, ...]


class DispositionRules(NamedTuple):
    """How one disposition is shown and which letter picks it in the log dialog ("" for none)."""

    label: str
    letter: Letter


class ComesBack(StrEnum):
    """What brings a contact back after an outcome."""

    AFTER_DAYS = "after_days"
    ON_DATE = "on_date"
    NEW_SIGNAL = "new_signal"
    HIGH_INTENT = "high_intent"
    WHEN_FIXED = "when_fixed"
    NEVER = "never"


class OutcomeRules(NamedTuple):
    """How one outcome is shown, its default reason, and when the contact may come back."""

    label: str
    letter: Letter
    default_reason: str
    comes_back: ComesBack
    recycle_days: Positive | None = None
    same_rep: bool = False
    other_rep: bool = False


class Reason(NamedTuple):
    """Why an at bat ended; ``by_rule`` reasons are written by the clock, never offered to a person."""

    key: str
    label: str
    letter: Letter
    track: str
    outcomes: tuple[Outcome, ...]
    needs_note: bool = False
    needs_competitor: bool = False
    by_rule: bool = False


class QueueRules(NamedTuple):
    """When things rise in the queue."""

    expiry_warning_days: Count
    callback_lead: Span
    no_show_days: Count


class CallbackRules(NamedTuple):
    """How promises are kept."""

    limit: Positive
    passes_on: Span
    kept_within: Span
    kept_days: Positive
    far_days: Positive


class PartOfDay(NamedTuple):
    """A stretch of a contact's day, ``closes`` not included."""

    opens: time
    closes: time


class AttemptRules(NamedTuple):
    """How suggested retries are spread over a contact's days."""

    parts_of_day: tuple[PartOfDay, ...]
    per_day: Positive
    days_running: Positive


class TeamRules(NamedTuple):
    """From when on the team's board marks a figure of a rep; ``kept`` is a share, the rest but ``idle`` are counts.

    ``spot_checks`` is how many changes of status a rep and month are put before a team lead to judge.
    """

    idle: Span
    new: Positive
    late: Positive
    missed: Positive
    stale: Positive
    waiting: Positive
    kept: Share
    spot_checks: Count


class AlertRules(NamedTuple):
    """From when on a share is out of the ordinary; judged over ``days``, from ``from_records`` records up."""

    days: Positive
    from_records: Positive
    source_disqualified: Share
    nurtured_leads: Positive
    recycled_converting: Share
    override_share: Share
    override_times: Positive


class MarketingRules(NamedTuple):
    """Marketing's side of the agreement: qualified leads a month by source, and the share sales should accept."""

    accepted_share: Share
    qualified_per_month: Mapping[str, Positive]


class ApprovalRules(NamedTuple):
    """Above which value a disqualification waits for a team lead; ``expected`` in minor units."""

    employees: Count
    expected: Minor


class RoutingWhen(NamedTuple):
    """What a new at bat must be like for an attribute rule; what is not named may be anything.

    Words are compared whole, whatever their case: of several, one must be the same.
    """

    size: Numbers | None = None
    industry: Words = ()
    country: Words = ()
    region: Words = ()
    product: Words = ()
    score: Numbers | None = None
    value: Numbers | None = None  # minor units
    motion: Motions = ()
    source: Words = ()


class AttributeRule(NamedTuple):
    """Who gets what is like this: people, or the members of teams, by name."""

    when: RoutingWhen
    to: Words
    name: str = ""


class RoutingRules(NamedTuple):
    """Who gets a new at bat; docs/model.md, "Routing"."""

    open_lead_limit: Positive
    pull: bool
    working_rep: bool
    account_owner: bool
    looks_back_days: Positive
    rules: tuple[AttributeRule, ...]


class SizeBand(NamedTuple):
    """What companies of so many employees are worth, up to the next band."""

    employees: Positive
    points: Percent


class Region(NamedTuple):
    """Countries that are worth the same; one without countries is everywhere else."""

    countries: frozenset[Country]
    points: Percent


class FitRules(NamedTuple):
    """What a company and a person must be to fit; of each table the best match counts. See docs/model.md, "Score"."""

    size: tuple[SizeBand, ...]
    industries: Mapping[str, Percent]
    roles: Mapping[str, Percent]
    regions: Mapping[str, Region]
    technologies: Mapping[str, Percent]

    @property
    def highest(self) -> Mapping[str, int]:
        """The most that each table can give."""
        return {
            "size": max((band.points for band in self.size), default=0),
            "industries": max(self.industries.values(), default=0),
            "roles": max(self.roles.values(), default=0),
            "regions": max((region.points for region in self.regions.values()), default=0),
            "technologies": max(self.technologies.values(), default=0),
        }


class ScoreRules(NamedTuple):
    """Weights of the score, its thresholds, and how fast intent decays; docs/model.md, "Score"."""

    mql: Percent
    sql: Percent
    fit_share: Share
    half_life_days: Positive
    high_fit: Percent
    high_intent: Percent
    other_points: Percent
    high_intent_signals: tuple[str, ...]
    fit: FitRules
    points: Mapping[str, Percent]

    def points_of(self, kind: str) -> int:
        """What a signal of this kind is worth on the day it comes in; ``Pricing page`` is ``pricing_page``."""
        return self.points.get(signal_key(kind), self.other_points)

    def is_high_intent(self, kind: str) -> bool:
        """Whether a signal of this kind shows that they want to talk."""
        return signal_key(kind) in self.high_intent_signals


def signal_key(kind: str) -> str:
    """A kind of signal as the rules name it: ``Pricing page`` is ``pricing_page``."""
    return "_".join(kind.replace("-", " ").replace("_", " ").casefold().split())


class RecyclingRules(NamedTuple):
    """How somebody who comes back is worked; docs/model.md, "Recycling".

    ``cadences`` names, by track, the cadences of a reactivation; ``motions`` the motion by the kind of signal.
    """

    signal_days: Positive
    weeks_ahead: Positive
    cadences: Mapping[str, Words]
    motions: Mapping[str, Motion]


class PoolRules(NamedTuple):
    """When a name goes back to marketing; docs/model.md, "Pools and lifecycle"."""

    no_response: Positive | None
    disqualified: frozenset[Outcome]
    ignored: Span | None


class ReferenceRules(NamedTuple):
    """How often somebody may be asked to speak for us."""

    per_quarter: Positive


class IntakeRules(NamedTuple):
    """What a signal does; docs/model.md, "Intake of signals".

    ``by_hand`` are the kinds that are offered to a person, ``motions`` is the at bat that each kind opens.
    """

    accounts_open_opportunity: bool
    threshold: Percent
    fresh_days: Positive
    by_hand: tuple[str, ...]
    motions: Mapping[str, Motion]


class LeadRules(NamedTuple):
    """What a conversion proposes."""

    close_days: Positive
    probability: Percent
    amount: Minor
    currency: Currency


class LimitRules(NamedTuple):
    """The longest texts that are accepted, in characters."""

    name: Positive
    note: Positive


class AttributionRules(NamedTuple):
    """How sources share in an opportunity; docs/model.md, "Sources"."""

    half_life_days: Positive


class Benchmark(NamedTuple):
    """A figure to hold one's own against; ``grade`` A published study, B vendor data with sample, C opinion."""

    label: str
    unit: str
    denominator: str
    source: str
    grade: str
    low: float | None = None
    high: float | None = None
    year: Annotated[int, between(1900, 2200)] | None = None


class RuleSet(NamedTuple):
    """Everything a team can change, in force from when it is loaded; ``digest`` names the exact content."""

    digest: str
    undo: Span
    amend: Span
    hours: Hours
    calling: Calling
    motions: Mapping[Motion, MotionRules]
    sla: SlaRules
    extensions: ExtensionRules
    cadences: Mapping[str, Cadence]
    attempts: AttemptRules
    callbacks: CallbackRules
    queue: QueueRules
    dispositions: Mapping[Disposition, DispositionRules]
    outcomes: Mapping[Outcome, OutcomeRules]
    reasons: Mapping[str, Reason]
    tracks: Mapping[str, str]
    triggers: Mapping[Trigger, str]
    team: TeamRules
    approval: ApprovalRules
    alerts: AlertRules
    marketing: MarketingRules
    routing: RoutingRules
    score: ScoreRules
    intake: IntakeRules
    recycling: RecyclingRules
    pools: PoolRules
    references: ReferenceRules
    lead: LeadRules
    limits: LimitRules
    segments: Mapping[str, Positive]
    attribution: AttributionRules
    benchmarks: Mapping[str, Benchmark]
    sub_statuses: Mapping[Status, Mapping[str, str]] = MappingProxyType({})

    def cadence_of(self, motion: Motion) -> Cadence:
        """The cadence that at bats of this motion follow."""
        return self.cadences[self.motions[motion].cadence]


class RulesError(StoreError):
    """A rules file that cannot be used; ``problems`` has one sentence for each mistake, in the file's order.

    ``more`` says that others may show once these are mended.
    """

    def __init__(self, problems: list[str], *, more: bool = False) -> None:
        others = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(problems[0] + others)
        self.problems = problems
        self.more = more


def load_rules(path: Path | None = None) -> RuleSet:
    """The shipped rules, with the team's file laid over them where ``path`` is given.

    Tables are merged key by key, lists are replaced whole. Raises RulesError, a StoreError that names file, line,
    key and what was expected.
    """
    if path is None:
        return _shipped()
    from store import rules_file  # it needs the classes above

    return rules_file.read(path)


@lru_cache(maxsize=1)
def _shipped() -> RuleSet:
    from store import rules_file

    return rules_file.read(None)
