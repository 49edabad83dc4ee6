"""The queue's screen: what it shows at once, what it says of others, and that nothing moves under the hand."""

from __future__ import annotations

from textual.widgets import Static

from screens.queue.preview import Preview
from store.instants import DAY, HOUR
from store.rules.closing import NewPerson
from store.vocabulary import Disposition, Motion, Stage
from tests.factories import BEN, Floor
from tests.screens.queue_app import at_work, on_queue, queue_of


def pane(preview: Preview) -> str:
    """The words of the preview."""
    return str(preview.query_one(Static).render())


async def test_the_best_next_at_bat_is_selected_with_why(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED)
    hot = floor.lead(Stage.NEW, motion=Motion.DEMO_REQUEST)
    async with at_work(floor) as d:
        assert d.keys == 0
        assert queue_of(d).table.cursor_id == hot
        assert "first touch due in" in d.screen_text()


async def test_the_pane_answers_the_five_questions(floor: Floor) -> None:
    lead_id = floor.lead(Stage.ACCEPTED)
    floor.touch(lead_id, Disposition.VOICEMAIL_LEFT)
    async with at_work(floor) as d:
        if queue_of(d).table.row_count == 0:
            await d.press("d")
        preview = queue_of(d).preview
        await d.until(lambda: "Person1 Ortiz" in pane(preview))
        words = pane(preview)
        for question in ("why", "who", "where", "what", "when"):
            assert f"\n{question} " in words or words.startswith(question)
        assert "you, since" in words


async def test_what_is_due_later_is_one_key_away(floor: Floor) -> None:
    lead_id = floor.lead(Stage.ATTEMPTING)
    async with at_work(floor) as d:
        if queue_of(d).table.row_count:
            await d.press("l", "n")
        assert queue_of(d).table.row_count == 0
        assert "Nothing is due" in d.screen_text()
        await d.press("d")
        await d.until(lambda: list(queue_of(d).table.ids) == [lead_id])


async def test_what_others_did_is_announced_and_never_inserted(floor: Floor) -> None:
    first = floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        queue = queue_of(d)
        new = floor.lead(Stage.NEW, motion=Motion.DEMO_REQUEST)
        queue._look()
        await d.until(lambda: "1 new" in d.screen_text())
        assert list(queue.table.ids) == [first]
        await d.press("R")
        await d.until(lambda: len(queue.table.ids) == 2)
        assert queue.table.cursor_id == first, "the cursor stays on the row it was on"
        assert list(queue.table.ids) == [new, first]


async def test_a_row_taken_by_somebody_else_goes_when_asked(floor: Floor) -> None:
    from store.operations.working import LeadDraft, reassign

    mine, other = floor.lead(Stage.ACCEPTED), floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        queue = queue_of(d)
        reassign(floor.store, BEN, floor.later(), LeadDraft(other))
        queue._look()
        await d.until(lambda: "1 gone" in d.screen_text())
        await d.press("R")
        await d.until(lambda: list(queue.table.ids) == [mine])


async def test_an_undo_brings_the_row_back_to_where_it_was(floor: Floor) -> None:
    leads = [floor.lead(Stage.ACCEPTED) for _ in range(5)]
    async with at_work(floor) as d:
        await d.press("j", "l", "n", "u")
        table = queue_of(d).table
        assert (table.cursor_index, list(table.ids)) == (1, leads)
        assert "Person1 Ortiz" in d.screen_text(), "the row above is still in sight"


