"""Who uses the program: what the first question offers and ``--as`` is matched with."""

from __future__ import annotations

from dataclasses import dataclass

from store.actor import SYSTEM_USER_ID
from store.database import Store
from store.vocabulary import UserRole


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
    return tuple(UserRow(id, name, UserRole(role), zone) for id, name, role, zone in found)


_USERS = 'SELECT id, name, role, zone FROM "user" WHERE active = 1 AND id <> ? ORDER BY name, id'
