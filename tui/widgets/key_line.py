"""The bottom line: the most useful keys that fit, or for a moment what was just done, on as many lines as it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rich.cells import cell_len
from textual import events, getters
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from tui import present
from tui.commands import BY_ID, Command, Where, commands_of
from tui.frame import Frame
from tui.theme import Urgency

GAP = "   "
MOST_LINES = 3


class KeyLine(Widget):
    """One calm line, more only while something longer is said; a click on a command does what its key does."""

    app = getters.app(Frame)
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    KeyLine { dock: bottom; height: auto; background: $footer-background; color: $text-muted; }
    """

    def __init__(
        self,
        where: Iterable[Where],
        also: Iterable[str] = (),
        offers: Callable[[Command], bool] | None = None,
        first: Iterable[str] = (),
    ) -> None:
        """``also`` are the ids of commands that only here have a place in the line, after the others; ``first`` before.

        ``offers`` says whether a command would do something now.
        """
        super().__init__()
        self._offers = offers
        places = set(where)
        ranked = [command for command in commands_of(places) if command.footer]
        if Where.TIMELINE in places:  # it is open already: the way out has its place
            ranked = [BY_ID["back"], *(command for command in ranked if command.id != "timeline")]
        ranked.sort(key=lambda command: command.footer or BY_ID["timeline"].footer)
        self._commands = [*(BY_ID[id] for id in first), *ranked, *(BY_ID[id] for id in also)]
        self._places: list[tuple[range, Command]] = []

    def on_mount(self) -> None:
        """Show what the app says."""
        self.watch(self.app, "notice", self._changed, init=False)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as it may be."""
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """A line, or those of what is said."""
        return max(len(self._said(width)), 1)

    def render(self) -> Content:
        """The notice, if any, then the keys that the rest of its line has room for; none beside several lines."""
        width = self.size.width
        said = self._said(width)
        self._places = []
        if len(said) > 1:
            return Content("\n").join(Content.assemble(" ", line) for line in said)
        parts: list[present.Part] = [" ", *(part for line in said for part in (line, GAP))]
        used = 1 + sum(line.cell_length + len(GAP) for line in said)
        for command in self._fitting(width - used):
            label = self.app.keys.label(command)
            cells = cell_len(label) + 1 + cell_len(command.words)
            parts += [(label, "bold $footer-key-foreground"), f" {command.words}{GAP}"]
            self._places.append((range(used, used + cells), command))
            used += cells + len(GAP)
        return present.joined(*parts)

    def on_click(self, event: events.Click) -> None:
        """Do what was clicked, in line with the keys pressed."""
        for cells, command in self._places:
            if event.x in cells:
                self.app.call_later(self.app.run_command, command)

    def _fitting(self, room: int) -> list[Command]:
        """As many commands as fit, the most useful first; help keeps its place at the end."""
        widths = {
            command.id: cell_len(self.app.keys.label(command)) + 1 + cell_len(command.words) + len(GAP)
            for command in self._commands
        }
        last = BY_ID["help"]
        if last in self._commands:
            room -= widths[last.id]
        chosen: list[Command] = []
        for command in self._commands:
            if command is last or (self._offers is not None and not self._offers(command)):
                continue
            if widths[command.id] > room:
                break
            room -= widths[command.id]
            chosen.append(command)
        return [*chosen, last] if last in self._commands and room >= 0 else chosen

    def _said(self, width: int) -> list[Content]:
        """The lines of the notice, none without one; only what is longer than all of them loses its end."""
        notice, room = self.app.notice, max(width - 2, 1)
        if notice is None:
            return []
        urgency = Urgency.LATE if notice.urgent else Urgency.CALM if notice.calm else Urgency.DONE
        said, style = f"{urgency.sign} {notice.sentence}".strip(), f"{urgency.style} bold".strip()
        words = present.content(said, style, newlines=False)
        lines = words.wrap(room)
        if len(lines) > MOST_LINES:
            rest = Content(" ").join(line.rstrip() for line in lines[MOST_LINES - 1 :])
            lines[MOST_LINES - 1 :] = [rest.truncate(room, ellipsis=True)]
        return lines

    def _changed(self) -> None:
        self.refresh(layout=len(self._said(self.size.width)) > 1 or self.size.height > 1)
