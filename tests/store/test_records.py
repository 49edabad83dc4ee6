"""Records behind figures: one query a kind, whatever the number, and labels as people read them."""

from __future__ import annotations

import pytest

from store.instants import DAY
from store.queries.records import RecordRow, records
from store.reports.figures import Records
from store.vocabulary import Outcome, Stage, Status
from tests.factories import BEN, Floor

TABLES = {kind: '"user"' if kind is Records.USER else kind.value for kind in Records}


def of(floor: Floor, kind: Records) -> dict[int, RecordRow]:
    """Every record of a kind."""
    return records(floor.store, kind, [id for (id,) in floor.store.rows(f"SELECT id FROM {TABLES[kind]}")])


@pytest.fixture
def worked(floor: Floor) -> Floor:
    """One that ended, one converted, one with a meeting."""
    floor.close(floor.lead(Stage.ATTEMPTING, company="Acme [UK]"), Outcome.NO_RESPONSE)
    floor.lead(Stage.CONVERTED, actor=BEN)
    floor.meet(floor.lead(Stage.CONNECTED))
    return floor


@pytest.mark.parametrize("kind", Records)
def test_every_kind_is_described_in_one_query(worked: Floor, kind: Records) -> None:
    asked: list[str] = []
    worked.store.connection.trace_v2(1, lambda event: asked.append(event["sql"]))  # 1: a statement begins
    try:
        found = of(worked, kind)
    finally:
        worked.store.connection.trace_v2(0, None)
    assert len(asked) == 2  # the ids, and what is known of them
    for id, row in found.items():
        assert row.id == id
        assert row.name or row.company
    assert found or kind in (Records.SIGNAL, Records.CALLBACK)
    assert records(worked.store, kind, [999_999]) == {}


def test_an_at_bat_says_how_it_ended_and_whose_it_was(worked: Floor) -> None:
    row = records(worked.store, Records.LEAD, [1])[1]
    assert (row.name, row.company, row.owner) == ("Person1 Ortiz", "Acme [UK]", "Priya")
    assert row.state == "no response: no reply to any attempt"
    assert row.what == "outbound target, list"
    assert row.lead_id == 1
    assert row.contact_id == worked.state(1).contact_id


def test_a_person_says_how_the_latest_at_bat_stands_and_whose_it_is(worked: Floor) -> None:
    contact = worked.state(1).contact_id
    assert contact is not None
    assert records(worked.store, Records.CONTACT, [contact])[contact].state == "at bat 1: no response"
    worked.later(DAY)
    again = worked.lead(Stage.CONNECTED, contact_id=contact)
    row = records(worked.store, Records.CONTACT, [contact])[contact]
    assert (row.state, row.owner) == (f"at bat 2: {Status(worked.state(again).status).label}", "Priya")


def test_what_happened_on_an_at_bat_leads_to_it(worked: Floor) -> None:
    for kind in (Records.TOUCH, Records.MEETING, Records.CLOCK):
        for row in of(worked, kind).values():
            assert row.lead_id is not None
            assert row.contact_id == worked.state(row.lead_id).contact_id
            assert row.account_id == worked.state(row.lead_id).account_id


def test_an_opportunity_has_its_amount(worked: Floor) -> None:
    (row,) = of(worked, Records.OPPORTUNITY).values()
    assert row.opportunity_id == row.id
    assert (row.amount, row.currency) == worked.store.row("SELECT amount, currency FROM opportunity")
    assert row.state == "discovery"
