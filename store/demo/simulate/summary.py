"""What a simulated year came to, counted from its database alone."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from store.database import Store

Counts = Mapping[str, int]
Figures = Mapping[str, int | float | None]
"""Counts, and rates from 0 to 1; a rate with nothing to divide by is None."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Figures by heading; every heading maps a word to a count, or to a mapping of such."""

    counts: Counts
    signals: Counts
    conversion: Figures
    service: Mapping[str, Figures]
    outcomes: Mapping[str, Counts]
    recycled: Figures
    alerts: Mapping[str, Counts]
    sizes: Counts
    refused: Counts

    def as_dict(self) -> dict[str, dict[str, Any]]:
        """The figures by heading, as they are written to JSON."""
        return {each.name: dict(getattr(self, each.name)) for each in fields(self)}


def summary(store: Store, refused: Counts) -> Summary:
    """Count everything; ``refused`` are the sentences of acts that the operations turned down."""
    value = store.value
    counts = {
        "at bats": value("SELECT count(*) FROM lead WHERE void = 0"),
        "open at bats": value("SELECT count(*) FROM lead WHERE open = 1"),
        "people": value("SELECT count(*) FROM contact WHERE void = 0"),
        "companies": value("SELECT count(*) FROM account WHERE void = 0"),
        "opportunities": value("SELECT count(*) FROM opportunity WHERE void = 0"),
        "touches": value("SELECT count(*) FROM touch WHERE void = 0"),
        "acts by hand": value("SELECT count(*) FROM operation WHERE by = 'person'"),
        "acts by rule": value("SELECT count(*) FROM operation WHERE by = 'rule'"),
        "changes recorded": value("SELECT count(*) FROM change"),
    }
    decided = dict(store.rows("SELECT decision, count(*) FROM signal WHERE void = 0 GROUP BY 1 ORDER BY 2 DESC, 1"))
    return Summary(
        counts,
        _of_decisions(decided),
        _conversion(store),
        _service(store),
        _outcomes(store),
        _recycled(store),
        _alerts(store),
        _sizes(store),
        _by_act(refused),
    )


def _by_act(refused: Counts) -> Counts:
    """What the operations turned down, by act: the sentences name people."""
    found: dict[str, int] = {}
    for sentence, count in sorted(refused.items()):
        act = sentence.split(":")[0]
        found[act] = found.get(act, 0) + count
    return found


def _of_decisions(decided: Counts) -> Counts:
    """Signals by what they did; dates and scores in the words are left out."""
    found: dict[str, int] = {}
    for words, count in decided.items():
        key = words.split(":")[0]
        key = "held until a date" if key.startswith("held until") else key
        found[key] = found.get(key, 0) + count
    return {"received": sum(found.values()), **found}


def _share(part: int, whole: int) -> float | None:
    """A rate; none where there is nothing to divide by."""
    return round(part / whole, 4) if whole else None


# Of those that entered a stage and are not in it still: how many, and how many of them entered the next.
_PASSED = """
SELECT count(*), coalesce(sum(further), 0) FROM (
    SELECT l.open = 1 AND l.stage = :stage AS still,
           EXISTS (SELECT 1 FROM stage_spell n WHERE n.lead_id = l.id AND n.stage = :next AND n.void = 0) AS further
    FROM lead l WHERE l.void = 0
      AND EXISTS (SELECT 1 FROM stage_spell s WHERE s.lead_id = l.id AND s.stage = :stage AND s.void = 0))
WHERE further OR NOT still"""
_STEPS = (("attempting", "connected"), ("connected", "qualified"), ("qualified", "converted"))


def _conversion(store: Store) -> Figures:
    ended, converted = store.row("SELECT count(*), sum(stage = 'converted') FROM lead WHERE open = 0") or (0, 0)
    found: dict[str, int | float | None] = {"converted of those ended": _share(converted or 0, ended)}
    for stage, further in _STEPS:
        entered, passed = store.row(_PASSED, {"stage": stage, "next": further}) or (0, 0)
        found[f"{stage} to {further}"] = _share(passed, entered)
    won, lost = (store.value("SELECT count(*) FROM opportunity WHERE stage = ?", (stage,)) for stage in ("won", "lost"))
    return {
        **found,
        "opportunities won": won,
        "opportunities lost": lost,
        "won of those ended": _share(won, won + lost),
    }


def _service(store: Store) -> dict[str, dict[str, int | float | None]]:
    found: dict[str, dict[str, int | float | None]] = {}
    sql = "SELECT kind, sum(met = 1), sum(met = 0) FROM clock WHERE void = 0 GROUP BY kind ORDER BY kind"
    for kind, *ended in store.rows(sql):
        met, missed = (count or 0 for count in ended)
        found[kind] = {"met": met, "missed": missed, "kept": _share(met, met + missed)}
    kept, missed = (
        store.value("SELECT count(*) FROM callback WHERE state = ? AND void = 0", (state,))
        for state in ("kept", "missed")
    )
    found["callback"] = {"met": kept, "missed": missed, "kept": _share(kept, kept + missed)}
    return found


_ENDED = """
SELECT l.outcome, o.by, count(*) FROM lead l
JOIN stage_spell s ON s.lead_id = l.id AND s.stage = l.stage AND s.void = 0 JOIN operation o ON o.id = s.written_id
WHERE l.open = 0 AND l.void = 0 GROUP BY 1, 2 ORDER BY 1, 2"""


def _outcomes(store: Store) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for outcome, by, count in store.rows(_ENDED):
        found.setdefault(outcome, {"by hand": 0, "by rule": 0})["by rule" if by == "rule" else "by hand"] += count
    return found


def _recycled(store: Store) -> dict[str, int | float | None]:
    again, ended, converted = store.row(
        "SELECT count(*), sum(open = 0), sum(stage = 'converted') FROM lead WHERE number > 1 AND void = 0"
    ) or (0, 0, 0)
    brought = store.value("SELECT count(*) FROM operation WHERE kind = 'recycle'")
    return {
        "second and later at bats": again,
        "brought back from the list": brought,
        "converted": converted or 0,
        "converted of those ended": _share(converted or 0, ended or 0),
    }


def _alerts(store: Store) -> dict[str, dict[str, int]]:
    sql = "SELECT kind, count(*), sum(closed_at IS NOT NULL) FROM alert WHERE void = 0 GROUP BY kind ORDER BY kind"
    return {kind: {"opened": opened, "closed": closed} for kind, opened, closed in store.rows(sql)}


def _sizes(store: Store) -> dict[str, int]:
    return {"database bytes": os.path.getsize(store.path), "operations": store.value("SELECT count(*) FROM operation")}
