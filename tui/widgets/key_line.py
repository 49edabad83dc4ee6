"""The bottom line: the most useful keys that fit, or for a moment what was just done."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rich.cells import cell_len
from textual import events, getters
from textual.content import Content
from textual.widget import Widget

from tui import present
from tui.commands import BY_ID, Command, Where, commands_of
from tui.frame import Frame
from tui.theme import Urgency

GAP = "   "


class KeyLine(Widget):
    """One calm line; a click on a command does what its key does."""

    app = getters.app(Frame)
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    KeyLine { dock: bottom; height: 1; background: $footer-background; color: $text-muted; }
    """

    def __init__(
        self, where: Iterable[Where], also: Iterable[str] = (), offers: Callable[[Command], bool] | None = None
    ) -> None:
        """``also`` are the ids of commands that only here have a place in the line, after the others.

        ``offers`` says whether a command would do something now.
        """
        super().__init__()
        self._offers = offers
        places = set(where)
        ranked = [command for command in commands_of(places) if command.footer]
        if Where.TIMELINE in places:  # it is open already: the way out has its place
            ranked = [BY_ID["back"], *(command for command in ranked if command.id != "timeline")]
        ranked.sort(key=lambda command: command.footer or BY_ID["timeline"].footer)
        self._commands = [*ranked, *(BY_ID[id] for id in also)]
        self._places: list[tuple[range, Command]] = []

    def on_mount(self) -> None:
        """Show what the app says."""
        self.watch(self.app, "notice", self._changed, init=False)

    def render(self) -> Content:
        """The notice, if any, then the keys that the rest of the width has room for."""
        parts: list[present.Part] = [" "]
        used = 1
        if (notice := self.app.notice) is not None:
            urgency = Urgency.LATE if notice.urgent else Urgency.DONE
            said = present.content(f"{urgency.sign} {notice.sentence}", f"{urgency.style} bold", newlines=False)
            said = said.truncate(max(self.size.width - 2, 1), ellipsis=True)
            parts += [said, GAP]
            used += said.cell_length + len(GAP)
        self._places = []
        for command in self._fitting(self.size.width - used):
            label = self.app.keys.label(command)
            width = cell_len(label) + 1 + cell_len(command.words)
            parts += [(label, "bold $footer-key-foreground"), f" {command.words}{GAP}"]
            self._places.append((range(used, used + width), command))
            used += width + len(GAP)
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

    def _changed(self) -> None:
        self.refresh()
