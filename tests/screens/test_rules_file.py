"""The rules file changes while the program runs: a good one is taken in, a bad one told and left alone."""

from __future__ import annotations

import os
from pathlib import Path

from screens.queue.screen import QueueScreen
from store.instants import MINUTE
from store.rules_kept import LAST_GOOD, RulesFile
from store.ruleset import load_rules
from tests.drivers import AppDriver, driving
from tests.factories import MONDAY, Floor
from tests.screens.lead_app import said
from tests.screens.queue_app import program, queue_of
from tui.widgets.header_line import HeaderLine

MARK = "! rules file"


def top_line(d: AppDriver) -> str:
    return d.app.screen.query_one(HeaderLine).render().plain


async def change(d: AppDriver, file: Path, text: str, stamp: int) -> None:
    """Write the file and let a minute pass."""
    file.write_text(text)
    os.utime(file, ns=(stamp, stamp))
    d.app.clock += MINUTE
    await d.idle()


async def test_a_good_one_is_in_force_from_then_on_and_a_bad_one_is_told(floor: Floor, tmp_path: Path) -> None:
    floor.lead()
    file = tmp_path / "rules.toml"
    app = program(floor, rules_file=RulesFile(lambda: file if file.exists() else None))
    async with driving(app) as d:
        queue = queue_of(d)
        assert isinstance(queue, QueueScreen)
        await change(d, file, "[callbacks]\nlimit = 3\n", 1)
        await d.until(lambda: d.app.team.rules.callbacks.limit == 3)
        await d.until(lambda: "The rules were changed: the new ones are in force." in said(d))
        writer = await d.app.desk.read(lambda store: store.rules.callbacks.limit)
        assert writer == 3
        await change(d, file, "[callbacks]\nlimit = 0\n", 2)
        await d.until(lambda: "The rules stay as they were:" in said(d))
        assert d.app.team.rules.callbacks.limit == 3
        await d.until(lambda: MARK in top_line(d))
        await change(d, file, "[callbacks]\nlimit = 4\n", 3)
        await d.until(lambda: d.app.team.rules.callbacks.limit == 4)
        await d.until(lambda: MARK not in top_line(d))


async def test_what_was_wrong_at_the_start_is_told(floor: Floor) -> None:
    async with driving(program(floor, rules_problem="The rules are the last good ones.")) as d:
        await d.until(lambda: "The rules are the last good ones." in said(d))
        d.app.notice = None
        await d.until(lambda: "last good" not in said(d))
        assert MARK in top_line(d)


def test_what_reads_well_after_a_change_is_the_last_good_one(floor: Floor, tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    watched = RulesFile(lambda: file if file.exists() else None, floor.store.path)
    file.write_text("[callbacks]\nlimit = 3\n")
    assert watched.look() is not None
    assert Path(floor.store.path + LAST_GOOD).read_text() == "[callbacks]\nlimit = 3\n"


def test_a_store_works_by_the_rules_it_is_given(floor: Floor, tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text('[hours]\nopens = "10:30"\n')
    assert floor.store.calendar.is_open(MONDAY)
    floor.store.use_rules(load_rules(file))
    assert not floor.store.calendar.is_open(MONDAY)
