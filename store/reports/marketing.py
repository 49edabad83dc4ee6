"""Marketing hand-off: what became of marketing's leads, and how both sides kept what they agreed.

Marketing's are at bats that something they did for marketing opened: by motion, or by a campaign. Each is an MQL when
it is opened; see docs/model.md, "Marketing hand-off".
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from store.database import Store
from store.instants import Instant, moment
from store.operations.deal import PASSED_ON
from store.reports.asked import Asked
from store.reports.base import Base, at_bats
from store.reports.breakdown import Dimension, Measure, breakdown
from store.reports.conditions import ACCEPTED, BECAME, QUALIFIED, REJECTED
from store.reports.figures import Cell, Chart, Column, Counted, Line, Records, Table, Unit
from store.reports.registry import Made
from store.ruleset import Benchmark, RuleSet
from store.vocabulary import ClockKind, Motion

MOTIONS = (Motion.DEMO_REQUEST, Motion.EVENT_FOLLOW_UP, Motion.INTENT_SIGNAL, Motion.CAMPAIGN_RESPONSE)
_OURS = f"(l.motion IN ({', '.join(repr(motion.value) for motion in MOTIONS)}) OR l.campaign_id IS NOT NULL)"
_SOURCE = Dimension("source", "l.source")

# Not accepted yet, and still in time: no clock that waits for it has run out.
_IN_TIME = (
    "(l.stage = 'new' AND l.open = 1 AND l.id IN (SELECT lead_id FROM clock"
    " WHERE kind IN ('first_touch', 'accept') AND met IS NULL AND void = 0 AND due_at > :now))"
)
_TURNED_DOWN = f"(l.status = 'disqualified' OR {REJECTED})"


def make(store: Store, wanted: Asked, now: Instant) -> Made:
    """The way by source; sales' clocks; what sales rejected and why; what marketing brought against its targets."""
    base = _marketings(store, wanted, now)
    way = _way(store, base, _measures(store.rules))
    targets = _targets(store, wanted, base, now)
    tables = (way, _clocks(store, base), _rejections(store, base), *([targets] if targets else []))
    return tuple(_sentences(store, way, targets)), tables


def held(store: Store, wanted: Asked, now: Instant) -> tuple[Table, ...]:
    """The tables with figures that are held against a benchmark."""
    first, *others = _measures(store.rules)
    measures = (first, *(measure for measure in others if measure.benchmark is not None))
    return (_way(store, _marketings(store, wanted, now), measures),)


def _marketings(store: Store, wanted: Asked, now: Instant) -> Base:
    everything = at_bats(store, wanted, now=now)
    return replace(everything, sql=f"{everything.sql} AND {_OURS}")


# --- MQL, SAL, SQL, opportunity --------------------------------------------------------------------------------------


def _measures(rules: RuleSet) -> tuple[Measure, ...]:
    return (
        Measure("mql", "MQL", note="marketing's leads: at bats opened in the period"),
        Measure("sal", "SAL", ACCEPTED, note="accepted by sales, by hand or by a first touch"),
        Measure(
            "accepted_share", "SAL of MQL", ACCEPTED, of=f"NOT {_IN_TIME}", benchmark=_agreed(rules),
            note="of those accepted, ended, or not accepted in time",
        ),
        Measure("sql", "SQL", QUALIFIED, note="entered Qualified, not skipped it"),
        Measure(
            "qualified_share", "SQL of SAL", QUALIFIED, of=f"{ACCEPTED} AND (l.open = 0 OR {QUALIFIED})",
            note="of those accepted that are over or got that far",
        ),
        Measure("opportunities", "opportunities", BECAME, note="became one that stands: not reversed, not sent back"),
        Measure(
            "opportunity_share", "opportunities of SAL", BECAME, of=f"{ACCEPTED} AND l.open = 0",
            note="became an opportunity, by way of Qualified or not, of those accepted that are over",
        ),
        Measure("rejected", "rejected", _TURNED_DOWN, note="disqualified by a rep, or sent back by who was to take it"),
        Measure("rejected_share", "rejected of MQL", _TURNED_DOWN, of="1"),
    )  # fmt: skip


