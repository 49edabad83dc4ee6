"""The same act on many at bats: looked at beforehand, done in batches, taken back as one.

``preview`` says what would happen, by the checks of the act itself, and changes nothing. ``do_batch`` does one batch:
one operation in one transaction, in which each at bat is done wholly or not at all. The batches of one act share the
first part of their keys. See docs/model.md, "Acts on many".
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from uuid import UUID

from store.actor import Actor
from store.database import Store
from store.errors import Refusal
from store.instants import Instant
from store.lead_state import COLUMNS, LeadState, lead_state
from store.operations.bulk_acts import ACTS, ONE_BY_ONE, Asked, Like, Verb, check_of, for_many, words
from store.operations.promises import SnoozeDraft
from store.operations.transaction import Done, Operation, Transaction
from store.rules import queue_order
from store.rules.closing import CloseDraft
from store.vocabulary import Outcome, Stage

BATCH = 100  # at bats in one transaction: others wait for the write lock no longer than these take
BULK = "bulk_"  # begins the kind of every operation here
NAMED = 3  # people named for each reason


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

    ``besides`` is what not every at bat has coming: ``wait for a team lead's approval``, of how many and whom.
    ``warnings`` are what is better looked at once more: of those closed without response, who was never tried.
    """

    able: tuple[tuple[int, int], ...]
    refused: tuple[Refused, ...]
    reasons: tuple[Reason, ...]
    besides: tuple[Reason, ...]
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
    check = check_of(verb, Asked(store, actor, now, like))
    found = {row[0]: row for row in store.rows(_FACTS, (json.dumps(list(ids)),))}
    able: list[tuple[int, int]] = []
    refused: list[Refused] = []
    besides: list[Refused] = []
    doubtful: list[Refused] = []
    for lead_id in ids:
        try:
            if lead_id not in found:
                raise Refusal("That at bat is not in this database.")
            lead, facts = lead_state(found[lead_id][:_WIDTH]), found[lead_id][_WIDTH:]
            if lead.void:
                raise Refusal("That at bat was undone.")
            if more := check(lead, *facts):
                besides.append(Refused(lead_id, more))
            able.append((lead_id, lead.version))
            doubtful += [Refused(lead_id, words) for words in _doubts(like, lead, now)]
        except Refusal as refusal:
            refused.append(Refused(lead_id, refusal.sentence))
    told = (reasons(store, found) for found in (refused, besides, doubtful))
    return Preview(tuple(able), tuple(refused), *told)


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
    """What is said of at bats, the commonest first, with a few names each."""
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
    for_many(batch.like)
    tx.override = ACTS[batch.verb].override
    tx.begin()
    act, now = ACTS[batch.verb].operation, tx.now
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


def _waiting(store: Store, ids: list[int]) -> int:
    return int(store.value(_WAITING, (json.dumps(ids),)))


OPERATIONS: Mapping[Verb, Operation[Batch]] = {verb: Operation(f"{BULK}{verb.value}", _run) for verb in Verb}

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

__all__ = [
    "BATCH",
    "BULK",
    "NAMED",
    "ONE_BY_ONE",
    "OPERATIONS",
    "Batch",
    "BatchDone",
    "Like",
    "Preview",
    "Reason",
    "Refused",
    "Verb",
    "batches",
    "do_batch",
    "preview",
    "reasons",
    "stages",
    "words",
]
