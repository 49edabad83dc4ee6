"""Read files of another system into the database, one or several together, in whatever order they are named.

Companies come first, then deals, then people with everything that waits for them, then what is left for people who
were here before. Each batch is one transaction. Rows that were taken are remembered, so what was interrupted is
finished by doing it again, and the same files a second time change nothing. See docs/model.md, "Intake".
"""

from __future__ import annotations

import itertools
import json
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from store.actor import SYSTEM_USER_ID, Actor
from store.database import Store, open_store
from store.errors import Refusal
from store.instants import Instant
from store.intake.mapping import FileKind
from store.intake.objects import ActivityRow, CompanyRow, DealRow
from store.intake.reading import Description, Progress, read_rows, read_rows_with_cells
from store.intake.rows import Reject
from store.intake.staging import Staging
from store.intake.statuses import NO_AT_BAT
from store.models import OpportunityContact
from store.operations import import_rows
from store.operations.import_activities import Entries, understand
from store.operations.import_at_bats import About, AtBats, Owners
from store.operations.import_companies import CompanyBatch, import_companies
from store.operations.import_deals import DealBatch, import_deals
from store.operations.import_known import Known
from store.operations.import_people import People
from store.operations.import_source import Source
from store.operations.import_stories import Stories, Waiting
from store.operations.import_summary import Summary
from store.operations.transaction import Done, Transaction, operation
from store.vocabulary import Motion, Pool, Role

