"""The made-up season, the example that ships, and a copy of it moved to any moment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import apsw
import pytest
from peewee import BigIntegerField

from store.database import Store, open_store
from store.demo.example import LEADS, SEED, copy_example, find_example, make_example
from store.demo.seed import REP, SEASON_END, STORIES, TEAM, seed
from store.demo.shift import is_instant
from store.doctor import check
from store.errors import StoreError
from store.instants import DAY, HOUR, MINUTE, Instant, instant, moment
from store.models import TABLES
from store.queries.queue import queue, reason
from store.queries.score import score_card
from store.queries.today import today
from store.rules.queue_views import View
from store.rules.scoring import Quadrant
from store.vocabulary import (
    ActorKind,
    AlertKind,
    Channel,
    ClockKind,
    Direction,
    Disposition,
    Motion,
    OpportunityStage,
    Outcome,
    Role,
    Stage,
    Status,
    WithWhom,
)

# What is told of shares needs more records than an example has.
TOLD = set(AlertKind) - {
    AlertKind.SOURCE_DISQUALIFIED,
    AlertKind.ACCOUNT_NURTURE,
    AlertKind.RECYCLED_FAILING,
    AlertKind.OVERRIDES,
}
PARTS = {Role.CHAMPION, Role.ECONOMIC_BUYER, Role.EVALUATOR, Role.USER, Role.BLOCKER}
EVERY_SITUATION = sum(story.leads for story in STORIES)


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("season") / "season.db"
    seed(path, leads=EVERY_SITUATION + 20, seed=4)
    store = open_store(path, read_only=True)
    yield store
    store.close()


@pytest.fixture(scope="module")
def example() -> Iterator[Store]:
    store = open_store(find_example(), read_only=True)
    yield store
    store.close()


def dump(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of ours, without what the migration runner and the search keep for themselves."""
    connection = apsw.Connection(os.fspath(path), flags=apsw.SQLITE_OPEN_READONLY)
    tables = [str(model._meta.table_name) for model in TABLES]
    rows = {table: list(connection.execute(f'SELECT * FROM "{table}" ORDER BY id')) for table in tables}
    connection.close()
    return rows


def words(store: Store, sql: str) -> set[str]:
    return {row[0] for row in store.rows(sql) if row[0] is not None}


# -- the season -------------------------------------------------------------------------------------------------------


def test_a_hundred_at_bats_hold_every_situation() -> None:
    assert EVERY_SITUATION <= 100


@pytest.mark.parametrize("leads", [1, 30, EVERY_SITUATION + 5])
def test_it_has_as_many_at_bats_as_asked_for_and_the_doctor_is_content(tmp_path: Path, leads: int) -> None:
    told: list[int] = []
    seed(tmp_path / "x.db", leads=leads, seed=leads, progress=told.append)
    store = open_store(tmp_path / "x.db")
    assert store.value("SELECT count(*) FROM lead") == leads
    assert told == list(range(1, leads + 1))
    assert [finding.sentence for finding in check(store)] == []
    store.close()


def test_the_same_seed_makes_the_same(tmp_path: Path) -> None:
    for name, number in (("one", 5), ("same", 5), ("other", 6)):
        seed(tmp_path / name, leads=40, seed=number)
    assert dump(tmp_path / "one") == dump(tmp_path / "same")
    assert dump(tmp_path / "one")["contact"] != dump(tmp_path / "other")["contact"]


