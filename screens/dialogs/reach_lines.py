"""Numbers or addresses to edit, one a line: what is typed, what it is for, whether it works, and their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from store.queries.sheet import Reached
from store.vocabulary import PhoneKind, Reachability
from tui import present
from tui.theme import Urgency

MOST = 8
"""Lines shown, the blank one for a new value among them."""
LONGEST = 254
_KINDS = tuple(PhoneKind)
_HINT = "ctrl+b bad or good{kind} · shift+↑ shift+↓ order"


@dataclass(frozen=True, slots=True)
class LineEdit:
    """What a line says: which known value it is, and what is new about it; None leaves a thing as it is."""

    id: int | None
    text: str | None
    kind: PhoneKind | None
    state: Reachability | None


class ReachLines(Vertical):
    """Lines in order, with one more for a new value; ``kinds`` where they are numbers, which are for something."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+b", "mark", "Bad or good", show=False),
        Binding("ctrl+o", "kind", "What it is for", show=False),
        Binding("shift+up,ctrl+up", "move(-1)", "Up", show=False),
        Binding("shift+down,ctrl+down", "move(1)", "Down", show=False),
    ]
    DEFAULT_CSS = """
    ReachLines {
        height: auto;
        & > .reach--hint { height: auto; color: $text-muted; }
        ReachLine { height: 1; width: 1fr; display: none; }
        ReachLine.-shown { display: block; }
        ReachLine > Static { width: 26; height: 1; padding-left: 1; }
    }
    """

    class Changed(Message):
        """Something other than the text of a line has changed."""

    def __init__(self, new: str, *, kinds: bool, id: str) -> None:
        """``new`` says what the blank line takes."""
        super().__init__(id=id)
        self._new = new
        self._with_kinds = kinds
        self._lines: list[Reached] = []
        self._before: list[Reached] = []
        self.more = 0

    def compose(self) -> ComposeResult:
        """As many lines as there may be, and what can be pressed on one."""
        for number in range(MOST):
            yield ReachLine(number, self._new)
        kind = " · ctrl+o kind" if self._with_kinds else ""
        yield Static(Content(_HINT.format(kind=kind)), classes="reach--hint")

    def show(self, values: Sequence[Reached]) -> None:
        """Start with these values; those beyond the lines there are stay as they are (``more`` of them)."""
        self._before = [replace(value, text=said(value).strip()) for value in values[: MOST - 1]]
        self.more = max(len(values) - len(self._before), 0)
        blank = Reached(None, "", "", "", PhoneKind.OTHER if self._with_kinds else None, Reachability.UNKNOWN)
        self._lines = [*self._before, *[blank] * (MOST - len(self._before))]
        self._fill()

    @property
    def edits(self) -> tuple[LineEdit, ...] | None:
        """Every line in order with what is new about it; None where nothing is."""
        known = {value.id: value for value in self._before}
        found = []
        for line in self._typed():
            was = known.get(line.id) if line.id is not None else None
            if was is None:
                if line.text:
                    kind = line.kind if line.kind is not PhoneKind.OTHER else None
                    state = Reachability.BAD if line.state is Reachability.BAD else None
                    found.append(LineEdit(None, line.text, kind, state))
                continue
            found.append(
                LineEdit(
                    line.id,
                    line.text if line.text != was.text else None,
                    line.kind if line.kind is not was.kind else None,
                    line.state if line.state is not was.state else None,
                )
            )
        same = [LineEdit(value.id, None, None, None) for value in self._before]
        return None if found == same else tuple(found)

    @property
    def typed(self) -> tuple[str, ...]:
        """The values that are new or changed."""
        return tuple(edit.text for edit in self.edits or () if edit.text)

    # --- keys ---

    def action_mark(self) -> None:
        """This one does not work, or does after all."""
        number = self._at
        if number is None or not self._typed()[number].text:
            return
        line = self._lines[number]
        was = next((value.state for value in self._before if value.id == line.id and line.id is not None), None)
        good = was if was is not None and was is not Reachability.BAD else Reachability.VALID
        self._put(number, replace(line, state=good if line.state is Reachability.BAD else Reachability.BAD))

    def action_kind(self) -> None:
        """The next thing a number may be for."""
        number = self._at
        if number is None or not self._with_kinds:
            return
        line = self._lines[number]
        kind = line.kind or PhoneKind.OTHER
        self._put(number, replace(line, kind=_KINDS[(_KINDS.index(kind) + 1) % len(_KINDS)]))

    def action_move(self, step: int) -> None:
        """Change places with the line above or below."""
        number = self._at
        if number is None:
            return
        lines, other = list(self._typed()), number + step
        if not 0 <= other < MOST or not lines[number].text or not lines[other].text:
            return
        lines[number], lines[other] = lines[other], lines[number]
        self._lines = lines
        self._fill()
        self.screen.set_focus(self._rows[other].input)
        self.post_message(self.Changed())

    @on(Input.Changed)
    def _text_changed(self) -> None:
        self._show_lines()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Show what the line under the cursor is for."""
        self._show_lines()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """Take it away again."""
        self._show_lines()

    # --- lines ---

    @property
    def _rows(self) -> list[ReachLine]:
        return list(self.query(ReachLine))

    @property
    def _at(self) -> int | None:
        """The line that has the focus."""
        return next((row.number for row in self._rows if row.input.has_focus), None)

    def _typed(self) -> tuple[Reached, ...]:
        return tuple(
            replace(line, text=row.input.value.strip()) for line, row in zip(self._lines, self._rows, strict=True)
        )

    def _put(self, number: int, line: Reached) -> None:
        self._lines[number] = line
        self._show_lines()
        self.post_message(self.Changed())

    def _fill(self) -> None:
        with self.prevent(Input.Changed):
            for line, row in zip(self._lines, self._rows, strict=True):
                row.input.value = present.safe(line.text)
        self._show_lines()

    def _show_lines(self) -> None:
        """Those with a value, and one for a new one; each with what is known of it."""
        lines = self._typed()
        last = max((number for number, line in enumerate(lines) if line.text or line.id is not None), default=-1)
        for number, (line, row) in enumerate(zip(lines, self._rows, strict=True)):
            row.show(number <= last + 1, self._words(line))
        for hint in self.query(".reach--hint"):
            hint.display = self._at is not None

    def _words(self, line: Reached) -> Content:
        if not line.text and line.id is None:
            return Content()
        kind = line.kind.label if line.kind not in (None, PhoneKind.OTHER) else ""
        if line.state is Reachability.BAD:
            return present.joined((f"{Urgency.LATE.sign} bad", Urgency.LATE.style), (f" {kind}", "$muted"))
        return present.joined((kind, "$muted"))


class ReachLine(Horizontal):
    """One line: the value, and what is known of it."""

    def __init__(self, number: int, new: str) -> None:
        super().__init__()
        self.number = number
        self.input = Input(placeholder=new, max_length=LONGEST)

    def compose(self) -> ComposeResult:
        """Side by side."""
        yield self.input
        yield Static()

    def show(self, shown: bool, words: Content) -> None:
        """Show the line with these words, or take it away."""
        self.set_class(shown, "-shown")
        self.input.display = shown
        for static in self.query(Static):
            static.update(words)


def said(value: Reached) -> str:
    """A value as it stands in its line: a valid number grouped for reading, else as it was written."""
    if value.kind is None or not value.e164:
        return present.safe(value.text)
    return present.phone(value.e164) + (f" ext {value.extension}" if value.extension else "")
