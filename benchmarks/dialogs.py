"""Opening the dialog that logs a touch, for the second time and after, against a plain ModalScreen made anew."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.app import started
from benchmarks.figures import Figure, Ground, in_turn, medians
from benchmarks.terminal import Terminal

FRESH = """
from textual.app import App
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static

class Fresh(ModalScreen):
    CSS = "Fresh { align: center middle; } Vertical { width: 100; height: auto; border: round red; }"
    BINDINGS = [("ctrl+g", "dismiss", "close")]
    def compose(self):
        with Vertical():
            yield Static("Log Dana Ortiz, CFO")
            yield OptionList(*(f"n  choice {number}   what it will do" for number in range(14)))
            yield Input(placeholder="note")
            yield Static("Next step: e-mail tomorrow 10:00")

class Plain(App):
    BINDINGS = [("l", "open")]
    def compose(self):
        yield Static("\\n".join(f"row {number}" for number in range(44)))
    def action_open(self):
        self.push_screen(Fresh())

Plain().run()
"""
CLOSE = b"\x07"  # ctrl+g


def measure(ground: Ground) -> Iterator[Figure]:
    """From the key to the last frame; the program works on a copy of the big file, with a preview beside the list."""
    copy = ground.copy("dialogs")
    with Terminal(["-c", FRESH], ground.environment) as plain, started(str(copy), ground.environment) as ours:
        plain.settle(1)

        def opened(terminal: Terminal) -> float:
            took = terminal.press(b"l")
            terminal.send(CLOSE)
            return took

        taken = medians(in_turn(ground.rounds * 2, {"plain": lambda: opened(plain), "log": lambda: opened(ours)}))
    ground.discard(copy)
    yield Figure("the log dialog opens again", taken["log"], "ms", 0.5, taken["plain"], "a fresh ModalScreen")