Tell = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much it is (bytes of a file, or people)."""


@dataclass(frozen=True, slots=True)
class ImportDraft:
    """How files are to be taken: ``owner`` (a user's name) has what a file gives to nobody known here."""

    owner: str = ""
    motion: Motion = Motion.OUTBOUND_TARGET


def import_file(
    store: Store,
    actor: Actor,
    now: Instant,
    told: Description,
    draft: ImportDraft = ImportDraft(),
    *,
    on_reject: Callable[[Reject], None] = lambda _: None,
    tell: Tell = lambda *_: None,
) -> Summary:
    """Take every row of one described file, as ``import_files`` does."""
    return import_files(store, actor, now, [told], draft, on_reject=lambda _, reject: on_reject(reject), tell=tell)[0]


def import_files(
    store: Store,
    actor: Actor,
    now: Instant,
    told: Sequence[Description],
    draft: ImportDraft = ImportDraft(),
    *,
    on_reject: Callable[[int, Reject], None] = lambda *_: None,
    tell: Tell = lambda *_: None,
) -> list[Summary]:
    """Take every row of the described files, and say of each what became of it; ``actor`` is of kind import.

    ``on_reject`` is given the place of the file and the row. Raises Refusal for an owner nobody knows and for a file
    that stops being readable, StoreError when the database does; whole batches before that are taken, and doing it
    again takes the rest.
    """
    owners = Owners(_users(store), _user(store, draft.owner) if draft.owner else None)
    sources = [Source.of(each, number, _to(on_reject, number)) for number, each in enumerate(told)]
    with Staging() as staging:
        _Import(store, actor, now, owners, draft.motion, sources, staging, tell).run()
    return [source.summary for source in sources]


@contextmanager
def rehearsal(store: Store) -> Iterator[Store]:
    """A copy of the database to try an import on, under the rules that are in force, gone afterwards."""
    from store.backup import backup

    with tempfile.TemporaryDirectory(prefix="atbat-") as folder:
        path = backup(store.path, Path(folder) / "rehearsal.db")
        copy = open_store(path)
        try:
            copy.use_rules(store.rules)
            copy.connection.pragma("synchronous", "OFF")
            yield copy
        finally:
            copy.close()


class _Import:
    """The files of one import, kind by kind."""

    def __init__(
        self,
        store: Store,
        actor: Actor,
        now: Instant,
        owners: Owners,
        motion: Motion,
        sources: Sequence[Source],
        staging: Staging,
        tell: Tell,
    ) -> None:
        self._store = store
        self._actor = actor
        self._now = now
        self._owners = owners
        self._motion = motion
        self._sources = sources
        self._staging = staging
        self._tell = tell
        self._waiting = Waiting(staging, {source.number: source for source in sources})

    def run(self) -> None:
        for source in self._of(FileKind.COMPANIES):
            self._companies(source)
        people, deals = self._of(FileKind.CONTACTS), self._of(FileKind.DEALS)
        if deals:
            for source in people:
                self._staging.expect(source.told)
        for source in deals:
            self._deals(source)
        for source in self._of(FileKind.ACTIVITIES):
            self._hold(source)
        for source in people:
            import_rows.import_people(
                self._store, self._actor, self._now, source, self._owners, self._motion, self._waiting,
                self._progress(source),
            )  # fmt: skip
        self._rest()
        for source in deals:
            self._without_people(source)
            self._beside(source)
        for source in self._of(FileKind.ACTIVITIES):
            for line, cells, _, keys in self._staging.left(source.number):
                source.reject(Reject(line, self._nobody(keys), tuple(cells)))

    def _of(self, kind: FileKind) -> list[Source]:
        return [source for source in self._sources if source.told.mapping.kind is kind]

    def _progress(self, source: Source) -> Callable[[Progress], None]:
        name = source.told.mapping.kind.value

        def tell(so_far: Progress) -> None:
            source.summary.blank = so_far.blank
            self._tell(name, so_far.bytes_read, so_far.bytes_total)

        return tell

    def _companies(self, source: Source) -> None:
        rows = read_rows(source.told, progress=self._progress(source))
        while batch := list(islice(rows, import_rows.BATCH)):
            taken = [row for row in batch if isinstance(row, CompanyRow)]
            _reject(source, batch)
            import_companies(self._store, self._actor, self._now, CompanyBatch(taken, source, self._owners))

    def _deals(self, source: Source) -> None:
        """Take the deals; their cells go along into staging."""
        rows = read_rows_with_cells(source.told, progress=self._progress(source))
        while batch := list(islice(rows, import_rows.BATCH)):
            taken = [(row, cells) for row, cells in batch if isinstance(row, DealRow)]
            _reject(source, [row for row, _ in batch])
            draft = DealBatch(taken, source, self._owners, self._staging)
            import_deals(self._store, self._actor, self._now, draft)

    def _hold(self, source: Source) -> None:
        """Let activities wait for their people."""
        for row, cells in read_rows_with_cells(source.told, progress=self._progress(source)):
            if isinstance(row, Reject):
                source.reject(row)
            elif isinstance(row, ActivityRow):
                understand(source, row, self._now)
                self._staging.hold(source.number, row.line, cells, row.keys)

    def _rest(self) -> None:
        """What waits for people who were here before."""
        others = [*self._of(FileKind.ACTIVITIES), *self._of(FileKind.DEALS)]
        if not others:
            return
        keys, done, total = self._staging.waiting(), 0, self._staging.count()
        while batch := list(islice(keys, import_rows.BATCH)):
            import_rest(
                self._store, self._actor, self._now, _Rest(batch, others[0], self._owners, self._motion, self._waiting)
            )
            done += len(batch)
            self._tell("people", min(done, total), total)

    def _without_people(self, source: Source) -> None:
        """Deals whose people nobody knows: the company's only person where it has one, else nobody, with a warning."""
        left = self._staging.left(source.number)
        while batch := list(islice(left, import_rows.BATCH)):
            deals = [(line, target, keys) for line, _, target, keys in batch if target is not None]
            draft = _Lone(deals, source, self._owners, self._motion, self._waiting)
            import_lone_deals(self._store, self._actor, self._now, draft)

    def _beside(self, source: Source) -> None:
        """Say of which deals no at bat became them although their people had one, and why."""
        targets = self._staging.targets(source.number)
        while batch := dict(islice(((deal_id, line) for line, deal_id in targets), import_rows.BATCH)):
            for deal_id, still_open in self._store.rows(_BESIDE, (json.dumps(list(batch)),)):
                source.summary.made["with no at bat behind"] += 1
                source.summary.warn(batch[deal_id], _BESIDE_OPEN if still_open else _BESIDE_ENDED)

    def _nobody(self, keys: Sequence[str]) -> str:
        """Why no person was found for these keys; the address itself is in the row."""
        if self._store.value(_SHARED, (json.dumps(list(keys)),)) is not None:
            return "several people here share its e-mail address: it says nothing about whom this was with"
        return "its contact is not here: import the contacts first"


@dataclass(frozen=True, slots=True)
class _Rest:
    keys: Sequence[str]
    source: Source
    owners: Owners
    motion: Motion
    waiting: Waiting


@operation("import")
def import_rest(tx: Transaction, batch: _Rest) -> Done:
    """Put what waits for people who are here already into their stories."""
    known = Known(tx.store, batch.source.system, (), batch.keys)
    keys: dict[int, list[str]] = {}
    for key in batch.keys:
        found = known.named(key)
        if len(found) == 1:
            keys.setdefault(found[0].id, []).append(key)
    _tell(tx, batch, known, keys)
    return Done(tx.id, f"{len(keys)} people")


@dataclass(frozen=True, slots=True)
class _Lone:
    deals: Sequence[tuple[int, int, Sequence[str]]]
    source: Source
    owners: Owners
    motion: Motion
    waiting: Waiting


@operation("import")
def import_lone_deals(tx: Transaction, batch: _Lone) -> Done:
    """Deals that name nobody known: each gets the only person of its company, where there is just one."""
    summary, joined = batch.source.summary, {}
    for line, deal_id, keys in batch.deals:
        if keys:
            summary.warn(line, "its contact is not here: import the contacts, then this file again")
        there, only, people = tx.store.row(_LONE, {"deal": deal_id}) or (1, None, 0)
        if there:
            continue
        if people == 1 and not keys:
            tx.insert(OpportunityContact, opportunity_id=deal_id, contact_id=only, role=Role.OTHER, is_primary=1)
            joined[int(only)] = list[str]()
        elif not keys:
            summary.warn(line, "names no contact, and its company has not just one: it stands on the company alone")
    if joined:
        _tell(tx, batch, Known(tx.store, batch.source.system, (), ids=joined), joined)
    return Done(tx.id, "deals without people")


def _tell(tx: Transaction, batch: _Rest | _Lone, known: Known, keys: Mapping[int, list[str]]) -> None:
    """Tell the stories of people who are here already, by the keys that rows may name them by."""
    source = batch.source
    at_bats = AtBats(tx, batch.owners, batch.motion)
    stories = Stories(tx, batch.waiting, at_bats, Entries(tx, batch.owners), itertools.chain(*keys.values()))
    stories.known_deals(known.people)
    for contact_id, named in keys.items():
        person = known.people[contact_id]
        story = stories.of(person, named)
        owner = next((each.row.owner for each in reversed(story.entries) if each.row.owner), "")
        about = About(owner, person.row["source"], created_at=person.row["created_at"])
        made = stories.tell(about, person, NO_AT_BAT, story, source.summary, source.told.mapping.label)
        if made is not None and made.open:
            person.row["pool"] = Pool.SALES
    People(tx, known, "", []).write()
    at_bats.write()
    stories.write()


def _to(on_reject: Callable[[int, Reject], None], number: int) -> Callable[[Reject], None]:
    return lambda reject: on_reject(number, reject)


def _reject(source: Source, rows: Sequence[object]) -> None:
    for row in rows:
        if isinstance(row, Reject):
            source.reject(row)


def _users(store: Store) -> dict[str, int]:
    """Everybody who works here, by name and by e-mail, case folded."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for user_id, name, email in store.rows(_USERS, (SYSTEM_USER_ID,)):
        for word in filter(None, (name, email)):
            found[word.casefold()].add(user_id)
    return {word: ids.pop() for word, ids in found.items() if len(ids) == 1}


def _user(store: Store, name: str) -> int:
    if (user_id := _users(store).get(name.casefold())) is None:
        names = ", ".join(row[1] for row in store.rows(_USERS, (SYSTEM_USER_ID,)))
        raise Refusal(f"“{name}” is no user here: name one of {names}.", "owner")
    return user_id


_USERS = 'SELECT id, name, email FROM "user" WHERE active = 1 AND id <> ? ORDER BY name'
_SHARED = """
SELECT 1 FROM email WHERE void = 0 AND folded IN (SELECT value FROM json_each(?))
GROUP BY folded HAVING count(DISTINCT contact_id) > 1 LIMIT 1"""
_BESIDE_ENDED = "no at bat became it: its contact's ended without it, and is locked"
_BESIDE_OPEN = "no at bat became it: its contact's is open, and its status tells of no deal"
_BESIDE = """
SELECT m.opportunity_id, max(l.open) FROM opportunity_contact m
JOIN lead l ON l.contact_id = m.contact_id AND l.void = 0
WHERE m.void = 0 AND m.opportunity_id IN (SELECT value FROM json_each(?))
GROUP BY m.opportunity_id HAVING max(l.stage = 'converted') = 0 ORDER BY m.opportunity_id"""
_LONE = """
SELECT (SELECT count(*) FROM opportunity_contact WHERE opportunity_id = o.id), min(c.id), count(c.id)
FROM opportunity o LEFT JOIN contact c ON c.account_id = o.account_id AND c.void = 0 AND c.merged_into_id IS NULL
WHERE o.id = :deal"""
