"""Experiments: which arm somebody is in, what that changes, and when there is enough to tell. Pure.

An arm whose value is empty is worked as the rules have it. See docs/model.md, "Experiments".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from math import ceil

from store.ruleset import PLACEHOLDERS, AttributeRule, Cadence, RoutingRules, RoutingWhen, RuleSet
from store.vocabulary import Motion, Subject

LEAST = 30  # at bats in each arm before anything is said
LEAST_EXPECTED = 5  # of each kind (converted, not converted) in each arm, if the arms did not differ
IN_TURN = "in turn"  # the routing of an arm without attribute rules
_TAKEN = 2**64  # how many values the hash may have
_HIGHEST = 100
_SAID = re.compile(r"(\d{1,2})\s+(\S.*)", re.DOTALL)
# What is compared on the same at bats must not get in each other's way: a script is said at the steps of a cadence.
_CLASH = {Subject.CADENCE: {Subject.CADENCE, Subject.SCRIPT}, Subject.SCRIPT: {Subject.CADENCE, Subject.SCRIPT}}


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm: of all shares together it gets ``share``; ``value`` is what it is given, by the subject."""

    id: int
    name: str
    share: int = 1
    value: str = ""


@dataclass(frozen=True, slots=True)
class Experiment:
    """An experiment with its arms in the order they were named, the first being what the others are held against.

    ``motion`` None: at bats of any.
    """

    id: int
    name: str
    subject: Subject
    motion: Motion | None
    arms: tuple[Arm, ...]

    def covers(self, motion: Motion) -> bool:
        """Whether at bats of this motion take part."""
        return self.motion in (None, motion)


@dataclass(frozen=True, slots=True)
class Given:
    """The arm that an at bat has in an experiment."""

    experiment: Experiment
    arm: Arm

    @property
    def words(self) -> str:
        """``experiment “Fewer calls”: arm “short”``."""
        return f"experiment “{self.experiment.name}”: arm “{self.arm.name}”"


# --- who gets which arm -------------------------------------------------------------------------------------------


