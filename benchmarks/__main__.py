"""Every speed figure, against what it is promised to be.

    python -m benchmarks [NAME…] [--size small|full] [--rounds N]

Names are those of the modules beside this one, listed by --help. Each line has the absolute figure, its ratio to a
limit that was measured in the same run, turn and turn about, and the bar that the ratio should keep to. The big file is
made at the first run, in about two minutes. A missed bar is told, not punished: the exit code is 0, because a busy
machine is no fault in the program.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Iterator
from importlib import import_module

from benchmarks.figures import Figure, Ground
from benchmarks.generate import Sizes

NAMES = (
    "start",
    "cli",
    "keys",
    "dialogs",
    "log_next",
    "queries",
    "team",
    "reports",
    "counting",
    "timelines",
    "search",
    "operations",
    "many",
    "claim",
    "tick",
    "busy",
    "memory",
    "imports",
)
SIZES = {"small": Sizes.of(20_000), "full": Sizes()}


def main() -> None:
    """Measure what was named, everything by default."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", choices=[[], *NAMES], metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--size", choices=SIZES, default="full", help="of the file: 20,000 or 1,000,000 leads")
    parser.add_argument("--rounds", type=int, default=10, help="how often each thing is measured (10)")
    wanted = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # the copies are removed then, too
    ground = Ground(SIZES[wanted.size], wanted.rounds)
    print(f"load of the machine at the start: {_load()}, on {os.cpu_count()} cores")
    figures: list[Figure] = []
    try:
        for name in wanted.names or NAMES:
            print(f"\n{name}")
            for figure in _measured(name, ground):
                print(f"  {figure}", flush=True)
                figures.append(figure)
    finally:
        ground.close()
    missed = [figure for figure in figures if figure.verdict == "MISSED"]
    held = sum(figure.verdict == "ok" for figure in figures)
    print(f"\nload at the end: {_load()}\n{held} bars kept, {len(missed)} missed")
    for figure in missed:
        print(f"  {figure}")


def _measured(name: str, ground: Ground) -> Iterator[Figure]:
    return import_module(f"benchmarks.{name}").measure(ground)  # type: ignore[no-any-return]


def _load() -> str:
    return " ".join(f"{load:.1f}" for load in os.getloadavg())


if __name__ == "__main__":
    main()
