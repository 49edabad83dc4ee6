"""Who may come back, by what, with what to say and to whom: one test a row of the table of outcomes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.instants import DAY
from store.rules.recycling import (
    NO_TRACK,
    By,
    Ended,
    Heard,
    Return,
    Who,
    cadence_of,
    goes_to,
    motion_of,
    returns,
    track_of,
)
from store.ruleset import ComesBack, load_rules
from store.vocabulary import Motion, Outcome

RULES = load_rules()
CLOSED = 1_000 * DAY
LATER = CLOSED + 30 * DAY
PRIYA, BEN = 2, 3


def ended(outcome: Outcome, **more: Any) -> Ended:
    """The last at bat as closing keeps it: with a date, or with the rule that waits for something."""
    rule = RULES.outcomes[outcome]
    dated = rule.comes_back in (ComesBack.AFTER_DAYS, ComesBack.ON_DATE)
    kept: dict[str, Any] = {
        "eligible_at": CLOSED + (rule.recycle_days or 60) * DAY if dated else None,
        "eligible_on": "" if dated or outcome is Outcome.CONVERTED else rule.comes_back.value,
    }
    return replace(Ended(outcome, CLOSED), **{**kept, **more})


def heard(kind: str = "page_view", *, high: bool = False, at: int = LATER) -> tuple[Heard, ...]:
    return (Heard(at, kind, high),)


def test_converted_to_opportunity_comes_back_by_a_new_signal_once_that_opportunity_is_closed() -> None:
    won = ended(Outcome.CONVERTED, became=True, heard=heard())
    assert returns(replace(won, dealing=True), RULES) is None
    assert returns(replace(won, dealt_until=LATER + DAY), RULES) is None
    assert returns(replace(won, dealt_until=LATER - DAY), RULES) == Return(LATER, By.SIGNAL, "page_view")
    assert returns(replace(won, heard=()), RULES) is None


def test_meeting_booked_comes_back_30_days_after_the_meeting_if_no_opportunity_came() -> None:
    meeting = CLOSED + 2 * DAY
    booked = ended(Outcome.MEETING_BOOKED, meeting_at=meeting, eligible_at=meeting + 30 * DAY)
    assert returns(booked, RULES) == Return(meeting + 30 * DAY, By.DATE)
    moved = replace(booked, meeting_at=meeting + 7 * DAY)
    assert returns(moved, RULES) == Return(meeting + 37 * DAY, By.DATE)
    came = replace(booked, became=True)
    assert returns(came, RULES) is None
    assert returns(replace(came, heard=heard()), RULES) == Return(LATER, By.SIGNAL, "page_view")


def test_connected_not_ready_now_comes_back_on_that_date() -> None:
    assert returns(ended(Outcome.NOT_READY), RULES) == Return(CLOSED + 60 * DAY, By.DATE)


def test_connected_bad_fit_comes_back_only_by_a_new_high_intent_signal() -> None:
    unfit = ended(Outcome.BAD_FIT)
    assert returns(unfit, RULES) is None
    assert returns(replace(unfit, heard=heard()), RULES) is None
    assert returns(replace(unfit, heard=heard("pricing_page", high=True)), RULES) == Return(
        LATER, By.HIGH_INTENT, "pricing_page"
    )
    assert returns(replace(unfit, heard=heard("pricing_page", high=True, at=CLOSED)), RULES) is None


def test_no_response_comes_back_after_90_days_to_another_rep_by_another_cadence() -> None:
    silent = ended(Outcome.NO_RESPONSE)
    assert returns(silent, RULES) == Return(CLOSED + 90 * DAY, By.DATE)
    assert goes_to(Outcome.NO_RESPONSE, PRIYA, None, RULES) is Who.OTHER
    first = cadence_of("other_approach", Motion.REACTIVATION, "outbound", Outcome.NO_RESPONSE, RULES)
    again = cadence_of("other_approach", Motion.REACTIVATION, first, Outcome.NO_RESPONSE, RULES)
    assert (first, again) == ("reactivation", "second_try")
    assert cadence_of("other_approach", Motion.REACTIVATION, again, Outcome.NO_RESPONSE, RULES) == first


def test_no_show_comes_back_after_7_days_to_the_same_rep() -> None:
    assert returns(ended(Outcome.NO_SHOW), RULES) == Return(CLOSED + 7 * DAY, By.DATE)
    assert goes_to(Outcome.NO_SHOW, PRIYA, BEN, RULES) is Who.SAME


def test_whose_suppression_was_lifted_comes_back_by_high_intent_alone() -> None:
    assert returns(ended(Outcome.SUPPRESS), RULES) is None
    assert returns(ended(Outcome.SUPPRESS, heard=heard("download")), RULES) is None
    back = returns(ended(Outcome.SUPPRESS, heard=heard("demo_request", high=True)), RULES)
    assert back is not None
    assert back.by is By.HIGH_INTENT


@pytest.mark.parametrize("outcome", [Outcome.DUPLICATE, Outcome.WRONG_PERSON])
def test_duplicate_and_wrong_person_never_come_back(outcome: Outcome) -> None:
    assert returns(ended(outcome, heard=heard("demo_request", high=True), fixed_at=LATER), RULES) is None


def test_bad_data_comes_back_when_the_datum_is_fixed() -> None:
    bad = ended(Outcome.BAD_DATA)
    assert returns(bad, RULES) is None
    assert returns(replace(bad, heard=heard("form", high=True)), RULES) is None
    assert returns(replace(bad, fixed_at=LATER), RULES) == Return(LATER, By.FIXED)


def test_existing_customer_comes_back_by_a_new_signal_when_no_opportunity_is_open_as_expansion() -> None:
    customer = ended(Outcome.EXISTING, heard=heard())
    back = returns(customer, RULES)
    assert back == Return(LATER, By.SIGNAL, "page_view")
    assert returns(replace(customer, dealing=True), RULES) is None
    assert motion_of(Outcome.EXISTING, back, RULES) is Motion.EXPANSION
    assert goes_to(Outcome.EXISTING, PRIYA, BEN, RULES) is Who.OWNER
    assert goes_to(Outcome.EXISTING, PRIYA, None, RULES) is Who.ANYONE


def test_re_engage_comes_back_on_its_date_or_trigger() -> None:
    waits = ended(Outcome.RE_ENGAGE, eligible_at=None, eligible_on="title_changed")
    assert returns(waits, RULES) is None
    assert returns(replace(waits, heard=heard("regulation")), RULES) is None
    assert returns(replace(waits, heard=heard("title_changed")), RULES) == Return(LATER, By.TRIGGER, "title_changed")
    dated = ended(Outcome.RE_ENGAGE, eligible_at=LATER, eligible_on="")
    assert returns(dated, RULES) == Return(LATER, By.DATE)
    assert goes_to(Outcome.RE_ENGAGE, PRIYA, None, RULES) is Who.SAME


@pytest.mark.parametrize("outcome", [Outcome.NOT_READY, Outcome.NO_RESPONSE, Outcome.NO_SHOW])
def test_a_high_intent_signal_brings_back_before_the_date_and_another_does_not(outcome: Outcome) -> None:
    waits, soon = ended(outcome), CLOSED + DAY
    assert returns(replace(waits, heard=heard(at=soon)), RULES) == returns(waits, RULES)
    assert returns(replace(waits, heard=heard("reply", high=True, at=soon)), RULES) == Return(
        soon, By.HIGH_INTENT, "reply"
    )


def test_each_reason_has_its_track_and_an_unknown_one_the_general() -> None:
    assert track_of("competitor", RULES) == "recapture"
    assert track_of("cold", RULES) == "re_engagement"
    assert track_of("timing", RULES) == "date"
    assert track_of("no_budget", RULES) == "budget_season"
    assert track_of("of another version", RULES) == NO_TRACK
    assert {track_of(key, RULES) for key in RULES.reasons} <= set(RULES.tracks)


def test_the_account_owner_keeps_what_is_theirs() -> None:
    assert goes_to(Outcome.NO_RESPONSE, PRIYA, PRIYA, RULES) is Who.SAME
    assert goes_to(Outcome.NO_RESPONSE, PRIYA, BEN, RULES) is Who.OTHER
    assert goes_to(Outcome.NO_RESPONSE, None, BEN, RULES) is Who.ANYONE
    assert goes_to(Outcome.BAD_FIT, PRIYA, BEN, RULES) is Who.ANYONE
    assert goes_to(Outcome.NOT_READY, None, BEN, RULES) is Who.ANYONE


def test_the_signal_says_the_motion_and_a_customer_has_a_new_need() -> None:
    seen = Return(LATER, By.HIGH_INTENT, "pricing_page")
    assert motion_of(Outcome.BAD_FIT, seen, RULES) is Motion.INTENT_SIGNAL
    assert motion_of(Outcome.BAD_FIT, seen, RULES, customer=True) is Motion.EXPANSION
    assert motion_of(Outcome.NOT_READY, Return(LATER, By.DATE), RULES) is Motion.REACTIVATION
    assert cadence_of("recapture", Motion.INTENT_SIGNAL, "x", Outcome.BAD_FIT, RULES) == "intent"
    assert cadence_of("recapture", Motion.REACTIVATION, "recapture", Outcome.BAD_FIT, RULES) == "recapture"


@given(
    st.sampled_from(list(Outcome)),
    st.lists(
        st.tuples(st.integers(CLOSED - DAY, LATER), st.sampled_from(["form", "page", "regulation"]), st.booleans())
    ),
    st.booleans(),
)
def test_more_signals_bring_nobody_back_later(
    outcome: Outcome, signals: list[tuple[int, str, bool]], dealing: bool
) -> None:
    last = ended(outcome, heard=tuple(Heard(*signal) for signal in signals), dealing=dealing)
    back, without = returns(last, RULES), returns(replace(last, heard=()), RULES)
    if without is not None:
        assert back is not None
        assert back.at <= without.at
    if back is not None and back.by is not By.DATE:
        assert back.at > CLOSED
    assert not (dealing and back)
