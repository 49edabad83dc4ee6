"""May somebody come back after an at bat that has ended, by what, with what to say, and who gets them then.

Pure: ``now`` and the facts are arguments. Source of every row: docs/model.md, "Recycling".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from store.instants import DAY, Instant
from store.ruleset import ComesBack, RuleSet
from store.vocabulary import Motion, Outcome

NO_TRACK = "re_engagement"  # for a reason that the rules no longer name


class By(StrEnum):
    """What brings somebody back."""

    DATE = "date"
    TRIGGER = "trigger"
    SIGNAL = "signal"
    HIGH_INTENT = "high_intent"
    FIXED = "fixed"


class Who(StrEnum):
    """Who gets somebody who comes back."""

    SAME = "same"  # the rep of the last at bat
    OTHER = "other"  # another rep than that one, where the team has one
    OWNER = "owner"  # the owner of the company
    ANYONE = "anyone"


@dataclass(frozen=True, slots=True)
class Heard:
    """A signal that came after the at bat had ended."""

    at: Instant
    kind: str
    high_intent: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """The last at bat of somebody, as far as coming back goes.

    ``eligible_on`` is the trigger or the rule that was kept when it ended. ``meeting_at`` is when its last meeting is
    or was; ``became`` says that an opportunity came of it, ``dealt_until`` when the last one they were on closed, and
    ``dealing`` that one is open. ``fixed_at`` is when a number or address that works was written down.
    """

    outcome: Outcome
    closed_at: Instant
    reason: str = ""
    eligible_at: Instant | None = None
    eligible_on: str = ""
    meeting_at: Instant | None = None
    became: bool = False
    dealing: bool = False
    dealt_until: Instant | None = None
    fixed_at: Instant | None = None
    heard: tuple[Heard, ...] = ()


@dataclass(frozen=True, slots=True)
class Return:
    """From when somebody may come back, and by what; ``kind`` is the signal's. One ahead of now is still waited for."""

    at: Instant
    by: By
    kind: str = ""


def returns(ended: Ended, rules: RuleSet) -> Return | None:
    """When somebody may come back and by what, the earliest way; None where nothing that is known brings them back.

    Nobody comes back while an opportunity they are on is open. A high-intent signal brings back before the date.
    """
    if ended.dealing:
        return None
    after = _after(ended, rules)
    if after == ComesBack.NEVER:
        return None
    ways = [Return(heard.at, by, heard.kind) for heard in ended.heard if (by := _wakes(heard, ended, after))]
    if after == ComesBack.WHEN_FIXED:
        return Return(ended.fixed_at, By.FIXED) if ended.fixed_at is not None else None
    if (date := _date(ended, rules)) is not None:
        ways.append(Return(date, By.DATE))
    return min(ways, key=lambda way: (way.at, way.by is not By.DATE), default=None)


def _after(ended: Ended, rules: RuleSet) -> str:
    """The rule in force when it ended, or the trigger it waits for.

    Nobody who is suppressed is asked about here: where an at bat ended so, it was lifted.
    """
    if ended.outcome is Outcome.MEETING_BOOKED and ended.became:
        return ComesBack.NEW_SIGNAL
    if ended.outcome is Outcome.SUPPRESS:
        return ComesBack.HIGH_INTENT
    return ended.eligible_on or rules.outcomes[ended.outcome].comes_back.value


def _wakes(heard: Heard, ended: Ended, after: str) -> By | None:
    """By what name this signal brings them back; None where it does not."""
    if heard.at <= max(ended.closed_at, ended.dealt_until or 0):
        return None
    if after == heard.kind:
        return By.TRIGGER
    if heard.high_intent:
        return By.HIGH_INTENT
    return By.SIGNAL if after == ComesBack.NEW_SIGNAL else None


def _date(ended: Ended, rules: RuleSet) -> Instant | None:
    if ended.outcome is Outcome.MEETING_BOOKED:
        if ended.became:
            return None
        days = rules.outcomes[ended.outcome].recycle_days
        if ended.meeting_at is not None and days is not None:  # it may have been moved since
            return max(ended.eligible_at or 0, ended.meeting_at + days * DAY)
    return ended.eligible_at


# --- with what, and who ---


def track_of(reason: str, rules: RuleSet) -> str:
    """On which track somebody is taken up again, by the reason of the last at bat."""
    known = rules.reasons.get(reason)
    return known.track if known is not None else NO_TRACK


def motion_of(outcome: Outcome, back: Return, rules: RuleSet, *, customer: bool = False) -> Motion:
    """Why the new at bat exists: a customer's new need, what the signal says, else a reactivation."""
    if customer or outcome is Outcome.EXISTING:
        return Motion.EXPANSION
    return rules.recycling.motions.get(back.kind, Motion.REACTIVATION)


def cadence_of(track: str, motion: Motion, before: str, outcome: Outcome, rules: RuleSet) -> str:
    """By which cadence a reactivation is worked: its track's, and after no response another than ``before``."""
    usual = rules.cadence_of(motion).key
    if motion is not Motion.REACTIVATION:
        return usual
    choices = (*rules.recycling.cadences.get(track, ()), usual)
    if not rules.outcomes[outcome].other_rep:
        return choices[0]
    return next((key for key in choices if key != before), usual)


def goes_to(outcome: Outcome, rep_id: int | None, account_owner_id: int | None, rules: RuleSet) -> Who:
    """Who gets them: a dated promise and a no-show stay with their rep, as an account with its owner.

    A customer, and what became an opportunity, goes to the owner of the company; no response to another rep.
    """
    ended = rules.outcomes[outcome]
    if outcome in (Outcome.EXISTING, Outcome.CONVERTED) and account_owner_id is not None:
        return Who.OWNER
    if ended.same_rep:
        return Who.SAME if rep_id is not None else Who.ANYONE
    if ended.other_rep and rep_id is not None:
        return Who.SAME if rep_id == account_owner_id else Who.OTHER
    return Who.ANYONE
