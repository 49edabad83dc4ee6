"""Times as people say them."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import Refusal
from store.instants import DAY, instant, moment
from store.rules.business import Calendar
from store.rules.when import parse_when, whose_time
from store.ruleset import Hours

ZONE = "Europe/Berlin"
CALENDAR = Calendar(ZONE, Hours(time(9), time(17), frozenset(range(5))))


def at(text: str, zone: str = ZONE) -> int:
    return instant(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


NOW = at("2026-12-02 14:07")  # a Wednesday


def said(text: str, now: int = NOW, past: bool = False, zone: str = ZONE) -> str:
    return moment(parse_when(text, now, zone, CALENDAR, past), zone).strftime("%a %Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("tomorrow 3pm", "Thu 2026-12-03 15:00"),
        ("3pm tomorrow", "Thu 2026-12-03 15:00"),
        ("Tomorrow at 3 PM", "Thu 2026-12-03 15:00"),
        ("tomorrow @ 3.30 p.m.", "Thu 2026-12-03 15:30"),
        ("tomorrow", "Thu 2026-12-03 09:00"),
        ("tmrw", "Thu 2026-12-03 09:00"),
        ("day after tomorrow", "Fri 2026-12-04 09:00"),
        ("tue", "Tue 2026-12-08 09:00"),
        ("tuesday", "Tue 2026-12-08 09:00"),
        ("tue 15:00", "Tue 2026-12-08 15:00"),
        ("tue 3", "Tue 2026-12-08 15:00"),
        ("tue 3:30", "Tue 2026-12-08 15:30"),
        ("tue 03:00", "Tue 2026-12-08 03:00"),
        ("thu 10", "Thu 2026-12-03 10:00"),
        ("wed", "Wed 2026-12-09 09:00"),  # never today
        ("wed 16:00", "Wed 2026-12-09 16:00"),
        ("this fri", "Fri 2026-12-04 09:00"),
        ("next fri", "Fri 2026-12-11 09:00"),
        ("next mon 9am", "Mon 2026-12-07 09:00"),
        ("on monday morning", "Mon 2026-12-07 09:00"),
        ("monday afternoon", "Mon 2026-12-07 14:00"),
        ("tue, noon", "Tue 2026-12-08 12:00"),
        ("tomorrow first thing", "Thu 2026-12-03 09:00"),
        ("+2bd", "Fri 2026-12-04 09:00"),
        ("+3bd", "Mon 2026-12-07 09:00"),
        ("in 3 business days", "Mon 2026-12-07 09:00"),
        ("+2 working days 14:00", "Fri 2026-12-04 14:00"),
        ("+3d", "Sat 2026-12-05 09:00"),
        ("+3d 15:00", "Sat 2026-12-05 15:00"),
        ("3 days", "Sat 2026-12-05 09:00"),
        ("in 2 days at 4pm", "Fri 2026-12-04 16:00"),
        ("in 2h", "Wed 2026-12-02 16:07"),
        ("2h", "Wed 2026-12-02 16:07"),
        ("+1h30m", "Wed 2026-12-02 15:37"),
        ("1.5h", "Wed 2026-12-02 15:37"),
        ("in 1 hour and 30 minutes", "Wed 2026-12-02 15:37"),
        ("in 30m", "Wed 2026-12-02 14:37"),
        ("in half an hour", "Wed 2026-12-02 14:37"),
        ("30 min from now", "Wed 2026-12-02 14:37"),
        ("in an hour", "Wed 2026-12-02 15:07"),
        ("in a week", "Wed 2026-12-09 09:00"),
        ("in two weeks", "Wed 2026-12-16 09:00"),
        ("+1w", "Wed 2026-12-09 09:00"),
        ("in 3 months", "Tue 2027-03-02 09:00"),
        ("in 1 year", "Thu 2027-12-02 09:00"),
        ("in 1 day 2 hours", "Thu 2026-12-03 16:07"),
        ("2pm", "Thu 2026-12-03 14:00"),  # past already today
        ("3pm", "Wed 2026-12-02 15:00"),
        ("14:30", "Wed 2026-12-02 14:30"),
        ("1430", "Wed 2026-12-02 14:30"),
        ("14:00", "Thu 2026-12-03 14:00"),
        ("9", "Thu 2026-12-03 09:00"),
        ("12am", "Thu 2026-12-03 00:00"),
        ("12pm", "Thu 2026-12-03 12:00"),
        ("noon", "Thu 2026-12-03 12:00"),
        ("in the morning", "Thu 2026-12-03 09:00"),
        ("tonight", "Wed 2026-12-02 18:00"),
        ("this evening", "Wed 2026-12-02 18:00"),
        ("today", "Wed 2026-12-02 17:00"),
        ("today 4pm", "Wed 2026-12-02 16:00"),
        ("now", "Wed 2026-12-02 14:07"),
        ("eod", "Wed 2026-12-02 17:00"),
        ("cob", "Wed 2026-12-02 17:00"),
        ("tomorrow eod", "Thu 2026-12-03 17:00"),
        ("eow", "Fri 2026-12-04 17:00"),
        ("end of the week", "Fri 2026-12-04 17:00"),
        ("end of month", "Thu 2026-12-31 17:00"),
        ("next week", "Mon 2026-12-07 09:00"),
        ("next month", "Fri 2027-01-01 09:00"),
        ("5 dec", "Sat 2026-12-05 09:00"),
        ("dec 5", "Sat 2026-12-05 09:00"),
        ("5th of December", "Sat 2026-12-05 09:00"),
        ("dec 5th 2027 9:30", "Sun 2027-12-05 09:30"),
        ("1 mar", "Mon 2027-03-01 09:00"),  # the next one
        ("29 feb", "Tue 2028-02-29 09:00"),
        ("tue 8 dec 3pm", "Tue 2026-12-08 15:00"),
        ("8 dec tue", "Tue 2026-12-08 09:00"),
        ("5.12.", "Sat 2026-12-05 09:00"),
        ("5.12.2026 14:00", "Sat 2026-12-05 14:00"),
        ("2026-12-05 14:00", "Sat 2026-12-05 14:00"),
        ("2026-12-05t14:00", "Sat 2026-12-05 14:00"),
        ("2026-12-05", "Sat 2026-12-05 09:00"),
        ("10 in the morning", "Thu 2026-12-03 10:00"),
        ("6 in the morning", "Thu 2026-12-03 06:00"),
        ("tomorrow evening at 7", "Thu 2026-12-03 19:00"),
        ("tomorrow morning 10", "Thu 2026-12-03 10:00"),
        ("tue pm", "Tue 2026-12-08 14:00"),
        ("half past 3", "Wed 2026-12-02 15:30"),
        ("tomorrow quarter to 4", "Thu 2026-12-03 15:45"),
        ("2 o'clock tomorrow", "Thu 2026-12-03 14:00"),
        ("the 9th", "Wed 2026-12-09 09:00"),
        ("on the 1st at 10", "Fri 2027-01-01 10:00"),
    ],
)
def test_a_promise(text: str, meant: str) -> None:
    assert said(text) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("10:15", "Wed 2026-12-02 10:15"),
        ("today 10:15", "Wed 2026-12-02 10:15"),
        ("16:00", "Tue 2026-12-01 16:00"),  # not yet today, so it was yesterday
        ("today", "Wed 2026-12-02 09:00"),
        ("this morning", "Wed 2026-12-02 09:00"),
        ("yesterday", "Tue 2026-12-01 09:00"),
        ("yesterday 4pm", "Tue 2026-12-01 16:00"),
        ("day before yesterday 4pm", "Mon 2026-11-30 16:00"),
        ("mon", "Mon 2026-11-30 09:00"),
        ("wed", "Wed 2026-11-25 09:00"),
        ("last fri 10am", "Fri 2026-11-27 10:00"),
        ("2h ago", "Wed 2026-12-02 12:07"),
        ("-2h", "Wed 2026-12-02 12:07"),
        ("2h", "Wed 2026-12-02 12:07"),
        ("an hour ago", "Wed 2026-12-02 13:07"),
        ("3 days ago", "Sun 2026-11-29 09:00"),
        ("2bd ago", "Mon 2026-11-30 09:00"),
        ("30 nov", "Mon 2026-11-30 09:00"),
        ("5 dec", "Fri 2025-12-05 09:00"),
        ("the 9th", "Mon 2026-11-09 09:00"),
        ("now", "Wed 2026-12-02 14:07"),
    ],
)
def test_something_done(text: str, meant: str) -> None:
    assert said(text, past=True) == meant


def test_today_before_opening_means_opening() -> None:
    morning = at("2026-12-02 07:30")
    assert said("today", now=morning) == "Wed 2026-12-02 09:00"
    assert said("today", now=morning, past=True) == "Wed 2026-12-02 07:30"


def test_business_days_from_a_day_off_count_the_next_working_day_as_one() -> None:
    saturday = at("2026-12-05 12:00")
    assert said("+1bd", now=saturday) == "Mon 2026-12-07 09:00"
    assert said("+2bd", now=saturday) == "Tue 2026-12-08 09:00"
    assert said("1bd ago", now=saturday, past=True) == "Fri 2026-12-04 09:00"


def test_a_time_belongs_to_the_zone_it_is_said_in() -> None:
    assert parse_when("tomorrow 3pm", NOW, "America/Los_Angeles", CALENDAR) == at(
        "2026-12-03 15:00", "America/Los_Angeles"
    )
    # 14:07 in Berlin is 22:07 in Tokyo: "9" there is tomorrow's, and so is "tomorrow".
    assert said("9", zone="Asia/Tokyo") == "Thu 2026-12-03 09:00"


def test_local_times_that_the_clocks_skip_or_repeat() -> None:
    assert said("tomorrow 02:30", now=at("2026-03-28 12:00")) == "Sun 2026-03-29 03:30"
    repeated = parse_when("tomorrow 02:30", at("2026-10-24 12:00"), ZONE, CALENDAR)
    assert repeated == at("2026-10-25 02:30")  # the first of the two
    assert said("in 24h", now=at("2026-03-28 12:00")) == "Sun 2026-03-29 13:00"


@pytest.mark.parametrize(
    "text", ["fortnight after christmas maybe", "blah", "25 00", "13pm", "tue wed", "5 6", "22/13", "", "  "]
)
def test_nonsense_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(Refusal, match="tomorrow 3pm") as refused:
        said(text)
    assert refused.value.field == "when"


@pytest.mark.parametrize("text", ["2026-13-01", "32nd"])
def test_a_day_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        said(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("31 feb", "February has no 31st: it ends on the 29th."),
        ("30/2", "February has no 30th"),
        ("29 feb 2027", "February 2027 has no 29th: it ends on the 28th."),
        ("nov 31", "November has no 31st: it ends on the 30th."),
        ("tomorrow 25:00", '"25:00" is no time of day: hours go from 0:00 to 23:59.'),
        ("9:75", '"9:75" is no time of day'),
        ("next year", '"next year" names no day: say one, like "15 jan"'),
        ("this quarter", "names no day"),
        ("last month", "names no day"),
        ("@590HMQ", '"@590HMQ" is not a time I know'),
    ],
)
@pytest.mark.parametrize("past", [False, True], ids=["promise", "done"])
def test_what_cannot_be_is_named(text: str, sentence: str, past: bool) -> None:
    with pytest.raises(Refusal) as refused:
        said(text, past=past)
    assert sentence.partition(", like")[0] in refused.value.sentence


@pytest.mark.parametrize("text", ["22/12", "12/22", "22/12/2026", "12/22/26"])
def test_a_date_with_slashes_that_can_be_only_one_day_is_taken(text: str) -> None:
    assert said(text) == "Tue 2026-12-22 09:00"


@pytest.mark.parametrize(
    ("text", "words", "mine"),
    [
        ("15:00 my time", "15:00", True),
        ("tomorrow 3pm here", "tomorrow 3pm", True),
        ("tue 15:00 in my time", "tue 15:00", True),
        ("tue 15:00 Their Time ", "tue 15:00", False),
        ("9am there", "9am", False),
        ("tomorrow 3pm", "tomorrow 3pm", None),
        ("here", "here", None),
    ],
)
def test_whose_time_is_said_at_the_end(text: str, words: str, mine: bool | None) -> None:
    assert whose_time(text) == (words, mine)


def test_a_date_with_slashes_asks_which_is_meant() -> None:
    with pytest.raises(Refusal, match="day or month first"):
        said("12/5")


def test_a_weekday_that_contradicts_its_date_is_refused() -> None:
    with pytest.raises(Refusal, match="2026-12-05 is a Saturday"):
        said("tue 5 dec")


@pytest.mark.parametrize("text", ["yesterday", "today 9am", "2026-12-01", "2h ago", "last fri", "this mon"])
def test_a_promise_in_the_past_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="already past"):
        said(text)


@pytest.mark.parametrize("text", ["tomorrow", "in 2h", "2026-12-03", "next fri", "today 16:00"])
def test_something_done_in_the_future_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="still to come"):
        said(text, past=True)


@pytest.mark.parametrize("text", ["9999-12-31", "+99999d", "in 999999 years", "+9999bd", "in 5000 weeks", "2099-01-01"])
def test_a_day_too_far_away_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="more than 10 years away"):
        said(text)


def test_a_long_text_is_refused_unread() -> None:
    with pytest.raises(Refusal, match="too long"):
        said("1" * 10_000)


def test_words_beyond_the_grammar_go_to_dateparser() -> None:
    assert said("twenty minutes ago", past=True) == "Wed 2026-12-02 13:47"
    assert said("in a fortnight") == "Wed 2026-12-16 09:00"
    with pytest.raises(Refusal, match="not a time I know"):  # it would make a September of it
        said("mon 9-10")


def test_the_grammar_needs_no_heavy_library() -> None:
    code = (
        "import sys\nfrom datetime import time\n"
        "from store.rules.business import Calendar\nfrom store.rules.when import parse_when\n"
        "from store.ruleset import Hours\n"
        "c = Calendar('UTC', Hours(time(9), time(17), frozenset(range(5))))\n"
        "parse_when('tomorrow 3pm', 0, 'UTC', c)\nparse_when('+2bd', 0, 'UTC', c)\n"
        "print({'dateparser', 'holidays', 'pendulum'} & set(sys.modules))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"


_TYPED = """tomorrow today yesterday tue next last this week month in + - 2 bd d h m w 3pm 9 14:30 31 29 feb dec 2026
ago eod noon at on the 5th 0 999999 2026-12-05 5.12. half an hour and business days years 24:00 12am morning pm"""
_WORDS = st.sampled_from(_TYPED.split())


@given(
    st.one_of(st.lists(_WORDS, max_size=6).map(" ".join), st.lists(_WORDS, max_size=4).map("".join)),
    st.integers(at("1975-01-01 00:00"), at("2100-01-01 00:00")),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe"]),
    st.booleans(),
)
def test_whatever_is_typed_gives_a_sane_time_or_a_refusal(text: str, now: int, zone: str, past: bool) -> None:
    try:
        meant = parse_when(text, now, zone, CALENDAR, past)
    except Refusal as refused:
        assert refused.sentence.endswith(".")  # noqa: PT017 - either end is right, the sentence is the point
        return
    assert abs(meant - now) <= 3660 * DAY
    assert meant <= now if past else meant >= now


@given(st.text(max_size=80), st.booleans())
def test_any_text_at_all_gives_a_time_or_a_refusal(text: str, past: bool) -> None:
    try:
        parse_when(text, NOW, ZONE, CALENDAR, past)
    except Refusal as refused:
        assert refused.field == "when"  # noqa: PT017
