"""How a report is laid out: columns that fit, shades, intervals of few cases, and what keeps to its benchmark."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from screens.reports import words
from screens.reports.chart import bars
from screens.reports.choose import letters
from screens.reports.layout import Figures, Page, Place, Sort, Told, heat
from store.instants import DAY, HOUR
from store.reports.figures import Cell, Chart, Column, Line, Report, Table, Unit
from store.reports.registry import REPORTS
from store.ruleset import Benchmark
from tui.theme import Urgency

SHARE = Benchmark("rate", "%", "per lead", "field practice", "C", 40, 60)
DAYS = Benchmark("dwell", "days", "per lead", "field practice", "C", 3, 7)


def table(*values: float | None, columns: int = 1, **more: object) -> Table:
    """A table with a line for each value."""
    heads = tuple(Column(f"c{at}", f"column {at}") for at in range(columns))
    lines = tuple(Line(at, f"line {at}", tuple(Cell(value) for _ in heads)) for at, value in enumerate(values))
    return Table("t", "Title", "head", heads, lines, **more)  # type: ignore[arg-type]


def page(*tables: Table, width: int = 80, sorts: dict[str, Sort] | None = None) -> Page:
    """A page of these tables."""
    return Page(Report("r", "R", "all time", ("A sentence.",), tables), width, "USD", sorts or {})


def test_a_place_is_found_again_whatever_the_order() -> None:
    place = Place("t", 1, False, "c0")
    plain = page(table(1, 3, 2))
    ordered = page(table(1, 3, 2), sorts={"t": Sort("c0", True)})
    assert plain.stop_of(place) == 1
    assert ordered.stop_of(place) == 0
    assert plain.stop_of(Place("t", 7, False, "c0")) is None


def test_what_has_no_figure_comes_last_whichever_way() -> None:
    for descending, keys in ((True, [1, 2, 0]), (False, [2, 1, 0])):
        shown = page(table(None, 9, 4), sorts={"t": Sort("c0", descending)})
        found = [line.line.key for line in shown.lines if isinstance(line, Figures)]
        assert found == keys


@pytest.mark.parametrize("width", [30, 60, 80, 177])
def test_the_column_of_the_cursor_is_always_among_those_shown(width: int) -> None:
    grid = page(table(1_000_000, columns=20), width=width).grids[0]
    for column in range(20):
        first, last = grid.fitting(width, column)
        assert first <= column < last
        assert last - first == 1 or grid.label + sum(2 + room.width for room in grid.rooms[first:last]) <= width


def test_shades_go_from_nothing_to_the_hottest() -> None:
    assert [heat(Cell(value), 100) for value in (None, 0, 1, 30, 50, 80, 100)] == [0, 0, 1, 1, 2, 3, 4]
    assert heat(Cell("words"), 100) == 0
    assert heat(Cell(5), 0) == 0


def test_only_shares_of_few_cases_show_where_they_may_lie() -> None:
    assert words.few(Cell.share(3, 10)) == "(11–60)"
    assert words.few(Cell.share(30, 100)) == ""
    assert words.few(Cell.share(0, 0)) == ""
    assert words.figure(Cell.share(0, 0), "USD") == "–"


@pytest.mark.parametrize(
    ("cell", "standing"),
    [
        (Cell.share(39, 100, benchmark=SHARE), Urgency.LATE),
        (Cell.share(40, 100, benchmark=SHARE), Urgency.DONE),
        (Cell.share(90, 100, benchmark=SHARE), Urgency.DONE),
        (Cell.share(0, 0, benchmark=SHARE), Urgency.CALM),
        (Cell(7 * DAY, Unit.SPAN, benchmark=DAYS), Urgency.DONE),
        (Cell(7 * DAY + HOUR, Unit.SPAN, benchmark=DAYS), Urgency.LATE),
        (Cell(HOUR, Unit.SPAN, benchmark=DAYS), Urgency.DONE),
        (Cell(5), Urgency.CALM),
    ],
)
def test_a_share_is_not_under_its_benchmark_and_a_time_not_over_it(cell: Cell, standing: Urgency) -> None:
    assert words.sign(cell) is standing


def test_what_changed_has_a_sign() -> None:
    assert words.change(Cell(12, before=9), "USD") == "▲3"
    assert words.change(Cell(0.5, Unit.SHARE, before=0.75), "USD") == "▼25"
    assert words.change(Cell(4, before=4), "USD") == "="
    assert words.change(Cell(4), "USD") == ""


def test_a_share_of_few_is_not_judged() -> None:
    for cell in (Cell.share(3, 29, benchmark=SHARE), Cell.share(29, 29, benchmark=SHARE)):
        assert words.sign(cell, 30) is Urgency.CALM
        assert "of fewer than 30: not judged; benchmark: 40–60 %" in str(words.held_against(cell, 30))
    assert words.sign(Cell.share(3, 30, benchmark=SHARE), 30) is Urgency.LATE
    assert words.sign(Cell(7 * DAY, Unit.SPAN, benchmark=DAYS), 30) is Urgency.DONE
    heads = (Column("s", "share", Unit.SHARE),)
    line = Line(1, "one", (Cell.share(3, 29, benchmark=SHARE),))
    said = told(Page(Report("r", "R", "", (), (Table("t", "T", "x", heads, (line,)),)), 200, "USD", {}, enough=30))
    assert said[-1] == (
        "(…): where a share of fewer than 100 may truly lie, at 95 %."
        " ✓ keeps to its benchmark, ! does not; a share of fewer than 30 is not judged."
    )


def test_in_a_low_window_figures_come_before_most_words() -> None:
    first, second = "The first sentence, which is too long to stand on one line of forty cells.", "The second."
    third = "The third, for which there is no room above the figures any more."
    report = Report("r", "R", "", (first, second, third, "The last."), (table(1, note="A note."), table(2)))
    shown = Page(report, 40, "USD", {}, low=True)
    at = [number for number, line in enumerate(shown.lines) if isinstance(line, Figures)]
    above, below = (" ".join(said.split()) for said in (text(shown.lines[: at[0]]), text(shown.lines[at[0] :])))
    assert above.startswith(f"• {first} • {second} Title")
    assert below.count(f"• {third} • The last.") == 1
    assert "A note." in below
    high = Page(report, 40, "USD", {})
    assert told(high).index("A note.") == told(high).index("Title") + 1


def text(lines: Sequence[object]) -> str:
    """The words among lines of a page."""
    return " ".join(line.text for line in lines if isinstance(line, Told))


def told(page: Page) -> list[str]:
    """The lines of words of a page, without empty ones."""
    return [line.text for line in page.lines if isinstance(line, Told) and line.text]


def test_bars_of_shares_are_of_the_whole_and_labels_use_the_room() -> None:
    heads = (Column("s", "share", Unit.SHARE),)
    names = ("Attempting to Connected (warm)", "Attempting to Connected (cold)")
    lines = tuple(Line(name, name, (Cell.share(n, 10),)) for n, name in enumerate(names, 4))
    drawn = bars(Table("t", "T", "x", heads, lines, chart=Chart.BARS), lines, "USD", 62, 12).plain.splitlines()[2:]
    assert all(name in line for name, line in zip(names, drawn, strict=True))
    space = 62 - len(names[0]) - len("40 %") - 3
    assert [line.count("█") for line in drawn] == [space * 4 // 10, space // 2]


def test_bars_are_as_long_as_their_figures_and_none_is_left_out_unsaid() -> None:
    lines = table(100, 50, 0, None, chart=Chart.BARS)
    drawn = bars(lines, lines.lines, "USD", 40, 12).plain.splitlines()
    counted = [line.count("█") for line in drawn[2:]]
    assert counted == [28, 14, 0]
    many = table(*range(1, 30), chart=Chart.BARS)
    assert "and 20 more" in bars(many, many.lines, "USD", 40, 12).plain


def test_every_report_has_a_letter_of_its_own() -> None:
    found = letters()
    assert list(found) == list(REPORTS)
    assert len(set(found.values())) == len(REPORTS)
    assert all(len(letter) == 1 for letter in found.values())
