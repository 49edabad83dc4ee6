"""Speed to lead against the raw at bats and touches, timed by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import exp, log, sqrt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.database import Store
from store.instants import DAY, HOUR, MINUTE, Instant, moment
from store.reports.asked import Asked
from store.reports.figures import Unit
from store.reports.speed import make
from store.rules.statistics import odds
from store.rules.worked import Worked
from tests.reports.by_hand import ALL, chosen, every_filter, percent_point, periods, quotient
from tests.reports.made_up import NOW, MadeUp
from tests.reports.raw import Raw, Row, grouped
from tests.reports.worked_on import same, work_on

BANDS = ("5_min", "30_min", "60_min", "24_h", "later", "untouched")
EARLIER = {"new": 0, "accepted": 1, "attempting": 2, "connected": 3}
SIDES = {
    "within_the_hour": (("5_min", "30_min", "60_min"), ("24_h", "later")),
    "five_minutes": (("5_min",), ("60_min",)),
}
Figures = dict[tuple[Any, str], tuple[Any, list[int]]]


class ByHand:
    """Speed to lead in a database."""

    def __init__(self, store: Store) -> None:
        self.store, self.rows = store, Raw(store)
        self.spells = self.rows.by("stage_spell", "lead_id")
        self.by_day = {(touch.lead_id, touch.at) for touch in self.rows.touch if touch.date_only}
        self.inbound = {motion.value for motion, kind in store.rules.motions.items() if kind.inbound}
        self._worked: dict[int, int] = {}

    def timed(self, wanted: Asked) -> list[Row]:
        """The at bats asked about whose first touch has a time, newest first."""
        leads = chosen(self.rows, wanted, self.store.rules.segments)
        leads = [lead for lead in leads if (lead.id, lead.first_touch_at) not in self.by_day]
        return sorted(leads, key=lambda lead: (-lead.opened_at, -lead.id))

    def elapsed(self, lead: Row) -> int:
        return int(max(0, lead.first_touch_at - lead.opened_at))

    def worked(self, lead: Row) -> int:
        """Day by day along the calendar."""
        if lead.id not in self._worked:
            self._worked[lead.id] = self.store.calendar.elapsed(lead.opened_at, lead.first_touch_at)
        return self._worked[lead.id]

    def qualified(self, lead: Row) -> bool:
        """Its spells say so, and nothing took it back."""
        there = False
        for spell in sorted(self.spells.get(lead.id, []), key=lambda spell: spell.id):
            if spell.override and spell.stage in EARLIER:
                there = False
            there = there or (spell.stage == "qualified" and not spell.skipped)
        return there

    def band(self, lead: Row) -> str:
        if lead.first_touch_at is None:
            return "untouched"
        took = self.elapsed(lead)
        limits = (5 * MINUTE, 30 * MINUTE, HOUR, DAY)
        return next((band for band, limit in zip(BANDS, limits, strict=False) if took <= limit), "later")

    def times(self, key: Any, leads: list[Row], took: Callable[[Row], int], prefix: str = "") -> Figures:
        touched = [lead for lead in leads if lead.first_touch_at is not None]
        ids = [lead.id for lead in touched]
        values = [took(lead) for lead in touched]
        figures: Figures = {
            (key, f"{prefix}median"): (percent_point(values, "0.5"), ids),
            (key, f"{prefix}ninth"): (percent_point(values, "0.9"), ids),
        }
        for name, limit in (("5_min", 5 * MINUTE), ("1_h", HOUR), ("24_h", DAY)):
            inside = [lead.id for lead in touched if took(lead) <= limit]
            figures[key, f"{prefix}within_{name}"] = quotient(len(inside), len(leads)), inside
        return figures

    def counts(self, key: Any, leads: list[Row]) -> Figures:
        touched = [lead.id for lead in leads if lead.first_touch_at is not None]
        return {
            (key, "created"): (len(leads), [lead.id for lead in leads]),
            (key, "touched"): (len(touched), touched),
        }

    def line(self, key: Any, leads: list[Row]) -> Figures:
        return (
            self.counts(key, leads)
            | self.times(key, leads, self.elapsed)
            | self.times(key, leads, self.worked, "work_")
        )

    def overall(self, leads: list[Row], inbound: list[Row] | None) -> Figures:
        figures: Figures = {}
        for prefix, of in (("", leads), ("inbound_", inbound)):
            if of is not None:
                for name, took in (("elapsed", self.elapsed), ("business", self.worked)):
                    figures |= self.counts(prefix + name, of) | self.times(prefix + name, of, took)
        return figures

    def bands(self, leads: list[Row]) -> Figures:
        figures: Figures = {}
        for band in (*BANDS, None):
            there = [lead for lead in leads if band in (None, self.band(lead))]
            figures[band, "created"] = len(there), [lead.id for lead in there]
            for name, became in (
                ("connected", lambda lead: lead.connected_at is not None),
                ("qualified", self.qualified),
                ("converted", lambda lead: lead.outcome in ("converted_to_opportunity", "meeting_booked")),
            ):
                ids = [lead.id for lead in there if became(lead)]
                figures[band, name] = quotient(len(ids), len(there)), ids
        return figures

    def odds(self, leads: list[Row]) -> Figures:
        figures: Figures = {}
        for name, sides in SIDES.items():
            cross = []
            for word, bands in zip(("soon", "late"), sides, strict=True):
                there = [lead for lead in leads if self.band(lead) in bands]
                qualified = [lead.id for lead in there if self.qualified(lead)]
                figures[name, word] = len(there), [lead.id for lead in there]
                figures[name, f"{word}_qualified"] = quotient(len(qualified), len(there)), qualified
                cross += [len(qualified), len(there) - len(qualified)]
            both = [lead.id for lead in leads if self.band(lead) in (*sides[0], *sides[1])]
            a, b, c, d = cross
            ratio = low = high = None
            if min(a + b, c + d) >= self.store.rules.alerts.from_records and all(cross):
                ratio = a * d / (b * c)
                spread = 1.959963984540054 * sqrt(1 / a + 1 / b + 1 / c + 1 / d)
                low, high = (pytest.approx(exp(log(ratio) + sign * spread), rel=1e-12) for sign in (-1, 1))
            figures |= {(name, "odds"): (ratio, both), (name, "low"): (low, both), (name, "high"): (high, both)}
        return figures

    def holds(self, wanted: Asked, now: Instant) -> None:
        """The report says exactly this."""
        leads = self.timed(wanted)
        tables = {table.name: table for table in make(self.store, wanted, now)[1]}
        inbound = None if wanted.motion else [lead for lead in leads if lead.motion in self.inbound]
        same(self.store, tables.pop("overall"), self.overall(leads, inbound))
        came_in = leads if inbound is None else inbound
        same(self.store, tables.pop("bands"), self.bands(came_in))
        same(self.store, tables.pop("odds"), self.odds(came_in))
        for name, key in (
            ("by_rep", lambda lead: lead.owner_id),
            ("by_team", lambda lead: lead.team_id),
            ("by_source", lambda lead: lead.source),
            ("by_motion", lambda lead: lead.motion),
            ("by_hour", lambda lead: moment(lead.opened_at, self.store.zone).hour),
        ):
            expected = self.line(None, leads)
            groups = grouped(leads, key)
            nobody = groups.pop(None, None)
            for value, there in groups.items():
                expected |= self.line(value, there)
            table = tables.pop(name)
            if nobody is not None:  # the line of nobody has the key of the total
                (line,) = (line for line in table.lines if line.key is None)
                assert line.cells[0].counted is not None
                assert line.cells[0].counted.ids(self.store) == tuple(lead.id for lead in nobody)
                values = [figure for figure, _ in self.line(None, nobody).values()]
                assert [cell.value for cell in line.cells] == values
            same(self.store, table, expected)
        assert not tables


@pytest.fixture(scope="module")
def by_hand(season: Store) -> ByHand:
    return ByHand(season)


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MadeUp]:
    made = MadeUp(tmp_path_factory.mktemp("speed"))
    yield made
    made.store.close()


def test_every_period_of_the_season(by_hand: ByHand, season_end: Instant) -> None:
    for asked in periods(by_hand.rows):
        by_hand.holds(Asked(asked), season_end)


def test_every_filter_of_the_season(by_hand: ByHand, season_end: Instant) -> None:
    for wanted in every_filter(by_hand.rows, by_hand.store):
        by_hand.holds(wanted, season_end)


@settings(max_examples=40)
@given(count=st.integers(0, 14), seed=st.integers(0, 2**32))
def test_whatever_the_rows_say(made_up: MadeUp, count: int, seed: int) -> None:
    with made_up.world(count, seed) as store:
        work_on(store, seed)
        hand = ByHand(store)
        for wanted in every_filter(hand.rows, store)[seed % 7 :: 7]:
            hand.holds(wanted, NOW)


def test_the_odds_stand_beside_their_benchmarks(season: Store, season_end: Instant) -> None:
    sentences, tables = make(season, Asked(ALL), season_end)
    table = tables[2]
    for name in SIDES:
        assert table.cell(name, "odds").benchmark == season.rules.benchmarks[name]
    assert sentences[0].startswith("First touch within the hour: ")
    said = {
        "within_the_hour": ("within 1 h against later", "; 7 times in 2,241 firms."),
        "five_minutes": ("within 5 min against 30 to 60 min", "; 21 times in 15,000 leads."),
    }
    for sentence, (name, (title, beside)) in zip(sentences[1:], said.items(), strict=True):
        assert sentence.startswith(f"Qualified, first touch {title}: ")
        known = table.cell(name, "odds").value is not None
        assert sentence.endswith(beside if known else ", too few to compare (30 on either side).")


def test_each_figure_says_what_it_is_measured_in(season: Store, season_end: Instant) -> None:
    for table in make(season, Asked(ALL), season_end)[1]:
        for line in table.lines:
            for column, cell in zip(table.columns, line.cells, strict=True):
                times = {Unit.SPAN, Unit.WORK}
                assert cell.unit is column.unit or {cell.unit, column.unit} == times


def test_odds_against_a_published_table() -> None:
    """Smoking and lung cancer in men (Doll and Hill 1950): 647 of 649 cases, 622 of 649 controls."""
    found = odds(647, 649, 622, 649)
    assert found is not None
    assert found.ratio == pytest.approx(14.04, abs=0.005)
    assert found.interval == pytest.approx((3.33, 59.3), abs=0.05)
    assert odds(0, 10, 3, 10) is None
    assert odds(10, 10, 3, 10) is None
    assert odds(0, 0, 3, 10) is None


@settings(max_examples=300)
@given(start=st.integers(0, 3 * 366 * DAY), length=st.one_of(st.integers(-DAY, 3 * DAY), st.integers(0, 500 * DAY)))
def test_working_time_added_up_equals_the_calendar(season: Store, start: int, length: int) -> None:
    """Over changes of the clocks, holidays and nights; asked in any order of years."""
    first = 1_700_000_000_000_000 + start
    assert Worked(season.calendar).between(first, first + length) == season.calendar.elapsed(first, first + length)
    assert season.value("SELECT worked(?, ?)", (first, first + length)) == season.calendar.elapsed(
        first, first + length
    )


def test_no_time_of_nothing(season: Store) -> None:
    assert season.value("SELECT worked(1, NULL)") is None
