"""The score on the screens: beside the queue line by line, above a timeline in a line."""

from __future__ import annotations

import pytest

from screens.timeline.screen import TimelineScreen
from store.actor import SYSTEM
from store.operations.edit_account import AccountEdit, edit_account
from store.operations.record_signal import SignalDraft, record_signal
from store.rules.closing import NewPerson
from store.vocabulary import Outcome
from tests.factories import PRIYA, Floor
from tests.screens.queue_app import at_work, queue_of
from tests.screens.test_queue import pane

DANA = NewPerson("Dana", "Ortiz", "CFO", "+1 503 555 0142", "dana@northwind.example")


def asked_for_a_demo(floor: Floor, words: str = "") -> int:
    lead_id = floor.lead(person=DANA, company="Northwind")
    account_id = floor.state(lead_id).account_id or 0
    edit_account(floor.store, PRIYA, floor.later(), AccountEdit(account_id, size="600", industry="logistics"))
    record_signal(floor.store, SYSTEM, floor.later(), SignalDraft("form", "website", lead_id=lead_id, words=words))
    return lead_id


async def test_the_pane_says_the_score_and_what_gave_how_much(floor: Floor) -> None:
    asked_for_a_demo(floor)
    async with at_work(floor, size=(200, 50)) as d:
        preview = queue_of(d).preview
        await d.until(lambda: "score 55: fit 70, intent 40 · work now" in pane(preview))
        said = pane(preview).splitlines()
        assert said[said.index("── score 55 ") + 1 :] == [
            "600 employees: 25 of 25",
            "logistics: 20 of 20",
            "CFO: 25 of 25",
            "country not known: 0 of 15",
            "technology not known: 0 of 15",
            "form just now: 40 → 40.0",  # as it stands in the list, which is as of the signal
        ]


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_the_head_of_a_timeline_says_it_while_the_at_bat_is_open(floor: Floor, size: tuple[int, int]) -> None:
    lead_id = asked_for_a_demo(floor)
    async with at_work(floor, size=size) as d:
        await d.press("enter")
        await d.until(lambda: isinstance(d.app.screen, TimelineScreen))
        await d.until(lambda: "score 55: fit 70, intent 40" in d.screen_text())
        assert "work now" in d.screen_text()
    floor.close(lead_id, Outcome.NO_RESPONSE)
    async with at_work(floor, size=size) as d:
        assert "score 55" not in d.screen_text()


async def test_what_a_signal_says_of_itself_does_nothing_on_the_screen(floor: Floor) -> None:
    asked_for_a_demo(floor, "\x1b]0;owned\x07 [@click=app.quit]x[/] [red] \u202eevil")
    async with at_work(floor, size=(200, 50)) as d:
        await d.until(lambda: "── score 55" in pane(queue_of(d).preview))
        assert "[@click=app.quit]x[/]" in pane(queue_of(d).preview)
        assert "\x1b" not in d.screen_text()
