"""Dates an opportunity is expected to close on, as people say them."""

from __future__ import annotations

import pytest

from store.errors import Refusal
from store.rules.deals import parse_close_date
from tests.factories import MONDAY  # Monday 23 November 2026, 10:00 in New York
from tests.rules.test_business import BERLIN

ZONE = "America/New_York"


def said(text: str) -> str:
    return parse_close_date(text, MONDAY, ZONE, BERLIN)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("end of quarter", "2026-12-31"),
        ("EOQ", "2026-12-31"),
        ("Q1", "2027-03-31"),
        ("q4", "2026-12-31"),
        ("Q2 2027", "2027-06-30"),
        ("eoy", "2026-12-31"),
        ("end of the year", "2026-12-31"),
        ("end of month", "2026-11-30"),
        ("eom", "2026-11-30"),
        ("next friday", "2026-12-04"),
        ("24 dec", "2026-12-24"),
        ("2026-12-24", "2026-12-24"),
        ("in 3 weeks", "2026-12-14"),
        ("tomorrow", "2026-11-24"),
        ("today", "2026-11-23"),
    ],
)
def test_a_date_is_said_as_people_say_it(text: str, day: str) -> None:
    assert said(text) == day


@pytest.mark.parametrize("text", ["yesterday", "2026-11-20", "20 nov 2026", "2020-01-01"])
def test_one_that_has_passed_has_one_sentence(text: str) -> None:
    with pytest.raises(Refusal, match="The expected close date has passed"):
        said(text)


@pytest.mark.parametrize("text", ["31 feb", "soon", "whenever", "Q5", "2099-01-01", "5", ""])
def test_what_is_no_date_is_refused_in_words_of_dates(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        said(text)
    assert "3pm" not in refused.value.sentence
    assert refused.value.field == "close_date"
