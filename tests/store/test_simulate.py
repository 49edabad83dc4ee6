"""A made-up team's weeks: what no rule may let happen does not, whatever comes in and whatever people do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import monotonic

import pytest

from store.database import Store, open_store
from store.demo.simulate import Plan, Summary, simulate
from store.demo.simulate.plan import COUNTRY, ZONE
from store.demo.simulate.season import bursts, coming
from store.doctor import check
from store.errors import StoreError
from store.instants import DAY, Instant, instant, moment
from store.rules.business import Calendar
from store.ruleset import load_rules
from store.vocabulary import UserRole
from tests.store.test_seed import dump

# Over Christmas and New Year, so that there are public holidays in it.
FORTNIGHT = Plan(days=14, reps=3, signals=200, seed=1, starts=date(2025, 12, 22))
HOLIDAYS = {date(2025, 12, 25), date(2026, 1, 1)}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Summary]:
    path = tmp_path_factory.mktemp("fortnight") / "fortnight.db"
    return path, simulate(path, FORTNIGHT)


@pytest.fixture
def fortnight(played: tuple[Path, Summary]) -> Iterator[Store]:
    store = open_store(played[0], read_only=True)
    yield store
    store.close()


# -- what must hold of any of it, told in plain Python ----------------------------------------------------------------


def two_at_once(store: Store) -> list[int]:
    """Who has two open at bats."""
    sql = "SELECT contact_id FROM lead WHERE open = 1 AND contact_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1"
    return [row[0] for row in store.rows(sql)]


def business_days(at: datetime, days: int, off: set[date]) -> datetime:
    """So many working days later at the same time of day; from a day off it counts from the next morning."""

    def works(day: date) -> bool:
        return day.weekday() < 5 and day not in off

    while not works(at.date()):
        at = datetime.combine(at.date() + timedelta(days=1), time(9), at.tzinfo)
    for _ in range(days):
        at += timedelta(days=1)
        while not works(at.date()):
            at += timedelta(days=1)
    return at


_DAYS = {"event_follow_up": 30, "outbound_target": 45}
_ATTEMPTS = {"outbound_target": 12}
_OTHERS = ("intent_signal", "campaign_response", "expansion", "rep_created")


def past_its_window(store: Store, now: Instant, off: set[date]) -> list[str]:
    """Open at bats that are older than the rule of their motion allows; nobody reads the rules file for this.

    Whoever was reached is never closed by a rule, but then somebody must have been asked to decide. A promise holds
    the window for a working day; while an approval waits, time stands still, as many times as it was sent back.
    """
    sql = """
    SELECT l.id, l.motion, l.opened_at, l.connected_at IS NOT NULL, l.decision IS NOT NULL, l.stage, l.attempts,
           l.direct_attempts, l.partner_touches, l.extensions, l.callback_at, l.last_touch_at,
           (SELECT max(at) FROM signal WHERE lead_id = l.id AND void = 0),
           (SELECT sum(decided_at - asked_at) FROM approval WHERE lead_id = l.id AND approved = 0)
    FROM lead l WHERE l.open = 1"""
    found = []
    for (
        lead,
        motion,
        opened,
        reached,
        asked,
        stage,
        tries,
        direct,
        partner,
        more,
        call,
        touched,
        signal,
        stood,
    ) in store.rows(sql):
        if stage == "disqualified" or (reached and asked):
            continue
        ends = None
        opened_at = moment(opened, ZONE)
        if motion == "demo_request" and not reached:
            ends = instant(business_days(opened_at, 10 * (1 + more), off))
        elif motion in _DAYS:
            ends = opened + _DAYS[motion] * DAY * (1 + more)
        elif motion == "reactivation":
            ends = max(opened, signal or 0) + 21 * DAY * (1 + more)
        elif motion in _OTHERS:
            ends = opened + 21 * DAY * (1 + more)
        spent = tries >= _ATTEMPTS.get(motion, 8) * (1 + more) and motion in (*_OTHERS, "outbound_target")
        spent = spent or (motion == "partner_referral" and direct >= 3 * (1 + more) and partner >= 1 + more)
        if spent and touched is not None:
            answer_by = instant(business_days(moment(touched, ZONE), 1, off))
            ends = answer_by if ends is None else min(ends, answer_by)
        if ends is None:
            continue
        if call is not None:
            ends = max(ends, instant(business_days(moment(call, ZONE), 1, off)))
        if ends + 2 * (stood or 0) + DAY * bool(stood) < now:
            found.append(f"{motion} {lead} since {opened_at:%d %b}, over on {moment(ends, ZONE):%d %b}")
    return found


def days_of_acts(store: Store) -> set[tuple[int, date]]:
    """Who did something by hand on which day of the team's."""
    rows = store.rows("SELECT actor_id, at FROM operation WHERE by = 'person'")
    return {(user_id, moment(at, ZONE).date()) for user_id, at in rows}


