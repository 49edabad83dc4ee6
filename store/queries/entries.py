"""What one entry of a stream says: one kept SQL text per kind, read for the entries of a page by id."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from store.database import Store
from store.instants import Instant
from store.queries.edits import EDITS, Edited, edits
from store.rules.routing import Trace, load_trace
from store.vocabulary import (
    ActorKind,
    Channel,
    Direction,
    Disposition,
    MeetingResult,
    OpportunityStage,
    Outcome,
    PromiseState,
    Stage,
    Status,
    WithWhom,
    Word,
)


class EntryKind(Word):
    """The kinds of entry, earliest first among those of one moment: what caused something stands below it."""

    SIGNAL = "signal"
    TOUCH = "touch"
    NOTE = "note"
    TASK = "task"
    AMENDMENT = "amendment"
    CALLBACK_ENDED = "callback_ended"
    CALLBACK = "callback"
    MEETING = "meeting"
    MEETING_RESULT = "meeting_result"
    APPROVAL = "approval"
    APPROVAL_ANSWER = "approval_answer"
    STAGE = "stage"
    STATUS = "status"
    ASSIGNMENT = "assignment"
    CONVERSION = "conversion"
    OPPORTUNITY = "opportunity"
    HAND_OVER = "hand_over"
    HAND_OVER_ANSWER = "hand_over_answer"
    REVERSAL = "reversal"
    EDIT = "edit"


# What a reader hides or shows together, under the words for it.
FAMILIES: Mapping[str, frozenset[EntryKind]] = {
    "touches": frozenset({EntryKind.TOUCH, EntryKind.AMENDMENT}),
    "notes": frozenset({EntryKind.NOTE, EntryKind.TASK}),
    "signals": frozenset({EntryKind.SIGNAL}),
    "promises": frozenset({EntryKind.CALLBACK, EntryKind.CALLBACK_ENDED}),
    "meetings": frozenset({EntryKind.MEETING, EntryKind.MEETING_RESULT}),
    "stages": frozenset({EntryKind.STAGE, EntryKind.STATUS, EntryKind.APPROVAL, EntryKind.APPROVAL_ANSWER}),
    "owners": frozenset({EntryKind.ASSIGNMENT}),
    "opportunities": frozenset(
        {
            EntryKind.CONVERSION,
            EntryKind.OPPORTUNITY,
            EntryKind.REVERSAL,
            EntryKind.HAND_OVER,
            EntryKind.HAND_OVER_ANSWER,
        }
    ),
    "edits": frozenset({EntryKind.EDIT}),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. ``kind`` and ``id`` name it; fields that say nothing of a kind keep their default.

    ``who`` is the user who did it and ``by`` whether by hand, by rule or by import; ``whom`` is the person it was
    about, ``person`` whose at bat it happened to where nobody was met. ``subject`` is its short name (a signal's kind,
    an opportunity's name, the rule of an assignment), ``words`` what was written, ``before`` what an amended note said
    first; ``decision`` what a signal did; ``trace`` how routing came to its choice. ``due_at`` is the time promised or
    booked; ``duration`` is in seconds.
    """

    kind: EntryKind
    id: int
    at: Instant
    lead_id: int | None = None
    who: str = ""
    by: ActorKind | None = None
    whom: str = ""
    person: str = ""
    subject: str = ""
    words: str = ""
    before: str = ""
    channel: Channel | None = None
    direction: Direction | None = None
    with_whom: WithWhom | None = None
    disposition: Disposition | None = None
    stage: Stage | None = None
    status: Status | None = None
    outcome: Outcome | None = None
    result: MeetingResult | None = None
    state: PromiseState | None = None
    opportunity_id: int | None = None
    opportunity_stage: OpportunityStage | None = None
    due_at: Instant | None = None
    logged_at: Instant | None = None
    amended_at: Instant | None = None
    duration: int | None = None
    attempt: bool = False
    connect: bool = False
    automated: bool = False
    imported: bool = False
    date_only: bool = False
    high_intent: bool = False
    override: bool = False
    approved: bool | None = None
    decision: str = ""
    edits: tuple[Edited, ...] = ()
    trace: Trace = ()


