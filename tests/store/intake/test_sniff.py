"""How files are written, and what is no table at all."""

import os
from pathlib import Path

import pytest

from store.errors import Refusal
from store.intake.reading import describe, read_rows
from store.intake.rows import ContactRow, Defaults, Reject

FAIR = Defaults(source="fair")


def written(folder: Path, data: bytes) -> Path:
    path = folder / "leads.csv"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "cp1252"],
)
def test_every_way_to_write_the_same_table(tmp_path: Path, encoding: str, mark: str, end: str) -> None:
    text = end.join(
        [
            mark.join(["First Name", "Last Name", "Email", "Notes"]),
            mark.join(["Zoë", "Müller", "zoe@x.hr", f'"a{mark} ""b""{end}second line"']),
            "",
            mark.join(["José", "Niño", "jose@x.hr", ""]),
        ]
    )
    rows = list(read_rows(written(tmp_path, text.encode(encoding)), defaults=FAIR))
    zoe, jose = (row for row in rows if isinstance(row, ContactRow))
    assert (zoe.name, zoe.notes) == ("Zoë Müller", f'a{mark} "b"\nsecond line')
    assert (jose.name, jose.line) == ("José Niño", 5)


@pytest.mark.parametrize(("bom", "encoding"), [(b"\xff\xfe", "utf-32-le"), (b"\xfe\xff", "utf-32-be")])
def test_utf_32_behind_the_short_mark(tmp_path: Path, bom: bytes, encoding: str) -> None:
    path = written(tmp_path, bom + "Name,Email\nŽana,z@x.hr\n".encode(encoding))
    (row,) = read_rows(path, defaults=FAIR)
    assert isinstance(row, ContactRow)
    assert row.name == "Žana"


def test_a_said_encoding_is_taken(tmp_path: Path) -> None:
    path = written(tmp_path, "Name,Email\nŠime Đurić,s@x.hr\n".encode("cp1250"))
    (row,) = read_rows(path, defaults=Defaults(source="fair", encoding="cp1250"))
    assert isinstance(row, ContactRow)
    assert row.name == "Šime Đurić"


@pytest.mark.parametrize(
    ("text", "header_line", "line"),
    [
        ("sep=;\nName;Email\nAna;a@x.hr\n", 2, 3),
        ("\n\nName,Email\nAna,a@x.hr\n", 3, 4),
        ("# exported today\nName,Email\nAna,a@x.hr\n", 2, 3),
        ('Notes:\n"Some are missing, here"\n\nFirst Name,Last Name,URL,Email Address,Company\nAna,N,,a@x.hr,X\n', 4, 5),
        ('"Name","E\nmail","Email"\nAna,x,a@x.hr\n', 1, 3),
        ("'Name','Email'\n'Ana','a@x.hr'\n", 1, 2),
        ('Name, "Email"\n"Ana", "a@x.hr"\n', 1, 2),
        ("Name,Email\nAna \\\"A\\\",a@x.hr\n", 1, 2),
        ("name\temail\nAna, senior\ta@x.hr\n", 1, 2),
    ],
)  # fmt: skip
def test_the_row_of_column_names_is_found(tmp_path: Path, text: str, header_line: int, line: int) -> None:
    told = describe(written(tmp_path, text.encode()), defaults=FAIR)
    assert told.format.header_line == header_line
    (row,) = read_rows(told)
    assert isinstance(row, ContactRow)
    assert row.line == line
    assert row.emails[0].key == "a@x.hr"


