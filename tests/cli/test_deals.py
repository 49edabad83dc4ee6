"""``atbat deals`` and ``atbat deal`` as a person runs them: the rules of the screen, one sentence a line."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta

from tests.cli.shell import run
from tests.factories import Floor
from tests.store.test_hand_over import handed


def atbat(floor: Floor, who: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run("--db", str(floor.store.path), "--as", who, *arguments)


def test_a_hand_over_is_listed_accepted_and_worked(floor: Floor) -> None:
    id = str(handed(floor))
    for who in ("Ed", "Priya", "Ana"):
        headings, line = atbat(floor, who, "deals").stdout.splitlines()
        assert headings.split() == ["no.", "where", "stage", "amount", "likely", "closes", "owner", "name"]
        assert line[headings.index("where") :].startswith("handed to Ed")
        assert line[headings.index("name") :] == "Company 1"
    assert atbat(floor, "Ed", "deal", id, "--accept").stdout == "Company 1 accepted\n"
    done = atbat(floor, "Ed", "deal", id, "--stage", "proposal", "--amount", "12.5k", "--probability", "40")
    assert done.stdout == "Company 1: proposal\n  $12,500, 40 %, closes 2027-01-29\n"
    said = atbat(floor, "Ed", "deals").stdout
    assert "open" in said
    assert "$12,500  40 %" in said


def test_what_the_screen_refuses_is_refused_with_one_sentence(floor: Floor) -> None:
    id = str(handed(floor))
    for who, arguments, said in (
        ("Priya", ("--accept",), "handed to Ed"),
        ("Ed", ("--lost", "competitor"), "Which competitor"),
        ("Ed", ("--amount", "a lot"), "That is no amount"),
        ("Ed", ("--amount", "€12k"), "counted in USD"),
        ("Ed", ("--close", "2020-01-01"), "has passed"),
        ("Ed", ("--lost", "nonsense"), "give one of no_budget"),
        ("Ed", ("--reject", "nonsense"), "give one of no_budget"),
        ("Nobody", ("--accept",), "Nobody here is called Nobody"),
    ):
        done = atbat(floor, who, "deal", id, *arguments)
        assert done.returncode == 1, done
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
    assert atbat(floor, "Ed", "deal", "999").stderr.startswith("atbat: There is no opportunity 999")
    assert atbat(floor, "Ed", "deal", id, "--won", "--lost", "timing").returncode == 2


def test_a_number_alone_shows_it_and_a_name_begins(floor: Floor) -> None:
    id = str(handed(floor))
    shown = atbat(floor, "ed", "deal", id).stdout.splitlines()
    assert shown[0] == f"{id}  Company 1"
    assert "  where       handed to Ed" in shown
    assert "  people      Person1 Ortiz, other" in shown
    assert any(line.startswith("  last touch") for line in shown)
    assert atbat(floor, "Pri", "deals").returncode == 0
    assert atbat(floor, "Nobody", "deals").stderr == (
        "atbat: Nobody here is called Nobody: use --as with one of Ana, Ben, Ed, Priya.\n"
    )


def test_reasons_and_outcomes_are_typed_as_the_screen_says_them(floor: Floor) -> None:
    id = str(handed(floor))
    assert "no answer logged" in atbat(floor, "Ed", "deal", id, "--log", "no answer").stdout
    assert "--lost nonsense: no such reason" in atbat(floor, "Ed", "deal", id, "--lost", "nonsense").stderr
    assert "lost: wrong fit: size" in atbat(floor, "Ed", "deal", id, "--lost", "wrong fit: size").stdout


def test_rejected_then_lost(floor: Floor) -> None:
    id = str(handed(floor))
    assert "back to Priya" in atbat(floor, "Ed", "deal", id, "--reject", "no_budget").stdout
    assert "rejected: no budget" in atbat(floor, "Priya", "deals").stdout
    assert "lost: timing" in atbat(floor, "Priya", "deal", id, "--lost", "timing", "--note", "next year").stdout
    assert atbat(floor, "Priya", "deals").stdout == "no opportunity is open\n"
    assert "ended" in atbat(floor, "Priya", "deals", "--ended").stdout


def test_a_touch_and_a_note_are_logged(floor: Floor) -> None:
    id = str(handed(floor))
    now = datetime.now(UTC)
    said = atbat(floor, "Ed", "deal", id, "--log", "conversation", "--note", "wants two sites").stdout
    assert said == "conversation logged for Person1 Ortiz on Company 1; hand-over accepted\n"
    later = (now + timedelta(days=2)).strftime("%Y-%m-%d 15:00")
    assert "callback requested" in atbat(floor, "Ed", "deal", id, "--log", "callback_requested", "--when", later).stdout
    assert "note added" in atbat(floor, "Priya", "deal", id, "--note", "call the plant first").stdout
    assert "give one of no_answer" in atbat(floor, "Ed", "deal", id, "--log", "nonsense").stderr
    assert "When is the meeting?" in atbat(floor, "Ed", "deal", id, "--log", "meeting_booked").stderr
    assert atbat(floor, "Ed", "deal", id, "--won", "--when", later).returncode == 2
