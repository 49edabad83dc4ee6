"""A demo request nobody touches is offered: it rises in every free rep's queue, and is whose who acts on it first."""

from __future__ import annotations

import pytest

from store.errors import Refusal
from store.operations.attendance import AbsenceDraft, UserActDraft, pause_intake, set_absent
from store.operations.working import LeadDraft, accept
from store.queries import queue
from store.queries.queue import place
from store.queries.today import today
from store.rules.queue_views import View
from store.vocabulary import Motion, Stage
from tests.factories import ANA, BEN, ED, PRIYA, Floor
from tests.store.clockwork import until


def offered(floor: Floor, minute: int = 8) -> int:
    """Ben's demo request, untouched; and something of Priya's own."""
    lead_id = floor.lead(motion=Motion.DEMO_REQUEST, actor=BEN)
    until(floor, f"2026-11-23 10:{minute:02}")
    return lead_id


def ids(floor: Floor, user_id: int | None, view: View = View.ALL) -> list[int]:
    """A person's queue."""
    found = queue.queue(floor.store, user_id, floor.now, view=view)
    if user_id is not None:
        assert today(floor.store, user_id, floor.now).views[view.value] == len(found.ids)
    return list(found.ids)


def why(floor: Floor, lead_id: int, viewer_id: int) -> str:
    """The words it has in somebody's queue."""
    row = queue.row(floor.store, lead_id)
    assert row is not None
    return queue.reason(floor.store, row, floor.now, viewer_id=viewer_id).words


def test_it_rises_in_the_queue_of_every_free_rep(floor: Floor) -> None:
    own = floor.lead()
    lead_id = offered(floor, 4)
    assert ids(floor, PRIYA.user_id) == [own], "three minutes are not over"
    until(floor, "2026-11-23 10:09")
    assert ids(floor, PRIYA.user_id) == [lead_id, own]
    assert ids(floor, PRIYA.user_id, View.HOT) == [lead_id]
    assert why(floor, lead_id, PRIYA.user_id) == "offered: first touch 2 min late, Ben’s"
    assert why(floor, lead_id, BEN.user_id) == "first touch 2 min late"
    assert ids(floor, BEN.user_id) == [lead_id]
    assert ids(floor, ANA.user_id) == ids(floor, ED.user_id) == [], "they take no new ones"
    assert ids(floor, None) == []


def test_not_in_that_of_who_is_away_or_takes_nothing_new(floor: Floor) -> None:
    offered(floor)
    pause_intake(floor.store, PRIYA, floor.later(), UserActDraft(PRIYA.user_id))
    assert ids(floor, PRIYA.user_id) == []
    floor.raw('UPDATE "user" SET paused = 0')
    set_absent(floor.store, ANA, floor.later(), AbsenceDraft(PRIYA.user_id, "2026-11-23", "2026-11-24"))
    assert ids(floor, PRIYA.user_id) == []


def test_it_has_its_place_in_an_order_that_is_on_the_screen(floor: Floor) -> None:
    own, lead_id = floor.lead(motion=Motion.DEMO_REQUEST), offered(floor)
    until(floor, "2026-11-23 10:30")
    assert ids(floor, PRIYA.user_id) == [own, lead_id]
    for view in (View.ALL, View.HOT):
        assert place(floor.store, [own], lead_id, PRIYA.user_id, floor.now, "", view).index == 1
        assert place(floor.store, [lead_id], own, PRIYA.user_id, floor.now, "", view).index == 0
    assert place(floor.store, [own], lead_id, PRIYA.user_id, floor.now, "", View.NEW).index is None
    assert place(floor.store, [], lead_id, ED.user_id, floor.now, "", View.ALL).index is None


def test_whoever_accepts_it_has_it(floor: Floor) -> None:
    lead_id = offered(floor)
    accept(floor.store, PRIYA, floor.later(), LeadDraft(lead_id))
    state = floor.state(lead_id)
    assert (state.owner_id, state.stage) == (PRIYA.user_id, Stage.ACCEPTED)
    sql = "SELECT rule FROM assignment WHERE lead_id = ? ORDER BY id DESC"
    assert floor.value(sql, lead_id) == "offered to all"
    assert floor.value("SELECT count(*) FROM clock WHERE lead_id = ? AND kind = 'first_touch'", lead_id) == 1


def test_accepted_by_its_owner_and_still_untouched_another_may_have_it(floor: Floor) -> None:
    lead_id = offered(floor)
    accept(floor.store, BEN, floor.later(), LeadDraft(lead_id))
    done = accept(floor.store, PRIYA, floor.later(), LeadDraft(lead_id))
    assert done.sentence.endswith("is yours")
    assert floor.state(lead_id).owner_id == PRIYA.user_id


def test_whoever_touches_it_has_it_and_it_is_offered_no_more(floor: Floor) -> None:
    lead_id = offered(floor)
    floor.touch(lead_id)
    assert floor.state(lead_id).owner_id == PRIYA.user_id
    assert ids(floor, BEN.user_id) == []
    floor.touch(lead_id, actor=BEN)
    assert floor.state(lead_id).owner_id == PRIYA.user_id, "it is nobody else's any more"


def test_what_is_not_offered_stays_with_its_owner(floor: Floor) -> None:
    lead_id = floor.lead(motion=Motion.DEMO_REQUEST, actor=BEN)
    with pytest.raises(Refusal, match="owns it"):
        accept(floor.store, PRIYA, floor.later(), LeadDraft(lead_id))
    floor.touch(lead_id)
    assert floor.state(lead_id).owner_id == BEN.user_id


def test_a_team_lead_who_helps_takes_nothing_over(floor: Floor) -> None:
    lead_id = offered(floor)
    floor.touch(lead_id, actor=ANA)
    assert floor.state(lead_id).owner_id == BEN.user_id
