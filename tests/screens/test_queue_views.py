"""Views, filter and order at the keys: counted, read off the screen, and what marks do meanwhile."""

from __future__ import annotations

import pytest

from screens.queue.filter_line import FilterInput
from screens.queue.shown import BUILT_IN, Shown, fitting
from store.operations.promises import CallbackDraft, callback
from store.operations.views import SaveViewDraft, save_view
from store.queries.views import OwnView, own_views
from store.rules.closing import NewPerson
from store.rules.queue_views import Order, Spec, View
from store.vocabulary import Disposition, Stage
from tests.drivers import AppDriver
from tests.factories import BEN, HOUR, MINUTE, PRIYA, Floor
from tests.screens.queue_app import at_work, on_queue, queue_of

SIZES = [(80, 24), (120, 36), (200, 50)]


@pytest.fixture
def three(floor: Floor) -> list[int]:
    """Dana, Lee and Bo, in due order."""
    people = (("Dana", "Möller & Söhne"), ("Lee", "Acme [UK] Ltd"), ("Bo", "Zebra"))
    return [
        floor.lead(Stage.ACCEPTED, company=company, person=NewPerson(name, "Ortiz", phone=f"+1 212 555 014{number}"))
        for number, (name, company) in enumerate(people)
    ]


def keep(floor: Floor, name: str, spec: Spec) -> None:
    """A view of Priya's, made elsewhere."""
    save_view(floor.store, PRIYA, floor.later(), SaveViewDraft(name, spec))


def ids(d: AppDriver) -> list[int]:
    """The rows of the list."""
    return list(queue_of(d).table.ids)


# --- filter ---


async def test_every_letter_narrows_the_list_and_enter_keeps_it(floor: Floor, three: list[int]) -> None:
    dana, lee, bo = three
    async with at_work(floor) as d:
        await d.press("f")
        await d.type("le")
        await d.until(lambda: ids(d) == [dana, lee])  # Möller, Lee
        await d.type("e")
        await d.until(lambda: ids(d) == [lee])
        await d.press("enter")
        assert d.keys == 2
        assert queue_of(d).focused is queue_of(d).table
        assert "1 of 3" in d.screen_text()
        await d.press("escape")
        await d.until(lambda: ids(d) == [dana, lee, bo])
        assert queue_of(d).table.cursor_id == lee, "the row under the cursor stays under it"
        assert not queue_of(d).filter_line.display


async def test_a_verb_typed_right_after_enter_is_about_what_the_filter_found(floor: Floor, three: list[int]) -> None:
    async with at_work(floor) as d:
        await d.burst("f", "z", "e", "b", "enter", "l", "n")
        assert floor.value("SELECT lead_id FROM touch") == three[2]


async def test_escape_while_typing_shows_all_again(floor: Floor, three: list[int]) -> None:
    async with at_work(floor) as d:
        await d.press("f")
        await d.type("zebra")
        await d.until(lambda: ids(d) == three[2:])
        await d.press("escape")
        await d.until(lambda: ids(d) == three)
        assert queue_of(d).focused is queue_of(d).table


async def test_what_is_wrong_is_told_in_a_sentence_and_the_list_stays(floor: Floor, three: list[int]) -> None:
    async with at_work(floor) as d:
        await d.press("f")
        await d.type("score>")
        await d.until(lambda: "such as score>50" in d.screen_text())
        await d.until(lambda: ids(d) == three)
        await d.press("enter")
        assert queue_of(d).filter_line.typing, "nothing typed is lost"
        await d.type("1")
        await d.until(lambda: ids(d) == [])
        assert "Nothing here is like that" in d.screen_text()


async def test_what_others_add_is_announced_in_a_narrowed_list_too(floor: Floor, three: list[int]) -> None:
    async with at_work(floor) as d:
        await d.press("f")
        await d.type("acme")
        await d.press("enter")
        floor.lead(Stage.ACCEPTED, company="Acme Two")
        floor.lead(Stage.ACCEPTED, company="Other")
        queue_of(d)._look()
        await d.until(lambda: "1 new" in d.screen_text())
        assert ids(d) == three[1:2]


