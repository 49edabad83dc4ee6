"""HubSpot's four files together: every row accounted for, the figures that were counted by hand, nothing twice."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from store import Actor, Store, open_store
from store.doctor import check
from store.intake.reading import describe
from store.intake.rows import Defaults
from store.operations.import_files import import_files, rehearsal
from store.operations.import_steps import BEHIND, ENDED, TAKEN
from store.operations.import_summary import Summary
from store.queries.timeline import EntryKind, at_bats, timeline
from store.vocabulary import ActorKind, Channel
from tests.factories import MONDAY, ZONE, make_template

pytestmark = pytest.mark.acceptance

ROWS = {"activities": 2000, "companies": 200, "contacts": 950, "deals": 500}
IMPORTER = Actor(2, ActorKind.IMPORT)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(make_template(tmp_path / "leads.db"))
    yield store
    store.close()


def paths(data: Path) -> dict[str, Path]:
    return {kind: data / "hubspot_dummy" / f"hubspot_{kind}.csv" for kind in ROWS}


def bring(store: Store, data: Path, *kinds: str, now: int = MONDAY) -> dict[str, Summary]:
    files = paths(data)
    told = [describe(files[kind], "hubspot", Defaults("US", ZONE)) for kind in kinds]
    return dict(zip(kinds, import_files(store, IMPORTER, now, told), strict=True))


def counts(store: Store, sql: str) -> dict[str, int]:
    return dict(store.rows(sql))


def test_the_four_files_together(acceptance_data: Path, store: Store) -> None:
    with rehearsal(store) as copy:
        tried = bring(copy, acceptance_data, *ROWS)
    told = bring(store, acceptance_data, *ROWS)
    assert tried == told
    assert {kind: (each.rows, each.accepted, each.rejected) for kind, each in told.items()} == {
        kind: (rows, rows, 0) for kind, rows in ROWS.items()
    }
    made = {"calls": 402, "e-mails": 398, "meetings": 412, "notes": 403, "tasks": 385}
    assert told["activities"].made == {**made, TAKEN: 64}
    # each on an at bat of its own that is open; the other 257 say why they are not next
    assert store.value("SELECT count(*) FROM lead WHERE open = 1 AND next_words <> ''") == 64
    assert sum(told["activities"].warnings[why][0] for why in (BEHIND, ENDED)) == 321 - 64
    assert counts(store, "SELECT disposition, count(*) FROM touch WHERE channel = 'call' GROUP BY 1") == {
        "no_answer": 96,
        "wrong_number": 79,
        "voicemail_left": 79,
        "conversation": 78,
        "unknown": 70,
    }
    results = {"moved": 86, "booked": 73 + 66, "cancelled": 69, "no_show": 60, "held": 58}
    assert counts(store, "SELECT result, count(*) FROM meeting GROUP BY 1") == results
    assert counts(store, "SELECT state, count(*) FROM task GROUP BY 1") == {"open": 321, "done": 64}
    deals = {"discovery": 147, "evaluation": 75, "proposal": 63, "negotiation": 75, "won": 71, "lost": 69}
    assert counts(store, "SELECT stage, count(*) FROM opportunity GROUP BY 1") == deals
    assert store.row("SELECT count(*), sum(is_primary) FROM opportunity_contact") == (500, 500)
    assert store.value("SELECT count(*) FROM opportunity WHERE account_id IS NULL") == 0
    assert store.value("SELECT count(*) FROM contact") == 950
    # one for each of the 321 people with a lead status, and of the 559 others with an activity
    assert store.row("SELECT count(*), count(DISTINCT contact_id), min(imported) FROM lead") == (321 + 559, 880, 1)
    people = told["contacts"]
    assert (people.opened, people.closed, people.converted, people.without) == (231, 422, 227, 70)
    assert people.warnings["has an open deal there: left open and Working until the deal is imported"][0] == 51 - 17
    assert [finding.sentence for finding in check(store)] == []


def test_every_row_is_found_in_the_database(acceptance_data: Path, store: Store) -> None:
    bring(store, acceptance_data, *ROWS)
    places = {"activities": ("touch", "meeting", "note", "task"), "companies": ("account",), "contacts": ("contact",)}
    for kind, path in paths(acceptance_data).items():
        with path.open(encoding="utf-8", newline="") as file:
            ids = [row[0] for row in list(csv.reader(file))[1:]]
        entities = ", ".join(f"'{entity}'" for entity in places.get(kind, ("opportunity",)))
        sql = f"SELECT value FROM external_id WHERE source = 'hubspot' AND kind = 'record' AND entity IN ({entities})"
        assert Counter(value for (value,) in store.rows(sql)) == Counter(ids)


def test_calls_stand_with_their_person_in_time(acceptance_data: Path, store: Store) -> None:
    bring(store, acceptance_data, *ROWS)
    with paths(acceptance_data)["activities"].open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Activity Type"] == "Call"]
    address, calls = Counter(row["Associated Contact Email"] for row in rows).most_common(1)[0]
    contact_id = store.value("SELECT contact_id FROM email WHERE folded = ?", (address,))
    (band,) = at_bats(store, contact_id)
    found = [
        entry
        for entry in timeline(store, contact_id).entries
        if entry.kind is EntryKind.TOUCH and entry.channel is Channel.CALL
    ]
    assert len(found) == calls == 3
    assert all(entry.lead_id == band.id and entry.at >= band.begins_at for entry in found)
    assert [entry.at for entry in found] == sorted((entry.at for entry in found), reverse=True)


@pytest.mark.parametrize("apart", [False, True])
def test_again_is_no_change(acceptance_data: Path, store: Store, apart: bool) -> None:
    bring(store, acceptance_data, *ROWS)
    before = store.value("SELECT count(*) FROM operation")
    again = [bring(store, acceptance_data, kind, now=MONDAY + 1) for kind in ROWS] if apart else []
    for told in again or [bring(store, acceptance_data, *ROWS, now=MONDAY + 1)]:
        assert all(each.unchanged == each.rows for each in told.values())
    assert store.value("SELECT count(*) FROM operation") == before


@pytest.mark.parametrize(
    "order",
    [("companies", "contacts", "deals", "activities"), ("contacts", "activities", "deals", "companies")],
)
def test_one_file_after_the_other(acceptance_data: Path, store: Store, order: tuple[str, ...]) -> None:
    for moment, kind in enumerate(order):
        told = bring(store, acceptance_data, kind, now=MONDAY + moment)[kind]
        assert (told.rows, told.accepted) == (ROWS[kind], ROWS[kind])
        assert [finding.sentence for finding in check(store)] == []
    assert store.row("SELECT count(*), count(DISTINCT contact_id) FROM lead") == (880, 880)
    assert store.row("SELECT count(*), sum(is_primary) FROM opportunity_contact") == (500, 500)
    assert store.value("SELECT count(*) FROM touch WHERE channel = 'call' AND lead_id IS NOT NULL") == 402
