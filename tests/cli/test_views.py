"""``atbat views``: one's own views of the queue from the command line, the same that the screen keeps."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.queries.views import own_views
from store.rules.closing import NewPerson
from store.rules.queue_views import Order, Spec, View
from tests.cli.shell import run
from tests.factories import PRIYA, Floor, make_template, open_floor


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    floor = open_floor(make_template(tmp_path / "template.db"), tmp_path)
    floor.lead(person=NewPerson("Dana", "Ortiz", email="dana@acme.com"), company="Acme")
    floor.lead(person=NewPerson("Bo", "\x1b[2JLi", email="bo@globex.com"), company="Globex")
    yield floor
    floor.store.close()


def atbat(floor: Floor, who: str | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    signed = ["--as", who] if who else []
    return run("--db", str(floor.store.path), *signed, *arguments)


def test_a_view_is_kept_shown_renamed_and_removed(floor: Floor) -> None:
    assert "keeps one" in atbat(floor, "Priya", "views").stdout
    made = atbat(floor, "Priya", "views", "add", "Big fish", "--filter", "acme", "--order", "score")
    assert made.stdout == "view “Big fish” saved\n", made.stderr
    (view,) = own_views(floor.store, PRIYA.user_id)
    assert (view.name, view.spec) == ("Big fish", Spec(View.ALL, "acme", Order.SCORE))
    headings, line = atbat(floor, "Priya", "views", "list").stdout.splitlines()
    assert headings.split() == ["name", "at", "bats", "shows"]
    assert line.split() == ["Big", "fish", "1", "All", "·", "acme", "·", "by", "score"]
    headings, line = atbat(floor, "Priya", "views", "show", "big FISH").stdout.splitlines()
    assert headings.split() == ["no.", "why", "who", "company"]
    assert line.startswith("1 ")
    assert line.endswith("Acme")
    assert atbat(floor, "Priya", "views", "rename", "Big fish", "Whales").stdout == "view renamed to “Whales”\n"
    assert atbat(floor, "Priya", "views", "remove", "whales").stdout == "view “Whales” removed\n"
    assert own_views(floor.store, PRIYA.user_id) == ()


def test_a_built_in_view_can_be_shown_and_says_what_is_left_out(floor: Floor) -> None:
    said = atbat(floor, "Priya", "views", "show", "all", "--limit", "1").stdout
    assert said.splitlines()[-1] == "… and 1 more: --limit shows more of them"
    assert atbat(floor, "Priya", "views", "show", "callbacks").stdout == "nothing in it now (Callbacks)\n"
    assert "\x1b" not in atbat(floor, "Priya", "views", "show", "all").stdout


@pytest.mark.parametrize(
    ("who", "arguments", "said"),
    [
        ("Priya", ("show", "Nothing"), "No view of yours is called “Nothing”: you have none yet."),
        ("Priya", ("remove", "Nothing"), "you have none yet"),
        ("Priya", ("add", "Hot"), "one of the built-in views"),
        ("Priya", ("add", "Mine", "--filter", "score>many"), "score"),
        ("Nobody", ("list",), "Nobody here is called Nobody: use --as with one of"),
        (None, ("list",), "Whose views? Use --as with one of"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(
    floor: Floor, who: str | None, arguments: tuple[str, ...], said: str
) -> None:
    done = atbat(floor, who, "views", *arguments)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_nobody_sees_anybody_elses_views(floor: Floor) -> None:
    atbat(floor, "Priya", "views", "add", "Mine", "--filter", "acme")
    assert "you have none yet" in atbat(floor, "Ana", "views", "remove", "Mine").stderr
    assert "keeps one" in atbat(floor, "Ana", "views").stdout
