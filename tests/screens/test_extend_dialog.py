"""`M` gives an at bat more time."""

from __future__ import annotations

from store.instants import DAY
from store.vocabulary import Motion
from tests.factories import Floor
from tests.screens.queue_app import at_work, on_queue


async def test_a_reason_is_all_it_takes(floor: Floor) -> None:
    lead = floor.lead(motion=Motion.INTENT_SIGNAL)
    ends = floor.state(lead).expires_at or 0
    async with at_work(floor) as d:
        await d.until(lambda: on_queue(d))
        await d.press("M")
        await d.until(lambda: "More time" in d.screen_text())
        assert "8 attempts once more" in " ".join(d.screen_text().split())
        await d.press("enter")
        await d.until(lambda: "Say why it needs more time." in d.screen_text())
        await d.type("their fair is next week")
        await d.press("enter")
        await d.until(lambda: floor.state(lead).extensions == 1)
        await d.until(lambda: "has more time" in d.screen_text())
    assert floor.state(lead).expires_at == ends + 21 * DAY
