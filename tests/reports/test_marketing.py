"""Marketing hand-off against the raw rows: the way of marketing's leads, clocks, rejections and targets."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.database import Store
from store.instants import Instant, moment
from store.reports.asked import Asked
from store.reports.figures import Table
from store.reports.marketing import make
from store.reports.period import period
from tests.factories import ZONE
from tests.reports.by_hand import ALL, Figure, agrees, chosen, every_filter, periods, quotient
from tests.reports.dealt import Dealt
from tests.reports.made_up import NOW
from tests.reports.raw import Row, grouped
from tests.reports.test_sources import ALL_LINES, AtBats, Expected, both_agree

MARKETING = ("demo_request", "event_follow_up", "intent_signal", "campaign_response")
TARGETS = {"website": 40, "web": 3, "webinar": 25, "mail": 1}
CLOCKS = ("first_touch", "accept", "hand_over")


class ByHand(AtBats):
    """The report of a database as of an instant."""

    def __init__(self, store: Store, now: Instant) -> None:
        super().__init__(store, now)
        self.clocks = self.rows.by("clock", "lead_id")
        self.dealt = {row.lead_id for id in self.deals for row in self.conversions.get(id, [])}

    def waits(self, lead: Row) -> bool:
        """Not accepted, and a clock that waits for it runs."""
        running = [
            clock
            for clock in self.clocks.get(lead.id, [])
            if clock.kind in ("first_touch", "accept") and clock.met is None and clock.due_at > self.now
        ]
        return lead.accepted_at is None and bool(lead.open) and bool(running)

    def turned_down(self, lead: Row) -> bool:
        return lead.status == "disqualified" or self.rejected(lead)

    def by_source(self, leads: list[Row]) -> Expected:
        """MQL, SAL, SQL and opportunity."""
        expected: Expected = {}
        for key, theirs in self._lines(leads):
            sal = [lead for lead in theirs if lead.accepted_at is not None]
            sql = [lead for lead in theirs if self.qualified(lead)]
            deals = [lead for lead in theirs if lead.id in self.dealt]
            down = [lead for lead in theirs if self.turned_down(lead)]
            decided = [lead for lead in theirs if not self.waits(lead)]
            tried = [lead for lead in sal if not lead.open or lead in sql]
            ended = [lead for lead in sal if not lead.open]
            expected |= {
                (key, "mql"): (len(theirs), theirs),
                (key, "sal"): (len(sal), sal),
                (key, "accepted_share"): (quotient(len(sal), len(decided)), sal),
                (key, "sql"): (len(sql), sql),
                (key, "qualified_share"): shared(sql, tried),
                (key, "opportunities"): (len(deals), deals),
                (key, "opportunity_share"): shared(deals, ended),
                (key, "rejected"): (len(down), down),
                (key, "rejected_share"): shared(down, theirs),
            }
        return expected

    def _lines(self, leads: list[Row]) -> list[tuple[Any, list[Row]]]:
        return [*grouped(leads, lambda lead: lead.source).items(), (ALL_LINES, leads)]

    def sales_side(self, leads: list[Row]) -> Expected:
        """Clocks that were met or ran out, by the source of their at bat."""
        source_of = {lead.id: lead.source for lead in leads}
        clocks = [
            SimpleNamespace(**{**vars(clock), "opened_at": clock.started_at})
            for lead in leads
            for clock in self.clocks.get(lead.id, [])
            if clock.kind in CLOCKS
        ]
        expected: Expected = {}
        lines = grouped(clocks, lambda clock: source_of[clock.lead_id])
        for key, theirs in [*lines.items(), (ALL_LINES, clocks)]:
            for kind in CLOCKS:
                ran = [
                    clock
                    for clock in theirs
                    if clock.kind == kind
                    and (clock.met is not None or (clock.ended_at is None and clock.due_at <= self.now))
                ]
                met = [clock for clock in ran if clock.met]
                expected[key, f"{kind}s"] = len(ran), ran
                expected[key, f"{kind}_in_time"] = quotient(len(met), len(ran)), met
        return expected

    def rejections(self, leads: list[Row]) -> Expected:
        """Each at bat under each reason for which it was rejected."""
        why = {lead.id: {row.reason for row in self.sent_back(lead)} for lead in leads}
        for lead in leads:
            if lead.status == "disqualified":
                why[lead.id].add(lead.reason)
        reasons = {reason for found in why.values() for reason in found}
        down = [lead for lead in leads if why[lead.id]]
        expected: Expected = {}
        for key, theirs in self._lines(down):
            expected[key, "rejected"] = len(theirs), theirs
            for reason in reasons:
                those = [lead for lead in theirs if reason in why[lead.id]]
                expected[key, reason] = len(those), those
        return expected

    def targets(self, wanted: Asked, leads: list[Row]) -> dict[tuple[Any, str], Figure]:
        """What each source brought on the days of each month, against its part of the target."""
        today = moment(self.now, ZONE).date()
        opened = {lead.id: date.fromisoformat(lead.opened_day) for lead in leads}
        day, last = max(wanted.period.first, min(opened.values(), default=today)), min(wanted.period.last, today)
        months: dict[str, int] = {}
        while day <= last:
            months[f"{day:%Y-%m}"] = months.get(f"{day:%Y-%m}", 0) + 1
            day += timedelta(days=1)
        expected: dict[tuple[Any, str], Figure] = {}
        for month, count in months.items():
            of = monthrange(int(month[:4]), int(month[5:]))[1]
            for source, target in TARGETS.items():
                if wanted.source not in ("", source):
                    continue
                theirs = [lead for lead in leads if lead.source == source and f"{opened[lead.id]:%Y-%m}" == month]
                key, part = f"{month} {source}", target * count / of
                expected[key, "mql"] = len(theirs), theirs
                expected[key, "target"] = part, None
                expected[key, "of_target"] = len(theirs) / part, theirs
        return expected

    def holds(self, wanted: Asked) -> None:
        """The report says exactly this."""
        leads = [
            lead
            for lead in chosen(self.rows, wanted, self.store.rules.segments)
            if lead.motion in MARKETING or lead.campaign_id is not None
        ]
        tables = {table.name: table for table in make(self.store, wanted, self.now)[1]}
        both_agree(self.store, tables.pop("by_source"), self.by_source(leads))
        both_agree(self.store, tables.pop("sales_side"), self.sales_side(leads))
        both_agree(self.store, tables.pop("rejected"), self.rejections(leads))
        narrowed = wanted.team or wanted.rep or wanted.motion or wanted.campaign or wanted.segment
        if narrowed or wanted.source not in ("", *TARGETS):
            assert not tables
        else:
            agreed_shares(self.store, tables["targets"], self.targets(wanted, leads))


def shared(some: list[Row], of: list[Row]) -> Figure:
    """The share of these that are among some, and which."""
    both = [lead for lead in of if lead in some]
    return quotient(len(both), len(of)), both


def agreed_shares(store: Store, table: Table, expected: Mapping[tuple[Any, str], Figure]) -> None:
    """A share of a target is no share of records: it may be more than the whole."""
    lines = [
        replace(line, cells=tuple(replace(cell, part=how_many(store, cell)) for cell in line.cells))
        for line in table.lines
    ]
    assert all(cell.part is None and cell.interval is None for line in table.lines for cell in line.cells)
    agrees(store, replace(table, lines=tuple(lines)), expected)


def how_many(store: Store, cell: Any) -> int | None:
    """How many records a cell opens."""
    return len(cell.counted.ids(store)) if cell.counted else None


@pytest.fixture(scope="module", autouse=True)
def agreed(season: Store, dealt: Dealt) -> Iterator[None]:
    """A team that has agreed on targets."""
    before = season.rules
    marketing = before.marketing._replace(qualified_per_month=TARGETS)
    for store in (season, dealt.store):
        store.use_rules(before._replace(marketing=marketing))
    yield
    season.use_rules(before)


@pytest.fixture(scope="module")
def by_hand(season: Store, season_end: Instant) -> ByHand:
    return ByHand(season, season_end)


@pytest.fixture(scope="module")
def dealt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dealt]:
    made = Dealt(tmp_path_factory.mktemp("marketing"))
    yield made
    made.store.close()


def test_every_period_of_the_season(by_hand: ByHand) -> None:
    for asked in periods(by_hand.rows):
        by_hand.holds(Asked(asked))


def test_every_filter_of_the_season(by_hand: ByHand) -> None:
    for wanted in every_filter(by_hand.rows, by_hand.store):
        by_hand.holds(wanted)


def test_as_of_earlier_instants(season: Store, season_end: Instant) -> None:
    """Clocks that run then are neither met nor missed yet, and what waits for them is not decided."""
    for now in (season_end - 14 * 86_400_000_000, season_end - 40 * 86_400_000_000):
        ByHand(season, now).holds(Asked(ALL))


@settings(max_examples=50)
@given(count=st.integers(0, 14), seed=st.integers(0, 2**32))
def test_whatever_the_rows_say(dealt: Dealt, count: int, seed: int) -> None:
    with dealt.world(count, seed) as store:
        hand = ByHand(store, NOW)
        for wanted in every_filter(hand.rows, store)[seed % 7 :: 7]:
            hand.holds(wanted)
        hand.holds(Asked(period("last_30_days", store.calendar.day(NOW))))


def test_what_sales_accept_stands_against_what_was_agreed(season: Store, season_end: Instant) -> None:
    """The benchmark says the share of the rules, which is where a team says it."""
    sentences, (way, *_) = make(season, Asked(ALL), season_end)
    line = way.cell("website", "accepted_share").benchmark
    assert line is not None
    assert (line.low, line.denominator) == (80, "per qualified lead")
    assert sentences[0].startswith("Sales accepted ")
    assert sentences[0].endswith(" against at least 80 %.")


def test_the_month_that_fell_shortest_is_named(by_hand: ByHand) -> None:
    """Nothing comes by mail there."""
    assert "mail" not in {lead.source for lead in by_hand.rows.leads}
    month = min(lead.opened_day for lead in by_hand.rows.leads)[:7]
    said = make(by_hand.store, Asked(period(month, date.fromisoformat(f"{month}-01"))), by_hand.now)[0][1]
    assert said.startswith("Marketing is below its target in ")
    assert said.endswith(f" of 4 months and sources, furthest in {month} mail (0 of 1).")


def test_a_team_without_targets_sees_none(season: Store, season_end: Instant) -> None:
    agreed = season.rules
    season.use_rules(agreed._replace(marketing=agreed.marketing._replace(qualified_per_month={})))
    try:
        sentences, tables = make(season, Asked(ALL), season_end)
        assert [table.name for table in tables] == ["by_source", "sales_side", "rejected"]
        assert len(sentences) == 1
    finally:
        season.use_rules(agreed)
