"""A main screen: the top line, its own body, and the line of keys."""

from __future__ import annotations

from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.screen import Screen

from tui.commands import Command, Where
from tui.frame import ANSWERS, Frame
from tui.widgets.header_line import HeaderLine
from tui.widgets.key_line import KeyLine


class View(Screen[None]):
    """A screen with the frame around it; say in WHERE whose commands work on it and in VIEW which tab it is."""

    app = getters.app(Frame)
    WHERE: ClassVar[tuple[Where, ...]] = (Where.EVERYWHERE,)
    VIEW: ClassVar[str] = ""
    FIRST_IN_KEY_LINE: ClassVar[tuple[str, ...]] = ()
    """Commands that one comes here for; only here they have a place in the key line."""

    def __init__(self) -> None:
        super().__init__(classes=ANSWERS)

    def compose(self) -> ComposeResult:
        """Top line, body, key line."""
        yield HeaderLine(self.VIEW)
        yield from self.compose_body()
        yield KeyLine(self.WHERE, offers=self.offers, first=self.FIRST_IN_KEY_LINE)

    def offers(self, command: Command) -> bool:
        """Whether a command has a place in the key line now; a key that does nothing here needs none."""
        return True

    def compose_body(self) -> ComposeResult:
        """What is between the two lines."""
        yield from ()
