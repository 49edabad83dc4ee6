"""The frame: who is here, where one can go, what is said, how it ends."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.widgets import Input
from textual.worker import WorkerFailed

from store.errors import StoreError
from store.vocabulary import Status
from tests.drivers import driving
from tests.frame_fakes import PRIYA, FakeDone, FakeStore, Leads, fake_app, fake_log, team
from tests.frame_fakes import LogDraft as Draft
from tui.desk import Change
from tui.frame import Standing
from tui.guide import status_guide
from tui.start import _named


async def test_the_top_line_says_who_when_and_how_the_clocks_stand() -> None:
    async with driving(fake_app()) as d:
        d.app.standing = Standing(0.94, 3)
        await d.idle()
        top = d.screen_text().splitlines()[0]
        assert " Queue " in top
        assert top.endswith("Priya N. · Thu 08:53 · SLA 94 % · ! 3 late")


async def test_the_first_start_asks_who_it_is_and_remembers() -> None:
    remembered: list[str] = []
    app = fake_app(person=None, remember=remembered.append)
    async with driving(app) as d:
        assert "Who are you?" in d.screen_text()
        await d.press("escape")
        assert "Press the letter beside your name" in d.screen_text()
        await d.press("b")
        assert remembered == ["Tom K."]
        assert "now: Dana" in d.screen_text()
        assert "Tom K." in d.screen_text()
        assert app.desk.actor is not None
        assert app.desk.actor.user_id == 3
        assert app.desk.actor.leads_team


def test_a_person_is_found_whatever_the_case_and_an_unknown_one_is_told_who_there_is() -> None:
    assert _named("priya n.", [PRIYA]) is PRIYA
    assert _named(None, [PRIYA]) is None
    with pytest.raises(StoreError, match=r"Nobody here is called Zed.*Priya N\."):
        _named("Zed", [PRIYA])


async def test_a_command_that_cannot_be_done_now_says_why() -> None:
    async with driving(fake_app()) as d:
        screen = d.app.screen
        assert isinstance(screen, Leads)
        screen.leads.clear()
        await d.press("l")
        assert "No lead is selected to log." in d.screen_text()


async def test_help_shows_keys_and_the_status_in_front_first() -> None:
    async with driving(fake_app(), size=(200, 50)) as d:
        await d.press("question_mark")
        text = d.screen_text()
        assert d.keys == 1
        assert text.index("This lead is Attempting") < text.index("On a lead")
        assert "Log a touch" in text
        for status in ("Uncontacted", "Recycled", "Working", "Stale"):
            assert status in text
        await d.press("question_mark")
        assert "now: Dana" in d.screen_text()


def test_the_guide_has_every_status_with_the_teams_numbers() -> None:
    guide = status_guide(team().rules)
    assert [entry.status for entry in guide] == list(Status)
    for entry in guide:
        assert entry.stages
        for words in (entry.means, entry.needs, entry.by_itself, entry.next):
            assert words
            assert "{" not in words
    connected = next(entry for entry in guide if entry.status is Status.CONNECTED)
    assert "10 business days" in connected.next


async def test_others_commits_are_announced() -> None:
    store = FakeStore()
    app = fake_app(store)
    async with driving(app) as d:
        heard: asyncio.Queue[Change] = asyncio.Queue()
        app.desk.listen(heard.put_nowait)
        store.version += 1
        assert (await asyncio.wait_for(heard.get(), 10)).done is None
        await d.press("l", "n")
        assert isinstance((await asyncio.wait_for(heard.get(), 10)).done, FakeDone)


async def test_a_write_outlives_whoever_asked_for_it() -> None:
    store = FakeStore()
    app = fake_app(store)
    async with driving(app):
        store.gate.clear()
        task = asyncio.create_task(app.desk.write(fake_log, Draft(9, "no answer", "")))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        store.gate.set()
        await app.desk.drained()
        assert store.written[0][0].lead_id == 9


async def test_quitting_waits_for_a_write_and_closes_the_store() -> None:
    store = FakeStore()
    app = fake_app(store)
    async with driving(app) as d:
        store.gate.clear()
        d.send("l", "n")
        await d.until(lambda: app.desk.busy)
        d.send("ctrl+q")
        await d.until(lambda: app._leaving)
        assert not store.written
        store.gate.set()
        await d.until(lambda: not app.is_running)
        await d.until(lambda: len(set(store.closed)) == 2)  # who only reads is not waited for
    assert len(store.written) == 1
    assert app.return_code == 0


async def test_a_key_sent_twice_is_done_once() -> None:
    store = FakeStore()
    app = fake_app(store)
    async with driving(app) as d:
        await d.press("l", "down")
        dialog: Any = d.app.screen
        draft = dialog.draft()
        first = await dialog.carry_out(draft)
        assert await dialog.carry_out(draft) is first
        assert len(store.written) == 1


async def test_a_read_that_fails_is_one_sentence_and_the_app_goes_on() -> None:
    def broken(store: FakeStore) -> None:
        raise StoreError("The database is gone: close the program and open it again.")

    app = fake_app()
    async with driving(app) as d:

        async def read() -> None:
            await app.desk.read(broken)

        app.run_worker(read())
        await d.until(lambda: "The database is gone" in d.screen_text())
        await d.press("l")
        assert "Log a touch" in d.screen_text()


@dataclass
class Bomb(Exception):
    """A fault with personal data in it."""

    phone: str = "+1 503 555 0142"


async def test_a_fault_ends_with_one_sentence_and_no_personal_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = fake_app(log_file=tmp_path / "atbat.log")

    def explode() -> None:
        secret = "Dana's number +1 503 555 0142"
        raise Bomb(secret)

    async def run_into_it() -> None:
        async with driving(app) as d:
            app.call_later(explode)
            await d.until(lambda: not app.is_running)

    with pytest.raises(Bomb):
        await run_into_it()
    printed = capsys.readouterr().err
    assert "Something went wrong inside At Bat" in printed
    assert "555 0142" not in printed
    assert "Traceback" not in printed


@pytest.mark.parametrize("size", [(1, 1), (20, 5), (80, 24), (119, 36), (200, 60), (500, 200)])
async def test_every_size_draws(size: tuple[int, int]) -> None:
    async with driving(fake_app(), size=size) as d:
        await d.press("l", "escape", "question_mark", "escape")
        assert len(d.screen_text().splitlines()) <= size[1]


async def test_the_theme_changes_and_changes_back() -> None:
    async with driving(fake_app()) as d:
        await d.press("ctrl+t")
        assert d.app.theme == "atbat-light"
        await d.press("ctrl+t")
        assert d.app.theme == "atbat-dark"


async def test_a_paste_of_many_lines_is_kept_whole_and_a_too_long_one_is_told() -> None:
    async with driving(fake_app()) as d:
        await d.press("l", "C")
        field = d.app.focused
        assert isinstance(field, Input)
        d.app.post_message(events.Paste("first line\r\n\n  second line\n"))
        await d.idle()
        assert field.value == "first line second line"
        field.value, field.max_length = "", 5
        d.app.post_message(events.Paste("123456789"))
        await d.idle()
        assert field.value == "12345"
        assert d.app.notice is not None
        assert d.app.notice.sentence == "Only the first 5 letters of what was pasted fit here."


async def test_a_key_that_waits_for_what_was_begun_costs_nothing_until_then(monkeypatch: pytest.MonkeyPatch) -> None:
    async with driving(fake_app()) as d:
        looked, over, next_key = [], asyncio.Event(), d.app._next_key

        async def counted() -> None:
            looked.append(1)
            await next_key()

        async def under_way() -> None:
            await over.wait()

        monkeypatch.setattr(d.app, "_next_key", counted)
        await d.press("l", "C")
        await d.type("x")
        assert isinstance(d.app.focused, Input)
        looked.clear()
        d.app.hold_keys(under_way())
        d.send("j", "j")
        for _ in range(100):
            await asyncio.sleep(0)
        assert not looked
        over.set()
        await d.idle()
        assert looked
        assert d.app.keys_settled


async def test_a_long_text_typed_at_once_costs_each_key_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    async with driving(fake_app()) as d:
        looked, next_key = [], d.app._next_key

        async def counted() -> None:
            looked.append(1)
            await next_key()

        monkeypatch.setattr(d.app, "_next_key", counted)
        await d.press("l", "C")
        looked.clear()
        text = "twenty words of what they said " * 8
        await d.type(text)
        assert isinstance(d.app.focused, Input)
        assert d.app.focused.value == text
        assert len(looked) <= 3 * len(text)


async def test_what_is_read_too_late_for_its_screen_is_no_fault() -> None:
    app = fake_app()
    over = asyncio.Event()

    async def late() -> None:
        await over.wait()
        app.screen.query_one("#gone")

    async with driving(app):
        worker = app.run_worker(late())
        app._running = False
        over.set()
        with pytest.raises(WorkerFailed):
            await worker.wait()
        app._running = True
    assert app._exception is None


async def test_the_top_line_leaves_out_the_least_needed_first() -> None:
    async with driving(fake_app(), size=(80, 10)) as d:
        d.app.standing = Standing(0.94, 3, 2)
        for width, gone in ((120, ()), (46, ("SLA",)), (30, ("SLA", "back"))):
            await d.resize(width, 10)
            line = d.screen_text().splitlines()[0]
            for word in ("SLA", "back", "late"):
                assert (word in line) is (word not in gone), (width, line)
