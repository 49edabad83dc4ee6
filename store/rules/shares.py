"""Shares that are out of the ordinary, judged once a day: a source, an account, what came back, a rep's overrides.

Pure: counts in, sentences out. A share is judged from ``alerts.from_records`` records up. See docs/model.md, "Alerts".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from store.ruleset import AlertRules


@dataclass(frozen=True, slots=True)
class Counted:
    """So many of so many of one record: of a source, a rep, an account; ``id`` is what the alert stands on."""

    id: int
    name: str
    part: int
    of: int

    @property
    def share(self) -> float:
        """Which share that is; nought of nothing."""
        return self.part / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True)
class Judged:
    """What an alert stands on, and why, in words."""

    id: int
    words: str


def disqualified(sources: Iterable[Counted], rules: AlertRules) -> Iterator[Judged]:
    """Sources of which more than ``source_disqualified`` of what is over was disqualified."""
    for one in sources:
        if one.of >= rules.from_records and one.share > rules.source_disqualified:
            yield Judged(one.id, f"{one.part} of {one.of} at bats of {one.name} were disqualified")


def nurtured(accounts: Iterable[Counted], rules: AlertRules) -> Iterator[Judged]:
    """Accounts of which several at bats ended, everybody's last one in nurture."""
    for one in accounts:
        if one.of >= rules.nurtured_leads and one.part == one.of:
            yield Judged(one.id, f"the last at bats of all {one.of} people here ended in nurture: work as an account")


def failing(recycled: Counted, rules: AlertRules) -> Iterator[Judged]:
    """What came back, where less than ``recycled_converting`` of it converted."""
    if recycled.of >= rules.from_records and recycled.share < rules.recycled_converting:
        yield Judged(recycled.id, f"{recycled.part} of {recycled.of} at bats that came back converted")


def unusual(reps: Iterable[Counted], rules: AlertRules) -> Iterator[Judged]:
    """Reps who set more than ``override_share`` of their statuses by hand, and ``override_times`` what others do."""
    known = list(reps)
    for one in known:
        others = Counted(0, "", sum(rep.part for rep in known) - one.part, sum(rep.of for rep in known) - one.of)
        if one.of < rules.from_records or one.share <= rules.override_share:
            continue
        if one.share >= rules.override_times * others.share:
            others_words = f"; of the others {others.share:.0%}" if others.of else ""
            yield Judged(
                one.id, f"{one.part} of {one.of} statuses of {one.name} were set against the rules{others_words}"
            )
