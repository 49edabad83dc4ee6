"""The program on a file, at the moment that the file's data is up to date, and without its backups.

python -m benchmarks.app DATABASE NOW
"""

from __future__ import annotations

import sys
from time import time_ns

from benchmarks.terminal import Terminal


def started(database: str, environment: dict[str, str]) -> Terminal:
    """The program at work, its first frame drawn and everything still."""
    from benchmarks.generate import NOW

    terminal = Terminal(["-m", "benchmarks.app", database, str(NOW)], environment)
    terminal.settle(2)
    return terminal


def main(database: str, now: int) -> int:
    """Run it as the rep of the big file."""
    import tui.desk
    from tui.__main__ import main
    from tui.upkeep import Upkeep

    behind = time_ns() - now * 1000
    tui.desk.time_ns = lambda: time_ns() - behind  # type: ignore[attr-defined]
    Upkeep.start = lambda *_: None  # type: ignore[method-assign]
    return main(["--db", database, "--as", "Priya N."])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
