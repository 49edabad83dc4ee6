"""Recycling: who may come back now and in the coming weeks, by reason and by track, and whether coming back works.

Who may come back is what the recycling view says (``store.queries.recycling``): whoever a date alone brings back is
found by SQL over sets, whoever a signal, a meeting or a datum put right may bring back is decided by the same rules.
See docs/model.md, "Reports".
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta

from store.database import Store
from store.instants import Instant
from store.queries import recycling
from store.reports.asked import Asked
from store.reports.base import Base, at_bats
from store.reports.breakdown import NOBODY, Dimension, Measure, breakdown, breakdowns, users
from store.reports.figures import Chart, Column, Line, Table
from store.reports.outcomes import SUCCESS, quoted
from store.reports.registry import Made
from store.rules.recycling import NO_TRACK
from store.rules.statistics import CONFIDENCE, compare
from store.ruleset import ComesBack
from store.vocabulary import Motion

WEEKS = 12

_REASON = Dimension("reason", "l.reason", lambda store: {key: each.label for key, each in store.rules.reasons.items()})
_REP = Dimension("rep", "l.owner_id", users, NOBODY)
_SUCCESS = ", ".join(f"'{outcome.value}'" for outcome in SUCCESS)
_TRIED = (
    Measure("created", "created"),
    Measure("connected", "reached", "l.connected_at IS NOT NULL"),
    Measure("connected_share", "reached of created", "l.connected_at IS NOT NULL", of="1"),
    Measure("converted", "converted", f"l.outcome IN ({_SUCCESS})"),
    Measure("converted_share", "converted of created", f"l.outcome IN ({_SUCCESS})", of="1"),
    Measure("ended_share", "converted of ended", f"l.outcome IN ({_SUCCESS})", of="l.open = 0"),
)
_FIRST, _AGAIN = "first", "recycled"
_TIMES = Dimension(
    "at bat",
    f"CASE WHEN l.number > 1 THEN '{_AGAIN}' ELSE '{_FIRST}' END",
    lambda store: {_FIRST: "the first with somebody", _AGAIN: "recycled"},
)
_MOTION = Dimension("motion", "l.motion", lambda store: {motion.value: motion.label for motion in Motion})
_NOTE = (
    f"People whose last at bat is over and who may be worked, now and in the {WEEKS} weeks to come, as their last"
    " at bats; the filters are those of that at bat."
)
_NOTE_AGAIN = "At bats opened in the period; merged and imported ones are left out. Recycled: not the first with them."


def make(store: Store, wanted: Asked, now: Instant) -> Made:
    """Who may come back by week, by reason, by track and by rep; recycled at bats against first ones."""
    weeks = _weeks(store, now)
    track = _track(store)
    measures = (*(week.measure for week in weeks), Measure("all", "all"))
    dimensions = (_REASON, track, _REP)
    found = breakdowns(store, _returning(store, wanted, now, weeks[-1].ends), dimensions, measures)
    whole = found[0][1]
    coming = Table(
        "by_week",
        "Who may come back",
        "when",
        (Column("people", "people"),),
        tuple(Line(week.key, week.label, (cell,)) for week, cell in zip(weeks, whole.cells, strict=False)),
        Line(None, "all", whole.cells[-1:]),
        Chart.BARS,
        ("people",),
        _NOTE,
    )
    columns = tuple(measure.column for measure in measures)
    charted = tuple(measure.name for measure in measures[:-1])
    by = [
        Table(f"by_{each.head}", f"By {each.head}", each.head, columns, lines, total, Chart.HEAT, charted, _NOTE)
        for each, (lines, total) in zip(dimensions, found, strict=True)
    ]
    tried, by_motion = _conversion(store, wanted)
    return _sentences(coming, by[0], tried), (coming, *by, tried, by_motion)


# --- who may come back ---


@dataclass(frozen=True, slots=True)
class _Week:
    """Some time to come, from ``starts`` until before ``ends``; now is what has come already."""

    key: str
    label: str
    title: str
    starts: Instant | None
    ends: Instant

    @property
    def measure(self) -> Measure:
        after = f"l.back_at >= {self.starts} AND " if self.starts is not None else ""
        return Measure(self.key, self.title, f"{after}l.back_at < {self.ends}")


def _weeks(store: Store, now: Instant) -> tuple[_Week, ...]:
    """Now, what is left of this week, and the weeks to come, which begin on Monday in the team's zone."""
    today = store.calendar.day(now)
    mondays = [today - timedelta(days=today.weekday()) + timedelta(weeks=week) for week in range(1, WEEKS + 2)]
    starts = [store.calendar.end_of_day(monday - timedelta(days=1)) for monday in mondays]
    weeks = [
        _Week(monday.isoformat(), f"week of {monday.isoformat()}", monday.isoformat()[5:], begins, ends)
        for monday, begins, ends in zip(mondays, starts, starts[1:], strict=False)
    ]
    return (
        _Week("now", "now", "now", None, now + 1),
        _Week("this_week", "this week", "this week", now + 1, starts[0]),
        replace(weeks[0], label="next week", title="next week"),
        *weeks[1:],
    )


