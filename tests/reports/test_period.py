"""Which days a period is, by its name, and which stand before and after it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import Refusal
from store.reports.period import NAMED, Period, after, before, period

TODAY = date(2026, 3, 11)  # a Wednesday
ONE_DAY = timedelta(days=1)
DATES = st.dates(date(1990, 1, 1), date(2190, 12, 31))
NAMES = st.one_of(
    st.sampled_from([name for name in NAMED if name != "all"]),
    st.integers(1, 9999).map(lambda days: f"last_{days}_days"),
    DATES.map(lambda day: f"{day:%Y-%m}"),
    DATES.map(str),
    st.tuples(DATES, DATES).map(lambda ends: f"{min(ends)}..{max(ends)}"),
)


@pytest.mark.parametrize(
    ("name", "first", "last", "before_first", "before_last"),
    [
        ("today", "2026-03-11", "2026-03-11", "2026-03-10", "2026-03-10"),
        ("yesterday", "2026-03-10", "2026-03-10", "2026-03-09", "2026-03-09"),
        ("this_week", "2026-03-09", "2026-03-15", "2026-03-02", "2026-03-08"),
        ("last_week", "2026-03-02", "2026-03-08", "2026-02-23", "2026-03-01"),
        ("this_month", "2026-03-01", "2026-03-31", "2026-02-01", "2026-02-28"),
        ("last_month", "2026-02-01", "2026-02-28", "2026-01-01", "2026-01-31"),
        ("this_quarter", "2026-01-01", "2026-03-31", "2025-10-01", "2025-12-31"),
        ("last_quarter", "2025-10-01", "2025-12-31", "2025-07-01", "2025-09-30"),
        ("this_year", "2026-01-01", "2026-12-31", "2025-01-01", "2025-12-31"),
        ("last_year", "2025-01-01", "2025-12-31", "2024-01-01", "2024-12-31"),
        ("last_30_days", "2026-02-10", "2026-03-11", "2026-01-11", "2026-02-09"),
        ("last_1_days", "2026-03-11", "2026-03-11", "2026-03-10", "2026-03-10"),
        ("2024-02", "2024-02-01", "2024-02-29", "2024-01-01", "2024-01-31"),
        ("2026-01", "2026-01-01", "2026-01-31", "2025-12-01", "2025-12-31"),
        ("2026-03-09", "2026-03-09", "2026-03-09", "2026-03-08", "2026-03-08"),
        ("2026-03-01..2026-03-09", "2026-03-01", "2026-03-09", "2026-02-20", "2026-02-28"),
        ("2026-03-02..", "2026-03-02", "2026-03-11", "2026-02-20", "2026-03-01"),
        ("2025-11-01..2026-02-28", "2025-11-01", "2026-02-28", "2025-07-01", "2025-10-31"),
        ("2025-11-01..2026-02-27", "2025-11-01", "2026-02-27", "2025-07-05", "2025-10-31"),
    ],
)
def test_periods(name: str, first: str, last: str, before_first: str, before_last: str) -> None:
    found = period(name, TODAY)
    assert (found.name, str(found.first), str(found.last)) == (name, first, last)
    earlier = before(found)
    assert earlier is not None
    assert (str(earlier.first), str(earlier.last)) == (before_first, before_last)


@pytest.mark.parametrize(
    ("typed", "name"),
    [(" Last Month ", "last_month"), ("last 30 days", "last_30_days"), ("LAST_30-DAYS", "last_30_days")],
)
def test_names_are_read_as_people_type_them(typed: str, name: str) -> None:
    assert period(typed, TODAY) == period(name, TODAY)


@pytest.mark.parametrize(
    "name",
    [
        *("", "soon", "last_0_days", "last_-3_days", "last_10000_days", "2026", "2026-13", "2026-00", "2026-3"),
        *("2026-02-30", "2026-03-12..", "..2026-03-09", "2026-03..2026-04", "0000-01"),
        *("9999-12-32", "all..", "2026-03-09...2026-03-10", "today; drop table lead", "2026-03-09\n"),
    ],
)
def test_what_is_no_period_is_refused_with_what_there_is(name: str) -> None:
    if name == "2026-03-09\n":  # a blank at the end is no mistake
        assert period(name, TODAY).first == date(2026, 3, 9)
        return
    with pytest.raises(Refusal, match=r"^There is no period .*: say one of today, .*, a month such as 2026-03"):
        period(name, TODAY)


def test_days_the_wrong_way_round_are_told_apart_from_no_days() -> None:
    with pytest.raises(Refusal) as refused:
        period("2026-11-20..2026-11-01", TODAY)
    assert refused.value.sentence == "2026-11-20..2026-11-01 ends before it begins: say the earlier day first."
    with pytest.raises(Refusal, match="There is no period"):
        period("2026-11-31..2026-11-01", TODAY)


def test_a_month_and_a_day_are_called_as_one_types_them() -> None:
    later = after(period("2025-01", TODAY))
    assert later is not None
    assert later.name == "2025-02"
    earlier = before(period("2026-03-01", TODAY))
    assert earlier is not None
    assert earlier.name == "2026-02-28"


def test_all_time_has_nothing_before_or_after() -> None:
    found = period("all", TODAY)
    assert (found.words, before(found), after(found)) == ("all time", None, None)


@pytest.mark.parametrize("name", ["0001-01-01", "0001-01", "0001-01-05..0001-02-01"])
def test_nothing_stands_before_the_calendar(name: str) -> None:
    assert before(period(name, TODAY)) is None


@pytest.mark.parametrize("name", ["9999-12-31", "9999-12", "2026-01-01..9999-12-31", "9000-01-01..9999-12-31"])
def test_nothing_stands_after_the_calendar(name: str) -> None:
    assert after(period(name, TODAY)) is None


def test_long_periods_have_one_before_where_the_calendar_has() -> None:
    assert before(period("2026-01-01..9999-12-31", TODAY)) is None
    assert before(period("9999-12", TODAY)) == period("9999-11", TODAY)._replace(name="9999-11")


@given(NAMES, DATES)
def test_a_period_is_days_in_order_and_its_name_reads_the_same_again(name: str, today: date) -> None:
    try:
        found = period(name, today)
    except Refusal:
        pytest.fail(f"{name} is a period")
    assert found.first <= found.last
    assert found.days == len(range(found.first.toordinal(), found.last.toordinal() + 1))
    assert period(found.words, today) == found


def whole_months(found: Period) -> bool:
    """Whether it is months from a first to a last, and was not asked for as so many days."""
    return found.first.day == 1 and (found.last + ONE_DAY).day == 1 and not found.name.startswith("last_3")


@given(NAMES.filter(lambda name: not name.endswith("_days")), DATES)
def test_the_one_before_is_next_to_it_and_of_the_same_kind(name: str, today: date) -> None:
    found = period(name, today)
    earlier = before(found)
    assert earlier is not None
    assert earlier.last + ONE_DAY == found.first
    if whole_months(found):
        assert earlier.first.day == 1
        assert months(earlier) == months(found)
    else:
        assert earlier.days == found.days
    assert period(earlier.name, today) == earlier


@given(st.integers(1, 9999), DATES)
def test_so_many_days_are_compared_with_as_many(days: int, today: date) -> None:
    """Also where they happen to be a month."""
    found = period(f"last_{days}_days", today)
    earlier = before(found)
    assert found.days == days
    assert earlier is not None
    assert (earlier.days, earlier.last + ONE_DAY) == (days, found.first)


@given(NAMES.filter(lambda name: not name.endswith("_days")), DATES)
def test_after_is_the_way_back(name: str, today: date) -> None:
    """Days whose earlier ones happen to be whole months come back as months."""
    found = period(name, today)
    earlier = before(found)
    assert earlier is not None
    later = after(earlier)
    assert later is not None
    assert later.first == found.first
    if whole_months(found) or not whole_months(earlier):
        assert later.last == found.last


def months(found: Period) -> int:
    """How many months it touches."""
    return (found.last.year - found.first.year) * 12 + found.last.month - found.first.month + 1
