"""The line table keeps rows by identity, asks for what it needs, and draws any text in straight columns."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.filter import LineFilter
from textual.geometry import Region
from textual.message import Message
from textual.pilot import Pilot

from tests.hostile import HOSTILE
from tui import present
from tui.terminal_filter import TERMINAL_FILTER
from tui.theme import THEMES, Urgency
from tui.widgets.line_painter import Column, ColumnPainter
from tui.widgets.line_table import LineTable
from tui.widgets.row_window import KEPT_PAGES, PAGE, RowWindow

WIDTH, HEIGHT = 80, 12


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    name: str
    score: int = 50
    urgency: Urgency = Urgency.CALM


def people(ids: Iterable[int]) -> dict[int, Person]:
    return {id: Person(id, f"Person {id}") for id in ids}


NAMES: Sequence[Column[Person]] = (
    Column("", lambda person: (person.urgency.sign, person.urgency.component), 1),
    Column("name", lambda person: person.name, 20, grow=1),
    Column("score", lambda person: (str(person.score), "muted"), 5, align="right"),
)
COMPANIES: Sequence[Column[Person]] = (Column("company", lambda person: f"of {person.id}", 20),)
ONE_LINE = ColumnPainter(NAMES)
TWO_LINES = ColumnPainter(NAMES, COMPANIES)
TITLED = ColumnPainter(NAMES, titles=True)


class TableApp(App[None]):
    """A table alone on the screen, that remembers what the table said."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, painter: ColumnPainter[Person] = ONE_LINE, ids: Sequence[int] = range(1, 101)) -> None:
        super().__init__()
        self.painter = painter
        self.ids = ids
        self.said: list[Message] = []
        self.spoke = asyncio.Event()
        self.answers = True
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name

    def get_line_filters(self) -> Sequence[LineFilter]:
        return (*super().get_line_filters(), TERMINAL_FILTER)

    def compose(self) -> ComposeResult:
        yield LineTable(self.painter, empty=present.content("Nothing here: press / to find somebody [yet]."))

    def on_mount(self) -> None:
        self.table.load(self.ids, people(self.ids[:20]))
        self.table.focus()

    @property
    def table(self) -> LineTable[Person]:
        return self.query_one(LineTable)

    def on_line_table_highlighted(self, message: LineTable.Highlighted) -> None:
        self._hear(message)

    def on_line_table_selected(self, message: LineTable.Selected) -> None:
        self._hear(message)

    def on_line_table_marked(self, message: LineTable.Marked) -> None:
        self._hear(message)

    def on_line_table_rows_wanted(self, message: LineTable.RowsWanted) -> None:
        self._hear(message)
        if self.answers:
            self.table.deliver(people(message.ids))

    def _hear(self, message: Message) -> None:
        self.said.append(message)
        self.spoke.set()

    async def hears(self, kind: type[Message]) -> Message:
        """The next message of a kind, waiting for it if need be."""
        async with asyncio.timeout(5):
            while not (found := [message for message in self.said if type(message) is kind]):
                self.spoke.clear()
                await self.spoke.wait()
        self.said.clear()
        return found[-1]


def screen(app: TableApp) -> list[str]:
    """The lines of the table as they go to the terminal."""
    table = app.table
    return [strip.text for strip in table.render_lines(Region(0, 0, *table.size))]


def cursor_line(app: TableApp) -> int:
    (line,) = [number for number, text in enumerate(screen(app)) if text.startswith("▌")]
    return line


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.pause()


# --- moving ---


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        ("j j down", 4),
        ("j k", 1),
        ("up", 1),
        ("G", 100),
        ("end k", 99),
        ("G g", 1),
        ("G home", 1),
        ("pagedown", 13),
        ("pagedown j pageup", 2),
        ("ctrl+d", 7),
        ("ctrl+d ctrl+d ctrl+u", 7),
        ("G pagedown j", 100),
        ("pageup", 1),
    ],
)
async def test_keys_move_the_cursor_and_keep_it_in_view(keys: str, place: int) -> None:
    app = TableApp()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await press(pilot, *keys.split())
        assert app.table.cursor_id == place
        assert f"Person {place} " in screen(app)[cursor_line(app)]


