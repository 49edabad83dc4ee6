"""Recycling against the raw last at bats, signals and opportunities; what coming back came to, counted by hand.

When somebody may come back is asked of the rule, which has tests of its own; whom to ask it of is found here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.database import Store
from store.instants import DAY, Instant, moment
from store.queries.recycling import all_due
from store.reports.asked import Asked
from store.reports.figures import Table
from store.reports.recycling import make
from store.rules.business import Calendar
from store.rules.recycling import Ended, Heard, returns
from store.rules.statistics import compare
from store.vocabulary import Outcome, Stage
from tests.reports.by_hand import ALL, chosen, days, every_filter, periods, quotient
from tests.reports.made_up import NOW, MadeUp
from tests.reports.raw import Raw, Row, grouped
from tests.reports.standing import Counts, Filters, counted, newest, stands

WEEKS, SIGNAL_DAYS = 12, 90
SUCCESS = ("converted_to_opportunity", "meeting_booked")


class ByHand:
    """Who may come back to a team, and what came of those who did."""

    def __init__(self, store: Store) -> None:
        self.store, self.rows = store, Raw(store)
        self.filters = Filters(self.rows, store.rules.segments)
        self.people = {
            person.id
            for person in self.rows.contact
            if person.suppressed_at is None and person.bogus_at is None and person.merged_into_id is None
        }
        self.at_bats = self.rows.by("lead", "contact_id")
        self.signals = self.rows.by("signal", "contact_id")
        self.meetings = self.rows.by("meeting", "lead_id")
        self.data = grouped([*self.rows.phone, *self.rows.email], lambda row: row.contact_id)
        self.written = {operation.id: operation.at for operation in self.rows.operation}
        deals = {deal.id: deal for deal in self.rows.opportunity}
        became = [row for row in self.rows.conversion if row.reversed_at is None and row.opportunity_id in deals]
        self.became = {row.lead_id for row in became}
        self.became |= {meeting.lead_id for meeting in self.rows.meeting if meeting.opportunity_id in deals}
        owner = {lead.id: lead.contact_id for lead in self.rows.lead}
        on = [
            (row.contact_id, deals[row.opportunity_id])
            for row in self.rows.opportunity_contact
            if row.opportunity_id in deals
        ]
        self.deals = grouped(on, lambda pair: pair[0])
        of_at_bats = [(owner.get(row.lead_id), deals[row.opportunity_id]) for row in became]
        self.dealing = {id for id, deal in (*on, *of_at_bats) if deal.open and deal.rejected_at is None}

    def last(self) -> list[Row]:
        """The last at bats, where they are over, of people who may be worked."""
        found = []
        for id in self.people:
            at_bats = self.at_bats.get(id, [])
            if at_bats and not any(lead.open for lead in at_bats):
                number = max(lead.number for lead in at_bats)
                found += [lead for lead in at_bats if lead.number == number]
        return found

    def back(self, lead: Row, now: Instant) -> Instant | None:
        """From when on they may come back."""
        works = [
            row for row in self.data.get(lead.contact_id, []) if row.state != "bad" and row.written_id > lead.written_id
        ]
        fixed = [self.written[row.written_id] for row in works if lead.eligible_on == "when_fixed"]
        heard = [
            Heard(signal.at, "_".join(signal.kind.lower().split()), bool(signal.high_intent))
            for signal in self.signals.get(lead.contact_id, [])
            if signal.at > now - SIGNAL_DAYS * DAY
        ]
        closed = [deal.closed_at for _, deal in self.deals.get(lead.contact_id, []) if not deal.open]
        ended = Ended(
            Outcome(lead.outcome),
            lead.closed_at,
            lead.reason,
            lead.eligible_at,
            lead.eligible_on,
            max((meeting.at for meeting in self.meetings.get(lead.id, [])), default=None),
            lead.id in self.became,
            lead.contact_id in self.dealing,
            max((at for at in closed if at is not None), default=None),
            max(fixed, default=None),
            tuple(heard),
        )
        found = returns(ended, self.store.rules)
        return found.at if found is not None else None

    def returning(self, now: Instant) -> list[tuple[Row, str]]:
        """Whoever may come back in the weeks that are told, and in which of them."""
        today = moment(now, self.store.zone).date()
        monday = today - timedelta(days=today.weekday())
        found = []
        for lead in self.last():
            at = self.back(lead, now)
            if at is None:
                continue
            day = moment(at, self.store.zone).date()
            week = (day - timedelta(days=day.weekday()) - monday).days // 7
            if at <= now or week <= WEEKS:
                key = (monday + timedelta(weeks=week)).isoformat() if week else "this_week"
                found.append((lead, "now" if at <= now else key))
        return found

    def weeks(self, now: Instant) -> list[str]:
        today = moment(now, self.store.zone).date()
        monday = today - timedelta(days=today.weekday())
        return ["now", "this_week", *((monday + timedelta(weeks=week + 1)).isoformat() for week in range(WEEKS))]

    def tried(self, leads: list[Row]) -> Counts:
        connected = counted(lead for lead in leads if lead.connected_at is not None)
        won = counted(lead for lead in leads if lead.outcome in SUCCESS)
        ended = [lead for lead in leads if not lead.open]
        won_of_ended = counted(lead for lead in ended if lead.outcome in SUCCESS)
        return {
            "created": counted(leads),
            "connected": connected,
            "connected_share": (quotient(connected[0], len(leads)), connected[1]),
            "converted": won,
            "converted_share": (quotient(won[0], len(leads)), won[1]),
            "ended_share": (quotient(won_of_ended[0], len(ended)), won_of_ended[1]),
        }

    def opened(self, wanted: Asked) -> list[Row]:
        return newest(chosen(self.rows, wanted, self.store.rules.segments))

    def holds(self, wanted: Asked, now: Instant) -> None:
        """The report says exactly this."""
        tables = {table.name: table for table in make(self.store, wanted, now)[1]}
        self.who(wanted, now, tables)
        leads = self.opened(wanted)
        again = [lead for lead in leads if lead.number > 1]
        sides = grouped(leads, lambda lead: "recycled" if lead.number > 1 else "first")
        motions = grouped(again, lambda lead: lead.motion)
        for name, lines, of in (("conversion", sides, leads), ("conversion_by_motion", motions, again)):
            stands(self.store, tables.pop(name), {key: self.tried(of) for key, of in lines.items()}, self.tried(of))
        assert not tables

    def who(self, wanted: Asked, now: Instant, tables: dict[str, Table]) -> None:
        fit = self.filters.fit
        found = {
            lead.id: (lead, week)
            for lead, week in self.returning(now)
            if fit(wanted, lead, lead.owner_id, lead.account_id)
        }
        leads = newest(lead for lead, _ in found.values())
        weeks = self.weeks(now)

        def by_week(leads: list[Row]) -> Counts:
            there = {week: counted(lead for lead in leads if found[lead.id][1] == week) for week in weeks}
            return {**there, "all": counted(leads)}

        def track(lead: Row) -> str:
            reason = self.store.rules.reasons.get(lead.reason)
            return reason.track if reason is not None else "re_engagement"

        keys: dict[str, Callable[[Row], Any]] = {
            "reason": lambda lead: lead.reason,
            "track": track,
            "rep": lambda lead: lead.owner_id,
        }
        lines = {week: {"people": figure} for week, figure in by_week(leads).items()}
        total = lines.pop("all")
        by_when = tables.pop("by_week")
        assert [line.key for line in by_when.lines] == weeks
        stands(self.store, by_when, lines, total)
        for name, key in keys.items():
            there = {value: by_week(of) for value, of in grouped(leads, key).items()}
            stands(self.store, tables.pop(f"by_{name}"), there, by_week(leads))


# --- random pasts ---


def pasts(made: MadeUp, seed: int) -> None:
    """Give the random at bats people, an end, and what has come since."""
    random, run = Random(seed), made.store.connection.execute
    operations = [made.insert("operation", key=str(n), at=NOW - (9 - n) * DAY, kind="note") for n in range(6)]
    contacts = [
        made.insert(
            "contact",
            suppressed_at=random.choice((*[None] * 8, NOW)),
            bogus_at=random.choice((*[None] * 8, NOW)),
            merged_into_id=random.choice((*[None] * 8, 1)),
            void=int(random.random() < 0.1),
        )
        for _ in range(random.randrange(1, 14))
    ]
    run("UPDATE lead SET stage = 'closed', open = 0 WHERE open = 1 AND (id + ?) % 4 > 0", (seed,))
    for lead, stage, void in made.store.rows("SELECT id, stage, void FROM lead ORDER BY id"):
        if void:  # what it became was undone with it
            run("UPDATE conversion SET void = 1 WHERE lead_id = ?", (lead,))
        over = stage in (Stage.CONVERTED, Stage.CLOSED)
        outcome = _outcome(random, stage) if over else None
        run(
            "UPDATE lead SET contact_id = ?, number = ?, outcome = ?, reason = ?, eligible_at = ?, eligible_on = ?,"
            " closed_at = ?, written_id = ? WHERE id = ?",
            (
                *(random.choice((None, *contacts)), random.randrange(1, 5), outcome),
                random.choice(("", "no_budget", "competitor", "gone from the rules", *made.store.rules.reasons)),
                _eligible(random, made.store.calendar, outcome) if over else None,
                random.choice(("", "", "never", "when_fixed", "new_signal", "high_intent", "on_date", "title_changed")),
                *(NOW - random.randrange(1, 150) * DAY if over else None, random.choice(operations), lead),
            ),
        )
        if outcome is Outcome.MEETING_BOOKED and random.random() < 0.7:
            at, gone = NOW + random.randrange(-40, 90) * DAY, int(random.random() < 0.1)
            made.insert("meeting", lead_id=lead, at=at, void=gone)
    for id in contacts:
        _since(made, random, id, operations)


def _outcome(random: Random, stage: str) -> Outcome:
    if stage == Stage.CONVERTED:
        return random.choice((Outcome.CONVERTED, Outcome.MEETING_BOOKED))
    return random.choice([outcome for outcome in Outcome if outcome is not Outcome.CONVERTED])


def _eligible(random: Random, calendar: Calendar, outcome: Outcome | None) -> Instant | None:
    """A date, often the first or last moment of a span; a meeting that was booked always has one."""
    today = calendar.day(NOW)
    monday = today - timedelta(days=today.weekday())
    midnights = [calendar.midnight(monday + timedelta(weeks=week)) for week in (1, 2, WEEKS, WEEKS + 1)]
    edges = (NOW - 1, NOW, NOW + 1, *midnights, *(at - 1 for at in midnights))
    dates = (random.choice(edges), NOW + random.randrange(-30, 100) * DAY + random.randrange(DAY))
    return random.choice(dates if outcome is Outcome.MEETING_BOOKED else (None, *dates))


def _since(made: MadeUp, random: Random, contact: int, operations: list[int]) -> None:
    for _ in range(random.choice((0, 0, 1, 3))):
        made.insert(
            "signal",
            contact_id=contact,
            kind=random.choice(("visit", "Title changed", "title_changed")),
            at=NOW - random.choice((0, SIGNAL_DAYS * DAY, SIGNAL_DAYS * DAY - 1, random.randrange(120 * DAY))),
            high_intent=int(random.random() < 0.3),
            void=int(random.random() < 0.1),
        )
    for table in ("phone", "email"):
        for _ in range(random.randrange(2)):
            made.insert(
                table,
                contact_id=contact,
                state=random.choice(("valid", "unknown", "bad")),
                written_id=random.choice(operations),
                void=int(random.random() < 0.1),
            )
    if random.random() < 0.3:
        is_open, void = random.random() < 0.4, int(random.random() < 0.1)
        deal = made.insert(
            "opportunity",
            open=int(is_open and not void),
            closed_at=None if is_open else NOW - random.randrange(100) * DAY,
            rejected_at=random.choice((None, None, NOW)),
            void=void,
        )
        gone = int(random.random() < 0.1)
        made.insert("opportunity_contact", opportunity_id=deal, contact_id=contact, void=gone)


@pytest.fixture(scope="module")
def by_hand(season: Store) -> ByHand:
    return ByHand(season)


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MadeUp]:
    made = MadeUp(tmp_path_factory.mktemp("recycling"))
    made.store.connection.execute("CREATE INDEX lead_one_open_per_contact ON lead (contact_id) WHERE open = 1")
    yield made
    made.store.close()


def test_every_period_of_the_season(by_hand: ByHand, season_end: Instant) -> None:
    for asked in periods(by_hand.rows):
        by_hand.holds(Asked(asked), season_end)


def test_every_filter_of_the_season(by_hand: ByHand, season_end: Instant) -> None:
    for wanted in every_filter(by_hand.rows, by_hand.store):
        by_hand.holds(wanted, season_end)


def test_at_other_times_of_the_season(by_hand: ByHand, season_end: Instant) -> None:
    """Sundays and Mondays too, and months later, when most may come back."""
    for later in (*(day * DAY for day in range(1, 8)), 40 * DAY, 100 * DAY):
        by_hand.holds(Asked(ALL), season_end + later)


def test_now_are_those_whom_the_view_shows(season: Store, season_end: Instant) -> None:
    for now in (season_end, season_end + 60 * DAY):
        cell = make(season, Asked(ALL), now)[1][0].cell("now", "people")
        assert cell.counted is not None
        assert set(cell.counted.ids(season)) == {row.id for row in all_due(season, now)}


@settings(max_examples=150)
@given(count=st.integers(0, 16), seed=st.integers(0, 2**32))
def test_whatever_the_rows_say(made_up: MadeUp, count: int, seed: int) -> None:
    with made_up.world(count, seed) as store:
        pasts(made_up, seed)
        hand = ByHand(store)
        hand.holds(Asked(ALL), NOW)
        for wanted in every_filter(hand.rows, store)[seed % 7 :: 7]:
            hand.holds(wanted, NOW)
        hand.holds(Asked(days("2026-10-01", "2026-11-22")), NOW)


def test_who_and_when_and_whether_it_works_is_said(by_hand: ByHand, season_end: Instant) -> None:
    now = season_end + 40 * DAY
    found = by_hand.returning(now)
    weeks = by_hand.weeks(now)[:3]
    first, soon, following = (len([lead for lead, week in found if week == key]) for key in weeks)
    sentences = make(by_hand.store, Asked(ALL), now)[0]
    assert sentences[0] == f"{first:,} may come back now, {soon:,} more this week, {following:,} next week."
    reasons = grouped([lead for lead, week in found if week == "now"], lambda lead: lead.reason)
    most = max(map(len, reasons.values()))
    labels = {by_hand.store.rules.reasons[reason].label for reason, leads in reasons.items() if len(leads) == most}
    assert sentences[1] in {f"Most of those now: {label} ({most:,} of {first:,})." for label in labels}
    ended = [lead for lead in by_hand.opened(Asked(ALL)) if not lead.open]
    sides = [
        ([lead for lead in of if lead.outcome in SUCCESS], of)
        for of in ([lead for lead in ended if lead.number > 1], [lead for lead in ended if lead.number == 1])
    ]
    (won, again), (before, firsts) = sides
    against = compare(len(before), len(firsts), len(won), len(again))
    sure = "" if against is not None and against.p < 0.05 else ", which may be chance"
    assert sentences[2] == (
        f"Converted of those that ended: {len(won) / len(again) * 100:.0f} % of {len(again):,} recycled at bats,"
        f" of first ones {len(before) / len(firsts) * 100:.0f} % of {len(firsts):,}{sure}."
    )


def test_nobody_returns_to_an_empty_floor(made_up: MadeUp) -> None:
    with made_up.world(0, 0) as store:
        sentences, tables = make(store, Asked(ALL), NOW)
        assert sentences == ("0 may come back now, 0 more this week, 0 next week.",)
        assert [len(table.lines) for table in tables] == [WEEKS + 2, 0, 0, 0, 0, 0]
