"""The line of keys of a session: what is useful now, which depends on what the letters mean."""

from __future__ import annotations

from collections.abc import Iterable

from tui.commands import BY_ID
from tui.widgets.key_line import KeyLine


class Keys(KeyLine):
    """A key line that says which commands it shows, the most useful first."""

    def __init__(self, commands: Iterable[str]) -> None:
        super().__init__(())
        self.show(commands)

    def show(self, commands: Iterable[str]) -> None:
        """Show other commands, by id."""
        self._commands = [BY_ID[command] for command in commands]
        self.refresh()
