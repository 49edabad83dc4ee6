"""Reps: who connects, qualifies and converts, who closes cleanly, and what each does by their own hand.

At bats are their owner's, cohort by creation date; changes of status and callbacks on them are whose who made them.
See docs/model.md, "Reports".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from store.database import Store
from store.instants import Instant
from store.queries.today import KEPT_OF
from store.reports.asked import Asked
from store.reports.base import Base, at_bats
from store.reports.breakdown import MEDIAN, NOBODY, Dimension, Measure, breakdowns, tallies, users
from store.reports.figures import Cell, Chart, Key, Line, Records, Table, Unit
from store.reports.funnel import kinds, played
from store.reports.registry import Made

_OWNER = Dimension("rep", "l.owner_id", users, NOBODY)
_KEY = replace(_OWNER, key="l.key")  # where the at bats are counted already
_PERSON = Dimension("rep", "l.user_id", users, "anyone")
_PATH_NOTE = "went on, of those that came so far without those still open inside their window"
# What a rule closes when its time is over; what it closes at once, because of a touch, nobody let run out.
_DECAYED = "o.\"by\" = 'rule' AND o.kind = 'tick'"
_BY_HAND = "o.\"by\" = 'person'"
_CLOSED_BY = (
    Measure("by_hand", "by hand", _BY_HAND, note="closed by hand, without conversion, with a reason"),
    Measure("by_rule", "by rule", _DECAYED, note="let run out: expired, gone stale, or never decided on"),
    Measure("clean", "cleanly", _BY_HAND, of=f"{_BY_HAND} OR {_DECAYED}", note="by hand, of by hand and by rule"),
)
_WORKING = Measure(
    "working",
    "time in Working",
    value="w.span",
    share=MEDIAN,
    unit=Unit.SPAN,
    note="median, of those that have left it",
)
_CHANGES = (
    Measure("changes", "status changes", note="made by what they did or set"),
    Measure("overrides", "overrides", "l.override = 1", of="1", note="set against the rules, of status changes"),
    Measure("right", "judged right", 'l."right" = 1', of='l."right" IS NOT NULL', note="of those spot-checked"),
)
_PROMISES = (
    Measure("promised", "callbacks", note="promised and decided: kept, missed, or over"),
    Measure("kept", "kept", "l.state = 'kept'", of="1"),
)
_NOTE = (
    "At bats opened in the period, by their owner; merged and imported ones are left out. By rule is what ran out:"
    " who asked to be left alone, or can be reached in no way, is closed at once, which is neither by hand nor by rule."
)
_NOTE_HAND = "On these at bats, by who changed the status or promised the callback."


def make(store: Store, wanted: Asked, now: Instant) -> Made:
    """How far each rep's at bats came and how they ended, then what each did by hand."""
    came = _came(store, wanted, now)
    return _sentences(came, store.rules.alerts.from_records), (came, _by_hand(store, wanted, now))


def _came(store: Store, wanted: Asked, now: Instant) -> Table:
    closed = at_bats(store, wanted, joins=_CLOSED)
    closed = replace(closed, sql=f"{closed.sql} AND l.stage = 'closed'")
    path = _path(store)
    came = tallies(store, kinds(store, wanted, now, _OWNER.key), (_KEY,), path, "l.many")
    parts = (
        _Part(played(store, wanted, now), path, came),
        _Part(at_bats(store, wanted, joins=_WORKED), (_WORKING,)),
        _Part(closed, _CLOSED_BY),
    )
    table = _joined(store, "reps", "At bats by rep", _OWNER, parts, ("clean",), _NOTE)
    return _led_by(table, ("created", *(measure.name for measure in _CLOSED_BY)))


def _path(store: Store) -> tuple[Measure, ...]:
    lines = store.rules.benchmarks
    steps = (("attempting", "connected"), ("connected", "qualified"), ("qualified", "converted"))
    return (
        Measure("created", "created"),
        *(
            Measure(
                f"{here}_to_{there}", f"{here} to {there}", f"l.{there}", of=f"l.{here} AND (l.{there} OR NOT l.waits)",
                note=_PATH_NOTE, benchmark=lines.get(f"{here}_to_{there}"),
            )
            for here, there in steps
        ),
    )  # fmt: skip


def _by_hand(store: Store, wanted: Asked, now: Instant) -> Table:
    """The filter on a rep is on who did it, not on whose at bat it was done."""
    of = at_bats(store, wanted._replace(rep=None))
    doer = "" if wanted.rep is None else " AND user_id = :rep"
    values = {**of.values, "late": now - store.rules.callbacks.kept_within}
    values |= {} if wanted.rep is None else {"rep": wanted.rep}
    changed = at_bats(store, wanted._replace(rep=None), joins=_CHANGED)
    changes = Base(f"({_CHANGE} FROM {changed.sql}) l WHERE 1{doer}", values, Records.STATUS_CHANGE)
    promises = Base(f"({_PROMISE} {of.sql} AND l.id = c.lead_id) l WHERE 1{doer}", values, Records.CALLBACK)
    parts = (_Part(changes, _CHANGES), _Part(promises, _PROMISES))
    return _joined(store, "by_hand", "By their own hand", _PERSON, parts, ("overrides",), _NOTE_HAND)


