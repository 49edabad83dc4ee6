"""What a tick costs: with as much due of a million at bats as of ten thousand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from benchmarks.figures import Figure, Ground
from benchmarks.generate import NOW, Sizes, bench_database
from store.database import open_store
from store.instants import DAY
from store.operations.tick import tick

_FEW = Sizes.of(10_000)
_ASLEEP = "UPDATE lead SET rule_at = ? WHERE open = 1"
_OPEN = "SELECT id FROM lead WHERE open = 1 AND owner_id IS NOT NULL ORDER BY (id * 7919) % 104729 LIMIT ?"


def measure(ground: Ground) -> Iterator[Figure]:
    """The same number due in the big file and in a small one, turn and turn about."""
    due = 100 * ground.rounds
    few = ground.folder / "few.db"
    few.write_bytes(bench_database(_FEW, ground.say).read_bytes())
    many = ground.copy("tick")
    spent = {few: 0.0, many: 0.0}
    done = {few: 0, many: 0}
    nights = {path: _sleep(path) for path in (few, many)}
    for _ in range(5):
        for path in (few, many):
            took, looked_at = _tick(path, due // 5)
            spent[path] += took
            done[path] += looked_at
    small, big = (1000 * spent[path] / done[path] for path in (few, many))
    yield Figure(f"tick, {done[few]:,} due of 10,000: a row", small, "ms")
    yield Figure(f"tick, {done[many]:,} due of {ground.sizes.leads:,}: a row", big, "ms", 1.5, small, "of ten thousand")
    store = open_store(many)
    began = perf_counter()
    for _ in range(1000):
        tick(store, NOW)
    yield Figure("  a night's shares judged, once a day", nights[many], "ms", None, nights[few], "of ten thousand")
    yield Figure("tick with nothing due", perf_counter() - began, "ms")
    store.close()
    for path in (few, many):
        ground.discard(path)


def _sleep(path: Path) -> float:
    """Have no rule come to anything for ten years, and no night be left to judge; milliseconds that one took."""
    store = open_store(path)
    store.connection.execute(_ASLEEP, (NOW + 3650 * DAY,))
    for table in ("contact", "opportunity"):
        store.connection.execute(f"UPDATE {table} SET rule_at = NULL")
    began = perf_counter()
    nights = tick(store, NOW)
    took = perf_counter() - began
    store.close()
    return 1000 * took / nights


def _tick(path: Path, due: int) -> tuple[float, int]:
    """Seconds for that many at bats whose time has come, each as far as a rule has to do with it now."""
    store = open_store(path)
    ids = [id for (id,) in store.rows(_OPEN, (due,))]
    store.connection.executemany("UPDATE lead SET rule_at = ? WHERE id = ?", [(NOW, id) for id in ids])
    began = perf_counter()
    done = tick(store, NOW)
    took = perf_counter() - began
    store.connection.execute(_ASLEEP, (NOW + 3650 * DAY,))
    store.close()
    return took, done
