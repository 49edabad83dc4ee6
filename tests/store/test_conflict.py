"""Two people at one at bat: the second is told who did what, and when, and nothing of either is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from store import Conflict, Refusal
from store.operations.at_bat import who_ended
from store.operations.closing import close
from store.operations.converting import ConvertDraft, QualifyDraft, ReverseDraft, convert, qualify, reverse
from store.operations.log_touch import log_touch
from store.operations.people import PersonDraft, add_person
from store.operations.promises import CallbackDraft, SnoozeDraft, callback, snooze
from store.operations.transaction import Operation
from store.operations.undo import UndoDraft, undo
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
from store.rules.touch import TouchDraft
from store.vocabulary import Channel, Disposition, Outcome, Role, Stage, Status
from tests.factories import ANA, BEN, CLOSE_DATE, DAY, HOUR, PRIYA, SECOND, YES, Floor

Make = Callable[[Floor, int, Any], Any]
ACTS: list[tuple[Operation[Any], Make]] = [
    (log_touch, lambda floor, lead, seen: TouchDraft(lead, Channel.CALL, Disposition.NO_ANSWER, seen=seen)),
    (accept, lambda floor, lead, seen: LeadDraft(lead, seen)),
    (note, lambda floor, lead, seen: NoteDraft(lead, "a word", seen)),
    (set_status, lambda floor, lead, seen: StatusDraft(lead, Status.RECYCLED, seen)),
    (reassign, lambda floor, lead, seen: LeadDraft(lead, seen)),
    (callback, lambda floor, lead, seen: CallbackDraft(lead, floor.now + HOUR, seen)),
    (snooze, lambda floor, lead, seen: SnoozeDraft(lead, floor.now + DAY, seen)),
    (qualify, lambda floor, lead, seen: QualifyDraft(lead, YES, seen=seen)),
    (convert, lambda floor, lead, seen: ConvertDraft(lead, seen, close_date=CLOSE_DATE, answers=YES)),
    (close, lambda floor, lead, seen: CloseDraft(lead, Outcome.NO_RESPONSE, seen)),
    (add_person, lambda floor, lead, seen: PersonDraft(lead, Role.USER, seen, person=floor.person())),
    (reverse, lambda floor, lead, seen: ReverseDraft(lead, "a slip", seen)),
    (approve, lambda floor, lead, seen: ApprovalDraft(lead, "yes", seen)),
    (send_back, lambda floor, lead, seen: ApprovalDraft(lead, "no", seen)),
]


@pytest.mark.parametrize(("act", "make"), ACTS, ids=[act.kind for act, _ in ACTS])
def test_whoever_comes_second_is_told_who_what_and_when(floor: Floor, act: Operation[Any], make: Make) -> None:
    stage = {"reverse": Stage.CONVERTED, "approve": Stage.DISQUALIFIED, "send_back": Stage.DISQUALIFIED}.get(act.kind)
    actor = ANA if stage else PRIYA
    lead = floor.lead(actor=BEN if act is reassign else PRIYA)
    seen = floor.state(lead).version
    if stage:
        floor.bring(lead, stage, BEN)
    else:
        note(floor.store, BEN, floor.later(), NoteDraft(lead, "mine"))
    before = floor.dump()
    floor.later(5 * SECOND)
    with pytest.raises(Conflict, match=r"^Ben .* this .* ago.*(look again|nothing was saved).*\.$") as told:
        act(floor.store, actor, floor.now, make(floor, lead, seen))
    assert floor.dump() == before
    assert told.value.version == floor.state(lead).version
    act(floor.store, actor, floor.now, make(floor, lead, told.value.version))


DEEDS: list[tuple[str, Callable[[Floor, int], Any]]] = [
    ("logged a touch on this", lambda floor, lead: floor.touch(lead, actor=BEN)),
    ("closed this as no response", lambda floor, lead: floor.close(lead, Outcome.NO_RESPONSE, actor=BEN)),
    ("converted this", lambda floor, lead: floor.convert(lead, actor=BEN)),
    ("took this over", lambda floor, lead: reassign(floor.store, BEN, floor.later(), LeadDraft(lead))),
    (
        "promised a callback on this",
        lambda floor, lead: callback(floor.store, BEN, floor.later(), CallbackDraft(lead, floor.now + HOUR)),
    ),
]


@pytest.mark.parametrize(("deed", "run"), DEEDS, ids=[deed for deed, _ in DEEDS])
def test_the_deed_is_named(floor: Floor, deed: str, run: Callable[[Floor, int], Any]) -> None:
    lead = floor.lead()
    seen = floor.state(lead).version
    run(floor, lead)
    with pytest.raises(Conflict, match=f"^Ben {deed} 2 h ago|^Ben {deed} 120 min ago"):
        log_touch(
            floor.store,
            PRIYA,
            floor.later(2 * HOUR),
            TouchDraft(lead, Channel.CALL, Disposition.NO_ANSWER, seen=seen),
        )


def test_ones_own_acts_are_no_conflict(floor: Floor) -> None:
    lead = floor.lead()
    seen = floor.state(lead).version
    floor.touch(lead)
    floor.touch(lead, seen=seen)


def test_of_two_who_convert_the_second_is_told_who_was_first(floor: Floor) -> None:
    lead = floor.lead(Stage.QUALIFIED)
    seen = floor.state(lead).version
    floor.convert(lead, actor=BEN, seen=seen)
    with pytest.raises(Conflict, match="Ben converted this"):
        floor.convert(lead, seen=seen)
    with pytest.raises(Refusal, match=r"^Ben converted this .* ago; nothing was saved"):
        floor.convert(lead)
    assert floor.value("SELECT count(*) FROM opportunity") == 1


ENDINGS: dict[str, tuple[Callable[[Floor, int], Any], str]] = {
    "closed": (lambda floor, lead: floor.close(lead, Outcome.NO_RESPONSE, actor=BEN), "Ben closed this as no response"),
    "suppressed": (
        lambda floor, lead: floor.touch(lead, Disposition.DO_NOT_CONTACT, actor=BEN),
        "Ben closed this as suppress from future sales motion",
    ),
    "converted": (lambda floor, lead: floor.convert(lead, actor=BEN), "Ben converted this"),
    "oneself": (lambda floor, lead: floor.close(lead, Outcome.NO_RESPONSE), "You closed this as no response"),
}


@pytest.mark.parametrize("how", ENDINGS)
@pytest.mark.parametrize(
    ("act", "make"), [pair for pair in ACTS if pair[0] not in (close, reverse, approve, send_back)], ids=lambda _: ""
)
def test_whoever_works_what_has_ended_is_told_who_ended_it_when_and_as_what(
    floor: Floor, how: str, act: Operation[Any], make: Make
) -> None:
    end, told = ENDINGS[how]
    lead = floor.lead()
    end(floor, lead)
    before = floor.dump()
    floor.later(2 * HOUR)
    with pytest.raises(Refusal, match=f"^{told} 2 h ago; nothing was saved"):
        act(floor.store, PRIYA, floor.now, make(floor, lead, None))
    assert floor.dump() == before


def test_who_ended_it_is_named_whatever_was_done_since(floor: Floor) -> None:
    lead = floor.lead()
    seen = floor.state(lead).version
    floor.close(lead, Outcome.NO_RESPONSE, actor=BEN)
    undo(floor.store, BEN, floor.later(), UndoDraft())
    floor.close(lead, Outcome.NO_SHOW, actor=ANA)
    with pytest.raises(Conflict, match=r"^Ana closed this as no-show"):
        floor.touch(lead, seen=seen)


def test_what_ended_elsewhere_has_nobody_to_name(floor: Floor) -> None:
    lead = floor.lead()
    floor.close(lead, Outcome.NO_RESPONSE, actor=BEN)
    state = floor.state(lead)
    assert who_ended(floor.store, state._replace(id=10_000), PRIYA, floor.now).startswith("This at bat is closed")
