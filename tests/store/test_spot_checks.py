"""Five random changes of status of each rep and month are put before the team lead, who judges them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import Refusal
from store.instants import DAY, instant
from store.operations.judge_status import JudgeDraft, judge_status
from store.operations.undo import UndoDraft, undo
from store.operations.working import StatusDraft, set_status
from store.queries.spot_checks import month_to_judge, spot_checks, to_judge
from store.rules.spot_check import sample
from store.vocabulary import Outcome, Stage, Status
from tests.factories import ANA, BEN, PRIYA, Floor

NEXT_MONTH = 31 * DAY


@given(ids=st.sets(st.integers(1, 10_000)), count=st.integers(0, 8), user=st.integers(2, 9))
def test_as_many_as_there_are_and_the_same_ones_again(ids: set[int], count: int, user: int) -> None:
    picked = sample("2026-11", user, ids, count)
    assert len(set(picked)) == len(picked) == min(count, len(ids))
    assert set(picked) <= ids
    assert picked == sample("2026-11", user, sorted(ids, reverse=True), count)


def test_everyone_is_picked_now_and_then() -> None:
    picked = {id for month in range(200) for id in sample(str(month), 2, range(20), 5)}
    assert picked == set(range(20))


def worked(floor: Floor) -> None:
    """Priya changes six statuses and more, Ben two."""
    for _ in range(6):
        floor.lead(Stage.ATTEMPTING, actor=PRIYA)
    for _ in range(2):
        floor.lead(Stage.ATTEMPTING, actor=BEN)


def test_five_of_each_rep_of_last_month_by_their_own_hand(floor: Floor) -> None:
    worked(floor)
    assert spot_checks(floor.store, floor.now) == ()  # the month is not over
    floor.now += NEXT_MONTH
    found = spot_checks(floor.store, floor.now)
    assert month_to_judge(floor.store.zone, floor.now) == "2026-11"
    made = "SELECT s.id FROM status_change s JOIN operation o ON o.id = s.written_id WHERE o.by = 'person'"
    by_hand = {id for (id,) in floor.store.rows(made)}
    assert {one.id for one in found} <= by_hand
    assert [one.rep for one in found].count("Priya") == 5
    assert 0 < [one.rep for one in found].count("Ben") <= 5
    assert found == spot_checks(floor.store, floor.now + DAY)
    one = next(one for one in found if one.status is Status.ATTEMPTING)
    assert (one.before, one.act, one.right) == (Status.UNCONTACTED, "logged a call", None)


def test_only_what_a_person_decided_is_judged(floor: Floor) -> None:
    """A new at bat's first status is nobody's decision, nor is one that a signal or a rule brings."""
    lead = floor.lead(Stage.ATTEMPTING, actor=PRIYA)
    set_status(floor.store, PRIYA, floor.later(), StatusDraft(lead, Status.STALE))
    floor.close(floor.lead(Stage.CONNECTED, actor=BEN), Outcome.NO_RESPONSE, actor=BEN)
    floor.now += NEXT_MONTH
    found = [(one.rep, one.before, one.status, one.act) for one in spot_checks(floor.store, floor.now)]
    assert ("Priya", Status.UNCONTACTED, Status.ATTEMPTING, "logged a call") in found
    assert ("Priya", Status.ATTEMPTING, Status.STALE, "set by hand") in found
    assert {act for rep, _, _, act in found if rep == "Ben"} >= {"logged a call", "closed"}
    assert len([one for one in found if one[0] == "Priya"]) == 2


def test_the_month_is_the_teams(floor: Floor) -> None:
    midnight = instant(datetime(2026, 12, 1, tzinfo=ZoneInfo(floor.store.zone)))
    assert [month_to_judge(floor.store.zone, at) for at in (midnight - 1, midnight)] == ["2026-10", "2026-11"]


def test_judging(floor: Floor) -> None:
    worked(floor)
    floor.now += NEXT_MONTH
    first, second, *_ = spot_checks(floor.store, floor.now)
    waiting = to_judge(floor.store, floor.now)
    with pytest.raises(Refusal, match="Only a team lead"):
        judge_status(floor.store, PRIYA, floor.later(), JudgeDraft(first.id, right=True))
    with pytest.raises(Refusal, match="Say what it should have been"):
        judge_status(floor.store, ANA, floor.later(), JudgeDraft(first.id, right=False))
    with pytest.raises(Refusal, match="not among those"):
        judge_status(floor.store, ANA, floor.later(), JudgeDraft(99_999, right=True))
    judge_status(floor.store, ANA, floor.later(), JudgeDraft(first.id, right=True))
    done = judge_status(floor.store, ANA, floor.later(), JudgeDraft(second.id, right=False, note="nobody answered"))
    assert "judged wrong" in done.sentence
    judged = {one.id: (one.right, one.note, one.judged_by) for one in spot_checks(floor.store, floor.now)}
    assert judged[first.id] == (True, "", "Ana")
    assert judged[second.id] == (False, "nobody answered", "Ana")
    assert to_judge(floor.store, floor.now) == waiting - 2
    assert spot_checks(floor.store, floor.now)[-1].right is not None  # what is judged comes last
    judge_status(floor.store, ANA, floor.later(), JudgeDraft(second.id, right=True))
    assert floor.value("SELECT count(*) FROM spot_check WHERE status_change_id = ?", second.id) == 1
    undo(floor.store, ANA, floor.later(), UndoDraft())
    assert floor.value('SELECT "right" FROM spot_check WHERE status_change_id = ?', second.id) == 0
