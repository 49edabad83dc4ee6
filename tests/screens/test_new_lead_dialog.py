"""An inbound call: one key, the typing, enter; whoever is known is shown and never doubled."""

from __future__ import annotations

from textual.widgets import Input

from screens.dialogs.new_lead import NewLeadDialog
from store.rules.closing import NewPerson
from store.vocabulary import Motion, Outcome, Stage
from tests.drivers import AppDriver
from tests.factories import BEN, Floor
from tests.screens.lead_app import at_the_plate, heard, said
from tui.widgets.choice_list import ChoiceList

DANA = NewPerson("Dana", "Ortiz", "CFO", "+1 503 555 0142", "dana@northwind.example")


def in_dialog(d: AppDriver) -> bool:
    return isinstance(d.app.screen, NewLeadDialog)


async def fill(d: AppDriver, **fields: str) -> None:
    """Type into the named fields."""
    for name, text in fields.items():
        d.app.screen.set_focus(d.app.screen.query_one(f"#{name.replace('_', '-')}", Input))
        await d.type(text)


def known(d: AppDriver) -> ChoiceList[object]:
    return d.app.screen.query_one("#known", ChoiceList)


async def test_a_call_is_one_key_the_typing_and_enter(floor: Floor) -> None:
    async with at_the_plate(floor) as d:
        await d.press("i")
        assert d.app.focused is d.app.screen.query_one("#company", Input)
        await fill(d, company="Northwind [UK] Ltd", first_name="Dana", last_name="Ortiz", phone="+1 503 555 0142")
        await fill(d, note="wants a demo")
        assert "a new at bat for Dana Ortiz at Northwind [UK] Ltd · yours" in said(d)
        await d.press("enter")
        assert d.keys == 2
        lead_id = heard(d)[0].lead_id
    assert lead_id is not None
    lead = floor.state(lead_id)
    assert (lead.motion, lead.source, lead.stage) == (Motion.DEMO_REQUEST, "inbound call", Stage.CONNECTED)
    assert floor.value("SELECT note FROM touch WHERE lead_id = ?", lead_id) == "wants a demo"


async def test_somebody_known_is_shown_while_typing_and_taken_with_down(floor: Floor) -> None:
    lead_id = floor.lead(Stage.CONNECTED, person=DANA, company="Northwind")
    floor.close(lead_id, Outcome.NO_RESPONSE)
    async with at_the_plate(floor) as d:
        await d.press("i")
        await fill(d, company="north", first_name="dan")
        await d.until(lambda: len(known(d).choices) == 2)
        await d.until(lambda: "Dana Ortiz, CFO · Northwind" in said(d))
        assert "1 at bat before" in said(d)
        await d.press("down")
        assert "at bat 2 for Dana Ortiz, who is known" in said(d)
        await d.press("enter")
        assert not in_dialog(d)
    assert floor.value("SELECT count(*) FROM contact") == 1
    assert floor.value("SELECT max(number) FROM lead") == 2


async def test_a_known_company_is_taken_without_a_second_one(floor: Floor) -> None:
    floor.lead(person=DANA, company="Northwind")
    async with at_the_plate(floor) as d:
        await d.press("i")
        await fill(d, company="northw")
        await d.until(lambda: len(known(d).choices) == 1)
        await d.press("down")
        await fill(d, first_name="Lee", email="lee@northwind.example")
        await d.until(lambda: "at Northwind, which is known" in said(d))
        await d.press("enter")
        assert not in_dialog(d)
    assert floor.value("SELECT count(*) FROM account") == 1
    assert floor.value("SELECT count(*) FROM contact") == 2


async def test_one_who_is_being_worked_is_gone_to_and_words_are_asked_about(floor: Floor) -> None:
    floor.lead(Stage.CONNECTED, actor=BEN, person=DANA, company="Northwind")
    async with at_the_plate(floor) as d:
        await d.press("i")
        await fill(d, first_name="dana", note="he called")
        await d.until(lambda: len(known(d).choices) == 1)
        await d.press("down")
        await d.until(lambda: "Ben works Dana Ortiz already: enter goes there" in said(d))
        await d.press("enter")
        assert in_dialog(d)
        assert "Enter again goes to their at bat" in said(d)
        await d.press("enter")
        assert not in_dialog(d)
        assert "Dana Ortiz" in said(d)
    assert floor.value("SELECT count(*) FROM lead") == 1


