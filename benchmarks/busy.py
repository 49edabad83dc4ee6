"""Keys while somebody else loads thousands of people into the same file, against the same keys while nobody does.

python -m benchmarks.busy DATABASE    (the loading, until it is killed)
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from statistics import median

from benchmarks.app import started
from benchmarks.figures import PROJECT, Figure, Ground, p99
from benchmarks.generate import NOW
from benchmarks.terminal import Terminal

BATCH = 500  # people in a transaction


def measure(ground: Ground) -> Iterator[Figure]:
    """Cursor moves and pages on the queue: first frame after the key."""
    copy = str(ground.copy("busy"))
    calm: list[float] = []
    busy: list[float] = []
    with started(copy, ground.environment) as ours:
        for _ in range(max(2, ground.rounds // 3)):
            calm += _keys(ours)
            loading = _loading(copy, ground)
            busy += _keys(ours)
            loading.kill()
            loading.communicate()
    ground.discard(ground.folder / "busy.db")
    yield Figure("a key while people are loaded into the file", median(busy), "ms", 1.5, median(calm), "while at rest")
    yield Figure("  the slowest of a hundred", p99(busy), "ms", 30)
    yield Figure("  the slowest of a hundred while at rest", p99(calm), "ms")


def _keys(ours: Terminal) -> list[float]:
    ours.send(b"g")
    keys = [*[b"j"] * 20, *[b"\x1b[6~", b"\x1b[5~"] * 5, *[b"k"] * 20]
    return [ours.frames(key, 0.05)[0] for key in keys]


def _loading(database: str, ground: Ground) -> subprocess.Popen[bytes]:
    loading = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.busy", database],
        stdout=subprocess.PIPE,
        env=ground.environment,
        cwd=PROJECT,
    )
    assert loading.stdout
    loading.stdout.readline()  # the first batch is in
    return loading


def load(database: str) -> None:
    """Add people in batches, each a transaction with its history, as fast as it goes."""
    from store.actor import Actor
    from store.database import open_store
    from store.models import Contact, Phone
    from store.operations.transaction import Done, Transaction, operation
    from store.vocabulary import ActorKind

    @operation("import")
    def add(tx: Transaction, number: int) -> Done:
        ids = [tx.next_id(Contact) for _ in range(BATCH)]
        tx.insert_many(
            Contact,
            [
                {"id": id, "name": f"Ada Loaded {id}", "first_name": "Ada", "last_name": "Loaded", "created_at": tx.now}
                for id in ids
            ],
        )
        tx.insert_many(
            Phone,
            [{"contact_id": id, "written_as": f"555 {id}", "digits": f"555{id}", "kind": "direct"} for id in ids],
        )
        return tx.done(f"batch {number}")

    store = open_store(database)
    number = 0
    while True:
        add(store, Actor(1, kind=ActorKind.IMPORT), NOW, number)
        if not number:
            print("loading", flush=True)
        number += 1


if __name__ == "__main__":
    load(sys.argv[1])