def arm_of(name: str, arms: Sequence[Arm], contact_id: int | None, account_id: int | None) -> Arm:
    """The arm of a person, or of a company without one: the same whenever and wherever it is asked, by the shares.

    It hangs on nothing but the experiment's name, the arms and who it is; not on the order they are given in.
    """
    who = f"contact {contact_id}" if contact_id is not None else f"account {account_id}"
    digest = blake2b(f"{name}\0{who}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    place = int.from_bytes(digest, "big") * sum(arm.share for arm in arms) // _TAKEN
    ordered = sorted(arms, key=lambda arm: arm.name)
    for arm in ordered:
        place -= arm.share
        if place < 0:
            return arm
    return ordered[-1]


def given_to(
    running: Sequence[Experiment], motion: Motion, contact_id: int | None, account_id: int | None
) -> tuple[Given, ...]:
    """The arm in each experiment that a new at bat takes part in."""
    return tuple(
        Given(one, arm_of(one.name, one.arms, contact_id, account_id)) for one in running if one.covers(motion)
    )


def clash(subject: Subject, motion: Motion | None, running: Sequence[Experiment]) -> Experiment | None:
    """A running experiment that would change the same of the same at bats."""
    against = _CLASH.get(subject, {subject})
    for one in running:
        if one.subject in against and (motion is None or one.covers(motion)):
            return one
    return None


# --- what an arm changes ------------------------------------------------------------------------------------------


def _value(given: Sequence[Given], subject: Subject) -> tuple[Given | None, str]:
    found = next((one for one in given if one.experiment.subject is subject), None)
    return found, found.arm.value if found is not None else ""


def cadence_of(given: Sequence[Given], usual: str, rules: RuleSet) -> str:
    """The cadence an at bat is worked by; as usual where its arm names none, or one that the rules no longer have."""
    value = _value(given, Subject.CADENCE)[1]
    return value if value in rules.cadences else usual


def urgent(given: Sequence[Given], score: int) -> bool:
    """Whether an at bat that opens with this score is as urgent as high intent, by its arm."""
    value = _value(given, Subject.THRESHOLD)[1]
    return value.isdecimal() and score >= int(value)


def routing_of(given: Sequence[Given], rules: RoutingRules) -> tuple[RoutingRules, str]:
    """The rules by which an at bat is routed, and what the first attribute rule is called where it is the arm's.

    Whoever works the company and the account owner go before it as ever.
    """
    found, value = _value(given, Subject.ROUTING)
    if found is None or not value:
        return rules, ""
    if value.casefold() == IN_TURN:
        return rules._replace(rules=(), pull=False), ""
    first = AttributeRule(RoutingWhen(), names_of(value))
    return rules._replace(rules=(first, *rules.rules)), f"rule of {found.words}"


def names_of(value: str) -> tuple[str, ...]:
    """The people and teams that a routing arm names."""
    return tuple(name for part in value.split(",") if (name := part.strip()))


@dataclass(frozen=True, slots=True)
class Scripts:
    """What an arm says at steps of a cadence instead of what the rules have there; numbers from 1."""

    cadence: str
    steps: Mapping[int, str]


def script_at(value: str, cadence: str, number: int) -> str | None:
    """What an arm of this value says at a step of a cadence; None where it says nothing else."""
    said = load_scripts(value)
    return said.steps.get(number) if said is not None and said.cadence == cadence else None


def dump_scripts(said: Scripts) -> str:
    """As it is kept."""
    steps = {str(number): text for number, text in sorted(said.steps.items())}
    return json.dumps({"cadence": said.cadence, "steps": steps}, ensure_ascii=False)


def load_scripts(value: str) -> Scripts | None:
    """From as it is kept; None for what is no script."""
    try:
        found = json.loads(value) if value else None
    except ValueError:
        return None
    if not isinstance(found, dict) or not isinstance(found.get("steps"), dict):
        return None
    steps = {int(number): str(text) for number, text in found["steps"].items() if str(number).isdecimal()}
    return Scripts(str(found.get("cadence", "")), steps)


def value_words(subject: Subject, value: str, rules: RuleSet) -> str:
    """What an arm is given, in words; what the rules no longer have is said."""
    if not value:
        return "as the rules have it"
    match subject:
        case Subject.CADENCE:
            known = rules.cadences.get(value)
            return f"cadence “{known.label}”" if known else f"cadence {value}, which the rules no longer have: as usual"
        case Subject.SCRIPT:
            said = load_scripts(value)
            steps = sorted(said.steps) if said else []
            return f"another script at step {', '.join(map(str, steps))}"
        case Subject.ROUTING:
            return "given in turn, without attribute rules" if value.casefold() == IN_TURN else f"given to {value}"
        case Subject.THRESHOLD:
            return f"as urgent as high intent from score {value}"


# --- what may be asked for ----------------------------------------------------------------------------------------


def understood(subject: Subject, value: str, motion: Motion | None, rules: RuleSet) -> str:
    """The value of an arm as it is kept; raises ValueError with a sentence for one that means nothing.

    Of a script ``value`` is one line for each step: its number and what to say. Whether routing names people who are
    here is for the caller to see.
    """
    value = value.strip()
    if not value:
        return ""
    match subject:
        case Subject.CADENCE:
            if value not in rules.cadences:
                raise ValueError(f"There is no cadence {value}: say one of {', '.join(rules.cadences)}.")
        case Subject.SCRIPT:
            if motion is None:
                raise ValueError("A script is said at the steps of one motion's cadence: name the motion.")
            return dump_scripts(_scripts(value, rules.cadence_of(motion)))
        case Subject.ROUTING:
            if not names_of(value):
                raise ValueError(f"Name people or teams, with commas between, or say {IN_TURN}.")
        case Subject.THRESHOLD:
            if not value.isdecimal() or int(value) > _HIGHEST:
                raise ValueError(f"{value} is no score: say a number from 0 to {_HIGHEST}.")
            return str(int(value))
    return value


def _scripts(value: str, cadence: Cadence) -> Scripts:
    steps: dict[int, str] = {}
    for line in value.splitlines():
        found = _SAID.fullmatch(line.strip())
        if found is None:
            raise ValueError("A script is the number of a step and what to say there, such as: 1 Hi {first_name}.")
        number, text = int(found[1]), found[2].strip()
        if not 1 <= number <= len(cadence.steps):
            raise ValueError(f"The cadence “{cadence.label}” has steps 1 to {len(cadence.steps)}, not {number}.")
        for word in re.findall(r"\{(\w*)\}", text):
            if word not in PLACEHOLDERS:
                known = ", ".join(f"{{{each}}}" for each in PLACEHOLDERS)
                raise ValueError(f"Nothing fills {{{word}}}: a script may ask for {known}.")
        steps[number] = text
    return Scripts(cadence.key, steps)


# --- when there is enough to tell ---------------------------------------------------------------------------------


def needed(part: int, of: int) -> int:
    """How many at bats an arm needs before anything is said, where ``part`` of ``of`` came about in all arms together.

    At least 30, and so many that five of them would be expected to come about and five not to: below that the test of
    two shares misleads. Where none or all did, nothing can be told yet, and the least that could be is said.
    """
    rarer = min(part, of - part)
    return max(LEAST, ceil(LEAST_EXPECTED * of / rarer)) if rarer > 0 else LEAST
