"""What the program takes while it is open on the big file: memory after some work, the processor while at rest."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

from benchmarks.app import started
from benchmarks.figures import Figure, Ground

REST = 10.0  # seconds


def measure(ground: Ground) -> Iterator[Figure]:
    """Pages, dialogs, a touch and a search; then nothing."""
    copy = ground.copy("memory")
    with started(str(copy), ground.environment) as ours:
        at_start = ours.memory()
        for keys in (
            *[b"\x1b[6~"] * 30,
            b"g",
            *[b"j"] * 30,
            b"l",
            b"n",
            b"/",
            *(bytes([c]) for c in b"jennifer"),
            b"\x07",
        ):
            ours.send(keys)
        worked = ours.memory()
        before, began = ours.processor(), perf_counter()
        ours.settle(REST)
        used = (ours.processor() - before) / max(perf_counter() - began, REST)
    ground.discard(copy)
    yield Figure(f"memory with {ground.sizes.leads:,} leads, first frame", at_start, "MB", 120)
    yield Figure("  after pages, dialogs, a touch and a search", worked, "MB", 120)
    yield Figure("processor at rest, share of a core", used * 100, "%", 2)
