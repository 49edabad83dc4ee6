"""Rows that wait for the people they are about, kept on disk while the other files of an import are read.

They stand in a nameless temporary database, which the system takes away with its last user, so memory stays bounded
however long the files are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType

import apsw

from store.errors import Refusal
from store.intake.clean import clean_line
from store.intake.mapping import EMAIL_FIELDS
from store.intake.objects import RECORD_KEY
from store.intake.people import parse_email, several
from store.intake.reading import Description, raw_rows
from store.intake.rejects import unsafe_cell

_CELL = 2_000  # characters
_TABLES = """
CREATE TABLE held (file INTEGER, line INTEGER, cells TEXT, target INTEGER, done INTEGER DEFAULT 0,
                   PRIMARY KEY (file, line)) WITHOUT ROWID;
CREATE TABLE about (key TEXT, file INTEGER, line INTEGER, done INTEGER DEFAULT 0);
CREATE INDEX about_key ON about (key, done);
CREATE INDEX about_place ON about (file, line);
CREATE TABLE expected (key TEXT PRIMARY KEY) WITHOUT ROWID"""


class Staging:
    """Rows by the keys of the people they name; use it as a context manager.

    A row is ``done`` for a key once that person was found; ``target`` is what a deal became.
    """

    def __init__(self) -> None:
        self._db = apsw.Connection("")
        self._db.execute(_TABLES)

    def __enter__(self) -> Staging:
        self._db.execute("BEGIN")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close(True)

    def hold(self, file: int, line: int, cells: Sequence[str], keys: Iterable[str], target: int | None = None) -> None:
        """Keep the cells of one row; ``target`` is the opportunity it became."""
        values = (file, line, json.dumps(list(cells)), target, int(target is not None))
        self._db.execute("INSERT INTO held (file, line, cells, target, done) VALUES (?, ?, ?, ?, ?)", values)
        self._db.executemany("INSERT INTO about (key, file, line) VALUES (?, ?, ?)", ((k, file, line) for k in keys))

    def expect(self, told: Description) -> None:
        """Note whom a file of people is going to bring, without reading more of it than that."""
        emails = [column.position for column in told.columns if column.field in EMAIL_FIELDS]
        ids = [column.position for column in told.columns if column.field == "external_id"]
        for cells in raw_rows(told):
            found = []
            try:
                for place in ids:
                    found += [f"{RECORD_KEY}{name}" for name in _line(cells[place]).split()]
                for part in (part for place in emails for part in several(_line(cells[place]))):
                    found.append(parse_email(part).key)
            except Refusal:
                continue  # reading the row itself says what is wrong with it
            self._db.executemany("INSERT OR IGNORE INTO expected VALUES (?)", ((key,) for key in found))

    def expected(self, keys: Sequence[str]) -> bool:
        """Whether a file of people is going to bring one of these."""
        sql = "SELECT 1 FROM expected WHERE key IN (SELECT value FROM json_each(?))"
        return any(self._db.execute(sql, (json.dumps(list(keys)),)))

    def of(self, keys: Iterable[str]) -> list[tuple[int, int, list[str], int | None, list[str]]]:
        """File, line, cells, target and which of these keys it waits for, of every row that waits for one."""
        sql = (
            "SELECT h.file, h.line, h.cells, h.target, json_group_array(a.key) FROM json_each(?) j"
            " JOIN about a ON a.key = j.value JOIN held h ON h.file = a.file AND h.line = a.line"
            " WHERE a.done = 0 AND (h.done = 0 OR h.target IS NOT NULL) GROUP BY h.file, h.line"
        )
        found = self._db.execute(sql, (json.dumps(list(keys)),))
        return [(file, line, json.loads(cells), target, json.loads(who)) for file, line, cells, target, who in found]

    def finish(self, file: int, line: int, keys: Iterable[str]) -> None:
        """Note that a row met the person of these keys."""
        self._db.execute("UPDATE held SET done = 1 WHERE file = ? AND line = ?", (file, line))
        self._db.executemany(
            "UPDATE about SET done = 1 WHERE file = ? AND line = ? AND +key = ?", ((file, line, key) for key in keys)
        )

    def again(self, file: int, line: int) -> None:
        """Let a row wait once more."""
        self._db.execute("UPDATE held SET done = 0 WHERE file = ? AND line = ?", (file, line))
        self._db.execute("UPDATE about SET done = 0 WHERE file = ? AND line = ?", (file, line))

    def waiting(self) -> Iterator[str]:
        """The keys that rows still wait for, each once, in order; those met meanwhile are left out."""
        sql = (
            "SELECT a.key FROM about a JOIN held h ON h.file = a.file AND h.line = a.line"
            " WHERE a.key > ? AND a.done = 0 AND (h.done = 0 OR h.target IS NOT NULL) ORDER BY a.key LIMIT 1"
        )
        last = ""
        while row := next(iter(self._db.execute(sql, (last,))), None):
            last = row[0]
            yield last

    def left(self, file: int) -> Iterator[tuple[int, list[str], int | None, list[str]]]:
        """Line, cells, target and the keys nobody was found for, of every row of a file that still waits."""
        sql = (
            "SELECT h.line, h.cells, h.target, (SELECT json_group_array(key) FROM about a"
            " WHERE a.file = h.file AND a.line = h.line AND a.done = 0) FROM held h WHERE h.file = ?"
            " AND (h.done = 0 OR (h.target IS NOT NULL AND NOT EXISTS (SELECT 1 FROM about a"
            " WHERE a.file = h.file AND a.line = h.line AND a.done = 1))) ORDER BY h.line"
        )
        for line, cells, target, keys in self._db.execute(sql, (file,)):
            yield line, json.loads(cells), target, json.loads(keys)

    def targets(self, file: int) -> Iterator[tuple[int, int]]:
        """Line and target of every row of a file that became something."""
        yield from self._db.execute(
            "SELECT line, target FROM held WHERE file = ? AND target IS NOT NULL ORDER BY line", (file,)
        )

    def count(self) -> int:
        """How many keys rows still wait for."""
        return int(self._db.execute("SELECT count(DISTINCT key) FROM about WHERE done = 0").get or 0)


def _line(cell: str) -> str:
    return clean_line(unsafe_cell(cell), field="cell", limit=_CELL, joiners=False)