def entries(store: Store, kind: EntryKind, ids: Sequence[int]) -> dict[int, Entry]:
    """The entries of one kind by id."""
    sql, columns = _READ[kind]
    readers = [(column, _READERS.get(column)) for column in columns]
    return {
        row[0]: Entry(
            kind,
            **{
                column: value if read is None else read(value)
                for (column, read), value in zip(readers, row, strict=True)
                if value is not None
            },
        )
        for row in store.rows(sql, (json.dumps(ids),))
    }


def _by_value(words: type[Enum]) -> Any:
    return {word.value: word for word in words}.__getitem__


_READERS: Mapping[str, Any] = {
    "edits": edits,
    "trace": load_trace,
    "by": _by_value(ActorKind),
    "channel": _by_value(Channel),
    "direction": _by_value(Direction),
    "with_whom": _by_value(WithWhom),
    "disposition": _by_value(Disposition),
    "stage": _by_value(Stage),
    "status": _by_value(Status),
    "outcome": _by_value(Outcome),
    "result": _by_value(MeetingResult),
    "state": _by_value(PromiseState),
    "opportunity_stage": _by_value(OpportunityStage),
    **dict.fromkeys(
        ("attempt", "connect", "automated", "imported", "date_only", "high_intent", "override", "approved"), bool
    ),
}


def _read(columns: Mapping[str, str], tables: str, *, made: str = "") -> tuple[str, tuple[str, ...]]:
    """The SQL text for these columns of the row ``x``; ``made`` names the entity whose first write says who and how."""
    all_columns = dict(columns)
    if made:
        # Who made a row stands in the history; written_id has moved on where the row was changed since.
        tables += (
            f" LEFT JOIN operation o ON o.id = (SELECT operation_id FROM change"
            f" WHERE entity = '{made}' AND entity_id = x.id ORDER BY operation_id LIMIT 1)"
            ' LEFT JOIN "user" u ON u.id = o.actor_id'
        )
        all_columns.update(who="u.name", by="o.by")
    selected = ", ".join(f'{sql} AS "{name}"' for name, sql in all_columns.items())
    return f"SELECT {selected} FROM {tables} WHERE x.id IN (SELECT value FROM json_each(?))", tuple(all_columns)


_HAND_OVER = (
    'hand_over x JOIN opportunity p ON p.id = x.opportunity_id LEFT JOIN "user" u ON u.id = {who}'
    ' LEFT JOIN "user" t ON t.id = x.taker_id'
)
_AT_BAT_OF = " LEFT JOIN lead l ON l.id = x.lead_id LEFT JOIN contact c ON c.id = l.contact_id"
_OF_USER = ' x LEFT JOIN "user" u ON u.id = x.user_id LEFT JOIN contact c ON c.id = x.contact_id'
_LAST_WORDS_BEFORE = """(SELECT json_extract(coalesce(s.before, h.before), '$') FROM change h
    LEFT JOIN change_secret s ON s.change_id = h.id
    WHERE h.entity = 'touch' AND h.entity_id = x.id AND h."column" = {column}
    ORDER BY h.operation_id DESC LIMIT 1)"""

