"""How the team's board looks, compared with pictures that a person has looked at."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from store.actor import Actor
from store.instants import DAY, HOUR, MINUTE
from store.operations.init import UserDraft, add_user
from store.operations.promises import CallbackDraft, callback
from store.operations.sessions import StartDraft, start_session
from store.operations.working import StatusDraft, set_status
from store.rules.closing import NewPerson
from store.vocabulary import Disposition, Motion, Stage, Status
from tests.drivers import AppDriver
from tests.factories import ANA, BEN, PRIYA, Floor
from tests.screens.queue_app import program
from tests.snapshots.test_looks import SIZES, THEMES, Compare


@pytest.fixture
def team(floor: Floor) -> Floor:
    """A Tuesday noon of a team in which everybody does something else."""
    store = floor.store
    names = ("Zoë [bold]Lund[/]", "美咲 山田", "Sam O.", "Lee W.")
    zoe, misaki, sam, lee = (
        Actor((add_user(store, ANA, floor.later(), UserDraft(name)).made or {})["user_id"]) for name in names
    )
    stale = floor.lead(Stage.CONNECTED, actor=BEN, company="Harbour Freight")
    floor.lead(Stage.DISQUALIFIED, actor=BEN)
    promised = [floor.lead(Stage.ACCEPTED, actor=zoe) for _ in range(5)]
    for lead in promised:
        callback(store, zoe, floor.later(), CallbackDraft(lead, floor.now + DAY))
    for _ in range(11):
        floor.lead(actor=PRIYA)
    gone = floor.lead(Stage.ATTEMPTING, actor=lee)
    assert floor.state(gone).open
    floor.raw('UPDATE "user" SET active = 0 WHERE id = ?', (lee.user_id,))
    written = floor.value("SELECT max(id) FROM operation")
    away = (sam.user_id, "2026-11-20", "2026-12-04", 0, written)
    floor.raw("INSERT INTO absence (user_id, starts, ends, void, written_id) VALUES (?, ?, ?, ?, ?)", away)
    floor.later(DAY - HOUR)
    set_status(store, BEN, floor.later(), StatusDraft(stale, Status.STALE))
    floor.lead(actor=BEN, motion=Motion.DEMO_REQUEST)
    floor.later(2 * HOUR)
    for lead in promised[1:]:
        floor.touch(lead, Disposition.NO_ANSWER, actor=zoe)
    floor.later(18 * MINUTE)
    northwind = NewPerson("Dana", "Ortiz", "CFO", "+1 212 555 0142")
    dana = floor.lead(Stage.ACCEPTED, company="Northwind", person=northwind)
    start_session(store, PRIYA, floor.later(), StartDraft((dana,), "all"))
    own = floor.lead(Stage.ACCEPTED, actor=misaki, company="Möller & Söhne")
    floor.touch(own, Disposition.CONVERSATION, actor=misaki)
    floor.meet(own, actor=misaki)
    floor.later(4 * MINUTE)
    return floor


def look(compare: Compare, floor: Floor, keys: tuple[str, ...], shows: str, size: str, theme: str) -> bool:
    """Press keys as the team lead, wait until the screen shows some words, and compare the picture."""
    app = program(floor, ANA, theme=theme)

    async def before(pilot: Pilot[int]) -> None:
        driver = AppDriver(app, pilot)
        await driver.idle()
        await driver.press(*keys)
        await driver.until(lambda: shows in driver.screen_text())
        await driver.idle()

    return compare(app, terminal_size=SIZES[size], run_before=before)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES)
def test_board(snap_compare: Compare, team: Floor, size: str, theme: str) -> None:
    assert look(snap_compare, team, ("4",), "everybody", size, theme)


@pytest.mark.parametrize("size", SIZES)
def test_a_reps_queue(snap_compare: Compare, team: Floor, size: str) -> None:
    shows = "Priya’s queue" if size == "narrow" else "where "
    assert look(snap_compare, team, ("4", "j", "enter"), shows, size, THEMES[0])
