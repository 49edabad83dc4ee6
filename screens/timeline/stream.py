"""Where each entry stands among the rows: newest first, a heading above each at bat's.

An at bat's band reaches from the moment it began to the moment the next one did, so the place of its heading follows
from counting alone and no page but those on the screen is read. Entries are numbered from the oldest: what is new
changes nobody else's number.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from store.database import Store
from store.instants import Instant
from store.queries import timeline as queries
from store.queries.queue import QueueRow
from store.queries.timeline import FAMILIES, AtBat, Cursor, Entry, EntryKind, Page

FIRST = 128
"""Entries read before the first frame."""
_BEFORE_ALL = 0


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose stream: a person's, a company's where an at bat has no person yet, or an opportunity's."""

    contact_id: int | None
    account_id: int | None = None
    lead_id: int | None = None
    opportunity_id: int | None = None

    @classmethod
    def of(cls, row: QueueRow) -> Subject:
        """Whose at bat this is."""
        lead = row.lead
        return cls(lead.contact_id, lead.account_id, lead.id)

    @property
    def who(self) -> int:
        """The id its queries ask for."""
        if self.opportunity_id is not None:
            return self.opportunity_id
        return self.contact_id if self.contact_id is not None else self.account_id or 0

    @property
    def company(self) -> bool:
        """Whether there is no person."""
        return self.contact_id is None and not self.deal

    @property
    def deal(self) -> bool:
        """Whether it is about an opportunity."""
        return self.opportunity_id is not None


class At(NamedTuple):
    """Somebody's timeline, opened at what happened at a moment."""

    row: QueueRow
    at: Instant


@dataclass(frozen=True, slots=True)
class Sight:
    """What of the stream is shown: all but the hidden families, and only what has these letters in it."""

    hidden: frozenset[str] = frozenset()
    find: str = ""

    @property
    def kinds(self) -> frozenset[EntryKind] | None:
        """The kinds shown, None for all."""
        if not self.hidden:
            return None
        return frozenset(kind for name, family in FAMILIES.items() if name not in self.hidden for kind in family)


@dataclass(frozen=True, slots=True)
class Heading:
    """The line above an at bat's entries; without one, above what was before the first."""

    at_bat: AtBat | None


@dataclass(frozen=True, slots=True)
class Told:
    """An entry, and whose at bat it belongs to where that is not the one it stands under."""

    entry: Entry
    elsewhere: str = ""


Row = Heading | Told


@dataclass(frozen=True, slots=True)
class Measured:
    """How long a whole stream is, and how much of it is older than each at bat."""

    total: int
    older: tuple[int, ...]


def page(store: Store, subject: Subject, sight: Sight, before: Cursor | None, limit: int) -> Page:
    """Entries older than a place."""
    read = queries.deal_timeline if subject.deal else queries.account_timeline if subject.company else queries.timeline
    return read(store, subject.who, before=before, limit=limit, kinds=sight.kinds, find=sight.find)


def page_at(store: Store, subject: Subject, sight: Sight, place: int, limit: int) -> Page:
    """Entries from the ``place``-th newest on, for a jump."""
    scope = {"company": subject.company, "deal": subject.deal}
    start = queries.cursor_at(store, subject.who, place, **scope, kinds=sight.kinds, find=sight.find)
    return page(store, subject, sight, start, limit)


def measure(store: Store, subject: Subject, sight: Sight, begins: Sequence[Instant]) -> Measured:
    """Count a whole stream."""

    def count(**before: Instant) -> int:
        scope: dict[str, Any] = {"company": subject.company, "deal": subject.deal, **before}
        return queries.count(store, subject.who, **scope, kinds=sight.kinds, find=sight.find)

    return Measured(count(), tuple(count(before=at) for at in begins))


