"""While the program is open the rules are at work: at the start, every minute, and never in the way of a key."""

from __future__ import annotations

from store.instants import DAY, MINUTE
from store.vocabulary import Disposition, Motion, Stage
from tests.drivers import AppDriver, driving
from tests.factories import Floor
from tests.screens.queue_app import on_queue, program


def later(d: AppDriver, floor: Floor, span: int) -> None:
    """Let the program's clock show a later time."""
    floor.now += span
    d.app.clock = floor.now


def acts_by_rule(floor: Floor) -> int:
    return int(floor.value("SELECT count(*) FROM operation WHERE by = 'rule' AND kind = 'tick'"))


async def test_at_the_start_what_came_due_meanwhile_is_done(floor: Floor) -> None:
    lead = floor.lead(motion=Motion.DEMO_REQUEST)
    floor.touch(lead)
    floor.now += 30 * DAY
    async with driving(program(floor, ticks=True), (120, 36)) as d:
        await d.until(lambda: floor.state(lead).stage is Stage.CLOSED)
        await d.until(lambda: floor.value("SELECT count(*) FROM lead WHERE rule_at <= ?", floor.now) == 0)
    assert floor.state(lead).reason == "expired_by_rule"


async def test_each_minute_what_came_due_since(floor: Floor) -> None:
    lead = floor.lead(motion=Motion.DEMO_REQUEST)
    async with driving(program(floor, ticks=True), (120, 36)) as d:
        await d.until(lambda: on_queue(d))
        assert floor.value("SELECT count(*) FROM clock WHERE met = 0") == 0
        later(d, floor, 10 * MINUTE)
        await d.until(lambda: floor.value("SELECT count(*) FROM clock WHERE met = 0 AND lead_id = ?", lead) == 1)


async def test_without_ticks_nothing_happens_by_itself(floor: Floor) -> None:
    floor.lead(motion=Motion.DEMO_REQUEST)
    floor.now += DAY
    async with driving(program(floor), (120, 36)) as d:
        await d.until(lambda: on_queue(d))
        later(d, floor, MINUTE)
        await d.app.desk.drained()
    assert acts_by_rule(floor) == 0


async def test_a_touch_is_saved_in_the_middle_of_a_long_tick(floor: Floor) -> None:
    leads = [floor.lead(motion=Motion.OUTBOUND_TARGET) for _ in range(60)]
    floor.now += 3 * DAY
    async with driving(program(floor, ticks=True), (120, 36)) as d:
        await d.until(lambda: acts_by_rule(floor) > 2)
        await d.press("l", "n")
        await d.until(lambda: floor.value("SELECT count(*) FROM touch") == 1)
        left = floor.value("SELECT count(*) FROM lead WHERE rule_at <= ?", floor.now)
        await d.until(lambda: floor.value("SELECT count(*) FROM lead WHERE rule_at <= ?", floor.now) == 0)
    assert left > 0, "the touch went between the acts of the rules"
    touched = [lead for lead in leads if floor.state(lead).last_disposition is Disposition.NO_ANSWER]
    assert len(touched) == 1
