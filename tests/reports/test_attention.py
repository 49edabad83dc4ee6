"""Attention names the figures furthest off, of the reports that they stand in, and weeks unlike those before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from math import sqrt
from pathlib import Path
from typing import Any

import pytest

from store.database import Store
from store.instants import DAY, Instant, moment
from store.reports.against import against, in_its_unit, off
from store.reports.asked import Asked, asked
from store.reports.figures import Cell, Unit
from store.reports.registry import report
from store.ruleset import Benchmark
from tests.reports.made_up import NOW, MadeUp
from tests.reports.raw import Raw, Row


def benchmark(unit: str, low: float | None = None, high: float | None = None) -> Benchmark:
    return Benchmark("made up", unit, "per lead", "nobody", "C", low, high)


@pytest.mark.parametrize(
    ("cell", "far", "words"),
    [
        (Cell.share(10, 100, None, benchmark("%", 40, 60)), 0.75, "40–60 %"),
        (Cell.share(40, 100, None, benchmark("%", 40, 60)), 0.0, "40–60 %"),
        (Cell.share(90, 100, None, benchmark("%", 40, 60)), -1.25, "40–60 %"),
        (Cell.share(0, 0, None, benchmark("%", 40)), None, "at least 40 %"),
        (Cell(6 * DAY, Unit.SPAN, benchmark=benchmark("days", 1, 3)), 1.0, "1–3 days"),
        (Cell(DAY // 24, Unit.SPAN, benchmark=benchmark("hours", high=4)), -0.75, "at most 4 hours"),
        (Cell(3.5, Unit.NUMBER, benchmark=benchmark("times", low=7)), 0.5, "at least 7 times"),
        (Cell(5), None, ""),
    ],
)
def test_how_far_a_figure_is_off(cell: Cell, far: float | None, words: str) -> None:
    found = off(cell)
    assert found == (None if far is None else pytest.approx(far))
    assert (in_its_unit(cell) is None) == (far is None)
    if cell.benchmark is not None:
        assert against(cell.benchmark) == words


def everything(store: Store, now: Instant) -> Asked:
    return asked(store, now, days="all")


def test_the_furthest_are_figures_of_other_reports_the_worst_first(season: Store, season_end: Instant) -> None:
    wanted = everything(season, season_end)
    found = report(season, "attention", wanted, season_end)
    (furthest, _) = found.tables
    assert furthest.lines, "the six weeks have something off"
    wrong = {}
    for name in ("funnel", "speed", "attempts", "marketing"):
        for table in report(season, name, wanted, season_end).tables:
            for line in (*table.lines, *([table.total] if table.total else [])):
                for column, cell in zip(table.columns, line.cells, strict=True):
                    of = cell.of if cell.unit is Unit.SHARE else line.cells[0].value
                    far = by_hand(cell)
                    if cell.benchmark and cell.counted and far is not None and far >= 0.01 and of >= 30:  # type: ignore[operator]
                        wrong[f"{name}.{table.name}.{line.key}.{column.name}"] = (cell, far)
    assert {line.key: line.cells[0] for line in furthest.lines} == {key: cell for key, (cell, _) in wrong.items()}
    distances = [line.cells[1].value for line in furthest.lines]
    assert distances == sorted((far for _, far in wrong.values()), reverse=True)
    for line in furthest.lines:
        cell = line.cells[0]
        assert cell.counted is not None
        assert bool(cell.counted.ids(season)) is (cell.part != 0)  # a share of none has none behind it
    assert len(found.sentences) <= 5
    assert found.sentences[0].casefold().startswith(furthest.lines[0].label.casefold())


def by_hand(cell: Cell) -> float | None:
    """How far off, told once more."""
    if cell.benchmark is None or not isinstance(cell.value, int | float):
        return None
    match cell.benchmark.unit:
        case "hours" | "days" as unit:
            length = 3_600_000_000 * (24 if unit == "days" else 1)
            high = cell.benchmark.high
            return None if high is None else (cell.value / length - high) / high
        case "%":
            value = cell.value * 100
        case _:
            value = cell.value
    low = cell.benchmark.low
    return None if low is None else (low - value) / low


# -- weeks -----------------------------------------------------------------------------------------------------------

Kept = Callable[[Row], bool]


def weekly(store: Store, keeps: Kept) -> dict[str, list[tuple[int, date]]]:
    """Every record that is counted a week, with the team's day it is of."""
    raw = Raw(store)
    leads = {lead.id: lead for lead in raw.lead if lead.merged_into_id is None and keeps(lead)}

    def day(at: Instant) -> date:
        return moment(at, store.zone).date()

    found: dict[str, list[tuple[int, date]]] = {
        "opened": [(id, date.fromisoformat(lead.opened_day)) for id, lead in leads.items() if not lead.imported],
        "meetings": [(one.id, day(one.booked_at)) for one in raw.meeting if one.lead_id in leads],
        "missed": [(one.id, day(one.due_at)) for one in raw.clock if one.lead_id in leads and one.met == 0],
        "converted": [
            (one.lead_id, day(one.at)) for one in raw.conversion if one.lead_id in leads and one.reversed_at is None
        ],
    }
    for name in ("attempt", "connect"):
        touches = [one for one in raw.touch if one.lead_id in leads and getattr(one, name)]
        found[f"{name}s"] = [(one.id, date.fromisoformat(one.day)) for one in touches]
    return found


