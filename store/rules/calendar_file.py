"""Callbacks and meetings as an iCalendar file (RFC 5545), as calendar programs read it.

Times are UTC, so no program has to know a zone; text is escaped and lines are folded at 75 octets, never inside a
letter. An event is stamped with the time it was agreed: written twice, a file is the same. See docs/model.md,
"Calendar files".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from store.instants import MINUTE, Instant, moment

LENGTH = {"callback": 15 * MINUTE, "meeting": 30 * MINUTE}
_OCTETS = 75
_CONTROLS = re.compile("[\0-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n|[\r\n\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Event:
    """What was agreed: a ``callback`` or a ``meeting``, with whom, when, and the words kept on it.

    ``uid`` stays the same when it is moved, ``revision`` grows; ``agreed_at`` is when it was last agreed.
    """

    kind: str
    uid: str
    at: Instant
    agreed_at: Instant
    revision: int
    name: str
    company: str
    phone: str
    words: str

    @property
    def summary(self) -> str:
        """``Call Dana Ortiz, Northwind``."""
        who = ", ".join(part for part in (self.name, self.company) if part) or "somebody"
        return f"Call {who}" if self.kind == "callback" else f"Meeting with {who}"


def calendar_file(events: Sequence[Event]) -> bytes:
    """The whole file, ready to be written."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//At Bat//At Bat//EN", "CALSCALE:GREGORIAN"]
    for event in events:
        lines += _lines(event)
    return b"".join(_folded(line) for line in [*lines, "END:VCALENDAR"])


def _lines(event: Event) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{_utc(event.agreed_at)}"
    yield f"SEQUENCE:{event.revision}"
    yield f"DTSTART:{_utc(event.at)}"
    yield f"DTEND:{_utc(event.at + LENGTH[event.kind])}"
    yield f"SUMMARY:{_escaped(event.summary)}"
    if about := "\n".join(part for part in (event.phone, event.words) if part):
        yield f"DESCRIPTION:{_escaped(about)}"
    yield "BEGIN:VALARM"
    yield "ACTION:DISPLAY"
    yield f"DESCRIPTION:{_escaped(event.summary)}"
    yield "TRIGGER:-PT5M"
    yield "END:VALARM"
    yield "END:VEVENT"


def _utc(at: Instant) -> str:
    return f"{moment(at, 'UTC'):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    """Text as a value: line ends become ``\\n``; what a terminal or a line of text would obey is left out."""
    text = _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))
    return re.sub(r"([\\;,])", r"\\\1", text).replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """A content line with its CRLF, parted before the 76th octet; a part that goes on begins with a blank."""
    parts, part = [], b""
    for letter in line:
        octets = letter.encode()
        if len(part) + len(octets) > _OCTETS:
            parts.append(part)
            part = b" "
        part += octets
    return b"\r\n".join([*parts, part]) + b"\r\n"