def test_it_leaves_a_file_that_exists_alone(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("mine")
    with pytest.raises(StoreError, match="exists already"):
        seed(tmp_path / "x.db", leads=1, seed=1)
    assert (tmp_path / "x.db").read_text() == "mine"


@pytest.mark.parametrize("which", ["season", "example"])
def test_every_word_of_the_model_occurs(which: str, request: pytest.FixtureRequest) -> None:
    store: Store = request.getfixturevalue(which)
    assert words(store, "SELECT DISTINCT stage FROM stage_spell WHERE void = 0") == set(Stage)
    assert words(store, "SELECT DISTINCT stage FROM lead") == set(Stage)
    assert words(store, "SELECT DISTINCT status FROM lead") == set(Status)
    assert words(store, "SELECT DISTINCT motion FROM lead") == set(Motion)
    assert words(store, "SELECT DISTINCT outcome FROM lead") == set(Outcome)
    assert words(store, "SELECT DISTINCT disposition FROM touch WHERE void = 0") == set(Disposition)
    assert words(store, "SELECT DISTINCT channel FROM touch WHERE void = 0") == set(Channel)
    assert words(store, "SELECT DISTINCT direction FROM touch WHERE void = 0") == set(Direction)
    assert words(store, "SELECT DISTINCT with_whom FROM touch WHERE void = 0") == set(WithWhom)
    assert words(store, "SELECT DISTINCT by FROM operation") == set(ActorKind)
    assert words(store, "SELECT DISTINCT kind FROM clock WHERE met = 1 AND void = 0") == set(ClockKind)
    assert words(store, "SELECT DISTINCT kind FROM clock WHERE met = 0 AND void = 0") == set(ClockKind)
    assert words(store, "SELECT DISTINCT kind FROM alert WHERE void = 0") >= TOLD
    assert words(store, "SELECT DISTINCT stage FROM opportunity WHERE void = 0") == set(OpportunityStage)
    assert words(store, "SELECT DISTINCT role FROM opportunity_contact WHERE void = 0") >= PARTS
    assert words(store, "SELECT DISTINCT result FROM meeting WHERE void = 0") >= {"booked", "held", "no_show"}


_BY_RULE = "o.by = 'rule' AND o.kind = 'tick'"
SITUATIONS = {
    "somebody at bat for the fourth time": "SELECT 1 FROM lead WHERE number = 4 AND open = 1",
    "a buying group of five with a part each": """
        SELECT 1 FROM lead_contact WHERE void = 0 GROUP BY lead_id HAVING count(DISTINCT role) = 5""",
    "an opportunity that two at bats became": """
        SELECT 1 FROM conversion WHERE void = 0 AND reversed_at IS NULL AND opportunity_id IS NOT NULL
        GROUP BY opportunity_id HAVING count(*) = 2""",
    "a hand-over to answer in time": f"""
        SELECT 1 FROM hand_over WHERE void = 0 AND answered_at IS NULL AND due_at > {SEASON_END}""",
    "a hand-over that is late": f"""
        SELECT 1 FROM hand_over WHERE void = 0 AND answered_at IS NULL AND due_at < {SEASON_END}""",
    "an accepted hand-over": "SELECT 1 FROM hand_over WHERE void = 0 AND accepted = 1",
    "a hand-over rejected with a reason": "SELECT 1 FROM hand_over WHERE void = 0 AND accepted = 0 AND reason <> ''",
    "a rejected one handed over again": """
        SELECT 1 FROM hand_over WHERE void = 0 GROUP BY opportunity_id
        HAVING min(accepted) = 0 AND max(accepted) = 1""",
    "somebody whom sales found not real": "SELECT 1 FROM contact WHERE bogus_at IS NOT NULL",
    "a won opportunity": "SELECT 1 FROM opportunity WHERE stage = 'won' AND void = 0",
    "an opportunity lost to a competitor": """
        SELECT 1 FROM opportunity WHERE stage = 'lost' AND lost_reason = 'competitor' AND void = 0""",
    "an opportunity that has not moved for a month": f"""
        SELECT 1 FROM opportunity WHERE open = 1 AND void = 0 AND moved_at < {SEASON_END - 31 * DAY}""",
    "a view of one's own": "SELECT 1 FROM saved_view WHERE void = 0",
    "a paused session": "SELECT 1 FROM work_session WHERE resumed_at IS NULL AND ended_at IS NULL AND void = 0",
    "a reversed conversion": "SELECT 1 FROM conversion WHERE reversed_at IS NOT NULL",
    "a merged duplicate": "SELECT 1 FROM merge WHERE entity = 'lead'",
    "one that waits for approval": "SELECT 1 FROM approval WHERE decided_at IS NULL AND void = 0",
    "one that was sent back": "SELECT 1 FROM lead WHERE decision = 'returned' AND open = 1",
    "somebody suppressed": "SELECT 1 FROM contact WHERE suppressed_at IS NOT NULL",
    "somebody who stopped our e-mail": "SELECT 1 FROM contact WHERE email_stopped_at IS NOT NULL",
    "a bad number": "SELECT 1 FROM phone WHERE state = 'bad'",
    "a kept callback": "SELECT 1 FROM callback WHERE kept = 1",
    "a callback for anyone": "SELECT 1 FROM callback WHERE promiser_id IS NULL AND state = 'open'",
    "one whose attempts are spent": "SELECT 1 FROM lead WHERE decision = 'expired' AND open = 1",
    "a no-show to rebook": "SELECT 1 FROM lead WHERE decision = 'rebook' AND open = 1",
    "a company without a person": "SELECT 1 FROM lead WHERE contact_id IS NULL AND open = 1",
    "one that nobody had at first": "SELECT 1 FROM assignment WHERE owner_id IS NULL",
    "a snoozed one": "SELECT 1 FROM lead WHERE snoozed_until IS NOT NULL AND open = 1",
    "an undone act": "SELECT 1 FROM operation WHERE undoes_id IS NOT NULL",
    "an amended touch": "SELECT 1 FROM touch WHERE amended_at IS NOT NULL",
    "a touch entered later": "SELECT 1 FROM touch WHERE logged_at > at",
    "an automated touch": "SELECT 1 FROM touch WHERE automated = 1",
    "a partner's word": "SELECT 1 FROM touch WHERE with_whom = 'partner'",
    "a note": "SELECT 1 FROM note WHERE void = 0",
    "a signal on an opportunity": "SELECT 1 FROM signal WHERE opportunity_id IS NOT NULL",
    "an override": "SELECT 1 FROM operation WHERE override <> ''",
    "a window that ended by rule": f"""
        SELECT 1 FROM lead l JOIN change c ON c.entity = 'lead' AND c.entity_id = l.id AND c."column" = 'reason'
        JOIN operation o ON o.id = c.operation_id WHERE l.reason = 'expired_by_rule' AND {_BY_RULE}""",
    "gone stale by rule, and to be decided": f"""
        SELECT 1 FROM lead l JOIN change c ON c.entity = 'lead' AND c.entity_id = l.id AND c.after = '"stale"'
        JOIN operation o ON o.id = c.operation_id WHERE l.decision = 'stale' AND l.open = 1 AND {_BY_RULE}""",
    "stale, undecided, and closed by rule": "SELECT 1 FROM lead WHERE reason = 'stale' AND outcome = 'no_response'",
    "reached, gone cold, and closed by rule with a date": f"""
        SELECT 1 FROM lead l JOIN change c ON c.entity = 'lead' AND c.entity_id = l.id AND c."column" = 'reason'
        JOIN operation o ON o.id = c.operation_id
        WHERE l.reason = 'cold' AND l.eligible_at > {SEASON_END} AND {_BY_RULE}""",
    "gone quiet by rule": f"""
        SELECT 1 FROM status_change s JOIN lead l ON l.id = s.lead_id JOIN operation o ON o.id = s.written_id
        WHERE s.status = 'attempting' AND l.stage = 'connected' AND l.status = 'attempting' AND {_BY_RULE}""",
    "a status set by hand": "SELECT 1 FROM status_change WHERE override = 1 AND void = 0",
    "routed in turn, and why": """
        SELECT 1 FROM assignment WHERE rule = 'in turn' AND trace LIKE '%the fewest of 3%' AND void = 0""",
    "to the rep who works the company already": "SELECT 1 FROM assignment WHERE rule = 'works the company already'",
    "passed over because away": "SELECT 1 FROM assignment WHERE trace LIKE '%away through%' AND owner_id IS NOT NULL",
    "to nobody, and the team lead is told; then to whoever is free again": """
        SELECT 1 FROM lead l JOIN assignment a ON a.lead_id = l.id AND a.rule = 'unrouted' AND a.trace <> ''
        JOIN alert t ON t.entity = 'lead' AND t.entity_id = l.id AND t.kind = 'unrouted' AND t.closed_at IS NOT NULL
        JOIN operation o ON o.lead_id = l.id AND o.kind = 'route_waiting' WHERE l.owner_id IS NOT NULL""",
    "a rep who is away": f"""
        SELECT 1 FROM absence WHERE starts <= date({SEASON_END} / 1000000, 'unixepoch')
        AND ends >= date({SEASON_END} / 1000000, 'unixepoch') AND void = 0""",
    "claimed from the pool": "SELECT 1 FROM assignment WHERE rule = 'claimed from the pool' AND void = 0",
    "brought back by another rep": """
        SELECT 1 FROM operation o JOIN change c ON c.operation_id = o.id AND c.entity = 'lead' AND c."column" = '+'
        JOIN lead l ON l.id = c.entity_id
        JOIN lead b ON b.contact_id = l.contact_id AND b.number = l.number - 1 AND b.outcome = 'no_response'
        WHERE o.kind = 'recycle' AND l.owner_id <> b.owner_id AND l.cadence <> b.cadence""",
    "an expiry that nobody decides": "SELECT 1 FROM alert WHERE kind = 'expiry' AND closed_at IS NULL",
    "a signal held until a date": f"SELECT 1 FROM signal WHERE held_until > {SEASON_END} AND void = 0",
    "a colleague who joined an at bat by a signal": """
        SELECT 1 FROM signal s JOIN lead l ON l.id = s.lead_id JOIN lead_contact g
        ON g.lead_id = l.id AND g.contact_id = s.contact_id WHERE g.is_primary = 0 AND s.contact_id <> l.contact_id""",
    "a signal that was too little to open anything": """
        SELECT 1 FROM signal s WHERE kind = 'newsletter_click' AND lead_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM lead WHERE contact_id = s.contact_id)""",
    "brought back by the trigger that was waited for": """
        SELECT 1 FROM signal s JOIN lead l ON l.signal_id = s.id
        WHERE s.kind = 'leadership_changed' AND l.number = 2""",
    "somebody who may be brought back now": f"""
        SELECT 1 FROM lead l WHERE l.open = 0 AND l.eligible_at <= {SEASON_END} AND l.void = 0
        AND NOT EXISTS (SELECT 1 FROM lead n WHERE n.contact_id = l.contact_id AND n.number > l.number)""",
    "more time for a window": "SELECT 1 FROM lead WHERE extensions = 1 AND open = 1",
    "a late hand-over that is told of": "SELECT 1 FROM alert WHERE kind = 'hand_over_late' AND closed_at IS NULL",
    "an opportunity that its owner is told of": "SELECT 1 FROM alert WHERE kind = 'unmoved' AND closed_at IS NULL",
    "working and silent": "SELECT 1 FROM alert WHERE kind = 'silent' AND closed_at IS NULL",
    "an approval that is late": "SELECT 1 FROM alert WHERE kind = 'approval_late' AND closed_at IS NULL",
    "a signal while an approval waits": "SELECT 1 FROM alert WHERE kind = 'approval_signal' AND closed_at IS NULL",
    "an alert that closed by itself": "SELECT 1 FROM alert WHERE closed_at IS NOT NULL",
    "a name that looks like markup": "SELECT 1 FROM account WHERE name = 'Acme [UK] Ltd'",
    "an apostrophe": "SELECT 1 FROM contact WHERE last_name = 'O''Brien'",
    "right to left": "SELECT 1 FROM contact WHERE last_name = 'حداد'",
    "wide letters": "SELECT 1 FROM account WHERE name = '株式会社山田製作所'",
    "an opportunity of a campaign with its cost": """
        SELECT 1 FROM opportunity_campaign JOIN campaign c ON c.id = campaign_id WHERE c.cost > 0""",
}


@pytest.mark.parametrize("which", ["season", "example"])
@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_situation_occurs(situation: str, which: str, request: pytest.FixtureRequest) -> None:
    assert request.getfixturevalue(which).row(SITUATIONS[situation]) is not None


@pytest.mark.parametrize("which", ["season", "example"])
def test_every_quadrant_of_the_score_has_open_at_bats(which: str, request: pytest.FixtureRequest) -> None:
    store: Store = request.getfixturevalue(which)
    cards = [score_card(store, lead_id, SEASON_END) for (lead_id,) in store.rows("SELECT id FROM lead WHERE open = 1")]
    assert {card.score.quadrant for card in cards if card is not None} == set(Quadrant)


def test_the_rules_have_done_what_was_due(example: Store) -> None:
    assert example.value("SELECT count(*) FROM lead WHERE rule_at <= ?", (SEASON_END,)) == 0
    assert example.value("SELECT count(*) FROM contact WHERE rule_at <= ?", (SEASON_END,)) == 0
    assert example.value(f"SELECT count(*) FROM clock WHERE met IS NULL AND ended_at IS NULL AND {_RAN_OUT}") == 0


_RAN_OUT = f"kind <> 'hand_over' AND due_at < {SEASON_END} AND void = 0"


def test_numbers_and_addresses_belong_to_nobody(season: Store) -> None:
    assert all(row[0].endswith(".example") for row in season.rows("SELECT folded FROM email"))
    fiction = ("+1", "+4420794", "+4416149", "+4411349", "+49302312", "+49899999", "+49406696", "+33199", "+468465")
    for (number,) in season.rows("SELECT e164 FROM phone"):
        assert number.startswith((*fiction, "+612555", "+8139999")), number
        if number.startswith("+1"):
            assert number[5:10] == "55501", number
    assert season.value("SELECT count(DISTINCT zone) FROM contact WHERE zone <> ''") >= 5


def test_the_team_is_there(season: Store) -> None:
    assert season.rows('SELECT name, role FROM "user" WHERE id > 1 ORDER BY id') == [
        (user.name, user.role) for user in TEAM
    ]


# -- the example ------------------------------------------------------------------------------------------------------


def test_the_example_is_what_the_seed_makes_today(tmp_path: Path) -> None:
    """Run ``python -m store.demo.example`` when this fails after a change that is meant."""
    make_example(tmp_path / "again")
    ours, again = dump(find_example()), dump(tmp_path / "again")
    assert {table for table in ours if ours[table] != again[table]} == set()
    assert [file.name for file in tmp_path.iterdir()] == ["again"]


def test_the_example_is_sound_and_small(example: Store) -> None:
    assert [finding.sentence for finding in check(example)] == []
    assert find_example().stat().st_size < 2_000_000
    assert example.value("PRAGMA journal_mode") == "delete"
    assert example.value("SELECT count(*) FROM lead") == LEADS
    assert SEASON_END - MINUTE <= example.value("SELECT max(at) FROM operation") <= SEASON_END
    assert SEED


# -- moved in time ----------------------------------------------------------------------------------------------------

MOMENTS = {
    "a working morning": datetime(2027, 3, 3, 14, 30, tzinfo=UTC),
    "a Sunday night": datetime(2026, 12, 7, 3, 40, tzinfo=UTC),
    "a weekday night": datetime(2027, 3, 4, 6, 40, tzinfo=UTC),
    "a Sunday": datetime(2027, 2, 21, 18, 20, tzinfo=UTC),
    "just after midnight": datetime(2027, 1, 14, 5, 1, tzinfo=UTC),
    "a Saturday in another summer": datetime(2028, 7, 15, 19, 0, tzinfo=UTC),
    "New Year's Day": datetime(2027, 1, 1, 15, 0, tzinfo=UTC),
    "before it was made": datetime(2026, 5, 20, 9, 0, tzinfo=UTC),
}


@pytest.fixture(params=MOMENTS, ids=lambda name: name.replace(" ", "-"))
def demo(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Store, Instant]]:
    now = instant(MOMENTS[request.param])
    copy_example(tmp_path / "demo.db", now)
    store = open_store(tmp_path / "demo.db")
    yield store, now
    store.close()


