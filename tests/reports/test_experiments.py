"""Experiments counted by hand over the raw rows, and held against two-proportion statistics worked out anew."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import product
from math import erfc, sqrt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.database import Store
from store.instants import DAY, Instant, moment
from store.reports.asked import Asked, asked
from store.reports.figures import Cell, Report, Table
from store.reports.registry import report
from store.vocabulary import Motion
from tests.factories import MONDAY, Floor, make_template, open_floor
from tests.reports.raw import Raw, Row

Z = 1.959963984540054
OUTCOMES = ("connected", "qualified", "converted")
STAGES = ("new", "accepted", "attempting", "connected", "qualified", "disqualified", "converted", "closed")


# --- the oracle ---


class Oracle:
    """The same figures, by loops over raw rows and by textbook formulas."""

    def __init__(self, store: Store, wanted: Asked) -> None:
        self.raw = Raw(store)
        self.first, self.last = (day.isoformat() for day in (wanted.period.first, wanted.period.last))
        self.wanted = wanted
        self.segments = sorted(store.rules.segments.items(), key=lambda band: band[1])
        self.zone = store.zone
        self.accounts = {row.id: row for row in self.raw.account}
        self.leads = {lead.id: lead for lead in self.raw.leads if self._is_wanted(lead)}
        self.spells = self.raw.by("stage_spell", "lead_id")

    def _is_wanted(self, lead: Row) -> bool:
        asked = self.wanted
        pairs = (
            (asked.team, lead.team_id),
            (asked.rep, lead.owner_id),
            (asked.motion.value if asked.motion else None, lead.motion),
            (asked.source or None, lead.source),
            (asked.campaign, lead.campaign_id),
            (asked.segment or None, self._segment(lead)),
        )
        return self.first <= lead.opened_day <= self.last and all(a is None or a == b for a, b in pairs)

    def _segment(self, lead: Row) -> str:
        account = self.accounts.get(lead.account_id)
        found = "unknown"
        for name, least in self.segments:
            if account is not None and account.size is not None and account.size >= least:
                found = name
        return found

    @property
    def experiments(self) -> list[Row]:
        """Those that ran on one of the days, newest first."""
        days = lambda at: moment(at, self.zone).date().isoformat()  # noqa: E731
        return [
            row
            for row in sorted(self.raw.experiment, key=lambda row: -row.id)
            if days(row.starts_at) <= self.last and (row.ends_at is None or days(row.ends_at) >= self.first)
        ]

    def arms(self, experiment_id: int) -> list[Row]:
        return sorted(
            (row for row in self.raw.experiment_arm if row.experiment_id == experiment_id), key=lambda row: row.id
        )

    def of_arm(self, arm_id: int) -> set[int]:
        given = {row.lead_id for row in self.raw.experiment_assignment if row.arm_id == arm_id}
        return given & self.leads.keys()

    def reached(self, lead_id: int, outcome: str) -> bool:
        lead = self.leads[lead_id]
        if outcome == "connected":
            return lead.connected_at is not None
        if outcome == "converted":
            return bool(lead.stage == "converted")
        qualified = False
        for spell in sorted(self.spells.get(lead_id, []), key=lambda spell: spell.id):
            if spell.override and STAGES.index(spell.stage) < STAGES.index("qualified"):
                qualified = False
            if spell.stage == "qualified":
                qualified = True
        return qualified


def wilson(part: int, of: int) -> tuple[float, float]:
    p = part / of
    centre, spread = p + Z * Z / (2 * of), Z * sqrt(p * (1 - p) / of + Z * Z / (4 * of * of))
    return (centre - spread) / (1 + Z * Z / of), (centre + spread) / (1 + Z * Z / of)


def two_sided(part: int, of: int, other: int, other_of: int) -> float:
    pooled = (part + other) / (of + other_of)
    error = sqrt(pooled * (1 - pooled) * (1 / of + 1 / other_of))
    return erfc(abs(other / other_of - part / of) / error / sqrt(2)) if error else 1.0


def newcombe(part: int, of: int, other: int, other_of: int) -> tuple[float, float]:
    (low, high), (other_low, other_high) = wilson(part, of), wilson(other, other_of)
    a, b = part / of, other / other_of
    return b - a - sqrt((b - other_low) ** 2 + (high - a) ** 2), b - a + sqrt((other_high - b) ** 2 + (a - low) ** 2)


def holm(ps: Sequence[float]) -> list[float]:
    found = [0.0] * len(ps)
    sofar = 0.0
    for rank, (p, at) in enumerate(sorted((p, at) for at, p in enumerate(ps))):
        sofar = max(sofar, min((len(ps) - rank) * p, 1.0))
        found[at] = sofar
    return found


def says(part: int, of: int, other: int, other_of: int, p: float | None) -> str:
    pooled = (part + other) / (of + other_of) if of + other_of else 0
    rare = min(pooled, 1 - pooled)
    # A hair for the product of two fractions, which may fall just short of five.
    if min(of, other_of) < 30 or min(of, other_of) * rare < 5 - 1e-9:
        return "too little data"
    return "more than chance" if p is not None and p < 0.05 else "may be chance"


# --- holding one against the other ---


def hold(store: Store, wanted: Asked, now: Instant) -> Report:
    """Every figure and the records behind it; returns the report."""
    found, oracle = report(store, "experiments", wanted, now), Oracle(store, wanted)
    tables = {table.name: table for table in found.tables}
    expected = oracle.experiments
    assert [table.name for table in found.tables] == [
        name for row in expected for name in (f"experiment_{row.id}", f"experiment_{row.id}_compared")
    ]
    for row in expected:
        counts = hold_arms(store, oracle, tables[f"experiment_{row.id}"], oracle.arms(row.id))
        hold_compared(tables[f"experiment_{row.id}_compared"], oracle.arms(row.id), counts)
    if expected:
        assert len(found.sentences) == sum(len(oracle.arms(row.id)) - 1 for row in expected)
    else:
        assert found.sentences == ("No experiment ran in these days: `atbat experiments add` begins one.",)
    return found


Counts = Mapping[tuple[int, str], tuple[int, int]]


def hold_arms(store: Store, oracle: Oracle, table: Table, arms: Iterable[Row]) -> Counts:
    counts: dict[tuple[int, str], tuple[int, int]] = {}
    lines = {arm.id: oracle.of_arm(arm.id) for arm in arms}
    assert [line.key for line in table.lines] == list(lines)
    assert [line.label for line in table.lines] == [arm.name for arm in oracle.arms(arms[0].experiment_id)]  # type: ignore[index]
    assert table.total is not None
    everybody = set().union(*lines.values())
    for line, ids in (*((line, lines[line.key]) for line in table.lines), (table.total, everybody)):
        cells = dict(zip((column.name for column in table.columns), line.cells, strict=True))
        same(store, cells["at_bats"], len(ids), ids)
        for outcome in OUTCOMES:
            reached = {lead_id for lead_id in ids if oracle.reached(lead_id, outcome)}
            same(store, cells[outcome], len(reached), reached)
            share = cells[f"{outcome}_share"]
            same(store, share, len(reached) / len(ids) if ids else None, reached)
            assert (share.part, share.of) == (len(reached), len(ids))
            if ids:
                assert share.interval is not None
                low, high = wilson(len(reached), len(ids))
                assert share.interval == pytest.approx((max(low, 0), min(high, 1)), abs=1e-12)
            if isinstance(line.key, int):
                counts[line.key, outcome] = (len(reached), len(ids))
    return counts


def same(store: Store, cell: Cell, value: float | None, ids: set[int]) -> None:
    assert cell.value == value
    assert cell.counted is not None
    found = cell.counted.ids(store)
    assert len(found) == len(ids)
    assert set(found) == ids


def hold_compared(table: Table, arms: Sequence[Row], counts: Counts) -> None:
    first, *others = arms
    assert [line.label for line in table.lines] == [f"{arm.name}: {each}" for arm in others for each in OUTCOMES]
    assert ("p_holm" in [column.name for column in table.columns]) is (len(others) > 1)
    for outcome in OUTCOMES:
        part, of = counts[first.id, outcome]
        known = [arm for arm in others if of and counts[arm.id, outcome][1]]
        raw = {arm.id: two_sided(part, of, *counts[arm.id, outcome]) for arm in known}
        raised = dict(zip(raw, holm(list(raw.values())), strict=True))
        for arm in others:
            cell = lambda name, key=f"{arm.id} {outcome}": table.cell(key, name).value  # noqa: E731
            other, other_of = counts[arm.id, outcome]
            assert cell("says") == says(part, of, other, other_of, raised.get(arm.id))
            if arm.id not in raw:
                assert [cell(name) for name in ("difference", "low", "high", "lift", "p")] == [None] * 5
                continue
            assert cell("difference") == other / other_of - part / of
            assert (cell("low"), cell("high")) == pytest.approx(newcombe(part, of, other, other_of), abs=1e-9)
            lift = (other / other_of - part / of) / (part / of) if part else None
            assert cell("lift") == (None if lift is None else pytest.approx(lift))
            assert cell("p") == pytest.approx(raw[arm.id], abs=1e-9)
            if len(others) > 1:
                assert cell("p_holm") == pytest.approx(raised[arm.id], abs=1e-9)


# --- a team's six weeks ---


def tried_since(season: Store) -> date:
    """The day on which the simulated team began to try something out."""
    return moment(season.value("SELECT min(starts_at) FROM experiment"), season.zone).date()


@pytest.mark.parametrize("days", ["all", "last_30_days", "{0:%Y-%m}", "{1}..{2}", "{3}-06"])
def test_the_season(season: Store, season_end: Instant, days: str) -> None:
    since = tried_since(season)
    name = days.format(since, *(since + timedelta(days=count) for count in (10, 16)), since.year - 1)
    found = hold(season, asked(season, season_end, days=name), season_end)
    assert bool(found.tables) is (days != "{3}-06")


@pytest.mark.parametrize(
    "narrowed",
    [
        {"team": "Inside"},
        {"rep": "Priya"},
        {"motion": "intent_signal"},
        {"motion": "demo_request"},
        {"source": "intent data"},
        {"source": "nowhere"},
        {"segment": "mid_market"},
        {"segment": "unknown"},
        {"rep": "Tom", "segment": "small", "source": "intent data"},
    ],
    ids=str,
)
def test_the_season_narrowed(season: Store, season_end: Instant, narrowed: Mapping[str, str]) -> None:
    known = {"small": next(iter(season.rules.segments)), "mid_market": list(season.rules.segments)[1]}
    filters: dict[str, Any] = {name: known.get(value, value) for name, value in narrowed.items()}
    hold(season, asked(season, season_end, days="all", **filters), season_end)


def test_the_season_by_campaign(season: Store, season_end: Instant) -> None:
    for (name,) in season.rows("SELECT name FROM campaign ORDER BY id LIMIT 3"):
        hold(season, asked(season, season_end, days="all", campaign=name), season_end)


def test_what_the_simulated_team_tries_out_is_told_in_a_sentence(season: Store, season_end: Instant) -> None:
    found = hold(season, asked(season, season_end, days="all"), season_end)
    (sentence,) = found.sentences
    assert sentence.startswith(f"Call interest like demos (running since {tried_since(season)}): ")
    assert "as now" in sentence
    assert "hot cadence" in sentence
    arms, compared = found.tables
    assert sum(cell.value for line in arms.lines for cell in line.cells[:1]) > 100  # type: ignore[misc]
    assert len(compared.lines) == 3


def test_beside_the_period_before(season: Store, season_end: Instant) -> None:
    wanted = asked(season, season_end, days=f"{tried_since(season) + timedelta(days=31):%Y-%m}")
    found = report(season, "experiments", wanted, season_end, compare=True)
    earlier = wanted.earlier()
    assert earlier is not None
    oracle = Oracle(season, earlier)
    for line in found.tables[0].lines:
        assert isinstance(line.key, int)
        assert line.cells[0].before == len(oracle.of_arm(line.key))


# --- databases made at random ---


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A team and a few at bats in different stages, to be written over; copied for each example."""
    folder = tmp_path_factory.mktemp("experiments")
    floor = open_floor(make_template(folder / "template.db"), folder, "base.db")
    motions = (Motion.DEMO_REQUEST, Motion.OUTBOUND_TARGET)
    for number in range(12):
        floor.lead(motion=motions[number % 2])
    for (name,) in floor.store.rows("SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE(%'"):
        floor.raw(f"DROP TRIGGER {name}")
    floor.store.connection.pragma("wal_checkpoint", "TRUNCATE")
    floor.store.close()
    return folder / "base.db"