async def test_one_who_is_suppressed_is_refused_with_the_reason(floor: Floor) -> None:
    lead_id = floor.lead(Stage.CONNECTED, person=DANA, company="Northwind")
    floor.close(lead_id, Outcome.SUPPRESS, reason="asked_us_to_stop")
    async with at_the_plate(floor) as d:
        await d.press("i")
        await fill(d, email="dana@northwind.example")
        await d.until(lambda: len(known(d).choices) == 1)
        await d.until(lambda: "asked not to be contacted" in said(d))
        await d.press("down", "enter")
        assert in_dialog(d)
    assert floor.value("SELECT count(*) FROM lead WHERE open = 1") == 0


async def test_bad_number_and_address_are_marked_and_nothing_is_lost(floor: Floor) -> None:
    async with at_the_plate(floor, size=(80, 24)) as d:
        await d.press("i")
        await fill(d, company="Globex", first_name="Zoe", phone="12", email="zoe@")
        await d.press("enter")
        assert in_dialog(d)
        assert "no e-mail" in said(d)
        await fill(d, email="globex.example")
        await d.press("enter")
        assert "no phone" in said(d)
        await d.resize(40, 12)
        await d.press("escape")
        assert in_dialog(d)
        values = [d.app.screen.query_one(f"#{name}", Input).value for name in ("company", "first-name", "phone")]
        assert values == ["Globex", "Zoe", "12"]
    assert floor.value("SELECT count(*) FROM lead") == 0


async def test_ones_own_idea_needs_a_reason_and_logs_no_call(floor: Floor) -> None:
    async with at_the_plate(floor) as d:
        await d.press("i")
        await fill(d, company="Globex", first_name="Zoe", email="zoe@globex.example")
        d.app.screen.set_focus(d.app.screen.query_one("#motion"))
        await d.press("m", "enter")
        assert "Say in a sentence why" in said(d)
        await d.type("opened a plant near us")
        await d.press("enter")
        assert not in_dialog(d)
    assert floor.store.row("SELECT motion, source, why, touches FROM lead") == (
        "rep_created", "own research", "opened a plant near us", 0,
    )  # fmt: skip


async def test_a_company_alone_keeps_what_was_said(floor: Floor) -> None:
    async with at_the_plate(floor) as d:
        await d.press("i")
        await fill(d, company="Globex", note="they look for logistics software")
        await d.press("enter")
        assert not in_dialog(d)
    assert floor.value("SELECT why FROM lead") == "they look for logistics software"


async def test_enter_after_the_company_alone_asks_once_who_it_is(floor: Floor) -> None:
    async with at_the_plate(floor) as d:
        await d.press("i")
        await fill(d, company="Globex")
        await d.press("enter")
        assert in_dialog(d)
        assert "Enter again opens it with nobody known yet" in said(d)
        assert d.app.focused is d.app.screen.query_one("#first-name", Input)
        await d.press("enter")
        assert not in_dialog(d)
    assert floor.value("SELECT count(*) FROM lead WHERE contact_id IS NULL") == 1


async def test_ctrl_s_takes_a_company_alone_at_once(floor: Floor) -> None:
    async with at_the_plate(floor) as d:
        await d.press("i")
        await fill(d, company="Globex")
        await d.press("ctrl+s")
        assert not in_dialog(d)
    assert floor.value("SELECT count(*) FROM lead WHERE contact_id IS NULL") == 1


async def test_nothing_typed_asks_who(floor: Floor) -> None:
    async with at_the_plate(floor) as d:
        await d.press("i")
        assert "Type what you hear" in said(d)
        await d.press("enter")
        assert "Who is it?" in said(d)