def test_the_doctor_is_content_with_a_moved_copy(demo: tuple[Store, Instant]) -> None:
    store, now = demo
    assert [finding.sentence for finding in check(store)] == []
    assert store.value("SELECT max(at) FROM operation") == now
    assert store.value("SELECT max(at) FROM touch") <= now


def test_the_rep_has_something_of_everything_to_do(demo: tuple[Store, Instant]) -> None:
    store, now = demo
    rep = store.value('SELECT id FROM "user" WHERE name = ?', (REP,))
    everything = queue(store, rep, now)
    assert len(everything.ids) >= 12
    why = [reason(store, everything.rows[lead_id], now).words for lead_id in everything.ids]
    assert any(words.startswith("callback ") and words.endswith("min late") for words in why)
    assert any(words.startswith("first touch due in ") for words in why)
    assert any(words.startswith("first touch ") and words.endswith(" late") for words in why)
    assert any(words.startswith("expires ") for words in why)
    assert any(words.startswith("replied ") for words in why)
    assert sum(words.startswith("step ") for words in why) >= 3
    for view in (View.HOT, View.CALLBACKS, View.EXPIRING, View.NEW, View.LATER):
        assert len(queue(store, rep, now, view=view).ids) >= 1, view


def test_the_rep_s_team_is_a_decent_one_and_its_clocks_are_true(demo: tuple[Store, Instant]) -> None:
    store, now = demo
    rep = store.value('SELECT id FROM "user" WHERE name = ?', (REP,))
    day = today(store, rep, now)
    assert day.sla is None or 0.75 <= day.sla <= 0.95
    assert 3 <= day.late <= 8
    assert 1 <= store.value("SELECT count(*) FROM alert WHERE owner_id = ? AND closed_at IS NULL", (rep,)) <= 12
    assert store.value("SELECT count(*) FROM lead WHERE rule_at <= ?", (now,)) == 0
    running = "met IS NULL AND ended_at IS NULL AND kind <> 'hand_over' AND due_at < ? AND void = 0"
    assert store.value(f"SELECT count(*) FROM clock WHERE {running}", (now,)) == 0


