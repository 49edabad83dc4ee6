"""Taking the next at bat of the pool, the unrouted list, and a team lead's giving one to somebody."""

from __future__ import annotations

from screens.dialogs.assign import AssignDialog
from screens.timeline.screen import TimelineScreen
from store.operations.attendance import AbsenceDraft, set_absent
from store.rules.queue_views import View
from store.vocabulary import Motion, Stage
from tests.factories import ANA, BEN, PRIYA, Floor
from tests.screens.queue_app import at_work, on_queue, queue_of
from tests.store.test_routing import arrives


def unrouted(floor: Floor, *motions: Motion) -> list[int]:
    """At bats that find nobody, because all reps are away."""
    for actor in (PRIYA, BEN):
        set_absent(floor.store, actor, floor.later(), AbsenceDraft(actor.user_id, "2026-11-23", "2026-11-23"))
    return [arrives(floor, motion=motion) for motion in motions]


async def test_next_takes_the_best_of_the_pool_and_goes_to_it(floor: Floor) -> None:
    own = floor.lead()
    low, hot = unrouted(floor, Motion.CAMPAIGN_RESPONSE, Motion.DEMO_REQUEST)
    async with at_work(floor, ANA) as d:
        queue = queue_of(d)
        await d.press("N")
        await d.until(lambda: queue.table.cursor_id == hot)
        assert floor.state(hot).owner_id == ANA.user_id
        assert floor.state(hot).stage is Stage.ACCEPTED
        assert "is yours" in d.screen_text()
        await d.press("N")
        await d.until(lambda: queue.table.cursor_id == low)
        await d.press("N")
        await d.until(lambda: "Nothing to claim" in d.screen_text())
        await d.press("u")
        await d.until(lambda: floor.state(low).owner_id is None)
    assert floor.state(own).owner_id == PRIYA.user_id


async def test_who_is_absent_is_told_so(floor: Floor) -> None:
    unrouted(floor, Motion.CAMPAIGN_RESPONSE)
    async with at_work(floor, PRIYA) as d:
        await d.press("N")
        await d.until(lambda: "away today" in d.screen_text())


async def test_a_team_lead_gives_what_is_unrouted_to_a_rep(floor: Floor) -> None:
    (lead,) = unrouted(floor, Motion.CAMPAIGN_RESPONSE)
    async with at_work(floor, ANA) as d:
        await d.until(lambda: "Unrouted 1" in d.screen_text())
        await d.press(*["v"] * list(View).index(View.UNROUTED))
        await d.until(lambda: queue_of(d).table.cursor_id == lead)
        await d.press("r")
        await d.until(lambda: isinstance(d.app.screen, AssignDialog))
        said = d.screen_text()
        assert "0 open" in said
        assert "away today" in said
        dialog = d.app.screen
        assert isinstance(dialog, AssignDialog)
        letter = next(choice.letter for choice in dialog._owners.choices if choice.value == BEN.user_id)
        await d.press(letter)
        await d.until(lambda: "Ben is away today: enter gives it all the same" in d.screen_text())
        await d.press("enter")
        await d.until(lambda: on_queue(d) and "goes to Ben" in d.screen_text())
        await d.until(lambda: queue_of(d).table.row_count == 0)
        assert "Every at bat has somebody" in d.screen_text()
    assert floor.state(lead).owner_id == BEN.user_id


async def test_a_letter_gives_it_to_a_rep_who_is_here_and_to_nobody_else(floor: Floor) -> None:
    lead = floor.lead(actor=ANA)
    async with at_work(floor, ANA) as d:
        await d.until(lambda: queue_of(d).table.cursor_id == lead)
        await d.press("r")
        await d.until(lambda: isinstance(d.app.screen, AssignDialog))
        said = d.screen_text()
        assert said.index("a Ben") < said.index("Ed, account executive")
        await d.press("c")
        await d.until(lambda: "is no rep: enter gives it all the same" in d.screen_text())
        await d.press("a")
        await d.until(lambda: on_queue(d))
    assert floor.state(lead).owner_id == BEN.user_id


async def test_for_a_rep_the_same_key_takes_it_over(floor: Floor) -> None:
    lead = arrives(floor)  # Priya's
    floor.lead(actor=BEN)
    (free,) = unrouted(floor, Motion.CAMPAIGN_RESPONSE)
    async with at_work(floor, BEN) as d:
        assert "Unrouted" not in d.screen_text()
        await d.press(*["v"] * list(View).index(View.UNROUTED))
        await d.until(lambda: queue_of(d).table.cursor_id == free)
        await d.press("r")
        await d.until(lambda: floor.state(free).owner_id == BEN.user_id)
        await d.until(lambda: queue_of(d).table.row_count == 0)
    assert floor.state(lead).owner_id == PRIYA.user_id


async def test_how_it_came_to_me_is_on_the_card_and_in_full_on_the_timeline(floor: Floor) -> None:
    lead = arrives(floor)
    (free,) = unrouted(floor, Motion.DEMO_REQUEST)
    async with at_work(floor, PRIYA, size=(200, 50)) as d:
        await d.until(lambda: queue_of(d).table.cursor_id == lead)
        await d.until(lambda: "you, since today" in d.screen_text() and "(in turn)" in d.screen_text())
        await d.press("enter")
        await d.until(lambda: isinstance(d.app.screen, TimelineScreen) and "Priya (in turn)" in d.screen_text())
        await d.press("G", "k")
        await d.until(lambda: "account owner: nobody" in d.screen_text())
        assert "in turn: Priya gets it, 0 turns" in d.screen_text()
    assert floor.state(free).owner_id is None
