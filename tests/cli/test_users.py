"""``atbat users`` and ``atbat next`` as a person runs them: one sentence each, and the rules of the store."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import time_ns

from store.doctor import check
from store.operations.attendance import UserActDraft, pause_intake
from store.queries.users import users
from store.rules.days_away import away_on
from store.vocabulary import Motion
from tests.cli.shell import run
from tests.factories import ANA, BEN, PRIYA, Floor
from tests.store.test_routing import arrives


def atbat(floor: Floor, who: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run("--db", str(floor.store.path), "--as", who, *arguments)


def said(floor: Floor, who: str, *arguments: str) -> str:
    done = atbat(floor, who, *arguments)
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


def listed(floor: Floor, name: str) -> list[str]:
    (line,) = [line for line in said(floor, "Ana", "users", "list").splitlines() if line.startswith(name)]
    return line.split()


def test_without_a_command_they_are_listed(floor: Floor) -> None:
    assert atbat(floor, "Ana", "users").stdout == atbat(floor, "Ana", "users", "list").stdout


def test_who_is_here_away_and_paused_is_said_and_listed(floor: Floor) -> None:
    assert said(floor, "Ana", "users", "list").splitlines()[0].split() == [
        "name", "role", "share", "open", "new", "ones",
    ]  # fmt: skip
    assert listed(floor, "Priya") == ["Priya", "sdr", "1", "0", "yes"]
    assert said(floor, "Priya", "users", "absent", "Priya", "today") == "Priya is away today\n"
    assert listed(floor, "Priya")[4:6] == ["away", "today"]
    assert said(floor, "Priya", "users", "back") == "Priya is back\n"
    assert said(floor, "Priya", "users", "pause") == "Priya gets nothing new\n"
    assert listed(floor, "Priya")[4] == "paused"
    assert said(floor, "ana", "users", "resume", "priya") == "Priya gets new at bats again\n"
    assert said(floor, "Ana", "users", "share", "Ben", "3") == "Ben has a share of 3\n"
    assert listed(floor, "Ben")[2] == "3"
    assert said(floor, "Ana", "users", "add", "Zoe", "--share", "2") == "Zoe added\n"
    assert said(floor, "Ana", "users", "leave", "Zoe") == "Zoe has left\n"
    assert "Zoe" not in said(floor, "Ana", "users", "list")


def test_what_is_refused_is_one_sentence(floor: Floor) -> None:
    for who, arguments, why in (
        ("Priya", ("capacity", "Ben", "3"), "Only a team lead"),
        ("Priya", ("absent", "Ben", "tomorrow"), "Only Ben or a team lead"),
        ("Priya", ("absent", "Priya", "someday"), "is not a day I know"),
        ("Priya", ("absent", "Priya", "2026-01-01", "2026-01-02"), "have passed"),
        ("Ana", ("share", "Ben", "0"), "from 1 to 100"),
        ("Ana", ("pause", "Nobody"), "Nobody here is called Nobody: give one of Ana, Ben"),
        ("Nobody", ("back",), "use --as with one of"),
        ("Ana", ("leave", "Ana"), "last team lead"),
    ):
        done = atbat(floor, who, "users", *arguments)
        assert done.returncode == 1, done
        assert why in done.stderr
        assert done.stderr.count("\n") == 1


def test_the_list_says_why_somebody_gets_nothing_and_who_will_be_away(floor: Floor) -> None:
    assert listed(floor, "Ana")[4:] == ["not", "in", "turn"]
    today, tomorrow, later, last = (
        (datetime.now(tz=UTC).date() + timedelta(days=days)).isoformat() for days in (0, 2, 4, 6)
    )
    assert said(floor, "Priya", "users", "absent", "Priya", tomorrow, later)
    assert listed(floor, "Priya")[4:] == ["yes;", *away_on(tomorrow, later, today).split()]
    again = atbat(floor, "Priya", "users", "absent", "Priya", tomorrow)
    assert f"Priya is down as {away_on(tomorrow, later, today)} already" in again.stderr
    longer = said(floor, "Priya", "users", "absent", "Priya", later, last)
    assert longer == f"Priya is {away_on(tomorrow, last, today)}\n"
    assert floor.store.rows("SELECT starts, ends, void FROM absence") == [(tomorrow, last, 0)]
    assert "No absence of Priya begins on" in atbat(floor, "Priya", "users", "not-away", "Priya", last).stderr
    taken_back = said(floor, "Priya", "users", "not-away", "Priya", tomorrow)
    assert taken_back == f"Priya is not {away_on(tomorrow, last, today)}\n"
    assert listed(floor, "Priya")[4:] == ["yes"]
    Path(floor.store.path).with_suffix(".rules.toml").write_text("[routing]\nopen_lead_limit = 1\n")
    floor.lead(actor=BEN)
    assert listed(floor, "Ben")[4:] == ["no,", "holds", "the", "limit"]


def test_a_zone_is_one_that_there_is_and_can_be_corrected(floor: Floor) -> None:
    bad = atbat(floor, "Ana", "users", "add", "Zed", "--zone", "Mars/Base")
    assert (bad.returncode, bad.stderr.count("\n")) == (1, 1)
    assert "“Mars/Base” is no time zone" in bad.stderr
    assert said(floor, "Ana", "users", "add", "Zed", "--zone", "europe/berlin") == "Zed added\n"
    assert said(floor, "Zed", "users", "zone", "Zed", "new york") == "Zed is in America/New_York\n"
    assert said(floor, "Zed", "users", "zone", "Zed").startswith("Zed is in the team's zone, ")
    other = atbat(floor, "Zed", "users", "zone", "Ben", "Europe/Berlin")
    assert "Only Ben or a team lead" in other.stderr


def test_a_zone_that_stands_there_and_is_none_counts_as_the_teams_and_the_doctor_names_it(floor: Floor) -> None:
    floor.store.connection.execute("UPDATE \"user\" SET zone = 'Mars/Base' WHERE name = 'Priya'")
    (priya,) = [one for one in users(floor.store) if one.name == "Priya"]
    assert priya.zone == ""
    told = [finding for finding in check(floor.store) if finding.fact == "users are in zones that there are"]
    assert [finding.sentence.split(",")[0] for finding in told] == ["Priya is in Mars/Base"]
    said(floor, "Ana", "users", "zone", "Priya", "Europe/Berlin")
    assert not [finding for finding in check(floor.store) if finding.fact == "users are in zones that there are"]


def test_a_name_is_clean_and_no_other_but_for_its_case(floor: Floor) -> None:
    assert said(floor, "Ana", "users", "add", "  Zoe   \tMay ") == "Zoe May added\n"
    for name, why in (
        ("zoe may", "There is a Zoe May already"),
        ("PRIYA", "There is a Priya already"),
        ("at bat", "There is a At Bat already"),
        ("Z\x1b[31med", "control character"),
        (" \u200b ", "A user needs a name"),
    ):
        done = atbat(floor, "Ana", "users", "add", name)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        assert why in done.stderr
        assert "\x1b" not in done.stderr


def test_next_takes_the_best_and_says_who_it_is(floor: Floor) -> None:
    floor.now = time_ns() // 1000 - 60_000_000  # the command's clock is the real one
    for actor in (PRIYA, BEN):
        pause_intake(floor.store, actor, floor.later(1), UserActDraft(actor.user_id))
    floor.now -= 120_000_000
    low = arrives(floor, motion=Motion.CAMPAIGN_RESPONSE)
    hot = arrives(floor, motion=Motion.DEMO_REQUEST)
    first = said(floor, "Priya", "next")
    assert first.startswith("Person2 Ortiz is yours: ")
    assert "Company 2" in first
    assert "503" in first
    assert said(floor, "Ben", "next").startswith("Person1 Ortiz is yours")
    assert [floor.state(lead).owner_id for lead in (hot, low)] == [PRIYA.user_id, BEN.user_id]
    nothing = atbat(floor, "Ana", "next")
    assert (nothing.returncode, nothing.stderr.count("\n")) == (1, 1)
    assert "Nothing to claim" in nothing.stderr
    assert ANA.leads_team
