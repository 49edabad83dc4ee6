"""What logging a touch does on an opportunity, worked out before anything is written, as ``store.rules.touch`` does.

No at bat moves: those behind it are locked. Source: docs/model.md, "Work on an opportunity".
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from store.errors import Refusal
from store.instants import MINUTE, Instant, moment
from store.rules.touch import (
    CONNECTS,
    Reach,
    check_possible,
    check_promise,
    check_reachable,
    ends,
    is_attempt,
)
from store.ruleset import RuleSet
from store.vocabulary import Channel, Direction, Disposition, MeetingResult, WithWhom

_RESULTS = {Disposition.HELD: MeetingResult.HELD, Disposition.NO_SHOW: MeetingResult.NO_SHOW}
_BAD = {Disposition.WRONG_NUMBER: "phone", Disposition.BOUNCED: "email"}
_ASKS_A_TIME = {
    Disposition.CALLBACK_REQUESTED: "When did they ask to be called? Type a time, such as: tomorrow 3pm",
    Disposition.MEETING_BOOKED: "When is the meeting? Type a time, such as: tue 10am",
}


@dataclass(frozen=True, slots=True)
class DealTouchDraft:
    """A touch on an opportunity as it is being entered; ``seen`` is the version that the person was looking at.

    ``contact_id`` is one of its people, the primary one where none is given. ``at`` is when it happened (None: now),
    ``next_at`` the time promised or booked; ``phone_id`` or ``email_id`` the one used.
    """

    opportunity_id: int
    channel: Channel
    disposition: Disposition
    direction: Direction = Direction.OUT
    seen: int | None = None
    with_whom: WithWhom = WithWhom.CONTACT
    contact_id: int | None = None
    at: Instant | None = None
    note: str = ""
    duration: int | None = None
    next_at: Instant | None = None
    anyone: bool = False
    phone_id: int | None = None
    email_id: int | None = None


@dataclass(frozen=True, slots=True)
class DealEffect:
    """What a touch on an opportunity will do; ``words`` say it, but for times."""

    attempt: bool
    connect: bool
    callback_at: Instant | None = None
    meeting_at: Instant | None = None
    ends_promise: bool = False
    suppress: bool = False
    stop_email: bool = False
    mark_bad: str = ""
    result: MeetingResult | None = None
    words: tuple[str, ...] = ()


def deal_effect(
    reach: Reach,
    promised: Instant | None,
    draft: DealTouchDraft,
    rules: RuleSet,
    now: Instant,
    since: Instant | None = None,
) -> DealEffect:
    """What this touch does; raises Refusal when it may not be logged.

    ``reach`` is that of the person it was with, ``promised`` the callback that is open on the opportunity,
    promised at ``since``.
    """
    at = now if draft.at is None else draft.at
    _check(reach, draft, rules, now, at)
    came = draft.disposition
    attempt = is_attempt(draft.channel, came, draft.direction)
    connect = came in CONNECTS and draft.with_whom is WithWhom.CONTACT
    made = DealEffect(
        attempt,
        connect,
        callback_at=draft.next_at if came is Disposition.CALLBACK_REQUESTED else None,
        meeting_at=draft.next_at if came is Disposition.MEETING_BOOKED else None,
        ends_promise=ends(promised, draft.channel, rules, at, attempt, connect, since),
        suppress=came is Disposition.DO_NOT_CONTACT,
        stop_email=came is Disposition.UNSUBSCRIBE,
        mark_bad=_BAD.get(came, ""),
        result=_RESULTS.get(came),
    )
    return replace(made, words=_words(made, promised))


def deal_touch_at(at: Instant | None, opened_at: Instant, now: Instant, zone: str) -> Instant:
    """When a touch on an opportunity was, ``now`` where nothing is said; ``zone`` is the one refusals tell times in.

    Raises Refusal for one that is still to come, and for one from before it: that was a touch of its at bat.
    """
    if at is None:
        return now
    if at > now:
        raise Refusal("A touch cannot be in the future: promise a callback instead.", "at")
    if at // MINUTE < opened_at // MINUTE:  # people type no seconds
        opened = moment(opened_at, zone)
        day = "today" if opened.date() == moment(now, zone).date() else f"on {opened.date().isoformat()}"
        raise Refusal(
            f"This opportunity was opened {day} at {opened:%H:%M}: keep what happened before as a note.", "at"
        )
    return max(at, opened_at)


def _check(reach: Reach, draft: DealTouchDraft, rules: RuleSet, now: Instant, at: Instant) -> None:
    check_possible(draft.channel, draft.disposition)
    check_reachable(reach, draft.channel, draft.direction)
    if at > now:
        raise Refusal("A touch cannot be in the future: promise a callback instead.", "at")
    asks = _ASKS_A_TIME.get(draft.disposition)
    if asks is None and draft.next_at is not None:
        raise Refusal("A time goes with a callback or a meeting: choose one of these, or empty it.", "when")
    if asks is not None and draft.next_at is None:
        raise Refusal(asks, "when")
    if draft.disposition is Disposition.CALLBACK_REQUESTED:
        check_promise(draft.next_at, rules, now)
    elif draft.next_at is not None and draft.next_at < now:
        raise Refusal("That time has passed: give a time to come.", "when")


def _words(will: DealEffect, promised: Instant | None) -> tuple[str, ...]:
    words = ["reaches them"] if will.connect and will.result is None else ["an attempt"] if will.attempt else []
    if will.suppress:
        words = ["suppresses them on every channel; their open at bat closes, a callback to them is dropped"]
    if will.mark_bad:
        words.append("marks the number bad" if will.mark_bad == "phone" else "marks the address bad")
    if will.stop_email:
        words.append("stops e-mail to this person")
    if will.result is not None:
        words.append("the meeting was held" if will.result is MeetingResult.HELD else "the meeting was missed")
    if promised is not None and not will.suppress:
        if will.callback_at is not None:
            words.append("replaces the callback promised before")
        else:
            words.append("ends the promised callback" if will.ends_promise else "the promised callback stands")
    return tuple(words)
