"""Logging a touch with everything that follows from it, against a transaction that writes the very same rows by hand.

Two copies of the file take the same acts in turn: one through the operation, the other by replaying what the
operation wrote.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from statistics import median
from typing import Any

from benchmarks.figures import Figure, Ground, milliseconds, p99
from benchmarks.generate import NOW, REP
from benchmarks.queries import traced
from store.actor import Actor
from store.database import Store, open_store
from store.instants import SECOND
from store.operations.log_touch import log_touch
from store.queries.queue import queue
from store.rules.touch import TouchDraft
from store.vocabulary import Channel, Disposition

WARM_UP = 20


def measure(ground: Ground) -> Iterator[Figure]:
    """A commit is on the disk before it counts, on both sides."""
    ours, by_hand = open_store(ground.copy("operations")), open_store(ground.copy("by_hand"))
    operation: list[float] = []
    raw: list[float] = []
    try:
        rep = ours.value('SELECT id FROM "user" WHERE name = ?', (REP,))
        leads = queue(ours, rep, NOW, limit=-1).ids[: WARM_UP + ground.rounds * 50]
        for number, lead_id in enumerate(leads):
            draft = TouchDraft(lead_id, Channel.CALL, Disposition.NO_ANSWER)
            act = partial(log_touch, ours, Actor(rep), NOW + number * SECOND, draft)
            statements = traced(ours, lambda act=act: operation.append(milliseconds(act)))  # type: ignore[misc]
            writes = [found for found in statements if not found[0].startswith(("SELECT", "WITH"))]
            raw.append(milliseconds(partial(_replay, by_hand, writes)))
        same = "SELECT count(*), sum(operation_id) FROM change"
        if ours.row(same) != by_hand.row(same):
            raise AssertionError("the two files differ")
    finally:
        ours.close()
        by_hand.close()
    ground.discard(ground.folder / "operations.db")
    ground.discard(ground.folder / "by_hand.db")
    operation, raw = operation[WARM_UP:], raw[WARM_UP:]
    middle = median(operation)
    yield Figure("log a touch, all consequences and history", middle, "ms", 4, median(raw), "the same rows by hand")
    yield Figure("  the slowest of a hundred", p99(operation), "ms", 3, middle, "its median")
    yield Figure("  the slowest of a hundred by hand", p99(raw), "ms", None, median(raw), "its median")


def _replay(store: Store, writes: list[tuple[str, Any]]) -> None:
    for sql, values in writes:
        store.connection.execute(sql, values).fetchall()
