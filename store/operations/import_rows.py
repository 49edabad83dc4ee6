"""Read a file of people into the database: whom each row means, what it adds, and the at bat it brings.

A file is taken in batches, each one transaction. Rows that were taken are remembered, so what was interrupted is
finished by doing it again, and the same file a second time changes nothing. See docs/model.md, "Intake".
"""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import islice
from pathlib import Path

from store.actor import SYSTEM_USER_ID, Actor
from store.database import Store, open_store, rules_beside
from store.errors import Refusal
from store.instants import Instant
from store.intake.mapping import OWN, Mapping, understood
from store.intake.reading import Description, Progress, read_rows
from store.intake.rows import ContactRow, Reject
from store.intake.statuses import Kind, Understanding
from store.models import ExternalId
from store.operations.closing import suppress
from store.operations.import_at_bats import AtBats, Owners
from store.operations.import_known import DIGEST, RECORD, Known, Person, seen_before
from store.operations.import_people import People
from store.operations.transaction import Done, Transaction, operation
from store.queries.export import identity
from store.ruleset import RuleSet
from store.vocabulary import Motion, Outcome, Pool

BATCH = 500  # rows in one transaction: others wait for the write lock no longer than these take
_KEPT = 200  # near matches and rejects that a summary names; all are counted
_LINES = 5  # lines that a grouped warning names
_QUOTED = re.compile(r" “[^”]*”")


@dataclass(frozen=True, slots=True)
class ImportDraft:
    """How a file is to be taken: ``owner`` (a user's name) has what the file gives to nobody known here."""

    owner: str = ""
    motion: Motion = Motion.OUTBOUND_TARGET


@dataclass(slots=True)
class Summary:
    """What an import did. rows = accepted + rejected, accepted = new + enriched + unchanged.

    ``without`` counts accepted rows that brought no at bat. ``warnings`` maps a sentence to how often and the first
    lines it was said of, ``near`` has lines with who may be the same person; ``rejects`` the first ones.
    """

    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    new: int = 0
    enriched: int = 0
    unchanged: int = 0
    accounts: int = 0
    opened: int = 0
    closed: int = 0
    without: int = 0
    near_count: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    warnings: dict[str, tuple[int, tuple[int, ...]]] = field(default_factory=dict)
    near: list[tuple[int, str]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)

    def reject(self, reject: Reject) -> None:
        """Count a row that was not taken."""
        self.rows += 1
        self.rejected += 1
        self.reasons[reject.reason] += 1
        if len(self.rejects) < _KEPT:
            self.rejects.append(reject)

    def warn(self, line: int, sentence: str) -> None:
        """Say something of a line; the same sentence about others is counted with it."""
        count, lines = self.warnings.get(sentence, (0, ()))
        self.warnings[sentence] = (count + 1, lines if len(lines) == _LINES else (*lines, line))


@dataclass(frozen=True, slots=True)
class _Batch:
    rows: Sequence[ContactRow]
    mapping: Mapping
    stamp: bytes
    owners: Owners
    motion: Motion
    summary: Summary


def import_file(
    store: Store,
    actor: Actor,
    now: Instant,
    told: Description,
    draft: ImportDraft = ImportDraft(),
    *,
    on_reject: Callable[[Reject], None] = lambda _: None,
    progress: Callable[[Progress], None] | None = None,
) -> Summary:
    """Take every row of the described file; ``actor`` is of kind import.

    Raises Refusal for an owner nobody knows and for a file that stops being readable, StoreError when the database
    does; whole batches before that are taken, and doing it again takes the rest.
    """
    summary = Summary()
    owners = Owners(_users(store), _user(store, draft.owner) if draft.owner else None)
    stamp = _stamp(told)
    rows = read_rows(told, progress=progress)
    while batch := list(islice(rows, BATCH)):
        for reject in (each for each in batch if isinstance(each, Reject)):
            summary.reject(reject)
            on_reject(reject)
        taken = [each for each in batch if isinstance(each, ContactRow)]
        import_rows(store, actor, now, _Batch(taken, told.mapping, stamp, owners, draft.motion, summary))
    return summary


