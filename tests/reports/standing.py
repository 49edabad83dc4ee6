"""What reports of how things stand are held against: filters that know no period, and figures line by line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from store.database import Store
from store.reports.asked import Asked
from store.reports.figures import Line, Records, Table, Unit
from tests.reports.raw import Raw, Row

Figures = Mapping[str, tuple[Any, Iterable[int] | None]]
"""Of a column's name: the figure, and the ids of the records in order; None where it counts none."""

Counts = Mapping[str, tuple[Any, list[int]]]
"""The same where every figure counts records."""


class Filters:
    """The filters of a question but for the period."""

    def __init__(self, rows: Raw, segments: Mapping[str, int]) -> None:
        self._sizes = {account.id: account.size for account in rows.account}
        self._segments = sorted(segments.items(), key=lambda segment: -segment[1])

    def fit(self, wanted: Asked, lead: Row | None, owner: int | None, account: int | None) -> bool:
        """Whether this at bat (there may be none), of this owner at this company, was asked about."""
        asked = {"team": wanted.team, "motion": wanted.motion, "source": wanted.source, "campaign": wanted.campaign}
        columns = {"team": "team_id", "motion": "motion", "source": "source", "campaign": "campaign_id"}
        for name, value in asked.items():
            if value not in (None, "") and (lead is None or getattr(lead, columns[name]) != value):
                return False
        return wanted.rep in (None, owner) and wanted.segment in ("", self._segment(account))

    def _segment(self, account: int | None) -> str:
        size = self._sizes.get(account)
        return next((name for name, least in self._segments if size is not None and size >= least), "unknown")


def newest(rows: Iterable[Row], at: str = "opened_at") -> list[Row]:
    """The newest first."""
    return sorted(rows, key=lambda row: (-getattr(row, at), -row.id))


def counted(rows: Iterable[Row]) -> tuple[int, list[int]]:
    """How many they are, and which."""
    ids = [row.id for row in rows]
    return len(ids), ids


def stands(
    store: Store, table: Table, lines: Mapping[Any, Figures], total: Figures, records: Records = Records.LEAD
) -> None:
    """The table has these lines and this total, each cell this figure, which opens exactly these records in order."""
    assert sorted(map(str, lines)) == sorted(str(line.key) for line in table.lines), table.name
    for line in table.lines:
        _stands(store, table, line, lines[line.key], records)
    assert table.total is not None
    _stands(store, table, table.total, total, records)


def _stands(store: Store, table: Table, line: Line, figures: Figures, records: Records) -> None:
    assert [column.name for column in table.columns] == list(figures), table.name
    for column, cell, (value, ids) in zip(table.columns, line.cells, figures.values(), strict=True):
        place = (table.name, line.label, column.name)
        assert cell.value == value, place
        assert cell.unit is column.unit, place
        if ids is None:
            assert cell.counted is None, place
            continue
        assert cell.counted is not None, place
        of = Records.TOUCH if column.name == "pace" else records
        assert cell.counted.records is of, place
        assert list(cell.counted.ids(store)) == list(ids), place
        if column.unit is Unit.COUNT:
            assert value == len(list(ids)), place
