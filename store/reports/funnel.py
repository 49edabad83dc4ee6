"""Funnel: how many at bats go on from each stage, how long they stay in it, and where the funnel narrows.

An at bat entered a stage when a spell says so, passed over or not, unless a correction (a stage set back, a conversion
reversed) took it back to before that stage and it did not come there again. What is still open inside its window and
has not gone on counts neither for nor against. See docs/model.md, "Reports".
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter

from store.database import Store
from store.instants import Instant
from store.reports.against import against, in_its_unit, off, short
from store.reports.asked import Asked
from store.reports.base import Base, at_bats
from store.reports.breakdown import MEDIAN, NINTH, Dimension, Measure, breakdowns
from store.reports.columns import columns, numbered
from store.reports.figures import Cell, Chart, Column, Line, Table, Unit
from store.reports.registry import Made
from store.reports.stays import Stays, in_stages, in_statuses
from store.reports.together import together
from store.rules.expiry import effective_end
from store.rules.path import ENTERED, standing
from store.rules.statistics import percentile
from store.ruleset import Benchmark
from store.vocabulary import Stage, Status

_STAYS = (Stage.NEW, Stage.ACCEPTED, Stage.ATTEMPTING, Stage.CONNECTED, Stage.QUALIFIED)
_HELD = (
    *(Status.UNCONTACTED, Status.RECYCLED, Status.ATTEMPTING, Status.CONNECTED, Status.WORKING),
    *(Status.STALE, Status.QUALIFIED, Status.UNQUALIFIED),
)


@dataclass(frozen=True, slots=True)
class _Step:
    """From one stage to the next, as conditions on the rows of ``played``; ``name`` is that of its benchmark."""

    name: str
    title: str
    entered: str
    went_on: str
    waits: str = "waits"


_STEPS = (
    _Step("new_to_attempting", "New to Attempting", "1", "attempting"),
    _Step("attempting_to_connected_warm", "Attempting to Connected, warm", "attempting AND warm", "connected"),
    _Step("attempting_to_connected_cold", "Attempting to Connected, cold", "attempting AND NOT warm", "connected"),
    _Step("connected_to_qualified", "Connected to Qualified", "connected", "qualified"),
    _Step("qualified_to_converted", "Qualified to Converted", "qualified", "converted"),
    _Step("qualified_to_won", "Qualified to won", "qualified", "deal IS 'won'", "(waits OR deal IS 'open')"),
)
_CONVERSION = (
    Column("entered", "entered", note="at bats that came to the stage, passed over or not"),
    Column("went_on", "went on", note="of these, came to the next"),
    Column("waiting", "still open", note="not yet, and still open inside the window; of won: the opportunity is open"),
    Column("rate", "rate", Unit.SHARE, "went on, of entered without those still open"),
)
_TIMES = (
    Column("stayed", "at bats", note="that have left it"),
    Column("median", "median", Unit.SPAN),
    Column("ninth", "90 %", Unit.SPAN, "nine of ten took no longer"),
)


def make(store: Store, wanted: Asked, now: Instant) -> Made:
    """Conversion from stage to stage, time in stage and status, and where the at bats stand now."""

    def first(store: Store) -> tuple[Table, Table, Table]:
        far = kinds(store, wanted, now, _PLACE)
        return _conversion(store, wanted, now, far), _standing(store, wanted, far), _time_in_stage(store, wanted)

    (conversion, stand, stages), statuses = together(store, first, lambda store: _time_in_status(store, wanted))
    least = store.rules.alerts.from_records
    sentences = (_bottleneck(conversion, least), *_slowest((stages, statuses), least))
    return sentences, (conversion, stages, statuses, stand)


def held(store: Store, wanted: Asked, now: Instant) -> tuple[Table, ...]:
    """The tables with figures that are held against a benchmark."""
    conversion = _conversion(store, wanted, now, kinds(store, wanted, now))
    return conversion, _time_in_stage(store, wanted, judged=True), _time_in_status(store, wanted, judged=True)


def _conversion(store: Store, wanted: Asked, now: Instant, counted: Base) -> Table:
    conditions = [condition for step in _STEPS for condition in _conditions(step)]
    sums = ", ".join(f"coalesce(sum(many) FILTER (WHERE {condition}), 0)" for condition in conditions)
    (counts,) = store.rows(f"SELECT {sums} FROM {counted.sql}", counted.values)
    far = played(store, wanted, now)
    lines = []
    for at, step in enumerate(_STEPS):
        entered, went_on, waiting, decided = counts[4 * at : 4 * at + 4]
        ids = [far.counted(condition) for condition in _conditions(step)]
        rate = Cell.share(went_on, decided, ids[1], store.rules.benchmarks.get(step.name))
        cells = [Cell(count, counted=of) for count, of in zip((entered, went_on, waiting), ids, strict=False)]
        lines.append(Line(step.name, step.title, (*cells, rate)))
    note = "Warm: inbound motions. A stage that was skipped was entered, Qualified only where it truly was."
    return Table(
        "conversion", "From stage to stage", "step", _CONVERSION, tuple(lines), None, Chart.BARS, ("rate",), note
    )


def _conditions(step: _Step) -> tuple[str, str, str, str]:
    """Entered; went on; still open; and decided, of which those who went on are a share."""
    went_on = f"{step.entered} AND {step.went_on}"
    return (
        step.entered,
        went_on,
        f"{step.entered} AND NOT ({step.went_on}) AND {step.waits}",
        f"{step.entered} AND (({step.went_on}) OR NOT {step.waits})",
    )


# How far an at bat came, in one number: so all of them are counted before any condition is asked.
_WARM, _WAITS, _OPEN, _WON = 16, 32, 64, 128  # after the bits of lead.entered
_BITS = 8
_SEEN = (
    "".join(f"kind & {bit} AS {stage.value}, " for stage, bit in ENTERED.items())
    + f"kind & {_WARM} AS warm, kind & {_WAITS} AS waits,"
    f" CASE WHEN kind & {_WON} THEN 'won' WHEN kind & {_OPEN} THEN 'open' END AS deal"
)
# A meeting that is to come may still become an opportunity; one that was, and brought none, is not won.
_DEAL = f"""
SELECT CASE WHEN o.stage = 'won' THEN {_WON} WHEN o.open = 1 OR o.id IS NULL AND m.result = 'booked' THEN {_OPEN}
  ELSE 0 END
