"""Two halves of a report counted at the same time, on two connections that see the same state."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from store.database import Store

_BIG = 100_000_000  # bytes; in a smaller file a second connection costs what it saves
_T = TypeVar("_T")
_U = TypeVar("_U")


def together(store: Store, one: Callable[[Store], _T], other: Callable[[Store], _U]) -> tuple[_T, _U]:
    """What each finds in the one state of the database, at the same time where it is big and can be read twice."""
    beside = store.beside() if os.stat(store.path).st_size >= _BIG else None
    if beside is None:
        return one(store), other(store)
    try:
        with ThreadPoolExecutor(1) as thread:
            found = thread.submit(other, beside)
            return one(store), found.result()
    finally:
        beside.close()
