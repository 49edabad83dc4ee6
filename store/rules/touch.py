"""What logging a touch does to an at bat, worked out before anything is written.

The log dialog shows this while the person chooses; the operation applies the very same effect. Source of every row
of the tables: docs/model.md, "Logging a touch".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from store.errors import Refusal
from store.instants import DAY, MINUTE, Instant, moment
from store.lead_state import LeadState
from store.rule_values import Duration, Unit
from store.rules import cadence, queue_order
from store.rules.business import Calendar
from store.rules.calling import next_callable, suggest_retry
from store.rules.expiry import warns_at
from store.rules.path import RANK, standing
from store.ruleset import RuleSet
from store.vocabulary import (
    LOCKED_STAGES,
    Channel,
    Decision,
    Direction,
    Disposition,
    Outcome,
    PromiseState,
    Stage,
    Status,
    WithWhom,
)

D = Disposition

_ANYWHERE = (D.MEETING_BOOKED, D.NOT_INTERESTED, D.WRONG_PERSON, D.DO_NOT_CONTACT)
DISPOSITIONS: Mapping[Channel, tuple[Disposition, ...]] = {
    Channel.CALL: (
        D.NO_ANSWER,
        D.VOICEMAIL_LEFT,
        D.BUSY,
        D.GATEKEEPER,
        D.CONVERSATION,
        D.CALLBACK_REQUESTED,
        *_ANYWHERE[:3],
        D.WRONG_NUMBER,
        D.DO_NOT_CONTACT,
    ),
    Channel.EMAIL: (D.SENT, D.REPLIED, *_ANYWHERE, D.BOUNCED, D.UNSUBSCRIBE),
    Channel.LINKEDIN: (D.SENT, D.REPLIED, *_ANYWHERE),
    Channel.SMS: (D.SENT, D.REPLIED, *_ANYWHERE),
    Channel.MEETING: (D.HELD, D.NO_SHOW, *_ANYWHERE),
    Channel.OTHER: (D.CONVERSATION, *_ANYWHERE),
}
CONNECTS = frozenset({D.CONVERSATION, D.CALLBACK_REQUESTED, D.MEETING_BOOKED, D.NOT_INTERESTED, D.REPLIED, D.HELD})
INBOUND_ONLY = frozenset({D.REPLIED, D.BOUNCED, D.UNSUBSCRIBE})
MEETING_RESULTS = frozenset({D.HELD, D.NO_SHOW})
_ATTEMPT_CHANNELS = frozenset({Channel.CALL, Channel.EMAIL, Channel.LINKEDIN, Channel.SMS})
_FORCED: Mapping[Disposition, tuple[Decision, Outcome | None]] = {
    D.MEETING_BOOKED: (Decision.CONVERT, Outcome.MEETING_BOOKED),
    D.NOT_INTERESTED: (Decision.NOT_INTERESTED, Outcome.BAD_FIT),
    D.WRONG_PERSON: (Decision.WRONG_PERSON, Outcome.WRONG_PERSON),
    D.NO_SHOW: (Decision.REBOOK, None),
}
_FOLLOW_UP = Duration(2, Unit.BUSINESS_DAYS)


@dataclass(frozen=True, slots=True)
class Reach:
    """How the person of an at bat may be reached: ``zones`` are the candidates of their number or address."""

    zones: tuple[str, ...] = ()
    phones: int = 0
    emails: int = 0
    suppressed: bool = False
    email_stopped: bool = False

    @property
    def channels(self) -> int:
        """How many numbers and addresses still work and may be used."""
        return self.phones + (0 if self.email_stopped else self.emails)


@dataclass(frozen=True, slots=True)
class TouchDraft:
    """A touch as it is being entered; ``seen`` is the version of the at bat the person was looking at.

    ``at`` is when it happened (None: now); ``next_at`` and ``next_channel`` a next step the person named;
    ``meeting_at`` when a meeting was booked for; ``phone_id`` or ``email_id`` the one used.
    """

    lead_id: int
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
    next_channel: Channel | None = None
    anyone: bool = False
    phone_id: int | None = None
    email_id: int | None = None
    automated: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """What a touch will do: columns of the at bat that change, stages entered (skipped or not), and the rest."""

    changes: Mapping[str, Any]
    entered: tuple[tuple[Stage, bool], ...] = ()
    attempt: bool = False
    connect: bool = False
    callback_at: Instant | None = None
    ends_promise: bool = False
    suppress: bool = False
    stop_email: bool = False
    mark_bad: str = ""
    close: Outcome | None = None
    offer: str = ""
    offer_outcome: Outcome | None = None
    words: tuple[str, ...] = field(default=())


def direction_of(disposition: Disposition) -> Direction:
    """Which way a disposition goes unless said otherwise."""
    return Direction.IN if disposition in INBOUND_ONLY else Direction.OUT


def effect(
    lead: LeadState,
    reach: Reach,
    draft: TouchDraft,
    rules: RuleSet,
    calendar: Calendar,
    now: Instant,
    tries: Sequence[Instant] = (),
    promised_since: Instant | None = None,
) -> Effect:
    """What this touch does to this at bat; raises Refusal when it may not be logged.

    ``tries`` are the attempts on this person in the last days, needed where ``cadence_ends``: from there
    on the next one is spread over their day. ``promised_since`` is when the open callback was promised, needed for a
    touch that is entered later.
    """
    at = happened_at(draft.at, lead.opened_at, now, calendar.zone)
    if awaits_result(lead) and draft.disposition in MEETING_RESULTS:
        return _meeting_happened(draft.disposition)
    _check(lead, reach, draft, rules, now)
    if draft.automated:
        return Effect({"touches": lead.touches + 1}, words=("shown in the stream; no attempt, no clock, no stage",))
    attempt = is_attempt(draft.channel, draft.disposition, draft.direction)
    connect = draft.disposition in CONNECTS and draft.with_whom is WithWhom.CONTACT
    entered = _entered(lead, attempt, connect)
    stage = entered[-1][0] if entered else lead.stage
    changes = _counters(lead, draft, attempt, connect, at)
    changes["status"] = _status(lead, stage, draft.disposition, attempt, connect)
    if entered:
        changes.update(stage=stage, stage_at=now)
        changes["accepted_at"] = lead.accepted_at or now
    if connect and lead.connected_at is None:
        changes["connected_at"] = now
        changes["warn_at"] = warns_at(lead.expires_at, lead.motion, rules, connected=True)
    ends_promise = ends(lead.callback_at, draft.channel, rules, at, attempt, connect, promised_since)
    if draft.disposition is D.DO_NOT_CONTACT:
        return Effect(
            changes,
            entered,
            attempt,
            ends_promise=ends_promise,
            suppress=True,
            close=Outcome.SUPPRESS,
            words=_goodbye(),
        )
    left = _reach_after(reach, draft)
    if draft.disposition is D.UNSUBSCRIBE and not left.channels:
        return Effect(changes, entered, stop_email=True, close=Outcome.SUPPRESS, words=("no channel is left: closes",))
    tried = [*tries, *([lead.last_attempt_at] if lead.last_attempt_at is not None else []), *([at] if attempt else [])]
    if ends_promise:
        changes["callback_at"] = None
    promised = None if ends_promise else lead.callback_at
    changes.update(_next(lead, left, draft, rules, calendar, now, attempt, connect, tried, promised))
    changes.update(queue_order.place(lead, changes, rules, calendar))
    return _effect(lead, left, draft, rules, changes, entered, attempt, connect, ends_promise)


def is_attempt(channel: Channel, disposition: D, direction: Direction) -> bool:
    """Whether this is a try to reach somebody that a human made."""
    return direction is Direction.OUT and channel in _ATTEMPT_CHANNELS and disposition not in INBOUND_ONLY


def happened_at(at: Instant | None, opened_at: Instant, now: Instant, zone: str) -> Instant:
    """When a touch was, ``now`` where nothing is said; ``zone`` is the one that refusals tell times in.

    Refuses one that is still to come, or from before its at bat, which would meet clocks that did not run yet. Of the
    minute in which it opened all counts, since people type no seconds.
    """
    if at is None:
        return now
    if at > now:
        raise Refusal("A touch cannot be in the future: promise a callback or set a next step instead.", "at")
    if at // MINUTE < opened_at // MINUTE:
        opened = moment(opened_at, zone)
        day = "today" if opened.date() == moment(now, zone).date() else f"on {opened.date().isoformat()}"
        sentence = (
            f"This at bat opened {day} at {opened:%H:%M}: what happened before is no touch of it, keep it as a note."
        )
        raise Refusal(sentence, "at")
    return max(at, opened_at)


def _check(lead: LeadState, reach: Reach, draft: TouchDraft, rules: RuleSet, now: Instant) -> None:
    check_possible(draft.channel, draft.disposition)
    if lead.stage in LOCKED_STAGES:
        raise Refusal(f"This at bat is {lead.stage.label} for good: new interest is a new at bat.")
    if lead.stage is Stage.DISQUALIFIED:
        raise Refusal("This at bat waits for a team lead's approval: ask for it to be sent back first.")
    check_reachable(reach, draft.channel, draft.direction)
    if draft.disposition is D.CALLBACK_REQUESTED:
        check_promise(draft.next_at, rules, now)
    elif draft.next_at is not None and draft.next_at < now:
        raise Refusal("The next step is in the past: give a time to come.", "when")


def check_possible(channel: Channel, disposition: D) -> None:
    """Refuse what cannot come of this channel."""
    if disposition is not D.UNKNOWN and disposition not in DISPOSITIONS[channel]:
        raise Refusal(f"“{disposition.label}” cannot come of a {channel.label}: choose another.")


def check_reachable(reach: Reach, channel: Channel, direction: Direction) -> None:
    """Refuse an outbound touch of somebody who asked for none, or for none by this channel."""
    if reach.suppressed and direction is Direction.OUT:
        raise Refusal("This person asked not to be contacted: no outbound touch may be made or logged.")
    if reach.email_stopped and channel is Channel.EMAIL and direction is Direction.OUT:
        raise Refusal("This person unsubscribed from e-mail: call instead.")


def awaits_result(lead: LeadState) -> bool:
    """Whether it ended with a meeting: it is locked, but what became of the meeting may still be logged."""
    return lead.stage is Stage.CONVERTED and lead.outcome is Outcome.MEETING_BOOKED


def _meeting_happened(disposition: D) -> Effect:
    if disposition is D.HELD:
        return Effect({}, connect=True, words=("the meeting was held", "asks for the opportunity"))
    return Effect({}, words=("the meeting was missed", "the at bat stays converted"))


def cadence_ends(lead: LeadState, rules: RuleSet) -> bool:
    """Whether one more attempt leaves no step of the cadence: only then do earlier attempts matter to the next."""
    plan = rules.cadences.get(lead.cadence) or rules.cadence_of(lead.motion)
    return lead.cadence_step + 1 >= len(plan.steps)


def attempt_limit(lead: LeadState, rules: RuleSet) -> int | None:
    """How many attempts its window allows; each extension grants the number once more."""
    limit = rules.motions[lead.motion].expiry.attempts
    return None if limit is None else limit * (1 + lead.extensions)


def check_promise(at: Instant | None, rules: RuleSet, now: Instant) -> None:
    """Refuse a callback without a time, in the past, or so far off that it is no promise."""
    if at is None:
        raise Refusal("When did they ask to be called? Type a time, such as: tomorrow 3pm", "when")
    if at < now:
        raise Refusal("That time has passed: give a time to come.", "when")
    if at > now + rules.callbacks.far_days * DAY:
        raise Refusal(
            f"That is more than {rules.callbacks.far_days} days out: close as “not ready now” with that date instead.",
            "when",
        )


def promise_state(due: Instant, at: Instant, rules: RuleSet) -> PromiseState:
    """What becomes of a promise that ends at ``at``: kept near its time, missed after it, dropped before it."""
    if abs(at - due) <= rules.callbacks.kept_within:
        return PromiseState.KEPT
    return PromiseState.MISSED if at > due else PromiseState.DROPPED


def ends(
    promised: Instant | None,
    channel: Channel,
    rules: RuleSet,
    at: Instant,
    attempt: bool,
    connect: bool,
    since: Instant | None = None,
) -> bool:
    """Whether a callback promised for then ends with a touch at ``at``.

    Only a call, or speaking to them in another way, ends it; before its time only one that reached them does, and
    from before it was promised, at ``since``, none.
    """
    if since is not None and at < since:
        return False
    spoken = connect and channel in (Channel.MEETING, Channel.OTHER)
    called = channel is Channel.CALL and (attempt or connect)
    if promised is None or not (called or spoken):
        return False
    return connect or promise_state(promised, at, rules) is not PromiseState.DROPPED


def _entered(lead: LeadState, attempt: bool, connect: bool) -> tuple[tuple[Stage, bool], ...]:
    """The stages this touch enters, in order; what an inbound touch jumps over is marked skipped."""
    goal = Stage.CONNECTED if connect else Stage.ATTEMPTING if attempt else None
    if goal is None or RANK[goal] <= RANK[lead.stage]:
        return ()
    path = (Stage.ACCEPTED, Stage.ATTEMPTING, Stage.CONNECTED)
    return tuple(
        (stage, stage is not goal and not attempt) for stage in path if RANK[lead.stage] < RANK[stage] <= RANK[goal]
    )


def _status(lead: LeadState, stage: Stage, disposition: Disposition, attempt: bool, connect: bool) -> Status:
    if stage is Stage.QUALIFIED:
        return Status.WORKING if lead.status is Status.STALE and (attempt or connect) else lead.status
    if connect:
        first = lead.connected_at is None
        return Status.CONNECTED if first and disposition is not D.HELD else Status.WORKING
    if attempt and (stage is Stage.ATTEMPTING or lead.status is Status.STALE):
        return Status.ATTEMPTING
    return lead.status


def _counters(lead: LeadState, draft: TouchDraft, attempt: bool, connect: bool, at: Instant) -> dict[str, Any]:
    changes: dict[str, Any] = {
        "touches": lead.touches + 1,
        "attempts": lead.attempts + attempt,
        "direct_attempts": lead.direct_attempts + (attempt and draft.with_whom is WithWhom.CONTACT),
        "partner_touches": lead.partner_touches + (draft.with_whom is WithWhom.PARTNER),
        "connects": lead.connects + connect,
    }
    if lead.last_touch_at is None or at >= lead.last_touch_at:
        changes.update(last_touch_at=at, last_disposition=draft.disposition)
    if attempt:
        changes["last_attempt_at"] = max(at, lead.last_attempt_at or at)
    if (attempt or connect) and (lead.first_touch_at is None or at < lead.first_touch_at):
        changes["first_touch_at"] = at
    if draft.disposition is D.REPLIED:
        changes["unanswered_at"] = at
    elif attempt or connect:
        changes["unanswered_at"] = None
    return changes


def _reach_after(reach: Reach, draft: TouchDraft) -> Reach:
    if draft.disposition is D.WRONG_NUMBER:
        return Reach(reach.zones, max(0, reach.phones - 1), reach.emails, reach.suppressed, reach.email_stopped)
    if draft.disposition is D.BOUNCED:
        return Reach(reach.zones, reach.phones, max(0, reach.emails - 1), reach.suppressed, reach.email_stopped)
    if draft.disposition is D.UNSUBSCRIBE:
        return Reach(reach.zones, reach.phones, reach.emails, reach.suppressed, True)
    return reach


def _next(
    lead: LeadState,
    reach: Reach,
    draft: TouchDraft,
    rules: RuleSet,
    calendar: Calendar,
    now: Instant,
    attempt: bool,
    connect: bool,
    tries: Sequence[Instant],
    promised: Instant | None,
) -> dict[str, Any]:
    """The next action: a decision, a promise, what the person named, or the cadence's next step."""
    changes: dict[str, Any] = {"snoozed_until": None, "decision": None, "decision_at": None, "next_words": ""}
    if draft.disposition is D.CALLBACK_REQUESTED:
        changes.update(callback_at=draft.next_at, next_channel=Channel.CALL, due_at=draft.next_at)
    elif draft.disposition in _FORCED and not (draft.next_at and draft.disposition is D.NO_SHOW):
        changes.update(decision=_FORCED[draft.disposition][0], decision_at=now, due_at=now)
    elif draft.disposition in (D.WRONG_NUMBER, D.BOUNCED) and not reach.channels:
        changes.update(decision=Decision.BAD_DATA, decision_at=now, due_at=now)
    elif promised is not None:
        changes.update(cadence_step=lead.cadence_step + attempt, next_channel=Channel.CALL, due_at=promised)
    elif draft.next_at is not None:
        channel = draft.next_channel or lead.next_channel or Channel.CALL
        changes.update(next_channel=channel, due_at=draft.next_at)
    else:
        changes.update(_planned(lead, reach, rules, calendar, now, attempt, connect, tries))
    limit = attempt_limit(lead, rules)
    spent = limit is not None and lead.attempts + attempt >= limit and not (lead.connected or connect)
    if spent and changes["decision"] is None and promised is None and draft.disposition is not D.CALLBACK_REQUESTED:
        changes.update(decision=Decision.EXPIRED, decision_at=now, due_at=now)
    return changes


