"""Writing an .ics file where the user wants it: for its owner alone, and never over another file."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path

from store.instants import moment
from store.rules.calendar_file import Event, calendar_file
from tui.new_file import write_new

_LONGEST_NAME = 60


def save(events: Sequence[Event], folder: Path, zone: str) -> Path:
    """Write the events into ``folder`` and return where; the very same file written before is left as it is.

    The name tells who and when (in ``zone``). Raises OSError where it cannot be written.
    """
    return write_new(folder, file_stem(events[0], zone), ".ics", calendar_file(events))


def file_stem(event: Event, zone: str) -> str:
    """``callback-Dana-Ortiz-2026-12-05-1500``: letters and digits alone, whatever the name has in it."""
    plain = unicodedata.normalize("NFKC", event.name or event.company)
    words = "".join(letter if letter.isalnum() else " " for letter in plain).split()
    who = "-".join(words)[:_LONGEST_NAME].strip("-")
    while len(who.encode()) > 2 * _LONGEST_NAME:  # file systems count octets
        who = who[:-1]
    return "-".join(part for part in (event.kind, who, f"{moment(event.at, zone):%Y-%m-%d-%H%M}") if part)