def _agreed(rules: RuleSet) -> Benchmark | None:
    """The share that sales should accept, as the team agreed it."""
    line = rules.benchmarks.get("accepted_share")
    return line._replace(low=rules.marketing.accepted_share * 100) if line else None


def _way(store: Store, base: Base, measures: Sequence[Measure]) -> Table:
    lines, total = breakdown(store, base, _SOURCE, measures)
    motions = ", ".join(motion.label for motion in MOTIONS)
    note = f"Marketing's leads are at bats whose motion is {motions}, and any that came by a campaign."
    columns = tuple(measure.column for measure in measures)
    return Table("by_source", "From MQL to opportunity", "source", columns, lines, total, Chart.BARS, ("mql",), note)


# --- sales' side: clocks ---------------------------------------------------------------------------------------------

_DECIDED = "(l.met IS NOT NULL OR (l.ended_at IS NULL AND l.due_at <= :now))"
_CLOCKS = (
    (ClockKind.FIRST_TOUCH, "first touches", "touched in time"),
    (ClockKind.ACCEPT, "acceptances", "accepted in time"),
    (ClockKind.HAND_OVER, "hand-overs", "answered in time"),
)


def _clocks(store: Store, base: Base) -> Table:
    """Whether sales touched, accepted and answered in time; a clock counts when it is met or has run out."""
    kinds = ", ".join(repr(kind.value) for kind, *_ in _CLOCKS)
    # The plus: an at bat's few clocks are read once, not sought once for each kind.
    clocks = Base(
        "(SELECT k.id, k.kind, k.met, k.ended_at, k.due_at, k.started_at AS opened_at, l.source FROM"
        f" {_joined(base, f'JOIN clock k ON k.lead_id = l.id AND +k.kind IN ({kinds}) AND k.void = 0')}) l WHERE 1",
        base.values,
        Records.CLOCK,
    )
    measures = []
    for kind, words, kept in _CLOCKS:
        ran = f"l.kind = '{kind.value}' AND {_DECIDED}"
        measures += [
            Measure(f"{kind.value}s", words, ran, note="clocks that were met or ran out"),
            Measure(f"{kind.value}_in_time", kept, "l.met = 1", of=ran),
        ]
    lines, total = breakdown(store, clocks, _SOURCE, measures)
    columns = tuple(measure.column for measure in measures)
    note = "Sales' side: clocks of marketing's leads. One that still runs inside its time does not count yet."
    return Table("sales_side", "Sales in time", "source", columns, lines, total, note=note)


def _joined(base: Base, join: str) -> str:
    """The same at bats with something of theirs beside them, a row each."""
    return base.sql.replace(" WHERE ", f" {join} WHERE ", 1)


# --- what sales rejected, and why ------------------------------------------------------------------------------------


def _rejections(store: Store, base: Base) -> Table:
    """By source and reason; an at bat that was rejected for two reasons stands under both, and once in the whole."""
    hand_overs = f"JOIN hand_over h ON h.lead_id = l.id AND h.accepted = 0 AND h.reason <> '{PASSED_ON}' AND h.void = 0"
    sql = (
        f"SELECT l.id, l.opened_at, l.source, l.reason FROM {base.sql} AND l.status = 'disqualified' UNION"
        f" SELECT l.id, l.opened_at, l.source, h.reason FROM {_joined(base, hand_overs)}"
        " ORDER BY 2 DESC, 1 DESC"
    )
    found: dict[str, dict[str, dict[int, None]]] = defaultdict(lambda: defaultdict(dict))
    for id, _, source, reason in store.rows(sql, dict(base.values)):
        for line, column in ((source, reason), (source, _ANY), (_ALL, reason), (_ALL, _ANY)):
            found[line][column][id] = None
    whole = found.pop(_ALL, {_ANY: {}})
    known = store.rules.reasons
    reasons = sorted((key for key in whole if key != _ANY), key=lambda key: (-len(whole[key]), key))
    columns = [Column(_ANY, "rejected"), *(Column(key, known[key].label if key in known else key) for key in reasons)]

    def cells(of: Mapping[str, Mapping[int, None]]) -> tuple[Cell, ...]:
        ids = (of.get(column.name, {}) for column in columns)
        return tuple(Cell(len(each), counted=Counted.these(Records.LEAD, each)) for each in ids)

    lines = [Line(source, _SOURCE.label({}, source), cells(of)) for source, of in found.items()]
    lines.sort(key=lambda line: (line.key == "", line.label.casefold()))
    note = "Disqualified by a rep, or the opportunity sent back by who was to take it; also where it was taken later."
    total = Line(None, "all", cells(whole))
    return Table("rejected", "Rejected by sales, and why", "source", tuple(columns), tuple(lines), total, note=note)


