"""The full files into a database: every row accounted for, nothing twice, nothing wrong afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store import Actor, Store, open_store
from store.doctor import check
from store.intake.reading import describe
from store.intake.rows import Defaults
from store.operations.import_files import import_file
from store.vocabulary import ActorKind
from tests.factories import MONDAY, ZONE, make_template

pytestmark = pytest.mark.acceptance

FILES = {
    "hubspot_dummy/hubspot_contacts.csv": (950, 950, 248, 73),
    "close_sample/closeio-sample-lead-list-b2b.csv": (26, 12, 12, 0),
    "close_sample/closeio-sample-lead-list-b2c.csv": (28, 12, 12, 0),
    "sf_fivetran_seeds/sf_lead_data.csv": (1, 1, 0, 1),
}
IMPORTER = Actor(2, ActorKind.IMPORT)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(make_template(tmp_path / "leads.db"))
    yield store
    store.close()


@pytest.mark.parametrize("file", FILES)
def test_a_file_by_itself(acceptance_data: Path, store: Store, file: str) -> None:
    told = describe(acceptance_data / file, None, Defaults("US", ZONE))
    summary = import_file(store, IMPORTER, MONDAY, told)
    assert (summary.rows, summary.accepted, summary.opened, summary.closed) == FILES[file]
    assert summary.accepted + summary.rejected == summary.rows
    assert summary.new + summary.enriched + summary.unchanged == summary.accepted
    before = store.value("SELECT count(*) FROM operation")
    again = import_file(store, IMPORTER, MONDAY + 1, told)
    assert (again.unchanged, again.rejected) == (summary.accepted, summary.rejected)
    assert store.value("SELECT count(*) FROM operation") == before
    assert [finding.sentence for finding in check(store)] == []


def test_all_into_one(acceptance_data: Path, store: Store) -> None:
    for moment, file in enumerate(FILES):
        told = describe(acceptance_data / file, None, Defaults("US", ZONE))
        import_file(store, IMPORTER, MONDAY + moment, told)
    # the two lists of Close are of the same twelve people
    assert store.value("SELECT count(*) FROM contact") == 950 + 12 + 1
    assert [finding.sentence for finding in check(store)] == []
