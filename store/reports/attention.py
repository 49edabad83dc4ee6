"""Attention: the figures furthest on the wrong side of their benchmark, and what is unlike the last eight weeks.

Both say it in sentences, of which there are five at most; the tables hold every one, with its records.
"""

from __future__ import annotations

from collections import Counter
from types import ModuleType

from store.database import Store
from store.instants import Instant
from store.reports import attempts, funnel, marketing, speed
from store.reports.against import against, in_its_unit, off, short
from store.reports.asked import Asked
from store.reports.figures import Cell, Column, Line, Table, Unit
from store.reports.registry import Made
from store.reports.together import together
from store.reports.weeks import unlike

MOST_SAID = 5
_LEAST = 0.01  # what is off by less is on it
_Found = tuple[str, Table, Line, str, Cell]


def make(store: Store, wanted: Asked, now: Instant) -> Made:
    """What is off, the furthest first, then what is unlike itself."""

    def first(store: Store) -> tuple[list[_Found], tuple[Table, list[str]]]:
        return _benchmarked(store, wanted, now, funnel), unlike(store, wanted, now)

    def second(store: Store) -> list[_Found]:
        return _benchmarked(store, wanted, now, speed, attempts, marketing)

    (found, (weeks, said)), more = together(store, first, second)
    held = _furthest(found + more, store.rules.alerts.from_records)
    worst = [_sentence(line) for line in held.lines]
    room = MOST_SAID - min(len(said), 2)
    sentences = (*worst[:room], *said[: MOST_SAID - min(len(worst), room)])
    return sentences or ("Nothing is on the wrong side of its benchmark, or unlike the weeks before.",), (held, weeks)


# -- against the benchmarks ------------------------------------------------------------------------------------------


def _furthest(found: list[_Found], least: int) -> Table:
    many = Counter(cell.benchmark.label for *_, cell in found if cell.benchmark is not None)
    lines = sorted(
        (
            Line(f"{report}.{table.name}.{line.key}.{column}", _label(line, cell, many), (cell, Cell(far, Unit.SHARE)))
            for report, table, line, column, cell in found
            if (far := off(cell)) is not None and far >= _LEAST and _enough(cell, line, least)
        ),
        key=lambda line: -float(line.cells[1].value or 0),
    )
    columns = (
        Column("figure", "figure", Unit.NUMBER, "as it is; its benchmark, with its source, stands below"),
        Column("off", "off by", Unit.SHARE, "how far on the wrong side, in proportion to the benchmark's nearer end"),
    )
    note = f"Figures with a benchmark, of {least} records at least, from the reports that they stand in."
    return Table("furthest", "Furthest off", "figure", columns, tuple(lines), note=note)


def _benchmarked(store: Store, wanted: Asked, now: Instant, *reports: ModuleType) -> list[_Found]:
    """Every cell of other reports that is held against something and has records."""
    return [
        (report.__name__.rpartition(".")[2], table, line, column.name, cell)
        for report in reports
        for table in report.held(store, wanted, now)
        for line in (*table.lines, *([table.total] if table.total is not None else []))
        for column, cell in zip(table.columns, line.cells, strict=True)
        if cell.benchmark is not None and cell.counted is not None
    ]


def _enough(cell: Cell, line: Line, least: int) -> bool:
    """Whether there are records enough to judge: of a share what it is of, of a median those it is taken of."""
    of = cell.of if cell.unit is Unit.SHARE else line.cells[0].value
    return isinstance(of, int) and of >= least


def _label(line: Line, cell: Cell, many: Counter[str]) -> str:
    """The benchmark's own words, and whose it is where it is held against several lines."""
    assert cell.benchmark is not None
    about = cell.benchmark.label
    return about if line.key is None or many[about] == 1 else f"{about}: {line.label}"


def _sentence(line: Line) -> str:
    cell, far = line.cells[0], line.cells[1].value
    value, line_of = in_its_unit(cell), cell.benchmark
    assert line_of is not None
    assert value is not None
    assert isinstance(far, float)
    of = f" of {cell.of:,}" if cell.of is not None else ""
    held = f"{against(line_of)} ({line_of.source}, grade {line_of.grade})"
    said = f"{line.label}: {short(value)} {line_of.unit}{of} against {held}, off by {far * 100:.0f} % of its nearer end"
    chance = cell.interval is not None and line_of.low is not None and 100 * cell.interval.high >= line_of.low
    return f"{said[:1].upper()}{said[1:]}{', which may be chance' if chance else ''}."
