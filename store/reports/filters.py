"""What a report is asked, typed as one line: ``days:last_month rep:ben motion:demo source:webinar``.

A word by itself is a period. What has a blank in it stands in quotation marks: ``rep:"Priya N."``.
"""

from __future__ import annotations

import re

from store.database import Store
from store.errors import Refusal
from store.instants import Instant
from store.reports.asked import Asked, asked
from store.reports.period import reads_as_one

NAMES = ("days", "team", "rep", "motion", "source", "campaign", "segment")
MOST_NAMED = 12
_TERM = re.compile(r'(?:([A-Za-z]+)[:=])?(?:"([^"]*)"?|([^\s"]+))?')


def parts(text: str) -> dict[str, str]:
    """The filters of a line by name; one with nothing typed after it yet narrows nothing.

    Raises Refusal for a filter that is none, naming what there is; for one that is said twice; and for a name with a
    blank in it that stands in no quotation marks.
    """
    found: dict[str, str] = {}
    open_name = ""  # the filter before, where its value may go on after a blank
    for key, quoted, word in _TERM.findall(text):
        if not (key or quoted or word):
            continue
        if open_name and not (key or quoted or reads_as_one(word)):
            whole = f'{open_name}:"{found[open_name]} {word}"'
            raise Refusal(f"What has a blank in it stands in quotation marks: {whole}.", "filter")
        name = key.lower() or "days"
        if name not in NAMES:
            raise Refusal(f"There is no filter {name}: say one of {', '.join(NAMES)}.", "filter")
        if name in found:
            raise Refusal(f"{name} is said twice: take one away.", "filter")
        if quoted or word:
            found[name] = (quoted or word).strip()
        open_name = name if key and word else ""
    return found


def line(filters: dict[str, str]) -> str:
    """The same as one line again."""
    return " ".join(f'{name}:"{value}"' if " " in value else f"{name}:{value}" for name, value in filters.items())


def asked_as(store: Store, now: Instant, text: str) -> Asked:
    """What a line asks for; raises Refusal for a name that nothing has."""
    filters = parts(text)
    if source := filters.get("source"):
        filters["source"] = source_called(store, source)
    return asked(store, now, **filters)


def source_called(store: Store, typed: str) -> str:
    """The source that is called so or, alone, begins so."""
    known = [name for (name,) in store.rows(_SOURCES)]
    folded = typed.casefold()
    found = [name for name in known if name.casefold() == folded]
    found = found or [name for name in known if name.casefold().startswith(folded)]
    if len(found) == 1:
        return str(found[0])
    if not known:
        raise Refusal("No at bat has a source yet.", "filter")
    problem = f"Several sources begin with {typed}" if found else f"There is no source {typed}"
    raise Refusal(f"{problem}: say one of {', '.join((found or known)[:MOST_NAMED])}.", "filter")


_SOURCES = "SELECT DISTINCT source FROM lead WHERE source <> '' ORDER BY source"