async def test_a_page_keeps_the_cursor_on_its_line_of_the_screen() -> None:
    app = TableApp()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await press(pilot, "j", "j", "j", "pagedown")
        assert cursor_line(app) == 3
        assert app.table.position == "16/100"


async def test_rows_of_two_lines_are_drawn_and_moved_whole() -> None:
    app = TableApp(TWO_LINES)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        assert "Person 1 " in screen(app)[0]
        assert "of 1 " in screen(app)[1]
        await press(pilot, "pagedown")
        assert app.table.cursor_id == 7
        await press(pilot, "G")
        lines = screen(app)
        assert "Person 100 " in lines[HEIGHT - 2]
        assert "of 100 " in lines[HEIGHT - 1]


async def test_titles_stand_above_and_take_no_click() -> None:
    app = TableApp(TITLED)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        assert "name" in screen(app)[0]
        assert "score" in screen(app)[0]
        assert cursor_line(app) == 1
        await pilot.click(LineTable, offset=(5, 0))
        assert app.table.cursor_id == 1
        await pilot.click(LineTable, offset=(5, 3))
        assert app.table.cursor_id == 3


# --- messages ---


async def test_the_first_row_is_highlighted_without_a_key() -> None:
    app = TableApp()
    async with app.run_test(size=(WIDTH, HEIGHT)):
        message = await app.hears(LineTable.Highlighted)
        assert isinstance(message, LineTable.Highlighted)
        assert (message.id, message.row.name) == (1, "Person 1")


async def test_a_held_key_is_announced_when_it_is_let_go() -> None:
    app = TableApp()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await app.hears(LineTable.Highlighted)
        for _ in range(30):
            app.table.action_down()
        message = await app.hears(LineTable.Highlighted)
        assert isinstance(message, LineTable.Highlighted)
        assert message.id == 31
        assert [said for said in app.said if isinstance(said, LineTable.Highlighted)] == []
        await pilot.pause()


async def test_enter_opens_the_row_under_the_cursor() -> None:
    app = TableApp()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await press(pilot, "j", "enter")
        message = await app.hears(LineTable.Selected)
        assert isinstance(message, LineTable.Selected)
        assert (message.id, message.control) == (2, app.table)


async def test_a_click_selects_and_a_click_on_the_cursors_row_opens() -> None:
    app = TableApp()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await pilot.click(LineTable, offset=(10, 4))
        assert app.table.cursor_id == 5
        assert not [said for said in app.said if isinstance(said, LineTable.Selected)]
        await pilot.click(LineTable, offset=(10, 4))
        message = await app.hears(LineTable.Selected)
        assert isinstance(message, LineTable.Selected)
        assert message.id == 5


async def test_a_double_click_opens_once() -> None:
    app = TableApp()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await pilot.double_click(LineTable, offset=(10, 0))
        await pilot.pause()
        assert len([said for said in app.said if isinstance(said, LineTable.Selected)]) == 1


async def test_the_wheel_scrolls_and_leaves_no_cursor_out_of_sight() -> None:
    app = TableApp()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await press(pilot, "j", "j", "j", "j", "j")
        await pilot._post_mouse_events([_wheel_down()], LineTable, offset=(10, 4))
        assert "Person 4 " in screen(app)[0]
        assert app.table.cursor_id == 6
        await pilot._post_mouse_events([_wheel_down()], LineTable, offset=(10, 4))
        assert app.table.cursor_id == 7
        assert cursor_line(app) == 0


def _wheel_down() -> type:
    from textual.events import MouseScrollDown

    return MouseScrollDown


async def test_a_click_on_the_scroll_bar_jumps() -> None:
    app = TableApp()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        assert screen(app)[0].endswith("▐")
        await pilot.click(LineTable, offset=(WIDTH - 1, HEIGHT - 1))
        assert "Person 100 " in screen(app)[-1]
        assert screen(app)[-1].endswith("▐")


