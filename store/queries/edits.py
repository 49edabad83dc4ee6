"""What an edit changed on a person or a company, from the history of its operation."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edited:
    """One fact that was edited: of a contact, an account, or the phone or e-mail ``of``; column ``+`` says it is new.

    Empty ``before`` and ``after`` where the values were erased, or are too long to tell.
    """

    entity: str
    column: str
    before: str
    after: str
    of: str


def edits(told: str) -> tuple[Edited, ...]:
    """The edits that ``EDITS`` found."""
    return tuple(Edited(*("" if value is None else str(value) for value in one)) for one in json.loads(told))


_COLUMNS = (
    "name",
    "title",
    "notes",
    "zone",
    "is_reference",
    "pool",
    "account_id",
    "written_as",
    "address",
    "state",
    "kind",
    "domain",
    "website",
    "industry",
    "size",
    "country",
    "city",
    "owner_id",
)
_LONGEST = 200  # characters of a value
# A value that was erased is no JSON any more; a note is too long for a line.
_VALUE = f"""
    CASE h."column" WHEN 'notes' THEN NULL
    WHEN 'account_id' THEN (SELECT name FROM account WHERE id = h.{{0}})
    WHEN 'owner_id' THEN (SELECT name FROM "user" WHERE id = h.{{0}})
    ELSE (SELECT substr(json_extract(v, '$'), 1, {_LONGEST}) FROM (SELECT coalesce(s.{{0}}, h.{{0}}) AS v)
          WHERE json_valid(v)) END"""
_OF = """
    CASE h.entity WHEN 'phone' THEN (SELECT written_as FROM phone WHERE id = h.entity_id)
    WHEN 'email' THEN (SELECT address FROM email WHERE id = h.entity_id) ELSE '' END"""
_TOLD = ", ".join(f"'{column}'" for column in _COLUMNS)
EDITS = f"""(
    SELECT json_group_array(json_array(h.entity, h."column",{_VALUE.format("before")},{_VALUE.format("after")},{_OF}))
    FROM change h LEFT JOIN change_secret s ON s.change_id = h.id
    WHERE h.operation_id = x.written_id
      AND ((h.entity IN ('contact', 'account', 'phone', 'email') AND h."column" IN ({_TOLD}))
           OR (h.entity IN ('phone', 'email') AND h."column" = '+')))"""
"""SQL for the edits of the row ``x``, which the operation wrote, as JSON for ``edits``."""
