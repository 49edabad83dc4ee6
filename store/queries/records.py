"""The records behind a figure, a line each: who and what it is about, how it stands, whose it is, and since when."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from store.database import Store
from store.instants import Instant
from store.reports.figures import Records
from store.vocabulary import (
    Channel,
    ClockKind,
    Disposition,
    MeetingResult,
    Motion,
    OpportunityStage,
    Outcome,
    PromiseState,
    Status,
    UserRole,
)

PAGE = 128


class RecordRow(NamedTuple):
    """One record of any kind; ``lead_id`` and the ids after it say what it is about.

    ``at`` is when it was opened, made or due; ``amount`` is in minor units of ``currency``.
    """

    id: int
    name: str
    company: str
    what: str
    state: str
    owner: str
    at: Instant | None
    lead_id: int | None = None
    contact_id: int | None = None
    account_id: int | None = None
    opportunity_id: int | None = None
    amount: int | None = None
    currency: str = ""


def records(store: Store, kind: Records, ids: Sequence[int]) -> dict[int, RecordRow]:
    """What is known of these records of one kind, in one query; ids of none are left out."""
    sql, row = _KINDS[kind]
    return {found[0]: row(store, *found) for found in store.rows(sql, (json.dumps(list(ids)),))}


def _lead(
    store: Store, id: int, name: str, company: str, motion: str, source: str, status: str, *rest: Any
) -> RecordRow:
    outcome, reason, owner, at, contact_id, account_id = rest
    what = ", ".join(part for part in (Motion(motion).label, source) if part)
    state = Outcome(outcome).label if outcome else Status(status).label
    if reason:
        known = store.rules.reasons.get(reason)
        state += f": {known.label if known is not None else reason}"
    return RecordRow(id, name, company, what, state, owner, at, id, contact_id, account_id)


def _opportunity(store: Store, id: int, name: str, company: str, stage: str, *rest: Any) -> RecordRow:
    lost, owner, at, account_id, amount, currency = rest
    state = OpportunityStage(stage).label + (f": {_reason(store, lost)}" if lost else "")
    return RecordRow(
        id, name, company, "", state, owner, at, account_id=account_id, opportunity_id=id, amount=amount,
        currency=currency,
    )  # fmt: skip


def _contact(store: Store, id: int, name: str, company: str, title: str, *rest: Any) -> RecordRow:
    suppressed, email_stopped, number, status, outcome, owner, at, account_id = rest
    if suppressed:
        state = "not to be contacted"
    elif number is None:
        state = "never an at bat"
    else:
        state = f"at bat {number}: {Outcome(outcome).label if outcome else Status(status).label}"
    state += ", no e-mail" if email_stopped and not suppressed else ""
    return RecordRow(id, name, company, title, state, owner, at, contact_id=id, account_id=account_id)


def _account(store: Store, id: int, name: str, industry: str, place: str, owner: str, at: Instant) -> RecordRow:
    return RecordRow(id, name, "", industry, place, owner, at, account_id=id)


def _touch(store: Store, id: int, name: str, company: str, channel: str, disposition: str, *rest: Any) -> RecordRow:
    return RecordRow(id, name, company, Channel(channel).label, Disposition(disposition).label, *rest)


def _meeting(store: Store, id: int, name: str, company: str, words: str, result: str | None, *rest: Any) -> RecordRow:
    state = MeetingResult(result).label if result else "to come"
    return RecordRow(id, name, company, words or "meeting", state, *rest)


def _callback(store: Store, id: int, name: str, company: str, words: str, state: str, *rest: Any) -> RecordRow:
    kept, *others = rest
    said = PromiseState(state).label + (", not in time" if kept == 0 else "")
    return RecordRow(id, name, company, words or "callback", said, *others)


def _signal(store: Store, id: int, name: str, company: str, kind: str, source: str, *rest: Any) -> RecordRow:
    return RecordRow(id, name, company, kind.replace("_", " "), source, *rest)


def _clock(store: Store, id: int, name: str, company: str, kind: str, met: int | None, *rest: Any) -> RecordRow:
    ended_at, *others = rest
    state = ("running" if ended_at is None else "stopped") if met is None else "met" if met else "missed"
    return RecordRow(id, name, company, ClockKind(kind).label, state, *others)


def _status_change(store: Store, id: int, name: str, company: str, status: str, by_hand: int, *rest: Any) -> RecordRow:
    return RecordRow(id, name, company, Status(status).label, "against the rules" if by_hand else "", *rest)


def _user(store: Store, id: int, name: str, role: str, active: int) -> RecordRow:
    return RecordRow(id, name, "", UserRole(role).label, "" if active else "has left", "", None)


def _reason(store: Store, reason: str) -> str:
    known = store.rules.reasons.get(reason)
    return known.label if known is not None else reason


_AMONG = "IN (SELECT value FROM json_each(?))"
_NAMES = "coalesce(c.name, ''), coalesce(a.name, '')"


def _of_lead(table: str, columns: str, owner: str, at: str, *, person: str, company: str, deal: str = "NULL") -> str:
    """What happened on an at bat or an opportunity: its people by its own columns, else by those of the at bat."""
    return f"""
