"""What a report is asked about: a period and the filters, which every report takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

from store.database import Store
from store.errors import Refusal
from store.instants import Instant, moment
from store.reports.period import DEFAULT, Period, before, period
from store.vocabulary import Motion

UNKNOWN_SEGMENT = "unknown"

T = TypeVar("T")


class Asked(NamedTuple):
    """A period and filters; None and "" narrow nothing. ``segment`` is a name of ``[segments]`` in the rules."""

    period: Period
    team: int | None = None
    rep: int | None = None
    motion: Motion | None = None
    source: str = ""
    campaign: int | None = None
    segment: str = ""

    def earlier(self) -> Asked | None:
        """The same of the period before; None for all time."""
        then = before(self.period)
        return None if then is None else self._replace(period=then)

    def narrowing(self, store: Store, lead: str = "l", account: str = "a") -> tuple[str, dict[str, Any]]:
        """The filters as SQL on an at bat and its account, each beginning with AND, and their values."""
        sql, values = "", {}
        for name, column, value in (
            ("team", "team_id", self.team),
            ("rep", "owner_id", self.rep),
            ("motion", "motion", self.motion.value if self.motion else None),
            ("source", "source", self.source or None),
            ("campaign", "campaign_id", self.campaign),
        ):
            if value is not None:
                sql += f" AND {lead}.{column} = :{name}"
                values[name] = value
        if self.segment:
            sql += f" AND {segment_sql(store, account)} = :segment"
            values["segment"] = self.segment
        return sql, values


def asked(
    store: Store,
    now: Instant,
    *,
    days: str = DEFAULT,
    team: str = "",
    rep: str = "",
    motion: str = "",
    source: str = "",
    campaign: str = "",
    segment: str = "",
) -> Asked:
    """What was asked for, from words; raises Refusal, with what there is, for a name that nothing has."""
    return Asked(
        period(days, moment(now, store.zone).date()),
        _named(store, "team", team),
        _named(store, "person", rep),
        _motion(motion),
        source.strip(),
        _named(store, "campaign", campaign),
        _segment(store, segment),
    )


def in_words(store: Store, wanted: Asked) -> str:
    """The filters as a heading says them: ``last 90 days · rep Priya N.``."""
    return " · ".join([wanted.period.words, *(f"{word} {value}" for word, value in filters_of(store, wanted))])


def filters_of(store: Store, wanted: Asked) -> tuple[tuple[str, str], ...]:
    """What narrows it beside the period: the filter and its value, each as one says it."""
    found: list[tuple[str, str]] = []
    for word, table, id in (
        ("team", "team", wanted.team),
        ("rep", '"user"', wanted.rep),
        ("campaign", "campaign", wanted.campaign),
    ):
        if id is not None:
            found.append((word, str(store.value(f"SELECT name FROM {table} WHERE id = ?", (id,)))))
    for word, value in (
        ("motion", wanted.motion.label if wanted.motion else ""),
        ("source", wanted.source),
        ("segment", wanted.segment),
    ):
        if value:
            found.append((word, value))
    return tuple(found)


def segment_sql(store: Store, account: str = "a") -> str:
    """The name of the segment that a company is in, by its employees, as SQL."""
    bands = sorted(store.rules.segments.items(), key=lambda band: -band[1])
    whens = " ".join(f"WHEN {account}.size >= {least} THEN {_quoted(name)}" for name, least in bands)
    return f"CASE {whens} ELSE '{UNKNOWN_SEGMENT}' END"


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


# Whom or what a filter may name: the program itself is no person, and what an undo took back is nothing.
_NAMES = {
    "team": "SELECT id, name FROM team ORDER BY id",
    "person": 'SELECT id, name FROM "user" WHERE id > 1 ORDER BY id',
    "campaign": "SELECT id, name FROM campaign WHERE void = 0 ORDER BY id",
}
_MOST_NAMED = 12


def _named(store: Store, word: str, name: str) -> int | None:
    if not name.strip():
        return None
    known = {int(id): str(called) for id, called in store.rows(_NAMES[word])}
    if not known:
        raise Refusal(f"There is no {word} yet.")
    return _only(known, word, name)


def _motion(name: str) -> Motion | None:
    if not name.strip():
        return None
    return _only(
        {motion: motion.value for motion in Motion}, "motion", name.strip().replace(" ", "_").replace("-", "_")
    )


def _segment(store: Store, name: str) -> str:
    if not name.strip():
        return ""
    return _only({segment: segment for segment in (*store.rules.segments, UNKNOWN_SEGMENT)}, "segment", name)


def _only(known: Mapping[T, str], word: str, name: str) -> T:
    """The one that is called so, or else begins so; raises Refusal, with what there is, for none and for several."""
    folded = name.strip().casefold()
    found = [each for each, called in known.items() if called.casefold() == folded]
    found = found or [each for each, called in known.items() if called.casefold().startswith(folded)]
    if len(found) == 1:
        return found[0]
    problem = f"Several begin with {name}" if found else f"There is no {word} {name}"
    names = ", ".join([known[each] for each in found or known][:_MOST_NAMED])
    raise Refusal(f"{problem}: say one of {names.removesuffix('.')}.")