async def test_a_row_that_no_longer_matches_leaves_and_the_next_is_selected(floor: Floor, three: list[int]) -> None:
    async with at_work(floor) as d:
        await d.press("f")
        await d.type("stage:accepted")
        await d.press("enter", "l", "n")
        assert ids(d) == three[1:]
        assert queue_of(d).table.cursor_id == three[1]
        await d.press("u")
        await d.until(lambda: ids(d) == three)


# --- order ---


async def test_the_order_goes_round_and_the_strip_says_which(floor: Floor, three: list[int]) -> None:
    dana, lee, bo = three
    floor.raw("UPDATE lead SET score = 90, rules = 'others' WHERE id = ?", (bo,))
    async with at_work(floor) as d:
        await d.press("O")
        await d.until(lambda: ids(d) == [bo, dana, lee])
        assert "by score" in d.screen_text()
        assert queue_of(d).table.cursor_id == dana
        for name in ("value", "last touch"):
            await d.press("O")
            await d.until(lambda name=name: f"by {name}" in d.screen_text())  # type: ignore[misc]
        await d.press("O")
        await d.until(lambda: ids(d) == [lee, dana, bo])
        await d.press("O", "O")
        await d.until(lambda: ids(d) == three)
        assert "by " not in d.screen_text().splitlines()[1]


async def test_logging_in_another_order_puts_the_row_where_it_belongs(floor: Floor, three: list[int]) -> None:
    async with at_work(floor) as d:
        await d.press(*["O"] * 4)
        dana, lee, bo = three
        await d.until(lambda: ids(d) == [lee, dana, bo])
        await d.press("g", "l", "c")
        await d.type("talked")
        await d.press("enter")
        await d.until(lambda: on_queue(d))
        assert ids(d) in ([lee, dana, bo], [dana, bo])
        assert queue_of(d).table.cursor_id == dana


# --- views of one's own ---


async def test_two_keys_and_the_name_keep_what_is_shown(floor: Floor, three: list[int]) -> None:
    async with at_work(floor) as d:
        await d.press("f")
        await d.type("acme")
        await d.press("enter", "O")
        before = d.keys
        await d.press("V")
        await d.type("Acme first")
        await d.press("enter")
        assert d.keys - before == 2
        await d.until(lambda: "Acme first 1" in d.screen_text())
        (view,) = own_views(floor.store, PRIYA.user_id)
        assert (view.name, view.spec) == ("Acme first", Spec(View.ALL, "acme", Order.SCORE))
        assert queue_of(d).shown.tab.own is not None
        assert ids(d) == three[1:2]


async def test_v_goes_through_the_built_in_views_and_then_ones_own(floor: Floor, three: list[int]) -> None:
    keep(floor, "Zebras", Spec(View.ALL, "zebra"))
    async with at_work(floor, size=(200, 50)) as d:
        await d.until(lambda: "Zebras 1" in d.screen_text())
        await d.press(*["v"] * len(View))
        await d.until(lambda: ids(d) == three[2:])
        assert queue_of(d).filter_line.text == "zebra", "what a view leaves out is said"
        await d.press("v")
        await d.until(lambda: ids(d) == three)
        assert not queue_of(d).filter_line.display


async def test_escape_in_a_view_of_ones_own_goes_back_to_its_own_filter(floor: Floor, three: list[int]) -> None:
    keep(floor, "Ortiz", Spec(View.ALL, "ortiz"))
    async with at_work(floor) as d:
        await d.until(lambda: bool(queue_of(d).shown.own))
        await d.press(*["v"] * len(View))
        await d.press("f")
        await d.type(" acme")
        await d.until(lambda: ids(d) == three[1:2])
        assert "Ortiz*" in d.screen_text()
        await d.press("escape")
        await d.until(lambda: ids(d) == three)
        assert queue_of(d).filter_line.text == "ortiz"


