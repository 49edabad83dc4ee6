"""``atbat score`` as a person runs it: why an at bat has its score, and what became of whom."""

from __future__ import annotations

import csv
import io
import json
import subprocess

from store.actor import SYSTEM
from store.operations.edit_account import AccountEdit, edit_account
from store.operations.record_signal import SignalDraft, record_signal
from store.rules.closing import NewPerson
from store.vocabulary import Outcome, Stage
from tests.cli.shell import run
from tests.factories import PRIYA, Floor

DAYS = ("--since", "2026-11-01", "--until", "2026-11-30")


def score(floor: Floor, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run("--db", str(floor.store.path), "score", *arguments)


def dana(floor: Floor, title: str = "CFO") -> int:
    """An open at bat that asked for a demo a moment ago."""
    lead_id = floor.lead(person=NewPerson("Dana", "Ortiz", title, "+1 503 555 0142"), company="Northwind")
    account_id = floor.state(lead_id).account_id or 0
    edit_account(floor.store, PRIYA, floor.later(), AccountEdit(account_id, size="600", industry="logistics"))
    record_signal(floor.store, SYSTEM, floor.later(), SignalDraft("form", "website", lead_id=lead_id))
    return lead_id


def test_every_line_of_a_score_is_said(floor: Floor) -> None:
    lead_id = dana(floor)
    floor.close(lead_id, Outcome.NO_RESPONSE)  # it stands as of then, whenever this runs
    done = score(floor, "explain", str(lead_id))
    assert done.stdout.splitlines()[:-1] == [
        "Dana Ortiz, Northwind: score 55: fit 70, intent 40 · work now",
        "fit 70",
        "  600 employees: 25 of 25",
        "  logistics: 20 of 20",
        "  CFO: 25 of 25",
        "  country not known: 0 of 15",
        "  technology not known: 0 of 15",
        "intent 40",
        "  form just now: 40 → 40.0",
        "50% of fit 70 + 50% of intent 40 = 55",
    ]
    assert done.stdout.splitlines()[-1].endswith("MQL is 50, SQL 75")


def test_somebody_who_did_nothing_so_far_and_an_at_bat_that_is_not_there(floor: Floor) -> None:
    assert "no signal so far" in score(floor, "explain", str(floor.lead())).stdout
    done = score(floor, "explain", "99")
    assert (done.returncode, done.stdout) == (1, "")
    assert "There is no at bat 99" in done.stderr


def test_text_from_outside_does_nothing_to_the_terminal(floor: Floor) -> None:
    lead_id = dana(floor, "CFO\x1b]0;owned\x07 [red]")
    for arguments in (("explain", str(lead_id)), ("calibrate", *DAYS, "--list", "10")):
        assert "\x1b" not in score(floor, *arguments).stdout


def test_conversion_by_the_score_they_began_with(floor: Floor) -> None:
    won, lost, waits = floor.lead(Stage.QUALIFIED), floor.lead(), dana(floor)
    floor.convert(won)
    floor.close(lost, Outcome.NO_RESPONSE)
    headings, first, second, *_, last = score(floor, "calibrate", *DAYS).stdout.splitlines()
    assert headings.split() == ["score", "at", "bats", "open", "ended", "converted", "meetings", "rate"]
    assert first.split() == ["0-9", "2", "0", "2", "1", "0", "50.0", "%"]
    assert second.split() == ["10-19", "1", "1", "0", "0", "0", "–"]
    assert last == "at bats opened from 2026-11-01 to 2026-11-30; MQL is 50, SQL 75"

    found = json.loads(score(floor, "calibrate", *DAYS, "--by", "thresholds", "--format", "json").stdout)
    assert [(row["low"], row["high"]) for row in found] == [(0, 49), (50, 74), (75, 100)]
    assert (found[0]["leads"], found[0]["open"], found[0]["rate"], found[1]["rate"]) == (3, 1, 0.5, None)

    listed = score(floor, "calibrate", *DAYS, "--list", "4", "--format", "csv").stdout
    assert {int(row["lead"]) for row in csv.DictReader(io.StringIO(listed))} == {won, lost}
    listed = score(floor, "calibrate", *DAYS, "--list", "13", "--format", "json").stdout
    assert [int(row["lead"]) for row in json.loads(listed)] == [waits]
    assert len(score(floor, "calibrate", *DAYS, "--format", "csv").stdout.splitlines()) == 11


def test_days_without_at_bats_and_days_the_wrong_way_round(floor: Floor) -> None:
    none = ("--since", "2020-01-01", "--until", "2020-02-01")
    assert "no at bat was opened" in score(floor, "calibrate", *none).stdout
    assert "no at bat began" in score(floor, "calibrate", *none, "--list", "50").stdout
    assert score(floor, "calibrate", "--since", "2020-02-01", "--until", "2020-01-01").returncode == 2
