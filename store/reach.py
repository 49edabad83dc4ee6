"""How a person may be reached, read with one query; used by screens and by operations alike."""

from __future__ import annotations

from store.database import Store
from store.instants import DAY, Instant
from store.rules.touch import Reach

# The condition under which a number or an address still counts.
USABLE = "state <> 'bad' AND void = 0"

_REACH = f"""
SELECT c.zone, c.suppressed_at IS NOT NULL, c.email_stopped_at IS NOT NULL,
       (SELECT count(*) FROM phone WHERE contact_id = c.id AND {USABLE}),
       (SELECT count(*) FROM email WHERE contact_id = c.id AND {USABLE})
FROM contact c WHERE c.id = ?"""


def zones_of(zone: str) -> tuple[str, ...]:
    """The candidate zones a contact's ``zone`` column holds, blank-separated."""
    return tuple(zone.split())


def reach_of(store: Store, contact_id: int | None) -> Reach:
    """How to reach this contact; an at bat without a person can be reached nowhere yet."""
    row = None if contact_id is None else store.row(_REACH, (contact_id,))
    if row is None:
        return Reach()
    zone, suppressed, stopped, phones, emails = row
    return Reach(zones_of(zone), phones, emails, bool(suppressed), bool(stopped))


def promised_since(store: Store, lead_id: int) -> Instant | None:
    """When the open callback on an at bat was promised; None where there is none."""
    found: Instant | None = store.value(
        "SELECT max(promised_at) FROM callback WHERE lead_id = ? AND state = 'open' AND void = 0", (lead_id,)
    )
    return found


def recent_tries(store: Store, contact_id: int | None, lead_id: int, now: Instant) -> tuple[Instant, ...]:
    """When this person, or a company without one, was tried in the days that the spread of attempts looks back on."""
    since = now - (store.rules.attempts.days_running + 2) * DAY
    who, id = ("contact_id", contact_id) if contact_id is not None else ("lead_id", lead_id)
    sql = f"SELECT at FROM touch WHERE {who} = ? AND at > ? AND attempt = 1 AND void = 0"
    return tuple(at for (at,) in store.rows(sql, (id, since)))