@given(st.integers(0, 2**32), st.sampled_from((0, 1, 12, 200, 700)), st.integers(2, 4))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_database(base: Path, tmp_path: Path, seed: int, leads: int, arms: int) -> None:
    floor = open_floor(base, tmp_path)
    try:
        floor.raw("PRAGMA foreign_keys = 0")
        floor.raw("PRAGMA ignore_check_constraints = 1")
        floor.raw("BEGIN")
        scatter(floor, random.Random(seed), leads, arms)
        floor.raw("COMMIT")
        now = MONDAY + 30 * DAY
        for days, more in product(("all", "2026-11-10..2026-11-20"), ({}, {"rep": "Ben"}, {"motion": "demo_request"})):
            hold(floor.store, asked(floor.store, now, days=days, **more), now)
    finally:
        floor.store.close()


def scatter(floor: Floor, rng: random.Random, leads: int, arms: int) -> None:
    """At bats of any kind in arms of any experiment, some undone, merged, imported, set back; rates that differ."""
    made = 0
    for number in range(1, rng.randint(1, 2) + 1):
        starts = MONDAY - rng.randint(0, 20) * DAY
        ends = starts + rng.randint(0, 40) * DAY if rng.random() < 0.4 else None
        floor.raw(
            "INSERT INTO experiment VALUES (?, ?, 'cadence', ?, ?, 1, NULL)", (number, f"E{number}", starts, ends)
        )
        for _ in range(arms):
            made += 1
            floor.raw(
                "INSERT INTO experiment_arm VALUES (?, ?, ?, 1, ?, 1)", (made, number, f"arm {-made}", f"c{made}")
            )
    columns = [row[1] for row in floor.store.rows('PRAGMA table_info("lead")')]
    template = floor.store.rows("SELECT * FROM lead ORDER BY id LIMIT 1")[0]
    floor.raw("UPDATE lead SET void = 1")
    rates = {arm: rng.random() ** 2 for arm in range(1, made + 1)}
    insert = f"INSERT INTO lead VALUES ({', '.join('?' * len(columns))})"
    for lead_id in range(1000, 1000 + leads):
        one = rng.randint(1, made)
        far = rng.random() < rates[one]
        stage = "converted" if far and rng.random() < 0.6 else rng.choice(("attempting", "qualified", "closed"))
        values = dict(zip(columns, template, strict=True)) | {
            "id": lead_id,
            "contact_id": None,
            "account_id": None,
            "open": 0,
            "stage": stage,
            "owner_id": rng.choice((2, 3, None)),
            "motion": rng.choice(("demo_request", "outbound_target")),
            "opened_day": (date(2026, 11, 1) + timedelta(days=rng.randint(0, 30))).isoformat(),
            "opened_at": MONDAY + lead_id,
            "connected_at": MONDAY if far or rng.random() < 0.4 else None,
            "imported": int(rng.random() < 0.05),
            "void": int(rng.random() < 0.05),
            "merged_into_id": 1 if rng.random() < 0.05 else None,
        }
        floor.raw(insert, [values[name] for name in columns])
        for experiment in {(one - 1) // arms + 1, *((1,) if rng.random() < 0.2 else ())}:
            arm = one if experiment == (one - 1) // arms + 1 else rng.randint(1, arms)
            floor.raw(
                "INSERT INTO experiment_assignment (lead_id, experiment_id, arm_id, at, void, written_id)"
                " VALUES (?, ?, ?, ?, ?, 1)",
                (lead_id, experiment, arm, MONDAY, int(rng.random() < 0.05)),
            )
        if values["connected_at"] is not None:
            for spell in rng.choices(("connected", "qualified", "attempting"), k=rng.randint(0, 3)):
                floor.raw(
                    "INSERT INTO stage_spell (lead_id, stage, entered_at, left_at, skipped, override, void, written_id)"
                    " VALUES (?, ?, ?, ?, 0, ?, ?, 1)",
                    (lead_id, spell, MONDAY, MONDAY, int(rng.random() < 0.4), int(rng.random() < 0.1)),
                )


# --- what is said ---


def planted(floor: Floor, *counts: tuple[int, int]) -> str:
    """What is said of arms with so many converted of so many at bats."""
    for (name,) in floor.store.rows("SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE(%'"):
        floor.raw(f"DROP TRIGGER {name}")
    template = floor.lead()
    floor.raw("PRAGMA foreign_keys = 0")
    floor.raw("PRAGMA ignore_check_constraints = 1")
    floor.raw("BEGIN")
    floor.raw("INSERT INTO experiment VALUES (1, 'Trial', 'cadence', ?, NULL, 1, NULL)", (MONDAY,))
    names = [row[1] for row in floor.store.rows('PRAGMA table_info("lead")') if row[1] != "id"]
    copied = ", ".join(
        {"contact_id": "NULL", "account_id": "NULL", "open": "0", "stage": "?2"}.get(n, n) for n in names
    )
    made = 0
    for arm, (part, of) in enumerate(counts, 1):
        floor.raw("INSERT INTO experiment_arm VALUES (?, 1, ?, 1, '', 1)", (arm, "ABC"[arm - 1]))
        for number in range(of):
            stage = "converted" if number < part else "closed"
            made += 1
            floor.raw(
                f"INSERT INTO lead (id, {', '.join(names)}) SELECT 1000 + {made}, {copied} FROM lead WHERE id = ?1",
                (template, stage),
            )
            floor.raw(
                "INSERT INTO experiment_assignment (lead_id, experiment_id, arm_id, at, void, written_id)"
                f" VALUES (1000 + {made}, 1, ?, ?, 0, 1)",
                (arm, MONDAY),
            )
    floor.raw("COMMIT")
    found = hold(floor.store, asked(floor.store, MONDAY, days="all"), MONDAY)
    return "\n".join(found.sentences)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("template") / "template.db")


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (((0, 0), (0, 0)), "too little data to tell A from B: A has 0 and B 0 of 30 at bats needed."),
        (((1, 12), (0, 9)), "A has 12 and B 9 of 105 at bats needed."),
        (((10, 29), (10, 40)), "A has 29 and B 40 of 30 at bats needed."),
        (((2, 100), (2, 100)), "A has 100 and B 100 of 250 at bats needed."),
        (((0, 40), (0, 40)), "none of A and B converted, so that there is nothing to compare yet."),
        (((40, 40), (40, 40)), "all of A and B converted"),
        (((20, 100), (22, 100)), "chance alone may well explain it."),
        (
            ((10, 100), (30, 100)),
            "B converts 30.0 % of 100, A 10.0 % of 100 (+20.0 points, between +9.0 and +30.6, lift +200 %, p < 0.001):"
            " that is more than chance.",
        ),
        (((30, 100), (10, 100)), "(−20.0 points, between −30.6 and −9.0, lift −67 %, p < 0.001)"),
        (((10, 100), (22, 100), (11, 100)), "p 0.041 after Holm for 2 comparisons): that is more than chance."),
        (((10, 100), (20, 100), (20, 100)), "p 0.095 after Holm for 2 comparisons): chance alone may well"),
        (((10, 100), (30, 100), (3, 8)), "A has 100 and C 8 of 42 at bats needed."),
    ],
)
def test_the_sentence(template: Path, tmp_path: Path, counts: tuple[tuple[int, int], ...], said: str) -> None:
    floor = open_floor(template, tmp_path)
    sentences = planted(floor, *counts)
    assert said in sentences
    assert sentences.startswith("Trial (running since 2026-11-23): ")
    floor.store.close()
