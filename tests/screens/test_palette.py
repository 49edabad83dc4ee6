"""The palette runs only what has the words that were typed; a command of another screen says so."""

from __future__ import annotations

import pytest

from screens.dialogs.find import FindDialog
from store.vocabulary import Stage
from tests.factories import ANA, Floor
from tests.screens.queue_app import at_work
from tests.screens.test_team import on_board
from tui.palette import Palette


async def test_a_command_of_another_screen_is_found_and_says_so(floor: Floor) -> None:
    floor.lead()
    async with at_work(floor, ANA) as d:
        await on_board(d)
        await d.press(":")
        await d.type("motion")
        await d.until(lambda: "set motion · not here" in d.screen_text())
        await d.press("enter")
        await d.until(lambda: "“set motion” works on a lead, not here" in d.screen_text())
        assert not isinstance(d.app.screen, FindDialog)


@pytest.mark.parametrize("typed", ["mtn", "fnd", "zzz", "qualfy"])
async def test_letters_strewn_over_a_sentence_run_nothing(floor: Floor, typed: str) -> None:
    floor.lead(Stage.ATTEMPTING)
    operations = floor.value("SELECT count(*) FROM operation")
    async with at_work(floor, ANA) as d:
        await d.press(":")
        await d.type(typed)
        await d.until(lambda: "No matches" in d.screen_text())
        await d.press("enter")
        await d.idle()
        assert isinstance(d.app.screen, Palette)
    assert floor.value("SELECT count(*) FROM operation") == operations


async def test_what_fits_here_comes_before_what_only_tells_of_it(floor: Floor) -> None:
    floor.lead(Stage.ATTEMPTING)
    async with at_work(floor, ANA) as d:
        await d.press(":")
        await d.type("set")
        await d.until(lambda: "set campaign" in d.screen_text())
        said = d.screen_text()
        assert "set motion" in said
        assert "bell" not in said.split("set campaign")[0]