async def test_a_view_is_replaced_renamed_and_removed_in_the_dialog(floor: Floor, three: list[int]) -> None:
    keep(floor, "Mine", Spec(View.ALL, "ortiz"))
    async with at_work(floor) as d:
        await d.until(lambda: bool(queue_of(d).shown.own))

        def views() -> list[tuple[str, str]]:
            return [(view.name, view.spec.filter) for view in own_views(floor.store, PRIYA.user_id)]

        await d.press("f")
        await d.type("zebra")
        await d.press("enter", "V")
        await d.type("mine")
        await d.until(lambda: "replaces “Mine”" in d.screen_text())
        await d.press("enter")
        await d.until(lambda: on_queue(d))
        assert views() == [("mine", "zebra")]
        await d.press("V")
        assert "Your views" in d.screen_text()
        await d.type("mine too")
        await d.press("tab", "tab", "r")
        await d.until(lambda: "will be called “mine too”" in d.screen_text())
        await d.press("enter")
        await d.until(lambda: views() == [("mine too", "zebra")])
        await d.until(lambda: on_queue(d))
        await d.press("V", "tab", "tab", "x")
        await d.until(lambda: "removes “mine too”" in d.screen_text())
        await d.press("enter")
        await d.until(lambda: views() == [])
        await d.until(lambda: ids(d) == three)
        await d.press("u")
        await d.until(lambda: views() == [("mine too", "zebra")])
        await d.until(lambda: "mine too" in d.screen_text())


async def test_a_click_in_the_strip_opens_the_view(floor: Floor, three: list[int]) -> None:
    keep(floor, "Zebras", Spec(View.ALL, "zebra"))
    async with at_work(floor, size=(200, 50)) as d:
        await d.until(lambda: "Zebras 1" in d.screen_text())
        line = d.screen_text().splitlines()[1]
        await d.pilot.click("Strip", offset=(line.index("Zebras") + 2, 0))
        await d.until(lambda: ids(d) == three[2:])
        line = d.screen_text().splitlines()[1]
        await d.pilot.click("Strip", offset=(line.index("All 3"), 0))
        await d.until(lambda: ids(d) == three)


@pytest.mark.parametrize("size", [*SIZES, (40, 12), (20, 5)])
async def test_the_open_view_is_named_in_every_width(floor: Floor, three: list[int], size: tuple[int, int]) -> None:
    for number in range(12):
        keep(floor, f"View number {number}", Spec(View.ALL, "ortiz"))
    async with at_work(floor, size=size) as d:
        await d.until(lambda: len(queue_of(d).shown.own) == 12)
        await d.press(*["v"] * (len(View) + 11))
        await d.until(lambda: "View number 11"[: size[0] - 4] in d.screen_text().splitlines()[1])


async def test_words_of_any_kind_are_only_words_in_a_view(floor: Floor, three: list[int]) -> None:
    async with at_work(floor, size=(200, 50)) as d:
        await d.press("V")
        await d.type("[/b][@click=app.quit]x")
        await d.press("enter")
        await d.until(lambda: "[/b][@click=app.qu" in d.screen_text().splitlines()[1])


# --- marks ---


async def test_marks_outlive_a_filter_and_only_what_is_shown_is_acted_on(floor: Floor, three: list[int]) -> None:
    dana, lee, _ = three
    async with at_work(floor) as d:
        await d.press("space", "space")
        table = queue_of(d).table
        assert table.marked == {dana, lee}
        await d.press("f")
        await d.type("acme")
        await d.until(lambda: ids(d) == [lee])
        assert table.marked == {lee}
        assert "1 marked row not shown here" in d.screen_text()
        await d.press("escape")
        await d.until(lambda: ids(d) == three)
        assert table.marked == {dana, lee}
        await d.press("v")
        await d.until(lambda: ids(d) == [])
        assert table.marked == set()
        assert "2 marked rows not shown here" in d.screen_text()
        await d.press("d", "d")
        await d.until(lambda: ids(d) == three)
        assert table.marked == {dana, lee}


