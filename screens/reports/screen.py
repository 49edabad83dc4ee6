"""The reports: every figure with the records behind it, filtered, ordered, and against the period before."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.worker import Worker

from screens.queue.filter_line import FilterLine
from screens.records.screen import Records
from screens.reports import words
from screens.reports.about import AboutLines
from screens.reports.asking import Asking
from screens.reports.body import ReportBody, Spot
from screens.reports.chart import ReportChart
from screens.reports.choose import letters
from screens.reports.counting import Wish, count, ids_of
from screens.reports.heading import Heading
from screens.reports.layout import Pen
from screens.reports.list_painter import Listed, ListPainter
from screens.reports.save import Saved
from store.errors import Refusal
from store.instants import moment
from store.reports.figures import Report, Table
from store.reports.filters import asked_as, line, parts
from store.reports.period import Period, after, before
from store.reports.registry import REPORTS
from tui import present
from tui.commands import BY_ID, Command, Where, bindings
from tui.desk import Change
from tui.frame import RUNNING
from tui.view import View
from tui.widgets.key_line import KeyLine
from tui.widgets.line_table import LineTable

_HINT = "days:last_month rep:ben motion:demo source:webinar campaign:… team:… segment:…"
_TYPING = "enter keeps it · esc as before · ctrl+u empties it"
_ROOMY = 110  # cells
_NAMES = tuple(REPORTS)
_MOMENT = 0.3  # seconds that keys wait for a report that is gone into; longer ones are waited for by nobody
_QUIET = 0.1  # seconds; what is counted sooner needs no word
_AFTER_TYPING = 0.15  # seconds without a letter until it is counted
_CHART_NEEDS = 30  # lines


class ReportsScreen(View):
    """The list of reports, and the one that is read. Counting goes on aside; esc gives it up, and so does leaving."""

    VIEW = "reports"
    WHERE: ClassVar[tuple[Where, ...]] = (Where.REPORTS, Where.LIST, Where.EVERYWHERE)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Where.REPORTS), BY_ID["back"].binding()]
    AUTO_FOCUS = "LineTable"

    table: getters.query_one[LineTable[Listed]] = getters.query_one(LineTable)
    body = getters.query_one(ReportBody)
    chart = getters.query_one(ReportChart)
    filter_line = getters.query_one(FilterLine)
    heading = getters.query_one(Heading)

    def __init__(self) -> None:
        super().__init__()
        self._asking = Asking(self._today)
        self._charts: bool | None = None  # None: where there is room
        self._shown: Wish | None = None  # what the page in front was counted for
        self._counting: Worker[None] | None = None
        self._typing: Timer | None = None
        self._changed_since = False
        self._left_off = False  # counting was given up because another screen came in front
        self._problem = ""
        self._in_force = ""  # the filters when typing began
        self._pen = Pen("")

    def compose_body(self) -> ComposeResult:
        """What is asked on top, the list at the left, the report, and what the cursor is on below."""
        yield Heading()
        yield FilterLine(_HINT)
        with Horizontal():
            with Vertical(id="list"):
                yield LineTable(self._painter(), markable=False, opens=False)
            with Container(id="report"):
                yield ReportBody()
                yield ReportChart()
        yield AboutLines()

    def on_mount(self) -> None:
        """List the reports; the first one counts where it has room beside the list."""
        keys = letters()
        rows = {number: Listed(keys[name], each) for number, (name, each) in enumerate(REPORTS.items())}
        self.table.load(rows, rows)
        self._say_asked()
        self.app.changed.subscribe(self, self._changed)

    def on_screen_suspend(self) -> None:
        """Nobody waits any more."""
        if self._is_counting and not self.has_class(RUNNING):
            self._left_off = True
            self._give_up()

    def offers(self, command: Command) -> bool:
        """The chart's key only where there is one."""
        return command.id != "kinds" or (self.is_mounted and ReportChart.has_one(self._table()))

    def on_screen_resume(self) -> None:
        """Count what was given up when this was left."""
        if self.is_mounted and self._left_off and self._wish != self._shown:
            self._count_now()
        self._left_off = False

    # --- going about ---

    @property
    def reading(self) -> bool:
        """Whether one is in a report, and not in the list."""
        return self.has_class("-reading")

    def _today(self) -> date:
        return moment(self.app.desk.now(), self.app.team.zone).date()

    @property
    def _wish(self) -> Wish:
        return Wish(self._chosen, self._asking.filters, self._asking.compare)

    @property
    def _chosen(self) -> str:
        return _NAMES[self.table.cursor_id or 0]

    def action_timeline(self) -> None:
        """From the list into the report; from a figure to its records."""
        if not self.reading:
            self._into(self._chosen)
        else:
            self._open_records()

    def action_cell_right(self) -> None:
        """The figure at the right; from the list into the report."""
        if not self.reading:
            self._into(self._chosen)
        else:
            self.body.step(1)

    def action_cell_left(self) -> None:
        """The figure at the left; from the first one back to the list."""
        if self.reading and not self.body.step(-1):
            self._to_list()

    def action_saved_view(self) -> None:
        """Choose a report by its letter."""
        self.app.open_dialog("report", self._chosen, self._go_to)

    def action_back(self) -> None:
        """Leave the filters as they were; give up what is being counted; back to the list, to the view before."""
        if self.filter_line.typing:
            self._give_up()
            self._keep(self._in_force)
        elif self._is_counting:
            self._give_up()
            self._say_asked()
            again = self.app.key_of("refresh")
            self.app.say(f"Counting was given up · {again} counts again", calm=True)
        elif self.reading:
            self._to_list()
        else:
            self.app.go_to_view_before()

    def _go_to(self, name: str) -> None:
        self.table.move_to(_NAMES.index(name))
        self._into(name)

    def _into(self, name: str) -> None:
        self.add_class("-reading")
        self._use_painter()
        self.set_focus(self.body)
        self._count_now()
        self.call_after_refresh(self._lay_out)

    async def _a_moment(self, counting: Worker[None]) -> None:
        """Keys typed ahead wait for a report that comes at once, and not for a longer one."""
        await asyncio.wait({counting._task} if counting._task is not None else set(), timeout=_MOMENT)

    def _to_list(self) -> None:
        self.remove_class("-reading")
        self._use_painter()
        self.set_focus(self.table)
        self.call_after_refresh(self._lay_out)

    @on(LineTable.Highlighted)
    def _highlighted(self) -> None:
        if not self.reading and not self.has_class("-narrow"):
            self._count_now()

    @on(LineTable.Selected)
    def _selected(self) -> None:
        self._into(self._chosen)

    @on(ReportBody.Opened)
    def _opened(self) -> None:
        self._open_records()

    # --- the records of a figure ---

    def _open_records(self) -> None:
        spot = self.body.spot
        if self._counting is not None and self._is_counting:  # what is in front is not what was asked for
            self.app.hold_keys(self._open_when_counted(self._counting))
        elif spot is None:
            self.app.say("There is no figure here.", urgent=True)
        elif spot.cell.counted is None:
            self.app.say("This figure counts no records of its own: its neighbours do.", urgent=True)
        else:
            counting: Worker[None] = self._records_of(spot)
            self._counting = counting
            self._begins()
            self.app.hold_keys(self._until_there(counting))

    async def _open_when_counted(self, counting: Worker[None]) -> None:
        await self._until_there(counting)
        if not counting.is_cancelled:
            self._open_records()

    async def _until_there(self, counting: Worker[None]) -> None:
        """Keys wait for what was asked for, but for the one that gives it up."""
        self.add_class(RUNNING)
        try:
            await asyncio.wait({counting._task} if counting._task is not None else set())
        finally:
            self.remove_class(RUNNING)

    @work(exclusive=True, group="count")
    async def _records_of(self, spot: Spot) -> None:
        counted = spot.cell.counted
        assert counted is not None
        ids = await self.app.desk.read_long(ids_of, counted)
        self._counted()
        title = f"{spot.line.label} · {spot.column.title}"
        report = self.body.report
        cause = f"{report.title} · {report.asked}" if report is not None else ""
        if not ids:
            self.app.say(f"{title}: there are no {words.many(counted.records)} to show.", calm=True)
        else:
            self.app.open_screen("records", Records(title, cause, ids, counted.records))

    # --- what is asked ---

    def action_filter(self) -> None:
        """Narrow it, letter by letter."""
        self._in_force = self._asking.filters
        self.filter_line.show(self._in_force, typing=True)
        self.call_after_refresh(self._say_filter)

    def action_keep_filter(self) -> None:
        """Back to the report, as typed; a mistake is said, and stays to be mended."""
        self.app.hold_keys(self._keep_typed(self.filter_line.text))

    async def _keep_typed(self, text: str) -> None:
        desk = self.app.desk
        try:
            await desk.read(asked_as, desk.now(), text)
        except Refusal as refusal:
            self._asking.filters = text
            self._refused(refusal.sentence, self._wish)
        else:
            self._keep(line(parts(text)))
            if not self.reading:
                self._into(self._chosen)

    def action_previous_lead(self) -> None:
        """The period before."""
        self._shift(before)

    def action_next_lead(self) -> None:
        """The period after."""
        self._shift(after)

    def action_compare(self) -> None:
        """Against the period before, or alone again."""
        self._ask(self._asking.toggle_compare)

    def _shift(self, way: Callable[[Period], Period | None]) -> None:
        self._ask(partial(self._asking.shift, way))

    def _ask(self, change: Callable[[], None]) -> None:
        """Ask otherwise, or say why not."""
        if REPORTS[self._chosen].now_only:
            self.app.say("This report is about how things stand now: another period changes nothing.", calm=True)
            return
        try:
            change()
        except Refusal as refusal:
            self.app.say(refusal.sentence, urgent=True)
            return
        self._count_now()

    def action_order(self) -> None:
        """Order by the column under the cursor."""
        if said := self.body.sort():
            self.app.say(f"ordered {said}")
        else:
            self.app.say("Go to a figure: its column orders the table.", urgent=True)

    def action_kinds(self) -> None:
        """Show or hide the chart."""
        if not ReportChart.has_one(self._table()):
            self.app.say("This table has no chart.", calm=True)
            return
        self._charts = not self.has_class("-charted")
        self._show_chart()

    def action_refresh(self) -> None:
        """Count again."""
        self._shown = None
        self._count_now()

    def action_save_report(self) -> None:
        """Save it as a file."""
        report = self.body.report
        if report is None or self._shown is None or self._is_counting:
            self.app.refuse("There is no report to save yet: open one, and let it be counted.")
        else:
            self.app.open_dialog("save_report", Saved(report, self._pen.currency), self._written)

    def _written(self, file: Path) -> None:
        self.app.say(f"written: {present.safe(str(file.absolute()))}")

    @on(FilterLine.Typed)
    def _typed(self, event: FilterLine.Typed) -> None:
        self._asking.filters = event.text
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(_AFTER_TYPING, self._count_now)

    def _keep(self, text: str) -> None:
        """Away with the line: the title says what is asked."""
        self._asking.filters, self._problem = text, ""
        if self._typing is not None:
            self._typing.stop()
        self.filter_line.show("")
        self._say_filter()
        self.set_focus(self.body if self.reading else self.table)
        self._count_now()

    # --- counting ---

    @property
    def _is_counting(self) -> bool:
        return self._counting is not None and not self._counting.is_finished

    def _count_now(self) -> None:
        """Count what is asked for, unless it is in front already or being counted."""
        wish = self._wish
        if wish == self._shown and not self._is_counting and not self._changed_since:
            self._problem = ""
            self._say_asked()
            self._say_filter()
            return
        counting: Worker[None] = self._count(wish)
        self._counting = counting
        self._begins()
        if not self.filter_line.typing and self.reading:
            self.app.hold_keys(self._a_moment(counting))

    @work(exclusive=True, group="count")
    async def _count(self, wish: Wish) -> None:
        app = self.app
        try:
            found = await app.desk.read_long(count, wish, app.desk.now())
        except Refusal as refusal:
            self._counted()
            self._refused(refusal.sentence, wish)
            return
        self._changed_since = False
        self._shown, self._problem = wish, ""
        self._counted()
        self._pen = Pen(found.currency, found.enough)
        self._show(found.report)

    def _refused(self, sentence: str, wish: Wish) -> None:
        """Say why; what was counted last stays in front while filters are typed."""
        self._problem = sentence
        self._say_filter()
        if self._shown is None or self._shown.name != wish.name:
            self._shown = None
            self._show(Report(wish.name, REPORTS[wish.name].title, "", (sentence,), ()))
        self._say_asked()

    def _give_up(self) -> None:
        if self._counting is not None:
            self._counting.cancel()
        self._counted()

    def _counted(self) -> None:
        self._counting = None
        self._say_asked()
        self.heading.rests()

    def _begins(self) -> None:
        self.set_timer(_QUIET, self._still_counting)

    def _still_counting(self) -> None:
        """Say so, and show nothing of another report meanwhile."""
        if not self._is_counting:
            return
        self.heading.counts()
        if self.body.report is not None and self.body.report.name != self._chosen:
            self._shown = None
            self.body.show(None, self._pen)
            self._say_asked()

    def _changed(self, change: Change) -> None:
        if self._shown is not None and not self._changed_since:
            self._changed_since = True
            self._say_asked()

    # --- showing ---

    def _show(self, report: Report) -> None:
        self.body.show(report, self._pen)
        self._say_asked()
        self._say_filter()

    def _say_asked(self) -> None:
        report = self.body.report if self.reading or not self.has_class("-narrow") else None
        compared = self._shown is not None and self._shown.compare
        self.set_class(bool(self._problem) and report is not None, "-of-before")
        self.heading.say(
            report,
            self._asking.filters,
            compared=compared,
            changed=self._changed_since,
            of_before=self.has_class("-of-before"),
        )

    def _say_filter(self) -> None:
        """The mistake, or what the keys do while one types and there is room to say it."""
        roomy = self.filter_line.typing and self.app.size.width >= _ROOMY
        words = Content(_TYPING if roomy else "")
        self.filter_line.say(present.joined((self._problem, "$error")) if self._problem else words)

    @on(ReportBody.Moved)
    def _moved(self) -> None:
        self.query_one(AboutLines).show(self.body.spot, *self._pen)
        self.query_one(KeyLine).refresh()
        self._show_chart()

    def _table(self) -> Table | None:
        grid = self.body.grid
        return grid.table if grid is not None else None

    def _show_chart(self) -> None:
        grid = self.body.grid
        wanted = self._charts if self._charts is not None else self.app.size.height >= _CHART_NEEDS
        shown = bool(wanted and grid is not None and ReportChart.has_one(grid.table))
        self.set_class(shown, "-charted")
        if shown and grid is not None:
            self.chart.show(grid.table, grid.lines, self._pen.currency)

    # --- room ---

    def on_resize(self) -> None:
        """Draw for the room there is now."""
        self._use_painter()
        self.call_after_refresh(self._lay_out)

    def _lay_out(self) -> None:
        self._say_asked()
        self._show_chart()
        if not self.has_class("-narrow") and self._shown is None and not self._is_counting:
            self._count_now()

    def _painter(self) -> ListPainter:
        narrow = self.app.size.width < _ROOMY
        return ListPainter(questions=not self.reading, two_lines=not narrow and not self.reading)

    def _use_painter(self) -> None:
        self.table.use(self._painter())
