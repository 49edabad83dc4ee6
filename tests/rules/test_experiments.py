"""Who gets which arm, and when there is enough to tell; shares, the same answer always, and no hanging on order."""

from __future__ import annotations

from collections import Counter
from math import sqrt
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.rules.experiments import (
    IN_TURN,
    Arm,
    Experiment,
    Given,
    Scripts,
    arm_of,
    cadence_of,
    clash,
    dump_scripts,
    given_to,
    load_scripts,
    needed,
    routing_of,
    script_at,
    understood,
    urgent,
    value_words,
)
from store.rules.statistics import holm
from store.ruleset import load_rules
from store.vocabulary import Motion, Subject

RULES = load_rules()

names = st.text(min_size=1, max_size=20)
shares = st.integers(1, 1000)
arms = st.lists(names, min_size=2, max_size=6, unique=True).flatmap(
    lambda given: st.tuples(*(st.builds(Arm, st.just(at), st.just(name), shares) for at, name in enumerate(given, 1)))
)
ids = st.integers(1, 2**40)


def experiment(subject: Subject, value: str, motion: Motion | None = None, name: str = "x") -> Experiment:
    return Experiment(1, name, subject, motion, (Arm(1, "as now"), Arm(2, "other", 1, value)))


def other(subject: Subject, value: str) -> tuple[Given, ...]:
    """Of an at bat in the second arm."""
    one = experiment(subject, value)
    return (Given(one, one.arms[1]),)


# --- who gets which arm ---


@given(names, arms, ids, ids, st.randoms())
def test_the_same_person_always_gets_the_same_arm(
    name: str, arms: tuple[Arm, ...], contact: int, account: int, rng: Random
) -> None:
    found = arm_of(name, arms, contact, account)
    assert found in arms
    shuffled = list(arms)
    rng.shuffle(shuffled)
    assert arm_of(name, shuffled, contact, account) == found, "whatever order the arms come in"
    assert arm_of(name, arms, contact, None) == found, "whatever company they are at"
    assert arm_of(name, arms, None, account) in arms


@given(arms, st.integers(0, 10**9))
@settings(max_examples=25)
def test_shares_are_approached(arms: tuple[Arm, ...], start: int) -> None:
    of = 3_000
    counts = Counter(arm_of(f"trial {start}", arms, start + number, None).id for number in range(of))
    total = sum(arm.share for arm in arms)
    for arm in arms:
        expected = arm.share / total
        # Five standard deviations: hash values are as good as chance, so this fails once in millions.
        assert abs(counts[arm.id] / of - expected) <= 5 * sqrt(expected * (1 - expected) / of) + 1 / of


def test_arms_of_two_experiments_have_nothing_to_do_with_each_other() -> None:
    arms = (Arm(1, "a"), Arm(2, "b"))
    pairs = Counter((arm_of("one", arms, n, None).name, arm_of("two", arms, n, None).name) for n in range(4_000))
    assert all(900 < count < 1_100 for count in pairs.values())
    assert len(pairs) == 4


def test_a_person_and_a_company_of_the_same_number_are_two() -> None:
    arms = (Arm(1, "a"), Arm(2, "b"))
    assert {arm_of("x", arms, n, None) == arm_of("x", arms, None, n) for n in range(1, 60)} == {True, False}


def test_the_arms_stay_what_they_are_from_one_version_of_the_program_to_the_next() -> None:
    """People keep their arms when the program is renewed while an experiment runs."""
    arms = (Arm(1, "as now"), Arm(2, "other"))
    assert "".join(arm_of("Fewer calls", arms, n, None).name[0] for n in range(1, 25)) == KEPT


KEPT = "oaooaooooooaooooaaoaaaao"


def test_only_at_bats_of_the_motion_take_part() -> None:
    every, demos = experiment(Subject.ROUTING, "Ed"), experiment(Subject.CADENCE, "rep", Motion.DEMO_REQUEST)
    assert [one.experiment for one in given_to((every, demos), Motion.DEMO_REQUEST, 1, None)] == [every, demos]
    assert [one.experiment for one in given_to((every, demos), Motion.EXPANSION, 1, None)] == [every]


@pytest.mark.parametrize(
    ("subject", "motion", "clashes"),
    [
        (Subject.CADENCE, None, True),
        (Subject.CADENCE, Motion.DEMO_REQUEST, True),
        (Subject.CADENCE, Motion.EXPANSION, False),
        (Subject.SCRIPT, Motion.DEMO_REQUEST, True),
        (Subject.SCRIPT, Motion.EXPANSION, False),
        (Subject.ROUTING, None, False),
        (Subject.THRESHOLD, Motion.DEMO_REQUEST, False),
    ],
)
def test_what_would_change_the_same_of_the_same_at_bats(subject: Subject, motion: Motion | None, clashes: bool) -> None:
    runs = experiment(Subject.CADENCE, "rep", Motion.DEMO_REQUEST)
    assert (clash(subject, motion, (runs,)) is runs) is clashes


