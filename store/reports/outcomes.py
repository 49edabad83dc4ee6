"""Outcomes: how at bats ended and why, by source, motion and rep, and whether it was timing or fit.

Cohort by creation date, as everywhere; an at bat that is still open counts as open, so that the columns add up.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from store.database import Store
from store.instants import Instant
from store.reports.asked import Asked
from store.reports.base import Base, at_bats
from store.reports.breakdown import NOBODY, Dimension, Measure, breakdowns, tallies, users
from store.reports.figures import Cell, Chart, Column, Key, Line, Table
from store.reports.registry import Made
from store.vocabulary import Motion, Outcome

# Timing: they fit, and may come back. Fit: they do not, or not any more.
TIMING = (Outcome.NOT_READY, Outcome.NO_RESPONSE, Outcome.NO_SHOW, Outcome.RE_ENGAGE)
FIT = (Outcome.BAD_FIT, Outcome.WRONG_PERSON, Outcome.EXISTING, Outcome.SUPPRESS)
DATA = (Outcome.DUPLICATE, Outcome.BAD_DATA)
SUCCESS = (Outcome.CONVERTED, Outcome.MEETING_BOOKED)
_CAUSES = {"timing": TIMING, "fit": FIT, "data": DATA}


def _in(outcomes: tuple[Outcome, ...]) -> str:
    return f"l.outcome IN ({', '.join(repr(outcome.value) for outcome in outcomes)})"


_ENDED = "l.open = 0"
_MEASURES = (
    Measure("created", "created", note="at bats opened in the period"),
    Measure("open", "still open", "l.open = 1"),
    Measure("success", "converted", _in(SUCCESS), note="an opportunity or a meeting"),
    Measure("timing", "timing", _in(TIMING), note="fits, but not now: not ready, no response, no-show, re-engage"),
    Measure("fit", "fit", _in(FIT), note="does not fit: bad fit, wrong person, existing customer, suppressed"),
    Measure("data", "data", _in(DATA), note="bad data; a duplicate is merged into the other at bat and counts nowhere"),
    Measure("success_share", "converted of ended", _in(SUCCESS), of=_ENDED),
    Measure("timing_share", "timing of ended", _in(TIMING), of=_ENDED),
    Measure("fit_share", "fit of ended", _in(FIT), of=_ENDED),
)
_ENDINGS = (
    Measure("ended", "at bats", _ENDED),
    Measure("first", "of first at bats", f"{_ENDED} AND l.number = 1", note="the first with that person"),
    Measure("connected", "had been reached", f"{_ENDED} AND l.connected_at IS NOT NULL"),
)
_NOTE = "At bats opened in the period; merged and imported ones are left out."
_NOTE_ENDED = "At bats opened in the period that have ended; merged and imported ones are left out."

_OUTCOME = Dimension("outcome", "l.outcome", lambda store: {outcome.value: outcome.label for outcome in Outcome})
_REASON = Dimension("reason", "l.reason", lambda store: {key: each.label for key, each in store.rules.reasons.items()})
_SOURCE = Dimension("source", "l.source")
_MOTION = Dimension("motion", "l.motion", lambda store: {motion.value: motion.label for motion in Motion})
_REP = Dimension("rep", "l.owner_id", users, NOBODY)
_ENDS = (_OUTCOME, _REASON)
_WHOSE = (_SOURCE, _MOTION, _REP)

_Crossings = Mapping[tuple[str, str], Mapping[Key, Counter[Key]]]


def make(store: Store, wanted: Asked, now: Instant) -> Made:
    """Timing against fit by source, motion and rep; by outcome and by reason; each of these by each of those."""
    base = at_bats(store, wanted)
    dimensions, measures = (*_ENDS, *_WHOSE), (*_ENDINGS, *_MEASURES)
    rows = tallies(store, base, dimensions, measures)
    made = dict(zip(dimensions, breakdowns(store, base, dimensions, measures, rows=rows), strict=True))
    ends = [_table(by, made[by], measures, _ENDINGS, _NOTE_ENDED, Chart.BARS) for by in _ENDS]
    ends = [replace(end, lines=tuple(line for line in end.lines if line.cells[0].value)) for end in ends]
    whose = [_table(by, made[by], measures, _MEASURES, _NOTE) for by in _WHOSE]
    crossings = _crossings(rows)
    ended = replace(base, sql=f"{base.sql} AND {_ENDED}")
    crossed = [
        _crossed(store, ended, by, over, crossings[by.head, over.head], whole)
        for over, whole in zip(_ENDS, ends, strict=True)
        for by in _WHOSE
    ]
    said = _sentences(whose[0], ends[1], crossings[_OUTCOME.head, _REASON.head])
    return said, (*ends, *whose, *crossed)


def _table(
    by: Dimension,
    made: tuple[tuple[Line, ...], Line],
    measures: Sequence[Measure],
    shown: Sequence[Measure],
    note: str,
    chart: Chart = Chart.NONE,
) -> Table:
    """Some of the measures of a breakdown."""
    first = measures.index(shown[0])
    *lines, total = (replace(line, cells=line.cells[first : first + len(shown)]) for line in (*made[0], made[1]))
    columns = tuple(measure.column for measure in shown)
    charted = (shown[0].name,) if chart is not Chart.NONE else ()
    return Table(f"by_{by.head}", f"By {by.head}", by.head, columns, tuple(lines), total, chart, charted, note)


def _sentences(whole: Table, reasons: Table, by_outcome: Mapping[Key, Counter[Key]]) -> tuple[str, ...]:
    """What most of those that ended without success ended by, timing, fit or data, and the reason most given for it."""
    if whole.total is None:
        return ()
    counts = {name: int(whole.total.cells[whole.column(name)].value or 0) for name in _CAUSES}
    lost = sum(counts.values())
    if not lost:
        return ()
    cause = max(counts, key=lambda name: counts[name])
    given = Counter[Key]()
    for outcome in _CAUSES[cause]:
        given.update(by_outcome.get(outcome.value, {}))
    said = max((line for line in reasons.lines), key=lambda line: given[line.key])
    share = f"{counts[cause] / lost * 100:.0f} %"
    return (
        f"Largest cause: {cause}, {counts[cause]:,} of {lost:,} that ended without success ({share}),"
        f" the reason given most: {said.label} ({given[said.key]:,}).",
    )


def _crossings(rows: Iterable[Sequence[Any]]) -> _Crossings:
    """How many at bats ended by each pair of keys: of each row the keys, then how many of it ended."""
    found: dict[tuple[str, str], dict[Key, Counter[Key]]] = {
        (by.head, over.head): defaultdict(Counter) for by in (*_WHOSE, _OUTCOME) for over in _ENDS
    }
    heads = [each.head for each in (*_ENDS, *_WHOSE)]
    for row in rows:
        if ended := row[len(heads)]:
            key = dict(zip(heads, row, strict=False))
            for (by, over), counts in found.items():
                counts[key[by]][key[over]] += ended
    return found


def _crossed(
    store: Store, ended: Base, by: Dimension, over: Dimension, counts: Mapping[Key, Counter[Key]], ends: Table
) -> Table:
    """How many ended by each outcome or reason that there was, by source, motion or rep."""
    columns = tuple(Column(str(end.key or "none"), end.label) for end in ends.lines)
    where = tuple(f"{over.key} IS {'NULL' if end.key is None else quoted(end.key)}" for end in ends.lines)

    def cells(counted: Mapping[Key, int], key: str = "", value: Key = None) -> tuple[Cell, ...]:
        return tuple(
            Cell(counted.get(end.key, 0), counted=ended.counted(each, key, value))
            for end, each in zip(ends.lines, where, strict=True)
        )

    names = by.labels(store)
    lines = [Line(key, by.label(names, key), cells(row, by.key, key)) for key, row in counts.items()]
    lines.sort(key=lambda line: (line.key is None or line.key == "", line.label.casefold()))
    total = Line(None, "all", tuple(Cell(end.cells[0].value, counted=end.cells[0].counted) for end in ends.lines))
    title = f"{over.head.capitalize()}s by {by.head}"
    charted = tuple(column.name for column in columns)
    return Table(
        f"{over.head}s_by_{by.head}", title, by.head, columns, tuple(lines), total, Chart.HEAT, charted, _NOTE_ENDED
    )


def quoted(key: Key) -> str:
    """A word as SQL takes it."""
    return "'" + str(key or "").replace("'", "''") + "'"
