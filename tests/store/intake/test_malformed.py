"""Whatever a file looks like, every row in it is either taken or rejected with its line, and none is lost."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.errors import Refusal
from store.intake.reading import Progress, read_rows
from store.intake.records import Dialect, records
from store.intake.rejects import RejectsFile
from store.intake.rows import ContactRow, Defaults, Reject

FAIR = Defaults(source="fair")
HEADER = "First Name,Last Name,Email,Phone,Notes\n"
GOOD = "Ana,Novak,a@x.hr,,\n"

# what stands between two good rows: (text, rows accepted of it, rejected, blank)
CASES: dict[str, tuple[str, int, int, int]] = {
    "nothing": ("", 0, 0, 0),
    "blank line": ("\n", 0, 0, 1),
    "blank lines": ("\n\n\r\n\n", 0, 0, 4),
    "blanks only": ("   \n", 0, 0, 1),
    "delimiters only": (",,,,\n", 0, 0, 1),
    "too many delimiters only": (",,,,,,,,,\n", 0, 0, 1),
    "blanks and delimiters": (" , ,\t,,\n", 0, 0, 1),
    "empty quotes": ('"","","","",""\n', 0, 0, 1),
    "one cell": ("Ana\n", 0, 1, 0),
    "four cells": ("Ana,Novak,a@x.hr,\n", 0, 1, 0),
    "six cells": ("Ana,Novak,a@x.hr,,,x\n", 0, 1, 0),
    "six cells, the last empty": ("Ana,Novak,a@x.hr,,,\n", 1, 0, 0),
    "hundreds of cells": ("x," * 500 + "\n", 0, 1, 0),
    "hundreds of empty cells": ("Ana,Novak,a@x.hr" + "," * 500 + "\n", 1, 0, 0),
    "other delimiter": ("Ana;Novak;a@x.hr;;\n", 0, 1, 0),
    "crlf": ("Ana,Novak,a@x.hr,,\r\n", 1, 0, 0),
    "lone cr": ("Ana,Novak,a@x.hr,,\r", 1, 0, 0),
    "line break in quotes": ('Ana,Novak,a@x.hr,,"one\ntwo\r\nthree\rfour"\n', 1, 0, 0),
    "blank lines in quotes": ('Ana,Novak,a@x.hr,,"one\n\n\n"\n', 1, 0, 0),
    "quotes doubled": ('Ana,"No""vak",a@x.hr,,"""x"""\n', 1, 0, 0),
    "quote inside a bare cell": ('Ana,5" wide,a@x.hr,,\n', 1, 0, 0),
    "text behind a closing quote": ('Ana,"Nov"ak,a@x.hr,,\n', 1, 0, 0),
    "quote before a blank": ('Ana, "Novak",a@x.hr,,\n', 1, 0, 0),
    "quote opened at the end": ('Ana,Novak,a@x.hr,,"\n', 0, 1, 0),
    "quote opened at the beginning": ('"Ana,Novak,a@x.hr,,\n', 0, 1, 0),
    "quote opened in the middle": ('Ana,Novak,"a@x.hr,,\n', 0, 1, 0),
    "two quotes opened": ('"Ana,Novak,a@x.hr,,\n"Bo,Kos,b@x.hr,,\n', 0, 2, 0),
    "backslashes": ("Ana\\,Novak\\,a@x.hr,,\\\n", 1, 0, 0),
    "apostrophes": ("'Ana','Novak',a@x.hr,,\n", 1, 0, 0),
    "tabs": ("\tAna\t,\tNovak\t,\ta@x.hr\t,,\n", 1, 0, 0),
    "comment": ("# a remark\n", 0, 1, 0),
    "header again": (HEADER, 0, 1, 0),
    "header again with blanks": ("First Name , Last Name,Email,Phone,Notes\n", 0, 1, 0),
    "total": ("Total,,,,17\n", 0, 1, 0),
    "copyright": ("Copyright (c) somebody\n", 0, 1, 0),
    "NUL in a name": ("A\0na,Novak,a@x.hr,,\n", 0, 1, 0),
    "NUL in a note": ("Ana,Novak,a@x.hr,,\0\n", 0, 1, 0),
    "NUL in a phone": ("Ana,Novak,a@x.hr,2015\x00550123,\n", 0, 1, 0),
    "escape codes": ("\x1b[31mAna,Novak,a@x.hr,,\x1b]52;c;x\x07\n", 1, 0, 0),
    "bidi override": ("\u202eanA,Novak,a@x.hr,,\n", 1, 0, 0),
    "nothing but invisible letters": ("\u200b,\u200b,a@x.hr,,\n", 0, 1, 0),
    "zero-width in an address": ("Ana,Novak,a\u200b@x.hr,,\n", 1, 0, 0),
    "mark of byte order": ("\ufeffAna,Novak,a@x.hr,,\n", 1, 0, 0),
    "line separator": ("Ana\u2028,Novak,a@x.hr,,\n", 1, 0, 0),
    "form feed": ("Ana\f,Novak,a@x.hr,,\v\n", 1, 0, 0),
    "next line": ("Ana\x85,Novak,a@x.hr,,\x1c\n", 1, 0, 0),
    "end of file": ("Ana\x1a,Novak,a@x.hr,,\n", 1, 0, 0),
    "emoji": ("👩\u200d🚀,Novak,a@x.hr,,🇭🇷\n", 1, 0, 0),
    "stacked accents": ("Z" + "\u0335" * 50 + ",Novak,a@x.hr,,\n", 1, 0, 0),
    "too many accents": ("Z" + "\u0335" * 500 + ",Novak,a@x.hr,,\n", 0, 1, 0),
    "longest name": ("A" * 200 + ",Novak,a@x.hr,,\n", 1, 0, 0),
    "too long a name": ("A" * 201 + ",Novak,a@x.hr,,\n", 0, 1, 0),
    "longest note": ("Ana,Novak,a@x.hr,," + "n" * 20_000 + "\n", 1, 0, 0),
    "too long a note": ("Ana,Novak,a@x.hr,," + "n" * 20_001 + "\n", 0, 1, 0),
    "far too long a note": ("Ana,Novak,a@x.hr,," + "n" * 200_000 + "\n", 0, 1, 0),
    "far too long a line": ("n" * 1_200_000 + "\n", 0, 1, 0),
    "formula": ("=HYPERLINK(1),Novak,a@x.hr,,@SUM(A1)\n", 1, 0, 0),
    "quoted formula": ("'=1,Novak,a@x.hr,'+12015550123,'-\n", 1, 0, 0),
    "spreadsheet text": ('="Ana",="Novak",a@x.hr,,\n', 1, 0, 0),
    "markup": ("[/b],[@click=app.quit]x[/],a@x.hr,,[bold]\n", 1, 0, 0),
    "no name": (",,a@x.hr,,\n", 0, 1, 0),
    "no way to reach": ("Ana,Novak,,,\n", 0, 1, 0),
    "bad address": ("Ana,Novak,a@,,\n", 0, 1, 0),
    "bad address and a phone": ("Ana,Novak,a@,2015550123,\n", 1, 0, 0),
    "two addresses": ("Ana,Novak,a@x.hr; b@x.hr,,\n", 1, 0, 0),
    "long address": ("Ana,Novak," + "a" * 300 + "@x.hr,,\n", 0, 1, 0),
    "endless address": ("Ana,Novak," + "a" * 3_000 + "@x.hr,,\n", 0, 1, 0),
    "phone that is none": ("Ana,Novak,,call me,\n", 0, 1, 0),
    "phone of zeros": ("Ana,Novak,,000000,\n", 0, 1, 0),
    "phone that does not validate": ("Ana,Novak,,(376)694-9481x10051,\n", 1, 0, 0),
    "phone of an abacus": ("Ana,Novak,," + "9" * 300 + ",\n", 1, 0, 0),
    "phone in other digits": ("Ana,Novak,,٠٢٠٧٩٤٦٠٩٥٨,\n", 1, 0, 0),
    "exponent": ("Ana,Novak,,3.85912E+11,\n", 1, 0, 0),
    "right to left": ("آنا,نوواک,a@x.hr,,\n", 1, 0, 0),
    "sql": ("Robert'); DROP TABLE lead;--,Novak,a@x.hr,,\n", 1, 0, 0),
    "same row": (GOOD, 1, 0, 0),
    "same row often": (GOOD * 50, 50, 0, 0),
    "no line end": ("Ana,Novak,a@x.hr,,", 0, 1, 0),  # the next row runs into it
    "good, blank, bad, good": (GOOD + "\nx\n" + GOOD, 2, 1, 1),
    "many short rows": ("x\n" * 300, 0, 300, 0),
    "many rows with a quote": ('Ana,Novak,a@x.hr,,"x\n' * 20, 0, 20, 0),
}


def read(path: Path, defaults: Defaults = FAIR) -> tuple[list[ContactRow | Reject], Progress]:
    told: list[Progress] = []
    found = read_rows(path, defaults=defaults, progress=told.append)
    rows = [row for row in found if isinstance(row, ContactRow | Reject)]
    end = told[-1]
    assert end.rows == len(rows) == end.accepted + end.rejected
    assert end.accepted == sum(isinstance(row, ContactRow) for row in rows)
    assert [row.line for row in rows] == sorted({row.line for row in rows})
    assert all(row.reason for row in rows if isinstance(row, Reject))
    return rows, end


@pytest.mark.parametrize("name", CASES)
def test_a_malformed_row_between_two_good_ones(tmp_path: Path, name: str) -> None:
    text, accepted, rejected, blank = CASES[name]
    path = tmp_path / "leads.csv"
    path.write_bytes((HEADER + GOOD + text + ("" if name == "no line end" else GOOD)).encode())
    rows, end = read(path)
    if name == "no line end":
        accepted, rejected = 0, 0
        assert (end.accepted, end.rejected, end.blank) == (2, 0, 0)
        return
    assert (end.accepted, end.rejected, end.blank) == (accepted + 2, rejected, blank)
    assert isinstance(rows[0], ContactRow)
    assert isinstance(rows[-1], ContactRow)
    after = len((HEADER + GOOD + text).replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    assert rows[-1].line == after


@pytest.mark.parametrize("name", CASES)
def test_rejects_are_rejected_again_and_nothing_comes_of_them(tmp_path: Path, name: str) -> None:
    path = tmp_path / "leads.csv"
    path.write_bytes((HEADER + CASES[name][0] + GOOD).encode())
    rows, end = read(path)
    if not end.rejected:
        return
    with RejectsFile(tmp_path / "rejects.csv", HEADER.strip().split(",")) as rejects:
        for row in rows:
            if isinstance(row, Reject):
                rejects.write(row)
    _, again = read(tmp_path / "rejects.csv")
    assert (again.accepted, again.rejected) == (0, end.rejected)


PIECES = st.sampled_from(
    [
        "Ana",
        "Novak",
        "a@x.hr",
        ",",
        ",",
        ",",
        ";",
        '"',
        '""',
        "\n",
        "\r\n",
        "\r",
        "\0",
        " ",
        "\t",
        "=",
        "'",
        "\\",
        "\x1b",
        "é",
        "👍",
        "#",
        "+1 201 555 0123",
        "x" * 250,
    ]
)


@settings(max_examples=150)
@given(st.lists(PIECES, max_size=60).map("".join))
def test_any_text_below_a_header_is_accounted_for(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("any") / "leads.csv"
    path.write_bytes((HEADER + text).encode())
    read(path)


@settings(max_examples=150)
@given(st.binary(max_size=300))
def test_any_bytes_are_rows_or_one_sentence(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "leads.csv"
    for before in (b"", HEADER.encode()):
        path.write_bytes(before + data)
        try:
            read(path)
        except Refusal as refusal:
            assert refusal.sentence.endswith(".")  # noqa: PT017


@settings(max_examples=100)
@given(
    st.lists(
        st.lists(st.text(alphabet="ab ,;\"\n\r'é", max_size=8), min_size=3, max_size=3).filter(
            lambda cells: any(cell.strip() for cell in cells)
        ),
        max_size=20,
    )
)
def test_well_formed_records_come_back_whole(rows: list[list[str]]) -> None:
    quoted = ["".join(f',"{cell.replace(chr(34), chr(34) * 2)}"' for cell in cells)[1:] + "\n" for cells in rows]
    lines = [line for text in quoted for line in text.splitlines(keepends=True)]
    assert [record.cells for record in records(lines, Dialect(), width=3)] == rows


def test_a_mutilated_file_is_accounted_for_whatever_was_cut(tmp_path: Path) -> None:
    seed = 20_240_819
    print(f"seed {seed}")  # noqa: T201
    random_ = random.Random(seed)
    whole = (Path(__file__).parent / "files/hubspot_contacts.csv").read_bytes()
    header = whole.index(b"\n") + 1
    path = tmp_path / "leads.csv"
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(random_.randint(1, 6)):
            place = random_.randrange(header, len(data))
            match random_.randrange(4):
                case 0:
                    del data[place : place + random_.randint(1, 30)]
                case 1:
                    data[place:place] = random_.choice([b'"', b"\n", b",", b"\0", b"\xff", b"\r", b"\xc3", b"'"])
                case 2:
                    data[place] = random_.randrange(256)
                case _:
                    data[place:place] = data[header : header + random_.randint(1, 80)]
        path.write_bytes(bytes(data))
        read(path)
