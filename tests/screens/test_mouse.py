"""Everything that keys reach can be clicked: rows, tabs, views, commands, choices; the wheel scrolls."""

from __future__ import annotations

from typing import Any

from textual.events import MouseScrollDown, MouseScrollUp

from store.vocabulary import Stage
from tests.drivers import AppDriver
from tests.factories import ED, Floor
from tests.screens.queue_app import at_work, on_queue, queue_of
from tui.widgets.choice_list import ChoiceList


def place(d: AppDriver, words: str) -> tuple[int, int]:
    """Where words stand on the screen: column and row."""
    for row, line in enumerate(d.screen_text().splitlines()):
        if words in line:
            return line.index(words), row
    raise AssertionError(f"{words!r} is not on the screen:\n{d.screen_text()}")


async def click(d: AppDriver, words: str) -> None:
    """Click the first place where these words stand."""
    await d.pilot.click(offset=place(d, words))
    await d.idle()


async def test_a_click_selects_a_row_and_a_second_opens_its_timeline(floor: Floor) -> None:
    for _ in range(4):
        floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        ids = list(queue_of(d).table.ids)
        name = floor.value("SELECT c.name FROM lead l JOIN contact c ON c.id = l.contact_id WHERE l.id = ?", ids[2])
        at = place(d, name)  # later its name stands in the preview too
        await d.pilot.click(offset=at)
        await d.until(lambda: queue_of(d).table.cursor_id == ids[2])
        assert on_queue(d)
        await d.pilot.click(offset=at)
        await d.until(lambda: not on_queue(d))
        await d.press("escape")
        assert queue_of(d).table.cursor_id == ids[2]


async def test_a_click_on_a_command_a_choice_and_save_logs_a_touch(floor: Floor) -> None:
    lead = floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        await click(d, "l log")
        await click(d, "1 call")  # its first step is an e-mail
        await d.until(lambda: "by another channel  n no answer" not in d.screen_text())
        await click(d, "voicemail left")
        assert d.app.screen.query(ChoiceList).first().chosen is not None
        await click(d, "ctrl+s save")
        await d.until(lambda: on_queue(d))
    assert floor.value("SELECT disposition FROM touch WHERE lead_id = ?", lead) == "voicemail_left"


async def test_a_click_on_a_main_view_goes_there_and_back(floor: Floor) -> None:
    async with at_work(floor, ED) as d:
        views = {view.id: view.words for view in d.app.views}
        for view, words in views.items():
            await d.pilot.click(offset=(d.screen_text().splitlines()[0].index(f" {words} ") + 1, 0))
            await d.until(lambda view=view: d.app.current_mode == view)  # type: ignore[misc]


async def test_a_click_on_a_view_of_the_queue_opens_it(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        await click(d, "Callbacks")
        await d.until(lambda: "No promise is open" in d.screen_text())
        await click(d, "All")
        await d.until(lambda: "Person1" in d.screen_text())


async def test_the_wheel_scrolls_the_queue_and_a_dialogs_form(floor: Floor) -> None:
    for _ in range(60):
        floor.lead(Stage.ACCEPTED)
    async with at_work(floor, size=(80, 24)) as d:
        table = queue_of(d).table
        first = d.screen_text()
        await wheel(d, MouseScrollDown, table)
        await d.until(lambda: d.screen_text() != first)
        await wheel(d, MouseScrollUp, table)
        await d.until(lambda: table.scroll_offset.y == 0)
        await d.press("l")
        form = d.app.screen.query_one(".dialog--form")
        assert form.max_scroll_y > 0, "a small window does not hold it"
        await wheel(d, MouseScrollDown, form)
        await d.until(lambda: form.scroll_offset.y > 0)


async def wheel(d: AppDriver, way: Any, widget: Any) -> None:
    await d.pilot._post_mouse_events([way], widget, offset=(5, 3))
    await d.idle()


async def test_clicks_too_fast_for_the_screen_they_open_open_it_once(floor: Floor) -> None:
    for _ in range(3):
        floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        table = queue_of(d).table
        for _ in range(3):  # before the first has opened anything
            table.action_select()
        await d.until(lambda: not on_queue(d))
        await d.idle()
        assert len(d.app.screen_stack) == 2
        await d.press("escape")
        assert on_queue(d)
        table.action_select()
        await d.until(lambda: not on_queue(d))
