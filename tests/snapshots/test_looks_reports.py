"""How the reports look, compared with pictures that a person has looked at: one report with all that there is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from textual.pilot import Pilot

from screens.reports import screen as reports_screen
from screens.reports.counting import Found, Wish
from store.database import Store
from store.instants import HOUR, MINUTE, Instant
from store.reports.figures import Cell, Chart, Column, Counted, Days, Key, Line, Records, Report, Table, Unit
from store.vocabulary import Stage
from tests.drivers import AppDriver
from tests.factories import ANA, Floor
from tests.screens.queue_app import program
from tests.snapshots.test_looks import SIZES, THEMES, Compare

ALL = Counted(Records.LEAD, "SELECT id FROM lead ORDER BY id DESC", ())


def sources(store: Store, compare: bool) -> Table:
    """Bars, names from outside, every unit, intervals and benchmarks."""
    lines = store.rules.benchmarks
    rate, dwell = lines["connected_to_qualified"], lines["dwell_attempting"]
    columns = (
        Column("created", "created", note="at bats opened in the period"),
        Column("qualified", "qualified of connected", Unit.SHARE, "those that were qualified at some time"),
        Column("dwell", "time in attempting", Unit.SPAN, "median"),
        Column("won", "won amount", Unit.MONEY, "what is won"),
        Column("words", "in words", Unit.WORDS),
    )

    def line(key: Key, label: str, part: int, of: int, hours: int, won: int, words: str) -> Line:
        cells = (
            Cell(of, counted=ALL, before=of + 4 if compare else None),
            replace(Cell.share(part, of, ALL, rate), before=0.5 if compare else None),
            Cell(hours * HOUR, Unit.SPAN, counted=ALL, benchmark=dwell, before=40 * HOUR if compare else None),
            Cell(won, Unit.MONEY, counted=ALL, before=0 if compare else None),
            Cell(words, Unit.WORDS),
        )
        return Line(key, label, cells)

    found = (
        line("webinar", "Webinar [bold]2026[/]", 9, 12, 90, 1_250_000, "worth it"),
        line("list", "株式会社山田製作所 のリスト", 40, 420, 200, 0, "too few connects"),
        line("fair", "Möller & Söhne", 0, 0, 0, 99_950, ""),
        line("", "not said", 3, 9, 30, 0, "[@click=app.quit]"),
    )
    total = line(None, "all", 52, 441, 100, 1_349_950, "")
    note = "By at bats opened in the period; merged and imported ones are left out."
    return Table("by_source", "By source", "source", columns, found, total, Chart.BARS, ("created",), note)


def weeks() -> Table:
    """A line for each week, drawn as two lines."""
    columns = (Column("met", "met", Unit.SHARE), Column("kept", "kept", Unit.SHARE))
    found = tuple(
        Line(week, f"2026-W{week:02}", (Cell.share(40 + 3 * week, 120), Cell.share(100 - 5 * week, 120)))
        for week in range(1, 13)
    )
    return Table("by_week", "By week", "week", columns, found, None, Chart.LINE, ("met", "kept"))


def cohorts() -> Table:
    """Shades."""
    ages = range(1, 13)
    columns = (Column("created", "created"), *(Column(f"w{age}", f"{age} wk", Unit.SHARE) for age in ages))
    found = tuple(
        Line(week, f"2026-0{week}-05", (Cell(80), *(_share(week, age) for age in ages))) for week in range(1, 7)
    )
    charted = tuple(column.name for column in columns[1:])
    return Table("cohorts", "Converted by age", "month", columns, found, None, Chart.HEAT, charted)


def _share(week: int, age: int) -> Cell:
    return Cell.share(week * age, 80) if age < 14 - 2 * week else Cell(None, Unit.SHARE)


def made(store: Store, wish: Wish, now: Instant) -> Found:
    """Counted by nobody: the pictures are of how it is drawn."""
    tables = (sources(store, wish.compare), weeks(), cohorts())
    sentences = ("Bottleneck: Connected to Qualified, 12 % of 441 against 40–60 %.",)
    against = Days(date(2026, 5, 28), date(2026, 8, 25)) if wish.compare else None
    found = Report(wish.name, "Sources", "last 90 days", sentences, tables, against=against)
    return Found(found, store.currency, store.rules.alerts.from_records)


def look(compare: Compare, floor: Floor, keys: tuple[str, ...], shows: str, size: str, theme: str = THEMES[0]) -> bool:
    """Press keys as the team lead, wait until the screen shows some words, and compare the picture."""
    app = program(floor, ANA, theme=theme)

    async def before(pilot: Pilot[int]) -> None:
        driver = AppDriver(app, pilot)
        await driver.idle()
        await driver.press(*keys)
        await driver.until(lambda: shows in driver.screen_text() and "counting" not in driver.screen_text())
        await driver.idle()

    return compare(app, terminal_size=SIZES[size], run_before=before)


@pytest.fixture(autouse=True)
def counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every report is the same one."""
    monkeypatch.setattr(reports_screen, "count", made)


@pytest.mark.parametrize("size", SIZES)
def test_list(snap_compare: Compare, floor: Floor, size: str) -> None:
    assert look(snap_compare, floor, ("5",), "Capacity" if size == "narrow" else "By source", size)


@pytest.mark.parametrize(("size", "theme"), [*((size, THEMES[0]) for size in SIZES), ("middle", THEMES[1])])
def test_report(snap_compare: Compare, floor: Floor, size: str, theme: str) -> None:
    assert look(snap_compare, floor, ("5", "v", "s", "equals_sign", "j", "right"), "40 of 420", size, theme)


@pytest.mark.parametrize("size", SIZES)
def test_lines_and_shades(snap_compare: Compare, floor: Floor, size: str) -> None:
    keys = ("5", "v", "s", *["j"] * 12, *["right"] * 3)
    assert look(snap_compare, floor, keys, "kept · 2026-W08", size)


@pytest.mark.parametrize("size", ["narrow", "middle"])
def test_shades(snap_compare: Compare, floor: Floor, size: str) -> None:
    assert look(snap_compare, floor, ("5", "v", "s", "G", *["right"] * 9), "9 wk · 2026-06-05", size)


def test_records(snap_compare: Compare, floor: Floor) -> None:
    for stage in (Stage.ACCEPTED, Stage.CONNECTED, Stage.CLOSED, Stage.CONVERTED):
        floor.lead(stage, company="Acme [UK] Ltd")
        floor.later(90 * MINUTE)
    assert look(snap_compare, floor, ("5", "v", "s", "enter"), "4 at bats", "middle")
