"""Reading a file from beginning to end, in bounded memory: every row is what the file is of, or a reject."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from store.errors import Refusal
from store.intake.cells import EMPTY_VALUES, ContactReader
from store.intake.clean import NAME_LIMIT, clean_line
from store.intake.dates import day_comes_first
from store.intake.mapping import (
    COMPANIES,
    DATE_FIELDS,
    EMAIL_FIELDS,
    IGNORED,
    PHONE_FIELDS,
    FileKind,
    Mapping,
    choose,
    is_family,
    is_known,
    people_or_companies,
    preset,
    read_mapping,
    relative,
)
from store.intake.objects import ObjectReader, Row, reader_of
from store.intake.records import Record, lines_of, records
from store.intake.rejects import LINE, REASON
from store.intake.rows import Column, Defaults, Reject
from store.intake.sniff import Format, sniff
from store.intake.statuses import Kind

_SAMPLE_ROWS = 300
_BETWEEN_REPORTS = 500  # rows
_EXAMPLE = 60  # characters
_NAMES = frozenset(("first_name", "last_name", "full_name"))
NO_SOURCE = 'No row says where its person comes from, so every row is rejected: give --source "where they come from".'


@dataclass(frozen=True, slots=True)
class Progress:
    """How far reading has come. ``rows`` is all but ``blank`` ones, and rows = accepted + rejected."""

    bytes_read: int
    bytes_total: int
    rows: int
    accepted: int
    rejected: int
    blank: int


@dataclass(frozen=True, slots=True)
class Description:
    """What is understood of a file before a row is taken; ``notices`` are sentences for the person importing."""

    path: Path
    format: Format
    mapping: Mapping
    columns: tuple[Column, ...]
    defaults: Defaults
    notices: tuple[str, ...]

    @property
    def header(self) -> tuple[str, ...]:
        """The names of all columns, for the rejects file."""
        return self.format.header


def describe(
    path: Path | str,
    mapping: Mapping | Path | str | None = None,
    defaults: Defaults = Defaults(),  # noqa: B008 - frozen
) -> Description:
    """Look at the beginning of a file and say how it would be read.

    ``mapping`` is the name of a preset (or of its system's other files, told apart by their columns), the path of a
    mapping file, or None to choose the preset by the columns. Raises
    Refusal with one sentence for a file that cannot be read as a table of people.
    """
    path = Path(path)
    said = _mapping(mapping)
    form = sniff(
        path,
        is_known if said is None else lambda cell: said.field_of(cell) is not None or is_known(cell),
        encoding=defaults.encoding or (said.encoding if said else "") or None,
        delimiter=(said.delimiter if said else "") or None,
        columns=said.columns if said else (),
    )
    chosen = relative(mapping, form.header) if isinstance(mapping, str) else said or choose(form.header)
    if (mapping is None or is_family(mapping)) and people_or_companies(chosen, form.header):
        raise Refusal(
            f"{path} may list companies or people: give --preset {COMPANIES} if they are companies, or call the column "
            "of their names “Full name” if they are people.",
            "preset",
        )
    columns = _columns(form.header, chosen)
    sample = _sample(path, form)
    columns = tuple(replace(each, example=_example(each, sample)) for each in columns)
    if defaults.day_first is None:
        defaults = replace(defaults, day_first=_day_first(columns, sample, chosen, defaults))
    notices = _notices if chosen.kind is FileKind.CONTACTS else _missing
    told = Description(path, form, chosen, columns, defaults, tuple(notices(columns, chosen, defaults)))
    return replace(told, notices=(NO_SOURCE, *told.notices)) if _no_source(told) else told


def read_rows(
    source: Description | Path | str,
    mapping: Mapping | Path | str | None = None,
    defaults: Defaults = Defaults(),  # noqa: B008 - frozen
    *,
    progress: Callable[[Progress], None] | None = None,
) -> Iterator[Row | Reject]:
    """Every row of a file in its order, as what the file is of or a reject; blank rows are passed over and counted.

    ``progress`` is called now and then and once at the end. Raises Refusal as ``describe`` does, and when the file
    stops being readable on the way.
    """
    told = source if isinstance(source, Description) else describe(source, mapping, defaults)
    return (row for row, _ in read_rows_with_cells(told, progress=progress))


def read_rows_with_cells(
    told: Description, *, progress: Callable[[Progress], None] | None = None
) -> Iterator[tuple[Row | Reject, list[str]]]:
    """As ``read_rows``, each with its cells, one for every column."""
    reader = reader_of(told.columns, told.mapping, told.defaults)
    rows = accepted = blank = 0
    for record, position, size in _records(told.path, told.format):
        if progress and rows and rows % _BETWEEN_REPORTS == 0 and not record.blank:
            progress(Progress(position, size, rows, accepted, rows - accepted, blank))
        if record.blank:
            blank += 1
            continue
        rows += 1
        result = _row(record, told, reader)
        accepted += not isinstance(result, Reject)
        yield result, _fitted(record.cells, told.columns) or record.cells
    if progress:
        size = os.path.getsize(told.path)
        progress(Progress(size, size, rows, accepted, rows - accepted, blank))


def raw_rows(told: Description) -> Iterator[list[str]]:
    """The cells of every row that can be told apart, not yet understood."""
    for record, _, _ in _records(told.path, told.format):
        if not record.blank and not record.broken and (cells := _fitted(record.cells, told.columns)) is not None:
            yield cells


def _mapping(said: Mapping | Path | str | None) -> Mapping | None:
    if isinstance(said, Path):
        return read_mapping(said)
    return preset(said) if isinstance(said, str) else said


def _row(record: Record, told: Description, reader: ContactReader | ObjectReader) -> Row | Reject:
    if record.broken:
        return Reject(record.line, record.broken, tuple(record.cells))
    cells = _fitted(record.cells, told.columns)
    if cells is None:
        reason = f"{_counted(len(record.cells), 'cell')} where {_counted(len(told.columns), 'column')} are named"
        return Reject(record.line, reason, tuple(record.cells))
    if told.format.header_line and tuple(cell.strip() for cell in cells) == told.format.header:
        return Reject(record.line, "the names of the columns once more", tuple(record.cells))
    return reader.read(record.line, cells)


def _fitted(cells: list[str], columns: Sequence[Column]) -> list[str] | None:
    """The cells, one for each column; None where they are too many or too few. Nameless or empty ends do not count."""
    if len(cells) == len(columns):
        return cells
    if len(cells) > len(columns):
        return None if any(cell.strip() for cell in cells[len(columns) :]) else cells[: len(columns)]
    if any(not column.nameless for column in columns[len(cells) :]):
        return None
    return cells + [""] * (len(columns) - len(cells))


def _records(path: Path, form: Format) -> Iterator[tuple[Record, int, int]]:
    """Every record below the header, with how many bytes of how many have been read."""
    line = form.header_end
    try:
        with form.open(path) as file:
            size = os.fstat(file.fileno()).st_size
            lines = islice(lines_of(file), form.header_end, None)
            for record in records(lines, form.dialect, width=len(form.header), before=form.header_end):
                line = record.line
                yield record, file.buffer.tell(), size
    except UnicodeError:
        raise Refusal(f"{path} is not {form.encoding} from line {line + 1} on: name its encoding.") from None
    except OSError as error:
        raise Refusal(f"{path} cannot be read beyond line {line}: {error.strerror or error}.") from None


def _sample(path: Path, form: Format) -> list[list[str]]:
    found = (record.cells for record, _, _ in _records(path, form) if not record.blank and not record.broken)
    return list(islice(found, _SAMPLE_ROWS))


def _columns(header: Sequence[str], mapping: Mapping) -> tuple[Column, ...]:
    """The columns; nameless ones are called by their position, and names that repeat are numbered."""
    columns: list[Column] = []
    seen: dict[str, int] = {}
    rejects = [name.strip().lower() for name in header[:2]] == [LINE, REASON]
    for position, raw in enumerate(header):
        plain = "".join(letter for letter in raw if letter.isprintable() or letter.isspace())[:NAME_LIMIT]
        name = clean_line(plain, field="header")
        field = mapping.field_of(name) if name else None
        if field is None and mapping.kind is FileKind.ACTIVITIES:
            field = IGNORED  # what happened has no columns of a team's own
        seen[name] = seen.get(name, 0) + 1
        shown = name or f"column {position + 1}"
        shown = f"{shown} ({seen[name]})" if name and seen[name] > 1 else shown
        columns.append(Column(position, shown, IGNORED if rejects and position < 2 else field, nameless=not name))
    return tuple(columns)


def _example(column: Column, sample: list[list[str]]) -> str:
    cells = (row[column.position].strip() for row in sample if column.position < len(row))
    first = next((cell for cell in cells if cell), "")
    return "".join(letter if letter.isprintable() else " " for letter in first[:_EXAMPLE])


def _day_first(columns: Sequence[Column], sample: list[list[str]], mapping: Mapping, defaults: Defaults) -> bool:
    """What the mapping says, else what the file's dates tell, else what the team's country does."""
    if mapping.day_first is not None:
        return mapping.day_first
    days = {*DATE_FIELDS, "at", "due_at", "close_date"}
    places = [column.position for column in columns if column.field in days]
    told = day_comes_first([row[place].strip() for row in sample for place in places if place < len(row)])
    return (mapping.region or defaults.region) != "US" if told is None else told


def _notices(columns: Sequence[Column], mapping: Mapping, defaults: Defaults) -> Iterator[str]:
    fields = {column.field for column in columns}
    if not fields & _NAMES:
        yield "No column is understood as a name, so every row will be rejected: name one in a mapping file."
    if not fields & {*EMAIL_FIELDS, *PHONE_FIELDS}:
        yield "No column is understood as e-mail or phone, so every row will be rejected: name one in a mapping file."
    if fields & _NAMES == {"full_name"} and not fields & {"company", *EMAIL_FIELDS}:
        yield "Every row is taken for a person by its full name alone: make sure that these are not companies."
    if "status" not in fields and mapping.blank_status.kind is Kind.NONE:
        yield "No column is understood as a lead status, so the rows become contacts without an at bat."


def _no_source(told: Description) -> bool:
    """Whether no row of a file of people says where they come from, and nothing else does."""
    if told.mapping.kind is not FileKind.CONTACTS or told.defaults.source or told.mapping.source:
        return False
    columns = [column for column in told.columns if column.field == "source"]
    cells = (row[column.position].strip() for row in (raw_rows(told) if columns else ()) for column in columns)
    return all(not cell or cell.lower() in EMPTY_VALUES for cell in cells)


_NEEDED = {
    FileKind.COMPANIES: (("company", "domain"),),
    FileKind.DEALS: (("name",), ("stage",), ("contact_email", "contact_id", "domain", "company", "company_id")),
    FileKind.ACTIVITIES: (("at",), ("contact_email", "contact_id")),
}


def _missing(columns: Sequence[Column], mapping: Mapping, _: Defaults) -> Iterator[str]:
    fields = {column.field for column in columns}
    for any_of in _NEEDED[mapping.kind]:
        if not fields.intersection(any_of):
            words = " or ".join(each.replace("_", " ") for each in any_of)
            yield f"No column is understood as {words}: name one in a mapping file."


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
