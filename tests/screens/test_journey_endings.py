"""A rep at the keys: every way an at bat ends, from the queue, counted, read back from the database, and undone."""

from __future__ import annotations

from typing import Any

import pytest

from store.instants import MINUTE
from store.lead_state import LeadState
from store.operations.converting import ConvertDraft, QualifyDraft, convert, qualify
from store.rules.qualification import Answers
from store.vocabulary import Answer, Outcome, Stage
from tests.drivers import AppDriver
from tests.factories import BEN, YES, Floor
from tests.screens.queue_app import at_work, on_queue, queue_of

# outcome: what is pressed and typed after `x`; a word of more than one letter that is no key is typed
CLOSINGS: dict[Outcome, tuple[str, ...]] = {
    Outcome.NOT_READY: ("n", "b", "type in 3 months", "enter"),
    Outcome.BAD_FIT: ("f", "b"),
    Outcome.NO_RESPONSE: ("r",),
    Outcome.NO_SHOW: ("s",),
    Outcome.DUPLICATE: ("d", "a"),
    Outcome.WRONG_PERSON: ("w", "w", "type Bo Li", "enter"),
    Outcome.BAD_DATA: ("b", "e"),
    Outcome.EXISTING: ("e", "u"),
    Outcome.SUPPRESS: ("x", "q"),
    Outcome.RE_ENGAGE: ("g", "c"),
}
BUDGET = 4  # keys, `x` among them, free text left out


async def play(d: AppDriver, *steps: str) -> None:
    """Press keys; ``type WORDS`` types them."""
    for step in steps:
        if step.startswith("type "):
            await d.type(step.removeprefix("type "))
        else:
            await d.press(step)


def before_and_after(state: LeadState) -> LeadState:
    """An at bat without what every write moves."""
    return state._replace(version=0, updated_at=0, written_id=0)


def in_front(floor: Floor, stage: Stage = Stage.ACCEPTED, **more: Any) -> int:
    """An at bat that is first in the queue, beside another of the same company."""
    return floor.lead(stage, company="Northwind", **more)


@pytest.mark.parametrize("outcome", CLOSINGS, ids=lambda found: found.value)
async def test_a_closing_and_its_undo(floor: Floor, outcome: Outcome) -> None:
    in_front(floor), in_front(floor)
    async with at_work(floor) as d:
        lead_id = queue_of(d).table.cursor_id
        assert lead_id is not None
        as_it_was = before_and_after(floor.state(lead_id))
        await play(d, "x", *CLOSINGS[outcome])
        assert d.keys <= BUDGET
        closed = floor.state(lead_id)
        assert (closed.stage, closed.outcome, closed.open) == (Stage.CLOSED, outcome, 0)
        assert closed.reason
        assert closed.closed_at == floor.now
        assert on_queue(d)
        assert lead_id not in queue_of(d).table.ids
        await d.press("u")
        assert queue_of(d).table.cursor_id == lead_id
    assert before_and_after(floor.state(lead_id)) == as_it_was


async def test_what_each_closing_does_besides(floor: Floor) -> None:
    leads = {outcome: floor.lead(Stage.ACCEPTED, company=f"Company of {outcome.value}") for outcome in CLOSINGS}
    kept = floor.lead(Stage.ACCEPTED, company="Company of duplicate")
    async with at_work(floor) as d:
        for outcome, keys in CLOSINGS.items():
            queue_of(d).table.move_to(leads[outcome])
            await play(d, "x", *keys)
    assert floor.state(leads[Outcome.NOT_READY]).eligible_at is not None
    assert floor.state(leads[Outcome.DUPLICATE]).merged_into_id == kept
    suppressed = floor.state(leads[Outcome.SUPPRESS]).contact_id
    assert floor.value("SELECT suppressed_at FROM contact WHERE id = ?", suppressed) == floor.now
    right = floor.value("SELECT id FROM contact WHERE name LIKE 'Bo%' AND void = 0")
    assert floor.value("SELECT count(*) FROM lead WHERE contact_id = ? AND open = 1", right) == 1
    assert floor.value("SELECT count(*) FROM task WHERE kind = 'told' AND void = 0") == 1


async def test_qualify_then_convert_with_what_is_proposed_takes_two_keys(floor: Floor) -> None:
    lead_id = in_front(floor, Stage.QUALIFIED)
    async with at_work(floor) as d:
        await d.press("c", "enter")
        assert d.keys == 2
        lead = floor.state(lead_id)
        assert (lead.stage, lead.outcome) == (Stage.CONVERTED, Outcome.CONVERTED)
        made = floor.store.row(
            "SELECT o.name, o.amount, o.probability, c.is_primary, c.contact_id FROM conversion v"
            " JOIN opportunity o ON o.id = v.opportunity_id"
            " JOIN opportunity_contact c ON c.opportunity_id = o.id WHERE v.lead_id = ?",
            (lead_id,),
        )
        assert made == ("Northwind", 0, 0, 1, lead.contact_id)
        assert floor.value("SELECT count(*) FROM hand_over WHERE lead_id = ? AND void = 0", lead_id) == 1
        await d.press("u")
    assert floor.state(lead_id).stage is Stage.QUALIFIED
    assert floor.value("SELECT count(*) FROM opportunity WHERE void = 0") == 0


