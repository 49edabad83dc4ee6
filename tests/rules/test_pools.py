"""When a name goes back to marketing, and the quarters of a reference."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from store.instants import DAY
from store.rules.pools import demotes, ignored_at
from store.rules.references import next_free, quarter_of
from store.ruleset import load_rules
from store.vocabulary import Outcome

POOLS = load_rules().pools
SILENT, UNFIT, READY = Outcome.NO_RESPONSE, Outcome.BAD_FIT, Outcome.NOT_READY


def test_two_without_a_response_in_a_row_or_one_disqualification() -> None:
    assert demotes([SILENT, SILENT], POOLS)
    assert demotes([SILENT, SILENT, READY], POOLS)
    assert not demotes([SILENT], POOLS)
    assert not demotes([SILENT, READY, SILENT], POOLS)
    assert not demotes([], POOLS)
    assert demotes([UNFIT], POOLS)
    assert not demotes([SILENT, UNFIT], POOLS)
    assert not demotes([Outcome.EXISTING], POOLS)


def test_a_team_may_switch_either_off() -> None:
    off = POOLS._replace(no_response=None, disqualified=frozenset(), ignored=None)
    assert not demotes([SILENT] * 9, off)
    assert not demotes([UNFIT], off)
    assert ignored_at(0, off) is None


def test_ignored_for_half_a_year() -> None:
    assert ignored_at(7, POOLS) == 7 + 180 * DAY


@given(st.dates(date(1900, 1, 1), date(2190, 1, 1)))
def test_the_next_quarter_begins_on_its_first_day(day: date) -> None:
    free = next_free(day)
    assert quarter_of(free) > quarter_of(day)
    assert quarter_of(free - timedelta(days=1)) == quarter_of(day)
