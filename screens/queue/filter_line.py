"""The line in which a list is narrowed, letter by letter, with how much of it is left."""

from __future__ import annotations

from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from store.rules.filter_terms import LONGEST

_HINT = "words, or such as motion:demo stage:connected score>50 size>1000 country:DE attempts>3 quiet>7"

_BESIDE = 0.6  # of the width, for what came of it


class FilterInput(Input):
    """Enter and down keep what is typed and go to the list, before the next key is acted on."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,down", "screen.keep_filter", show=False)]


class FilterLine(Horizontal):
    """Shown while something is typed in it, or kept."""

    DEFAULT_CSS = """
    FilterLine {
        height: 1; display: none; background: $panel;
        &.-shown { display: block; }
        Input, Input:focus { width: 1fr; height: 1; border: none; padding: 0 1; background: $panel; }
        Static { width: auto; max-width: 60%; height: 1; padding: 0 1; color: $text-muted; }
        &.-long { layout: vertical; height: auto; }
        &.-long Static { width: 1fr; max-width: 100%; height: auto; max-height: 4; }
    }
    """

    class Typed(Message):
        """Another filter was typed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    input = getters.query_one(FilterInput)

    def __init__(self, hint: str = _HINT) -> None:
        """``hint`` stands where nothing is typed yet."""
        super().__init__()
        self._hint = hint
        self._said = 0

    def compose(self) -> ComposeResult:
        """What is typed, and beside it what came of it."""
        yield FilterInput(placeholder=self._hint, max_length=LONGEST, select_on_focus=False)
        yield Static()

    @property
    def text(self) -> str:
        """What is typed."""
        return self.input.value.strip()

    @property
    def typing(self) -> bool:
        """Whether the cursor is in it."""
        return self.input.has_focus

    def show(self, text: str, *, typing: bool = False) -> None:
        """Show a filter, or nothing where there is none and none is to be typed."""
        with self.prevent(Input.Changed):
            if self.text != text:
                self.input.value = text
                self.input.cursor_position = len(text)
        self.set_class(bool(text) or typing, "-shown")
        if typing:
            if self.text and not self.input.value.endswith(" "):
                with self.prevent(Input.Changed):
                    self.input.value += " "  # what is typed now is another condition
                    self.input.cursor_position = len(self.input.value)
            self.screen.set_focus(self.input)

    def say(self, words: Content) -> None:
        """Say what came of it; what is too long to stand beside goes below."""
        self._said = words.cell_length
        self.query_one(Static).update(words)
        self._make_room()

    def on_resize(self) -> None:
        """Beside or below, for the room there is."""
        self._make_room()

    def _make_room(self) -> None:
        self.set_class(self._said > self.screen.size.width * _BESIDE - 2, "-long")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell what is typed."""
        event.stop()
        self.post_message(self.Typed(self.text))
