"""Sources against the raw rows: what at bats came to, what opportunities are credited with, and what it cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.database import Store
from store.instants import Instant
from store.reports.asked import Asked
from store.reports.costs import spent_in
from store.reports.figures import Table
from store.reports.period import Period, period
from store.reports.sources import make
from store.rules.attribution import Model, Touchpoint
from tests.reports.by_hand import ALL, Figure, agrees, chosen, days, every_filter, percent_point, periods, quotient
from tests.reports.dealt import Dealt
from tests.reports.made_up import NOW
from tests.reports.raw import Raw, Row, grouped
from tests.rules.test_attribution import oracle

EARLIER = ("new", "accepted", "attempting", "connected")
ALL_LINES = "all of them"
Expected = dict[tuple[Any, str], Figure]


class AtBats:
    """What became of an at bat, from the raw rows."""

    def __init__(self, store: Store, now: Instant) -> None:
        self.store, self.now, self.rows = store, now, Raw(store)
        self.spells = self.rows.by("stage_spell", "lead_id")
        self.meetings = self.rows.by("meeting", "lead_id")
        self.hand_overs = self.rows.by("hand_over", "lead_id")
        self.conversions = grouped(
            (row for row in self.rows.conversion if row.reversed_at is None), lambda row: row.opportunity_id
        )
        self.deals = {
            deal.id: deal
            for deal in self.rows.opportunity
            if deal.stage != "reversed" and deal.rejected_at is None and deal.merged_into_id is None
        }

    def reached(self, lead: Row) -> bool:
        return lead.connected_at is not None or lead.stage == "converted"

    def held(self, lead: Row) -> bool:
        return any(row.result == "held" for row in self.meetings.get(lead.id, []))

    def qualified(self, lead: Row) -> bool:
        entered = False
        for spell in sorted(self.spells.get(lead.id, []), key=lambda spell: spell.id):
            if spell.stage == "qualified":
                entered = entered or not spell.skipped
            elif spell.override and spell.stage in EARLIER:
                entered = False
        return entered

    def sent_back(self, lead: Row) -> list[Row]:
        """Its hand-overs that sales rejected."""
        return [row for row in self.hand_overs.get(lead.id, []) if row.accepted == 0 and row.reason != "passed_on"]

    def rejected(self, lead: Row) -> bool:
        return lead.rejected_at is not None or bool(self.sent_back(lead))

    def deals_of(self, leads: list[Row]) -> list[Row]:
        """The opportunities that these became, and that stand."""
        ids = {lead.id for lead in leads if lead.stage == "converted"}
        return [
            deal for deal in self.deals.values() if any(row.lead_id in ids for row in self.conversions.get(deal.id, []))
        ]


class ByHand(AtBats):
    """The report of a database as of an instant."""

    def __init__(self, store: Store, now: Instant) -> None:
        super().__init__(store, now)
        whole = [lead for lead in self.rows.lead if lead.merged_into_id is None]
        self.rows.leads = [lead for lead in whole if not lead.imported or lead.cadence]  # imported ones that came open
        self.people = self.rows.by("opportunity_contact", "opportunity_id")
        self.lead = {lead.id: lead for lead in self.rows.lead}
        self.campaigns = {row.id: row for row in Raw(store).campaign}
        self.named = {row.id: row for row in self._every_campaign()}
        self.came = {id: self._came(deal) for id, deal in self.deals.items()}

    def _every_campaign(self) -> list[Row]:
        cursor = self.store.connection.execute("SELECT id, source FROM campaign")
        return [type("Named", (), {"id": id, "source": source}) for id, source in cursor]

    def _came(self, deal: Row) -> list[tuple[Instant, str, int | None]]:
        """When the people of an opportunity came before it was opened, from where, and by which campaign."""
        people = {row.contact_id for row in self.people.get(deal.id, [])}
        behind = {row.lead_id for row in self.conversions.get(deal.id, [])}
        found, signals = [], set()
        for signal in self.rows.signal:
            theirs = signal.contact_id in people or signal.lead_id in behind
            if theirs and signal.at <= deal.opened_at and (signal.source or signal.campaign_id):
                signals.add(signal.id)
                found.append((signal.at, 0, signal.id, signal))
        for lead in self.rows.lead:
            theirs = lead.contact_id in people or lead.id in behind
            told = lead.signal_id in signals or not (lead.source or lead.campaign_id)
            if theirs and not told and lead.merged_into_id is None and lead.opened_at <= deal.opened_at:
                found.append((lead.opened_at, 1, lead.id, lead))
        found.sort(key=lambda each: each[:3])
        came = [(at, self._source(row), row.campaign_id) for at, _, _, row in found]
        return came or [(deal.opened_at, deal.source, None)]

    def _source(self, row: Row) -> str:
        campaign = self.named.get(row.campaign_id)
        return row.source or (campaign.source if campaign else "")

    def days_to_win(self, deal: Row) -> int | None:
        if deal.stage != "won" or deal.closed_at is None:
            return None
        behind = [self.lead[row.lead_id] for row in self.conversions[deal.id] if row.lead_id in self.lead]
        return int(deal.closed_at - min(lead.opened_at for lead in behind))

    def spent(self, wanted: Asked, key: Callable[[Row], Any]) -> dict[Any, int]:
        """Each campaign's days one by one, and what of its cost falls on those asked about."""
        found: dict[Any, int] = {}
        if wanted.team or wanted.rep or wanted.motion or wanted.segment:
            return found
        for campaign in self.campaigns.values():
            asked = wanted.source in ("", campaign.source) and wanted.campaign in (None, campaign.id)
            if campaign.cost is None or not asked:
                continue
            if not (campaign.starts or campaign.ends):
                part = campaign.cost if wanted.period.name == "all" else None
            else:
                first = date.fromisoformat(campaign.starts or campaign.ends)
                last = date.fromisoformat(campaign.ends or campaign.starts)
                part = day_by_day(campaign.cost, first, last, wanted.period)
            if part is not None:
                found[key(campaign)] = found.get(key(campaign), 0) + part
        return found

    def worth(self, wanted: Asked, leads: list[Row], by: str, place: int) -> Expected:
        """At bats, opportunities by first touch, and cost."""
        deals = self.deals_of(leads)
        spent = self.spent(wanted, lambda campaign: campaign.source if by == "source" else campaign.id)
        theirs = grouped(leads, lambda lead: getattr(lead, by))
        firsts = grouped(deals, lambda deal: self.came[deal.id][0][place])
        expected: Expected = {}
        for key in {*theirs, *firsts, *spent}:
            line = self._worth(theirs.get(key, []), firsts.get(key, []), spent.get(key))
            expected |= {(key, column): figure for column, figure in line.items()}
        paid = [lead for lead in leads if getattr(lead, by) in spent]
        whole = self._worth(leads, deals, sum(spent.values()) if spent else None, paid)
        return expected | {(ALL_LINES, column): figure for column, figure in whole.items()}

    def _worth(
        self, leads: list[Row], deals: list[Row], spent: int | None, paid: list[Row] | None = None
    ) -> dict[str, Figure]:
        reached = [lead for lead in leads if self.reached(lead)]
        booked = [lead for lead in leads if self.meetings.get(lead.id)]
        held = [lead for lead in booked if self.held(lead)]
        qualified = [lead for lead in leads if self.qualified(lead)]
        rejected = [lead for lead in leads if self.rejected(lead)]
        pipeline, won = [deal for deal in deals if deal.open], [deal for deal in deals if deal.stage == "won"]
        to_win = [deal for deal in won if self.days_to_win(deal) is not None]
        bought = qualified if paid is None else [lead for lead in qualified if lead in paid]
        of_one = floor(Fraction(spent, len(bought)) + Fraction(1, 2)) if spent is not None and bought else None
        return {
            "created": (len(leads), leads),
            "reached": (len(reached), reached),
            "reached_share": (quotient(len(reached), len(leads)), reached),
            "booked": (len(booked), booked),
            "held": (len(held), held),
            "held_share": (quotient(len(held), len(leads)), held),
            "qualified": (len(qualified), qualified),
            "opportunities": (len(deals), deals),
            "pipeline": (sum(deal.amount for deal in pipeline), pipeline),
            "won": (sum(deal.amount for deal in won), won),
            "days_to_win": (percent_point([self.days_to_win(deal) or 0 for deal in to_win], "0.5"), to_win),
            "cost": (spent, None),
            "cost_per_qualified": (of_one, None if of_one is None else bought),
            "rejected": (len(rejected), rejected),
        }

    def credited(self, leads: list[Row], place: int) -> Expected:
        """Each opportunity's amount by each model, worked out in fractions."""
        deals = self.deals_of(leads)
        expected: Expected = {}
        for name, these in (
            ("pipeline", [deal for deal in deals if deal.open]),
            ("won", [deal for deal in deals if deal.stage == "won"]),
        ):
            for model in Model:
                sums: dict[Any, tuple[int, list[Row]]] = {}
                for deal in these:
                    points = [Touchpoint(came[0], came[place]) for came in self.came[deal.id]]
                    half_life = self.store.rules.attribution.half_life_days
                    for key, amount in oracle(model, deal.amount, points, half_life).items():
                        before, those = sums.get(key, (0, []))
                        sums[key] = before + amount, [*those, deal]
                expected |= {(key, f"{name}_{model}"): figure for key, figure in sums.items()}
                expected[ALL_LINES, f"{name}_{model}"] = sum(deal.amount for deal in these), these
        columns = {column for _, column in expected}
        for key in {key for key, _ in expected}:
            for column in columns:
                expected.setdefault((key, column), (0, []))
        return expected

    def holds(self, wanted: Asked) -> None:
        """The report says exactly this, and every model gives away the same."""
        leads = chosen(self.rows, wanted, self.store.rules.segments)
        tables = {table.name: table for table in make(self.store, wanted, self.now)[1]}
        assert list(tables) == ["by_source", "by_campaign", "credit_by_source", "credit_by_campaign"]
        for name, column, place in (("source", "source", 1), ("campaign", "campaign_id", 2)):
            both_agree(self.store, tables[f"by_{name}"], self.worth(wanted, leads, column, place))
            both_agree(self.store, tables[f"credit_by_{name}"], self.credited(leads, place))
            sums_agree(tables[f"by_{name}"], tables[f"credit_by_{name}"])


