"""What a benchmark gives: figures with what they are held against, and how they are taken and printed.

Absolute times drift by a quarter from run to run on a shared machine. So whatever is compared runs in turn, once a
round, and what counts is the ratio of the medians.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.generate import Sizes, bench_database

PROJECT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value in ``unit``, as a ratio to ``limit`` where it has one, and the most it should be."""

    what: str
    value: float
    unit: str
    bar: float | None = None
    limit: float | None = None
    against: str = ""
    least: bool = False  # the bar is the least it should be, not the most

    @property
    def ratio(self) -> float | None:
        """How many times its limit it is."""
        return self.value / self.limit if self.limit else None

    @property
    def verdict(self) -> str:
        """``ok``, ``MISSED``, or nothing where there is no bar."""
        if self.bar is None:
            return ""
        held = self.value if self.ratio is None else self.ratio
        return "ok" if (held >= self.bar if self.least else held <= self.bar) else "MISSED"

    def __str__(self) -> str:
        ratio = f"{self.ratio:6.2f} × {self.against} ({_number(self.limit or 0)})" if self.ratio else self.against
        bar = "" if self.bar is None else f"{'≥' if self.least else '≤'} {self.bar:g}"
        return f"{self.what:<52}{_number(self.value):>9} {self.unit:<4}{ratio:<58}{bar:>7}  {self.verdict}".rstrip()


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}" if value < 1 else f"{value:.2f}"


@dataclass
class Ground:
    """What benchmarks stand on: the big file, how often to repeat, and a folder for what they write."""

    sizes: Sizes = field(default_factory=Sizes)
    rounds: int = 10
    say: Callable[[str], None] = print

    @cached_property
    def database(self) -> Path:
        """The big file, which nothing may write to."""
        return bench_database(self.sizes, self.say)

    @cached_property
    def folder(self) -> Path:
        """A folder that is removed at the end, beside the big file: copies need no other disk."""
        return Path(tempfile.mkdtemp(dir=self.database.parent))

    def copy(self, name: str) -> Path:
        """A copy of the big file to write to, made anew."""
        path = self.folder / f"{name}.db"
        self.discard(path)
        shutil.copyfile(self.database, path)
        return path

    def discard(self, path: Path) -> None:
        """Remove a copy with what lies beside it."""
        for beside in ("", "-wal", "-shm", ".lock"):
            Path(f"{path}{beside}").unlink(missing_ok=True)
        shutil.rmtree(f"{path}.backups", ignore_errors=True)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a child: a home of its own, compiled modules kept as in any installation."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("ATBAT", "TEXTUAL"))}
        kept.pop("PYTHONDONTWRITEBYTECODE", None)
        return kept | {"ATBAT_HOME": str(self.folder), "PYTHONPATH": str(PROJECT)}

    def close(self) -> None:
        """Remove every copy."""
        if "folder" in self.__dict__:
            shutil.rmtree(self.folder, ignore_errors=True)


def in_turn(rounds: int, runs: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
    """What each run gave, each once a round, after a round that does not count."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(rounds + 1):
        for name, run in runs.items():
            value = run()
            if number:
                taken[name].append(value)
    return taken


def medians(taken: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """The median of each."""
    return {name: median(values) for name, values in taken.items()}


def best(taken: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """The least of each: for what only computes, a busy machine can only add."""
    return {name: min(values) for name, values in taken.items()}


def p99(values: Sequence[float]) -> float:
    """The value that one of a hundred exceeds."""
    return sorted(values)[min(len(values) - 1, round(len(values) * 0.99))]


def milliseconds(run: Callable[[], object]) -> float:
    """How long one call takes."""
    began = perf_counter()
    run()
    return (perf_counter() - began) * 1000
