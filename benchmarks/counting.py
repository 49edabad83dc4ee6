"""Keys on the reports while the funnel of all time is counted, against the same keys when it is there."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from benchmarks.app import started
from benchmarks.figures import Figure, Ground, p99
from benchmarks.terminal import Terminal

KEYS = 30  # fewer than fit into one counting


def measure(ground: Ground) -> Iterator[Figure]:
    """First frame after the key."""
    calm: list[float] = []
    counting: list[float] = []
    copy = ground.copy("counting")
    with started(str(copy), ground.environment) as ours:
        for keys in (b"5", b"v", b"f", b"f", b"days:all", b"\r"):
            ours.send(keys)
        ours.settle()
        for _ in range(max(2, ground.rounds // 2)):
            calm += _press(ours)
            ours.send(b"R")
            counting += _press(ours)
            ours.settle()
    ground.discard(copy)
    yield Figure("a key while a report is counted", median(counting), "ms", 1.5, median(calm), "while at rest")
    yield Figure("  the slowest of a hundred", p99(counting), "ms", 30)
    yield Figure("  the slowest of a hundred while at rest", p99(calm), "ms")


def _press(ours: Terminal) -> list[float]:
    return [ours.frames(key, 0.02)[0] for key in [b"j", b"k"] * (KEYS // 2)]