def _planned(
    lead: LeadState,
    reach: Reach,
    rules: RuleSet,
    calendar: Calendar,
    now: Instant,
    attempt: bool,
    connect: bool,
    tries: Sequence[Instant],
) -> dict[str, Any]:
    """The cadence's next step; after the last, a follow-up of whoever was reached, else a retry in another part of
    their day."""
    done = lead.cadence_step + attempt
    plan = rules.cadences.get(lead.cadence) or rules.cadence_of(lead.motion)
    step = cadence.next_step(
        plan, done, lead.opened_at, now, calendar, rules.calling, reach.zones, usable=partial(usable, reach)
    )
    if step is not None:
        return {"cadence_step": done, "next_channel": step.channel, "due_at": step.due}
    connected = lead.connected or connect
    if not connected and rules.motions[lead.motion].expiry.cadence_completed:
        return {"cadence_step": done, "decision": Decision.EXPIRED, "decision_at": now, "due_at": now}
    if connected and not attempt:
        due = next_callable(calendar.add(now, _FOLLOW_UP), reach.zones, rules.calling, calendar)
    else:
        due = suggest_retry(tries, now, reach.zones, rules.attempts, rules.calling, calendar)
    words = "follow up: the cadence is done" if connected else "the cadence is done: try once more or close"
    return {"cadence_step": done, "next_channel": usable(reach, Channel.CALL), "due_at": due, "next_words": words}


