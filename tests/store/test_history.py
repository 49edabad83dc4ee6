"""Every write says who, when, by hand or by rule, and what was there; the same key is one act; the chain holds."""

from __future__ import annotations

import json
import threading
import uuid
from typing import Any

import pytest

from store import SYSTEM, Refusal, StoreError, open_store
from store.actor import Actor
from store.operations.log_touch import log_touch
from store.operations.transaction import (
    PERSONAL,
    Done,
    Transaction,
    chain_hash,
    operation,
    operation_facts,
    salted,
)
from store.operations.working import NoteDraft, StatusDraft, note, set_status
from store.rules.touch import TouchDraft
from store.vocabulary import ActorKind, Channel, Disposition, Stage, Status, UserRole
from tests.factories import ANA, PRIYA, Floor


def changes(floor: Floor, operation_id: int) -> list[tuple[Any, ...]]:
    return floor.store.rows(
        'SELECT entity, entity_id, "column", before, after FROM change WHERE operation_id = ? ORDER BY id',
        (operation_id,),
    )


def test_an_act_says_who_when_and_what_was_there(floor: Floor) -> None:
    lead = floor.lead()
    key = uuid.uuid4()
    draft = TouchDraft(lead, Channel.CALL, Disposition.NO_ANSWER)
    done = log_touch(floor.store, ANA, floor.later(), draft, key)
    assert operation_facts(floor.store, done.operation_id) == (
        done.operation_id,
        str(key),
        floor.now,
        "log_touch",
        ANA.user_id,
        "person",
        "lead",
        "",
        None,
        lead,
    )
    written = {
        (entity, column): (before, after) for entity, _, column, before, after in changes(floor, done.operation_id)
    }
    assert written["lead", "stage"] == ('"new"', '"attempting"')
    assert written["lead", "attempts"] == ("0", "1")
    assert written["lead", "first_touch_at"] == (None, str(floor.now))
    assert written["touch", "+"] == (None, None)


def test_every_row_names_the_act_that_wrote_it_last(floor: Floor) -> None:
    lead = floor.lead(Stage.CONVERTED)
    done = floor.value("SELECT max(id) FROM operation")
    assert floor.state(lead).written_id == done
    assert floor.value("SELECT written_id FROM conversion") == done


@pytest.mark.parametrize("kind", ActorKind)
def test_by_whose_hand_is_kept(floor: Floor, kind: ActorKind) -> None:
    lead = floor.lead()
    note(floor.store, Actor(PRIYA.user_id, kind, UserRole.SDR), floor.later(), NoteDraft(lead, "a word"))
    assert floor.value("SELECT by FROM operation ORDER BY id DESC") == kind


def test_an_override_is_marked(floor: Floor) -> None:
    lead = floor.lead(Stage.CONNECTED)
    set_status(floor.store, PRIYA, floor.later(), StatusDraft(lead, Status.WORKING))
    assert floor.value("SELECT override FROM operation ORDER BY id DESC") == "status"


def test_personal_values_stand_in_the_erasable_table_alone(floor: Floor) -> None:
    lead = floor.lead()
    floor.touch(lead, note="a secret about Dana")
    from store.operations.working import AmendDraft, amend

    amend(floor.store, PRIYA, floor.later(), AmendDraft(1, "another secret"))
    assert "secret" not in json.dumps(floor.store.rows("SELECT before, after FROM change"))
    row = floor.store.row(
        "SELECT s.salt, s.before, s.after, c.before, c.after FROM change_secret s JOIN change c ON c.id = s.change_id"
    )
    assert row is not None
    salt, before, after, digest_before, digest_after = row
    assert (before, after) == ('"a secret about Dana"', '"another secret"')
    assert (salted(salt, before), salted(salt, after)) == (digest_before, digest_after)
    assert len(salt) == 16


def test_the_personal_columns_exist(floor: Floor) -> None:
    for table, columns in PERSONAL.items():
        there = {row[1] for row in floor.store.rows(f"PRAGMA table_info({table})")}
        assert columns <= there, table


def test_each_seal_binds_the_one_before(floor: Floor) -> None:
    floor.lead(Stage.CONVERTED)
    last = ""
    for number, seal in floor.store.rows("SELECT operation_id, hash FROM seal ORDER BY operation_id"):
        assert chain_hash(last, operation_facts(floor.store, number), changes(floor, number)) == seal
        assert seal != last
        last = seal


def test_a_refusal_leaves_no_trace(floor: Floor) -> None:
    lead = floor.lead(Stage.CLOSED)
    before = floor.dump()
    with pytest.raises(Refusal):
        floor.touch(lead)
    assert floor.dump() == before


@operation("half")
def half(tx: Transaction, lead_id: int) -> Done:
    """Writes, then fails."""
    tx.save_lead(tx.lead(lead_id), {"score": 99})
    raise RuntimeError("the program broke")


@operation("impossible")
def impossible(tx: Transaction, lead_id: int) -> Done:
    """Writes what the database refuses."""
    tx.save_lead(tx.lead(lead_id), {"owner_id": 404})
    return tx.done("done")


def test_an_act_is_all_or_nothing(floor: Floor) -> None:
    lead = floor.lead()
    before = floor.dump()
    with pytest.raises(RuntimeError, match="the program broke"):
        half(floor.store, PRIYA, floor.later(), lead)
    with pytest.raises(StoreError, match="Nothing was saved"):
        impossible(floor.store, PRIYA, floor.later(), lead)
    assert floor.dump() == before
    assert floor.store.connection.getautocommit()
    floor.touch(lead)


# --- the same key ---


def test_the_same_key_twice_is_one_act(floor: Floor) -> None:
    lead = floor.lead()
    key = uuid.uuid4()
    draft = TouchDraft(lead, Channel.CALL, Disposition.NO_ANSWER)
    first = log_touch(floor.store, PRIYA, floor.later(), draft, key)
    before = floor.dump()
    second = log_touch(floor.store, PRIYA, floor.later(), draft, key)
    assert second.repeated
    assert (second.operation_id, second.lead_id) == (first.operation_id, lead)
    assert not first.repeated
    assert floor.dump() == before


def test_a_refused_act_can_be_sent_again_with_its_key(floor: Floor) -> None:
    lead = floor.lead()
    key = uuid.uuid4()
    with pytest.raises(Refusal):
        log_touch(floor.store, PRIYA, floor.now, TouchDraft(lead, Channel.CALL, Disposition.SENT), key)
    done = log_touch(floor.store, PRIYA, floor.now, TouchDraft(lead, Channel.CALL, Disposition.BUSY), key)
    assert not done.repeated


def test_the_same_key_from_many_at_once_is_one_act(floor: Floor) -> None:
    lead = floor.lead()
    key = uuid.uuid4()
    start = threading.Barrier(6)
    done: list[Done] = []

    def send() -> None:
        store = open_store(floor.store.path)
        start.wait()
        done.append(log_touch(store, PRIYA, floor.now, TouchDraft(lead, Channel.CALL, Disposition.BUSY), key))
        store.close()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.repeated for one in done) == [False, *[True] * 5]
    assert len({one.operation_id for one in done}) == 1
    assert floor.state(lead).attempts == 1


def test_the_system_acts_under_its_own_name(floor: Floor) -> None:
    lead = floor.lead()
    note(floor.store, SYSTEM, floor.later(), NoteDraft(lead, "by rule"))
    assert floor.value("SELECT u.name FROM operation o JOIN user u ON u.id = o.actor_id ORDER BY o.id DESC") == "At Bat"
