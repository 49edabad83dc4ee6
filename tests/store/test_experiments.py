"""Experiments against a real store: who gets which arm, what that changes of an at bat, and what may not be."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from store import Actor, Refusal
from store.actor import SYSTEM
from store.doctor import check
from store.instants import DAY, MINUTE
from store.operations.attendance import AbsenceDraft, UserActDraft, back, set_absent
from store.operations.experiments import (
    ArmDraft,
    EndDraft,
    ExperimentDraft,
    arms_kept,
    begin_experiment,
    end_experiment,
    running,
)
from store.operations.receive_signal import Received, SignalIn, receive_signal
from store.operations.recycle import RecycleDraft, recycle
from store.operations.routing import AssignDraft, reassign_to
from store.operations.tick import tick
from store.operations.transaction import Transaction
from store.operations.undo import UndoDraft, undo
from store.queries.explain import explain
from store.queries.lead_card import card
from store.rules.experiments import arm_of
from store.vocabulary import Channel, Disposition, Motion, Outcome, Stage, Subject, UserRole
from tests.factories import ANA, BEN, ED, PRIYA, Floor

ADMIN = Actor(4, role=UserRole.ADMIN)
CADENCES = (ArmDraft("as now"), ArmDraft("short", value="second_try"))


def begin(
    floor: Floor,
    subject: Subject = Subject.CADENCE,
    arms: Sequence[ArmDraft] = CADENCES,
    motion: Motion | None = None,
    *,
    name: str = "Fewer calls",
    actor: Actor = ANA,
) -> int:
    done = begin_experiment(floor.store, actor, floor.later(), ExperimentDraft(name, subject, arms, motion))
    assert done.made is not None
    return done.made["experiment_id"]


def end(floor: Floor, experiment_id: int, actor: Actor = ANA) -> str:
    return end_experiment(floor.store, actor, floor.later(), EndDraft(experiment_id)).sentence


def arm(floor: Floor, lead_id: int) -> str:
    """The only arm of an at bat; empty for none."""
    given = arms_kept(floor.store, lead_id)
    assert len(given) < 2
    return given[0].arm.name if given else ""


def by_arm(floor: Floor, motion: Motion = Motion.OUTBOUND_TARGET) -> dict[str, int]:
    """One at bat in each of two arms."""
    found: dict[str, int] = {}
    while len(found) < 2:
        lead_id = floor.lead(motion=motion)
        found.setdefault(arm(floor, lead_id), lead_id)
    return found


def comes_in(floor: Floor, kind: str = "form") -> int:
    """Somebody nobody knew sends a signal; returns the at bat it opened."""
    person = floor.person()
    draft = SignalIn(kind, "website", name=person.name, email=person.email, company=f"Company {floor.people}")
    done = receive_signal(floor.store, SYSTEM, floor.later(), draft)
    assert isinstance(done, Received)
    return floor.made(done)


def first_name(floor: Floor, lead_id: int) -> str:
    sql = "SELECT c.first_name FROM lead l JOIN contact c ON c.id = l.contact_id WHERE l.id = ?"
    return str(floor.value(sql, lead_id))


def story(floor: Floor, lead_id: int) -> str:
    return "\n".join(explain(floor.store, lead_id, floor.now).lines("UTC", floor.now))


# --- who gets which arm ---


def test_a_new_at_bat_gets_the_arm_of_its_person_and_keeps_it(floor: Floor) -> None:
    before = floor.lead()
    experiment_id = begin(floor)
    (experiment,) = running(floor.store)
    assert (experiment.id, [one.name for one in experiment.arms]) == (experiment_id, ["as now", "short"])
    leads = [floor.lead() for _ in range(12)]
    arms = [arm(floor, lead) for lead in leads]
    assert set(arms) == {"as now", "short"}
    for lead, name in zip(leads, arms, strict=True):
        state = floor.state(lead)
        assert arm_of("Fewer calls", experiment.arms, state.contact_id, state.account_id).name == name
    assert "has ended" in end(floor, experiment_id)
    assert running(floor.store) == ()
    assert [arm(floor, lead) for lead in leads] == arms
    assert arm(floor, before) == arm(floor, floor.lead()) == ""


def test_every_way_to_open_an_at_bat_gives_an_arm(floor: Floor) -> None:
    old = floor.lead(Stage.CLOSED, actor=PRIYA)
    floor.later(100 * DAY)
    begin(floor)
    came = comes_in(floor)
    made = floor.lead()
    company = floor.company_lead()
    back = floor.made(recycle(floor.store, ANA, floor.later(), RecycleDraft(old)))
    wrong = floor.lead()
    done = floor.close(wrong, Outcome.WRONG_PERSON, right_person=floor.person())
    right = (done.made or {})["lead_id"]
    assert all(arm(floor, lead) for lead in (came, made, company, back, wrong, right))


def test_the_same_person_meets_the_same_arm_again(floor: Floor) -> None:
    begin(floor)
    first = floor.lead()
    floor.close(first, Outcome.NO_RESPONSE)
    again = floor.lead(contact_id=floor.state(first).contact_id, company="")
    assert arm(floor, first) == arm(floor, again)


def test_only_at_bats_of_its_motion_take_part(floor: Floor) -> None:
    begin(floor, motion=Motion.REP_CREATED)
    assert arm(floor, floor.lead(motion=Motion.OUTBOUND_TARGET)) == ""
    assert arm(floor, floor.lead(motion=Motion.REP_CREATED)) != ""


def test_shares_are_kept_to(floor: Floor) -> None:
    begin(floor, arms=(ArmDraft("most", 9), ArmDraft("few", 1, "second_try")))
    arms = [arm(floor, floor.lead()) for _ in range(60)]
    assert 45 <= arms.count("most") < 60


def test_an_undone_at_bat_is_in_no_arm(floor: Floor) -> None:
    begin(floor)
    lead = floor.lead()
    undo(floor.store, PRIYA, floor.later(), UndoDraft())
    assert arms_kept(floor.store, lead) == ()
    assert floor.value("SELECT void FROM experiment_assignment WHERE lead_id = ?", lead) == 1


def test_an_arm_moves_with_no_other_owner(floor: Floor) -> None:
    begin(floor)
    lead = floor.lead()
    was = arm(floor, lead)
    reassign_to(floor.store, ANA, floor.later(), AssignDraft(lead, BEN.user_id))
    assert arm(floor, lead) == was


# --- what an arm changes ---


def test_a_cadence_is_what_the_rep_works_by(floor: Floor) -> None:
    begin(floor, motion=Motion.DEMO_REQUEST)
    arms = by_arm(floor, Motion.DEMO_REQUEST)
    usual, other = floor.state(arms["as now"]), floor.state(arms["short"])
    assert (usual.cadence, usual.next_channel) == ("inbound", "call")
    assert (other.cadence, other.next_channel) == ("second_try", "linkedin")
    floor.touch(other.id, Disposition.SENT, Channel.LINKEDIN)
    assert floor.state(other.id).cadence_step == 1
    seen = card(floor.store, other.id, floor.now)
    assert seen is not None
    assert seen.step is not None
    assert (seen.step.number, seen.step.total) == (2, 5)


def test_a_cadence_that_the_rules_no_longer_have_is_the_usual_one(floor: Floor) -> None:
    experiment_id = begin(floor)
    floor.raw("UPDATE experiment_arm SET value = 'gone' WHERE value = 'second_try'")
    arms = by_arm(floor)
    assert floor.state(arms["short"]).cadence == floor.state(arms["as now"]).cadence == "outbound"
    assert "no longer have" in story(floor, arms["short"])
    end(floor, experiment_id)


def test_a_script_is_what_the_rep_reads_out_at_its_steps_alone(floor: Floor) -> None:
    said = "1 Hi {first_name}, one question.\n3 {company} again?"
    begin(floor, Subject.SCRIPT, (ArmDraft("as now"), ArmDraft("question", value=said)), Motion.DEMO_REQUEST)
    arms = by_arm(floor, Motion.DEMO_REQUEST)
    scripts: dict[str, list[str]] = {"as now": [], "question": []}
    for name, lead in arms.items():
        for _ in range(3):
            seen = card(floor.store, lead, floor.now)
            assert seen is not None
            assert seen.step is not None
            scripts[name].append(seen.step.script)
            mail = seen.step.channel is Channel.EMAIL
            floor.touch(lead, Disposition.SENT if mail else Disposition.NO_ANSWER, seen.step.channel)
    names = {name: first_name(floor, lead) for name, lead in arms.items()}
    assert scripts["question"][0] == f"Hi {names['question']}, one question."
    assert scripts["question"][2].endswith(" again?")
    assert scripts["as now"][0].startswith(f"Hi {names['as now']}, thanks for your interest")
    assert "I just tried to call" in scripts["question"][1]
    assert scripts["as now"][2].startswith(f"Hi {names['as now']}, calling back")


def test_routing_really_gives_it_to_others(floor: Floor) -> None:
    begin(floor, Subject.ROUTING, (ArmDraft("as now"), ArmDraft("closer", value="Ed")))
    owners: dict[str, set[int | None]] = {"as now": set(), "closer": set()}
    for _ in range(12):
        lead = comes_in(floor)
        owners[arm(floor, lead)].add(floor.state(lead).owner_id)
    assert owners == {"as now": {PRIYA.user_id, BEN.user_id}, "closer": {ED.user_id}}
    rules = {rule for (rule,) in floor.store.rows("SELECT DISTINCT rule FROM assignment")}
    assert rules == {"in turn", "rule of experiment “Fewer calls”: arm “closer”"}


def test_routing_again_goes_by_the_arm_it_was_given(floor: Floor) -> None:
    people = (PRIYA, BEN, ED)
    for actor in people:
        set_absent(floor.store, actor, floor.later(), AbsenceDraft(actor.user_id, "2026-11-23", "2026-11-24"))
    experiment_id = begin(floor, Subject.ROUTING, (ArmDraft("as now"), ArmDraft("closer", value="Ed")))
    leads = [comes_in(floor) for _ in range(8)]
    assert {floor.state(lead).owner_id for lead in leads} == {None}
    end(floor, experiment_id)
    for actor in people:
        back(floor.store, actor, floor.later(), UserActDraft(actor.user_id))
    tick(floor.store, floor.later())
    assert {(arm(floor, lead), floor.state(lead).owner_id == ED.user_id) for lead in leads} == {
        ("as now", False),
        ("closer", True),
    }


def test_a_threshold_makes_an_at_bat_as_urgent_as_high_intent(floor: Floor) -> None:
    begin(floor, Subject.THRESHOLD, (ArmDraft("as now"), ArmDraft("from 10", value="10")))
    due: dict[str, int] = {}
    while len(due) < 2:
        lead = comes_in(floor, "webinar")
        state = floor.state(lead)
        assert state.score >= 10
        assert state.first_touch_due_at is not None
        due.setdefault(arm(floor, lead), state.first_touch_due_at - state.opened_at)
    assert due["from 10"] == 5 * MINUTE
    assert due["as now"] == 120 * MINUTE


def test_the_story_of_an_at_bat_says_its_arm(floor: Floor) -> None:
    begin(floor)
    arms = by_arm(floor)
    lines = {
        name: "\n".join(explain(floor.store, lead, floor.now).lines("UTC", floor.now)) for name, lead in arms.items()
    }
    assert "experiment “Fewer calls”: arm “as now”, as the rules have it" in lines["as now"]
    assert "experiment “Fewer calls”: arm “short”, cadence “second reactivation”" in lines["short"]


# --- what may not be ---


@pytest.mark.parametrize("actor", [PRIYA, ED], ids=["sdr", "ae"])
def test_only_who_leads_the_team_begins_and_ends_one(floor: Floor, actor: Actor) -> None:
    with pytest.raises(Refusal, match="Only a team lead or an admin begins"):
        begin(floor, actor=actor)
    experiment_id = begin(floor, actor=ADMIN)
    with pytest.raises(Refusal, match="Only a team lead or an admin ends"):
        end(floor, experiment_id, actor)
    assert len(running(floor.store)) == 1


def test_an_experiment_ends_once_and_its_name_is_used_once(floor: Floor) -> None:
    experiment_id = begin(floor)
    end(floor, experiment_id)
    with pytest.raises(Refusal, match="ended already"):
        end(floor, experiment_id)
    with pytest.raises(Refusal, match="There is an experiment Fewer calls already"):
        begin(floor, name=" fewer CALLS")
    begin(floor, name="Fewer calls again")


A, B = ArmDraft("a"), ArmDraft("b", value="second_try")
REFUSED = [
    (Subject.CADENCE, (A,), None, "compares 2 to 10 arms"),
    (Subject.CADENCE, (A, ArmDraft("A", value="second_try")), None, "Two arms are called A"),
    (Subject.CADENCE, (A, ArmDraft("b")), None, "Two arms are given the same"),
    (Subject.CADENCE, (A, ArmDraft("", value="second_try")), None, "Every arm needs a name"),
    (Subject.CADENCE, (A, ArmDraft("b", 0, "second_try")), None, "The share of b must be a whole number from 1"),
    (Subject.CADENCE, (A, ArmDraft("b", value="nothing")), None, "There is no cadence nothing: say one of inbound"),
    (Subject.SCRIPT, (A, ArmDraft("b", value="1 Hi")), None, "name the motion"),
    (Subject.SCRIPT, (A, ArmDraft("b", value="Hi")), Motion.DEMO_REQUEST, "A script is the number of a step"),
    (Subject.SCRIPT, (A, ArmDraft("b", value="9 Hi")), Motion.DEMO_REQUEST, "has steps 1 to 8, not 9"),
    (Subject.SCRIPT, (A, ArmDraft("b", value="1 {nme}")), Motion.DEMO_REQUEST, r"Nothing fills \{nme\}"),
    (Subject.ROUTING, (A, ArmDraft("b", value="Zoe")), None, "Nobody here and no team is called Zoe"),
    (Subject.ROUTING, (A, ArmDraft("b", value=",")), None, "Name people or teams"),
    (Subject.THRESHOLD, (A, ArmDraft("b", value="101")), None, "101 is no score"),
    (Subject.THRESHOLD, (A, ArmDraft("b", value="high")), None, "high is no score"),
]


@pytest.mark.parametrize(("subject", "arms", "motion", "said"), REFUSED, ids=[row[3] for row in REFUSED])
def test_what_means_nothing_is_refused(
    floor: Floor, subject: Subject, arms: tuple[ArmDraft, ...], motion: Motion | None, said: str
) -> None:
    with pytest.raises(Refusal, match=said):
        begin(floor, subject, arms, motion)
    assert running(floor.store) == ()


def test_two_that_would_change_the_same_do_not_run_together(floor: Floor) -> None:
    begin(floor, motion=Motion.DEMO_REQUEST)
    script = (A, ArmDraft("b", value="1 Hi"))
    for name, subject, arms, motion in (
        ("again", Subject.CADENCE, (A, B), Motion.DEMO_REQUEST),
        ("all", Subject.CADENCE, (A, B), None),
        ("script", Subject.SCRIPT, script, Motion.DEMO_REQUEST),
    ):
        with pytest.raises(Refusal, match="Fewer calls runs on the cadence of the same at bats"):
            begin(floor, subject, arms, motion, name=name)
    begin(floor, Subject.SCRIPT, script, Motion.EXPANSION, name="elsewhere")
    begin(floor, Subject.ROUTING, (A, ArmDraft("b", value="Ed")), None, name="who")
    lead = floor.lead(motion=Motion.DEMO_REQUEST)
    assert [given.experiment.name for given in arms_kept(floor.store, lead)] == ["Fewer calls", "who"]


# --- what the doctor looks for ---


def test_the_doctor_misses_an_arm_and_sees_a_wrong_one(harmed: Floor) -> None:
    begin(harmed)
    other = begin(harmed, Subject.ROUTING, (A, ArmDraft("b", value="Ed")), name="who")
    one, two = harmed.lead(), harmed.lead()
    harmed.raw("UPDATE experiment_assignment SET void = 1 WHERE lead_id = ? AND experiment_id = ?", (one, other))
    harmed.raw("UPDATE experiment_assignment SET arm_id = 1 WHERE lead_id = ? AND experiment_id = ?", (two, other))
    said = [finding.sentence for finding in check(harmed.store) if "arm" in finding.fact]
    assert f"at bat {one} was opened while experiment {other} ran and has 0 arms of it" in said
    assert any("which is of another experiment" in sentence for sentence in said)
    assert len(said) == 2


def test_an_at_bat_that_changed_its_motion_since_is_judged_by_the_one_it_opened_with(harmed: Floor) -> None:
    begin(harmed, motion=Motion.DEMO_REQUEST)
    leads = [harmed.lead(motion=motion) for motion in (Motion.DEMO_REQUEST, Motion.REP_CREATED)]
    for lead, motion in zip(leads, (Motion.REP_CREATED, Motion.DEMO_REQUEST), strict=True):
        with Transaction(harmed.store, "set_motion", ANA, harmed.later(), f"motion {lead}") as tx:
            tx.save_lead(tx.lead(lead), {"motion": motion})
    found = [finding for finding in check(harmed.store) if "arm" in finding.fact]
    assert found == []
    assert [bool(arm(harmed, lead)) for lead in leads] == [True, False]
