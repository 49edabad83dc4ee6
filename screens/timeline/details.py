"""Everything that is known of the row under the cursor, for the pane beside the list."""

from __future__ import annotations

from textual.content import Content

from screens.timeline import words
from screens.timeline.stream import Heading, Row
from store.instants import SECOND, Instant, moment
from store.queries.timeline import AtBat, Entry, EntryKind
from store.rules.path import standing
from store.rules.routing import trace_words
from store.vocabulary import Direction
from tui import present

_MUTED = "$muted"
Facts = list[tuple[str, str]]


def details(row: Row, zone: str, now: Instant) -> tuple[Content, str]:
    """Short facts with their names, and the long text below them."""
    if isinstance(row, Heading):
        if row.at_bat is None:
            return present.joined(("What was before the first at bat.", _MUTED)), ""
        return _told(row.at_bat.source, _at_bat_facts(row.at_bat, zone, now), title=_title(row.at_bat)), (
            row.at_bat.outcome_note
        )
    entry = row.entry
    title = present.joined((words.what(entry, zone, now), "bold"))
    return _told(row.elsewhere, _entry_facts(entry, zone), title=title), _text(entry)


def _told(first: str, facts: Facts, *, title: Content) -> Content:
    lines = [title]
    for name, said in facts:
        if said:
            lines.append(present.joined((f"{name:<10}", _MUTED), present.content(said, limit=2_000, newlines=False)))
    return Content("\n").join(lines)


def _title(at_bat: AtBat) -> Content:
    stands = standing(at_bat.stage, at_bat.status)
    return present.joined((f"At bat {at_bat.number} · {stands[:1].upper()}{stands[1:]}", "bold"))


def _at_bat_facts(at_bat: AtBat, zone: str, now: Instant) -> Facts:
    back = ""
    if at_bat.eligible_at is not None:
        back = present.day(at_bat.eligible_at, zone, now)
    return [
        ("why", " · ".join(filter(None, (present.label(at_bat.motion), at_bat.source)))),
        ("opened", _at(at_bat.opened_at, zone)),
        ("owner", (at_bat.owner or "nobody yet") + (f" ({at_bat.rule})" if at_bat.rule else "")),
        ("closed", _at(at_bat.closed_at, zone) if at_bat.closed_at is not None else ""),
        ("outcome", at_bat.outcome),
        ("reason", at_bat.reason),
        (
            "counts",
            ", ".join(
                (
                    present.count(at_bat.touches, "touch", "touches"),
                    present.count(at_bat.attempts, "attempt"),
                    present.count(at_bat.connects, "connect"),
                )
            ),
        ),
        ("back", back or at_bat.eligible_on.replace("_", " ")),
    ]


def _entry_facts(entry: Entry, zone: str) -> Facts:
    way = {Direction.OUT: "we did", Direction.IN: "they did"}.get(entry.direction) if entry.direction else ""
    length = present.timer(entry.duration * SECOND) if entry.duration else ""
    counts = ", ".join(word for word, holds in (("attempt", entry.attempt), ("connect", entry.connect)) if holds)
    return [
        ("when", _at(entry.at, zone, date_only=entry.date_only)),
        ("who", words.who(entry)),
        ("with", entry.whom if entry.kind is not EntryKind.ASSIGNMENT else ""),
        ("way", way or ""),
        ("lasted", length),
        ("counts as", counts),
        ("about", entry.subject if entry.kind is EntryKind.EDIT else ""),
        ("campaign", entry.before if entry.kind is EntryKind.SIGNAL else ""),
        ("did", entry.decision),
        ("rule", entry.subject if entry.kind is EntryKind.ASSIGNMENT else ""),
        ("reason", entry.subject.replace("_", " ") if entry.kind is EntryKind.APPROVAL else ""),
        ("amended", _at(entry.amended_at, zone) if entry.amended_at is not None else ""),
        ("for", _at(entry.due_at, zone) if entry.due_at is not None else ""),
    ]


def _text(entry: Entry) -> str:
    if entry.kind is EntryKind.EDIT:
        return "\n".join(told for one in entry.edits if (told := words.edited(one)))
    if entry.kind is EntryKind.ASSIGNMENT:
        return "\n".join(trace_words(entry.trace))
    if entry.kind is EntryKind.AMENDMENT and entry.before:
        return f"{entry.words}\n\nIt said before:\n{entry.before}"
    return entry.words


def _at(at: Instant, zone: str, *, date_only: bool = False) -> str:
    local = moment(at, zone)
    day = f"{local:%a} {local.day} {local:%b %Y}"
    return day if date_only else f"{day} {local:%H:%M}"