# --- promises that pass on ---


async def test_a_missed_promise_is_anyones_and_logging_it_leaves_the_lead_with_its_owner(floor: Floor) -> None:
    own = floor.lead(Stage.ACCEPTED)
    theirs = floor.lead(Stage.ATTEMPTING, actor=BEN)
    callback(floor.store, BEN, floor.later(), CallbackDraft(theirs, floor.now + HOUR))
    floor.now += HOUR + 42 * MINUTE
    async with at_work(floor, size=(200, 50)) as d:
        assert ids(d) == [theirs, own]
        assert "Ben’s callback" in d.screen_text()
        await d.until(lambda: "42 min late: anyone’s now" in d.screen_text())
        await d.until(lambda: "Callbacks 1" in d.screen_text())
        await d.press("l", "n")
        assert d.keys == 2
        await d.until(lambda: ids(d) == [own])
        assert floor.state(theirs).owner_id == BEN.user_id
        assert floor.value("SELECT user_id FROM touch ORDER BY id DESC") == PRIYA.user_id
        await d.press("u")
        await d.until(lambda: ids(d) == [theirs, own])


async def test_two_at_once_are_told_of_each_other(floor: Floor) -> None:
    theirs = floor.lead(Stage.ATTEMPTING, actor=BEN)
    callback(floor.store, BEN, floor.later(), CallbackDraft(theirs, floor.now + HOUR, anyone=True))
    floor.now += HOUR
    async with at_work(floor) as d:
        await d.press("l")
        floor.touch(theirs, Disposition.NO_ANSWER, actor=BEN)
        await d.press("n")
        await d.until(lambda: "Ben logged a touch on this" in d.screen_text())
        assert floor.value("SELECT count(*) FROM touch WHERE user_id = ?", PRIYA.user_id) == 0


# --- what is shown, without a screen ---


def test_the_open_view_fits_first_then_the_others_from_the_left() -> None:
    assert fitting([5, 5, 5], 2, 100) == [0, 1, 2]
    assert fitting([5, 5, 5], 2, 19) == [0, 1, 2]
    assert fitting([5, 5, 5], 2, 18) == [0, 2]
    assert fitting([5, 5, 5], 2, 1) == [2]
    assert fitting([5], 0, 0) == [0]


def test_what_is_open_stays_open_when_views_come_and_go() -> None:
    shown = Shown()
    one, two = OwnView(1, "One", Spec(View.HOT), 0), OwnView(2, "Two", Spec(View.ALL, "x"), 0)
    assert not shown.take([one, two])
    shown.open_own(2)
    assert not shown.take([two])
    assert shown.tab.own == two
    assert shown.take([OwnView(2, "Two", Spec(View.ALL, "y"), 1)]), "its filter was changed elsewhere"
    assert shown.spec.filter == "y"
    assert shown.take([])
    assert shown.tab == BUILT_IN[0]


def test_next_goes_round() -> None:
    shown = Shown()
    for _ in range(len(View)):
        shown.open(shown.index + 1)
    assert shown.tab.spec == Spec()


async def test_a_filter_says_what_is_left_after_an_act_and_takes_another_condition(floor: Floor) -> None:
    for _ in range(3):
        floor.lead()
    async with at_work(floor) as d:
        await d.press("f")
        await d.type("person1")
        await d.press("enter")
        await d.until(lambda: "1 of 3" in d.screen_text())
        await d.press("x", "r")
        await d.until(lambda: "0 of 3" in d.screen_text())
        await d.press("f")
        assert d.app.screen.query_one(FilterInput).value == "person1 "