def usable(reach: Reach, planned: Channel) -> Channel:
    """The planned channel, or the other of call and e-mail where it cannot be used and that one can."""
    writable = reach.emails > 0 and not reach.email_stopped
    if planned is Channel.CALL and not reach.phones and writable:
        return Channel.EMAIL
    if planned is Channel.EMAIL and not writable and reach.phones:
        return Channel.CALL
    return planned


def _effect(
    lead: LeadState,
    reach: Reach,
    draft: TouchDraft,
    rules: RuleSet,
    changes: dict[str, Any],
    entered: tuple[tuple[Stage, bool], ...],
    attempt: bool,
    connect: bool,
    ends_promise: bool,
) -> Effect:
    offer, outcome = "", None
    if draft.disposition is D.MEETING_BOOKED:
        offer, outcome = "convert", Outcome.MEETING_BOOKED
    elif draft.disposition in (D.NOT_INTERESTED, D.WRONG_PERSON):
        offer, outcome = "close", _FORCED[draft.disposition][1]
    elif changes.get("decision") is Decision.BAD_DATA:
        offer, outcome = "close", Outcome.BAD_DATA
    return Effect(
        changes,
        entered,
        attempt,
        connect,
        callback_at=changes.get("callback_at") if draft.disposition is D.CALLBACK_REQUESTED else None,
        ends_promise=ends_promise,
        stop_email=draft.disposition is D.UNSUBSCRIBE,
        mark_bad={D.WRONG_NUMBER: "phone", D.BOUNCED: "email"}.get(draft.disposition, ""),
        offer=offer,
        offer_outcome=outcome,
        words=_words(lead, rules, changes, entered, attempt, draft),
    )


