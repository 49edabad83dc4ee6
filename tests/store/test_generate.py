"""The database that speed is measured on, at a size that a test can wait for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.generate import LONGEST_CONTACT, NOW, REP, Sizes, bench_database
from store.database import Store, open_store
from store.doctor import check
from store.queries.queue import queue
from store.rules.queue_views import View
from store.vocabulary import Channel, Disposition

SIZES = Sizes.of(5_000)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATBAT_BENCH_DIR", str(tmp_path_factory.mktemp("bench")))
        path = bench_database(SIZES)
        made_at = path.stat().st_mtime_ns
        assert bench_database(SIZES) == path
        assert path.stat().st_mtime_ns == made_at, "made twice"
        assert [file.name for file in path.parent.iterdir()] == [path.name]
    store = open_store(path)
    yield store
    store.close()


def test_it_has_the_sizes_asked_for(bench: Store) -> None:
    def count(what: str) -> int:
        return int(bench.value(f"SELECT count(*) FROM {what}"))

    assert count("lead") == SIZES.leads
    assert count("contact") == SIZES.contacts
    assert count("touch") == SIZES.touches
    assert count(f"touch WHERE contact_id = {LONGEST_CONTACT}") == SIZES.longest
    assert count("lead WHERE open = 1 AND owner_id IS NULL") == SIZES.pool
    assert count(f"lead JOIN user u ON u.id = owner_id WHERE open = 1 AND u.name = '{REP}'") == SIZES.own
    full = Sizes()
    assert (full.leads, full.contacts, full.touches, full.own, full.pool) == (
        1_000_000,
        300_000,
        5_000_000,
        3_000,
        680_000,
    )


# No rule ever comes to these at bats, so that nothing happens by itself in what is measured.
AT_REST = {"no rule comes too late", "every clock runs that should"}


def test_the_doctor_is_content(bench: Store) -> None:
    assert [finding.sentence for finding in check(bench) if finding.fact not in AT_REST] == []


def test_its_screens_have_something_to_show(bench: Store) -> None:
    rep = bench.value("SELECT id FROM user WHERE name = ?", (REP,))
    for view in (View.ALL, View.HOT, View.CALLBACKS, View.NEW):
        assert len(queue(bench, rep, NOW, view=view).ids) > 0, view
    assert len(queue(bench, None, NOW).ids) == 128


def test_it_can_be_worked(bench: Store) -> None:
    from store.actor import Actor
    from store.operations.log_touch import log_touch
    from store.rules.touch import TouchDraft

    rep = bench.value("SELECT id FROM user WHERE name = ?", (REP,))
    lead_id = bench.value("SELECT id FROM lead WHERE owner_id = ? AND stage = 'attempting' AND open = 1", (rep,))
    log_touch(bench, Actor(rep), NOW, TouchDraft(lead_id, Channel.CALL, Disposition.NO_ANSWER))
    assert [finding.sentence for finding in check(bench) if finding.fact not in AT_REST] == []
