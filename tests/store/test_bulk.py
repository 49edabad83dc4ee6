"""The same act on many: said truly beforehand, the same as the single acts, and taken back as one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import Actor, Refusal
from store.doctor import check
from store.operations.accounts import AccountDraft, add_account
from store.operations.at_bat import spoken_name
from store.operations.bulk import (
    BatchDone,
    Like,
    Preview,
    Verb,
    batches,
    do_batch,
    preview,
)
from store.operations.campaigns import CampaignDraft, add_campaign
from store.operations.closing import close
from store.operations.extend import ExtendDraft, extend
from store.operations.promises import CallbackDraft, SnoozeDraft, callback, snooze
from store.operations.reclassify import LeadCampaignDraft, MotionDraft, set_campaign, set_motion
from store.operations.routing import AssignDraft, reassign_to
from store.operations.tick import tick
from store.operations.transaction import Operation, Transaction
from store.operations.undo import UndoDraft, Undone, left_of, undo
from store.operations.working import (
    ApprovalDraft,
    LeadDraft,
    NoteDraft,
    StatusDraft,
    accept,
    approve,
    note,
    reassign,
    send_back,
    set_status,
)
from store.rules.closing import CloseDraft
from store.vocabulary import Motion, Outcome, Stage, Status
from tests.factories import ANA, BEN, DAY, HOUR, MINUTE, MONDAY, PRIYA, Floor, open_floor
from tests.store.test_undo import standing

ACCEPT = LeadDraft(0)
LONGER_THAN_ANY_WINDOW = MONDAY + 400 * DAY


def look(floor: Floor, verb: Verb, like: Like, ids: Sequence[int], actor: Actor = PRIYA) -> Preview:
    return preview(floor.store, actor, floor.now, verb, like, ids)


def do(
    floor: Floor, verb: Verb, like: Like, seen: Preview, *, actor: Actor = PRIYA, size: int = 100
) -> list[BatchDone]:
    """The whole act, as looked at."""
    parts = batches(uuid4(), verb, like, seen.able, size)
    return [do_batch(floor.store, actor, floor.later(1), part) for part in parts]


def take_back(floor: Floor, actor: Actor = PRIYA) -> list[Undone]:
    """The whole of the last act on many."""
    done = [undo(floor.store, actor, floor.later(1), UndoDraft())]
    while isinstance(done[-1], Undone) and done[-1].left:
        done.append(undo(floor.store, actor, floor.later(1), UndoDraft(act=done[-1].act)))
    return [each for each in done if isinstance(each, Undone)]


def whys(found: Preview) -> list[str]:
    return [each.why for each in found.refused]


# --- what is refused, and that it is said beforehand ---


def promised(floor: Floor) -> int:
    lead = floor.lead()
    callback(floor.store, PRIYA, floor.later(), CallbackDraft(lead, floor.now + HOUR))
    return lead


REFUSALS: dict[str, tuple[Verb, Like, Callable[[Floor], int], str]] = {
    "accept: accepted": (Verb.ACCEPT, ACCEPT, lambda f: f.lead(Stage.ACCEPTED), "It is accepted already."),
    "accept: Ben's": (Verb.ACCEPT, ACCEPT, lambda f: f.lead(actor=BEN), "Ben owns it: take it over first."),
    "accept: ended": (Verb.ACCEPT, ACCEPT, lambda f: f.lead(Stage.CLOSED), "This at bat is closed for good"),
    "accept: waits": (Verb.ACCEPT, ACCEPT, lambda f: f.lead(Stage.DISQUALIFIED), "waits for a team lead's approval"),
    "snooze: promised": (Verb.SNOOZE, SnoozeDraft(0, MONDAY + DAY), promised, "A callback is promised"),
    "snooze: window": (Verb.SNOOZE, SnoozeDraft(0, LONGER_THAN_ANY_WINDOW), lambda f: f.lead(), "after its window"),
    "snooze: past": (Verb.SNOOZE, SnoozeDraft(0, MONDAY - DAY), lambda f: f.lead(), "That time has passed"),
    "status: stage": (Verb.STATUS, StatusDraft(0, Status.WORKING), lambda f: f.lead(), "In new the status can be"),
    "status: same": (
        Verb.STATUS, StatusDraft(0, Status.CONNECTED), lambda f: f.lead(Stage.CONNECTED), "It is connected already."
    ),
    "close: ended": (
        Verb.CLOSE, CloseDraft(0, Outcome.NO_RESPONSE), lambda f: f.lead(Stage.CONVERTED), "converted for good already"
    ),
    "close: waits": (
        Verb.CLOSE, CloseDraft(0, Outcome.NO_RESPONSE), lambda f: f.lead(Stage.DISQUALIFIED), "team lead's approval"
    ),
    "reassign: one's own": (Verb.REASSIGN, ACCEPT, lambda f: f.lead(), "It is yours already."),
    "extend: Ben's": (Verb.EXTEND, ExtendDraft(0, "why"), lambda f: f.lead(actor=BEN), "Only its owner or a team lead"),
    "motion: Ben's": (
        Verb.MOTION, MotionDraft(0, Motion.EXPANSION), lambda f: f.lead(actor=BEN), "Only its owner or a team lead"
    ),
    "motion: same": (Verb.MOTION, MotionDraft(0, Motion.OUTBOUND_TARGET), lambda f: f.lead(), "It is outbound target"),
    "motion: ended": (
        Verb.MOTION, MotionDraft(0, Motion.EXPANSION), lambda f: f.lead(Stage.CLOSED), "is closed for good"
    ),
    "campaign: none": (Verb.CAMPAIGN, LeadCampaignDraft(0, None), lambda f: f.lead(), "It belongs to no campaign"),
    "reassign: ended": (Verb.REASSIGN, ACCEPT, lambda f: f.lead(Stage.CLOSED, actor=BEN), "is closed for good"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSALS)
def test_what_is_refused_is_said_beforehand_and_again_when_done(floor: Floor, name: str) -> None:
    verb, like, make, why = REFUSALS[name]
    lead = make(floor)
    floor.now = max(floor.now, MONDAY)
    seen = look(floor, verb, like, [lead])
    assert (seen.able, len(seen.refused)) == ((), 1)
    assert why in whys(seen)[0]
    before = floor.dump()
    (part,) = batches(uuid4(), verb, like, [(lead, floor.state(lead).version)])
    done = do_batch(floor.store, PRIYA, floor.now, part)
    assert done.did == ()
    ended = "new interest is a new at bat"  # who ended it is only asked where it is refused
    assert why.split(" owns")[-1] in done.refused[0].why or ended in done.refused[0].why
    assert floor.dump() == before, "nothing is written where every one refuses"


def test_the_preview_groups_and_names(floor: Floor) -> None:
    good = [floor.lead() for _ in range(47)]
    taken = [floor.lead(Stage.ACCEPTED) for _ in range(2)]
    bens = floor.lead(actor=BEN)
    seen = look(floor, Verb.ACCEPT, ACCEPT, [*taken, *good, bens])
    assert (len(seen.able), seen.marked) == (47, 50)
    found = [(each.why, each.count, each.names) for each in seen.reasons]
    assert found == [
        ("It is accepted already.", 2, ("Person48 Ortiz", "Person49 Ortiz")),
        ("Ben owns it: take it over first.", 1, ("Person50 Ortiz",)),
    ]


def test_the_preview_counts_up_to_the_limit_of_open_ones(floor: Floor) -> None:
    limit = floor.store.rules.routing.open_lead_limit
    ids = [floor.lead() for _ in range(limit + 20)]
    seen = look(floor, Verb.REASSIGN, ACCEPT, ids, BEN)
    assert (len(seen.able), len(seen.refused)) == (limit, 20)
    assert [(one.count, one.why) for one in seen.besides] == [(limit, "are taken from Priya")]
    assert seen.besides[0].names == ("Person1 Ortiz", "Person2 Ortiz", "Person3 Ortiz"), "the first of them by name"
    assert f"{limit} is the limit" in whys(seen)[0]
    done = do(floor, Verb.REASSIGN, ACCEPT, seen, actor=BEN)
    assert sum(len(each.did) for each in done) == limit


def test_the_preview_says_who_would_wait_for_approval(floor: Floor) -> None:
    add_account(floor.store, ANA, floor.later(), AccountDraft("Big Steel", size=5_000))
    ids = [floor.lead(company="Big Steel"), floor.lead(), promised(floor)]
    like = CloseDraft(0, Outcome.BAD_FIT, reason="no_need")
    seen = look(floor, Verb.CLOSE, like, ids)
    assert {(one.count, one.why) for one in seen.besides} == {
        (1, "wait for a team lead's approval"),
        (1, "drop a promised callback"),
    }
    (done,) = do(floor, Verb.CLOSE, like, seen)
    assert (done.waiting, done.sentence) == (1, "2 closed: connected, bad fit; 1 waits for a team lead's approval")


@pytest.mark.parametrize(
    "like",
    [
        CloseDraft(0, Outcome.DUPLICATE, duplicate_of=1),
        CloseDraft(0, Outcome.EXISTING, opportunity_id=1),
        CloseDraft(0, Outcome.CONVERTED),
        CloseDraft(0, Outcome.WRONG_PERSON),
    ],
)
def test_what_can_be_said_of_one_only_is_refused(floor: Floor, like: CloseDraft) -> None:
    lead = floor.lead()
    with pytest.raises(Refusal, match="one by one"):
        look(floor, Verb.CLOSE, like, [lead])
    with pytest.raises(Refusal, match="one by one"):
        do_batch(floor.store, PRIYA, floor.now, batches(uuid4(), Verb.CLOSE, like, [(lead, 1)])[0])


def test_a_draft_that_cannot_be_kept_is_refused_at_its_field(floor: Floor) -> None:
    with pytest.raises(Refusal) as refused:
        look(floor, Verb.CLOSE, CloseDraft(0, Outcome.NO_RESPONSE, note="x" * 30_000), [floor.lead()])
    assert refused.value.field == "note"


# --- batches ---


def test_a_batch_is_one_operation_and_is_done_once(floor: Floor) -> None:
    ids = [floor.lead() for _ in range(5)]
    seen = look(floor, Verb.ACCEPT, ACCEPT, ids)
    act = uuid4()
    parts = batches(act, Verb.ACCEPT, ACCEPT, seen.able, 2)
    assert [len(part.leads) for part in parts] == [2, 2, 1]
    for part in parts:
        do_batch(floor.store, PRIYA, floor.later(), part)
    kept = floor.store.rows("SELECT key, kind, lead_id FROM operation ORDER BY id DESC LIMIT 3")
    assert sorted(kept) == [(f"{act}/{number}", "bulk_accept", None) for number in range(3)]
    again = do_batch(floor.store, PRIYA, floor.later(), parts[0])
    assert again.repeated
    assert again.did == tuple(ids[:2])


def test_what_another_did_in_between_is_left_and_named(floor: Floor) -> None:
    ids = [floor.lead() for _ in range(4)]
    seen = look(floor, Verb.SNOOZE, SnoozeDraft(0, floor.now + DAY), ids)
    note(floor.store, BEN, floor.later(), NoteDraft(ids[1], "mine"))
    (done,) = do(floor, Verb.SNOOZE, SnoozeDraft(0, floor.now + DAY), seen)
    assert done.did == (ids[0], ids[2], ids[3])
    (left,) = done.refused
    assert (left.lead_id, left.why.startswith("Ben added a note to this")) == (ids[1], True)


def test_an_at_bat_that_fails_half_way_leaves_nothing_of_itself(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [floor.lead() for _ in range(3)]
    bad = floor.state(ids[1])
    said = spoken_name

    def refuse(tx: Transaction, lead: Any) -> str:
        if lead.id == bad.id:
            raise Refusal("Not this one.")
        return said(tx, lead)

    monkeypatch.setattr("store.operations.working.spoken_name", refuse)
    seen = look(floor, Verb.ACCEPT, ACCEPT, ids)
    (done,) = do(floor, Verb.ACCEPT, ACCEPT, seen)
    assert [each.why for each in done.refused] == ["Not this one."]
    assert floor.state(ids[1]) == bad
    assert floor.value("SELECT count(*) FROM stage_spell WHERE lead_id = ?", ids[1]) == 1
    named = floor.value(
        "SELECT count(*) FROM change WHERE entity_id = ? AND operation_id = ?", ids[1], done.operation_id
    )
    assert named == 0


def test_a_clock_that_is_ahead_moves_only_its_own_at_bat(floor: Floor) -> None:
    ids = [floor.lead() for _ in range(3)]
    note(floor.store, PRIYA, floor.now + 3 * HOUR, NoteDraft(ids[1], "from tomorrow"))
    seen = look(floor, Verb.ACCEPT, ACCEPT, ids)
    do(floor, Verb.ACCEPT, ACCEPT, seen)
    at = [floor.state(lead).accepted_at for lead in ids]
    assert at[0] == at[2] == floor.now
    assert at[1] == floor.now - 1 + 3 * HOUR


# --- the same as one after the other, and back ---

STAGES = (
    *(Stage.NEW, Stage.ACCEPTED, Stage.ATTEMPTING, Stage.CONNECTED, Stage.QUALIFIED, Stage.DISQUALIFIED, Stage.CLOSED),
)
LIKES: tuple[tuple[Verb, Like], ...] = (
    (Verb.ACCEPT, ACCEPT),
    (Verb.REASSIGN, ACCEPT),
    (Verb.ASSIGN, AssignDraft(0, BEN.user_id)),
    (Verb.EXTEND, ExtendDraft(0, "they are on holiday")),
    *((Verb.MOTION, MotionDraft(0, motion)) for motion in Motion),
    (Verb.CAMPAIGN, LeadCampaignDraft(0, 1)),
    (Verb.APPROVE, ApprovalDraft(0)),
    (Verb.SEND_BACK, ApprovalDraft(0, "call once more")),
    (Verb.SNOOZE, SnoozeDraft(0, MONDAY + 5 * DAY)),
    *((Verb.STATUS, StatusDraft(0, status)) for status in (Status.RECYCLED, Status.STALE, Status.WORKING)),
    (Verb.CLOSE, CloseDraft(0, Outcome.NO_RESPONSE)),
    (Verb.CLOSE, CloseDraft(0, Outcome.BAD_FIT, reason="no_budget", note="none")),
    (Verb.CLOSE, CloseDraft(0, Outcome.SUPPRESS)),
    (Verb.CLOSE, CloseDraft(0, Outcome.EXISTING, is_customer=True)),
    (Verb.CLOSE, CloseDraft(0, Outcome.NOT_READY, back_at=MONDAY + 90 * DAY)),
    (Verb.CLOSE, CloseDraft(0, Outcome.BAD_DATA, datum="phone number")),
)
SINGLE: dict[Verb, Operation[Any]] = {
    Verb.ACCEPT: accept,
    Verb.REASSIGN: reassign,
    Verb.SNOOZE: snooze,
    Verb.STATUS: set_status,
    Verb.CLOSE: close,
    Verb.ASSIGN: reassign_to,
    Verb.EXTEND: extend,
    Verb.MOTION: set_motion,
    Verb.CAMPAIGN: set_campaign,
    Verb.APPROVE: approve,
    Verb.SEND_BACK: send_back,
}
FOR_A_TEAM_LEAD = {Verb.ASSIGN, Verb.APPROVE, Verb.SEND_BACK}
WORLD = st.lists(
    st.tuples(
        st.sampled_from(STAGES), st.sampled_from([PRIYA, BEN]), st.booleans(), st.sampled_from(["Acme", "Big", ""])
    ),
    min_size=1,
    max_size=7,
)


@contextmanager
def floors(template: Path, world: Sequence[tuple[Stage, Actor, bool, str]], count: int) -> Iterator[list[Floor]]:
    """The same world several times over."""
    with TemporaryDirectory() as folder:
        made = []
        for number in range(count):
            floor = open_floor(template, Path(folder), f"{number}.db")
            add_account(floor.store, ANA, floor.later(), AccountDraft("Big", size=5_000))
            add_campaign(floor.store, ANA, floor.later(), CampaignDraft("Spring fair", ends="2026-12-24"))
            for stage, actor, has_promise, company in world:
                lead = floor.lead(stage, actor=actor, company=company or None)
                if has_promise and floor.state(lead).stage in STAGES[:5]:
                    callback(floor.store, actor, floor.later(), CallbackDraft(lead, floor.now + DAY))
            floor.later(HOUR)
            made.append(floor)
        try:
            yield made
        finally:
            for floor in made:
                assert [finding.sentence for finding in check(floor.store)] == []
                floor.store.close()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=WORLD, act=st.sampled_from(LIKES), size=st.integers(1, 4), actor=st.sampled_from([PRIYA, ANA]))
def test_it_is_the_single_acts_one_after_the_other_and_goes_back_as_one(
    template: Path, world: list[tuple[Stage, Actor, bool, str]], act: tuple[Verb, Like], size: int, actor: Actor
) -> None:
    verb, like = act
    actor = ANA if verb in FOR_A_TEAM_LEAD else actor
    with floors(template, world, 2) as (many, single):
        ids = [row[0] for row in many.store.rows("SELECT id FROM lead ORDER BY id")]
        before = standing(many)
        seen = look(many, verb, like, ids, actor)
        did: list[int] = []
        for part in batches(uuid4(), verb, like, seen.able, size):
            did += do_batch(many.store, actor, many.now, part).did
        alone: list[int] = []
        for lead in ids:
            with suppress(Refusal):
                SINGLE[verb](single.store, actor, single.now, draft_for(like, lead))
                alone.append(lead)
        assert did == alone == [lead for lead, _ in seen.able], "and the preview was true"
        assert [many.state(lead)._replace(written_id=0) for lead in ids] == [
            single.state(lead)._replace(written_id=0) for lead in ids
        ]
        assert standing(many) == standing(single)
        if did:
            assert sum(each.taken_back for each in take_back(many, actor)) == len(did)
        assert standing(many) == before


def draft_for(like: Like, lead_id: int) -> Any:
    return replace(like, lead_id=lead_id)


# --- undo ---


def accepted(floor: Floor, count: int, size: int) -> tuple[list[int], dict[str, Any]]:
    """So many accepted as one act, and what stood before."""
    ids = [floor.lead() for _ in range(count)]
    before = standing(floor)
    do(floor, Verb.ACCEPT, ACCEPT, look(floor, Verb.ACCEPT, ACCEPT, ids), size=size)
    return ids, before


def test_three_hundred_are_taken_back_as_one(floor: Floor) -> None:
    _ids, before = accepted(floor, 300, 100)
    done = take_back(floor)
    assert [(each.taken_back, each.left) for each in done] == [(100, 2), (100, 1), (100, 0)]
    assert standing(floor) == before
    undone = floor.store.rows("SELECT undoes_id FROM operation WHERE kind = 'undo' ORDER BY id")
    acts = floor.store.rows("SELECT id FROM operation WHERE kind = 'bulk_accept' ORDER BY id DESC")
    assert undone == acts, "both acts stay in the history, newest taken back first"


def test_what_others_touched_since_stays_and_is_named(floor: Floor) -> None:
    ids, _before = accepted(floor, 6, 2)
    note(floor.store, BEN, floor.later(), NoteDraft(ids[0], "mine"))
    for lead in ids[2:4]:
        note(floor.store, ANA, floor.later(), NoteDraft(lead, "mine"))
    done = take_back(floor)
    assert sum(each.taken_back for each in done) == 3
    assert [stay.lead_id for each in done for stay in each.stays] == [ids[2], ids[3], ids[0]]
    assert all("added a note to this" in stay.why for each in done for stay in each.stays)
    assert [floor.state(lead).stage for lead in ids] == [
        Stage.ACCEPTED,
        Stage.NEW,
        *[Stage.ACCEPTED] * 2,
        *[Stage.NEW] * 2,
    ]
    assert done[0].sentence == "undone: accepting 2 at bats"
    assert done[1].sentence == "nothing undone; 2 stay, changed by others since: Person3 Ortiz, Person4 Ortiz"


def test_where_others_touched_every_one_it_is_refused(floor: Floor) -> None:
    ids, _before = accepted(floor, 2, 2)
    for lead in ids:
        note(floor.store, BEN, floor.later(), NoteDraft(lead, "mine"))
    before = floor.dump()
    with pytest.raises(Refusal, match="All of them were changed since"):
        undo(floor.store, PRIYA, floor.later(), UndoDraft())
    assert floor.dump() == before


def test_what_was_begun_is_gone_on_with(floor: Floor) -> None:
    _ids, before = accepted(floor, 6, 2)
    first = undo(floor.store, PRIYA, floor.later(9 * MINUTE), UndoDraft())
    assert isinstance(first, Undone)
    assert left_of(floor.store, PRIYA, first.act) == 4
    second = undo(floor.store, PRIYA, floor.later(9 * MINUTE), UndoDraft())
    assert isinstance(second, Undone)
    assert second.act == first.act, "the next press of the key goes on, ten minutes from the last batch"
    with pytest.raises(Refusal, match="10 min"):
        undo(floor.store, PRIYA, floor.now + 11 * MINUTE, UndoDraft())
    take_back(floor)
    assert standing(floor) == before


def test_another_act_of_ones_own_comes_first(floor: Floor) -> None:
    ids, before = accepted(floor, 4, 2)
    first = undo(floor.store, PRIYA, floor.later(), UndoDraft())
    assert isinstance(first, Undone)
    note(floor.store, PRIYA, floor.later(), NoteDraft(ids[0], "a word"))
    with pytest.raises(Refusal, match="only the last act"):
        undo(floor.store, PRIYA, floor.later(), UndoDraft(act=first.act))
    undo(floor.store, PRIYA, floor.later(), UndoDraft())
    take_back(floor)
    assert standing(floor) == before


def test_a_closing_with_a_newer_at_bat_stays(floor: Floor) -> None:
    ids = [floor.lead() for _ in range(3)]
    like = CloseDraft(0, Outcome.NO_RESPONSE)
    do(floor, Verb.CLOSE, like, look(floor, Verb.CLOSE, like, ids))
    floor.lead(contact_id=floor.state(ids[1]).contact_id, actor=BEN)
    (done,) = take_back(floor)
    assert (done.taken_back, [stay.lead_id for stay in done.stays]) == (2, [ids[1]])
    assert [floor.state(lead).open for lead in ids] == [1, 0, 1]


def test_a_company_stays_a_customer_while_one_of_its_at_bats_stays_closed(floor: Floor) -> None:
    ids = [floor.lead(company="Acme") for _ in range(4)]
    like = CloseDraft(0, Outcome.EXISTING, is_customer=True)
    do(floor, Verb.CLOSE, like, look(floor, Verb.CLOSE, like, ids), size=2)
    floor.lead(contact_id=floor.state(ids[3]).contact_id, actor=BEN)
    take_back(floor)
    account = floor.state(ids[0]).account_id
    assert floor.value("SELECT customer_since IS NOT NULL FROM account WHERE id = ?", account) == 1
    assert [floor.state(lead).open for lead in ids] == [1, 1, 1, 0]


# --- killed ---

KILLED = """
import os, signal, sys
from uuid import UUID
from store import open_store
from store.operations.bulk import Verb, batches, do_batch, preview
from store.operations.undo import UndoDraft, undo
from store.operations.working import LeadDraft
from tests.factories import PRIYA
path, act, now, what, after = sys.argv[1], UUID(sys.argv[2]), int(sys.argv[3]), sys.argv[4], int(sys.argv[5])
store = open_store(path)
statements = 0
def count(*_):
    global statements
    statements += 1
    if statements == after:
        os.kill(os.getpid(), signal.SIGKILL)
    return True