async def test_views_are_one_key_apart_and_say_when_they_are_empty(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        await d.press("v")
        await d.until(lambda: "Nobody is waiting for a first answer" in d.screen_text())
        await d.press("v")
        await d.until(lambda: "No promise is open" in d.screen_text())


async def test_it_works_in_every_width(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED)
    async with at_work(floor, size=(80, 24)) as d:
        assert not queue_of(d).preview.display
        for width, height, lines in ((120, 36, 2), (200, 50, 1), (80, 24, 2), (20, 5, 1)):  # a short list
            await d.resize(width, height)
            assert queue_of(d).table._painter.lines == lines
            assert "Ortiz" in d.screen_text() or width == 20


async def test_the_words_follow_the_clock(floor: Floor) -> None:
    floor.lead(Stage.NEW, motion=Motion.CAMPAIGN_RESPONSE)
    async with at_work(floor) as d:
        assert "first touch due in" in d.screen_text()
        floor.now += 5 * HOUR
        d.app.clock = floor.now
        await d.idle()
        assert "late" in d.screen_text()


async def test_what_is_undone_on_another_screen_is_back_in_the_list(floor: Floor) -> None:
    first, second = floor.lead(), floor.lead()
    async with at_work(floor) as d:
        table = queue_of(d).table
        before = list(table.ids)
        await d.press("l", "n")
        assert list(table.ids) != before
        await d.press("2", "u")
        assert "undone" in d.screen_text()
        await d.press("1")
        await d.until(lambda: set(table.ids) == {first, second})
        assert floor.value("SELECT count(*) FROM touch WHERE void = 0") == 0


async def test_marked_rows_are_counted_and_what_acts_on_them_is_named(floor: Floor) -> None:
    for _ in range(3):
        floor.lead()
    async with at_work(floor) as d:
        await d.press("space", "space")
        assert "2 marked: a s t x r M A act on all · : sets motion or campaign" in d.screen_text()
        await d.press("ctrl+a", "ctrl+a")
        assert "marked" not in d.screen_text()


async def test_who_is_outside_their_calling_hours_is_marked_where_a_call_is_next(floor: Floor) -> None:
    person = NewPerson("Yuki", "Mori", phone="+81 3 5555 0142")
    floor.lead(Stage.NEW, motion=Motion.DEMO_REQUEST, person=person)
    floor.lead(Stage.NEW, motion=Motion.DEMO_REQUEST, person=NewPerson("Ann", "Lee", phone="+1 212 555 0142"))
    for size in ((80, 24), (120, 36), (200, 50)):
        async with at_work(floor, size=size) as d:
            shown = d.screen_text()
            assert "! 00:0" in shown
            assert "! 10:0" not in shown
            assert "10:0" in shown


async def test_a_short_list_in_a_small_window_uses_its_empty_lines(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED)
    async with at_work(floor, size=(80, 24)) as d:
        assert "not tried yet" in d.screen_text()
        for _ in range(10):
            floor.lead(Stage.ACCEPTED)
        await d.press("R")
        await d.until(lambda: queue_of(d).table.row_count == 11)
        assert "not tried yet" not in d.screen_text()


async def test_a_key_that_does_nothing_says_so_and_what_was_said_goes_with_the_next_act(floor: Floor) -> None:
    floor.lead(Stage.ACCEPTED)
    async with at_work(floor) as d:
        await d.press("J")
        await d.until(lambda: "J does nothing here" in d.screen_text())
        await d.press("v")
        await d.until(lambda: "J does nothing here" not in d.screen_text())
        await d.press("d", "d", "l", "n")
        await d.until(lambda: "no answer logged" in d.screen_text())
        await d.press("3")
        await d.until(lambda: "no answer logged" not in d.screen_text())
        await d.press("escape")
        await d.until(lambda: d.app.screen is queue_of(d))
        await d.press("escape")
        assert d.app.screen is queue_of(d)


async def test_somebody_just_taken_in_is_selected_though_due_later(floor: Floor) -> None:
    floor.lead(Stage.NEW, motion=Motion.DEMO_REQUEST)
    floor.later(6 * DAY)  # a Sunday: the next step is Monday's
    async with at_work(floor) as d:
        await d.press("i")
        await d.type("Acme")
        for words in ("Zoe", "Young"):
            await d.press("tab")
            await d.type(words)
        await d.press("tab", "tab")
        await d.type("+1 503 555 0199")
        await d.press("ctrl+s")
        await d.until(lambda: on_queue(d))
        row = queue_of(d).table.cursor_row
        assert row is not None
        assert row.name == "Zoe Young"
        assert (row.lead.due_at or 0) > floor.now
        await d.press("u")
        await d.until(lambda: "Zoe Young" not in [row.name for row in [queue_of(d).table.cursor_row] if row])


async def test_a_verb_for_one_says_that_the_marked_stay_marked(floor: Floor) -> None:
    for _ in range(3):
        floor.lead()
    async with at_work(floor) as d:
        await d.press("space", "space", "l")
        await d.until(lambda: "! To " in d.screen_text())  # a refusal, which has no tick
        assert "here for this one: the marked stay marked" in d.screen_text()
        await d.press("escape")
        assert len(queue_of(d).marked_ids()) == 2
