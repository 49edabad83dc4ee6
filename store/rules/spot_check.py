"""Which changes of status are put before a team lead to judge. See docs/model.md, "Spot checks"."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256


def sample(month: str, user_id: int, changes: Iterable[int], count: int) -> tuple[int, ...]:
    """As many of a rep's changes of a month as are judged, at random, in the order they were made.

    Who is picked follows from the month and the change alone: nothing has to be drawn beforehand, nobody can draw
    again, and a change that is undone makes room for one other.
    """
    picked = sorted(changes, key=lambda change: sha256(f"{month} {user_id} {change}".encode()).digest())
    return tuple(sorted(picked[:count]))
