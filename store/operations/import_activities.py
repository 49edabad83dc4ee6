"""Calls, e-mails, meetings, notes and tasks of another system as entries in somebody's story, one for each row.

A call or message becomes a touch, a meeting a meeting with its result, a note a note, a task a task. Who did it is
the user whom the file's word means, else the system itself, and then the words say who it was there.
See docs/model.md, "Intake".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from store.actor import SYSTEM_USER_ID
from store.instants import DAY, Instant
from store.intake.objects import ActivityRow
from store.models import ExternalId, Meeting, Note, Row, Task, Touch
from store.operations.import_at_bats import Evidence, Owners
from store.operations.import_known import DIGEST, RECORD, Person, by_record, seen_before
from store.operations.import_source import BLANK, Source
from store.operations.import_steps import follow, step_of
from store.operations.transaction import Transaction
from store.rules.business import at_local
from store.rules.touch import CONNECTS
from store.vocabulary import (
    Channel,
    Direction,
    Disposition,
    MeetingResult,
    PromiseState,
    WithWhom,
    Word,
)

ENTITIES = ("touch", "meeting", "note", "task")
_MODELS: Mapping[str, type[Row]] = {"touch": Touch, "meeting": Meeting, "note": Note, "task": Task}
_TOUCHES = frozenset((Channel.CALL, Channel.EMAIL, Channel.SMS, Channel.LINKEDIN))
_TABLES = {"call": "calls", "meeting": "meetings", "task": "tasks"}
# What came of one, as an enum, and what is taken where the file does not say.
_WORDS: Mapping[str, tuple[type[Word], Word]] = {
    "call": (Disposition, Disposition.UNKNOWN),
    "meeting": (MeetingResult, MeetingResult.BOOKED),
    "task": (PromiseState, PromiseState.OPEN),
}
_COLUMNS = {"call": "call_outcome", "meeting": "meeting_outcome", "task": "task_status"}
_MADE = {Channel.CALL: "calls", Channel.EMAIL: "e-mails", "meeting": "meetings", "note": "notes", "task": "tasks"}


@dataclass(frozen=True, slots=True)
class Entry:
    """An activity on its way into the database: which table, and what will stand there."""

    source: Source
    row: ActivityRow
    digest: str
    entity: str
    values: Mapping[str, Any]
    cells: Sequence[str] = ()

    @property
    def at(self) -> Instant:
        """When it happened."""
        return self.row.at

    @property
    def counts_at(self) -> Instant:
        """The time whose at bat it belongs to: of what is still to be done, when it is due."""
        return max(self.at, self.values["due_at"]) if self.to_do else self.at

    @property
    def reaches(self) -> bool:
        """Whether the person was reached."""
        return bool(self.values.get("connect")) or self.values.get("result") is MeetingResult.HELD

    @property
    def to_do(self) -> bool:
        """Whether it is a task that is still to be done."""
        return self.entity == "task" and self.values["state"] is PromiseState.OPEN


class Entries:
    """Makes the entries of one batch, leaves out what was taken before, and remembers what to write."""

    def __init__(self, tx: Transaction, owners: Owners) -> None:
        self._tx = tx
        self._owners = owners
        self._rows: defaultdict[type[Row], list[dict[str, Any]]] = defaultdict(list)
        self._ids: list[dict[str, Any]] = []

    def read(self, source: Source, rows: Iterable[tuple[ActivityRow, Sequence[str]]]) -> list[Entry]:
        """The activities that are new, of these with their cells; what was here is counted."""
        given = [(row, source.digest(row), cells) for row, cells in rows]
        seen = seen_before(self._tx.store, source.system, (digest for _, digest, _ in given), ENTITIES)
        names = [row.external_id for row, _, _ in given if row.external_id]
        known = by_record(self._tx.store, source.system, names, ENTITIES)
        fresh: list[Entry] = []
        for row, digest, cells in given:
            if digest in seen:
                source.summary.accepted += 1
                source.summary.rows += 1
                source.summary.unchanged += 1
            elif row.external_id in known:
                self._again(source, row, digest, known[row.external_id])
            else:
                seen.add(digest)
                fresh.append(self._entry(source, row, digest, cells))
        return fresh

    def why_not(self, entry: Entry, person: Person) -> str:
        """Why an activity cannot stand in this person's story; empty where it can."""
        if entry.entity != "touch":
            return ""
        if entry.at > self._tx.now:
            return "lies in the future"
        out = entry.values["direction"] is Direction.OUT
        stopped = person.row["suppressed_at"]
        if out and stopped is not None and stopped < entry.at:
            return "went out after the person asked not to be contacted"
        stopped = person.row["email_stopped_at"]
        if out and entry.values["channel"] is Channel.EMAIL and stopped is not None and stopped < entry.at:
            return "went out after the person stopped e-mail"
        return ""

    def add(self, entry: Entry, person: Person, lead_id: int | None, opportunity_id: int | None = None) -> None:
        """Put an activity into the story of a person, on an at bat."""
        tx, source, row = self._tx, entry.source, entry.row
        model = _MODELS[entry.entity]
        entry_id = tx.next_id(model)
        made = {"id": entry_id, "lead_id": lead_id, "contact_id": person.id, **entry.values}
        if entry.entity in ("touch", "note"):
            made["account_id"] = person.row["account_id"]
        if entry.entity != "note":
            made["opportunity_id"] = opportunity_id
        self._rows[model].append(made)
        self._remember(source, row, entry.digest, entry.entity, entry_id)
        summary = source.summary
        summary.rows += 1
        summary.accepted += 1
        summary.new += 1
        summary.made[_MADE.get(row.type, row.type)] += 1
        for notice in row.notices:
            summary.warn(row.line, notice)
        if row.owner and self._owners.named(row.owner) is None:
            summary.warn(row.line, f"owner “{row.owner}” is no user here: kept in the words, done by the system")

    def write(self) -> None:
        """Write everything."""
        for model, rows in self._rows.items():
            self._tx.insert_many(model, sorted(rows, key=lambda row: row["id"]))
        self._tx.insert_many(ExternalId, self._ids)

    def _entry(self, source: Source, row: ActivityRow, digest: str, cells: Sequence[str]) -> Entry:
        user_id = self._owners.named(row.owner)
        words = "\n".join(filter(None, (row.title, row.notes)))
        if row.owner and user_id is None:
            words = f"{words}\n(by {row.owner})".strip()
        day = int(row.date_only)
        values: dict[str, Any]
        if row.type == "note":
            values = {"user_id": user_id or SYSTEM_USER_ID, "at": row.at, "text": words, "date_only": day}
            return Entry(source, row, digest, "note", values, cells)
        if row.type == "task":
            when = {"at": min(row.at, self._tx.now), "date_only": day}
            values = {"user_id": user_id, "kind": "to_do", "words": words, **when, **self._task(source, row)}
            return Entry(source, row, digest, "task", values, cells)
        if row.type == "meeting":
            by = user_id or SYSTEM_USER_ID
            values = {"booker_id": by, "host_id": by, "words": words, "date_only": day, **self._meeting(source, row)}
            return Entry(source, row, digest, "meeting", values, cells)
        values = {"user_id": user_id or SYSTEM_USER_ID, "note": words, **self._touch(source, row)}
        return Entry(source, row, digest, "touch", values, cells)

    def _touch(self, source: Source, row: ActivityRow) -> dict[str, Any]:
        channel = Channel(row.type)
        if channel is Channel.CALL:
            disposition = Disposition(_meaning(source, row))
        else:
            disposition = Disposition.REPLIED if row.incoming else Disposition.SENT
        return {
            "at": row.at,
            "day": self._tx.today(row.at),
            "logged_at": self._tx.now,
            "channel": channel,
            "direction": Direction.IN if row.incoming else Direction.OUT,
            "with_whom": WithWhom.CONTACT,
            "disposition": disposition,
            "attempt": int(not row.incoming),
            "connect": int(disposition in CONNECTS),
            "date_only": int(row.date_only),
            "imported": 1,
            "duration": row.duration,
        }

    def _meeting(self, source: Source, row: ActivityRow) -> dict[str, Any]:
        result = MeetingResult(_meaning(source, row))
        settled = None if result is MeetingResult.BOOKED else row.at
        return {"at": row.at, "booked_at": min(row.at, self._tx.now), "result": result, "result_at": settled}

    def _task(self, source: Source, row: ActivityRow) -> dict[str, Any]:
        state = PromiseState(_meaning(source, row))
        ended = None if state is PromiseState.OPEN else min(row.at, self._tx.now)
        due, day = (row.at, row.date_only) if row.due_at is None else (row.due_at, row.due_day)
        if day:  # a day alone is when that day's work begins
            calendar = self._tx.store.calendar
            due = at_local(calendar.day(due), calendar.hours.opens, calendar.zone)
        return {"due_at": due, "state": state, "ended_at": ended}

    def _again(self, source: Source, row: ActivityRow, digest: str, known: tuple[str, int]) -> None:
        """A row whose cells changed since: a meeting's result and a task's state follow, unless a person set them."""
        entity, entry_id = known
        source.summary.rows += 1
        source.summary.accepted += 1
        changes: dict[str, Any] = {}
        if entity == row.type and entity in ("meeting", "task"):
            before = self._tx.get(_MODELS[entity], entry_id)
            if self._tx.store.value(_LAST_BY, (before["written_id"],)) == "import":
                changes = self._meeting(source, row) if entity == "meeting" else self._task(source, row)
                told = {**before, **changes}
                changes = {name: value for name, value in changes.items() if before[name] != value}
                self._tx.update(_MODELS[entity], before, **changes)
                if entity == "task" and changes:
                    follow(self._tx, before, told)
        source.summary.enriched += bool(changes)
        source.summary.unchanged += not changes
        self._remember(source, row, digest, entity, entry_id, record=False)

    def _remember(
        self, source: Source, row: ActivityRow, digest: str, entity: str, entry_id: int, *, record: bool = True
    ) -> None:
        made = {"source": source.system, "entity": entity, "entity_id": entry_id}
        self._ids.append({**made, "kind": DIGEST, "value": digest})
        if record and row.external_id:
            self._ids.append({**made, "kind": RECORD, "value": row.external_id})