def test_the_account_executive_has_something_handed_over(demo: tuple[Store, Instant]) -> None:
    store, now = demo
    due = [at for (at,) in store.rows(_HANDED_OVER, ("Marcus L.",))]
    assert [at for at in due if at > now], "one to answer in time"
    assert [at for at in due if at <= now], "one that is late"


_HANDED_OVER = """
    SELECT h.due_at FROM hand_over h JOIN "user" u ON u.id = h.taker_id
    WHERE u.name = ? AND h.answered_at IS NULL AND h.void = 0"""


def test_a_reply_is_late_in_the_queue_when_its_clock_is(demo: tuple[Store, Instant]) -> None:
    found = demo[0].rows(
        "SELECT l.due_at, k.due_at FROM lead l JOIN clock k ON k.lead_id = l.id"
        " WHERE l.unanswered_at IS NOT NULL AND l.callback_at IS NULL AND l.decision IS NULL AND l.open = 1"
        " AND k.kind = 'respond' AND k.ended_at IS NULL AND k.void = 0"
    )
    assert found
    assert all(shown == runs_out for shown, runs_out in found)


def test_days_before_keep_their_hours_and_all_days_follow_their_instants(demo: tuple[Store, Instant]) -> None:
    store, now = demo
    newest_day = moment(now, store.zone).date() - timedelta(days=2)
    touches = store.rows("SELECT at, day FROM touch")
    assert all(moment(at, store.zone).date().isoformat() == day for at, day in touches)
    hours = [moment(at, store.zone).hour for at, day in touches if day < newest_day.isoformat()]
    assert sum(8 <= hour <= 19 for hour in hours) > 0.97 * len(hours)


