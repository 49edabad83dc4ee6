"""The command palette: every command of the table, found by its words; of those of other screens it is said so.

What was typed must stand in the words as it was typed: letters that merely come in that order somewhere in a sentence
would let enter do something that nobody meant.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from textual.await_complete import AwaitComplete
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from tui.commands import Command, Where, commands_of
from tui.frame import Frame
from tui.view import View

_LEFT_OUT = frozenset({"palette"})
_NO_COMMANDS = frozenset({Where.LIST, Where.MARKS, Where.DIALOG})  # places whose keys are nothing to look up
_NOT_HERE, _TOLD_SO = 0.6, 0.5  # scores below those of words that fit


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
        """The commands whose words have all that was typed, then those of other screens, then those told of so."""
        typed = query.casefold().split()
        here = list(self._offered())
        for command, words, key in here:
            if (score := _score(typed, words)) or _score(typed, command.tooltip):
                shown = _highlighted(words, typed)
                yield Hit(score or _TOLD_SO, shown, partial(self._run, command), text=words, help=_help(command, key))
        for command in _elsewhere({(command.id, words) for command, words, _key in here}):
            if _score(typed, command.words):
                shown, run = _highlighted(f"{command.words} · not here", typed), partial(self._not_here, command)
                yield Hit(_NOT_HERE, shown, run, text=command.words, help=f"works {command.where}")

    def _offered(self) -> Iterator[tuple[Command, str, str]]:
        app, screen = self.app, self.screen
        assert isinstance(app, Frame)
        where = screen.WHERE if isinstance(screen, View) else (Where.EVERYWHERE,)
        for command in commands_of(where):
            if command.where not in _NO_COMMANDS and command.id not in _LEFT_OUT:
                yield command, command.words, app.keys.labels(command)

    async def _not_here(self, command: Command) -> None:
        app = self.app
        assert isinstance(app, Frame)
        app.say(f"“{command.words}” works {command.where}, not here.", urgent=True)

    async def _run(self, command: Command) -> None:
        app = self.app
        assert isinstance(app, Frame)
        await app.run_command(command)


def _elsewhere(here: Collection[tuple[str, str]]) -> Iterator[Command]:
    """The commands of other screens, each of the same words once."""
    known = {words for _id, words in here}
    for command in commands_of(Where):
        if command.where not in _NO_COMMANDS and command.id not in _LEFT_OUT and command.words not in known:
            known.add(command.words)
            yield command


def _score(typed: Sequence[str], words: str) -> float:
    """How well words fit what was typed, from 0 to 1: all of it must be among them, each at the start of a word."""
    said = words.casefold()
    if not typed or not all(re.search(rf"(?<!\w){re.escape(word)}", said) for word in typed):
        return 0.0
    return 1.0 if said.startswith(" ".join(typed)) else 0.9


def _highlighted(words: str, typed: Sequence[str]) -> Content:
    shown = Content(words)
    for word in typed:
        if (at := words.casefold().find(word)) >= 0:
            shown = shown.stylize("bold underline", at, at + len(word))
    return shown


def _help(command: Command, key: str) -> str:
    return f"{command.tooltip}  ({key})" if key else command.tooltip
