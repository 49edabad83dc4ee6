"""A session as it stands: its list and place, what was done in it, and each at bat as its turn comes."""

from __future__ import annotations

import json
from dataclasses import dataclass

from store.database import Store
from store.instants import HOUR, Instant
from store.queries.lead_card import LeadCard, NextStep, card
from store.queries.queue import QueueRow, comes_to, facts_of, row
from store.reach import recent_tries
from store.rules.touch import cadence_ends
from store.vocabulary import Stage

_EVER = 2**62


@dataclass(frozen=True, slots=True)
class Sitting:
    """A session: ``leads`` in its order, ``current`` the one it stands at (None: at its end).

    ``worked`` is microseconds before ``resumed_at``, which is None while it is paused.
    """

    id: int
    version: int
    user_id: int
    view: str
    leads: tuple[int, ...]
    current: int | None
    started_at: Instant
    resumed_at: Instant | None
    worked: int
    ended_at: Instant | None

    @property
    def place(self) -> int:
        """How many at bats come before the one it stands at."""
        return len(self.leads) if self.current not in self.leads else self.leads.index(self.current)

    def worked_until(self, now: Instant) -> int:
        """The time worked, pauses left out, in microseconds."""
        return self.worked if self.resumed_at is None else self.worked + max(0, now - self.resumed_at)


@dataclass(frozen=True, slots=True)
class Figures:
    """What its person did in a session, pauses left out and what was undone not counted.

    ``worked`` is in microseconds; ``done`` are the at bats of its list that were dealt with since it began, in a pause
    too, and ``skipped`` those it went past without.
    """

    worked: int = 0
    leads: int = 0
    done: int = 0
    skipped: int = 0
    attempts: int = 0
    connects: int = 0
    meetings: int = 0
    callbacks: int = 0
    closed: int = 0
    converted: int = 0

    def per_hour(self, count: int) -> float | None:
        """How often in an hour of work; None before the first five minutes, which say nothing."""
        return count * HOUR / self.worked if self.worked >= HOUR // 12 else None


@dataclass(frozen=True, slots=True)
class Promised:
    """A callback that is open: when it is due, when it was promised, by whom (empty: for anyone), in what words."""

    due_at: Instant
    promised_at: Instant
    by: str
    words: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One at bat as the session shows it: the row that its verbs act on, its card, and a promise to be kept.

    ``tries`` are the attempts of the last days, where the cadence ends and the next one is spread by them.
    """

    row: QueueRow
    card: LeadCard
    tries: tuple[Instant, ...] = ()
    promised: Promised | None = None

    @property
    def step(self) -> NextStep | None:
        """The cadence's step where that is what is due: a promise and a decision go before it."""
        return self.card.step if self.promised is None and self.card.lead.decision is None else None


@dataclass(frozen=True, slots=True)
class Found:
    """The at bat whose turn it is, at ``index`` of the list (``turn`` None: there is none that way).

    ``passed`` says, a sentence each, who was passed over on the way because somebody else had ended or taken them.
    """

    index: int
    turn: Turn | None
    passed: tuple[str, ...] = ()


def open_sitting(store: Store, user_id: int) -> Sitting | None:
    """The session a user has not ended, if any."""
    return _sitting(store, _OPEN, user_id)


def sitting(store: Store, session_id: int) -> Sitting | None:
    """A session by its id; None when there is none."""
    return _sitting(store, _ONE, session_id)


def turn(store: Store, lead_id: int, now: Instant) -> Turn | None:
    """An at bat as of ``now``; None when it is gone."""
    found, told = row(store, lead_id), card(store, lead_id, now)
    if found is None or told is None:
        return None
    lead = told.lead
    tries = recent_tries(store, lead.contact_id, lead.id, now) if cadence_ends(lead, store.rules) else ()
    promise = store.row(_PROMISE, (lead.id,)) if lead.callback_at is not None else None
    return Turn(found, told, tuple(tries), None if promise is None else Promised(*promise))


def seek(store: Store, session: Sitting, start: int, step: int, now: Instant) -> Found:
    """The first at bat from ``start`` on, or back where ``step`` is -1, whose turn it is.

    What has ended, waits for approval or belongs to somebody else by now is passed over; on the way forward also what
    was dealt with already.
    """
    done = dealt_with(store, session)
    passed: list[str] = []
    index = start
    while 0 <= index < len(session.leads):
        lead_id = session.leads[index]
        if step < 0 or lead_id not in done:
            known = row(store, lead_id)
            over = None if known is None else _why_over(store, known, session.user_id, now)
            if known is not None and over is None:
                return Found(index, turn(store, lead_id, now), tuple(passed))
            if over and lead_id not in done:
                passed.append(over)
        index += step
    return Found(max(index, 0), None, tuple(passed))


