"""Who may be given at bats: what a team lead sees when assigning one, and what ``atbat users list`` shows."""

from __future__ import annotations

from dataclasses import dataclass

from store.actor import SYSTEM_USER_ID
from store.database import Store
from store.instants import Instant, usable_zone
from store.vocabulary import UserRole


@dataclass(frozen=True, slots=True)
class StaffRow:
    """Somebody of the team with what they hold; ``absent_until`` is the ISO day of the last day away, or empty."""

    id: int
    name: str
    role: UserRole
    zone: str
    capacity: int
    open: int
    absent_until: str
    paused: bool

    @property
    def here(self) -> bool:
        """Whether routing would give them anything."""
        return not self.absent_until and not self.paused


def staff(store: Store, now: Instant) -> tuple[StaffRow, ...]:
    """Every active user but the system itself, by name."""
    found = store.rows(_STAFF, {"today": store.calendar.day(now).isoformat(), "system": SYSTEM_USER_ID})
    return tuple(
        StaffRow(id, name, UserRole(role), usable_zone(zone), capacity, held, absent_until, bool(paused))
        for id, name, role, zone, capacity, held, absent_until, paused in found
    )


_STAFF = """
SELECT u.id, u.name, u.role, u.zone, u.capacity,
       (SELECT count(*) FROM lead INDEXED BY lead_queue WHERE owner_id = u.id AND open = 1),
       coalesce((SELECT max(ends) FROM absence
                 WHERE user_id = u.id AND void = 0 AND :today BETWEEN starts AND ends), ''),
       u.paused
FROM "user" u WHERE u.active = 1 AND u.id <> :system ORDER BY u.name, u.id"""
