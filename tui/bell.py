"""The bell: rings once for a hot lead, a reply, or a promise that falls due, and never twice for the same."""

from __future__ import annotations

from collections.abc import Iterable

from store.queries.rings import Ring


class Bell:
    """What was rung for already; ``on`` is whether it sounds."""

    def __init__(self, on: bool = True) -> None:
        self.on = on
        self._heard: set[tuple[str, int, int]] | None = None

    def news(self, found: Iterable[Ring], own: int | None = None) -> list[Ring]:
        """What is new since it was last asked; nothing the first time, and nothing of the at bat just worked on."""
        rings = list(found)
        known = {ring.key for ring in rings} if self._heard is None else self._heard
        fresh = [ring for ring in rings if ring.key not in known and ring.lead_id != own]
        self._heard = known | {ring.key for ring in rings}
        return fresh

    def forget(self) -> None:
        """Somebody else sits down: what is there then is not new."""
        self._heard = None