async def test_marks_are_signs_not_only_colours() -> None:
    app = TableApp()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await press(pilot, "space", "space", "k")
        assert app.table.marked == {1, 2}
        assert [line[:2] for line in screen(app)[:3]] == [" ✓", "▌✓", "  "]
        await press(pilot, "space", "ctrl+a")
        assert app.table.marked == set(range(1, 101))
        await press(pilot, "ctrl+a")
        assert app.table.marked == set()


# --- what changes beneath ---


async def test_a_patch_changes_one_row_and_moves_nothing() -> None:
    app = TableApp()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await press(pilot, "j", "j")
        before = screen(app)
        app.table.patch(5, Person(5, "Dana Ortiz", 99))
        await pilot.pause()
        after = screen(app)
        assert [number for number in range(HEIGHT) if before[number] != after[number]] == [4]
        assert "Dana Ortiz" in after[4]
        assert app.table.cursor_id == 3


async def test_a_patch_repaints_one_line() -> None:
    app = TableApp()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await pilot.pause()
        asked: list[Region] = []
        app.table.refresh = lambda *regions, **_: asked.extend(regions)  # type: ignore[method-assign,assignment]
        app.table.patch(5, Person(5, "Dana"))
        app.table.patch(90, Person(90, "out of sight"))
        app.table.action_down()
        assert asked == [Region(0, 4, WIDTH, 1), Region(0, 0, WIDTH, 1), Region(0, 1, WIDTH, 1)]


async def test_the_row_under_the_cursor_is_announced_when_it_changes() -> None:
    app = TableApp()
    async with app.run_test(size=(WIDTH, HEIGHT)):
        await app.hears(LineTable.Highlighted)
        app.table.patch(1, Person(1, "Dana"))
        message = await app.hears(LineTable.Highlighted)
        assert isinstance(message, LineTable.Highlighted)
        assert message.row.name == "Dana"


async def test_a_new_snapshot_keeps_the_row_and_its_line_of_the_screen() -> None:
    app = TableApp()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        app.table.move_to(41)
        await press(pilot, "k", "k", "k", "j", "j", "j", "k")
        assert app.table.cursor_id == 40
        line = cursor_line(app)
        ids = [*range(500, 530), *range(20, 90)]
        app.table.load(ids, people(ids), keep=40)
        await pilot.pause()
        assert app.table.cursor_id == 40
        assert cursor_line(app) == line


async def test_a_new_snapshot_without_the_row_keeps_its_place() -> None:
    app = TableApp()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await press(pilot, "j", "j", "space", "k")
        app.table.load([1, 2, 4, 5], people([1, 2, 4, 5]), keep=3)
        await pilot.pause()
        assert app.table.cursor_id == 4
        assert app.table.marked == set()
        app.table.load([9], people([9]), keep=4)
        assert app.table.cursor_id == 9
        app.table.load([1, 2], people([1, 2]))
        assert app.table.cursor_id == 1


async def test_rows_come_and_go_without_moving_what_is_under_the_cursor() -> None:
    app = TableApp()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        app.table.move_to(31)
        await press(pilot, "k", "k", "k")
        line, row = cursor_line(app), app.table.cursor_id
        for change in (
            lambda: app.table.insert_row(900, Person(900, "first"), 0),
            lambda: app.table.remove_row(3),
            lambda: app.table.insert_row(901, Person(901, "last"), 10_000),
            lambda: app.table.remove_row(25),
            lambda: app.table.remove_row(77_777),
        ):
            change()
            await pilot.pause()
            assert (cursor_line(app), app.table.cursor_id) == (line, row)


async def test_removing_the_cursors_row_selects_the_next_one() -> None:
    app = TableApp(ids=[1, 2, 3])
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await press(pilot, "j")
        app.table.remove_row(2)
        assert app.table.cursor_id == 3
        app.table.remove_row(3)
        assert app.table.cursor_id == 1
        app.table.remove_row(1)
        await pilot.pause()
        assert app.table.cursor_id is None
        assert app.table.cursor_row is None
        assert "Nothing here: press / to find somebody [yet]." in screen(app)[1]
        await press(pilot, "j", "k", "G", "g", "pagedown", "pageup", "space", "enter")
        app.table.insert_row(7, Person(7, "Back"), 0)
        assert app.table.cursor_id == 7