def day_by_day(cost: int, first: date, last: date, asked: Period) -> int | None:
    """The days of a window that were asked about, each with its share of what was spent by its end."""
    window = [first + timedelta(days=at) for at in range((last - first).days + 1)]
    by_end = [floor(Fraction(cost * (at + 1), len(window))) for at in range(len(window))]
    of_day = [end - before for end, before in zip(by_end, [0, *by_end], strict=False)]
    inside = [part for day, part in zip(window, of_day, strict=True) if asked.first <= day <= asked.last]
    return sum(inside) if inside else None


def both_agree(store: Store, table: Table, expected: Mapping[tuple[Any, str], Figure]) -> None:
    """The lines, one of which may have no name, and the whole."""
    agrees(
        store, replace(table, total=None), {place: each for place, each in expected.items() if place[0] != ALL_LINES}
    )
    whole = {(None, column): each for (key, column), each in expected.items() if key == ALL_LINES}
    agrees(store, replace(table, lines=()), whole)


def sums_agree(worth: Table, credited: Table) -> None:
    """Lines sum to the whole to the last minor unit, for every model to the same, which is that of the first table."""
    assert worth.total is not None
    assert credited.total is not None
    for at, column in enumerate(credited.columns):
        whole = credited.total.cells[at].value
        assert sum(int(line.cells[at].value or 0) for line in credited.lines) == whole
        assert whole == worth.total.cells[worth.column(column.name.split("_")[0])].value
    for line in worth.lines:
        for name in ("pipeline", "won"):
            first = [
                each.cells[credited.column(f"{name}_first")].value for each in credited.lines if each.key == line.key
            ]
            assert line.cells[worth.column(name)].value == (first[0] if first else 0)


