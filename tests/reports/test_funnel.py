"""The funnel against the raw spells, status changes and conversions, walked through by hand."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.database import Store
from store.instants import DAY, Instant
from store.reports.asked import Asked
from store.reports.funnel import make
from store.reports.period import period
from tests.reports.by_hand import ALL, Figure, agrees, chosen, every_filter, percent_point, periods, quotient
from tests.reports.made_up import NOW, MadeUp
from tests.reports.raw import Raw, Row, grouped

ORDER = {
    **{"new": 0, "accepted": 1, "attempting": 2, "connected": 3},
    **{"qualified": 4, "disqualified": 5, "converted": 6, "closed": 6},
}
STAYS = ("new", "accepted", "attempting", "connected", "qualified")
HELD = ("uncontacted", "recycled", "attempting", "connected", "working", "stale", "qualified", "unqualified")


class ByHand:
    """The funnel of a database as of an instant."""

    def __init__(self, store: Store, now: Instant) -> None:
        self.store, self.now, self.rows = store, now, Raw(store)
        self.spells = self.rows.by("stage_spell", "lead_id")
        self.statuses = self.rows.by("status_change", "lead_id")
        self.conversions = self.rows.by("conversion", "lead_id")
        self.deals = {deal.id: deal for deal in self.rows.opportunity}
        self.meetings = {meeting.id: meeting for meeting in self.rows.meeting}

    def entered(self, lead: Row) -> set[str]:
        """The stages it came to, without those that a correction took back."""
        came: set[str] = set()
        for spell in sorted(self.spells.get(lead.id, []), key=lambda spell: spell.id):
            if spell.override:
                came = {stage for stage in came if ORDER[stage] <= ORDER[spell.stage]}
            came.add(spell.stage)
        return came

    def waits(self, lead: Row) -> bool:
        """Whether it is open inside its window, which a promise holds."""
        if not lead.open:
            return False
        ends = lead.expires_at
        if ends is not None and lead.callback_at is not None:
            ends = max(ends, self.store.calendar.add(lead.callback_at, self.store.rules.extensions.promise_grace))
        return ends is None or ends > self.now

    def deal(self, lead: Row) -> str:
        """What its conversion came to: won, open, or nothing."""
        for conversion in self.conversions.get(lead.id, []):
            if conversion.reversed_at is None:
                deal = self.deals.get(conversion.opportunity_id)
                if deal is None:
                    return "open" if self.meetings[conversion.meeting_id].result == "booked" else ""
                return "won" if deal.stage == "won" else "open" if deal.open else ""
        return ""

    def conversion(self, leads: list[Row]) -> dict[tuple[Any, str], Figure]:
        """Each step: who entered, who went on, who may still, and the rate."""
        came = {lead.id: self.entered(lead) for lead in leads}
        won = {lead.id for lead in leads if "converted" in came[lead.id] and self.deal(lead) == "won"}
        dealing = {lead.id for lead in leads if "converted" in came[lead.id] and self.deal(lead) == "open"}
        warm = {motion.value for motion, kind in self.store.rules.motions.items() if kind.inbound}
        at = {stage: [lead for lead in leads if stage in came[lead.id]] for stage in ORDER}
        inbound = [lead for lead in at["attempting"] if lead.motion in warm]
        outbound = [lead for lead in at["attempting"] if lead.motion not in warm]
        expected: dict[tuple[Any, str], Figure] = {}
        for step, entered, there in (
            ("new_to_attempting", leads, "attempting"),
            ("attempting_to_connected_warm", inbound, "connected"),
            ("attempting_to_connected_cold", outbound, "connected"),
            ("connected_to_qualified", at["connected"], "qualified"),
            ("qualified_to_converted", at["qualified"], "converted"),
            ("qualified_to_won", at["qualified"], "won"),
        ):
            on = [lead for lead in entered if (lead.id in won if there == "won" else there in came[lead.id])]
            rest = [lead for lead in entered if lead not in on]
            waiting = [lead for lead in rest if self.waits(lead) or (there == "won" and lead.id in dealing)]
            expected[step, "entered"] = len(entered), entered
            expected[step, "went_on"] = len(on), on
            expected[step, "waiting"] = len(waiting), waiting
            expected[step, "rate"] = quotient(len(on), len(entered) - len(waiting)), on
        return expected

    def time_in_stage(self, leads: list[Row]) -> dict[tuple[Any, str], Figure]:
        """The stays of each at bat in a stage, together, where none of them goes on."""
        spans: dict[str, dict[int, int]] = {stage: {} for stage in STAYS}
        for lead in leads:
            for stage, spells in grouped(self.spells.get(lead.id, []), lambda spell: spell.stage).items():
                stays = [spell for spell in spells if not spell.skipped]
                if stage in spans and stays and all(spell.left_at is not None for spell in stays):
                    spans[stage][lead.id] = sum(spell.left_at - spell.entered_at for spell in stays)
        return self._times(leads, spans)

    def time_in_status(self, leads: list[Row]) -> dict[tuple[Any, str], Figure]:
        """The times that each at bat had a status, together, where it has another now."""
        spans: dict[str, dict[int, int]] = {status: {} for status in HELD}
        for lead in leads:
            changes = sorted(self.statuses.get(lead.id, []), key=lambda change: change.id)
            for change, after in pairwise(changes):
                if change.status in spans and change.status != changes[-1].status:
                    had = spans[change.status]
                    had[lead.id] = had.get(lead.id, 0) + after.at - change.at
        return self._times(leads, spans)

    def _times(self, leads: list[Row], spans: dict[str, dict[int, int]]) -> dict[tuple[Any, str], Figure]:
        expected: dict[tuple[Any, str], Figure] = {}
        for place, found in spans.items():
            stayed = [lead for lead in leads if lead.id in found]
            expected[place, "stayed"] = len(stayed), stayed
            expected[place, "median"] = percent_point(found.values(), "0.5"), stayed
            expected[place, "ninth"] = percent_point(found.values(), "0.9"), stayed
        return expected

    def standing(self, leads: list[Row]) -> dict[tuple[Any, str], Figure]:
        """Where each is now."""
        places = grouped(leads, lambda lead: f"{lead.stage}/{lead.status}")
        return {(None, "now"): (len(leads), leads)} | {
            (place, "now"): (len(there), there) for place, there in places.items()
        }

    def holds(self, wanted: Asked) -> None:
        """The report says exactly this."""
        leads = chosen(self.rows, wanted, self.store.rules.segments)
        tables = {table.name: table for table in make(self.store, wanted, self.now)[1]}
        assert list(tables) == ["conversion", "time_in_stage", "time_in_status", "standing"]
        for name, table in tables.items():
            agrees(self.store, table, getattr(self, name)(leads))


@pytest.fixture(scope="module")
def by_hand(season: Store, season_end: Instant) -> ByHand:
    return ByHand(season, season_end)


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MadeUp]:
    made = MadeUp(tmp_path_factory.mktemp("funnel"))
    yield made
    made.store.close()


def test_every_period_of_the_season(by_hand: ByHand) -> None:
    for asked in periods(by_hand.rows):
        by_hand.holds(Asked(asked))


def test_every_filter_of_the_season(by_hand: ByHand) -> None:
    for wanted in every_filter(by_hand.rows, by_hand.store):
        by_hand.holds(wanted)


def test_as_of_earlier_and_later_instants(season: Store, season_end: Instant) -> None:
    for now in (season_end - 14 * DAY, season_end + 100 * DAY):
        ByHand(season, now).holds(Asked(ALL))


@settings(max_examples=60)
@given(count=st.integers(0, 14), seed=st.integers(0, 2**32))
def test_whatever_the_rows_say(made_up: MadeUp, count: int, seed: int) -> None:
    with made_up.world(count, seed) as store:
        hand = ByHand(store, NOW)
        for wanted in every_filter(hand.rows, store)[seed % 7 :: 7]:
            hand.holds(wanted)
        hand.holds(Asked(period("last_90_days", store.calendar.day(NOW))))


def test_the_figures_stand_beside_their_benchmarks(season: Store, season_end: Instant) -> None:
    tables = {table.name: table for table in make(season, Asked(ALL), season_end)[1]}
    rules = season.rules.benchmarks
    for line in tables["conversion"].lines:
        assert tables["conversion"].cell(line.key, "rate").benchmark == rules[str(line.key)]
    for stage in ("new", "attempting", "connected", "qualified"):
        assert tables["time_in_stage"].cell(stage, "median").benchmark == rules[f"dwell_{stage}"]
    assert tables["time_in_status"].cell("working", "median").benchmark == rules["dwell_working"]


def test_the_bottleneck_is_the_step_furthest_below_its_benchmark(by_hand: ByHand) -> None:
    """Only of steps that enough at bats were decided at."""
    store = by_hand.store
    for wanted in every_filter(by_hand.rows, store):
        figures = by_hand.conversion(chosen(by_hand.rows, wanted, store.rules.segments))
        far = {}
        for (step, column), (rate, _) in figures.items():
            decided = figures[step, "entered"][0] - figures[step, "waiting"][0]
            if column == "rate" and decided >= store.rules.alerts.from_records:
                far[step] = 100 * rate / (store.rules.benchmarks[step].low or 0)
        said = make(store, wanted, by_hand.now)[0][0]
        if not far:
            assert said == "No bottleneck can be named: no step has 30 at bats that are decided."
        else:
            worst = min(far, key=lambda step: far[step])
            title = store.rules.benchmarks[worst].label
            start = "Bottleneck" if far[worst] < 1 else "No bottleneck: nearest to its benchmark is"
            assert said.removeprefix(start).lstrip(": ").startswith(f"{title}, ")


def test_the_sentences_say_figure_count_and_benchmark(by_hand: ByHand) -> None:
    leads = chosen(by_hand.rows, Asked(ALL), by_hand.store.rules.segments)
    sentences, _ = make(by_hand.store, Asked(ALL), by_hand.now)
    figures = by_hand.conversion(leads)
    rate, _ = figures["connected_to_qualified", "rate"]
    decided = figures["connected_to_qualified", "entered"][0] - figures["connected_to_qualified", "waiting"][0]
    stayed = by_hand.time_in_stage(leads)
    length = f"{stayed['attempting', 'median'][0] / DAY:.1f}".removesuffix(".0")
    rate = f"{100 * rate:.1f}".removesuffix(".0")
    assert sentences == (
        f"Bottleneck: Connected to Qualified, {rate} % of {decided} against 40–60 %.",
        f"Slowest: time in Attempting, {length} days against 3–7 days (median of {stayed['attempting', 'stayed'][0]}).",
    )
