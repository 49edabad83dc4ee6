"""A table held to figures by hand, line by line: the line of nobody is not mistaken for the total."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from store.database import Store
from store.reports.figures import Line, Records, Table, Unit

Figures = Mapping[str, tuple[Any, Iterable[int]]]
"""Of a column's name: the figure, and the ids of the records in order."""


def by_line(
    store: Store, table: Table, lines: Mapping[Any, Figures], total: Figures, records: Mapping[str, Records]
) -> None:
    """Every line and the total have these figures, and each opens exactly these records, in this order.

    ``records`` says of which table they are, by the column; at bats where it says nothing.
    """
    assert len({line.key for line in table.lines}) == len(table.lines), table.name
    assert {line.key for line in table.lines} == set(lines), table.name
    assert table.total is not None
    for line, figures in ((table.total, total), *((line, lines[line.key]) for line in table.lines)):
        _holds(store, table, line, figures, records)


def _holds(store: Store, table: Table, line: Line, figures: Figures, records: Mapping[str, Records]) -> None:
    assert [column.name for column in table.columns] == list(figures), table.name
    for column, cell, (value, records_of) in zip(table.columns, line.cells, figures.values(), strict=True):
        place, ids = (table.name, line.label, column.name), list(records_of)
        assert cell.value == value, place
        assert cell.unit is column.unit, place
        assert cell.counted is not None, place
        assert cell.counted.records is records.get(column.name, Records.LEAD), place
        assert list(cell.counted.ids(store)) == ids, place
        if column.unit is Unit.COUNT:
            assert value == len(ids), place
        if column.unit is Unit.SHARE:
            assert cell.part == len(ids), place
            assert value == (cell.part / cell.of if cell.of else None), place