store.connection.exec_trace = count
if what == "do":
    ids = [row[0] for row in store.rows("SELECT id FROM lead ORDER BY id")]
    like = LeadDraft(0)
    for part in batches(act, Verb.ACCEPT, like, preview(store, PRIYA, now, Verb.ACCEPT, like, ids).able, 5):
        do_batch(store, PRIYA, now, part)
else:
    while undo(store, PRIYA, now, UndoDraft()).left:
        pass
"""


@pytest.mark.parametrize("after", [40, 90, 400, 900])
def test_a_kill_leaves_whole_batches_and_the_rest_can_be_done(floor: Floor, after: int) -> None:
    ids = [floor.lead() for _ in range(20)]
    before = standing(floor)
    act = uuid4()
    now = floor.later()
    killed(floor, act, "do", after)
    assert len(stages(floor, ids, Stage.ACCEPTED)) % 5 == 0
    assert [finding.sentence for finding in check(floor.store)] == []
    finish(floor, act, ids)
    assert len(stages(floor, ids, Stage.ACCEPTED)) == 20
    killed(floor, act, "undo", after)
    assert len(stages(floor, ids, Stage.ACCEPTED)) % 5 == 0
    assert [finding.sentence for finding in check(floor.store)] == []
    if stages(floor, ids, Stage.ACCEPTED):
        take_back(floor)
    assert standing(floor) == before
    assert floor.now >= now


def killed(floor: Floor, act: UUID, what: str, after: int) -> None:
    """Do it in a process that kills itself after so many statements, unless it has finished before."""
    given_to = [floor.store.path, str(act), str(floor.now), what, str(after)]
    subprocess.run([sys.executable, "-c", KILLED, *given_to], check=False, cwd=Path(__file__).parents[2])


def finish(floor: Floor, act: UUID, ids: list[int]) -> None:
    """Batches that were done are done once."""
    seen = [(lead, floor.state(lead).version) for lead in ids]
    for part in batches(act, Verb.ACCEPT, ACCEPT, seen, 5):
        do_batch(floor.store, PRIYA, floor.now, part)


def stages(floor: Floor, ids: list[int], stage: Stage) -> list[int]:
    return [lead for lead in ids if floor.state(lead).stage is stage]


FIVE_THOUSAND = 5_000


def ready_for(floor: Floor, verb: Verb, like: Like) -> list[int]:
    """Five thousand at bats on which this act may be done."""
    stage = Stage.NEW
    if isinstance(like, StatusDraft) and like.status is not Status.RECYCLED:
        stage = Stage.CONNECTED if like.status is Status.WORKING else Stage.ATTEMPTING
    motion = Motion.REP_CREATED if like != MotionDraft(0, Motion.REP_CREATED) else Motion.EXPANSION
    waiting = verb in (Verb.APPROVE, Verb.SEND_BACK)
    if waiting:
        add_account(floor.store, ANA, floor.later(), AccountDraft("Big Steel", size=5_000))
    company = "Big Steel" if waiting else None
    owner = BEN if verb is Verb.REASSIGN else PRIYA
    ids = [floor.lead(stage, actor=owner, motion=motion, company=company) for _ in range(FIVE_THOUSAND)]
    if verb is Verb.CAMPAIGN:
        add_campaign(floor.store, ANA, floor.later(), CampaignDraft("Spring fair", ends="2026-12-24"))
    if waiting:
        bad_fit = CloseDraft(0, Outcome.BAD_FIT, reason="no_need")
        do(floor, Verb.CLOSE, bad_fit, look(floor, Verb.CLOSE, bad_fit, ids))
    return ids


@pytest.mark.soak
@pytest.mark.parametrize(("verb", "like"), LIKES)
def test_five_thousand_there_and_back(floor: Floor, verb: Verb, like: Like) -> None:
    rules = floor.store.rules
    floor.store.rules = rules._replace(routing=rules.routing._replace(open_lead_limit=2 * FIVE_THOUSAND))
    actor = ANA if verb in FOR_A_TEAM_LEAD else PRIYA
    ids = ready_for(floor, verb, like)
    floor.now = min(floor.now, MONDAY + 4 * DAY)
    tick(floor.store, floor.now)  # clocks that ran out meanwhile stay missed
    before = standing(floor)
    seen = look(floor, verb, like, ids, actor)
    assert (len(seen.able), whys(seen)) == (FIVE_THOUSAND, [])
    assert sum(len(each.did) for each in do(floor, verb, like, seen, actor=actor)) == FIVE_THOUSAND
    assert sum(each.taken_back for each in take_back(floor, actor)) == FIVE_THOUSAND
    assert standing(floor) == before
