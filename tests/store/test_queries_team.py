"""The team now, against a recount of the raw rows in plain Python."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from store.actor import Actor
from store.instants import DAY, HOUR, MINUTE, Instant, instant, moment
from store.operations.init import UserDraft, add_user
from store.operations.leaving import LeaveDraft, leave_team
from store.operations.promises import CallbackDraft, SnoozeDraft, callback, snooze
from store.operations.sessions import (
    AdvanceDraft,
    SessionDraft,
    StartDraft,
    advance_session,
    pause_session,
    start_session,
)
from store.operations.undo import UndoDraft, undo
from store.operations.working import LeadDraft, NoteDraft, StatusDraft, accept, note, reassign, set_status
from store.queries.queue import queue, reason, rows
from store.queries.team import Figures, Rep, team_now
from store.queries.today import today
from store.rules.presence import Presence
from store.rules.queue_order import Urgency
from store.vocabulary import ActorKind, Disposition, Motion, Outcome, Stage, Status, UserRole
from tests.factories import ANA, BEN, ED, MONDAY, PRIYA, ZONE, Floor
from tests.store.query_world import counted

D = Disposition


def rep(floor: Floor, actor: Actor) -> Rep:
    """The row of somebody on the board."""
    return next(row for row in team_now(floor.store, floor.now).reps if row.id == actor.user_id)


def raw(floor: Floor, table: str) -> list[dict[str, Any]]:
    """Every row of a table that was not taken back."""
    return [row for row in floor.dump()[table] if not row.get("void")]


def day_of(at: Instant) -> str:
    return moment(at, ZONE).date().isoformat()


def recount(floor: Floor, user_id: int) -> Figures:
    """The figures told anew: row by row, in plain words."""
    now, today_is = floor.now, day_of(floor.now)
    mine = [lead for lead in raw(floor, "lead") if lead["open"] and lead["owner_id"] == user_id]
    shown = rows(floor.store, queue(floor.store, user_id, now, limit=-1).ids)
    own = [row for row in shown.values() if row.lead.owner_id == user_id]
    touches = [t for t in raw(floor, "touch") if t["user_id"] == user_id and day_of(t["at"]) == today_is]
    missed = 0
    for clock in raw(floor, "clock"):
        if clock["owner_id"] != user_id or clock["due_at"] >= now or day_of(clock["due_at"]) != today_is:
            continue
        missed += clock["ended_at"] is None or clock["ended_at"] > clock["due_at"]
    kept = promised = 0
    for promise in raw(floor, "callback"):
        if promise["promiser_id"] != user_id or day_of(promise["due_at"]) < today_is:
            continue
        kept += promise["state"] == "kept"
        late = promise["state"] == "open" and now - promise["due_at"] > 15 * MINUTE
        promised += promise["state"] in ("kept", "missed") or late
    meetings = raw(floor, "meeting")
    return Figures(
        open=len(mine),
        new=sum(lead["stage"] == "new" for lead in mine),
        due=len(own),
        late=sum(reason(floor.store, row, now).urgency is Urgency.LATE for row in own),
        stale=sum(lead["status"] == "stale" for lead in mine),
        waiting=sum(lead["status"] == "unqualified" for lead in mine),
        missed=missed,
        attempts=sum(touch["attempt"] for touch in touches),
        connects=sum(touch["connect"] for touch in touches),
        meetings=sum(m["booker_id"] == user_id and day_of(m["booked_at"]) == today_is for m in meetings),
        kept=kept,
        promised=promised,
    )


def play(floor: Floor) -> None:
    """Two days of two reps and a team lead who works, with one of everything."""
    for actor in (PRIYA, BEN):
        for motion in Motion:
            floor.lead(actor=actor, motion=motion)
        floor.bring(floor.lead(actor=actor), Stage.ATTEMPTING, actor)
        floor.lead(Stage.QUALIFIED, actor=actor)
        floor.close(floor.lead(Stage.ATTEMPTING, actor=actor), Outcome.NO_RESPONSE, actor=actor)
    floor.lead(Stage.DISQUALIFIED, actor=BEN)
    old = floor.lead(Stage.ATTEMPTING)
    promised = [floor.lead(Stage.ACCEPTED, actor=actor) for actor in (PRIYA, PRIYA, BEN, BEN)]
    for lead, actor, ahead in zip(promised, (PRIYA, PRIYA, BEN, BEN), (3, 26, 26, 27), strict=True):
        callback(floor.store, actor, floor.later(), CallbackDraft(lead, floor.now + ahead * HOUR))
    callback(floor.store, PRIYA, floor.later(), CallbackDraft(old, floor.now + 26 * HOUR, anyone=True))
    floor.later(DAY)
    set_status(floor.store, PRIYA, floor.later(), StatusDraft(old, Status.STALE))
    for _ in range(3):
        floor.touch(promised[2], D.NO_ANSWER, actor=PRIYA)
    undo(floor.store, PRIYA, floor.later(), UndoDraft())
    floor.touch(floor.lead(actor=ANA, motion=Motion.DEMO_REQUEST), D.CONVERSATION, actor=ANA)
    floor.meet(floor.lead(Stage.CONNECTED, actor=BEN), actor=BEN)
    snooze(floor.store, BEN, floor.later(), SnoozeDraft(floor.lead(Stage.ATTEMPTING, actor=BEN), floor.now + DAY))
    floor.now += 2 * HOUR
    floor.touch(promised[1], D.CONVERSATION)


def test_a_new_team_has_a_row_for_each_rep_and_nothing_in_it(floor: Floor) -> None:
    team = team_now(floor.store, floor.now)
    assert [(row.name, row.figures) for row in team.reps] == [("Ben", Figures()), ("Priya", Figures())]
    assert (team.total, team.unrouted) == (Figures(), 0)
    assert team.total.share_kept is None
    assert {row.presence for row in team.reps} == {Presence.NOT_YET}


@pytest.mark.parametrize("later", [0, 5 * MINUTE, HOUR, 5 * HOUR, 12 * HOUR, DAY, 3 * DAY, 20 * DAY, 60 * DAY])
def test_every_figure_is_what_the_raw_rows_say(floor: Floor, later: int) -> None:
    play(floor)
    floor.now += later
    team = team_now(floor.store, floor.now)
    assert [row.name for row in team.reps] == ["Ana", "Ben", "Priya"]
    for row in team.reps:
        assert row.figures == recount(floor, row.id), row.name
    assert team.total == Figures(*(sum(column) for column in zip(*(row.figures for row in team.reps), strict=True)))


@pytest.mark.parametrize("later", [0, HOUR, DAY])
def test_a_figure_has_one_definition_here_and_on_the_reps_own_line(floor: Floor, later: int) -> None:
    play(floor)
    floor.now += later
    for row in team_now(floor.store, floor.now).reps:
        line, figures = today(floor.store, row.id, floor.now), row.figures
        assert (line.attempts, line.connects, line.meetings) == figures[7:10]
        shown = rows(floor.store, queue(floor.store, row.id, floor.now).ids).values()
        passed_on = [other.promise for other in shown if other.lead.owner_id != row.id]
        assert line.views["all"] == figures.due + len(passed_on)
        assert line.late == figures.late + sum(p is not None and p.due_at < floor.now for p in passed_on)


def test_today_is_the_teams_day_wherever_a_rep_is(floor: Floor) -> None:
    floor.raw("UPDATE \"user\" SET zone = 'Asia/Tokyo' WHERE id = ?", (BEN.user_id,))
    lead = floor.lead(actor=BEN)
    floor.now = instant(datetime(2026, 11, 23, 23, 58, tzinfo=ZoneInfo(ZONE)))
    floor.touch(lead, D.NO_ANSWER, actor=BEN)  # 23:59 in New York, the afternoon of the next day in Tokyo
    assert rep(floor, BEN).figures.attempts == 1
    floor.later(2 * MINUTE)
    assert rep(floor, BEN).figures.attempts == 0
    floor.touch(lead, D.NO_ANSWER, actor=BEN)
    assert rep(floor, BEN).figures.attempts == 1


def test_who_has_a_row(floor: Floor) -> None:
    floor.lead(actor=ED)
    made = add_user(floor.store, ANA, floor.later(), UserDraft("Zoe")).made
    left = floor.lead(actor=BEN)
    floor.raw('UPDATE "user" SET active = 0 WHERE id IN (?, ?)', (BEN.user_id, (made or {})["user_id"]))
    team = team_now(floor.store, floor.now)
    assert [(row.name, row.role) for row in team.reps] == [
        ("Ed", UserRole.AE),
        ("Priya", UserRole.SDR),
        ("Ben", UserRole.SDR),  # who left and still has an at bat
    ]
    assert team.reps[-1].presence is Presence.LEFT
    reassign(floor.store, PRIYA, floor.later(), LeadDraft(left))
    assert [row.name for row in team_now(floor.store, floor.now).reps] == ["Ed", "Priya"]


def test_what_nobody_has_is_counted_apart_and_in_the_sum(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED, actor=BEN)
    lead = floor.lead()
    floor.raw("UPDATE lead SET owner_id = NULL WHERE id = ?", (lead,))
    team = team_now(floor.store, floor.now)
    assert (team.unrouted, team.to_route, team.total.open) == (1, 1, 2)
    floor.raw("UPDATE lead SET owner_id = ? WHERE id = ?", (PRIYA.user_id, lead))


def test_when_somebody_leaves_the_teams_day_keeps_what_they_did(floor: Floor) -> None:
    floor.touch(floor.lead(motion=Motion.DEMO_REQUEST), D.CONVERSATION)
    floor.lead(motion=Motion.DEMO_REQUEST)
    floor.lead(Stage.DISQUALIFIED)
    floor.now += 2 * HOUR
    before = team_now(floor.store, floor.now)
    assert rep(floor, PRIYA).figures.missed == 1
    assert (before.total.attempts, before.total.waiting) == (1, 1)
    leave_team(floor.store, ANA, floor.later(), LeaveDraft(PRIYA.user_id))
    after = team_now(floor.store, floor.now)
    left = rep(floor, PRIYA)
    assert (left.presence, left.figures.open) == (Presence.LEFT, 0)
    assert after.total[6:] == before.total[6:], "their day is the team's"
    assert (after.total.open, after.total.waiting) == (before.total.open, 1)
    assert (after.unrouted, after.unrouted_waiting, after.to_route) == (1, 1, 0)


# --- who is on what ---


def test_the_at_bat_last_acted_on_and_since_when(floor: Floor) -> None:
    lead = floor.lead(company="Northwind")
    assert (rep(floor, PRIYA).presence, rep(floor, PRIYA).lead_id) == (Presence.AT_WORK, None)
    accept(floor.store, PRIYA, floor.later(), LeadDraft(lead))
    row = rep(floor, PRIYA)
    assert (row.person, row.company) == ("Person1 Ortiz", "Northwind")
    assert (row.presence, row.last_at, row.on_it_since) == (Presence.AT_WORK, floor.now, floor.now)
    floor.now += 15 * MINUTE
    assert rep(floor, PRIYA).presence is Presence.AT_WORK
    floor.later()
    row = rep(floor, PRIYA)
    assert (row.presence, row.lead_id) == (Presence.IDLE, lead)
    assert rep(floor, BEN).presence is Presence.NOT_YET


def test_an_idle_evening_is_off_and_a_new_day_has_not_begun(floor: Floor) -> None:
    floor.lead()
    floor.now = MONDAY + 10 * HOUR  # 20:00 there
    row = rep(floor, PRIYA)
    assert (row.presence, rep(floor, BEN).presence) == (Presence.OFF, Presence.OFF)
    assert not team_now(floor.store, floor.now).team_works
    floor.now = MONDAY + DAY
    row = rep(floor, PRIYA)
    assert (row.presence, row.lead_id, row.person, row.on_it_since) == (Presence.NOT_YET, None, "", None)
    assert row.last_at is not None


def test_a_session_says_whose_turn_it_is(floor: Floor) -> None:
    first, second = floor.lead(company="First"), floor.lead(company="Second")
    begun = start_session(floor.store, PRIYA, floor.later(), StartDraft((first, second), "all")).made or {}
    row = rep(floor, PRIYA)
    assert (row.presence, row.company, row.on_it_since) == (Presence.SESSION, "First", floor.now)
    floor.touch(first)
    since = floor.later()
    moved = advance_session(floor.store, PRIYA, since, AdvanceDraft(begun["session_id"], second)).made or {}
    floor.later(5 * MINUTE)
    row = rep(floor, PRIYA)
    assert (row.presence, row.company, row.on_it_since) == (Presence.SESSION, "Second", since)
    floor.later(15 * MINUTE)
    assert rep(floor, PRIYA).presence is Presence.IDLE
    pause_session(floor.store, PRIYA, floor.later(), SessionDraft(begun["session_id"], moved["version"]))
    assert (rep(floor, PRIYA).presence, rep(floor, PRIYA).company) == (Presence.IDLE, "First")


def test_somebody_away_is_away_until_they_do_something(floor: Floor) -> None:
    lead = floor.lead(actor=BEN)
    floor.now += DAY
    written = floor.value("SELECT max(id) FROM operation")
    values = (BEN.user_id, "2026-11-20", "2026-11-27", 0, written)
    floor.raw("INSERT INTO absence (user_id, starts, ends, void, written_id) VALUES (?, ?, ?, ?, ?)", values)
    assert (rep(floor, BEN).presence, rep(floor, BEN).absent_until) == (Presence.ABSENT, "2026-11-27")
    assert rep(floor, PRIYA).presence is Presence.NOT_YET
    floor.touch(lead, actor=BEN)
    assert rep(floor, BEN).presence is Presence.AT_WORK
    floor.now += 7 * DAY
    assert rep(floor, BEN).presence is Presence.NOT_YET


def test_an_absence_that_begins_within_a_week_is_known(floor: Floor) -> None:
    values = (BEN.user_id, "2026-11-30", "2026-12-04", 0, floor.value("SELECT max(id) FROM operation"))
    assert rep(floor, BEN).away_next == ""
    floor.raw("INSERT INTO absence (user_id, starts, ends, void, written_id) VALUES (?, ?, ?, ?, ?)", values)
    today = floor.store.calendar.day(floor.now).isoformat()
    assert today == "2026-11-23"
    assert (rep(floor, BEN).away_next, rep(floor, PRIYA).away_next) == ("2026-11-30", "")
    floor.now -= DAY
    assert rep(floor, BEN).away_next == ""
    floor.now += 8 * DAY
    assert (rep(floor, BEN).away_next, rep(floor, BEN).absent_until) == ("", "2026-12-04")


def test_taking_back_and_closing_are_work_and_what_a_rule_or_an_import_did_is_not(floor: Floor) -> None:
    lead = floor.lead()
    floor.touch(lead)
    undo(floor.store, PRIYA, floor.later(), UndoDraft())
    assert rep(floor, PRIYA).last_at == floor.now
    floor.touch(lead)
    touched_at = floor.now
    note(floor.store, Actor(PRIYA.user_id, ActorKind.IMPORT), floor.later(), NoteDraft(lead, "from a file"))
    assert (rep(floor, PRIYA).lead_id, rep(floor, PRIYA).last_at) == (lead, touched_at)
    floor.close(lead, Outcome.NO_RESPONSE)
    assert (rep(floor, PRIYA).lead_id, rep(floor, PRIYA).last_at) == (lead, floor.now)


def test_a_bounded_number_of_queries(floor: Floor) -> None:
    play(floor)
    with counted(floor.store) as statements:
        team_now(floor.store, floor.now)
    assert len(statements) == 7
