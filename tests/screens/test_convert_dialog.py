"""Converting: everything is proposed, everything can be changed, nothing happens twice."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from screens.dialogs.convert import ConvertDialog
from store.instants import moment
from store.operations.converting import ReverseDraft, reverse
from store.operations.people import PersonDraft, add_person
from store.operations.working import NoteDraft, note
from store.rules.closing import NewPerson
from store.vocabulary import Outcome, Role, Stage
from tests.drivers import AppDriver
from tests.factories import ANA, BEN, DAY, PRIYA, ZONE, Floor
from tests.screens.lead_app import at_the_plate, heard, said
from tui.widgets.group_list import GroupList

DANA = NewPerson("Dana", "Ortiz", "CFO", "+1 503 555 0142", "dana@northwind.example")
LEE = NewPerson("Lee", "Wong", "VP Ops", "", "lee@northwind.example")


def met(floor: Floor, stage: Stage = Stage.QUALIFIED) -> int:
    lead_id = floor.lead(stage, person=DANA, company="Northwind [UK]")
    add_person(floor.store, PRIYA, floor.later(), PersonDraft(lead_id, Role.CHAMPION, person=LEE))
    return lead_id


def in_dialog(d: AppDriver) -> bool:
    return isinstance(d.app.screen, ConvertDialog)


async def test_the_proposed_defaults_are_two_keys(floor: Floor) -> None:
    lead_id = met(floor)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("c")
        assert "Ed answers by" in said(d)
        await d.press("enter")
        assert d.keys == 2
        assert heard(d)[0].undo_until is not None
        closes = (moment(floor.now + 90 * DAY, ZONE)).date().isoformat()
    assert floor.state(lead_id).outcome is Outcome.CONVERTED
    assert floor.store.row("SELECT name, amount, probability, close_date, owner_id FROM opportunity") == (
        "Northwind [UK]", 0, 0, closes, 5,
    )  # fmt: skip
    assert floor.store.rows("SELECT role, is_primary FROM opportunity_contact ORDER BY id") == [
        ("other", 1),
        ("champion", 0),
    ]
    assert floor.value("SELECT taker_id FROM hand_over") == 5


async def test_tab_on_the_way_to_the_amount_changes_nothing(floor: Floor) -> None:
    async with at_the_plate(floor, met(floor)) as d:
        await d.press("c")
        amount = d.app.screen.query_one("#amount", Input)
        before = said(d)
        for _ in range(12):
            if d.app.focused is amount:
                break
            await d.press("tab")
        assert d.app.focused is amount
        assert said(d) == before
        assert "a new opportunity over" in before


async def test_what_the_team_lead_said_of_the_conversion_before_is_read_first(floor: Floor) -> None:
    lead_id = met(floor)
    floor.convert(lead_id)
    reverse(floor.store, ANA, floor.later(), ReverseDraft(lead_id, "wrong [person]: ask Lee"))
    async with at_the_plate(floor, lead_id) as d:
        for key in ("c", "x", "l"):
            await d.press(key)
            await d.until(lambda: "Ana took the conversion back today" in said(d))
            assert "“wrong [person]: ask Lee”" in said(d)
            await d.press("escape")
    assert floor.state(lead_id).open


async def test_missing_answers_are_asked_letter_by_letter(floor: Floor) -> None:
    lead_id = met(floor, Stage.CONNECTED)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("c", "y", "y", "y", "u", "enter")
        assert not in_dialog(d)
    lead = floor.state(lead_id)
    assert (lead.need, lead.budget, lead.authority, lead.timeline) == ("yes", "yes", "yes", "not_known")


async def test_a_no_says_what_to_do_instead(floor: Floor) -> None:
    lead_id = met(floor, Stage.CONNECTED)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("c", "y", "n", "y", "y", "enter")
        assert in_dialog(d)
        assert "Budget is a no: close it" in said(d)
    assert floor.state(lead_id).open


async def test_amount_probability_date_and_name_can_be_typed_as_people_write_them(floor: Floor) -> None:
    lead_id = met(floor)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("c")
        for name, text in {"name": "Security", "amount": "12.5k", "probability": "20 %", "close-date": "5 jan"}.items():
            d.app.screen.query_one(f"#{name}", Input).value = text
        await d.idle()
        assert "over $12,500 with 2 people" in said(d)
        await d.press("enter")
    assert floor.store.row("SELECT name, amount, probability, close_date FROM opportunity") == (
        "Security", 1_250_000, 20, "2027-01-05",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("amount", "lots", "no amount"),
        ("probability", "120", "a share from 0 to 100"),
        ("close-date", "someday", "That is no date"),
        ("close-date", "2020-01-01", "has passed"),
        ("close-date", "", "When do you expect it"),
    ],
)
async def test_what_cannot_be_meant_is_marked_at_its_field(floor: Floor, field: str, text: str, sentence: str) -> None:
    lead_id = met(floor)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("c")
        d.app.screen.query_one(f"#{field}", Input).value = text
        await d.press("enter")
        assert in_dialog(d)
        assert sentence in said(d)
        assert d.app.focused is d.app.screen.query_one(f"#{field}", Input)
    assert floor.state(lead_id).open


async def test_an_open_opportunity_is_shown_and_can_be_joined(floor: Floor) -> None:
    first = floor.lead(Stage.CONNECTED, company="Northwind [UK]")
    floor.convert(first, taker_id=5, name="Renewal", amount=5_000_000)
    lead_id = met(floor)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("c")
        assert "1 opportunity open here already" in said(d)
        await d.press("a")
        assert "joins Renewal with 2 people" in said(d)
        await d.press("enter")
    assert floor.value("SELECT count(*) FROM opportunity") == 1
    assert floor.value("SELECT count(*) FROM opportunity_contact WHERE is_primary = 1") == 1
    assert floor.value("SELECT count(*) FROM conversion") == 2


async def test_every_role_can_be_changed_and_there_is_one_primary(floor: Floor) -> None:
    lead_id = met(floor)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("c")
        d.app.screen.set_focus(d.app.screen.query_one(GroupList))
        await d.press("e", "down", "v", "p", "y")  # y is no role, and no answer either while the cursor is here
        await d.press("enter")
        assert not in_dialog(d)
    assert floor.store.rows("SELECT role, is_primary FROM opportunity_contact ORDER BY id") == [
        ("economic_buyer", 0),
        ("evaluator", 1),
    ]


async def test_it_can_be_kept_instead_of_handed_over(floor: Floor) -> None:
    lead_id = met(floor)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("c")
        d.app.screen.set_focus(d.app.screen.query_one("#taker"))
        await d.press("0")
        assert "you keep it" in said(d)
        await d.press("enter")
    assert floor.value("SELECT owner_id FROM opportunity") == PRIYA.user_id
    assert floor.value("SELECT count(*) FROM hand_over") == 0


async def test_a_meeting_needs_a_time_and_no_answers(floor: Floor) -> None:
    lead_id = met(floor, Stage.CONNECTED)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("c")
        d.app.screen.set_focus(d.app.screen.query_one("#into"))
        await d.press("m")
        assert isinstance(d.app.focused, Input)
        await d.type("thu 15:00")
        assert "with 2 people, hosted by Ed" in said(d)
        d.app.screen.set_focus(d.app.screen.query_one(GroupList))
        await d.press("down", "space", "enter")
        assert not in_dialog(d)
    assert floor.state(lead_id).outcome is Outcome.MEETING_BOOKED
    assert floor.value("SELECT host_id FROM meeting") == 5
    assert floor.value("SELECT count(*) FROM meeting_attendee") == 1


async def test_a_meeting_that_was_logged_opens_on_the_meeting(floor: Floor) -> None:
    lead_id = met(floor, Stage.CONNECTED)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("l", "m")
        assert in_dialog(d)
        await d.type("tomorrow 3pm")
        await d.press("enter")
        assert not in_dialog(d)
    assert floor.state(lead_id).outcome is Outcome.MEETING_BOOKED


async def test_the_second_of_two_is_told_who_was_first(floor: Floor) -> None:
    lead_id = met(floor)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("c")
        d.app.screen.query_one("#name", Input).value = "Mine"
        await d.idle()
        floor.convert(lead_id, actor=BEN)
        await d.press("enter")
        assert in_dialog(d)
        assert "Ben converted this" in said(d)
        assert d.app.screen.query_one("#name", Input).value == "Mine"
        await d.press("enter")
        assert "ends here, converted" in said(d) or not in_dialog(d)
    assert floor.value("SELECT count(*) FROM opportunity") == 1


async def test_without_a_person_it_says_how_to_add_one(floor: Floor) -> None:
    async with at_the_plate(floor, floor.company_lead()) as d:
        await d.press("c", "enter")
        assert in_dialog(d)
        assert "add a person with p" in said(d)


async def test_nothing_is_lost_by_somebody_elses_note_and_a_resize(floor: Floor) -> None:
    lead_id = met(floor)
    async with at_the_plate(floor, lead_id, size=(80, 24)) as d:
        await d.press("c")
        d.app.screen.query_one("#amount", Input).value = "900"
        note(floor.store, BEN, floor.later(), NoteDraft(lead_id, "mine"))
        await d.press("enter")
        assert "Ben added a note" in said(d)
        await d.resize(50, 15)
        await d.press("escape")
        assert in_dialog(d)
        assert d.app.screen.query_one("#amount", Input).value == "900"
        await d.press("enter")
    assert floor.value("SELECT amount FROM opportunity") == 90_000
