"""Columns of many rows, a day of at bats at a time: several times as fast as rows, and no key waits for a piece."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from store.database import Store
from store.reports.base import Base
from store.vocabulary import Word


def columns(store: Store, base: Base, *sql: str, by_day: bool = True) -> Iterator[list[list[Any]]]:
    """What each expression comes to, in the order in which the rows are come upon: those of one at bat together.

    An expression may have a ``FILTER (WHERE …)`` behind it; it then stands in parentheses itself. What is not to be
    read ``by_day`` comes in one piece.
    """
    arrays = ", ".join(f"json_group_array{each}" if " FILTER " in each else f"json_group_array({each})" for each in sql)
    # Along the index of reports, which has them by day: nothing is sorted.
    along = base.sql.replace("lead l ", "lead l INDEXED BY lead_reports ", 1)
    source = f"{along} GROUP BY l.opened_day" if by_day else base.sql
    for row in store.each(f"SELECT {arrays} FROM {source}", base.values):
        yield [json.loads(each) for each in row]


def numbered(sql: str, words: Iterable[Word]) -> str:
    """SQL for the place of a word among others, from 0: of millions of rows, numbers are read faster than words."""
    places = " ".join(f"WHEN '{word.value}' THEN {at}" for at, word in enumerate(words))
    return f"CASE {sql} {places} END"


class Packed(NamedTuple):
    """Whole numbers of a row as one, each as SQL with what it stays below; any may be NULL.

    The first may be as large as 64 bits have room for beside the others.
    """

    parts: tuple[tuple[str, int], ...]

    @property
    def sql(self) -> str:
        """The one number."""
        packed = "0"
        for part, below in self.parts:
            packed = f"({packed}) * {below + 1} + coalesce({part}, -1) + 1"
        return packed

    def unpacked(self, packed: int) -> list[int | None]:
        """The numbers, in their order."""
        found: list[int | None] = []
        for _, below in reversed(self.parts[1:]):
            packed, part = divmod(packed, below + 1)
            found.append(part - 1 if part else None)
        return [packed - 1 if packed else None, *reversed(found)]
