"""What a signal does: one situation after the other, the first that holds decides.

Pure: facts in, decision out. See docs/model.md, "Intake of signals".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from store.instants import DAY, Instant
from store.ruleset import ComesBack, IntakeRules, RuleSet, signal_key
from store.vocabulary import Motion


class Does(StrEnum):
    """What happens to a signal."""

    RECORDED = "recorded"  # on the contact, nothing else
    ON_OPPORTUNITY = "on the opportunity"  # its owner is told
    EXPANSION = "expansion"  # a new at bat, to the account owner
    ON_LEAD = "on the at bat"  # its owner is told, it rises
    JOINS = "joins the at bat"  # the person joins the buying group, the owner is told
    ENRICHES = "enriches"  # the contact and the score only
    HELD = "held"  # until the date
    OPENS = "opens"  # a new at bat, routed


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides about a signal. ``points`` are its own, ``score`` is the one that stands with it counted.

    ``person``: one is known, not only the company. ``open_lead`` is one of theirs, or one whose buying group they are
    in; ``lead_at_account`` another one at the company. Of the last at bat that ended, ``eligible_at`` is from when they
    may come back (``eligible_day`` its ISO day in the team's zone) and ``comes_back`` what brings them back instead of
    a date. ``reachable``: some number or address of theirs is not known to be bad. ``at`` is when
    it happened, None for one that was held and is decided on again: that never is too old.
    """

    suppressed: bool = False
    bogus: bool = False
    opportunity: bool = False
    opportunity_at_account: bool = False
    customer: bool = False
    person: bool = True
    high_intent: bool = False
    open_lead: bool = False
    lead_at_account: bool = False
    points: int = 0
    score: int = 0
    kind: str = ""
    eligible_at: Instant | None = None
    eligible_day: str = ""
    comes_back: str = ""
    reachable: bool = True
    now: Instant = 0
    at: Instant | None = None

    @property
    def awaited(self) -> bool:
        """Whether this is the very trigger that they were to come back on."""
        return bool(self.comes_back) and signal_key(self.kind) == self.comes_back


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to a signal, and why in words, for the record and the screen."""

    does: Does
    words: str


@dataclass(frozen=True, slots=True)
class Situation:
    """A row of the table: when it holds, what happens, and the words for it."""

    name: str
    holds: Callable[[Facts, RuleSet], bool]
    does: Does
    words: Callable[[Facts, RuleSet], str]


def _said(words: str) -> Callable[[Facts, RuleSet], str]:
    return lambda facts, rules: words


def _below(facts: Facts, rules: RuleSet) -> bool:
    weak = facts.points < rules.intake.threshold and not facts.high_intent and not facts.awaited
    return weak and facts.score < rules.score.mql


def _old(facts: Facts, rules: RuleSet) -> bool:
    return facts.at is not None and is_old(facts.at, facts.now, rules.intake)


def _held(facts: Facts, rules: RuleSet) -> bool:
    if facts.high_intent or facts.awaited:
        return False
    return facts.eligible_at is not None and facts.eligible_at > facts.now


def _waits(facts: Facts, rules: RuleSet) -> bool:
    """Whether something else than a date or this signal is to bring them back."""
    if facts.comes_back and not facts.reachable:
        return True
    if facts.high_intent or facts.awaited or not facts.comes_back or facts.eligible_at is not None:
        return False
    if facts.comes_back == ComesBack.WHEN_FIXED:
        return False
    return facts.comes_back != ComesBack.NEW_SIGNAL


_WAITS_FOR = {
    ComesBack.HIGH_INTENT: "only a high-intent signal brings them back",
    ComesBack.NEVER: "only a high-intent signal brings them back",
    ComesBack.WHEN_FIXED: "nothing to reach them by is known to work",
}


def _waits_words(facts: Facts, rules: RuleSet) -> str:
    if not facts.reachable:
        return _WAITS_FOR[ComesBack.WHEN_FIXED]
    known = {str(each): words for each, words in _WAITS_FOR.items()}
    why = known.get(facts.comes_back) or f"waits for: {facts.comes_back.replace('_', ' ')}"
    return f"recorded on the contact: {why}"


SITUATIONS: tuple[Situation, ...] = (
    Situation(
        "suppressed",
        lambda facts, rules: facts.suppressed,
        Does.RECORDED,
        _said("recorded on the contact: they asked not to be contacted"),
    ),
    Situation(
        "rejected as not real",
        lambda facts, rules: facts.bogus,
        Does.RECORDED,
        _said("recorded on the contact: rejected by sales as not real"),
    ),
    Situation(
        "open opportunity with this contact",
        lambda facts, rules: facts.opportunity,
        Does.ON_OPPORTUNITY,
        _said("recorded on the opportunity: open with this person"),
    ),
    Situation(
        "open opportunity with this account",
        lambda facts, rules: facts.opportunity_at_account and rules.intake.accounts_open_opportunity,
        Does.ON_OPPORTUNITY,
        _said("recorded on the opportunity: open with this account"),
    ),
    Situation(
        "customer, high-intent signal",  # who has an open at bat can have no second one
        lambda facts, rules: facts.customer and facts.high_intent and not facts.open_lead and not _old(facts, rules),
        Does.EXPANSION,
        _said("opened an at bat: a customer has a new need"),
    ),
    Situation(
        "open lead for this contact",
        lambda facts, rules: facts.open_lead,
        Does.ON_LEAD,
        _said("recorded on the open at bat"),
    ),
    Situation(
        "open lead at the account",
        lambda facts, rules: facts.lead_at_account,
        Does.JOINS,
        lambda facts, rules: f"{'joined' if facts.person else 'recorded on'} the open at bat at the company",
    ),
    Situation(
        "too old to act on",
        _old,
        Does.ENRICHES,
        lambda facts, rules: f"kept for the score only: older than {rules.intake.fresh_days} days, too old to act on",
    ),
    Situation(
        "below the threshold, score under MQL",
        _below,
        Does.ENRICHES,
        lambda facts, rules: (
            f"kept for the score only: {facts.points} {'point' if facts.points == 1 else 'points'}, below"
            f" {rules.intake.threshold}; score {facts.score}, under the MQL of {rules.score.mql}"
        ),
    ),
    Situation(
        "next eligible date in the future",
        _held,
        Does.HELD,
        lambda facts, rules: f"held until {facts.eligible_day}: they may not come back sooner",
    ),
    Situation("waits for something else", _waits, Does.RECORDED, _waits_words),
    Situation("otherwise", lambda facts, rules: True, Does.OPENS, _said("opened an at bat")),
)
"""The table in its order: the first situation that holds decides, and the last one always does."""


def situation(facts: Facts, rules: RuleSet) -> Situation:
    """The row of the table that decides."""
    return next(each for each in SITUATIONS if each.holds(facts, rules))


def decide(facts: Facts, rules: RuleSet) -> Decision:
    """What a signal does."""
    row = situation(facts, rules)
    return Decision(row.does, row.words(facts, rules))


def motion_of(kind: str, rules: IntakeRules, *, campaign: bool, hint: Motion | None = None) -> Motion:
    """The motion of an at bat that a signal of this kind opens; ``hint`` is what its source says it is for."""
    if hint is not None:
        return hint
    known = rules.motions.get(signal_key(kind))
    if known is not None:
        return known
    return Motion.CAMPAIGN_RESPONSE if campaign else Motion.INTENT_SIGNAL


def is_old(at: Instant, now: Instant, rules: IntakeRules) -> bool:
    """Whether something that happened then is too long ago to be acted on at ``now``."""
    return now - at > rules.fresh_days * DAY


def strong(points: int, high_intent: bool, rules: IntakeRules) -> bool:
    """Whether a signal on an open at bat brings its next step to now."""
    return high_intent or points >= rules.threshold


def extended_to(motion: Motion, expires_at: Instant | None, at: Instant, rules: RuleSet) -> Instant | None:
    """The end of a reactivation's window once a signal came: the motion's days after it, where that is later."""
    limits = rules.motions[motion].expiry
    if expires_at is None or not limits.campaign_window:
        return expires_at
    days = at if limits.days is None else at + limits.days * DAY
    return max(expires_at, days)
