"""What screens read most, on the big file: the queue against its own SQL by hand, the pool, the longest timeline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import apsw

from benchmarks.figures import Figure, Ground, best, in_turn, milliseconds
from benchmarks.generate import LONGEST_CONTACT, NOW, REP
from store.database import Store, open_store
from store.queries.queue import PAGE, queue
from store.queries.timeline import timeline

REPEAT = 20  # calls that make one sample


def measure(ground: Ground) -> Iterator[Figure]:
    """The best of calls that find everything in the cache, as after the first second of work."""
    store = open_store(ground.database, read_only=True)
    try:
        yield from _queues(store, ground)
        yield from _timelines(store, ground)
    finally:
        store.close()


def _queues(store: Store, ground: Ground) -> Iterator[Figure]:
    rep = store.value('SELECT id FROM "user" WHERE name = ?', (REP,))
    own, pool = _size(store, rep), _size(store, None)
    page = min(PAGE, len(queue(store, rep, NOW, limit=-1).ids), len(queue(store, None, NOW).ids))
    statements = traced(store, lambda: queue(store, rep, NOW, limit=page))

    def by_hand() -> None:
        for sql, values in statements:
            store.connection.execute(sql, values).fetchall()

    taken = _times(
        ground,
        {
            "by hand": by_hand,
            "own": lambda: queue(store, rep, NOW, limit=page),
            "pool": lambda: queue(store, None, NOW, limit=page),
        },
    )
    yield Figure(f"queue of {own:,}, first page", taken["own"], "ms", 1.3, taken["by hand"], "the same SQL by hand")
    yield Figure(f"queue of the pool of {pool:,}, first page", taken["pool"], "ms", 1.3, taken["own"], f"of {own:,}")


def _size(store: Store, owner: int | None) -> int:
    return int(store.value("SELECT count(*) FROM lead WHERE open = 1 AND owner_id IS ?", (owner,)))


def _timelines(store: Store, ground: Ground) -> Iterator[Figure]:
    longest = store.value("SELECT count(*) FROM touch WHERE contact_id = ?", (LONGEST_CONTACT,))
    # Somebody with about as many touches as people have on average, and pages of as many entries as they have.
    usual = max(2, ground.sizes.touches // ground.sizes.contacts)
    ordinary = store.value(
        "SELECT contact_id FROM touch WHERE contact_id BETWEEN 2 AND 2000 GROUP BY contact_id"
        " ORDER BY abs(count(*) - ?) LIMIT 1",
        (usual,),
    )
    page = len(timeline(store, ordinary).entries)
    taken = _times(
        ground,
        {
            "ordinary": lambda: timeline(store, ordinary, limit=page),
            "longest": lambda: timeline(store, LONGEST_CONTACT, limit=page),
        },
    )
    yield Figure(
        f"timeline of {longest:,} touches, {page} entries",
        taken["longest"],
        "ms",
        1.3,
        taken["ordinary"],
        f"of one with {page}",
    )


def _times(ground: Ground, runs: dict[str, Callable[[], object]]) -> dict[str, float]:
    def sample(run: Callable[[], object]) -> float:
        return milliseconds(lambda: [run() for _ in range(REPEAT)]) / REPEAT

    return best(in_turn(ground.rounds, {name: lambda run=run: sample(run) for name, run in runs.items()}))  # type: ignore[misc]


def traced(store: Store, run: Callable[[], object]) -> list[tuple[str, Any]]:
    """The statements that ``run`` executes on this store, with their values."""
    seen: list[tuple[str, Any]] = []

    def note(_cursor: apsw.Cursor, sql: str, values: Any) -> bool:
        seen.append((sql, values))
        return True

    store.connection.exec_trace = note
    try:
        run()
    finally:
        store.connection.exec_trace = None
    return seen
