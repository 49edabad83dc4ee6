"""The reports, key by key: from a figure to its records and back to the same cell, filters, periods, long counting."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from screens.account.screen import AccountScreen
from screens.records.screen import Records as Opening
from screens.records.screen import RecordsScreen
from screens.reports import screen as reports_screen
from screens.reports.counting import Found
from screens.reports.layout import Place
from screens.reports.screen import ReportsScreen
from screens.timeline.screen import TimelineScreen
from store import Store
from store.instants import DAY
from store.reports.figures import Records
from store.reports.registry import REPORTS
from store.vocabulary import Motion, Outcome, Stage
from tests.drivers import AppDriver, driving
from tests.factories import ANA, BEN, Floor
from tests.screens.lead_app import said
from tests.screens.queue_app import at_work, on_queue, program

NARROW, MIDDLE, WIDE = (80, 24), (120, 36), (200, 50)


def reports_of(d: AppDriver) -> ReportsScreen:
    """The reports, which are in front."""
    assert isinstance(d.app.screen, ReportsScreen)
    return d.app.screen


def shows(screen: ReportsScreen, name: str) -> bool:
    """Whether a report has been counted."""
    return screen.body.report is not None and screen.body.report.name == name


def in_front(d: AppDriver, kind: type[object]) -> bool:
    """Whether a screen of this kind is in front."""
    return isinstance(d.app.screen, kind)


async def outcomes(d: AppDriver) -> ReportsScreen:
    """Go to the outcomes, and wait until they are there."""
    await d.press("5", "v", "o")
    screen = reports_of(d)
    await d.until(lambda: screen.body.report is not None and screen.body.report.name == "outcomes")
    await d.until(lambda: screen.body.spot is not None)
    return screen


async def go_to(d: AppDriver, table: str, line: str, column: str) -> None:
    """Move the cursor to a cell, by the keys that move it."""
    screen = reports_of(d)
    await d.press("g")
    while (spot := screen.body.spot) is None or (spot.table.name, spot.line.label) != (table, line):
        await d.press("j")
    while (spot := screen.body.spot) is not None and spot.column.name != column:
        before = spot.column
        await d.press("right")
        assert screen.body.spot is not None
        assert screen.body.spot.column is not before, f"there is no column {column}"


@pytest.fixture
def ended(floor: Floor) -> Floor:
    """Three that nobody answered, one converted, two open."""
    for _ in range(3):
        floor.close(floor.lead(Stage.ATTEMPTING), Outcome.NO_RESPONSE)
    floor.lead(Stage.CONVERTED, actor=BEN, motion=Motion.DEMO_REQUEST)
    floor.lead(Stage.ACCEPTED)
    floor.lead(Stage.ACCEPTED, actor=BEN)
    return floor


async def test_the_list_names_every_report_with_its_question(floor: Floor) -> None:
    async with at_work(floor, ANA, size=NARROW) as d:
        await d.press("5")
        for report in REPORTS.values():
            assert report.title in said(d)
        assert "How do at bats end, and was it timing or fit?" in said(d)
        assert d.keys == 1


async def test_from_a_figure_to_its_records_to_a_timeline_and_back_to_the_same_cell(ended: Floor) -> None:
    async with at_work(ended, ANA) as d:
        screen = await outcomes(d)
        assert d.keys == 3
        await go_to(d, "by_outcome", "no response", "first")
        place = screen.body.place
        assert place == Place("by_outcome", "no_response", False, "first")
        d.keys = 0
        await d.press("enter")
        await d.until(lambda: isinstance(d.app.screen, RecordsScreen))
        records = d.app.screen
        assert isinstance(records, RecordsScreen)
        assert list(records.table.ids) == [3, 2, 1]
        assert "3 at bats" in said(d)
        assert "no response · of first at bats" in said(d)
        await d.press("j", "enter")
        assert isinstance(d.app.screen, TimelineScreen)
        await d.press("right_square_bracket")
        assert "Person1" in said(d)
        await d.press("escape", "escape")
        assert reports_of(d).body.place == place
        assert d.keys == 6


async def test_a_share_opens_its_numerator(ended: Floor) -> None:
    async with at_work(ended, ANA) as d:
        screen = await outcomes(d)
        await go_to(d, "by_motion", "demo request", "success_share")
        assert "1 of 1" in said(d)
        assert "100 %" in said(d)
        await d.press("enter")
        await d.until(lambda: isinstance(d.app.screen, RecordsScreen))
        assert list(d.app.screen.query_one("LineTable").ids) == [4]  # type: ignore[attr-defined]
        await d.press("escape")
        await d.until(lambda: d.app.screen is screen)


async def test_marked_records_are_worked_at_once_and_stay_in_the_list(ended: Floor) -> None:
    async with at_work(ended, ANA) as d:
        await outcomes(d)
        await go_to(d, "by_motion", "all", "open")
        await d.press("enter")
        await d.until(lambda: isinstance(d.app.screen, RecordsScreen))
        await d.press("ctrl+a", "s")
        await d.until(lambda: "Snooze" in said(d))
        await d.press("escape", "escape")
        assert isinstance(d.app.screen, RecordsScreen)
        assert not d.app.screen.table.marked


async def test_filters_narrow_letter_by_letter_and_refuse_in_a_sentence(ended: Floor) -> None:
    async with at_work(ended, ANA) as d:
        screen = await outcomes(d)
        body = screen.body

        def created() -> object:
            assert body.report is not None
            table = next(table for table in body.report.tables if table.name == "by_motion")
            assert table.total is not None
            return table.total.cells[0].value

        assert created() == 6
        await d.press("f")
        await d.type("rep:be")
        await d.until(lambda: created() == 2)
        await d.type("x")
        await d.until(lambda: "There is no person bex: say one of Priya, Ben, Ana, Ed." in said(d))
        assert created() == 2
        assert "Outcomes · still of last 90 days · rep Ben" in said(d)
        assert "! not of what is typed now" in said(d)
        await d.press("enter", "k")
        assert screen.filter_line.typing  # a mistake stays to be mended
        assert screen.filter_line.text == "rep:bexk"
        await d.press("backspace", "backspace")
        await d.until(lambda: "still of" not in said(d))
        await d.type("n motion:demo")
        await d.until(lambda: created() == 1)
        await d.press("enter")
        assert body.has_focus
        assert "rep Ben · motion demo request" in said(d)
        await d.press("f")
        await d.type("colour:red")
        await d.until(lambda: "There is no filter colour: say one of days, team, rep" in said(d))
        await d.press("escape")
        await d.until(lambda: body.has_focus)
        assert "still of" not in said(d)
        assert created() == 1
        await d.press("f", "ctrl+u", "enter")
        await d.until(lambda: created() == 6)


async def test_a_mistake_at_the_first_letter_shows_no_other_figures_as_its_own(ended: Floor) -> None:
    async with at_work(ended, ANA) as d:
        screen = await outcomes(d)
        await d.press("f")
        await d.burst(*"days:2025-01", "space", *"rep:zz", "enter")
        await d.until(lambda: "There is no person zz" in said(d))
        await d.until(lambda: "still of last 90 days" in said(d))
        assert screen.has_class("-of-before")
        assert screen.filter_line.typing


async def test_looking_at_the_filters_changes_nothing_and_the_cursor_stays_on_its_figure(ended: Floor) -> None:
    async with at_work(ended, ANA) as d:
        screen = await outcomes(d)
        await go_to(d, "by_motion", "outbound target", "open")
        place, width = screen.body.place, screen.body.size.width
        await d.press("f")
        await d.type("motion:demo")
        await d.until(lambda: "motion demo request" in said(d))
        assert screen.body.place != place  # that line is not there now
        await d.press("escape")
        await d.until(lambda: "motion demo request" not in said(d))
        await d.until(lambda: screen.body.place == place)
        await d.press("f")
        await d.type("rep:ben")
        await d.press("enter")
        await d.until(lambda: "Outcomes · last 90 days · rep Ben" in said(d))
        assert (screen.body.has_focus, screen.reading) == (True, True)
        assert (screen.body.place, screen.body.size.width) == (place, width)
        assert not screen.filter_line.has_class("-shown")  # the title says it
        await d.press("f")
        await d.until(lambda: "esc as before · ctrl+u empties it" in said(d))
        await d.press("escape")
        await d.until(lambda: screen.body.has_focus)
        assert "rep Ben" in said(d)


async def test_the_period_before_and_after_and_against_it(ended: Floor) -> None:
    ended.now += DAY
    async with at_work(ended, ANA) as d:
        screen = await outcomes(d)
        await d.press("f")
        await d.type("days:today")
        await d.press("enter", "left_square_bracket")
        await d.until(lambda: "Outcomes · 2026-11-23" in said(d))
        assert screen.body.spot is not None
        await d.press("equals_sign")
        await d.until(lambda: "Outcomes · 2026-11-23 · against 2026-11-22" in said(d))
        await go_to(d, "by_outcome", "no response", "ended")
        assert "+3 against 0 before" in said(d)
        await go_to(d, "by_outcome", "all", "ended")
        assert "▲4" in said(d)
        assert "+4 against 0 before" in said(d)
        await d.press("right_square_bracket", "right_square_bracket")
        await d.until(lambda: "That is still to come." in said(d))
        await d.press("f", "ctrl+u")
        await d.type("days:all")
        await d.press("enter")
        await d.until(lambda: "all time" in said(d))
        await d.press("left_square_bracket")
        await d.until(lambda: "no period before or after" in said(d))


async def test_a_column_orders_its_table_and_the_cursor_stays_on_its_line(ended: Floor) -> None:
    async with at_work(ended, ANA) as d:
        screen = await outcomes(d)

        def order() -> list[str]:
            assert screen.body.grid is not None
            return [line.label for line in screen.body.grid.lines]

        await go_to(d, "by_motion", "demo request", "created")
        assert order() == ["demo request", "outbound target"]
        await d.press("O")
        assert order() == ["outbound target", "demo request"]
        assert screen.body.spot is not None
        assert screen.body.spot.line.label == "demo request"
        await d.press("O")
        assert order() == ["demo request", "outbound target"]
        assert "the smallest first" in said(d)
        await d.press("O")
        assert "as it was" in said(d)


async def test_filters_typed_beside_the_list_lead_into_the_report(ended: Floor) -> None:
    async with at_work(ended, ANA) as d:
        await d.press("5")
        screen = reports_of(d)
        await d.press("f")
        await d.type("rep:ben")
        await d.press("escape")
        assert not screen.reading
        assert screen.table.has_focus
        await d.press("f")
        await d.type("rep:ben")
        await d.press("enter")
        await d.until(lambda: screen.reading and screen.body.has_focus)
        await d.until(lambda: "rep Ben" in said(d))


class Slow:
    """Stands in for counting: runs in SQL until it is given up, and knows that it was."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.given_up = threading.Event()

    def __call__(self, store: Store, *rest: Any) -> Found:
        self.begun.set()
        try:
            store.value("WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")
        except Exception:
            self.given_up.set()
            raise
        raise AssertionError("it ended by itself")


