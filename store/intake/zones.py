"""Time zones as people type them."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import available_timezones


@lru_cache(maxsize=1024)
def zone_named(text: str) -> str | None:
    """The IANA name a text means, whatever its case, or that of a city in it: ``new york``; None for no zone."""
    wanted = text.strip().replace(" ", "_").casefold()
    if not wanted:
        return None
    names = _names()
    return names.get(wanted) or next((name for folded, name in names.items() if folded.endswith(f"/{wanted}")), None)


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Every zone by its folded name; those of a region before the old names that stand alone."""
    return {name.casefold(): name for name in sorted(available_timezones(), key=lambda name: (name.count("/"), name))}