def test_an_escaped_quote(tmp_path: Path) -> None:
    path = written(tmp_path, b'Name,Email,Notes\nAna,a@x.hr,"says \\"yes\\", often"\n')
    (row,) = read_rows(path, defaults=FAIR)
    assert isinstance(row, ContactRow)
    assert row.notes == 'says "yes", often'


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"\n\r\n  \n", "is empty"),
        (b"\0" * 400, "is empty"),
        (b"PK\x03\x04rest", "is a spreadsheet or zip archive"),
        (b"\xd0\xcf\x11\xe0rest", "is an old Excel file"),
        (b"%PDF-1.7", "is a PDF"),
        (b"\x1f\x8b\x08", "is a compressed file"),
        (b"SQLite format 3\0rest", "is a database"),
        (b"\x89PNG\r\n", "is a picture"),
        (bytes(range(256)) * 8, "is not text"),
        (bytes([1, 2, 3, 4, 5, 6]) * 50, "is not text"),
        (b"just some words\nand more\n", "names no column that is known; it begins “just some words”"),
        (b"1,2,3\n4,5,6\n", "names no column that is known; it begins “1, 2, 3”"),
        (b'{"records": []}', "names no column that is known"),
    ],
)
def test_what_is_no_table_gets_one_sentence(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(Refusal) as refused:
        list(read_rows(written(tmp_path, data), defaults=FAIR))
    assert words in refused.value.sentence
    assert refused.value.sentence.count(". ") == 0
    assert refused.value.sentence.endswith(".")


def test_a_folder_a_missing_and_an_unreadable_file_get_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Refusal, match="is a folder: name a file"):
        describe(tmp_path)
    with pytest.raises(Refusal, match="does not exist: check the name"):
        describe(tmp_path / "nowhere.csv")
    with pytest.raises(Refusal, match="cannot be read"):
        describe("a\0b")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Refusal, match="save it to disk first"):
        describe(tmp_path / "pipe")
    path = written(tmp_path, b"Name,Email\n")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(Refusal, match=r"leads\.csv cannot be read: Permission denied\."):
        describe(path)


def test_a_said_encoding_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="“klingon” is no encoding"):
        describe(written(tmp_path, b"Name,Email\nAna,a@x.hr\n"), defaults=Defaults(encoding="klingon"))


def test_a_line_without_end_costs_itself_only(tmp_path: Path) -> None:
    path = written(tmp_path, b"Name,Email\nAna,a@x.hr\n" + b"x" * 3_000_000 + b"\nBo,b@x.hr\n")
    ana, endless, bo = read_rows(path, defaults=FAIR)
    assert isinstance(endless, Reject)
    assert (endless.line, endless.reason) == (3, "the line is longer than 1,000,000 characters")
    assert isinstance(bo, ContactRow)
    assert (ana.line, bo.line) == (2, 4)


def test_a_quote_that_never_closes_costs_its_line_only(tmp_path: Path) -> None:
    people = "".join(f"P{n},p{n}@x.hr,note\n" for n in range(5_000))
    path = written(tmp_path, ("Name,Email,Notes\n" + people + '"Bad,b@x.hr,note\n' + people).encode())
    rows = list(read_rows(path, defaults=FAIR))
    bad = [row for row in rows if isinstance(row, Reject)]
    assert [(row.line, row.cells) for row in bad] == [(5002, ('"Bad,b@x.hr,note',))]
    assert bad[0].reason == "a quote is opened on this line and not closed for too long"
    assert len(rows) == 10_001
    assert rows[-1].line == 10_002


def test_a_quote_closed_by_another_row_costs_its_line_only(tmp_path: Path) -> None:
    path = written(tmp_path, b'Name,Email,Notes\n"Bad,b@x.hr,note\nAna,a@x.hr,note\nBo,c@x.hr,"so, so"\n')
    bad, ana, bo = read_rows(path, defaults=FAIR)
    assert isinstance(bad, Reject)
    assert bad.reason == "a quote is opened on this line and closed on a later one"
    assert (bad.line, ana.line, bo.line) == (2, 3, 4)
    assert isinstance(bo, ContactRow)
    assert bo.notes == "so, so"


def test_a_quote_open_at_the_end_costs_its_line_only(tmp_path: Path) -> None:
    path = written(tmp_path, b'Name,Email\nAna,a@x.hr\n"Bad,b@x.hr\nBo,c@x.hr\n')
    ana, bad, bo = read_rows(path, defaults=FAIR)
    assert isinstance(bad, Reject)
    assert bad.reason == "a quote is opened on this line and never closed"
    assert isinstance(ana, ContactRow)
    assert isinstance(bo, ContactRow)


def test_too_large_a_cell_is_rejected(tmp_path: Path) -> None:
    path = written(tmp_path, b"Name,Email\nAna," + b"x" * 140_000 + b"\nBo,b@x.hr\n")
    big, bo = read_rows(path, defaults=FAIR)
    assert isinstance(big, Reject)
    assert big.reason == "a cell is longer than 131,072 characters"
    assert isinstance(bo, ContactRow)
