"""``atbat report``: the same figures as table, CSV, JSON and page, and the records that one of them counts."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from rich.cells import cell_len

from store.operations.new_lead import NewLeadDraft, new_lead
from store.reports.figures import Cell, Column, Line, Report, Table, Unit
from store.reports.registry import REPORTS
from store.rules.closing import NewPerson
from store.ruleset import Benchmark
from store.vocabulary import Motion
from tests.cli.shell import run
from tests.factories import PRIYA, Floor, make_template, open_floor
from tests.test_walls import SLOW, imported_by
from tui.report_files.as_text import write_text

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    floor = open_floor(make_template(tmp_path / "template.db"), tmp_path)
    for source, company, person in (
        ("web", "Acme", NewPerson("Dana", "Ortiz", email="dana@acme.com")),
        ("\x9b2Jfair", "=Globex", NewPerson("Bo", "Li", email="bo@globex.com")),
    ):
        draft = NewLeadDraft(Motion.OUTBOUND_TARGET, source, company=company, person=person, called=False)
        new_lead(floor.store, PRIYA, floor.later(), draft)
    yield floor
    floor.store.close()


def atbat(floor: Floor, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run("--db", str(floor.store.path), "report", *arguments)


def outcomes(floor: Floor, *arguments: str) -> str:
    done = atbat(floor, "outcomes", "--period", "all", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("arguments", [(), ("list",)])
def test_the_reports_are_listed_with_what_they_answer(floor: Floor, arguments: tuple[str, ...]) -> None:
    lines = atbat(floor, *arguments).stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(REPORTS)
    assert lines[-1].endswith(list(REPORTS.values())[-1].question)


@pytest.mark.parametrize("name", [*REPORTS, "list"])
def test_every_report_has_help(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui", "report", name, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert name == "list" or REPORTS[name].question in " ".join(done.stdout.split())


def test_a_table_is_shown_with_its_total_and_harmless_names(floor: Floor) -> None:
    said = outcomes(floor)
    assert said.startswith("Outcomes · all time\nHow do at bats end")
    table = said.partition("By source\n")[2]
    lines = [line.split() for line in table.splitlines()[:8]]
    assert ["web", "1", "1", "0"] in [line[:4] for line in lines]
    assert ["all", "2", "2", "0"] in [line[:4] for line in lines]
    assert "\x9b" not in said


def test_filters_narrow_and_say_so(floor: Floor) -> None:
    said = outcomes(floor, "--source", "WEB", "--rep", "priya", "--motion", "outbound")
    assert said.startswith("Outcomes · all time · rep Priya · motion outbound target · source web\n")


def test_csv_and_json_have_the_same_figures(floor: Floor) -> None:
    rows = list(csv.DictReader(StringIO(outcomes(floor, "--format", "csv"))))
    in_csv = {(row["table"], row["line"], row["column"]): row["value"] for row in rows}
    read = json.loads(outcomes(floor, "--format", "json"))
    for table in read["tables"]:
        titles = {column["name"]: column["title"] for column in table["columns"]}
        for line in (*table["lines"], table["total"]):
            for name, figure in line["figures"].items():
                value = "" if figure["value"] is None else str(figure["value"])
                assert in_csv[table["title"], line["label"], titles[name]] == value
    assert len(in_csv) == len(rows)


def test_a_file_is_written_and_kept(floor: Floor, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert outcomes(floor, "--format", "html", "--out", str(page)) == ""
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    done = atbat(floor, "outcomes", "--format", "html", "--out", str(page))
    assert (done.returncode, done.stdout) == (1, "")
    assert "write over it with --force" in done.stderr
    assert outcomes(floor, "--format", "json", "--out", str(page), "--force") == ""
    assert json.loads(page.read_text(encoding="utf-8"))["report"] == "outcomes"


def test_the_records_behind_a_figure_are_listed(floor: Floor) -> None:
    said = outcomes(floor, "--records", "created", "--line", "web").splitlines()
    assert said[0].split()[:3] == ["no.", "name", "company"]
    assert said[1].split()[:4] == ["1", "Dana", "Ortiz", "Acme"]
    assert said[2:] == ["1 at bat"]
    rows = list(csv.DictReader(StringIO(outcomes(floor, "--records", "still open", "--format", "csv"))))
    assert [row["id"] for row in rows] == ["2", "1"]
    assert rows[0]["company"] == "'=Globex"
    read = json.loads(outcomes(floor, "--records", "open", "--table", "by motion", "--format", "json"))
    assert (read["records"], read["count"], [row["lead_id"] for row in read["rows"]]) == ("lead", 2, [2, 1])
    assert outcomes(floor, "--records", "success") == "0 at bats\n"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("nothing",), 2, "There is no report nothing: say one of attention, funnel"),
        (("outcomes", "--format", "pdf"), 2, "'pdf' is not one of"),
        (("outcomes", "--line", "web"), 2, "--line and --table go with --records"),
        (("outcomes", "--records", "created", "--format", "html"), 2, "listed as a table, csv or json"),
        (("outcomes", "--records"), 2, "requires an argument. Try 'atbat report outcomes --help'."),
        (("outcomes", "--period", "2026-11-20..2026-11-01"), 1, "ends before it begins: say the earlier day first."),
        (("outcomes", "--period", "someday"), 1, "There is no period someday: say one of today"),
        (("outcomes", "--rep", "Nobody"), 1, "There is no person Nobody: say one of"),
        (("outcomes", "--source", "nowhere"), 1, "There is no source nowhere: say one of"),
        (("outcomes", "--motion", "sideways"), 1, "There is no motion sideways: say one of"),
        (("outcomes", "--segment", "moon"), 1, "There is no segment moon: say one of"),
        (("outcomes", "--records", "nothing"), 1, "There is no column nothing: say one of ended, first"),
        (("outcomes", "--records", "created", "--table", "moon"), 1, "There is no table moon: say one of by_outcome"),
        (("outcomes", "--records", "created", "--line", "moon"), 1, "There is no line moon in By source: say --line"),
        (("outcomes", "--out", "/nowhere/x.html"), 1, "/nowhere is no folder"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(
    floor: Floor, arguments: tuple[str, ...], code: int, said: str
) -> None:
    period = () if "--period" in arguments or arguments[0] not in REPORTS else ("--period", "all")
    done = atbat(floor, arguments[0], *period, *arguments[1:])
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_listing_loads_nothing_slow() -> None:
    loaded = imported_by("from tui.__main__ import main; assert main(['report', 'list']) == 0")
    assert not loaded & (SLOW | {"textual", "screens", "tomlkit"})


# --- tables that fit ---


def wide(columns: int) -> Report:
    held = Benchmark("connects", "%", "per dial", "vendor", "B", 5.4, 13.3, 2024)
    heads = tuple(Column(f"c{n}", f"share of column number {n}", Unit.SHARE) for n in range(columns))
    cells = tuple(Cell.share(n, 50, benchmark=held) for n in range(columns))
    lines = (Line(1, "日本語の会社 with a rather long name that goes on and on", cells), Line(2, "short", cells))
    table = Table("t", "Tables", "company", heads, lines, Line(None, "all", cells), note="a note " * 30)
    return Report("outcomes", "Outcomes", "all time", ("a sentence " * 20,), (table,))


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
@pytest.mark.parametrize("columns", [1, 3, 9])
def test_a_table_fits_the_terminal_and_loses_no_figure(width: int, columns: int) -> None:
    said = write_text(wide(columns), "USD", width)
    assert max(map(cell_len, said.splitlines())) <= width
    assert said.count("% of 50 (") == 3 * columns
    assert said.count("[1] benchmark connects") == 1
    assert said.count("short ") >= 1


def test_a_report_of_nothing_says_so() -> None:
    table = Table("t", "By source", "source", (Column("a", "a"),), (), Line(None, "all", (Cell(0),)))
    said = write_text(Report("outcomes", "Outcomes", "all time", (), (table,)), "USD", 80)
    assert said.endswith("By source\n  nothing in this period, by these filters\n")
