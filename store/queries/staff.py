"""Who may be given at bats: what a team lead sees when assigning one, and what ``atbat users list`` shows."""

from __future__ import annotations

from dataclasses import dataclass

from store.actor import SYSTEM_USER_ID
from store.database import Store
from store.instants import Instant, usable_zone
from store.vocabulary import UserRole


@dataclass(frozen=True, slots=True)
class StaffRow:
    """Somebody of the team with what they hold; ``absent_until`` is the ISO day of the last day away, or empty.

    ``away_next`` are the first and last day of the next absence to come. ``full`` is who holds as many as the rules
    allow, ``in_turn`` whom routing gives new at bats in turn.
    """

    id: int
    name: str
    role: UserRole
    zone: str
    capacity: int
    open: int
    absent_until: str
    paused: bool
    away_next: tuple[str, str] | None = None
    full: bool = False
    in_turn: bool = True

    @property
    def here(self) -> bool:
        """Whether routing would give them anything."""
        return not self.absent_until and not self.paused


def staff(store: Store, now: Instant) -> tuple[StaffRow, ...]:
    """Every active user but the system itself, by name."""
    found = store.rows(_STAFF, {"today": store.calendar.day(now).isoformat(), "system": SYSTEM_USER_ID})
    rules = store.rules.routing
    return tuple(
        StaffRow(
            id,
            name,
            UserRole(role),
            usable_zone(zone),
            capacity,
            held,
            absent_until,
            bool(paused),
            (starts, ends) if starts else None,
            full=held >= rules.open_lead_limit,
            in_turn=role == UserRole.SDR and not rules.pull,
        )
        for id, name, role, zone, capacity, held, absent_until, paused, starts, ends in found
    )


_STAFF = """
SELECT u.id, u.name, u.role, u.zone, u.capacity,
       (SELECT count(*) FROM lead INDEXED BY lead_queue WHERE owner_id = u.id AND open = 1),
       coalesce((SELECT max(ends) FROM absence
                 WHERE user_id = u.id AND void = 0 AND :today BETWEEN starts AND ends), ''),
       u.paused, away.starts, away.ends
FROM "user" u LEFT JOIN absence away ON away.id = (
    SELECT id FROM absence WHERE user_id = u.id AND void = 0 AND starts > :today ORDER BY starts, id LIMIT 1)
WHERE u.active = 1 AND u.id <> :system ORDER BY u.name, u.id"""