def understand(source: Source, row: ActivityRow, now: Instant) -> None:
    """Count what the words of an activity were taken for, and say where nobody explained one."""
    summary = source.summary
    became = row.type if row.type in _WORDS or row.type == "note" else f"{Channel(row.type).label}"
    became = f"touch: {became}" if row.type in _TOUCHES else became
    summary.understand(source.header("type"), row.said or BLANK, f"{became}, incoming" if row.incoming else became)
    if row.type not in _WORDS:
        return
    words, otherwise = _WORDS[row.type]
    column, meant = source.header(_COLUMNS[row.type]), words(_meaning(source, row))
    unsaid = row.type == "meeting" and not row.outcome and row.at + (DAY if row.date_only else 0) <= now
    summary.understand(column, row.outcome or BLANK, "over, result unknown" if unsaid else meant.label)
    if unsaid:  # neither held nor missed is known of it: it counts as booked alone until somebody says
        summary.warn(row.line, f"{column} is blank and the meeting is over: its result is unknown, counted as {meant}")
    if row.outcome and source.told.mapping.meaning(_TABLES[row.type], row.outcome) is None:
        summary.warn(row.line, f"{column} “{row.outcome[:60]}” is not known: taken as {otherwise.label}")


def evidence(entries: Sequence[Entry]) -> Evidence:
    """What these activities show of the at bat they are on."""
    if not entries:
        return Evidence()
    touches = [each for each in entries if each.entity == "touch"]
    tries = [each.at for each in touches if each.values["attempt"]]
    connects = [each.at for each in touches if each.values["connect"]]
    reached = [each.at for each in entries if each.reaches]
    steps = [step_of(each.values) for each in entries if each.to_do]
    counters: dict[str, Any] = {
        "touches": len(touches),
        "attempts": len(tries),
        "direct_attempts": len(tries),
        "connects": len(connects),
        "last_attempt_at": max(tries, default=None),
        "first_touch_at": min((*tries, *connects), default=None),
    }
    if touches:
        last = max(touches, key=lambda each: each.at)
        counters.update(last_touch_at=last.at, last_disposition=last.values["disposition"])
    return Evidence(
        first_at=min(each.at for each in entries),
        last_at=max(each.at for each in entries),
        tried_at=min(tries, default=None),
        reached_at=min(reached, default=None),
        met=any(each.entity == "meeting" and each.reaches for each in entries),
        step=min(steps, default=None, key=lambda step: step.due_at),
        planned_at=max((step.due_at for step in steps), default=None),
        counters=counters,
    )


def _meaning(source: Source, row: ActivityRow) -> str:
    """What the word for what came of an activity means."""
    return source.told.mapping.meaning(_TABLES[row.type], row.outcome) or str(_WORDS[row.type][1])


_LAST_BY = "SELECT by FROM operation WHERE id = ?"