_CLOSED = """
LEFT JOIN stage_spell z ON z.lead_id = l.id AND z.stage = 'closed' AND z.left_at IS NULL AND z.void = 0
LEFT JOIN operation o ON o.id = z.written_id"""
# By an index that has all there is to know, and that another by the time alone must not stand in for.
_WORKED = """
JOIN (SELECT lead_id, sum(until - at) AS span FROM (
          SELECT lead_id, status, at, lead(at) OVER (PARTITION BY lead_id ORDER BY at, id) AS until FROM status_change
          WHERE void = 0 AND lead_id IN (
              SELECT lead_id FROM status_change INDEXED BY status_change_of_lead WHERE status = 'working' AND void = 0))
      WHERE status = 'working' GROUP BY lead_id HAVING count(*) = count(until)) w ON w.lead_id = l.id"""
_CHANGE = 'SELECT s.id, s.at AS opened_at, s.override, o.actor_id AS user_id, k."right"'
_CHANGED = """
JOIN status_change s ON s.lead_id = l.id AND s.void = 0 JOIN operation o ON o.id = s.written_id AND o."by" = 'person'
LEFT JOIN spot_check k ON k.status_change_id = s.id AND k.void = 0"""
# Promises are few, at bats are many.
_PROMISE = f"""
SELECT c.id, c.due_at AS opened_at, c.promiser_id AS user_id, c.state
FROM (SELECT id, lead_id, due_at, promiser_id, state FROM callback WHERE void = 0 AND ({KEPT_OF})) c CROSS JOIN"""


class _Part(NamedTuple):
    """Some columns of a table: what they count, and its ``tallies`` where these are known already."""

    base: Base
    measures: tuple[Measure, ...]
    rows: Sequence[Sequence[Any]] | None = None


def _joined(
    store: Store,
    name: str,
    title: str,
    by: Dimension,
    parts: tuple[_Part, ...],
    charted: tuple[str, ...],
    note: str,
) -> Table:
    """Breakdowns by the same dimension side by side; where one has no line, it counts nothing."""
    labels: dict[Key, str] = {}
    made = []
    for base, measures, rows in parts:
        ((lines, total),) = breakdowns(store, base, (by,), measures, rows=rows)
        labels |= {line.key: line.label for line in lines}
        made.append((base, measures, {line.key: line.cells for line in lines}, total.cells))

    def cells(key: Key) -> tuple[Cell, ...]:
        return tuple(
            cell
            for base, measures, found, _ in made
            for cell in found.get(key) or [_nothing(base, measure, by, key) for measure in measures]
        )

    order = sorted(labels, key=lambda key: (key is None, labels[key].casefold()))
    lines = tuple(Line(key, labels[key], cells(key)) for key in order)
    total = Line(None, "all", tuple(cell for *_, whole in made for cell in whole))
    columns = tuple(measure.column for part in parts for measure in part.measures)
    return Table(name, title, by.head, columns, lines, total, Chart.BARS, charted, note)


def _nothing(base: Base, measure: Measure, by: Dimension, key: Key) -> Cell:
    counted = base.counted(measure.where, by.key, key)
    if measure.of:
        return Cell.share(0, 0, counted, measure.benchmark)
    return Cell(None if measure.value else 0, measure.unit, counted=counted, benchmark=measure.benchmark)


def _led_by(table: Table, names: tuple[str, ...]) -> Table:
    """The same table with these columns first."""
    places = [table.column(name) for name in names]
    places += [place for place in range(len(table.columns)) if place not in places]

    def put(line: Line) -> Line:
        return replace(line, cells=tuple(line.cells[place] for place in places))

    return replace(
        table,
        columns=tuple(table.columns[place] for place in places),
        lines=tuple(put(line) for line in table.lines),
        total=put(table.total) if table.total is not None else None,
    )


def _sentences(came: Table, least: int) -> tuple[str, ...]:
    """Who closes most cleanly and who lets most decay, by share, of those with records enough; then all together."""
    place = came.column("clean")
    whole = came.total.cells[place] if came.total is not None else None
    if whole is None or not whole.of or whole.part is None:
        return ()
    if whole.part == whole.of:
        return (f"All {whole.of:,} closed at bats were closed by hand.",)
    said = f"{whole.of - whole.part:,} of {whole.of:,} closed at bats were let run out, the others closed by hand"
    cells = [(line.label, line.cells[place]) for line in came.lines if line.key is not None]
    enough = sorted(
        ((name, cell) for name, cell in cells if (cell.of or 0) >= least),
        key=lambda each: (-float(each[1].value or 0), each[0].casefold()),
    )
    if len(enough) < 2:
        return (f"{said}; too few by rep to tell who closes most cleanly ({least} each of two).",)
    (cleanest, best), (name, worst) = enough[0], enough[-1]
    if best.value == worst.value:
        return (f"{said}; nobody closes more cleanly than another.",)
    return (
        f"Closes most cleanly: {cleanest}, {_percent(best)} by hand of {best.of:,}."
        f" Lets most decay: {name}, {_percent(worst, 1)} by rule of {worst.of:,}.",
        f"{said}.",
    )


def _percent(cell: Cell, of: int = 0) -> str:
    """A share, or with ``of`` 1 what it leaves."""
    return f"{abs(of - float(cell.value or 0)) * 100:.0f} %"
