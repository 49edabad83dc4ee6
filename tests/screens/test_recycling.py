"""The recycling list, key by key: what it shows, who is brought back, marks, order, filter, and what others do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from screens.account.screen import AccountScreen
from screens.recycling.screen import RecyclingScreen
from screens.timeline.screen import TimelineScreen
from store import Store, open_store
from store.instants import DAY
from store.operations.edit import ContactDraft, edit_contact
from store.operations.recycle import RecycleDraft, recycle
from store.rules.closing import NewPerson
from store.vocabulary import Disposition, Outcome, Stage, Status
from tests.drivers import AppDriver
from tests.factories import ANA, BEN, PRIYA, Floor
from tests.screens.lead_app import said
from tests.screens.queue_app import at_work, on_queue


@pytest.fixture
def another(floor: Floor) -> Iterator[Store]:
    """The same database, opened by somebody else."""
    store = open_store(floor.store.path)
    yield store
    store.close()


@pytest.fixture
def ended(floor: Floor) -> dict[str, int]:
    """At bats that ended so that one stands in each group: a promise, a competitor, no response, one to come."""
    promised = floor.lead(
        Stage.CONNECTED, company="Northwind", person=NewPerson("Dana", "Ortiz", "CFO", "+1 212 555 0142")
    )
    floor.touch(promised, Disposition.CONVERSATION, note="after the summer")
    floor.close(promised, Outcome.NOT_READY, back_at=floor.now + 95 * DAY)
    lost = floor.lead(Stage.CONNECTED, company="Contoso", actor=BEN)
    lost_on = {"reason": "competitor", "competitor": "Globex", "back_at": floor.now + 93 * DAY}
    floor.close(lost, Outcome.RE_ENGAGE, actor=BEN, **lost_on)
    silent = floor.lead(Stage.CLOSED, company="Fabrikam", actor=BEN)
    theirs = floor.lead(Stage.CLOSED, company="Tailspin")
    coming = floor.lead(Stage.CONNECTED, company="Wingtip")
    floor.close(coming, Outcome.NOT_READY, back_at=floor.now + 120 * DAY)
    floor.now += 96 * DAY
    return {"promised": promised, "lost": lost, "silent": silent, "theirs": theirs, "coming": coming}


def recycling_of(d: AppDriver) -> RecyclingScreen:
    """The list, which is in front."""
    assert isinstance(d.app.screen, RecyclingScreen)
    return d.app.screen


async def on(d: AppDriver, lead_id: int | None = None) -> RecyclingScreen:
    """Go to the list, and to somebody on it."""
    await d.press("3")
    screen = recycling_of(d)
    while lead_id is not None and screen.table.cursor_id != lead_id:
        await d.press("j")
    return screen


def opened_on(floor: Floor, lead_id: int) -> int:
    """The open at bat of who an ended one was on."""
    return int(floor.value("SELECT id FROM lead WHERE contact_id = ? AND open = 1", floor.state(lead_id).contact_id))


async def test_it_shows_who_with_what_and_what_was_said(floor: Floor, ended: dict[str, int]) -> None:
    async with at_work(floor, size=(200, 50)) as d:
        screen = await on(d)
        assert list(screen.table.ids) == [ended[name] for name in ("promised", "lost", "theirs", "silent", "coming")]
        for words in ("recapture: left for Globex", "“after the summer”", "Now • 4", "Later 1", "not Ben", "not you"):
            assert words in said(d), words
        await d.until(lambda: "on the date that was agreed" in said(d) and "you, who worked them before" in said(d))
        await d.press("j")
        await d.until(lambda: "before their contract ends" in said(d))
        assert "recapture from a competitor, first call" in said(d)


async def test_one_key_brings_back_by_the_rules_and_the_next_row_follows(floor: Floor, ended: dict[str, int]) -> None:
    async with at_work(floor) as d:
        screen = await on(d, ended["promised"])
        await d.press("a")
        await d.until(lambda: ended["promised"] not in screen.table.ids)
        assert "Dana Ortiz comes back: at bat 2 is yours · u undoes" in said(d)
        assert screen.table.cursor_id == ended["lost"]
        await d.press("a")  # Ben's promise stays Ben's
        await d.until(lambda: ended["lost"] not in screen.table.ids)
        assert "goes to Ben" in said(d)
        await d.press("a")  # one that Priya got no response from goes to another
        await d.until(lambda: ended["theirs"] not in screen.table.ids)
        assert "goes to Ben" in said(d)
        await d.press("a")  # and one that Ben got none from is hers by asking
        await d.until(lambda: ended["silent"] not in screen.table.ids)
        assert "is yours" in said(d)
        back = floor.state(opened_on(floor, ended["silent"]))
        assert (back.owner_id, back.status, back.number) == (PRIYA.user_id, Status.RECYCLED, 2)
        await d.press("u")
        await d.until(lambda: ended["silent"] in screen.table.ids)
        assert floor.value("SELECT count(*) FROM lead WHERE open = 1") == 3


async def test_who_is_to_come_is_refused_with_the_day(floor: Floor, ended: dict[str, int]) -> None:
    async with at_work(floor) as d:
        await on(d, ended["coming"])
        await d.press("a")
        await d.until(lambda: "may come back on 2027-03-23" in said(d))
        assert floor.value("SELECT count(*) FROM lead WHERE open = 1") == 0
        await d.press("d")
        assert ended["coming"] not in recycling_of(d).table.ids
        await d.press("d")
        assert ended["coming"] in recycling_of(d).table.ids


async def test_a_team_lead_has_all_marked_routed_and_takes_it_back_as_one(floor: Floor, ended: dict[str, int]) -> None:
    async with at_work(floor, ANA) as d:
        screen = await on(d)
        await d.press("ctrl+a")
        assert "5 marked" in said(d)
        await d.press("a")
        await d.until(lambda: "Bring back 4 of 5" in said(d))
        assert "is still to come" in said(d)
        await d.press("enter")
        await d.until(lambda: list(screen.table.ids) == [ended["coming"]])
        assert screen.table.marked == {ended["coming"]}
        owners = {name: floor.state(opened_on(floor, ended[name])).owner_id for name in ("promised", "lost", "silent")}
        assert owners == {"promised": PRIYA.user_id, "lost": BEN.user_id, "silent": PRIYA.user_id}
        await d.press("u")
        await d.until(lambda: len(screen.table.ids) == 5)
        assert floor.value("SELECT count(*) FROM lead WHERE open = 1") == 0


async def test_filter_order_and_back(floor: Floor, ended: dict[str, int]) -> None:
    async with at_work(floor) as d:
        screen = await on(d)
        await d.press("f")
        await d.type("globex")
        await d.press("enter")
        await d.until(lambda: list(screen.table.ids) == [ended["lost"]])
        await d.until(lambda: "1 of 5" in said(d))
        await d.press("f")
        await d.type("nobody")
        await d.until(lambda: "Nobody here is like that" in said(d))
        await d.press("escape")
        await d.until(lambda: len(screen.table.ids) == 5)
        await d.press("O", "O")
        companies = [row.company for row in (screen.table._window.row(id).row for id in screen.table.ids)]  # type: ignore[union-attr]
        assert companies == sorted(companies)
        assert "by company" in said(d)
        await d.press("1")
        assert on_queue(d)
        await d.press("3")
        assert len(recycling_of(d).table.ids) == 5


async def test_enter_right_behind_the_last_letter_drops_none(floor: Floor, ended: dict[str, int]) -> None:
    async with at_work(floor) as d:
        screen = await on(d)
        await d.press("f")
        screen.filter_line.input.value = "globex"  # its message is still on the way when enter is acted on
        screen.action_keep_filter()
        assert list(screen.table.ids) == [ended["lost"]]
        assert screen.filter_line.text == "globex"


async def test_enter_opens_the_timeline_and_c_the_company_and_esc_the_same_row(
    floor: Floor, ended: dict[str, int]
) -> None:
    async with at_work(floor) as d:
        screen = await on(d, ended["lost"])
        await d.press("enter")
        assert isinstance(d.app.screen, TimelineScreen)
        await d.until(lambda: "Contoso" in said(d))
        await d.press("escape")
        assert recycling_of(d).table.cursor_id == ended["lost"]
        await d.press("C")
        assert isinstance(d.app.screen, AccountScreen)
        await d.press("escape")
        assert recycling_of(d) is screen


async def test_what_others_did_is_said_and_moves_nothing_until_asked(
    floor: Floor, ended: dict[str, int], another: Store
) -> None:
    async with at_work(floor) as d:
        screen = await on(d, ended["silent"])
        recycle(another, BEN, floor.now, RecycleDraft(ended["theirs"]))
        await d.until(lambda: "1 row changed" in said(d))
        assert ended["theirs"] in screen.table.ids
        await d.press("R")
        await d.until(lambda: ended["theirs"] not in screen.table.ids)
        assert screen.table.cursor_id == ended["silent"]


async def test_who_was_brought_back_meanwhile_is_told(floor: Floor, ended: dict[str, int], another: Store) -> None:
    async with at_work(floor) as d:
        await on(d, ended["silent"])
        recycle(another, BEN, floor.now, RecycleDraft(ended["silent"]))
        await d.press("a")
        await d.until(lambda: "has an open at bat already" in said(d))
        assert floor.value("SELECT count(*) FROM lead WHERE open = 1") == 1


async def test_an_empty_list_says_what_comes_here(floor: Floor) -> None:
    async with at_work(floor) as d:
        await d.press("3")
        await d.until(lambda: "Nobody is to come back so far" in said(d))
        await d.press("a", "enter", "l")
        assert recycling_of(d)


async def test_verbs_of_open_at_bats_say_what_to_do_first(floor: Floor, ended: dict[str, int]) -> None:
    async with at_work(floor) as d:
        await on(d)
        await d.press("x")
        await d.until(lambda: "a brings this person back first" in said(d))


async def test_a_reference_is_used_from_the_palette_of_a_timeline(floor: Floor, ended: dict[str, int]) -> None:
    contact = floor.state(ended["promised"]).contact_id or 0
    edit_contact(floor.store, PRIYA, floor.later(), ContactDraft(contact, reference=True))
    async with at_work(floor) as d:
        await on(d, ended["promised"])
        await d.press("enter", "colon")
        await d.type("use as reference")
        await d.press("enter")
        await d.until(lambda: "Dana Ortiz is used as a reference: 1 of 2" in said(d))
        assert floor.value("SELECT count(*) FROM task WHERE kind = 'reference'") == 1
