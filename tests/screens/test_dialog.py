"""The dialog base: letters choose, nothing typed is lost, nothing is saved twice."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from tests.drivers import driving
from tests.frame_fakes import FakeStore, LogDraft, fake_app
from tui.widgets.choice_list import ChoiceList


async def test_two_keys_log_and_go_on_to_the_next_lead() -> None:
    store = FakeStore()
    async with driving(fake_app(store)) as d:
        await d.press("l", "n")
        assert d.keys == 2
        assert [written[0] for written in store.written] == [LogDraft(1, "no answer", "")]
        assert "now: Lee" in d.screen_text()
        assert "no answer logged for lead 1 · u undoes" in d.screen_text()


async def test_a_choice_that_needs_more_asks_for_it_and_enter_saves() -> None:
    store = FakeStore()
    async with driving(fake_app(store)) as d:
        await d.press("l", "c")
        assert store.written == []
        assert isinstance(d.app.focused, Input)
        await d.type("wants a sheet")
        await d.press("enter")
        assert d.keys == 3
        assert store.written[0][0] == LogDraft(1, "conversation", "wants a sheet")


async def test_tab_and_arrows_select_without_saving_and_show_the_consequence() -> None:
    store = FakeStore()
    async with driving(fake_app(store)) as d:
        await d.press("l", "down", "tab")
        assert "voicemail: next e-mail Thu 10:00" in d.screen_text()
        assert "▸v voicemail" in d.screen_text()
        assert store.written == []
        await d.press("enter")
        assert store.written[0][0].what == "voicemail"


async def test_a_capital_letter_selects_and_goes_on_to_the_next_field() -> None:
    store = FakeStore()
    async with driving(fake_app(store)) as d:
        await d.press("l", "N")
        assert isinstance(d.app.focused, Input)
        await d.type("rang 5 times")
        await d.press("ctrl+s")
        assert store.written[0][0] == LogDraft(1, "no answer", "rang 5 times")


async def test_a_missing_choice_is_marked_with_a_sentence_at_the_field() -> None:
    async with driving(fake_app()) as d:
        await d.press("l", "enter")
        lines = d.screen_text().splitlines()
        sentence = next(index for index, line in enumerate(lines) if "Choose what came of it." in line)
        assert "conversation" in lines[sentence - 1]
        await d.press("down")
        assert "Choose what came of it." not in d.screen_text()


async def test_a_refusal_by_the_store_shows_inside_and_keeps_what_was_typed() -> None:
    store = FakeStore()
    async with driving(fake_app(store)) as d:
        await d.press("l", "c")
        await d.type("refuse me")
        await d.press("enter")
        assert "Ana converted this 10 seconds ago." in d.screen_text()
        assert d.app.screen.query_one(Input).value == "refuse me"
        await d.type(" not")
        await d.press("enter")
        assert store.written[0][0].note == "refuse me not"


async def test_a_fault_in_an_operation_keeps_the_dialog_and_says_so() -> None:
    async with driving(fake_app()) as d:
        await d.press("l", "c")
        await d.type("break")
        await d.press("enter")
        assert "fault in the program" in d.screen_text()
        assert d.app.screen.query_one(Input).value == "break"


@pytest.mark.parametrize("key", ["escape", "ctrl+g"])
async def test_closing_with_text_asks_once(key: str) -> None:
    async with driving(fake_app()) as d:
        await d.press("l", "c")
        await d.type("hello")
        await d.press(key)
        assert "What you typed is not saved" in d.screen_text()
        await d.type("!")
        assert "What you typed is not saved" not in d.screen_text()
        assert d.app.screen.query_one(Input).value == "hello!"
        await d.press(key, key)
        assert "now: Dana" in d.screen_text()


async def test_closing_without_text_does_not_ask() -> None:
    async with driving(fake_app()) as d:
        await d.press("l", "down", "escape")
        assert "Log a touch" not in d.screen_text()


async def test_a_dialog_opened_again_starts_afresh_on_the_lead_in_front() -> None:
    async with driving(fake_app()) as d:
        await d.press("l")
        first = d.app.screen
        await d.press("C")
        await d.type("old")
        await d.press("escape", "escape", "l")
        assert d.app.screen is first
        assert d.app.screen.query_one(Input).value == ""
        assert d.app.screen.query_one(ChoiceList).chosen is None
        await d.press("n", "l")
        assert "Log a touch · Lee" in d.screen_text()


async def test_a_resize_keeps_what_was_typed_and_the_smallest_window_scrolls() -> None:
    async with driving(fake_app()) as d:
        await d.press("l", "c")
        await d.type("kept")
        await d.resize(30, 8)
        await d.resize(80, 24)
        assert "kept" in d.screen_text()
        await d.resize(1, 1)
        await d.resize(80, 24)
        await d.press("enter")
        assert "now: Lee" in d.screen_text()


async def test_keys_pressed_faster_than_saves_each_reach_the_right_lead() -> None:
    store = FakeStore()
    async with driving(fake_app(store)) as d:
        await d.burst("l", "n", "l", "c", "h", "i", "enter", "l", "v")
        assert [written[0] for written in store.written] == [
            LogDraft(1, "no answer", ""),
            LogDraft(2, "conversation", "hi"),
            LogDraft(3, "voicemail", ""),
        ]


async def test_keys_pressed_during_a_slow_save_wait_and_it_says_that_it_is_saving() -> None:
    store = FakeStore()
    async with driving(fake_app(store)) as d:
        store.gate.clear()
        d.send("l", "n", "l", "v")
        await d.until(lambda: "Saving" in d.screen_text())
        store.gate.set()
        await d.idle()
        assert [(written[0].lead_id, written[0].what) for written in store.written] == [
            (1, "no answer"),
            (2, "voicemail"),
        ]


async def test_enter_pressed_twice_saves_once() -> None:
    store = FakeStore()
    async with driving(fake_app(store)) as d:
        await d.press("l", "down")
        await d.burst("enter", "enter")
        assert len(store.written) == 1


async def test_names_are_shown_not_obeyed() -> None:
    async with driving(fake_app()) as d:
        await d.press("l")
        assert "Dana [b]" in d.screen_text()


async def test_a_click_selects_a_choice() -> None:
    store = FakeStore()
    async with driving(fake_app(store)) as d:
        await d.press("l")
        await d.pilot.click(ChoiceList, offset=(3, 1))
        await d.idle()
        assert "▸v voicemail" in d.screen_text()
        assert store.written == []
