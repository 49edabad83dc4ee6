"""What an edit changed on a person, a company or an opportunity, from the history of its operation."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edited:
    """One fact that was edited: of a contact, an account, or the phone or e-mail ``of``; column ``+`` says it is new.

    Of an opportunity, whose currency is ``of``, the amount is in minor units; of a person's part on one ``of`` is their
    name, and column ``void`` with ``after`` 1 says they were taken off it. Empty ``before`` and ``after`` where the
    values were erased, or are too long to tell.
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
_OF_DEALS = ("name", "amount", "probability", "close_date", "owner_id")
_OF_PARTS = ("+", "role", "is_primary", "void")
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
    WHEN 'email' THEN (SELECT address FROM email WHERE id = h.entity_id)
    WHEN 'opportunity' THEN (SELECT currency FROM opportunity WHERE id = h.entity_id)
    WHEN 'opportunity_contact' THEN (
        SELECT p.name FROM opportunity_contact m JOIN contact p ON p.id = m.contact_id WHERE m.id = h.entity_id)
    ELSE '' END"""
_ROLE_GIVEN = "SELECT role FROM opportunity_contact WHERE id = h.entity_id"
_AFTER = f"CASE WHEN h.entity = 'opportunity_contact' AND h.\"column\" = '+' THEN ({_ROLE_GIVEN}) ELSE {_VALUE} END"


def _listed(columns: tuple[str, ...]) -> str:
    return ", ".join(f"'{column}'" for column in columns)


EDITS = f"""(
    SELECT json_group_array(json_array(h.entity, h."column",{_VALUE.format("before")},{_AFTER.format("after")},{_OF}))
    FROM change h LEFT JOIN change_secret s ON s.change_id = h.id
    WHERE h.operation_id = x.written_id
      AND (x.opportunity_id IS NULL AND (
               h.entity IN ('contact', 'account', 'phone', 'email') AND h."column" IN ({_listed(_COLUMNS)})
               OR h.entity IN ('phone', 'email') AND h."column" = '+')
           OR (h.entity = 'opportunity' AND h.entity_id = x.opportunity_id AND h."column" IN ({_listed(_OF_DEALS)}))
           OR (h.entity = 'opportunity_contact' AND h."column" IN ({_listed(_OF_PARTS)}) AND h.entity_id IN (
               SELECT id FROM opportunity_contact WHERE opportunity_id = x.opportunity_id))))"""
"""SQL for the edits of the row ``x``, which the operation wrote, as JSON for ``edits``."""
