"""The command palette: every command of the table that works on this screen, found by its words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from textual.await_complete import AwaitComplete
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider

from tui.commands import Command, Where, commands_of
from tui.frame import Frame
from tui.view import View

_LEFT_OUT = frozenset({"palette"})


class Palette(CommandPalette):
    """Textual's palette, but for what it does not survive.

    A second click outside it, which came while the first was closing it; a page up in a list not drawn yet.
    """

    def dismiss(self, result: Any = None) -> AwaitComplete:
        """Close, once."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def _action_command_list(self, action: str) -> None:
        with suppress(IndexError, KeyError):
            super()._action_command_list(action)


class CommandProvider(Provider):
    """Hits made from the table, with the keys as this person has them."""

    async def discover(self) -> Hits:
        """Every command, before anything is typed."""
        for command, words, key in self._offered():
            yield DiscoveryHit(words, partial(self._run, command), text=words, help=_help(command, key))

    async def search(self, query: str) -> Hits:
        """The commands whose words match."""
        matcher = self.matcher(query)
        for command, words, key in self._offered():
            score = max(matcher.match(words), 0.9 * matcher.match(command.tooltip))
            if score > 0:
                shown = matcher.highlight(words)
                yield Hit(score, shown, partial(self._run, command), text=words, help=_help(command, key))

    def _offered(self) -> Iterator[tuple[Command, str, str]]:
        app, screen = self.app, self.screen
        assert isinstance(app, Frame)
        where = screen.WHERE if isinstance(screen, View) else (Where.EVERYWHERE,)
        for command in commands_of(where):
            if command.where not in (Where.LIST, Where.MARKS) and command.id not in _LEFT_OUT:
                yield command, command.words, app.keys.labels(command)

    async def _run(self, command: Command) -> None:
        app = self.app
        assert isinstance(app, Frame)
        await app.run_command(command)


def _help(command: Command, key: str) -> str:
    return f"{command.tooltip}  ({key})" if key else command.tooltip
