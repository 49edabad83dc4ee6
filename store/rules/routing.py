"""Who gets a new at bat, and why nobody else did.

In order: the rep who works the company already, the account owner, the first attribute rule that fits, then the reps
of the team in turn. Whoever is absent, has paused or has left is passed over by all of them; whoever holds as many
open at bats as the limit allows only by the last two, so that one company is not split between two reps for it. Pure;
see docs/model.md, "Routing".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction

from store.instants import DAY, Instant
from store.rule_values import Comparison
from store.ruleset import AttributeRule, RoutingRules, RoutingWhen
from store.vocabulary import Motion, UserRole

# What the history calls the rules: the words that people read.
WORKING_REP = "works the company already"
ACCOUNT_OWNER = "account owner"
IN_TURN = "in turn"
POOL = "team's pool"
UNROUTED = "unrouted"
CLAIMED = "claimed from the pool"
ACCEPTED = "accepted"
TAKEN_OVER = "taken over"
OFFER_TAKEN = "offered to all"
ASSIGNED = "assigned by a team lead"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be given at bats; ``absent_until`` is the ISO day of the last day away, empty for who is here.

    ``open`` counts open at bats, as far as the limit. ``picked`` is how often an attribute rule or their turn gave
    them one lately, and ``since`` when they were added, came back or were changed last: from then on turns are counted.
    """

    user_id: int
    name: str
    team: str = ""
    role: UserRole = UserRole.SDR
    capacity: int = 1
    open: int = 0
    absent_until: str = ""
    paused: bool = False
    active: bool = True
    picked: int = 0
    since: Instant = 0

    @property
    def available(self) -> bool:
        """Whether they may be given anything at all."""
        return not self.unavailable

    @property
    def unavailable(self) -> str:
        """Why they are given nothing, in words; empty where they may be."""
        if not self.active:
            return "has left"
        if self.absent_until:
            return f"away through {self.absent_until}"
        return "has paused intake" if self.paused else ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be routed: the facts that rules look at. ``working`` are the owners of the company's open at bats.

    ``size`` is in employees, ``value`` in minor units; ``country`` is an ISO code, ``region`` the company's state;
    ``team`` is whose reps take turns.
    """

    motion: Motion
    source: str = ""
    team: str = ""
    size: int | None = None
    industry: str = ""
    country: str = ""
    region: str = ""
    product: str = ""
    score: int = 0
    value: int = 0
    working: tuple[int, ...] = ()
    account_owner: int | None = None
    besides: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """What one rule made of one person: ``chosen``, or passed over and ``why``; without a name, of the whole rule."""

    rule: str
    name: str = ""
    why: str = ""
    chosen: bool = False


Trace = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Who gets it (None: the pool, or nobody), by which rule, and how that came about."""

    owner_id: int | None
    rule: str
    trace: Trace


def counted_from(candidates: Iterable[Candidate], rules: RoutingRules, now: Instant) -> Instant:
    """Since when turns are counted: since all who can be given anything have been there, and no longer than the rules.

    So somebody who is new, or back from three weeks away, takes part from now on and is not flooded to catch up.
    """
    return max([now - rules.looks_back_days * DAY, *(one.since for one in candidates if one.available)])


def choose(wanted: Wanted, candidates: Sequence[Candidate], rules: RoutingRules, first: str = "") -> Choice:
    """Who gets it. Somebody of ``wanted.besides`` does only as account owner, or where there is nobody else.

    ``first`` is what the first attribute rule is called where it is none of the team's own; it begins with "rule ".
    """
    routing = _Routing(wanted, candidates, rules, first)
    choice = routing.choose(frozenset(wanted.besides))
    if choice.rule == UNROUTED and wanted.besides:
        again = _Routing(wanted, candidates, rules, first).choose(frozenset())
        return choice if again.rule == UNROUTED else again
    return choice


