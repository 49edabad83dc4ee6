"""A report as lines of text for a terminal: tables that fit its width, and what they count below them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from store.reports.figures import Cell, Report, Table, Unit
from store.reports.registry import REPORTS
from store.ruleset import Benchmark
from tui.figures import benchmark, change, figure, interval
from tui.present import cells, number, safe

_BETWEEN = 2  # blanks between columns
_LEAST_LABEL, _MOST_LABEL = 12, 40
_NOTHING = "  nothing in this period, by these filters"


def write_text(report: Report, currency: str, width: int) -> str:
    """A report in lines of at most ``width`` cells, as far as a label and one column fit in them.

    A table with more columns than fit goes on below, with its lines named again.
    """
    found = REPORTS.get(report.name)
    lines = _wrapped(f"{report.title} · {report.asked}", width)
    lines += _wrapped(found.question, width) if found else []
    lines += [""] if report.sentences else []
    for sentence in report.sentences:
        lines += _wrapped(f"• {sentence}", width, indent=2)
    for table in report.tables:
        lines += ["", safe(table.title), *_table(table, currency, width)]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class _Column:
    """A column as it is written: its head on several lines, its cells, and how wide it is."""

    head: list[str]
    cells: list[str]
    width: int
    is_words: bool


def _table(table: Table, currency: str, width: int) -> Iterator[str]:
    if not table.lines:
        yield _NOTHING
        return
    lines = [*table.lines, *([table.total] if table.total else [])]
    held: list[Benchmark] = []
    labels = [safe(line.label) for line in lines]
    columns = []
    for at, column in enumerate(table.columns):
        written = [_cell(line.cells[at], currency, held) for line in lines]
        head = _head(safe(column.title), max(map(cell_len, written)))
        columns.append(_Column(head, written, max(map(cell_len, (*head, *written))), column.unit is Unit.WORDS))
    widest = max((column.width for column in columns), default=0)
    label_width = max(map(cell_len, (*labels, table.head)))
    label_width = min(label_width, _MOST_LABEL, max(_LEAST_LABEL, width - widest - _BETWEEN))
    for number_of_block, block in enumerate(_blocks(columns, width - label_width)):
        if number_of_block:
            yield ""
        yield from _block(table.head, labels, block, label_width, width, has_total=table.total is not None)
    yield from _notes(table, held, width)


def _blocks(columns: Sequence[_Column], room: int) -> Iterator[list[_Column]]:
    """The columns in runs that fit beside the labels, one at least in each."""
    block: list[_Column] = []
    taken = 0
    for column in columns:
        needed = column.width + _BETWEEN
        if block and taken + needed > room:
            yield block
            block, taken = [], 0
        block.append(column)
        taken += needed
    yield block


def _block(
    head: str, labels: Sequence[str], columns: Sequence[_Column], label_width: int, width: int, *, has_total: bool
) -> Iterator[str]:
    # A column wider than the terminal is cut, because broken lines are no table.
    widths = [min(column.width, max(width - label_width - _BETWEEN, 1)) for column in columns]

    def row(label: str, texts: Sequence[str]) -> str:
        pieces = [cells(label, label_width)]
        for text, column, room in zip(texts, columns, widths, strict=True):
            pieces.append(cells(text, room, "left" if column.is_words else "right"))
        return (" " * _BETWEEN).join(pieces).rstrip()

    tall = max((len(column.head) for column in columns), default=1)
    for at in range(tall):
        texts = [([""] * (tall - len(column.head)) + column.head)[at] for column in columns]
        yield row(head if at == tall - 1 else "", texts)
    rule = "─" * min(sum(widths) + _BETWEEN * len(widths) + label_width, width)
    yield rule
    for at, label in enumerate(labels):
        if has_total and at == len(labels) - 1:
            yield rule
        yield row(label, [column.cells[at] for column in columns])


def _cell(cell: Cell, currency: str, held: list[Benchmark]) -> str:
    """A figure, of a share how many it is of and where it may lie, the change, and the number of its benchmark."""
    words = figure(cell, currency)
    if cell.part is not None and cell.of:
        words += f" of {number(cell.of)} ({interval(cell.interval)})"
    if difference := change(cell, currency):
        words += f" {difference}"
    if cell.benchmark is not None:
        if cell.benchmark not in held:
            held.append(cell.benchmark)
        words += f" [{held.index(cell.benchmark) + 1}]"
    return words


def _head(title: str, room: int) -> list[str]:
    """A head broken at its blanks, so that it makes its column no wider than a word of it needs."""
    return _wrapped(title, max(room, max(map(cell_len, title.split()), default=0), 8))


def _notes(table: Table, held: Sequence[Benchmark], width: int) -> Iterator[str]:
    notes = [table.note] if table.note else []
    notes += [f"{column.title}: {column.note}" for column in table.columns if column.note]
    notes += [f"[{at}] benchmark {each.label}: {benchmark(each)}" for at, each in enumerate(held, 1)]
    for note in notes:
        yield from _wrapped(f"  {note}", width, indent=4)


def _wrapped(text: str, width: int, indent: int = 0) -> list[str]:
    """Text in lines of at most ``width`` cells, later ones set in; a longer word is cut."""
    text = safe(text)
    start = text[: len(text) - len(text.lstrip())]
    lines: list[str] = []
    line = start
    for word in text.split():
        longer = f"{line} {word}" if line.strip() else f"{line}{word}"
        if line.strip() and cell_len(longer) > width:
            lines.append(line)
            longer = " " * indent + word
        line = longer
    return [each if cell_len(each) <= width else cells(each, width) for each in (*lines, line)]
