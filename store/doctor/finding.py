"""One fact that does not hold, and where."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """``fact`` is what should hold; ``entity`` and ``entity_id`` the row (None: the file as a whole)."""

    fact: str
    entity: str
    entity_id: int | None
    sentence: str
