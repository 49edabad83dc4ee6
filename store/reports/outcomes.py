"""Outcomes: how at bats ended and why, by source, motion and rep, and whether it was timing or fit.

Cohort by creation date, as everywhere; an at bat that is still open counts as open, so that the columns add up.
"""

from __future__ import annotations

from dataclasses import replace

from store.database import Store
from store.instants import Instant
from store.reports.asked import Asked
from store.reports.breakdown import NOBODY, Base, Dimension, Measure, at_bats, breakdown, users
from store.reports.figures import Chart, Table
from store.reports.registry import Made
from store.vocabulary import Motion, Outcome

# Timing: they fit, and may come back. Fit: they do not, or not any more.
TIMING = (Outcome.NOT_READY, Outcome.NO_RESPONSE, Outcome.NO_SHOW, Outcome.RE_ENGAGE)
FIT = (Outcome.BAD_FIT, Outcome.WRONG_PERSON, Outcome.EXISTING, Outcome.SUPPRESS)
DATA = (Outcome.DUPLICATE, Outcome.BAD_DATA)
SUCCESS = (Outcome.CONVERTED, Outcome.MEETING_BOOKED)


def _in(outcomes: tuple[Outcome, ...]) -> str:
    return f"l.outcome IN ({', '.join(repr(outcome.value) for outcome in outcomes)})"


_ENDED = "l.open = 0"
_MEASURES = (
    Measure("created", "created", note="at bats opened in the period"),
    Measure("open", "still open", "l.open = 1"),
    Measure("success", "converted", _in(SUCCESS), note="an opportunity or a meeting"),
    Measure("timing", "timing", _in(TIMING), note="fits, but not now: not ready, no response, no-show, re-engage"),
    Measure("fit", "fit", _in(FIT), note="does not fit: bad fit, wrong person, existing customer, suppressed"),
    Measure("data", "data", _in(DATA), note="duplicate or bad data"),
    Measure("success_share", "converted of ended", _in(SUCCESS), of=_ENDED),
    Measure("timing_share", "timing of ended", _in(TIMING), of=_ENDED),
    Measure("fit_share", "fit of ended", _in(FIT), of=_ENDED),
)
_ENDINGS = (
    Measure("ended", "at bats"),
    Measure("first", "of first at bats", "l.number = 1"),
    Measure("connected", "had been reached", "l.connected_at IS NOT NULL"),
)


def make(store: Store, wanted: Asked, now: Instant) -> Made:
    """By outcome and by reason, then timing against fit by source, motion and rep."""
    base = at_bats(store, wanted)
    ended = replace(base, sql=f"{base.sql} AND {_ENDED}")
    tables = [_table(store, ended, dimension, _ENDINGS, Chart.BARS) for dimension in (_OUTCOME, _REASON)]
    tables += [_table(store, base, dimension, _MEASURES) for dimension in (_SOURCE, _MOTION, _REP)]
    return (), tuple(tables)


def _table(store: Store, base: Base, by: Dimension, measures: tuple[Measure, ...], chart: Chart = Chart.NONE) -> Table:
    lines, total = breakdown(store, base, by, measures)
    columns = tuple(measure.column for measure in measures)
    charted = (measures[0].name,) if chart is not Chart.NONE else ()
    return Table(f"by_{by.head}", f"By {by.head}", by.head, columns, lines, total, chart, charted)


_OUTCOME = Dimension("outcome", "l.outcome", lambda store: {outcome.value: outcome.label for outcome in Outcome})
_REASON = Dimension("reason", "l.reason", lambda store: {key: each.label for key, each in store.rules.reasons.items()})
_SOURCE = Dimension("source", "l.source")
_MOTION = Dimension("motion", "l.motion", lambda store: {motion.value: motion.label for motion in Motion})
_REP = Dimension("rep", "l.owner_id", users, NOBODY)
