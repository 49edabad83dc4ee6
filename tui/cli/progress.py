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
