"""Alerts: what an owner must see, opened once and closed when the cause is gone.

See docs/model.md, "Alerts".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.database import Store
from store.models import Alert
from store.vocabulary import AlertKind

if TYPE_CHECKING:
    from store.operations.transaction import Transaction


def raise_alert(
    tx: Transaction, kind: AlertKind, entity: str, entity_id: int, owner_id: int | None, cause: str
) -> None:
    """Open an alert unless this owner has it already; without an owner it is everybody's."""
    facts = {"kind": kind, "entity": entity, "entity_id": entity_id, "owner_id": owner_id}
    if not tx.find(Alert, **facts, closed_at=None, void=0):
        tx.insert(Alert, **facts, cause=cause, opened_at=tx.now)


def close_alert(tx: Transaction, kind: AlertKind, entity: str, entity_id: int) -> None:
    """Close every open alert of this kind on this row: its cause is gone."""
    for alert in tx.find(Alert, kind=kind, entity=entity, entity_id=entity_id, closed_at=None, void=0):
        tx.update(Alert, alert, closed_at=max(tx.now, alert["opened_at"]))


def team_lead(store: Store, team_id: int | None) -> int | None:
    """Who leads this team: its first active team lead, else an active admin; None where there is neither."""
    found = store.value(_TEAM_LEAD, (team_id,))
    return None if found is None else int(found)


_TEAM_LEAD = """
SELECT id FROM "user" WHERE active = 1 AND id > 1 AND role IN ('lead', 'admin')
ORDER BY role = 'lead' DESC, team_id IS NOT ? , id LIMIT 1"""
