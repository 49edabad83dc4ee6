"""No letter does what nobody meant: what is typed after a refusal, old words in a dialog, a choice that was left."""

from __future__ import annotations

import pytest
from textual import events

from screens.dialogs.log import LogDialog
from store.operations.working import LeadDraft, reassign
from store.vocabulary import Motion, Outcome, Stage
from tests.drivers import AppDriver, driving
from tests.factories import BEN, PRIYA, Floor
from tests.screens.lead_app import at_the_plate
from tests.screens.queue_app import at_work, on_queue, program, queue_of
from tests.screens.test_bell_and_calendar import look
from tui.bell import Bell
from tui.commands import BY_ID, KeyChoices
from tui.frame import Notice
from tui.typed_on import WITHIN, TypedOn

MOVES = frozenset({"j", "k", "g", "G", "down"})


def taken(*typed: tuple[str, float]) -> str:
    """What is held back of keys typed at these times, after a refusal at 0."""
    guard = TypedOn()
    guard.takes(_key("x", 0.0), MOVES)
    guard.refused("Not now.")
    return "".join(key for key, at in typed if guard.takes(_key(key, at), MOVES))


def _key(key: str, at: float) -> events.Key:
    event = events.Key(key, key if len(key) == 1 else None)
    event.time = at
    return event


@pytest.mark.parametrize(
    ("typed", "held"),
    [
        ([("r", 0.0)], "r"),
        ([("r", WITHIN), ("n", 2 * WITHIN), ("3", 3 * WITHIN)], "rn3"),
        ([("r", WITHIN + 0.01), ("n", WITHIN + 0.02)], ""),
        ([("r", 0.1), ("n", 0.1 + WITHIN + 0.01), ("x", 1.0)], "r"),
        ([("r", 0.1), ("enter", 0.2), ("l", 0.3)], "renterl"),
        ([("enter", 0.1), ("l", 0.2)], ""),
        ([("j", 0.1), ("l", 0.2)], ""),
        ([("r", 0.1), ("j", 0.2), ("l", 0.3)], "rl"),
        ([("r", 0.1), ("down", 0.2), ("l", 0.3)], "r"),
        ([("r", 0.1), ("escape", 0.2), ("l", 0.3)], "r"),
        ([("ctrl+q", 0.1), ("l", 0.2)], ""),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(key for key, _ in value),
)
def test_text_typed_on_is_held_back_and_moves_never_are(typed: list[tuple[str, float]], held: str) -> None:
    assert taken(*typed) == held


def test_nothing_is_held_back_without_a_refusal_or_once_a_dialog_opened() -> None:
    guard = TypedOn()
    assert not guard.takes(_key("l", 0.0), MOVES)
    guard.refused("Not now.")
    guard.opened()
    assert not guard.takes(_key("n", 0.0), MOVES)


async def test_what_is_typed_on_after_a_refusal_does_nothing_and_is_told(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.convert(lead_id)
    before = floor.dump()
    async with at_the_plate(floor, lead_id, size=(200, 36)) as d:
        await d.burst("x", "r", "u", "i", "enter")
        assert len(d.app.screen_stack) == 1
        assert "“rui” not taken, nothing was opened: This at bat is converted for good" in d.screen_text()
        await d.press("i")
        assert "Motion" in d.screen_text(), "a key pressed later is a command again"
    assert floor.dump() == before


async def test_moving_right_after_a_refusal_works_and_ends_it(floor: Floor) -> None:
    for _ in range(3):
        floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        table = queue_of(d).table
        first = table.cursor_id
        await d.burst("A", "j", "l", "n")
        await d.until(lambda: on_queue(d) and floor.value("SELECT count(*) FROM touch") == 1)
    assert floor.value("SELECT lead_id FROM touch") != first


async def test_type_ahead_into_a_dialog_that_opens_is_never_held_back(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        await d.press("A")
        await d.burst("l", "c", "h", "i", "enter")
        await d.until(lambda: on_queue(d) and floor.value("SELECT note FROM touch") == "hi")


async def test_moving_keys_of_ones_own_are_known(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        assert {"j", "down", "G"} <= d.app._moves
        assert not d.app._moves & set(KeyChoices().keys(BY_ID["list.mark"]))


async def test_words_of_an_earlier_act_are_not_in_a_dialog_opened_later(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED)
    floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        await d.press("l", "n")
        await d.until(lambda: "logged" in d.screen_text())
        await d.press("l")
        assert isinstance(d.app.screen, LogDialog)
        assert d.app.notice is None
        await d.press("escape")
        assert d.app.notice is None


async def test_what_opened_a_dialog_itself_is_still_said_in_it(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        await d.press("l", "m")
        await d.until(lambda: "Convert" in d.screen_text())
        said = _notice(d).sentence
        assert "meeting booked logged" in said
        assert "undoes" not in said, "that key is a letter of the dialog"


async def test_what_the_bell_says_stays_when_a_dialog_opens(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED)
    async with driving(program(floor, bell=Bell())) as d:
        await look(d)
        reassign(floor.store, PRIYA, floor.now, LeadDraft(floor.lead(motion=Motion.DEMO_REQUEST, actor=BEN)))
        await look(d)
        assert _notice(d).news
        await d.press("l")
        assert isinstance(d.app.screen, LogDialog)
        assert _notice(d).news


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (("l", "tab"), "Nothing was saved."),
        (("l",), ""),
        (("x", "n"), "Nothing was saved."),
        (("x", "m"), "Nothing was saved."),
        (("l", "m"), "Nothing more was saved; what was logged before stays (u undoes it)."),
        (("n", "a", "escape"), "Nothing was saved."),
    ],
    ids=" ".join,
)
async def test_leaving_what_was_begun_says_that_nothing_was_saved(
    floor: Floor, keys: tuple[str, ...], words: str
) -> None:
    floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        await d.press(*keys)
        assert not on_queue(d)
        await d.press("escape")
        assert on_queue(d)
        assert (d.app.notice.sentence if d.app.notice else "") == words
        assert f"✓ {words}" not in d.screen_text(), "nothing was done that could be ticked off"
    assert floor.value("SELECT count(*) FROM lead WHERE outcome = ?", Outcome.NOT_READY.value) == 0


def _notice(d: AppDriver) -> Notice:
    assert d.app.notice is not None
    return d.app.notice