def _why_over(store: Store, found: QueueRow, user_id: int, now: Instant) -> str | None:
    """Why an at bat has no turn in a session of this user, as a sentence; None where it has.

    What is somebody else's has one as long as it stands in this user's queue: offered to all, or a callback passed on.
    """
    lead, name = found.lead, found.name or found.company
    if not lead.open:
        return f"{name} is {lead.stage.label}"
    if lead.stage is Stage.DISQUALIFIED:
        return f"{name} waits for approval"
    if lead.owner_id not in (None, user_id) and not comes_to(store, facts_of(found), user_id, now):
        return f"{found.owner} has {name} now"
    return None


def dealt_with(store: Store, session: Sitting) -> frozenset[int]:
    """The at bats of a session whose turn is over: touched, promised, put off or ended by its person since it began."""
    first = store.value(_FIRST, (session.id,))
    found = store.rows(_DEALT_WITH, {"user": session.user_id, "first": first or 0})
    return frozenset(session.leads) & {lead_id for (lead_id,) in found}


def figures(store: Store, session: Sitting, now: Instant) -> Figures:
    """What was done in a session so far. Four queries, each along an index."""
    done = dealt_with(store, session)
    values = {"user": session.user_id, "stretches": json.dumps(_stretches(store, session.id))}
    counts = store.row(_FIGURES, values) or (0,) * 6
    skipped = sum(lead_id not in done for lead_id in session.leads[: session.place])
    return Figures(session.worked_until(now), len(session.leads), len(done), skipped, *counts)


def _sitting(store: Store, sql: str, id: int) -> Sitting | None:
    found = store.row(sql, (id,))
    if found is None:
        return None
    session_id, version, user_id, view, leads, *rest = found
    return Sitting(session_id, version, user_id, view, tuple(json.loads(leads)), *rest)


def _stretches(store: Store, session_id: int) -> list[tuple[int, int]]:
    """The times it was worked, each from one operation to another (both left out), as its history says.

    One that was left without a pause ends with the session's last operation before it was resumed.
    """
    found: list[tuple[int, int]] = []
    began: int | None = None
    last = 0
    for operation_id, column, after in store.rows(_HISTORY, (session_id,)):
        if column in ("+", "resumed_at"):
            if began is not None:
                found.append((began, operation_id if after is None else last + 1))
            began = operation_id if column == "+" or after is not None else None
        last = operation_id
    return found if began is None else [*found, (began, _EVER)]


_COLUMNS = "id, version, user_id, view, leads, current, started_at, resumed_at, worked, ended_at"
_OPEN = f"SELECT {_COLUMNS} FROM work_session WHERE user_id = ? AND ended_at IS NULL AND void = 0"
_ONE = f"SELECT {_COLUMNS} FROM work_session WHERE id = ? AND void = 0"

_PROMISE = """
SELECT k.due_at, k.promised_at, coalesce(u.name, ''), k.words FROM callback k LEFT JOIN "user" u ON u.id = k.promiser_id
WHERE k.lead_id = ? AND k.state = 'open' AND k.void = 0 ORDER BY k.due_at, k.id LIMIT 1"""

_OF_SESSION = "FROM change WHERE entity = 'work_session' AND entity_id = ?"
_FIRST = f"SELECT min(operation_id) {_OF_SESSION}"
_HISTORY = f"""SELECT operation_id, "column", after {_OF_SESSION} ORDER BY operation_id, id"""

_NOT_UNDONE = """o.by = 'person' AND o.id NOT IN (
    SELECT undoes_id FROM operation WHERE actor_id = :user AND id > {first} AND undoes_id IS NOT NULL)"""
_DEALT_WITH = f"""
SELECT DISTINCT o.lead_id FROM operation o
WHERE o.actor_id = :user AND o.id > :first AND {_NOT_UNDONE.format(first=":first")}
  AND o.kind IN ('log_touch', 'callback', 'snooze', 'close', 'convert')"""
_FIGURES = f"""
WITH stretch (began, ended) AS (
    SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:stretches))
SELECT coalesce(sum(t.attempt), 0), coalesce(sum(t.connect), 0), count(m.id), count(k.id),
       coalesce(sum(c.entity = 'lead' AND c."column" = 'stage' AND c.after = '"closed"'), 0),
       coalesce(sum(c.entity = 'lead' AND c."column" = 'stage' AND c.after = '"converted"'), 0)
FROM stretch s JOIN operation o ON o.actor_id = :user AND o.id > s.began AND o.id < s.ended
JOIN change c ON c.operation_id = o.id
LEFT JOIN touch t ON c.entity = 'touch' AND c."column" = '+' AND t.id = c.entity_id AND t.void = 0
LEFT JOIN meeting m ON c.entity = 'meeting' AND c."column" = '+' AND m.id = c.entity_id AND m.void = 0
LEFT JOIN callback k ON c.entity = 'callback' AND c."column" = '+' AND k.id = c.entity_id AND k.void = 0
WHERE {_NOT_UNDONE.format(first="(SELECT min(began) FROM stretch)")}"""
