"""A small database made by the operations themselves, for the tests of what screens read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from store import Actor, Instant, Store, instant, open_store
from store.instants import MINUTE
from store.operations.init import TeamDraft, UserDraft, create_store
from store.operations.log_touch import log_touch
from store.operations.new_lead import NewLeadDraft, new_lead
from store.rules.closing import NewPerson
from store.rules.touch import TouchDraft
from store.vocabulary import Channel, Disposition, Motion, UserRole

PRIYA, ANA, ED = Actor(2), Actor(3, role=UserRole.LEAD), Actor(4, role=UserRole.AE)
START = instant(datetime(2026, 11, 23, 15, 0, tzinfo=UTC))  # a Monday, 10:00 for the team


class World:
    """A store and a clock that moves a minute with every act."""

    def __init__(self, folder: Path) -> None:
        path = folder / "world.db"
        users = [UserDraft("Priya"), UserDraft("Ana", UserRole.LEAD), UserDraft("Ed", UserRole.AE)]
        create_store(path, TeamDraft(zone="America/New_York", country="US", users=users), START)
        self.store: Store = open_store(path)
        self.now: Instant = START

    def later(self, by: int = MINUTE) -> Instant:
        """The time after one more act."""
        self.now += by
        return self.now

    def person(
        self,
        first: str,
        last: str,
        company: str = "Acme [UK] Ltd",
        *,
        title: str = "CFO",
        phone: str = "+1 503 555 0142",
        email: str = "",
        motion: Motion = Motion.DEMO_REQUEST,
        actor: Actor = PRIYA,
        called: bool = False,
    ) -> tuple[int, int, int]:
        """Open an at bat for somebody new; the ids of lead, contact and account."""
        who = NewPerson(first, last, title, phone, email or f"{first}.{last}@example.com".lower().replace(" ", ""))
        draft = NewLeadDraft(motion, "web", company=company, person=who, why="asked for it", called=called)
        made = new_lead(self.store, actor, self.later(), draft).made
        assert made is not None
        return made["lead_id"], made["contact_id"], made["account_id"]

    def log(
        self,
        lead_id: int,
        disposition: Disposition,
        channel: Channel = Channel.CALL,
        note: str = "",
        actor: Actor = PRIYA,
        **more: object,
    ) -> None:
        """Log a touch."""
        draft = TouchDraft(lead_id, channel, disposition, note=note, **more)  # type: ignore[arg-type]
        log_touch(self.store, actor, self.later(), draft)


@contextmanager
def counted(store: Store) -> Iterator[list[str]]:
    """Collects the SQL statements that run inside."""
    statements: list[str] = []

    def trace(_cursor: object, statement: str, _bindings: object) -> bool:
        statements.append(statement)
        return True

    store.connection.exec_trace = trace
    try:
        yield statements
    finally:
        store.connection.exec_trace = None
