"""Capacity against the raw at bats, attempts and absences, counted by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.database import Store
from store.instants import DAY, HOUR, MINUTE, Instant, moment
from store.reports.asked import Asked
from store.reports.capacity import make
from store.vocabulary import Motion
from tests.factories import ZONE
from tests.reports.by_hand import ALL, days, every_filter
from tests.reports.made_up import NOW, MadeUp
from tests.reports.raw import Raw, Row
from tests.reports.standing import Counts, Figures, Filters, counted, newest, stands

LIMIT, LEAD = 150, 5 * MINUTE  # what the rules let a rep hold, and how long before its time a callback is shown
LATELY = 20


class ByHand:
    """Capacity in a database."""

    def __init__(self, store: Store) -> None:
        self.store, self.rows = store, Raw(store)
        self.filters = Filters(self.rows, store.rules.segments)

    def days(self, now: Instant) -> list[str]:
        """The last working days before today, the newest first."""
        found: list[str] = []
        day = moment(now, self.store.zone).date()
        while len(found) < LATELY:
            day -= timedelta(days=1)
            if self.store.calendar.works(day):
                found.append(day.isoformat())
        return found

    def counts(self, leads: list[Row], now: Instant, since: str) -> Counts:
        """What is counted of these at bats, whose owner and company were asked about."""
        zone = self.store.zone

        def lately(at: Instant | None) -> bool:
            return at is not None and moment(at, zone).date().isoformat() >= since

        still = [lead for lead in leads if lead.open]
        ours = [lead for lead in leads if not lead.imported and lead.merged_into_id is None]
        return {
            "open": counted(still),
            "qualified": counted(lead for lead in still if lead.stage == "qualified"),
            "came": counted(lead for lead in ours if lately(lead.opened_at)),
            "ended": counted(lead for lead in ours if not lead.open and lately(lead.closed_at)),
            "due": counted(lead for lead in still if lead.owner_id is not None and self.is_due(lead, now)),
        }

    def is_due(self, lead: Row, now: Instant) -> bool:
        today = moment(now, self.store.zone).date()
        if lead.snoozed_until is not None and lead.snoozed_until > now:
            return False
        if lead.tier == 1:
            return lead.due_at is not None and lead.due_at <= now + LEAD
        if lead.tier == 5:
            warned = lead.warn_at is not None and lead.warn_at <= now
            return warned or (lead.due_at is not None and moment(lead.due_at, self.store.zone).date() <= today)
        return lead.tier in (2, 3, 4)

    def attempts(self, user: int, now: Instant) -> tuple[list[Row], list[str]]:
        """The attempts that make a pace, and the days they are of."""
        away = [absence for absence in self.rows.absence if absence.user_id == user]
        there = [
            day for day in self.days(now) if not [absence for absence in away if absence.starts <= day <= absence.ends]
        ]
        made = [
            touch
            for touch in self.rows.touch
            if touch.user_id == user and touch.attempt and not touch.imported and touch.day in there
        ]
        return made, there

    def here(self, user: Row, now: Instant) -> str:
        if not user.active:
            return "has left"
        today = moment(now, self.store.zone).date().isoformat()
        away = [
            absence.ends
            for absence in self.rows.absence
            if absence.user_id == user.id and absence.starts <= today <= absence.ends
        ]
        return f"away through {max(away)}" if away else "has paused intake" if user.paused else "yes"

    def line(self, user: Row, wanted: Asked, counts: Counts, now: Instant) -> Figures:
        made, there = self.attempts(user.id, now)
        pace = len(made) / len(there) if there else None
        due, ids = counts["due"]
        here = self.here(user, now)
        holds = len([lead for lead in self.rows.lead if lead.open and lead.owner_id == user.id])
        counts_too = user.role == "sdr" and wanted.rep in (None, user.id) and wanted.team in (None, user.team_id)
        room = max(0, LIMIT - holds) if here == "yes" and counts_too else 0
        return {
            "open": counts["open"],
            "qualified": counts["qualified"],
            "limit": (LIMIT if user.active else None, None),
            "load": (counts["open"][0] / LIMIT if user.active else None, None),
            "room": (room if user.active else None, None),
            "weight": (user.capacity, None),
            "came": counts["came"],
            "ended": counts["ended"],
            "due": counts["due"],
            "pace": (pace, [touch.id for touch in newest(made, "at")]),
            "days": (due / pace if pace else None, ids),
            "here": (here, None),
        }

    def nobodys(self, counts: Counts) -> Figures:
        nothing = dict.fromkeys(("limit", "load", "room", "weight", "pace", "days", "here"), (None, None))
        order = ["open", "qualified", "limit", "load", "room", "weight", "came", "ended", "due", "pace", "days", "here"]
        return {name: counts[name] if name in counts else nothing[name] for name in order}

    def holds(self, wanted: Asked, now: Instant) -> None:
        """The report says exactly this."""
        since = self.days(now)[-1]
        asked_about = newest(
            lead for lead in self.rows.lead if self.filters.fit(wanted, lead, lead.owner_id, lead.account_id)
        )

        def of(owner: int | None) -> Counts:
            return self.counts([lead for lead in asked_about if lead.owner_id == owner], now, since)

        def any_of(owner: int | None) -> bool:
            return any(count for count, _ in of(owner).values())

        users = [
            user
            for user in self.rows.user
            if user.id != 1
            and (
                any_of(user.id)
                or (
                    user.active
                    and user.role == "sdr"
                    and wanted.rep in (None, user.id)
                    and wanted.team in (None, user.team_id)
                )
            )
        ]
        users.sort(key=lambda user: (not user.active, user.name))
        lines: dict[int | None, Figures] = {user.id: self.line(user, wanted, of(user.id), now) for user in users}
        total = self.total(lines, users, self.counts(asked_about, now, since), now)
        if any_of(None):
            lines[None] = self.nobodys(of(None))
        (table,) = make(self.store, wanted, now)[1]
        assert [line.key for line in table.lines] == [user.id for user in users] + [None] * any_of(None)
        stands(self.store, table, lines, total)

    def total(self, lines: dict[int | None, Figures], users: list[Row], counts: Counts, now: Instant) -> Figures:
        made = [self.attempts(user.id, now) for user in users]
        touches = newest((touch for touches, _ in made for touch in touches), "at")
        pace = sum(line["pace"][0] or 0 for line in lines.values()) if any(there for _, there in made) else None
        active = [lines[user.id] for user in users if user.active]
        limits = LIMIT * len(active)
        due, ids = counts["due"]
        return {
            "open": counts["open"],
            "qualified": counts["qualified"],
            "limit": (limits, None),
            "load": (sum(line["open"][0] for line in active) / limits if limits else None, None),
            "room": (sum(line["room"][0] for line in active), None),
            "weight": (sum(user.capacity for user in users), None),
            "came": counts["came"],
            "ended": counts["ended"],
            "due": counts["due"],
            "pace": (pace, [touch.id for touch in touches]),
            "days": (due / pace if pace else None, ids),
            "here": ("", None),
        }


# --- random work ---


def staff(made: MadeUp, seed: int) -> None:
    """Give the random at bats a place in the queue, and people who were there, away, or have left."""
    random, run = Random(seed), made.store.connection.execute
    today = moment(NOW, ZONE).date()
    for id in (2, 3, 4):
        run(
            'UPDATE "user" SET active = ?, paused = ?, capacity = ?, role = ?, team_id = ? WHERE id = ?',
            (
                *(int(random.random() < 0.8), int(random.random() < 0.2), random.randrange(4)),
                *(random.choice(("sdr", "sdr", "ae")), random.choice((1, 1, 2)), id),
            ),
        )
        for _ in range(random.randrange(3)):
            starts = today - timedelta(days=random.randrange(-2, 40))
            ends = starts + timedelta(days=random.choice((0, 3, 30)))
            void = int(random.random() < 0.2)
            made.insert("absence", user_id=id, starts=starts.isoformat(), ends=ends.isoformat(), void=void)
        for _ in range(random.randrange(8)):
            at = NOW - random.randrange(35 * DAY)
            made.insert(
                "touch",
                user_id=id,
                at=at,
                day=moment(at, ZONE).date().isoformat(),
                attempt=int(random.random() < 0.8),
                imported=int(random.random() < 0.1),
                void=int(random.random() < 0.1),
            )
    midnight = made.store.calendar.end_of_day(today)
    days_ago = made.store.calendar.midnight(date(2026, 10, 23))  # the last of twenty, as Veterans Day is not worked
    moments = (None, NOW - DAY, NOW, NOW + 1, NOW + LEAD, NOW + LEAD + 1, midnight - 1, midnight, NOW + 9 * DAY)
    for (lead,) in made.store.rows("SELECT id FROM lead ORDER BY id"):
        lately = [random.choice((None, days_ago, days_ago - 1, NOW - random.randrange(40 * DAY))) for _ in range(2)]
        run(
            "UPDATE lead SET owner_id = ?, tier = ?, due_at = ?, snoozed_until = ?, warn_at = ?,"
            " opened_at = coalesce(?, opened_at), closed_at = coalesce(?, closed_at)"
            " WHERE id = ?",
            (
                *(random.choice((None, 2, 2, 3, 4)), random.randrange(7), random.choice(moments)),
                *(random.choice((*[None] * 5, NOW, NOW + 1)), random.choice((None, NOW, NOW + 1)), *lately, lead),
            ),
        )


@pytest.fixture(scope="module")
def by_hand(season: Store) -> ByHand:
    return ByHand(season)


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MadeUp]:
    made = MadeUp(tmp_path_factory.mktemp("capacity"))
    yield made
    made.store.close()


def test_every_filter_of_the_season(by_hand: ByHand, season_end: Instant) -> None:
    for wanted in every_filter(by_hand.rows, by_hand.store):
        by_hand.holds(wanted, season_end)


def test_the_period_matters_to_nothing(by_hand: ByHand, season_end: Instant) -> None:
    by_hand.holds(Asked(days("2020-01-01", "2020-12-31")), season_end)


def test_a_month_after_the_last_attempt_nobody_has_a_pace(by_hand: ByHand, season_end: Instant) -> None:
    now = season_end + 40 * DAY
    by_hand.holds(Asked(ALL), now)
    (table,) = make(by_hand.store, Asked(ALL), now)[1]
    assert table.total is not None
    assert table.total.cells[table.column("pace")].value == 0
    assert table.total.cells[table.column("days")].value is None


@settings(max_examples=150)
@given(count=st.integers(0, 14), seed=st.integers(0, 2**32))
def test_whatever_the_rows_say(made_up: MadeUp, count: int, seed: int) -> None:
    with made_up.world(count, seed) as store:
        staff(made_up, seed)
        hand = ByHand(store)
        hand.holds(Asked(ALL), NOW)
        for wanted in every_filter(hand.rows, store)[seed % 7 :: 7]:
            hand.holds(wanted, NOW)


def test_room_is_said_and_filters_do_not_make_more_of_it(made_up: MadeUp) -> None:
    with made_up.world(0, 0) as store:
        for number in range(3):
            made_up.insert(
                "lead",
                owner_id=2,
                motion=Motion.DEMO_REQUEST if number else Motion.EXPANSION,
                stage="qualified" if number else "new",
                open=1,
                opened_at=NOW - number * HOUR,
                opened_day=moment(NOW, ZONE).date().isoformat(),
                tier=2,
                due_at=NOW,
            )
        for number in range(4):
            day = date(2026, 11, 19 + number // 3)
            made_up.insert("touch", user_id=2, at=NOW - number, day=day.isoformat(), attempt=1)
        made_up.insert("absence", user_id=3, starts="2026-11-20", ends="2026-11-27")
        sentences, (table,) = make(store, Asked(ALL), NOW)
        assert sentences == (
            "1 of 2 reps can be given more, with 3 open at bats: 2 of them qualified, 2.0 for each.",
            "Room for 147 more until the limit; in the last 20 working days 3 came and 0 ended.",
            "Most to do: Priya, 15.0 days of work.",
        )
        assert table.cell(3, "here").value == "away through 2026-11-27"
        assert table.cell(3, "room").value == 0
        (narrow,) = make(store, Asked(ALL, motion=Motion.EXPANSION), NOW)[1]
        assert narrow.cell(2, "open").value == 1
        assert narrow.cell(2, "room").value == 147
