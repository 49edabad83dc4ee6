"""SLA against the raw clocks, counted by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.database import Store
from store.instants import Instant, moment
from store.reports.asked import Asked
from store.reports.figures import Chart, Records
from store.reports.sla import make
from store.vocabulary import ClockKind
from tests.reports.by_hand import ALL, chosen, days, every_filter, periods, quotient
from tests.reports.made_up import NOW, MadeUp
from tests.reports.raw import Raw, Row, grouped
from tests.reports.worked_on import same, work_on

KINDS = [kind.value for kind in ClockKind]
Figures = dict[tuple[Any, str], tuple[Any, list[int]]]


class ByHand:
    """The clocks of a database."""

    def __init__(self, store: Store) -> None:
        self.store, self.rows = store, Raw(store)
        self.rows.leads = [lead for lead in self.rows.lead if lead.merged_into_id is None]  # imported ones have clocks
        self.by_day = {(touch.lead_id, touch.at) for touch in self.rows.touch if touch.date_only}

    def day(self, clock: Row) -> date:
        return moment(self.decided(clock), self.store.zone).date()

    def decided(self, clock: Row) -> int:
        """When it was met, or ran out."""
        return int(min(clock.due_at, clock.due_at if clock.ended_at is None else clock.ended_at))

    def asked_about(self, wanted: Asked) -> list[Row]:
        """Met or missed in the period, the last first; of any at bat that is not merged, whoever has it now."""
        anybodys = wanted._replace(period=ALL, rep=None)
        ours = {lead.id: lead for lead in chosen(self.rows, anybodys, self.store.rules.segments)}
        found = []
        for clock in self.rows.clock:
            by_touch = clock.kind in ("first_touch", "own_touch", "respond")
            if clock.lead_id not in ours or clock.met is None or wanted.rep not in (None, clock.owner_id):
                continue
            if by_touch and (clock.lead_id, clock.ended_at) in self.by_day:
                continue
            if wanted.period.first <= self.day(clock) <= wanted.period.last:
                clock.team = ours[clock.lead_id].team_id
                found.append(clock)
        return sorted(found, key=lambda clock: (-self.decided(clock), -clock.id))

    def line(self, key: Any, clocks: list[Row]) -> Figures:
        met = [clock.id for clock in clocks if clock.met == 1]
        missed = [clock.id for clock in clocks if clock.met == 0]
        return {
            (key, "decided"): (len(clocks), [clock.id for clock in clocks]),
            (key, "met"): (len(met), met),
            (key, "missed"): (len(missed), missed),
            (key, "share"): (quotient(len(met), len(clocks)), met),
        }

    def misses(self, key: Any, clocks: list[Row], kinds: list[str]) -> Figures:
        figures: Figures = {}
        for kind in kinds:
            there = [clock for clock in clocks if clock.kind == kind]
            missed = [clock.id for clock in there if clock.met == 0]
            figures[key, kind] = quotient(len(missed), len(there)), missed
        return figures

    def weeks(self, clocks: list[Row]) -> Figures:
        """Every week from the first to the last, also one in which nothing was decided."""
        monday = {clock.id: self.day(clock) - timedelta(days=self.day(clock).weekday()) for clock in clocks}
        figures = self.line(None, clocks)
        week = min(monday.values(), default=date.max)
        while week <= max(monday.values(), default=date.min):
            figures |= self.line(week.isoformat(), [clock for clock in clocks if monday[clock.id] == week])
            week += timedelta(days=7)
        return figures

    def holds(self, wanted: Asked, now: Instant) -> None:
        """The report says exactly this."""
        clocks = self.asked_about(wanted)
        tables = {table.name: table for table in make(self.store, wanted, now)[1]}
        kinds = sorted({clock.kind for clock in clocks}, key=KINDS.index)
        same(self.store, tables.pop("by_week"), self.weeks(clocks))
        assert [column.name for column in tables["misses"].columns] == kinds
        for name, key in (
            ("by_clock", lambda clock: clock.kind),
            ("misses", lambda clock: clock.owner_id),
            ("by_rep", lambda clock: clock.owner_id),
            ("by_team", lambda clock: clock.team),
        ):
            table = tables.pop(name)
            groups = grouped(clocks, key)
            nobody = groups.pop(None, None)
            expected: Figures = {}
            for value, there in ({None: clocks} | groups).items():
                expected |= self.misses(value, there, kinds) if name == "misses" else self.line(value, there)
            if nobody is not None:  # the line of nobody has the key of the total
                (line,) = (line for line in table.lines if line.key is None)
                figures = self.misses(None, nobody, kinds) if name == "misses" else self.line(None, nobody)
                found = [(cell.value, list(cell.counted.ids(self.store))) for cell in line.cells if cell.counted]
                assert found == list(figures.values())
            same(self.store, table, expected)
        assert not tables


@pytest.fixture(scope="module")
def by_hand(season: Store) -> ByHand:
    return ByHand(season)


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MadeUp]:
    made = MadeUp(tmp_path_factory.mktemp("sla"))
    yield made
    made.store.close()


def test_every_period_of_the_season(by_hand: ByHand, season_end: Instant) -> None:
    for asked in periods(by_hand.rows):
        by_hand.holds(Asked(asked), season_end)


def test_every_filter_of_the_season(by_hand: ByHand, season_end: Instant) -> None:
    for wanted in every_filter(by_hand.rows, by_hand.store):
        by_hand.holds(wanted, season_end)


@settings(max_examples=60)
@given(count=st.integers(0, 14), seed=st.integers(0, 2**32))
def test_whatever_the_rows_say(made_up: MadeUp, count: int, seed: int) -> None:
    with made_up.world(count, seed) as store:
        work_on(store, seed)
        hand = ByHand(store)
        for wanted in every_filter(hand.rows, store)[seed % 7 :: 7]:
            hand.holds(wanted, NOW)
        hand.holds(Asked(days("2026-10-01", "2026-11-22")), NOW)


def test_who_misses_first_touch_is_said_and_opens_the_clocks(by_hand: ByHand, season_end: Instant) -> None:
    firsts = [clock for clock in by_hand.asked_about(Asked(ALL)) if clock.kind == "first_touch"]
    shares = {
        owner: (len([clock for clock in of if clock.met == 0]), len(of))
        for owner, of in grouped(firsts, lambda clock: clock.owner_id).items()
        if len(of) >= 30
    }
    worst = max(shares, key=lambda owner: shares[owner][0] / shares[owner][1])
    name = by_hand.store.value('SELECT name FROM "user" WHERE id = ?', (worst,))
    missed, of = shares[worst]
    sentences, tables = make(by_hand.store, Asked(ALL), season_end)
    assert sentences[1] == f"Misses first touch most: {name}, {missed} of {of} ({missed / of * 100:.0f} %)."
    cell = tables[1].cell(worst, "first_touch")
    assert cell.counted is not None
    assert cell.counted.records is Records.CLOCK
    assert len(cell.counted.ids(by_hand.store)) == missed
    assert (tables[1].chart, tables[4].chart, tables[4].charted) == (Chart.HEAT, Chart.LINE, ("share",))


def test_an_empty_period_says_nothing(season: Store, season_end: Instant) -> None:
    sentences, tables = make(season, Asked(days("2020-01-01", "2020-12-31")), season_end)
    assert sentences == ()
    assert all(not table.lines for table in tables)
