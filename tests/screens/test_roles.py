"""What is not for a rep to do is refused at once, in a sentence, before anything is typed; a team lead goes on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.widgets import OptionList

from store.operations.extend import ExtendDraft, extend
from store.vocabulary import Disposition, Outcome, Stage
from tests.drivers import AppDriver
from tests.factories import ANA, BEN, PRIYA, Floor
from tests.screens.lead_app import OneLead, at_the_plate, said
from tui.dialog import Dialog


async def run(d: AppDriver, keys: str) -> None:
    """Press a key, or choose the command of these words."""
    if len(keys) == 1:
        await d.press(keys)
        return
    await d.press(":")
    await d.type(keys)
    await d.until(lambda: d.app.screen.query_one(OptionList).option_count > 0)
    await d.press("enter")
    await d.until(lambda: isinstance(d.app.screen, Dialog | OneLead))


def extended(floor: Floor) -> int:
    lead_id = floor.lead()
    extend(floor.store, PRIYA, floor.later(), ExtendDraft(lead_id, "on holiday"))
    return lead_id


def silenced(floor: Floor) -> int:
    lead_id = floor.lead()
    floor.touch(lead_id, Disposition.DO_NOT_CONTACT)
    return lead_id


NOT_FOR_A_REP: dict[str, tuple[Callable[[Floor], int], str, str]] = {
    "approve": (lambda floor: floor.lead(Stage.DISQUALIFIED), "A", "Only a team lead decides this."),
    "reverse": (lambda floor: floor.lead(Stage.CONVERTED), "U", "Only a team lead reverses a conversion"),
    "set back": (lambda floor: floor.lead(Stage.CONNECTED), "set back", "Only a team lead sets a stage back."),
    "lift": (silenced, "lift suppression", "Only a team lead lifts a suppression."),
    "extend again": (extended, "M", "It was given more time already: a team lead may give it more."),
    "extend another's": (lambda floor: floor.lead(actor=BEN), "M", "Only its owner or a team lead gives it more time."),
    "motion": (lambda floor: floor.lead(actor=BEN), "set motion", "Only its owner or a team lead changes its motion."),
    "campaign": (lambda floor: floor.lead(actor=BEN), "set campaign", "Only its owner or a team lead says which"),
}


@pytest.mark.parametrize("act", NOT_FOR_A_REP)
async def test_a_rep_is_told_at_once_and_a_team_lead_goes_on(floor: Floor, act: str) -> None:
    make, keys, sentence = NOT_FOR_A_REP[act]
    lead_id = make(floor)
    before = floor.dump()
    async with at_the_plate(floor, lead_id) as d:
        await run(d, keys)
        await d.until(lambda: sentence in said(d))
        assert not isinstance(d.app.screen, Dialog)
    assert floor.dump() == before
    async with at_the_plate(floor, lead_id, ANA) as d:
        await run(d, keys)
        await d.until(lambda: isinstance(d.app.screen, Dialog))


async def test_a_rep_takes_over_and_is_never_asked_to_whom(floor: Floor) -> None:
    lead_id = floor.lead(actor=BEN)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("r")
        await d.until(lambda: floor.state(lead_id).owner_id == PRIYA.user_id)
        assert not isinstance(d.app.screen, Dialog)


async def test_a_team_lead_lifts_a_suppression_with_a_reason(floor: Floor) -> None:
    lead_id = silenced(floor)
    contact_id = floor.state(lead_id).contact_id
    async with at_the_plate(floor, lead_id, ANA, size=(80, 24)) as d:
        await run(d, "lift suppression")
        await d.until(lambda: "Lift the suppression · Person1 Ortiz" in said(d))
        assert "suppressed since today" in said(d)
        await d.press("enter")
        await d.until(lambda: "Say why they may be contacted again." in said(d))
        await d.type("they called [/b] us")
        await d.press("enter")
        await d.until(lambda: "Person1 Ortiz may be contacted again · u undoes" in said(d))
        assert floor.value("SELECT suppressed_at FROM contact WHERE id = ?", contact_id) is None
        await d.press("u")
        await d.until(lambda: "undone: lifting of the suppression for Person1 Ortiz" in said(d))
    assert floor.value("SELECT suppressed_at FROM contact WHERE id = ?", contact_id) is not None


async def test_nobody_is_lifted_who_is_not_suppressed(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.close(lead_id, Outcome.NO_RESPONSE)
    async with at_the_plate(floor, lead_id, ANA) as d:
        await run(d, "lift suppression")
        await d.until(lambda: "They are not suppressed" in said(d))
