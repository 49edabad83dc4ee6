"""A team lead sets a stage back where it was wrong: with a reason, as an override, and what was logged stays."""

from __future__ import annotations

import pytest

from store.errors import Refusal
from store.operations.set_back import SetBackDraft, set_back
from store.operations.undo import UndoDraft, undo
from store.queries.returned import returned
from store.rules.path import set_back_to
from store.vocabulary import Decision, Stage, Status
from tests.factories import ANA, PRIYA, Floor

WHY = "that was her assistant"


@pytest.mark.parametrize(
    ("stage", "earlier"),
    [
        (Stage.NEW, ()),
        (Stage.ACCEPTED, (Stage.NEW,)),
        (Stage.ATTEMPTING, (Stage.ACCEPTED, Stage.NEW)),
        (Stage.CONNECTED, (Stage.ATTEMPTING, Stage.ACCEPTED, Stage.NEW)),
        (Stage.QUALIFIED, (Stage.CONNECTED, Stage.ATTEMPTING, Stage.ACCEPTED, Stage.NEW)),
    ],
)
def test_every_earlier_stage_and_no_other(floor: Floor, stage: Stage, earlier: tuple[Stage, ...]) -> None:
    assert set_back_to(stage) == earlier
    lead = floor.lead(stage)
    for refused in set(Stage) - set(earlier):
        with pytest.raises(Refusal, match=r"set back to|no earlier stage"):
            set_back(floor.store, ANA, floor.later(), SetBackDraft(lead, refused, WHY))
    for target in earlier:
        before = floor.state(lead)
        set_back(floor.store, ANA, floor.later(), SetBackDraft(lead, target, WHY))
        after = floor.state(lead)
        assert (after.stage, after.decision, after.open) == (target, Decision.RETURNED, 1)
        assert (after.attempts, after.connects, after.touches) == (before.attempts, before.connects, before.touches)
        assert (after.connected_at is not None) == (after.connects > 0 or target is Stage.CONNECTED)
        undo(floor.store, ANA, floor.later(), UndoDraft())
        assert floor.state(lead).stage is stage


def test_it_is_an_override_with_its_reason_and_the_owner_is_told(floor: Floor) -> None:
    lead = floor.lead(Stage.CONNECTED)
    done = set_back(floor.store, ANA, floor.later(), SetBackDraft(lead, Stage.ATTEMPTING, WHY))
    assert floor.state(lead).status is Status.ATTEMPTING
    assert floor.value("SELECT override FROM operation WHERE id = ?", done.operation_id) == "set back"
    spell = floor.store.row(
        "SELECT stage, override FROM stage_spell WHERE lead_id = ? AND left_at IS NULL AND void = 0", (lead,)
    )
    assert spell == ("attempting", 1)
    told = returned(floor.store, lead)
    assert told is not None
    assert (told.by, told.deed, told.why) == ("Ana", "set the stage back", f"set back to attempting: {WHY}")


def test_only_a_team_lead_and_never_without_a_reason_or_after_the_end(floor: Floor) -> None:
    lead, over, waiting = floor.lead(Stage.CONNECTED), floor.lead(Stage.CLOSED), floor.lead(Stage.DISQUALIFIED)
    with pytest.raises(Refusal, match="Only a team lead"):
        set_back(floor.store, PRIYA, floor.later(), SetBackDraft(lead, Stage.ATTEMPTING, WHY))
    with pytest.raises(Refusal, match="Say why"):
        set_back(floor.store, ANA, floor.later(), SetBackDraft(lead, Stage.ATTEMPTING, " \n"))
    with pytest.raises(Refusal, match="closed"):
        set_back(floor.store, ANA, floor.later(), SetBackDraft(over, Stage.ATTEMPTING, WHY))
    with pytest.raises(Refusal, match="waits for a team lead"):
        set_back(floor.store, ANA, floor.later(), SetBackDraft(waiting, Stage.ATTEMPTING, WHY))
