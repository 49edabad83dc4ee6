"""The act the program is for: log "no answer" and go on to the next at bat, key to paint, with all of it stored."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from benchmarks.app import started
from benchmarks.figures import Figure, Ground, p99
from benchmarks.generate import NOW

ANSWER = "logged for"


def measure(ground: Ground) -> Iterator[Figure]:
    """``l`` and ``n`` on one row after another, with a cursor move between them as the limit."""
    copy = ground.copy("log_next")
    _up_to_date(str(copy))
    moved, opened, answered, painted = [], [], [], []
    with started(str(copy), ground.environment) as ours:
        for number in range(ground.rounds * 5 + 1):
            move = ours.frames(b"j", 0.2)[0]
            dialog = ours.press(b"l", 0.2)
            saved, frames = ours.seen(ANSWER, b"n", 0.2)
            if number:
                moved.append(move)
                opened.append(dialog)
                answered.append(saved)
                painted.append(frames[-1])
    _all_stored(str(copy), len(answered) + 1)
    ground.discard(copy)
    move = median(moved)
    yield Figure("log dialog, key to paint", median(opened), "ms", None, move, "a cursor move")
    yield Figure("log “no answer”, its key to its answer", median(answered), "ms", 25, move, "a cursor move")
    yield Figure("  and to the last frame, next one's preview drawn", median(painted), "ms", 25, move, "a cursor move")
    yield Figure("  no answer for longer than (p99)", p99(answered), "ms", 50)


def _up_to_date(database: str) -> None:
    """What the rules have due is done, as on any file that was worked in yesterday."""
    from store.database import open_store
    from store.operations.tick import tick

    store = open_store(database)
    tick(store, NOW)
    store.close()


def _all_stored(database: str, expected: int) -> None:
    from store.database import open_store

    store = open_store(database, read_only=True)
    try:
        stored = store.value("SELECT count(*) FROM touch WHERE written_id > 1")
        clean = store.value("SELECT count(*) FROM operation WHERE kind = 'log_touch'")
    finally:
        store.close()
    if not stored == clean == expected:
        raise AssertionError(f"{expected} touches were logged, {stored} are stored")
