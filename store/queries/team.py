"""The team now: one row per rep with what they are on and how their at bats and their day stand.

Today is the team's day in the team's zone. The figures are those of a rep's own line (``store.queries.today``), of
which the conditions come, for everybody at once; docs/model.md, "The team now", says each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any, NamedTuple

from store.actor import SYSTEM_USER_ID
from store.database import Store
from store.instants import Instant, moment, usable_zone
from store.queries.queue import moments
from store.queries.today import COUNTED, DECIDED_TODAY, JUDGED, KEPT_OF, LATE, MOST_COUNTED
from store.rules.business import at_local
from store.rules.presence import Presence, presence
from store.rules.queue_views import View
from store.vocabulary import UserRole


class Figures(NamedTuple):
    """How at bats and a day stand, of one rep or of the team.

    ``open`` to ``waiting`` count open at bats by their owner: ``new`` ones that nobody accepted, ``due`` ones that the
    queue shows now (it may show others' as well), ``late`` ones that it marks so, ``stale`` ones, and ``waiting`` for
    a team lead's approval. The others count what a person did or left undone today: ``missed`` clocks, and the
    promises ``kept`` of those ``promised`` for today that are decided.
    """

    open: int = 0
    new: int = 0
    due: int = 0
    late: int = 0
    stale: int = 0
    waiting: int = 0
    missed: int = 0
    attempts: int = 0
    connects: int = 0
    meetings: int = 0
    kept: int = 0
    promised: int = 0

    @property
    def share_kept(self) -> float | None:
        """The share of promises kept; None where none was decided."""
        return self.kept / self.promised if self.promised else None

    @staticmethod
    def total(of: Iterable[Figures]) -> Figures:
        """The sum of several."""
        return Figures(*map(sum, zip(Figures(), *of, strict=True)))


@dataclass(frozen=True, slots=True)
class Rep:
    """One row of the board.

    ``last_at`` is when they last did something by hand, or went on in a session; ``on_it_since`` when they came to
    the at bat in front (``lead_id``; None: nothing today), whose ``person`` and ``company`` may be empty.
    ``absent_until`` is an ISO date, empty where they are here; ``away_next`` the first day of the next absence that
    begins within a week, or empty.
    """

    id: int
    name: str
    role: UserRole
    zone: str
    presence: Presence
    paused: bool
    absent_until: str
    away_next: str
    last_at: Instant | None
    lead_id: int | None
    person: str
    company: str
    on_it_since: Instant | None
    figures: Figures


@dataclass(frozen=True, slots=True)
class TeamNow:
    """The board: the reps by name, those who have left last, and the at bats that nobody has.

    ``unrouted`` stops at ``today.MOST_COUNTED``; there may be more where it is that many. ``unrouted_waiting`` of them
    wait for approval: their owner has left. ``total`` is the sum of all of it. ``team_works`` says if it is within the
    team's hours.
    """

    reps: tuple[Rep, ...]
    total: Figures
    unrouted: int
    unrouted_waiting: int
    team_works: bool

    @property
    def to_route(self) -> int:
        """How many of what nobody has are to be given to somebody."""
        return self.unrouted - self.unrouted_waiting


def team_now(store: Store, now: Instant) -> TeamNow:
    """The board as of ``now``: seven queries, whatever the size of the team, which cost its open at bats.

    Whoever did something today has a row until the day is over, so that the team's day keeps what they did.
    """
    day = moment(now, store.zone).date()
    start = at_local(day, time(), store.zone)
    span = {
        **moments(store, None, now),
        "start": start,
        "day": day.isoformat(),
        "in_a_week": (day + timedelta(days=7)).isoformat(),
        "late": now - store.rules.callbacks.kept_within,
        "system": SYSTEM_USER_ID,
    }
    found: dict[int, dict[str, int]] = {}
    for sql, names in _COUNTS:
        for user_id, *counts in store.rows(sql, span):
            found.setdefault(user_id, {}).update(zip(names, counts, strict=True))
    works = store.calendar.is_open(now)
    reps = tuple(
        _rep(store, row, now, start, works, Figures(**found.get(row[0], {})))
        for row in store.rows(_PEOPLE, span)
        if _belongs(row, found)
    )
    unrouted, waiting = store.row(_UNROUTED, {"most": MOST_COUNTED}) or (0, 0)
    nobodys = Figures(open=unrouted, waiting=waiting)
    return TeamNow(reps, Figures.total([*(rep.figures for rep in reps), nobodys]), unrouted, waiting, works)


def _belongs(row: tuple[Any, ...], found: Mapping[int, Mapping[str, int]]) -> bool:
    """Whether somebody has a row: reps who use the program, and whoever else has a figure, even after leaving."""
    user_id, _, role, active, *_ = row
    return (active and role == UserRole.SDR) or any(found.get(user_id, {}).values())


def _rep(store: Store, row: tuple[Any, ...], now: Instant, start: Instant, works: bool, figures: Figures) -> Rep:
    user_id, name, role, active, paused, zone, absent_until, away_next, *day, lead_at, lead_id, person, company = row
    resumed, current, session_at, acted_at = day
    session_at = session_at if resumed is not None else None
    last_at = max((at for at in (session_at, acted_at) if at is not None), default=None)
    since = session_at if session_at is not None and lead_id == current else lead_at
    here = last_at is not None and last_at >= start and since is not None and since >= start
    return Rep(
        user_id,
        name,
        UserRole(role),
        usable_zone(zone),
        presence(
            last_at,
            now,
            start,
            store.rules.team,
            active=bool(active),
            absent=bool(absent_until),
            in_session=resumed is not None,
            team_works=works,
        ),
        bool(paused),
        absent_until or "",
        away_next or "",
        last_at,
        lead_id if here else None,
        person if here else "",
        company if here else "",
        since if here else None,
        figures,
    )


_LEADS = f"""
SELECT owner_id, count(*), count(*) FILTER (WHERE stage = 'new'), count(*) FILTER (WHERE {COUNTED[View.ALL]}),
       count(*) FILTER (WHERE {LATE}), count(*) FILTER (WHERE status = 'stale'),
       count(*) FILTER (WHERE stage = 'disqualified')
FROM (SELECT *, {JUDGED} FROM lead INDEXED BY lead_queue WHERE owner_id > 0 AND open = 1) GROUP BY owner_id"""

# A small table in front, so that each index is entered once a person and read only for today.
_TOUCHES = """
SELECT u.id, sum(t.attempt), sum(t.connect) FROM "user" u
CROSS JOIN touch t INDEXED BY touch_of_day ON t.user_id = u.id AND t.day = :day AND t.void = 0 GROUP BY u.id"""

_MEETINGS = """
SELECT u.id, count(*) FROM "user" u
CROSS JOIN meeting m ON m.booker_id = u.id AND m.booked_at >= :start AND m.booked_at <= :now AND m.void = 0
GROUP BY u.id"""

_CLOCKS = f"""
SELECT u.id, count(*) FROM "user" u
CROSS JOIN clock INDEXED BY clock_decided ON owner_id = u.id AND {DECIDED_TODAY.replace("void", "clock.void")}
WHERE met IS NOT 1 GROUP BY u.id"""

_KEPT = f"""
SELECT u.id, count(*) FILTER (WHERE state = 'kept'), count(*) FROM "user" u
CROSS JOIN callback c INDEXED BY callback_of_promiser ON promiser_id = u.id AND due_at >= :start AND c.void = 0
WHERE {KEPT_OF} GROUP BY u.id"""

_COUNTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (_LEADS, ("open", "new", "due", "late", "stale", "waiting")),
    (_TOUCHES, ("attempts", "connects")),
    (_MEETINGS, ("meetings",)),
    (_CLOCKS, ("missed",)),
    (_KEPT, ("kept", "promised")),
)

# What somebody last did by hand is looked for in their last hundred acts: an import may have made a million.
_LAST = """
(SELECT o.{what} FROM (SELECT id, at, "by", lead_id FROM operation WHERE actor_id = u.id ORDER BY id DESC LIMIT 100) o
 WHERE o."by" = 'person' {where} ORDER BY o.id DESC LIMIT 1)"""
_ACTED = _LAST.format(what="at", where="")
_ON = _LAST.format(what="id", where="AND o.lead_id IS NOT NULL")
_COMING = "SELECT min(starts) FROM absence WHERE user_id = u.id AND starts > :day AND starts <= :in_a_week AND void = 0"
_PEOPLE = f"""
SELECT u.id, u.name, u.role, u.active, u.paused, u.zone, away.until, ({_COMING}), u.resumed_at, u.current, u.session_at,
       u.acted_at, o.at, l.id, coalesce(c.name, ''), coalesce(a.name, '')
FROM (SELECT u.*, s.resumed_at, s.current, s.at AS session_at, {_ACTED} AS acted_at, {_ON} AS last_on
      FROM "user" u LEFT JOIN
           (SELECT w.user_id, w.resumed_at, w.current, p.at FROM work_session w JOIN operation p ON p.id = w.written_id
            WHERE w.ended_at IS NULL AND w.void = 0) s ON s.user_id = u.id
      WHERE u.id <> :system) u
LEFT JOIN (SELECT user_id, max(ends) AS until FROM absence
           WHERE starts <= :day AND ends >= :day AND void = 0 GROUP BY user_id) away ON away.user_id = u.id
LEFT JOIN operation o ON o.id = u.last_on
LEFT JOIN lead l ON l.id = CASE WHEN u.resumed_at IS NULL THEN o.lead_id ELSE coalesce(u.current, o.lead_id) END
LEFT JOIN contact c ON c.id = l.contact_id LEFT JOIN account a ON a.id = l.account_id
ORDER BY u.active DESC, u.name, u.id"""

_UNROUTED = """
SELECT (SELECT count(*) FROM (
           SELECT 1 FROM lead INDEXED BY lead_queue WHERE owner_id IS NULL AND open = 1 LIMIT :most)),
       (SELECT count(*) FROM approval w CROSS JOIN lead l ON l.id = w.lead_id
        WHERE w.decided_at IS NULL AND w.void = 0 AND l.owner_id IS NULL AND l.open = 1)"""
