"""The log dialog key by key: yesterday's call, letters outside the first list, fields that stay in sight."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from screens.dialogs.log import LogDialog
from store.instants import moment
from store.rules.closing import NewPerson
from store.rules.touch import DISPOSITIONS
from store.vocabulary import Channel, Direction, Disposition, Stage, WithWhom
from tests.drivers import AppDriver
from tests.factories import DAY, Floor
from tests.screens.queue_app import at_work, on_queue
from tui.widgets.field import Field

IN_TOKYO = NewPerson("Aiko", "Sato", "Buyer", "+81 3 1234 5678", "aiko@example.com")


def dialog(d: AppDriver) -> LogDialog:
    """The log dialog in front."""
    assert isinstance(d.app.screen, LogDialog)
    return d.app.screen


def how(d: AppDriver) -> tuple[Channel | None, WithWhom | None, Direction | None]:
    """How, with whom and who began it, as they stand."""
    return dialog(d)._list("channel").value, dialog(d)._list("with-whom").value, dialog(d)._list("direction").value


def field_in_front(d: AppDriver) -> str:
    """The field that has the focus."""
    assert d.app.focused is not None
    return next(each.field for each in d.app.focused.ancestors if isinstance(each, Field))


def touches(floor: Floor) -> list[tuple[str, str, str]]:
    """What was logged."""
    return floor.store.rows("SELECT disposition, channel, direction FROM touch WHERE void = 0 ORDER BY id")


@pytest.mark.parametrize("opening", [("l",), ("S", "l")], ids=["queue", "session"])
async def test_yesterdays_call_is_a_key_the_time_enter_and_a_letter(floor: Floor, opening: tuple[str, ...]) -> None:
    floor.lead(Stage.ACCEPTED, person=IN_TOKYO)
    floor.later(2 * DAY)
    async with at_work(floor) as d:
        await d.press(*opening)
        assert "f2 other time" in d.screen_text()
        d.keys = 0
        await d.press("f2")
        assert field_in_front(d) == "at"
        await d.type("yesterday 15:00")
        await d.press("enter")
        assert field_in_front(d) == "disposition"
        assert "It was yesterday 15:00" in d.screen_text()
        assert touches(floor) == []
        await d.press("n")
        await d.until(lambda: not isinstance(d.app.screen, LogDialog))
        assert d.keys == 3
    assert touches(floor) == [(Disposition.NO_ANSWER, Channel.CALL, Direction.OUT)]
    zone = floor.store.zone  # by one's own clock, wherever they are
    happened, now = moment(floor.value("SELECT at FROM touch"), zone), moment(floor.now, zone)
    assert f"{happened:%H:%M}" == "15:00"
    assert (now.date() - happened.date()).days == 1


async def test_a_time_from_before_the_at_bat_is_refused_at_its_field(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED)
    floor.later(DAY)
    async with at_work(floor) as d:
        await d.press("l", "f2")
        await d.type("3 weeks ago")
        await d.press("enter")
        await d.until(lambda: "opened on 2026-11-23 at 10:01" in d.screen_text())
        assert field_in_front(d) == "at"
        await d.press("escape", "escape")
    assert touches(floor) == []


async def test_enter_at_the_time_goes_to_the_outcomes_without_an_error(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED)
    floor.later(DAY)
    async with at_work(floor) as d:
        await d.press("l", "f2")
        await d.type("2h ago")
        await d.press("enter")
        await d.until(lambda: "logs it so" in d.screen_text())
        assert field_in_front(d) == "disposition"
        assert "Press its letter" not in d.screen_text()
        assert not dialog(d).query_one("#field-disposition").has_class("-wrong")


async def test_a_time_after_the_outcome_is_saved_by_enter(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED)
    floor.later(DAY)
    async with at_work(floor) as d:
        await d.press("l", "C")
        await d.type("wants a quote")
        await d.press("f2")
        await d.type("10 minutes ago")
        await d.press("enter")
        await d.until(lambda: on_queue(d))
    assert floor.store.row("SELECT disposition, note FROM touch") == (Disposition.CONVERSATION, "wants a quote")


async def test_a_time_that_is_none_is_told_at_its_field(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        await d.press("l", "f2")
        await d.type("yesterdog")
        await d.press("enter")
        assert field_in_front(d) == "at"
        assert dialog(d).query_one("#field-at").has_class("-wrong")


async def test_tab_looks_in_the_first_list_and_then_goes_from_field_to_field(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        await d.press("l", "tab", "tab")
        outcomes = dialog(d)._list("disposition")
        assert outcomes.chosen is outcomes.choices[1]
        await d.press("shift+tab")
        assert outcomes.chosen is outcomes.choices[0]
        await d.press("N")
        as_planned = how(d)
        went = [field_in_front(d)]
        for _ in range(5):
            await d.press("tab")
            went.append(field_in_front(d))
        assert went == ["note", "when", "channel", "with_whom", "direction", "at"]
        assert how(d) == as_planned
        for field in reversed(went[:-1]):
            await d.press("shift+tab")
            assert field_in_front(d) == field
        assert how(d) == as_planned
        await d.press("tab", "tab", "down")
        assert how(d) != as_planned
        assert touches(floor) == []


async def test_a_letter_outside_the_first_list_logs_nothing_and_says_so(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        for field in ("channel", "with-whom", "direction"):
            await d.press("l")
            dialog(d).set_focus(dialog(d)._list(field))
            await d.type("yesterday")
            assert dialog(d)._list("disposition").chosen is None
            assert "Nothing is logged" in d.screen_text()
            await d.press("f2")
            assert "Nothing is logged" not in d.screen_text()
            await d.press("escape")
        assert on_queue(d)
    assert touches(floor) == []


async def test_only_what_can_come_of_the_channel_is_listed_and_other_letters_take_theirs(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        await d.press("l", "1")
        listed = {choice.value for choice in dialog(d)._list("disposition").choices}
        assert listed == set(DISPOSITIONS[Channel.CALL])
        assert "by another channel  o bounced · u unsubscribe · s sent · r replied" in d.screen_text()
        await d.press("R")
        assert how(d)[0] is Channel.EMAIL
        assert dialog(d)._list("disposition").value is Disposition.REPLIED
        assert Disposition.NO_ANSWER not in {choice.value for choice in dialog(d)._list("disposition").choices}
        await d.press("escape", "l", "1", "s")
        await d.until(lambda: on_queue(d))
    assert touches(floor) == [(Disposition.SENT, Channel.EMAIL, Direction.OUT)]


async def test_a_time_that_is_none_is_told_once(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        await d.press("l", "b")
        await d.type("gibberish")
        await d.until(lambda: "Nothing can be saved with that time." in d.screen_text())
        assert d.screen_text().count("is not a time I know") == 1
        await d.press("enter")
        await d.until(lambda: dialog(d).query_one("#field-when").has_class("-wrong"))
        assert d.screen_text().count("is not a time I know") == 1
        await d.press("escape", "escape", "b")
        await d.type("gibberish")
        await d.press("enter")
        await d.until(lambda: "! " in d.screen_text())
        assert d.screen_text().count("is not a time I know") == 1


async def test_a_digit_means_the_list_in_front_and_in_the_first_all_of_them(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        await d.press("l", "1", "7", "0")
        assert how(d) == (Channel.CALL, WithWhom.CONTACT, Direction.IN)
        await d.press("escape", "l")
        dialog(d).set_focus(dialog(d)._list("channel"))
        await d.type("0 7 2")
        channel, *others = how(d)
        assert channel is list(Channel)[1]
        assert others == [WithWhom.CONTACT, Direction.OUT]


async def test_the_choice_looked_at_is_in_sight_in_a_small_window(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED)
    async with at_work(floor, size=(80, 18)) as d:
        await d.press("l", "1")
        choices = dialog(d)._list("disposition").choices
        assert choices[-1].words not in d.screen_text()
        for choice in choices:
            await d.press("tab")
            await d.until(lambda choice=choice: f"▸{choice.letter} {choice.words}" in d.screen_text())  # type: ignore[misc]
        for choice in choices[-2::-1]:
            await d.press("up")
            await d.until(lambda choice=choice: f"▸{choice.letter} {choice.words}" in d.screen_text())  # type: ignore[misc]


@pytest.mark.parametrize("field", ["note", "when", "at"])
async def test_the_field_typed_in_stays_in_sight_in_a_smaller_window(floor: Floor, field: str) -> None:
    floor.lead(Stage.ACCEPTED)
    async with at_work(floor, size=(120, 50)) as d:
        await d.press("l")
        control = dialog(d).query_one(f"#field-{field} Input", Input)
        control.focus()
        await d.type("still here")
        for size in ((80, 24), (60, 18), (120, 50), (80, 20)):
            await d.resize(*size)
            await d.until(lambda: "still here" in d.screen_text())
            form = dialog(d).query_one(".dialog--form")
            assert form.content_region.contains_region(control.region)
