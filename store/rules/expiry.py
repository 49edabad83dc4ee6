"""When an at bat is over: the window of each motion, what else ends it, and how far it may be extended.

See docs/model.md, "Expiry".
"""

from __future__ import annotations

from dataclasses import dataclass

from store.instants import DAY, Instant
from store.rules.business import Calendar
from store.ruleset import Expiry, RuleSet
from store.vocabulary import Motion


@dataclass(frozen=True, slots=True)
class Played:
    """How far an at bat has been played, as its expiry looks at it."""

    attempts: int = 0
    direct_attempts: int = 0
    partner_touches: int = 0
    cadence_completed: bool = False
    connected: bool = False
    extensions: int = 0


def window_end(
    motion: Motion, opened_at: Instant, rules: RuleSet, calendar: Calendar, campaign_end: Instant | None = None
) -> Instant | None:
    """When the window of an at bat ends, or None for a motion that only its attempts end.

    A campaign's window holds where it has one that is not past already.
    """
    expiry = rules.motions[motion].expiry
    if expiry.campaign_window and campaign_end is not None and campaign_end > opened_at:
        return campaign_end
    ends = []
    if expiry.days is not None:
        ends.append(opened_at + expiry.days * DAY)
    if expiry.business_days is not None:
        ends.append(calendar.business_days_later(opened_at, expiry.business_days))
    return min(ends, default=None)


def warns_at(ends: Instant | None, motion: Motion, rules: RuleSet, *, connected: bool = False) -> Instant | None:
    """When the queue starts to warn of this end; not of one that holds only until they are reached, once they are."""
    if ends is None or (connected and rules.motions[motion].expiry.unless_connected):
        return None
    return ends - rules.queue.expiry_warning_days * DAY


def promise_holds_until(callback_at: Instant | None, rules: RuleSet, calendar: Calendar) -> Instant | None:
    """Until when a promised callback keeps an at bat alive."""
    return None if callback_at is None else calendar.add(callback_at, rules.extensions.promise_grace)


def effective_end(
    expires_at: Instant | None, callback_at: Instant | None, rules: RuleSet, calendar: Calendar
) -> Instant | None:
    """The end of the window with a promise taken into account; None where there is no window."""
    held = promise_holds_until(callback_at, rules, calendar)
    return expires_at if expires_at is None or held is None else max(expires_at, held)


def expired(
    motion: Motion,
    played: Played,
    expires_at: Instant | None,
    now: Instant,
    rules: RuleSet,
    held_until: Instant | None = None,
    window: str = "",
) -> str | None:
    """The rule that ends this at bat at ``now``, in words for its history, or None while it lives.

    ``expires_at`` is the window's end as kept on the at bat, extensions included; ``held_until`` comes from a promise
    (``promise_holds_until``), ``window`` says what is over where that is not the motion's window of today. Each
    extension grants the limits of attempts once more, and after one the cadence's end alone ends nothing.
    """
    expiry = rules.motions[motion].expiry
    if held_until is not None and now < held_until:
        return None
    if expiry.unless_connected and played.connected:
        return None
    innings = 1 + played.extensions
    if expiry.attempts is not None and played.attempts >= expiry.attempts * innings:
        return f"{motion.label}: {played.attempts} attempts made"
    if _partner_done(expiry, played, innings):
        return f"{motion.label}: {played.direct_attempts} direct attempts and {_follow_ups(played)} made"
    if expiry.cadence_completed and played.cadence_completed and not played.extensions:
        return f"{motion.label}: the cadence is completed"
    if expires_at is not None and now >= expires_at:
        return f"{motion.label}: {window or _window_words(expiry)} over"
    return None


def rule_words(motion: Motion, rules: RuleSet) -> str:
    """What ends an at bat of this motion, for the lead card and the guide: ``12 attempts or 45 days``."""
    expiry = rules.motions[motion].expiry
    partner = f" and {expiry.partner_touches} partner follow-up" if expiry.partner_touches else ""
    words = [
        f"{expiry.attempts} attempts" if expiry.attempts else "",
        f"{expiry.direct_attempts} direct attempts{partner}" if expiry.direct_attempts else "",
        "the campaign's end" if expiry.campaign_window else "",
        f"{expiry.days} days" + (" without a campaign" if expiry.campaign_window else "") if expiry.days else "",
        f"{expiry.business_days} business days" if expiry.business_days else "",
        "the cadence's end" if expiry.cadence_completed else "",
    ]
    return " or ".join(filter(None, words)) + (" without a connection" if expiry.unless_connected else "")


def may_extend(extensions_by_owner: int, leads_team: bool, rules: RuleSet) -> bool:
    """Whether this person may extend now: an owner as often as the rules say, a team lead always."""
    return leads_team or extensions_by_owner < rules.extensions.owner


def latest_extension(
    motion: Motion,
    opened_at: Instant,
    original_end: Instant | None,
    expires_at: Instant | None,
    rules: RuleSet,
    calendar: Calendar,
) -> Instant | None:
    """How far a window may be extended in one go: by its original length; None where there is no window."""
    if original_end is None or expires_at is None:
        return None
    days = rules.motions[motion].expiry.business_days
    if days is not None:
        return calendar.business_days_later(expires_at, days)
    return expires_at + (original_end - opened_at)


def _partner_done(expiry: Expiry, played: Played, innings: int) -> bool:
    if expiry.direct_attempts is None:
        return False
    partner = expiry.partner_touches or 0
    return played.direct_attempts >= expiry.direct_attempts * innings and played.partner_touches >= partner * innings


def _follow_ups(played: Played) -> str:
    count = played.partner_touches
    return f"{count} partner follow-up" + ("" if count == 1 else "s")


def _window_words(expiry: Expiry) -> str:
    if expiry.campaign_window:
        return "its window is"
    return f"{expiry.days} days are" if expiry.days else f"{expiry.business_days} business days are"
