"""Choices with a letter beside each: the letter picks one, arrows only go over them.

In the first field of a screen tab goes over them too, as long as none was proposed; else it goes on, so that nobody
changes a choice on the way to another field.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from tui import present

V = TypeVar("V")

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
COLUMN_GAP = 3
_CHOSEN = "bold $block-cursor-foreground on $block-cursor-background"


@dataclass(frozen=True, slots=True)
class Choice(Generic[V]):
    """One choice: its letter (or none), what it stands for, its words, and beside them what it would do."""

    letter: str
    value: V
    words: str
    hint: str = ""


def lettered(values: Sequence[tuple[V, str]]) -> list[Choice[V]]:
    """Choices with the letters a, b, c … in order, for lists whose words nobody chose letters for."""
    letters = LETTERS + " " * max(len(values) - len(LETTERS), 0)
    return [Choice(letter.strip(), value, words) for letter, (value, words) in zip(letters, values, strict=False)]


class ChoiceList(Widget, Generic[V], can_focus=True):
    """A list of choices; ``chosen`` is the one selected, or None."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    ChoiceList { height: auto; width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,right", "over(1)", "Next choice", show=False),
        Binding("up,left", "over(-1)", "Choice before", show=False),
        Binding("tab", "over_or_out(1)", "Next choice", show=False),
        Binding("shift+tab", "over_or_out(-1)", "Choice before", show=False),
    ]

    class Changed(Message):
        """Another choice was selected; nothing is saved by that."""

        def __init__(self, choices: ChoiceList[Any]) -> None:
            super().__init__()
            self.choices = choices

        @property
        def control(self) -> ChoiceList[Any]:
            """The list, for ``@on`` with a selector."""
            return self.choices

    def __init__(self, choices: Sequence[Choice[V]] = (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._choices = tuple(choices)
        self._index: int | None = None
        self._proposed = False  # what is selected was not looked for with keys

    @property
    def choices(self) -> tuple[Choice[V], ...]:
        """Every choice, in order."""
        return self._choices

    @property
    def chosen(self) -> Choice[V] | None:
        """The selected choice."""
        return None if self._index is None else self._choices[self._index]

    @property
    def value(self) -> V | None:
        """What the selected choice stands for."""
        return None if self._index is None else self._choices[self._index].value

    @property
    def chosen_line(self) -> int | None:
        """The line that the selected choice is shown in, from 0."""
        return None if self._index is None else self._index % max(self._shape(self.size.width)[0], 1)

    def set_choices(self, choices: Sequence[Choice[V]], value: V | None = None) -> None:
        """Show other choices, with ``value`` selected if it is among them."""
        looked_at = value is not None and value == self.value and not self._proposed
        self._choices = tuple(choices)
        self._index = None
        self.select(value)
        self._proposed = self._proposed and not looked_at
        self.refresh(layout=True)

    def select(self, value: V | None) -> None:
        """Select what stands for ``value``, or nothing."""
        found = [index for index, choice in enumerate(self._choices) if choice.value == value]
        self._set(found[0] if value is not None and found else None)
        self._proposed = self._index is not None

    def pick(self, letter: str) -> bool:
        """Select by letter; says whether there is such a choice."""
        for index, choice in enumerate(self._choices):
            if choice.letter == letter:
                self._set(index)
                return True
        return False

    def action_over(self, step: int) -> None:
        """Select the next choice, or the one before."""
        if self._choices:
            start = -1 if step > 0 else len(self._choices)
            index = (start if self._index is None else self._index) + step
            self._set(max(0, min(index, len(self._choices) - 1)))

    def action_over_or_out(self, step: int) -> None:
        """In the first field select the next choice; after the last, and from any other field, go on to the next.

        A choice that is proposed there is not given up on the way to another field.
        """
        end = len(self._choices) - 1 if step > 0 else 0
        goes_on = self._proposed or self._index == end or self.screen.focus_chain[:1] != [self]
        if not self._choices or goes_on:
            self.screen.focus_next() if step > 0 else self.screen.focus_previous()
        else:
            self.action_over(step)

    def on_click(self, event: events.Click) -> None:
        """Select what was clicked."""
        rows, columns, width = self._shape(self.size.width)
        column = min(event.x // max(width, 1), columns - 1)
        index = column * rows + event.y
        if event.y < rows and index < len(self._choices):
            self._set(index)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as it may be."""
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line a choice when choices have hints, else as few as the width allows."""
        return self._shape(width)[0]

    def render(self) -> Content:
        """Letters in bold, the selected choice marked by a sign as well as a colour."""
        rows, columns, width = self._shape(self.size.width)
        lines = []
        for row in range(rows):
            indexes = [column * rows + row for column in range(columns)]
            cells = [self._cell(index, width) for index in indexes if index < len(self._choices)]
            lines.append(Content.assemble(*cells))
        return Content("\n").join(lines)

    def _cell(self, index: int, width: int) -> Content:
        choice = self._choices[index]
        sign = "▸" if index == self._index else " "
        words = present.cells(choice.words, self._words_width)
        style = _CHOSEN if index == self._index else ""
        picked = present.joined(
            (sign, style), (f"{choice.letter or ' '} ", f"bold $footer-key-foreground {style}"), (words, style)
        )
        hint = present.cells(choice.hint, max(width - picked.cell_length - COLUMN_GAP, 0)) if choice.hint else ""
        gap = " " * (max(width - picked.cell_length - len(hint), 0) if not hint else COLUMN_GAP)
        return present.joined(picked, gap, (hint, "$muted"))

    @property
    def _words_width(self) -> int:
        return max((cell_len(present.safe(choice.words, 60)) for choice in self._choices), default=0)

    def _shape(self, width: int) -> tuple[int, int, int]:
        """Rows, columns, and the width of a column, for a width in cells."""
        count = len(self._choices)
        if any(choice.hint for choice in self._choices):
            return count, 1, width
        column = self._words_width + 3 + COLUMN_GAP
        columns = max(1, min(width // column, count)) if column else 1
        rows = -(-count // columns)
        return rows, columns, column if columns > 1 else width

    def _set(self, index: int | None) -> None:
        if index != self._index:
            self._index = index
            self.refresh()
            self.post_message(self.Changed(self))