def _words(
    lead: LeadState,
    rules: RuleSet,
    changes: Mapping[str, Any],
    entered: tuple[tuple[Stage, bool], ...],
    attempt: bool,
    draft: TouchDraft,
) -> tuple[str, ...]:
    """What the dialog says will happen, what only this disposition does first; the screen adds times in their zone."""
    words = []
    if draft.disposition is D.WRONG_NUMBER:
        words.append("marks the number bad")
    if draft.disposition is D.BOUNCED:
        words.append("marks the address bad")
    if draft.disposition is D.UNSUBSCRIBE:
        words.append("stops e-mail to this person")
    if attempt:
        limit = attempt_limit(lead, rules)
        words.append(f"attempt {lead.attempts + 1}" + (f" of {limit}" if limit else ""))
    stage = entered[-1][0] if entered else lead.stage
    verb = "becomes" if entered or changes["status"] is not lead.status else "stays"
    words.append(f"{verb} {standing(stage, changes['status'])}")
    if lead.callback_at is not None and changes.get("callback_at", 0) == 0:
        words.append("the promised callback stands")
    if changes.get("decision") is Decision.EXPIRED:
        words.append("the last of its attempts: decide")
    return tuple(words)


def _goodbye() -> tuple[str, ...]:
    return ("suppresses this person on every channel", "closes it for good")
