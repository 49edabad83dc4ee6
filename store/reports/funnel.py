"""Funnel: how many at bats go on from each stage, how long they stay in it, and where the funnel narrows.

An at bat entered a stage when a spell says so, passed over or not, unless a correction (a stage set back, a conversion
reversed) took it back to before that stage and it did not come there again. What is still open inside its window and
has not gone on counts neither for nor against. See docs/model.md, "Reports".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from store.database import Store
from store.instants import DAY, HOUR, Instant
from store.reports.asked import Asked
from store.reports.breakdown import MEDIAN, NINTH, Base, Dimension, Measure, at_bats, breakdown
from store.reports.figures import Cell, Chart, Column, Counted, Line, Records, Table, Unit
from store.reports.registry import Made
from store.reports.stays import MOVED, Stays, in_stages, in_statuses
from store.rules.expiry import effective_end
from store.rules.path import RANK, standing
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
    conversion = _conversion(store, wanted, now)
    stages = _time_in_stage(store, wanted)
    statuses = _time_in_status(store, wanted)
    sentences = (
        _bottleneck(conversion, store.rules.alerts.from_records),
        *_slowest((stages, statuses), store.rules.alerts.from_records),
    )
    return sentences, (conversion, stages, statuses, _standing(store, wanted))


def held(store: Store, wanted: Asked, now: Instant) -> tuple[Table, ...]:
    """The tables with figures that are held against a benchmark."""
    return _conversion(store, wanted, now), _time_in_stage(store, wanted), _time_in_status(store, wanted)


def _conversion(store: Store, wanted: Asked, now: Instant) -> Table:
    far = played(store, wanted, now)
    conditions = [condition for step in _STEPS for condition in _conditions(step)]
    sums = ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in conditions)
    (counts,) = store.rows(f"{far.sql} SELECT {sums} FROM played", dict(far.values))
    lines = []
    for at, step in enumerate(_STEPS):
        entered, went_on, waiting, decided = counts[4 * at : 4 * at + 4]
        ids = [_counted(far, condition) for condition in _conditions(step)]
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


def _counted(played: Base, condition: str) -> Counted:
    sql = f"{played.sql} SELECT id FROM played WHERE {condition} ORDER BY opened_at DESC, id DESC"
    return Counted(Records.LEAD, sql, tuple(played.values.items()))


def played(store: Store, wanted: Asked, now: Instant) -> Base:
    """The at bats with how far each came, once: figures and records are both read from this."""
    warm = ", ".join(f"'{motion.value}'" for motion, kind in store.rules.motions.items() if kind.inbound)
    held = ", ".join(str(id) for id in _held(store, now))
    base = at_bats(store, wanted, now=now)
    sql = (
        "WITH far AS MATERIALIZED ("
        f"SELECT l.id, l.opened_at, l.owner_id, l.stage, l.motion IN ({warm}) AS warm,"
        f" l.open = 1 AND (l.expires_at IS NULL OR l.expires_at > :now OR l.id IN ({held}))"
        f" AS waits, CASE WHEN {MOVED} THEN coalesce(({_PASSED}), 0) ELSE 0 END AS passed FROM {base.sql}),"
        " played AS MATERIALIZED ("
        "SELECT id, opened_at, owner_id, warm, waits, passed & 1 AS attempting, passed & 2 AS connected,"
        f" passed & 4 AS qualified, passed & 8 AS converted, CASE WHEN passed & 8 THEN ({_DEAL}) END AS deal FROM far)"
    )
    return Base(sql, base.values)


def _held(store: Store, now: Instant) -> list[int]:
    """The open at bats whose window is over, but held by a promise: few, and business days are no SQL."""
    rows = store.rows(
        "SELECT id, expires_at, callback_at FROM lead"
        " WHERE open = 1 AND expires_at <= :now AND callback_at IS NOT NULL ORDER BY id",
        {"now": now},
    )
    ends = ((id, effective_end(expires, promised, store.rules, store.calendar)) for id, expires, promised in rows)
    return [id for id, end in ends if end is not None and end > now]


_BITS = {Stage.ATTEMPTING: 1, Stage.CONNECTED: 2, Stage.QUALIFIED: 4, Stage.CONVERTED: 8}


def _stands(stage: Stage) -> str:
    """Whether the last spell of the stage is younger than the last correction to before it."""
    before = ", ".join(f"'{each.value}'" for each in Stage if RANK[each] < RANK[stage])
    return (
        f"max(CASE s.stage WHEN '{stage.value}' THEN s.id ELSE 0 END)"
        f" > max(CASE WHEN s.override = 1 AND s.stage IN ({before}) THEN s.id ELSE 0 END)"
    )


_SPELLS = "FROM stage_spell s WHERE s.lead_id = l.id AND s.void = 0"
_CORRECTED = f"SELECT {' | '.join(f'({_stands(stage)}) * {bit}' for stage, bit in _BITS.items())} {_SPELLS}"
# The stages entered, a bit each. Corrections are few, and only they need a second look.
_PLAIN = " | ".join(f"max(s.stage = '{stage.value}') * {bit}" for stage, bit in _BITS.items())
_PASSED = f"SELECT CASE WHEN max(s.override) THEN ({_CORRECTED}) ELSE {_PLAIN} END {_SPELLS}"
# A meeting that is to come may still become an opportunity; one that was, and brought none, is not won.
_DEAL = """
SELECT CASE WHEN o.stage = 'won' THEN 'won' WHEN o.open = 1 OR o.id IS NULL AND m.result = 'booked' THEN 'open'
  ELSE 'lost' END
