"""Cells no spreadsheet runs, and the file of rejects."""

import csv
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.intake.reading import describe, read_rows
from store.intake.rejects import RejectsFile, safe_cell, unsafe_cell
from store.intake.rows import ContactRow, Defaults, Reject


@pytest.mark.parametrize(
    "value", ["=1+1", "+1 201 555 0123", "-5", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1", "'=1", "''-2"]
)
def test_what_would_run_is_quoted_and_comes_back(value: str) -> None:
    assert safe_cell(value) == f"'{value}"
    assert unsafe_cell(safe_cell(value)) == value


@pytest.mark.parametrize("value", ["", "Ana", "'t Hooft", "1+1", "a=b", "'", " =1"])
def test_what_is_harmless_stays(value: str) -> None:
    assert safe_cell(value) == value
    assert unsafe_cell(value) == value


@given(st.text(alphabet="'=+-@\t\r\nab\"", max_size=8).filter(lambda text: not text.startswith('="')))
def test_every_value_comes_back(value: str) -> None:
    assert unsafe_cell(safe_cell(value)) == value
    assert safe_cell(value)[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n")


def test_a_number_kept_as_text_by_a_spreadsheet() -> None:
    assert unsafe_cell('="00123"') == "00123"


def test_no_reject_no_file(tmp_path: Path) -> None:
    with RejectsFile(tmp_path / "rejects.csv", ["a"]) as rejects:
        pass
    assert rejects.count == 0
    assert not (tmp_path / "rejects.csv").exists()


def test_rejects_are_written_for_their_owner_alone_and_read_in_again_when_mended(tmp_path: Path) -> None:
    source = tmp_path / "leads.csv"
    source.write_text("name,email,phone,source\n=cmd|x,,,web\n+Ana,,'+1 201 555 0123,\n'=Bo,bo@x.hr,,\n", "utf-8")
    told = describe(source)
    path = tmp_path / "rejects.csv"
    with RejectsFile(path, told.header) as rejects:
        for row in read_rows(told):
            assert isinstance(row, Reject)
            rejects.write(row)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["line", "reason", "name", "email", "phone", "source"],
        ["2", "no e-mail or phone", "'=cmd|x", "", "", "web"],
        ["3", "no source", "'+Ana", "", "'+1 201 555 0123", ""],
        ["4", "no source", "'=Bo", "bo@x.hr", "", ""],
    ]
    again = list(read_rows(path, defaults=Defaults(source="fair")))
    assert [row.line for row in again if isinstance(row, Reject)] == [2]
    ana, bo = (row for row in again if isinstance(row, ContactRow))
    assert (ana.name, ana.phones[0].e164, ana.custom) == ("+Ana", "+12015550123", {})
    assert bo.name == "=Bo"


def test_bytes_that_could_not_be_read_are_written_as_they_came(tmp_path: Path) -> None:
    source = tmp_path / "leads.csv"
    good = "".join(f"Žana Šarić {n},z{n}@x.hr\n" for n in range(5)).encode()
    source.write_bytes(b"name,email\n" + good + b"Bo \xe9,bo@x.hr\n")
    told = describe(source, defaults=Defaults(source="fair"))
    rows = list(read_rows(told))
    bad = rows[-1]
    assert isinstance(bad, Reject)
    assert (bad.line, bad.field) == (7, "name")
    with RejectsFile(tmp_path / "rejects.csv", told.header) as rejects:
        rejects.write(bad)
    assert b"Bo \xe9,bo@x.hr" in (tmp_path / "rejects.csv").read_bytes()
