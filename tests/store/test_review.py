"""The shares judged each night: told, brought up to date, closed when the cause is gone, and the same however late."""

from __future__ import annotations

from store.instants import DAY
from store.operations.tick import tick
from store.operations.working import StatusDraft, set_status
from store.queries.alerts import open_alerts
from store.queries.shares import counted
from store.rules.closing import NewPerson
from store.vocabulary import AlertKind, Motion, Outcome, Stage, Status
from tests.factories import ANA, BEN, PRIYA, Floor
from tests.store.clockwork import told, until

A = AlertKind


def ended(floor: Floor, outcome: Outcome, count: int, datum: str = "") -> list[int]:
    """So many at bats from one list that ended like this."""
    found = []
    for _ in range(count):
        lead_id = floor.lead()
        floor.close(lead_id, outcome, datum=datum)
        found.append(lead_id)
    return found


def causes(floor: Floor, kind: AlertKind) -> list[str]:
    """What the open alerts of this kind say."""
    sql = "SELECT cause FROM alert WHERE kind = ? AND closed_at IS NULL AND void = 0"
    return [cause for (cause,) in floor.store.rows(sql, (kind,))]


def test_more_than_half_of_a_source_disqualified_until_it_is_less(floor: Floor) -> None:
    until(floor, "2026-11-23 10:00")
    first, *_ = ended(floor, Outcome.BAD_DATA, 20, datum="phone")
    ended(floor, Outcome.NO_RESPONSE, 9)
    until(floor, "2026-11-24 00:01")
    assert causes(floor, A.SOURCE_DISQUALIFIED) == [], "too few to judge"
    ended(floor, Outcome.NO_RESPONSE, 1)
    until(floor, "2026-11-24 23:59")
    assert causes(floor, A.SOURCE_DISQUALIFIED) == [], "judged at midnight"
    until(floor, "2026-11-25 00:00")
    assert told(floor, A.SOURCE_DISQUALIFIED, first, "source") == [ANA.user_id]
    assert causes(floor, A.SOURCE_DISQUALIFIED) == ["20 of 30 at bats of list were disqualified"]
    (row,) = open_alerts(floor.store, ANA.user_id)
    assert (row.words, row.name) == ("source mostly disqualified", "source list")
    assert len(counted(floor.store, A.SOURCE_DISQUALIFIED, first, floor.now)) == 20
    ended(floor, Outcome.NO_RESPONSE, 10)
    until(floor, "2026-11-26 00:01")
    assert causes(floor, A.SOURCE_DISQUALIFIED) == []


def test_a_share_stands_as_it_is_now_and_old_ones_fall_out(floor: Floor) -> None:
    ended(floor, Outcome.BAD_DATA, 30, datum="phone")
    until(floor, "2026-11-24 00:01")
    assert causes(floor, A.SOURCE_DISQUALIFIED) == ["30 of 30 at bats of list were disqualified"]
    ended(floor, Outcome.BAD_DATA, 2, datum="phone")
    until(floor, "2026-11-25 00:01")
    assert causes(floor, A.SOURCE_DISQUALIFIED) == ["32 of 32 at bats of list were disqualified"]
    floor.now += 89 * DAY
    tick(floor.store, floor.now)
    assert causes(floor, A.SOURCE_DISQUALIFIED) == [], "nothing of it ended in the last 90 days"


def test_everybody_of_a_company_in_nurture_until_somebody_is_worked(floor: Floor) -> None:
    leads = [floor.lead(company="Northwind") for _ in range(3)]
    for lead_id in leads[:2]:
        floor.close(lead_id, Outcome.NO_RESPONSE)
    until(floor, "2026-11-24 00:01")
    assert causes(floor, A.ACCOUNT_NURTURE) == []
    floor.close(leads[2], Outcome.NO_RESPONSE)
    until(floor, "2026-11-25 00:01")
    account_id = floor.state(leads[0]).account_id or 0
    assert told(floor, A.ACCOUNT_NURTURE, account_id, "account") == [ANA.user_id]
    person = NewPerson("Lee", "Wong", "CEO", "+1 503 555 7777")
    floor.lead(company="Northwind", person=person)
    until(floor, "2026-11-26 00:01")
    assert told(floor, A.ACCOUNT_NURTURE, account_id, "account") == []


def test_what_came_back_hardly_converts(floor: Floor) -> None:
    people = [floor.state(lead_id).contact_id for lead_id in ended(floor, Outcome.NO_RESPONSE, 30)]
    again = [floor.lead(contact_id=contact_id, motion=Motion.REACTIVATION) for contact_id in people]
    for lead_id in again[:29]:
        floor.close(lead_id, Outcome.NO_RESPONSE)
    until(floor, "2026-11-24 00:01")
    assert causes(floor, A.RECYCLED_FAILING) == []
    floor.close(again[29], Outcome.NO_RESPONSE)
    until(floor, "2026-11-25 00:01")
    assert causes(floor, A.RECYCLED_FAILING) == ["0 of 30 at bats that came back converted"]
    assert told(floor, A.RECYCLED_FAILING, floor.store.team_id, "team") == [ANA.user_id]
    assert set(counted(floor.store, A.RECYCLED_FAILING, floor.store.team_id, floor.now)) == set(again)


def test_a_rep_who_sets_many_statuses_against_the_rules(floor: Floor) -> None:
    leads = [floor.lead(Stage.CONNECTED) for _ in range(12)]
    for _ in range(12):
        floor.lead(Stage.CONNECTED, actor=BEN)
    for lead_id in leads:
        set_status(floor.store, PRIYA, floor.later(), StatusDraft(lead_id, Status.WORKING))
    until(floor, "2026-11-24 00:01")
    assert told(floor, A.OVERRIDES, PRIYA.user_id, "user") == [ANA.user_id]
    assert told(floor, A.OVERRIDES, BEN.user_id, "user") == []
    assert set(counted(floor.store, A.OVERRIDES, PRIYA.user_id, floor.now)) == set(leads)


def test_each_night_is_judged_once_and_a_week_late_is_the_same(floor: Floor) -> None:
    ended(floor, Outcome.BAD_DATA, 30, datum="phone")
    until(floor, "2026-12-01 12:00")
    keys = [key for (key,) in floor.store.rows("SELECT key FROM operation WHERE kind = 'review' ORDER BY id")]
    assert keys == [f"review/2026-11-{day}" for day in range(23, 31)] + ["review/2026-12-01"]
    opened = floor.value("SELECT opened_at FROM alert WHERE kind = 'source_disqualified'")
    assert opened == floor.value("SELECT at FROM operation WHERE key = 'review/2026-11-24'")
    until(floor, "2026-12-01 12:01")
    assert floor.value("SELECT count(*) FROM operation WHERE kind = 'review'") == 9
