"""Attempts against the raw at bats and touches, counted by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.database import Store
from store.instants import Instant
from store.reports.asked import Asked
from store.reports.attempts import make
from store.reports.figures import Records
from tests.reports.by_hand import ALL, chosen, days, every_filter, periods, quotient
from tests.reports.made_up import NOW, MadeUp
from tests.reports.raw import Raw, Row, grouped
from tests.reports.worked_on import same, work_on

Figures = dict[tuple[Any, str], tuple[Any, list[int]]]


def converted(lead: Row) -> bool:
    return lead.outcome in ("converted_to_opportunity", "meeting_booked")


def connected(lead: Row) -> bool:
    return lead.connected_at is not None


def dialled(touch: Row) -> bool:
    return bool(touch.channel == "call" and touch.direction == "out" and touch.attempt)


class ByHand:
    """Attempts in a database."""

    def __init__(self, store: Store) -> None:
        self.store, self.rows = store, Raw(store)
        self.touches = self.rows.by("touch", "lead_id")

    def asked_about(self, wanted: Asked) -> list[Row]:
        leads = chosen(self.rows, wanted, self.store.rules.segments)
        return sorted(leads, key=lambda lead: (-lead.opened_at, -lead.id))

    def calls(self, lead: Row) -> int:
        """Calls until they were first spoken to."""
        touches = self.touches.get(lead.id, [])
        reached = min((touch.at for touch in touches if touch.connect), default=None)
        return len([touch for touch in touches if dialled(touch) and (reached is None or touch.at <= reached)])

    def by(self, leads: list[Row], key: Callable[[Row], Any]) -> Figures:
        figures: Figures = {}
        for value, there in ({None: leads} | grouped(leads, key)).items():
            figures[value, "created"] = len(there), [lead.id for lead in there]
            still = [lead.id for lead in there if lead.open]
            figures[value, "open"] = len(still), still
            reached = [lead.id for lead in there if connected(lead)]
            figures[value, "connected"] = quotient(len(reached), len(there)), reached
            won = [lead.id for lead in there if converted(lead)]
            figures[value, "converted"] = len(won), won
            ended = [lead for lead in there if not lead.open]
            won = [lead.id for lead in ended if converted(lead)]
            figures[value, "converted_share"] = quotient(len(won), len(ended)), won
        return figures

    def reached(self, leads: list[Row]) -> Figures:
        won = [(lead.id, self.calls(lead)) for lead in leads if converted(lead)]
        figures: Figures = {}
        for call in range(13) if won else ():
            exactly = [lead for lead, calls in won if calls == call or (call == 12 and calls > 12)]
            by_then = [lead for lead, calls in won if calls <= call or call == 12]
            figures[call, "reached"] = len(exactly), exactly
            figures[call, "by_then"] = quotient(len(by_then), len(won)), by_then
        return figures

    def dials(self, leads: list[Row]) -> Figures:
        ours = {lead.id for lead in leads}
        dials = [touch for touch in self.rows.touch if touch.lead_id in ours and dialled(touch)]
        dials.sort(key=lambda touch: (-touch.at, -touch.id))
        figures: Figures = {}
        for user, made in ({None: dials} | grouped(dials, lambda touch: touch.user_id)).items():
            talks = [touch.id for touch in made if touch.connect]
            met = [touch.id for touch in made if touch.connect and touch.disposition == "meeting_booked"]
            figures[user, "dials"] = len(made), [touch.id for touch in made]
            figures[user, "connects"] = len(talks), talks
            figures[user, "connect_rate"] = quotient(len(talks), len(made)), talks
            figures[user, "meetings"] = len(met), met
            figures[user, "meeting_rate"] = quotient(len(met), len(talks)), met
        return figures

    def came_back(self, leads: list[Row]) -> Figures:
        back = [lead for lead in leads if lead.number > 1 and lead.contact_id is not None]
        figures: Figures = {}
        for number, there in ({None: back} | grouped(back, lambda lead: min(lead.number, 4))).items():
            people, again, won = (
                _people([lead for lead in there if holds(lead)]) for holds in (lambda lead: True, connected, converted)
            )
            figures[number, "contacts"] = len(people), people
            figures[number, "connected"] = quotient(len(again), len(people)), again
            figures[number, "converted"] = len(won), won
            figures[number, "converted_share"] = quotient(len(won), len(people)), won
        return figures

    def holds(self, wanted: Asked, now: Instant) -> None:
        """The report says exactly this."""
        leads = self.asked_about(wanted)
        tables = {table.name: table for table in make(self.store, wanted, now)[1]}
        for name, expected in {
            "by_attempts": self.by(leads, lambda lead: min(lead.attempts, 12)),
            "reached": self.reached(leads),
            "dials": self.dials(leads),
            "by_at_bat": self.by(leads, lambda lead: min(lead.number, 4)),
            "came_back": self.came_back(leads),
        }.items():
            same(self.store, tables.pop(name), expected)
        assert not tables


def _people(leads: list[Row]) -> list[int]:
    """Each once, whoever's latest of these at bats is newest first."""
    latest = {contact: max(lead.opened_at for lead in of) for contact, of in grouped(leads, _contact).items()}
    return sorted(latest, key=lambda contact: (-latest[contact], -contact))