def away(store: Store) -> set[tuple[int, date]]:
    days = set()
    for user_id, starts, ends in store.rows("SELECT user_id, starts, ends FROM absence WHERE void = 0"):
        day = date.fromisoformat(starts)
        while day <= date.fromisoformat(ends):
            days.add((user_id, day))
            day += timedelta(days=1)
    return days


# -- a fortnight ------------------------------------------------------------------------------------------------------


def test_the_doctor_is_content(fortnight: Store) -> None:
    assert [finding.sentence for finding in check(fortnight)] == []


def test_nobody_has_two_open_at_bats(fortnight: Store) -> None:
    assert two_at_once(fortnight) == []


def test_no_at_bat_is_older_than_its_window_allows(fortnight: Store) -> None:
    assert past_its_window(fortnight, FORTNIGHT.ends, HOLIDAYS) == []


def test_the_check_on_windows_sees_what_is_too_old(fortnight: Store) -> None:
    later = FORTNIGHT.ends + 60 * DAY
    assert len(past_its_window(fortnight, later, HOLIDAYS)) > 20


def test_whoever_is_absent_does_nothing(fortnight: Store) -> None:
    absent = away(fortnight)
    assert len(absent) >= 2
    assert absent & days_of_acts(fortnight) == set()


def test_nobody_works_on_holidays_and_weekends(fortnight: Store) -> None:
    days = {day for _, day in days_of_acts(fortnight) if FORTNIGHT.starts <= day}
    assert len(days) >= 7
    assert days & HOLIDAYS == set()
    assert {day.weekday() for day in days} <= {0, 1, 2, 3, 4}


def test_signals_come_on_days_off_too(fortnight: Store) -> None:
    days = {moment(at, ZONE).date() for (at,) in fortnight.rows("SELECT at FROM signal")}
    assert any(day.weekday() > 4 for day in days)


def test_every_signal_was_received(played: tuple[Path, Summary], fortnight: Store) -> None:
    sent = fortnight.value("SELECT count(*) FROM external_id WHERE kind = 'signal' AND value LIKE 's%'")
    assert sent == FORTNIGHT.signals
    assert played[1].signals["received"] >= sent


def test_everybody_takes_part(fortnight: Store) -> None:
    acted = {actor_id for actor_id, _ in days_of_acts(fortnight)}
    people = fortnight.rows('SELECT id, role FROM "user" WHERE id > 1')
    assert acted >= {user_id for user_id, role in people if role in (UserRole.SDR, UserRole.LEAD)}
    assert fortnight.value("SELECT count(*) FROM hand_over WHERE accepted = 1") > 0
    assert fortnight.value("SELECT count(*) FROM touch WHERE attempt = 1") > 100


def test_reps_work_in_their_queues_order(fortnight: Store) -> None:
    """Whoever wants to talk is called before whoever is next in a cadence: hot ones wait less."""
    waited = """
    SELECT avg(l.first_touch_at - l.opened_at) FROM lead l JOIN signal s ON s.id = l.signal_id
    WHERE l.first_touch_at IS NOT NULL AND s.high_intent = {}"""
    assert fortnight.value(waited.format(1)) < fortnight.value(waited.format(0))