@contextmanager
def rehearsal(store: Store, rules: Path | None = None) -> Iterator[Store]:
    """A copy of the database to try an import on, gone afterwards; ``rules`` is the file the store was opened with."""
    from store.backup import backup

    with tempfile.TemporaryDirectory(prefix="atbat-") as folder:
        path = backup(store.path, Path(folder) / "rehearsal.db")
        copy = open_store(path, rules=rules or rules_beside(store.path))
        try:
            copy.connection.pragma("synchronous", "OFF")
            yield copy
        finally:
            copy.close()


@operation("import")
def import_rows(tx: Transaction, batch: _Batch) -> Done:
    """Take one batch of rows; those taken before are left alone, and where all were nothing is written."""
    summary = batch.summary
    summary.rows += len(batch.rows)
    summary.accepted += len(batch.rows)
    digests = {row.line: _digest(row, batch.stamp) for row in batch.rows}
    system = batch.rows[0].system if batch.rows else ""
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
        self._mapping = batch.mapping
        self._summary = batch.summary
        self._owners = batch.owners
        self._rows = rows
        self._digests = digests
        self._system = system
        self._known = Known(tx.store, system, rows)
        self._near: list[tuple[int, str]] = []
        own = identity(tx.store) if system == OWN else ""
        self._people = People(tx, self._known, own, self._near)
        self._at_bats = AtBats(tx, batch.owners, batch.motion)
        self._ids: list[dict[str, object]] = []
        self._stop: dict[int, str] = {}

    def take_all(self) -> None:
        """Decide on every row, then write."""
        for row in self._rows:
            self._take(row)
        self._summary.accounts += sum(each.stored is None for each in self._known.companies.values())
        self._summary.near_count += len(self._near)
        self._summary.near += self._near[: _KEPT - len(self._summary.near)]
        self._people.write()
        self._at_bats.write()
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
            self._summary.warn(row.line, _QUOTED.sub("", notice))
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
            return Understanding(Kind.NONE)
        if meant.outcome is None:
            return meant
        reason = _reason(meant.outcome, meant.reason, self._tx.rules)
        if reason != meant.reason:
            self._summary.warn(row.line, f"reason “{meant.reason}” is not in the rules: “{reason}” was taken instead")
        return replace(meant, reason=reason)

    def _at_bat(self, row: ContactRow, person: Person, meant: Understanding) -> None:
        why_not = self._at_bats.why_not(person, meant, row)
        if why_not:
            self._summary.warn(row.line, why_not)
        if why_not or meant.kind is Kind.NONE:
            self._summary.without += 1
            return
        if meant.warning:
            self._summary.warn(row.line, meant.warning)
        if row.owner and self._owners.of(row.owner)[1] != "import: owner in the file":
            self._summary.warn(row.line, f"owner “{row.owner}” is no user here")
        if meant.kind is Kind.OPEN:
            person.row["pool"] = Pool.SALES
            self._summary.opened += 1
        else:
            self._summary.closed += 1
        self._at_bats.make(row, person, meant)

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


def _stamp(told: Description) -> bytes:
    """What of the understanding of a file decides what its rows mean: taken again under another, they are new."""
    fields = [column.field for column in told.columns]
    statuses = sorted((word, repr(meant)) for word, meant in told.mapping.statuses.items())
    return blake2b(
        json.dumps([fields, statuses, repr(told.mapping.blank_status), repr(told.defaults)]).encode(), digest_size=12
    ).digest()


def _digest(row: ContactRow, stamp: bytes) -> str:
    return blake2b(row.digest.encode(), digest_size=12, key=stamp).hexdigest()


def _reason(outcome: Outcome, reason: str, rules: RuleSet) -> str:
    known = rules.reasons.get(reason)
    return reason if known is not None and outcome in known.outcomes else rules.outcomes[outcome].default_reason


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
