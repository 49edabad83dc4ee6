"""The team's numbers, as the named tuples that ``rules.toml`` is read into.

The classes are the schema of the file: their field names are its keys and their types say what each key takes.
``store.rules_file`` does the reading. See docs/model.md, "The rules file".
"""

# Named tuples, and no `from __future__ import annotations`, because the first frame waits for this module: as
# dataclasses these classes take 20 ms to make, and compiling each type from its text takes 2.

import re
from collections.abc import Callable, Mapping
from datetime import date, time
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple, Self

from store.errors import StoreError
from store.instants import DAY, HOUR, MINUTE
from store.vocabulary import Channel, Disposition, Motion, Outcome, Status, Trigger

PLACEHOLDERS = ("first_name", "company", "industry", "trigger", "last_words")  # what a script may ask for
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Unit(StrEnum):
    """What a duration is counted in; business units count only the team's working hours or days."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    BUSINESS_MINUTES = "business_minutes"
    BUSINESS_HOURS = "business_hours"
    BUSINESS_DAYS = "business_days"

    @property
    def business(self) -> bool:
        """Whether it counts working time only."""
        return self.value.startswith("business")


_UNITS = frozenset(unit.value for unit in Unit)
_MICROSECONDS = {
    Unit.MINUTES: MINUTE,
    Unit.HOURS: HOUR,
    Unit.DAYS: DAY,
    Unit.BUSINESS_MINUTES: MINUTE,
    Unit.BUSINESS_HOURS: HOUR,
}


class Duration(NamedTuple):
    """A length of time as the rules file writes it: ``5 business minutes``, ``2 business days``, ``24 hours``."""

    amount: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``"<whole number> <unit>"``; raises ValueError saying what was expected."""
        number, _, words = text.strip().lower().partition(" ")
        name = "_".join(words.split())
        name = name if name.endswith("s") else name + "s"
        if not (number.isascii() and number.isdigit() and len(number) <= 6 and name in _UNITS):
            raise ValueError('a duration such as "5 business minutes", "2 business days" or "24 hours"')
        return cls(int(number), Unit(name))

    @property
    def microseconds(self) -> int:
        """Its length in microseconds of clock or business time; raises ValueError for business days."""
        if self.unit is Unit.BUSINESS_DAYS:
            raise ValueError("business days have no fixed length: ask the calendar")
        return self.amount * _MICROSECONDS[self.unit]

    def __str__(self) -> str:
        words = self.unit.value.replace("_", " ")
        return f"{self.amount} {words[:-1] if self.amount == 1 else words}"


# --- what a key takes: each reads one TOML value or raises ValueError saying what was expected -------------------


def _between(low: int, high: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"a whole number from {low:,} to {high:,}")
        return value

    return read


def _share(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError("a share from 0 to 1, such as 0.5")
    return float(value)


def _span(value: Any) -> int:
    if not isinstance(value, str):
        raise ValueError('a length of time such as "10 minutes" or "1 day"')
    duration = Duration.parse(value)
    if duration.unit.business:
        raise ValueError('a length of clock time such as "10 minutes" or "1 day", not business time')
    return duration.microseconds


class Comparison(NamedTuple):
    """The numbers a rule is about, both ends included; None where an end is open."""

    low: int | None
    high: int | None

    def holds(self, number: int | None) -> bool:
        """Whether a number is one of them; one that is not known never is."""
        if number is None:
            return False
        return (self.low is None or number >= self.low) and (self.high is None or number <= self.high)

    def __str__(self) -> str:
        if self.low == self.high:
            return f"{self.low:,}"
        if self.low is None:
            return f"at most {self.high:,}"
        return f"at least {self.low:,}" if self.high is None else f"{self.low:,} to {self.high:,}"


def _comparison(value: Any) -> Comparison:
    found = re.fullmatch(r"(>=?|<=?|=)?\s*([\d,_]{1,15})(?:\s*-\s*([\d,_]{1,15}))?", str(value).strip())
    digits = [re.sub(r"[,_]", "", number) for number in (found[2], found[3] or "0")] if found else []
    if not isinstance(value, str) or found is None or not all(digits) or bool(found[1]) is bool(found[3]):
        raise ValueError('a comparison such as ">1000", ">=75", "<50", "=1" or "200-1000"')
    low, high = map(int, digits)
    if found[3]:
        if low > high:
            raise ValueError('two numbers such as "200-1000", the smaller one first')
        return Comparison(low, high)
    return {
        ">": Comparison(low + 1, None),
        ">=": Comparison(low, None),
        "<": Comparison(None, low - 1),
        "<=": Comparison(None, low),
        "=": Comparison(low, low),
    }[found[1]]


def _words(value: Any) -> tuple[str, ...]:
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not listed or not all(isinstance(one, str) and one.strip() for one in listed):
        raise ValueError('some text in quotes, or a list of such: "Ana Reyes" or ["Ana Reyes", "Ben Okafor"]')
    return tuple(listed)


def _motions(value: Any) -> tuple[Motion, ...]:
    known = [motion.value for motion in Motion]
    try:
        return tuple(Motion(word) for word in _words(value))
    except ValueError:
        raise ValueError(f"motions, one or a list, of {', '.join(known)}") from None


def _weekday(value: Any) -> int:
    if value not in WEEKDAYS:
        raise ValueError(f"a weekday: {', '.join(WEEKDAYS)}")
    return WEEKDAYS.index(value)


def _letter(value: Any) -> str:
    if not isinstance(value, str) or not (value == "" or (len(value) == 1 and value.isascii() and value.islower())):
        raise ValueError('one small letter a to z ("" offers no key)')
    return value


def _code(pattern: str, what: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise ValueError(what)
        return value

    return read


Count = Annotated[int, _between(0, 100_000)]
Positive = Annotated[int, _between(1, 100_000)]
Percent = Annotated[int, _between(0, 100)]
Minor = Annotated[int, _between(0, 10**15)]  # minor units of the team's currency
Share = Annotated[float, _share]
Span = Annotated[int, _span]  # microseconds of clock time
Weekday = Annotated[int, _weekday]
Letter = Annotated[str, _letter]
Words = Annotated[tuple[str, ...], _words]  # one or several
Motions = Annotated[tuple[Motion, ...], _motions]
Numbers = Annotated[Comparison, _comparison]
Country = Annotated[str, _code("[A-Z]{2}", 'an ISO country code of two capitals, such as "US" or "DE"')]
Subdivision = Annotated[str, _code("[A-Z0-9]{1,5}", 'a state or region code in capitals, such as "CA" or "BY"')]
Currency = Annotated[str, _code("[A-Z]{3}", 'an ISO currency code of three capitals, such as "EUR"')]


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
    """From when on the team's board marks a figure of a rep; ``kept`` is a share, the rest but ``idle`` are counts."""

    idle: Span
    new: Positive
    late: Positive
    missed: Positive
    stale: Positive
    waiting: Positive
    kept: Share


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


class Benchmark(NamedTuple):
    """A figure to hold one's own against; ``grade`` A published study, B vendor data with sample, C opinion."""

    label: str
    unit: str
    denominator: str
    source: str
    grade: str
    low: float | None = None
    high: float | None = None
    year: Annotated[int, _between(1900, 2200)] | None = None


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
