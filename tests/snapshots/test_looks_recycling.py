"""How the recycling list looks, compared with pictures that a person has looked at."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from store import Actor
from store.actor import SYSTEM
from store.instants import DAY
from store.operations.record_signal import SignalDraft, record_signal
from store.rules.closing import NewPerson
from store.vocabulary import Disposition, Outcome, Stage
from tests.drivers import AppDriver
from tests.factories import ANA, BEN, PRIYA, Floor
from tests.screens.queue_app import program
from tests.snapshots.test_looks import SIZES, THEMES, Compare


@pytest.fixture
def floor_with_past(floor: Floor) -> Floor:
    """People who may come back on every track, now, this week, next week and later, some with hostile names."""
    people = (
        ("Northwind", NewPerson("Dana", "Ortiz", "CFO", "+1 212 555 0142"), PRIYA, "timing", "", 95),
        (
            "Acme [UK] Ltd",
            NewPerson("Lee", "Wong", "VP Operations", "+1 212 555 0150"),
            BEN,
            "competitor",
            "Globex",
            96,
        ),
        ("株式会社山田製作所", NewPerson("美咲", "山田", "COO", "+1 212 555 0151"), PRIYA, "no_budget", "", 98),
        (
            "O'Brien [/b] Freight",
            NewPerson("[@click=app.quit]Bo[/]", "Li", "", "+1 212 555 0152"),
            BEN,
            "cold",
            "",
            104,
        ),
        ("Möller & Söhne", NewPerson("Jürgen", "Möller", "CEO", "+1 212 555 0160"), PRIYA, "no_authority", "", 118),
    )
    for company, person, actor, reason, competitor, days in people:
        lead = floor.lead(Stage.CONNECTED, company=company, person=person, actor=actor)
        floor.touch(lead, Disposition.CONVERSATION, actor=actor, note="five sites, [b]wants[/b] a fixed price")
        _end(floor, lead, actor, reason, competitor, days)
    floor.lead(Stage.CLOSED, company="شركة النور", actor=BEN)
    unfit = floor.lead(Stage.CONNECTED, company="Hallam & Co")
    floor.close(unfit, Outcome.BAD_FIT, reason="wrong_product")
    floor.now += 97 * DAY
    contact_id = floor.state(unfit).contact_id
    record_signal(floor.store, SYSTEM, floor.later(), SignalDraft("pricing_page", "website", contact_id=contact_id))
    floor.later()
    return floor


def _end(floor: Floor, lead: int, actor: Actor, reason: str, competitor: str, days: int) -> None:
    more = {"reason": reason, "competitor": competitor, "back_at": floor.now + days * DAY}
    floor.close(lead, Outcome.RE_ENGAGE if reason == "competitor" else Outcome.NOT_READY, actor=actor, **more)


def look(
    compare: Compare,
    floor: Floor,
    keys: tuple[str, ...],
    shows: str,
    size: str,
    theme: str = THEMES[0],
    actor: Actor = PRIYA,
) -> bool:
    """Press keys, wait until the screen shows some words, and compare the picture."""
    app = program(floor, actor, theme=theme)

    async def before(pilot: Pilot[int]) -> None:
        driver = AppDriver(app, pilot)
        await driver.idle()
        await driver.press("3", *keys)
        await driver.until(lambda: shows in driver.screen_text())
        await driver.idle()

    return compare(app, terminal_size=SIZES[size], run_before=before)


@pytest.mark.parametrize(
    ("size", "theme"), [*((size, THEMES[0]) for size in SIZES), ("middle", THEMES[1])], ids=lambda word: word
)
def test_recycling(snap_compare: Compare, floor_with_past: Floor, size: str, theme: str) -> None:
    shows = "Now" if size == "narrow" else "── coming back"
    assert look(snap_compare, floor_with_past, (), shows, size, theme)


@pytest.mark.parametrize("size", ["narrow", "middle"])
def test_recycling_marked(snap_compare: Compare, floor_with_past: Floor, size: str) -> None:
    assert look(snap_compare, floor_with_past, ("ctrl+a", "a"), "Bring back", size, actor=ANA)


@pytest.mark.parametrize("size", SIZES)
def test_recycling_empty(snap_compare: Compare, floor: Floor, size: str) -> None:
    assert look(snap_compare, floor, (), "Nobody is to come back", size)
