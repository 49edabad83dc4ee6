"""``atbat experiments`` as a team lead runs it."""

from __future__ import annotations

import subprocess

import pytest

from store.operations.experiments import arms_kept, running
from store.rules.experiments import Arm, load_scripts
from store.vocabulary import Motion, Subject
from tests.cli.shell import run
from tests.factories import Floor

TWO = ("--arm", "as now", "--arm", "short=second_try")


def atbat(floor: Floor, who: str | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    signed = ["--as", who] if who else []
    return run("--db", str(floor.store.path), *signed, "experiments", *arguments, COLUMNS="120")


def test_an_experiment_is_begun_listed_shown_and_ended(floor: Floor) -> None:
    assert "begins one" in atbat(floor, None).stdout
    made = atbat(floor, "Ana", "add", "Fewer calls", "cadence", *TWO, "--motion", "outbound_target")
    assert made.stdout == (
        "experiment Fewer calls runs: new outbound target at bats get one of 2 arms from now on\n"
    ), made.stderr
    leads = [floor.lead(motion=Motion.OUTBOUND_TARGET) for _ in range(6)]
    arms = [arms_kept(floor.store, lead)[0].arm.name for lead in leads]
    headings, line = atbat(floor, None, "list").stdout.splitlines()
    assert headings.split() == ["name", "on", "of", "when", "arms"]
    assert line.startswith("Fewer calls  cadence  outbound target at bats  running since ")
    assert line.endswith("  as now, short")
    said = atbat(floor, None, "show", "fewer").stdout
    first, second = (arms.count(name) for name in ("as now", "short"))
    counts = f"as now has {first} and short {second} of 30 at bats needed"
    assert f"too little data to tell as now from short: {counts}." in " ".join(said.split())
    assert f"{len(leads)} at bats" not in said
    assert "cadence “second reactivation”" in " ".join(said.split())
    assert atbat(floor, "Ana", "end", "Fewer calls").stdout == (
        "experiment Fewer calls has ended: at bats that have an arm keep it\n"
    )
    assert running(floor.store) == ()
    assert "running" not in atbat(floor, None, "list").stdout


def test_shares_and_the_steps_of_a_script_are_read_as_typed(floor: Floor) -> None:
    said = ("--arm", "as now:3", "--arm", "question:1=1 Hi {first_name}: a question", "--arm", "question=3 a=b?")
    done = atbat(floor, "Ana", "add", "Opening", "script", *said, "--motion", "demo_request")
    assert done.returncode == 0, done.stderr
    (one,) = running(floor.store)
    assert (one.subject, one.motion) == (Subject.SCRIPT, Motion.DEMO_REQUEST)
    assert [(arm.name, arm.share) for arm in one.arms] == [("as now", 3), ("question", 1)]
    scripts = load_scripts(one.arms[1].value)
    assert scripts is not None
    assert scripts.steps == {1: "Hi {first_name}: a question", 3: "a=b?"}


def test_an_arm_may_have_a_colon_in_its_name(floor: Floor) -> None:
    atbat(floor, "Ana", "add", "Names", "routing", "--arm", "us: as now", "--arm", "them: Ed:2=Ed")
    (one,) = running(floor.store)
    assert one.arms == (Arm(1, "us: as now"), Arm(2, "them: Ed", 2, "Ed"))


@pytest.mark.parametrize(
    ("who", "arguments", "said"),
    [
        ("Priya", ("add", "x", "cadence", *TWO), "Only a team lead or an admin begins an experiment."),
        (None, ("add", "x", "cadence", *TWO), "Who are you? Use --as with one of"),
        ("Ana", ("add", "x", "cadence"), "An experiment compares 2 to 10 arms."),
        ("Ana", ("add", "x", "cadence", "--arm", "a", "--arm", "a"), "Two arms are called a"),
        ("Ana", ("add", "x", "cadence", "--arm", "a", "--arm", "b:0=rep"), "The share of b must be a whole number"),
        ("Ana", ("add", "x", "cadence", "--arm", "a", "--arm", "b=no"), "There is no cadence no: say one of inbound"),
        ("Ana", ("end", "x"), "No experiment is called x: there is none yet."),
        (None, ("show", "x"), "No experiment is called x: there is none yet."),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(
    floor: Floor, who: str | None, arguments: tuple[str, ...], said: str
) -> None:
    done = atbat(floor, who, *arguments)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_hostile_names_are_shown_not_obeyed(floor: Floor) -> None:
    atbat(floor, "Ana", "add", "Plain", "cadence", *TWO)
    floor.raw("UPDATE experiment SET name = ?", ("\x1b[2Jgone",))
    floor.raw("UPDATE experiment_arm SET name = ? WHERE id = 1", ("\x1b]0;title\x07",))
    for arguments in (("list",), ("show", "\x1b[2Jgone")):
        done = atbat(floor, None, *arguments)
        assert done.returncode == 0, done.stderr
        assert "\x1b" not in done.stdout
        assert "gone" in done.stdout
