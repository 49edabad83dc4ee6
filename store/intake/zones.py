"""Time zones as people type them."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import available_timezones

from store.errors import Refusal
from store.intake.clean import clean_line


@lru_cache(maxsize=1024)
def zone_named(text: str) -> str | None:
    """The IANA name a text means, whatever its case, or that of a city in it: ``new york``; None for no zone."""
    wanted = text.strip().replace(" ", "_").casefold()
    if not wanted:
        return None
    names = _names()
    return names.get(wanted) or next((name for folded, name in names.items() if folded.endswith(f"/{wanted}")), None)


def known_zone(text: str) -> str:
    """The zone a text means, empty for an empty one; raises Refusal for what is none."""
    found = zone_named(text)
    if found is None and text.strip():
        shown = clean_line(text[:40], field="zone")
        raise Refusal(f"“{shown}” is no time zone: give one such as Europe/Berlin or America/New_York.", "zone")
    return found or ""


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Every zone by its folded name; those of a region before the old names that stand alone."""
    return {name.casefold(): name for name in sorted(available_timezones(), key=lambda name: (name.count("/"), name))}
