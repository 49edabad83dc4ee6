"""A typed time says at every key what it means, here and there."""

from __future__ import annotations

from typing import Any

import pytest
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input

from store.errors import Refusal
from tests.drivers import AppDriver, driving
from tests.frame_fakes import VIEWS, FakeLead, FakeStore, fake_app
from tui.app import AtBat
from tui.dialog import Dialog
from tui.frame import MainView
from tui.widgets.field import Field
from tui.widgets.when_input import WhenInput

assert VIEWS[0] == MainView("queue", "Queue", "tests.frame_fakes:Leads")


class CallbackDialog(Dialog[FakeLead, Any]):
    """Only a time, for somebody in Los Angeles."""

    def heading(self) -> Content:
        """The name."""
        return Content(f"Call back · {self.opening.name}")

    def compose_form(self) -> ComposeResult:
        """One field."""
        yield Field("when", "When", WhenInput())

    def reset(self, opening: FakeLead) -> None:
        """Empty."""
        self.query_one(WhenInput).reset(contact_zone="America/Los_Angeles")

    def draft(self) -> int:
        """The instant."""
        at = self.query_one(WhenInput).at
        if at is None:
            raise Refusal("Say when.", "when")
        return at


def app_with_callback() -> AtBat:
    app = fake_app(FakeStore())
    app._dialog_places["callback"] = "tests.screens.test_when_input:CallbackDialog"
    return app


async def typed(d: AppDriver, text: str) -> str:
    await d.press("b")
    assert isinstance(d.app.focused, Input)
    await d.type(text)
    return d.screen_text()


async def test_it_says_what_the_words_mean_there_and_here() -> None:
    # The clock stands at Thu 08:53 in UTC, 01:53 in Los Angeles.
    async with driving(app_with_callback()) as d:
        assert "in 20 h · today 22:00 there · tomorrow 05:00 here" in await typed(d, "today 10pm")


async def test_a_time_may_be_said_in_ones_own_zone() -> None:
    async with driving(app_with_callback()) as d:
        assert "tomorrow 15:00 there" in await typed(d, "tomorrow 3pm")
        await d.type(" my time")
        await d.until(lambda: "tomorrow 08:00 there · tomorrow 15:00 here" in d.screen_text())


async def test_a_far_day_keeps_its_time_of_day_and_a_span_its_length() -> None:
    async with driving(app_with_callback()) as d:
        await typed(d, "24 dec 10:00")
        assert "24 Dec 10:00 there · 24 Dec 18:00 here" in d.screen_text()
        d.app.screen.query_one(Input).value = ""
        await d.type("in 2h")
        assert "in 2 h · " in d.screen_text()


async def test_what_to_write_instead_is_read_whole_in_a_narrow_window() -> None:
    async with driving(app_with_callback(), (80, 24)) as d:
        assert 'or "5 dec"' in await typed(d, "nächste woche")


@pytest.mark.parametrize("text", ["gibberish", "yesterday"])
async def test_words_that_mean_no_time_say_what_to_write_and_are_kept(text: str) -> None:
    async with driving(app_with_callback()) as d:
        assert "say " in await typed(d, text)
        await d.press("enter")
        assert d.screen_text().count(text) >= 2
        assert d.app.screen.query_one(Input).value == text


async def test_an_empty_time_is_asked_for_at_the_field() -> None:
    async with driving(app_with_callback()) as d:
        await d.press("b", "tab", "ctrl+s")
        assert "Say when." in d.screen_text()
        assert isinstance(d.app.focused, Input)
