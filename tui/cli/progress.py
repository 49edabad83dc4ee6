"""A progress bar for what takes longer than a second; what is quicker shows nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

_PATIENCE = 1.0  # seconds


@contextmanager
def progress(label: str, length: int) -> Iterator[Callable[[int], None]]:
    """Gives a function to be told how many of ``length`` are done; draws on standard error, on a terminal only."""
    began = time.monotonic()
    with ExitStack() as stack:
        bar: Any = None

        def tell(done: int) -> None:
            nonlocal bar
            if bar is None and sys.stderr.isatty() and time.monotonic() - began > _PATIENCE:
                import click

                bar = stack.enter_context(click.progressbar(length=length, label=label, file=sys.stderr))
            if bar is not None:
                bar.update(done - bar.pos)

        yield tell


@contextmanager
def waiting(label: str) -> Iterator[Callable[[], bool]]:
    """Gives a function to be called now and then by what cannot say how long it takes; it answers False: go on.

    Says on standard error, on a terminal only, for how many seconds it has been going, and takes that away at the end.
    """
    began = time.monotonic()
    said = -1

    def go_on() -> bool:
        nonlocal said
        seconds = int(time.monotonic() - began)
        if seconds > max(said, _PATIENCE - 1) and sys.stderr.isatty():
            said = seconds
            sys.stderr.write(f"\r{label} … {seconds} s")
            sys.stderr.flush()
        return False

    try:
        yield go_on
    finally:
        if said >= 0:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
