"""How the screens look, compared with pictures that a person has looked at: `--snapshot-update` takes new ones."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from store.instants import DAY, HOUR, MINUTE
from store.operations.new_lead import NewLeadDraft, new_lead
from store.operations.promises import CallbackDraft, callback
from store.rules.closing import NewPerson
from store.vocabulary import Disposition, Motion, Outcome, Stage
from tests.drivers import AppDriver
from tests.factories import PRIYA, Floor
from tests.screens.queue_app import program

SIZES = {"narrow": (80, 24), "middle": (120, 36), "wide": (200, 50)}
THEMES = ("atbat-dark", "atbat-light")
Compare = Callable[..., bool]


@pytest.fixture
def busy(floor: Floor) -> Floor:
    """A rep's Wednesday with one of everything, and a person with a past."""
    dana = NewPerson("Dana", "Ortiz", "CFO", "+1 212 555 0142", "dana@northwind.example")
    first = floor.lead(Stage.ATTEMPTING, company="Northwind", person=dana, motion=Motion.CAMPAIGN_RESPONSE)
    contact = floor.state(first).contact_id
    floor.close(first, Outcome.NO_RESPONSE)
    floor.later(DAY)
    again = floor.lead(Stage.CONNECTED, contact_id=contact, motion=Motion.EVENT_FOLLOW_UP)
    callback(floor.store, PRIYA, floor.later(), CallbackDraft(again, floor.now + DAY - 20 * MINUTE, words="budget"))
    for company, person in (
        ("Acme [UK] Ltd", NewPerson("Lee", "Wong", "VP Operations", "+1 212 555 0150")),
        ("株式会社山田製作所", NewPerson("美咲", "山田", "COO", "+1 212 555 0151")),
        ("O'Brien [/b] Freight", NewPerson("[@click=app.quit]Bo[/]", "Li", "", "+1 212 555 0152")),
    ):
        floor.lead(Stage.ACCEPTED, company=company, person=person)
    qualified = floor.lead(Stage.QUALIFIED, company="Hallam & Co")
    assert floor.state(qualified).stage is Stage.QUALIFIED
    tried = floor.lead(Stage.ATTEMPTING, company="شركة النور")
    floor.touch(tried, Disposition.VOICEMAIL_LEFT, note="asked for the buyer")
    floor.later(DAY - HOUR)
    draft = NewLeadDraft(
        Motion.DEMO_REQUEST,
        "website",
        company="Möller & Söhne",
        person=NewPerson("Jürgen", "Möller", "CEO", "+1 212 555 0160"),
        called=False,
    )
    new_lead(floor.store, PRIYA, floor.later(), draft)
    floor.later(HOUR)
    return floor


def look(compare: Compare, floor: Floor, keys: tuple[str, ...], shows: str, size: str, theme: str = THEMES[0]) -> bool:
    """Press keys, wait until the screen shows some words, and compare the picture."""
    app = program(floor, theme=theme)

    async def before(pilot: Pilot[int]) -> None:
        driver = AppDriver(app, pilot)
        await driver.idle()
        await driver.press(*keys)
        await driver.until(lambda: shows in driver.screen_text())
        for field in (*app.screen.query(Input), *app.screen.query(TextArea)):
            field.cursor_blink = False
        await driver.idle()

    return compare(app, terminal_size=SIZES[size], run_before=before)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES)
def test_queue(snap_compare: Compare, busy: Floor, size: str, theme: str) -> None:
    shows = "callback 0" if size == "narrow" else "── before"
    assert look(snap_compare, busy, (), shows, size, theme)


@pytest.mark.parametrize("size", SIZES)
def test_log_dialog(snap_compare: Compare, busy: Floor, size: str) -> None:
    assert look(snap_compare, busy, ("l", "tab"), "What came of it", size)


@pytest.mark.parametrize("theme", THEMES)
def test_help(snap_compare: Compare, busy: Floor, theme: str) -> None:
    assert look(snap_compare, busy, ("question_mark",), "log", "middle", theme)


@pytest.mark.parametrize(("size", "theme"), [*((size, THEMES[0]) for size in SIZES), ("middle", THEMES[1])])
def test_session(snap_compare: Compare, busy: Floor, size: str, theme: str) -> None:
    assert look(snap_compare, busy, ("S",), "what came of the", size, theme)


def test_session_summary(snap_compare: Compare, busy: Floor) -> None:
    assert look(snap_compare, busy, ("S", "n", "right_square_bracket", "escape"), "what next", "middle")
