"""The raw rows of a database, for counting by hand: no code under test comes near them.

rows = Raw(store)
[lead for lead in rows.lead if lead.opened_day >= "2026-01-01"]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from store.database import Store

Row = Any  # a SimpleNamespace with the columns of its table


class Raw:
    """Tables by name, each a list of rows that are not void, with the columns as attributes, read once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tables: dict[str, list[Row]] = {}

    def __getattr__(self, table: str) -> list[Row]:
        if table.startswith("_"):
            raise AttributeError(table)
        if table not in self._tables:
            cursor = self._store.connection.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description] if (first := cursor.fetchone()) else []
            found = [
                SimpleNamespace(**dict(zip(names, row, strict=True))) for row in ([first, *cursor] if first else [])
            ]
            self._tables[table] = [row for row in found if not getattr(row, "void", 0)]
        return self._tables[table]

    @cached_property
    def leads(self) -> list[Row]:
        """At bats that reports count: not void, not merged into another, not imported."""
        return [lead for lead in self.lead if lead.merged_into_id is None and not lead.imported]

    def by(self, table: str, column: str) -> dict[Any, list[Row]]:
        """The rows of a table by what a column holds."""
        found: dict[Any, list[Row]] = {}
        for row in getattr(self, table):
            found.setdefault(getattr(row, column), []).append(row)
        return found


def grouped(rows: Iterable[Row], key: Callable[[Row], Any]) -> dict[Any, list[Row]]:
    """Rows by what ``key`` says of each."""
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found