def test_the_summary_is_counted_from_the_database(played: tuple[Path, Summary], fortnight: Store) -> None:
    found = played[1]
    assert found.counts["at bats"] == fortnight.value("SELECT count(*) FROM lead")
    ended = sum(sum(parts.values()) for parts in found.outcomes.values())
    assert ended == found.counts["at bats"] - found.counts["open at bats"]
    assert all(parts["closed"] <= parts["opened"] for parts in found.alerts.values())
    json.dumps(found.as_dict())


# -- the same again ---------------------------------------------------------------------------------------------------


def test_the_same_seed_makes_the_same_and_another_another(tmp_path: Path) -> None:
    for name, seed in (("one", 5), ("same", 5), ("other", 6)):
        simulate(tmp_path / name, Plan(days=4, reps=2, signals=40, seed=seed))
    assert dump(tmp_path / "one") == dump(tmp_path / "same")
    assert dump(tmp_path / "one")["touch"] != dump(tmp_path / "other")["touch"]


def test_with_pull_reps_take_from_the_pool(tmp_path: Path) -> None:
    (tmp_path / "pull.rules.toml").write_text("[routing]\npull = true\n")
    simulate(tmp_path / "pull.db", Plan(days=4, reps=2, signals=40, seed=2))
    store = open_store(tmp_path / "pull.db", read_only=True)
    assert store.value("SELECT count(*) FROM assignment WHERE rule = 'claimed from the pool'") > 5
    assert store.value("SELECT count(*) FROM assignment WHERE rule = 'in turn'") == 0
    assert [finding.sentence for finding in check(store)] == []
    store.close()


def test_a_file_that_exists_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("mine")
    with pytest.raises(StoreError, match="exists already"):
        simulate(tmp_path / "x.db", FORTNIGHT)
    assert (tmp_path / "x.db").read_text() == "mine"


# -- the season -------------------------------------------------------------------------------------------------------


def test_the_season_has_its_shape() -> None:
    plan = Plan()
    calendar = Calendar(ZONE, load_rules().hours._replace(country=COUNTRY))
    campaigns = bursts(plan)
    found = coming(plan, calendar, campaigns)
    assert len(found) == plan.signals
    assert all(plan.begins <= each.at < plan.ends for each in found)
    at = [moment(each.at, ZONE) for each in found]
    weekend, office = sum(each.weekday() > 4 for each in at), sum(9 <= each.hour < 17 for each in at)
    assert weekend < 0.12 * len(at)
    assert office > 0.6 * len(at)
    by_month = [sum(each.month == month for each in at) for month in range(1, 13)]
    assert by_month[9] > 1.3 * by_month[6]  # October against July
    fair = max(campaigns, key=lambda burst: burst.weight)
    after = [each for each in found if each.burst is fair]
    assert len(after) > 50
    assert (
        sum(fair.day <= moment(each.at, ZONE).date() < fair.day + timedelta(days=7) for each in after) > len(after) / 2
    )


# -- the whole year ---------------------------------------------------------------------------------------------------


@pytest.mark.soak
def test_a_year(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan, began = Plan(), monotonic()
    found = simulate(tmp_path / "year.db", plan)
    with capsys.disabled():
        print(json.dumps({**found.as_dict(), "seconds": round(monotonic() - began)}, indent=2))  # noqa: T201
    store = open_store(tmp_path / "year.db", read_only=True)
    calendar = store.calendar
    off = {day for day in plan.dates if day.weekday() < 5 and not calendar.works(day)}
    assert found.signals["received"] >= plan.signals
    assert [finding.sentence for finding in check(store)] == []
    assert two_at_once(store) == []
    assert past_its_window(store, plan.ends, off) == []
    assert away(store) & days_of_acts(store) == set()
    assert not {day for _, day in days_of_acts(store)} & off
    store.close()