def _contact(lead: Row) -> int:
    return int(lead.contact_id)


@pytest.fixture(scope="module")
def by_hand(season: Store) -> ByHand:
    return ByHand(season)


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MadeUp]:
    made = MadeUp(tmp_path_factory.mktemp("attempts"))
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


def test_what_each_figure_counts_and_stands_beside(season: Store, season_end: Instant) -> None:
    tables = {table.name: table for table in make(season, Asked(ALL), season_end)[1]}
    benchmarks = season.rules.benchmarks
    assert tables["reached"].cell(6, "by_then").benchmark == benchmarks["six_calls"]
    assert tables["reached"].cell(5, "by_then").benchmark is None
    total = tables["dials"].total
    assert total is not None
    assert total.cells[2].benchmark == benchmarks["connect_rate"]
    assert total.cells[4].benchmark == benchmarks["meetings_per_conversation"]
    records = {
        name: {cell.counted.records for line in table.lines for cell in line.cells if cell.counted}
        for name, table in tables.items()
    }
    assert records == {
        "by_attempts": {Records.LEAD},
        "reached": {Records.LEAD},
        "dials": {Records.TOUCH},
        "by_at_bat": {Records.LEAD},
        "came_back": {Records.CONTACT},
    }


def test_sentences_compare_one_attempt_with_several(by_hand: ByHand, season_end: Instant) -> None:
    leads = by_hand.asked_about(Asked(ALL))
    sides = []
    for words, some in (
        ("one attempt", [lead for lead in leads if lead.attempts == 1]),
        ("several", [lead for lead in leads if lead.attempts > 1]),
    ):
        ended = [lead for lead in some if not lead.open]
        won = [lead for lead in ended if converted(lead)]
        sides.append(f"{len(won) / len(ended) * 100:.0f} % of {len(ended):,} after {words}")
    said, again, sixth = make(by_hand.store, Asked(ALL), season_end)[0]
    back = [lead for lead in leads if lead.number > 1 and lead.contact_id is not None]
    people, won_again = (len(_people(some)) for some in (back, [lead for lead in back if converted(lead)]))
    percent = f"{won_again / people * 100:.0f} %"
    assert again == f"People who came back: {people:,}, of whom {won_again:,} converted ({percent})."
    assert said.startswith(f"Converted of those that ended: {sides[0]} against {sides[1]}, ")
    won = [lead for lead in leads if converted(lead)]
    reached = [lead for lead in won if by_hand.calls(lead) <= 6]
    share = f"{len(reached) / len(won) * 100:.0f} %"
    assert sixth == f"Reached by the 6th call: {share} of {len(won):,} that converted against 93 %."


def test_an_empty_period_says_nothing(season: Store, season_end: Instant) -> None:
    sentences, tables = make(season, Asked(days("2020-01-01", "2020-12-31")), season_end)
    assert sentences == ()
    assert all(not table.lines for table in tables)
