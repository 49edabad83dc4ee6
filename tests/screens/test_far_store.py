"""Long reads of a big file are run in another process, and are the same there."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from screens.reports import screen as reports_screen
from screens.reports.counting import Wish, count
from screens.reports.screen import ReportsScreen
from store.database import Store, open_store
from store.errors import Refusal, StoreError
from store.vocabulary import Stage
from tests.factories import ANA, Floor
from tests.screens.queue_app import at_work
from tui import far_store
from tui.far_store import FarStore, NearStore, open_for_long_reads


def who_answers(store: Store) -> tuple[int, str]:
    """Whose process this is, and the team's name."""
    return os.getpid(), store.team


def for_ever(store: Store) -> None:
    """Give word, then count without end."""
    Path(store.path).with_suffix(".begun").touch()
    store.value("WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")


def count_for_ever(store: Store, wish: Wish, now: int) -> None:
    """In the place of counting."""
    for_ever(store)


def begun(floor: Floor) -> Path:
    """What says that it has."""
    return Path(floor.store.path).with_suffix(".begun")


def from_records(store: Store) -> int:
    """A number of the rules."""
    return store.rules.alerts.from_records


def refuse(store: Store) -> None:
    raise Refusal("Not that one.", "field")


def die(store: Store) -> None:
    os._exit(1)


@pytest.fixture
def far(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> Iterator[FarStore]:
    monkeypatch.setattr(far_store, "FAR_FROM", 0)
    store = open_for_long_reads(partial(open_store, floor.store.path, read_only=True))
    assert isinstance(store, FarStore)
    yield store
    store.close()


def test_a_small_database_is_read_here(floor: Floor) -> None:
    store = open_for_long_reads(partial(open_store, floor.store.path, read_only=True))
    assert isinstance(store, NearStore)
    assert store.run(who_answers) == (os.getpid(), floor.store.team)
    store.close()


def test_another_process_answers_every_query_of_a_big_one(far: FarStore, floor: Floor) -> None:
    first, team = far.run(who_answers)
    assert (first != os.getpid(), team) == (True, floor.store.team)
    assert far.run(who_answers) == (first, team)
    wish = Wish("outcomes", "", compare=False)
    assert far.run(count, wish, floor.now) == count(floor.store, wish, floor.now)


def test_what_it_refuses_is_refused_here(far: FarStore) -> None:
    with pytest.raises(Refusal, match=r"Not that one\.") as refused:
        far.run(refuse)
    assert refused.value.field == "field"
    assert far.run(who_answers)[0] != os.getpid()


def test_rules_are_the_same_there_and_after_it_was_begun_anew(far: FarStore, floor: Floor) -> None:
    rules = floor.store.rules._replace(alerts=floor.store.rules.alerts._replace(from_records=7))
    for _ in range(2):
        far.use_rules(rules)
        assert far.run(from_records) == 7
        far.close()
        assert far.run(from_records) == 7


def test_a_query_nobody_waits_for_ends_at_once_and_the_next_is_answered(far: FarStore, floor: Floor) -> None:
    far.stop_when(begun(floor).exists)
    with pytest.raises(StoreError, match="given up"):
        far.run(for_ever)
    far.stop_when(bool)
    assert far.run(who_answers)[1] == floor.store.team


def test_a_process_that_was_killed_is_told_and_replaced(far: FarStore, floor: Floor) -> None:
    with pytest.raises(StoreError, match="ended from outside"):
        far.run(die)
    first, team = far.run(who_answers)
    os.kill(first, signal.SIGKILL)  # between two queries
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    with pytest.raises(StoreError, match="ended from outside"):
        far.run(who_answers)
    assert far.run(who_answers)[1] == team == floor.store.team


async def test_the_reports_of_a_big_database_are_as_quickly_given_up(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(far_store, "FAR_FROM", 0)
    floor.lead(Stage.ACCEPTED)
    async with at_work(floor, ANA) as d:
        await d.press("5", "v", "o")
        screen = d.app.screen
        assert isinstance(screen, ReportsScreen)
        await d.until(lambda: screen.body.report is not None and screen.body.report.name == "outcomes")
        monkeypatch.setattr(reports_screen, "count", count_for_ever)
        await d.press("R")
        await d.until(begun(floor).exists)
        await d.press("escape")
        await d.until(lambda: "Counting was given up" in d.screen_text())
        monkeypatch.undo()
        await d.press("R")
        await d.until(lambda: "Counting was given up" not in d.screen_text())
        assert screen.body.report is not None
