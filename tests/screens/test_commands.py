"""The one table of commands, and what is made from it."""

from __future__ import annotations

import pytest

from tests.drivers import driving
from tests.frame_fakes import fake_app
from tui.commands import (
    BY_ID,
    COMMANDS,
    DEAL_COMMANDS,
    RECYCLING_COMMANDS,
    REPORT_COMMANDS,
    TEAM_COMMANDS,
    KeyChoices,
    Where,
    key_label,
    key_table_markdown,
    textual_key,
)
from tui.lead_screen import LeadScreen
from tui.widgets.line_table import LineTable


def test_ids_are_unique_and_no_key_means_two_things() -> None:
    assert len(BY_ID) == len(COMMANDS)
    assert KeyChoices().problems == []


def test_every_lead_command_has_an_action_on_the_lead_screen() -> None:
    for command in COMMANDS:
        if command.where is Where.LEADS:
            assert callable(getattr(LeadScreen, f"action_{command.action or command.id}"))


def test_the_table_and_the_list_widget_agree_on_what_moves() -> None:
    in_widget = {binding.id: binding.key for binding in LineTable.BINDINGS if not isinstance(binding, tuple)}
    for command in COMMANDS:
        if command.where in (Where.LIST, Where.MARKS):
            assert in_widget[command.id] == command.key


@pytest.mark.parametrize("character", list("/\\@-+_?:,.*[]{}!#%&=~;lQ1"))
def test_a_character_key_reads_as_that_character(character: str) -> None:
    assert key_label(textual_key(character)) == character


def test_two_commands_can_change_keys_with_each_other() -> None:
    keys = KeyChoices({"log": "c", "convert": "l"})
    assert keys.problems == []
    assert keys.label(BY_ID["log"]) == "c"
    assert keys.label(BY_ID["convert"]) == "l"


def test_a_clash_is_refused_with_a_sentence_and_the_usual_key_stays() -> None:
    keys = KeyChoices({"log": "x", "help": "f1,?"})
    (problem,) = keys.problems
    assert "log stays on l" in problem
    assert "already close" in problem
    assert keys.label(BY_ID["log"]) == "l"
    assert keys.labels(BY_ID["help"]) == "f1 or ?"


def test_a_chain_of_clashes_ends_with_no_key_used_twice() -> None:
    keys = KeyChoices({"log": "x", "close": "b", "callback": "l"})
    assert keys.problems == []
    keys = KeyChoices({"log": "x", "close": "b"})
    assert len(keys.problems) == 2
    assert keys.accepted == {}


@pytest.mark.parametrize(
    ("command", "key", "word"),
    [
        ("logg", "l", "no command"),
        ("log", "", "no key"),
        ("log", "banana", "no key"),
        ("log", "ctrl+m", "do not send"),
        ("log", "ctrl+shift+l", "do not send"),
        ("log", "tab", "between fields"),
        ("submit", "s", "name choices"),
    ],
)
def test_a_key_that_cannot_be_taken_gets_one_sentence(command: str, key: str, word: str) -> None:
    keys = KeyChoices({command: key})
    (problem,) = keys.problems
    assert word in problem
    assert keys.accepted == {}


def test_the_readme_table_names_every_command_once() -> None:
    table = key_table_markdown()
    elsewhere = [command.id for command in (*DEAL_COMMANDS, *RECYCLING_COMMANDS, *TEAM_COMMANDS, *REPORT_COMMANDS)]
    for command in COMMANDS:
        assert table.count(f"| {command.id} |") == 1 + elsewhere.count(command.id)


async def test_a_remapped_key_works_and_footer_and_help_show_it() -> None:
    app = fake_app(keys=KeyChoices({"log": "f5", "help": "f1"}))
    async with driving(app) as d:
        assert "f5 log" in d.screen_text()
        await d.press("l")
        assert "Log a touch" not in d.screen_text()
        await d.press("f5")
        assert "Log a touch" in d.screen_text()
        await d.press("escape", "f1")
        assert "f5" in d.screen_text()


async def test_a_refused_key_is_said_at_the_start() -> None:
    async with driving(fake_app(keys=KeyChoices({"log": "x"}))) as d:
        assert "log stays on l" in d.screen_text()


async def test_the_footer_fits_the_width_and_keeps_help() -> None:
    async with driving(fake_app(), size=(40, 10)) as d:
        footer = d.screen_text().splitlines()[-1]
        assert "l log" in footer
        assert footer.endswith("? help")
        await d.resize(160, 40)
        assert "u undo" in d.screen_text().splitlines()[-1]


async def test_the_palette_runs_a_command_by_its_words() -> None:
    async with driving(fake_app()) as d:
        await d.press("colon")
        await d.type("log a touch")
        await d.until(lambda: "Log a touch: what" in d.screen_text())
        await d.press("enter")
        await d.until(lambda: "What came of it" in d.screen_text())
