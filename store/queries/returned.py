"""What a team lead said when an at bat was given back: a closing sent back, a conversion reversed, a stage set back."""

from __future__ import annotations

from dataclasses import dataclass

from store.database import Store
from store.instants import Instant


@dataclass(frozen=True, slots=True)
class Returned:
    """Who gave it back, when and why; ``deed`` says what was done: ``sent it back``."""

    by: str
    at: Instant
    why: str
    deed: str


def returned(store: Store, lead_id: int) -> Returned | None:
    """The last time this at bat was given back; None where it never was, or where that was undone."""
    row = store.row(_LAST, (lead_id,))
    return None if row is None else Returned(row[0], row[1], row[2], _DEEDS[row[3]])


_DEEDS = {
    "send_back": "sent it back",
    "reverse": "took the conversion back",
    "set_back": "set the stage back",
}
_LAST = f"""
SELECT u.name, o.at,
       CASE o.kind WHEN 'reverse' THEN (SELECT outcome_note FROM lead WHERE id = c.entity_id)
       WHEN 'set_back' THEN (SELECT text FROM note WHERE lead_id = c.entity_id AND at = o.at AND void = 0
                             AND written_id = o.id)
       ELSE coalesce((SELECT answer FROM approval WHERE lead_id = c.entity_id AND decided_at = o.at AND void = 0), '')
       END,
       o.kind
FROM change c JOIN operation o ON o.id = c.operation_id JOIN "user" u ON u.id = o.actor_id
WHERE c.entity = 'lead' AND c.entity_id = ? AND c."column" = 'version' AND o.kind IN {tuple(_DEEDS)}
  AND NOT EXISTS (SELECT 1 FROM change d JOIN operation n ON n.id = d.operation_id
                  WHERE d.entity = 'lead' AND d.entity_id = c.entity_id AND n.undoes_id = o.id)
ORDER BY o.id DESC LIMIT 1"""
