"""Whom an at bat is given to: what a team lead sees of everybody before a letter gives it."""

from __future__ import annotations

from store.instants import HOUR, MINUTE
from store.operations.attendance import AbsenceDraft, CapacityDraft, set_absent, set_capacity
from store.vocabulary import Motion, Stage
from tests.factories import ANA, BEN, PRIYA, Floor
from tests.screens.lead_app import said
from tests.screens.queue_app import at_work


async def test_it_says_what_each_holds_and_whether_they_are_at_work(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED, actor=BEN)
    floor.lead(Stage.ACCEPTED, actor=ANA)
    floor.now += 16 * MINUTE
    async with at_work(floor, ANA) as d:
        await d.press("r")
        limit = d.app.team.rules.routing.open_lead_limit
        await d.until(lambda: f"1 of {limit} open · idle" in said(d))
        assert f"0 of {limit} open · nothing yet" in said(d)
        assert "share" not in said(d), "everybody has the same"
        assert "its clocks run on; the new owner’s own first touch is timed from now" in said(d)


async def test_shares_that_differ_an_absence_and_a_clock_that_is_late_are_said(floor: Floor) -> None:
    floor.lead(actor=ANA, motion=Motion.DEMO_REQUEST)
    set_capacity(floor.store, ANA, floor.later(), CapacityDraft(PRIYA.user_id, 20))
    set_absent(floor.store, ANA, floor.later(), AbsenceDraft(BEN.user_id, "2026-11-23", "2026-11-24"))
    floor.now += HOUR
    async with at_work(floor, ANA) as d:
        await d.press("r")
        await d.until(lambda: "share 20" in said(d))
        assert "away through 24 Nov" in said(d)
        assert "! first touch is" in said(d)
