"""Many people at one pool: each at bat goes to one of them, none is left out, and nobody ever sees "locked"."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from store import open_store
from store.actor import SYSTEM
from store.operations.at_bat import open_at_bat
from store.operations.init import UserDraft, add_user
from store.operations.people import add_contact
from store.operations.transaction import Transaction
from store.rules.routing import POOL
from store.vocabulary import Motion
from tests.crash.conftest import wrong_in
from tests.factories import ANA, Floor, make_template

ROOT = Path(__file__).resolve().parents[2]
LIMITLESS = "[routing]\npull = true\nopen_lead_limit = 100_000\n"


def pool(folder: Path, size: int, reps: int) -> Path:
    """A team of ``reps``, and so many at bats that nobody has."""
    path = make_template(folder / "leads.db")
    path.with_suffix(".rules.toml").write_text(LIMITLESS)
    floor = Floor(open_store(path))
    for number in range(reps - 2):  # two are there
        add_user(floor.store, ANA, floor.later(1), UserDraft(f"Rep {number}"))
    with Transaction(floor.store, "intake", SYSTEM, floor.later(), "pool") as tx:
        for number in range(size):
            motion = Motion.DEMO_REQUEST if number % 5 == 0 else Motion.CAMPAIGN_RESPONSE
            contact = add_contact(tx, floor.person(), account_id=None, source="web")
            open_at_bat(
                tx, contact_id=contact, account_id=None, motion=motion, source="web", owner_id=None, rule=POOL
            )  # fmt: skip
    floor.store.close()
    return path


def run(folder: Path, processes: int, size: int) -> None:
    path = pool(folder, size, processes)
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.crash.workers", "claim", str(path), str(number), str(size + 1)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(processes)
    ]
    for one in running:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n", one.communicate()[1]
    for one in running:  # all of them, before the first one's end is waited for
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    said = [one.communicate(timeout=3_600) for one in running]
    assert [errors for _, errors in said] == [""] * processes
    assert [one.returncode for one in running] == [0] * processes
    lines = [out.splitlines() for out, _ in said]
    assert [told[-1] for told in lines] == ["nothing"] * processes, "everybody went on until nothing was left"
    taken = Counter(int(line.split()[1]) for told in lines for line in told[:-1])
    assert len(taken) == size, "none is left out"
    assert set(taken.values()) == {1}, "and none is held by two"
    assert sum(len(told) > 1 for told in lines) > 1, "it was not one alone that took them all"
    check_who_has_what(path, [[int(line.split()[1]) for line in told[:-1]] for told in lines])


def check_who_has_what(path: Path, taken: list[list[int]]) -> None:
    """Each at bat is owned by who was told so, and was given away once."""
    store = open_store(path, read_only=True)
    try:
        reps = [id for (id,) in store.rows("SELECT id FROM user WHERE role = 'sdr' ORDER BY id")]
        owners = dict(store.rows("SELECT id, owner_id FROM lead"))
        assert {lead: reps[number] for number, leads in enumerate(taken) for lead in leads} == owners
        twice = "SELECT lead_id FROM assignment WHERE owner_id IS NOT NULL GROUP BY lead_id HAVING count(*) > 1"
        assert store.rows(twice) == []
    finally:
        store.close()
    assert wrong_in(path) == []


def test_eight_at_one_pool(tmp_path: Path) -> None:
    run(tmp_path, 8, 800)


@pytest.mark.soak
def test_thirty_two_at_one_pool(tmp_path: Path) -> None:
    run(tmp_path, 32, 5_000)