def test_moving_keeps_the_order_the_guards_and_the_story(example: Store, demo: tuple[Store, Instant]) -> None:
    store, _ = demo
    last = example.value("SELECT max(id) FROM operation")  # what the rules do afterwards comes on top
    ended = example.value("SELECT group_concat(id) FROM clock WHERE met IS NOT NULL")
    closed = example.value("SELECT group_concat(id) FROM lead WHERE open = 0")
    for sql in (
        f"SELECT id FROM operation WHERE id <= {last} ORDER BY at, id",
        f"SELECT lead_id, kind, met, ended_at <= due_at FROM clock WHERE id IN ({ended}) ORDER BY id",
        "SELECT id, stage, outcome, callback_at < last_touch_at, expires_at < last_touch_at FROM lead"
        f" WHERE id IN ({closed}) ORDER BY id",
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
        f'SELECT operation_id, entity, entity_id, "column" FROM change WHERE operation_id <= {last} ORDER BY id',
    ):
        assert store.rows(sql) == example.rows(sql)


def test_an_act_of_the_moved_copy_is_undone_to_the_moved_times(tmp_path: Path) -> None:
    now = instant(MOMENTS["a working morning"])
    copy_example(tmp_path / "demo.db", now)
    store = open_store(tmp_path / "demo.db")
    was = store.rows("SELECT before, after FROM change WHERE \"column\" = 'due_at' AND before IS NOT NULL")
    assert all(now - 400 * DAY < int(before) < now + 400 * DAY for before, _ in was)
    store.close()


def test_a_copy_replaces_the_one_before(tmp_path: Path) -> None:
    now = instant(MOMENTS["a working morning"])
    for at in (now, now + 26 * HOUR):
        copy_example(tmp_path / "demo.db", at)
        store = open_store(tmp_path / "demo.db")
        assert store.value("SELECT max(at) FROM operation") == at
        store.close()
    assert (tmp_path / "demo.db").stat().st_mode & 0o777 == 0o600


def test_every_whole_number_is_known_to_be_an_instant_or_not() -> None:
    """A new column of instants must have a name by which the move finds it."""
    others = {"size", "cost", "duration", "share", "amount"}
    for model in TABLES:
        for name, field in model._meta.columns.items():
            if type(field) is BigIntegerField:
                assert is_instant(name) != (name in others), f"{model._meta.table_name}.{name}"
