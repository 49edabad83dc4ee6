"""The records behind one figure of a report, listed for ``atbat report NAME --records COLUMN``."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from io import StringIO

import click

from store.database import Store
from store.instants import Instant, moment
from store.intake.rejects import safe_cell
from store.queries.records import RecordRow, records
from store.reports.figures import Counted, Line, Records, Report, Table
from tui import present
from tui.cli.output import aligned, printable

_CHUNK = 1_000  # records read at once
_WIDEST = 40
_NAMED = 20  # names in a sentence about what there is
_HEADINGS = ("no.", "name", "company", "what", "state", "owner", "when", "amount")


def figure(report: Report, column: str, line: str | None, table: str | None) -> Counted:
    """What a figure counts, by the names or the titles of its column, line and table.

    Without a line it is that of the total, without a table that of the first which has both. Raises ClickException,
    naming what there is, for what there is not.
    """
    tables = [each for each in report.tables if table is None or _is(table, each.name, each.title)]
    if not tables:
        raise click.ClickException(f"There is no table {table}: say one of {_some(t.name for t in report.tables)}.")
    places = [(each, at) for each in tables if (at := _place(each, column)) is not None]
    if not places:
        known = dict.fromkeys(each.name for table in tables for each in table.columns)
        raise click.ClickException(f"There is no column {column}: say one of {_some(known)}.")
    for each, at in places:
        found = _line(each, line)
        if found is not None:
            if (counted := found.cells[at].counted) is None:
                raise click.ClickException(f"{each.title}, {found.label}, {column}: this figure counts no records.")
            return counted
    first = places[0][0]
    known = dict.fromkeys(each.label for each in first.lines)
    problem = f"{first.title} has no total" if line is None else f"There is no line {line} in {first.title}"
    raise click.ClickException(f"{problem}: say --line with one of {_some(known)}.")


def write_records(store: Store, counted: Counted, form: str, now: Instant) -> str:
    """The records in ``form``: table, csv or json; the newest first."""
    ids = counted.ids(store)
    rows: list[RecordRow] = []
    for start in range(0, len(ids), _CHUNK):
        some = records(store, counted.records, ids[start : start + _CHUNK])
        rows += [some[id] for id in ids[start : start + _CHUNK]]
    match form:
        case "json":
            shape = {"records": counted.records.value, "count": len(rows), "rows": [row._asdict() for row in rows]}
            return json.dumps(shape, ensure_ascii=False, indent=1) + "\n"
        case "csv":
            return _csv(rows)
    return _table(store, counted.records, rows, now)


def _csv(rows: Sequence[RecordRow]) -> str:
    file = StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(RecordRow._fields)
    for row in rows:
        cells = row._asdict() | {"at": "" if row.at is None else moment(row.at).isoformat(timespec="seconds")}
        writer.writerow([safe_cell(cell) if isinstance(cell, str) else cell for cell in cells.values()])
    return file.getvalue()


def _table(store: Store, kind: Records, rows: Sequence[RecordRow], now: Instant) -> str:
    table = [_HEADINGS, *(_cells(store, row, now) for row in rows)]
    used = [at for at in range(len(_HEADINGS)) if any(row[at] for row in table[1:])]
    lines = [printable(line) for line in aligned([[row[at] for at in used] for row in table])] if rows else []
    words = {Records.LEAD: "at bat", Records.USER: "person"}.get(kind, kind.value)
    many = {Records.OPPORTUNITY: "opportunities", Records.TOUCH: "touches", Records.USER: "people"}.get(kind)
    return "\n".join([*lines, present.count(len(rows), words, many)]) + "\n"


def _cells(store: Store, row: RecordRow, now: Instant) -> tuple[str, ...]:
    at = "" if row.at is None else present.exactly(row.at, store.zone, now)
    amount = "" if row.amount is None else present.money(row.amount, row.currency)
    texts = (str(row.id), row.name, row.company, row.what, row.state, row.owner, at, amount)
    return tuple(present.safe(text, _WIDEST) for text in texts)


def _place(table: Table, column: str) -> int | None:
    return next((at for at, each in enumerate(table.columns) if _is(column, each.name, each.title)), None)


def _line(table: Table, line: str | None) -> Line | None:
    if line is None:
        return table.total
    return next((each for each in table.lines if _is(line, str(each.key), each.label)), None)


def _is(said: str, *names: str) -> bool:
    return said.strip().casefold() in {name.casefold() for name in names}


def _some(known: Iterable[str]) -> str:
    names = list(known)
    if not names:
        return "none: it is empty"
    return ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")
