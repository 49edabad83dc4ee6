"""What the database itself refuses, whoever asks: SQL past every operation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product

import apsw
import pytest

from store.models import TABLES
from store.vocabulary import Disposition, Outcome, Stage, Status
from tests.factories import Floor
from tests.store.plain_model import PAIRS

RANK = {stage: min(rank, 6) for rank, stage in enumerate(Stage)}
TABLE_NAMES = [str(model._meta.table_name) for model in TABLES]
ENDED = ", outcome = 'no_response', reason = 'no_reply', closed_at = 1, open = 0"


@contextmanager
def taken_back(floor: Floor) -> Iterator[None]:
    """Whatever happens inside is rolled back, so that the doctor finds the store as operations left it."""
    floor.raw("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        floor.raw("ROLLBACK")


MEETING = """
INSERT INTO meeting
(id, lead_id, contact_id, booker_id, host_id, at, booked_at, result, words, version, void, written_id)
VALUES (1, ?, 1, 2, 2, 9, 8, 'booked', '', 0, 0, 1)"""


def put_at(floor: Floor, lead: int, stage: Stage, status: str | None = None) -> None:
    more = ENDED if stage in (Stage.CLOSED, Stage.CONVERTED) else ""
    floor.raw(f"UPDATE lead SET stage = ?, status = ?{more} WHERE id = ?", (stage, status or PAIRS[stage][0], lead))


@pytest.mark.parametrize(("here", "there"), [pair for pair in product(Stage, Stage) if pair[0] is not pair[1]])
def test_a_stage_only_moves_forward(floor: Floor, here: Stage, there: Stage) -> None:
    lead = floor.lead()
    with taken_back(floor):
        floor.raw(MEETING, (lead,))
        floor.raw("INSERT INTO conversion VALUES (1, ?, NULL, 1, 2, 1, 'new', 'uncontacted', NULL, 0, 1)", (lead,))
        put_at(floor, lead, here)
        if RANK[there] > RANK[here]:
            put_at(floor, lead, there)
            assert floor.state(lead).stage is there
            return
        with pytest.raises(apsw.ConstraintError, match=r"only moves forward|is locked"):
            put_at(floor, lead, there)
        assert floor.state(lead).stage is here


@pytest.mark.parametrize(("stage", "status"), list(product(Stage, Status)))
def test_a_stage_has_its_statuses_and_no_others(floor: Floor, stage: Stage, status: Status) -> None:
    lead = floor.lead()
    with taken_back(floor):
        floor.raw("DROP TRIGGER lead_converted_produces")
        if status in PAIRS[stage]:
            put_at(floor, lead, stage, status)
            assert (floor.state(lead).stage, floor.state(lead).status) == (stage, status)
        else:
            with pytest.raises(apsw.ConstraintError, match="CHECK"):
                put_at(floor, lead, stage, status)


def columns_of(table: str) -> list[str]:
    (model,) = (model for model in TABLES if model._meta.table_name == table)
    return [name for name in model._meta.columns if name != "id"]


@pytest.mark.parametrize("stage", [Stage.CONVERTED, Stage.CLOSED])
@pytest.mark.parametrize("column", sorted(set(columns_of("lead")) - {"entered"}))  # which follows the spells
def test_what_has_ended_is_locked(floor: Floor, stage: Stage, column: str) -> None:
    lead = floor.lead(stage)
    with pytest.raises(apsw.ConstraintError, match=r"locked|only moves forward"):
        floor.raw(f"UPDATE lead SET {column} = {column} WHERE id = ?", (lead,))


@pytest.mark.parametrize(
    "kind", ["log_touch", "note", "reassign", "set_status", "set_back", "send_back", "tick", "close"]
)
def test_no_later_act_unlocks_it(floor: Floor, kind: str) -> None:
    lead = floor.lead(Stage.CLOSED)
    with taken_back(floor):
        add_operation(floor, kind)
        with pytest.raises(apsw.ConstraintError, match="locked"):
            floor.raw("UPDATE lead SET score = 9, written_id = 999 WHERE id = ?", (lead,))


@pytest.mark.parametrize("kind", ["undo", "reverse", "merge", "erase"])
def test_corrections_may_change_what_has_ended(floor: Floor, kind: str) -> None:
    lead = floor.lead(Stage.CLOSED)
    with taken_back(floor):
        add_operation(floor, kind)
        floor.raw("UPDATE lead SET score = 9, written_id = 999 WHERE id = ?", (lead,))
        with pytest.raises(apsw.ConstraintError, match="locked"):
            floor.raw("UPDATE lead SET score = 8, written_id = 999 WHERE id = ?", (lead,))


def add_operation(floor: Floor, kind: str) -> None:
    floor.raw("INSERT INTO operation VALUES (999, 'k', 1, ?, 2, 'person', 'lead', '', NULL, NULL)", (kind,))


@pytest.mark.parametrize("table", sorted(set(TABLE_NAMES) - {"change_secret"}))
def test_nothing_is_deleted(floor: Floor, table: str) -> None:
    columns = columns_of(table)
    with taken_back(floor):
        for name in ("lead_suppressed", "touch_suppressed"):
            floor.raw(f"DROP TRIGGER {name}")
        floor.raw("PRAGMA ignore_check_constraints = 1")
        floor.raw("PRAGMA defer_foreign_keys = 1")
        floor.raw(f'INSERT INTO "{table}" (id, {", ".join(map(quoted, columns))}) VALUES (9999{", 0" * len(columns)})')
        with pytest.raises(apsw.ConstraintError, match="nothing is ever deleted"):
            floor.raw(f'DELETE FROM "{table}" WHERE id = 9999')
    floor.raw("PRAGMA ignore_check_constraints = 0")


def quoted(name: str) -> str:
    return f'"{name}"'


@pytest.mark.parametrize("table", ["operation", "change", "seal"])
def test_history_is_append_only(floor: Floor, table: str) -> None:
    floor.lead()
    for column in columns_of(table):
        with pytest.raises(apsw.ConstraintError, match="append-only"):
            floor.raw(f'UPDATE "{table}" SET "{column}" = "{column}"')


def test_what_was_personal_can_be_erased(floor: Floor) -> None:
    lead = floor.lead()
    floor.touch(lead, note="a secret")
    with taken_back(floor):
        floor.raw("DELETE FROM change_secret")


def test_two_open_at_bats_on_one_person_are_impossible(floor: Floor) -> None:
    one, two = floor.lead(), floor.lead()
    with pytest.raises(apsw.ConstraintError, match=r"UNIQUE.*contact_id"):
        floor.raw("UPDATE lead SET contact_id = (SELECT contact_id FROM lead WHERE id = ?) WHERE id = ?", (one, two))


def test_two_open_at_bats_on_a_company_alone_are_impossible(floor: Floor) -> None:
    one, two = floor.company_lead(), floor.company_lead("Another")
    with pytest.raises(apsw.ConstraintError, match=r"UNIQUE.*account_id"):
        floor.raw("UPDATE lead SET account_id = (SELECT account_id FROM lead WHERE id = ?) WHERE id = ?", (one, two))


def test_converting_twice_is_impossible(floor: Floor) -> None:
    floor.lead(Stage.CONVERTED)
    with pytest.raises(apsw.ConstraintError, match=r"UNIQUE.*conversion"):
        floor.raw(
            "INSERT INTO conversion SELECT 99, lead_id, opportunity_id, meeting_id, user_id, at, from_stage,"
            " from_status, NULL, 0, written_id FROM conversion"
        )


@pytest.mark.parametrize(
    "fault",
    [
        "stage = 'closed', status = 'nurture', open = 0",
        "stage = 'closed', status = 'nurture', open = 0, outcome = 'no_response', reason = 'no_reply'",
        "stage = 'closed', status = 'nurture', open = 0, outcome = 'no_response', closed_at = 1",
        "stage = 'closed', status = 'nurture', open = 0, reason = 'no_reply', closed_at = 1",
        "stage = 'closed', status = 'nurture', outcome = 'no_response', reason = 'no_reply', closed_at = 1",
        "open = 0",
        "void = 1",
        "due_at = NULL",
        "contact_id = NULL, account_id = NULL",
        "stage = 'elsewhere'",
        "motion = 'whim'",
        "outcome = 'lost'",
        "decision = 'maybe'",
    ],
)
def test_a_row_that_cannot_be_true_is_refused(floor: Floor, fault: str) -> None:
    lead = floor.lead()
    with pytest.raises(apsw.ConstraintError, match="CHECK"):
        floor.raw(f"UPDATE lead SET {fault} WHERE id = ?", (lead,))


def test_converted_without_a_product_is_refused(floor: Floor) -> None:
    lead = floor.lead()
    with pytest.raises(apsw.ConstraintError, match="names what it produced"):
        floor.raw(
            "UPDATE lead SET stage = 'converted', status = 'converted', open = 0, closed_at = 1,"
            " outcome = 'meeting_booked' WHERE id = ?",
            (lead,),
        )


def test_a_suppressed_person_gets_no_at_bat_and_no_touch(floor: Floor) -> None:
    lead = floor.lead()
    floor.touch(lead, Disposition.DO_NOT_CONTACT)
    contact = floor.state(lead).contact_id
    columns = ", ".join(f'"{name}"' for name in columns_of("lead"))
    values = columns.replace('"stage",', "'new',").replace('"status",', "'recycled',").replace('"open",', "1,")
    values = values.replace('"due_at",', "1,")
    with pytest.raises(apsw.ConstraintError, match="gets no new at bat"):
        floor.raw(f"INSERT INTO lead ({columns}) SELECT {values} FROM lead WHERE id = ?", (lead,))
    columns = ", ".join(columns_of("touch"))
    later = columns.replace(" at,", " at + 60000000,")
    with pytest.raises(apsw.ConstraintError, match="gets no outbound touch"):
        floor.raw(f"INSERT INTO touch ({columns}) SELECT {later} FROM touch WHERE contact_id = ?", (contact,))
    inbound = later.replace("direction,", "'in',")
    with taken_back(floor):
        floor.raw(f"INSERT INTO touch ({columns}) SELECT {inbound} FROM touch WHERE contact_id = ?", (contact,))


def test_references_lead_somewhere(floor: Floor) -> None:
    lead = floor.lead()
    for column in ("contact_id", "account_id", "owner_id", "written_id", "campaign_id", "merged_into_id"):
        with pytest.raises(apsw.ConstraintError, match="FOREIGN KEY"):
            floor.raw(f"UPDATE lead SET {column} = 9999 WHERE id = ?", (lead,))


def test_a_phone_belongs_to_a_person_or_a_company(floor: Floor) -> None:
    floor.lead()
    with pytest.raises(apsw.ConstraintError, match="CHECK"):
        floor.raw("UPDATE phone SET account_id = 1")
    with pytest.raises(apsw.ConstraintError, match="CHECK"):
        floor.raw("UPDATE phone SET contact_id = NULL")


def test_an_opportunity_has_one_primary(floor: Floor) -> None:
    floor.lead(Stage.CONVERTED)
    other = floor.lead()
    contact = floor.state(other).contact_id
    with pytest.raises(apsw.ConstraintError, match="UNIQUE"):
        floor.raw("INSERT INTO opportunity_contact VALUES (99, 1, ?, 'other', 1, 0, 1)", (contact,))


def test_every_outcome_is_known_to_the_pairs(floor: Floor) -> None:
    assert {outcome.value for outcome in Outcome} <= set(
        floor.value("SELECT sql FROM sqlite_schema WHERE name = 'lead'").split("'")
    )
