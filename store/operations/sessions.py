"""A session: a stretch of calling, one at bat at a time, which keeps its place when it is left.

Keeping the place is the program's doing for its person: it is written as by rule, so that an undo finds what the
person did last, not where the session stood. Source: docs/model.md, "Sessions".
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from store.errors import Refusal
from store.instants import Instant
from store.models import WorkSession
from store.operations.transaction import Done, Transaction, operation
from store.vocabulary import ActorKind

MOST_LEADS = 1_000
"""More than anybody calls in a day; what comes after them is for another session."""


@dataclass(frozen=True, slots=True)
class StartDraft:
    """The at bats to go through, in this order, and the name of the view they were listed in."""

    leads: tuple[int, ...]
    view: str = ""


@dataclass(frozen=True, slots=True)
class SessionDraft:
    """An act on a session; ``seen`` is the version it was seen in."""

    session_id: int
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class AdvanceDraft:
    """The at bat a session has come to; None at its end."""

    session_id: int
    current: int | None
    seen: int | None = None


@operation("start_session")
def start_session(tx: Transaction, draft: StartDraft) -> Done:
    """Begin a session at the first of its at bats; one that was left open ends.

    ``made`` has its ``session_id`` and ``version``, as that of every act on a session.
    """
    _by_rule(tx)
    leads = list(dict.fromkeys(draft.leads))[:MOST_LEADS]
    if not leads:
        raise Refusal("There is no at bat to begin a session with.")
    for left in tx.find(WorkSession, user_id=tx.actor.user_id, ended_at=None, void=0):
        _end(tx, left, _last_sign(tx, left))
    session_id = tx.insert(
        WorkSession,
        user_id=tx.actor.user_id,
        view=draft.view,
        leads=json.dumps(leads, separators=(",", ":")),
        current=leads[0],
        started_at=tx.now,
        resumed_at=tx.now,
    )
    return _done(tx, session_id, "session begun")


@operation("advance_session")
def advance_session(tx: Transaction, draft: AdvanceDraft) -> Done:
    """Note which at bat the session has come to."""
    session = _taken_up(tx, draft.session_id, draft.seen)
    if draft.current is not None and draft.current not in json.loads(session["leads"]):
        raise Refusal("That at bat is not in this session.")
    tx.update(WorkSession, session, current=draft.current)
    return _done(tx, session["id"], "session goes on")


@operation("pause_session")
def pause_session(tx: Transaction, draft: SessionDraft) -> Done:
    """Stop the session's time; its place stays."""
    session = _taken_up(tx, draft.session_id, draft.seen)
    tx.update(WorkSession, session, resumed_at=None, worked=_worked(session, tx.now))
    return _done(tx, session["id"], "session paused")


@operation("resume_session")
def resume_session(tx: Transaction, draft: SessionDraft) -> Done:
    """Go on where it was left. What was left without a pause counts as worked until its last sign of life."""
    session = _taken_up(tx, draft.session_id, draft.seen)
    tx.update(WorkSession, session, resumed_at=tx.now, worked=_worked(session, _last_sign(tx, session)))
    return _done(tx, session["id"], "session resumed")


@operation("end_session")
def end_session(tx: Transaction, draft: SessionDraft) -> Done:
    """End a session for good."""
    session = _taken_up(tx, draft.session_id, draft.seen)
    _end(tx, session, tx.now)
    return _done(tx, session["id"], "session ended")


def _by_rule(tx: Transaction) -> None:
    tx.actor = replace(tx.actor, kind=ActorKind.RULE)


def _taken_up(tx: Transaction, session_id: int, seen: int | None) -> dict[str, Any]:
    """One's own open session; raises Refusal when it has ended or goes on in another window."""
    _by_rule(tx)
    session = tx.get(WorkSession, session_id)
    if session["user_id"] != tx.actor.user_id or session["void"]:
        raise Refusal("That is not your session.")
    if session["ended_at"] is not None:
        raise Refusal("That session has ended: begin another.")
    if seen is not None and session["version"] != seen:
        raise Refusal("This session goes on in another window: leave it here, or take it up anew.")
    tx.not_before(session["resumed_at"] or session["started_at"])
    return session


def _end(tx: Transaction, session: dict[str, Any], until: Instant) -> None:
    tx.update(WorkSession, session, ended_at=tx.now, resumed_at=None, worked=_worked(session, until))


def _worked(session: dict[str, Any], until: Instant) -> int:
    """The time worked once the stretch under way, if any, ends at ``until``."""
    resumed: Instant | None = session["resumed_at"]
    worked: int = session["worked"]
    return worked if resumed is None else worked + max(0, until - resumed)


def _last_sign(tx: Transaction, session: dict[str, Any]) -> Instant:
    """When the session was last written: what came after it was left without a pause is not its time."""
    return int(tx.store.value("SELECT at FROM operation WHERE id = ?", (session["written_id"],)))


def _done(tx: Transaction, session_id: int, sentence: str) -> Done:
    version = tx.store.value("SELECT version FROM work_session WHERE id = ?", (session_id,))
    return tx.done(sentence, made={"session_id": session_id, "version": int(version)})
