"""A report as one page that needs nothing but itself: no script, no picture, no address outside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from store.reports.figures import Cell, Line, Report, Table, Unit
from store.reports.registry import REPORTS
from tui.figures import benchmark, change, figure, interval, span, written
from tui.present import number, safe
from tui.report_files.charts import Drawing, drawings

if TYPE_CHECKING:
    from jinja2 import Template

    from store.ruleset import Benchmark

_TEMPLATE = "page.html.jinja"
_LOOSE = 7  # columns that a page has room for without drawing them close


def write_html(report: Report, currency: str, made: str) -> str:
    """A report as a whole page, with its charts drawn in it; ``made`` says in words when it was made.

    It refers to nothing outside itself, reads well light, dark and on paper, and takes every name for mere words.
    """
    found = REPORTS.get(report.name)
    return _template().render(
        report=report,
        question=found.question if found else "",
        made=made,
        sections=[_Section(table, currency) for table in report.tables],
    )


def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(_TEMPLATE)


def _harmless(value: Any) -> Any:
    """Text without controls and direction tricks; escaping comes after. What a macro wrote is not text any more."""
    return safe(value) if type(value) is str else value


class _Section:
    """A table as the template reads it."""

    def __init__(self, table: Table, currency: str) -> None:
        self.table = table
        self._currency = currency
        self.lines: tuple[Line, ...] = (*table.lines, *([table.total] if table.total else ()))
        self.drawings: tuple[Drawing, ...] = drawings(table, currency)
        self._benchmarks: list[Benchmark] = []
        for line in self.lines:
            self._benchmarks += [
                cell.benchmark for cell in line.cells if cell.benchmark and cell.benchmark not in self._benchmarks
            ]

    @property
    def benchmarks(self) -> list[tuple[str, str]]:
        """What figures of it are held against: the label, and how good that is."""
        return [(each.label, benchmark(each)) for each in self._benchmarks]

    def benchmark_of(self, cell: Cell) -> int | None:
        """Which of them a figure is held against, from 1."""
        return self._benchmarks.index(cell.benchmark) + 1 if cell.benchmark else None

    @property
    def notes(self) -> list[tuple[str, str]]:
        """What columns count, where that is said."""
        return [(column.title, column.note) for column in self.table.columns if column.note]

    def figure(self, cell: Cell) -> str:
        """A figure as it is written."""
        return figure(cell, self._currency)

    def beside(self, cell: Cell) -> list[tuple[str, ...]]:
        """What stands below a figure: of a share how many of how many and where it may lie, the change, the benchmark.

        As in ``20 of 46, 31–58 %``, ``was 31, +12``, ``against 40–60 %``: in pieces, between which a line may end.
        """
        asides: list[tuple[str, ...]] = []
        if cell.part is not None and cell.of:
            asides.append((f"{number(cell.part)} of {number(cell.of)}", interval(cell.interval)))
        if cell.before is not None:
            was = f"was {written(cell.before, cell.unit, self._currency)}"
            difference = change(cell, self._currency)
            asides.append((was, difference) if difference else (was,))
        if cell.benchmark is not None:
            asides.append((f"against {span(cell.benchmark)}",))
        return asides

    @property
    def dense(self) -> bool:
        """Whether it has so many columns that they need to stand close."""
        return len(self.table.columns) > _LOOSE

    def is_words(self, cell: Cell) -> bool:
        """Whether it stands to the left, as words do."""
        return cell.unit is Unit.WORDS