class _Routing:
    """One run through the rules, noting each step."""

    def __init__(self, wanted: Wanted, candidates: Sequence[Candidate], rules: RoutingRules, first: str = "") -> None:
        self.wanted = wanted
        self.candidates = sorted(candidates, key=lambda one: one.user_id)
        self.by_id = {one.user_id: one for one in self.candidates}
        self.rules = rules
        self.first = first
        self.steps: list[Step] = []

    def choose(self, avoided: Collection[int]) -> Choice:
        for rule, found in self._found(avoided):
            if found is not None:
                return Choice(found.user_id, rule, tuple(self.steps))
        rule = POOL if self.rules.pull else UNROUTED
        why = "waits for whoever takes the next one" if self.rules.pull else "nobody is left: the team lead is told"
        self.steps.append(Step(rule, why=why))
        return Choice(None, rule, tuple(self.steps))

    def _found(self, avoided: Collection[int]) -> Iterator[tuple[str, Candidate | None]]:
        wanted, rules = self.wanted, self.rules
        if rules.working_rep:
            yield WORKING_REP, self._first(WORKING_REP, wanted.working, avoided)
        if rules.account_owner:
            owners = () if wanted.account_owner is None else (wanted.account_owner,)
            yield ACCOUNT_OWNER, self._first(ACCOUNT_OWNER, owners, ())
        for number, rule in enumerate(rules.rules, 0 if self.first else 1):
            label = f"rule {number} ({rule.name})" if rule.name else f"rule {number}"
            label = label if number else self.first
            yield label, self._by_attributes(label, rule, avoided)
        if not rules.pull:
            reps = [one for one in self.candidates if one.team == wanted.team and one.role is UserRole.SDR]
            yield IN_TURN, self._in_turn(IN_TURN, [one for one in reps if one.active], avoided)

    def _first(self, rule: str, user_ids: Sequence[int], avoided: Collection[int]) -> Candidate | None:
        """The first of these who may be given it, whatever they hold."""
        people = [self.by_id[user_id] for user_id in dict.fromkeys(user_ids) if user_id in self.by_id]
        if not people:
            self.steps.append(Step(rule, why="nobody"))
        return next((one for one in people if self._may_have(rule, one, avoided, limit=None)), None)

    def _by_attributes(self, label: str, rule: AttributeRule, avoided: Collection[int]) -> Candidate | None:
        if unlike := _unlike(self.wanted, rule.when):
            self.steps.append(Step(label, why=unlike))
            return None
        people: dict[int, Candidate] = {}
        for name in rule.to:
            meant = self._named(name)
            if not meant:
                self.steps.append(Step(label, name, "is no user and no team here"))
            people.update((one.user_id, one) for one in meant)
        return self._in_turn(label, list(people.values()), avoided)

    def _named(self, name: str) -> list[Candidate]:
        """The user of this name, else the reps of the team of this name."""
        folded = name.casefold().strip()
        users = [one for one in self.candidates if one.name.casefold() == folded]
        return users or [
            one for one in self.candidates if one.team.casefold() == folded and one.role is UserRole.SDR and one.active
        ]

    def _in_turn(self, rule: str, people: Sequence[Candidate], avoided: Collection[int]) -> Candidate | None:
        """Of those who may be given it, whoever had the fewest turns for their share; then the smaller id."""
        limit = self.rules.open_lead_limit
        free = [one for one in people if self._may_have(rule, one, avoided, limit, note=False)]
        if not people:
            self.steps.append(Step(rule, why="nobody"))
        if not free:
            return None
        chosen = min(free, key=lambda one: (Fraction(one.picked, one.capacity), one.user_id))
        had = f"{one_or_many(chosen.picked, 'turn')} for a share of {chosen.capacity}"
        why = f"{had}, the fewest of {len(free)}" if len(free) > 1 else ""
        self.steps.append(Step(rule, chosen.name, why, chosen=True))
        return chosen

    def _may_have(
        self, rule: str, one: Candidate, avoided: Collection[int], limit: int | None, *, note: bool = True
    ) -> bool:
        """Whether they may be given it, with a step for why not; or, with ``note``, for their being chosen."""
        why = one.unavailable
        if not why and one.user_id in avoided:
            why = "had the last one, which got no response"
        if not why and one.capacity < 1:
            why = "has no share of new ones"
        if not why and limit is not None and one.open >= limit:
            why = f"holds {limit:,} open or more, the limit"
        if why or note:
            self.steps.append(Step(rule, one.name, why, chosen=not why))
        return not why


def _unlike(wanted: Wanted, when: RoutingWhen) -> str:
    """The first condition that does not hold, in words; empty where all do."""
    counted: tuple[tuple[str, Comparison | None, int | None], ...] = (
        ("size", when.size, wanted.size),
        ("score", when.score, wanted.score),
        ("value", when.value, wanted.value),
    )
    for name, numbers, number in counted:
        if numbers is not None and not numbers.holds(number):
            return f"{name} is {'not known' if number is None else f'{number:,}'}, not {numbers}"
    words: tuple[tuple[str, tuple[str, ...], str], ...] = (
        ("motion", when.motion, wanted.motion.value),
        ("source", when.source, wanted.source),
        ("industry", when.industry, wanted.industry),
        ("country", when.country, wanted.country),
        ("region", when.region, wanted.region),
        ("product", when.product, wanted.product),
    )
    for name, listed, word in words:
        if listed and word.casefold().strip() not in {one.casefold().strip() for one in listed}:
            return f"{name} is {word.replace('_', ' ') or 'not known'}"
    return ""


def one_or_many(number: int, one: str) -> str:
    """``1 turn``, ``2 turns``."""
    return f"{number:,} {one}{'' if number == 1 else 's'}"


# --- the trace as it is kept and as it is read ---


def dump_trace(trace: Trace) -> str:
    """As JSON, without what is empty; empty for no trace."""
    steps = [{key: value for key, value in asdict(step).items() if value} for step in trace]
    return json.dumps(steps, ensure_ascii=False, separators=(",", ":")) if steps else ""


def load_trace(text: str) -> Trace:
    """The trace of a kept text; of one that another version wrote, as much as this one understands."""
    try:
        found = json.loads(text) if text else []
    except ValueError:
        return ()
    return tuple(_step(each) for each in found if isinstance(each, Mapping)) if isinstance(found, list) else ()


def _step(found: Mapping[str, object]) -> Step:
    said: Callable[[str], str] = lambda key: str(found.get(key, ""))  # noqa: E731
    return Step(said("rule"), said("name"), said("why"), chosen=bool(found.get("chosen")))


def trace_words(trace: Trace) -> tuple[str, ...]:
    """A line for each step: ``account owner: Ben passed over, away through 2026-12-01``."""
    return tuple(_words(step) for step in trace)


def _words(step: Step) -> str:
    if not step.name:
        return f"{step.rule}: {step.why}" if step.why else step.rule
    if step.chosen:
        return f"{step.rule}: {step.name} gets it" + (f", {step.why}" if step.why else "")
    return f"{step.rule}: {step.name} passed over, {step.why}"
