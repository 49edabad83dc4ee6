"""The score explained, and what became of whom by the score they began with.

A calibration counts at bats by the team's day they were opened on and by the score they had then, as the history has
it. Undone and merged at bats are left out, and imported ones too: nobody knows what they would have scored when they
began. See docs/model.md, "Score".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from store.database import Store
from store.instants import Instant
from store.operations.scoring import facts_of, last_midnight
from store.rules.scoring import Score, as_of, score_at
from store.ruleset import ScoreRules
from store.vocabulary import Outcome, Stage, Status

_HIGHEST = 100


@dataclass(frozen=True, slots=True)
class ScoreCard:
    """The score of an at bat, or of a person without one, as of ``at``, with what explains it.

    That is the last signal or the team's last midnight before ``now``, and for an at bat that ended before its end.
    ``name`` is the person's, or the company's where no person is known; ``lead_id`` None for a person without one.
    """

    name: str
    company: str
    lead_id: int | None
    at: Instant
    score: Score


def score_card(store: Store, lead_id: int, now: Instant) -> ScoreCard | None:
    """The score of an at bat; None when there is none. Three queries."""
    row = store.row(_LEAD, (lead_id,))
    if row is None:
        return None
    contact_id, account_id, closed_at, name, company = row
    return _card(store, name, company, contact_id, account_id, lead_id, now if closed_at is None else closed_at)


def score_card_of_person(store: Store, contact_id: int, now: Instant) -> ScoreCard | None:
    """The score of a person, whether anybody works them or not; None when there is none. Three queries."""
    row = store.row(_PERSON, (contact_id,))
    if row is None:
        return None
    account_id, name, company = row
    return _card(store, name, company, contact_id, account_id, None, now)


def _card(
    store: Store,
    name: str,
    company: str,
    contact_id: int | None,
    account_id: int | None,
    lead_id: int | None,
    until: Instant,
) -> ScoreCard:
    facts, signals = facts_of(store, contact_id, account_id, lead_id)
    at = as_of(signals, until, last_midnight(store, until))
    return ScoreCard(name, company, lead_id, at, score_at(facts, signals, at, store.rules.score))


_LEAD = """
SELECT l.contact_id, l.account_id, l.closed_at, coalesce(c.name, a.name, ''), coalesce(a.name, '')
FROM lead l LEFT JOIN contact c ON c.id = l.contact_id LEFT JOIN account a ON a.id = l.account_id
WHERE l.id = ? AND l.void = 0"""
_PERSON = """
SELECT c.account_id, c.name, coalesce(a.name, '') FROM contact c LEFT JOIN account a ON a.id = c.account_id
WHERE c.id = ? AND c.void = 0"""


# --- calibration ----------------------------------------------------------------------------------------------------


class Band(NamedTuple):
    """Scores from ``low`` to ``high``, both included."""

    low: int
    high: int


class Calibrated(NamedTuple):
    """How at bats that began with a score of this band went; ``open`` ones have not shown yet how they end.

    ``converted`` are those that became an opportunity or a booked meeting.
    """

    band: Band
    leads: int
    open: int
    converted: int
    meetings: int

    @property
    def ended(self) -> int:
        """How many are over, one way or the other."""
        return self.leads - self.open

    @property
    def rate(self) -> float | None:
        """The share of those that are over which converted; None where none is over."""
        return self.converted / self.ended if self.ended else None


class Begun(NamedTuple):
    """One at bat of a band: the score it began with, and how it stands."""

    id: int
    score: int
    name: str
    company: str
    opened_day: str
    stage: Stage
    status: Status
    outcome: Outcome | None


def tens() -> tuple[Band, ...]:
    """Bands of ten; the last takes in 100."""
    return tuple(Band(low, low + 9 if low < 90 else _HIGHEST) for low in range(0, _HIGHEST, 10))


def by_thresholds(rules: ScoreRules) -> tuple[Band, ...]:
    """Below MQL, from there to SQL, and from there up; without what has no score in it."""
    edges = sorted({0, rules.mql, rules.sql, _HIGHEST + 1})
    return tuple(Band(low, after - 1) for low, after in pairwise(edges))


def calibration(store: Store, since: str, until: str, bands: tuple[Band, ...]) -> tuple[Calibrated, ...]:
    """Conversion by the score that at bats began with, of those opened from ``since`` to ``until`` (ISO days)."""
    counted = store.rows(_CALIBRATED, (since, until))
    return tuple(_summed(band, counted) for band in bands)


def _summed(band: Band, counted: list[tuple[int, ...]]) -> Calibrated:
    inside = [row[1:] for row in counted if band.low <= row[0] <= band.high]
    return Calibrated(band, *(sum(column) for column in zip((0, 0, 0, 0), *inside, strict=True)))


def begun_in(store: Store, since: str, until: str, band: Band) -> Iterator[Begun]:
    """Exactly the at bats that ``calibration`` counts in a band, the highest score first."""
    found = store.connection.execute(_BEGUN, (since, until, *band))
    for id, score, name, company, day, stage, status, outcome in found:
        ended = None if outcome is None else Outcome(outcome)
        yield Begun(id, score, name, company, day, Stage(stage), Status(status), ended)


# The first change of a score tells what it was before; without one it is what it always was.
_COHORT = """
SELECT l.id, l.contact_id, l.account_id, l.opened_day, l.open, l.stage, l.status, l.outcome, coalesce((
    SELECT CAST(c.before AS INTEGER) FROM change c
    WHERE c.entity = 'lead' AND c.entity_id = l.id AND c."column" = 'score'
    ORDER BY c.operation_id, c.id LIMIT 1), l.score) AS began
FROM lead l
WHERE l.opened_day BETWEEN ? AND ? AND l.void = 0 AND l.imported = 0 AND l.merged_into_id IS NULL"""
_CALIBRATED = f"""
SELECT began, count(*), sum(open), sum(stage = 'converted'),
       sum(stage = 'converted' AND outcome = '{Outcome.MEETING_BOOKED}')
FROM ({_COHORT}) GROUP BY began ORDER BY began"""
_BEGUN = f"""
SELECT x.id, x.began, coalesce(c.name, a.name, ''), coalesce(a.name, ''), x.opened_day, x.stage, x.status, x.outcome
FROM ({_COHORT}) x LEFT JOIN contact c ON c.id = x.contact_id LEFT JOIN account a ON a.id = x.account_id
WHERE x.began BETWEEN ? AND ? ORDER BY x.began DESC, x.id"""
