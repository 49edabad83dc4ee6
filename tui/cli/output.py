"""How every command prints: text from the database or from outside is shown, never obeyed by the terminal."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Sequence


def printable(text: str) -> str:
    """``text`` with control and direction-changing characters spelled out (``\\x1b``); line breaks and tabs too."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_spelled(character) for character in text)


def _spelled(character: str) -> str:
    # Cc: controls, ESC among them; Cs: halves of a character, which no terminal takes. Of the format characters (Cf)
    # only those that turn or isolate the direction of writing deceive; joiners belong to names and emoji.
    deceives = unicodedata.bidirectional(character) in {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}
    if deceives or unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}:
        return character.encode("unicode_escape").decode("ascii")
    return character


def say(text: str = "") -> None:
    """Print one line on standard output."""
    sys.stdout.write(f"{printable(text)}\n")


def complain(sentence: str) -> None:
    """Print one line on standard error, after the program's name, as shells and scripts expect."""
    sys.stderr.write(f"atbat: {printable(sentence)}\n")


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table whose columns begin beneath each other, whatever the width of the letters."""
    from rich.cells import cell_len

    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def on_a_terminal() -> bool:
    """Whether there is a terminal to draw on; says so where there is none."""
    # A driver is named when the app is served to a browser: it talks through pipes.
    if "TEXTUAL_DRIVER" in os.environ or all(each.isatty() for each in (sys.stdin, sys.stdout, sys.stderr)):
        return True
    complain("there is no terminal to draw on; run atbat in one, or name a command (atbat --help lists them).")
    return False
