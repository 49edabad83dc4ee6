"""A report's filters typed as one line, and the periods one after the other."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.database import Store
from store.errors import Refusal
from store.instants import Instant
from store.reports.filters import NAMES, asked_as, line, parts
from store.reports.period import NAMED, after, before, period
from store.vocabulary import Motion

TODAY = date(2026, 11, 23)


def test_a_line_asks_for_what_it_says(season: Store, season_end: Instant) -> None:
    name = season.value(
        "SELECT u.name FROM \"user\" u JOIN lead l ON l.owner_id = u.id WHERE u.name LIKE '% %' LIMIT 1"
    )
    id = season.value('SELECT id FROM "user" WHERE name = ?', (name,))
    wanted = asked_as(season, season_end, f'last_month rep:"{name}" motion:demo source:webs segment:small')
    assert wanted.period.name == "last_month"
    assert (wanted.rep, wanted.motion, wanted.source, wanted.segment) == (id, Motion.DEMO_REQUEST, "website", "small")
    assert asked_as(season, season_end, "") == asked_as(season, season_end, "days:last_90_days rep:")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("colour:red", "There is no filter colour: say one of days, team, rep"),
        ("source:nowhere", "There is no source nowhere: say one of Hallam Partners, "),
        ("source:we", "Several sources begin with we: say one of webinar, website."),
        ("days:someday", "There is no period someday"),
        ("rep:zz", "There is no person zz"),
        ("source:target list", 'What has a blank in it stands in quotation marks: source:"target list".'),
        ("rep:Priya N. last_month", 'What has a blank in it stands in quotation marks: rep:"Priya N.".'),
        ("days:this_month days:last_month", "days is said twice: take one away."),
        ("last_month 2026-03", "days is said twice: take one away."),
        ("last_month soon", "days is said twice: take one away."),
    ],
)
def test_what_there_is_not_is_refused_in_a_sentence(season: Store, season_end: Instant, typed: str, says: str) -> None:
    with pytest.raises(Refusal) as refused:
        asked_as(season, season_end, typed)
    assert refused.value.sentence.startswith(says)


_VALUES = st.text(st.characters(exclude_characters='"', exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), min_size=1)


@given(st.dictionaries(st.sampled_from(NAMES), st.lists(_VALUES, min_size=1, max_size=3).map(" ".join)))
def test_a_line_is_read_as_it_was_written(filters: dict[str, str]) -> None:
    assert parts(line(filters)) == filters


@pytest.mark.parametrize("name", [name for name in NAMED if name != "all"])
def test_the_period_after_the_one_before_is_the_period(name: str) -> None:
    asked = period(name, TODAY)
    earlier = before(asked)
    assert earlier is not None
    assert earlier.last == asked.first - timedelta(days=1)
    later = after(earlier)
    assert later is not None
    assert (later.first, later.last) == (asked.first, asked.last)


def test_all_time_has_none_before_or_after() -> None:
    assert before(period("all", TODAY)) is None
    assert after(period("all", TODAY)) is None
