"""Read a file of people into the database: whom each row means, what it adds, and the at bat it brings.

A file is taken in batches, each one transaction. Rows that were taken are remembered, so what was interrupted is
finished by doing it again, and the same file a second time changes nothing. See docs/model.md, "Intake".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from store.actor import Actor
from store.database import Store
from store.instants import Instant
from store.intake.mapping import OWN, understood
from store.intake.objects import RECORD_KEY
from store.intake.reading import Progress, read_rows
from store.intake.rows import ContactRow, Reject
from store.intake.statuses import NO_AT_BAT, Kind, Understanding
from store.models import ExternalId
from store.operations.closing import suppress
from store.operations.import_activities import Entries
from store.operations.import_at_bats import About, AtBats, Owners
from store.operations.import_known import DIGEST, RECORD, Known, Person, seen_before
from store.operations.import_people import People
from store.operations.import_source import BLANK, Source
from store.operations.import_stories import Stories, Waiting
from store.operations.import_summary import KEPT
from store.operations.transaction import Done, Transaction, operation
from store.queries.export import identity
from store.ruleset import RuleSet
from store.vocabulary import Motion, Outcome, Pool, Stage

BATCH = 500  # rows in one transaction: others wait for the write lock no longer than these take


@dataclass(frozen=True, slots=True)
class _Batch:
    rows: Sequence[ContactRow]
    source: Source
    owners: Owners
    motion: Motion
    waiting: Waiting


def import_people(
    store: Store,
    actor: Actor,
    now: Instant,
    source: Source,
    owners: Owners,
    motion: Motion,
    waiting: Waiting,
    progress: Callable[[Progress], None] | None = None,
) -> None:
    """Take every row of a file of people, with what waits for them; see ``import_files``."""
    rows = read_rows(source.told, progress=progress)
    while batch := list(islice(rows, BATCH)):
        for reject in (each for each in batch if isinstance(each, Reject)):
            source.reject(reject)
        taken = [each for each in batch if isinstance(each, ContactRow)]
        import_rows(store, actor, now, _Batch(taken, source, owners, motion, waiting))


@operation("import")
def import_rows(tx: Transaction, batch: _Batch) -> Done:
    """Take one batch of rows; those taken before are left alone, and where all were nothing is written."""
    source, summary = batch.source, batch.source.summary
    summary.rows += len(batch.rows)
    summary.accepted += len(batch.rows)
    digests = {row.line: source.digest(row) for row in batch.rows}
    system = source.system
    if any(column.field == "status" for column in source.told.columns):
        for row in batch.rows:
            meant = understood(source.told.mapping, row)
            summary.understand(source.header("status"), row.status or BLANK, meant.words)
    seen = seen_before(tx.store, system, digests.values())
    fresh: list[ContactRow] = []
    for row in batch.rows:
        digest = digests[row.line]
        if digest not in seen:
            seen.add(digest)
            fresh.append(row)
    summary.unchanged += len(batch.rows) - len(fresh)
    summary.without += len(batch.rows) - len(fresh)
    if fresh:
        _Taking(tx, batch, system, fresh, digests).take_all()
    return Done(tx.id, f"{len(fresh)} rows taken")


class _Taking:
    """The rows of one batch that are new, on their way into the database."""

    def __init__(
        self, tx: Transaction, batch: _Batch, system: str, rows: Sequence[ContactRow], digests: dict[int, str]
    ) -> None:
        self._tx = tx
        self._mapping = batch.source.told.mapping
        self._source = batch.source
        self._summary = batch.source.summary
        self._owners = batch.owners
        self._rows = rows
        self._digests = digests
        self._system = system
        self._known = Known(tx.store, system, rows)
        self._near: list[tuple[int, str]] = []
        own = identity(tx.store) if system == OWN else ""
        self._people = People(tx, self._known, own, self._near)
        self._at_bats = AtBats(tx, batch.owners, batch.motion)
        keys = (key for row in rows for key in _keys(row))
        self._stories = Stories(tx, batch.waiting, self._at_bats, Entries(tx, batch.owners), keys)
        self._stories.known_deals(self._known.people)
        self._ids: list[dict[str, object]] = []
        self._stop: dict[int, str] = {}

    def take_all(self) -> None:
        """Decide on every row, then write."""
        for row in self._rows:
            self._take(row)
        self._summary.accounts += sum(each.stored is None for each in self._known.companies.values())
        self._summary.near_count += len(self._near)
        self._summary.near += self._near[: KEPT - len(self._summary.near)]
        self._people.write()
        self._at_bats.write()
        self._stories.write()
        self._tx.insert_many(ExternalId, self._ids)
        for contact_id, why in self._stop.items():
            suppress(self._tx, contact_id, why)

    def _take(self, row: ContactRow) -> None:
        meaning = self._people.find(row)
        meant = self._meaning(row)
        person = meaning.person
        if person is None:
            person = self._people.add(row, worked=meant.kind is not Kind.NONE)
            self._summary.new += 1
        elif self._people.enrich(row, person, own=meaning.own):
            self._summary.enriched += 1
        else:
            self._summary.unchanged += 1
        for notice in row.notices:
            self._summary.notice(row.line, notice)
        self._summary.created(row.line, self._source.header("created_at"), row.created_at, self._tx.now)
        self._suppress(row, person, meant)
        if meaning.own:
            self._summary.without += 1
            return
        self._remember(row, person)
        self._at_bat(row, person, meant)

    def _meaning(self, row: ContactRow) -> Understanding:
        """What the row's status means, with a reason code that the rules in force know."""
        meant = understood(self._mapping, row)
        if row.do_not_contact and meant.kind is Kind.OPEN:
            return NO_AT_BAT
        if meant.outcome is None:
            return meant
        reason = _reason(meant.outcome, meant.reason, self._tx.rules)
        if reason != meant.reason:
            self._summary.warn(row.line, f"reason “{meant.reason}” is not in the rules: “{reason}” was taken instead")
        return replace(meant, reason=reason)

    def _at_bat(self, row: ContactRow, person: Person, meant: Understanding) -> None:
        about = About.of(row)
        story = self._stories.of(person, _keys(row))
        why_not = self._at_bats.why_not(person, meant, about)
        if why_not:
            self._summary.warn(row.line, why_not)
        told = NO_AT_BAT if why_not else meant
        made = self._stories.tell(about, person, told, story, self._summary, self._mapping.label)
        if made is None:
            self._summary.without += 1
            return
        if meant.warning and not why_not and made.stage is not Stage.CONVERTED:
            self._summary.warn(row.line, meant.warning)
        if row.owner and self._owners.of(row.owner)[1] != "import: owner in the file":
            self._summary.warn(row.line, f"owner “{row.owner}” is no user here")
        if made.open:
            person.row["pool"] = Pool.SALES

    def _suppress(self, row: ContactRow, person: Person, meant: Understanding) -> None:
        """Keep everybody off somebody who asked for it, also where they are being worked at this moment."""
        if not row.do_not_contact and meant.outcome is not Outcome.SUPPRESS:
            return
        if person.row["suppressed_at"] is not None:
            return
        why = meant.reason if meant.outcome is Outcome.SUPPRESS else _reason(Outcome.SUPPRESS, "", self._tx.rules)
        if any(each.open for each in person.at_bats):
            self._stop[person.id] = why  # once everything else is written: it ends the open at bat too
            self._summary.warn(row.line, "asked not to be contacted: the open at bat was closed")
        else:
            person.row.update(suppressed_at=self._tx.now, suppressed_why=why)

    def _remember(self, row: ContactRow, person: Person) -> None:
        """Note that this row was taken, and what the other system calls the person."""
        made = {"source": self._system, "entity": "contact", "entity_id": person.id}
        self._ids.append({**made, "kind": DIGEST, "value": self._digests[row.line]})
        if row.external_id and row.external_id not in self._known.by_record:
            self._ids.append({**made, "kind": RECORD, "value": row.external_id})
            self._known.by_record[row.external_id] = person.id
            person.records.add(row.external_id)


def _keys(row: ContactRow) -> list[str]:
    """By which keys the rows of other files may name the person of a row."""
    record = [f"{RECORD_KEY}{row.external_id}"] if row.external_id else []
    return [*(email.key for email in row.emails), *record]


def _reason(outcome: Outcome, reason: str, rules: RuleSet) -> str:
    known = rules.reasons.get(reason)
    return reason if known is not None and outcome in known.outcomes else rules.outcomes[outcome].default_reason