@pytest.fixture(scope="module")
def by_hand(season: Store, season_end: Instant) -> ByHand:
    return ByHand(season, season_end)


@pytest.fixture(scope="module")
def dealt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dealt]:
    made = Dealt(tmp_path_factory.mktemp("sources"))
    yield made
    made.store.close()


def test_every_period_of_the_season(by_hand: ByHand) -> None:
    for asked in periods(by_hand.rows):
        by_hand.holds(Asked(asked))


def test_every_filter_of_the_season(by_hand: ByHand) -> None:
    for wanted in every_filter(by_hand.rows, by_hand.store):
        by_hand.holds(wanted)


@settings(max_examples=50)
@given(count=st.integers(0, 12), seed=st.integers(0, 2**32))
def test_whatever_the_rows_say(dealt: Dealt, count: int, seed: int) -> None:
    with dealt.world(count, seed) as store:
        hand = ByHand(store, NOW)
        for wanted in every_filter(hand.rows, store)[seed % 7 :: 7]:
            hand.holds(wanted)
        hand.holds(Asked(period("last_30_days", store.calendar.day(NOW))))


@given(st.integers(0, 10**9), st.integers(0, 90), st.lists(st.integers(0, 120), min_size=1, max_size=5))
def test_adjoining_periods_spend_the_whole(cost: int, length: int, cuts: list[int]) -> None:
    first = date(2026, 1, 1)
    ends = sorted({*cuts, 120})
    starts = [0, *(end + 1 for end in ends[:-1])]
    day = [first + timedelta(days=at) for at in range(121)]
    parts = [
        spent_in(cost, first, day[length], Period("", day[start], day[end]))
        for start, end in zip(starts, ends, strict=True)
    ]
    assert sum(part or 0 for part in parts) == cost


def test_the_sentences_name_the_best_and_the_least_and_who_made_meetings(by_hand: ByHand) -> None:
    """The best and the least of sources with enough at bats to tell."""
    sentences, _ = make(by_hand.store, Asked(ALL), by_hand.now)
    shares = {
        source: len([lead for lead in leads if by_hand.reached(lead)]) / len(leads)
        for source, leads in grouped(by_hand.rows.leads, lambda lead: lead.source).items()
        if len(leads) >= by_hand.store.rules.alerts.from_records
    }
    best, least = max(shares, key=lambda name: shares[name]), min(shares, key=lambda name: shares[name])
    said, met = sentences
    assert said.startswith(f"Most worth working: {best}, {shares[best] * 100:.0f} % of ")
    assert f"Least: {least}, {shares[least] * 100:.0f} % of " in said
    counts = Counter(lead.source for lead in by_hand.rows.leads)
    held = Counter(lead.source for lead in by_hand.rows.leads if by_hand.held(lead))
    first, *_ = sorted(held, key=lambda source: (-held[source], source))
    assert met.startswith(f"Most meetings held: {first}, {held[first]:,} of {counts[first]:,}")
    assert met.count(" of ") == min(len(held), 3)
    assert make(by_hand.store, Asked(days("2020-01-01", "2020-12-31")), by_hand.now)[0] == ()
