"""The full files, as they were found (make acceptance)."""

from collections import Counter
from pathlib import Path

import pytest

from store.intake.mapping import understood
from store.intake.reading import describe, read_rows
from store.intake.rows import ContactRow, Reject

pytestmark = pytest.mark.acceptance


@pytest.mark.parametrize(
    ("file", "preset", "accepted", "reasons"),
    [
        ("hubspot_dummy/hubspot_contacts.csv", "hubspot", 950, {}),
        ("close_sample/closeio-sample-lead-list-b2b.csv", "close", 12, {"no e-mail or phone": 14}),
        ("close_sample/closeio-sample-lead-list-b2c.csv", "close", 12, {"no e-mail or phone": 16}),
        ("sf_fivetran_seeds/sf_lead_data.csv", "salesforce-leads", 1, {}),
    ],
)
def test_every_row_is_accounted_for(
    acceptance_data: Path, file: str, preset: str, accepted: int, reasons: dict[str, int]
) -> None:
    told = describe(acceptance_data / file)
    assert told.mapping.name == preset
    rows = list(read_rows(told))
    assert sum(isinstance(row, ContactRow) for row in rows) == accepted
    assert Counter(row.reason for row in rows if isinstance(row, Reject)) == reasons


def test_hubspots_at_bats(acceptance_data: Path) -> None:
    told = describe(acceptance_data / "hubspot_dummy/hubspot_contacts.csv")
    kinds = Counter(understood(told.mapping, row).kind.value for row in read_rows(told) if isinstance(row, ContactRow))
    assert kinds == {"no at bat": 629, "open": 248, "closed": 73}
