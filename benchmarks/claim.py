"""Many people at one pool: each takes the next at bat of those that nobody has, as fast as they can. None twice.

python -m benchmarks.claim DATABASE USER COUNT    (one of them)
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.figures import PROJECT, Figure, Ground, milliseconds, p99
from benchmarks.generate import NOW
from store.database import open_store

_LIMITLESS = "[routing]\nopen_lead_limit = 100_000\n"


def measure(ground: Ground) -> Iterator[Figure]:
    """One alone, then 8 and 32 at once, on one copy of the file with its pool."""
    copy = ground.copy("claim")
    rules = copy.with_suffix(".rules.toml")
    rules.write_text(_LIMITLESS)
    for people, each in ((1, 20 * ground.rounds), (8, 10 * ground.rounds), (32, 3 * ground.rounds)):
        took, taken, times = _work(ground, copy, people, each)
        who = "one alone" if people == 1 else f"{people} processes at once"
        yield Figure(f"next, {who}: claims a second", people * each / took, "/s")
        yield Figure("  a claim", median(times), "ms")
        yield Figure("  the slowest of a hundred claims", p99(times), "ms")
        yield Figure("  claimed twice, or not at all", float(people * each - len(set(taken))), "", 0)
    rules.unlink()
    ground.discard(copy)


def _work(ground: Ground, database: Path, people: int, each: int) -> tuple[float, list[int], list[float]]:
    """Seconds that it took all, which at bats they took, and the milliseconds of each claim."""
    store = open_store(database, read_only=True)
    reps = [id for (id,) in store.rows("SELECT id FROM user WHERE role = 'sdr' ORDER BY id")]
    store.close()
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.claim", str(database), str(user_id), str(each)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=ground.environment,
            cwd=PROJECT,
            text=True,
        )
        for user_id in islice(cycle(reps), people)
    ]
    for worker in workers:
        assert worker.stdout
        worker.stdout.readline()  # it is ready
    began = perf_counter()
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()
    said = [json.loads(worker.communicate()[0]) for worker in workers]
    took = perf_counter() - began
    return took, [lead for taken, _ in said for lead in taken], [time for _, times in said for time in times]


def work(database: str, user_id: int, count: int) -> None:
    """Take the next at bat ``count`` times; prints which they were and how long each took."""
    from store.actor import Actor
    from store.operations.routing import ClaimDraft, claim_next

    store = open_store(database)
    taken: list[int | None] = []

    def claim() -> None:
        taken.append(claim_next(store, Actor(user_id), NOW, ClaimDraft()).lead_id)

    print("ready", flush=True)
    sys.stdin.readline()
    times = [milliseconds(claim) for _ in range(count)]
    store.close()
    print(json.dumps([taken, times]))


if __name__ == "__main__":
    path, user, number = sys.argv[1:]
    work(path, int(user), int(number))