def _track(store: Store) -> Dimension:
    """By what a person is taken up again, which the reason says."""
    whens = " ".join(f"WHEN {quoted(key)} THEN {quoted(each.track)}" for key, each in store.rules.reasons.items())
    return Dimension("track", f"CASE l.reason {whens} ELSE {quoted(NO_TRACK)} END", lambda store: store.rules.tracks)


def _returning(store: Store, wanted: Asked, now: Instant, until: Instant) -> Base:
    """The last at bats of whoever may come back before ``until``, with ``back_at``, from when on."""
    narrowing, values = wanted.narrowing(store)
    of_company = "LEFT JOIN account a ON a.id = l.account_id" if wanted.segment else ""
    woken = recycling.woken(store, now, until - 1)
    values |= {"until": until, "woken": json.dumps(list(woken.items()))}
    never = [
        outcome.value
        for outcome, after in store.rules.outcomes.items()
        if after.comes_back in (ComesBack.NEVER, ComesBack.WHEN_FIXED)
    ]
    by_date = _BY_DATE.format(never=", ".join(quoted(outcome) for outcome in never))
    return Base(f"({by_date} UNION ALL {_BY_MORE} LIMIT -1 OFFSET 0) l {of_company} WHERE 1{narrowing}", values)


_TOLD = "l.id, l.opened_at, l.owner_id, l.team_id, l.motion, l.source, l.campaign_id, l.account_id, l.reason"
# As ``returns`` has it: of somebody suppressed who is asked about, that was lifted, so that a date holds.
_BY_DATE = f"""
SELECT {_TOLD}, l.eligible_at AS back_at
FROM lead l INDEXED BY lead_returns CROSS JOIN contact c ON c.id = l.contact_id
WHERE {recycling.OVER} AND l.eligible_at IS NOT NULL AND l.eligible_at < :until AND l.outcome <> 'meeting_booked'
  AND (l.outcome = 'suppress' OR CASE l.eligible_on
       WHEN '' THEN l.outcome NOT IN ({{never}}) ELSE l.eligible_on NOT IN ('never', 'when_fixed') END)
  AND l.id NOT IN (SELECT json_extract(value, '$[0]') FROM json_each(:woken))
  AND {recycling.MAY_BE_WORKED} AND {recycling.IS_LAST} AND NOT ({recycling.DEALING})"""
_BY_MORE = f"""
SELECT {_TOLD}, json_extract(j.value, '$[1]')
FROM json_each(:woken) j CROSS JOIN lead l ON l.id = json_extract(j.value, '$[0]')"""


# --- does it work ---


def _conversion(store: Store, wanted: Asked) -> tuple[Table, Table]:
    """At bats that were not the first with somebody against those that were; the recycled by motion."""
    base = at_bats(store, wanted)
    again = replace(base, sql=f"{base.sql} AND l.number > 1")
    columns = tuple(measure.column for measure in _TRIED)
    found = []
    for of, by, name, title in (
        (base, _TIMES, "conversion", "Recycled against first"),
        (again, _MOTION, "conversion_by_motion", "Recycled, by motion"),
    ):
        lines, total = breakdown(store, of, by, _TRIED)
        found.append(Table(name, title, by.head, columns, lines, total, Chart.BARS, ("ended_share",), _NOTE_AGAIN))
    return found[0], found[1]


def _sentences(coming: Table, reasons: Table, tried: Table) -> tuple[str, ...]:
    """How many may come back now and next week and why most of them; how often recycled at bats convert."""
    now, soon, following = (int(line.cells[0].value or 0) for line in coming.lines[:3])
    said = [f"{now:,} may come back now, {soon:,} more this week, {following:,} next week."]
    most = max(reasons.lines, key=lambda line: int(line.cells[0].value or 0), default=None)
    if most is not None and most.cells[0].value:
        said.append(f"Most of those now: {most.label} ({most.cells[0].value:,} of {now:,}).")
    shares = {line.key: line.cells[tried.column("ended_share")] for line in tried.lines}
    first, again = shares.get(_FIRST), shares.get(_AGAIN)
    if first and again and first.of and again.of and first.part is not None and again.part is not None:
        against = compare(first.part, first.of, again.part, again.of)
        sure = "" if against is not None and against.p < 1 - CONFIDENCE else ", which may be chance"
        said.append(
            f"Converted of those that ended: {again.part / again.of * 100:.0f} % of {again.of:,} recycled at bats,"
            f" of first ones {first.part / first.of * 100:.0f} % of {first.of:,}{sure}."
        )
    return tuple(said)