async def test_move_to_a_row() -> None:
    app = TableApp()
    async with app.run_test(size=(WIDTH, HEIGHT)):
        assert app.table.move_to(64)
        assert app.table.cursor_id == 64
        assert not app.table.move_to(64_000)
        assert app.table.cursor_id == 64


async def test_a_resize_keeps_the_cursor_in_view() -> None:
    app = TableApp()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        app.table.move_to(12)
        await pilot.resize_terminal(40, 4)
        await pilot.pause()
        assert app.table.cursor_id == 12
        assert "Person 12 " in screen(app)[cursor_line(app)]
        assert {cell_len(line) for line in screen(app)} == {40}


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (3, 1), (4, 2), (200, 60)])
@pytest.mark.parametrize("ids", [[], [1, 2, 3], range(1, 101)], ids=["none", "few", "many"])
async def test_any_size_is_drawn_and_filled(size: tuple[int, int], ids: Sequence[int]) -> None:
    app = TableApp(TITLED, ids)
    async with app.run_test(size=size) as pilot:
        await press(pilot, "j", "G", "pageup")
        assert [cell_len(line) for line in screen(app)] == [size[0]] * size[1]


# --- rows by the page ---


async def test_rows_not_there_yet_are_asked_for_once_and_drawn_as_quiet_signs() -> None:
    app = TableApp(ids=range(1, 100_001))
    app.answers = False
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await app.hears(LineTable.RowsWanted)
        await press(pilot, "G")
        assert screen(app)[0][2] == "…"
        wanted = [said for said in app.said if type(said) is LineTable.RowsWanted]
        ids = [id for said in wanted for id in said.ids]
        assert set(range(100_000 - HEIGHT + 1, 100_001)) <= set(ids)
        assert len(ids) == len(set(ids)) <= 4 * PAGE
        assert set(range(100_000 - HEIGHT + 1, 100_001)) <= set(wanted[0].ids), "what is in view comes first"
        app.said.clear()
        await press(pilot, "k", "k", "j")
        assert [said for said in app.said if type(said) is LineTable.RowsWanted] == []
        app.table.deliver(people(ids))
        message = await app.hears(LineTable.Highlighted)
        assert isinstance(message, LineTable.Highlighted)
        assert message.id == 99_999
        assert all("Person" in line for line in screen(app))


async def test_the_neighbouring_page_is_there_before_it_is_seen() -> None:
    app = TableApp(ids=range(1, 100_001))
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        for _ in range(12):
            await pilot.press("pagedown")
            assert all("Person" in line for line in screen(app))


async def test_rows_forgotten_on_a_long_journey_are_asked_for_again() -> None:
    app = TableApp(ids=range(1, 100_001))
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await pilot.pause()
        for start in range(5_000, 15_000, 1_000):
            app.table.move_to(start)
            app.table.deliver(people(range(start, start + 1_000)))
        await pilot.pause()
        await press(pilot, "g")
        assert "Person 1 " in screen(app)[0]


async def test_pages_asked_for_ahead_are_painted_ahead() -> None:
    app = TableApp()
    painted: list[int] = []

    class Noting(ColumnPainter[Person]):
        def paint(self, row, width, palette):
            painted.append(row.id)
            return super().paint(row, width, palette)

    app.painter = Noting(NAMES)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await press(pilot, "pagedown")
        async with asyncio.timeout(5):
            while 36 not in painted:
                await pilot.pause()
        assert app.table.position == "13/100"


def test_a_window_holds_few_rows_of_many() -> None:
    window: RowWindow[str] = RowWindow()
    window.load(range(1_000_000), {})
    assert window.missing(500_000, 500_040) == list(range(499_968, 500_096))
    assert window.missing(500_000, 500_040) == []
    for start in range(0, 100_000, PAGE):
        window.hold({id: str(id) for id in range(start, start + PAGE)}, start)
    assert len(window.held) <= (KEPT_PAGES + 8) * PAGE
    assert window.row(0) is None
    assert window.row(99_999) == "99999"
    assert window.missing(0, 10) == list(range(PAGE))


