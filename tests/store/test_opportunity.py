"""An opportunity's life: who may do what, what each act does, and a life at random against a plain model of it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from store.actor import Actor
from store.doctor import check
from store.errors import Conflict, Refusal
from store.instants import DAY, SECOND
from store.operations.converting import ConvertDraft, Member
from store.operations.hand_over import (
    AcceptDraft,
    HandOverDraft,
    RejectDraft,
    accept_hand_over,
    hand_over,
    reject_hand_over,
)
from store.operations.opportunity import (
    DealNoteDraft,
    GroupDraft,
    LoseDraft,
    OpportunityDraft,
    WinDraft,
    lose,
    note_opportunity,
    open_opportunity,
    set_group,
    update_opportunity,
    win,
)
from store.operations.record_signal import SignalDraft, record_signal
from store.operations.undo import UndoDraft, undo
from store.queries.deals import Section, deal_card, deals
from store.queries.sheet import person_sheet
from store.queries.timeline import EntryKind, count, deal_timeline, lives_behind
from store.rules.closing import NewPerson
from store.vocabulary import (
    OPEN_OPPORTUNITY_STAGES,
    Disposition,
    Lifecycle,
    OpportunityStage,
    Role,
    Stage,
)
from tests.factories import ANA, BEN, ED, PRIYA, Floor, make_template, open_floor
from tests.store.test_hand_over import accept, handed, opportunity, reject, standing

S = OpportunityStage


def owned(floor: Floor) -> int:
    """An opportunity that Ed has taken on."""
    id = handed(floor)
    accept(floor, id)
    return id


def update(floor: Floor, id: int, actor: Actor = ED, **more: Any) -> str:
    return update_opportunity(floor.store, actor, floor.later(), OpportunityDraft(id, **more)).sentence


def spells(floor: Floor, id: int) -> list[tuple[str, int, int | None]]:
    return floor.store.rows(
        "SELECT stage, entered_at, left_at FROM opportunity_spell WHERE opportunity_id = ? AND void = 0 ORDER BY id",
        (id,),
    )


def test_a_new_stage_ends_the_spell_of_the_one_before(floor: Floor) -> None:
    id = owned(floor)
    opened = opportunity(floor, id)["opened_at"]
    update(floor, id, stage=S.PROPOSAL)
    first = floor.now
    update(floor, id, stage=S.EVALUATION)
    assert spells(floor, id) == [
        ("discovery", opened, first),
        ("proposal", first, floor.now),
        ("evaluation", floor.now, None),
    ]
    assert opportunity(floor, id)["moved_at"] == floor.now


def test_facts_are_changed_without_moving_it(floor: Floor) -> None:
    id = owned(floor)
    moved = opportunity(floor, id)["moved_at"]
    update(floor, id, amount=900_000, probability=40, close_date="2027-03-01", name="  Nine   sites ")
    row = opportunity(floor, id)
    assert (row["amount"], row["probability"], row["close_date"]) == (900_000, 40, "2027-03-01")
    assert row["moved_at"] == moved
    assert row["name"].startswith("Nine")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"amount": -1}, "amount"),
        ({"probability": 101}, "probability"),
        ({"close_date": "2020-01-01"}, "close_date"),
        ({"close_date": "soon"}, "close_date"),
        ({"name": " "}, "name"),
        ({"stage": S.WON}, "stage"),
        ({"owner_id": PRIYA.user_id}, "owner_id"),
        ({}, None),
        ({"stage": S.DISCOVERY}, None),
    ],
)
def test_what_an_edit_refuses(floor: Floor, wrong: dict[str, Any], field: str | None) -> None:
    id = owned(floor)
    with pytest.raises(Refusal) as refused:
        update(floor, id, **wrong)
    assert refused.value.field == field


def test_a_new_owner_takes_an_unanswered_hand_over_along(floor: Floor) -> None:
    id = handed(floor)
    update(floor, id, ANA, owner_id=ANA.user_id)
    with pytest.raises(Refusal, match="handed to Ana"):
        accept(floor, id, ED)
    accept(floor, id, ANA)


ACTS = {
    "stage": lambda f, id, a: update(f, id, a, stage=S.PROPOSAL),
    "amount": lambda f, id, a: update(f, id, a, amount=5),
    "win": lambda f, id, a: win(f.store, a, f.later(), WinDraft(id)),
    "lose": lambda f, id, a: lose(f.store, a, f.later(), LoseDraft(id, "timing")),
    "group": lambda f, id, a: set_group(
        f.store, a, f.later(), GroupDraft(id, role=Role.USER, person=NewPerson("New", "One"))
    ),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    ("actor", "allowed"), [(ED, True), (ANA, True), (PRIYA, False), (BEN, False)], ids=["owner", "lead", "giver", "rep"]
)
def test_who_may_do_what(floor: Floor, act: str, actor: Actor, allowed: bool) -> None:
    id = owned(floor)
    before = standing(floor)
    if allowed:
        ACTS[act](floor, id, actor)
        undo(floor.store, actor, floor.later(), UndoDraft())
    else:
        with pytest.raises(Refusal, match="Ed’s"):
            ACTS[act](floor, id, actor)
    assert {**standing(floor), "contact": 0} == {**before, "contact": 0}


def test_won_makes_a_customer_and_is_locked(floor: Floor) -> None:
    id = owned(floor)
    win(floor.store, ED, floor.later(), WinDraft(id))
    row = opportunity(floor, id)
    assert (row["stage"], row["open"], row["closed_at"], row["probability"]) == ("won", 0, floor.now, 100)
    assert floor.value("SELECT customer_since FROM account") == floor.now
    contact = floor.value("SELECT contact_id FROM opportunity_contact")
    card = person_sheet(floor.store, contact)
    assert card is not None
    assert card.lifecycle is Lifecycle.CUSTOMER
    for act in ACTS.values():
        with pytest.raises(Refusal, match="won for good"):
            act(floor, id, ED)


def test_a_lost_one_is_not_reopened_but_by_an_undo(floor: Floor) -> None:
    id = owned(floor)
    lose(floor.store, ED, floor.later(), LoseDraft(id, "competitor", competitor="Globex", note="cheaper"))
    assert opportunity(floor, id)["lost_reason"] == "competitor"
    card = deal_card(floor.store, id, ED.user_id, floor.now)
    assert card is not None
    assert (card.deal.competitor, card.words) == ("Globex", "cheaper")
    with pytest.raises(Refusal, match="lost for good: new interest is a new at bat"):
        update(floor, id, stage=S.PROPOSAL)
    undo(floor.store, ED, floor.later(), UndoDraft())
    assert opportunity(floor, id)["open"] == 1
    assert not [note for note in floor.dump()["note"] if not note["void"]]


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "no_reply"}, "reason"),
        ({"reason": "competitor"}, "competitor"),
        ({"reason": "other"}, "note"),
    ],
)
def test_what_losing_needs(floor: Floor, draft: dict[str, Any], field: str) -> None:
    id = owned(floor)
    with pytest.raises(Refusal) as refused:
        lose(floor.store, ED, floor.later(), LoseDraft(id, **draft))
    assert refused.value.field == field


def test_an_ended_one_may_not_come_back_beside_a_newer_at_bat(floor: Floor) -> None:
    id = owned(floor)
    lose(floor.store, ED, floor.later(), LoseDraft(id, "timing"))
    contact = floor.value("SELECT contact_id FROM opportunity_contact")
    floor.lead(contact_id=contact, company="", actor=BEN)
    with pytest.raises(Refusal, match="newer open at bat"):
        undo(floor.store, ED, floor.later(), UndoDraft())


def test_the_company_stays_a_customer_where_another_was_won_too(floor: Floor) -> None:
    first = owned(floor)
    second = floor.convert(floor.lead(Stage.QUALIFIED, company="Company 1")).made
    assert second is not None
    win(floor.store, ED, floor.later(), WinDraft(first))
    win(floor.store, PRIYA, floor.later(), WinDraft(second["opportunity_id"]))
    undo(floor.store, ED, floor.later(), UndoDraft())
    assert opportunity(floor, first)["stage"] == "discovery"
    assert floor.value("SELECT customer_since FROM account") is not None


def test_a_conflict_says_who_was_first(floor: Floor) -> None:
    id = owned(floor)
    seen = opportunity(floor, id)["version"]
    update(floor, id, ANA, amount=7)
    with pytest.raises(Conflict, match="Ana changed this") as conflict:
        update(floor, id, ED, seen=seen, amount=8)
    update(floor, id, ED, seen=conflict.value.version, amount=8)
    assert opportunity(floor, id)["amount"] == 8


def test_exactly_one_is_primary(floor: Floor) -> None:
    id = owned(floor)
    new = GroupDraft(id, role=Role.CHAMPION, person=NewPerson("Mara", "Li"))
    set_group(floor.store, ED, floor.later(), new)
    one, two = (row["contact_id"] for row in floor.dump()["opportunity_contact"])

    def put(*members: Member) -> None:
        set_group(floor.store, ED, floor.later(), GroupDraft(id, members))

    for wrong in ((True, True), (False, False)):
        with pytest.raises(Refusal, match="exactly one primary"):
            put(Member(one, Role.USER, wrong[0]), Member(two, Role.USER, wrong[1]))
    with pytest.raises(Refusal, match="joined meanwhile"):
        put(Member(one, Role.USER, True))
    put(Member(one, Role.USER), Member(two, Role.DECISION_MAKER, True))
    rows = [(row["contact_id"], row["role"], row["is_primary"]) for row in floor.dump()["opportunity_contact"]]
    assert rows == [(one, "user", 0), (two, "decision_maker", 1)]
    undo(floor.store, ED, floor.later(), UndoDraft())
    assert [row["is_primary"] for row in floor.dump()["opportunity_contact"]] == [1, 0]
    with pytest.raises(Refusal, match="on this opportunity already"):
        set_group(floor.store, ED, floor.later(), GroupDraft(id, role=Role.USER, contact_id=two))


def test_anybody_may_write_a_note_and_it_moves_nothing(floor: Floor) -> None:
    id = owned(floor)
    moved = opportunity(floor, id)["moved_at"]
    note_opportunity(floor.store, BEN, floor.later(), DealNoteDraft(id, "likes tea"))
    assert opportunity(floor, id)["moved_at"] == moved
    with pytest.raises(Refusal, match="Write the note"):
        note_opportunity(floor.store, BEN, floor.later(), DealNoteDraft(id, " "))


# -- a meeting that was held -----------------------------------------------------------------------------------------


def met(floor: Floor) -> int:
    lead = floor.lead(Stage.CONNECTED)
    floor.meet(lead)
    floor.later(3 * DAY)
    return lead


def test_a_held_meeting_asks_for_the_opportunity_once(floor: Floor) -> None:
    lead = met(floor)
    done = floor.touch(lead, Disposition.HELD, channel="meeting")  # type: ignore[arg-type]
    assert done.offer is not None
    assert done.offer.what == "opportunity"
    draft = ConvertDraft(lead, close_date="2027-02-01", taker_id=ED.user_id)
    made = open_opportunity(floor.store, PRIYA, floor.later(), draft).made
    assert made is not None
    assert floor.state(lead).stage is Stage.CONVERTED
    assert [deal.section for deal in deals(floor.store, ED.user_id, floor.now)] == [Section.HANDED]
    with pytest.raises(Refusal, match="came of this meeting already"):
        open_opportunity(floor.store, PRIYA, floor.later(), draft)
    undo(floor.store, PRIYA, floor.later(), UndoDraft())
    assert deals(floor.store, ED.user_id, floor.now) == ()


def test_what_came_of_no_meeting_opens_none(floor: Floor) -> None:
    draft = ConvertDraft(floor.lead(), close_date="2027-02-01")
    with pytest.raises(Refusal, match="not converted into a meeting"):
        open_opportunity(floor.store, PRIYA, floor.later(), draft)


# -- what is read ----------------------------------------------------------------------------------------------------


def test_the_desk_of_each(floor: Floor) -> None:
    back, open_, waiting = handed(floor), owned(floor), handed(floor)
    reject(floor, back)

    def desk(actor: Actor, **more: bool) -> list[tuple[int, Section]]:
        return [(deal.id, deal.section) for deal in deals(floor.store, actor.user_id, floor.now, **more)]

    assert desk(ED) == [(waiting, Section.HANDED), (open_, Section.OPEN)]
    assert desk(PRIYA) == [(back, Section.RETURNED), (waiting, Section.OPEN), (open_, Section.OPEN)]
    assert desk(BEN) == []
    assert desk(ANA, everyone=True) == [(waiting, Section.HANDED), (back, Section.RETURNED), (open_, Section.OPEN)]
    lose(floor.store, PRIYA, floor.later(), LoseDraft(back, "timing"))
    assert desk(PRIYA, ended=True)[-1] == (back, Section.ENDED)
    assert (back, Section.ENDED) not in desk(PRIYA)
    floor.later(91 * DAY)
    assert (back, Section.ENDED) not in desk(PRIYA, ended=True)


def test_what_came_back_last_stands_first(floor: Floor) -> None:
    first, second = handed(floor), handed(floor)
    reject(floor, first), reject(floor, second)
    assert [deal.id for deal in deals(floor.store, PRIYA.user_id, floor.now)] == [second, first]


def test_the_story_has_what_happened_on_every_at_bat_beneath_and_on_itself(floor: Floor) -> None:
    id = handed(floor)
    other = floor.lead(Stage.QUALIFIED, company="Company 1")
    floor.convert(other, opportunity_id=id)
    record_signal(floor.store, PRIYA, floor.later(), SignalDraft("reply", "e-mail", opportunity_id=id, words="when?"))
    reject(floor, id, note="too early")
    entries = deal_timeline(floor.store, id).entries
    kinds = {entry.kind for entry in entries}
    K = EntryKind
    assert kinds >= {K.TOUCH, K.SIGNAL, K.NOTE, K.CONVERSION, K.OPPORTUNITY, K.HAND_OVER, K.HAND_OVER_ANSWER}
    answer = next(entry for entry in entries if entry.kind is K.HAND_OVER_ANSWER)
    assert (answer.approved, answer.words, answer.who) == (False, "no budget", "Ed")
    assert len({entry.lead_id for entry in entries if entry.kind is K.TOUCH}) == 2
    assert count(floor.store, id, deal=True) == len(entries)
    assert [life.primary for life in lives_behind(floor.store, id)] == [True, False]


# -- a life at random ------------------------------------------------------------------------------------------------

TEAM = {actor.user_id: actor for actor in (PRIYA, ED, ANA)}
TEMPLATE = Path(tempfile.mkdtemp()) / "template.db"


class Life(RuleBasedStateMachine):
    """One opportunity in the hands of its giver, its taker and a team lead; the model is four words."""

    def __init__(self) -> None:
        super().__init__()
        if not TEMPLATE.exists():
            make_template(TEMPLATE)
        self.folder = Path(tempfile.mkdtemp())
        self.floor = open_floor(TEMPLATE, self.folder)

    def teardown(self) -> None:
        self.floor.store.close()
        shutil.rmtree(self.folder)

    @initialize()
    def begin(self) -> None:
        self.id = handed(self.floor)
        self.stage, self.owner = S.DISCOVERY, ED.user_id
        self.waits, self.rejected = True, False
        self.entered = [S.DISCOVERY]
        self.undo_of: tuple[Actor, dict[str, Any], dict[str, Any]] | None = None

    @property
    def open(self) -> bool:
        return self.stage in OPEN_OPPORTUNITY_STAGES

    def may(self, actor: Actor) -> bool:
        return actor.leads_team or actor.user_id == self.owner

    def try_(self, actor: Actor, operation: Any, draft: Any, allowed: bool, **model: Any) -> None:
        """Do it: it must be taken exactly where the model allows it, and then the model follows."""
        before, was = standing(self.floor), self.model()
        self.floor.later(10 * SECOND)
        try:
            operation(self.floor.store, actor, self.floor.now, draft)
        except Refusal:
            assert not allowed, (operation.kind, actor, was)
            assert standing(self.floor) == before
            return
        assert allowed, (operation.kind, actor, was)
        stage = model.get("stage", self.stage)
        if stage is not self.stage:
            self.entered.append(stage)
        for name, value in model.items():
            setattr(self, name, value)
        self.undo_of = (actor, before, was)

    def model(self) -> dict[str, Any]:
        names = ("stage", "owner", "waits", "rejected")
        return {**{name: getattr(self, name) for name in names}, "entered": list(self.entered)}

    @rule(actor=st.sampled_from([PRIYA, ED, ANA]))
    def accepts(self, actor: Actor) -> None:
        allowed = self.open and self.waits and (actor.leads_team or actor.user_id == self.owner)
        self.try_(actor, accept_hand_over, AcceptDraft(self.id), allowed, waits=False)

    @rule(actor=st.sampled_from([PRIYA, ED, ANA]))
    def rejects(self, actor: Actor) -> None:
        allowed = self.open and self.waits and (actor.leads_team or actor.user_id == self.owner)
        giver = self.floor.store.value("SELECT giver_id FROM hand_over WHERE void = 0 ORDER BY id DESC LIMIT 1")
        draft = RejectDraft(self.id, "no_need")
        self.try_(actor, reject_hand_over, draft, allowed, waits=False, rejected=True, owner=giver)

    @rule(actor=st.sampled_from([PRIYA, ED, ANA]), taker=st.sampled_from([ED, ANA]))
    def hands_over(self, actor: Actor, taker: Actor) -> None:
        giver = self.floor.store.value("SELECT giver_id FROM hand_over WHERE void = 0 ORDER BY id DESC LIMIT 1")
        may_give = self.may(actor) or (self.waits and actor.user_id == giver)
        others = actor.user_id != taker.user_id or actor.leads_team
        allowed = self.open and may_give and others and (self.rejected or taker.user_id != self.owner)
        draft = HandOverDraft(self.id, taker.user_id)
        self.try_(actor, hand_over, draft, allowed, waits=True, rejected=False, owner=taker.user_id)

    @rule(actor=st.sampled_from([PRIYA, ED, ANA]), stage=st.sampled_from(OPEN_OPPORTUNITY_STAGES))
    def moves(self, actor: Actor, stage: OpportunityStage) -> None:
        allowed = self.open and self.may(actor) and stage is not self.stage
        draft = OpportunityDraft(self.id, stage=stage)
        self.try_(actor, update_opportunity, draft, allowed, stage=stage, waits=False)

    @rule(actor=st.sampled_from([PRIYA, ED, ANA]))
    def wins(self, actor: Actor) -> None:
        allowed = self.open and self.may(actor) and not self.rejected
        self.try_(actor, win, WinDraft(self.id), allowed, stage=S.WON, waits=False)

    @rule(actor=st.sampled_from([PRIYA, ED, ANA]))
    def loses(self, actor: Actor) -> None:
        allowed = self.open and self.may(actor)
        self.try_(actor, lose, LoseDraft(self.id, "timing"), allowed, stage=S.LOST, waits=False)

    @precondition(lambda self: self.undo_of is not None)
    @rule()
    def takes_it_back(self) -> None:
        assert self.undo_of is not None
        actor, before, was = self.undo_of
        undo(self.floor.store, actor, self.floor.later(SECOND), UndoDraft())
        assert standing(self.floor) == before
        for name, value in was.items():
            setattr(self, name, value)
        self.undo_of = None

    @invariant()
    def is_as_the_model_says(self) -> None:
        if not hasattr(self, "id"):
            return
        row = opportunity(self.floor, self.id)
        assert (row["stage"], row["owner_id"]) == (self.stage.value, self.owner)
        assert (row["rejected_at"] is not None, bool(row["open"])) == (self.rejected, self.open)
        stood = spells(self.floor, self.id)
        assert [stage for stage, _, _ in stood] == [stage.value for stage in self.entered]
        assert [left for _, _, left in stood[:-1]] == [entered for _, entered, _ in stood[1:]]
        assert stood[-1][2] is None
        alerts = self.floor.value("SELECT count(*) FROM alert WHERE closed_at IS NULL AND void = 0")
        assert alerts == int(self.rejected and self.open)
        assert [finding.sentence for finding in check(self.floor.store)] == []


Life.TestCase.settings = settings(
    max_examples=15, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
)
TestLife = Life.TestCase
