"""The bottom line: what is said there is said whole, on more lines where it must."""

from __future__ import annotations

from store.vocabulary import Stage
from tests.factories import Floor
from tests.screens.queue_app import at_work
from tui.widgets.key_line import MOST_LINES, KeyLine

LONG = (
    "Dana Ortiz is being worked by somebody else now: ask Ben for it, or press r to take it over; "
    "nothing of what you typed was lost."
)


async def test_a_long_notice_keeps_its_end(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED)
    async with at_work(floor, size=(80, 24)) as d:
        d.app.say(LONG, urgent=True)
        await d.idle()
        foot = d.screen_text().splitlines()[-2:]
        assert " ".join(line.strip() for line in foot) == f"! {LONG}"


async def test_the_keys_come_back_when_something_short_is_said(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED)
    async with at_work(floor, size=(80, 24)) as d:
        d.app.say(LONG)
        await d.idle()
        assert d.app.screen.query_one(KeyLine).size.height == 2
        d.app.say("saved")
        await d.idle()
        assert d.app.screen.query_one(KeyLine).size.height == 1
        assert d.screen_text().splitlines()[-1].startswith(" ✓ saved   l log")


async def test_what_is_longer_than_all_lines_is_cut_with_a_sign(floor: Floor) -> None:
    async with at_work(floor, size=(80, 24)) as d:
        d.app.say("word " * 200)
        await d.idle()
        assert d.app.screen.query_one(KeyLine).size.height == MOST_LINES
        assert d.screen_text().splitlines()[-1].endswith("…")
