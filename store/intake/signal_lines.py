"""Signals as lines of text: one JSON object a line. The format is docs/signals.md."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from store.errors import Refusal
from store.instants import SECOND, Instant
from store.intake.dates import parse_when
from store.vocabulary import Motion

LONGEST = 1_000_000  # bytes of a line

KEYS: Mapping[str, str] = {
    "kind": "what they did, such as `demo_request`, `webinar`, `pricing_page`; needed",
    "source": "where it comes from, such as `website`; needed",
    "name": "the person's whole name; needed, or one of the next two, unless the address or number is known",
    "first_name": "the first name",
    "last_name": "the last name",
    "email": "an e-mail address; needed, or a phone number",
    "phone": "a phone number in any writing; without its country code it is of the team's country",
    "company": "the company's name",
    "domain": "the company's domain, such as `example.com`",
    "id": "what the source calls this signal; the same `id` of the same `system` again changes nothing",
    "system": "the system that `id` and `person_id` are of; else the source",
    "person_id": "what that system calls the person, by which they are known again",
    "at": "when it happened: `2026-11-23T15:04:05Z`, or seconds since 1970; else now",
    "campaign": "the campaign it came by, by name; a new name adds one",
    "motion": "why they are to be worked, such as `event_follow_up`, where the kind does not say it",
    "words": "what they wrote or did, in words for whoever calls them",
    "payload": "anything more, kept with the signal as it is",
}
"""Every key but those that tell more of the person, with what it means."""

_NAMES = {"id": "external_id", "person_id": "record"}
_KEY_OF = {"full_name": "name", "external_id": "person_id", "record": "person_id"}
_SECONDS = re.compile(r"\d{1,7}")  # fewer digits than a date has that is written without anything between


def key_of(field: str | None) -> str | None:
    """The key of a line that a refusal is about, where the store has another name for it."""
    if field is None:
        return None
    name = field.replace(" ", "_")
    return _KEY_OF.get(name, name)


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its number, from 1; ``text`` is None where it is longer than LONGEST."""

    number: int
    text: bytes | None


def lines(stream: BinaryIO) -> Iterator[Line]:
    """The lines of a stream that are not blank, as they come; one that is too long is passed over."""
    number = 0
    while chunk := stream.readline(LONGEST + 1):
        number += 1
        whole = len(chunk) <= LONGEST
        while not chunk.endswith(b"\n") and len(chunk) > LONGEST:
            chunk = stream.readline(LONGEST + 1)
            if not chunk:
                break
        if not whole:
            yield Line(number, None)
        elif chunk.strip(b" \t\r\n\xef\xbb\xbf"):
            yield Line(number, chunk)


def signal_of(line: Line, zone: str, enriching: tuple[str, ...]) -> dict[str, Any]:
    """What a line says, by the names of ``receive_signal.SignalIn``; times without a zone are in ``zone``.

    ``enriching`` are the keys that tell more of the person. Raises Refusal for what is no signal.
    """
    if line.text is None:
        raise Refusal(f"This line is longer than {LONGEST:,} bytes.")
    try:
        told = json.loads(line.text.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Refusal("This line is not UTF-8 text.") from None
    except (ValueError, RecursionError):
        raise Refusal('This line is no JSON object: write one such as {"kind": "webinar", …} on it.') from None
    if not isinstance(told, dict):
        raise Refusal('This line is no JSON object: write one such as {"kind": "webinar", …} on it.')
    found: dict[str, Any] = {"kind": "", "source": "", "fields": {}}
    for key, value in told.items():
        if key == "payload":
            found["payload"] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        elif key in enriching:
            found["fields"][key] = _text(key, value)
        elif key in KEYS:
            found[str(_NAMES.get(key, key))] = _text(key, value)
        else:
            raise Refusal(f"“{key[:40]}” is no key of a signal: put what has none into payload.", key[:40])
    at, motion = found.pop("at", ""), found.pop("motion", "")
    return {**found, "at": when(at, zone) if at else None, "motion": motion_of(motion) if motion else None}


def when(text: str, zone: str) -> Instant:
    """When something happened, by a date in any usual writing; raises Refusal for what is none."""
    if _SECONDS.fullmatch(text.strip()):
        return int(text) * SECOND
    found = parse_when(text, zone)
    if found is None:
        raise Refusal(f"“{text[:40]}” is no time: write it like 2026-11-23T15:04:05Z, or in seconds since 1970.", "at")
    return found.at


def motion_of(text: str) -> Motion:
    """The motion a word names; raises Refusal naming those there are."""
    word = "_".join(text.casefold().replace("-", " ").replace("_", " ").split())
    if word not in set(Motion):
        raise Refusal(f"“{text[:40]}” is no motion: use one of {', '.join(Motion)}.", "motion")
    return Motion(word)


def _text(key: str, value: object) -> str:
    """A value as text: numbers as they are written, nothing for null."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Refusal(f"{key} is text or a number, not {json.dumps(value)[:40]}.", key)
    return str(value)
