"""Which kinds of entries are shown: a letter each, at once."""

from __future__ import annotations

from collections.abc import Callable
from string import ascii_lowercase
from typing import ClassVar

from textual import events, getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from store.queries.timeline import FAMILIES
from tui import present
from tui.frame import Frame

_LETTERS = dict(zip("tnspmgode", FAMILIES, strict=True))


class KindsScreen(ModalScreen[None]):
    """Letters hide and show; anything else closes it."""

    app = getters.app(Frame)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,backspace,space", "dismiss", "close"),
        Binding("h,0", "all", "show all"),
        *(Binding(letter, f"kind('{letter}')", show=False) for letter in ascii_lowercase if letter in _LETTERS),
    ]
    DEFAULT_CSS = """
    KindsScreen {
        align: right bottom; background: $background 0%;
        & > Static { width: 34; height: auto; background: $surface; border: round $border; padding: 0 1; margin: 1; }
    }
    """

    def __init__(self, hidden: frozenset[str], changed: Callable[[frozenset[str]], None]) -> None:
        """``changed`` hears every choice when it is made."""
        super().__init__()
        self._hidden = hidden
        self._changed = changed

    def compose(self) -> ComposeResult:
        """One list."""
        yield Static(self._content())

    def action_kind(self, letter: str) -> None:
        """Hide what is shown, show what is hidden."""
        self._set(self._hidden ^ {_LETTERS[letter]})

    def action_all(self) -> None:
        """Show everything."""
        self._set(frozenset())

    def on_click(self, event: events.Click) -> None:
        """A click beside it closes it."""
        if event.widget is self:
            self.dismiss()

    def _set(self, hidden: frozenset[str]) -> None:
        self._hidden = hidden
        self.query_one(Static).update(self._content())
        self._changed(hidden)

    def _content(self) -> Content:
        lines = [present.joined(("Show", "bold"), ("  a letter hides or shows", "$muted"))]
        for letter, family in _LETTERS.items():
            shown = family not in self._hidden
            lines.append(
                present.joined(
                    "✓ " if shown else "  ",
                    (letter, "bold $footer-key-foreground"),
                    (f" {family}", "" if shown else "$muted"),
                )
            )
        lines.append(present.joined("  ", ("h", "bold $footer-key-foreground"), " everything   esc closes"))
        return Content("\n").join(lines)
