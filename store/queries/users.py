"""Who uses the program: what the first question offers and ``--as`` is matched with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from store.actor import SYSTEM_USER_ID
from store.database import Store
from store.instants import usable_zone
from store.vocabulary import UserRole


class Named(Protocol):
    """Whoever has a name."""

    @property
    def name(self) -> str:
        """The name."""


Anybody = TypeVar("Anybody", bound=Named)


@dataclass(frozen=True, slots=True)
class UserRow:
    """Somebody who uses the program; ``zone`` is empty where it is the team's."""

    id: int
    name: str
    role: UserRole
    zone: str


def users(store: Store) -> tuple[UserRow, ...]:
    """Every active user but the system itself, by name."""
    found = store.rows(_USERS, (SYSTEM_USER_ID,))
    return tuple(UserRow(id, name, UserRole(role), usable_zone(zone)) for id, name, role, zone in found)


def called(people: Sequence[Anybody], name: str) -> Anybody | None:
    """Who of ``people`` is meant: by the whole name, else by its beginning where that is one person's alone."""
    said = " ".join(name.split()).casefold()
    exact = [one for one in people if one.name.casefold() == said]
    begin = [one for one in people if said and one.name.casefold().startswith(said)]
    return exact[0] if exact else begin[0] if len(begin) == 1 else None


def names_of(people: Sequence[Named], most: int = 12) -> str:
    """Their names for the end of a sentence, without its full stop where a name has one."""
    return ", ".join(one.name for one in people[:most]).rstrip(".")


_USERS = 'SELECT id, name, role, zone FROM "user" WHERE active = 1 AND id <> ? ORDER BY name, id'
