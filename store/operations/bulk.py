"""The same act on many at bats: looked at beforehand, done in batches, taken back as one.

``preview`` says what would happen, by the checks of the act itself, and changes nothing. ``do_batch`` does one batch:
one operation in one transaction, in which each at bat is done wholly or not at all. The batches of one act share the
first part of their keys. See docs/model.md, "Acts on many".
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from typing import Any
from uuid import UUID

from store.actor import Actor
from store.database import Store
from store.errors import Refusal
from store.instants import Instant
from store.lead_state import COLUMNS, LeadState, lead_state
from store.operations.closing import cleaned, close
from store.operations.promises import SnoozeDraft, may_snooze, snooze
from store.operations.recycle import RecycleDraft, may_recycle, recycle
from store.operations.transaction import Done, Operation, Transaction
from store.operations.working import (
    LeadDraft,
    StatusDraft,
    accept,
    held_by,
    may_accept,
    may_reassign,
    may_set_status,
    reassign,
    set_status,
)
from store.rules import queue_order
from store.rules.closing import CONVERSIONS, CloseDraft, ending
from store.vocabulary import Outcome, Stage

BATCH = 100  # at bats in one transaction: others wait for the write lock no longer than these take
BULK = "bulk_"  # begins the kind of every operation here
NAMED = 3  # people named for each reason
# Outcomes that name something of their own on each at bat: what it became, the other one, the right person.
ONE_BY_ONE = CONVERSIONS | {Outcome.DUPLICATE, Outcome.WRONG_PERSON}


class Verb(StrEnum):
    """What can be done to many at once."""

    ACCEPT = "accept"
    SNOOZE = "snooze"
    STATUS = "set_status"
    CLOSE = "close"
    REASSIGN = "reassign"
    RECYCLE = "recycle"


Like = LeadDraft | SnoozeDraft | StatusDraft | CloseDraft | RecycleDraft
"""The draft of the act as it is meant for each; its at bat and version are filled in."""


@dataclass(frozen=True, slots=True)
class Refused:
    """An at bat that is left as it is, and why."""

    lead_id: int
    why: str


@dataclass(frozen=True, slots=True)
class Reason:
    """How many are left for one reason, the first of them by name."""

    why: str
    count: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What the act would do now: to whom, in which version, to whom not, and what else would come of it.

    ``besides`` counts what not every at bat has coming: ``(7, "wait for a team lead's approval")``. ``warnings`` are
    what is better looked at once more, with names: of those closed without response, who was never tried.
    """

    able: tuple[tuple[int, int], ...]
    refused: tuple[Refused, ...]
    reasons: tuple[Reason, ...]
    besides: tuple[tuple[int, str], ...]
    warnings: tuple[Reason, ...] = ()

    @property
    def marked(self) -> int:
        """How many were asked for."""
        return len(self.able) + len(self.refused)


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch of the act ``act``: at bats, each with the version that was looked at."""

    verb: Verb
    like: Like
    leads: tuple[tuple[int, int], ...]
    act: UUID
    number: int


@dataclass(frozen=True, slots=True)
class BatchDone(Done):
    """What one batch did: to which at bats, to which not; ``waiting`` of those closed wait for approval."""

    did: tuple[int, ...] = ()
    refused: tuple[Refused, ...] = ()
    waiting: int = 0


# --- before ---


def preview(store: Store, actor: Actor, now: Instant, verb: Verb, like: Like, ids: Sequence[int]) -> Preview:
    """What the act would do to these at bats, in their order; nothing is written.

    Raises Refusal where the draft itself is wrong, naming the field.
    """
    check = _check(store, actor, now, verb, like)
    found = {row[0]: row for row in store.rows(_FACTS, (json.dumps(list(ids)),))}
    able: list[tuple[int, int]] = []
    refused: list[Refused] = []
    besides: Counter[str] = Counter()
    doubtful: list[Refused] = []
    for lead_id in ids:
        try:
            if lead_id not in found:
                raise Refusal("That at bat is not in this database.")
            lead, facts = lead_state(found[lead_id][:_WIDTH]), found[lead_id][_WIDTH:]
            if lead.void:
                raise Refusal("That at bat was undone.")
            if more := check(lead, *facts):
                besides[more] += 1
            able.append((lead_id, lead.version))
            doubtful += [Refused(lead_id, words) for words in _doubts(like, lead, now)]
        except Refusal as refusal:
            refused.append(Refused(lead_id, refusal.sentence))
    more_of = tuple((count, words) for words, count in besides.items())
    return Preview(tuple(able), tuple(refused), reasons(store, refused), more_of, reasons(store, doubtful))


def _doubts(like: Like, lead: LeadState, now: Instant) -> list[str]:
    """Why one may not want the act for this at bat, though it may be done."""
    found = []
    if isinstance(like, CloseDraft) and like.outcome is Outcome.NO_RESPONSE and not lead.attempts:
        found.append("were never tried")
    if isinstance(like, CloseDraft | SnoozeDraft):
        if lead.tier == queue_order.HOT:
            found.append("are hot: high-intent, or waiting for an answer")
        if isinstance(like, SnoozeDraft) and lead.due_at is not None and lead.due_at < now:
            found.append("are late already; no clock stops")
    return found


def reasons(store: Store, refused: Sequence[Refused]) -> tuple[Reason, ...]:
    """Why at bats are left as they are, the commonest reason first, with a few names each."""
    ids: dict[str, list[int]] = {}
    for each in refused:
        ids.setdefault(each.why, []).append(each.lead_id)
    wanted = [lead_id for found in ids.values() for lead_id in found[:NAMED]]
    names = dict(store.rows(_NAMES, (json.dumps(wanted),))) if wanted else {}
    return tuple(
        Reason(why, len(found), tuple(names[lead_id] for lead_id in found[:NAMED] if lead_id in names))
        for why, found in sorted(ids.items(), key=lambda item: -len(item[1]))
    )


def stages(store: Store, ids: Sequence[int]) -> frozenset[Stage]:
    """The stages these at bats stand in."""
    return frozenset(Stage(row[0]) for row in store.rows(_STAGES, (json.dumps(list(ids)),)))


def batches(act: UUID, verb: Verb, like: Like, leads: Sequence[tuple[int, int]], size: int = BATCH) -> list[Batch]:
    """The batches of one act."""
    rest = iter(leads)
    parts = iter(lambda: tuple(islice(rest, size)), ())
    return [Batch(verb, like, part, act, number) for number, part in enumerate(parts)]


Check = Callable[[LeadState, str, int | None], str]
"""Judges an at bat, its owner's name and its company's size: raises Refusal, or says what else would come of it."""


def _check(store: Store, actor: Actor, now: Instant, verb: Verb, like: Like) -> Check:
    rules, calendar = store.rules, store.calendar

    def accepted(lead: LeadState, owner: str, _size: int | None) -> str:
        may_accept(lead, actor.user_id, owner)
        return "" if lead.owner_id is not None else "were nobody's and become yours"

    def snoozed(lead: LeadState, _owner: str, _size: int | None) -> str:
        assert isinstance(like, SnoozeDraft)
        may_snooze(lead, like.until, now, rules, calendar)
        return ""

    def set_to(lead: LeadState, _owner: str, _size: int | None) -> str:
        assert isinstance(like, StatusDraft)
        may_set_status(lead, like.status)
        return ""

    held = held_by(store, actor) if verb is Verb.REASSIGN else 0

    def reassigned(lead: LeadState, owner: str, _size: int | None) -> str:
        nonlocal held
        may_reassign(lead, actor, held, rules.routing.open_lead_limit)
        held += 0 if actor.leads_team else 1
        return f"are taken from {owner}" if owner else "were nobody's"

    def closed(lead: LeadState, _owner: str, size: int | None) -> str:
        assert isinstance(draft, CloseDraft)
        if ending(lead, draft, rules, now, employees=size, leads_team=actor.leads_team).waits:
            return "wait for a team lead's approval"
        return "drop a promised callback" if lead.callback_at is not None else ""

    def recycled(lead: LeadState, _owner: str, _size: int | None) -> str:
        return may_recycle(store, lead, now)

    draft = like
    if isinstance(like, CloseDraft):
        _for_many(like)
        draft = cleaned(like, rules.limits)
    checks: Mapping[Verb, Check] = {
        Verb.ACCEPT: accepted,
        Verb.SNOOZE: snoozed,
        Verb.STATUS: set_to,
        Verb.CLOSE: closed,
        Verb.REASSIGN: reassigned,
        Verb.RECYCLE: recycled,
    }
    return checks[verb]


def _for_many(like: CloseDraft) -> None:
    """Refuse what can be said of one at bat only."""
    if like.outcome in ONE_BY_ONE:
        raise Refusal(f"“{like.outcome.label}” is said of one at bat at a time: close these one by one.", "outcome")
    if like.opportunity_id is not None:
        raise Refusal("An open opportunity is named for one at bat at a time: close these one by one.", "known_as")


# --- doing it ---


def do_batch(store: Store, actor: Actor, now: Instant, batch: Batch, key: object = None) -> BatchDone:
    """Do one batch, once, under the act's own key; an at bat that refuses is left and the others are done.

    Where every one refuses, nothing is written.
    """
    try:
        done = OPERATIONS[batch.verb](store, actor, now, batch, key=f"{batch.act}/{batch.number}")
    except _NothingDone as nothing:
        return BatchDone(0, "nothing done", refused=tuple(nothing.refused))
    if isinstance(done, BatchDone):
        return done
    did = tuple(row[0] for row in store.rows(_DID, (done.operation_id,)))
    return BatchDone(done.operation_id, done.sentence, repeated=True, did=did)


class _NothingDone(Exception):
    """Every at bat of a batch refused: the operation itself is not kept either."""

    def __init__(self, refused: list[Refused]) -> None:
        super().__init__("nothing done")
        self.refused = refused


def _run(tx: Transaction, batch: Batch) -> Done:
    if isinstance(batch.like, CloseDraft):
        _for_many(batch.like)
    tx.override = "status" if batch.verb is Verb.STATUS else ""
    tx.begin()
    act, now = _SINGLE[batch.verb], tx.now
    did: list[int] = []
    refused: list[Refused] = []
    for lead_id, seen in batch.leads:
        tx.now = now  # one at bat written by a clock that is ahead does not move the others
        try:
            with tx.part():
                act.run(tx, replace(batch.like, lead_id=lead_id, seen=seen))
        except Refusal as refusal:
            refused.append(Refused(lead_id, refusal.sentence))
        else:
            did.append(lead_id)
    if not did:
        raise _NothingDone(refused)
    tx.now = now
    waiting = _waiting(tx.store, did) if batch.verb is Verb.CLOSE else 0
    return BatchDone(
        tx.id,
        words(batch.verb, batch.like, len(did), waiting),
        undo_until=now + tx.rules.undo,
        did=tuple(did),
        refused=tuple(refused),
        waiting=waiting,
    )


def words(verb: Verb, like: Like, count: int, waiting: int = 0, *, of: int = 0) -> str:
    """What was done to so many, where fewer than ``of``: ``1,200 of 5,000 accepted``."""

    def many(number: int) -> str:
        return f"{number:,} of {of:,}" if of > count else f"{number:,}"

    if isinstance(like, StatusDraft):
        return f"{many(count)} set to {like.status.label}"
    if not isinstance(like, CloseDraft):
        return f"{many(count)} {_DONE[verb]}"
    closed = f"{many(count - waiting)} closed: {like.outcome.label}" if count > waiting or not waiting else ""
    asked = f"{waiting:,} {'waits' if waiting == 1 else 'wait'} for a team lead's approval" if waiting else ""
    return "; ".join(filter(None, (closed, asked)))


def _waiting(store: Store, ids: list[int]) -> int:
    return int(store.value(_WAITING, (json.dumps(ids),)))


_SINGLE: Mapping[Verb, Operation[Any]] = {
    Verb.ACCEPT: accept,
    Verb.SNOOZE: snooze,
    Verb.STATUS: set_status,
    Verb.CLOSE: close,
    Verb.REASSIGN: reassign,
    Verb.RECYCLE: recycle,
}
OPERATIONS: Mapping[Verb, Operation[Batch]] = {verb: Operation(f"{BULK}{verb.value}", _run) for verb in Verb}
_DONE = {Verb.ACCEPT: "accepted", Verb.SNOOZE: "snoozed", Verb.REASSIGN: "taken over", Verb.RECYCLE: "brought back"}

_WIDTH = len(COLUMNS)
_FACTS = f"""
SELECT {", ".join(f'l."{column}"' for column in COLUMNS)}, coalesce(u.name, ''), a.size
FROM lead l LEFT JOIN "user" u ON u.id = l.owner_id LEFT JOIN account a ON a.id = l.account_id
WHERE l.id IN (SELECT value FROM json_each(?))"""
_NAMES = """
SELECT l.id, coalesce(c.name, a.name, '') FROM lead l
LEFT JOIN contact c ON c.id = l.contact_id LEFT JOIN account a ON a.id = l.account_id
WHERE l.id IN (SELECT value FROM json_each(?))"""
_STAGES = "SELECT DISTINCT stage FROM lead WHERE id IN (SELECT value FROM json_each(?))"
_DID = "SELECT DISTINCT entity_id FROM change WHERE operation_id = ? AND +entity = 'lead' ORDER BY entity_id"
_WAITING = f"""
SELECT count(*) FROM lead WHERE id IN (SELECT value FROM json_each(?)) AND stage = '{Stage.DISQUALIFIED.value}'"""