FROM conversion c LEFT JOIN opportunity o ON o.id = c.opportunity_id LEFT JOIN meeting m ON m.id = c.meeting_id
WHERE c.lead_id = l.id AND c.void = 0 AND c.reversed_at IS NULL"""


def played(store: Store, wanted: Asked, now: Instant) -> Base:
    """The at bats with how far each came."""
    base, kind = at_bats(store, wanted, now=now), _kind(store, now)
    far = f"SELECT l.id, l.opened_at, l.owner_id, {kind} AS kind FROM {base.sql}"
    return Base(f"(SELECT id, opened_at, owner_id, {_SEEN} FROM ({far})) l WHERE 1", base.values)


def kinds(store: Store, wanted: Asked, now: Instant, key: str = "0") -> Base:
    """How ``many`` at bats came how far, by a ``key``: a row for each kind, so that a condition is asked but once.

    A key is a number that is not below 0, or NULL.
    """
    counts: Counter[int] = Counter()
    both = f"coalesce({key}, -1) << {_BITS} | {_kind(store, now)}"
    for (found,) in columns(store, at_bats(store, wanted, now=now), both):
        counts.update(found)
    kind = (1 << _BITS) - 1
    rows = json.dumps([(each >> _BITS if each >= 0 else None, each & kind, many) for each, many in counts.items()])
    sql = "SELECT value ->> 0 AS key, value ->> 1 AS kind, value ->> 2 AS many FROM json_each(:kinds)"
    return Base(f"(SELECT key, many, {_SEEN} FROM ({sql})) l WHERE 1", {"kinds": rows})


def _kind(store: Store, now: Instant) -> str:
    """SQL for how far an at bat came, as a number."""
    warm = ", ".join(f"'{motion.value}'" for motion, kind in store.rules.motions.items() if kind.inbound)
    held = ", ".join(str(id) for id in _held(store, now))
    return (
        f"(l.entered + {_WARM} * (l.motion IN ({warm}))"
        f" + {_WAITS} * (l.open = 1 AND (l.expires_at IS NULL OR l.expires_at > :now OR l.id IN ({held})))"
        f" + CASE WHEN l.entered & {ENTERED[Stage.CONVERTED]} THEN coalesce(({_DEAL}), 0) ELSE 0 END)"
    )


def _held(store: Store, now: Instant) -> list[int]:
    """The open at bats whose window is over, but held by a promise: few, and business days are no SQL."""
    rows = store.rows(
        "SELECT DISTINCT l.id, l.expires_at, l.callback_at FROM callback c JOIN lead l ON l.id = c.lead_id"
        " WHERE c.state = 'open' AND c.void = 0 AND l.open = 1 AND l.expires_at <= :now AND l.callback_at IS NOT NULL",
        {"now": now},
    )
    ends = ((id, effective_end(expires, promised, store.rules, store.calendar)) for id, expires, promised in rows)
    return [id for id, end in ends if end is not None and end > now]


def _time_in_stage(store: Store, wanted: Asked, *, judged: bool = False) -> Table:
    """With ``judged`` those stages alone that have a benchmark; so with statuses."""
    places = {stage: store.rules.benchmarks.get(f"dwell_{stage.value}") for stage in _STAYS}
    places = {stage: line for stage, line in places.items() if line is not None or not judged}
    lines = _times(in_stages(store, wanted, tuple(places)), places)
    note = (
        "How long they stood at a step of the path, of those that have left it, on or out; whoever is reached on the"
        " first attempt leaves Attempting in the same moment (0 s). One that was skipped does not count."
    )
    return Table("time_in_stage", "Time in stage", "stage", _TIMES, lines, None, Chart.BARS, ("median",), note)


def _time_in_status(store: Store, wanted: Asked, *, judged: bool = False) -> Table:
    # The benchmark of Qualified is that of the stage.
    working = store.rules.benchmarks.get("dwell_working")
    places = {status: working if status is Status.WORKING else None for status in _HELD}
    places = {status: line for status, line in places.items() if line is not None or not judged}
    lines = _times(in_statuses(store, wanted, tuple(places)), places)
    note = (
        "How long they were worked in this way, of those that have another status now; Attempting may last, or come"
        " again, after the stage has gone on to Connected."
    )
    return Table("time_in_status", "Time in status", "status", _TIMES, lines, None, Chart.BARS, ("median",), note)


def _times(
    stays: Stays, places: Mapping[Stage, Benchmark | None] | Mapping[Status, Benchmark | None]
) -> tuple[Line, ...]:
    lines = []
    for place, benchmark in places.items():
        found, ids = stays.lengths[place.value], stays.counted(place)
        cells = (
            Cell(len(found), counted=ids),
            Cell(percentile(found, MEDIAN), Unit.SPAN, counted=ids, benchmark=benchmark),
            Cell(percentile(found, NINTH), Unit.SPAN, counted=ids),
        )
        lines.append(Line(place.value, place.label, cells))
    return tuple(lines)


_SEPARATOR = "/"
_PAIRS = {f"{stage.value}{_SEPARATOR}{status.value}": (stage, status) for stage in Stage for status in Status}
_WHERE = Dimension(
    "stage and status",
    f"l.stage || '{_SEPARATOR}' || l.status",
    lambda store: {key: standing(*pair) for key, pair in _PAIRS.items()},
)
_PLACE = f"{numbered('l.stage', Stage)} * {len(Status)} + {numbered('l.status', Status)}"


def _standing(store: Store, wanted: Asked, counted: Base) -> Table:
    """Where the at bats stand now, in the order of the path."""
    measure, keys = Measure("now", "at bats"), tuple(_PAIRS)
    counts = store.rows(f"SELECT key, sum(many) FROM {counted.sql} GROUP BY 1", counted.values)
    rows = [(keys[place], many) for place, many in counts]
    ((lines, total),) = breakdowns(store, at_bats(store, wanted), (_WHERE,), (measure,), rows=rows)
    lines = tuple(sorted(lines, key=lambda line: keys.index(str(line.key))))
    note = "All at bats of the period, where each stands now."
    return Table("standing", "Standing now", _WHERE.head, (measure.column,), lines, total, Chart.BARS, ("now",), note)


def _bottleneck(conversion: Table, least: int) -> str:
    """The step that is furthest below its benchmark, in proportion to it, as a sentence."""
    judged = [
        (far, line, cell)
        for line in conversion.lines
        if ((cell := line.cells[-1]).of or 0) >= least and (far := off(cell)) is not None
    ]
    if not judged:
        return f"No bottleneck can be named: no step has {least} at bats that are decided."
    far, line, cell = max(judged, key=itemgetter(0))
    value, line_of = in_its_unit(cell), cell.benchmark
    assert value is not None
    assert line_of is not None
    said = f"{line.label}, {short(value)} % of {cell.of} against {against(line_of)}"
    return f"Bottleneck: {said}." if far > 0 else f"No bottleneck: nearest to its benchmark is {said}."


def _slowest(tables: Iterable[Table], least: int) -> tuple[str, ...]:
    """Where the median stay is furthest above its benchmark, as a sentence; nothing where none is."""
    worst: tuple[float, str] = (0.0, "")
    for table in tables:
        for line in table.lines:
            count, median, _ = line.cells
            far, value, line_of = off(median), in_its_unit(median), median.benchmark
            if far is None or value is None or line_of is None or int(count.value or 0) < least:
                continue
            if far > worst[0]:
                held = f"{short(value)} {line_of.unit} against {against(line_of)}"
                worst = (far, f"Slowest: {line_of.label}, {held} (median of {count.value}).")
    return (worst[1],) if worst[1] else ()