def test_one_on_all_at_bats_clashes_with_one_on_some() -> None:
    runs = experiment(Subject.THRESHOLD, "60")
    assert clash(Subject.THRESHOLD, Motion.EXPANSION, (runs,)) is runs


# --- what an arm changes ---


def test_an_arm_without_a_value_changes_nothing() -> None:
    for subject in Subject:
        given = other(subject, "")
        assert cadence_of(given, "inbound", RULES) == "inbound"
        assert not urgent(given, 100)
        assert routing_of(given, RULES.routing) == (RULES.routing, "")
        assert value_words(subject, "", RULES) == "as the rules have it"


def test_a_cadence_that_there_is_takes_the_place_of_the_usual_one() -> None:
    assert cadence_of(other(Subject.CADENCE, "rep"), "inbound", RULES) == "rep"
    assert cadence_of(other(Subject.CADENCE, "gone"), "inbound", RULES) == "inbound"
    assert cadence_of(other(Subject.ROUTING, "rep"), "inbound", RULES) == "inbound"


@pytest.mark.parametrize(("score", "is_urgent"), [(59, False), (60, True), (100, True)])
def test_a_threshold_counts_from_its_score_on(score: int, is_urgent: bool) -> None:
    assert urgent(other(Subject.THRESHOLD, "60"), score) is is_urgent


def test_a_routing_arm_goes_before_the_rules_or_does_without_them() -> None:
    rules, first = routing_of(other(Subject.ROUTING, "Ed, Closers"), RULES.routing)
    assert rules.rules[0].to == ("Ed", "Closers")
    assert rules.rules[1:] == RULES.routing.rules
    assert first == "rule of experiment “x”: arm “other”"
    rules, first = routing_of(other(Subject.ROUTING, IN_TURN.upper()), RULES.routing)
    assert (rules.rules, rules.pull, first) == ((), False, "")


@given(st.text(max_size=60))
def test_what_is_no_script_is_none(text: str) -> None:
    said = load_scripts(text)
    assert said is None or isinstance(said, Scripts)


def test_a_script_is_said_at_its_steps_of_its_cadence() -> None:
    value = dump_scripts(Scripts("inbound", {1: "Hi {first_name}", 3: "ç"}))
    assert script_at(value, "inbound", 1) == "Hi {first_name}"
    assert script_at(value, "inbound", 3) == "ç"
    assert script_at(value, "inbound", 2) is script_at(value, "rep", 1) is script_at("", "inbound", 1) is None
    assert value_words(Subject.SCRIPT, value, RULES) == "another script at step 1, 3"


def test_words_of_a_script_are_kept_as_they_are_said() -> None:
    kept = understood(Subject.SCRIPT, "1 Hi {first_name}: 3 things\n 2  And {company}?", Motion.DEMO_REQUEST, RULES)
    assert load_scripts(kept) == Scripts("inbound", {1: "Hi {first_name}: 3 things", 2: "And {company}?"})


# --- when there is enough to tell ---


@given(st.integers(0, 500), st.integers(1, 500))
def test_enough_is_when_five_of_either_kind_are_expected_and_thirty_there(part: int, of: int) -> None:
    part = min(part, of)
    least = needed(part, of)
    assert least >= 30
    if 0 < part < of:
        rarer = min(part, of - part)
        assert least * rarer >= 5 * of
        assert least == 30 or (least - 1) * rarer < 5 * of, "and no more than that"
    else:
        assert least == 30


# --- several comparisons ---


def test_holm_as_published() -> None:
    """The example of Holm's procedure in common use: 0.01, 0.04, 0.03, 0.005 (R: p.adjust(p, "holm"))."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([]) == ()
    assert holm([0.2]) == (0.2,)
    assert holm([0.9, 0.8]) == (1.0, 1.0)


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holm_raises_and_keeps_the_order(ps: list[float]) -> None:
    found = holm(ps)
    assert all(p <= raised <= 1 for p, raised in zip(ps, found, strict=True))
    assert all(raised <= len(ps) * p or raised >= p for p, raised in zip(ps, found, strict=True))
    for one, raised in zip(ps, found, strict=True):
        for two, also in zip(ps, found, strict=True):
            assert one > two or raised <= also