@pytest.mark.parametrize(
    ("filters", "keeps"),
    [
        ({}, lambda lead: True),
        ({"rep": "Ana K."}, lambda lead: lead.owner_id == 4),
        ({"motion": "demo_request"}, lambda lead: lead.motion == "demo_request"),
        ({"source": "website"}, lambda lead: lead.source == "website"),
    ],
)
@pytest.mark.parametrize("days_on", [0, 3, 30])
def test_the_last_week_against_the_eight_before(
    season: Store, season_end: Instant, filters: dict[str, Any], keeps: Kept, days_on: int
) -> None:
    now = season_end + days_on * DAY
    today = moment(now, season.zone).date()
    unlike = report(season, "attention", asked(season, now, days="all", **filters), now).tables[1]
    expected = weekly(season, keeps)
    assert {line.key for line in unlike.lines} == set(expected)
    for line in unlike.lines:
        assert isinstance(line.key, str)
        weeks = [
            [
                id
                for id, day in expected[line.key]
                if today - timedelta(days=7 * week + 7) <= day < today - timedelta(days=7 * week)
            ]
            for week in range(9)
        ]
        latest, usual, low, high, verdict = line.cells
        assert latest.value == len(weeks[0])
        assert latest.counted is not None
        assert sorted(latest.counted.ids(season)) == sorted(weeks[0])
        before = [len(week) for week in weeks[1:]]
        mean = sum(before) / 8
        if not before[-1] or mean < 5:
            assert (usual.value, low.value, high.value, verdict.value) == (None, None, None, "too few to tell")
            continue
        spread = max(sqrt(sum((one - mean) ** 2 for one in before) / 7), sqrt(mean))
        assert usual.value == pytest.approx(mean)
        assert [low.value, high.value] == pytest.approx([max(0.0, mean - 2 * spread), mean + 2 * spread])
        within = max(0.0, mean - 2 * spread) <= latest.value <= mean + 2 * spread
        assert verdict.value == ("as usual" if within else "unusual")


@pytest.mark.parametrize(("latest", "verdict"), [(10, "as usual"), (14, "as usual"), (40, "unusual"), (0, "unusual")])
def test_a_week_unlike_the_others_is_said(tmp_path: Path, latest: int, verdict: str) -> None:
    made = MadeUp(tmp_path)
    today = moment(NOW, made.store.zone).date()
    for week, count in enumerate([latest, 10, 11, 9, 10, 12, 8, 10, 10]):
        day = (today - timedelta(days=7 * week + 3)).isoformat()
        for _ in range(count):
            made.insert("lead", opened_day=day, opened_at=NOW, stage="new", status="uncontacted", open=1)
    found = report(made.store, "attention", everything(made.store, NOW), NOW)
    assert found.tables[1].cell("opened", "verdict").value == verdict
    said = [sentence for sentence in found.sentences if f": {latest} at bats opened in seven days" in sentence]
    assert bool(said) == (verdict == "unusual")
    made.store.close()


def test_nothing_at_all_says_so(season: Store, season_end: Instant) -> None:
    long_ago = asked(season, season_end, days="2001-01-01")
    found = report(season, "attention", long_ago, season_end)
    assert found.tables[0].lines == ()
    assert len(found.sentences) == 1
