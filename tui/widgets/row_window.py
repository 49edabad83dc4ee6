"""The rows a long list holds in memory: every id of a snapshot, but only the rows near what is seen."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

Row = TypeVar("Row")

PAGE = 128
"""Rows asked for at once."""
KEPT_PAGES = 40
"""Pages kept around the place in view; a long journey forgets where it came from."""


class RowWindow(Generic[Row]):
    """A snapshot of ids in order, and the rows of some of them.

    A million ids take eight megabytes; rows come page by page and are held by id, so that one row inserted or removed
    moves no page.
    """

    def __init__(self) -> None:
        self.ids: array[int] = array("q")
        self._rows: dict[int, Row] = {}
        self._asked: set[int] = set()

    def __len__(self) -> int:
        return len(self.ids)

    def load(self, ids: Iterable[int], rows: Mapping[int, Row]) -> None:
        """Take a new snapshot; rows held before are forgotten."""
        self.ids = array("q", ids)
        self._rows = dict(rows)
        self._asked.clear()

    @property
    def held(self) -> Mapping[int, Row]:
        """The rows held, by id."""
        return self._rows

    def row(self, id: int) -> Row | None:
        """The row of an id, None while it has not been delivered."""
        return self._rows.get(id)

    def index(self, id: int, near: int = 0) -> int | None:
        """Where an id stands, looking round ``near`` first; None when it is not in the snapshot."""
        for start, stop in ((max(near - PAGE, 0), near + PAGE), (0, len(self.ids))):
            try:
                return self.ids.index(id, start, stop)
            except ValueError:
                continue
        return None

    def insert(self, id: int, row: Row, index: int) -> None:
        """Put a row at ``index``."""
        self.ids.insert(index, id)
        self._rows[id] = row

    def remove(self, index: int) -> None:
        """Take the row at ``index`` out."""
        id = self.ids.pop(index)
        self._rows.pop(id, None)
        self._asked.discard(id)

    def replace(self, id: int, row: Row) -> None:
        """Give a row held, or asked for, its new content; any other will be read when it is seen."""
        if id in self._rows or id in self._asked:
            self._rows[id] = row
            self._asked.discard(id)  # what is being read may be older than this

    def hold(self, rows: Mapping[int, Row], near: int) -> None:
        """Keep delivered rows that are not held yet, and let go of those far from ``near`` when there are too many."""
        self._rows = {**rows, **self._rows}
        self._asked.difference_update(rows)
        if len(self._rows) > (KEPT_PAGES + 8) * PAGE:
            reach = KEPT_PAGES * PAGE // 2
            kept = self.ids[max(near - reach, 0) : near + reach]
            self._rows = {id: self._rows[id] for id in kept if id in self._rows}
            self._asked.clear()

    def missing(self, first: int, last: int) -> list[int]:
        """The ids of the pages from index ``first`` to ``last`` that are neither held nor asked for yet.

        They count as asked for from now on.
        """
        start = max(first, 0) // PAGE * PAGE
        stop = (max(last, 0) // PAGE + 1) * PAGE
        wanted = [id for id in self.ids[start:stop] if id not in self._rows and id not in self._asked]
        self._asked.update(wanted)
        return wanted
