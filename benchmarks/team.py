"""The team's board after a day of work by every rep: its query, its keys, others' acts on it, its rest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from statistics import median
from time import perf_counter

from benchmarks.app import started
from benchmarks.figures import Figure, Ground, milliseconds, p99
from benchmarks.generate import NOW
from store.actor import Actor
from store.database import Store, open_store
from store.instants import MINUTE
from store.operations.log_touch import log_touch
from store.operations.tick import tick
from store.queries.queue import queue
from store.queries.team import TeamNow, team_now
from store.rules.touch import TouchDraft
from store.vocabulary import Channel, Disposition

EACH = 40  # touches of a rep in the day
REST = 10.0  # seconds


def measure(ground: Ground) -> Iterator[Figure]:
    """On a copy of the file, on which each rep has logged and the last act is a minute old.

    For the query the best call counts: it only computes, and a busy machine can only add.
    """
    copy = ground.copy("team")
    with closing(open_store(copy)) as store:
        team = _worked(store)
        yield from _query(store, ground, team)
        yield from _screen(store, ground, str(copy))
    ground.discard(copy)


def _worked(store: Store) -> TeamNow:
    store.connection.pragma("synchronous", 0)
    for rep in team_now(store, NOW).reps:
        leads = queue(store, rep.id, NOW, limit=EACH).ids
        for number, lead_id in enumerate(leads):
            _log(store, rep.id, lead_id, NOW - (len(leads) - number) * MINUTE)
    tick(store, NOW)  # else the program does it while it is measured
    return team_now(store, NOW)


def _log(store: Store, user_id: int, lead_id: int, at: int) -> None:
    log_touch(store, Actor(user_id), at, TouchDraft(lead_id, Channel.CALL, Disposition.NO_ANSWER))


def _query(store: Store, ground: Ground, team: TeamNow) -> Iterator[Figure]:
    taken = [milliseconds(lambda: team_now(store, NOW)) for _ in range(ground.rounds * 10)]
    what = f"team board, {len(team.reps)} reps with {team.total.open:,} at bats"
    yield Figure(what, min(taken), "ms", 20)
    yield Figure("  the slowest of a hundred", p99(taken), "ms")


def _screen(store: Store, ground: Ground, copy: str) -> Iterator[Figure]:
    team = team_now(store, NOW)
    rep = team.reps[-1]
    leads = iter(queue(store, rep.id, NOW, limit=-1).ids)
    there: list[float] = []
    shown: list[float] = []
    with started(copy, ground.environment) as ours:
        ours.send(b"4")
        for _ in range(ground.rounds):
            ours.send(b"1")
            there.append(ours.frames(b"4", 0.2)[0])
        ours.settle(1)
        before, began = ours.processor(), perf_counter()
        ours.settle(REST)
        rest = (ours.processor() - before) / max(perf_counter() - began, REST)
        for _ in range(max(3, ground.rounds // 2)):
            _log(store, rep.id, next(leads), NOW + MINUTE)
            attempts = team_now(store, NOW + MINUTE).total.attempts
            shown.append(ours.until(f"{attempts:,} attempts"))
    yield Figure("  from the queue to the board, key to paint", median(there), "ms")
    yield Figure("  another's touch, until it shows", max(shown), "ms", 2000)
    yield Figure("  processor at rest on the board, share of a core", rest * 100, "%", 2)
