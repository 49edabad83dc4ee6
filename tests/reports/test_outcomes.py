"""Outcomes against the raw at bats, counted by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.database import Store
from store.instants import Instant
from store.reports.asked import Asked
from store.reports.figures import Chart, Table, Unit
from store.reports.outcomes import make
from store.vocabulary import Outcome
from tests.reports.by_hand import ALL, chosen, days, every_filter, periods, quotient
from tests.reports.by_line import by_line
from tests.reports.made_up import NOW, MadeUp
from tests.reports.raw import Raw, Row, grouped

SUCCESS = ("converted_to_opportunity", "meeting_booked")
CAUSES = {
    "timing": ("connected_not_ready_now", "no_response", "no_show", "re_engage"),
    "fit": ("connected_bad_fit", "wrong_person", "existing_customer_or_opportunity", "suppress"),
    "data": ("duplicate", "bad_data"),
}
LOST = [outcome for outcomes in CAUSES.values() for outcome in outcomes]
ENDS: dict[str, Callable[[Row], Any]] = {"outcome": lambda lead: lead.outcome, "reason": lambda lead: lead.reason}
WHOSE: dict[str, Callable[[Row], Any]] = {
    "source": lambda lead: lead.source,
    "motion": lambda lead: lead.motion,
    "rep": lambda lead: lead.owner_id,
}
TABLES = [
    *(f"by_{name}" for name in (*ENDS, *WHOSE)),
    *(f"{end}s_by_{by}" for end in ENDS for by in WHOSE),
]
Figures = dict[str, tuple[Any, list[int]]]


class ByHand:
    """How the at bats of a database ended."""

    def __init__(self, store: Store) -> None:
        self.store, self.rows = store, Raw(store)

    def asked_about(self, wanted: Asked) -> list[Row]:
        leads = chosen(self.rows, wanted, self.store.rules.segments)
        return sorted(leads, key=lambda lead: (-lead.opened_at, -lead.id))

    def ends(self, ended: Sequence[Row]) -> Figures:
        return {
            "ended": counted(ended),
            "first": counted([lead for lead in ended if lead.number == 1]),
            "connected": counted([lead for lead in ended if lead.connected_at is not None]),
        }

    def whose(self, leads: Sequence[Row]) -> Figures:
        ended = [lead for lead in leads if not lead.open]
        by = {
            name: [lead for lead in ended if lead.outcome in among]
            for name, among in {"success": SUCCESS, **CAUSES}.items()
        }
        counts = {name: counted(there) for name, there in by.items()}
        shares: Figures = {
            f"{name}_share": (quotient(len(by[name]), len(ended)), [lead.id for lead in by[name]])
            for name in ("success", "timing", "fit")
        }
        return {"created": counted(leads), "open": counted([lead for lead in leads if lead.open]), **counts, **shares}

    def crossed(self, ended: Sequence[Row], end: Callable[[Row], Any], columns: Sequence[Any]) -> Figures:
        return {
            "none" if value in (None, "") else value: counted([lead for lead in ended if end(lead) == value])
            for value in columns
        }

    def cause(self, leads: Sequence[Row]) -> tuple[str, ...]:
        """The largest of the causes, and of those that ended by it how many gave each reason."""
        lost = [lead for lead in leads if lead.outcome in LOST]
        if not lost:
            return ()
        by = {name: [lead for lead in lost if lead.outcome in among] for name, among in CAUSES.items()}
        largest = max(by, key=lambda name: len(by[name]))
        given = Counter(lead.reason for lead in by[largest])
        names = {key: reason.label for key, reason in self.store.rules.reasons.items()}
        most = max(given.values())
        said = min(
            (key for key in given if given[key] == most),
            key=lambda key: (key == "", names.get(str(key), str(key)).casefold()),
        )
        return (
            f"Largest cause: {largest}, {len(by[largest]):,} of {len(lost):,} that ended without success"
            f" ({len(by[largest]) / len(lost) * 100:.0f} %), the reason given most:"
            f" {names.get(said, said) or 'not said'} ({most:,}).",
        )

    def holds(self, wanted: Asked, now: Instant) -> None:
        """The report says exactly this."""
        leads = self.asked_about(wanted)
        ended = [lead for lead in leads if not lead.open]
        sentences, made = make(self.store, wanted, now)
        assert [table.name for table in made] == TABLES
        tables = {table.name: table for table in made}
        for name, end in ENDS.items():
            lines = {key: self.ends(there) for key, there in grouped(ended, end).items()}
            by_line(self.store, tables[f"by_{name}"], lines, self.ends(ended), {})
        for name, whose in WHOSE.items():
            lines = {key: self.whose(there) for key, there in grouped(leads, whose).items()}
            by_line(self.store, tables[f"by_{name}"], lines, self.whose(leads), {})
            for of, end in ENDS.items():
                table = tables[f"{of}s_by_{name}"]
                columns = [line.key for line in tables[f"by_{of}"].lines]  # as the table of the ends has them
                lines = {key: self.crossed(there, end, columns) for key, there in grouped(ended, whose).items()}
                by_line(self.store, table, lines, self.crossed(ended, end, columns), {})
        assert sentences == self.cause(leads)


def counted(leads: Sequence[Row]) -> tuple[int, list[int]]:
    return len(leads), [lead.id for lead in leads]


def end_by_chance(store: Store, seed: int) -> None:
    """Say of every at bat that is not open how it ended and why, whatever its stage; from sources with any name."""
    random = Random(seed)
    reasons = (*random.sample(list(store.rules.reasons), 4), "", "it's odd")
    for lead, standing in store.rows("SELECT id, open FROM lead ORDER BY id"):
        outcome = None if standing else random.choice((None, *Outcome, *SUCCESS, Outcome.NO_RESPONSE))
        store.connection.execute(
            "UPDATE lead SET outcome = ?, reason = ?, number = ?, source = ? WHERE id = ?",
            (
                *(outcome, "" if standing else random.choice(reasons), random.randrange(1, 4)),
                *(random.choice(("", "web", "list", "O'Brien; --", "WEB")), lead),
            ),
        )


@pytest.fixture(scope="module")
def by_hand(season: Store) -> ByHand:
    return ByHand(season)


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MadeUp]:
    made = MadeUp(tmp_path_factory.mktemp("outcomes"))
    yield made
    made.store.close()


def test_every_period_of_the_season(by_hand: ByHand, season_end: Instant) -> None:
    for asked in periods(by_hand.rows):
        by_hand.holds(Asked(asked), season_end)


def test_every_filter_of_the_season(by_hand: ByHand, season_end: Instant) -> None:
    for wanted in every_filter(by_hand.rows, by_hand.store):
        by_hand.holds(wanted, season_end)


@settings(max_examples=100)
@given(count=st.integers(0, 30), seed=st.integers(0, 2**32))
def test_whatever_the_rows_say(made_up: MadeUp, count: int, seed: int) -> None:
    with made_up.world(count, seed) as store:
        end_by_chance(store, seed)
        hand = ByHand(store)
        for wanted in every_filter(hand.rows, store)[seed % 7 :: 7]:
            hand.holds(wanted, NOW)
        hand.holds(Asked(days("2026-10-01", "2026-11-22")), NOW)


def test_every_outcome_is_a_success_or_has_a_cause() -> None:
    assert sorted([*SUCCESS, *LOST]) == sorted(outcome.value for outcome in Outcome)


def test_what_an_at_bat_came_to_adds_up(season: Store, season_end: Instant) -> None:
    tables = {table.name: table for table in make(season, Asked(ALL), season_end)[1]}
    for by in WHOSE:
        for line in tables[f"by_{by}"].lines:
            created, *parts = (int(cell.value or 0) for cell in line.cells[:6])
            assert sum(parts) == created
        for end in ENDS:
            table = tables[f"{end}s_by_{by}"]
            assert table.total is not None
            for at, cell in enumerate(table.total.cells):
                assert sum(int(line.cells[at].value or 0) for line in table.lines) == cell.value


def test_how_the_tables_are_drawn_and_called(season: Store, season_end: Instant) -> None:
    tables = make(season, Asked(ALL), season_end)[1]
    charts = {table.name: table.chart for table in tables}
    assert [charts[f"by_{name}"] for name in (*ENDS, *WHOSE)] == [Chart.BARS] * 2 + [Chart.NONE] * 3
    assert {charts[name] for name in TABLES[5:]} == {Chart.HEAT}
    assert all(set(table.charted) <= {column.name for column in table.columns} for table in tables)
    assert tables[5].charted == tuple(column.name for column in tables[5].columns)
    assert tables[5].title == "Outcomes by source"
    outcomes = {line.key: line.label for line in tables[0].lines}
    assert outcomes["connected_bad_fit"] == "connected, bad fit"
    assert [column.title for column in tables[5].columns] == list(outcomes.values())
    assert all("merged" in table.note for table in tables)
    for table in tables:
        assert _in_order(table)


def _in_order(table: Table) -> bool:
    """By name; what has none comes last."""
    named = [line.label.casefold() for line in table.lines if line.key not in (None, "")]
    return named == sorted(named) and all(line.key not in (None, "") for line in table.lines[: len(named)])


def test_an_empty_period_says_nothing(season: Store, season_end: Instant) -> None:
    sentences, tables = make(season, Asked(days("2020-01-01", "2020-12-31")), season_end)
    assert sentences == ()
    assert all(not table.lines for table in tables)
    for table in tables[2:5]:
        assert table.total is not None
        assert [cell.value for cell in table.total.cells] == [
            None if column.unit is Unit.SHARE else 0 for column in table.columns
        ]