FROM conversion c LEFT JOIN opportunity o ON o.id = c.opportunity_id LEFT JOIN meeting m ON m.id = c.meeting_id
WHERE c.lead_id = far.id AND c.void = 0 AND c.reversed_at IS NULL"""


def _time_in_stage(store: Store, wanted: Asked) -> Table:
    lines = _times(store, in_stages(store, wanted, _STAYS), [(stage, f"dwell_{stage.value}") for stage in _STAYS])
    note = (
        "How long they stood at a step of the path, of those that have left it, on or out; whoever is reached on the"
        " first attempt leaves Attempting in the same moment (0 s). One that was skipped does not count."
    )
    return Table("time_in_stage", "Time in stage", "stage", _TIMES, lines, None, Chart.BARS, ("median",), note)


def _time_in_status(store: Store, wanted: Asked) -> Table:
    # The benchmark of Qualified is that of the stage.
    places = [(status, "dwell_working" if status is Status.WORKING else "") for status in _HELD]
    lines = _times(store, in_statuses(store, wanted, _HELD), places)
    note = (
        "How long they were worked in this way, of those that have another status now; Attempting may last, or come"
        " again, after the stage has gone on to Connected."
    )
    return Table("time_in_status", "Time in status", "status", _TIMES, lines, None, Chart.BARS, ("median",), note)


def _times(store: Store, stays: Stays, places: Sequence[tuple[Stage | Status, str]]) -> tuple[Line, ...]:
    lines = []
    for place, benchmark in places:
        found, ids = sorted(stays.lengths[place.value]), stays.counted(place)
        cells = (
            Cell(len(found), counted=ids),
            Cell(percentile(found, MEDIAN), Unit.SPAN, counted=ids, benchmark=store.rules.benchmarks.get(benchmark)),
            Cell(percentile(found, NINTH), Unit.SPAN, counted=ids),
        )
        lines.append(Line(place.value, place.label, cells))
    return tuple(lines)


_SEPARATOR = "/"
_WHERE = Dimension(
    "stage and status",
    f"l.stage || '{_SEPARATOR}' || l.status",
    lambda store: {f"{g.value}{_SEPARATOR}{s.value}": standing(g, s) for g in Stage for s in Status},
)


def _standing(store: Store, wanted: Asked) -> Table:
    """Where the at bats stand now, in the order of the path."""
    measure = Measure("now", "at bats")
    lines, total = breakdown(store, at_bats(store, wanted), _WHERE, (measure,))
    order = {f"{stage.value}{_SEPARATOR}{status.value}": at for at, (stage, status) in enumerate(_pairs())}
    lines = tuple(sorted(lines, key=lambda line: order[str(line.key)]))
    note = "All at bats of the period, where each stands now."
    return Table("standing", "Standing now", _WHERE.head, (measure.column,), lines, total, Chart.BARS, ("now",), note)


def _pairs() -> Iterable[tuple[Stage, Status]]:
    return ((stage, status) for stage in Stage for status in Status)


def _bottleneck(conversion: Table, least: int) -> str:
    """The step that is furthest below its benchmark, in proportion to it, as a sentence."""
    worst: tuple[float, Line, Cell, Benchmark] | None = None
    for line in conversion.lines:
        cell = line.cells[-1]
        line_of = cell.benchmark
        if cell.of is None or cell.of < least or line_of is None or not line_of.low:
            continue
        assert isinstance(cell.value, float)
        reached = 100 * cell.value / line_of.low
        if worst is None or reached < worst[0]:
            worst = (reached, line, cell, line_of)
    if worst is None:
        return f"No bottleneck can be named: no step has {least} at bats that are decided."
    reached, line, cell, line_of = worst
    assert isinstance(cell.value, float)
    said = f"{line.label}, {_short(100 * cell.value)} % of {cell.of} against {_against(line_of)}"
    return f"Bottleneck: {said}." if reached < 1 else f"No bottleneck: nearest to its benchmark is {said}."


def _slowest(tables: Iterable[Table], least: int) -> tuple[str, ...]:
    """Where the median stay is furthest above its benchmark, as a sentence; nothing where none is."""
    worst: tuple[float, str] = (1.0, "")
    for table in tables:
        for line in table.lines:
            count, median, _ = line.cells
            line_of = median.benchmark
            if line_of is None or not line_of.high or not isinstance(count.value, int) or count.value < least:
                continue
            assert isinstance(median.value, int)
            length = median.value / {"hours": HOUR, "days": DAY}[line_of.unit]
            if length / line_of.high > worst[0]:
                said = f"{line_of.label}, {_short(length)} {line_of.unit} against {_against(line_of)}"
                worst = (length / line_of.high, f"Slowest: {said} (median of {count.value}).")
    return (worst[1],) if worst[1] else ()


def _against(line: Benchmark) -> str:
    low, high = (f"{end:g}" if end is not None else "" for end in (line.low, line.high))
    span = f"{low}–{high}" if low and high else low or f"at most {high}"
    return f"{span} {line.unit}"


def _short(value: float) -> str:
    """With one decimal where that says more: ``12``, ``9.6``."""
    return f"{value:.1f}".removesuffix(".0")
