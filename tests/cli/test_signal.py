"""``atbat signal`` as a shell and as another program runs it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from store.intake.signal_lines import KEYS
from store.operations.recognise import ENRICHING
from store.rules.intake import Does
from tests.factories import Floor

ROOT = Path(__file__).resolve().parents[2]
DANA = {"kind": "demo_request", "source": "website", "name": "Dana Ortiz", "email": "dana@northwind.example"}


def run(floor: Floor, *arguments: str, given: bytes = b"", person: str = "") -> subprocess.CompletedProcess[bytes]:
    who = ["--as", person] if person else []
    return subprocess.run(
        [sys.executable, "-m", "tui", "--db", str(floor.store.path), *who, "signal", *arguments],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "ATBAT_AS"},
        input=given,
        capture_output=True,
        check=False,
    )


def answers(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def feed(floor: Floor, *told: object) -> subprocess.CompletedProcess[bytes]:
    lines = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in told]
    return run(floor, "--json", given=b"\n".join(lines) + b"\n")


def test_one_signal_says_what_came_of_it(floor: Floor) -> None:
    more = ("--name", "Dana Ortiz", "--email", "dana@northwind.example", "--company", "Northwind")
    done = run(floor, "--kind", "demo_request", "--source", "website", *more, "--field", "title=CFO", "--id", "1")
    assert (done.returncode, done.stdout.decode()) == (0, "Dana Ortiz: opened an at bat, Priya’s\n")
    assert floor.value("SELECT title FROM contact") == "CFO"
    assert floor.value('SELECT "by" FROM operation ORDER BY id DESC LIMIT 1') == "import"
    again = run(floor, "--kind", "demo_request", "--source", "website", *more, "--id", "1")
    assert again.stdout.decode() == "That signal was recorded already. (opened an at bat)\n"


def test_with_as_it_is_that_person(floor: Floor) -> None:
    done = run(floor, "--kind", "form", "--source", "fair", "--name", "Li Wei", "--phone", "5035550111", person="Ben")
    assert done.returncode == 0
    assert floor.value("SELECT actor_id FROM operation ORDER BY id DESC LIMIT 1") == 3


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("--kind", "form", "--source", "web", "--name", "Dana"), 1, "no e-mail or phone"),
        (("--kind", "form", "--name", "Dana", "--email", "d@x.example"), 1, "no source"),
        (("--kind", "form", "--source", "web", "--at", "soon"), 1, "is no time"),
        (("--kind", "form", "--source", "web", "--motion", "hurry"), 1, "is no motion"),
        (("--kind", "form", "--source", "web", "--field", "title"), 2, "NAME=VALUE"),
        (("--json", "--kind", "form"), 2, "leave the other options out"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    floor: Floor, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    done = run(floor, *arguments)
    assert (done.returncode, done.stdout) == (code, b"")
    assert sentence in done.stderr.decode()
    assert len(done.stderr.splitlines()) == 1
    assert floor.value("SELECT count(*) FROM signal") == 0


def test_lines_are_answered_one_by_one_and_bad_ones_do_not_stop_the_rest(floor: Floor) -> None:
    done = feed(
        floor,
        {**DANA, "id": 17, "title": "CFO", "payload": {"utm": ["a", 1]}},
        b"not json",
        b"",
        {"kind": "webinar", "source": "zoom", "email": "nobody@nowhere.example"},
        {**DANA, "id": 17, "title": "CFO", "payload": {"utm": ["a", 1]}},
        {"kind": "webinar", "source": "zoom", "email": "DANA@northwind.example", "at": "2026-03-02T15:00:00Z"},
        {**DANA, "shoe": 44},
        {**DANA, "words": ["no", "list"]},
        b"\xff\xfe{}",
        b"[" * 100_000,
        [DANA],
    )
    found = answers(done)
    assert [(answer["line"], answer["status"]) for answer in found] == [
        (1, "accepted"),
        (2, "refused"),
        (4, "refused"),
        (5, "repeated"),
        (6, "accepted"),
        (7, "refused"),
        (8, "refused"),
        (9, "refused"),
        (10, "refused"),
        (11, "refused"),
    ]
    assert found[0] == {
        "line": 1,
        "status": "accepted",
        "does": "opens",
        "decision": "opened an at bat",
        "signal": 1,
        "contact": 1,
        "lead": 1,
        "owner": "Priya",
        "new": True,
        "name": "Dana Ortiz",
    }
    assert found[4]["decision"] == "recorded on the open at bat"
    assert "no name" in found[2]["reason"]
    assert found[5]["field"] == "shoe"
    assert done.stderr.decode() == "atbat: 10 signals: 2 accepted, 1 repeated, 7 refused.\n"
    assert done.returncode == 1
    assert floor.value("SELECT payload FROM signal WHERE id = 1") == '{"utm": ["a", 1]}'


def test_the_same_file_twice_changes_nothing(floor: Floor) -> None:
    told = [{**DANA, "at": 1772463600 + number, "words": f"page {number}"} for number in range(3)]
    assert feed(floor, *told).returncode == 0
    before = floor.dump()
    again = feed(floor, *told)
    assert [answer["status"] for answer in answers(again)] == ["repeated"] * 3
    assert (again.returncode, floor.dump()) == (0, before)


def test_a_line_without_an_end_and_nothing_at_all(floor: Floor) -> None:
    assert len(answers(run(floor, "--json", given=json.dumps(DANA).encode()))) == 1
    nothing = run(floor, "--json")
    assert (nothing.returncode, nothing.stdout, nothing.stderr) == (
        0,
        b"",
        b"atbat: 0 signals: 0 accepted, 0 repeated, 0 refused.\n",
    )


def test_a_line_that_is_too_long_is_refused_and_the_next_one_taken(floor: Floor) -> None:
    done = feed(floor, {**DANA, "words": "x" * 2_500_000}, DANA)
    assert [(answer["line"], answer["status"]) for answer in answers(done)] == [(1, "refused"), (2, "accepted")]


def test_control_characters_reach_no_terminal(floor: Floor) -> None:
    done = feed(floor, {**DANA, "name": "Da\u001b[31mna Or\u202etiz", "words": "\u0007ring"})
    assert b"\x1b" not in done.stdout
    assert b"\x07" not in done.stdout
    assert done.returncode == 0


def test_the_document_names_every_key_and_every_answer() -> None:
    text = (ROOT / "docs" / "signals.md").read_text(encoding="utf-8")
    said = text.partition("## What a line says")[2].partition("## What is answered")
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", said[0], re.MULTILINE))
    assert rows == dict(KEYS)
    more = re.search(r"^\| (`title`.*) \| more of the person", said[0], re.MULTILINE)
    assert more is not None
    assert re.findall(r"`(\w+)`", more[1]) == list(ENRICHING)
    assert all(f"`{does.value}`" in said[2] for does in Does)


def test_the_examples_of_the_document_are_signals(floor: Floor) -> None:
    text = (ROOT / "docs" / "signals.md").read_text(encoding="utf-8").partition("## What is answered")[0]
    (example,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    done = run(floor, "--json", given=example.encode())
    assert [answer["status"] for answer in answers(done)] == ["accepted", "accepted"]


def rules_of(floor: Floor, text: str) -> None:
    Path(floor.store.path).with_suffix(".rules.toml").write_text(text, encoding="utf-8")


def test_rules_with_mistakes_stop_no_signal_where_there_were_good_ones(floor: Floor) -> None:
    rules_of(floor, "[callbacks]\nlimit = 3\n")
    assert feed(floor, DANA).returncode == 0
    rules_of(floor, '[callbacks]\nlimit = "many"\n')
    done = feed(floor, {**DANA, "kind": "webinar"})
    assert (done.returncode, [answer["status"] for answer in answers(done)]) == (0, ["accepted"])
    warning, counts = done.stderr.decode().splitlines()
    assert warning.startswith("atbat: The rules are the last good ones, because of this:")
    assert "line 2: callbacks.limit" in warning
    assert counts.startswith("atbat: 1 signal:")


def test_every_line_is_answered_where_no_signal_can_be_taken_in(floor: Floor) -> None:
    rules_of(floor, '[callbacks]\nlimit = "many"\n')
    done = feed(floor, DANA, {**DANA, "kind": "webinar"})
    assert [(answer["line"], answer["status"]) for answer in answers(done)] == [(1, "failed"), (2, "failed")]
    assert all("callbacks.limit" in answer["reason"] for answer in answers(done))
    assert done.stderr.decode() == "atbat: 2 signals: 0 accepted, 0 repeated, 0 refused, 2 failed.\n"
    assert done.returncode == 1
    rules_of(floor, "")
    assert [answer["status"] for answer in answers(feed(floor, DANA))] == ["accepted"]


def test_what_is_refused_names_the_key_of_the_line_and_ends_once(floor: Floor) -> None:
    nobody = {"kind": "webinar", "source": "zoom", "email": "new@b.example"}
    done = answers(
        feed(floor, nobody, {**DANA, "email": "not one"}, {**DANA, "name": "x" * 300}, {**DANA, "at": "soon"})
    )
    assert [answer["status"] for answer in done] == ["refused"] * 4
    assert [answer.get("field") for answer in done] == ["name", "email", "name", "at"]
    assert not any(".." in answer["reason"] for answer in done)
    assert "“not one” is no e-mail address" in done[1]["reason"]


def test_what_came_before_is_named_again_and_small_numbers_are_seconds(floor: Floor) -> None:
    first, again, old = answers(feed(floor, DANA, DANA, {**DANA, "at": 0}))
    assert {key: again[key] for key in ("signal", "contact", "lead")} == {
        key: first[key] for key in ("signal", "contact", "lead")
    }
    assert again["status"] == "repeated"
    assert old["status"] == "accepted"
    assert floor.value("SELECT min(at) FROM signal") == 0
