"""How a person may be reached, read with one query; used by screens and by operations alike."""

from __future__ import annotations

from store.database import Store
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
