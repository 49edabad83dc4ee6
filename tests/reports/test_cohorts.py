"""Cohorts against the raw at bats, each looked at by its own age."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.database import Store
from store.instants import DAY, Instant, instant
from store.reports.asked import Asked
from store.reports.cohorts import make
from store.reports.figures import Chart
from store.reports.period import Period, period
from tests.reports.by_hand import ALL, Figure, agrees, chosen, days, every_filter, quotient
from tests.reports.made_up import NOW, MadeUp
from tests.reports.raw import Raw, Row

ONE_DAY = timedelta(days=1)


def when(lead: Row, deed: str) -> Instant | None:
    """When it came to it, if it did."""
    if deed == "connected":
        return lead.connected_at  # type: ignore[no-any-return]
    return lead.closed_at if lead.stage == "converted" else None


def by_week(asked: Period, leads: list[Row]) -> bool:
    """Whether the cohorts are weeks: for up to 26 of them, of all time for as long as there are at bats."""
    if asked.name == "all" and leads:
        dates = [date.fromisoformat(lead.opened_day) for lead in leads]
        return (max(dates) - min(dates)).days < 182
    return asked.days <= 182


def cohort_of(day: date, weeks: bool, asked: Period) -> tuple[str, date]:
    """What the cohort of a day is called, and its last day in the period."""
    if weeks:
        monday = date.fromisocalendar(*day.isocalendar()[:2], 1)
        name, all_days = monday.isoformat(), [monday + count * ONE_DAY for count in range(7)]
    else:
        name = f"{day:%Y-%m}"
        around = (day + count * ONE_DAY for count in range(-30, 31))
        all_days = [each for each in around if (each.year, each.month) == (day.year, day.month)]
    within = [each for each in all_days if asked.first <= each <= asked.last]
    begins, ends = f"{within[0]:%m-%d}", f"{within[-1]:%m-%d}"
    match within[0] == all_days[0], within[-1] == all_days[-1]:
        case False, False if len(within) == 1:
            name = f"{name} ({begins})"
        case False, False:
            name = f"{name} ({begins} to {ends})"
        case False, True:
            name = f"{name} (from {begins})"
        case True, False:
            name = f"{name} (to {ends})"
    return name, within[-1]


def expected(rows: Raw, store: Store, wanted: Asked, now: Instant, deed: str) -> dict[str, dict[Any, Figure]]:
    """The cells of both tables."""
    leads = chosen(rows, wanted, store.rules.segments)
    weeks = by_week(wanted.period, leads)
    length = (7 if weeks else 30) * DAY
    cohorts: dict[str, list[Row]] = {}
    complete: dict[str, Instant] = {}
    for lead in leads:
        name, last = cohort_of(date.fromisoformat(lead.opened_day), weeks, wanted.period)
        cohorts.setdefault(name, []).append(lead)
        midnight = datetime.combine(last + ONE_DAY, time(), ZoneInfo(store.zone))
        complete[name] = instant(midnight)
    ages = [age for age in range(1, 13) if any(end + age * length <= now for end in complete.values())] or [1]
    share: dict[Any, Figure] = {}
    count: dict[Any, Figure] = {}
    for line in (*cohorts, None):
        of_line = leads if line is None else cohorts[line]
        share[line, "created"] = count[line, "created"] = len(of_line), of_line
        for age in (*ages, None):
            old = [
                lead
                for name, found in cohorts.items()
                if line in (None, name) and (age is None or complete[name] + age * length <= now)
                for lead in found
            ]
            done = [
                lead
                for lead in old
                if (at := when(lead, deed)) is not None and (age is None or at - lead.opened_at < age * length)
            ]
            column = "so_far" if age is None else f"by_{age}"
            reached = bool(old) or not cohorts
            share[line, column] = (quotient(len(done), len(old)), done) if reached else (None, None)
            count[line, column] = (len(done), done) if reached else (None, None)
    return {f"{deed}_share": share, deed: count}


def holds(rows: Raw, store: Store, wanted: Asked, now: Instant) -> None:
    """The report says exactly this."""
    tables = {table.name: table for table in make(store, wanted, now)[1]}
    assert list(tables) == ["by_month", "converted_share", "converted", "connected_share", "connected"]
    for deed in ("converted", "connected"):
        for name, cells in expected(rows, store, wanted, now, deed).items():
            agrees(store, tables[name], cells)


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MadeUp]:
    made = MadeUp(tmp_path_factory.mktemp("cohorts"))
    yield made
    made.store.close()


def test_every_period_of_the_season(season: Store, season_end: Instant) -> None:
    rows = Raw(season)
    for asked in (
        ALL,
        days("2026-01-14", "2026-02-03"),
        days("2025-06-01", "2026-05-31"),
        days("2020-01-01", "2020-02-01"),
    ):
        for now in (season_end, season_end + 40 * DAY, season_end + 400 * DAY):
            holds(rows, season, Asked(asked), now)


def test_every_filter_of_the_season(season: Store, season_end: Instant) -> None:
    rows = Raw(season)
    for wanted in every_filter(rows, season, days("2026-01-01", "2026-02-28")):
        holds(rows, season, wanted, season_end)


@settings(max_examples=60)
@given(
    count=st.integers(0, 20),
    seed=st.integers(0, 2**32),
    name=st.sampled_from(("all", "last_90_days", "last_182_days", "last_183_days", "last_365_days", "this_week")),
)
def test_whatever_the_rows_say(made_up: MadeUp, count: int, seed: int, name: str) -> None:
    with made_up.world(count, seed) as store:
        rows = Raw(store)
        asked = period(name, store.calendar.day(NOW))
        for wanted in every_filter(rows, store, asked)[seed % 7 :: 7]:
            holds(rows, store, wanted, NOW)
        holds(rows, store, Asked(asked), NOW)


def test_an_age_that_is_not_reached_is_nothing_and_not_nought(season: Store, season_end: Instant) -> None:
    for table in make(season, Asked(ALL), season_end)[1][1:]:
        newest = table.lines[-1]
        assert [table.cell(newest.key, name).value for name in table.charted] == [None] * len(table.charted)
        assert table.cell(newest.key, "created").value
        assert table.chart is Chart.HEAT


def test_a_cohort_only_grows_with_age(season: Store, season_end: Instant) -> None:
    for table in make(season, Asked(ALL), season_end)[1][1:]:
        for line in table.lines:
            found = [cell.value for cell in line.cells[1:] if cell.value is not None]
            assert found == sorted(found, key=float)


@pytest.mark.parametrize(
    ("days_on", "asked"), [(0, "all"), (20, "this_year"), (400, "last_30_days"), (0, "past"), (400, "past")]
)
def test_created_in_each_of_six_months(season: Store, season_end: Instant, days_on: int, asked: str) -> None:
    now, rows = season_end + days_on * DAY, Raw(season)
    today = datetime.fromtimestamp(now / 1e6, ZoneInfo(season.zone)).date()
    past = datetime.fromtimestamp((season_end - 20 * DAY) / 1e6, ZoneInfo(season.zone)).date()
    ends = past if asked == "past" else today
    days_asked = period(f"2001-01-01..{past}" if asked == "past" else asked, today)
    months = [f"{year}-{month:02}" for year, month in calendar_months(ends)]
    for wanted in every_filter(rows, season):
        leads = [lead for lead in chosen(rows, wanted, season.rules.segments) if lead.opened_day <= today.isoformat()]
        figures: dict[Any, Figure] = {}
        for line in (*months, None):
            of_line = [lead for lead in leads if lead.opened_day[:7] in ((line,) if line else months)]
            figures[line, "created"] = len(of_line), of_line
            for deed in ("connected", "converted"):
                done = [lead for lead in of_line if when(lead, deed) is not None]
                figures[line, deed] = len(done), done
        table = make(season, wanted._replace(period=days_asked), now)[1][0]
        assert [line.key for line in table.lines] == months
        agrees(season, table, figures)


def calendar_months(today: date) -> Iterator[tuple[int, int]]:
    """The month of a day and the five before, the newest first."""
    day = today
    for _ in range(6):
        yield day.year, day.month
        day = day.replace(day=1) - ONE_DAY
