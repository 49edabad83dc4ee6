"""Routing against a real store: what is read for it and kept of it; claiming, assigning, and who is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store import Actor, Refusal, open_store
from store.actor import SYSTEM
from store.instants import DAY, MINUTE
from store.operations.at_bat import open_at_bat
from store.operations.attendance import (
    AbsenceDraft,
    CapacityDraft,
    UserActDraft,
    back,
    pause_intake,
    resume_intake,
    set_absent,
    set_capacity,
)
from store.operations.init import UserDraft, add_user
from store.operations.leaving import LeaveDraft, leave_team
from store.operations.people import add_contact, find_or_add_account
from store.operations.promises import CallbackDraft, callback
from store.operations.routing import AssignDraft, ClaimDraft, Routed, claim_next, reassign_to, route
from store.operations.tick import tick
from store.operations.transaction import Done, Transaction
from store.operations.undo import UndoDraft, undo
from store.operations.working import LeadDraft, accept, reassign
from store.queries.queue import queue
from store.rules.routing import ACCOUNT_OWNER, CLAIMED, IN_TURN, POOL, UNROUTED, WORKING_REP, load_trace, trace_words
from store.vocabulary import Motion, Stage, UserRole
from tests.factories import ANA, BEN, ED, PRIYA, Floor

TODAY, TOMORROW = "2026-11-23", "2026-11-24"


def arrives(floor: Floor, company: str = "", *, motion: Motion = Motion.CAMPAIGN_RESPONSE, **more: Any) -> int:
    """Somebody new shows interest, and is routed; returns the at bat."""
    with Transaction(floor.store, "intake", SYSTEM, floor.later(), f"arrives {floor.people}") as tx:
        person = floor.person()
        account_id = find_or_add_account(tx, company or f"Company {floor.people}")
        contact_id = add_contact(tx, person, account_id=account_id, source="web")
        facts: dict[str, Any] = {"account_id": account_id, "contact_id": contact_id, "motion": motion, "source": "web"}
        routed = route(tx, **facts, score=0, value=0, **more)
        lead = open_at_bat(tx, **facts, owner_id=routed.owner_id, rule=routed.rule, trace=routed.trace)
    return lead.id


def asked(floor: Floor, **more: Any) -> Routed:
    """What routing says, with nothing written."""
    before = floor.value("SELECT count(*) FROM operation")
    facts = {"account_id": None, "contact_id": None, "motion": Motion.CAMPAIGN_RESPONSE, "source": "web"}
    with Transaction(floor.store, "intake", SYSTEM, floor.later(), "asked") as tx:
        routed = route(tx, **{**facts, "score": 0, "value": 0, **more})
    assert floor.value("SELECT count(*) FROM operation") == before
    return routed


def do(floor: Floor, operation: Callable[..., Done], draft: Any, actor: Actor = ANA) -> str:
    return operation(floor.store, actor, floor.later(), draft).sentence


def owner(floor: Floor, lead_id: int) -> int | None:
    return floor.state(lead_id).owner_id


def rules(floor: Floor, tmp_path: Path, text: str) -> None:
    """Let the team have these rules from now on."""
    file = tmp_path / "team.toml"
    file.write_text(f"[routing]\n{text}\n")
    path = floor.store.path
    floor.store.close()
    floor.store = open_store(path, rules=file)


def away(floor: Floor, *actors: Actor) -> None:
    for actor in actors:
        do(floor, set_absent, AbsenceDraft(actor.user_id, TODAY, TOMORROW), actor)


# --- what is read ---


def test_reps_take_turns_by_capacity_and_nobody_else_does(floor: Floor) -> None:
    do(floor, set_capacity, CapacityDraft(BEN.user_id, 2))
    owners = [owner(floor, arrives(floor)) for _ in range(9)]
    assert owners == [2, 3, 3] * 3
    assert floor.store.rows("SELECT DISTINCT rule FROM assignment") == [(IN_TURN,)]


def test_a_new_rep_and_one_who_is_back_take_part_from_then_on(floor: Floor) -> None:
    away(floor, BEN)
    assert {owner(floor, arrives(floor)) for _ in range(6)} == {PRIYA.user_id}
    do(floor, back, UserActDraft(BEN.user_id), BEN)
    floor.later(DAY)
    assert [owner(floor, arrives(floor)) for _ in range(4)] == [2, 3, 2, 3], "no flood to catch up"
    new = add_user(floor.store, ANA, floor.later(), UserDraft("Zoe")).made
    assert new is not None
    assert sorted(owner(floor, arrives(floor)) or 0 for _ in range(6)) == [2, 2, 3, 3, new["user_id"], new["user_id"]]


def test_the_rep_who_works_the_company_gets_its_other_people(floor: Floor) -> None:
    floor.lead(Stage.CONNECTED, actor=BEN, company="Acme")
    floor.lead(actor=PRIYA, company="Acme")
    lead = arrives(floor, "Acme")
    assert owner(floor, lead) == BEN.user_id, "the one who is further on there"
    assert floor.value("SELECT rule FROM assignment WHERE lead_id = ?", lead) == WORKING_REP


def test_an_account_owner_gets_what_is_new_there(floor: Floor) -> None:
    done = floor.lead(Stage.CLOSED, company="Acme")
    account = floor.state(done).account_id
    floor.raw("UPDATE account SET owner_id = ? WHERE id = ?", (ED.user_id, account))
    assert asked(floor, account_id=account).owner_id == ED.user_id
    assert asked(floor, account_id=account, besides=(ED.user_id,)).rule == ACCOUNT_OWNER


def test_rules_look_at_the_company_and_at_what_came(floor: Floor, tmp_path: Path) -> None:
    account = floor.state(floor.lead(Stage.CLOSED, company="Acme")).account_id
    floor.raw(
        "UPDATE account SET size = 2000, industry = 'Logistics', country = 'DE', state = 'BY' WHERE id = ?", (account,)
    )
    conditions: dict[str, dict[str, Any]] = {
        'size = ">1000"': {},
        'industry = "logistics"': {},
        'country = ["AT", "DE"]': {},
        'region = "BY"': {},
        'product = "tracking"': {"product": "Tracking"},
        'score = ">=75"': {"score": 75},
        'value = ">=5000"': {"value": 5_000},
        'motion = "expansion"': {"motion": Motion.EXPANSION},
        'source = "fair"': {"source": "Fair"},
    }
    for condition, facts in conditions.items():
        rules(floor, tmp_path, f'[[routing.rules]]\nwhen = {{ {condition} }}\nto = "Ana"')
        found = asked(floor, account_id=account, **facts)
        assert (found.owner_id, found.rule) == (ANA.user_id, "rule 1"), condition
    assert asked(floor).rule == IN_TURN


def test_a_rule_that_names_nobody_is_passed_over_and_the_at_bat_says_so(floor: Floor, tmp_path: Path) -> None:
    rules(floor, tmp_path, '[[routing.rules]]\nname = "all"\nwhen = { source = "web" }\nto = "Somebody Else"')
    lead = arrives(floor)
    trace = load_trace(floor.value("SELECT trace FROM assignment WHERE lead_id = ?", lead))
    assert owner(floor, lead) == PRIYA.user_id
    assert "rule 1 (all): Somebody Else passed over, is no user and no team here" in trace_words(trace)


def test_two_named_by_a_rule_take_turns(floor: Floor, tmp_path: Path) -> None:
    rules(floor, tmp_path, '[[routing.rules]]\nwhen = { source = "web" }\nto = ["Ana", "Ed"]')
    assert [owner(floor, arrives(floor)) for _ in range(4)] == [4, 5, 4, 5]


def test_the_limit_passes_over_and_leaves_nobody(floor: Floor, tmp_path: Path) -> None:
    rules(floor, tmp_path, "open_lead_limit = 1")
    assert [owner(floor, arrives(floor)) for _ in range(3)] == [2, 3, None]
    assert asked(floor, besides=(2, 3)).rule == UNROUTED


# --- unrouted, pool, claiming ---


def open_alerts(floor: Floor) -> list[tuple[Any, ...]]:
    return floor.store.rows(
        "SELECT entity_id, owner_id FROM alert WHERE kind = 'unrouted' AND closed_at IS NULL AND void = 0"
    )


def test_what_nobody_gets_is_told_to_the_team_lead_until_somebody_has_it(floor: Floor) -> None:
    away(floor, PRIYA, BEN)
    lead = arrives(floor)
    assert owner(floor, lead) is None
    assert open_alerts(floor) == [(lead, ANA.user_id)]
    claim = do(floor, claim_next, ClaimDraft(), ED)
    assert claim.startswith("Person1 Ortiz is yours: ")
    assert open_alerts(floor) == []
    undo(floor.store, ED, floor.later(), UndoDraft())
    assert (owner(floor, lead), floor.state(lead).stage) == (None, Stage.NEW)
    assert open_alerts(floor) == [(lead, ANA.user_id)]
    accept(floor.store, ED, floor.later(), LeadDraft(lead))
    assert open_alerts(floor) == []


def test_in_pull_mode_the_pool_fills_and_nobody_is_alarmed(floor: Floor, tmp_path: Path) -> None:
    rules(floor, tmp_path, "pull = true")
    leads = [arrives(floor) for _ in range(3)]
    assert [owner(floor, lead) for lead in leads] == [None] * 3
    assert open_alerts(floor) == []
    hot = arrives(floor, motion=Motion.DEMO_REQUEST)
    shown = list(queue(floor.store, None, floor.now).ids)
    assert shown[0] == hot
    taken = [claim_next(floor.store, actor, floor.later(), ClaimDraft()).lead_id for actor in (PRIYA, BEN, PRIYA, BEN)]
    assert taken == shown
    assert [floor.state(lead).stage for lead in shown] == [Stage.ACCEPTED] * 4
    assert floor.store.rows("SELECT rule, count(*) FROM assignment GROUP BY rule ORDER BY rule") == [
        (CLAIMED, 4),
        (POOL, 4),
    ]
    with pytest.raises(Refusal, match="Nothing to claim"):
        claim_next(floor.store, PRIYA, floor.later(), ClaimDraft())


def test_who_is_absent_or_full_claims_nothing(floor: Floor, tmp_path: Path) -> None:
    rules(floor, tmp_path, "pull = true\nopen_lead_limit = 1")
    for _ in range(3):
        arrives(floor)
    away(floor, BEN)
    with pytest.raises(Refusal, match="away through 24 Nov"):
        claim_next(floor.store, BEN, floor.later(), ClaimDraft())
    claim_next(floor.store, PRIYA, floor.later(), ClaimDraft())
    with pytest.raises(Refusal, match="1 is the limit"):
        claim_next(floor.store, PRIYA, floor.later(), ClaimDraft())
    claim_next(floor.store, ANA, floor.later(), ClaimDraft())
    claim_next(floor.store, ANA, floor.later(), ClaimDraft())  # a team lead has no limit


# --- a team lead assigns ---


def test_a_team_lead_assigns_and_nobody_else_does(floor: Floor) -> None:
    lead = floor.lead(actor=PRIYA)
    with pytest.raises(Refusal, match="Only a team lead"):
        do(floor, reassign_to, AssignDraft(lead, BEN.user_id), PRIYA)
    clocks = "SELECT kind, due_at, ended_at FROM clock WHERE lead_id = ? ORDER BY id"
    running = floor.store.rows(clocks, (lead,))
    assert do(floor, reassign_to, AssignDraft(lead, BEN.user_id)) == "Person1 Ortiz goes to Ben"
    assert owner(floor, lead) == BEN.user_id
    assert floor.store.rows(clocks, (lead,))[: len(running)] == running, "none of them starts anew"
    trace = floor.value("SELECT trace FROM assignment WHERE lead_id = ? ORDER BY id DESC", lead)
    assert trace_words(load_trace(trace)) == ("assigned by a team lead: Ben gets it, by Ana",)
    with pytest.raises(Refusal, match="has it already"):
        do(floor, reassign_to, AssignDraft(lead, BEN.user_id))
    undo(floor.store, ANA, floor.later(), UndoDraft())
    assert owner(floor, lead) == PRIYA.user_id
    do(floor, leave_team, LeaveDraft(BEN.user_id))
    with pytest.raises(Refusal, match="Ben has left"):
        do(floor, reassign_to, AssignDraft(lead, BEN.user_id))


# --- who is there ---


@pytest.mark.parametrize(
    ("operation", "draft", "allowed"),
    [
        (set_absent, AbsenceDraft(2, TODAY, TOMORROW), (PRIYA, ANA)),
        (pause_intake, UserActDraft(2), (PRIYA, ANA)),
        (set_capacity, CapacityDraft(2, 3), (ANA,)),
        (leave_team, LeaveDraft(2), (ANA,)),
    ],
)
def test_who_may_say_so(floor: Floor, operation: Any, draft: Any, allowed: tuple[Actor, ...]) -> None:
    for actor in (PRIYA, BEN, ED):
        if actor not in allowed:
            with pytest.raises(Refusal, match=r"[Oo]nly"):
                do(floor, operation, draft, actor)
    assert do(floor, operation, draft, allowed[0]).startswith("Priya ")


def test_a_pause_ends_and_an_absence_ends_early(floor: Floor) -> None:
    do(floor, pause_intake, UserActDraft(2), PRIYA)
    assert asked(floor).owner_id == BEN.user_id
    with pytest.raises(Refusal, match="already"):
        do(floor, pause_intake, UserActDraft(2), PRIYA)
    do(floor, resume_intake, UserActDraft(2), PRIYA)
    with pytest.raises(Refusal, match="has not paused"):
        do(floor, resume_intake, UserActDraft(2), PRIYA)
    assert asked(floor).owner_id == PRIYA.user_id
    do(floor, set_absent, AbsenceDraft(2, "2026-11-20", TOMORROW), PRIYA)
    assert asked(floor).owner_id == BEN.user_id
    do(floor, back, UserActDraft(2), PRIYA)
    assert asked(floor).owner_id == PRIYA.user_id
    assert floor.store.rows("SELECT ends, void FROM absence") == [("2026-11-22", 0)]
    with pytest.raises(Refusal, match="not down as away"):
        do(floor, back, UserActDraft(2), PRIYA)


@pytest.mark.parametrize(
    ("starts", "ends", "why"),
    [
        ("2026-11-25", "2026-11-24", "before the first"),
        ("2026-11-01", "2026-11-22", "have passed"),
        ("2026-11-25", "2039-11-24", "two years"),
        ("soon", "2026-11-24", "is no date"),
    ],
)
def test_days_away_must_be_days_to_come(floor: Floor, starts: str, ends: str, why: str) -> None:
    with pytest.raises(Refusal, match=why):
        do(floor, set_absent, AbsenceDraft(2, starts, ends))


def test_whose_absence_begins_before_the_first_clock_ends_is_passed_over(floor: Floor) -> None:
    do(floor, set_absent, AbsenceDraft(PRIYA.user_id, TOMORROW, TOMORROW))
    assert owner(floor, arrives(floor, motion=Motion.DEMO_REQUEST)) == PRIYA.user_id  # answered today still
    slow = [owner(floor, arrives(floor, motion=Motion.OUTBOUND_TARGET)) for _ in range(3)]
    assert slow == [BEN.user_id] * 3  # to be accepted within two days


def test_absences_that_overlap_are_one(floor: Floor) -> None:
    for starts, ends in (("2026-11-25", "2026-11-26"), ("2026-11-28", "2026-11-30"), ("2026-11-26", "2026-11-29")):
        do(floor, set_absent, AbsenceDraft(2, starts, ends))
    assert floor.store.rows("SELECT starts, ends FROM absence WHERE void = 0") == [("2026-11-25", "2026-11-30")]
    with pytest.raises(Refusal, match="down as away 25 Nov through 30 Nov already"):
        do(floor, set_absent, AbsenceDraft(2, "2026-11-27", "2026-11-27"))


def test_who_leaves_leaves_nothing_behind(floor: Floor) -> None:
    leads = [floor.lead(actor=PRIYA) for _ in range(3)]
    waiting = floor.lead(Stage.DISQUALIFIED, actor=PRIYA)
    said = do(floor, leave_team, LeaveDraft(2))
    assert said == "Priya has left; 4 open at bats were routed anew, 1 to nobody yet"
    assert [owner(floor, lead) for lead in leads] == [BEN.user_id] * 3
    assert owner(floor, waiting) is None
    with pytest.raises(Refusal, match="Priya has left"):
        do(floor, set_capacity, CapacityDraft(2, 5))


def test_a_leavers_at_bats_promises_and_deals_go_to_others_in_one_act(floor: Floor) -> None:
    mine, ended = floor.lead(actor=PRIYA), floor.lead(Stage.CONNECTED, actor=PRIYA)
    callback(floor.store, PRIYA, floor.later(), CallbackDraft(mine, floor.now + DAY))
    floor.convert(ended, taker_id=ED.user_id)
    said = do(floor, leave_team, LeaveDraft(2, at_bats_to=BEN.user_id))
    assert said == "Priya has left; 1 open at bat was given to Ben; 1 callback went along"
    assert owner(floor, mine) == BEN.user_id
    assert floor.value("SELECT promiser_id FROM callback") == BEN.user_id
    with pytest.raises(Refusal, match="owns an open opportunity: say who gets"):
        do(floor, leave_team, LeaveDraft(ED.user_id))
    with pytest.raises(Refusal, match="choose somebody else"):
        do(floor, leave_team, LeaveDraft(ED.user_id, deals_to=ED.user_id))
    with pytest.raises(Refusal, match="goes to an account executive"):
        do(floor, leave_team, LeaveDraft(ED.user_id, deals_to=BEN.user_id))
    said = do(floor, leave_team, LeaveDraft(ED.user_id, deals_to=ANA.user_id))
    assert said.endswith("has left; 1 opportunity to Ana")
    assert floor.value("SELECT owner_id FROM opportunity") == ANA.user_id
    taker = "SELECT taker_id FROM hand_over WHERE answered_at IS NULL AND void = 0"
    assert floor.store.rows(taker) == [(ANA.user_id,)]
    undo(floor.store, ANA, floor.later(), UndoDraft())
    assert floor.value("SELECT owner_id FROM opportunity") == ED.user_id
    assert floor.store.rows(taker) == [(ED.user_id,)]


def test_a_promise_on_what_nobody_gets_is_anyones(floor: Floor) -> None:
    lead = floor.lead(actor=PRIYA)
    callback(floor.store, PRIYA, floor.later(), CallbackDraft(lead, floor.now + DAY))
    do(floor, pause_intake, UserActDraft(BEN.user_id))
    do(floor, leave_team, LeaveDraft(2))
    assert owner(floor, lead) is None
    assert floor.value("SELECT promiser_id FROM callback WHERE state = 'open'") is None


def test_the_last_team_lead_stays(floor: Floor) -> None:
    with pytest.raises(Refusal, match="last team lead"):
        do(floor, leave_team, LeaveDraft(ANA.user_id))


def test_taking_over_is_kept_like_any_other_assignment(floor: Floor) -> None:
    lead = floor.lead(actor=BEN)
    reassign(floor.store, PRIYA, floor.later(MINUTE), LeadDraft(lead))
    assert floor.store.rows("SELECT owner_id, rule FROM assignment ORDER BY id") == [
        (3, "made by hand"),
        (2, "taken over"),
    ]
    assert UserRole.SDR is PRIYA.role


def test_what_nobody_could_have_is_routed_again_once_somebody_is_free(floor: Floor) -> None:
    for actor in (PRIYA, BEN):
        do(floor, pause_intake, UserActDraft(actor.user_id), actor)
    first, second = arrives(floor), arrives(floor)
    tick(floor.store, floor.later())
    assert [owner(floor, lead) for lead in (first, second)] == [None, None]
    do(floor, resume_intake, UserActDraft(BEN.user_id), BEN)
    tick(floor.store, floor.later())
    assert [owner(floor, lead) for lead in (first, second)] == [BEN.user_id] * 2
    rules = floor.store.rows("SELECT rule FROM assignment WHERE lead_id = ? ORDER BY id", (first,))
    assert [rule for (rule,) in rules] == [UNROUTED, IN_TURN]
    assert floor.value("SELECT count(*) FROM alert WHERE kind = 'unrouted' AND closed_at IS NULL AND void = 0") == 0
    assert tick(floor.store, floor.later()) == 0
