"""The table of intake: one test for each row, and that exactly one row decides whatever the facts are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.instants import DAY
from store.rules.intake import SITUATIONS, Does, Facts, decide, extended_to, motion_of, situation
from store.ruleset import ComesBack, load_rules
from store.vocabulary import Motion, Trigger

RULES = load_rules()
STRICT = RULES._replace(intake=RULES.intake._replace(accounts_open_opportunity=False))
NOW = 1_000 * DAY
# Everything at once, so that each row is seen to go before those below it.
ALL: dict[str, Any] = {
    "suppressed": True,
    "bogus": True,
    "opportunity": True,
    "opportunity_at_account": True,
    "customer": True,
    "high_intent": True,
    "open_lead": True,
    "lead_at_account": True,
    "eligible_at": NOW + DAY,
    "eligible_day": "2026-12-24",
    "comes_back": ComesBack.HIGH_INTENT.value,
    "now": NOW,
}


def but(*gone: str, **more: Any) -> Facts:
    """All facts, without these."""
    return Facts(**{name: value for name, value in ALL.items() if name not in gone}, **more)


def says(facts: Facts) -> tuple[Does, str]:
    """What is decided, and in which words."""
    decision = decide(facts, RULES)
    return decision.does, decision.words


def test_contact_suppressed() -> None:
    assert says(but()) == (Does.RECORDED, "recorded on the contact: they asked not to be contacted")


def test_rejected_as_not_real() -> None:
    assert says(but("suppressed")) == (Does.RECORDED, "recorded on the contact: rejected by sales as not real")


def test_open_opportunity_with_this_contact() -> None:
    facts = but("suppressed", "bogus")
    assert says(facts) == (Does.ON_OPPORTUNITY, "recorded on the opportunity: open with this person")


def test_open_opportunity_with_this_account() -> None:
    facts = but("suppressed", "bogus", "opportunity")
    assert says(facts) == (Does.ON_OPPORTUNITY, "recorded on the opportunity: open with this account")


def test_open_opportunity_with_this_account_where_the_team_switches_it_off() -> None:
    assert decide(but("suppressed", "bogus", "opportunity", "open_lead"), STRICT).does is Does.EXPANSION
    assert decide(but("suppressed", "bogus"), STRICT).does is Does.ON_OPPORTUNITY


def test_a_customer_high_intent_signal() -> None:
    facts = but("suppressed", "bogus", "opportunity", "opportunity_at_account", "open_lead")
    assert says(facts) == (Does.EXPANSION, "opened an at bat: a customer has a new need")


def test_a_customer_with_an_open_lead_gets_no_second_one() -> None:
    facts = but("suppressed", "bogus", "opportunity", "opportunity_at_account")
    assert decide(facts, RULES).does is Does.ON_LEAD


BELOW_LEADS = ("suppressed", "bogus", "opportunity", "opportunity_at_account", "customer")


def test_open_lead_for_this_contact() -> None:
    assert says(but(*BELOW_LEADS)) == (Does.ON_LEAD, "recorded on the open at bat")


def test_open_lead_at_the_account() -> None:
    assert says(but(*BELOW_LEADS, "open_lead")) == (Does.JOINS, "joined the open at bat at the company")
    company = but(*BELOW_LEADS, "open_lead", person=False)
    assert says(company) == (Does.JOINS, "recorded on the open at bat at the company")


BELOW = (*BELOW_LEADS, "open_lead", "lead_at_account")
CALM = (*BELOW, "high_intent")


def test_signal_below_the_threshold_and_score_under_mql() -> None:
    words = "kept for the score only: 14 points, below 15; score 49, under the MQL of 50"
    assert says(but(*CALM, points=RULES.intake.threshold - 1, score=49)) == (Does.ENRICHES, words)


def test_signal_below_the_threshold_with_a_score_at_mql() -> None:
    facts = Facts(points=1, score=RULES.score.mql)
    assert decide(facts, RULES).does is Does.OPENS


def test_signal_at_the_threshold() -> None:
    assert decide(Facts(points=RULES.intake.threshold), RULES).does is Does.OPENS


@pytest.mark.parametrize("kind", ["newsletter_click", "page_view", "download", "Newsletter click"])
def test_what_is_below_the_threshold_as_it_ships(kind: str) -> None:
    assert RULES.score.points_of(kind) < RULES.intake.threshold
    assert not RULES.score.is_high_intent(kind)


def test_next_eligible_date_in_the_future_and_signal_not_high_intent() -> None:
    facts = but(*CALM, "comes_back", points=50)
    assert says(facts) == (Does.HELD, "held until 2026-12-24: they may not come back sooner")


def test_next_eligible_date_in_the_future_and_signal_high_intent() -> None:
    assert decide(but(*BELOW, points=50), RULES).does is Does.OPENS


def test_next_eligible_date_that_has_come() -> None:
    assert decide(Facts(points=50, eligible_at=NOW, now=NOW), RULES).does is Does.OPENS


@pytest.mark.parametrize("comes_back", [ComesBack.HIGH_INTENT, ComesBack.NEVER, Trigger.REGULATION])
def test_what_only_high_intent_or_its_trigger_brings_back(comes_back: str) -> None:
    facts = Facts(points=50, comes_back=str(comes_back), kind="webinar")
    assert decide(facts, RULES).does is Does.RECORDED
    assert decide(Facts(points=50, comes_back=str(comes_back), high_intent=True), RULES).does is Does.OPENS


def test_the_trigger_that_was_waited_for_opens_whatever_its_points_and_before_the_date() -> None:
    facts = Facts(points=1, kind="Budget approved", comes_back="budget_approved", eligible_at=NOW + DAY, now=NOW)
    assert decide(facts, RULES).does is Does.OPENS


def test_bad_data_waits_until_they_can_be_reached() -> None:
    wrong: dict[str, Any] = {"points": 50, "comes_back": ComesBack.WHEN_FIXED.value}
    assert decide(Facts(**wrong, reachable=False), RULES).does is Does.RECORDED
    assert decide(Facts(**wrong), RULES).does is Does.OPENS


def test_otherwise() -> None:
    assert says(Facts(points=50)) == (Does.OPENS, "opened an at bat")


FACTS = st.builds(
    Facts,
    **{name: st.booleans() for name, value in ALL.items() if value is True},
    person=st.booleans(),
    points=st.integers(0, 100),
    score=st.integers(0, 100),
    kind=st.sampled_from(["webinar", "regulation", ""]),
    eligible_at=st.none() | st.integers(NOW - DAY, NOW + DAY),
    comes_back=st.sampled_from(["", *map(str, ComesBack), *map(str, Trigger)]),
    reachable=st.booleans(),
    now=st.just(NOW),
)


@given(facts=FACTS)
def test_exactly_one_row_decides_and_a_suppressed_one_is_always_first(facts: Facts) -> None:
    row = situation(facts, RULES)
    above = SITUATIONS[: SITUATIONS.index(row)]
    assert row.holds(facts, RULES)
    assert not any(each.holds(facts, RULES) for each in above)
    assert decide(facts, RULES).words
    if facts.suppressed:
        assert row is SITUATIONS[0]
    opens = row.does in (Does.OPENS, Does.EXPANSION)
    assert not (opens and (facts.suppressed or facts.bogus or facts.opportunity or facts.open_lead))


def test_the_documented_table_is_this_one() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "model.md").read_text(encoding="utf-8")
    section = text.partition("## Intake of signals")[2].partition("\n## ")[0]
    assert re.findall(r"^\| (.+?) \|", section, re.MULTILINE)[2:] == [each.name for each in SITUATIONS]


# --- the motion, and the window of a reactivation ---


@pytest.mark.parametrize(
    ("kind", "motion"),
    [
        ("demo_request", Motion.DEMO_REQUEST),
        ("Demo request", Motion.DEMO_REQUEST),
        ("webinar", Motion.EVENT_FOLLOW_UP),
        ("event", Motion.EVENT_FOLLOW_UP),
        ("referral", Motion.PARTNER_REFERRAL),
        ("intent_data", Motion.INTENT_SIGNAL),
        ("form", Motion.INTENT_SIGNAL),
        ("reply", Motion.INTENT_SIGNAL),
    ],
)
def test_the_motion_of_a_kind_of_signal(kind: str, motion: Motion) -> None:
    assert motion_of(kind, RULES.intake, campaign=False) is motion


def test_a_form_of_a_campaign_is_a_campaign_response_and_a_hint_goes_first() -> None:
    assert motion_of("form", RULES.intake, campaign=True) is Motion.CAMPAIGN_RESPONSE
    assert motion_of("webinar", RULES.intake, campaign=True) is Motion.EVENT_FOLLOW_UP
    assert motion_of("form", RULES.intake, campaign=True, hint=Motion.EXPANSION) is Motion.EXPANSION


@given(left=st.integers(0, 60), motion=st.sampled_from(list(Motion)))
def test_a_signal_extends_the_window_of_a_reactivation_and_never_shortens_one(left: int, motion: Motion) -> None:
    ends = NOW + left * DAY
    after = extended_to(motion, ends, NOW, RULES)
    assert after == (max(ends, NOW + 21 * DAY) if motion is Motion.REACTIVATION else ends)


def test_what_has_no_window_gets_none() -> None:
    assert extended_to(Motion.REACTIVATION, None, NOW, RULES) is None
