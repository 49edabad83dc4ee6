"""A report as JSON: everything that is known of each figure, as it is kept."""

from __future__ import annotations

import json
from typing import Any

from store.reports.figures import Cell, Line, Report, Table, Unit
from store.ruleset import Benchmark

FORMAT, VERSION = "atbat.report", 1

_UNITS = {Unit.SPAN: "microseconds", Unit.WORK: "microseconds of work", Unit.MONEY: "minor units"}


def write_json(report: Report, currency: str) -> str:
    """A report in the shape that docs/model.md, "Reports", describes; ``VERSION`` goes up when a reader must change.

    Values are raw: shares of one, microseconds, minor units of ``currency``; null is a figure that cannot be had.
    """
    shape = {
        "format": FORMAT,
        "version": VERSION,
        "report": report.name,
        "title": report.title,
        "asked": report.asked,
        "from": report.days.first.isoformat() if report.days else None,
        "to": report.days.last.isoformat() if report.days else None,
        "filters": dict(report.filters),
        "against": [day.isoformat() for day in report.against] if report.against else None,
        "made": report.made or None,
        "currency": currency,
        "sentences": list(report.sentences),
        "tables": [_table(table) for table in report.tables],
    }
    return json.dumps(shape, ensure_ascii=False, indent=1) + "\n"


def _table(table: Table) -> dict[str, Any]:
    return {
        "name": table.name,
        "title": table.title,
        "head": table.head,
        "note": table.note,
        "columns": [
            {"name": column.name, "title": column.title, "unit": _unit(column.unit), "note": column.note}
            for column in table.columns
        ],
        "lines": [_line(table, line) for line in table.lines],
        "total": _line(table, table.total) if table.total else None,
    }


def _line(table: Table, line: Line) -> dict[str, Any]:
    figures = {column.name: _cell(cell) for column, cell in zip(table.columns, line.cells, strict=True)}
    return {"key": line.key, "label": line.label, "figures": figures}


def _cell(cell: Cell) -> dict[str, Any]:
    """Its value and unit, and of the rest what there is."""
    figure: dict[str, Any] = {"value": cell.value, "unit": _unit(cell.unit)}
    if cell.part is not None:
        figure |= {"part": cell.part, "of": cell.of}
    if cell.interval is not None:
        figure["interval"] = list(cell.interval)
    if cell.before is not None:
        figure["before"] = cell.before
    if cell.benchmark is not None:
        figure["benchmark"] = _benchmark(cell.benchmark)
    return figure


def _benchmark(line: Benchmark) -> dict[str, Any]:
    return {name: value for name, value in line._asdict().items() if value is not None}


def _unit(unit: Unit) -> str:
    return _UNITS.get(unit, unit.value)
