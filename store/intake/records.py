"""A text file of separated values, record by record, in bounded memory and with the line numbers an editor shows.

What is broken in one record stays in that record: an opened quote that never closes costs its own line only.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TextIO

LONGEST_LINE = 1_000_000
_LONGEST_RECORD = 500_000  # characters, and
_MOST_LINES = 2_000  # lines: beyond, a quote was opened by mistake


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells are told apart."""

    delimiter: str = ","
    quote: str = '"'
    escape: str | None = None
    blank_after_delimiter: bool = False

    def reader(self, lines: Iterable[str], *, strict: bool = False) -> Iterator[list[str]]:
        """The standard library's reader for this dialect; a strict one raises csv.Error for text behind a quote."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote,
            escapechar=self.escape,
            skipinitialspace=self.blank_after_delimiter,
            strict=strict,
        )


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one record, ``lines`` lines long from ``line`` (counted from 1). ``broken``: why it is unusable."""

    line: int
    cells: list[str]
    lines: int = 1
    broken: str = ""

    @property
    def blank(self) -> bool:
        """Whether every cell is empty."""
        return not self.broken and not any(cell and not cell.isspace() for cell in self.cells)


def lines_of(file: TextIO) -> Iterator[str]:
    """The physical lines of a file opened with ``newline=""``; of an endless one only the beginning."""
    while line := file.readline(LONGEST_LINE + 1):
        rest = line
        while len(rest) > LONGEST_LINE and rest[-1] not in "\r\n":
            rest = file.readline(LONGEST_LINE + 1)
        yield line


def records(lines: Iterable[str], dialect: Dialect, *, width: int = 0, before: int = 0) -> Iterator[Record]:
    """Every record of ``lines``, blank ones too; ``before`` lines precede the first one given.

    A record of several lines was run together by a stray quote when text stands behind its closing quote, or when
    it does not have ``width`` cells (0 for unknown) while its second line alone does: its first line is given up.
    """
    feed = _Feed(iter(lines), before)
    while not feed.done:
        reader = dialect.reader(feed)
        try:
            for cells in reader:
                if feed.cut:
                    break
                if len(feed.taken) > 1 and _run_together(feed.taken, len(cells), dialect, width):
                    yield feed.give_up("a quote is opened on this line and closed on a later one")
                    break
                yield Record(feed.line, cells, len(feed.taken))
                feed.next_record()
            else:
                feed.done = True
        except _Runaway as runaway:
            yield feed.give_up(str(runaway))
        except csv.Error as error:
            yield feed.give_up(_in_words(error))
        if feed.cut:
            yield feed.give_up("a quote is opened on this line and never closed")


class _Runaway(Exception):
    """A record that grows without end."""


class _Feed:
    """Lines for the reader, those of the record under way remembered so that reading can begin again behind the first.

    ``line`` is where the record under way begins; ``cut`` says that the file ended inside it.
    """

    def __init__(self, lines: Iterator[str], before: int) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self._size = 0
        self.taken: list[str] = []
        self.line = before + 1
        self.cut = False
        self.done = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._size > _LONGEST_RECORD or len(self.taken) > _MOST_LINES:
            raise _Runaway("a quote is opened on this line and not closed for too long")
        line = self._again.popleft() if self._again else next(self._lines, None)
        if line is None:
            self.cut = bool(self.taken)
            raise StopIteration
        self.taken.append(line)
        self._size += len(line)
        if len(line) > LONGEST_LINE:
            raise _Runaway(f"the line is longer than {LONGEST_LINE:,} characters")
        return line

    def next_record(self) -> None:
        self.line += len(self.taken)
        self.taken.clear()
        self._size = 0

    def give_up(self, reason: str) -> Record:
        """The first line of the record under way as a broken record; the others are to be read again."""
        first, *rest = self.taken
        self._again.extendleft(reversed(rest))
        del self.taken[1:]
        record = Record(self.line, [first[:LONGEST_LINE].rstrip("\r\n")], broken=reason)
        self.next_record()
        self.cut = False
        return record


def _run_together(lines: list[str], found: int, dialect: Dialect, width: int) -> bool:
    try:
        list(dialect.reader(lines, strict=True))
    except csv.Error:
        return True
    if found == width or width < 2:
        return False
    try:
        rows = list(dialect.reader(lines[1:2]))
    except csv.Error:
        return False
    return len(rows) == 1 and len(rows[0]) == width


def _in_words(error: csv.Error) -> str:
    if "field limit" in str(error):
        return f"a cell is longer than {csv.field_size_limit():,} characters"
    return "the line cannot be told apart into cells"
