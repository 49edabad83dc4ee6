"""Who gets a new at bat: the order of the rules, who is passed over, and that shares follow capacity."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.instants import DAY
from store.rule_values import Comparison
from store.rules.routing import (
    ACCOUNT_OWNER,
    IN_TURN,
    POOL,
    UNROUTED,
    WORKING_REP,
    Candidate,
    Step,
    Wanted,
    choose,
    counted_from,
    dump_trace,
    load_trace,
    trace_words,
)
from store.ruleset import AttributeRule, RoutingRules, RoutingWhen, load_rules
from store.vocabulary import Motion, UserRole

SHIPPED = load_rules().routing
TEAM = "Inside sales"
ANN = Candidate(2, "Ann", TEAM)
BOB = Candidate(3, "Bob", TEAM)
CAT = Candidate(4, "Cat", TEAM)
LEAD = Candidate(5, "Lea", TEAM, UserRole.LEAD)
EVE = Candidate(6, "Eve", TEAM, UserRole.AE)
WANTED = Wanted(Motion.OUTBOUND_TARGET, team=TEAM)
BIG = AttributeRule(RoutingWhen(size=Comparison(1001, None)), ("cat",), "big accounts")
AWAY: dict[str, Any] = {"absent_until": "2026-12-01"}
FULL: dict[str, Any] = {"open": 150}


def with_rules(*rules: AttributeRule) -> RoutingRules:
    return SHIPPED._replace(rules=rules)


def words(wanted: Wanted, people: list[Candidate], rules: RoutingRules) -> list[str]:
    return list(trace_words(choose(wanted, people, rules).trace))


# --- one rule after the other ---


@pytest.mark.parametrize(
    ("wanted", "rules", "owner", "rule"),
    [
        (WANTED, SHIPPED, 2, IN_TURN),
        (replace(WANTED, working=(4, 3)), SHIPPED, 4, WORKING_REP),
        (replace(WANTED, account_owner=3), SHIPPED, 3, ACCOUNT_OWNER),
        (replace(WANTED, working=(4,), account_owner=3), SHIPPED, 4, WORKING_REP),
        (replace(WANTED, working=(4,), account_owner=3), SHIPPED._replace(working_rep=False), 3, ACCOUNT_OWNER),
        (replace(WANTED, account_owner=3), SHIPPED._replace(account_owner=False), 2, IN_TURN),
        (replace(WANTED, size=2_000), with_rules(BIG), 4, "rule 1 (big accounts)"),
        (replace(WANTED, size=2_000, account_owner=3), with_rules(BIG), 3, ACCOUNT_OWNER),
        (replace(WANTED, size=1_000), with_rules(BIG), 2, IN_TURN),
        (WANTED, with_rules(BIG), 2, IN_TURN),
        (replace(WANTED, account_owner=5), SHIPPED, 5, ACCOUNT_OWNER),
        (WANTED, SHIPPED._replace(pull=True), None, POOL),
        (replace(WANTED, working=(3,)), SHIPPED._replace(pull=True), 3, WORKING_REP),
        (replace(WANTED, team="Elsewhere"), SHIPPED, None, UNROUTED),
    ],
)
def test_the_order_of_the_rules(wanted: Wanted, rules: RoutingRules, owner: int | None, rule: str) -> None:
    choice = choose(wanted, [ANN, BOB, CAT, LEAD, EVE], rules)
    assert (choice.owner_id, choice.rule) == (owner, rule)


@pytest.mark.parametrize(
    ("when", "fits", "fits_not"),
    [
        (RoutingWhen(size=Comparison(200, 1000)), {"size": 200}, {"size": 1001}),
        (RoutingWhen(size=Comparison(200, 1000)), {"size": 1000}, {"size": None}),
        (RoutingWhen(score=Comparison(75, None)), {"score": 75}, {"score": 74}),
        (RoutingWhen(value=Comparison(100, None)), {"value": 100}, {"value": 99}),
        (RoutingWhen(industry=("Logistics", "retail")), {"industry": "RETAIL "}, {"industry": "banking"}),
        (RoutingWhen(country=("DE",)), {"country": "de"}, {"country": ""}),
        (RoutingWhen(region=("CA", "OR")), {"region": "OR"}, {"region": "WA"}),
        (RoutingWhen(product=("tracking",)), {"product": "Tracking"}, {"product": ""}),
        (RoutingWhen(source=("web",)), {"source": "Web"}, {"source": "web form"}),
        (RoutingWhen(motion=(Motion.EXPANSION,)), {"motion": Motion.EXPANSION}, {"motion": Motion.DEMO_REQUEST}),
    ],
)
def test_what_a_rule_looks_at(when: RoutingWhen, fits: dict[str, Any], fits_not: dict[str, Any]) -> None:
    rules = with_rules(AttributeRule(when, ("Cat",)))
    people = [ANN, BOB, CAT]
    assert choose(replace(WANTED, **fits), people, rules).rule == "rule 1"
    assert choose(replace(WANTED, **fits_not), people, rules).rule == IN_TURN


def test_the_first_rule_that_fits_wins_and_all_its_conditions_must_hold() -> None:
    both = RoutingWhen(size=Comparison(1001, None), country=("DE",))
    rules = with_rules(AttributeRule(both, ("Bob",)), BIG)
    people = [ANN, BOB, CAT]
    assert choose(replace(WANTED, size=2_000, country="DE"), people, rules).owner_id == BOB.user_id
    assert choose(replace(WANTED, size=2_000, country="FR"), people, rules).owner_id == CAT.user_id
    assert choose(replace(WANTED, size=20, country="DE"), people, rules).owner_id == ANN.user_id


def test_a_rule_may_name_several_people_or_a_team() -> None:
    anything = RoutingWhen()
    two = with_rules(AttributeRule(anything, ("Bob", "Cat")))
    assert choose(WANTED, [ANN, replace(BOB, picked=1), CAT], two).owner_id == CAT.user_id
    team = with_rules(AttributeRule(anything, ("inside SALES",)))
    assert choose(WANTED, [replace(ANN, picked=1), BOB, LEAD, EVE], team).owner_id == BOB.user_id
    executive = with_rules(AttributeRule(anything, ("Eve",)))
    assert choose(WANTED, [ANN, EVE], executive).owner_id == EVE.user_id


def test_a_rule_on_somebody_who_does_not_exist_is_passed_over_and_says_so() -> None:
    rules = with_rules(AttributeRule(RoutingWhen(), ("Nobody",)))
    choice = choose(WANTED, [ANN], rules)
    assert (choice.owner_id, choice.rule) == (2, IN_TURN)
    assert "rule 1: Nobody passed over, is no user and no team here" in trace_words(choice.trace)


# --- who is passed over ---


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (AWAY, "away through 2026-12-01"),
        ({"paused": True}, "has paused intake"),
        ({"active": False}, "has left"),
    ],
)
@pytest.mark.parametrize("rule", [WORKING_REP, ACCOUNT_OWNER, "rule 1", IN_TURN])
def test_who_is_not_there_is_passed_over_by_every_rule(state: dict[str, Any], why: str, rule: str) -> None:
    facts: dict[str, dict[str, Any]] = {WORKING_REP: {"working": (2,)}, ACCOUNT_OWNER: {"account_owner": 2}}
    rules = with_rules(AttributeRule(RoutingWhen(), ("Ann",))) if rule == "rule 1" else SHIPPED
    choice = choose(replace(WANTED, **facts.get(rule, {})), [replace(ANN, **state), BOB], rules)
    assert choice.owner_id == BOB.user_id
    if rule != IN_TURN or state.get("active", True):  # who has left is no rep of the team
        assert Step(rule, "Ann", why) in choice.trace


def test_the_limit_holds_for_rules_and_turns_and_does_not_split_a_company() -> None:
    full = replace(ANN, **FULL)
    assert choose(replace(WANTED, working=(2,)), [full, BOB], SHIPPED).owner_id == 2
    assert choose(replace(WANTED, account_owner=2), [full, BOB], SHIPPED).owner_id == 2
    by_rule = choose(WANTED, [full, BOB], with_rules(AttributeRule(RoutingWhen(), ("Ann",))))
    assert (by_rule.owner_id, by_rule.rule) == (3, IN_TURN)
    assert Step(IN_TURN, "Ann", "holds 150 open or more, the limit") in by_rule.trace


def test_nobody_left_is_unrouted_and_says_why_each_was_passed_over() -> None:
    assert words(WANTED, [replace(ANN, **AWAY), replace(BOB, paused=True), replace(CAT, **FULL)], SHIPPED) == [
        "works the company already: nobody",
        "account owner: nobody",
        "in turn: Ann passed over, away through 2026-12-01",
        "in turn: Bob passed over, has paused intake",
        "in turn: Cat passed over, holds 150 open or more, the limit",
        "unrouted: nobody is left: the team lead is told",
    ]


def test_after_no_response_another_rep_where_there_is_one() -> None:
    again = replace(WANTED, besides=(2,))
    assert choose(again, [ANN, BOB], SHIPPED).owner_id == 3
    assert choose(replace(again, working=(2,)), [ANN, BOB], SHIPPED).owner_id == 3
    assert choose(replace(again, account_owner=2), [ANN, BOB], SHIPPED).owner_id == 2, "account owners keep theirs"
    assert choose(again, [ANN, replace(BOB, **AWAY)], SHIPPED).owner_id == 2, "there is nobody else"
    assert choose(again, [replace(ANN, **AWAY)], SHIPPED).owner_id is None


def test_the_trace_says_how_it_came_and_survives_being_kept() -> None:
    choice = choose(replace(WANTED, working=(2,)), [replace(ANN, **AWAY), replace(BOB, picked=3, capacity=2), CAT],
                    with_rules(BIG))  # fmt: skip
    assert list(trace_words(choice.trace)) == [
        "works the company already: Ann passed over, away through 2026-12-01",
        "account owner: nobody",
        "rule 1 (big accounts): size is not known, not at least 1,001",
        "in turn: Ann passed over, away through 2026-12-01",
        "in turn: Cat gets it, 0 turns for a share of 1, the fewest of 2",
    ]
    assert load_trace(dump_trace(choice.trace)) == choice.trace
    for broken in ("", "{", "[1]", "null", '{"rule": 1}'):
        assert load_trace(broken) == ()
    assert load_trace(json.dumps([{"rule": "later", "new": 1}])) == (Step("later"),)


# --- whose turn it is ---


def candidates() -> st.SearchStrategy[list[Candidate]]:
    one = st.builds(
        Candidate,
        user_id=st.integers(2, 30),
        name=st.sampled_from(["Ann", "Bob", "Cat", "Dan", "Eve"]),
        team=st.sampled_from([TEAM, "Elsewhere"]),
        role=st.sampled_from(UserRole),
        capacity=st.integers(1, 9),
        open=st.integers(140, 160),
        absent_until=st.sampled_from(["", "2026-12-01"]),
        paused=st.booleans(),
        active=st.booleans(),
        picked=st.integers(0, 50),
    )
    return st.lists(one, max_size=8, unique_by=lambda candidate: candidate.user_id)


@given(candidates(), st.randoms())
def test_nobody_who_cannot_have_it_gets_it_and_the_answer_is_the_same_every_time(
    people: list[Candidate], chance: Random
) -> None:
    wanted = replace(WANTED, working=(3, 4), account_owner=5, besides=(6,))
    rules = with_rules(AttributeRule(RoutingWhen(), ("Ann", "Elsewhere")))
    choice = choose(wanted, people, rules)
    shuffled = list(people)
    chance.shuffle(shuffled)
    assert choose(wanted, shuffled, rules) == choice
    chosen = [one for one in people if one.user_id == choice.owner_id]
    assert (choice.rule == UNROUTED) is (not chosen)
    for one in chosen:
        assert one.active
        assert not one.paused
        assert not one.absent_until
        if choice.rule not in (WORKING_REP, ACCOUNT_OWNER):
            assert one.open < SHIPPED.open_lead_limit
        if choice.rule == IN_TURN:
            assert (one.team, one.role) == (TEAM, UserRole.SDR)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(1, 300))
def test_shares_follow_capacity(capacities: list[int], count: int) -> None:
    people = [Candidate(number, f"R{number}", TEAM, capacity=size) for number, size in enumerate(capacities, 2)]
    for _ in range(count):
        chosen = choose(WANTED, people, SHIPPED).owner_id
        people = [replace(one, picked=one.picked + (one.user_id == chosen)) for one in people]
    total = sum(capacities)
    for one in people:
        assert abs(one.picked - count * one.capacity / total) <= len(people)


def test_turns_are_counted_since_all_of_them_were_there() -> None:
    now = 100 * DAY
    assert counted_from([ANN, BOB], SHIPPED, now) == now - 14 * DAY
    back = replace(BOB, since=now - DAY)
    assert counted_from([ANN, back], SHIPPED, now) == now - DAY
    assert counted_from([ANN, replace(back, paused=True)], SHIPPED, now) == now - 14 * DAY
