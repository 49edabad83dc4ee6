"""The line above the board: what needs a word first, then who is doing what, and the team's day."""

from __future__ import annotations

from collections.abc import Sequence

from textual import getters
from textual.content import Content
from textual.widget import Widget

from screens.team import words
from store.queries.team import TeamNow
from tui import present
from tui.frame import Frame
from tui.theme import Urgency

_GAP = "   "


class TeamStrip(Widget):
    """One line of the whole team's figures."""

    app = getters.app(Frame)
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    TeamStrip { height: 1; color: $text-muted; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._team: TeamNow | None = None

    def show(self, team: TeamNow) -> None:
        """Say how the team stands."""
        if team != self._team:
            self._team = team
            self.refresh()

    def render(self) -> Content:
        """Who is doing what at the left, the day at the right, of which gives way what can be read below."""
        if self._team is None:
            return Content()
        left, day = self._now(self._team), self._day(self._team)
        space = self.size.width - left.cell_length - 2
        for first in range(len(day)):
            right = _spaced("today  " if not first else "", day[first:])
            if (room := space - right.cell_length) > 0:
                return Content.assemble(" ", left, " " * room, right, " ")
        return present.joined(" ", left).truncate(self.size.width, ellipsis=True)

    def _now(self, team: TeamNow) -> Content:
        said = words.presences(team.reps)
        if team.to_route:
            said.insert(0, (words.unrouted(team.to_route, team.unrouted), Urgency.LATE))
        parts: list[present.Part] = []
        for text, urgency in said:
            marked = urgency in (Urgency.LATE, Urgency.DUE)
            parts += [(f"{urgency.sign} {text}" if marked else text, urgency.style or "$foreground"), _GAP]
        return present.joined(*parts[:-1])

    def _day(self, team: TeamNow) -> list[present.Part]:
        """The team's day, what must be seen last."""
        total = team.total
        parts: list[present.Part] = [
            present.count(total.attempts, "attempt"),
            present.count(total.connects, "connect"),
            present.count(total.meetings, "meeting"),
            f"callbacks kept {present.percent(total.share_kept)}",
        ]
        if total.missed:
            parts.append((f"{Urgency.LATE.sign} {total.missed} SLA missed", Urgency.LATE.style))
        return parts


def _spaced(before: str, parts: Sequence[present.Part]) -> Content:
    spaced: list[present.Part] = [piece for part in parts for piece in (" · ", part)]
    return present.joined(before, *spaced[1:])
