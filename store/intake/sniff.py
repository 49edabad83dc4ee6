"""What a file is made of: encoding, delimiter, quoting, and the line that names the columns."""

from __future__ import annotations

import codecs
import io
import os
import re
import stat
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from store.errors import Refusal
from store.intake.records import Dialect, Record, records

_SAMPLE = 256 * 1024
_CHUNK = 1024 * 1024
_DELIMITERS = ",;\t|"
_HEADER_AMONG = 25  # records in which the row of column names is looked for
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_BOMS = (  # the longer first: UTF-32 begins like UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY = {
    b"PK\x03\x04": "a spreadsheet or zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"%PDF": "a PDF",
    b"SQLite format 3\0": "a database",
    b"\x1f\x8b": "a compressed file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"{\\rtf": "a text document",
}
_SEPARATOR_LINE = re.compile(r"sep=(.)[\r\n]*", re.IGNORECASE)  # what Excel writes first


@dataclass(frozen=True, slots=True)
class Format:
    """How to read one file: columns are named from ``header_line`` to ``header_end``, both 0 where they are not."""

    encoding: str
    errors: str
    dialect: Dialect
    header_line: int
    header: tuple[str, ...]
    header_end: int
    skip: int = 0  # bytes before the text

    @property
    def words(self) -> str:
        """The format as people say it: "utf-8, separated by commas, columns named on line 1"."""
        mark = self.dialect.delimiter
        where = f"columns named on line {self.header_line}" if self.header_line else "no line of column names"
        return f"{self.encoding}, separated by {_NAMES.get(mark, f'“{mark}”')}, {where}"

    def open(self, path: Path) -> TextIO:
        """The file as text, line ends as they are."""
        file = path.open("rb")
        file.seek(self.skip)
        return io.TextIOWrapper(file, encoding=self.encoding, errors=self.errors, newline="")


def sniff(
    path: Path,
    known: Callable[[str], bool],
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    columns: tuple[str, ...] = (),
) -> Format:
    """Find out how ``path`` is written; ``known`` says whether a text is the name of a column.

    ``encoding`` and ``delimiter`` are taken as said where given; ``columns`` names those of a file without a header.
    Raises Refusal with one sentence for what is no readable table.
    """
    head = _head(path)
    encoding, errors, skip = (encoding, _errors(encoding), 0) if encoding else _encoding(path, head)
    text = _sample_text(path, head[skip:], encoding, errors)
    dialect, header = _dialect_and_header(text, known, delimiter, columns)
    if header is None:
        if columns:
            return Format(encoding, errors, dialect, 0, columns, 0, skip)
        raise Refusal(_unknown_columns(path, text, dialect))
    names = tuple(cell.strip() for cell in header.cells)
    return Format(encoding, errors, dialect, header.line, names, header.line + header.lines - 1, skip)


def _head(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise Refusal(f"{path} is a folder: name a file.")
        if not stat.S_ISREG(mode):
            raise Refusal(f"{path} is not a file that can be read twice: save it to disk first.")
        with path.open("rb") as file:
            head = file.read(_SAMPLE)
    except FileNotFoundError:
        raise Refusal(f"{path} does not exist: check the name.") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise Refusal(f"{path} cannot be read: {why}.") from None
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise Refusal(f"{path} is empty: nothing to read.")
    for magic, what in _BINARY.items():
        if head.startswith(magic):
            raise Refusal(f"{path} is {what}, not a table of text: save it as CSV first.")
    return head


def _errors(encoding: str) -> str:
    """What to do about bytes that are no letter: keep them, to be refused at the door, where the encoding can."""
    return "replace" if encoding.lower().replace("_", "-").startswith(("utf-16", "utf-32")) else "surrogateescape"


def _encoding(path: Path, head: bytes) -> tuple[str, str, int]:
    """The encoding, what to do about bytes that do not fit it, and how many bytes precede the text.

    A file that is UTF-8 but for a few bytes stays UTF-8, and the rows with those bytes are refused at the door.
    """
    for bom, name in _BOMS:
        if head.startswith(bom):
            wide = name == "utf-16" and _bare_wide(head[2:])  # some programs put the short mark before UTF-32
            return (wide, "replace", 2) if wide else (name, _errors(name), 0)
    if wide := _bare_wide(head):
        return wide, "replace", 0
    if head.count(0) > max(20, len(head) // 20):
        raise Refusal(f"{path} is not text: save it as CSV first.")
    read, misread = _letters(path)
    return ("cp1252", "replace", 0) if misread and misread >= read else ("utf-8-sig", "surrogateescape", 0)


def _bare_wide(head: bytes) -> str:
    """UTF-32 or UTF-16 without its mark, told by where the zero bytes stand; "" for neither."""
    length = max(1, len(head) // 4)
    zeros = [head[place::4].count(0) > 0.7 * length for place in range(4)]
    if zeros in ([True, True, True, False], [False, True, True, True]):
        return "utf-32-be" if zeros[0] else "utf-32-le"
    if zeros in ([True, False, True, False], [False, True, False, True]):
        return "utf-16-be" if zeros[0] else "utf-16-le"
    return ""


def _letters(path: Path) -> tuple[int, int]:
    """How many letters beyond ASCII the file holds when read as UTF-8, and how many bytes cannot be read so."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    read = misread = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            text = decoder.decode(chunk)
            if not text.isascii():
                beyond = [letter for letter in text if letter > "\x7f"]
                bad = sum("\udc80" <= letter <= "\udcff" for letter in beyond)
                read, misread = read + len(beyond) - bad, misread + bad
        misread += len(decoder.decode(b"", True))
    return read, misread


def check_encoding(name: str) -> None:
    """Raises Refusal when Python knows no text encoding of that name."""
    try:
        b"aaaa".decode(name)
    except LookupError:
        raise Refusal(f"“{name}” is no encoding: write one like utf-8, cp1252 or utf-16.", "encoding") from None
    except ValueError:
        pass  # it is one, and these bytes are none of its letters


def _sample_text(path: Path, head: bytes, encoding: str, errors: str) -> str:
    check_encoding(encoding)
    try:
        text = codecs.getincrementaldecoder(encoding)(errors).decode(head)
    except UnicodeError:
        raise Refusal(f"{path} is not {encoding}: name its encoding.", "encoding") from None
    controls = sum(letter < " " and letter not in "\t\r\n\f\0" for letter in text)
    if controls > max(20, len(text) // 10):
        raise Refusal(f"{path} is not text: save it as CSV first.")
    return text if os.stat(path).st_size <= _SAMPLE else text[: text.rfind("\n") + 1] or text


def _dialect_and_header(
    text: str, known: Callable[[str], bool], delimiter: str | None, columns: tuple[str, ...]
) -> tuple[Dialect, Record | None]:
    """The dialect in which the most column names are known, and the record that holds them."""
    said = _SEPARATOR_LINE.match(text)
    choices = delimiter or (said[1] if said else _DELIMITERS)
    best: tuple[tuple[int, float, int], Dialect, Record | None] | None = None
    for mark in choices:
        dialect = _dialect(text, mark)
        sample = _first(text, dialect)
        header = None if columns else _header(sample, known)
        widths = Counter(len(record.cells) for record in sample if not record.blank)
        width, often = max(widths.items(), key=lambda item: (item[0] > 1, item[1]), default=(0, 0))
        worth = (_known(header, known) if header else 0, often / max(1, len(sample)) if width > 1 else 0, width)
        if best is None or worth > best[0]:
            best = worth, dialect, header
    assert best is not None  # there is always a delimiter to try
    return best[1], best[2]


def _first(text: str, dialect: Dialect) -> list[Record]:
    sample = []
    for record in records(io.StringIO(text, newline=""), dialect):
        sample.append(record)
        if len(sample) == _HEADER_AMONG:
            break
    return sample


def _dialect(text: str, mark: str) -> Dialect:
    """Quoting as the sample shows it for this delimiter."""
    first = text[: text.find("\n") + 1].strip() or text.strip()
    cut = re.escape(mark)
    single = '"' not in first and re.fullmatch(rf"'[^']*'(?:{cut}'[^']*')+", first)
    spaced = mark != " " and re.search(rf'{cut} +"[^"\n]*" *(?:{cut}|$)', text, re.MULTILINE)
    escaped = '""' not in text.replace(f'{mark}""{mark}', "") and re.search(rf'\\"(?![{cut}\r\n]|$)', text)
    return Dialect(mark, "'" if single else '"', "\\" if escaped else None, bool(spaced))


def _header(sample: list[Record], known: Callable[[str], bool]) -> Record | None:
    """The first record that names at least half as many known columns as the best one does."""
    counts = [(_known(record, known), record) for record in sample if not record.blank and not record.broken]
    most = max((count for count, _ in counts), default=0)
    return next((record for count, record in counts if count and count * 2 >= most), None)


def _known(record: Record, known: Callable[[str], bool]) -> int:
    return len({cell.strip().casefold() for cell in record.cells if known(cell)})


def _unknown_columns(path: Path, text: str, dialect: Dialect) -> str:
    first = next((record.cells for record in _first(text, dialect) if not record.blank), [])
    shown = ", ".join("".join(letter for letter in cell.strip()[:30] if letter.isprintable()) for cell in first[:6])
    return f"{path} names no column that is known; it begins “{shown}”: say in a mapping file which column is which."
