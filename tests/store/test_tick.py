"""Time passes the same however often somebody looks: each minute, once after weeks, cut off, or two at a time."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import open_store
from store.actor import SYSTEM
from store.doctor import check
from store.errors import Refusal
from store.instants import DAY, HOUR, MINUTE, Instant
from store.operations import new_rules, transaction
from store.operations.promises import CallbackDraft, SnoozeDraft, callback, snooze
from store.operations.receive_signal import SignalIn, receive_signal
from store.operations.record_signal import SignalDraft, record_signal
from store.operations.tick import tick
from store.operations.undo import UndoDraft, undo
from store.operations.working import ApprovalDraft, LeadDraft, approve, reassign, send_back
from store.queries.explain import explain
from store.queries.score import score_card
from store.vocabulary import Channel, Disposition, Motion, Outcome, Stage
from tests.factories import ANA, BEN, PRIYA, Floor, open_floor

WEEKS = 3 * 7 * DAY
Tick = Callable[[Floor, Instant], None]


@contextmanager
def same_keys() -> Iterator[None]:
    """The same keys for the same acts, so that two runs can be compared to the last seal."""
    numbers = itertools.count(1)
    with mock.patch("store.operations.transaction.uuid.uuid4", side_effect=lambda: uuid.UUID(int=next(numbers))):
        yield


def each_minute(floor: Floor, now: Instant) -> None:
    """As the app does it."""
    for minute in range(floor.now - floor.now % MINUTE, now, MINUTE):
        tick(floor.store, minute)
    tick(floor.store, now)


def at_once(floor: Floor, now: Instant) -> None:
    """As after a week off."""
    tick(floor.store, now)


def cut_off(floor: Floor, now: Instant) -> None:
    """Killed at each step: what was under way is lost, and the next tick goes on."""
    seal = transaction.Transaction._seal
    while True:
        with mock.patch.object(transaction.Transaction, "_seal", side_effect=KeyboardInterrupt):
            try:
                tick(floor.store, now)
                return
            except KeyboardInterrupt:
                pass
        assert transaction.Transaction._seal is seal
        tick(floor.store, now, go_on=lambda done: False)


def two_at_once(floor: Floor, now: Instant) -> None:
    """By two connections to one file, each in a thread of its own."""

    def other() -> None:
        store = open_store(floor.store.path)
        store.salt = bytes
        store.connection.execute("PRAGMA synchronous = OFF")
        tick(store, now)
        store.close()

    beside = Thread(target=other)
    beside.start()
    tick(floor.store, now)
    beside.join()


def act(floor: Floor, leads: list[int], what: str, which: int) -> None:
    """One act of a person on the at bat named; what is refused is refused in every run alike."""
    if what.startswith("new ") or not leads:
        motion = Motion(what.removeprefix("new ")) if what.startswith("new ") else Motion.DEMO_REQUEST
        dear = 6_000_000 if len(leads) % 2 else 0  # whose disqualification waits for a team lead
        leads.append(floor.lead(motion=motion, value=dear))
        return
    lead = leads[which % len(leads)]
    if what in list(Disposition):
        disposition = Disposition(what)
        channel = Channel.EMAIL if disposition in (Disposition.SENT, Disposition.REPLIED) else Channel.CALL
        channel = Channel.MEETING if disposition is Disposition.NO_SHOW else channel
        more: dict[str, Any] = {"next_at": floor.now + 2 * DAY} if disposition is Disposition.CALLBACK_REQUESTED else {}
        floor.touch(lead, disposition, channel, **more)
    elif what == "signal":
        draft = SignalDraft("download", "website", contact_id=floor.state(lead).contact_id, lead_id=lead, points=60)
        record_signal(floor.store, PRIYA, floor.later(), draft)
    elif what.startswith("hear "):
        person = floor.state(lead).contact_id
        heard = SignalIn(what.removeprefix("hear "), "website", contact_id=person, external_id=str(floor.now))
        receive_signal(floor.store, SYSTEM if which % 2 else PRIYA, floor.later(), heard)
    elif what == "put off":
        floor.close(lead, Outcome.NOT_READY, back_at=floor.now + 3 * DAY)
    elif what == "callback":
        callback(floor.store, PRIYA, floor.later(), CallbackDraft(lead, floor.now + 26 * HOUR))
    elif what == "snooze":
        snooze(floor.store, PRIYA, floor.later(), SnoozeDraft(lead, floor.now + DAY))
    elif what == "reassign":
        reassign(floor.store, BEN, floor.later(), LeadDraft(lead))
    elif what == "undo":
        undo(floor.store, PRIYA, floor.later(), UndoDraft())
    elif what == "qualify":
        floor.bring(lead, Stage.QUALIFIED)
    elif what == "convert":
        floor.convert(lead)
    elif what == "disqualify":
        floor.close(lead, Outcome.BAD_FIT, reason="no_need")
    elif what == "approve":
        approve(floor.store, ANA, floor.later(), ApprovalDraft(lead))
    elif what == "send back":
        send_back(floor.store, ANA, floor.later(), ApprovalDraft(lead, note="look again"))


ACTS = st.sampled_from(
    [
        *(f"new {motion}" for motion in Motion if motion is not Motion.REP_CREATED),
        *("no_answer", "voicemail_left", "conversation", "replied", "sent", "no_show", "meeting_booked"),
        *(
            "not_interested",
            "callback_requested",
            "callback",
            "snooze",
            "signal",
            *("hear webinar", "hear page_view", "hear pricing_page", "put off"),
            "reassign",
            "undo",
            "qualify",
            "convert",
        ),
        *("disqualify", "approve", "send back"),
    ]
)
LIVES = st.lists(
    st.tuples(ACTS, st.integers(0, 9), st.sampled_from([0, 0, 0, 1, 7, 26, 80, 200])), min_size=2, max_size=14
)


def live(template: Path, folder: Path, life: list[tuple[str, int, int]], let_pass: Tick) -> dict[str, Any]:
    """Play a life with time passing by ``let_pass`` between its acts and for three weeks after; what came of it."""
    floor = open_floor(template, folder, f"{let_pass.__name__}.db")
    floor.store.salt = bytes  # noughts, the same in each run
    leads: list[int] = []
    with same_keys():
        for what, which, hours in life:
            now = floor.now + hours * HOUR
            let_pass(floor, now)
            floor.now = now
            try:
                act(floor, leads, what, which)
            except Refusal:
                continue
        let_pass(floor, floor.now + WEEKS)
    found = floor.dump()
    assert [finding.sentence for finding in check(floor.store)] == []
    floor.store.close()
    return found


@given(life=LIVES)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_minute_once_cut_off_and_two_at_once_come_to_the_same(
    template: Path, life: list[tuple[str, int, int]]
) -> None:
    with TemporaryDirectory() as folder:
        once = live(template, Path(folder), life, at_once)
        for other in (each_minute, cut_off, two_at_once):
            assert live(template, Path(folder), life, other) == once, other.__name__


@pytest.mark.soak
@given(life=LIVES)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_same_for_many_more_lives(template: Path, life: list[tuple[str, int, int]]) -> None:
    with TemporaryDirectory() as folder:
        assert live(template, Path(folder), life, each_minute) == live(template, Path(folder), life, at_once)


def test_a_tick_with_nothing_due_writes_nothing(floor: Floor) -> None:
    floor.lead(motion=Motion.DEMO_REQUEST)
    tick(floor.store, floor.now)  # last midnight was not judged yet
    before = floor.dump()
    assert tick(floor.store, floor.now) == 0
    assert floor.dump() == before


def test_other_rules_come_to_every_open_at_bat_with_the_next_tick(floor: Floor) -> None:
    lead = floor.lead()
    floor.raw("UPDATE account SET size = 600, industry = 'Software'")
    floor.rescore()
    tick(floor.store, floor.later())
    kept, due = floor.state(lead).score, floor.value("SELECT due_at FROM clock ORDER BY id LIMIT 1")
    assert kept > 0
    score = floor.store.rules.score
    floor.store.rules = floor.store.rules._replace(score=score._replace(fit_share=0.1), digest="other")
    tick(floor.store, floor.later())
    now = floor.state(lead).score
    assert now < kept
    card = score_card(floor.store, lead, floor.now)
    assert card is not None
    assert now == card.score.total
    assert floor.value("SELECT due_at FROM clock ORDER BY id LIMIT 1") == due, "due times stay as they were made"
    story = explain(floor.store, lead, floor.now)
    assert f"by rule: its score is counted anew by the rules in force → score {kept} → {now}" in story.events[-1].words
    assert tick(floor.store, floor.later()) == 0, "once"


def test_other_rules_come_to_many_at_bats_a_few_in_a_transaction(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(new_rules, "AT_ONCE", 2)
    for _ in range(5):
        floor.lead()
    tick(floor.store, floor.later())
    floor.store.rules = floor.store.rules._replace(digest="other")
    now, due = floor.later(), "SELECT count(*) FROM lead WHERE rule_at <= ?"
    seen = []
    for _ in range(2):
        assert tick(floor.store, now, go_on=lambda done: False) == 1
        seen.append(floor.value(due, now))
    floor.store.rules = floor.store.rules._replace(digest="another")  # before all were come to: it begins anew
    assert tick(floor.store, now, go_on=lambda done: False) == 1
    assert seen == [2, 4]
    assert new_rules.are_new(floor.store)
    tick(floor.store, now)
    assert not new_rules.are_new(floor.store)
    assert not floor.value(due, now), "each was looked at, and has its next time"
    floor.store.rules = floor.store.rules._replace(digest="other")
    assert tick(floor.store, floor.later(), go_on=lambda done: False) == 1
    assert floor.value(due, floor.now) == 2, "what was begun with these rules before is over"
