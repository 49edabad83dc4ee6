"""Reports as files: what a program reads back, a page that needs nothing but itself, and names that are only words."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from io import StringIO
from typing import Any

import pytest

from store.database import Store
from store.instants import DAY, HOUR, SECOND, Instant
from store.reports.asked import asked
from store.reports.figures import Cell, Chart, Column, Line, Report, Table, Unit
from store.reports.registry import report
from store.ruleset import Benchmark
from tui.figures import change
from tui.report_files import write_csv, write_html, write_json
from tui.report_files.charts import MOST_BARS, drawings

HOSTILE = "<img src=http://evil.example/x onerror=alert(1)>&\"'{{7*7}}\x1b[2J\u202e@import url(//evil.example)"
LINE = Benchmark("Attempting to Connected", "%", "per lead", "field <practice>", "C", 10, 25, 2024)
VOID = {"meta", "link", "img", "br", "hr", "input"}


class Page(HTMLParser):
    """A page read: its tags with their attributes, its words, and whether every tag was closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.styles: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attributes: Sequence[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attributes}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: Sequence[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attributes}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        (self.styles if self.open[-1:] == ["style"] else self.words).append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def of(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


def outside(page: Page) -> list[str]:
    """Everything by which a page may fetch something."""
    found = [
        tag for tag, _ in page.tags if tag in {"script", "link", "img", "iframe", "object", "embed", "base", "use"}
    ]
    for tag, attributes in page.tags:
        for name, value in attributes.items():
            fetches = name in {"src", "href", "srcset", "action", "data", "poster", "background", "style", "xlink:href"}
            if fetches or name.startswith("on") or "url(" in value:
                found.append(f"{tag} {name}={value}")
            if "://" in value and (name, value) != ("xmlns", "http://www.w3.org/2000/svg"):
                found.append(f"{tag} {name}={value}")
    return found + [css for css in page.styles if re.search(r"url\(|@import|https?:|//", css)]


def table(
    chart: Chart = Chart.BARS, charted: tuple[str, ...] = ("share",), lines: int = 2, name: str = HOSTILE
) -> Table:
    columns = (
        Column("count", "at bats", note="opened in the period"),
        Column("share", "reached", Unit.SHARE),
        Column("span", "median", Unit.SPAN),
        Column("money", "won", Unit.MONEY),
        Column("words", "says", Unit.WORDS),
    )

    def line(n: int, label: str) -> Line:
        cells = (
            Cell(n * 1_234, before=n * 1_000),
            Cell.share(n, 9, benchmark=LINE),
            Cell(3 * HOUR if n else None, Unit.SPAN, before=HOUR),
            Cell(1_250_050, Unit.MONEY),
            Cell(name, Unit.WORDS),
        )
        return Line(n, label, cells)

    made = tuple(line(n, f"{name} {n}") for n in range(lines))
    return Table("by_source", f"By {name}", name, columns, made, line(9, "all"), chart, charted, note=name)


def made(*tables: Table) -> Report:
    return Report("outcomes", "Outcomes", f"last 90 days · source {HOSTILE}", (f"bottleneck: {HOSTILE}",), tables)


@pytest.fixture(scope="module")
def outcomes(season: Store, season_end: Instant) -> Report:
    wanted = asked(season, season_end, days="last_30_days")
    return report(season, "outcomes", wanted, season_end, compare=True)


# --- HTML ---


@pytest.mark.parametrize("chart", list(Chart))
def test_a_page_refers_to_nothing_outside_itself_whatever_names_say(chart: Chart) -> None:
    page = Page(write_html(made(table(chart), table(chart, ())), "USD", HOSTILE))
    assert outside(page) == []
    assert "evil.example" in page.text  # it is there, as words
    assert "{{7*7}}" in page.text
    assert "49" not in page.text
    assert not any("\x1b" in words or "\u202e" in words for words in page.words)
    assert len(page.of("svg")) == {Chart.NONE: 0, Chart.BARS: 2}.get(chart, 5)  # of each unit one


def test_the_test_of_what_is_outside_sees_what_is() -> None:
    for bad in ("<img src=x.png>", "<a href='//x'>x</a>", "<style>@import 'x'</style>", "<p onclick='x()'>x</p>"):
        assert outside(Page(bad))
    assert outside(Page("<svg><rect fill='url(#x)'/></svg>"))


def test_a_page_has_every_figure_of_a_real_report(outcomes: Report) -> None:
    page = Page(write_html(outcomes, "USD", "made now"))
    assert outside(page) == []
    assert "How do at bats end, and was it timing or fit?" in page.text
    cells = len(page.of("td"))
    assert cells == sum(len(t.columns) * (len(t.lines) + (t.total is not None)) for t in outcomes.tables if t.lines)
    assert len(page.of("svg")) == sum(len(drawings(table, "USD")) for table in outcomes.tables) > 0
    for drawing in page.of("svg"):
        named, described = drawing["aria-labelledby"].split()
        assert {"id": named} in page.of("title")
        assert {"id": described} in page.of("desc")


def test_a_share_says_of_how_many_it_is_and_what_it_is_held_against() -> None:
    page = Page(write_html(made(table()), "USD", "made now"))
    assert "11 % [1] 1 of 9, 2–43 % against 10–25 %" in page.text
    assert "[1] benchmark Attempting to Connected : 10–25 % per lead · field <practice>, 2024 (C, opinion)" in page.text
    assert "1,234 was 1,000, +234" in page.text
    assert "$12,500.50" in page.text
    assert "– was 1 h" in page.text


def test_a_table_of_nothing_says_so() -> None:
    page = Page(write_html(made(table(lines=0)), "USD", "made now"))
    assert "Nothing in this period" in page.text
    assert page.of("table") == page.of("svg") == []


# --- charts ---


def test_bars_are_as_long_as_their_figures_and_no_more_than_can_be_compared() -> None:
    (few,) = drawings(table(charted=("count",), lines=3, name="web"), "USD")
    lengths = [bar.length for bar in few.bars]
    assert lengths[0] == 0
    assert lengths[2] == pytest.approx(2 * lengths[1])
    (many,) = drawings(table(charted=("count",), lines=MOST_BARS + 5, name="web"), "USD")
    assert len(many.bars) == MOST_BARS
    assert many.bars[0].words == f"{5 * 1234:,}"  # the smallest are left out
    assert f"the {MOST_BARS} largest of {MOST_BARS + 5}" in many.title


def test_a_bar_of_a_share_is_of_the_whole() -> None:
    (drawn,) = drawings(table(charted=("share",), lines=3, name="web"), "USD")
    whole = drawn.width - drawn.left - 100  # what stands behind the bars
    assert [bar.length for bar in drawn.bars] == pytest.approx([0, whole / 9, 2 * whole / 9])


def test_a_line_breaks_where_there_is_no_figure() -> None:
    columns = (Column("met", "met", Unit.SHARE),)
    cells = [Cell.share(1, 2), Cell.share(2, 2), Cell.share(0, 0), Cell.share(1, 4)]
    lines = tuple(Line(n, f"week {n}", (cell,)) for n, cell in enumerate(cells))
    (drawn,) = drawings(Table("weeks", "By week", "week", columns, lines, chart=Chart.LINE), "USD")
    ((first, second),) = drawn.lines
    assert [point.words for point in first] == ["50 % of 2", "100 % of 2"]
    assert [point.words for point in second] == ["25 % of 4"]
    assert first[1].y < first[0].y < second[0].y
    assert [mark.words for mark in drawn.rows] == ["0 %", "50 %", "100 %"]


def test_shades_follow_the_figures_and_nothing_has_none() -> None:
    columns = (Column("a", "week 1", Unit.SHARE), Column("b", "week 2", Unit.SHARE))
    lines = (
        Line(1, "2026-01", (Cell.share(1, 4), Cell.share(2, 4))),
        Line(2, "2026-02", (Cell.share(0, 3), Cell(None))),
    )
    (drawn,) = drawings(Table("ages", "By age", "month", columns, lines, chart=Chart.HEAT), "USD")
    assert [point.shade for point in drawn.points] == [0.5, 1.0, 0.0, None]
    assert [point.words for point in drawn.points] == ["25 %", "50 %", "0 %", "–"]


@pytest.mark.parametrize("chart", list(Chart))
def test_nothing_but_noughts_draws_nothing(chart: Chart) -> None:
    lines = (Line(1, "one", (Cell(0),)), Line(2, "two", (Cell(None),)))
    assert drawings(Table("t", "T", "x", (Column("a", "a"),), lines, chart=chart), "USD") == ()


# --- JSON and CSV ---


def test_json_has_every_figure_raw(outcomes: Report) -> None:
    read = json.loads(write_json(outcomes, "USD"))
    assert (read["format"], read["version"], read["report"]) == ("atbat.report", 1, "outcomes")
    assert [each["name"] for each in read["tables"]] == [each.name for each in outcomes.tables]
    for shape, of in zip(read["tables"], outcomes.tables, strict=True):
        for line, original in zip((*shape["lines"], shape["total"]), (*of.lines, of.total), strict=True):
            assert original is not None
            assert line["key"] == original.key
            for column, cell in zip(of.columns, original.cells, strict=True):
                figure = line["figures"][column.name]
                assert (figure["value"], figure.get("before")) == (cell.value, cell.before)
                assert (figure.get("part"), figure.get("of")) == (cell.part, cell.of)


def test_json_names_units_intervals_and_benchmarks() -> None:
    read: dict[str, Any] = json.loads(write_json(made(table(lines=2)), "EUR"))
    first, second = read["tables"][0]["lines"]
    assert second["figures"]["span"] == {"value": 3 * HOUR, "unit": "microseconds", "before": HOUR}
    assert first["figures"]["span"] == {"value": None, "unit": "microseconds", "before": HOUR}
    assert second["figures"]["money"] == {"value": 1_250_050, "unit": "minor units"}
    share = second["figures"]["share"]
    assert share["interval"] == pytest.approx(
        [0.0199, 0.4350], abs=1e-4
    )  # statsmodels' proportion_confint(1, 9, wilson)
    assert share["benchmark"]["source"] == "field <practice>"
    assert read["currency"] == "EUR"


def test_every_file_says_of_which_days_it_is_by_which_filters_and_when_it_was_made(outcomes: Report) -> None:
    narrowed = replace(outcomes, filters=(("rep", "Ben"), ("source", "=web")))
    assert narrowed.days is not None
    assert narrowed.against is not None
    first, last = (day.isoformat() for day in narrowed.days)
    assert (narrowed.days.last - narrowed.days.first).days == 29
    read = json.loads(write_json(narrowed, "USD"))
    assert (read["from"], read["to"], read["made"]) == (first, last, narrowed.made)
    assert read["filters"] == {"rep": "Ben", "source": "=web"}
    assert read["against"] == [day.isoformat() for day in narrowed.against]
    for row in csv.DictReader(StringIO(write_csv(narrowed, "USD"))):
        assert (row["from"], row["to"], row["made"]) == (first, last, narrowed.made)
        assert row["filters"] == "rep Ben · source =web"
    assert f"{first} to {last} · against {read['against'][0]}" in Page(write_html(narrowed, "USD", "made now")).text
    always = json.loads(write_json(replace(narrowed, days=None, against=None), "USD"))
    assert (always["from"], always["to"], always["against"]) == (None, None, None)


def test_csv_has_a_row_for_each_figure_and_no_formula() -> None:
    hostile = table(lines=2, name="=cmd|' /C calc'!A0")
    rows = list(csv.DictReader(StringIO(write_csv(made(hostile), "USD"))))
    assert len(rows) == 15
    assert not [cell for row in rows for cell in row.values() if cell[:1] in set("=+-@")]
    second = {row["column"]: row for row in rows[5:10]}
    assert (second["won"]["value"], second["won"]["unit"]) == ("12500.5", "USD")
    assert (second["median"]["value"], second["median"]["unit"]) == (str(3 * HOUR // SECOND), "seconds")
    assert (second["reached"]["value"], second["reached"]["of"]) == (str(1 / 9), "9")
    assert second["at bats"]["before"] == "1000"
    assert rows[2]["value"] == ""
    assert rows[-1]["line"] == "all"


def test_against_nothing_at_all_every_line_was_nothing_too() -> None:
    columns = (Column("n", "n"), Column("share", "share", Unit.SHARE), Column("won", "won", Unit.MONEY))

    def counted(lines: tuple[Line, ...], total: int) -> Table:
        cells = (Cell(total), Cell.share(total, total), Cell(total, Unit.MONEY))
        return Table("t", "T", "x", columns, lines, Line(None, "all", cells))

    now = counted((Line("a", "a", (Cell(3), Cell.share(3, 3), Cell(5, Unit.MONEY))),), 3)
    (line,) = now.beside(counted((), 0)).lines
    assert [cell.before for cell in line.cells] == [0, None, 0]
    other = counted((Line("b", "b", now.lines[0].cells),), 3)
    (line,) = now.beside(other).lines
    assert [cell.before for cell in line.cells] == [None, None, None]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (Cell(31, before=19), "+12"),
        (Cell(19, before=31), "−12"),
        (Cell(19, before=19), "±0"),
        (Cell(0.43, Unit.SHARE, before=0.4), "+3 points"),
        (Cell(0.41, Unit.SHARE, before=0.4), "+1 point"),
        (Cell(0.401, Unit.SHARE, before=0.4), "±0"),
        (Cell(HOUR, Unit.SPAN, before=2 * DAY), "−1 d 23 h"),
        (Cell(100_000, Unit.MONEY, before=50_000), "+$500"),
        (Cell(None, before=5), ""),
        (Cell(5), ""),
        (Cell("a", Unit.WORDS, before="b"), ""),
    ],
)
def test_a_figure_against_the_period_before(cell: Cell, said: str) -> None:
    assert change(cell, "USD") == said
