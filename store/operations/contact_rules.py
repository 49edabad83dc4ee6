"""What the rules do to a person as time goes by, whether or not they have an at bat: one timer for each rule.

A timer says when it next does something to somebody. ``contact.rule_at`` is the first of these times; it may be too
early, never too late: an act after which a timer runs sooner calls ``Transaction.wake``, and one after which it runs
later need not say so. See docs/model.md, "Ticking".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from store.instants import Instant
from store.models import Contact
from store.operations import pools, signal_does
from store.operations.transaction import Done, Transaction, operation

Person = Mapping[str, Any]
"""A contact by column."""


@dataclass(frozen=True, slots=True)
class Timer:
    """A rule on people: ``due`` says when it next does something to one (None: never), ``act`` does it then.

    After ``act`` it must be due later, or never.
    """

    due: Callable[[Transaction, Person], Instant | None]
    act: Callable[[Transaction, Person], None]


TIMERS: tuple[Timer, ...] = (
    Timer(signal_does.held_until, signal_does.release),
    Timer(pools.due, pools.demote_ignored),
)
"""Every rule on people, in the order in which they act at the same instant."""


@dataclass(frozen=True, slots=True)
class TickContactDraft:
    """The person whose time has come."""

    contact_id: int


@operation("tick")
def tick_contact(tx: Transaction, draft: TickContactDraft) -> Done:
    """Do what has come due to one person, and keep when the rules come next; nothing where another was first."""
    person = tx.get(Contact, draft.contact_id)
    if person["rule_at"] is None or person["rule_at"] > tx.now:
        return Done(0, "")
    for timer in TIMERS:
        due = None if person["void"] else timer.due(tx, person)
        if due is not None and due <= tx.now:
            timer.act(tx, person)
            person = tx.get(Contact, draft.contact_id)
    _settle(tx, person)
    return Done(tx.id, "")


def _settle(tx: Transaction, person: Person) -> None:
    times = [] if person["void"] else [at for timer in TIMERS if (at := timer.due(tx, person)) is not None]
    sql = "UPDATE contact SET rule_at = ? WHERE id = ?"
    tx.store.connection.execute(sql, (min(times, default=None), person["id"]))