def test_a_window_finds_ids_wherever_they_are() -> None:
    window: RowWindow[str] = RowWindow()
    window.load([5, 3, 9, 1], {5: "five"})
    assert [window.index(id, near=0) for id in (5, 1, 7)] == [0, 3, None]
    window.insert(7, "seven", 1)
    window.remove(0)
    assert list(window.ids) == [7, 3, 9, 1]
    assert window.row(5) is None
    window.replace(7, "new")
    window.replace(3, "never read, so read when seen")
    assert (window.row(7), window.row(3)) == ("new", None)


def test_a_row_changed_while_it_was_being_read_stays_changed() -> None:
    window: RowWindow[str] = RowWindow()
    window.load([1, 2], {})
    assert window.missing(0, 1) == [1, 2]
    window.replace(1, "new")
    window.hold({1: "old", 2: "two"}, 0)
    assert (window.row(1), window.row(2)) == ("new", "two")


# --- any text ---


@pytest.mark.parametrize("painter", [ONE_LINE, TWO_LINES], ids=["one line", "two lines"])
async def test_hostile_names_are_drawn_in_straight_columns_and_do_nothing(painter: ColumnPainter[Person]) -> None:
    app = TableApp(painter)
    rows = {id: Person(id, name, 4242) for id, name in enumerate(HOSTILE)}
    async with app.run_test(size=(60, 2 * len(HOSTILE))) as pilot:
        app.table.load(list(rows), rows)
        await press(pilot, "j", "space", "G")
        await pilot.click(LineTable, offset=(4, 6))
        for line in screen(app):
            assert cell_len(line) == 60
            assert not [letter for letter in line if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")]
        scores = [line for line in screen(app) if "4242" in line]
        assert len(scores) == len(HOSTILE)
        assert {cell_len(line[: line.rindex("4242")]) for line in scores} == {60 - 6}
        assert app.is_running


async def test_a_painter_that_forgets_to_clean_still_sends_no_control_to_the_terminal() -> None:
    class Careless(ColumnPainter[Person]):
        def paint(self, row, width, palette):
            lines = super().paint(row, width, palette)
            return [[type(segment)(row.name[:width], segment.style) for segment in line] for line in lines]

    app = TableApp(Careless(NAMES))
    rows = {id: Person(id, name) for id, name in enumerate(HOSTILE)}
    async with app.run_test(size=(60, len(HOSTILE))) as pilot:
        app.table.load(list(rows), rows)
        await pilot.pause()
        for line in screen(app):
            assert not [letter for letter in line if unicodedata.category(letter) in ("Cc", "Cs")]


# --- themes ---


async def test_urgency_and_cursor_are_there_without_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = TableApp()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        app.table.patch(2, replace(Person(2, "Lee Wong"), urgency=Urgency.LATE))
        await pilot.pause()
        lines = screen(app)
        assert lines[0].startswith("▌")
        assert lines[1].strip().startswith("! Lee Wong")
        strips = app.table.render_lines(Region(0, 0, *app.table.size))
        colours = {
            segment.style.color for strip in strips for segment in strip if segment.style and segment.style.color
        }
        assert all(len(set(colour.triplet)) == 1 for colour in colours if colour.triplet)


async def test_another_theme_paints_every_line_anew() -> None:
    app = TableApp()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        whole = Region(0, 0, *app.table.size)
        dark = app.table.render_lines(whole)
        app.theme = THEMES[1].name
        await pilot.pause()
        await pilot.pause()
        light = app.table.render_lines(whole)
        assert [strip.text for strip in dark] == [strip.text for strip in light]
        backgrounds = {segment.style.bgcolor for strip in light for segment in strip if segment.style}
        assert backgrounds.isdisjoint({segment.style.bgcolor for strip in dark for segment in strip if segment.style})