_READ: Mapping[EntryKind, tuple[str, tuple[str, ...]]] = {
    EntryKind.TOUCH: _read(
        {
            "id": "x.id",
            "at": "x.at",
            "lead_id": "x.lead_id",
            "who": "u.name",
            "whom": "c.name",
            "words": "x.note",
            "channel": "x.channel",
            "direction": "x.direction",
            "with_whom": "x.with_whom",
            "disposition": "x.disposition",
            "opportunity_id": "x.opportunity_id",
            "logged_at": "x.logged_at",
            "amended_at": "x.amended_at",
            "duration": "x.duration",
            "attempt": "x.attempt",
            "connect": "x.connect",
            "automated": "x.automated",
            "imported": "x.imported",
            "date_only": "x.date_only",
        },
        "touch" + _OF_USER,
    ),
    EntryKind.AMENDMENT: _read(
        {
            "id": "x.id",
            "at": "x.amended_at",
            "lead_id": "x.lead_id",
            "who": "u.name",
            "whom": "c.name",
            "subject": _LAST_WORDS_BEFORE.format(column="'disposition'"),
            "words": "x.note",
            "before": _LAST_WORDS_BEFORE.format(column="'note'"),
            "channel": "x.channel",
            "disposition": "x.disposition",
        },
        "touch" + _OF_USER,
    ),
    EntryKind.NOTE: _read(
        {
            "id": "x.id",
            "at": "x.at",
            "lead_id": "x.lead_id",
            "who": "u.name",
            "whom": "c.name",
            "words": "x.text",
            "amended_at": "x.amended_at",
            "date_only": "x.date_only",
        },
        "note" + _OF_USER,
    ),
    EntryKind.TASK: _read(
        {
            "id": "x.id",
            "at": "x.at",
            "lead_id": "x.lead_id",
            "opportunity_id": "x.opportunity_id",
            "who": "u.name",
            "whom": "c.name",
            "words": "x.words",
            "due_at": "x.due_at",
            "state": "x.state",
            "date_only": "x.date_only",
        },
        "task" + _OF_USER,
    ),
    EntryKind.SIGNAL: _read(
        {
            "id": "x.id",
            "at": "x.at",
            "lead_id": "x.lead_id",
            "opportunity_id": "x.opportunity_id",
            "whom": "c.name",
            "subject": "x.kind",
            "words": "x.words",
            "before": "g.name",
            "high_intent": "x.high_intent",
            "decision": "x.decision",
        },
        "signal x LEFT JOIN contact c ON c.id = x.contact_id LEFT JOIN campaign g ON g.id = x.campaign_id",
    ),
    EntryKind.CALLBACK: _read(
        {
            "id": "x.id",
            "at": "x.promised_at",
            "lead_id": "x.lead_id",
            "whom": "c.name",
            "words": "x.words",
            "opportunity_id": "x.opportunity_id",
            "due_at": "x.due_at",
            "state": "x.state",
        },
        "callback x LEFT JOIN contact c ON c.id = x.contact_id",
        made="callback",
    ),
    EntryKind.CALLBACK_ENDED: _read(
        {
            "id": "x.id",
            "at": "x.ended_at",
            "lead_id": "x.lead_id",
            "who": "u.name",
            "whom": "c.name",
            "words": "x.words",
            "opportunity_id": "x.opportunity_id",
            "due_at": "x.due_at",
            "state": "x.state",
        },
        'callback x LEFT JOIN "user" u ON u.id = x.promiser_id LEFT JOIN contact c ON c.id = x.contact_id',
    ),
    EntryKind.MEETING: _read(
        {
            "id": "x.id",
            "at": "x.booked_at",
            "lead_id": "x.lead_id",
            "opportunity_id": "x.opportunity_id",
            "who": "u.name",
            "whom": "c.name",
            "words": "x.words",
            "due_at": "x.at",
            "result": "x.result",
            "date_only": "x.date_only",
        },
        'meeting x LEFT JOIN "user" u ON u.id = x.booker_id LEFT JOIN contact c ON c.id = x.contact_id',
    ),
    EntryKind.MEETING_RESULT: _read(
        {
            "id": "x.id",
            "at": "x.result_at",
            "lead_id": "x.lead_id",
            "opportunity_id": "x.opportunity_id",
            "who": "u.name",
            "whom": "c.name",
            "due_at": "x.at",
            "result": "x.result",
            "date_only": "x.date_only",
        },
        'meeting x LEFT JOIN "user" u ON u.id = x.host_id LEFT JOIN contact c ON c.id = x.contact_id',
    ),
    EntryKind.APPROVAL: _read(
        {
            "id": "x.id",
            "at": "x.asked_at",
            "lead_id": "x.lead_id",
            "who": "u.name",
            "subject": "x.reason",
            "words": "x.note",
            "outcome": "x.outcome",
            "due_at": "x.due_at",
        },
        'approval x LEFT JOIN "user" u ON u.id = x.asked_by_id',
    ),
    EntryKind.APPROVAL_ANSWER: _read(
        {
            "id": "x.id",
            "at": "x.decided_at",
            "lead_id": "x.lead_id",
            "who": "u.name",
            "words": "x.answer",
            "outcome": "x.outcome",
            "approved": "x.approved",
        },
        'approval x LEFT JOIN "user" u ON u.id = x.decided_by_id',
    ),
    EntryKind.STAGE: _read(
        {
            "id": "x.id",
            "at": "x.entered_at",
            "lead_id": "x.lead_id",
            "stage": "x.stage",
            "outcome": "CASE WHEN x.left_at IS NULL THEN l.outcome END",
            "words": "CASE WHEN x.left_at IS NULL THEN l.outcome_note ELSE '' END",
            "override": "x.override",
            "person": "c.name",
        },
        "stage_spell x JOIN lead l ON l.id = x.lead_id LEFT JOIN contact c ON c.id = l.contact_id",
        made="stage_spell",
    ),
    EntryKind.STATUS: _read(
        {
            "id": "x.id",
            "at": "x.at",
            "lead_id": "x.lead_id",
            "status": "x.status",
            "override": "x.override",
            "person": "c.name",
        },
        "status_change x" + _AT_BAT_OF,
        made="status_change",
    ),
    EntryKind.ASSIGNMENT: _read(
        {
            "id": "x.id",
            "at": "x.at",
            "lead_id": "x.lead_id",
            "subject": "x.rule",
            "trace": "x.trace",
            "whom": "n.name",
            "person": "c.name",
        },
        'assignment x LEFT JOIN "user" n ON n.id = x.owner_id' + _AT_BAT_OF,
        made="assignment",
    ),
    EntryKind.CONVERSION: _read(
        {
            "id": "x.id",
            "at": "x.at",
            "lead_id": "x.lead_id",
            "opportunity_id": "x.opportunity_id",
            "who": "u.name",
            "subject": "p.name",
            "due_at": "m.at",
            "person": "c.name",
        },
        'conversion x LEFT JOIN "user" u ON u.id = x.user_id LEFT JOIN opportunity p ON p.id = x.opportunity_id'
        " LEFT JOIN meeting m ON m.id = x.meeting_id" + _AT_BAT_OF,
    ),
    EntryKind.REVERSAL: _read(
        {
            "id": "x.id",
            "at": "x.reversed_at",
            "lead_id": "x.lead_id",
            "opportunity_id": "x.opportunity_id",
            "who": "u.name",
            "by": "o.by",
            "subject": "p.name",
        },
        # A conversion is written when made and when reversed: the last write is the reversal.
        'conversion x LEFT JOIN operation o ON o.id = x.written_id LEFT JOIN "user" u ON u.id = o.actor_id'
        " LEFT JOIN opportunity p ON p.id = x.opportunity_id",
    ),
    EntryKind.OPPORTUNITY: _read(
        {
            "id": "x.id",
            "at": "x.entered_at",
            "opportunity_id": "x.opportunity_id",
            "opportunity_stage": "x.stage",
            "subject": "p.name",
            "words": "CASE x.stage WHEN 'lost' THEN replace(p.lost_reason, '_', ' ')"
            " || coalesce(': ' || iif(json_valid(p.custom), json_extract(p.custom, '$.competitor'), NULL), '')"
            " ELSE '' END",
        },
        "opportunity_spell x JOIN opportunity p ON p.id = x.opportunity_id",
        made="opportunity_spell",
    ),
    EntryKind.HAND_OVER: _read(
        {
            "id": "x.id",
            "at": "x.at",
            "lead_id": "x.lead_id",
            "opportunity_id": "x.opportunity_id",
            "who": "u.name",
            "whom": "t.name",
            "subject": "p.name",
            "due_at": "x.due_at",
        },
        _HAND_OVER.format(who="x.giver_id"),
    ),
    EntryKind.HAND_OVER_ANSWER: _read(
        {
            "id": "x.id",
            "at": "x.answered_at",
            "lead_id": "x.lead_id",
            "opportunity_id": "x.opportunity_id",
            "who": "u.name",
            "subject": "x.reason",
            "words": "iif(x.reason = 'passed_on', '', replace(x.reason, '_', ' '))",
            "approved": "x.accepted",
        },
        _HAND_OVER.format(who="x.taker_id"),
    ),
    EntryKind.EDIT: _read(
        {
            "id": "x.id",
            "at": "x.at",
            "opportunity_id": "x.opportunity_id",
            "who": "u.name",
            "by": "o.by",
            "whom": "coalesce(c.name, a.name)",
            "subject": "p.name",
            "edits": EDITS,
        },
        'edit x LEFT JOIN "user" u ON u.id = x.user_id LEFT JOIN contact c ON c.id = x.contact_id'
        " LEFT JOIN account a ON a.id = x.account_id LEFT JOIN opportunity p ON p.id = x.opportunity_id"
        " LEFT JOIN operation o ON o.id = x.written_id",
    ),
}