_ANY, _ALL = "rejected", "\0all"  # no reason is called the one, no source the other


# --- marketing's side: qualified leads a month ------------------------------------------------------------------------

_TARGETS = (
    Column("mql", "MQL", note="marketing's leads opened in the month"),
    Column("target", "target", Unit.NUMBER, "a month's, by its days in the period until today"),
    Column("of_target", "of target", Unit.SHARE),
)


class _Month(NamedTuple):
    """A month, or the days of it that are asked about."""

    first: date
    last: date

    @property
    def name(self) -> str:
        return f"{self.first:%Y-%m}"

    def part_of(self, target: int) -> float:
        """A month's target for these days."""
        days = (self.last - self.first).days + 1
        return target * days / monthrange(self.first.year, self.first.month)[1]


def _targets(store: Store, wanted: Asked, base: Base, now: Instant) -> Table | None:
    """What each source with a target brought month by month; None where there is nothing to hold it against.

    Targets are for all of marketing's leads of a source, and so for no team, rep, motion, campaign or segment alone.
    """
    narrowed = wanted.team, wanted.rep, wanted.motion, wanted.campaign, wanted.segment or None
    if any(each is not None for each in narrowed):
        return None
    agreed = store.rules.marketing.qualified_per_month
    targets = {source: target for source, target in sorted(agreed.items()) if wanted.source in ("", source)}
    if not targets:
        return None
    sql = f"SELECT {_MONTH}, l.source, min(l.opened_day), count(*) FROM {base.sql} GROUP BY 1, 2"
    rows = store.rows(sql, dict(base.values))
    counts = {(month, source): count for month, source, _, count in rows}
    today = moment(now, store.zone).date()
    earliest = min((date.fromisoformat(day) for *_, day, _ in rows), default=today)
    lines = []
    for month in _months(max(wanted.period.first, earliest), min(wanted.period.last, today)):
        for source, target in targets.items():
            count, part = counts.get((month.name, source), 0), month.part_of(target)
            these = base.counted(f"{_MONTH} = '{month.name}'", "l.source", source)
            cells = Cell(count, counted=these), Cell(part, Unit.NUMBER), Cell(count / part, Unit.SHARE, counted=these)
            lines.append(Line(f"{month.name} {source}", f"{month.name} {source}", cells))
    note = "Marketing's side: what each source with a target in the rules brought, by the month it was opened in."
    return Table("targets", "Marketing against its targets", "month and source", _TARGETS, tuple(lines), note=note)


_MONTH = "substr(l.opened_day, 1, 7)"


def _months(first: date, last: date) -> Iterator[_Month]:
    while first <= last:
        end = first.replace(day=monthrange(first.year, first.month)[1])
        yield _Month(first, min(end, last))
        first = end + timedelta(days=1)


# --- in words --------------------------------------------------------------------------------------------------------


def _sentences(store: Store, way: Table, targets: Table | None) -> Iterator[str]:
    """What sales accepted against what was agreed, and where marketing fell short month by month."""
    assert way.total is not None
    share = way.total.cells[way.column("accepted_share")]
    if share.value is not None:
        agreed = store.rules.marketing.accepted_share * 100
        yield f"Sales accepted {float(share.value) * 100:.0f} % of {share.of:,} against at least {agreed:.0f} %."
    if targets is None:
        return
    short = [line for line in targets.lines if float(line.cells[-1].value or 0) < 1]
    if short:
        of = f"{len(short)} of {len(targets.lines)}"
        yield f"Marketing is below its target in {of} months and sources, furthest in {_furthest(short)}."


def _furthest(short: Sequence[Line]) -> str:
    line = min(short, key=lambda each: (float(each.cells[-1].value or 0), each.label))
    brought, target, _ = line.cells
    return f"{line.label} ({brought.value:,} of {target.value:,.0f})"
