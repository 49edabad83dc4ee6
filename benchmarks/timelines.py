"""A long timeline in the program: opening it, scrolling it, jumping to its end, finding words in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.app import started
from benchmarks.figures import Figure, Ground, in_turn, medians, p99
from benchmarks.generate import LONGEST_CONTACT
from benchmarks.terminal import LINES, Terminal

THERE = "previous"  # stands in the key line of a timeline, and of nothing else
LONG = 5_000
WORDS = "security"
NOTES = ("", "good talk", "send the security sheet", "asked how long the set-up takes", "budget in Q1")
PAGES = 10


class Person(NamedTuple):
    """Somebody, by the address they are found by."""

    entries: int
    address: str


def measure(ground: Ground) -> Iterator[Figure]:
    """Somebody whose touches fill the window, one with 5,000, and the one who has most."""
    copy = ground.copy("timelines")
    ordinary, long, longest = _people(copy)
    echoes: list[float] = []
    found: dict[Person, list[list[float]]] = {long: [], longest: []}
    scrolled: dict[Person, dict[str, list[float]]] = {one: {"move": [], "page": [], "end": []} for one in found}
    with started(str(copy), ground.environment) as ours:
        opens = {one.address: partial(_opened, ours, one) for one in (ordinary, long, longest)}
        opened = medians(in_turn(ground.rounds, opens))
        for _ in range(max(2, ground.rounds // 3)):
            for person, answers in found.items():
                _open(ours, person)
                _scroll(ours, scrolled[person])
                ours.send(b"gf")
                for letter in WORDS.encode():
                    frames = ours.frames(bytes([letter]), 0.3)
                    echoes.append(frames[0])
                    answers.append(frames[1:])
                ours.send(b"\x1b")
                ours.send(b"\x1b")
    ground.discard(copy)
    base = opened[ordinary.address]
    for one in (long, longest):
        what = f"timeline of {one.entries:,} touches opens"
        yield Figure(what, opened[one.address], "ms", 1.3, base, f"one with {ordinary.entries}")
    for kind, what in (("move", "a line down in it"), ("page", "a page down in it"), ("end", "to its end and back")):
        limit = median(scrolled[long][kind])
        bar = None if kind == "end" else 1.2
        yield Figure(f"  {what}", median(scrolled[longest][kind]), "ms", bar, limit, f"in one of {long.entries:,}")
    yield Figure("a letter of words to find shows", median(echoes), "ms")
    yield Figure("  the slowest of a hundred", p99(echoes), "ms", 30)
    shown = {one: median(frames[0] for frames in answers if frames) for one, answers in found.items()}
    counted = {one: median(frames[-1] for frames in answers if frames) for one, answers in found.items()}
    shorter = f"in one of {long.entries:,}"
    yield Figure(f"  what is found in {longest.entries:,}, first page", shown[longest], "ms", 1.3, shown[long], shorter)
    yield Figure("    and counted to its end", counted[longest], "ms", None, counted[long], shorter)


def _opened(ours: Terminal, person: Person) -> float:
    taken = _open(ours, person)
    ours.send(b"\x1b")
    return taken


def _open(ours: Terminal, person: Person) -> float:
    """Find them and open what happened with them; milliseconds from enter to the frame that shows it."""
    ours.send(b"/")
    ours.send(person.address.encode())
    return ours.seen(THERE, b"\r", 0.3)[0]


def _scroll(ours: Terminal, taken: dict[str, list[float]]) -> None:
    """Down past the end of the window, some pages, to the end and back."""
    ours.send(b"j" * LINES)
    taken["move"] += [ours.frames(b"j", 0.05)[0] for _ in range(2 * PAGES)]
    taken["page"] += [ours.frames(b"\x1b[6~", 0.1)[0] for _ in range(PAGES)]
    taken["end"] += [ours.frames(key, 0.3)[-1] for key in (b"G", b"g")]


def _people(copy: Path) -> tuple[Person, Person, Person]:
    """Three people of this file, two of whom are given touches, and all of them notes to look through."""
    with closing(sqlite3.connect(copy)) as connection:
        ordinary, long = (
            row[0]
            for row in connection.execute(
                "SELECT contact_id FROM lead WHERE open = 1 AND contact_id BETWEEN 2 AND 2000 ORDER BY id LIMIT 2"
            )
        )
        columns = [row[1] for row in connection.execute("PRAGMA table_info(touch)")]
        taken = [{"contact_id": "?", "id": "id + (SELECT max(id) FROM touch)"}.get(name, name) for name in columns]
        for contact_id, count in ((ordinary, LINES), (long, LONG)):
            connection.execute(
                f"INSERT INTO touch ({', '.join(columns)}) SELECT {', '.join(taken)} FROM touch"
                " WHERE contact_id = ? ORDER BY id LIMIT ?",
                (contact_id, LONGEST_CONTACT, count),
            )
        for number, note in enumerate(NOTES):
            connection.execute(
                "UPDATE touch SET note = ? WHERE contact_id IN (?, ?, ?) AND id % ? = ?",
                (note, ordinary, long, LONGEST_CONTACT, len(NOTES), number),
            )
        connection.commit()
        return tuple(_person(connection, contact_id) for contact_id in (ordinary, long, LONGEST_CONTACT))  # type: ignore[return-value]


def _person(connection: sqlite3.Connection, contact_id: int) -> Person:
    (entries,) = connection.execute("SELECT count(*) FROM touch WHERE contact_id = ?", (contact_id,)).fetchone()
    (address,) = connection.execute("SELECT address FROM email WHERE contact_id = ? LIMIT 1", (contact_id,)).fetchone()
    return Person(entries, address)
