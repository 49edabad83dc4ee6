"""A store to test against: a small team on a Monday morning, and at bats at any stage, made by real operations."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from store import Actor, Instant, Store, instant, open_store
from store.instants import DAY, HOUR, MINUTE, SECOND
from store.lead_state import COLUMNS, LeadState, lead_state
from store.operations.closing import close
from store.operations.converting import ConvertDraft, QualifyDraft, convert, qualify
from store.operations.init import TeamDraft, UserDraft, create_store
from store.operations.log_touch import log_touch
from store.operations.new_lead import NewLeadDraft, new_lead
from store.operations.scoring import total_of
from store.operations.transaction import Done
from store.operations.working import LeadDraft, accept
from store.rules.closing import CloseDraft, NewPerson
from store.rules.qualification import Answers
from store.rules.touch import TouchDraft
from store.vocabulary import Answer, Channel, Disposition, Motion, Outcome, Stage, UserRole

MONDAY = instant(datetime(2026, 11, 23, 15, 0, tzinfo=UTC))  # 10:00 in New York, nobody's holiday
ZONE = "America/New_York"

PRIYA, BEN = Actor(2), Actor(3)
ANA = Actor(4, role=UserRole.LEAD)
ED = Actor(5, role=UserRole.AE)
TEAM = TeamDraft(
    name="Inside sales",
    zone=ZONE,
    country="US",
    users=(UserDraft("Priya"), UserDraft("Ben"), UserDraft("Ana", UserRole.LEAD), UserDraft("Ed", UserRole.AE)),
)

YES = Answers(Answer.YES, Answer.YES, Answer.YES, Answer.UNKNOWN)
CLOSE_DATE = "2027-01-29"


def make_template(path: Path) -> Path:
    """A database with the team and nothing else, to be copied; what is in it is made once for each process."""
    path.write_bytes(_template())
    path.chmod(0o600)
    return path


@cache
def _template() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "template.db"
        create_store(path, TEAM, MONDAY - DAY)
        return path.read_bytes()


@dataclass
class Floor:
    """An open store and its clock. What it makes goes through the operations, as a person's acts would."""

    store: Store
    now: Instant = MONDAY
    people: int = 0

    def later(self, span: int = MINUTE) -> Instant:
        """Move the clock on and say what it shows."""
        self.now += span
        return self.now

    def person(self, phones: int = 1, emails: int = 1) -> NewPerson:
        """Somebody nobody met yet, with a number and an address unless told otherwise."""
        self.people += 1
        number = self.people
        return NewPerson(
            f"Person{number}",
            "Ortiz",
            "Buyer",
            f"+1 503 555 {1000 + number:04}" if phones else "",
            f"p{number}@example.com" if emails else "",
        )

    def lead(
        self,
        stage: Stage = Stage.NEW,
        *,
        actor: Actor = PRIYA,
        motion: Motion = Motion.OUTBOUND_TARGET,
        company: str | None = None,
        person: NewPerson | None = None,
        contact_id: int | None = None,
        value: int = 0,
    ) -> int:
        """An at bat of ``actor`` at ``stage``, by the shortest way there; returns its id."""
        draft = NewLeadDraft(
            motion,
            "list",
            company=f"Company {self.people + 1}" if company is None else company,
            person=None if contact_id else person or self.person(),
            contact_id=contact_id,
            why="worth a try",
            value=value,
            called=False,
        )
        lead_id = self.made(new_lead(self.store, actor, self.later(), draft))
        self.bring(lead_id, stage, actor)
        return lead_id

    def company_lead(self, company: str = "Harbour Freight", *, actor: Actor = PRIYA) -> int:
        """An at bat on a company of which no person is known."""
        draft = NewLeadDraft(Motion.INTENT_SIGNAL, "list", company=company, called=False)
        return self.made(new_lead(self.store, actor, self.later(), draft))

    def bring(self, lead_id: int, stage: Stage, actor: Actor = PRIYA) -> None:
        """Play a new at bat up to ``stage``."""
        if stage is Stage.NEW:
            return
        if stage is Stage.ACCEPTED:
            accept(self.store, actor, self.later(), LeadDraft(lead_id))
            return
        if stage is Stage.CLOSED:
            self.close(lead_id, Outcome.NO_RESPONSE, actor=actor)
            return
        if stage is Stage.CONVERTED:
            self.convert(lead_id, actor=actor)
            return
        if stage is Stage.DISQUALIFIED:
            lead = self.state(lead_id)
            self.raw("UPDATE account SET size = 5000 WHERE id = ?", (lead.account_id,))
            self.rescore()
            self.close(lead_id, Outcome.BAD_FIT, actor=actor, reason="no_need")
            return
        self.touch(lead_id, Disposition.NO_ANSWER, actor=actor)
        if stage in (Stage.CONNECTED, Stage.QUALIFIED):
            self.touch(lead_id, Disposition.CONVERSATION, actor=actor)
        if stage is Stage.QUALIFIED:
            qualify(self.store, actor, self.later(), QualifyDraft(lead_id, YES))

    def touch(
        self,
        lead_id: int,
        disposition: Disposition = Disposition.NO_ANSWER,
        channel: Channel = Channel.CALL,
        *,
        actor: Actor = PRIYA,
        **more: Any,
    ) -> Done:
        """Log a touch a minute later."""
        return log_touch(self.store, actor, self.later(), TouchDraft(lead_id, channel, disposition, **more))

    def close(self, lead_id: int, outcome: Outcome, *, actor: Actor = PRIYA, **more: Any) -> Done:
        """Close an at bat a minute later."""
        return close(self.store, actor, self.later(), CloseDraft(lead_id, outcome, **more))

    def convert(self, lead_id: int, *, actor: Actor = PRIYA, **more: Any) -> Done:
        """Convert an at bat into a new opportunity a minute later, with good answers."""
        more = {"answers": YES, "close_date": CLOSE_DATE, **more}
        return convert(self.store, actor, self.later(), ConvertDraft(lead_id, **more))

    def meet(self, lead_id: int, *, actor: Actor = PRIYA) -> Done:
        """Convert an at bat into a meeting in two days."""
        return convert(self.store, actor, self.later(), ConvertDraft(lead_id, meeting_at=self.now + 2 * DAY))

    def made(self, done: Done) -> int:
        """The at bat an operation was about."""
        assert done.lead_id is not None
        return done.lead_id

    def state(self, lead_id: int) -> LeadState:
        """An at bat as it stands."""
        row = self.store.row(f"SELECT {', '.join(COLUMNS)} FROM lead WHERE id = ?", (lead_id,))
        assert row is not None
        return lead_state(row)

    def value(self, sql: str, *params: Any) -> Any:
        """One value out of the database."""
        return self.store.value(sql, params)

    def raw(self, sql: str, params: Sequence[Any] = ()) -> None:
        """SQL past every operation, as a fault or a foreign program would do it; guards still hold."""
        self.store.connection.execute(sql, params)

    def rescore(self) -> None:
        """Score every open at bat by the facts that ``raw`` left it with."""
        for lead_id, contact, account in self.store.rows("SELECT id, contact_id, account_id FROM lead WHERE open = 1"):
            score = total_of(self.store, contact, account, self.now, lead_id)
            self.raw("UPDATE lead SET score = ? WHERE id = ? AND score <> ?", (score, lead_id, score))

    def dump(self) -> dict[str, list[dict[str, Any]]]:
        """Every row of every table by column, for comparing before and after."""
        tables = self.store.rows(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%' AND name NOT LIKE"
            " 'sqlite_%' AND name NOT LIKE '%\\_words\\_%' ESCAPE '\\' AND name NOT LIKE '%\\_grams\\_%' ESCAPE '\\'"
        )
        found = {}
        for (table,) in tables:
            columns = [row[1] for row in self.store.rows(f'PRAGMA table_info("{table}")')]
            rows = self.store.rows(f'SELECT * FROM "{table}" ORDER BY id')
            found[table] = [dict(zip(columns, row, strict=True)) for row in rows]
        return found


def open_floor(template: Path, folder: Path, name: str = "leads.db") -> Floor:
    """A copy of the template of one's own, open. It does without fsync: nothing here outlives a power cut."""
    path = folder / name
    shutil.copyfile(template, path)
    path.chmod(0o600)
    store = open_store(path)
    store.connection.execute("PRAGMA synchronous = OFF")
    return Floor(store)


__all__ = [
    "ANA",
    "BEN",
    "CLOSE_DATE",
    "DAY",
    "ED",
    "HOUR",
    "MINUTE",
    "MONDAY",
    "PRIYA",
    "SECOND",
    "YES",
    "ZONE",
    "Floor",
    "make_template",
    "open_floor",
]