class Stream:
    """The rows of one snapshot; places count from the newest entry, ids from the oldest.

    Until it is measured a stream is only as long as its first page.
    """

    def __init__(self, at_bats: Iterable[AtBat], first: Page, sight: Sight, whole: Measured | None = None) -> None:
        everyone = tuple(at_bats)
        self.at_bats = tuple(
            sorted((one for one in everyone if one.primary), key=lambda one: (one.begins_at, one.id), reverse=True)
        )
        self.complete = whole is not None or first.next is None
        self._first = first
        self._sight = sight
        self._by_id = {one.id: one for one in everyone}
        whole = whole or _measured(first.entries, self.at_bats)
        self.total = whole.total
        self._marks = {len(first.entries): first.next} if first.next is not None else {}
        newest = [0, *(whole.total - older for older in whole.older)]
        self._ends = newest[1:]  # the place after the last entry of each band
        every = self.complete and sight == Sight()
        self._shown = [number for number, end in enumerate(self._ends) if end > newest[number] or every]
        self._starts = newest

    def as_long_as(self, whole: Measured) -> Stream:
        """The same stream, measured."""
        return Stream(self._by_id.values(), self._first, self._sight, whole)

    def begins_like(self, other: Stream) -> bool:
        """Whether the newest entries of both are the same."""
        return self._first.entries == other._first.entries

    def ids(self) -> array[int]:
        """Every row's id in order: an entry's number, an at bat's negative id for its heading."""
        found = array("q", range(self.total, 0, -1))
        last = self._ends[-1] if self._ends else 0
        if self._ends and last < self.total:
            found.insert(last, _BEFORE_ALL)
        for number in reversed(self._shown):
            found.insert(self._starts[number], -self.at_bats[number].id)
        return found

    def rows(self) -> dict[int, Row]:
        """The rows at hand without reading: the headings and the first page."""
        return {**self.headings(), **self.take(self._first, 0)}

    def headings(self) -> dict[int, Row]:
        """Every heading."""
        found: dict[int, Row] = {-self.at_bats[number].id: Heading(self.at_bats[number]) for number in self._shown}
        return {**found, _BEFORE_ALL: Heading(None)}

    def take(self, page: Page, place: int) -> Mapping[int, Row]:
        """The rows of a page that was read from ``place`` on."""
        if page.next is not None:
            self._marks[place + len(page.entries)] = page.next
        return {
            self.total - at: Told(entry, self._elsewhere(entry, at)) for at, entry in enumerate(page.entries, place)
        }

    def places(self, ids: Iterable[int]) -> range:
        """The places of the entries among these ids."""
        wanted = [self.total - id for id in ids if 0 < id <= self.total]
        return range(min(wanted), max(wanted) + 1) if wanted else range(0)

    def mark(self, place: int) -> Cursor | None:
        """Where to read on from for a place, if that is known without counting."""
        return self._marks.get(place)

    def newest(self) -> int | None:
        """The id of the newest entry."""
        return self.total or None

    def at(self, moment: Instant) -> int | None:
        """The id of what happened first at a moment, else last before it; None where that is not at hand."""
        places = [place for place, entry in enumerate(self._first.entries) if entry.at == moment]
        before = (place for place, entry in enumerate(self._first.entries) if entry.at < moment)
        place = places[-1] if places else next(before, None)
        return None if place is None else self.total - place

    def same(self, id: int | None, before: Stream) -> int | None:
        """The id here of what had ``id`` in an earlier snapshot of the same stream that was not measured."""
        if id is None or id <= 0 or before.complete:
            return id
        return id - before.total + self.total

    def _elsewhere(self, entry: Entry, place: int) -> str:
        number = bisect_right(self._ends, place)
        here = self.at_bats[number].id if number < len(self.at_bats) else None
        other = self._by_id.get(entry.lead_id or 0)
        if other is None or other.id == here:
            return ""
        return f"at bat {other.number}" if other.primary else f"{other.person or 'their company'}’s at bat"


def _measured(entries: Sequence[Entry], at_bats: Sequence[AtBat]) -> Measured:
    """The same from entries at hand."""
    return Measured(len(entries), tuple(sum(entry.at < at_bat.begins_at for entry in entries) for at_bat in at_bats))
