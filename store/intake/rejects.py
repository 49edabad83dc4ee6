"""Cells that no spreadsheet runs, and the file of rows that could not be taken."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from store.intake.rows import Reject

LINE, REASON = "line", "reason"

_FORMULA = "=+\\-@\t\r\n＝＋－＠"
_RISKY = re.compile(f"'*[{_FORMULA}]")
_QUOTED = re.compile(f"'+[{_FORMULA}]")
_TEXT_FORMULA = re.compile(r'="([^"]*)"')


def safe_cell(value: str) -> str:
    """The cell as a spreadsheet shows it and never runs it: a quote goes before what would begin a formula.

    ``unsafe_cell`` gives the value back, whatever it was (OWASP, "CSV Injection").
    """
    return f"'{value}" if _RISKY.match(value) else value


def unsafe_cell(cell: str) -> str:
    """The value of a cell that ``safe_cell`` wrote, or that a spreadsheet wrote as ``="007"``."""
    if cell[:1] == "'" and _QUOTED.match(cell):
        return cell[1:]
    if cell[:2] == '="' and (text := _TEXT_FORMULA.fullmatch(cell)):
        return text[1]
    return cell


class RejectsFile:
    """A CSV of rejected rows: line, reason, then the cells as they came. Made with the first reject, if any.

    It holds personal data, so only its owner may read it. Mended, it can be read in as it is.
    """

    def __init__(self, path: Path, header: Sequence[str]) -> None:
        self.path = path
        self.count = 0
        self._header = header
        self._file: IO[str] | None = None
        self._rows: Any = None

    def __enter__(self) -> RejectsFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, reject: Reject) -> None:
        """Add one row; raises OSError where the file cannot be written."""
        if self._file is None:
            self._open()
        self._rows.writerow([reject.line, safe_cell(reject.reason), *(safe_cell(unsafe_cell(c)) for c in reject.cells)])
        self.count += 1

    def _open(self) -> None:
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        # surrogateescape writes bytes that were not UTF-8 just as they came; the mark tells spreadsheets it is UTF-8
        self._file = os.fdopen(descriptor, "w", encoding="utf-8-sig", errors="surrogateescape", newline="")
        self._rows = csv.writer(self._file)
        self._rows.writerow([LINE, REASON, *map(safe_cell, self._header)])
