"""Many people on one file: accept and log, as fast as they can and with half a second of thinking. None may be lost.

python -m benchmarks.many DATABASE FIRST COUNT THINK    (one of them)
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from random import Random
from statistics import median
from time import perf_counter, sleep

from benchmarks.figures import PROJECT, Figure, Ground, milliseconds, p99
from benchmarks.generate import NOW
from store.database import open_store

ACTS = 2  # accept, log


def measure(ground: Ground) -> Iterator[Figure]:
    """Each process works at bats of its own, on one copy of the file."""
    copy = str(ground.copy("many"))
    first = _first_of_the_pool(copy)
    for people, each, think in ((8, 10 * ground.rounds, 0.0), (50, 3 * ground.rounds, 0.0), (50, 10, 0.5)):
        took, times = _work(ground, copy, first, people, each, think)
        first += people * each
        acts = people * each * ACTS
        if think:
            yield Figure(f"{people} people with half a second of thinking: an act", median(times), "ms")
            yield Figure("  the slowest of a hundred acts", p99(times), "ms", 10)
        else:
            yield Figure(f"{people} processes at once: acts a second", acts / took, "/s")
            yield Figure("  the slowest of a hundred acts", p99(times), "ms")
        yield Figure("  acts lost, doubled or refused", _lost(copy, first), "", 0)
    ground.discard(ground.folder / "many.db")


def _first_of_the_pool(database: str) -> int:
    """From this at bat on, all are new and nobody's."""
    store = open_store(database, read_only=True)
    try:
        return int(store.value("SELECT max(id) + 1 FROM lead WHERE open = 1 AND owner_id IS NOT NULL"))
    finally:
        store.close()


def _work(ground: Ground, database: str, first: int, people: int, each: int, think: float) -> tuple[float, list[float]]:
    """Seconds that it took all, and the milliseconds of each act."""
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.many", database, str(first + number * each), str(each), str(think)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=ground.environment,
            cwd=PROJECT,
            text=True,
        )
        for number in range(people)
    ]
    for worker in workers:
        assert worker.stdout
        worker.stdout.readline()  # it is ready
    began = perf_counter()
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()
    times = [time for worker in workers for time in json.loads(worker.communicate()[0])]
    return perf_counter() - began, times


def _lost(database: str, end: int) -> float:
    """How many of the at bats worked so far do not have exactly what was done to them."""
    store = open_store(database, read_only=True)
    try:
        first = _first_worked(store.value("SELECT min(lead_id) FROM operation WHERE kind = 'accept'"))
        wrong = store.value(
            "SELECT count(*) FROM lead l WHERE l.id >= ? AND l.id < ? AND (l.touches <> 1 OR l.accepted_at IS NULL"
            " OR (SELECT count(*) FROM touch WHERE lead_id = l.id AND void = 0) <> 1"  # along their index
            " OR l.id NOT IN (SELECT lead_id FROM operation GROUP BY lead_id HAVING count(*) = 2))",
            (first, end),
        )
        chained = store.value("SELECT count(*) <> (SELECT count(*) FROM seal) FROM operation")
        return float(wrong + chained)
    finally:
        store.close()


def _first_worked(found: int | None) -> int:
    if found is None:
        raise AssertionError("nothing was accepted")
    return found


def work(database: str, first: int, count: int, think: float) -> None:
    """Accept and log ``count`` at bats one after the other; prints how long each act took."""
    from store.actor import Actor
    from store.operations.log_touch import log_touch
    from store.operations.working import LeadDraft, accept
    from store.rules.touch import TouchDraft
    from store.vocabulary import Channel, Disposition

    store = open_store(database)
    random = Random(first)
    actor = Actor(2)
    print("ready", flush=True)
    sys.stdin.readline()
    times = []
    for lead_id in range(first, first + count):
        for act in (
            partial(accept, store, actor, NOW, LeadDraft(lead_id)),
            partial(log_touch, store, actor, NOW, TouchDraft(lead_id, Channel.CALL, Disposition.NO_ANSWER)),
        ):
            if think:
                sleep(think * 2 * random.random())
            times.append(milliseconds(act))
    store.close()
    print(json.dumps(times))


if __name__ == "__main__":
    path, start, number, thinking = sys.argv[1:]
    work(path, int(start), int(number), float(thinking))
