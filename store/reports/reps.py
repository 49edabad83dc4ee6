"""Reps: who connects, qualifies and converts, who closes cleanly, and what each does by their own hand.

At bats are their owner's, cohort by creation date; changes of status and callbacks on them are whose who made them.
See docs/model.md, "Reports".
"""

from __future__ import annotations

from dataclasses import replace

from store.database import Store
from store.instants import Instant
from store.queries.today import KEPT_OF
from store.reports.asked import Asked
from store.reports.breakdown import MEDIAN, NOBODY, Base, Dimension, Measure, at_bats, breakdown, users
from store.reports.figures import Cell, Chart, Key, Line, Records, Table, Unit
from store.reports.funnel import played
from store.reports.registry import Made

_OWNER = Dimension("rep", "l.owner_id", users, NOBODY)
_PERSON = Dimension("rep", "l.user_id", users, "anyone")
_PATH_NOTE = "went on, of those that came so far without those still open inside their window"
_CLEAN = Measure(
    "clean", "closed cleanly", "o.\"by\" = 'person'", of="o.\"by\" IN ('person', 'rule')",
    note="by hand with a reason, of closed without conversion; the rest decayed: a rule closed them",
)  # fmt: skip
_DECAYED = Measure("decayed", "decayed", "o.\"by\" = 'rule'", note="closed by a rule")
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
_NOTE = "At bats opened in the period, by their owner; merged and imported ones are left out."
_NOTE_HAND = "On these at bats, by who changed the status or promised the callback."


def make(store: Store, wanted: Asked, now: Instant) -> Made:
    """How far each rep's at bats came and how they ended, then what each did by hand."""
    came = _came(store, wanted, now)
    return _sentences(came), (came, _by_hand(store, wanted, now))


def _came(store: Store, wanted: Asked, now: Instant) -> Table:
    far = played(store, wanted, now)
    path = Base(f"({far.sql} SELECT * FROM played) l WHERE 1", far.values)
    closed = at_bats(store, wanted, joins=_CLOSED)
    closed = replace(closed, sql=f"{closed.sql} AND l.stage = 'closed'")
    parts = (
        (path, _path(store)),
        (at_bats(store, wanted, joins=_WORKED), (_WORKING,)),
        (closed, (_CLEAN, _DECAYED)),
    )
    return _joined(store, "reps", "At bats by rep", _OWNER, parts, ("attempting_to_connected",), _NOTE)


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
    parts = ((changes, _CHANGES), (promises, _PROMISES))
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


def _joined(
    store: Store,
    name: str,
    title: str,
    by: Dimension,
    parts: tuple[tuple[Base, tuple[Measure, ...]], ...],
    charted: tuple[str, ...],
    note: str,
) -> Table:
    """Breakdowns by the same dimension side by side; where one has no line, it counts nothing."""
    labels: dict[Key, str] = {}
    made = []
    for base, measures in parts:
        lines, total = breakdown(store, base, by, measures)
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
    columns = tuple(measure.column for _, measures in parts for measure in measures)
    return Table(name, title, by.head, columns, lines, total, Chart.BARS, charted, note)


def _nothing(base: Base, measure: Measure, by: Dimension, key: Key) -> Cell:
    counted = base.counted(measure.where, by.key, key)
    if measure.of:
        return Cell.share(0, 0, counted, measure.benchmark)
    return Cell(None if measure.value else 0, measure.unit, counted=counted, benchmark=measure.benchmark)


def _sentences(came: Table) -> tuple[str, ...]:
    """Whose at bats decay most."""
    clean, decayed = came.column("clean"), came.column("decayed")
    lines = [line for line in came.lines if line.cells[decayed].value]
    if not lines or came.total is None:
        whole = came.total.cells[clean] if came.total is not None else None
        return ("Everything that was closed was closed by hand.",) if whole is not None and whole.of else ()
    most = max(lines, key=lambda line: int(line.cells[decayed].value or 0))
    cell, whole = most.cells[clean], came.total.cells[clean]
    assert whole.of is not None
    assert whole.part is not None
    return (
        f"{whole.of - whole.part:,} of {whole.of:,} closed at bats were closed by a rule;"
        f" most with {most.label}, {most.cells[decayed].value:,} of {cell.of:,}.",
    )