async def test_converting_into_an_opportunity_that_is_open_already(floor: Floor) -> None:
    first = in_front(floor, Stage.QUALIFIED)
    floor.convert(first)
    opportunity = floor.value("SELECT id FROM opportunity")
    second = in_front(floor, Stage.QUALIFIED)
    async with at_work(floor) as d:
        await d.press("c")
        assert "Northwind" in d.screen_text()
        await d.press("a", "enter")
        assert d.keys == 3
    assert floor.value("SELECT opportunity_id FROM conversion WHERE lead_id = ?", second) == opportunity
    assert floor.value("SELECT count(*) FROM opportunity WHERE void = 0") == 1
    people = floor.store.rows("SELECT contact_id, is_primary FROM opportunity_contact WHERE void = 0 ORDER BY id")
    assert [primary for _, primary in people] == [1, 0]


async def test_a_booked_meeting_ends_it_too(floor: Floor) -> None:
    lead_id = in_front(floor, Stage.ACCEPTED)
    async with at_work(floor) as d:
        await d.press("c", "m")
        await d.type("tomorrow 3pm")
        await d.press("enter")
        assert d.keys == 3
        lead = floor.state(lead_id)
        assert (lead.stage, lead.outcome) == (Stage.CONVERTED, Outcome.MEETING_BOOKED)
        met = floor.store.row("SELECT m.contact_id, m.result FROM conversion v JOIN meeting m ON m.id = v.meeting_id")
        assert met == (lead.contact_id, "booked")
        await d.press("u")
    assert floor.state(lead_id).stage is Stage.ACCEPTED
    assert floor.value("SELECT count(*) FROM meeting WHERE void = 0") == 0


async def test_the_answers_that_are_missing_are_asked_for(floor: Floor) -> None:
    lead_id = in_front(floor, Stage.CONNECTED)
    async with at_work(floor) as d:
        await d.press("d")
        await d.until(lambda: queue_of(d).table.cursor_id == lead_id)
        await d.press("Q", "y", "y", "y", "u", "enter")
        assert on_queue(d)
    lead = floor.state(lead_id)
    assert (lead.need, lead.budget, lead.authority, lead.timeline) == ("yes", "yes", "yes", "not_known")
    assert lead.stage is Stage.QUALIFIED


async def test_a_person_is_added_with_a_role_and_comes_along(floor: Floor) -> None:
    lead_id = in_front(floor, Stage.QUALIFIED)
    async with at_work(floor) as d:
        await d.press("p")
        await d.type("Bo Li")
        await d.press("enter", "c")
        assert on_queue(d)
        assert d.keys == 3
        await d.press("c", "enter")
    people = floor.store.rows(
        "SELECT k.name, c.role, c.is_primary FROM opportunity_contact c JOIN contact k ON k.id = c.contact_id"
    )
    assert ("Bo Li", "champion", 0) in people
    assert sum(primary for _, _, primary in people) == 1
    assert floor.state(lead_id).stage is Stage.CONVERTED


async def test_of_two_who_convert_the_second_is_told_who_was_first(floor: Floor) -> None:
    lead_id = in_front(floor, Stage.QUALIFIED)
    async with at_work(floor) as d:
        await d.press("c")
        convert(floor.store, BEN, floor.later(), ConvertDraft(lead_id, close_date="2027-03-01"))
        floor.later(MINUTE)
        await d.press("enter")
        assert "Ben converted this" in d.screen_text()
    assert floor.value("SELECT count(*) FROM conversion WHERE lead_id = ? AND void = 0", lead_id) == 1


async def test_what_somebody_else_did_since_blocks_the_undo(floor: Floor) -> None:
    lead_id = in_front(floor, Stage.ACCEPTED)
    async with at_work(floor) as d:
        await d.press("n")
        await d.type("likes mornings")
        await d.press("enter")
        answers = QualifyDraft(lead_id, Answers(need=Answer.YES))
        qualify(floor.store, BEN, floor.later(), answers)
        await d.press("u")
        assert "Ben qualified this" in d.screen_text()
    assert floor.value("SELECT void FROM note WHERE lead_id = ?", lead_id) == 0
    assert floor.state(lead_id).need == YES.need


async def test_an_inbound_call_is_one_key_and_the_typing(floor: Floor) -> None:
    async with at_work(floor) as d:
        await d.press("i")
        for words in ("Harbour & Sons", "Dana", "Ortiz", "", "+1 212 555 0199"):
            await d.type(words)
            await d.press("tab")
        await d.press("ctrl+s")
        assert on_queue(d)
    made = floor.store.row(
        "SELECT c.name, a.name, l.stage FROM lead l JOIN contact c ON c.id = l.contact_id"
        " JOIN account a ON a.id = l.account_id"
    )
    assert made == ("Dana Ortiz", "Harbour & Sons", "connected")
