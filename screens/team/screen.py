"""The team now: one row per rep, alive while it is looked at."""

from __future__ import annotations

from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from screens.dialogs.rep import Whom
from screens.queue.shown import Whose
from screens.team.painter import BoardPainter, BoardRow
from screens.team.strip import TeamStrip
from store.queries.team import Figures, TeamNow, team_now
from store.queries.today import MOST_COUNTED
from tui import present
from tui.commands import Command, Where, bindings
from tui.desk import Change, Done
from tui.view import View
from tui.widgets.key_line import KeyLine
from tui.widgets.line_table import LineTable

UNROUTED, EVERYBODY = 0, -1  # the ids of the two rows that are nobody's
_LEGEND = (
    "new: nobody accepted them · due: their own in the queue now; All there adds what passes on from others ·"
    " late: due before now · SLA: clocks that ran out today · waits: for a team lead's approval · tries, conn, mtg:"
    " attempts, connects, meetings booked today · kept: today's callbacks. ! and • mark what the rules call too much."
)
_EMPTY = "Nobody here calls yet: users with the role sdr, and whoever has at bats, have a row."


class TeamScreen(View):
    """The board. Figures change in place, by row: the cursor stays on its rep."""

    VIEW = "team"
    WHERE: ClassVar[tuple[Where, ...]] = (Where.TEAM, Where.LIST, Where.EVERYWHERE)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Where.TEAM)]
    AUTO_FOCUS = "LineTable"

    table: getters.query_one[LineTable[BoardRow]] = getters.query_one(LineTable)
    strip = getters.query_one(TeamStrip)

    def __init__(self) -> None:
        super().__init__()
        self._stale = False  # something changed while another screen was in front

    def compose_body(self) -> ComposeResult:
        """Strip on top, the reps below."""
        yield TeamStrip()
        with Vertical(id="board"):
            app = self.app
            self._painter = BoardPainter(app.team.rules.team, app.zone, app.desk.now)
            yield LineTable(self._painter, empty=Content(_EMPTY), markable=False, opens=False)
        yield Static(present.content(_LEGEND, "$muted"), id="legend")

    def on_mount(self) -> None:
        """Show the board with the first frame, and follow clock and store."""
        self._show(self.app.desk.read_now(team_now, self.app.desk.now()))
        self.watch(self.app, "clock", self._minute, init=False)
        self.app.changed.subscribe(self, self._changed)

    def offers(self, command: Command) -> bool:
        """Everybody together, and what nobody has, are no rep; everybody together has no queue."""
        id = self.table.cursor_id
        if command.id == "timeline":
            return id != EVERYBODY
        return command.id != "edit" or id not in (UNROUTED, EVERYBODY)

    @on(LineTable.Highlighted)
    def _highlighted(self) -> None:
        self.query_one(KeyLine).refresh()

    def on_screen_resume(self) -> None:
        """Coming back, show what happened meanwhile."""
        if self._stale:
            self._stale = False
            self._look()

    def action_timeline(self) -> None:
        """Open the queue of the rep under the cursor, or what nobody has."""
        row, id = self.table.cursor_row, self.table.cursor_id
        if row is None or id == EVERYBODY:
            self.app.say("Everybody together has no queue: choose a rep, and theirs opens.", urgent=True)
        else:
            self.app.open_screen("rep_queue", Whose(id or None, row.name, row.rep.zone if row.rep else ""))

    def action_edit(self) -> None:
        """Say something of the rep under the cursor: away, back, nothing new, another share, leaving."""
        row, id = self.table.cursor_row, self.table.cursor_id
        if row is None or row.rep is None or id is None:
            self.app.say("Choose a rep first.", urgent=True)
        else:
            self.app.open_dialog("rep", Whom(id, row.name), self._said)

    def action_spot_checks(self) -> None:
        """Go to the changes of status to judge."""
        self.app.open_screen("spot_checks", None)

    def action_approve(self) -> None:
        """Go to what waits for a team lead's word: of the rep under the cursor, of everybody where they have none."""
        from screens.alerts.screen import Waiting  # when first asked for

        actor, row, id = self.app.desk.actor, self.table.cursor_row, self.table.cursor_id
        if actor is None or not actor.leads_team:
            self.app.say("Only a team lead decides what waits.", urgent=True)
        elif row is None or row.rep is None or not id or not row.figures.waiting:
            self.app.open_screen("alerts", Waiting())
        else:
            self.app.open_screen("alerts", Waiting(id, row.name))

    def _said(self, done: Done) -> None:
        self.app.say_done(done)
        self._look()

    @on(LineTable.Selected)
    def _selected(self) -> None:
        self.action_timeline()

    def _minute(self) -> None:
        self._later()
        self.table.repaint()

    def _changed(self, change: Change) -> None:
        self._later()

    def _later(self) -> None:
        """Look again, at once where somebody is looking."""
        if self.app.screen is self:
            self._look()
        else:
            self._stale = True

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        self._show(await self.app.desk.read(team_now, self.app.desk.now()))

    def _show(self, team: TeamNow) -> None:
        """Put figures in their places; only when somebody came or went is the list made anew."""
        rows = _rows(team)
        if self._painter.fit(rows.values()):
            self.table.repaint()
        if list(rows) == list(self.table.ids):
            for id, row in rows.items():
                self.table.patch(id, row)
        else:
            self.table.load(rows, rows, self.table.cursor_id)
        self.strip.show(team)


def _rows(team: TeamNow) -> dict[int, BoardRow]:
    """The lines of the board by id, in order; a team of nobody has none."""
    rows = {rep.id: BoardRow(rep.name, rep.figures, rep) for rep in team.reps}
    more = team.unrouted >= MOST_COUNTED
    if team.unrouted:
        counts = ("open", "waiting") if team.unrouted_waiting else ("open",)
        nobodys = Figures(open=team.unrouted, waiting=team.unrouted_waiting)
        rows[UNROUTED] = BoardRow("unrouted", nobodys, counts=counts, more=more)
    if team.reps:
        rows[EVERYBODY] = BoardRow("everybody", team.total, more=more)
    return rows
