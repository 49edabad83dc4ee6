"""Which changes of status are put before a team lead to judge. See docs/model.md, "Spot checks"."""

from __future__ import annotations

import random
from collections.abc import Iterable


def sample(month: str, user_id: int, changes: Iterable[int], count: int) -> tuple[int, ...]:
    """As many of a rep's changes of a month as are judged, at random, in the order they were made.

    The same changes always give the same ones, so that nothing has to be drawn beforehand and nobody can draw again.
    """
    known = sorted(changes)
    chance = random.Random(f"{month} {user_id}")
    return tuple(sorted(chance.sample(known, min(count, len(known)))))