async def test_long_counting_says_so_keeps_keys_quick_and_esc_gives_it_up(
    ended: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow()
    async with at_work(ended, ANA) as d:
        screen = await outcomes(d)
        monkeypatch.setattr(reports_screen, "count", slow)
        await d.press("equals_sign")
        await d.until(lambda: slow.begun.is_set() and "counting …" in said(d))
        await d.until(lambda: "counting … 1 s" in said(d))
        row = screen.body.place
        await d.press("j")
        assert screen.body.place != row
        await d.press("escape")
        await d.until(slow.given_up.is_set)
        assert "Counting was given up" in said(d)
        assert reports_of(d).reading
        monkeypatch.undo()
        await d.press("R")
        await d.until(lambda: "against the period before" in said(d))


async def test_leaving_gives_counting_up_and_other_reads_do_not_wait(
    ended: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow()
    async with at_work(ended, ANA) as d:
        await outcomes(d)
        monkeypatch.setattr(reports_screen, "count", slow)
        await d.press("R")
        await d.until(slow.begun.is_set)
        assert not slow.given_up.is_set()
        await d.press("1")
        await d.until(slow.given_up.is_set)
        assert on_queue(d)
        monkeypatch.undo()
        await d.press("5")
        assert reports_of(d).reading


async def test_the_records_of_a_figure_can_be_given_up_too(ended: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow()
    async with at_work(ended, ANA) as d:
        screen = await outcomes(d)
        monkeypatch.setattr(reports_screen, "ids_of", slow)
        d.send("enter")
        await d.until(slow.begun.is_set)
        d.send("escape")
        await d.until(slow.given_up.is_set)
        await d.idle()
        assert d.app.screen is screen


async def test_what_changed_since_is_said_and_taken_in_when_asked(ended: Floor) -> None:
    async with at_work(ended, ANA) as d:
        screen = await outcomes(d)
        assert screen.body.report is not None
        before = screen.body.report
        await d.press("1", "x")
        await d.press("escape", "b")
        await d.press("escape")
        screen._changed(None)  # type: ignore[arg-type]  # as after anybody's write
        await d.press("5")
        await d.until(lambda: "changed since: R counts again" in said(d))
        await d.press("R")
        await d.until(lambda: screen.body.report is not before and "changed since" not in said(d))


async def test_a_report_is_saved_as_a_page_a_table_and_data(ended: Floor, tmp_path: Path) -> None:
    async with driving(program(ended, ANA, calendar_folder=tmp_path / "out"), MIDDLE) as d:
        await outcomes(d)
        for letter, suffix in (("c", ".csv"), ("h", ".html"), ("j", ".json")):
            await d.press("X", letter)
            await d.until((tmp_path / "out" / f"outcomes-last-90-days{suffix}").exists)
            await d.until(lambda: "written:" in said(d))
        await d.press("X", "h")
        await d.until((tmp_path / "out" / "outcomes-last-90-days-2.html").exists)
        await d.until(lambda: "outcomes-last-90-days-2.html" in said(d).replace(" ", ""))
        assert "no response" in (tmp_path / "out" / "outcomes-last-90-days.csv").read_text()


async def test_back_goes_from_the_report_to_the_list_and_to_the_view_before(ended: Floor) -> None:
    async with at_work(ended, ANA) as d:
        await d.press("4", "5", "v", "o")
        await d.until(lambda: reports_of(d).body.spot is not None)
        await d.press("escape")
        assert not reports_of(d).reading
        assert reports_of(d).table.has_focus
        await d.press("escape")
        await d.until(lambda: not isinstance(d.app.screen, ReportsScreen))
        await d.press("5", "j", "right")
        await d.until(lambda: reports_of(d).reading)


async def test_left_of_the_first_figure_is_the_list(ended: Floor) -> None:
    async with at_work(ended, ANA) as d:
        screen = await outcomes(d)
        await d.press("right", "left")
        assert screen.reading
        await d.press("left")
        assert not screen.reading


async def test_the_mouse_goes_to_a_figure_and_opens_it(ended: Floor) -> None:
    async with at_work(ended, ANA) as d:
        screen = await outcomes(d)
        lines = d.screen_text().splitlines()
        y = next(number for number, line in enumerate(lines) if "no response" in line and "•" not in line)
        x = lines[y].index("3")
        await d.pilot.click(offset=(x, y))
        await d.idle()
        assert screen.body.place == Place("by_outcome", "no_response", False, "ended")
        await d.pilot.click(offset=(x, y))
        await d.until(lambda: isinstance(d.app.screen, RecordsScreen))


async def test_a_chart_is_shown_where_there_is_room_and_hidden_by_its_key(ended: Floor) -> None:
    async with at_work(ended, ANA) as d:
        screen = await outcomes(d)
        await d.until(lambda: "████ 3" in d.screen_text())
        assert "at bats by outcome" in said(d)
        await d.press("h")
        await d.until(lambda: "██" not in d.screen_text())
        await go_to(d, "by_motion", "all", "created")
        await d.press("h")
        await d.until(lambda: "This table has no chart." in said(d))
        assert screen.reading


@pytest.mark.parametrize("size", [NARROW, MIDDLE, WIDE])
async def test_every_report_is_read_from_first_to_last_cell(ended: Floor, size: tuple[int, int]) -> None:
    async with at_work(ended, ANA, size=size) as d:
        await d.press("5")
        screen = reports_of(d)
        for name, report in REPORTS.items():
            screen._go_to(name)
            await d.until(partial(shows, screen, name))
            await d.burst(*["j"] * 12, *["right"] * 12, "G", "pageup", "ctrl+d", "g", *["left"] * 3)
            assert report.title in said(d)


async def test_each_kind_of_record_has_columns_of_its_own(ended: Floor) -> None:
    async with at_work(ended, ANA) as d:
        for kind, heads in (
            (Records.CONTACT, ("name", "company", "job", "latest at bat", "whose", "known since")),
            (Records.ACCOUNT, ("name", "industry", "place", "whose", "known since")),
            (Records.LEAD, ("name", "company", "what", "stands", "whose", "opened")),
            (Records.USER, ("name", "role", "stands")),
        ):
            d.app.open_screen("records", Opening("All of them", "", [3, 2, 1], kind))
            await d.until(partial(in_front, d, RecordsScreen))
            await d.until(partial(_has_heads, d, heads))
            await d.press("escape")


def _has_heads(d: AppDriver, heads: tuple[str, ...]) -> bool:
    """Whether a line of the screen is these words."""
    return any(line.split() == " ".join(heads).split() for line in d.screen_text().splitlines())


async def test_records_of_every_kind_open_what_they_are_about(ended: Floor) -> None:
    """By way of the screen itself: not every report counts every kind."""
    store = ended.store
    ended.meet(ended.lead(Stage.CONNECTED))
    async with at_work(ended, ANA) as d:
        for kind, opens in (
            (Records.CONTACT, TimelineScreen),
            (Records.ACCOUNT, AccountScreen),
            (Records.OPPORTUNITY, TimelineScreen),
            (Records.TOUCH, TimelineScreen),
            (Records.MEETING, TimelineScreen),
            (Records.CLOCK, TimelineScreen),
        ):
            ids = [id for (id,) in store.rows(f"SELECT id FROM {kind.value} ORDER BY id DESC")]
            assert ids, kind
            d.app.open_screen("records", Opening("All of them", "", ids, kind))
            await d.idle()
            await d.press("enter")
            await d.until(partial(in_front, d, opens))
            await d.press("escape", "escape")