SELECT x.id, {_NAMES}, {columns}, coalesce(u.name, ''), {at}, x.lead_id, {person}, {company}, {deal}
FROM {table} x LEFT JOIN lead l ON l.id = x.lead_id LEFT JOIN contact c ON c.id = {person}
LEFT JOIN account a ON a.id = {company} LEFT JOIN "user" u ON u.id = {owner} WHERE x.id {_AMONG}"""


_PERSON, _COMPANY = "coalesce(x.contact_id, l.contact_id)", "coalesce(l.account_id, c.account_id)"
_ON_EITHER = {"person": _PERSON, "company": _COMPANY, "deal": "x.opportunity_id"}
_KINDS: Mapping[Records, tuple[str, Callable[..., RecordRow]]] = {
    Records.LEAD: (
        f"""
SELECT l.id, {_NAMES}, l.motion, l.source, l.status, l.outcome, l.reason, coalesce(u.name, ''), l.opened_at,
       l.contact_id, l.account_id
FROM lead l LEFT JOIN contact c ON c.id = l.contact_id LEFT JOIN account a ON a.id = l.account_id
LEFT JOIN "user" u ON u.id = l.owner_id WHERE l.id {_AMONG}""",
        _lead,
    ),
    Records.OPPORTUNITY: (
        f"""
SELECT o.id, o.name, coalesce(a.name, ''), o.stage, o.lost_reason, coalesce(u.name, ''), o.opened_at, o.account_id,
       o.amount, o.currency
FROM opportunity o LEFT JOIN account a ON a.id = o.account_id LEFT JOIN "user" u ON u.id = o.owner_id
WHERE o.id {_AMONG}""",
        _opportunity,
    ),
    Records.CONTACT: (
        f"""
SELECT c.id, c.name, coalesce(a.name, ''), c.title, c.suppressed_at IS NOT NULL, c.email_stopped_at IS NOT NULL,
       l.number, l.status, l.outcome, coalesce(u.name, ''), c.created_at, c.account_id
FROM contact c LEFT JOIN account a ON a.id = c.account_id LEFT JOIN lead l ON l.id = (
  SELECT x.id FROM lead x WHERE x.contact_id = c.id AND NOT x.void AND x.merged_into_id IS NULL
  ORDER BY x.number DESC, x.id DESC LIMIT 1)
LEFT JOIN "user" u ON u.id = coalesce(l.owner_id, a.owner_id)
WHERE c.id {_AMONG}""",
        _contact,
    ),
    Records.ACCOUNT: (
        f"""
SELECT a.id, a.name, a.industry, trim(a.city || ' ' || a.country), coalesce(u.name, ''), a.created_at
FROM account a LEFT JOIN "user" u ON u.id = a.owner_id WHERE a.id {_AMONG}""",
        _account,
    ),
    Records.TOUCH: (
        _of_lead("touch", "x.channel, x.disposition", "x.user_id", "x.at", person=_PERSON,
                 company="coalesce(x.account_id, l.account_id, c.account_id)", deal="x.opportunity_id"),
        _touch,
    ),
    Records.MEETING: (
        _of_lead("meeting", "x.words, x.result", "coalesce(x.host_id, x.booker_id)", "x.at", **_ON_EITHER),
        _meeting,
    ),
    Records.CALLBACK: (
        _of_lead("callback", "x.words, x.state, x.kept", "x.promiser_id", "x.due_at", **_ON_EITHER),
        _callback,
    ),
    Records.SIGNAL: (
        _of_lead("signal", "x.kind, x.source", "l.owner_id", "x.at", person=_PERSON,
                 company="coalesce(x.account_id, l.account_id, c.account_id)", deal="x.opportunity_id"),
        _signal,
    ),
    Records.CLOCK: (
        _of_lead("clock", "x.kind, x.met, x.ended_at", "coalesce(x.owner_id, l.owner_id)", "x.due_at",
                 person="l.contact_id", company="l.account_id"),
        _clock,
    ),
    Records.STATUS_CHANGE: (
        _of_lead("(SELECT s.*, o.actor_id FROM status_change s JOIN operation o ON o.id = s.written_id)",
                 "x.status, x.override", "x.actor_id", "x.at", person="l.contact_id", company="l.account_id"),
        _status_change,
    ),
    Records.USER: (f'SELECT u.id, u.name, u.role, u.active FROM "user" u WHERE u.id {_AMONG}', _user),
}  # fmt: skip
