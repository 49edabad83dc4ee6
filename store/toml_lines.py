"""On which line of a TOML text a key stands; the standard reader does not say."""

from __future__ import annotations

import re
from functools import lru_cache

Place = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(#.*)?$")
_ASSIGNMENT = re.compile(r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=(.*)$""")
_NAME = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
_QUOTED = re.compile(r""""(?:\\.|[^"\\])*"|'[^']*'|#.*$""")


def line_of(text: str, place: Place) -> int | None:
    """The line of a value, or of the nearest table round it, or None where the text has neither."""
    found = _lines(text)
    for length in range(len(place), 0, -1):
        if (line := found.get(place[:length])) is not None:
            return line
    return None


def has(text: str, place: Place) -> bool:
    """Whether the text itself sets this key."""
    return place in _lines(text)


def line_in_message(message: str, text: str) -> int:
    """The line that a TOML error message names; the last one where it speaks of the end."""
    found = re.search(r"line (\d+)", message)
    return int(found[1]) if found else text.count("\n") + 1


@lru_cache(maxsize=4)
def _lines(text: str) -> dict[Place, int]:
    """Every table and key with its line, list items by position."""
    found: dict[Place, int] = {}
    table: Place = ()
    tables: dict[Place, int] = {}  # how many of each [[table]] so far
    inside: Place | None = None  # the key whose list runs over several lines
    depth = items = 0
    for number, line in enumerate(text.splitlines(), 1):
        bare = _QUOTED.sub('""', line)
        if inside is not None:
            if depth == 1 and bare.strip(" \t,]"):
                found.setdefault((*inside, items), number)
                _inline(line, (*inside, items), number, found)
                items += max(1, bare.count("{"))
            depth += _opened(bare)
            inside = inside if depth > 0 else None
        elif header := _HEADER.match(line):
            table = _names(header[2])
            if header[1] == "[[":
                tables[table] = tables.get(table, -1) + 1
                found.setdefault(table, number)
                table = (*table, tables[table])
            _mark(table, number, found)
        elif key := _ASSIGNMENT.match(line):
            place = (*table, *_names(key[1]))
            _mark(place, number, found)
            rest = _QUOTED.sub('""', key[2])
            depth, items = _opened(rest), 0
            if depth > 0:
                inside = place
            _inline(key[2], place, number, found)
    return found


def _mark(place: Place, number: int, found: dict[Place, int]) -> None:
    for length in range(1, len(place) + 1):
        found.setdefault(place[:length], number)


def _inline(line: str, place: Place, number: int, found: dict[Place, int]) -> None:
    """Note the keys of a one-line table."""
    bare = _QUOTED.sub('""', line)
    if bare.count("{") == 1:
        for name in re.findall(r"[{,]\s*([\w-]+)\s*=", bare):
            found.setdefault((*place, name), number)


def _opened(bare: str) -> int:
    return bare.count("[") - bare.count("]")


def _names(dotted: str) -> Place:
    return tuple(name.strip("\"'") for name in _NAME.findall(dotted))
