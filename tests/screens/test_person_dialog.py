"""Adding a person: a name or somebody known, enter, and the letter of the part they play."""

from __future__ import annotations

from screens.dialogs.person_role import PersonRoleDialog
from store.rules.closing import NewPerson
from store.vocabulary import Stage
from tests.drivers import AppDriver
from tests.factories import Floor
from tests.screens.lead_app import at_the_plate, said

MOE = NewPerson("Moe", "Okafor", "Head of IT", "", "moe@northwind.example")


def in_dialog(d: AppDriver) -> bool:
    return isinstance(d.app.screen, PersonRoleDialog)


async def test_a_new_person_is_a_key_the_name_enter_and_a_letter(floor: Floor) -> None:
    lead_id = floor.lead(Stage.CONNECTED, company="Northwind")
    async with at_the_plate(floor, lead_id) as d:
        await d.press("p")
        await d.type("Lee")
        await d.press("enter")
        await d.until(lambda: "a new person" in said(d))
        await d.press("e")
        assert d.keys == 3
        assert not in_dialog(d)
    sql = "SELECT c.name, m.role FROM lead_contact m JOIN contact c ON c.id = m.contact_id WHERE m.is_primary = 0"
    assert floor.store.rows(sql) == [("Lee", "economic_buyer")]


async def test_somebody_known_is_taken_with_the_down_key(floor: Floor) -> None:
    floor.lead(Stage.NEW, company="Northwind", person=MOE)
    floor.lead(Stage.NEW, company="Northwind")
    lead_id = floor.lead(Stage.CONNECTED, company="Northwind")
    people = floor.value("SELECT count(*) FROM contact")
    async with at_the_plate(floor, lead_id) as d:
        await d.press("p")
        await d.type("oka")
        await d.press("down")
        await d.until(lambda: "Moe Okafor joins this at bat · known here · is being worked by Priya as well" in said(d))
        await d.press("up")
        assert "oka joins this at bat · a new person" in said(d)
        await d.press("down", "enter", "c")
        assert not in_dialog(d)
    assert floor.value("SELECT count(*) FROM contact") == people


async def test_a_company_alone_gets_its_first_person_as_primary(floor: Floor) -> None:
    lead_id = floor.company_lead()
    async with at_the_plate(floor, lead_id) as d:
        await d.press("p")
        await d.type("Lee")
        assert "becomes its primary contact" in said(d)
        await d.press("enter", "d")
    assert floor.state(lead_id).contact_id is not None


async def test_enter_without_a_name_marks_the_name(floor: Floor) -> None:
    async with at_the_plate(floor, floor.lead(Stage.CONNECTED)) as d:
        await d.press("p", "enter")
        assert in_dialog(d)
        assert "Who is it?" in said(d)


async def test_a_number_nobody_can_dial_is_marked_and_everything_stays(floor: Floor) -> None:
    lead_id = floor.lead(Stage.CONNECTED)
    async with at_the_plate(floor, lead_id) as d:
        await d.press("p")
        await d.type("Lee")
        await d.press("tab", "tab", "tab")
        await d.type("call me")
        await d.press("enter", "d")
        assert in_dialog(d)
        assert "no phone" in said(d)
        await d.press("escape")
        assert in_dialog(d)
        await d.press("escape")
        assert not in_dialog(d)
    assert floor.value("SELECT count(*) FROM contact WHERE name = 'Lee'") == 0
