"""A report as CSV: a row for each figure, in units that a spreadsheet reckons with."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO

from store.instants import SECOND
from store.intake.rejects import safe_cell
from store.reports.figures import Cell, Report, Table, Unit
from store.rules.amount import minor_digits

HEADINGS = (
    "table",
    "line",
    "column",
    "value",
    "unit",
    "part",
    "of",
    "low",
    "high",
    "before",
    "from",
    "to",
    "filters",
    "made",
)


def write_csv(report: Report, currency: str) -> str:
    """Every figure of a report in a row of its own, the totals last in each table, beneath ``HEADINGS``.

    Shares are of one, spans in seconds, money in whole units; a figure that cannot be had is an empty cell. ``low`` and
    ``high`` are where a share may truly lie. The last four are the same in every row: the days asked about, empty for
    all time, the filters in words, and when it was made. No cell of it is run by a spreadsheet.
    """
    file = StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(HEADINGS)
    days = (report.days.first.isoformat(), report.days.last.isoformat()) if report.days else ("", "")
    filters = " · ".join(f"{name} {value}" for name, value in report.filters)
    same = (*days, safe_cell(filters), report.made)
    for table in report.tables:
        writer.writerows((*row, *same) for row in _rows(table, currency))
    return file.getvalue()


def _rows(table: Table, currency: str) -> Iterator[tuple[str, ...]]:
    for line in (*table.lines, *([table.total] if table.total else [])):
        for column, cell in zip(table.columns, line.cells, strict=True):
            span = cell.interval
            yield (
                safe_cell(table.title),
                safe_cell(line.label),
                safe_cell(column.title),
                _value(cell.value, cell, currency),
                _unit(cell.unit, currency),
                "" if cell.part is None else str(cell.part),
                "" if cell.of is None else str(cell.of),
                str(span.low) if span else "",
                str(span.high) if span else "",
                _value(cell.before, cell, currency),
            )


def _value(value: float | str | None, cell: Cell, currency: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return safe_cell(value)
    match cell.unit:
        case Unit.SPAN | Unit.WORK:
            return _plain(Decimal(round(value)) / SECOND)
        case Unit.MONEY:
            return _plain(Decimal(round(value)).scaleb(-minor_digits(currency)))
    return str(value)


def _plain(value: Decimal) -> str:
    """Without an exponent, which a spreadsheet may take for words."""
    return format(value.normalize(), "f")


def _unit(unit: Unit, currency: str) -> str:
    match unit:
        case Unit.SPAN:
            return "seconds"
        case Unit.WORK:
            return "seconds of work"
        case Unit.MONEY:
            return currency
    return unit.value
